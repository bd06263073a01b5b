/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: section marks mean nothing here (compiler_types.h). */
#ifndef _SHIM_LINUX_INIT_H
#define _SHIM_LINUX_INIT_H

#include <linux/compiler.h>

typedef int (*initcall_t)(void);

#endif /* _SHIM_LINUX_INIT_H */
