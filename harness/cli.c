// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cli.c - the pasidlab command: which sub-command, and what all of them share.
 *
 * Sub-commands are rows of a table; a word that is none of them is answered with the nearest one.
 */
#include "cli.h"

#include <argp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "opt.h"

/**
 * struct pl_subcommand - a row
 * @name: as typed
 * @help: a line for the list; NULL hides it: the guest's own half of a run
 * @run: from its arguments, its own name first, to an exit status
 */
struct pl_subcommand {
	const char *name;
	const char *help;
	int (*run)(int argc, char **argv);
};

static int pl_cmd_help(int argc, char **argv);

static int pl_cmd_trace_or_not(int argc, char **argv)
{
	if (pl_cmd_trace)
		return pl_cmd_trace(argc, argv);
	pl_complain("trace",
		    "this pasidlab was built without the tracer: build it with clang and bpftool");
	return PL_EXIT_CANNOT;
}

static const struct pl_subcommand pl_subcommands[] = {
	{ "run", "boot a guest, load an IOMMU unit with PASIDs, report", pl_cmd_run },
	{ "report", "write a result as text, HTML, JSON, CSV or KTAP", pl_cmd_report },
	{ "check", "boot a guest and run the tests that need a kernel", pl_cmd_check },
	{ "bench", "measure what operations cost, side by side with the in-tree driver",
	  pl_cmd_bench },
	{ "trace", "show PASID attachments and faults of this machine as they happen",
	  pl_cmd_trace_or_not },
	{ "version", "say which version this is", pl_cmd_version },
	{ "help", "show this list, or the help of a command", pl_cmd_help },
	{ "guest", NULL, pl_cmd_guest },
};

#define PL_SUBCOMMANDS (sizeof(pl_subcommands) / sizeof(pl_subcommands[0]))

/**
 * pl_complain() - one line to standard error: "pasidlab: run: ..."
 * @command: the sub-command, or NULL
 * @fmt: what is wrong, and what is right
 */
void pl_complain(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "pasidlab: %s%s", command ?: "", command ? ": " : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
}

/**
 * pl_colour() - may colours be written to a stream?
 * @f: the stream
 *
 * Only to a terminal that knows them, and never with NO_COLOR set to anything (no-color.org).
 */
bool pl_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(f)) && !(no && *no) && term && strcmp(term, "dumb");
}

static const struct pl_subcommand *pl_find(const char *name)
{
	size_t i;

	for (i = 0; i < PL_SUBCOMMANDS; i++)
		if (!strcmp(pl_subcommands[i].name, name))
			return &pl_subcommands[i];
	return NULL;
}

static void pl_usage(FILE *f)
{
	size_t i;

	fputs("Usage: pasidlab COMMAND [ARGUMENT...]\n\n"
	      "pasidlab is a laboratory for PASIDs: it loads, tests and traces the part of an\n"
	      "IOMMU that gives each process its own view of a device.\n\nCommands:\n", f);
	for (i = 0; i < PL_SUBCOMMANDS; i++)
		if (pl_subcommands[i].help)
			fprintf(f, "  %-10s%s\n", pl_subcommands[i].name, pl_subcommands[i].help);
	fputs("\nExamples:\n"
	      "  pasidlab run                      the main job: churn, with a report\n"
	      "  pasidlab run --pattern hold       many PASIDs alive at once\n"
	      "  pasidlab report result.json       an earlier result again, as text\n"
	      "  pasidlab check --tier t1 --tap    the guest tests, for CI\n\n"
	      "'pasidlab COMMAND --help' explains one command. The manual is pasidlab(1).\n", f);
}

static int pl_unknown(const char *word)
{
	const char *names[PL_SUBCOMMANDS], *nearest;
	size_t i, n = 0;

	for (i = 0; i < PL_SUBCOMMANDS; i++)
		if (pl_subcommands[i].help)
			names[n++] = pl_subcommands[i].name;
	nearest = pl_nearest(word, names, n);
	if (nearest)
		pl_complain(NULL, "there is no command '%s'; did you mean '%s'?", word, nearest);
	else
		pl_complain(NULL, "there is no command '%s'; 'pasidlab help' lists them", word);
	return PL_EXIT_USAGE;
}

static int pl_cmd_help(int argc, char **argv)
{
	static char help[] = "--help";
	const struct pl_subcommand *s;

	if (argc < 2 || argv[1][0] == '-') {
		pl_usage(stdout);
		return PL_EXIT_OK;
	}
	s = pl_find(argv[1]);
	if (!s)
		return pl_unknown(argv[1]);
	if (s->run == pl_cmd_help) {
		pl_usage(stdout);
		return PL_EXIT_OK;
	}
	return s->run(2, (char *[]) { argv[1], help, NULL });
}

/* Output that did not arrive (a full disk, a closed pipe) is a failure, whatever was found. */
static int pl_finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	pl_complain(NULL, "standard output could not be written");
	return status ? status : PL_EXIT_FAIL;
}

int main(int argc, char **argv)
{
	const struct pl_subcommand *s;
	static char version[] = "version";

	argp_err_exit_status = PL_EXIT_USAGE;
	/* Every option with a letter takes its value in the same way: no need to say so. */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	if (argc < 2) {
		pl_usage(stderr);
		return PL_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?"))
		return pl_finish(pl_cmd_help(1, argv));
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return pl_finish(pl_cmd_version(1, (char *[]) { version, NULL }));
	if (argv[1][0] == '-') {
		pl_complain(NULL, "'%s': a command comes first; 'pasidlab help' lists them",
			    argv[1]);
		return PL_EXIT_USAGE;
	}
	s = pl_find(argv[1]);
	return s ? pl_finish(s->run(argc - 1, argv + 1)) : pl_unknown(argv[1]);
}
