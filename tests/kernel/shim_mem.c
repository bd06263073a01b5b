// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_mem.c - the arena: blocks of pages, their states, their quarantine.
 *
 * Free blocks of 2^order pages, order 0 to 18, hang on one list per order and
 * merge with their buddy when freed.  In front of that, single pages have a
 * stack of their own, filled and drained by the batch, so that the usual
 * allocation costs the same few instructions with one page live or a million.
 *
 * A block that is freed is poisoned and waits in a first-in first-out
 * quarantine; when it leaves, its poison must be whole.  Blocks above
 * POISON_ORDER neither wait nor are poisoned, and from RETURN_ORDER up their
 * memory goes back to the system, so that a test of 1 GiB pages stays small.
 *
 * Locking: one lock for all of it.  Page states are written under it and read
 * without it, one byte each.
 *
 * The hard rule: between shim_block_free() and the next shim_block_alloc() no
 * byte of a block changes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <asm/cacheflush.h>
#include <linux/poison.h>

#include "shim_alloc.h"

#define POISON_ORDER	4
#define RETURN_ORDER	9
#define HOT_BATCH_ORDER	6
#define HOT_MAX		512
#define NONE		UINT32_MAX

char *shim_arena;
size_t shim_arena_bytes;
struct page *shim_page_map;
u8 *shim_page_states;
unsigned long shim_quarantine_pages = 512;

unsigned long shim_flush_count;

static struct shim_lock arena_lock;
static u32 free_head[SHIM_MAX_ORDER + 1];
static u32 free_orders;		/* bit n: free_head[n] is not empty */
static u32 hot_head = NONE, hot_nr;
static u32 late_head = NONE, late_tail = NONE;
static unsigned long late_pages;
static long pages_in_state[SHIM_PAGE_ORPHAN + 1];
static bool arena_used;

static u32 index_of(const struct page *page)
{
	return page - shim_page_map;
}

static char *memory_of(u32 i)
{
	return shim_arena + ((size_t)i << PAGE_SHIFT);
}

/* A free list's links are indexes: half the size, and no relocation to think of. */
static void list_push(u32 i, unsigned int order)
{
	struct page *page = shim_page_map + i;

	page->shim_order = order;
	page->shim_listed = 1;
	page->shim_prev = NONE;
	page->shim_next = free_head[order];
	if (page->shim_next != NONE)
		shim_page_map[page->shim_next].shim_prev = i;
	free_head[order] = i;
	free_orders |= 1u << order;
}

static void list_remove(u32 i)
{
	struct page *page = shim_page_map + i;

	page->shim_listed = 0;
	if (page->shim_next != NONE)
		shim_page_map[page->shim_next].shim_prev = page->shim_prev;
	if (page->shim_prev != NONE)
		shim_page_map[page->shim_prev].shim_next = page->shim_next;
	else
		free_head[page->shim_order] = page->shim_next;
	if (free_head[page->shim_order] == NONE)
		free_orders &= ~(1u << page->shim_order);
}

static u32 buddy_take(unsigned int order)
{
	u32 fit = free_orders >> order << order;
	unsigned int from;
	u32 i;

	if (!fit)
		return NONE;
	from = __builtin_ctz(fit);
	i = free_head[from];
	list_remove(i);
	while (from-- > order)
		list_push(i + (1u << from), from);
	return i;
}

static void buddy_give(u32 i, unsigned int order)
{
	for (; order < SHIM_MAX_ORDER; order++) {
		const struct page *buddy = shim_page_map + (i ^ (1u << order));

		if (!buddy->shim_listed || buddy->shim_order != order)
			break;
		list_remove(index_of(buddy));
		i &= ~(1u << order);
	}
	list_push(i, order);
}

static void hot_push(u32 i)
{
	shim_page_map[i].shim_next = hot_head;
	hot_head = i;
	hot_nr++;
}

static u32 hot_pop(void)
{
	u32 i = hot_head;

	if (i == NONE)
		return NONE;
	hot_head = shim_page_map[i].shim_next;
	hot_nr--;
	return i;
}

