/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: logarithms to base two, constant where the argument is. */
#ifndef _SHIM_LINUX_LOG2_H
#define _SHIM_LINUX_LOG2_H

#include <linux/bitops.h>

#define ilog2(n)		(63 - __builtin_clzll((unsigned long long)(n)))
#define const_ilog2(n)		ilog2(n)
#define __shim_roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (ilog2((n) - 1) + 1))
#define roundup_pow_of_two(n)	__shim_roundup_pow_of_two((unsigned long)(n))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define order_base_2(n)		((unsigned long)(n) <= 1 ? 0 : ilog2((unsigned long)(n) - 1) + 1)

static __always_inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

#endif /* _SHIM_LINUX_LOG2_H */
