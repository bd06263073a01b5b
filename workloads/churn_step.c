// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_step.c - the steps of a PASID's life, timed and checked.
 *
 * A step makes one request of the ABI, records how long it took, keeps the thread's own ledger of
 * sets (which the unit's ledger and the tracer's counts must equal), and issues the transfers that
 * show whether the request did what it says.
 *
 * The hard rule: a request that fails where it had to succeed is an error and a failure, never a
 * reason to try again.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "churn.h"

/**
 * churn_fail() - write a failure down
 * @t: the thread that saw it
 * @l: the PASID it is about
 * @step: of its life
 * @fmt: what was wrong
 */
void churn_fail(struct churn_thread *t, const struct churn_live *l, const char *step,
		const char *fmt, ...)
{
	const struct churn_endpoint *ep = &t->run->eps[l->ep];
	char *text;
	va_list ap;
	int n;

	if (t->nr_failures++ >= CHURN_FAILURES)
		return;
	text = t->failures[t->nr_failures - 1];
	n = snprintf(text, CHURN_TEXT, "thread %u: endpoint %s (unit %s), PASID %u (%s), "
		     "domain %d, step %s: ", t->index, ep->info.name, ep->info.unit, l->pasid,
		     l->aux ? "aux" : "private", l->space ? (int)l->space->id : -1, step);
	if (n < 0 || n >= (int)CHURN_TEXT)
		return;
	va_start(ap, fmt);
	vsnprintf(text + n, CHURN_TEXT - (size_t)n, fmt, ap);
	va_end(ap);
}

/* Record a request that has returned; false, with a failure, when it failed. */
static bool step_ended(struct churn_thread *t, const struct churn_live *l, enum churn_op op,
		       const char *step, uint64_t start, int err)
{
	pl_hist_add(&t->hist[op], churn_now() - start);
	if (!err)
		return true;
	t->errors[op]++;
	churn_fail(t, l, step, "%s", strerror(-err));
	return false;
}

static struct churn_space *random_space(struct churn_thread *t, unsigned int unit)
{
	struct churn_session *s = t->session;

	return &s->spaces[unit * s->per_unit + plu_random_below(&t->rng, s->per_unit)];
}

/* @space itself only where the session has no other of that unit. */
static struct churn_space *another_space(struct churn_thread *t, struct churn_space *space)
{
	struct churn_session *s = t->session;
	unsigned int first = space->unit * s->per_unit;
	unsigned int at = (unsigned int)(space - s->spaces) - first;

	if (s->per_unit > 1)
		at += 1 + plu_random_below(&t->rng, s->per_unit - 1);
	return &s->spaces[first + at % s->per_unit];
}

/*
 * A space that this thread may attach as aux: a domain has one aux PASID per device, so the spaces
 * of a session are shared out among its threads.  NULL when the first few tries found none.
 */
static struct churn_space *random_aux_space(struct churn_thread *t, unsigned int ep)
{
	struct churn_session *s = t->session;
	struct churn_space *space;
	unsigned int tries;

	for (tries = 0; tries < 4; tries++) {
		space = random_space(t, t->run->eps[ep].unit);
		if ((space - s->spaces) % s->threads == t->window &&
		    !*churn_aux_on(s, t->run->nr_units, ep, space))
			return space;
	}
	return NULL;
}

static uint32_t generation_of(struct churn_thread *t, const struct churn_live *l)
{
	_Atomic uint32_t *generation = t->run->eps[l->ep].generation;

	return generation ? atomic_load_explicit(&generation[l->pasid], memory_order_acquire) : 0;
}

static void next_generation(struct churn_thread *t, const struct churn_live *l)
{
	_Atomic uint32_t *generation = t->run->eps[l->ep].generation;

	if (generation)
		atomic_fetch_add_explicit(&generation[l->pasid], 1, memory_order_release);
}

