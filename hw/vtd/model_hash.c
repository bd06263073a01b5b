// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store under the model's caches: one hash table for every kind of object
 * and pools that their memory comes from.
 *
 * Vocabulary.  The table grows by *linear hashing*: whenever there are more
 * nodes than buckets one bucket is split, so no single insertion ever pays for
 * a whole rehash and a lookup among 2^20 entries costs what it costs among ten.
 * A *segment* is one page of bucket heads.  A key may occur more than once.
 *
 * Locking: vtd_model.lock.
 *
 * The hard rule: nothing here fails harder than by returning NULL or by longer
 * chains.
 */
#include "model.h"

static u32 m_hash_of(u64 k0, u64 k1)
{
	u64 h = k0 * 0x9e3779b97f4a7c15ULL ^ (k1 + 0x2545f4914f6cdd1dULL) * 0xc2b2ae3d27d4eb4fULL;

	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9ULL;
	return h >> 32;
}

static u32 m_hash_bucket(const struct m_hash *h, u32 hash)
{
	u32 b = hash & h->mask;

	return b < h->buckets ? b : b & h->mask >> 1;
}

static struct m_node **m_hash_head(const struct m_hash *h, u32 bucket)
{
	return &h->seg[bucket >> M_SEG_SHIFT][bucket & (M_SEG_SIZE - 1)];
}

static void m_hash_link(struct m_node **head, struct m_node *n)
{
	n->next = *head;
	n->pprev = head;
	if (n->next)
		n->next->pprev = &n->next;
	*head = n;
}

static void m_hash_unlink(struct m_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

int m_hash_init(struct vtd_model *m)
{
	struct m_hash *h = &m->hash;

	h->seg = m_alloc(M_SEGS * sizeof(*h->seg), GFP_KERNEL);
	if (!h->seg)
		return -ENOMEM;
	h->seg[0] = m_alloc(M_SEG_SIZE * sizeof(**h->seg), GFP_KERNEL);
	if (!h->seg[0]) {
		m_free(h->seg);
		h->seg = NULL;
		return -ENOMEM;
	}
	h->buckets = M_SEG_SIZE;
	h->mask = M_SEG_SIZE - 1;
	m->st.memory += M_SEGS * sizeof(*h->seg) + PAGE_SIZE;
	return 0;
}

void m_hash_destroy(struct vtd_model *m)
{
	struct m_hash *h = &m->hash;
	u32 i;

	if (!h->seg)
		return;
	for (i = 0; i < M_SEGS; i++)
		m_free(h->seg[i]);
	m_free(h->seg);
}

/* The segment of the next bucket is there, or could be had. */
static bool m_hash_room(struct vtd_model *m)
{
	struct m_hash *h = &m->hash;
	u32 s = h->buckets >> M_SEG_SHIFT;

	if (s >= M_SEGS)
		return false;
	if (h->seg[s])
		return true;
	h->seg[s] = m_alloc(M_SEG_SIZE * sizeof(**h->seg), GFP_ATOMIC);
	if (!h->seg[s])
		return false;
	m->st.memory += PAGE_SIZE;
	return true;
}

static void m_hash_split(struct vtd_model *m)
{
	struct m_hash *h = &m->hash;
	struct m_node *n, *next;
	u32 to = h->buckets;

	if (!m_hash_room(m))
		return;
	if (to > h->mask)
		h->mask = h->mask << 1 | 1;
	h->buckets++;
	for (n = *m_hash_head(h, to & h->mask >> 1); n; n = next) {
		next = n->next;
		if (m_hash_bucket(h, m_hash_of(n->k0, n->k1)) != to)
			continue;
		m_hash_unlink(n);
		m_hash_link(m_hash_head(h, to), n);
	}
}

/**
 * m_hash_find() - the first node with a key
 * @m: the model
 * @k0: m_key()
 * @k1: rest of the key
 *
 * Return: the node, or NULL.
 */
struct m_node *m_hash_find(const struct vtd_model *m, u64 k0, u64 k1)
{
	const struct m_hash *h = &m->hash;
	struct m_node *n = *m_hash_head(h, m_hash_bucket(h, m_hash_of(k0, k1)));

	while (n && (n->k0 != k0 || n->k1 != k1))
		n = n->next;
	return n;
}

/* The next node with the same key as @n. */
struct m_node *m_hash_next(const struct m_node *n)
{
	struct m_node *i = n->next;

	while (i && (i->k0 != n->k0 || i->k1 != n->k1))
		i = i->next;
	return i;
}

void m_hash_add(struct vtd_model *m, struct m_node *n, u64 k0, u64 k1)
{
	struct m_hash *h = &m->hash;

	n->k0 = k0;
	n->k1 = k1;
	m_hash_link(m_hash_head(h, m_hash_bucket(h, m_hash_of(k0, k1))), n);
	if (++h->nr > h->buckets)
		m_hash_split(m);
}

void m_hash_del(struct vtd_model *m, struct m_node *n)
{
	m_hash_unlink(n);
	m->hash.nr--;
}

static const u16 m_pool_size[M_POOL_NR] = {
	[M_POOL_CTX] = sizeof(struct m_ctx),
	[M_POOL_PE] = sizeof(struct m_pe),
	[M_POOL_PSC] = sizeof(struct m_psc),
	[M_POOL_TLB] = sizeof(struct m_tlb),
	[M_POOL_TAG] = sizeof(struct m_tag),
	[M_POOL_DID] = sizeof(struct m_did),
	[M_POOL_PAGE] = sizeof(struct m_page),
	[M_POOL_GRANT] = sizeof(struct m_grant),
	[M_POOL_GTAG] = sizeof(struct m_gtag),
	[M_POOL_DEBT] = sizeof(struct m_debt),
};

void m_pool_init(struct vtd_model *m)
{
	unsigned int i;

	for (i = 0; i < M_POOL_NR; i++)
		m->pool[i].size = ALIGN(m_pool_size[i], 8);
}

static bool m_pool_fill(struct vtd_model *m, struct m_pool *p)
{
	struct m_chunk *c = m_alloc(PAGE_SIZE, GFP_ATOMIC);
	size_t off;

	if (!c)
		return false;
	m->st.memory += PAGE_SIZE;
	c->next = p->chunks;
	p->chunks = c;
	for (off = sizeof(*c); off + p->size <= PAGE_SIZE; off += p->size) {
		*(void **)((u8 *)c + off) = p->free;
		p->free = (u8 *)c + off;
	}
	return true;
}

/**
 * m_pool_get() - a zeroed object
 * @m: the model
 * @id: its pool
 *
 * Return: the object, or NULL when there is no memory.
 */
void *m_pool_get(struct vtd_model *m, enum m_pool_id id)
{
	struct m_pool *p = &m->pool[id];
	void *obj;

	if (!p->free && !m_pool_fill(m, p))
		return NULL;
	obj = p->free;
	p->free = *(void **)obj;
	return memset(obj, 0, p->size);
}

void m_pool_put(struct vtd_model *m, enum m_pool_id id, void *obj)
{
	*(void **)obj = m->pool[id].free;
	m->pool[id].free = obj;
}

void m_pool_destroy(struct vtd_model *m)
{
	struct m_chunk *c, *next;
	unsigned int i;

	for (i = 0; i < M_POOL_NR; i++) {
		for (c = m->pool[i].chunks; c; c = next) {
			next = c->next;
			m_free(c);
		}
	}
}
