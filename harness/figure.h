/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * figure.h - the figures of a result, each computed in one place, and the one way to write each.
 *
 * Text, HTML, CSV and JSON show the same numbers because none of them knows how to get one: they
 * ask here for a row and here for its spelling.  A duration is written with three significant
 * digits in the unit that keeps it below 1,000; machine-readable formats get the same row's
 * nanoseconds.
 *
 * The hard rule: no report writer divides, sorts or rounds.
 */
#ifndef PL_FIGURE_H
#define PL_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "result.h"

#define PL_FMT_MAX	32

/* The columns of a row of latencies. */
enum pl_time_col {
	PL_TIME_P50,
	PL_TIME_P90,
	PL_TIME_P99,
	PL_TIME_P999,
	PL_TIME_MAX,
	PL_TIME_NR
};

/**
 * struct pl_time_desc - a column of latencies
 * @name: in JSON and CSV
 * @label: for people
 * @ppm: the percentile, in parts per million
 */
struct pl_time_desc {
	const char *name;
	const char *label;
	uint32_t ppm;
};

extern const struct pl_time_desc pl_time_desc[PL_TIME_NR];

/**
 * struct pl_op_row - an operation's figures
 * @name: of the operation
 * @count: calls made
 * @errors: of them, failed
 * @timed: whether @ns and @mean mean anything
 * @ns: the latencies, by enum pl_time_col
 * @min: least, ns
 * @mean: ns
 * @rate: calls per second of the workload's duration; 0 if unknown
 */
struct pl_op_row {
	const char *name;
	uint64_t count;
	uint64_t errors;
	bool timed;
	uint64_t ns[PL_TIME_NR];
	uint64_t min;
	double mean;
	double rate;
};

/* Columns of the ledger from this one on are shown per call; those before it are calls. */
#define PL_PER_CALL_FIRST	PL_LEDGER_SLOTS

void pl_op_row(const struct pl_workload *w, const struct pl_op *op, struct pl_op_row *row);
double pl_per_call(const struct pl_ledger *l, enum pl_ledger_col col);
bool pl_ledger_idle(const struct pl_ledger *l);
bool pl_ledger_sum(const struct pl_workload *w, const char *op, struct pl_ledger *sum);
void pl_density(const struct pl_hist *h, double low, double high, double *bins, size_t n);

const char *pl_fmt_ns(char buf[PL_FMT_MAX], uint64_t ns);
const char *pl_fmt_tick(char buf[PL_FMT_MAX], uint64_t ns);
const char *pl_fmt_count(char buf[PL_FMT_MAX], uint64_t n);
const char *pl_fmt_ratio(char buf[PL_FMT_MAX], double x);
const char *pl_fmt_rate(char buf[PL_FMT_MAX], double per_second);

#endif
