// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream table entries (5.2): 512 bits that say how a stream translates.
 *
 * The unit may read an entry word by word, in any order, at any moment, and
 * keep what it read (3.21.3).  A word changes in one piece.  So what counts are
 * the bits an entry *uses*: those that the unit looks at, given V and Config.
 * The words in which used bits differ between what is there and what shall be
 * are the *critical* ones, and they decide how an entry goes over:
 *
 *	none	write what differs; nobody looks at it
 *	one	write the bits that only the new entry uses, let the caches
 *		forget, then the critical word: *hitless*, every moment shows
 *		the old entry or the new one (O9); then the bits that only the
 *		old one used
 *	more	through Config = abort in one store, with the caches emptied in
 *		between: requests are refused on the way
 *
 * A device's entry has its CD table from the first day on.  What its RID slot
 * holds is in S1DSS: blocking terminates, identity bypasses stage 1, a stage-1
 * domain is CD 0; PASIDs are not touched by any of these.  Only a stage-2
 * domain takes the whole stream (3.3.2), and so all its PASIDs.  A nested one
 * does too: the CD table is a user's then, at an address that stage 2 translates,
 * and so is S1DSS.
 *
 * Locking: pl_dev.lock; entries of different devices have nothing in common.
 *
 * The hard rule: between two stores of which both are used, the caches forget.
 */
#include <linux/array_size.h>
#include <linux/io.h>
#include <linux/string.h>

#include "smmuv3.h"

#define CONFIG_SHIFT	1
#define OFF		(SMMU_STE0_V | SMMU_CONFIG_ABORT << CONFIG_SHIFT)

/* Attributes of the unit's own reads of CDs. */
static u64 table_attributes(const struct smmu_unit *v)
{
	if (!v->ids.coherent)
		return FIELD_PREP(SMMU_STE1_S1CIR, SMMU_CACHE_NC) |
		       FIELD_PREP(SMMU_STE1_S1COR, SMMU_CACHE_NC) |
		       FIELD_PREP(SMMU_STE1_S1CSH, SMMU_SH_OSH);
	return FIELD_PREP(SMMU_STE1_S1CIR, SMMU_CACHE_WBRAWA) |
	       FIELD_PREP(SMMU_STE1_S1COR, SMMU_CACHE_WBRAWA) |
	       FIELD_PREP(SMMU_STE1_S1CSH, SMMU_SH_ISH);
}

static void build_stage1(const struct smmu_unit *v, const struct pl_dev *d, u64 s1dss, u64 *ste)
{
	const struct smmu_dev *sd = d->hw;
	u64 fmt = sd->two_level ? SMMU_S1FMT_4K_L2 : SMMU_S1FMT_LINEAR;

	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_S1) |
		 FIELD_PREP(SMMU_STE0_S1FMT, fmt) | virt_to_phys(sd->cdtab) |
		 FIELD_PREP(SMMU_STE0_S1CDMAX, sd->ssid_bits);
	ste[1] = table_attributes(v) | FIELD_PREP(SMMU_STE1_SHCFG, SMMU_SHCFG_INCOMING) |
		 FIELD_PREP(SMMU_STE1_STRW, SMMU_STRW_NS_EL1) |
		 FIELD_PREP(SMMU_STE1_EATS, d->ats ? SMMU_EATS_TRANS : SMMU_EATS_ABT);
	if (sd->ssid_bits)
		ste[1] |= FIELD_PREP(SMMU_STE1_S1DSS, s1dss);
	ste[2] = FIELD_PREP(SMMU_STE2_S2VMID, sd->vmid);
}

/* What bypass does not look at stays as it is under stage 1: one store apart. */
static void build_bypass(const struct smmu_unit *v, const struct pl_dev *d, u64 *ste)
{
	build_stage1(v, d, 0, ste);
	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_BYPASS);
}

