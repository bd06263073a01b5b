// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue (6.5.2): descriptors are fetched, checked to the last
 * reserved bit, held, and executed in the least convenient order that is still
 * allowed (6.5.2.12).
 *
 * Vocabulary.  A *segment* is what has been fetched and not been executed; a
 * fence ends it.  A *batch* is what lies between two status waits: one
 * submission of software's, or several that share a wait.
 *
 * Locking: vtd_model.b.lock.
 *
 * The hard rule: the status of a wait is written only after everything ahead
 * of it in the queue is executed and every debt it could hide is looked at.
 */
#include <asm/barrier.h>

#include "model.h"

int m_queue_init(struct vtd_model *m)
{
	m->seg = kcalloc(M_SEG_MAX, sizeof(*m->seg), GFP_KERNEL);
	m->order = kcalloc(M_SEG_MAX, sizeof(*m->order), GFP_KERNEL);
	if (!m->seg || !m->order) {
		m_queue_destroy(m);
		return -ENOMEM;
	}
	m->b.memory += M_SEG_MAX * (sizeof(*m->seg) + sizeof(*m->order));
	m->batch = 1;
	m->inject_iqe = -1;
	m->slow_polls = m->cfg.slow_polls;
	return 0;
}

void m_queue_destroy(struct vtd_model *m)
{
	kfree(m->seg);
	kfree(m->order);
}

/*
 * Decoding.  Each returns 0 or enum m_iqe.
 */

static void m_dec_range(struct m_desc *d, u64 addr, unsigned int order)
{
	u64 mask = order >= 52 ? U64_MAX : (1ULL << (order + 12)) - 1;

	d->first = addr & ~mask;
	d->last = addr | mask;
}

/* PCIe 10.2.3.2: with S set the ones below the lowest zero of ADDR tell the size. */
static void m_dec_size(struct m_desc *d, u64 addr, bool s)
{
	u64 pages = addr >> 12;
	unsigned int order = 0;

	if (s) {
		order = 1;
		for (; pages & 1; pages >>= 1)
			order++;
	}
	m_dec_range(d, addr & GENMASK_ULL(63, 12), order);
}

static int m_dec_cc(const u64 *q, struct m_desc *d)
{
	if (q[0] & (GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) | GENMASK_ULL(63, 50)) || q[1])
		return M_IQE_RSVD;
	d->gran = FIELD_GET(VTD_CC_G, q[0]);
	d->did = FIELD_GET(VTD_CC_DID, q[0]);
	d->sid = FIELD_GET(VTD_CC_SID, q[0]);
	d->fm = FIELD_GET(VTD_CC_FM, q[0]);
	return d->gran ? 0 : M_IQE_RSVD;
}

static int m_dec_pc(const u64 *q, struct m_desc *d)
{
	if (q[0] & (GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) | GENMASK_ULL(63, 52)) || q[1])
		return M_IQE_RSVD;
	d->gran = FIELD_GET(VTD_PC_G, q[0]);
	d->did = FIELD_GET(VTD_PC_DID, q[0]);
	d->pasid = FIELD_GET(VTD_PC_PASID_ID, q[0]);
	return d->gran == 2 ? M_IQE_RSVD : 0;
}

static int m_dec_iotlb(const struct vtd_model *m, const u64 *q, struct m_desc *d)
{
	if (q[0] & (BIT_ULL(8) | GENMASK_ULL(15, 12) | GENMASK_ULL(63, 32)) ||
	    q[1] & GENMASK_ULL(11, 7))
		return M_IQE_RSVD;
	d->gran = FIELD_GET(VTD_IOTLB_G, q[0]);
	d->did = FIELD_GET(VTD_IOTLB_DID, q[0]);
	d->ih = q[1] & VTD_INV_HI_IH;
	m_dec_range(d, 0, 52);
	if (d->gran != VTD_IOTLB_PAGE)
		return d->gran ? 0 : M_IQE_RSVD;
	if (!(m->cap & VTD_CAP_PSI) || FIELD_GET(VTD_INV_HI_AM, q[1]) > m->cfg.mamv)
		return M_IQE_RSVD;
	m_dec_range(d, q[1] & VTD_INV_HI_ADDR, FIELD_GET(VTD_INV_HI_AM, q[1]));
	return 0;
}

