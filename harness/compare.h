/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - the same job on several units, side by side.
 *
 * Each result is a *side*.  Sides must have done the same job: the same workloads, in the same
 * order, with the same options, so that an operation's row means one thing on all of them.  What
 * was not the same around the job (kernel, accelerator, probe, how the run was set up) does not
 * forbid a comparison of counts, but it does one of times; such a line is *apart*.
 *
 * Locking: none; a comparison borrows its results and belongs to one thread.
 *
 * The hard rule: nothing is computed here.  Figures of a side are figure.h's, so that this page and
 * the side's own report say the same number.
 */
#ifndef PL_COMPARE_H
#define PL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "figure.h"
#include "result.h"

#define PL_COMPARE_SCHEMA	"pasidlab-compare/1"
#define PL_COMPARE_MAX		8
#define PL_COMPARE_LABEL	64

/**
 * struct pl_compare - several results of one job
 * @n: how many
 * @r: the results, in the order given
 * @label: what each is called: its unit, numbered where another's is the same
 * @apart: what was not the same around the job, a line each, as "field: first, second"
 * @emulated: the times of at least one are relative only
 */
struct pl_compare {
	size_t n;
	const struct pl_result *r[PL_COMPARE_MAX];
	char label[PL_COMPARE_MAX][PL_COMPARE_LABEL];
	struct pl_strv apart;
	bool emulated;
};

int pl_compare_make(struct pl_compare *c, struct pl_result *const *results, size_t n,
		    char why[PL_WHY_MAX]);
void pl_compare_free(struct pl_compare *c);

const char *pl_compare_op(const struct pl_compare *c, size_t workload, size_t i);
const struct pl_op *pl_compare_side_op(const struct pl_compare *c, size_t workload, size_t side,
				       const char *op);
const char *pl_compare_ledger(const struct pl_compare *c, size_t workload, size_t i);
bool pl_compare_side_ledger(const struct pl_compare *c, size_t workload, size_t side,
			    const char *op, struct pl_ledger *sum);
const char *pl_compare_count(const struct pl_compare *c, size_t workload, size_t i);
const struct pl_count *pl_compare_side_count(const struct pl_compare *c, size_t workload,
					     size_t side, const char *name);

/* compare_report.c */
int pl_compare_text(FILE *f, const struct pl_compare *c, bool colour);
int pl_compare_html(FILE *f, const struct pl_compare *c, bool colour);
int pl_compare_json(FILE *f, const struct pl_compare *c, bool colour);

/**
 * struct pl_compare_form - a form of a comparison
 * @name: as given to --format
 * @write: writes it; 0, -ENOMEM or -EIO
 */
struct pl_compare_form {
	const char *name;
	int (*write)(FILE *f, const struct pl_compare *c, bool colour);
};

const struct pl_compare_form *pl_compare_form_find(const char *name);

#endif
