/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: rate limits. */
#ifndef _SHIM_LINUX_RATELIMIT_H
#define _SHIM_LINUX_RATELIMIT_H

#include <linux/printk.h>
#include <linux/ratelimit_types.h>

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	*rs = (struct ratelimit_state)RATELIMIT_STATE_INIT(rs, interval, burst);
}

static inline bool __ratelimit(struct ratelimit_state *rs)
{
	return !rs->interval ||
	       __atomic_fetch_add(&rs->used, 1, __ATOMIC_RELAXED) < rs->burst;
}

#endif /* _SHIM_LINUX_RATELIMIT_H */
