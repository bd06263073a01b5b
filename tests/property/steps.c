// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps of the property test: each draws its arguments, knows the answer
 * from the oracle, has the backend ask, and compares.
 *
 * The hard rule: what a step draws depends on the seed, on the oracle and on
 * what the unit said of itself, and never on an answer that was not compared.
 */
#include <errno.h>
#include <string.h>

#include "steps.h"

static uint64_t rnd(struct prop *w)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return w->rng;
}

int prop_below(struct prop *w, int n)
{
	return (rnd(w) >> 11) % n;
}

/* An address that may be mapped: a page's, or one of a block's pages'. */
uint64_t prop_any_iova(struct prop *w, bool block)
{
	uint64_t iova;

	if (!block)
		return prop_iovas[prop_below(w, PROP_IOVAS)];
	iova = prop_block_iovas[prop_below(w, PROP_BLOCK_IOVAS)];
	return iova + prop_below(w, PROP_BLOCK_PAGES) * PROP_PAGE;
}

/* A domain at random, the static ones too; PROP_NONE when the one drawn is not there. */
static int any_domain(struct prop *w)
{
	int x = prop_below(w, PROP_DOMS + 3);

	if (x == PROP_DOMS)
		return PROP_BLOCKING;
	if (x == PROP_DOMS + 1)
		return w->opt->no_identity ? PROP_NONE : PROP_IDENTITY;
	return x < PROP_DOMS && w->dom[x].live ? x : PROP_NONE;
}

static int any_live_domain(struct prop *w)
{
	int x = prop_below(w, PROP_DOMS);

	return w->dom[x].live ? x : PROP_NONE;
}

/* The slot that this step may have changed. */
static void touch(struct prop *w, int e, uint32_t pasid)
{
	w->touched_ep = e;
	w->touched_pasid = pasid;
}

/*
 * Domains and mappings
 */

static int op_domain_alloc(struct prop *w)
{
	static const uint32_t flags[] = { 0, PL_DOMAIN_STAGE1, PL_DOMAIN_STAGE2 };
	int x = prop_below(w, PROP_DOMS), f = prop_below(w, NR(flags)), want = 0, stage;
	uint64_t iova_last = 0;

	if (w->dom[x].live)
		return 0;
	/* The unit's choice is the first stage where it has one. */
	stage = f == 2 || (!f && !prop_can(w, PL_FEAT_STAGE1)) ? 2 : 1;
	if (!prop_can(w, stage == 1 ? PL_FEAT_STAGE1 : PL_FEAT_STAGE2))
		want = -EOPNOTSUPP;
	prop_note(w, "domain_alloc d%d flags %u", x, flags[f]);
	ASK(w, domain_alloc(w->b, x, flags[f], &iova_last), want);
	if (want)
		return 0;
	EXPECT(w, iova_last >= prop_iovas[PROP_IOVAS - 1] + PROP_PAGE - 1, 1, "a last IOVA");
	prop_domain_init(&w->dom[x], stage, iova_last);
	return 0;
}

static int op_domain_free(struct prop *w)
{
	int x = any_live_domain(w);

	if (x < 0)
		return 0;
	prop_note(w, "domain_free d%d (%d users)", x, w->dom[x].users);
	ASK(w, domain_free(w->b, x), w->dom[x].users ? -EBUSY : 0);
	w->dom[x].live = w->dom[x].users;
	return 0;
}

static int op_map(struct prop *w)
{
	int x = any_live_domain(w), i = prop_below(w, PROP_IOVAS), p = prop_below(w, PROP_PAGES);
	uint32_t prot = 1 + prop_below(w, 3);
	struct prop_domain *o;

	if (x < 0)
		return 0;
	o = &w->dom[x];
	prop_note(w, "map d%d iova %llx page %d prot %u", x, (unsigned long long)prop_iovas[i], p,
		  prot);
	ASK(w, map(w->b, x, prop_iovas[i], w->b->mem.addr[p], PROP_PAGE, prot),
	    o->page[i] >= 0 ? -EEXIST : 0);
	if (o->page[i] < 0) {
		o->page[i] = p;
		o->prot[i] = prot;
	}
	w->touched_dom = x;
	return 0;
}

