// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - "pasidlab trace": which PASID changes hands where, live.
 *
 * One order: parse, survey, open, set constants, choose programs, load, attach, loop, clean up.
 * The ring is looked at every POLL_MS: the programs never wake us, since a wake-up costs more
 * than all else they do.  At the end the probes go first, then the ring is emptied until the
 * counts agree, then the summary is printed, so that nothing is in flight that the summary does
 * not know.
 *
 * Exit status: 0 done, 1 events were lost and that was to be an error (or the output could not be
 * written), 2 wrong arguments, 3 the probes cannot run here.
 *
 * The hard rule: standard output holds events and the summary, everything else goes to standard
 * error.
 */
#include "trace_cmd.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "env.h"
#include "opts.h"
#include "probe.h"

#define POLL_MS		10
#define DROPS_MS	1000	/* how often the drop counter is looked at */
#define SETTLE_ROUNDS	50	/* of POLL_MS, for programs still running when they were detached */
#define OUT_BUFFER	(256 * 1024)

enum { EXIT_LOST = 1, EXIT_ENVIRONMENT = 3 };

/* One run of the command. */
struct trace {
	struct pl_trace_opts opts;
	struct pl_probes probes;
	const struct pl_printer_ops *print;
	bool colour;
	struct ring_buffer *ring;
	struct pl_trace_summary sum;
	uint64_t drops_told;
	char unit_dev[PL_TRACE_DEV_LEN];	/* the last device asked for, and its unit */
	char unit[PL_TRACE_DEV_LEN];
	int signals;
	sigset_t old_mask;
	uint64_t start_ns;
};

/*
 * libbpf's first warning, which is the one that names the cause; the others only pass it on.
 * Global, since libbpf hands its callback no context.
 */
static struct {
	bool verbose;
	char first[512];
} libbpf_log;

static int on_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (libbpf_log.verbose)
		return vfprintf(stderr, format, args);
	if (level == LIBBPF_WARN && !*libbpf_log.first)
		vsnprintf(libbpf_log.first, sizeof(libbpf_log.first), format, args);
	return 0;
}

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("pasidlab trace: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Signals come by descriptor: a trace ends between two looks at the ring and nowhere else. */
static int signals_open(struct trace *t)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &t->old_mask);
	t->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return t->signals < 0 ? -errno : 0;
}

static void signals_close(struct trace *t)
{
	struct signalfd_siginfo info;

	while (read(t->signals, &info, sizeof(info)) > 0)
		;
	close(t->signals);
	sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
}

/* Sleeps for @ms; true when a signal ended it. */
static bool stopped(const struct trace *t, int ms)
{
	struct pollfd fd = { .fd = t->signals, .events = POLLIN };

	return poll(&fd, 1, ms) > 0;
}

static int check_environment(void)
{
	if (!pl_env_may_trace()) {
		say("not permitted to trace: run it as root (or with CAP_BPF and CAP_PERFMON)");
		return -EPERM;
	}
	if (access(PL_ENV_BTF, R_OK)) {
		say("%s: %s: the kernel needs CONFIG_DEBUG_INFO_BTF=y, as Debian's kernels have it",
		    PL_ENV_BTF, strerror(errno));
		return -ENOENT;
	}
	return 0;
}

static int wait_for_module(const struct trace *t)
{
	uint64_t end = now_ns() + t->opts.wait_s * 1000000000ull;

	if (!t->opts.wait_s)
		return 0;
	if (!pl_env_tracefs()) {
		say("--wait: tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
		return -ENODEV;
	}
	while (!pl_env_module_events()) {
		if (t->opts.wait_s != UINT32_MAX && now_ns() >= end) {
			say("--wait: the module pasidlab was not loaded within %u s",
			    t->opts.wait_s);
			return -ETIMEDOUT;
		}
		if (stopped(t, POLL_MS))
			return -EINTR;
	}
	return 0;
}

static bool missing(const struct trace *t, unsigned int i)
{
	const struct pl_probe_state *s = &t->probes.state[i];

	return s->wanted && !s->attached && (!pl_events[i].optional || t->opts.events_named);
}

/* What cannot be probed, a line for each reason, unless its absence is no news. */
static void say_missing(const struct trace *t)
{
	const struct pl_probe_state *s = t->probes.state;
	unsigned int i, j, told = 0;

	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		if (!missing(t, i) || told >> i & 1)
			continue;
		fprintf(stderr, "pasidlab trace: not available: %s", pl_events[i].name);
		for (j = i + 1; j < PL_TRACE_EVENTS; j++) {
			if (!missing(t, j) || strcmp(s[i].why, s[j].why))
				continue;
			fprintf(stderr, ", %s", pl_events[j].name);
			told |= 1u << j;
		}
		fprintf(stderr, ": %s\n", s[i].why);
	}
}

