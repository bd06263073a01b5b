// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores to the tables, seen as software publishes them.
 *
 * STRTAB_BASE leads to STEs, at once or through level 1 descriptors, those to
 * CD tables, and these to CDs, likewise; every page on the way is *watched*.
 * So the model sees each state that an entry passes through (O1, O9), and opens
 * a *debt* for each that changed: it is paid when a CMD_CFGI for it has taken
 * effect and its CMD_SYNC has completed (IHI0070 3.21.3).  An entry that was in
 * force leaves a *stain* on its VMID or ASID: until the TLB is invalidated after
 * that, translations by the old tables may still be made and kept (3.21.3.1).
 *
 * A CD table of a nested stream lies in stage 2's input; it is not watched.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: what is judged is one published state against the one before;
 * how software got there is its own business.
 */
#include "model.h"

/*
 * Stains
 */

static struct sm_stain *stain_find(const struct smmu_model *m, const struct sm_tag *tag, u64 root)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_STAIN, tag->id), root);

	return n ? container_of(n, struct sm_stain, node) : NULL;
}

static struct sm_stain *stain_new(struct smmu_model *m, struct sm_tag *tag, u64 root)
{
	struct sm_stain *s = mdl_pool_get(&m->b, SM_P_STAIN);

	if (!s)
		return NULL;
	s->tag = tag;
	s->root = root;
	tag->users++;
	list_add_tail(&s->tag_node, &tag->stains);
	mdl_add(&m->b, &s->node, mdl_key(SM_K_STAIN, tag->id), root);
	mdl_ref_add(&m->b, &s->at, SM_R_STAIN, root, MDL_PAGE_SHIFT);
	return s;
}

/* Translations tagged (@vmid, @asid) may be made by the tables at @root. */
static struct sm_stain *stain_get(struct smmu_model *m, u16 vmid, u32 asid, u64 root)
{
	struct sm_tag *tag = sm_tag_get(m, vmid, asid);
	struct sm_stain *s;

	if (!tag)
		return NULL;
	s = stain_find(m, tag, root);
	if (!s)
		s = stain_new(m, tag, root);
	if (s)
		s->debts++;
	sm_tag_put(m, tag);
	return s;
}

void sm_stain_drop(struct smmu_model *m, struct sm_stain *s)
{
	struct sm_tag *tag = s->tag;
	struct sm_debt *o;

	if (s->debts)
		list_for_each_entry(o, &m->debts, all)
			if (o->stain == s)
				o->stain = NULL;
	mdl_ref_del(&m->b, &s->at);
	list_del(&s->tag_node);
	mdl_del(&m->b, &s->node);
	mdl_pool_put(&m->b, SM_P_STAIN, s);
	sm_tag_put(m, tag);
}

/*
 * Debts
 */

struct sm_debt *sm_debt_find(const struct smmu_model *m, u64 line)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_DEBT, 0), line);

	return n ? container_of(n, struct sm_debt, node) : NULL;
}

static bool debt_is_of(const struct sm_debt *o, u32 sid)
{
	unsigned int i;

	for (i = 0; i < o->nr_sids; i++)
		if (o->sids[i] == sid)
			return true;
	return false;
}

/* What is owed for the STE of @sid, or its CD @index */
struct sm_debt *sm_debt_of(const struct smmu_model *m, enum sm_kind kind, u32 sid, u32 index)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_DEBT_INDEX, (u64)kind << 48), index);

	for (; n; n = mdl_next(n))
		if (debt_is_of(container_of(n, struct sm_debt, by_index), sid))
			return container_of(n, struct sm_debt, by_index);
	return NULL;
}

void sm_debt_drop(struct smmu_model *m, struct sm_debt *o)
{
	if (o->stain)
		o->stain->debts--;
	mdl_del(&m->b, &o->node);
	mdl_del(&m->b, &o->by_index);
	list_del(&o->all);
	list_del(&o->pay);
	m->nr_debts--;
	mdl_pool_put(&m->b, SM_P_DEBT, o);
}

