// SPDX-License-Identifier: GPL-2.0-only
/*
 * print_json.c - the form for programs: one JSON object a line.
 *
 *	{"type":"trace","event":...}		an event
 *	{"type":"trace-drops","dropped":N}	events were lost; N is their number so far
 *	{"type":"trace-summary",...}		the last line; its absence means that the trace was cut off
 *
 * docs/pasidlab-trace.1 lists the members.  Addresses are strings, since they do not fit the numbers
 * that JSON readers keep exact; so are domain ids of the IOMMU core, which are addresses.
 *
 * The hard rule: bytes outside ASCII are escaped one by one (a thread's name may be cut within a
 * character), so that a line is valid UTF-8 whatever it describes.
 */
#include "print.h"

#include <inttypes.h>

static void json_string(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void member_string(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",\"%s\":", name);
	json_string(out, value);
}

static void member_domain(FILE *out, const char *name, const struct pl_event_domain *d)
{
	if (!d->known)
		return;
	fprintf(out, ",\"%s\":{\"type\":\"%s\",\"id\":", name, d->type);
	if (d->is_address)
		fprintf(out, "\"0x%" PRIx64 "\"}", d->id);
	else
		fprintf(out, "%" PRIu64 "}", d->id);
}

static void members_fault(FILE *out, const struct pl_event *e)
{
	fprintf(out, ",\"domain\":%" PRIu64 ",\"addr\":\"0x%" PRIx64 "\",\"reason\":%u,\"flags\":%u",
		e->old.id, e->addr, e->reason, e->flags);
	member_string(out, "why", e->why);
}

static void members_slot(FILE *out, const struct pl_event *e)
{
	member_domain(out, "old", &e->old);
	member_domain(out, "new", &e->new);
	if (e->has_ret)
		fprintf(out, ",\"ret\":%d", e->ret);
	if (e->head.latency_ns)
		fprintf(out, ",\"latency_ns\":%" PRIu64, (uint64_t)e->head.latency_ns);
}

static void json_event(FILE *out, bool colour, const struct pl_event *e)
{
	const struct pl_trace_head *h = &e->head;

	(void)colour;
	fprintf(out, "{\"type\":\"trace\",\"event\":\"%s\",\"t_ns\":%" PRIu64 ",\"cpu\":%u,\"pid\":%u,"
		"\"tid\":%u", e->desc->name, (uint64_t)h->t_ns, h->cpu, h->pid, h->tid);
	member_string(out, "comm", h->comm);
	if (*e->dev)
		member_string(out, "dev", e->dev);
	if (*e->unit)
		member_string(out, "unit", e->unit);
	if (e->rid >= 0)
		fprintf(out, ",\"rid\":%d", e->rid);
	fprintf(out, ",\"pasid\":%" PRId64, e->pasid);
	if (e->is_fault)
		members_fault(out, e);
	else
		members_slot(out, e);
	fputs("}\n", out);
}

static void json_drops(FILE *out, bool colour, uint64_t now)
{
	(void)colour;
	fprintf(out, "{\"type\":\"trace-drops\",\"dropped\":%" PRIu64 "}\n", now);
}

/* Events that were asked for, with one of three numbers each. */
static void member_counts(FILE *out, const char *name, const struct pl_trace_summary *s,
			  uint64_t (*of)(const struct pl_trace_summary *s, unsigned int i))
{
	const char *comma = "";
	unsigned int i;

	fprintf(out, ",\"%s\":{", name);
	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		if (!s->probe[i].wanted)
			continue;
		fprintf(out, "%s\"%s\":%" PRIu64, comma, pl_events[i].name, of(s, i));
		comma = ",";
	}
	putc('}', out);
}

static uint64_t count_events(const struct pl_trace_summary *s, unsigned int i)
{
	return s->count[i].events;
}

static uint64_t count_filtered(const struct pl_trace_summary *s, unsigned int i)
{
	return s->count[i].filtered;
}

static uint64_t count_dropped(const struct pl_trace_summary *s, unsigned int i)
{
	return s->count[i].dropped;
}

static uint64_t count_shipped(const struct pl_trace_summary *s, unsigned int i)
{
	return s->shipped[i];
}

static void summary_probe(FILE *out, const struct pl_trace_summary *s, unsigned int i)
{
	const struct pl_probe_state *p = &s->probe[i];

	fprintf(out, "{\"event\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"attached\":%s",
		pl_events[i].name, pl_events[i].symbol, p->kind, p->attached ? "true" : "false");
	if (!p->attached)
		member_string(out, "why", p->why);
	if (s->cost && p->attached)
		fprintf(out, ",\"runs\":%" PRIu64 ",\"run_ns\":%" PRIu64, p->runs, p->run_ns);
	putc('}', out);
}

static void json_summary(FILE *out, bool colour, const struct pl_trace_summary *s)
{
	const char *comma = "";
	unsigned int i;

	(void)colour;
	fputs("{\"type\":\"trace-summary\"", out);
	member_counts(out, "events", s, count_events);
	member_counts(out, "shipped", s, count_shipped);
	member_counts(out, "filtered", s, count_filtered);
	member_counts(out, "dropped_events", s, count_dropped);
	fprintf(out, ",\"dropped\":%" PRIu64 ",\"missed\":%" PRIu64 ",\"probes\":[",
		pl_summary_dropped(s), s->missed);
	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		if (!s->probe[i].wanted)
			continue;
		fputs(comma, out);
		summary_probe(out, s, i);
		comma = ",";
	}
	fprintf(out, "],\"seconds\":%.3f}\n", s->seconds);
}

static void json_start(FILE *out, bool colour)
{
	(void)out;
	(void)colour;
}

const struct pl_printer_ops pl_print_json = {
	.start = json_start,
	.event = json_event,
	.drops = json_drops,
	.summary = json_summary,
};
