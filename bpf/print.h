/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * print.h - events and summaries as text and as JSON lines.
 *
 * One struct pl_event is one line in either form.  A summary ends the output: the count of each
 * event, how many were shipped, what was lost, how each probe fared.
 *
 * The hard rule: JSON lines are valid JSON whatever bytes a thread's name holds.
 */
#ifndef PASIDLAB_BPF_PRINT_H
#define PASIDLAB_BPF_PRINT_H

#include <stdio.h>

#include "event.h"

/**
 * struct pl_probe_state - how one event is probed
 * @wanted: the user asked for the event
 * @kind: "tp", "fentry" or "kprobe"
 * @attached: it is live
 * @why: if not, why not
 * @missed: runs that the kernel skipped since the program was running on that CPU already, and
 *	calls of which a kprobe saw the start only
 * @runs: times its programs ran; 0 where not measured
 * @run_ns: time they took
 */
struct pl_probe_state {
	bool wanted;
	const char *kind;
	bool attached;
	char why[160];
	uint64_t missed;
	uint64_t runs;
	uint64_t run_ns;
};

/**
 * struct pl_trace_summary - what a trace came to
 * @seconds: how long the probes were live
 * @count: by event, over all CPUs
 * @shipped: by event, lines written
 * @count_only: nothing was to be shipped
 * @cost: @probe has runs and times
 * @probe: by event
 */
struct pl_trace_summary {
	double seconds;
	struct pl_trace_count count[PL_TRACE_EVENTS];
	uint64_t shipped[PL_TRACE_EVENTS];
	bool count_only;
	bool cost;
	struct pl_probe_state probe[PL_TRACE_EVENTS];
};

/**
 * pl_summary_dropped() - events counted and not shipped
 * @s: a summary
 *
 * What the programs counted as dropped, and what went astray on the way if anything did.
 *
 * Return: the number, over all events; 0 where nothing was to be shipped.
 */
static inline uint64_t pl_summary_dropped(const struct pl_trace_summary *s)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < PL_TRACE_EVENTS && !s->count_only; i++)
		sum += s->count[i].events - s->shipped[i];
	return sum;
}

/**
 * pl_summary_missed() - events that no program counted
 * @s: a summary
 *
 * Return: the number, over all events.
 */
static inline uint64_t pl_summary_missed(const struct pl_trace_summary *s)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < PL_TRACE_EVENTS; i++)
		sum += s->probe[i].missed;
	return sum;
}

/**
 * struct pl_printer_ops - a form of output
 * @start: before the first event
 * @event: one event
 * @drops: events were lost since the last call: @now is their number so far
 * @summary: the end
 *
 * All write to @out and ignore errors; ferror() tells.
 */
struct pl_printer_ops {
	void (*start)(FILE *out, bool colour);
	void (*event)(FILE *out, bool colour, const struct pl_event *e);
	void (*drops)(FILE *out, bool colour, uint64_t now);
	void (*summary)(FILE *out, bool colour, const struct pl_trace_summary *s);
};

extern const struct pl_printer_ops pl_print_text;
extern const struct pl_printer_ops pl_print_json;

#endif /* PASIDLAB_BPF_PRINT_H */
