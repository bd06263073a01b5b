// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: how an address is reached.
 *
 * Untranslated: the request goes to the unit with the PASID.  Through the ATC:
 * a translation request (PCIe 10.2.2) first, whose answer is cached, then the
 * access itself by physical address, marked as translated.
 *
 * The hard rule: an address that the unit would have to refuse is tried once,
 * not byte by byte.  QEMU repeats the walk of a refused access for every few
 * bytes of it and the unit would record as many faults, so each access is
 * first asked about as a whole.
 *
 */
#include "qemu/osdep.h"
#include "hw/pci/pcie.h"
#include "system/dma.h"
#include "engine.h"

void pe_spaces_init(PasidEngine *pe)
{
    pe->spaces = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

/*
 * Only the end of the device unregisters: a response or an invalidation may
 * come after reset, and must find us.  The PCI core refuses to unregister
 * while PASID is off in configuration space, hence the bit.
 */
static void unregister(gpointer key, gpointer value, gpointer opaque)
{
    PeSpace *space = value;
    PCIDevice *dev = PCI_DEVICE(opaque);

    if (space->watched) {
        pci_iommu_unregister_iotlb_notifier(dev, space->pasid, &space->inval);
    }
    if (space->answered) {
        pci_pri_unregister_notifier(dev, space->pasid);
    }
}

void pe_spaces_exit(PasidEngine *pe)
{
    PCIDevice *dev = PCI_DEVICE(pe);

    if (dev->exp.pasid_cap) {
        pci_set_word(dev->config + dev->exp.pasid_cap + PCI_PASID_CTRL,
                     PCI_PASID_CTRL_ENABLE);
    }
    g_hash_table_foreach(pe->spaces, unregister, pe);
    g_hash_table_destroy(pe->spaces);
}

static bool pasid_usable(PasidEngine *pe, uint32_t pasid)
{
    return pasid == PCI_NO_PASID ||
           (pcie_pasid_enabled(PCI_DEVICE(pe)) && !(pasid >> pe->pasid_bits));
}

/**
 * pe_space: what we know of a PASID
 *
 * Returns NULL when PASIDs are off in configuration space or this one is
 * wider than the capability says.
 */
PeSpace *pe_space(PasidEngine *pe, uint32_t pasid)
{
    PeSpace *space;

    if (!pasid_usable(pe, pasid)) {
        return NULL;
    }
    space = g_hash_table_lookup(pe->spaces, GUINT_TO_POINTER(pasid));
    if (!space) {
        space = g_new0(PeSpace, 1);
        space->pe = pe;
        space->pasid = pasid;
        QLIST_INIT(&space->entries);
        g_hash_table_insert(pe->spaces, GUINT_TO_POINTER(pasid), space);
    }
    return space;
}

static void invalidate(IOMMUNotifier *n, IOMMUTLBEntry *range)
{
    PeSpace *space = n->opaque;
    uint64_t dropped;

    dropped = pe_atc_drop_range(space->pe, space, range->iova,
                                range->iova | range->addr_mask);
    pe_count(space->pe, PL_ENG_STAT_INVALIDATIONS, 1);
    pe_count(space->pe, PL_ENG_STAT_INVALIDATED, dropped);
}

/* From now on invalidations of the space reach us; until then no caching. */
static bool watch(PasidEngine *pe, PeSpace *space)
{
    PCIDevice *dev = PCI_DEVICE(pe);

    if (!space->watched && pe_unit_invalidates(dev) &&
        !pci_iommu_init_iotlb_notifier(dev, &space->inval, invalidate, space)) {
        space->watched = !pci_iommu_register_iotlb_notifier(dev, space->pasid,
                                                            &space->inval);
    }
    return space->watched;
}

static uint8_t dma(AddressSpace *as, uint64_t addr, void *buf, uint32_t len,
                   bool write, MemTxAttrs attrs)
{
    DMADirection dir = write ? DMA_DIRECTION_FROM_DEVICE :
                               DMA_DIRECTION_TO_DEVICE;

    if (!dma_memory_valid(as, addr, len, dir, attrs) ||
        dma_memory_rw(as, addr, buf, len, dir, attrs)) {
        return PL_ENG_ST_REFUSED;
    }
    return PL_ENG_ST_OK;
}

/**
 * pe_untranslated: access at most a page by a request the unit translates
 *
 * Returns PL_ENG_ST_*.
 */
uint8_t pe_untranslated(PasidEngine *pe, uint32_t pasid, uint64_t addr,
                        void *buf, uint32_t len, bool write)
{
    PCIDevice *dev = PCI_DEVICE(pe);
    MemTxAttrs attrs = { .requester_id = pci_requester_id(dev) };
    PeSpace *space = pe_space(pe, pasid);

    if (!space || !dev->is_master) {
        return PL_ENG_ST_DISABLED;
    }
    if (pe_unit_forbids(pasid, addr, len)) {
        return PL_ENG_ST_RESERVED_RANGE;
    }
    if (!space->as) {
        space->as = pe_unit_address_space(dev, pasid);
    }
    return space->as ? dma(space->as, addr, buf, len, write, attrs) :
                       PL_ENG_ST_DISABLED;
}

static PeAccess fail(PeJob *job, uint8_t status, uint64_t addr, bool write)
{
    job->status = status;
    job->fault = (addr & PE_PAGE_MASK) | (write ? PL_ENG_FAULT_WRITE : 0);
    return PE_FAIL;
}

/* One translation request for the page of @addr; PL_ENG_ST_*. */
static uint8_t request_translation(PeJob *job, PeSpace *space, uint64_t addr,
                                   IOMMUAccessFlags need, IOMMUTLBEntry *e)
{
    PasidEngine *pe = job->ch->pe;
    bool priv = job->flags & PL_ENG_F_PRIV;
    uint32_t errors = 0;
    ssize_t n;

    if (!watch(pe, space) || (priv && pe_unit_forbids_privileged())) {
        return PL_ENG_ST_DISABLED;
    }
    pe_count(pe, PL_ENG_STAT_ATS_REQUESTS, 1);
    n = pci_ats_request_translation(PCI_DEVICE(pe), space->pasid, priv,
                                    need & IOMMU_EXEC, addr & PE_PAGE_MASK,
                                    PE_PAGE_SIZE, !(need & IOMMU_WO), e, 1,
                                    &errors);
    if (n < 0) {
        return PL_ENG_ST_DISABLED;
    }
    return n == 1 && (e->perm & need) == need ? PL_ENG_ST_OK :
                                                PL_ENG_ST_NO_TRANSLATION;
}

static IOMMUAccessFlags access_needs(PeJob *job, bool write)
{
    if (write) {
        return IOMMU_WO;
    }
    return IOMMU_RO | (job->flags & PL_ENG_F_EXEC ? IOMMU_EXEC : 0);
}

/* A page that is not there: ask for it, and for those after it if wanted. */
static PeAccess request_pages(PeJob *job, uint64_t addr, bool write,
                              uint64_t left)
{
    uint64_t page = addr & PE_PAGE_MASK;
    uint64_t pages = DIV_ROUND_UP(addr - page + left, PE_PAGE_SIZE);

    if (!(job->flags & PL_ENG_F_PRI)) {
        return fail(job, PL_ENG_ST_NO_TRANSLATION, addr, write);
    }
    if (job->tries >= job->ch->pe->tries) {
        return fail(job, PL_ENG_ST_TRIES, addr, write);
    }
    job->tries++;
    pages = MIN(pages, MAX(job->pages, 1));
    pages = MIN(pages, MAX(pe_group_credit(job->ch->pe), 1));
    return pe_group_request(job, page, pages, write, true);
}

/**
 * pe_translate: the physical address of @addr by the ATC
 * @left: bytes of the operation from @addr on, which bounds a page request
 * @pa: physical address, on PE_OK
 * @mask: size of the translation minus 1, on PE_OK
 */
PeAccess pe_translate(PeJob *job, uint64_t addr, bool write, uint64_t left,
                      uint64_t *pa, uint64_t *mask)
{
    PasidEngine *pe = job->ch->pe;
    PeSpace *space = pe_space(pe, pe_job_pasid(job));
    bool priv = job->flags & PL_ENG_F_PRIV;
    IOMMUAccessFlags need = access_needs(job, write);
    IOMMUTLBEntry e = { };
    PeAtcEntry *hit;
    uint8_t status;

    if (!space || !pcie_ats_enabled(PCI_DEVICE(pe))) {
        return fail(job, PL_ENG_ST_DISABLED, addr, write);
    }
    hit = pe_atc_lookup(pe, space, addr, priv, need);
    if (hit) {
        pe_count(pe, PL_ENG_STAT_ATC_HITS, 1);
        *mask = hit->mask;
        *pa = hit->pa | (addr & hit->mask);
        return PE_OK;
    }
    status = request_translation(job, space, addr, need, &e);
    if (status == PL_ENG_ST_NO_TRANSLATION) {
        return request_pages(job, addr, write, left);
    }
    if (status) {
        return fail(job, status, addr, write);
    }
    pe_atc_insert(pe, space, &e, addr, priv);
    *mask = e.addr_mask;
    *pa = (e.translated_addr & ~e.addr_mask) | (addr & e.addr_mask);
    return PE_OK;
}

/**
 * pe_access: read or write at most the rest of a page for a job
 */
PeAccess pe_access(PeJob *job, uint64_t addr, void *buf, uint32_t len,
                   bool write, uint64_t left)
{
    PCIDevice *dev = PCI_DEVICE(job->ch->pe);
    MemTxAttrs translated = {
        .requester_id = pci_requester_id(dev),
        .address_type = PCI_AT_TRANSLATED,
    };
    uint64_t pa, mask;
    PeAccess r;
    uint8_t status;

    if (job->flags & PL_ENG_F_ATS) {
        r = pe_translate(job, addr, write, left, &pa, &mask);
        if (r != PE_OK) {
            return r;
        }
        status = dma(pci_get_address_space(dev), pa, buf, len, write,
                     translated);
    } else {
        status = pe_untranslated(job->ch->pe, pe_job_pasid(job), addr, buf,
                                 len, write);
    }
    return status ? fail(job, status, addr, write) : PE_OK;
}
