// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crowd: threads that map and unmap at once, each in a domain of its own and
 * on a processor of its own.
 *
 * Every unmap invalidates and waits, so what they share is the unit's queue.
 * A sample is the time of a round over its unmaps: 1 over the throughput of
 * maps and unmaps.  Where one wait serves unmaps of several threads, there are
 * fewer waits than calls.
 *
 * Locking: run_lock in main.c; a thread's result is read after it ended.
 *
 * The hard rule: no thread begins before all are there, and the clock stops
 * when the last has ended.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#include "bench.h"

#define CROWD_MAX	2
#define CROWD_OPS	500	/* of each thread in a round */
#define CROWD_WARM	3
#define IOVA		0x180000000ULL

static const char *const crowd_names[CROWD_MAX] = { "crowd-1", "crowd-2" };

/**
 * struct crowd_member - a thread
 * @b: the run
 * @dom: its domain
 * @mem: the page that it maps
 * @go: all are there
 * @ended: it is done
 * @ret: 0 or -errno
 */
struct crowd_member {
	struct bench *b;
	void *dom;
	phys_addr_t mem;
	struct completion *go;
	struct completion ended;
	int ret;
};

static int member_work(struct crowd_member *m)
{
	u32 i;
	int ret;

	for (i = 0; i < CROWD_OPS; i++) {
		ret = m->b->side->map(m->dom, IOVA, m->mem, PAGE_SIZE);
		if (ret)
			return ret;
		if (m->b->side->unmap(m->dom, IOVA, PAGE_SIZE) != PAGE_SIZE)
			return -EIO;
	}
	return 0;
}

static int member_thread(void *arg)
{
	struct crowd_member *m = arg;

	wait_for_completion(m->go);
	m->ret = member_work(m);
	complete(&m->ended);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* The @n threads of a round, each on its processor, waiting for @go. */
static int threads_new(struct crowd_member *m, struct task_struct **threads, u32 n)
{
	unsigned int cpu = cpumask_first(cpu_online_mask);
	u32 i;

	for (i = 0; i < n; i++) {
		init_completion(&m[i].ended);
		m[i].ret = -EINTR;
		threads[i] = kthread_create(member_thread, &m[i], "pasidlab-crowd/%u", i);
		if (IS_ERR(threads[i]))
			break;
		kthread_bind(threads[i], cpu);
		cpu = cpumask_next(cpu, cpu_online_mask);
		wake_up_process(threads[i]);
	}
	return i == n ? 0 : i ? -EAGAIN : -ENOMEM;
}

static int crowd_round(struct bench *b, struct crowd_member *m, u32 n, struct bench_series *s)
{
	struct task_struct *threads[CROWD_MAX] = {};
	DECLARE_COMPLETION_ONSTACK(go);
	u32 i, samples = s ? s->n : 0;
	u64 start;
	int ret;

	for (i = 0; i < n; i++)
		m[i].go = &go;
	ret = threads_new(m, threads, n);
	start = bench_begin(b);
	complete_all(&go);
	for (i = 0; i < n && !IS_ERR_OR_NULL(threads[i]); i++)
		wait_for_completion(&m[i].ended);
	if (s)
		bench_end(b, s, start);
	for (i = 0; i < n && !IS_ERR_OR_NULL(threads[i]); i++) {
		kthread_stop(threads[i]);
		ret = ret ? ret : m[i].ret;
	}
	if (s && s->n > samples)
		s->v[samples] /= n * CROWD_OPS;
	if (s && b->counting)
		s->calls += n * CROWD_OPS - 1;
	return ret;
}

static int crowd_rounds(struct bench *b, struct crowd_member *m, u32 n)
{
	struct bench_series *s = bench_series(b, crowd_names[n - 1], b->crowd);
	u32 i, rounds = b->counting ? 1 : b->crowd;
	int ret = 0;

	if (IS_ERR(s))
		return PTR_ERR(s);
	for (i = 0; i < CROWD_WARM + rounds && !ret; i++)
		ret = crowd_round(b, m, n, i < CROWD_WARM ? NULL : s);
	return ret;
}

static int member_join(struct bench *b, struct crowd_member *m, u32 i)
{
	int ret;

	m->b = b;
	m->mem = page_to_phys(b->pages) + i * PAGE_SIZE;
	m->dom = b->side->domain_new(b);
	if (IS_ERR(m->dom))
		return PTR_ERR(m->dom);
	ret = b->side->attach(b, BENCH_FIRST_PASID + i, m->dom);
	if (ret)
		b->side->domain_free(b, m->dom);
	return ret;
}

static void member_leave(struct bench *b, struct crowd_member *m, u32 i)
{
	b->side->detach(b, BENCH_FIRST_PASID + i, m->dom);
	b->side->domain_free(b, m->dom);
}

static int crowd_of(struct bench *b, u32 n)
{
	struct crowd_member m[CROWD_MAX];
	int ret = 0;
	u32 i;

	for (i = 0; i < n && !ret; i++)
		ret = member_join(b, &m[i], i);
	if (ret)
		i--;
	else
		ret = crowd_rounds(b, m, n);
	while (i--)
		member_leave(b, &m[i], i);
	return ret;
}

/**
 * bench_crowd() - map and unmap on as many processors as there are
 * @b: a run whose side is open and whose pages are there
 *
 * Context: may sleep.
 * Return: 0, or what the first failing call said.
 */
int bench_crowd(struct bench *b)
{
	u32 n;
	int ret = 0;

	for (n = 1; n <= min_t(u32, CROWD_MAX, num_online_cpus()) && !ret; n++)
		ret = crowd_of(b, n);
	return ret;
}