static void build_stage2(const struct smmu_unit *v, const struct pl_dev *d,
			 const struct smmu_domain *dom, u64 *ste)
{
	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_S2);
	ste[1] = FIELD_PREP(SMMU_STE1_SHCFG, SMMU_SHCFG_INCOMING) |
		 FIELD_PREP(SMMU_STE1_EATS, d->ats ? SMMU_EATS_TRANS : SMMU_EATS_ABT);
	ste[2] = FIELD_PREP(SMMU_STE2_S2VMID, dom->vmid) | smmu_ste_stage2(v, dom);
	ste[3] = virt_to_phys(dom->table.root);
}

/* 3.3.2: the parent's stage 2, under the user's CDs and tagged by its VMID. */
static void build_nested(const struct smmu_unit *v, const struct pl_dev *d,
			 const struct smmu_domain *dom, u64 *ste)
{
	const struct pl_user_table *user = &dom->user;

	build_stage2(v, d, to_smmu_domain(dom->dom.parent), ste);
	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_NESTED) |
		 FIELD_PREP(SMMU_STE0_S1FMT, user->s1fmt) | user->s1ctxptr |
		 FIELD_PREP(SMMU_STE0_S1CDMAX, user->s1cdmax);
	ste[1] |= table_attributes(v) | FIELD_PREP(SMMU_STE1_STRW, SMMU_STRW_NS_EL1) |
		  FIELD_PREP(SMMU_STE1_S1DSS, user->s1dss);
}

/**
 * smmu_ste_build() - the entry of a stream whose RID slot holds a domain
 * @v: the unit
 * @d: the device
 * @dom: what the RID slot holds
 * @ste: out
 *
 * Context: any.
 */
void smmu_ste_build(const struct smmu_unit *v, const struct pl_dev *d, struct pl_domain *dom,
		    u64 ste[SMMU_STE_WORDS])
{
	const struct smmu_dev *sd = d->hw;

	memset(ste, 0, SMMU_STE_WORDS * sizeof(*ste));
	if (smmu_is_stage2(dom))
		build_stage2(v, d, to_smmu_domain(dom), ste);
	else if (smmu_is_nested(dom))
		build_nested(v, d, to_smmu_domain(dom), ste);
	else if (dom->type == PL_DOMAIN_IDENTITY && !sd->ssid_bits)
		build_bypass(v, d, ste);
	else if (dom->type == PL_DOMAIN_IDENTITY)
		build_stage1(v, d, SMMU_S1DSS_BYPASS, ste);
	else
		build_stage1(v, d, smmu_is_stage1(dom) ? SMMU_S1DSS_SSID0 : SMMU_S1DSS_TERMINATE,
			     ste);
}

static void used_stage1(const u64 *ste, u64 *used)
{
	used[0] |= SMMU_STE0_S1CTXPTR | SMMU_STE0_S1CDMAX;
	/* With one CD there is nothing to choose (S1CDMax). */
	if (ste[0] & SMMU_STE0_S1CDMAX) {
		used[0] |= SMMU_STE0_S1FMT;
		used[1] |= SMMU_STE1_S1DSS;
	}
	used[1] |= SMMU_STE1_S1CIR | SMMU_STE1_S1COR | SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD |
		   SMMU_STE1_EATS | SMMU_STE1_STRW | SMMU_STE1_MEV | SMMU_STE1_PPAR;
	used[2] |= SMMU_STE2_S2VMID;
}

static void used_stage2(u64 *used)
{
	used[1] |= SMMU_STE1_EATS | SMMU_STE1_MEV | SMMU_STE1_S2FWB | SMMU_STE1_STRW;
	used[2] |= ~0ULL;
	used[3] |= SMMU_STE3_S2TTB;
}

/**
 * smmu_ste_used() - which bits of an entry the unit looks at (5.2)
 * @ste: the entry
 * @used: out, a mask for each word
 *
 * Context: any.
 */
