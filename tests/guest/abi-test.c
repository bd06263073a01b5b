// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi-test.c - the tests of the ioctl ABI as a program.
 *
 * Groups run in the order of the table, each test alone on the units.  abi.h says what a test gets.
 *
 * The hard rule: exit status 0 means that every test that could be made passed, and that there was
 * one.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../workloads/frame.h"
#include "abi.h"
#include "abi_unload.h"

static const struct abi_group *const groups[] = {
	&abi_group_struct, &abi_group_handle, &abi_group_feature, &abi_group_slot, &abi_group_rid,
	&abi_group_map, &abi_group_dma, &abi_group_walk,
	&abi_group_life, &abi_group_remove, &abi_group_unload,
};

#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

static bool wanted[NR_GROUPS];
static bool free_mode;
static unsigned int lives = 2000;

static bool want_group(const char *name)
{
	size_t i;

	for (i = 0; i < NR_GROUPS; i++) {
		if (strcmp(groups[i]->name, name))
			continue;
		wanted[i] = true;
		return true;
	}
	return false;
}

static void list_groups(FILE *out)
{
	size_t i;

	for (i = 0; i < NR_GROUPS; i++)
		fprintf(out, "%s%s\n", groups[i]->name, groups[i]->on_demand ? " (on demand)" : "");
}

static bool set_mode(const char *name)
{
	free_mode = !strcmp(name, "free");
	return free_mode || !strcmp(name, "strict");
}

static bool set_lives(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	lives = (unsigned int)n;
	return text[0] >= '0' && text[0] <= '9' && !*end && n >= 4 && n <= 1000000;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'l':
		list_groups(stdout);
		exit(0);
	case 'M':
		if (!set_mode(arg))
			argp_error(state, "--mode=%s is not possible: give strict or free", arg);
		return 0;
	case 'n':
		if (!set_lives(arg))
			argp_error(state, "--lives=%s: it is a number from 4 to 1000000", arg);
		return 0;
	case 'm':
		if (abi_nr_modules == ABI_MODULES_MAX)
			argp_error(state, "at most %u times --module", ABI_MODULES_MAX);
		abi_modules[abi_nr_modules++] = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (!want_group(arg))
			argp_error(state, "'%s' is not a group: --list shows them", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "list", 'l', NULL, 0, "Show the groups and exit", 0 },
	{ "mode", 'M', "NAME", 0,
	  "The exclusion rule that tests begin with: strict (default) or free", 0 },
	{ "lives", 'n', "N", 0, "PASID lives of the churn in the group life (2000)", 0 },
	{ "module", 'm', "FILE [PARAM=VALUE...]", 0,
	  "A module's file, in load order, and its parameters; for the group unload", 0 },
	{ 0 },
};

static const char doc[] =
	"Test the ioctl ABI of /dev/pasidlab: every request with everything that can be wrong with "
	"it, and what each promises when it is right.\v"
	"Without GROUP all groups run that are not on demand.  Verdicts go to standard output as "
	"TAP, and as JSON frames to the descriptor that PL_RESULT_FD names.\n\n"
	"Examples:\n"
	"  abi-test                       all groups\n"
	"  abi-test struct map            two of them\n"
	"  abi-test --mode=free           where the RID may change while PASIDs live\n"
	"  abi-test -m /modules/pasidlab.ko -m '/modules/pasidlab_vtd.ko vtd=Y' unload\n\n"
	"Exit status: 0 passed, 1 failed, 2 could not run, 77 all was skipped.";

static void run_groups(struct abi *a)
{
	bool all = true;
	size_t i;

	for (i = 0; i < NR_GROUPS; i++)
		all &= !wanted[i];
	for (i = 0; i < NR_GROUPS; i++)
		if (wanted[i] || (all && !groups[i]->on_demand))
			abi_run_group(a, groups[i]);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse_option, .args_doc = "[GROUP...]", .doc = doc,
	};
	static struct abi a;
	int err, status;

	argp_err_exit_status = 2;
	if (argp_parse(&argp, argc, argv, 0, NULL, NULL))
		return 2;
	if (frame_fd() < 0) {
		fprintf(stderr, "abi-test: PL_RESULT_FD does not name an open descriptor\n");
		return 2;
	}
	err = abi_open(&a, NULL);
	if (err) {
		fprintf(stderr, "abi-test: no endpoint to test on: %s; load pasidlab.ko and a "
			"unit, and be root\n", strerror(-err));
		abi_close(&a);
		return 2;
	}
	a.lives = lives;
	a.mode = free_mode ? PL_MODE_FREE : PL_MODE_STRICT;
	check_prefix(free_mode ? "abi-free" : "abi");
	run_groups(&a);
	status = check_summary();
	abi_close(&a);
	return status;
}
