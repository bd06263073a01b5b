// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing the IORT table (Arm DEN0049): bytes in, StreamIDs out.
 *
 * The kernel reads the same table, but tells only the driver that it knows, so
 * a module reads it again.  The table is the firmware's: lengths are checked
 * before what they span, and a table with one bad length is refused as a whole.
 * Nodes of types that are not needed here are skipped.
 *
 * No allocation, no I/O, no kernel state: the same code runs in user-space
 * tests on good tables and on damaged ones.
 *
 * Locking: none.
 *
 * The hard rule: no byte is read that is not known to be inside the table.
 */

#include "../acpi_table.h"
#include "iort.h"

/* An ACPI header of 36 bytes, then these. */
#define IORT_NODES		36
#define IORT_FIRST		40
#define IORT_HEADER_SIZE	48

/* Every node. */
#define NODE_TYPE		0
#define NODE_TYPE_ROOT		2	/* a PCI root complex */
#define NODE_TYPE_SMMUV3	4
#define NODE_LENGTH		1
#define NODE_MAPS		8	/* how many mappings */
#define NODE_FIRST_MAP		12	/* and where the first is, in the node */
#define NODE_HEADER_SIZE	16

#define ROOT_SEGMENT		28
#define ROOT_SIZE		32
#define SMMU_BASE		16
#define SMMU_SIZE		24

/* A mapping: ids from INPUT on, COUNT + 1 of them, are OUTPUT and up at REFERENCE. */
#define MAP_INPUT		0
#define MAP_COUNT		4
#define MAP_OUTPUT		8
#define MAP_REFERENCE		12	/* offset of the node, in the table */
#define MAP_FLAGS		16
#define MAP_SINGLE		1	/* no range: not of a root complex */
#define MAP_SIZE		20

/* The length that the table has by its own word, once that can be believed. */
static int check_header(const u8 *p, size_t len, u32 *length, const char **why)
{
	if (len < IORT_HEADER_SIZE)
		return pl_table_refuse(why, "it is shorter than its header");
	if (memcmp(p, "IORT", 4))
		return pl_table_refuse(why, "its signature is not IORT");
	return pl_table_check(p, len, IORT_HEADER_SIZE, length, why);
}

static u16 node_length(const u8 *node)
{
	return get_unaligned_le16(node + NODE_LENGTH);
}

static u32 node_size_min(u8 type)
{
	return type == NODE_TYPE_ROOT ? ROOT_SIZE : type == NODE_TYPE_SMMUV3 ? SMMU_SIZE :
	       NODE_HEADER_SIZE;
}

static int check_node(const u8 *node, u32 left, const char **why)
{
	u32 len, maps, first;

	if (left < NODE_HEADER_SIZE)
		return pl_table_refuse(why, "it ends within a node's header");
	len = node_length(node);
	if (len < node_size_min(node[NODE_TYPE]))
		return pl_table_refuse(why, "a node has a length that cannot be");
	if (len > left)
		return pl_table_refuse(why, "a node reaches beyond its end");
	maps = get_unaligned_le32(node + NODE_MAPS);
	first = get_unaligned_le32(node + NODE_FIRST_MAP);
	if (maps && (first > len || maps > (len - first) / MAP_SIZE))
		return pl_table_refuse(why, "a node's mappings reach beyond it");
	return 0;
}

/**
 * smmu_iort_parse() - see whether an IORT table can be read
 * @table: the table
 * @len: bytes that may be read there
 * @out: for smmu_iort_find(); points into @table
 * @why: out, on error: what is wrong with the table, a string never freed
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int smmu_iort_parse(const void *table, size_t len, struct smmu_iort *out, const char **why)
{
	const u8 *p = table;
	u32 length, at, i;
	int ret;

	ret = check_header(p, len, &length, why);
	if (ret)
		return ret;
	out->table = p;
	out->nr = get_unaligned_le32(p + IORT_NODES);
	out->nodes = get_unaligned_le32(p + IORT_FIRST);
	if (out->nr && (out->nodes < IORT_HEADER_SIZE || out->nodes > length))
		return pl_table_refuse(why, "its nodes are not inside it");
	for (i = 0, at = out->nodes; i < out->nr; i++, at += node_length(p + at)) {
		ret = check_node(p + at, length - at, why);
		if (ret)
			return ret;
	}
	return 0;
}

/* The node after @node, NULL begins; NULL ends. */
static const u8 *next_node(const struct smmu_iort *iort, const u8 *node, u32 *left)
{
	if (!node) {
		*left = iort->nr;
		node = iort->table + iort->nodes;
	} else {
		node += node_length(node);
		--*left;
	}
	return *left ? node : NULL;
}

/* The SMMU at an offset of the table: found among the nodes, never trusted. */
static bool smmu_at(const struct smmu_iort *iort, u32 offset, u64 *base)
{
	const u8 *node = NULL;
	u32 left;

	while ((node = next_node(iort, node, &left))) {
		if (node - iort->table != offset || node[NODE_TYPE] != NODE_TYPE_SMMUV3)
			continue;
		*base = get_unaligned_le64(node + SMMU_BASE);
		return true;
	}
	return false;
}

static bool map_covers(const u8 *map, u32 id)
{
	u32 first = get_unaligned_le32(map + MAP_INPUT);

	return !(get_unaligned_le32(map + MAP_FLAGS) & MAP_SINGLE) && id >= first &&
	       id - first <= get_unaligned_le32(map + MAP_COUNT);
}

/* A root complex may send ids to an interrupt controller too: only SMMUs count. */
static bool find_in(const struct smmu_iort *iort, const u8 *root, u32 rid, u64 *base, u32 *sid)
{
	const u8 *map = root + get_unaligned_le32(root + NODE_FIRST_MAP);
	u32 left = get_unaligned_le32(root + NODE_MAPS);

	for (; left; left--, map += MAP_SIZE) {
		if (!map_covers(map, rid) ||
		    !smmu_at(iort, get_unaligned_le32(map + MAP_REFERENCE), base))
			continue;
		*sid = get_unaligned_le32(map + MAP_OUTPUT) +
		       (rid - get_unaligned_le32(map + MAP_INPUT));
		return true;
	}
	return false;
}

/**
 * smmu_iort_find() - the SMMU that translates for a PCI function
 * @iort: a parsed table, whose bytes are still there
 * @segment: the function's PCI segment
 * @rid: its Requester ID
 * @base: out: where the SMMU's registers are
 * @sid: out: the StreamID that it knows the function by
 *
 * Context: any.
 * Return: false when no SMMUv3 does.
 */
bool smmu_iort_find(const struct smmu_iort *iort, u32 segment, u32 rid, u64 *base, u32 *sid)
{
	const u8 *node = NULL;
	u32 left;

	while ((node = next_node(iort, node, &left)))
		if (node[NODE_TYPE] == NODE_TYPE_ROOT &&
		    get_unaligned_le32(node + ROOT_SEGMENT) == segment &&
		    find_in(iort, node, rid, base, sid))
			return true;
	return false;
}
