// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_report.c - a bench as text, as one page, and as JSON.
 *
 * All three walk the rows that bench.c made; none knows how to get a figure.  The page takes its
 * style from reports/report.html, so that both kinds of page look alike, and every figure in it
 * sits in a <data> element.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "figure.h"
#include "report_html.h"
#include "report_svg.h"

static const char *pl_fmt_p50(char buf[PL_FMT_MAX], const struct pl_bench_row *row, int side)
{
	const struct pl_figures *f = &row->side[side];

	if (!f->known)
		return strcpy(buf, "-");
	if (!row->growth)
		return pl_fmt_count(buf, f->p50);
	snprintf(buf, PL_FMT_MAX, "x %.2f", (double)f->p50 / 1000);
	return buf;
}

static const char *pl_fmt_per_call(char buf[PL_FMT_MAX], const struct pl_figures *f, double x)
{
	return pl_fmt_ratio(buf, f->known ? x : NAN);
}

static const char *pl_fmt_share(char buf[PL_FMT_MAX], double ratio)
{
	if (isnan(ratio))
		return strcpy(buf, "-");
	snprintf(buf, PL_FMT_MAX, ratio < 0.1 ? "%.4f" : "%.2f", ratio);
	return buf;
}

static const char *pl_clock(const struct pl_bench *b)
{
	return b->icount ? "guest instructions" : "nanoseconds, relative only";
}

static size_t pl_boots_of(const struct pl_bench *b, int side)
{
	size_t i, n = 0;

	for (i = 0; i < b->n_boots; i++)
		n += b->boots[i].side == side;
	return n;
}

static void pl_text_row(FILE *f, const struct pl_bench_row *row)
{
	char a[8][PL_FMT_MAX], share[PL_FMT_MAX];
	int s;

	for (s = 0; s < PL_SIDES; s++) {
		const struct pl_figures *g = &row->side[s];

		pl_fmt_p50(a[4 * s], row, s);
		pl_fmt_per_call(a[4 * s + 1], g, g->waits);
		pl_fmt_per_call(a[4 * s + 2], g, g->fences);
		pl_fmt_per_call(a[4 * s + 3], g, g->descs);
	}
	fprintf(f, "%-33s %11s %11s %8s  %5s %5s  %5s %5s  %6s %6s%s%s%s%s\n", row->label, a[0],
		a[4], pl_fmt_share(share, row->ratio), a[1], a[5], a[2], a[6], a[3], a[7],
		*row->target ? "  " : "", pl_reached_name[row->reached],
		*row->target ? ": " : "", row->target);
}

static void pl_text_differs(FILE *f, const struct pl_bench *b, const struct pl_strv *differs)
{
	size_t i;

	if (!differs->n)
		fprintf(f, "\nevery boot of a side gave the same %s\n",
			b->icount ? "p50 and the same counts" : "counts");
	else
		fputs("\nnot the same, and should be:\n", f);
	for (i = 0; i < differs->n; i++)
		fprintf(f, "  %s\n", differs->v[i]);
}

static void pl_text_live(FILE *f, const struct pl_bench *b)
{
	char n[4][PL_FMT_MAX];
	int s;

	if (pl_bench_live(b) == PL_NO_TARGET)
		return;
	fprintf(f, "\n%-33s %11s %11s %11s %11s  reached\n", "replace on a live PASID under DMA",
		"replaces", "transfers", "aborted", "wrong data");
	for (s = 0; s < PL_SIDES; s++) {
		const struct pl_live *l = &b->live[s];

		if (!l->known)
			continue;
		fprintf(f, "%-33s ", b->unit[s]);
		if (l->skip)
			fprintf(f, "skipped: %s\n", l->skip);
		else
			fprintf(f, "%11s %11s %11s %11s%s%s%s\n", pl_fmt_count(n[0], l->replaces),
				pl_fmt_count(n[1], l->transfers), pl_fmt_count(n[2], l->aborted),
				pl_fmt_count(n[3], l->wrong), s == PL_OURS ? "  " : "",
				s == PL_OURS ? pl_reached_name[pl_bench_live(b)] : "",
				s == PL_OURS ? ": " PL_LIVE_TARGET : "");
	}
}

