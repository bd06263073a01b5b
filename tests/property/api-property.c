// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Property: whatever sequence of calls the API sees, it answers as a naive
 * oracle does, and every DMA sees what the oracle says it must.
 *
 * The oracle is a handful of arrays: what each slot holds, what each domain
 * maps, what each page contains.  It knows no cache, no queue, no table.  Each
 * step draws one operation, works out the answer by the rules as
 * kmod/uapi/pasidlab.h words them, calls the API and compares: errno, PASIDs,
 * data.  The reference model underneath keeps every translation until it is
 * invalidated, so a forgotten invalidation shows as a DMA that reached what it
 * must not, and the model says which cache answered.
 *
 * Proves R0.1 to R0.6, R0.8 to R0.11, R1.1 to R1.7, R2.1, R2.2, R2.4, R2.5,
 * R2.8, R2.9, O1 to O3, O5, O8, O9.
 *
 * A failure prints the seed, the step and the last operations; the same seed
 * and options repeat it exactly.
 *
 *	api-property --ops 1000000
 *	api-property --seed 7 --config cm,nosnoop --ops 20000 --audit 1
 */
#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "../rig.h"
#include "shim.h"

#define NR_EPS		3
#define NR_DOMS		10
#define NR_PRIV		16
#define NR_PAGES	24
#define NR_BLOCKS	2
#define BLOCK_SIZE	(2ULL << 20)
#define HISTORY		12

#define BLOCKING	-1
#define IDENTITY	-2

/* Where a domain may map single pages: both ends of tables of every level. */
static const u64 iovas[] = {
	0x0, 0x1000, 0x1ff000, 0x200000, 0x201000, 0x3ffff000, 0x40000000, 0x40001000,
	0x7ffffff000, 0x8000000000, 0x8000001000, 0x7ffffffff000,
};
#define NR_IOVAS	ARRAY_SIZE(iovas)

/* And where blocks of 2 MiB go. */
static const u64 block_iovas[] = { 0x80000000, 0xc0000000 };

/*
 * The oracle
 */

struct o_domain {
	struct pl_domain *dom;
	int stage;
	int page[NR_IOVAS];		/* -1: none */
	u32 prot[NR_IOVAS];
	int block[ARRAY_SIZE(block_iovas)];
	u32 block_prot[ARRAY_SIZE(block_iovas)];
	int users;
};

struct o_private {
	pl_pasid_t pasid;		/* 0: none */
	int ep;
	int holds;
};

struct o_ep {
	u32 mode;
	int enabled;
	int claimed;			/* 0: nobody; else which owner */
	int rid;
	pl_pasid_t aux[NR_DOMS];	/* 0: not aux here */
};

static struct {
	struct rig *rig;
	struct o_ep ep[NR_EPS];
	struct o_domain dom[NR_DOMS];
	struct o_private priv[NR_PRIV];
	u64 page_phys[NR_PAGES];
	u64 page_word[NR_PAGES];
	u64 block_phys[NR_BLOCKS];
	int owner[3];			/* addresses name owners 1 and 2 */
	u64 rng;
	u64 step;
	u64 next_word;
	char history[HISTORY][96];
	bool has_ats, has_cm;
} w;

/* A sanitizer sees what it sees in fewer steps, and takes longer for each. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEFAULT_OPS	100000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEFAULT_OPS	100000
#endif
#endif
#ifndef DEFAULT_OPS
#define DEFAULT_OPS	1000000
#endif

static struct {
	u64 ops, seed, audit;
	const char *config;
	bool bench;
} opt = { .ops = DEFAULT_OPS, .seed = 1, .audit = 512 };

static u64 rnd(void)
{
	w.rng ^= w.rng << 13;
	w.rng ^= w.rng >> 7;
	w.rng ^= w.rng << 17;
	return w.rng;
}

static int below(int n)
{
	return (rnd() >> 11) % n;
}

#define NOTE(...) snprintf(w.history[w.step % HISTORY], sizeof(w.history[0]), __VA_ARGS__)

/* Say what happened and how to see it again; the model's own complaints too. */
__attribute__((format(printf, 1, 2)))
static int fail(const char *fmt, ...)
{
	va_list ap;
	u64 i;

	printf("# FAILED at step %llu, seed %llu, config %s: ", (unsigned long long)w.step,
	       (unsigned long long)opt.seed, opt.config ?: "all");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	for (i = w.step >= HISTORY ? w.step - HISTORY + 1 : 0; i <= w.step; i++)
		printf("# %6llu %s\n", (unsigned long long)i, w.history[i % HISTORY]);
	vtd_model_audit(w.rig->model);
	rig_violations(w.rig, stdout);
	return -1;
}

