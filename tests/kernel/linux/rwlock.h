/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: reader-writer spin locks; a pthread rwlock, atomic context while held. */
#ifndef _SHIM_LINUX_RWLOCK_H
#define _SHIM_LINUX_RWLOCK_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

typedef struct {
	pthread_rwlock_t rw;
	struct lockdep_map dep_map;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(n)	{ .dep_map = { .name = #n } }
#define DEFINE_RWLOCK(n)	rwlock_t n = __RW_LOCK_UNLOCKED(n)
#define rwlock_init(l)								\
	do {									\
		static struct lock_class_key __shim_key;			\
		shim_rwlock_init(l, #l, &__shim_key);				\
	} while (0)

void shim_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key);
void read_lock(rwlock_t *lock);
void read_unlock(rwlock_t *lock);
void write_lock(rwlock_t *lock);
void write_unlock(rwlock_t *lock);

#define read_lock_irq(l)		read_lock(l)
#define read_unlock_irq(l)		read_unlock(l)
#define read_lock_bh(l)			read_lock(l)
#define read_unlock_bh(l)		read_unlock(l)
#define write_lock_irq(l)		write_lock(l)
#define write_unlock_irq(l)		write_unlock(l)
#define write_lock_bh(l)		write_lock(l)
#define write_unlock_bh(l)		write_unlock(l)
#define read_lock_irqsave(l, f)		do { (f) = 0; read_lock(l); } while (0)
#define read_unlock_irqrestore(l, f)	do { (void)(f); read_unlock(l); } while (0)
#define write_lock_irqsave(l, f)	do { (f) = 0; write_lock(l); } while (0)
#define write_unlock_irqrestore(l, f)	do { (void)(f); write_unlock(l); } while (0)

DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))

#endif /* _SHIM_LINUX_RWLOCK_H */
