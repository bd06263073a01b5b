// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim-xarray-test.c - the xarray and the IDA of the shims against naive oracles.
 *
 * The oracle of an xarray is a sorted table of the few hundred indexes that a
 * run uses, each with what it should hold; the oracle of allocation is an array
 * of booleans.  Operations, indexes and injected failures come from a fixed
 * generator, so a failure repeats.  After each operation the result must agree,
 * and one that failed for want of memory must have changed nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/idr.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "shim.h"

#define KEYS	512
#define IDS	5000

/* ThreadSanitizer has nothing to find here but looks at everything. */
#define STEPS(n) ((n) / (SHIM_TSAN ? 10 : 1))

struct key {
	unsigned long index;
	void *entry;		/* NULL: absent */
	bool reserved;
	bool marked[3];
};

static struct key keys[KEYS];
static u64 seed;

static u64 next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int compare_keys(const void *a, const void *b)
{
	unsigned long x = ((const struct key *)a)->index, y = ((const struct key *)b)->index;

	return x < y ? -1 : x > y;
}

/* Nodes still live once all that is due to be freed has been. */
static long nodes_settled(void)
{
	rcu_barrier();
	return shim_xa_nodes_live();
}

/* Corners of each level first, then dense runs and anything. */
static void make_keys(void)
{
	size_t n = 0, i;

	memset(keys, 0, sizeof(keys));
	for (i = 0; i < 64; i++)
		keys[n++].index = i % 3 ? (1ul << i) : (1ul << i) - 1;
	for (i = 0; i < 100; i++)
		keys[n++].index = 64 + i * 3;
	for (i = 0; i < 100; i++)
		keys[n++].index = (1ul << 20) + i;
	while (n < KEYS - 1)
		keys[n++].index = next_random() >> (next_random() % 60);
	keys[n].index = ULONG_MAX;
	qsort(keys, KEYS, sizeof(keys[0]), compare_keys);
}

static struct key *pick(void)
{
	size_t i = next_random() % KEYS;

	/* One index may be drawn twice: the first entry of the table stands for it. */
	while (i && keys[i - 1].index == keys[i].index)
		i--;
	return &keys[i];
}

static void *some_entry(void)
{
	u64 r = next_random();

	return r & 1 ? xa_mk_value(r >> 2) : (void *)(r >> 8 << 3 | 8);
}

static void forget(struct key *k)
{
	k->entry = NULL;
	k->reserved = false;
	memset(k->marked, 0, sizeof(k->marked));
}

static bool nomem(void *result)
{
	if (!xa_is_err(result))
		return false;
	assert_int_equal(xa_err(result), -ENOMEM);
	assert_true(shim_fail_fired());
	return true;
}

static void op_store(struct xarray *xa, struct key *k)
{
	void *entry = some_entry(), *old = xa_store(xa, k->index, entry, GFP_KERNEL);

	if (nomem(old))
		return;
	assert_ptr_equal(old, k->entry);
	k->entry = entry;
	k->reserved = false;
}

static void op_erase(struct xarray *xa, struct key *k)
{
	void *old = next_random() & 1 ? xa_erase(xa, k->index) :
					xa_store(xa, k->index, NULL, GFP_KERNEL);

	assert_ptr_equal(old, k->entry);
	forget(k);
}

static void op_insert(struct xarray *xa, struct key *k)
{
	void *entry = some_entry();
	int ret = xa_insert(xa, k->index, entry, GFP_KERNEL);

	if (ret == -ENOMEM) {
		assert_true(shim_fail_fired());
		return;
	}
	assert_int_equal(ret, k->entry || k->reserved ? -EBUSY : 0);
	if (!ret)
		k->entry = entry;
}

static void op_cmpxchg(struct xarray *xa, struct key *k)
{
	void *entry = next_random() & 1 ? some_entry() : NULL;
	void *old = next_random() & 1 ? k->entry : xa_mk_value(5);
	void *now = xa_cmpxchg(xa, k->index, old, entry, GFP_KERNEL);

	if (nomem(now))
		return;
	assert_ptr_equal(now, k->entry);
	if (k->reserved || k->entry != old)
		return;
	if (!entry)
		forget(k);
	k->entry = entry;
}

