// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing the DMAR table (VT-d chapter 8): bytes in, units out.
 *
 * The table is the firmware's, and firmware is known for tables whose lengths
 * do not add up.  Everything is therefore read through a cursor that knows how
 * many bytes are left, lengths are checked before what they span, and a table
 * with one bad length is refused as a whole: what follows it cannot be found.
 * Structures of an unknown type are skipped, as 8.2 demands.
 *
 * No allocation, no I/O, no kernel state: the same code runs in user-space
 * tests on tables of real machines and on damaged ones.
 *
 * Locking: none.
 *
 * The hard rule: no byte is read that is not known to be inside the table.
 */
#include <linux/limits.h>

#include "../acpi_table.h"
#include "dmar.h"

/* 8.1: an ACPI header of 36 bytes, then these. */
#define DMAR_HAW		36	/* width - 1 */
#define DMAR_HEADER_SIZE	48

/* 8.2: every remapping structure. */
#define STRUCT_TYPE		0
#define STRUCT_LENGTH		2
#define STRUCT_HEADER_SIZE	4
#define STRUCT_TYPE_DRHD	0

/* 8.3: DRHD. */
#define DRHD_FLAGS		4
#define DRHD_FLAGS_ALL		0x01	/* INCLUDE_PCI_ALL */
#define DRHD_PAGES		5	/* bits 3:0: 2^n pages of registers */
#define DRHD_PAGES_MASK		0x0f
#define DRHD_SEGMENT		6
#define DRHD_BASE		8
#define DRHD_SIZE		16
#define DRHD_PAGE		0x1000u

/* 8.3.1: device scope entry. */
#define SCOPE_TYPE		0
#define SCOPE_TYPE_ENDPOINT	1
#define SCOPE_TYPE_BRIDGE	2
#define SCOPE_LENGTH		1
#define SCOPE_BUS		5
#define SCOPE_PATH		6
#define SCOPE_SIZE_MIN		8	/* with a path of one hop */

static u16 read16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

/* The length that the table has by its own word, once that can be believed. */
static int check_header(const u8 *p, size_t len, u32 *length, const char **why)
{
	int ret;

	if (len < DMAR_HEADER_SIZE)
		return pl_table_refuse(why, "it is shorter than its header");
	if (memcmp(p, "DMAR", 4))
		return pl_table_refuse(why, "its signature is not DMAR");
	ret = pl_table_check(p, len, DMAR_HEADER_SIZE, length, why);
	if (ret)
		return ret;
	if (p[DMAR_HAW] >= 64)
		return pl_table_refuse(why, "its host address width is more than 64 bits");
	return 0;
}

static int check_scope(const u8 *p, size_t left, const char **why)
{
	u8 len;

	for (; left; p += len, left -= len) {
		if (left <= SCOPE_LENGTH)
			return pl_table_refuse(why, "a device scope ends within an entry");
		len = p[SCOPE_LENGTH];
		if (len < SCOPE_SIZE_MIN || len % 2)
			return pl_table_refuse(why,
					       "a device scope entry has a length that cannot be");
		if (len > left)
			return pl_table_refuse(why, "a device scope entry reaches beyond its DRHD");
	}
	return 0;
}

static int parse_drhd(const u8 *p, u16 len, struct vtd_dmar *out, const char **why)
{
	struct vtd_drhd *d = &out->drhds[out->nr];

	if (len < DRHD_SIZE)
		return pl_table_refuse(why, "a DRHD is shorter than its fixed part");
	if (out->nr == VTD_DRHD_MAX)
		return pl_table_refuse(why, "it describes more than 64 units");
	d->base = get_unaligned_le64(p + DRHD_BASE);
	d->size = (u64)DRHD_PAGE << (p[DRHD_PAGES] & DRHD_PAGES_MASK);
	d->segment = read16(p + DRHD_SEGMENT);
	d->rest = p[DRHD_FLAGS] & DRHD_FLAGS_ALL;
	d->scope = p + DRHD_SIZE;
	d->scope_len = len - DRHD_SIZE;
	if (!d->base || d->base % DRHD_PAGE)
		return pl_table_refuse(why, "a DRHD has no register base that can be");
	if (d->base > U64_MAX - (d->size - 1))
		return pl_table_refuse(why, "a DRHD's registers reach beyond all memory");
	out->nr++;
	return check_scope(d->scope, d->scope_len, why);
}

