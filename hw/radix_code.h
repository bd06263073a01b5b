/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables: the trees of 64-bit entries that every IOMMU walks.  Map, unmap
 * and look-up, included once by a unit driver's pgtable.c, which says in a
 * struct radix_format what its bits are and defines the two hooks below.
 *
 * Unmapping clears leaves, or the one link above a table that the range covers
 * whole: the unit loses all below it with one store, and the tables go to the
 * ticket until no cache can lead into them (O8).
 *
 * A table of level 0 counts its leaves (page_private() of its first page), so
 * that one that goes as a whole need not be read: what was mapped is then a
 * number.
 *
 * Locking: pl_domain.lock.
 *
 * The hard rule: a table is freed after the sync, never before.
 */
#ifndef _PASIDLAB_HW_RADIX_CODE_H
#define _PASIDLAB_HW_RADIX_CODE_H

#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "../kmod/unit.h"
#include "radix.h"

/* Hooks: a zeroed, published table of one granule, or NULL; stores made visible. */
static void *radix_table_alloc(struct radix *x, struct pl_cost *cost);
static void radix_publish(struct radix *x, const void *va, size_t len, struct pl_cost *cost);

static inline u32 radix_shift(const struct radix *x, int level)
{
	return x->shift + level * x->bits;
}

static inline u64 radix_span(const struct radix *x, int level)
{
	return 1ULL << radix_shift(x, level);
}

static inline u32 radix_entries(const struct radix *x, int level)
{
	return level == x->levels - 1 ? x->root_entries : 1u << x->bits;
}

/* The root's index is not masked: a wide root has more entries than its level. */
static inline u32 radix_index(const struct radix *x, u64 iova, int level)
{
	u64 index = iova >> radix_shift(x, level);

	return level == x->levels - 1 ? index : index & ((1u << x->bits) - 1);
}

static inline bool radix_in_use(const struct radix *x, u64 e)
{
	return e & x->f->present;
}

static inline bool radix_is_leaf(const struct radix *x, u64 e, int level)
{
	return !level || (e & x->f->kind) == (x->f->block & x->f->kind);
}

static inline u64 *radix_table(const struct radix *x, u64 e)
{
	return phys_to_virt(e & x->f->addr);
}

/* Leaves in a table of level 0. */
static inline u32 radix_leaf_count(const u64 *table)
{
	return page_private(virt_to_page(table));
}

static inline void radix_leaf_count_add(u64 *table, int n)
{
	struct page *page = virt_to_page(table);

	set_page_private(page, page_private(page) + n);
}

/* A fresh table, the root's too, maps nothing. */
static inline void radix_table_init(void *table)
{
	set_page_private(virt_to_page(table), 0);
}

/* One map: where it is, what is left. */
struct radix_mapping {
	struct radix *x;
	struct pl_cost *cost;
	u64 iova;
	phys_addr_t paddr;
	u64 left;
	u64 prot;
};

/* A leaf fits into an empty entry where size and both addresses allow. */
static bool radix_leaf_fits(const struct radix_mapping *m, int level)
{
	u64 size = radix_span(m->x, level);

	return !level || (m->x->sizes & size && m->left >= size &&
			  !((m->iova | m->paddr) & (size - 1)));
}

/*
 * A run of leaves in one table, up to the first entry in use.  They are
 * published together: one flush a line, not eight.
 */
static void radix_leaves_write(struct radix_mapping *m, u64 *table, int level)
{
	u64 e = m->paddr | m->prot | (level ? m->x->f->block : m->x->f->page);
	u64 size = radix_span(m->x, level), present = m->x->f->present;
	u64 *first = &table[radix_index(m->x, m->iova, level)], *at = first;
	u64 *end = min(table + radix_entries(m->x, level),
		       first + (m->left >> radix_shift(m->x, level)));
	u32 n;

	for (; at < end && !(*at & present); at++, e += size)
		WRITE_ONCE(*at, e);
	n = at - first;
	pl_cost_add(m->cost, PL_COUNT_WRITES, n);
	radix_publish(m->x, first, n * sizeof(*first), m->cost);
	if (!level)
		radix_leaf_count_add(table, n);
	m->iova += n * size;
	m->paddr += n * size;
	m->left -= n * size;
}

