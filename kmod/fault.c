// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: from what a unit recorded to the slot it happened in.
 *
 * Unrecoverable translation faults only: counted, traced, and the last ones of
 * each device kept for PL_IOC_FAULT.  A full ring drops its oldest fault and
 * says how many it dropped.
 *
 * Locking: device and slot are found under RCU, so a fault never waits for a
 * set; the ring has a spinlock of its own, taken with interrupts off.
 *
 * The hard rule: nothing here sleeps or allocates, however many faults come.
 */
#include <linux/module.h>

#include "core.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

static void fault_keep(struct pl_dev *d, const struct pl_fault *f)
{
	unsigned long flags;

	spin_lock_irqsave(&d->fault_lock, flags);
	d->fault_ring[d->fault_head++ % PL_FAULT_RING] = *f;
	if (d->fault_head - d->fault_tail > PL_FAULT_RING) {
		d->fault_tail++;
		d->fault_lost++;
	}
	spin_unlock_irqrestore(&d->fault_lock, flags);
}

static u64 fault_domain(struct pl_dev *d, pl_pasid_t pasid)
{
	struct pl_slot *slot = pl_slot_find(d, pasid);

	return slot ? rcu_dereference(slot->domain)->id : 0;
}

/**
 * pl_fault_report() - a unit recorded a translation fault
 * @u: the unit
 * @f: the fault
 *
 * Context: any, interrupts included.
 */
void pl_fault_report(struct pl_unit *u, const struct pl_fault *f)
{
	struct pl_dev *d;
	u64 id = 0;

	rcu_read_lock();
	d = xa_load(&u->devs, f->rid);
	if (d) {
		atomic64_inc(&d->faults);
		id = fault_domain(d, f->pasid);
		fault_keep(d, f);
	}
	trace_pl_fault(u, f, id);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(pl_fault_report);

/**
 * pl_fault_lost() - the hardware could not record some faults
 * @u: the unit
 * @n: how many, or 1 where it cannot say
 *
 * Context: any.
 */
void pl_fault_lost(struct pl_unit *u, u64 n)
{
	atomic64_add(n, &u->faults_lost);
}
EXPORT_SYMBOL_GPL(pl_fault_lost);

/**
 * pl_fault_take() - the oldest fault kept for a device
 * @d: the device
 * @f: out
 * @lost: out, faults dropped since the last call
 *
 * Context: any.
 * Return: 0, -EAGAIN when none is kept.
 */
int pl_fault_take(struct pl_dev *d, struct pl_fault *f, u32 *lost)
{
	unsigned long flags;
	int ret = -EAGAIN;

	spin_lock_irqsave(&d->fault_lock, flags);
	if (d->fault_head != d->fault_tail) {
		*f = d->fault_ring[d->fault_tail++ % PL_FAULT_RING];
		*lost = d->fault_lost;
		d->fault_lost = 0;
		ret = 0;
	}
	spin_unlock_irqrestore(&d->fault_lock, flags);
	return ret;
}
