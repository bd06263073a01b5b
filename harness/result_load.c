// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * result_load.c - a result from a guest's frames, or from a file.
 *
 * A frame and the matching part of a result file have the same form, so each kind of object has one
 * reader here.  Every reader takes the object, fills one element and returns 0, -EBADMSG with a
 * sentence in the reader's why, or -ENOMEM.  A reader that fails leaves its element half filled but
 * freeable, and the caller drops it.
 *
 * The hard rule: nothing that carries a figure is skipped quietly.  A ledger column, a status or a
 * frame type that this version does not know is an error, because a report that leaves it out would
 * look complete.  Members that carry no figure may come and go.
 */
#include "result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats_json.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 7464's record separator, before each frame. */
#define PL_RS	0x1e

/* What a reader needs besides its object. */
struct pl_reader {
	char *why;
};

static int __attribute__((format(printf, 2, 3)))
pl_bad(struct pl_reader *rd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rd->why, PL_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

/* A string member; absent is NULL where that is allowed. */
static int pl_read_str(struct pl_reader *rd, const json_t *o, const char *name, bool needed,
		       char **out)
{
	const json_t *v = json_object_get(o, name);

	if (!v || json_is_null(v))
		return needed ? pl_bad(rd, "\"%s\" is missing", name) : 0;
	if (!json_is_string(v))
		return pl_bad(rd, "\"%s\" is not a string", name);
	return pl_strdup_clean(out, json_string_value(v));
}

/* An unsigned member; absent is 0 where that is allowed. */
static int pl_read_u64(struct pl_reader *rd, const json_t *o, const char *name, bool needed,
		       uint64_t *out)
{
	const json_t *v = json_object_get(o, name);

	if (!v)
		return needed ? pl_bad(rd, "\"%s\" is missing", name) : 0;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return pl_bad(rd, "\"%s\" is not a whole number from 0", name);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static int pl_read_status(struct pl_reader *rd, const json_t *o, enum pl_status *out)
{
	const char *s = json_string_value(json_object_get(o, "status"));
	enum pl_status i;

	for (i = PL_PASS; s && i <= PL_SKIP; i++) {
		if (strcmp(s, pl_status_name[i]))
			continue;
		*out = i;
		return 0;
	}
	return pl_bad(rd, "\"status\" is '%.40s', not pass, fail or skip", s ?: "missing");
}

static int pl_read_strv(struct pl_reader *rd, const json_t *o, const char *name,
			struct pl_strv *out)
{
	json_t *array = json_object_get(o, name), *v;
	size_t i;
	int err = 0;

	if (array && !json_is_array(array))
		return pl_bad(rd, "\"%s\" is not an array", name);
	json_array_foreach(array, i, v) {
		if (!json_is_string(v))
			return pl_bad(rd, "\"%s\" has an element that is not a string", name);
		err = pl_strv_add(out, json_string_value(v));
		if (err)
			break;
	}
	return err;
}

/* Read every object of an array member, each into a new element. */
static int pl_read_each(struct pl_reader *rd, const json_t *o, const char *name, void *array_of_any,
			size_t *n, size_t size,
			int (*read)(struct pl_reader *rd, const json_t *o, void *element))
{
	json_t *array = json_object_get(o, name), *v;
	void *element;
	size_t i;
	int err = 0;

	if (array && !json_is_array(array))
		return pl_bad(rd, "\"%s\" is not an array", name);
	json_array_foreach(array, i, v) {
		if (!json_is_object(v))
			return pl_bad(rd, "\"%s\" has an element that is not an object", name);
		element = pl_grow(array_of_any, n, size);
		err = element ? read(rd, v, element) : -ENOMEM;
		if (err)
			break;
	}
	return err;
}

/* An object of plain values to name/value pairs; numbers and booleans as they are written. */
static int pl_read_pairs(struct pl_reader *rd, const json_t *o, const char *name,
			 struct pl_pair **pairs, size_t *n)
{
	json_t *object = json_object_get(o, name), *v;
	struct pl_pair *p;
	const char *key;
	char *text;
	int err = 0;

	if (object && !json_is_object(object))
		return pl_bad(rd, "\"%s\" is not an object", name);
	json_object_foreach(object, key, v) {
		p = pl_grow(pairs, n, sizeof(*p));
		text = json_is_string(v) ? strdup(json_string_value(v)) :
					   json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
		err = p && text ? pl_strdup_clean(&p->name, key) ?:
				  pl_strdup_clean(&p->value, text) : -ENOMEM;
		free(text);
		if (err)
			break;
	}
	return err;
}

/* An object of counters, in the order given. */
static int pl_read_counts(struct pl_reader *rd, const json_t *o, const char *name,
			  struct pl_count **counts, size_t *n)
{
	json_t *object = json_object_get(o, name), *v;
	struct pl_count *c;
	const char *key;
	int err = 0;

	if (object && !json_is_object(object))
		return pl_bad(rd, "\"%s\" is not an object", name);
	json_object_foreach(object, key, v) {
		c = pl_grow(counts, n, sizeof(*c));
		if (!c)
			return -ENOMEM;
		err = pl_strdup_clean(&c->name, key) ?:
		      pl_read_u64(rd, object, key, true, &c->value);
		if (err)
			break;
	}
	return err;
}

static int pl_read_unit(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_unit_info *u = element;

	return pl_read_str(rd, o, "name", true, &u->name) ?:
	       pl_read_str(rd, o, "driver", false, &u->driver) ?:
	       pl_read_str(rd, o, "engine", false, &u->engine);
}

static int pl_read_op(struct pl_reader *rd, const json_t *o, void *element)
{
	const json_t *hist = json_object_get(o, "hist");
	struct pl_op *op = element;
	const char *why = NULL;
	int err = pl_read_str(rd, o, "op", true, &op->name) ?:
		  pl_read_u64(rd, o, "count", true, &op->count) ?:
		  pl_read_u64(rd, o, "errors", false, &op->errors);

	if (err || !hist || json_is_null(hist))
		return err;
	op->hist = malloc(sizeof(*op->hist));
	if (!op->hist)
		return -ENOMEM;
	err = pl_hist_from_json(op->hist, hist, &why);
	return err ? pl_bad(rd, "op '%.40s': %s", op->name, why) : 0;
}

/* null says that the unit cannot count it, which is not the same as 0. */
static int pl_read_column(struct pl_reader *rd, const json_t *o, const char *key,
			  struct pl_ledger *l)
{
	int c;

	for (c = 0; c < PL_LEDGER_NR && strcmp(key, pl_ledger_name[c]); c++)
		;
	if (c == PL_LEDGER_NR)
		return pl_bad(rd, "ledger: no column '%.40s'", key);
	if (!json_is_null(json_object_get(o, key)))
		return pl_read_u64(rd, o, key, true, &l->n[c]);
	l->uncounted |= 1u << c;
	return 0;
}

static int pl_read_ledger(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_ledger *l = element;
	const char *key;
	json_t *v;
	int err = pl_read_str(rd, o, "unit", true, &l->unit) ?:
		  pl_read_str(rd, o, "op", true, &l->op);

	json_object_foreach((json_t *)o, key, v)
		if (!err && strcmp(key, "unit") && strcmp(key, "op"))
			err = pl_read_column(rd, o, key, l);
	return err;
}

static int pl_read_violation(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_violation *v = element;

	return pl_read_str(rd, o, "name", true, &v->name) ?:
	       pl_read_u64(rd, o, "count", true, &v->count) ?:
	       pl_read_str(rd, o, "text", false, &v->text);
}

static int pl_read_workload_lists(struct pl_reader *rd, const json_t *o, struct pl_workload *w)
{
	return pl_read_each(rd, o, "units", &w->units, &w->n_units, sizeof(*w->units),
			    pl_read_unit) ?:
	       pl_read_each(rd, o, "ops", &w->ops, &w->n_ops, sizeof(*w->ops), pl_read_op) ?:
	       pl_read_each(rd, o, "ledger", &w->ledger, &w->n_ledger, sizeof(*w->ledger),
			    pl_read_ledger) ?:
	       pl_read_each(rd, o, "violations", &w->violations, &w->n_violations,
			    sizeof(*w->violations), pl_read_violation);
}

static int pl_read_workload(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_workload *w = element;

	return pl_read_str(rd, o, "name", true, &w->name) ?:
	       pl_read_u64(rd, o, "duration_ns", false, &w->duration_ns) ?:
	       pl_read_status(rd, o, &w->status) ?:
	       pl_read_strv(rd, o, "failures", &w->failures) ?:
	       pl_read_pairs(rd, o, "options", &w->options, &w->n_options) ?:
	       pl_read_counts(rd, o, "counts", &w->counts, &w->n_counts) ?:
	       pl_read_workload_lists(rd, o, w);
}

static int pl_read_check(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_check *c = element;

	return pl_read_str(rd, o, "name", true, &c->name) ?:
	       pl_read_status(rd, o, &c->status) ?:
	       pl_read_strv(rd, o, "req", &c->req) ?:
	       pl_read_str(rd, o, "reason", false, &c->reason);
}

static int pl_read_command(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_command *c = element;

	return pl_read_str(rd, o, "name", true, &c->name) ?:
	       pl_read_u64(rd, o, "status", true, &c->status) ?:
	       pl_read_u64(rd, o, "ms", false, &c->ms) ?:
	       pl_read_str(rd, o, "error", false, &c->error) ?:
	       pl_read_strv(rd, o, "stack", &c->stack);
}

static int pl_read_klog(struct pl_reader *rd, const json_t *o, void *element)
{
	struct pl_klog *k = element;
	int err = pl_read_str(rd, o, "command", false, &k->command) ?:
		  pl_read_u64(rd, o, "lost", false, &k->lost) ?:
		  pl_read_strv(rd, o, "bad", &k->bad) ?:
		  pl_read_strv(rd, o, "context", &k->context);

	return err || k->command ? err : pl_strdup_clean(&k->command, "the run");
}

static int pl_read_trace(struct pl_reader *rd, const json_t *o, struct pl_trace *t)
{
	return pl_read_str(rd, o, "probe", true, &t->probe) ?:
	       pl_read_u64(rd, o, "drops", true, &t->drops) ?:
	       pl_read_counts(rd, o, "events", &t->events, &t->n_events);
}

/* The members of @o that the environment names. */
static int pl_read_env(struct pl_reader *rd, const json_t *o, struct pl_result *r)
{
	int i, err = 0;

	for (i = 0; i < PL_ENV_NR && !err; i++)
		err = pl_read_str(rd, o, pl_env_desc[i].name, false, &r->env[i]);
	return err;
}

/* What the first frame says of the guest, in the protocol's own names. */
static int pl_frame_hello(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	const json_t *proto = json_object_get(o, "proto");

	if (json_integer_value(proto) != 1)
		return pl_bad(rd,
			      "the guest speaks protocol %lld, this harness 1: rebuild the guest",
			      (long long)json_integer_value(proto));
	return pl_read_str(rd, o, "kernel", true, &r->env[PL_ENV_KERNEL]) ?:
	       pl_read_str(rd, o, "version", false, &r->env[PL_ENV_GUEST_VERSION]) ?:
	       pl_read_str(rd, o, "machine", false, &r->env[PL_ENV_GUEST_MACHINE]) ?:
	       pl_read_str(rd, o, "cpu", false, &r->env[PL_ENV_GUEST_CPU]) ?:
	       pl_read_str(rd, o, "cmdline", false, &r->env[PL_ENV_GUEST_CMDLINE]);
}

/*
 * What only the guest can tell once modules are loaded, and, first among recorded frames, what the
 * host knew.  What is known already stays: a guest has no say about its host.
 */
static int pl_frame_env(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	int i, err = 0;

	if (json_is_true(json_object_get(o, "emulated")))
		r->emulated = true;
	for (i = 0; i < PL_ENV_NR && !err; i++)
		if (!r->env[i])
			err = pl_read_str(rd, o, pl_env_desc[i].name, false, &r->env[i]);
	return err;
}

/* Progress is shown while it happens and is no part of a result. */
static int pl_frame_progress(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	(void)rd;
	(void)r;
	(void)o;
	return 0;
}

/* An element that did not parse is dropped: half a workload must not be reported as one. */
static int pl_frame_workload(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	struct pl_workload *w = pl_grow(&r->workloads, &r->n_workloads, sizeof(*w));
	int err = w ? pl_read_workload(rd, o, w) : -ENOMEM;

	if (w && err)
		pl_workload_free(&r->workloads[--r->n_workloads]);
	return err;
}

static int pl_frame_check(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	struct pl_check *c = pl_grow(&r->checks, &r->n_checks, sizeof(*c));
	int err = c ? pl_read_check(rd, o, c) : -ENOMEM;

	if (c && err)
		pl_check_free(&r->checks[--r->n_checks]);
	return err;
}

static int pl_frame_command(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	struct pl_command *c = pl_grow(&r->commands, &r->n_commands, sizeof(*c));
	int err = c ? pl_read_command(rd, o, c) : -ENOMEM;

	if (c && err)
		pl_command_free(&r->commands[--r->n_commands]);
	return err;
}

/* The guest reports its log after every step; only what fails the verdict is kept. */
static int pl_frame_klog(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	struct pl_klog *k = pl_grow(&r->klog, &r->n_klog, sizeof(*k));
	int err = k ? pl_read_klog(rd, o, k) : -ENOMEM;

	if (k && (err || (!k->bad.n && !k->lost)))
		pl_klog_free(&r->klog[--r->n_klog]);
	return err;
}

/* How the first event that could be probed was; "tp" is the tracer's word for a tracepoint. */
static const char *pl_probe_kind(const json_t *o)
{
	json_t *probes = json_object_get(o, "probes"), *p;
	const char *kind;
	size_t i;

	json_array_foreach(probes, i, p) {
		kind = json_string_value(json_object_get(p, "kind"));
		if (kind && json_is_true(json_object_get(p, "attached")))
			return strcmp(kind, "tp") ? kind : "tracepoint";
	}
	return "none";
}

/*
 * The last line of "pasidlab trace --json".  What the ring had no room for and what the kernel
 * skipped are both lost.  A second trace of the run adds to the first.
 */
static int pl_frame_trace(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	uint64_t dropped, missed = 0;
	int err = pl_read_u64(rd, o, "dropped", true, &dropped) ?:
		  pl_read_u64(rd, o, "missed", false, &missed) ?:
		  pl_read_counts(rd, o, "events", &r->trace.events, &r->trace.n_events) ?:
		  pl_strdup_clean(&r->trace.probe, pl_probe_kind(o));

	if (err) {
		pl_trace_free(&r->trace);
		return err;
	}
	r->trace.drops += dropped + missed;
	return pl_result_set_env(r, PL_ENV_PROBE, r->trace.probe) ?: pl_result_check_trace(r);
}

static int pl_frame_exit(struct pl_reader *rd, struct pl_result *r, const json_t *o)
{
	const json_t *code = json_object_get(o, "code");

	if (!json_is_integer(code))
		return pl_bad(rd, "\"code\" is not a whole number");
	r->exited = true;
	r->exit_code = (int)json_integer_value(code);
	return 0;
}

static const struct {
	const char *type;
	int (*read)(struct pl_reader *rd, struct pl_result *r, const json_t *o);
} pl_frames[] = {
	{ "hello", pl_frame_hello },
	{ "env", pl_frame_env },
	{ "progress", pl_frame_progress },
	{ "workload", pl_frame_workload },
	{ "check", pl_frame_check },
	{ "command", pl_frame_command },
	{ "klog", pl_frame_klog },
	{ "trace-summary", pl_frame_trace },
	{ "exit", pl_frame_exit },
};

/**
 * pl_result_add_frame() - take in one frame of the guest
 * @r: the result being built
 * @frame: the frame's JSON object
 * @why: filled with a sentence on -EBADMSG
 *
 * Return: 0, -EBADMSG for a frame that does not parse, -ENOMEM.  After an error the result remains
 * usable; the caller records the failure, which fails the run.
 */
int pl_result_add_frame(struct pl_result *r, const json_t *frame, char why[PL_WHY_MAX])
{
	const char *type = json_string_value(json_object_get(frame, "type"));
	struct pl_reader rd = { .why = why };
	size_t i;

	if (!type)
		return pl_bad(&rd, "a frame without a \"type\"");
	for (i = 0; i < ARRAY_SIZE(pl_frames); i++)
		if (!strcmp(type, pl_frames[i].type))
			return pl_frames[i].read(&rd, r, frame);
	return pl_bad(&rd, "a frame of unknown type '%.40s'", type);
}

static int pl_read_guest(struct pl_reader *rd, const json_t *o, struct pl_result *r)
{
	const json_t *trace = json_object_get(o, "trace");

	return pl_read_each(rd, o, "commands", &r->commands, &r->n_commands, sizeof(*r->commands),
			    pl_read_command) ?:
	       pl_read_each(rd, o, "kernel_log", &r->klog, &r->n_klog, sizeof(*r->klog),
			    pl_read_klog) ?:
	       pl_read_strv(rd, o, "console", &r->console) ?:
	       (trace ? pl_read_trace(rd, trace, &r->trace) : 0);
}

static int pl_read_run(struct pl_reader *rd, const json_t *o, struct pl_result *r)
{
	const json_t *exit_code = json_object_get(o, "exit_code");

	r->emulated = json_is_true(json_object_get(o, "emulated"));
	r->exited = json_is_integer(exit_code);
	r->exit_code = (int)json_integer_value(exit_code);
	return pl_read_u64(rd, o, "duration_ns", false, &r->duration_ns) ?:
	       pl_read_env(rd, json_object_get(o, "environment"), r) ?:
	       pl_read_pairs(rd, o, "options", &r->options, &r->n_options) ?:
	       pl_read_strv(rd, o, "failures", &r->failures) ?:
	       pl_read_guest(rd, o, r) ?:
	       pl_read_each(rd, o, "workloads", &r->workloads, &r->n_workloads,
			    sizeof(*r->workloads), pl_read_workload) ?:
	       pl_read_each(rd, o, "checks", &r->checks, &r->n_checks, sizeof(*r->checks),
			    pl_read_check);
}

/**
 * pl_result_from_json() - a result from a result file's JSON
 * @out: the result; untouched on error
 * @json: the file's object
 * @why: filled with a sentence on -EBADMSG
 *
 * Figures that the file derives (percentiles, the verdict) are not read: they are computed again.
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int pl_result_from_json(struct pl_result **out, const json_t *json, char why[PL_WHY_MAX])
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	struct pl_reader rd = { .why = why };
	struct pl_result *r;
	int err;

	if (!schema || strcmp(schema, PL_RESULT_SCHEMA))
		return pl_bad(&rd, "\"schema\" is '%.60s', not '%s'", schema ?: "missing",
			      PL_RESULT_SCHEMA);
	r = pl_result_new();
	if (!r)
		return -ENOMEM;
	err = pl_read_run(&rd, json, r);
	if (err) {
		pl_result_free(r);
		return err;
	}
	*out = r;
	return 0;
}

/* Frames as recorded: RFC 7464, each a record separator, a JSON text, a line feed. */
static int pl_load_frames(struct pl_result **out, FILE *f, char why[PL_WHY_MAX])
{
	struct pl_result *r = pl_result_new();
	char *line = NULL;
	size_t size = 0;
	json_t *frame;
	int err = r ? 0 : -ENOMEM;

	while (!err && getline(&line, &size, f) > 0) {
		frame = json_loads(line + (line[0] == PL_RS), JSON_REJECT_DUPLICATES, NULL);
		if (frame)
			err = pl_result_add_frame(r, frame, why);
		if (!frame || err == -EBADMSG)
			err = pl_result_add_failure(r, "a frame was refused: %s",
						    frame ? why : "it is not JSON");
		json_decref(frame);
	}
	free(line);
	if (err)
		pl_result_free(r);
	else
		*out = r;
	return err;
}

static int pl_load_file(struct pl_result **out, FILE *f, char why[PL_WHY_MAX])
{
	struct pl_reader rd = { .why = why };
	json_error_t where;
	json_t *json = json_loadf(f, JSON_REJECT_DUPLICATES, &where);
	int err;

	if (!json)
		return pl_bad(&rd, "line %d: %.200s", where.line, where.text);
	err = pl_result_from_json(out, json, why);
	json_decref(json);
	return err;
}

/**
 * pl_result_load() - a result from a file
 * @out: the result; untouched on error
 * @path: a result file, or a guest's frames as they were recorded
 * @why: filled with a sentence on error
 *
 * A frame that does not parse becomes a failure of the result, as it does in a live run.
 *
 * Return: 0, -EBADMSG for what is no result, -ENOMEM, or the errno of opening.
 */
int pl_result_load(struct pl_result **out, const char *path, char why[PL_WHY_MAX])
{
	struct pl_reader rd = { .why = why };
	FILE *f = fopen(path, "re");
	int first, err = -errno;

	if (!f) {
		pl_bad(&rd, "%s", strerror(-err));
		return err;
	}
	first = ungetc(getc(f), f);
	err = first == PL_RS ? pl_load_frames(out, f, why) : pl_load_file(out, f, why);
	fclose(f);
	if (err == -ENOMEM)
		pl_bad(&rd, "out of memory");
	return err;
}
