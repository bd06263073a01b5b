// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: address spaces, and what is mapped in them.
 *
 * A paging domain belongs to one unit and may sit in any number of slots of
 * that unit's devices.  It carries a list of those slots, and of the ghosts of
 * slots that are on their way out, so that an unmap knows whom it owes an
 * invalidation: one sync, however many there are (R2.5).
 *
 * A nested domain is a user's own first stage on top of a second-stage domain,
 * its *parent*.  It maps nothing itself: what the user's tables say is the
 * user's business, who tells of changes (pl_nested_inval()); memory is mapped
 * into the parent.  Its slots are on the parent's list, under the parent's lock.
 *
 * Locking: pl_domain.lock from the first cleared entry until the sync has
 * returned, so that nobody can map the same IOVA while a cache may still
 * answer for the old page.
 *
 * The hard rule: pl_unmap() returns only when no device can reach the pages.
 */
#include <linux/module.h>
#include <linux/overflow.h>

#include "core.h"
#include "trace.h"

#define PL_DOMAIN_ID_FIRST	16

static atomic64_t domain_ids = ATOMIC64_INIT(PL_DOMAIN_ID_FIRST - 1);

/**
 * pl_domain_init() - the part of a domain that the core looks after
 * @dom: a domain, zeroed
 * @u: its unit
 * @type: what it is
 * @id: its name in events
 */
void pl_domain_init(struct pl_domain *dom, struct pl_unit *u, enum pl_domain_type type, u64 id)
{
	dom->type = type;
	dom->unit = u;
	dom->id = id;
	mutex_init(&dom->lock);
	INIT_LIST_HEAD(&dom->slots);
	dom->aux_pasid = PL_NO_PASID;
}

/**
 * pl_domain_new() - an empty paging domain of a unit
 * @u: the unit
 * @flags: PL_DOMAIN_*, at most one stage
 *
 * Context: may sleep.
 * Return: the domain, or ERR_PTR: -EINVAL unknown flags or two stages,
 * -EOPNOTSUPP a stage the unit lacks, -ENOSPC out of DIDs, -ENOMEM.
 */
struct pl_domain *pl_domain_new(struct pl_unit *u, u32 flags)
{
	const u32 both = PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2;
	struct pl_domain *dom;

	if ((flags & ~both) || (flags & both) == both)
		return ERR_PTR(-EINVAL);
	if (!flags)
		flags = u->caps.stage1 ? PL_DOMAIN_STAGE1 : PL_DOMAIN_STAGE2;
	if (flags == PL_DOMAIN_STAGE1 ? !u->caps.stage1 : !u->caps.stage2)
		return ERR_PTR(-EOPNOTSUPP);
	dom = u->ops->domain_alloc(u, flags);
	if (!IS_ERR(dom))
		pl_domain_init(dom, u, PL_DOMAIN_PAGING, atomic64_inc_return(&domain_ids));
	return dom;
}

/**
 * pl_domain_new_for() - an empty paging domain for devices like @d
 * @d: the device
 * @flags: PL_DOMAIN_*, at most one stage
 *
 * Context: may sleep.
 * Return: as pl_domain_new(); -EOPNOTSUPP also for a stage that the unit has and
 * the device cannot use.
 */
struct pl_domain *pl_domain_new_for(struct pl_dev *d, u32 flags)
{
	const char *reason;

	if (flags == PL_DOMAIN_STAGE2 && pl_feature_why_not(d, PL_FEAT_STAGE2, &reason))
		return ERR_PTR(-EOPNOTSUPP);
	return pl_domain_new(d->unit, flags);
}

/**
 * pl_domain_alloc_paging() - an empty paging domain for devices like @dev
 * @dev: an endpoint
 * @flags: PL_DOMAIN_*
 *
 * Context: may sleep.
 * Return: as pl_domain_new_for(); -ENODEV when @dev is no endpoint.
 */
struct pl_domain *pl_domain_alloc_paging(struct device *dev, u32 flags)
{
	struct pl_dev *d = pl_dev_get(dev);
	struct pl_domain *dom;

	if (!d)
		return ERR_PTR(-ENODEV);
	dom = pl_domain_new_for(d, flags);
	pl_dev_put(d);
	return dom;
}
EXPORT_SYMBOL_GPL(pl_domain_alloc_paging);

