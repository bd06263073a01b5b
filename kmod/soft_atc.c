// SPDX-License-Identifier: GPL-2.0-only
/*
 * The soft engine's device TLB.
 *
 * It keeps every translation it was ever given until it is told to drop it, and
 * forgets nothing by itself: an invalidation that software leaves out is then
 * sure to be seen.  Nor does it ever keep one answer for another: an entry is
 * named by PASID, page, page size and permissions, so that a page that was
 * answered read-only and later read-write is two entries.
 *
 * The contract (PCIe 10.3.1): when an invalidation is answered, no request that
 * uses a dropped translation is on its way, and none follows.  Two ways to keep
 * it come to mind, a lock held over lookup and access, or a count of requests
 * in flight to wait for.  Neither will do: a model may call invalidate() with
 * the very lock held that every request needs, and both would then wait for
 * each other.  But that lock also says that a request which has not got it has
 * not been seen by the unit.  So an invalidation takes it back: requests on
 * their way are on a list, and those that use a dropped translation become
 * untranslated ones, as if the endpoint had sent them like that; the unit
 * translates them itself.  What is no longer on its way was finished before.
 *
 * A translation that the unit grants while an invalidation overtakes the answer
 * is never entered or used; an epoch tells.
 *
 * It follows that a fabric must read a TLP only under the lock that it holds
 * when it calls invalidate().
 *
 * Locking: pl_atc.lock with interrupts off, inside the fabric's locks.
 *
 * The hard rule: a translated request is on the list from the moment its
 * translation was found until the fabric has returned.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
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
#define PERM_BOTH	(PERM_READ | PERM_WRITE)

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
	spin_lock_init(&atc->lock);
	atc->epoch = 0;
	INIT_LIST_HEAD(&atc->sent);
	xa_init(&atc->spaces);
}

/* Of one page size: an entry with the permission, whatever else it allows. */
static struct pl_translation *space_find_order(struct atc_space *space, u64 iova,
					       unsigned int order, unsigned int perm)
{
	struct pl_translation *tr = xa_load(&space->entries, key_of(iova, order, perm));

	return tr ?: xa_load(&space->entries, key_of(iova, order, PERM_BOTH));
}

static struct pl_translation *space_find(struct atc_space *space, u64 iova, unsigned int perm)
{
	struct pl_translation *tr = NULL;
	unsigned int order;

	for_each_set_bit(order, &space->orders, ATC_ORDERS) {
		tr = space_find_order(space, iova, order, perm);
		if (tr)
			break;
	}
	return tr;
}

/* The request becomes a translated one and is on its way. */
static void use_translation(struct pl_atc *atc, struct pl_atc_use *use,
			    const struct pl_translation *tr)
{
	u64 offset = use->tlp.iova & (tr->size - 1);

	use->tlp.translated = true;
	use->tlp.addr = tr->addr + offset;
	use->first = use->tlp.iova - offset;
	use->last = use->first + (tr->size - 1);
	list_add(&use->node, &atc->sent);
}

/**
 * pl_atc_begin() - send a request with a translation that is remembered
 * @atc: the ATC
 * @use: the request, untranslated; becomes translated where one is found
 * @epoch: out, for pl_atc_learn() where none is
 *
 * Context: any.  To be followed by pl_atc_end().
 * Return: whether one was found.
 */
bool pl_atc_begin(struct pl_atc *atc, struct pl_atc_use *use, u32 *epoch)
{
	unsigned int perm = use->tlp.write ? PERM_WRITE : PERM_READ;
	struct pl_translation *tr = NULL;
	struct atc_space *space;
	unsigned long flags;

	INIT_LIST_HEAD(&use->node);
	spin_lock_irqsave(&atc->lock, flags);
	*epoch = atc->epoch;
	space = xa_load(&atc->spaces, use->tlp.pasid);
	if (space)
		tr = space_find(space, use->tlp.iova, perm);
	if (tr)
		use_translation(atc, use, tr);
	spin_unlock_irqrestore(&atc->lock, flags);
	return tr;
}

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
		return NULL;
	}
	return space;
}

static void space_put(struct pl_atc *atc, unsigned long pasid, struct atc_space *space)
{
	if (!xa_empty(&space->entries))
		return;
	xa_erase(&atc->spaces, pasid);
	xa_destroy(&space->entries);
	kfree(space);
}

