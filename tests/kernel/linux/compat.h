/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: 32-bit callers; a test calls compat_ioctl() as it is. */
#ifndef _SHIM_LINUX_COMPAT_H
#define _SHIM_LINUX_COMPAT_H

#include <linux/fs.h>

typedef u32 compat_uptr_t;

#define compat_ptr(u)		((void __user *)(unsigned long)(u))
#define in_compat_syscall()	false

#endif /* _SHIM_LINUX_COMPAT_H */
