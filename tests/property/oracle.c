// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The oracle: what every call must answer and every DMA must see, from arrays
 * alone.  property.h has the vocabulary.
 *
 * The hard rule: no call leaves this file.
 */
#include <errno.h>

#include "property.h"

/* Both ends of tables of every level. */
const uint64_t prop_iovas[PROP_IOVAS] = {
	0x0, 0x1000, 0x1ff000, 0x200000, 0x201000, 0x3ffff000, 0x40000000, 0x40001000,
	0x7ffffff000, 0x8000000000, 0x8000001000, 0x7ffffffff000,
};

const uint64_t prop_block_iovas[PROP_BLOCK_IOVAS] = { 0x80000000, 0xc0000000 };

/* What is in memory before the first step. */
uint64_t prop_page_word(int page)
{
	return 0x1000 + page;
}

uint64_t prop_block_word(int block, unsigned int page)
{
	return (uint64_t)(block + 1) << 32 | page;
}

void prop_domain_init(struct prop_domain *o, int stage, uint64_t iova_last)
{
	int i;

	*o = (struct prop_domain) { .live = true, .stage = stage, .iova_last = iova_last };
	for (i = 0; i < PROP_IOVAS; i++)
		o->page[i] = -1;
	for (i = 0; i < PROP_BLOCK_IOVAS; i++)
		o->block[i] = -1;
}

/* PASID slots that hold something other than blocking. */
int prop_nr_pasids(const struct prop *w, int e)
{
	int i, n = 0;

	for (i = 0; i < PROP_DOMS; i++)
		n += !!w->ep[e].aux[i];
	for (i = 0; i < PROP_PRIV; i++)
		n += w->priv[i].pasid && w->priv[i].ep == e && w->priv[i].holds != PROP_BLOCKING;
	return n;
}

static bool holds_identity(const struct prop *w, bool rid)
{
	return rid ? w->b->caps.identity_rid : prop_can(w, PL_FEAT_IDENTITY_PASID);
}

/* What a set of @x must pass: 0 or the errno.  Blocking is always welcome. */
int prop_rules(const struct prop *w, int e, bool rid, int x)
{
	if (x == PROP_BLOCKING)
		return 0;
	if (!rid && !w->ep[e].enabled)
		return -EOPNOTSUPP;
	if (w->ep[e].claimed)
		return -EBUSY;
	if (rid && w->ep[e].mode == PL_MODE_STRICT && prop_nr_pasids(w, e))
		return -EBUSY;
	return x == PROP_IDENTITY && !holds_identity(w, rid) ? -EOPNOTSUPP : 0;
}

static bool is_stage2(const struct prop *w, int x)
{
	return x >= 0 && w->dom[x].stage == 2;
}

/* What the unit says then: a device may have one second stage, and nothing beside it (R2.7). */
int prop_unit_rules(const struct prop *w, int e, bool rid, int x)
{
	if (x == PROP_BLOCKING || prop_can(w, PL_FEAT_STAGE2_PASID))
		return 0;
	if (!rid && is_stage2(w, x))
		return -EOPNOTSUPP;
	if (rid ? is_stage2(w, x) && prop_nr_pasids(w, e) : is_stage2(w, w->ep[e].rid))
		return -EBUSY;
	return 0;
}

/* A slot's holder changed. */
void prop_hold(struct prop *w, int *holds, int x)
{
	if (*holds >= 0)
		w->dom[*holds].users--;
	*holds = x;
	if (x >= 0)
		w->dom[x].users++;
}

/* What a slot holds; @aux is where an aux slot's domain is put.  NULL: nobody set it. */
int *prop_slot(struct prop *w, int e, uint32_t pasid, int *aux)
{
	int i;

	if (pasid == PL_NO_PASID_U)
		return &w->ep[e].rid;
	for (i = 0; i < PROP_PRIV; i++)
		if (w->priv[i].pasid == pasid && w->priv[i].ep == e)
			return &w->priv[i].holds;
	for (*aux = 0; *aux < PROP_DOMS; ++*aux)
		if (w->ep[e].aux[*aux] == pasid)
			return aux;
	return NULL;
}

/* Where the unit has no write-only pages, what may be written may be read. */
static uint32_t effective(const struct prop *w, const struct prop_domain *o, uint32_t prot)
{
	return prot | (o->stage == 1 && w->b->caps.write_reads ? PL_PROT_READ : 0);
}

static void look_identity(const struct prop *w, uint64_t iova, struct prop_place *place)
{
	int i;

	place->prot = PL_PROT_READ | PL_PROT_WRITE;
	place->phys = iova;
	for (i = 0; i < PROP_PAGES; i++) {
		if (w->b->mem.phys[i] != iova)
			continue;
		place->page = i;
		place->word = w->word[i];
	}
}

static void look_block(const struct prop *w, const struct prop_domain *o, uint64_t iova,
		       struct prop_place *place)
{
	uint64_t k;
	int i;

	for (i = 0; i < PROP_BLOCK_IOVAS; i++) {
		if (o->block[i] < 0 || iova - prop_block_iovas[i] >= PROP_BLOCK)
			continue;
		k = (iova - prop_block_iovas[i]) / PROP_PAGE;
		place->prot = effective(w, o, o->block_prot[i]);
		place->phys = w->b->mem.block_phys[o->block[i]][k];
		place->word = prop_block_word(o->block[i], k);
	}
}

/* What a request at a page's start sees through a slot's holder. */
void prop_look(const struct prop *w, int holds, uint64_t iova, struct prop_place *place)
{
	const struct prop_domain *o;
	int i;

	*place = (struct prop_place) { .page = -1 };
	if (holds == PROP_IDENTITY)
		look_identity(w, iova, place);
	if (holds < 0)
		return;
	o = &w->dom[holds];
	look_block(w, o, iova, place);
	for (i = 0; i < PROP_IOVAS; i++) {
		if (prop_iovas[i] != iova || o->page[i] < 0)
			continue;
		place->prot = effective(w, o, o->prot[i]);
		place->page = o->page[i];
		place->phys = w->b->mem.phys[place->page];
		place->word = w->word[place->page];
	}
}

/* Everything in a range goes; how many bytes that is. */
uint64_t prop_unmap_wide(struct prop_domain *o, uint64_t iova, uint64_t size)
{
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < PROP_IOVAS; i++) {
		if (o->page[i] < 0 || prop_iovas[i] - iova >= size)
			continue;
		o->page[i] = -1;
		bytes += PROP_PAGE;
	}
	for (i = 0; i < PROP_BLOCK_IOVAS; i++) {
		if (o->block[i] < 0 || prop_block_iovas[i] - iova >= size)
			continue;
		o->block[i] = -1;
		bytes += PROP_BLOCK;
	}
	return bytes;
}
