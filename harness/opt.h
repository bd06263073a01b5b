/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opt.h - the options of a sub-command as a table.
 *
 * A row has the option's name, type, range, default and help; the parser, the help text, the error
 * messages and the record of the run's options in the result are all made from it.  argp lays out
 * the help and walks the command line; whether an option exists and what it may be is decided
 * here, so that a mistake gets one line which says what is wrong and what would be right.
 *
 * The hard rule: values are only ever written through the table, and only when they are in range.
 */
#ifndef PL_OPT_H
#define PL_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pl_opt_type {
	PL_OPT_GROUP,	/* a heading in the help; only @help is used */
	PL_OPT_FLAG,	/* bool */
	PL_OPT_NUMBER,	/* uint64_t, @min to @max */
	PL_OPT_CHOICE,	/* const char *, one of @choices */
	PL_OPT_TEXT,	/* const char *, not empty */
};

/**
 * struct pl_opt - an option
 * @name: long name
 * @key: short name, or 0
 * @type: see enum pl_opt_type
 * @arg: the value's name in the help, NULL for a flag
 * @offset: where in the caller's struct it goes
 * @min: least number
 * @max: greatest number
 * @choices: permitted words, ended by NULL
 * @def: default as text; NULL for none (0, false, NULL)
 * @help: a sentence without its period
 */
struct pl_opt {
	const char *name;
	int key;
	enum pl_opt_type type;
	const char *arg;
	size_t offset;
	uint64_t min;
	uint64_t max;
	const char *const *choices;
	const char *def;
	const char *help;
};

/**
 * struct pl_cmdline - how a sub-command is called
 * @name: of the sub-command
 * @opts: its options
 * @n_opts: how many
 * @args: its further arguments in the usage line; NULL: takes none
 * @doc: text above the options
 * @after: text below them: examples
 */
struct pl_cmdline {
	const char *name;
	const struct pl_opt *opts;
	size_t n_opts;
	const char *args;
	const char *doc;
	const char *after;
};

int pl_opt_parse(const struct pl_cmdline *c, int argc, char **argv, void *values, int *rest);
int pl_opt_value(const struct pl_opt *o, const void *values, char *buf, size_t size);
const char *pl_nearest(const char *word, const char *const *names, size_t n);

#endif