#define EXPECT(got, want, ...) do {						\
	long long g_ = (got), w_ = (want);					\
	if (g_ != w_)								\
		return fail("%s: got %lld, expected %lld", #got, g_, w_);	\
} while (0)

static struct device *dev(int e)
{
	return rig_dev(w.rig, e);
}

static int nr_pasids(int e)
{
	int i, n = 0;

	for (i = 0; i < NR_DOMS; i++)
		n += !!w.ep[e].aux[i];
	for (i = 0; i < NR_PRIV; i++)
		n += w.priv[i].pasid && w.priv[i].ep == e && w.priv[i].holds != BLOCKING;
	return n;
}

/* A domain at random: the static ones too.  -3 when the one drawn is not there. */
static int any_domain(void)
{
	int x = below(NR_DOMS + 3);

	if (x == NR_DOMS)
		return BLOCKING;
	if (x == NR_DOMS + 1)
		return IDENTITY;
	return x < NR_DOMS && w.dom[x].dom ? x : -3;
}

static struct pl_domain *domain(int x, int e)
{
	if (x == BLOCKING)
		return pl_blocking_domain(dev(e));
	if (x == IDENTITY)
		return pl_identity_domain(dev(e));
	return w.dom[x].dom;
}

static int any_live_domain(void)
{
	int x = below(NR_DOMS);

	return w.dom[x].dom ? x : -3;
}

/* One slot's holder changed in the oracle. */
static void hold(int *holds, int x)
{
	if (*holds >= 0)
		w.dom[*holds].users--;
	*holds = x;
	if (x >= 0)
		w.dom[x].users++;
}

/*
 * Operations: each draws its arguments, knows the answer, asks, compares
 */

static int op_domain_alloc(void)
{
	static const u32 flags[] = { 0, PL_DOMAIN_STAGE1, PL_DOMAIN_STAGE2 };
	int x = below(NR_DOMS), f = below(3);
	struct o_domain *o = &w.dom[x];
	unsigned int i;

	if (o->dom)
		return 0;
	NOTE("domain_alloc d%d flags %u", x, flags[f]);
	o->dom = pl_domain_alloc_paging(dev(0), flags[f]);
	if (IS_ERR(o->dom))
		return fail("domain_alloc: %ld", PTR_ERR(o->dom));
	o->stage = f == 2 ? 2 : 1;
	EXPECT(o->dom->stage, o->stage);
	for (i = 0; i < NR_IOVAS; i++)
		o->page[i] = -1;
	for (i = 0; i < ARRAY_SIZE(block_iovas); i++)
		o->block[i] = -1;
	o->users = 0;
	return 0;
}

static int op_domain_free(void)
{
	int x = any_live_domain();

	if (x < 0)
		return 0;
	NOTE("domain_free d%d (%d users)", x, w.dom[x].users);
	EXPECT(pl_domain_free(w.dom[x].dom), w.dom[x].users ? -EBUSY : 0);
	if (!w.dom[x].users)
		w.dom[x].dom = NULL;
	return 0;
}

static int op_map(void)
{
	int x = any_live_domain(), i = below(NR_IOVAS), p = below(NR_PAGES);
	u32 prot = 1 + below(3);
	struct o_domain *o;

	if (x < 0)
		return 0;
	o = &w.dom[x];
	NOTE("map d%d iova %llx page %d prot %u", x, (unsigned long long)iovas[i], p, prot);
	EXPECT(pl_map(o->dom, iovas[i], w.page_phys[p], PAGE_SIZE, prot),
	       o->page[i] >= 0 ? -EEXIST : 0);
	if (o->page[i] < 0) {
		o->page[i] = p;
		o->prot[i] = prot;
	}
	return 0;
}

static int op_unmap(void)
{
	int x = any_live_domain(), i = below(NR_IOVAS);
	struct o_domain *o;

	if (x < 0)
		return 0;
	o = &w.dom[x];
	NOTE("unmap d%d iova %llx", x, (unsigned long long)iovas[i]);
	EXPECT(pl_unmap(o->dom, iovas[i], PAGE_SIZE), o->page[i] >= 0 ? PAGE_SIZE : 0);
	o->page[i] = -1;
	return 0;
}

