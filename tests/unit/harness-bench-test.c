// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness-bench-test.c - a bench: what boots measured and transfers under replaces are taken in,
 * judged by the targets of their architecture, and told.
 *
 * The frames are those of tests/bench/kbench-frame.c. The hard rule: each test names what would be
 * told wrongly if it failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "bench.h"

static int add(struct pl_bench *b, int side, const char *dma)
{
	char why[PL_WHY_MAX], text[512];
	json_t *frame;
	int err;

	snprintf(text, sizeof(text), "{\"type\":\"workload\",\"kbench\":{\"dma\":%s}}", dma);
	frame = json_loads(text, 0, NULL);
	assert_non_null(frame);
	err = pl_bench_add(b, side, frame, why);
	json_decref(frame);
	return err;
}

static struct pl_bench bench(void)
{
	return (struct pl_bench) { .unit = { "vtd@qemu", "intree" } };
}

#define CLEAN	"{\"replaces\":1000,\"transfers\":4096,\"aborted\":0,\"wrong\":0}"
#define BROKEN	"{\"replaces\":1000,\"transfers\":4096,\"aborted\":7,\"wrong\":0}"
#define LYING	"{\"replaces\":1000,\"transfers\":4096,\"aborted\":0,\"wrong\":1}"
#define SKIP	"{\"skip\":\"there is <no> replace\"}"

static void only_ours_is_judged(void **state)
{
	struct pl_bench b = bench();

	(void)state;
	assert_int_equal(pl_bench_live(&b), PL_NO_TARGET);
	assert_int_equal(add(&b, PL_PEER, BROKEN), 0);
	assert_int_equal(pl_bench_live(&b), PL_NO_TARGET);
	assert_int_equal(add(&b, PL_OURS, CLEAN), 0);
	assert_int_equal(pl_bench_live(&b), PL_REACHED);
	assert_int_equal(b.live[PL_PEER].aborted, 7);
	assert_int_equal(b.n_boots, 0);
	pl_bench_free(&b);
}

static void one_abort_or_one_wrong_word_misses(void **state)
{
	static const char *const bad[] = { BROKEN, LYING };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct pl_bench b = bench();

		assert_int_equal(add(&b, PL_OURS, bad[i]), 0);
		assert_int_equal(pl_bench_live(&b), PL_MISSED);
		pl_bench_free(&b);
	}
}

static void a_figure_that_lacks_is_refused(void **state)
{
	struct pl_bench b = bench();

	(void)state;
	assert_int_equal(add(&b, PL_OURS, "{\"replaces\":1,\"transfers\":1,\"aborted\":0}"),
			 -EBADMSG);
	assert_int_equal(add(&b, PL_OURS, "{}"), -EBADMSG);
	assert_int_equal(pl_bench_live(&b), PL_NO_TARGET);
	pl_bench_free(&b);
}

static char *told(const struct pl_bench *b, int (*write)(FILE *f, const struct pl_bench *b))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(write(f, b), 0);
	fclose(f);
	return text;
}

static void all_reports_tell_figures_and_the_skip(void **state)
{
	struct pl_bench b = bench();
	char *text, *html;
	json_t *root, *json;

	(void)state;
	assert_int_equal(add(&b, PL_OURS, CLEAN), 0);
	assert_int_equal(add(&b, PL_PEER, SKIP), 0);
	text = told(&b, pl_bench_text);
	assert_non_null(strstr(text, "4,096"));
	assert_non_null(strstr(text, "yes: " PL_LIVE_TARGET));
	assert_non_null(strstr(text, "skipped: there is <no> replace"));
	free(text);
	html = told(&b, pl_bench_html);
	assert_non_null(strstr(html, "<data value=\"4096\">"));
	assert_non_null(strstr(html, "there is &lt;no&gt; replace"));
	free(html);
	text = told(&b, pl_bench_json);
	root = json_loads(text, 0, NULL);
	json = json_object_get(root, "live");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "ours"),
							    "transfers")), 4096);
	assert_string_equal(json_string_value(json_object_get(json, "reached")), "yes");
	json_decref(root);
	free(text);
	pl_bench_free(&b);
}

