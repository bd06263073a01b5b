// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare_report.c - a comparison as text, as one page, and as JSON.
 *
 * Rows that are to be compared stand one below the other, under one operation, so that digits of
 * one column align; all latencies of a workload are drawn on one axis.  What differs between sides
 * by its nature (environment, verdict, named counts) has a column for each.
 *
 * The hard rule: cells come from the writers that a single result has (report_table.h,
 * report_html.h, result.h), so that no figure is spelt or computed a second way.
 */
#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_html.h"
#include "report_svg.h"
#include "report_table.h"

#define PL_APART_TEXT	\
	"Not the same around the job: compare the counts, and no times across these."
#define PL_RELATIVE_TEXT	\
	"Emulated: times relative only."

static const struct pl_compare_form pl_forms[] = {
	{ "text", pl_compare_text },
	{ "html", pl_compare_html },
	{ "json", pl_compare_json },
};

/**
 * pl_compare_form_find() - the form of a name
 * @name: as given to --format
 *
 * Return: its row, or NULL: a comparison has no such form.
 */
const struct pl_compare_form *pl_compare_form_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(pl_forms) / sizeof(pl_forms[0]); i++)
		if (!strcmp(pl_forms[i].name, name))
			return &pl_forms[i];
	return NULL;
}

/* PL_FAIL too where the reasons could not be had: a verdict is never guessed. */
static enum pl_status pl_side_verdict(const struct pl_result *r)
{
	struct pl_strv why = {};
	enum pl_status s = pl_result_reasons(r, &why) || why.n ? PL_FAIL : PL_PASS;

	pl_strv_free(&why);
	return s;
}

static void pl_text_sides(FILE *f, const struct pl_compare *c, bool colour)
{
	char buf[PL_FMT_MAX];
	size_t s, i;

	pl_paint(f, colour, PL_BOLD, "pasidlab");
	fputs("  side by side\n", f);
	for (s = 0; s < c->n; s++) {
		const struct pl_result *r = c->r[s];

		fputs("  ", f);
		pl_text_status(f, pl_side_verdict(r), colour);
		fprintf(f, "  %s · %s engine · Linux %s · %s · %s violations · kernel log %s\n",
			c->label[s], r->env[PL_ENV_ENGINE] ?: "unknown",
			r->env[PL_ENV_KERNEL] ?: "unknown",
			r->env[PL_ENV_ACCEL] ?: "accelerator unknown",
			pl_fmt_count(buf, pl_result_violations(r)), r->n_klog ? "bad" : "clean");
	}
	if (c->emulated)
		pl_paint(f, colour, PL_YELLOW, "  " PL_RELATIVE_TEXT "\n");
	if (c->apart.n)
		pl_paint(f, colour, PL_YELLOW, "  " PL_APART_TEXT "\n");
	for (i = 0; i < c->apart.n; i++)
		fprintf(f, "    %s\n", c->apart.v[i]);
}

static int pl_text_beside_ops(FILE *f, const struct pl_compare *c, size_t workload, bool colour)
{
	struct pl_table t = { .cols = 2 + PL_TABLE_OP_COLS };
	struct pl_op_row row;
	const struct pl_op *op;
	const char *name;
	size_t i, s;

	pl_cell(&t, "operation");
	pl_cell(&t, "unit");
	pl_table_op_head(&t);
	for (i = 0; (name = pl_compare_op(c, workload, i)); i++) {
		for (s = 0; s < c->n; s++) {
			op = pl_compare_side_op(c, workload, s, name);
			if (op)
				pl_op_row(&c->r[s]->workloads[workload], op, &row);
			pl_cell(&t, s ? "" : name);
			pl_cell(&t, c->label[s]);
			pl_table_op_cells(&t, op ? &row : NULL);
		}
	}
	return pl_table_print(f, &t, 2, colour);
}

static int pl_text_beside_ledger(FILE *f, const struct pl_compare *c, size_t workload, bool colour)
{
	struct pl_table t = { .cols = 2 + PL_LEDGER_NR };
	uint32_t uncounted = 0;
	struct pl_ledger sum;
	const char *name;
	size_t i, s;
	bool known;

	pl_cell(&t, "operation");
	pl_cell(&t, "unit");
	pl_table_ledger_head(&t);
	for (i = 0; (name = pl_compare_ledger(c, workload, i)); i++) {
		for (s = 0; s < c->n; s++) {
			known = pl_compare_side_ledger(c, workload, s, name, &sum);
			uncounted |= sum.uncounted;
			pl_cell(&t, s ? "" : name);
			pl_cell(&t, c->label[s]);
			pl_table_ledger_cells(&t, known ? &sum : NULL);
		}
	}
	if (i)
		pl_table_ledger_caption(f, uncounted);
	return pl_table_print(f, &t, 2, colour);
}

