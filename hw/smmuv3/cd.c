// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors (5.4), and what a slot holds.
 *
 * A CD's ASID, sizes and attributes are its slot's from the moment the unit can
 * reach it; only TTB0 changes.  It is one word, so that the unit sees the old
 * table or the new one, never a mixture (3.21.3):
 *
 *  - an empty slot leads to a table that maps nothing.  Nothing of it is ever
 *    in the TLB, which keeps valid translations only (3.21.1), so to fill it
 *    owes one CFGI_CD;
 *  - to empty or replace, store, forget the CD, then the ASID.
 *
 * While the CD is forgotten and the ASID is not, the TLB holds entries of two
 * tables under one ASID.  Each request is answered by one of them, if the unit
 * sorts out entries of different sizes itself: 3.21.1.3, BBML 2.  On a unit
 * that does not, a replacement passes through empty.
 *
 * The RID slot is CD 0 and STE.S1DSS together (ste.c).  CD 0 is not looked at
 * while S1DSS says otherwise, so it is led somewhere before S1DSS lets requests
 * through, and led nowhere after S1DSS has stopped them.  Between blocking and
 * a stage-1 domain no wait is needed: the mixtures are blocked too.
 *
 * Locking: pl_dev.lock.
 *
 * The hard rule: a CD that can be reached changes in TTB0 and nowhere else.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/io.h>
#include <linux/printk.h>

#include "smmuv3.h"

#define T0SZ_48		16
#define MAIR_WB		0xffULL	/* attribute 0: write-back, allocate on read and write */

static u64 tg0(u8 granule)
{
	return granule == 12 ? SMMU_TG0_4K : granule == 14 ? SMMU_TG0_16K : SMMU_TG0_64K;
}

static u64 walk_attributes(const struct smmu_unit *v)
{
	if (!v->ids.coherent)
		return FIELD_PREP(SMMU_CD0_SH0, SMMU_SH_OSH);
	return FIELD_PREP(SMMU_CD0_IR0, SMMU_CACHE_WBRAWA) |
	       FIELD_PREP(SMMU_CD0_OR0, SMMU_CACHE_WBRAWA) |
	       FIELD_PREP(SMMU_CD0_SH0, SMMU_SH_ISH);
}

/**
 * smmu_cd_fill() - the CD of an empty slot
 * @v: the unit
 * @sd: the device
 * @cd: where, eight words that the unit cannot reach yet
 * @ssid: its SubstreamID
 *
 * TTB1 is off, faults are recorded and end in an abort, the ASID is none of the
 * processors' (ASET).
 *
 * Context: any.
 */
void smmu_cd_fill(const struct smmu_unit *v, const struct smmu_dev *sd, u64 *cd, u32 ssid)
{
	cd[0] = FIELD_PREP(SMMU_CD0_T0SZ, T0SZ_48) |
		FIELD_PREP(SMMU_CD0_TG0, tg0(v->ids.granule)) | walk_attributes(v) |
		SMMU_CD0_EPD1 | SMMU_CD0_V | FIELD_PREP(SMMU_CD0_IPS, v->ids.oas) |
		SMMU_CD0_AFFD | SMMU_CD0_AA64 | SMMU_CD0_R | SMMU_CD0_A | SMMU_CD0_ASET |
		FIELD_PREP(SMMU_CD0_ASID, smmu_asid(sd, ssid));
	cd[1] = virt_to_phys(v->nothing);
	cd[2] = 0;
	cd[3] = MAIR_WB;
}

/* The table that a slot leads to when it holds @dom. */
static u64 ttb0(const struct smmu_unit *v, pl_pasid_t pasid, struct pl_domain *dom)
{
	if (smmu_is_stage1(dom))
		return virt_to_phys(to_smmu_domain(dom)->table.root);
	if (dom->type == PL_DOMAIN_IDENTITY && pasid != PL_NO_PASID)
		return virt_to_phys(v->identity.root);
	return virt_to_phys(v->nothing);
}

static bool leads_somewhere(pl_pasid_t pasid, struct pl_domain *dom)
{
	return smmu_is_stage1(dom) ||
	       (dom->type == PL_DOMAIN_IDENTITY && pasid != PL_NO_PASID);
}

static void cd_lead(struct smmu_unit *v, struct pl_dev *d, u32 ssid, u64 table,
		    struct pl_ticket *t)
{
	pl_store(v->regs, smmu_cd(d->hw, ssid) + 1, table, &t->cost);
	dma_wmb();	/* the new table before the queue is told */
	smmu_owe_cd(v, d, ssid, true, t);
}

/*
 * A slot's CD from @old to @new.  A queue that fails on the way fails again at
 * the caller's sync.
 */
static void cd_change(struct smmu_unit *v, struct pl_dev *d, pl_pasid_t pasid,
		      struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t)
{
	bool both = leads_somewhere(pasid, old) && leads_somewhere(pasid, new);
	u32 ssid = smmu_ssid(pasid);

	if (both && !v->unit.caps.hitless) {
		cd_lead(v, d, ssid, virt_to_phys(v->nothing), t);
		smmu_owe_slot(v, d, pasid, old, t);
		smmu_sync(&v->unit, t);
		old = &v->unit.blocking;
	}
	cd_lead(v, d, ssid, ttb0(v, pasid, new), t);
	if (leads_somewhere(pasid, old))
		smmu_owe_slot(v, d, pasid, old, t);
}

