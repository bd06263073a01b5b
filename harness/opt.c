// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * opt.c - a table of options to a parser, a help text and error messages; opt.h has the rule.
 *
 * The command line is walked twice.  The first walk checks every option against the table, so that
 * an unknown one is answered with the nearest known one instead of getopt's bare refusal; the
 * second is argp's own, which by then can only meet what exists.
 */
#include "opt.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PL_OPTS_MAX	40
#define PL_WORD_MAX	40

/* argp needs a number for an option without a letter, and gives -1 to none. */
#define PL_KEY_BASE	0x1000

/* A row's key for argp. */
static int pl_key(const struct pl_cmdline *c, size_t i)
{
	return c->opts[i].key ? c->opts[i].key : (int)(PL_KEY_BASE + i);
}

static size_t pl_min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance; words longer than PL_WORD_MAX are compared by their beginnings. */
static size_t pl_distance(const char *a, const char *b)
{
	size_t row[PL_WORD_MAX + 1], la = strnlen(a, PL_WORD_MAX), lb = strnlen(b, PL_WORD_MAX);
	size_t i, j, diagonal, above;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			above = row[j];
			row[j] = pl_min3(row[j] + 1, row[j - 1] + 1,
					 diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[lb];
}

/**
 * pl_nearest() - what a mistyped word may have been meant to be
 * @word: as typed
 * @names: what it could be
 * @n: how many
 *
 * Return: the nearest name, or NULL when none is near: more than a third of its letters differ.
 */
const char *pl_nearest(const char *word, const char *const *names, size_t n)
{
	size_t best = PL_WORD_MAX, i, d;
	const char *name = NULL;

	for (i = 0; i < n; i++) {
		d = pl_distance(word, names[i]);
		if (d < best && d <= (strlen(names[i]) + 2) / 3) {
			best = d;
			name = names[i];
		}
	}
	return name;
}

/* What argp adds of its own. */
static const char *const pl_builtin[] = { "help", "usage" };

#define PL_BUILTINS (sizeof(pl_builtin) / sizeof(pl_builtin[0]))

/* The option of a long name; its beginning is enough if no other has it.  NULL: none or many. */
static const struct pl_opt *pl_find_long(const struct pl_cmdline *c, const char *name, size_t len,
					 bool *builtin)
{
	const struct pl_opt *found = NULL;
	size_t i, hits = 0;

	*builtin = false;
	for (i = 0; i < PL_BUILTINS; i++) {
		if (strncmp(pl_builtin[i], name, len))
			continue;
		*builtin = true;
		hits++;
	}
	for (i = 0; i < c->n_opts; i++) {
		if (c->opts[i].type == PL_OPT_GROUP || strncmp(c->opts[i].name, name, len))
			continue;
		if (strlen(c->opts[i].name) == len)
			return &c->opts[i];
		found = &c->opts[i];
		hits++;
	}
	if (hits != 1)
		*builtin = false;
	return hits == 1 ? found : NULL;
}

static int pl_unknown_option(const struct pl_cmdline *c, const char *name, size_t len)
{
	const char *names[PL_OPTS_MAX + PL_BUILTINS], *nearest;
	char word[PL_WORD_MAX + 1] = "";
	size_t i, n = 0;

	memcpy(word, name, len < PL_WORD_MAX ? len : PL_WORD_MAX);
	for (i = 0; i < c->n_opts; i++)
		if (c->opts[i].type != PL_OPT_GROUP)
			names[n++] = c->opts[i].name;
	for (i = 0; i < PL_BUILTINS; i++)
		names[n++] = pl_builtin[i];
	nearest = pl_nearest(word, names, n);
	if (nearest)
		pl_complain(c->name, "there is no option --%s; did you mean --%s?", word, nearest);
	else
		pl_complain(c->name, "there is no option --%s; 'pasidlab %s --help' lists them",
			    word, c->name);
	return -EINVAL;
}

/* Check one "--name", "--name=value"; @skip is set when the value is the next argument. */
static int pl_check_long(const struct pl_cmdline *c, const char *arg, bool last, bool *skip)
{
	size_t len = strcspn(arg + 2, "=");
	const char *value = arg[2 + len] ? arg + 3 + len : NULL;
	bool builtin;
	const struct pl_opt *o = pl_find_long(c, arg + 2, len, &builtin);

	if (builtin)
		return 0;
	if (!o)
		return pl_unknown_option(c, arg + 2, len);
	if (!o->arg && value) {
		pl_complain(c->name, "--%s takes no value", o->name);
		return -EINVAL;
	}
	if (o->arg && !value && last) {
		pl_complain(c->name, "--%s needs a value: --%s=%s", o->name, o->name, o->arg);
		return -EINVAL;
	}
	*skip = o->arg && !value;
	return 0;
}

/* Check a cluster of letters, "-tq" or "-t4". */
static int pl_check_short(const struct pl_cmdline *c, const char *arg, bool last, bool *skip)
{
	const char *p;
	size_t i;

	for (p = arg + 1; *p && *p != '?'; p++) {
		for (i = 0; i < c->n_opts && c->opts[i].key != *p; i++)
			;
		if (i == c->n_opts) {
			pl_complain(c->name, "there is no option -%c; 'pasidlab %s --help' lists "
				    "them", *p, c->name);
			return -EINVAL;
		}
		if (!c->opts[i].arg)
			continue;
		*skip = !p[1];
		if (*skip && last) {
			pl_complain(c->name, "-%c needs a value: -%c %s", *p, *p, c->opts[i].arg);
			return -EINVAL;
		}
		return 0;
	}
	return 0;
}

static int pl_check_args(const struct pl_cmdline *c, int argc, char **argv)
{
	bool skip;
	int i, err = 0;

	for (i = 1; i < argc && !err; i++) {
		skip = false;
		if (!strcmp(argv[i], "--"))
			break;
		if (!strncmp(argv[i], "--", 2)) {
			err = pl_check_long(c, argv[i], i + 1 == argc, &skip);
		} else if (argv[i][0] == '-' && argv[i][1]) {
			err = pl_check_short(c, argv[i], i + 1 == argc, &skip);
		} else if (!c->args) {
			pl_complain(c->name, "takes no argument, but was given '%s'", argv[i]);
			err = -EINVAL;
		}
		i += skip;
	}
	return err;
}

static int pl_set_number(const struct pl_cmdline *c, const struct pl_opt *o, const char *arg,
			 uint64_t *out)
{
	uint64_t v;
	char *end;

	errno = 0;
	v = strtoull(arg, &end, 0);
	/* strtoull takes blanks and signs, which no option here can mean. */
	if (errno || *end || arg[0] < '0' || arg[0] > '9' || v < o->min || v > o->max) {
		pl_complain(c->name, "--%s: '%s' is not between %llu and %llu", o->name, arg,
			    (unsigned long long)o->min, (unsigned long long)o->max);
		return -EINVAL;
	}
	*out = v;
	return 0;
}

static int pl_set_choice(const struct pl_cmdline *c, const struct pl_opt *o, const char *arg,
			 const char **out)
{
	char known[256] = "";
	size_t i, at = 0;

	for (i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], arg)) {
			*out = o->choices[i];
			return 0;
		}
		if (at < sizeof(known))
			at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s",
					       i ? ", " : "", o->choices[i]);
	}
	pl_complain(c->name, "--%s: '%s' is not known; known: %s", o->name, arg, known);
	return -EINVAL;
}

