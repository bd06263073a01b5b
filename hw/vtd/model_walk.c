// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a request to an address: root, context, PASID directory and PASID entry
 * (3.4, 9.1 to 9.6), first-stage (3.6, 9.7), second-stage (3.7, 9.8) and nested
 * (3.8) paging, with every fault of Table 30 that these structures can cause.
 *
 * Vocabulary.  A *hardware* walk uses the caches, fills them, sets accessed and
 * dirty flags, and sees memory as hardware does: without coherence, as of the
 * last publish.  A *fresh* walk does none of it and reads memory as it is.
 *
 * Locking: vtd_model.b.lock.
 *
 * The hard rule: a table is read through mdl_read() only, which reads nothing
 * that is not allocated; that it was to be read is O8.
 */
#include <linux/atomic.h>

#include "model.h"

/*
 * Root and context
 */

static enum m_reason m_root_fetch(struct m_walk *w, u64 *table)
{
	u64 at = (w->m->root & VTD_RTADDR_PTR) + (w->rid >> 8) * 16 + (w->rid & 0x80 ? 8 : 0);
	u64 e;

	if (!mdl_read(&w->m->b, at, &e, 1, w->fresh))
		return M_ROOT_ACCESS;
	if (!(e & VTD_ROOT_P))
		return M_ROOT_NP;
	*table = e & VTD_ROOT_PTR;
	if (e & GENMASK_ULL(11, 1) || !m_in_haw(w->m, *table))
		return M_ROOT_RSVD;
	return M_OK;
}

/**
 * m_ctx_check() - is a present context entry well formed (9.4)?
 * @m: the model
 * @q: its four quadwords
 *
 * Return: M_OK, or SCT.3.  PRE without DTE (SCT.4) needs a unit with PRS.
 */
enum m_reason m_ctx_check(const struct vtd_model *m, const u64 *q)
{
	u64 rsvd = GENMASK_ULL(8, 5) | VTD_CTX_PRE;	/* HPTS=0, PTRS=0, PRS=0 */

	if (!(m->ecap & VTD_ECAP_DT))
		rsvd |= VTD_CTX_DTE;
	if (!(m->ecap & VTD_ECAP_PASID))
		rsvd |= VTD_CTX_PASIDE;
	/* RPS=0: RID_PASID is reserved */
	if (q[0] & rsvd || !m_in_haw(m, q[0] & VTD_CTX_DIRPTR) || q[1] || q[2] || q[3])
		return M_CTX_RSVD;
	return M_OK;
}

static enum m_reason m_ctx_fetch(struct m_walk *w)
{
	enum m_reason r;
	u64 table, q[VTD_CTX_QWORDS];

	r = m_root_fetch(w, &table);
	if (r)
		return r;
	w->ctx_phys = table + (w->rid & 0x7f) * sizeof(q);
	if (!mdl_read(&w->m->b, w->ctx_phys, q, VTD_CTX_QWORDS, w->fresh))
		return M_CTX_ACCESS;
	memcpy(w->ctx, q, sizeof(w->ctx));
	return q[0] & VTD_CTX_P ? m_ctx_check(w->m, q) : M_CTX_NP;
}

static enum m_reason m_ctx_cached(struct m_walk *w, const struct m_ctx *c)
{
	w->m->st.ctx_hits++;
	w->cached = true;
	memcpy(w->ctx, c->qw, sizeof(w->ctx));
	w->ctx_phys = c->phys;
	w->np_hit = c->np;
	return c->np;
}

static enum m_reason m_ctx_get(struct m_walk *w)
{
	struct m_ctx *c = w->fresh ? NULL : m_ctx_find(w->m, w->rid);
	enum m_reason r;

	if (c) {
		r = m_ctx_cached(w, c);
	} else {
		r = m_ctx_fetch(w);
		w->reason = r;
		if (!w->fresh && (!r || (r == M_CTX_NP && w->m->cfg.caching_mode)))
			m_ctx_fill(w);
	}
	/* evaluated whether the entry is present or not (9.4) */
	if (!r || r >= M_CTX_NP)
		w->fpd |= !!(w->ctx[0] & VTD_CTX_FPD);
	return r;
}

