// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_bench.c - pasidlab bench: what operations cost, ours and the in-tree driver's in turn.
 *
 * Guests boot A, B, A, B: what drifts on the host meets both sides alike.  All run one image's
 * programs and modules on one kernel and one emulated machine; only the plan and the words on the
 * kernel's command line that give the IOMMU to one driver or the other differ.
 *
 * With --icount (the default) the guest's clock counts instructions, 2 ns for each, on one
 * processor: a figure is then the same in every boot of one image, whatever the host is busy with.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "cli.h"
#include "interrupt.h"
#include "opt.h"
#include "progress.h"
#include "session.h"

/* 2^1 ns of guest time for an instruction: the shortest that the guest library offers. */
#define ICOUNT_SHIFT	1

struct pl_bench_args {
	const char *unit;
	uint64_t boots;
	bool no_icount;
	bool no_ats;
	uint64_t ops;
	uint64_t pasids;
	uint64_t rounds;
	uint64_t replaces;
	bool targets;
	const char *series;
	const char *kernel;
	uint64_t timeout;
	const char *out;
	bool keep;
	bool json;
	bool quiet;
};

#define AT(_field)	.offset = offsetof(struct pl_bench_args, _field)

static const struct pl_opt pl_bench_opts[] = {
	{ .type = PL_OPT_GROUP, .help = "What is measured:" },
	{ .name = "unit", .key = 'u', .type = PL_OPT_TEXT, .arg = "NAME[,intree]", AT(unit),
	  .def = "vtd@qemu,intree",
	  .help = "Ours, and the in-tree driver as peer: vtd@qemu, smmuv3@qemu; vtd@model and "
		  "smmuv3@model have no peer and need no special QEMU" },
	{ .name = "ops", .key = 'n', .type = PL_OPT_NUMBER, .arg = "N", AT(ops), .min = 1,
	  .max = 100000, .def = "1000", .help = "Samples of each operation" },
	{ .name = "pasids", .key = 'p', .type = PL_OPT_NUMBER, .arg = "N", AT(pasids), .min = 1,
	  .max = 100000, .def = "1000", .help = "PASIDs that are detached together" },
	{ .name = "rounds", .key = 'r', .type = PL_OPT_NUMBER, .arg = "N", AT(rounds), .min = 1,
	  .max = 1000, .def = "11", .help = "Times that is done" },
	{ .name = "replaces", .key = 'R', .type = PL_OPT_NUMBER, .arg = "N", AT(replaces),
	  .max = 100000000, .def = "20000",
	  .help = "Replaces on a live PASID under DMA, in a boot of their own; 0: none" },
	{ .name = "targets", .type = PL_OPT_FLAG, AT(targets),
	  .help = "Exit 1 when a figure that is to be reached is not" },
	{ .type = PL_OPT_GROUP, .help = "The guests:" },
	{ .name = "boots", .key = 'b', .type = PL_OPT_NUMBER, .arg = "N", AT(boots), .min = 1,
	  .max = 100, .def = "3", .help = "Boots of each side, in turn" },
	{ .name = "no-icount", .type = PL_OPT_FLAG, AT(no_icount),
	  .help = "Measure nanoseconds, not instructions: relative only, in an emulator" },
	{ .name = "no-ats", .type = PL_OPT_FLAG, AT(no_ats),
	  .help = "The device has no ATS, so there are no device TLBs to invalidate" },
	{ .name = "series", .type = PL_OPT_TEXT, .arg = "X.Y", AT(series),
	  .help = "The guest's kernel, as 'make guest SERIES=X.Y' made it" },
	{ .name = "kernel", .key = 'k', .type = PL_OPT_TEXT, .arg = "VMLINUX", AT(kernel),
	  .help = "Boot this ELF kernel; its modules must match" },
	{ .name = "timeout", .key = 'T', .type = PL_OPT_NUMBER, .arg = "S", AT(timeout), .min = 5,
	  .max = 86400, .def = "600", .help = "Seconds until a guest is ended" },
	{ .type = PL_OPT_GROUP, .help = "What is left behind:" },
	{ .name = "out", .key = 'o', .type = PL_OPT_TEXT, .arg = "DIR", AT(out),
	  .help = "Write bench.json, bench.html, bench.txt to DIR, not to a dated directory" },
	{ .name = "keep", .type = PL_OPT_FLAG, AT(keep),
	  .help = "Keep console.log and frames.log of the last boot" },
	{ .name = "json", .key = 'j', .type = PL_OPT_FLAG, AT(json),
	  .help = "Print JSON instead of the table" },
	{ .name = "quiet", .key = 'q', .type = PL_OPT_FLAG, AT(quiet), .help = "No progress" },
};

