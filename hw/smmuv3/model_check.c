// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invariants, judged, as they read for SMMUv3.
 *
 *	O1	V goes first; an entry changes, and its ASID or VMID serves other
 *		tables, only after its CFGI (and TLBI) and CMD_SYNC
 *	O2	CFGI, then TLBI; a TTB that changed in place owes a TLBI
 *	O3	TLBI or CFGI, CMD_SYNC, then CMD_ATC_INV
 *	O5	an entry that became valid owes a CFGI: invalid ones are cached too
 *	O6	PASID before ATS before PRI, STE.EATS before ATS
 *	O7	no CMD_ATC_INV meets a device whose ATS is off
 *	O8	memory goes back only when nothing cached refers to it
 *	O9	a valid entry is always a whole one (model_watch.c)
 *
 * O4 and O10 are about page requests, which this fabric does not carry.
 *
 * Vocabulary.  A CFGI *pays* a debt; its CMD_SYNC closes it.  A grant is *late*
 * when the unit has forgotten what an ATC may still hold, and *early* is a
 * CMD_ATC_INV that came before the unit had forgotten: it counts for nothing.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: what two threads could do right together is never called
 * wrong.  Under smmu_model_config.concurrent a CMD_SYNC blames nobody for what
 * only its owner could have done; that owner is caught at the next store to the
 * entry (O1 to O3), when memory goes back (O8), or by an audit.
 */
#include "model.h"

const struct mdl_rule sm_rules[SM_RULE_NR] = {
	[SM_O1] = { "O1", "IHI0070 3.21.3.1" },
	[SM_O2] = { "O2", "IHI0070 3.17, 3.21.3" },
	[SM_O3] = { "O3", "IHI0070 3.9.1, 4.5.1" },
	[SM_O5] = { "O5", "IHI0070 3.21.3" },
	[SM_O6] = { "O6", "IHI0070 3.9.1, PCIe 10.5" },
	[SM_O7] = { "O7", "IHI0070 4.5.1" },
	[SM_O8] = { "O8", "IHI0070 3.21.1" },
	[SM_O9] = { "O9", "IHI0070 3.21.3.1" },
	[SM_A_STE] = { "STE", "IHI0070 3.21.3, 4.3.1" },
	[SM_A_CD] = { "CD", "IHI0070 3.21.3, 4.3.3" },
	[SM_A_WALK] = { "WALK", "IHI0070 3.21.1, 4.4.1.1" },
	[SM_A_TLB] = { "TLB", "IHI0070 3.17, 4.4" },
	[SM_A_ATC] = { "DEV-TLB", "IHI0070 3.9, 4.5.1" },
	[SM_REG] = { "REG", "IHI0070 6.3" },
	[SM_FLUSH] = { "FLUSH", "IHI0070 3.15, 6.3.1 COHACC" },
};

/*
 * Debts
 */

/* A CFGI for the StreamIDs from @first to @last covered @o. */
static void pay(struct smmu_model *m, struct sm_debt *o, u32 first, u32 last)
{
	unsigned int i;

	for (i = 0; i < o->nr_sids; i++)
		if (o->sids[i] >= first && o->sids[i] <= last)
			o->owed &= ~BIT(i);
	if (!o->owed && list_empty(&o->pay))
		list_add_tail(&o->pay, &m->paying);
}

static void pay_index(struct smmu_model *m, enum sm_kind kind, u32 index, u32 sid)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_DEBT_INDEX, (u64)kind << 48), index);

	for (; n; n = mdl_next(n))
		pay(m, container_of(n, struct sm_debt, by_index), sid, sid);
}

static void pay_cd(struct smmu_model *m, const struct sm_cmd *c)
{
	pay_index(m, SM_CD, c->ssid, c->sid);
	if (c->leaf)
		return;
	pay_index(m, SM_L1CD, c->ssid & ~(BIT(6) - 1), c->sid);
	if (c->ssid & (BIT(10) - 1) & ~(BIT(6) - 1))
		pay_index(m, SM_L1CD, c->ssid & ~(BIT(10) - 1), c->sid);
}

