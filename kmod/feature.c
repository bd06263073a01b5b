// SPDX-License-Identifier: GPL-2.0-only
/*
 * Features: what a device behind its unit can do, why not, and the switches.
 *
 * A query has no side effect and gives the same answer before and after any
 * attach (R0.1): it speaks of ability.  Enabling is a separate, counted act
 * (R2.2).
 *
 * Locking: pl_dev.lock for the switches, none for queries.
 *
 * The hard rule: every "no" comes with a reason a person can act on.
 */
#include <linux/module.h>

#include "core.h"

/**
 * pl_feature_why_not() - can the device do it?
 * @d: the device
 * @f: enum pl_dev_feature, or anything else
 * @reason: out, a string that is never freed; untouched on 0
 *
 * Context: may sleep.
 * Return: 0 for yes; -EINVAL an unknown feature, -EOPNOTSUPP.
 */
int pl_feature_why_not(struct pl_dev *d, u32 f, const char **reason)
{
	if (f >= PL_FEAT_NR) {
		*reason = "no such feature";
		return -EINVAL;
	}
	return d->unit->ops->why_not(d->unit, d, f, reason);
}

/**
 * pl_dev_why_not() - pl_feature_why_not() by struct device
 * @dev: an endpoint
 * @f: the feature
 * @reason: out
 *
 * Context: may sleep.
 * Return: as pl_feature_why_not(); -ENODEV when @dev is no endpoint.
 */
int pl_dev_why_not(struct device *dev, enum pl_dev_feature f, const char **reason)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d) {
		*reason = "the device is behind no unit of pasidlab";
		return -ENODEV;
	}
	ret = pl_feature_why_not(d, f, reason);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_dev_why_not);

/**
 * pl_dev_has_feature() - can the device do it?
 * @dev: an endpoint
 * @f: the feature
 *
 * Context: may sleep.
 * Return: false also for an unknown feature or device.
 */
bool pl_dev_has_feature(struct device *dev, enum pl_dev_feature f)
{
	const char *reason;

	return !pl_dev_why_not(dev, f, &reason);
}
EXPORT_SYMBOL_GPL(pl_dev_has_feature);

/**
 * pl_feature_enable() - switch a feature on
 * @d: the device
 * @f: PL_FEAT_AUX
 *
 * Calls are counted; each needs its pl_feature_disable().
 *
 * Context: may sleep.
 * Return: 0, -EOPNOTSUPP the device cannot or the feature has no switch,
 * -EINVAL unknown, -ENODEV.
 */
int pl_feature_enable(struct pl_dev *d, u32 f)
{
	const char *reason;
	int ret;

	ret = pl_feature_why_not(d, f, &reason);
	if (ret)
		return ret;
	if (f != PL_FEAT_AUX)
		return -EOPNOTSUPP;
	mutex_lock(&d->lock);
	if (d->gone)
		ret = -ENODEV;
	else
		d->aux_enabled++;
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_feature_disable() - undo one pl_feature_enable()
 * @d: the device
 * @f: PL_FEAT_AUX
 *
 * Context: may sleep.
 * Return: 0, -EINVAL without an enable, -EBUSY the last one while PASID
 * attachments live.
 */
int pl_feature_disable(struct pl_dev *d, u32 f)
{
	int ret = 0;

	if (f != PL_FEAT_AUX)
		return f < PL_FEAT_NR ? -EOPNOTSUPP : -EINVAL;
	mutex_lock(&d->lock);
	if (!d->aux_enabled)
		ret = -EINVAL;
	else if (d->aux_enabled == 1 && d->nr_pasids)
		ret = -EBUSY;
	else
		d->aux_enabled--;
	mutex_unlock(&d->lock);
	return ret;
}

static int feature_switch(struct device *dev, enum pl_dev_feature f,
			  int (*fn)(struct pl_dev *d, u32 f))
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = fn(d, f);
	pl_dev_put(d);
	return ret;
}

/**
 * pl_dev_enable_feature() - pl_feature_enable() by struct device
 * @dev: an endpoint
 * @f: the feature
 *
 * Context: may sleep.
 * Return: as pl_feature_enable().
 */
int pl_dev_enable_feature(struct device *dev, enum pl_dev_feature f)
{
	return feature_switch(dev, f, pl_feature_enable);
}
EXPORT_SYMBOL_GPL(pl_dev_enable_feature);

/**
 * pl_dev_disable_feature() - pl_feature_disable() by struct device
 * @dev: an endpoint
 * @f: the feature
 *
 * Context: may sleep.
 * Return: as pl_feature_disable().
 */
int pl_dev_disable_feature(struct device *dev, enum pl_dev_feature f)
{
	return feature_switch(dev, f, pl_feature_disable);
}
EXPORT_SYMBOL_GPL(pl_dev_disable_feature);

/**
 * pl_mode_set() - choose the exclusion rule of a device
 * @d: the device
 * @mode: PL_MODE_STRICT or PL_MODE_FREE
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EBUSY going strict while the RID holds a domain and
 * PASIDs live: the rule would be broken from the start.
 */
int pl_mode_set(struct pl_dev *d, u32 mode)
{
	int ret = 0;

	if (mode > PL_MODE_FREE)
		return -EINVAL;
	mutex_lock(&d->lock);
	if (d->gone)
		ret = -ENODEV;
	else if (mode == PL_MODE_STRICT && d->nr_pasids &&
		 !pl_domain_is_blocking(pl_slot_domain(d, PL_NO_PASID)))
		ret = -EBUSY;
	else
		d->mode = mode;
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_dev_set_mode() - pl_mode_set() by struct device
 * @dev: an endpoint
 * @mode: PL_MODE_*
 *
 * Context: may sleep.
 * Return: as pl_mode_set(); -ENODEV when @dev is no endpoint.
 */
int pl_dev_set_mode(struct device *dev, u32 mode)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_mode_set(d, mode);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_dev_set_mode);
