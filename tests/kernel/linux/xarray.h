/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: the xarray, an array of pointers indexed by unsigned long.
 *
 * shim_xarray.c has the tree.  As in the kernel: an entry at index 0 alone needs
 * no node, readers need no lock, NULL means absent, a reserved index reads as
 * NULL, and in an allocating array storing NULL reserves while erasing frees.
 */
#ifndef _SHIM_LINUX_XARRAY_H
#define _SHIM_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

typedef unsigned int xa_mark_t;

#define XA_MARK_0	((xa_mark_t)0U)
#define XA_MARK_1	((xa_mark_t)1U)
#define XA_MARK_2	((xa_mark_t)2U)
#define XA_PRESENT	((xa_mark_t)8U)
#define XA_MARK_MAX	XA_MARK_2
#define XA_FREE_MARK	XA_MARK_0

#define XA_FLAGS_LOCK_IRQ	((gfp_t)1U)
#define XA_FLAGS_LOCK_BH	((gfp_t)2U)
#define XA_FLAGS_TRACK_FREE	((gfp_t)4U)
#define XA_FLAGS_ZERO_BUSY	((gfp_t)8U)
#define XA_FLAGS_ACCOUNT	((gfp_t)32U)
#define XA_FLAGS_ALLOC		XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1		(XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

/**
 * struct xarray - the array
 * @xa_lock: taken by every function that changes it, but those that begin with __
 * @xa_flags: how it was made
 * @xa_marks: bit m: the entry in the head, where it is no node, has mark m
 * @xa_head: the entry at index 0, or the root node, tagged
 */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	unsigned int xa_marks;
	void *xa_head;
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(lo, hi) ((struct xa_limit) { .min = (lo), .max = (hi) })
#define xa_limit_32b	XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b	XA_LIMIT(0, INT_MAX)
#define xa_limit_16b	XA_LIMIT(0, U16_MAX)

#define XARRAY_INIT(name, flags)							\
	{ .xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock), .xa_flags = (flags) }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)		DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)	DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name)	DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

/* An entry is a pointer, a value (bit 0), or internal (bit 1). */
static inline void *xa_mk_value(unsigned long v)
{
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline void *xa_mk_internal(unsigned long v)
{
	return (void *)((v << 2) | 2);
}

static inline bool xa_is_internal(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

#define XA_ERROR(errno)	((void *)(((unsigned long)(errno) << 2) | 2UL))
#define XA_ZERO_ENTRY	xa_mk_internal(257)

static inline bool xa_is_zero(const void *entry)
{
	return entry == XA_ZERO_ENTRY;
}

static inline bool xa_is_err(const void *entry)
{
	return xa_is_internal(entry) && (unsigned long)entry >= (unsigned long)XA_ERROR(-MAX_ERRNO);
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

#define xa_lock(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)			spin_unlock(&(xa)->xa_lock)
#define xa_trylock(xa)			spin_trylock(&(xa)->xa_lock)
#define xa_lock_bh(xa)			spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa)		spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa)			spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa)		spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, f)		spin_lock_irqsave(&(xa)->xa_lock, f)
#define xa_unlock_irqrestore(xa, f)	spin_unlock_irqrestore(&(xa)->xa_lock, f)

#define xa_init_flags(xa, flags) do {						\
	struct xarray *__shim_xa = (xa);					\
	spin_lock_init(&__shim_xa->xa_lock);					\
	__shim_xa->xa_flags = (flags);						\
	__shim_xa->xa_marks = 0;						\
	__shim_xa->xa_head = NULL;						\
} while (0)
#define xa_init(xa)	xa_init_flags(xa, 0)

static inline bool xa_empty(const struct xarray *xa)
{
	return !READ_ONCE(xa->xa_head);
}

void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			  gfp_t gfp);
int __must_check xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				 u32 *next, gfp_t gfp);
int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp);
void xa_release(struct xarray *xa, unsigned long index);
void xa_destroy(struct xarray *xa);

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_erase(struct xarray *xa, unsigned long index);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			    gfp_t gfp);
int __must_check __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
				   struct xa_limit limit, u32 *next, gfp_t gfp);

#define xa_store_bh		xa_store
#define xa_store_irq		xa_store
#define xa_erase_bh		xa_erase
#define xa_erase_irq		xa_erase
#define xa_cmpxchg_bh		xa_cmpxchg
#define xa_cmpxchg_irq		xa_cmpxchg
#define xa_insert_bh		xa_insert
#define xa_insert_irq		xa_insert
#define xa_alloc_bh		xa_alloc
#define xa_alloc_irq		xa_alloc
#define xa_alloc_cyclic_bh	xa_alloc_cyclic
#define xa_alloc_cyclic_irq	xa_alloc_cyclic
#define xa_reserve_bh		xa_reserve
#define xa_reserve_irq		xa_reserve

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_marked(const struct xarray *xa, xa_mark_t mark);

/* Private to the shims (shim_ida.c), under the lock: the first index from @min that is free. */
bool shim_xa_find_free(struct xarray *xa, unsigned long min, unsigned long max,
		       unsigned long *index);

#define __shim_xa_for(xa, index, entry, start, last, filter)			\
	for (index = (start), entry = xa_find(xa, &index, last, filter); entry;	\
	     entry = xa_find_after(xa, &index, last, filter))

#define xa_for_each_range(xa, index, entry, start, last)			\
	__shim_xa_for(xa, index, entry, start, last, XA_PRESENT)
#define xa_for_each_start(xa, index, entry, start)				\
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry)	xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)				\
	__shim_xa_for(xa, index, entry, 0, ULONG_MAX, filter)

#endif /* _SHIM_LINUX_XARRAY_H */
