// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware's invalidation queue, architecture by architecture.
 *
 * A row of queues[] says all that differs: where the unit is, which registers
 * tell the queue's length and tail, and which function of the kernel's own
 * driver fills it, with what in its arguments.
 *
 * The *witness* is the tail, read from the hardware's own register. Software
 * moves it by one for each descriptor or command it submits, whichever driver
 * it is, so its step over a call is what the call submitted, modulo the length
 * of the queue. Registers are only ever read.
 *
 * The hard rule: where there is not exactly one unit, or no queue is on, there
 * is no witness; it never guesses.
 */
#include <linux/acpi.h>
#include <linux/io.h>
#include <linux/of_address.h>

#include "bench.h"

#define REG_SPAN	0x1000

/* VT-d 11.4.9: the queue of invalidation descriptors. */
#define DMAR_GSTS	0x1c
#define GSTS_QIES	BIT(26)
#define DMAR_IQT	0x88
#define DMAR_IQA	0x90
#define IQA_DW		BIT(11)
#define IQA_QS(v)	((v) & 7)

/* IHI0070 6.3: the command queue. */
#define SMMU_CR0ACK	0x24
#define CR0_CMDQEN	BIT(3)
#define SMMU_CMDQ_BASE	0x90
#define CMDQ_LOG2SIZE(v)	((v) & 0x1f)
#define SMMU_CMDQ_PROD	0x98

#ifdef CONFIG_ACPI
static u64 only_dmar_unit(const struct acpi_table_dmar *dmar)
{
	const u8 *at = (const u8 *)(dmar + 1), *end = (const u8 *)dmar + dmar->header.length;
	const struct acpi_dmar_hardware_unit *drhd;
	u64 found = 0;

	for (; at + sizeof(*drhd) <= end; at += drhd->header.length) {
		drhd = (const struct acpi_dmar_hardware_unit *)at;
		if (drhd->header.length < sizeof(drhd->header))
			return 0;
		if (drhd->header.type != ACPI_DMAR_TYPE_HARDWARE_UNIT)
			continue;
		if (found)
			return 0;
		found = drhd->address;
	}
	return found;
}

static u64 vtd_address(void)
{
	struct acpi_table_header *table;
	u64 found;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &table)))
		return 0;
	found = only_dmar_unit((const struct acpi_table_dmar *)table);
	acpi_put_table(table);
	return found;
}
#else
static u64 vtd_address(void)
{
	return 0;
}
#endif

static void vtd_shape(u64 iqa, struct bench *b)
{
	b->tail_shift = iqa & IQA_DW ? 5 : 4;
	b->tail_entries = 1u << (12 - b->tail_shift + IQA_QS(iqa));
}

static u64 smmuv3_address(void)
{
	struct device_node *node, *first = NULL;
	struct resource res;
	unsigned int n = 0;
	u64 found = 0;

	for_each_compatible_node(node, NULL, "arm,smmu-v3") {
		if (!n++)
			first = of_node_get(node);
	}
	if (n == 1 && !of_address_to_resource(first, 0, &res))
		found = res.start;
	of_node_put(first);
	return found;
}

/* The bit above the index tells laps of the queue apart (6.3.27); the mask of a lap drops it. */
static void smmuv3_shape(u64 base, struct bench *b)
{
	b->tail_shift = 0;
	b->tail_entries = 1u << CMDQ_LOG2SIZE(base);
}

static const struct bench_queue queues[] = {
	{ .address = vtd_address, .shape = vtd_shape,
	  .on_at = DMAR_GSTS, .on_bit = GSTS_QIES, .base_at = DMAR_IQA, .tail_at = DMAR_IQT,
	  /* qi_submit_sync(iommu, desc, count, options): one wait more, and waits for it */
	  .symbol = "qi_submit_sync", .arg_count = 2, .arg_sync = -1 },
	{ .address = smmuv3_address, .shape = smmuv3_shape,
	  .on_at = SMMU_CR0ACK, .on_bit = CR0_CMDQEN, .base_at = SMMU_CMDQ_BASE,
	  .tail_at = SMMU_CMDQ_PROD,
	  /* arm_smmu_cmdq_issue_cmdlist(smmu, cmdq, cmds, n, sync), from 6.12 on */
	  .symbol = "arm_smmu_cmdq_issue_cmdlist", .arg_count = 3, .arg_sync = 4 },
};

/**
 * bench_queue_find() - the queue of this machine's unit
 *
 * Context: may sleep.
 * Return: its row; NULL without exactly one unit of a known architecture.
 */
const struct bench_queue *bench_queue_find(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(queues); i++)
		if (queues[i].address())
			return &queues[i];
	return NULL;
}

/**
 * bench_witness_open() - find the unit's queue, where there is one
 * @b: the run; tail_at and what belongs to it are set, or NULL
 *
 * Context: may sleep.
 */
void bench_witness_open(struct bench *b)
{
	const struct bench_queue *q = bench_queue_find();
	void __iomem *regs = q ? ioremap(q->address(), REG_SPAN) : NULL;

	b->tail_at = NULL;
	if (!regs)
		return;
	b->regs = regs;
	if (!(readl(regs + q->on_at) & q->on_bit)) {
		bench_witness_close(b);
		return;
	}
	q->shape(readq(regs + q->base_at), b);
	b->tail_at = regs + q->tail_at;
}

/**
 * bench_witness_close() - look no more
 * @b: the run
 */
void bench_witness_close(struct bench *b)
{
	if (b->regs)
		iounmap(b->regs);
	b->regs = NULL;
	b->tail_at = NULL;
}

/**
 * bench_witness_tail() - the queue's tail now
 * @b: the run
 *
 * Return: in descriptors; 0 without a witness.
 */
u32 bench_witness_tail(struct bench *b)
{
	return b->tail_at ? readl(b->tail_at) >> b->tail_shift : 0;
}
