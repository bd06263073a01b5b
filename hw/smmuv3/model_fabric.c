// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of endpoints: untranslated, translated, translation requests
 * (IHI0070 3.3, 3.9).  A Requester ID is the StreamID, a PASID the SubstreamID.
 *
 * Locking: smmu_model.b.lock is held while data moves, so that an invalidation
 * never completes in the middle of a transfer (3.21.1).  A port's invalidate
 * runs under it too; interrupts come after it is dropped.
 *
 * The hard rule: what the checker fields of a TLP say changes no outcome.
 */
#include "model.h"

static struct smmu_model *of(struct pl_fabric *f)
{
	return container_of(f, struct smmu_model, fabric);
}

static int fab_connect(struct pl_fabric *f, struct pl_port *port)
{
	return mdl_connect(&of(f)->b, port);
}

static void fab_disconnect(struct pl_fabric *f, struct pl_port *port)
{
	mdl_disconnect(&of(f)->b, port);
}

static void fab_state(struct pl_fabric *f, struct pl_port *port, u32 bits)
{
	mdl_state(&of(f)->b, port, bits);
}

static int refuse(struct sm_walk *w, struct pl_tlp *tlp, u32 why)
{
	w->reason = why;
	tlp->reason = why;
	sm_event(w, tlp->addr);
	return -EFAULT;
}

/* 3.9.1.3: a translated request passes; with ATSCHK the STE has to agree. */
static int translated(struct sm_walk *w, struct pl_tlp *tlp, void *buf)
{
	struct smmu_model *m = w->m;
	struct sm_walk fr = {
		.m = m, .fresh = true, .write = tlp->write, .sid = tlp->rid, .ssid = tlp->pasid,
		.iova = tlp->iova,
	};
	u32 r = SM_OK;

	w->translated = true;
	if (!sm_enabled(m))
		r = SM_OFF;
	else if (m->cr0.val & SMMU_CR0_ATSCHK)
		r = sm_walk_config(w);
	if (r)
		return refuse(w, tlp, r);
	if (!sm_in_oas(m, tlp->addr))
		return refuse(w, tlp, SMMU_EVT_ADDR_SIZE);
	if (m->cfg.verify && (sm_walk(&fr) || fr.phys != tlp->addr))
		tlp->stale = PL_STALE_DEV_TLB;
	return mdl_move(&m->b, tlp, tlp->addr, tlp->stale, buf);
}

static int untranslated(struct sm_walk *w, struct pl_tlp *tlp, void *buf)
{
	struct smmu_model *m = w->m;
	u32 r;

	if (!sm_enabled(m)) {	/* 3.3.3, 6.3.14 */
		if (m->gbpa.val & SMMU_GBPA_ABORT)
			return refuse(w, tlp, SM_ABORTED);
		return mdl_move(&m->b, tlp, tlp->addr, false, buf);
	}
	r = sm_walk(w);
	if (m->cfg.verify && (w->cached || !m->cfg.coherent))
		tlp->stale = sm_check_stale(w);
	if (r)
		return refuse(w, tlp, r);
	return mdl_move(&m->b, tlp, w->phys, w->s1 || w->s2 || tlp->stale, buf);
}

/* Called with the lock held: until then an invalidation may take a request back. */
static int request(struct smmu_model *m, struct pl_tlp *tlp, void *buf)
{
	struct sm_walk w = {
		.m = m, .sid = tlp->rid, .ssid = tlp->pasid, .iova = tlp->addr,
		.write = tlp->write,
	};

	m->st.requests++;
	tlp->reason = 0;
	tlp->stale = PL_STALE_NONE;
	if (tlp->translated)
		return translated(&w, tlp, buf);
	tlp->iova = tlp->addr;
	return untranslated(&w, tlp, buf);
}

static int fab_access(struct pl_fabric *f, struct pl_tlp *tlp, void *buf)
{
	struct smmu_model *m = of(f);
	unsigned long flags;
	int err;

	spin_lock_irqsave(&m->b.lock, flags);
	err = request(m, tlp, buf);
	spin_unlock_irqrestore(&m->b.lock, flags);
	mdl_irq_run(&m->b);
	return err;
}

/* 3.9.1: an answer without rights is no error, but nothing to keep either. */
static int answer(struct sm_walk *w, struct pl_translation *out)
{
	struct smmu_model *m = w->m;

	if (sm_enabled(m))
		sm_walk(w);
	else
		w->reason = SM_OFF;
	if (m->cfg.verify && (w->cached || !m->cfg.coherent))
		out->stale = sm_check_stale(w);
	out->reason = w->reason;
	if (w->reason) {
		sm_event(w, w->iova);
		return -EFAULT;
	}
	if (!w->dirty)
		w->perm &= ~SM_PERM_W;	/* a write has to ask again (3.13.6) */
	out->size = BIT_ULL(w->shift);
	out->addr = w->phys & ~(out->size - 1);
	out->read = w->perm & SM_PERM_R;
	out->write = w->perm & SM_PERM_W;
	sm_grant_add(w);
	return 0;
}

static int fab_translate(struct pl_fabric *f, u16 rid, pl_pasid_t pasid, u64 iova, bool write,
			 struct pl_translation *out)
{
	struct smmu_model *m = of(f);
	struct sm_walk w = {
		.m = m, .xlat = true, .sid = rid, .ssid = pasid, .iova = iova, .write = write,
	};
	unsigned long flags;
	int err;

	memset(out, 0, sizeof(*out));
	spin_lock_irqsave(&m->b.lock, flags);
	m->st.requests++;
	err = answer(&w, out);
	spin_unlock_irqrestore(&m->b.lock, flags);
	mdl_irq_run(&m->b);
	return err;
}

static const struct pl_fabric_ops fabric_ops = {
	.connect = fab_connect,
	.disconnect = fab_disconnect,
	.access = fab_access,
	.translate = fab_translate,
	.state = fab_state,
};

void sm_fabric_init(struct smmu_model *m)
{
	m->fabric.ops = &fabric_ops;
}
