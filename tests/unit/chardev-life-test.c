// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an open /dev/pasidlab holds, from its first request to the end of the
 * file: closing at every point, endpoints that go meanwhile, two files on one
 * device, every allocation failing, many threads on one file.
 *
 * The hard rule of these tests: whatever happened, nothing is left.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "lab.h"
#include "shim.h"
#include "shim_control.h"

#define IOVA	0x40000000ull
#define RW	(PL_PROT_READ | PL_PROT_WRITE)
#define HUGE	(2u << 20)

struct world {
	struct file *f;
	u32 dev, dev_b, dom, dom_b, pasid, aux;
};

static int world_up(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return lab_up();
}

static int world_down(void **state)
{
	free(*state);
	return lab_end();
}

static struct file *open_file(void)
{
	int ret;
	struct file *f = lab_open(&ret);

	assert_int_equal(ret, 0);
	return f;
}

/* A file with an enabled device, and a domain with a page. */
static void prepare(struct world *w)
{
	w->f = open_file();
	assert_int_equal(lab_dev_open(w->f, 0, &w->dev), 0);
	assert_int_equal(lab_enable(w->f, w->dev, 1), 0);
	assert_int_equal(lab_domain(w->f, w->dev, 0, &w->dom), 0);
	assert_int_equal(lab_map(w->f, w->dom, IOVA, lab_buffer(), PAGE_SIZE, RW), 0);
}

/*
 * Closing at every point of a life
 */

static void do_open_dev(struct world *w)
{
	assert_int_equal(lab_dev_open(w->f, 0, &w->dev), 0);
}

static void do_open_again(struct world *w)
{
	u32 dev;

	assert_int_equal(lab_dev_open(w->f, 0, &dev), 0);
	assert_int_equal(dev, w->dev);
}

static void do_open_b(struct world *w)
{
	assert_int_equal(lab_dev_open(w->f, 1, &w->dev_b), 0);
}

static void do_enable(struct world *w)
{
	assert_int_equal(lab_enable(w->f, w->dev, 1), 0);
}

static void do_enable_b(struct world *w)
{
	assert_int_equal(lab_enable(w->f, w->dev_b, 1), 0);
}

static void do_domain(struct world *w)
{
	assert_int_equal(lab_domain(w->f, w->dev, 0, &w->dom), 0);
}

static void do_domain_b(struct world *w)
{
	assert_int_equal(lab_domain(w->f, w->dev, PL_DOMAIN_STAGE2, &w->dom_b), 0);
}

static void do_map(struct world *w)
{
	assert_int_equal(lab_map(w->f, w->dom, IOVA, lab_buffer(), 3 * PAGE_SIZE, RW), 0);
	assert_int_equal(lab_map(w->f, w->dom_b, IOVA, lab_buffer(), PAGE_SIZE, RW), 0);
}

static void do_aux(struct world *w)
{
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux), 0);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev_b, w->dom, NULL), 0);
}

static void do_pasid(struct world *w)
{
	assert_int_equal(lab_pasid_alloc(w->f, w->dev, &w->pasid), 0);
}

static void do_set(struct world *w)
{
	assert_int_equal(lab_set(w->f, w->dev, w->pasid, w->dom_b), 0);
}

static void do_free_mode(struct world *w)
{
	assert_int_equal(lab_mode(w->f, w->dev, PL_MODE_FREE), 0);
}

static void do_rid(struct world *w)
{
	assert_int_equal(lab_set(w->f, w->dev, PL_NO_PASID_U, PL_HANDLE_IDENTITY), 0);
}

static void do_dma(struct world *w)
{
	assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA, PL_DMA_ATS, NULL), PL_DMA_OK);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->pasid, IOVA, 0, NULL), PL_DMA_OK);
}