static int pl_set_option(const struct pl_cmdline *c, const struct pl_opt *o, const char *arg,
			 void *values)
{
	void *at = (char *)values + o->offset;

	switch (o->type) {
	case PL_OPT_FLAG:
		*(bool *)at = true;
		return 0;
	case PL_OPT_NUMBER:
		return pl_set_number(c, o, arg, at);
	case PL_OPT_CHOICE:
		return pl_set_choice(c, o, arg, at);
	case PL_OPT_TEXT:
		if (!*arg) {
			pl_complain(c->name, "--%s: is empty; give %s", o->name, o->arg);
			return -EINVAL;
		}
		*(const char **)at = arg;
		return 0;
	default:
		return -EINVAL;
	}
}

/* What argp's parser needs: its only state besides the command line. */
struct pl_parse {
	const struct pl_cmdline *c;
	void *values;
	int rest;
};

static error_t pl_parser(int key, char *arg, struct argp_state *state)
{
	struct pl_parse *p = state->input;
	size_t i;

	if (key == ARGP_KEY_ARGS) {
		p->rest = state->next;
		return 0;
	}
	for (i = 0; i < p->c->n_opts; i++)
		if (p->c->opts[i].type != PL_OPT_GROUP && pl_key(p->c, i) == key)
			return pl_set_option(p->c, &p->c->opts[i], arg, p->values) ? EINVAL : 0;
	return ARGP_ERR_UNKNOWN;
}

