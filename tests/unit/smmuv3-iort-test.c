// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IORT parser: a table built here as firmware of machines with two SMMUs
 * builds it, and every damage to it.
 *
 * Each table under test lies at the very end of an allocation of its size, so
 * that AddressSanitizer sees a byte read beyond it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/errno.h>

#include "smmuv3/iort.h"

#define HEADER		48
#define SMMU_A		0x9050000u
#define SMMU_B		0x80000000u
#define SINGLE		1u

/* A table being written. */
struct table {
	uint8_t b[1024];
	size_t n;
	size_t node;	/* where the last node begins */
	uint32_t nodes;
};

static void poke(struct table *t, size_t at, uint64_t val, int bytes)
{
	while (bytes--) {
		t->b[at++] = val & 0xff;
		val >>= 8;
	}
}

static void put(struct table *t, uint64_t val, int bytes)
{
	poke(t, t->n, val, bytes);
	t->n += bytes;
}

static void seal(struct table *t)
{
	uint8_t sum = 0;
	size_t i;

	poke(t, 4, t->n, 4);
	t->b[9] = 0;
	for (i = 0; i < t->n; i++)
		sum += t->b[i];
	t->b[9] = -sum;
}

/* Returns the node's offset, as mappings name it. */
static uint32_t node(struct table *t, uint8_t type, uint32_t maps, uint32_t size)
{
	t->node = t->n;
	t->nodes++;
	put(t, type, 1);
	put(t, size, 2);
	put(t, 4, 1);
	put(t, t->nodes, 4);
	put(t, maps, 4);
	put(t, maps ? size - 20 * maps : 0, 4);
	poke(t, 36, t->nodes, 4);
	return t->node;
}

static uint32_t smmu(struct table *t, uint64_t base)
{
	uint32_t at = node(t, 4, 0, 68);

	put(t, base, 8);
	t->n = at + 68;
	return at;
}

static void root(struct table *t, uint32_t segment, uint32_t maps)
{
	uint32_t at = node(t, 2, maps, 36 + 20 * maps);

	poke(t, at + 28, segment, 4);
	t->n = at + 36;
}

static void map(struct table *t, uint32_t from, uint32_t n, uint32_t to, uint32_t where,
		uint32_t flags)
{
	put(t, from, 4);
	put(t, n - 1, 4);
	put(t, to, 4);
	put(t, where, 4);
	put(t, flags, 4);
}

/* An ITS, two SMMUs, two root complexes: one split between the SMMUs, one with a gap. */
static void good(struct table *t)
{
	uint32_t its, a, b;

	memset(t, 0, sizeof(*t));
	memcpy(t->b, "IORT", 4);
	t->n = HEADER;
	poke(t, 40, HEADER, 4);
	its = node(t, 0, 0, 24);
	t->n = its + 24;
	a = smmu(t, SMMU_A);
	root(t, 0, 4);
	map(t, 0, 0x10000, 0, its, 0);
	map(t, 0x100, 0x100, 0x777, a, SINGLE);
	map(t, 0, 0x8000, 0, a, 0);
	map(t, 0x8000, 0x8000, 0x20000, t->n + 20, 0);	/* to the node behind this one */
	b = smmu(t, SMMU_B);
	root(t, 3, 1);
	map(t, 0x1000, 0x100, 0x500, b, 0);
	seal(t);
}

/* Parse a copy that has not a byte more than it says, and ask it all. */
static int parse(const uint8_t *b, size_t n, const char **why)
{
	static const uint32_t rids[] = { 0, 0x108, 0x7fff, 0x8000, 0xffff, 0x1000, 0x10ff };
	uint8_t *copy = malloc(n ? n : 1);
	struct smmu_iort iort;
	uint32_t sid, i;
	u64 base;
	int ret;

	memcpy(copy, b, n);
	*why = NULL;
	ret = smmu_iort_parse(copy, n, &iort, why);
	for (i = 0; !ret && i < ARRAY_SIZE(rids); i++) {
		smmu_iort_find(&iort, 0, rids[i], &base, &sid);
		smmu_iort_find(&iort, 3, rids[i], &base, &sid);
	}
	free(copy);
	/* A refusal always says why. */
	assert_true(!ret || (*why && **why));
	return ret;
}

