// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_report.c - a run as the one frame in which a workload ends.
 *
 * The hard rule: a frame that cannot be made whole is not made; percentiles are the harness's
 * business.
 */
#include <stdio.h>

#include "../harness/stats_json.h"
#include "churn.h"

static const char *const op_names[CHURN_OP_NR] = {
	[CHURN_OP_PASID_ALLOC] = "pasid_alloc",	[CHURN_OP_ATTACH] = "attach",
	[CHURN_OP_REPLACE] = "replace",		[CHURN_OP_DETACH] = "detach",
	[CHURN_OP_DETACH_ALL] = "detach_all",	[CHURN_OP_MAP] = "map",
	[CHURN_OP_UNMAP] = "unmap",		[CHURN_OP_DMA] = "dma",
	[CHURN_OP_DMA_REFUSED] = "dma_refused",	[CHURN_OP_PASID_FREE] = "pasid_free",
};

static const char *const count_names[CHURN_COUNT_NR] = {
	[CHURN_LIVES] = "lives",
	[CHURN_SET_ATTACH] = "set_attach",
	[CHURN_SET_REPLACE] = "set_replace",
	[CHURN_SET_DETACH] = "set_detach",
	[CHURN_SET_DETACH_ALL] = "set_detach_all",
	[CHURN_SET_DETACH_ALL_SLOTS] = "set_detach_all_slots",
	[CHURN_DMA_OK] = "dma_ok",
	[CHURN_DMA_REFUSED_BEFORE] = "dma_refused_before",
	[CHURN_DMA_REFUSED_AFTER] = "dma_refused_after",
	[CHURN_DMA_REFUSED_UNMAPPED] = "dma_refused_unmapped",
	[CHURN_DMA_REUSED] = "dma_reused",
	[CHURN_DMA_BYTES] = "dma_bytes",
	[CHURN_MARGIN_CHECKS] = "margin_checks",
};

/**
 * churn_passed() - the verdict
 * @run: after churn_run()
 */
bool churn_passed(const struct churn_run *run)
{
	return run->total && !json_array_size(run->failures);
}

static json_t *report_units(const struct churn_run *run)
{
	json_t *array = json_array();
	const struct churn_unit *u;
	unsigned int i;

	for (i = 0; i < run->nr_units; i++) {
		u = &run->units[i];
		json_array_append_new(array, json_pack("{s:s,s:s,s:s}", "name", u->name, "driver",
						       u->driver, "engine", u->engine));
	}
	return array;
}

static json_t *report_ops(const struct churn_run *run)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; run->total && i < CHURN_OP_NR; i++) {
		const struct pl_hist *h = &run->total->hist[i];

		if (!h->count)
			continue;
		json_array_append_new(array,
				      json_pack("{s:s,s:I,s:I,s:o}", "op", op_names[i],
						"count", (json_int_t)h->count,
						"errors", (json_int_t)run->total->errors[i],
						"hist", pl_hist_to_json(h)));
	}
	return array;
}

static json_t *report_ledger_line(const struct churn_unit *u, enum pl_op op)
{
	json_t *line = json_pack("{s:s,s:s}", "unit", u->name, "op", plu_op_name(op));
	uint64_t n, any = 0;
	unsigned int i;

	for (i = 0; i < PL_COUNT_NR; i++) {
		n = u->after.counts[op][i] - u->before.counts[op][i];
		any |= n;
		json_object_set_new(line, plu_count_name(i), u->after.uncounted & 1ull << i ?
				    json_null() : json_integer((json_int_t)n));
	}
	if (any)
		return line;
	json_decref(line);
	return NULL;
}

static json_t *report_ledger(const struct churn_run *run)
{
	json_t *array = json_array(), *line;
	unsigned int i, op;

	for (i = 0; run->total && i < run->nr_units; i++) {
		for (op = 0; op < PL_OP_NR; op++) {
			line = report_ledger_line(&run->units[i], op);
			if (line)
				json_array_append_new(array, line);
		}
	}
	return array;
}

static json_t *report_counts(const struct churn_run *run)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; run->total && i < CHURN_COUNT_NR; i++)
		json_object_set_new(object, count_names[i],
				    json_integer((json_int_t)run->total->counts[i]));
	for (i = 0; i < run->nr_units; i++)
		if (run->units[i].after.uncounted & PL_UNCOUNTED_FAULTS)
			return object;
	json_object_set_new(object, "faults", json_integer((json_int_t)run->faults));
	json_object_set_new(object, "faults_lost", json_integer((json_int_t)run->faults_lost));
	return object;
}

/**
 * churn_report() - the workload frame
 * @run: after churn_run(), whatever came of it
 *
 * Return: a new reference, or NULL when memory is out.
 */
json_t *churn_report(const struct churn_run *run)
{
	return json_pack("{s:s,s:s,s:o,s:I,s:o,s:o,s:o,s:o,s:O,s:s,s:O}",
			 "type", "workload", "name", "churn",
			 "options", churn_options_json(&run->opt),
			 "duration_ns", (json_int_t)run->duration_ns,
			 "units", report_units(run), "ops", report_ops(run),
			 "ledger", report_ledger(run), "counts", report_counts(run),
			 "violations", run->violations,
			 "status", churn_passed(run) ? "pass" : "fail",
			 "failures", run->failures);
}

/**
 * churn_report_skip() - the frame of a run that was not made
 * @run: after churn_run(), which set @run->skipped
 *
 * Return: a new reference, or NULL when memory is out.
 */
json_t *churn_report_skip(const struct churn_run *run)
{
	char name[64];

	snprintf(name, sizeof(name), "churn/stage %s", churn_stage_name(&run->opt));
	return json_pack("{s:s,s:s,s:s,s:[],s:s}", "type", "check", "name", name, "status", "skip",
			 "req", "reason", run->skipped);
}
