// SPDX-License-Identifier: GPL-2.0-only
/*
 * opts.c - the command line of "pasidlab trace".
 *
 * Every number is read by one function that refuses what is not entirely a number in range, so
 * that a slip of the finger never traces something else than was meant.
 *
 * The hard rule: an error names the option, what was given and what is right.
 */
#include "opts.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"

#define RING_KIB	8192u
#define EXIT_USAGE	2

enum {
	OPT_PID = 256,
	OPT_ERRORS,
	OPT_DURATION,
	OPT_WAIT,
	OPT_READY_FD,
	OPT_PIDFILE,
	OPT_FAIL_ON_DROP,
	OPT_RING,
	OPT_PROBE,
	OPT_COST,
};

static const char doc[] =
	"Show the life of PASIDs: a line for each set, replace, detach and fault that the "
	"pasidlab module reports, and for each attach, detach and replace of a PASID in the "
	"kernel's own IOMMU core. Needs no module; with none, the core alone is traced."
	"\v"
	"EVENTS is a list of names with commas between: pl_set, pl_replace, pl_detach, pl_fault "
	"(the module's), iommu_attach, iommu_detach, iommu_replace (the core's), or the groups "
	"module and core.\n"
	"\n"
	"Examples:\n"
	"  pasidlab trace                       everything, until Ctrl-C\n"
	"  pasidlab trace --errors              failures and faults only\n"
	"  pasidlab trace --rid 00:04.0 --pasid 17 --latency\n"
	"  pasidlab trace --count --duration 10 only count, for ten seconds\n"
	"  pasidlab trace --json --wait --pidfile /run/trace.pid > trace.jsonl\n"
	"\n"
	"Exit status: 0 done; 1 something was lost and --fail-on-drop was given, or the output "
	"could not be written; 2 wrong arguments; 3 the probes cannot run here, with the reason.";

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to trace:", 1 },
	{ "event", 'e', "EVENTS", 0, "these events only (default: all)", 1 },
	{ "pasid", 'p', "PASID", 0, "this PASID only; \"rid\" for untagged requests", 1 },
	{ "dev", 'd', "NAME", 0, "this device only, by the name the kernel gives it; leaves out "
	  "pl_fault, which names no device: use --rid", 1 },
	{ "rid", 'r', "BB:DD.F", 0, "this Requester ID only; 0x120 is understood as well", 1 },
	{ "pid", OPT_PID, "PID", 0, "this process only", 1 },
	{ "errors", OPT_ERRORS, NULL, 0, "failures and faults only", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "latency", 'L', NULL, 0, "measure calls of the core; adds a probe to each", 2 },
	{ "count", 'c', NULL, 0, "count, show no events", 2 },
	{ "probe", OPT_PROBE, "KIND", 0, "auto, fentry or kprobe, for functions of the core "
	  "(default: auto, which takes fentry where the kernel can)", 2 },
	{ "ring", OPT_RING, "KIB", 0, "size of the event buffer, a power of two (default: 8192)",
	  2 },
	{ "cost", OPT_COST, NULL, 0, "measure the probes' own run time too", 2 },
	{ NULL, 0, NULL, 0, "When:", 3 },
	{ "duration", OPT_DURATION, "SECONDS", 0, "stop after so long (default: at SIGINT or "
	  "SIGTERM)", 3 },
	{ "wait", OPT_WAIT, "SECONDS", OPTION_ARG_OPTIONAL, "first wait for the module to be "
	  "loaded (default: for ever)", 3 },
	{ "ready-fd", OPT_READY_FD, "FD", 0, "write a line to FD once the probes are live", 3 },
	{ "pidfile", OPT_PIDFILE, "FILE", 0, "keep FILE, with the process id, while they are", 3 },
	{ NULL, 0, NULL, 0, "Output:", 4 },
	{ "json", 'j', NULL, 0, "one JSON object a line", 4 },
	{ "fail-on-drop", OPT_FAIL_ON_DROP, NULL, 0, "exit status 1 if any event was lost", 4 },
	{ "verbose", 'v', NULL, 0, "libbpf's messages on standard error", 4 },
	{ 0 }
};

/* Decimal or 0x...; the whole of @arg. */
static uint32_t number(struct argp_state *state, const char *option, const char *arg, uint32_t min,
		       uint32_t max)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(arg, &end, 0);
	if (errno || end == arg || *end || *arg == '-' || v < min || v > max)
		argp_error(state, "%s %s: want a number from %u to %u", option, arg, min, max);
	return (uint32_t)v;
}

static double seconds(struct argp_state *state, const char *option, const char *arg)
{
	char *end;
	double v = strtod(arg, &end);

	if (end == arg || *end || !isfinite(v) || v <= 0 || v > 1e9)
		argp_error(state, "%s %s: want a number of seconds, more than 0", option, arg);
	return v;
}

static uint32_t group_bits(const char *name, size_t len)
{
	const uint32_t module = (1u << PL_TRACE_RECORDS) - 1;
	int event = pl_event_find(name, len);

	if (event >= 0)
		return 1u << event;
	if (len == 6 && !memcmp(name, "module", 6))
		return module;
	if (len == 4 && !memcmp(name, "core", 4))
		return ((1u << PL_TRACE_EVENTS) - 1) & ~module;
	return 0;
}

static void parse_events(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	const char *p = arg;
	uint32_t bits;
	size_t len;

	o->events = o->events_named ? o->events : 0;
	o->events_named = true;
	for (;; p += len + 1) {
		len = strcspn(p, ",");
		bits = group_bits(p, len);
		if (!bits)
			argp_error(state, "--event %.*s: no such event; there are pl_set, "
				   "pl_replace, pl_detach, pl_fault, iommu_attach, iommu_detach, "
				   "iommu_replace, module, core", (int)len, p);
		o->events |= bits;
		if (!p[len])
			return;
	}
}

