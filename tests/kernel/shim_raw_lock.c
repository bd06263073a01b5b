// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slow half of shim_raw_lock.h: sleeping and waking by futex.
 *
 * A sleeper leaves the word at 2 even where it was the last one; that costs one
 * wake-up too many and never one too few.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim_raw_lock.h"

#if !SHIM_TSAN
void shim_raw_wait(shim_raw_lock_t *lock)
{
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void shim_raw_wake(shim_raw_lock_t *lock)
{
	syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
#endif