/* What the context entry lets this request do (SCT.5 to SCT.9). */
static enum m_reason m_ctx_allows(struct m_walk *w)
{
	u64 limit = 1ULL << (FIELD_GET(VTD_CTX_PDTS, w->ctx[0]) + 13);

	if (w->xlat && !(w->ctx[0] & VTD_CTX_DTE))
		return M_DTE_OFF;
	w->pasid = 0;
	if (w->req_pasid == PL_NO_PASID)
		return M_OK;
	if (!(w->ctx[0] & VTD_CTX_PASIDE))
		return M_PASIDE_OFF;
	if (w->req_pasid >> w->m->cfg.pasid_bits)
		return M_PSS;
	if (w->req_pasid >= limit)
		return M_PDTS;
	if (!w->req_pasid)
		return M_IS_RID_PASID;
	w->pasid = w->req_pasid;
	return M_OK;
}

/*
 * PASID directory and table
 */

static enum m_reason m_pde_fetch(struct m_walk *w, u64 *table)
{
	u64 at = (w->ctx[0] & VTD_CTX_DIRPTR) + (w->pasid >> 6) * 8ULL;
	u64 e;

	if (!mdl_read(&w->m->b, at, &e, 1, w->fresh))
		return M_PDE_ACCESS;
	w->fpd |= !!(e & VTD_PDE_FPD);
	w->pe_phys = at;
	if (!(e & VTD_PDE_P))
		return M_PDE_NP;
	*table = e & VTD_PDE_PTR;
	if (e & GENMASK_ULL(11, 2) || !m_in_haw(w->m, *table))
		return M_PDE_RSVD;
	return M_OK;
}

static bool m_pe_rsvd(const struct vtd_model *m, const u64 *q)
{
	u64 r0 = GENMASK_ULL(11, 10) | BIT_ULL(5) | VTD_PE0_SSADE;	/* SSADS=0 */
	u64 r1 = GENMASK_ULL(22, 16) | GENMASK_ULL(63, 25);		/* MTS=0 */
	u64 r2 = GENMASK_ULL(11, 7) | BIT_ULL(1) | VTD_PE2_SRE;		/* EAFS=0, SRS=0 */

	if (!m->cfg.stage2)
		r0 |= VTD_PE0_SSPTPTR;
	if (!m->cfg.coherent)
		r1 |= VTD_PE1_PWSNP;
	if (!m->cfg.snoop_control)
		r1 |= VTD_PE1_PGSNP;
	if (!m->cfg.stage1)
		r2 |= VTD_PE2_FSPM | VTD_PE2_WPE | VTD_PE2_FSPTPTR;
	return q[0] & r0 || q[1] & r1 || q[2] & r2 || q[3] || q[4] || q[5] || q[6] || q[7] ||
	       (q[1] & VTD_PE1_DID) >> m->cfg.did_bits ||
	       !m_in_haw(m, q[0] & VTD_PE0_SSPTPTR) || !m_in_haw(m, q[2] & VTD_PE2_FSPTPTR);
}

/*
 * AW is called reserved without second stage; units have been seen to want it
 * for first stage all the same, so it is ignored there [M].
 */
static bool m_pe_aw_ok(const struct vtd_model *m, u64 q0)
{
	u64 aw = FIELD_GET(VTD_PE0_AW, q0);

	return (aw == 1 && m->cap & VTD_CAP_SAGAW_39) || (aw == 2 && m->cap & VTD_CAP_SAGAW_48);
}

/**
 * m_pe_check() - is a present PASID entry well formed (9.6)?
 * @m: the model
 * @q: its eight quadwords
 *
 * Return: M_OK, or SPT.3, SPT.4.
 */
enum m_reason m_pe_check(const struct vtd_model *m, const u64 *q)
{
	bool ok = false;