static void do_detach_all(struct world *w)
{
	u32 n;

	assert_int_equal(lab_detach_all(w->f, w->dev, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(lab_detach_all(w->f, w->dev, &n), 0);
	assert_int_equal(n, 0);
}

static void do_rid_blocking(struct world *w)
{
	assert_int_equal(lab_set(w->f, w->dev, PL_NO_PASID_U, PL_HANDLE_BLOCKING), 0);
}

static void do_claim(struct world *w)
{
	assert_int_equal(lab_claim(w->f, w->dev, 1), 0);
	assert_int_equal(lab_claim(w->f, w->dev, 1), 0);
}

static void do_rid_again(struct world *w)
{
	assert_int_equal(lab_attach(w->f, PL_IOC_RID_ATTACH, w->dev, w->dom_b, NULL), 0);
}

static void (* const life[])(struct world *w) = {
	do_open_dev, do_open_again, do_open_b, do_enable, do_enable, do_enable_b, do_domain,
	do_domain_b, do_map, do_aux, do_pasid, do_set, do_dma, do_free_mode, do_rid,
	do_detach_all, do_rid_blocking, do_claim, do_rid_again,
};

static void close_after(struct world *w, size_t steps)
{
	size_t i;

	w->f = open_file();
	for (i = 0; i < steps; i++)
		life[i](w);
	lab_close(w->f);
	if (!lab_idle())
		fail_msg("something is left of a life of %zu steps", steps);
}

static void closing_at_any_point_leaves_nothing(void **state)
{
	size_t steps;

	for (steps = 0; steps <= ARRAY_SIZE(life); steps++)
		close_after(*state, steps);
}

static void closing_needs_no_memory(void **state)
{
	struct world *w = *state;
	unsigned long n;
	bool fired;
	size_t i;

	for (n = 1; ; n++) {
		w->f = open_file();
		for (i = 0; i < ARRAY_SIZE(life); i++)
			life[i](w);
		shim_fail_nth(n);
		lab_close(w->f);
		fired = shim_fail_fired();
		shim_fail_reset();
		assert_true(lab_idle());
		if (!fired)
			break;
	}
}

/*
 * Endpoints that go
 */

static void expect_gone(struct world *w)
{
	u32 n;

	assert_int_equal(lab_enable(w->f, w->dev, 1), -ENODEV);
	assert_int_equal(lab_mode(w->f, w->dev, 0), -ENODEV);
	assert_int_equal(lab_claim(w->f, w->dev, 1), -ENODEV);
	assert_int_equal(lab_domain(w->f, w->dev, 0, &n), -ENODEV);
	assert_int_equal(lab_pasid_alloc(w->f, w->dev, &n), -ENODEV);
	assert_int_equal(lab_pasid_free(w->f, w->dev, w->pasid), -ENODEV);
	assert_int_equal(lab_set(w->f, w->dev, w->pasid, w->dom), -ENODEV);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, NULL), -ENODEV);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_DETACH, w->dev, w->dom, NULL), -ENODEV);
	assert_int_equal(lab_attach(w->f, PL_IOC_RID_ATTACH, w->dev, w->dom, NULL), -ENODEV);
	assert_int_equal(lab_detach_all(w->f, w->dev, &n), -ENODEV);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->pasid, IOVA, 0, NULL), -ENODEV);
}

static void an_endpoint_may_go_with_everything_attached(void **state)
{
	struct world *w = *state;
	size_t i;
	u32 again;

	w->f = open_file();
	for (i = 0; life[i] != do_detach_all; i++)
		life[i](w);
	lab_unplug(0);
	expect_gone(w);
	assert_int_equal(lab_dev_open(w->f, 0, &again), -ENODEV);
	/* The other endpoint goes on. */
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_DETACH, w->dev_b, w->dom, NULL), 0);
	/* It comes again: another device, another handle; the old ones just go. */
	assert_int_equal(lab_plug(0), 0);
	assert_int_equal(lab_dev_open(w->f, 0, &again), 0);
	assert_int_not_equal(again, w->dev);
	assert_int_equal(lab_enable(w->f, again, 1), 0);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, again, w->dom, &w->aux), 0);
	assert_int_equal(lab_dma_read(w->f, again, w->aux, IOVA, PL_DMA_ATS, NULL), PL_DMA_OK);
	expect_gone(w);
	assert_int_equal(lab_free(w->f, w->dev), 0);
	assert_int_equal(lab_free(w->f, w->dev), 0);
	assert_int_equal(lab_free(w->f, w->dev), -ENOENT);
	lab_close(w->f);
}

static void a_file_may_outlive_its_endpoint(void **state)
{
	struct world *w = *state;

	prepare(w);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux), 0);
	assert_int_equal(lab_pasid_alloc(w->f, w->dev, &w->pasid), 0);
	lab_unplug(0);
	lab_close(w->f);
	assert_true(lab_idle());
	assert_int_equal(lab_plug(0), 0);
}

