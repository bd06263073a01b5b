// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DMAR parser: a table built here, every damage to it, and the tables of
 * real machines where they are to be had.
 *
 * Each table under test lies at the very end of an allocation of its size, so
 * that AddressSanitizer sees a byte read beyond it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>
#include <cmocka.h>

#include <linux/errno.h>

#include "vtd/dmar.h"

#define HEADER	48

/* A table being written. */
struct table {
	uint8_t b[512];
	size_t n;
};

static void put(struct table *t, const void *p, size_t n)
{
	if (n)
		memcpy(t->b + t->n, p, n);
	t->n += n;
}

static void seal(struct table *t)
{
	uint8_t sum = 0;
	size_t i;

	t->b[4] = t->n & 0xff;
	t->b[5] = t->n >> 8;
	t->b[9] = 0;
	for (i = 0; i < t->n; i++)
		sum += t->b[i];
	t->b[9] = -sum;
}

static void begin(struct table *t)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->b, "DMAR", 4);
	t->b[36] = 45;
	t->n = HEADER;
}

static void drhd(struct table *t, uint8_t flags, uint16_t segment, uint64_t base,
		 const uint8_t *scope, uint8_t len)
{
	const uint8_t head[] = { 0, 0, 16 + len, 0, flags, 0, segment & 0xff, segment >> 8 };

	put(t, head, sizeof(head));
	put(t, &base, sizeof(base));
	put(t, scope, len);
}

/* Endpoint 00:02.0, and all below the bridge 00:1c.4; then the rest. */
static const uint8_t scope_one[] = {
	1, 8, 0, 0, 0, 0x00, 0x02, 0x00,
	2, 8, 0, 0, 0, 0x00, 0x1c, 0x04,
};
/* An endpoint behind a bridge: 00:01.0, then device 3.1 on the bus below; an I/O APIC. */
static const uint8_t scope_two[] = {
	1, 10, 0, 0, 0, 0x00, 0x01, 0x00, 0x03, 0x01,
	3, 8, 0, 0, 2, 0xf0, 0x1f, 0x00,
};

static void good(struct table *t)
{
	static const uint8_t unknown[] = { 99, 0, 6, 0, 1, 2 };

	begin(t);
	drhd(t, 0, 0, 0xfed90000, scope_one, sizeof(scope_one));
	put(t, unknown, sizeof(unknown));
	drhd(t, 0, 0, 0xfed92000, scope_two, sizeof(scope_two));
	drhd(t, 1, 0, 0xfed91000, NULL, 0);
	seal(t);
}

/* Parse a copy that has not a byte more than it says. */
static int parse(const uint8_t *b, size_t n, struct vtd_dmar *out, const char **why)
{
	uint8_t *copy = malloc(n ? n : 1);
	int ret;

	memcpy(copy, b, n);
	*why = NULL;
	ret = vtd_dmar_parse(copy, n, out, why);
	free(copy);
	/* A refusal always says why. */
	assert_true(!ret || (*why && **why));
	return ret;
}

static void units_found(void **state)
{
	struct vtd_dmar d;
	struct table t;
	const char *why;

	good(&t);
	assert_int_equal(vtd_dmar_parse(t.b, t.n, &d, &why), 0);
	assert_int_equal(d.haw, 46);
	assert_int_equal(d.nr, 3);
	assert_int_equal(d.drhds[0].base, 0xfed90000);
	assert_int_equal(d.drhds[0].size, 0x1000);
	assert_false(d.drhds[0].rest);
	assert_true(d.drhds[2].rest);
	assert_int_equal(d.drhds[2].scope_len, 0);
}

static uint64_t covers(const struct vtd_dmar *d, uint16_t segment, const struct vtd_hop *hops,
		       uint32_t nr)
{
	const struct vtd_drhd *u = vtd_dmar_find(d, segment, hops, nr);

	return u ? u->base : 0;
}

static void scopes_match(void **state)
{
	const struct vtd_hop gpu[] = { { 0, 0x10 } }, gpu1[] = { { 0, 0x11 } };
	const struct vtd_hop below[] = { { 0, 0xe4 }, { 5, 0 }, { 6, 8 } };
	const struct vtd_hop port[] = { { 0, 0xe4 } };
	const struct vtd_hop far[] = { { 0, 8 }, { 1, 0x19 } };
	const struct vtd_hop farther[] = { { 0, 8 }, { 1, 0x1a } };
	struct vtd_dmar d;
	struct table t;
	const char *why;

	good(&t);
	assert_int_equal(vtd_dmar_parse(t.b, t.n, &d, &why), 0);
	assert_int_equal(covers(&d, 0, gpu, 1), 0xfed90000);
	assert_int_equal(covers(&d, 0, gpu1, 1), 0xfed91000);
	assert_int_equal(covers(&d, 0, below, 3), 0xfed90000);
	assert_int_equal(covers(&d, 0, port, 1), 0xfed90000);
	assert_int_equal(covers(&d, 0, far, 2), 0xfed92000);
	assert_int_equal(covers(&d, 0, farther, 2), 0xfed91000);
	/* The bridge itself is not in an endpoint's scope. */
	assert_int_equal(covers(&d, 0, far, 1), 0xfed91000);
	assert_int_equal(covers(&d, 1, gpu, 1), 0);
}