static int unmap(struct prop *w, int x, uint64_t iova, uint64_t size, uint64_t want)
{
	uint64_t bytes = 0;

	ASK(w, unmap(w->b, x, iova, size, &bytes), 0);
	EXPECT(w, bytes, want, "bytes unmapped");
	w->touched_dom = x;
	return 0;
}

static int op_unmap(struct prop *w)
{
	int x = any_live_domain(w), i = prop_below(w, PROP_IOVAS);
	bool mapped;

	if (x < 0)
		return 0;
	prop_note(w, "unmap d%d iova %llx", x, (unsigned long long)prop_iovas[i]);
	mapped = w->dom[x].page[i] >= 0;
	w->dom[x].page[i] = -1;
	return unmap(w, x, prop_iovas[i], PROP_PAGE, mapped ? PROP_PAGE : 0);
}

static int op_map_block(struct prop *w)
{
	int x = any_live_domain(w), i = prop_below(w, PROP_BLOCK_IOVAS);
	int b = prop_below(w, PROP_BLOCKS);
	uint32_t prot = 1 + prop_below(w, 3);
	struct prop_domain *o;

	if (x < 0)
		return 0;
	o = &w->dom[x];
	prop_note(w, "map d%d block %d at %d prot %u", x, b, i, prot);
	ASK(w, map(w->b, x, prop_block_iovas[i], w->b->mem.block_addr[b], PROP_BLOCK, prot),
	    o->block[i] >= 0 ? -EEXIST : 0);
	if (o->block[i] < 0) {
		o->block[i] = b;
		o->block_prot[i] = prot;
	}
	w->touched_dom = x;
	return 0;
}

/*
 * Asking for one page of it takes the whole block: the documented widening of
 * the in-kernel API.  The ABI knows what was mapped by one call, and refuses.
 */
static int unmap_part(struct prop *w, int x, int i)
{
	uint64_t iova = prop_block_iovas[i] + prop_below(w, PROP_BLOCK_PAGES) * PROP_PAGE;
	bool mapped = w->dom[x].block[i] >= 0;
	uint64_t bytes = 0;

	prop_note(w, "unmap d%d block %d by one page", x, i);
	if (w->b->caps.abi && mapped) {
		ASK(w, unmap(w->b, x, iova, PROP_PAGE, &bytes), -EINVAL);
		return 0;
	}
	w->dom[x].block[i] = -1;
	return unmap(w, x, iova, PROP_PAGE, mapped ? PROP_BLOCK : 0);
}

static int op_unmap_block(struct prop *w)
{
	int x = any_live_domain(w), i = prop_below(w, PROP_BLOCK_IOVAS);
	bool mapped;

	if (x < 0)
		return 0;
	if (prop_below(w, 2))
		return unmap_part(w, x, i);
	prop_note(w, "unmap d%d block %d", x, i);
	mapped = w->dom[x].block[i] >= 0;
	w->dom[x].block[i] = -1;
	return unmap(w, x, prop_block_iovas[i], PROP_BLOCK, mapped ? PROP_BLOCK : 0);
}

/* Ranges that take whole tables with them, of every level. */
static int op_unmap_wide(struct prop *w)
{
	static const struct {
		uint64_t iova, size;
	} wide[] = {
		{ 0x0, 2ull << 20 }, { 0x200000, 2ull << 20 }, { 0x40000000, 2ull << 20 },
		{ 0x0, 1ull << 30 }, { 0x0, 4ull << 30 }, { 0x8000000000, 512ull << 30 },
	};
	int x = any_live_domain(w), k = prop_below(w, NR(wide));

	if (x < 0)
		return 0;
	prop_note(w, "unmap d%d %llx, %llx bytes", x, (unsigned long long)wide[k].iova,
		  (unsigned long long)wide[k].size);
	return unmap(w, x, wide[k].iova, wide[k].size,
		     prop_unmap_wide(&w->dom[x], wide[k].iova, wide[k].size));
}

