// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_html.c - a result as one self-contained page.
 *
 * The page is reports/report.html with its {{slots}} filled; style and the words that never change
 * are there, and only what depends on the result is here.  No script, no font, no address: the page
 * says the same from a mail attachment, on an air-gapped machine and in ten years.
 *
 * Every figure sits in a <data> element whose value attribute is the exact number, so that a test,
 * or a reader's spreadsheet, can take it from the page.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asset.h"
#include "figure.h"
#include "report_html.h"
#include "report_svg.h"

/* Hundreds of reasons would push what was measured out of sight; the checks have them all. */
#define PL_REASONS_SHOWN	12

/* A page being written: the stream, the result, the reasons of its verdict, and what went wrong. */
struct pl_page {
	FILE *f;
	const struct pl_result *r;
	struct pl_strv why;
	int err;
};

static void pl_data(FILE *f, const char *class, uint64_t value, const char *text)
{
	fprintf(f, "<td%s><data value=\"%llu\">%s</data></td>", class, (unsigned long long)value,
		text);
}

/**
 * pl_html_text() - text in an element of its own
 * @f: the page
 * @element: its name, and attributes behind a blank
 * @s: the text; NULL: none
 */
void pl_html_text(FILE *f, const char *element, const char *s)
{
	fprintf(f, "<%s>", element);
	pl_html_escape(f, s ?: "");
	fprintf(f, "</%.*s>", (int)strcspn(element, " "), element);
}

static const char *pl_badge_word(enum pl_status s)
{
	return s == PL_PASS ? "Pass" : s == PL_FAIL ? "Fail" : "Skip";
}

/**
 * pl_html_badge() - Pass, Fail or Skip
 * @f: the page
 * @s: which
 */
void pl_html_badge(FILE *f, enum pl_status s)
{
	fprintf(f, "<span class=\"badge %s\">%s</span>", pl_status_name[s], pl_badge_word(s));
}

static void pl_slot_title(struct pl_page *p)
{
	fputs(p->why.n ? "Fail" : "Pass", p->f);
	fputs(" · ", p->f);
	pl_html_escape(p->f, p->r->env[PL_ENV_UNIT] ?: "unknown unit");
	fputs(" · pasidlab", p->f);
}

static void pl_fact(struct pl_page *p, const char *before, enum pl_env_field field,
		    const char *after)
{
	if (!p->r->env[field])
		return;
	fprintf(p->f, "<li>%s", before);
	pl_html_escape(p->f, p->r->env[field]);
	fprintf(p->f, "%s</li>", after);
}

static void pl_slot_head(struct pl_page *p)
{
	char buf[PL_FMT_MAX];

	pl_html_badge(p->f, p->why.n ? PL_FAIL : PL_PASS);
	fputs("<ul class=\"facts\">", p->f);
	pl_fact(p, "", PL_ENV_UNIT, "");
	pl_fact(p, "", PL_ENV_ENGINE, " engine");
	pl_fact(p, "Linux ", PL_ENV_KERNEL, "");
	pl_fact(p, "", PL_ENV_ACCEL, "");
	pl_fact(p, "", PL_ENV_DATE, "");
	if (p->r->duration_ns)
		fprintf(p->f, "<li>took %s</li>", pl_fmt_ns(buf, p->r->duration_ns));
	fputs("</ul>\n", p->f);
	if (p->r->emulated)
		fputs("<p class=\"emulated\"><strong>Emulated: times relative only.</strong> "
		      "Compare them with runs of the same key; the counts are exact.</p>\n", p->f);
}

static void pl_slot_reasons(struct pl_page *p)
{
	size_t i;

	if (!p->why.n)
		return;
	fputs("<section class=\"reasons\"><h2>Why it failed</h2><ul>", p->f);
	for (i = 0; i < p->why.n && i < PL_REASONS_SHOWN; i++)
		pl_html_text(p->f, "li", p->why.v[i]);
	if (i < p->why.n)
		fprintf(p->f, "<li>and %zu more, below</li>", p->why.n - i);
	fputs("</ul></section>\n", p->f);
}