static int m_dec_piotlb(const u64 *q, struct m_desc *d)
{
	if (q[0] & (GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) | GENMASK_ULL(63, 52)) ||
	    q[1] & GENMASK_ULL(11, 7))
		return M_IQE_RSVD;
	d->gran = FIELD_GET(VTD_PIOTLB_G, q[0]);
	d->did = FIELD_GET(VTD_PIOTLB_DID, q[0]);
	d->pasid = FIELD_GET(VTD_PIOTLB_PASID, q[0]);
	d->ih = q[1] & VTD_INV_HI_IH;
	m_dec_range(d, 0, 52);
	if (d->gran == VTD_PIOTLB_PAGE)
		m_dec_range(d, q[1] & VTD_INV_HI_ADDR, FIELD_GET(VTD_INV_HI_AM, q[1]));
	return d->gran < VTD_PIOTLB_ALL ? M_IQE_RSVD : 0;
}

/* 6.5.2.5: without DIT the PFSID is reserved. */
static bool m_pfsid_bad(const struct vtd_model *m, u64 lo)
{
	return !m->cfg.throttle && lo & (VTD_PDTLB_PFSID_LO | VTD_PDTLB_PFSID_HI);
}

static int m_dec_dtlb(const struct vtd_model *m, const u64 *q, struct m_desc *d)
{
	if (q[0] & (GENMASK_ULL(8, 4) | GENMASK_ULL(31, 21) | GENMASK_ULL(51, 48)) ||
	    q[1] & GENMASK_ULL(11, 1) || m_pfsid_bad(m, q[0]))
		return M_IQE_RSVD;
	d->sid = FIELD_GET(VTD_DTLB_SID, q[0]);
	d->pasid = PL_NO_PASID;
	m_dec_size(d, q[1], q[1] & VTD_DTLB_HI_S);
	return 0;
}

static int m_dec_pdtlb(const struct vtd_model *m, const u64 *q, struct m_desc *d)
{
	if (q[1] & GENMASK_ULL(10, 1) || m_pfsid_bad(m, q[0]))
		return M_IQE_RSVD;
	d->sid = FIELD_GET(VTD_PDTLB_SID, q[0]);
	d->pasid = FIELD_GET(VTD_PDTLB_PASID, q[0]);
	d->global = q[1] & VTD_PDTLB_HI_G;
	m_dec_size(d, q[1], q[1] & VTD_PDTLB_HI_S);
	return 0;
}

static int m_dec_wait(const struct vtd_model *m, const u64 *q, struct m_desc *d)
{
	if (q[0] & (BIT_ULL(8) | GENMASK_ULL(31, 12)) || q[1] & GENMASK_ULL(1, 0))
		return M_IQE_RSVD;
	d->drain = q[0] & VTD_WAIT_PD;
	if (d->drain && !(m->ecap & M_ECAP_PDS))
		return M_IQE_RSVD;
	if (m->cfg.stubborn && !(q[0] & (VTD_WAIT_SW | VTD_WAIT_IF)))
		return M_IQE_RSVD;
	d->sw = q[0] & VTD_WAIT_SW;
	d->fence = q[0] & VTD_WAIT_FN;
	d->data = FIELD_GET(VTD_WAIT_DATA, q[0]);
	d->status = q[1] & VTD_WAIT_HI_ADDR;
	return 0;
}

