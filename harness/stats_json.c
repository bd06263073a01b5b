// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stats_json.c - histograms to and from JSON; stats_json.h has the form and the rule.
 *
 * JSON's integers are int64_t in jansson, so a value above 2^63-1 cannot be written.  For
 * nanoseconds that is 292 years; such a histogram is refused (NULL) rather than written wrong.
 */
#include "stats_json.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static json_t *pl_hist_buckets_json(const struct pl_hist *h)
{
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; array && i < PL_HIST_BUCKETS; i++) {
		if (!h->buckets[i])
			continue;
		if (json_array_append_new(array, json_pack("[I,I]", (json_int_t)i,
							   (json_int_t)h->buckets[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/**
 * pl_hist_to_json() - write a histogram
 * @h: a histogram
 *
 * Return: a new reference, or NULL when memory is out or a figure is above INT64_MAX.
 */
json_t *pl_hist_to_json(const struct pl_hist *h)
{
	if (h->max > INT64_MAX || h->count > INT64_MAX || h->sum > INT64_MAX)
		return NULL;
	return json_pack("{s:s,s:i,s:I,s:I,s:I,s:I,s:o}", "unit", "ns",
			 "sub_bits", (int)PL_HIST_SUB_BITS,
			 "count", (json_int_t)h->count, "min", (json_int_t)pl_hist_min(h),
			 "max", (json_int_t)h->max, "sum", (json_int_t)h->sum,
			 "buckets", pl_hist_buckets_json(h));
}

/* One [index, count] pair into @h; indices must ascend, so that none is given twice. */
static bool pl_hist_bucket_from_json(struct pl_hist *h, json_t *pair, json_int_t *last,
				     uint64_t *total)
{
	json_int_t index, count;

	if (json_unpack(pair, "[I,I!]", &index, &count))
		return false;
	if (index <= *last || index >= (json_int_t)PL_HIST_BUCKETS || count <= 0)
		return false;
	h->buckets[index] = (uint64_t)count;
	*last = index;
	return !__builtin_add_overflow(*total, (uint64_t)count, total);
}

static const char *pl_hist_buckets_from_json(struct pl_hist *h, json_t *buckets)
{
	json_int_t last = -1;
	uint64_t total = 0;
	json_t *pair;
	size_t i;

	json_array_foreach(buckets, i, pair) {
		if (!pl_hist_bucket_from_json(h, pair, &last, &total))
			return "histogram: a bucket is not an ascending [index, count > 0]";
		if (i == 0 && (uint32_t)last != pl_hist_index(h->min))
			return "histogram: min is not in the first bucket";
	}
	if (total != h->count)
		return "histogram: the buckets do not add up to count";
	if (total && (uint32_t)last != pl_hist_index(h->max))
		return "histogram: max is not in the last bucket";
	return NULL;
}

/* The sum is not derivable from the buckets, but it is bounded by them. */
static bool pl_hist_sum_is_sane(const struct pl_hist *h)
{
	return h->sum >= (unsigned __int128)h->min * h->count &&
	       h->sum <= (unsigned __int128)h->max * h->count;
}

static const char *pl_hist_parse(struct pl_hist *h, const json_t *json)
{
	json_int_t count, min, max, sum;
	json_t *buckets;
	const char *unit;
	const char *why;
	int sub_bits;

	/* json_unpack() takes a json_t * that it only reads. */
	if (json_unpack((json_t *)json, "{s:s,s:i,s:I,s:I,s:I,s:I,s:o}", "unit", &unit,
			"sub_bits", &sub_bits, "count", &count, "min", &min, "max", &max,
			"sum", &sum, "buckets", &buckets) || !json_is_array(buckets))
		return "histogram: a member is missing or of the wrong type";
	if (strcmp(unit, "ns"))
		return "histogram: unit is not ns";
	if (sub_bits != (int)PL_HIST_SUB_BITS)
		return "histogram: sub_bits is not 7";
	if (count < 0 || min < 0 || max < min || sum < 0)
		return "histogram: a figure is negative, or max is below min";
	h->count = (uint64_t)count;
	h->min = (uint64_t)min;
	h->max = (uint64_t)max;
	h->sum = (unsigned __int128)sum;
	why = pl_hist_buckets_from_json(h, buckets);
	if (!why && !pl_hist_sum_is_sane(h))
		why = "histogram: sum is outside count * [min, max]";
	return why;
}

/**
 * pl_hist_from_json() - read a histogram and check it against itself
 * @h: where it goes; empty after an error
 * @json: what pl_hist_to_json(), or a guest, wrote
 * @why: set to a sentence on error; may be NULL
 *
 * Return: 0, or -EBADMSG.
 */
int pl_hist_from_json(struct pl_hist *h, const json_t *json, const char **why)
{
	const char *reason;

	pl_hist_init(h);
	reason = pl_hist_parse(h, json);
	if (reason) {
		pl_hist_init(h);
		if (why)
			*why = reason;
		return -EBADMSG;
	}
	if (!h->count)
		pl_hist_init(h);
	return 0;
}
