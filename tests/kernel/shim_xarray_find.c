// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_xarray_find.c - looking things up in an xarray.
 *
 * Readers hold no lock.  One that meets "retry", which is left where an entry
 * moved up into the head, starts again from the head.  A search goes down from
 * the head for one index at a time; at a subtree that holds nothing it goes on
 * with the first index behind it.
 */
#include "shim_xarray.h"

void *xa_load(struct xarray *xa, unsigned long index)
{
	struct xa_node *node;
	void *entry;

	rcu_read_lock();
retry:
	entry = xa_head(xa);
	if (!xa_is_node(entry)) {
		entry = index ? NULL : entry;
	} else if (index > xa_max_index(xa_to_node(entry)->shift)) {
		entry = NULL;
	} else {
		do {
			node = xa_to_node(entry);
			entry = xa_slot(node, xa_offset(node, index));
		} while (node->shift && entry);
		if (entry == XA_RETRY_ENTRY)
			goto retry;
	}
	rcu_read_unlock();
	return xa_zero_to_null(entry);
}

/* The first slot from @offset that may hold what is looked for; XA_CHUNK_SIZE for none. */
static unsigned long node_scan(const struct xa_node *node, unsigned long offset, xa_mark_t filter)
{
	u64 marked;

	if (filter == XA_PRESENT) {
		while (offset < XA_CHUNK_SIZE && !xa_slot(node, offset))
			offset++;
		return offset;
	}
	marked = xa_marks_of(node, filter) >> offset << offset;
	return marked ? (unsigned long)__builtin_ctzll(marked) : XA_CHUNK_SIZE;
}

/**
 * struct search - one descent
 * @index: looked for from here; moved to where the descent ended
 * @entry: what is at @index; NULL when @index is only where to go on
 */
struct search {
	unsigned long index;
	void *entry;
};

/* Go on behind slot @offset of @node.  Return: false when there is nothing behind it. */
static bool step_behind(struct search *s, const struct xa_node *node, unsigned long offset)
{
	unsigned long base = s->index & ~xa_max_index(node->shift);
	unsigned long last = base | (offset << node->shift) | ((1UL << node->shift) - 1);

	s->entry = NULL;
	s->index = last + 1;
	return last != ULONG_MAX;
}

/*
 * From @node down to an entry at or behind @s->index.  Return: false at the end
 * of all; true with the entry, or with none and the index to go on from.
 */
static bool descend(struct search *s, struct xa_node *node, xa_mark_t filter)
{
	unsigned long offset, at;

	for (;;) {
		at = xa_offset(node, s->index);
		offset = node_scan(node, at, filter);
		if (offset == XA_CHUNK_SIZE)
			return step_behind(s, node, XA_CHUNK_MASK);
		if (offset != at)
			s->index = (s->index & ~xa_max_index(node->shift)) | offset << node->shift;
		s->entry = xa_slot(node, offset);
		if (!s->entry || xa_is_zero(s->entry))
			return step_behind(s, node, offset);
		if (!node->shift)
			return true;
		node = xa_to_node(s->entry);
	}
}

static bool head_matches(const struct xarray *xa, const void *entry, xa_mark_t filter)
{
	return entry && (filter == XA_PRESENT || READ_ONCE(xa->xa_marks) >> filter & 1);
}

/* One step of a search; true while there may be more. */
static bool search_step(struct xarray *xa, struct search *s, xa_mark_t filter)
{
	void *head = xa_head(xa);

	s->entry = NULL;
	if (!xa_is_node(head)) {
		if (!s->index && head_matches(xa, head, filter))
			s->entry = head;
		return s->entry;
	}
	if (s->index > xa_max_index(xa_to_node(head)->shift))
		return false;
	if (!descend(s, xa_to_node(head), filter))
		return false;
	if (s->entry == XA_RETRY_ENTRY)
		s->entry = NULL;
	return true;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	struct search s = { .index = *index };
	bool more;

	rcu_read_lock();
	do {
		more = search_step(xa, &s, filter);
	} while (more && !s.entry && s.index <= max);
	rcu_read_unlock();
	if (!more || s.index > max)
		return NULL;
	*index = s.index;
	return s.entry;
}

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	unsigned long next = *index + 1;
	void *entry;

	if (!next)
		return NULL;
	entry = xa_find(xa, &next, max, filter);
	if (entry)
		*index = next;
	return entry;
}

/*
 * The first free index from @min below @node, whose first index is @base.  Only
 * the child that holds @min can have its free indexes all below @min; every
 * later one begins behind it.
 */
static bool node_find_free(const struct xa_node *node, unsigned long base, unsigned long min,
			   unsigned long *index)
{
	unsigned long from = min > base ? (min - base) >> node->shift : 0, first;
	u64 marked = node->marks[XA_FREE_MARK] >> from << from;

	for (; marked; marked &= marked - 1) {
		unsigned long offset = __builtin_ctzll(marked);
		void *child = node->slots[offset];

		first = base + (offset << node->shift);
		*index = first > min ? first : min;
		if (!node->shift || !child || node_find_free(xa_to_node(child), first, min, index))
			return true;
	}
	return false;
}

bool shim_xa_find_free(struct xarray *xa, unsigned long min, unsigned long max,
		       unsigned long *index)
{
	void *head = xa->xa_head;
	unsigned long top = 0;

	*index = min;
	if (xa_is_node(head)) {
		top = xa_max_index(xa_to_node(head)->shift);
		if (min <= top && node_find_free(xa_to_node(head), 0, min, index))
			return *index <= max;
	} else if (!head || min || (xa->xa_marks & 1u << XA_FREE_MARK)) {
		return min <= max;
	}
	if (min <= top)
		*index = top + 1;
	return *index && *index <= max;
}
