/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: modules that start and stop when a test says so.
 *
 * module_init() and module_exit() enter their function in a table of
 * shim_module.c before main() runs; shim_modules_init() calls them.  All
 * modules share one reference count, shim_module_refs.
 */
#ifndef _SHIM_LINUX_MODULE_H
#define _SHIM_LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/types.h>

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME	"test"
#endif

void shim_module_register(const char *name, int (*init)(void), void (*exit)(void));
bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);

#define module_init(fn)								\
	static void __attribute__((__constructor__)) __shim_init_##fn(void)	\
	{									\
		shim_module_register(KBUILD_MODNAME, fn, NULL);			\
	}									\
	_Static_assert(1, #fn)
#define module_exit(fn)								\
	static void __attribute__((__constructor__)) __shim_exit_##fn(void)	\
	{									\
		shim_module_register(KBUILD_MODNAME, NULL, fn);			\
	}									\
	_Static_assert(1, #fn)

#define MODULE_LICENSE(s)		_Static_assert(1, s)
#define MODULE_AUTHOR(s)		_Static_assert(1, s)
#define MODULE_DESCRIPTION(s)		_Static_assert(1, s)
#define MODULE_VERSION(s)		_Static_assert(1, s)
#define MODULE_ALIAS(s)			_Static_assert(1, s)
#define MODULE_SOFTDEP(s)		_Static_assert(1, s)
#define MODULE_FIRMWARE(s)		_Static_assert(1, s)
#define MODULE_INFO(tag, s)		_Static_assert(1, s)
#define MODULE_IMPORT_NS(ns)		_Static_assert(1, "")
#define MODULE_ALIAS_MISCDEV(n)		_Static_assert(1, "")
#define MODULE_DEVICE_TABLE(t, n)	_Static_assert(1, "")

#endif /* _SHIM_LINUX_MODULE_H */
