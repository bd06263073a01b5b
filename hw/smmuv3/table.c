// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables above a context descriptor: stream table, CD tables (3.3, 5.1,
 * 5.3), and the devices whose they are.
 *
 * Both kinds come in one level or two.  A leaf of either is a page of 64
 * entries: StreamIDs are split at 6, CD tables have leaves of 4 KiB.  A page of
 * CDs comes with the first SubstreamID that needs it, all of its CDs valid and
 * leading nowhere before the first level shows it to the unit (3.21.3.1), and
 * stays, so that a detach never frees a table.  One command makes the unit
 * forget that there was no page, and it is the one the new CD owes anyway.
 *
 * Locking: smmu_unit.lock for the stream table; a device's CD table is written
 * under pl_dev.lock only.
 *
 * The hard rule: a table is filled and published before an entry points to it.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "smmuv3.h"

#define LEAF_BITS	6		/* entries of 64 bytes in a page */
#define LEAF_ENTRIES	(1u << LEAF_BITS)
#define L1STD_SPAN	(LEAF_BITS + 1)	/* 5.1: 2^(n - 1) entries */

/**
 * smmu_table_alloc() - zeroed, published pages for a table
 * @v: the unit
 * @order: 2^order pages, aligned to their size
 * @cost: counts pages and flushes
 *
 * Context: may sleep.
 * Return: the table or NULL.
 */
void *smmu_table_alloc(struct smmu_unit *v, unsigned int order, struct pl_cost *cost)
{
	void *table = pl_table_alloc(order, cost);

	if (table)
		pl_publish(v->regs, table, PAGE_SIZE << order, cost);
	return table;
}

/* pl_table_free() */
void smmu_table_free(struct smmu_unit *v, void *table, unsigned int order)
{
	pl_table_free(v->regs, table, order);
}

/* A table of 2^@bits entries of @size bytes. */
static unsigned int table_order(u8 bits, size_t size)
{
	return get_order(size << bits);
}

static unsigned int strtab_order(const struct smmu_unit *v)
{
	if (v->two_level)
		return table_order(v->ids.sid_bits - LEAF_BITS, sizeof(u64));
	return table_order(v->ids.sid_bits, 1u << SMMU_STE_SHIFT);
}

static u64 l1std(u64 *leaf)
{
	return virt_to_phys(leaf) | FIELD_PREP(SMMU_L1STD_SPAN, L1STD_SPAN);
}

/* On a machine's unit: every stream bypasses.  Translation is off. */
static int strtab_open(struct smmu_unit *v, struct pl_cost *cost)
{
	u32 i, n = 1u << v->ids.sid_bits;

	if (v->two_level) {
		v->others = smmu_others_page(v, cost);
		if (!v->others)
			return -ENOMEM;
		n >>= LEAF_BITS;
	}
	for (i = 0; i < n; i++) {
		if (v->two_level)
			v->strtab[i] = l1std(v->others);
		else
			smmu_others_ste(v, v->strtab + i * SMMU_STE_WORDS);
	}
	pl_publish(v->regs, v->strtab, PAGE_SIZE << strtab_order(v), cost);
	return 0;
}

