// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_run.c - pasidlab run: boot a guest, load a unit with PASIDs, report.
 *
 * The result is written before the report, so that nothing that goes wrong with a report can lose
 * it.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "interrupt.h"
#include "opt.h"
#include "progress.h"
#include "report.h"
#include "session.h"

struct pl_run_args {
	const char *unit;
	const char *arch;
	uint64_t threads;
	uint64_t ops;
	uint64_t seconds;
	const char *pattern;
	uint64_t domains;
	uint64_t endpoints;
	bool cm;
	uint64_t seed;
	bool no_trace;
	const char *series;
	const char *kernel;
	const char *accel;
	uint64_t timeout;
	const char *out;
	bool keep;
	bool json;
	bool quiet;
};

#define AT(_field)	.offset = offsetof(struct pl_run_args, _field)

static const char *const pl_patterns[] = { "uniform", "bursty", "hold", NULL };
static const char *const pl_accels[] = { "auto", "kvm", "tcg", NULL };

static const struct pl_opt pl_run_opts[] = {
	{ .type = PL_OPT_GROUP, .help = "What is loaded:" },
	{ .name = "unit", .key = 'u', .type = PL_OPT_CHOICE, .arg = "NAME", AT(unit),
	  .choices = pl_unit_names,
	  .help = "The IOMMU and where it lives; default vtd@model, on arm64 smmuv3@model" },
	{ .name = "arch", .key = 'A', .type = PL_OPT_CHOICE, .arg = "NAME", AT(arch),
	  .choices = pl_arch_names,
	  .help = "The guest's architecture; default this machine's, or where --unit is" },
	{ .name = "endpoints", .key = 'e', .type = PL_OPT_NUMBER, .arg = "N", AT(endpoints),
	  .min = 1, .max = 16, .def = "2", .help = "Endpoints behind the unit" },
	{ .name = "cm", .type = PL_OPT_FLAG, AT(cm),
	  .help = "Caching mode: the unit caches absent entries too, as emulated units do" },
	{ .type = PL_OPT_GROUP, .help = "The load:" },
	{ .name = "threads", .key = 't', .type = PL_OPT_NUMBER, .arg = "N", AT(threads), .min = 1,
	  .max = 64, .def = "2", .help = "Threads that churn PASIDs" },
	{ .name = "ops", .key = 'n', .type = PL_OPT_NUMBER, .arg = "N", AT(ops), .min = 1,
	  .max = 1000000000,
	  .help = "PASID lives in total; default 5000, or no limit when --seconds is given" },
	{ .name = "seconds", .key = 's', .type = PL_OPT_NUMBER, .arg = "N", AT(seconds), .min = 1,
	  .max = 86400, .help = "Begin no life after N seconds" },
	{ .name = "pattern", .key = 'p', .type = PL_OPT_CHOICE, .arg = "NAME", AT(pattern),
	  .choices = pl_patterns, .def = "uniform",
	  .help = "One life after the other, in bursts, or with many PASIDs held alive" },
	{ .name = "domains", .key = 'd', .type = PL_OPT_NUMBER, .arg = "N", AT(domains), .min = 1,
	  .max = 64, .def = "8", .help = "Domains that PASIDs are attached to" },
	{ .name = "seed", .key = 'S', .type = PL_OPT_NUMBER, .arg = "N", AT(seed),
	  .max = UINT32_MAX, .def = "1",
	  .help = "First random number: equal seeds make equal sequences" },
	{ .name = "no-trace", .type = PL_OPT_FLAG, AT(no_trace),
	  .help = "Do not trace: times without the tracer's cost, counts without its witness" },
	{ .type = PL_OPT_GROUP, .help = "The guest:" },
	{ .name = "series", .type = PL_OPT_TEXT, .arg = "X.Y", AT(series),
	  .help = "The guest's kernel, as 'make guest SERIES=X.Y' made it" },
	{ .name = "kernel", .key = 'k', .type = PL_OPT_TEXT, .arg = "VMLINUX", AT(kernel),
	  .help = "Boot this ELF kernel; its modules must match" },
	{ .name = "accel", .key = 'a', .type = PL_OPT_CHOICE, .arg = "NAME", AT(accel),
	  .choices = pl_accels, .def = "auto", .help = "How the guest's processors run" },
	{ .name = "timeout", .key = 'T', .type = PL_OPT_NUMBER, .arg = "S", AT(timeout), .min = 5,
	  .max = 86400,
	  .help = "Seconds until the guest is ended; default 300 more than --seconds" },
	{ .type = PL_OPT_GROUP, .help = "What is left behind:" },
	{ .name = "out", .key = 'o', .type = PL_OPT_TEXT, .arg = "DIR", AT(out),
	  .help = "Write result.json, report.html, report.txt to DIR, not to a dated directory" },
	{ .name = "keep", .type = PL_OPT_FLAG, AT(keep),
	  .help = "Keep console.log and frames.log also when the run passed" },
	{ .name = "json", .key = 'j', .type = PL_OPT_FLAG, AT(json),
	  .help = "Print the result as JSON instead of tables" },
	{ .name = "quiet", .key = 'q', .type = PL_OPT_FLAG, AT(quiet),
	  .help = "No progress, and no tables when the run passed" },
};