/* [SSSS:]BB:DD.F, or a plain number. */
static void parse_rid(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	unsigned int seg, bus, dev, fn;
	int n = 0, m = 0;
	bool bdf;

	if (!strchr(arg, ':')) {
		o->filter.rid = number(state, "--rid", arg, 0, 0xffff);
	} else {
		bdf = sscanf(arg, "%x:%x.%x%n", &bus, &dev, &fn, &n) == 3 && n && !arg[n];
		if (!bdf)
			bdf = sscanf(arg, "%x:%x:%x.%x%n", &seg, &bus, &dev, &fn, &m) == 4 &&
			      m && !arg[m];
		if (!bdf || bus > 0xff || dev > 0x1f || fn > 7)
			argp_error(state, "--rid %s: want BB:DD.F in hexadecimal, like 00:04.0, "
				   "or a number up to 0xffff", arg);
		o->filter.rid = bus << 8 | dev << 3 | fn;
	}
	o->filter.by |= PL_TRACE_BY_RID;
}

static void parse_dev(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	if (!*arg || strlen(arg) >= sizeof(o->filter.dev))
		argp_error(state, "--dev %s: want a device's name of up to %zu characters, like "
			   "0000:00:04.0", arg, sizeof(o->filter.dev) - 1);
	memset(o->filter.dev, 0, sizeof(o->filter.dev));
	memcpy(o->filter.dev, arg, strlen(arg));
	o->filter.by |= PL_TRACE_BY_DEV;
}

static void parse_pasid(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	if (!strcmp(arg, "rid"))
		o->filter.pasid = -1;
	else
		o->filter.pasid = (int32_t)number(state, "--pasid", arg, 0, 0xfffff);
	o->filter.by |= PL_TRACE_BY_PASID;
}

static void parse_probe(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	static const char *const kinds[] = { "auto", "fentry", "kprobe" };
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(arg, kinds[i])) {
			o->probe = i;
			return;
		}
	}
	argp_error(state, "--probe %s: want auto, fentry or kprobe", arg);
}

static void parse_ring(struct argp_state *state, const char *arg, struct pl_trace_opts *o)
{
	uint32_t kib = number(state, "--ring", arg, 4, 1u << 20);

	if (kib & (kib - 1) || kib * 1024ul % (unsigned long)sysconf(_SC_PAGESIZE))
		argp_error(state, "--ring %s: want a power of two of whole pages, like 8192", arg);
	o->ring_kib = kib;
}

static void check(struct argp_state *state, const struct pl_trace_opts *o)
{
	if (o->latency && o->count_only)
		argp_error(state, "--latency needs events to show it in: leave out --count");
	if (o->events == 1u << PL_TRACE_FAULT && o->filter.by & PL_TRACE_BY_DEV)
		argp_error(state, "--dev: pl_fault names no device: use --rid");
}

/* What the trace looks at. */
static int parse_what(int key, char *arg, struct argp_state *state, struct pl_trace_opts *o)
{
	switch (key) {
	case 'e':
		parse_events(state, arg, o);
		return 0;
	case 'p':
		parse_pasid(state, arg, o);
		return 0;
	case 'd':
		parse_dev(state, arg, o);
		return 0;
	case 'r':
		parse_rid(state, arg, o);
		return 0;
	case OPT_PID:
		o->filter.pid = number(state, "--pid", arg, 1, INT_MAX);
		o->filter.by |= PL_TRACE_BY_PID;
		return 0;
	case OPT_ERRORS:
		o->filter.by |= PL_TRACE_ERRORS;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* How it goes about it. */
static int parse_how(int key, char *arg, struct argp_state *state, struct pl_trace_opts *o)
{
	switch (key) {
	case 'L':
		o->latency = true;
		return 0;
	case 'c':
		o->count_only = true;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case OPT_COST:
		o->cost = true;
		return 0;
	case OPT_FAIL_ON_DROP:
		o->fail_on_drop = true;
		return 0;
	case OPT_PROBE:
		parse_probe(state, arg, o);
		return 0;
	case OPT_RING:
		parse_ring(state, arg, o);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* When it starts and ends, and who hears of it. */
static int parse_when(int key, char *arg, struct argp_state *state, struct pl_trace_opts *o)
{
	switch (key) {
	case OPT_DURATION:
		o->duration_s = seconds(state, "--duration", arg);
		return 0;
	case OPT_WAIT:
		o->wait_s = arg ? number(state, "--wait", arg, 1, 1u << 30) : UINT32_MAX;
		return 0;
	case OPT_READY_FD:
		o->ready_fd = (int)number(state, "--ready-fd", arg, 0, INT_MAX);
		return 0;
	case OPT_PIDFILE:
		o->pidfile = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, o);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: no such argument; options start with --", arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct pl_trace_opts *o = state->input;
	int ret = parse_what(key, arg, state, o);

	if (ret == ARGP_ERR_UNKNOWN)
		ret = parse_how(key, arg, state, o);
	if (ret == ARGP_ERR_UNKNOWN)
		ret = parse_when(key, arg, state, o);
	return ret;
}

void pl_trace_opts_parse(int argc, char **argv, struct pl_trace_opts *opts)
{
	static const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	static char name[] = "pasidlab trace";

	*opts = (struct pl_trace_opts) {
		.events = (1u << PL_TRACE_EVENTS) - 1,
		.ring_kib = RING_KIB,
		.ready_fd = -1,
	};
	/* Messages and usage name the whole command. */
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, opts);
}