static int pl_text_beside_counts(FILE *f, const struct pl_compare *c, size_t workload, bool colour)
{
	struct pl_table t = { .cols = 1 + c->n };
	const struct pl_count *count;
	char buf[PL_FMT_MAX];
	const char *name;
	size_t i, s;

	pl_cell(&t, "counts");
	for (s = 0; s < c->n; s++)
		pl_cell(&t, c->label[s]);
	for (i = 0; (name = pl_compare_count(c, workload, i)); i++) {
		pl_cell(&t, name);
		for (s = 0; s < c->n; s++) {
			count = pl_compare_side_count(c, workload, s, name);
			pl_cell(&t, count ? pl_fmt_count(buf, count->value) : "-");
		}
	}
	putc('\n', f);
	return pl_table_print(f, &t, 1, colour);
}

static int pl_text_beside(FILE *f, const struct pl_compare *c, size_t workload, bool colour)
{
	const struct pl_workload *w = &c->r[0]->workloads[workload];
	int err;

	putc('\n', f);
	pl_paint(f, colour, PL_BOLD, w->name);
	putc('\n', f);
	pl_text_pairs(f, w->options, w->n_options);
	putc('\n', f);
	err = pl_text_beside_ops(f, c, workload, colour);
	if (!err)
		err = pl_text_beside_ledger(f, c, workload, colour);
	return err ? err : pl_text_beside_counts(f, c, workload, colour);
}

/**
 * pl_compare_text() - tables for a terminal
 * @f: the stream
 * @c: the comparison
 * @colour: the stream has colours
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_compare_text(FILE *f, const struct pl_compare *c, bool colour)
{
	size_t i;
	int err = 0;

	pl_text_sides(f, c, colour);
	for (i = 0; i < c->r[0]->n_workloads && !err; i++)
		err = pl_text_beside(f, c, i, colour);
	return err ? err : ferror(f) ? -EIO : 0;
}

static void pl_html_column_heads(FILE *f, const struct pl_compare *c)
{
	size_t s;

	for (s = 0; s < c->n; s++)
		pl_html_text(f, "th scope=\"col\" class=\"text\"", c->label[s]);
	fputs("</tr></thead><tbody>\n", f);
}

static void pl_html_top(FILE *f, const struct pl_compare *c)
{
	size_t s, i;

	pl_html_head(f, "Units side by side · pasidlab");
	fputs("<header><div class=\"top\"><h1>Units side by side</h1><ul class=\"facts\">", f);
	for (s = 0; s < c->n; s++)
		pl_html_text(f, "li", c->label[s]);
	fputs("</ul>", f);
	if (c->emulated)
		fputs("<p class=\"emulated\"><strong>" PL_RELATIVE_TEXT "</strong> The counts are "
		      "exact; compare those.</p>", f);
	if (c->apart.n)
		fputs("<div class=\"emulated\"><strong>" PL_APART_TEXT "</strong><ul>", f);
	for (i = 0; i < c->apart.n; i++)
		pl_html_text(f, "li", c->apart.v[i]);
	fprintf(f, "%s</div></header>\n<main>\n", c->apart.n ? "</ul></div>" : "");
}

/* Name of the operation in the first of its rows, unit in each. */
static void pl_html_row_heads(FILE *f, const struct pl_compare *c, size_t side, const char *name)
{
	char element[48];

	fputs("<tr>", f);
	snprintf(element, sizeof(element), "th scope=\"rowgroup\" rowspan=\"%zu\"", c->n);
	if (!side)
		pl_html_text(f, element, name);
	pl_html_text(f, "th scope=\"row\" class=\"text unit\"", c->label[side]);
}

static void pl_html_no_cells(FILE *f, int n)
{
	while (n--)
		fputs("<td>-</td>", f);
}