static const struct pl_cmdline pl_bench_cmdline = {
	.name = "bench", .opts = pl_bench_opts,
	.n_opts = sizeof(pl_bench_opts) / sizeof(pl_bench_opts[0]),
	.doc = "Measure what attach, detach, replace, map and unmap cost inside the kernel, called "
	       "directly: ours and the in-tree driver in alternating boots of the same kernel, "
	       "machine and device. Guest instructions by default, with the invalidation "
	       "descriptors and waits that the unit's queue really saw.",
	.after = "Examples:\n"
		 "  pasidlab bench\n"
		 "  pasidlab bench --unit smmuv3@qemu,intree\n"
		 "  pasidlab bench --unit vtd@model --boots 1 --ops 100\n"
		 "  pasidlab bench --boots 5 --targets --out bench\n\n"
		 "Exit status: 0 measured, 1 a guest failed, or with --targets a figure was not "
		 "reached, 2 wrong arguments, 3 this machine cannot ('make qemu' makes the "
		 "emulator).",
};

#define SHELL(_text)	{ "sh", "-c", _text }

/*
 * The peer's device is to be held by no driver.  It must have been held once: where a device tree
 * says who translates for a device, the kernel asks when the first driver comes (of_iommu.c).
 */
static const struct pl_step pl_bench_steps[] = {
	{ .name = "load-core", .argv = { "insmod", "/modules/pasidlab.ko" } },
	{ .name = "free-device", .when = "peer",
	  .argv = SHELL("for d in /sys/bus/pci/devices/*; do read -r v <$d/vendor; "
			"read -r i <$d/device; [ ${v#0x}:${i#0x} = {device} ] || continue; "
			"echo none >$d/driver_override; [ ! -e $d/driver ] || "
			"echo ${d##*/} >$d/driver/unbind; done") },
	{ .name = "load-unit", .when = "ours",
	  .argv = { "insmod", "/modules/{unit_module}.ko", "{params}" } },
	{ .name = "load-bench",
	  .argv = { "insmod", "/modules/pasidlab_bench.ko", "side={side}", "device={device}",
		    "ops={ops}", "pasids={pasids}", "rounds={rounds}", "cycles={cycles}" } },
	{ .name = "kbench", .when = "measure", .timeout_s = 3600, .argv = { "kbench", "{shift}" } },
	{ .name = "kbench-replace", .when = "live", .timeout_s = 86400,
	  .argv = { "kbench", "0", "{replaces}" } },
	{ .name = "unload-bench", .argv = { "rmmod", "pasidlab_bench" } },
	{ .name = "unload-unit", .when = "ours", .argv = { "rmmod", "{unit_module}" } },
	{ .name = "unload-core", .argv = { "rmmod", "pasidlab" } },
};

static const struct pl_suite pl_bench_suite = {
	"bench", pl_bench_steps, sizeof(pl_bench_steps) / sizeof(pl_bench_steps[0]),
};

/* A bench in progress. */
struct pl_bench_run {
	struct pl_bench_args args;
	struct pl_progress progress;
	struct pl_bench bench;
	const struct pl_arch *arch;
	struct pl_unit_kind unit[PL_SIDES];
	int sides;
	int side;
	bool live;
	int err;
	char why[PL_WHY_MAX];
	char *dir;
};

static void pl_bench_on_frame(void *ctx, const struct pl_result *r, const json_t *frame)
{
	const char *type = json_string_value(json_object_get(frame, "type")) ?: "";
	struct pl_bench_run *run = ctx;

	(void)r;
	pl_progress_frame(&run->progress, frame);
	if (!strcmp(type, "workload") && json_object_get(frame, "kbench"))
		run->err = pl_bench_add(&run->bench, run->side, frame, run->why);
}

static void pl_bench_on_tick(void *ctx, const struct pl_guest_progress *g)
{
	struct pl_bench_run *run = ctx;

	pl_progress_tick(&run->progress, g);
}

/* A unit's row may narrow its engine's PASIDs for other tests; here all 2^20 are wanted. */
#define WIDE_ENGINE	"pasid-engine"
#define WIDE_NO_ATS	"pasid-engine,ats=off,pri=off"

/**
 * struct pl_bench_unit - a unit that can be measured
 * @name: as given to --unit
 * @kind: whose targets are its own
 * @peer: the in-tree driver can have the same machine
 * @append: the kernel's words that give it to that driver
 */
