// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores to the tables, seen as software publishes them.
 *
 * The root pointer leads to the root table, that to context tables, those to
 * PASID directories and those to PASID tables; every page on the way is
 * *watched*: the model keeps it as of its last publish and compares.  So it
 * sees each state that a context or PASID entry passes through (O1, O9), and
 * opens a *debt* for each PASID entry that changed: the invalidations of
 * 6.5.3.3, Table 28, in their order.
 *
 * Without coherence the same copies are all that the unit sees of memory.
 *
 * Locking: vtd_model.b.lock.
 *
 * The hard rule: what is judged is one published state against the one before;
 * how software got there is its own business.
 */
#include "model.h"

/*
 * Debts
 */

struct m_debt *m_debt_find(const struct vtd_model *m, u64 line)
{
	struct mdl_node *n = mdl_find(&m->b, mdl_key(M_DEBT, 0), line);

	return n ? container_of(n, struct m_debt, node) : NULL;
}

void m_debt_drop(struct vtd_model *m, struct m_debt *o)
{
	struct m_tag *tag = o->tag;

	mdl_del(&m->b, &o->node);
	mdl_del(&m->b, &o->by_pasid);
	list_del(&o->tag_node);
	list_del(&o->did_node);
	list_del(&o->all);
	m->nr_debts--;
	mdl_pool_put(&m->b, M_POOL_DEBT, o);
	m_tag_put(m, tag);
}

/* The context entry of @rid leads to the directory at @dir. */
static bool m_uses_dir(struct vtd_model *m, u16 rid, u64 dir)
{
	struct m_walk w = { .m = m, .fresh = true, .rid = rid, .req_pasid = PL_NO_PASID };

	m_walk_config(&w);
	return w.ctx[0] & VTD_CTX_P && (w.ctx[0] & VTD_CTX_DIRPTR) == dir;
}

/* Devices that may hold translations of an entry in a table of @dir (6.5.2.5). */
static void m_debt_devices(struct vtd_model *m, struct m_debt *o, u64 dir)
{
	struct mdl_port *p;

	list_for_each_entry(p, &m->b.ports, node) {
		if (!(p->bits & PL_EP_ATS) || o->nr_rids == M_DEBT_RIDS)
			continue;
		if (m_uses_dir(m, p->port->rid, dir))
			o->rids[o->nr_rids++] = p->port->rid;
	}
	if (o->nr_rids)
		o->owes |= M_OWES_DTLB;
}

static struct m_debt *m_debt_new(struct vtd_model *m, u64 line, const u64 *q, u32 pasid)
{
	struct m_debt *o = mdl_pool_get(&m->b, M_POOL_DEBT);

	if (!o)
		return NULL;
	o->tag = m_tag_get(m, FIELD_GET(VTD_PE1_DID, q[1]), pasid);
	if (!o->tag) {
		mdl_pool_put(&m->b, M_POOL_DEBT, o);
		return NULL;
	}
	o->line = line;
	o->born = m->waits;
	o->pgtt = FIELD_GET(VTD_PE0_PGTT, q[0]);
	o->owes = M_OWES_PC | M_OWES_IOTLB;
	mdl_add(&m->b, &o->node, mdl_key(M_DEBT, 0), line);
	mdl_add(&m->b, &o->by_pasid, mdl_key(M_DEBT, 1), pasid);
	list_add_tail(&o->tag_node, &o->tag->debts);
	list_add_tail(&o->did_node, &o->tag->d->debts);
	list_add_tail(&o->all, &m->debts);
	m->nr_debts++;
	return o;
}

/*
 * Entries
 */

struct m_change {
	u64 line;
	u32 pasid;
	const u64 *old;
	const u64 *new;
	u8 diff;		/* bit n: quadword n differs */
};

static u8 m_diff(const u64 *a, const u64 *b, unsigned int nr)
{
	u8 diff = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		diff |= (a[i] != b[i]) << i;
	return diff;
}

static void m_early(struct vtd_model *m, const struct m_debt *o, enum m_rule rule,
		    const char *cache)
{
	m_violation(m, rule, "PASID %#x, DID %#x: entry rewritten before its %s invalidation",
		    o->tag->pasid, o->tag->d->did, cache);
}

/* The entry changes while what it was may still be cached. */
static void m_change_early(struct vtd_model *m, struct m_debt *o)
{
	if (o->attach || o->told)
		;
	else if (o->owes & M_OWES_PC)
		m_early(m, o, M_O1, "PASID-cache");
	else if (o->owes & M_OWES_IOTLB)
		m_early(m, o, M_O2, "IOTLB");
	else
		m_early(m, o, M_O3, "device-TLB");
	m_debt_drop(m, o);
}

static u64 m_entry_table(const u64 *q)
{
	switch (FIELD_GET(VTD_PE0_PGTT, q[0])) {
	case VTD_PGTT_FS:
		return q[2] & VTD_PE2_FSPTPTR;
	case VTD_PGTT_SS:
	case VTD_PGTT_NEST:
		return q[0] & VTD_PE0_SSPTPTR;
	default:
		return 0;
	}
}

