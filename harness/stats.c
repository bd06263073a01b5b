// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stats.c - the histogram's slow half: set-up, merging and the figures read from it.
 *
 * stats.h has the layout, the definition of a percentile and the proof of its error.  Nothing here
 * allocates either, and an empty histogram is a valid argument everywhere: its figures are 0.
 */
#include "stats.h"

#include <string.h>

/**
 * pl_hist_init() - make an empty histogram
 * @h: any memory
 */
void pl_hist_init(struct pl_hist *h)
{
	memset(h, 0, sizeof(*h));
	h->min = UINT64_MAX;
}

/**
 * pl_hist_merge() - add every value of one histogram to another
 * @into: where they go
 * @from: where they come from; not changed; must not be @into
 *
 * Merging is exact: the result is the one that adding all values to one histogram would have given.
 */
void pl_hist_merge(struct pl_hist *into, const struct pl_hist *from)
{
	uint32_t i;

	into->count += from->count;
	into->sum += from->sum;
	if (from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	for (i = 0; i < PL_HIST_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

/* The rank, from 1, of the value that the percentile names: ceil(ppm * n / 10^6), at least 1. */
static uint64_t pl_hist_rank(uint64_t n, uint32_t ppm)
{
	unsigned __int128 scaled = (unsigned __int128)n * ppm;
	uint64_t rank = (uint64_t)((scaled + PL_PPM - 1) / PL_PPM);

	return rank ? rank : 1;
}

/**
 * pl_hist_percentile() - a percentile, as stats.h defines it
 * @h: a histogram
 * @ppm: which one, in parts per million (PL_P99 is 990000); above PL_PPM counts as PL_PPM
 *
 * Return: the upper bound of the bucket that holds the value of that rank, clamped to the greatest
 * value added: never below the true percentile, and above it by less than 1/128 of it.  0 when
 * empty.
 */
uint64_t pl_hist_percentile(const struct pl_hist *h, uint32_t ppm)
{
	uint64_t rank, seen = 0, high;
	uint32_t i;

	if (!h->count)
		return 0;
	rank = pl_hist_rank(h->count, ppm < PL_PPM ? ppm : PL_PPM);
	for (i = pl_hist_index(h->min); i < PL_HIST_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			break;
	}
	/* Buckets that hold less than the count are broken; the maximum is the safe answer. */
	if (i == PL_HIST_BUCKETS)
		return h->max;
	high = pl_hist_high(i);
	return high < h->max ? high : h->max;
}

/**
 * pl_hist_min() - the least value added, exact; 0 when empty
 * @h: a histogram
 */
uint64_t pl_hist_min(const struct pl_hist *h)
{
	return h->count ? h->min : 0;
}

/**
 * pl_hist_mean() - the arithmetic mean, exact to the precision of a double; 0 when empty
 * @h: a histogram
 */
double pl_hist_mean(const struct pl_hist *h)
{
	return h->count ? (double)h->sum / (double)h->count : 0.0;
}

/**
 * pl_sample_percentile() - a percentile of values that were all kept
 * @v: values in ascending order, each with how often it was seen
 * @n: of them
 * @ppm: which percentile, in parts per million
 *
 * Return: the value of that rank, exactly; 0 when there is none.
 */
uint64_t pl_sample_percentile(const struct pl_sample *v, size_t n, uint32_t ppm)
{
	uint64_t count = 0, seen = 0, rank;
	size_t i;

	for (i = 0; i < n; i++)
		count += v[i].times;
	if (!count)
		return 0;
	rank = pl_hist_rank(count, ppm < PL_PPM ? ppm : PL_PPM);
	for (i = 0; i + 1 < n && (seen += v[i].times) < rank; i++)
		;
	return v[i].value;
}
