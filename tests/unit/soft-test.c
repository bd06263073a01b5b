// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The soft engine on a fabric of a few pages: what it sends, what it remembers,
 * what it takes back, and how it goes.
 *
 * The fabric keeps a log of the TLPs it got, translates by a small table, and
 * has hooks at the two moments that matter: when a request arrives, before its
 * lock is taken, and under the lock, before the request is looked at.
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
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "../../kmod/core.h"
#include "../../kmod/fabric.h"
#include "shim.h"
#include "shim_control.h"

#define NR_PAGES	16
#define PAGE		4096u
#define LOG_MAX		64
#define PHYS		0x700000000ull	/* "physical" address of mem[0] */
#define PASID		5
#define RID		0x0108
#define REASON		0x2a

/**
 * struct fake - a fabric, and the unit it belongs to
 * @lock: all below; held over access() and invalidate(), as a model does
 * @mem: the memory behind it
 * @page: IOVA page -> page of @mem; -1 for none
 * @read_only: pages that refuse writes
 * @grain: bytes that a translation is good for
 * @log: what came; @translates counts translation requests
 * @arrive: called before @lock is taken
 * @inside: called under @lock, before the request is looked at
 * @learn: called before a translation's completion is handed over
 * @wrong: translated requests that named a page that is no longer there
 * @gate: what hold() waits for, after it has completed @waiting
 * @off: everything is switched off
 */
struct fake {
	struct pl_fabric fabric;
	struct pl_unit unit;
	spinlock_t lock;
	struct pl_port *port;
	u8 mem[NR_PAGES][PAGE];
	int page[NR_PAGES];
	bool read_only[NR_PAGES];
	u64 grain;
	struct pl_tlp log[LOG_MAX];
	struct task_struct *by[LOG_MAX];
	unsigned int nr, translates, connects, disconnects;
	u32 stale;
	u32 states[8];
	unsigned int nr_states;
	void (*arrive)(struct fake *k);
	void (*inside)(struct fake *k, struct pl_tlp *tlp);
	void (*learn)(struct fake *k, u64 iova);
	unsigned int wrong;
	struct platform_device *pdev;
	struct pl_dev *d;
	const struct pl_engine_ops *engine;
	void *priv;
	struct completion gate, waiting, off;
};

static struct fake *fake_of(struct pl_fabric *f)
{
	return container_of(f, struct fake, fabric);
}

static int fake_connect(struct pl_fabric *f, struct pl_port *port)
{
	fake_of(f)->port = port;
	fake_of(f)->connects++;
	return 0;
}

static void fake_disconnect(struct pl_fabric *f, struct pl_port *port)
{
	fake_of(f)->port = NULL;
	fake_of(f)->disconnects++;
}

/* Where the request goes in @mem, or NULL. */
static u8 *fake_target(struct fake *k, const struct pl_tlp *tlp)
{
	u64 page = (tlp->translated ? tlp->addr - PHYS : tlp->addr) / PAGE;

	if (page >= NR_PAGES)
		return NULL;
	if (!tlp->translated) {
		if (k->page[page] < 0 || (tlp->write && k->read_only[page]))
			return NULL;
		page = k->page[page];
	}
	return k->mem[page] + tlp->addr % PAGE;
}

static int fake_access(struct pl_fabric *f, struct pl_tlp *tlp, void *buf)
{
	struct fake *k = fake_of(f);
	int ret = 0;
	u8 *at;

	if (k->arrive)
		k->arrive(k);
	spin_lock(&k->lock);
	if (k->inside)
		k->inside(k, tlp);
	k->by[k->nr % LOG_MAX] = current;
	k->log[k->nr++ % LOG_MAX] = *tlp;
	tlp->stale = k->stale;
	at = fake_target(k, tlp);
	if (!at) {
		tlp->reason = REASON;
		ret = -EFAULT;
	} else if (tlp->write) {
		memcpy(at, buf, tlp->len);
	} else {
		memcpy(buf, at, tlp->len);
	}
	spin_unlock(&k->lock);
	return ret;
}

