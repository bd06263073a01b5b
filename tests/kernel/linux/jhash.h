/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: hashes of words and bytes.
 *
 * Only that equal keys give equal hashes, and others rarely do, is promised: the
 * values are not the kernel's (FNV-1a with a final mix).
 */
#ifndef _SHIM_LINUX_JHASH_H
#define _SHIM_LINUX_JHASH_H

#include <linux/hash.h>

#define JHASH_INITVAL	0xdeadbeef

static inline u32 jhash(const void *key, u32 length, u32 initval)
{
	const u8 *p = key;
	u64 h = 0xcbf29ce484222325ull ^ initval;

	while (length--)
		h = (h ^ *p++) * 0x100000001b3ull;
	return (h ^ h >> 32) * GOLDEN_RATIO_32;
}

static inline u32 jhash2(const u32 *key, u32 words, u32 initval)
{
	return jhash(key, words * 4, initval);
}

static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval)
{
	u32 key[] = { a, b, c };

	return jhash2(key, 3, initval);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 initval)
{
	return jhash_3words(a, b, 0, initval);
}

static inline u32 jhash_1word(u32 a, u32 initval)
{
	return jhash_3words(a, 0, 0, initval);
}

#endif /* _SHIM_LINUX_JHASH_H */
