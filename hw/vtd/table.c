// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables above a PASID-table entry: root, context, PASID directory (3.4,
 * 9.1 to 9.5), and where a PASID's entry stands.
 *
 * A device gets its context entry when it comes and keeps it until it goes; in
 * between nothing above the PASID table changes but directory entries going
 * from not present to present.  Pages of 64 PASID entries come with the first
 * PASID that needs them and stay, so that a detach never frees a table.
 *
 * Locking: vtd_unit.lock for root and context tables; a device's directory is
 * written under pl_dev.lock only.
 *
 * The hard rule: a table is zeroed and published before an entry points to it.
 */
#include <linux/array_size.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vtd.h"

#define PDTS_SHIFT	7	/* 2^(PDTS + 7) directory entries (9.4) */

/**
 * vtd_table_alloc() - zeroed, published pages for a table
 * @v: the unit
 * @order: 2^order pages
 * @cost: counts pages and flushes
 *
 * Context: may sleep.
 * Return: the table or NULL.
 */
void *vtd_table_alloc(struct vtd_unit *v, unsigned int order, struct pl_cost *cost)
{
	void *table = pl_table_alloc(order, cost);

	if (table)
		pl_publish(v->regs, table, PAGE_SIZE << order, cost);
	return table;
}

/* pl_table_free() */
void vtd_table_free(struct vtd_unit *v, void *table, unsigned int order)
{
	pl_table_free(v->regs, table, order);
}

static unsigned int dir_order(u8 pdts)
{
	return get_order(sizeof(u64) << (pdts + PDTS_SHIFT));
}

/* The smallest directory that has an entry for every page of 64 PASIDs. */
static u8 dir_size(u32 max_pasids)
{
	u32 entries = max_t(u32, max_pasids / VTD_PE_PER_PAGE, 1u << PDTS_SHIFT);

	return order_base_2(entries) - PDTS_SHIFT;
}

/* 3.4.3: a bus has two context tables in scalable mode, of 128 devices each. */
static u64 *context_slot(struct vtd_unit *v, u16 rid)
{
	u64 *table = v->ctx[rid >> 7];

	return table ? table + (rid & 0x7f) * VTD_CTX_QWORDS : NULL;
}

static int context_table_reserve(struct vtd_unit *v, u16 rid, struct pl_cost *cost)
{
	u64 *table;

	if (v->ctx[rid >> 7])
		return 0;
	table = vtd_table_alloc(v, 0, cost);
	if (!table)
		return -ENOMEM;
	if (v->others.ctx) {
		memcpy(table, v->others.ctx, PAGE_SIZE);
		pl_publish(v->regs, table, PAGE_SIZE, cost);
	}
	v->ctx[rid >> 7] = table;
	pl_store(v->regs, &v->root[rid >> 7], virt_to_phys(table) | VTD_ROOT_P, cost);
	return 0;
}

/* DTE with ATS, PASIDE with PASIDs; RID_PASID is 0 (9.4). */
static u64 context_value(const struct pl_dev *d, const struct vtd_dev *vd)
{
	return virt_to_phys(vd->dir) | VTD_CTX_P | FIELD_PREP(VTD_CTX_PDTS, vd->pdts) |
	       (d->ats ? VTD_CTX_DTE : 0) | (d->max_pasids ? VTD_CTX_PASIDE : 0);
}

static int context_write(struct vtd_unit *v, struct pl_dev *d, struct pl_ticket *t)
{
	u64 *ctx;
	int ret;

	mutex_lock(&v->lock);
	ret = context_table_reserve(v, d->rid, &t->cost);
	if (!ret) {
		ctx = context_slot(v, d->rid);
		pl_store(v->regs, &ctx[1], FIELD_PREP(VTD_CTX1_RID_PASID, VTD_RID_PASID), &t->cost);
		dma_wmb();	/* the rest of the entry before P */
		pl_store(v->regs, &ctx[0], context_value(d, d->hw), &t->cost);
	}
	mutex_unlock(&v->lock);
	return ret;
}

