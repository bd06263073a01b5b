/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: wait queues.
 *
 * A sleeper is an entry on its own stack.  It leaves the queue under the
 * queue's lock, always, so no waker touches an entry or a task that is gone.
 */
#ifndef _SHIM_LINUX_WAIT_H
#define _SHIM_LINUX_WAIT_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};

typedef struct wait_queue_head wait_queue_head_t;

struct wait_queue_entry {
	unsigned int flags;
	struct task_struct *private;
	struct list_head entry;
};

typedef struct wait_queue_entry wait_queue_entry_t;

/* One class for all queues set up by an initializer, as many live on stacks. */
extern struct lock_class_key shim_wait_key;

#define WQ_FLAG_EXCLUSIVE	0x1

#define __WAIT_QUEUE_HEAD_INITIALIZER(n)					\
	{ .lock = { .dep_map = { .key = &shim_wait_key, .name = #n } },		\
	  .head = LIST_HEAD_INIT(n.head) }
#define DECLARE_WAIT_QUEUE_HEAD(n)						\
	wait_queue_head_t n = __WAIT_QUEUE_HEAD_INITIALIZER(n)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(n)	DECLARE_WAIT_QUEUE_HEAD(n)
#define DEFINE_WAIT(n)								\
	struct wait_queue_entry n = { .private = current, .entry = LIST_HEAD_INIT(n.entry) }
#define DECLARE_WAITQUEUE(n, t)							\
	struct wait_queue_entry n = { .private = t, .entry = LIST_HEAD_INIT(n.entry) }

#define init_waitqueue_head(wq)							\
	do {									\
		static struct lock_class_key __shim_wq_key;			\
		shim_waitqueue_init(wq, #wq, &__shim_wq_key);			\
	} while (0)

void shim_waitqueue_init(wait_queue_head_t *wq, const char *name, struct lock_class_key *key);
void shim_wake_up(wait_queue_head_t *wq, unsigned int states, int nr_exclusive);
void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state);
void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry);

/* Racy unless the caller ordered its change of the condition before (smp_mb). */
static inline int waitqueue_active(wait_queue_head_t *wq)
{
	return !list_empty(&wq->head);
}

static inline bool wq_has_sleeper(wait_queue_head_t *wq)
{
	smp_mb();
	return waitqueue_active(wq);
}

#define wake_up(wq)			shim_wake_up(wq, TASK_NORMAL, 1)
#define wake_up_nr(wq, nr)		shim_wake_up(wq, TASK_NORMAL, nr)
#define wake_up_all(wq)			shim_wake_up(wq, TASK_NORMAL, 0)
#define wake_up_interruptible(wq)	shim_wake_up(wq, TASK_INTERRUPTIBLE, 1)
#define wake_up_interruptible_all(wq)	shim_wake_up(wq, TASK_INTERRUPTIBLE, 0)
#define wake_up_interruptible_sync(wq)	wake_up_interruptible(wq)
#define wake_up_locked(wq)		shim_wake_up_locked(wq, TASK_NORMAL, 1)
#define wake_up_poll(wq, m)		wake_up(wq)
#define wake_up_interruptible_poll(wq, m) wake_up_interruptible(wq)

/*
 * The one waiting loop.  @left: jiffies, of type long.  Gives 0 or -ERESTARTSYS;
 * what remains of the time stays in @left, 0 when it ran out.
 */
#define __shim_wait(wq, cond, state, exclusive, left) ({			\
	DEFINE_WAIT(__shim_entry);						\
	int __shim_ret = 0;							\
										\
	for (;;) {								\
		if (exclusive)							\
			prepare_to_wait_exclusive(&(wq), &__shim_entry, state);	\
		else								\
			prepare_to_wait(&(wq), &__shim_entry, state);		\
		if (cond)							\
			break;							\
		if (signal_pending_state(state, current)) {			\
			__shim_ret = -ERESTARTSYS;				\
			break;							\
		}								\
		if (!(left))							\
			break;							\
		(left) = schedule_timeout(left);				\
	}									\
	finish_wait(&(wq), &__shim_entry);					\
	__shim_ret; })

#define __shim_wait_event(wq, cond, state, exclusive) ({			\
	long __shim_left = MAX_SCHEDULE_TIMEOUT;				\
	might_sleep();								\
	(cond) ? 0 : __shim_wait(wq, cond, state, exclusive, __shim_left); })

#define __shim_wait_event_timeout(wq, cond, state, timeout) ({			\
	long __shim_left = (timeout);						\
	bool __shim_true;							\
	int __shim_err;								\
	might_sleep();								\
	__shim_true = !!(cond);							\
	__shim_err = __shim_true ? 0 :						\
		__shim_wait(wq, (__shim_true = !!(cond)), state, 0, __shim_left); \
	__shim_err ? __shim_err : !__shim_true ? 0L : __shim_left ?: 1L; })

#define wait_event(wq, cond)							\
	((void)__shim_wait_event(wq, cond, TASK_UNINTERRUPTIBLE, 0))
#define wait_event_idle(wq, cond)		wait_event(wq, cond)
#define wait_event_interruptible(wq, cond)					\
	__shim_wait_event(wq, cond, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(wq, cond)				\
	__shim_wait_event(wq, cond, TASK_INTERRUPTIBLE, 1)
#define wait_event_killable(wq, cond)						\
	__shim_wait_event(wq, cond, TASK_KILLABLE, 0)
#define wait_event_timeout(wq, cond, t)						\
	__shim_wait_event_timeout(wq, cond, TASK_UNINTERRUPTIBLE, t)
#define wait_event_interruptible_timeout(wq, cond, t)				\
	__shim_wait_event_timeout(wq, cond, TASK_INTERRUPTIBLE, t)
#define wait_event_killable_timeout(wq, cond, t)				\
	__shim_wait_event_timeout(wq, cond, TASK_KILLABLE, t)
#define wait_event_lock_irq(wq, cond, lock)					\
	do {									\
		while (!(cond)) {						\
			spin_unlock_irq(&(lock));				\
			wait_event(wq, ({ bool __shim_c;			\
				spin_lock_irq(&(lock));				\
				__shim_c = !!(cond);				\
				spin_unlock_irq(&(lock));			\
				__shim_c; }));					\
			spin_lock_irq(&(lock));					\
		}								\
	} while (0)

void shim_wake_up_locked(wait_queue_head_t *wq, unsigned int states, int nr_exclusive);

#endif /* _SHIM_LINUX_WAIT_H */
