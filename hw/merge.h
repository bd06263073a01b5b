/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short lists of invalidations, in which many narrow ones become a wide one.
 *
 * Vocabulary.  An *invalidation* is a command of two 64-bit words.  A *tag* is
 * what the first word says of whose translations go: a domain, a device.  The
 * *wide* form of an invalidation does the same for everybody of its tag.
 *
 * Locking: a list is its owner's.
 *
 * The hard rule: nothing that was asked for is left out; more may go.
 */
#ifndef _PASIDLAB_HW_MERGE_H
#define _PASIDLAB_HW_MERGE_H

#include <linux/string.h>
#include <linux/types.h>

#define PL_MERGE_AT	4	/* narrow ones of one tag before they become one */

/**
 * struct pl_merge - what is added where
 * @list: the list
 * @n: its length
 * @mask: bits of the first word that are the tag
 * @tag: their value
 * @wide: the wide form
 */
struct pl_merge {
	u64 (*list)[2];
	u8 *n;
	u64 mask;
	u64 tag;
	u64 wide[2];
};

static inline void pl_merge_put(u64 (*list)[2], u8 *n, u64 lo, u64 hi)
{
	list[*n][0] = lo;
	list[*n][1] = hi;
	(*n)++;
}

/* Take out all of the tag. */
static inline void pl_merge_drop(const struct pl_merge *m)
{
	u8 i, kept = 0;

	for (i = 0; i < *m->n; i++) {
		if ((m->list[i][0] & m->mask) == m->tag)
			continue;
		if (kept != i)
			memcpy(m->list[kept], m->list[i], sizeof(m->list[0]));
		kept++;
	}
	*m->n = kept;
}

/*
 * Add one, unless it or the wide form is there; widen when there are many.
 * Returns whether the wide form is there now: no more of the tag is owed.
 */
static inline bool pl_merge_add(const struct pl_merge *m, u64 lo, u64 hi)
{
	u8 i, same = 0;

	for (i = 0; i < *m->n; i++) {
		if ((m->list[i][0] & m->mask) != m->tag)
			continue;
		if (m->list[i][0] == m->wide[0] && m->list[i][1] == m->wide[1])
			return true;
		if (m->list[i][0] == lo && m->list[i][1] == hi)
			return false;
		same++;
	}
	if (same < PL_MERGE_AT) {
		pl_merge_put(m->list, m->n, lo, hi);
		return false;
	}
	pl_merge_drop(m);
	pl_merge_put(m->list, m->n, m->wide[0], m->wide[1]);
	return true;
}

#endif /* _PASIDLAB_HW_MERGE_H */
