// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness-result-test.c - frames in, reports out.
 *
 * The fixture is harness-sample's frames, from files that this test has it write.  What must hold:
 *
 *	the verdict is a pass exactly when nothing at all was wrong, and names each thing that was;
 *	one p99 is the same figure in text, HTML, CSV and JSON;
 *	JSON has every member the schema requires, and no other, and reads back equal;
 *	a frame that does not parse fails the run and leaves no half-read element behind;
 *	nothing a guest says can reach a terminal or a page as more than text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "harness/asset.h"
#include "harness/figure.h"
#include "harness/report.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *sample_program;

/* The result of a variant's frames. */
static struct pl_result *load_variant(const char *variant)
{
	char path[] = "/tmp/harness-result-XXXXXX", command[512], why[PL_WHY_MAX] = "";
	struct pl_result *r = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(command, sizeof(command), "'%s' %s > %s", sample_program, variant, path);
	assert_int_equal(system(command), 0);
	if (pl_result_load(&r, path, why))
		fail_msg("%s: %s", variant, why);
	unlink(path);
	return r;
}

static char *write_report(const char *format, const struct pl_result *r)
{
	const struct pl_report_opts opts = { .total = 1 };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(pl_format_find(format)->write(f, r, &opts), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static bool has_reason(const struct pl_result *r, const char *part)
{
	struct pl_strv why = {};
	bool found = false;
	size_t i;

	assert_int_equal(pl_result_reasons(r, &why), 0);
	for (i = 0; i < why.n; i++)
		found |= strstr(why.v[i], part) != NULL;
	pl_strv_free(&why);
	return found;
}

static size_t count_reasons(const struct pl_result *r)
{
	struct pl_strv why = {};
	size_t n;

	assert_int_equal(pl_result_reasons(r, &why), 0);
	n = why.n;
	pl_strv_free(&why);
	return n;
}

static void a_clean_run_passes(void **state)
{
	struct pl_result *r = load_variant("pass");

	(void)state;
	assert_int_equal(count_reasons(r), 0);
	assert_int_equal(r->n_workloads, 1);
	assert_int_equal(r->workloads[0].n_ops, 6);
	assert_true(r->emulated);
	assert_string_equal(r->env[PL_ENV_KERNEL], "6.12.38-amd64");
	assert_string_equal(r->env[PL_ENV_PROBE], "tracepoint");
	pl_result_free(r);
}

static void every_fault_is_named(void **state)
{
	static const char *const expected[] = {
		"step churn ended with exit code 1", "kernel log went bad during churn: WARNING",
		"3 attaches failed", "invariant O2 broken 3 times", "check abi/stale-handle failed",
		"pl_detach: the ledgers changed 20012 slots, the tracer saw 20011",
	};
	struct pl_result *r = load_variant("fail");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		if (!has_reason(r, expected[i]))
			fail_msg("no reason says: %s", expected[i]);
	assert_int_equal(count_reasons(r), ARRAY_SIZE(expected));
	pl_result_free(r);
}

static void a_lost_guest_fails(void **state)
{
	struct pl_result *r = load_variant("cut");

	(void)state;
	assert_true(has_reason(r, "without an exit frame"));
	assert_int_equal(count_reasons(r), 1);
	pl_result_free(r);
}

static void an_empty_run_fails(void **state)
{
	struct pl_result *r = pl_result_new();

	(void)state;
	r->exited = true;
	assert_true(has_reason(r, "nothing ran"));
	pl_result_add_check(r, "a/b", PL_SKIP, "no such hardware");
	assert_true(has_reason(r, "nothing ran"));
	pl_result_add_check(r, "a/c", PL_PASS, NULL);
	assert_int_equal(count_reasons(r), 0);
	pl_result_free(r);
}

/* Each a result that passes but for one thing. */
static void each_fault_alone_fails(void **state)
{
	struct pl_result *r = load_variant("pass");
	struct pl_command *c;
	struct pl_klog *k;

	(void)state;
	r->exit_code = 1;
	assert_int_equal(count_reasons(r), 1);
	r->exit_code = 0;
	r->trace.drops = 1;
	assert_true(has_reason(r, "the tracer lost 1 events"));
	r->trace.drops = 0;
	r->workloads[0].status = PL_FAIL;
	assert_true(has_reason(r, "without giving a reason"));
	r->workloads[0].status = PL_PASS;
	assert_int_equal(count_reasons(r), 0);
	c = pl_grow(&r->commands, &r->n_commands, sizeof(*c));
	pl_strdup_clean(&c->name, "x");
	c->status = 124;
	assert_true(has_reason(r, "step x ran out of time"));
	c->status = 139;
	assert_true(has_reason(r, "step x was ended by signal 11"));
	c->status = 0;
	k = pl_grow(&r->klog, &r->n_klog, sizeof(*k));
	pl_strdup_clean(&k->command, "x");
	k->lost = 2;
	assert_true(has_reason(r, "the kernel log had 2 gaps during x"));
	pl_result_free(r);
}

/* What follows @before in @text, to the first of @end. */
static char *value_after(const char *text, const char *before, const char *end)
{
	const char *at = strstr(text, before);

	if (!at)
		fail_msg("'%s' is not in the report", before);
	at += strlen(before);
	return strndup(at, strcspn(at, end));
}

static void check_text_shows(const char *text, const char *row, const char *figure)
{
	char *line = value_after(text, row, "\n");

	if (!strstr(line, figure))
		fail_msg("'%s' is not in the row '%s %s'", figure, row, line);
	free(line);
}

/* The p99 of attach, from every form. */
static void every_form_shows_the_same_p99(void **state)
{
	struct pl_result *r = load_variant("pass");
	char *text = write_report("text", r), *html = write_report("html", r);
	char *csv = write_report("csv", r), *json = write_report("json", r);
	char *in_json = value_after(strstr(json, "\"op\":\"attach\""), "\"p99\":", ",}");
	char *in_csv = value_after(csv, ",attach,p99,", ",");
	char *row = value_after(html, "<tr><th scope=\"row\">attach</th>", "\n");
	char formatted[PL_FMT_MAX], cell[128];

	(void)state;
	assert_string_equal(in_json, in_csv);
	pl_fmt_ns(formatted, strtoull(in_json, NULL, 10));
	check_text_shows(text, "  attach  ", formatted);
	snprintf(cell, sizeof(cell), "<data value=\"%s\">%s</data>", in_json, formatted);
	if (!strstr(row, cell))
		fail_msg("'%s' is not in '%s'", cell, row);
	/* The drawing's own words too. */
	snprintf(cell, sizeof(cell), "attach p99: %s", formatted);
	assert_non_null(strstr(html, cell));
	free(in_json);
	free(in_csv);
	free(row);
	free(text);
	free(html);
	free(csv);
	free(json);
	pl_result_free(r);
}

static void every_slot_of_the_page_is_filled(void **state)
{
	struct pl_result *r = load_variant("fail");
	char *html = write_report("html", r);

	(void)state;
	assert_null(strstr(html, "{{"));
	assert_null(strstr(html, "}}"));
	/* Self-contained: nothing is loaded, nothing runs. */
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<link"));
	assert_null(strstr(html, "src="));
	assert_null(strstr(html, "url("));
	assert_null(strstr(html, "href="));
	free(html);
	pl_result_free(r);
}

static void hostile_strings_stay_text(void **state)
{
	struct pl_result *r = load_variant("hostile");
	size_t i, j;

	(void)state;
	for (i = 0; i < pl_formats_nr; i++) {
		char *text = write_report(pl_formats[i].name, r);

		for (j = 0; text[j]; j++)
			if ((unsigned char)text[j] < 0x20 && !strchr("\n\t", text[j]))
				fail_msg("%s: control character %d", pl_formats[i].name, text[j]);
		if (strstr(text, "\xc2\x9b"))
			fail_msg("%s: a C1 control character", pl_formats[i].name);
		free(text);
	}
	pl_result_free(r);
}

static void markup_is_escaped(void **state)
{
	struct pl_result *r = load_variant("hostile");
	char *html = write_report("html", r);

	(void)state;
	assert_null(strstr(html, "<script"));
	assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
	free(html);
	pl_result_free(r);
}

static void ktap_has_the_lines_it_plans(void **state)
{
	struct pl_result *r = load_variant("fail");
	char *ktap = write_report("ktap", r), *line, *rest = ktap;
	unsigned int planned = 0, ok = 0, bad = 0;

	(void)state;
	assert_non_null(strstr(ktap, "KTAP version 1\n"));
	while ((line = strsep(&rest, "\n"))) {
		sscanf(line, "1..%u", &planned);
		ok += !strncmp(line, "ok ", 3);
		bad += !strncmp(line, "not ok ", 7);
	}
	assert_int_equal(planned, ok + bad);
	/* churn, a check, trace, kernel log, run */
	assert_int_equal(bad, 5);
	free(ktap);
	pl_result_free(r);
}

/*
 * The schema's own lists, for the members that are used: a walker of "required", "properties" and
 * "additionalProperties": false, through "$ref" and "items".  Types and numbers are
 * python3-jsonschema's business, where it is there (harness-schema-test.sh).
 */
static const json_t *resolve(const json_t *root, const json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	if (!ref)
		return schema;
	assert_int_equal(strncmp(ref, "#/$defs/", 8), 0);
	return json_object_get(json_object_get(root, "$defs"), ref + 8);
}

static void check_against(const json_t *root, const json_t *schema, const json_t *value,
			  const char *where)
{
	json_t *name, *member, *items, *props;
	const char *key;
	size_t i;

	schema = resolve(root, schema);
	if (!schema)
		fail_msg("%s: the schema refers to nothing", where);
	props = json_object_get(schema, "properties");
	json_array_foreach(json_object_get(schema, "required"), i, name)
		if (!json_object_get(value, json_string_value(name)))
			fail_msg("%s: \"%s\" is missing", where, json_string_value(name));
	json_object_foreach((json_t *)(json_is_object(value) ? value : NULL), key, member) {
		const json_t *sub = json_object_get(props, key);

		if (!sub && json_is_false(json_object_get(schema, "additionalProperties")))
			fail_msg("%s: \"%s\" is not in the schema", where, key);
		if (sub)
			check_against(root, sub, member, key);
	}
	items = json_object_get(schema, "items");
	json_array_foreach(value, i, member)
		if (items)
			check_against(root, items, member, where);
}

static void json_follows_the_schema(void **state)
{
	static const char *const variants[] = { "pass", "fail", "cut", "hostile" };
	json_t *schema = json_loads(pl_asset_schema, 0, NULL);
	size_t i;

	(void)state;
	assert_non_null(schema);
	for (i = 0; i < ARRAY_SIZE(variants); i++) {
		struct pl_result *r = load_variant(variants[i]);
		json_t *json = pl_result_to_json(r);

		assert_non_null(json);
		check_against(schema, schema, json, variants[i]);
		json_decref(json);
		pl_result_free(r);
	}
	json_decref(schema);
}

static void json_reads_back_the_same(void **state)
{
	struct pl_result *r = load_variant("fail"), *back = NULL;
	json_t *json = pl_result_to_json(r), *again;
	char why[PL_WHY_MAX];

	(void)state;
	assert_int_equal(pl_result_from_json(&back, json, why), 0);
	again = pl_result_to_json(back);
	assert_true(json_equal(json, again));
	/* A verdict that someone edited convinces nobody. */
	json_object_set_new(json, "verdict", json_string("pass"));
	json_object_set_new(json, "reasons", json_array());
	pl_result_free(back);
	assert_int_equal(pl_result_from_json(&back, json, why), 0);
	assert_true(count_reasons(back) > 0);
	json_decref(json);
	json_decref(again);
	pl_result_free(back);
	pl_result_free(r);
}

static void bad_frames_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}", "{\"type\":\"surprise\"}", "{\"type\":7}",
		"{\"type\":\"hello\",\"proto\":2,\"kernel\":\"x\"}",
		"{\"type\":\"workload\",\"status\":\"pass\"}",
		"{\"type\":\"workload\",\"name\":\"w\"}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"great\"}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"pass\",\"ops\":{}}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"pass\",\"ops\":[3]}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"pass\",\"counts\":{\"a\":-1}}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"pass\",\"ops\":[{\"op\":\"a\","
		"\"count\":1,\"hist\":{\"unit\":\"ns\"}}]}",
		"{\"type\":\"workload\",\"name\":\"w\",\"status\":\"pass\",\"ledger\":[{"
		"\"unit\":\"u\",\"op\":\"o\",\"surprises\":1}]}",
		"{\"type\":\"check\",\"name\":\"c\"}",
		"{\"type\":\"check\",\"name\":\"c\",\"status\":\"pass\",\"req\":\"R1\"}",
		"{\"type\":\"command\",\"name\":\"c\",\"status\":-1}",
		"{\"type\":\"klog\",\"bad\":\"line\"}",
		"{\"type\":\"exit\",\"code\":\"0\"}",
		"{\"type\":\"trace-summary\",\"events\":{}}",
	};
	struct pl_result *r = pl_result_new();
	char why[PL_WHY_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		json_t *frame = json_loads(bad[i], 0, NULL);

		*why = '\0';
		assert_non_null(frame);
		if (!pl_result_add_frame(r, frame, why))
			fail_msg("accepted: %s", bad[i]);
		assert_true(*why);
		json_decref(frame);
	}
	assert_int_equal(r->n_workloads + r->n_checks + r->n_commands + r->n_klog, 0);
	assert_false(r->exited);
	pl_result_free(r);
}

