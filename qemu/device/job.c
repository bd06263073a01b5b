// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: what a descriptor does.
 *
 * A job advances by steps of at most one page, each of which either happens
 * whole or not at all, so that a job may be parked between any two and go on
 * later.  A copy that waits for its destination reads its source again.
 *
 * The hard rule: no loop here is bounded by the guest; the budget is.
 *
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "engine.h"

#define FNV_BASIS   0xcbf29ce484222325ull
#define FNV_PRIME   0x100000001b3ull

static bool is_sized(uint8_t op)
{
    return op <= PL_ENG_OP_COPY || op == PL_ENG_OP_PREFETCH;
}

static bool pages_fit(PeJob *job)
{
    if (job->op == PL_ENG_OP_PAGE_REQUEST) {
        return job->pages >= 1 && job->pages <= PE_GROUP_MAX;
    }
    return job->pages <= (job->flags & PL_ENG_F_PRI ? PE_GROUP_MAX : 0);
}

static bool addresses_fit(PeJob *job)
{
    uint64_t last = is_sized(job->op) ? job->len - 1 :
                    job->pages * (uint64_t)PE_PAGE_SIZE;

    return job->src + last >= job->src && job->dst + last >= job->dst;
}

static bool well_formed(PeJob *job, const struct pl_eng_desc *desc)
{
    if (desc->reserved0 || desc->reserved1[0] || desc->reserved1[1] ||
        job->op >= PL_ENG_OP_NR || (job->flags & ~PL_ENG_F_ALL)) {
        return false;
    }
    if ((job->flags & PL_ENG_F_PRI) && !(job->flags & PL_ENG_F_ATS)) {
        return false;
    }
    if ((job->flags & PL_ENG_F_LAST) && job->op != PL_ENG_OP_PAGE_REQUEST) {
        return false;
    }
    if ((job->flags & PL_ENG_F_PASID) && job->pasid > PL_ENG_PASID_MASK) {
        return false;
    }
    if (is_sized(job->op) ? !job->len || job->len > PL_ENG_LEN_LIMIT :
                            job->len != 0) {
        return false;
    }
    return pages_fit(job) && addresses_fit(job);
}

/**
 * pe_job_load: take a descriptor as it was fetched
 */
void pe_job_load(PeJob *job, const struct pl_eng_desc *desc)
{
    job->op = desc->op;
    job->tag = le16_to_cpu(desc->tag);
    job->flags = le32_to_cpu(desc->flags);
    job->pasid = le32_to_cpu(desc->pasid);
    job->len = le32_to_cpu(desc->len);
    job->src = le64_to_cpu(desc->src);
    job->dst = le64_to_cpu(desc->dst);
    job->pattern = le64_to_cpu(desc->pattern);
    job->pages = le32_to_cpu(desc->pages);
    job->delay_us = le32_to_cpu(desc->delay_us);
    job->malformed = !well_formed(job, desc);
    job->result = job->op == PL_ENG_OP_READ ? FNV_BASIS : 0;
    job->prgi = -1;
}

static uint32_t to_page_end(uint64_t addr, uint32_t n)
{
    return MIN(n, PE_PAGE_SIZE - (addr & ~PE_PAGE_MASK));
}

static uint64_t fnv1a(uint64_t hash, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    }
    return hash;
}

static void advance(PeJob *job, uint32_t n)
{
    job->done += n;
    job->tries = 0;
}

static PeAccess step_read(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    uint64_t src = job->src + job->done;
    uint32_t left = job->len - job->done;
    uint32_t n = to_page_end(src, left);
    PeAccess r = pe_access(job, src, pe->buf, n, false, left);

    if (r == PE_OK) {
        job->result = fnv1a(job->result, pe->buf, n);
        pe_count(pe, PL_ENG_STAT_BYTES, n);
        advance(job, n);
    }
    return r;
}

static PeAccess step_fill(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    uint64_t dst = job->dst + job->done;
    uint32_t left = job->len - job->done;
    uint32_t n = to_page_end(dst, left);
    PeAccess r;

    for (uint32_t i = 0; i < n; i++) {
        pe->buf[i] = job->pattern >> 8 * ((job->done + i) % 8);
    }
    r = pe_access(job, dst, pe->buf, n, true, left);
    if (r == PE_OK) {
        pe_count(pe, PL_ENG_STAT_BYTES, n);
        advance(job, n);
    }
    return r;
}