/**
 * vtd_dmar_parse() - find the units that a DMAR table describes
 * @table: the table
 * @len: bytes that may be read there
 * @out: the units; their scopes point into @table
 * @why: out, on error: what is wrong with the table, a string never freed
 *
 * Context: any.
 * Return: 0, -EINVAL a malformed table, -ENODEV one that describes no unit.
 */
int vtd_dmar_parse(const void *table, size_t len, struct vtd_dmar *out, const char **why)
{
	const u8 *p = table, *end;
	u32 length;
	u16 size;
	int ret;

	ret = check_header(p, len, &length, why);
	if (ret)
		return ret;
	out->haw = p[DMAR_HAW] + 1;
	out->nr = 0;
	end = p + length;
	for (p += DMAR_HEADER_SIZE; p < end; p += size) {
		if (end - p < STRUCT_HEADER_SIZE)
			return pl_table_refuse(why, "it ends within a structure's header");
		size = read16(p + STRUCT_LENGTH);
		if (size < STRUCT_HEADER_SIZE)
			return pl_table_refuse(why, "a structure has a length that cannot be");
		if (size > end - p)
			return pl_table_refuse(why, "a structure reaches beyond its end");
		ret = read16(p + STRUCT_TYPE) == STRUCT_TYPE_DRHD ?
		      parse_drhd(p, size, out, why) : 0;
		if (ret)
			return ret;
	}
	if (out->nr)
		return 0;
	*why = "it describes no remapping unit";
	return -ENODEV;
}

/* Does the path of a scope entry lie on the way to the device, or end there? */
static bool entry_covers(const u8 *entry, const struct vtd_hop *hops, u32 nr)
{
	u32 path = (entry[SCOPE_LENGTH] - SCOPE_PATH) / 2, first, i;

	for (first = 0; first < nr && hops[first].bus != entry[SCOPE_BUS]; first++)
		;
	if (path > nr - first)
		return false;
	for (i = 0; i < path; i++) {
		const u8 *step = entry + SCOPE_PATH + 2 * i;

		if (hops[first + i].devfn != ((step[0] & 0x1f) << 3 | (step[1] & 7)))
			return false;
	}
	return entry[SCOPE_TYPE] == SCOPE_TYPE_BRIDGE || first + path == nr;
}

static bool scope_covers(const struct vtd_drhd *d, const struct vtd_hop *hops, u32 nr)
{
	const u8 *p = d->scope, *end = p + d->scope_len;

	for (; p < end; p += p[SCOPE_LENGTH])
		if ((p[SCOPE_TYPE] == SCOPE_TYPE_ENDPOINT || p[SCOPE_TYPE] == SCOPE_TYPE_BRIDGE) &&
		    entry_covers(p, hops, nr))
			return true;
	return false;
}

/**
 * vtd_dmar_find() - the unit that translates for a device (8.3, 8.3.1)
 * @dmar: a parsed table, whose bytes are still there
 * @segment: the device's PCI segment
 * @hops: the way to it, from the root bus
 * @nr: length of @hops, 1 or more
 *
 * Context: any.
 * Return: the unit whose scope names the device or a bridge above it, else the
 * one that has the rest of the segment, else NULL.
 */
const struct vtd_drhd *vtd_dmar_find(const struct vtd_dmar *dmar, u16 segment,
				     const struct vtd_hop *hops, u32 nr)
{
	const struct vtd_drhd *rest = NULL, *d;

	for (d = dmar->drhds; d < dmar->drhds + dmar->nr; d++) {
		if (d->segment != segment)
			continue;
		if (scope_covers(d, hops, nr))
			return d;
		if (d->rest)
			rest = d;
	}
	return rest;
}
