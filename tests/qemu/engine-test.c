// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine-test.c - boot guests on the QEMU we built and let engine-smoke.ko judge its PASID engine.
 *
 * usage: engine-test ARCH GUEST.JSON MODULE
 *
 * One guest for each set of device properties that makes a difference on ARCH, QEMU's name. Exit:
 * 0 all passed, 1 something failed, 2 wrong use.
 */
#include <stdio.h>
#include <string.h>

#include "tier.h"

#define UNIT		"intel-iommu,intremap=off,scalable-mode=on,fsts=on,pasid-bits=20,aw-bits=48"
#define VTD_ON		"intel_iommu=on,sm_on"
#define UNIT_PRI	UNIT ",device-iotlb=on,svm=on"
#define VTD(unit)	{ "-device", unit }
#define SMMU(...)	{ "-machine", "iommu=smmuv3", "-global", "arm-smmuv3.ssidsize=16",	\
			  __VA_ARGS__ }
#define UNIT_WORDS	6

/* What differs between the guests. */
struct variant {
	const char *arch;
	const char *label;
	const char *unit[UNIT_WORDS];
	const char *append;
	const char *engine;
	const char *transfers;
};

static const struct variant variants[] = {
	{ "x86_64", "engine", VTD(UNIT_PRI), VTD_ON, "pasid-engine", "transfers=1000000" },
	{ "x86_64", "engine-small", VTD(UNIT_PRI), VTD_ON,
	  "pasid-engine,channels=1,atc-entries=2,pri-credit=4", "transfers=2000" },
	{ "x86_64", "engine-plain", VTD(UNIT), VTD_ON,
	  "pasid-engine,ats=off,pri=off,pasid-bits=5,channels=16", "transfers=2000" },
	/* QEMU's SMMUv3 takes no page requests. */
	{ "aarch64", "engine-smmu", SMMU("-global", "arm-smmuv3.ats=on"), "",
	  "pasid-engine,pri=off", "transfers=20000" },
	{ "aarch64", "engine-smmu-plain", SMMU(), "",
	  "pasid-engine,ats=off,pri=off,pasid-bits=5,channels=16", "transfers=2000" },
};

static void run_variant(struct tier *t, const struct variant *v, const char *module)
{
	const char *const load[] = { "insmod", "/engine-smoke.ko", v->transfers, NULL };
	const char *const run[] = { "cat", "/proc/engine-smoke", NULL };
	const struct pl_plan_step steps[] = {
		{ .argv = load },
		{ .argv = run, .timeout_s = 280 },
	};
	const char *devices[UNIT_WORDS + 3] = {};
	const struct tier_guest guest = {
		.label = v->label, .devices = devices, .append = v->append,
		.files = { { module, "/engine-smoke.ko", 0644 } },
		.steps = steps, .n_steps = 2,
	};
	size_t n;

	for (n = 0; n < UNIT_WORDS && v->unit[n]; n++)
		devices[n] = v->unit[n];
	devices[n++] = "-device";
	devices[n] = v->engine;
	tier_run(t, &guest);
}

int main(int argc, char **argv)
{
	struct tier t;
	size_t i;

	if (argc != 4) {
		fprintf(stderr, "usage: engine-test ARCH GUEST.JSON MODULE\n");
		return 2;
	}
	tier_open(&t, argv[1], argv[2]);
	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (!strcmp(variants[i].arch, argv[1]))
			run_variant(&t, &variants[i], argv[3]);
	return tier_close(&t);
}
