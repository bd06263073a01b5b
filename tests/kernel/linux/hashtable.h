/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: hash tables of a power of two of buckets. */
#ifndef _SHIM_LINUX_HASHTABLE_H
#define _SHIM_LINUX_HASHTABLE_H

#include <linux/array_size.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/rculist.h>

#define DEFINE_HASHTABLE(n, bits)	struct hlist_head n[1 << (bits)] = { }
#define DECLARE_HASHTABLE(n, bits)	struct hlist_head n[1 << (bits)]

#define HASH_SIZE(n)			ARRAY_SIZE(n)
#define HASH_BITS(n)			ilog2(HASH_SIZE(n))
#define hash_min(v, bits)		(sizeof(v) <= 4 ? hash_32(v, bits) : hash_long(v, bits))
#define __shim_bucket(n, key)		(&(n)[hash_min(key, HASH_BITS(n))])

#define hash_init(n)								\
	do {									\
		for (size_t __shim_i = 0; __shim_i < HASH_SIZE(n); __shim_i++)	\
			INIT_HLIST_HEAD(&(n)[__shim_i]);			\
	} while (0)
#define hash_empty(n) ({							\
	size_t __shim_i = 0;							\
	while (__shim_i < HASH_SIZE(n) && hlist_empty(&(n)[__shim_i]))		\
		__shim_i++;							\
	__shim_i == HASH_SIZE(n); })

#define hash_add(n, node, key)		hlist_add_head(node, __shim_bucket(n, key))
#define hash_add_rcu(n, node, key)	hlist_add_head_rcu(node, __shim_bucket(n, key))
#define hash_del(node)			hlist_del_init(node)
#define hash_del_rcu(node)		hlist_del_init_rcu(node)
#define hash_hashed(node)		(!hlist_unhashed(node))

#define hash_for_each(n, bkt, obj, member)					\
	for ((bkt) = 0, (obj) = NULL; !(obj) && (bkt) < (int)HASH_SIZE(n); (bkt)++) \
		hlist_for_each_entry(obj, &(n)[bkt], member)
#define hash_for_each_rcu(n, bkt, obj, member)					\
	for ((bkt) = 0, (obj) = NULL; !(obj) && (bkt) < (int)HASH_SIZE(n); (bkt)++) \
		hlist_for_each_entry_rcu(obj, &(n)[bkt], member)
#define hash_for_each_safe(n, bkt, tmp, obj, member)				\
	for ((bkt) = 0, (obj) = NULL; !(obj) && (bkt) < (int)HASH_SIZE(n); (bkt)++) \
		hlist_for_each_entry_safe(obj, tmp, &(n)[bkt], member)
#define hash_for_each_possible(n, obj, member, key)				\
	hlist_for_each_entry(obj, __shim_bucket(n, key), member)
#define hash_for_each_possible_rcu(n, obj, member, key, cond...)		\
	hlist_for_each_entry_rcu(obj, __shim_bucket(n, key), member)
#define hash_for_each_possible_safe(n, obj, tmp, member, key)			\
	hlist_for_each_entry_safe(obj, tmp, __shim_bucket(n, key), member)

#endif /* _SHIM_LINUX_HASHTABLE_H */