static void pl_html_beside_ops(FILE *f, const struct pl_compare *c, size_t workload)
{
	const struct pl_op *op;
	struct pl_op_row row;
	const char *name;
	size_t i, s;

	fputs("<div class=\"scroll\"><table class=\"figures\"><caption>Latency of each operation"
	      "</caption><thead><tr><th scope=\"col\">Operation</th>"
	      "<th scope=\"col\" class=\"text\">Unit</th>", f);
	pl_html_op_head(f);
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; (name = pl_compare_op(c, workload, i)); i++) {
		for (s = 0; s < c->n; s++) {
			op = pl_compare_side_op(c, workload, s, name);
			pl_html_row_heads(f, c, s, name);
			if (op) {
				pl_op_row(&c->r[s]->workloads[workload], op, &row);
				pl_html_op_cells(f, &row);
			} else {
				pl_html_no_cells(f, PL_TABLE_OP_COLS);
			}
			fputs("</tr>\n", f);
		}
	}
	fputs("</tbody></table></div>\n", f);
}

static void pl_html_beside_ledger(FILE *f, const struct pl_compare *c, size_t workload)
{
	struct pl_ledger sum;
	const char *name;
	size_t i, s;

	fputs("<div class=\"scroll\"><table class=\"figures\"><caption>What the unit did: slots to "
	      "allocs are means per call; descs are invalidation descriptors or commands"
	      "</caption><thead><tr><th scope=\"col\">Operation</th>"
	      "<th scope=\"col\" class=\"text\">Unit</th>", f);
	pl_html_ledger_head(f);
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; (name = pl_compare_ledger(c, workload, i)); i++) {
		for (s = 0; s < c->n; s++) {
			pl_html_row_heads(f, c, s, name);
			if (pl_compare_side_ledger(c, workload, s, name, &sum))
				pl_html_ledger_cells(f, &sum);
			else
				pl_html_no_cells(f, PL_LEDGER_NR);
			fputs("</tr>\n", f);
		}
	}
	fputs("</tbody></table></div>\n", f);
}

