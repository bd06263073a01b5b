// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invariants, judged.
 *
 *	O1	a PASID entry changes only after its PASID-cache invalidation
 *	O2	PASID-cache, then IOTLB: both done when the wait completes
 *	O3	IOTLB, then device TLB: likewise
 *	O4	device TLBs first, then a page-request drain
 *	O5	CM=1: a new entry is invalidated too
 *	O6	PASID before ATS before PRI, the context entry before ATS
 *	O7	no device-TLB invalidation meets a device whose ATS is off
 *	O8	memory goes back only when nothing cached refers to it
 *	O9	a present entry is always a whole one (model_watch.c)
 *
 * Vocabulary.  A descriptor *pays* a part of a debt; out of order it is *early*
 * and pays nothing.  A grant is *late* when the IOTLB has forgotten what a
 * device TLB may still hold.
 *
 * Locking: vtd_model.b.lock.
 *
 * The hard rule: what two threads could do right together is never called
 * wrong.  Under vtd_model_config.concurrent a wait blames nobody for what only
 * its owner could have paid; that owner is caught at the next store to the
 * entry (O1 to O3), when memory goes back (O8), or by an audit.
 */
#include "model.h"

const struct mdl_rule m_rules[M_RULE_NR] = {
	[M_O1] = { "O1", "6.5.3.3" },
	[M_O2] = { "O2", "6.2.3.1, 6.5.3.3" },
	[M_O3] = { "O3", "6.5.2.5, 6.5.2.6" },
	[M_O4] = { "O4", "7.7" },
	[M_O5] = { "O5", "6.1" },
	[M_O6] = { "O6", "9.4, PCIe 10.5" },
	[M_O7] = { "O7", "4.3" },
	[M_O8] = { "O8", "6.5.3" },
	[M_O9] = { "O9", "6.2.2.1, 6.2.3.1" },
	[M_AUDIT_CTX] = { "CONTEXT", "6.2.2" },
	[M_AUDIT_PE] = { "PASID-cache", "6.2.3" },
	[M_AUDIT_WALK] = { "WALK", "6.2.5" },
	[M_AUDIT_TLB] = { "IOTLB", "6.2.4" },
	[M_AUDIT_DTLB] = { "DEV-TLB", "6.3" },
	[M_RULE_REG] = { "REG", "11.4" },
	[M_RULE_FLUSH] = { "FLUSH", "11.4.3, C and SMPWCS" },
};

/*
 * Debts
 */

static void m_pay(struct vtd_model *m, struct m_debt *o, u8 part, u64 batch)
{
	o->owes &= ~part;
	if (!o->batch)
		o->batch = batch;
	if (!o->owes)
		m_debt_drop(m, o);
}

/* What a PASID-cache or IOTLB invalidation that covers @o does to it. */
typedef void (*m_debt_fn)(struct vtd_model *m, struct m_debt *o, const struct m_desc *d);

static void m_each_of_did(struct vtd_model *m, const struct m_desc *d, m_debt_fn fn)
{
	struct m_did *did = m_did_find(m, d->did);
	struct m_debt *o, *next;

	if (!did)
		return;
	did->users++;
	list_for_each_entry_safe(o, next, &did->debts, did_node)
		fn(m, o, d);
	m_did_put(m, did);
}

static void m_each_of_tag(struct vtd_model *m, const struct m_desc *d, m_debt_fn fn)
{
	struct m_tag *tag = m_tag_find(m, d->did, d->pasid);
	struct m_debt *o, *next;

	if (!tag)
		return;
	tag->users++;
	list_for_each_entry_safe(o, next, &tag->debts, tag_node)
		fn(m, o, d);
	m_tag_put(m, tag);
}

static void m_each(struct vtd_model *m, const struct m_desc *d, m_debt_fn fn)
{
	struct m_debt *o, *next;

	list_for_each_entry_safe(o, next, &m->debts, all)
		fn(m, o, d);
}

static void m_pay_pc(struct vtd_model *m, struct m_debt *o, const struct m_desc *d)
{
	if (o->owes & M_OWES_PC)
		m_pay(m, o, M_OWES_PC, d->batch);
}

/**
 * m_check_pasid_inv() - a PASID-cache invalidation was executed
 * @m: the model
 * @d: the descriptor
 * @hit: it removed something
 */
