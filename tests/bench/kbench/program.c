// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program: which operations, in which order, how often.  Both sides run
 * this file.
 *
 * Every series is warmed up first: table pages, slabs and index nodes that come
 * with the first use are there when the first sample is taken.  What a sample
 * needs besides the call under test (a domain to attach, a page to unmap) is
 * made outside of it.
 *
 * Mapped memory is physically contiguous but lies one page off a 2 MiB
 * boundary, so both sides use 4 KiB leaves.  A neighbour stays mapped beside
 * the single page, so that its leaf table lives on; the 512 pages fill a leaf
 * table of their own, which may go with them.
 *
 * The hard rule: after each series everything is detached and unmapped again,
 * whatever failed.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bench.h"

#define WARM		16
#define COUNTED_OPS	32
#define IOVA_NEAR	0x100000000ULL	/* the neighbour */
#define IOVA_ONE	(IOVA_NEAR + PAGE_SIZE)
#define IOVA_MANY	0x140000000ULL
#define MANY		512

/*
 * What earlier calls left to be done later is done now, and what follows begins
 * right after a tick: so that long samples meet the same of both in every boot.
 */
static void settle(void)
{
	kvfree_rcu_barrier();
	rcu_barrier();
	msleep(30);
}

static u32 rounds_of(const struct bench *b)
{
	return b->counting ? 1 : b->rounds;
}

static u32 ops_of(const struct bench *b)
{
	return b->counting ? min_t(u32, COUNTED_OPS, b->ops) : b->ops;
}

/* What the two readings of the clock cost by themselves. */
static int run_nothing(struct bench *b)
{
	struct bench_series *s = bench_series(b, "nothing", b->ops);
	u64 start;
	u32 i;

	if (IS_ERR(s))
		return PTR_ERR(s);
	for (i = 0; i < ops_of(b); i++) {
		start = bench_begin(b);
		barrier();
		bench_end(b, s, start);
	}
	return 0;
}

static int one_pair(struct bench *b, void *dom, struct bench_series *on, struct bench_series *off)
{
	u64 start = bench_begin(b);
	int ret = b->side->attach(b, BENCH_FIRST_PASID, dom);

	if (ret)
		return ret;
	if (on)
		bench_end(b, on, start);
	start = bench_begin(b);
	b->side->detach(b, BENCH_FIRST_PASID, dom);
	if (off)
		bench_end(b, off, start);
	cond_resched();
	return 0;
}

static int pairs(struct bench *b, void *dom)
{
	struct bench_series *on = bench_series(b, "attach", b->ops);
	struct bench_series *off = bench_series(b, "detach", b->ops);
	int ret = 0;
	u32 i;

	if (IS_ERR(on) || IS_ERR(off))
		return -ENOMEM;
	settle();
	for (i = 0; i < WARM && !ret; i++)
		ret = one_pair(b, dom, NULL, NULL);
	for (i = 0; i < ops_of(b) && !ret; i++)
		ret = one_pair(b, dom, on, off);
	return ret;
}

static int run_pairs(struct bench *b)
{
	void *dom = b->side->domain_new(b);
	int ret;

	if (IS_ERR(dom))
		return PTR_ERR(dom);
	ret = pairs(b, dom);
	b->side->domain_free(b, dom);
	return ret;
}

static int replaces(struct bench *b, void **dom)
{
	struct bench_series *s = bench_series(b, "replace", b->ops);
	u64 start;
	int ret;
	u32 i;

	if (IS_ERR(s))
		return PTR_ERR(s);
	settle();
	ret = b->side->attach(b, BENCH_FIRST_PASID, dom[1]);
	if (ret)
		return ret;
	for (i = 0; i < WARM + ops_of(b) && !ret; i++) {
		start = bench_begin(b);
		ret = b->side->replace(b, BENCH_FIRST_PASID, dom[i & 1]);
		if (!ret && i >= WARM)
			bench_end(b, s, start);
		cond_resched();
	}
	b->side->detach(b, BENCH_FIRST_PASID, dom[!(i & 1)]);
	return ret;
}

static void domains_free(struct bench *b, void **doms, u32 n)
{
	while (n--)
		b->side->domain_free(b, doms[n]);
	kvfree(doms);
}

