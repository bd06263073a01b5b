/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test's side of the memory shims: what a test may ask, break and count.
 *
 * Kernel sources see <linux/slab.h>, <linux/gfp.h>, <linux/xarray.h> and so on,
 * with the kernel's names and contracts.  A test, and a reference model, which
 * plays a device and sees memory from the other side, see this header too.
 *
 * Vocabulary.
 *	arena		one mapping that holds every page and every slab.  A page's
 *			physical address is its offset plus SHIM_PHYS_BASE, so it never
 *			equals the virtual one.  Contiguous both ways.
 *	live		allocated at this moment.
 *	quarantine	freed pages wait in it, poisoned, before they are given out
 *			again: a late store is found when they leave it, a late read
 *			reads 0x6b, a late walk by a device sees shim_phys_live() false.
 *	user memory	pages from shim_user_alloc(): the only ones that can be pinned.
 *	allocation	one successful or failed request for memory of any kind: pages,
 *			kmalloc, a cache's object, a node of an xarray, a chunk of an IDA,
 *			per-CPU memory, a call that pins.  Each asks the injector once.
 *
 * What stops a test by abort(), with one line on stderr: freeing twice, freeing
 * what was never allocated, a store to freed memory seen later, allocation that
 * may sleep in atomic context or under rcu_read_lock(), a page's address asked
 * of what is no page, unpinning more than was pinned, destroying a cache in use.
 *
 * Context: every function may be called from any thread.  Counters are exact
 * when no other thread allocates or frees; RCU callbacks free late, so a test
 * for leaks calls rcu_barrier() first.
 *
 * The hard rule: a device looks with shim_phys_live() before it touches memory;
 * under AddressSanitizer a freed page faults whoever touches it.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <asm/page.h>
#include <linux/types.h>

/*
 * Pages
 */

/**
 * shim_arena_init() - choose the size of the arena
 * @bytes: its size, rounded up to 1 GiB; address space, not memory.  Without
 *	the call it is 8 GiB.
 *
 * Context: before the first allocation, else it aborts.
 */
void shim_arena_init(size_t bytes);

/**
 * shim_phys_live() - is this physical memory allocated now?
 * @phys: first byte
 * @len: bytes, at least 1
 *
 * Return: true when every page of the range is in the arena and allocated.
 */
bool shim_phys_live(u64 phys, size_t len);

/**
 * shim_quarantine_pages - how many freed pages wait before they are used again
 *
 * 512 at start.  0 switches quarantine and poison off, for benchmarks: a freed
 * page is then the next one allocated.  Set it while nothing else runs.
 */
extern unsigned long shim_quarantine_pages;

/**
 * shim_user_alloc() - memory that plays a process's
 * @size: bytes, rounded up to pages, at most 1 GiB
 * @align: a power of two up to 1 GiB; below PAGE_SIZE means PAGE_SIZE
 *
 * Never fails by injection; aborts when the arena is full.
 *
 * Return: zeroed memory, which pin_user_pages_fast() knows.
 */
void *shim_user_alloc(size_t size, size_t align);

/**
 * shim_user_free() - the process unmaps it
 * @p: from shim_user_alloc(), or NULL
 *
 * A page that is pinned stays live until it is unpinned, as in the kernel, but
 * can be pinned no more.
 */
void shim_user_free(void *p);

/*
 * Failing allocations
 */

/**
 * shim_fail_nth() - let an allocation of this thread fail, once
 * @n: which, counted from now, from 1; 0 is shim_fail_reset()
 *
 * __GFP_NOFAIL neither fails nor counts.  A sweep calls it with 1, 2, ... until
 * shim_fail_fired() is false after the operation.
 */
void shim_fail_nth(unsigned long n);

/** shim_fail_reset() - let nothing fail any more in this thread */
void shim_fail_reset(void);

/** shim_fail_fired() - has the failure asked for happened? */
bool shim_fail_fired(void);

/*
 * Counters
 */

/** shim_alloc_live() - objects live: kmalloc, caches, xarray nodes, per-CPU */
long shim_alloc_live(void);

/**
 * shim_alloc_bytes() - bytes of those objects
 *
 * As the kernel spends them: rounded up to the size class of kmalloc() (8, 16,
 * 32, 64, 96, 128, 192, 256, 512, 1k, 2k, 4k, 8k, then whole blocks of pages),
 * 576 for a node of an xarray.  Pages are apart: shim_pages_live().
 */
long shim_alloc_bytes(void);

/** shim_alloc_count() - allocations made since the program began, pages included */
unsigned long shim_alloc_count(void);

/** shim_pages_live() - pages allocated, without those of slabs and of users */
long shim_pages_live(void);

/** shim_user_pages_live() - pages of user memory, pinned leftovers included */
long shim_user_pages_live(void);

/** shim_pinned_pages() - pins held: a page pinned twice counts twice */
long shim_pinned_pages(void);

/** shim_xa_nodes_live() - nodes of all xarrays; they are part of shim_alloc_live() */
long shim_xa_nodes_live(void);

/** shim_flushed_lines() - cache lines that clflush_cache_range() was asked for */
unsigned long shim_flushed_lines(void);

/*
 * User addresses
 */

/**
 * shim_user_bad() - make copies to and from a range fail with -EFAULT
 * @addr: first byte
 * @len: bytes; at most 16 ranges at a time
 *
 * Context: one thread at a time declares; copies may run meanwhile.
 */
void shim_user_bad(const void *addr, size_t len);

/** shim_user_bad_reset() - forget every such range */
void shim_user_bad_reset(void);

/*
 * Stopping
 */

/** shim_bug() - say on stderr what rule was broken, and abort */
void shim_bug(const char *fmt, ...) __printf(1, 2) __cold __noreturn;

#endif /* _SHIM_H */