/* A present entry must be one that a walk can use, whatever came before (O9). */
static void m_entry_whole(struct vtd_model *m, const struct m_change *c)
{
	enum m_reason r = m_pe_check(m, c->new);
	u64 table = m_entry_table(c->new);

	if (r)
		m_violation(m, M_O9, "PASID %#x: present entry faults with %#x", c->pasid, r);
	else if (!FIELD_GET(VTD_PE1_DID, c->new[1]))
		m_violation(m, M_O9, "PASID %#x: present entry has no DID", c->pasid);
	else if (table && !mdl_mem_ok(table, PAGE_SIZE))
		m_violation(m, M_O9, "PASID %#x: present entry points to no memory", c->pasid);
}

static void m_entry_off(struct vtd_model *m, const struct m_change *c)
{
	if (c->diff & ~1)
		m_violation(m, M_O1, "PASID %#x: fields of the entry changed with P", c->pasid);
}

static void m_entry_replaced(struct vtd_model *m, const struct m_change *c)
{
	if (hweight8(c->diff) > 1)
		m_violation(m, M_O9, "PASID %#x: %u quadwords of a present entry changed at once",
			    c->pasid, hweight8(c->diff));
	m_entry_whole(m, c);
}

static void m_entry_changed(struct vtd_model *m, const struct mdl_page *p, const struct m_change *c)
{
	bool was = c->old[0] & VTD_PE0_P, is = c->new[0] & VTD_PE0_P;
	struct m_debt *o = m_debt_find(m, c->line);

	if (o)
		m_change_early(m, o);
	o = NULL;
	if (was && is)
		m_entry_replaced(m, c);
	else if (was)
		m_entry_off(m, c);
	else if (is)
		m_entry_whole(m, c);
	if (was)
		o = m_debt_new(m, c->line, c->old, c->pasid);
	else if (is && m->cfg.caching_mode)
		o = m_debt_new(m, c->line, c->new, c->pasid);
	if (!o)
		return;
	o->attach = !was;
	o->cleared = was && !is;
	if (was)
		m_debt_devices(m, o, p->of);
}

static void m_ctx_changed(struct vtd_model *m, u16 rid, const u64 *old, const u64 *new)
{
	enum m_reason r;

	if (!(new[0] & VTD_CTX_P))
		return;
	if (old[0] & VTD_CTX_P && hweight8(m_diff(old, new, VTD_CTX_QWORDS)) > 1)
		m_violation(m, M_O9, "RID %#x: several quadwords of a context entry changed", rid);
	r = m_ctx_check(m, new);
	if (r)
		m_violation(m, M_O9, "RID %#x: present context entry faults with %#x", rid, r);
}

/*
 * Links
 */

static void m_link_table(struct vtd_model *m, u64 pde, u32 first, u64 dir)
{
	struct mdl_page *p;

	if (!(pde & VTD_PDE_P))
		return;
	p = mdl_watch(&m->b, pde & VTD_PDE_PTR, M_WATCH_TABLE);
	if (!p)
		return;
	p->first = first;
	p->of = dir;
}

static void m_unlink_table(struct vtd_model *m, u64 pde)
{
	struct mdl_page *p = NULL;

	if (pde & VTD_PDE_P)
		p = mdl_page_find(&m->b, pde & VTD_PDE_PTR, MDL_PAGE_SHIFT);
	if (p && p->watch == M_WATCH_TABLE && !--p->users)
		mdl_unwatch(&m->b, p);
}

static unsigned int m_dir_pages(u64 ctx)
{
	unsigned int pdts = FIELD_GET(VTD_CTX_PDTS, ctx);

	return pdts > 2 ? 1U << (pdts - 2) : 1;
}

static void m_link_dir(struct vtd_model *m, u64 ctx)
{
	u64 dir = ctx & VTD_CTX_DIRPTR;
	unsigned int i, n;
	struct mdl_page *p;

	for (i = 0; i < m_dir_pages(ctx) && ctx & VTD_CTX_P; i++) {
		p = mdl_watch(&m->b, dir + i * PAGE_SIZE, M_WATCH_DIR);
		if (!p)
			continue;
		p->first = i * 512;
		p->of = dir;
		for (n = 0; n < 512; n++)
			m_link_table(m, mdl_watched(p, n), (p->first + n) * 64, dir);
	}
}

static void m_unlink_dir(struct vtd_model *m, u64 ctx)
{
	unsigned int i, n;
	struct mdl_page *p;

	for (i = 0; i < m_dir_pages(ctx) && ctx & VTD_CTX_P; i++) {
		p = mdl_page_find(&m->b, (ctx & VTD_CTX_DIRPTR) + i * PAGE_SIZE, MDL_PAGE_SHIFT);
		if (!p || p->watch != M_WATCH_DIR || --p->users)
			continue;
		for (n = 0; n < 512; n++)
			m_unlink_table(m, mdl_watched(p, n));
		mdl_unwatch(&m->b, p);
	}
}

