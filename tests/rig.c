// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rig: see rig.h.
 */
#include <stdlib.h>

#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "rig.h"

/*
 * The device TLB
 */

static struct rig_atc_entry **atc_bucket(struct rig_ep *ep, pl_pasid_t pasid, u64 iova)
{
	u64 key = (iova >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ull ^ pasid * 0xff51afd7ed558ccdull;

	return &ep->atc[(key >> 32) % RIG_ATC];
}

static struct rig_atc_entry *atc_find(struct rig_ep *ep, pl_pasid_t pasid, u64 iova)
{
	struct rig_atc_entry *e;

	for (e = *atc_bucket(ep, pasid, iova); e; e = e->next)
		if (e->pasid == pasid && e->iova == (iova & PAGE_MASK))
			return e;
	return NULL;
}

/* One entry a page, whatever the size of the translation it came from. */
static void atc_fill(struct rig_ep *ep, pl_pasid_t pasid, u64 iova,
		     const struct pl_translation *tr)
{
	struct rig_atc_entry **b = atc_bucket(ep, pasid, iova);
	struct rig_atc_entry *e = atc_find(ep, pasid, iova);

	if (!e) {
		e = calloc(1, sizeof(*e));
		if (!e)
			abort();
		e->next = *b;
		*b = e;
	}
	e->pasid = pasid;
	e->iova = iova & PAGE_MASK;
	e->tr = *tr;
	e->tr.addr = tr->addr + ((iova & PAGE_MASK) & (tr->size - 1));
}

static void atc_invalidate(struct pl_port *port, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	struct rig_ep *ep = container_of(port, struct rig_ep, port);
	struct rig_atc_entry **p, *e;
	unsigned long flags;
	int i;

	spin_lock_irqsave(&ep->atc_lock, flags);
	ep->invalidations++;
	for (i = 0; i < RIG_ATC; i++) {
		for (p = &ep->atc[i]; (e = *p);) {
			if ((global || e->pasid == pasid) && e->iova - addr < size) {
				*p = e->next;
				free(e);
			} else {
				p = &e->next;
			}
		}
	}
	spin_unlock_irqrestore(&ep->atc_lock, flags);
}

static const struct pl_port_ops port_ops = {
	.invalidate = atc_invalidate,
};

/*
 * Endpoints
 */

static int ep_enable(struct pl_dev *d, void *priv, u32 bits)
{
	struct rig_ep *ep = priv;

	ep->caps |= bits;
	ep->fabric->ops->state(ep->fabric, &ep->port, ep->caps);
	return 0;
}

static void ep_disable(struct pl_dev *d, void *priv, u32 bits)
{
	struct rig_ep *ep = priv;

	ep->caps &= ~bits;
	ep->fabric->ops->state(ep->fabric, &ep->port, ep->caps);
}

static const struct pl_engine_ops engine_ops = {
	.name = "rig",
	.enable = ep_enable,
	.disable = ep_disable,
};

static void ep_release(struct device *dev)
{
	struct rig_ep *ep = container_of(dev, struct rig_ep, dev);

	atc_invalidate(&ep->port, 0, true, 0, U64_MAX);
	free(ep);
}

int rig_ep_add(struct rig *r, int i, u32 caps, u8 pasid_bits)
{
	struct rig_ep *ep = calloc(1, sizeof(*ep));
	struct pl_dev_desc desc = {
		.unit = r->unit,
		.rid = 8 * (i + 1),
		.pasid_bits = pasid_bits,
		.eps = caps,
		.engine = &engine_ops,
		.priv = ep,
	};
	int ret;

	if (!ep)
		return -ENOMEM;
	device_initialize(&ep->dev);
	ep->dev.release = ep_release;
	dev_set_name(&ep->dev, "rig-ep%d", i);
	spin_lock_init(&ep->atc_lock);
	ep->fabric = r->m->fabric;
	ep->port.ops = &port_ops;
	ep->port.rid = desc.rid;
	ret = ep->fabric->ops->connect(ep->fabric, &ep->port);
	if (ret)
		goto put;
	ret = pl_dev_add(&ep->dev, &desc);
	if (ret)
		goto disconnect;
	ep->d = pl_dev_get(&ep->dev);
	pl_dev_put(ep->d);
	r->ep[i] = ep;
	return 0;
disconnect:
	ep->fabric->ops->disconnect(ep->fabric, &ep->port);
put:
	put_device(&ep->dev);
	return ret;
}

void rig_ep_del(struct rig *r, int i)
{
	struct rig_ep *ep = r->ep[i];

	if (!ep)
		return;
	pl_dev_del(&ep->dev);
	ep->fabric->ops->disconnect(ep->fabric, &ep->port);
	r->ep[i] = NULL;
	put_device(&ep->dev);
}

/*
 * The whole of it
 */

int rig_assemble(struct rig_machine *m, int nr_eps, struct rig **out)
{
	u32 caps = PL_EP_PASID | (m->ats ? PL_EP_ATS : 0);
	struct rig *r = calloc(1, sizeof(*r));
	int ret = -ENOMEM, i;

	if (!r)
		goto destroy;
	r->m = m;
	r->unit = m->unit;
	r->nr_eps = nr_eps;
	for (i = 0; i < nr_eps; i++) {
		ret = rig_ep_add(r, i, caps, m->pasid_bits);
		if (ret)
			goto del_eps;
	}
	*out = r;
	return 0;
del_eps:
	while (i--)
		rig_ep_del(r, i);
	free(r);
destroy:
	m->destroy(m);
	return ret;
}

void rig_destroy(struct rig *r)
{
	int i;

	for (i = r->nr_eps - 1; i >= 0; i--)
		rig_ep_del(r, i);
	r->m->destroy(r->m);
	free(r);
}

/*
 * DMA
 */

static int access(struct rig_ep *ep, struct rig_dma *dma, struct pl_tlp *tlp)
{
	int ret;

	tlp->rid = ep->port.rid;
	tlp->pasid = dma->pasid;
	tlp->len = sizeof(dma->word);
	tlp->write = dma->write;
	tlp->iova = dma->iova;
	ret = ep->fabric->ops->access(ep->fabric, tlp, &dma->word);
	dma->reason = tlp->reason;
	dma->stale = tlp->stale;
	return ret;
}

static int untranslated(struct rig_ep *ep, struct rig_dma *dma)
{
	struct pl_tlp tlp = { .addr = dma->iova };

	return access(ep, dma, &tlp);
}

static bool usable(const struct rig_atc_entry *e, bool write)
{
	return e && (write ? e->tr.write : e->tr.read);
}

/* PCIe 10.2: what the device TLB does not know, it asks for. */
static int translated(struct rig_ep *ep, struct rig_dma *dma)
{
	struct pl_tlp tlp = { .translated = true };
	struct rig_atc_entry *e = atc_find(ep, dma->pasid, dma->iova);
	struct pl_translation tr = {};
	int ret;

	if (!usable(e, dma->write)) {
		ret = ep->fabric->ops->translate(ep->fabric, ep->port.rid, dma->pasid, dma->iova,
						 dma->write, &tr);
		dma->reason = tr.reason;
		dma->stale = tr.stale;
		if (ret)
			return ret;
		atc_fill(ep, dma->pasid, dma->iova, &tr);
		e = atc_find(ep, dma->pasid, dma->iova);
		if (!usable(e, dma->write))
			return -EFAULT;
	}
	tlp.addr = e->tr.addr + (dma->iova & ~PAGE_MASK);
	return access(ep, dma, &tlp);
}

int rig_dma(struct rig_ep *ep, struct rig_dma *dma)
{
	return dma->ats ? translated(ep, dma) : untranslated(ep, dma);
}

bool rig_reads(struct rig_ep *ep, pl_pasid_t pasid, u64 iova, u64 word)
{
	struct rig_dma dma = { .pasid = pasid, .iova = iova };

	return !rig_dma(ep, &dma) && dma.word == word;
}

bool rig_refused(struct rig_ep *ep, pl_pasid_t pasid, u64 iova)
{
	struct rig_dma dma = { .pasid = pasid, .iova = iova };

	return rig_dma(ep, &dma) == -EFAULT;
}

u64 rig_page(u64 word)
{
	u64 *page = (u64 *)get_zeroed_page(GFP_KERNEL | __GFP_NOFAIL);

	*page = word;
	return virt_to_phys(page);
}

void rig_page_free(u64 phys)
{
	free_page((unsigned long)phys_to_virt(phys));
}

u64 rig_count(struct rig *r, enum pl_op op, enum pl_count what)
{
	return atomic64_read(&r->unit->ledger.n[op][what]);
}

u64 rig_audit(struct rig *r)
{
	return r->m->audit(r->m);
}

u64 rig_violations(struct rig *r, FILE *f)
{
	const char *name, *text;
	u64 count, sum = 0;
	unsigned int i;

	for (i = 0; !r->m->violation(r->m, i, &name, &text, &count); i++) {
		if (count && f)
			fprintf(f, "# violation %s %llu: %s\n", name, (unsigned long long)count,
				text);
		sum += count;
	}
	return sum;
}
