// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit of this machine that is taken: found in the DMAR table, its
 * registers mapped, its devices told apart by the table's device scopes.
 *
 * Taken only when asked for (vtd=Y), and then the first unit that nobody drives
 * and that can do scalable mode.  Every unit passed over says why, and when
 * none is left the module does not load.
 *
 * Locking: module init and exit; the table does not change in between.
 *
 * The hard rule: nothing is written to a unit before it is known that nobody
 * drives it.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/acpi.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "dmar.h"
#include "hops.h"
#include "mmio.h"
#include "vtd.h"

static bool vtd;
module_param(vtd, bool, 0444);
MODULE_PARM_DESC(vtd, "take the first usable VT-d unit of this machine; needs intel_iommu=off intremap=off (N)");

/**
 * struct host - what was taken
 * @table: the DMAR table, mapped as long as @dmar points into it
 * @dmar: what it says
 * @drhd: the unit
 * @name: its name
 * @regs: its registers
 * @unit: the driver's unit
 */
struct host {
	struct acpi_table_header *table;
	struct vtd_dmar dmar;
	const struct vtd_drhd *drhd;
	char name[16];
	struct pl_regs *regs;
	struct vtd_unit *unit;
};

static struct host *host;

static bool host_claims(struct pl_regs *r, struct device *dev)
{
	struct vtd_hop hops[VTD_HOPS_MAX];
	struct pci_dev *pdev;
	u32 nr;

	if (!dev_is_pci(dev))
		return false;
	pdev = to_pci_dev(dev);
	nr = vtd_hops_to(pdev, hops);
	return nr && vtd_dmar_find(&host->dmar, pci_domain_nr(pdev->bus), hops, nr) == host->drhd;
}

static const struct vtd_host host_ops = {
	.claims = host_claims,
	.lend = vtd_mmio_lend,
	.take_back = vtd_mmio_take_back,
};

static int unit_try(struct host *h, u32 i, struct module *owner)
{
	int ret;

	h->drhd = &h->dmar.drhds[i];
	snprintf(h->name, sizeof(h->name), "vtd%u", i);
	h->regs = vtd_mmio_open(h->drhd, h->name);
	if (IS_ERR(h->regs))
		return PTR_ERR(h->regs);
	ret = vtd_unit_take(h->regs, h->name, h->dmar.haw, &host_ops, owner, &h->unit);
	if (ret) {
		vtd_mmio_close(h->regs);
		return ret;
	}
	vtd_mmio_protection_off(h->regs, h->name);
	pr_info("%s: registers at %llx, faults by %s\n", h->name, h->drhd->base,
		h->unit->faults.irq ? "interrupt, through a borrowed vector" : "polling");
	return 0;
}

static int table_read(struct host *h)
{
	const char *why;
	int ret;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &h->table))) {
		pr_err("vtd=Y: this machine has no DMAR table: no VT-d, or off in the firmware\n");
		return -ENODEV;
	}
	ret = vtd_dmar_parse(h->table, h->table->length, &h->dmar, &why);
	if (!ret)
		return 0;
	pr_err("vtd=Y: the DMAR table is of no use: %s\n", why);
	acpi_put_table(h->table);
	return ret;
}

static int host_take(struct host *h, struct module *owner)
{
	int ret;
	u32 i;

	ret = table_read(h);
	if (ret)
		return ret;
	for (i = 0; i < h->dmar.nr; i++) {
		ret = unit_try(h, i, owner);
		if (!ret)
			return 0;
	}
	acpi_put_table(h->table);
	return ret;
}

/**
 * vtd_host_start() - take a unit of the machine, where vtd=Y asks for one
 * @owner: the module to hold while a device of it is in use
 *
 * Context: module init.
 * Return: 0; -ENODEV no DMAR table or no unit in it, -EINVAL a malformed table,
 * else what the last unit said.
 */
int vtd_host_start(struct module *owner)
{
	int ret;

	if (!vtd)
		return 0;
	host = kzalloc(sizeof(*host), GFP_KERNEL);
	if (!host)
		return -ENOMEM;
	ret = host_take(host, owner);
	if (ret) {
		kfree(host);
		host = NULL;
	}
	return ret;
}

/**
 * vtd_host_stop() - hand it back
 *
 * Context: module exit.
 */
void vtd_host_stop(void)
{
	if (!host)
		return;
	vtd_unit_destroy(host->unit);
	vtd_mmio_close(host->regs);
	acpi_put_table(host->table);
	kfree(host);
	host = NULL;
}