static int op_map_block(void)
{
	int x = any_live_domain(), i = below(ARRAY_SIZE(block_iovas)), b = below(NR_BLOCKS);
	u32 prot = 1 + below(3);
	struct o_domain *o;

	if (x < 0)
		return 0;
	o = &w.dom[x];
	NOTE("map d%d block %d at %d prot %u", x, b, i, prot);
	EXPECT(pl_map(o->dom, block_iovas[i], w.block_phys[b], BLOCK_SIZE, prot),
	       o->block[i] >= 0 ? -EEXIST : 0);
	if (o->block[i] < 0) {
		o->block[i] = b;
		o->block_prot[i] = prot;
	}
	return 0;
}

/* Asking for one page of it takes the whole block: the documented widening. */
static int op_unmap_block(void)
{
	int x = any_live_domain(), i = below(ARRAY_SIZE(block_iovas));
	bool part = below(2);
	u64 iova, size, got;
	struct o_domain *o;

	if (x < 0)
		return 0;
	o = &w.dom[x];
	iova = block_iovas[i] + (part ? below(512) * PAGE_SIZE : 0);
	size = part ? PAGE_SIZE : BLOCK_SIZE;
	NOTE("unmap d%d block %d %s", x, i, part ? "by one page" : "");
	got = pl_unmap(o->dom, iova, size);
	EXPECT(got, o->block[i] >= 0 ? BLOCK_SIZE : 0);
	o->block[i] = -1;
	return 0;
}

/* Ranges that take whole tables with them, of every level. */
static int op_unmap_wide(void)
{
	static const struct { u64 iova, size; } wide[] = {
		{ 0x0, 2ULL << 20 }, { 0x200000, 2ULL << 20 }, { 0x40000000, 2ULL << 20 },
		{ 0x0, 1ULL << 30 }, { 0x0, 4ULL << 30 }, { 0x8000000000, 512ULL << 30 },
	};
	int x = any_live_domain(), k = below(ARRAY_SIZE(wide));
	struct o_domain *o;
	unsigned int i;
	u64 want = 0;

	if (x < 0)
		return 0;
	o = &w.dom[x];
	NOTE("unmap d%d %llx, %llx bytes", x, (unsigned long long)wide[k].iova,
	     (unsigned long long)wide[k].size);
	for (i = 0; i < NR_IOVAS; i++) {
		if (o->page[i] < 0 || iovas[i] - wide[k].iova >= wide[k].size)
			continue;
		o->page[i] = -1;
		want += PAGE_SIZE;
	}
	for (i = 0; i < ARRAY_SIZE(block_iovas); i++) {
		if (o->block[i] < 0 || block_iovas[i] - wide[k].iova >= wide[k].size)
			continue;
		o->block[i] = -1;
		want += BLOCK_SIZE;
	}
	EXPECT(pl_unmap(o->dom, wide[k].iova, wide[k].size), want);
	return 0;
}

static int op_bad_range(void)
{
	static const struct { u64 iova, paddr, size; u32 prot; } bad[] = {
		{ 0x1001, 1ULL << 32, 0x1000, 1 },
		{ 0x1000, (1ULL << 32) + 8, 0x1000, 1 },
		{ 0x1000, 1ULL << 32, 0x800, 1 },
		{ 0x1000, 1ULL << 32, 0, 1 },
		{ 0x1000, 1ULL << 32, 0x1000, 0 },
		{ 0x1000, 1ULL << 32, 0x1000, 4 },
		{ ~0xfffULL, 1ULL << 32, 0x2000, 1 },
		{ 1ULL << 48, 1ULL << 32, 0x1000, 1 },
		{ 0x1000, ~0xfffULL, 0x1000, 1 },
		{ 0x1000, 1ULL << 32, ~0xfffULL, 1 },
	};
	int x = any_live_domain(), i = below(ARRAY_SIZE(bad));

	if (x < 0)
		return 0;
	NOTE("bad range %d on d%d", i, x);
	EXPECT(pl_map(w.dom[x].dom, bad[i].iova, bad[i].paddr, bad[i].size, bad[i].prot), -EINVAL);
	return 0;
}

static int op_enable(void)
{
	int e = below(NR_EPS);

	if (w.ep[e].enabled > 2)
		return 0;
	NOTE("enable AUX ep%d", e);
	EXPECT(pl_dev_enable_feature(dev(e), PL_FEAT_AUX), 0);
	w.ep[e].enabled++;
	return 0;
}

static int op_disable(void)
{
	int e = below(NR_EPS), want = 0;

	if (!w.ep[e].enabled)
		want = -EINVAL;
	else if (w.ep[e].enabled == 1 && nr_pasids(e))
		want = -EBUSY;
	NOTE("disable AUX ep%d (%d)", e, w.ep[e].enabled);
	EXPECT(pl_dev_disable_feature(dev(e), PL_FEAT_AUX), want);
	w.ep[e].enabled -= !want;
	return 0;
}