/**
 * struct change - an entry went from one published state to another
 * @kind: of the entry
 * @line: its physical address
 * @index: StreamID or SubstreamID, of a level 1 descriptor the first it covers
 * @last: the last it covers
 * @tab: the CD table, or NULL
 * @old: before
 * @new: now
 */
struct change {
	enum sm_kind kind;
	u64 line;
	u32 index;
	u32 last;
	const struct sm_cdtab *tab;
	const u64 *old;
	const u64 *new;
};

static struct sm_debt *debt_new(struct smmu_model *m, const struct change *c)
{
	struct sm_debt *o = mdl_pool_get(&m->b, SM_P_DEBT);

	if (!o)
		return NULL;
	o->kind = c->kind;
	o->line = c->line;
	o->index = c->index;
	o->last = c->last;
	o->born = m->syncs;
	if (c->tab) {
		o->nr_sids = min_t(unsigned int, c->tab->nr, SM_TAB_SIDS);
		memcpy(o->sids, c->tab->sids, sizeof(o->sids));
	} else {
		o->nr_sids = 1;
		o->sids[0] = c->index;
	}
	o->owed = BIT(o->nr_sids) - 1;
	INIT_LIST_HEAD(&o->pay);
	mdl_add(&m->b, &o->node, mdl_key(SM_K_DEBT, 0), o->line);
	mdl_add(&m->b, &o->by_index, mdl_key(SM_K_DEBT_INDEX, (u64)o->kind << 48), o->index);
	list_add_tail(&o->all, &m->debts);
	m->nr_debts++;
	return o;
}

/*
 * Entries
 */

static const char *kind_text(enum sm_kind kind)
{
	static const char * const text[] = {
		[SM_STE] = "STE of StreamID", [SM_L1ST] = "level 1 descriptor of StreamID",
		[SM_CD] = "CD of SubstreamID", [SM_L1CD] = "level 1 descriptor of SubstreamID",
	};

	return text[kind];
}

static bool valid(enum sm_kind kind, const u64 *q)
{
	switch (kind) {
	case SM_STE:
		return q[0] & SMMU_STE0_V;
	case SM_CD:
		return q[0] & SMMU_CD0_V;
	case SM_L1CD:
		return q[0] & SMMU_L1CD_V;
	default:
		return FIELD_GET(SMMU_L1STD_SPAN, q[0]);
	}
}

static void used_bits(enum sm_kind kind, const u64 *q, u64 *used)
{
	if (kind == SM_STE)
		sm_ste_used(q, used);
	else
		sm_cd_used(q, used);
}

/* Words that differ in a bit which one of the two states uses */
static unsigned int words_changed(const struct change *c)
{
	u64 was[8], is[8];
	unsigned int i, n = 0;

	used_bits(c->kind, c->old, was);
	used_bits(c->kind, c->new, is);
	for (i = 0; i < 8; i++)
		n += !!((c->old[i] ^ c->new[i]) & (was[i] | is[i]));
	return n;
}

/*
 * The entry changes while what it was may still be cached.  A debt of an entry
 * that was not valid before hides nothing but itself.
 */
static void change_early(struct smmu_model *m, const struct change *c, struct sm_debt *o)
{
	if (!o->attach && !o->told)
		sm_violation(m, SM_O1, "%s %#x rewritten before its CMD_CFGI%s", kind_text(c->kind),
			     c->index, o->owed ? "" : " had its CMD_SYNC");
	sm_debt_drop(m, o);
}

/* A valid entry must be one that can be used, whatever came before (O9). */
static void check_whole(struct smmu_model *m, const struct change *c)
{
	u64 ste[8] = { 0 };
	u32 r = c->kind == SM_STE ? sm_ste_check(m, c->new) : sm_cd_check(m, ste, c->new);

	if (r && r != SM_ABORTED)
		sm_violation(m, SM_O9, "%s %#x: valid, but illegal", kind_text(c->kind), c->index);
}

