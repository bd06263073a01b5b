// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_slab_page.c - objects cut from slabs of 64 KiB of the arena.
 *
 * A free object holds the link to the next one and a mark by which freeing it
 * again, or storing to it, is noticed; the last one freed is the first one used
 * again.  The state byte of an object's page tells a slab from a large object;
 * the slab's first page names its cache.
 *
 * The hard rule: a slab stays its cache's until the cache is destroyed, so a
 * pointer that was an object's can always be asked whose it was.
 */
#include <string.h>

#include <linux/poison.h>

#include "shim_slab.h"

#if !SHIM_ASAN

#define SLAB_ORDER	4
#define SLAB_BYTES	(PAGE_SIZE << SLAB_ORDER)
#define FREE_MARK	0x6b6bf4eef4ee6b6bull

static bool has_mark(const struct kmem_cache *c)
{
	return c->size >= sizeof(struct shim_free_object);
}

static void slab_new(struct kmem_cache *c)
{
	struct page *page = shim_block_alloc(SLAB_ORDER, SHIM_PAGE_SLAB);

	if (!page)
		shim_bug("the arena is full: no slab for %s", c->name);
	page->slab_cache = c;
	page->private = (unsigned long)c->slabs;
	c->slabs = page;
	c->fresh = page_address(page);
	c->fresh_end = c->fresh + SLAB_BYTES / c->size * c->size;
}

static void *fresh_take(struct kmem_cache *c)
{
	void *p;

	if (c->fresh == c->fresh_end)
		slab_new(c);
	p = c->fresh;
	c->fresh += c->size;
	return p;
}

static void *free_take(struct kmem_cache *c)
{
	struct shim_free_object *obj = c->free;

	if (has_mark(c) && obj->mark != FREE_MARK)
		shim_bug("a freed object of %s (%u bytes) was written: %p", c->name, c->size,
			 (void *)obj);
	if (has_mark(c))
		obj->mark = 0;
	c->free = obj->next;
	return obj;
}

void *shim_object_alloc(struct kmem_cache *c, size_t size)
{
	void *p;

	(void)size;
	shim_lock(&c->lock);
	p = c->free ? free_take(c) : fresh_take(c);
	shim_cache_account(c, 1);
	shim_unlock(&c->lock);
	return p;
}

/* Small objects are poisoned whole while pages are; large ones would cost too much. */
static void object_poison(struct kmem_cache *c, struct shim_free_object *obj)
{
	if (shim_quarantine_pages && c->size > sizeof(*obj) && c->size <= 1024)
		memset(obj + 1, POISON_FREE, c->size - sizeof(*obj));
}

void shim_object_free(struct kmem_cache *c, void *p)
{
	struct shim_free_object *obj = p;

	if (has_mark(c) && obj->mark == FREE_MARK)
		shim_bug("object of %s (%u bytes) freed twice: %p", c->name, c->size, p);
	object_poison(c, obj);
	shim_lock(&c->lock);
	if (has_mark(c))
		obj->mark = FREE_MARK;
	obj->next = c->free;
	c->free = obj;
	shim_cache_account(c, -1);
	shim_unlock(&c->lock);
}

static struct page *slab_of(const void *p)
{
	return shim_page_of((void *)((unsigned long)p & ~(SLAB_BYTES - 1)));
}

static void check_object(const struct kmem_cache *c, const void *p)
{
	if (((unsigned long)p & (SLAB_BYTES - 1)) % c->size)
		shim_bug("%p points into an object of %s (%u bytes), not to its start", p, c->name,
			 c->size);
}

struct kmem_cache *shim_object_cache(const void *p)
{
	struct kmem_cache *c;

	if (!virt_addr_valid(p))
		shim_bug("%p was never allocated by kmalloc()", p);
	switch (shim_page_state(shim_page_of(p))) {
	case SHIM_PAGE_LARGE:
		return NULL;
	case SHIM_PAGE_SLAB:
		c = slab_of(p)->slab_cache;
		check_object(c, p);
		return c;
	default:
		shim_bug("%p is not an object of kmalloc(), or is freed already", p);
	}
}

size_t shim_object_size(const void *p)
{
	struct kmem_cache *c = shim_object_cache(p);

	return c ? c->object_size : PAGE_SIZE << shim_page_of(p)->shim_order;
}

void *shim_large_alloc(size_t size)
{
	struct page *page = shim_block_alloc(get_order(size), SHIM_PAGE_LARGE);

	return page ? page_address(page) : NULL;
}

void shim_large_free(void *p)
{
	struct page *page = shim_page_of(p);

	shim_block_free(page, page->shim_order);
}

void shim_cache_empty(struct kmem_cache *c)
{
	struct page *page, *next;

	for (page = c->slabs; page; page = next) {
		next = (struct page *)page->private;
		shim_block_free(page, SLAB_ORDER);
	}
}

#endif /* !SHIM_ASAN */
