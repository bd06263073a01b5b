// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caches of the model: context-cache, PASID-cache, paging-structure caches
 * and IOTLB (6.2), and what each invalidation takes out of them (6.5.2).
 *
 * Vocabulary.  Entries are found by the lookup tags of Table 17: the IOTLB by
 * Requester ID, PASID of the request and page, so that it answers with no look
 * at the PASID entry; first-stage walks by DID, PASID and address; second-stage
 * ones by DID and address.  They are dropped by the invalidation tags: a struct
 * m_tag collects what a (DID, PASID) covers.  Second-stage walk entries hang on
 * the tag (DID, none).  A *reference* ties an entry to the page of memory it
 * was read from or leads to, so that O8 costs one lookup per page.
 *
 * Locking: vtd_model.b.lock.
 *
 * The hard rule: an invalidation removes what Tables 23 and 24 list for it and
 * not one entry more.
 */
#include "model.h"

static bool m_room(const struct vtd_model *m)
{
	return !m->cfg.max_entries || m->nr_entries < m->cfg.max_entries;
}

/*
 * Tags
 */

struct m_did *m_did_find(const struct vtd_model *m, u16 did)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(M_DID, did), 0);

	return n ? container_of(n, struct m_did, node) : NULL;
}

static struct m_did *m_did_get(struct vtd_model *m, u16 did)
{
	struct m_did *d = m_did_find(m, did);

	if (!d) {
		d = mdl_pool_get(&m->b, M_POOL_DID);
		if (!d)
			return NULL;
		d->did = did;
		INIT_LIST_HEAD(&d->pe_tags);
		INIT_LIST_HEAD(&d->tlb_tags);
		INIT_LIST_HEAD(&d->debts);
		list_add_tail(&d->all, &m->dids);
		mdl_add(&m->b, &d->node, mdl_key(M_DID, did), 0);
	}
	d->users++;
	return d;
}

void m_did_put(struct vtd_model *m, struct m_did *d)
{
	if (--d->users)
		return;
	list_del(&d->all);
	mdl_del(&m->b, &d->node);
	mdl_pool_put(&m->b, M_POOL_DID, d);
}

struct m_tag *m_tag_find(const struct vtd_model *m, u16 did, u32 pasid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(M_TAG, did), pasid);

	return n ? container_of(n, struct m_tag, node) : NULL;
}

static struct m_tag *m_tag_new(struct vtd_model *m, u16 did, u32 pasid)
{
	struct m_tag *tag = mdl_pool_get(&m->b, M_POOL_TAG);

	if (!tag)
		return NULL;
	tag->d = m_did_get(m, did);
	if (!tag->d) {
		mdl_pool_put(&m->b, M_POOL_TAG, tag);
		return NULL;
	}
	tag->id = m->next_tag++;
	tag->pasid = pasid;
	INIT_LIST_HEAD(&tag->pe);
	INIT_LIST_HEAD(&tag->tlb);
	INIT_LIST_HEAD(&tag->psc);
	INIT_LIST_HEAD(&tag->grants);
	INIT_LIST_HEAD(&tag->debts);
	mdl_add(&m->b, &tag->node, mdl_key(M_TAG, did), pasid);
	return tag;
}

/**
 * m_tag_get() - the tag of a (DID, PASID), with one user more
 * @m: the model
 * @did: domain id
 * @pasid: PASID, or PL_NO_PASID for what belongs to the DID alone
 *
 * Return: the tag, for m_tag_put(), or NULL when there is no memory.
 */
struct m_tag *m_tag_get(struct vtd_model *m, u16 did, u32 pasid)
{
	struct m_tag *tag = m_tag_find(m, did, pasid);

	if (!tag)
		tag = m_tag_new(m, did, pasid);
	if (tag)
		tag->users++;
	return tag;
}

void m_tag_put(struct vtd_model *m, struct m_tag *tag)
{
	if (--tag->users)
		return;
	mdl_del(&m->b, &tag->node);
	m_did_put(m, tag->d);
	mdl_pool_put(&m->b, M_POOL_TAG, tag);
}

static void m_tag_add_tr(struct m_tag *tag, bool fs)
{
	if (!tag->nr_tr++)
		list_add(&tag->tlb_node, &tag->d->tlb_tags);
	if (fs && !tag->nr_fs++)
		tag->d->nr_fs++;
}

