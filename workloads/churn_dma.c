// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_dma.c - the transfers of churn, and what each of them must come to.
 *
 * There are four situations, and in each the outcome is known before the transfer is issued:
 *
 *	live		a read answers the space's source bytes, a fill and a copy arrive in the
 *			thread's window and nowhere else
 *	blocked		the PASID is this thread's and holds blocking: read and fill are refused,
 *			and nothing of the window has changed
 *	freed		an aux PASID went back to the module: it may be another thread's by now, so
 *			only reads are issued, and they must be refused or show what another
 *			thread attached
 *	scratch		a page that is mapped or is not
 *
 * Each transfer goes through the device TLB or not, at random, because stale translations hide in
 * both.
 *
 * The hard rule: memory that another thread may own is never written, not even to catch a fault.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "churn.h"

static uint32_t dma_flags(struct churn_thread *t, const struct churn_live *l)
{
	const struct pl_ioc_dev_info *info = &t->run->eps[l->ep].info;

	if (!(info->features & 1u << PL_FEAT_ATS))
		return 0;
	return plu_chance(&t->rng, (uint32_t)t->run->opt.rate_ats) ? PL_DMA_ATS : 0;
}

static uint32_t dma_length(struct churn_thread *t)
{
	return 1 + plu_random_below(&t->rng, (uint32_t)t->run->opt.dma_len);
}

/* An offset for @len bytes that keeps clear of both margins. */
static uint32_t dma_offset(struct churn_thread *t, uint32_t len)
{
	return PLU_MARGIN + plu_random_below(&t->rng, CHURN_SPAN - 2 * PLU_MARGIN - len + 1);
}

/* Issue @nr descriptors for a PASID; false when the request itself failed. */
static bool dma_issue(struct churn_thread *t, struct churn_live *l, const char *step,
		      enum churn_op op, struct pl_dma_desc *descs, unsigned int nr)
{
	uint64_t start;
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++)
		descs[i].flags = dma_flags(t, l);
	start = churn_now();
	err = plu_dma(&t->session->file, t->session->dev[l->ep], descs, nr);
	pl_hist_add(&t->hist[op], churn_now() - start);
	if (!err)
		return true;
	t->errors[op]++;
	churn_fail(t, l, step, "the DMA request failed: %s", strerror(-err));
	return false;
}

static const char *dma_verb(const struct pl_dma_desc *d)
{
	static const char *const verb[PL_DMA_OP_NR] = { "read", "fill", "copy" };

	return verb[d->op];
}

static void dma_fail(struct churn_thread *t, struct churn_live *l, const char *step,
		     const struct pl_dma_desc *d, const char *what)
{
	churn_fail(t, l, step, "%s%s of %" PRIu32 " bytes at %#" PRIx64 " %s (%" PRIu32
		   " bytes done, reason %#" PRIx32 ", stale cache: %s)",
		   d->flags & PL_DMA_ATS ? "ATS " : "", dma_verb(d), d->len,
		   (uint64_t)(d->op == PL_DMA_READ ? d->src : d->dst), what, d->done, d->reason,
		   plu_stale_name(d->stale));
}

/* A stale answer is a failure even where the bytes happened to be right. */
static bool dma_arrived(struct churn_thread *t, struct churn_live *l, const char *step,
			const struct pl_dma_desc *d)
{
	if (d->status != PL_DMA_OK)
		dma_fail(t, l, step, d, d->status == PL_DMA_GONE ? "found the endpoint gone" :
			 "was refused");
	else if (d->done != d->len)
		dma_fail(t, l, step, d, "was cut short");
	else if (d->stale)
		dma_fail(t, l, step, d, "was answered from a stale cache");
	else
		return true;
	return false;
}

