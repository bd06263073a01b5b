/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Group commit: one wait for the unit, whoever has to wait.
 *
 * Vocabulary.  A *batch* is a run of commands that one submitter puts into a
 * unit's queue at once, and its number.  The *leader* is the submitter that
 * waits for the unit.
 *
 * A submitter that needs its batch done looks whether somebody leads already.
 * If not, it leads: it puts one wait behind every batch in the queue so far,
 * rings the doorbell and polls.  Those who come meanwhile add their batches
 * without a wait or a doorbell, and one of them leads the next round.  So n
 * submitters cost one wait when the unit is slow and one each when it is not.
 *
 * Locking: pl_commit.lock for the queue and the numbers, never held while
 * polling.  Submitters may sleep.
 *
 * The hard rule: an error stays.  What was lost with it cannot be told.
 */
#ifndef _PASIDLAB_HW_COMMIT_H
#define _PASIDLAB_HW_COMMIT_H

#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "../kmod/unit.h"

/**
 * struct pl_commit - who waits for what; embedded in a driver's queue
 * @lock: everything here and the queue itself, taken with interrupts off
 * @batches: put into the queue so far
 * @done: batches known to be complete
 * @leading: somebody waits for the unit
 * @error: 0, or why the queue can no longer be trusted
 */
struct pl_commit {
	spinlock_t lock;
	u64 batches;
	u64 done;
	bool leading;
	int error;
};

/**
 * struct pl_commit_ops - how a queue waits
 * @begin: put a wait behind all that is in the queue and ring the doorbell;
 *	returns what tells that wait.  @lock held.
 * @over: that wait is over.  Not locked.
 * @mend: look for errors, and put right or fail what there are.  Not locked.
 * @stuck: say where the queue stands that does not move.  @lock held.
 */
struct pl_commit_ops {
	u32 (*begin)(struct pl_commit *c, struct pl_cost *cost);
	bool (*over)(struct pl_commit *c, u32 wait);
	void (*mend)(struct pl_commit *c);
	void (*stuck)(struct pl_commit *c);
};

#define PL_COMMIT_TIMEOUT_NS	(1000 * NSEC_PER_MSEC)	/* silence that long is a failure */
#define PL_COMMIT_POLLS		64			/* polls between looks for errors */

static inline void pl_commit_init(struct pl_commit *c)
{
	spin_lock_init(&c->lock);
}

/* For a look without the lock. */
static inline int pl_commit_error(const struct pl_commit *c)
{
	return READ_ONCE(c->error);
}

/* Under the lock.  The first reason stays. */
static inline void pl_commit_fail(struct pl_commit *c, int error)
{
	if (!c->error)
		WRITE_ONCE(c->error, error);
}

/**
 * pl_commit_hope() - one look in many: errors are rare, and so is a unit that is gone
 * @c: the queue's, not locked
 * @ops: how it waits
 * @end: when there is no more hope; 0 at first
 *
 * Context: may sleep.
 * Return: false when the queue has failed for want of an answer.
 */
static inline bool pl_commit_hope(struct pl_commit *c, const struct pl_commit_ops *ops, u64 *end)
{
	unsigned long flags;

	ops->mend(c);
	if (!*end)
		*end = ktime_get_ns() + PL_COMMIT_TIMEOUT_NS;
	if (ktime_get_ns() <= *end) {
		cond_resched();
		return true;
	}
	spin_lock_irqsave(&c->lock, flags);
	ops->stuck(c);
	pl_commit_fail(c, -ETIMEDOUT);
	spin_unlock_irqrestore(&c->lock, flags);
	return false;
}

static inline void pl_commit_poll(struct pl_commit *c, const struct pl_commit_ops *ops, u32 wait)
{
	u64 end = 0;
	u32 polls;

	for (polls = 1; !ops->over(c, wait); polls++) {
		cpu_relax();
		if (!(polls % PL_COMMIT_POLLS) && !pl_commit_hope(c, ops, &end))
			return;
	}
	dma_rmb();	/* the end of the wait before what the unit wrote ahead of it */
}

/* One round.  Called with the lock held and no leader; returns with it held. */
static inline void pl_commit_lead(struct pl_commit *c, const struct pl_commit_ops *ops,
				  struct pl_cost *cost, unsigned long *flags)
	__must_hold(&c->lock)
{
	u64 upto = c->batches;
	u32 wait = ops->begin(c, cost);

	c->leading = true;
	spin_unlock_irqrestore(&c->lock, *flags);
	pl_commit_poll(c, ops, wait);
	spin_lock_irqsave(&c->lock, *flags);
	c->done = upto;
	c->leading = false;
}

/**
 * pl_commit_wait() - wait until a batch is done, and all before it
 * @c: the queue's
 * @ops: how it waits
 * @batch: its number
 * @cost: counts the wait, if it took one of its own
 *
 * Context: may sleep.
 * Return: 0 or the queue's error; from then on every call says the same.
 */
static inline int pl_commit_wait(struct pl_commit *c, const struct pl_commit_ops *ops, u64 batch,
				 struct pl_cost *cost)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&c->lock, flags);
	while (c->done < batch && !c->error) {
		if (!c->leading) {
			pl_commit_lead(c, ops, cost, &flags);
			continue;
		}
		spin_unlock_irqrestore(&c->lock, flags);
		cpu_relax();
		cond_resched();
		spin_lock_irqsave(&c->lock, flags);
	}
	ret = c->error;
	spin_unlock_irqrestore(&c->lock, flags);
	return ret;
}

#endif /* _PASIDLAB_HW_COMMIT_H */