/**
 * smmu_strtab_start() - a stream table without endpoints
 * @v: the unit; translation is off
 *
 * Every stream is refused; on a machine's unit it bypasses.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int smmu_strtab_start(struct smmu_unit *v)
{
	bool can = FIELD_GET(SMMU_IDR0_ST_LEVEL, v->ids.idr[0]) == SMMU_ST_LEVEL_2LVL;
	struct pl_cost uncounted = {};

	v->two_level = can && v->ids.sid_bits > LEAF_BITS;
	v->strtab = smmu_table_alloc(v, strtab_order(v), &uncounted);
	if (!v->strtab)
		return -ENOMEM;
	if (v->host && strtab_open(v, &uncounted)) {
		smmu_table_free(v, v->strtab, strtab_order(v));
		return -ENOMEM;
	}
	pl_write64(v->regs, SMMU_STRTAB_BASE, virt_to_phys(v->strtab) | SMMU_STRTAB_BASE_RA);
	pl_write32(v->regs, SMMU_STRTAB_BASE_CFG,
		   FIELD_PREP(SMMU_STRTAB_CFG_LOG2SIZE, v->ids.sid_bits) |
		   (v->two_level ? FIELD_PREP(SMMU_STRTAB_CFG_SPLIT, LEAF_BITS) |
		    FIELD_PREP(SMMU_STRTAB_CFG_FMT, SMMU_STRTAB_2LVL) : 0));
	return 0;
}

/* Whether a group of streams has a page of STEs to itself. */
static bool has_leaf(const struct smmu_unit *v, u64 l1)
{
	return l1 & SMMU_L1STD_SPAN && (!v->others || l1 != l1std(v->others));
}

/**
 * smmu_strtab_stop() - free the stream table
 * @v: the unit; translation is off and nothing is cached
 *
 * Context: may sleep.
 */
void smmu_strtab_stop(struct smmu_unit *v)
{
	u32 i, n = 1u << (v->ids.sid_bits - LEAF_BITS);

	for (i = 0; v->two_level && i < n; i++)
		if (has_leaf(v, v->strtab[i]))
			smmu_table_free(v, phys_to_virt(v->strtab[i] & SMMU_L1STD_L2PTR), 0);
	smmu_table_free(v, v->others, 0);
	smmu_table_free(v, v->strtab, strtab_order(v));
}

/* A page of STEs, all as those of no endpoint are. */
static int ste_reserve(struct smmu_unit *v, const struct pl_dev *d, struct pl_ticket *t)
{
	u64 *l1 = &v->strtab[smmu_sid(d) >> LEAF_BITS];
	u64 *leaf;

	if (!v->two_level || has_leaf(v, *l1))
		return 0;
	leaf = smmu_others_page(v, &t->cost);
	if (!leaf)
		return -ENOMEM;
	dma_wmb();	/* the page before what leads to it */
	pl_store(v->regs, l1, l1std(leaf), &t->cost);
	smmu_owe_ste(v, d, false, t);
	return 0;
}

static u64 *ste_of(struct smmu_unit *v, u32 sid)
{
	u64 *table = v->strtab;

	if (v->two_level) {
		table = phys_to_virt(v->strtab[sid >> LEAF_BITS] & SMMU_L1STD_L2PTR);
		sid &= LEAF_ENTRIES - 1;
	}
	return table + sid * SMMU_STE_WORDS;
}

static unsigned int cdtab_order(const struct smmu_dev *sd)
{
	if (sd->two_level)
		return table_order(sd->ssid_bits - LEAF_BITS, sizeof(u64));
	return table_order(sd->ssid_bits, 1u << SMMU_CD_SHIFT);
}

/* CDs from @ssid on, leading nowhere, and published with one flush a line. */
static void cds_fill(struct smmu_unit *v, const struct smmu_dev *sd, u64 *cds, u32 ssid, u32 n,
		     struct pl_cost *cost)
{
	u32 i;

	for (i = 0; i < n; i++)
		smmu_cd_fill(v, sd, cds + i * SMMU_CD_WORDS, ssid + i);
	pl_publish(v->regs, cds, n << SMMU_CD_SHIFT, cost);
}

/* Returns the page, not yet in the first level. */
static u64 *cd_leaf_new(struct smmu_unit *v, const struct smmu_dev *sd, u32 ssid,
			struct pl_cost *cost)
{
	u64 *leaf = pl_table_alloc(0, cost);

	if (leaf)
		cds_fill(v, sd, leaf, ssid & ~(LEAF_ENTRIES - 1), LEAF_ENTRIES, cost);
	return leaf;
}

