// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine-test.c - boot guests on the QEMU we built and let engine-smoke.ko judge its PASID engine.
 *
 * usage: engine-test GUEST.JSON MODULE
 *
 * One guest for each set of device properties that makes a difference. Exit: 0 all passed,
 * 1 something failed, 2 wrong use.
 */
#include <stdio.h>

#include "tier.h"

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

static void run_variant(struct tier *t, const struct variant *v, const char *module)
{
	const char *const load[] = { "insmod", "/engine-smoke.ko", v->transfers, NULL };
	const char *const run[] = { "cat", "/proc/engine-smoke", NULL };
	const struct pl_plan_step steps[] = {
		{ .argv = load },
		{ .argv = run, .timeout_s = 280 },
	};
	const char *const devices[] = { "-device", v->unit, "-device", v->engine, NULL };
	const struct tier_guest guest = {
		.label = v->label, .devices = devices, .append = "intel_iommu=on,sm_on",
		.files = { { module, "/engine-smoke.ko", 0644 } },
		.steps = steps, .n_steps = 2,
	};

	tier_run(t, &guest);
}

int main(int argc, char **argv)
{
	struct tier t;
	size_t i;

	if (argc != 3) {
		fprintf(stderr, "usage: engine-test GUEST.JSON MODULE\n");
		return 2;
	}
	tier_open(&t, argv[1]);
	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		run_variant(&t, &variants[i], argv[2]);
	return tier_close(&t);
}