static int op_mode(void)
{
	u32 mode = below(3);
	int e = below(NR_EPS), want = 0;

	if (mode > PL_MODE_FREE)
		want = -EINVAL;
	else if (mode == PL_MODE_STRICT && nr_pasids(e) && w.ep[e].rid != BLOCKING)
		want = -EBUSY;
	NOTE("mode ep%d %u", e, mode);
	EXPECT(pl_dev_set_mode(dev(e), mode), want);
	if (!want)
		w.ep[e].mode = mode;
	return 0;
}

/* What any set of something other than blocking must pass. */
static int rules(int e, bool rid)
{
	if (!rid && !w.ep[e].enabled)
		return -EOPNOTSUPP;
	if (w.ep[e].claimed)
		return -EBUSY;
	if (rid && w.ep[e].mode == PL_MODE_STRICT && nr_pasids(e))
		return -EBUSY;
	return 0;
}

static int op_set_rid(void)
{
	int e = below(NR_EPS), x = any_domain(), want = 0;

	if (x == -3)
		return 0;
	if (x != BLOCKING)
		want = rules(e, true);
	NOTE("set ep%d RID d%d (was d%d)", e, x, w.ep[e].rid);
	EXPECT(pl_set(dev(e), PL_NO_PASID, domain(x, e)), want);
	if (!want)
		hold(&w.ep[e].rid, x);
	return 0;
}

static int op_attach_rid(void)
{
	int e = below(NR_EPS), x = any_domain(), want;

	if (x < 0)
		return 0;
	want = rules(e, true);
	NOTE("attach_device d%d ep%d (was d%d)", x, e, w.ep[e].rid);
	EXPECT(pl_attach_device(w.dom[x].dom, dev(e)), want);
	if (!want)
		hold(&w.ep[e].rid, x);
	return 0;
}

static int op_detach_rid(void)
{
	int e = below(NR_EPS), x = any_domain();

	if (x < 0)
		return 0;
	NOTE("detach_device d%d ep%d (holds d%d)", x, e, w.ep[e].rid);
	pl_detach_device(w.dom[x].dom, dev(e));
	if (w.ep[e].rid == x)
		hold(&w.ep[e].rid, BLOCKING);
	EXPECT(pl_get(dev(e), PL_NO_PASID) == domain(w.ep[e].rid, e), 1);
	return 0;
}

static int op_pasid_alloc(void)
{
	struct o_private *p = &w.priv[below(NR_PRIV)];
	int i, e = below(NR_EPS);

	if (p->pasid)
		return 0;
	NOTE("pasid_alloc ep%d", e);
	EXPECT(pl_pasid_alloc(dev(e), &p->pasid), 0);
	EXPECT(p->pasid > 0 && p->pasid < 1u << 20, 1);
	for (i = 0; i < NR_PRIV; i++)
		if (&w.priv[i] != p && w.priv[i].pasid == p->pasid)
			return fail("PASID %u given out twice", p->pasid);
	p->ep = e;
	p->holds = BLOCKING;
	return 0;
}

static int op_pasid_free(void)
{
	struct o_private *p = &w.priv[below(NR_PRIV)];
	int want;

	if (!p->pasid)
		return 0;
	want = p->holds != BLOCKING ? -EBUSY : 0;
	NOTE("pasid_free ep%d %u", p->ep, p->pasid);
	EXPECT(pl_pasid_free(dev(p->ep), p->pasid), want);
	if (!want)
		p->pasid = 0;
	return 0;
}

static int op_set_pasid(void)
{
	struct o_private *p = &w.priv[below(NR_PRIV)];
	int x = any_domain(), want = 0;

	if (!p->pasid || x == -3)
		return 0;
	if (x != BLOCKING)
		want = rules(p->ep, false);
	NOTE("set ep%d PASID %u d%d (was d%d)", p->ep, p->pasid, x, p->holds);
	EXPECT(pl_set(dev(p->ep), p->pasid, domain(x, p->ep)), want);
	if (!want)
		hold(&p->holds, x);
	return 0;
}

static int op_bad_set(void)
{
	int e = below(NR_EPS);

	NOTE("bad PASIDs ep%d", e);
	EXPECT(pl_set(dev(e), 0, domain(IDENTITY, e)), -EINVAL);
	EXPECT(pl_set(dev(e), 1u << 20, domain(IDENTITY, e)), -EOVERFLOW);
	EXPECT(pl_set(dev(e), 0xfffffffe, domain(BLOCKING, e)), -EOVERFLOW);
	EXPECT(pl_aux_attach_device(domain(IDENTITY, e), dev(e)) < 0, 1);
	return 0;
}

