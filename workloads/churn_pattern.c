// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_pattern.c - in which order the steps of many lives follow each other.
 *
 *	uniform		one life after another: the cost of a pair of attach and detach
 *	bursty		many attaches in a row, all used, all detached, a pause: what a service
 *			does that starts or drains
 *	hold		a random set of live PASIDs, one of which changes at a time: what tables,
 *			caches and id spaces look like after days
 *
 * The hard rule: a pattern starts no more lives than its budget, and never ends one it did not
 * start.
 */
#include <time.h>

#include "churn.h"

static bool may_detach_all(const struct churn_thread *t)
{
	/* In a shared file the attachments of other threads would go as well. */
	return t->session->threads == 1;
}

static bool wants_detach_all(struct churn_thread *t)
{
	return may_detach_all(t) && plu_chance(&t->rng, (uint32_t)t->run->opt.rate_detach_all);
}

static void end_by_chance(struct churn_thread *t, struct churn_live *l)
{
	if (wants_detach_all(t))
		churn_detach_all(t, l->ep);
	else
		churn_detach(t, l);
}

static void use_and_replace(struct churn_thread *t, struct churn_live *l)
{
	churn_use(t, l);
	if (plu_chance(&t->rng, (uint32_t)t->run->opt.rate_replace))
		churn_replace(t, l);
}

static unsigned int uniform_round(struct churn_thread *t, uint64_t budget)
{
	struct churn_live *l = &t->lives[0];

	if (!budget || !churn_attach(t, l))
		return 0;
	use_and_replace(t, l);
	end_by_chance(t, l);
	return 1;
}

static void pause_us(uint64_t us)
{
	struct timespec ts = { .tv_sec = (time_t)(us / 1000000),
			       .tv_nsec = (long)(us % 1000000) * 1000 };

	if (us)
		nanosleep(&ts, NULL);
}

static unsigned int bursty_round(struct churn_thread *t, uint64_t budget)
{
	unsigned int i, n = 0, hold = (unsigned int)t->run->opt.hold;

	while (n < hold && n < budget && churn_attach(t, &t->lives[n]))
		n++;
	for (i = 0; i < n; i++)
		use_and_replace(t, &t->lives[i]);
	for (i = 0; i < n; i++)
		if (t->lives[i].space)
			end_by_chance(t, &t->lives[i]);
	pause_us(t->run->opt.idle_us);
	return n;
}

static unsigned int hold_round(struct churn_thread *t, uint64_t budget)
{
	struct churn_live *l = &t->lives[plu_random_below(&t->rng, (uint32_t)t->run->opt.hold)];

	if (l->space) {
		/* It lived while others came and went: it must still reach its own pages. */
		use_and_replace(t, l);
		end_by_chance(t, l);
	}
	if (!budget || !churn_attach(t, l))
		return 0;
	churn_use(t, l);
	return 1;
}

const struct churn_pattern churn_patterns[CHURN_PATTERN_NR] = {
	[CHURN_UNIFORM] = { "uniform", uniform_round },
	[CHURN_BURSTY] = { "bursty", bursty_round },
	[CHURN_HOLD] = { "hold", hold_round },
};
