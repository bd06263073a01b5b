// SPDX-License-Identifier: GPL-2.0-only
/*
 * print_text.c - the form for people: one line per event, columns that fit 132 characters.
 *
 * PASID "rid" is the RID slot.  A domain of the module is its type and number, one of the IOMMU core its
 * type and address; "-" stands for what an event does not say.
 *
 * The hard rule: colour only where the caller allows it, and never as the only sign of anything.
 */
#include "print.h"

#include <inttypes.h>
#include <string.h>

#include "../kmod/uapi/pasidlab.h"

#define RED	"\033[31m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

static void text_start(FILE *out, bool colour)
{
	(void)colour;
	fprintf(out, "%-17s %3s %-15s %-7s %-13s %-14s %-7s %-8s %-26s %s\n", "TIME", "CPU", "COMM",
		"PID", "EVENT", "DEVICE", "RID", "PASID", "DOMAIN", "RESULT");
}

static const char *rid_text(int32_t rid, char *buf, size_t size)
{
	if (rid < 0)
		return "-";
	snprintf(buf, size, "%02x:%02x.%x", rid >> 8 & 0xff, rid >> 3 & 0x1f, rid & 7);
	return buf;
}

static const char *pasid_text(int64_t pasid, char *buf, size_t size)
{
	if (pasid < 0)
		return "rid";
	snprintf(buf, size, "%" PRId64, pasid);
	return buf;
}

static int domain_text(const struct pl_event_domain *d, char *buf, size_t size)
{
	if (!d->known)
		return snprintf(buf, size, "-");
	if (d->is_address)
		return snprintf(buf, size, "%s:%" PRIx64, d->type, d->id);
	if (!d->id || !strcmp(d->type, "identity"))
		return snprintf(buf, size, "%s", d->type);
	return snprintf(buf, size, "%s:%" PRIu64, d->type, d->id);
}

static void domains_text(const struct pl_event *e, char *buf, size_t size)
{
	int n = domain_text(&e->old, buf, size);

	if (e->is_fault || n < 0 || (size_t)n + 5 > size)
		return;
	memcpy(buf + n, " -> ", 5);
	domain_text(&e->new, buf + n + 4, size - (size_t)n - 4);
}

static void print_fault(FILE *out, const struct pl_event *e)
{
	fprintf(out, "%s%s%s at %#" PRIx64 ": %s (reason %#x)",
		e->flags & PL_FAULT_PRIV ? "privileged " : "",
		e->flags & PL_FAULT_WRITE ? "write" : "read",
		e->flags & PL_FAULT_EXEC ? " (execute)" : "", e->addr, e->why, e->reason);
}

static void print_result(FILE *out, const struct pl_event *e)
{
	const char *name = strerrorname_np(-e->ret);

	if (e->is_fault)
		print_fault(out, e);
	else if (!e->has_ret)
		fputs("-", out);
	else if (!e->ret)
		fputs("ok", out);
	else if (name)
		fprintf(out, "-%s", name);
	else
		fprintf(out, "%d", e->ret);
	if (e->head.latency_ns)
		fprintf(out, " %" PRIu64 " ns", (uint64_t)e->head.latency_ns);
}

static void text_event(FILE *out, bool colour, const struct pl_event *e)
{
	const char *tint = !colour ? NULL : e->is_fault ? YELLOW : e->ret < 0 ? RED : NULL;
	const struct pl_trace_head *h = &e->head;
	char rid[16], pasid[24], domains[96];

	domains_text(e, domains, sizeof(domains));
	fprintf(out, "%7" PRIu64 ".%09" PRIu64 " %3u %-15s %-7u %-13s %-14s %-7s %-8s %-26s ",
		(uint64_t)h->t_ns / 1000000000, (uint64_t)h->t_ns % 1000000000, h->cpu, h->comm,
		h->pid, e->desc->name, *e->dev ? e->dev : *e->unit ? e->unit : "-",
		rid_text(e->rid, rid, sizeof(rid)), pasid_text(e->pasid, pasid, sizeof(pasid)),
		domains);
	if (tint)
		fputs(tint, out);
	print_result(out, e);
	fputs(tint ? PLAIN "\n" : "\n", out);
}

static void text_drops(FILE *out, bool colour, uint64_t now)
{
	fprintf(out, "%s-- %" PRIu64 " events dropped so far: the ring was full (--ring makes it larger)"
		"%s\n", colour ? RED : "", now, colour ? PLAIN : "");
}

static void summary_probe(FILE *out, const struct pl_trace_summary *s, unsigned int i)
{
	const struct pl_probe_state *p = &s->probe[i];
	const struct pl_trace_count *c = &s->count[i];

	if (!p->attached) {
		fprintf(out, "%-14s %-7s %s\n", pl_events[i].name, "-", p->why);
		return;
	}
	fprintf(out, "%-14s %-7s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64,
		pl_events[i].name, p->kind, (uint64_t)c->events, (uint64_t)s->shipped[i],
		(uint64_t)c->dropped, (uint64_t)c->filtered);
	if (s->cost)
		fprintf(out, " %9" PRIu64, p->runs ? p->run_ns / p->runs : 0);
	fputs("\n", out);
}

static void text_summary(FILE *out, bool colour, const struct pl_trace_summary *s)
{
	uint64_t dropped = pl_summary_dropped(s);
	unsigned int i;

	fprintf(out, "\n%-14s %-7s %12s %12s %12s %12s%s\n", "EVENT", "PROBE", "COUNT", "SHIPPED",
		"DROPPED", "FILTERED", s->cost ? "    NS/RUN" : "");
	for (i = 0; i < PL_TRACE_EVENTS; i++)
		if (s->probe[i].wanted)
			summary_probe(out, s, i);
	fprintf(out, "%.3f s, %s%" PRIu64 " dropped, %" PRIu64 " missed%s\n", s->seconds,
		colour && (dropped || s->missed) ? RED : "", dropped, s->missed,
		colour && (dropped || s->missed) ? PLAIN : "");
}

const struct pl_printer_ops pl_print_text = {
	.start = text_start,
	.event = text_event,
	.drops = text_drops,
	.summary = text_summary,
};