static int op_bad_range(struct prop *w)
{
	int x = any_live_domain(w);
	const uint64_t page = w->b->mem.addr[0], beyond = x < 0 ? 0 : w->dom[x].iova_last + 1;
	const struct {
		uint64_t iova, addr, size;
		uint32_t prot;
		int want;
	} bad[] = {
		{ 0x1001, page, 0x1000, 1, -EINVAL },
		{ 0x1000, page + 8, 0x1000, 1, -EINVAL },
		{ 0x1000, page, 0x800, 1, -EINVAL },
		{ 0x1000, page, 0, 1, -EINVAL },
		{ 0x1000, page, 0x1000, 0, -EINVAL },
		{ 0x1000, page, 0x1000, 4, -EINVAL },
		{ ~0xfffull, page, 0x2000, 1, -EINVAL },
		{ beyond, page, 0x1000, 1, -EINVAL },
		{ beyond - 0x1000, page, 0x2000, 1, -EINVAL },
		/* No such address of a process; no such address of memory. */
		{ 0x1000, ~0xfffull, 0x1000, 1, w->b->caps.abi ? -EFAULT : -EINVAL },
		{ 0x1000, page, ~0xfffull, 1, -EINVAL },
	};
	int i = prop_below(w, NR(bad));

	if (x < 0)
		return 0;
	prop_note(w, "bad range %d on d%d", i, x);
	ASK(w, map(w->b, x, bad[i].iova, bad[i].addr, bad[i].size, bad[i].prot), bad[i].want);
	return 0;
}

/*
 * Devices
 */

static int op_enable(struct prop *w)
{
	int e = prop_any_ep(w);

	if (w->ep[e].enabled > 2)
		return 0;
	prop_note(w, "enable AUX ep%d", e);
	ASK(w, enable(w->b, e, true), 0);
	w->ep[e].enabled++;
	return 0;
}

static int op_disable(struct prop *w)
{
	int e = prop_any_ep(w), want = 0;

	if (!w->ep[e].enabled)
		want = -EINVAL;
	else if (w->ep[e].enabled == 1 && prop_nr_pasids(w, e))
		want = -EBUSY;
	prop_note(w, "disable AUX ep%d (%d)", e, w->ep[e].enabled);
	ASK(w, enable(w->b, e, false), want);
	w->ep[e].enabled -= !want;
	return 0;
}

static int op_mode(struct prop *w)
{
	uint32_t mode = prop_below(w, 3);
	int e = prop_any_ep(w), want = 0;

	if (mode > PL_MODE_FREE)
		want = -EINVAL;
	else if (mode == PL_MODE_STRICT && prop_nr_pasids(w, e) && w->ep[e].rid != PROP_BLOCKING)
		want = -EBUSY;
	prop_note(w, "mode ep%d %u", e, mode);
	ASK(w, mode(w->b, e, mode), want);
	if (!want)
		w->ep[e].mode = mode;
	return 0;
}

static int op_claim(struct prop *w)
{
	int e = prop_any_ep(w), who = 1 + prop_below(w, PROP_OWNERS), want = 0;

	if (w->ep[e].claimed)
		want = w->ep[e].claimed == who ? 0 : -EBUSY;
	else if (prop_nr_pasids(w, e) || w->ep[e].rid != PROP_BLOCKING)
		want = -EBUSY;
	prop_note(w, "claim ep%d by %d", e, who);
	ASK(w, claim(w->b, e, who, true), want);
	if (!want)
		w->ep[e].claimed = who;
	return 0;
}

/* The ABI refuses whoever has no claim; the in-kernel API cannot say so. */
static int op_release(struct prop *w)
{
	int e = prop_any_ep(w), who = 1 + prop_below(w, PROP_OWNERS);
	bool held = w->ep[e].claimed == who;

	prop_note(w, "release ep%d by %d", e, who);
	ASK(w, claim(w->b, e, who, false), held || !w->b->caps.abi ? 0 : -EINVAL);
	if (held)
		w->ep[e].claimed = 0;
	return 0;
}

/* R0.1: an answer, whatever the state, and the same one. */
static int op_features(struct prop *w)
{
	int e = prop_any_ep(w);
	uint32_t f;

	prop_note(w, "features ep%d", e);
	for (f = 0; f < PL_FEAT_NR; f++)
		ASK(w, feature(w->b, e, f), prop_can(w, f));
	ASK(w, feature(w->b, e, PL_FEAT_NR + prop_below(w, 1000)), 0);
	return 0;
}

/*
 * Slots
 */