static void check_change(struct smmu_model *m, const struct change *c, bool was, bool is)
{
	unsigned int n = words_changed(c);

	if (was && is && n > 1)
		sm_violation(m, SM_O9, "%s %#x: %u words of a valid entry changed at once",
			     kind_text(c->kind), c->index, n);
	if (is)
		check_whole(m, c);
	else if (was && memcmp(c->old + 1, c->new + 1, 7 * sizeof(u64)))
		sm_violation(m, SM_O1, "%s %#x: fields changed with V", kind_text(c->kind),
			     c->index);
}

/* Nothing can be made of a table in which no descriptor is valid (3.21.1). */
static bool is_empty(struct smmu_model *m, const struct sm_tt *t)
{
	u64 len = BIT_ULL(t->ia - t->gran - (3 - t->start) * (t->gran - 3) + 3), at, q[8];
	unsigned int i;

	for (at = t->root; at < t->root + len; at += MDL_LINE) {
		if (!mdl_read(&m->b, at, q, 8, true))
			return true;
		for (i = 0; i < 8; i++)
			if (q[i] & SMMU_PT_VALID)
				return false;
	}
	return true;
}

/* What the entry @q has the unit translate by: a tag and a root. */
static bool leads_to(const struct smmu_model *m, const struct change *c, const u64 *q, u16 *vmid,
		     u32 *asid, struct sm_tt *t)
{
	if (c->kind == SM_CD) {
		if (!valid(SM_CD, q) || q[0] & SMMU_CD0_EPD0 || !sm_s1_tt(m, q, false, t))
			return false;
		*vmid = c->tab->vmid;
		*asid = FIELD_GET(SMMU_CD0_ASID, q[0]);
		return true;
	}
	if (!valid(SM_STE, q) || FIELD_GET(SMMU_STE0_CONFIG, q[0]) < SMMU_CONFIG_S2)
		return false;
	*vmid = sm_ste_vmid(m, q);
	*asid = SM_TAG_S2;
	return sm_s2_tt(m, q, t);
}

/* @c puts (@vmid, @asid) in force, for the tables at @root. */
static void check_reuse(struct smmu_model *m, const struct change *c, u16 vmid, u32 asid, u64 root,
			bool same)
{
	struct sm_tag *tag = sm_tag_find(m, vmid, asid);
	struct sm_stain *s;

	if (!tag)
		return;
	list_for_each_entry(s, &tag->stains, tag_node) {
		if (s->root == root)
			continue;
		sm_violation(m, same ? SM_O2 : SM_O1,
			     "%s %#x: VMID %#x ASID %#x used again before its CMD_TLBI",
			     kind_text(c->kind), c->index, vmid, asid);
		return;
	}
}

/*
 * Tags before and after: the old one is stained, the new one must be clean.  A
 * stain of the change itself is not held against it.
 */
static struct sm_stain *retag(struct smmu_model *m, const struct change *c)
{
	struct sm_tt from = { 0 }, to = { 0 };
	u16 old_vmid = 0, vmid = 0;
	u32 old_asid = 0, asid = 0;
	bool was = leads_to(m, c, c->old, &old_vmid, &old_asid, &from);
	bool is = leads_to(m, c, c->new, &vmid, &asid, &to);
	bool same = was && is && old_vmid == vmid && old_asid == asid;

	if (same && from.root == to.root)
		return NULL;
	if (is)
		check_reuse(m, c, vmid, asid, to.root, same);
	return was && !is_empty(m, &from) ? stain_get(m, old_vmid, old_asid, from.root) : NULL;
}

/* SubstreamID of the requests that a CD serves */
static u32 request_ssid(u32 index)
{
	return index ? index : PL_NO_PASID;
}

