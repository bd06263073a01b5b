// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables that the kernel's VT-d driver wrote, read as the unit reads them.
 *
 * The DMAR table says which unit translates for a device and where its
 * registers are.  They are mapped a second time, beside the kernel's driver and
 * without claiming them, and the table checker of hw/vtd starts from the
 * root-table address that it finds there.  Nobody asks the kernel's driver.
 *
 * Lifetime.  The unit's root and context tables stay as long as the kernel
 * drives it, a device's PASID table as long as the device is there; page tables
 * belong to domains that this module alone maps and unmaps, under the lock that
 * a walk holds.
 *
 * Locking: none of its own; see struct pl_unit_ops.walk.
 *
 * The hard rule: the unit is not written to.  The register window has no
 * operation that writes.
 */
#include <linux/acpi.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../vtd/dmar.h"
#include "../vtd/hops.h"
#include "../vtd/vtd.h"
#include "intree.h"

#define WINDOW	0x100	/* 11.4: all that is read here lies below */

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

/* Where the registers of the unit are that translates for a device; 0: no telling. */
static u64 find_base(const struct vtd_dmar *dmar, struct pci_dev *pdev)
{
	struct vtd_hop hops[VTD_HOPS_MAX];
	u32 nr = vtd_hops_to(pdev, hops);
	const struct vtd_drhd *drhd = NULL;

	if (nr)
		drhd = vtd_dmar_find(dmar, pci_domain_nr(pdev->bus), hops, nr);
	return drhd ? drhd->base : 0;
}

static u64 ask_firmware(struct pci_dev *pdev)
{
	struct vtd_dmar *dmar = kzalloc(sizeof(*dmar), GFP_KERNEL);
	struct acpi_table_header *table;
	const char *why;
	u64 base = 0;

	if (!dmar)
		return 0;
	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_DMAR, 0, &table))) {
		if (!vtd_dmar_parse(table, table->length, dmar, &why))
			base = find_base(dmar, pdev);
		acpi_put_table(table);
	}
	kfree(dmar);
	return base;
}

/* The checker reads tables of scalable mode only (3.4.3, RTADDR.TTM). */
static bool is_readable(struct intree_tables *t)
{
	u64 root;

	if (pl_read64(&t->regs, VTD_CAP) == U64_MAX)
		return false;
	root = pl_read64(&t->regs, VTD_RTADDR);
	return root & VTD_RTADDR_TTM_SCALABLE && root & VTD_RTADDR_PTR;
}

/**
 * intree_tables_open() - find the tables of the unit behind a device
 * @dev: a device that the kernel's IOMMU translates for
 *
 * Context: may sleep.
 * Return: what intree_tables_walk() wants, NULL where the unit is no VT-d one
 * in scalable mode or cannot be found.
 */
struct intree_tables *intree_tables_open(struct device *dev)
{
	u64 base = dev_is_pci(dev) ? ask_firmware(to_pci_dev(dev)) : 0;
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
	return vtd_walk(&t->regs, d->rid, pasid, iova, out);
}