static const struct pl_bench_unit {
	const char *name;
	enum pl_bench_kind kind;
	bool peer;
	const char *append;
} pl_bench_units[] = {
	{ .name = "vtd@model", .kind = PL_BENCH_VTD },
	{ "vtd@qemu", PL_BENCH_VTD, true, "intel_iommu=on,sm_on" },
	{ .name = "smmuv3@model", .kind = PL_BENCH_SMMUV3 },
	{ "smmuv3@qemu", PL_BENCH_SMMUV3, true, "iommu.passthrough=0" },
};

static const struct pl_bench_unit *pl_bench_unit_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(pl_bench_units) / sizeof(pl_bench_units[0]); i++)
		if (!strcmp(pl_bench_units[i].name, name))
			return &pl_bench_units[i];
	return NULL;
}

static void pl_set_units(struct pl_bench_run *run, const struct pl_bench_unit *unit,
			 const struct pl_target *ours, bool peer)
{
	struct pl_unit_kind *theirs = &run->unit[PL_PEER];

	run->sides = peer ? 2 : 1;
	run->arch = ours->arch;
	run->unit[PL_OURS] = *ours->unit;
	if (ours->unit->qemu_engine)
		run->unit[PL_OURS].qemu_engine = run->args.no_ats ? WIDE_NO_ATS : WIDE_ENGINE;
	*theirs = run->unit[PL_OURS];
	theirs->name = "intree";
	theirs->module = "none";
	theirs->append = unit->append;
	run->bench.kind = unit->kind;
	run->bench.unit[PL_OURS] = run->unit[PL_OURS].name;
	run->bench.unit[PL_PEER] = peer ? theirs->name : NULL;
}

/*
 * "OURS" or "OURS,intree".  The peer's machine is ours with another word for the kernel: who drives
 * the unit.
 */
static int pl_take_units(struct pl_bench_run *run)
{
	char *list = strdup(run->args.unit), *peer = list ? strchr(list, ',') : NULL;
	const struct pl_bench_unit *unit;
	struct pl_target ours;
	int err = 0;

	if (!list)
		return -ENOMEM;
	if (peer)
		*peer++ = '\0';
	unit = pl_bench_unit_find(list);
	if (!unit || pl_target_choose(list, NULL, &ours, run->why) ||
	    (peer && (strcmp(peer, "intree") || !unit->peer))) {
		pl_complain("bench", "--unit %s: it is vtd@model, smmuv3@model, vtd@qemu, "
			    "smmuv3@qemu, or one of the last two and ',intree'", run->args.unit);
		err = -EINVAL;
	} else {
		pl_set_units(run, unit, &ours, peer);
	}
	free(list);
	return err;
}

static const char *pl_reason(const struct pl_result *r, char why[PL_WHY_MAX])
{
	struct pl_strv reasons = {};

	why[0] = '\0';
	if (!pl_result_reasons(r, &reasons) && reasons.n)
		snprintf(why, PL_WHY_MAX, "%s", reasons.v[0]);
	pl_strv_free(&reasons);
	return why;
}

static int pl_keep_env(struct pl_bench *b, const struct pl_result *r)
{
	int i;

	for (i = 0; i < PL_ENV_NR; i++) {
		free(b->env[i]);
		b->env[i] = r->env[i] ? strdup(r->env[i]) : NULL;
	}
	return 0;
}