static u32 single_take(void)
{
	u32 i = hot_pop(), n;

	if (i != NONE)
		return i;
	i = buddy_take(HOT_BATCH_ORDER);
	if (i == NONE)
		return buddy_take(0);
	for (n = (1u << HOT_BATCH_ORDER) - 1; n; n--)
		hot_push(i + n);
	return i;
}

static void give(u32 i, unsigned int order)
{
	if (order) {
		buddy_give(i, order);
		return;
	}
	hot_push(i);
	if (hot_nr < HOT_MAX)
		return;
	while (hot_nr > HOT_MAX / 2)
		buddy_give(hot_pop(), 0);
}

static void set_state(u32 i, unsigned int order, enum shim_page_state state)
{
	u8 *s = shim_page_states + i;
	enum shim_page_state old = *s;
	u32 n = 1u << order, k;

	pages_in_state[old] -= n;
	pages_in_state[state] += n;
	if (order < 3) {
		for (k = 0; k < n; k++)
			__atomic_store_n(s + k, (u8)state, __ATOMIC_RELAXED);
		return;
	}
	for (k = 0; k < n; k += 8)
		__atomic_store_n((u64 *)(s + k), state * 0x0101010101010101ull, __ATOMIC_RELAXED);
}

/* Every byte equals the first 8, and those are poison. */
static void check_poison(u32 i, unsigned int order)
{
	const char *p = memory_of(i);
	size_t n = PAGE_SIZE << order;
	u64 first;

	shim_unpoison(p, n);
	memcpy(&first, p, sizeof(first));
	if (first != POISON_FREE * 0x0101010101010101ull || memcmp(p, p + 8, n - 8))
		shim_bug("a freed page was written: physical %#llx, %zu bytes",
			 SHIM_PHYS_BASE + ((u64)i << PAGE_SHIFT), n);
}

static void late_push(u32 i, unsigned int order)
{
	struct page *page = shim_page_map + i;

	page->shim_order = order;
	page->shim_next = NONE;
	if (late_tail != NONE)
		shim_page_map[late_tail].shim_next = i;
	else
		late_head = i;
	late_tail = i;
	late_pages += 1u << order;
}

static void late_drain(unsigned long keep)
{
	while (late_pages > keep) {
		struct page *page = shim_page_map + late_head;
		u32 i = late_head;

		late_head = page->shim_next;
		if (late_head == NONE)
			late_tail = NONE;
		late_pages -= 1u << page->shim_order;
		check_poison(i, page->shim_order);
		give(i, page->shim_order);
	}
}

static u32 take(unsigned int order)
{
	u32 i = order ? buddy_take(order) : single_take();

	if (i != NONE)
		return i;
	late_drain(0);
	while (hot_nr)
		buddy_give(hot_pop(), 0);
	return buddy_take(order);
}

/**
 * shim_block_alloc() - take a block of the arena
 * @order: its size, 2^@order pages
 * @state: what it is for
 *
 * Asks nobody whether it may fail.  The memory is not zeroed.
 *
 * Return: the first page's descriptor; NULL when the arena is full.
 */
struct page *shim_block_alloc(unsigned int order, enum shim_page_state state)
{
	struct page *page;
	u32 i;

	shim_lock(&arena_lock);
	arena_used = true;
	i = take(order);
	if (i != NONE) {
		shim_page_map[i].shim_order = order;
		set_state(i, order, state);
	}
	shim_unlock(&arena_lock);
	if (i == NONE)
		return NULL;
	shim_unpoison(memory_of(i), PAGE_SIZE << order);
	page = shim_page_map + i;
	page->flags = 0;
	page->private = 0;
	page->slab_cache = NULL;
	atomic_set(&page->_refcount, 1);
	return page;
}

/* Whatever happens to its contents happens before others can get it. */
static void retire(u32 i, unsigned int order, bool late)
{
	char *p = memory_of(i);
	size_t n = PAGE_SIZE << order;

	if (order >= RETURN_ORDER)
		madvise(p, n, MADV_DONTNEED);
	else if (late)
		memset(p, POISON_FREE, n);
	if (order <= POISON_ORDER)
		shim_poison(p, n);
}

