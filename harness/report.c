// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - the table of forms, and the three that are plain walks over a result: JSON, CSV, KTAP.
 *
 * CSV has one line per figure (long form), because a wide table would change its columns with
 * every new operation: workload, operation, figure, value, unit of the value, and the key to
 * compare within.
 *
 * KTAP is the kernel's own test protocol (Documentation/dev-tools/ktap.rst), version 1: a plan,
 * then a line per workload and check, and two more for what has no line of its own: the kernel log
 * and the run.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

const struct pl_format pl_formats[] = {
	{ "text", "txt", true, "tables for people", pl_report_text },
	{ "html", "html", false, "one self-contained page with histograms", pl_report_html },
	{ "json", "json", false, "the result itself (report --schema)", pl_report_json },
	{ "csv", "csv", true, "one line per figure, for spreadsheets and Otava", pl_report_csv },
	{ "ktap", "ktap", false, "the kernel's test protocol, for CI", pl_report_ktap },
};

const size_t pl_formats_nr = sizeof(pl_formats) / sizeof(pl_formats[0]);

/**
 * pl_format_find() - the form of a name
 * @name: as given to --format
 *
 * Return: its row, or NULL.
 */
const struct pl_format *pl_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < pl_formats_nr; i++)
		if (!strcmp(pl_formats[i].name, name))
			return &pl_formats[i];
	return NULL;
}

int pl_report_json(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	json_t *json = pl_result_to_json(r);
	int err = 0;

	(void)o;
	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, f, JSON_COMPACT) || putc('\n', f) == EOF)
		err = -EIO;
	json_decref(json);
	return err;
}

/* RFC 4180: quotes around a field that needs them, doubled within. */
static void pl_csv_field(FILE *f, const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		fputs(s, f);
		return;
	}
	putc('"', f);
	for (; *s; s++) {
		if (*s == '"')
			putc('"', f);
		putc(*s, f);
	}
	putc('"', f);
}

/* What is the same on every line of a result. */
struct pl_csv {
	FILE *f;
	const char *date;
	const char *key;
};

static void pl_csv_start(const struct pl_csv *c, const char *workload, const char *unit,
			 const char *op, const char *figure)
{
	const char *const field[] = { c->date, c->key, workload, unit, op, figure };
	size_t i;

	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		pl_csv_field(c->f, field[i]);
		putc(',', c->f);
	}
}

static void pl_csv_u64(const struct pl_csv *c, const char *workload, const char *unit,
		       const char *op, const char *figure, uint64_t value, const char *of)
{
	pl_csv_start(c, workload, unit, op, figure);
	fprintf(c->f, "%llu,%s\n", (unsigned long long)value, of);
}

static void pl_csv_op(const struct pl_csv *c, const struct pl_workload *w, const struct pl_op *op)
{
	struct pl_op_row row;
	int i;

	pl_op_row(w, op, &row);
	pl_csv_u64(c, w->name, "", row.name, "count", row.count, "calls");
	pl_csv_u64(c, w->name, "", row.name, "errors", row.errors, "calls");
	if (!row.timed)
		return;
	pl_csv_u64(c, w->name, "", row.name, "min", row.min, "ns");
	for (i = 0; i < PL_TIME_NR; i++)
		pl_csv_u64(c, w->name, "", row.name, pl_time_desc[i].name, row.ns[i], "ns");
	pl_csv_start(c, w->name, "", row.name, "mean");
	fprintf(c->f, "%.3f,ns\n", row.mean);
}

static void pl_csv_ledger(const struct pl_csv *c, const char *workload, const struct pl_ledger *l)
{
	int i;

	for (i = 0; i < PL_LEDGER_NR; i++)
		if (!(l->uncounted & 1u << i))
			pl_csv_u64(c, workload, l->unit, l->op, pl_ledger_name[i], l->n[i],
				   "count");
}

static void pl_csv_workload(const struct pl_csv *c, const struct pl_workload *w)
{
	size_t i;

	pl_csv_u64(c, w->name, "", "", "duration", w->duration_ns, "ns");
	for (i = 0; i < w->n_ops; i++)
		pl_csv_op(c, w, &w->ops[i]);
	for (i = 0; i < w->n_ledger; i++)
		pl_csv_ledger(c, w->name, &w->ledger[i]);
	for (i = 0; i < w->n_counts; i++)
		pl_csv_u64(c, w->name, "", "", w->counts[i].name, w->counts[i].value, "count");
	for (i = 0; i < w->n_violations; i++)
		pl_csv_u64(c, w->name, "", "", w->violations[i].name, w->violations[i].count,
			   "violations");
}

int pl_report_csv(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	char *key = pl_result_key(r);
	struct pl_csv c = { .f = f, .date = r->env[PL_ENV_DATE] ?: "", .key = key };
	size_t i;

	if (!key)
		return -ENOMEM;
	if (!o->index)
		fputs("date,key,workload,unit,op,figure,value,of\n", f);
	for (i = 0; i < r->n_workloads; i++)
		pl_csv_workload(&c, &r->workloads[i]);
	free(key);
	return ferror(f) ? -EIO : 0;
}

/* '#' in a name would start a directive. */
static void pl_ktap_text(FILE *f, const char *s)
{
	for (; *s; s++)
		putc(*s == '#' ? '_' : *s, f);
}

static void pl_ktap_line(FILE *f, size_t *n, enum pl_status status, const char *name,
			 const char *reason)
{
	if (status == PL_FAIL && reason && *reason) {
		fputs("# ", f);
		fputs(reason, f);
		putc('\n', f);
	}
	fprintf(f, "%s %zu ", status == PL_FAIL ? "not ok" : "ok", ++*n);
	pl_ktap_text(f, name);
	if (status == PL_SKIP)
		fprintf(f, " # SKIP %s", reason ?: "");
	putc('\n', f);
}

int pl_report_ktap(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	struct pl_strv why = {};
	size_t n = 0, i;
	int err = pl_result_reasons(r, &why);

	(void)o;
	if (err)
		goto out;
	fprintf(f, "KTAP version 1\n1..%zu\n", r->n_workloads + r->n_checks + 2);
	for (i = 0; i < r->n_workloads; i++) {
		const struct pl_workload *w = &r->workloads[i];

		pl_ktap_line(f, &n, w->status, w->name, w->failures.n ? w->failures.v[0] : NULL);
	}
	for (i = 0; i < r->n_checks; i++)
		pl_ktap_line(f, &n, r->checks[i].status, r->checks[i].name, r->checks[i].reason);
	pl_ktap_line(f, &n, r->n_klog ? PL_FAIL : PL_PASS, "kernel-log",
		     r->n_klog && r->klog[0].bad.n ? r->klog[0].bad.v[0] : NULL);
	pl_ktap_line(f, &n, why.n ? PL_FAIL : PL_PASS, "run", why.n ? why.v[0] : NULL);
	err = ferror(f) ? -EIO : 0;
out:
	pl_strv_free(&why);
	return err;
}
