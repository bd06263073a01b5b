// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe.c - chooses, loads and attaches the programs of trace.bpf.c.
 *
 * How a probe is chosen.  A tracepoint is there or not: its format file tells, and the layout in
 * it becomes a constant of the program.  A function of the IOMMU core is probed by fexit when the
 * kernel's BTF knows it; the kernel may still refuse (no trampolines on this architecture, or the
 * function may not be traced), and then all functions are done once more by kprobe.  Whoever
 * cannot be probed at all is said to be so; the others work.
 *
 * Order.  The end of a call is attached before its start: an end without a start is recognised, a
 * start without an end would be taken for a later call's.
 *
 * The hard rule: see probe.h.
 */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "trace.skel.h"

#define GROUP "pasidlab"

/* The programs of an event; those for calls by way of probing. */
struct programs {
	size_t tp;
	size_t fentry;
	size_t fexit;
};

#define PROG(name)	offsetof(struct trace_bpf, progs.name)

static const struct programs programs[PL_TRACE_EVENTS] = {
	[PL_TRACE_SET] = { .tp = PROG(pl_set) },
	[PL_TRACE_REPLACE] = { .tp = PROG(pl_replace) },
	[PL_TRACE_DETACH] = { .tp = PROG(pl_detach) },
	[PL_TRACE_FAULT] = { .tp = PROG(pl_fault) },
	[PL_TRACE_CORE_ATTACH] = { .fentry = PROG(fentry_attach), .fexit = PROG(fexit_attach) },
	[PL_TRACE_CORE_DETACH] = { .fentry = PROG(fentry_detach), .fexit = PROG(fexit_detach) },
	[PL_TRACE_CORE_REPLACE] = { .fentry = PROG(fentry_replace), .fexit = PROG(fexit_replace) },
};

static struct bpf_program *program(const struct pl_probes *p, size_t offset)
{
	return *(struct bpf_program **)((char *)p->skel + offset);
}

static bool usable(const struct pl_probe_state *s)
{
	return s->wanted && !s->why[0];
}

static bool is_fentry(const struct pl_probe_state *s)
{
	return s->kind[0] == 'f';
}

static void survey_record(struct pl_probes *p, unsigned int event)
{
	struct pl_probe_state *s = &p->state[event];
	const char *field = "";
	char *text = NULL;
	int ret;

	s->kind = "tp";
	ret = pl_env_event_format(pl_events[event].symbol, &text);
	if (!ret) {
		ret = pl_record_format(event, text, &p->format[event], &field);
		if (ret)
			snprintf(s->why, sizeof(s->why), "its field %s is not as this command "
				 "knows it: module and command do not belong together", field);
		free(text);
	} else if (ret == -ENODEV) {
		snprintf(s->why, sizeof(s->why), "tracefs is not mounted: "
			 "mount -t tracefs tracefs /sys/kernel/tracing");
	} else if (ret == -ENOENT) {
		snprintf(s->why, sizeof(s->why), "the module pasidlab is not loaded: "
			 "load it first, or give --wait");
	} else {
		snprintf(s->why, sizeof(s->why), "its format cannot be read: %s", strerror(-ret));
	}
}

static void survey_call(struct pl_probes *p, unsigned int event, const struct btf *btf)
{
	struct pl_probe_state *s = &p->state[event];
	const char *symbol = pl_events[event].symbol;
	bool in_btf = btf && btf__find_by_name_kind(btf, symbol, BTF_KIND_FUNC) > 0;

	s->kind = "fentry";
	if (p->opts->probe == PL_PROBE_KPROBE)
		s->kind = "kprobe";
	else if (!in_btf && (p->opts->probe == PL_PROBE_FENTRY || pl_events[event].optional))
		snprintf(s->why, sizeof(s->why), "this kernel's BTF has no function %s", symbol);
	else if (!in_btf)
		s->kind = "kprobe";
}

void pl_probes_survey(struct pl_probes *p, const struct pl_trace_opts *opts)
{
	struct btf *btf = NULL;
	unsigned int i;

	*p = (struct pl_probes) { .opts = opts, .stats_fd = -1 };
	if (opts->events >> PL_TRACE_RECORDS)
		btf = btf__load_vmlinux_btf();
	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		p->state[i].wanted = opts->events >> i & 1;
		if (pl_events[i].is_call)
			survey_call(p, i, btf);
		else
			survey_record(p, i);
	}
	btf__free(btf);
}

