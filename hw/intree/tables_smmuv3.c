// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c on SMMUv3.
 *
 * The kernel's iommu_device names the firmware's node of its unit, and the
 * platform device made from that node has the registers; the table checker of
 * hw/smmuv3 starts from STRTAB_BASE.  A device's StreamID is the first of those
 * that the firmware gave it.
 *
 * Locking: none.
 *
 * The hard rule: nothing is written, no register and no table.
 */
#include <linux/iommu.h>
#include <linux/platform_device.h>

#include "../smmuv3/smmuv3.h"
#include "tables.h"

#define WINDOW	0x1000		/* 6.2: all that is read here is in page 0 */
#define DRIVER	"arm-smmu-v3"	/* of the kernel */

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
static bool is_readable(struct pl_regs *regs)
{
	return pl_read32(regs, SMMU_CR0) & SMMU_CR0_SMMUEN &&
	       pl_read64(regs, SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR;
}

static bool walk(struct pl_regs *regs, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
		 struct pl_walk *out)
{
	struct iommu_fwspec *spec = dev_iommu_fwspec_get(d->dev);

	return spec && spec->num_ids && smmu_walk(regs, spec->ids[0], pasid, iova, out);
}

const struct intree_hardware intree_hardware = {
	.window = WINDOW,
	.find_base = find_base,
	.is_readable = is_readable,
	.walk = walk,
};