static PeAccess step_copy(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    uint64_t src = job->src + job->done;
    uint64_t dst = job->dst + job->done;
    uint32_t left = job->len - job->done;
    uint32_t n = to_page_end(dst, to_page_end(src, left));
    PeAccess r = pe_access(job, src, pe->buf, n, false, left);

    if (r == PE_OK) {
        r = pe_access(job, dst, pe->buf, n, true, left);
    }
    if (r == PE_OK) {
        pe_count(pe, PL_ENG_STAT_BYTES, 2 * n);
        advance(job, n);
    }
    return r;
}

static PeAccess step_prefetch(PeJob *job)
{
    uint64_t src = job->src + job->done;
    uint32_t left = job->len - job->done;
    uint64_t pa, mask;
    PeAccess r = pe_translate(job, src, !(job->flags & PL_ENG_F_NOWRITE), left,
                              &pa, &mask);

    if (r == PE_OK) {
        advance(job, MIN(left, mask - (src & mask) + 1));
    }
    return r;
}

static PeAccess step_page_request(PeJob *job)
{
    PeAccess r = PE_OK;

    if (!job->requested) {
        job->requested = true;
        r = pe_group_request(job, job->src & PE_PAGE_MASK, job->pages,
                             !(job->flags & PL_ENG_F_NOWRITE),
                             job->flags & PL_ENG_F_LAST);
    }
    if (r == PE_OK) {
        job->result = job->last_prgi;
        job->done = job->pages;
    }
    return r;
}

static PeAccess step_atc_flush(PeJob *job)
{
    PasidEngine *pe = job->ch->pe;
    PeSpace *space = pe_space(pe, pe_job_pasid(job));

    if (!(job->flags & PL_ENG_F_PASID)) {
        job->result = pe_atc_drop_all(pe);
    } else if (space) {
        job->result = pe_atc_drop_range(pe, space, 0, UINT64_MAX);
    }
    return PE_OK;
}

static PeAccess step_fence(PeJob *job)
{
    if (job->ch->inflight > 1) {
        job->state = PE_JOB_FENCE;
        return PE_WAIT;
    }
    return PE_OK;
}

static PeAccess step_nop(PeJob *job)
{
    return PE_OK;
}

static PeAccess (*const steps[PL_ENG_OP_NR])(PeJob *job) = {
    [PL_ENG_OP_READ] = step_read,
    [PL_ENG_OP_FILL] = step_fill,
    [PL_ENG_OP_COPY] = step_copy,
    [PL_ENG_OP_NOP] = step_nop,
    [PL_ENG_OP_PREFETCH] = step_prefetch,
    [PL_ENG_OP_PAGE_REQUEST] = step_page_request,
    [PL_ENG_OP_ATC_FLUSH] = step_atc_flush,
    [PL_ENG_OP_FENCE] = step_fence,
};

/* What the job was parked for: a group half sent, or its response. */
static PeAccess resume(PeJob *job)
{
    if (job->answered) {
        job->answered = false;
        if (job->response != PL_ENG_RESP_SUCCESS) {
            job->status = PL_ENG_ST_PAGE_RESPONSE;
            job->fault = ((job->group_addr - 1) & PE_PAGE_MASK) |
                         (job->group_write ? PL_ENG_FAULT_WRITE : 0);
            return PE_FAIL;
        }
    }
    return job->group_left ? pe_group_continue(job) : PE_OK;
}

static bool finished(PeJob *job)
{
    return !is_sized(job->op) || job->done == job->len;
}

/* The pause before the first step; true when there is one. */
static bool hold_back(PeJob *job)
{
    uint64_t us = (uint64_t)job->ch->pe->delay_us + job->delay_us;

    if (job->begun) {
        return false;
    }
    job->begun = true;
    if (us) {
        pe_job_sleep(job, us * SCALE_US);
    }
    return us != 0;
}

/**
 * pe_job_run: advance a job until it ends, is parked or @budget is spent
 *
 * Returns true when it has ended and wants its completion record.
 */
bool pe_job_run(PeJob *job, unsigned *budget)
{
    PeAccess r;

    if (job->malformed) {
        job->status = PL_ENG_ST_BAD_DESC;
        job->result = 0;
        return true;
    }
    if (hold_back(job)) {
        return false;
    }
    r = resume(job);
    while (r == PE_OK) {
        r = steps[job->op](job);
        if (r == PE_OK && finished(job)) {
            return true;
        }
        if (!*budget || !--*budget) {
            break;
        }
    }
    return r == PE_FAIL;
}
