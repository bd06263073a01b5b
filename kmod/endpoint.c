// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints: which devices there are, how they come and how they go.
 *
 * A device comes blocked: its unit refuses everything before its PASID and ATS
 * capabilities are switched on (O6).  It goes blocked: every slot is emptied,
 * its device TLB with them, before ATS is switched off (O7).  What holds a
 * reference after that finds pl_dev.gone and gets -ENODEV.
 *
 * Locking: dev_lock guards the table and the list; lookups take RCU and a
 * reference.
 *
 * The hard rule: pl_dev_del() always succeeds, whatever is attached.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/gfp.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "core.h"

#define DEV_HASH_BITS	6

static DEFINE_MUTEX(dev_lock);
static DEFINE_HASHTABLE(dev_hash, DEV_HASH_BITS);
static LIST_HEAD(dev_list);
static u32 dev_count;

static bool strict = true;
module_param(strict, bool, 0444);
MODULE_PARM_DESC(strict, "exclusion rule of new devices: Y (default) RID attach is refused while PASIDs live, N any domain any time");

/**
 * pl_dev_get() - the endpoint of a struct device
 * @dev: any device
 *
 * Context: any.
 * Return: the endpoint with a reference for pl_dev_put(), or NULL.
 */
struct pl_dev *pl_dev_get(struct device *dev)
{
	struct pl_dev *d;

	rcu_read_lock();
	hash_for_each_possible_rcu(dev_hash, d, hash, (unsigned long)dev)
		if (d->dev == dev && refcount_inc_not_zero(&d->refs))
			goto out;
	d = NULL;
out:
	rcu_read_unlock();
	return d;
}

/**
 * pl_dev_get_by_name() - the endpoint of that name
 * @name: dev_name() of its device
 *
 * Context: may sleep.
 * Return: as pl_dev_get().
 */
struct pl_dev *pl_dev_get_by_name(const char *name)
{
	struct pl_dev *d, *found = NULL;

	mutex_lock(&dev_lock);
	list_for_each_entry(d, &dev_list, node) {
		if (!strcmp(dev_name(d->dev), name)) {
			refcount_inc(&d->refs);
			found = d;
			break;
		}
	}
	mutex_unlock(&dev_lock);
	return found;
}

/**
 * pl_dev_get_by_index() - the endpoint that came @index-th of those present
 * @index: from 0
 *
 * Context: may sleep.
 * Return: as pl_dev_get().
 */
struct pl_dev *pl_dev_get_by_index(u32 index)
{
	struct pl_dev *d, *found = NULL;

	mutex_lock(&dev_lock);
	list_for_each_entry(d, &dev_list, node) {
		if (!index--) {
			refcount_inc(&d->refs);
			found = d;
			break;
		}
	}
	mutex_unlock(&dev_lock);
	return found;
}

/* How many endpoints are present. */
u32 pl_dev_count(void)
{
	return READ_ONCE(dev_count);
}

static u32 slot_pages(u32 max_pasids)
{
	return DIV_ROUND_UP(max_pasids, PL_SLOTS_PER_PAGE);
}

/* Nobody looks at them any more. */
static void slots_free(struct pl_dev *d)
{
	u32 i;

	WARN_ON(d->nr_pasids);
	for (i = 0; i < slot_pages(d->max_pasids); i++)
		free_page((unsigned long)rcu_dereference_protected(d->slots[i], true));
	kvfree(d->slots);
}

/**
 * pl_dev_put() - drop a reference
 * @d: from one of the lookups
 *
 * Context: may sleep.
 */
void pl_dev_put(struct pl_dev *d)
{
	if (!refcount_dec_and_test(&d->refs))
		return;
	/* The fault path may still be looking at it. */
	synchronize_rcu();
	slots_free(d);
	ida_destroy(&d->pasids);
	put_device(d->dev);
	kfree(d);
}

static u32 max_pasids(const struct pl_dev_desc *desc)
{
	u8 bits = min(desc->pasid_bits, desc->unit->caps.pasid_bits);

	bits = min_t(u8, bits, PL_PASID_WIDTH_MAX);
	if (!bits || !(desc->eps & PL_EP_PASID))
		return 0;
	/* The last one may be the driver's own: private.c. */
	return (1u << bits) - desc->private_pasid;
}

static struct pl_dev *dev_new(struct device *dev, const struct pl_dev_desc *desc)
{
	struct pl_dev *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->max_pasids = max_pasids(desc);
	d->private_pasid = desc->private_pasid;
	d->slots = kvcalloc(slot_pages(d->max_pasids), sizeof(*d->slots), GFP_KERNEL);
	if (!d->slots) {
		kfree(d);
		return NULL;
	}
	d->dev = get_device(dev);
	d->unit = desc->unit;
	d->rid = desc->rid;
	d->ats = desc->eps & PL_EP_ATS && desc->unit->caps.ats;
	d->mode = strict ? PL_MODE_STRICT : PL_MODE_FREE;
	mutex_init(&d->lock);
	ida_init(&d->pasids);
	d->pasid_next = 1;
	spin_lock_init(&d->fault_lock);
	d->engine = desc->engine;
	d->engine_priv = desc->priv;
	d->rid_slot.dev = d;
	d->rid_slot.pasid = PL_NO_PASID;
	RCU_INIT_POINTER(d->rid_slot.domain, &desc->unit->blocking);
	refcount_set(&d->refs, 1);
	return d;
}