void m_check_pasid_inv(struct vtd_model *m, const struct m_desc *d, bool hit)
{
	u32 open = m->nr_debts;
	struct m_tag *tag;

	if (d->gran == VTD_PC_GLOBAL) {
		m_each(m, d, m_pay_pc);
	} else if (d->gran == VTD_PC_DOMAIN) {
		m_each_of_did(m, d, m_pay_pc);
	} else {
		tag = m_tag_find(m, d->did, d->pasid);
		if (!hit && open == m->nr_debts && (!tag || list_empty(&tag->debts)))
			m->st.spare++;
		m_each_of_tag(m, d, m_pay_pc);
	}
}

/**
 * m_check_pe_drop() - a cached PASID entry is about to be invalidated
 * @m: the model
 * @pe: the entry
 *
 * O1: with P clear, everything else of the entry still has to be in memory.
 */
void m_check_pe_drop(struct vtd_model *m, const struct m_pe *pe)
{
	u64 q[VTD_PE_QWORDS];

	if (pe->np || !mdl_read(&m->b, pe->phys, q, VTD_PE_QWORDS, true) || q[0] & VTD_PE0_P)
		return;
	if (q[1] != pe->qw[1] || q[2] != pe->qw[2])
		m_violation(m, M_O1, "RID %#x PASID %#x DID %#x: zeroed while it is cached",
			    pe->rid, pe->pasid, pe->tag->d->did);
}

/* Table 28: a second-stage entry that goes takes a domain-selective invalidation. */
static bool m_iotlb_enough(const struct m_debt *o, const struct m_desc *d)
{
	if (d->type == VTD_DESC_IOTLB)
		return d->gran != VTD_IOTLB_PAGE;
	if (d->gran != VTD_PIOTLB_ALL)
		return false;
	return !o->cleared || o->pgtt == VTD_PGTT_FS || o->pgtt == VTD_PGTT_PT;
}

static void m_pay_iotlb(struct vtd_model *m, struct m_debt *o, const struct m_desc *d)
{
	if (!(o->owes & M_OWES_IOTLB) || !m_iotlb_enough(o, d))
		return;
	if (!(o->owes & M_OWES_PC)) {
		m_pay(m, o, M_OWES_IOTLB, d->batch);
		return;
	}
	o->early_iotlb = true;
	if (!o->batch)
		o->batch = d->batch;
}

/* Memory, walked afresh, no longer says what the device was told. */
static bool m_grant_stale(struct vtd_model *m, const struct m_grant *g)
{
	struct m_walk w = {
		.m = m, .fresh = true, .xlat = true, .rid = g->rid, .req_pasid = g->pasid,
		.iova = g->iova,
	};

	return m_walk(&w) || w.phys != g->phys || g->perm & ~w.perm || w.szi < g->szi;
}

/* The IOTLB has just forgotten a range of @tag: what do device TLBs hold of it? */
static void m_late_grants(struct vtd_model *m, struct m_tag *tag, const struct m_desc *d)
{
	struct m_grant *g;

	list_for_each_entry(g, &tag->grants, tag_node) {
		if (g->iova > d->last || g->iova + m_size(g->szi) - 1 < d->first)
			continue;
		if (!list_empty(&g->debt_node) || !m_grant_stale(m, g))
			continue;
		g->batch = d->batch;
		list_add_tail(&g->debt_node, &m->late);
	}
}

static void m_late_of_did(struct vtd_model *m, struct m_did *did, const struct m_desc *d)
{
	struct m_tag *tag;

	list_for_each_entry(tag, &did->tlb_tags, tlb_node)
		m_late_grants(m, tag, d);
}

static void m_late(struct vtd_model *m, const struct m_desc *d)
{
	struct m_did *did;
	struct m_tag *tag;

	if (d->type == VTD_DESC_PIOTLB) {
		tag = m_tag_find(m, d->did, d->pasid);
		if (tag)
			m_late_grants(m, tag, d);
	} else if (d->gran == VTD_IOTLB_GLOBAL) {
		list_for_each_entry(did, &m->dids, all)
			m_late_of_did(m, did, d);
	} else {
		did = m_did_find(m, d->did);
		if (did)
			m_late_of_did(m, did, d);
	}
}

/**
 * m_check_iotlb_inv() - an IOTLB or PASID-based IOTLB invalidation was executed
 * @m: the model
 * @d: the descriptor
 */