static void m_tag_del_tr(struct m_tag *tag, bool fs)
{
	if (!--tag->nr_tr)
		list_del(&tag->tlb_node);
	if (fs && !--tag->nr_fs)
		tag->d->nr_fs--;
}

static bool m_is_fs(u8 pgtt)
{
	return pgtt == VTD_PGTT_FS || pgtt == VTD_PGTT_NEST;
}

/*
 * Context-cache
 */

struct m_ctx *m_ctx_find(const struct vtd_model *m, u16 rid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(M_CTX, rid), 0);

	return n ? container_of(n, struct m_ctx, node) : NULL;
}

void m_ctx_fill(struct m_walk *w)
{
	struct vtd_model *m = w->m;
	struct m_ctx *c;

	if (!m_room(m) || m_ctx_find(m, w->rid))
		return;
	c = mdl_pool_get(&m->b, M_POOL_CTX);
	if (!c)
		return;
	c->rid = w->rid;
	c->np = w->reason;
	c->phys = w->ctx_phys;
	memcpy(c->qw, w->ctx, sizeof(c->qw));
	list_add_tail(&c->all, &m->ctxs);
	mdl_add(&m->b, &c->node, mdl_key(M_CTX, w->rid), 0);
	m->nr_entries++;
	if (c->np)
		return;
	mdl_ref_add(&m->b, &c->in, M_REF_CTX_IN, c->phys, MDL_PAGE_SHIFT);
	mdl_ref_add(&m->b, &c->to, M_REF_CTX_TO, c->qw[0] & VTD_CTX_DIRPTR, MDL_PAGE_SHIFT);
}

void m_ctx_drop(struct vtd_model *m, struct m_ctx *c)
{
	mdl_ref_del(&m->b, &c->in);
	mdl_ref_del(&m->b, &c->to);
	list_del(&c->all);
	mdl_del(&m->b, &c->node);
	m->nr_entries--;
	mdl_pool_put(&m->b, M_POOL_CTX, c);
}

/*
 * PASID-cache
 */

static u64 m_rid_pasid(enum m_type type, u16 rid, u32 pasid)
{
	return mdl_key(type, (u64)rid << 32 | pasid);
}

struct m_pe *m_pe_find(const struct vtd_model *m, u16 rid, u32 pasid)
{
	struct mdl_node *n = mdl_find(&m->b, m_rid_pasid(M_PE, rid, pasid), 0);

	return n ? container_of(n, struct m_pe, node) : NULL;
}

static void m_pe_refs(struct vtd_model *m, struct m_pe *pe, u8 pgtt)
{
	u64 to = pgtt == VTD_PGTT_FS ? pe->qw[2] & VTD_PE2_FSPTPTR : pe->qw[0] & VTD_PE0_SSPTPTR;

	mdl_ref_add(&m->b, &pe->in, M_REF_PE_IN, pe->phys, MDL_PAGE_SHIFT);
	if (pgtt != VTD_PGTT_PT)
		mdl_ref_add(&m->b, &pe->to, M_REF_PE_TO, to, MDL_PAGE_SHIFT);
}

/*
 * Under CM=1 an entry that faults is cached as well, tagged with DID 0 (6.2.3).
 */
void m_pe_fill(struct m_walk *w)
{
	struct vtd_model *m = w->m;
	struct m_pe *pe;

	if (!m_room(m) || m_pe_find(m, w->rid, w->pasid))
		return;
	pe = mdl_pool_get(&m->b, M_POOL_PE);
	if (!pe)
		return;
	pe->tag = m_tag_get(m, w->reason ? 0 : w->did, w->pasid);
	if (!pe->tag) {
		mdl_pool_put(&m->b, M_POOL_PE, pe);
		return;
	}
	pe->rid = w->rid;
	pe->pasid = w->pasid;
	pe->np = w->reason;
	pe->phys = w->pe_phys;
	memcpy(pe->qw, w->pe, sizeof(pe->qw));
	list_add(&pe->tag_node, &pe->tag->pe);
	if (!pe->tag->nr_pe++)
		list_add(&pe->tag->pe_node, &pe->tag->d->pe_tags);
	mdl_add(&m->b, &pe->node, m_rid_pasid(M_PE, w->rid, w->pasid), 0);
	m->nr_entries++;
	if (!pe->np)
		m_pe_refs(m, pe, w->pgtt);
}