/*
 * Handles
 */

static void a_device_opened_twice_is_freed_twice(void **state)
{
	struct world *w = *state;
	u32 again;

	prepare(w);
	assert_int_equal(lab_dev_open(w->f, 0, &again), 0);
	assert_int_equal(again, w->dev);
	assert_int_equal(lab_free(w->f, again), 0);
	assert_int_equal(lab_free(w->f, w->dev), -EBUSY);
	assert_int_equal(lab_enable(w->f, w->dev, 0), 0);
	assert_int_equal(lab_free(w->f, w->dev), 0);
	assert_int_equal(lab_free(w->f, w->dev), -ENOENT);
	lab_close(w->f);
}

static void private_pasids_go_with_the_device(void **state)
{
	struct world *w = *state;
	u32 pasids[8];
	int i;

	prepare(w);
	for (i = 0; i < 8; i++)
		assert_int_equal(lab_pasid_alloc(w->f, w->dev, &pasids[i]), 0);
	assert_int_equal(lab_set(w->f, w->dev, pasids[3], w->dom), 0);
	assert_int_equal(lab_pasid_free(w->f, w->dev, pasids[3]), -EBUSY);
	assert_int_equal(lab_set(w->f, w->dev, pasids[3], PL_HANDLE_BLOCKING), 0);
	assert_int_equal(lab_pasid_free(w->f, w->dev, pasids[3]), 0);
	assert_int_equal(lab_pasid_free(w->f, w->dev, pasids[3]), -EACCES);
	assert_int_equal(lab_enable(w->f, w->dev, 0), 0);
	assert_int_equal(lab_free(w->f, w->dev), 0);
	lab_close(w->f);
}

static void modules_stay_while_a_handle_does(void **state)
{
	struct world *w = *state;
	long refs;

	prepare(w);
	/* Beside the open file's. */
	refs = shim_module_refs - 2;
	assert_int_equal(lab_enable(w->f, w->dev, 0), 0);
	assert_int_equal(lab_free(w->f, w->dev), 0);
	assert_int_equal(shim_module_refs, refs + 1);
	assert_int_equal(lab_free(w->f, w->dom), 0);
	assert_int_equal(shim_module_refs, refs);
	lab_close(w->f);
	assert_int_equal(shim_module_refs, refs - 1);
}

/*
 * Two files
 */

static void a_claim_keeps_the_other_file_out(void **state)
{
	struct world *w = *state;
	struct world o = { 0 };

	prepare(w);
	prepare(&o);
	assert_int_equal(lab_claim(w->f, w->dev, 1), 0);
	assert_int_equal(lab_claim(o.f, o.dev, 1), -EBUSY);
	assert_int_equal(lab_claim(o.f, o.dev, 0), -EINVAL);
	assert_int_equal(lab_attach(o.f, PL_IOC_AUX_ATTACH, o.dev, o.dom, &o.aux), -EBUSY);
	assert_int_equal(lab_attach(o.f, PL_IOC_RID_ATTACH, o.dev, o.dom, NULL), -EBUSY);
	assert_int_equal(lab_attach(w->f, PL_IOC_RID_ATTACH, w->dev, w->dom, NULL), 0);
	assert_int_equal(lab_attach(o.f, PL_IOC_RID_DETACH, o.dev, o.dom, NULL), -ENOENT);
	lab_close(w->f);
	assert_int_equal(lab_claim(o.f, o.dev, 1), 0);
	assert_int_equal(lab_claim(o.f, o.dev, 0), 0);
	assert_int_equal(lab_attach(o.f, PL_IOC_AUX_ATTACH, o.dev, o.dom, &o.aux), 0);
	lab_close(o.f);
}

static void the_end_of_a_file_leaves_the_others_alone(void **state)
{
	struct world *w = *state;
	struct world o = { 0 };
	u32 n;

	prepare(w);
	prepare(&o);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux), 0);
	assert_int_equal(lab_attach(o.f, PL_IOC_AUX_ATTACH, o.dev, o.dom, &o.aux), 0);
	assert_int_not_equal(w->aux, o.aux);
	assert_int_equal(lab_detach_all(o.f, o.dev, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA, PL_DMA_ATS, NULL), PL_DMA_OK);
	assert_int_equal(lab_attach(o.f, PL_IOC_AUX_ATTACH, o.dev, o.dom, &o.aux), 0);
	lab_close(w->f);
	assert_int_equal(lab_dma_read(o.f, o.dev, w->aux, IOVA, PL_DMA_ATS, NULL), PL_DMA_REFUSED);
	assert_int_equal(lab_dma_read(o.f, o.dev, o.aux, IOVA, PL_DMA_ATS, NULL), PL_DMA_OK);
	lab_close(o.f);
}

