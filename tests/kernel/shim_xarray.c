// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_xarray.c - changing an xarray.
 *
 * A store first counts the nodes that the way to its index lacks, allocates all
 * of them, and only then links them: a failed allocation leaves the tree as it
 * was.  A node whose last slot empties is unlinked at once; a root that holds
 * nothing but index 0 gives way to what it holds, down to the bare entry.  The
 * memory of a node is freed after a grace period.
 *
 * A reader may still walk a node that has been unlinked.  Its slots are empty
 * then, which was true when the reader began, or lead to what took its place;
 * only where an entry moved up into the head is the slot left as "retry".
 *
 * The hard rule: marks of a node and its parent's bits for it change together.
 */
#include <linux/container_of.h>

#include "shim_alloc.h"
#include "shim_slab.h"
#include "shim_xarray.h"

#define XA_FLAGS_ALLOC_WRAPPED	((gfp_t)16U)

static struct kmem_cache *node_cache;

static void __attribute__((constructor(103))) node_cache_init(void)
{
	node_cache = kmem_cache_create("xa_node", sizeof(struct xa_node), 64, 0, NULL);
}

long shim_xa_nodes_live(void)
{
	return shim_cache_live(node_cache);
}

/*
 * Nodes
 */

static void node_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct xa_node, rcu));
}

static void node_retire(struct xa_node *node)
{
	call_rcu(&node->rcu, node_free_rcu);
}

/* A stack of @n nodes linked by @parent; NULL and nothing when one of them fails. */
static struct xa_node *nodes_alloc(unsigned int n, gfp_t gfp)
{
	struct xa_node *stack = NULL, *node;

	while (n--) {
		node = kmem_cache_zalloc(node_cache, gfp & ~__GFP_DIRECT_RECLAIM);
		if (!node)
			goto err_free;
		node->parent = stack;
		stack = node;
	}
	return stack;

err_free:
	while (stack) {
		node = stack;
		stack = node->parent;
		kmem_cache_free(node_cache, node);
	}
	return NULL;
}

static struct xa_node *node_pop(struct xa_node **stack, struct xarray *xa, unsigned int shift)
{
	struct xa_node *node = *stack;

	*stack = node->parent;
	node->parent = NULL;
	node->array = xa;
	node->shift = shift;
	node->marks[XA_FREE_MARK] = xa_track_free(xa) ? ~0ull : 0;
	return node;
}

static void slot_set(struct xarray *xa, struct xa_node *node, unsigned long offset, void *entry)
{
	void **slot = node ? &node->slots[offset] : &xa->xa_head;

	if (node)
		node->count += !!entry - !!*slot;
	__atomic_store_n(slot, entry, __ATOMIC_RELEASE);
}

/*
 * Marks
 */

static void mark_set(struct xarray *xa, struct xa_node *node, unsigned long offset, xa_mark_t mark)
{
	if (!node)
		WRITE_ONCE(xa->xa_marks, xa->xa_marks | 1u << mark);
	while (node) {
		u64 old = node->marks[mark];

		WRITE_ONCE(node->marks[mark], old | 1ull << offset);
		if (old)
			break;
		offset = node->offset;
		node = node->parent;
	}
}

static void mark_clear(struct xarray *xa, struct xa_node *node, unsigned long offset,
		       xa_mark_t mark)
{
	if (!node)
		WRITE_ONCE(xa->xa_marks, xa->xa_marks & ~(1u << mark));
	while (node && node->marks[mark] >> offset & 1) {
		u64 left = node->marks[mark] & ~(1ull << offset);

		WRITE_ONCE(node->marks[mark], left);
		if (left)
			break;
		offset = node->offset;
		node = node->parent;
	}
}

static bool mark_get(struct xarray *xa, struct xa_node *node, unsigned long offset, xa_mark_t mark)
{
	if (node)
		return xa_marks_of(node, mark) >> offset & 1;
	return READ_ONCE(xa->xa_marks) >> mark & 1;
}