void m_pe_drop(struct vtd_model *m, struct m_pe *pe)
{
	struct m_tag *tag = pe->tag;

	mdl_ref_del(&m->b, &pe->in);
	mdl_ref_del(&m->b, &pe->to);
	list_del(&pe->tag_node);
	if (!--tag->nr_pe)
		list_del(&tag->pe_node);
	mdl_del(&m->b, &pe->node);
	m->nr_entries--;
	mdl_pool_put(&m->b, M_POOL_PE, pe);
	m_tag_put(m, tag);
}

/*
 * Paging-structure caches
 */

static u64 m_psc_k1(u64 addr, unsigned int level)
{
	return addr >> m_shift(level - 1) << 3 | level;
}

static u32 m_walk_tag_pasid(const struct m_walk *w, bool ss)
{
	return ss ? PL_NO_PASID : w->pasid;
}

/**
 * m_psc_find() - the cached table below the entry of @level that covers @addr
 * @w: the walk
 * @level: 4, 3 or 2
 * @ss: second stage
 * @addr: input address of that stage
 *
 * Return: the entry, or NULL.
 */
struct m_psc *m_psc_find(struct m_walk *w, unsigned int level, bool ss, u64 addr)
{
	struct m_tag *tag = m_tag_find(w->m, w->did, m_walk_tag_pasid(w, ss));
	struct mdl_node *n;

	if (!tag || list_empty(&tag->psc))
		return NULL;
	n = mdl_find(&w->m->b, mdl_key(M_PSC, tag->id), m_psc_k1(addr, level));
	return n ? container_of(n, struct m_psc, node) : NULL;
}

void m_psc_fill(struct m_walk *w, unsigned int level, bool ss, u64 addr, u64 table, u8 perm,
		u64 entry_phys)
{
	struct vtd_model *m = w->m;
	struct m_psc *p;

	if (!m_room(m) || m_psc_find(w, level, ss, addr))
		return;
	p = mdl_pool_get(&m->b, M_POOL_PSC);
	if (!p)
		return;
	p->tag = m_tag_get(m, w->did, m_walk_tag_pasid(w, ss));
	if (!p->tag) {
		mdl_pool_put(&m->b, M_POOL_PSC, p);
		return;
	}
	p->rid = w->rid;
	p->pasid = w->req_pasid;
	p->level = level;
	p->perm = perm;
	p->table = table;
	p->iova = addr & ~(m_size(level - 1) - 1);
	list_add(&p->tag_node, &p->tag->psc);
	m_tag_add_tr(p->tag, !ss);
	mdl_add(&m->b, &p->node, mdl_key(M_PSC, p->tag->id), m_psc_k1(addr, level));
	mdl_ref_add(&m->b, &p->in, M_REF_PSC_IN, entry_phys, MDL_PAGE_SHIFT);
	mdl_ref_add(&m->b, &p->to, M_REF_PSC_TO, table, MDL_PAGE_SHIFT);
	m->nr_entries++;
}

void m_psc_drop(struct vtd_model *m, struct m_psc *p)
{
	struct m_tag *tag = p->tag;

	mdl_ref_del(&m->b, &p->in);
	mdl_ref_del(&m->b, &p->to);
	list_del(&p->tag_node);
	m_tag_del_tr(tag, tag->pasid != PL_NO_PASID);
	mdl_del(&m->b, &p->node);
	m->nr_entries--;
	mdl_pool_put(&m->b, M_POOL_PSC, p);
	m_tag_put(m, tag);
}

/*
 * IOTLB
 */

static u64 m_tlb_k1(u64 iova, unsigned int szi)
{
	return iova >> m_shift(szi) << 2 | szi;
}

/* Invalidations find first-stage entries by (DID, PASID), others by DID. */
static u64 m_tlb_page_k0(const struct m_tag *tag, bool fs)
{
	return mdl_key(M_TLB_PAGE, fs ? tag->id << 1 : (u64)tag->d->did << 1 | 1);
}

struct m_tlb *m_tlb_find(const struct vtd_model *m, u16 rid, u32 pasid, u64 iova)
{
	u64 k0 = m_rid_pasid(M_TLB, rid, pasid);
	unsigned int szi;
	struct mdl_node *n;

	for (szi = 0; szi < 3; szi++) {
		if (!m->nr_tlb[szi])
			continue;
		n = mdl_find(&m->b, k0, m_tlb_k1(iova, szi));
		if (n)
			return container_of(n, struct m_tlb, node);
	}
	return NULL;
}

