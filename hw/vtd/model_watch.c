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
 * Locking: vtd_model.lock.
 *
 * The hard rule: what is judged is one published state against the one before;
 * how software got there is its own business.
 */
#include "model.h"

static struct m_shadow *m_shadow_get(struct vtd_model *m, struct m_page *p)
{
	struct m_shadow *s = p->shadow;

	if (s)
		return s;
	s = m_alloc(sizeof(*s), GFP_ATOMIC);
	if (!s)
		return NULL;
	s->q = m_alloc(PAGE_SIZE, GFP_ATOMIC);
	if (!s->q) {
		m_free(s);
		return NULL;
	}
	m->st.memory += PAGE_SIZE + sizeof(*s);
	list_add(&s->all, &m->shadows);
	s->page = p;
	p->shadow = s;
	return s;
}

static void m_shadow_put(struct vtd_model *m, struct m_page *p)
{
	if (!p->shadow)
		return;
	list_del(&p->shadow->all);
	m_free(p->shadow->q);
	m_free(p->shadow);
	p->shadow = NULL;
	m->st.memory -= PAGE_SIZE + sizeof(struct m_shadow);
}

static u64 m_page_phys(const struct m_page *p)
{
	return p->node.k1 >> 2 << 12;
}

void m_watch_destroy(struct vtd_model *m)
{
	struct m_shadow *s, *next;

	list_for_each_entry_safe(s, next, &m->shadows, all) {
		m_free(s->q);
		m_free(s);
	}
}

/* Forget a page: its memory goes back. */
void m_watch_forget(struct vtd_model *m, struct m_page *p)
{
	m_shadow_put(m, p);
	p->watch = M_WATCH_NONE;
	p->users = 0;
	m_page_put(m, p);
}

/*
 * Debts
 */

struct m_debt *m_debt_find(const struct vtd_model *m, u64 line)
{
	struct m_node *n = m_hash_find(m, m_key(M_DEBT, 0), line);

	return n ? container_of(n, struct m_debt, node) : NULL;
}

