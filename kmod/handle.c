// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: from the numbers of an open file to what they stand for, and back
 * to nothing.
 *
 * A file opens devices and allocates domains; each gets a number that means
 * nothing elsewhere.  Opening a device twice answers the same number twice and
 * needs two frees, so that a file has one account per device: what it enabled,
 * claimed and which private PASIDs it has there.
 *
 * Lifetime.  A device handle holds the endpoint's struct pl_dev, and the module
 * of its unit; the endpoint itself may go at any time (-ENODEV from then on).
 * A domain handle holds the module as well.  While a call runs, it counts as a
 * user of its handles, and PL_IOC_FREE of a handle with users is -EBUSY.
 *
 * The end of a file cannot fail, by its order: slots first (so that nothing
 * holds a domain or a PASID), then the claim, the features, the PASIDs; the
 * mappings and domains; the references last.
 *
 * Locking: see chardev.h.
 *
 * The hard rule: whatever a file did to a device ends with the file.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "chardev.h"

#define HANDLE_LIMIT	XA_LIMIT(PL_HANDLE_FIRST, INT_MAX)

/**
 * pl_unit_hold() - keep a device's unit from being unloaded
 * @d: the device, referenced
 *
 * An endpoint that is not gone has its unit, and pl_dev_del() waits for the
 * lock; a module that is on its way out refuses.
 *
 * Context: may sleep.
 * Return: false when the endpoint is gone or its unit is going.
 */
bool pl_unit_hold(struct pl_dev *d)
{
	bool held;

	mutex_lock(&d->lock);
	held = !d->gone && try_module_get(d->unit->owner);
	mutex_unlock(&d->lock);
	return held;
}

/**
 * pl_dev_drop() - drop a reference on a device and the hold on its unit
 * @d: the device
 *
 * In this order, because @d->unit may be gone once its module may.
 *
 * Context: may sleep.
 */
void pl_dev_drop(struct pl_dev *d)
{
	struct module *owner = d->unit->owner;

	pl_dev_put(d);
	module_put(owner);
}

static struct pl_fdev *to_fdev(struct pl_handle *h)
{
	return container_of(h, struct pl_fdev, h);
}

static struct pl_fdom *to_fdom(struct pl_handle *h)
{
	return container_of(h, struct pl_fdom, h);
}

/* Numbers go round, so that a stale one is not soon somebody else's. */
static int handle_add(struct pl_file *f, struct pl_handle *h, enum pl_kind kind, u32 *handle)
{
	int ret;

	h->kind = kind;
	atomic_set(&h->users, 0);
	ret = xa_alloc_cyclic(&f->handles, handle, h, HANDLE_LIMIT, &f->next, GFP_KERNEL);
	return min(ret, 0);	/* 1 tells that the numbers started again */
}

static struct pl_handle *handle_get(struct pl_file *f, u32 handle, enum pl_kind kind)
{
	struct pl_handle *h;

	mutex_lock(&f->lock);
	h = xa_load(&f->handles, handle);
	if (h && h->kind == kind)
		atomic_inc(&h->users);
	else
		h = NULL;
	mutex_unlock(&f->lock);
	return h;
}

/* Fully ordered: what the call did is seen by whoever then finds no user. */
static void handle_put(struct pl_handle *h)
{
	atomic_dec_return(&h->users);
}

/**
 * pl_file_new() - what an open file starts with
 *
 * Context: may sleep.
 * Return: the file, or NULL without memory.
 */
struct pl_file *pl_file_new(void)
{
	struct pl_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);

	if (!f)
		return NULL;
	mutex_init(&f->lock);
	xa_init_flags(&f->handles, XA_FLAGS_ALLOC);
	f->next = PL_HANDLE_FIRST;
	return f;
}

