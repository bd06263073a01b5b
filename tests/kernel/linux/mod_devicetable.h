/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: names a driver matches. */
#ifndef _SHIM_LINUX_MOD_DEVICETABLE_H
#define _SHIM_LINUX_MOD_DEVICETABLE_H

#define PLATFORM_NAME_SIZE	24

typedef unsigned long kernel_ulong_t;

struct platform_device_id {
	char name[PLATFORM_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#endif /* _SHIM_LINUX_MOD_DEVICETABLE_H */