/**
 * pl_bench_text() - the table for a terminal
 * @f: the stream
 * @b: the bench
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_bench_text(FILE *f, const struct pl_bench *b)
{
	struct pl_bench_row rows[PL_BENCH_ROWS_MAX];
	size_t i, n = pl_bench_rows(b, rows, PL_BENCH_ROWS_MAX);
	struct pl_strv differs = {};
	int err = pl_bench_differs(b, &differs);

	fprintf(f, "%s, p50, %s against %s, %zu + %zu boots\n", pl_clock(b), b->unit[PL_OURS],
		b->unit[PL_PEER] ?: "nobody", pl_boots_of(b, PL_OURS), pl_boots_of(b, PL_PEER));
	fprintf(f, "Linux %s, %s\n\n", b->env[PL_ENV_KERNEL] ?: "?", b->env[PL_ENV_QEMU] ?: "?");
	fprintf(f, "%-33s %11s %11s %8s  %11s  %11s  %13s  %s\n", "", "ours", "in-tree", "ratio",
		"waits o/i", "fences o/i", "descs o/i", "reached");
	for (i = 0; i < n; i++)
		pl_text_row(f, &rows[i]);
	pl_text_live(f, b);
	pl_text_differs(f, b, &differs);
	pl_strv_free(&differs);
	return err ? err : ferror(f) ? -EIO : 0;
}

static void pl_page_head(FILE *f, const struct pl_bench *b)
{
	pl_html_head(f, "Side by side · pasidlab");
	fputs("<header><div class=\"top\"><h1>pasidlab bench</h1><ul class=\"facts\"><li>",
	      f);
	pl_html_escape(f, b->unit[PL_OURS]);
	fputs("</li><li>against ", f);
	pl_html_escape(f, b->unit[PL_PEER] ?: "nobody");
	fprintf(f, "</li><li>%s</li><li>%zu + %zu boots in turn</li><li>Linux ", pl_clock(b),
		pl_boots_of(b, PL_OURS), pl_boots_of(b, PL_PEER));
	pl_html_escape(f, b->env[PL_ENV_KERNEL] ?: "?");
	fputs("</li><li>", f);
	pl_html_escape(f, b->env[PL_ENV_DATE] ?: "?");
	fputs("</li></ul></div></header>\n<main>\n", f);
}

static void pl_page_cell(FILE *f, double value, const char *text)
{
	if (isnan(value))
		fputs("<td class=\"zero\">-</td>", f);
	else
		fprintf(f, "<td><data value=\"%.6g\">%s</data></td>", value, text);
}

static void pl_page_badge(FILE *f, enum pl_reached reached, const char *target)
{
	static const char *const class[] = { "", "pass", "fail", "skip" };

	fputs("<td class=\"text\" style=\"white-space:normal\">", f);
	if (reached != PL_NO_TARGET)
		fprintf(f, "<span class=\"badge %s\">%s</span> ", class[reached],
			pl_reached_name[reached]);
	pl_html_escape(f, target);
	fputs("</td></tr>\n", f);
}

static void pl_page_row(FILE *f, const struct pl_bench_row *row)
{
	char buf[PL_FMT_MAX];
	int s;

	fputs("<tr><th scope=\"row\">", f);
	pl_html_escape(f, row->label);
	fputs("</th>", f);
	for (s = 0; s < PL_SIDES; s++)
		pl_page_cell(f, row->side[s].known ? (double)row->side[s].p50 : NAN,
			     pl_fmt_p50(buf, row, s));
	pl_page_cell(f, row->ratio, pl_fmt_share(buf, row->ratio));
	for (s = 0; s < PL_SIDES; s++)
		pl_page_cell(f, row->side[s].known ? row->side[s].waits : NAN,
			     pl_fmt_per_call(buf, &row->side[s], row->side[s].waits));
	for (s = 0; s < PL_SIDES; s++)
		pl_page_cell(f, row->side[s].known ? row->side[s].fences : NAN,
			     pl_fmt_per_call(buf, &row->side[s], row->side[s].fences));
	for (s = 0; s < PL_SIDES; s++)
		pl_page_cell(f, row->side[s].known ? row->side[s].descs : NAN,
			     pl_fmt_per_call(buf, &row->side[s], row->side[s].descs));
	pl_page_badge(f, row->reached, row->target);
}

static void pl_page_table(FILE *f, const struct pl_bench_row *rows, size_t n)
{
	size_t i;

	fputs("<section class=\"card\"><h2>Per operation</h2>\n<div class=\"scroll\">"
	      "<table class=\"figures\">"
	      "<caption>p50; waits, fences and descriptors per call</caption>"
	      "<thead><tr><th scope=\"col\">Operation</th><th scope=\"col\">Ours</th>"
	      "<th scope=\"col\">In-tree</th><th scope=\"col\">Ratio</th>"
	      "<th scope=\"col\">Waits</th><th scope=\"col\">In-tree</th>"
	      "<th scope=\"col\">Fences</th><th scope=\"col\">In-tree</th>"
	      "<th scope=\"col\">Descs</th><th scope=\"col\">In-tree</th>"
	      "<th scope=\"col\" class=\"text\">Target</th></tr></thead><tbody>\n", f);
	for (i = 0; i < n; i++)
		pl_page_row(f, &rows[i]);
	fputs("</tbody></table></div></section>\n", f);
}

static void pl_page_live_row(FILE *f, const struct pl_bench *b, int side)
{
	const struct pl_live *l = &b->live[side];
	const uint64_t n[] = { l->replaces, l->transfers, l->aborted, l->wrong };
	char buf[PL_FMT_MAX];
	size_t i;

	fputs("<tr><th scope=\"row\">", f);
	pl_html_escape(f, b->unit[side]);
	fputs("</th>", f);
	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		pl_page_cell(f, l->skip ? NAN : (double)n[i], pl_fmt_count(buf, n[i]));
	if (l->skip)
		pl_page_badge(f, PL_NOT_JUDGED, l->skip);
	else if (side == PL_OURS)
		pl_page_badge(f, pl_bench_live(b), PL_LIVE_TARGET);
	else
		pl_page_badge(f, PL_NO_TARGET, "");
}

static void pl_page_live(FILE *f, const struct pl_bench *b)
{
	int s;

	if (pl_bench_live(b) == PL_NO_TARGET)
		return;
	fputs("<section class=\"card\"><h2>Replace on a live PASID under DMA</h2>\n"
	      "<div class=\"scroll\"><table class=\"figures\"><caption>Every transfer must reach "
	      "the old domain or the new one</caption><thead><tr><th scope=\"col\">Unit</th>"
	      "<th scope=\"col\">Replaces</th><th scope=\"col\">Transfers</th>"
	      "<th scope=\"col\">Aborted</th><th scope=\"col\">Wrong data</th>"
	      "<th scope=\"col\" class=\"text\">Target</th></tr></thead><tbody>\n", f);
	for (s = 0; s < PL_SIDES; s++)
		if (b->live[s].known)
			pl_page_live_row(f, b, s);
	fputs("</tbody></table></div></section>\n", f);
}

#define BAR_LEFT	300
#define BAR_WIDTH	530
#define BAR_ROW		40

/* Lengths are logarithmic: the operations span five decades. */
static void pl_page_bar(FILE *f, const struct pl_bench_row *row, int side, double top, double y)
{
	char buf[PL_FMT_MAX];
	double value = (double)row->side[side].p50;
	double width = value > 1 ? BAR_WIDTH * log10(value) / top : 0;

	if (!row->side[side].known)
		return;
	fprintf(f, "<rect class=\"area\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"13\"%s/>"
		"<text class=\"tick\" style=\"text-anchor:start\" x=\"%.1f\" y=\"%.1f\">%s %s"
		"</text>\n", BAR_LEFT, y, width, side == PL_PEER ? " opacity=\".45\"" : "",
		BAR_LEFT + width + 8, y + 11, pl_fmt_count(buf, row->side[side].p50),
		side == PL_PEER ? "in-tree" : "ours");
}