/* Everything the file has on the device goes; cannot fail. */
static void fdev_clear(struct pl_file *f, struct pl_fdev *fdev)
{
	unsigned long pasid;
	void *entry;

	pl_slots_detach_owner(fdev->d, f, true);
	if (fdev->claimed)
		pl_release(fdev->d, f);
	/* Not the last one for others: each file enables for itself. */
	for (; fdev->enabled; fdev->enabled--)
		pl_feature_disable(fdev->d, PL_FEAT_AUX);
	xa_for_each(&fdev->pasids, pasid, entry)
		pl_pasid_put(fdev->d, pasid);
	xa_destroy(&fdev->pasids);
}

static void fdev_free(struct pl_fdev *fdev)
{
	pl_dev_drop(fdev->d);
	mutex_destroy(&fdev->lock);
	kfree(fdev);
}

static void fdom_free(struct pl_fdom *fdom)
{
	struct pl_domain *dom = fdom->areas.dom;
	struct module *owner = dom->unit->owner;

	pl_areas_clear(&fdom->areas);
	WARN_ON(pl_domain_free(dom));
	module_put(owner);
	kfree(fdom);
}

static bool is_nested(struct pl_handle *h)
{
	return h->kind == PL_KIND_DOMAIN && to_fdom(h)->areas.dom->type == PL_DOMAIN_NESTED;
}

/**
 * pl_file_free() - the file is closed: all it did goes
 * @f: the file; no call runs
 *
 * Context: may sleep.  Cannot fail.
 */
void pl_file_free(struct pl_file *f)
{
	struct pl_handle *h;
	unsigned long i;

	xa_for_each(&f->handles, i, h)
		if (h->kind == PL_KIND_DEV)
			fdev_clear(f, to_fdev(h));
	/* What is nested goes before what it is nested on. */
	xa_for_each(&f->handles, i, h)
		if (is_nested(h))
			fdom_free(to_fdom(xa_erase(&f->handles, i)));
	xa_for_each(&f->handles, i, h)
		if (h->kind == PL_KIND_DOMAIN)
			fdom_free(to_fdom(h));
		else
			fdev_free(to_fdev(h));
	xa_destroy(&f->handles);
	mutex_destroy(&f->lock);
	kfree(f);
}

static struct pl_fdev *fdev_find(struct pl_file *f, struct pl_dev *d, unsigned long *i)
{
	struct pl_handle *h;

	xa_for_each(&f->handles, *i, h)
		if (h->kind == PL_KIND_DEV && to_fdev(h)->d == d)
			return to_fdev(h);
	return NULL;
}

static struct pl_fdev *fdev_new(struct pl_dev *d)
{
	struct pl_fdev *fdev = kzalloc(sizeof(*fdev), GFP_KERNEL_ACCOUNT);

	if (!fdev)
		return NULL;
	fdev->d = d;
	fdev->opens = 1;
	mutex_init(&fdev->lock);
	xa_init(&fdev->pasids);
	return fdev;
}

/* Takes over the caller's reference and hold, unless it fails. */
static int fdev_add(struct pl_file *f, struct pl_dev *d, u32 *handle)
{
	struct pl_fdev *fdev = fdev_new(d);
	int ret;

	if (!fdev)
		return -ENOMEM;
	ret = handle_add(f, &fdev->h, PL_KIND_DEV, handle);
	if (ret)
		kfree(fdev);
	return ret;
}

/**
 * pl_file_open_dev() - a handle for a device
 * @f: the file
 * @name: the device's name
 * @handle: out
 *
 * Context: may sleep.
 * Return: 0, -ENODEV, -ENOMEM.
 */
int pl_file_open_dev(struct pl_file *f, const char *name, u32 *handle)
{
	struct pl_dev *d = pl_dev_get_by_name(name);
	struct pl_fdev *fdev;
	unsigned long i;
	int ret = 0;

	if (!d)
		return -ENODEV;
	if (!pl_unit_hold(d)) {
		pl_dev_put(d);
		return -ENODEV;
	}
	mutex_lock(&f->lock);
	fdev = fdev_find(f, d, &i);
	if (fdev) {
		fdev->opens++;
		*handle = i;
	} else {
		ret = fdev_add(f, d, handle);
	}
	mutex_unlock(&f->lock);
	if (fdev || ret)
		pl_dev_drop(d);
	return ret;
}

