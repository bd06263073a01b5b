// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_check.c - pasidlab check: boot a guest and run the tests that need a kernel.
 *
 * One line a case, as it ends: each check of a test program, each workload, each step of the plan
 * (a module that cannot be unloaded is a failed case), and each step after which the kernel log
 * was bad. The last case is the guest itself: it must have ended on its own word.
 *
 * With --tap the lines are TAP version 13 (testanything.org), for prove, CI and run-tests.  A
 * person gets a line for a check that failed or was skipped, and for those that passed their
 * number, with the step that made them.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "interrupt.h"
#include "opt.h"
#include "progress.h"
#include "report.h"
#include "session.h"

struct pl_check_args {
	const char *tier;
	const char *unit;
	const char *arch;
	const char *series;
	const char *accel;
	uint64_t seed;
	uint64_t property;
	uint64_t lives;
	uint64_t timeout;
	const char *out;
	bool keep;
	bool tap;
};

#define AT(_field)	.offset = offsetof(struct pl_check_args, _field)

static const char *const pl_tiers[] = { "t1", NULL };
static const char *const pl_accels[] = { "auto", "kvm", "tcg", NULL };

static const struct pl_opt pl_check_opts[] = {
	{ .name = "tier", .type = PL_OPT_CHOICE, .arg = "TIER", AT(tier), .choices = pl_tiers,
	  .def = "t1", .help = "Which tests: t1 needs a guest, and no hardware" },
	{ .name = "unit", .key = 'u', .type = PL_OPT_CHOICE, .arg = "NAME", AT(unit),
	  .choices = pl_unit_names,
	  .help = "The IOMMU and where it lives; default vtd@model, on arm64 smmuv3@model" },
	{ .name = "arch", .key = 'A', .type = PL_OPT_CHOICE, .arg = "NAME", AT(arch),
	  .choices = pl_arch_names,
	  .help = "The guest's architecture; default this machine's, or where --unit is" },
	{ .name = "series", .type = PL_OPT_TEXT, .arg = "X.Y", AT(series),
	  .help = "The guest's kernel, as 'make guest SERIES=X.Y' made it" },
	{ .name = "accel", .key = 'a', .type = PL_OPT_CHOICE, .arg = "NAME", AT(accel),
	  .choices = pl_accels, .def = "auto", .help = "How the guest's processors run" },
	{ .name = "seed", .key = 'S', .type = PL_OPT_NUMBER, .arg = "N", AT(seed),
	  .max = UINT32_MAX, .def = "1", .help = "First random number" },
	{ .name = "property", .key = 'p', .type = PL_OPT_NUMBER, .arg = "S", AT(property),
	  .min = 1, .max = 3600, .def = "20",
	  .help = "Seconds of random operations against the oracle" },
	{ .name = "lives", .key = 'n', .type = PL_OPT_NUMBER, .arg = "N", AT(lives), .min = 40,
	  .max = 1000000, .def = "2000",
	  .help = "PASID lives of each churn; fewer where another guest has had them" },
	{ .name = "timeout", .key = 'T', .type = PL_OPT_NUMBER, .arg = "S", AT(timeout), .min = 5,
	  .max = 86400, .def = "600", .help = "Seconds until the guest is ended" },
	{ .name = "out", .key = 'o', .type = PL_OPT_TEXT, .arg = "DIR", AT(out),
	  .help = "Write result.json and the logs to DIR instead of a dated directory" },
	{ .name = "keep", .type = PL_OPT_FLAG, AT(keep),
	  .help = "Keep console.log and frames.log also when all passed" },
	{ .name = "tap", .type = PL_OPT_FLAG, AT(tap), .help = "Print TAP, for machines" },
};

static const struct pl_cmdline pl_check_cmdline = {
	.name = "check", .opts = pl_check_opts,
	.n_opts = sizeof(pl_check_opts) / sizeof(pl_check_opts[0]),
	.doc = "Boot a guest and run the tests that need a kernel: the ioctl ABI, random operations "
	       "against an oracle, with every table of the unit walked, churn in every "
	       "pattern, the trace against the ledger, killed processes, unloading and loading "
	       "again. The kernel log is part of the verdict.",
	.after = "Examples:\n"
		 "  pasidlab check\n"
		 "  pasidlab check --unit vtd@qemu --property 600 --seed 7\n"
		 "  pasidlab check --arch arm64 --property 5 --lives 400\n"
		 "  pasidlab check --tier t1 --tap\n\n"
		 "Exit status: 0 all passed, 1 one failed, 2 wrong arguments, 3 this machine "
		 "cannot.",
};