static void pl_tile(FILE *f, bool bad, const char *label, const char *value, const char *note)
{
	fprintf(f, "<div class=\"tile%s\"><dt>%s</dt><dd>%s<small>%s</small></dd></div>\n",
		bad ? " bad" : "", label, value, note);
}

static void pl_slot_tiles(struct pl_page *p)
{
	const struct pl_result *r = p->r;
	size_t i, j, failed = pl_result_checks(r, PL_FAIL), skipped = pl_result_checks(r, PL_SKIP);
	uint64_t calls = 0, errors = 0;
	char buf[PL_FMT_MAX], note[2 * PL_FMT_MAX];

	for (i = 0; i < r->n_workloads; i++) {
		for (j = 0; j < r->workloads[i].n_ops; j++) {
			calls += r->workloads[i].ops[j].count;
			errors += r->workloads[i].ops[j].errors;
		}
	}
	snprintf(note, sizeof(note), "%s failed", errors ? pl_fmt_count(buf, errors) : "none");
	pl_tile(p->f, false, "Operations", pl_fmt_count(buf, calls), note);
	pl_tile(p->f, pl_result_violations(r), "Violations",
		pl_fmt_count(buf, pl_result_violations(r)), "of the invariants O1 to O10");
	pl_tile(p->f, r->n_klog, "Kernel log", r->n_klog ? "Bad" : "Clean",
		"bugs, warnings, lockdep, KASAN");
	snprintf(note, sizeof(note), "%zu failed, %zu skipped", failed, skipped);
	if (r->n_checks)
		pl_tile(p->f, failed, "Checks passed",
			pl_fmt_count(buf, pl_result_checks(r, PL_PASS)), note);
}

/* With fewer calls than a percentile needs, it is the maximum by another name. */
static const char *pl_time_class(const struct pl_op_row *row, int col)
{
	bool few = col != PL_TIME_MAX && row->ns[col] == row->ns[PL_TIME_MAX];

	return few ? " class=\"few\" title=\"too few calls: this is the maximum\"" : "";
}

/**
 * pl_html_op_head() - the header of latencies
 * @f: the page
 */
void pl_html_op_head(FILE *f)
{
	int i;

	fputs("<th scope=\"col\">Count</th><th scope=\"col\">Errors</th>"
	      "<th scope=\"col\">Per&nbsp;s</th>", f);
	for (i = 0; i < PL_TIME_NR; i++)
		fprintf(f, "<th scope=\"col\">%s</th>", pl_time_desc[i].label);
}

/**
 * pl_html_op_cells() - an operation's cells, without its name
 * @f: the page
 * @row: its figures
 */
void pl_html_op_cells(FILE *f, const struct pl_op_row *row)
{
	char buf[PL_FMT_MAX];
	int i;

	pl_data(f, "", row->count, pl_fmt_count(buf, row->count));
	pl_data(f, row->errors ? " class=\"bad\"" : " class=\"zero\"", row->errors,
		pl_fmt_count(buf, row->errors));
	fprintf(f, "<td>%s</td>", pl_fmt_rate(buf, row->rate));
	for (i = 0; i < PL_TIME_NR; i++) {
		if (row->timed)
			pl_data(f, pl_time_class(row, i), row->ns[i], pl_fmt_ns(buf, row->ns[i]));
		else
			fputs("<td>-</td>", f);
	}
}

