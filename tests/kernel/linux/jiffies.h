/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: jiffies at HZ = 250, read off the monotonic clock. */
#ifndef _SHIM_LINUX_JIFFIES_H
#define _SHIM_LINUX_JIFFIES_H

#include <linux/math64.h>
#include <linux/types.h>

#define HZ			250
#define NSEC_PER_SEC		1000000000L
#define NSEC_PER_MSEC		1000000L
#define NSEC_PER_USEC		1000L
#define USEC_PER_SEC		1000000L
#define USEC_PER_MSEC		1000L
#define MSEC_PER_SEC		1000L
#define NSEC_PER_JIFFY		(NSEC_PER_SEC / HZ)
#define MAX_JIFFY_OFFSET	((long)(~0UL >> 1) / 2 - 1)

unsigned long shim_jiffies(void);

#define jiffies			shim_jiffies()
#define get_jiffies_64()	((u64)shim_jiffies())

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return DIV_ROUND_UP((unsigned long)ms * HZ, MSEC_PER_SEC);
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return DIV_ROUND_UP((unsigned long)us * HZ, USEC_PER_SEC);
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / NSEC_PER_JIFFY;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return j * (MSEC_PER_SEC / HZ);
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return j * (USEC_PER_SEC / HZ);
}

#endif /* _SHIM_LINUX_JIFFIES_H */