static int fake_translate(struct pl_fabric *f, u16 rid, pl_pasid_t pasid, u64 iova, bool write,
			  struct pl_translation *out)
{
	struct fake *k = fake_of(f);
	u64 page = iova / PAGE, first = (iova & ~(k->grain - 1)) / PAGE;
	int ret = -EFAULT;

	spin_lock(&k->lock);
	k->translates++;
	out->reason = REASON;
	if (page < NR_PAGES && k->page[page] >= 0) {
		*out = (struct pl_translation){
			.addr = PHYS + (u64)k->page[first] * PAGE, .size = k->grain,
			.read = true, .write = !k->read_only[page],
		};
		ret = 0;
	}
	if (k->learn)
		k->learn(k, iova);
	spin_unlock(&k->lock);
	return ret;
}

static void fake_state(struct pl_fabric *f, struct pl_port *port, u32 bits)
{
	struct fake *k = fake_of(f);

	k->states[k->nr_states++ % ARRAY_SIZE(k->states)] = bits;
	if (!bits)
		complete(&k->off);
}

static const struct pl_fabric_ops fake_fabric_ops = {
	.connect = fake_connect,
	.disconnect = fake_disconnect,
	.access = fake_access,
	.translate = fake_translate,
	.state = fake_state,
};

/* A unit that lets everything happen. */

static int unit_why_not(struct pl_unit *u, struct pl_dev *d, enum pl_dev_feature f,
			const char **reason)
{
	return 0;
}

static int unit_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	return 0;
}

static void unit_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
}

static int unit_sync(struct pl_unit *u, struct pl_ticket *t)
{
	return 0;
}

static void unit_table_free(struct pl_unit *u, struct pl_ticket *t)
{
}

static const struct pl_unit_ops fake_unit_ops = {
	.why_not = unit_why_not,
	.dev_add = unit_dev_add,
	.dev_del = unit_dev_del,
	.sync = unit_sync,
	.table_free = unit_table_free,
};

static void fake_init(struct fake *k)
{
	int i;

	spin_lock_init(&k->lock);
	k->fabric.ops = &fake_fabric_ops;
	k->fabric.unit = &k->unit;
	k->unit = (struct pl_unit){
		.name = "fake0", .driver = "fake", .ops = &fake_unit_ops,
		.caps = { .pasid_bits = 20, .ats = true },
	};
	k->grain = PAGE;
	init_completion(&k->gate);
	init_completion(&k->waiting);
	init_completion(&k->off);
	for (i = 0; i < NR_PAGES; i++) {
		k->page[i] = NR_PAGES - 1 - i;
		memset(k->mem[i], 0x10 + i, PAGE);
	}
}

static void find_device(struct fake *k)
{
	k->d = pl_dev_get_by_name(PL_SOFT_DRIVER ".0");
	assert_non_null(k->d);
	k->engine = k->d->engine;
	k->priv = k->d->engine_priv;
	pl_dev_put(k->d);
}

static int world_up(void **state, u8 channels)
{
	struct fake *k = aligned_alloc(64, (sizeof(*k) + 63) & ~63ul);
	struct pl_soft_config cfg = {
		.fabric = &k->fabric, .rid = RID, .pasid_bits = 20,
		.eps = PL_EP_PASID | PL_EP_ATS, .channels = channels,
	};

	memset(k, 0, sizeof(*k));
	fake_init(k);
	assert_int_equal(shim_module_init_one("pasidlab"), 0);
	assert_int_equal(pl_unit_register(&k->unit), 0);
	k->pdev = platform_device_register_data(NULL, PL_SOFT_DRIVER, 0, &cfg, sizeof(cfg));
	assert_false(IS_ERR(k->pdev));
	find_device(k);
	*state = k;
	return 0;
}

static int one_channel(void **state)
{
	return world_up(state, 1);
}

