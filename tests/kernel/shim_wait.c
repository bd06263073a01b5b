// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wait queues and completions.
 *
 * The hard rule: finish_wait() takes the queue's lock even where the entry has
 * left already, so that the waker is done with queue and entry when it returns.
 */
#include <linux/completion.h>
#include <linux/wait.h>

struct lock_class_key shim_wait_key;

void shim_waitqueue_init(wait_queue_head_t *wq, const char *name, struct lock_class_key *key)
{
	shim_spin_init(&wq->lock, name, key);
	INIT_LIST_HEAD(&wq->head);
}

void shim_wake_up_locked(wait_queue_head_t *wq, unsigned int states, int nr_exclusive)
{
	struct wait_queue_entry *e, *n;

	list_for_each_entry_safe(e, n, &wq->head, entry) {
		unsigned int flags = e->flags;

		if (!shim_wake_up_state(e->private, states))
			continue;
		list_del_init(&e->entry);
		if (flags & WQ_FLAG_EXCLUSIVE && !--nr_exclusive)
			break;
	}
}

void shim_wake_up(wait_queue_head_t *wq, unsigned int states, int nr_exclusive)
{
	spin_lock(&wq->lock);
	shim_wake_up_locked(wq, states, nr_exclusive);
	spin_unlock(&wq->lock);
}

static void enqueue(wait_queue_head_t *wq, wait_queue_entry_t *e, bool exclusive)
{
	e->flags = exclusive ? WQ_FLAG_EXCLUSIVE : 0;
	if (!list_empty(&e->entry))
		return;
	if (exclusive)
		list_add_tail(&e->entry, &wq->head);
	else
		list_add(&e->entry, &wq->head);
}

void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *e, int state)
{
	spin_lock(&wq->lock);
	enqueue(wq, e, false);
	set_current_state(state);
	spin_unlock(&wq->lock);
}

void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *e, int state)
{
	spin_lock(&wq->lock);
	enqueue(wq, e, true);
	set_current_state(state);
	spin_unlock(&wq->lock);
}

void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *e)
{
	__set_current_state(TASK_RUNNING);
	spin_lock(&wq->lock);
	list_del_init(&e->entry);
	spin_unlock(&wq->lock);
}

void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *e)
{
	spin_lock(&wq->lock);
	enqueue(wq, e, false);
	spin_unlock(&wq->lock);
}

void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *e)
{
	spin_lock(&wq->lock);
	list_del_init(&e->entry);
	spin_unlock(&wq->lock);
}

#define DONE_FOR_ALL	(~0U / 2)

void complete(struct completion *c)
{
	spin_lock(&c->wait.lock);
	if (c->done != DONE_FOR_ALL)
		WRITE_ONCE(c->done, c->done + 1);
	shim_wake_up_locked(&c->wait, TASK_NORMAL, 1);
	spin_unlock(&c->wait.lock);
}

void complete_all(struct completion *c)
{
	spin_lock(&c->wait.lock);
	WRITE_ONCE(c->done, DONE_FOR_ALL);
	shim_wake_up_locked(&c->wait, TASK_NORMAL, 0);
	spin_unlock(&c->wait.lock);
}

/* Taking one event is what a waiter waits for; the lock lets the completer out first. */
bool try_wait_for_completion(struct completion *c)
{
	bool got;

	spin_lock(&c->wait.lock);
	got = c->done;
	if (got && c->done != DONE_FOR_ALL)
		WRITE_ONCE(c->done, c->done - 1);
	spin_unlock(&c->wait.lock);
	return got;
}

bool completion_done(struct completion *c)
{
	bool done;

	spin_lock(&c->wait.lock);
	done = c->done;
	spin_unlock(&c->wait.lock);
	return done;
}

void wait_for_completion(struct completion *c)
{
	__shim_wait_event(c->wait, try_wait_for_completion(c), TASK_UNINTERRUPTIBLE, 1);
}

int wait_for_completion_interruptible(struct completion *c)
{
	return __shim_wait_event(c->wait, try_wait_for_completion(c), TASK_INTERRUPTIBLE, 1);
}

unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	return wait_event_timeout(c->wait, try_wait_for_completion(c), timeout);
}

long wait_for_completion_interruptible_timeout(struct completion *c, unsigned long timeout)
{
	return wait_event_interruptible_timeout(c->wait, try_wait_for_completion(c), timeout);
}
