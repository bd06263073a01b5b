/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats_json.h - histograms to and from JSON.
 *
 * Apart from stats.h, so that whoever only fills a histogram does not need jansson.  The form is
 * the guest protocol's and the result schema's:
 *
 *	{"unit":"ns","sub_bits":7,"count":N,"min":N,"max":N,"sum":N,"buckets":[[index,count],...]}
 *
 * with only the buckets that are not empty, in ascending order.
 *
 * The hard rule: what is read is believed only after it has been checked against itself.  A
 * histogram whose buckets do not add up to its count would make every percentile a quiet lie.
 */
#ifndef PL_STATS_JSON_H
#define PL_STATS_JSON_H

#include <jansson.h>

#include "stats.h"

json_t *pl_hist_to_json(const struct pl_hist *h);
int pl_hist_from_json(struct pl_hist *h, const json_t *json, const char **why);

#endif