/* Whoever enabled AUX first may go first. */
static void an_enable_is_the_files_own(void **state)
{
	struct world *w = *state;
	struct file *o = open_file();
	u32 dev, dom;

	prepare(w);
	assert_int_equal(lab_dev_open(o, 0, &dev), 0);
	assert_int_equal(lab_domain(o, dev, 0, &dom), 0);
	assert_int_equal(lab_attach(o, PL_IOC_AUX_ATTACH, dev, dom, NULL), -EOPNOTSUPP);
	assert_int_equal(lab_enable(o, dev, 0), -EINVAL);
	assert_int_equal(lab_enable(o, dev, 1), 0);
	assert_int_equal(lab_attach(o, PL_IOC_AUX_ATTACH, dev, dom, NULL), 0);
	assert_int_equal(lab_enable(o, dev, 0), -EBUSY);
	lab_close(w->f);
	assert_int_equal(lab_enable(o, dev, 0), -EBUSY);
	lab_close(o);
}

/*
 * Memory
 */

static u64 count(struct world *w, enum pl_op op, enum pl_count what)
{
	struct pl_ioc_ledger l = { .size = sizeof(l), .dev = w->dev };

	assert_int_equal(shim_ioctl(w->f, PL_IOC_LEDGER, &l), 0);
	return l.counts[op][what];
}

static void contiguous_memory_becomes_one_huge_page(void **state)
{
	struct world *w = *state;
	void *p = shim_user_alloc(HUGE, HUGE);
	u64 calls, writes;

	prepare(w);
	calls = count(w, PL_OP_MAP, PL_COUNT_CALLS);
	writes = count(w, PL_OP_MAP, PL_COUNT_WRITES);
	assert_int_equal(lab_map(w->f, w->dom, IOVA + HUGE, p, HUGE, RW), 0);
	assert_int_equal(count(w, PL_OP_MAP, PL_COUNT_CALLS), calls + 1);
	assert_int_equal(count(w, PL_OP_MAP, PL_COUNT_WRITES), writes + 1);
	shim_user_free(p);
	lab_close(w->f);
	assert_int_equal(shim_user_pages_live(), LAB_PAGES);
}

static void a_range_is_unmapped_with_one_wait(void **state)
{
	struct world *w = *state;
	u64 waits, unmapped;
	int i;

	prepare(w);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux), 0);
	for (i = 1; i < 32; i++)
		assert_int_equal(lab_map(w->f, w->dom, IOVA + 2 * i * PAGE_SIZE,
					 lab_buffer() + i * PAGE_SIZE, PAGE_SIZE, RW), 0);
	assert_int_equal(shim_pinned_pages(), 32);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA + 8 * PAGE_SIZE, PL_DMA_ATS,
				      NULL), PL_DMA_OK);
	waits = count(w, PL_OP_UNMAP, PL_COUNT_WAITS);
	assert_int_equal(lab_unmap(w->f, w->dom, 0, 1ull << 32, &unmapped), 0);
	assert_int_equal(unmapped, 32 * PAGE_SIZE);
	assert_int_equal(count(w, PL_OP_UNMAP, PL_COUNT_WAITS), waits + 1);
	assert_int_equal(shim_pinned_pages(), 0);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA + 8 * PAGE_SIZE, PL_DMA_ATS,
				      NULL), PL_DMA_REFUSED);
	assert_int_equal(lab_unmap(w->f, w->dom, 0, 1ull << 32, &unmapped), 0);
	assert_int_equal(unmapped, 0);
	lab_close(w->f);
}

