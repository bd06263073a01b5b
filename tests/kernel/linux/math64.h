/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: 64-bit division, which these hosts have in hardware. */
#ifndef _SHIM_LINUX_MATH64_H
#define _SHIM_LINUX_MATH64_H

#include <linux/math.h>

static inline u64 div_u64(u64 n, u32 d)
{
	return n / d;
}

static inline s64 div_s64(s64 n, s32 d)
{
	return n / d;
}

static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	*rem = n % d;
	return n / d;
}

static inline u64 div64_u64(u64 n, u64 d)
{
	return n / d;
}

static inline u64 div64_u64_rem(u64 n, u64 d, u64 *rem)
{
	*rem = n % d;
	return n / d;
}

static inline s64 div64_s64(s64 n, s64 d)
{
	return n / d;
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 d)
{
	return (unsigned __int128)a * b / d;
}

static inline u64 mul_u64_u32_shr(u64 a, u32 m, unsigned int shift)
{
	return ((unsigned __int128)a * m) >> shift;
}

#define do_div(n, base) ({							\
	u32 __shim_rem = (n) % (base);						\
	(n) /= (base);								\
	__shim_rem; })

#endif /* _SHIM_LINUX_MATH64_H */