/* What went from the caches with all CDs of some streams, and with STEs of theirs */
static void pay_streams(struct smmu_model *m, const struct sm_cmd *c)
{
	u64 mask = c->op == SMMU_CMD_CFGI_STE_RANGE ? BIT_ULL(c->range + 1) - 1 : 0;
	u32 first = c->sid & ~mask, last = c->sid | mask;
	struct sm_debt *o;

	list_for_each_entry(o, &m->debts, all) {
		if (o->kind == SM_CD || o->kind == SM_L1CD)
			pay(m, o, first, last);
		else if (c->op == SMMU_CMD_CFGI_STE_RANGE && o->index <= last && o->last >= first)
			pay(m, o, 0, U32_MAX);
	}
}

/**
 * sm_check_cfgi() - a configuration invalidation took effect
 * @m: the model
 * @c: the command
 */
void sm_check_cfgi(struct smmu_model *m, const struct sm_cmd *c)
{
	u32 low = BIT(FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_cfg)) - 1;

	if (!m->nr_debts)
		return;
	if (c->op == SMMU_CMD_CFGI_CD) {
		pay_cd(m, c);
		return;
	}
	pay_streams(m, c);
	if (c->op != SMMU_CMD_CFGI_STE)
		return;
	pay_index(m, SM_STE, c->sid, c->sid);
	if (!c->leaf)
		pay_index(m, SM_L1ST, c->sid & ~low, c->sid & ~low);
}

/* Memory, walked afresh, no longer says what the device was told. */
static bool grant_stale(struct smmu_model *m, const struct sm_grant *g)
{
	struct sm_walk w = {
		.m = m, .fresh = true, .xlat = true, .sid = g->gtag->sid, .ssid = g->gtag->ssid,
		.iova = g->iova,
	};

	return sm_walk(&w) || w.phys != g->phys || g->perm & ~w.perm || w.shift < g->shift;
}

static void late_grants(struct smmu_model *m, struct sm_gtag *gt)
{
	struct sm_grant *g;

	list_for_each_entry(g, &gt->grants, gtag_node) {
		if (!grant_stale(m, g))
			continue;
		sm_late(m, g, true);
		g->entry = true;
	}
}

/* The unit has forgotten an entry: what do ATCs still hold that it allowed? */
static void late_of_debt(struct smmu_model *m, const struct sm_debt *o)
{
	u32 ssid = o->index ? o->index : PL_NO_PASID;
	struct sm_gtag *gt;
	unsigned int i;

	if (o->kind == SM_CD) {
		for (i = 0; i < o->nr_sids; i++) {
			gt = sm_gtag_find(m, o->sids[i], ssid);
			if (gt)
				late_grants(m, gt);
		}
		return;
	}
	list_for_each_entry(gt, &m->gtags, all)
		if (o->kind == SM_STE && gt->sid == o->index)
			late_grants(m, gt);
}

/*
 * TLB
 */

/* Commands that leave nothing of a tag */
static bool takes_all(const struct sm_cmd *c)
{
	return c->op != SMMU_CMD_TLBI_NH_VA && c->op != SMMU_CMD_TLBI_NH_VAA &&
	       c->op != SMMU_CMD_TLBI_S2_IPA;
}

static void check_tag(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c)
{
	struct sm_stain *s, *next;
	struct sm_grant *g;

	list_for_each_entry(g, &tag->grants, tag_node)
		if (!g->late && g->iova <= c->last && sm_last(g->iova, g->shift) >= c->first &&
		    grant_stale(m, g))
			sm_late(m, g, true);
	if (!takes_all(c))
		return;
	/* while the entry may be cached, the TLB may be filled again (O2) */
	list_for_each_entry_safe(s, next, &tag->stains, tag_node)
		if (!s->debts)
			sm_stain_drop(m, s);
}

/**
 * sm_check_tlbi() - a TLB invalidation took effect
 * @m: the model
 * @c: the command
 */
void sm_check_tlbi(struct smmu_model *m, const struct sm_cmd *c)
{
	sm_each_tag(m, c, check_tag);
}

/*
 * ATCs
 */

/*
 * Would an STE or CD that is to go, but may be cached until the CMD_SYNC for its
 * CFGI, lead a device that asks again to the page?
 */