/* The model is told of a page only when its last mapping goes. */
static void a_page_may_be_mapped_many_times(void **state)
{
	struct world *w = *state;
	u64 hash;
	int i;

	prepare(w);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux), 0);
	for (i = 1; i < 4; i++)
		assert_int_equal(lab_map(w->f, w->dom, IOVA + i * HUGE, lab_buffer(), PAGE_SIZE,
					 RW), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA + i * HUGE, PL_DMA_ATS,
					      NULL), PL_DMA_OK);
	for (i = 0; i < 3; i++)
		assert_int_equal(lab_unmap(w->f, w->dom, IOVA + i * HUGE, PAGE_SIZE, NULL), 0);
	assert_int_equal(lab_dma_read(w->f, w->dev, w->aux, IOVA + i * HUGE, PL_DMA_ATS, &hash),
			 PL_DMA_OK);
	assert_true(hash == lab_hash(lab_buffer(), PAGE_SIZE));
	assert_int_equal(lab_unmap(w->f, w->dom, IOVA + i * HUGE, PAGE_SIZE, NULL), 0);
	assert_int_equal(lab_violations(), 0);
	lab_close(w->f);
}

static void pinned_memory_counts_against_the_limit(void **state)
{
	struct world *w = *state;
	unsigned long limit = shim_memlock_limit;

	prepare(w);
	shim_capable = false;
	shim_memlock_limit = shim_process_mm.locked_vm + 2;
	assert_int_equal(lab_map(w->f, w->dom, IOVA + HUGE, lab_buffer(), 3 * PAGE_SIZE, RW),
			 -ENOMEM);
	assert_int_equal(lab_map(w->f, w->dom, IOVA + HUGE, lab_buffer(), 2 * PAGE_SIZE, RW), 0);
	assert_int_equal(lab_map(w->f, w->dom, IOVA + 2 * HUGE, lab_buffer(), PAGE_SIZE, RW),
			 -ENOMEM);
	assert_int_equal(lab_unmap(w->f, w->dom, IOVA + HUGE, 2 * PAGE_SIZE, NULL), 0);
	assert_int_equal(lab_map(w->f, w->dom, IOVA + 2 * HUGE, lab_buffer(), PAGE_SIZE, RW), 0);
	shim_memlock_limit = limit;
	shim_capable = true;
	lab_close(w->f);
	assert_int_equal(shim_process_mm.locked_vm, 0);
}

/* The unit may still reach the page, so its owner does not get it back. */
static void pages_of_a_wedged_unit_stay_pinned(void **state)
{
	struct world *w = *state;
	struct pl_dev *d;

	prepare(w);
	d = pl_dev_get_by_name("pasidlab-soft.0");
	d->unit->wedged = true;
	assert_int_equal(lab_unmap(w->f, w->dom, IOVA, PAGE_SIZE, NULL), 0);
	assert_int_equal(shim_pinned_pages(), 1);
	d->unit->wedged = false;
	pl_dev_put(d);
	lab_close(w->f);
	assert_int_equal(shim_pinned_pages(), 1);
	unpin_user_page(virt_to_page(lab_buffer()));
}

/*
 * Every allocation of every request fails once
 */

/**
 * struct sweep - a request in front of failing allocations
 * @name: for messages
 * @op: the request, 0 or -errno
 * @undo: back to where @op can be tried again; NULL where it changed nothing
 * @sure: must succeed whatever fails
 */
struct sweep {
	const char *name;
	int (*op)(struct world *w);
	int (*undo)(struct world *w);
	bool sure;
};

static int op_dev_open(struct world *w)
{
	return lab_dev_open(w->f, 3, &w->dev_b);
}

static int undo_dev_open(struct world *w)
{
	return lab_free(w->f, w->dev_b);
}

static int op_domain1(struct world *w)
{
	return lab_domain(w->f, w->dev, PL_DOMAIN_STAGE1, &w->dom_b);
}

static int op_domain2(struct world *w)
{
	return lab_domain(w->f, w->dev, PL_DOMAIN_STAGE2, &w->dom_b);
}

static int undo_domain(struct world *w)
{
	return lab_free(w->f, w->dom_b);
}

/* Two runs of memory, in another part of the page tables each time. */
static int op_map(struct world *w)
{
	return lab_map(w->f, w->dom, IOVA << 5, lab_buffer(), 4 * PAGE_SIZE, RW);
}

static int undo_map(struct world *w)
{
	return lab_unmap(w->f, w->dom, IOVA << 5, 4 * PAGE_SIZE, NULL);
}

