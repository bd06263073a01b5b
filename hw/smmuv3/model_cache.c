// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caches of the model: configuration (IHI0070 3.21.3), table descriptors
 * and the TLB (3.17), and what each command takes out of them (4.3, 4.4).
 *
 * Vocabulary.  Confs are found by StreamID and SubstreamID, translations by
 * VMID and ASID: two streams that share an ASID share its TLB entries.  Global
 * entries of a VMID hang on a tag of their own, stage-2 ones on another.  Both
 * stages together make one entry under the stage-1 tag, which a stage-2
 * invalidation does not find (4.4.3): that is what makes nesting hard.
 *
 * An STE and the CDs that were found through it are cached apart; what drops the
 * STE drops them too (4.3.1, 4.3.2).
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: a command removes what 4.3 and 4.4 list for it and not one
 * entry more; hints that it carries (TTL, TG, Leaf) are believed.
 */
#include "model.h"

static bool room(const struct smmu_model *m)
{
	return !m->cfg.max_entries || m->nr_entries < m->cfg.max_entries;
}

static void count_shift(struct smmu_model *m, unsigned int shift, int by)
{
	m->nr_shift[shift] += by;
	if (m->nr_shift[shift])
		m->shifts |= BIT_ULL(shift);
	else
		m->shifts &= ~BIT_ULL(shift);
}

/*
 * Tags
 */

static struct sm_vm *vm_find(const struct smmu_model *m, u16 vmid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_VM, vmid), 0);

	return n ? container_of(n, struct sm_vm, node) : NULL;
}

static struct sm_vm *vm_get(struct smmu_model *m, u16 vmid)
{
	struct sm_vm *vm = vm_find(m, vmid);

	if (vm)
		return vm;
	vm = mdl_pool_get(&m->b, SM_P_VM);
	if (!vm)
		return NULL;
	vm->vmid = vmid;
	INIT_LIST_HEAD(&vm->tags);
	list_add_tail(&vm->all, &m->vms);
	mdl_add(&m->b, &vm->node, mdl_key(SM_K_VM, vmid), 0);
	return vm;
}

static void vm_put(struct smmu_model *m, struct sm_vm *vm)
{
	if (!list_empty(&vm->tags))
		return;
	list_del(&vm->all);
	mdl_del(&m->b, &vm->node);
	mdl_pool_put(&m->b, SM_P_VM, vm);
}

struct sm_tag *sm_tag_find(const struct smmu_model *m, u16 vmid, u32 asid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_TAG, vmid), asid);

	return n ? container_of(n, struct sm_tag, node) : NULL;
}

static struct sm_tag *tag_new(struct smmu_model *m, u16 vmid, u32 asid)
{
	struct sm_tag *tag = mdl_pool_get(&m->b, SM_P_TAG);

	if (!tag)
		return NULL;
	tag->vm = vm_get(m, vmid);
	if (!tag->vm) {
		mdl_pool_put(&m->b, SM_P_TAG, tag);
		return NULL;
	}
	tag->id = m->next_tag++;
	tag->asid = asid;
	INIT_LIST_HEAD(&tag->tlb);
	INIT_LIST_HEAD(&tag->psc);
	INIT_LIST_HEAD(&tag->grants);
	INIT_LIST_HEAD(&tag->stains);
	list_add_tail(&tag->vm_node, &tag->vm->tags);
	mdl_add(&m->b, &tag->node, mdl_key(SM_K_TAG, vmid), asid);
	return tag;
}

/**
 * sm_tag_get() - a tag, with one user more
 * @m: the model
 * @vmid: VMID
 * @asid: ASID, SM_TAG_GLOBAL or SM_TAG_S2
 *
 * Return: the tag, for sm_tag_put(), or NULL when there is no memory.
 */
struct sm_tag *sm_tag_get(struct smmu_model *m, u16 vmid, u32 asid)
{
	struct sm_tag *tag = sm_tag_find(m, vmid, asid);

	if (!tag)
		tag = tag_new(m, vmid, asid);
	if (tag)
		tag->users++;
	return tag;
}

void sm_tag_put(struct smmu_model *m, struct sm_tag *tag)
{
	struct sm_vm *vm = tag->vm;

	if (--tag->users)
		return;
	list_del(&tag->vm_node);
	mdl_del(&m->b, &tag->node);
	mdl_pool_put(&m->b, SM_P_TAG, tag);
	vm_put(m, vm);
}