static bool old_entry_grants(struct smmu_model *m, const struct sm_grant *g)
{
	u32 sid = g->gtag->sid, ssid = g->gtag->ssid, index = ssid == PL_NO_PASID ? 0 : ssid;
	struct sm_debt *ste = sm_debt_of(m, SM_STE, sid, sid);
	struct sm_debt *cd = sm_debt_of(m, SM_CD, sid, index);
	struct sm_walk w = {
		.m = m, .fresh = true, .xlat = true, .sid = sid, .ssid = ssid, .iova = g->iova,
	};
	u64 config;

	if ((!ste || ste->attach) && (!cd || cd->attach))
		return false;
	sm_walk_config(&w);
	if (ste && !ste->attach)
		memcpy(w.ste, ste->was, sizeof(w.ste));
	if (cd && !cd->attach)
		memcpy(w.cd, cd->was, sizeof(w.cd));
	config = FIELD_GET(SMMU_STE0_CONFIG, w.ste[0]);
	w.s1 = config & 1 && g->tag && g->tag->asid != SM_TAG_S2;
	w.s2 = config & 2;
	w.vmid = sm_ste_vmid(m, w.ste);
	if (sm_ste_check(m, w.ste) || (w.s1 && sm_cd_check(m, w.ste, w.cd)))
		return false;
	return !sm_walk_pages(&w) && w.phys == g->phys;
}

/* A TLBI of this very segment covers the grant: not before it the ATC_INV (4.5.1). */
static bool tlbi_unsynced(const struct smmu_model *m, const struct sm_grant *g)
{
	u64 last = sm_last(g->iova, g->shift);
	u32 i;

	if (!g->tag || (g->late && g->since < m->syncs))
		return false;
	for (i = 0; i < m->nr_seg; i++)
		if (sm_cmd_covers(&m->seg[i], g->tag, g->iova, last))
			return true;
	return false;
}

/*
 * The device may ask again at once: while the unit would tell it the old story,
 * the invalidation came too early.
 */
static bool grant_early(struct smmu_model *m, const struct sm_grant *g)
{
	struct sm_tlb *t = g->tag ? sm_tlb_find(m, g->tag, g->iova) : NULL;

	if (!grant_stale(m, g))
		return false;
	return tlbi_unsynced(m, g) || (t && t->phys == g->phys) || old_entry_grants(m, g);
}

static void revoke(struct smmu_model *m, struct sm_gtag *gt, const struct sm_cmd *c)
{
	struct sm_grant *g, *next;
	bool last;

	list_for_each_entry_safe(g, next, &gt->grants, gtag_node) {
		last = list_is_last(&g->gtag_node, &gt->grants);
		if (g->iova <= c->last && sm_last(g->iova, g->shift) >= c->first) {
			g->early = grant_early(m, g);
			if (g->early)
				sm_late(m, g, true);
			else
				sm_grant_drop(m, g);
		}
		if (last)
			break;	/* the record may be gone with its last grant */
	}
}

/**
 * sm_check_atc() - a device answered a CMD_ATC_INV
 * @m: the model
 * @c: the command
 */
void sm_check_atc(struct smmu_model *m, const struct sm_cmd *c)
{
	struct sm_gtag *gt, *next;

	if (!m->nr_grants)
		return;
	if (!c->global) {
		gt = sm_gtag_find(m, c->sid, c->ssid);
		if (gt)
			revoke(m, gt, c);
		return;
	}
	list_for_each_entry_safe(gt, next, &m->gtags, all)
		if (gt->sid == c->sid)
			revoke(m, gt, c);
}

/*
 * Are there grants that were late when the entry last changed?  Its owner should
 * have seen to them.  They are looked at once.
 */
bool sm_check_granted(struct smmu_model *m, u32 sid, u32 ssid)
{
	struct sm_gtag *gt = sm_gtag_find(m, sid, ssid);
	struct sm_grant *g;
	bool any = false;

	if (!gt)
		return false;
	list_for_each_entry(g, &gt->grants, gtag_node) {
		any |= g->entry;
		g->entry = false;
	}
	return any;
}

/*
 * CMD_SYNC
 */

