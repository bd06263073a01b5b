// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue-spoil.c - put a descriptor that no unit accepts into a unit's invalidation queue.
 *
 * Whoever drives the unit is not asked: the queue is found through the unit's own registers, as
 * anything that strays through memory would find it. Loading the module does it once, and succeeds
 * when the unit has stopped (VT-d 6.5.2.11); what the driver makes of that is the test.
 *
 * Hard rule: the queue must be at rest, so nobody may submit meanwhile.
 */
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/module.h>

#define FSTS		0x34
#define FSTS_IQE	BIT(4)
#define IQH		0x80
#define IQT		0x88
#define IQA		0x90
#define IQA_PTR		GENMASK_ULL(63, 12)
#define IQA_QS		GENMASK_ULL(2, 0)
#define DESC_BYTES	32
#define NO_TYPE		0xf	/* 6.5.2: no descriptor has it */

static unsigned long base = 0xfed90000;
module_param(base, ulong, 0444);
MODULE_PARM_DESC(base, "of the unit's registers");

static int spoil(void __iomem *regs)
{
	u64 iqa = readq(regs + IQA), tail = readq(regs + IQT);
	u64 bytes = PAGE_SIZE << FIELD_GET(IQA_QS, iqa);
	u64 *desc = phys_to_virt((iqa & IQA_PTR) + tail);

	if (readq(regs + IQH) != tail)
		return -EBUSY;
	memset(desc, 0, DESC_BYTES);
	desc[0] = NO_TYPE;
	wmb();	/* the descriptor before the tail that shows it */
	writeq((tail + DESC_BYTES) & (bytes - 1), regs + IQT);
	return readl(regs + FSTS) & FSTS_IQE ? 0 : -EIO;
}

static int __init queue_spoil_init(void)
{
	void __iomem *regs = ioremap(base, PAGE_SIZE);
	int ret;

	if (!regs)
		return -ENOMEM;
	ret = spoil(regs);
	iounmap(regs);
	return ret;
}
module_init(queue_spoil_init);

static void __exit queue_spoil_exit(void)
{
}
module_exit(queue_spoil_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("stops a VT-d unit's invalidation queue");
