// SPDX-License-Identifier: GPL-2.0-only
/*
 * PASID-table entries (9.6): 512 bits that say how a PASID translates.
 *
 * The unit may read an entry in several pieces at any time, so its first
 * quadword, which holds P, the translation type and the second-stage pointer,
 * decides:
 *
 *  - to fill, write the others while it is zero, then it, in one store;
 *  - to empty, zero it in one store and let the caches forget.  All of it and
 *    not P alone: some implementations look at the type and the pointer
 *    without looking at P.  The others are ignored from then on (9.6, P), and
 *    stay as they are until the next fill writes all of them;
 *  - to replace one first-stage domain by another, store the quadword of
 *    FSPTPTR.  Nothing else differs, since a device's first-stage slots share
 *    their DID (vtd.h), so every moment shows the old or the new (O9);
 *  - any other replacement passes through empty.
 *
 * Locking: pl_dev.lock; entries of different devices have nothing in common.
 *
 * The hard rule: the quadwords behind the first change only while P is clear
 * and no cache holds the entry, FSPTPTR excepted.
 */
#include <linux/io.h>

#include "vtd.h"

#define AW_39	1	/* 3 levels */
#define AW_48	2	/* 4 levels */

static bool is_first_stage(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_PAGING && dom->stage == 1;
}

/* Type, width and second-stage pointer; P with them. */
static u64 qword0(struct vtd_unit *v, struct pl_domain *dom)
{
	struct vtd_domain *vd;

	if (dom->type == PL_DOMAIN_IDENTITY)
		return VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_PT) |
		       FIELD_PREP(VTD_PE0_AW, v->ss_levels == 3 ? AW_39 : AW_48);
	vd = to_vtd_domain(dom);
	/* First stage does not need AW, but there are units that look (fsts). */
	if (is_first_stage(dom))
		return VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_FS) |
		       FIELD_PREP(VTD_PE0_AW, AW_48);
	return VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_SS) |
	       FIELD_PREP(VTD_PE0_AW, vd->table.levels == 3 ? AW_39 : AW_48) |
	       virt_to_phys(vd->table.root);
}

/* 9.6: without PWSNP a unit that could snoop its walks does not, and reads stale tables. */
static u64 qword1(struct vtd_unit *v, const struct pl_dev *d, struct pl_domain *dom)
{
	return FIELD_PREP(VTD_PE1_DID, vtd_did(d, dom)) |
	       (v->ecap & VTD_ECAP_SMPWCS ? VTD_PE1_PWSNP : 0);
}

/* 9.6: FSPM 0 is 4 levels; supervisor requests are not enabled. */
static u64 qword2(struct pl_domain *dom)
{
	return is_first_stage(dom) ? virt_to_phys(to_vtd_domain(dom)->table.root) : 0;
}

/* An entry is one cache line: all stores to it are made visible by one flush. */
static void entry_publish(struct vtd_unit *v, u64 *pe, struct pl_cost *cost)
{
	pl_publish(v->regs, pe, VTD_PE_QWORDS * sizeof(*pe), cost);
}

static void entry_fill(struct vtd_unit *v, struct pl_dev *d, u64 *pe, struct pl_domain *dom,
		       struct pl_cost *cost)
{
	pl_write(v->regs, &pe[1], qword1(v, d, dom), cost);
	pl_write(v->regs, &pe[2], qword2(dom), cost);
	dma_wmb();	/* the whole entry before P */
	pl_write(v->regs, &pe[0], qword0(v, dom), cost);
	entry_publish(v, pe, cost);
}

static void entry_empty(struct vtd_unit *v, u64 *pe, struct pl_cost *cost)
{
	pl_store(v->regs, &pe[0], 0, cost);
	dma_wmb();	/* P clear before the queue is told */
}

/* On a machine's unit a blocked RID has a present entry: passthrough.c. */
static bool rid_is_filled(const struct vtd_unit *v, pl_pasid_t pasid)
{
	return v->others.nothing && pasid == PL_NO_PASID;
}

