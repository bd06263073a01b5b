// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables of both stages (3.6, 3.7): 512 entries a page, leaves of 4 KiB,
 * 2 MiB and 1 GiB.
 *
 * Vocabulary.  Level 0 is the last one.  The *span* of an entry is the IOVA
 * range it translates.  A *leaf* ends the walk, a *link* leads to a table.
 *
 * The two stages differ in a handful of bits, kept in struct format; the rest
 * is one code.  First-stage entries have no write-only form: a mapping with
 * PL_PROT_WRITE alone can be read as well.
 *
 * Unmapping clears leaves, or the one link above a table that the range covers
 * whole: the unit loses all below it with one store, and the tables go to the
 * ticket until no cache can lead into them (O8).
 *
 * A table of level 0 counts its leaves (page_private() of its page), so that
 * one that goes as a whole need not be read: what was mapped is then a number.
 *
 * Locking: pl_domain.lock.
 *
 * The hard rule: a table page is freed after the sync, never before.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vtd.h"

#define ENTRIES		(1u << VTD_PT_INDEX_BITS)
#define LEVELS_48	4
#define FS_WIDTH	47	/* the lower half: canonical whatever bit 47 says */

/**
 * struct format - what tells the stages apart
 * @present: any of these set: the entry is in use
 * @link: bits of an entry that leads to a table
 * @leaf: bits of every leaf
 * @read: added to a leaf that may be read
 * @write: added to a leaf that may be written
 */
struct format {
	u64 present;
	u64 link;
	u64 leaf;
	u64 read;
	u64 write;
};

/* 9.7.  A and D are set from the start: the unit then never has to write. */
static const struct format first_stage = {
	.present = VTD_FS_P,
	.link = VTD_FS_P | VTD_FS_RW | VTD_FS_US | VTD_FS_A,
	.leaf = VTD_FS_P | VTD_FS_US | VTD_FS_A,
	.write = VTD_FS_RW | VTD_FS_D,
};

/* 9.8.  A link allows both; the leaf decides. */
static const struct format second_stage = {
	.present = VTD_SS_R | VTD_SS_W,
	.link = VTD_SS_R | VTD_SS_W,
	.read = VTD_SS_R,
	.write = VTD_SS_W,
};

static const struct format *format_of(const struct vtd_domain *vd)
{
	return vd->dom.stage == 1 ? &first_stage : &second_stage;
}

static u32 span_shift(int level)
{
	return PAGE_SHIFT + level * VTD_PT_INDEX_BITS;
}

static u64 span(int level)
{
	return 1ULL << span_shift(level);
}

static u32 index_of(u64 iova, int level)
{
	return (iova >> span_shift(level)) & (ENTRIES - 1);
}

static bool in_use(const struct format *f, u64 e)
{
	return e & f->present;
}

static bool is_leaf(u64 e, int level)
{
	return !level || e & VTD_PT_PS;
}

static u64 *table_of(u64 e)
{
	return phys_to_virt(e & VTD_PT_ADDR);
}

/* Leaves in a table of level 0. */
static u32 leaf_count(const u64 *table)
{
	return page_private(virt_to_page(table));
}

static void leaf_count_add(u64 *table, int n)
{
	struct page *page = virt_to_page(table);

	set_page_private(page, page_private(page) + n);
}

/* One map: where it is, what is left. */
struct mapping {
	struct vtd_unit *v;
	struct vtd_domain *vd;
	const struct format *f;
	struct pl_cost *cost;
	u64 iova;
	phys_addr_t paddr;
	u64 left;
	u64 leaf;
};

static bool page_size_ok(const struct mapping *m, int level)
{
	u64 pgsizes = m->v->unit.caps.pgsizes;

	if (m->vd->dom.stage == 2 && level == 1)
		return m->v->cap & VTD_CAP_SSLPS_2M;
	if (m->vd->dom.stage == 2 && level == 2)
		return m->v->cap & VTD_CAP_SSLPS_1G;
	return pgsizes & span(level);
}

/* A leaf fits into an empty entry where size and both addresses allow. */
static bool leaf_fits(const struct mapping *m, int level)
{
	u64 size = span(level);

	return !level || (level <= 2 && m->left >= size &&
			  !((m->iova | m->paddr) & (size - 1)) && page_size_ok(m, level));
}

/*
 * A run of leaves in one table, up to the first entry in use.  They are
 * published together: one flush a line, not eight.
 */
