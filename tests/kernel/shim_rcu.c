// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_rcu.c - grace periods without a thread of their own.
 *
 * Vocabulary.  An *epoch* is a number that only grows.  A reader shows the one
 * it began in.  A *batch* is a list of callbacks with the epoch that no reader
 * may show any more before they run.  New callbacks gather in one batch while
 * the one before it waits; who queues the 64th tries to advance both.
 *
 * Why a batch is safe.  Its epoch is drawn after the last of its callbacks was
 * queued, so after their objects were unlinked.  A reader that shows it, or a
 * later one, loaded the epoch after that, with acquire, and cannot find them.
 * A reader that loaded an older one but has not shown it yet shows it by an
 * exchange before it reads anything, so it too finds them gone.
 *
 * ThreadSanitizer sees the same: a reader's end is a release of its word, the
 * scan an acquire of it, both by atomics it models; there are no fences.
 *
 * Locking: queue_lock for both batches, for nothing longer than a splice;
 * callbacks run without it, in atomic context as they do in the kernel.
 *
 * The hard rule: no callback runs while its caller holds a lock of any test or
 * driver, so they run only where the caller might sleep.
 */
#include <pthread.h>
#include <stdlib.h>

#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "shim_alloc.h"

struct batch {
	struct rcu_head *first, **tail;
	unsigned long count;
	unsigned long epoch;
};

SHIM_TLS struct shim_rcu_reader *shim_rcu_self;
unsigned long shim_rcu_epoch = 1;
unsigned long shim_rcu_queued;

static struct shim_rcu_reader *readers;
static pthread_key_t reader_key;
static struct shim_lock queue_lock;
static struct batch gathering = { .tail = &gathering.first };
static struct batch waiting = { .tail = &waiting.first };
static long running;		/* threads that run callbacks */
static SHIM_TLS bool in_callbacks;

static void reader_leave(void *arg)
{
	struct shim_rcu_reader *r = arg;

	if (r->nesting)
		shim_bug("a thread ended in an RCU read section");
	shim_rcu_self = NULL;
	__atomic_store_n(&r->used, 0, __ATOMIC_RELEASE);
}

static void __attribute__((constructor(101))) reader_key_init(void)
{
	if (pthread_key_create(&reader_key, reader_leave))
		shim_bug("no thread key for RCU");
}

static struct shim_rcu_reader *reader_reuse(void)
{
	struct shim_rcu_reader *r = __atomic_load_n(&readers, __ATOMIC_ACQUIRE);

	for (; r; r = r->next)
		if (!__atomic_exchange_n(&r->used, 1, __ATOMIC_ACQUIRE))
			return r;
	return NULL;
}

static struct shim_rcu_reader *reader_new(void)
{
	struct shim_rcu_reader *r = aligned_alloc(64, 64);

	if (!r)
		shim_bug("no memory for a thread");
	*r = (struct shim_rcu_reader) {
		.next = __atomic_load_n(&readers, __ATOMIC_RELAXED),
		.used = 1,
	};
	while (!__atomic_compare_exchange_n(&readers, &r->next, r, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return r;
}

/**
 * shim_rcu_register() - give the calling thread its word
 *
 * Words are never freed, only handed to later threads, so a scan needs no lock.
 */
struct shim_rcu_reader *shim_rcu_register(void)
{
	struct shim_rcu_reader *r = reader_reuse();

	if (!r)
		r = reader_new();
	shim_rcu_self = r;
	pthread_setspecific(reader_key, r);
	return r;
}

void shim_rcu_underflow(void)
{
	shim_bug("rcu_read_unlock() without rcu_read_lock()");
}

static unsigned long next_epoch(void)
{
	return __atomic_add_fetch(&shim_rcu_epoch, 1, __ATOMIC_SEQ_CST);
}

static bool reader_before(struct shim_rcu_reader *r, unsigned long epoch)
{
	/* A read-modify-write, as it must see what an exchange before it stored. */
	unsigned long shown = __atomic_fetch_add(&r->epoch, 0, __ATOMIC_SEQ_CST);

	return shown && shown < epoch;
}

static bool epoch_over(unsigned long epoch)
{
	struct shim_rcu_reader *r = __atomic_load_n(&readers, __ATOMIC_ACQUIRE);

	for (; r; r = r->next)
		if (reader_before(r, epoch))
			return false;
	return true;
}

static void batch_move(struct batch *to, struct batch *from)
{
	*to->tail = from->first;
	if (from->first)
		to->tail = from->tail;
	to->count += from->count;
	from->first = NULL;
	from->tail = &from->first;
	from->count = 0;
}

/* Take what is due; start the wait of what has gathered. */
static struct rcu_head *batches_advance(void)
{
	struct rcu_head *due = NULL;

	shim_lock(&queue_lock);
	if (waiting.first && epoch_over(waiting.epoch)) {
		due = waiting.first;
		WRITE_ONCE(shim_rcu_queued, shim_rcu_queued - waiting.count);
		waiting = (struct batch) { .tail = &waiting.first };
		__atomic_fetch_add(&running, 1, __ATOMIC_RELAXED);
	}
	if (!waiting.first && gathering.first) {
		batch_move(&waiting, &gathering);
		waiting.epoch = next_epoch();
	}
	shim_unlock(&queue_lock);
	return due;
}

static void callback_run(struct rcu_head *head)
{
	unsigned long offset = (unsigned long)head->func;

	if (offset < 4096)
		kvfree((char *)head - offset);
	else
		head->func(head);
}

static void callbacks_run(struct rcu_head *head)
{
	struct rcu_head *next;

	in_callbacks = true;
	shim_atomic_depth++;
	for (; head; head = next) {
		next = head->next;
		callback_run(head);
	}
	shim_atomic_depth--;
	in_callbacks = false;
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
}

/** shim_rcu_poll_slow() - run what is due, without waiting */
void shim_rcu_poll_slow(void)
{
	struct rcu_head *due;

	if (in_callbacks || shim_atomic_depth)
		return;
	due = batches_advance();
	if (due)
		callbacks_run(due);
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
	head->next = NULL;
	shim_lock(&queue_lock);
	*gathering.tail = head;
	gathering.tail = &head->next;
	gathering.count++;
	WRITE_ONCE(shim_rcu_queued, shim_rcu_queued + 1);
	shim_unlock(&queue_lock);
	shim_rcu_poll();
}

void synchronize_rcu(void)
{
	unsigned long epoch;

	shim_might_sleep(__FILE__, __LINE__);
	epoch = next_epoch();
	while (!epoch_over(epoch))
		shim_cpu_relax();
}

static bool callbacks_left(void)
{
	bool left;

	shim_lock(&queue_lock);
	left = waiting.first || gathering.first || __atomic_load_n(&running, __ATOMIC_ACQUIRE);
	shim_unlock(&queue_lock);
	return left;
}

void rcu_barrier(void)
{
	shim_might_sleep(__FILE__, __LINE__);
	do {
		struct rcu_head *due = batches_advance();

		if (due)
			callbacks_run(due);
		else
			shim_cpu_relax();
	} while (callbacks_left());
}

void shim_kfree_rcu_mightsleep(const void *p)
{
	synchronize_rcu();
	kvfree(p);
}
