// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_text.c - a result as tables for a terminal or a log.
 *
 * Columns are as wide as their widest cell, counted in code points, since "µs" is one column more
 * in bytes than on the screen.  A table is therefore gathered before it is printed.  Colour is an
 * addition: nothing is said by colour alone.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

#define PL_TABLE_COLS	12
#define PL_REASONS_SHOWN 12	/* more would push what was measured out of sight */
#define PL_LINE		96	/* where option lists are broken */

#define PL_BOLD		"\033[1m"
#define PL_DIM		"\033[2m"
#define PL_RED		"\033[1;31m"
#define PL_GREEN	"\033[1;32m"
#define PL_YELLOW	"\033[33m"

/* A table being gathered: cells row by row, the first row being the header. */
struct pl_table {
	size_t cols;
	struct pl_strv cells;
	int err;
};

static void pl_paint(FILE *f, const struct pl_report_opts *o, const char *colour, const char *text)
{
	if (o->colour)
		fprintf(f, "%s%s\033[0m", colour, text);
	else
		fputs(text, f);
}

static void pl_cell(struct pl_table *t, const char *text)
{
	if (!t->err)
		t->err = pl_strv_add(&t->cells, text);
}

static size_t pl_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void pl_spaces(FILE *f, size_t n)
{
	fprintf(f, "%*s", (int)n, "");
}

/* Names to the left, figures to the right; two spaces between columns and before the first. */
static void pl_table_row(FILE *f, const struct pl_table *t, size_t row, const size_t *width,
			 size_t left)
{
	size_t c, pad;

	for (c = 0; c < t->cols; c++) {
		const char *s = t->cells.v[row * t->cols + c];

		pad = width[c] - pl_width(s);
		pl_spaces(f, 2 + (c < left ? 0 : pad));
		fputs(s, f);
		if (c < left)
			pl_spaces(f, pad);
	}
}

static int pl_table_print(FILE *f, struct pl_table *t, size_t left, const struct pl_report_opts *o)
{
	size_t width[PL_TABLE_COLS] = {}, i, w;

	for (i = 0; i < t->cells.n && !t->err; i++) {
		w = pl_width(t->cells.v[i]);
		if (w > width[i % t->cols])
			width[i % t->cols] = w;
	}
	for (i = 0; i < t->cells.n / t->cols && !t->err; i++) {
		if (!i && o->colour)
			fputs(PL_DIM, f);
		pl_table_row(f, t, i, width, left);
		if (!i && o->colour)
			fputs("\033[0m", f);
		putc('\n', f);
	}
	pl_strv_free(&t->cells);
	return t->err;
}

static void pl_text_op_row(struct pl_table *t, const struct pl_op_row *row)
{
	char buf[PL_FMT_MAX];
	int i;

	pl_cell(t, row->name);
	pl_cell(t, pl_fmt_count(buf, row->count));
	pl_cell(t, pl_fmt_count(buf, row->errors));
	pl_cell(t, pl_fmt_rate(buf, row->rate));
	for (i = 0; i < PL_TIME_NR; i++)
		pl_cell(t, row->timed ? pl_fmt_ns(buf, row->ns[i]) : "-");
}

static int pl_text_ops(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	struct pl_table t = { .cols = 4 + PL_TIME_NR };
	struct pl_op_row row;
	size_t i;

	if (!w->n_ops)
		return 0;
	pl_cell(&t, "operation");
	pl_cell(&t, "count");
	pl_cell(&t, "errors");
	pl_cell(&t, "per s");
	for (i = 0; i < PL_TIME_NR; i++)
		pl_cell(&t, pl_time_desc[i].label);
	for (i = 0; i < w->n_ops; i++) {
		pl_op_row(w, &w->ops[i], &row);
		pl_text_op_row(&t, &row);
	}
	return pl_table_print(f, &t, 1, o);
}

static bool pl_ledger_idle(const struct pl_ledger *l)
{
	return !l->n[PL_LEDGER_CALLS] && !l->n[PL_LEDGER_ERRORS];
}