static int two_channels(void **state)
{
	return world_up(state, 2);
}

static int world_down(void **state)
{
	struct fake *k = *state;
	int bad;

	platform_device_unregister(k->pdev);
	bad = k->connects != k->disconnects;
	pl_unit_unregister(&k->unit);
	shim_module_exit_one("pasidlab");
	rcu_barrier();
	free(k);
	return bad + (shim_alloc_live() != 0) + (shim_warn_count != 0);
}

static int run(struct fake *k, struct pl_dma_desc *descs, unsigned int n)
{
	return k->engine->run(k->priv, descs, n);
}

/* The byte at an IOVA. */
static u8 *byte_at(struct fake *k, u64 iova)
{
	return k->mem[k->page[iova / PAGE]] + iova % PAGE;
}

static void invalidate(struct fake *k, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	spin_lock(&k->lock);
	k->port->ops->invalidate(k->port, pasid, global, addr, size);
	spin_unlock(&k->lock);
}

/* Read @len bytes at @iova; the status. */
static u32 read_at(struct fake *k, u64 iova, u32 len, u32 flags)
{
	struct pl_dma_desc d = {
		.op = PL_DMA_READ, .flags = flags, .pasid = PASID, .len = len, .src = iova,
	};

	assert_int_equal(run(k, &d, 1), 0);
	return d.status;
}

static u32 fill_at(struct fake *k, u64 iova, u32 len, u32 flags)
{
	struct pl_dma_desc d = {
		.op = PL_DMA_FILL, .flags = flags, .pasid = PASID, .len = len, .dst = iova,
		.pattern = 0x0706050403020100ull,
	};

	assert_int_equal(run(k, &d, 1), 0);
	return d.status;
}

/*
 * Moving data
 */

static void a_hash_is_fnv_1a(void **state)
{
	static const struct {
		const char *text;
		u64 hash;
	} known[] = {
		{ "a", 0xaf63dc4c8601ec8cull },
		{ "foobar", 0x85944171f73967e8ull },
	};
	struct pl_dma_desc d = { .op = PL_DMA_READ, .pasid = PASID, .src = PAGE - 3 };
	struct fake *k = *state;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		d.len = strlen(known[i].text);
		for (n = 0; n < d.len; n++)
			*byte_at(k, d.src + n) = known[i].text[n];
		assert_int_equal(run(k, &d, 1), 0);
		assert_true(d.hash == known[i].hash);
		assert_int_equal(d.done, d.len);
	}
}

static void a_fill_touches_no_byte_beside_it(void **state)
{
	const u64 first = PAGE - 3, len = 2 * PAGE + 11;
	struct fake *k = *state;
	u64 iova;
	u8 want;

	assert_int_equal(fill_at(k, first, len, 0), PL_DMA_OK);
	for (iova = 0; iova < NR_PAGES * PAGE; iova++) {
		want = iova - first < len ? (iova - first) % 8 :
					    0x10 + k->page[iova / PAGE];
		assert_int_equal(*byte_at(k, iova), want);
	}
	assert_int_equal(k->nr, 4);
}

static void no_request_crosses_4_kib(void **state)
{
	struct pl_dma_desc d = {
		.op = PL_DMA_COPY, .pasid = PASID, .len = 3 * PAGE, .src = 100,
		.dst = 8 * PAGE - 5,
	};
	struct fake *k = *state;
	unsigned int i;
	u64 moved = 0;

	for (i = 0; i < d.len; i++)
		*byte_at(k, d.src + i) = i * 7;
	assert_int_equal(run(k, &d, 1), 0);
	for (i = 0; i < d.len; i++)
		assert_int_equal(*byte_at(k, d.dst + i), (u8)(i * 7));
	for (i = 0; i < k->nr; i++) {
		assert_true(k->log[i].addr % PAGE + k->log[i].len <= PAGE);
		assert_int_equal(k->log[i].rid, RID);
		assert_int_equal(k->log[i].pasid, PASID);
		assert_false(k->log[i].translated);
		moved += k->log[i].write ? k->log[i].len : 0;
	}
	assert_int_equal(moved, d.len);
}