/* PASID before ATS (O6); PRI is switched on by what serves page requests. */
static int caps_on(struct pl_dev *d)
{
	int ret = 0;

	if (d->unit->caps.own_endpoint)
		return 0;
	if (d->max_pasids)
		ret = d->engine->enable(d, d->engine_priv, PL_EP_PASID);
	if (ret || !d->ats)
		return ret;
	ret = d->engine->enable(d, d->engine_priv, PL_EP_ATS);
	if (ret && d->max_pasids)
		d->engine->disable(d, d->engine_priv, PL_EP_PASID);
	return ret;
}

static void caps_off(struct pl_dev *d)
{
	if (d->unit->caps.own_endpoint)
		return;
	if (d->ats)
		d->engine->disable(d, d->engine_priv, PL_EP_ATS);
	if (d->max_pasids)
		d->engine->disable(d, d->engine_priv, PL_EP_PASID);
}

static void unit_forget(struct pl_dev *d)
{
	struct pl_ticket t __uninitialized;
	int ret;

	pl_ticket_init(&t);
	d->unit->ops->dev_del(d->unit, d, &t);
	ret = pl_unit_sync(d->unit, PL_OP_DEV_DEL, &t);
	pl_unit_account(d->unit, PL_OP_DEV_DEL, &t, 0, ret);
}

static int unit_meet(struct pl_dev *d)
{
	struct pl_ticket t __uninitialized;
	int ret;

	pl_ticket_init(&t);
	ret = d->unit->ops->dev_add(d->unit, d, &t);
	if (!ret)
		ret = pl_unit_sync(d->unit, PL_OP_DEV_ADD, &t);
	pl_unit_account(d->unit, PL_OP_DEV_ADD, &t, 0, ret);
	return ret;
}

/* The RID is reserved first, so that two endpoints cannot share a context entry. */
static int dev_bring_up(struct pl_dev *d)
{
	int ret;

	ret = xa_insert(&d->unit->devs, d->rid, d, GFP_KERNEL);
	if (ret)
		return ret == -EBUSY ? -EEXIST : ret;
	ret = unit_meet(d);
	if (ret)
		goto forget_rid;
	ret = caps_on(d);
	if (ret)
		goto forget;
	return 0;
forget:
	unit_forget(d);
forget_rid:
	xa_erase(&d->unit->devs, d->rid);
	return ret;
}

/**
 * pl_dev_add() - an endpoint comes
 * @dev: its device
 * @desc: what it is; read only during the call
 *
 * When it returns, the RID and every PASID are blocked, PASID and ATS are on.
 *
 * Context: may sleep.
 * Return: 0, -EEXIST @dev or its RID is known already, -ENOMEM, or what the
 * unit or the endpoint said.
 */
int pl_dev_add(struct device *dev, const struct pl_dev_desc *desc)
{
	struct pl_dev *d;
	int ret;

	d = pl_dev_get(dev);
	if (d) {
		pl_dev_put(d);
		return -EEXIST;
	}
	d = dev_new(dev, desc);
	if (!d)
		return -ENOMEM;
	ret = dev_bring_up(d);
	if (ret) {
		pl_dev_put(d);
		return ret;
	}
	mutex_lock(&dev_lock);
	hash_add_rcu(dev_hash, &d->hash, (unsigned long)dev);
	list_add_tail(&d->node, &dev_list);
	dev_count++;
	mutex_unlock(&dev_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(pl_dev_add);

static void dev_hide(struct pl_dev *d)
{
	mutex_lock(&dev_lock);
	hash_del_rcu(&d->hash);
	list_del(&d->node);
	dev_count--;
	mutex_unlock(&dev_lock);
}

/**
 * pl_dev_del() - an endpoint goes, with whatever is attached to it
 * @dev: its device; unknown ones are ignored
 *
 * When it returns every slot was blocked and invalidated, ATS is off and the
 * unit has forgotten the device.
 *
 * Context: may sleep.  Cannot fail.
 */
void pl_dev_del(struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);

	if (!d)
		return;
	dev_hide(d);
	mutex_lock(&d->lock);
	pl_slots_clear(d, PL_CLEAR_ALL, NULL);
	caps_off(d);
	unit_forget(d);
	d->claimed = NULL;
	WRITE_ONCE(d->gone, true);
	mutex_unlock(&d->lock);
	xa_erase(&d->unit->devs, d->rid);
	pl_dev_put(d);		/* ours */
	pl_dev_put(d);		/* the table's */
}
EXPORT_SYMBOL_GPL(pl_dev_del);
