// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine-test.c - boot guests on the QEMU we built and let engine-smoke.ko judge its PASID engine.
 *
 * usage: engine-test QEMU VMLINUX BASE MODULE
 *
 * One guest for each set of device properties that makes a difference; the module's TAP lines come
 * over the console and are numbered anew here. Exit: 0 all passed, 1 something failed, 2 wrong use.
 * Hard rule: a guest that does not get to its plan's last line is a failed test, not a shorter one.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/guest/guest.h"
#include "harness/guest/image.h"

#define UNIT		"intel-iommu,intremap=off,scalable-mode=on,fsts=on,pasid-bits=20,aw-bits=48"
#define UNIT_PRI	UNIT ",device-iotlb=on,svm=on"

/* What differs between the guests. */
struct variant {
	const char *label;
	const char *unit;
	const char *engine;
	const char *transfers;
};

static const struct variant variants[] = {
	{ "engine", UNIT_PRI, "pasid-engine", "transfers=1000000" },
	{ "engine-small", UNIT_PRI,
	  "pasid-engine,channels=1,atc-entries=2,pri-credit=4", "transfers=2000" },
	{ "engine-plain", UNIT, "pasid-engine,ats=off,pri=off,pasid-bits=5,channels=16",
	  "transfers=2000" },
};

#define NR_VARIANTS	(sizeof(variants) / sizeof(variants[0]))

struct tally {
	unsigned int cases;
	unsigned int failed;
	bool ended;
};

/* "ok 3 - name" gets our own number; "1..N" says that the module came to its end. */
static void on_console(void *ctx, const char *line)
{
	struct tally *tally = ctx;
	const char *name = strstr(line, " - ");
	bool bad = !strncmp(line, "not ok ", 7);

	if ((bad || !strncmp(line, "ok ", 3)) && name) {
		printf("%s %u%s\n", bad ? "not ok" : "ok", ++tally->cases, name);
		tally->failed += bad;
	} else if (!strncmp(line, "1..", 3)) {
		tally->ended = true;
	} else if (line[0] == '#') {
		printf("%s\n", line);
	}
	fflush(stdout);
}

static struct pl_image *make_payload(const char *module, const struct variant *v)
{
	char label[64];
	const char *const load[] = { "insmod", "/engine-smoke.ko", label, v->transfers, NULL };
	const char *const run[] = { "cat", "/proc/engine-smoke", NULL };
	const struct pl_plan_step steps[] = {
		{ .argv = load },
		{ .argv = run, .timeout_s = 280 },
	};
	struct pl_image *image = pl_image_new();

	snprintf(label, sizeof(label), "label=%s", v->label);
	if (image && (pl_image_add_file(image, module, "/engine-smoke.ko", 0644) ||
		      pl_image_add_plan(image, steps, 2))) {
		pl_image_free(image);
		return NULL;
	}
	return image;
}

static void report_end(struct tally *tally, const struct variant *v, int err,
		       const struct pl_guest_result *result)
{
	bool ok = !err && !result->exit_code && tally->ended;
	unsigned int i;

	printf("%s %u - %s/guest-ends-well\n", ok ? "ok" : "not ok", ++tally->cases, v->label);
	tally->failed += !ok;
	if (ok)
		return;
	printf("# %s, exit code %d, QEMU's status %d\n", strerror(-err), result->exit_code,
	       result->qemu_status);
	for (i = 0; i < result->tail_count; i++)
		printf("#   %s\n", result->tail[i]);
}

static int run_variant(char **argv, const struct variant *v, struct tally *tally)
{
	const char *initrds[] = { argv[3], NULL };
	const char *extra[] = { "-device", v->unit, "-device", v->engine, NULL };
	struct pl_guest_opts opts = {
		.qemu = argv[1], .kernel = argv[2], .initrds = initrds, .extra = extra,
		.append = "intel_iommu=on,sm_on", .accel = PL_ACCEL_TCG, .timeout_s = 300,
		.ctx = tally, .on_console = on_console,
	};
	struct pl_guest_result result = {};
	int err;

	opts.payload = make_payload(argv[4], v);
	if (!opts.payload) {
		fprintf(stderr, "engine-test: cannot pack %s\n", argv[4]);
		return 2;
	}
	tally->ended = false;
	err = pl_guest_run(&opts, &result);
	report_end(tally, v, err, &result);
	pl_guest_result_release(&result);
	pl_image_free(opts.payload);
	return 0;
}

int main(int argc, char **argv)
{
	struct tally tally = {};
	size_t i;

	if (argc != 5) {
		fprintf(stderr, "usage: engine-test QEMU VMLINUX BASE MODULE\n");
		return 2;
	}
	for (i = 0; i < NR_VARIANTS; i++)
		if (run_variant(argv, &variants[i], &tally))
			return 2;
	printf("1..%u\n", tally.cases);
	return tally.failed ? 1 : 0;
}
