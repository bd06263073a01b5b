// SPDX-License-Identifier: GPL-2.0-only
/*
 * print_text.c - the form for people: one line per event, columns that fit 132 characters.
 *
 * PASID "rid" is the RID slot.  A domain of the module is its type and number, one of the IOMMU
 * core its type and address; "-" stands for what an event does not say.
 *
 * The hard rule: colour only where the caller allows it, and never as the only sign of anything.
 */
#include "print.h"

#include <inttypes.h>
#include <string.h>

#include "../kmod/uapi/pasidlab.h"
#include "line.h"

#define RED	"\033[31m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

/* Where the columns begin. */
enum { CPU = 18, COMM = 22, PID = 38, EVENT = 46, DEVICE = 60, RID = 75, PASID = 83, DOMAIN = 92,
       RESULT = 119 };

static const struct {
	size_t column;
	const char *title;
} titles[] = {
	{ CPU, "CPU" }, { COMM, "COMM" }, { PID, "PID" }, { EVENT, "EVENT" }, { DEVICE, "DEVICE" },
	{ RID, "RID" }, { PASID, "PASID" }, { DOMAIN, "DOMAIN" }, { RESULT, "RESULT" },
};

static void put(FILE *out, struct pl_line *l)
{
	l->text[l->n] = '\n';
	fwrite(l->text, 1, l->n + 1, out);
}

static void text_start(FILE *out, bool colour)
{
	struct pl_line l = { 0 };
	size_t i;

	(void)colour;
	pl_line_str(&l, "TIME");
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		pl_line_to(&l, titles[i].column);
		pl_line_str(&l, titles[i].title);
	}
	put(out, &l);
}

static void add_rid(struct pl_line *l, int32_t rid)
{
	if (rid < 0) {
		pl_line_str(l, "-");
		return;
	}
	pl_line_hex(l, (uint32_t)rid >> 8, 2);
	pl_line_str(l, ":");
	pl_line_hex(l, rid >> 3 & 0x1f, 2);
	pl_line_str(l, ".");
	pl_line_hex(l, rid & 7, 1);
}

static void add_domain(struct pl_line *l, const struct pl_event_domain *d)
{
	pl_line_str(l, d->known ? d->type : "-");
	if (!d->known || (!d->is_address && (!d->id || !strcmp(d->type, "identity"))))
		return;
	pl_line_str(l, ":");
	if (d->is_address)
		pl_line_hex(l, d->id, 1);
	else
		pl_line_u64(l, d->id, 1);
}

static void add_fault(struct pl_line *l, const struct pl_event *e)
{
	if (!(e->flags & PL_FAULT_NOWHERE)) {
		pl_line_str(l, e->flags & PL_FAULT_PRIV ? "privileged " : "");
		pl_line_str(l, e->flags & PL_FAULT_WRITE ? "write" : "read");
		pl_line_str(l, e->flags & PL_FAULT_EXEC ? " (execute) at 0x" : " at 0x");
		pl_line_hex(l, e->addr, 1);
		pl_line_str(l, ": ");
	}
	pl_line_str(l, e->why);
	pl_line_str(l, " (reason 0x");
	pl_line_hex(l, e->reason, 1);
	pl_line_str(l, ")");
}

static void add_error(struct pl_line *l, int32_t err)
{
	const char *name = strerrorname_np(-err);

	if (!name) {
		pl_line_s64(l, err);
		return;
	}
	pl_line_str(l, "-");
	pl_line_str(l, name);
}

static void add_result(struct pl_line *l, const struct pl_event *e)
{
	if (e->is_fault)
		add_fault(l, e);
	else if (!e->has_ret)
		pl_line_str(l, "-");
	else if (!e->ret)
		pl_line_str(l, "ok");
	else
		add_error(l, e->ret);
	if (!e->head.latency_ns)
		return;
	pl_line_str(l, " ");
	pl_line_u64(l, e->head.latency_ns, 1);
	pl_line_str(l, " ns");
}