static void cd_leaf_link(struct smmu_unit *v, const struct smmu_dev *sd, u32 ssid, u64 *leaf,
			 struct pl_cost *cost)
{
	dma_wmb();	/* the CDs before what leads to them */
	pl_store(v->regs, &sd->cdtab[ssid >> LEAF_BITS], virt_to_phys(leaf) | SMMU_L1CD_V, cost);
}

/**
 * smmu_cd_reserve() - make sure a SubstreamID's CD has memory
 * @v: the unit
 * @d: the device
 * @ssid: at most what the table covers
 * @t: counts; owes the first level where it changed
 *
 * Context: may sleep; pl_dev.lock held.
 * Return: 0 or -ENOMEM.
 */
int smmu_cd_reserve(struct smmu_unit *v, const struct pl_dev *d, u32 ssid, struct pl_ticket *t)
{
	const struct smmu_dev *sd = d->hw;
	u64 *leaf;

	if (!sd->two_level || sd->cdtab[ssid >> LEAF_BITS] & SMMU_L1CD_V)
		return 0;
	leaf = cd_leaf_new(v, sd, ssid, &t->cost);
	if (!leaf)
		return -ENOMEM;
	cd_leaf_link(v, sd, ssid, leaf, &t->cost);
	smmu_owe_cd(v, d, ssid, false, t);
	return 0;
}

/**
 * smmu_cd() - where a SubstreamID's CD stands
 * @sd: the device
 * @ssid: reserved before
 *
 * Return: its first word.
 */
u64 *smmu_cd(const struct smmu_dev *sd, u32 ssid)
{
	u64 *table = sd->cdtab;

	if (sd->two_level) {
		table = phys_to_virt(table[ssid >> LEAF_BITS] & SMMU_L1CD_L2PTR);
		ssid &= LEAF_ENTRIES - 1;
	}
	return table + ssid * SMMU_CD_WORDS;
}

static void cdtab_free(struct smmu_unit *v, struct smmu_dev *sd)
{
	u32 i, n = sd->two_level ? 1u << (sd->ssid_bits - LEAF_BITS) : 0;

	for (i = 0; sd->cdtab && i < n; i++)
		if (sd->cdtab[i] & SMMU_L1CD_V)
			smmu_table_free(v, phys_to_virt(sd->cdtab[i] & SMMU_L1CD_L2PTR), 0);
	smmu_table_free(v, sd->cdtab, cdtab_order(sd));
}

/* One level: all CDs at once.  Two: the page of CD 0, so that the RID has its own. */
static int cdtab_alloc(struct smmu_unit *v, struct smmu_dev *sd, struct pl_cost *cost)
{
	u64 *leaf;

	sd->two_level = v->ids.idr[0] & SMMU_IDR0_CD2L && sd->ssid_bits > LEAF_BITS;
	sd->cdtab = pl_table_alloc(cdtab_order(sd), cost);
	if (!sd->cdtab)
		return -ENOMEM;
	if (!sd->two_level) {
		cds_fill(v, sd, sd->cdtab, 0, 1u << sd->ssid_bits, cost);
		return 0;
	}
	pl_publish(v->regs, sd->cdtab, PAGE_SIZE << cdtab_order(sd), cost);
	leaf = cd_leaf_new(v, sd, 0, cost);
	if (!leaf)
		return -ENOMEM;
	cd_leaf_link(v, sd, 0, leaf, cost);
	return 0;
}

/*
 * A device without PASIDs that has ATS gets SubstreamIDs all the same: only
 * with them can its RID bypass stage 1 and be answered by ATS (STE.S1DSS, 5.2).
 */
static u8 ssid_bits(const struct smmu_unit *v, const struct pl_dev *d)
{
	if (d->max_pasids)
		return order_base_2(d->max_pasids);
	return d->ats && v->unit.caps.pasid_bits ? 1 : 0;
}