static void m_link_ctx(struct vtd_model *m, u64 root, u16 rid)
{
	struct mdl_page *p;
	unsigned int n;

	if (!(root & VTD_ROOT_P))
		return;
	p = mdl_watch(&m->b, root & VTD_ROOT_PTR, M_WATCH_CTX);
	if (!p)
		return;
	p->first = rid;
	for (n = 0; n < 512; n += VTD_CTX_QWORDS)
		m_link_dir(m, mdl_watched(p, n));
}

static void m_unlink_ctx(struct vtd_model *m, u64 root)
{
	struct mdl_page *p = NULL;
	unsigned int n;

	if (root & VTD_ROOT_P)
		p = mdl_page_find(&m->b, root & VTD_ROOT_PTR, MDL_PAGE_SHIFT);
	if (!p || p->watch != M_WATCH_CTX || --p->users)
		return;
	for (n = 0; n < 512; n += VTD_CTX_QWORDS)
		m_unlink_dir(m, mdl_watched(p, n));
	mdl_unwatch(&m->b, p);
}

/**
 * m_watch_root() - software latched a root table (SRTP)
 * @m: the model, with the new vtd_model.root
 */
void m_watch_root(struct vtd_model *m)
{
	struct mdl_page *p = mdl_watch(&m->b, m->root & VTD_RTADDR_PTR, M_WATCH_ROOT);
	unsigned int n;

	for (n = 0; p && n < 512; n++)
		m_link_ctx(m, mdl_watched(p, n), n << 7);
}

/* The root table is about to be another one. */
void m_unwatch_root(struct vtd_model *m)
{
	struct mdl_page *p = mdl_page_find(&m->b, m->root & VTD_RTADDR_PTR, MDL_PAGE_SHIFT);
	unsigned int n;

	if (!p || p->watch != M_WATCH_ROOT)
		return;
	for (n = 0; n < 512; n++)
		m_unlink_ctx(m, mdl_watched(p, n));
	mdl_unwatch(&m->b, p);
}

/*
 * Lines
 */

static void m_line_root(struct vtd_model *m, unsigned int at, const u64 *old, const u64 *new)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (old[i] == new[i])
			continue;
		m_link_ctx(m, new[i], (at + i) << 7);
		m_unlink_ctx(m, old[i]);
	}
}

static void m_line_ctx(struct vtd_model *m, const struct mdl_page *p, unsigned int at,
		       const u64 *old, const u64 *new)
{
	unsigned int i;

	for (i = 0; i < 8; i += VTD_CTX_QWORDS) {
		if (!m_diff(old + i, new + i, VTD_CTX_QWORDS))
			continue;
		m_ctx_changed(m, p->first + (at + i) / VTD_CTX_QWORDS, old + i, new + i);
		m_link_dir(m, new[i]);
		m_unlink_dir(m, old[i]);
	}
}

static void m_line_dir(struct vtd_model *m, const struct mdl_page *p, unsigned int at,
		       const u64 *old, const u64 *new)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (old[i] == new[i])
			continue;
		m_link_table(m, new[i], (p->first + at + i) * 64, p->of);
		m_unlink_table(m, old[i]);
	}
}

static void m_line_table(struct vtd_model *m, const struct mdl_page *p, unsigned int at,
			 const u64 *old, const u64 *new)
{
	struct m_change c = {
		.line = mdl_page_phys(p) + at * 8,
		.pasid = p->first + at / VTD_PE_QWORDS,
		.old = old,
		.new = new,
		.diff = m_diff(old, new, VTD_PE_QWORDS),
	};

	if (c.diff)
		m_entry_changed(m, p, &c);
}

/*
 * See mdl_ops.page.  Under CM=1: a cached "nothing there" is out of date from the
 * next wait on (O5).
 */
void m_page_published(struct mdl *b, struct mdl_page *p)
{
	struct vtd_model *m = m_of_base(b);
	struct mdl_ref *ref;

	if (!m->cfg.caching_mode)
		return;
	list_for_each_entry(ref, &p->refs, node)
		if (ref->kind == M_REF_TLB_IN)
			container_of(ref, struct m_tlb, leaf)->stored = m->waits;
}

/* See mdl_ops.line. */
void m_line(struct mdl *b, struct mdl_page *p, unsigned int line, const u64 *old, const u64 *new)
{
	struct vtd_model *m = m_of_base(b);

	switch ((enum m_watch)p->watch) {
	case M_WATCH_ROOT:
		m_line_root(m, line * 8, old, new);
		break;
	case M_WATCH_CTX:
		m_line_ctx(m, p, line * 8, old, new);
		break;
	case M_WATCH_DIR:
		m_line_dir(m, p, line * 8, old, new);
		break;
	case M_WATCH_TABLE:
		m_line_table(m, p, line * 8, old, new);
		break;
	case M_WATCH_NONE:
		break;
	}
}
