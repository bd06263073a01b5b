// SPDX-License-Identifier: GPL-2.0-only
/*
 * Aux: domains on PASIDs that the API picks.
 *
 * Thin names over slots (DESIGN decision 1): attach is "find a PASID, set",
 * detach is "set blocking, give the PASID back".  What this file adds is the
 * relation (domain, device) -> PASID: a domain has at most one aux PASID on a
 * device (R0.8), and the same on every device where the PASID space is global
 * (R0.9).
 *
 * Locking: pl_dev.lock; a domain's aux_pasid and aux_users also change for
 * other devices, hence under pl_domain.lock.
 *
 * The hard rule: whether a domain is aux is a fact of (domain, device), held
 * in the slot and nowhere else (R0.4).
 */
#include <linux/module.h>

#include "core.h"

/* The aux slots of a domain stand first in its list: pl_domain_link(). */
static struct pl_slot *aux_slot(struct pl_domain *dom, struct pl_dev *d)
{
	struct pl_slot *slot, *found = NULL;

	mutex_lock(&dom->lock);
	list_for_each_entry(slot, &dom->slots, node) {
		if (!(slot->flags & PL_SLOT_AUX))
			break;
		if (slot->dev == d) {
			found = slot;
			break;
		}
	}
	mutex_unlock(&dom->lock);
	return found;
}

static int aux_pasid_shared(struct pl_dev *d, struct pl_domain *dom, pl_pasid_t *pasid)
{
	int ret = 0;

	mutex_lock(&dom->lock);
	if (!dom->aux_users)
		ret = pl_pasid_get(d, &dom->aux_pasid);
	if (!ret && !pl_pasid_in_range(d, dom->aux_pasid))
		ret = -EOVERFLOW;
	if (!ret) {
		dom->aux_users++;
		*pasid = dom->aux_pasid;
	}
	mutex_unlock(&dom->lock);
	return ret;
}

static int aux_pasid_get(struct pl_dev *d, struct pl_domain *dom, pl_pasid_t *pasid)
{
	if (pl_pasid_space_global())
		return aux_pasid_shared(d, dom, pasid);
	return pl_pasid_get(d, pasid);
}

/**
 * pl_aux_pasid_put() - a domain's aux PASID on a device is empty again
 * @d: the device
 * @dom: the domain
 * @pasid: its PASID there
 *
 * Context: may sleep; after the sync that emptied the slot.
 */
void pl_aux_pasid_put(struct pl_dev *d, struct pl_domain *dom, pl_pasid_t pasid)
{
	bool last = true;

	if (pl_pasid_space_global()) {
		mutex_lock(&dom->lock);
		last = !--dom->aux_users;
		mutex_unlock(&dom->lock);
	}
	if (last)
		pl_pasid_release(d, pasid);
}

static int aux_check(struct pl_dev *d, struct pl_domain *dom, const void *owner)
{
	/* Any PASID would do for the check; the first one always exists. */
	int ret = pl_slot_check(d, 1, dom, owner);

	if (ret)
		return ret;
	if (dom->type != PL_DOMAIN_PAGING)
		return -EINVAL;
	if (pl_slot_domain(d, PL_NO_PASID) == dom)
		return -EBUSY;
	return aux_slot(dom, d) ? -EEXIST : 0;
}

/**
 * pl_aux_attach() - pl_aux_attach_device() with an owner
 * @d: the device
 * @dom: the domain
 * @owner: who attaches it
 * @pasid: out
 *
 * Context: may sleep.
 * Return: as pl_aux_attach_device().
 */
int pl_aux_attach(struct pl_dev *d, struct pl_domain *dom, const void *owner, pl_pasid_t *pasid)
{
	int ret;

	mutex_lock(&d->lock);
	ret = aux_check(d, dom, owner);
	if (!ret)
		ret = aux_pasid_get(d, dom, pasid);
	if (ret)
		goto unlock;
	ret = pl_slot_put(d, *pasid, dom, owner, PL_SLOT_AUX);
	if (ret && pl_slot_domain(d, *pasid) != dom)
		pl_aux_pasid_put(d, dom, *pasid);
unlock:
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_aux_detach() - pl_aux_detach_device() with an owner
 * @d: the device
 * @dom: the domain
 * @owner: who attached it
 *
 * Context: may sleep.
 * Return: as pl_aux_detach_device().
 */
int pl_aux_detach(struct pl_dev *d, struct pl_domain *dom, const void *owner)
{
	struct pl_slot *slot;
	int ret = -ENOENT;

	mutex_lock(&d->lock);
	slot = aux_slot(dom, d);
	if (d->gone)
		ret = -ENODEV;
	else if (slot && slot->owner == owner)
		ret = pl_slot_put(d, slot->pasid, &d->unit->blocking, owner, 0);
	mutex_unlock(&d->lock);
	return ret;
}

/* The PASID, or -ENOENT, or -ENODEV. */
int pl_aux_pasid(struct pl_dev *d, struct pl_domain *dom)
{
	struct pl_slot *slot;
	int ret;

	mutex_lock(&d->lock);
	slot = aux_slot(dom, d);
	ret = slot ? (int)slot->pasid : -ENOENT;
	if (d->gone)
		ret = -ENODEV;
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_aux_attach_device() - attach a domain to a PASID that the API picks
 * @domain: a paging domain of the endpoint's unit
 * @dev: an endpoint on which PL_FEAT_AUX is enabled
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed what pl_set() says, -EEXIST when @domain
 * is aux on @dev already, -EBUSY when it holds the RID, -ENOSPC out of PASIDs.
 */
int pl_aux_attach_device(struct pl_domain *domain, struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);
	pl_pasid_t pasid;
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_aux_attach(d, domain, NULL, &pasid);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_aux_attach_device);

/**
 * pl_aux_detach_device() - end an aux attachment
 * @domain: the domain
 * @dev: the endpoint
 *
 * Context: may sleep.  The hardware part cannot fail; the return value tells
 * of the caller's mistakes only (R0.10).
 * Return: 0, -ENOENT when @domain is not aux on @dev, -ENODEV; -ETIMEDOUT or
 * -EIO when the unit did not answer: it is detached and the unit is wedged.
 */
int pl_aux_detach_device(struct pl_domain *domain, struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_aux_detach(d, domain, NULL);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_aux_detach_device);

/**
 * pl_aux_get_pasid() - the PASID of a domain on a device
 * @domain: the domain
 * @dev: the endpoint
 *
 * Context: may sleep.
 * Return: the PASID, never 0 (R0.8); -ENOENT when not aux there, -ENODEV.
 */
int pl_aux_get_pasid(struct pl_domain *domain, struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_aux_pasid(d, domain);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_aux_get_pasid);

/**
 * pl_aux_detach_all() - every PASID of a device back to blocking, whoever set it
 * @dev: the endpoint
 *
 * One sync, however many there are; idempotent (R0.11).
 *
 * Context: may sleep.  Cannot fail.
 */
void pl_aux_detach_all(struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);

	if (!d)
		return;
	mutex_lock(&d->lock);
	if (!d->gone)
		pl_slots_clear(d, PL_CLEAR_PASIDS, NULL);
	mutex_unlock(&d->lock);
	pl_dev_put(d);
}
EXPORT_SYMBOL_GPL(pl_aux_detach_all);
