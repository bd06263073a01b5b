/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: arithmetic that tells when it did not fit, or saturates. */
#ifndef _SHIM_LINUX_OVERFLOW_H
#define _SHIM_LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/limits.h>

static inline bool __must_check __shim_overflowed(bool overflow)
{
	return unlikely(overflow);
}

#define check_add_overflow(a, b, d)	__shim_overflowed(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d)	__shim_overflowed(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d)	__shim_overflowed(__builtin_mul_overflow(a, b, d))

#define check_shl_overflow(a, s, d) ({						\
	typeof(d) __shim_d = (d);						\
	__auto_type __shim_v = (a);						\
	unsigned int __shim_s = (s);						\
	bool __shim_bad = __shim_s >= 8 * sizeof(*__shim_d) || __shim_v < 0;	\
	*__shim_d = __shim_bad ? 0 : (typeof(*__shim_d))__shim_v << __shim_s;	\
	__shim_bad || *__shim_d >> __shim_s != (typeof(*__shim_d))__shim_v; })

#define overflows_type(n, T)	({ typeof(T) __shim_t; __builtin_add_overflow(n, 0, &__shim_t); })

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t r;

	return check_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t r;

	return check_add_overflow(a, b, &r) ? SIZE_MAX : r;
}

#define array_size(a, b)		size_mul(a, b)
#define array3_size(a, b, c)		size_mul(size_mul(a, b), c)
#define flex_array_size(p, m, n)	size_mul(n, sizeof(*(p)->m))
#define struct_size(p, m, n)		size_add(sizeof(*(p)), flex_array_size(p, m, n))
#define struct_size_t(T, m, n)		struct_size((T *)NULL, m, n)

#endif /* _SHIM_LINUX_OVERFLOW_H */
