/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.h - what a guest does, as data.
 *
 * A *suite* is a list of steps; a step is one line of the guest's plan (harness/guest/image.h),
 * whose words may hold {variables}, and so may their values.  A *unit* is a kind of IOMMU by the
 * name the user gives, with the module that drives it; a *target* is a unit in a guest of one
 * architecture, and the same name may stand for two units on two of them.  Suites name no unit: the
 * unit's row fills
 * {unit_module}, {params}, {device} (an endpoint), one of {model} and {machine}, one of {identity}
 * and {no_identity}.  Where "{params}" is a word by itself it becomes as many words as there are
 * parameters, none among them.
 *
 * The hard rule: nothing that a user types reaches a plan but through a variable, and variables
 * hold only what an option table has checked.
 */
#ifndef PL_SUITE_H
#define PL_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "guest/image.h"
#include "result.h"

/* The most words a step has, and an emulator's unit. */
#define PL_STEP_WORDS	24
#define PL_UNIT_WORDS	10

/**
 * struct pl_unit_kind - an IOMMU that a guest can be given
 * @name: as given to --unit
 * @help: what it is
 * @arch: of the guest, as struct pl_arch names it; NULL: any
 * @module: its module, without .ko
 * @engine: what issues DMA
 * @params: {params}: what the module is loaded with, separated by blanks
 * @model: the unit is a reference model, {model} is not empty; else {machine} is not
 * @caching_mode: the model can have one (VT-d 6.1), {caching_mode} is not empty
 * @no_identity: {no_identity}: why random operations leave the identity domain out; NULL: they do
 *	not, and {identity} is not empty
 * @append: words for the guest's kernel command line; NULL: none
 * @qemu_iommu: the emulator's words for the unit
 * @qemu_cm: the emulator's words for a caching mode
 * @qemu_engine: its -device for each endpoint; NULL: any QEMU will do
 */
struct pl_unit_kind {
	const char *name;
	const char *help;
	const char *arch;
	const char *module;
	const char *engine;
	const char *params;
	bool model;
	bool caching_mode;
	const char *no_identity;
	const char *append;
	const char *qemu_iommu[PL_UNIT_WORDS];
	const char *qemu_cm[2];
	const char *qemu_engine;
};

extern const struct pl_unit_kind pl_units[];
extern const char *const pl_unit_names[];

/**
 * struct pl_arch - an architecture that guests have
 * @name: as given to --arch; Debian's name
 * @machine: QEMU's name, and uname's
 * @unit: what --unit is unless it is given
 */
struct pl_arch {
	const char *name;
	const char *machine;
	const char *unit;
};

extern const struct pl_arch pl_archs[];
extern const char *const pl_arch_names[];

const struct pl_arch *pl_arch_own(void);

/**
 * struct pl_target - a unit in a guest
 * @unit: the unit
 * @arch: of the guest
 */
struct pl_target {
	const struct pl_unit_kind *unit;
	const struct pl_arch *arch;
};

int pl_target_choose(const char *unit, const char *arch, struct pl_target *t, char why[PL_WHY_MAX]);

/**
 * struct pl_step - one line of a plan
 * @name: what reports call it
 * @when: a variable that must not be empty for the step to be there; NULL: always
 * @timeout_s: seconds; 0: the guest's default
 * @background: go on with the next step at once
 * @argv: its words, with {variables}
 */
struct pl_step {
	const char *name;
	const char *when;
	unsigned int timeout_s;
	bool background;
	const char *argv[PL_STEP_WORDS];
};

/**
 * struct pl_suite - a named list of steps
 * @name: of the suite
 * @steps: its steps
 * @n_steps: how many
 */
struct pl_suite {
	const char *name;
	const struct pl_step *steps;
	size_t n_steps;
};

const struct pl_suite *pl_suite_find(const char *name);

/* A variable of a plan; the last of a list has no name. */
struct pl_var {
	const char *name;
	const char *value;
};

struct pl_plan;

int pl_plan_make(const struct pl_suite *suite, const struct pl_var *vars, struct pl_plan **out);
const struct pl_plan_step *pl_plan_steps(const struct pl_plan *plan, size_t *n);
void pl_plan_free(struct pl_plan *plan);

#endif
