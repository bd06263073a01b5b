// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real registers: a unit's window in physical memory behind struct pl_regs.
 *
 * Whether somebody else drives the unit shows before anything is written: the
 * kernel's own driver has claimed the region ("dmar0"), and what the firmware
 * or a hypervisor left running shows in GSTS (unit.c).
 *
 * Interrupts.  A unit's fault event is a message whose address and data are in
 * its registers (11.4.7.3).  The kernel hands out such messages for its own
 * DMAR code alone, so a vector of a PCI device that the device never raises is
 * borrowed: requested, its message copied.  The message names a processor, and
 * a vector that moves would leave the copy behind, hence IRQF_NOBALANCING.
 *
 * Locking: none; open, close, lend and take_back are the unit's, one at a time.
 *
 * The hard rule: a window is mapped only after its region has been claimed.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/ioport.h>
#include <linux/log2.h>
#include <linux/msi.h>
#include <linux/slab.h>
#include <asm/cacheflush.h>
#include <asm/processor.h>

#include "mmio.h"
#include "regs.h"

#define PMEN_PRS	BIT(0)	/* 11.4.8.1: protected regions are on */
#define PMEN_TIMEOUT_US	1000000

/**
 * struct vtd_mmio - one window
 * @regs: for the driver
 * @base: the mapping
 * @phys: where it is
 * @size: bytes of it
 * @name: of the region
 * @line_shift: a cache line to flush has 2^this bytes
 * @coherent: table walks snoop the caches: nothing to flush
 * @irq: a borrowed vector, 0 for none
 * @fn: what it calls
 * @arg: with
 */
struct vtd_mmio {
	struct pl_regs regs;
	void __iomem *base;
	u64 phys;
	u64 size;
	const char *name;
	u8 line_shift;
	bool coherent;
	unsigned int irq;
	void (*fn)(void *arg);
	void *arg;
};

static struct vtd_mmio *to_mmio(struct pl_regs *r)
{
	return container_of(r, struct vtd_mmio, regs);
}

static u32 mmio_read32(struct pl_regs *r, u32 off)
{
	return readl(to_mmio(r)->base + off);
}

static u64 mmio_read64(struct pl_regs *r, u32 off)
{
	return readq(to_mmio(r)->base + off);
}

static void mmio_write32(struct pl_regs *r, u32 off, u32 val)
{
	writel(val, to_mmio(r)->base + off);
}

static void mmio_write64(struct pl_regs *r, u32 off, u64 val)
{
	writeq(val, to_mmio(r)->base + off);
}

static unsigned int mmio_publish(struct pl_regs *r, const void *va, size_t len)
{
	unsigned int shift = to_mmio(r)->line_shift;
	unsigned long first = (unsigned long)va;

	if (to_mmio(r)->coherent)
		return 0;
	clflush_cache_range((void *)va, len);
	return ((first + len - 1) >> shift) - (first >> shift) + 1;
}

static irqreturn_t mmio_irq(int irq, void *dev)
{
	struct vtd_mmio *m = dev;

	m->fn(m->arg);
	return IRQ_HANDLED;
}

/* 11.4.7.3: the fault event's message; there is no vector for page requests. */
static int mmio_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	struct vtd_mmio *m = to_mmio(r);
	struct msi_msg msg;
	int ret;

	if (which != PL_IRQ_FAULT || !m->irq)
		return -EOPNOTSUPP;
	m->fn = fn;
	m->arg = arg;
	/* In a thread: a storm of faults then costs what a thread may, and can be traced. */
	ret = request_threaded_irq(m->irq, NULL, mmio_irq, IRQF_NOBALANCING | IRQF_ONESHOT,
				   m->name, m);
	if (ret)
		return ret;
	/* The vector has its processor only now that it is requested. */
	get_cached_msi_msg(m->irq, &msg);
	mmio_write32(r, VTD_FEDATA, msg.data);
	mmio_write32(r, VTD_FEADDR, msg.address_lo);
	mmio_write32(r, VTD_FEUADDR, msg.address_hi);
	return 0;
}

static void mmio_free_irq(struct pl_regs *r, enum pl_irq which)
{
	struct vtd_mmio *m = to_mmio(r);

	free_irq(m->irq, m);
}

static const struct pl_regs_ops mmio_ops = {
	.read32 = mmio_read32,
	.read64 = mmio_read64,
	.write32 = mmio_write32,
	.write64 = mmio_write64,
	.publish = mmio_publish,
	.request_irq = mmio_request_irq,
	.free_irq = mmio_free_irq,
};