void m_check_iotlb_inv(struct vtd_model *m, const struct m_desc *d)
{
	if (m->nr_debts) {
		if (d->type == VTD_DESC_PIOTLB)
			m_each_of_tag(m, d, m_pay_iotlb);
		else if (d->gran == VTD_IOTLB_GLOBAL)
			m_each(m, d, m_pay_iotlb);
		else
			m_each_of_did(m, d, m_pay_iotlb);
	}
	if (m->nr_grants)
		m_late(m, d);
}

/* Take @rid off the devices that owe an invalidation. */
static bool m_debt_strike(struct m_debt *o, u16 rid)
{
	unsigned int i;

	for (i = 0; i < o->nr_rids; i++) {
		if (o->rids[i] != rid)
			continue;
		o->rids[i] = o->rids[--o->nr_rids];
		return true;
	}
	return false;
}

/* The device TLB of @rid was invalidated for the PASID of @o. */
static void m_debt_rid(struct vtd_model *m, struct m_debt *o, u16 rid, u64 batch)
{
	if (o->owes & (M_OWES_PC | M_OWES_IOTLB))
		o->early_dtlb = true;
	else if (m_debt_strike(o, rid))
		m_pay(m, o, o->nr_rids ? 0 : M_OWES_DTLB, batch);
}

static void m_pay_dtlb(struct vtd_model *m, const struct m_desc *d)
{
	u32 pasid = d->pasid == PL_NO_PASID ? 0 : d->pasid;
	struct m_debt *o, *on;
	struct mdl_node *n, *next;

	if (d->last - d->first < (1ULL << 48) - 1)
		return;
	if (d->global) {
		list_for_each_entry_safe(o, on, &m->debts, all)
			m_debt_rid(m, o, d->sid, d->batch);
		return;
	}
	for (n = mdl_find(&m->b, mdl_key(M_DEBT, 1), pasid); n; n = next) {
		next = mdl_next(n);
		m_debt_rid(m, container_of(n, struct m_debt, by_pasid), d->sid, d->batch);
	}
}

/*
 * A cached PASID entry whose invalidation is owed: would it still lead a device
 * that asks again to the page?  Not where the page's own leaf is gone too.
 */
static bool m_old_entry_grants(struct vtd_model *m, const struct m_grant *g)
{
	u32 pasid = g->pasid == PL_NO_PASID ? 0 : g->pasid;
	struct m_walk w = {
		.m = m, .fresh = true, .xlat = true, .rid = g->rid, .req_pasid = g->pasid,
		.pasid = pasid, .iova = g->iova,
	};
	struct m_pe *pe = m_pe_find(m, g->rid, pasid);

	if (!pe || pe->np)
		return false;
	memcpy(w.pe, pe->qw, sizeof(w.pe));
	w.did = FIELD_GET(VTD_PE1_DID, w.pe[1]);
	w.pgtt = FIELD_GET(VTD_PE0_PGTT, w.pe[0]);
	return !m_walk_pages(&w) && w.phys == g->phys;
}

/*
 * The device may ask again at once; while the IOTLB or the PASID-cache would
 * still tell it the old story, the invalidation came too early (6.5.2.5).
 */
static bool m_grant_early(struct vtd_model *m, const struct m_grant *g)
{
	struct m_tlb *t = m_tlb_find(m, g->rid, g->pasid, g->iova);
	struct m_debt *o;

	list_for_each_entry(o, &g->tag->debts, tag_node)
		if (o->owes & M_OWES_PC && !o->attach && m_old_entry_grants(m, g))
			return true;
	return t && t->phys == g->phys && m_grant_stale(m, g);
}

static void m_revoke(struct vtd_model *m, struct m_gtag *gt, const struct m_desc *d)
{
	struct m_grant *g, *next;
	bool last;

	list_for_each_entry_safe(g, next, &gt->grants, rid_node) {
		last = list_is_singular(&gt->grants);
		if (g->iova <= d->last && g->iova + m_size(g->szi) - 1 >= d->first) {
			g->early = m_grant_early(m, g);
			if (!g->early)
				m_grant_drop(m, g);
		}
		if (last)
			break;	/* the tag went with its last grant */
	}
}

/**
 * m_check_dtlb_inv() - a device answered an invalidation request
 * @m: the model
 * @d: the descriptor
 */
