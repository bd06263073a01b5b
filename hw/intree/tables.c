// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables that the kernel's own driver wrote, read as the unit reads them.
 *
 * The unit's registers are mapped a second time, beside the kernel's driver and
 * without claiming them, and the table checker of our driver of such a unit
 * starts from the address that it finds there.  Nobody asks the kernel's
 * driver.  Which unit, and which checker: struct intree_hardware.
 *
 * Lifetime.  A unit's tables of devices stay as long as the kernel drives it, a
 * device's table of PASIDs as long as the device is there; translation tables
 * belong to domains that this module alone maps and unmaps, under the lock that
 * a walk holds.
 *
 * Locking: none of its own; see struct pl_unit_ops.walk.
 *
 * The hard rule: the unit is not written to.  The register window has no
 * operation that writes.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>

#include "tables.h"

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

/**
 * intree_tables_open() - find the tables of the unit behind a device
 * @dev: a device that the kernel's IOMMU translates for
 *
 * Context: may sleep.
 * Return: what intree_tables_walk() wants, NULL where the unit cannot be found or
 * has no tables of the kind that is known here.
 */
struct intree_tables *intree_tables_open(struct device *dev)
{
	u64 base = intree_hardware.find_base(dev);
	struct intree_tables *t;

	if (!base)
		return NULL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return NULL;
	t->regs.ops = &tables_ops;
	t->base = ioremap(base, intree_hardware.window);
	if (t->base && intree_hardware.is_readable(&t->regs))
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
	return intree_hardware.walk(&t->regs, d, pasid, iova, out);
}
