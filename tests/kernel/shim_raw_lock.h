/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock under mutexes and spin locks.
 *
 * One word: 0 free, 1 held, 2 held and somebody sleeps.  Benchmarks count
 * instructions, and a pthread mutex has ten times as many.  ThreadSanitizer
 * gets the pthread mutex, whose owners and orders it follows.  Zeroed memory is
 * a free lock either way.
 */
#ifndef _SHIM_RAW_LOCK_H
#define _SHIM_RAW_LOCK_H

#include <linux/compiler.h>
#include <linux/types.h>

#if SHIM_TSAN
#include <pthread.h>

typedef pthread_mutex_t shim_raw_lock_t;

#define shim_raw_init(l)	pthread_mutex_init(l, NULL)
#define shim_raw_lock(l)	pthread_mutex_lock(l)
#define shim_raw_trylock(l)	(!pthread_mutex_trylock(l))
#define shim_raw_unlock(l)	pthread_mutex_unlock(l)

#else

typedef struct {
	u32 word;
} shim_raw_lock_t;

void shim_raw_wait(shim_raw_lock_t *lock) __cold;
void shim_raw_wake(shim_raw_lock_t *lock) __cold;

static __always_inline void shim_raw_init(shim_raw_lock_t *lock)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELAXED);
}

static __always_inline bool shim_raw_trylock(shim_raw_lock_t *lock)
{
	u32 free = 0;

	return __atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __always_inline void shim_raw_lock(shim_raw_lock_t *lock)
{
	if (unlikely(!shim_raw_trylock(lock)))
		shim_raw_wait(lock);
}

/* The lock may be gone once it is free: the wake-up uses its address alone. */
static __always_inline void shim_raw_unlock(shim_raw_lock_t *lock)
{
	if (unlikely(__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2))
		shim_raw_wake(lock);
}

#endif /* SHIM_TSAN */

#endif /* _SHIM_RAW_LOCK_H */