static void check_atcs(struct smmu_model *m, const struct change *c)
{
	struct sm_tt t;
	unsigned int i;
	u16 vmid;
	u32 asid;

	/* A CD that leads nowhere gives no device TLB anything. */
	if (!m->nr_late || !leads_to(m, c, c->new, &vmid, &asid, &t) || is_empty(m, &t))
		return;
	for (i = 0; i < c->tab->nr && i < SM_TAB_SIDS; i++)
		if (sm_check_granted(m, c->tab->sids[i], request_ssid(c->index)))
			sm_violation(m, SM_O3, "%s %#x: set again before the CMD_ATC_INV for %#x",
				     kind_text(c->kind), c->index, c->tab->sids[i]);
}

/* An STE or a CD */
static void entry_changed(struct smmu_model *m, const struct change *c)
{
	bool was = valid(c->kind, c->old), is = valid(c->kind, c->new);
	struct sm_debt *o = sm_debt_find(m, c->line);
	struct sm_stain *stain;

	if (o)
		change_early(m, c, o);
	check_change(m, c, was, is);
	if (c->kind == SM_CD && is)
		check_atcs(m, c);
	stain = retag(m, c);
	o = (was || is) && words_changed(c) ? debt_new(m, c) : NULL;
	if (o) {
		o->attach = !was;
		o->stain = stain;
		memcpy(o->was, c->old, sizeof(o->was));
	} else if (stain) {
		stain->debts--;
	}
}

/* A level 1 descriptor: one word, so never torn. */
static void l1_changed(struct smmu_model *m, const struct change *c)
{
	struct sm_debt *o = sm_debt_find(m, c->line);

	if (o)
		change_early(m, c, o);
	o = debt_new(m, c);
	if (o)
		o->attach = !valid(c->kind, c->old);
}

/*
 * CD tables
 */

static struct sm_cdtab *tab_find(const struct smmu_model *m, u64 base)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(SM_K_CDTAB, 0), base);

	return n ? container_of(n, struct sm_cdtab, node) : NULL;
}

/* The 4 KiB pages of [@phys, @phys + @len) */
static unsigned int pages_of(u64 phys, u64 len)
{
	return ((phys & (MDL_PAGE - 1)) + len + MDL_PAGE - 1) >> MDL_PAGE_SHIFT;
}

typedef void (*page_fn)(struct smmu_model *m, struct mdl_page *p);

/*
 * Watch a table as @watch; @fn sees each of its pages that is new, and has to
 * know the index of the entry that would be first on the page.
 */
static void link_pages(struct smmu_model *m, u64 phys, u64 len, u8 watch, u32 first,
		       unsigned int entry, u64 of, page_fn fn)
{
	u64 at = phys & ~(MDL_PAGE - 1ULL);
	unsigned int n = pages_of(phys, len);
	struct mdl_page *p;

	first -= (phys - at) / entry;
	for (; n; n--, at += MDL_PAGE, first += MDL_PAGE / entry) {
		p = mdl_watch(&m->b, at, watch);
		if (!p)
			continue;
		p->first = first;
		p->of = of;
		if (fn)
			fn(m, p);
	}
}

static void unlink_pages(struct smmu_model *m, u64 phys, u64 len, u8 watch, page_fn fn)
{
	u64 at = phys & ~(MDL_PAGE - 1ULL);
	unsigned int n = pages_of(phys, len);
	struct mdl_page *p;

	for (; n; n--, at += MDL_PAGE) {
		p = mdl_page_find(&m->b, at, MDL_PAGE_SHIFT);
		if (!p || p->watch != watch || --p->users)
			continue;
		if (fn)
			fn(m, p);
		mdl_unwatch(&m->b, p);
	}
}

static unsigned int tab_leaf_bits(const struct sm_cdtab *tab)
{
	return tab->cdmax ? sm_leaf_bits(tab->fmt) : 0;
}

static u64 leaf_of(const struct sm_cdtab *tab, u64 l1)
{
	return l1 & SMMU_L1CD_L2PTR & ~(BIT_ULL(tab_leaf_bits(tab) + 6) - 1);
}