static void dev_free(struct smmu_unit *v, struct smmu_dev *sd)
{
	cdtab_free(v, sd);
	ida_free(&v->tags, sd->tag);
	kfree(sd);
}

static struct smmu_dev *dev_new(struct smmu_unit *v, const struct pl_dev *d, struct pl_cost *cost)
{
	struct smmu_dev *sd = kzalloc(sizeof(*sd), GFP_KERNEL);
	int tag, ret;

	if (!sd)
		return ERR_PTR(-ENOMEM);
	tag = ida_alloc_range(&v->tags, 1, v->ids.tags - 1, GFP_KERNEL);
	if (tag < 0) {
		kfree(sd);
		return ERR_PTR(tag);
	}
	sd->tag = tag;
	sd->ssid_bits = ssid_bits(v, d);
	if (v->ids.vmids)
		sd->vmid = tag;
	else
		sd->asid_base = tag << v->unit.caps.pasid_bits;
	ret = cdtab_alloc(v, sd, cost);
	if (!ret)
		return sd;
	dev_free(v, sd);
	return ERR_PTR(ret);
}

/* On a model a Requester ID is the StreamID; on a machine the firmware says. */
static int sid_find(const struct smmu_unit *v, const struct pl_dev *d, u32 *sid)
{
	int ret = 0;

	*sid = d->rid;
	if (v->host)
		ret = v->host->sid(v->host->priv, d->dev, sid);
	if (ret || !(*sid >> v->ids.sid_bits))
		return ret;
	pr_err("%s: StreamID %#x is beyond the stream table (IDR1.SIDSIZE is %u)\n", v->unit.name,
	       *sid, v->ids.sid_bits);
	return -EOVERFLOW;
}

/* Events name StreamIDs, the core knows Requester IDs. */
static int rid_remember(struct smmu_unit *v, const struct pl_dev *d, u32 sid)
{
	return xa_err(xa_store(&v->rids, sid, xa_mk_value(d->rid), GFP_KERNEL));
}

static int dev_show(struct smmu_unit *v, struct pl_dev *d, struct pl_ticket *t)
{
	struct smmu_dev *sd = d->hw;
	u64 ste[SMMU_STE_WORDS];
	int ret;

	mutex_lock(&v->lock);
	ret = ste_reserve(v, d, t);
	mutex_unlock(&v->lock);
	if (ret)
		return ret;
	sd->ste = ste_of(v, sd->sid);
	smmu_ste_build(v, d, &v->unit.blocking, ste);
	smmu_ste_write(v, d, ste, t);
	return 0;
}

/* pl_unit_ops.dev_add: a valid STE over CDs that lead nowhere. */
int smmu_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct smmu_unit *v = to_smmu(u);
	struct smmu_dev *sd;
	u32 sid;
	int ret;

	ret = sid_find(v, d, &sid) ?: rid_remember(v, d, sid);
	if (ret)
		return ret;
	sd = dev_new(v, d, &t->cost);
	if (IS_ERR(sd)) {
		ret = PTR_ERR(sd);
		goto forget;
	}
	sd->sid = sid;
	d->hw = sd;
	ret = dev_show(v, d, t);
	if (!ret)
		return 0;
	d->hw = NULL;
	dev_free(v, sd);
forget:
	xa_erase(&v->rids, sid);
	return ret;
}

/*
 * pl_unit_ops.dev_del: the STE first, then the caches, then the memory (O1).  A
 * unit that does not answer keeps the tables it may still be reading.
 */
void smmu_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct smmu_unit *v = to_smmu(u);
	struct smmu_dev *sd = d->hw;
	u64 ste[SMMU_STE_WORDS];

	smmu_others_ste(v, ste);
	smmu_ste_write(v, d, ste, t);
	smmu_owe_device(v, d, t);
	xa_erase(&v->rids, sd->sid);
	if (!smmu_sync(u, t))
		dev_free(v, sd);
	d->hw = NULL;
}
