// SPDX-License-Identifier: GPL-2.0-only
/*
 * Primary fault logging (7.2.1, 11.4.7): from fault records to the core.
 *
 * The unit fills a small ring of records in its registers and keeps silent
 * when it is full (PFO).  We read from where it says the first one is (FRI) as
 * long as records are marked, free each by writing its F bit, and clear the
 * overflow last: faults that come meanwhile are recorded again.
 *
 * A unit that can interrupt us does; where no interrupt is to be had, delayed
 * work looks, every tick after a fault and ten times a second when it is quiet.
 *
 * Locking: fault_lock; any context.
 *
 * The hard rule: a record is freed only after all of it has been read.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "vtd.h"

#define ROUNDS_MAX	64U
#define POLL_FAST	1UL		/* jiffies */
#define POLL_SLOW	((unsigned long)HZ / 10)

struct reason {
	u8 code;
	const char *why;
};

/* 7.1.3, Table 30, in our words. */
static const struct reason reasons[] = {
	{ VTD_FR_ROOT_NP,	"root entry not present" },
	{ VTD_FR_CTX_NP,	"context entry not present" },
	{ VTD_FR_CTX_RSVD,	"reserved field set in context entry" },
	{ VTD_FR_DTE_OFF,	"translation request, but ATS is off for the device" },
	{ VTD_FR_PASIDE_OFF,	"request with PASID, but PASIDs are off for the device" },
	{ VTD_FR_PASID_RANGE,	"PASID beyond the PASID directory" },
	{ VTD_FR_RID_PASID,	"request with the PASID that stands for the RID" },
	{ VTD_FR_PDE_NP,	"PASID directory entry not present" },
	{ VTD_FR_PDE_RSVD,	"reserved field set in PASID directory entry" },
	{ VTD_FR_PE_ACCESS,	"PASID-table entry cannot be read" },
	{ VTD_FR_PE_NP,		"PASID-table entry not present: the slot holds blocking" },
	{ VTD_FR_PE_RSVD,	"reserved field set in PASID-table entry" },
	{ VTD_FR_PE_INVALID,	"PASID-table entry with fields that do not go together" },
	{ VTD_FR_FS_ACCESS,	"first-stage table cannot be read" },
	{ VTD_FR_FS_NP,		"first-stage entry not present" },
	{ VTD_FR_FS_RSVD,	"reserved field set in first-stage entry" },
	{ VTD_FR_FS_ROOT,	"top of the first-stage table cannot be read" },
	{ VTD_FR_SS_ACCESS,	"second-stage table cannot be read" },
	{ VTD_FR_SS_NP,		"second-stage entry permits nothing" },
	{ VTD_FR_SS_RSVD,	"reserved field set in second-stage entry" },
	{ VTD_FR_SS_ROOT,	"top of the second-stage table cannot be read" },
	{ VTD_FR_NONCANONICAL,	"address not canonical for the first stage" },
	{ VTD_FR_USER,		"user request to a supervisor page" },
	{ VTD_FR_HAW,		"address beyond the host's width" },
	{ VTD_FR_WIDTH,		"address beyond the width of the second stage" },
	{ VTD_FR_WRITE,		"no write permission" },
	{ VTD_FR_READ,		"no read permission" },
	{ VTD_FR_INTERRUPT,	"address leads to the interrupt range" },
	{ VTD_FR_PSS,		"PASID wider than the unit's" },
};

static const char *why(u8 code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].code == code)
			return reasons[i].why;
	return "see VT-d 7.1.3";
}

static void record_report(struct vtd_unit *v, u64 lo, u64 hi)
{
	struct pl_fault f = {
		.rid = FIELD_GET(VTD_FRCD_HI_SID, hi),
		.pasid = PL_NO_PASID,
		.addr = lo & VTD_FRCD_LO_FI,
		.reason = FIELD_GET(VTD_FRCD_HI_FR, hi),
	};

	f.why = why(f.reason);
	if (hi & VTD_FRCD_HI_PP) {
		f.pasid = FIELD_GET(VTD_FRCD_HI_PV, hi);
		f.flags |= PL_FAULT_PASID;
		f.flags |= hi & VTD_FRCD_HI_PRIV ? PL_FAULT_PRIV : 0;
		f.flags |= hi & VTD_FRCD_HI_EXE ? PL_FAULT_EXEC : 0;
	}
	if (!(hi & VTD_FRCD_HI_READ))
		f.flags |= PL_FAULT_WRITE;
	pl_fault_report(&v->unit, &f);
}

