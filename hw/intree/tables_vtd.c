// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables.c on VT-d.
 *
 * The DMAR table says which unit translates for a device and where its
 * registers are; the table checker of hw/vtd starts from RTADDR.
 *
 * Locking: none.
 *
 * The hard rule: nothing is written, no register and no table.
 */
#include <linux/acpi.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../vtd/dmar.h"
#include "../vtd/hops.h"
#include "../vtd/vtd.h"
#include "tables.h"

#define WINDOW	0x100	/* 11.4: all that is read here lies below */

/* Where the registers of the unit are that translates for a device; 0: no telling. */
static u64 unit_base(const struct vtd_dmar *dmar, struct pci_dev *pdev)
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
			base = unit_base(dmar, pdev);
		acpi_put_table(table);
	}
	kfree(dmar);
	return base;
}

static u64 find_base(struct device *dev)
{
	return dev_is_pci(dev) ? ask_firmware(to_pci_dev(dev)) : 0;
}

/* The checker reads tables of scalable mode only (3.4.3, RTADDR.TTM). */
static bool is_readable(struct pl_regs *regs)
{
	u64 root;

	if (pl_read64(regs, VTD_CAP) == U64_MAX)
		return false;
	root = pl_read64(regs, VTD_RTADDR);
	return root & VTD_RTADDR_TTM_SCALABLE && root & VTD_RTADDR_PTR;
}

static bool walk(struct pl_regs *regs, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
		 struct pl_walk *out)
{
	return vtd_walk(regs, d->rid, pasid, iova, out);
}

const struct intree_hardware intree_hardware = {
	.window = WINDOW,
	.find_base = find_base,
	.is_readable = is_readable,
	.walk = walk,
};
