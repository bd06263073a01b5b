/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: reading something until it is as wanted, or too late. */
#ifndef _SHIM_LINUX_IOPOLL_H
#define _SHIM_LINUX_IOPOLL_H

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>

/* The condition gets a last look after the time is over. */
#define __shim_poll(op, val, cond, pause, timeout_us, args...) ({		\
	u64 __shim_us = (timeout_us);						\
	u64 __shim_end = ktime_get_ns() + __shim_us * NSEC_PER_USEC;		\
	bool __shim_late;							\
	for (;;) {								\
		__shim_late = __shim_us && ktime_get_ns() > __shim_end;		\
		(val) = op(args);						\
		if ((cond) || __shim_late)					\
			break;							\
		pause;								\
	}									\
	(cond) ? 0 : -ETIMEDOUT; })

#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, before, args...) ({ \
	might_sleep_if((sleep_us) != 0);					\
	if ((sleep_us) && (before))						\
		usleep_range(sleep_us, sleep_us);				\
	__shim_poll(op, val, cond,						\
		    ({ if (sleep_us) usleep_range(sleep_us, sleep_us); else cpu_relax(); }), \
		    timeout_us, args); })
#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, before, args...) ({ \
	if ((delay_us) && (before))						\
		udelay(delay_us);						\
	__shim_poll(op, val, cond,						\
		    ({ if (delay_us) udelay(delay_us); else cpu_relax(); }), timeout_us, args); })

#define readl_poll_timeout(addr, val, cond, s, t)				\
	read_poll_timeout(readl, val, cond, s, t, false, addr)
#define readq_poll_timeout(addr, val, cond, s, t)				\
	read_poll_timeout(readq, val, cond, s, t, false, addr)
#define readl_poll_timeout_atomic(addr, val, cond, s, t)			\
	read_poll_timeout_atomic(readl, val, cond, s, t, false, addr)
#define readq_poll_timeout_atomic(addr, val, cond, s, t)			\
	read_poll_timeout_atomic(readq, val, cond, s, t, false, addr)

#endif /* _SHIM_LINUX_IOPOLL_H */
