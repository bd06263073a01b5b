// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab_intree.ko: a unit for each IOMMU that the kernel drives.
 *
 * The kernel tells of its IOMMUs only through the devices behind them, so the
 * PCI devices of the machine are asked once, at load.  Endpoints come by
 * themselves: a driver like kmod/pe.c offers its device to the unit that
 * claims it.
 *
 * Locking: module init and exit only.
 *
 * The hard rule: a machine without such an IOMMU is told so and left alone.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "intree.h"

static LIST_HEAD(units);

static bool is_known(struct iommu_device *iommu)
{
	struct intree_unit *iu;

	list_for_each_entry(iu, &units, node)
		if (iu->iommu == iommu)
			return true;
	return false;
}

static int unit_of(struct device *dev, unsigned int *index)
{
	struct iommu_device *iommu = pl_kernel_iommu_of(dev);
	struct intree_unit *iu;

	if (!iommu || is_known(iommu))
		return 0;
	iu = intree_unit_create(dev, *index);
	if (IS_ERR(iu))
		return PTR_ERR(iu);
	list_add_tail(&iu->node, &units);
	++*index;
	return 0;
}

static void destroy_all(void)
{
	struct intree_unit *iu, *next;

	list_for_each_entry_safe_reverse(iu, next, &units, node) {
		list_del(&iu->node);
		intree_unit_destroy(iu);
	}
}

static int __init intree_init(void)
{
	struct pci_dev *pdev = NULL;
	unsigned int index = 0;
	int ret = 0;

	while (!ret && (pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pdev)))
		ret = unit_of(&pdev->dev, &index);
	pci_dev_put(pdev);
	if (ret)
		destroy_all();
	else if (!index)
		pr_err("pasidlab_intree: the kernel drives no IOMMU: boot with intel_iommu=on,sm_on\n");
	return ret ? ret : index ? 0 : -ENODEV;
}

static void __exit intree_exit(void)
{
	destroy_all();
}

module_init(intree_init);
module_exit(intree_exit);
PL_IMPORT_IOMMUFD();
MODULE_LICENSE("GPL");
MODULE_VERSION(PL_VERSION);
MODULE_DESCRIPTION("pasidlab: the kernel's own IOMMU API as a unit");