static int op_aux_attach(void)
{
	int e = below(NR_EPS), x = any_live_domain(), want;

	if (x < 0)
		return 0;
	want = rules(e, false);
	if (!want && w.ep[e].rid == x)
		want = -EBUSY;
	if (!want && w.ep[e].aux[x])
		want = -EEXIST;
	NOTE("aux_attach d%d ep%d", x, e);
	EXPECT(pl_aux_attach_device(w.dom[x].dom, dev(e)), want);
	if (want)
		return 0;
	w.ep[e].aux[x] = pl_aux_get_pasid(w.dom[x].dom, dev(e));
	EXPECT((int)w.ep[e].aux[x] > 0, 1);
	w.dom[x].users++;
	return 0;
}

static int op_aux_detach(void)
{
	int e = below(NR_EPS), x = any_live_domain();

	if (x < 0)
		return 0;
	NOTE("aux_detach d%d ep%d (PASID %u)", x, e, w.ep[e].aux[x]);
	EXPECT(pl_aux_detach_device(w.dom[x].dom, dev(e)), w.ep[e].aux[x] ? 0 : -ENOENT);
	w.dom[x].users -= !!w.ep[e].aux[x];
	w.ep[e].aux[x] = 0;
	return 0;
}

/* R0.8, R0.9: the PASID is the same number on every device, and never 0. */
static int op_get_pasid(void)
{
	int e = below(NR_EPS), other = below(NR_EPS), x = any_live_domain();
	pl_pasid_t here, there;

	if (x < 0)
		return 0;
	here = w.ep[e].aux[x];
	there = w.ep[other].aux[x];
	NOTE("get_pasid d%d ep%d", x, e);
	EXPECT(pl_aux_get_pasid(w.dom[x].dom, dev(e)), here ? (int)here : -ENOENT);
	if (here && there)
		EXPECT(here, there);
	return 0;
}

static int op_detach_all(void)
{
	int e = below(NR_EPS), i;

	NOTE("detach_all ep%d (%d PASIDs)", e, nr_pasids(e));
	pl_aux_detach_all(dev(e));
	for (i = 0; i < NR_DOMS; i++) {
		w.dom[i].users -= !!w.ep[e].aux[i];
		w.ep[e].aux[i] = 0;
	}
	for (i = 0; i < NR_PRIV; i++)
		if (w.priv[i].pasid && w.priv[i].ep == e)
			hold(&w.priv[i].holds, BLOCKING);
	EXPECT(w.rig->ep[e]->d->nr_pasids, 0);
	return 0;
}

static int op_claim(void)
{
	int e = below(NR_EPS), who = 1 + below(2), want = 0;

	if (w.ep[e].claimed)
		want = w.ep[e].claimed == who ? 0 : -EBUSY;
	else if (nr_pasids(e) || w.ep[e].rid != BLOCKING)
		want = -EBUSY;
	NOTE("claim ep%d by %d", e, who);
	EXPECT(pl_claim_device(dev(e), &w.owner[who]), want);
	if (!want)
		w.ep[e].claimed = who;
	return 0;
}

static int op_release(void)
{
	int e = below(NR_EPS), who = 1 + below(2);

	NOTE("release ep%d by %d", e, who);
	pl_release_device(dev(e), &w.owner[who]);
	if (w.ep[e].claimed == who)
		w.ep[e].claimed = 0;
	return 0;
}

/* R0.1: an answer, whatever the state, and the same one. */
static int op_features(void)
{
	int e = below(NR_EPS);

	NOTE("features ep%d", e);
	EXPECT(pl_dev_has_feature(dev(e), PL_FEAT_AUX), 1);
	EXPECT(pl_dev_has_feature(dev(e), PL_FEAT_ATS), w.has_ats);
	EXPECT(pl_dev_has_feature(dev(e), PL_FEAT_SVA), 0);
	EXPECT(pl_dev_has_feature(dev(e), PL_FEAT_NR + below(1000)), 0);
	return 0;
}

/*
 * DMA: what must it see?
 */

