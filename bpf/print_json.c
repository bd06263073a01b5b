// SPDX-License-Identifier: GPL-2.0-only
/*
 * print_json.c - the form for programs: one JSON object a line.
 *
 *	{"type":"trace","event":...}		an event
 *	{"type":"trace-drops","dropped":N}	events were lost; N is their number so far
 *	{"type":"trace-summary",...}		the last line; without it the trace was cut off
 *
 * docs/pasidlab-trace.1 lists the members.  Addresses are strings, since they do not fit the
 * numbers that JSON readers keep exact; so are domain ids of the IOMMU core, which are addresses.
 *
 * The hard rule: bytes outside ASCII are escaped one by one (a thread's name may be cut within a
 * character), so that a line is valid UTF-8 whatever it describes.
 */
#include "print.h"

#include <inttypes.h>

#include "line.h"

static void add_escaped(struct pl_line *l, unsigned char c)
{
	if (c == '"' || c == '\\') {
		pl_line_str(l, "\\");
		pl_line_mem(l, (const char *)&c, 1);
	} else {
		pl_line_str(l, "\\u");
		pl_line_hex(l, c, 4);
	}
}

static void add_string(struct pl_line *l, const char *s)
{
	unsigned char c;

	pl_line_str(l, "\"");
	for (; (c = (unsigned char)*s); s++) {
		if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f)
			add_escaped(l, c);
		else
			pl_line_mem(l, s, 1);
	}
	pl_line_str(l, "\"");
}

/* @name comes with its punctuation: ,"name": */
static void member_string(struct pl_line *l, const char *name, const char *value)
{
	pl_line_str(l, name);
	add_string(l, value);
}

static void member_u64(struct pl_line *l, const char *name, uint64_t value)
{
	pl_line_str(l, name);
	pl_line_u64(l, value, 1);
}

static void member_s64(struct pl_line *l, const char *name, int64_t value)
{
	pl_line_str(l, name);
	pl_line_s64(l, value);
}

static void member_address(struct pl_line *l, const char *name, uint64_t value)
{
	pl_line_str(l, name);
	pl_line_str(l, "\"0x");
	pl_line_hex(l, value, 1);
	pl_line_str(l, "\"");
}

static void member_domain(struct pl_line *l, const char *name, const struct pl_event_domain *d)
{
	if (!d->known)
		return;
	pl_line_str(l, name);
	member_string(l, "{\"type\":", d->type);
	if (d->is_address)
		member_address(l, ",\"id\":", d->id);
	else
		member_u64(l, ",\"id\":", d->id);
	pl_line_str(l, "}");
}

static void members_head(struct pl_line *l, const struct pl_event *e)
{
	const struct pl_trace_head *h = &e->head;

	member_string(l, "{\"type\":\"trace\",\"event\":", e->desc->name);
	member_u64(l, ",\"t_ns\":", h->t_ns);
	member_u64(l, ",\"cpu\":", h->cpu);
	member_u64(l, ",\"pid\":", h->pid);
	member_u64(l, ",\"tid\":", h->tid);
	member_string(l, ",\"comm\":", h->comm);
}

static void members_place(struct pl_line *l, const struct pl_event *e)
{
	if (*e->dev)
		member_string(l, ",\"dev\":", e->dev);
	if (*e->unit)
		member_string(l, ",\"unit\":", e->unit);
	if (e->rid >= 0)
		member_u64(l, ",\"rid\":", (uint32_t)e->rid);
	member_s64(l, ",\"pasid\":", e->pasid);
}

static void members_fault(struct pl_line *l, const struct pl_event *e)
{
	member_u64(l, ",\"domain\":", e->old.id);
	member_address(l, ",\"addr\":", e->addr);
	member_u64(l, ",\"reason\":", e->reason);
	member_u64(l, ",\"flags\":", e->flags);
	member_string(l, ",\"why\":", e->why);
}

static void members_change(struct pl_line *l, const struct pl_event *e)
{
	member_domain(l, ",\"old\":", &e->old);
	member_domain(l, ",\"new\":", &e->new);
	if (e->has_ret)
		member_s64(l, ",\"ret\":", e->ret);
	if (e->head.latency_ns)
		member_u64(l, ",\"latency_ns\":", e->head.latency_ns);
}

static void json_event(FILE *out, bool colour, const struct pl_event *e)
{
	struct pl_line l;

	(void)colour;
	l.n = 0;
	members_head(&l, e);
	members_place(&l, e);
	if (e->is_fault)
		members_fault(&l, e);
	else
		members_change(&l, e);
	pl_line_str(&l, "}");
	l.text[l.n++] = '\n';
	fwrite(l.text, 1, l.n, out);
}

static void json_drops(FILE *out, bool colour, uint64_t now)
{
	(void)colour;
	fprintf(out, "{\"type\":\"trace-drops\",\"dropped\":%" PRIu64 "}\n", now);
}

/* Events that were asked for, with one of their numbers each. */
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

static uint64_t count_missed(const struct pl_trace_summary *s, unsigned int i)
{
	return s->probe[i].missed;
}

static uint64_t count_shipped(const struct pl_trace_summary *s, unsigned int i)
{
	return s->shipped[i];
}

static void summary_probe(FILE *out, const struct pl_trace_summary *s, unsigned int i)
{
	const struct pl_probe_state *p = &s->probe[i];
	struct pl_line why = { 0 };

	fprintf(out, "{\"event\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"attached\":%s",
		pl_events[i].name, pl_events[i].symbol, p->kind, p->attached ? "true" : "false");
	if (!p->attached) {
		member_string(&why, ",\"why\":", p->why);
		fwrite(why.text, 1, why.n, out);
	}
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
	member_counts(out, "missed_events", s, count_missed);
	fprintf(out, ",\"dropped\":%" PRIu64 ",\"missed\":%" PRIu64 ",\"probes\":[",
		pl_summary_dropped(s), pl_summary_missed(s));
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