static void blame_early(struct smmu_model *m, const struct sm_gtag *gt)
{
	struct sm_grant *g;

	list_for_each_entry(g, &gt->grants, gtag_node) {
		if (!g->early)
			continue;
		g->early = false;
		sm_violation(m, SM_O3,
			     "StreamID %#x SubstreamID %#x IOVA %#llx: CMD_ATC_INV before the unit had forgotten",
			     gt->sid, gt->ssid, (unsigned long long)g->iova);
	}
}

/**
 * sm_check_sync() - a CMD_SYNC completes
 * @m: the model
 */
void sm_check_sync(struct smmu_model *m)
{
	struct sm_debt *o, *next;
	struct sm_gtag *gt;

	if (m->nr_late && !m->cfg.concurrent)
		list_for_each_entry(gt, &m->gtags, all)
			blame_early(m, gt);
	list_for_each_entry_safe(o, next, &m->paying, pay) {
		if (!o->attach && m->nr_grants)
			late_of_debt(m, o);
		sm_debt_drop(m, o);
	}
}

/**
 * sm_check_fetch() - the unit reads an entry that it had not cached
 * @w: the request
 * @line: the entry
 *
 * That it was not cached is luck: had a request met it as it was before, this
 * one would have been answered so (O2; O5 where it was not valid).
 */
void sm_check_fetch(struct sm_walk *w, u64 line)
{
	struct smmu_model *m = w->m;
	struct sm_debt *o = m->nr_debts ? sm_debt_find(m, line) : NULL;

	if (!o || !o->owed || o->told || o->born >= m->syncs || m->cfg.concurrent)
		return;
	o->told = true;
	sm_violation(m, o->attach ? SM_O5 : SM_O2,
		     "StreamID %#x SubstreamID %#x: in use with no CMD_CFGI for the entry at %#llx",
		     w->sid, w->ssid, (unsigned long long)line);
}

/*
 * The endpoint's enables
 */

static void ats_off(struct smmu_model *m, u32 sid)
{
	struct sm_gtag *gt, *gn;
	struct sm_grant *g, *next;
	bool last;

	list_for_each_entry_safe(gt, gn, &m->gtags, all) {
		if (gt->sid != sid)
			continue;
		list_for_each_entry_safe(g, next, &gt->grants, gtag_node) {
			last = list_is_last(&g->gtag_node, &gt->grants);
			sm_grant_drop(m, g);
			if (last)
				break;
		}
	}
}

static void check_ats_on(struct smmu_model *m, u32 sid)
{
	struct sm_walk w = { .m = m, .fresh = true, .xlat = true, .sid = sid, .ssid = PL_NO_PASID };
	u32 r = sm_walk_config(&w);

	if (!sm_enabled(m) || !w.have_ste || r == SMMU_EVT_BAD_STE || r == SMMU_EVT_BAD_ATS_TREQ)
		sm_violation(m, SM_O6, "StreamID %#x: ATS on before its STE.EATS", sid);
}

/* See mdl_ops.state. */
void sm_check_state(struct mdl *b, struct mdl_port *p, u32 bits)
{
	u32 on = bits & ~p->bits, off = p->bits & ~bits, sid = p->port->rid;
	struct smmu_model *m = sm_of_base(b);

	if (on & PL_EP_PASID && p->bits & PL_EP_ATS)
		sm_violation(m, SM_O6, "StreamID %#x: PASID switched on after ATS", sid);
	if (on & PL_EP_PRI && !(bits & PL_EP_ATS))
		sm_violation(m, SM_O6, "StreamID %#x: PRI switched on before ATS", sid);
	if (on & PL_EP_ATS)
		check_ats_on(m, sid);
	if (off & PL_EP_ATS && bits & PL_EP_PRI)
		sm_violation(m, SM_O6, "StreamID %#x: ATS switched off before PRI", sid);
	if (off & PL_EP_PASID && bits & PL_EP_ATS)
		sm_violation(m, SM_O6, "StreamID %#x: PASID switched off before ATS", sid);
	if (!(off & PL_EP_ATS))
		return;
	if (sm_queue_has_atc(m, sid))
		sm_violation(m, SM_O7, "StreamID %#x: ATS off, CMD_ATC_INV in flight", sid);
	ats_off(m, sid);
}

/*
 * Memory that goes back
 */