/* The word at @iova through @holds, or NULL for a refusal. */
static u64 *lookup(int holds, u64 iova, bool write)
{
	static u64 block_word;
	struct o_domain *o;
	unsigned int i;
	u32 prot;

	if (holds == BLOCKING)
		return NULL;
	if (holds == IDENTITY) {
		for (i = 0; i < NR_PAGES; i++)
			if (w.page_phys[i] == iova)
				return &w.page_word[i];
		return NULL;
	}
	o = &w.dom[holds];
	for (i = 0; i < NR_IOVAS; i++) {
		if (iovas[i] != iova || o->page[i] < 0)
			continue;
		prot = o->prot[i] | (o->stage == 1 ? PL_PROT_READ : 0);
		return prot & (write ? PL_PROT_WRITE : PL_PROT_READ) ? &w.page_word[o->page[i]] :
								       NULL;
	}
	for (i = 0; i < ARRAY_SIZE(block_iovas); i++) {
		if (o->block[i] < 0 || iova - block_iovas[i] >= BLOCK_SIZE)
			continue;
		prot = o->block_prot[i] | (o->stage == 1 ? PL_PROT_READ : 0);
		if (!(prot & (write ? PL_PROT_WRITE : PL_PROT_READ)))
			return NULL;
		block_word = w.block_phys[o->block[i]] + (iova - block_iovas[i]);
		return &block_word;
	}
	return NULL;
}

/*
 * The table checker reads what the unit would, from the root register down; it
 * must find just what the oracle says, whether or not a DMA ever asks (R1.6).
 */
static int walk(int e, pl_pasid_t pasid, int holds)
{
	struct pl_unit *u = &w.rig->vtd->unit;
	struct pl_walk found = {};
	unsigned int i = below(NR_IOVAS);
	u64 want = 0;
	u32 prot = 0;

	NOTE("walk ep%d pasid %d %llx through d%d", e, pl_pasid_print(pasid),
	     (unsigned long long)iovas[i], holds);
	if (holds == IDENTITY) {
		want = iovas[i];
		prot = PL_PROT_READ | PL_PROT_WRITE;
	} else if (holds >= 0 && w.dom[holds].page[i] >= 0) {
		want = w.page_phys[w.dom[holds].page[i]];
		prot = w.dom[holds].prot[i] | (w.dom[holds].stage == 1 ? PL_PROT_READ : 0);
	}
	if (!u->ops->walk(u, w.rig->ep[e]->d, pasid, iovas[i], &found))
		found.paddr = found.prot = 0;
	EXPECT(found.paddr, want);
	EXPECT(found.prot, prot);
	return 0;
}

static int op_walk(void)
{
	struct o_private *p = &w.priv[below(NR_PRIV)];
	int e = below(NR_EPS), x = below(NR_DOMS);

	switch (below(3)) {
	case 0:
		return walk(e, PL_NO_PASID, w.ep[e].rid);
	case 1:
		return w.ep[e].aux[x] ? walk(e, w.ep[e].aux[x], x) : 0;
	default:
		return p->pasid ? walk(p->ep, p->pasid, p->holds) : 0;
	}
}

static const char *const stale_names[] = {
	"no cache", "context-cache", "PASID-cache", "paging-structure cache", "IOTLB", "device TLB",
};

static int dma(int e, pl_pasid_t pasid, int holds)
{
	struct rig_dma d = { .pasid = pasid, .ats = w.has_ats && below(2) };
	bool block = below(4) == 0;
	u64 *want;
	int ret;

	if (holds == IDENTITY)
		d.iova = w.page_phys[below(NR_PAGES)];
	else if (block)
		d.iova = block_iovas[below(ARRAY_SIZE(block_iovas))] + below(512) * PAGE_SIZE;
	else
		d.iova = iovas[below(NR_IOVAS)];
	d.write = !block && below(3) == 0;
	d.word = w.next_word++;
	want = lookup(holds, d.iova, d.write);
	NOTE("dma ep%d pasid %d %s%s %llx through d%d", e, pl_pasid_print(pasid),
	     d.ats ? "ATS " : "", d.write ? "write" : "read", (unsigned long long)d.iova, holds);
	ret = rig_dma(w.rig->ep[e], &d);
	if (!!ret != !want)
		return fail("DMA %s, it must be %s; a stale entry of the %s answered",
			    ret ? "refused" : "went through", want ? "carried out" : "refused",
			    stale_names[d.stale]);
	if (want && d.write)
		*want = d.word;
	else if (want && *want != d.word)
		return fail("DMA read %llx, the page holds %llx; stale: %s",
			    (unsigned long long)d.word, (unsigned long long)*want,
			    stale_names[d.stale]);
	return 0;
}

static int op_dma_rid(void)
{
	int e = below(NR_EPS);

	return dma(e, PL_NO_PASID, w.ep[e].rid);
}