/* A check in progress. */
struct pl_check_run {
	struct pl_check_args args;
	struct pl_target target;
	struct pl_progress progress;
	bool colour;
	size_t passed;
	size_t failed;
	size_t skipped;
	size_t checks_told;
	size_t checks_passed;
};

static void pl_tap_line(const struct pl_check_run *c, enum pl_status s, const char *name,
			const char *reason)
{
	printf("%s %zu - %s", s == PL_FAIL ? "not ok" : "ok", c->passed + c->failed + c->skipped,
	       name);
	if (s == PL_SKIP)
		printf(" # SKIP %s", reason ?: "");
	putchar('\n');
	if (s == PL_FAIL && reason && *reason)
		printf("# %s\n", reason);
}

static void pl_human_line(const struct pl_check_run *c, enum pl_status s, const char *name,
			  const char *reason)
{
	static const char *const word[] = { "PASS", "FAIL", "SKIP" };
	static const char *const colour[] = { "\033[32m", "\033[1;31m", "\033[33m" };

	printf("  %s%s%s  %s", c->colour ? colour[s] : "", word[s], c->colour ? "\033[0m" : "",
	       name);
	if (s == PL_PASS && reason && *reason)
		printf(" (%s)", reason);
	if (s != PL_PASS && reason && *reason)
		printf(": %s", reason);
	putchar('\n');
}

static void pl_case(struct pl_check_run *c, enum pl_status s, const char *name, const char *reason)
{
	size_t *const count[] = { &c->passed, &c->failed, &c->skipped };

	pl_progress_clear(&c->progress);
	++*count[s];
	(c->args.tap ? pl_tap_line : pl_human_line)(c, s, name, reason);
	fflush(stdout);
}

static void pl_case_workload(struct pl_check_run *c, const struct pl_workload *w)
{
	uint64_t broken = 0;
	char name[128];
	size_t i;

	snprintf(name, sizeof(name), "workload %s", w->name);
	for (i = 0; i < w->n_violations; i++)
		broken += w->violations[i].count;
	pl_case(c, broken ? PL_FAIL : w->status, name, w->failures.n ? w->failures.v[0] :
		broken ? w->violations[0].text : NULL);
}

static void pl_case_command(struct pl_check_run *c, const struct pl_command *cmd)
{
	char name[128], reason[64] = "";

	snprintf(name, sizeof(name), "step %s", cmd->name);
	if (cmd->status)
		snprintf(reason, sizeof(reason), "ended with status %llu%s",
			 (unsigned long long)cmd->status,
			 cmd->status == 124 ? ": out of time" : "");
	else if (c->checks_passed)
		snprintf(reason, sizeof(reason), "%zu checks passed", c->checks_passed);
	c->checks_passed = 0;
	pl_case(c, cmd->status || cmd->error ? PL_FAIL : PL_PASS, name, cmd->error ?: reason);
}

static void pl_case_klog(struct pl_check_run *c, const struct pl_klog *k)
{
	char name[128];

	snprintf(name, sizeof(name), "kernel log during %s", k->command);
	pl_case(c, PL_FAIL, name, k->bad.n ? k->bad.v[0] : "lines were lost");
}

/* Checks come in frames of their own, and one is made of a trace's summary. */
static void pl_tell_checks(struct pl_check_run *c, const struct pl_result *r)
{
	for (; c->checks_told < r->n_checks; c->checks_told++) {
		const struct pl_check *k = &r->checks[c->checks_told];

		if (c->args.tap || k->status != PL_PASS) {
			pl_case(c, k->status, k->name, k->reason);
		} else {
			c->passed++;
			c->checks_passed++;
		}
	}
}

static void pl_check_on_frame(void *ctx, const struct pl_result *r, const json_t *frame)
{
	const char *type = json_string_value(json_object_get(frame, "type")) ?: "";
	struct pl_check_run *c = ctx;

	pl_progress_frame(&c->progress, frame);
	pl_tell_checks(c, r);
	if (!strcmp(type, "workload") && r->n_workloads)
		pl_case_workload(c, &r->workloads[r->n_workloads - 1]);
	else if (!strcmp(type, "command") && r->n_commands)
		pl_case_command(c, &r->commands[r->n_commands - 1]);
	else if (!strcmp(type, "klog") && json_array_size(json_object_get(frame, "bad")) &&
		 r->n_klog)
		pl_case_klog(c, &r->klog[r->n_klog - 1]);
}

