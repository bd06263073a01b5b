/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_html.h - what the pages of pasidlab have in common: style, badges, rows of figures.
 *
 * The style is that of reports/report.html, so that all pages look alike.
 */
#ifndef PL_REPORT_HTML_H
#define PL_REPORT_HTML_H

#include <stdio.h>

#include "figure.h"
#include "result.h"

void pl_html_head(FILE *f, const char *title);
void pl_html_text(FILE *f, const char *element, const char *s);
void pl_html_badge(FILE *f, enum pl_status s);
void pl_html_pairs(FILE *f, const struct pl_pair *pairs, size_t n);
void pl_html_legend(FILE *f);

void pl_html_op_head(FILE *f);
void pl_html_op_cells(FILE *f, const struct pl_op_row *row);
void pl_html_ledger_head(FILE *f);
void pl_html_ledger_cells(FILE *f, const struct pl_ledger *l);

#endif