static int say_load_error(int err)
{
	size_t n = strlen(libbpf_log.first);

	while (n && libbpf_log.first[n - 1] == '\n')
		libbpf_log.first[--n] = 0;
	say("the kernel refused the probes: %s%s%s", strerror(-err), n ? ": " : "",
	    libbpf_log.first);
	if (err == -EPERM)
		say("kernel lockdown or a container may forbid BPF: run it on the host; "
		    "see /sys/kernel/security/lockdown");
	else
		say("--verbose shows all that libbpf has to say");
	return err;
}

/* One attempt; -EAGAIN asks for another, by kprobes. */
static int probe_once(struct pl_probes *p)
{
	int ret = pl_probes_open(p);

	if (ret)
		return ret;
	ret = pl_probes_configure(p);
	if (ret)
		return ret;
	if (!pl_probes_choose(p))
		return -ENODEV;
	ret = pl_probes_load(p);
	if (ret)
		return ret;
	ret = pl_probes_attach(p);
	return ret ? ret : -ENODEV;
}

static int probes_open(struct trace *t)
{
	int ret;

	pl_probes_survey(&t->probes, &t->opts);
	ret = probe_once(&t->probes);
	if (ret == -EAGAIN) {
		*libbpf_log.first = 0;
		pl_probes_close(&t->probes);
		ret = probe_once(&t->probes);
	}
	if (ret > 0 || ret == -ENODEV)
		say_missing(t);
	if (ret == -ENODEV)
		say("no probe is available: nothing to trace");
	else if (ret < 0)
		say_load_error(ret);
	return ret < 0 ? ret : 0;
}

/* The core's events do not name the unit; sysfs does.  Events come in runs of one device. */
static void add_unit(struct trace *t, struct pl_event *e)
{
	if (*e->unit || !*e->dev)
		return;
	if (strcmp(t->unit_dev, e->dev)) {
		memcpy(t->unit_dev, e->dev, sizeof(t->unit_dev));
		pl_env_unit_of(e->dev, t->unit, sizeof(t->unit));
	}
	memcpy(e->unit, t->unit, sizeof(e->unit));
}

static int on_event(void *ctx, void *data, size_t len)
{
	struct trace *t = ctx;
	struct pl_event e;

	if (pl_event_decode(t->probes.format, data, len, &e))
		return 0;
	t->sum.shipped[e.head.event]++;
	add_unit(t, &e);
	t->print->event(stdout, t->colour, &e);
	return 0;
}

static int output_open(struct trace *t)
{
	t->print = t->opts.json ? &pl_print_json : &pl_print_text;
	t->colour = !t->opts.json && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	t->sum.count_only = t->opts.count_only;
	t->sum.cost = t->opts.cost;
	setvbuf(stdout, NULL, _IOFBF, OUT_BUFFER);
	if (t->opts.count_only)
		return 0;
	t->ring = ring_buffer__new(pl_probes_ring_fd(&t->probes), on_event, t, NULL);
	if (!t->ring)
		return -errno;
	t->print->start(stdout, t->colour);
	fflush(stdout);
	return 0;
}

/* It appears whole or not at all: whoever waits for it may read it at once. */
static int write_pidfile(const char *path)
{
	char temporary[PATH_MAX];
	FILE *f;
	int n = snprintf(temporary, sizeof(temporary), "%s.%d", path, (int)getpid());

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	f = fopen(temporary, "we");
	if (!f)
		return -errno;
	fprintf(f, "%d\n", (int)getpid());
	if (fclose(f) || rename(temporary, path)) {
		n = -errno;
		unlink(temporary);
		return n;
	}
	return 0;
}

static int say_ready(const struct trace *t)
{
	int ret;

	if (t->opts.pidfile) {
		ret = write_pidfile(t->opts.pidfile);
		if (ret) {
			say("--pidfile %s: %s", t->opts.pidfile, strerror(-ret));
			return ret;
		}
	}
	if (t->opts.ready_fd >= 0) {
		if (write(t->opts.ready_fd, "ready\n", 6) != 6) {
			say("--ready-fd %d: %s", t->opts.ready_fd, strerror(errno));
			return -EBADF;
		}
		close(t->opts.ready_fd);
	}
	return 0;
}

