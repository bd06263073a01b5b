// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SMMUv3 driver on the wire (wire.h): what it refuses, what it writes, what
 * it says.
 *
 * Entries are held against a naive reader that may have any mixture of the
 * words that stood in memory since it last had to forget: between any two
 * entries it must see the old one, the new one, or, where that cannot be had, a
 * refusal (O1, O9, IHI0070 3.21.3).  Page tables are read back by the table
 * checker, for every granule and every width.  Commands are compared one by
 * one: that is what the figures of an operation are made of.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/slab.h>

#include "../../kmod/core.h"
#include "shim.h"
#include "shim_control.h"
#include "wire.h"

#define IOVA	0x40000000ull
#define PAGE_AT	0x200000000ull	/* never read: only addresses matter here */
#define MANY	1000
#define SHARED	64

struct world {
	struct wire w;
	struct smmu_unit *v;
	struct device dev;
	struct pl_dev *d;
	struct pl_domain *x, *y;
};

static void no_release(struct device *dev)
{
}

static int nop_switch(struct pl_dev *d, void *priv, u32 bits)
{
	return 0;
}

static void nop_off(struct pl_dev *d, void *priv, u32 bits)
{
}

static const struct pl_engine_ops engine = { .enable = nop_switch, .disable = nop_off };

static void unit_up(struct world *w, u32 eps, u8 pasid_bits)
{
	struct pl_dev_desc desc = {
		.rid = 0x108, .pasid_bits = pasid_bits, .eps = eps, .engine = &engine,
	};

	assert_int_equal(smmu_unit_create(&w->w.regs, "wire", NULL, NULL, &w->v), 0);
	desc.unit = &w->v->unit;
	memset(&w->dev, 0, sizeof(w->dev));
	device_initialize(&w->dev);
	w->dev.release = no_release;
	dev_set_name(&w->dev, "wire-ep");
	assert_int_equal(pl_dev_add(&w->dev, &desc), 0);
	w->d = pl_dev_get(&w->dev);
	pl_dev_put(w->d);
	if (eps & PL_EP_PASID)
		assert_int_equal(pl_dev_enable_feature(&w->dev, PL_FEAT_AUX), 0);
	assert_int_equal(pl_dev_set_mode(&w->dev, PL_MODE_FREE), 0);
}

static struct pl_domain *domain(struct world *w, u32 flags)
{
	struct pl_domain *dom = pl_domain_alloc_paging(&w->dev, flags);

	assert_false(IS_ERR(dom));
	assert_int_equal(pl_map(dom, IOVA, PAGE_AT, 1u << w->v->ids.granule, PL_PROT_READ), 0);
	return dom;
}

static void domains_up(struct world *w)
{
	w->x = domain(w, 0);
	w->y = domain(w, 0);
	wire_forget(&w->w);
}

static struct world *world_new(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	wire_init(&w->w);
	*state = w;
	return w;
}

static int setup(void **state)
{
	struct world *w = world_new(state);

	unit_up(w, PL_EP_PASID, 20);
	domains_up(w);
	return 0;
}

static int setup_ats(void **state)
{
	struct world *w = world_new(state);

	unit_up(w, PL_EP_PASID | PL_EP_ATS, 20);
	domains_up(w);
	return 0;
}

static int setup_bare(void **state)
{
	world_new(state);
	return 0;
}

static void unit_down(struct world *w)
{
	w->w.stored = NULL;
	w->w.synced = NULL;
	pl_dev_del(&w->dev);
	if (w->x)
		assert_int_equal(pl_domain_free(w->x), 0);
	if (w->y)
		assert_int_equal(pl_domain_free(w->y), 0);
	w->x = NULL;
	w->y = NULL;
	put_device(&w->dev);
	smmu_unit_destroy(w->v);
	w->v = NULL;
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (w->v)
		unit_down(w);
	free(w);
	return 0;
}

static pl_pasid_t private(struct world *w)
{
	pl_pasid_t pasid;

	assert_int_equal(pl_pasid_alloc(&w->dev, &pasid), 0);
	return pasid;
}

static u64 count(struct world *w, enum pl_op op, enum pl_count what)
{
	return atomic64_read(&w->v->unit.ledger.n[op][what]);
}

static u64 field(const struct wire *w, u32 i, u32 word, u64 mask)
{
	return (w->log[i][word] & mask) >> __builtin_ctzll(mask);
}

/*
 * What the driver cannot use, by name
 */

struct refusal {
	u32 reg;
	u32 clear;
	u32 set;
	const char *says;
	int err;
};

static const struct refusal refusals[] = {
	{ SMMU_IDR0, SMMU_IDR0_S1P, 0, "IDR0.S1P", -EOPNOTSUPP },
	{ SMMU_IDR0, SMMU_IDR0_TTF, 1 << 2, "IDR0.TTF", -EOPNOTSUPP },
	{ SMMU_IDR0, SMMU_IDR0_TTENDIAN, 3 << 21, "IDR0.TTENDIAN", -EOPNOTSUPP },
	{ SMMU_IDR0, SMMU_IDR0_STALL_MODEL, 2 << 24, "IDR0.STALL_MODEL", -EOPNOTSUPP },
	{ SMMU_IDR0, SMMU_IDR0_COHACC, 0, "IDR0.COHACC", -EOPNOTSUPP },
	{ SMMU_IDR1, 0, SMMU_IDR1_TABLES_PRESET, "IDR1.TABLES_PRESET", -EOPNOTSUPP },
	{ SMMU_IDR1, 0, SMMU_IDR1_QUEUES_PRESET, "IDR1.QUEUES_PRESET", -EOPNOTSUPP },
	{ SMMU_IDR1, SMMU_IDR1_CMDQS, 5 << 21, "IDR1.CMDQS", -EOPNOTSUPP },
	{ SMMU_IDR5, SMMU_IDR5_GRAN4K, 0, "IDR5.GRAN4K", -EOPNOTSUPP },
	{ SMMU_CR0, 0, SMMU_CR0_SMMUEN, "CR0", -EBUSY },
	{ SMMU_CR0ACK, 0, SMMU_CR0_CMDQEN, "drives the unit", -EBUSY },
};