static void leaves_write(struct mapping *m, u64 *table, int level)
{
	u64 e = m->paddr | m->leaf | (level ? VTD_PT_PS : 0), size = span(level);
	u64 *first = &table[index_of(m->iova, level)], *at = first;
	u64 *end = min(table + ENTRIES, first + (m->left >> span_shift(level)));
	u64 present = m->f->present;
	u32 n;

	for (; at < end && !(*at & present); at++, e += size)
		WRITE_ONCE(*at, e);
	n = at - first;
	pl_cost_add(m->cost, PL_COUNT_WRITES, n);
	vtd_publish(m->v, first, n * sizeof(*first), m->cost);
	if (!level)
		leaf_count_add(table, n);
	m->iova += n * size;
	m->paddr += n * size;
	m->left -= n * size;
}

static int link_write(struct mapping *m, u64 *entry)
{
	void *table = vtd_table_alloc(m->v, 0, m->cost);

	if (!table)
		return -ENOMEM;
	set_page_private(virt_to_page(table), 0);
	vtd_store(m->v, entry, virt_to_phys(table) | m->f->link, m->cost);
	return 0;
}

/* From the root down to where the next leaf goes, and as many more as follow it there. */
static int map_run(struct mapping *m)
{
	int level = m->vd->levels - 1, ret;
	u64 *table = m->vd->root, *entry;

	for (;; level--) {
		entry = &table[index_of(m->iova, level)];
		if (in_use(m->f, *entry)) {
			if (is_leaf(*entry, level))
				return -EEXIST;
		} else if (leaf_fits(m, level)) {
			leaves_write(m, table, level);
			return 0;
		} else {
			ret = link_write(m, entry);
			if (ret)
				return ret;
		}
		table = table_of(*entry);
	}
}

/* pl_unit_ops.map */
int vtd_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot, u64 *mapped,
	    struct pl_ticket *t)
{
	struct vtd_domain *vd = to_vtd_domain(dom);
	const struct format *f = format_of(vd);
	struct mapping m = {
		.v = to_vtd(dom->unit),
		.vd = vd,
		.f = f,
		.cost = &t->cost,
		.iova = iova,
		.paddr = paddr,
		.left = size,
		.leaf = f->leaf | (prot & PL_PROT_READ ? f->read : 0) |
			(prot & PL_PROT_WRITE ? f->write : 0),
	};
	int ret = 0;

	dma_wmb();	/* what the pages hold before the leaves that lead to them */
	while (m.left && !ret)
		ret = map_run(&m);
	*mapped = size - m.left;
	return ret;
}

/* One unmap: the range asked for, and what was really cleared. */
struct unmapping {
	struct vtd_unit *v;
	const struct format *f;
	struct pl_cost *cost;
	struct list_head *tables;	/* unlinked */
	u64 first;
	u64 last;
	u64 low;	/* of all leaves that went one by one */
	u64 high;
	u64 bytes;
	bool unlinked;
};

/* Everything under a link that was just cleared; nothing here needs a store. */
static void table_collect(struct unmapping *u, u64 *table, int level)
{
	u32 i;

	if (!level)
		u->bytes += (u64)leaf_count(table) << PAGE_SHIFT;
	for (i = 0; level && i < ENTRIES; i++) {
		if (!in_use(u->f, table[i]))
			continue;
		if (is_leaf(table[i], level))
			u->bytes += span(level);
		else
			table_collect(u, table_of(table[i]), level - 1);
	}
	list_add(&virt_to_page(table)->lru, u->tables);
}

static void leaf_gone(struct unmapping *u, u64 base, int level)
{
	u->low = min(u->low, base);
	u->high = max(u->high, base + span(level) - 1);
	u->bytes += span(level);
}

static void unmap_level(struct unmapping *u, u64 *table, u64 base, int level);

/* Returns whether the entry was cleared. */
static bool unmap_entry(struct unmapping *u, u64 *entry, u64 base, int level)
{
	u64 e = *entry, end = base + span(level) - 1;

	if (!in_use(u->f, e))
		return false;
	if (is_leaf(e, level)) {
		WRITE_ONCE(*entry, 0);
		leaf_gone(u, base, level);
		return true;
	}
	if (u->first > base || end > u->last) {
		unmap_level(u, table_of(e), base, level - 1);
		return false;
	}
	WRITE_ONCE(*entry, 0);
	table_collect(u, table_of(e), level - 1);
	u->unlinked = true;
	return true;
}

/* What of the range lies in one table; published together, as in a map. */
static void unmap_level(struct unmapping *u, u64 *table, u64 base, int level)
{
	u64 from = max(u->first, base);
	u64 to = min(u->last, base + (span(level) << VTD_PT_INDEX_BITS) - 1);
	u32 first = index_of(from, level), last = index_of(to, level), i, n = 0;

	for (i = first; i <= last; i++)
		n += unmap_entry(u, &table[i], base + ((u64)i << span_shift(level)), level);
	if (!n)
		return;
	pl_cost_add(u->cost, PL_COUNT_WRITES, n);
	vtd_publish(u->v, &table[first], (last - first + 1) * sizeof(*table), u->cost);
	if (!level)
		leaf_count_add(table, -(int)n);
}

