/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: clocks. */
#ifndef _SHIM_LINUX_TIMEKEEPING_H
#define _SHIM_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

u64 ktime_get_ns(void);
u64 ktime_get_real_ns(void);

#define ktime_get()		((ktime_t)ktime_get_ns())
#define ktime_get_raw()		ktime_get()
#define ktime_get_raw_ns()	ktime_get_ns()
#define ktime_get_boottime()	ktime_get()
#define ktime_get_boottime_ns()	ktime_get_ns()
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define ktime_get_real()	((ktime_t)ktime_get_real_ns())
#define ktime_get_seconds()	((s64)(ktime_get_ns() / NSEC_PER_SEC))

#endif /* _SHIM_LINUX_TIMEKEEPING_H */