static void pl_text_ledger_row(struct pl_table *t, const struct pl_ledger *l)
{
	char buf[PL_FMT_MAX];
	int c;

	pl_cell(t, l->unit);
	pl_cell(t, l->op);
	pl_cell(t, pl_fmt_count(buf, l->n[PL_LEDGER_CALLS]));
	pl_cell(t, pl_fmt_count(buf, l->n[PL_LEDGER_ERRORS]));
	for (c = PL_PER_CALL_FIRST; c < PL_LEDGER_NR; c++)
		pl_cell(t, l->uncounted & 1u << c ? "?" : pl_fmt_ratio(buf, pl_per_call(l, c)));
}

static int pl_text_ledger(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	struct pl_table t = { .cols = 2 + PL_LEDGER_NR };
	uint32_t uncounted = 0;
	size_t i;
	int c;

	if (!w->n_ledger)
		return 0;
	for (i = 0; i < w->n_ledger; i++)
		uncounted |= w->ledger[i].uncounted;
	fprintf(f, "\n  What the unit did; columns after errors are means per call%s:\n",
		uncounted ? "; ? = not counted, the unit cannot tell" : "");
	pl_cell(&t, "unit");
	pl_cell(&t, "operation");
	for (c = 0; c < PL_LEDGER_NR; c++)
		pl_cell(&t, pl_ledger_name[c]);
	for (i = 0; i < w->n_ledger; i++)
		if (!pl_ledger_idle(&w->ledger[i]))
			pl_text_ledger_row(&t, &w->ledger[i]);
	return pl_table_print(f, &t, 2, o);
}

static void pl_text_counts(FILE *f, const struct pl_workload *w)
{
	char buf[PL_FMT_MAX];
	size_t i;

	if (w->n_counts)
		fputs("\n  Counts:\n", f);
	for (i = 0; i < w->n_counts; i++)
		fprintf(f, "  %16s  %s\n", pl_fmt_count(buf, w->counts[i].value),
			w->counts[i].name);
}

static void pl_text_status(FILE *f, enum pl_status s, const struct pl_report_opts *o)
{
	static const char *const word[] = { "PASS", "FAIL", "SKIP" };
	static const char *const colour[] = { PL_GREEN, PL_RED, PL_YELLOW };

	pl_paint(f, o, colour[s], word[s]);
}

/* name=value, as many on a line as fit. */
static void pl_text_pairs(FILE *f, const struct pl_pair *p, size_t n)
{
	size_t i, len, column = PL_LINE;

	for (i = 0; i < n; i++) {
		len = pl_width(p[i].name) + 2 + pl_width(p[i].value ?: "");
		if (column + len > PL_LINE) {
			fputs(i ? "\n  " : "  ", f);
			column = 2;
		}
		fprintf(f, "%s=%s ", p[i].name, p[i].value ?: "");
		column += len;
	}
	if (n)
		putc('\n', f);
}

static int pl_text_workload(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	char buf[PL_FMT_MAX];
	int err;

	putc('\n', f);
	pl_paint(f, o, PL_BOLD, w->name);
	fputs("  ", f);
	pl_text_status(f, w->status, o);
	fprintf(f, "  %s\n", pl_fmt_ns(buf, w->duration_ns));
	pl_text_pairs(f, w->options, w->n_options);
	if (w->n_options && w->n_ops)
		putc('\n', f);
	err = pl_text_ops(f, w, o);
	if (!err)
		err = pl_text_ledger(f, w, o);
	if (!err)
		pl_text_counts(f, w);
	return err;
}

