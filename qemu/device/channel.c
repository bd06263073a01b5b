// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: rings at work.
 *
 * A channel runs from a timer on the guest's clock, for a bounded number of
 * steps at a time, and then leaves the main loop to others; under -icount this
 * makes each run fall on the same instruction in every boot.  What happens
 * between two runs (a response, a doorbell) only marks jobs and arms the timer.
 *
 * The hard rule: a completion record is written before its counter is, and
 * both before the message (PCIe 2.4: posted writes keep their order).
 *
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/bswap.h"
#include "engine.h"

#define RUN_BUDGET      64      /* steps of a page, or descriptors */
#define RUN_GAP_NS      2000    /* between two runs with work left */
#define ORDER_MIN       1
#define ORDER_MAX       16

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void kick(PeChannel *ch, int64_t when)
{
    timer_mod_anticipate_ns(ch->timer, when);
}

void pe_job_sleep(PeJob *job, int64_t ns)
{
    job->state = PE_JOB_SLEEPING;
    job->wake = now() + ns;
}

/**
 * pe_job_wake: what the job waited for has come
 */
void pe_job_wake(PeJob *job)
{
    job->state = PE_JOB_READY;
    kick(job->ch, now());
}

static uint32_t ring_pasid(PeChannel *ch)
{
    return ch->ring_pasid & PL_ENG_CH_RING_PASID_VALID ?
           ch->ring_pasid & PL_ENG_PASID_MASK : PCI_NO_PASID;
}

static uint32_t slot(PeChannel *ch, uint32_t counter)
{
    return counter & ((1u << ch->ring_order) - 1);
}

static void set_error(PeChannel *ch, uint8_t error)
{
    ch->error = error;
    pe_raise(ch->pe, 1u << ch->nr, ch->nr);
}

static bool write_record(PeChannel *ch, uint32_t counter,
                         struct pl_eng_comp *comp)
{
    uint64_t addr = ch->comp_base + slot(ch, counter) * PL_ENG_COMP_SIZE;
    uint32_t pasid = ring_pasid(ch);
    const size_t body = sizeof(comp->seq);

    if (pe_untranslated(ch->pe, pasid, addr + body, (uint8_t *)comp + body,
                        sizeof(*comp) - body, true)) {
        return false;
    }
    /* Whoever sees the counter must see the record: see the hard rule. */
    smp_wmb();
    return !pe_untranslated(ch->pe, pasid, addr, &comp->seq, body, true);
}

static void count_result(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;

    if (job->status) {
        pe_count(pe, PL_ENG_STAT_REFUSED, 1);
    } else if (job->op <= PL_ENG_OP_COPY) {
        pe_count(pe, PL_ENG_STAT_TRANSFERS, 1);
    }
}

static void wake_fence(PeChannel *ch)
{
    for (unsigned i = 0; i < PE_JOBS; i++) {
        if (ch->jobs[i].state == PE_JOB_FENCE) {
            ch->jobs[i].state = PE_JOB_READY;
        }
    }
}

static void free_job(PeJob *job)
{
    PeChannel *ch = job->ch;

    if (ch->cur == job) {
        ch->cur = NULL;
    }
    job->state = PE_JOB_FREE;
    ch->inflight--;
    if (ch->inflight == 1) {
        wake_fence(ch);
    }
}

static void complete(PeJob *job)
{
    PeChannel *ch = job->ch;
    struct pl_eng_comp comp = {
        .seq = cpu_to_le32(job->counter + 1),
        .status = job->status,
        .response = job->response,
        .tag = cpu_to_le16(job->tag),
        .done = cpu_to_le32(job->done),
        .ticks = cpu_to_le32(MIN(now() - job->born, UINT32_MAX)),
        .hash = cpu_to_le64(job->result),
        .fault = cpu_to_le64(job->fault),
    };

    pe_group_forget_job(job);
    count_result(job);
    if (!write_record(ch, job->counter, &comp)) {
        set_error(ch, PL_ENG_CH_ERR_COMPLETE);
    } else if (job->flags & PL_ENG_F_INTR) {
        ch->message = true;
    }
    free_job(job);
}

/* Jobs whose time has come, then the oldest of those that can go on. */
static PeJob *next_ready(PeChannel *ch)
{
    PeJob *oldest = NULL;

    for (unsigned i = 0; ch->inflight && i < PE_JOBS; i++) {
        PeJob *job = &ch->jobs[i];

        if (job->state == PE_JOB_SLEEPING && job->wake <= now()) {
            job->state = PE_JOB_READY;
        }
        if (job->state == PE_JOB_READY &&
            (!oldest || (int32_t)(job->counter - oldest->counter) < 0)) {
            oldest = job;
        }
    }
    return oldest;
}

