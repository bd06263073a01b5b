/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: reader-writer semaphores.
 *
 * Not a pthread rwlock, as that cannot turn a write lock into a read lock.  A
 * waiting writer holds back new readers, as in the kernel.
 */
#ifndef _SHIM_LINUX_RWSEM_H
#define _SHIM_LINUX_RWSEM_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct rw_semaphore {
	pthread_mutex_t m;
	pthread_cond_t changed;
	int holders;		/* readers; -1: a writer */
	int writers_waiting;
	struct lockdep_map dep_map;
};

#define __RWSEM_INITIALIZER(n)	{ .holders = 0, .dep_map = { .name = #n } }
#define DECLARE_RWSEM(n)	struct rw_semaphore n = __RWSEM_INITIALIZER(n)
#define init_rwsem(s)								\
	do {									\
		static struct lock_class_key __shim_key;			\
		__init_rwsem(s, #s, &__shim_key);				\
	} while (0)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
void down_read(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write_nested(struct rw_semaphore *sem, int subclass);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
int rwsem_is_locked(struct rw_semaphore *sem);

static inline void down_write(struct rw_semaphore *sem)
{
	down_write_nested(sem, 0);
}

static inline int __must_check down_read_killable(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

static inline int __must_check down_read_interruptible(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

#endif /* _SHIM_LINUX_RWSEM_H */
