// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: page requests (PCIe 10.4).
 *
 * A job that misses pages sends a group of requests under one PRG index and
 * parks until the response.  Requests in flight are held against the credit,
 * the smaller of what the device offers and what software allotted; a group
 * begins only when all of it fits, so that no two half-sent groups wait for
 * each other.
 *
 * A request that the unit does not take because its queue is full is sent
 * again a little later, for as many times as a page may be asked for.
 *
 * The hard rule: an index is given out in turn, and the turn goes on over
 * reset, so that a response to a group from before meets no new one soon.
 *
 */
#include "qemu/osdep.h"
#include "hw/pci/pcie.h"
#include "engine.h"

#define RETRY_NS    (100 * SCALE_US)
#define RETRY_MAX   10              /* doublings of that */

static void set_status(PasidEngine *pe, uint16_t bits)
{
    PCIDevice *dev = PCI_DEVICE(pe);

    pci_word_test_and_set_mask(dev->config + dev->exp.pri_cap + PCI_PRI_STATUS,
                               bits);
}

/**
 * pe_group_credit: page requests that may be in flight
 */
uint32_t pe_group_credit(PasidEngine *pe)
{
    uint32_t allotted = pcie_pri_get_req_alloc(PCI_DEVICE(pe));

    return MIN(MIN(allotted, pe->pri_credit), PE_GROUP_MAX * PE_GROUPS);
}

static PeAccess unsent(PeJob *job)
{
    job->status = PL_ENG_ST_PAGE_UNSENT;
    job->fault = (job->group_addr & PE_PAGE_MASK) |
                 (job->group_write ? PL_ENG_FAULT_WRITE : 0);
    return PE_FAIL;
}

static void release(PasidEngine *pe, PeGroup *group)
{
    pe->pri_inflight -= group->pages;
    memset(group, 0, sizeof(*group));
}

/* The next index in turn that is not in use, or -1. */
static int take_index(PasidEngine *pe)
{
    for (unsigned i = 0; i < PE_GROUPS; i++) {
        unsigned prgi = pe->next_prgi++ & PCI_PRI_PRGI_MASK;

        if (!pe->groups[prgi].busy) {
            return prgi;
        }
    }
    return -1;
}

/* Responses must reach us before a request is sent. */
static bool hear_unit(PasidEngine *pe, uint32_t pasid)
{
    PeSpace *space = pe_space(pe, pasid);

    if (space && !space->answered) {
        space->response.notify = pe_group_response;
        space->answered = !pci_pri_register_notifier(PCI_DEVICE(pe), pasid,
                                                     &space->response);
    }
    return space && space->answered;
}

static bool may_send(PasidEngine *pe)
{
    return pcie_pri_enabled(PCI_DEVICE(pe)) && !pe->pri_stopped;
}

/* The group that an earlier PAGE_REQUEST of this channel left open, or -1. */
static int open_index(PeJob *job)
{
    PeChannel *ch = job->ch;
    PeGroup *group = &ch->pe->groups[MAX(ch->open_prgi, 0)];

    if (job->op == PL_ENG_OP_PAGE_REQUEST && ch->open_prgi >= 0 &&
        group->open_by == ch && group->pasid == pe_job_pasid(job)) {
        return ch->open_prgi;
    }
    return -1;
}

/* A group with room for the job's pages; false: none to be had now. */
static bool reserve(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    int prgi = open_index(job);
    PeGroup *group;

    if (pe->pri_inflight + job->group_left > pe_group_credit(pe)) {
        return false;
    }
    prgi = prgi < 0 ? take_index(pe) : prgi;
    if (prgi < 0) {
        return false;
    }
    group = &pe->groups[prgi];
    group->busy = true;
    group->pasid = pe_job_pasid(job);
    group->pages += job->group_left;
    group->job = job;
    group->open_by = NULL;
    pe->pri_inflight += job->group_left;
    job->prgi = prgi;
    job->last_prgi = prgi;
    return true;
}

/* Data that is only written is not asked for to read. */
static bool wants_read(PeJob *job)
{
    return !job->group_write || job->op == PL_ENG_OP_PREFETCH ||
           job->op == PL_ENG_OP_PAGE_REQUEST;
}

/* Negative errno of the unit, 0, or 1 when the group is complete. */
static int send_one(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    bool last = job->group_last && job->group_left == 1;
    bool read = wants_read(job);
    int r;

    r = pci_pri_request_page(PCI_DEVICE(pe), pe_job_pasid(job),
                             job->flags & PL_ENG_F_PRIV,
                             read && (job->flags & PL_ENG_F_EXEC),
                             job->group_addr, last, job->prgi, read,
                             job->group_write);
    if (r) {
        pe_count(pe, PL_ENG_STAT_PAGE_UNSENT, 1);
        return r;
    }
    pe_count(pe, PL_ENG_STAT_PAGE_REQUESTS, 1);
    job->group_addr += PE_PAGE_SIZE;
    return --job->group_left == 0;
}

static PeAccess abandon(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;

    if (job->prgi >= 0) {
        release(pe, &pe->groups[job->prgi]);
        job->prgi = -1;
    }
    return unsent(job);
}

static PeAccess try_later(PeJob *job)
{
    pe_job_sleep(job, (int64_t)RETRY_NS << MIN(job->unsent, RETRY_MAX));
    return PE_WAIT;
}

