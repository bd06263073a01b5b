// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the invalidation queue stops (VT-d 6.5.2.11): each descriptor of a detach
 * is refused once, on a unit that goes on as the specification says and on one
 * as stubborn as QEMU 7.2.
 *
 * The reference model judges what became of the caches: a translation that
 * outlives its detach is a violation of the model's, whatever the driver says.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include <linux/slab.h>

#include "../rig.h"
#include "shim.h"

/* A wedged unit keeps memory for good, and a leak checker cannot know. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

#define IOVA	0x40000000ull
#define WORD	0x51ed

/* Of a detach with ATS on: what is fetched, in order. */
enum { THE_PASID_CACHE, THE_IOTLB, THE_DEVICE_TLB, THE_WAIT };

struct world {
	struct rig *r;
	struct device *dev;
	struct pl_domain *dom;
	u64 phys;
	u64 violations;		/* that must be there, for what the unit refused for good */
};

static int world_up(void **state, bool stubborn)
{
	struct world *w = calloc(1, sizeof(*w));
	struct vtd_model_config cfg;

	assert_non_null(w);
	rig_config(&cfg);
	cfg.order = VTD_MODEL_ORDER_QUEUE;
	cfg.stubborn = stubborn;
	assert_int_equal(rig_create(&cfg, "vtd-queue", 1, &w->r), 0);
	w->dev = rig_dev(w->r, 0);
	w->phys = rig_page(WORD);
	w->dom = pl_domain_alloc_paging(w->dev, 0);
	assert_false(IS_ERR(w->dom));
	assert_int_equal(pl_map(w->dom, IOVA, w->phys, PAGE_SIZE, PL_PROT_READ), 0);
	assert_int_equal(pl_dev_enable_feature(w->dev, PL_FEAT_AUX), 0);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return world_up(state, false);
}

static int setup_stubborn(void **state)
{
	return world_up(state, true);
}

static void leaks_count(bool on)
{
	if (__lsan_enable && __lsan_disable)
		(on ? __lsan_enable : __lsan_disable)();
}

static int setup_wedge(void **state)
{
	leaks_count(false);
	return world_up(state, false);
}

static int setup_wedge_stubborn(void **state)
{
	leaks_count(false);
	return world_up(state, true);
}

/* The unit is handed back whatever became of it: rig_destroy() switches it off. */
static int teardown(void **state)
{
	struct world *w = *state;
	u64 bad, want = w->violations;

	pl_dev_disable_feature(w->dev, PL_FEAT_AUX);
	rig_ep_del(w->r, 0);
	assert_int_equal(pl_domain_free(w->dom), 0);
	assert_int_equal(pl_read32(w->r->vtd->regs, VTD_FSTS) & VTD_FSTS_IQE, 0);
	bad = rig_violations(w->r, stderr);
	rig_destroy(w->r);
	rig_page_free(w->phys);
	free(w);
	assert_int_equal(bad, want);
	return 0;
}

static int teardown_wedge(void **state)
{
	int ret = teardown(state);

	leaks_count(true);
	return ret;
}

static pl_pasid_t attached(struct world *w)
{
	int pasid;

	assert_int_equal(pl_aux_attach_device(w->dom, w->dev), 0);
	pasid = pl_aux_get_pasid(w->dom, w->dev);
	assert_true(pasid >= 0);
	assert_true(rig_reads(w->r->ep[0], pasid, IOVA, WORD));
	return pasid;
}

/* Attach, use, and detach with the @nth descriptor refused. */
static int detach_refused(struct world *w, u32 nth)
{
	pl_pasid_t pasid = attached(w);
	int ret;

	vtd_model_inject(w->r->model, VTD_MODEL_INJECT_IQE, nth);
	ret = pl_aux_detach_device(w->dom, w->dev);
	assert_true(rig_refused(w->r->ep[0], pasid, IOVA));
	return ret;
}

/* Not only is the unit not wedged: it works, and nothing stale is left. */
static void mended(void **state, u32 nth)
{
	struct world *w = *state;
	struct vtd_model_stats st;
	int i;

	for (i = 0; i < 3; i++)
		assert_int_equal(detach_refused(w, nth), 0);
	assert_false(w->r->vtd->unit.wedged);
	attached(w);
	assert_int_equal(pl_aux_detach_device(w->dom, w->dev), 0);
	vtd_model_stats(w->r->model, &st);
	assert_int_equal(st.owed, 0);
}

static void a_refused_pasid_cache_invalidation_is_mended(void **state)
{
	mended(state, THE_PASID_CACHE);
}