/* Table 26; no interrupt remapping, no page requests, no HPT here. */
static int m_decode(const struct vtd_model *m, const u64 *q, struct m_desc *d)
{
	d->type = FIELD_GET(VTD_DESC_TYPE, q[0]);
	if (FIELD_GET(VTD_DESC_TYPE_HI, q[0]))
		return M_IQE_TYPE;
	if ((d->type == VTD_DESC_DTLB || d->type == VTD_DESC_PDTLB) && !m->cfg.ats)
		return M_IQE_TYPE;
	if (q[2] || q[3])
		return M_IQE_RSVD;
	switch (d->type) {
	case VTD_DESC_CC:
		return m_dec_cc(q, d);
	case VTD_DESC_PC:
		return m_dec_pc(q, d);
	case VTD_DESC_IOTLB:
		return m_dec_iotlb(m, q, d);
	case VTD_DESC_PIOTLB:
		return m_dec_piotlb(q, d);
	case VTD_DESC_DTLB:
		return m_dec_dtlb(m, q, d);
	case VTD_DESC_PDTLB:
		return m_dec_pdtlb(m, q, d);
	case VTD_DESC_WAIT:
		return m_dec_wait(m, q, d);
	default:
		return M_IQE_TYPE;
	}
}

/*
 * Execution
 */

static void m_exec_timeout(struct vtd_model *m, const struct m_desc *d)
{
	m->inject_ite = false;
	m->iqercd = (m->iqercd & ~M_IQERCD_ITESID) | FIELD_PREP(M_IQERCD_ITESID, d->sid);
	m_fault_event(m, VTD_FSTS_ITE);
}

/* All of the address space is one byte more than fits. */
static u64 m_desc_size(const struct m_desc *d)
{
	u64 size = d->last - d->first + 1;

	return size ? size : U64_MAX;
}

/*
 * A device that is not there, or whose ATS is off, does not answer; it is the
 * driver's to know (O7).
 */
static void m_exec_dtlb(struct vtd_model *m, const struct m_desc *d)
{
	struct mdl_port *p = mdl_port_find(&m->b, d->sid);

	if (!p || m->inject_ite) {
		m_exec_timeout(m, d);
		return;
	}
	if (!(p->bits & PL_EP_ATS))
		m_violation(m, M_O7, "device-TLB invalidation for RID %#x, whose ATS is off",
			    d->sid);
	p->port->ops->invalidate(p->port, d->pasid, d->global, d->first, m_desc_size(d));
	m_check_dtlb_inv(m, d);
}

static void m_exec(struct vtd_model *m, struct m_desc *d)
{
	d->done = true;
	m->st.descs[d->type]++;
	switch (d->type) {
	case VTD_DESC_CC:
		m_inv_context(m, d);
		break;
	case VTD_DESC_PC:
		m_inv_pasid(m, d);
		break;
	case VTD_DESC_IOTLB:
		m_inv_iotlb(m, d);
		m_check_iotlb_inv(m, d);
		break;
	case VTD_DESC_PIOTLB:
		m_inv_piotlb(m, d);
		m_check_iotlb_inv(m, d);
		break;
	default:
		m_exec_dtlb(m, d);
	}
}

/* Descriptors of the types in @types ahead of @i are all executed. */
struct m_ahead {
	u32 cc;
	u32 pc;
	u32 iotlb;
	u32 piotlb;
};

static void m_ahead_scan(const struct vtd_model *m, struct m_ahead *a)
{
	const struct m_desc *d = m->seg;

	while (a->cc < m->nr_seg && (d[a->cc].type != VTD_DESC_CC || d[a->cc].done))
		a->cc++;
	while (a->pc < m->nr_seg && (d[a->pc].type != VTD_DESC_PC || d[a->pc].done))
		a->pc++;
	while (a->iotlb < m->nr_seg && (d[a->iotlb].type != VTD_DESC_IOTLB || d[a->iotlb].done))
		a->iotlb++;
	while (a->piotlb < m->nr_seg &&
	       (d[a->piotlb].type != VTD_DESC_PIOTLB || d[a->piotlb].done))
		a->piotlb++;
}

