/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what operations cost: boots of one or two sides, and the table made from them.
 *
 * A *boot* is what one guest measured: per operation a *series* of samples, all of them kept, and
 * what the unit was asked to do meanwhile, counted in a pass of its own.  A *side* is an API on a
 * unit; the first is ours, the second, if there is one, the *peer*.  A *row* compares one operation
 * of both.
 *
 * Each boot gives one value per figure, and the table shows the median of the boots': iterations of
 * one boot are not independent, boots are.  Where the guest's clock counts instructions, boots of
 * one image must not differ at all; what does is listed.
 *
 * The hard rule: every figure of the reports is computed in bench.c, with stats.h, once.
 */
#ifndef PL_BENCH_H
#define PL_BENCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "result.h"
#include "stats.h"

#define PL_BENCH_SCHEMA	"pasidlab-bench/1"

enum { PL_OURS, PL_PEER, PL_SIDES };

/* Whose targets the figures are held against. */
enum pl_bench_kind { PL_BENCH_VTD, PL_BENCH_SMMUV3, PL_BENCH_KINDS };

/**
 * struct pl_series - one kind of operation, in one boot
 * @name: of the operation
 * @v: its samples, ascending
 * @n_v: different ones
 * @count: samples
 * @calls: calls of the counting pass
 * @descs: descriptors or commands they submitted, waits not included
 * @waits: wait descriptors or CMD_SYNCs they sat through
 * @fences: those that nobody waited for
 * @disagreed: calls that the hardware's queue tail did not bear out
 */
struct pl_series {
	char *name;
	struct pl_sample *v;
	size_t n_v;
	uint64_t count;
	uint64_t calls;
	uint64_t descs;
	uint64_t waits;
	uint64_t fences;
	uint64_t disagreed;
};

/**
 * struct pl_boot - what one guest measured
 * @side: PL_OURS or PL_PEER
 * @witness: length of the hardware's queue, 0 where it could not be watched
 * @series: what was measured
 * @n_series: how many
 * @raw: the guest's frame
 */
struct pl_boot {
	int side;
	uint64_t witness;
	struct pl_series *series;
	size_t n_series;
	json_t *raw;
};

/**
 * struct pl_live - transfers while the domain of their PASID was replaced
 * @known: it was tried
 * @skip: why it could not be; NULL where it could
 * @replaces: replaces
 * @transfers: transfers meanwhile
 * @aborted: of them, refused
 * @wrong: of them, reached neither domain
 */
struct pl_live {
	bool known;
	char *skip;
	uint64_t replaces;
	uint64_t transfers;
	uint64_t aborted;
	uint64_t wrong;
};

/* What is to be reached there, for people. */
#define PL_LIVE_TARGET	"0 aborted, 0 wrong"

/**
 * struct pl_bench - boots, in the order in which they ran
 * @unit: names of the sides; NULL where there is no second
 * @kind: their architecture
 * @icount: samples are guest instructions, else nanoseconds
 * @boots: the boots
 * @n_boots: how many
 * @live: of a boot of its own for each side
 * @env: of the last one
 */
struct pl_bench {
	const char *unit[PL_SIDES];
	enum pl_bench_kind kind;
	bool icount;
	struct pl_boot *boots;
	size_t n_boots;
	struct pl_live live[PL_SIDES];
	char *env[PL_ENV_NR];
};

/**
 * struct pl_figures - one operation on one side
 * @known: it was measured there
 * @p50: of the samples, the median of the boots
 * @min: the least sample of all boots
 * @p99: as @p50
 * @waits: per call
 * @fences: per call
 * @descs: per call, neither of these two included
 */
struct pl_figures {
	bool known;
	uint64_t p50;
	uint64_t min;
	uint64_t p99;
	double waits;
	double fences;
	double descs;
};

enum pl_reached { PL_NO_TARGET, PL_REACHED, PL_MISSED, PL_NOT_JUDGED };

extern const char *const pl_reached_name[];

/**
 * struct pl_bench_row - one operation compared
 * @name: of the operation
 * @label: for people
 * @side: its figures; where it is a growth, p50 is in thousandths
 * @growth: it is a ratio of two series and no count
 * @ratio: ours over the peer's p50; NAN where there is none
 * @target: what is to be reached, for people; empty: nothing
 * @reached: was it?
 */
struct pl_bench_row {
	const char *name;
	const char *label;
	struct pl_figures side[PL_SIDES];
	bool growth;
	double ratio;
	char target[96];
	enum pl_reached reached;
};

int pl_bench_add(struct pl_bench *b, int side, const json_t *frame, char why[PL_WHY_MAX]);
void pl_bench_free(struct pl_bench *b);
enum pl_reached pl_bench_live(const struct pl_bench *b);
size_t pl_bench_rows(const struct pl_bench *b, struct pl_bench_row *rows, size_t max);
int pl_bench_differs(const struct pl_bench *b, struct pl_strv *out);

/* bench_report.c */
int pl_bench_text(FILE *f, const struct pl_bench *b);
int pl_bench_html(FILE *f, const struct pl_bench *b);
int pl_bench_json(FILE *f, const struct pl_bench *b);

#define PL_BENCH_ROWS_MAX	40

#endif
