/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a driver learns that its unit has something to say: by interrupt, else by
 * looking.
 *
 * Where no interrupt is to be had, delayed work looks, every tick after it has
 * found something and ten times a second when it is quiet.
 *
 * Locking: start and stop are the module's, one at a time, and may be called in
 * turn after one init; @look may run at any moment between them and keeps its
 * own order.
 *
 * The hard rule: neither handler nor poller runs once the listener is stopped,
 * unless somebody pokes it during the stop: he must be gone before its memory.
 */
#ifndef _PASIDLAB_HW_LISTENER_H
#define _PASIDLAB_HW_LISTENER_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/workqueue.h>

#include "regs.h"

#define PL_LISTEN_FAST	1UL			/* jiffies */
#define PL_LISTEN_SLOW	((unsigned long)HZ / 10)

/**
 * struct pl_listener - one thing listened for
 * @regs: the unit's registers
 * @which: its interrupt
 * @look: take what there is; true when there was something.  Any context.
 * @irq: the unit interrupts; false before start and after stop
 * @work: looks where it does not
 * @after: jiffies until the next look
 */
struct pl_listener {
	struct pl_regs *regs;
	enum pl_irq which;
	bool (*look)(struct pl_listener *l);
	bool irq;
	struct delayed_work work;
	unsigned long after;
};

static inline void pl_listener_irq(void *arg)
{
	struct pl_listener *l = arg;

	l->look(l);
}

/* Soon again after a find, then less and less often. */
static inline void pl_listener_work(struct work_struct *work)
{
	struct pl_listener *l = container_of(to_delayed_work(work), struct pl_listener, work);

	l->after = l->look(l) ? PL_LISTEN_FAST : min(2 * l->after, PL_LISTEN_SLOW);
	if (!READ_ONCE(l->irq))
		mod_delayed_work(system_wq, &l->work, l->after);
}

/* A storm that does not end is left to the poller, whoever called @look. */
static inline void pl_listener_again(struct pl_listener *l)
{
	mod_delayed_work(system_wq, &l->work, PL_LISTEN_FAST);
}

/* What made no interrupt is looked for all the same; a poller finds it by itself. */
static inline void pl_listener_poke(struct pl_listener *l)
{
	if (READ_ONCE(l->irq))
		pl_listener_again(l);
}

/**
 * pl_listener_init() - a listener that is not started
 * @l: the listener, zeroed
 * @regs: the unit's registers
 * @which: its interrupt
 * @look: see struct pl_listener
 */
static inline void pl_listener_init(struct pl_listener *l, struct pl_regs *regs,
				    enum pl_irq which, bool (*look)(struct pl_listener *l))
{
	l->regs = regs;
	l->which = which;
	l->look = look;
	l->after = PL_LISTEN_FAST;
	INIT_DELAYED_WORK(&l->work, pl_listener_work);
}

/**
 * pl_listener_start() - look from now on
 * @l: the listener
 *
 * Context: may sleep.  The unit's own interrupt enable is the caller's to set,
 * where @l->irq says that there is an interrupt.
 */
static inline void pl_listener_start(struct pl_listener *l)
{
	int ret = l->regs->ops->request_irq(l->regs, l->which, pl_listener_irq, l);

	WRITE_ONCE(l->irq, !ret);
	if (ret)
		pl_listener_again(l);
}

/**
 * pl_listener_stop() - look no more
 * @l: the listener; the unit's own interrupt enable is off
 *
 * Context: may sleep.
 */
static inline void pl_listener_stop(struct pl_listener *l)
{
	if (l->irq)
		l->regs->ops->free_irq(l->regs, l->which);
	/* So that the poller, if it runs now, does not go on. */
	WRITE_ONCE(l->irq, true);
	cancel_delayed_work_sync(&l->work);
	WRITE_ONCE(l->irq, false);
}

#endif /* _PASIDLAB_HW_LISTENER_H */
