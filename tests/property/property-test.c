// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The property test in a guest: random requests to the device node against the
 * oracle, on whatever unit has endpoints there, every DMA by its engine and
 * every table as the unit would read it.
 *
 *	property-test --seconds 600 --seed 7
 *
 * The seed is printed; a failure prints the step and the last operations, and
 * the same seed on the same unit repeats them.  A run that time ends is the
 * beginning of a longer one.
 *
 * The hard rule: a run that made no DMA, or compared no table where tables can
 * be read, has proved nothing and fails.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../workloads/frame.h"
#include "../guest/check.h"
#include "backend.h"

#define TICKS		64	/* steps between looks at the clock */
#define PROGRESS	4096	/* and between progress frames */
#define LINES		4	/* of a failure's account that go into the verdict */

static struct {
	uint64_t seed, steps, seconds, walks;
	const char *no_identity;
} opt = { .seed = 1, .walks = 1 };

static struct prop world;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* @ctx: when to end, 0 for never. */
static bool over(void *ctx, uint64_t step)
{
	const uint64_t *end = ctx;

	if (step % PROGRESS == 0)
		frame_progress("property", step, opt.steps);
	return *end && now() >= *end;
}

/* All of it to standard output; the verdict has what happened and the last operations. */
static void say(void *ctx, const char *line)
{
	static int lines;

	(void)ctx;
	printf("# %s\n", line);
	if (!lines++ || lines > 1 + PROP_HISTORY - (LINES - 1))
		EXPECT(false, "%s", line);
}

static void run(struct prop_backend *b)
{
	uint64_t end = opt.seconds ? now() + 1000 * opt.seconds : 0;
	const struct prop_options options = {
		.seed = opt.seed, .steps = opt.steps ? opt.steps : UINT64_MAX,
		.no_identity = opt.no_identity, .walks = opt.walks, .ticks = TICKS, .over = over,
		.say = say, .ctx = &end,
	};
	const char *why = NULL;
	int err;

	err = prop_run(&world, b, &options);
	if (!err)
		err = prop_wind_up(&world);
	printf("# seed %llu: %llu operations, %llu transfers, %llu addresses walked\n",
	       (unsigned long long)opt.seed, (unsigned long long)world.step,
	       (unsigned long long)world.dmas, (unsigned long long)world.walked);
	/* After a failure there is more left than is worth telling. */
	if (prop_file_down(b, &why) && !err)
		EXPECT(false, "seed %llu: %s", (unsigned long long)opt.seed, why);
	EXPECT(err || world.dmas, "no transfer was made");
}

static void check_tables(bool readable)
{
	check_begin("R1.6,R1.7", "walked after each operation");
	if (readable)
		EXPECT(world.walked, "no table was compared");
	else
		check_skip("the unit's tables cannot be read, says PL_IOC_WALK");
	check_end();
}

static void check_identity(void)
{
	check_begin("R1.5,R1.7", "identity among the domains");
	if (opt.no_identity)
		check_skip("left out: %s", opt.no_identity);
	check_end();
}

static const struct argp_option options[] = {
	{ "seed", 's', "N", 0, "Of every choice (1)", 0 },
	{ "ops", 'n', "N", 0, "Operations; 0: until --seconds", 0 },
	{ "seconds", 't', "N", 0, "Draw no operation after N seconds; 0: until --ops", 0 },
	{ "no-identity", 'i', "REASON", 0,
	  "Leave the identity domain out, for a reason that is told as a skip", 0 },
	{ "walks", 'w', "N", 0,
	  "Compare the tables of N slots besides those an operation touched (1)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	uint64_t *const field = key == 's' ? &opt.seed : key == 'n' ? &opt.steps :
				key == 't' ? &opt.seconds : key == 'w' ? &opt.walks : NULL;
	char *end;

	if (key == 'i') {
		opt.no_identity = arg;
		return 0;
	}
	if (key == ARGP_KEY_END && !opt.steps && !opt.seconds)
		opt.seconds = 20;
	if (!field)
		return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
	*field = strtoull(arg, &end, 0);
	if (end == arg || *end || strchr(arg, '-'))
		argp_error(state, "'%s' is not a number", arg);
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Random requests to /dev/pasidlab against a naive oracle, on the unit behind it.\v"
	       "Without --ops and --seconds it runs for 20 seconds.  Verdicts go to standard "
	       "output as TAP, and as JSON frames to the descriptor that PL_RESULT_FD names.\n\n"
	       "Examples:\n"
	       "  property-test --seed 7 --ops 20000\n"
	       "  property-test --seconds 3600 --walks 8\n\n"
	       "Exit status: 0 passed, 1 failed, 2 could not run.",
};

int main(int argc, char **argv)
{
	struct prop_backend *b;
	const char *why;
	bool tables;
	int err;

	argp_err_exit_status = 2;
	if (argp_parse(&argp, argc, argv, 0, NULL, NULL))
		return 2;
	if (frame_fd() < 0) {
		fprintf(stderr, "property-test: PL_RESULT_FD does not name an open descriptor\n");
		return 2;
	}
	err = prop_file_up(&b, &why);
	if (err) {
		fprintf(stderr, "property-test: %s: %s; load pasidlab.ko and a unit, and be root\n",
			why, strerror(-err));
		return 2;
	}
	check_prefix("property");
	check_begin("R0,R1,R2", "random requests to %s, seed %llu", prop_file_unit(b),
		    (unsigned long long)opt.seed);
	tables = prop_file_tables(b);
	run(b);
	check_end();
	check_tables(tables);
	check_identity();
	return check_summary();
}