/*
 * Configuration
 */

static u64 conf_k0(enum sm_kind kind, u32 sid)
{
	return mdl_key(SM_K_CONF, (u64)kind << 48 | sid);
}

struct sm_conf *sm_conf_find(const struct smmu_model *m, enum sm_kind kind, u32 sid, u32 index)
{
	struct mdl_node *n = mdl_find(&m->b, conf_k0(kind, sid), index);

	return n ? container_of(n, struct sm_conf, node) : NULL;
}

struct sm_sid *sm_sid_find(const struct smmu_model *m, u32 sid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_SID, sid), 0);

	return n ? container_of(n, struct sm_sid, node) : NULL;
}

static struct sm_sid *sid_get(struct smmu_model *m, u32 sid)
{
	struct sm_sid *s = sm_sid_find(m, sid);

	if (s)
		return s;
	s = mdl_pool_get(&m->b, SM_P_SID);
	if (!s)
		return NULL;
	INIT_LIST_HEAD(&s->confs);
	list_add_tail(&s->all, &m->sids);
	s->sid = sid;
	mdl_add(&m->b, &s->node, mdl_key(SM_K_SID, sid), 0);
	return s;
}

static void sid_put(struct smmu_model *m, struct sm_sid *s)
{
	if (!list_empty(&s->confs))
		return;
	list_del(&s->all);
	mdl_del(&m->b, &s->node);
	mdl_pool_put(&m->b, SM_P_SID, s);
}

static struct sm_conf *conf_new(struct smmu_model *m, enum sm_kind kind, u32 sid)
{
	struct sm_conf *c = mdl_pool_get(&m->b, SM_P_CONF);
	bool of_stream = kind == SM_CD || kind == SM_L1CD;

	if (!c)
		return NULL;
	c->stream = of_stream ? sid_get(m, sid) : NULL;
	if (of_stream && !c->stream) {
		mdl_pool_put(&m->b, SM_P_CONF, c);
		return NULL;
	}
	list_add_tail(&c->list, of_stream ? &c->stream->confs : &m->stes);
	c->kind = kind;
	return c;
}

/**
 * sm_conf_fill() - keep an entry that a request has met
 * @w: the request
 * @kind: what it is
 * @index: CD, L1CD: the first SubstreamID; L1ST: the first StreamID
 * @q: contents
 * @phys: where it was read
 * @to: the page it leads to, or 0
 * @why: what using it gives
 */
void sm_conf_fill(struct sm_walk *w, enum sm_kind kind, u32 index, const u64 *q, u64 phys,
		  u64 to, u32 why)
{
	u32 sid = kind == SM_L1ST ? index : w->sid, sub = kind == SM_L1ST ? 0 : index;
	bool l1 = kind == SM_L1ST || kind == SM_L1CD;
	struct smmu_model *m = w->m;
	struct sm_conf *c;

	if (!room(m) || sm_conf_find(m, kind, sid, sub))
		return;
	c = conf_new(m, kind, sid);
	if (!c)
		return;
	c->sid = sid;
	c->index = sub;
	c->phys = phys;
	c->why = why;
	memcpy(c->q, q, l1 ? sizeof(*q) : sizeof(c->q));
	mdl_add(&m->b, &c->node, conf_k0(kind, sid), sub);
	m->nr_entries++;
	if (why && why != SM_ABORTED)
		return;
	mdl_ref_add(&m->b, &c->in, SM_R_CONF_IN, phys, MDL_PAGE_SHIFT);
	if (to)
		mdl_ref_add(&m->b, &c->to, SM_R_CONF_TO, to, MDL_PAGE_SHIFT);
}

void sm_conf_drop(struct smmu_model *m, struct sm_conf *c)
{
	struct sm_sid *stream = c->stream;

	mdl_ref_del(&m->b, &c->in);
	mdl_ref_del(&m->b, &c->to);
	list_del(&c->list);
	mdl_del(&m->b, &c->node);
	m->nr_entries--;
	mdl_pool_put(&m->b, SM_P_CONF, c);
	if (stream)
		sid_put(m, stream);
}

/*
 * Table descriptors
 */

static u64 addr_k1(u64 addr, unsigned int shift)
{
	return addr >> shift << 6 | shift;
}