/**
 * shim_block_free() - give a block back
 * @page: its first page
 * @order: its size
 */
void shim_block_free(struct page *page, unsigned int order)
{
	u32 i = index_of(page);
	bool late = shim_quarantine_pages && order <= POISON_ORDER;

	if (shim_page_state(page) == SHIM_PAGE_FREE)
		shim_bug("page freed twice: physical %#llx", (u64)page_to_phys(page));
	shim_lock(&arena_lock);
	set_state(i, order, SHIM_PAGE_FREE);
	shim_unlock(&arena_lock);
	retire(i, order, late);
	shim_lock(&arena_lock);
	if (late)
		late_push(i, order);
	late_drain(shim_quarantine_pages);
	if (!late)
		give(i, order);
	shim_unlock(&arena_lock);
}

/**
 * shim_block_zero() - zero pages just allocated
 * @page: the first
 * @pages: how many; many cost no memory until they are used
 */
void shim_block_zero(struct page *page, unsigned long pages)
{
	void *p = page_address(page);
	size_t n = pages << PAGE_SHIFT;

	if (pages < 1ul << RETURN_ORDER)
		shim_zero(p, n);
	else if (madvise(p, n, MADV_DONTNEED))
		shim_bug("cannot zero %zu bytes", n);
}

/** shim_page_orphan() - its owner is gone, its pins are not */
void shim_page_orphan(struct page *page)
{
	shim_lock(&arena_lock);
	set_state(index_of(page), 0, SHIM_PAGE_ORPHAN);
	shim_unlock(&arena_lock);
}

bool shim_phys_live(u64 phys, size_t len)
{
	u64 first = (phys - SHIM_PHYS_BASE) >> PAGE_SHIFT;
	u64 last = (phys - SHIM_PHYS_BASE + len - 1) >> PAGE_SHIFT;

	if (phys < SHIM_PHYS_BASE || !len || last < first || last >= shim_arena_bytes >> PAGE_SHIFT)
		return false;
	for (; first <= last; first++)
		if (shim_page_state(shim_page_map + first) == SHIM_PAGE_FREE)
			return false;
	return true;
}

static long pages_of(enum shim_page_state state)
{
	long n;

	shim_lock(&arena_lock);
	n = pages_in_state[state];
	shim_unlock(&arena_lock);
	return n;
}

long shim_pages_live(void)
{
	return pages_of(SHIM_PAGE_KERNEL);
}

long shim_user_pages_live(void)
{
	return pages_of(SHIM_PAGE_USER) + pages_of(SHIM_PAGE_ORPHAN);
}

unsigned long shim_flushed_lines(void)
{
	return READ_ONCE(shim_flush_count);
}

phys_addr_t shim_no_phys(const void *va)
{
	shim_bug("%p has no physical address: it is no page (use alloc_page(), not kmalloc)", va);
}

void *shim_no_virt(phys_addr_t pa)
{
	shim_bug("physical %#llx is outside memory", (u64)pa);
}

static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		shim_bug("cannot reserve %zu bytes of address space; lift ulimit -v", bytes);
	return p;
}

void shim_arena_init(size_t bytes)
{
	size_t block = PAGE_SIZE << SHIM_MAX_ORDER, i;
	unsigned long pages;

	if (arena_used)
		shim_bug("shim_arena_init() after the first allocation");
	shim_arena_bytes = ALIGN(bytes, block);
	pages = shim_arena_bytes >> PAGE_SHIFT;
	shim_arena = PTR_ALIGN((char *)reserve(shim_arena_bytes + block), block);
	shim_page_map = reserve(pages * sizeof(struct page));
	shim_page_states = reserve(pages);
	for (i = 0; i <= SHIM_MAX_ORDER; i++)
		free_head[i] = NONE;
	free_orders = 0;
	for (i = pages; i; i -= 1ul << SHIM_MAX_ORDER)
		list_push(i - (1ul << SHIM_MAX_ORDER), SHIM_MAX_ORDER);
}

static void __attribute__((constructor(101))) arena_default(void)
{
	shim_arena_init((size_t)8 << 30);
}
