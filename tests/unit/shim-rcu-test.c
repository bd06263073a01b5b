// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim-rcu-test.c - readers and writers at once: RCU, SRCU, xarray, IDA, pages.
 *
 * Each object carries a word that is right while it lives and wrong from the
 * moment it is freed; a reader that sees it wrong found an object after its
 * grace period.  Under ThreadSanitizer and AddressSanitizer the same runs show
 * races and uses after free that the word misses.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/container_of.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/xarray.h>

#include "shim.h"

#define THREADS	3
#define ALIVE	0x600d600d600d600dull
#define STEPS	(SHIM_TSAN ? 4000 : SHIM_ASAN ? 8000 : 40000)

struct object {
	u64 word;
	struct rcu_head rcu;
};

static struct object *shared;
static bool stop;
static unsigned long wrong;
static unsigned long freed;

static struct object *object_new(void)
{
	struct object *o = kzalloc(sizeof(*o), GFP_KERNEL);

	o->word = ALIVE;
	return o;
}

static void object_free(struct object *o)
{
	o->word = 0;
	kfree(o);
	__atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
}

static void object_free_rcu(struct rcu_head *head)
{
	object_free(container_of(head, struct object, rcu));
}

static void object_check(const struct object *o)
{
	if (o && o->word != ALIVE)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static void run(void *(*reader)(void *), void (*writer)(void))
{
	pthread_t threads[THREADS - 1];
	int i;

	WRITE_ONCE(stop, false);
	WRITE_ONCE(wrong, 0);
	WRITE_ONCE(freed, 0);
	for (i = 0; i < THREADS - 1; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
	writer();
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < THREADS - 1; i++)
		pthread_join(threads[i], NULL);
	rcu_barrier();
	assert_int_equal(wrong, 0);
}

static void *rcu_reader(void *arg)
{
	while (!stopped()) {
		rcu_read_lock();
		object_check(rcu_dereference(shared));
		rcu_read_lock();
		object_check(rcu_dereference(shared));
		rcu_read_unlock();
		rcu_read_unlock();
	}
	return arg;
}

static void rcu_writer(void)
{
	int i;

	for (i = 0; i < STEPS; i++) {
		struct object *old = rcu_replace_pointer(shared, object_new(), true);

		if (!old)
			continue;
		if (i % 3 == 0)
			kfree_rcu(old, rcu);
		else
			call_rcu(&old->rcu, object_free_rcu);
		if (i % 64 == 0)
			synchronize_rcu();
	}
}

static void rcu_replaces(void **state)
{
	long live = shim_alloc_live();

	(void)state;
	run(rcu_reader, rcu_writer);
	kfree(shared);
	shared = NULL;
	assert_int_equal(shim_alloc_live(), live);
}

static DEFINE_SRCU(srcu);

static void *srcu_reader(void *arg)
{
	while (!stopped()) {
		int idx = srcu_read_lock(&srcu);

		object_check(srcu_dereference(shared, &srcu));
		srcu_read_unlock(&srcu, idx);
	}
	return arg;
}

static void srcu_writer(void)
{
	int i;

	for (i = 0; i < STEPS / 8; i++) {
		struct object *old = shared;

		rcu_assign_pointer(shared, object_new());
		synchronize_srcu(&srcu);
		if (old)
			object_free(old);
	}
}

static void srcu_replaces(void **state)
{
	(void)state;
	assert_int_equal(init_srcu_struct(&srcu), 0);
	run(srcu_reader, srcu_writer);
	cleanup_srcu_struct(&srcu);
	kfree(shared);
	shared = NULL;
}

/* Indexes on both sides of where the tree grows and shrinks. */
static DEFINE_XARRAY(array);
static const unsigned long indexes[] = { 0, 1, 63, 64, 4095, 4096, 1ul << 30, 5 };

#define INDEXES	(sizeof(indexes) / sizeof(indexes[0]))

static void *xarray_reader(void *arg)
{
	unsigned long i = 0, index;
	struct object *o;

	while (!stopped()) {
		rcu_read_lock();
		object_check(xa_load(&array, indexes[i++ % INDEXES]));
		xa_for_each(&array, index, o)
			object_check(o);
		rcu_read_unlock();
	}
	return arg;
}

static void xarray_writer(void)
{
	unsigned long i, step = 1;

	for (i = 0; i < STEPS; i++) {
		struct object *old;

		step = step * 6364136223846793005ul + 1442695040888963407ul;
		old = step >> 62 ? xa_erase(&array, indexes[(step >> 40) % INDEXES]) :
				   xa_store(&array, indexes[(step >> 40) % INDEXES], object_new(),
					    GFP_KERNEL);
		if (old)
			call_rcu(&old->rcu, object_free_rcu);
	}
	for (i = 0; i < INDEXES; i++) {
		struct object *old = xa_erase(&array, indexes[i]);

		if (old)
			kfree_rcu(old, rcu);
	}
}

static void xarray_reads_and_writes(void **state)
{
	long live;

	(void)state;
	rcu_barrier();
	live = shim_alloc_live();
	run(xarray_reader, xarray_writer);
	assert_true(xa_empty(&array));
	assert_int_equal(shim_alloc_live(), live);
	assert_true(freed > 0);
}

/* An entry that stays is found by every reader, however the tree changes around it. */
static void *steady_reader(void *arg)
{
	while (!stopped()) {
		if (xa_load(&array, 0) != &array || xa_to_value(xa_load(&array, 64)) != 64)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

static void *steady_reader_head(void *arg)
{
	while (!stopped())
		if (xa_load(&array, 0) != &array)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	return arg;
}

static void steady_writer(void)
{
	unsigned long i;

	for (i = 0; i < STEPS; i++) {
		unsigned long index = 1ul << (7 + i % 50);

		xa_store(&array, index, &wrong, GFP_KERNEL);
		xa_erase(&array, index);
	}
}

static void xarray_keeps(void **state)
{
	(void)state;
	xa_store(&array, 0, &array, GFP_KERNEL);
	run(steady_reader_head, steady_writer);
	xa_store(&array, 64, xa_mk_value(64), GFP_KERNEL);
	run(steady_reader, steady_writer);
	xa_destroy(&array);
}

/* Every number has one owner, every page and object too. */
static DEFINE_IDA(ida);
static u8 owner[256];

static void owner_step(u64 *word)
{
	int id = ida_alloc_max(&ida, 255, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	u64 *p = kmalloc(64, GFP_KERNEL), *q = page_address(page);

	*p = *q = ++*word;
	if (id >= 0 && __atomic_exchange_n(&owner[id], 1, __ATOMIC_RELAXED))
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	if (*p != *word || *q != *word)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	kfree(p);
	__free_page(page);
	if (id < 0)
		return;
	__atomic_store_n(&owner[id], 0, __ATOMIC_RELAXED);
	ida_free(&ida, id);
}

static void *owner_reader(void *arg)
{
	u64 word = (u64)pthread_self() << 20;

	while (!stopped())
		owner_step(&word);
	return arg;
}

static void owner_writer(void)
{
	u64 word = 0;
	int i;

	for (i = 0; i < STEPS; i++)
		owner_step(&word);
}

static void allocators_in_threads(void **state)
{
	long pages = shim_pages_live();

	(void)state;
	run(owner_reader, owner_writer);
	assert_true(ida_is_empty(&ida));
	assert_int_equal(shim_pages_live(), pages);
}

/* Callbacks do not run while their queuer holds a lock, and run without any help later. */
static void rcu_callbacks_wait(void **state)
{
	DEFINE_SPINLOCK(lock);
	int i;

	(void)state;
	rcu_barrier();
	WRITE_ONCE(freed, 0);
	for (i = 0; i < 1000; i++) {
		struct object *o = object_new();

		spin_lock(&lock);
		call_rcu(&o->rcu, object_free_rcu);
		spin_unlock(&lock);
	}
	assert_true(freed >= 700);
	rcu_barrier();
	assert_int_equal(freed, 1000);
}

/* A reader of this very thread holds callbacks back. */
static void rcu_reader_blocks(void **state)
{
	int i;

	(void)state;
	rcu_barrier();
	WRITE_ONCE(freed, 0);
	shared = object_new();
	rcu_read_lock();
	for (i = 0; i < 300; i++) {
		struct object *o = kmalloc(sizeof(*o), GFP_ATOMIC);

		call_rcu(&o->rcu, object_free_rcu);
	}
	assert_int_equal(freed, 0);
	assert_true(rcu_read_lock_held());
	rcu_read_unlock();
	assert_false(rcu_read_lock_held());
	kfree_rcu(shared, rcu);
	rcu_barrier();
	assert_int_equal(freed, 300);
	shared = NULL;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rcu_replaces),
		cmocka_unit_test(rcu_callbacks_wait),
		cmocka_unit_test(rcu_reader_blocks),
		cmocka_unit_test(srcu_replaces),
		cmocka_unit_test(xarray_reads_and_writes),
		cmocka_unit_test(xarray_keeps),
		cmocka_unit_test(allocators_in_threads),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("shim/rcu", tests, NULL, NULL);
}
