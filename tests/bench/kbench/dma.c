// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replacing a live PASID's domain while the device reaches memory through it.
 *
 * One thread keeps the engine busy: batch after batch of reads and writes of
 * one page's address, a quarter each of reads and writes with and without a
 * translation of the device's own (ATS).  Meanwhile the caller replaces the
 * PASID's domain by another and back, which map that address to a page of
 * their own.  Whichever was in place, a transfer must reach one of the two:
 * one that was refused is *aborted*, one that brought or left something else is
 * *wrong*.  Before and after, while nothing is replaced, every transfer must
 * reach the domain in place.
 *
 * A page is 64 *cells* of 64 bytes, one for each transfer of a batch, so that
 * each write can be looked for where it belongs.
 *
 * Locking: run_lock in main.c; the thread's counts are read after it ended.
 *
 * The hard rule: the first replace waits for the first batch, a replace is
 * counted only while the thread runs, and a run in which the engine did nothing
 * has failed.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../../../kmod/pasidlab.h"
#include "bench.h"

#define IOVA		0x200000000ULL
#define CELL		64
#define BATCH		(PAGE_SIZE / CELL)
#define WORD		8	/* bytes of a transfer */
#define BOTH		2

/**
 * struct traffic - what the thread does
 * @b: the run
 * @page: what the two domains lead to
 * @hash: of a cell to read, there
 * @descs: a batch
 * @round: batches so far; part of what is written
 * @going: a batch is done, or there will be none
 * @ret: why it ended, 0 when it was told to
 */
struct traffic {
	struct bench *b;
	void *page[BOTH];
	u64 hash[BOTH];
	struct pl_dma_desc descs[BATCH];
	u64 round;
	struct completion going;
	int ret;
};

static bool is_read(unsigned int i)
{
	return !(i & 1);
}

/* No two writes of a run are the same, and none is all zeroes. */
static u64 word_of(const struct traffic *t, unsigned int i)
{
	return (t->round * BATCH + i + 1) * 0x9e3779b97f4a7c15ULL;
}

static int batch_run(struct traffic *t)
{
	unsigned int i;

	t->round++;
	for (i = 0; i < BATCH; i++)
		t->descs[i] = (struct pl_dma_desc) {
			.op = is_read(i) ? PL_DMA_READ : PL_DMA_FILL,
			.flags = i & 2 ? PL_DMA_ATS : 0,
			.pasid = BENCH_FIRST_PASID,
			.len = WORD,
			.src = is_read(i) ? IOVA + i * CELL : 0,
			.dst = is_read(i) ? 0 : IOVA + i * CELL,
			.pattern = word_of(t, i),
		};
	return t->b->side->dma(t->b, t->descs, BATCH);
}

/* Did transfer @i reach page @which? */
static bool reached(const struct traffic *t, unsigned int i, unsigned int which)
{
	if (is_read(i))
		return t->descs[i].hash == t->hash[which];
	return READ_ONCE(*(u64 *)(t->page[which] + i * CELL)) == word_of(t, i);
}

static void batch_judge(struct traffic *t)
{
	struct bench_dma *c = &t->b->dma;
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		if (t->descs[i].status == PL_DMA_REFUSED)
			c->aborted++;
		else if (!reached(t, i, 0) && !reached(t, i, 1))
			c->wrong++;
	}
	c->transfers += BATCH;
}