static int pl_one_boot(struct pl_bench_run *run, struct pl_result *r)
{
	const struct pl_bench_args *a = &run->args;
	const struct pl_unit_kind *unit = &run->unit[run->side];
	bool ours = run->side == PL_OURS, icount = !a->no_icount && !run->live;
	char ops[24], pasids[24], rounds[24], replaces[24], shift[8];
	const struct pl_var vars[] = {
		{ "endpoints", "1" }, { "cm", "0" }, { "seed", "1" },
		{ "ours", ours ? "1" : "" }, { "peer", ours ? "" : "1" },
		{ "side", ours ? "ours" : "intree" },
		{ "ops", ops }, { "pasids", pasids }, { "rounds", rounds },
		{ "cycles", icount ? "1" : "0" }, { "shift", shift },
		{ "live", run->live ? "1" : "" }, { "measure", run->live ? "" : "1" },
		{ "replaces", replaces }, {},
	};
	struct pl_session s = {
		.suite = &pl_bench_suite, .target = { unit, run->arch }, .vars = vars,
		.series = a->series, .kernel = a->kernel,
		.accel = icount ? "tcg" : "auto", .icount = icount ? ICOUNT_SHIFT : 0,
		.timeout_s = (unsigned int)a->timeout, .dir = run->dir, .ctx = run,
		.stop = pl_interrupt_catch(), .on_frame = pl_bench_on_frame,
		.on_tick = pl_bench_on_tick, .result = r,
	};
	char why[PL_WHY_MAX];
	int err;

	snprintf(ops, sizeof(ops), "%llu", (unsigned long long)a->ops);
	snprintf(pasids, sizeof(pasids), "%llu", (unsigned long long)a->pasids);
	snprintf(rounds, sizeof(rounds), "%llu", (unsigned long long)a->rounds);
	snprintf(replaces, sizeof(replaces), "%llu", (unsigned long long)a->replaces);
	snprintf(shift, sizeof(shift), "%d", icount ? ICOUNT_SHIFT : 0);
	err = pl_session_run(&s, why);
	pl_progress_clear(&run->progress);
	if (err) {
		pl_complain("bench", "%s: %s", unit->name, why);
		return pl_session_status(err);
	}
	if (run->err || *pl_reason(r, why)) {
		pl_complain("bench", "%s: %s; logs: %s", unit->name, run->err ? run->why : why,
			    run->dir);
		return PL_EXIT_FAIL;
	}
	return pl_keep_env(&run->bench, r);
}

/*
 * Measured boots first.  Those under DMA have two processors and no counted instructions, so that
 * the device and whoever replaces are at work at the same time.
 */
static int pl_all_boots(struct pl_bench_run *run)
{
	uint64_t i, measured = run->args.boots * (uint64_t)run->sides;
	uint64_t total = measured + (run->args.replaces ? (uint64_t)run->sides : 0);
	struct pl_result *r;
	int status = 0;

	for (i = 0; i < total && !status; i++) {
		run->side = (int)(i % (uint64_t)run->sides);
		run->live = i >= measured;
		if (!run->args.quiet)
			fprintf(stderr, "  boot %llu of %llu: %s%s\n", (unsigned long long)i + 1,
				(unsigned long long)total, run->unit[run->side].name,
				run->live ? ", replace under DMA" : "");
		r = pl_result_new();
		status = r ? pl_one_boot(run, r) : PL_EXIT_CANNOT;
		pl_result_free(r);
	}
	return status;
}

static int pl_bench_write(const struct pl_bench_run *run, const char *name,
			  int (*write)(FILE *f, const struct pl_bench *b))
{
	char path[PATH_MAX];
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "%s/%s", run->dir, name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	err = write(f, &run->bench);
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static bool pl_missed(const struct pl_bench *b)
{
	struct pl_bench_row rows[PL_BENCH_ROWS_MAX];
	size_t i, n = pl_bench_rows(b, rows, PL_BENCH_ROWS_MAX);

	for (i = 0; i < n; i++)
		if (rows[i].reached == PL_MISSED)
			return true;
	return pl_bench_live(b) == PL_MISSED;
}

static int pl_bench_tell(struct pl_bench_run *run)
{
	int err = pl_bench_write(run, "bench.json", pl_bench_json) ?:
		  pl_bench_write(run, "bench.txt", pl_bench_text) ?:
		  pl_bench_write(run, "bench.html", pl_bench_html);

	if (err) {
		pl_complain("bench", "%s: %s", run->dir, strerror(-err));
		return PL_EXIT_CANNOT;
	}
	if (!run->args.keep)
		pl_session_tidy(run->dir);
	err = run->args.json ? pl_bench_json(stdout, &run->bench) :
			       pl_bench_text(stdout, &run->bench);
	if (!run->args.json)
		printf("\nreport      %s/bench.html\n", run->dir);
	if (err)
		return PL_EXIT_CANNOT;
	return run->args.targets && pl_missed(&run->bench) ? PL_EXIT_FAIL : PL_EXIT_OK;
}

int pl_cmd_bench(int argc, char **argv)
{
	struct pl_bench_run run = {};
	int status;

	if (pl_opt_parse(&pl_bench_cmdline, argc, argv, &run.args, NULL) || pl_take_units(&run))
		return PL_EXIT_USAGE;
	run.bench.icount = !run.args.no_icount;
	pl_progress_init(&run.progress, run.args.quiet);
	if (pl_session_dir(run.args.out, "bench", &run.dir, run.why)) {
		pl_complain("bench", "%s", run.why);
		return PL_EXIT_CANNOT;
	}
	status = pl_all_boots(&run);
	if (!status)
		status = pl_bench_tell(&run);
	free(run.dir);
	pl_bench_free(&run.bench);
	return status;
}