static int op_dma_private(void)
{
	struct o_private *p = &w.priv[below(NR_PRIV)];

	return p->pasid ? dma(p->ep, p->pasid, p->holds) : 0;
}

static int op_dma_aux(void)
{
	int e = below(NR_EPS), x = below(NR_DOMS);

	return w.ep[e].aux[x] ? dma(e, w.ep[e].aux[x], x) : 0;
}

/* A PASID that is set on one device says nothing on another (R1.2). */
static int op_dma_foreign(void)
{
	int e = below(NR_EPS), x = below(NR_DOMS), i;
	pl_pasid_t pasid = 1 + below(4096);

	for (i = 0; i < NR_EPS; i++)
		if (w.ep[i].aux[x] && i != e)
			pasid = w.ep[i].aux[x];
	for (i = 0; i < NR_DOMS; i++)
		if (w.ep[e].aux[i] == pasid)
			return 0;
	for (i = 0; i < NR_PRIV; i++)
		if (w.priv[i].pasid == pasid && w.priv[i].ep == e)
			return 0;
	return dma(e, pasid, BLOCKING);
}

static const struct {
	const char *name;
	int weight;
	int (*fn)(void);
} ops[] = {
	{ "domain_alloc", 4, op_domain_alloc },
	{ "domain_free", 2, op_domain_free },
	{ "map", 14, op_map },
	{ "unmap", 8, op_unmap },
	{ "map_block", 2, op_map_block },
	{ "unmap_block", 2, op_unmap_block },
	{ "unmap_wide", 2, op_unmap_wide },
	{ "bad_range", 1, op_bad_range },
	{ "enable", 2, op_enable },
	{ "disable", 1, op_disable },
	{ "mode", 1, op_mode },
	{ "set_rid", 3, op_set_rid },
	{ "attach_rid", 3, op_attach_rid },
	{ "detach_rid", 3, op_detach_rid },
	{ "pasid_alloc", 4, op_pasid_alloc },
	{ "pasid_free", 2, op_pasid_free },
	{ "set_pasid", 16, op_set_pasid },
	{ "bad_set", 1, op_bad_set },
	{ "aux_attach", 10, op_aux_attach },
	{ "aux_detach", 8, op_aux_detach },
	{ "get_pasid", 3, op_get_pasid },
	{ "detach_all", 1, op_detach_all },
	{ "claim", 1, op_claim },
	{ "release", 2, op_release },
	{ "features", 1, op_features },
	{ "walk", 8, op_walk },
	{ "dma_rid", 10, op_dma_rid },
	{ "dma_private", 20, op_dma_private },
	{ "dma_aux", 20, op_dma_aux },
	{ "dma_foreign", 4, op_dma_foreign },
};

static int total_weight(void)
{
	unsigned int i;
	int sum = 0;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		sum += ops[i].weight;
	return sum;
}

static int step(int total)
{
	int x = below(total);
	unsigned int i;

	for (i = 0; x >= ops[i].weight; i++)
		x -= ops[i].weight;
	NOTE("%s", ops[i].name);
	return ops[i].fn();
}

/*
 * Worlds
 */

static void pages_create(void)
{
	u64 *word;
	int i, k;

	for (i = 0; i < NR_PAGES; i++) {
		w.page_word[i] = 0x1000 + i;
		w.page_phys[i] = rig_page(w.page_word[i]);
	}
	for (i = 0; i < NR_BLOCKS; i++) {
		word = (void *)__get_free_pages(GFP_KERNEL | __GFP_NOFAIL, 9);
		w.block_phys[i] = virt_to_phys(word);
		for (k = 0; k < 512; k++)
			word[k * 512] = w.block_phys[i] + k * PAGE_SIZE;
	}
}

static void pages_free(void)
{
	int i;

	for (i = 0; i < NR_PAGES; i++)
		rig_page_free(w.page_phys[i]);
	for (i = 0; i < NR_BLOCKS; i++)
		free_pages((unsigned long)phys_to_virt(w.block_phys[i]), 9);
}

static void world_reset(void)
{
	int i;

	memset(&w, 0, sizeof(w));
	w.rng = opt.seed * 0x9e3779b97f4a7c15ull + 1;
	w.next_word = 1ULL << 40;
	for (i = 0; i < NR_EPS; i++)
		w.ep[i].rid = BLOCKING;
}

static bool has_word(const char *config, const char *word)
{
	return config && strstr(config, word);
}

