// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run of the property test: step after step, and what is said when one of
 * them went wrong.
 *
 * A failure tells the seed, the step and the last operations; the same seed
 * and options repeat it exactly.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "property.h"

/* The operation of this step in words. */
int prop_note(struct prop *w, const char *fmt, ...)
{
	char *line = w->history[w->step % PROP_HISTORY];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(w->history[0]), fmt, ap);
	va_end(ap);
	return n;
}

/* Say what happened and how to see it again. */
int prop_fail(struct prop *w, const char *fmt, ...)
{
	const struct prop_options *o = w->opt;
	char line[320];
	va_list ap;
	uint64_t i;
	int n;

	n = snprintf(line, sizeof(line), "step %llu, seed %llu: ", (unsigned long long)w->step,
		     (unsigned long long)o->seed);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	o->say(o->ctx, line);
	for (i = w->step >= PROP_HISTORY ? w->step - PROP_HISTORY + 1 : 0; i <= w->step; i++) {
		snprintf(line, sizeof(line), "%6llu %s", (unsigned long long)i,
			 w->history[i % PROP_HISTORY]);
		o->say(o->ctx, line);
	}
	return -1;
}

static void reset(struct prop *w, struct prop_backend *b, const struct prop_options *opt)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->b = b;
	w->opt = opt;
	w->rng = opt->seed * 0x9e3779b97f4a7c15ull + 1;
	w->next_word = 1ull << 40;
	for (i = 0; i < PROP_EPS; i++)
		w->ep[i].rid = PROP_BLOCKING;
	for (i = 0; i < PROP_PAGES; i++)
		w->word[i] = prop_page_word(i);
}

static bool over(const struct prop *w)
{
	const struct prop_options *o = w->opt;

	if (w->step >= o->steps)
		return true;
	return o->over && w->step % o->ticks == 0 && o->over(o->ctx, w->step);
}

/**
 * prop_run() - a random sequence against the oracle
 * @w: the world, reset first
 * @b: the backend, with nothing attached
 * @opt: options
 *
 * Return: 0, or -1: something differed, and @opt->say was told.
 */
int prop_run(struct prop *w, struct prop_backend *b, const struct prop_options *opt)
{
	const char *why;
	int ret = 0;

	reset(w, b, opt);
	for (; !ret && !over(w); w->step++) {
		ret = prop_draw(w);
		why = ret ? NULL : b->ops->unhealthy(b, w->step);
		if (why)
			ret = prop_fail(w, "%s", why);
		if (ret)
			break;
	}
	return ret;
}

/* Private PASIDs belong to the caller: they go before the devices do. */
int prop_wind_up(struct prop *w)
{
	const struct prop_ops *ops = w->b->ops;
	struct prop_private *p;
	int ret = 0;

	for (p = w->priv; p < w->priv + PROP_PRIV && !ret; p++) {
		if (!p->pasid)
			continue;
		prop_note(w, "at the end: PASID %u goes", p->pasid);
		ret = ops->set(w->b, p->ep, p->pasid, PROP_BLOCKING);
		if (!ret)
			ret = ops->pasid_free(w->b, p->ep, p->pasid);
		if (ret)
			return prop_fail(w, "PASID %u cannot be freed: %d", p->pasid, ret);
		prop_hold(w, &p->holds, PROP_BLOCKING);
		p->pasid = 0;
	}
	return 0;
}