static void a_unit_it_cannot_use_is_refused_by_field(void **state)
{
	static u32 before[0x10100 / 4];
	struct world *w = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		wire_init(&w->w);
		w->w.reg[refusals[i].reg / 4] &= ~refusals[i].clear;
		w->w.reg[refusals[i].reg / 4] |= refusals[i].set;
		memcpy(before, w->w.reg, sizeof(before));
		shim_last_err[0] = 0;
		assert_int_equal(smmu_unit_create(&w->w.regs, "wire", NULL, NULL, &w->v),
				 refusals[i].err);
		if (!strstr(shim_last_err, refusals[i].says))
			fail_msg("\"%s\" does not name %s", shim_last_err, refusals[i].says);
		/* Nothing was written: the unit is as it was. */
		assert_memory_equal(before, w->w.reg, sizeof(before));
	}
}

static void stores_that_are_flushed_make_up_for_coherence(void **state)
{
	struct world *w = *state;

	w->w.reg[SMMU_IDR0 / 4] &= ~SMMU_IDR0_COHACC;
	w->w.lines = 1;
	unit_up(w, PL_EP_PASID, 20);
	domains_up(w);
	assert_int_equal(pl_set(&w->dev, 7, w->x), 0);
	/* One store, one line. */
	assert_int_equal(count(w, PL_OP_ATTACH, PL_COUNT_FLUSHES), 1);
	assert_int_equal(pl_set(&w->dev, 7, pl_blocking_domain(&w->dev)), 0);
}

static void a_stream_beyond_the_table_is_refused_by_field(void **state)
{
	struct pl_dev_desc desc = { .rid = 0x40, .engine = &engine };
	struct world *w = *state;
	struct device other = {};

	w->w.reg[SMMU_IDR1 / 4] &= ~SMMU_IDR1_SIDSIZE;
	w->w.reg[SMMU_IDR1 / 4] |= 6;
	assert_int_equal(smmu_unit_create(&w->w.regs, "wire", NULL, NULL, &w->v), 0);
	desc.unit = &w->v->unit;
	device_initialize(&other);
	other.release = no_release;
	dev_set_name(&other, "too-far");
	assert_int_equal(pl_dev_add(&other, &desc), -EOVERFLOW);
	assert_non_null(strstr(shim_last_err, "IDR1.SIDSIZE"));
	put_device(&other);
	smmu_unit_destroy(w->v);
	w->v = NULL;
}

static void a_unit_that_does_not_answer_is_given_up(void **state)
{
	struct world *w = *state;

	w->w.dead = true;
	assert_int_equal(smmu_unit_create(&w->w.regs, "wire", NULL, NULL, &w->v), -ETIMEDOUT);
	w->v = NULL;
}

/* Features say no with a reason, and name the field. */
static void a_no_names_the_field(void **state)
{
	static const struct { enum pl_dev_feature f; const char *says; } nos[] = {
		{ PL_FEAT_AUX, "IDR1.SSIDSIZE" }, { PL_FEAT_IDENTITY_PASID, "IDR1.SSIDSIZE" },
		{ PL_FEAT_ATS, "IDR0.ATS" }, { PL_FEAT_HITLESS, "IDR3.BBML" },
		{ PL_FEAT_STAGE2, "IDR0.S2P" }, { PL_FEAT_NEST_PASID, "3.3.2" },
		{ PL_FEAT_SVA, "page requests" },
	};
	struct world *w = *state;
	const char *why;
	size_t i;

	w->w.reg[SMMU_IDR0 / 4] &= ~(SMMU_IDR0_ATS | SMMU_IDR0_S2P);
	w->w.reg[SMMU_IDR1 / 4] &= ~SMMU_IDR1_SSIDSIZE;
	w->w.reg[SMMU_IDR3 / 4] = 0;
	unit_up(w, 0, 0);
	for (i = 0; i < ARRAY_SIZE(nos); i++) {
		assert_int_equal(pl_dev_why_not(&w->dev, nos[i].f, &why), -EOPNOTSUPP);
		assert_non_null(strstr(why, nos[i].says));
	}
	assert_int_equal(pl_dev_why_not(&w->dev, PL_FEAT_STAGE1, &why), 0);
}

/*
 * Entries: every mixture of words a reader may have
 */

#define SEEN_MAX	6

struct reader {
	struct world *world;
	u64 ste[SMMU_STE_WORDS];
	u64 old[SMMU_STE_WORDS];
	u64 target[SMMU_STE_WORDS];
	u64 seen[SMMU_STE_WORDS][SEEN_MAX];
	u32 nr_seen[SMMU_STE_WORDS];
	bool refused;
	u32 syncs;
};

/* The same to the unit: the same bits used, and the same in them. */
static bool same(const u64 *a, const u64 *b)
{
	u64 ua[SMMU_STE_WORDS], ub[SMMU_STE_WORDS];
	u32 i;

	smmu_ste_used(a, ua);
	smmu_ste_used(b, ub);
	for (i = 0; i < SMMU_STE_WORDS; i++)
		if (ua[i] != ub[i] || (a[i] & ua[i]) != (b[i] & ub[i]))
			return false;
	return true;
}

static bool refuses(const u64 *ste)
{
	return !(ste[0] & SMMU_STE0_V) || !(FIELD_GET(SMMU_STE0_CONFIG, ste[0]) & 4);
}

static void mixture_check(struct reader *r, u64 *mix)
{
	if (same(mix, r->old) || same(mix, r->target))
		return;
	if (!refuses(mix))
		fail_msg("a third entry: %016llx %016llx %016llx %016llx",
			 (unsigned long long)mix[0], (unsigned long long)mix[1],
			 (unsigned long long)mix[2], (unsigned long long)mix[3]);
	r->refused = true;
}

static void mixtures(struct reader *r, u64 *mix, u32 word)
{
	u32 i;

	if (word == SMMU_STE_WORDS) {
		mixture_check(r, mix);
		return;
	}
	for (i = 0; i < r->nr_seen[word]; i++) {
		mix[word] = r->seen[word][i];
		mixtures(r, mix, word + 1);
	}
}

