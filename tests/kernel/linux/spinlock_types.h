/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the spin lock itself; zeroed memory is one that is free. */
#ifndef _SHIM_LINUX_SPINLOCK_TYPES_H
#define _SHIM_LINUX_SPINLOCK_TYPES_H

#include <linux/lockdep.h>
#include <linux/types.h>

#include "../shim_raw_lock.h"

typedef struct spinlock {
	shim_raw_lock_t m;
	int locked;
	struct lockdep_map dep_map;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(n)		{ .locked = 0, .dep_map = { .name = #n } }
#define __RAW_SPIN_LOCK_UNLOCKED(n)	__SPIN_LOCK_UNLOCKED(n)
#define DEFINE_SPINLOCK(n)		spinlock_t n = __SPIN_LOCK_UNLOCKED(n)
#define DEFINE_RAW_SPINLOCK(n)		raw_spinlock_t n = __SPIN_LOCK_UNLOCKED(n)

#endif /* _SHIM_LINUX_SPINLOCK_TYPES_H */