static struct m_tlb *m_tlb_new(struct m_walk *w)
{
	struct vtd_model *m = w->m;
	struct m_tlb *t = mdl_pool_get(&m->b, M_POOL_TLB);

	if (!t)
		return NULL;
	t->tag = m_tag_get(m, w->did, w->pasid);
	if (!t->tag) {
		mdl_pool_put(&m->b, M_POOL_TLB, t);
		return NULL;
	}
	t->rid = w->rid;
	t->req_pasid = w->req_pasid;
	t->szi = w->szi;
	t->perm = w->perm;
	t->pgtt = w->pgtt;
	t->dirty = w->dirty;
	t->np = w->reason;
	t->stored = m->waits;
	t->iova = w->iova & ~(m_size(w->szi) - 1);
	t->phys = w->phys & ~(m_size(w->szi) - 1);
	return t;
}

/*
 * Results of walks that did not fault; under CM=1 also those that found nothing
 * in the second stage (6.2.4.1).
 */
void m_tlb_fill(struct m_walk *w)
{
	struct vtd_model *m = w->m;
	struct m_tlb *t, *old;

	old = m_tlb_find(m, w->rid, w->req_pasid, w->iova);
	if (old && old->dirty == w->dirty)
		return;
	if (old)
		m_tlb_drop(m, old);
	t = m_room(m) ? m_tlb_new(w) : NULL;
	if (!t)
		return;
	list_add(&t->tag_node, &t->tag->tlb);
	t->tag->nr_tlb++;
	m_tag_add_tr(t->tag, m_is_fs(t->pgtt));
	if (!m_is_fs(t->pgtt))
		t->tag->d->nr_tlb++;
	mdl_add(&m->b, &t->node, m_rid_pasid(M_TLB, w->rid, w->req_pasid),
		m_tlb_k1(w->iova, t->szi));
	mdl_add(&m->b, &t->page, m_tlb_page_k0(t->tag, m_is_fs(t->pgtt)),
		m_tlb_k1(w->iova, t->szi));
	if (t->np)
		mdl_ref_add(&m->b, &t->leaf, M_REF_TLB_IN, w->leaf_phys, MDL_PAGE_SHIFT);
	else
		mdl_ref_add(&m->b, &t->leaf, M_REF_TLB, t->phys, m_shift(t->szi));
	m->nr_tlb[t->szi]++;
	m->nr_entries++;
}

void m_tlb_drop(struct vtd_model *m, struct m_tlb *t)
{
	struct m_tag *tag = t->tag;

	mdl_ref_del(&m->b, &t->leaf);
	list_del(&t->tag_node);
	tag->nr_tlb--;
	m_tag_del_tr(tag, m_is_fs(t->pgtt));
	if (!m_is_fs(t->pgtt))
		tag->d->nr_tlb--;
	mdl_del(&m->b, &t->node);
	mdl_del(&m->b, &t->page);
	m->nr_tlb[t->szi]--;
	m->nr_entries--;
	mdl_pool_put(&m->b, M_POOL_TLB, t);
	m_tag_put(m, tag);
}

/*
 * Grants: what device TLBs may hold (4.1, 6.3)
 */

struct m_gtag *m_gtag_find(const struct vtd_model *m, u16 rid, u32 pasid)
{
	struct mdl_node *n = mdl_find(&m->b, m_rid_pasid(M_GTAG, rid, pasid), 0);

	return n ? container_of(n, struct m_gtag, node) : NULL;
}

static struct m_gtag *m_gtag_get(struct vtd_model *m, u16 rid, u32 pasid)
{
	struct m_gtag *gt = m_gtag_find(m, rid, pasid);

	if (gt)
		return gt;
	gt = mdl_pool_get(&m->b, M_POOL_GTAG);
	if (!gt)
		return NULL;
	INIT_LIST_HEAD(&gt->grants);
	gt->rid = rid;
	list_add_tail(&gt->all, &m->gtags);
	mdl_add(&m->b, &gt->node, m_rid_pasid(M_GTAG, rid, pasid), 0);
	return gt;
}

static struct m_grant *m_grant_new(struct m_walk *w)
{
	struct vtd_model *m = w->m;
	struct m_grant *g = mdl_pool_get(&m->b, M_POOL_GRANT);

