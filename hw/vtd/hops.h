/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way to a PCI device, as the DMAR table names it (VT-d 8.3.1): for whoever
 * asks vtd_dmar_find() about a device of the kernel.
 *
 * The hard rule: a way that is longer than the table's reader takes is no way.
 */
#ifndef _PASIDLAB_VTD_HOPS_H
#define _PASIDLAB_VTD_HOPS_H

#include <linux/pci.h>

#include "dmar.h"

/**
 * vtd_hops_to() - the hops from the root bus down to a device
 * @pdev: the device
 * @hops: room for VTD_HOPS_MAX
 *
 * Context: any; the caller holds the device.
 * Return: how many, 0 when there are too many.
 */
static inline u32 vtd_hops_to(struct pci_dev *pdev, struct vtd_hop *hops)
{
	struct pci_dev *up;
	u32 nr = 0, i;

	for (up = pdev; up; up = up->bus->self)
		nr++;
	if (nr > VTD_HOPS_MAX)
		return 0;
	for (i = nr, up = pdev; up; up = up->bus->self) {
		hops[--i].bus = up->bus->number;
		hops[i].devfn = up->devfn;
	}
	return nr;
}

#endif /* _PASIDLAB_VTD_HOPS_H */