static void pl_html_beside_counts(FILE *f, const struct pl_compare *c, size_t workload)
{
	const struct pl_count *count;
	char buf[PL_FMT_MAX];
	const char *name;
	size_t i, s;

	fputs("<div class=\"scroll\"><table><caption>Counts</caption><thead><tr>"
	      "<th scope=\"col\">Count</th>", f);
	for (s = 0; s < c->n; s++)
		pl_html_text(f, "th scope=\"col\"", c->label[s]);
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; (name = pl_compare_count(c, workload, i)); i++) {
		fputs("<tr>", f);
		pl_html_text(f, "th scope=\"row\"", name);
		for (s = 0; s < c->n; s++) {
			count = pl_compare_side_count(c, workload, s, name);
			if (count)
				fprintf(f, "<td><data value=\"%llu\">%s</data></td>",
					(unsigned long long)count->value,
					pl_fmt_count(buf, count->value));
			else
				pl_html_no_cells(f, 1);
		}
		fputs("</tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}

/* Each operation's densities one below the other. */
static int pl_html_drawing(FILE *f, const struct pl_compare *c, size_t workload)
{
	struct pl_svg_row *rows;
	const struct pl_op *op;
	size_t i, s, n = 0, most = 1;
	const char *name;

	for (i = 0; pl_compare_op(c, workload, i); i++)
		most += c->n;
	rows = calloc(most, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (i = 0; (name = pl_compare_op(c, workload, i)); i++) {
		for (s = 0; s < c->n; s++) {
			op = pl_compare_side_op(c, workload, s, name);
			if (op)
				rows[n++] = (struct pl_svg_row) {
					&c->r[s]->workloads[workload], op, c->label[s]
				};
		}
	}
	pl_svg_rows(f, c->r[0]->workloads[workload].name, rows, n, workload);
	free(rows);
	return 0;
}

static int pl_html_beside(FILE *f, const struct pl_compare *c, size_t workload)
{
	const struct pl_workload *w = &c->r[0]->workloads[workload];
	int err;

	fputs("<section class=\"card\"><div class=\"keep\">", f);
	pl_html_text(f, "h2", w->name);
	fputs("<p class=\"options\">", f);
	pl_html_pairs(f, w->options, w->n_options);
	fputs("</p>\n", f);
	pl_html_legend(f);
	err = pl_html_drawing(f, c, workload);
	fputs("</div>\n", f);
	pl_html_beside_ops(f, c, workload);
	pl_html_beside_ledger(f, c, workload);
	pl_html_beside_counts(f, c, workload);
	fputs("</section>\n", f);
	return err;
}

static void pl_html_verdicts(FILE *f, const struct pl_compare *c)
{
	char buf[PL_FMT_MAX];
	size_t s;

	fputs("<section class=\"card\"><h2>Verdicts</h2><div class=\"scroll\">"
	      "<table class=\"plain\">"
	      "<thead><tr><th></th>", f);
	pl_html_column_heads(f, c);
	fputs("<tr><th scope=\"row\">Verdict</th>", f);
	for (s = 0; s < c->n; s++) {
		fputs("<td class=\"text\">", f);
		pl_html_badge(f, pl_side_verdict(c->r[s]));
		fputs("</td>", f);
	}
	fputs("</tr>\n<tr><th scope=\"row\">Violations of O1 to O10</th>", f);
	for (s = 0; s < c->n; s++)
		pl_html_text(f, "td class=\"text\"",
			     pl_fmt_count(buf, pl_result_violations(c->r[s])));
	fputs("</tr>\n<tr><th scope=\"row\">Kernel log</th>", f);
	for (s = 0; s < c->n; s++)
		pl_html_text(f, "td class=\"text\"", c->r[s]->n_klog ? "Bad" : "Clean");
	fputs("</tr>\n</tbody></table></div></section>\n", f);
}

static void pl_html_environments(FILE *f, const struct pl_compare *c)
{
	size_t s;
	int i;

	fputs("<section class=\"card\"><h2>Environments</h2><div class=\"scroll\">"
	      "<table class=\"plain\"><thead><tr><th></th>", f);
	pl_html_column_heads(f, c);
	for (i = 0; i < PL_ENV_NR; i++) {
		fprintf(f, "<tr><th scope=\"row\">%s</th>", pl_env_desc[i].label);
		for (s = 0; s < c->n; s++)
			pl_html_text(f, "td class=\"text\"", c->r[s]->env[i] ?: "unknown");
		fputs("</tr>\n", f);
	}
	fputs("<tr><th scope=\"row\">Options</th>", f);
	for (s = 0; s < c->n; s++) {
		fputs("<td class=\"text\">", f);
		pl_html_pairs(f, c->r[s]->options, c->r[s]->n_options);
		fputs("</td>", f);
	}
	fputs("</tr>\n</tbody></table></div></section>\n", f);
}

static void pl_html_notes(FILE *f)
{
	fputs("<section class=\"card notes\"><h2>How to read this</h2>\n"
	      "<p><strong>One job.</strong> Every unit was given the same workload with the same "
	      "options, seed included; results of other jobs are refused. Each row's figures are "
	      "those of that unit's own report.</p>\n"
	      "<p><strong>Counts first.</strong> What the unit did comes from the driver's ledger "
	      "and is exact. Descs are invalidation descriptors (VT-d) or commands other than "
	      "CMD_SYNC (SMMUv3); a wait is a wait descriptor or CMD_SYNC that software sat "
	      "through, a fence one that nobody waited for. The two architectures need different "
	      "commands for the same thing, so equal counts are not expected; a wait costs a round "
	      "trip on both.</p>\n"
	      "<p><strong>Times.</strong> Those of an emulator or a model tell about its code as "
	      "much as about the driver's, and of two architectures only how they relate in this "
	      "emulator.</p></section>\n"
	      "</main>\n<footer>One file, no scripts, nothing loaded from elsewhere. The numbers "
	      "behind it are in the results' JSON.</footer>\n</body>\n</html>\n", f);
}

/**
 * pl_compare_html() - one self-contained page
 * @f: the stream
 * @c: the comparison
 * @colour: not used
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_compare_html(FILE *f, const struct pl_compare *c, bool colour)
{
	size_t i;
	int err = 0;

	(void)colour;
	pl_html_top(f, c);
	for (i = 0; i < c->r[0]->n_workloads && !err; i++)
		err = pl_html_beside(f, c, i);
	pl_html_verdicts(f, c);
	pl_html_environments(f, c);
	pl_html_notes(f);
	return err ? err : ferror(f) ? -EIO : 0;
}

static json_t *pl_json_text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *pl_sides_json(const struct pl_compare *c)
{
	json_t *list = json_array();
	size_t s;

	for (s = 0; s < c->n; s++) {
		char *key = pl_result_key(c->r[s]);

		json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:b,s:I}",
			"label", c->label[s],
			"verdict", pl_status_name[pl_side_verdict(c->r[s])],
			"key", pl_json_text(key), "environment", pl_env_json(c->r[s]),
			"emulated", c->r[s]->emulated, "violations",
			(json_int_t)pl_result_violations(c->r[s])));
		free(key);
	}
	return list;
}

/* One name's rows, a null where a side has none. */
static json_t *pl_beside_json(const struct pl_compare *c, size_t workload, const char *name,
			      json_t *(*side_json)(const struct pl_compare *c, size_t workload,
						   size_t side, const char *name))
{
	json_t *sides = json_array();
	size_t s;

	for (s = 0; s < c->n; s++)
		json_array_append_new(sides, side_json(c, workload, s, name));
	return json_pack("{s:s,s:o}", "name", name, "sides", sides);
}

static json_t *pl_side_op_json(const struct pl_compare *c, size_t workload, size_t side,
			       const char *name)
{
	const struct pl_op *op = pl_compare_side_op(c, workload, side, name);
	struct pl_op_row row;

	if (!op)
		return json_null();
	pl_op_row(&c->r[side]->workloads[workload], op, &row);
	return pl_op_row_json(&row);
}

static json_t *pl_side_ledger_json(const struct pl_compare *c, size_t workload, size_t side,
				   const char *name)
{
	struct pl_ledger sum;

	if (!pl_compare_side_ledger(c, workload, side, name, &sum))
		return json_null();
	return pl_ledger_line_json(&sum);
}

static json_t *pl_side_count_json(const struct pl_compare *c, size_t workload, size_t side,
				  const char *name)
{
	const struct pl_count *count = pl_compare_side_count(c, workload, side, name);

	return count ? json_integer((json_int_t)count->value) : json_null();
}

static const struct {
	const char *name;
	const char *(*at)(const struct pl_compare *c, size_t workload, size_t i);
	json_t *(*side)(const struct pl_compare *c, size_t workload, size_t side, const char *name);
} pl_lists[] = {
	{ "ops", pl_compare_op, pl_side_op_json },
	{ "ledger", pl_compare_ledger, pl_side_ledger_json },
	{ "counts", pl_compare_count, pl_side_count_json },
};

static json_t *pl_workload_json(const struct pl_compare *c, size_t workload)
{
	const struct pl_workload *w = &c->r[0]->workloads[workload];
	json_t *o = json_object(), *options = json_object(), *list;
	const char *name;
	size_t i, l;

	for (i = 0; i < w->n_options; i++)
		json_object_set_new(options, w->options[i].name, pl_json_text(w->options[i].value));
	json_object_set_new(o, "name", json_string(w->name));
	json_object_set_new(o, "options", options);
	for (l = 0; l < sizeof(pl_lists) / sizeof(pl_lists[0]); l++) {
		list = json_array();
		for (i = 0; (name = pl_lists[l].at(c, workload, i)); i++)
			json_array_append_new(list, pl_beside_json(c, workload, name,
								   pl_lists[l].side));
		json_object_set_new(o, pl_lists[l].name, list);
	}
	return o;
}

/**
 * pl_compare_json() - the rows, for programs
 * @f: the stream
 * @c: the comparison
 * @colour: not used
 *
 * "sides" of a row are in the order of the comparison's "sides", null where one has no such row.
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_compare_json(FILE *f, const struct pl_compare *c, bool colour)
{
	json_t *o, *workloads = json_array(), *apart = json_array();
	size_t i;
	int err;

	(void)colour;
	for (i = 0; i < c->apart.n; i++)
		json_array_append_new(apart, json_string(c->apart.v[i]));
	for (i = 0; i < c->r[0]->n_workloads; i++)
		json_array_append_new(workloads, pl_workload_json(c, i));
	o = json_pack("{s:s,s:b,s:o,s:o,s:o}", "schema", PL_COMPARE_SCHEMA, "times_relative_only",
		      c->emulated, "apart", apart, "sides", pl_sides_json(c),
		      "workloads", workloads);
	if (!o)
		return -ENOMEM;
	err = json_dumpf(o, f, JSON_COMPACT) || putc('\n', f) == EOF ? -EIO : 0;
	json_decref(o);
	return err;
}
