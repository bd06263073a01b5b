/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the scheduler's clock is the monotonic one. */
#ifndef _SHIM_LINUX_SCHED_CLOCK_H
#define _SHIM_LINUX_SCHED_CLOCK_H

#include <linux/timekeeping.h>

#define local_clock()	ktime_get_ns()
#define sched_clock()	ktime_get_ns()

#endif /* _SHIM_LINUX_SCHED_CLOCK_H */
