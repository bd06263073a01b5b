// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everybody else: on a machine's own unit, streams that are no endpoints of
 * ours must go on working while translation is on.
 *
 * Their STE says bypass (5.2, Config 0b100), so that a request leaves as it
 * came; one with a SubstreamID, and a translation request, is refused.  With a
 * stream table of two levels all groups of 64 streams without an endpoint share
 * one page of such STEs, and the whole table costs that page and the first
 * level.  A group gets a page of its own when its first endpoint comes
 * (table.c): a copy, so that whichever of the two the unit has cached says the
 * same of all streams but the endpoint's.
 *
 * A stream becomes an endpoint's with one store: what stage 1 needs of its STE
 * and bypass does not look at is written before (ste.c).  It goes back the same
 * way.
 *
 * Locking: start and stop with the unit's; the rest under smmu_unit.lock.
 *
 * The hard rule: the shared page is complete before translation is on, and
 * never changes after.
 */
#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "smmuv3.h"

#define PAGE_STES	(PAGE_SIZE >> SMMU_STE_SHIFT)

/**
 * smmu_others_ste() - the entry of a stream that is no endpoint
 * @v: the unit
 * @ste: out: bypass; invalid on a model, where there is nobody else
 *
 * Context: any.
 */
void smmu_others_ste(const struct smmu_unit *v, u64 ste[SMMU_STE_WORDS])
{
	memset(ste, 0, SMMU_STE_WORDS * sizeof(*ste));
	if (!v->host)
		return;
	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_BYPASS);
	ste[1] = FIELD_PREP(SMMU_STE1_SHCFG, SMMU_SHCFG_INCOMING);
}

/**
 * smmu_others_page() - a page of such entries, published
 * @v: the unit
 * @cost: counts
 *
 * Context: may sleep.
 * Return: the page or NULL.
 */
u64 *smmu_others_page(struct smmu_unit *v, struct pl_cost *cost)
{
	u64 *page = pl_table_alloc(0, cost);
	u32 i;

	if (!page)
		return NULL;
	for (i = 0; i < PAGE_STES; i++)
		smmu_others_ste(v, page + i * SMMU_STE_WORDS);
	pl_publish(v->regs, page, PAGE_SIZE, cost);
	return page;
}