/* All requests are on their way. */
static PeAccess sent(PeJob *job)
{
    PeChannel *ch = job->ch;
    PeGroup *group = &ch->pe->groups[job->prgi];

    group->closed = job->group_last;
    if (group->closed) {
        job->state = PE_JOB_RESPONSE;
        return PE_WAIT;
    }
    group->job = NULL;
    group->open_by = ch;
    ch->open_prgi = job->prgi;
    job->prgi = -1;
    return PE_OK;
}

/**
 * pe_group_continue: send what is left of a job's group
 *
 * Returns PE_OK when an open group is sent, PE_WAIT when the job waits for
 * the response or for another attempt, PE_FAIL when it cannot be sent.
 */
PeAccess pe_group_continue(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    int r = 0;

    if (!may_send(pe)) {
        return abandon(job);
    }
    if (job->prgi < 0 && !reserve(job)) {
        return try_later(job);
    }
    while (!r) {
        r = send_one(job);
    }
    if (r == -ENOSPC && job->unsent < pe->tries) {
        job->unsent++;
        return try_later(job);
    }
    return r < 0 ? abandon(job) : sent(job);
}

/**
 * pe_group_request: ask for @pages pages from @addr on
 * @last: close the group and wait for its response
 *
 * A PAGE_REQUEST goes on in the group that its channel has open for the PASID.
 * Returns as pe_group_continue() does.
 */
PeAccess pe_group_request(PeJob *job, uint64_t addr, uint32_t pages,
                          bool write, bool last)
{
    PasidEngine *pe = job->ch->pe;

    job->group_addr = addr;
    job->group_left = pages;
    job->group_write = write;
    job->group_last = last;
    job->unsent = 0;
    if (!may_send(pe) || pages > pe_group_credit(pe) ||
        !hear_unit(pe, pe_job_pasid(job))) {
        return unsent(job);
    }
    return pe_group_continue(job);
}

static uint8_t response_code(IOMMUPRIResponseCode code)
{
    switch (code) {
    case IOMMU_PRI_RESP_SUCCESS:
        return PL_ENG_RESP_SUCCESS;
    case IOMMU_PRI_RESP_INVALID_REQUEST:
        return PL_ENG_RESP_INVALID;
    default:
        return PL_ENG_RESP_FAILURE;
    }
}

static void answer(PasidEngine *pe, PeGroup *group, uint8_t code)
{
    PeJob *job = group->job;

    release(pe, group);
    if (job) {
        job->response = code;
        job->answered = true;
        job->prgi = -1;
        job->group_left = 0;
        pe_job_wake(job);
    }
}

/**
 * pe_groups_fail: no group will be answered any more
 */
void pe_groups_fail(PasidEngine *pe)
{
    for (unsigned i = 0; i < PE_GROUPS; i++) {
        if (pe->groups[i].busy) {
            answer(pe, &pe->groups[i], PL_ENG_RESP_FAILURE);
        }
    }
}

/*
 * Response Failure: no further response is to be expected, and no request may
 * be sent until software enables PRI anew.
 */
static void stop(PasidEngine *pe, uint32_t event, uint32_t pasid)
{
    pe->pri_stopped = true;
    set_status(pe, PCI_PRI_STATUS_RF | PCI_PRI_STATUS_STOPPED);
    pe_groups_fail(pe);
    pe_raise_page_event(pe, event | PL_ENG_PAGE_EVENT_STOPPED, pasid);
}

void pe_group_response(IOMMUPRINotifier *n, IOMMUPRIResponse *response)
{
    PeSpace *space = container_of(n, PeSpace, response);
    PasidEngine *pe = space->pe;
    uint16_t prgi = response->prgi & PCI_PRI_PRGI_MASK;
    PeGroup *group = &pe->groups[prgi];
    uint8_t code = response_code(response->response_code);
    uint32_t event = prgi | code << 16;

    pe_count(pe, PL_ENG_STAT_PRG_RESPONSES, 1);
    if (!group->busy || group->pasid != space->pasid) {
        pe_count(pe, PL_ENG_STAT_PRG_LATE, 1);
        set_status(pe, PCI_PRI_STATUS_UPRGI);
        pe_raise_page_event(pe, event | PL_ENG_PAGE_EVENT_LATE, space->pasid);
        return;
    }
    answer(pe, group, code);
    if (code == PL_ENG_RESP_FAILURE) {
        stop(pe, event, space->pasid);
    }
}

/**
 * pe_group_forget_job: the job ends before its group does
 *
 * A closed group is still to be answered; one that never got its last request
 * will not be.
 */
void pe_group_forget_job(PeJob *job)
{
    PeGroup *group;

    if (job->prgi < 0) {
        return;
    }
    group = &job->ch->pe->groups[job->prgi];
    job->prgi = -1;
    if (group->closed) {
        group->job = NULL;
    } else {
        release(job->ch->pe, group);
    }
}

/**
 * pe_group_forget_open: nobody will close the group the channel left open
 */
void pe_group_forget_open(PeChannel *ch)
{
    PeGroup *group = &ch->pe->groups[MAX(ch->open_prgi, 0)];

    if (ch->open_prgi >= 0 && group->open_by == ch) {
        release(ch->pe, group);
    }
    ch->open_prgi = -1;
}

void pe_groups_reset(PasidEngine *pe)
{
    memset(pe->groups, 0, sizeof(pe->groups));
    pe->pri_inflight = 0;
    pe->pri_stopped = false;
}
