/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: a limit that counts down and never refills, so tests stay repeatable. */
#ifndef _SHIM_LINUX_RATELIMIT_TYPES_H
#define _SHIM_LINUX_RATELIMIT_TYPES_H

#include <stdbool.h>

#define DEFAULT_RATELIMIT_INTERVAL	(5 * 250)
#define DEFAULT_RATELIMIT_BURST		10

struct ratelimit_state {
	int interval;
	int burst;
	int used;
	unsigned long flags;
};

#define RATELIMIT_STATE_INIT(n, i, b)	{ .interval = (i), .burst = (b) }
#define DEFINE_RATELIMIT_STATE(n, i, b)	struct ratelimit_state n = RATELIMIT_STATE_INIT(n, i, b)

#endif /* _SHIM_LINUX_RATELIMIT_TYPES_H */
