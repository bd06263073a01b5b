// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an input address to an output address: VMSAv8-64 tables of stage 1 and
 * stage 2, one after the other where both translate (IHI0070 3.4, DDI0487 D8).
 *
 * Vocabulary.  A *hardware* walk uses the caches, fills them, sets Access flags
 * and dirty state, and sees memory as the unit does.  A *fresh* walk does none
 * of it.  An *inner* stage-2 walk is made for a table of stage 1.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: what is not mapped is never cached (3.17); what faults in
 * either stage leaves no TLB entry behind.
 */
#include <linux/atomic.h>

#include "model.h"

static unsigned int level_shift(const struct sm_tt *t, unsigned int level)
{
	return t->gran + (3 - level) * (t->gran - 3);
}

static u32 tag_asid(const struct sm_walk *w, const struct sm_tt *t)
{
	return t->s2 ? SM_TAG_S2 : w->asid;
}

/* A fault of stage @t; with both stages the event tells stage 2's input. */
static u32 fault(struct sm_walk *w, const struct sm_tt *t, u32 why)
{
	w->f_s2 = t->s2;
	return why;
}

/*
 * One stage
 */

/* The lowest cached table that leads to @addr; @p says where to go on. */
static bool psc_start(struct sm_walk *w, const struct sm_tt *t, u64 addr, struct sm_psc *p)
{
	struct sm_tag *tag = w->fresh ? NULL : sm_tag_find(w->m, w->vmid, tag_asid(w, t));
	struct sm_psc *hit;
	int level;

	for (level = 2; tag && level >= (int)t->start; level--) {
		hit = sm_psc_find(w->m, tag, addr, level_shift(t, level));
		if (!hit || hit->gran != t->gran || hit->level != level)
			continue;
		w->m->st.walk_hits++;
		w->cached = true;
		*p = *hit;
		return true;
	}
	return false;
}

/* Descriptors of stage 1 lie in stage 2's input where both translate (3.3.2). */
static u32 read_desc(struct sm_walk *w, const struct sm_tt *t, u64 addr, u64 *at, u64 *e)
{
	u32 r;

	*at = addr;
	if (!t->s2 && w->s2) {
		r = sm_walk_ipa(w, addr, SMMU_CLASS_TTD, at);
		if (r)
			return r;
	}
	if (mdl_read(&w->m->b, *at, e, 1, w->fresh))
		return *e & SMMU_PT_VALID ? SM_OK : fault(w, t, SMMU_EVT_TRANSLATION);
	w->f_fetch = *at;
	w->f_class = SMMU_CLASS_TTD;
	return fault(w, t, SMMU_EVT_WALK_EABT);
}

/* D8.3: where a descriptor leads */
static u64 desc_addr(const struct sm_tt *t, u64 e)
{
	u64 addr = e & SMMU_PT_ADDR & ~(BIT_ULL(t->gran) - 1);

	if (t->gran == 16)
		addr |= FIELD_GET(SMMU_PT_ADDR_HI, e) << 48;
	return addr;
}

/* D8.3.1: blocks are at level 2, with 4 KiB granules at level 1 too */
static bool block_ok(const struct sm_tt *t, unsigned int level)
{
	return level == 2 || (level == 1 && t->gran == 12);
}

/*
 * D8.5: the unit sets the Access flag, and clears "read only" of a descriptor
 * whose DBM says that this means clean, with one atomic update.
 */
static u32 desc_update(struct sm_walk *w, const struct sm_tt *t, u64 at, u64 *e, u64 set, u64 clear)
{
	u64 *va = phys_to_virt(at);
	u64 old = *e;

	if (w->fresh || (!(set & ~old) && !(clear & old)))
		return SM_OK;
	do {
		*e = old;
		old = cmpxchg(va, *e, (*e | set) & ~clear);
	} while (old != *e && old & SMMU_PT_VALID);
	*e = (old | set) & ~clear;
	return old & SMMU_PT_VALID ? SM_OK : fault(w, t, SMMU_EVT_TRANSLATION);
}

/* What a leaf lets pass, before the unit changes anything of it */
static u8 leaf_perm(const struct sm_tt *t, u64 e)
{
	if (t->s2)
		return (e & SMMU_PT_S2AP_R ? SM_PERM_R : 0) | (e & SMMU_PT_S2AP_W ? SM_PERM_W : 0);
	if (!(e & SMMU_PT_AP_EL0))
		return 0;	/* requests are unprivileged */
	return SM_PERM_R | (e & SMMU_PT_AP_RO ? 0 : SM_PERM_W);
}