/* When, where and who. */
static void add_head(struct pl_line *l, const struct pl_trace_head *h)
{
	pl_line_u64(l, h->t_ns / 1000000000, 1);
	pl_line_str(l, ".");
	pl_line_u64(l, h->t_ns % 1000000000, 9);
	pl_line_to(l, CPU);
	pl_line_u64(l, h->cpu, 1);
	pl_line_to(l, COMM);
	pl_line_str(l, h->comm);
	pl_line_to(l, PID);
	pl_line_u64(l, h->pid, 1);
}

/* Which slot. */
static void add_slot(struct pl_line *l, const struct pl_event *e)
{
	pl_line_to(l, DEVICE);
	pl_line_str(l, *e->dev ? e->dev : *e->unit ? e->unit : "-");
	pl_line_to(l, RID);
	add_rid(l, e->rid);
	pl_line_to(l, PASID);
	if (e->pasid < 0)
		pl_line_str(l, "rid");
	else
		pl_line_u64(l, (uint64_t)e->pasid, 1);
}

static void text_event(FILE *out, bool colour, const struct pl_event *e)
{
	const char *tint = !colour ? NULL : e->is_fault ? YELLOW : e->ret < 0 ? RED : NULL;
	struct pl_line l;

	l.n = 0;
	add_head(&l, &e->head);
	pl_line_to(&l, EVENT);
	pl_line_str(&l, e->desc->name);
	add_slot(&l, e);
	pl_line_to(&l, DOMAIN);
	add_domain(&l, &e->old);
	if (!e->is_fault) {
		pl_line_str(&l, " -> ");
		add_domain(&l, &e->new);
	}
	pl_line_to(&l, RESULT);
	if (tint)
		pl_line_str(&l, tint);
	add_result(&l, e);
	if (tint)
		pl_line_str(&l, PLAIN);
	put(out, &l);
}

static void text_drops(FILE *out, bool colour, uint64_t now)
{
	fprintf(out, "%s-- %" PRIu64 " events dropped so far: the ring was full (--ring makes it "
		"larger)%s\n", colour ? RED : "", now, colour ? PLAIN : "");
}

static void summary_probe(FILE *out, const struct pl_trace_summary *s, unsigned int i)
{
	const struct pl_probe_state *p = &s->probe[i];
	const struct pl_trace_count *c = &s->count[i];

	if (!p->attached) {
		fprintf(out, "%-14s %-7s %s\n", pl_events[i].name, "-", p->why);
		return;
	}
	fprintf(out, "%-14s %-7s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64
		" %12" PRIu64, pl_events[i].name, p->kind, (uint64_t)c->events, s->shipped[i],
		(uint64_t)c->dropped, p->missed, (uint64_t)c->filtered);
	if (s->cost && p->runs)
		fprintf(out, " %9" PRIu64, p->run_ns / p->runs);
	fputs("\n", out);
}

static void text_summary(FILE *out, bool colour, const struct pl_trace_summary *s)
{
	uint64_t dropped = pl_summary_dropped(s), missed = pl_summary_missed(s);
	unsigned int i;

	fprintf(out, "\n%-14s %-7s %12s %12s %12s %12s %12s%s\n", "EVENT", "PROBE", "COUNT",
		"SHIPPED", "DROPPED", "MISSED", "FILTERED", s->cost ? "    NS/RUN" : "");
	for (i = 0; i < PL_TRACE_EVENTS; i++)
		if (s->probe[i].wanted)
			summary_probe(out, s, i);
	fprintf(out, "%.3f s, %s%" PRIu64 " dropped, %" PRIu64 " missed%s\n", s->seconds,
		colour && (dropped || missed) ? RED : "", dropped, missed,
		colour && (dropped || missed) ? PLAIN : "");
}

const struct pl_printer_ops pl_print_text = {
	.start = text_start,
	.event = text_event,
	.drops = text_drops,
	.summary = text_summary,
};