	if (m_pe_rsvd(m, q))
		return M_PE_RSVD;
	switch (FIELD_GET(VTD_PE0_PGTT, q[0])) {
	case VTD_PGTT_FS:
		ok = m->cfg.stage1 && !FIELD_GET(VTD_PE2_FSPM, q[2]);
		break;
	case VTD_PGTT_SS:
		ok = m->cfg.stage2 && m_pe_aw_ok(m, q[0]);
		break;
	case VTD_PGTT_NEST:
		ok = m->cfg.nested && m_pe_aw_ok(m, q[0]) && !FIELD_GET(VTD_PE2_FSPM, q[2]);
		break;
	case VTD_PGTT_PT:
		ok = m->cfg.passthrough;
		break;
	}
	return ok ? M_OK : M_PE_INVALID;
}

static enum m_reason m_pe_fetch(struct m_walk *w)
{
	u64 table, q[VTD_PE_QWORDS];
	enum m_reason r;

	r = m_pde_fetch(w, &table);
	if (r)
		return r;
	w->pe_phys = table + (w->pasid & 63) * sizeof(q);
	if (!mdl_read(&w->m->b, w->pe_phys, q, VTD_PE_QWORDS, w->fresh))
		return M_PE_ACCESS;
	memcpy(w->pe, q, sizeof(w->pe));
	w->fpd |= !!(q[0] & VTD_PE0_FPD);
	return q[0] & VTD_PE0_P ? m_pe_check(w->m, q) : M_PE_NP;
}

static bool m_is_np(enum m_reason r)
{
	return r == M_PDE_NP || r == M_PE_NP;
}

static enum m_reason m_pe_get(struct m_walk *w)
{
	struct m_pe *pe = w->fresh ? NULL : m_pe_find(w->m, w->rid, w->pasid);
	enum m_reason r;

	if (pe) {
		w->m->st.pasid_hits++;
		w->cached = true;
		memcpy(w->pe, pe->qw, sizeof(w->pe));
		w->pe_phys = pe->phys;
		w->np_hit = pe->np;
		r = pe->np;
	} else {
		r = m_pe_fetch(w);
	}
	w->did = FIELD_GET(VTD_PE1_DID, w->pe[1]);
	w->pgtt = FIELD_GET(VTD_PE0_PGTT, w->pe[0]);
	w->reason = r;
	if (!pe && !w->fresh && (!r || (m_is_np(r) && w->m->cfg.caching_mode)))
		m_pe_fill(w);
	return r;
}

/**
 * m_walk_config() - context and PASID entry of a request
 * @w: the request
 *
 * Return: M_OK, or why not; @w->ctx, @w->pe, @w->did, @w->pgtt.
 */
enum m_reason m_walk_config(struct m_walk *w)
{
	enum m_reason r = m_ctx_get(w);

	if (!r)
		r = m_ctx_allows(w);
	if (!r)
		r = m_pe_get(w);
	return r;
}

/*
 * Paging
 */

static u64 m_index_phys(u64 table, u64 addr, unsigned int level)
{
	return table + (addr >> m_shift(level - 1) & 0x1ff) * 8;
}

static bool m_large_ok(const struct vtd_model *m, unsigned int level, bool ss)
{
	if (level == 3)
		return m->cap & (ss ? VTD_CAP_SSLPS_1G : VTD_CAP_FS1GP);
	return level == 2 && (!ss || m->cap & VTD_CAP_SSLPS_2M);
}

/* 9.7, 9.8: bits that must be zero in an entry of @level */
static bool m_entry_rsvd(const struct vtd_model *m, u64 e, unsigned int level, bool ss)
{
	bool large = level > 1 && e & VTD_PT_PS;
	u64 rsvd = 0;

	if (large && !m_large_ok(m, level, ss))
		return true;
	if (large)	/* a first-stage leaf has PAT in bit 12 */
		rsvd |= GENMASK_ULL(m_shift(level - 1) - 1, ss ? 12 : 13);
	if (ss)
		rsvd |= BIT_ULL(62);
	if (ss && ((level > 1 && !large) || !m->cfg.snoop_control))
		rsvd |= VTD_SS_SNP;
	return e & rsvd || !m_in_haw(m, e & VTD_PT_ADDR);
}

