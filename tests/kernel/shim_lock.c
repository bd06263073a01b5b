// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks: what excludes (shim_raw_lock.h, pthread rwlocks) under the checks of shim_lockdep.c.
 *
 * An unlock leaves the checks first: once the lock is free, the memory
 * of a kernel lock may be gone.
 *
 * The hard rule: what sleeps in the kernel calls might_sleep() before it looks
 * whether it has to.
 */
#include <pthread.h>

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "shim_context.h"

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	shim_raw_init(&lock->m);
	WRITE_ONCE(lock->locked, 0);
	shim_lock_map_init(&lock->dep_map, name, key);
}

void mutex_destroy(struct mutex *lock)
{
	if (mutex_is_locked(lock))
		BUG();
#if SHIM_TSAN
	pthread_mutex_destroy(&lock->m);
#endif
}

void mutex_lock_nested(struct mutex *lock, unsigned int subclass)
{
	might_sleep();
	shim_lock_acquire(&lock->dep_map, subclass, SHIM_LOCK_WRITE);
	shim_raw_lock(&lock->m);
	WRITE_ONCE(lock->locked, 1);
}

int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass)
{
	might_sleep();
	if (signal_pending(current))
		return -EINTR;
	mutex_lock_nested(lock, subclass);
	return 0;
}

int mutex_trylock(struct mutex *lock)
{
	if (!shim_raw_trylock(&lock->m))
		return 0;
	shim_lock_acquire(&lock->dep_map, 0, SHIM_LOCK_WRITE | SHIM_LOCK_TRY);
	WRITE_ONCE(lock->locked, 1);
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	shim_lock_release(&lock->dep_map);
	WRITE_ONCE(lock->locked, 0);
	shim_raw_unlock(&lock->m);
}

void shim_spin_init(spinlock_t *lock, const char *name, struct lock_class_key *key)
{
	shim_raw_init(&lock->m);
	WRITE_ONCE(lock->locked, 0);
	shim_lock_map_init(&lock->dep_map, name, key);
}

void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	shim_atomic_depth++;
	shim_lock_acquire(&lock->dep_map, subclass, SHIM_LOCK_WRITE);
	shim_raw_lock(&lock->m);
	WRITE_ONCE(lock->locked, 1);
}

int spin_trylock(spinlock_t *lock)
{
	if (!shim_raw_trylock(&lock->m))
		return 0;
	shim_atomic_depth++;
	shim_lock_acquire(&lock->dep_map, 0, SHIM_LOCK_WRITE | SHIM_LOCK_TRY);
	WRITE_ONCE(lock->locked, 1);
	return 1;
}

void spin_unlock(spinlock_t *lock)
{
	shim_lock_release(&lock->dep_map);
	WRITE_ONCE(lock->locked, 0);
	shim_raw_unlock(&lock->m);
	shim_atomic_depth--;
}

void shim_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key)
{
	pthread_rwlock_init(&lock->rw, NULL);
	shim_lock_map_init(&lock->dep_map, name, key);
}

void read_lock(rwlock_t *lock)
{
	shim_atomic_depth++;
	shim_lock_acquire(&lock->dep_map, 0, SHIM_LOCK_READ);
	pthread_rwlock_rdlock(&lock->rw);
}

void write_lock(rwlock_t *lock)
{
	shim_atomic_depth++;
	shim_lock_acquire(&lock->dep_map, 0, SHIM_LOCK_WRITE);
	pthread_rwlock_wrlock(&lock->rw);
}

void read_unlock(rwlock_t *lock)
{
	shim_lock_release(&lock->dep_map);
	pthread_rwlock_unlock(&lock->rw);
	shim_atomic_depth--;
}

void write_unlock(rwlock_t *lock)
{
	read_unlock(lock);
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

bool refcount_dec_and_lock(refcount_t *r, struct spinlock *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}
