// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our side: the API of pasidlab.h, as any driver in the kernel would call it.
 *
 * Counts come from the ledger of the device's unit, which counts in every run;
 * that cost is part of the samples.
 */
#include <linux/device.h>
#include <linux/err.h>

#include "../../../kmod/unit.h"
#include "bench.h"

static void close_ours(struct bench *b)
{
	if (!b->dev)
		return;
	pl_aux_detach_all(b->dev);
	pl_dev_disable_feature(b->dev, PL_FEAT_AUX);
	put_device(b->dev);
	b->dev = NULL;
}

/* It stays while the module of its unit does. */
static struct pl_dev *endpoint(struct bench *b)
{
	struct pl_unit *u = pl_blocking_domain(b->dev)->unit;
	unsigned long rid;
	struct pl_dev *d;

	xa_for_each(&u->devs, rid, d)
		if (d->dev == b->dev)
			return d;
	return NULL;
}

static u32 max_pasids(struct bench *b)
{
	struct pl_dev *d = endpoint(b);

	return d ? d->max_pasids : 0;
}

static int open_ours(struct bench *b)
{
	int ret;

	b->dev = bench_find_device(b);
	if (!b->dev)
		return -ENODEV;
	if (!pl_blocking_domain(b->dev)) {
		b->why = "the device is behind no unit of pasidlab: load the unit's module first";
		ret = -ENODEV;
		goto put;
	}
	ret = pl_dev_why_not(b->dev, PL_FEAT_AUX, &b->why);
	if (!ret)
		ret = pl_dev_enable_feature(b->dev, PL_FEAT_AUX);
	if (ret)
		goto put;
	b->max_pasids = max_pasids(b);
	return 0;
put:
	put_device(b->dev);
	b->dev = NULL;
	return ret;
}

static void *domain_new(struct bench *b)
{
	return pl_domain_alloc_paging(b->dev, 0);
}

static void domain_free(struct bench *b, void *dom)
{
	WARN_ON(pl_domain_free(dom));
}

static int attach(struct bench *b, u32 pasid, void *dom)
{
	return pl_set(b->dev, pasid, dom);
}

static void detach(struct bench *b, u32 pasid, void *dom)
{
	pl_set(b->dev, pasid, pl_blocking_domain(b->dev));
}

static void detach_all(struct bench *b, void **doms, u32 n, bool shared)
{
	pl_aux_detach_all(b->dev);
}

static int map(void *dom, u64 iova, phys_addr_t paddr, size_t size)
{
	return pl_map(dom, iova, paddr, size, PL_PROT_READ | PL_PROT_WRITE);
}

static size_t unmap(void *dom, u64 iova, size_t size)
{
	return pl_unmap(dom, iova, size);
}

static void seen(struct bench *b, struct bench_seen *s)
{
	struct pl_unit *u = pl_blocking_domain(b->dev)->unit;
	int op;

	s->descs = 0;
	s->waits = 0;
	s->fences = 0;
	for (op = 0; op < PL_OP_NR; op++) {
		s->descs += atomic64_read(&u->ledger.n[op][PL_COUNT_DESCS]);
		s->waits += atomic64_read(&u->ledger.n[op][PL_COUNT_WAITS]);
		s->fences += atomic64_read(&u->ledger.n[op][PL_COUNT_FENCES]);
	}
}

static int dma(struct bench *b, struct pl_dma_desc *descs, unsigned int n)
{
	struct pl_dev *d = endpoint(b);

	return d && d->engine->run ? d->engine->run(d->engine_priv, descs, n) : -ENODEV;
}

static const char *breaks(struct bench *b)
{
	const char *reason = NULL;

	pl_dev_why_not(b->dev, PL_FEAT_HITLESS, &reason);
	return reason;
}

const struct bench_side bench_ours = {
	.name = "ours",
	.open = open_ours,
	.close = close_ours,
	.domain_new = domain_new,
	.domain_free = domain_free,
	.attach = attach,
	.replace = attach,
	.detach = detach,
	.detach_all = detach_all,
	.map = map,
	.unmap = unmap,
	.seen = seen,
	.dma = dma,
	.breaks = breaks,
};
