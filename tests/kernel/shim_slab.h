/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cache of equal objects, and where its objects come from.
 *
 * Two files provide the shim_object_ functions: shim_slab_page.c cuts objects
 * from pages, and shim_slab_asan.c takes each from malloc(), in a program that
 * AddressSanitizer watches, so that its report tells who allocated and freed.
 *
 * The hard rule: a cache's @live changes under its lock, together with what it
 * counts.
 */
#ifndef _SHIM_SLAB_H
#define _SHIM_SLAB_H

#include <linux/slab.h>

#include "shim_alloc.h"

struct shim_free_object {
	struct shim_free_object *next;
	u64 mark;		/* absent in objects of 8 bytes */
};

struct kmem_cache {
	struct shim_lock lock;
	u32 object_size;	/* what its user sees */
	u32 size;		/* what it costs */
	u32 align;
	struct shim_free_object *free;
	char *fresh, *fresh_end;	/* not used yet, in the newest slab */
	struct page *slabs;		/* linked by page->private */
	long live;
	void (*ctor)(void *obj);
	const char *name;
	struct kmem_cache *next;
};

/* Count objects in or out; under the lock. */
static inline void shim_cache_account(struct kmem_cache *c, long n)
{
	WRITE_ONCE(c->live, c->live + n);
}

static inline long shim_cache_live(const struct kmem_cache *c)
{
	return READ_ONCE(c->live);
}

void *shim_object_alloc(struct kmem_cache *c, size_t size);
void shim_object_free(struct kmem_cache *c, void *p);
void *shim_large_alloc(size_t size);
void shim_large_free(void *p);
struct kmem_cache *shim_object_cache(const void *p);	/* NULL: a large one */
size_t shim_object_size(const void *p);
void shim_cache_empty(struct kmem_cache *c);

#endif /* _SHIM_SLAB_H */