void m_check_dtlb_inv(struct vtd_model *m, const struct m_desc *d)
{
	struct m_gtag *gt, *next;

	if (m->nr_debts)
		m_pay_dtlb(m, d);
	if (!d->global) {
		gt = m_gtag_find(m, d->sid, d->pasid);
		if (gt)
			m_revoke(m, gt, d);
		return;
	}
	list_for_each_entry_safe(gt, next, &m->gtags, all)
		if (gt->rid == d->sid)
			m_revoke(m, gt, d);
}

/*
 * Waits
 */

static void m_blame_slot(struct vtd_model *m, const struct m_debt *o, enum m_rule rule,
			 const char *cache, bool early, const char *order)
{
	m_violation(m, rule, "PASID %#x, DID %#x: %s invalidation %s%s", o->tag->pasid,
		    o->tag->d->did, cache, early ? "executed before the " : "missing",
		    early ? order : "");
}

static void m_blame(struct vtd_model *m, struct m_debt *o)
{
	o->told = true;
	if (o->owes & M_OWES_PC)
		m_blame_slot(m, o, o->attach ? M_O5 : M_O2, "PASID-cache", false, NULL);
	else if (o->owes & M_OWES_IOTLB)
		m_blame_slot(m, o, o->attach ? M_O5 : M_O2, "IOTLB", o->early_iotlb,
			     "PASID-cache one");
	else
		m_blame_slot(m, o, M_O3, "device-TLB", o->early_dtlb, "IOTLB one");
}

static void m_blame_grant(struct vtd_model *m, struct m_grant *g)
{
	list_del_init(&g->debt_node);
	m_violation(m, M_O3, "RID %#x PASID %#x DID %#x IOVA %#llx: device-TLB invalidation %s",
		    g->rid, g->pasid, g->tag->d->did, (unsigned long long)g->iova,
		    g->early ? "executed before the IOTLB one" : "missing");
}

/* Could the submitter of the batch that ends here have paid it? */
static bool m_blameable(const struct vtd_model *m, const struct m_debt *o, u64 batch)
{
	if (o->told || !o->batch || o->batch > batch)
		return false;
	return !m->cfg.concurrent || (o->owes & (M_OWES_PC | M_OWES_IOTLB)) == M_OWES_IOTLB;
}

static void m_check_drain(struct vtd_model *m, const struct m_desc *d)
{
	struct m_debt *o;

	list_for_each_entry(o, &m->debts, all) {
		if (!(o->owes & M_OWES_DTLB) || !o->batch || o->batch > d->batch)
			continue;
		m_violation(m, M_O4, "PASID %#x: drained before the device TLB of RID %#x forgot",
			    o->tag->pasid, o->rids[0]);
		return;
	}
	if (!list_empty(&m->late))
		m_violation(m, M_O4, "page requests drained before a device-TLB invalidation");
}

/**
 * m_check_wait() - a wait completes
 * @m: the model
 * @d: the wait
 *
 * Debts that an invalidation of its batch, or of an earlier one, began to pay
 * have to be paid by now.
 */
void m_check_wait(struct vtd_model *m, const struct m_desc *d)
{
	struct m_grant *g, *gn;
	struct m_debt *o;

	if (d->drain && !m->cfg.concurrent)
		m_check_drain(m, d);
	if (!d->sw)
		return;
	list_for_each_entry(o, &m->debts, all)
		if (m_blameable(m, o, d->batch))
			m_blame(m, o);
	if (m->cfg.concurrent)
		return;
	list_for_each_entry_safe(g, gn, &m->late, debt_node)
		if (g->batch <= d->batch)
			m_blame_grant(m, g);
}

/*
 * The endpoint's enables
 */

/* A device TLB that is off owes nothing. */
static void m_debt_forgive(struct vtd_model *m, struct m_debt *o, u16 rid)
{
	if (m_debt_strike(o, rid) && !o->nr_rids)
		m_pay(m, o, M_OWES_DTLB, 0);
}

static void m_ats_off(struct vtd_model *m, u16 rid)
{
	struct m_gtag *gt, *gn;
	struct m_grant *g, *next;
	struct m_debt *o, *on;
	bool last;

	list_for_each_entry_safe(gt, gn, &m->gtags, all) {
		if (gt->rid != rid)
			continue;
		list_for_each_entry_safe(g, next, &gt->grants, rid_node) {
			last = list_is_singular(&gt->grants);
			m_grant_drop(m, g);
			if (last)
				break;
		}
	}
	list_for_each_entry_safe(o, on, &m->debts, all)
		m_debt_forgive(m, o, rid);
}

