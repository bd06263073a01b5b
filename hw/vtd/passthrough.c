// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everybody else: on a machine's own unit, devices that are no endpoints of
 * ours must go on working while translation is on.
 *
 * All of them share one PASID directory with one page of entries, of which one
 * is in use: PASID 0, pass-through, DID 1 (9.6).  All buses without an endpoint
 * share one page of context entries that lead there, so that the 65,536
 * context entries of a segment cost three pages.  A bus half gets a context
 * table of its own when its first endpoint comes (table.c), as a copy of the
 * shared one.
 *
 * An endpoint takes its context entry over from everybody's with one store of
 * its first quadword; the second one is 0 in both (RID_PASID).  What was cached
 * for it before had everybody's DID, so that DID is what is invalidated here,
 * and the endpoint's own when the entry goes back (ticket.c).
 *
 * Requests with PASID and translation requests of others are refused: PASIDE
 * and DTE are clear in the shared entries.
 *
 * A blocked RID.  The specification lets the entry of RID_PASID be empty like any
 * other (9.6), but QEMU 11.1 looks at it before it looks at the entry of a
 * request's own PASID, and refuses all PASIDs of a device whose RID entry is not
 * present.  On a machine's unit a blocked RID therefore leads to a page table
 * that maps nothing, which refuses as well (entry.c).
 *
 * Locking: start and stop with the unit's; the rest under pl_dev.lock.
 *
 * The hard rule: the shared tables are complete before translation is on, and
 * never change after.
 */
#include <linux/array_size.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "vtd.h"

#define ROOT_ENTRIES	512	/* two for each bus, in scalable mode (9.1) */
#define CTX_ENTRIES	(PAGE_SIZE / sizeof(u64) / VTD_CTX_QWORDS)
#define AW_39		1
#define AW_48		2

static void fill_entry(struct vtd_unit *v, struct pl_cost *cost)
{
	u64 *pe = v->others.entries;

	pl_store(v->regs, &pe[1], FIELD_PREP(VTD_PE1_DID, VTD_DID_PT), cost);
	pl_store(v->regs, &pe[0], VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_PT) |
		  FIELD_PREP(VTD_PE0_AW, v->ss_levels == 3 ? AW_39 : AW_48), cost);
	pl_store(v->regs, v->others.dir, virt_to_phys(pe) | VTD_PDE_P, cost);
}

static void fill_contexts(struct vtd_unit *v, struct pl_cost *cost)
{
	u64 *ctx = v->others.ctx;
	u32 i;

	for (i = 0; i < CTX_ENTRIES; i++)
		pl_store(v->regs, &ctx[i * VTD_CTX_QWORDS], vtd_others_context(v), cost);
	for (i = 0; i < ROOT_ENTRIES; i++)
		pl_store(v->regs, &v->root[i], virt_to_phys(ctx) | VTD_ROOT_P, cost);
}

/**
 * vtd_others_start() - pass-through for every device
 * @v: the unit; its root table is there, translation is off
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtd_others_start(struct vtd_unit *v)
{
	struct vtd_others *o = &v->others;
	struct pl_cost uncounted = {};

	o->entries = vtd_table_alloc(v, 0, &uncounted);
	o->dir = vtd_table_alloc(v, 0, &uncounted);
	o->ctx = vtd_table_alloc(v, 0, &uncounted);
	o->nothing = vtd_table_alloc(v, 0, &uncounted);
	if (!o->entries || !o->dir || !o->ctx || !o->nothing) {
		vtd_others_stop(v);
		return -ENOMEM;
	}
	fill_entry(v, &uncounted);
	fill_contexts(v, &uncounted);
	return 0;
}

/**
 * vtd_others_stop() - the shared tables go
 * @v: the unit; translation is off and the root table goes next
 *
 * Context: may sleep.
 */
void vtd_others_stop(struct vtd_unit *v)
{
	struct vtd_others *o = &v->others;

	vtd_table_free(v, o->nothing, 0);
	vtd_table_free(v, o->ctx, 0);
	vtd_table_free(v, o->dir, 0);
	vtd_table_free(v, o->entries, 0);
	memset(o, 0, sizeof(*o));
}

/**
 * vtd_others_context() - the context entry of a device that is no endpoint
 * @v: the unit
 *
 * Context: any.
 * Return: its first quadword; 0, not present, on a model.
 */
u64 vtd_others_context(const struct vtd_unit *v)
{
	/* PDTS 0: 128 directory entries, of which the first is there. */
	return v->others.dir ? virt_to_phys(v->others.dir) | VTD_CTX_P : 0;
}

/**
 * vtd_others_forget() - a device is no longer one of the others
 * @v: the unit; the device's context entry is its own by now
 * @cost: counts
 *
 * 6.5.3.3: context-cache, PASID-cache and IOTLB, in this order, a fence at each
 * step.  The context-cache as a whole, since the root entry of the device's bus
 * may have changed with it.
 *
 * Context: may sleep.
 * Return: 0; -ETIMEDOUT or -EIO when the unit did not answer.
 */
int vtd_others_forget(struct vtd_unit *v, struct pl_cost *cost)
{
	const u64 descs[][2] = {
		{ VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_GLOBAL), 0 },
		{ VTD_DESC_WAIT | VTD_WAIT_FN, 0 },
		{ VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_DOMAIN) |
		  FIELD_PREP(VTD_PC_DID, VTD_DID_PT), 0 },
		{ VTD_DESC_WAIT | VTD_WAIT_FN, 0 },
		{ VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_DOMAIN) |
		  FIELD_PREP(VTD_IOTLB_DID, VTD_DID_PT) | VTD_IOTLB_DR | VTD_IOTLB_DW, 0 },
	};
	u64 batch = vtd_queue_add(&v->queue, descs, ARRAY_SIZE(descs), cost);

	return vtd_queue_wait(&v->queue, batch, cost);
}

/**
 * vtd_rid_forget() - a blocked RID's entry was emptied, to be filled anew
 * @v: the unit
 * @d: the device
 * @cost: counts
 *
 * Nothing was translated through it, so no device TLB holds anything.
 *
 * Context: may sleep; pl_dev.lock held.
 * Return: 0; -ETIMEDOUT or -EIO when the unit did not answer.
 */
int vtd_rid_forget(struct vtd_unit *v, const struct pl_dev *d, struct pl_cost *cost)
{
	u16 did = ((struct vtd_dev *)d->hw)->did;
	const u64 descs[][2] = {
		{ VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_PASID) | FIELD_PREP(VTD_PC_DID, did) |
		  FIELD_PREP(VTD_PC_PASID_ID, VTD_RID_PASID), 0 },
		{ VTD_DESC_WAIT | VTD_WAIT_FN, 0 },
		{ VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_DOMAIN) |
		  FIELD_PREP(VTD_IOTLB_DID, did) | VTD_IOTLB_DR | VTD_IOTLB_DW, 0 },
	};
	u64 batch = vtd_queue_add(&v->queue, descs, ARRAY_SIZE(descs), cost);

	return vtd_queue_wait(&v->queue, batch, cost);
}