static int op_pasid_alloc(struct world *w)
{
	u32 pasid;
	int ret = lab_pasid_alloc(w->f, w->dev, &pasid);

	return ret ? ret : lab_pasid_free(w->f, w->dev, pasid);
}

static int op_set(struct world *w)
{
	return lab_set(w->f, w->dev, w->pasid, w->dom);
}

static int op_set_blocking(struct world *w)
{
	return lab_set(w->f, w->dev, w->pasid, PL_HANDLE_BLOCKING);
}

static int op_aux_attach(struct world *w)
{
	return lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &w->aux);
}

static int op_aux_detach(struct world *w)
{
	return lab_attach(w->f, PL_IOC_AUX_DETACH, w->dev, w->dom, NULL);
}

static int op_detach_all(struct world *w)
{
	return lab_detach_all(w->f, w->dev, NULL);
}

static int op_get_pasid(struct world *w)
{
	return lab_attach(w->f, PL_IOC_AUX_GET_PASID, w->dev, w->dom, NULL) == -ENOENT ? 0 : 1;
}

static int op_rid_attach(struct world *w)
{
	return lab_attach(w->f, PL_IOC_RID_ATTACH, w->dev, w->dom, NULL);
}

static int op_rid_detach(struct world *w)
{
	return lab_attach(w->f, PL_IOC_RID_DETACH, w->dev, w->dom, NULL);
}

static int op_claim(struct world *w)
{
	return lab_claim(w->f, w->dev, 1);
}

static int undo_claim(struct world *w)
{
	return lab_claim(w->f, w->dev, 0);
}

static int op_enable(struct world *w)
{
	return lab_enable(w->f, w->dev, 1);
}

static int undo_enable(struct world *w)
{
	return lab_enable(w->f, w->dev, 0);
}

static int op_dma(struct world *w)
{
	int ret = lab_dma_read(w->f, w->dev, w->pasid, IOVA, PL_DMA_ATS, NULL);

	return ret == PL_DMA_REFUSED ? 0 : ret;
}

static int op_query(struct world *w)
{
	struct pl_ioc_dev_info info = { .size = sizeof(info) };
	struct pl_ioc_feature feature = { .size = sizeof(feature), .dev = w->dev };
	struct pl_ioc_ledger ledger = { .size = sizeof(ledger), .dev = w->dev };

	return shim_ioctl(w->f, PL_IOC_DEV_INFO, &info) ?:
	       shim_ioctl(w->f, PL_IOC_FEATURE, &feature) ?:
	       shim_ioctl(w->f, PL_IOC_LEDGER, &ledger);
}

static const struct sweep sweeps[] = {
	{ "PL_IOC_DEV_OPEN", op_dev_open, undo_dev_open, false },
	{ "PL_IOC_DOMAIN_ALLOC, stage 1", op_domain1, undo_domain, false },
	{ "PL_IOC_DOMAIN_ALLOC, stage 2", op_domain2, undo_domain, false },
	{ "PL_IOC_MAP", op_map, undo_map, false },
	{ "PL_IOC_PASID_ALLOC", op_pasid_alloc, NULL, false },
	{ "PL_IOC_SET", op_set, op_set_blocking, false },
	{ "PL_IOC_AUX_ATTACH", op_aux_attach, op_aux_detach, false },
	{ "PL_IOC_RID_ATTACH", op_rid_attach, op_rid_detach, false },
	{ "PL_IOC_DMA", op_dma, NULL, false },
	{ "PL_IOC_CLAIM", op_claim, undo_claim, true },
	{ "PL_IOC_ENABLE", op_enable, undo_enable, true },
	{ "PL_IOC_AUX_GET_PASID", op_get_pasid, NULL, true },
	{ "queries", op_query, NULL, true },
};

/* Requests that end something: @undo comes first, and must leave them no way to fail. */
static const struct sweep ends[] = {
	{ "PL_IOC_FREE of a device", undo_dev_open, op_dev_open, true },
	{ "PL_IOC_FREE of a domain", undo_domain, op_domain1, true },
	{ "PL_IOC_UNMAP", undo_map, op_map, true },
	{ "PL_IOC_SET of blocking", op_set_blocking, op_set, true },
	{ "PL_IOC_AUX_DETACH", op_aux_detach, op_aux_attach, true },
	{ "PL_IOC_AUX_DETACH_ALL", op_detach_all, op_aux_attach, true },
	{ "PL_IOC_RID_DETACH", op_rid_detach, op_rid_attach, true },
	{ "PL_IOC_CLAIM, release", undo_claim, op_claim, true },
	{ "PL_IOC_ENABLE, off", undo_enable, op_enable, true },
};

