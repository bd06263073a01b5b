/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: cache-line flushes.  Memory is coherent here; what counts is how many
 * lines were asked for (shim_flushed_lines()), and that stores before the call
 * are visible to the threads that play devices after it.
 */
#ifndef _SHIM_ASM_CACHEFLUSH_H
#define _SHIM_ASM_CACHEFLUSH_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

extern unsigned long shim_flush_count;

static inline void clflush_cache_range(void *va, unsigned int size)
{
	unsigned long first = (unsigned long)va / L1_CACHE_BYTES;
	unsigned long last = ((unsigned long)va + size - 1) / L1_CACHE_BYTES;

	if (size)
		__atomic_fetch_add(&shim_flush_count, last - first + 1, __ATOMIC_RELAXED);
	mb();
}

#endif /* _SHIM_ASM_CACHEFLUSH_H */
