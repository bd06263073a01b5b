/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_table.h - tables for a terminal or a log, and the cells that several reports have.
 *
 * Columns are as wide as their widest cell, counted in code points, since "µs" is one column more
 * in bytes than on the screen.  A table is therefore gathered before it is printed.
 *
 * The hard rule: a cell's text comes from figure.h; nothing here rounds.
 */
#ifndef PL_REPORT_TABLE_H
#define PL_REPORT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "figure.h"
#include "result.h"

#define PL_BOLD		"\033[1m"
#define PL_DIM		"\033[2m"
#define PL_RED		"\033[1;31m"
#define PL_GREEN	"\033[1;32m"
#define PL_YELLOW	"\033[33m"

/* Of a table; and those that pl_table_op_head() makes. */
#define PL_TABLE_COLS		12
#define PL_TABLE_OP_COLS	(3 + PL_TIME_NR)

/* A table being gathered: cells row by row, the first row being the header. */
struct pl_table {
	size_t cols;
	struct pl_strv cells;
	int err;
};

void pl_cell(struct pl_table *t, const char *text);
int pl_table_print(FILE *f, struct pl_table *t, size_t left, bool colour);

void pl_table_op_head(struct pl_table *t);
void pl_table_op_cells(struct pl_table *t, const struct pl_op_row *row);
void pl_table_ledger_caption(FILE *f, uint32_t uncounted);
void pl_table_ledger_head(struct pl_table *t);
void pl_table_ledger_cells(struct pl_table *t, const struct pl_ledger *l);

void pl_paint(FILE *f, bool colour, const char *as, const char *text);
void pl_text_status(FILE *f, enum pl_status s, bool colour);
void pl_text_pairs(FILE *f, const struct pl_pair *p, size_t n);

#endif
