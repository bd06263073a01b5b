/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: lists that many add to and one takes whole, without a lock. */
#ifndef _SHIM_LINUX_LLIST_H
#define _SHIM_LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/container_of.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(n)	{ NULL }
#define LLIST_HEAD(n)		struct llist_head n = LLIST_HEAD_INIT(n)

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

/* Return: true when the list was empty before. */
static inline bool llist_add_batch(struct llist_node *first, struct llist_node *last,
				   struct llist_head *head)
{
	struct llist_node *old = READ_ONCE(head->first);

	do {
		last->next = old;
	} while (!try_cmpxchg(&head->first, &old, first));
	return !old;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *done = NULL, *next;

	for (; node; node = next) {
		next = node->next;
		node->next = done;
		done = node;
	}
	return done;
}

#define llist_entry(ptr, type, member)	container_of(ptr, type, member)
#define __shim_llist_entry(n, pos, member) ({					\
	struct llist_node *__shim_n = (n);					\
	__shim_n ? llist_entry(__shim_n, typeof(*(pos)), member) : NULL; })
#define llist_for_each(pos, node)	for ((pos) = (node); pos; (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node)					\
	for ((pos) = (node); (pos) && ((n) = (pos)->next, 1); (pos) = (n))
#define llist_for_each_entry(pos, node, member)					\
	for ((pos) = __shim_llist_entry(node, pos, member); (pos);		\
	     (pos) = __shim_llist_entry((pos)->member.next, pos, member))
#define llist_for_each_entry_safe(pos, n, node, member)				\
	for ((pos) = __shim_llist_entry(node, pos, member);			\
	     (pos) && ((n) = __shim_llist_entry((pos)->member.next, pos, member), 1); \
	     (pos) = (n))

#endif /* _SHIM_LINUX_LLIST_H */
