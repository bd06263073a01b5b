/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the uAPI's error numbers and those that never leave the kernel. */
#ifndef _SHIM_LINUX_ERRNO_H
#define _SHIM_LINUX_ERRNO_H

#include_next <linux/errno.h>

#define ERESTARTSYS	512
#define ERESTARTNOINTR	513
#define ENOIOCTLCMD	515
#define EPROBE_DEFER	517
#define ENOTSUPP	524

#endif /* _SHIM_LINUX_ERRNO_H */