static void truncated_anywhere(void **state)
{
	struct vtd_dmar d;
	struct table t, cut;
	const char *why;
	size_t n;

	good(&t);
	for (n = 0; n < t.n; n++) {
		assert_int_equal(parse(t.b, n, &d, &why), -EINVAL);
		if (n < HEADER)
			continue;
		/* Firmware that cut it and sealed it again: whole structures may be left. */
		cut = t;
		cut.n = n;
		seal(&cut);
		parse(cut.b, n, &d, &why);
	}
}

static void damaged_anywhere(void **state)
{
	struct vtd_dmar d;
	struct table t, bad;
	const char *why;
	size_t i;
	int v;

	good(&t);
	for (i = 0; i < t.n; i++) {
		for (v = 1; v < 256; v++) {
			bad = t;
			bad.b[i] ^= v;
			assert_int_equal(parse(bad.b, bad.n, &d, &why), -EINVAL);
			seal(&bad);
			parse(bad.b, bad.n, &d, &why);
		}
	}
}

static void refused(const struct table *t, int error, const char *what)
{
	struct vtd_dmar d;
	const char *why;

	assert_int_equal(parse(t->b, t->n, &d, &why), error);
	assert_string_equal(why, what);
}

static void each_refusal_has_its_reason(void **state)
{
	static const uint8_t short_entry[] = { 1, 6, 0, 0, 0, 0, 0, 0 };
	static const uint8_t long_entry[] = { 1, 10, 0, 0, 0, 0, 2, 0 };
	static const uint8_t no_length[] = { 7, 0, 0, 0 };
	struct table t;
	int i;

	begin(&t);
	seal(&t);
	refused(&t, -ENODEV, "it describes no remapping unit");
	put(&t, no_length, sizeof(no_length));
	seal(&t);
	refused(&t, -EINVAL, "a structure has a length that cannot be");
	begin(&t);
	drhd(&t, 1, 0, 0, NULL, 0);
	seal(&t);
	refused(&t, -EINVAL, "a DRHD has no register base that can be");
	begin(&t);
	drhd(&t, 0, 0, 0x1000, short_entry, sizeof(short_entry));
	seal(&t);
	refused(&t, -EINVAL, "a device scope entry has a length that cannot be");
	begin(&t);
	drhd(&t, 0, 0, 0x1000, long_entry, sizeof(long_entry));
	seal(&t);
	refused(&t, -EINVAL, "a device scope entry reaches beyond its DRHD");
	begin(&t);
	for (i = 0; i < 20; i++)
		drhd(&t, 0, 0, 0x1000, NULL, 0);
	t.b[9]++;
	t.b[4] = t.n & 0xff;
	t.b[5] = t.n >> 8;
	refused(&t, -EINVAL, "its checksum is wrong");
}

/* The tables of a directory of dumps: DMAR-*.bin. */
static void tables_of_real_machines(void **state)
{
	const char *dir = getenv("PASIDLAB_ACPI_DUMPS") ?: "../shared/data/acpi";
	static uint8_t b[1 << 16];
	char pattern[512];
	struct vtd_dmar d;
	const char *why;
	size_t i, n, ok = 0, cut;
	glob_t g;
	FILE *f;

	snprintf(pattern, sizeof(pattern), "%s/DMAR-*.bin", dir);
	if (glob(pattern, 0, NULL, &g)) {
		print_message("# no dumps in %s: set PASIDLAB_ACPI_DUMPS\n", dir);
		skip();
	}
	for (i = 0; i < g.gl_pathc; i++) {
		f = fopen(g.gl_pathv[i], "rb");
		assert_non_null(f);
		n = fread(b, 1, sizeof(b), f);
		fclose(f);
		if (!parse(b, n, &d, &why))
			ok++;
		else
			print_message("# %s: %s\n", strrchr(g.gl_pathv[i], '/') + 1, why);
		for (cut = 0; cut < n; cut++)
			assert_int_equal(parse(b, cut, &d, &why), -EINVAL);
	}
	print_message("# %zu of %zu tables describe units\n", ok, g.gl_pathc);
	/* Of the dumps at hand one has a register base of 0. */
	assert_true(ok + 1 >= g.gl_pathc);
	globfree(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_found),
		cmocka_unit_test(scopes_match),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(each_refusal_has_its_reason),
		cmocka_unit_test(tables_of_real_machines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("vtd-dmar", tests, NULL, NULL);
}