static void see(struct reader *r)
{
	u64 mix[SMMU_STE_WORDS];
	u32 i, k;

	for (i = 0; i < SMMU_STE_WORDS; i++) {
		for (k = 0; k < r->nr_seen[i] && r->seen[i][k] != r->ste[i]; k++)
			;
		if (k < r->nr_seen[i])
			continue;
		assert_true(k < SEEN_MAX);
		r->seen[i][r->nr_seen[i]++] = r->ste[i];
	}
	mixtures(r, mix, 0);
}

static void on_store(struct wire *w, const void *va, size_t len)
{
	struct reader *r = w->priv;

	if (va >= (void *)r->ste && va < (void *)(r->ste + SMMU_STE_WORDS)) {
		assert_int_equal(len, sizeof(u64));
		see(r);
	}
}

/* What came before must have been a CFGI_STE of this stream, else nothing is forgotten. */
static void on_sync(struct wire *w)
{
	struct reader *r = w->priv;
	bool told = false;
	u32 i;

	for (i = 0; i < w->nr_log; i++)
		told |= field(w, i, 0, SMMU_CMD0_OP) == SMMU_CMD_CFGI_STE &&
			field(w, i, 0, SMMU_CMD0_SID) == r->world->d->rid;
	wire_forget(w);
	r->syncs++;
	if (!told)
		return;
	memset(r->nr_seen, 0, sizeof(r->nr_seen));
	see(r);
}

/* How many words hold used bits that differ: worked out here once more. */
static u32 critical_words(const u64 *old, const u64 *new)
{
	u64 uo[SMMU_STE_WORDS], un[SMMU_STE_WORDS], kept;
	u32 i, n = 0;

	smmu_ste_used(old, uo);
	smmu_ste_used(new, un);
	for (i = 0; i < SMMU_STE_WORDS; i++) {
		/* Bits only the new one uses can be had in advance. */
		kept = un[i] & uo[i];
		n += ((old[i] ^ new[i]) & kept) != 0;
	}
	return n;
}

/* Returns the syncs that writing @target over @old took, the last one included. */
static u32 write_over(struct world *w, const u64 *old, const u64 *target, bool *refused)
{
	struct smmu_dev *sd = w->d->hw;
	struct reader r = { .world = w };
	u64 *ste = sd->ste;
	struct pl_ticket t;
	bool off;

	memcpy(r.ste, old, sizeof(r.ste));
	memcpy(r.old, old, sizeof(r.old));
	memcpy(r.target, target, sizeof(r.target));
	pl_ticket_init(&t);
	w->w.priv = &r;
	w->w.stored = on_store;
	w->w.synced = on_sync;
	wire_forget(&w->w);
	see(&r);
	sd->ste = r.ste;
	off = smmu_ste_write(w->v, w->d, target, &t);
	assert_int_equal(smmu_sync(&w->v->unit, &t), 0);
	sd->ste = ste;
	w->w.stored = NULL;
	w->w.synced = NULL;
	assert_memory_equal(r.ste, target, sizeof(r.ste));
	*refused = r.refused;
	assert_true(!r.refused || off);
	return r.syncs;
}

static void pair(struct world *w, const u64 *old, const u64 *target)
{
	u32 critical = critical_words(old, target), syncs;
	bool refused;

	syncs = write_over(w, old, target, &refused);
	/* One word decides: nobody is refused who was not and will not be. */
	assert_int_equal(refused && !refuses(old) && !refuses(target), critical > 1);
	assert_true(syncs <= 3);
	if (!memcmp(old, target, SMMU_STE_WORDS * sizeof(*old)))
		assert_int_equal(syncs, 0);
}

#define NR_STES	13

/* A user's CDs on top of @parent. */
static void build_nested(struct world *w, struct pl_domain *parent, u32 s1cdmax, u32 s1dss,
			 u64 *ste)
{
	struct pl_user_table t = {
		.kind = PL_USER_TABLE_SMMUV3, .s1cdmax = s1cdmax, .s1dss = s1dss,
		.s1ctxptr = IOVA,
	};
	struct pl_domain *dom = pl_domain_alloc_nested(parent, &t);

	assert_false(IS_ERR(dom));
	smmu_ste_build(w->v, w->d, dom, ste);
	assert_int_equal(FIELD_GET(SMMU_STE0_CONFIG, ste[0]), SMMU_CONFIG_NESTED);
	assert_int_equal(pl_domain_free(dom), 0);
}

/* Every entry this driver ever builds for a device. */
static void build_all(struct world *w, u64 stes[NR_STES][SMMU_STE_WORDS])
{
	struct pl_domain *s2a = domain(w, PL_DOMAIN_STAGE2), *s2b = domain(w, PL_DOMAIN_STAGE2);
	struct smmu_dev *sd = w->d->hw;
	u8 bits = sd->ssid_bits;
	u32 dss;

	memset(stes, 0, NR_STES * sizeof(stes[0]));
	smmu_ste_build(w->v, w->d, pl_blocking_domain(&w->dev), stes[1]);
	smmu_ste_build(w->v, w->d, pl_identity_domain(&w->dev), stes[2]);
	smmu_ste_build(w->v, w->d, w->x, stes[3]);
	smmu_ste_build(w->v, w->d, s2a, stes[4]);
	smmu_ste_build(w->v, w->d, s2b, stes[5]);
	sd->ssid_bits = 0;
	smmu_ste_build(w->v, w->d, w->x, stes[6]);
	smmu_ste_build(w->v, w->d, pl_identity_domain(&w->dev), stes[7]);
	sd->ssid_bits = bits;
	for (dss = SMMU_S1DSS_TERMINATE; dss <= SMMU_S1DSS_SSID0; dss++)
		build_nested(w, s2a, 6, dss, stes[8 + dss]);
	build_nested(w, s2a, 0, 0, stes[11]);
	build_nested(w, s2b, 6, SMMU_S1DSS_SSID0, stes[12]);
	assert_int_equal(pl_domain_free(s2a), 0);
	assert_int_equal(pl_domain_free(s2b), 0);
}

static void every_pair_of_entries_shows_old_or_new(void **state)
{
	u64 stes[NR_STES][SMMU_STE_WORDS];
	struct world *w = *state;
	u32 i, k;

	build_all(w, stes);
	for (i = 0; i < NR_STES; i++)
		for (k = 0; k < NR_STES; k++)
			pair(w, stes[i], stes[k]);
}

