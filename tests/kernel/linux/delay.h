/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: delays; those that spin give their core away meanwhile. */
#ifndef _SHIM_LINUX_DELAY_H
#define _SHIM_LINUX_DELAY_H

#include <linux/kernel.h>
#include <linux/sched.h>

void shim_delay_ns(u64 ns);
void shim_sleep_ns(u64 ns);

#define ndelay(n)		shim_delay_ns(n)
#define udelay(n)		shim_delay_ns((u64)(n) * 1000)
#define mdelay(n)		shim_delay_ns((u64)(n) * 1000000)
#define fsleep(us)		shim_sleep_ns((u64)(us) * 1000)
#define msleep(ms)		shim_sleep_ns((u64)(ms) * 1000000)
#define ssleep(s)		shim_sleep_ns((u64)(s) * 1000000000)
#define usleep_range(min, max)	({ (void)(max); shim_sleep_ns((u64)(min) * 1000); })
unsigned long msleep_interruptible(unsigned int ms);

#endif /* _SHIM_LINUX_DELAY_H */