/* One try with the @n-th allocation failing; false when it was not reached. */
static bool sweep_try(struct world *w, const struct sweep *s, unsigned long n)
{
	struct lab_state before, after;
	bool fired;
	int ret;

	lab_state(&before);
	shim_fail_nth(n);
	ret = s->op(w);
	fired = shim_fail_fired();
	shim_fail_reset();
	lab_state(&after);
	if (ret && (s->sure || ret != -ENOMEM || !fired))
		fail_msg("%s, allocation %lu fails: %d", s->name, n, ret);
	if (ret && !lab_same(&before, &after))
		fail_msg("%s, allocation %lu fails: something changed", s->name, n);
	if (!ret && s->undo)
		assert_int_equal(s->undo(w), 0);
	return fired;
}

static void a_request_without_memory_changes_nothing(void **state)
{
	struct world *w = *state;
	unsigned long n;
	size_t i;

	prepare(w);
	assert_int_equal(lab_pasid_alloc(w->f, w->dev, &w->pasid), 0);
	for (i = 0; i < ARRAY_SIZE(sweeps); i++)
		for (n = 1; sweep_try(w, &sweeps[i], n); n++)
			assert_true(n < 1000);
	lab_close(w->f);
}

static void what_ends_something_needs_no_memory(void **state)
{
	struct world *w = *state;
	unsigned long n;
	size_t i;

	prepare(w);
	assert_int_equal(lab_pasid_alloc(w->f, w->dev, &w->pasid), 0);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		assert_int_equal(ends[i].undo(w), 0);
		for (n = 1; sweep_try(w, &ends[i], n); n++)
			assert_true(n < 1000);
		assert_int_equal(ends[i].op(w), 0);
	}
	lab_close(w->f);
}

static void opening_without_memory_leaves_nothing(void **state)
{
	struct file *f;
	unsigned long n;
	bool fired;
	int ret;

	for (n = 1; ; n++) {
		shim_fail_nth(n);
		f = lab_open(&ret);
		fired = shim_fail_fired();
		shim_fail_reset();
		if (!fired)
			break;
		assert_int_equal(ret, -ENOMEM);
	}
	assert_non_null(f);
	lab_close(f);
}

/*
 * Many threads
 */

#define THREADS		4
#define ROUNDS		150

/* Shared by threads: atomic. */
struct crowd {
	struct file *f;
	u32 dev;
	u32 pasid;
	bool stop;
	int bad;
};

/* All answers are fine but those that would mean something is broken. */
static void tolerate(struct crowd *c, int ret)
{
	if (ret == -EFAULT || ret == -ENOTTY || ret == -EIO || ret == -ETIMEDOUT)
		__atomic_store_n(&c->bad, ret, __ATOMIC_RELAXED);
}

static void member_life(struct crowd *c, int round)
{
	u64 iova = IOVA + round % 7 * PAGE_SIZE;
	u32 dev = __atomic_load_n(&c->dev, __ATOMIC_RELAXED), dom, pasid;
	int ret;

	ret = lab_domain(c->f, dev, round % 2 ? PL_DOMAIN_STAGE1 : PL_DOMAIN_STAGE2, &dom);
	if (ret) {
		tolerate(c, ret);
		return;
	}
	tolerate(c, lab_map(c->f, dom, iova, lab_buffer(), 2 * PAGE_SIZE, RW));
	ret = lab_attach(c->f, PL_IOC_AUX_ATTACH, dev, dom, &pasid);
	tolerate(c, ret);
	if (!ret)
		tolerate(c, lab_dma_read(c->f, dev, pasid, iova, round % 3 ? PL_DMA_ATS : 0, NULL));
	if (round % 4)
		tolerate(c, lab_unmap(c->f, dom, iova, 2 * PAGE_SIZE, NULL));
	tolerate(c, lab_attach(c->f, PL_IOC_AUX_DETACH, dev, dom, NULL));
	tolerate(c, lab_free(c->f, dom));
}

static void *member(void *arg)
{
	struct crowd *c = arg;
	int i;

	for (i = 0; i < ROUNDS; i++)
		member_life(c, i);
	return NULL;
}