static void **domains_new(struct bench *b, u32 n)
{
	void **doms = kvmalloc_array(n, sizeof(*doms), GFP_KERNEL);
	u32 i;

	if (!doms)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < n; i++) {
		doms[i] = b->side->domain_new(b);
		if (IS_ERR(doms[i])) {
			void *err = doms[i];

			domains_free(b, doms, i);
			return err;
		}
	}
	return doms;
}

static int run_replace(struct bench *b)
{
	void **doms;
	int ret;

	if (!b->side->replace)
		return 0;
	doms = domains_new(b, 2);
	if (IS_ERR(doms))
		return PTR_ERR(doms);
	ret = replaces(b, doms);
	domains_free(b, doms, 2);
	return ret;
}

/**
 * struct mass - attaching a domain, or as many as there are, to many PASIDs
 * @each: every attach
 * @first: those of the first tenth of a round
 * @last: those of its last tenth: the same cost where attaching is linear
 * @all: the detach of all
 */
struct mass {
	struct bench_series *each;
	struct bench_series *first;
	struct bench_series *last;
	struct bench_series *all;
};

static const char *const mass_names[2][4] = {
	{ "attach-own", "attach-own-first", "attach-own-last", "detach-all-own" },
	{ "attach-shared", "attach-shared-first", "attach-shared-last", "detach-all-shared" },
};

static int mass_series(struct bench *b, bool shared, struct mass *m)
{
	const char *const *name = mass_names[shared];
	u32 tenth = max(b->pasids / 10, 1u);

	m->each = bench_series(b, name[0], b->rounds * b->pasids);
	m->first = bench_series(b, name[1], b->rounds * tenth);
	m->last = bench_series(b, name[2], b->rounds * tenth);
	m->all = bench_series(b, name[3], b->rounds);
	return IS_ERR(m->each) || IS_ERR(m->first) || IS_ERR(m->last) || IS_ERR(m->all) ?
	       -ENOMEM : 0;
}

/* A sample of the first or last tenth stands in two series. */
static void mass_note(struct bench *b, struct mass *m, u32 i)
{
	u32 tenth = max(b->pasids / 10, 1u);
	struct bench_series *s = i < tenth ? m->first : i >= b->pasids - tenth ? m->last : NULL;

	if (s && !b->counting && s->n < s->room)
		s->v[s->n++] = m->each->v[m->each->n - 1];
}

static int mass_round(struct bench *b, struct mass *m, void **doms, bool shared, bool warm)
{
	u64 start;
	int ret = 0;
	u32 i;

	settle();
	for (i = 0; i < b->pasids; i++) {
		start = bench_begin(b);
		ret = b->side->attach(b, BENCH_FIRST_PASID + i, doms[shared ? 0 : i]);
		if (ret)
			break;
		if (!warm) {
			bench_end(b, m->each, start);
			mass_note(b, m, i);
		}
		cond_resched();
	}
	settle();
	start = bench_begin(b);
	b->side->detach_all(b, doms, i, shared);
	if (!warm && !ret)
		bench_end(b, m->all, start);
	cond_resched();
	return ret;
}

static int run_mass(struct bench *b, bool shared)
{
	u32 i, n = shared ? 1 : b->pasids;
	struct mass m;
	void **doms;
	int ret = mass_series(b, shared, &m);

	if (ret)
		return ret;
	doms = domains_new(b, n);
	if (IS_ERR(doms))
		return PTR_ERR(doms);
	ret = mass_round(b, &m, doms, shared, true);
	for (i = 0; i < rounds_of(b) && !ret; i++)
		ret = mass_round(b, &m, doms, shared, false);
	domains_free(b, doms, n);
	return ret;
}

/* Series by sharers and pages; names are never freed, so they stand here. */
struct mapping {
	u32 sharers;
	u32 pages;
	u64 iova;
	const char *map;
	const char *unmap;
};

