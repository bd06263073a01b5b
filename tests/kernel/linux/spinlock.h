/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: spin locks.
 *
 * A waiter sleeps (shim_raw_lock.h), as a preempted holder is likely in user
 * space; the holder is in atomic context all the same and may not sleep.
 * Interrupts do not exist, so the _irq and _bh forms only nest.
 */
#ifndef _SHIM_LINUX_SPINLOCK_H
#define _SHIM_LINUX_SPINLOCK_H

#include <asm/barrier.h>
#include <asm/processor.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

#define spin_lock_init(l)							\
	do {									\
		static struct lock_class_key __shim_key;			\
		shim_spin_init(l, #l, &__shim_key);				\
	} while (0)

void shim_spin_init(spinlock_t *lock, const char *name, struct lock_class_key *key);
void spin_lock_nested(spinlock_t *lock, unsigned int subclass);
int spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

static inline void spin_lock(spinlock_t *lock)
{
	spin_lock_nested(lock, 0);
}

static inline int spin_is_locked(spinlock_t *lock)
{
	return READ_ONCE(lock->locked);
}

#define spin_lock_irq(l)		spin_lock(l)
#define spin_lock_bh(l)			spin_lock(l)
#define spin_unlock_irq(l)		spin_unlock(l)
#define spin_unlock_bh(l)		spin_unlock(l)
#define spin_trylock_irq(l)		spin_trylock(l)
#define spin_trylock_bh(l)		spin_trylock(l)
#define spin_lock_irqsave(l, flags)	do { (flags) = 0; spin_lock(l); } while (0)
#define spin_lock_irqsave_nested(l, flags, s)					\
	do { (flags) = 0; spin_lock_nested(l, s); } while (0)
#define spin_unlock_irqrestore(l, flags) do { (void)(flags); spin_unlock(l); } while (0)
#define spin_trylock_irqsave(l, flags)	({ (flags) = 0; spin_trylock(l); })
#define assert_spin_locked(l)		lockdep_assert_held(l)

#define raw_spin_lock_init(l)		spin_lock_init(l)
#define raw_spin_lock(l)		spin_lock(l)
#define raw_spin_lock_nested(l, s)	spin_lock_nested(l, s)
#define raw_spin_unlock(l)		spin_unlock(l)
#define raw_spin_trylock(l)		spin_trylock(l)
#define raw_spin_is_locked(l)		spin_is_locked(l)
#define raw_spin_lock_irq(l)		spin_lock(l)
#define raw_spin_unlock_irq(l)		spin_unlock(l)
#define raw_spin_lock_bh(l)		spin_lock(l)
#define raw_spin_unlock_bh(l)		spin_unlock(l)
#define raw_spin_lock_irqsave(l, flags)	spin_lock_irqsave(l, flags)
#define raw_spin_unlock_irqrestore(l, flags) spin_unlock_irqrestore(l, flags)

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t,
		    spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags),
		    unsigned long flags)
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t,
		    spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags),
		    unsigned long flags)

#include <linux/rwlock.h>

#endif /* _SHIM_LINUX_SPINLOCK_H */