static int radix_link_write(struct radix_mapping *m, u64 *entry)
{
	void *table = radix_table_alloc(m->x, m->cost);

	if (!table)
		return -ENOMEM;
	radix_table_init(table);
	WRITE_ONCE(*entry, virt_to_phys(table) | m->x->f->link);
	pl_cost_add(m->cost, PL_COUNT_WRITES, 1);
	radix_publish(m->x, entry, sizeof(*entry), m->cost);
	return 0;
}

/* From the root down to where the next leaf goes, and as many more as follow it there. */
static int radix_map_run(struct radix_mapping *m)
{
	const struct radix *x = m->x;
	int level = x->levels - 1, ret;
	u32 shift = radix_shift(x, level), mask = (1u << x->bits) - 1;
	u64 *table = x->root, *entry = &table[m->iova >> shift];

	for (;; level--) {
		if (radix_in_use(x, *entry)) {
			if (radix_is_leaf(x, *entry, level))
				return -EEXIST;
		} else if (radix_leaf_fits(m, level)) {
			radix_leaves_write(m, table, level);
			return 0;
		} else {
			ret = radix_link_write(m, entry);
			if (ret)
				return ret;
		}
		table = radix_table(x, *entry);
		shift -= x->bits;
		entry = &table[(m->iova >> shift) & mask];
	}
}

/**
 * radix_map() - map a range with the largest leaves that fit
 * @x: the tree
 * @iova: first IOVA
 * @paddr: first physical byte
 * @size: bytes; all three multiples of the granule
 * @prot: PL_PROT_*
 * @mapped: out, how far it came
 * @cost: counts
 *
 * Return: 0, -EEXIST where something is mapped, -ENOMEM.
 */
static int radix_map(struct radix *x, u64 iova, phys_addr_t paddr, u64 size, u32 prot,
		     u64 *mapped, struct pl_cost *cost)
{
	struct radix_mapping m = {
		.x = x,
		.cost = cost,
		.iova = iova,
		.paddr = paddr,
		.left = size,
		.prot = (prot & PL_PROT_READ ? x->f->read : 0) |
			(prot & PL_PROT_WRITE ? x->f->write : x->f->no_write),
	};
	int ret = 0;

	dma_wmb();	/* what the pages hold before the leaves that lead to them */
	while (m.left && !ret)
		ret = radix_map_run(&m);
	*mapped = size - m.left;
	return ret;
}