static void link_leaf(struct smmu_model *m, const struct sm_cdtab *tab, u64 l1, u32 index)
{
	unsigned int bits = tab_leaf_bits(tab);

	if (l1 & SMMU_L1CD_V)
		link_pages(m, leaf_of(tab, l1), 64ULL << bits, SM_W_CD, index << bits, 64,
			   tab->base, NULL);
}

static void unlink_leaf(struct smmu_model *m, const struct sm_cdtab *tab, u64 l1)
{
	if (l1 & SMMU_L1CD_V)
		unlink_pages(m, leaf_of(tab, l1), 64ULL << tab_leaf_bits(tab), SM_W_CD, NULL);
}

/* Entries of level 1 that the table really has */
static u32 tab_l1_entries(const struct sm_cdtab *tab)
{
	unsigned int bits = tab_leaf_bits(tab);

	return tab->cdmax > bits ? 1U << (tab->cdmax - bits) : 1;
}

static void link_l1cd(struct smmu_model *m, struct mdl_page *p)
{
	struct sm_cdtab *tab = tab_find(m, p->of);
	unsigned int i;

	for (i = 0; tab && i < MDL_PAGE / 8; i++)
		if (p->first + i < tab_l1_entries(tab))
			link_leaf(m, tab, mdl_watched(p, i), p->first + i);
}

static void unlink_l1cd(struct smmu_model *m, struct mdl_page *p)
{
	struct sm_cdtab *tab = tab_find(m, p->of);
	unsigned int i;

	for (i = 0; tab && i < MDL_PAGE / 8; i++)
		if (p->first + i < tab_l1_entries(tab))
			unlink_leaf(m, tab, mdl_watched(p, i));
}

/* Does the STE lead to a CD table whose addresses are physical? */
static bool has_tab(const u64 *ste)
{
	return ste[0] & SMMU_STE0_V && FIELD_GET(SMMU_STE0_CONFIG, ste[0]) == SMMU_CONFIG_S1;
}

static struct sm_cdtab *tab_new(struct smmu_model *m, const u64 *ste)
{
	struct sm_cdtab *tab = mdl_pool_get(&m->b, SM_P_CDTAB);

	if (!tab)
		return NULL;
	tab->base = ste[0] & SMMU_STE0_S1CTXPTR;
	tab->fmt = FIELD_GET(SMMU_STE0_S1FMT, ste[0]);
	tab->cdmax = FIELD_GET(SMMU_STE0_S1CDMAX, ste[0]);
	tab->vmid = sm_ste_vmid(m, ste);
	mdl_add(&m->b, &tab->node, mdl_key(SM_K_CDTAB, 0), tab->base);
	if (tab_leaf_bits(tab))
		link_pages(m, tab->base, tab_l1_entries(tab) * 8ULL, SM_W_L1CD, 0, 8, tab->base,
			   link_l1cd);
	else
		link_pages(m, tab->base, 64ULL << tab->cdmax, SM_W_CD, 0, 64, tab->base, NULL);
	return tab;
}

static void tab_drop(struct smmu_model *m, struct sm_cdtab *tab)
{
	if (tab_leaf_bits(tab))
		unlink_pages(m, tab->base, tab_l1_entries(tab) * 8ULL, SM_W_L1CD, unlink_l1cd);
	else
		unlink_pages(m, tab->base, 64ULL << tab->cdmax, SM_W_CD, NULL);
	mdl_del(&m->b, &tab->node);
	mdl_pool_put(&m->b, SM_P_CDTAB, tab);
}

static void link_tab(struct smmu_model *m, const u64 *ste, u32 sid)
{
	struct sm_cdtab *tab;

	if (!has_tab(ste))
		return;
	tab = tab_find(m, ste[0] & SMMU_STE0_S1CTXPTR);
	if (!tab)
		tab = tab_new(m, ste);
	if (!tab)
		return;
	if (tab->nr < SM_TAB_SIDS)
		tab->sids[tab->nr] = sid;
	tab->nr++;
}