#define PL_RUN_OPTS (sizeof(pl_run_opts) / sizeof(pl_run_opts[0]))

static const struct pl_cmdline pl_run_cmdline = {
	.name = "run", .opts = pl_run_opts, .n_opts = PL_RUN_OPTS,
	.doc = "Boot a guest, give it an IOMMU unit, and churn PASIDs: threads allocate, attach, "
	       "use, replace, detach and free them, while every DMA is checked for where it "
	       "arrived or that it was refused. Ends with tables of latencies and counts, and the "
	       "path of an HTML page that shows the same.",
	.after = "Results go to ${XDG_STATE_HOME:-~/.local/state}/pasidlab/results unless --out "
		 "says otherwise.\n\n"
		 "Examples:\n"
		 "  pasidlab run\n"
		 "  pasidlab run --threads 4 --pattern hold --ops 50000\n"
		 "  pasidlab run --seconds 60 --cm --json > result.json\n"
		 "  pasidlab run --no-trace --out baseline\n"
		 "  pasidlab run --arch arm64\n\n"
		 "Exit status: 0 passed, 1 something was wrong, 2 wrong arguments, 3 this machine "
		 "cannot (no emulator, no guest kernel).",
};

/* A run in progress: the session and what it shows. */
struct pl_run {
	struct pl_run_args args;
	struct pl_progress progress;
	struct pl_target target;
	char number[6][24];
	char *dir;
};

static void pl_run_on_frame(void *ctx, const struct pl_result *r, const json_t *frame)
{
	struct pl_run *run = ctx;

	(void)r;
	pl_progress_frame(&run->progress, frame);
}

static void pl_run_on_tick(void *ctx, const struct pl_guest_progress *g)
{
	struct pl_run *run = ctx;

	pl_progress_tick(&run->progress, g);
}

static const char *pl_number(struct pl_run *run, size_t i, uint64_t v)
{
	snprintf(run->number[i], sizeof(run->number[i]), "%llu", (unsigned long long)v);
	return run->number[i];
}

static void pl_run_vars(struct pl_run *run, struct pl_var *vars)
{
	const struct pl_run_args *a = &run->args;
	const struct pl_var filled[] = {
		{ "threads", pl_number(run, 0, a->threads) },
		{ "ops", pl_number(run, 1, a->ops) },
		{ "seconds", pl_number(run, 2, a->seconds) },
		{ "pattern", a->pattern },
		{ "domains", pl_number(run, 3, a->domains) },
		{ "endpoints", pl_number(run, 4, a->endpoints) },
		{ "seed", pl_number(run, 5, a->seed) },
		{ "cm", a->cm ? "1" : "0" },
		{ "trace", a->no_trace ? "" : "1" },
		{},
	};

	memcpy(vars, filled, sizeof(filled));
}

/* Where a run goes and how its report is shown is not part of what was measured. */
static int pl_record_options(const struct pl_run *run, struct pl_result *r)
{
	char value[PATH_MAX];
	size_t i;
	int err = 0;

	for (i = 0; i < PL_RUN_OPTS && !err; i++) {
		const struct pl_opt *o = &pl_run_opts[i];

		if (o->type == PL_OPT_GROUP || o->offset >= offsetof(struct pl_run_args, out))
			continue;
		if (pl_opt_value(o, &run->args, value, sizeof(value)))
			err = pl_result_set_option(r, o->name, value);
	}
	return err;
}

