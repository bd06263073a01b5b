// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * figure.c - the figures of a result and their spelling; figure.h has the rule.
 */
#include "figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct pl_time_desc pl_time_desc[PL_TIME_NR] = {
	[PL_TIME_P50]  = { "p50", "p50", PL_P50 },
	[PL_TIME_P90]  = { "p90", "p90", PL_P90 },
	[PL_TIME_P99]  = { "p99", "p99", PL_P99 },
	[PL_TIME_P999] = { "p99_9", "p99.9", PL_P999 },
	[PL_TIME_MAX]  = { "max", "max", PL_PPM },
};

/**
 * pl_op_row() - an operation's figures
 * @w: its workload
 * @op: the operation
 * @row: filled; points into @op
 */
void pl_op_row(const struct pl_workload *w, const struct pl_op *op, struct pl_op_row *row)
{
	int i;

	memset(row, 0, sizeof(*row));
	row->name = op->name;
	row->count = op->count;
	row->errors = op->errors;
	if (w->duration_ns)
		row->rate = (double)op->count * 1e9 / (double)w->duration_ns;
	row->timed = op->hist && op->hist->count;
	if (!row->timed)
		return;
	row->min = pl_hist_min(op->hist);
	row->mean = pl_hist_mean(op->hist);
	for (i = 0; i < PL_TIME_NR; i++)
		row->ns[i] = pl_hist_percentile(op->hist, pl_time_desc[i].ppm);
}

/**
 * pl_per_call() - how much of something an operation took
 * @l: a line of the ledger
 * @col: of what
 *
 * Work done for calls that failed counts too, and so is divided by all calls.
 *
 * Return: the mean per call, or NAN when there was none.
 */
double pl_per_call(const struct pl_ledger *l, enum pl_ledger_col col)
{
	uint64_t calls = l->n[PL_LEDGER_CALLS] + l->n[PL_LEDGER_ERRORS];

	return calls ? (double)l->n[col] / (double)calls : (double)NAN;
}

/**
 * pl_ledger_idle() - was the unit asked nothing of that kind?
 * @l: a line of the ledger
 */
bool pl_ledger_idle(const struct pl_ledger *l)
{
	return !l->n[PL_LEDGER_CALLS] && !l->n[PL_LEDGER_ERRORS];
}

/**
 * pl_ledger_sum() - what all units of a workload did for one operation
 * @w: the workload
 * @op: name of the operation
 * @sum: filled; no unit, points into @w. A column that one unit cannot count is uncounted.
 *
 * Return: whether they were asked for any.
 */
bool pl_ledger_sum(const struct pl_workload *w, const char *op, struct pl_ledger *sum)
{
	size_t i;
	int c;

	*sum = (struct pl_ledger) {};
	for (i = 0; i < w->n_ledger; i++) {
		const struct pl_ledger *l = &w->ledger[i];

		if (strcmp(l->op, op) || pl_ledger_idle(l))
			continue;
		sum->op = l->op;
		sum->uncounted |= l->uncounted;
		for (c = 0; c < PL_LEDGER_NR; c++)
			sum->n[c] += l->n[c];
	}
	return !pl_ledger_idle(sum);
}

/*
 * The share of [from, to) that lies in bin @i of @n bins between @low and @high; all on a log axis.
 */
static double pl_overlap(double from, double to, double low, double width, size_t i)
{
	double left = low + width * (double)i, right = left + width;
	double a = from > left ? from : left, b = to < right ? to : right;

	return b > a ? (b - a) / (to - from) : 0.0;
}

/**
 * pl_density() - a histogram resampled to bins of equal width on a logarithmic axis
 * @h: a histogram
 * @low: log10 of the axis's left end
 * @high: log10 of its right end, above @low
 * @bins: filled with shares of all values: they add up to 1 when all values are on the axis
 * @n: number of bins
 *
 * A bucket's values are spread evenly over its width.  Values of 0 count as 1: a log axis has no 0.
 */