struct m_span {
	u64 phys;
	u8 szi;
	u8 perm;
};

/* The lowest cached table that leads to @addr; @level is that of its entries. */
static bool m_psc_start(struct m_walk *w, bool ss, u64 addr, unsigned int *level, u64 *table,
			u8 *perm)
{
	unsigned int l, top = *level;
	struct m_psc *p;

	for (l = 2; !w->fresh && l <= top; l++) {
		p = m_psc_find(w, l, ss, addr);
		if (!p)
			continue;
		w->m->st.walk_hits++;
		w->cached = true;
		*level = l - 1;
		*table = p->table;
		*perm = p->perm;
		return true;
	}
	return false;
}

static enum m_reason m_ss_entry(struct m_walk *w, u64 at, unsigned int level, bool root, u64 *e)
{
	if (!mdl_read(&w->m->b, at, e, 1, w->fresh))
		return root ? M_SS_ROOT : M_SS_ACCESS;
	if (!(*e & (VTD_SS_R | VTD_SS_W)))
		return M_SS_NP;
	return m_entry_rsvd(w->m, *e, level, true) ? M_SS_RSVD : M_OK;
}

/* 3.7: @addr through the second stage */
static enum m_reason m_ss_walk(struct m_walk *w, u64 addr, struct m_span *s)
{
	unsigned int top = FIELD_GET(VTD_PE0_AW, w->pe[0]) + 2, level = top;
	u64 e, at, table = w->pe[0] & VTD_PE0_SSPTPTR;
	enum m_reason r;

	s->perm = M_PERM_R | M_PERM_W;
	if (addr >> min_t(unsigned int, w->m->cfg.va_bits, 12 + 9 * top))
		return M_WIDTH;
	m_psc_start(w, true, addr, &level, &table, &s->perm);
	for (;; level--) {
		if (w->pgtt == VTD_PGTT_SS)
			w->tables[level] = table;
		at = m_index_phys(table, addr, level);
		w->leaf_phys = at;
		r = m_ss_entry(w, at, level, level == top, &e);
		if (r)
			return r;
		s->perm &= (e & VTD_SS_R ? M_PERM_R : 0) | (e & VTD_SS_W ? M_PERM_W : 0);
		if (!s->perm)
			return M_SS_NP;
		table = e & VTD_PT_ADDR;
		if (level == 1 || e & VTD_PT_PS)
			break;
		if (!w->fresh)
			m_psc_fill(w, level, true, addr, table, s->perm, at);
	}
	s->szi = level - 1;
	s->phys = (table & ~(m_size(s->szi) - 1)) | (addr & (m_size(s->szi) - 1));
	return M_OK;
}

/* A table of the first stage, which lies in guest memory when nested (3.8). */
static enum m_reason m_nest(struct m_walk *w, u64 gpa, bool root, u64 *hpa, u8 *perm)
{
	enum m_reason r;
	struct m_span s;

	*hpa = gpa;
	*perm |= M_PERM_AD;
	if (w->pgtt != VTD_PGTT_NEST)
		return M_OK;
	r = m_ss_walk(w, gpa, &s);
	if (r == M_WIDTH)
		return M_FS_GPA;
	if (r)
		return r;
	*hpa = s.phys;
	if (!(s.perm & M_PERM_R))
		return root ? M_FS_ROOT_READ : M_FS_READ;
	if (!(s.perm & M_PERM_W))
		*perm &= ~M_PERM_AD;
	return M_OK;
}

/*
 * 3.6.2: accessed and dirty are set before the entry is cached.  A unit that
 * does not snoop its walks cannot, and faults.
 */
static enum m_reason m_fs_flag(struct m_walk *w, u64 at, u64 *e, u64 bits, u8 perm)
{
	u64 *va = phys_to_virt(at);
	u64 old = *e;