static bool attach_aux(struct churn_thread *t, struct churn_live *l)
{
	struct churn_session *s = t->session;
	uint64_t start = churn_now();
	int err = plu_aux_attach(&s->file, s->dev[l->ep], l->space->domain, &l->pasid);

	if (!step_ended(t, l, CHURN_OP_ATTACH, "aux-attach", start, err))
		return false;
	l->generation = generation_of(t, l);
	*churn_aux_on(s, t->run->nr_units, l->ep, l->space) = 1;
	t->counts[CHURN_SET_ATTACH]++;
	return true;
}

static bool alloc_private(struct churn_thread *t, struct churn_live *l)
{
	uint64_t start = churn_now();
	int err = plu_pasid_alloc(&t->session->file, t->session->dev[l->ep], &l->pasid);

	if (!step_ended(t, l, CHURN_OP_PASID_ALLOC, "pasid-alloc", start, err))
		return false;
	next_generation(t, l);
	return true;
}

static void free_private(struct churn_thread *t, struct churn_live *l)
{
	uint64_t start = churn_now();
	int err = plu_pasid_free(&t->session->file, t->session->dev[l->ep], l->pasid);

	step_ended(t, l, CHURN_OP_PASID_FREE, "pasid-free", start, err);
}

static bool set_private(struct churn_thread *t, struct churn_live *l, uint32_t domain,
			enum churn_op op, const char *step)
{
	uint64_t start = churn_now();
	int err = plu_set(&t->session->file, t->session->dev[l->ep], l->pasid, domain);

	return step_ended(t, l, op, step, start, err);
}

static bool attach_private(struct churn_thread *t, struct churn_live *l)
{
	if (!alloc_private(t, l))
		return false;
	churn_dma_blocked(t, l, l->space, "dma-before-attach", CHURN_DMA_REFUSED_BEFORE);
	if (set_private(t, l, l->space->domain, CHURN_OP_ATTACH, "attach")) {
		t->counts[CHURN_SET_ATTACH]++;
		return true;
	}
	free_private(t, l);
	return false;
}

/**
 * churn_attach() - begin a life
 * @t: the thread
 * @l: a free entry
 *
 * Return: false when it could not, with a failure written down and @l still free.
 */
bool churn_attach(struct churn_thread *t, struct churn_live *l)
{
	bool attached;

	*l = (struct churn_live) { .ep = plu_random_below(&t->rng, t->run->nr_eps) };
	if (plu_chance(&t->rng, (uint32_t)t->run->opt.rate_aux))
		l->space = random_aux_space(t, l->ep);
	l->aux = l->space;
	if (!l->space)
		l->space = random_space(t, t->run->eps[l->ep].unit);
	attached = l->aux ? attach_aux(t, l) : attach_private(t, l);
	if (attached)
		t->counts[CHURN_LIVES]++;
	else
		l->space = NULL;
	return attached;
}

/**
 * churn_use() - DMA through an attached PASID, and now and then a mapping that comes and goes
 * @t: the thread
 * @l: the PASID
 */
void churn_use(struct churn_thread *t, struct churn_live *l)
{
	churn_dma_live(t, l);
	if (plu_chance(&t->rng, (uint32_t)t->run->opt.rate_map))
		churn_remap(t, l);
}

/**
 * churn_replace() - put another domain in the place of the one a private PASID holds
 * @t: the thread
 * @l: the PASID; nothing happens to an aux one
 */
void churn_replace(struct churn_thread *t, struct churn_live *l)
{
	struct churn_space *old = l->space, *new = another_space(t, old);

	if (l->aux || new == old)
		return;
	l->space = new;
	if (!set_private(t, l, new->domain, CHURN_OP_REPLACE, "replace")) {
		l->space = old;
		return;
	}
	t->counts[CHURN_SET_REPLACE]++;
	churn_dma_live(t, l);
	/* The old domain's window must not have changed: the write above went to the new one's. */
	churn_dma_live(t, l);
}

/* The PASID no longer translates, by whichever request: check it, and let go of it. */
static void end_life(struct churn_thread *t, struct churn_live *l)
{
	struct churn_space *old = l->space;

	l->space = NULL;
	if (l->aux) {
		*churn_aux_on(t->session, t->run->nr_units, l->ep, old) = 0;
		churn_dma_freed(t, l, old);
		return;
	}
	churn_dma_blocked(t, l, old, "dma-after-detach", CHURN_DMA_REFUSED_AFTER);
	free_private(t, l);
}

