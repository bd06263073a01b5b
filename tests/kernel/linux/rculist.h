/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: lists that readers walk under RCU while one writer changes them.
 *
 * A node is published by a release store and reached by an acquire load, which
 * is what rcu_assign_pointer() and an address dependency give in the kernel.
 */
#ifndef _SHIM_LINUX_RCULIST_H
#define _SHIM_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(l)	((l)->next)
#define __shim_rcu_load(p)	__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define __shim_rcu_store(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)

static inline void INIT_LIST_HEAD_RCU(struct list_head *head)
{
	INIT_LIST_HEAD(head);
}

static inline void __shim_list_add_rcu(struct list_head *new, struct list_head *prev,
				       struct list_head *next)
{
	new->next = next;
	new->prev = prev;
	__shim_rcu_store(prev->next, new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__shim_list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__shim_list_add_rcu(new, head->prev, head);
}

/* Readers may stand on @entry: its next stays. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	__shim_rcu_store(new->prev->next, new);
	new->next->prev = new;
	old->prev = LIST_POISON2;
}

#define list_entry_rcu(ptr, type, member)					\
	container_of(__shim_rcu_load(ptr), type, member)
#define list_for_each_entry_rcu(pos, head, member, cond...)			\
	for ((pos) = list_entry_rcu((head)->next, typeof(*(pos)), member);	\
	     !list_entry_is_head(pos, head, member);				\
	     (pos) = list_entry_rcu((pos)->member.next, typeof(*(pos)), member))
#define list_for_each_entry_srcu(pos, head, member, cond...)			\
	list_for_each_entry_rcu(pos, head, member)
#define list_first_or_null_rcu(head, type, member) ({				\
	struct list_head *__shim_head = (head);					\
	struct list_head *__shim_first = __shim_rcu_load(__shim_head->next);	\
	__shim_first != __shim_head ? container_of(__shim_first, type, member) : NULL; })

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	WRITE_ONCE(node->pprev, &head->first);
	__shim_rcu_store(head->first, node);
	if (first)
		WRITE_ONCE(first->pprev, &node->next);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	__hlist_del(node);
	WRITE_ONCE(node->pprev, LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	WRITE_ONCE(node->pprev, NULL);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	struct hlist_node *next = old->next;

	new->next = next;
	WRITE_ONCE(new->pprev, old->pprev);
	__shim_rcu_store(*new->pprev, new);
	if (next)
		WRITE_ONCE(next->pprev, &new->next);
	WRITE_ONCE(old->pprev, LIST_POISON2);
}

#define hlist_first_rcu(h)	((h)->first)
#define hlist_next_rcu(n)	((n)->next)
#define hlist_for_each_entry_rcu(pos, head, member, cond...)			\
	for ((pos) = hlist_entry_safe(__shim_rcu_load((head)->first),		\
				      typeof(*(pos)), member);			\
	     (pos);								\
	     (pos) = hlist_entry_safe(__shim_rcu_load((pos)->member.next),	\
				      typeof(*(pos)), member))

#endif /* _SHIM_LINUX_RCULIST_H */
