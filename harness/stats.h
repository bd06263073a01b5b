/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h - the one histogram of pasidlab, and the only place where a percentile is computed.
 *
 * The statistic.  A latency is a positive integer (nanoseconds, as a rule) whose interesting values
 * span six decades, and whose tail matters more than its mean.  A log-linear histogram keeps every
 * value to a fixed *relative* error in a fixed amount of memory, needs no prior knowledge of the
 * range, and can be merged across threads, boots and machines without losing anything further.
 *
 * The layout, for S = PL_HIST_SUB_BITS:
 *
 *	values            buckets                          width of a bucket
 *	0 .. 2^S-1        0 .. 2^S-1, one per value        1
 *	2^S .. 2^(S+1)-1  2^S buckets                      1
 *	2^m .. 2^(m+1)-1  2^S buckets, for each m > S      2^(m-S)
 *
 * so index(v) = v below 2^S, and ((m - S + 1) << S) + ((v >> (m - S)) - 2^S) above, m being the
 * position of v's highest set bit counted from 0.  All of u64 is covered; no value is ever clipped.
 *
 * The error.  A value v in [2^m, 2^(m+1)) falls in a bucket of width w = 2^(m-S) whose lowest
 * value is at least 2^m.  A percentile is reported as the highest value of its bucket, r.  Both v
 * and r are in that bucket, so 0 <= r - v <= w - 1, and with v >= 2^m:
 *
 *	(r - v) / v  <=  (2^(m-S) - 1) / 2^m  <  2^-S
 *
 * With S = 7 that is below 1/128 = 0.79 %, and never in the flattering direction: the reported
 * latency is at least the true one.  Below 2^(S+1) the width is 1 and the value exact.  The figure
 * is clamped to the greatest value seen, so that p100 is exact and no percentile exceeds the
 * maximum.
 *
 * The percentile.  The p-percentile of n values is the smallest value v such that at least
 * ceil(p n) of them are <= v (the "inverse of the distribution function", R's type 1).  No
 * interpolation: a reported latency is one that happened, to within the bucket.  p is given in
 * parts per million, because 0.07 * 100 is not 7 in binary floating point and a rank must not be
 * off by one.
 *
 * Locking: none.  A histogram belongs to one thread while it is being filled; merge afterwards.
 *
 * The hard rule: pl_hist_add() allocates nothing, calls nothing and cannot fail.  This header and
 * stats.c need the C library's headers only, so that workloads, tests and the harness link the same
 * object.
 */
#ifndef PL_STATS_H
#define PL_STATS_H

#include <stddef.h>
#include <stdint.h>

#define PL_HIST_SUB_BITS	7u
#define PL_HIST_SUB		(1u << PL_HIST_SUB_BITS)
/* One linear run for the values below 2^S, one run for each of the exponents S..63. */
#define PL_HIST_BUCKETS		((64u - PL_HIST_SUB_BITS + 1u) << PL_HIST_SUB_BITS)

/* Percentiles, in parts per million. */
#define PL_PPM			1000000u
#define PL_P50			500000u
#define PL_P90			900000u
#define PL_P99			990000u
#define PL_P999			999000u

/**
 * struct pl_hist - a log-linear histogram of unsigned 64-bit values
 * @count: values added
 * @min: the least value added; UINT64_MAX while @count is 0
 * @max: the greatest value added; 0 while @count is 0
 * @sum: their sum, kept in 128 bits so that no number of values can overflow it
 * @buckets: how many values fell in each bucket, by pl_hist_index()
 *
 * 58 KiB, so not for a small stack.
 */
struct pl_hist {
	uint64_t count;
	uint64_t min;
	uint64_t max;
	unsigned __int128 sum;
	uint64_t buckets[PL_HIST_BUCKETS];
};

/**
 * pl_hist_index() - the bucket of a value
 * @v: any value
 *
 * Return: an index below PL_HIST_BUCKETS; monotonic in @v.
 */
static inline uint32_t pl_hist_index(uint64_t v)
{
	uint32_t shift;

	if (v < PL_HIST_SUB)
		return (uint32_t)v;
	shift = 63u - (uint32_t)__builtin_clzll(v) - PL_HIST_SUB_BITS;
	return ((shift + 1) << PL_HIST_SUB_BITS) + (uint32_t)(v >> shift) - PL_HIST_SUB;
}

/**
 * pl_hist_low() - the least value that falls in a bucket
 * @index: a bucket, below PL_HIST_BUCKETS
 */
static inline uint64_t pl_hist_low(uint32_t index)
{
	uint32_t run = index >> PL_HIST_SUB_BITS;

	if (!run)
		return index;
	return (uint64_t)(PL_HIST_SUB + (index & (PL_HIST_SUB - 1))) << (run - 1);
}

/**
 * pl_hist_high() - the greatest value that falls in a bucket
 * @index: a bucket, below PL_HIST_BUCKETS
 */
static inline uint64_t pl_hist_high(uint32_t index)
{
	uint32_t run = index >> PL_HIST_SUB_BITS;

	return pl_hist_low(index) + (run ? (1ull << (run - 1)) - 1 : 0);
}

/**
 * pl_hist_add() - record one value
 * @h: an initialised histogram, owned by the calling thread
 * @v: the value
 *
 * Allocates nothing, cannot fail.  Any context.
 */
static inline void pl_hist_add(struct pl_hist *h, uint64_t v)
{
	h->count++;
	h->sum += v;
	h->buckets[pl_hist_index(v)]++;
	if (v < h->min)
		h->min = v;
	if (v > h->max)
		h->max = v;
}

/**
 * struct pl_sample - a value and how often it was seen
 * @value: the value
 * @times: how often
 *
 * Where every value is kept, percentiles are exact: no bucket stands for it.
 */
struct pl_sample {
	uint64_t value;
	uint64_t times;
};

void pl_hist_init(struct pl_hist *h);
void pl_hist_merge(struct pl_hist *into, const struct pl_hist *from);
uint64_t pl_hist_percentile(const struct pl_hist *h, uint32_t ppm);
uint64_t pl_hist_min(const struct pl_hist *h);
double pl_hist_mean(const struct pl_hist *h);
uint64_t pl_sample_percentile(const struct pl_sample *v, size_t n, uint32_t ppm);

#endif
