// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * result_store.c - a result as JSON, in the form of reports/result.schema.json.
 *
 * Besides what was measured, the file carries what a reader would otherwise have to compute: the
 * percentiles, the per-call counts, the verdict with its reasons, and the key.  They come from
 * figure.h and result.c, like every other report's, and are ignored when the file is read back.
 *
 * The hard rule: a file appears whole or not at all.  It is written beside its name and renamed.
 */
#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figure.h"
#include "stats_json.h"

/*
 * jansson's setters take over the new value and accept NULL as an error, so a chain of sets needs
 * one check at its end: `bad` gathers them.
 */
static void pl_set(json_t *o, const char *name, json_t *value, bool *bad)
{
	if (json_object_set_new(o, name, value))
		*bad = true;
}

static void pl_set_str(json_t *o, const char *name, const char *s, bool *bad)
{
	if (s)
		pl_set(o, name, json_string(s), bad);
}

static void pl_set_u64(json_t *o, const char *name, uint64_t v, bool *bad)
{
	if (v > INT64_MAX)
		*bad = true;
	pl_set(o, name, json_integer((json_int_t)v), bad);
}

static void pl_append(json_t *array, json_t *value, bool *bad)
{
	if (json_array_append_new(array, value))
		*bad = true;
}

static json_t *pl_strv_json(const struct pl_strv *v, bool *bad)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < v->n; i++)
		pl_append(array, json_string(v->v[i]), bad);
	return array;
}

static json_t *pl_pairs_json(const struct pl_pair *pairs, size_t n, bool *bad)
{
	json_t *o = json_object();
	size_t i;

	for (i = 0; i < n; i++)
		pl_set_str(o, pairs[i].name, pairs[i].value, bad);
	return o;
}

static json_t *pl_units_json(const struct pl_workload *w, bool *bad)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < w->n_units; i++) {
		json_t *o = json_object();

		pl_set_str(o, "name", w->units[i].name, bad);
		pl_set_str(o, "driver", w->units[i].driver, bad);
		pl_set_str(o, "engine", w->units[i].engine, bad);
		pl_append(array, o, bad);
	}
	return array;
}

static json_t *pl_times_json(const struct pl_op_row *row, bool *bad)
{
	json_t *o = json_object();
	int i;

	pl_set_u64(o, "min", row->min, bad);
	pl_set(o, "mean", json_real(row->mean), bad);
	for (i = 0; i < PL_TIME_NR; i++)
		pl_set_u64(o, pl_time_desc[i].name, row->ns[i], bad);
	return o;
}

/**
 * pl_op_row_json() - an operation's figures
 * @row: the figures
 *
 * Return: "op", "count", "errors" and, where it was timed, "ns"; NULL when memory is out.
 */
json_t *pl_op_row_json(const struct pl_op_row *row)
{
	json_t *o = json_object();
	bool bad = false;

	pl_set_str(o, "op", row->name, &bad);
	pl_set_u64(o, "count", row->count, &bad);
	pl_set_u64(o, "errors", row->errors, &bad);
	if (row->timed)
		pl_set(o, "ns", pl_times_json(row, &bad), &bad);
	if (!bad)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *pl_ops_json(const struct pl_workload *w, bool *bad)
{
	json_t *array = json_array();
	struct pl_op_row row;
	size_t i;

	for (i = 0; i < w->n_ops; i++) {
		json_t *o;

		pl_op_row(w, &w->ops[i], &row);
		o = pl_op_row_json(&row);
		if (w->ops[i].hist)
			pl_set(o, "hist", pl_hist_to_json(w->ops[i].hist), bad);
		pl_append(array, o, bad);
	}
	return array;
}

/**
 * pl_ledger_line_json() - a line of the ledger
 * @l: the line
 *
 * Return: its names and columns, null where the unit cannot count; NULL when memory is out.
 */
json_t *pl_ledger_line_json(const struct pl_ledger *l)
{
	json_t *o = json_object();
	bool bad = false;
	int c;

	pl_set_str(o, "unit", l->unit, &bad);
	pl_set_str(o, "op", l->op, &bad);
	for (c = 0; c < PL_LEDGER_NR; c++)
		if (l->uncounted & 1u << c)
			pl_set(o, pl_ledger_name[c], json_null(), &bad);
		else
			pl_set_u64(o, pl_ledger_name[c], l->n[c], &bad);
	if (!bad)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *pl_ledger_json(const struct pl_workload *w, bool *bad)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < w->n_ledger; i++)
		pl_append(array, pl_ledger_line_json(&w->ledger[i]), bad);
	return array;
}

