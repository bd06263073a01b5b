// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_run.c - one run: set up, let the threads go, wait, add up, compare.
 *
 * A run passes when no thread wrote a failure down, the units' ledgers grew by exactly the sets
 * that the threads made, and no reference model saw an invariant broken.
 *
 * The hard rule: the figures are those of the threads' own time.  Set-up and teardown are outside
 * the measured duration, and nothing but the progress report runs beside the threads.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "churn.h"
#include "frame.h"

/**
 * churn_now() - nanoseconds that no clock adjustment touches
 */
uint64_t churn_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/**
 * churn_run_fail() - write down a failure of the run as a whole
 * @run: the run; not while its threads are running
 * @fmt: a sentence
 */
void churn_run_fail(struct churn_run *run, const char *fmt, ...)
{
	char text[CHURN_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(run->failures, json_string(text));
}

/**
 * churn_run_init() - a run with default options
 * @run: any memory
 *
 * The caller may then change @run->opt, @run->transport and @run->node.
 */
void churn_run_init(struct churn_run *run)
{
	pthread_condattr_t attr;

	memset(run, 0, sizeof(*run));
	churn_options_default(&run->opt);
	run->control.fd = -1;
	run->failures = json_array();
	run->violations = json_array();
	pthread_mutex_init(&run->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&run->changed, &attr);
	pthread_condattr_destroy(&attr);
}

/**
 * churn_run_stop() - start no more lives
 * @run: the run; NULL is harmless
 *
 * Async-signal-safe.
 */
void churn_run_stop(struct churn_run *run)
{
	if (run)
		atomic_store_explicit(&run->stop, true, memory_order_relaxed);
}

static bool thread_may_go_on(struct churn_thread *t)
{
	uint64_t seconds = t->run->opt.seconds;

	if (t->nr_failures >= CHURN_FAILURES)
		return false;
	if (seconds && churn_now() - t->run->started >= seconds * 1000000000u)
		return false;
	return t->counts[CHURN_LIVES] < t->budget &&
	       !atomic_load_explicit(&t->run->stop, memory_order_relaxed);
}

static void end_all_lives(struct churn_thread *t)
{
	unsigned int i;

	for (i = 0; i < t->run->opt.hold; i++) {
		if (!t->lives[i].space)
			continue;
		churn_use(t, &t->lives[i]);
		churn_detach(t, &t->lives[i]);
	}
}

static void *thread_main(void *arg)
{
	struct churn_thread *t = arg;
	struct churn_run *run = t->run;
	const struct churn_pattern *pattern = &churn_patterns[run->opt.pattern];
	uint64_t budget = t->budget;
	unsigned int n;

	while (thread_may_go_on(t)) {
		n = pattern->round(t, budget);
		budget -= n;
		atomic_store_explicit(&t->done, t->counts[CHURN_LIVES], memory_order_relaxed);
	}
	end_all_lives(t);
	t->ended = churn_now();
	pthread_mutex_lock(&run->lock);
	run->running--;
	pthread_cond_signal(&run->changed);
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

static void report_progress(struct churn_run *run)
{
	uint64_t done = 0;
	unsigned int i;

	for (i = 0; i < run->nr_threads; i++)
		done += atomic_load_explicit(&run->threads[i].done, memory_order_relaxed);
	frame_progress("churn", done, run->opt.ops);
}

static struct timespec later(uint64_t ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	ts.tv_sec += (time_t)(ms / 1000) + ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

static void wait_for_threads(struct churn_run *run)
{
	struct timespec until;
	int err;

	pthread_mutex_lock(&run->lock);
	while (run->running) {
		if (!run->opt.progress) {
			pthread_cond_wait(&run->changed, &run->lock);
			continue;
		}
		until = later(run->opt.progress);
		do {
			err = pthread_cond_timedwait(&run->changed, &run->lock, &until);
		} while (run->running && err != ETIMEDOUT);
		pthread_mutex_unlock(&run->lock);
		report_progress(run);
		pthread_mutex_lock(&run->lock);
	}
	pthread_mutex_unlock(&run->lock);
}

static void run_threads(struct churn_run *run)
{
	unsigned int i, started;
	int err = 0;

	run->running = run->nr_threads;
	run->started = churn_now();
	for (started = 0; started < run->nr_threads; started++) {
		err = pthread_create(&run->threads[started].id, NULL, thread_main,
				     &run->threads[started]);
		if (err)
			break;
	}
	if (err) {
		churn_run_stop(run);
		pthread_mutex_lock(&run->lock);
		run->running -= run->nr_threads - started;
		pthread_mutex_unlock(&run->lock);
	}
	wait_for_threads(run);
	for (i = 0; i < started; i++) {
		pthread_join(run->threads[i].id, NULL);
		if (run->threads[i].ended - run->started > run->duration_ns)
			run->duration_ns = run->threads[i].ended - run->started;
	}
	/* After the join: failures belong to the main thread alone again. */
	if (err)
		churn_run_fail(run, "thread %u could not be started: %s", started, strerror(err));
}

static void merge_thread(struct churn_run *run, const struct churn_thread *t)
{
	unsigned int i;

	for (i = 0; i < CHURN_OP_NR; i++) {
		pl_hist_merge(&run->total->hist[i], &t->hist[i]);
		run->total->errors[i] += t->errors[i];
	}
	for (i = 0; i < CHURN_COUNT_NR; i++)
		run->total->counts[i] += t->counts[i];
	for (i = 0; i < t->nr_failures && i < CHURN_FAILURES; i++)
		json_array_append_new(run->failures, json_string(t->failures[i]));
	if (t->nr_failures > CHURN_FAILURES)
		churn_run_fail(run, "thread %u: %u failures in all", t->index, t->nr_failures);
}

static int merge_threads(struct churn_run *run)
{
	unsigned int i;

	run->total = calloc(1, sizeof(*run->total));
	if (!run->total)
		return -ENOMEM;
	for (i = 0; i < CHURN_OP_NR; i++)
		pl_hist_init(&run->total->hist[i]);
	for (i = 0; i < run->nr_threads; i++)
		merge_thread(run, &run->threads[i]);
	return 0;
}

/* Faults are an endpoint's own; the rest of a ledger is its unit's. */
static int read_faults(struct churn_run *run)
{
	struct pl_ioc_ledger ledger;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < run->nr_eps; i++) {
		err = plu_ledger(&run->control, run->eps[i].dev, &ledger);
		run->eps[i].faults = ledger.faults - run->eps[i].faults;
	}
	return err;
}

static int read_ledgers(struct churn_run *run, bool before)
{
	struct churn_unit *u;
	unsigned int i;
	int err;

	for (i = 0; i < run->nr_units; i++) {
		u = &run->units[i];
		err = plu_ledger(&run->control, u->dev, before ? &u->before : &u->after);
		if (err) {
			churn_run_fail(run, "unit %s: its ledger cannot be read: %s", u->name,
				       strerror(-err));
			return err;
		}
	}
	return read_faults(run);
}

static void sum_faults(struct churn_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nr_eps; i++)
		run->faults += run->eps[i].faults;
	for (i = 0; i < run->nr_units; i++)
		run->faults_lost += run->units[i].after.faults_lost -
				    run->units[i].before.faults_lost;
}

static uint64_t slots_changed(const struct churn_run *run, enum pl_op op)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < run->nr_units; i++)
		n += run->units[i].after.counts[op][PL_COUNT_SLOTS] -
		     run->units[i].before.counts[op][PL_COUNT_SLOTS];
	return n;
}