void m_debt_drop(struct vtd_model *m, struct m_debt *o)
{
	struct m_tag *tag = o->tag;

	m_hash_del(m, &o->node);
	m_hash_del(m, &o->by_pasid);
	list_del(&o->tag_node);
	list_del(&o->did_node);
	list_del(&o->all);
	m->nr_debts--;
	m_pool_put(m, M_POOL_DEBT, o);
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
	struct m_port *p;

	list_for_each_entry(p, &m->ports, node) {
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
	struct m_debt *o = m_pool_get(m, M_POOL_DEBT);

	if (!o)
		return NULL;
	o->tag = m_tag_get(m, FIELD_GET(VTD_PE1_DID, q[1]), pasid);
	if (!o->tag) {
		m_pool_put(m, M_POOL_DEBT, o);
		return NULL;
	}
	o->line = line;
	o->born = m->waits;
	o->pgtt = FIELD_GET(VTD_PE0_PGTT, q[0]);
	o->owes = M_OWES_PC | M_OWES_IOTLB;
	m_hash_add(m, &o->node, m_key(M_DEBT, 0), line);
	m_hash_add(m, &o->by_pasid, m_key(M_DEBT, 1), pasid);
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
	else if (table && !m_mem_ok(table, PAGE_SIZE))
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

static void m_entry_changed(struct vtd_model *m, const struct m_page *p, const struct m_change *c)
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
		m_debt_devices(m, o, p->dir);
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

static struct m_page *m_watch_page(struct vtd_model *m, u64 phys, enum m_watch type)
{
	struct m_page *p;

	if (!m_mem_ok(phys, PAGE_SIZE))
		return NULL;
	p = m_page_get(m, phys, 0);
	if (!p)
		return NULL;
	if (p->watch == type) {
		p->users++;	/* shared, known already */
		return NULL;
	}
	p->users = 1;
	if (!m_shadow_get(m, p)) {
		p->users = 0;
		m_page_put(m, p);
		return NULL;
	}
	if (m->cfg.coherent) {
		memcpy(p->shadow->q, phys_to_virt(phys), PAGE_SIZE);
		p->shadow->known = U64_MAX;
	}
	p->watch = type;
	return p;
}

static void m_unwatch(struct vtd_model *m, struct m_page *p)
{
	p->watch = M_WATCH_NONE;
	if (m->cfg.coherent)
		m_shadow_put(m, p);
	m_page_put(m, p);
}

/* Quadword @i of a watched page, 0 where it was never published. */
static u64 m_watched(const struct m_page *p, unsigned int i)
{
	return p->shadow->known >> (i / 8) & 1 ? p->shadow->q[i] : 0;
}

static void m_link_table(struct vtd_model *m, u64 pde, u32 first, u64 dir)
{
	struct m_page *p;

	if (!(pde & VTD_PDE_P))
		return;
	p = m_watch_page(m, pde & VTD_PDE_PTR, M_WATCH_TABLE);
	if (!p)
		return;
	p->first = first;
	p->dir = dir;
}

static void m_unlink_table(struct vtd_model *m, u64 pde)
{
	struct m_page *p = pde & VTD_PDE_P ? m_page_find(m, pde & VTD_PDE_PTR, 0) : NULL;

	if (p && p->watch == M_WATCH_TABLE && !--p->users)
		m_unwatch(m, p);
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
	struct m_page *p;

	for (i = 0; i < m_dir_pages(ctx) && ctx & VTD_CTX_P; i++) {
		p = m_watch_page(m, dir + i * PAGE_SIZE, M_WATCH_DIR);
		if (!p)
			continue;
		p->first = i * 512;
		p->dir = dir;
		for (n = 0; n < 512; n++)
			m_link_table(m, m_watched(p, n), (p->first + n) * 64, dir);
	}
}

static void m_unlink_dir(struct vtd_model *m, u64 ctx)
{
	unsigned int i, n;
	struct m_page *p;

	for (i = 0; i < m_dir_pages(ctx) && ctx & VTD_CTX_P; i++) {
		p = m_page_find(m, (ctx & VTD_CTX_DIRPTR) + i * PAGE_SIZE, 0);
		if (!p || p->watch != M_WATCH_DIR || --p->users)
			continue;
		for (n = 0; n < 512; n++)
			m_unlink_table(m, m_watched(p, n));
		m_unwatch(m, p);
	}
}

static void m_link_ctx(struct vtd_model *m, u64 root, u16 rid)
{
	struct m_page *p;
	unsigned int n;

	if (!(root & VTD_ROOT_P))
		return;
	p = m_watch_page(m, root & VTD_ROOT_PTR, M_WATCH_CTX);
	if (!p)
		return;
	p->first = rid;
	for (n = 0; n < 512; n += VTD_CTX_QWORDS)
		m_link_dir(m, m_watched(p, n));
}

static void m_unlink_ctx(struct vtd_model *m, u64 root)
{
	struct m_page *p = root & VTD_ROOT_P ? m_page_find(m, root & VTD_ROOT_PTR, 0) : NULL;
	unsigned int n;

	if (!p || p->watch != M_WATCH_CTX || --p->users)
		return;
	for (n = 0; n < 512; n += VTD_CTX_QWORDS)
		m_unlink_dir(m, m_watched(p, n));
	m_unwatch(m, p);
}

/**
 * m_watch_root() - software latched a root table (SRTP)
 * @m: the model, with the new vtd_model.root
 */
void m_watch_root(struct vtd_model *m)
{
	struct m_page *p = m_watch_page(m, m->root & VTD_RTADDR_PTR, M_WATCH_ROOT);
	unsigned int n;

	for (n = 0; p && n < 512; n++)
		m_link_ctx(m, m_watched(p, n), n << 7);
}

/* The root table is about to be another one. */
void m_unwatch_root(struct vtd_model *m)
{
	struct m_page *p = m_page_find(m, m->root & VTD_RTADDR_PTR, 0);
	unsigned int n;

	if (!p || p->watch != M_WATCH_ROOT)
		return;
	for (n = 0; n < 512; n++)
		m_unlink_ctx(m, m_watched(p, n));
	m_unwatch(m, p);
}

/*
 * Publishing
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

static void m_line_ctx(struct vtd_model *m, const struct m_page *p, unsigned int at,
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

static void m_line_dir(struct vtd_model *m, const struct m_page *p, unsigned int at,
		       const u64 *old, const u64 *new)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (old[i] == new[i])
			continue;
		m_link_table(m, new[i], (p->first + at + i) * 64, p->dir);
		m_unlink_table(m, old[i]);
	}
}

static void m_line_table(struct vtd_model *m, const struct m_page *p, unsigned int at,
			 const u64 *old, const u64 *new)
{
	struct m_change c = {
		.line = m_page_phys(p) + at * 8,
		.pasid = p->first + at / VTD_PE_QWORDS,
		.old = old,
		.new = new,
		.diff = m_diff(old, new, VTD_PE_QWORDS),
	};

	if (c.diff)
		m_entry_changed(m, p, &c);
}

/* Under CM=1: a cached "nothing there" is out of date from the next wait on (O5). */
static void m_line_np(struct vtd_model *m, struct m_page *p)
{
	struct m_ref *ref;

	list_for_each_entry(ref, &p->refs, node)
		if (ref->kind == M_REF_TLB_IN)
			container_of(ref, struct m_tlb, leaf)->stored = m->waits;
}

static void m_publish_line(struct vtd_model *m, struct m_page *p, unsigned int line)
{
	u64 old[8] = { 0 }, new[8], *q = p->shadow->q + line * 8;
	const u64 *va = phys_to_virt(m_page_phys(p) + line * M_LINE);
	unsigned int i;

	if (p->shadow->known >> line & 1)
		memcpy(old, q, sizeof(old));
	for (i = 0; i < 8; i++)
		new[i] = READ_ONCE(va[i]);
	memcpy(q, new, sizeof(new));
	p->shadow->known |= 1ULL << line;
	switch (p->watch) {
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

static void m_publish_page(struct vtd_model *m, u64 first, u64 last)
{
	struct m_page *p = m->cfg.coherent ? m_page_find(m, first, 0) : m_page_get(m, first, 0);
	unsigned int line;

	if (!p)
		return;
	if (m->cfg.caching_mode)
		m_line_np(m, p);
	if (!m->cfg.coherent)
		m_shadow_get(m, p);
	if (!p->shadow) {
		m_page_put(m, p);
		return;
	}
	for (line = offset_in_page(first) / M_LINE; line <= offset_in_page(last) / M_LINE; line++)
		m_publish_line(m, p, line);
}

/**
 * m_publish() - software made a store visible
 * @m: the model
 * @phys: first byte
 * @len: bytes
 *
 * Return: cache lines it had to flush; 0 where walks snoop.
 */
unsigned int m_publish(struct vtd_model *m, u64 phys, size_t len)
{
	u64 last = phys + len - 1, at, end;

	for (at = phys; at <= last; at = end + 1) {
		end = min(at | (PAGE_SIZE - 1), last);
		m_publish_page(m, at, end);
	}
	return m->cfg.coherent ? 0 : last / M_LINE - phys / M_LINE + 1;
}

static void m_audit_shadow(struct vtd_model *m, const struct m_shadow *s)
{
	u64 phys = m_page_phys(s->page);
	const u8 *va = phys_to_virt(phys);
	unsigned int line;

	for (line = 0; line < M_LINES; line++) {
		if (!(s->known >> line & 1))
			continue;
		if (!memcmp(s->q + line * 8, va + line * M_LINE, M_LINE))
			continue;
		m_violation(m, M_RULE_FLUSH, "line %#llx differs from its last publish",
			    (unsigned long long)phys + line * M_LINE);
		return;
	}
}

/* Without coherence: compare every published line with memory. */
void m_watch_audit(struct vtd_model *m)
{
	struct m_shadow *s;

	list_for_each_entry(s, &m->shadows, all)
		if (m_mem_ok(m_page_phys(s->page), PAGE_SIZE))
			m_audit_shadow(m, s);
}
