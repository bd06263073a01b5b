// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work queues.
 *
 * Locking: one mutex, pool_lock, guards every queue: there are few, and tests
 * gain more from one order of events than from speed.  The timers' lock comes
 * inside it.  work_struct.pending is also read without it.
 *
 * The hard rule: once its function runs, a piece of work is never looked at
 * again, since the function may free it; workers remember its address only.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/workqueue.h>

#include "shim_control.h"

#define WORKERS_MAX	2

struct worker {
	struct workqueue_struct *wq;
	struct task_struct *task;
	struct work_struct *running;
	unsigned long runs;
};

struct workqueue_struct {
	char name[24];
	struct list_head list;
	struct list_head node;
	pthread_cond_t more;
	bool stopping;
	int nr_workers;
	struct worker workers[WORKERS_MAX];
};

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t pool_idle = PTHREAD_COND_INITIALIZER;	/* some work has ended */
static LIST_HEAD(queues);

static struct worker *runner(struct workqueue_struct *wq, const struct work_struct *work)
{
	int i;

	for (i = 0; i < wq->nr_workers; i++)
		if (wq->workers[i].running == work)
			return &wq->workers[i];
	return NULL;
}

/* The next piece of work that does not run already. */
static struct work_struct *take(struct workqueue_struct *wq)
{
	struct work_struct *work;

	list_for_each_entry(work, &wq->list, entry) {
		if (runner(wq, work))
			continue;
		list_del_init(&work->entry);
		return work;
	}
	return NULL;
}

static void run(struct worker *w, struct work_struct *work)
{
	work_func_t func = work->func;

	w->running = work;
	/* It may be queued again from here on, also by its own function. */
	__atomic_store_n(&work->pending, 0, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&pool_lock);
	func(work);
	if (shim_locks_held() || in_atomic())
		shim_bug_at(__FILE__, __LINE__, "workqueue %s: work leaked a lock or atomic depth",
			    w->wq->name);
	pthread_mutex_lock(&pool_lock);
	w->running = NULL;
	w->runs++;
	pthread_cond_broadcast(&pool_idle);
	pthread_cond_broadcast(&w->wq->more);
}

static int worker_main(void *arg)
{
	struct worker *w = arg;
	struct workqueue_struct *wq = w->wq;
	struct work_struct *work;

	pthread_mutex_lock(&pool_lock);
	for (;;) {
		work = take(wq);
		if (work)
			run(w, work);
		else if (wq->stopping)
			break;
		else
			pthread_cond_wait(&wq->more, &pool_lock);
	}
	pthread_mutex_unlock(&pool_lock);
	return 0;
}

static void workers_stop(struct workqueue_struct *wq)
{
	int i;

	pthread_mutex_lock(&pool_lock);
	wq->stopping = true;
	pthread_cond_broadcast(&wq->more);
	pthread_mutex_unlock(&pool_lock);
	for (i = 0; i < wq->nr_workers; i++)
		kthread_stop_put(wq->workers[i].task);
}

static int workers_start(struct workqueue_struct *wq, int wanted)
{
	struct worker *w;

	while (wq->nr_workers < wanted) {
		w = &wq->workers[wq->nr_workers];
		w->wq = wq;
		w->task = kthread_create(worker_main, w, "kworker/%.7s", wq->name);
		if (IS_ERR(w->task))
			return PTR_ERR(w->task);
		get_task_struct(w->task);
		wake_up_process(w->task);
		wq->nr_workers++;
	}
	return 0;
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = calloc(1, sizeof(*wq));
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	INIT_LIST_HEAD(&wq->list);
	pthread_cond_init(&wq->more, NULL);
	if (workers_start(wq, flags & __WQ_ORDERED || max_active == 1 ? 1 : WORKERS_MAX)) {
		workers_stop(wq);
		free(wq);
		return NULL;
	}
	pthread_mutex_lock(&pool_lock);
	list_add_tail(&wq->node, &queues);
	pthread_mutex_unlock(&pool_lock);
	return wq;
}

static bool idle(struct workqueue_struct *wq)
{
	int i;

	for (i = 0; i < wq->nr_workers; i++)
		if (wq->workers[i].running)
			return false;
	return list_empty(&wq->list);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	pthread_mutex_lock(&pool_lock);
	while (!idle(wq))
		pthread_cond_wait(&pool_idle, &pool_lock);
	pthread_mutex_unlock(&pool_lock);
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	pthread_mutex_lock(&pool_lock);
	list_del(&wq->node);
	pthread_mutex_unlock(&pool_lock);
	workers_stop(wq);
	pthread_cond_destroy(&wq->more);
	free(wq);
}

static struct workqueue_struct *the_system_wq;

static void system_wq_make(void)
{
	the_system_wq = alloc_workqueue("events", 0, 0);
	BUG_ON(!the_system_wq);
}