static void m_check_ats_on(struct vtd_model *m, u16 rid)
{
	struct m_walk w = { .m = m, .fresh = true, .rid = rid, .req_pasid = PL_NO_PASID };

	m_walk_config(&w);
	if (!(w.ctx[0] & VTD_CTX_P) || !(w.ctx[0] & VTD_CTX_DTE))
		m_violation(m, M_O6, "RID %#x: ATS on before DTE in the context entry", rid);
}

/* See mdl_ops.state. */
void m_check_state(struct mdl *b, struct mdl_port *p, u32 bits)
{
	u32 on = bits & ~p->bits, off = p->bits & ~bits;
	struct vtd_model *m = m_of_base(b);
	u16 rid = p->port->rid;

	if (on & PL_EP_PASID && p->bits & PL_EP_ATS)
		m_violation(m, M_O6, "RID %#x: PASID switched on after ATS", rid);
	if (on & PL_EP_PRI && !(bits & PL_EP_ATS))
		m_violation(m, M_O6, "RID %#x: PRI switched on before ATS", rid);
	if (on & PL_EP_ATS)
		m_check_ats_on(m, rid);
	if (off & PL_EP_ATS && bits & PL_EP_PRI)
		m_violation(m, M_O6, "RID %#x: ATS switched off before PRI", rid);
	if (off & PL_EP_PASID && bits & PL_EP_ATS)
		m_violation(m, M_O6, "RID %#x: PASID switched off before ATS", rid);
	if (!(off & PL_EP_ATS))
		return;
	if (m_queue_has_dtlb(m, rid))
		m_violation(m, M_O7, "RID %#x: ATS off, device-TLB invalidation in flight", rid);
	m_ats_off(m, rid);
}

/*
 * Memory that goes back
 */

static const char *m_ref_text(enum m_ref_kind kind)
{
	static const char * const text[] = {
		[M_REF_CTX_IN] = "the context-cache holds an entry read from it",
		[M_REF_CTX_TO] = "the context-cache points to it",
		[M_REF_PE_IN] = "the PASID-cache holds an entry read from it",
		[M_REF_PE_TO] = "the PASID-cache points to it",
		[M_REF_PSC_IN] = "a paging-structure cache holds an entry read from it",
		[M_REF_PSC_TO] = "a paging-structure cache points to it",
		[M_REF_TLB] = "the IOTLB translates to it",
		[M_REF_TLB_IN] = "the IOTLB holds an entry read from it",
		[M_REF_GRANT] = "a device TLB may translate to it",
	};

	return text[kind];
}

static void m_freed_refs(struct vtd_model *m, u64 phys, unsigned int szi)
{
	struct mdl_page *p;
	struct mdl_ref *ref;

	/* a reference dropped may take the page's record with it */
	while ((p = mdl_page_find(&m->b, phys, m_shift(szi))) && !list_empty(&p->refs)) {
		ref = list_first_entry(&p->refs, struct mdl_ref, node);
		m_violation(m, M_O8, "page %#llx is given back while %s",
			    (unsigned long long)phys, m_ref_text(ref->kind));
		m_ref_drop(m, ref);
	}
}

static void m_freed_debts(struct vtd_model *m, u64 phys)
{
	struct m_debt *o;
	unsigned int i;

	for (i = 0; i < MDL_LINES; i++) {
		o = m_debt_find(m, phys + i * MDL_LINE);
		if (!o)
			continue;
		if (!o->told && !o->attach)
			m_violation(m, M_O8, "PASID table %#llx given back while PASID %#x owes",
				    (unsigned long long)phys, o->tag->pasid);
		m_debt_drop(m, o);
	}
}

static void m_freed_page(struct vtd_model *m, u64 phys)
{
	static const char * const what[] = { "", "root", "context", "PASID directory", "PASID" };
	struct mdl_page *p;

	m_freed_refs(m, phys, 0);
	if (m->nr_debts)
		m_freed_debts(m, phys);
	p = mdl_page_find(&m->b, phys, MDL_PAGE_SHIFT);
	if (!p)
		return;
	if (p->watch && (p->watch != M_WATCH_ROOT || m_tes(m)))
		m_violation(m, M_O8, "%s table %#llx is given back while it is linked",
			    what[p->watch], (unsigned long long)phys);
	mdl_page_forget(&m->b, p);
}

