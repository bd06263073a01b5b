/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - one guest from a suite to a result.
 *
 * A session packs the build's modules and programs with the suite's plan, boots, and gathers what
 * comes back: frames into the result, console lines and frames into files beside it.  What went
 * wrong with the guest is a failure in the result; only what kept a guest from being started is an
 * error.
 *
 * Locking: none; one session at a time per thread.
 *
 * The hard rule: a session prints nothing.  Whoever shows progress gets it through the callbacks.
 */
#ifndef PL_SESSION_H
#define PL_SESSION_H

#include <signal.h>

#include "guest/guest.h"
#include "result.h"
#include "suite.h"

/**
 * struct pl_session - what to run, and whom to tell
 * @suite: what the guest does
 * @target: the IOMMU it is given, and its architecture
 * @vars: the suite's variables, but those of the unit's row; the last has no name
 * @series: the guest's kernel series, NULL for the build's default
 * @kernel: another kernel than the series'; NULL: the series'
 * @accel: "auto", "kvm" or "tcg"
 * @icount: as in struct pl_guest_opts: 0, or the guest's time counts instructions
 * @timeout_s: seconds for the whole guest
 * @dir: an existing directory for console.log and frames.log
 * @stop: ends the guest when it becomes non-zero
 * @ctx: handed to the callbacks
 * @on_frame: a frame has been taken into @result; may be NULL
 * @on_tick: about ten times a second; may be NULL
 * @result: filled; the caller's
 */
struct pl_session {
	const struct pl_suite *suite;
	struct pl_target target;
	const struct pl_var *vars;
	const char *series;
	const char *kernel;
	const char *accel;
	unsigned int icount;
	unsigned int timeout_s;
	const char *dir;
	const volatile sig_atomic_t *stop;
	void *ctx;
	void (*on_frame)(void *ctx, const struct pl_result *r, const json_t *frame);
	void (*on_tick)(void *ctx, const struct pl_guest_progress *progress);
	struct pl_result *result;
};

int pl_session_run(struct pl_session *s, char why[PL_WHY_MAX]);
int pl_session_dir(const char *wanted, const char *label, char **out, char why[PL_WHY_MAX]);
int pl_session_status(int err);
void pl_session_tidy(const char *dir);

#endif