static void marks_erase(struct xarray *xa, struct xa_node *node, unsigned long offset)
{
	mark_clear(xa, node, offset, XA_MARK_1);
	mark_clear(xa, node, offset, XA_MARK_2);
	if (xa_track_free(xa))
		mark_set(xa, node, offset, XA_FREE_MARK);
	else
		mark_clear(xa, node, offset, XA_MARK_0);
}

/*
 * The way to an index
 */

/**
 * struct place - where an index is, or would be
 * @node: the node of shift 0, NULL for the head
 * @entry: what is there; NULL also where the node is missing
 */
struct place {
	struct xa_node *node;
	void *entry;
};

static struct place place_of(struct xarray *xa, unsigned long index)
{
	void *entry = xa_head(xa);
	struct xa_node *node;

	if (!xa_is_node(entry))
		return (struct place) { .entry = index ? NULL : entry };
	if (index > xa_max_index(xa_to_node(entry)->shift))
		return (struct place) { 0 };
	do {
		node = xa_to_node(entry);
		entry = xa_slot(node, xa_offset(node, index));
	} while (node->shift && entry);
	return (struct place) { .node = node, .entry = entry };
}

static unsigned int levels_for(unsigned long index)
{
	unsigned int n = 1;

	while (index >>= XA_CHUNK_SHIFT)
		n++;
	return n;
}

static unsigned int levels_of(const void *head)
{
	return xa_is_node(head) ? xa_to_node(head)->shift / XA_CHUNK_SHIFT + 1 : 0;
}

/* How many nodes the way to @index lacks. */
static unsigned int nodes_missing(struct xarray *xa, unsigned long index)
{
	void *entry = xa->xa_head;
	unsigned int have = levels_of(entry), want = levels_for(index);
	struct xa_node *node;

	if (!entry)
		return want;
	if (want > have)
		return want - have + want - 1;
	do {
		node = xa_to_node(entry);
		entry = node->slots[xa_offset(node, index)];
	} while (node->shift && entry);
	return node->shift / XA_CHUNK_SHIFT;
}

/* Put a root above the head. */
static void head_raise(struct xarray *xa, struct xa_node **stack)
{
	void *head = xa->xa_head;
	struct xa_node *old = xa_is_node(head) ? xa_to_node(head) : NULL;
	struct xa_node *root = node_pop(stack, xa, levels_of(head) * XA_CHUNK_SHIFT);
	xa_mark_t mark;

	for (mark = 0; mark < XA_MARKS; mark++) {
		bool marked = old ? old->marks[mark] : xa->xa_marks >> mark & 1;

		root->marks[mark] &= ~1ull;
		root->marks[mark] |= marked;
	}
	WRITE_ONCE(xa->xa_marks, 0);
	root->slots[0] = head;
	root->count = 1;
	if (old)
		old->parent = root;
	slot_set(xa, NULL, 0, xa_mk_node(root));
}

static struct xa_node *way_make(struct xarray *xa, unsigned long index, struct xa_node *stack)
{
	unsigned int want = levels_for(index);
	struct xa_node *node, *child;
	unsigned long offset;

	if (!xa->xa_head)
		slot_set(xa, NULL, 0,
			 xa_mk_node(node_pop(&stack, xa, (want - 1) * XA_CHUNK_SHIFT)));
	while (levels_of(xa->xa_head) < want)
		head_raise(xa, &stack);
	for (node = xa_to_node(xa->xa_head); node->shift; node = child) {
		offset = xa_offset(node, index);
		if (node->slots[offset]) {
			child = xa_to_node(node->slots[offset]);
			continue;
		}
		child = node_pop(&stack, xa, node->shift - XA_CHUNK_SHIFT);
		child->parent = node;
		child->offset = offset;
		slot_set(xa, node, offset, xa_mk_node(child));
	}
	return node;
}

