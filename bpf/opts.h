/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * opts.h - what the user of "pasidlab trace" asked for.
 *
 * The hard rule: what opts.c lets through is consistent; nobody checks it again.
 */
#ifndef PASIDLAB_BPF_OPTS_H
#define PASIDLAB_BPF_OPTS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "trace.h"

/* How the functions of the IOMMU core are probed. */
enum pl_probe_choice {
	PL_PROBE_AUTO,
	PL_PROBE_FENTRY,
	PL_PROBE_KPROBE,
};

/**
 * struct pl_trace_opts - the options
 * @events: bit n: enum pl_trace_event n is wanted
 * @events_named: the user named them
 * @filter: for the programs
 * @probe: how to probe functions
 * @latency: measure calls
 * @count_only: ship nothing
 * @cost: measure the programs themselves
 * @json: lines for programs
 * @fail_on_drop: exit status 1 when anything was lost
 * @verbose: libbpf's own words on standard error
 * @wait_s: seconds to wait for the module; 0 do not, UINT32_MAX for ever
 * @duration_s: seconds to trace; 0 until a signal comes
 * @ring_kib: size of the ring
 * @ready_fd: where to say that the probes are live; -1
 * @pidfile: file to say it by; NULL
 */
struct pl_trace_opts {
	uint32_t events;
	bool events_named;
	struct pl_trace_filter filter;
	enum pl_probe_choice probe;
	bool latency;
	bool count_only;
	bool cost;
	bool json;
	bool fail_on_drop;
	bool verbose;
	uint32_t wait_s;
	double duration_s;
	uint32_t ring_kib;
	int ready_fd;
	const char *pidfile;
};

/**
 * pl_trace_opts_parse() - read the command line
 * @argc: words, the command's name included
 * @argv: the words
 * @opts: out
 *
 * On a wrong argument says what is wrong and exits with status 2; --help and --usage exit with 0.
 */
void pl_trace_opts_parse(int argc, char **argv, struct pl_trace_opts *opts);

#endif /* PASIDLAB_BPF_OPTS_H */
