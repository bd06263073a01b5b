// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * result.c - the result's life, its key and its verdict; result.h has the vocabulary and the rules.
 *
 * The verdict is a list of reasons: an empty one is a pass.  It is computed whenever it is asked
 * for, from what was measured, so a file that says "pass" above a broken invariant convinces
 * nobody.  A run in which nothing ran does not pass either.
 */
#include "result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pl_env_desc pl_env_desc[PL_ENV_NR] = {
	[PL_ENV_DATE]		= { "date", "Date", false },
	[PL_ENV_PASIDLAB]	= { "pasidlab", "pasidlab", false },
	[PL_ENV_ACCEL]		= { "accel", "Accelerator", true },
	[PL_ENV_KERNEL]		= { "kernel", "Guest kernel", true },
	[PL_ENV_UNIT]		= { "unit", "Unit", true },
	[PL_ENV_ENGINE]		= { "engine", "Engine", true },
	[PL_ENV_PROBE]		= { "probe", "Probe type", true },
	[PL_ENV_MODULE]		= { "module", "Module", false },
	[PL_ENV_GUEST_VERSION]	= { "guest_version", "Guest kernel version", false },
	[PL_ENV_GUEST_MACHINE]	= { "guest_machine", "Guest architecture", false },
	[PL_ENV_GUEST_CPU]	= { "guest_cpu", "Guest CPU", false },
	[PL_ENV_GUEST_CMDLINE]	= { "guest_cmdline", "Guest command line", false },
	[PL_ENV_QEMU]		= { "qemu", "QEMU", false },
	[PL_ENV_HOST_KERNEL]	= { "host_kernel", "Host kernel", false },
	[PL_ENV_HOST_CPU]	= { "host_cpu", "Host CPU", false },
};

const char *const pl_ledger_name[PL_LEDGER_NR] = {
	[PL_LEDGER_CALLS] = "calls",	 [PL_LEDGER_ERRORS] = "errors",
	[PL_LEDGER_SLOTS] = "slots",	 [PL_LEDGER_WRITES] = "writes",
	[PL_LEDGER_DESCS] = "descs",	 [PL_LEDGER_WAITS] = "waits",
	[PL_LEDGER_FENCES] = "fences",	 [PL_LEDGER_FLUSHES] = "flushes",
	[PL_LEDGER_ALLOCS] = "allocs",
};

const char *const pl_status_name[] = {
	[PL_PASS] = "pass", [PL_FAIL] = "fail", [PL_SKIP] = "skip",
};

/**
 * pl_grow() - lengthen an array by one zeroed element
 * @array_of_any: address of the array's pointer, of any type
 * @n: its length, counted up
 * @size: of one element
 *
 * Grows by doubling, at powers of two, so that filling it costs O(n).
 *
 * Return: the new element, or NULL when memory is out and nothing changed.
 */
void *pl_grow(void *array_of_any, size_t *n, size_t size)
{
	char *array, *grown, *slot;

	/* By memcpy: the pointer's own type is the caller's, and no other may alias it. */
	memcpy(&array, array_of_any, sizeof(array));
	if (!(*n & (*n - 1))) {
		grown = reallocarray(array, *n ? *n * 2 : 1, size);
		if (!grown)
			return NULL;
		array = grown;
		memcpy(array_of_any, &array, sizeof(array));
	}
	slot = array + *n * size;
	memset(slot, 0, size);
	(*n)++;
	return slot;
}

/**
 * pl_strdup_clean() - copy a string, each control character replaced by a space
 * @out: the copy; what it held is freed.  NULL for NULL
 * @s: UTF-8 text from anywhere; may be NULL
 *
 * C1 controls (U+0080 to U+009F) go too: terminals obey them like the escape sequences they
 * shorten.
 *
 * Return: 0 or -ENOMEM.
 */
int pl_strdup_clean(char **out, const char *s)
{
	unsigned char *p;
	char *copy = NULL;

	if (s) {
		copy = strdup(s);
		if (!copy)
			return -ENOMEM;
	}
	for (p = (unsigned char *)copy; p && *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = ' ';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			p[0] = p[1] = ' ';
	}
	free(*out);
	*out = copy;
	return 0;
}

