// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_page.c - pages as the kernel's interfaces know them, and user memory.
 *
 * User memory is a block cut into single pages: each is freed, pinned and kept
 * alive on its own, as pages of a process are.  The first page remembers how
 * many there are.
 *
 * Locking: pin_lock orders pins against shim_user_free().
 *
 * The hard rule: a pinned page is live.
 */
#include <string.h>

#include <linux/errno.h>
#include <linux/log2.h>

#include "shim_alloc.h"

static struct shim_lock pin_lock;
static long pins_held;

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order > MAX_PAGE_ORDER || shim_alloc_fails(gfp))
		return NULL;
	page = shim_block_alloc(order, SHIM_PAGE_KERNEL);
	if (!page)
		shim_bug("the arena is full: no block of order %u", order);
	if (gfp & __GFP_ZERO)
		shim_zero(page_address(page), PAGE_SIZE << order);
	return page;
}

void __free_pages(struct page *page, unsigned int order)
{
	if (!page)
		return;
	if (shim_page_state(page) != SHIM_PAGE_KERNEL || page->shim_order != order)
		shim_bug("freed %#llx with order %u: it is no such block, or freed already",
			 (u64)page_to_phys(page), order);
	if (atomic_dec_and_test(&page->_refcount))
		shim_block_free(page, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

void put_page(struct page *page)
{
	__free_pages(page, page->shim_order);
}

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	page->shim_order = 0;
	for (i = 1; i < 1ul << order; i++) {
		page[i].flags = 0;
		page[i].private = 0;
		page[i].shim_order = 0;
		atomic_set(&page[i]._refcount, 1);
	}
}

/* Give back what lies behind the first @n pages, in the largest blocks that fit. */
static void trim(struct page *page, unsigned long n, unsigned int order)
{
	while (n < 1ul << order) {
		unsigned int o = __builtin_ctzl(n);

		shim_block_free(page + n, o);
		n += 1ul << o;
	}
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	struct page *page = alloc_pages(gfp, order);

	if (!page)
		return NULL;
	split_page(page, order);
	trim(page, PFN_UP(size), order);
	return page_address(page);
}

void free_pages_exact(void *virt, size_t size)
{
	size_t off;

	for (off = 0; off < size; off += PAGE_SIZE)
		free_page((unsigned long)virt + off);
}

void *shim_user_alloc(size_t size, size_t align)
{
	unsigned int order = get_order(size > align ? size : align);
	struct page *page;
	unsigned long n = PFN_UP(size), i;

	page = n && order <= SHIM_MAX_ORDER ? shim_block_alloc(order, SHIM_PAGE_USER) : NULL;
	if (!page)
		shim_bug("no %zu bytes of user memory aligned to %zu", size, align);
	trim(page, n, order);
	for (i = 0; i < n; i++)
		page[i].shim_pins = 0;
	page->private = n;
	shim_block_zero(page, n);
	return page_address(page);
}

static bool any_pinned(const struct page *page, unsigned long n)
{
	while (n--)
		if (page[n].shim_pins)
			return true;
	return false;
}

/* The largest block at @page of at most @left pages that nobody pins; 0 also for a pinned page. */
static unsigned int unpinned_order(const struct page *page, unsigned long left)
{
	unsigned int order = __builtin_ctzl(page_to_pfn(page));
	unsigned int fit = ilog2(left);

	order = order < fit ? order : fit;
	order = order < SHIM_MAX_ORDER ? order : SHIM_MAX_ORDER;
	while (order && any_pinned(page, 1ul << order))
		order--;
	return order;
}

void shim_user_free(void *p)
{
	struct page *page, *end;

	if (!p)
		return;
	page = virt_to_page(p);
	if (shim_page_state(page) != SHIM_PAGE_USER || !page->private)
		shim_bug("%p is not the start of user memory, or is freed already", p);
	end = page + page->private;
	page->private = 0;
	shim_lock(&pin_lock);
	while (page < end) {
		unsigned int order = unpinned_order(page, end - page);

		if (page->shim_pins)
			shim_page_orphan(page);
		else
			shim_block_free(page, order);
		page += 1ul << order;
	}
	shim_unlock(&pin_lock);
}

static bool pin(unsigned long addr, struct page **page)
{
	void *va = (void *)addr;

	if (!virt_addr_valid(va))
		return false;
	*page = shim_page_of(va);
	if (shim_page_state(*page) != SHIM_PAGE_USER)
		return false;
	(*page)->shim_pins++;
	pins_held++;
	return true;
}

/* An injected failure leaves the first half pinned, as memory may run out half-way. */
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	bool fails = shim_alloc_fails(GFP_KERNEL);
	int want = fails ? nr_pages / 2 : nr_pages, n = 0;

	(void)gup_flags;
	if (nr_pages <= 0)
		return nr_pages ? -EINVAL : 0;
	shim_lock(&pin_lock);
	while (n < want && pin((start & PAGE_MASK) + n * PAGE_SIZE, &pages[n]))
		n++;
	shim_unlock(&pin_lock);
	if (n)
		return n;
	return fails ? -ENOMEM : -EFAULT;
}

void unpin_user_page(struct page *page)
{
	shim_lock(&pin_lock);
	if (!page->shim_pins)
		shim_bug("%#llx unpinned more often than pinned", (u64)page_to_phys(page));
	pins_held--;
	if (!--page->shim_pins && shim_page_state(page) == SHIM_PAGE_ORPHAN)
		shim_block_free(page, 0);
	shim_unlock(&pin_lock);
}

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	unsigned long i;

	for (i = 0; i < npages; i++)
		unpin_user_page(pages[i]);
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	(void)make_dirty;
	unpin_user_pages(pages, npages);
}

long shim_pinned_pages(void)
{
	long n;

	shim_lock(&pin_lock);
	n = pins_held;
	shim_unlock(&pin_lock);
	return n;
}
