// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private PASIDs: one PASID of a device that its own driver keeps for what the
 * device needs to work at all, such as rings of descriptors.
 *
 * A device comes blocked, RID included, and a RID belongs to whoever attaches
 * it; so a driver that lets its device read memory needs a place of its own.
 * pl_dev_desc.private_pasid takes the last PASID of the device out of the API:
 * pl_dev.max_pasids ends below it.  It is in no slot: the exclusion rule (R0.5),
 * detach_all (R0.11) and the claim (R0.7) are about what callers attached, and
 * do not see it.
 *
 * Locking: pl_dev.lock.
 *
 * The hard rule: whoever fills it empties it before pl_dev_del(), and no
 * caller's descriptor may name it: pl_private_pasid().
 */
#include "core.h"
#include "private.h"

/**
 * pl_private_pasid() - the PASID of a device that no caller has
 * @d: a device that came with pl_dev_desc.private_pasid
 *
 * Context: any.
 */
pl_pasid_t pl_private_pasid(const struct pl_dev *d)
{
	return d->max_pasids;
}

static int private_change(struct pl_dev *d, struct pl_domain *old, struct pl_domain *new,
			  struct pl_ticket *t)
{
	const struct pl_unit_ops *ops = d->unit->ops;
	pl_pasid_t pasid = pl_private_pasid(d);
	int ret;

	ops->set(d->unit, d, pasid, old, new, t);
	ret = pl_unit_sync(d->unit, PL_OP_DEV_ADD, t);
	if (ops->settle)
		ops->settle(d->unit, d, pasid, old, new, t);
	return ret;
}

/**
 * pl_private_set() - a domain into the private PASID
 * @d: the device
 * @dom: a paging domain of its unit; nothing is unmapped while it is there
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -EOPNOTSUPP; -ETIMEDOUT or -EIO: the unit is wedged.
 */
int pl_private_set(struct pl_dev *d, struct pl_domain *dom)
{
	struct pl_ticket t __uninitialized;
	int ret;

	pl_ticket_init(&t);
	mutex_lock(&d->lock);
	ret = d->unit->ops->prepare(d->unit, d, pl_private_pasid(d), &d->unit->blocking, dom, &t);
	if (!ret)
		ret = private_change(d, &d->unit->blocking, dom, &t);
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_private_clear() - the private PASID is blocked again
 * @d: the device
 * @dom: what it holds; free to go, with its mappings, when this returns
 *
 * Context: may sleep.  Cannot fail.
 */
void pl_private_clear(struct pl_dev *d, struct pl_domain *dom)
{
	struct pl_ticket t __uninitialized;

	pl_ticket_init(&t);
	mutex_lock(&d->lock);
	private_change(d, dom, &d->unit->blocking, &t);
	mutex_unlock(&d->lock);
}