static double pl_top(const struct pl_bench_row *rows, size_t n)
{
	double top = 1;
	size_t i;
	int s;

	for (i = 0; i < n; i++)
		for (s = 0; s < PL_SIDES; s++)
			if (!rows[i].growth && rows[i].side[s].p50 > 1)
				top = fmax(top, log10((double)rows[i].side[s].p50));
	return top;
}

static void pl_page_bars(FILE *f, const struct pl_bench *b, const struct pl_bench_row *rows,
			 size_t n)
{
	double y = 6, top = pl_top(rows, n);
	size_t i, drawn = 0;

	for (i = 0; i < n; i++)
		drawn += !rows[i].growth;
	fprintf(f, "<section class=\"card\"><h2>%c%s, on a logarithmic scale</h2>\n"
		"<div class=\"scroll\"><svg class=\"latency\" viewBox=\"0 0 960 %zu\" role=\"img\" "
		"aria-label=\"p50 of each operation, ours above in-tree\">\n",
		pl_clock(b)[0] - 'a' + 'A', pl_clock(b) + 1, drawn * BAR_ROW + 10);
	for (i = 0; i < n; i++) {
		if (rows[i].growth)
			continue;
		fprintf(f, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", BAR_LEFT - 12, y + 18);
		pl_html_escape(f, rows[i].label);
		fputs("</text>\n", f);
		pl_page_bar(f, &rows[i], PL_OURS, top, y);
		pl_page_bar(f, &rows[i], PL_PEER, top, y + 15);
		y += BAR_ROW;
	}
	fputs("</svg></div></section>\n", f);
}

static void pl_page_differs(FILE *f, const struct pl_strv *differs)
{
	size_t i;

	fputs("<section class=\"card\"><h2>From boot to boot</h2>\n", f);
	if (!differs->n)
		fputs("<p class=\"none\">Nothing that should have been the same differed.</p>\n",
		      f);
	for (i = 0; i < differs->n; i++) {
		fputs("<p class=\"none\">", f);
		pl_html_escape(f, differs->v[i]);
		fputs("</p>\n", f);
	}
	fputs("</section>\n", f);
}

static void pl_page_notes(FILE *f, const struct pl_bench *b)
{
	int i;

	fputs("<section class=\"card\"><h2>Environment</h2><div class=\"scroll\">"
	      "<table class=\"plain\"><tbody>\n", f);
	for (i = 0; i < PL_ENV_NR; i++) {
		if (!b->env[i] || i == PL_ENV_UNIT)
			continue;
		fprintf(f, "<tr><th scope=\"row\">%s</th><td>", pl_env_desc[i].label);
		pl_html_escape(f, b->env[i]);
		fputs("</td></tr>\n", f);
	}
	fputs("</tbody></table></div></section>\n"
	      "<section class=\"card notes\"><h2>How to read this</h2>\n"
	      "<p>Both sides ran the same program of calls inside the kernel, on the same device and "
	      "the same emulated machine, in boots that took turns. Each boot gives one p50 per "
	      "operation; shown is the median of the boots'. Ratio is ours over theirs: below 1 ours "
	      "is the cheaper.</p>\n"
	      "<p>What the queue was given was counted in a pass of its own: ours by the driver's "
	      "ledger, theirs by a kprobe on the function that fills it, both held against the tail "
	      "register of the unit's queue. A wait is a wait descriptor (VT-d) or CMD_SYNC (SMMUv3) "
	      "that software sat through, a fence one that nobody waited for; all else is a "
	      "descriptor or command. An emulator executes the queue at once, so a wait costs next to "
	      "nothing in instructions here, and far more on silicon.</p></section>\n"
	      "</main>\n<footer>One file, no scripts, nothing loaded from elsewhere. The samples are "
	      "in bench.json.</footer>\n</body>\n</html>\n", f);
}

/**
 * pl_bench_html() - one self-contained page
 * @f: the stream
 * @b: the bench
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_bench_html(FILE *f, const struct pl_bench *b)
{
	struct pl_bench_row rows[PL_BENCH_ROWS_MAX];
	size_t n = pl_bench_rows(b, rows, PL_BENCH_ROWS_MAX);
	struct pl_strv differs = {};
	int err = pl_bench_differs(b, &differs);

	pl_page_head(f, b);
	pl_page_table(f, rows, n);
	pl_page_live(f, b);
	pl_page_bars(f, b, rows, n);
	pl_page_differs(f, &differs);
	pl_page_notes(f, b);
	pl_strv_free(&differs);
	return err ? err : ferror(f) ? -EIO : 0;
}

static json_t *pl_real(double x)
{
	return isnan(x) ? json_null() : json_real(x);
}

static json_t *pl_figures_json(const struct pl_figures *g)
{
	if (!g->known)
		return json_null();
	return json_pack("{s:I,s:I,s:I,s:o,s:o,s:o}", "p50", (json_int_t)g->p50, "min",
			 (json_int_t)g->min, "p99", (json_int_t)g->p99, "waits",
			 pl_real(g->waits), "fences", pl_real(g->fences), "descs",
			 pl_real(g->descs));
}

/* A growth has no samples of its own. */
static json_t *pl_row_json(const struct pl_bench_row *row, int side)
{
	const struct pl_figures *g = &row->side[side];

	if (!row->growth)
		return pl_figures_json(g);
	return g->known ? json_pack("{s:f}", "growth", (double)g->p50 / 1000) : json_null();
}

static json_t *pl_rows_json(const struct pl_bench *b)
{
	struct pl_bench_row rows[PL_BENCH_ROWS_MAX];
	size_t i, n = pl_bench_rows(b, rows, PL_BENCH_ROWS_MAX);
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:s}",
			"name", rows[i].name, "label", rows[i].label,
			"ours", pl_row_json(&rows[i], PL_OURS),
			"intree", pl_row_json(&rows[i], PL_PEER), "ratio", pl_real(rows[i].ratio),
			"target", rows[i].target, "reached", pl_reached_name[rows[i].reached]));
	return list;
}