void pl_density(const struct pl_hist *h, double low, double high, double *bins, size_t n)
{
	double width = (high - low) / (double)n;
	uint32_t b;

	memset(bins, 0, n * sizeof(*bins));
	for (b = 0; b < PL_HIST_BUCKETS; b++) {
		uint64_t first = pl_hist_low(b) ? pl_hist_low(b) : 1;
		double from = log10((double)first);
		double to = log10((double)first + (double)(pl_hist_high(b) - pl_hist_low(b)) + 1.0);
		double share = (double)h->buckets[b] / (double)h->count;
		double at = (from - low) / width;
		size_t i = at > 0 ? (size_t)at : 0;

		if (!h->buckets[b])
			continue;
		for (; i < n && low + width * (double)i < to; i++)
			bins[i] += share * pl_overlap(from, to, low, width, i);
	}
}

/**
 * pl_fmt_ns() - a duration for people: three significant digits, "812 ns", "8.12 µs", "1.05 s"
 * @buf: the text
 * @ns: nanoseconds
 *
 * Return: @buf, in UTF-8.
 */
const char *pl_fmt_ns(char buf[PL_FMT_MAX], uint64_t ns)
{
	static const char *const unit[] = { "µs", "ms", "s" };
	double x = (double)ns / 1e3;
	size_t u = 0;

	if (ns < 1000) {
		snprintf(buf, PL_FMT_MAX, "%u ns", (unsigned int)ns);
		return buf;
	}
	/* 999.5 would round to a fourth digit. */
	for (; x >= 999.5 && u < 2; u++)
		x /= 1e3;
	snprintf(buf, PL_FMT_MAX, "%.*f %s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, unit[u]);
	return buf;
}

/**
 * pl_fmt_tick() - a power of ten on an axis: "1 µs", "100 ms"
 * @buf: the text
 * @ns: 10^n nanoseconds
 */
const char *pl_fmt_tick(char buf[PL_FMT_MAX], uint64_t ns)
{
	static const char *const unit[] = { "ns", "µs", "ms", "s" };
	size_t u = 0;

	for (; ns >= 1000 && u < 3; u++)
		ns /= 1000;
	snprintf(buf, PL_FMT_MAX, "%llu %s", (unsigned long long)ns, unit[u]);
	return buf;
}

/**
 * pl_fmt_count() - a whole number for people: "1,234,567"
 * @buf: the text
 * @n: the number
 */
const char *pl_fmt_count(char buf[PL_FMT_MAX], uint64_t n)
{
	char digits[PL_FMT_MAX];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	char *out = buf;
	int i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return buf;
}

/**
 * pl_fmt_ratio() - a mean per call for people: a whole one as such, else two decimals, "-" for none
 * @buf: the text
 * @x: the mean, or NAN
 *
 * A mean that is not whole never looks whole: 0.0001 is "<0.01", and 1.0001 is "1.00".
 */
const char *pl_fmt_ratio(char buf[PL_FMT_MAX], double x)
{
	if (isnan(x))
		return strcpy(buf, "-");
	if (x > 0 && x < 0.005)
		return strcpy(buf, "<0.01");
	if (x == floor(x))
		return pl_fmt_count(buf, (uint64_t)x);
	snprintf(buf, PL_FMT_MAX, "%.2f", x);
	return buf;
}

/**
 * pl_fmt_rate() - calls per second for people
 * @buf: the text
 * @per_second: the rate; 0 is unknown, "-"
 */
const char *pl_fmt_rate(char buf[PL_FMT_MAX], double per_second)
{
	if (per_second <= 0)
		return strcpy(buf, "-");
	if (per_second < 100) {
		snprintf(buf, PL_FMT_MAX, "%.1f", per_second);
		return buf;
	}
	return pl_fmt_count(buf, (uint64_t)(per_second + 0.5));
}
