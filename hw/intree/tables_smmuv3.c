// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables that the kernel's SMMUv3 driver wrote, read as the unit reads them.
 *
 * The kernel's iommu_device names the firmware's node of its unit, and the
 * platform device made from that node has the registers.  They are mapped a
 * second time, beside the kernel's driver and without claiming them, and the
 * table checker of hw/smmuv3 starts from STRTAB_BASE.  A device's StreamID is
 * the first of those that the firmware gave it.  Nobody asks the kernel's driver.
 *
 * Lifetime.  The stream table stays as long as the kernel drives the unit, a
 * device's CD table as long as the device is there; translation tables belong to
 * domains that this module alone maps and unmaps, under the lock that a walk
 * holds.
 *
 * Locking: none of its own; see struct pl_unit_ops.walk.
 *
 * The hard rule: the unit is not written to.  The register window has no
 * operation that writes.
 */
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "../smmuv3/smmuv3.h"
#include "intree.h"

#define WINDOW	0x1000		/* 6.2: all that is read here is in page 0 */
#define DRIVER	"arm-smmu-v3"	/* of the kernel */

/**
 * struct intree_tables - a unit's registers, to be read
 * @regs: for the table checker
 * @base: the mapping
 */
struct intree_tables {
	struct pl_regs regs;
	void __iomem *base;
};

static void __iomem *base_of(struct pl_regs *r)
{
	return container_of(r, struct intree_tables, regs)->base;
}

static u32 tables_read32(struct pl_regs *r, u32 off)
{
	return readl(base_of(r) + off);
}

static u64 tables_read64(struct pl_regs *r, u32 off)
{
	return readq(base_of(r) + off);
}

static const struct pl_regs_ops tables_ops = {
	.read32 = tables_read32,
	.read64 = tables_read64,
};

/* Where the registers are of the unit that translates for a device; 0: no telling. */
static u64 find_base(struct device *dev)
{
	struct fwnode_handle *node = pl_kernel_iommu_of(dev)->fwnode;
	struct device *hw = node ? bus_find_device_by_fwnode(&platform_bus_type, node) : NULL;
	struct resource *window = NULL;
	u64 base = 0;

	if (!hw)
		return 0;
	if (hw->driver && !strcmp(hw->driver->name, DRIVER))
		window = platform_get_resource(to_platform_device(hw), IORESOURCE_MEM, 0);
	if (window)
		base = window->start;
	put_device(hw);
	return base;
}

/* A unit that is off has no tables (6.3.9). */
static bool is_readable(struct intree_tables *t)
{
	return pl_read32(&t->regs, SMMU_CR0) & SMMU_CR0_SMMUEN &&
	       pl_read64(&t->regs, SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR;
}

/**
 * intree_tables_open() - find the tables of the unit behind a device
 * @dev: a device that the kernel's IOMMU translates for
 *
 * Context: may sleep.
 * Return: what intree_tables_walk() wants, NULL where the unit is no SMMUv3 that
 * is on.
 */
struct intree_tables *intree_tables_open(struct device *dev)
{
	u64 base = find_base(dev);
	struct intree_tables *t;

	if (!base)
		return NULL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return NULL;
	t->regs.ops = &tables_ops;
	t->base = ioremap(base, WINDOW);
	if (t->base && is_readable(t))
		return t;
	intree_tables_close(t);
	return NULL;
}

/**
 * intree_tables_close() - forget them
 * @t: from intree_tables_open(), NULL too
 *
 * Context: may sleep.
 */
void intree_tables_close(struct intree_tables *t)
{
	if (t && t->base)
		iounmap(t->base);
	kfree(t);
}

/* See pl_unit_ops.walk. */
bool intree_tables_walk(struct intree_tables *t, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
			struct pl_walk *out)
{
	struct iommu_fwspec *spec = dev_iommu_fwspec_get(d->dev);

	return spec && spec->num_ids && smmu_walk(&t->regs, spec->ids[0], pasid, iova, out);
}
