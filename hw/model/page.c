// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of memory as a model knows them: what refers to them (O8), what
 * software linked them as, what was last published of them (O1, O9).
 *
 * Vocabulary.  A *watched* page is one that software has linked into the unit's
 * structures: the model keeps its shadow and sees each state that an entry of
 * it passes through.  Without coherence every published page has a shadow, and
 * shadows are all that the unit sees of memory.
 *
 * Locking: mdl.lock.
 *
 * The hard rule: no memory is read that is not allocated.
 */
#include "base.h"

/* What was never flushed reads so: present, and a fault in every kind of table. */
#define POISON	0xe1e1e1e1e1e1e1e1ULL

static u64 page_k1(u64 phys, unsigned int shift)
{
	return phys >> shift << 6 | shift;
}

struct mdl_page *mdl_page_find(const struct mdl *b, u64 phys, unsigned int shift)
{
	struct mdl_node *n = mdl_find(b, mdl_key(MDL_KEY_PAGE, 0), page_k1(phys, shift));

	return n ? container_of(n, struct mdl_page, node) : NULL;
}

/**
 * mdl_page_get() - the record of a page, made where there is none
 * @b: the model
 * @phys: an address in it
 * @shift: log2 of its size
 *
 * Return: the record, or NULL when there is no memory.
 */
struct mdl_page *mdl_page_get(struct mdl *b, u64 phys, unsigned int shift)
{
	struct mdl_page *p = mdl_page_find(b, phys, shift);

	if (p)
		return p;
	p = mdl_pool_get(b, MDL_POOL_PAGE);
	if (!p)
		return NULL;
	INIT_LIST_HEAD(&p->refs);
	mdl_add(b, &p->node, mdl_key(MDL_KEY_PAGE, 0), page_k1(phys, shift));
	return p;
}

/* Forget @p when nothing needs it any more. */
void mdl_page_put(struct mdl *b, struct mdl_page *p)
{
	if (!list_empty(&p->refs) || p->shadow || p->watch)
		return;
	mdl_del(b, &p->node);
	mdl_pool_put(b, MDL_POOL_PAGE, p);
}

u64 mdl_page_phys(const struct mdl_page *p)
{
	return p->node.k1 >> 6 << (p->node.k1 & 63);
}

void mdl_ref_add(struct mdl *b, struct mdl_ref *ref, u8 kind, u64 phys, unsigned int shift)
{
	ref->kind = kind;
	ref->page = mdl_page_get(b, phys, shift);
	if (ref->page)
		list_add(&ref->node, &ref->page->refs);
}

void mdl_ref_del(struct mdl *b, struct mdl_ref *ref)
{
	struct mdl_page *p = ref->page;

	if (!p)
		return;
	list_del(&ref->node);
	ref->page = NULL;
	mdl_page_put(b, p);
}

/*
 * Shadows
 */

static struct mdl_shadow *shadow_get(struct mdl *b, struct mdl_page *p)
{
	struct mdl_shadow *s = p->shadow;

	if (s)
		return s;
	s = mdl_alloc(sizeof(*s), GFP_ATOMIC);
	if (!s)
		return NULL;
	s->q = mdl_alloc(MDL_PAGE, GFP_ATOMIC);
	if (!s->q) {
		mdl_free(s);
		return NULL;
	}
	b->memory += MDL_PAGE + sizeof(*s);
	list_add(&s->all, &b->shadows);
	s->page = p;
	p->shadow = s;
	return s;
}

static void shadow_put(struct mdl *b, struct mdl_page *p)
{
	if (!p->shadow)
		return;
	list_del(&p->shadow->all);
	mdl_free(p->shadow->q);
	mdl_free(p->shadow);
	p->shadow = NULL;
	b->memory -= MDL_PAGE + sizeof(struct mdl_shadow);
}

void mdl_shadows_destroy(struct mdl *b)
{
	struct mdl_shadow *s, *next;

	list_for_each_entry_safe(s, next, &b->shadows, all) {
		mdl_free(s->q);
		mdl_free(s);
	}
}

/* Forget a page: its memory goes back. */
void mdl_page_forget(struct mdl *b, struct mdl_page *p)
{
	shadow_put(b, p);
	p->watch = 0;
	p->users = 0;
	mdl_page_put(b, p);
}

/**
 * mdl_watch() - software linked a page into the unit's structures
 * @b: the model
 * @phys: the page
 * @watch: as what
 *
 * Return: the page when it was not watched as that before, with one user; NULL
 * when it was, and has one user more, or when it cannot be watched.
 */
struct mdl_page *mdl_watch(struct mdl *b, u64 phys, u8 watch)
{
	struct mdl_page *p;

	if (!mdl_mem_ok(phys, MDL_PAGE))
		return NULL;
	p = mdl_page_get(b, phys, MDL_PAGE_SHIFT);
	if (!p)
		return NULL;
	if (p->watch == watch) {
		p->users++;
		return NULL;
	}
	if (p->watch || !shadow_get(b, p)) {
		mdl_page_put(b, p);
		return NULL;
	}
	p->users = 1;
	if (b->coherent) {
		memcpy(p->shadow->q, phys_to_virt(phys), MDL_PAGE);
		p->shadow->known = U64_MAX;
	}
	p->watch = watch;
	return p;
}

