// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness-stats-test.c - the histogram against the truth.
 *
 * The truth is the sorted array of every value added, indexed by the definition of a percentile in
 * stats.h.  The properties, over distributions of different shapes and sizes:
 *
 *	a reported percentile is never below the true one, and above it by less than 1/128 of it;
 *	merging histograms gives what adding every value to one gives;
 *	what is written as JSON reads back equal, and what is not self-consistent is refused.
 *
 * The generator is a fixed xorshift, so a failure repeats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "harness/stats.h"
#include "harness/stats_json.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double next_unit(void)
{
	return ((double)(next_random() >> 11) + 0.5) / 9007199254740992.0;
}

static uint64_t draw_constant(void) { return 4711; }
static uint64_t draw_tiny(void) { return next_random() % 300; }
static uint64_t draw_uniform(void) { return next_random() % 1000000; }
static uint64_t draw_any(void) { return next_random() >> (next_random() % 64); }
static uint64_t draw_exponential(void) { return (uint64_t)(-2000.0 * log(next_unit())); }
static uint64_t draw_pareto(void) { return (uint64_t)(800.0 / pow(next_unit(), 0.8)); }
static uint64_t draw_powers(void) { return 1ull << (next_random() % 64); }

/* Latencies as they come: a fast path, a slow path, and a rare stall. */
static uint64_t draw_mixed(void)
{
	uint64_t kind = next_random() % 1000;

	if (kind < 900)
		return 900 + next_random() % 100;
	if (kind < 998)
		return 20000 + next_random() % 9000;
	return 5000000 + next_random() % 1000000;
}

static const struct {
	const char *name;
	uint64_t (*draw)(void);
} distributions[] = {
	{ "constant", draw_constant }, { "tiny", draw_tiny }, { "uniform", draw_uniform },
	{ "any", draw_any }, { "exponential", draw_exponential }, { "pareto", draw_pareto },
	{ "powers", draw_powers }, { "mixed", draw_mixed },
};

static const size_t sizes[] = { 1, 2, 3, 99, 100, 101, 1000, 20000 };

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static struct pl_hist *new_hist(void)
{
	struct pl_hist *h = malloc(sizeof(*h));

	assert_non_null(h);
	pl_hist_init(h);
	return h;
}

static void check_percentile(const struct pl_hist *h, const uint64_t *sorted, size_t n,
			     uint32_t ppm)
{
	size_t rank = (size_t)(((unsigned __int128)n * ppm + 999999) / 1000000);
	uint64_t truth = sorted[rank ? rank - 1 : 0];
	uint64_t got = pl_hist_percentile(h, ppm);

	/* got <= truth * (1 + 1/128), strictly, in integers that cannot overflow. */
	if (got < truth ||
	    (unsigned __int128)(got - truth) * 128 >= (unsigned __int128)truth + !truth)
		fail_msg("n=%zu ppm=%u: true %llu, reported %llu", n, ppm,
			 (unsigned long long)truth, (unsigned long long)got);
}

static void check_distribution(uint64_t (*draw)(void), size_t n)
{
	static const uint32_t named[] = { 0, 1, PL_P50, PL_P90, PL_P99, PL_P999, 999999, PL_PPM };
	uint64_t *values = calloc(n, sizeof(*values));
	struct pl_hist *h = new_hist();
	uint32_t ppm;
	size_t i;

	assert_non_null(values);
	for (i = 0; i < n; i++) {
		values[i] = draw();
		pl_hist_add(h, values[i]);
	}
	qsort(values, n, sizeof(*values), compare_u64);
	for (i = 0; i < ARRAY_SIZE(named); i++)
		check_percentile(h, values, n, named[i]);
	for (ppm = 0; ppm <= PL_PPM; ppm += 9973)
		check_percentile(h, values, n, ppm);
	assert_true(h->min == values[0] && h->max == values[n - 1]);
	assert_true(pl_hist_percentile(h, PL_PPM) == values[n - 1]);
	free(h);
	free(values);
}

static void percentiles_match_the_sorted_truth(void **state)
{
	size_t d, s;

	(void)state;
	for (d = 0; d < ARRAY_SIZE(distributions); d++)
		for (s = 0; s < ARRAY_SIZE(sizes); s++)
			check_distribution(distributions[d].draw, sizes[s]);
}

static void merging_equals_adding_all(void **state)
{
	struct pl_hist *all = new_hist(), *merged = new_hist(), *part[4];
	size_t d, i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(part); i++)
		part[i] = new_hist();
	for (d = 0; d < ARRAY_SIZE(distributions); d++) {
		for (i = 0; i < 5000; i++) {
			uint64_t v = distributions[d].draw();

			pl_hist_add(all, v);
			/* The last part stays empty: merging nothing must change nothing. */
			pl_hist_add(part[v % 3], v);
		}
	}
	for (i = 0; i < ARRAY_SIZE(part); i++) {
		pl_hist_merge(merged, part[i]);
		free(part[i]);
	}
	assert_memory_equal(merged, all, sizeof(*all));
	free(merged);
	free(all);
}

static void boundaries_are_exact(void **state)
{
	static const struct {
		uint64_t v;
		uint32_t index;
	} known[] = {
		{ 0, 0 }, { 1, 1 }, { 127, 127 }, { 128, 128 }, { 129, 129 }, { 255, 255 },
		{ 256, 256 }, { 257, 256 }, { 258, 257 }, { 511, 383 }, { 512, 384 },
		{ 1ull << 63, 57u << 7 }, { UINT64_MAX, PL_HIST_BUCKETS - 1 },
	};
	struct pl_hist *h = new_hist();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		assert_int_equal(pl_hist_index(known[i].v), known[i].index);
		pl_hist_init(h);
		pl_hist_add(h, known[i].v);
		/* One value: every percentile is that value, whatever its bucket's width. */
		assert_true(pl_hist_percentile(h, 0) == known[i].v);
		assert_true(pl_hist_percentile(h, PL_P50) == known[i].v);
		assert_true(pl_hist_percentile(h, PL_PPM) == known[i].v);
		assert_true(pl_hist_min(h) == known[i].v);
	}
	free(h);
}

