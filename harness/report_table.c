// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_table.c - tables in text; report_table.h has the rule.
 */
#include "report_table.h"

#define PL_LINE		96	/* where option lists are broken */

/**
 * pl_paint() - text in a colour, where there are colours
 * @f: the stream
 * @colour: there are
 * @as: PL_BOLD and its like
 * @text: the text
 */
void pl_paint(FILE *f, bool colour, const char *as, const char *text)
{
	if (colour)
		fprintf(f, "%s%s\033[0m", as, text);
	else
		fputs(text, f);
}

/**
 * pl_cell() - the next cell of a table
 * @t: the table; an error stays in it until it is printed
 * @text: copied
 */
void pl_cell(struct pl_table *t, const char *text)
{
	if (!t->err)
		t->err = pl_strv_add(&t->cells, text);
}

static size_t pl_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void pl_spaces(FILE *f, size_t n)
{
	fprintf(f, "%*s", (int)n, "");
}

/* Names to the left, figures to the right; two spaces between columns and before the first. */
static void pl_table_row(FILE *f, const struct pl_table *t, size_t row, const size_t *width,
			 size_t left)
{
	size_t c, pad;

	for (c = 0; c < t->cols; c++) {
		const char *s = t->cells.v[row * t->cols + c];

		pad = width[c] - pl_width(s);
		pl_spaces(f, 2 + (c < left ? 0 : pad));
		fputs(s, f);
		if (c < left)
			pl_spaces(f, pad);
	}
}

/**
 * pl_table_print() - print a table and forget its cells
 * @f: the stream
 * @t: the table; its first row is the header
 * @left: columns that hold names
 * @colour: the header is dimmed
 *
 * Return: 0 or -ENOMEM.
 */
int pl_table_print(FILE *f, struct pl_table *t, size_t left, bool colour)
{
	size_t width[PL_TABLE_COLS] = {}, i, w;

	for (i = 0; i < t->cells.n && !t->err; i++) {
		w = pl_width(t->cells.v[i]);
		if (w > width[i % t->cols])
			width[i % t->cols] = w;
	}
	for (i = 0; i < t->cells.n / t->cols && !t->err; i++) {
		if (!i && colour)
			fputs(PL_DIM, f);
		pl_table_row(f, t, i, width, left);
		if (!i && colour)
			fputs("\033[0m", f);
		putc('\n', f);
	}
	pl_strv_free(&t->cells);
	return t->err;
}

/**
 * pl_table_op_head() - the header of latencies
 * @t: the table
 */
void pl_table_op_head(struct pl_table *t)
{
	int i;

	pl_cell(t, "count");
	pl_cell(t, "errors");
	pl_cell(t, "per s");
	for (i = 0; i < PL_TIME_NR; i++)
		pl_cell(t, pl_time_desc[i].label);
}

/**
 * pl_table_op_cells() - an operation's cells, without its name
 * @t: the table
 * @row: its figures; NULL: it was not there, a dash each
 */
void pl_table_op_cells(struct pl_table *t, const struct pl_op_row *row)
{
	char buf[PL_FMT_MAX];
	int i;

	pl_cell(t, row ? pl_fmt_count(buf, row->count) : "-");
	pl_cell(t, row ? pl_fmt_count(buf, row->errors) : "-");
	pl_cell(t, row ? pl_fmt_rate(buf, row->rate) : "-");
	for (i = 0; i < PL_TIME_NR; i++)
		pl_cell(t, row && row->timed ? pl_fmt_ns(buf, row->ns[i]) : "-");
}

/**
 * pl_table_ledger_caption() - what stands above a ledger
 * @f: the stream
 * @uncounted: columns that a unit cannot count
 */
void pl_table_ledger_caption(FILE *f, uint32_t uncounted)
{
	fprintf(f, "\n  What the unit did; columns after errors are means per call%s:\n",
		uncounted ? "; ? = not counted, the unit cannot tell" : "");
}

/**
 * pl_table_ledger_head() - the header of a ledger
 * @t: the table
 */
void pl_table_ledger_head(struct pl_table *t)
{
	int c;

	for (c = 0; c < PL_LEDGER_NR; c++)
		pl_cell(t, pl_ledger_name[c]);
}

/**
 * pl_table_ledger_cells() - the cells of a line of the ledger, without its names
 * @t: the table
 * @l: the line; NULL: it was not there, a dash each
 */
void pl_table_ledger_cells(struct pl_table *t, const struct pl_ledger *l)
{
	char buf[PL_FMT_MAX];
	int c;

	for (c = 0; c < PL_PER_CALL_FIRST; c++)
		pl_cell(t, l ? pl_fmt_count(buf, l->n[c]) : "-");
	for (; c < PL_LEDGER_NR; c++) {
		if (!l)
			pl_cell(t, "-");
		else if (l->uncounted & 1u << c)
			pl_cell(t, "?");
		else
			pl_cell(t, pl_fmt_ratio(buf, pl_per_call(l, c)));
	}
}

/**
 * pl_text_status() - PASS, FAIL or SKIP
 * @f: the stream
 * @s: which
 * @colour: the stream has colours
 */
void pl_text_status(FILE *f, enum pl_status s, bool colour)
{
	static const char *const word[] = { "PASS", "FAIL", "SKIP" };
	static const char *const as[] = { PL_GREEN, PL_RED, PL_YELLOW };

	pl_paint(f, colour, as[s], word[s]);
}

/**
 * pl_text_pairs() - name=value, as many on a line as fit
 * @f: the stream
 * @p: the pairs
 * @n: how many
 */
void pl_text_pairs(FILE *f, const struct pl_pair *p, size_t n)
{
	size_t i, len, column = PL_LINE;

	for (i = 0; i < n; i++) {
		len = pl_width(p[i].name) + 2 + pl_width(p[i].value ?: "");
		if (column + len > PL_LINE) {
			fputs(i ? "\n  " : "  ", f);
			column = 2;
		}
		fprintf(f, "%s=%s ", p[i].name, p[i].value ?: "");
		column += len;
	}
	if (n)
		putc('\n', f);
}