/**
 * churn_detach() - end a life
 * @t: the thread
 * @l: the PASID; a free entry afterwards
 *
 * An entry whose detach failed is given up: its PASID is lost to this run, and teardown will say
 * so.
 */
void churn_detach(struct churn_thread *t, struct churn_live *l)
{
	struct churn_session *s = t->session;
	uint64_t start = churn_now();
	bool detached;

	if (l->aux)
		detached = step_ended(t, l, CHURN_OP_DETACH, "aux-detach", start,
				      plu_aux_detach(&s->file, s->dev[l->ep], l->space->domain));
	else
		detached = set_private(t, l, PL_HANDLE_BLOCKING, CHURN_OP_DETACH, "detach");
	if (!detached) {
		l->space = NULL;
		return;
	}
	t->counts[CHURN_SET_DETACH]++;
	end_life(t, l);
}

static unsigned int lives_on(const struct churn_thread *t, unsigned int ep)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->run->opt.hold; i++)
		n += t->lives[i].space && t->lives[i].ep == ep;
	return n;
}

/**
 * churn_detach_all() - end all lives on an endpoint in one request
 * @t: the thread; its session is its own
 * @ep: the endpoint
 */
void churn_detach_all(struct churn_thread *t, unsigned int ep)
{
	struct churn_live none = { .ep = ep };
	unsigned int i, expected = lives_on(t, ep);
	uint32_t detached = 0;
	uint64_t start = churn_now();
	int err = plu_aux_detach_all(&t->session->file, t->session->dev[ep], &detached);

	if (!step_ended(t, &none, CHURN_OP_DETACH_ALL, "detach-all", start, err))
		return;
	if (detached != expected)
		churn_fail(t, &none, "detach-all", "%u slots went back to blocking and %u were "
			   "attached", detached, expected);
	t->counts[CHURN_SET_DETACH_ALL]++;
	t->counts[CHURN_SET_DETACH_ALL_SLOTS] += detached;
	for (i = 0; i < t->run->opt.hold; i++)
		if (t->lives[i].space && t->lives[i].ep == ep)
			end_life(t, &t->lives[i]);
}

/*
 * The far page goes with all of its 1 GiB, where nothing else is mapped: the range covers whole
 * page tables, which are unlinked and freed, and what remembers a walk through them must forget.
 */
static int unmap_scratch(struct churn_thread *t, struct churn_live *l, uint64_t iova, bool far)
{
	uint64_t size = far ? CHURN_FAR : PLU_PAGE, unmapped = 0;
	int err = plu_unmap(&t->session->file, l->space->domain, iova & ~(size - 1), size,
			    &unmapped);

	return !err && unmapped != PLU_PAGE ? -EIO : err;
}

/**
 * churn_remap() - map a page into an attached domain, use it, unmap it
 * @t: the thread
 * @l: the PASID
 *
 * Two pages take turns at the same IOVA, so that a translation that outlives its unmap shows the
 * wrong page next time even if the read in between was refused.
 */
void churn_remap(struct churn_thread *t, struct churn_live *l)
{
	unsigned int turn = t->scratch_turn++;
	struct plu_buf *page = &t->scratch[turn & 1];
	bool far = turn & 2;
	uint64_t iova = churn_scratch_iova(t->run, t->session, t->window, far), start;
	int err;

	churn_dma_scratch(t, l, iova, NULL, "dma-before-map");
	start = churn_now();
	err = plu_map(&t->session->file, l->space->domain, iova, page->mem, PLU_PAGE, PL_PROT_READ);
	if (!step_ended(t, l, CHURN_OP_MAP, "map", start, err))
		return;
	churn_dma_scratch(t, l, iova, page, "dma-after-map");
	start = churn_now();
	err = unmap_scratch(t, l, iova, far);
	if (step_ended(t, l, CHURN_OP_UNMAP, "unmap", start, err))
		churn_dma_scratch(t, l, iova, NULL, "dma-after-unmap");
}