	if (!g)
		return NULL;
	g->tag = m_tag_get(m, w->did, w->pasid);
	g->gtag = g->tag ? m_gtag_get(m, w->rid, w->req_pasid) : NULL;
	if (!g->gtag) {
		if (g->tag)
			m_tag_put(m, g->tag);
		mdl_pool_put(&m->b, M_POOL_GRANT, g);
		return NULL;
	}
	g->rid = w->rid;
	g->pasid = w->req_pasid;
	g->szi = w->szi;
	g->fs = m_is_fs(w->pgtt);
	g->iova = w->iova & ~(m_size(w->szi) - 1);
	INIT_LIST_HEAD(&g->debt_node);
	return g;
}

/* The device got the translation that @w ended with. */
void m_grant_add(struct m_walk *w)
{
	u64 k0 = m_rid_pasid(M_GRANT, w->rid, w->req_pasid);
	u64 k1 = m_tlb_k1(w->iova, w->szi);
	struct vtd_model *m = w->m;
	struct mdl_node *n = mdl_find(&m->b, k0, k1);
	struct m_grant *g;

	if (n)
		m_grant_drop(m, container_of(n, struct m_grant, node));
	g = m_grant_new(w);
	if (!g)
		return;
	g->perm = w->perm;
	g->phys = w->phys & ~(m_size(w->szi) - 1);
	list_add(&g->tag_node, &g->tag->grants);
	list_add(&g->rid_node, &g->gtag->grants);
	m_tag_add_tr(g->tag, g->fs);
	mdl_add(&m->b, &g->node, k0, k1);
	mdl_ref_add(&m->b, &g->leaf, M_REF_GRANT, g->phys, m_shift(g->szi));
	m->nr_tlb[g->szi]++;
	m->nr_grants++;
}

void m_grant_drop(struct vtd_model *m, struct m_grant *g)
{
	struct m_tag *tag = g->tag;

	mdl_ref_del(&m->b, &g->leaf);
	list_del(&g->tag_node);
	list_del(&g->rid_node);
	list_del_init(&g->debt_node);
	m_tag_del_tr(tag, g->fs);
	mdl_del(&m->b, &g->node);
	if (list_empty(&g->gtag->grants)) {
		mdl_del(&m->b, &g->gtag->node);
		list_del(&g->gtag->all);
		mdl_pool_put(&m->b, M_POOL_GTAG, g->gtag);
	}
	m->nr_tlb[g->szi]--;
	m->nr_grants--;
	mdl_pool_put(&m->b, M_POOL_GRANT, g);
	m_tag_put(m, tag);
}

/*
 * Invalidations
 */

static u8 m_fm_mask(u8 fm)
{
	static const u8 mask[] = { 0, 4, 6, 7 };	/* Table 21 */

	return mask[fm & 3];
}

/*
 * 6.5.2.1: context entries carry no DID in scalable mode, so domain-selective
 * is global.
 */
void m_inv_context(struct vtd_model *m, const struct m_desc *d)
{
	struct m_ctx *c, *next;

	list_for_each_entry_safe(c, next, &m->ctxs, all) {
		if (d->gran == VTD_CC_DEVICE && (c->rid ^ d->sid) & ~m_fm_mask(d->fm) & 0xffff)
			continue;
		m_ctx_drop(m, c);
	}
}

static bool m_inv_pe_tag(struct vtd_model *m, struct m_tag *tag, bool np_only)
{
	struct m_pe *pe, *next;
	bool hit = false;

	tag->users++;
	list_for_each_entry_safe(pe, next, &tag->pe, tag_node) {
		if (np_only && !pe->np)
			continue;
		m_check_pe_drop(m, pe);
		m_pe_drop(m, pe);
		hit = true;
	}
	m_tag_put(m, tag);
	return hit;
}

static bool m_inv_pe_did(struct vtd_model *m, struct m_did *did)
{
	bool hit = !list_empty(&did->pe_tags);

	did->users++;
	while (!list_empty(&did->pe_tags))
		m_inv_pe_tag(m, list_first_entry(&did->pe_tags, struct m_tag, pe_node), false);
	m_did_put(m, did);
	return hit;
}

/*
 * An entry goes by the DID it was cached with.  Entries that fault are tagged
 * DID 0 (6.2.3); that an invalidation for the DID the entry has now takes them
 * too is what software under a hypervisor relies on [M].
 */
static bool m_inv_pe_pasid(struct vtd_model *m, u16 did, u32 pasid)
{
	struct m_tag *tag = m_tag_find(m, did, pasid);
	bool hit = tag && m_inv_pe_tag(m, tag, false);

	tag = m_tag_find(m, 0, pasid);
	if (tag)
		hit |= m_inv_pe_tag(m, tag, true);
	return hit;
}