/* pl_unit_ops.unmap */
u64 vtd_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t)
{
	struct vtd_domain *vd = to_vtd_domain(dom);
	struct unmapping u = {
		.v = to_vtd(dom->unit),
		.f = format_of(vd),
		.cost = &t->cost,
		.tables = &t->table_pages,
		.first = r->first,
		.last = r->last,
		.low = U64_MAX,
	};

	unmap_level(&u, vd->root, 0, vd->levels - 1);
	if (!u.bytes && !u.unlinked)
		return 0;
	/* A link may have covered empty entries only: its whole span is owed. */
	r->first = u.unlinked ? min(r->first, u.low) : u.low;
	r->last = u.unlinked ? max(r->last, u.high) : u.high;
	r->leaf_only = !u.unlinked;
	return u.bytes;
}

/* pl_unit_ops.iova_to_phys */
phys_addr_t vtd_iova_to_phys(struct pl_domain *dom, u64 iova)
{
	struct vtd_domain *vd = to_vtd_domain(dom);
	const struct format *f = format_of(vd);
	int level = vd->levels - 1;
	u64 *table = vd->root;
	u64 e;

	for (;; level--) {
		e = table[index_of(iova, level)];
		if (!in_use(f, e))
			return PHYS_ADDR_MAX;
		if (is_leaf(e, level))
			return (e & VTD_PT_ADDR & ~(span(level) - 1)) | (iova & (span(level) - 1));
		table = table_of(e);
	}
}

static void tables_free(struct vtd_unit *v, struct list_head *tables)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru) {
		list_del(&page->lru);
		vtd_table_free(v, page_address(page), 0);
	}
}

/* pl_unit_ops.table_free: after the sync. */
void vtd_table_pages_free(struct pl_unit *u, struct pl_ticket *t)
{
	tables_free(to_vtd(u), &t->table_pages);
}

static u64 iova_last(const struct vtd_unit *v, const struct vtd_domain *vd)
{
	u32 width = FS_WIDTH;

	if (vd->dom.stage == 2)
		width = min_t(u32, FIELD_GET(VTD_CAP_MGAW, v->cap) + 1,
			      PAGE_SHIFT + vd->levels * VTD_PT_INDEX_BITS);
	return (1ULL << width) - 1;
}

static int domain_fill(struct vtd_unit *v, struct vtd_domain *vd)
{
	struct pl_cost uncounted = {};
	int did;

	if (vd->dom.stage == 2) {
		did = ida_alloc_range(&v->dids, VTD_DID_FIRST, v->did_last, GFP_KERNEL);
		if (did < 0)
			return did;
		vd->did = did;
	}
	vd->root = vtd_table_alloc(v, 0, &uncounted);
	return vd->root ? 0 : -ENOMEM;
}

static void domain_release(struct vtd_unit *v, struct vtd_domain *vd)
{
	vtd_table_free(v, vd->root, 0);
	if (vd->did)
		ida_free(&v->dids, vd->did);
	kfree_rcu(vd, dom.rcu);
}

/* pl_unit_ops.domain_alloc */
struct pl_domain *vtd_domain_alloc(struct pl_unit *u, u32 flags)
{
	struct vtd_domain *vd = kzalloc(sizeof(*vd), GFP_KERNEL);
	struct vtd_unit *v = to_vtd(u);
	int ret;

	if (!vd)
		return ERR_PTR(-ENOMEM);
	vd->dom.stage = flags & PL_DOMAIN_STAGE2 ? 2 : 1;
	vd->levels = vd->dom.stage == 2 ? v->ss_levels : LEVELS_48;
	ret = domain_fill(v, vd);
	if (ret) {
		domain_release(v, vd);
		return ERR_PTR(ret);
	}
	vd->dom.iova_last = iova_last(v, vd);
	/* 6.1: not-present first-stage entries are never cached. */
	vd->dom.inval_on_map = u->caps.caching_mode && vd->dom.stage == 2;
	return &vd->dom;
}

/* pl_unit_ops.domain_free: no slot leads here, so no cache does. */
void vtd_domain_free(struct pl_unit *u, struct pl_domain *dom)
{
	struct vtd_domain *vd = to_vtd_domain(dom);
	struct vtd_unit *v = to_vtd(u);
	LIST_HEAD(tables);
	struct unmapping all = { .v = v, .f = format_of(vd), .tables = &tables };

	table_collect(&all, vd->root, vd->levels - 1);
	vd->root = NULL;
	tables_free(v, &tables);
	domain_release(v, vd);
}