/* 6.5.2.12: may the descriptor at @i be executed now? */
static bool m_ready(const struct vtd_model *m, const struct m_ahead *a, u32 i)
{
	switch (m->seg[i].type) {
	case VTD_DESC_PC:
		return a->cc > i;
	case VTD_DESC_IOTLB:
	case VTD_DESC_PIOTLB:
		return m->cfg.order == VTD_MODEL_ORDER_ANY || (a->cc > i && a->pc > i);
	case VTD_DESC_DTLB:
		return a->iotlb > i && (m->cfg.strict_dtlb || a->piotlb > i);
	case VTD_DESC_PDTLB:
		return a->iotlb > i && a->piotlb > i;
	default:
		return true;
	}
}

static bool m_halted(const struct vtd_model *m)
{
	return m->fsts & (VTD_FSTS_IQE | VTD_FSTS_ITE);
}

/* Execute the invalidations of the segment; false when one timed out. */
static bool m_seg_invalidate(struct vtd_model *m)
{
	struct m_ahead a = { 0 };
	u32 i, at, left = 0;

	for (i = 0; i < m->nr_seg; i++)
		left += m->seg[i].type != VTD_DESC_WAIT;
	mdl_shuffle(&m->b, m->order, m->nr_seg, m->cfg.order == VTD_MODEL_ORDER_QUEUE);
	for (i = 0; left; i = i + 1 < m->nr_seg ? i + 1 : 0) {
		at = m->order[i];
		if (m->seg[at].done || m->seg[at].type == VTD_DESC_WAIT)
			continue;
		m_ahead_scan(m, &a);
		if (!m_ready(m, &a, at))
			continue;
		m_exec(m, &m->seg[at]);
		left--;
		if (m->fsts & VTD_FSTS_ITE)
			return false;
	}
	return true;
}

static void m_wait_done(struct vtd_model *m, const struct m_desc *d)
{
	m->st.descs[VTD_DESC_WAIT]++;
	m_check_wait(m, d);
	if (!d->sw) {
		m->st.fences += d->fence;
		return;
	}
	m->waits++;
	m->st.waits++;
	if (!mdl_mem_ok(d->status, 4)) {
		m_violation(m, M_RULE_REG, "wait writes its status to %#llx, which is no memory",
			    (unsigned long long)d->status);
		return;
	}
	/* what was invalidated is seen to be so by who sees the status */
	smp_store_release((u32 *)phys_to_virt(d->status), d->data);
}

/*
 * After a time-out every pending wait is aborted, and whether what was fetched
 * behind it was executed nobody knows (6.5.2.11): it was not.
 */
static void m_seg_run(struct vtd_model *m)
{
	bool ok = m_seg_invalidate(m);
	u32 i;

	for (i = 0; ok && i < m->nr_seg; i++)
		if (m->seg[i].type == VTD_DESC_WAIT)
			m_wait_done(m, &m->seg[i]);
	m->nr_seg = 0;
}

/*
 * Fetching
 */

static u32 m_queue_bytes(const struct vtd_model *m)
{
	return PAGE_SIZE << FIELD_GET(VTD_IQA_QS, m->iqa);
}

static void m_queue_error(struct vtd_model *m, enum m_iqe why)
{
	m->iqercd = (m->iqercd & ~VTD_IQERCD_IQEI) | why;
	m_fault_event(m, VTD_FSTS_IQE);
}

/* 11.4.9.9: what can be wrong before a descriptor is looked at */
static int m_queue_sane(const struct vtd_model *m)
{
	u32 ttm = m_ttm(m->root);

	if (!(m->iqa & VTD_IQA_DW))
		return ttm == M_TTM_SCALABLE ? M_IQE_WIDTH : 0;
	if (m->iqt & GENMASK(4, 0))
		return M_IQE_ALIGN;
	if (m->iqt >= m_queue_bytes(m))
		return M_IQE_TAIL;
	return ttm == 2 ? M_IQE_TTM : 0;
}