static void op_reserve(struct xarray *xa, struct key *k)
{
	int ret = xa_reserve(xa, k->index, GFP_KERNEL);

	if (ret) {
		assert_int_equal(ret, -ENOMEM);
		assert_true(shim_fail_fired());
	} else if (!k->entry) {
		k->reserved = true;
	}
}

static void op_release(struct xarray *xa, struct key *k)
{
	xa_release(xa, k->index);
	if (k->reserved)
		forget(k);
}

static void op_mark(struct xarray *xa, struct key *k)
{
	xa_mark_t mark = next_random() % 3;
	bool set = next_random() & 1;

	if (set)
		xa_set_mark(xa, k->index, mark);
	else
		xa_clear_mark(xa, k->index, mark);
	if (k->entry || k->reserved)
		k->marked[mark] = set;
}

static void check_key(struct xarray *xa, const struct key *k)
{
	xa_mark_t mark;

	assert_ptr_equal(xa_load(xa, k->index), k->entry);
	for (mark = 0; mark < 3; mark++)
		assert_int_equal(xa_get_mark(xa, k->index, mark), k->marked[mark]);
}

static const struct key *oracle_find(unsigned long from, unsigned long max, xa_mark_t filter)
{
	const struct key *k;

	for (k = keys; k < keys + KEYS && k->index <= max; k++)
		if (k->index >= from && k->entry && (filter == XA_PRESENT || k->marked[filter]))
			return k;
	return NULL;
}

static void op_find(struct xarray *xa, struct key *k)
{
	static const xa_mark_t filters[] = { XA_PRESENT, XA_MARK_0, XA_MARK_1, XA_MARK_2 };
	xa_mark_t filter = filters[next_random() % 4];
	unsigned long max = next_random() & 1 ? ULONG_MAX : pick()->index, index = k->index;
	const struct key *want = oracle_find(index, max, filter);
	void *entry = xa_find(xa, &index, max, filter);

	assert_ptr_equal(entry, want ? want->entry : NULL);
	assert_int_equal(index, want ? want->index : k->index);
	want = index == ULONG_MAX ? NULL : oracle_find(index + 1, max, filter);
	assert_ptr_equal(xa_find_after(xa, &index, max, filter), want ? want->entry : NULL);
}

static void check_all(struct xarray *xa)
{
	const struct key *want = oracle_find(0, ULONG_MAX, XA_PRESENT);
	unsigned long index;
	size_t reserved = 0, i;
	void *entry;

	xa_for_each(xa, index, entry) {
		assert_non_null(want);
		assert_int_equal(index, want->index);
		assert_ptr_equal(entry, want->entry);
		want = index == ULONG_MAX ? NULL : oracle_find(index + 1, ULONG_MAX, XA_PRESENT);
	}
	assert_null(want);
	for (i = 0; i < KEYS; i++)
		reserved += keys[i].reserved;
	assert_int_equal(xa_empty(xa), !reserved && !oracle_find(0, ULONG_MAX, XA_PRESENT));
}

static void random_op(struct xarray *xa)
{
	static void (*const ops[])(struct xarray *, struct key *) = {
		op_store, op_store, op_erase, op_erase, op_insert, op_cmpxchg, op_reserve,
		op_release, op_mark, op_mark, op_find,
	};
	struct key *k = pick();

	if (next_random() % 4 == 0)
		shim_fail_nth(1 + next_random() % 6);
	ops[next_random() % ARRAY_SIZE(ops)](xa, k);
	shim_fail_reset();
	check_key(xa, k);
}

static void xarray_oracle(void **state)
{
	long nodes = nodes_settled();
	struct xarray xa;
	int i, round;

	(void)state;
	seed = 0x9e3779b97f4a7c15ull;
	for (round = 0; round < 10; round++) {
		make_keys();
		xa_init(&xa);
		for (i = 0; i < STEPS(20000); i++)
			random_op(&xa);
		check_all(&xa);
		xa_destroy(&xa);
		assert_true(xa_empty(&xa));
		rcu_barrier();
		assert_int_equal(shim_xa_nodes_live(), nodes);
	}
}