static int nested_check(const struct pl_domain *parent, const struct pl_user_table *t)
{
	if (parent->type != PL_DOMAIN_PAGING || parent->stage != 2 || t->reserved)
		return -EINVAL;
	return parent->unit->ops->nested_alloc ? 0 : -EOPNOTSUPP;
}

/**
 * pl_domain_alloc_nested() - a user's first stage on top of a second stage
 * @parent: a stage-2 paging domain; it stays until the nested one is freed
 * @t: the user's tables
 *
 * Goes into RID slots of devices with PL_FEAT_NEST_RID, and brings the user's
 * PASIDs with it: the API's own are -EBUSY beside it, as beside any stage 2
 * where a stream has one.  To leave is to be blocked (R2.6), never the parent alone.
 * It cannot be mapped into: pl_map() is -EINVAL, pl_unmap() 0 and
 * pl_iova_to_phys() PHYS_ADDR_MAX.
 *
 * Context: may sleep; takes the parent's lock.
 * Return: the domain, or ERR_PTR: -EINVAL not a stage-2 domain or a field of
 * @t, which the log names, -EOPNOTSUPP the unit does not nest or has tables of
 * another kind, -ENOMEM.
 */
struct pl_domain *pl_domain_alloc_nested(struct pl_domain *parent, const struct pl_user_table *t)
{
	struct pl_unit *u = parent->unit;
	struct pl_domain *dom;
	int ret;

	ret = nested_check(parent, t);
	if (ret)
		return ERR_PTR(ret);
	dom = u->ops->nested_alloc(u, parent, t);
	if (IS_ERR(dom))
		return dom;
	pl_domain_init(dom, u, PL_DOMAIN_NESTED, atomic64_inc_return(&domain_ids));
	dom->parent = parent;
	mutex_lock(&parent->lock);
	parent->nr_nested++;
	mutex_unlock(&parent->lock);
	return dom;
}
EXPORT_SYMBOL_GPL(pl_domain_alloc_nested);

/**
 * pl_domain_free() - give a paging or nested domain back
 * @dom: the domain; what is still mapped goes with it
 *
 * Nothing can be cached for a domain that sits in no slot: the last slot's
 * sync took it.
 *
 * Context: may sleep.
 * Return: 0, -EBUSY while it sits in a slot or another is nested on it, -EINVAL
 * for a static domain.
 */
int pl_domain_free(struct pl_domain *dom)
{
	struct pl_domain *home = pl_domain_home(dom);
	struct pl_unit *u = dom->unit;
	bool busy;

	if (!home)
		return -EINVAL;
	mutex_lock(&home->lock);
	busy = dom->nr_slots || dom->nr_nested;
	if (!busy && dom != home)
		home->nr_nested--;
	mutex_unlock(&home->lock);
	if (busy)
		return -EBUSY;
	if (!READ_ONCE(u->wedged))
		u->ops->domain_free(u, dom);
	return 0;
}
EXPORT_SYMBOL_GPL(pl_domain_free);

/**
 * pl_blocking_domain() - the static domain that refuses everything
 * @dev: an endpoint
 *
 * Return: the domain, NULL when @dev is no endpoint.  It lives as long as the
 * unit.
 */
struct pl_domain *pl_blocking_domain(struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);
	struct pl_domain *dom = d ? &d->unit->blocking : NULL;

	if (d)
		pl_dev_put(d);
	return dom;
}
EXPORT_SYMBOL_GPL(pl_blocking_domain);

/**
 * pl_identity_domain() - the static domain that translates nothing
 * @dev: an endpoint
 *
 * Return: as pl_blocking_domain().
 */
struct pl_domain *pl_identity_domain(struct device *dev)
{
	struct pl_dev *d = pl_dev_get(dev);
	struct pl_domain *dom = d ? &d->unit->identity : NULL;

	if (d)
		pl_dev_put(d);
	return dom;
}
EXPORT_SYMBOL_GPL(pl_identity_domain);

/*
 * Aux slots stand first, so that the search for a device's aux PASID ends at
 * the first slot that is none.
 */
void pl_domain_link(struct pl_domain *dom, struct pl_slot *slot)
{
	struct pl_domain *home = pl_domain_home(dom);

	lockdep_assert_held(&home->lock);
	if (slot->flags & PL_SLOT_AUX)
		list_add(&slot->node, &home->slots);
	else
		list_add_tail(&slot->node, &home->slots);
	dom->nr_slots++;
}

