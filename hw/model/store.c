// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store under a model's caches: one hash table for every kind of object
 * and pools that their memory comes from.
 *
 * Vocabulary.  The table grows by *linear hashing*: whenever there are more
 * nodes than buckets one bucket is split, so no single insertion ever pays for
 * a whole rehash and a lookup among 2^20 entries costs what it costs among ten.
 * A *segment* is one page of bucket heads.  A key may occur more than once.
 *
 * Locking: mdl.lock.
 *
 * The hard rule: nothing here fails harder than by returning NULL or by longer
 * chains.
 */
#include "base.h"

static u32 hash_of(u64 k0, u64 k1)
{
	u64 h = k0 * 0x9e3779b97f4a7c15ULL ^ (k1 + 0x2545f4914f6cdd1dULL) * 0xc2b2ae3d27d4eb4fULL;

	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9ULL;
	return h >> 32;
}

static u32 hash_bucket(const struct mdl_hash *h, u32 hash)
{
	u32 b = hash & h->mask;

	return b < h->buckets ? b : b & h->mask >> 1;
}

static struct mdl_node **hash_head(const struct mdl_hash *h, u32 bucket)
{
	return &h->seg[bucket >> MDL_SEG_SHIFT][bucket & (MDL_SEG_SIZE - 1)];
}

static void hash_link(struct mdl_node **head, struct mdl_node *n)
{
	n->next = *head;
	n->pprev = head;
	if (n->next)
		n->next->pprev = &n->next;
	*head = n;
}

static void hash_unlink(struct mdl_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

int mdl_hash_init(struct mdl *b)
{
	struct mdl_hash *h = &b->hash;

	h->seg = mdl_alloc(MDL_SEGS * sizeof(*h->seg), GFP_KERNEL);
	if (!h->seg)
		return -ENOMEM;
	h->seg[0] = mdl_alloc(MDL_SEG_SIZE * sizeof(**h->seg), GFP_KERNEL);
	if (!h->seg[0]) {
		mdl_free(h->seg);
		h->seg = NULL;
		return -ENOMEM;
	}
	h->buckets = MDL_SEG_SIZE;
	h->mask = MDL_SEG_SIZE - 1;
	b->memory += (MDL_SEGS + MDL_SEG_SIZE) * sizeof(*h->seg);
	return 0;
}

void mdl_hash_destroy(struct mdl *b)
{
	struct mdl_hash *h = &b->hash;
	u32 i;

	if (!h->seg)
		return;
	for (i = 0; i < MDL_SEGS; i++)
		mdl_free(h->seg[i]);
	mdl_free(h->seg);
}

/* The segment of the next bucket is there, or could be had. */
static bool hash_room(struct mdl *b)
{
	struct mdl_hash *h = &b->hash;
	u32 s = h->buckets >> MDL_SEG_SHIFT;

	if (s >= MDL_SEGS)
		return false;
	if (h->seg[s])
		return true;
	h->seg[s] = mdl_alloc(MDL_SEG_SIZE * sizeof(**h->seg), GFP_ATOMIC);
	if (!h->seg[s])
		return false;
	b->memory += MDL_SEG_SIZE * sizeof(**h->seg);
	return true;
}

static void hash_split(struct mdl *b)
{
	struct mdl_hash *h = &b->hash;
	struct mdl_node *n, *next;
	u32 to = h->buckets;

	if (!hash_room(b))
		return;
	if (to > h->mask)
		h->mask = h->mask << 1 | 1;
	h->buckets++;
	for (n = *hash_head(h, to & h->mask >> 1); n; n = next) {
		next = n->next;
		if (hash_bucket(h, hash_of(n->k0, n->k1)) != to)
			continue;
		hash_unlink(n);
		hash_link(hash_head(h, to), n);
	}
}

/**
 * mdl_find() - the first node with a key
 * @b: the model
 * @k0: mdl_key()
 * @k1: rest of the key
 *
 * Return: the node, or NULL.
 */
struct mdl_node *mdl_find(const struct mdl *b, u64 k0, u64 k1)
{
	const struct mdl_hash *h = &b->hash;
	struct mdl_node *n = *hash_head(h, hash_bucket(h, hash_of(k0, k1)));

	while (n && (n->k0 != k0 || n->k1 != k1))
		n = n->next;
	return n;
}

/* The next node with the same key as @n. */
struct mdl_node *mdl_next(const struct mdl_node *n)
{
	struct mdl_node *i = n->next;

	while (i && (i->k0 != n->k0 || i->k1 != n->k1))
		i = i->next;
	return i;
}

void mdl_add(struct mdl *b, struct mdl_node *n, u64 k0, u64 k1)
{
	struct mdl_hash *h = &b->hash;

	n->k0 = k0;
	n->k1 = k1;
	hash_link(hash_head(h, hash_bucket(h, hash_of(k0, k1))), n);
	if (++h->nr > h->buckets)
		hash_split(b);
}

void mdl_del(struct mdl *b, struct mdl_node *n)
{
	hash_unlink(n);
	b->hash.nr--;
}

static bool pool_fill(struct mdl *b, struct mdl_pool *p)
{
	struct mdl_chunk *c = mdl_alloc(MDL_PAGE, GFP_ATOMIC);
	size_t off;

	if (!c)
		return false;
	b->memory += MDL_PAGE;
	c->next = p->chunks;
	p->chunks = c;
	for (off = sizeof(*c); off + p->size <= MDL_PAGE; off += p->size) {
		*(void **)((u8 *)c + off) = p->free;
		p->free = (u8 *)c + off;
	}
	return true;
}

/**
 * mdl_pool_get() - a zeroed object
 * @b: the model
 * @id: its pool, whose size the model has set to a multiple of 8
 *
 * Return: the object, or NULL when there is no memory.
 */
void *mdl_pool_get(struct mdl *b, unsigned int id)
{
	struct mdl_pool *p = &b->pool[id];
	void *obj;

	if (!p->free && !pool_fill(b, p))
		return NULL;
	obj = p->free;
	p->free = *(void **)obj;
	return memset(obj, 0, p->size);
}

void mdl_pool_put(struct mdl *b, unsigned int id, void *obj)
{
	*(void **)obj = b->pool[id].free;
	b->pool[id].free = obj;
}

void mdl_pool_destroy(struct mdl *b)
{
	struct mdl_chunk *c, *next;
	unsigned int i;

	for (i = 0; i < MDL_POOLS; i++) {
		for (c = b->pool[i].chunks; c; c = next) {
			next = c->next;
			mdl_free(c);
		}
	}
}
