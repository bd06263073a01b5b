/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: page descriptors, and pinning of what plays user memory.
 *
 * pin_user_pages_fast() finds the pages of memory from shim_user_alloc(); any
 * other address is -EFAULT, pages of the kernel's own included.
 */
#ifndef _SHIM_LINUX_MM_H
#define _SHIM_LINUX_MM_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/overflow.h>
#include <linux/pfn.h>

#define FOLL_WRITE	0x01
#define FOLL_FORCE	0x02
#define FOLL_LONGTERM	0x100

#define GUP_PIN_COUNTING_BIAS 1024

/* Private to the shims. */
extern struct page *shim_page_map;

#define SHIM_PFN_BASE	((unsigned long)(SHIM_PHYS_BASE >> PAGE_SHIFT))

static inline bool pfn_valid(unsigned long pfn)
{
	return pfn - SHIM_PFN_BASE < shim_arena_bytes >> PAGE_SHIFT;
}

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return shim_page_map + (pfn - SHIM_PFN_BASE);
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return SHIM_PFN_BASE + (unsigned long)(page - shim_page_map);
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

static inline struct page *phys_to_page(phys_addr_t pa)
{
	return pfn_to_page(PHYS_PFN(pa));
}

static inline void *page_address(const struct page *page)
{
	return shim_arena + ((size_t)(page - shim_page_map) << PAGE_SHIFT);
}

#define page_to_virt(page)	page_address(page)

static inline struct page *virt_to_page(const void *va)
{
	return phys_to_page(virt_to_phys(va));
}

static inline unsigned long virt_to_pfn(const void *va)
{
	return PHYS_PFN(virt_to_phys(va));
}

static inline int page_to_nid(const struct page *page)
{
	(void)page;
	return 0;
}

static inline int page_ref_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

#define page_count(page)	page_ref_count(page)

static inline void get_page(struct page *page)
{
	atomic_inc(&page->_refcount);
}

void put_page(struct page *page);

static inline unsigned long page_private(const struct page *page)
{
	return page->private;
}

static inline void set_page_private(struct page *page, unsigned long private)
{
	page->private = private;
}

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);

#endif /* _SHIM_LINUX_MM_H */