static const char *ref_text(u8 kind)
{
	static const char * const text[] = {
		[SM_R_CONF_IN] = "an STE, CD or level 1 descriptor read from it is cached",
		[SM_R_CONF_TO] = "a cached STE, CD or level 1 descriptor points to it",
		[SM_R_PSC_IN] = "a table descriptor read from it is cached",
		[SM_R_PSC_TO] = "a cached table descriptor points to it",
		[SM_R_TLB] = "the TLB translates to it",
		[SM_R_GRANT] = "an ATC may translate to it",
		[SM_R_STAIN] = "an ASID or VMID may still translate by it: CMD_TLBI owed",
	};

	return text[kind];
}

static void freed_refs(struct smmu_model *m, u64 phys, unsigned int shift)
{
	struct mdl_page *p;
	struct mdl_ref *ref;

	/* a reference dropped may take the page's record with it */
	while ((p = mdl_page_find(&m->b, phys, shift)) && !list_empty(&p->refs)) {
		ref = list_first_entry(&p->refs, struct mdl_ref, node);
		sm_violation(m, SM_O8, "page %#llx is given back while %s",
			     (unsigned long long)phys, ref_text(ref->kind));
		sm_ref_drop(m, ref);
	}
}

static void freed_debts(struct smmu_model *m, u64 phys)
{
	struct sm_debt *o, *next;

	list_for_each_entry_safe(o, next, &m->debts, all) {
		if (o->line >> MDL_PAGE_SHIFT != phys >> MDL_PAGE_SHIFT)
			continue;
		if (!o->told && !o->attach)
			sm_violation(m, SM_O8,
				     "table %#llx given back while entry %#x owes a CMD_CFGI",
				     (unsigned long long)phys, o->index);
		sm_debt_drop(m, o);
	}
}

static void freed_page(struct smmu_model *m, u64 phys)
{
	static const char * const what[] = {
		"", "level 1 stream", "stream", "level 1 CD", "CD"
	};
	struct mdl_page *p;

	freed_refs(m, phys, MDL_PAGE_SHIFT);
	if (m->nr_debts)
		freed_debts(m, phys);
	p = mdl_page_find(&m->b, phys, MDL_PAGE_SHIFT);
	if (!p)
		return;
	if (p->watch)
		sm_violation(m, SM_O8, "%s table %#llx is given back while it is linked",
			     what[p->watch], (unsigned long long)phys);
	mdl_page_forget(&m->b, p);
}

/**
 * sm_check_freed() - memory is about to go back to its owner (O8)
 * @m: the model
 * @phys: first byte
 * @len: bytes
 */
void sm_check_freed(struct smmu_model *m, u64 phys, u64 len)
{
	u64 last = phys + len - 1, left, at;
	unsigned int shift;

	for (left = m->shifts & ~(BIT_ULL(MDL_PAGE_SHIFT + 1) - 1); left; left &= left - 1) {
		shift = __ffs64(left);
		for (at = phys & ~(BIT_ULL(shift) - 1); at <= last; at += BIT_ULL(shift))
			freed_refs(m, at, shift);
	}
	if (!m->b.hash.nr)
		return;
	for (at = phys & ~(MDL_PAGE - 1ULL); at <= last; at += MDL_PAGE)
		freed_page(m, at);
}

/*
 * Staleness
 */

/* The cached entry and memory differ in something that means something. */
static bool conf_stale(struct smmu_model *m, const struct sm_conf *c)
{
	bool l1 = c->kind == SM_L1ST || c->kind == SM_L1CD;
	u64 q[8], was[8], is[8];
	unsigned int i;

	if (!mdl_read(&m->b, c->phys, q, l1 ? 1 : 8, true))
		return true;
	if (l1)
		return q[0] != c->q[0];
	if (c->kind == SM_STE) {
		sm_ste_used(c->q, was);
		sm_ste_used(q, is);
	} else {
		sm_cd_used(c->q, was);
		sm_cd_used(q, is);
	}
	for (i = 0; i < 8; i++)
		if ((q[i] ^ c->q[i]) & (was[i] | is[i]))
			return true;
	return false;
}