static bool dma_refused(struct churn_thread *t, struct churn_live *l, const char *step,
			const struct pl_dma_desc *d)
{
	if (d->status == PL_DMA_OK)
		dma_fail(t, l, step, d, "succeeded and had to be refused");
	else if (d->status == PL_DMA_GONE)
		dma_fail(t, l, step, d, "found the endpoint gone");
	else if (d->done)
		dma_fail(t, l, step, d, "was refused too late");
	else
		return true;
	return false;
}

static void check_hash(struct churn_thread *t, struct churn_live *l, const char *step,
		       const struct pl_dma_desc *d, const uint8_t *expected)
{
	if (d->hash != plu_hash(expected, d->len))
		dma_fail(t, l, step, d, "answered bytes of another page");
	else
		t->counts[CHURN_DMA_BYTES] += d->len;
}

static void check_window(struct churn_thread *t, struct churn_live *l, struct churn_space *space,
			 const char *step)
{
	struct plu_buf *window = &space->windows[t->window];
	ptrdiff_t at = plu_buf_differs(window);

	t->counts[CHURN_MARGIN_CHECKS]++;
	if (at < 0)
		return;
	churn_fail(t, l, step, "the window of domain %u is wrong from byte %td on (%#x instead of "
		   "%#x)", space->id, at, window->mem[at], window->shadow[at]);
	/* Say it once: the next difference is another one. */
	memcpy(window->shadow, window->mem, window->size);
}

static void check_window_sometimes(struct churn_thread *t, struct churn_live *l, const char *step)
{
	if (t->dmas++ % t->run->opt.verify_every == 0)
		check_window(t, l, l->space, step);
}

/**
 * churn_dma_live() - read, fill and copy through an attached PASID
 * @t: the thread
 * @l: the PASID
 *
 * The copy follows the fill and may overlap it; descriptors run in order, and so does the shadow.
 */
void churn_dma_live(struct churn_thread *t, struct churn_live *l)
{
	struct plu_buf *window = &l->space->windows[t->window];
	uint64_t source = t->run->iova_base, target = churn_window_iova(t->run, t->window);
	uint32_t len = dma_length(t), from = dma_offset(t, len), to = dma_offset(t, len);
	uint32_t to2 = dma_offset(t, len);
	struct pl_dma_desc d[] = {
		plu_read(l->pasid, source + from, len),
		plu_fill(l->pasid, target + to, len, plu_random(&t->rng)),
		plu_copy(l->pasid, target + to2, source + from, len),
	};

	if (!dma_issue(t, l, "dma", CHURN_OP_DMA, d, 3))
		return;
	if (dma_arrived(t, l, "dma", &d[0])) {
		t->counts[CHURN_DMA_OK]++;
		check_hash(t, l, "dma", &d[0], l->space->source.mem + from);
	}
	if (dma_arrived(t, l, "dma", &d[1])) {
		t->counts[CHURN_DMA_OK]++;
		plu_buf_expect_fill(window, to, len, d[1].pattern);
	}
	if (dma_arrived(t, l, "dma", &d[2])) {
		t->counts[CHURN_DMA_OK]++;
		plu_buf_expect_copy(window, to2, l->space->source.mem + from, len);
	}
	check_window_sometimes(t, l, "dma");
}

/**
 * churn_dma_blocked() - a PASID of this thread whose slot holds blocking refuses all
 * @t: the thread
 * @l: the PASID
 * @old: the space it held, or will hold
 * @step: for messages
 * @what: which count a refusal adds to
 */
void churn_dma_blocked(struct churn_thread *t, struct churn_live *l, struct churn_space *old,
		       const char *step, enum churn_count what)
{
	uint32_t len = dma_length(t), at = dma_offset(t, len);
	struct pl_dma_desc d[] = {
		plu_read(l->pasid, t->run->iova_base + at, len),
		plu_fill(l->pasid, churn_window_iova(t->run, t->window) + at, len,
			 plu_random(&t->rng)),
	};
	unsigned int i;

	if (!dma_issue(t, l, step, CHURN_OP_DMA_REFUSED, d, 2))
		return;
	for (i = 0; i < 2; i++)
		t->counts[what] += dma_refused(t, l, step, &d[i]);
	check_window(t, l, old, step);
}

