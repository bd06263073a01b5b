// SPDX-License-Identifier: GPL-2.0-only
/*
 * PASIDs: which numbers are in use.
 *
 * One space for the whole system (default), so that a domain has the same
 * PASID on every device, or one space per device (R0.9); callers cannot tell
 * but by comparing numbers.
 *
 * Reuse.  A PASID comes back only after the sync that emptied its slot, and
 * the search goes on from the last one given out, so that a number rests as
 * long as the space allows before it names something else.
 *
 * Locking: struct ida has its own; the search position is a hint.
 *
 * The hard rule: 0 is never given out: it stands for the RID in a unit's
 * tables.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "core.h"

static DEFINE_IDA(global_pasids);
static u32 global_next = 1;

static char *pasid_space = "global";
module_param(pasid_space, charp, 0444);
MODULE_PARM_DESC(pasid_space, "global (default): one PASID space for all devices; device: one each");

bool pl_pasid_space_global(void)
{
	return strcmp(pasid_space, "device");
}

static struct ida *space_of(struct pl_dev *d)
{
	return pl_pasid_space_global() ? &global_pasids : &d->pasids;
}

/* From the hint to the end, then from the start to the hint. */
static int alloc_cyclic(struct ida *ida, u32 next, u32 last)
{
	int id = -ENOSPC;

	if (next <= last)
		id = ida_alloc_range(ida, next, last, GFP_KERNEL);
	if (id == -ENOSPC && next > 1)
		id = ida_alloc_range(ida, 1, min(next - 1, last), GFP_KERNEL);
	return id;
}

/**
 * pl_pasid_get() - a PASID that is in no use
 * @d: the device it is for
 * @pasid: out
 *
 * Context: may sleep.
 * Return: 0, -EOPNOTSUPP a device without PASIDs, -ENOSPC, -ENOMEM.
 */
int pl_pasid_get(struct pl_dev *d, pl_pasid_t *pasid)
{
	u32 *next = pl_pasid_space_global() ? &global_next : &d->pasid_next;
	int id;

	if (d->max_pasids < 2)
		return -EOPNOTSUPP;
	id = alloc_cyclic(space_of(d), READ_ONCE(*next), d->max_pasids - 1);
	if (id < 0)
		return id;
	WRITE_ONCE(*next, id + 1);
	*pasid = id;
	return 0;
}

/* The slot is known to be empty, or the device gone. */
void pl_pasid_release(struct pl_dev *d, pl_pasid_t pasid)
{
	ida_free(space_of(d), pasid);
}

/**
 * pl_pasid_put() - give a PASID back
 * @d: the device it was for
 * @pasid: from pl_pasid_get()
 *
 * Context: may sleep.
 * Return: 0, -EBUSY while its slot holds something other than blocking.
 */
int pl_pasid_put(struct pl_dev *d, pl_pasid_t pasid)
{
	bool busy;

	mutex_lock(&d->lock);
	busy = !pl_domain_is_blocking(pl_slot_domain(d, pasid));
	mutex_unlock(&d->lock);
	if (busy)
		return -EBUSY;
	pl_pasid_release(d, pasid);
	return 0;
}

/**
 * pl_pasid_alloc() - a private PASID for an in-kernel user (R2.8)
 * @dev: an endpoint
 * @pasid: out
 *
 * Context: may sleep.
 * Return: as pl_pasid_get(); -ENODEV when @dev is no endpoint.
 */
int pl_pasid_alloc(struct device *dev, pl_pasid_t *pasid)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_pasid_get(d, pasid);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_pasid_alloc);

/**
 * pl_pasid_free() - give a private PASID back
 * @dev: an endpoint
 * @pasid: from pl_pasid_alloc() on @dev
 *
 * Context: may sleep.
 * Return: 0, -EBUSY while its slot holds something, -ENODEV.
 */
int pl_pasid_free(struct device *dev, pl_pasid_t pasid)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_pasid_put(d, pasid);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_pasid_free);

void pl_pasid_exit(void)
{
	WARN_ON(!ida_is_empty(&global_pasids));
	ida_destroy(&global_pasids);
}
