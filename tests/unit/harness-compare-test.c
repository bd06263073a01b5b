// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness-compare-test.c - results of one job side by side.
 *
 * The fixtures are harness-sample's frames of two units. What must hold:
 *
 *	each side's figures are those of its own report, in all three forms, and in its own row;
 *	a job that is not the same is refused with the option that differs;
 *	what is not the same around the job is told, and what is the same is not;
 *	a row that one side lacks is a dash or null, never 0;
 *	nothing a guest says can reach a page as more than text.
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
#include <errno.h>

#include "harness/compare.h"
#include "harness/figure.h"

#define SIDES	2

static const char *sample_program;

static struct pl_result *load_variant(const char *variant)
{
	char path[] = "/tmp/harness-compare-XXXXXX", command[512], why[PL_WHY_MAX] = "";
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

/* Two results and what stands between them. */
struct pair {
	struct pl_result *r[SIDES];
	struct pl_compare c;
	char why[PL_WHY_MAX];
	int err;
};

static void compare_again(struct pair *p)
{
	pl_compare_free(&p->c);
	p->err = pl_compare_make(&p->c, p->r, SIDES, p->why);
}

static struct pair load_pair(const char *first, const char *second)
{
	struct pair p = { .r = { load_variant(first), load_variant(second) } };

