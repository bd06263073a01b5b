/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: the memory of "the process", which is this one's.
 *
 * A copy from or to an address that is not mapped, or that a test declared bad
 * (shim_user_bad()), is reported and never a signal; shim_uaccess.c tells how.
 */
#ifndef _SHIM_LINUX_UACCESS_H
#define _SHIM_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#define TASK_SIZE_MAX	((1UL << 47) - 4096)

unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
int check_zeroed_user(const void __user *from, size_t size);
int __must_check copy_struct_from_user(void *dst, size_t ksize, const void __user *src,
				       size_t usize);
void *memdup_user(const void __user *src, size_t len);

#define __copy_from_user(to, from, n)	copy_from_user(to, from, n)
#define __copy_to_user(to, from, n)	copy_to_user(to, from, n)
#define vmemdup_user(src, len)		memdup_user(src, len)

static inline bool shim_access_ok(unsigned long addr, unsigned long size)
{
	return size <= TASK_SIZE_MAX && addr <= TASK_SIZE_MAX - size;
}

#define access_ok(addr, size)	shim_access_ok((unsigned long)(addr), size)

#define get_user(x, ptr) ({							\
	typeof((typeof(*(ptr)))0) __shim_v;					\
	unsigned long __shim_left = copy_from_user(&__shim_v, ptr, sizeof(__shim_v)); \
	(x) = __shim_v;								\
	__shim_left ? -EFAULT : 0; })

#define put_user(x, ptr) ({							\
	typeof((typeof(*(ptr)))0) __shim_v = (x);						\
	copy_to_user(ptr, &__shim_v, sizeof(__shim_v)) ? -EFAULT : 0; })

#define __get_user(x, ptr)	get_user(x, ptr)
#define __put_user(x, ptr)	put_user(x, ptr)

#endif /* _SHIM_LINUX_UACCESS_H */
