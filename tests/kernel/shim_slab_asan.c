// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_slab_asan.c - objects from malloc(), where AddressSanitizer watches it.
 *
 * A header before each object names its cache and its size; the bytes behind
 * the size asked for fault, although the cache is charged for the whole class.
 */
#include <stdlib.h>

#include "shim_slab.h"

#if SHIM_ASAN

#define HEADER_MARK	0x5ab0b1ec75ab0b1eull

struct header {
	struct kmem_cache *cache;
	void *base;
	size_t size;
	u64 mark;
};

static struct header *header_of(const void *p)
{
	struct header *h = (struct header *)p - 1;

	if (h->mark != HEADER_MARK)
		shim_bug("%p is not an object of kmalloc(), or is freed already", p);
	return h;
}

static void *header_alloc(struct kmem_cache *c, size_t size, size_t align)
{
	struct header *h;
	char *base;

	align = align < sizeof(*h) ? sizeof(*h) : align;
	if (posix_memalign((void **)&base, align, align + size))
		return NULL;
	h = (struct header *)(base + align) - 1;
	*h = (struct header) { .cache = c, .base = base, .size = size, .mark = HEADER_MARK };
	return h + 1;
}

static void header_free(void *p)
{
	struct header *h = header_of(p);

	h->mark = 0;
	free(h->base);
}

void *shim_object_alloc(struct kmem_cache *c, size_t size)
{
	void *p = header_alloc(c, size, c->align);

	shim_lock(&c->lock);
	shim_cache_account(c, 1);
	shim_unlock(&c->lock);
	return p;
}

void shim_object_free(struct kmem_cache *c, void *p)
{
	shim_lock(&c->lock);
	shim_cache_account(c, -1);
	shim_unlock(&c->lock);
	header_free(p);
}

void *shim_large_alloc(size_t size)
{
	return header_alloc(NULL, size, PAGE_SIZE);
}

void shim_large_free(void *p)
{
	header_free(p);
}

struct kmem_cache *shim_object_cache(const void *p)
{
	return header_of(p)->cache;
}

size_t shim_object_size(const void *p)
{
	return header_of(p)->size;
}

void shim_cache_empty(struct kmem_cache *c)
{
	(void)c;
}

#endif /* SHIM_ASAN */
