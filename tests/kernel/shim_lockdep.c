// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks of locks: who holds what, and in which order classes nest.
 *
 * Vocabulary.  A *class* is a number given to a (key, subclass) when one of its
 * locks first takes part in nesting.  The *edge* A -> B says that some thread
 * took a B while it held an A.  Edges are never removed.
 *
 * Locking: a thread's own table needs none; edges are read as atomics, added
 * under graph_lock, which is a leaf.
 *
 * The hard rule: an edge is added before the thread waits for the lock, so a
 * deadlock is told and not suffered.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

#include "shim_context.h"
#include "shim_control.h"

#define HELD_MAX	64
#define CLASS_MAX	512
#define CLASS_NONE	0xffff

struct held {
	struct lockdep_map *map;
	u16 class;
	u8 subclass;
	u8 kind;
};

SHIM_TLS int shim_atomic_depth;
struct lock_class_key __lockdep_no_validate__;

static SHIM_TLS struct held held[HELD_MAX];
static SHIM_TLS int nr_held;

static pthread_mutex_t graph_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long edges[CLASS_MAX][CLASS_MAX / BITS_PER_LONG];
static const char *class_names[CLASS_MAX];
static int nr_classes = 1;

static void __noreturn die(const char *what, const struct lockdep_map *map)
{
	int i;

	fprintf(stderr, "BUG: %s: %s\n", what, map->name ? map->name : "(unnamed lock)");
	for (i = nr_held; i--;)
		fprintf(stderr, "  held: %s (%p)\n", held[i].map->name, (void *)held[i].map);
	abort();
}

static noinline struct held *find_held(const struct lockdep_map *map)
{
	int i;

	for (i = nr_held; i--;)
		if (held[i].map == map)
			return &held[i];
	return NULL;
}

static noinline __cold u16 class_new(struct lockdep_map *map, u16 *id)
{
	u16 class;

	pthread_mutex_lock(&graph_lock);
	class = *id;
	if (!class) {
		class = nr_classes < CLASS_MAX ? nr_classes++ : CLASS_NONE;
		if (class != CLASS_NONE)
			class_names[class] = map->name;
		__atomic_store_n(id, class, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&graph_lock);
	return class;
}

static u16 class_of(struct lockdep_map *map, unsigned int subclass)
{
	struct lock_class_key *key = map->key ? map->key : &map->own;
	u16 *id = &key->id[subclass % SHIM_SUBCLASSES];
	u16 class = __atomic_load_n(id, __ATOMIC_ACQUIRE);

	if (map->key == &__lockdep_no_validate__)
		return CLASS_NONE;
	return class ? class : class_new(map, id);
}

/* Is there a way from class @from to class @to?  @seen: those looked at. */
static bool reaches(u16 from, u16 to, unsigned long *seen)
{
	unsigned long next;

	if (from == to)
		return true;
	__set_bit(from, seen);
	for_each_set_bit(next, edges[from], CLASS_MAX)
		if (!test_bit(next, seen) && reaches(next, to, seen))
			return true;
	return false;
}

static noinline __cold void edge_add(const struct held *outer, struct lockdep_map *map, u16 class)
{
	unsigned long seen[CLASS_MAX / BITS_PER_LONG] = { 0 };

	pthread_mutex_lock(&graph_lock);
	if (outer->class == class)
		die("possible recursive locking, two locks of one class", map);
	if (reaches(class, outer->class, seen)) {
		fprintf(stderr, "%s was once taken with a lock held that leads to %s\n",
			class_names[outer->class], class_names[class]);
		die("possible circular locking dependency", map);
	}
	set_bit(class, edges[outer->class]);
	pthread_mutex_unlock(&graph_lock);
}

static void check_one(struct held *h, struct lockdep_map *map, u16 class, unsigned int kind)
{
	if (unlikely(h->map == map))
		die("possible recursive locking, this lock is held", map);
	if (unlikely(!h->class))
		h->class = class_of(h->map, h->subclass);
	if (h->class == CLASS_NONE || class == CLASS_NONE)
		return;
	if (h->class == class && h->kind == SHIM_LOCK_READ && kind == SHIM_LOCK_READ)
		return;
	if (unlikely(!test_bit(class, edges[h->class])))
		edge_add(h, map, class);
}

static noinline u16 nested_class(struct lockdep_map *map, unsigned int subclass, unsigned int kind)
{
	u16 class = class_of(map, subclass);
	struct held *h;

	for (h = held; h < held + nr_held; h++)
		check_one(h, map, class, kind);
	return class;
}

/*
 * A lock that nests in nothing gets its class when something nests in it: the
 * commonest case costs one entry.
 */
void shim_lock_acquire(struct lockdep_map *map, unsigned int subclass, unsigned int kind)
{
	struct held *h = &held[nr_held];

	if (unlikely(nr_held == HELD_MAX))
		die("too many locks held at once", map);
	h->class = 0;
	if (nr_held && !(kind & SHIM_LOCK_TRY))
		h->class = nested_class(map, subclass, kind);
	h->map = map;
	h->subclass = subclass;
	h->kind = kind & ~SHIM_LOCK_TRY;
	nr_held++;
}

void shim_lock_release(struct lockdep_map *map)
{
	struct held *h;

	if (unlikely(!nr_held || held[nr_held - 1].map != map)) {
		h = find_held(map);
		if (!h)
			die("bad unlock, this thread does not hold the lock", map);
		memmove(h, h + 1, (char *)&held[nr_held] - (char *)(h + 1));
	}
	nr_held--;
}

bool shim_lock_held(const struct lockdep_map *map, unsigned int kinds)
{
	struct held *h = find_held(map);

	return h && kinds & 1U << h->kind;
}

void shim_lock_assert(const struct lockdep_map *map, bool want, const char *file, int line)
{
	fprintf(stderr, "%s:%d: lockdep_assert_%sheld\n", file, line, want ? "" : "not_");
	die(want ? "a lock that must be held is not" : "a lock that must not be held is", map);
}

int shim_locks_held(void)
{
	return nr_held;
}

void shim_might_sleep_failed(const char *file, int line)
{
	int i;

	fprintf(stderr, "BUG: sleeping function called from atomic context at %s:%d\n", file, line);
	for (i = nr_held; i--;)
		fprintf(stderr, "  held: %s\n", held[i].map->name);
	abort();
}
