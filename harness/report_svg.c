// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_svg.c - latency densities as inline SVG.
 *
 * One row per timed operation, all on one logarithmic time axis, so that rows compare at a glance
 * and a mode, a shoulder and a tail each have their shape.  A row's height is the square root of
 * the share of calls, scaled to the row's own peak: on a linear height a tail of one in a thousand
 * would be thinner than a pixel.  Three markers stand at p50, p99 and p99.9; hovering names them.
 *
 * Colours come from the page's style sheet by class, so the drawing follows light, dark and print.
 * Screen readers get a title and a sentence per row.
 */
#include "report_svg.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "figure.h"

#define SVG_WIDTH	960
#define SVG_LEFT	150	/* where the axis begins: labels are to the left of it */
#define SVG_RIGHT	944
#define SVG_TOP		12
#define SVG_ROW		66	/* from one baseline to the next */
#define SVG_PEAK	52	/* the height of a row's peak */
#define SVG_BINS	180	/* the most bins of a row */

/* The axis: log10 of its ends. */
struct pl_axis {
	double low;
	double high;
	size_t rows;
};

static const struct {
	enum pl_time_col col;
	const char *class;
} pl_markers[] = {
	{ PL_TIME_P50, "p50" }, { PL_TIME_P99, "p99" }, { PL_TIME_P999, "p999" },
};

/**
 * pl_html_escape() - write text so that no part of it can become markup
 * @f: the page
 * @s: text
 */
void pl_html_escape(FILE *f, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\'':
			fputs("&#39;", f);
			break;
		default:
			putc(*s, f);
		}
	}
}

static bool pl_timed(const struct pl_op *op)
{
	return op->hist && op->hist->count;
}

/* From just below the least to just above the greatest, to the next 1, 2 or 5 of a decade. */
static struct pl_axis pl_svg_axis(const struct pl_svg_row *rows, size_t n)
{
	struct pl_axis a = { .low = 20, .high = 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		const struct pl_hist *h = rows[i].op->hist;

		if (!pl_timed(rows[i].op))
			continue;
		a.low = fmin(a.low, log10(h->min ? (double)h->min : 1.0));
		a.high = fmax(a.high, log10((double)h->max + 1.0));
		a.rows++;
	}
	a.low = fmax(0, a.low - 0.06);
	a.high = fmax(a.high + 0.06, a.low + 1.0);
	return a;
}

static double pl_svg_x(const struct pl_axis *a, double ns)
{
	double at = (log10(ns > 1 ? ns : 1) - a->low) / (a->high - a->low);

	return SVG_LEFT + fmin(fmax(at, 0), 1) * (SVG_RIGHT - SVG_LEFT);
}

static void pl_svg_tick(FILE *f, const struct pl_axis *a, uint64_t ns, bool major, int bottom)
{
	double x = pl_svg_x(a, (double)ns);
	char buf[PL_FMT_MAX];

	if (log10((double)ns) < a->low || log10((double)ns) > a->high)
		return;
	fprintf(f, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
		major ? "grid" : "minor", x, x, SVG_TOP, bottom);
	if (major)
		fprintf(f, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%s</text>\n", x, bottom + 18,
			pl_fmt_tick(buf, ns));
}

static void pl_svg_grid(FILE *f, const struct pl_axis *a, int bottom)
{
	uint64_t decade;

	for (decade = 1; log10((double)decade) <= a->high && decade < UINT64_MAX / 10;
	     decade *= 10) {
		pl_svg_tick(f, a, decade, true, bottom);
		pl_svg_tick(f, a, 2 * decade, false, bottom);
		pl_svg_tick(f, a, 5 * decade, false, bottom);
	}
}

/* Few values in narrow bins would be a comb, not a shape. */
static size_t pl_svg_bins(const struct pl_hist *h)
{
	return h->count < 300 ? SVG_BINS / 3 : h->count < 2000 ? SVG_BINS / 2 : SVG_BINS;
}

static void pl_svg_area(FILE *f, const struct pl_axis *a, const struct pl_hist *h, double base)
{
	double bins[SVG_BINS], peak = 0, step;
	size_t i, n = pl_svg_bins(h);

	step = (double)(SVG_RIGHT - SVG_LEFT) / (double)n;
	pl_density(h, a->low, a->high, bins, n);
	for (i = 0; i < n; i++)
		peak = fmax(peak, bins[i]);
	fprintf(f, "<path class=\"area\" d=\"M%d %.1f", SVG_LEFT, base);
	for (i = 0; i < n && peak > 0; i++)
		fprintf(f, "V%.1fh%.2f", base - SVG_PEAK * sqrt(bins[i] / peak), step);
	fprintf(f, "V%.1fZ\"/>\n", base);
}

/* "attach", or where there are several sides "attach on vtd@model". */
static void pl_svg_name(FILE *f, const struct pl_svg_row *r)
{
	pl_html_escape(f, r->op->name);
	if (!r->on)
		return;
	fputs(" on ", f);
	pl_html_escape(f, r->on);
}