/**
 * pl_domain_freed() - leaf memory of a domain is about to go back to its owner
 * @dom: the domain it had been mapped in
 * @paddr: first byte
 * @size: bytes
 *
 * A reference model checks that it holds no translation to it (O8).
 */
void pl_domain_freed(struct pl_domain *dom, phys_addr_t paddr, u64 size)
{
	struct pl_unit *u = dom->unit;

	if (u->ops->freed)
		u->ops->freed(u, paddr, size);
}

/* The smallest page of the unit's; what is mapped is made of those. */
static u64 granule(const struct pl_domain *dom)
{
	u64 sizes = dom->unit->caps.pgsizes;

	return sizes & -sizes;
}

static int range_check(const struct pl_domain *dom, u64 iova, u64 size)
{
	u64 end;

	if (dom->type != PL_DOMAIN_PAGING || !size || (iova | size) & (granule(dom) - 1))
		return -EINVAL;
	/* @size - 1, so that the last page of the address space is no overflow */
	if (check_add_overflow(iova, size - 1, &end) || end > dom->iova_last)
		return -EINVAL;
	return 0;
}

static int paddr_check(const struct pl_domain *dom, phys_addr_t paddr, u64 size)
{
	u64 end;

	if (paddr & (granule(dom) - 1) || check_add_overflow((u64)paddr, size - 1, &end) ||
	    end >> dom->unit->caps.pa_bits)
		return -EINVAL;
	return 0;
}

/*
 * Which of @dom and those nested on it brought the slot onto @dom's list.  One that
 * is just being emptied may say blocking already, after its sync: then either does.
 */
static struct pl_domain *slot_of(const struct pl_domain *dom, const struct pl_slot *slot)
{
	return rcu_dereference_check(slot->domain, lockdep_is_held(&dom->lock));
}

/* Every slot that holds @dom, and every ghost, is owed an invalidation. */
static void inval_slots(struct pl_domain *dom, const struct pl_range *r, struct pl_ticket *t)
{
	struct pl_domain *held;
	struct pl_slot *slot;

	list_for_each_entry(slot, &dom->slots, node) {
		held = slot_of(dom, slot);
		if (held->type != PL_DOMAIN_NESTED)
			held = dom;
		dom->unit->ops->inval(dom->unit, slot->dev, slot->pasid, held, r, t);
	}
}

static u64 unmap_locked(struct pl_domain *dom, u64 iova, u64 size, enum pl_op op,
			struct pl_ticket *t)
{
	struct pl_range r = { .first = iova, .last = iova + size - 1 };
	u64 done;

	done = dom->unit->ops->unmap(dom, &r, t);
	/* A table may have been unlinked that maps nothing, and be cached all the same. */
	if (done || !list_empty(&t->table_pages))
		inval_slots(dom, &r, t);
	pl_unit_sync(dom->unit, op, t);
	return done;
}

/* What was mapped before the failure goes again: a failed map changes nothing. */
static int map_locked(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot,
		      struct pl_ticket *t)
{
	struct pl_range r = { .first = iova, .last = iova + size - 1, .leaf_only = true };
	u64 mapped = 0;
	int ret;

	ret = dom->unit->ops->map(dom, iova, paddr, size, prot, &mapped, t);
	if (ret && mapped) {
		unmap_locked(dom, iova, mapped, PL_OP_MAP, t);
		return ret;
	}
	if (!ret && dom->inval_on_map) {
		inval_slots(dom, &r, t);
		pl_unit_sync(dom->unit, PL_OP_MAP, t);
	}
	return ret;
}

/**
 * pl_map() - map memory into a domain
 * @dom: a paging domain
 * @iova: first IOVA
 * @paddr: first physical byte
 * @size: bytes; all three multiples of the smallest page (pl_caps.pgsizes)
 * @prot: PL_PROT_READ, PL_PROT_WRITE; at least one
 *
 * Uses the largest pages that fit.  Every slot that holds @dom sees the pages
 * when it returns.
 *
 * Context: may sleep; takes the domain's lock.
 * Return: 0, or with nothing changed -EINVAL, -EEXIST where something is
 * mapped, -ENOMEM.
 */