/* 6.5.2.2 */
void m_inv_pasid(struct vtd_model *m, const struct m_desc *d)
{
	struct m_did *did, *next;
	bool hit = false;

	if (d->gran == VTD_PC_PASID) {
		hit = m_inv_pe_pasid(m, d->did, d->pasid);
	} else if (d->gran == VTD_PC_DOMAIN) {
		did = m_did_find(m, d->did);
		hit = did && m_inv_pe_did(m, did);
	} else {
		list_for_each_entry_safe(did, next, &m->dids, all)
			hit |= m_inv_pe_did(m, did);
	}
	m_check_pasid_inv(m, d, hit);
}

/* What a sweep over a tag's translations takes with it. */
#define M_TAKE_FS	BIT(0)	/* first-stage and nested IOTLB entries */
#define M_TAKE_SS	BIT(1)	/* second-stage and pass-through ones */
#define M_TAKE_PSC	BIT(2)

static void m_inv_tag(struct vtd_model *m, struct m_tag *tag, u64 first, u64 last, u32 take)
{
	struct m_tlb *t, *tn;
	struct m_psc *p, *pn;

	tag->users++;
	list_for_each_entry_safe(t, tn, &tag->tlb, tag_node) {
		if (take & (m_is_fs(t->pgtt) ? M_TAKE_FS : M_TAKE_SS) &&
		    t->iova <= last && t->iova + m_size(t->szi) - 1 >= first)
			m_tlb_drop(m, t);
	}
	list_for_each_entry_safe(p, pn, &tag->psc, tag_node) {
		if (take & M_TAKE_PSC &&
		    p->iova <= last && p->iova + m_size(p->level - 1) - 1 >= first)
			m_psc_drop(m, p);
	}
	m_tag_put(m, tag);
}

static void m_inv_did(struct vtd_model *m, struct m_did *did, u64 first, u64 last, u32 take)
{
	struct m_tag *tag, *next;

	did->users++;
	list_for_each_entry_safe(tag, next, &did->tlb_tags, tlb_node)
		m_inv_tag(m, tag, first, last, take);
	m_did_put(m, did);
}

/* First-stage entries have no second-stage address to select by: all of them. */
static void m_inv_fs(struct vtd_model *m, struct m_did *did)
{
	struct m_tag *tag, *next;

	list_for_each_entry_safe(tag, next, &did->tlb_tags, tlb_node) {
		if (tag->nr_fs)
			m_inv_tag(m, tag, 0, U64_MAX, M_TAKE_FS | M_TAKE_PSC);
	}
}

/* The pages of a range, of one size, are fewer than what a sweep would touch. */
static bool m_few_pages(u64 first, u64 last, u32 limit)
{
	return (last >> 12) - (first >> 12) < limit;
}

/* Drop the IOTLB entries with index key @k0 that overlap a range. */
static void m_inv_pages(struct vtd_model *m, u64 k0, u64 first, u64 last)
{
	struct mdl_node *n;
	unsigned int szi;
	u64 page;

	for (szi = 0; szi < 3; szi++) {
		if (!m->nr_tlb[szi])
			continue;
		for (page = first >> m_shift(szi); page <= last >> m_shift(szi); page++) {
			while ((n = mdl_find(&m->b, k0, page << 2 | szi)))
				m_tlb_drop(m, container_of(n, struct m_tlb, page));
		}
	}
}

/* Drop the paging-structure entries of @tag that cover a part of a range. */
static void m_inv_psc_range(struct vtd_model *m, struct m_tag *tag, u64 first, u64 last)
{
	unsigned int level;
	struct mdl_node *n;
	u64 a, end;

	if (!m_few_pages(first, last, 512)) {
		m_inv_tag(m, tag, first, last, M_TAKE_PSC);
		return;
	}
	tag->users++;
	for (level = 2; level <= 4; level++) {
		end = last >> m_shift(level - 1);
		for (a = first >> m_shift(level - 1); a <= end; a++) {
			n = mdl_find(&m->b, mdl_key(M_PSC, tag->id), a << 3 | level);
			if (n)
				m_psc_drop(m, container_of(n, struct m_psc, node));
		}
	}
	m_tag_put(m, tag);
}