/* Which space of the run holds the bytes that a read answered; NULL for none. */
static struct churn_space *space_of_hash(struct churn_run *run, const struct pl_dma_desc *d)
{
	size_t offset = d->src - run->iova_base;
	struct churn_session *s;
	unsigned int i, j;

	for (i = 0; i < run->nr_sessions; i++) {
		s = &run->sessions[i];
		for (j = 0; j < run->nr_units * s->per_unit; j++)
			if (plu_hash(s->spaces[j].source.mem + offset, d->len) == d->hash)
				return &s->spaces[j];
	}
	return NULL;
}

/* A thread that gets a private PASID says so before it attaches anything to it. */
static bool pasid_changed_hands(const struct churn_thread *t, const struct churn_live *l)
{
	_Atomic uint32_t *generation = t->run->eps[l->ep].generation;

	return generation && atomic_load_explicit(&generation[l->pasid], memory_order_acquire) !=
			     l->generation;
}

/* True when a read through a freed PASID may have succeeded: somebody else has attached it. */
static bool answer_is_anothers(struct churn_thread *t, const struct churn_live *l,
			       const struct churn_space *old, const struct pl_dma_desc *d)
{
	const struct churn_space *now;

	if (t->run->opt.shared)
		return true;
	if (t->run->nr_threads == 1 || d->done != d->len || d->stale)
		return false;
	now = space_of_hash(t->run, d);
	return now && (now != old || pasid_changed_hands(t, l));
}

/**
 * churn_dma_freed() - an aux PASID after its detach
 * @t: the thread
 * @l: the PASID, no longer this thread's
 * @old: the space it held
 */
void churn_dma_freed(struct churn_thread *t, struct churn_live *l, struct churn_space *old)
{
	uint32_t len = dma_length(t), at = dma_offset(t, len);
	struct pl_dma_desc d;

	/* Within one page, so that no replace by the next owner falls into the middle of it. */
	len = len < PLU_PAGE ? len : PLU_PAGE;
	if (at / PLU_PAGE != (at + len - 1) / PLU_PAGE)
		at = 0;
	d = plu_read(l->pasid, t->run->iova_base + at, len);
	if (!dma_issue(t, l, "dma-after-detach", CHURN_OP_DMA_REFUSED, &d, 1))
		return;
	if (d.status == PL_DMA_OK && answer_is_anothers(t, l, old, &d))
		t->counts[CHURN_DMA_REUSED]++;
	else
		t->counts[CHURN_DMA_REFUSED_AFTER] += dma_refused(t, l, "dma-after-detach", &d);
}

/**
 * churn_dma_scratch() - the page that comes and goes
 * @t: the thread
 * @l: an attached PASID
 * @iova: where it may be
 * @page: what is mapped there, NULL for nothing
 * @step: for messages
 */
void churn_dma_scratch(struct churn_thread *t, struct churn_live *l, uint64_t iova,
		       const struct plu_buf *page, const char *step)
{
	uint32_t len = dma_length(t);
	uint32_t at = len < PLU_PAGE ? plu_random_below(&t->rng, PLU_PAGE - len + 1) : 0;
	struct pl_dma_desc d = plu_read(l->pasid, iova + at, len < PLU_PAGE ? len : PLU_PAGE);

	if (!dma_issue(t, l, step, page ? CHURN_OP_DMA : CHURN_OP_DMA_REFUSED, &d, 1))
		return;
	if (!page) {
		t->counts[CHURN_DMA_REFUSED_UNMAPPED] += dma_refused(t, l, step, &d);
	} else if (dma_arrived(t, l, step, &d)) {
		t->counts[CHURN_DMA_OK]++;
		check_hash(t, l, step, &d, page->mem + at);
	}
}
