/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pasid-engine: what its parts know of each other.
 *
 * One file per noun: pasid-engine.c is the PCI function and its registers,
 * channel.c the rings, job.c what a descriptor does, access.c how an address
 * is reached, atc.c the cache of translations, group.c page requests, unit.c
 * the little that depends on the IOMMU model.  The programming model is in
 * engine-regs.h.
 *
 * Vocabulary: a "job" is a descriptor that was fetched and is not completed;
 * it is "parked" while it waits for time or for a page response.  A "space"
 * is what the engine knows of one PASID.
 *
 * Locking: everything runs under the BQL.  The hard rule: no callback of the
 * IOMMU model frees anything; reset waits for the end of a running channel.
 *
 */
#ifndef HW_MISC_PASID_ENGINE_H
#define HW_MISC_PASID_ENGINE_H

#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "qemu/queue.h"
#include "qemu/timer.h"
#include "qom/object.h"
#include "engine-regs.h"

#define TYPE_PASID_ENGINE PL_ENG_NAME
OBJECT_DECLARE_SIMPLE_TYPE(PasidEngine, PASID_ENGINE)

#define PE_PAGE_SIZE    4096u
#define PE_PAGE_MASK    (~(uint64_t)(PE_PAGE_SIZE - 1))
#define PE_JOBS         32              /* of one channel, at once */
#define PE_GROUPS       (PCI_PRI_PRGI_MASK + 1)
#define PE_GROUP_MAX    32              /* pages */
#define PE_SPARE_VECTORS 8

typedef struct PeAtcEntry PeAtcEntry;
typedef struct PeChannel PeChannel;

/**
 * PeSpace: one PASID, or none (PCI_NO_PASID)
 * @as: where untranslated requests go, NULL until needed
 * @watched: invalidations of it reach us, so translations may be cached
 * @answered: responses to its page requests reach us
 * @entries: its translations in the ATC
 */
typedef struct PeSpace {
    PasidEngine *pe;
    uint32_t pasid;
    AddressSpace *as;
    bool watched;
    bool answered;
    IOMMUNotifier inval;
    IOMMUPRINotifier response;
    QLIST_HEAD(, PeAtcEntry) entries;
} PeSpace;

/**
 * PeAtcEntry: a translation
 * @iova: first address of it
 * @mask: size of it minus 1
 * @priv: it was asked for in Privileged Mode
 */
struct PeAtcEntry {
    PeSpace *space;
    uint64_t iova;
    uint64_t mask;
    uint64_t pa;
    IOMMUAccessFlags perm;
    bool priv;
    QLIST_ENTRY(PeAtcEntry) bucket;
    QLIST_ENTRY(PeAtcEntry) sibling;
    QTAILQ_ENTRY(PeAtcEntry) age;
};

/**
 * PeAtc: the Address Translation Cache
 * @of_size: entries of 2^n bytes, so that a lookup tries only sizes in use
 * @used: the entries in use, least recently used first
 */
typedef struct PeAtc {
    PeAtcEntry *entries;
    QLIST_HEAD(, PeAtcEntry) *buckets;
    uint32_t nr;
    uint32_t nr_buckets;
    uint32_t of_size[64];
    QTAILQ_HEAD(, PeAtcEntry) used;
    QTAILQ_HEAD(, PeAtcEntry) unused;
} PeAtc;

typedef enum PeJobState {
    PE_JOB_FREE,
    PE_JOB_READY,
    PE_JOB_SLEEPING,        /* until @wake */
    PE_JOB_RESPONSE,        /* until the response to @prgi */
    PE_JOB_FENCE,           /* until it is the last one in flight */
} PeJobState;

/**
 * PeJob: a descriptor in flight
 * @counter: of the descriptor, free running
 * @op...@delay_us: the descriptor in the host's byte order
 * @begun: what is to happen once, before the first step, has
 * @tries: page requests for the page it is stuck at
 * @requested: PAGE_REQUEST: its group was begun
 * @prgi: group it is sending or waiting for, -1 none
 * @last_prgi: the last one it had
 * @unsent: attempts at a page request that the unit did not take
 * @answered: the response came and was not looked at
 * @group_left: pages of that group not sent yet
 * @group_addr: the next one
 */
typedef struct PeJob {
    PeChannel *ch;
    PeJobState state;
    uint32_t counter;
    int64_t born;
    int64_t wake;

    uint8_t op;
    uint16_t tag;
    uint32_t flags;
    uint32_t pasid;
    uint32_t len;
    uint64_t src;
    uint64_t dst;
    uint64_t pattern;
    uint32_t pages;
    uint32_t delay_us;
    bool malformed;

    bool begun;
    uint8_t status;
    uint8_t response;
    uint32_t done;
    uint64_t result;
    uint64_t fault;

    uint32_t tries;
    int prgi;
    int last_prgi;
    uint32_t unsent;
    bool answered;
    bool requested;
    uint32_t group_left;
    uint64_t group_addr;
    bool group_write;
    bool group_last;
} PeJob;

/**
 * PeChannel: a ring at work
 * @cur: the job that those behind it wait for
 * @open_prgi: group that PAGE_REQUEST left open, -1 none
 * @message: a completion that asked for a message was written
 */