/**
 * pl_strv_add() - append a cleaned copy of a string
 * @v: a list
 * @s: a string
 *
 * Return: 0 or -ENOMEM.
 */
int pl_strv_add(struct pl_strv *v, const char *s)
{
	char *copy = NULL;
	char **slot;
	int err = pl_strdup_clean(&copy, s);

	if (err)
		return err;
	slot = pl_grow(&v->v, &v->n, sizeof(*v->v));
	if (!slot) {
		free(copy);
		return -ENOMEM;
	}
	*slot = copy;
	return 0;
}

/**
 * pl_strv_free() - free a list's strings and leave it empty
 * @v: a list
 */
void pl_strv_free(struct pl_strv *v)
{
	while (v->n)
		free(v->v[--v->n]);
	free(v->v);
	v->v = NULL;
}

/**
 * pl_result_new() - an empty result
 *
 * Return: the result, to be freed with pl_result_free(), or NULL.
 */
struct pl_result *pl_result_new(void)
{
	return calloc(1, sizeof(struct pl_result));
}

static void pl_pairs_free(struct pl_pair *pairs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(pairs[i].name);
		free(pairs[i].value);
	}
	free(pairs);
}

static void pl_workload_free_units(struct pl_workload *w)
{
	size_t i;

	for (i = 0; i < w->n_units; i++) {
		free(w->units[i].name);
		free(w->units[i].driver);
		free(w->units[i].engine);
	}
	free(w->units);
}

static void pl_workload_free_figures(struct pl_workload *w)
{
	size_t i;

	for (i = 0; i < w->n_ops; i++) {
		free(w->ops[i].name);
		free(w->ops[i].hist);
	}
	for (i = 0; i < w->n_ledger; i++) {
		free(w->ledger[i].unit);
		free(w->ledger[i].op);
	}
	for (i = 0; i < w->n_counts; i++)
		free(w->counts[i].name);
	for (i = 0; i < w->n_violations; i++) {
		free(w->violations[i].name);
		free(w->violations[i].text);
	}
	free(w->ops);
	free(w->ledger);
	free(w->counts);
	free(w->violations);
}

/**
 * pl_workload_free() - free what a workload holds, not the struct itself
 * @w: a workload, complete or not
 */
void pl_workload_free(struct pl_workload *w)
{
	pl_workload_free_units(w);
	pl_workload_free_figures(w);
	pl_pairs_free(w->options, w->n_options);
	pl_strv_free(&w->failures);
	free(w->name);
}

/**
 * pl_check_free() - free what a check holds, not the struct itself
 * @c: a check, complete or not
 */
void pl_check_free(struct pl_check *c)
{
	free(c->name);
	free(c->reason);
	pl_strv_free(&c->req);
}

/**
 * pl_command_free() - free what a command holds, not the struct itself
 * @c: a command, complete or not
 */
void pl_command_free(struct pl_command *c)
{
	free(c->name);
	free(c->error);
	pl_strv_free(&c->stack);
}

/**
 * pl_klog_free() - free what a step's log holds, not the struct itself
 * @k: a step's log, complete or not
 */
void pl_klog_free(struct pl_klog *k)
{
	free(k->command);
	pl_strv_free(&k->bad);
	pl_strv_free(&k->context);
}

/**
 * pl_trace_free() - free what a trace holds and leave it empty
 * @t: a trace, complete or not
 */
void pl_trace_free(struct pl_trace *t)
{
	while (t->n_events)
		free(t->events[--t->n_events].name);
	free(t->events);
	free(t->probe);
	memset(t, 0, sizeof(*t));
}

static void pl_result_free_guest(struct pl_result *r)
{
	size_t i;

	for (i = 0; i < r->n_commands; i++)
		pl_command_free(&r->commands[i]);
	for (i = 0; i < r->n_klog; i++)
		pl_klog_free(&r->klog[i]);
	free(r->commands);
	free(r->klog);
	pl_trace_free(&r->trace);
	pl_strv_free(&r->console);
}