static void foreign_files_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "hello", "[]", "{}", "{\"schema\":\"pasidlab-result/2\"}",
		"{\"schema\":\"pasidlab-result/1\",\"workloads\":7}",
		"{\"schema\":\"pasidlab-result/1\",\"schema\":\"pasidlab-result/1\"}",
	};
	char path[] = "/tmp/harness-result-XXXXXX", why[PL_WHY_MAX];
	struct pl_result *r = NULL;
	int fd = mkstemp(path);
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bad[i], strlen(bad[i]), 0), (ssize_t)strlen(bad[i]));
		*why = '\0';
		if (!pl_result_load(&r, path, why))
			fail_msg("accepted: %s", bad[i]);
		assert_true(*why);
		assert_null(r);
	}
	close(fd);
	unlink(path);
	assert_true(pl_result_load(&r, path, why) < 0);
}

static void durations_read_well(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} known[] = {
		{ 0, "0 ns" }, { 999, "999 ns" }, { 1000, "1.00 µs" }, { 9994, "9.99 µs" },
		{ 9995, "10.0 µs" }, { 99949, "99.9 µs" }, { 99950, "100 µs" },
		{ 999499, "999 µs" }, { 999500, "1.00 ms" }, { 12345678, "12.3 ms" },
		{ 1500000000, "1.50 s" }, { 3600000000000, "3600 s" },
	};
	char buf[PL_FMT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		assert_string_equal(pl_fmt_ns(buf, known[i].ns), known[i].text);
}

