/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - results to whoever started the program: one JSON object per frame.
 *
 * A frame is the byte 0x1e, one JSON object without a line break, and a line feed (RFC 7464).  It
 * goes to the descriptor that the environment variable PL_RESULT_FD names, else to standard output.
 *
 * Locking: frames of several threads do not mix.
 *
 * The hard rule: a frame is written whole or the call fails; a frame that got lost would look
 * like a test that never ran.
 */
#ifndef PL_FRAME_H
#define PL_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

int frame_fd(void);
int frame_send(json_t *frame);
int frame_progress(const char *name, uint64_t done, uint64_t total);

#endif