/* A boot in which each of the calls of one operation took the same. */
static void add_series(struct pl_bench *b, int side, const char *name, int instructions, int waits,
		       int fences, int descs)
{
	char why[PL_WHY_MAX], text[512];
	json_t *frame;

	snprintf(text, sizeof(text), "{\"type\":\"workload\",\"kbench\":{\"witness\":256,"
		 "\"series\":[{\"name\":\"%s\",\"calls\":10,\"descs\":%d,\"waits\":%d,"
		 "\"fences\":%d,\"disagreed\":0,\"samples\":[[%d,10]]}]}}",
		 name, 10 * descs, 10 * waits, 10 * fences, instructions);
	frame = json_loads(text, 0, NULL);
	assert_non_null(frame);
	assert_int_equal(pl_bench_add(b, side, frame, why), 0);
	json_decref(frame);
}

static struct pl_bench_row row_of(const struct pl_bench *b, const char *name)
{
	struct pl_bench_row rows[PL_BENCH_ROWS_MAX];
	size_t i, n = pl_bench_rows(b, rows, PL_BENCH_ROWS_MAX);

	for (i = 0; i < n; i++)
		if (!strcmp(rows[i].name, name))
			return rows[i];
	fail_msg("no row %s", name);
	return rows[0];
}

/* An attach with a wait is none of VT-d's business, and all that SMMUv3 allows. */
static void each_architecture_has_its_targets(void **state)
{
	struct pl_bench b = bench();

	(void)state;
	b.icount = true;
	add_series(&b, PL_OURS, "attach", 100, 2, 0, 1);
	add_series(&b, PL_OURS, "detach", 100, 0, 0, 0);
	add_series(&b, PL_PEER, "attach", 1000, 2, 0, 2);
	add_series(&b, PL_PEER, "detach", 1000, 2, 0, 2);
	b.kind = PL_BENCH_VTD;
	assert_int_equal(row_of(&b, "attach").reached, PL_NO_TARGET);
	assert_string_equal(row_of(&b, "attach").target, "");
	assert_int_equal(row_of(&b, "pair").reached, PL_MISSED);
	b.kind = PL_BENCH_SMMUV3;
	assert_int_equal(row_of(&b, "attach").reached, PL_MISSED);
	assert_string_equal(row_of(&b, "attach").target, "waits <= 1");
	assert_int_equal(row_of(&b, "detach").reached, PL_REACHED);
	assert_int_equal(row_of(&b, "pair").reached, PL_REACHED);
	assert_string_equal(row_of(&b, "pair").target,
			    "waits <= 2, instructions <= 0.50 of theirs");
	pl_bench_free(&b);
}

/* A fence is no wait and no command, and is told beside both. */
static void fences_have_their_own_column(void **state)
{
	struct pl_bench b = bench();
	json_t *root, *row, *ours;
	char *text;

	(void)state;
	b.icount = true;
	b.kind = PL_BENCH_SMMUV3;
	add_series(&b, PL_OURS, "detach", 100, 1, 2, 3);
	assert_true(row_of(&b, "detach").side[PL_OURS].waits == 1);
	assert_true(row_of(&b, "detach").side[PL_OURS].fences == 2);
	assert_true(row_of(&b, "detach").side[PL_OURS].descs == 3);
	text = told(&b, pl_bench_json);
	root = json_loads(text, 0, NULL);
	row = json_array_get(json_object_get(root, "rows"), 0);
	ours = json_object_get(row, "ours");
	assert_true(json_number_value(json_object_get(ours, "fences")) == 2);
	json_decref(root);
	free(text);
	text = told(&b, pl_bench_text);
	assert_non_null(strstr(text, "fences o/i"));
	free(text);
	pl_bench_free(&b);
}

/* Two threads share waits as it happens: that is no difference between boots. An attach's is. */
static void a_race_may_differ_from_boot_to_boot(void **state)
{
	static const char *const names[] = { "crowd-2", "attach" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct pl_bench b = bench();
		struct pl_strv differs = {};

		add_series(&b, PL_OURS, names[i], 100, 1, 0, 2);
		add_series(&b, PL_OURS, names[i], 100, 2, 0, 2);
		assert_int_equal(pl_bench_differs(&b, &differs), 0);
		assert_int_equal(differs.n, i);
		pl_strv_free(&differs);
		pl_bench_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_ours_is_judged),
		cmocka_unit_test(one_abort_or_one_wrong_word_misses),
		cmocka_unit_test(a_figure_that_lacks_is_refused),
		cmocka_unit_test(all_reports_tell_figures_and_the_skip),
		cmocka_unit_test(each_architecture_has_its_targets),
		cmocka_unit_test(fences_have_their_own_column),
		cmocka_unit_test(a_race_may_differ_from_boot_to_boot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
