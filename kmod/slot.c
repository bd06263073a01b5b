// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots: the one primitive.  A domain goes into the slot of a PASID, or of the
 * RID, and replaces what was there.
 *
 * Every attach, bind and detach of this project ends in one of two functions
 * here: slot_fill() puts a domain other than blocking into one slot,
 * slots_clear() puts any number of slots of a device back on blocking with one
 * sync.  The first may fail, and then has changed nothing, or, where the unit
 * could not keep the old domain, has left the slot blocked; the second cannot
 * fail and allocates nothing (R1.5).
 *
 * A cleared slot stays on its domain's list until the sync has returned.  A
 * replaced one belongs on two lists during that time; a copy of it on the
 * stack, the ghost, stands in on the old one.  Either way an unmap of the old
 * domain still finds everyone who may hold a translation of it.
 *
 * Locking: pl_dev.lock around everything; domain locks inside it, of two
 * domains the one at the lower address first.
 *
 * The hard rule: slot->domain of a slot that others can see is never NULL and
 * never a domain that may have been freed.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "core.h"
#include "trace.h"

static struct pl_domain *slot_holds(const struct pl_slot *slot)
{
	return rcu_dereference_protected(slot->domain, lockdep_is_held(&slot->dev->lock));
}

/**
 * pl_slot_domain() - what a slot holds
 * @d: the device, locked
 * @pasid: PL_NO_PASID for the RID
 *
 * Context: @d->lock held.
 * Return: the domain; blocking for an empty slot, never NULL.
 */
struct pl_domain *pl_slot_domain(struct pl_dev *d, pl_pasid_t pasid)
{
	struct pl_slot *slot;

	lockdep_assert_held(&d->lock);
	slot = pl_slot_find(d, pasid);
	return slot ? slot_holds(slot) : &d->unit->blocking;
}

static struct pl_slot_page *slot_page_new(struct pl_dev *d, pl_pasid_t first)
{
	struct pl_slot_page *page = (void *)get_zeroed_page(GFP_KERNEL);
	u32 i;

	BUILD_BUG_ON(sizeof(*page) > PAGE_SIZE);
	for (i = 0; page && i < PL_SLOTS_PER_PAGE; i++) {
		page->slots[i].dev = d;
		page->slots[i].pasid = first + i;
		RCU_INIT_POINTER(page->slots[i].domain, &d->unit->blocking);
	}
	return page;
}

/* Slots come holding blocking, so that the fault path may see them at once. */
static struct pl_slot *slot_reserve(struct pl_dev *d, pl_pasid_t pasid)
{
	struct pl_slot *slot = pl_slot_find(d, pasid);
	struct pl_slot_page *page;

	if (slot)
		return slot;
	page = slot_page_new(d, round_down(pasid, PL_SLOTS_PER_PAGE));
	if (!page)
		return NULL;
	rcu_assign_pointer(d->slots[pasid / PL_SLOTS_PER_PAGE], page);
	return &page->slots[pasid % PL_SLOTS_PER_PAGE];
}

static bool slot_is_filled(const struct pl_slot *slot)
{
	return slot_holds(slot) != &slot->dev->unit->blocking;
}

/* The first PASID slot from @pasid on that is filled. */
static struct pl_slot *slot_from(struct pl_dev *d, pl_pasid_t pasid)
{
	struct pl_slot_page *page;
	struct pl_slot *slot;

	for (; pasid < d->max_pasids; pasid = round_down(pasid, PL_SLOTS_PER_PAGE) +
					      PL_SLOTS_PER_PAGE) {
		page = rcu_dereference_protected(d->slots[pasid / PL_SLOTS_PER_PAGE],
						 lockdep_is_held(&d->lock));
		if (!page || !page->used)
			continue;
		slot = &page->slots[pasid % PL_SLOTS_PER_PAGE];
		for (; slot < page->slots + PL_SLOTS_PER_PAGE; slot++)
			if (slot_is_filled(slot))
				return slot;
	}
	return NULL;
}

/* The next one, which mostly is the neighbour. */
static inline struct pl_slot *slot_next(struct pl_slot *slot)
{
	if ((slot->pasid + 1) % PL_SLOTS_PER_PAGE && slot_is_filled(slot + 1))
		return slot + 1;
	return slot_from(slot->dev, slot->pasid + 1);
}

/* Every filled PASID slot, @_left of them in all; the body may empty it. */
#define for_each_filled(_d, _slot, _left)					\
	for (_left = (_d)->nr_pasids, _slot = _left ? slot_from(_d, 1) : NULL;	\
	     _slot; _slot = --_left ? slot_next(_slot) : NULL)