struct answer {
	uint32_t segment;
	uint32_t rid;
	uint64_t base;	/* 0: nobody's */
	uint32_t sid;
};

static void streams_are_found(void **state)
{
	static const struct answer answers[] = {
		{ 0, 0x0000, SMMU_A, 0x0000 }, { 0, 0x0108, SMMU_A, 0x0108 },
		{ 0, 0x7fff, SMMU_A, 0x7fff }, { 0, 0x8000, SMMU_B, 0x20000 },
		{ 0, 0xffff, SMMU_B, 0x27fff }, { 3, 0x1000, SMMU_B, 0x500 },
		{ 3, 0x10ff, SMMU_B, 0x5ff }, { 3, 0x0fff, 0, 0 }, { 3, 0x1100, 0, 0 },
		{ 1, 0x0000, 0, 0 },
	};
	const struct answer *a = answers;
	struct smmu_iort iort;
	struct table t;
	const char *why;
	u64 base;
	uint32_t sid;

	good(&t);
	assert_int_equal(smmu_iort_parse(t.b, t.n, &iort, &why), 0);
	for (; a < answers + ARRAY_SIZE(answers); a++) {
		base = 0;
		sid = 0;
		assert_int_equal(smmu_iort_find(&iort, a->segment, a->rid, &base, &sid),
				 a->base != 0);
		assert_int_equal(base, a->base);
		assert_int_equal(sid, a->sid);
	}
}

/* A mapping that leads to no SMMU leads nowhere, wherever it points. */
static void references_are_not_trusted(void **state)
{
	static const uint32_t wheres[] = { 0, 1, HEADER, HEADER + 1, 1023, 0xffffffff };
	struct smmu_iort iort;
	struct table t;
	const char *why;
	u64 base;
	uint32_t sid;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wheres); i++) {
		good(&t);
		poke(&t, t.n - 8, wheres[i], 4);
		seal(&t);
		assert_int_equal(smmu_iort_parse(t.b, t.n, &iort, &why), 0);
		assert_false(smmu_iort_find(&iort, 3, 0x1000, &base, &sid));
	}
}

static void truncated_anywhere(void **state)
{
	struct table t, cut;
	const char *why;
	size_t n;

	good(&t);
	for (n = 0; n < t.n; n++) {
		assert_int_equal(parse(t.b, n, &why), -EINVAL);
		if (n < HEADER)
			continue;
		/* Firmware that cut it and sealed it again: all nodes must be there. */
		cut = t;
		cut.n = n;
		seal(&cut);
		assert_int_equal(parse(cut.b, n, &why), -EINVAL);
	}
}

static void damaged_anywhere(void **state)
{
	struct table t, bad;
	const char *why;
	size_t i;
	int v;

	good(&t);
	for (i = 0; i < t.n; i++) {
		for (v = 1; v < 256; v++) {
			bad = t;
			bad.b[i] ^= v;
			assert_int_equal(parse(bad.b, bad.n, &why), -EINVAL);
			seal(&bad);
			parse(bad.b, bad.n, &why);
		}
	}
}

static void no_nodes_are_no_error(void **state)
{
	struct smmu_iort iort;
	struct table t;
	const char *why;
	u64 base;
	uint32_t sid;

	good(&t);
	poke(&t, 36, 0, 4);
	t.n = HEADER;
	seal(&t);
	assert_int_equal(smmu_iort_parse(t.b, t.n, &iort, &why), 0);
	assert_false(smmu_iort_find(&iort, 0, 0, &base, &sid));
}

/* Refused for what it says, before anything is done with that many bytes. */
static void lengths_that_cannot_be(void **state)
{
	static const uint32_t lengths[] = { 0, 1, HEADER - 1, (1u << 20) + 1, 0xffffffff };
	struct table t;
	const char *why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		good(&t);
		poke(&t, 4, lengths[i], 4);
		assert_int_equal(parse(t.b, t.n, &why), -EINVAL);
		assert_string_equal(why, "its length field cannot be");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_found),
		cmocka_unit_test(references_are_not_trusted),
		cmocka_unit_test(lengths_that_cannot_be),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(no_nodes_are_no_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