static json_t *pl_live_side_json(const struct pl_live *l)
{
	if (!l->known)
		return json_null();
	if (l->skip)
		return json_pack("{s:s}", "skip", l->skip);
	return json_pack("{s:I,s:I,s:I,s:I}", "replaces", (json_int_t)l->replaces, "transfers",
			 (json_int_t)l->transfers, "aborted", (json_int_t)l->aborted, "wrong",
			 (json_int_t)l->wrong);
}

static json_t *pl_live_json(const struct pl_bench *b)
{
	enum pl_reached reached = pl_bench_live(b);

	if (reached == PL_NO_TARGET)
		return json_null();
	return json_pack("{s:o,s:o,s:s,s:s}", "ours", pl_live_side_json(&b->live[PL_OURS]),
			 "intree", pl_live_side_json(&b->live[PL_PEER]), "target", PL_LIVE_TARGET,
			 "reached", pl_reached_name[reached]);
}

static json_t *pl_boots_json(const struct pl_bench *b)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < b->n_boots; i++)
		json_array_append_new(list, json_pack("{s:s,s:O}", "unit",
			b->unit[b->boots[i].side], "measured", b->boots[i].raw));
	return list;
}

static json_t *pl_lines_json(const struct pl_strv *lines)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < lines->n; i++)
		json_array_append_new(list, json_string(lines->v[i]));
	return list;
}

/**
 * pl_bench_json() - everything, samples included
 * @f: the stream
 * @b: the bench
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int pl_bench_json(FILE *f, const struct pl_bench *b)
{
	json_t *o, *env = json_object();
	struct pl_strv differs = {};
	int i, err = pl_bench_differs(b, &differs);

	for (i = 0; i < PL_ENV_NR; i++)
		if (b->env[i] && i != PL_ENV_UNIT)
			json_object_set_new(env, pl_env_desc[i].name, json_string(b->env[i]));
	o = json_pack("{s:s,s:o,s:s,s:o,s:o,s:o,s:o}", "schema", PL_BENCH_SCHEMA,
		      "environment", env, "clock", b->icount ? "instructions" : "ns",
		      "rows", pl_rows_json(b), "live", pl_live_json(b),
		      "differs", pl_lines_json(&differs), "boots", pl_boots_json(b));
	pl_strv_free(&differs);
	if (!err && (!o || json_dumpf(o, f, JSON_COMPACT)))
		err = o ? -EIO : -ENOMEM;
	putc('\n', f);
	json_decref(o);
	return err ? err : ferror(f) ? -EIO : 0;
}