/* The level 1 descriptor, of stream or CD table, that a request goes through */
static struct sm_conf *l1_of(const struct smmu_model *m, const struct sm_walk *fr, bool cd)
{
	u32 low = BIT(FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_cfg)) - 1;

	if (!cd)
		return sm_conf_find(m, SM_L1ST, fr->sid & ~low, 0);
	low = BIT(sm_leaf_bits(FIELD_GET(SMMU_STE0_S1FMT, fr->ste[0]))) - 1;
	return sm_conf_find(m, SM_L1CD, fr->sid, fr->cd_index & ~low);
}

/* A structure that was not valid still answers, a CMD_SYNC after it became so (O5). */
static void check_np(struct smmu_model *m, const struct sm_walk *hw, const struct sm_walk *fr)
{
	struct sm_conf *const way[] = {
		l1_of(m, fr, false), sm_conf_find(m, SM_STE, fr->sid, 0), l1_of(m, fr, true),
		sm_conf_find(m, SM_CD, fr->sid, fr->cd_index),
	};
	struct sm_debt *o = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(way) && !o; i++)
		if (way[i] && way[i]->why)
			o = sm_debt_find(m, way[i]->phys);
	if (!o || !o->attach || o->born >= m->syncs || o->told || m->cfg.concurrent)
		return;
	o->told = true;
	sm_violation(m, SM_O5,
		     "StreamID %#x SubstreamID %#x: refused, the entry was cached as invalid",
		     hw->sid, hw->ssid);
}

static u32 stale_name(struct smmu_model *m, const struct sm_walk *hw, const struct sm_walk *fr)
{
	struct sm_conf *ste = sm_conf_find(m, SM_STE, hw->sid, 0), *l1 = l1_of(m, fr, false);
	struct sm_conf *cd = sm_conf_find(m, SM_CD, hw->sid, fr->cd_index);

	if ((ste && conf_stale(m, ste)) || (l1 && conf_stale(m, l1)))
		return PL_STALE_CONTEXT;
	l1 = l1_of(m, fr, true);
	if (cd && fr->have_cd && cd->phys != fr->cd_phys)
		return PL_STALE_PASID_CACHE;
	if ((cd && conf_stale(m, cd)) || (l1 && conf_stale(m, l1)))
		return PL_STALE_PASID_CACHE;
	if (hw->tlb_hit)
		return PL_STALE_IOTLB;
	return m->cfg.coherent ? PL_STALE_WALK_CACHE : PL_STALE_NONE;
}

/**
 * sm_check_stale() - does memory agree with the answer a request got?
 * @hw: the request, walked
 *
 * Return: PL_STALE_*: the first cache on the way that holds what memory no
 * longer says.
 */
u32 sm_check_stale(struct sm_walk *hw)
{
	struct smmu_model *m = hw->m;
	struct sm_walk fr = {
		.m = m, .fresh = true, .xlat = hw->xlat, .write = hw->write, .sid = hw->sid,
		.ssid = hw->ssid, .iova = hw->iova,
	};

	sm_walk(&fr);
	if (!!fr.reason == !!hw->reason && (fr.reason || fr.phys == hw->phys))
		return PL_STALE_NONE;
	if (hw->np_hit && !fr.reason)
		check_np(m, hw, &fr);
	return stale_name(m, hw, &fr);
}

/*
 * The audit
 */

#define WHO	"StreamID %#x SubstreamID %#x VMID %#x ASID %#x IOVA %#llx"

static void audit_walk(struct sm_walk *w, struct smmu_model *m, u32 sid, u32 ssid, u64 iova)
{
	*w = (struct sm_walk){ .m = m, .fresh = true, .sid = sid, .ssid = ssid, .iova = iova };
	sm_walk(w);
}

/*
 * Does the stream that made an entry still lead to its tag?  Where it does not,
 * the entry is out of reach, and what it may cost is for O1 and O8 to say.
 */
static bool in_reach(const struct sm_walk *w, const struct sm_tag *tag)
{
	if (!w->s1 && !w->s2)
		return false;
	if (w->s1 && !w->have_cd)
		return false;
	if (w->vmid != tag->vm->vmid)
		return false;
	return w->asid == tag->asid || (tag->asid == SM_TAG_GLOBAL && w->s1);
}

