/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emulator.h - the QEMU that a unit needs, and the devices that its guest gets.
 *
 * Units on a reference model run on any QEMU.  Units of QEMU's own need the build of "make qemu",
 * which has the PASID engine: PASIDLAB_QEMU may name one, else it is the one that guest.json names:
 * the build of this checkout's device, never another's.
 *
 * The hard rule: an emulator is tried before a guest is built for it, so that a wrong one is one
 * line and not a guest that does not boot.
 */
#ifndef PL_EMULATOR_H
#define PL_EMULATOR_H

#include <limits.h>

#include "result.h"
#include "suite.h"

/* Engines that one guest may have, and the words that stand before and behind them. */
#define PL_EMULATOR_ENGINES	16
#define PL_EMULATOR_WORDS	(2 * PL_EMULATOR_ENGINES + PL_UNIT_WORDS + 4)

/**
 * struct pl_emulator - what to start for a unit
 * @path: the program; empty: QEMU from the PATH
 * @firmware: where the program's firmware is; empty: it knows itself
 * @words: further arguments, ended by NULL; point into this struct or to literals
 */
struct pl_emulator {
	char path[PATH_MAX];
	char firmware[PATH_MAX + 16];
	const char *words[PL_EMULATOR_WORDS + 1];
};

int pl_emulator_find(const struct pl_target *target, const char *built,
		     const struct pl_var *vars, struct pl_emulator *e, char why[PL_WHY_MAX]);

#endif