static int traffic_thread(void *arg)
{
	struct traffic *t = arg;

	while (!kthread_should_stop() && !t->ret) {
		t->ret = batch_run(t);
		if (!t->ret)
			batch_judge(t);
		complete(&t->going);
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* What is wrong with transfer @i while @which alone is in place, for b->why. */
static void describe(struct traffic *t, unsigned int i, unsigned int which)
{
	const struct pl_dma_desc *d = &t->descs[i];
	const char *end = "reached neither domain";

	if (d->status != PL_DMA_OK)
		end = "was refused";
	else if (reached(t, i, !which))
		end = "reached the domain that was in place before";
	snprintf(t->b->text, sizeof(t->b->text), "a %s%s after %u replaces, "
		 "with domain %u alone in place, %s (batch %llu)",
		 is_read(i) ? "read" : "write", d->flags & PL_DMA_ATS ? " through the ATC" : "",
		 t->b->dma.replaces, which, end, t->round);
	t->b->why = t->b->text;
}

/* Nothing is replaced: all of a batch must reach @which. */
static int all_reach(struct traffic *t, unsigned int which)
{
	unsigned int i;
	int ret = batch_run(t);

	for (i = 0; i < BATCH && !ret; i++) {
		if (t->descs[i].status == PL_DMA_OK && reached(t, i, which))
			continue;
		describe(t, i, which);
		ret = -EIO;
	}
	return ret;
}

/* The engine tells what it reads in each page; that is how it is known again. */
static int learn(struct traffic *t, void **dom)
{
	struct bench *b = t->b;
	unsigned int which;
	int ret = 0;

	for (which = 0; which < BOTH && !ret; which++) {
		memset(t->page[which], 0x11 * (which + 1), PAGE_SIZE);
		ret = b->side->attach(b, BENCH_FIRST_PASID, dom[which]);
		if (ret)
			break;
		ret = batch_run(t);
		t->hash[which] = t->descs[0].hash;
		if (!ret)
			ret = all_reach(t, which);
		b->side->detach(b, BENCH_FIRST_PASID, dom[which]);
	}
	if (!ret && t->hash[0] == t->hash[1])
		ret = -EIO;
	return ret;
}

static int replaces(struct traffic *t, void **dom, u32 n)
{
	struct task_struct *thread = kthread_run(traffic_thread, t, "pasidlab-traffic");
	struct bench *b = t->b;
	unsigned int now = 0;
	int ret = 0;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wait_for_completion(&t->going);
	while (b->dma.replaces < n && !ret && !READ_ONCE(t->ret)) {
		ret = b->side->replace(b, BENCH_FIRST_PASID, dom[!now]);
		if (ret)
			break;
		now = !now;
		b->dma.replaces++;
		cond_resched();
	}
	kthread_stop(thread);
	b->dma.in_place = now;
	return ret ? ret : t->ret;
}

static int on_live_pasid(struct traffic *t, void **dom, u32 n)
{
	struct bench *b = t->b;
	int ret = b->side->attach(b, BENCH_FIRST_PASID, dom[0]);

	if (ret)
		return ret;
	ret = replaces(t, dom, n);
	if (!ret && !b->dma.transfers) {
		b->why = "the engine did nothing while domains were replaced";
		ret = -EIO;
	}
	if (!ret)
		ret = all_reach(t, b->dma.in_place);
	b->side->detach(b, BENCH_FIRST_PASID, dom[b->dma.in_place]);
	return ret;
}

static void domain_drop(struct traffic *t, void *dom)
{
	t->b->side->unmap(dom, IOVA, PAGE_SIZE);
	t->b->side->domain_free(t->b, dom);
}

static int with_domains(struct traffic *t, u32 n, void **dom)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < BOTH; i++) {
		dom[i] = t->b->side->domain_new(t->b);
		if (IS_ERR(dom[i])) {
			ret = PTR_ERR(dom[i]);
			break;
		}
		ret = t->b->side->map(dom[i], IOVA, virt_to_phys(t->page[i]), PAGE_SIZE);
		if (ret) {
			t->b->side->domain_free(t->b, dom[i]);
			break;
		}
	}
	if (!ret)
		ret = learn(t, dom);
	if (!ret)
		ret = on_live_pasid(t, dom, n);
	while (i--)
		domain_drop(t, dom[i]);
	return ret;
}

static int with_pages(struct traffic *t, u32 n)
{
	void *dom[BOTH];
	int ret = -ENOMEM;

	t->page[0] = (void *)__get_free_page(GFP_KERNEL);
	t->page[1] = (void *)__get_free_page(GFP_KERNEL);
	if (t->page[0] && t->page[1])
		ret = with_domains(t, n, dom);
	free_page((unsigned long)t->page[1]);
	free_page((unsigned long)t->page[0]);
	return ret;
}

/**
 * bench_dma() - replace under DMA
 * @b: a run whose side is open; its counts are in b->dma afterwards
 * @n: replaces
 *
 * Context: may sleep; minutes for a million.
 * Return: 0 whatever became of the transfers, -EOPNOTSUPP with b->why where the
 * side cannot, or what the first failing call said.
 */
int bench_dma(struct bench *b, u32 n)
{
	struct traffic *t;
	int ret;

	memset(&b->dma, 0, sizeof(b->dma));
	if (!b->side->replace) {
		b->why = "this kernel has no replace for a PASID";
		return -EOPNOTSUPP;
	}
	t = kvzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->b = b;
	init_completion(&t->going);
	b->dma.breaks = b->side->breaks(b);
	ret = b->side->dma_open ? b->side->dma_open(b) : 0;
	if (!ret) {
		ret = with_pages(t, n);
		if (b->side->dma_close)
			b->side->dma_close(b);
	}
	kvfree(t);
	return ret;
}