/*
 * Both domains of a replace, in address order; either may be static, and one may
 * be nested on the other or on what the other is nested on.
 */
static void lock_domains(struct pl_domain *old, struct pl_domain *new)
{
	struct pl_domain *a = pl_domain_home(old), *b = pl_domain_home(new);

	if (a > b)
		swap(a, b);
	if (a && a != b)
		mutex_lock(&a->lock);
	if (b)
		mutex_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
}

static void unlock_domains(struct pl_domain *old, struct pl_domain *new)
{
	struct pl_domain *a = pl_domain_home(old), *b = pl_domain_home(new);

	if (a)
		mutex_unlock(&a->lock);
	if (b && a != b)
		mutex_unlock(&b->lock);
}

/* Hand @slot's place on @old's list to @ghost, and put @slot on @new's. */
static void slot_relink(struct pl_slot *slot, struct pl_slot *ghost, struct pl_domain *old,
			struct pl_domain *new, u32 flags)
{
	if (pl_domain_home(old)) {
		*ghost = *slot;
		ghost->flags |= PL_SLOT_GHOST;
		list_replace(&slot->node, &ghost->node);
	}
	slot->flags = flags;
	if (pl_domain_home(new))
		pl_domain_link(new, slot);
}

/* Nothing remembers what @slot, or the ghost in its place, held. */
static void slot_forget(struct pl_slot *slot, struct pl_domain *old)
{
	struct pl_domain *home = pl_domain_home(old);

	if (!home)
		return;
	mutex_lock(&home->lock);
	pl_domain_unlink(old, slot);
	mutex_unlock(&home->lock);
}

/* From here on nothing can fail but the hardware. */
static int slot_commit(struct pl_slot *slot, struct pl_domain *old, struct pl_domain *new,
		       u32 flags, enum pl_op op, struct pl_ticket *t)
{
	struct pl_dev *d = slot->dev;
	struct pl_unit *u = d->unit;
	struct pl_slot ghost;
	int ret;

	lock_domains(old, new);
	slot_relink(slot, &ghost, old, new, flags);
	u->ops->set(u, d, slot->pasid, old, new, t);
	rcu_assign_pointer(slot->domain, new);
	unlock_domains(old, new);

	ret = pl_unit_sync(u, op, t);
	if (u->ops->settle)
		u->ops->settle(u, d, slot->pasid, old, new, t);
	slot_forget(&ghost, old);
	return ret;
}

static void slot_counted(struct pl_slot *slot, int by)
{
	struct pl_slot *first = slot - slot->pasid % PL_SLOTS_PER_PAGE;

	if (slot->pasid == PL_NO_PASID)
		return;
	container_of(first, struct pl_slot_page, slots[0])->used += by;
	slot->dev->nr_pasids += by;
}

/*
 * First half: the entry refuses from now on, the caches are owed.  Without the
 * domain's lock: an unmap at the same time finds the slot on the list.
 */
static void slot_block(struct pl_slot *slot, struct pl_ticket *t)
{
	struct pl_unit *u = slot->dev->unit;

	u->ops->set(u, slot->dev, slot->pasid, slot_holds(slot), &u->blocking, t);
}

/* Second half, after the sync: nothing remembers the old binding. */
static void slot_release(struct pl_slot *slot, struct pl_ticket *t, int ret)
{
	struct pl_domain *old = slot_holds(slot);
	struct pl_dev *d = slot->dev;
	struct pl_unit *u = d->unit;

	if (u->ops->settle)
		u->ops->settle(u, d, slot->pasid, old, &u->blocking, t);
	rcu_assign_pointer(slot->domain, &u->blocking);
	slot_forget(slot, old);
	slot_counted(slot, -1);
	trace_pl_detach(d, slot->pasid, old, &u->blocking, ret);
	if (slot->flags & PL_SLOT_AUX)
		pl_aux_pasid_put(d, old, slot->pasid);
	slot->flags = 0;
	slot->owner = NULL;
}