/* Takes over @dom, and frees it on failure. */
static struct pl_fdom *fdom_new(struct pl_domain *dom)
{
	struct pl_fdom *fdom;

	if (IS_ERR(dom))
		return ERR_CAST(dom);
	fdom = kzalloc(sizeof(*fdom), GFP_KERNEL_ACCOUNT);
	if (!fdom) {
		pl_domain_free(dom);
		return ERR_PTR(-ENOMEM);
	}
	/* The handle that the caller made it with holds the module already. */
	__module_get(dom->unit->owner);
	pl_areas_init(&fdom->areas, dom);
	return fdom;
}

static int fdom_add(struct pl_file *f, struct pl_fdom *fdom, u32 *handle)
{
	int ret;

	mutex_lock(&f->lock);
	ret = handle_add(f, &fdom->h, PL_KIND_DOMAIN, handle);
	mutex_unlock(&f->lock);
	if (ret)
		fdom_free(fdom);
	return ret;
}

/**
 * pl_file_new_domain() - an empty paging domain and a handle for it
 * @f: the file
 * @d: the device, held by a device handle in use
 * @flags: PL_DOMAIN_*
 * @handle: out
 * @iova_last: out, the domain's last IOVA
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or as pl_domain_new_for().
 */
int pl_file_new_domain(struct pl_file *f, struct pl_dev *d, u32 flags, u32 *handle,
		       u64 *iova_last)
{
	struct pl_fdom *fdom = fdom_new(pl_domain_new_for(d, flags));

	if (IS_ERR(fdom))
		return PTR_ERR(fdom);
	/* Read now: another thread may free the handle as soon as it is there. */
	*iova_last = fdom->areas.dom->iova_last;
	return fdom_add(f, fdom, handle);
}

/**
 * pl_file_new_nested() - a nested domain and a handle for it
 * @f: the file
 * @parent: held by a domain handle in use
 * @t: the user's tables
 * @handle: out
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or as pl_domain_alloc_nested().
 */
int pl_file_new_nested(struct pl_file *f, struct pl_domain *parent,
		       const struct pl_user_table *t, u32 *handle)
{
	struct pl_fdom *fdom = fdom_new(pl_domain_alloc_nested(parent, t));

	return IS_ERR(fdom) ? PTR_ERR(fdom) : fdom_add(f, fdom, handle);
}

/**
 * pl_fdev_has_pasids() - does the file hold a PASID slot of this device?
 * @f: the file
 * @fdev: the device
 *
 * Context: may sleep.  The answer stays true as long as no call of this file
 * on this device runs beside the caller, or @fdev->lock is held.
 * Return: true when at least one PASID holds a domain that @f set.
 */
bool pl_fdev_has_pasids(struct pl_file *f, struct pl_fdev *fdev)
{
	bool found;

	mutex_lock(&fdev->d->lock);
	found = pl_slots_owned(fdev->d, f);
	mutex_unlock(&fdev->d->lock);
	return found;
}

static bool fdev_has_rid(struct pl_file *f, struct pl_fdev *fdev)
{
	struct pl_dev *d = fdev->d;
	bool held;

	mutex_lock(&d->lock);
	held = d->rid_slot.owner == f &&
	       !pl_domain_is_blocking(pl_slot_domain(d, PL_NO_PASID));
	mutex_unlock(&d->lock);
	return held;
}

static bool fdev_is_gone(struct pl_fdev *fdev)
{
	return READ_ONCE(fdev->d->gone);
}

/* Under pl_file.lock and without users: nothing of the file's can be added. */
static bool fdev_busy(struct pl_file *f, struct pl_fdev *fdev)
{
	if (fdev_is_gone(fdev))
		return false;
	return fdev->claimed || fdev->enabled || fdev_has_rid(f, fdev) ||
	       pl_fdev_has_pasids(f, fdev);
}

