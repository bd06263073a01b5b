// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timers, on one thread that starts with the first of them.
 *
 * Locking: timer_lock guards the list, which is sorted by expiry.  Functions
 * run without it, in atomic context.
 */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <linux/bug.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/timer.h>

#include "shim_control.h"

static pthread_mutex_t timer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static LIST_HEAD(timers);
static struct timer_list *running;
static pthread_t timer_thread;

static bool armed(const struct timer_list *t)
{
	return t->entry.next && !list_empty(&t->entry);
}

static void fire(struct timer_list *t)
{
	void (*fn)(struct timer_list *timer) = t->function;

	list_del_init(&t->entry);
	running = t;
	pthread_mutex_unlock(&timer_lock);
	preempt_disable();
	fn(t);
	preempt_enable();
	pthread_mutex_lock(&timer_lock);
	running = NULL;
	pthread_cond_broadcast(&changed);
}

/* jiffies are a fixed number of nanoseconds, so the time of one is computed. */
static void wait_for(const struct timer_list *t)
{
	u64 at = ktime_get_ns() + (t->expires - jiffies) * NSEC_PER_JIFFY;
	struct timespec end = { .tv_sec = at / NSEC_PER_SEC, .tv_nsec = at % NSEC_PER_SEC };

	pthread_cond_timedwait(&changed, &timer_lock, &end);
}

static void *timer_main(void *arg)
{
	struct timer_list *first;

	pthread_mutex_lock(&timer_lock);
	for (;;) {
		first = list_first_entry_or_null(&timers, struct timer_list, entry);
		if (!first)
			pthread_cond_wait(&changed, &timer_lock);
		else if (time_before(jiffies, first->expires))
			wait_for(first);
		else
			fire(first);
	}
	return arg;
}

static void start(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
	BUG_ON(pthread_create(&timer_thread, NULL, timer_main, NULL));
	pthread_detach(timer_thread);
}

void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *timer), unsigned int flags)
{
	pthread_once(&once, start);
	INIT_LIST_HEAD(&t->entry);
	t->function = fn;
	t->flags = flags;
}

static int disarm(struct timer_list *t)
{
	if (!armed(t))
		return 0;
	list_del_init(&t->entry);
	return 1;
}

int mod_timer(struct timer_list *t, unsigned long expires)
{
	struct timer_list *at;
	int was;

	pthread_mutex_lock(&timer_lock);
	was = disarm(t);
	if (t->function) {
		t->expires = expires;
		list_for_each_entry(at, &timers, entry)
			if (time_after(at->expires, expires))
				break;
		list_add_tail(&t->entry, &at->entry);
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&timer_lock);
	return was;
}

void add_timer(struct timer_list *t)
{
	BUG_ON(timer_pending(t));
	mod_timer(t, t->expires);
}

int timer_pending(const struct timer_list *t)
{
	int ret;

	pthread_mutex_lock(&timer_lock);
	ret = armed(t);
	pthread_mutex_unlock(&timer_lock);
	return ret;
}

int timer_delete(struct timer_list *t)
{
	int was;

	pthread_mutex_lock(&timer_lock);
	was = disarm(t);
	pthread_mutex_unlock(&timer_lock);
	return was;
}

static int delete_sync(struct timer_list *t, bool for_good)
{
	int was = 0;

	pthread_mutex_lock(&timer_lock);
	if (for_good)
		t->function = NULL;
	do {
		was |= disarm(t);
		while (running == t && !pthread_equal(pthread_self(), timer_thread))
			pthread_cond_wait(&changed, &timer_lock);
	} while (armed(t));
	pthread_mutex_unlock(&timer_lock);
	return was;
}

int timer_delete_sync(struct timer_list *t)
{
	return delete_sync(t, false);
}

int timer_shutdown_sync(struct timer_list *t)
{
	return delete_sync(t, true);
}