struct sm_psc *sm_psc_find(const struct smmu_model *m, const struct sm_tag *tag, u64 addr,
			   unsigned int shift)
{
	struct mdl_node *n;

	if (list_empty(&tag->psc))
		return NULL;
	n = mdl_find(&m->b, mdl_key(SM_K_PSC, tag->id), addr_k1(addr, shift));
	return n ? container_of(n, struct sm_psc, node) : NULL;
}

/**
 * sm_psc_fill() - keep a table descriptor
 * @w: the request
 * @like: what to keep; @like->iova any address it covers
 * @vmid: VMID
 * @asid: ASID, or SM_TAG_S2
 * @at: where it was read
 * @to: the table, where that is a physical address; else 0
 */
void sm_psc_fill(struct sm_walk *w, const struct sm_psc *like, u16 vmid, u32 asid, u64 at, u64 to)
{
	struct smmu_model *m = w->m;
	struct sm_tag *tag = room(m) ? sm_tag_get(m, vmid, asid) : NULL;
	struct sm_psc *p;

	if (!tag)
		return;
	p = sm_psc_find(m, tag, like->iova, like->shift) ? NULL : mdl_pool_get(&m->b, SM_P_PSC);
	if (!p) {
		sm_tag_put(m, tag);
		return;
	}
	*p = (struct sm_psc){
		.tag = tag, .table = like->table, .sid = w->sid, .ssid = w->ssid,
		.iova = like->iova & ~(BIT_ULL(like->shift) - 1), .shift = like->shift,
		.gran = like->gran, .level = like->level, .perm = like->perm,
	};
	list_add(&p->tag_node, &tag->psc);
	mdl_add(&m->b, &p->node, mdl_key(SM_K_PSC, tag->id), addr_k1(p->iova, p->shift));
	mdl_ref_add(&m->b, &p->in, SM_R_PSC_IN, at, MDL_PAGE_SHIFT);
	if (to)
		mdl_ref_add(&m->b, &p->to, SM_R_PSC_TO, to, MDL_PAGE_SHIFT);
	m->nr_entries++;
}

void sm_psc_drop(struct smmu_model *m, struct sm_psc *p)
{
	struct sm_tag *tag = p->tag;

	mdl_ref_del(&m->b, &p->in);
	mdl_ref_del(&m->b, &p->to);
	list_del(&p->tag_node);
	mdl_del(&m->b, &p->node);
	m->nr_entries--;
	mdl_pool_put(&m->b, SM_P_PSC, p);
	sm_tag_put(m, tag);
}

/*
 * TLB
 */

static struct sm_tlb *tlb_exact(const struct smmu_model *m, const struct sm_tag *tag, u64 addr,
				unsigned int shift)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_TLB, tag->id), addr_k1(addr, shift));

	return n ? container_of(n, struct sm_tlb, node) : NULL;
}

struct sm_tlb *sm_tlb_find(const struct smmu_model *m, const struct sm_tag *tag, u64 addr)
{
	struct sm_tlb *t = NULL;
	u64 left;

	if (!tag->nr_tlb)
		return NULL;
	for (left = m->shifts; left && !t; left &= left - 1)
		t = tlb_exact(m, tag, addr, __ffs64(left));
	return t;
}

/*
 * A larger entry over a smaller one: a request may hit both, which only a unit
 * of BBML 2 sorts out (3.21.1.3, DDI0487 D8.16.3).  It takes tables that went
 * from pages to a block, or one ASID that went to other tables, without an
 * invalidation in between.
 */
static void tlb_conflict(struct smmu_model *m, const struct sm_tag *tag, const struct sm_tlb *new)
{
	u64 last = sm_last(new->iova, new->shift);
	struct sm_tlb *t;

	if (m->cfg.bbml == 2 || !(m->shifts & (BIT_ULL(new->shift) - 1)))
		return;
	list_for_each_entry(t, &tag->tlb, tag_node) {
		if (t->shift >= new->shift || t->iova < new->iova || t->iova > last)
			continue;
		sm_violation(m, SM_O9,
			     "VMID %#x ASID %#x: TLB entries of 2^%u and 2^%u bytes for %#llx",
			     tag->vm->vmid, tag->asid, t->shift, new->shift,
			     (unsigned long long)t->iova);
		return;
	}
}

/*
 * A translation to itself is identity by a table: it promises nothing of whose
 * memory it reaches, as bypass does not.
 */