struct workqueue_struct *shim_system_wq(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, system_wq_make);
	return the_system_wq;
}

/* Put on the list what is marked pending already. */
static void insert(struct workqueue_struct *wq, struct work_struct *work)
{
	WARN(wq->stopping, "workqueue %s: work queued on a queue that is going", wq->name);
	work->wq = wq;
	list_add_tail(&work->entry, &wq->list);
	pthread_cond_signal(&wq->more);
}

/* Mark it pending, unless it is, or somebody cancels it and waits for its function. */
static bool claim(struct work_struct *work)
{
	return !work->cancels && !__atomic_exchange_n(&work->pending, 1, __ATOMIC_SEQ_CST);
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	bool queued;

	pthread_mutex_lock(&pool_lock);
	queued = claim(work);
	if (queued)
		insert(wq, work);
	pthread_mutex_unlock(&pool_lock);
	return queued;
}

/* Wait until the run that is going on now, if any, has ended. */
static bool wait_running(struct work_struct *work)
{
	struct worker *w = work->wq ? runner(work->wq, work) : NULL;
	unsigned long run = w ? w->runs : 0;
	bool waited = w;

	if (w && current == w->task)
		shim_bug_at(__FILE__, __LINE__, "work waits for itself");
	while (w && w->running == work && w->runs == run)
		pthread_cond_wait(&pool_idle, &pool_lock);
	return waited;
}

/* A piece of work cancelled or run leaves the list; either is an end of this wait. */
bool flush_work(struct work_struct *work)
{
	bool waited;

	might_sleep();
	pthread_mutex_lock(&pool_lock);
	waited = !list_empty(&work->entry);
	while (!list_empty(&work->entry))
		pthread_cond_wait(&pool_idle, &pool_lock);
	waited |= wait_running(work);
	pthread_mutex_unlock(&pool_lock);
	return waited;
}

static bool cancel_locked(struct work_struct *work)
{
	if (list_empty(&work->entry))
		return false;
	list_del_init(&work->entry);
	__atomic_store_n(&work->pending, 0, __ATOMIC_SEQ_CST);
	pthread_cond_broadcast(&pool_idle);
	return true;
}

bool cancel_work(struct work_struct *work)
{
	bool was;

	pthread_mutex_lock(&pool_lock);
	was = cancel_locked(work);
	pthread_mutex_unlock(&pool_lock);
	return was;
}

/* What is queued goes, what runs is waited for: it cannot queue the work once more. */
bool cancel_work_sync(struct work_struct *work)
{
	bool was;

	might_sleep();
	pthread_mutex_lock(&pool_lock);
	work->cancels++;
	was = cancel_locked(work);
	wait_running(work);
	work->cancels--;
	pthread_mutex_unlock(&pool_lock);
	return was;
}

void __flush_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
}

void shim_synchronize_work(void)
{
	struct workqueue_struct *wq;
	bool busy;

	might_sleep();
	pthread_mutex_lock(&pool_lock);
	do {
		busy = false;
		list_for_each_entry(wq, &queues, node)
			busy |= !idle(wq);
		if (busy)
			pthread_cond_wait(&pool_idle, &pool_lock);
	} while (busy);
	pthread_mutex_unlock(&pool_lock);
}

void shim_delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);

	pthread_mutex_lock(&pool_lock);
	insert(dwork->wq, &dwork->work);
	pthread_mutex_unlock(&pool_lock);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	bool queued;

	if (!delay)
		return queue_work(wq, &dwork->work);
	pthread_mutex_lock(&pool_lock);
	queued = claim(&dwork->work);
	if (queued) {
		dwork->wq = wq;
		mod_timer(&dwork->timer, jiffies + delay);
	}
	pthread_mutex_unlock(&pool_lock);
	return queued;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay)
{
	bool was = cancel_delayed_work(dwork);

	queue_delayed_work(wq, dwork, delay);
	return was;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	if (timer_delete(&dwork->timer)) {
		__atomic_store_n(&dwork->work.pending, 0, __ATOMIC_SEQ_CST);
		return true;
	}
	return cancel_work(&dwork->work);
}

/* Nobody can arm the timer from the first step on, so that each step finds all there is. */
bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	struct work_struct *work = &dwork->work;
	bool was;

	pthread_mutex_lock(&pool_lock);
	work->cancels++;
	pthread_mutex_unlock(&pool_lock);
	was = timer_delete_sync(&dwork->timer);
	if (was)
		__atomic_store_n(&work->pending, 0, __ATOMIC_SEQ_CST);
	was |= cancel_work_sync(work);
	pthread_mutex_lock(&pool_lock);
	work->cancels--;
	pthread_mutex_unlock(&pool_lock);
	return was;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	if (timer_delete_sync(&dwork->timer))
		shim_delayed_work_timer(&dwork->timer);
	return flush_work(&dwork->work);
}
