/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: IS_ENABLED(CONFIG_X) is 1 where CONFIG_X is defined as 1, else 0. */
#ifndef _SHIM_LINUX_KCONFIG_H
#define _SHIM_LINUX_KCONFIG_H

#define __SHIM_ARG_1			0,
#define __shim_second(ignored, v, ...)	v
#define __shim_defined3(arg)		__shim_second(arg 1, 0, 0)
#define __shim_defined2(v)		__shim_defined3(__SHIM_ARG_##v)
#define __shim_defined(v)		__shim_defined2(v)
#define IS_ENABLED(option)		__shim_defined(option)
#define IS_BUILTIN(option)		IS_ENABLED(option)
#define IS_REACHABLE(option)		IS_ENABLED(option)
#define IS_MODULE(option)		0

#endif /* _SHIM_LINUX_KCONFIG_H */
