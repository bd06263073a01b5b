// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit of this machine that is taken: a platform device, made by the kernel
 * from the device tree ("arm,smmu-v3") or from ACPI's IORT ("arm-smmu-v3").
 *
 * Taken only when asked for (smmuv3=Y), and then the first one that no driver has
 * and that ours can drive.  The kernel's own driver is not a module: it stays
 * away with initcall_blacklist=arm_smmu_driver_init.  Every unit passed over says
 * why, and when none is left the module does not load.
 *
 * Which StreamID a PCI function has, the firmware says: the iommu-map of its
 * host bridge's node, or the IORT (iort.c).  The kernel reads both, but only on
 * behalf of a driver that is registered with it.
 *
 * Everybody else.  The kernel lets no PCI function behind an SMMU have a driver
 * before the SMMU has one: it waits for ten seconds with a device tree, and for
 * ever with an IORT.  So the kernel's IOMMU core is told of the unit as one that
 * takes nobody (nobody_ops): functions that wait go on, without an IOMMU of the
 * kernel's, which is what the bypass of passthrough.c gives them.
 *
 * Locking: module init and exit; the driver core's device lock around probe.
 *
 * The hard rule: nothing is written to a unit before it is known that nobody
 * drives it.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/acpi.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mod_devicetable.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "iort.h"
#include "mmio.h"
#include "smmuv3.h"

#define DEVICE_NAME	"arm-smmu-v3"	/* of what the kernel makes from the IORT */
#define COMPATIBLE	"arm,smmu-v3"
#define UNIT_NAME	"smmu0"
#define MAP_CELLS	4		/* iommu-map: id, phandle, StreamID, how many */

static bool smmuv3;
module_param(smmuv3, bool, 0444);
MODULE_PARM_DESC(smmuv3, "take the first usable SMMUv3 of this machine; needs initcall_blacklist=arm_smmu_driver_init (N)");

/**
 * struct host - what was taken
 * @pdev: the platform device; NULL while there is none
 * @base: where its registers are
 * @table: the IORT, mapped as long as @iort points into it; NULL with a device
 *	tree
 * @iort: what it says
 * @regs: the unit's registers
 * @unit: the driver's unit
 * @side: for the driver
 * @known: what the kernel's IOMMU core knows the unit by
 * @error: why the last one was passed over
 */
struct host {
	struct platform_device *pdev;
	u64 base;
	struct acpi_table_header *table;
	struct smmu_iort iort;
	struct pl_regs *regs;
	struct smmu_unit *unit;
	struct smmu_host side;
	struct iommu_device known;
	int error;
};

static struct host *host;

/* One entry of an iommu-map: does it lead an id to @unit, and to which StreamID? */
static bool map_entry(const struct device_node *root, u32 at, u32 id, phandle unit, u32 *sid)
{
	u32 cell[MAP_CELLS], i;

	for (i = 0; i < MAP_CELLS; i++)
		if (of_property_read_u32_index(root, "iommu-map", at + i, &cell[i]))
			return false;
	if (cell[1] != unit || id < cell[0] || id - cell[0] >= cell[3])
		return false;
	*sid = cell[2] + (id - cell[0]);
	return true;
}

/* Devicetree specification, pci-iommu: with #iommu-cells = 1. */
static int sid_by_tree(const struct device_node *root, u32 rid, phandle unit, u32 *sid)
{
	int n = root ? of_property_count_u32_elems(root, "iommu-map") : 0;
	u32 mask = U32_MAX;
	int at;

	if (n > 0)
		of_property_read_u32(root, "iommu-map-mask", &mask);
	for (at = 0; at + MAP_CELLS <= n; at += MAP_CELLS)
		if (map_entry(root, at, rid & mask, unit, sid))
			return 0;
	return -ENODEV;
}

static int sid_by_iort(const struct host *h, struct pci_bus *root, u32 rid, u32 *sid)
{
	u64 base;

	if (!h->table || !smmu_iort_find(&h->iort, pci_domain_nr(root), rid, &base, sid))
		return -ENODEV;
	return base == h->base ? 0 : -ENODEV;
}

/* See struct smmu_host.sid. */
static int host_sid(void *priv, struct device *dev, u32 *sid)
{
	const struct host *h = priv;
	const struct device_node *np = h->pdev->dev.of_node;
	struct pci_bus *root;
	u32 rid;

	if (!dev_is_pci(dev))
		return -ENODEV;
	root = to_pci_dev(dev)->bus;
	rid = pci_dev_id(to_pci_dev(dev));
	while (!pci_is_root_bus(root))
		root = root->parent;
	return np ? sid_by_tree(root->dev.of_node, rid, np->phandle, sid) :
		    sid_by_iort(h, root, rid, sid);
}

static void read_lines(struct platform_device *pdev, int lines[PL_IRQ_NR])
{
	lines[PL_IRQ_FAULT] = platform_get_irq_byname_optional(pdev, "eventq");
	lines[PL_IRQ_PAGE_REQUEST] = platform_get_irq_byname_optional(pdev, "priq");
	lines[PL_IRQ_ERROR] = platform_get_irq_byname_optional(pdev, "gerror");
}