/* Erasing everything, in any order, leaves no node behind and no mark. */
static void xarray_empties(void **state)
{
	long nodes = nodes_settled();
	DEFINE_XARRAY(xa);
	unsigned long i;

	(void)state;
	for (i = 0; i < 5000; i++)
		assert_null(xa_store(&xa, i * 77, xa_mk_value(i), GFP_KERNEL));
	assert_true(shim_xa_nodes_live() > nodes);
	for (i = 0; i < 5000; i++)
		assert_ptr_equal(xa_erase(&xa, (i * 1237 % 5000) * 77),
				 xa_mk_value(i * 1237 % 5000));
	assert_true(xa_empty(&xa));
	rcu_barrier();
	assert_int_equal(shim_xa_nodes_live(), nodes);
}

static void xarray_head_needs_no_node(void **state)
{
	long nodes = nodes_settled();
	DEFINE_XARRAY(xa);

	(void)state;
	shim_fail_nth(1);
	assert_null(xa_store(&xa, 0, &xa, GFP_KERNEL));
	assert_false(shim_fail_fired());
	assert_int_equal(shim_xa_nodes_live(), nodes);
	assert_int_equal(xa_err(xa_store(&xa, 1, &xa, GFP_KERNEL)), -ENOMEM);
	assert_ptr_equal(xa_load(&xa, 0), &xa);
	assert_null(xa_store(&xa, 1, &nodes, GFP_KERNEL));
	assert_int_equal(shim_xa_nodes_live(), nodes + 1);
	assert_ptr_equal(xa_erase(&xa, 1), &nodes);
	rcu_barrier();
	assert_int_equal(shim_xa_nodes_live(), nodes);
	assert_ptr_equal(xa_erase(&xa, 0), &xa);
}

static void xarray_entries(void **state)
{
	DEFINE_XARRAY(xa);

	(void)state;
	assert_true(xa_is_value(xa_mk_value(7)));
	assert_int_equal(xa_to_value(xa_mk_value(7)), 7);
	assert_int_equal(xa_err(XA_ERROR(-ENOMEM)), -ENOMEM);
	assert_int_equal(xa_err(XA_ERROR(-4095)), -4095);
	assert_false(xa_is_err(&xa));
	assert_false(xa_is_err(NULL));
	assert_int_equal(xa_err(xa_store(&xa, 3, XA_ERROR(-EIO), GFP_KERNEL)), -EINVAL);
	assert_true(xa_empty(&xa));
}

/*
 * Allocation
 */

static bool taken[IDS + 1];

static long oracle_lowest(u32 min, u32 max)
{
	for (; min <= max; min++)
		if (!taken[min])
			return min;
	return -1;
}

static void alloc_step(struct xarray *xa, u32 least)
{
	u32 min = next_random() % IDS, max = min + next_random() % (IDS - min), id = IDS;
	long want = oracle_lowest(min > least ? min : least, max);
	bool reserve = next_random() % 8 == 0;
	int ret;

	ret = xa_alloc(xa, &id, reserve ? NULL : xa_mk_value(min), XA_LIMIT(min, max), GFP_KERNEL);
	if (ret == -ENOMEM) {
		assert_true(shim_fail_fired());
		return;
	}
	assert_int_equal(ret, want < 0 ? -EBUSY : 0);
	if (ret)
		return;
	assert_int_equal(id, want);
	assert_ptr_equal(xa_load(xa, id), reserve ? NULL : xa_mk_value(min));
	taken[id] = true;
}

/* Drift from nearly empty to nearly full and back: more taken than freed in the middle. */
static bool rising(int i, int steps)
{
	return (int)(next_random() % steps) > abs(i - steps / 2);
}

static void alloc_oracle(u32 flags, u32 least)
{
	struct xarray xa;
	int i;

	memset(taken, 0, sizeof(taken));
	xa_init_flags(&xa, flags);
	for (i = 0; i < STEPS(100000); i++) {
		u32 id = next_random() % IDS;

		if (next_random() % 8 == 0)
			shim_fail_nth(1 + next_random() % 3);
		if (rising(i, STEPS(100000))) {
			alloc_step(&xa, least);
		} else {
			xa_erase(&xa, id);
			taken[id] = false;
		}
		shim_fail_reset();
	}
	xa_destroy(&xa);
}

static void xarray_alloc(void **state)
{
	(void)state;
	alloc_oracle(XA_FLAGS_ALLOC, 0);
	alloc_oracle(XA_FLAGS_ALLOC1, 1);
}