static bool handle_busy(struct pl_file *f, struct pl_handle *h)
{
	const struct pl_domain *dom;

	/* Pairs with handle_put(). */
	if (atomic_read_acquire(&h->users))
		return true;
	if (h->kind == PL_KIND_DEV)
		return fdev_busy(f, to_fdev(h));
	/*
	 * Only calls of this file put it into slots, or nest on it; endpoints may take
	 * it out.
	 */
	dom = to_fdom(h)->areas.dom;
	return READ_ONCE(dom->nr_slots) || READ_ONCE(dom->nr_nested);
}

/* One of several opens of a device needs no more than to be counted. */
static bool fdev_reopened(struct pl_handle *h)
{
	return h->kind == PL_KIND_DEV && to_fdev(h)->opens > 1;
}

static int handle_remove(struct pl_file *f, u32 handle, struct pl_handle **out)
{
	struct pl_handle *h = xa_load(&f->handles, handle);

	*out = NULL;
	if (!h)
		return -ENOENT;
	if (fdev_reopened(h)) {
		to_fdev(h)->opens--;
		return 0;
	}
	if (handle_busy(f, h))
		return -EBUSY;
	*out = xa_erase(&f->handles, handle);
	return 0;
}

/**
 * pl_file_drop() - PL_IOC_FREE of one handle
 * @f: the file
 * @handle: not a static one
 *
 * Private PASIDs of a device go with its handle.
 *
 * Context: may sleep.
 * Return: 0, -ENOENT, -EBUSY while in use, see the uAPI.
 */
int pl_file_drop(struct pl_file *f, u32 handle)
{
	struct pl_handle *h;
	int ret;

	mutex_lock(&f->lock);
	ret = handle_remove(f, handle, &h);
	mutex_unlock(&f->lock);
	if (ret || !h)
		return ret;
	if (h->kind == PL_KIND_DOMAIN) {
		fdom_free(to_fdom(h));
		return 0;
	}
	fdev_clear(f, to_fdev(h));
	fdev_free(to_fdev(h));
	return 0;
}

/**
 * pl_call_dev() - the device that a call names, in use until pl_call_end()
 * @c: the call
 * @handle: its number
 *
 * Context: may sleep.
 * Return: 0, -ENOENT no such device handle, -ENODEV its endpoint is gone.
 */
int pl_call_dev(struct pl_call *c, u32 handle)
{
	struct pl_handle *h = handle_get(c->file, handle, PL_KIND_DEV);

	if (!h)
		return -ENOENT;
	c->dev = to_fdev(h);
	return fdev_is_gone(c->dev) ? -ENODEV : 0;
}

static struct pl_domain *static_domain(struct pl_unit *u, u32 handle)
{
	if (handle == PL_HANDLE_BLOCKING)
		return &u->blocking;
	return handle == PL_HANDLE_IDENTITY ? &u->identity : NULL;
}

/**
 * pl_call_domain() - the domain that a call names, in use until pl_call_end()
 * @c: the call
 * @handle: its number
 * @statics: blocking and identity, of the device's unit, will do too
 *
 * Context: may sleep.
 * Return: 0, -ENOENT no such domain handle.
 */
int pl_call_domain(struct pl_call *c, u32 handle, bool statics)
{
	struct pl_handle *h;

	if (statics)
		c->dom = static_domain(c->dev->d->unit, handle);
	if (c->dom)
		return 0;
	h = handle_get(c->file, handle, PL_KIND_DOMAIN);
	if (!h)
		return -ENOENT;
	c->fdom = to_fdom(h);
	c->dom = c->fdom->areas.dom;
	return 0;
}

/**
 * pl_call_end() - the call uses its handles no longer
 * @c: the call, however far it came
 *
 * Context: any.
 */
void pl_call_end(struct pl_call *c)
{
	if (c->fdom)
		handle_put(&c->fdom->h);
	if (c->dev)
		handle_put(&c->dev->h);
}