static void leaf_ref(struct smmu_model *m, struct mdl_ref *ref, enum sm_ref kind, u64 iova,
		     u64 phys, u8 shift)
{
	if (iova != phys)
		mdl_ref_add(&m->b, ref, kind, phys, shift);
}

static void tlb_link(struct smmu_model *m, struct sm_tlb *t)
{
	struct sm_tag *tag = t->tag;

	list_add(&t->tag_node, &tag->tlb);
	tag->nr_tlb++;
	mdl_add(&m->b, &t->node, mdl_key(SM_K_TLB, tag->id), addr_k1(t->iova, t->shift));
	leaf_ref(m, &t->leaf, SM_R_TLB, t->iova, t->phys, t->shift);
	count_shift(m, t->shift, 1);
	m->nr_entries++;
}

/**
 * sm_tlb_fill() - keep a translation
 * @w: the request
 * @like: what to keep; addresses need not be aligned
 * @vmid: VMID
 * @asid: ASID, SM_TAG_GLOBAL or SM_TAG_S2
 */
void sm_tlb_fill(struct sm_walk *w, const struct sm_tlb *like, u16 vmid, u32 asid)
{
	u64 mask = BIT_ULL(like->shift) - 1;
	struct smmu_model *m = w->m;
	struct sm_tag *tag = sm_tag_get(m, vmid, asid);
	struct sm_tlb *t = tag ? tlb_exact(m, tag, like->iova, like->shift) : NULL;

	if (!tag)
		return;
	if (t && (t->dirty == like->dirty || !room(m))) {
		sm_tag_put(m, tag);
		return;
	}
	if (t)
		sm_tlb_drop(m, t);
	t = room(m) ? mdl_pool_get(&m->b, SM_P_TLB) : NULL;
	if (!t) {
		sm_tag_put(m, tag);
		return;
	}
	*t = (struct sm_tlb){
		.tag = tag, .iova = like->iova & ~mask, .phys = like->phys & ~mask, .sid = w->sid,
		.ssid = w->ssid, .shift = like->shift, .gran = like->gran, .level = like->level,
		.perm = like->perm, .perm1 = like->perm1, .dirty = like->dirty,
		.inner = like->inner,
	};
	tlb_conflict(m, tag, t);
	tlb_link(m, t);
}

void sm_tlb_drop(struct smmu_model *m, struct sm_tlb *t)
{
	struct sm_tag *tag = t->tag;

	mdl_ref_del(&m->b, &t->leaf);
	list_del(&t->tag_node);
	tag->nr_tlb--;
	mdl_del(&m->b, &t->node);
	count_shift(m, t->shift, -1);
	m->nr_entries--;
	mdl_pool_put(&m->b, SM_P_TLB, t);
	sm_tag_put(m, tag);
}

/*
 * Grants: what ATCs may hold (3.9)
 */

static u64 sid_k0(enum sm_key key, u32 sid)
{
	return mdl_key(key, sid);
}

struct sm_gtag *sm_gtag_find(const struct smmu_model *m, u32 sid, u32 ssid)
{
	struct mdl_node *n = mdl_find(&m->b, sid_k0(SM_K_GTAG, sid), ssid);

	return n ? container_of(n, struct sm_gtag, node) : NULL;
}

static struct sm_gtag *gtag_get(struct smmu_model *m, u32 sid, u32 ssid)
{
	struct sm_gtag *gt = sm_gtag_find(m, sid, ssid);

	if (gt)
		return gt;
	gt = mdl_pool_get(&m->b, SM_P_GTAG);
	if (!gt)
		return NULL;
	gt->sid = sid;
	gt->ssid = ssid;
	INIT_LIST_HEAD(&gt->grants);
	list_add_tail(&gt->all, &m->gtags);
	mdl_add(&m->b, &gt->node, sid_k0(SM_K_GTAG, sid), ssid);
	return gt;
}

static void gtag_put(struct smmu_model *m, struct sm_gtag *gt)
{
	if (!list_empty(&gt->grants))
		return;
	list_del(&gt->all);
	mdl_del(&m->b, &gt->node);
	mdl_pool_put(&m->b, SM_P_GTAG, gt);
}

void sm_late(struct smmu_model *m, struct sm_grant *g, bool late)
{
	m->nr_late += late - g->late;
	if (late && !g->late)
		g->since = m->syncs;
	g->late = late;
}

