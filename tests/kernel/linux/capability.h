/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the caller may do everything, or nothing: shim_capable. */
#ifndef _SHIM_LINUX_CAPABILITY_H
#define _SHIM_LINUX_CAPABILITY_H

#include_next <linux/capability.h>

#include <linux/compiler.h>
#include <linux/types.h>

extern bool shim_capable;

static inline bool capable(int cap)
{
	(void)cap;
	return READ_ONCE(shim_capable);
}

#define perfmon_capable()	capable(CAP_PERFMON)

#endif /* _SHIM_LINUX_CAPABILITY_H */
