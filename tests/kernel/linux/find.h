/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: searching arrays of bits, a word at a time.
 *
 * One loop serves set, clear and combined searches: each word is read through
 * a mask of the bits that count, @flip turns a search for zeroes into one for ones.
 */
#ifndef _SHIM_LINUX_FIND_H
#define _SHIM_LINUX_FIND_H

#include <linux/bitops.h>

static inline unsigned long __shim_find(const unsigned long *a, const unsigned long *b,
					unsigned long size, unsigned long from, unsigned long flip)
{
	unsigned long word, at;

	for (at = from; at < size; at = (at / BITS_PER_LONG + 1) * BITS_PER_LONG) {
		word = __atomic_load_n(a + BIT_WORD(at), __ATOMIC_RELAXED) ^ flip;
		if (b)
			word &= __atomic_load_n(b + BIT_WORD(at), __ATOMIC_RELAXED);
		word &= ~0UL << (at % BITS_PER_LONG);
		if (!word)
			continue;
		at = at / BITS_PER_LONG * BITS_PER_LONG + __builtin_ctzl(word);
		return at < size ? at : size;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *a, unsigned long size,
					  unsigned long from)
{
	return __shim_find(a, NULL, size, from, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *a, unsigned long size,
					       unsigned long from)
{
	return __shim_find(a, NULL, size, from, ~0UL);
}

static inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b,
					      unsigned long size, unsigned long from)
{
	return __shim_find(a, b, size, from, 0);
}

static inline unsigned long find_first_bit(const unsigned long *a, unsigned long size)
{
	return find_next_bit(a, size, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *a, unsigned long size)
{
	return find_next_zero_bit(a, size, 0);
}

static inline unsigned long find_last_bit(const unsigned long *a, unsigned long size)
{
	unsigned long at = size;

	while (at-- > 0)
		if (a[BIT_WORD(at)] & BIT_MASK(at))
			return at;
	return size;
}

#define for_each_set_bit(bit, a, size)						\
	for ((bit) = find_first_bit(a, size); (bit) < (size);			\
	     (bit) = find_next_bit(a, size, (bit) + 1))
#define for_each_set_bit_from(bit, a, size)					\
	for ((bit) = find_next_bit(a, size, bit); (bit) < (size);		\
	     (bit) = find_next_bit(a, size, (bit) + 1))
#define for_each_clear_bit(bit, a, size)					\
	for ((bit) = find_first_zero_bit(a, size); (bit) < (size);		\
	     (bit) = find_next_zero_bit(a, size, (bit) + 1))

#endif /* _SHIM_LINUX_FIND_H */
