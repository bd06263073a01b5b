/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: arrays of bits as sets. */
#ifndef _SHIM_LINUX_BITMAP_H
#define _SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	memset(map, 0xff, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(*to));
}

static inline void bitmap_set(unsigned long *map, unsigned int from, unsigned int n)
{
	while (n--)
		__set_bit(from++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int from, unsigned int n)
{
	while (n--)
		__clear_bit(from++, map);
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int bit, n = 0;

	for_each_set_bit(bit, map, bits)
		n++;
	return n;
}

static inline void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

static inline bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] & b[i];
	return !bitmap_empty(to, bits);
}

static inline bool bitmap_andnot(unsigned long *to, const unsigned long *a,
				 const unsigned long *b, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] & ~b[i];
	return !bitmap_empty(to, bits);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return kcalloc(BITS_TO_LONGS(bits), sizeof(unsigned long), gfp);
}

static inline unsigned long *bitmap_alloc(unsigned int bits, gfp_t gfp)
{
	return bitmap_zalloc(bits, gfp);
}

static inline void bitmap_free(const unsigned long *map)
{
	kfree(map);
}

/* First run of @n clear bits at or after @from whose number is a multiple of @mask + 1. */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
						       unsigned long from, unsigned int n,
						       unsigned long mask)
{
	unsigned long at = from, used;

	for (;;) {
		at = (find_next_zero_bit(map, size, at) + mask) & ~mask;
		if (at + n > size)
			return size + 1;
		used = find_next_bit(map, at + n, at);
		if (used >= at + n)
			return at;
		at = used + 1;
	}
}

#endif /* _SHIM_LINUX_BITMAP_H */