static struct sm_grant *grant_find(const struct smmu_model *m, const struct sm_gtag *gt, u64 iova,
				   unsigned int shift)
{
	u64 id = (u64)gt->sid << 20 | (gt->ssid & (BIT(20) - 1));
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_GRANT, id), addr_k1(iova, shift));

	/* of two SubstreamIDs with equal low bits one is PL_NO_PASID */
	for (; n; n = mdl_next(n))
		if (container_of(n, struct sm_grant, node)->gtag == gt)
			return container_of(n, struct sm_grant, node);
	return NULL;
}

static void grant_link(struct smmu_model *m, struct sm_grant *g)
{
	u64 id = (u64)g->gtag->sid << 20 | (g->gtag->ssid & (BIT(20) - 1));

	if (g->tag)
		list_add(&g->tag_node, &g->tag->grants);
	list_add(&g->gtag_node, &g->gtag->grants);
	mdl_add(&m->b, &g->node, mdl_key(SM_K_GRANT, id), addr_k1(g->iova, g->shift));
	if (g->tag)
		leaf_ref(m, &g->leaf, SM_R_GRANT, g->iova, g->phys, g->shift);
	count_shift(m, g->shift, 1);
	m->nr_grants++;
}

/* The device got the translation that @w ended with. */
void sm_grant_add(struct sm_walk *w)
{
	u64 mask = BIT_ULL(w->shift) - 1;
	struct smmu_model *m = w->m;
	struct sm_gtag *gt = gtag_get(m, w->sid, w->ssid);
	struct sm_grant *g = gt ? grant_find(m, gt, w->iova, w->shift) : NULL;

	if (!gt)
		return;
	if (g)
		sm_grant_drop(m, g);	/* may take the gtag with it */
	gt = gtag_get(m, w->sid, w->ssid);
	g = gt ? mdl_pool_get(&m->b, SM_P_GRANT) : NULL;
	if (!g) {
		if (gt)
			gtag_put(m, gt);
		return;
	}
	g->gtag = gt;
	g->iova = w->iova & ~mask;
	g->phys = w->phys & ~mask;
	g->shift = w->shift;
	g->perm = w->perm;
	if (w->s1 || w->s2)
		g->tag = sm_tag_get(m, w->vmid, w->ng || !w->s1 ? w->asid : SM_TAG_GLOBAL);
	grant_link(m, g);
}

void sm_grant_drop(struct smmu_model *m, struct sm_grant *g)
{
	struct sm_gtag *gt = g->gtag;
	struct sm_tag *tag = g->tag;

	sm_late(m, g, false);
	mdl_ref_del(&m->b, &g->leaf);
	if (tag)
		list_del(&g->tag_node);
	list_del(&g->gtag_node);
	mdl_del(&m->b, &g->node);
	count_shift(m, g->shift, -1);
	m->nr_grants--;
	mdl_pool_put(&m->b, SM_P_GRANT, g);
	if (tag)
		sm_tag_put(m, tag);
	gtag_put(m, gt);
}

/*
 * Configuration invalidation (4.3)
 */

static void conf_drop_at(struct smmu_model *m, enum sm_kind kind, u32 sid, u32 index)
{
	struct sm_conf *c = sm_conf_find(m, kind, sid, index);

	if (c)
		sm_conf_drop(m, c);
}

/* The CDs and level 1 descriptors that were found through an STE */
static void drop_cds(struct smmu_model *m, struct sm_sid *s)
{
	struct sm_conf *c, *next;
	bool last;

	list_for_each_entry_safe(c, next, &s->confs, list) {
		last = list_is_singular(&s->confs);
		sm_conf_drop(m, c);
		if (last)
			break;	/* the stream went with its last entry */
	}
}

static u64 range_mask(const struct sm_cmd *c)
{
	return BIT_ULL(c->range + 1) - 1;
}

