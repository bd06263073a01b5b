/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: constants that C and assembly share. */
#ifndef _SHIM_LINUX_CONST_H
#define _SHIM_LINUX_CONST_H

#include_next <linux/const.h>

#define UL(x)	(_UL(x))
#define ULL(x)	(_ULL(x))

#endif /* _SHIM_LINUX_CONST_H */