static u64 rng;

static u64 rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* Entries nobody builds, few bits apart so that every count of words comes up. */
static void every_pair_of_random_entries_shows_old_or_new(void **state)
{
	u64 a[SMMU_STE_WORDS], b[SMMU_STE_WORDS];
	struct world *w = *state;
	u32 i, k;

	rng = 0x9e3779b97f4a7c15ull;
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < SMMU_STE_WORDS; k++) {
			a[k] = k < 4 ? rnd() & rnd() : 0;
			b[k] = a[k] ^ (k < 4 && rnd() % 2 ? rnd() & rnd() & rnd() & rnd() : 0);
		}
		a[0] |= rnd() % 8 ? SMMU_STE0_V : 0;
		b[0] |= rnd() % 8 ? SMMU_STE0_V : 0;
		pair(w, a, b);
	}
}

/* What a RID slot may hold beside PASIDs is one store apart, and one sync. */
static void rid_states_are_one_store_apart(void **state)
{
	u64 stes[NR_STES][SMMU_STE_WORDS];
	struct world *w = *state;
	bool refused;
	u32 i, k;

	build_all(w, stes);
	for (i = 1; i <= 3; i++)
		for (k = 1; k <= 3; k++)
			if (i != k)
				assert_int_equal(write_over(w, stes[i], stes[k], &refused), 1);
	assert_int_equal(write_over(w, stes[6], stes[7], &refused), 1);
	assert_int_equal(write_over(w, stes[7], stes[6], &refused), 1);
	assert_int_equal(write_over(w, stes[3], stes[4], &refused), 3);
	assert_true(refused);
}

/* One S1DSS and another are one word apart; so are a parent and what is nested on it. */
static void nested_entries_of_one_parent_change_hitless(void **state)
{
	u64 stes[NR_STES][SMMU_STE_WORDS];
	struct world *w = *state;
	bool refused;
	u32 i, k;

	build_all(w, stes);
	for (i = 8; i <= 10; i++)
		for (k = 8; k <= 10; k++)
			if (i != k)
				assert_int_equal(write_over(w, stes[i], stes[k], &refused), 1);
	write_over(w, stes[4], stes[10], &refused);
	assert_false(refused);
	write_over(w, stes[10], stes[4], &refused);
	assert_false(refused);
	write_over(w, stes[10], stes[12], &refused);
	assert_true(refused);
}

/*
 * Context descriptors: TTB0 and nothing else, and never V == 0
 */

static void cd_only_ttb0(struct wire *wire, const void *va, size_t len)
{
	struct world *w = wire->priv;
	u64 *cd = smmu_cd(w->d->hw, 5);

	if (va >= (void *)cd && va < (void *)(cd + SMMU_CD_WORDS))
		assert_ptr_equal(va, cd + 1);
}

static void a_live_cd_changes_in_ttb0_alone(void **state)
{
	struct pl_domain *doms[4];
	struct world *w = *state;
	u32 i;

	doms[0] = w->x;
	doms[1] = pl_identity_domain(&w->dev);
	doms[2] = w->y;
	doms[3] = pl_blocking_domain(&w->dev);
	assert_int_equal(pl_set(&w->dev, 5, w->y), 0);
	w->w.priv = w;
	w->w.stored = cd_only_ttb0;
	rng = 7;
	for (i = 0; i < 200; i++) {
		assert_int_equal(pl_set(&w->dev, 5, doms[rnd() % 4]), 0);
		assert_true(smmu_cd(w->d->hw, 5)[0] & SMMU_CD0_V);
	}
	assert_int_equal(pl_set(&w->dev, 5, doms[3]), 0);
}

/*
 * Commands, one by one
 */

static void said(struct world *w, const char *what)
{
	assert_string_equal(wire_said(&w->w), what);
	wire_forget(&w->w);
}

static void attach_says_one_command_and_one_sync(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 70, w->x), 0);
	/* The page of CDs is new: one command for both levels (4.3.3). */
	assert_int_equal(field(&w->w, 0, 1, SMMU_CFGI1_LEAF), 0);
	assert_int_equal(field(&w->w, 0, 0, SMMU_CMD0_SSID), 70);
	said(w, "CFGI_CD SYNC");
	assert_int_equal(pl_set(&w->dev, 71, w->y), 0);
	assert_int_equal(field(&w->w, 0, 1, SMMU_CFGI1_LEAF), 1);
	said(w, "CFGI_CD SYNC");
	assert_int_equal(count(w, PL_OP_ATTACH, PL_COUNT_CALLS), 2);
	assert_int_equal(count(w, PL_OP_ATTACH, PL_COUNT_WAITS), 2);
	assert_int_equal(count(w, PL_OP_ATTACH, PL_COUNT_DESCS), 2);
	pl_aux_detach_all(&w->dev);
}

static void detach_waits_once(void **state)
{
	struct world *w = *state;
	const struct smmu_dev *sd = w->d->hw;

	assert_int_equal(pl_set(&w->dev, 9, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_set(&w->dev, 9, pl_blocking_domain(&w->dev)), 0);
	assert_int_equal(field(&w->w, 2, 0, SMMU_TLBI0_ASID), 9);
	assert_int_equal(field(&w->w, 2, 0, SMMU_TLBI0_VMID), sd->vmid);
	said(w, w->d->ats ? "CFGI_CD SYNC NH_ASID SYNC ATC_INV SYNC" : "CFGI_CD SYNC NH_ASID SYNC");
	assert_int_equal(count(w, PL_OP_DETACH, PL_COUNT_WAITS), 1);
	assert_int_equal(count(w, PL_OP_DETACH, PL_COUNT_FENCES), w->d->ats ? 2 : 1);
	assert_int_equal(count(w, PL_OP_DETACH, PL_COUNT_WRITES), 1);
}

static void replace_is_one_store(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 9, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_set(&w->dev, 9, w->y), 0);
	said(w, w->d->ats ? "CFGI_CD SYNC NH_ASID SYNC ATC_INV SYNC" : "CFGI_CD SYNC NH_ASID SYNC");
	assert_int_equal(count(w, PL_OP_REPLACE, PL_COUNT_WRITES), 1);
	assert_int_equal(count(w, PL_OP_REPLACE, PL_COUNT_WAITS), 1);
	pl_aux_detach_all(&w->dev);
}

