// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The steps that make DMA: what must it see?
 *
 * The hard rule: every write is followed by a look at all pages, with the
 * processor's eyes: what must not be written is seen when it was.
 */
#include "steps.h"

/* Nothing was written but where it had to be: the processor's view of all pages. */
static int compare_pages(struct prop *w)
{
	int i;

	for (i = 0; i < PROP_PAGES; i++)
		if (OPS(w)->word(w->b, i) != w->word[i])
			return prop_fail(w, "page %d holds %llx, it must hold %llx", i,
					 (unsigned long long)OPS(w)->word(w->b, i),
					 (unsigned long long)w->word[i]);
	return 0;
}

static int judge_dma(struct prop *w, const struct prop_dma *d, const struct prop_place *to)
{
	bool allowed = to->prot & (d->write ? PL_PROT_WRITE : PL_PROT_READ);
	const char *stale = d->stale ? d->stale : "no cache";

	w->dmas++;
	if (d->refused == allowed)
		return prop_fail(w, "DMA %s, it must be %s; a stale entry of the %s answered",
				 d->refused ? "refused" : "went through",
				 allowed ? "carried out" : "refused", stale);
	if (allowed && d->write)
		w->word[to->page] = d->word;
	if (d->write)
		return compare_pages(w);
	if (allowed && !d->same)
		return prop_fail(w, "DMA read something else than %llx, which is there; stale: %s",
				 (unsigned long long)d->word, stale);
	return 0;
}

static int dma(struct prop *w, int e, uint32_t pasid, int holds)
{
	bool block = prop_below(w, 4) == 0;
	struct prop_dma d = { .pasid = pasid };
	struct prop_place to;

	d.ats = prop_can(w, PL_FEAT_ATS) && prop_below(w, 2);
	d.iova = holds == PROP_IDENTITY ? w->b->mem.phys[prop_below(w, PROP_PAGES)] :
					  prop_any_iova(w, block);
	d.write = !block && prop_below(w, 3) == 0;
	prop_look(w, holds, d.iova, &to);
	d.word = d.write ? w->next_word++ : to.word;
	prop_note(w, "dma ep%d pasid %d %s%s %llx through d%d", e, (int)pasid,
		  d.ats ? "ATS " : "", d.write ? "write" : "read", (unsigned long long)d.iova,
		  holds);
	ASK(w, dma(w->b, e, &d), 0);
	return judge_dma(w, &d, &to);
}

int prop_dma_rid(struct prop *w)
{
	int e = prop_any_ep(w);

	return dma(w, e, PL_NO_PASID_U, w->ep[e].rid);
}

int prop_dma_private(struct prop *w)
{
	struct prop_private *p = &w->priv[prop_below(w, PROP_PRIV)];

	return p->pasid ? dma(w, p->ep, p->pasid, p->holds) : 0;
}

int prop_dma_aux(struct prop *w)
{
	int e = prop_any_ep(w), x = prop_below(w, PROP_DOMS);

	return w->ep[e].aux[x] ? dma(w, e, w->ep[e].aux[x], x) : 0;
}

/* A PASID that is set on one device says nothing on another (R1.2). */
int prop_dma_foreign(struct prop *w)
{
	int e = prop_any_ep(w), x = prop_below(w, PROP_DOMS), i, aux;
	uint32_t pasid = 1 + prop_below(w, 200);

	for (i = 0; i < w->b->caps.nr_eps; i++)
		if (w->ep[i].aux[x] && i != e)
			pasid = w->ep[i].aux[x];
	return prop_slot(w, e, pasid, &aux) ? 0 : dma(w, e, pasid, PROP_BLOCKING);
}
