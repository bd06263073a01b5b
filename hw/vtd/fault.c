// SPDX-License-Identifier: GPL-2.0-only
/*
 * Primary fault logging (7.2.1, 11.4.7): from fault records to the core.
 *
 * The unit fills a small ring of records in its registers and keeps silent
 * when it is full (PFO).  We read from where it says the first one is (FRI) as
 * long as records are marked, free each by writing its F bit, and clear the
 * overflow last: faults that come meanwhile are recorded again.
 *
 * Locking: fault_lock; any context.
 *
 * The hard rule: a record is freed only after all of it has been read.
 */
#include <linux/array_size.h>
#include <linux/kernel.h>

#include "vtd.h"

#define ROUNDS_MAX	64U

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

/*
 * Until nothing is pending: a fault that is recorded while a status bit is still
 * set makes no interrupt of its own (7.3).  A storm that does not end is left to
 * the poller after a while.
 */
static bool faults_look(struct pl_listener *l)
{
	struct vtd_unit *v = container_of(l, struct vtd_unit, faults);
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
		pl_listener_again(l);
	return rounds;
}

/**
 * vtd_fault_listen() - learn of faults from now on
 * @v: the unit
 *
 * Context: may sleep.
 */
void vtd_fault_listen(struct vtd_unit *v)
{
	pl_listener_start(&v->faults);
	if (v->faults.irq)
		pl_write32(v->regs, VTD_FECTL, 0);
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
	pl_listener_stop(&v->faults);
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
	pl_listener_init(&v->faults, v->regs, PL_IRQ_FAULT, faults_look);
	faults_look(&v->faults);
	vtd_fault_listen(v);
}
