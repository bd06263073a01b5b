// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of kmod/unit.h on top of the kernel's IOMMU API.
 *
 * The kernel invalidates inside iommu_unmap(), attach and detach, so a ticket
 * stays empty, sync has nothing to pay, and nothing of what the hardware was
 * told can be counted here: the ledger's columns from writes to allocations
 * are told to be not counted.  Whoever compares costs counts them from
 * outside, by tracing qi_submit_sync().  Translation faults are the kernel's
 * to report, in its log.
 *
 * What the kernel's API cannot express is refused with -EOPNOTSUPP and a
 * reason that says so.
 *
 * Locking: none of its own.
 *
 * The hard rule: an operation the kernel did not do is never reported as done.
 */
#include <linux/log2.h>
#include <linux/slab.h>
#ifdef CONFIG_X86
#include <asm/processor.h>
#endif

#include "intree.h"

static const char *const not_served[PL_FEAT_NR] = {
	[PL_FEAT_SVA] = "this unit serves no page requests",
	[PL_FEAT_IOPF] = "this unit serves no page requests",
	[PL_FEAT_PRI] = "this unit serves no page requests",
	[PL_FEAT_NEST_RID] = "the kernel nests for iommufd only",
	[PL_FEAT_NEST_PASID] = "the kernel nests for iommufd only",
	[PL_FEAT_DIRTY] = "the kernel tracks dirty pages for iommufd only",
	[PL_FEAT_HITLESS] = PL_KERNEL_PASID_REPLACE ?
		"the kernel's replace empties the entry before it fills it" :
		"the kernel has no replace for a PASID: a detach, then an attach",
	[PL_FEAT_STAGE2_PASID] = "iommu_paging_domain_alloc() takes no stage: the kernel chooses",
	[PL_FEAT_STAGE2] = "iommu_paging_domain_alloc() takes no stage: the kernel chooses",
};

static const char *pasid_reason(struct pl_dev *d)
{
	if (d->max_pasids)
		return NULL;
	if (!pl_kernel_max_pasids(d->dev))
		return "the kernel uses no PASIDs here (max_pasids is 0): its attach would do nothing";
	return "the device has no PASID capability (PCIe 7.8.8)";
}

static const char *identity_reason(struct pl_dev *d)
{
	struct intree_dev *id = d->hw;

	if (!PL_KERNEL_STATIC_DOMAINS)
		return "this kernel puts no static domain on a PASID: -EINVAL, domain->owner is unset";
	if (id && !id->identity)
		return "the kernel hands out no identity domain: boot with iommu.passthrough=1";
	return pasid_reason(d);
}

static int intree_why_not(struct pl_unit *u, struct pl_dev *d, enum pl_dev_feature f,
			  const char **reason)
{
	const char *no = not_served[f];

	if (f == PL_FEAT_AUX)
		no = pasid_reason(d);
	else if (f == PL_FEAT_IDENTITY_PASID)
		no = identity_reason(d);
	else if (f == PL_FEAT_ATS && !d->ats)
		no = "the kernel has not switched the device's ATS on";
	if (!no)
		return 0;
	*reason = no;
	return -EOPNOTSUPP;
}

static void intree_inval(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid,
			 struct pl_domain *dom, const struct pl_range *r, struct pl_ticket *t)
{
}

static int intree_sync(struct pl_unit *u, struct pl_ticket *t)
{
	return 0;
}

static void intree_table_free(struct pl_unit *u, struct pl_ticket *t)
{
}

static bool intree_claims(struct pl_unit *u, struct device *dev)
{
	return pl_kernel_iommu_of(dev) == to_intree(u)->iommu;
}

static bool intree_walk(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
			struct pl_walk *out)
{
	return intree_tables_walk(to_intree(u)->tables, d, pasid, iova, out);
}