static json_t *pl_counts_json(const struct pl_count *counts, size_t n, bool *bad)
{
	json_t *o = json_object();
	size_t i;

	for (i = 0; i < n; i++)
		pl_set_u64(o, counts[i].name, counts[i].value, bad);
	return o;
}

static json_t *pl_violations_json(const struct pl_workload *w, bool *bad)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < w->n_violations; i++) {
		json_t *o = json_object();

		pl_set_str(o, "name", w->violations[i].name, bad);
		pl_set_u64(o, "count", w->violations[i].count, bad);
		pl_set_str(o, "text", w->violations[i].text, bad);
		pl_append(array, o, bad);
	}
	return array;
}

static json_t *pl_workload_json(const struct pl_workload *w, bool *bad)
{
	json_t *o = json_object();

	pl_set_str(o, "name", w->name, bad);
	pl_set_str(o, "status", pl_status_name[w->status], bad);
	pl_set(o, "failures", pl_strv_json(&w->failures, bad), bad);
	pl_set_u64(o, "duration_ns", w->duration_ns, bad);
	pl_set(o, "options", pl_pairs_json(w->options, w->n_options, bad), bad);
	pl_set(o, "units", pl_units_json(w, bad), bad);
	pl_set(o, "ops", pl_ops_json(w, bad), bad);
	pl_set(o, "ledger", pl_ledger_json(w, bad), bad);
	pl_set(o, "counts", pl_counts_json(w->counts, w->n_counts, bad), bad);
	pl_set(o, "violations", pl_violations_json(w, bad), bad);
	return o;
}

static json_t *pl_check_json(const struct pl_check *c, bool *bad)
{
	json_t *o = json_object();

	pl_set_str(o, "name", c->name, bad);
	pl_set_str(o, "status", pl_status_name[c->status], bad);
	pl_set(o, "req", pl_strv_json(&c->req, bad), bad);
	pl_set_str(o, "reason", c->reason, bad);
	return o;
}

static json_t *pl_command_json(const struct pl_command *c, bool *bad)
{
	json_t *o = json_object();

	pl_set_str(o, "name", c->name, bad);
	pl_set_u64(o, "status", c->status, bad);
	pl_set_u64(o, "ms", c->ms, bad);
	pl_set_str(o, "error", c->error, bad);
	if (c->stack.n)
		pl_set(o, "stack", pl_strv_json(&c->stack, bad), bad);
	return o;
}

static json_t *pl_klog_json(const struct pl_klog *k, bool *bad)
{
	json_t *o = json_object();

	pl_set_str(o, "command", k->command, bad);
	pl_set_u64(o, "lost", k->lost, bad);
	pl_set(o, "bad", pl_strv_json(&k->bad, bad), bad);
	pl_set(o, "context", pl_strv_json(&k->context, bad), bad);
	return o;
}

static json_t *pl_trace_json(const struct pl_trace *t, bool *bad)
{
	json_t *o = json_object();

	pl_set_str(o, "probe", t->probe, bad);
	pl_set_u64(o, "drops", t->drops, bad);
	pl_set(o, "events", pl_counts_json(t->events, t->n_events, bad), bad);
	return o;
}

