/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables, what they are made of; radix_code.h is what works on them.
 *
 * Vocabulary.  Level 0 is the last one.  The *span* of an entry is the IOVA
 * range it translates.  A *leaf* ends the walk, a *link* leads to a table.  The
 * *granule* is the span of a level 0 leaf and the size of a table.
 *
 * Locking: pl_domain.lock.
 *
 * The hard rule: what tells two architectures apart is in struct radix_format
 * and nowhere else.
 */
#ifndef _PASIDLAB_HW_RADIX_H
#define _PASIDLAB_HW_RADIX_H

#include <linux/types.h>

/**
 * struct radix_format - an architecture's bits
 * @present: any of these set: the entry is in use
 * @addr: the address in an entry
 * @link: bits of an entry that leads to a table
 * @kind: above level 0: these bits tell a leaf from a link
 * @page: bits of every leaf of level 0
 * @block: bits of every leaf above it
 * @read: added to a leaf that may be read
 * @write: added to a leaf that may be written
 * @no_write: added to a leaf that may not
 */
struct radix_format {
	u64 present;
	u64 addr;
	u64 link;
	u64 kind;
	u64 page;
	u64 block;
	u64 read;
	u64 write;
	u64 no_write;
};

/**
 * struct radix - one tree
 * @f: its format
 * @owner: for the hooks
 * @root: top table, of @root_entries entries
 * @root_entries: may be more than in other tables (concatenation) or fewer
 * @sizes: bit n: leaves of 2^n bytes are allowed
 * @shift: log2 of the granule
 * @bits: index bits a level
 * @levels: their number
 */
struct radix {
	const struct radix_format *f;
	void *owner;
	u64 *root;
	u32 root_entries;
	u64 sizes;
	u8 shift;
	u8 bits;
	u8 levels;
};

#endif /* _PASIDLAB_HW_RADIX_H */