int pl_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot)
{
	const u32 all = PL_PROT_READ | PL_PROT_WRITE;
	struct pl_ticket t __uninitialized;
	int ret;

	if (!(prot & all) || (prot & ~all))
		return -EINVAL;
	ret = range_check(dom, iova, size);
	if (!ret)
		ret = paddr_check(dom, paddr, size);
	if (ret)
		return ret;
	pl_ticket_init(&t);
	mutex_lock(&dom->lock);
	ret = map_locked(dom, iova, paddr, size, prot, &t);
	trace_pl_map(dom, iova, size, ret);
	mutex_unlock(&dom->lock);
	pl_unit_account(dom->unit, PL_OP_MAP, &t, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_map);

/**
 * pl_unmap() - take memory out of a domain
 * @dom: a paging domain
 * @iova: first IOVA
 * @size: bytes; both multiples of the smallest page
 *
 * A huge page that reaches beyond the range goes as a whole.  When it returns
 * no device can reach the pages, unless the unit is wedged (pl_unit.wedged):
 * then their memory must not be given back.
 *
 * Context: may sleep; takes the domain's lock.
 * Return: bytes that had been mapped; 0 for a range that is not valid.
 */
u64 pl_unmap(struct pl_domain *dom, u64 iova, u64 size)
{
	struct pl_ticket t __uninitialized;
	u64 done;

	if (range_check(dom, iova, size))
		return 0;
	pl_ticket_init(&t);
	mutex_lock(&dom->lock);
	done = unmap_locked(dom, iova, size, PL_OP_UNMAP, &t);
	trace_pl_unmap(dom, iova, done, 0);
	mutex_unlock(&dom->lock);
	pl_unit_account(dom->unit, PL_OP_UNMAP, &t, 0, 0);
	return done;
}
EXPORT_SYMBOL_GPL(pl_unmap);

/**
 * pl_iova_to_phys() - where a domain maps an address to
 * @dom: a paging domain
 * @iova: the address
 *
 * Context: may sleep; takes the domain's lock.
 * Return: the physical address, PHYS_ADDR_MAX when nothing is mapped there.
 */
phys_addr_t pl_iova_to_phys(struct pl_domain *dom, u64 iova)
{
	phys_addr_t pa = PHYS_ADDR_MAX;

	if (dom->type == PL_DOMAIN_IDENTITY)
		return iova;
	if (dom->type != PL_DOMAIN_PAGING || iova > dom->iova_last)
		return pa;
	mutex_lock(&dom->lock);
	pa = dom->unit->ops->iova_to_phys(dom, iova);
	mutex_unlock(&dom->lock);
	return pa;
}
EXPORT_SYMBOL_GPL(pl_iova_to_phys);

static void nested_inval_slots(struct pl_domain *dom, pl_pasid_t pasid, struct pl_ticket *t)
{
	struct pl_slot *slot;

	list_for_each_entry(slot, &dom->parent->slots, node)
		if (slot_of(dom->parent, slot) == dom)
			dom->unit->ops->nested_inval(dom->unit, slot->dev, dom, pasid, t);
}

/**
 * pl_nested_inval() - the user's tables of a nested domain have changed
 * @dom: the domain
 * @pasid: the entry that changed, or whose pages did; 0 is that of requests
 *	without a PASID; PL_NO_PASID: anything may have
 *
 * When it returns no device translates by what the tables said before.
 *
 * Context: may sleep; takes the parent's lock.
 * Return: 0, -EINVAL not a nested domain, -EOVERFLOW a PASID its tables have no
 * entry for, -ETIMEDOUT or -EIO when the unit did not answer.
 */
int pl_nested_inval(struct pl_domain *dom, pl_pasid_t pasid)
{
	struct pl_ticket t __uninitialized;
	int ret;

	if (dom->type != PL_DOMAIN_NESTED)
		return -EINVAL;
	if (pasid != PL_NO_PASID && pasid >= dom->user_pasids)
		return -EOVERFLOW;
	pl_ticket_init(&t);
	mutex_lock(&dom->parent->lock);
	nested_inval_slots(dom, pasid, &t);
	ret = pl_unit_sync(dom->unit, PL_OP_UNMAP, &t);
	mutex_unlock(&dom->parent->lock);
	pl_unit_account(dom->unit, PL_OP_UNMAP, &t, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(pl_nested_inval);
