// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real registers: a unit's window in physical memory behind struct pl_regs.
 *
 * Two pages of 64 KiB (6.1): the second has the indexes of the event and the PRI
 * queue.  Of each only the architected part is claimed and mapped; what lies
 * behind belongs to others, such as a performance monitor.  Whether somebody
 * else drives the unit shows in the claim first, in CR0 after that (unit.c).
 *
 * Interrupts.  Events, errors and page requests have a wire each.  CMD_SYNC's is
 * not used: the queue is polled, and a sync is over before an interrupt could
 * say so.  A unit that can send messages instead is told not to (3.18).
 *
 * Locking: none; open, close, request and free are the unit's, one at a time.
 *
 * The hard rule: a page is mapped only after it has been claimed.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/slab.h>

#include "mmio.h"
#include "regs.h"

#define PAGES		2
#define PAGE_USED	0xe00	/* 6.2: architected, of either page */

/**
 * struct line - one interrupt
 * @irq: its number, 0 for none
 * @fn: what it calls
 * @arg: with
 */
struct line {
	unsigned int irq;
	void (*fn)(void *arg);
	void *arg;
};

/**
 * struct smmu_mmio - one window
 * @regs: for the driver
 * @base: the pages' mappings
 * @phys: where they are
 * @name: of the regions and interrupts
 * @lines: interrupts
 */
struct smmu_mmio {
	struct pl_regs regs;
	void __iomem *base[PAGES];
	u64 phys;
	const char *name;
	struct line lines[PL_IRQ_NR];
};

static struct smmu_mmio *to_mmio(struct pl_regs *r)
{
	return container_of(r, struct smmu_mmio, regs);
}

static void __iomem *reg_at(struct pl_regs *r, u32 off)
{
	return to_mmio(r)->base[off / SMMU_PAGE1] + off % SMMU_PAGE1;
}

static u32 mmio_read32(struct pl_regs *r, u32 off)
{
	return readl(reg_at(r, off));
}

static u64 mmio_read64(struct pl_regs *r, u32 off)
{
	return readq(reg_at(r, off));
}

static void mmio_write32(struct pl_regs *r, u32 off, u32 val)
{
	writel(val, reg_at(r, off));
}

static void mmio_write64(struct pl_regs *r, u32 off, u64 val)
{
	writeq(val, reg_at(r, off));
}

/* Only units that read coherently are driven (unit.c): nothing to flush. */
static unsigned int mmio_publish(struct pl_regs *r, const void *va, size_t len)
{
	return 0;
}

static irqreturn_t mmio_irq(int irq, void *arg)
{
	struct line *l = arg;

	l->fn(l->arg);
	return IRQ_HANDLED;
}

/* 6.3.18 and its like: no address, no message; IRQ_CTRL is off. */
static void message_off(struct pl_regs *r, enum pl_irq which)
{
	static const u32 address[PL_IRQ_NR] = {
		[PL_IRQ_FAULT] = SMMU_EVENTQ_IRQ_CFG0,
		[PL_IRQ_PAGE_REQUEST] = SMMU_PRIQ_IRQ_CFG0,
		[PL_IRQ_ERROR] = SMMU_GERROR_IRQ_CFG0,
	};

	if (mmio_read32(r, SMMU_IDR0) & SMMU_IDR0_MSI)
		mmio_write64(r, address[which], 0);
}

static int mmio_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	struct line *l = &to_mmio(r)->lines[which];

	if (!l->irq)
		return -EOPNOTSUPP;
	l->fn = fn;
	l->arg = arg;
	message_off(r, which);
	/* In a thread: a storm of events then costs what a thread may, and can be traced. */
	return request_threaded_irq(l->irq, NULL, mmio_irq, IRQF_ONESHOT, to_mmio(r)->name, l);
}

static void mmio_free_irq(struct pl_regs *r, enum pl_irq which)
{
	struct line *l = &to_mmio(r)->lines[which];

	free_irq(l->irq, l);
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

static void page_unmap(struct smmu_mmio *m, u32 i)
{
	iounmap(m->base[i]);
	release_mem_region(m->phys + i * SMMU_PAGE1, PAGE_USED);
}

static int page_map(struct smmu_mmio *m, u32 i)
{
	u64 phys = m->phys + i * SMMU_PAGE1;

	if (!request_mem_region(phys, PAGE_USED, m->name)) {
		pr_err("%s: register page %u at %llx is claimed or overlaps another: see /proc/iomem, and boot with initcall_blacklist=arm_smmu_driver_init\n",
		       m->name, i, phys);
		return -EBUSY;
	}
	m->base[i] = ioremap(phys, PAGE_USED);
	if (m->base[i])
		return 0;
	release_mem_region(phys, PAGE_USED);
	return -ENOMEM;
}

static int pages_map(struct smmu_mmio *m)
{
	int ret;

	ret = page_map(m, 0);
	if (ret)
		return ret;
	ret = page_map(m, 1);
	if (ret)
		page_unmap(m, 0);
	return ret;
}

static int check_window(const struct resource *window, const char *name)
{
	if (!window) {
		pr_err("%s: the firmware gives no register window (reg)\n", name);
		return -ENODEV;
	}
	if (resource_size(window) >= SMMU_WINDOW)
		return 0;
	pr_err("%s: the register window %pR has no page 1: it must be %#x bytes\n", name, window,
	       SMMU_WINDOW);
	return -EINVAL;
}

/**
 * smmu_mmio_open() - claim and map a unit's registers; nothing is written
 * @window: where they are, NULL where the firmware does not say
 * @lines: interrupts by enum pl_irq, 0 or less for none
 * @name: of the regions; kept
 *
 * Context: may sleep.
 * Return: the registers; ERR_PTR: -ENODEV no window or nothing that answers,
 * -EINVAL one too small, -EBUSY where a page is claimed, -ENOMEM.
 */
struct pl_regs *smmu_mmio_open(const struct resource *window, const int lines[PL_IRQ_NR],
			       const char *name)
{
	struct smmu_mmio *m;
	int ret, i;

	ret = check_window(window, name);
	if (ret)
		return ERR_PTR(ret);
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->regs.ops = &mmio_ops;
	m->phys = window->start;
	m->name = name;
	for (i = 0; i < PL_IRQ_NR; i++)
		m->lines[i].irq = max(lines[i], 0);
	ret = pages_map(m);
	if (ret)
		goto free;
	if (mmio_read32(&m->regs, SMMU_IDR0) != U32_MAX)
		return &m->regs;
	pr_err("%s: nothing answers at %llx\n", name, m->phys);
	ret = -ENODEV;
	page_unmap(m, 1);
	page_unmap(m, 0);
free:
	kfree(m);
	return ERR_PTR(ret);
}

/**
 * smmu_mmio_close() - give the window back
 * @r: from smmu_mmio_open(); nobody drives the unit
 *
 * Context: may sleep.
 */
void smmu_mmio_close(struct pl_regs *r)
{
	struct smmu_mmio *m = to_mmio(r);

	page_unmap(m, 1);
	page_unmap(m, 0);
	kfree(m);
}