/* Without memory it is not remembered, which no one can tell from an eviction. */
static void space_add(struct atc_space *space, u64 iova, const struct pl_translation *tr)
{
	unsigned int order = ilog2(tr->size) - ATC_SHIFT;
	unsigned int perm = (tr->read ? PERM_READ : 0) | (tr->write ? PERM_WRITE : 0);
	struct pl_translation *entry = kmemdup(tr, sizeof(*tr), GFP_ATOMIC);

	if (!entry)
		return;
	/* Taken: another channel asked at the same time and got the same answer. */
	if (xa_insert(&space->entries, key_of(iova, order, perm), entry, GFP_ATOMIC))
		kfree(entry);
	else
		__set_bit(order, &space->orders);
}

/**
 * pl_atc_learn() - remember what the unit granted, and send the request with it
 * @atc: the ATC
 * @use: the request, after pl_atc_begin() found nothing
 * @tr: the completion; it allows the request's direction
 * @epoch: from pl_atc_begin()
 *
 * Where an invalidation has come since, the answer may be older than it: the
 * request stays untranslated and nothing is remembered.
 *
 * Context: any.
 */
void pl_atc_learn(struct pl_atc *atc, struct pl_atc_use *use, const struct pl_translation *tr,
		  u32 epoch)
{
	struct atc_space *space;
	unsigned long flags;

	spin_lock_irqsave(&atc->lock, flags);
	if (epoch == atc->epoch) {
		space = space_get(atc, use->tlp.pasid);
		if (space) {
			space_add(space, use->tlp.iova, tr);
			space_put(atc, use->tlp.pasid, space);
		}
		use_translation(atc, use, tr);
	}
	spin_unlock_irqrestore(&atc->lock, flags);
}

/**
 * pl_atc_end() - the request is finished
 * @atc: the ATC
 * @use: the request, whether or not it was translated
 *
 * Context: any.
 */
void pl_atc_end(struct pl_atc *atc, struct pl_atc_use *use)
{
	unsigned long flags;

	spin_lock_irqsave(&atc->lock, flags);
	list_del(&use->node);
	spin_unlock_irqrestore(&atc->lock, flags);
}

static void entry_drop(struct atc_space *space, unsigned long key)
{
	kfree(xa_erase(&space->entries, key));
}

/* Entries that begin at or before @first and reach it: at most one of each kind. */
static void space_drop_around(struct atc_space *space, u64 first)
{
	unsigned int order, perm;

	for_each_set_bit(order, &space->orders, ATC_ORDERS)
		for (perm = PERM_READ; perm <= PERM_BOTH; perm++)
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

static void spaces_drop(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 first, u64 last)
{
	unsigned long i, from = global ? 0 : pasid, to = global ? ULONG_MAX : pasid;
	struct atc_space *space;

	xa_for_each_range(&atc->spaces, i, space, from, to) {
		space_drop(space, first, last);
		space_put(atc, i, space);
	}
}

/* Requests that the unit has not seen yet go untranslated. */
static void sent_recall(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 first, u64 last)
{
	struct pl_atc_use *use;

	list_for_each_entry(use, &atc->sent, node) {
		if (!global && use->tlp.pasid != pasid)
			continue;
		if (use->last < first || use->first > last)
			continue;
		use->tlp.translated = false;
		use->tlp.addr = use->tlp.iova;
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
 * Context: the fabric's invalidate(), with its lock held; never waits.
 */
void pl_atc_drop(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	u64 last = addr + size - 1;
	unsigned long flags;

	if (last < addr)
		last = U64_MAX;
	spin_lock_irqsave(&atc->lock, flags);
	atc->epoch++;
	spaces_drop(atc, pasid, global, addr, last);
	sent_recall(atc, pasid, global, addr, last);
	spin_unlock_irqrestore(&atc->lock, flags);
}

/**
 * pl_atc_clear() - forget everything, as when ATS is switched off
 * @atc: the ATC
 *
 * Requests on their way are not taken back: the fabric may be looking at them.
 * It refuses them, now that ATS is off.
 *
 * Context: any.
 */
void pl_atc_clear(struct pl_atc *atc)
{
	unsigned long flags;

	spin_lock_irqsave(&atc->lock, flags);
	atc->epoch++;
	spaces_drop(atc, PL_NO_PASID, true, 0, U64_MAX);
	spin_unlock_irqrestore(&atc->lock, flags);
}
