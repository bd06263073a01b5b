/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: divisions that round. */
#ifndef _SHIM_LINUX_MATH_H
#define _SHIM_LINUX_MATH_H

#include <linux/types.h>

#undef roundup
#define DIV_ROUND_UP(n, d)		(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)		(((unsigned long long)(n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d)	((unsigned long long)(n) / (d))
#define DIV_ROUND_CLOSEST(n, d)		(((n) + (d) / 2) / (d))
#define round_up(x, y)			((((x) - 1) | ((typeof(x))(y) - 1)) + 1)
#define round_down(x, y)		((x) & ~((typeof(x))(y) - 1))
#define roundup(x, y)			((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)			((x) - (x) % (y))
#define mult_frac(x, n, d)		((x) / (d) * (n) + (x) % (d) * (n) / (d))
#define abs_diff(a, b)			((a) < (b) ? (b) - (a) : (a) - (b))
#define abs(x)	({ __auto_type __shim_x = (x); __shim_x < 0 ? -__shim_x : __shim_x; })

#endif /* _SHIM_LINUX_MATH_H */
