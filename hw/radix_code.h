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

static inline u64 radix_span(const struct radix *x, int level)
{
	return 1ULL << (x->shift + level * x->bits);
}

static inline u32 radix_entries(const struct radix *x, int level)
{
	return level == x->levels - 1 ? x->root_entries : 1u << x->bits;
}

/* The root's index is not masked: a wide root has more entries than its level. */
static inline u32 radix_index(const struct radix *x, u64 iova, int level)
{
	u64 index = iova >> (x->shift + level * x->bits);

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

/* One map: where it is, what is left. */
struct radix_mapping {
	struct radix *x;
	struct pl_cost *cost;
	u64 iova;
	phys_addr_t paddr;
	u64 left;
	u64 prot;
};

/* A leaf fits where size and both addresses allow and no table is in the way. */
static bool radix_leaf_fits(const struct radix_mapping *m, u64 e, int level)
{
	u64 size = radix_span(m->x, level);

	if (!level)
		return true;
	return m->x->sizes & size && m->left >= size && !((m->iova | m->paddr) & (size - 1)) &&
	       !(radix_in_use(m->x, e) && !radix_is_leaf(m->x, e, level));
}

static int radix_leaf_write(struct radix_mapping *m, u64 *entry, int level)
{
	u64 size = radix_span(m->x, level);

	if (radix_in_use(m->x, *entry))
		return -EEXIST;
	WRITE_ONCE(*entry, m->paddr | m->prot | (level ? m->x->f->block : m->x->f->page));
	pl_cost_add(m->cost, PL_COUNT_WRITES, 1);
	m->iova += size;
	m->paddr += size;
	m->left -= size;
	return 0;
}

static int radix_link_write(struct radix_mapping *m, u64 *entry)
{
	void *table = radix_table_alloc(m->x, m->cost);

	if (!table)
		return -ENOMEM;
	WRITE_ONCE(*entry, virt_to_phys(table) | m->x->f->link);
	pl_cost_add(m->cost, PL_COUNT_WRITES, 1);
	radix_publish(m->x, entry, sizeof(*entry), m->cost);
	return 0;
}

static int radix_map_level(struct radix_mapping *m, u64 *table, int level);

static int radix_map_entry(struct radix_mapping *m, u64 *entry, int level)
{
	int ret;

	if (radix_leaf_fits(m, *entry, level))
		return radix_leaf_write(m, entry, level);
	if (radix_in_use(m->x, *entry) && radix_is_leaf(m->x, *entry, level))
		return -EEXIST;
	if (!radix_in_use(m->x, *entry)) {
		ret = radix_link_write(m, entry);
		if (ret)
			return ret;
	}
	return radix_map_level(m, radix_table(m->x, *entry), level - 1);
}

/* The leaves of one table are published together: one flush a line, not eight. */
static int radix_map_level(struct radix_mapping *m, u64 *table, int level)
{
	u32 first = radix_index(m->x, m->iova, level), n = radix_entries(m->x, level), i;
	int ret = 0;

	for (i = first; i < n && m->left && !ret; i++)
		ret = radix_map_entry(m, &table[i], level);
	radix_publish(m->x, &table[first], (i - first) * sizeof(*table), m->cost);
	return ret;
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
	int ret;

	dma_wmb();	/* what the pages hold before the leaves that lead to them */
	ret = radix_map_level(&m, x->root, x->levels - 1);
	*mapped = size - m.left;
	return ret;
}

/* One unmap: the range asked for, and what was really cleared. */
struct radix_unmapping {
	struct radix *x;
	struct pl_ticket *t;
	u64 first;
	u64 last;
	u64 low;	/* of all leaves that went */
	u64 high;
	u64 bytes;
	bool unlinked;
};

static void radix_leaf_gone(struct radix_unmapping *u, u64 base, int level)
{
	u64 size = radix_span(u->x, level);

	u->low = min(u->low, base);
	u->high = max(u->high, base + size - 1);
	u->bytes += size;
}

/* Everything under a link that was just cleared; nothing here needs a store. */
static void radix_collect(struct radix_unmapping *u, u64 *table, u64 base, int level)
{
	u32 i, n = radix_entries(u->x, level);
	u64 at;

	for (i = 0; i < n; i++) {
		if (!radix_in_use(u->x, table[i]))
			continue;
		at = base + i * radix_span(u->x, level);
		if (radix_is_leaf(u->x, table[i], level))
			radix_leaf_gone(u, at, level);
		else
			radix_collect(u, radix_table(u->x, table[i]), at, level - 1);
	}
	if (table != u->x->root)
		list_add(&virt_to_page(table)->lru, &u->t->table_pages);
}

static void radix_entry_clear(struct radix_unmapping *u, u64 *entry)
{
	WRITE_ONCE(*entry, 0);
	pl_cost_add(&u->t->cost, PL_COUNT_WRITES, 1);
}

static void radix_unmap_level(struct radix_unmapping *u, u64 *table, u64 base, int level);

static void radix_unmap_entry(struct radix_unmapping *u, u64 *entry, u64 base, int level)
{
	u64 e = *entry, end = base + radix_span(u->x, level) - 1;

	if (!radix_in_use(u->x, e))
		return;
	if (radix_is_leaf(u->x, e, level)) {
		radix_entry_clear(u, entry);
		radix_leaf_gone(u, base, level);
	} else if (u->first <= base && end <= u->last) {
		radix_entry_clear(u, entry);
		radix_collect(u, radix_table(u->x, e), base, level - 1);
		u->unlinked = true;
	} else {
		radix_unmap_level(u, radix_table(u->x, e), base, level - 1);
	}
}

static void radix_unmap_level(struct radix_unmapping *u, u64 *table, u64 base, int level)
{
	u64 span = radix_span(u->x, level);
	u64 from = max(u->first, base);
	u64 to = min(u->last, base + radix_entries(u->x, level) * span - 1);
	u32 first = radix_index(u->x, from, level), last = radix_index(u->x, to, level), i;

	for (i = first; i <= last; i++)
		radix_unmap_entry(u, &table[i], base + i * span, level);
	radix_publish(u->x, &table[first], (last - first + 1) * sizeof(*table), &u->t->cost);
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
		.t = t,
		.first = r->first,
		.last = r->last,
		.low = U64_MAX,
	};

	radix_unmap_level(&u, x->root, 0, x->levels - 1);
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
 * radix_drain() - every table but the root goes to a ticket
 * @x: the tree; no unit reaches it any more
 * @t: the ticket, only its list of tables is used
 */
static void radix_drain(struct radix *x, struct pl_ticket *t)
{
	struct radix_unmapping u = { .x = x, .t = t, .low = U64_MAX };

	INIT_LIST_HEAD(&t->table_pages);
	radix_collect(&u, x->root, 0, x->levels - 1);
}

#endif /* _PASIDLAB_HW_RADIX_CODE_H */