/* One unmap: the range asked for, and what was really cleared. */
struct radix_unmapping {
	struct radix *x;
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
static void radix_collect(struct radix_unmapping *u, u64 *table, int level)
{
	u32 i, n = radix_entries(u->x, level);

	if (!level)
		u->bytes += (u64)radix_leaf_count(table) << u->x->shift;
	for (i = 0; level && i < n; i++) {
		if (!radix_in_use(u->x, table[i]))
			continue;
		if (radix_is_leaf(u->x, table[i], level))
			u->bytes += radix_span(u->x, level);
		else
			radix_collect(u, radix_table(u->x, table[i]), level - 1);
	}
	if (table != u->x->root)
		list_add(&virt_to_page(table)->lru, u->tables);
}

static void radix_gone(struct radix_unmapping *u, u64 first, u64 last, u64 bytes)
{
	u->low = min(u->low, first);
	u->high = max(u->high, last);
	u->bytes += bytes;
}

/* Leaves of level 0: nothing but the entries themselves has to be looked at. */
static u32 radix_leaves_clear(struct radix_unmapping *u, u64 *table, u64 base, u64 *at, u64 *end)
{
	u64 present = u->x->f->present, *low = NULL, *high = NULL;
	u8 shift = u->x->shift;
	u32 n = 0;

	for (; at <= end; at++) {
		if (!(*at & present))
			continue;
		WRITE_ONCE(*at, 0);
		low = low ?: at;
		high = at;
		n++;
	}
	if (!n)
		return 0;
	radix_leaf_count_add(table, -(int)n);
	radix_gone(u, base + ((u64)(low - table) << shift),
		   base + ((u64)(high - table + 1) << shift) - 1, (u64)n << shift);
	return n;
}

static void radix_unmap_level(struct radix_unmapping *u, u64 *table, u64 base, int level);

/* Above level 0.  Returns whether the entry was cleared. */
static bool radix_unmap_entry(struct radix_unmapping *u, u64 *entry, u64 base, int level)
{
	u64 e = *entry, size = radix_span(u->x, level), end = base + size - 1;

	if (!radix_in_use(u->x, e))
		return false;
	if (radix_is_leaf(u->x, e, level)) {
		WRITE_ONCE(*entry, 0);
		radix_gone(u, base, end, size);
		return true;
	}
	if (u->first > base || end > u->last) {
		radix_unmap_level(u, radix_table(u->x, e), base, level - 1);
		return false;
	}
	WRITE_ONCE(*entry, 0);
	radix_collect(u, radix_table(u->x, e), level - 1);
	u->unlinked = true;
	return true;
}

/* What of the range lies in one table; published together, as in a map. */
static void radix_unmap_level(struct radix_unmapping *u, u64 *table, u64 base, int level)
{
	u32 shift = radix_shift(u->x, level), n = 0;
	u64 from = max(u->first, base);
	u64 to = min(u->last, base + ((u64)radix_entries(u->x, level) << shift) - 1);
	u64 *first = &table[(from - base) >> shift], *end = &table[(to - base) >> shift], *at;

	if (!level)
		n = radix_leaves_clear(u, table, base, first, end);
	for (at = first; level && at <= end; at++)
		n += radix_unmap_entry(u, at, base + ((u64)(at - table) << shift), level);
	if (!n)
		return;
	pl_cost_add(u->cost, PL_COUNT_WRITES, n);
	radix_publish(u->x, first, (end - first + 1) * sizeof(*first), u->cost);
}

/*
 * Down to the table in which the range ends, or parts, or covers an entry whole:
 * most ranges need a look at one entry of each table above it.
 */
static void radix_unmap_range(struct radix_unmapping *u)
{
	const struct radix *x = u->x;
	int level = x->levels - 1;
	u32 shift = radix_shift(x, level);
	u64 *table = x->root, base = 0, e;

	for (; level && !((u->first ^ u->last) >> shift); level--, shift -= x->bits) {
		e = table[(u->first - base) >> shift];
		if (!radix_in_use(x, e))
			return;
		if (radix_is_leaf(x, e, level) || u->last - u->first == (1ULL << shift) - 1)
			break;
		table = radix_table(x, e);
		base = u->first >> shift << shift;
	}
	radix_unmap_level(u, table, base, level);
}

/**
 * radix_unmap() - clear what is mapped in a range
 * @x: the tree
 * @r: in, the range; out, what was cleared, where anything was
 * @t: gets the tables that were unlinked
 *
 * Return: bytes that had been mapped.
 */
static u64 radix_unmap(struct radix *x, struct pl_range *r, struct pl_ticket *t)
{
	struct radix_unmapping u = {
		.x = x,
		.cost = &t->cost,
		.tables = &t->table_pages,
		.first = r->first,
		.last = r->last,
		.low = U64_MAX,
	};

	radix_unmap_range(&u);
	if (!u.bytes && !u.unlinked)
		return 0;
	/* A link may have covered empty entries only: its whole span is owed. */
	r->first = u.unlinked ? min(r->first, u.low) : u.low;
	r->last = u.unlinked ? max(r->last, u.high) : u.high;
	r->leaf_only = !u.unlinked;
	return u.bytes;
}

/**
 * radix_lookup() - where an address leads to
 * @x: the tree
 * @iova: the address
 *
 * Return: the physical address, PHYS_ADDR_MAX when nothing is mapped.
 */
static phys_addr_t radix_lookup(const struct radix *x, u64 iova)
{
	int level = x->levels - 1;
	u64 *table = x->root;
	u64 e, mask;

	for (;; level--) {
		e = table[radix_index(x, iova, level)];
		if (!radix_in_use(x, e))
			return PHYS_ADDR_MAX;
		if (radix_is_leaf(x, e, level))
			break;
		table = radix_table(x, e);
	}
	mask = radix_span(x, level) - 1;
	return (e & x->f->addr & ~mask) | (iova & mask);
}

/**
 * radix_drain() - every table but the root goes to a list
 * @x: the tree; no unit reaches it any more
 * @tables: the list, of struct page by @lru
 */
static void radix_drain(struct radix *x, struct list_head *tables)
{
	struct radix_unmapping u = { .x = x, .tables = tables };

	radix_collect(&u, x->root, x->levels - 1);
}

#endif /* _PASIDLAB_HW_RADIX_CODE_H */
