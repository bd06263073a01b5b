/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: lock checking by class, as lockdep does.
 *
 * A lock's class is the place that initialised it (its key) and the subclass a
 * caller names.  Taking B while A is held adds the edge A -> B; an edge that
 * closes a cycle stops the program, whether or not the two threads met.
 * Taking a lock already held, or dropping one that is not, stops it as well.
 */
#ifndef _SHIM_LINUX_LOCKDEP_H
#define _SHIM_LINUX_LOCKDEP_H

#include <linux/compiler.h>
#include <linux/types.h>

#define SHIM_SUBCLASSES		8
#define SINGLE_DEPTH_NESTING	1

struct lock_class_key {
	u16 id[SHIM_SUBCLASSES];	/* 0: not yet numbered */
};

struct lockdep_map {
	struct lock_class_key *key;	/* NULL: @own */
	struct lock_class_key own;
	const char *name;
};

enum shim_lock_kind {
	SHIM_LOCK_WRITE,
	SHIM_LOCK_READ,
	SHIM_LOCK_TRY = 2,	/* flag: cannot wait, so adds no edge */
};

/* The class of locks whose order nobody checks. */
extern struct lock_class_key __lockdep_no_validate__;

void shim_lock_acquire(struct lockdep_map *map, unsigned int subclass, unsigned int kind);
void shim_lock_release(struct lockdep_map *map);
bool shim_lock_held(const struct lockdep_map *map, unsigned int kinds);
void shim_lock_assert(const struct lockdep_map *map, bool held, const char *file, int line);

static inline void shim_lock_map_init(struct lockdep_map *map, const char *name,
				      struct lock_class_key *key)
{
	*map = (struct lockdep_map){ .key = key, .name = name };
}

#define LOCKDEP_STILL_OK	1
#define LOCK_STATE_HELD		1
#define LOCK_STATE_NOT_HELD	0

#define __SHIM_WRITE_BIT	(1U << SHIM_LOCK_WRITE)
#define __SHIM_READ_BIT		(1U << SHIM_LOCK_READ)
#define lockdep_is_held(l)						\
	shim_lock_held(&(l)->dep_map, __SHIM_WRITE_BIT | __SHIM_READ_BIT)
#define lockdep_is_held_type(l, r)					\
	shim_lock_held(&(l)->dep_map, (r) ? __SHIM_READ_BIT : __SHIM_WRITE_BIT)
#define __shim_lockdep_assert(cond, l)					\
	do {								\
		if (unlikely(!(cond)))					\
			shim_lock_assert(&(l)->dep_map, true, __FILE__, __LINE__); \
	} while (0)
#define lockdep_assert_held(l)		__shim_lockdep_assert(lockdep_is_held(l), l)
#define lockdep_assert_held_write(l)	__shim_lockdep_assert(lockdep_is_held_type(l, 0), l)
#define lockdep_assert_held_read(l)	__shim_lockdep_assert(lockdep_is_held_type(l, 1), l)
#define lockdep_assert_not_held(l)					\
	do {								\
		if (unlikely(lockdep_is_held(l)))			\
			shim_lock_assert(&(l)->dep_map, false, __FILE__, __LINE__); \
	} while (0)
#define lockdep_assert(c)		do { (void)(c); } while (0)
#define lockdep_assert_once(c)		lockdep_assert(c)
#define lockdep_assert_in_softirq()	do { } while (0)
#define lockdep_register_key(k)		((void)(k))
#define lockdep_unregister_key(k)	((void)(k))
#define lockdep_set_class(l, k)		((void)((l)->dep_map.key = (k)))
#define lockdep_set_class_and_name(l, k, n) lockdep_set_class(l, k)
#define lockdep_set_novalidate_class(l)	lockdep_set_class(l, &__lockdep_no_validate__)
#define might_lock(l)			do { (void)(l); } while (0)

#endif /* _SHIM_LINUX_LOCKDEP_H */