static void audit_conf(struct smmu_model *m, const struct sm_conf *c)
{
	bool cd = c->kind == SM_CD || c->kind == SM_L1CD;

	if (conf_stale(m, c))
		sm_violation(m, cd ? SM_A_CD : SM_A_STE, "stale %s: StreamID %#x SubstreamID %#x",
			     c->kind == SM_CD ? "CD" : c->kind == SM_STE ? "STE" :
			     "level 1 descriptor", c->sid, c->index);
}

static bool tlb_stale(struct smmu_model *m, const struct sm_tlb *t, const struct sm_walk *w)
{
	struct sm_walk in = *w;
	u64 phys;

	if (t->inner) {
		if (!w->s2 || w->vmid != t->tag->vm->vmid)
			return false;
		return sm_walk_ipa(&in, t->iova, SMMU_CLASS_TTD, &phys) || phys != t->phys;
	}
	if (w->reason && w->reason != SMMU_EVT_PERMISSION)
		return true;
	return w->phys != t->phys || w->perm != t->perm;
}

static void audit_tlbs(struct smmu_model *m, const struct sm_tag *tag)
{
	struct sm_walk w;
	struct sm_tlb *t;

	list_for_each_entry(t, &tag->tlb, tag_node) {
		audit_walk(&w, m, t->sid, t->ssid, t->iova);
		if (!t->inner && !in_reach(&w, tag))
			continue;
		if (tlb_stale(m, t, &w))
			sm_violation(m, SM_A_TLB, "stale TLB entry: " WHO, t->sid, t->ssid,
				     tag->vm->vmid, tag->asid, (unsigned long long)t->iova);
	}
}

static void audit_pscs(struct smmu_model *m, const struct sm_tag *tag)
{
	struct sm_walk w;
	struct sm_psc *p;

	list_for_each_entry(p, &tag->psc, tag_node) {
		audit_walk(&w, m, p->sid, p->ssid, p->iova);
		if (!in_reach(&w, tag))
			continue;
		if (w.tables[p->level + 1] != p->table)
			sm_violation(m, SM_A_WALK, "stale table descriptor: " WHO " level %u",
				     p->sid, p->ssid, tag->vm->vmid, tag->asid,
				     (unsigned long long)p->iova, p->level);
	}
}

static void audit_grants(struct smmu_model *m, const struct sm_gtag *gt)
{
	struct sm_grant *g;

	list_for_each_entry(g, &gt->grants, gtag_node)
		if (grant_stale(m, g))
			sm_violation(m, SM_A_ATC,
				     "stale ATC entry: StreamID %#x SubstreamID %#x IOVA %#llx",
				     gt->sid, gt->ssid, (unsigned long long)g->iova);
}

static void audit_debts(struct smmu_model *m)
{
	struct sm_debt *o;

	list_for_each_entry(o, &m->debts, all) {
		if (o->told)
			continue;
		o->told = true;
		sm_violation(m, o->attach ? SM_O5 : SM_O2, "entry %#x at %#llx: CMD_CFGI missing",
			     o->index, (unsigned long long)o->line);
	}
}

static void audit_confs(struct smmu_model *m)
{
	struct sm_conf *c;
	struct sm_sid *s;

	list_for_each_entry(c, &m->stes, list)
		audit_conf(m, c);
	list_for_each_entry(s, &m->sids, all)
		list_for_each_entry(c, &s->confs, list)
			audit_conf(m, c);
}

/* Compare everything cached with memory; nothing may be in flight. */
u64 sm_check_audit(struct smmu_model *m)
{
	u64 before = m->b.violations;
	struct sm_gtag *gt;
	struct sm_tag *tag;
	struct sm_vm *vm;

	audit_confs(m);
	list_for_each_entry(vm, &m->vms, all) {
		list_for_each_entry(tag, &vm->tags, vm_node) {
			audit_tlbs(m, tag);
			audit_pscs(m, tag);
		}
	}
	list_for_each_entry(gt, &m->gtags, all)
		audit_grants(m, gt);
	audit_debts(m);
	if (!m->cfg.coherent)
		mdl_audit_shadows(&m->b);
	return m->b.violations - before;
}