/* Put @new, which is not blocking, into one slot. */
static int slot_fill(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *new,
		     const void *owner, u32 flags)
{
	struct pl_slot *slot = slot_reserve(d, pasid);
	struct pl_domain *old;
	enum pl_op op;
	struct pl_ticket t __uninitialized;
	int ret;

	if (!slot)
		return -ENOMEM;
	old = slot_holds(slot);
	if (old == new)
		return 0;
	op = pl_domain_is_blocking(old) ? PL_OP_ATTACH : PL_OP_REPLACE;
	pl_ticket_init(&t);
	ret = d->unit->ops->prepare(d->unit, d, pasid, old, new, &t);
	if (ret) {
		/* Nothing has changed, but where the unit had to give the old domain up. */
		if (t.lost)
			slot_release(slot, &t, ret);
		pl_unit_account(d->unit, op, &t, 0, ret);
		return ret;
	}
	slot->owner = owner;
	ret = slot_commit(slot, old, new, flags, op, &t);
	slot_counted(slot, op == PL_OP_ATTACH);
	pl_unit_account(d->unit, op, &t, 1, ret);
	if (op == PL_OP_ATTACH)
		trace_pl_set(d, pasid, old, new, ret);
	else
		trace_pl_replace(d, pasid, old, new, ret);
	return ret;
}

static bool rid_is_cleared(const struct pl_slot *rid, enum pl_clear what, const void *owner)
{
	if (!slot_is_filled(rid))
		return false;
	return what == PL_CLEAR_ALL || (what == PL_CLEAR_OWNED_RID && rid->owner == owner);
}

/* Two passes over the slots, one sync between them, nothing allocated. */
static unsigned int slots_clear(struct pl_dev *d, enum pl_clear what, const void *owner)
{
	bool rid = rid_is_cleared(&d->rid_slot, what, owner);
	bool any = what == PL_CLEAR_PASIDS || what == PL_CLEAR_ALL;
	unsigned int n = rid, left;
	struct pl_slot *slot;
	struct pl_ticket t __uninitialized;
	int ret;

	pl_ticket_init(&t);
	for_each_filled(d, slot, left) {
		if (!any && slot->owner != owner)
			continue;
		slot_block(slot, &t);
		n++;
	}
	if (rid)
		slot_block(&d->rid_slot, &t);
	if (!n)
		return 0;
	ret = pl_unit_sync(d->unit, PL_OP_DETACH_ALL, &t);
	for_each_filled(d, slot, left)
		if (any || slot->owner == owner)
			slot_release(slot, &t, ret);
	if (rid)
		slot_release(&d->rid_slot, &t, ret);
	pl_unit_account(d->unit, PL_OP_DETACH_ALL, &t, n, ret);
	return n;
}

/* One slot back to blocking. */
static int slot_clear(struct pl_dev *d, struct pl_slot *slot)
{
	struct pl_ticket t __uninitialized;
	int ret;

	if (!slot || pl_domain_is_blocking(slot_holds(slot)))
		return 0;
	pl_ticket_init(&t);
	slot_block(slot, &t);
	ret = pl_unit_sync(d->unit, PL_OP_DETACH, &t);
	slot_release(slot, &t, ret);
	pl_unit_account(d->unit, PL_OP_DETACH, &t, 1, ret);
	return ret;
}

/**
 * pl_slot_put() - a domain into a slot, the checks already made
 * @d: the device, locked
 * @pasid: PL_NO_PASID for the RID
 * @dom: any domain of the device's unit
 * @owner: who set it
 * @flags: PL_SLOT_AUX or 0
 *
 * Context: may sleep; @d->lock held.
 * Return: as pl_set().
 */
int pl_slot_put(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner,
		u32 flags)
{
	lockdep_assert_held(&d->lock);
	if (pl_domain_is_blocking(dom))
		return slot_clear(d, pl_slot_find(d, pasid));
	return slot_fill(d, pasid, dom, owner, flags);
}

/* R0.5 and R1.7: what the mode and the claim say of a domain on this slot. */
static int exclusion_check(struct pl_dev *d, pl_pasid_t pasid, const void *owner)
{
	if (d->claimed && d->claimed != owner)
		return -EBUSY;
	if (pasid == PL_NO_PASID && d->mode == PL_MODE_STRICT && d->nr_pasids)
		return -EBUSY;
	return 0;
}

/**
 * pl_slot_check() - may this domain go into this slot?
 * @d: the device, locked
 * @pasid: PL_NO_PASID for the RID
 * @dom: the domain
 * @owner: who asks
 *
 * Blocking is always welcome: a detach cannot be refused (R0.6).
 *
 * Context: @d->lock held.
 * Return: 0 or the errno of pl_set().
 */
int pl_slot_check(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner)
{
	lockdep_assert_held(&d->lock);
	if (d->gone)
		return -ENODEV;
	if (dom->unit != d->unit)
		return -EINVAL;
	if (pasid != PL_NO_PASID) {
		if (!pasid)
			return -EINVAL;
		if (!d->max_pasids)
			return -EOPNOTSUPP;
		if (!pl_pasid_in_range(d, pasid))
			return -EOVERFLOW;
	}
	if (pl_domain_is_blocking(dom))
		return 0;
	if (pasid != PL_NO_PASID && !d->aux_enabled)
		return -EOPNOTSUPP;
	return exclusion_check(d, pasid, owner);
}