/* The last link to @p is gone. */
void mdl_unwatch(struct mdl *b, struct mdl_page *p)
{
	p->watch = 0;
	if (b->coherent)
		shadow_put(b, p);
	mdl_page_put(b, p);
}

/* Quadword @i of a watched page, 0 where it was never published. */
u64 mdl_watched(const struct mdl_page *p, unsigned int i)
{
	return p->shadow->known >> (i / 8) & 1 ? p->shadow->q[i] : 0;
}

/*
 * Reading
 */

/* A line that the unit, which does not snoop, sees as of its last flush. */
static void read_shadow(struct mdl *b, u64 phys, u64 *q, unsigned int nr)
{
	struct mdl_page *p = mdl_page_find(b, phys, MDL_PAGE_SHIFT);
	unsigned int off = (phys & (MDL_PAGE - 1)) / 8;

	if (p && p->shadow && p->shadow->known >> (off / 8) & 1) {
		memcpy(q, p->shadow->q + off, nr * 8);
		return;
	}
	mdl_violation(b, b->flush_rule, "walk read the line at %#llx, which was never published",
		      (unsigned long long)phys);
	while (nr--)
		q[nr] = POISON;
}

/**
 * mdl_read() - read from a table
 * @b: the model
 * @phys: first byte, a multiple of 8
 * @q: where to
 * @nr: quadwords, all in one cache line
 * @fresh: memory as it is
 *
 * Return: false when there is no such memory (any more).
 */
bool mdl_read(struct mdl *b, u64 phys, u64 *q, unsigned int nr, bool fresh)
{
	const u64 *va;
	unsigned int i;

	if (!fresh)
		b->fetches++;
	if (!mdl_mem_ok(phys, nr * 8)) {
		if (!fresh)
			mdl_violation(b, b->freed_rule,
				      "walk read a table at %#llx, which is not allocated",
				      (unsigned long long)phys);
		return false;
	}
	if (!fresh && !b->coherent) {
		read_shadow(b, phys, q, nr);
		return true;
	}
	va = phys_to_virt(phys);
	for (i = 0; i < nr; i++)
		q[i] = READ_ONCE(va[i]);
	return true;
}

/*
 * Publishing
 */

static void publish_line(struct mdl *b, struct mdl_page *p, unsigned int line)
{
	u64 old[8] = { 0 }, new[8], *q = p->shadow->q + line * 8;
	const u64 *va = phys_to_virt(mdl_page_phys(p) + line * MDL_LINE);
	unsigned int i;

	if (p->shadow->known >> line & 1)
		memcpy(old, q, sizeof(old));
	for (i = 0; i < 8; i++)
		new[i] = READ_ONCE(va[i]);
	memcpy(q, new, sizeof(new));
	p->shadow->known |= 1ULL << line;
	if (p->watch)
		b->ops->line(b, p, line, old, new);
}

static void publish_page(struct mdl *b, u64 first, u64 last)
{
	const u64 mask = MDL_PAGE - 1;
	struct mdl_page *p = b->coherent ? mdl_page_find(b, first, MDL_PAGE_SHIFT) :
					   mdl_page_get(b, first, MDL_PAGE_SHIFT);
	unsigned int line;

	if (!p)
		return;
	if (b->ops->page)
		b->ops->page(b, p);
	if (!b->coherent)
		shadow_get(b, p);
	if (!p->shadow) {
		mdl_page_put(b, p);
		return;
	}
	for (line = (first & mask) / MDL_LINE; line <= (last & mask) / MDL_LINE; line++)
		publish_line(b, p, line);
}

/**
 * mdl_publish() - software made a store visible
 * @b: the model
 * @phys: first byte
 * @len: bytes
 *
 * Return: cache lines it had to flush; 0 where walks snoop.
 */
unsigned int mdl_publish(struct mdl *b, u64 phys, size_t len)
{
	u64 last = phys + len - 1, at, end;

	for (at = phys; at <= last; at = end + 1) {
		end = min(at | (MDL_PAGE - 1), last);
		publish_page(b, at, end);
	}
	return b->coherent ? 0 : last / MDL_LINE - phys / MDL_LINE + 1;
}

static void audit_shadow(struct mdl *b, const struct mdl_shadow *s)
{
	u64 phys = mdl_page_phys(s->page);
	const u8 *va = phys_to_virt(phys);
	unsigned int line;

	for (line = 0; line < MDL_LINES; line++) {
		if (!(s->known >> line & 1))
			continue;
		if (!memcmp(s->q + line * 8, va + line * MDL_LINE, MDL_LINE))
			continue;
		mdl_violation(b, b->flush_rule, "line %#llx differs from its last publish",
			      (unsigned long long)phys + line * MDL_LINE);
		return;
	}
}

/* Without coherence: compare every published line with memory. */
void mdl_audit_shadows(struct mdl *b)
{
	struct mdl_shadow *s;

	list_for_each_entry(s, &b->shadows, all)
		if (mdl_mem_ok(mdl_page_phys(s->page), MDL_PAGE))
			audit_shadow(b, s);
}