static void pl_svg_markers(FILE *f, const struct pl_axis *a, const struct pl_svg_row *r,
			   const struct pl_op_row *row, double base)
{
	char buf[PL_FMT_MAX];
	size_t i;

	for (i = 0; i < sizeof(pl_markers) / sizeof(pl_markers[0]); i++) {
		uint64_t ns = row->ns[pl_markers[i].col];
		double x = pl_svg_x(a, (double)ns);

		fprintf(f, "<g class=\"mark %s\"><title>", pl_markers[i].class);
		pl_svg_name(f, r);
		fprintf(f, " %s: %s</title><line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
			pl_time_desc[pl_markers[i].col].label, pl_fmt_ns(buf, ns), x, x,
			base - SVG_PEAK, base);
		fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/></g>\n", x, base - SVG_PEAK);
	}
}

static void pl_svg_row(FILE *f, const struct pl_axis *a, const struct pl_svg_row *r, double base)
{
	struct pl_op_row row;
	char buf[PL_FMT_MAX];

	pl_op_row(r->w, r->op, &row);
	fprintf(f, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", SVG_LEFT - 14, base - 18);
	pl_html_escape(f, row.name);
	fprintf(f, "</text><text class=\"sub\" x=\"%d\" y=\"%.1f\">", SVG_LEFT - 14, base - 2);
	if (r->on)
		pl_html_escape(f, r->on);
	else
		fprintf(f, "%s calls", pl_fmt_count(buf, r->op->hist->count));
	fputs("</text>\n", f);
	pl_svg_area(f, a, r->op->hist, base);
	fprintf(f, "<line class=\"base\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", SVG_LEFT,
		SVG_RIGHT, base, base);
	pl_svg_markers(f, a, r, &row, base);
}

static void pl_svg_words(FILE *f, const char *title, const struct pl_svg_row *rows, size_t n,
			 size_t id)
{
	struct pl_op_row row;
	char p50[PL_FMT_MAX], p99[PL_FMT_MAX], p999[PL_FMT_MAX];
	size_t i;

	fprintf(f, "<title id=\"svg%zu-title\">Latency of the operations of ", id);
	pl_html_escape(f, title);
	fprintf(f, "</title>\n<desc id=\"svg%zu-desc\">", id);
	for (i = 0; i < n; i++) {
		pl_op_row(rows[i].w, rows[i].op, &row);
		if (!row.timed)
			continue;
		pl_svg_name(f, &rows[i]);
		fprintf(f, ": p50 %s, p99 %s, p99.9 %s. ", pl_fmt_ns(p50, row.ns[PL_TIME_P50]),
			pl_fmt_ns(p99, row.ns[PL_TIME_P99]), pl_fmt_ns(p999, row.ns[PL_TIME_P999]));
	}
	fputs("</desc>\n", f);
}

/**
 * pl_svg_rows() - draw latencies on one axis; nothing if none was timed
 * @f: the page
 * @title: whose they are
 * @rows: one below the other
 * @n: how many
 * @id: a number that no other drawing of the page has
 */
void pl_svg_rows(FILE *f, const char *title, const struct pl_svg_row *rows, size_t n, size_t id)
{
	struct pl_axis a = pl_svg_axis(rows, n);
	int bottom = SVG_TOP + (int)a.rows * SVG_ROW;
	double base = SVG_TOP;
	size_t i;

	if (!a.rows)
		return;
	fputs("<div class=\"scroll\">", f);
	fprintf(f, "<svg class=\"latency\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"svg%zu-title svg%zu-desc\" "
		"xmlns=\"http://www.w3.org/2000/svg\">\n",
		SVG_WIDTH, bottom + 26, id, id);
	pl_svg_words(f, title, rows, n, id);
	pl_svg_grid(f, &a, bottom);
	for (i = 0; i < n; i++) {
		if (!pl_timed(rows[i].op))
			continue;
		base += SVG_ROW;
		pl_svg_row(f, &a, &rows[i], base);
	}
	fputs("</svg></div>\n", f);
}

/**
 * pl_svg_latency() - draw the latencies of a workload; nothing if none was timed
 * @f: the page
 * @w: the workload
 * @id: a number that no other drawing of the page has
 *
 * Return: 0 or -ENOMEM.
 */
int pl_svg_latency(FILE *f, const struct pl_workload *w, size_t id)
{
	struct pl_svg_row *rows = calloc(w->n_ops + 1, sizeof(*rows));
	size_t i;

	if (!rows)
		return -ENOMEM;
	for (i = 0; i < w->n_ops; i++)
		rows[i] = (struct pl_svg_row) { .w = w, .op = &w->ops[i] };
	pl_svg_rows(f, w->name, rows, w->n_ops, id);
	free(rows);
	return 0;
}