static void a_refused_iotlb_invalidation_is_mended(void **state)
{
	mended(state, THE_IOTLB);
}

static void a_refused_wait_is_mended(void **state)
{
	mended(state, THE_WAIT);
}

/* A device TLB has no global form: the caller is told, and the unit still goes on. */
static void a_refused_device_tlb_invalidation_is_told(void **state)
{
	struct world *w = *state;

	assert_int_equal(detach_refused(w, THE_DEVICE_TLB), -EIO);
	w->violations = 1;	/* O3 */
	assert_true(w->r->vtd->unit.wedged);
	assert_int_equal(pl_read64(w->r->vtd->regs, VTD_IQH),
			 pl_read64(w->r->vtd->regs, VTD_IQT));
	assert_int_equal(pl_commit_error(&w->r->vtd->queue.commit), -EIO);
}

/* What somebody else put there is no kind of ours. */
static void an_unknown_descriptor_is_told(void **state)
{
	struct world *w = *state;
	struct vtd_queue *q = &w->r->vtd->queue;
	const u64 desc[][2] = { { 0xf, 0 } };
	struct pl_cost cost = {};
	u64 batch = vtd_queue_add(q, desc, 1, &cost);

	assert_int_equal(vtd_queue_wait(q, batch, &cost), -EIO);
	assert_int_equal(pl_read64(q->regs, VTD_IQH), pl_read64(q->regs, VTD_IQT));
}

/* A descriptor of ours that somebody spoilt is replaced by what it was for. */
static void a_spoilt_field_is_mended(void **state)
{
	struct world *w = *state;
	struct vtd_queue *q = &w->r->vtd->queue;
	const u64 desc[][2] = {
		{ VTD_DESC_CC | GENMASK_ULL(63, 50), U64_MAX },
		{ VTD_DESC_WAIT | VTD_WAIT_FN | BIT_ULL(20), 0 },
		{ VTD_DESC_PIOTLB | GENMASK_ULL(63, 52), U64_MAX },
	};
	struct pl_cost cost = {};
	u64 batch = vtd_queue_add(q, desc, 3, &cost);

	assert_int_equal(vtd_queue_wait(q, batch, &cost), 0);
	assert_int_equal(pl_read64(q->regs, VTD_IQH), pl_read64(q->regs, VTD_IQT));
	assert_int_equal(detach_refused(w, THE_IOTLB), 0);
}

/* As a stray store would: what stands at the tail is no descriptor, and the tail goes past it. */
static void spoil(struct vtd_queue *q)
{
	u64 tail = pl_read64(q->regs, VTD_IQT);

	q->ring[tail >> VTD_IQ_DESC_SHIFT][0] = 0xf;
	pl_write64(q->regs, VTD_IQT, tail + (1 << VTD_IQ_DESC_SHIFT));
	assert_true(pl_read32(q->regs, VTD_FSTS) & VTD_FSTS_IQE);
}

/* 7.3: while IQE is set, a fault makes no interrupt. */
static void a_fault_meanwhile_is_not_lost(void **state)
{
	struct world *w = *state;
	struct pl_dev *d = w->r->ep[0]->d;
	u64 before = atomic64_read(&d->faults);
	pl_pasid_t pasid = attached(w);
	int i;

	assert_true(w->r->vtd->faults.irq);
	spoil(&w->r->vtd->queue);
	/* The interrupt for IQE itself comes with the next request. */
	assert_true(rig_reads(w->r->ep[0], pasid, IOVA, WORD));
	assert_true(rig_refused(w->r->ep[0], pasid + 1, IOVA));
	assert_int_equal(atomic64_read(&d->faults), before);
	assert_int_equal(pl_aux_detach_device(w->dom, w->dev), 0);
	for (i = 0; i < 1000 && atomic64_read(&d->faults) == before; i++)
		usleep(1000);
	assert_int_equal(atomic64_read(&d->faults), before + 1);
}

#define BOTH(_test, _wedge)								\
	{ #_test, _test, setup##_wedge, teardown##_wedge, NULL },			\
	{ #_test "_stubborn", _test, setup##_wedge##_stubborn, teardown##_wedge, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_refused_pasid_cache_invalidation_is_mended, ),
		BOTH(a_refused_iotlb_invalidation_is_mended, ),
		BOTH(a_refused_wait_is_mended, ),
		BOTH(a_refused_device_tlb_invalidation_is_told, _wedge),
		BOTH(an_unknown_descriptor_is_told, _wedge),
		BOTH(a_spoilt_field_is_mended, ),
		BOTH(a_fault_meanwhile_is_not_lost, ),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
