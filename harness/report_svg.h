/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_svg.h - the drawing in a page: latency densities on one logarithmic axis.
 */
#ifndef PL_REPORT_SVG_H
#define PL_REPORT_SVG_H

#include <stdio.h>

#include "result.h"

/**
 * struct pl_svg_row - one density
 * @w: the workload
 * @op: its operation
 * @on: what it ran on, where rows of several sides share a drawing; else NULL
 */
struct pl_svg_row {
	const struct pl_workload *w;
	const struct pl_op *op;
	const char *on;
};

void pl_html_escape(FILE *f, const char *s);
void pl_svg_rows(FILE *f, const char *title, const struct pl_svg_row *rows, size_t n, size_t id);
int pl_svg_latency(FILE *f, const struct pl_workload *w, size_t id);

#endif