static void pl_check_on_tick(void *ctx, const struct pl_guest_progress *g)
{
	struct pl_check_run *c = ctx;

	pl_progress_tick(&c->progress, g);
}

/*
 * The last case: the guest ended on its own word, and nothing is wrong with the run that no case
 * has told.  When something is, all reasons follow, and what the guest said last.
 */
static void pl_case_guest(struct pl_check_run *c, const struct pl_result *r,
			  const struct pl_strv *why)
{
	bool good = r->exited && !r->failures.n && (!why->n || c->failed);
	size_t i;

	pl_case(c, good ? PL_PASS : PL_FAIL, "guest", !good && why->n ? why->v[0] : NULL);
	for (i = 0; !good && i < why->n; i++)
		printf("# %s\n", why->v[i]);
	for (i = 0; i < r->console.n; i++)
		printf("# console: %s\n", r->console.v[i]);
}

static int pl_check_end(struct pl_check_run *c, const struct pl_result *r, const char *dir)
{
	struct pl_strv why = {};
	bool passed = !pl_result_reasons(r, &why) && !why.n;
	char path[PATH_MAX];

	pl_case_guest(c, r, &why);
	pl_strv_free(&why);
	snprintf(path, sizeof(path), "%s/result.json", dir);
	if (pl_result_save(r, path))
		pl_complain("check", "%s could not be written", path);
	if (passed && !c->args.keep)
		pl_session_tidy(dir);
	if (c->args.tap)
		printf("1..%zu\n", c->passed + c->failed + c->skipped);
	else
		printf("%zu passed, %zu failed, %zu skipped\n", c->passed, c->failed, c->skipped);
	if (!passed)
		fprintf(stderr, "logs and result: %s\n", dir);
	return passed && !c->failed ? PL_EXIT_OK : PL_EXIT_FAIL;
}

static int pl_check(struct pl_check_run *c, struct pl_result *r)
{
	char why[PL_WHY_MAX], seed[24], seconds[24], lives[24], few[24], *dir = NULL;
	const struct pl_var vars[] = {
		{ "seed", seed }, { "endpoints", "2" }, { "cm", "0" },
		{ "property_seconds", seconds }, { "lives", lives }, { "few_lives", few },
		{ "trace", pl_cmd_trace ? "1" : "" }, {},
	};
	struct pl_session s = {
		.suite = pl_suite_find("check"), .target = c->target, .vars = vars,
		.series = c->args.series, .accel = c->args.accel,
		.timeout_s = (unsigned int)c->args.timeout, .ctx = c,
		.stop = pl_interrupt_catch(), .on_frame = pl_check_on_frame,
		.on_tick = pl_check_on_tick, .result = r,
	};
	int err, status;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)c->args.seed);
	snprintf(seconds, sizeof(seconds), "%llu", (unsigned long long)c->args.property);
	snprintf(lives, sizeof(lives), "%llu", (unsigned long long)c->args.lives);
	snprintf(few, sizeof(few), "%llu", (unsigned long long)c->args.lives / 4);
	err = pl_session_dir(c->args.out, "check", &dir, why);
	if (!err) {
		s.dir = dir;
		err = pl_session_run(&s, why);
	}
	pl_progress_clear(&c->progress);
	if (err)
		pl_complain("check", "%s", why);
	status = err ? pl_session_status(err) : pl_check_end(c, r, dir);
	free(dir);
	return status;
}

int pl_cmd_check(int argc, char **argv)
{
	struct pl_check_run c = {};
	char why[PL_WHY_MAX];
	struct pl_result *r;
	int status;

	if (pl_opt_parse(&pl_check_cmdline, argc, argv, &c.args, NULL))
		return PL_EXIT_USAGE;
	if (pl_target_choose(c.args.unit, c.args.arch, &c.target, why)) {
		pl_complain("check", "%s", why);
		return PL_EXIT_USAGE;
	}
	c.colour = !c.args.tap && pl_colour(stdout);
	pl_progress_init(&c.progress, false);
	r = pl_result_new();
	if (!r)
		return PL_EXIT_CANNOT;
	if (c.args.tap)
		puts("TAP version 13");
	status = pl_check(&c, r);
	pl_result_free(r);
	return status;
}