int pl_probes_open(struct pl_probes *p)
{
	p->skel = trace_bpf__open();
	return p->skel ? 0 : -errno;
}

int pl_probes_configure(struct pl_probes *p)
{
	const struct pl_trace_opts *o = p->opts;
	struct trace_bpf__rodata *ro = p->skel->rodata;
	size_t ring = o->count_only ? (size_t)sysconf(_SC_PAGESIZE) : o->ring_kib * 1024ul;
	unsigned int i;

	/* The skeleton's types are its own, but they are the same bytes. */
	memcpy((void *)&ro->filter, &o->filter, sizeof(o->filter));
	for (i = 0; i < PL_TRACE_RECORDS; i++) {
		struct pl_trace_layout layout = pl_record_layout(&p->format[i]);

		memcpy((void *)&ro->layouts[i], &layout, sizeof(layout));
	}
	ro->count_only = o->count_only;
	ro->latency = o->latency;
	return bpf_map__set_max_entries(p->skel->maps.ring, (uint32_t)ring);
}

unsigned int pl_probes_choose(struct pl_probes *p)
{
	struct bpf_program *prog;
	unsigned int i, n = 0;
	bool kprobes = false;

	bpf_object__for_each_program(prog, p->skel->obj)
		bpf_program__set_autoload(prog, false);
	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		struct pl_probe_state *s = &p->state[i];

		if (!usable(s))
			continue;
		n++;
		if (!pl_events[i].is_call) {
			bpf_program__set_autoload(program(p, programs[i].tp), true);
			continue;
		}
		if (p->fentry_failed)
			s->kind = "kprobe";
		kprobes |= !is_fentry(s);
		bpf_program__set_autoload(program(p, programs[i].fexit), is_fentry(s));
		bpf_program__set_autoload(program(p, programs[i].fentry),
					  is_fentry(s) && p->opts->latency);
	}
	bpf_program__set_autoload(p->skel->progs.kprobe_enter, kprobes);
	bpf_program__set_autoload(p->skel->progs.kprobe_exit, kprobes);
	return n;
}

/* A fentry program that the kernel does not load is one more reason to try kprobes. */
static bool may_fall_back(const struct pl_probes *p)
{
	unsigned int i;

	if (p->fentry_failed || p->opts->probe != PL_PROBE_AUTO)
		return false;
	for (i = 0; i < PL_TRACE_EVENTS; i++)
		if (usable(&p->state[i]) && is_fentry(&p->state[i]))
			return true;
	return false;
}

int pl_probes_load(struct pl_probes *p)
{
	int ret = trace_bpf__load(p->skel);

	if (ret && ret != -EPERM && may_fall_back(p)) {
		p->fentry_failed = true;
		return -EAGAIN;
	}
	return ret;
}

/* Like libbpf's own functions: NULL and errno on failure. */
static struct bpf_link *attach_kprobe(struct pl_probes *p, unsigned int event, bool end)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = event, .retprobe = end);

	return bpf_program__attach_kprobe_opts(end ? p->skel->progs.kprobe_exit :
						     p->skel->progs.kprobe_enter,
					       pl_events[event].symbol, &opts);
}

static struct bpf_link *attach_end(struct pl_probes *p, unsigned int event)
{
	if (!pl_events[event].is_call)
		return bpf_program__attach_tracepoint(program(p, programs[event].tp), GROUP,
						      pl_events[event].symbol);
	if (is_fentry(&p->state[event]))
		return bpf_program__attach_trace(program(p, programs[event].fexit));
	return attach_kprobe(p, event, true);
}

static struct bpf_link *attach_start(struct pl_probes *p, unsigned int event)
{
	if (is_fentry(&p->state[event]))
		return bpf_program__attach_trace(program(p, programs[event].fentry));
	return attach_kprobe(p, event, false);
}

static bool has_start(const struct pl_probes *p, unsigned int event)
{
	return pl_events[event].is_call && (!is_fentry(&p->state[event]) || p->opts->latency);
}