static bool ste_changes(struct pl_domain *old, struct pl_domain *new)
{
	return !(smmu_is_stage1(old) && smmu_is_stage1(new));
}

/* 3.3.2: its stage 2 is under every PASID. */
static bool takes_stream(const struct pl_domain *dom)
{
	return smmu_is_stage2(dom) || smmu_is_nested(dom);
}

static void ste_change(struct smmu_unit *v, struct pl_dev *d, struct pl_domain *new,
		       struct pl_ticket *t)
{
	struct smmu_dev *sd = d->hw;
	u64 ste[SMMU_STE_WORDS];

	smmu_ste_build(v, d, new, ste);
	smmu_ste_write(v, d, ste, t);
	sd->stage2 = takes_stream(new);
}

/* Something other than blocking comes: CD 0 first, then the stream is let through. */
static void rid_fill(struct smmu_unit *v, struct pl_dev *d, struct pl_domain *old,
		     struct pl_domain *new, struct pl_ticket *t)
{
	if (leads_somewhere(PL_NO_PASID, new)) {
		cd_change(v, d, PL_NO_PASID, old, new, t);
		/* Who bypasses now must not meet the old CD when he no longer does. */
		if (ste_changes(old, new) && !pl_domain_is_blocking(old))
			smmu_sync(&v->unit, t);
	}
	if (ste_changes(old, new))
		ste_change(v, d, new, t);
}

/* @old was CD 0 and @new is not: the stream is stopped or let by, then CD 0 emptied. */
static void rid_leave_cd(struct smmu_unit *v, struct pl_dev *d, struct pl_domain *old,
			 struct pl_domain *new, struct pl_ticket *t)
{
	ste_change(v, d, new, t);
	if (!pl_domain_is_blocking(new))
		smmu_sync(&v->unit, t);
	cd_lead(v, d, smmu_ssid(PL_NO_PASID), virt_to_phys(v->nothing), t);
	smmu_owe_slot(v, d, PL_NO_PASID, old, t);
}

/*
 * Two users' tables may share a VMID, and use one ASID each its own way: as in
 * cd_change(), a unit that cannot sort that out meets one after the other.
 */
static void rid_leave_nested(struct smmu_unit *v, struct pl_dev *d, struct pl_domain *old,
			     struct pl_ticket *t)
{
	ste_change(v, d, &v->unit.blocking, t);
	smmu_owe_slot(v, d, PL_NO_PASID, old, t);
	smmu_sync(&v->unit, t);
}

static void rid_set(struct smmu_unit *v, struct pl_dev *d, struct pl_domain *old,
		    struct pl_domain *new, struct pl_ticket *t)
{
	if (leads_somewhere(PL_NO_PASID, old) && !leads_somewhere(PL_NO_PASID, new)) {
		rid_leave_cd(v, d, old, new, t);
		return;
	}
	if (smmu_is_nested(old) && smmu_is_nested(new) && !v->unit.caps.hitless) {
		rid_leave_nested(v, d, old, t);
		old = &v->unit.blocking;
	}
	rid_fill(v, d, old, new, t);
	if (!leads_somewhere(PL_NO_PASID, old) && !pl_domain_is_blocking(old))
		smmu_owe_slot(v, d, PL_NO_PASID, old, t);
}

static void pasid_set(struct smmu_unit *v, struct pl_dev *d, pl_pasid_t pasid,
		      struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t)
{
	struct smmu_dev *sd = d->hw;

	sd->live += pl_domain_is_blocking(old);
	sd->live -= pl_domain_is_blocking(new);
	cd_change(v, d, pasid, old, new, t);
}

/* pl_unit_ops.set; nothing is left to settle. */
void smmu_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
	      struct pl_domain *new, struct pl_ticket *t)
{
	if (pasid == PL_NO_PASID)
		rid_set(to_smmu(u), d, old, new, t);
	else
		pasid_set(to_smmu(u), d, pasid, old, new, t);
}

/* 3.3.2, R2.7: a stream has one stage 2, and nothing beside it. */
static int stage2_check(const struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *new)
{
	const struct smmu_dev *sd = d->hw;

	if (takes_stream(new) && (pasid != PL_NO_PASID || d->private_pasid))
		return -EOPNOTSUPP;
	if (pasid == PL_NO_PASID ? takes_stream(new) && sd->live : sd->stage2)
		return -EBUSY;
	return 0;
}

/* 5.2, S1CDMax: no CD, no PASID. */
static int ssid_check(const struct smmu_unit *v, const struct smmu_dev *sd, u32 ssid)
{
	if (!(ssid >> sd->ssid_bits))
		return 0;
	pr_err("%s: PASID %u of stream %#x is beyond its table of CDs (STE.S1CDMax is %u)\n",
	       v->unit.name, ssid, sd->sid, sd->ssid_bits);
	return -EOVERFLOW;
}

/* pl_unit_ops.prepare: a page for the CD, a table for identity. */
int smmu_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		 struct pl_domain *new, struct pl_ticket *t)
{
	struct smmu_unit *v = to_smmu(u);
	int ret;

	ret = ssid_check(v, d->hw, smmu_ssid(pasid)) ?: stage2_check(d, pasid, new);
	if (!ret && new->type == PL_DOMAIN_IDENTITY && pasid != PL_NO_PASID)
		ret = smmu_identity_reserve(v);
	/* Last: what it owes is paid by the set that follows. */
	return ret ?: smmu_cd_reserve(v, d, smmu_ssid(pasid), t);
}
