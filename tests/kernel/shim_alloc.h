/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the memory shims share among themselves: page states, locks, failures.
 *
 * The hard rule: every allocation asks shim_alloc_fails() once, and before it
 * takes any lock of a shim, as the question checks the caller's context.
 */
#ifndef _SHIM_ALLOC_H
#define _SHIM_ALLOC_H

#include <linux/mm.h>
#include <linux/string.h>

#include "shim.h"

#if SHIM_ASAN
#include <sanitizer/asan_interface.h>
#define shim_poison(p, n)	__asan_poison_memory_region(p, n)
#define shim_unpoison(p, n)	__asan_unpoison_memory_region(p, n)
#else
#define shim_poison(p, n)	((void)0)
#define shim_unpoison(p, n)	((void)0)
#endif

/**
 * enum shim_page_state - who has a page; one byte each, so that it is cheap to ask
 * @SHIM_PAGE_FREE: nobody
 * @SHIM_PAGE_KERNEL: alloc_pages()
 * @SHIM_PAGE_SLAB: a cache (shim_slab.c)
 * @SHIM_PAGE_LARGE: one kmalloc() object of its own pages
 * @SHIM_PAGE_USER: user memory
 * @SHIM_PAGE_ORPHAN: user memory that its owner freed, still pinned
 */
enum shim_page_state {
	SHIM_PAGE_FREE,
	SHIM_PAGE_KERNEL,
	SHIM_PAGE_SLAB,
	SHIM_PAGE_LARGE,
	SHIM_PAGE_USER,
	SHIM_PAGE_ORPHAN,
};

/* The largest block of the arena: 1 GiB.  alloc_pages() stops at MAX_PAGE_ORDER. */
#define SHIM_MAX_ORDER	18

_Static_assert(SHIM_PAGE_KMALLOC(SHIM_PAGE_SLAB) && SHIM_PAGE_KMALLOC(SHIM_PAGE_LARGE) &&
	       !SHIM_PAGE_KMALLOC(SHIM_PAGE_KERNEL) && !SHIM_PAGE_KMALLOC(SHIM_PAGE_USER),
	       "asm/page.h knows these states by number");

/* The page of an address in the arena, whatever it is used for. */
static inline struct page *shim_page_of(const void *va)
{
	return shim_page_map + ((size_t)((const char *)va - shim_arena) >> PAGE_SHIFT);
}

static inline enum shim_page_state shim_page_state(const struct page *page)
{
	return __atomic_load_n(&shim_page_states[page - shim_page_map], __ATOMIC_RELAXED);
}

typedef u64 shim_vector __attribute__((__vector_size__(16), __may_alias__));

/*
 * Zero pages.  The C library's memset() is one string instruction for a page,
 * which an instruction counter takes for 4096.
 */
static inline void shim_zero(void *p, size_t n)
{
	shim_vector *at = p, *end = at + n / sizeof(*at);

	for (; at < end; at += 8) {
		at[0] = at[1] = at[2] = at[3] = (shim_vector) { 0 };
		at[4] = at[5] = at[6] = at[7] = (shim_vector) { 0 };
		barrier();
	}
}

struct page *shim_block_alloc(unsigned int order, enum shim_page_state state);
void shim_block_free(struct page *page, unsigned int order);
void shim_block_zero(struct page *page, unsigned long pages);
void shim_page_orphan(struct page *page);
bool shim_alloc_fails(gfp_t gfp);
long shim_percpu_live(void);
long shim_percpu_bytes(void);

/* A lock for a few instructions; it leaves the caller's context alone. */
struct shim_lock {
	int taken;
};

void shim_lock_slow(struct shim_lock *l);

static inline void shim_lock(struct shim_lock *l)
{
	if (unlikely(__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE)))
		shim_lock_slow(l);
}

static inline void shim_unlock(struct shim_lock *l)
{
	__atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}

#endif /* _SHIM_ALLOC_H */