/* Make @l of the descriptor @e that was read at @at. */
static u32 leaf(struct sm_walk *w, const struct sm_tt *t, u64 at, u64 e, bool write,
		struct sm_leaf *l)
{
	bool dbm = t->hd && e & SMMU_PT_DBM;
	u64 set = 0, clear = 0;

	if (!(e & SMMU_PT_AF) && !t->ha && !t->affd)
		return fault(w, t, SMMU_EVT_ACCESS);
	if (t->ha)
		set = SMMU_PT_AF;
	l->dirty = leaf_perm(t, e) & SM_PERM_W;
	if (dbm && write && l->perm & SM_PERM_W) {
		set |= t->s2 ? SMMU_PT_S2AP_W : 0;
		clear = t->s2 ? 0 : SMMU_PT_AP_RO;
		l->dirty = true;
	}
	l->perm &= leaf_perm(t, e) | (dbm && (t->s2 || e & SMMU_PT_AP_EL0) ? SM_PERM_W : 0);
	l->dirty |= !(l->perm & SM_PERM_W);
	l->ng = e & SMMU_PT_NG;
	l->at = at;
	return desc_update(w, t, at, &e, set, clear);
}

/* D8.4: what table descriptors take away from everything below */
static u8 table_perm(const struct sm_tt *t, u64 e)
{
	u64 ap = t->had ? 0 : FIELD_GET(SMMU_PT_APTABLE, e);

	return (ap & 1 ? 0 : SM_PERM_R) | (ap ? 0 : SM_PERM_W);
}

static void keep_table(struct sm_walk *w, const struct sm_tt *t, u64 addr, const struct sm_psc *p,
		       unsigned int level, u64 at)
{
	struct sm_psc like = *p;

	if (w->fresh)
		return;
	like.level = level;
	like.shift = level_shift(t, level);
	like.gran = t->gran;
	like.iova = addr;
	/* an address that stage 2 translates is no page of memory */
	sm_psc_fill(w, &like, w->vmid, tag_asid(w, t), at, t->s2 || !w->s2 ? p->table : 0);
}

/**
 * walk_stage() - one stage, from its root or from the lowest cached table
 * @w: the request
 * @t: the stage
 * @addr: its input
 * @write: the access is a write
 * @l: out
 *
 * Return: SM_OK, or why not.
 */
static u32 walk_stage(struct sm_walk *w, const struct sm_tt *t, u64 addr, bool write,
		      struct sm_leaf *l)
{
	struct sm_psc p = { .table = t->root, .perm = SM_PERM_R | SM_PERM_W };
	unsigned int level = psc_start(w, t, addr, &p) ? p.level + 1 : t->start, shift;
	u64 at, e;
	u32 r;

	for (;; level++) {
		shift = level_shift(t, level);
		if (!t->s2 || !w->s1)
			w->tables[level] = p.table;
		at = (addr & (BIT_ULL(t->ia) - 1)) >> shift;
		if (level > t->start)
			at &= BIT_ULL(t->gran - 3) - 1;
		r = read_desc(w, t, p.table + at * 8, &at, &e);
		if (r)
			return r;
		p.table = desc_addr(t, e);
		if (level == 3 || !(e & SMMU_PT_TABLE))
			break;
		if (p.table >> t->oa)
			return fault(w, t, SMMU_EVT_ADDR_SIZE);
		p.perm &= table_perm(t, e);
		keep_table(w, t, addr, &p, level, at);
	}
	if (level == 3 ? !(e & SMMU_PT_TABLE) : !block_ok(t, level))
		return fault(w, t, SMMU_EVT_TRANSLATION);
	if (p.table >> t->oa)
		return fault(w, t, SMMU_EVT_ADDR_SIZE);
	l->level = level;
	l->shift = shift;
	l->perm = p.perm;
	l->out = (p.table & ~(BIT_ULL(shift) - 1)) | (addr & (BIT_ULL(shift) - 1));
	return leaf(w, t, at, e, write, l);
}

/*
 * Stage 2
 */

/* Cached stage-2 entries serve table walks only: requests have their own. */
static struct sm_tlb *inner_find(struct sm_walk *w, u64 ipa)
{
	struct sm_tag *tag = w->fresh ? NULL : sm_tag_find(w->m, w->vmid, SM_TAG_S2);

