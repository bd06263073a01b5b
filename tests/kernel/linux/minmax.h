/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the smaller, the larger, the one between; each argument evaluated once. */
#ifndef _SHIM_LINUX_MINMAX_H
#define _SHIM_LINUX_MINMAX_H

#include <linux/compiler.h>

#define __shim_pick(op, a, b) ({						\
	__auto_type __shim_a = (a);						\
	__auto_type __shim_b = (b);						\
	__shim_a op __shim_b ? __shim_a : __shim_b; })
#define __shim_pick_t(T, op, a, b) ({						\
	T __shim_a = (a);							\
	T __shim_b = (b);							\
	__shim_a op __shim_b ? __shim_a : __shim_b; })

#undef min
#undef max
#define min(a, b)		__shim_pick(<, a, b)
#define max(a, b)		__shim_pick(>, a, b)
#define umin(a, b)		__shim_pick_t(unsigned long long, <, a, b)
#define umax(a, b)		__shim_pick_t(unsigned long long, >, a, b)
#define min3(a, b, c)		min(min(a, b), c)
#define max3(a, b, c)		max(max(a, b), c)
#define min_t(T, a, b)		__shim_pick_t(T, <, a, b)
#define max_t(T, a, b)		__shim_pick_t(T, >, a, b)
#define min_not_zero(a, b) ({							\
	__auto_type __shim_x = (a);						\
	__auto_type __shim_y = (b);						\
	!__shim_x ? __shim_y : !__shim_y ? __shim_x : min(__shim_x, __shim_y); })
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))

#define clamp(v, lo, hi)	min((typeof(v))max(v, lo), hi)
#define clamp_t(T, v, lo, hi)	min_t(T, max_t(T, v, lo), hi)
#define clamp_val(v, lo, hi)	clamp_t(typeof(v), v, lo, hi)
#define in_range(v, start, len)	((v) - (start) < (typeof(v))(len))

#define swap(a, b)								\
	do {									\
		typeof(a) __shim_swap = (a);					\
		(a) = (b);							\
		(b) = __shim_swap;						\
	} while (0)

#endif /* _SHIM_LINUX_MINMAX_H */
