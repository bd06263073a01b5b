// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table checker after each step: the unit's own tables against the oracle,
 * and against what the API claims.
 *
 * The hard rule: an address that is compared was drawn, not chosen by what is
 * known to be there.
 */
#include <errno.h>

#include "steps.h"

/*
 * How far identity leads is the unit's affair where no machine has memory: a
 * unit refuses what is beyond its output addresses (SMMUv3 IDR5.OAS, VT-d HAW).
 */
#define FAR	(1ull << 40)

/*
 * What the unit would find must be what the oracle says, whether or not a DMA
 * ever asks (R1.6), and what the API itself claims.
 */
static int walk(struct prop *w, int e, uint32_t pasid, uint64_t iova)
{
	int aux, *slot = prop_slot(w, e, pasid, &aux);
	struct prop_walk got = {};
	struct prop_place to;
	int ret;

	ret = OPS(w)->walk(w->b, e, pasid, iova, &got);
	if (ret == -EOPNOTSUPP)
		return 0;
	EXPECT(w, ret, 0, "walk");
	prop_look(w, slot ? *slot : PROP_BLOCKING, iova, &to);
	w->walked++;
	if (slot && *slot == PROP_IDENTITY && iova >= FAR && !got.prot)
		return 0;
	if (got.prot != to.prot || (to.prot && got.paddr != to.phys))
		return prop_fail(w, "tables of ep%d pasid %d lead %llx to %llx, prot %u; they must lead to %llx, prot %u",
				 e, (int)pasid, (unsigned long long)iova,
				 (unsigned long long)got.paddr, got.prot,
				 (unsigned long long)to.phys, to.prot);
	if (got.has_claimed && got.claimed != (to.prot ? to.phys : ~0ull))
		return prop_fail(w, "the API claims that ep%d pasid %d leads %llx to %llx, not to %llx",
				 e, (int)pasid, (unsigned long long)iova,
				 (unsigned long long)got.claimed,
				 (unsigned long long)(to.prot ? to.phys : ~0ull));
	return 0;
}

static int walk_any(struct prop *w, int e, uint32_t pasid)
{
	return walk(w, e, pasid, prop_any_iova(w, prop_below(w, 4) == 0));
}

/* A slot that holds the domain; the RID's of an endpoint first. */
static bool slot_of(const struct prop *w, int x, int *e, uint32_t *pasid)
{
	int i;

	for (*e = 0; *e < w->b->caps.nr_eps; ++*e) {
		*pasid = w->ep[*e].rid == x ? PL_NO_PASID_U : w->ep[*e].aux[x];
		if (*pasid)
			return true;
	}
	for (i = 0; i < PROP_PRIV; i++) {
		*e = w->priv[i].ep;
		*pasid = w->priv[i].pasid;
		if (*pasid && w->priv[i].holds == x)
			return true;
	}
	return false;
}

static int walk_at_random(struct prop *w)
{
	struct prop_private *p = &w->priv[prop_below(w, PROP_PRIV)];
	int e = prop_any_ep(w), x = prop_below(w, PROP_DOMS);

	switch (prop_below(w, 3)) {
	case 0:
		return walk_any(w, e, PL_NO_PASID_U);
	case 1:
		return w->ep[e].aux[x] ? walk_any(w, e, w->ep[e].aux[x]) : 0;
	default:
		return p->pasid ? walk_any(w, p->ep, p->pasid) : 0;
	}
}

/* Of the slot that a step touched, of one that holds the domain it touched, and of others. */
int prop_check_tables(struct prop *w)
{
	unsigned int i;
	uint32_t pasid;
	int ret = 0, e;

	if (w->touched_ep >= 0)
		ret = walk_any(w, w->touched_ep, w->touched_pasid);
	if (!ret && w->touched_dom >= 0 && slot_of(w, w->touched_dom, &e, &pasid))
		ret = walk_any(w, e, pasid);
	for (i = 0; !ret && i < w->opt->walks; i++)
		ret = walk_at_random(w);
	return ret;
}