/**
 * pl_result_free() - free a result and all it holds
 * @r: a result or NULL
 */
void pl_result_free(struct pl_result *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < PL_ENV_NR; i++)
		free(r->env[i]);
	for (i = 0; i < r->n_workloads; i++)
		pl_workload_free(&r->workloads[i]);
	for (i = 0; i < r->n_checks; i++)
		pl_check_free(&r->checks[i]);
	free(r->workloads);
	free(r->checks);
	pl_pairs_free(r->options, r->n_options);
	pl_result_free_guest(r);
	pl_strv_free(&r->failures);
	free(r);
}

/**
 * pl_result_set_env() - set one field of the environment
 * @r: a result
 * @f: which
 * @value: copied; NULL for unknown
 *
 * Return: 0 or -ENOMEM.
 */
int pl_result_set_env(struct pl_result *r, enum pl_env_field f, const char *value)
{
	return pl_strdup_clean(&r->env[f], value);
}

/**
 * pl_result_set_option() - record an option of the run
 * @r: a result
 * @name: of the option
 * @value: as given or defaulted
 *
 * Return: 0 or -ENOMEM.
 */
int pl_result_set_option(struct pl_result *r, const char *name, const char *value)
{
	struct pl_pair *p = pl_grow(&r->options, &r->n_options, sizeof(*p));

	if (!p)
		return -ENOMEM;
	return pl_strdup_clean(&p->name, name) ?: pl_strdup_clean(&p->value, value);
}

/**
 * pl_result_add_failure() - record why the run as a whole failed
 * @r: a result
 * @fmt: a sentence, as for printf
 *
 * Return: 0 or -ENOMEM.
 */
int pl_result_add_failure(struct pl_result *r, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (err < 0)
		return -ENOMEM;
	err = pl_strv_add(&r->failures, text);
	free(text);
	return err;
}

/**
 * pl_result_add_check() - record a check that the harness itself made
 * @r: a result
 * @name: "room/what-it-checks"
 * @status: how it ended
 * @reason: why it failed or was skipped; may be NULL
 *
 * Return: 0 or -ENOMEM.
 */
