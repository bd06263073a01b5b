/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tier.h - guests on the QEMU we built, whose own TAP lines are the verdict.
 *
 * A test program of this tier boots guests one after the other; what a guest prints on its console
 * as "ok ... - NAME", "not ok ... - NAME" and "# ..." becomes the program's own TAP, numbered anew,
 * with the guest's label before the name. "1..N" says that the guest's script came to its end.
 *
 * Hard rule: a guest that does not get to its plan's last line is a failed test, not a shorter one.
 */
#ifndef PASIDLAB_TESTS_QEMU_TIER_H
#define PASIDLAB_TESTS_QEMU_TIER_H

#include <stdbool.h>

#include "harness/guest/image.h"
#include "harness/guest/manifest.h"

#define TIER_FILES_MAX	9

/**
 * struct tier - a test program
 * @manifest: the build's guest.json
 * @arch: the guest's processor, as QEMU names it
 * @qemu: the emulator
 * @cases: TAP lines so far
 * @failed: of which not ok
 * @ended: the guest that runs has printed its plan
 * @label: of the guest that runs
 */
struct tier {
	struct pl_guest_manifest manifest;
	const char *arch;
	char qemu[4096];
	unsigned int cases;
	unsigned int failed;
	bool ended;
	const char *label;
};

/** struct tier_file - a host's file and where it is in the guest; a NULL @host ends a list */
struct tier_file {
	const char *host;
	const char *guest;
	unsigned int mode;
};

/**
 * struct tier_guest - one guest
 * @label: first part of its tests' names
 * @devices: further QEMU arguments, ended by NULL
 * @append: words for the kernel command line
 * @files: what its image holds besides the base
 * @steps: its plan
 * @n_steps: how many
 */
struct tier_guest {
	const char *label;
	const char *const *devices;
	const char *append;
	struct tier_file files[TIER_FILES_MAX + 1];
	const struct pl_plan_step *steps;
	size_t n_steps;
};

/* Exit status 2 and a line on stderr when there is no guest.json or no QEMU to its name. */
void tier_open(struct tier *t, const char *arch, const char *guest_json);

/* Boots @g and reports it. */
void tier_run(struct tier *t, const struct tier_guest *g);

/* One TAP line of the host's own. */
void tier_case(struct tier *t, bool ok, const char *name);

/* Prints the plan; the program's exit status. */
int tier_close(struct tier *t);

#endif