static void pl_html_ops(FILE *f, const struct pl_workload *w)
{
	struct pl_op_row row;
	size_t i;

	if (!w->n_ops)
		return;
	fputs("<div class=\"scroll\"><table class=\"figures\"><caption>Latency of each operation"
	      "</caption><thead><tr><th scope=\"col\">Operation</th>", f);
	pl_html_op_head(f);
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; i < w->n_ops; i++) {
		pl_op_row(w, &w->ops[i], &row);
		fputs("<tr>", f);
		pl_html_text(f, "th scope=\"row\"", row.name);
		pl_html_op_cells(f, &row);
		fputs("</tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}

/**
 * pl_html_ledger_head() - the header of a ledger
 * @f: the page
 */
void pl_html_ledger_head(FILE *f)
{
	int c;

	for (c = 0; c < PL_LEDGER_NR; c++)
		fprintf(f, "<th scope=\"col\">%c%s</th>", pl_ledger_name[c][0] - 'a' + 'A',
			pl_ledger_name[c] + 1);
}

/**
 * pl_html_ledger_cells() - the cells of a line of the ledger, without its names
 * @f: the page
 * @l: the line
 */
void pl_html_ledger_cells(FILE *f, const struct pl_ledger *l)
{
	char buf[PL_FMT_MAX];
	int c;

	for (c = PL_LEDGER_CALLS; c < PL_PER_CALL_FIRST; c++)
		pl_data(f, l->n[c] ? "" : " class=\"zero\"", l->n[c], pl_fmt_count(buf, l->n[c]));
	for (; c < PL_LEDGER_NR; c++) {
		if (l->uncounted & 1u << c)
			fputs("<td class=\"zero\">not counted</td>", f);
		else
			pl_data(f, l->n[c] ? "" : " class=\"zero\"", l->n[c],
				pl_fmt_ratio(buf, pl_per_call(l, c)));
	}
}

static void pl_html_ledger_row(FILE *f, const struct pl_ledger *l)
{
	fputs("<tr>", f);
	pl_html_text(f, "th scope=\"row\"", l->op);
	pl_html_text(f, "td class=\"text\"", l->unit);
	pl_html_ledger_cells(f, l);
	fputs("</tr>\n", f);
}

static void pl_html_ledger(FILE *f, const struct pl_workload *w)
{
	size_t i;

	if (!w->n_ledger)
		return;
	fputs("<div class=\"scroll\"><table class=\"figures\"><caption>What the unit did: slots to "
	      "allocs are means per call</caption><thead><tr><th scope=\"col\">Operation</th>"
	      "<th scope=\"col\" class=\"text\">Unit</th>", f);
	pl_html_ledger_head(f);
	fputs("</tr></thead><tbody>\n", f);
	for (i = 0; i < w->n_ledger; i++)
		if (!pl_ledger_idle(&w->ledger[i]))
			pl_html_ledger_row(f, &w->ledger[i]);
	fputs("</tbody></table></div>\n", f);
}

static void pl_html_counts(FILE *f, const struct pl_workload *w)
{
	char buf[PL_FMT_MAX];
	size_t i;

	if (!w->n_counts)
		return;
	fputs("<h3>Counts</h3>\n<dl class=\"counts\">\n", f);
	for (i = 0; i < w->n_counts; i++) {
		fputs("<div>", f);
		pl_html_text(f, "dt", w->counts[i].name);
		fprintf(f, "<dd><data value=\"%llu\">%s</data></dd></div>\n",
			(unsigned long long)w->counts[i].value,
			pl_fmt_count(buf, w->counts[i].value));
	}
	fputs("</dl>\n", f);
}

/**
 * pl_html_pairs() - name=value, each as code
 * @f: the page
 * @pairs: the pairs
 * @n: how many
 */
void pl_html_pairs(FILE *f, const struct pl_pair *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		fputs("<code>", f);
		pl_html_escape(f, pairs[i].name);
		putc('=', f);
		pl_html_escape(f, pairs[i].value ?: "");
		fputs("</code> ", f);
	}
}

/**
 * pl_html_legend() - the colours of a drawing's marks
 * @f: the page
 */
void pl_html_legend(FILE *f)
{
	fputs("<p class=\"legend\" aria-hidden=\"true\"><span class=\"p50\">p50</span>"
	      "<span class=\"p99\">p99</span><span class=\"p999\">p99.9</span></p>\n", f);
}

static int pl_html_workload(FILE *f, const struct pl_workload *w, size_t id)
{
	char buf[PL_FMT_MAX];
	int err;

	fputs("<section class=\"card\"><div class=\"keep\"><h2>", f);
	pl_html_escape(f, w->name);
	putc(' ', f);
	pl_html_badge(f, w->status);
	fprintf(f, "</h2><p class=\"options\">%s &nbsp; ", pl_fmt_ns(buf, w->duration_ns));
	pl_html_pairs(f, w->options, w->n_options);
	fputs("</p>\n", f);
	if (w->n_ops)
		pl_html_legend(f);
	err = pl_svg_latency(f, w, id);
	fputs("</div>\n", f);
	pl_html_ops(f, w);
	pl_html_ledger(f, w);
	pl_html_counts(f, w);
	fputs("</section>\n", f);
	return err;
}

static void pl_slot_workloads(struct pl_page *p)
{
	size_t i;

	for (i = 0; i < p->r->n_workloads && !p->err; i++)
		p->err = pl_html_workload(p->f, &p->r->workloads[i], i);
}

static void pl_html_violation(FILE *f, const struct pl_workload *w, const struct pl_violation *v)
{
	char buf[PL_FMT_MAX];

	fputs("<tr>", f);
	pl_html_text(f, "th scope=\"row\"", v->name);
	pl_data(f, " class=\"bad\"", v->count, pl_fmt_count(buf, v->count));
	pl_html_text(f, "td class=\"text\"", w->name);
	pl_html_text(f, "td class=\"text\"", v->text);
	fputs("</tr>\n", f);
}

static void pl_slot_violations(struct pl_page *p)
{
	size_t i, j;

	if (!pl_result_violations(p->r)) {
		fputs("<p class=\"none\">None: no invariant was seen broken.</p>\n", p->f);
		return;
	}
	fputs("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Invariant</th>"
	      "<th scope=\"col\">Times</th><th scope=\"col\" class=\"text\">Workload</th>"
	      "<th scope=\"col\" class=\"text\">First case</th></tr></thead><tbody>\n", p->f);
	for (i = 0; i < p->r->n_workloads; i++) {
		const struct pl_workload *w = &p->r->workloads[i];

		for (j = 0; j < w->n_violations; j++)
			if (w->violations[j].count)
				pl_html_violation(p->f, w, &w->violations[j]);
	}
	fputs("</tbody></table></div>\n", p->f);
}

static void pl_html_lines(FILE *f, const struct pl_strv *lines)
{
	size_t i;

	fputs("<pre class=\"log\">", f);
	for (i = 0; i < lines->n; i++) {
		pl_html_escape(f, lines->v[i]);
		putc('\n', f);
	}
	fputs("</pre>\n", f);
}

static void pl_slot_klog(struct pl_page *p)
{
	size_t i;

	if (!p->r->n_klog)
		fputs("<p class=\"none\">Clean: no line that fails a run.</p>\n", p->f);
	for (i = 0; i < p->r->n_klog; i++) {
		const struct pl_klog *k = &p->r->klog[i];

		fputs("<p class=\"none\">During ", p->f);
		pl_html_escape(p->f, k->command);
		if (k->lost)
			fprintf(p->f, ", with %llu gaps", (unsigned long long)k->lost);
		fputs(":</p>\n", p->f);
		pl_html_lines(p->f, k->context.n ? &k->context : &k->bad);
	}
}

static void pl_slot_console(struct pl_page *p)
{
	if (!p->r->console.n)
		return;
	fputs("<section class=\"card\"><h2>Last console lines</h2>\n", p->f);
	pl_html_lines(p->f, &p->r->console);
	fputs("</section>\n", p->f);
}

static void pl_html_check(FILE *f, const struct pl_check *c)
{
	size_t i;

	fputs("<tr><td>", f);
	pl_html_badge(f, c->status);
	fputs("</td>", f);
	pl_html_text(f, "th scope=\"row\"", c->name);
	fputs("<td class=\"text\">", f);
	for (i = 0; i < c->req.n; i++) {
		pl_html_escape(f, c->req.v[i]);
		putc(' ', f);
	}
	fputs("</td>", f);
	pl_html_text(f, "td class=\"text\"", c->reason);
	fputs("</tr>\n", f);
}

/* What failed first, then what was skipped, then the rest: the eye should not have to search. */
static void pl_slot_checks(struct pl_page *p)
{
	static const enum pl_status order[] = { PL_FAIL, PL_SKIP, PL_PASS };
	size_t i, s;

	if (!p->r->n_checks)
		return;
	fputs("<section class=\"card\"><h2>Checks</h2><div class=\"scroll\"><table><thead><tr>"
	      "<th scope=\"col\">Result</th><th scope=\"col\" class=\"text\">Check</th>"
	      "<th scope=\"col\" class=\"text\">Requirements</th>"
	      "<th scope=\"col\" class=\"text\">Reason</th></tr></thead><tbody>\n", p->f);
	for (s = 0; s < 3; s++)
		for (i = 0; i < p->r->n_checks; i++)
			if (p->r->checks[i].status == order[s])
				pl_html_check(p->f, &p->r->checks[i]);
	fputs("</tbody></table></div></section>\n", p->f);
}

static void pl_slot_environment(struct pl_page *p)
{
	static const char *const mark = " <abbr title=\"part of the comparison key\">key</abbr>";
	int i;

	for (i = 0; i < PL_ENV_NR; i++) {
		fprintf(p->f, "<tr><th scope=\"row\">%s%s</th>", pl_env_desc[i].label,
			pl_env_desc[i].key ? mark : "");
		pl_html_text(p->f, "td class=\"text\"", p->r->env[i] ?: "unknown");
		fputs("</tr>\n", p->f);
	}
	fputs("<tr><th scope=\"row\">Options</th><td class=\"text\">", p->f);
	pl_html_pairs(p->f, p->r->options, p->r->n_options);
	fputs("</td></tr>\n", p->f);
}

static void pl_slot_key(struct pl_page *p)
{
	char *key = pl_result_key(p->r);

	pl_html_escape(p->f, key ?: "");
	free(key);
}

static const struct {
	const char *name;
	void (*write)(struct pl_page *p);
} pl_slots[] = {
	{ "title", pl_slot_title },
	{ "head", pl_slot_head },
	{ "reasons", pl_slot_reasons },
	{ "tiles", pl_slot_tiles },
	{ "workloads", pl_slot_workloads },
	{ "violations", pl_slot_violations },
	{ "klog", pl_slot_klog },
	{ "console", pl_slot_console },
	{ "checks", pl_slot_checks },
	{ "environment", pl_slot_environment },
	{ "key", pl_slot_key },
};

/* -ENOENT for a slot that nobody fills: the template and this file have drifted apart. */
static int pl_fill_slot(struct pl_page *p, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(pl_slots) / sizeof(pl_slots[0]); i++) {
		if (strlen(pl_slots[i].name) != len || memcmp(pl_slots[i].name, name, len))
			continue;
		pl_slots[i].write(p);
		return p->err;
	}
	return -ENOENT;
}

