// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translation tables (3.4, VMSAv8-64) of both stages: the formats and shapes of
 * what hw/radix_code.h builds.
 *
 * Vocabulary.  The *granule* is 4, 16 or 64 KiB, one for all tables of a unit.
 * Levels count from the last one here, as everywhere in this project; the
 * architecture counts from the other end.
 *
 * Stage 1 translates 48 bits, with as many levels as that takes.  Stage 2
 * translates as many as addresses have; up to 16 tables stand side by side as
 * one root where that saves a level (concatenation), and must, since some
 * starting levels do not exist.
 *
 * First-stage entries have no write-only form: a mapping with PL_PROT_WRITE
 * alone can be read as well.
 *
 * Locking: pl_domain.lock; the identity table, smmu_unit.lock.
 *
 * The hard rule: every leaf is non-global (nG), else a TLBI by ASID would pass
 * it by.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "../radix_code.h"
#include "smmuv3.h"

#define S1_VA_BITS	48
#define CONCAT_BITS	4	/* 2^4 tables as one root, stage 2 */

#define SH_SHIFT	8
#define MEMATTR_SHIFT	2

/* AF set, so that the unit never has to write; nothing can be executed. */
#define LEAF_COMMON	(SMMU_PT_VALID | SMMU_PT_AF | SMMU_SH_ISH << SH_SHIFT)
#define LEAF_STAGE1	(LEAF_COMMON | SMMU_PT_AP_EL0 | SMMU_PT_NG | SMMU_PT_PXN | SMMU_PT_UXN)
#define LEAF_STAGE2	(LEAF_COMMON | SMMU_MEMATTR_OIWB << MEMATTR_SHIFT | SMMU_PT_UXN)

static const struct radix_format stage1 = {
	.present = SMMU_PT_VALID,
	.addr = SMMU_PT_ADDR,
	.link = SMMU_PT_VALID | SMMU_PT_TABLE,
	.kind = SMMU_PT_TABLE,
	.page = LEAF_STAGE1 | SMMU_PT_TABLE,
	.block = LEAF_STAGE1,
	.no_write = SMMU_PT_AP_RO,
};

static const struct radix_format stage2 = {
	.present = SMMU_PT_VALID,
	.addr = SMMU_PT_ADDR,
	.link = SMMU_PT_VALID | SMMU_PT_TABLE,
	.kind = SMMU_PT_TABLE,
	.page = LEAF_STAGE2 | SMMU_PT_TABLE,
	.block = LEAF_STAGE2,
	.read = SMMU_PT_S2AP_R,
	.write = SMMU_PT_S2AP_W,
};

static unsigned int table_order(const struct radix *x)
{
	return x->shift - PAGE_SHIFT;
}

static unsigned int root_order(const struct radix *x)
{
	return get_order(max(x->root_entries * sizeof(u64), 1UL << x->shift));
}

static void *radix_table_alloc(struct radix *x, struct pl_cost *cost)
{
	return smmu_table_alloc(x->owner, table_order(x), cost);
}

static void radix_publish(struct radix *x, const void *va, size_t len, struct pl_cost *cost)
{
	pl_publish(((struct smmu_unit *)x->owner)->regs, va, len, cost);
}

/**
 * smmu_leaf_sizes() - the pages and blocks of a granule (VMSAv8-64)
 * @granule: log2 of it
 *
 * Context: any.
 * Return: bit n: leaves of 2^n bytes.
 */
u64 smmu_leaf_sizes(u8 granule)
{
	if (granule == 12)
		return BIT_ULL(12) | BIT_ULL(21) | BIT_ULL(30);
	return granule == 14 ? BIT_ULL(14) | BIT_ULL(25) : BIT_ULL(16) | BIT_ULL(29);
}

/* A tree that translates @width bits, its root wide by @concat bits at most. */
static int tree_create(struct smmu_unit *v, struct radix *x, const struct radix_format *f,
		       u8 width, u8 concat)
{
	struct pl_cost uncounted = {};
	u8 index = width - v->ids.granule;

	x->f = f;
	x->owner = v;
	x->sizes = smmu_leaf_sizes(v->ids.granule);
	x->shift = v->ids.granule;
	x->bits = x->shift - 3;
	x->levels = (index + x->bits - 1) / x->bits;
	/* The bits left for the root go to the level below, where it can take them. */
	if (x->levels > 1 && index - (x->levels - 1) * x->bits <= concat)
		x->levels--;
	x->root_entries = 1u << (index - (x->levels - 1) * x->bits);
	x->root = smmu_table_alloc(v, root_order(x), &uncounted);
	if (!x->root)
		return -ENOMEM;
	radix_table_init(x->root);
	return 0;
}