/* Index 0 alone lives in the head, but for a reservation, which needs a node to be told apart. */
static bool head_suffices(struct xarray *xa, unsigned long index, const void *entry)
{
	return !index && !xa_is_zero(entry) && !xa_is_node(xa->xa_head);
}

/*
 * Store and erase
 */

static int entry_put(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_node *node = NULL, *stack = NULL;
	unsigned int missing;

	if (!head_suffices(xa, index, entry)) {
		missing = nodes_missing(xa, index);
		if (missing)
			stack = nodes_alloc(missing, gfp);
		if (missing && !stack)
			return -ENOMEM;
		node = way_make(xa, index, stack);
	}
	slot_set(xa, node, index & XA_CHUNK_MASK, entry);
	if (xa_track_free(xa))
		mark_clear(xa, node, index & XA_CHUNK_MASK, XA_FREE_MARK);
	return 0;
}

/* A root with index 0 only gives way to what it holds. */
static void head_lower(struct xarray *xa)
{
	while (xa_is_node(xa->xa_head)) {
		struct xa_node *root = xa_to_node(xa->xa_head);
		void *only = root->slots[0];
		xa_mark_t mark;

		if (root->count != 1 || !only || xa_is_zero(only))
			return;
		for (mark = 0; mark < XA_MARKS && !root->shift; mark++)
			(root->marks[mark] & 1 ? mark_set : mark_clear)(xa, NULL, 0, mark);
		slot_set(xa, NULL, 0, only);
		if (root->shift)
			xa_to_node(only)->parent = NULL;
		else
			slot_set(xa, root, 0, XA_RETRY_ENTRY);
		node_retire(root);
	}
}

static void nodes_prune(struct xarray *xa, struct xa_node *node)
{
	while (node && !node->count) {
		struct xa_node *parent = node->parent;

		slot_set(xa, parent, node->offset, NULL);
		node_retire(node);
		node = parent;
	}
	head_lower(xa);
}

static void *entry_erase(struct xarray *xa, unsigned long index)
{
	struct place at = place_of(xa, index);

	if (!at.entry)
		return NULL;
	slot_set(xa, at.node, index & XA_CHUNK_MASK, NULL);
	marks_erase(xa, at.node, index & XA_CHUNK_MASK);
	nodes_prune(xa, at.node);
	return at.entry;
}

/*
 * The interface; functions with __ have the lock
 */

static bool refused(const void *entry)
{
	return xa_is_internal(entry) && !xa_is_zero(entry);
}

static void check_locked(gfp_t gfp)
{
	if ((gfp & __GFP_DIRECT_RECLAIM) && shim_atomic_depth > 1)
		shim_bug("sleeping function called from atomic context: an xarray's node that may "
			 "sleep (depth %d without the xarray's lock)", shim_atomic_depth - 1);
}

static void xa_enter(struct xarray *xa, gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		shim_might_sleep(__FILE__, __LINE__);
	xa_lock(xa);
}

static void xa_leave(struct xarray *xa)
{
	xa_unlock(xa);
	shim_rcu_poll();
}

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return xa_zero_to_null(entry_erase(xa, index));
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	check_locked(gfp);
	if (refused(entry))
		return XA_ERROR(-EINVAL);
	if (!entry && xa_track_free(xa))
		entry = XA_ZERO_ENTRY;
	if (!entry)
		return __xa_erase(xa, index);
	old = place_of(xa, index).entry;
	if (entry_put(xa, index, entry, gfp))
		return XA_ERROR(-ENOMEM);
	return xa_zero_to_null(old);
}