/* What the units say they did is what the threads asked for: nothing more, nothing less. */
static void compare_ledgers(struct churn_run *run)
{
	static const struct {
		enum pl_op op;
		enum churn_count count;
	} pairs[] = {
		{ PL_OP_ATTACH, CHURN_SET_ATTACH },
		{ PL_OP_REPLACE, CHURN_SET_REPLACE },
		{ PL_OP_DETACH, CHURN_SET_DETACH },
		{ PL_OP_DETACH_ALL, CHURN_SET_DETACH_ALL_SLOTS },
	};
	uint64_t theirs, ours;
	unsigned int i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		theirs = slots_changed(run, pairs[i].op);
		ours = run->total->counts[pairs[i].count];
		if (theirs != ours)
			churn_run_fail(run, "ledger: %s changed %" PRIu64 " slots by the units' "
				       "count and %" PRIu64 " by the workload's",
				       plu_op_name(pairs[i].op), theirs, ours);
	}
}

/* A unit counts since it came: what was broken before the run is not the run's. */
static void remember_violations(struct churn_run *run)
{
	struct churn_unit *u;
	unsigned int i;

	for (i = 0; i < run->nr_units; i++) {
		u = &run->units[i];
		while (u->nr_broken < CHURN_KINDS &&
		       !plu_violation(&run->control, u->dev, u->nr_broken,
				      &u->broken[u->nr_broken]))
			u->nr_broken++;
	}
}