static void tell_drops(struct trace *t)
{
	struct pl_trace_count count[PL_TRACE_EVENTS];
	uint64_t drops = 0;
	unsigned int i;

	if (pl_probes_count(&t->probes, count))
		return;
	for (i = 0; i < PL_TRACE_EVENTS; i++)
		drops += count[i].dropped;
	if (drops == t->drops_told)
		return;
	t->drops_told = drops;
	t->print->drops(stdout, t->colour, drops);
}

static void consume(struct trace *t)
{
	if (t->ring && ring_buffer__consume(t->ring) > 0)
		fflush(stdout);
}

static void loop(struct trace *t)
{
	uint64_t end = t->opts.duration_s > 0 ?
		       t->start_ns + (uint64_t)(t->opts.duration_s * 1e9) : UINT64_MAX;
	uint64_t drops_at = t->start_ns + DROPS_MS * 1000000ull, now = t->start_ns;
	int ms = POLL_MS;

	while (now < end && !ferror(stdout)) {
		if (end - now < POLL_MS * 1000000ull)
			ms = (int)((end - now) / 1000000) + 1;
		if (stopped(t, ms))
			return;
		consume(t);
		now = now_ns();
		if (t->ring && now >= drops_at) {
			tell_drops(t);
			drops_at = now + DROPS_MS * 1000000ull;
		}
	}
}

/* Programs on other CPUs may still submit what they had counted when they were detached. */
static int settle(struct trace *t)
{
	uint64_t counted, accounted;
	unsigned int round, i;
	int ret = 0;

	for (round = 0; round < SETTLE_ROUNDS; round++) {
		consume(t);
		ret = pl_probes_count(&t->probes, t->sum.count);
		if (ret || !t->ring)
			return ret;
		counted = 0;
		accounted = 0;
		for (i = 0; i < PL_TRACE_EVENTS; i++) {
			counted += t->sum.count[i].events;
			accounted += t->sum.shipped[i] + t->sum.count[i].dropped;
		}
		if (counted == accounted)
			return 0;
		poll(NULL, 0, POLL_MS);
	}
	return 0;
}

static void summarise(struct trace *t)
{
	pl_probes_measure(&t->probes, t->sum.count);
	memcpy(t->sum.probe, t->probes.state, sizeof(t->sum.probe));
	t->print->summary(stdout, t->colour, &t->sum);
	fflush(stdout);
}

/* From live probes to the summary. */
static int trace_live(struct trace *t)
{
	int ret = say_ready(t);

	if (!ret) {
		loop(t);
		t->sum.seconds = (double)(now_ns() - t->start_ns) / 1e9;
		pl_probes_detach(&t->probes);
		ret = settle(t);
		summarise(t);
	}
	if (t->opts.pidfile)
		unlink(t->opts.pidfile);
	return ret;
}

static int status(const struct trace *t)
{
	if (pl_summary_missed(&t->sum) && t->opts.probe != PL_PROBE_KPROBE)
		say("some events were missed, since the kernel preempts itself and does not run a "
		    "program twice on one CPU: --probe kprobe sees them all");
	if (ferror(stdout)) {
		say("standard output: write error");
		return EXIT_LOST;
	}
	if (t->opts.fail_on_drop && (pl_summary_dropped(&t->sum) || pl_summary_missed(&t->sum)))
		return EXIT_LOST;
	return 0;
}

static int trace_run(struct trace *t)
{
	int ret;

	/* One that a killed tracer left would say that this one is live. */
	if (t->opts.pidfile)
		unlink(t->opts.pidfile);
	ret = check_environment();
	if (!ret)
		ret = wait_for_module(t);
	if (ret)
		return ret == -EINTR ? 0 : EXIT_ENVIRONMENT;
	ret = probes_open(t);
	if (ret)
		goto out_close;
	t->start_ns = now_ns();
	ret = output_open(t);
	if (!ret)
		ret = trace_live(t);
	ring_buffer__free(t->ring);
out_close:
	pl_probes_close(&t->probes);
	return ret ? EXIT_ENVIRONMENT : status(t);
}

int pl_cmd_trace(int argc, char **argv)
{
	struct trace t = { 0 };
	int ret;

	pl_trace_opts_parse(argc, argv, &t.opts);
	libbpf_log.verbose = t.opts.verbose;
	libbpf_set_print(on_libbpf);
	if (signals_open(&t)) {
		say("signalfd: %s", strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	ret = trace_run(&t);
	signals_close(&t);
	return ret;
}
