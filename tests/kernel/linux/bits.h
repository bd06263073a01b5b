/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: single bits and ranges of bits. */
#ifndef _SHIM_LINUX_BITS_H
#define _SHIM_LINUX_BITS_H

#include <linux/build_bug.h>
#include <linux/const.h>
#include <linux/types.h>

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BIT_MASK(n)		(1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n)		((n) / BITS_PER_LONG)
#define BIT_ULL_MASK(n)		(1ULL << ((n) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(n)		((n) / BITS_PER_LONG_LONG)
#define BITS_PER_TYPE(T)	(sizeof(T) * BITS_PER_BYTE)

#define __SHIM_MASK(T, h, l)							\
	((T)(((T)~(T)0 >> (sizeof(T) * 8 - 1 - (h))) & ((T)~(T)0 << (l))))
#define GENMASK(h, l)		__SHIM_MASK(unsigned long, h, l)
#define GENMASK_ULL(h, l)	__SHIM_MASK(unsigned long long, h, l)

#endif /* _SHIM_LINUX_BITS_H */
