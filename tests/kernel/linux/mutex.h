/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: mutexes; a word under the checks of lockdep.h. */
#ifndef _SHIM_LINUX_MUTEX_H
#define _SHIM_LINUX_MUTEX_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

#include "../shim_raw_lock.h"

struct mutex {
	shim_raw_lock_t m;
	int locked;
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(n)	{ .locked = 0, .dep_map = { .name = #n } }
#define DEFINE_MUTEX(n)		struct mutex n = __MUTEX_INITIALIZER(n)

#define mutex_init(l)								\
	do {									\
		static struct lock_class_key __shim_key;			\
		__mutex_init(l, #l, &__shim_key);				\
	} while (0)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
void mutex_destroy(struct mutex *lock);
void mutex_lock_nested(struct mutex *lock, unsigned int subclass);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
int __must_check mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass);

static inline void mutex_lock(struct mutex *lock)
{
	mutex_lock_nested(lock, 0);
}

static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	return mutex_lock_interruptible_nested(lock, 0);
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	return mutex_lock_interruptible_nested(lock, 0);
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return READ_ONCE(lock->locked);
}

#define mutex_lock_nest_lock(l, outer)	mutex_lock(l)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)

#endif /* _SHIM_LINUX_MUTEX_H */
