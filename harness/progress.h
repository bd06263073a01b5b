/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - where a session is, for the person who waits for it.
 *
 * On a terminal one line is rewritten in place; elsewhere a line is written when something begins,
 * and every ten seconds while nothing does.  Always to standard error, never with --quiet.
 */
#ifndef PL_PROGRESS_H
#define PL_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "guest/guest.h"

/**
 * struct pl_progress - what is shown
 * @quiet: nothing
 * @tty: standard error is a terminal
 * @drawn: a line is on the screen, to be rewritten or removed
 * @stage: what is being done
 * @done: of @total
 * @total: 0 where the end is not known
 * @shown_ms: when the last line was written
 */
struct pl_progress {
	bool quiet;
	bool tty;
	bool drawn;
	char stage[64];
	uint64_t done;
	uint64_t total;
	uint64_t shown_ms;
};

void pl_progress_init(struct pl_progress *p, bool quiet);
void pl_progress_frame(struct pl_progress *p, const json_t *frame);
void pl_progress_tick(struct pl_progress *p, const struct pl_guest_progress *g);
void pl_progress_clear(struct pl_progress *p);

#endif
