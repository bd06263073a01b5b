/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: memory barriers.
 *
 * Between user-space threads every barrier of the kernel is at most a C11
 * fence; device and CPU are both threads here, so dma_ forms equal smp_ forms.
 * ThreadSanitizer does not model fences.  There, every barrier is a
 * read-modify-write of one common word: a thread that passes its barrier later
 * is ordered after one that passed earlier, which is what a pair of barriers
 * around a marked access provides.
 */
#ifndef _SHIM_ASM_BARRIER_H
#define _SHIM_ASM_BARRIER_H

#include <linux/compiler.h>

#if SHIM_TSAN
extern int shim_fence_word;
#define __shim_fence(order)	((void)__atomic_fetch_add(&shim_fence_word, 0, __ATOMIC_ACQ_REL))
#else
#define __shim_fence(order)	__atomic_thread_fence(order)
#endif

#define mb()		__shim_fence(__ATOMIC_SEQ_CST)
#define rmb()		__shim_fence(__ATOMIC_ACQUIRE)
#define wmb()		__shim_fence(__ATOMIC_RELEASE)
#define smp_mb()	mb()
#define smp_rmb()	rmb()
#define smp_wmb()	wmb()
#define dma_mb()	mb()
#define dma_rmb()	rmb()
#define dma_wmb()	wmb()
#define io_stop_wc()	((void)0)

#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_mb(v, x)	__atomic_store_n(&(v), x, __ATOMIC_SEQ_CST)

#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_atomic()	smp_mb()
#define smp_mb__after_spinlock() smp_mb()

#define smp_cond_load_acquire(ptr, cond) ({					\
	typeof(*(ptr)) VAL;							\
	while (VAL = __atomic_load_n(ptr, __ATOMIC_ACQUIRE), !(cond))		\
		shim_cpu_relax();						\
	VAL; })

void shim_cpu_relax(void);

#endif /* _SHIM_ASM_BARRIER_H */