static int world_create(const char *config)
{
	struct vtd_model_config cfg;
	int ret;

	world_reset();
	rig_config(&cfg);
	cfg.seed = opt.seed;
	cfg.caching_mode = has_word(config, "cm");
	cfg.coherent = !has_word(config, "nosnoop");
	cfg.ats = !has_word(config, "noats");
	cfg.lazy = has_word(config, "lazy");
	cfg.strict_dtlb = has_word(config, "strict");
	cfg.throttle = !has_word(config, "nodit");
	w.has_ats = cfg.ats;
	w.has_cm = cfg.caching_mode;
	pages_create();
	ret = rig_create(&cfg, "vtd-property", NR_EPS, &w.rig);
	if (ret)
		printf("# rig_create: %d\n", ret);
	return ret;
}

/* Whatever is left must go without a trace. */
static int world_destroy(void)
{
	u64 bad;
	int i;

	for (i = 0; i < NR_EPS; i++)
		rig_ep_del(w.rig, i);
	for (i = 0; i < NR_DOMS; i++)
		if (w.dom[i].dom && pl_domain_free(w.dom[i].dom))
			return fail("domain %d is still in a slot of a device that went", i);
	bad = vtd_model_audit(w.rig->model) + rig_violations(w.rig, NULL);
	if (bad)
		return fail("%llu violations at the end", (unsigned long long)bad);
	rig_destroy(w.rig);
	pages_free();
	return 0;
}

static int check_model(void)
{
	if (opt.audit && w.step % opt.audit == 0)
		vtd_model_audit(w.rig->model);
	if ((opt.audit == 1 || w.step % 64 == 0) && vtd_model_violations(w.rig->model))
		return fail("the model saw an invariant broken");
	return 0;
}

static int run(const char *config, u64 nr_ops)
{
	int total = total_weight(), ret;

	ret = world_create(config);
	for (; !ret && w.step < nr_ops; w.step++) {
		ret = step(total);
		if (!ret)
			ret = check_model();
	}
	/* Private PASIDs belong to the caller: they go before the devices do. */
	for (int i = 0; !ret && i < NR_PRIV; i++) {
		if (!w.priv[i].pasid)
			continue;
		pl_set(dev(w.priv[i].ep), w.priv[i].pasid, domain(BLOCKING, w.priv[i].ep));
		hold(&w.priv[i].holds, BLOCKING);
		ret = pl_pasid_free(dev(w.priv[i].ep), w.priv[i].pasid);
	}
	return ret ?: world_destroy();
}

static const char *const configs[] = {
	"plain", "noats", "cm", "nosnoop", "cm,nosnoop", "lazy", "strict,nodit", "cm,strict,lazy",
};

static const struct argp_option options[] = {
	{ "ops", 'n', "N", 0, "operations in all (1000000; 100000 under a sanitizer)", 0 },
	{ "seed", 's', "N", 0, "of every choice (1)", 0 },
	{ "audit", 'a', "N", 0,
	  "compare the model's caches with memory every N operations (512)", 0 },
	{ "config", 'c', "WORDS", 0,
	  "one world only: plain or a list of cm, nosnoop, noats, lazy, strict, nodit", 0 },
	{ "bench", 'b', NULL, 0, "print operations a second of processor time", 0 },
	{ }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'n':
		opt.ops = strtoull(arg, NULL, 0);
		break;
	case 's':
		opt.seed = strtoull(arg, NULL, 0);
		break;
	case 'a':
		opt.audit = strtoull(arg, NULL, 0);
		break;
	case 'c':
		opt.config = arg;
		break;
	case 'b':
		opt.bench = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (!opt.ops || !opt.seed)
		argp_error(state, "--ops and --seed are at least 1");
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Random calls of the API against a naive oracle, on the VT-d reference model.\v"
	       "Prints TAP.  A failure names seed, step and the last operations.",
};

/* Processor time: what else the machine does is not this program's speed. */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	size_t i, n = ARRAY_SIZE(configs);
	double start = now();
	int failed = 0, ret;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (opt.config)
		n = 1;
	printf("1..%zu\n", n);
	for (i = 0; i < n; i++) {
		ret = run(opt.config ?: configs[i], opt.ops / n);
		failed += !!ret;
		printf("%s %zu - random calls against the oracle, %s, %llu operations\n",
		       ret ? "not ok" : "ok", i + 1, opt.config ?: configs[i],
		       (unsigned long long)(opt.ops / n));
		if (ret)
			break;
	}
	if (opt.bench)
		printf("# %.0f operations a second of processor time\n", opt.ops / (now() - start));
	return failed ? 1 : 0;
}