	if (w->fresh || (old & bits) == bits)
		return M_OK;
	if (!w->m->cfg.coherent || !(w->pe[1] & VTD_PE1_PWSNP))
		return M_FS_AD_NOSNOOP;
	if (!(perm & M_PERM_AD))
		return M_FS_AD_WRITE;
	do {
		*e = old;
		old = cmpxchg(va, *e, *e | bits);
	} while (old != *e && old & VTD_FS_P);
	*e = old | bits;
	return old & VTD_FS_P ? M_OK : M_FS_NP;
}

static enum m_reason m_fs_entry(struct m_walk *w, u64 at, unsigned int level, u8 perm, u64 *e)
{
	if (!mdl_read(&w->m->b, at, e, 1, w->fresh))
		return level == 4 ? M_FS_ROOT : M_FS_ACCESS;
	if (!(*e & VTD_FS_P))
		return M_FS_NP;
	if (m_entry_rsvd(w->m, *e, level, false) || (level == 4 && *e & VTD_PT_PS))
		return M_FS_RSVD;
	if (!(*e & VTD_FS_US))
		return M_USER;
	return m_fs_flag(w, at, e, VTD_FS_A, perm);
}

static enum m_reason m_fs_leaf(struct m_walk *w, u64 at, u64 e, unsigned int level,
			       struct m_span *s)
{
	enum m_reason r = M_OK;

	if (w->write && s->perm & M_PERM_W)
		r = m_fs_flag(w, at, &e, VTD_FS_D, s->perm);
	w->dirty = e & VTD_FS_D;
	w->leaf_phys = at;
	s->szi = level - 1;
	s->phys = (e & VTD_PT_ADDR & ~(m_size(s->szi) - 1)) | (w->iova & (m_size(s->szi) - 1));
	return r;
}

/* 3.6: the first stage, down from the lowest table that is cached */
static enum m_reason m_fs_walk(struct m_walk *w, struct m_span *s)
{
	unsigned int level = 4;
	enum m_reason r;
	u64 at, e, table;

	s->perm = M_PERM_R | M_PERM_W;
	if (!m_psc_start(w, false, w->iova, &level, &table, &s->perm)) {
		r = m_nest(w, w->pe[2] & VTD_PE2_FSPTPTR, true, &table, &s->perm);
		if (r)
			return r;
	}
	for (;; level--) {
		w->tables[level] = table;
		at = m_index_phys(table, w->iova, level);
		r = m_fs_entry(w, at, level, s->perm, &e);
		if (r)
			return r;
		if (!(e & VTD_FS_RW))
			s->perm &= ~M_PERM_W;
		if (level == 1 || e & VTD_PT_PS)
			return m_fs_leaf(w, at, e, level, s);
		r = m_nest(w, e & VTD_PT_ADDR, false, &table, &s->perm);
		if (r)
			return r;
		if (!w->fresh)
			m_psc_fill(w, level, false, w->iova, table, s->perm, at);
	}
}

static enum m_reason m_nest_leaf(struct m_walk *w, struct m_span *s)
{
	struct m_span ss;
	enum m_reason r = m_ss_walk(w, s->phys, &ss);

	if (r)
		return r == M_WIDTH ? M_FS_GPA : r;
	s->phys = ss.phys;
	s->perm &= ss.perm;
	s->szi = min(s->szi, ss.szi);
	return M_OK;
}

static bool m_canonical(u64 addr)
{
	return (s64)(addr << 16) >> 16 == (s64)addr;
}

static enum m_reason m_paging(struct m_walk *w, struct m_span *s)
{
	enum m_reason r;

	w->dirty = true;
	switch (w->pgtt) {
	case VTD_PGTT_PT:
		*s = (struct m_span){ .phys = w->iova, .perm = M_PERM_R | M_PERM_W };
		return m_in_haw(w->m, w->iova) ? M_OK : M_HAW;
	case VTD_PGTT_SS:
		return m_ss_walk(w, w->iova, s);
	default:
		if (!m_canonical(w->iova))
			return M_CANONICAL;
		r = m_fs_walk(w, s);
		return !r && w->pgtt == VTD_PGTT_NEST ? m_nest_leaf(w, s) : r;
	}
}

