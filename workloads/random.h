/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - repeatable random numbers for workloads.
 *
 * A 64-bit counter through a mixing function: any seed is good, streams of neighbouring seeds are
 * independent, and a thread's sequence depends on its seed alone, so that a failure can be
 * repeated.
 *
 * Locking: a generator belongs to one thread.
 *
 * The hard rule: nothing here is a secret; never use it for one.
 */
#ifndef PL_RANDOM_H
#define PL_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct plu_random {
	uint64_t state;
};

/* The finaliser of MurmurHash3 with the multipliers of SplitMix64. */
static inline uint64_t plu_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static inline uint64_t plu_random(struct plu_random *r)
{
	r->state += 0x9e3779b97f4a7c15ull;
	return plu_mix(r->state);
}

/* 0 to @n - 1; @n must not be 0.  The bias is below n / 2^32. */
static inline uint32_t plu_random_below(struct plu_random *r, uint32_t n)
{
	return (uint32_t)(((plu_random(r) >> 32) * n) >> 32);
}

/* True @permille times in a thousand; 0 is never, 1000 is always. */
static inline bool plu_chance(struct plu_random *r, uint32_t permille)
{
	return permille && plu_random_below(r, 1000) < permille;
}

#endif
