/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of an xarray: what shim_xarray.c (which changes them) and
 * shim_xarray_find.c (which searches them) share.
 *
 * A node has 64 slots.  A slot of a node of shift 0 holds an entry, of any other
 * shift a node of the shift below.  Each of the three marks is a bit per slot; a
 * parent's bit says that the child has a bit.  In an array that tracks what is
 * free, mark 0 means free and an empty slot has it.
 *
 * The hard rule: slots, marks and the head are read without a lock, so they are
 * written by atomic stores, a node complete before its pointer.  All else in a
 * node is the lock's, or does not change after that store.
 */
#ifndef _SHIM_XARRAY_H
#define _SHIM_XARRAY_H

#include <linux/xarray.h>

#define XA_CHUNK_SHIFT	6
#define XA_CHUNK_SIZE	(1UL << XA_CHUNK_SHIFT)
#define XA_CHUNK_MASK	(XA_CHUNK_SIZE - 1)
#define XA_MARKS	3
#define XA_RETRY_ENTRY	xa_mk_internal(256)

/* As large as the kernel's, which is what a test counts. */
struct xa_node {
	u8 shift;
	u8 offset;		/* in @parent */
	u8 count;		/* slots in use */
	struct xa_node *parent;
	struct xarray *array;
	struct rcu_head rcu;
	void *slots[XA_CHUNK_SIZE];
	u64 marks[XA_MARKS];
};

_Static_assert(sizeof(struct xa_node) == 576, "a node costs 576 bytes in the kernel");

static inline bool xa_is_node(const void *entry)
{
	return xa_is_internal(entry) && (unsigned long)entry > 4096 && !xa_is_err(entry);
}

static inline struct xa_node *xa_to_node(const void *entry)
{
	return (struct xa_node *)((unsigned long)entry - 2);
}

static inline void *xa_mk_node(const struct xa_node *node)
{
	return (void *)((unsigned long)node | 2);
}

static inline void *xa_head(const struct xarray *xa)
{
	return __atomic_load_n(&xa->xa_head, __ATOMIC_ACQUIRE);
}

static inline void *xa_slot(const struct xa_node *node, unsigned long offset)
{
	return __atomic_load_n(&node->slots[offset], __ATOMIC_ACQUIRE);
}

static inline u64 xa_marks_of(const struct xa_node *node, xa_mark_t mark)
{
	return READ_ONCE(node->marks[mark]);
}

static inline unsigned long xa_offset(const struct xa_node *node, unsigned long index)
{
	return (index >> node->shift) & XA_CHUNK_MASK;
}

/* The greatest index below a root of this shift. */
static inline unsigned long xa_max_index(unsigned int shift)
{
	return shift + XA_CHUNK_SHIFT >= BITS_PER_LONG ? ULONG_MAX : (XA_CHUNK_SIZE << shift) - 1;
}

static inline bool xa_track_free(const struct xarray *xa)
{
	return xa->xa_flags & XA_FLAGS_TRACK_FREE;
}

static inline void *xa_zero_to_null(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

#endif /* _SHIM_XARRAY_H */
