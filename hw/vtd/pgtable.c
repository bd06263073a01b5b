// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables of both stages (3.6, 3.7): 512 entries a page, leaves of 4 KiB,
 * 2 MiB and 1 GiB.  hw/radix_code.h works on them; here are their formats and
 * shapes.
 *
 * First-stage entries have no write-only form: a mapping with PL_PROT_WRITE
 * alone can be read as well.
 *
 * Locking: pl_domain.lock.
 *
 * The hard rule: a table page is freed after the sync, never before.
 */
#include <linux/gfp.h>
#include <linux/slab.h>

#include "../radix_code.h"
#include "vtd.h"

#define ENTRIES		(1u << VTD_PT_INDEX_BITS)
#define LEVELS_48	4
#define FS_WIDTH	47	/* the lower half: canonical whatever bit 47 says */

#define FS_LEAF		(VTD_FS_P | VTD_FS_US | VTD_FS_A)

/* 9.7.  A and D are set from the start: the unit then never has to write. */
static const struct radix_format first_stage = {
	.present = VTD_FS_P,
	.addr = VTD_PT_ADDR,
	.link = VTD_FS_P | VTD_FS_RW | VTD_FS_US | VTD_FS_A,
	.kind = VTD_PT_PS,
	.page = FS_LEAF,
	.block = FS_LEAF | VTD_PT_PS,
	.write = VTD_FS_RW | VTD_FS_D,
};

/* 9.8.  A link allows both; the leaf decides. */
static const struct radix_format second_stage = {
	.present = VTD_SS_R | VTD_SS_W,
	.addr = VTD_PT_ADDR,
	.link = VTD_SS_R | VTD_SS_W,
	.kind = VTD_PT_PS,
	.block = VTD_PT_PS,
	.read = VTD_SS_R,
	.write = VTD_SS_W,
};

static void *radix_table_alloc(struct radix *x, struct pl_cost *cost)
{
	return vtd_table_alloc(x->owner, 0, cost);
}

static void radix_publish(struct radix *x, const void *va, size_t len, struct pl_cost *cost)
{
	struct vtd_unit *v = x->owner;

	pl_publish(v->regs, va, len, cost);
}

/* 3.6: every unit with a first stage has 2 MiB pages there. */
static u64 leaf_sizes(const struct vtd_unit *v, u8 stage)
{
	if (stage == 1)
		return v->unit.caps.pgsizes;
	return BIT_ULL(12) | (v->cap & VTD_CAP_SSLPS_2M ? BIT_ULL(21) : 0) |
	       (v->cap & VTD_CAP_SSLPS_1G ? BIT_ULL(30) : 0);
}

/* pl_unit_ops.map */
int vtd_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot, u64 *mapped,
	    struct pl_ticket *t)
{
	return radix_map(&to_vtd_domain(dom)->table, iova, paddr, size, prot, mapped, &t->cost);
}

/* pl_unit_ops.unmap */
u64 vtd_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t)
{
	return radix_unmap(&to_vtd_domain(dom)->table, r, t);
}

/* pl_unit_ops.iova_to_phys */
phys_addr_t vtd_iova_to_phys(struct pl_domain *dom, u64 iova)
{
	return radix_lookup(&to_vtd_domain(dom)->table, iova);
}

static void tables_free(struct vtd_unit *v, struct list_head *tables)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru) {
		list_del(&page->lru);
		vtd_table_free(v, page_address(page), 0);
	}
}

/* pl_unit_ops.table_free: after the sync. */
void vtd_table_pages_free(struct pl_unit *u, struct pl_ticket *t)
{
	tables_free(to_vtd(u), &t->table_pages);
}

static u64 iova_last(const struct vtd_unit *v, const struct vtd_domain *vd)
{
	u32 width = FS_WIDTH;

	if (vd->dom.stage == 2)
		width = min_t(u32, FIELD_GET(VTD_CAP_MGAW, v->cap) + 1,
			      PAGE_SHIFT + vd->table.levels * VTD_PT_INDEX_BITS);
	return (1ULL << width) - 1;
}

static int tree_create(struct vtd_unit *v, struct vtd_domain *vd)
{
	struct pl_cost uncounted = {};

	vd->table = (struct radix) {
		.f = vd->dom.stage == 1 ? &first_stage : &second_stage,
		.owner = v,
		.root = vtd_table_alloc(v, 0, &uncounted),
		.root_entries = ENTRIES,
		.sizes = leaf_sizes(v, vd->dom.stage),
		.shift = PAGE_SHIFT,
		.bits = VTD_PT_INDEX_BITS,
		.levels = vd->dom.stage == 2 ? v->ss_levels : LEVELS_48,
	};
	if (!vd->table.root)
		return -ENOMEM;
	radix_table_init(vd->table.root);
	return 0;
}

static int domain_fill(struct vtd_unit *v, struct vtd_domain *vd)
{
	int did;

	if (vd->dom.stage == 2) {
		did = ida_alloc_range(&v->dids, VTD_DID_FIRST, v->did_last, GFP_KERNEL);
		if (did < 0)
			return did;
		vd->did = did;
	}
	return tree_create(v, vd);
}

static void domain_release(struct vtd_unit *v, struct vtd_domain *vd)
{
	vtd_table_free(v, vd->table.root, 0);
	if (vd->did)
		ida_free(&v->dids, vd->did);
	kfree_rcu(vd, dom.rcu);
}

/* pl_unit_ops.domain_alloc */
struct pl_domain *vtd_domain_alloc(struct pl_unit *u, u32 flags)
{
	struct vtd_domain *vd = kzalloc(sizeof(*vd), GFP_KERNEL);
	struct vtd_unit *v = to_vtd(u);
	int ret;

	if (!vd)
		return ERR_PTR(-ENOMEM);
	vd->dom.stage = flags & PL_DOMAIN_STAGE2 ? 2 : 1;
	ret = domain_fill(v, vd);
	if (ret) {
		domain_release(v, vd);
		return ERR_PTR(ret);
	}
	vd->dom.iova_last = iova_last(v, vd);
	/* 6.1: not-present first-stage entries are never cached. */
	vd->dom.inval_on_map = u->caps.caching_mode && vd->dom.stage == 2;
	return &vd->dom;
}

/* pl_unit_ops.domain_free: no slot leads here, so no cache does. */
void vtd_domain_free(struct pl_unit *u, struct pl_domain *dom)
{
	struct vtd_domain *vd = to_vtd_domain(dom);
	struct vtd_unit *v = to_vtd(u);
	LIST_HEAD(tables);

	radix_drain(&vd->table, &tables);
	tables_free(v, &tables);
	domain_release(v, vd);
}
