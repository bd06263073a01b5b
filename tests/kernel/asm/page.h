/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: pages, and the two addresses of each.
 *
 * Pages live in one arena whose physical addresses begin at SHIM_PHYS_BASE, so
 * that a physical address is never equal to a virtual one and never 0; mixing
 * them up faults at once.  Translation is refused, loudly, for anything that
 * is not a page of the arena: kmalloc() memory has no address for a device here.
 */
#ifndef _SHIM_ASM_PAGE_H
#define _SHIM_ASM_PAGE_H

#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(a)	ALIGN(a, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(a) ALIGN_DOWN(a, PAGE_SIZE)
#define PAGE_ALIGNED(a)	IS_ALIGNED((unsigned long)(a), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)

#define PMD_SHIFT	21
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PUD_SHIFT	30
#define PUD_SIZE	(1UL << PUD_SHIFT)

#define SHIM_PHYS_BASE	((phys_addr_t)1 << 32)

/* Private to the shims: set up once, before main(). */
extern char *shim_arena;
extern size_t shim_arena_bytes;
extern u8 *shim_page_states;
phys_addr_t shim_no_phys(const void *va) __cold __noreturn;
void *shim_no_virt(phys_addr_t pa) __cold __noreturn;

/* States 2 and 3 of a page: kmalloc() has it (shim_alloc.h). */
#define SHIM_PAGE_KMALLOC(state) (((state) | 1) == 3)

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	size_t off = (const volatile char *)va - shim_arena;

	if (unlikely(off >= shim_arena_bytes ||
		     SHIM_PAGE_KMALLOC(READ_ONCE(shim_page_states[off >> PAGE_SHIFT]))))
		shim_no_phys((const void *)va);
	return SHIM_PHYS_BASE + off;
}

static inline void *phys_to_virt(phys_addr_t pa)
{
	if (unlikely(pa - SHIM_PHYS_BASE >= shim_arena_bytes))
		shim_no_virt(pa);
	return shim_arena + (pa - SHIM_PHYS_BASE);
}

#define __pa(va)	virt_to_phys((const volatile void *)(va))
#define __va(pa)	phys_to_virt((phys_addr_t)(pa))

static inline bool virt_addr_valid(const void *va)
{
	return (size_t)((const char *)va - shim_arena) < shim_arena_bytes;
}

/**
 * get_order() - the order of the smallest block that holds @size bytes
 * @size: bytes, at least 1
 */
static inline int get_order(unsigned long size)
{
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - __builtin_clzl(size) : 0;
}

#endif /* _SHIM_ASM_PAGE_H */