static void pages_free(struct smmu_unit *v, struct list_head *tables)
{
	unsigned int order = v->ids.granule - PAGE_SHIFT;
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru) {
		list_del(&page->lru);
		smmu_table_free(v, page_address(page), order);
	}
}

static void tree_destroy(struct smmu_unit *v, struct radix *x)
{
	LIST_HEAD(tables);

	if (!x->root)
		return;
	radix_drain(x, &tables);
	pages_free(v, &tables);
	smmu_table_free(v, x->root, root_order(x));
	x->root = NULL;
}

/* pl_unit_ops.table_free: after the sync. */
void smmu_table_pages_free(struct pl_unit *u, struct pl_ticket *t)
{
	pages_free(to_smmu(u), &t->table_pages);
}

/* pl_unit_ops.map */
int smmu_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot, u64 *mapped,
	     struct pl_ticket *t)
{
	return radix_map(&to_smmu_domain(dom)->table, iova, paddr, size, prot, mapped, &t->cost);
}

/* pl_unit_ops.unmap */
u64 smmu_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t)
{
	return radix_unmap(&to_smmu_domain(dom)->table, r, t);
}

/* pl_unit_ops.iova_to_phys */
phys_addr_t smmu_iova_to_phys(struct pl_domain *dom, u64 iova)
{
	return radix_lookup(&to_smmu_domain(dom)->table, iova);
}

/**
 * smmu_identity_reserve() - the table that maps every address to itself
 * @v: the unit
 *
 * A PASID cannot bypass stage 1, so identity on one is a domain like any other
 * (5.2, S1DSS is about requests without a SubstreamID).  It comes with the
 * first such PASID and stays.  At 48 bits and 4 KiB that is 2 MiB.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int smmu_identity_reserve(struct smmu_unit *v)
{
	u64 mapped, size = 1ULL << v->ids.pa_bits;
	struct radix x = {};
	struct pl_cost uncounted = {};
	int ret = 0;

	mutex_lock(&v->lock);
	if (v->identity.root)
		goto unlock;
	ret = tree_create(v, &x, &stage1, S1_VA_BITS, 0);
	if (!ret)
		ret = radix_map(&x, 0, 0, size, PL_PROT_READ | PL_PROT_WRITE, &mapped, &uncounted);
	if (ret)
		tree_destroy(v, &x);
	else
		v->identity = x;
unlock:
	mutex_unlock(&v->lock);
	return ret;
}

/* The identity table goes with the unit; nothing is cached. */
void smmu_identity_free(struct smmu_unit *v)
{
	tree_destroy(v, &v->identity);
}

/*
 * S2SL0 counts the levels that are left out, from a start that is not the same
 * for every granule: 4 KiB 0 is two levels below 0, else three.
 */
static u64 start_level(const struct radix *x)
{
	u64 sl0 = x->levels - (x->shift == 12 ? 2 : 1);

	return FIELD_PREP(SMMU_STE2_S2SL0, sl0);
}

static u64 tg(u8 granule)
{
	return granule == 12 ? SMMU_TG0_4K : granule == 14 ? SMMU_TG0_16K : SMMU_TG0_64K;
}

/**
 * smmu_ste_stage2() - what an STE says of a stage-2 domain's tables (5.2)
 * @v: the unit
 * @sd: the domain
 *
 * Faults are recorded, and end in an abort.
 *
 * Context: any.
 * Return: word 2 without the VMID.
 */
