/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: one program, so every symbol is exported already. */
#ifndef _SHIM_LINUX_EXPORT_H
#define _SHIM_LINUX_EXPORT_H

#define EXPORT_SYMBOL(s)		_Static_assert(1, #s)
#define EXPORT_SYMBOL_GPL(s)		_Static_assert(1, #s)
#define EXPORT_SYMBOL_NS(s, ns)		_Static_assert(1, #s)
#define EXPORT_SYMBOL_NS_GPL(s, ns)	_Static_assert(1, #s)

struct module;
#define THIS_MODULE			((struct module *)0)

#endif /* _SHIM_LINUX_EXPORT_H */