static int slot_free_for(const struct pl_slot *slot, const struct pl_domain *dom,
			 const void *owner)
{
	if (!slot || pl_domain_is_blocking(slot_holds(slot)))
		return 0;
	if (slot->owner != owner)
		return -EBUSY;
	return slot->flags & PL_SLOT_AUX && !pl_domain_is_blocking(dom) ? -EBUSY : 0;
}

/**
 * pl_slot_set() - pl_set() with an owner
 * @d: the device
 * @pasid: PL_NO_PASID for the RID
 * @dom: the domain
 * @owner: who sets it; goes with it
 *
 * A slot that one owner filled is not another's to change.  An aux slot holds
 * its own domain or blocking and nothing else, so that pl_aux_get_pasid()
 * never lies.
 *
 * Context: may sleep.
 * Return: as pl_set().
 */
int pl_slot_set(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner)
{
	int ret;

	mutex_lock(&d->lock);
	ret = pl_slot_check(d, pasid, dom, owner);
	if (!ret)
		ret = slot_free_for(pl_slot_find(d, pasid), dom, owner);
	if (!ret)
		ret = pl_slot_put(d, pasid, dom, owner, 0);
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_set() - the primitive: put a domain into a slot
 * @dev: an endpoint
 * @pasid: PL_NO_PASID for the RID slot, else a PASID from pl_pasid_alloc()
 * @domain: any domain of the endpoint's unit
 *
 * Replaces what the slot held; no detach is needed in between (R1.6).  When it
 * returns no device reaches the former domain through this slot.
 *
 * Context: may sleep.
 * Return: 0, or with the old domain still in place and translating: -ENODEV,
 * -EINVAL PASID 0 or a domain of another unit, -EOVERFLOW a PASID beyond the
 * device, -EOPNOTSUPP the device or the unit cannot, -EBUSY the exclusion
 * rule, the claim, an aux attachment, or a second stage and PASIDs on a device
 * that has one or the other (PL_FEAT_STAGE2_PASID), -ENOMEM.  -ETIMEDOUT or -EIO when the
 * unit did not answer: the new domain is in place then and the unit is wedged.
 * A unit that is the kernel's own driver may lose the old domain with any of
 * them; pl_get() says blocking then.
 */
int pl_set(struct device *dev, pl_pasid_t pasid, struct pl_domain *domain)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = pl_slot_set(d, pasid, domain, NULL);
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_set);

/**
 * pl_get() - what a slot holds
 * @dev: an endpoint
 * @pasid: PL_NO_PASID for the RID slot
 *
 * Context: may sleep.  The caller keeps the domain alive, for comparison only.
 * Return: the domain, blocking for an empty slot; NULL when @dev is no endpoint.
 */
struct pl_domain *pl_get(struct device *dev, pl_pasid_t pasid)
{
	struct pl_dev *d = pl_dev_get(dev);
	struct pl_domain *dom;

	if (!d)
		return NULL;
	mutex_lock(&d->lock);
	dom = pl_slot_domain(d, pasid);
	mutex_unlock(&d->lock);
	pl_dev_put(d);
	return dom;
}
EXPORT_SYMBOL_GPL(pl_get);

/* The RID slot by the names callers know; blocking goes through detach. */
int pl_rid_attach(struct pl_dev *d, struct pl_domain *dom, const void *owner)
{
	return pl_slot_set(d, PL_NO_PASID, dom, owner);
}

int pl_rid_detach(struct pl_dev *d, struct pl_domain *dom, const void *owner)
{
	int ret = -ENOENT;

	mutex_lock(&d->lock);
	if (d->gone)
		ret = -ENODEV;
	else if (slot_holds(&d->rid_slot) == dom && d->rid_slot.owner == owner)
		ret = slot_clear(d, &d->rid_slot);
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_attach_device() - a domain on a device's RID
 * @domain: any domain of the endpoint's unit
 * @dev: an endpoint
 *
 * Context: may sleep.
 * Return: as pl_set(); -EBUSY while PASID attachments live, in strict mode (R0.5).
 */
int pl_attach_device(struct pl_domain *domain, struct device *dev)
{
	return pl_set(dev, PL_NO_PASID, domain);
}
EXPORT_SYMBOL_GPL(pl_attach_device);

/**
 * pl_detach_device() - the RID back to blocking, never to identity (R1.4)
 * @domain: what it holds; something else there stays
 * @dev: an endpoint
 *
 * Context: may sleep.  Cannot fail (R0.6).
 */
void pl_detach_device(struct pl_domain *domain, struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);

	if (!d)
		return;
	pl_rid_detach(d, domain, NULL);
	pl_dev_put(d);
}
EXPORT_SYMBOL_GPL(pl_detach_device);