/**
 * m_check_freed() - memory is about to go back to its owner (O8)
 * @m: the model
 * @phys: first byte
 * @len: bytes
 */
void m_check_freed(struct vtd_model *m, u64 phys, u64 len)
{
	u64 first = phys & PAGE_MASK, last = phys + len - 1, at;
	unsigned int szi;

	for (szi = 1; szi < 3; szi++) {
		if (!m->nr_tlb[szi])
			continue;
		for (at = first & ~(m_size(szi) - 1); at <= last; at += m_size(szi))
			m_freed_refs(m, at, szi);
	}
	if (!m->b.hash.nr)
		return;
	for (at = first; at <= last; at += PAGE_SIZE)
		m_freed_page(m, at);
}

/*
 * Staleness
 */

static void m_fresh(struct m_walk *fr, const struct m_walk *hw)
{
	*fr = (struct m_walk){
		.m = hw->m, .fresh = true, .xlat = hw->xlat, .write = hw->write, .rid = hw->rid,
		.req_pasid = hw->req_pasid, .iova = hw->iova,
	};
	m_walk(fr);
}

static bool m_ctx_stale(const struct m_ctx *c, const struct m_walk *fr)
{
	bool np = !(fr->ctx[0] & VTD_CTX_P);

	if (c->np || np)
		return !!c->np != np;
	return c->phys != fr->ctx_phys || c->qw[0] != fr->ctx[0] || c->qw[1] != fr->ctx[1];
}

static bool m_pe_stale(const struct m_pe *pe, const struct m_walk *fr)
{
	bool np = fr->reason == M_PDE_NP || fr->reason == M_PE_NP;

	if (pe->np || np)
		return !!pe->np != np;
	return pe->phys != fr->pe_phys || memcmp(pe->qw, fr->pe, sizeof(pe->qw));
}

/* Under CM=1 the answer "nothing there" has outlived a wait (O5). */
static void m_check_np(struct vtd_model *m, const struct m_walk *hw, const struct m_walk *fr)
{
	struct m_debt *o = m_debt_find(m, fr->pe_phys & ~(MDL_LINE - 1ULL));
	bool late = hw->tlb_hit ? hw->np_stored < m->waits : o && o->attach && o->born < m->waits;

	if (late && !m->cfg.concurrent)
		m_violation(m, M_O5, "RID %#x PASID %#x IOVA %#llx: not-present %s after a wait",
			    hw->rid, hw->req_pasid, (unsigned long long)hw->iova,
			    hw->tlb_hit ? "translation" : "entry");
}

static u32 m_stale_name(struct vtd_model *m, const struct m_walk *hw, const struct m_walk *fr)
{
	struct m_ctx *c = m_ctx_find(m, hw->rid);
	struct m_pe *pe = m_pe_find(m, hw->rid, hw->pasid);

	if (c && m_ctx_stale(c, fr))
		return PL_STALE_CONTEXT;
	if (pe && m_pe_stale(pe, fr))
		return PL_STALE_PASID_CACHE;
	if (hw->tlb_hit)
		return PL_STALE_IOTLB;
	return m->cfg.coherent ? PL_STALE_WALK_CACHE : PL_STALE_NONE;
}

/**
 * m_check_stale() - does memory agree with the answer a request got?
 * @hw: the request, walked
 *
 * Return: PL_STALE_*: the first cache on the way that holds what memory no
 * longer says.
 */
u32 m_check_stale(struct m_walk *hw)
{
	struct vtd_model *m = hw->m;
	struct m_walk fr;

	m_fresh(&fr, hw);
	if (!!fr.reason == !!hw->reason && (fr.reason || fr.phys == hw->phys))
		return PL_STALE_NONE;
	if (hw->np_hit && !fr.reason)
		m_check_np(m, hw, &fr);
	return m_stale_name(m, hw, &fr);
}

/*
 * The audit
 */

#define M_WHO	"RID %#x PASID %#x DID %#x IOVA %#llx"

static void m_audit_walk(struct m_walk *w, struct vtd_model *m, u16 rid, u32 pasid, u64 iova)
{
	*w = (struct m_walk){
		.m = m, .fresh = true, .rid = rid, .req_pasid = pasid, .iova = iova,
	};
	m_walk(w);
}