static int m_fetch(struct vtd_model *m, struct m_desc *d)
{
	u64 at = (m->iqa & VTD_IQA_PTR) + m->iqh;
	const u64 *va;
	u64 q[4];
	u32 i;

	if (!mdl_mem_ok(at, sizeof(q)))
		return M_IQE_FETCH;
	va = phys_to_virt(at);
	for (i = 0; i < ARRAY_SIZE(q); i++)	/* always snooped (11.4.3, C) */
		q[i] = READ_ONCE(va[i]);
	memset(d, 0, sizeof(*d));
	if (m->inject_iqe >= 0 && !m->inject_iqe--)
		return M_IQE_TYPE;
	return m_decode(m, q, d);
}

/* Fetch one descriptor into the segment; false when the queue stops here. */
static bool m_queue_step(struct vtd_model *m)
{
	struct m_desc *d = &m->seg[m->nr_seg];
	int err = m_queue_sane(m);

	if (!err)
		err = m_fetch(m, d);
	if (err) {
		m_queue_error(m, err);
		return false;
	}
	m->iqh = (m->iqh + (1U << VTD_IQ_DESC_SHIFT)) & (m_queue_bytes(m) - 1);
	d->batch = m->batch;
	if (d->type == VTD_DESC_WAIT && d->sw)
		m->batch++;
	m->nr_seg++;
	if (m->nr_seg == M_SEG_MAX || (d->type == VTD_DESC_WAIT && d->fence))
		m_seg_run(m);
	return true;
}

static bool m_seg_has_wait(const struct vtd_model *m)
{
	u32 i;

	for (i = 0; i < m->nr_seg; i++)
		if (m->seg[i].type == VTD_DESC_WAIT)
			return true;
	return false;
}

static void m_queue_run(struct vtd_model *m)
{
	if (!(m->gsts & VTD_GCMD_QIE) || m_halted(m))
		return;
	while (m->iqh != m->iqt && !m_halted(m))
		if (!m_queue_step(m))
			break;
	/* what was fetched before an error completes as normal (6.5.2.11) */
	if (m->nr_seg && (!m->cfg.lazy || m_halted(m) || m_seg_has_wait(m)))
		m_seg_run(m);
}

/* Tail written, an error cleared, the queue enabled. */
void m_queue_kick(struct vtd_model *m)
{
	if (!m->slow_polls)
		m_queue_run(m);
	else if (!m->slow)
		m->slow = m->slow_polls;
}

/* A register was read: under slow completion that is how time passes. */
void m_queue_poll(struct vtd_model *m)
{
	if (m->slow && !--m->slow)
		m_queue_run(m);
}

bool m_queue_idle(const struct vtd_model *m)
{
	return m->iqh == m->iqt && !m->nr_seg;
}

/**
 * m_queue_has_dtlb() - is a device-TLB invalidation on its way?
 * @m: the model
 * @rid: to this device
 *
 * Return: true for one that is fetched and not done, or submitted.
 */
bool m_queue_has_dtlb(const struct vtd_model *m, u16 rid)
{
	u32 i, at;
	struct m_desc d;
	const u64 *q;

	for (i = 0; i < m->nr_seg; i++)
		if ((m->seg[i].type == VTD_DESC_DTLB || m->seg[i].type == VTD_DESC_PDTLB) &&
		    m->seg[i].sid == rid)
			return true;
	if (!(m->gsts & VTD_GCMD_QIE) || m_queue_sane(m))
		return false;
	for (at = m->iqh; at != m->iqt; at = (at + 32) & (m_queue_bytes(m) - 1)) {
		if (!mdl_mem_ok((m->iqa & VTD_IQA_PTR) + at, 32))
			return false;
		q = phys_to_virt((m->iqa & VTD_IQA_PTR) + at);
		memset(&d, 0, sizeof(d));
		if (!m_decode(m, q, &d) && d.sid == rid && d.type != VTD_DESC_CC)
			return true;
	}
	return false;
}
