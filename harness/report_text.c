// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_text.c - a result as tables for a terminal or a log.
 *
 * Colour is an addition: nothing is said by colour alone.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"
#include "report_table.h"

#define PL_REASONS_SHOWN 12	/* more would push what was measured out of sight */

static int pl_text_ops(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	struct pl_table t = { .cols = 1 + PL_TABLE_OP_COLS };
	struct pl_op_row row;
	size_t i;

	if (!w->n_ops)
		return 0;
	pl_cell(&t, "operation");
	pl_table_op_head(&t);
	for (i = 0; i < w->n_ops; i++) {
		pl_op_row(w, &w->ops[i], &row);
		pl_cell(&t, row.name);
		pl_table_op_cells(&t, &row);
	}
	return pl_table_print(f, &t, 1, o->colour);
}

static int pl_text_ledger(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	struct pl_table t = { .cols = 2 + PL_LEDGER_NR };
	uint32_t uncounted = 0;
	size_t i;

	if (!w->n_ledger)
		return 0;
	for (i = 0; i < w->n_ledger; i++)
		uncounted |= w->ledger[i].uncounted;
	pl_table_ledger_caption(f, uncounted);
	pl_cell(&t, "unit");
	pl_cell(&t, "operation");
	pl_table_ledger_head(&t);
	for (i = 0; i < w->n_ledger; i++) {
		if (pl_ledger_idle(&w->ledger[i]))
			continue;
		pl_cell(&t, w->ledger[i].unit);
		pl_cell(&t, w->ledger[i].op);
		pl_table_ledger_cells(&t, &w->ledger[i]);
	}
	return pl_table_print(f, &t, 2, o->colour);
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

static int pl_text_workload(FILE *f, const struct pl_workload *w, const struct pl_report_opts *o)
{
	char buf[PL_FMT_MAX];
	int err;

	putc('\n', f);
	pl_paint(f, o->colour, PL_BOLD, w->name);
	fputs("  ", f);
	pl_text_status(f, w->status, o->colour);
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

	pl_paint(f, o->colour, PL_BOLD, "pasidlab");
	fprintf(f, "  %s · %s engine · Linux %s · %s\n", r->env[PL_ENV_UNIT] ?: "unit unknown",
		r->env[PL_ENV_ENGINE] ?: "unknown", r->env[PL_ENV_KERNEL] ?: "unknown",
		r->env[PL_ENV_ACCEL] ?: "accelerator unknown");
	fprintf(f, "  %s · took %s · pasidlab %s\n", r->env[PL_ENV_DATE] ?: "date unknown",
		r->duration_ns ? pl_fmt_ns(buf, r->duration_ns) : "unknown time",
		r->env[PL_ENV_PASIDLAB] ?: "unknown");
	if (r->emulated)
		pl_paint(f, o->colour, PL_YELLOW, "  emulated: times relative only\n");
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
		pl_text_status(f, c->status, o->colour);
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
		pl_text_status(f, why.n ? PL_FAIL : PL_PASS, o->colour);
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