u64 smmu_ste_stage2(const struct smmu_unit *v, const struct smmu_domain *sd)
{
	u64 walk = FIELD_PREP(SMMU_STE2_S2SH0, SMMU_SH_OSH);

	if (v->ids.coherent)
		walk = FIELD_PREP(SMMU_STE2_S2IR0, SMMU_CACHE_WBRAWA) |
		       FIELD_PREP(SMMU_STE2_S2OR0, SMMU_CACHE_WBRAWA) |
		       FIELD_PREP(SMMU_STE2_S2SH0, SMMU_SH_ISH);
	return FIELD_PREP(SMMU_STE2_S2T0SZ, 64 - v->ids.pa_bits) | start_level(&sd->table) | walk |
	       FIELD_PREP(SMMU_STE2_S2TG, tg(v->ids.granule)) |
	       FIELD_PREP(SMMU_STE2_S2PS, v->ids.oas) | SMMU_STE2_S2AA64 | SMMU_STE2_S2AFFD |
	       SMMU_STE2_S2PTW | SMMU_STE2_S2R;
}

static int domain_fill(struct smmu_unit *v, struct smmu_domain *sd)
{
	int vmid;

	if (sd->dom.stage == 1)
		return tree_create(v, &sd->table, &stage1, S1_VA_BITS, 0);
	vmid = ida_alloc_range(&v->tags, 1, v->ids.tags - 1, GFP_KERNEL);
	if (vmid < 0)
		return vmid;
	sd->vmid = vmid;
	return tree_create(v, &sd->table, &stage2, v->ids.pa_bits, CONCAT_BITS);
}

static void domain_release(struct smmu_unit *v, struct smmu_domain *sd)
{
	tree_destroy(v, &sd->table);
	if (sd->vmid)
		ida_free(&v->tags, sd->vmid);
	kfree_rcu(sd, dom.rcu);
}

/* pl_unit_ops.domain_alloc */
struct pl_domain *smmu_domain_alloc(struct pl_unit *u, u32 flags)
{
	struct smmu_domain *sd = kzalloc(sizeof(*sd), GFP_KERNEL);
	struct smmu_unit *v = to_smmu(u);
	int ret;

	if (!sd)
		return ERR_PTR(-ENOMEM);
	sd->dom.stage = flags & PL_DOMAIN_STAGE2 ? 2 : 1;
	ret = domain_fill(v, sd);
	if (ret) {
		domain_release(v, sd);
		return ERR_PTR(ret);
	}
	sd->dom.iova_last = (1ULL << (sd->dom.stage == 2 ? v->ids.pa_bits : S1_VA_BITS)) - 1;
	return &sd->dom;
}

static const char *user_table_lacks(const struct smmu_unit *v, const struct pl_domain *parent,
				    const struct pl_user_table *t)
{
	if (t->s1cdmax > FIELD_GET(SMMU_IDR1_SSIDSIZE, v->ids.idr[1]))
		return "S1CDMax is beyond IDR1.SSIDSIZE";
	if (t->s1fmt > SMMU_S1FMT_64K_L2 || (t->s1fmt && !t->s1cdmax))
		return "S1Fmt is none";
	if (t->s1fmt != SMMU_S1FMT_LINEAR && !(v->ids.idr[0] & SMMU_IDR0_CD2L))
		return "S1Fmt has two levels and IDR0.CD2L is 0";
	if (t->s1dss > SMMU_S1DSS_SSID0 || (t->s1dss && !t->s1cdmax))
		return "S1DSS is none";
	if (t->s1ctxptr & ~SMMU_STE0_S1CTXPTR || t->s1ctxptr > parent->iova_last)
		return "S1ContextPtr is no address of the parent's, or not a multiple of 64";
	return NULL;
}

/* pl_unit_ops.nested_alloc */
struct pl_domain *smmu_nested_alloc(struct pl_unit *u, struct pl_domain *parent,
				    const struct pl_user_table *table)
{
	struct smmu_domain *sd;
	const char *wrong;

	if (table->kind != PL_USER_TABLE_SMMUV3)
		return ERR_PTR(-EOPNOTSUPP);
	wrong = user_table_lacks(to_smmu(u), parent, table);
	if (wrong) {
		pr_err_ratelimited("%s: a nested domain's %s\n", u->name, wrong);
		return ERR_PTR(-EINVAL);
	}
	sd = kzalloc(sizeof(*sd), GFP_KERNEL);
	if (!sd)
		return ERR_PTR(-ENOMEM);
	sd->user = *table;
	sd->dom.user_pasids = 1u << table->s1cdmax;
	return &sd->dom;
}

/* pl_unit_ops.domain_free: no slot leads here, so no cache does. */
void smmu_domain_free(struct pl_unit *u, struct pl_domain *dom)
{
	domain_release(to_smmu(u), to_smmu_domain(dom));
}