static int attach_event(struct pl_probes *p, unsigned int event)
{
	struct bpf_link **link = p->link[event];

	link[0] = attach_end(p, event);
	if (!link[0])
		return -errno;
	if (!has_start(p, event))
		return 0;
	link[1] = attach_start(p, event);
	return link[1] ? 0 : -errno;
}

static void detach_event(struct pl_probes *p, unsigned int event)
{
	/* The start first, for the reason given at the head of this file. */
	bpf_link__destroy(p->link[event][1]);
	bpf_link__destroy(p->link[event][0]);
	p->link[event][0] = NULL;
	p->link[event][1] = NULL;
}

static void say_why(struct pl_probe_state *s, unsigned int event, int err)
{
	if (err == -ENOENT && pl_events[event].is_call)
		snprintf(s->why, sizeof(s->why), "this kernel has no function %s",
			 pl_events[event].symbol);
	else
		snprintf(s->why, sizeof(s->why), "%s cannot be attached to %s: %s", s->kind,
			 pl_events[event].symbol, strerror(-err));
}

int pl_probes_attach(struct pl_probes *p)
{
	unsigned int i;
	int ret, n = 0;

	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		struct pl_probe_state *s = &p->state[i];

		if (!usable(s))
			continue;
		ret = attach_event(p, i);
		s->attached = !ret;
		n += !ret;
		if (!ret)
			continue;
		detach_event(p, i);
		if (pl_events[i].is_call && is_fentry(s) && may_fall_back(p)) {
			p->fentry_failed = true;
			return -EAGAIN;
		}
		say_why(s, i, ret);
	}
	if (n && p->opts->cost)
		p->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	return n;
}

void pl_probes_detach(struct pl_probes *p)
{
	unsigned int i;

	for (i = 0; i < PL_TRACE_EVENTS; i++)
		detach_event(p, i);
}

int pl_probes_count(const struct pl_probes *p, struct pl_trace_count *count)
{
	int cpus = libbpf_num_possible_cpus(), ret = 0, cpu;
	int fd = bpf_map__fd(p->skel->maps.counts);
	struct pl_trace_count *each;
	uint32_t i;

	if (cpus < 0)
		return cpus;
	each = calloc((size_t)cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	memset(count, 0, PL_TRACE_EVENTS * sizeof(*count));
	for (i = 0; i < PL_TRACE_EVENTS && !ret; i++) {
		ret = bpf_map_lookup_elem(fd, &i, each);
		for (cpu = 0; cpu < cpus && !ret; cpu++) {
			count[i].events += each[cpu].events;
			count[i].filtered += each[cpu].filtered;
			count[i].dropped += each[cpu].dropped;
			count[i].missed += each[cpu].missed;
		}
	}
	free(each);
	return ret;
}

/* What the kernel knows of one program. */
static void measure(const struct bpf_program *prog, bool is_end, struct pl_probe_state *s)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_program__fd(prog) < 0 ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		return;
	s->runs += info.run_cnt;
	s->run_ns += info.run_time_ns;
	/* A start that was skipped costs an event its latency, not its line. */
	if (is_end)
		s->missed += info.recursion_misses;
}

/* The two kprobe programs serve all functions; what they did is told with the first of them. */
void pl_probes_measure(struct pl_probes *p, const struct pl_trace_count *count)
{
	bool kprobes_told = false;
	unsigned int i;

	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		struct pl_probe_state *s = &p->state[i];

		s->missed = count[i].missed;
		if (!s->attached)
			continue;
		if (!pl_events[i].is_call) {
			measure(program(p, programs[i].tp), true, s);
		} else if (is_fentry(s)) {
			measure(program(p, programs[i].fentry), false, s);
			measure(program(p, programs[i].fexit), true, s);
		} else if (!kprobes_told) {
			/* Skipped at the start, there is no end to skip; so both count. */
			measure(p->skel->progs.kprobe_enter, true, s);
			measure(p->skel->progs.kprobe_exit, true, s);
			kprobes_told = true;
		}
	}
}

int pl_probes_ring_fd(const struct pl_probes *p)
{
	return bpf_map__fd(p->skel->maps.ring);
}

void pl_probes_close(struct pl_probes *p)
{
	pl_probes_detach(p);
	if (p->stats_fd >= 0)
		close(p->stats_fd);
	p->stats_fd = -1;
	trace_bpf__destroy(p->skel);
	p->skel = NULL;
}