static void unlink_tab(struct smmu_model *m, const u64 *ste, u32 sid)
{
	struct sm_cdtab *tab = has_tab(ste) ? tab_find(m, ste[0] & SMMU_STE0_S1CTXPTR) : NULL;
	unsigned int i, n;

	if (!tab)
		return;
	n = min_t(unsigned int, tab->nr, SM_TAB_SIDS);
	for (i = 0; i < n; i++) {
		if (tab->sids[i] != sid)
			continue;
		tab->sids[i] = tab->sids[n - 1];
		break;
	}
	if (!--tab->nr)
		tab_drop(m, tab);
}

/*
 * Stream table
 */

static u64 strtab_entries(const struct smmu_model *m)
{
	return BIT_ULL(min_t(unsigned int, FIELD_GET(SMMU_STRTAB_CFG_LOG2SIZE, m->strtab_live),
			     m->cfg.sid_bits));
}

static void link_stes(struct smmu_model *m, struct mdl_page *p)
{
	u64 ste[8];
	unsigned int i, n;

	for (i = 0; i < MDL_LINES; i++) {
		for (n = 0; n < 8; n++)
			ste[n] = mdl_watched(p, i * 8 + n);
		if (p->first + i < strtab_entries(m))
			link_tab(m, ste, p->first + i);
	}
}

static void unlink_stes(struct smmu_model *m, struct mdl_page *p)
{
	u64 ste[8];
	unsigned int i, n;

	for (i = 0; i < MDL_LINES; i++) {
		for (n = 0; n < 8; n++)
			ste[n] = mdl_watched(p, i * 8 + n);
		if (p->first + i < strtab_entries(m))
			unlink_tab(m, ste, p->first + i);
	}
}

static u64 l1std_len(u64 l1)
{
	u64 span = FIELD_GET(SMMU_L1STD_SPAN, l1);

	return span && span <= 11 ? 64ULL << (span - 1) : 0;
}

static void link_l1std(struct smmu_model *m, u64 l1, u32 sid)
{
	u64 len = l1std_len(l1);

	if (len)
		link_pages(m, l1 & SMMU_L1STD_L2PTR & ~(len - 1), len, SM_W_STE, sid, 64, 0,
			   link_stes);
}

static void unlink_l1std(struct smmu_model *m, u64 l1)
{
	u64 len = l1std_len(l1);

	if (len)
		unlink_pages(m, l1 & SMMU_L1STD_L2PTR & ~(len - 1), len, SM_W_STE, unlink_stes);
}

static unsigned int split_of(const struct smmu_model *m)
{
	return FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_live);
}

static u64 l1st_entries(const struct smmu_model *m)
{
	return max(strtab_entries(m) >> split_of(m), 1ULL);
}

static void link_l1st(struct smmu_model *m, struct mdl_page *p)
{
	unsigned int i;

	for (i = 0; i < MDL_PAGE / 8; i++)
		if (p->first + i < l1st_entries(m))
			link_l1std(m, mdl_watched(p, i), (p->first + i) << split_of(m));
}

static void unlink_l1st(struct smmu_model *m, struct mdl_page *p)
{
	unsigned int i;

	for (i = 0; i < MDL_PAGE / 8; i++)
		if (p->first + i < l1st_entries(m))
			unlink_l1std(m, mdl_watched(p, i));
}

static bool two_level(const struct smmu_model *m)
{
	return FIELD_GET(SMMU_STRTAB_CFG_FMT, m->strtab_live) == SMMU_STRTAB_2LVL;
}

/**
 * sm_watch_strtab() - SMMUEN was set: the stream table is in force
 * @m: the model
 */