static void numbers_read_well(void **state)
{
	char buf[PL_FMT_MAX];

	(void)state;
	assert_string_equal(pl_fmt_count(buf, 0), "0");
	assert_string_equal(pl_fmt_count(buf, 999), "999");
	assert_string_equal(pl_fmt_count(buf, 1000), "1,000");
	assert_string_equal(pl_fmt_count(buf, UINT64_MAX), "18,446,744,073,709,551,615");
	assert_string_equal(pl_fmt_ratio(buf, 3), "3");
	assert_string_equal(pl_fmt_ratio(buf, 1.0001), "1.00");
	assert_string_equal(pl_fmt_ratio(buf, 0.0001), "<0.01");
	assert_string_equal(pl_fmt_ratio(buf, 0.0 / 0.0), "-");
	assert_string_equal(pl_fmt_rate(buf, 0), "-");
	assert_string_equal(pl_fmt_rate(buf, 12345.6), "12,346");
}

static void densities_add_up_to_one(void **state)
{
	struct pl_result *r = load_variant("pass");
	double bins[180], sum;
	size_t i, b;

	(void)state;
	for (i = 0; i < r->workloads[0].n_ops; i++) {
		pl_density(r->workloads[0].ops[i].hist, 0, 12, bins, ARRAY_SIZE(bins));
		for (sum = 0, b = 0; b < ARRAY_SIZE(bins); b++)
			sum += bins[b];
		assert_true(sum > 0.999999 && sum < 1.000001);
	}
	pl_result_free(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_run_passes),
		cmocka_unit_test(every_fault_is_named),
		cmocka_unit_test(a_lost_guest_fails),
		cmocka_unit_test(an_empty_run_fails),
		cmocka_unit_test(each_fault_alone_fails),
		cmocka_unit_test(every_form_shows_the_same_p99),
		cmocka_unit_test(every_slot_of_the_page_is_filled),
		cmocka_unit_test(hostile_strings_stay_text),
		cmocka_unit_test(markup_is_escaped),
		cmocka_unit_test(ktap_has_the_lines_it_plans),
		cmocka_unit_test(json_follows_the_schema),
		cmocka_unit_test(json_reads_back_the_same),
		cmocka_unit_test(bad_frames_are_refused),
		cmocka_unit_test(foreign_files_are_refused),
		cmocka_unit_test(durations_read_well),
		cmocka_unit_test(numbers_read_well),
		cmocka_unit_test(densities_add_up_to_one),
	};
	char beside[4096];

	(void)argc;
	snprintf(beside, sizeof(beside), "%.*sharness-sample",
		 (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] + 1 : 0), argv[0]);
	sample_program = beside;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("harness/result", tests, NULL, NULL);
}