/* "Threads (1 to 64, default 2)" */
static char *pl_help_text(const struct pl_opt *o)
{
	char range[320] = "", *text;
	size_t at = 0, i;

	if (o->type == PL_OPT_NUMBER && o->max < UINT32_MAX)
		at = (size_t)snprintf(range, sizeof(range), "%llu to %llu",
				      (unsigned long long)o->min, (unsigned long long)o->max);
	for (i = 0; o->type == PL_OPT_CHOICE && o->choices[i] && at < sizeof(range); i++)
		at += (size_t)snprintf(range + at, sizeof(range) - at, "%s%s", i ? ", " : "",
				       o->choices[i]);
	if (o->def && at < sizeof(range))
		at += (size_t)snprintf(range + at, sizeof(range) - at, "%sdefault %s",
				       at ? "; " : "", o->def);
	if (asprintf(&text, at ? "%s (%s)" : "%s", o->help, range) < 0)
		return NULL;
	return text;
}

static void pl_make_rows(const struct pl_cmdline *c, struct argp_option *rows)
{
	size_t i;
	int group = 1;

	for (i = 0; i < c->n_opts; i++) {
		const struct pl_opt *o = &c->opts[i];

		if (o->type == PL_OPT_GROUP) {
			group++;
			rows[i] = (struct argp_option) { .doc = o->help, .group = group };
			continue;
		}
		rows[i] = (struct argp_option) {
			.name = o->name, .key = pl_key(c, i), .arg = o->arg,
			.doc = pl_help_text(o), .group = group,
		};
	}
}

static int pl_set_defaults(const struct pl_cmdline *c, void *values)
{
	size_t i;
	int err = 0;

	for (i = 0; i < c->n_opts && !err; i++)
		if (c->opts[i].def)
			err = pl_set_option(c, &c->opts[i], c->opts[i].def, values);
	return err;
}

/**
 * pl_opt_parse() - read a sub-command's arguments
 * @c: how it is called
 * @argc: number of arguments, its own name included
 * @argv: the arguments; may be reordered, options first
 * @values: the caller's struct, zeroed; filled
 * @rest: set to the index in @argv of the first argument that is no option (@argc when there is
 *	none); may be NULL
 *
 * Prints the help and ends the process for --help.  Complains about a mistake.
 *
 * Return: 0, -EINVAL for a mistake, -ENOMEM.
 */
int pl_opt_parse(const struct pl_cmdline *c, int argc, char **argv, void *values, int *rest)
{
	struct argp_option rows[PL_OPTS_MAX + 1] = {};
	struct pl_parse p = { .c = c, .values = values, .rest = argc };
	char name[64], *doc;
	struct argp argp = { .options = rows, .parser = pl_parser, .args_doc = c->args };
	size_t i;
	int err;

	if (c->n_opts > PL_OPTS_MAX || asprintf(&doc, "%s\v%s", c->doc, c->after) < 0)
		return -ENOMEM;
	snprintf(name, sizeof(name), "pasidlab %s", c->name);
	argv[0] = name;
	argp.doc = doc;
	pl_make_rows(c, rows);
	err = pl_set_defaults(c, values);
	if (!err)
		err = pl_check_args(c, argc, argv);
	if (!err)
		err = -argp_parse(&argp, argc, argv, 0, NULL, &p);
	for (i = 0; i < c->n_opts; i++)
		if (c->opts[i].type != PL_OPT_GROUP)
			free((char *)rows[i].doc);
	free(doc);
	argv[0] = (char *)c->name;
	if (rest)
		*rest = p.rest;
	return err;
}

/**
 * pl_opt_value() - an option's value as text, for the record
 * @o: the option
 * @values: the caller's struct
 * @buf: the text
 * @size: of @buf
 *
 * Return: 1 when there is a value, 0 when there is none (a heading, a text that was not given).
 */
int pl_opt_value(const struct pl_opt *o, const void *values, char *buf, size_t size)
{
	const void *at = (const char *)values + o->offset;
	const char *text;

	switch (o->type) {
	case PL_OPT_FLAG:
		snprintf(buf, size, "%s", *(const bool *)at ? "yes" : "no");
		return 1;
	case PL_OPT_NUMBER:
		snprintf(buf, size, "%llu", (unsigned long long)*(const uint64_t *)at);
		return 1;
	case PL_OPT_CHOICE:
	case PL_OPT_TEXT:
		text = *(const char *const *)at;
		snprintf(buf, size, "%s", text ? text : "");
		return text != NULL;
	default:
		return 0;
	}
}
