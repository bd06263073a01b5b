/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs whose instructions callgrind counts: a machine, and what lies between
 * counted_begin() and counted_end().
 *
 * They run with instrumentation off; each counted piece is written out under a
 * name of its own, for a script to add up.
 *
 * The hard rule: counts, so they repeat exactly; no time is taken.
 */
#ifndef _PASIDLAB_TESTS_COUNTED_H
#define _PASIDLAB_TESTS_COUNTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "../rig.h"
#include "shim.h"

static inline void counted_die(const char *what, long ret)
{
	fprintf(stderr, "%s: %ld\n", what, ret);
	exit(1);
}

/* A machine with one endpoint; its model does not compare pages with their shadows. */
static inline int counted_rig(const char *name, const char *unit, struct rig **rig)
{
	struct smmu_model_config smmu;
	struct vtd_model_config vtd;

	if (!strcmp(unit, "vtd")) {
		rig_config(&vtd);
		vtd.verify = false;
		return rig_create(&vtd, name, 1, rig);
	}
	if (!strcmp(unit, "smmuv3")) {
		rig_config_smmuv3(&smmu);
		smmu.verify = false;
		return rig_create_smmuv3(&smmu, name, 1, rig);
	}
	return -EINVAL;
}

static inline void counted_begin(void)
{
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
}

static inline void counted_end(const char *name)
{
	CALLGRIND_STOP_INSTRUMENTATION;
	CALLGRIND_DUMP_STATS_AT(name);
}

#endif /* _PASIDLAB_TESTS_COUNTED_H */