	p.err = pl_compare_make(&p.c, p.r, SIDES, p.why);
	return p;
}

static void free_pair(struct pair *p)
{
	pl_compare_free(&p->c);
	pl_result_free(p->r[0]);
	pl_result_free(p->r[1]);
}

static char *written(const struct pl_compare *c, const char *form)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(pl_compare_form_find(form)->write(f, c, false), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* An operation's figures by the one function that computes them, from the side's own result. */
static struct pl_op_row own_row(const struct pl_result *r, const char *name)
{
	const struct pl_workload *w = &r->workloads[0];
	struct pl_op_row row;
	size_t i;

	for (i = 0; i < w->n_ops; i++) {
		pl_op_row(w, &w->ops[i], &row);
		if (!strcmp(row.name, name))
			return row;
	}
	fail_msg("no operation %s", name);
	return row;
}

static void must_have(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not there", part);
}

static void sides_are_labelled_by_their_units(void **state)
{
	struct pair p = load_pair("pass", "smmuv3"), same = load_pair("pass", "pass");

	(void)state;
	assert_int_equal(p.err, 0);
	assert_string_equal(p.c.label[0], "vtd@model");
	assert_string_equal(p.c.label[1], "smmuv3@model");
	assert_string_equal(same.c.label[0], "vtd@model (1)");
	assert_string_equal(same.c.label[1], "vtd@model (2)");
	free_pair(&p);
	free_pair(&same);
}

/* "attach" is followed by a row of each side, in order, with that side's own p99. */
static void the_page_has_each_side_s_own_figures(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	char *html = written(&p.c, "html"), *at, cell[160], buf[PL_FMT_MAX];
	size_t s;

	(void)state;
	at = strstr(html, "rowspan=\"2\">attach</th>");
	assert_non_null(at);
	for (s = 0; s < SIDES; s++) {
		struct pl_op_row row = own_row(p.r[s], "attach");
		char *end, *line;

		at = strstr(at, p.c.label[s]);
		assert_non_null(at);
		end = strchr(at, '\n');
		line = strndup(at, (size_t)(end - at));
		snprintf(cell, sizeof(cell), "<data value=\"%llu\">%s</data>",
			 (unsigned long long)row.ns[PL_TIME_P99],
			 pl_fmt_ns(buf, row.ns[PL_TIME_P99]));
		must_have(line, cell);
		snprintf(cell, sizeof(cell), "attach on %s p99: %s", p.c.label[s],
			 pl_fmt_ns(buf, row.ns[PL_TIME_P99]));
		must_have(html, cell);
		free(line);
		at = end;
	}
	assert_true(own_row(p.r[0], "attach").ns[PL_TIME_P99] !=
		    own_row(p.r[1], "attach").ns[PL_TIME_P99]);
	free(html);
	free_pair(&p);
}

static void text_and_json_have_them_too(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	char *text = written(&p.c, "text"), *json = written(&p.c, "json"), buf[PL_FMT_MAX];
	json_t *root = json_loads(json, 0, NULL), *workload, *op, *sides;
	size_t s;

	(void)state;
	workload = json_array_get(json_object_get(root, "workloads"), 0);
	op = json_array_get(json_object_get(workload, "ops"), 1);
	sides = json_object_get(op, "sides");
	assert_string_equal(json_string_value(json_object_get(op, "name")), "attach");
	assert_int_equal(json_array_size(sides), SIDES);
	for (s = 0; s < SIDES; s++) {
		uint64_t p99 = own_row(p.r[s], "attach").ns[PL_TIME_P99];
		json_t *ns = json_object_get(json_array_get(sides, s), "ns");

		assert_int_equal(json_integer_value(json_object_get(ns, "p99")), p99);
		must_have(text, pl_fmt_ns(buf, p99));
	}
	must_have(text, "smmuv3@model");
	must_have(text, "Emulated: times relative only");
	assert_true(json_is_true(json_object_get(root, "times_relative_only")));
	json_decref(root);
	free(text);
	free(json);
	free_pair(&p);
}

static void a_row_that_one_side_lacks_is_no_zero(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	char *text = written(&p.c, "text"), *html = written(&p.c, "html");
	const char *name;
	struct pl_ledger sum;
	size_t i, met = 0;
	char *row;

	(void)state;
	for (i = 0; (name = pl_compare_ledger(&p.c, 0, i)); i++)
		met += !strcmp(name, "fault");
	assert_int_equal(met, 1);
	assert_false(pl_compare_side_ledger(&p.c, 0, 0, "fault", &sum));
	assert_true(pl_compare_side_ledger(&p.c, 0, 1, "fault", &sum));
	assert_int_equal(sum.n[PL_LEDGER_DESCS], 7);
	row = strstr(text, "  fault");
	assert_non_null(row);
	must_have(strndupa(row, strcspn(row, "\n")), "-");
	row = strstr(html, ">fault</th>");
	assert_non_null(row);
	must_have(strndupa(row, strcspn(row, "\n")), "<td>-</td>");
	/* And what the unit cannot count is neither a zero nor a dash. */
	must_have(html, "not counted");
	must_have(text, "?");
	free(text);
	free(html);
	free_pair(&p);
}

static void units_of_one_side_are_added_up(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	struct pl_workload *w = &p.r[0]->workloads[0];
	struct pl_ledger sum, *more = pl_grow(&w->ledger, &w->n_ledger, sizeof(*more));

	(void)state;
	pl_strdup_clean(&more->unit, "vtd-model1");
	pl_strdup_clean(&more->op, "attach");
	more->n[PL_LEDGER_CALLS] = 5;
	more->n[PL_LEDGER_WRITES] = 50;
	assert_true(pl_compare_side_ledger(&p.c, 0, 0, "attach", &sum));
	assert_int_equal(sum.n[PL_LEDGER_CALLS], 20005);
	assert_int_equal(sum.n[PL_LEDGER_WRITES], 40050);
	free_pair(&p);
}

static void another_job_is_refused(void **state)
{
	struct pair p = load_pair("pass", "other");

	(void)state;
	assert_int_equal(p.err, -EINVAL);
	must_have(p.why, "churn was given threads=2 on vtd@model and 4 on smmuv3@model");
	free_pair(&p);
}

static void other_workloads_are_refused(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	struct pl_workload *w = &p.r[1]->workloads[0];

	(void)state;
	free(w->name);
	w->name = strdup("storm");
	compare_again(&p);
	assert_int_equal(p.err, -EINVAL);
	must_have(p.why, "vtd@model ran churn where smmuv3@model ran storm");
	/* An option that only one was given, whichever it is. */
	free(w->name);
	w->name = strdup("churn");
	w->n_options--;
	compare_again(&p);
	assert_int_equal(p.err, -EINVAL);
	must_have(p.why, "and none on smmuv3@model");
	w->n_options++;
	p.r[0]->workloads[0].n_options--;
	compare_again(&p);
	assert_int_equal(p.err, -EINVAL);
	must_have(p.why, "and none on vtd@model");
	p.r[0]->workloads[0].n_options++;
	compare_again(&p);
	assert_int_equal(p.err, 0);
	free_pair(&p);
}

static void one_or_too_many_are_refused(void **state)
{
	struct pl_result *r = load_variant("pass"), *many[PL_COMPARE_MAX + 1];
	struct pl_compare c;
	char why[PL_WHY_MAX];
	size_t i;

	(void)state;
	for (i = 0; i <= PL_COMPARE_MAX; i++)
		many[i] = r;
	assert_int_equal(pl_compare_make(&c, many, 1, why), -EINVAL);
	assert_int_equal(pl_compare_make(&c, many, PL_COMPARE_MAX + 1, why), -EINVAL);
	assert_int_equal(pl_compare_make(&c, many, PL_COMPARE_MAX, why), 0);
	pl_compare_free(&c);
	r->n_workloads = 0;
	assert_int_equal(pl_compare_make(&c, many, 2, why), -EINVAL);
	must_have(why, "ran no workload");
	r->n_workloads = 1;
	pl_result_free(r);
}

static void what_differs_around_the_job_is_told(void **state)
{
	struct pair p = load_pair("pass", "smmuv3");
	char *html;

	(void)state;
	assert_int_equal(p.c.apart.n, 0);
	pl_result_set_env(p.r[1], PL_ENV_KERNEL, "6.12.38-arm64");
	pl_result_set_option(p.r[0], "cm", "yes");
	pl_result_set_option(p.r[1], "cm", "no");
	pl_result_set_option(p.r[0], "timeout", "5");
	compare_again(&p);
	assert_int_equal(p.err, 0);
	assert_int_equal(p.c.apart.n, 2);
	must_have(p.c.apart.v[0], "6.12.38-amd64, 6.12.38-arm64");
	must_have(p.c.apart.v[1], "cm: yes, no");
	html = written(&p.c, "html");
	must_have(html, "compare the counts, and no times across these");
	free(html);
	free_pair(&p);
}

static void a_side_that_failed_is_shown_as_such(void **state)
{
	struct pair p = load_pair("fail", "smmuv3");
	char *text = written(&p.c, "text");

	(void)state;
	assert_int_equal(p.err, 0);
	must_have(text, "FAIL  vtd@model");
	must_have(text, "PASS  smmuv3@model");
	must_have(text, "3 violations");
	free(text);
	free_pair(&p);
}

static void markup_stays_text(void **state)
{
	struct pair p = load_pair("hostile", "hostile");
	char *html = written(&p.c, "html");

	(void)state;
	assert_null(strstr(html, "<script"));
	must_have(html, "&lt;script&gt;");
	assert_null(strstr(html, "{{"));
	assert_null(strstr(html, "href="));
	free(html);
	free_pair(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_are_labelled_by_their_units),
		cmocka_unit_test(the_page_has_each_side_s_own_figures),
		cmocka_unit_test(text_and_json_have_them_too),
		cmocka_unit_test(a_row_that_one_side_lacks_is_no_zero),
		cmocka_unit_test(units_of_one_side_are_added_up),
		cmocka_unit_test(another_job_is_refused),
		cmocka_unit_test(other_workloads_are_refused),
		cmocka_unit_test(one_or_too_many_are_refused),
		cmocka_unit_test(what_differs_around_the_job_is_told),
		cmocka_unit_test(a_side_that_failed_is_shown_as_such),
		cmocka_unit_test(markup_stays_text),
	};
	char beside[4096];

	(void)argc;
	snprintf(beside, sizeof(beside), "%.*sharness-sample",
		 (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] + 1 : 0), argv[0]);
	sample_program = beside;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("harness/compare", tests, NULL, NULL);
}