/**
 * vtd_rid_block() - fill the empty entry of a RID with a table that maps nothing
 * @v: the unit
 * @d: the device
 * @cost: counts
 *
 * Context: may sleep; no cache holds the entry.
 */
void vtd_rid_block(struct vtd_unit *v, struct pl_dev *d, struct pl_cost *cost)
{
	u64 top = virt_to_phys(v->others.nothing), *pe = vtd_entry(d->hw, VTD_RID_PASID);
	bool fs = v->ecap & VTD_ECAP_FSTS;
	u64 first;

	if (fs)
		first = FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_FS) | FIELD_PREP(VTD_PE0_AW, AW_48);
	else
		first = FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_SS) | top |
			FIELD_PREP(VTD_PE0_AW, v->ss_levels == 3 ? AW_39 : AW_48);
	pl_write(v->regs, &pe[1], FIELD_PREP(VTD_PE1_DID, ((struct vtd_dev *)d->hw)->did) |
		  (v->ecap & VTD_ECAP_SMPWCS ? VTD_PE1_PWSNP : 0), cost);
	pl_write(v->regs, &pe[2], fs ? top : 0, cost);
	dma_wmb();	/* the whole entry before P */
	pl_write(v->regs, &pe[0], first | VTD_PE0_P, cost);
	entry_publish(v, pe, cost);
}

/* pl_unit_ops.prepare: a page for the entry; its answer is all that can fail. */
int vtd_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);

	if (new->type == PL_DOMAIN_IDENTITY && !(v->ecap & VTD_ECAP_PT))
		return -EOPNOTSUPP;
	return vtd_entry_reserve(v, d->hw, vtd_pasid(pasid), &t->cost);
}

/* The long way round: through blocking, one sync on the way. */
static void entry_change(struct vtd_unit *v, struct pl_dev *d, pl_pasid_t pasid,
			 struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t)
{
	u64 *pe = vtd_entry(d->hw, vtd_pasid(pasid));

	entry_empty(v, pe, &t->cost);
	vtd_owe_slot(v, d, pasid, old, t);
	/* A queue that fails here fails again at the caller's sync. */
	vtd_sync(&v->unit, t);
	entry_fill(v, d, pe, new, &t->cost);
	vtd_owe_new(v, d, pasid, new, t);
}

/* A domain other than blocking into a slot. */
static void entry_set(struct vtd_unit *v, struct pl_dev *d, pl_pasid_t pasid,
		      struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t)
{
	u64 *pe = vtd_entry(d->hw, vtd_pasid(pasid));

	if (pl_domain_is_blocking(old)) {
		if (rid_is_filled(v, pasid)) {
			entry_empty(v, pe, &t->cost);
			/* A queue that fails here fails again at the caller's sync. */
			vtd_rid_forget(v, d, &t->cost);
		}
		entry_fill(v, d, pe, new, &t->cost);
		vtd_owe_new(v, d, pasid, new, t);
	} else if (is_first_stage(old) && is_first_stage(new)) {
		pl_store(v->regs, &pe[2], qword2(new), &t->cost);
		dma_wmb();	/* the new table before the queue is told */
		vtd_owe_slot(v, d, pasid, old, t);
	} else {
		entry_change(v, d, pasid, old, new, t);
	}
}

/* pl_unit_ops.set */
void vtd_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
	     struct pl_domain *new, struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);

	if (!pl_domain_is_blocking(new)) {
		entry_set(v, d, pasid, old, new, t);
		return;
	}
	entry_empty(v, vtd_entry(d->hw, vtd_pasid(pasid)), &t->cost);
	vtd_owe_slot(v, d, pasid, old, t);
}

/* pl_unit_ops.settle: a blocked RID of a machine's unit gets its table that maps nothing. */
void vtd_settle(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);

	if (rid_is_filled(v, pasid) && pl_domain_is_blocking(new))
		vtd_rid_block(v, d, &t->cost);
}