static bool may_fetch(PeChannel *ch)
{
    return !ch->cur && !ch->error && ch->head != ch->tail &&
           ch->inflight < PE_JOBS;
}

static PeJob *fetch(PeChannel *ch)
{
    uint64_t addr = ch->ring_base + slot(ch, ch->head) * PL_ENG_DESC_SIZE;
    struct pl_eng_desc desc;
    PeJob *job = ch->jobs;

    if (pe_untranslated(ch->pe, ring_pasid(ch), addr, &desc, sizeof(desc),
                        false)) {
        set_error(ch, PL_ENG_CH_ERR_FETCH);
        return NULL;
    }
    while (job->state != PE_JOB_FREE) {
        job++;
    }
    memset(job, 0, sizeof(*job));
    job->ch = ch;
    job->state = PE_JOB_READY;
    job->counter = ch->head++;
    job->born = now();
    pe_job_load(job, &desc);
    ch->cur = job;
    ch->inflight++;
    pe_count(ch->pe, PL_ENG_STAT_DESCRIPTORS, 1);
    return job;
}

static PeJob *next_job(PeChannel *ch)
{
    PeJob *job = next_ready(ch);

    return job ? job : may_fetch(ch) ? fetch(ch) : NULL;
}

/* Those behind a job may pass only while it waits for pages. */
static void let_pass(PeJob *job)
{
    bool waits = job->state == PE_JOB_RESPONSE ||
                 (job->state == PE_JOB_SLEEPING && job->group_left);

    if (waits && (job->flags & PL_ENG_F_UNORDERED) && job->ch->cur == job) {
        job->ch->cur = NULL;
    }
}

/* Arm the timer for what is left, if anything can go on by itself. */
static void rearm(PeChannel *ch)
{
    for (unsigned i = 0; ch->inflight && i < PE_JOBS; i++) {
        if (ch->jobs[i].state == PE_JOB_SLEEPING) {
            kick(ch, ch->jobs[i].wake);
        }
    }
    if (may_fetch(ch) || next_ready(ch)) {
        kick(ch, now() + RUN_GAP_NS);
    }
}

static void work(PeChannel *ch)
{
    unsigned budget = RUN_BUDGET;
    PeJob *job;

    while (budget && !ch->error && (job = next_job(ch))) {
        if (pe_job_run(job, &budget)) {
            complete(job);
        } else {
            let_pass(job);
        }
        budget -= budget ? 1 : 0;
    }
    if (!ch->error) {
        rearm(ch);
    }
    if (ch->message) {
        ch->message = false;
        pe_raise(ch->pe, 1u << ch->nr, ch->nr);
    }
}

/*
 * Our own DMA may reach our own registers, or cause an FLR by way of the
 * configuration space: the guard refuses the one, pe_reset() puts off the
 * other.
 */
static void run(void *opaque)
{
    PeChannel *ch = opaque;
    PasidEngine *pe = ch->pe;
    MemReentrancyGuard *guard = &DEVICE(pe)->mem_reentrancy_guard;

    guard->engaged_in_io = true;
    pe->running = true;
    work(ch);
    pe->running = false;
    guard->engaged_in_io = false;
    if (pe->reset_pending) {
        pe_reset(pe);
    }
}

static bool ring_fits(PeChannel *ch)
{
    return ch->ring_order >= ORDER_MIN && ch->ring_order <= ORDER_MAX &&
           !(ch->ring_base % PL_ENG_DESC_SIZE) &&
           !(ch->comp_base % PL_ENG_COMP_SIZE) &&
           pe_space(ch->pe, ring_pasid(ch));
}

static void enable(PeChannel *ch)
{
    ch->enabled = true;
    ch->head = 0;
    ch->tail = 0;
    if (!ring_fits(ch)) {
        set_error(ch, PL_ENG_CH_ERR_RING);
    }
}

static void disable(PeChannel *ch)
{
    timer_del(ch->timer);
    for (unsigned i = 0; i < PE_JOBS; i++) {
        PeJob *job = &ch->jobs[i];

        if (job->state != PE_JOB_FREE) {
            job->status = PL_ENG_ST_ABORTED;
            pe_count(ch->pe, PL_ENG_STAT_ABORTED, 1);
            complete(job);
        }
    }
    pe_group_forget_open(ch);
    ch->enabled = false;
    ch->error = PL_ENG_CH_ERR_NONE;
    if (ch->message) {
        ch->message = false;
        pe_raise(ch->pe, 1u << ch->nr, ch->nr);
    }
}

static void doorbell(PeChannel *ch, uint32_t tail)
{
    if (!ch->enabled || ch->error) {
        return;
    }
    if (tail - ch->head > 1u << ch->ring_order) {
        set_error(ch, PL_ENG_CH_ERR_TAIL);
        return;
    }
    ch->tail = tail;
    kick(ch, now());
}