static void xarray_alloc_null_reserves(void **state)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id;

	(void)state;
	assert_null(xa_store(&xa, 0, NULL, GFP_KERNEL));
	assert_false(xa_empty(&xa));
	assert_int_equal(xa_alloc(&xa, &id, &xa, xa_limit_32b, GFP_KERNEL), 0);
	assert_int_equal(id, 1);
	assert_null(xa_erase(&xa, 0));
	assert_int_equal(xa_alloc(&xa, &id, &xa, xa_limit_32b, GFP_KERNEL), 0);
	assert_int_equal(id, 0);
	xa_destroy(&xa);
}

static void xarray_alloc_cyclic(void **state)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id, next = 0, i;

	(void)state;
	for (i = 1; i <= 10; i++) {
		assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(1, 10), &next, GFP_KERNEL),
				 0);
		assert_int_equal(id, i);
	}
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(1, 10), &next, GFP_KERNEL),
			 -EBUSY);
	xa_erase(&xa, 4);
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(1, 10), &next, GFP_KERNEL), 1);
	assert_int_equal(id, 4);
	xa_erase(&xa, 4);
	next = 3;
	assert_int_equal(xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(1, 10), &next, GFP_KERNEL), 0);
	assert_int_equal(id, 4);
	xa_destroy(&xa);
}

/*
 * IDA
 */

static void ida_step(struct ida *ida)
{
	u32 min = next_random() % IDS, max = min + next_random() % (IDS - min);
	long want = oracle_lowest(min, max);
	int id = ida_alloc_range(ida, min, max, GFP_KERNEL);

	if (id == -ENOMEM) {
		assert_true(shim_fail_fired());
		return;
	}
	assert_int_equal(id, want < 0 ? -ENOSPC : want);
	if (id >= 0)
		taken[id] = true;
}

static void ida_oracle(void **state)
{
	DEFINE_IDA(ida);
	long live;
	u32 i;

	(void)state;
	rcu_barrier();
	live = shim_alloc_live();
	memset(taken, 0, sizeof(taken));
	for (i = 0; i < STEPS(200000); i++) {
		u32 id = next_random() % IDS;

		if (next_random() % 8 == 0)
			shim_fail_nth(1 + next_random() % 3);
		if (!taken[id] || rising(i, STEPS(200000)))
			ida_step(&ida);
		else
			ida_free(&ida, id);
		shim_fail_reset();
		taken[id] = ida_exists(&ida, id);
	}
	for (i = 0; i < IDS; i++) {
		assert_int_equal(ida_exists(&ida, i), taken[i]);
		if (taken[i])
			ida_free(&ida, i);
	}
	assert_true(ida_is_empty(&ida));
	rcu_barrier();
	assert_int_equal(shim_alloc_live(), live);
}

static void ida_edges(void **state)
{
	const int full = SHIM_TSAN ? 1 << 17 : 1 << 20;
	DEFINE_IDA(ida);
	int i;

	(void)state;
	assert_int_equal(ida_alloc_min(&ida, INT_MAX, GFP_KERNEL), INT_MAX);
	assert_int_equal(ida_alloc_min(&ida, INT_MAX, GFP_KERNEL), -ENOSPC);
	assert_int_equal(ida_alloc_min(&ida, 0x80000000u, GFP_KERNEL), -ENOSPC);
	assert_int_equal(ida_alloc_max(&ida, 0, GFP_KERNEL), 0);
	assert_int_equal(ida_alloc_max(&ida, 0, GFP_KERNEL), -ENOSPC);
	for (i = 1; i < full; i++)
		assert_int_equal(ida_alloc_max(&ida, full - 1, GFP_KERNEL), i);
	assert_int_equal(ida_alloc_max(&ida, full - 1, GFP_KERNEL), -ENOSPC);
	ida_free(&ida, 77777);
	assert_int_equal(ida_alloc(&ida, GFP_KERNEL), 77777);
	ida_destroy(&ida);
	assert_true(ida_is_empty(&ida));
	rcu_barrier();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(xarray_entries),
		cmocka_unit_test(xarray_head_needs_no_node),
		cmocka_unit_test(xarray_empties),
		cmocka_unit_test(xarray_oracle),
		cmocka_unit_test(xarray_alloc),
		cmocka_unit_test(xarray_alloc_null_reserves),
		cmocka_unit_test(xarray_alloc_cyclic),
		cmocka_unit_test(ida_oracle),
		cmocka_unit_test(ida_edges),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("shim/xarray", tests, NULL, NULL);
}