	return tag ? sm_tlb_find(w->m, tag, ipa) : NULL;
}

static void inner_fill(struct sm_walk *w, u64 ipa, const struct sm_tt *t, const struct sm_leaf *l)
{
	struct sm_tlb like = {
		.iova = ipa, .phys = l->out, .shift = l->shift, .gran = t->gran,
		.level = l->level, .perm = l->perm, .perm1 = SM_PERM_R | SM_PERM_W,
		.dirty = l->dirty, .inner = true,
	};

	if (!w->fresh)
		sm_tlb_fill(w, &like, w->vmid, SM_TAG_S2);
}

/* Stage 2 of @ipa: @l, without a look at what the request wants to do. */
static u32 stage2(struct sm_walk *w, u64 ipa, bool write, struct sm_leaf *l)
{
	struct sm_tlb *t = inner_find(w, ipa);
	struct sm_tt tt;
	u32 r;

	w->f_ipa = ipa;
	if (t && (!write || t->dirty)) {
		w->cached = true;
		w->m->st.walk_hits++;
		*l = (struct sm_leaf){
			.out = t->phys | (ipa & (BIT_ULL(t->shift) - 1)), .shift = t->shift,
			.level = t->level, .perm = t->perm, .dirty = t->dirty,
		};
		return SM_OK;
	}
	sm_s2_tt(w->m, w->ste, &tt);
	if (ipa >> tt.ia)
		return fault(w, &tt, SMMU_EVT_TRANSLATION);
	r = walk_stage(w, &tt, ipa, write, l);
	if (!r && w->s1)
		inner_fill(w, ipa, &tt, l);
	return r;
}

/**
 * sm_walk_ipa() - stage 2 of a structure that stage 1 is made of
 * @w: the request
 * @ipa: its address
 * @class: SMMU_CLASS_CD or _TTD
 * @phys: out
 *
 * Return: SM_OK, or why not.
 */
u32 sm_walk_ipa(struct sm_walk *w, u64 ipa, u8 class, u64 *phys)
{
	u8 was = w->f_class;
	struct sm_leaf l;
	u32 r;

	w->f_class = class;
	r = stage2(w, ipa, false, &l);
	if (!r && !(l.perm & SM_PERM_R)) {
		w->f_s2 = true;
		r = SMMU_EVT_PERMISSION;
	}
	if (r)
		return r;
	w->f_class = was;
	*phys = l.out;
	return SM_OK;
}

/*
 * Both stages
 */

/* 3.4.1: which half of the address space, and is @addr in it at all? */
static bool pick_half(const struct sm_walk *w, struct sm_tt *t, bool *upper)
{
	u64 tbi = FIELD_GET(SMMU_CD0_TBI, w->cd[0]), addr = w->iova;
	s64 top;

	*upper = addr >> 55 & 1;
	if (tbi >> *upper & 1)
		addr = (u64)((s64)(addr << 8) >> 8);
	*upper = addr >> 63;
	if (w->cd[0] & (*upper ? SMMU_CD0_EPD1 : SMMU_CD0_EPD0) ||
	    !sm_s1_tt(w->m, w->cd, *upper, t))
		return false;
	top = (s64)addr >> t->ia;
	return top == (*upper ? -1 : 0);
}

static void take(struct sm_walk *w, const struct sm_leaf *l, unsigned int gran)
{
	w->phys = l->out;
	w->shift = l->shift;
	w->level = l->level;
	w->perm = l->perm;
	w->perm1 = l->perm;
	w->dirty = l->dirty;
	w->ng = l->ng;
	w->gran = gran;
}

static u32 stage1(struct sm_walk *w)
{
	struct sm_leaf l = { 0 };
	struct sm_tt t;
	bool upper;
	u32 r;

	w->f_s2 = false;
	if (!pick_half(w, &t, &upper))
		return SMMU_EVT_TRANSLATION;
	r = walk_stage(w, &t, w->iova, w->write, &l);
	if (!r)
		take(w, &l, t.gran);
	return r;
}

/* Put stage 2 behind what stage 1, or nothing, made of the address. */
static u32 behind(struct sm_walk *w)
{
	struct sm_leaf l = { 0 };
	struct sm_tt t;
	u32 r;

	/* a write that stage 1 refuses sets no dirty state in stage 2 */
	r = stage2(w, w->phys, w->write && w->perm & SM_PERM_W, &l);
	if (r)
		return r;
	sm_s2_tt(w->m, w->ste, &t);
	w->phys = l.out;
	w->perm &= l.perm;
	w->dirty &= l.dirty;
	w->shift = min(w->shift, l.shift);
	if (w->s1)
		return SM_OK;	/* hints of a TLBI are about stage 1 (4.4.1.1) */
	w->level = l.level;
	w->gran = t.gran;
	return SM_OK;
}

