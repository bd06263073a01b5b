// SPDX-License-Identifier: GPL-2.0-only
/*
 * The soft engine's device TLB.
 *
 * It keeps every translation it was ever given, until it is told to drop it,
 * and forgets nothing by itself: an invalidation that software leaves out is
 * then sure to be seen.  Nor does it ever keep one answer for another: an
 * entry is named by PASID, page, page size and permissions, so that a page
 * that was answered read-only and later read-write is two entries.
 *
 * The contract (PCIe 10.3.1): when an invalidation is answered, no request that
 * uses a dropped translation is on its way, and none follows.  Of the two ways
 * to keep it, counting requests in flight or holding a lock over them, this
 * file takes the lock, since a request to a model is a function call: a reader
 * looks up, or asks for and enters, a translation and finishes the access under
 * one read lock; dropping takes the write lock.  So an invalidation waits for
 * the accesses that run, and it can also not slip in between a translation's
 * completion and its entry.  It follows that a fabric must let access() and
 * translate() finish while it waits in invalidate().
 *
 * Locking: pl_atc.lock with interrupts off; readers may add entries side by
 * side, the xarrays order them; only a writer frees.
 *
 * The hard rule: no access is made with a translation outside the read lock
 * under which it was found.
 */
#include <linux/bitops.h>
#include <linux/slab.h>

#include "soft.h"

#define ATC_SHIFT	12
#define ATC_ORDERS	(64 - ATC_SHIFT)

/*
 * An entry's key: page number, then log2 of its pages, then permissions.  The
 * page number is the highest part, so that a range of pages is a range of keys.
 */
#define KEY_PERM_BITS	2
#define KEY_ORDER_BITS	6
#define KEY_PAGE_SHIFT	(KEY_PERM_BITS + KEY_ORDER_BITS)

#define PERM_READ	BIT(0)
#define PERM_WRITE	BIT(1)

/**
 * struct atc_space - what is remembered for one PASID
 * @orders: bit n: there is, or was, an entry of 2^n pages
 * @entries: key -> struct pl_translation
 */
struct atc_space {
	unsigned long orders;
	struct xarray entries;
};

static unsigned long key_of(u64 iova, unsigned int order, unsigned int perm)
{
	unsigned long page = (iova >> ATC_SHIFT) & ~((1UL << order) - 1);

	return page << KEY_PAGE_SHIFT | order << KEY_PERM_BITS | perm;
}

/**
 * pl_atc_init() - nothing is remembered
 * @atc: to initialise
 */
void pl_atc_init(struct pl_atc *atc)
{
	rwlock_init(&atc->lock);
	xa_init(&atc->spaces);
}

/* Of one page size: an entry with the permission, whatever else it allows. */
static struct pl_translation *space_find(struct atc_space *space, u64 iova, unsigned int order,
					 unsigned int perm)
{
	struct pl_translation *tr = xa_load(&space->entries, key_of(iova, order, perm));

	return tr ?: xa_load(&space->entries, key_of(iova, order, PERM_READ | PERM_WRITE));
}

/**
 * pl_atc_find() - a translation that is remembered
 * @atc: the ATC
 * @pasid: PL_NO_PASID for an untagged request
 * @iova: any address in the page
 * @write: the direction it must allow
 * @tr: out
 *
 * Context: @atc->lock held for reading.
 * Return: whether there is one.
 */
bool pl_atc_find(struct pl_atc *atc, pl_pasid_t pasid, u64 iova, bool write,
		 struct pl_translation *tr)
{
	struct atc_space *space = xa_load(&atc->spaces, pasid);
	unsigned int perm = write ? PERM_WRITE : PERM_READ;
	struct pl_translation *found;
	unsigned long orders;
	unsigned int order;

	if (!space)
		return false;
	orders = READ_ONCE(space->orders);
	for_each_set_bit(order, &orders, ATC_ORDERS) {
		found = space_find(space, iova, order, perm);
		if (found) {
			*tr = *found;
			return true;
		}
	}
	return false;
}

/* The PASID's space; of two readers that make one, the first one's stays. */
static struct atc_space *space_get(struct pl_atc *atc, pl_pasid_t pasid)
{
	struct atc_space *space = xa_load(&atc->spaces, pasid);

