// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of endpoints: untranslated, translated, translation requests (3.4,
 * 4.1), and their ports.
 *
 * Locking: vtd_model.b.lock is held while data moves, so that an invalidation,
 * which drains (6.5.4), never completes in the middle of a transfer.  A port's
 * invalidate runs under it too; faults interrupt after it is dropped.
 *
 * The hard rule: what the checker fields of a TLP say changes no outcome.
 */
#include "model.h"

static struct vtd_model *m_of(struct pl_fabric *f)
{
	return container_of(f, struct vtd_model, fabric);
}

static int m_connect(struct pl_fabric *f, struct pl_port *port)
{
	return mdl_connect(&m_of(f)->b, port);
}

static void m_disconnect(struct pl_fabric *f, struct pl_port *port)
{
	mdl_disconnect(&m_of(f)->b, port);
}

static void m_state(struct pl_fabric *f, struct pl_port *port, u32 bits)
{
	mdl_state(&m_of(f)->b, port, bits);
}

static int m_refuse(struct m_walk *w, struct pl_tlp *tlp, enum m_reason r)
{
	w->reason = r;
	tlp->reason = r;
	m_fault_record(w, tlp->translated, tlp->addr);
	return -EFAULT;
}

/* 4.1.3: a translated request bypasses translation, not the context entry. */
static int m_translated(struct m_walk *w, struct pl_tlp *tlp, void *buf)
{
	struct vtd_model *m = w->m;
	enum m_reason r;
	struct m_walk fr;

	w->req_pasid = PL_NO_PASID;
	w->xlat = true;
	r = m_tes(m) ? m_walk_device(w) : M_OK;
	w->xlat = false;
	if (r)
		return m_refuse(w, tlp, r);
	if (!m_in_haw(m, tlp->addr))
		return m_refuse(w, tlp, M_HAW);
	if (m_is_interrupt(tlp->addr))
		return m_refuse(w, tlp, M_INTERRUPT);
	if (m->cfg.verify) {
		fr = (struct m_walk){
			.m = m, .fresh = true, .write = tlp->write, .rid = tlp->rid,
			.req_pasid = tlp->pasid, .iova = tlp->iova,
		};
		if (m_walk(&fr) || fr.phys != tlp->addr)
			tlp->stale = PL_STALE_DEV_TLB;
	}
	return mdl_move(&m->b, tlp, tlp->addr, tlp->stale, buf);
}

/*
 * A request without PASID into FEEx_xxxx is an interrupt and never translated
 * (3.14); one that is not a four-byte write is refused [M].
 */
static bool m_is_msi(const struct pl_tlp *tlp)
{
	return tlp->pasid == PL_NO_PASID && m_is_interrupt(tlp->addr);
}

static int m_untranslated(struct m_walk *w, struct pl_tlp *tlp, void *buf)
{
	struct vtd_model *m = w->m;
	enum m_reason r;

	if (m_is_msi(tlp))
		return tlp->write && tlp->len == 4 ? 0 : m_refuse(w, tlp, M_INTERRUPT);
	if (!m_tes(m))
		return mdl_move(&m->b, tlp, tlp->addr, false, buf);
	r = m_walk(w);
	if (m->cfg.verify && (w->cached || !m->cfg.coherent))
		tlp->stale = m_check_stale(w);
	if (r)
		return m_refuse(w, tlp, r);
	return mdl_move(&m->b, tlp, w->phys, w->pgtt != VTD_PGTT_PT || tlp->stale, buf);
}

/* Called with the lock held: until then an invalidation may take a request back. */
static int m_request(struct vtd_model *m, struct pl_tlp *tlp, void *buf)
{
	struct m_walk w = {
		.m = m, .rid = tlp->rid, .req_pasid = tlp->pasid, .iova = tlp->addr,
		.write = tlp->write,
	};

	m->st.requests++;
	tlp->reason = 0;
	tlp->stale = PL_STALE_NONE;
	if (tlp->translated)
		return m_translated(&w, tlp, buf);
	tlp->iova = tlp->addr;
	return m_untranslated(&w, tlp, buf);
}

static int m_access(struct pl_fabric *f, struct pl_tlp *tlp, void *buf)
{
	struct vtd_model *m = m_of(f);
	unsigned long flags;
	int err;

	spin_lock_irqsave(&m->b.lock, flags);
	err = m_request(m, tlp, buf);
	spin_unlock_irqrestore(&m->b.lock, flags);
	mdl_irq_run(&m->b);
	return err;
}

static int m_xlat(struct m_walk *w, struct pl_translation *out)
{
	struct vtd_model *m = w->m;

	if (!m_tes(m))
		w->reason = M_DTE_OFF;	/* 4.3: no translation service */
	else
		m_walk(w);
	if (m->cfg.verify && (w->cached || !m->cfg.coherent))
		out->stale = m_check_stale(w);
	out->reason = w->reason;
	if (w->reason) {
		m_fault_record(w, false, w->iova);
		return -EFAULT;
	}
	out->size = m_size(w->szi);
	out->addr = w->phys & ~(out->size - 1);
	out->read = w->perm & M_PERM_R;
	out->write = w->perm & M_PERM_W;
	m_grant_add(w);
	return 0;
}

static int m_translate(struct pl_fabric *f, u16 rid, pl_pasid_t pasid, u64 iova, bool write,
		       struct pl_translation *out)
{
	struct vtd_model *m = m_of(f);
	struct m_walk w = {
		.m = m, .xlat = true, .rid = rid, .req_pasid = pasid, .iova = iova,
		.write = write,
	};
	unsigned long flags;
	int err;

	memset(out, 0, sizeof(*out));
	spin_lock_irqsave(&m->b.lock, flags);
	m->st.requests++;
	err = m_xlat(&w, out);
	spin_unlock_irqrestore(&m->b.lock, flags);
	mdl_irq_run(&m->b);
	return err;
}

static const struct pl_fabric_ops m_fabric_ops = {
	.connect = m_connect,
	.disconnect = m_disconnect,
	.access = m_access,
	.translate = m_translate,
	.state = m_state,
};

void m_fabric_init(struct vtd_model *m)
{
	m->fabric.ops = &m_fabric_ops;
}