/* What the permissions of the path let this request do */
static u32 permit(struct sm_walk *w)
{
	u8 want = w->write ? SM_PERM_W : SM_PERM_R;

	w->f_class = SMMU_CLASS_IN;
	if (w->xlat ? w->perm : w->perm & want)
		return SM_OK;
	w->f_s2 = w->xlat ? !!w->perm1 : !!(w->perm1 & want);
	return SMMU_EVT_PERMISSION;
}

/**
 * sm_walk_pages() - translation, once STE and CD are known
 * @w: the request, after sm_walk_config()
 *
 * Return: SM_OK and @w->phys, @w->shift, @w->perm; or why not.
 */
u32 sm_walk_pages(struct sm_walk *w)
{
	u32 r = SM_OK;

	w->f_class = SMMU_CLASS_IN;
	w->phys = w->iova;
	w->perm = SM_PERM_R | SM_PERM_W;
	w->perm1 = w->perm;
	w->dirty = true;
	w->ng = true;
	w->shift = w->s1 || w->s2 ? 63 : MDL_PAGE_SHIFT;
	if (w->s1)
		r = stage1(w);
	else if (!sm_in_oas(w->m, w->iova))
		r = w->s2 ? SMMU_EVT_TRANSLATION : SMMU_EVT_ADDR_SIZE;
	if (!r && w->s2)
		r = behind(w);
	return r ? r : permit(w);
}

static bool tlb_use(struct sm_walk *w, const struct sm_tlb *t)
{
	if (w->write && !t->dirty && t->perm & SM_PERM_W)
		return false;	/* a walk has to set the dirty state first */
	w->m->st.tlb_hits++;
	w->cached = true;
	w->tlb_hit = true;
	w->phys = t->phys | (w->iova & (BIT_ULL(t->shift) - 1));
	w->shift = t->shift;
	w->gran = t->gran;
	w->level = t->level;
	w->perm = t->perm;
	w->perm1 = t->perm1;
	w->dirty = t->dirty;
	w->ng = t->tag->asid != SM_TAG_GLOBAL;
	w->reason = permit(w);
	return true;
}

/* 3.17: entries of the ASID, or of all ASIDs of the VMID */
static bool tlb_answers(struct sm_walk *w)
{
	struct sm_tag *tag = sm_tag_find(w->m, w->vmid, w->asid);
	struct sm_tlb *t = tag ? sm_tlb_find(w->m, tag, w->iova) : NULL;

	if (t && tlb_use(w, t))
		return true;
	tag = w->s1 ? sm_tag_find(w->m, w->vmid, SM_TAG_GLOBAL) : NULL;
	t = tag ? sm_tlb_find(w->m, tag, w->iova) : NULL;
	return t && tlb_use(w, t);
}

static void keep(struct sm_walk *w)
{
	struct sm_tlb like = {
		.iova = w->iova, .phys = w->phys, .shift = w->shift, .gran = w->gran,
		.level = w->level, .perm = w->perm, .perm1 = w->perm1, .dirty = w->dirty,
	};

	sm_tlb_fill(w, &like, w->vmid, w->ng || !w->s1 ? w->asid : SM_TAG_GLOBAL);
}

/**
 * sm_walk() - translate a request
 * @w: the request: @m, @fresh, @xlat, @sid, @ssid, @iova, @write
 *
 * Return: @w->reason.
 */
u32 sm_walk(struct sm_walk *w)
{
	w->f_class = SMMU_CLASS_CD;
	w->reason = sm_walk_config(w);
	if (w->reason || (!w->fresh && (w->s1 || w->s2) && tlb_answers(w)))
		return w->reason;
	if (!w->fresh)
		w->m->st.walks++;
	w->reason = sm_walk_pages(w);
	/* a permission fault does not keep a translation out of the TLB */
	if (!w->fresh && (w->s1 || w->s2) &&
	    (!w->reason || (w->reason == SMMU_EVT_PERMISSION && w->f_class == SMMU_CLASS_IN)))
		keep(w);
	return w->reason;
}
