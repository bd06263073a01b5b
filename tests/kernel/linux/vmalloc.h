/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: large allocations, which here come from the same place as small ones. */
#ifndef _SHIM_LINUX_VMALLOC_H
#define _SHIM_LINUX_VMALLOC_H

#include <linux/slab.h>

static inline void *vmalloc(unsigned long size)
{
	return kvmalloc(size, GFP_KERNEL);
}

static inline void *vzalloc(unsigned long size)
{
	return kvzalloc(size, GFP_KERNEL);
}

static inline void vfree(const void *p)
{
	kvfree(p);
}

#endif /* _SHIM_LINUX_VMALLOC_H */