/* Leaves of two tables under one ASID: only BBML 2 allows it (3.21.1.3). */
static void replace_without_bbml_2_passes_through_empty(void **state)
{
	struct world *w = *state;

	w->w.reg[SMMU_IDR3 / 4] = SMMU_IDR3_RIL | FIELD_PREP(SMMU_IDR3_BBML, 1);
	unit_up(w, PL_EP_PASID, 20);
	domains_up(w);
	assert_int_equal(pl_set(&w->dev, 9, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_set(&w->dev, 9, w->y), 0);
	said(w, "CFGI_CD SYNC NH_ASID SYNC CFGI_CD SYNC");
	assert_int_equal(count(w, PL_OP_REPLACE, PL_COUNT_WAITS), 2);
	pl_aux_detach_all(&w->dev);
}

static void detach_all_of_1000_waits_once(void **state)
{
	static pl_pasid_t pasids[MANY];
	struct world *w = *state;
	int i;

	for (i = 0; i < MANY; i++) {
		pasids[i] = private(w);
		assert_int_equal(pl_set(&w->dev, pasids[i], i % 2 ? w->x : w->y), 0);
	}
	wire_forget(&w->w);
	pl_aux_detach_all(&w->dev);
	said(w, w->d->ats ? "CFGI_CD_ALL SYNC NH_ALL SYNC ATC_INV SYNC" :
			    "CFGI_CD_ALL SYNC NH_ALL SYNC");
	assert_int_equal(count(w, PL_OP_DETACH_ALL, PL_COUNT_SLOTS), MANY);
	assert_int_equal(count(w, PL_OP_DETACH_ALL, PL_COUNT_WAITS), 1);
	for (i = 0; i < MANY; i++)
		assert_int_equal(pl_pasid_free(&w->dev, pasids[i]), 0);
}

static void unmap_of_a_domain_on_64_pasids_waits_once(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < SHARED; i++)
		assert_int_equal(pl_set(&w->dev, 100 + i, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(field(&w->w, 0, 1, SMMU_TLBI1_ADDR), IOVA >> 12);
	assert_int_equal(field(&w->w, 0, 1, SMMU_TLBI1_LEAF), 1);
	if (w->d->ats) {
		assert_int_equal(field(&w->w, 2, 0, SMMU_ATC0_GLOBAL), 1);
		assert_int_equal(field(&w->w, 2, 1, SMMU_ATC1_SIZE), 0);
	}
	said(w, w->d->ats ? "NH_VAA SYNC ATC_INV SYNC" : "NH_VAA SYNC");
	assert_int_equal(count(w, PL_OP_UNMAP, PL_COUNT_WAITS), 1);
	pl_aux_detach_all(&w->dev);
}

static void unmap_of_a_few_is_exact(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	assert_int_equal(pl_set(&w->dev, 4, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	said(w, "NH_VA NH_VA SYNC");
	pl_aux_detach_all(&w->dev);
}

/*
 * The RID beside PASIDs: CD 0 leads somewhere before S1DSS lets requests
 * through, and nowhere after it has let them by, so that nobody is refused who
 * was not and will not be.
 */
static void the_rid_goes_between_identity_and_a_domain_unharmed(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 3, w->y), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, w->x), 0);
	/* The STE's CFGI takes the CD too, and nothing was let through before. */
	said(w, "CFGI_STE SYNC");
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, pl_identity_domain(&w->dev)), 0);
	said(w, "CFGI_STE SYNC CFGI_CD SYNC NH_ASID SYNC");
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, w->x), 0);
	said(w, "CFGI_CD SYNC CFGI_STE SYNC");
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, pl_blocking_domain(&w->dev)), 0);
	said(w, "CFGI_STE SYNC NH_ASID SYNC");
	pl_aux_detach_all(&w->dev);
}

static void map_says_nothing(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_map(w->x, IOVA + PAGE_SIZE, PAGE_AT, PAGE_SIZE, PL_PROT_READ), 0);
	said(w, "");
	pl_aux_detach_all(&w->dev);
}

/* (NUM + 1) * 2^SCALE granules from the address on (4.4.1.1), never less than asked for. */
static void ranges_cover_what_was_unmapped(void **state)
{
	static const u32 pages[] = { 2, 3, 31, 32, 33, 63, 64, 65, 511, 513, 1025, 40000 };
	struct world *w = *state;
	u64 mapped, num, scale;
	size_t i;

	assert_int_equal(pl_set(&w->dev, 3, w->y), 0);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		mapped = pages[i] * PAGE_SIZE;
		/* An odd physical page: no blocks. */
		assert_int_equal(pl_map(w->y, 2 * IOVA, PAGE_AT + PAGE_SIZE, mapped, PL_PROT_READ),
				 0);
		wire_forget(&w->w);
		assert_int_equal(pl_unmap(w->y, 2 * IOVA, mapped), mapped);
		num = field(&w->w, 0, 0, SMMU_TLBI0_NUM) + 1;
		scale = field(&w->w, 0, 0, SMMU_TLBI0_SCALE);
		assert_int_equal(field(&w->w, 0, 1, SMMU_TLBI1_TG), SMMU_TLBI_TG_4K);
		assert_true(field(&w->w, 0, 1, SMMU_TLBI1_ADDR) << 12 <= 2 * IOVA);
		assert_true(num << scale >= pages[i]);
		assert_true(num << scale <= pages[i] + pages[i] / 8 + 1024);
		said(w, "NH_VA SYNC");
	}
	pl_aux_detach_all(&w->dev);
}