static void dev_free(struct vtd_unit *v, struct vtd_dev *vd)
{
	u32 i, n = 1u << (vd->pdts + PDTS_SHIFT);

	for (i = 0; vd->dir && i < n; i++)
		if (vd->dir[i] & VTD_PDE_P)
			vtd_table_free(v, phys_to_virt(vd->dir[i] & VTD_PDE_PTR), 0);
	vtd_table_free(v, vd->dir, dir_order(vd->pdts));
	if (vd->did)
		ida_free(&v->dids, vd->did);
	kfree(vd);
}

static struct vtd_dev *dev_new(struct vtd_unit *v, const struct pl_dev *d, struct pl_cost *cost)
{
	struct vtd_dev *vd = kzalloc(sizeof(*vd), GFP_KERNEL);
	int did, ret = -ENOMEM;

	if (!vd)
		return ERR_PTR(-ENOMEM);
	vd->pdts = dir_size(d->max_pasids);
	did = ida_alloc_range(&v->dids, VTD_DID_FIRST, v->did_last, GFP_KERNEL);
	if (did < 0) {
		ret = did;
		goto free;
	}
	vd->did = did;
	vd->dir = vtd_table_alloc(v, dir_order(vd->pdts), cost);
	if (!vd->dir)
		goto free;
	/* The RID's entry always has its page: blocking it cannot fail. */
	ret = vtd_entry_reserve(v, vd, VTD_RID_PASID, cost);
	if (!ret)
		return vd;
free:
	dev_free(v, vd);
	return ERR_PTR(ret);
}

static void context_give_back(struct vtd_unit *v, const struct pl_dev *d, struct pl_ticket *t)
{
	mutex_lock(&v->lock);
	pl_store(v->regs, context_slot(v, d->rid), vtd_others_context(v), &t->cost);
	mutex_unlock(&v->lock);
}

/* pl_unit_ops.dev_add: a present context entry over an empty PASID table. */
int vtd_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);
	struct vtd_dev *vd = dev_new(v, d, &t->cost);
	int ret;

	if (IS_ERR(vd))
		return PTR_ERR(vd);
	d->hw = vd;
	if (v->others.nothing)
		vtd_rid_block(v, d, &t->cost);
	ret = context_write(v, d, t);
	if (ret) {
		d->hw = NULL;
		dev_free(v, vd);
		return ret;
	}
	if (u->caps.caching_mode)
		vtd_owe_context(v, d, t);
	if (!v->others.dir)
		return 0;
	ret = vtd_others_forget(v, &t->cost);
	if (ret) {
		/* The unit does not answer: it keeps the tables it may be reading. */
		context_give_back(v, d, t);
		d->hw = NULL;
	}
	return ret;
}

/*
 * pl_unit_ops.dev_del: P (or all of it, where the device becomes one of the
 * others again) first, then the caches, then the memory (O1).  A unit
 * that does not answer keeps the tables it may still be reading.
 */
void vtd_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);
	struct vtd_dev *vd = d->hw;

	context_give_back(v, d, t);
	vtd_owe_context(v, d, t);
	d->hw = NULL;
	if (!vtd_sync(u, t))
		dev_free(v, vd);
}

/**
 * vtd_entry_reserve() - make sure a PASID's entry has memory
 * @v: the unit
 * @vd: the device
 * @pasid: at most what the directory covers
 * @cost: counts
 *
 * Context: may sleep; pl_dev.lock held.
 * Return: 0 or -ENOMEM.
 */
int vtd_entry_reserve(struct vtd_unit *v, struct vtd_dev *vd, u32 pasid, struct pl_cost *cost)
{
	u64 *pde = &vd->dir[pasid / VTD_PE_PER_PAGE];
	void *table;

	if (*pde & VTD_PDE_P)
		return 0;
	table = vtd_table_alloc(v, 0, cost);
	if (!table)
		return -ENOMEM;
	pl_store(v->regs, pde, virt_to_phys(table) | VTD_PDE_P, cost);
	return 0;
}

/* The context tables go with the unit; translation is off and nothing cached. */
void vtd_context_free(struct vtd_unit *v)
{
	struct pl_cost uncounted = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v->ctx); i++) {
		if (!v->ctx[i])
			continue;
		pl_store(v->regs, &v->root[i], 0, &uncounted);
		vtd_table_free(v, v->ctx[i], 0);
	}
}
