/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: atomic counters and compare-and-exchange.
 *
 * Orders follow the kernel's rule: what returns nothing is relaxed, what
 * returns a value is fully ordered unless its name says otherwise.
 */
#ifndef _SHIM_LINUX_ATOMIC_H
#define _SHIM_LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* op_return and fetch_op in one memory order */
#define __SHIM_ATOMIC_ORDER(A, T, I, op, suffix, order)				\
static __always_inline I A##_fetch_##op##suffix(I i, T *v)			\
{										\
	return __atomic_fetch_##op(&v->counter, i, order);			\
}

#define __SHIM_ATOMIC_RETURN(A, T, I, op, suffix, order)			\
static __always_inline I A##_##op##_return##suffix(I i, T *v)			\
{										\
	return __atomic_##op##_fetch(&v->counter, i, order);			\
}

#define __SHIM_ATOMIC_OP(A, T, I, op)						\
static __always_inline void A##_##op(I i, T *v)					\
{										\
	__atomic_fetch_##op(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
__SHIM_ATOMIC_ORDER(A, T, I, op, , __ATOMIC_SEQ_CST)				\
__SHIM_ATOMIC_ORDER(A, T, I, op, _relaxed, __ATOMIC_RELAXED)			\
__SHIM_ATOMIC_ORDER(A, T, I, op, _acquire, __ATOMIC_ACQUIRE)			\
__SHIM_ATOMIC_ORDER(A, T, I, op, _release, __ATOMIC_RELEASE)

#define __SHIM_ATOMIC_ARITH(A, T, I, op)					\
__SHIM_ATOMIC_OP(A, T, I, op)							\
__SHIM_ATOMIC_RETURN(A, T, I, op, , __ATOMIC_SEQ_CST)				\
__SHIM_ATOMIC_RETURN(A, T, I, op, _relaxed, __ATOMIC_RELAXED)			\
__SHIM_ATOMIC_RETURN(A, T, I, op, _acquire, __ATOMIC_ACQUIRE)			\
__SHIM_ATOMIC_RETURN(A, T, I, op, _release, __ATOMIC_RELEASE)

#define __SHIM_ATOMIC_XCHG(A, T, I, suffix, order)				\
static __always_inline I A##_xchg##suffix(T *v, I new)				\
{										\
	return __atomic_exchange_n(&v->counter, new, order);			\
}										\
static __always_inline bool A##_try_cmpxchg##suffix(T *v, I *old, I new)	\
{										\
	return __atomic_compare_exchange_n(&v->counter, old, new, false, order,	\
					   __ATOMIC_RELAXED);			\
}										\
static __always_inline I A##_cmpxchg##suffix(T *v, I old, I new)		\
{										\
	A##_try_cmpxchg##suffix(v, &old, new);					\
	return old;								\
}

#define __SHIM_ATOMIC(A, T, I)							\
static __always_inline I A##_read(const T *v)					\
{										\
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);			\
}										\
static __always_inline I A##_read_acquire(const T *v)				\
{										\
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);			\
}										\
static __always_inline void A##_set(T *v, I i)					\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static __always_inline void A##_set_release(T *v, I i)				\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);			\
}										\
__SHIM_ATOMIC_ARITH(A, T, I, add)						\
__SHIM_ATOMIC_ARITH(A, T, I, sub)						\
__SHIM_ATOMIC_OP(A, T, I, and)							\
__SHIM_ATOMIC_OP(A, T, I, or)							\
__SHIM_ATOMIC_OP(A, T, I, xor)							\
__SHIM_ATOMIC_XCHG(A, T, I, , __ATOMIC_SEQ_CST)					\
__SHIM_ATOMIC_XCHG(A, T, I, _relaxed, __ATOMIC_RELAXED)				\
__SHIM_ATOMIC_XCHG(A, T, I, _acquire, __ATOMIC_ACQUIRE)				\
__SHIM_ATOMIC_XCHG(A, T, I, _release, __ATOMIC_RELEASE)				\
static __always_inline void A##_andnot(I i, T *v)				\
{										\
	A##_and(~i, v);								\
}										\
static __always_inline I A##_fetch_andnot(I i, T *v)				\
{										\
	return A##_fetch_and(~i, v);						\
}										\
static __always_inline void A##_inc(T *v)					\
{										\
	A##_add(1, v);								\
}										\
static __always_inline void A##_dec(T *v)					\
{										\
	A##_sub(1, v);								\
}										\
static __always_inline I A##_inc_return(T *v)					\
{										\
	return A##_add_return(1, v);						\
}										\
static __always_inline I A##_dec_return(T *v)					\
{										\
	return A##_sub_return(1, v);						\
}										\
static __always_inline I A##_inc_return_relaxed(T *v)				\
{										\
	return A##_add_return_relaxed(1, v);					\
}										\
static __always_inline I A##_fetch_inc(T *v)					\
{										\
	return A##_fetch_add(1, v);						\
}										\
static __always_inline I A##_fetch_dec(T *v)					\
{										\
	return A##_fetch_sub(1, v);						\
}										\
static __always_inline bool A##_dec_and_test(T *v)				\
{										\
	return A##_sub_return(1, v) == 0;					\
}										\
static __always_inline bool A##_inc_and_test(T *v)				\
{										\
	return A##_add_return(1, v) == 0;					\
}										\
static __always_inline bool A##_sub_and_test(I i, T *v)				\
{										\
	return A##_sub_return(i, v) == 0;					\
}										\
static __always_inline bool A##_add_negative(I i, T *v)				\
{										\
	return A##_add_return(i, v) < 0;					\
}										\
static __always_inline I A##_fetch_add_unless(T *v, I a, I u)			\
{										\
	I c = A##_read(v);							\
										\
	while (c != u && !A##_try_cmpxchg(v, &c, c + a))			\
		;								\
	return c;								\
}										\
static __always_inline bool A##_add_unless(T *v, I a, I u)			\
{										\
	return A##_fetch_add_unless(v, a, u) != u;				\
}										\
static __always_inline bool A##_inc_not_zero(T *v)				\
{										\
	return A##_add_unless(v, 1, 0);						\
}										\
static __always_inline bool A##_inc_unless_negative(T *v)			\
{										\
	I c = A##_read(v);							\
										\
	while (c >= 0 && !A##_try_cmpxchg(v, &c, c + 1))			\
		;								\
	return c >= 0;								\
}										\
static __always_inline I A##_dec_if_positive(T *v)				\
{										\
	I c = A##_read(v);							\
										\
	while (c > 0 && !A##_try_cmpxchg(v, &c, c - 1))				\
		;								\
	return c - 1;								\
}

__SHIM_ATOMIC(atomic, atomic_t, int)
__SHIM_ATOMIC(atomic64, atomic64_t, s64)
__SHIM_ATOMIC(atomic_long, atomic_long_t, long)

#define __shim_xchg(p, v, order)	__atomic_exchange_n(p, v, order)
#define xchg(p, v)			__shim_xchg(p, v, __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, v)		__shim_xchg(p, v, __ATOMIC_RELAXED)
#define xchg_acquire(p, v)		__shim_xchg(p, v, __ATOMIC_ACQUIRE)
#define xchg_release(p, v)		__shim_xchg(p, v, __ATOMIC_RELEASE)

#define __shim_try_cmpxchg(p, oldp, new, order)					\
	__atomic_compare_exchange_n(p, oldp, new, false, order, __ATOMIC_RELAXED)
#define try_cmpxchg(p, oldp, new)	__shim_try_cmpxchg(p, oldp, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg64(p, oldp, new)	try_cmpxchg(p, oldp, new)
#define try_cmpxchg_relaxed(p, oldp, new) __shim_try_cmpxchg(p, oldp, new, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, oldp, new) __shim_try_cmpxchg(p, oldp, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, oldp, new) __shim_try_cmpxchg(p, oldp, new, __ATOMIC_RELEASE)

#define __shim_cmpxchg(p, old, new, order) ({					\
	typeof(*(p)) __shim_old = (old);					\
	__shim_try_cmpxchg(p, &__shim_old, new, order);				\
	__shim_old; })
#define cmpxchg(p, old, new)		__shim_cmpxchg(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg64(p, old, new)		cmpxchg(p, old, new)
#define cmpxchg_relaxed(p, old, new)	__shim_cmpxchg(p, old, new, __ATOMIC_RELAXED)
#define cmpxchg64_relaxed(p, old, new)	cmpxchg_relaxed(p, old, new)
#define cmpxchg_acquire(p, old, new)	__shim_cmpxchg(p, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, new)	__shim_cmpxchg(p, old, new, __ATOMIC_RELEASE)

#endif /* _SHIM_LINUX_ATOMIC_H */
