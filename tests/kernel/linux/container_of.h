/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: from a member to its struct. */
#ifndef _SHIM_LINUX_CONTAINER_OF_H
#define _SHIM_LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

#define typeof_member(T, m)	typeof(((T *)0)->m)

#define container_of(ptr, type, member) ({					\
	void *__shim_m = (void *)(ptr);						\
	_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||		\
		       __same_type(*(ptr), void), "container_of: another member's type"); \
	(type *)((char *)__shim_m - offsetof(type, member)); })

#define container_of_const(ptr, type, member)					\
	_Generic(ptr,								\
		 const typeof(*(ptr)) *: (const type *)container_of(ptr, type, member), \
		 default: (type *)container_of(ptr, type, member))

#endif /* _SHIM_LINUX_CONTAINER_OF_H */
