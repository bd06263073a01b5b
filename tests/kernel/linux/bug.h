/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: WARN counts and goes on, BUG stops the program. */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>

void shim_warn_at(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;
void shim_bug_at(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold __noreturn;

#define BUG()		shim_bug_at(__FILE__, __LINE__, "BUG()")
#define BUG_ON(c)	do { if (unlikely(c)) shim_bug_at(__FILE__, __LINE__, "%s", #c); } while (0)

#define WARN(c, fmt, ...) ({							\
	bool __shim_warn = !!(c);						\
	if (unlikely(__shim_warn))						\
		shim_warn_at(__FILE__, __LINE__, fmt, ##__VA_ARGS__);		\
	unlikely(__shim_warn); })
#define WARN_ON(c) ({								\
	bool __shim_warn = !!(c);						\
	if (unlikely(__shim_warn))						\
		shim_warn_at(__FILE__, __LINE__, "%s", #c);			\
	unlikely(__shim_warn); })
#define WARN_ONCE(c, fmt, ...) ({						\
	bool __shim_warn1 = !!(c);						\
	if (unlikely(__shim_warn1))						\
		__shim_once(shim_warn_at(__FILE__, __LINE__, fmt, ##__VA_ARGS__));	\
	unlikely(__shim_warn1); })
#define WARN_ON_ONCE(c)		WARN_ONCE(c, "%s", #c)
#define WARN_TAINT(c, t, fmt, ...)	WARN(c, fmt, ##__VA_ARGS__)
#define VM_BUG_ON(c)		BUG_ON(c)
#define VM_WARN_ON(c)		WARN_ON(c)
#define VM_WARN_ON_ONCE(c)	WARN_ON_ONCE(c)

#endif /* _SHIM_LINUX_BUG_H */