static uint64_t broken_before(const struct churn_unit *u, const char *name)
{
	unsigned int i;

	for (i = 0; i < u->nr_broken; i++)
		if (!strcmp(u->broken[i].name, name))
			return u->broken[i].count;
	return 0;
}

static void read_violations_of(struct churn_run *run, const struct churn_unit *u)
{
	struct pl_ioc_violation v;
	uint64_t count;
	uint32_t i;

	for (i = 0; i < CHURN_KINDS && !plu_violation(&run->control, u->dev, i, &v); i++) {
		count = v.count - broken_before(u, v.name);
		if (!count)
			continue;
		json_array_append_new(run->violations,
				      json_pack("{s:s,s:I,s:s}", "name", v.name, "count",
						(json_int_t)count, "text", v.text));
		churn_run_fail(run, "unit %s saw invariant %s broken, %" PRIu64 " times: %s",
			       u->name, v.name, count, v.text);
	}
}

static void read_violations(struct churn_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nr_units; i++)
		read_violations_of(run, &run->units[i]);
}

static void run_result(struct churn_run *run)
{
	if (read_ledgers(run, false))
		return;
	sum_faults(run);
	read_violations(run);
	if (!run->opt.shared)
		compare_ledgers(run);
}

/**
 * churn_run() - the whole run
 * @run: after churn_run_init()
 *
 * Return: true when it ran, whether or not it passed; false when it could not, with the reason
 * among the failures or in @run->skipped.
 */
bool churn_run(struct churn_run *run)
{
	const char *node = run->node ? run->node : PL_DEV_NODE;
	int err = plu_open(&run->control, run->transport, run->node);

	if (err) {
		churn_run_fail(run, "%s cannot be opened: %s; load pasidlab.ko and a unit, and be "
			       "root", node, strerror(-err));
		return false;
	}
	err = churn_setup(run);
	if (err && !run->skipped[0] && !json_array_size(run->failures))
		churn_run_fail(run, "the run could not be set up: %s", strerror(-err));
	if (!err)
		err = read_ledgers(run, true);
	if (!err)
		remember_violations(run);
	if (!err)
		run_threads(run);
	/* What the threads saw comes before what follows from it in the teardown. */
	if (!err)
		err = merge_threads(run);
	churn_teardown(run);
	if (!err)
		run_result(run);
	plu_close(&run->control);
	return !err;
}

/**
 * churn_run_free() - forget a run
 * @run: after churn_run()
 */
void churn_run_free(struct churn_run *run)
{
	json_decref(run->failures);
	json_decref(run->violations);
	free(run->total);
	free(run->threads);
	free(run->units);
	free(run->eps);
	pthread_cond_destroy(&run->changed);
	pthread_mutex_destroy(&run->lock);
}
