/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: what describes a page.
 *
 * The upper part belongs to whoever allocated the page; what begins with shim_
 * belongs to the arena (shim_mem.c).
 */
#ifndef _SHIM_LINUX_MM_TYPES_H
#define _SHIM_LINUX_MM_TYPES_H

#include <linux/types.h>

struct kmem_cache;
struct mm_struct;
struct vm_area_struct;

struct page {
	unsigned long flags;
	struct list_head lru;
	unsigned long private;
	struct kmem_cache *slab_cache;
	atomic_t _refcount;
	int shim_pins;
	u32 shim_next;
	u32 shim_prev;
	u8 shim_order;
	u8 shim_listed;
};

#endif /* _SHIM_LINUX_MM_TYPES_H */