/**
 * pl_slots_clear() - many slots of a device back to blocking, with one sync
 * @d: the device, locked
 * @what: which slots
 * @owner: whose, for PL_CLEAR_OWNED*
 *
 * Context: may sleep; @d->lock held.  Cannot fail.
 * Return: slots that changed.
 */
unsigned int pl_slots_clear(struct pl_dev *d, enum pl_clear what, const void *owner)
{
	lockdep_assert_held(&d->lock);
	return slots_clear(d, what, owner);
}

/**
 * pl_slots_owned() - does an owner hold any PASID of a device?
 * @d: the device, locked
 * @owner: the owner
 *
 * Context: @d->lock held.
 */
bool pl_slots_owned(struct pl_dev *d, const void *owner)
{
	struct pl_slot *slot;
	unsigned int left;

	lockdep_assert_held(&d->lock);
	for_each_filled(d, slot, left)
		if (slot->owner == owner)
			return true;
	return false;
}

/**
 * pl_slots_detach_owner() - all that an owner set on a device goes
 * @d: the device
 * @owner: the owner
 * @rid_too: its RID slot as well as its PASIDs
 *
 * Context: may sleep.  Cannot fail.
 * Return: slots that changed.
 */
unsigned int pl_slots_detach_owner(struct pl_dev *d, const void *owner, bool rid_too)
{
	unsigned int n = 0;

	mutex_lock(&d->lock);
	if (!d->gone)
		n = slots_clear(d, rid_too ? PL_CLEAR_OWNED_RID : PL_CLEAR_OWNED, owner);
	mutex_unlock(&d->lock);
	return n;
}

/**
 * pl_claim() - own a device as a whole, as to hand it to a guest (R0.7)
 * @d: the device
 * @owner: who; not NULL
 *
 * The RID goes to blocking.  The check and the claim are one step under the
 * device's lock, so no PASID can slip in between.
 *
 * Context: may sleep.
 * Return: 0 (again for the same owner), -EBUSY while another owns it, PASIDs
 * live or the RID holds another's domain, -ENODEV.
 */
int pl_claim(struct pl_dev *d, const void *owner)
{
	struct pl_slot *rid = &d->rid_slot;
	int ret = 0;

	mutex_lock(&d->lock);
	if (d->gone)
		ret = -ENODEV;
	else if (d->claimed ? d->claimed != owner : d->nr_pasids > 0)
		ret = -EBUSY;
	else if (!pl_domain_is_blocking(slot_holds(rid)) && rid->owner != owner)
		ret = -EBUSY;
	if (!ret && !d->claimed) {
		slot_clear(d, rid);
		d->claimed = owner;
	}
	mutex_unlock(&d->lock);
	return ret;
}

/**
 * pl_release() - end a claim; the RID goes to blocking
 * @d: the device
 * @owner: who claimed it; anyone else's call does nothing
 *
 * Context: may sleep.
 */
void pl_release(struct pl_dev *d, const void *owner)
{
	mutex_lock(&d->lock);
	if (!d->gone && owner && d->claimed == owner) {
		slot_clear(d, &d->rid_slot);
		d->claimed = NULL;
	}
	mutex_unlock(&d->lock);
}

/**
 * pl_claim_device() - pl_claim() by struct device
 * @dev: an endpoint
 * @owner: any pointer that names the owner
 *
 * Context: may sleep.
 * Return: as pl_claim(); -EINVAL without an owner.
 */
int pl_claim_device(struct device *dev, const void *owner)
{
	struct pl_dev *d = pl_dev_get(dev);
	int ret;

	if (!d)
		return -ENODEV;
	ret = owner ? pl_claim(d, owner) : -EINVAL;
	pl_dev_put(d);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_claim_device);

/**
 * pl_release_device() - pl_release() by struct device
 * @dev: an endpoint
 * @owner: who claimed it
 *
 * Context: may sleep.
 */
void pl_release_device(struct device *dev, const void *owner)
{
	struct pl_dev *d = pl_dev_get(dev);

	if (!d)
		return;
	pl_release(d, owner);
	pl_dev_put(d);
}
EXPORT_SYMBOL_GPL(pl_release_device);