	if (space)
		return space;
	space = kzalloc(sizeof(*space), GFP_ATOMIC);
	if (!space)
		return NULL;
	xa_init(&space->entries);
	if (xa_insert(&atc->spaces, pasid, space, GFP_ATOMIC)) {
		kfree(space);
		space = xa_load(&atc->spaces, pasid);
	}
	return space;
}

static void space_add(struct atc_space *space, u64 iova, const struct pl_translation *tr)
{
	unsigned int order = ilog2(tr->size) - ATC_SHIFT;
	unsigned int perm = (tr->read ? PERM_READ : 0) | (tr->write ? PERM_WRITE : 0);
	struct pl_translation *entry = kmemdup(tr, sizeof(*tr), GFP_ATOMIC);

	if (!entry)
		return;
	set_bit(order, &space->orders);
	/* Taken: another reader got the same answer. */
	if (xa_insert(&space->entries, key_of(iova, order, perm), entry, GFP_ATOMIC))
		kfree(entry);
}

/**
 * pl_atc_add() - remember a translation; without memory it is not remembered
 * @atc: the ATC
 * @pasid: PL_NO_PASID for an untagged request
 * @iova: any address in the page
 * @tr: the completion; some direction is allowed
 *
 * Context: @atc->lock held for reading since before it was asked for.
 */
void pl_atc_add(struct pl_atc *atc, pl_pasid_t pasid, u64 iova, const struct pl_translation *tr)
{
	struct atc_space *space;

	if (!(tr->read || tr->write) || tr->size < (1 << ATC_SHIFT))
		return;
	space = space_get(atc, pasid);
	if (space)
		space_add(space, iova, tr);
}

static void entry_drop(struct atc_space *space, unsigned long key)
{
	kfree(xa_erase(&space->entries, key));
}

/* Entries that begin before @first and reach it: at most one of each kind. */
static void space_drop_around(struct atc_space *space, u64 first)
{
	unsigned int order, perm;

	for_each_set_bit(order, &space->orders, ATC_ORDERS)
		for (perm = PERM_READ; perm <= (PERM_READ | PERM_WRITE); perm++)
			entry_drop(space, key_of(first, order, perm));
}

static void space_drop(struct atc_space *space, u64 first, u64 last)
{
	unsigned long from = key_of(first, 0, 0), to = key_of(last, 0, 0), key;
	struct pl_translation *tr;

	space_drop_around(space, first);
	xa_for_each_range(&space->entries, key, tr, from, to | (BIT(KEY_PAGE_SHIFT) - 1))
		entry_drop(space, key);
}

static void space_put(struct pl_atc *atc, unsigned long pasid, struct atc_space *space)
{
	if (!xa_empty(&space->entries))
		return;
	xa_erase(&atc->spaces, pasid);
	xa_destroy(&space->entries);
	kfree(space);
}

static void atc_drop_locked(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 first, u64 last)
{
	struct atc_space *space;
	unsigned long i;

	if (!global) {
		space = xa_load(&atc->spaces, pasid);
		if (space) {
			space_drop(space, first, last);
			space_put(atc, pasid, space);
		}
		return;
	}
	xa_for_each(&atc->spaces, i, space) {
		space_drop(space, first, last);
		space_put(atc, i, space);
	}
}

/**
 * pl_atc_drop() - an invalidation request (PCIe 10.3.2)
 * @atc: the ATC
 * @pasid: whose translations, PL_NO_PASID for the RID's
 * @global: everyone's
 * @addr: first address
 * @size: bytes; what goes beyond the end of the address space means "to the end"
 *
 * Context: any that does not hold @atc->lock.  Spins until the accesses that
 * run have finished.
 */
void pl_atc_drop(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	u64 last = addr + size - 1;
	unsigned long flags;

	if (last < addr)
		last = U64_MAX;
	write_lock_irqsave(&atc->lock, flags);
	atc_drop_locked(atc, pasid, global, addr, last);
	write_unlock_irqrestore(&atc->lock, flags);
}

/**
 * pl_atc_clear() - forget everything, as when ATS is switched off
 * @atc: the ATC
 *
 * Context: as pl_atc_drop().
 */
void pl_atc_clear(struct pl_atc *atc)
{
	pl_atc_drop(atc, PL_NO_PASID, true, 0, 0);
}