static uint32_t state(PeChannel *ch)
{
    if (!ch->enabled) {
        return PL_ENG_CH_DISABLED;
    }
    if (ch->error) {
        return PL_ENG_CH_ERROR | ch->error << 8;
    }
    if (!ch->inflight && ch->head == ch->tail) {
        return PL_ENG_CH_IDLE;
    }
    for (unsigned i = 0; i < PE_JOBS; i++) {
        if (ch->jobs[i].state == PE_JOB_READY) {
            return PL_ENG_CH_BUSY;
        }
    }
    return may_fetch(ch) ? PL_ENG_CH_BUSY : PL_ENG_CH_WAITING;
}

/**
 * pe_channel_read: 32 bits of a channel's registers
 */
uint32_t pe_channel_read(PeChannel *ch, unsigned reg)
{
    switch (reg) {
    case PL_ENG_CH_RING_BASE:
        return ch->ring_base;
    case PL_ENG_CH_RING_BASE + 4:
        return ch->ring_base >> 32;
    case PL_ENG_CH_COMP_BASE:
        return ch->comp_base;
    case PL_ENG_CH_COMP_BASE + 4:
        return ch->comp_base >> 32;
    case PL_ENG_CH_RING_ORDER:
        return ch->ring_order;
    case PL_ENG_CH_RING_PASID:
        return ch->ring_pasid;
    case PL_ENG_CH_CTRL:
        return ch->enabled ? PL_ENG_CH_CTRL_ENABLE : 0;
    case PL_ENG_CH_STATUS:
        return state(ch);
    case PL_ENG_CH_HEAD:
        return ch->head;
    case PL_ENG_CH_TAIL:
        return ch->tail;
    case PL_ENG_CH_INFLIGHT:
        return ch->inflight;
    default:
        return 0;
    }
}

static void write_setup(PeChannel *ch, unsigned reg, uint32_t value)
{
    switch (reg) {
    case PL_ENG_CH_RING_BASE:
        ch->ring_base = deposit64(ch->ring_base, 0, 32, value);
        break;
    case PL_ENG_CH_RING_BASE + 4:
        ch->ring_base = deposit64(ch->ring_base, 32, 32, value);
        break;
    case PL_ENG_CH_COMP_BASE:
        ch->comp_base = deposit64(ch->comp_base, 0, 32, value);
        break;
    case PL_ENG_CH_COMP_BASE + 4:
        ch->comp_base = deposit64(ch->comp_base, 32, 32, value);
        break;
    case PL_ENG_CH_RING_ORDER:
        ch->ring_order = value;
        break;
    case PL_ENG_CH_RING_PASID:
        ch->ring_pasid = value & (PL_ENG_CH_RING_PASID_VALID |
                                  PL_ENG_PASID_MASK);
        break;
    }
}

/**
 * pe_channel_write: 32 bits of a channel's registers
 */
void pe_channel_write(PeChannel *ch, unsigned reg, uint32_t value)
{
    bool on = value & PL_ENG_CH_CTRL_ENABLE;

    if (reg == PL_ENG_CH_TAIL) {
        doorbell(ch, value);
    } else if (reg == PL_ENG_CH_CTRL && on != ch->enabled) {
        if (on) {
            enable(ch);
        } else {
            disable(ch);
        }
    } else if (!ch->enabled) {
        write_setup(ch, reg, value);
    }
}

/**
 * pe_channel_limits: for PL_ENG_LIMITS
 */
uint32_t pe_channel_limits(void)
{
    return ORDER_MIN | ORDER_MAX << 8 | PE_GROUP_MAX << 16;
}

void pe_channel_init(PasidEngine *pe, unsigned nr)
{
    PeChannel *ch = &pe->ch[nr];

    ch->pe = pe;
    ch->nr = nr;
    ch->open_prgi = -1;
    ch->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, run, ch);
}

void pe_channel_exit(PeChannel *ch)
{
    timer_free(ch->timer);
}

/**
 * pe_channel_reset: end everything at once, without a record or a message
 */
void pe_channel_reset(PeChannel *ch)
{
    timer_del(ch->timer);
    pe_count(ch->pe, PL_ENG_STAT_ABORTED, ch->inflight);
    memset(ch->jobs, 0, sizeof(ch->jobs));
    ch->cur = NULL;
    ch->inflight = 0;
    ch->open_prgi = -1;
    ch->message = false;
    ch->enabled = false;
    ch->error = PL_ENG_CH_ERR_NONE;
    ch->head = 0;
    ch->tail = 0;
    ch->ring_base = 0;
    ch->comp_base = 0;
    ch->ring_order = 0;
    ch->ring_pasid = 0;
}
