/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: work queues.
 *
 * An ordered queue has one worker thread, others two.  One piece of work never
 * runs on two workers at once, and its own function may free it.
 */
#ifndef _SHIM_LINUX_WORKQUEUE_H
#define _SHIM_LINUX_WORKQUEUE_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/timer.h>
#include <linux/types.h>

struct work_struct;
struct workqueue_struct;

typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *wq;	/* the last it was queued on */
	unsigned int pending;
	unsigned int cancels;		/* going on: nobody queues it meanwhile */
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};

#define WQ_UNBOUND		0x0002
#define WQ_FREEZABLE		0x0004
#define WQ_MEM_RECLAIM		0x0008
#define WQ_HIGHPRI		0x0010
#define WQ_CPU_INTENSIVE	0x0020
#define WQ_SYSFS		0x0040
#define WQ_PERCPU		0x0100
#define __WQ_ORDERED		0x20000

extern struct workqueue_struct *shim_system_wq(void);

#define system_wq		shim_system_wq()
#define system_long_wq		system_wq
#define system_unbound_wq	system_wq
#define system_highpri_wq	system_wq
#define system_freezable_wq	system_wq

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);

#define alloc_ordered_workqueue(fmt, flags, args...)				\
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_singlethread_workqueue(name)	alloc_ordered_workqueue("%s", 0, name)
#define create_workqueue(name)			alloc_workqueue("%s", 0, 1, name)

void destroy_workqueue(struct workqueue_struct *wq);
void __flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay);
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
void shim_delayed_work_timer(struct timer_list *timer);

#define flush_workqueue(wq)	__flush_workqueue(wq)
#define flush_scheduled_work()	flush_workqueue(system_wq)
#define queue_work_on(cpu, wq, w) queue_work(wq, w)
#define schedule_work(w)	queue_work(system_wq, w)
#define schedule_delayed_work(w, d) queue_delayed_work(system_wq, w, d)

#define __WORK_INITIALIZER(n, f) { .entry = LIST_HEAD_INIT((n).entry), .func = (f) }
#define DECLARE_WORK(n, f)	struct work_struct n = __WORK_INITIALIZER(n, f)
#define INIT_WORK(w, f)								\
	do {									\
		struct work_struct *__shim_w = (w);				\
										\
		*__shim_w = (struct work_struct){ .func = (f) };		\
		INIT_LIST_HEAD(&__shim_w->entry);				\
	} while (0)
#define INIT_WORK_ONSTACK(w, f)	INIT_WORK(w, f)
#define destroy_work_on_stack(w) ((void)(w))
#define INIT_DELAYED_WORK(dw, f)						\
	do {									\
		INIT_WORK(&(dw)->work, f);					\
		timer_setup(&(dw)->timer, shim_delayed_work_timer, 0);		\
	} while (0)

#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

static inline bool work_pending(struct work_struct *work)
{
	return READ_ONCE(work->pending);
}

static inline bool delayed_work_pending(struct delayed_work *dwork)
{
	return work_pending(&dwork->work);
}

#endif /* _SHIM_LINUX_WORKQUEUE_H */
