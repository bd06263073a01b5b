/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: read-copy-update.
 *
 * A reader writes the number of the current epoch into a word of its thread
 * and erases it when its outermost section ends; a grace period is over when no
 * word holds a number older than it.  Callbacks wait for theirs in batches and
 * are run by whoever queues the next ones (shim_rcu.c), never in atomic context.
 *
 * A read section counts as atomic context: what sleeps in one is stopped.
 */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include "../shim_context.h"

/* Private to the shims. */
struct shim_rcu_reader {
	unsigned long epoch;
	unsigned long nesting;
	struct shim_rcu_reader *next;
	int used;
};

extern SHIM_TLS struct shim_rcu_reader *shim_rcu_self;
extern unsigned long shim_rcu_epoch;
extern unsigned long shim_rcu_queued;

struct shim_rcu_reader *shim_rcu_register(void);
void shim_rcu_underflow(void) __noreturn __cold;
void shim_rcu_poll_slow(void);

static inline struct shim_rcu_reader *shim_rcu_reader(void)
{
	return likely(shim_rcu_self) ? shim_rcu_self : shim_rcu_register();
}

static inline void rcu_read_lock(void)
{
	struct shim_rcu_reader *r = shim_rcu_reader();

	shim_atomic_depth++;
	if (r->nesting++)
		return;
	/* An exchange, as the store must be seen before anything is read. */
	__atomic_exchange_n(&r->epoch, __atomic_load_n(&shim_rcu_epoch, __ATOMIC_ACQUIRE),
			    __ATOMIC_SEQ_CST);
}

static inline void rcu_read_unlock(void)
{
	struct shim_rcu_reader *r = shim_rcu_reader();

	if (unlikely(!r->nesting))
		shim_rcu_underflow();
	if (!--r->nesting)
		__atomic_store_n(&r->epoch, 0, __ATOMIC_RELEASE);
	shim_atomic_depth--;
}

static inline int rcu_read_lock_held(void)
{
	return shim_rcu_self && shim_rcu_self->nesting;
}

#define rcu_read_lock_any_held() rcu_read_lock_held()

/* Run callbacks that are due, where this thread may. */
static inline void shim_rcu_poll(void)
{
	if (unlikely(READ_ONCE(shim_rcu_queued) >= 64) && !shim_atomic_depth)
		shim_rcu_poll_slow();
}

void call_rcu(struct rcu_head *head, rcu_callback_t func);
void synchronize_rcu(void);
void rcu_barrier(void);

#define call_rcu_hurry(head, func)	call_rcu(head, func)
#define synchronize_rcu_expedited()	synchronize_rcu()
#define synchronize_net()		synchronize_rcu()

#define rcu_dereference_raw(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference(p)		rcu_dereference_raw(p)
#define rcu_dereference_check(p, c)	({ (void)(c); rcu_dereference_raw(p); })
#define rcu_dereference_protected(p, c)	({ (void)(c); READ_ONCE(p); })
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_pointer_handoff(p)		(p)

#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), (v), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define RCU_INITIALIZER(v)		(v)
#define RCU_POINTER_INITIALIZER(p, v)	.p = (v)

#define rcu_replace_pointer(p, v, c) ({						\
	typeof(p) __shim_old = rcu_dereference_protected(p, c);			\
	rcu_assign_pointer(p, v);						\
	__shim_old; })

#define rcu_head_init(h)		((h)->func = NULL)
#define init_rcu_head(h)		((void)(h))
#define destroy_rcu_head(h)		((void)(h))

/* The callback's place holds the offset of the head, which is below any function's address. */
#define kfree_rcu(ptr, member) do {						\
	typeof(ptr) __shim_p = (ptr);						\
	_Static_assert(offsetof(typeof(*__shim_p), member) < 4096, "rcu_head too far"); \
	if (__shim_p)								\
		call_rcu(&__shim_p->member,					\
			 (rcu_callback_t)offsetof(typeof(*__shim_p), member));	\
} while (0)
#define kvfree_rcu(ptr, member)		kfree_rcu(ptr, member)

void shim_kfree_rcu_mightsleep(const void *p);
#define kfree_rcu_mightsleep(p)		shim_kfree_rcu_mightsleep(p)
#define kvfree_rcu_mightsleep(p)	shim_kfree_rcu_mightsleep(p)

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif /* _SHIM_LINUX_RCUPDATE_H */
