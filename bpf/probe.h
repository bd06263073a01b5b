/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.h - the programs in the kernel: which of them this kernel can run, and their life.
 *
 * The calls are made in the order in which they stand here.  Between attach and close the
 * programs are live; after detach none of them starts any more, and the ring can be emptied for
 * good.
 *
 * The hard rule: nothing is printed; what a user must know is in pl_probe_state.why.
 */
#ifndef PASIDLAB_BPF_PROBE_H
#define PASIDLAB_BPF_PROBE_H

#include "opts.h"
#include "print.h"

struct bpf_link;
struct trace_bpf;

/**
 * struct pl_probes - the programs
 * @opts: what was asked for
 * @skel: the programs and maps
 * @fentry_failed: BPF trampolines do not work here, though the kernel knows the functions
 * @format: layouts of the module's records
 * @state: by event; @why not empty: it cannot be probed
 * @link: by event; a call has one link for its end and may have one for its start
 * @stats_fd: keeps the kernel's own measurement of programs on, or -1
 */
struct pl_probes {
	const struct pl_trace_opts *opts;
	struct trace_bpf *skel;
	bool fentry_failed;
	struct pl_record_format format[PL_TRACE_RECORDS];
	struct pl_probe_state state[PL_TRACE_EVENTS];
	struct bpf_link *link[PL_TRACE_EVENTS][2];
	int stats_fd;
};

/**
 * pl_probes_survey() - find out what this kernel has
 * @p: out
 * @opts: what was asked for; must outlive @p
 */
void pl_probes_survey(struct pl_probes *p, const struct pl_trace_opts *opts);

/**
 * pl_probes_open() - take the programs out of the command
 * @p: surveyed
 *
 * Return: 0 or -errno.
 */
int pl_probes_open(struct pl_probes *p);

/**
 * pl_probes_configure() - set the programs' constants and the size of the ring
 * @p: open
 *
 * Return: 0 or -errno.
 */
int pl_probes_configure(struct pl_probes *p);

/**
 * pl_probes_choose() - say which programs to load
 * @p: open
 *
 * Return: how many events will be probed.
 */
unsigned int pl_probes_choose(struct pl_probes *p);

/**
 * pl_probes_load() - hand the programs to the kernel
 * @p: chosen
 *
 * Return: 0 or -errno.
 */
int pl_probes_load(struct pl_probes *p);

/**
 * pl_probes_attach() - make the programs live
 * @p: loaded
 *
 * A probe that cannot be attached is none, and says why.
 *
 * Return: how many events are probed; -EAGAIN when trampolines turned out not to work and
 * everything from open on is to be done once more, after pl_probes_close().
 */
int pl_probes_attach(struct pl_probes *p);

/**
 * pl_probes_detach() - end the programs
 * @p: attached
 */
void pl_probes_detach(struct pl_probes *p);

/**
 * pl_probes_count() - read the counts
 * @p: loaded
 * @count: out, by event, summed over all CPUs
 *
 * Return: 0 or -errno.
 */
int pl_probes_count(const struct pl_probes *p, struct pl_trace_count *count);

/**
 * pl_probes_measure() - ask the kernel how the programs fared
 * @p: loaded
 * @count: what the programs counted
 *
 * Fills pl_probe_state.missed, .runs and .run_ns.  Call it once.
 */
void pl_probes_measure(struct pl_probes *p, const struct pl_trace_count *count);

/**
 * pl_probes_ring_fd() - the ring
 * @p: loaded
 *
 * Return: a descriptor of the map.
 */
int pl_probes_ring_fd(const struct pl_probes *p);

/**
 * pl_probes_close() - let everything go
 * @p: in any state
 */
void pl_probes_close(struct pl_probes *p);

#endif /* PASIDLAB_BPF_PROBE_H */
