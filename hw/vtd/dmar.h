/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMAR table (VT-d chapter 8): which remapping units the firmware tells of
 * and which devices each of them translates for.
 *
 * Vocabulary.  A *DRHD* describes one unit.  Its *device scope* lists devices
 * by the way to them: a start bus and a device and function for every bridge
 * from there on.  A *hop* is one step of such a way; the hops of a device lead
 * from a root bus down to it.
 *
 * The hard rule: nothing here touches hardware or reads beyond the table.
 */
#ifndef _PASIDLAB_VTD_DMAR_H
#define _PASIDLAB_VTD_DMAR_H

#include <linux/types.h>

#define VTD_DRHD_MAX	64	/* units one table may tell of */
#define VTD_HOPS_MAX	16	/* bridges on the way to a device, and the device */

/**
 * struct vtd_drhd - one unit, as the firmware describes it
 * @base: physical address of its registers
 * @size: bytes of its register window
 * @segment: PCI segment
 * @rest: it translates for all devices of the segment that no other DRHD names
 * @scope: its device scope, inside the table that was parsed
 * @scope_len: bytes of it
 */
struct vtd_drhd {
	u64 base;
	u64 size;
	u16 segment;
	bool rest;
	const u8 *scope;
	size_t scope_len;
};

/**
 * struct vtd_dmar - a table that was found to be well-formed
 * @haw: host address width in bits
 * @nr: length of @drhds
 * @drhds: the units, in the table's order
 */
struct vtd_dmar {
	u8 haw;
	u32 nr;
	struct vtd_drhd drhds[VTD_DRHD_MAX];
};

/**
 * struct vtd_hop - one step on the way to a device
 * @bus: bus number
 * @devfn: device and function there
 */
struct vtd_hop {
	u8 bus;
	u8 devfn;
};

int vtd_dmar_parse(const void *table, size_t len, struct vtd_dmar *out, const char **why);
const struct vtd_drhd *vtd_dmar_find(const struct vtd_dmar *dmar, u16 segment,
				     const struct vtd_hop *hops, u32 nr);

#endif /* _PASIDLAB_VTD_DMAR_H */
