// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_ida.c - an IDA is an xarray of bitmaps of 1024 numbers each.
 *
 * The xarray's free mark says that a bitmap has a number left, so the first
 * chunk with one is found in as many steps as the tree has levels, also when a
 * million numbers are taken.  A chunk without any number in use has no bitmap.
 *
 * Locking: the xarray's lock.
 *
 * The hard rule: a bitmap in the array is never empty, and has the free mark
 * exactly when it is not full.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/find.h>
#include <linux/idr.h>
#include <linux/slab.h>

#include "shim_alloc.h"

struct chunk {
	unsigned long bits[IDA_BITMAP_BITS / BITS_PER_LONG];
};

_Static_assert(sizeof(struct chunk) == IDA_CHUNK_SIZE, "a chunk costs 128 bytes in the kernel");

static bool chunk_full(const struct chunk *c)
{
	return find_first_zero_bit(c->bits, IDA_BITMAP_BITS) == IDA_BITMAP_BITS;
}

static bool chunk_empty(const struct chunk *c)
{
	return find_first_bit(c->bits, IDA_BITMAP_BITS) == IDA_BITMAP_BITS;
}

/* The lowest free number from @min to @max; -ENOSPC. */
static long id_find(struct ida *ida, unsigned long min, unsigned long max)
{
	unsigned long at = min / IDA_BITMAP_BITS, bit;
	const struct chunk *c;

	for (;; at++) {
		if (!shim_xa_find_free(&ida->xa, at, max / IDA_BITMAP_BITS, &at))
			return -ENOSPC;
		c = xa_load(&ida->xa, at);
		bit = at == min / IDA_BITMAP_BITS ? min % IDA_BITMAP_BITS : 0;
		bit = c ? find_next_zero_bit(c->bits, IDA_BITMAP_BITS, bit) : bit;
		if (bit < IDA_BITMAP_BITS)
			break;
	}
	bit += at * IDA_BITMAP_BITS;
	return bit <= max ? (long)bit : -ENOSPC;
}

static struct chunk *chunk_get(struct ida *ida, unsigned long at, gfp_t gfp)
{
	struct chunk *c = xa_load(&ida->xa, at);

	if (c)
		return c;
	c = kzalloc(sizeof(*c), gfp);
	if (!c)
		return NULL;
	if (xa_is_err(__xa_store(&ida->xa, at, c, gfp))) {
		kfree(c);
		return NULL;
	}
	__xa_set_mark(&ida->xa, at, XA_FREE_MARK);
	return c;
}

static long id_take(struct ida *ida, unsigned long min, unsigned long max, gfp_t gfp)
{
	long id = id_find(ida, min, max);
	struct chunk *c;

	if (id < 0)
		return id;
	c = chunk_get(ida, id / IDA_BITMAP_BITS, gfp);
	if (!c)
		return -ENOMEM;
	__set_bit(id % IDA_BITMAP_BITS, c->bits);
	if (chunk_full(c))
		__xa_clear_mark(&ida->xa, id / IDA_BITMAP_BITS, XA_FREE_MARK);
	return id;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	long id;

	if ((int)min < 0)
		return -ENOSPC;
	if ((int)max < 0)
		max = INT_MAX;
	if (gfp & __GFP_DIRECT_RECLAIM)
		shim_might_sleep(__FILE__, __LINE__);
	xa_lock(&ida->xa);
	id = id_take(ida, min, max, gfp & ~__GFP_DIRECT_RECLAIM);
	xa_unlock(&ida->xa);
	shim_rcu_poll();
	return id;
}

static bool id_release(struct ida *ida, unsigned long at, unsigned long bit)
{
	struct chunk *c = xa_load(&ida->xa, at);

	if (!c || !test_bit(bit, c->bits))
		return false;
	__clear_bit(bit, c->bits);
	__xa_set_mark(&ida->xa, at, XA_FREE_MARK);
	if (chunk_empty(c)) {
		__xa_erase(&ida->xa, at);
		kfree(c);
	}
	return true;
}

void ida_free(struct ida *ida, unsigned int id)
{
	bool was;

	xa_lock(&ida->xa);
	was = id_release(ida, id / IDA_BITMAP_BITS, id % IDA_BITMAP_BITS);
	xa_unlock(&ida->xa);
	shim_rcu_poll();
	WARN(!was, "ida_free(): %u is not allocated\n", id);
}

bool ida_exists(struct ida *ida, unsigned int id)
{
	struct chunk *c;
	bool set;

	xa_lock(&ida->xa);
	c = xa_load(&ida->xa, id / IDA_BITMAP_BITS);
	set = c && test_bit(id % IDA_BITMAP_BITS, c->bits);
	xa_unlock(&ida->xa);
	return set;
}

void ida_destroy(struct ida *ida)
{
	unsigned long at;
	struct chunk *c;

	xa_for_each(&ida->xa, at, c)
		kfree(c);
	xa_destroy(&ida->xa);
}
