/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: a parameter is a variable that keeps its default, unless a test sets it. */
#ifndef _SHIM_LINUX_MODULEPARAM_H
#define _SHIM_LINUX_MODULEPARAM_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct shim_param - one module parameter, as shim_param_set() finds it
 * @next: the one registered before
 * @module: KBUILD_MODNAME
 * @name: the parameter's name
 * @type: "bool", "uint", ...
 * @value: the variable
 */
struct shim_param {
	struct shim_param *next;
	const char *module, *name, *type;
	void *value;
};

void shim_param_register(struct shim_param *param);
int shim_param_set(const char *module, const char *name, long long value);

#define module_param_named(pname, var, ptype, perm)				\
	static void __attribute__((__constructor__)) __shim_param_##pname(void)	\
	{									\
		static struct shim_param param = {				\
			.module = KBUILD_MODNAME, .name = #pname,		\
			.type = #ptype, .value = &(var),			\
		};								\
										\
		shim_param_register(&param);					\
	}									\
	_Static_assert(1, #pname)
#define module_param(var, ptype, perm)		module_param_named(var, var, ptype, perm)
#define module_param_array(var, ptype, nr, perm)	_Static_assert(1, #var)
#define module_param_string(n, s, len, perm)	_Static_assert(1, #n)
#define module_param_cb(n, ops, arg, perm)	_Static_assert(1, #n)
#define MODULE_PARM_DESC(var, text)		_Static_assert(1, text)

#endif /* _SHIM_LINUX_MODULEPARAM_H */
