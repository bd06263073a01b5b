/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that a unit reads: how it comes, goes, and changes.
 *
 * Vocabulary.  A *table* is memory in which a unit finds entries, of whatever
 * kind.  To *store* is to change one 64-bit word of it, in one piece, so that
 * the unit sees the old word or the new one.
 *
 * Locking: the caller's.
 *
 * The hard rule: every store to an entry that a unit may be reading goes through
 * pl_store(), which makes it visible to the unit and counts it, or through
 * pl_write() with a pl_publish() behind the last one of the line.
 */
#ifndef _PASIDLAB_HW_TABLE_H
#define _PASIDLAB_HW_TABLE_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include "../kmod/unit.h"
#include "regs.h"

/* Make stores at @va visible to the unit, and count what that took. */
static inline void pl_publish(struct pl_regs *r, const void *va, size_t len, struct pl_cost *cost)
{
	pl_cost_add(cost, PL_COUNT_FLUSHES, r->ops->publish(r, va, len));
}

/*
 * One of several stores to a line that the unit may be reading; the last one is
 * followed by pl_publish().  A line reaches memory as it is at some moment, so
 * whatever the unit sees meanwhile is the stores up to one of them, in order.
 */
static inline void pl_write(struct pl_regs *r, u64 *word, u64 val, struct pl_cost *cost)
{
	WRITE_ONCE(*word, val);
	pl_cost_add(cost, PL_COUNT_WRITES, 1);
	if (r->ops->stored)
		r->ops->stored(r, word, sizeof(*word));
}

/* One store to an entry that the unit may be reading. */
static inline void pl_store(struct pl_regs *r, u64 *word, u64 val, struct pl_cost *cost)
{
	WRITE_ONCE(*word, val);
	pl_cost_add(cost, PL_COUNT_WRITES, 1);
	pl_publish(r, word, sizeof(*word), cost);
}

/**
 * pl_table_alloc() - zeroed pages for a table; nothing of it is published yet
 * @order: 2^order pages, aligned to their size
 * @cost: counts pages
 *
 * Context: may sleep.
 * Return: the table or NULL.
 */
static inline void *pl_table_alloc(unsigned int order, struct pl_cost *cost)
{
	void *table = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);

	if (table)
		pl_cost_add(cost, PL_COUNT_ALLOCS, 1u << order);
	return table;
}

/**
 * pl_table_free() - the unit no longer reaches a table
 * @r: the unit's registers
 * @table: from pl_table_alloc(), or NULL
 * @order: as there
 *
 * Context: any.
 */
static inline void pl_table_free(struct pl_regs *r, void *table, unsigned int order)
{
	if (!table)
		return;
	if (r->ops->freed)
		r->ops->freed(r, table, PAGE_SIZE << order);
	free_pages((unsigned long)table, order);
}

#endif /* _PASIDLAB_HW_TABLE_H */
