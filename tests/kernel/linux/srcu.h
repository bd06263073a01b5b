/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: RCU whose readers may sleep.
 *
 * Two counters of readers; a grace period turns new readers to the other one
 * and waits for the first to reach zero, twice, as a reader may have chosen a
 * counter and not yet counted itself when it was turned away from.
 */
#ifndef _SHIM_LINUX_SRCU_H
#define _SHIM_LINUX_SRCU_H

#include <linux/rcupdate.h>

struct srcu_struct {
	unsigned int which;
	long readers[2];
	int turning;
};

#define DEFINE_SRCU(name)		struct srcu_struct name
#define DEFINE_STATIC_SRCU(name)	static struct srcu_struct name

int init_srcu_struct(struct srcu_struct *s);
void cleanup_srcu_struct(struct srcu_struct *s);
void synchronize_srcu(struct srcu_struct *s);

#define synchronize_srcu_expedited(s)	synchronize_srcu(s)

static inline int srcu_read_lock(struct srcu_struct *s)
{
	unsigned int which = __atomic_load_n(&s->which, __ATOMIC_ACQUIRE) & 1;

	__atomic_fetch_add(&s->readers[which], 1, __ATOMIC_SEQ_CST);
	return which;
}

static inline void srcu_read_unlock(struct srcu_struct *s, int which)
{
	__atomic_fetch_sub(&s->readers[which], 1, __ATOMIC_RELEASE);
}

#define srcu_dereference(p, s)		rcu_dereference_raw(p)
#define srcu_dereference_check(p, s, c)	rcu_dereference_check(p, c)

#endif /* _SHIM_LINUX_SRCU_H */