static void a_refusal_ends_a_transfer(void **state)
{
	struct pl_dma_desc d[] = {
		{ .op = PL_DMA_COPY, .pasid = PL_NO_PASID_U, .len = 3 * PAGE, .dst = 8 * PAGE },
		{ .op = PL_DMA_FILL, .pasid = PASID, .len = 8, .dst = 0 },
	};
	struct fake *k = *state;

	k->read_only[9] = true;
	k->stale = PL_STALE_IOTLB;
	assert_int_equal(run(k, d, 2), 0);
	assert_int_equal(d[0].status, PL_DMA_REFUSED);
	assert_int_equal(d[0].done, PAGE);
	assert_int_equal(d[0].reason, REASON);
	assert_int_equal(d[0].stale, PL_STALE_IOTLB);
	assert_int_equal(d[1].status, PL_DMA_OK);
	assert_int_equal(k->nr, 5);
	assert_int_equal(k->log[0].pasid, PL_NO_PASID);
}

/*
 * The ATC
 */

static void a_translation_is_asked_for_once(void **state)
{
	struct fake *k = *state;

	assert_int_equal(read_at(k, 10, 20, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(read_at(k, 100, 3000, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(fill_at(k, 7, 90, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(k->translates, 1);
	assert_true(k->log[1].translated);
	assert_true(k->log[1].addr == PHYS + (u64)k->page[0] * PAGE + 100);
	assert_true(k->log[1].iova == 100);
	/* It is remembered although the table says something else now. */
	k->page[0] = 3;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_true(k->log[3].addr == PHYS + (u64)(NR_PAGES - 1) * PAGE);
	assert_int_equal(k->translates, 1);
}

static void a_read_only_answer_does_not_let_writes_through(void **state)
{
	struct fake *k = *state;

	k->read_only[0] = true;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(fill_at(k, 0, 8, PL_DMA_ATS), PL_DMA_REFUSED);
	assert_int_equal(k->nr, 1);
	assert_int_equal(k->translates, 2);
	k->read_only[0] = false;
	assert_int_equal(fill_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(fill_at(k, 8, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(read_at(k, 8, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(k->translates, 3);
}

static void a_refused_translation_is_not_remembered(void **state)
{
	struct fake *k = *state;
	int page = k->page[2];

	k->page[2] = -1;
	assert_int_equal(read_at(k, 2 * PAGE, 8, PL_DMA_ATS), PL_DMA_REFUSED);
	assert_int_equal(k->nr, 0);
	k->page[2] = page;
	assert_int_equal(read_at(k, 2 * PAGE, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(k->translates, 2);
}

static void pasids_do_not_share_translations(void **state)
{
	struct pl_dma_desc d[] = {
		{ .op = PL_DMA_READ, .flags = PL_DMA_ATS, .pasid = 1, .len = 8 },
		{ .op = PL_DMA_READ, .flags = PL_DMA_ATS, .pasid = 2, .len = 8 },
		{ .op = PL_DMA_READ, .flags = PL_DMA_ATS, .pasid = PL_NO_PASID_U, .len = 8 },
	};
	struct fake *k = *state;

	assert_int_equal(run(k, d, 3), 0);
	assert_int_equal(k->translates, 3);
	assert_int_equal(run(k, d, 3), 0);
	assert_int_equal(k->translates, 3);
	invalidate(k, 2, false, 0, U64_MAX);
	assert_int_equal(run(k, d, 3), 0);
	assert_int_equal(k->translates, 4);
	invalidate(k, PL_NO_PASID, false, 0, PAGE);
	assert_int_equal(run(k, d, 3), 0);
	assert_int_equal(k->translates, 5);
	invalidate(k, 0, true, 0, PAGE);
	assert_int_equal(run(k, d, 3), 0);
	assert_int_equal(k->translates, 8);
}

/* How many of the pages 0 to 7 have to be asked for again. */
static unsigned int asked_again(struct fake *k)
{
	unsigned int before = k->translates;

	assert_int_equal(read_at(k, 0, 8 * PAGE, PL_DMA_ATS), PL_DMA_OK);
	return k->translates - before;
}

static void an_invalidation_drops_what_it_names(void **state)
{
	struct fake *k = *state;

	assert_int_equal(asked_again(k), 8);
	assert_int_equal(asked_again(k), 0);
	invalidate(k, PASID, false, 2 * PAGE, PAGE);
	assert_int_equal(asked_again(k), 1);
	invalidate(k, PASID, false, 2 * PAGE, 4 * PAGE);
	assert_int_equal(asked_again(k), 4);
	invalidate(k, PASID, false, 2 * PAGE, U64_MAX);
	assert_int_equal(asked_again(k), 6);
	invalidate(k, PASID + 1, false, 0, U64_MAX);
	assert_int_equal(asked_again(k), 0);
	invalidate(k, PASID, true, 0, 0);
	assert_int_equal(asked_again(k), 8);
}

static void a_large_translation_goes_as_a_whole(void **state)
{
	struct fake *k = *state;
	int i;

	for (i = 0; i < NR_PAGES; i++)
		k->page[i] = i;
	k->grain = 4 * PAGE;
	assert_int_equal(asked_again(k), 2);
	invalidate(k, PASID, false, 6 * PAGE, PAGE);
	assert_int_equal(asked_again(k), 1);
	invalidate(k, PASID, false, 3 * PAGE, 2 * PAGE);
	assert_int_equal(asked_again(k), 2);
	k->grain = PAGE;
	invalidate(k, PASID, false, 7 * PAGE, PAGE);
	assert_int_equal(asked_again(k), 4);
}

static void drop_page_0(struct fake *k, struct pl_tlp *tlp)
{
	k->port->ops->invalidate(k->port, PASID, false, 0, PAGE);
}

static void a_request_on_its_way_is_taken_back(void **state)
{
	struct fake *k = *state;

	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_true(k->log[0].translated);
	k->inside = drop_page_0;
	assert_int_equal(read_at(k, 16, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_false(k->log[1].translated);
	assert_true(k->log[1].addr == 16);
	/* Another page's is not. */
	assert_int_equal(read_at(k, PAGE, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_true(k->log[2].translated);
}

static void drop_what_is_granted(struct fake *k, u64 iova)
{
	k->port->ops->invalidate(k->port, PASID, false, iova & -PAGE, PAGE);
}

static void an_answer_that_was_overtaken_is_not_used(void **state)
{
	struct fake *k = *state;

	k->learn = drop_what_is_granted;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_false(k->log[0].translated);
	k->learn = NULL;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_true(k->log[1].translated);
	assert_int_equal(k->translates, 2);
}

static void fail_next(struct fake *k, u64 iova)
{
	shim_fail_nth(1);
}

static void without_memory_nothing_is_remembered(void **state)
{
	struct fake *k = *state;

	k->learn = fail_next;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	k->learn = NULL;
	assert_int_equal(read_at(k, 0, 8, PL_DMA_ATS), PL_DMA_OK);
	assert_int_equal(k->translates, 2);
	assert_true(k->log[0].translated);
}

/* A translated request for page 0 must name where the page is now. */
static void check_page_0(struct fake *k, struct pl_tlp *tlp)
{
	if (tlp->translated && tlp->iova < PAGE &&
	    tlp->addr / PAGE != PHYS / PAGE + k->page[0])
		k->wrong++;
}

static void *reader(void *arg)
{
	struct fake *k = arg;
	struct pl_dma_desc d[32];
	int i, n;

	for (n = 0; n < 100; n++) {
		for (i = 0; i < 32; i++)
			d[i] = (struct pl_dma_desc){
				.op = i % 2 ? PL_DMA_READ : PL_DMA_FILL, .flags = PL_DMA_ATS,
				.pasid = PASID, .len = 64, .src = i * 64, .dst = i * 64,
			};
		if (run(k, d, 32))
			return k;
	}
	return NULL;
}

static void no_dropped_translation_is_used_ever(void **state)
{
	struct fake *k = *state;
	pthread_t threads[2];
	void *ret;
	int i;

	k->inside = check_page_0;
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, k), 0);
	for (i = 0; i < 2000; i++) {
		spin_lock(&k->lock);
		k->page[0] = i % NR_PAGES;
		k->port->ops->invalidate(k->port, PASID, i % 3 == 0, 0, PAGE);
		spin_unlock(&k->lock);
	}
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &ret);
		assert_null(ret);
	}
	assert_int_equal(k->wrong, 0);
}

/*
 * Coming and going
 */

static void switches_go_on_and_off_in_order(void **state)
{
	const u32 want[] = { PL_EP_PASID, PL_EP_PASID | PL_EP_ATS, PL_EP_PASID, 0 };
	struct fake *k = *state;
	size_t i;

	shim_platform_unbind(k->pdev);
	assert_int_equal(k->nr_states, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(k->states[i], want[i]);
	assert_int_equal(k->disconnects, 1);
}

static void ats_off_forgets_everything(void **state)
{
	struct fake *k = *state;

	assert_int_equal(asked_again(k), 8);
	k->d->engine->disable(k->d, k->priv, PL_EP_ATS);
	assert_int_equal(asked_again(k), 8);
}

static void jobs_go_round_the_channels(void **state)
{
	struct fake *k = *state;
	int i;

	for (i = 0; i < 4; i++)
		assert_int_equal(read_at(k, 0, 8, 0), PL_DMA_OK);
	assert_true(k->by[0] != k->by[1]);
	assert_true(k->by[0] == k->by[2]);
	assert_true(k->by[1] == k->by[3]);
}

/* Hold the channel at its first request until the test says go. */
static void hold(struct fake *k)
{
	if (k->nr)
		return;
	complete(&k->waiting);
	wait_for_completion(&k->gate);
}

struct job {
	struct fake *k;
	struct pl_dma_desc descs[2];
	int ret;
	struct task_struct *task;
	struct completion started;
};

static void *job_thread(void *arg)
{
	struct job *j = arg;
	int i;

	for (i = 0; i < 2; i++)
		j->descs[i] = (struct pl_dma_desc){
			.op = PL_DMA_FILL, .pasid = PASID, .len = 2 * PAGE, .dst = 0,
		};
	j->task = current;
	complete(&j->started);
	j->ret = run(j->k, j->descs, 2);
	return NULL;
}

static void job_start(struct fake *k, struct job *j, pthread_t *thread)
{
	j->k = k;
	init_completion(&j->started);
	assert_int_equal(pthread_create(thread, NULL, job_thread, j), 0);
	wait_for_completion(&j->started);
}

static void *unbind_thread(void *arg)
{
	struct fake *k = arg;

	shim_platform_unbind(k->pdev);
	return NULL;
}

static void going_ends_the_jobs_that_wait(void **state)
{
	struct fake *k = *state;
	pthread_t threads[3], unbind;
	struct job jobs[3] = { 0 };
	struct pl_dma_desc d = { .op = PL_DMA_READ, .pasid = PASID, .len = 8 };
	int i;

	k->arrive = hold;
	job_start(k, &jobs[0], &threads[0]);
	wait_for_completion(&k->waiting);
	for (i = 1; i < 3; i++)
		job_start(k, &jobs[i], &threads[i]);
	assert_int_equal(pthread_create(&unbind, NULL, unbind_thread, k), 0);
	wait_for_completion(&k->off);
	/* Time to turn new jobs away; nothing depends on its being enough. */
	msleep(20);
	complete(&k->gate);
	pthread_join(unbind, NULL);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 3; i++) {
		if (jobs[i].ret == -ENODEV)	/* came too late */
			continue;
		assert_int_equal(jobs[i].ret, 0);
		assert_true(jobs[i].descs[1].status == PL_DMA_GONE ||
			    jobs[i].descs[1].status == PL_DMA_OK);
	}
	assert_int_equal(run(k, &d, 1), -ENODEV);
}

static void a_killed_caller_does_not_wait_for_its_job(void **state)
{
	struct fake *k = *state;
	struct job j = { 0 };
	pthread_t thread;

	k->arrive = hold;
	job_start(k, &j, &thread);
	wait_for_completion(&k->waiting);
	shim_signal(j.task);
	/* The engine is at its first request: the rest is what it may skip. */
	while (READ_ONCE(j.task->__state) == TASK_RUNNING)
		sched_yield();
	complete(&k->gate);
	pthread_join(thread, NULL);
	assert_true(j.ret == -EINTR || !j.ret);
	if (j.ret)
		assert_int_equal(j.descs[1].status, PL_DMA_GONE);
	assert_int_equal(read_at(k, 0, 8, 0), PL_DMA_OK);
}

static void a_stale_name_reaches_no_engine(void **state)
{
	struct fake *k = *state;
	struct pl_dma_desc d = { .op = PL_DMA_READ, .pasid = PASID, .len = 8 };
	const struct pl_engine_ops *ops = k->d->engine;
	void *old = k->priv;

	shim_platform_unbind(k->pdev);
	assert_int_equal(ops->run(old, &d, 1), -ENODEV);
	assert_int_equal(shim_platform_bind(k->pdev), 0);
	assert_int_equal(ops->run(old, &d, 1), -ENODEV);
	find_device(k);
	assert_true(k->priv != old);
	assert_int_equal(read_at(k, 0, 8, 0), PL_DMA_OK);
}

static void coming_without_memory_leaves_nothing(void **state)
{
	struct fake *k = *state;
	unsigned long n;
	bool fired;
	long live;
	int ret;

	shim_platform_unbind(k->pdev);
	rcu_barrier();
	live = shim_alloc_live();
	for (n = 1; ; n++) {
		shim_fail_nth(n);
		ret = shim_platform_bind(k->pdev);
		fired = shim_fail_fired();
		shim_fail_reset();
		if (!fired)
			break;
		assert_int_not_equal(ret, 0);
		rcu_barrier();
		assert_int_equal(shim_alloc_live(), live);
		assert_int_equal(k->connects, k->disconnects);
	}
	assert_int_equal(ret, 0);
	assert_true(n > 4);
}

#define ONE(fn)	cmocka_unit_test_setup_teardown(fn, one_channel, world_down)
#define TWO(fn)	cmocka_unit_test_setup_teardown(fn, two_channels, world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(a_hash_is_fnv_1a),
		ONE(a_fill_touches_no_byte_beside_it),
		ONE(no_request_crosses_4_kib),
		ONE(a_refusal_ends_a_transfer),
		ONE(a_translation_is_asked_for_once),
		ONE(a_read_only_answer_does_not_let_writes_through),
		ONE(a_refused_translation_is_not_remembered),
		ONE(pasids_do_not_share_translations),
		ONE(an_invalidation_drops_what_it_names),
		ONE(a_large_translation_goes_as_a_whole),
		ONE(a_request_on_its_way_is_taken_back),
		ONE(an_answer_that_was_overtaken_is_not_used),
		ONE(without_memory_nothing_is_remembered),
		TWO(no_dropped_translation_is_used_ever),
		ONE(switches_go_on_and_off_in_order),
		ONE(ats_off_forgets_everything),
		TWO(jobs_go_round_the_channels),
		ONE(going_ends_the_jobs_that_wait),
		ONE(a_killed_caller_does_not_wait_for_its_job),
		ONE(a_stale_name_reaches_no_engine),
		ONE(coming_without_memory_leaves_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("soft", tests, NULL, NULL);
}