static void without_ranges_few_pages_go_one_by_one(void **state)
{
	struct world *w = *state;

	w->w.reg[SMMU_IDR3 / 4] = FIELD_PREP(SMMU_IDR3_BBML, 2);
	unit_up(w, PL_EP_PASID, 20);
	domains_up(w);
	assert_int_equal(pl_map(w->x, 0, PAGE_AT + PAGE_SIZE, 8 * PAGE_SIZE, PL_PROT_READ), 0);
	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_unmap(w->x, 0, 3 * PAGE_SIZE), 3 * PAGE_SIZE);
	assert_int_equal(field(&w->w, 2, 1, SMMU_TLBI1_ADDR), 2);
	assert_int_equal(field(&w->w, 2, 1, SMMU_TLBI1_TG), 0);
	said(w, "NH_VA NH_VA NH_VA SYNC");
	assert_int_equal(pl_unmap(w->x, 3 * PAGE_SIZE, 5 * PAGE_SIZE), 5 * PAGE_SIZE);
	said(w, "NH_ASID SYNC");
	pl_aux_detach_all(&w->dev);
}

static void stage2_goes_by_vmid(void **state)
{
	struct world *w = *state;
	struct pl_domain *s2 = domain(w, PL_DOMAIN_STAGE2);

	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, s2), 0);
	wire_forget(&w->w);
	assert_int_equal(pl_unmap(s2, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(field(&w->w, 0, 0, SMMU_TLBI0_VMID), to_smmu_domain(s2)->vmid);
	said(w, "S2_IPA SYNC");
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, pl_blocking_domain(&w->dev)), 0);
	assert_non_null(strstr(wire_said(&w->w), "S12_VMALL"));
	assert_int_equal(pl_domain_free(s2), 0);
}

/* R2.7: one stage 2 for a stream, and nothing beside it. */
static void stage2_and_pasids_exclude_each_other(void **state)
{
	struct world *w = *state;
	struct pl_domain *s2 = domain(w, PL_DOMAIN_STAGE2);

	assert_int_equal(pl_set(&w->dev, 3, s2), -EOPNOTSUPP);
	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, s2), -EBUSY);
	assert_ptr_equal(pl_get(&w->dev, PL_NO_PASID), pl_blocking_domain(&w->dev));
	assert_int_equal(pl_set(&w->dev, 3, pl_blocking_domain(&w->dev)), 0);
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, s2), 0);
	assert_int_equal(pl_set(&w->dev, 3, w->x), -EBUSY);
	assert_int_equal(pl_set(&w->dev, 3, pl_identity_domain(&w->dev)), -EBUSY);
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, w->x), 0);
	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	pl_aux_detach_all(&w->dev);
	assert_int_equal(pl_set(&w->dev, PL_NO_PASID, pl_blocking_domain(&w->dev)), 0);
	assert_int_equal(pl_domain_free(s2), 0);
}

/*
 * A queue that stands at an error
 */

/* What a wedged unit keeps would be a leak here: as if it had been reloaded. */
static void mend(struct world *w)
{
	w->v->unit.wedged = false;
	w->v->cmdq.commit.error = 0;
	w->v->cmdq.commit.done = w->v->cmdq.commit.batches;
	w->w.stop_at = -1;
}

static void an_illegal_command_is_replaced_and_the_rest_goes_on(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	wire_forget(&w->w);
	w->w.stop_code = SMMU_CERROR_ILL;
	w->w.stop_at = 0;
	assert_int_equal(pl_set(&w->dev, 3, w->y), -EIO);
	/* What stood in the way is a CMD_SYNC now; all behind it was carried out. */
	said(w, "SYNC SYNC NH_ASID SYNC");
	assert_true(w->v->unit.wedged);
	assert_int_equal(pl_set(&w->dev, 3, w->x), -EIO);
	mend(w);
	pl_aux_detach_all(&w->dev);
}

static void an_aborted_fetch_is_tried_again(void **state)
{
	struct world *w = *state;

	w->w.stop_code = SMMU_CERROR_ABT;
	w->w.stop_at = 1;
	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	said(w, "CFGI_CD SYNC");
	assert_false(w->v->unit.wedged);
	pl_aux_detach_all(&w->dev);
}

static void a_device_that_does_not_answer_wedges_the_unit(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_set(&w->dev, 3, w->x), 0);
	w->w.stop_code = SMMU_CERROR_ATC_INV_SYNC;
	w->w.stop_at = 5;
	assert_int_equal(pl_set(&w->dev, 3, pl_blocking_domain(&w->dev)), -ETIMEDOUT);
	assert_true(w->v->unit.wedged);
	mend(w);
}

static void a_ring_that_fills_up_is_waited_for(void **state)
{
	struct world *w = *state;
	u32 i;

	for (i = 0; i < 5000; i++) {
		assert_int_equal(pl_set(&w->dev, 3, i % 2 ? w->x : w->y), 0);
		wire_forget(&w->w);
	}
	assert_int_equal(count(w, PL_OP_REPLACE, PL_COUNT_ERRORS), 0);
	pl_aux_detach_all(&w->dev);
}

/*
 * Events
 */

static void events_are_reported_in_words(void **state)
{
	const u64 rec[SMMU_EVT_WORDS] = {
		SMMU_EVT_TRANSLATION | SMMU_EVT0_SSV | FIELD_PREP(SMMU_EVT0_SSID, 77) |
		FIELD_PREP(SMMU_EVT0_SID, 0x108), 0, 0xabcd123, 0,
	};
	const u64 no_cd[SMMU_EVT_WORDS] = {
		SMMU_EVT_BAD_SUBSTREAMID | SMMU_EVT0_SSV | FIELD_PREP(SMMU_EVT0_SSID, 77) |
		FIELD_PREP(SMMU_EVT0_SID, 0x108),
	};
	struct world *w = *state;
	struct pl_fault f;
	u32 lost, i;

	for (i = 0; i < 1000; i++) {
		wire_event(&w->w, rec);
		w->v->evtq.events.look(&w->v->evtq.events);
		assert_int_equal(pl_fault_take(w->d, &f, &lost), 0);
	}
	assert_int_equal(f.pasid, 77);
	assert_int_equal(f.rid, 0x108);
	assert_int_equal(f.addr, 0xabcd000);
	assert_int_equal(f.flags, PL_FAULT_PASID | PL_FAULT_WRITE);
	assert_int_equal(f.reason, SMMU_EVT_TRANSLATION);
	assert_non_null(strstr(f.why, "mapped"));
	/* What went wrong before there was a translation has no address (7.3.9). */
	wire_event(&w->w, no_cd);
	w->v->evtq.events.look(&w->v->evtq.events);
	assert_int_equal(pl_fault_take(w->d, &f, &lost), 0);
	assert_int_equal(f.flags, PL_FAULT_PASID | PL_FAULT_NOWHERE);
	/* A queue that overflowed says so once, and is answered (7.4). */
	w->w.reg[SMMU_EVENTQ_PROD / 4] ^= SMMU_Q_OVERFLOW;
	w->v->evtq.events.look(&w->v->evtq.events);
	w->v->evtq.events.look(&w->v->evtq.events);
	assert_int_equal(atomic64_read(&w->v->unit.faults_lost), 1);
	assert_int_equal(w->w.reg[SMMU_EVENTQ_PROD / 4], w->w.reg[SMMU_EVENTQ_CONS / 4]);
}