void sm_watch_strtab(struct smmu_model *m)
{
	m->strtab = m->strtab_base & SMMU_STRTAB_BASE_ADDR;
	m->strtab_live = m->strtab_cfg;
	if (two_level(m))
		link_pages(m, m->strtab, l1st_entries(m) * 8, SM_W_L1ST, 0, 8, 0, link_l1st);
	else
		link_pages(m, m->strtab, strtab_entries(m) * 64, SM_W_STE, 0, 64, 0, link_stes);
}

/* SMMUEN was cleared. */
void sm_unwatch_strtab(struct smmu_model *m)
{
	if (two_level(m))
		unlink_pages(m, m->strtab, l1st_entries(m) * 8, SM_W_L1ST, unlink_l1st);
	else
		unlink_pages(m, m->strtab, strtab_entries(m) * 64, SM_W_STE, unlink_stes);
}

/*
 * Lines
 */

static void line_l1st(struct smmu_model *m, struct mdl_page *p, unsigned int at, const u64 *old,
		      const u64 *new)
{
	struct change c = { .kind = SM_L1ST };
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (old[i] == new[i] || p->first + at + i >= l1st_entries(m))
			continue;
		c.line = mdl_page_phys(p) + (at + i) * 8;
		c.index = (p->first + at + i) << split_of(m);
		c.last = c.index + BIT(split_of(m)) - 1;
		c.old = old + i;
		c.new = new + i;
		l1_changed(m, &c);
		link_l1std(m, new[i], c.index);
		unlink_l1std(m, old[i]);
	}
}

static void line_ste(struct smmu_model *m, struct mdl_page *p, unsigned int line, const u64 *old,
		     const u64 *new)
{
	struct change c = {
		.kind = SM_STE, .line = mdl_page_phys(p) + line * MDL_LINE,
		.index = p->first + line, .last = p->first + line, .old = old, .new = new,
	};

	if (c.index >= strtab_entries(m))
		return;
	entry_changed(m, &c);
	link_tab(m, new, c.index);
	unlink_tab(m, old, c.index);
}

static void line_l1cd(struct smmu_model *m, struct mdl_page *p, unsigned int at, const u64 *old,
		      const u64 *new)
{
	struct change c = { .kind = SM_L1CD, .tab = tab_find(m, p->of) };
	unsigned int i, bits;

	if (!c.tab)
		return;
	bits = tab_leaf_bits(c.tab);
	for (i = 0; i < 8; i++) {
		if (old[i] == new[i] || p->first + at + i >= tab_l1_entries(c.tab))
			continue;
		c.line = mdl_page_phys(p) + (at + i) * 8;
		c.index = (p->first + at + i) << bits;
		c.last = c.index + BIT(bits) - 1;
		c.old = old + i;
		c.new = new + i;
		l1_changed(m, &c);
		link_leaf(m, c.tab, new[i], p->first + at + i);
		unlink_leaf(m, c.tab, old[i]);
	}
}

static void line_cd(struct smmu_model *m, struct mdl_page *p, unsigned int line, const u64 *old,
		    const u64 *new)
{
	struct change c = {
		.kind = SM_CD, .line = mdl_page_phys(p) + line * MDL_LINE,
		.index = p->first + line, .last = p->first + line, .tab = tab_find(m, p->of),
		.old = old, .new = new,
	};

	if (c.tab && c.index < BIT(c.tab->cdmax))
		entry_changed(m, &c);
}

/* See mdl_ops.line. */
void sm_line(struct mdl *b, struct mdl_page *p, unsigned int line, const u64 *old, const u64 *new)
{
	struct smmu_model *m = sm_of_base(b);

	if (!memcmp(old, new, MDL_LINE))
		return;
	switch ((enum sm_watch)p->watch) {
	case SM_W_L1ST:
		line_l1st(m, p, line * 8, old, new);
		break;
	case SM_W_STE:
		line_ste(m, p, line, old, new);
		break;
	case SM_W_L1CD:
		line_l1cd(m, p, line * 8, old, new);
		break;
	case SM_W_CD:
		line_cd(m, p, line, old, new);
		break;
	}
}