/* Pulls the rug: frees what others use, opens again, unplugs. */
static void *troublemaker(void *arg)
{
	struct crowd *c = arg;
	u32 dev, h;

	for (h = PL_HANDLE_FIRST; !__atomic_load_n(&c->stop, __ATOMIC_RELAXED); h++) {
		if (h % 16 == 0)
			lab_detach_all(c->f, __atomic_load_n(&c->dev, __ATOMIC_RELAXED), NULL);
		if (h % 64 == 1) {
			lab_unplug(0);
			lab_plug(0);
			if (!lab_dev_open(c->f, 0, &dev) && !lab_enable(c->f, dev, 1))
				__atomic_store_n(&c->dev, dev, __ATOMIC_RELAXED);
		}
		if (h % 4 == 2)
			lab_free(c->f, h);
	}
	return NULL;
}

static void threads_may_do_anything_to_one_file(void **state)
{
	struct crowd c = { .f = open_file() };
	pthread_t threads[THREADS + 1];
	int i;

	assert_int_equal(lab_dev_open(c.f, 0, &c.dev), 0);
	assert_int_equal(lab_enable(c.f, c.dev, 1), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, member, &c), 0);
	assert_int_equal(pthread_create(&threads[i], NULL, troublemaker, &c), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&c.stop, true, __ATOMIC_RELAXED);
	pthread_join(threads[i], NULL);
	assert_int_equal(c.bad, 0);
	lab_close(c.f);
}

/* Reads and writes one page through the ATC until told to stop. */
static void *mover(void *arg)
{
	struct crowd *c = arg;
	struct pl_dma_desc descs[8];
	int i;

	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < 8; i++)
			descs[i] = (struct pl_dma_desc){
				.op = i % PL_DMA_OP_NR, .flags = PL_DMA_ATS, .pasid = c->pasid,
				.len = 64, .src = IOVA + 64 * i, .dst = IOVA + 2048 + 64 * i,
			};
		tolerate(c, lab_dma(c->f, c->dev, descs, 8));
	}
	return NULL;
}

/* O8, and the endpoint's side of it: a page that is unmapped is out of reach. */
static void data_moves_while_its_page_goes(void **state)
{
	struct world *w = *state;
	struct crowd c = { 0 };
	pthread_t threads[2];
	int i;

	prepare(w);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, w->dev, w->dom, &c.pasid), 0);
	c.f = w->f;
	c.dev = w->dev;
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, mover, &c), 0);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(lab_unmap(w->f, w->dom, IOVA, PAGE_SIZE, NULL), 0);
		/* What the device may not touch is checked here. */
		memset(lab_buffer(), i, PAGE_SIZE);
		assert_int_equal(((u8 *)lab_buffer())[100], (u8)i);
		assert_int_equal(lab_map(w->f, w->dom, IOVA, lab_buffer(), PAGE_SIZE, RW), 0);
	}
	__atomic_store_n(&c.stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(c.bad, 0);
	assert_int_equal(lab_violations(), 0);
}

#define WORLD(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(closing_at_any_point_leaves_nothing),
		WORLD(closing_needs_no_memory),
		WORLD(an_endpoint_may_go_with_everything_attached),
		WORLD(a_file_may_outlive_its_endpoint),
		WORLD(a_device_opened_twice_is_freed_twice),
		WORLD(private_pasids_go_with_the_device),
		WORLD(modules_stay_while_a_handle_does),
		WORLD(a_claim_keeps_the_other_file_out),
		WORLD(the_end_of_a_file_leaves_the_others_alone),
		WORLD(an_enable_is_the_files_own),
		WORLD(contiguous_memory_becomes_one_huge_page),
		WORLD(a_range_is_unmapped_with_one_wait),
		WORLD(a_page_may_be_mapped_many_times),
		WORLD(pinned_memory_counts_against_the_limit),
		WORLD(pages_of_a_wedged_unit_stay_pinned),
		WORLD(a_request_without_memory_changes_nothing),
		WORLD(what_ends_something_needs_no_memory),
		WORLD(opening_without_memory_leaves_nothing),
		WORLD(threads_may_do_anything_to_one_file),
		WORLD(data_moves_while_its_page_goes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("chardev-life", tests, NULL, NULL);
}
