/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_svg.h - the drawing in the page: latency densities on one logarithmic axis.
 */
#ifndef PL_REPORT_SVG_H
#define PL_REPORT_SVG_H

#include <stdio.h>

#include "result.h"

void pl_html_escape(FILE *f, const char *s);
void pl_svg_latency(FILE *f, const struct pl_workload *w, size_t id);

#endif