static void buckets_tile_the_line(void **state)
{
	uint64_t expect = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < PL_HIST_BUCKETS; i++) {
		assert_true(pl_hist_low(i) == expect);
		assert_true(pl_hist_high(i) >= pl_hist_low(i));
		assert_int_equal(pl_hist_index(pl_hist_low(i)), i);
		assert_int_equal(pl_hist_index(pl_hist_high(i)), i);
		expect = pl_hist_high(i) + 1;
	}
	/* The last bucket ends at UINT64_MAX, so the next one would begin at 0. */
	assert_true(expect == 0);
}

static void empty_histogram_reads_as_zero(void **state)
{
	struct pl_hist *h = new_hist();

	(void)state;
	assert_true(pl_hist_percentile(h, PL_P99) == 0);
	assert_true(pl_hist_min(h) == 0);
	assert_true(pl_hist_mean(h) == 0.0);
	free(h);
}

static void mean_does_not_overflow(void **state)
{
	struct pl_hist *h = new_hist();

	(void)state;
	pl_hist_add(h, UINT64_MAX);
	pl_hist_add(h, UINT64_MAX);
	assert_true(pl_hist_mean(h) == (double)UINT64_MAX);
	pl_hist_init(h);
	pl_hist_add(h, 1);
	pl_hist_add(h, 2);
	assert_true(pl_hist_mean(h) == 1.5);
	free(h);
}

static void json_reads_back_equal(void **state)
{
	struct pl_hist *h = new_hist(), *back = new_hist();
	const char *why = NULL;
	json_t *json;
	int i;

	(void)state;
	for (i = 0; i < 3000; i++)
		pl_hist_add(h, draw_mixed());
	json = pl_hist_to_json(h);
	assert_non_null(json);
	assert_int_equal(pl_hist_from_json(back, json, &why), 0);
	assert_memory_equal(back, h, sizeof(*h));
	json_decref(json);

	pl_hist_init(h);
	json = pl_hist_to_json(h);
	assert_int_equal(pl_hist_from_json(back, json, &why), 0);
	assert_memory_equal(back, h, sizeof(*h));
	json_decref(json);

	/* What JSON's integers cannot hold is refused, not written wrong. */
	pl_hist_add(h, UINT64_MAX);
	assert_null(pl_hist_to_json(h));
	free(back);
	free(h);
}

static void inconsistent_json_is_refused(void **state)
{
#define HIST(sub, count, min, max, sum, buckets) \
	"{\"unit\":\"ns\",\"sub_bits\":" sub ",\"count\":" count ",\"min\":" min ",\"max\":" max \
	",\"sum\":" sum ",\"buckets\":" buckets "}"
	static const char *const good = HIST("7", "2", "5", "9", "14", "[[5,1],[9,1]]");
	static const char *const bad[] = {
		HIST("6", "2", "5", "9", "14", "[[5,1],[9,1]]"),	/* another layout */
		HIST("7", "3", "5", "9", "14", "[[5,1],[9,1]]"),	/* count */
		HIST("7", "2", "4", "9", "14", "[[5,1],[9,1]]"),	/* min */
		HIST("7", "2", "5", "10", "14", "[[5,1],[9,1]]"),	/* max */
		HIST("7", "2", "9", "5", "14", "[[5,1],[9,1]]"),	/* max below min */
		HIST("7", "2", "5", "9", "19", "[[5,1],[9,1]]"),	/* sum */
		HIST("7", "2", "5", "9", "14", "[[9,1],[5,1]]"),	/* descending */
		HIST("7", "2", "5", "5", "10", "[[5,1],[5,1]]"),	/* twice */
		HIST("7", "1", "5", "5", "5", "[[5,1],[9,0]]"),		/* empty bucket */
		HIST("7", "2", "5", "9", "14", "[[5,1],[7424,1]]"),	/* no such bucket */
		HIST("7", "2", "5", "9", "14", "[[5,1],[9,1,1]]"),	/* not a pair */
		HIST("7", "2", "5", "9", "14", "[[5,1],\"9\"]"),
		HIST("7", "-2", "5", "9", "14", "[]"),
		"{}", "[]", "{\"unit\":\"ns\"}",
	};
	struct pl_hist *h = new_hist();
	const char *why;
	json_t *json;
	size_t i;

	(void)state;
	json = json_loads(good, 0, NULL);
	assert_int_equal(pl_hist_from_json(h, json, NULL), 0);
	json_decref(json);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		why = NULL;
		json = json_loads(bad[i], 0, NULL);
		assert_non_null(json);
		if (!pl_hist_from_json(h, json, &why))
			fail_msg("accepted: %s", bad[i]);
		assert_non_null(why);
		assert_true(h->count == 0);
		json_decref(json);
	}
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_match_the_sorted_truth),
		cmocka_unit_test(merging_equals_adding_all),
		cmocka_unit_test(boundaries_are_exact),
		cmocka_unit_test(buckets_tile_the_line),
		cmocka_unit_test(empty_histogram_reads_as_zero),
		cmocka_unit_test(mean_does_not_overflow),
		cmocka_unit_test(json_reads_back_equal),
		cmocka_unit_test(inconsistent_json_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("harness/stats", tests, NULL, NULL);
}