int pl_result_add_check(struct pl_result *r, const char *name, enum pl_status status,
			const char *reason)
{
	struct pl_check *c = pl_grow(&r->checks, &r->n_checks, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->status = status;
	return pl_strdup_clean(&c->name, name) ?: pl_strdup_clean(&c->reason, reason);
}

/**
 * pl_result_violations() - how many times any invariant was seen broken
 * @r: a result
 */
uint64_t pl_result_violations(const struct pl_result *r)
{
	uint64_t total = 0;
	size_t i, j;

	for (i = 0; i < r->n_workloads; i++)
		for (j = 0; j < r->workloads[i].n_violations; j++)
			total += r->workloads[i].violations[j].count;
	return total;
}

/**
 * pl_result_checks() - how many checks ended in a given way
 * @r: a result
 * @status: which way
 */
size_t pl_result_checks(const struct pl_result *r, enum pl_status status)
{
	size_t n = 0, i;

	for (i = 0; i < r->n_checks; i++)
		n += r->checks[i].status == status;
	return n;
}

static int __attribute__((format(printf, 2, 3)))
pl_reason(struct pl_strv *why, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return pl_strv_add(why, text);
}

static int pl_workload_reasons(const struct pl_workload *w, struct pl_strv *why)
{
	size_t i;
	int err = 0;

	for (i = 0; i < w->failures.n && !err; i++)
		err = pl_reason(why, "%s: %s", w->name, w->failures.v[i]);
	if (!err && w->status != PL_PASS && !w->failures.n)
		err = pl_reason(why, "%s: failed without giving a reason", w->name);
	for (i = 0; i < w->n_violations && !err; i++)
		if (w->violations[i].count)
			err = pl_reason(why, "%s: invariant %s broken %llu times", w->name,
					w->violations[i].name,
					(unsigned long long)w->violations[i].count);
	return err;
}

/* 124 is what a step that overran its time ends with, as from timeout(1). */
static int pl_command_reason(const struct pl_command *c, struct pl_strv *why)
{
	if (c->error)
		return pl_reason(why, "step %s: %s", c->name, c->error);
	if (c->status == 124)
		return pl_reason(why, "step %s ran out of time%s%s", c->name,
				 c->stack.n ? ", in the kernel at " : "",
				 c->stack.n ? c->stack.v[0] : "");
	if (c->status > 128)
		return pl_reason(why, "step %s was ended by signal %llu", c->name,
				 (unsigned long long)c->status - 128);
	return pl_reason(why, "step %s ended with exit code %llu", c->name,
			 (unsigned long long)c->status);
}

static int pl_klog_reason(const struct pl_klog *k, struct pl_strv *why)
{
	if (!k->bad.n)
		return pl_reason(why, "the kernel log had %llu gap%s during %s",
				 (unsigned long long)k->lost, k->lost == 1 ? "" : "s", k->command);
	return pl_reason(why, "the kernel log went bad during %s: %s", k->command, k->bad.v[0]);
}

static int pl_guest_reasons(const struct pl_result *r, struct pl_strv *why)
{
	size_t i, n = why->n;
	int err = 0;

	for (i = 0; i < r->n_commands && !err; i++)
		if (r->commands[i].status || r->commands[i].error)
			err = pl_command_reason(&r->commands[i], why);
	for (i = 0; i < r->n_klog && !err; i++)
		err = pl_klog_reason(&r->klog[i], why);
	if (!err && r->trace.drops)
		err = pl_reason(why, "the tracer lost %llu events",
				(unsigned long long)r->trace.drops);
	/* The exit code says no more than what the steps have said already. */
	if (!err && r->exit_code && why->n == n)
		err = pl_reason(why, "the guest's plan ended with exit code %d", r->exit_code);
	return err;
}

static int pl_run_reasons(const struct pl_result *r, struct pl_strv *why)
{
	size_t i, ran = r->n_workloads + r->n_checks - pl_result_checks(r, PL_SKIP);
	int err = 0;

	for (i = 0; i < r->failures.n && !err; i++)
		err = pl_strv_add(why, r->failures.v[i]);
	if (!err && !r->exited && !r->failures.n)
		err = pl_reason(why, "the guest ended without an exit frame");
	if (!err)
		err = pl_guest_reasons(r, why);
	if (!err && !ran)
		err = pl_reason(why, "nothing ran: no workload and no check reported a result");
	return err;
}

/**
 * pl_result_reasons() - the verdict
 * @r: a result
 * @why: an empty list, filled with every reason why the run did not pass; free with pl_strv_free()
 *
 * Return: 0 (an empty @why is a pass), or -ENOMEM.
 */
int pl_result_reasons(const struct pl_result *r, struct pl_strv *why)
{
	int err = pl_run_reasons(r, why);
	size_t i;

	for (i = 0; i < r->n_workloads && !err; i++)
		err = pl_workload_reasons(&r->workloads[i], why);
	for (i = 0; i < r->n_checks && !err; i++)
		if (r->checks[i].status == PL_FAIL)
			err = pl_reason(why, "check %s failed%s%s", r->checks[i].name,
					r->checks[i].reason ? ": " : "", r->checks[i].reason ?: "");
	return err;
}

/**
 * pl_result_key() - what must be equal before two results' times may be compared
 * @r: a result
 *
 * Return: the key's fields joined by '/', '?' for an unknown one; to be freed; NULL without memory.
 */
char *pl_result_key(const struct pl_result *r)
{
	const char *sep = "";
	char *key = NULL;
	size_t size;
	FILE *f = open_memstream(&key, &size);
	int i;

	if (!f)
		return NULL;
	for (i = 0; i < PL_ENV_NR; i++) {
		if (!pl_env_desc[i].key)
			continue;
		fprintf(f, "%s%s", sep, r->env[i] ?: "?");
		sep = "/";
	}
	if (fclose(f)) {
		free(key);
		return NULL;
	}
	return key;
}