/* 11.4.2, 11.4.7.6: the fault records may lie behind the first page. */
static u64 window_size(struct pl_regs *r, u64 told)
{
	u64 cap = pl_read64(r, VTD_CAP);
	u64 end = FIELD_GET(VTD_CAP_FRO, cap) * VTD_FRCD_SIZE +
		  (FIELD_GET(VTD_CAP_NFR, cap) + 1) * VTD_FRCD_SIZE;

	return max(told, PAGE_ALIGN(end));
}

static int window_map(struct vtd_mmio *m, u64 size)
{
	if (!request_mem_region(m->phys, size, m->name)) {
		pr_err("%s: its registers at %llx are claimed: the kernel drives it, boot with intel_iommu=off intremap=off\n",
		       m->name, m->phys);
		return -EBUSY;
	}
	m->base = ioremap(m->phys, size);
	if (!m->base) {
		release_mem_region(m->phys, size);
		return -ENOMEM;
	}
	m->size = size;
	return 0;
}

static void window_unmap(struct vtd_mmio *m)
{
	iounmap(m->base);
	release_mem_region(m->phys, m->size);
}

static int window_open(struct vtd_mmio *m, u64 told)
{
	u64 size;
	int ret;

	ret = window_map(m, told);
	if (ret)
		return ret;
	size = window_size(&m->regs, told);
	if (size == told)
		return 0;
	window_unmap(m);
	return window_map(m, size);
}

/**
 * vtd_mmio_open() - claim and map a unit's registers; nothing is written
 * @drhd: where they are
 * @name: of the region; kept
 *
 * Context: may sleep.
 * Return: the registers; ERR_PTR: -EBUSY where the region is claimed, -ENODEV
 * where nothing answers, -ENOMEM.
 */
struct pl_regs *vtd_mmio_open(const struct vtd_drhd *drhd, const char *name)
{
	struct vtd_mmio *m = kzalloc(sizeof(*m), GFP_KERNEL);
	u64 ecap;
	int ret;

	if (!m)
		return ERR_PTR(-ENOMEM);
	m->regs.ops = &mmio_ops;
	m->phys = drhd->base;
	m->name = name;
	ret = window_open(m, drhd->size);
	if (ret)
		goto free;
	ecap = pl_read64(&m->regs, VTD_ECAP);
	m->line_shift = ilog2(boot_cpu_data.x86_clflush_size);
	m->coherent = ecap & VTD_ECAP_C && ecap & VTD_ECAP_SMPWCS;
	if (pl_read64(&m->regs, VTD_CAP) != U64_MAX || ecap != U64_MAX)
		return &m->regs;
	pr_err("%s: nothing answers at %llx\n", name, m->phys);
	ret = -ENODEV;
	window_unmap(m);
free:
	kfree(m);
	return ERR_PTR(ret);
}

/**
 * vtd_mmio_close() - give the window back
 * @r: from vtd_mmio_open(); nobody drives the unit
 *
 * Context: may sleep.
 */
void vtd_mmio_close(struct pl_regs *r)
{
	window_unmap(to_mmio(r));
	kfree(to_mmio(r));
}

/**
 * vtd_mmio_protection_off() - no protected memory regions (11.4.8)
 * @r: registers of a unit that translates
 * @name: of the unit
 *
 * Firmware may have left them on; they refuse DMA whatever our tables say.
 *
 * Context: may sleep.
 */
void vtd_mmio_protection_off(struct pl_regs *r, const char *name)
{
	u32 pmen = pl_read32(r, VTD_PMEN);

	if (!(pmen & (VTD_PMEN_EPM | PMEN_PRS)))
		return;
	pl_write32(r, VTD_PMEN, pmen & ~VTD_PMEN_EPM);
	if (read_poll_timeout(pl_read32, pmen, !(pmen & PMEN_PRS), 10, PMEN_TIMEOUT_US, false, r,
			      VTD_PMEN))
		pr_warn("%s: protected memory stays on (PMEN %08x): DMA to it is refused\n", name,
			pmen);
}

/* See pl_unit_ops.lend. */
int vtd_mmio_lend(struct pl_regs *r, unsigned int irq)
{
	struct vtd_mmio *m = to_mmio(r);

	if (m->irq)
		return -EBUSY;
	m->irq = irq;
	return 0;
}

/* See pl_unit_ops.take_back. */
void vtd_mmio_take_back(struct pl_regs *r, unsigned int irq)
{
	struct vtd_mmio *m = to_mmio(r);

	if (m->irq == irq)
		m->irq = 0;
}