static int pl_fill_template(struct pl_page *p)
{
	const char *at = pl_asset_html, *open, *close;
	int err = 0;

	while (!err && (open = strstr(at, "{{"))) {
		close = strstr(open, "}}");
		if (!close)
			return -ENOENT;
		fwrite(at, 1, (size_t)(open - at), p->f);
		err = pl_fill_slot(p, open + 2, (size_t)(close - open - 2));
		at = close + 2;
	}
	fputs(at, p->f);
	return err;
}

/**
 * pl_html_head() - the style and the top of a page, up to and with <body>
 * @f: the page
 * @title: of the page, without markup
 */
void pl_html_head(FILE *f, const char *title)
{
	const char *slot = strstr(pl_asset_html, "{{title}}");
	const char *body = strstr(pl_asset_html, "<body>");

	fwrite(pl_asset_html, 1, (size_t)(slot - pl_asset_html), f);
	pl_html_escape(f, title);
	slot += strlen("{{title}}");
	fwrite(slot, 1, (size_t)(body - slot), f);
	fputs("<body>\n", f);
}

int pl_report_html(FILE *f, const struct pl_result *r, const struct pl_report_opts *o)
{
	struct pl_page p = { .f = f, .r = r };
	int err = pl_result_reasons(r, &p.why);

	(void)o;
	if (!err)
		err = pl_fill_template(&p);
	pl_strv_free(&p.why);
	return err ? err : ferror(f) ? -EIO : 0;
}
