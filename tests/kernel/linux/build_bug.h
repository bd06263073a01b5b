/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: assertions that cost nothing at run time. */
#ifndef _SHIM_LINUX_BUILD_BUG_H
#define _SHIM_LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#define BUILD_BUG_ON_ZERO(e)		((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_MSG(cond, msg)						\
	((void)sizeof(char[1 - 2 * !!(cond)]))
#define BUILD_BUG_ON(cond)		BUILD_BUG_ON_MSG(cond, #cond)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n)	BUILD_BUG_ON((n) == 0 || ((n) & ((n) - 1)) != 0)
#define BUILD_BUG()			BUILD_BUG_ON(1)

#define __shim_static_assert(expr, msg, ...) _Static_assert(expr, msg)
#undef static_assert
#define static_assert(expr, ...)	__shim_static_assert(expr, ##__VA_ARGS__, #expr)

#endif /* _SHIM_LINUX_BUILD_BUG_H */