static int pl_write_report(const char *dir, const char *name, const char *format,
			   const struct pl_result *r)
{
	const struct pl_report_opts opts = { .total = 1 };
	char path[PATH_MAX];
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	err = pl_format_find(format)->write(f, r, &opts);
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static int pl_save(const struct pl_run *run, const struct pl_result *r)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/result.json", run->dir);
	err = pl_result_save(r, path);
	if (!err)
		err = pl_write_report(run->dir, "report.txt", "text", r);
	if (!err)
		err = pl_write_report(run->dir, "report.html", "html", r);
	if (err)
		pl_complain("run", "%s: %s", run->dir, strerror(-err));
	return err;
}

static int pl_show(const struct pl_run *run, const struct pl_result *r, bool passed)
{
	const struct pl_report_opts opts = { .colour = !run->args.json && pl_colour(stdout),
					     .total = 1 };
	char *full = realpath(run->dir, NULL);
	int err = 0;

	if (run->args.json)
		err = pl_report_json(stdout, r, &opts);
	else if (!run->args.quiet || !passed)
		err = pl_report_text(stdout, r, &opts);
	if (!run->args.json)
		printf("%sreport      %s/report.html\n", run->args.quiet && passed ? "" : "\n",
		       full ?: run->dir);
	if (!run->args.json && !passed)
		printf("console     %s/console.log\n", full ?: run->dir);
	free(full);
	return err;
}

/* The result is there; everything from here on is telling. */
static int pl_tell(struct pl_run *run, const struct pl_result *r)
{
	struct pl_strv why = {};
	int err = pl_result_reasons(r, &why);
	bool passed = !err && !why.n;

	if (!err)
		err = pl_save(run, r);
	if (passed && !run->args.keep)
		pl_session_tidy(run->dir);
	if (!err)
		err = pl_show(run, r, passed);
	pl_strv_free(&why);
	if (err)
		return PL_EXIT_CANNOT;
	return passed ? PL_EXIT_OK : PL_EXIT_FAIL;
}

static int pl_run(struct pl_run *run, struct pl_result *r)
{
	char why[PL_WHY_MAX];
	struct pl_var vars[16];
	struct pl_session s = {
		.suite = pl_suite_find("run"), .target = run->target, .vars = vars,
		.series = run->args.series, .kernel = run->args.kernel, .accel = run->args.accel,
		.timeout_s = (unsigned int)run->args.timeout, .ctx = run,
		.stop = pl_interrupt_catch(), .on_frame = pl_run_on_frame,
		.on_tick = pl_run_on_tick, .result = r,
	};
	int err;

	pl_run_vars(run, vars);
	err = pl_session_dir(run->args.out, run->args.unit, &run->dir, why);
	if (!err) {
		s.dir = run->dir;
		err = pl_record_options(run, r);
	}
	if (!err)
		err = pl_session_run(&s, why);
	pl_progress_clear(&run->progress);
	if (err) {
		pl_complain("run", "%s", why);
		return pl_session_status(err);
	}
	return pl_tell(run, r);
}

int pl_cmd_run(int argc, char **argv)
{
	struct pl_run run = {};
	char why[PL_WHY_MAX];
	struct pl_result *r;
	int status;

	if (pl_opt_parse(&pl_run_cmdline, argc, argv, &run.args, NULL))
		return PL_EXIT_USAGE;
	if (pl_target_choose(run.args.unit, run.args.arch, &run.target, why)) {
		pl_complain("run", "%s", why);
		return PL_EXIT_USAGE;
	}
	/* What depends on another option has no place in the table. */
	run.args.unit = run.target.unit->name;
	run.args.arch = run.target.arch->name;
	if (!run.args.ops && !run.args.seconds)
		run.args.ops = 5000;
	if (!run.args.timeout)
		run.args.timeout = 300 + run.args.seconds;
	pl_progress_init(&run.progress, run.args.quiet);
	r = pl_result_new();
	if (!r)
		return PL_EXIT_CANNOT;
	status = pl_run(&run, r);
	free(run.dir);
	pl_result_free(r);
	return status;
}
