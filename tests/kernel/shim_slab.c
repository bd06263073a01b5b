// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_slab.c - kmalloc() and caches of equal objects: what is counted, and how.
 *
 * kmalloc() is one cache per size class of the kernel's, so that the bytes a
 * test counts are those the kernel would spend; above the largest class an
 * object has pages of its own.  shim_slab.h tells where objects come from.
 *
 * Locking: one lock per cache, and one for the list of caches.
 *
 * The hard rule: every live object is counted in exactly one cache, or in
 * large_live and large_bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/rcupdate.h>

#include "shim_slab.h"

static const u32 class_size[] = {
	8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192,
};

#define CLASSES	(sizeof(class_size) / sizeof(class_size[0]))

static struct kmem_cache classes[CLASSES];
static u8 class_of_units[KMALLOC_MAX_CACHE_SIZE / 8 + 1];	/* by bytes / 8, rounded up */
static struct kmem_cache *caches;
static struct shim_lock caches_lock;
static long large_live, large_bytes;

static void cache_init(struct kmem_cache *c, const char *name, u32 size, u32 align)
{
	*c = (struct kmem_cache) { .name = name, .object_size = size, .align = align };
	c->size = ALIGN(size, align);
	shim_lock(&caches_lock);
	c->next = caches;
	caches = c;
	shim_unlock(&caches_lock);
}

static void __attribute__((constructor(102))) classes_init(void)
{
	u32 class, units = 0;

	for (class = 0; class < CLASSES; class++) {
		u32 size = class_size[class];

		cache_init(&classes[class], "kmalloc", size, size & -size);
		for (; units <= size / 8; units++)
			class_of_units[units] = class;
	}
}

static struct kmem_cache *class_for(size_t size)
{
	return &classes[class_of_units[(size + 7) / 8]];
}

static void *object_alloc(struct kmem_cache *c, size_t size, gfp_t gfp)
{
	void *p;

	if (shim_alloc_fails(gfp))
		return NULL;
	p = shim_object_alloc(c, size);
	if (!p)
		shim_bug("no memory for %zu bytes of %s", size, c->name);
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
	if (c->ctor)
		c->ctor(p);
	return p;
}

static void *large_alloc(size_t size, size_t limit, gfp_t gfp)
{
	void *p;

	if (size > limit || shim_alloc_fails(gfp))
		return NULL;
	p = shim_large_alloc(size);
	if (!p)
		return NULL;
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
	return p;
}

static void large_account(size_t size, long sign)
{
	__atomic_fetch_add(&large_live, sign, __ATOMIC_RELAXED);
	__atomic_fetch_add(&large_bytes, sign * (long)(PAGE_SIZE << get_order(size)),
			   __ATOMIC_RELAXED);
}

static void *alloc_upto(size_t size, size_t limit, gfp_t gfp)
{
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return object_alloc(class_for(size), size, gfp);
	p = large_alloc(size, limit, gfp);
	if (p)
		large_account(size, 1);
	return p;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return alloc_upto(size, KMALLOC_MAX_SIZE, gfp);
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return alloc_upto(size, PAGE_SIZE << SHIM_MAX_ORDER, gfp);
}

size_t ksize(const void *p)
{
	return ZERO_OR_NULL_PTR(p) ? 0 : shim_object_size(p);
}

void kfree(const void *p)
{
	struct kmem_cache *c;

	if (ZERO_OR_NULL_PTR(p))
		return;
	c = shim_object_cache(p);
	if (c) {
		shim_object_free(c, (void *)p);
		return;
	}
	large_account(shim_object_size(p), -1);
	shim_large_free((void *)p);
}

void kfree_sensitive(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		memset((void *)p, 0, ksize(p));
	barrier_data(p);
	kfree(p);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	size_t old = ksize(p);
	void *new;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	new = kmalloc(size, gfp);
	if (!new)
		return NULL;
	if (!ZERO_OR_NULL_PTR(p))
		memcpy(new, p, old < size ? old : size);
	kfree(p);
	return new;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *obj))
{
	struct kmem_cache *c;

	if (shim_alloc_fails(GFP_KERNEL))
		return NULL;
	c = malloc(sizeof(*c));
	if (!c)
		return NULL;
	align = flags & SLAB_HWCACHE_ALIGN && align < L1_CACHE_BYTES ? L1_CACHE_BYTES : align;
	align = align < 8 ? 8 : align;
	cache_init(c, name, size, align);
	c->ctor = ctor;
	return c;
}

static void cache_unlist(struct kmem_cache *c)
{
	struct kmem_cache **p;

	shim_lock(&caches_lock);
	for (p = &caches; *p != c; p = &(*p)->next)
		;
	*p = c->next;
	shim_unlock(&caches_lock);
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	if (!c)
		return;
	if (shim_cache_live(c))
		rcu_barrier();
	if (shim_cache_live(c))
		shim_bug("cache %s destroyed with %ld objects in use", c->name, c->live);
	cache_unlist(c);
	shim_cache_empty(c);
	free(c);
}

void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	return object_alloc(c, c->object_size, gfp);
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	if (!obj)
		return;
	if (shim_object_cache(obj) != c)
		shim_bug("object freed into cache %s is not of it", c->name);
	shim_object_free(c, obj);
}

unsigned int kmem_cache_size(struct kmem_cache *c)
{
	return c->object_size;
}

static long sum_caches(bool bytes)
{
	struct kmem_cache *c;
	long sum = 0;

	shim_lock(&caches_lock);
	for (c = caches; c; c = c->next)
		sum += shim_cache_live(c) * (bytes ? (long)c->size : 1);
	shim_unlock(&caches_lock);
	return sum;
}

long shim_alloc_live(void)
{
	return sum_caches(false) + READ_ONCE(large_live) + shim_percpu_live();
}

long shim_alloc_bytes(void)
{
	return sum_caches(true) + READ_ONCE(large_bytes) + shim_percpu_bytes();
}