static void pl_text_head(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	char buf[PL_FMT_MAX];

	pl_paint(f, o, PL_BOLD, "pasidlab");
	fprintf(f, "  %s · %s engine · Linux %s · %s\n", r->env[PL_ENV_UNIT] ?: "unit unknown",
		r->env[PL_ENV_ENGINE] ?: "unknown", r->env[PL_ENV_KERNEL] ?: "unknown",
		r->env[PL_ENV_ACCEL] ?: "accelerator unknown");
	fprintf(f, "  %s · took %s · pasidlab %s\n", r->env[PL_ENV_DATE] ?: "date unknown",
		r->duration_ns ? pl_fmt_ns(buf, r->duration_ns) : "unknown time",
		r->env[PL_ENV_PASIDLAB] ?: "unknown");
	if (r->emulated)
		pl_paint(f, o, PL_YELLOW, "  emulated: times relative only\n");
}

static void pl_text_violations(FILE *f, const struct pl_result *r)
{
	char buf[PL_FMT_MAX];
	size_t i, j;

	for (i = 0; i < r->n_workloads; i++) {
		const struct pl_workload *w = &r->workloads[i];

		for (j = 0; j < w->n_violations; j++)
			if (w->violations[j].count)
				fprintf(f, "  %s %s: %s times: %s\n", w->name,
					w->violations[j].name,
					pl_fmt_count(buf, w->violations[j].count),
					w->violations[j].text ?: "");
	}
}

static void pl_text_checks(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	size_t i;

	for (i = 0; i < r->n_checks; i++) {
		const struct pl_check *c = &r->checks[i];

		if (c->status == PL_PASS)
			continue;
		fputs("  ", f);
		pl_text_status(f, c->status, o);
		fprintf(f, " %s%s%s\n", c->name, c->reason ? ": " : "", c->reason ?: "");
	}
}

static void pl_text_lines(FILE *f, const struct pl_strv *lines)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		fprintf(f, "    %s\n", lines->v[i]);
}

static void pl_text_klog(FILE *f, const struct pl_result *r)
{
	size_t i;

	fprintf(f, "kernel log  %s\n", r->n_klog ? "bad" : "clean");
	for (i = 0; i < r->n_klog; i++) {
		const struct pl_klog *k = &r->klog[i];

		fprintf(f, "  during %s:", k->command);
		if (k->lost)
			fprintf(f, " %llu gaps", (unsigned long long)k->lost);
		putc('\n', f);
		pl_text_lines(f, k->context.n ? &k->context : &k->bad);
	}
}

static void pl_text_console(FILE *f, const struct pl_result *r)
{
	if (!r->console.n)
		return;
	fputs("console     last lines:\n", f);
	pl_text_lines(f, &r->console);
}

static void pl_text_safety(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	char buf[PL_FMT_MAX];

	fprintf(f, "\nviolations  %s\n", pl_fmt_count(buf, pl_result_violations(r)));
	pl_text_violations(f, r);
	pl_text_klog(f, r);
	if (r->n_checks)
		fprintf(f, "checks      %zu passed, %zu failed, %zu skipped\n",
			pl_result_checks(r, PL_PASS), pl_result_checks(r, PL_FAIL),
			pl_result_checks(r, PL_SKIP));
	pl_text_checks(f, r, o);
	pl_text_console(f, r);
}

static int pl_text_verdict(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	struct pl_strv why = {};
	int err = pl_result_reasons(r, &why);
	size_t i;

	if (!err) {
		fputs("verdict     ", f);
		pl_text_status(f, why.n ? PL_FAIL : PL_PASS, o);
		putc('\n', f);
		for (i = 0; i < why.n && i < PL_REASONS_SHOWN; i++)
			fprintf(f, "  %s\n", why.v[i]);
		if (i < why.n)
			fprintf(f, "  and %zu more, above\n", why.n - i);
	}
	pl_strv_free(&why);
	return err;
}

int pl_report_text(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	size_t i;
	int err = 0;

	if (o->index)
		putc('\n', f);
	pl_text_head(f, r, o);
	for (i = 0; i < r->n_workloads && !err; i++)
		err = pl_text_workload(f, &r->workloads[i], o);
	if (!err) {
		pl_text_safety(f, r, o);
		err = pl_text_verdict(f, r, o);
	}
	return err ? err : ferror(f) ? -EIO : 0;
}