static const struct mapping mappings[] = {
	{ 1, 1, IOVA_ONE, "map-1-on-1", "unmap-1-on-1" },
	{ 1, MANY, IOVA_MANY, "map-512-on-1", "unmap-512-on-1" },
	{ 8, 1, IOVA_ONE, "map-1-on-8", "unmap-1-on-8" },
	{ 8, MANY, IOVA_MANY, "map-512-on-8", "unmap-512-on-8" },
	{ BENCH_SHARERS, 1, IOVA_ONE, "map-1-on-64", "unmap-1-on-64" },
	{ BENCH_SHARERS, MANY, IOVA_MANY, "map-512-on-64", "unmap-512-on-64" },
};

static phys_addr_t memory(const struct bench *b)
{
	return page_to_phys(b->pages) + PAGE_SIZE;
}

static int one_mapping(struct bench *b, void *dom, const struct mapping *m,
		       struct bench_series *on, struct bench_series *off)
{
	size_t size = m->pages * PAGE_SIZE, gone;
	u64 start = bench_begin(b);
	int ret = b->side->map(dom, m->iova, memory(b), size);

	if (ret)
		return ret;
	if (on)
		bench_end(b, on, start);
	start = bench_begin(b);
	gone = b->side->unmap(dom, m->iova, size);
	if (off)
		bench_end(b, off, start);
	cond_resched();
	return gone == size ? 0 : -EIO;
}

static int mapping_series(struct bench *b, void *dom, const struct mapping *m)
{
	struct bench_series *on = bench_series(b, m->map, b->ops);
	struct bench_series *off = bench_series(b, m->unmap, b->ops);
	int ret = 0;
	u32 i;

	if (IS_ERR(on) || IS_ERR(off))
		return -ENOMEM;
	settle();
	for (i = 0; i < WARM && !ret; i++)
		ret = one_mapping(b, dom, m, NULL, NULL);
	for (i = 0; i < ops_of(b) && !ret; i++)
		ret = one_mapping(b, dom, m, on, off);
	return ret;
}

static int mapping_on(struct bench *b, void *dom, const struct mapping *m)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < m->sharers && !ret; i++)
		ret = b->side->attach(b, BENCH_FIRST_PASID + i, dom);
	if (!ret)
		ret = mapping_series(b, dom, m);
	else
		i--;
	b->side->detach_all(b, &dom, i, true);
	return ret;
}

static int run_mappings(struct bench *b)
{
	void *dom = b->side->domain_new(b);
	int ret;
	u32 i;

	if (IS_ERR(dom))
		return PTR_ERR(dom);
	ret = b->side->map(dom, IOVA_NEAR, page_to_phys(b->pages), PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(mappings) && !ret; i++)
		ret = mapping_on(b, dom, &mappings[i]);
	b->side->unmap(dom, IOVA_NEAR, PAGE_SIZE);
	b->side->domain_free(b, dom);
	return ret;
}

static int one_pass(struct bench *b)
{
	int ret = run_nothing(b);

	if (!ret)
		ret = run_pairs(b);
	if (!ret)
		ret = run_replace(b);
	if (!ret)
		ret = run_mappings(b);
	if (!ret)
		ret = bench_crowd(b);
	if (!ret)
		ret = run_mass(b, false);
	return ret ? ret : run_mass(b, true);
}

static int counting_pass(struct bench *b)
{
	int ret = b->side->count_start ? b->side->count_start(b) : 0;

	if (ret)
		return ret;
	bench_witness_open(b);
	b->counting = true;
	ret = one_pass(b);
	b->counting = false;
	bench_witness_close(b);
	if (b->side->count_stop)
		b->side->count_stop(b);
	return ret;
}

/**
 * bench_program() - both passes
 * @b: a run whose side is open
 *
 * Context: may sleep; a minute in an emulator.
 * Return: 0, or what the first failing call said; b->why may say more.
 */
int bench_program(struct bench *b)
{
	int ret;

	if (b->max_pasids <= BENCH_FIRST_PASID + max_t(u32, b->pasids, BENCH_SHARERS)) {
		b->why = "the device has too few PASIDs";
		return -EOVERFLOW;
	}
	b->pages = alloc_pages(GFP_KERNEL, BENCH_PAGE_ORDER);
	if (!b->pages)
		return -ENOMEM;
	ret = one_pass(b);
	if (!ret)
		ret = counting_pass(b);
	__free_pages(b->pages, BENCH_PAGE_ORDER);
	return ret;
}
