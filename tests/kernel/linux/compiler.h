/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: marked accesses and branch hints.
 *
 * READ_ONCE() and WRITE_ONCE() are relaxed atomics here, not volatile
 * accesses: the machine code is the same, and ThreadSanitizer then tells a
 * marked race from an unmarked one, as KCSAN does in the kernel.
 */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define barrier()	__asm__ __volatile__("" : : : "memory")
#define barrier_data(p)	__asm__ __volatile__("" : : "r"(p) : "memory")
#define OPTIMIZER_HIDE_VAR(v) __asm__("" : "=r"(v) : "0"(v))
#define unreachable()	__builtin_unreachable()

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define data_race(x)		({ (x); })

#define ___SHIM_PASTE(a, b)	a##b
#define __PASTE(a, b)		___SHIM_PASTE(a, b)
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__shim_##prefix, _), __COUNTER__)

#endif /* _SHIM_LINUX_COMPILER_H */