/* CMD_CFGI_STE, CMD_CFGI_STE_RANGE, CMD_CFGI_ALL (4.3.1, 4.3.2, 4.3.6) */
void sm_inv_ste(struct smmu_model *m, const struct sm_cmd *c)
{
	u64 low = BIT_ULL(FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_cfg)) - 1, any;
	struct sm_conf *e, *next;
	struct sm_sid *s, *sn;

	if (c->op == SMMU_CMD_CFGI_STE) {
		conf_drop_at(m, SM_STE, c->sid, 0);
		s = sm_sid_find(m, c->sid);
		if (s)
			drop_cds(m, s);
		if (!c->leaf)
			conf_drop_at(m, SM_L1ST, c->sid & ~low, 0);
		return;
	}
	list_for_each_entry_safe(e, next, &m->stes, list) {
		any = range_mask(c) | (e->kind == SM_L1ST ? low : 0);
		if (!((e->sid ^ c->sid) & ~any))
			sm_conf_drop(m, e);
	}
	list_for_each_entry_safe(s, sn, &m->sids, all)
		if (!((s->sid ^ c->sid) & ~range_mask(c)))
			drop_cds(m, s);
}

/* CMD_CFGI_CD, CMD_CFGI_CD_ALL (4.3.3, 4.3.4) */
void sm_inv_cd(struct smmu_model *m, const struct sm_cmd *c)
{
	struct sm_sid *s;

	if (c->op == SMMU_CMD_CFGI_CD_ALL) {
		s = sm_sid_find(m, c->sid);
		if (s)
			drop_cds(m, s);
		return;
	}
	conf_drop_at(m, SM_CD, c->sid, c->ssid);
	if (c->leaf)
		return;
	conf_drop_at(m, SM_L1CD, c->sid, c->ssid & ~(BIT(6) - 1));
	conf_drop_at(m, SM_L1CD, c->sid, c->ssid & ~(BIT(10) - 1));
}

/*
 * TLB invalidation (4.4)
 */

bool sm_is_tlbi(u8 op)
{
	return op >= SMMU_CMD_TLBI_NH_ALL && op <= SMMU_CMD_TLBI_NSNH_ALL;
}

/* Commands that name an address */
static bool by_address(u8 op)
{
	return op == SMMU_CMD_TLBI_NH_VA || op == SMMU_CMD_TLBI_NH_VAA ||
	       op == SMMU_CMD_TLBI_S2_IPA;
}

static bool covers_asid(const struct sm_cmd *c, u32 asid)
{
	switch (c->op) {
	case SMMU_CMD_TLBI_NSNH_ALL:
	case SMMU_CMD_TLBI_S12_VMALL:
		return true;
	case SMMU_CMD_TLBI_NH_ALL:
	case SMMU_CMD_TLBI_NH_VAA:
		return asid != SM_TAG_S2;
	case SMMU_CMD_TLBI_NH_ASID:
		return asid == c->asid;	/* not the global ones */
	case SMMU_CMD_TLBI_NH_VA:
		return asid == c->asid || asid == SM_TAG_GLOBAL;
	case SMMU_CMD_TLBI_S2_IPA:
		return asid == SM_TAG_S2;
	default:
		return false;
	}
}

/**
 * sm_cmd_covers() - does a TLBI take a tag's entries for a range?
 * @c: the command
 * @tag: the tag
 * @first: of the range
 * @last: its end
 *
 * Return: true when it takes all that overlap it, hints apart.
 */
bool sm_cmd_covers(const struct sm_cmd *c, const struct sm_tag *tag, u64 first, u64 last)
{
	if (!sm_is_tlbi(c->op) || !covers_asid(c, tag->asid))
		return false;
	if (c->op != SMMU_CMD_TLBI_NSNH_ALL && c->vmid != tag->vm->vmid)
		return false;
	return c->first <= last && c->last >= first;
}

/* 4.4.1.1: TG and TTL say what the leaf is; the unit looks no further. */
static bool hinted(const struct sm_cmd *c, unsigned int gran, unsigned int level)
{
	return (!c->gran || c->gran == gran) && (!c->ttl || c->ttl == level);
}

static void inv_tlb_sweep(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c)
{
	struct sm_tlb *t, *next;

	list_for_each_entry_safe(t, next, &tag->tlb, tag_node)
		if (t->iova <= c->last && sm_last(t->iova, t->shift) >= c->first &&
		    hinted(c, t->gran, t->level))
			sm_tlb_drop(m, t);
}

/* A range of fewer pages than the tag has entries: look them up. */
static bool few(const struct sm_cmd *c, u32 limit)
{
	return (c->last >> MDL_PAGE_SHIFT) - (c->first >> MDL_PAGE_SHIFT) < limit;
}