/* 6.5.2.3, page-selective-within-domain: the third row of Table 23 */
static void m_inv_iotlb_pages(struct vtd_model *m, struct m_did *did, const struct m_desc *d)
{
	struct m_tag *tag;

	did->users++;
	if (did->nr_fs)
		m_inv_fs(m, did);
	if (m_few_pages(d->first, d->last, did->nr_tlb))
		m_inv_pages(m, mdl_key(M_TLB_PAGE, (u64)did->did << 1 | 1), d->first, d->last);
	else if (did->nr_tlb)
		m_inv_did(m, did, d->first, d->last, M_TAKE_SS);
	tag = m_tag_find(m, did->did, PL_NO_PASID);
	if (tag && !d->ih)
		m_inv_psc_range(m, tag, d->first, d->last);
	m_did_put(m, did);
}

/* 6.5.2.3 */
void m_inv_iotlb(struct vtd_model *m, const struct m_desc *d)
{
	const u32 all = M_TAKE_FS | M_TAKE_SS | M_TAKE_PSC;
	struct m_did *did, *next;

	if (d->gran == VTD_IOTLB_GLOBAL) {
		list_for_each_entry_safe(did, next, &m->dids, all)
			m_inv_did(m, did, 0, U64_MAX, all);
		return;
	}
	did = m_did_find(m, d->did);
	if (!did)
		return;
	if (d->gran == VTD_IOTLB_DOMAIN)
		m_inv_did(m, did, 0, U64_MAX, all);
	else
		m_inv_iotlb_pages(m, did, d);
}

/*
 * 6.5.2.4, Table 24: page-selective leaves second-stage and pass-through
 * entries alone, PASID-selective takes those of the PASID.
 */
void m_inv_piotlb(struct vtd_model *m, const struct m_desc *d)
{
	struct m_tag *tag = m_tag_find(m, d->did, d->pasid);

	if (!tag)
		return;
	if (d->gran == VTD_PIOTLB_ALL) {
		m_inv_tag(m, tag, 0, U64_MAX, M_TAKE_FS | M_TAKE_SS | M_TAKE_PSC);
		return;
	}
	tag->users++;
	if (m_few_pages(d->first, d->last, tag->nr_tlb))
		m_inv_pages(m, m_tlb_page_k0(tag, true), d->first, d->last);
	else
		m_inv_tag(m, tag, d->first, d->last, M_TAKE_FS);
	if (!d->ih)
		m_inv_psc_range(m, tag, d->first, d->last);
	m_tag_put(m, tag);
}

/* ESRTPS: setting the root pointer leaves nothing cached (11.4.4.1). */
void m_cache_flush_all(struct vtd_model *m)
{
	const struct m_desc cc = { .gran = VTD_CC_GLOBAL };
	const struct m_desc iotlb = { .gran = VTD_IOTLB_GLOBAL };
	struct m_did *did, *next;

	m_inv_context(m, &cc);
	list_for_each_entry_safe(did, next, &m->dids, all)
		m_inv_pe_did(m, did);
	m_inv_iotlb(m, &iotlb);
}

/**
 * m_ref_drop() - drop the entry that a reference belongs to
 * @m: the model
 * @ref: a reference on some page
 *
 * Only for memory that is gone (O8): after the report the model must not
 * follow the entry.
 */
void m_ref_drop(struct vtd_model *m, struct mdl_ref *ref)
{
	switch ((enum m_ref_kind)ref->kind) {
	case M_REF_CTX_IN:
		m_ctx_drop(m, container_of(ref, struct m_ctx, in));
		break;
	case M_REF_CTX_TO:
		m_ctx_drop(m, container_of(ref, struct m_ctx, to));
		break;
	case M_REF_PE_IN:
		m_pe_drop(m, container_of(ref, struct m_pe, in));
		break;
	case M_REF_PE_TO:
		m_pe_drop(m, container_of(ref, struct m_pe, to));
		break;
	case M_REF_PSC_IN:
		m_psc_drop(m, container_of(ref, struct m_psc, in));
		break;
	case M_REF_PSC_TO:
		m_psc_drop(m, container_of(ref, struct m_psc, to));
		break;
	case M_REF_TLB:
	case M_REF_TLB_IN:
		m_tlb_drop(m, container_of(ref, struct m_tlb, leaf));
		break;
	case M_REF_GRANT:
		m_grant_drop(m, container_of(ref, struct m_grant, leaf));
		break;
	case M_REF_NONE:
		break;
	}
}