static const struct pl_unit_ops intree_ops = {
	.why_not = intree_why_not,
	.dev_add = intree_dev_add,
	.dev_del = intree_dev_del,
	.domain_alloc = intree_domain_alloc,
	.domain_free = intree_domain_free,
	.map = intree_map,
	.unmap = intree_unmap,
	.iova_to_phys = intree_iova_to_phys,
	.prepare = intree_prepare,
	.set = intree_set,
	.inval = intree_inval,
	.sync = intree_sync,
	.table_free = intree_table_free,
	.claims = intree_claims,
};

#define UNCOUNTED	(BIT(PL_COUNT_WRITES) | BIT(PL_COUNT_DESCS) | BIT(PL_COUNT_WAITS) | \
			 BIT(PL_COUNT_FENCES) | BIT(PL_COUNT_FLUSHES) | BIT(PL_COUNT_ALLOCS) | \
			 PL_UNCOUNTED_FAULTS)

static u8 phys_bits(void)
{
#ifdef CONFIG_X86
	return boot_cpu_data.x86_phys_bits;
#else
	return fls64(PHYS_ADDR_MAX >> 12);	/* 52, the widest of any page table */
#endif
}

/* Does a message of @dev go where its RID's domain says, as on Arm? */
static bool msi_is_dma(struct device *dev)
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	bool found = false;

	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list)
		found |= region->type == IOMMU_RESV_SW_MSI;
	iommu_put_resv_regions(dev, &regions);
	return found;
}

/* A domain tells what the driver under the API can map. */
static int read_caps(struct pl_caps *c, struct device *dev)
{
	struct iommu_domain *probe = iommu_paging_domain_alloc(dev);
	u32 pasids = pl_kernel_iommu_of(dev)->max_pasids;

	if (IS_ERR(probe))
		return PTR_ERR(probe);
	c->va_bits = fls64(pl_kernel_iova_last(probe));
	c->pgsizes = probe->pgsize_bitmap;
	iommu_domain_free(probe);
	c->pa_bits = phys_bits();
	c->pasid_bits = pasids ? ilog2(pasids) : 0;
	/* One stage there is, and no asking which: it counts as the first. */
	c->stage1 = true;
	c->ats = true;
	c->identity_pasid = PL_KERNEL_STATIC_DOMAINS;
	c->own_endpoint = true;
	c->msi_is_dma = msi_is_dma(dev);
	c->uncounted = UNCOUNTED;
	return 0;
}

/**
 * intree_unit_create() - offer one IOMMU of the kernel to the core
 * @dev: a device behind it
 * @index: the number in its name
 *
 * Context: may sleep.
 * Return: the unit, or ERR_PTR: -ENODEV when nothing translates for @dev,
 * -ENOMEM, or what the kernel said.
 */
struct intree_unit *intree_unit_create(struct device *dev, unsigned int index)
{
	struct intree_unit *iu;
	int ret;

	if (!pl_kernel_iommu_of(dev))
		return ERR_PTR(-ENODEV);
	iu = kzalloc(sizeof(*iu), GFP_KERNEL);
	if (!iu)
		return ERR_PTR(-ENOMEM);
	snprintf(iu->name, sizeof(iu->name), "intree%u", index);
	iu->unit.name = iu->name;
	iu->unit.driver = "intree";
	iu->unit.ops = &iu->ops;
	iu->ops = intree_ops;
	iu->tables = intree_tables_open(dev);
	if (iu->tables)
		iu->ops.walk = intree_walk;
	iu->unit.owner = THIS_MODULE;
	iu->iommu = pl_kernel_iommu_of(dev);
	mutex_init(&iu->lock);
	INIT_LIST_HEAD(&iu->devs);
	ret = read_caps(&iu->unit.caps, dev);
	if (!ret)
		ret = pl_unit_register(&iu->unit);
	if (!ret)
		return iu;
	intree_tables_close(iu->tables);
	kfree(iu);
	return ERR_PTR(ret);
}

/**
 * intree_unit_destroy() - take it back
 * @iu: the unit; its endpoints are gone
 *
 * Context: may sleep.
 */
void intree_unit_destroy(struct intree_unit *iu)
{
	pl_unit_unregister(&iu->unit);
	intree_tables_close(iu->tables);
	kfree(iu);
}
