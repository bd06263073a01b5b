// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * result_trace.c - what the tracer saw against what the workloads' ledgers say.
 *
 * The module's tracepoints fire once per slot changed (kmod/trace.h), and the ledger's slots
 * column counts the same changes on the other side of the contract.  If they differ, one of the
 * two lies, and either lie would make every later trace or report worthless.
 *
 * The hard rule: equality, not nearness.  A lost event is a failure of its own.
 */
#include <stdio.h>
#include <string.h>

#include "result.h"

/* Which operations of the ledger end in which event. */
static const struct {
	const char *event;
	const char *op[2];
} pl_pairs[] = {
	{ "pl_set", { "attach" } },
	{ "pl_replace", { "replace" } },
	{ "pl_detach", { "detach", "detach_all" } },
};

static bool pl_event_count(const struct pl_trace *t, const char *event, uint64_t *n)
{
	bool found = false;
	size_t i;

	for (i = 0; i < t->n_events; i++) {
		if (strcmp(t->events[i].name, event))
			continue;
		*n += t->events[i].value;
		found = true;
	}
	return found;
}

static uint64_t pl_ledger_slots(const struct pl_workload *w, const char *op)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; op && i < w->n_ledger; i++)
		if (!strcmp(w->ledger[i].op, op))
			n += w->ledger[i].n[PL_LEDGER_SLOTS];
	return n;
}

/**
 * pl_result_check_trace() - compare the trace with the ledgers of all workloads so far
 * @r: a result that has just been given a trace summary
 *
 * Called at the moment the summary arrives, because workloads that run after it were not traced.
 * Adds the check "trace/equals-ledger".
 *
 * Return: 0 or -ENOMEM.
 */
int pl_result_check_trace(struct pl_result *r)
{
	enum pl_status status = PL_PASS;
	char why[PL_WHY_MAX] = "";
	size_t i, w;

	for (i = 0; i < sizeof(pl_pairs) / sizeof(pl_pairs[0]) && status == PL_PASS; i++) {
		uint64_t seen = 0, done = 0;

		for (w = 0; w < r->n_workloads; w++)
			done += pl_ledger_slots(&r->workloads[w], pl_pairs[i].op[0]) +
				pl_ledger_slots(&r->workloads[w], pl_pairs[i].op[1]);
		if (pl_event_count(&r->trace, pl_pairs[i].event, &seen) && seen == done)
			continue;
		status = PL_FAIL;
		snprintf(why, sizeof(why),
			 "%s: the ledgers changed %llu slots, the tracer saw %llu",
			 pl_pairs[i].event, (unsigned long long)done, (unsigned long long)seen);
	}
	if (status == PL_PASS && !r->n_workloads) {
		status = PL_SKIP;
		snprintf(why, sizeof(why), "no workload ran while the tracer did");
	}
	return pl_result_add_check(r, "trace/equals-ledger", status, *why ? why : NULL);
}