/*
 * Page tables: every granule and width, read back from STRTAB_BASE down
 */

struct shape {
	u32 gran;
	u32 oas;
	u8 granule;
	u8 pa_bits;
};

static const struct shape shapes[] = {
	{ SMMU_IDR5_GRAN4K, SMMU_PS_32, 12, 32 }, { SMMU_IDR5_GRAN4K, SMMU_PS_36, 12, 36 },
	{ SMMU_IDR5_GRAN4K, SMMU_PS_40, 12, 40 }, { SMMU_IDR5_GRAN4K, SMMU_PS_42, 12, 42 },
	{ SMMU_IDR5_GRAN4K, SMMU_PS_44, 12, 44 }, { SMMU_IDR5_GRAN4K, SMMU_PS_48, 12, 48 },
	{ SMMU_IDR5_GRAN4K, SMMU_PS_52, 12, 48 },
	{ SMMU_IDR5_GRAN16K, SMMU_PS_36, 14, 36 }, { SMMU_IDR5_GRAN16K, SMMU_PS_40, 14, 40 },
	{ SMMU_IDR5_GRAN16K, SMMU_PS_44, 14, 44 }, { SMMU_IDR5_GRAN16K, SMMU_PS_48, 14, 48 },
	{ SMMU_IDR5_GRAN64K, SMMU_PS_40, 16, 40 }, { SMMU_IDR5_GRAN64K, SMMU_PS_42, 16, 42 },
	{ SMMU_IDR5_GRAN64K, SMMU_PS_48, 16, 48 },
};

struct map {
	u64 iova, paddr, size;
	u32 prot;
};

static void walk_is(struct world *w, pl_pasid_t pasid, u64 iova, u64 paddr, u32 prot)
{
	struct pl_unit *u = &w->v->unit;
	struct pl_walk out = {};

	assert_int_equal(u->ops->walk(u, w->d, pasid, iova, &out), !!prot);
	if (!prot)
		return;
	assert_int_equal(out.paddr, paddr);
	assert_int_equal(out.prot, prot);
}

/* First and last byte of a mapping, and the bytes around it. */
static void mapping_is_there(struct world *w, pl_pasid_t pasid, const struct map *m, u32 prot)
{
	walk_is(w, pasid, m->iova, m->paddr, prot);
	walk_is(w, pasid, m->iova + m->size - 1, m->paddr + m->size - 1, prot);
	if (m->iova)
		walk_is(w, pasid, m->iova - 1, 0, 0);
	walk_is(w, pasid, m->iova + m->size, 0, 0);
}

/* A leaf, a block and a run of leaves that ends one entry into the next table. */
static void stage_maps_and_unmaps(struct world *w, struct pl_domain *dom, pl_pasid_t pasid)
{
	u64 g = 1ULL << w->v->ids.granule, block = 1ULL << (2 * w->v->ids.granule - 3);
	u64 top = 1ULL << min(w->v->ids.pa_bits, 47);
	const struct map maps[] = {
		{ g, g, g, PL_PROT_READ },
		{ block, 3 * block, block, PL_PROT_READ | PL_PROT_WRITE },
		{ 3 * block - g, block + g, block + 2 * g, PL_PROT_READ },
		{ top / 2, 5 * g, g, PL_PROT_READ | PL_PROT_WRITE },
		{ top - 4 * g, g, 2 * g, PL_PROT_READ | PL_PROT_WRITE },
	};
	size_t i;

	assert_int_equal(pl_set(&w->dev, pasid, dom), 0);
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		assert_int_equal(pl_map(dom, maps[i].iova, maps[i].paddr, maps[i].size,
					maps[i].prot), 0);
		assert_int_equal(pl_map(dom, maps[i].iova, maps[i].paddr, g, maps[i].prot),
				 -EEXIST);
		mapping_is_there(w, pasid, &maps[i], maps[i].prot);
		assert_int_equal(pl_iova_to_phys(dom, maps[i].iova + 5), maps[i].paddr + 5);
	}
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		assert_int_equal(pl_unmap(dom, maps[i].iova, maps[i].size), maps[i].size);
		walk_is(w, pasid, maps[i].iova, 0, 0);
	}
	assert_int_equal(pl_map(dom, g / 2, g, g, PL_PROT_READ), -EINVAL);
	assert_int_equal(pl_set(&w->dev, pasid, pl_blocking_domain(&w->dev)), 0);
}

static void page_tables_of_every_shape(void **state)
{
	struct world *w = *state;
	struct pl_domain *s1, *s2;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		wire_init(&w->w);
		w->w.reg[SMMU_IDR5 / 4] = shapes[i].gran | shapes[i].oas;
		unit_up(w, PL_EP_PASID, 8);
		assert_int_equal(w->v->ids.granule, shapes[i].granule);
		assert_int_equal(w->v->unit.caps.pa_bits, shapes[i].pa_bits);
		s1 = pl_domain_alloc_paging(&w->dev, PL_DOMAIN_STAGE1);
		s2 = pl_domain_alloc_paging(&w->dev, PL_DOMAIN_STAGE2);
		assert_int_equal(s1->iova_last, (1ULL << 48) - 1);
		assert_int_equal(s2->iova_last, (1ULL << shapes[i].pa_bits) - 1);
		stage_maps_and_unmaps(w, s1, 5);
		stage_maps_and_unmaps(w, s1, PL_NO_PASID);
		stage_maps_and_unmaps(w, s2, PL_NO_PASID);
		assert_int_equal(pl_domain_free(s1), 0);
		assert_int_equal(pl_domain_free(s2), 0);
		unit_down(w);
	}
}