/* What the permissions of the path let this request do (SGN.6 to SGN.8). */
static enum m_reason m_permit(struct m_walk *w)
{
	u64 out = w->xlat ? w->phys & ~(m_size(w->szi) - 1) : w->phys;

	if (m_is_interrupt(out))
		return M_INTERRUPT;
	if (w->xlat)	/* the completion says what is allowed */
		return w->perm ? M_OK : M_SS_NP;
	if (w->write && !(w->perm & M_PERM_W))
		return M_WRITE;
	if (!w->write && !(w->perm & M_PERM_R))
		return M_READ;
	return M_OK;
}

/**
 * m_walk_pages() - paging, once the PASID entry is known
 * @w: the request, after m_walk_config()
 *
 * Return: M_OK and @w->phys, @w->szi, @w->perm; or why not.
 */
enum m_reason m_walk_pages(struct m_walk *w)
{
	struct m_span s = { 0 };
	enum m_reason r = m_paging(w, &s);

	w->phys = s.phys;
	w->szi = s.szi;
	w->perm = s.perm & (M_PERM_R | M_PERM_W);
	return r ? r : m_permit(w);
}

/* An IOTLB entry answers, unless the walk has to set a dirty flag first. */
static bool m_tlb_answers(struct m_walk *w)
{
	struct m_tlb *t = m_tlb_find(w->m, w->rid, w->req_pasid, w->iova);

	if (!t || (w->write && !t->dirty && t->perm & M_PERM_W))
		return false;
	w->m->st.iotlb_hits++;
	w->cached = true;
	w->tlb_hit = true;
	w->np_hit = t->np;
	w->np_stored = t->stored;
	w->did = t->tag->d->did;
	w->pasid = t->tag->pasid;
	w->pgtt = t->pgtt;
	w->szi = t->szi;
	w->perm = t->perm;
	w->dirty = t->dirty;
	w->phys = t->phys | (w->iova & (m_size(t->szi) - 1));
	w->reason = t->np ? t->np : m_permit(w);
	return true;
}

static enum m_reason m_walk_ttm(const struct m_walk *w)
{
	if (m_ttm(w->m->root) == M_TTM_SCALABLE)
		return M_OK;
	/* a unit that never did anything but scalable mode has no legacy tables */
	return m_ttm(w->m->root) == M_TTM_LEGACY && w->req_pasid != PL_NO_PASID ?
	       M_RTA_PASID : M_RTA_TTM;
}

/**
 * m_walk_device() - may the device use translated addresses (4.1.3)?
 * @w: the request, @xlat set
 *
 * Return: M_OK, or why not.
 */
enum m_reason m_walk_device(struct m_walk *w)
{
	enum m_reason r = m_walk_ttm(w);

	if (!r)
		r = m_ctx_get(w);
	return r ? r : m_ctx_allows(w);
}

/**
 * m_walk() - translate a request
 * @w: the request: @m, @fresh, @xlat, @rid, @req_pasid, @iova, @write
 *
 * Return: @w->reason.
 */
enum m_reason m_walk(struct m_walk *w)
{
	struct vtd_model *m = w->m;

	w->reason = m_walk_ttm(w);
	if (w->reason || (!w->fresh && !w->xlat && m_tlb_answers(w)))
		return w->reason;
	if (!w->fresh)
		m->st.walks++;
	w->reason = m_walk_config(w);
	if (w->reason || (!w->fresh && w->xlat && m_tlb_answers(w)))
		return w->reason;
	w->reason = m_walk_pages(w);
	if (w->fresh)
		return w->reason;
	if (!w->reason || (m->cfg.caching_mode && w->reason == M_SS_NP && w->pgtt == VTD_PGTT_SS))
		m_tlb_fill(w);
	return w->reason;
}