static struct iommu_device *take_nobody(struct device *dev)
{
	return ERR_PTR(-ENODEV);
}

static const struct iommu_ops nobody_ops = {
	.probe_device = take_nobody,
	.owner = THIS_MODULE,
};

static int unit_take(struct host *h, struct platform_device *pdev)
{
	struct resource *window = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	int lines[PL_IRQ_NR], ret;

	read_lines(pdev, lines);
	h->regs = smmu_mmio_open(window, lines, dev_name(&pdev->dev));
	if (IS_ERR(h->regs))
		return PTR_ERR(h->regs);
	h->pdev = pdev;
	h->base = window->start;
	ret = smmu_unit_take(h->regs, UNIT_NAME, &h->side, THIS_MODULE, &h->unit);
	if (ret)
		goto close;
	/* Last: functions that waited may be endpoints of the unit. */
	ret = iommu_device_register(&h->known, &nobody_ops, &pdev->dev);
	if (ret)
		goto destroy;
	pr_info("%s: %s, registers at %pR, events by %s, errors by %s\n", UNIT_NAME,
		dev_name(&pdev->dev), window,
		h->unit->evtq.events.irq ? "interrupt" : "polling",
		h->unit->evtq.errors.irq ? "interrupt" : "polling");
	return 0;
destroy:
	smmu_unit_destroy(h->unit);
close:
	h->pdev = NULL;
	smmu_mmio_close(h->regs);
	return ret;
}

static int host_probe(struct platform_device *pdev)
{
	if (host->pdev)
		return -ENODEV;
	host->error = unit_take(host, pdev);
	/* What was wrong has been said, by name. */
	return host->error ? -ENODEV : 0;
}

static void host_remove(struct platform_device *pdev)
{
	iommu_device_unregister(&host->known);
	smmu_unit_destroy(host->unit);
	smmu_mmio_close(host->regs);
	host->pdev = NULL;
}

static const struct of_device_id of_ids[] = { { .compatible = COMPATIBLE }, {} };
static const struct platform_device_id ids[] = { { .name = DEVICE_NAME }, {} };

static struct platform_driver driver = {
	.probe = host_probe,
	.remove = host_remove,
	.id_table = ids,
	.driver = {
		.name = "pasidlab-smmuv3",
		.of_match_table = of_ids,
		.suppress_bind_attrs = true,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

/* One that another driver has. */
static int driven(struct device *dev, const void *unused)
{
	if (!dev->driver || strcmp(dev->driver->name, DEVICE_NAME))
		return 0;
	return of_device_is_compatible(dev->of_node, COMPATIBLE) ||
	       str_has_prefix(dev_name(dev), DEVICE_NAME);
}

/* No unit was tried: because there is none, or none that is free? */
static int nothing_found(void)
{
	struct device *dev = bus_find_device(&platform_bus_type, NULL, NULL, driven);

	if (!dev) {
		pr_err("smmuv3=Y: this machine has no SMMUv3, in no device tree (" COMPATIBLE
		       ") and no IORT\n");
		return -ENODEV;
	}
	pr_err("smmuv3=Y: %s is driven by the kernel's %s: boot with initcall_blacklist=arm_smmu_driver_init\n",
	       dev_name(dev), dev->driver->name);
	put_device(dev);
	return -EBUSY;
}

static int table_read(struct host *h)
{
	const char *why;
	int ret;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_IORT, 0, &h->table)))
		return 0;
	ret = smmu_iort_parse(h->table, h->table->length, &h->iort, &why);
	if (!ret)
		return 0;
	pr_err("smmuv3=Y: the IORT is of no use: %s\n", why);
	acpi_put_table(h->table);
	return ret;
}

static int host_take(struct host *h)
{
	int ret;

	ret = table_read(h);
	if (ret)
		return ret;
	ret = platform_driver_register(&driver);
	if (ret)
		goto put;
	if (h->pdev)
		return 0;
	platform_driver_unregister(&driver);
	ret = h->error ?: nothing_found();
put:
	if (h->table)
		acpi_put_table(h->table);
	return ret;
}

/**
 * smmu_host_start() - take a unit of the machine, where smmuv3=Y asks for one
 *
 * Context: module init.
 * Return: 0; -ENODEV no SMMUv3, -EBUSY the kernel's driver has it, -EINVAL a
 * malformed IORT, else what the last unit said.
 */
int smmu_host_start(void)
{
	int ret;

	if (!smmuv3)
		return 0;
	host = kzalloc(sizeof(*host), GFP_KERNEL);
	if (!host)
		return -ENOMEM;
	host->side.sid = host_sid;
	host->side.priv = host;
	ret = host_take(host);
	if (ret) {
		kfree(host);
		host = NULL;
	}
	return ret;
}

/**
 * smmu_host_stop() - hand it back
 *
 * Context: module exit.
 */
void smmu_host_stop(void)
{
	if (!host)
		return;
	platform_driver_unregister(&driver);
	if (host->table)
		acpi_put_table(host->table);
	kfree(host);
	host = NULL;
}