/* All records that are marked, from the first on. */
static void records_take(struct vtd_unit *v, u32 fsts)
{
	u32 off = FIELD_GET(VTD_CAP_FRO, v->cap) * VTD_FRCD_SIZE;
	u32 nr = FIELD_GET(VTD_CAP_NFR, v->cap) + 1;
	u32 i = FIELD_GET(VTD_FSTS_FRI, fsts), rec, n;
	struct pl_regs *r = v->regs;
	u64 lo, hi;

	for (n = 0; n < nr; n++) {
		rec = off + ((i + n) % nr) * VTD_FRCD_SIZE;
		hi = pl_read64(r, rec + 8);
		if (!(hi & VTD_FRCD_HI_F))
			break;
		lo = pl_read64(r, rec);
		record_report(v, lo, hi);
		pl_write64(r, rec + 8, VTD_FRCD_HI_F);
	}
}

/**
 * vtd_fault_poll() - report whatever faults the unit has recorded
 * @v: the unit
 *
 * Looks again until nothing is pending: a fault that is recorded while a
 * status bit is still set makes no interrupt of its own (7.3).  A storm that
 * does not end is left to the poller after a while.
 *
 * Context: any; the fault interrupt's handler, or the poller.
 * Return: true when there were any.
 */
bool vtd_fault_poll(struct vtd_unit *v)
{
	unsigned long flags;
	u32 fsts, rounds;

	spin_lock_irqsave(&v->fault_lock, flags);
	for (rounds = 0; rounds < ROUNDS_MAX; rounds++) {
		fsts = pl_read32(v->regs, VTD_FSTS);
		if (!(fsts & (VTD_FSTS_PPF | VTD_FSTS_PFO)))
			break;
		if (fsts & VTD_FSTS_PPF)
			records_take(v, fsts);
		if (fsts & VTD_FSTS_PFO) {
			pl_fault_lost(&v->unit, 1);
			pl_write32(v->regs, VTD_FSTS, VTD_FSTS_PFO);
		}
	}
	spin_unlock_irqrestore(&v->fault_lock, flags);
	if (rounds == ROUNDS_MAX)
		mod_delayed_work(system_wq, &v->poll, POLL_FAST);
	return rounds;
}

/**
 * vtd_fault_again() - look for faults that another status bit kept silent
 * @v: the unit
 *
 * Whoever clears another bit of FSTS calls it: faults that were recorded while
 * the bit was set made no interrupt (7.3).  A poller finds them by itself.
 *
 * Context: any.
 */
void vtd_fault_again(struct vtd_unit *v)
{
	if (READ_ONCE(v->irq))
		mod_delayed_work(system_wq, &v->poll, POLL_FAST);
}

static void fault_irq(void *arg)
{
	vtd_fault_poll(arg);
}

/* Soon again after a fault, then less and less often. */
static void fault_work(struct work_struct *work)
{
	struct vtd_unit *v = container_of(to_delayed_work(work), struct vtd_unit, poll);

	if (vtd_fault_poll(v))
		v->poll_after = POLL_FAST;
	else
		v->poll_after = min(2 * v->poll_after, POLL_SLOW);
	if (!v->irq)
		mod_delayed_work(system_wq, &v->poll, v->poll_after);
}

/**
 * vtd_fault_listen() - learn of faults: by interrupt, else by polling
 * @v: the unit
 *
 * Context: may sleep.
 */
void vtd_fault_listen(struct vtd_unit *v)
{
	v->irq = !v->regs->ops->request_irq(v->regs, PL_IRQ_FAULT, fault_irq, v);
	v->poll_after = POLL_FAST;
	if (v->irq)
		pl_write32(v->regs, VTD_FECTL, 0);
	else
		mod_delayed_work(system_wq, &v->poll, POLL_FAST);
}

/**
 * vtd_fault_unlisten() - no longer learn of faults
 * @v: the unit
 *
 * Context: may sleep.  Neither handler nor poller runs when it returns.
 */
void vtd_fault_unlisten(struct vtd_unit *v)
{
	pl_write32(v->regs, VTD_FECTL, VTD_FECTL_IM);
	if (v->irq)
		v->regs->ops->free_irq(v->regs, PL_IRQ_FAULT);
	/* So that the poller, if it runs now, does not go on. */
	v->irq = true;
	cancel_delayed_work_sync(&v->poll);
	v->irq = false;
}

/**
 * vtd_fault_start() - clear what is left over and listen
 * @v: the unit
 *
 * Context: may sleep.
 */
void vtd_fault_start(struct vtd_unit *v)
{
	spin_lock_init(&v->fault_lock);
	INIT_DELAYED_WORK(&v->poll, fault_work);
	vtd_fault_poll(v);
	vtd_fault_listen(v);
}

/**
 * vtd_fault_stop() - stop listening
 * @v: the unit
 *
 * Context: may sleep.
 */
void vtd_fault_stop(struct vtd_unit *v)
{
	vtd_fault_unlisten(v);
}
