// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * harness-sample.c - a test fixture: the frames of an imagined guest, to standard output.
 *
 * The report writers and their tests need a result before, and without, a guest.  The latencies
 * are drawn from a fixed generator with shapes that real runs show (a fast mode, a slow mode,
 * stalls), so the output is the same every time.  The one argument picks a variant:
 *
 *	pass		a clean run
 *	fail		violations, a failed check, a bad kernel log, a failed workload
 *	cut		the guest ended without an exit frame
 *	hostile		control characters and markup in every string
 *	smmuv3		a clean run of the same job on another unit
 *	other		the same with another number of threads
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats_json.h"

#define RS "\036"

static uint64_t seed = 20240611;
static const char *mark = "";
static const char *unit = "vtd@model", *unit_name = "vtd-model0";
static int threads = 2;

static double next_unit(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

/* Lognormal around @ns, with a second mode and a stall of the shares given. */
static uint64_t draw(double ns, double slow, double stall)
{
	double kind = next_unit();
	double gauss = sqrt(-2.0 * log(next_unit())) * cos(6.283185307179586 * next_unit());
	double scale = kind < stall ? 180.0 : kind < stall + slow ? 3.4 : 1.0;

	return (uint64_t)(ns * scale * exp(0.16 * gauss));
}

static json_t *make_op(const char *name, int n, int errors, double ns, double slow)
{
	struct pl_hist *h = malloc(sizeof(*h));
	json_t *op;
	int i;

	if (!h)
		exit(1);
	pl_hist_init(h);
	for (i = 0; i < n; i++)
		pl_hist_add(h, draw(ns, slow, 0.0007));
	op = json_pack("{s:s+,s:i,s:i,s:o}", "op", name, mark, "count", n + errors,
		       "errors", errors, "hist", pl_hist_to_json(h));
	free(h);
	return op;
}

static json_t *make_ledger(const char *op, int calls, int writes, int descs, int waits, int fences,
			   int allocs)
{
	return json_pack("{s:s+,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}",
			 "unit", unit_name, mark, "op", op, "calls", calls, "errors", 0,
			 "slots", calls, "writes", writes,
			 "descs", descs, "waits", waits, "fences", fences, "flushes", 0,
			 "allocs", allocs);
}

/* A unit that cannot say what the hardware was told. */
static json_t *make_uncounted(const char *op, int calls)
{
	return json_pack("{s:s,s:s,s:i,s:i,s:i,s:n,s:n,s:n,s:n,s:n,s:n}", "unit", "intree0",
			 "op", op, "calls", calls, "errors", 0, "slots", calls, "writes", "descs",
			 "waits", "fences", "flushes", "allocs");
}

static json_t *make_churn(int fail)
{
	const int n = 20000;
	json_t *w = json_pack(
		"{s:s,s:s+,s:{s:i,s:i,s:i,s:s,s:i},s:I,s:[{s:s,s:s,s:s}]}",
		"type", "workload", "name", "churn", mark, "options", "threads", threads,
		"domains", 4, "endpoints", 2, "pattern", "uniform", "seed", 1,
		"duration_ns", (json_int_t)8412345678,
		"units", "name", unit_name, "driver", "sample", "engine", "soft");

	json_object_set_new(w, "ops", json_pack("[o,o,o,o,o,o]",
		make_op("alloc", n, 0, 2100, 0.02), make_op("attach", n, fail ? 3 : 0, 9400, 0.05),
		make_op("dma", n, 0, 38000, 0.25), make_op("detach", n, 0, 14100, 0.08),
		make_op("free", n, 0, 1800, 0.02), make_op("detach_all", 12, 0, 1900000, 0.1)));
	json_object_set_new(w, "ledger", json_pack("[o,o,o,o,o,o]",
		make_uncounted("dev_add", 2),
		make_ledger("attach", n, n * 2, n, 0, n, 41),
		make_ledger("detach", n, n, n * 3, n, 0, 0),
		make_ledger("detach_all", 12, 12000, 36, 36, 0, 0),
		make_ledger("map", 8, 64, 0, 0, 0, 24), make_ledger("replace", 0, 0, 0, 0, 0, 0)));
	/* A row that one unit has and the other has not. */
	if (strcmp(unit, "vtd@model"))
		json_array_append_new(json_object_get(w, "ledger"),
				      make_ledger("fault", 7, 0, 7, 0, 0, 0));
	json_object_set_new(w, "counts", json_pack("{s:i,s:i,s:i,s:i}", "dma_refused_before", n,
		"dma_ok", n, "dma_refused_after", n, "margin_checks", 2 * n));
	json_object_set_new(w, "violations", fail ?
		json_pack("[{s:s,s:i,s:s+}]", "name", "O2", "count", 3, "text",
			  "a DMA through PASID 17 reached a page after its detach", mark) :
		json_array());
	json_object_set_new(w, "status", json_string(fail ? "fail" : "pass"));
	json_object_set_new(w, "failures", fail ?
		json_pack("[s+]", "3 attaches failed: No space left on device", mark) :
		json_array());
	return w;
}

static void emit(json_t *frame)
{
	char *text = frame ? json_dumps(frame, JSON_COMPACT) : NULL;

	if (!text) {
		fputs("harness-sample: a frame could not be built\n", stderr);
		exit(1);
	}
	printf(RS "%s\n", text);
	free(text);
	json_decref(frame);
}

static void emit_environment(void)
{
	emit(json_pack("{s:s,s:i,s:s,s:s+,s:s,s:s,s:s,s:i}", "type", "hello", "proto", 1, "kernel",
		       "6.12.38-amd64", "version", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.38-1", mark,
		       "machine", "x86_64", "cpu", "QEMU TCG CPU version 2.5+", "cmdline",
		       "console=ttyS0 quiet", "uptime_ms", 1900));
	emit(json_pack("{s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "type", "env",
		       "emulated", 1, "date", "2025-11-21T02:00:00Z", "pasidlab", "v0.1",
		       "accel", "tcg",
		       "unit", unit, "engine", "soft", "probe", "tracepoint",
		       "module", "0.1", "qemu", "7.2.18", "host_cpu", "Sample CPU @ 2.00GHz"));
}

static void emit_checks(int fail)
{
	emit(json_pack("{s:s,s:s,s:s,s:[s,s]}", "type", "check", "name", "abi/short-struct",
		       "status", "pass", "req", "R0.8", "R0.9"));
	emit(json_pack("{s:s,s:s,s:s,s:[s],s:s}", "type", "check", "name", "abi/sva-bind",
		       "status", "skip", "req", "R3.1", "reason", "the unit has no page requests"));
	emit(json_pack("{s:s,s:s+,s:s,s:s+}", "type", "check", "name", "abi/stale-handle", mark,
		       "status", fail ? "fail" : "pass", "reason",
		       fail ? "expected ENOENT, got EINVAL" : "", mark));
}

static void emit_guest(int fail)
{
	static const char *const warning = "WARNING: CPU: 1 PID: 77 at kmod/slot.c:120 pl_set+0x1f";

	emit(json_pack("{s:s,s:s,s:[s,s],s:i,s:i}", "type", "command", "name", "insmod", "argv",
		       "insmod", "/modules/pasidlab.ko", "status", 0, "ms", 45));
	emit(json_pack("{s:s,s:s,s:[s],s:i,s:i}", "type", "command", "name", "churn", "argv",
		       "/bin/churn", "status", fail, "ms", 8500));
	emit(fail ? json_pack("{s:s,s:s,s:i,s:i,s:[s+],s:[s+,s]}", "type", "klog",
			      "command", "churn", "count", 1, "lost", 0, "bad", warning, mark,
			      "context", warning, mark,
			      "CPU: 1 UID: 0 PID: 77 Comm: churn Not tainted 6.12.38-amd64") :
		    json_pack("{s:s,s:s,s:i,s:i,s:[],s:[]}", "type", "klog", "command", "churn",
			      "count", 0, "lost", 0, "bad", "context"));
	emit(json_pack("{s:s,s:{s:i,s:i,s:i},s:i,s:i,s:[{s:s,s:s,s:b}]}", "type", "trace-summary",
		       "events", "pl_set", 20000, "pl_replace", 0, "pl_detach", 20012 - fail,
		       "dropped", 0, "missed", 0, "probes", "event", "pl_set", "kind", "tp",
		       "attached", 1));
}

static void set_variant(const char *name, int *fail, int *cut)
{
	*fail = !strcmp(name, "fail");
	*cut = !strcmp(name, "cut");
	if (!strcmp(name, "smmuv3") || !strcmp(name, "other")) {
		unit = "smmuv3@model";
		unit_name = "smmuv3-model0";
		seed++;
		threads = *name == 'o' ? 4 : 2;
		return;
	}
	if (!strcmp(name, "hostile")) {
		*fail = 1;
		mark = "\033[31m<script>alert(1)</script>&\"'\r\n,]]>\xc2\x9b";
	} else if (!*fail && !*cut && strcmp(name, "pass")) {
		fprintf(stderr, "harness-sample: '%s' is not pass, fail, cut, hostile, smmuv3 or "
			"other\n", name);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	int fail, cut;

	set_variant(argc > 1 ? argv[1] : "pass", &fail, &cut);
	emit_environment();
	emit(json_pack("{s:s,s:s,s:i,s:i}", "type", "progress", "name", "churn", "done", 10000,
		       "total", 20000));
	emit(make_churn(fail));
	emit_checks(fail);
	emit_guest(fail);
	if (!cut)
		emit(json_pack("{s:s,s:i}", "type", "exit", "code", fail));
	return 0;
}