static void pl_set_guest(json_t *o, const struct pl_result *r, bool *bad)
{
	json_t *commands = json_array(), *klog = json_array();
	size_t i;

	for (i = 0; i < r->n_commands; i++)
		pl_append(commands, pl_command_json(&r->commands[i], bad), bad);
	for (i = 0; i < r->n_klog; i++)
		pl_append(klog, pl_klog_json(&r->klog[i], bad), bad);
	pl_set(o, "commands", commands, bad);
	pl_set(o, "kernel_log", klog, bad);
	pl_set(o, "console", pl_strv_json(&r->console, bad), bad);
	if (r->trace.probe)
		pl_set(o, "trace", pl_trace_json(&r->trace, bad), bad);
}

/**
 * pl_env_json() - where a result's figures come from
 * @r: a result
 *
 * Return: what is known of its environment; NULL when memory is out.
 */
json_t *pl_env_json(const struct pl_result *r)
{
	json_t *o = json_object();
	bool bad = false;
	int i;

	for (i = 0; i < PL_ENV_NR; i++)
		pl_set_str(o, pl_env_desc[i].name, r->env[i], &bad);
	if (!bad)
		return o;
	json_decref(o);
	return NULL;
}

static void pl_set_verdict(json_t *o, const struct pl_result *r, bool *bad)
{
	struct pl_strv why = {};
	char *key = pl_result_key(r);

	if (!key || pl_result_reasons(r, &why))
		*bad = true;
	pl_set_str(o, "key", key, bad);
	pl_set_str(o, "verdict", pl_status_name[why.n ? PL_FAIL : PL_PASS], bad);
	pl_set(o, "reasons", pl_strv_json(&why, bad), bad);
	pl_strv_free(&why);
	free(key);
}

static void pl_set_run(json_t *o, const struct pl_result *r, bool *bad)
{
	json_t *workloads = json_array(), *checks = json_array();
	size_t i;

	for (i = 0; i < r->n_workloads; i++)
		pl_append(workloads, pl_workload_json(&r->workloads[i], bad), bad);
	for (i = 0; i < r->n_checks; i++)
		pl_append(checks, pl_check_json(&r->checks[i], bad), bad);
	pl_set(o, "workloads", workloads, bad);
	pl_set(o, "checks", checks, bad);
	pl_set_guest(o, r, bad);
	pl_set(o, "failures", pl_strv_json(&r->failures, bad), bad);
	pl_set_u64(o, "duration_ns", r->duration_ns, bad);
	if (r->exited)
		pl_set(o, "exit_code", json_integer(r->exit_code), bad);
}

/**
 * pl_result_to_json() - a result as the schema describes it
 * @r: a result
 *
 * Return: a new reference, or NULL when memory is out or a figure does not fit in JSON.
 */
json_t *pl_result_to_json(const struct pl_result *r)
{
	json_t *o = json_object();
	bool bad = false;

	pl_set_str(o, "schema", PL_RESULT_SCHEMA, &bad);
	pl_set_verdict(o, r, &bad);
	pl_set(o, "emulated", json_boolean(r->emulated), &bad);
	pl_set(o, "environment", pl_env_json(r), &bad);
	pl_set(o, "options", pl_pairs_json(r->options, r->n_options, &bad), &bad);
	pl_set_run(o, r, &bad);
	if (bad) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static int pl_dump_file(const json_t *json, const char *path)
{
	FILE *f = fopen(path, "wxe");
	int err = 0;

	if (!f)
		return -errno;
	if (json_dumpf(json, f, JSON_COMPACT) || putc('\n', f) == EOF || fflush(f))
		err = -EIO;
	if (fclose(f) && !err)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}

/**
 * pl_result_save() - write a result file
 * @r: a result
 * @path: the file; replaced in one step if it exists
 *
 * Return: 0, -ENOMEM, or the errno of writing.
 */
int pl_result_save(const struct pl_result *r, const char *path)
{
	json_t *json = pl_result_to_json(r);
	char *beside = NULL;
	int err = -ENOMEM;

	if (!json || asprintf(&beside, "%s.%d", path, getpid()) < 0)
		goto out;
	err = pl_dump_file(json, beside);
	if (!err && rename(beside, path)) {
		err = -errno;
		unlink(beside);
	}
	free(beside);
out:
	json_decref(json);
	return err;
}
