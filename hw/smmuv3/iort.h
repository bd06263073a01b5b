/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IORT table (Arm DEN0049, IO Remapping Table): which SMMU translates for a
 * PCI function, and under which StreamID.
 *
 * Vocabulary.  The table is a graph of *nodes*: one for each SMMU, one for each
 * PCI root complex.  A node's *mappings* say where a range of its ids goes to
 * and what the ids are called there.
 *
 * The hard rule: nothing here touches hardware or reads beyond the table.
 */
#ifndef _PASIDLAB_SMMUV3_IORT_H
#define _PASIDLAB_SMMUV3_IORT_H

#include <linux/types.h>

/**
 * struct smmu_iort - a table that was found to be well-formed
 * @table: its bytes
 * @nodes: offset of the first node
 * @nr: how many there are
 */
struct smmu_iort {
	const u8 *table;
	u32 nodes;
	u32 nr;
};

int smmu_iort_parse(const void *table, size_t len, struct smmu_iort *out, const char **why);
bool smmu_iort_find(const struct smmu_iort *iort, u32 segment, u32 rid, u64 *base, u32 *sid);

#endif /* _PASIDLAB_SMMUV3_IORT_H */