static int op_set_rid(struct prop *w)
{
	int e = prop_any_ep(w), x = any_domain(w), want;

	if (x == PROP_NONE)
		return 0;
	want = prop_rules(w, e, true, x);
	if (!want)
		want = prop_unit_rules(w, e, true, x);
	prop_note(w, "set ep%d RID d%d (was d%d)", e, x, w->ep[e].rid);
	ASK(w, set(w->b, e, PL_NO_PASID_U, x), want);
	if (!want)
		prop_hold(w, &w->ep[e].rid, x);
	touch(w, e, PL_NO_PASID_U);
	return 0;
}

static int op_attach_rid(struct prop *w)
{
	int e = prop_any_ep(w), x = any_live_domain(w), want;

	if (x < 0)
		return 0;
	want = prop_rules(w, e, true, x);
	if (!want)
		want = prop_unit_rules(w, e, true, x);
	prop_note(w, "rid_attach d%d ep%d (was d%d)", x, e, w->ep[e].rid);
	ASK(w, rid_attach(w->b, e, x), want);
	if (!want)
		prop_hold(w, &w->ep[e].rid, x);
	touch(w, e, PL_NO_PASID_U);
	return 0;
}

/* The in-kernel API has no answer: what the RID holds then shows in the tables. */
static int op_detach_rid(struct prop *w)
{
	int e = prop_any_ep(w), x = any_live_domain(w);
	bool held;

	if (x < 0)
		return 0;
	held = w->ep[e].rid == x;
	prop_note(w, "rid_detach d%d ep%d (holds d%d)", x, e, w->ep[e].rid);
	ASK(w, rid_detach(w->b, e, x), held || !w->b->caps.abi ? 0 : -ENOENT);
	if (held)
		prop_hold(w, &w->ep[e].rid, PROP_BLOCKING);
	touch(w, e, PL_NO_PASID_U);
	return 0;
}

static int op_pasid_alloc(struct prop *w)
{
	struct prop_private *p = &w->priv[prop_below(w, PROP_PRIV)], *q;
	int e = prop_any_ep(w);

	if (p->pasid)
		return 0;
	prop_note(w, "pasid_alloc ep%d", e);
	ASK(w, pasid_alloc(w->b, e, &p->pasid), 0);
	EXPECT(w, p->pasid > 0 && p->pasid < 1u << PL_PASID_WIDTH_MAX, 1, "a PASID in range");
	for (q = w->priv; q < w->priv + PROP_PRIV; q++)
		if (q != p && q->pasid == p->pasid)
			return prop_fail(w, "PASID %u given out twice", p->pasid);
	p->ep = e;
	p->holds = PROP_BLOCKING;
	touch(w, e, p->pasid);
	return 0;
}

static int op_pasid_free(struct prop *w)
{
	struct prop_private *p = &w->priv[prop_below(w, PROP_PRIV)];
	int want;

	if (!p->pasid)
		return 0;
	want = p->holds != PROP_BLOCKING ? -EBUSY : 0;
	prop_note(w, "pasid_free ep%d %u", p->ep, p->pasid);
	ASK(w, pasid_free(w->b, p->ep, p->pasid), want);
	if (!want)
		p->pasid = 0;
	return 0;
}

static int op_set_pasid(struct prop *w)
{
	struct prop_private *p = &w->priv[prop_below(w, PROP_PRIV)];
	int x = any_domain(w), want;

	if (!p->pasid || x == PROP_NONE)
		return 0;
	want = prop_rules(w, p->ep, false, x);
	if (!want)
		want = prop_unit_rules(w, p->ep, false, x);
	prop_note(w, "set ep%d PASID %u d%d (was d%d)", p->ep, p->pasid, x, p->holds);
	ASK(w, set(w->b, p->ep, p->pasid, x), want);
	if (!want)
		prop_hold(w, &p->holds, x);
	touch(w, p->ep, p->pasid);
	return 0;
}

static int op_bad_set(struct prop *w)
{
	int e = prop_any_ep(w);
	uint32_t pasid;

	prop_note(w, "bad PASIDs ep%d", e);
	ASK(w, set(w->b, e, 0, PROP_IDENTITY), -EINVAL);
	ASK(w, set(w->b, e, 1u << PL_PASID_WIDTH_MAX, PROP_IDENTITY), -EOVERFLOW);
	ASK(w, set(w->b, e, 0xfffffffe, PROP_BLOCKING), -EOVERFLOW);
	EXPECT(w, OPS(w)->aux_attach(w->b, e, PROP_IDENTITY, &pasid) < 0, 1,
	       "aux takes paging domains only");
	return 0;
}

