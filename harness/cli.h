/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - what the sub-commands of pasidlab share.
 *
 * A sub-command is a function from its arguments to an exit status.  It alone prints; everything
 * below it returns errors.  Results go to standard output, progress and complaints to standard
 * error.
 */
#ifndef PL_CLI_H
#define PL_CLI_H

#include <stdbool.h>
#include <stdio.h>

/* Exit statuses, as the manual page promises them. */
enum pl_exit {
	PL_EXIT_OK = 0,		/* did what was asked, and all was as it must be */
	PL_EXIT_FAIL = 1,	/* ran, and found something wrong */
	PL_EXIT_USAGE = 2,	/* was called wrongly; nothing was done */
	PL_EXIT_CANNOT = 3,	/* this machine lacks something; nothing was measured */
};

int pl_cmd_run(int argc, char **argv);
int pl_cmd_check(int argc, char **argv);
int pl_cmd_bench(int argc, char **argv);
int pl_cmd_report(int argc, char **argv);
int pl_cmd_version(int argc, char **argv);
int pl_cmd_guest(int argc, char **argv);

/* The tracer's room may be absent from a build. */
int pl_cmd_trace(int argc, char **argv) __attribute__((weak));

void pl_complain(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool pl_colour(FILE *f);

extern const char pl_version[];

#endif
