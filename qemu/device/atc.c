// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: the Address Translation Cache (PCIe 10.2, 10.3).
 *
 * A fixed number of entries in a hash table.  Each is in three lists: its
 * bucket, the space it belongs to, and the order of use.  Entries have the
 * size that the unit answered with; a lookup tries each size that is in use.
 *
 * The hard rule: an entry leaves before the invalidation that covers it has
 * returned to the unit (PCIe 10.3.1: completion means that it is gone).
 *
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/xxhash.h"
#include "engine.h"

static unsigned size_of(uint64_t mask)
{
    return mask ? 64 - clz64(mask) : 0;
}

static uint32_t bucket_of(PeAtc *atc, PeSpace *space, uint64_t iova,
                          unsigned size)
{
    return qemu_xxhash4(iova >> size, (uint64_t)space->pasid << 8 | size) &
           (atc->nr_buckets - 1);
}

void pe_atc_init(PasidEngine *pe)
{
    PeAtc *atc = &pe->atc;

    atc->nr = pe->atc_entries;
    atc->nr_buckets = pow2ceil(atc->nr);
    atc->entries = g_new0(PeAtcEntry, atc->nr);
    atc->buckets = g_malloc0_n(atc->nr_buckets, sizeof(*atc->buckets));
    QTAILQ_INIT(&atc->used);
    QTAILQ_INIT(&atc->unused);
    for (uint32_t i = 0; i < atc->nr; i++) {
        QTAILQ_INSERT_TAIL(&atc->unused, &atc->entries[i], age);
    }
}

void pe_atc_exit(PasidEngine *pe)
{
    g_free(pe->atc.entries);
    g_free(pe->atc.buckets);
}

static void drop(PeAtc *atc, PeAtcEntry *e)
{
    QLIST_REMOVE(e, bucket);
    QLIST_REMOVE(e, sibling);
    QTAILQ_REMOVE(&atc->used, e, age);
    QTAILQ_INSERT_HEAD(&atc->unused, e, age);
    atc->of_size[size_of(e->mask)]--;
}

/* The entry of one size that holds @addr, whatever it permits. */
static PeAtcEntry *find(PeAtc *atc, PeSpace *space, uint64_t addr, bool priv,
                        unsigned size)
{
    uint32_t bucket = bucket_of(atc, space, addr, size);
    PeAtcEntry *e;

    QLIST_FOREACH(e, &atc->buckets[bucket], bucket) {
        if (e->space == space && e->priv == priv && size_of(e->mask) == size &&
            (addr & ~e->mask) == e->iova) {
            return e;
        }
    }
    return NULL;
}

/**
 * pe_atc_lookup: a translation of @addr that permits @need, or NULL
 */
PeAtcEntry *pe_atc_lookup(PasidEngine *pe, PeSpace *space, uint64_t addr,
                          bool priv, IOMMUAccessFlags need)
{
    PeAtc *atc = &pe->atc;
    PeAtcEntry *e;

    for (unsigned size = 12; size < 64; size++) {
        if (!atc->of_size[size]) {
            continue;
        }
        e = find(atc, space, addr, priv, size);
        if (e && (e->perm & need) == need) {
            QTAILQ_REMOVE(&atc->used, e, age);
            QTAILQ_INSERT_TAIL(&atc->used, e, age);
            return e;
        }
    }
    return NULL;
}

static PeAtcEntry *take(PasidEngine *pe)
{
    PeAtc *atc = &pe->atc;

    if (QTAILQ_EMPTY(&atc->unused)) {
        drop(atc, QTAILQ_FIRST(&atc->used));
        pe_count(pe, PL_ENG_STAT_ATC_EVICTIONS, 1);
    }
    return QTAILQ_FIRST(&atc->unused);
}

/**
 * pe_atc_insert: remember the unit's answer @e for @addr
 *
 * A newer answer replaces an older one for the same range: permissions may
 * have grown.
 */
void pe_atc_insert(PasidEngine *pe, PeSpace *space, const IOMMUTLBEntry *e,
                   uint64_t addr, bool priv)
{
    PeAtc *atc = &pe->atc;
    unsigned size = size_of(e->addr_mask);
    PeAtcEntry *entry = find(atc, space, addr, priv, size);

    if (entry) {
        drop(atc, entry);
    }
    entry = take(pe);
    entry->space = space;
    entry->mask = e->addr_mask;
    entry->iova = addr & ~e->addr_mask;
    entry->pa = e->translated_addr & ~e->addr_mask;
    entry->perm = e->perm;
    entry->priv = priv;
    QTAILQ_REMOVE(&atc->unused, entry, age);
    QTAILQ_INSERT_TAIL(&atc->used, entry, age);
    QLIST_INSERT_HEAD(&atc->buckets[bucket_of(atc, space, addr, size)], entry,
                      bucket);
    QLIST_INSERT_HEAD(&space->entries, entry, sibling);
    atc->of_size[size]++;
}

/* One page, the common case: look it up instead of walking the space. */
static uint64_t drop_page(PeAtc *atc, PeSpace *space, uint64_t addr)
{
    uint64_t dropped = 0;

    for (unsigned size = 12; size < 64; size++) {
        for (int priv = 0; atc->of_size[size] && priv < 2; priv++) {
            PeAtcEntry *e = find(atc, space, addr, priv, size);

            if (e) {
                drop(atc, e);
                dropped++;
            }
        }
    }
    return dropped;
}

/**
 * pe_atc_drop_range: forget what overlaps @first to @last of a space
 *
 * Returns the number of entries dropped.
 */
uint64_t pe_atc_drop_range(PasidEngine *pe, PeSpace *space, uint64_t first,
                           uint64_t last)
{
    PeAtcEntry *e, *next;
    uint64_t dropped = 0;

    if (!((first ^ last) & PE_PAGE_MASK)) {
        return drop_page(&pe->atc, space, first);
    }
    QLIST_FOREACH_SAFE(e, &space->entries, sibling, next) {
        if (e->iova <= last && first <= (e->iova | e->mask)) {
            drop(&pe->atc, e);
            dropped++;
        }
    }
    return dropped;
}

uint64_t pe_atc_drop_all(PasidEngine *pe)
{
    uint64_t dropped = 0;

    while (!QTAILQ_EMPTY(&pe->atc.used)) {
        drop(&pe->atc, QTAILQ_FIRST(&pe->atc.used));
        dropped++;
    }
    return dropped;
}