static int op_aux_attach(struct prop *w)
{
	int e = prop_any_ep(w), x = any_live_domain(w), want;
	uint32_t pasid = 0;

	if (x < 0)
		return 0;
	want = prop_rules(w, e, false, x);
	if (!want && w->ep[e].rid == x)
		want = -EBUSY;
	if (!want && w->ep[e].aux[x])
		want = -EEXIST;
	if (!want)
		want = prop_unit_rules(w, e, false, x);
	prop_note(w, "aux_attach d%d ep%d", x, e);
	ASK(w, aux_attach(w->b, e, x, &pasid), want);
	if (want)
		return 0;
	EXPECT(w, pasid > 0 && pasid < 1u << PL_PASID_WIDTH_MAX, 1, "a PASID in range");
	w->ep[e].aux[x] = pasid;
	w->dom[x].users++;
	touch(w, e, pasid);
	return 0;
}

/* Its PASID says nothing afterwards; somebody may have it at once, so it is not walked by name. */
static int op_aux_detach(struct prop *w)
{
	int e = prop_any_ep(w), x = any_live_domain(w);
	uint32_t pasid;

	if (x < 0)
		return 0;
	pasid = w->ep[e].aux[x];
	prop_note(w, "aux_detach d%d ep%d (PASID %u)", x, e, pasid);
	ASK(w, aux_detach(w->b, e, x), pasid ? 0 : -ENOENT);
	w->dom[x].users -= !!pasid;
	w->ep[e].aux[x] = 0;
	if (pasid)
		touch(w, e, pasid);
	return 0;
}

/* R0.8, R0.9: the PASID is the same number on every device, and never 0. */
static int op_get_pasid(struct prop *w)
{
	int e = prop_any_ep(w), other = prop_any_ep(w), x = any_live_domain(w);
	uint32_t here, there, pasid = 0;

	if (x < 0)
		return 0;
	here = w->ep[e].aux[x];
	there = w->ep[other].aux[x];
	prop_note(w, "get_pasid d%d ep%d", x, e);
	ASK(w, aux_get_pasid(w->b, e, x, &pasid), here ? 0 : -ENOENT);
	EXPECT(w, pasid, here, "the PASID of a domain");
	if (here && there)
		EXPECT(w, here, there, "its PASID on another device");
	return 0;
}

static int op_detach_all(struct prop *w)
{
	int e = prop_any_ep(w), i, want = prop_nr_pasids(w, e);
	unsigned int n = 0;

	prop_note(w, "detach_all ep%d (%d PASIDs)", e, want);
	ASK(w, detach_all(w->b, e, &n), 0);
	EXPECT(w, n, want, "slots detached");
	for (i = 0; i < PROP_DOMS; i++) {
		if (w->ep[e].aux[i])
			touch(w, e, w->ep[e].aux[i]);
		w->dom[i].users -= !!w->ep[e].aux[i];
		w->ep[e].aux[i] = 0;
	}
	for (i = 0; i < PROP_PRIV; i++)
		if (w->priv[i].pasid && w->priv[i].ep == e)
			prop_hold(w, &w->priv[i].holds, PROP_BLOCKING);
	return 0;
}

static const struct {
	const char *name;
	int weight;
	int (*fn)(struct prop *w);
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
	{ "dma_rid", 10, prop_dma_rid },
	{ "dma_private", 20, prop_dma_private },
	{ "dma_aux", 20, prop_dma_aux },
	{ "dma_foreign", 4, prop_dma_foreign },
};

static int total_weight(void)
{
	int i, sum = 0;

	for (i = 0; i < NR(ops); i++)
		sum += ops[i].weight;
	return sum;
}

/**
 * prop_draw() - one step
 * @w: the world
 *
 * Return: 0, or -1: something differed.
 */
int prop_draw(struct prop *w)
{
	static int total;
	int x, i, ret;

	if (!total)
		total = total_weight();
	x = prop_below(w, total);
	for (i = 0; x >= ops[i].weight; i++)
		x -= ops[i].weight;
	strcpy(w->history[w->step % PROP_HISTORY], ops[i].name);
	w->touched_ep = -1;
	w->touched_dom = PROP_NONE;
	ret = ops[i].fn(w);
	return ret ? ret : prop_check_tables(w);
}