struct PeChannel {
    PasidEngine *pe;
    unsigned nr;
    QEMUTimer *timer;
    uint64_t ring_base;
    uint64_t comp_base;
    uint32_t ring_order;
    uint32_t ring_pasid;
    bool enabled;
    uint8_t error;
    uint32_t head;
    uint32_t tail;
    PeJob jobs[PE_JOBS];
    PeJob *cur;
    unsigned inflight;
    int open_prgi;
    bool message;
};

/**
 * PeGroup: a Page Request Group, found by its PRG index
 * @pages: requests sent or promised, held against the credit
 * @closed: the last request was sent, so a response is due
 * @job: who sends or waits, NULL when nobody does any more
 * @open_by: the channel that may go on with it, while it is neither closed nor
 *           a job's
 */
typedef struct PeGroup {
    bool busy;
    bool closed;
    uint32_t pasid;
    uint32_t pages;
    PeJob *job;
    PeChannel *open_by;
} PeGroup;

struct PasidEngine {
    PCIDevice parent_obj;

    /* Properties. */
    uint8_t pasid_bits;
    bool ats;
    bool pri;
    uint32_t atc_entries;
    uint32_t pri_credit;
    uint8_t channels;
    uint32_t delay_us_default;

    MemoryRegion mmio;
    uint32_t intr;
    uint32_t intr_mask;
    uint32_t tries;
    uint32_t delay_us;
    uint32_t page_event;
    uint32_t page_event_pasid;
    QEMUTimer *page_timer;
    uint64_t stats[PL_ENG_STAT_NR];

    bool running;
    bool reset_pending;
    GHashTable *spaces;
    PeAtc atc;
    PeGroup groups[PE_GROUPS];
    uint16_t next_prgi;
    uint32_t pri_inflight;
    bool pri_stopped;
    PeChannel ch[PL_ENG_CHANNELS_MAX];
    uint8_t buf[PE_PAGE_SIZE];
};

static inline void pe_count(PasidEngine *pe, unsigned stat, uint64_t n)
{
    pe->stats[(stat - PL_ENG_STATS) / 8] += n;
}

static inline uint32_t pe_job_pasid(const PeJob *job)
{
    return job->flags & PL_ENG_F_PASID ? job->pasid : PCI_NO_PASID;
}

/* pasid-engine.c */
void pe_raise(PasidEngine *pe, uint32_t bit, unsigned vector);
void pe_reset(PasidEngine *pe);
void pe_raise_page_event(PasidEngine *pe, uint32_t event, uint32_t pasid);

/* unit.c */
AddressSpace *pe_unit_address_space(PCIDevice *dev, uint32_t pasid);
bool pe_unit_invalidates(PCIDevice *dev);
bool pe_unit_forbids(uint32_t pasid, uint64_t addr, uint32_t len);
bool pe_unit_forbids_privileged(void);

/* access.c */

/**
 * PeAccess: how a step went
 * @PE_OK: done
 * @PE_WAIT: the job is parked; the same step must be taken again
 * @PE_FAIL: the job's status and fault say why not
 */
typedef enum PeAccess { PE_OK, PE_WAIT, PE_FAIL } PeAccess;

PeSpace *pe_space(PasidEngine *pe, uint32_t pasid);
void pe_spaces_init(PasidEngine *pe);
void pe_spaces_exit(PasidEngine *pe);
uint8_t pe_untranslated(PasidEngine *pe, uint32_t pasid, uint64_t addr,
                        void *buf, uint32_t len, bool write);
PeAccess pe_translate(PeJob *job, uint64_t addr, bool write, uint64_t left,
                      uint64_t *pa, uint64_t *mask);
PeAccess pe_access(PeJob *job, uint64_t addr, void *buf, uint32_t len,
                   bool write, uint64_t left);

/* atc.c */
void pe_atc_init(PasidEngine *pe);
void pe_atc_exit(PasidEngine *pe);
PeAtcEntry *pe_atc_lookup(PasidEngine *pe, PeSpace *space, uint64_t addr,
                          bool priv, IOMMUAccessFlags need);
void pe_atc_insert(PasidEngine *pe, PeSpace *space, const IOMMUTLBEntry *e,
                   uint64_t addr, bool priv);
uint64_t pe_atc_drop_range(PasidEngine *pe, PeSpace *space, uint64_t first,
                           uint64_t last);
uint64_t pe_atc_drop_all(PasidEngine *pe);

/* group.c */
PeAccess pe_group_request(PeJob *job, uint64_t addr, uint32_t pages,
                          bool write, bool last);
PeAccess pe_group_continue(PeJob *job);
void pe_group_response(IOMMUPRINotifier *n, IOMMUPRIResponse *response);
void pe_group_forget_job(PeJob *job);
void pe_group_forget_open(PeChannel *ch);
void pe_groups_fail(PasidEngine *pe);
void pe_groups_reset(PasidEngine *pe);
uint32_t pe_group_credit(PasidEngine *pe);

/* job.c */
void pe_job_load(PeJob *job, const struct pl_eng_desc *desc);
bool pe_job_run(PeJob *job, unsigned *budget);

/* channel.c */
void pe_channel_init(PasidEngine *pe, unsigned nr);
void pe_channel_exit(PeChannel *ch);
void pe_channel_reset(PeChannel *ch);
uint32_t pe_channel_limits(void);
uint32_t pe_channel_read(PeChannel *ch, unsigned reg);
void pe_channel_write(PeChannel *ch, unsigned reg, uint32_t value);
void pe_job_sleep(PeJob *job, int64_t ns);
void pe_job_wake(PeJob *job);

#endif