/* With several granules the kernel's own is the best one. */
static void the_kernels_page_size_is_preferred(void **state)
{
	struct world *w = *state;

	w->w.reg[SMMU_IDR5 / 4] |= SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K;
	unit_up(w, 0, 0);
	assert_int_equal(w->v->ids.granule, PAGE_SHIFT);
}

/* Identity on a PASID is a table, on the RID it is not. */
static void identity_reaches_every_address(void **state)
{
	struct world *w = *state;
	const u64 last = (1ULL << w->v->ids.pa_bits) - 1;
	pl_pasid_t slots[] = { 6, PL_NO_PASID };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		assert_int_equal(pl_set(&w->dev, slots[i], pl_identity_domain(&w->dev)), 0);
		walk_is(w, slots[i], 0, 0, PL_PROT_READ | PL_PROT_WRITE);
		walk_is(w, slots[i], 0x123456789a, 0x123456789a, PL_PROT_READ | PL_PROT_WRITE);
		walk_is(w, slots[i], last, last, PL_PROT_READ | PL_PROT_WRITE);
		assert_int_equal(pl_set(&w->dev, slots[i], pl_blocking_domain(&w->dev)), 0);
		walk_is(w, slots[i], 0x1000, 0, 0);
	}
}

/* Units with less: one level of each table, 8-bit ids, no VMIDs, no SubstreamIDs. */
static void lesser_units_work_too(void **state)
{
	static const struct { u32 reg, clear, set; u8 bits; } less[] = {
		{ SMMU_IDR0, SMMU_IDR0_ST_LEVEL, 0, 16 },
		{ SMMU_IDR0, SMMU_IDR0_CD2L, 0, 14 },
		{ SMMU_IDR0, SMMU_IDR0_ASID16, 0, 8 },
		{ SMMU_IDR0, SMMU_IDR0_VMID16, 0, 16 },
		{ SMMU_IDR0, SMMU_IDR0_S2P, 0, 12 },
		{ SMMU_IDR0, SMMU_IDR0_S2P | SMMU_IDR0_ASID16, 0, 4 },
		{ SMMU_IDR1, SMMU_IDR1_SSIDSIZE, 5 << 6, 5 },
		{ SMMU_IDR0, 0, SMMU_IDR0_MSI, 16 },
		{ SMMU_IDR0, 0, SMMU_IDR0_HYP, 16 },
	};
	struct world *w = *state;
	pl_pasid_t last;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(less); i++) {
		wire_init(&w->w);
		w->w.reg[less[i].reg / 4] &= ~less[i].clear;
		w->w.reg[less[i].reg / 4] |= less[i].set;
		unit_up(w, PL_EP_PASID | PL_EP_ATS, 20);
		assert_int_equal(w->v->unit.caps.pasid_bits, less[i].bits);
		domains_up(w);
		last = (1u << less[i].bits) - 1;
		assert_int_equal(pl_set(&w->dev, last, w->x), 0);
		walk_is(w, last, IOVA, PAGE_AT, PL_PROT_READ);
		walk_is(w, last - 1, IOVA, 0, 0);
		assert_int_equal(pl_set(&w->dev, last + 1, w->x), -EOVERFLOW);
		pl_aux_detach_all(&w->dev);
		walk_is(w, last, IOVA, 0, 0);
		unit_down(w);
	}
}

#define WIRE(t)		cmocka_unit_test_setup_teardown(t, setup, teardown)
#define WIRE_ATS(t)	{ #t " with ATS", t, setup_ats, teardown, NULL }
#define BARE(t)		cmocka_unit_test_setup_teardown(t, setup_bare, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BARE(a_unit_it_cannot_use_is_refused_by_field),
		BARE(stores_that_are_flushed_make_up_for_coherence),
		BARE(a_stream_beyond_the_table_is_refused_by_field),
		BARE(a_unit_that_does_not_answer_is_given_up),
		BARE(a_no_names_the_field),
		WIRE(every_pair_of_entries_shows_old_or_new),
		WIRE_ATS(every_pair_of_entries_shows_old_or_new),
		WIRE(every_pair_of_random_entries_shows_old_or_new),
		WIRE(rid_states_are_one_store_apart),
		WIRE(nested_entries_of_one_parent_change_hitless),
		WIRE(a_live_cd_changes_in_ttb0_alone),
		WIRE(attach_says_one_command_and_one_sync),
		WIRE_ATS(attach_says_one_command_and_one_sync),
		WIRE(detach_waits_once),
		WIRE_ATS(detach_waits_once),
		WIRE(replace_is_one_store),
		WIRE_ATS(replace_is_one_store),
		BARE(replace_without_bbml_2_passes_through_empty),
		WIRE(detach_all_of_1000_waits_once),
		WIRE_ATS(detach_all_of_1000_waits_once),
		WIRE(unmap_of_a_domain_on_64_pasids_waits_once),
		WIRE_ATS(unmap_of_a_domain_on_64_pasids_waits_once),
		WIRE(unmap_of_a_few_is_exact),
		WIRE(the_rid_goes_between_identity_and_a_domain_unharmed),
		WIRE(map_says_nothing),
		WIRE(ranges_cover_what_was_unmapped),
		BARE(without_ranges_few_pages_go_one_by_one),
		WIRE(stage2_goes_by_vmid),
		WIRE(stage2_and_pasids_exclude_each_other),
		WIRE(an_illegal_command_is_replaced_and_the_rest_goes_on),
		WIRE(an_aborted_fetch_is_tried_again),
		WIRE_ATS(a_device_that_does_not_answer_wedges_the_unit),
		WIRE(a_ring_that_fills_up_is_waited_for),
		WIRE(events_are_reported_in_words),
		BARE(page_tables_of_every_shape),
		BARE(the_kernels_page_size_is_preferred),
		WIRE(identity_reaches_every_address),
		BARE(lesser_units_work_too),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smmuv3-wire", tests, NULL, NULL);
}
