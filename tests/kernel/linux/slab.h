/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: kmalloc() and caches of equal objects.  shim.h tells how they fail and
 * what is counted.
 */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define ARCH_KMALLOC_MINALIGN	8
#define KMALLOC_MAX_SIZE	(1UL << (MAX_PAGE_ORDER + PAGE_SHIFT))
#define KMALLOC_MAX_CACHE_SIZE	8192UL
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(p)	((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

#define SLAB_HWCACHE_ALIGN	((slab_flags_t)0x1u)
#define SLAB_PANIC		((slab_flags_t)0x2u)
#define SLAB_ACCOUNT		((slab_flags_t)0x4u)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)0x8u)

struct kmem_cache;

void *kmalloc(size_t size, gfp_t gfp) __alloc_size(1);
void *kvmalloc(size_t size, gfp_t gfp) __alloc_size(1);
void *krealloc(const void *p, size_t size, gfp_t gfp) __alloc_size(2);
void kfree(const void *p);
void kfree_sensitive(const void *p);
size_t ksize(const void *p);

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *obj));
void kmem_cache_destroy(struct kmem_cache *c);
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
unsigned int kmem_cache_size(struct kmem_cache *c);

#define KMEM_CACHE(type, flags)	\
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp)
{
	return kmem_cache_alloc(c, gfp | __GFP_ZERO);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

static inline void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : krealloc(p, bytes, gfp);
}

#define kmalloc_node(size, gfp, nid)	((void)(nid), kmalloc(size, gfp))
#define kzalloc_node(size, gfp, nid)	((void)(nid), kzalloc(size, gfp))
#define kvzalloc(size, gfp)		kvmalloc(size, (gfp) | __GFP_ZERO)
#define kvcalloc(n, size, gfp)		kvmalloc_array(n, size, (gfp) | __GFP_ZERO)

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kvmalloc(bytes, gfp);
}

static inline void kvfree(const void *p)
{
	kfree(p);
}

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif /* _SHIM_LINUX_SLAB_H */
