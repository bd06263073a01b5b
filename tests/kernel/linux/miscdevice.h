/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: named character devices; shim_open(name) reaches them. */
#ifndef _SHIM_LINUX_MISCDEVICE_H
#define _SHIM_LINUX_MISCDEVICE_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/major.h>
#include <linux/types.h>

#define MISC_DYNAMIC_MINOR	255

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct list_head list;
	struct device *parent;
	struct device *this_device;
	const struct attribute_group **groups;
	const char *nodename;
	umode_t mode;
};

int misc_register(struct miscdevice *misc);
void misc_deregister(struct miscdevice *misc);

#define module_misc_device(m)							\
	static int __shim_misc_init_##m(void) { return misc_register(&(m)); }	\
	module_init(__shim_misc_init_##m);					\
	static void __shim_misc_exit_##m(void) { misc_deregister(&(m)); }	\
	module_exit(__shim_misc_exit_##m)

#endif /* _SHIM_LINUX_MISCDEVICE_H */
