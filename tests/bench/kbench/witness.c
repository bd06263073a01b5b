// SPDX-License-Identifier: GPL-2.0-only
/*
 * The witness: the tail of the unit's invalidation queue, read from the
 * hardware's own register (VT-d 11.4.9.2).
 *
 * Software moves the tail by one for each descriptor it submits, whichever
 * driver it is, so the tail's step over a call is what the call submitted,
 * modulo the length of the queue.  The register is only ever read.
 *
 * The hard rule: where there is not exactly one unit, or no queue is on, there
 * is no witness; it never guesses.
 */
#include <linux/acpi.h>
#include <linux/io.h>

#include "bench.h"

#define REG_SPAN	0x1000
#define REG_GSTS	0x1c
#define GSTS_QIES	BIT(26)
#define REG_IQT		0x88
#define REG_IQA		0x90
#define IQA_DW		BIT(11)
#define IQA_QS(v)	((v) & 7)

#ifdef CONFIG_ACPI
static u64 only_unit(const struct acpi_table_dmar *dmar)
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

static u64 unit_address(void)
{
	struct acpi_table_header *table;
	u64 found;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &table)))
		return 0;
	found = only_unit((const struct acpi_table_dmar *)table);
	acpi_put_table(table);
	return found;
}
#else
static u64 unit_address(void)
{
	return 0;
}
#endif

/**
 * bench_witness_open() - find the unit's queue, where there is one
 * @b: the run; tail_at and what belongs to it are set, or NULL
 *
 * Context: may sleep.
 */
void bench_witness_open(struct bench *b)
{
	u64 iqa, address = unit_address();
	void __iomem *regs = address ? ioremap(address, REG_SPAN) : NULL;

	b->tail_at = NULL;
	if (!regs)
		return;
	if (!(readl(regs + REG_GSTS) & GSTS_QIES)) {
		iounmap(regs);
		return;
	}
	iqa = readq(regs + REG_IQA);
	b->tail_shift = iqa & IQA_DW ? 5 : 4;
	b->tail_entries = 1u << (12 - b->tail_shift + IQA_QS(iqa));
	b->tail_at = regs + REG_IQT;
}

/**
 * bench_witness_close() - look no more
 * @b: the run
 */
void bench_witness_close(struct bench *b)
{
	if (b->tail_at)
		iounmap(b->tail_at - REG_IQT);
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