static void inv_tlb_pages(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c)
{
	struct sm_tlb *t;
	unsigned int shift;
	u64 left, page;

	for (left = m->shifts; left; left &= left - 1) {
		shift = __ffs64(left);
		for (page = c->first >> shift; page <= c->last >> shift; page++) {
			t = tlb_exact(m, tag, page << shift, shift);
			if (t && hinted(c, t->gran, t->level))
				sm_tlb_drop(m, t);
		}
	}
}

/* Leaf leaves table descriptors alone (4.4.1.1). */
static void inv_psc(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c)
{
	struct sm_psc *p, *next;

	list_for_each_entry_safe(p, next, &tag->psc, tag_node)
		if (p->iova <= c->last && sm_last(p->iova, p->shift) >= c->first &&
		    (!c->gran || c->gran == p->gran))
			sm_psc_drop(m, p);
}

static void inv_tag(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c)
{
	if (by_address(c->op) && few(c, tag->nr_tlb))
		inv_tlb_pages(m, tag, c);
	else
		inv_tlb_sweep(m, tag, c);
	if (!c->leaf)
		inv_psc(m, tag, c);
}

static void visit(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c, sm_tag_fn fn)
{
	if (!tag || !sm_cmd_covers(c, tag, 0, U64_MAX))
		return;
	tag->users++;
	fn(m, tag, c);
	sm_tag_put(m, tag);
}

static void visit_vm(struct smmu_model *m, struct sm_vm *vm, const struct sm_cmd *c, sm_tag_fn fn)
{
	struct sm_tag *tag, *next;
	bool last;

	list_for_each_entry_safe(tag, next, &vm->tags, vm_node) {
		last = list_is_last(&tag->vm_node, &vm->tags);
		visit(m, tag, c, fn);
		if (last)
			break;	/* the VMID may be gone with it */
	}
}

/**
 * sm_each_tag() - visit the tags that a TLBI covers
 * @m: the model
 * @c: the command
 * @fn: what to do; may drop entries of its tag
 */
void sm_each_tag(struct smmu_model *m, const struct sm_cmd *c, sm_tag_fn fn)
{
	struct sm_vm *vm, *next;

	switch (c->op) {
	case SMMU_CMD_TLBI_NSNH_ALL:
		list_for_each_entry_safe(vm, next, &m->vms, all)
			visit_vm(m, vm, c, fn);
		break;
	case SMMU_CMD_TLBI_NH_VA:
		visit(m, sm_tag_find(m, c->vmid, SM_TAG_GLOBAL), c, fn);
		fallthrough;
	case SMMU_CMD_TLBI_NH_ASID:
		visit(m, sm_tag_find(m, c->vmid, c->asid), c, fn);
		break;
	case SMMU_CMD_TLBI_S2_IPA:
		visit(m, sm_tag_find(m, c->vmid, SM_TAG_S2), c, fn);
		break;
	default:
		vm = vm_find(m, c->vmid);
		if (vm)
			visit_vm(m, vm, c, fn);
	}
}

/* Any CMD_TLBI (4.4) */
void sm_inv_tlb(struct smmu_model *m, const struct sm_cmd *c)
{
	sm_each_tag(m, c, inv_tag);
}

/**
 * sm_ref_drop() - drop what a reference belongs to
 * @m: the model
 * @ref: a reference on some page
 *
 * Only for memory that is gone (O8): after the report the model must not
 * follow it.
 */
void sm_ref_drop(struct smmu_model *m, struct mdl_ref *ref)
{
	switch ((enum sm_ref)ref->kind) {
	case SM_R_CONF_IN:
		sm_conf_drop(m, container_of(ref, struct sm_conf, in));
		break;
	case SM_R_CONF_TO:
		sm_conf_drop(m, container_of(ref, struct sm_conf, to));
		break;
	case SM_R_PSC_IN:
		sm_psc_drop(m, container_of(ref, struct sm_psc, in));
		break;
	case SM_R_PSC_TO:
		sm_psc_drop(m, container_of(ref, struct sm_psc, to));
		break;
	case SM_R_TLB:
		sm_tlb_drop(m, container_of(ref, struct sm_tlb, leaf));
		break;
	case SM_R_GRANT:
		sm_grant_drop(m, container_of(ref, struct sm_grant, leaf));
		break;
	case SM_R_STAIN:
		sm_stain_drop(m, container_of(ref, struct sm_stain, at));
		break;
	}
}