static void m_audit_ctxs(struct vtd_model *m)
{
	struct m_walk w;
	struct m_ctx *c;

	list_for_each_entry(c, &m->ctxs, all) {
		m_audit_walk(&w, m, c->rid, PL_NO_PASID, 0);
		if (m_ctx_stale(c, &w))
			m_violation(m, M_AUDIT_CTX, "stale context entry: RID %#x", c->rid);
	}
}

static u32 m_req_pasid(u32 pasid)
{
	return pasid ? pasid : PL_NO_PASID;	/* RPS=0: RID_PASID is 0 */
}

static void m_audit_pes(struct vtd_model *m, struct m_tag *tag)
{
	struct m_walk w;
	struct m_pe *pe;

	list_for_each_entry(pe, &tag->pe, tag_node) {
		m_audit_walk(&w, m, pe->rid, m_req_pasid(pe->pasid), 0);
		if (m_pe_stale(pe, &w))
			m_violation(m, M_AUDIT_PE, "stale %sentry: RID %#x PASID %#x DID %#x",
				    pe->np ? "not-present " : "PASID-cache ", pe->rid, pe->pasid,
				    tag->d->did);
	}
}

static bool m_tlb_stale(const struct m_tlb *t, const struct m_walk *w)
{
	if (w->did != t->tag->d->did)
		return true;
	if (t->np)
		return w->reason != t->np;
	if (w->reason && w->reason != M_READ)
		return true;
	return w->phys != t->phys || w->perm != t->perm;
}

static void m_audit_tlbs(struct vtd_model *m, struct m_tag *tag)
{
	struct m_walk w;
	struct m_tlb *t;

	list_for_each_entry(t, &tag->tlb, tag_node) {
		m_audit_walk(&w, m, t->rid, t->req_pasid, t->iova);
		if (m_tlb_stale(t, &w))
			m_violation(m, M_AUDIT_TLB, "stale IOTLB entry: " M_WHO "%s", t->rid,
				    t->req_pasid, tag->d->did, (unsigned long long)t->iova,
				    t->np ? ", not present" : "");
	}
}

static void m_audit_pscs(struct vtd_model *m, struct m_tag *tag)
{
	struct m_walk w;
	struct m_psc *p;

	list_for_each_entry(p, &tag->psc, tag_node) {
		m_audit_walk(&w, m, p->rid, p->pasid, p->iova);
		if (w.pgtt == VTD_PGTT_NEST && tag->pasid == PL_NO_PASID)
			continue;	/* its input is not what the request carried */
		if (w.did != tag->d->did || w.tables[p->level - 1] != p->table)
			m_violation(m, M_AUDIT_WALK, "stale walk-cache entry: " M_WHO " level %u",
				    p->rid, p->pasid, tag->d->did, (unsigned long long)p->iova,
				    p->level);
	}
}

static void m_audit_grants(struct vtd_model *m, struct m_tag *tag)
{
	struct m_grant *g;

	list_for_each_entry(g, &tag->grants, tag_node)
		if (m_grant_stale(m, g))
			m_violation(m, M_AUDIT_DTLB, "stale device-TLB entry: " M_WHO, g->rid,
				    g->pasid, tag->d->did, (unsigned long long)g->iova);
}

static void m_audit_debts(struct vtd_model *m)
{
	struct m_debt *o;

	list_for_each_entry(o, &m->debts, all)
		if (!o->told)
			m_blame(m, o);
}

/* Compare everything cached with memory; nothing may be in flight. */
u64 m_check_audit(struct vtd_model *m)
{
	u64 before = m->b.violations;
	struct m_did *did;
	struct m_tag *tag;

	m_audit_ctxs(m);
	list_for_each_entry(did, &m->dids, all) {
		list_for_each_entry(tag, &did->pe_tags, pe_node)
			m_audit_pes(m, tag);
		list_for_each_entry(tag, &did->tlb_tags, tlb_node) {
			m_audit_tlbs(m, tag);
			m_audit_pscs(m, tag);
			m_audit_grants(m, tag);
		}
	}
	m_audit_debts(m);
	if (!m->cfg.coherent)
		mdl_audit_shadows(&m->b);
	return m->b.violations - before;
}
