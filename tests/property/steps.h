/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of the property test share: asking and comparing.
 *
 * The hard rule: no answer is used that was not compared.
 */
#ifndef _PASIDLAB_TESTS_PROPERTY_STEPS_H
#define _PASIDLAB_TESTS_PROPERTY_STEPS_H

#include "property.h"

#define NR(a)	((int)(sizeof(a) / sizeof((a)[0])))
#define OPS(w)	((w)->b->ops)

#define EXPECT(w, got, want, what) do {						\
	long long g_ = (got), w_ = (want);					\
	if (g_ != w_)								\
		return prop_fail(w, "%s: got %lld, expected %lld", what, g_, w_);	\
} while (0)

/* The call is the name of what is compared. */
#define ASK(w, call, want)	EXPECT(w, OPS(w)->call, want, #call)

int prop_below(struct prop *w, int n);
uint64_t prop_any_iova(struct prop *w, bool block);

/* dma.c */
int prop_dma_rid(struct prop *w);
int prop_dma_private(struct prop *w);
int prop_dma_aux(struct prop *w);
int prop_dma_foreign(struct prop *w);

/* tables.c */
int prop_check_tables(struct prop *w);

static inline int prop_any_ep(struct prop *w)
{
	return prop_below(w, w->b->caps.nr_eps);
}

#endif /* _PASIDLAB_TESTS_PROPERTY_STEPS_H */