/* Exchange that tells a reserved index from an absent one. */
static void *cmpxchg_raw(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *now;

	check_locked(gfp);
	if (refused(entry))
		return XA_ERROR(-EINVAL);
	now = place_of(xa, index).entry;
	if (now != old || (!now && !entry))
		return now;
	if (!entry)
		entry_erase(xa, index);
	else if (entry_put(xa, index, entry, gfp))
		return XA_ERROR(-ENOMEM);
	return now;
}

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	return xa_zero_to_null(cmpxchg_raw(xa, index, old, entry, gfp));
}

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *now = cmpxchg_raw(xa, index, NULL, entry ? entry : XA_ZERO_ENTRY, gfp);

	if (xa_is_err(now))
		return xa_err(now);
	return now ? -EBUSY : 0;
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long min = limit.min, index;
	int ret;

	check_locked(gfp);
	if (refused(entry) || !xa_track_free(xa))
		return -EINVAL;
	if (!min && (xa->xa_flags & XA_FLAGS_ZERO_BUSY))
		min = 1;
	if (!shim_xa_find_free(xa, min, limit.max, &index))
		return -EBUSY;
	ret = entry_put(xa, index, entry ? entry : XA_ZERO_ENTRY, gfp);
	if (!ret)
		*id = index;
	return ret;
}

int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	struct xa_limit rest = XA_LIMIT(*next > limit.min ? *next : limit.min, limit.max);
	bool wrapped = xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED;
	int ret = __xa_alloc(xa, id, entry, rest, gfp);

	if (ret == -EBUSY && rest.min > limit.min) {
		ret = __xa_alloc(xa, id, entry, limit, gfp);
		wrapped = true;
	}
	if (ret)
		return ret;
	*next = *id + 1;
	xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
	if (!*next)
		xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
	return wrapped;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old;

	xa_enter(xa, 0);
	old = __xa_erase(xa, index);
	xa_leave(xa);
	return old;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	xa_enter(xa, gfp);
	old = __xa_store(xa, index, entry, gfp);
	xa_leave(xa);
	return old;
}

void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *now;

	xa_enter(xa, gfp);
	now = __xa_cmpxchg(xa, index, old, entry, gfp);
	xa_leave(xa);
	return now;
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	int ret;

	xa_enter(xa, gfp);
	ret = __xa_insert(xa, index, entry, gfp);
	xa_leave(xa);
	return ret;
}

int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	int ret;

	xa_enter(xa, gfp);
	ret = __xa_alloc(xa, id, entry, limit, gfp);
	xa_leave(xa);
	return ret;
}

int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	int ret;

	xa_enter(xa, gfp);
	ret = __xa_alloc_cyclic(xa, id, entry, limit, next, gfp);
	xa_leave(xa);
	return ret;
}

int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

static void tree_retire(struct xa_node *node)
{
	unsigned long i;

	for (i = 0; node->shift && i < XA_CHUNK_SIZE; i++)
		if (node->slots[i])
			tree_retire(xa_to_node(node->slots[i]));
	node_retire(node);
}

void xa_destroy(struct xarray *xa)
{
	void *head;

	xa_enter(xa, 0);
	head = xa->xa_head;
	WRITE_ONCE(xa->xa_marks, 0);
	slot_set(xa, NULL, 0, NULL);
	if (xa_is_node(head))
		tree_retire(xa_to_node(head));
	xa_leave(xa);
}

void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct place at = place_of(xa, index);

	if (at.entry)
		mark_set(xa, at.node, index & XA_CHUNK_MASK, mark);
}

void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct place at = place_of(xa, index);

	if (at.entry)
		mark_clear(xa, at.node, index & XA_CHUNK_MASK, mark);
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_enter(xa, 0);
	__xa_set_mark(xa, index, mark);
	xa_leave(xa);
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_enter(xa, 0);
	__xa_clear_mark(xa, index, mark);
	xa_leave(xa);
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct place at;
	bool marked;

	rcu_read_lock();
	at = place_of(xa, index);
	marked = at.entry && mark_get(xa, at.node, index & XA_CHUNK_MASK, mark);
	rcu_read_unlock();
	return marked;
}

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	const void *head;
	bool marked;

	rcu_read_lock();
	head = xa_head(xa);
	marked = xa_is_node(head) ? xa_marks_of(xa_to_node(head), mark) :
				    READ_ONCE(xa->xa_marks) >> mark & 1;
	rcu_read_unlock();
	return marked;
}