void smmu_ste_used(const u64 ste[SMMU_STE_WORDS], u64 used[SMMU_STE_WORDS])
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, ste[0]);

	memset(used, 0, SMMU_STE_WORDS * sizeof(*used));
	used[0] = SMMU_STE0_V;
	if (!(ste[0] & SMMU_STE0_V))
		return;
	used[0] |= SMMU_STE0_CONFIG;
	/* Config[2] clear: abort, whatever the rest says. */
	if (!(config & SMMU_CONFIG_BYPASS))
		return;
	used[1] |= SMMU_STE1_SHCFG;
	if (config & 1)
		used_stage1(ste, used);
	if (config & 2)
		used_stage2(used);
}

/* One entry on its way from what it is to what it shall be. */
struct change {
	struct smmu_unit *v;
	const struct pl_dev *d;
	struct pl_ticket *t;
	u64 *ste;
	const u64 *target;
};

static void put(struct change *c, u32 word, u64 val)
{
	pl_store(c->v->regs, &c->ste[word], val, &c->t->cost);
}

/* The unit sees all stores so far, and remembers none of the words before. */
static void forget(struct change *c)
{
	dma_wmb();	/* the words before the queue is told */
	smmu_owe_ste(c->v, c->d, true, c->t);
	/* A queue that fails here fails again at the caller's sync. */
	smmu_sync(&c->v->unit, c->t);
}

/* Make the words @from and up what they shall be; true when any was not. */
static bool put_rest(struct change *c, u32 from)
{
	bool any = false;
	u32 i;

	for (i = from; i < SMMU_STE_WORDS; i++) {
		if (c->ste[i] == c->target[i])
			continue;
		put(c, i, c->target[i]);
		any = true;
	}
	return any;
}

/* @first: each word with the bits set that only the target uses. */
static void change_one(struct change *c, const u64 *first, u32 critical)
{
	bool any = false;
	u32 i;

	for (i = 0; i < SMMU_STE_WORDS; i++) {
		if (i == critical || c->ste[i] == first[i])
			continue;
		put(c, i, first[i]);
		any = true;
	}
	if (any)
		forget(c);
	put(c, critical, c->target[critical]);
	if (!memcmp(c->ste, c->target, SMMU_STE_WORDS * sizeof(*c->ste)))
		return;
	forget(c);
	put_rest(c, 0);
}

static void change_many(struct change *c)
{
	put(c, 0, OFF);
	forget(c);
	if (put_rest(c, 1))
		forget(c);
	put(c, 0, c->target[0]);
}

/**
 * smmu_ste_write() - an entry goes over to another (3.21.3)
 * @v: the unit
 * @d: the device; its entry is where @d->hw says
 * @target: what it shall be
 * @t: owes the last store; earlier ones were synced on the way
 *
 * Context: may sleep; pl_dev.lock held.
 * Return: true when requests were refused on the way.
 */
bool smmu_ste_write(struct smmu_unit *v, const struct pl_dev *d, const u64 target[SMMU_STE_WORDS],
		    struct pl_ticket *t)
{
	u64 now[SMMU_STE_WORDS], shall[SMMU_STE_WORDS], first[SMMU_STE_WORDS];
	struct smmu_dev *sd = d->hw;
	struct change c = { .v = v, .d = d, .t = t, .ste = sd->ste, .target = target };
	u32 i, critical = 0, n = 0;

	if (!memcmp(c.ste, target, SMMU_STE_WORDS * sizeof(*target)))
		return false;
	smmu_ste_used(c.ste, now);
	smmu_ste_used(target, shall);
	for (i = 0; i < SMMU_STE_WORDS; i++) {
		first[i] = (c.ste[i] & now[i]) | (target[i] & ~now[i]);
		if ((first[i] ^ target[i]) & shall[i]) {
			critical = i;
			n++;
		}
	}
	if (!n)
		put_rest(&c, 0);
	else if (n == 1)
		change_one(&c, first, critical);
	else
		change_many(&c);
	dma_wmb();	/* the last store before the queue is told */
	smmu_owe_ste(v, d, true, t);
	return n > 1;
}
