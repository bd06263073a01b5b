/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.h - the one result of a run.
 *
 * A run, a test pass or a loaded file is one struct pl_result.  It is filled from the guest's
 * frames (pl_result_add_frame()) or from a result file (pl_result_load()); every report is written
 * from it.
 *
 * Vocabulary.  The *environment* says where a figure comes from; some of its fields make the
 * *key*, and times are compared only within one key.  A *workload* measured operations: per
 * operation a count and a latency histogram, per unit and operation a line of the *ledger* (what
 * the hardware was asked to do), plus named counts.  A *check* passed, failed or was skipped.  A
 * *violation* is an invariant (O1..O10) that a reference model saw broken.  A *failure* is a
 * sentence why the run as a whole cannot pass.  The *verdict* follows from all of these and is
 * never stored on its own.
 *
 * Trust.  Frames and files are input.  What does not parse is refused with a sentence, and every
 * string that enters is stripped of control characters here, once, so that no report can move a
 * terminal's cursor or break a page.
 *
 * Locking: none; a result belongs to one thread.
 *
 * The hard rule: nothing here computes a figure (figure.h does) and nothing here prints.
 */
#ifndef PL_RESULT_H
#define PL_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats.h"

#define PL_RESULT_SCHEMA	"pasidlab-result/1"
#define PL_WHY_MAX		256

struct pl_op_row;

/* The environment.  One row of pl_env_desc[] each: JSON name, label, whether it is in the key. */
enum pl_env_field {
	PL_ENV_DATE,
	PL_ENV_PASIDLAB,
	PL_ENV_ACCEL,
	PL_ENV_KERNEL,
	PL_ENV_UNIT,
	PL_ENV_ENGINE,
	PL_ENV_PROBE,
	PL_ENV_MODULE,
	PL_ENV_GUEST_VERSION,
	PL_ENV_GUEST_MACHINE,
	PL_ENV_GUEST_CPU,
	PL_ENV_GUEST_CMDLINE,
	PL_ENV_QEMU,
	PL_ENV_HOST_KERNEL,
	PL_ENV_HOST_CPU,
	PL_ENV_NR
};

struct pl_env_desc {
	const char *name;
	const char *label;
	bool key;
};

extern const struct pl_env_desc pl_env_desc[PL_ENV_NR];

/* The columns of the ledger, as enum pl_count of the module's ABI names them. */
enum pl_ledger_col {
	PL_LEDGER_CALLS,
	PL_LEDGER_ERRORS,
	PL_LEDGER_SLOTS,
	PL_LEDGER_WRITES,
	PL_LEDGER_DESCS,
	PL_LEDGER_WAITS,
	PL_LEDGER_FENCES,
	PL_LEDGER_FLUSHES,
	PL_LEDGER_ALLOCS,
	PL_LEDGER_NR
};

extern const char *const pl_ledger_name[PL_LEDGER_NR];

enum pl_status { PL_PASS, PL_FAIL, PL_SKIP };

extern const char *const pl_status_name[];

struct pl_strv {
	char **v;
	size_t n;
};

struct pl_pair {
	char *name;
	char *value;
};

struct pl_count {
	char *name;
	uint64_t value;
};

struct pl_unit_info {
	char *name;
	char *driver;
	char *engine;
};

struct pl_op {
	char *name;
	uint64_t count;
	uint64_t errors;
	struct pl_hist *hist;	/* NULL: counted, not timed */
};

struct pl_ledger {
	char *unit;
	char *op;
	uint64_t n[PL_LEDGER_NR];
	uint32_t uncounted;	/* bit n: the unit cannot count column n, null in JSON */
};

struct pl_violation {
	char *name;
	uint64_t count;
	char *text;
};

struct pl_workload {
	char *name;
	uint64_t duration_ns;
	enum pl_status status;
	struct pl_strv failures;
	struct pl_pair *options;
	size_t n_options;
	struct pl_unit_info *units;
	size_t n_units;
	struct pl_op *ops;
	size_t n_ops;
	struct pl_ledger *ledger;
	size_t n_ledger;
	struct pl_count *counts;
	size_t n_counts;
	struct pl_violation *violations;
	size_t n_violations;
};

struct pl_check {
	char *name;
	enum pl_status status;
	struct pl_strv req;
	char *reason;
};

/**
 * struct pl_command - one step of the guest's plan
 * @name: of the step
 * @status: as a shell says it: exit code, 128 + signal, 124 for a time-out
 * @ms: how long it took
 * @error: why it could not be started; may be NULL
 * @stack: where in the kernel it sat when its time was over
 */
struct pl_command {
	char *name;
	uint64_t status;
	uint64_t ms;
	char *error;
	struct pl_strv stack;
};

/**
 * struct pl_klog - what the kernel said during one step, where it fails the verdict
 * @command: the step
 * @lost: gaps in the log: lines nobody read, which may have been bad
 * @bad: lines that a healthy kernel never writes
 * @context: the lines from the first bad one on
 */
struct pl_klog {
	char *command;
	uint64_t lost;
	struct pl_strv bad;
	struct pl_strv context;
};

/**
 * struct pl_trace - what the tracer saw, in total
 * @probe: how it looked: "tracepoint", "fentry", "kprobe"; NULL when no tracer ran
 * @drops: events it lost
 * @events: its counts, by event
 * @n_events: how many
 */
struct pl_trace {
	char *probe;
	uint64_t drops;
	struct pl_count *events;
	size_t n_events;
};

/**
 * struct pl_result - one run
 * @env: the environment; NULL where unknown
 * @emulated: an emulator executed the guest, so its times are relative only
 * @options: what the run was asked to do
 * @workloads: in the order in which they ended
 * @checks: in the order in which they ended
 * @commands: steps of the plan, in the order in which they ended
 * @klog: steps during which the kernel log went bad; empty is clean
 * @trace: what the tracer saw
 * @console: the last lines of the console, where the guest was lost
 * @failures: why the run as a whole failed: no exit frame, a time-out, a frame that did not parse
 * @duration_ns: of the whole run, guest boot included
 * @exited: the guest said so itself
 * @exit_code: valid when @exited
 */
struct pl_result {
	char *env[PL_ENV_NR];
	bool emulated;
	struct pl_pair *options;
	size_t n_options;
	struct pl_workload *workloads;
	size_t n_workloads;
	struct pl_check *checks;
	size_t n_checks;
	struct pl_command *commands;
	size_t n_commands;
	struct pl_klog *klog;
	size_t n_klog;
	struct pl_trace trace;
	struct pl_strv console;
	struct pl_strv failures;
	uint64_t duration_ns;
	bool exited;
	int exit_code;
};

struct pl_result *pl_result_new(void);
void pl_result_free(struct pl_result *r);

int pl_result_set_env(struct pl_result *r, enum pl_env_field f, const char *value);
int pl_result_set_option(struct pl_result *r, const char *name, const char *value);
int pl_result_add_failure(struct pl_result *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int pl_result_add_check(struct pl_result *r, const char *name, enum pl_status status,
			const char *reason);

uint64_t pl_result_violations(const struct pl_result *r);
size_t pl_result_checks(const struct pl_result *r, enum pl_status status);
int pl_result_reasons(const struct pl_result *r, struct pl_strv *why);
char *pl_result_key(const struct pl_result *r);

int pl_result_check_trace(struct pl_result *r);
int pl_result_add_frame(struct pl_result *r, const json_t *frame, char why[PL_WHY_MAX]);
int pl_result_from_json(struct pl_result **out, const json_t *json, char why[PL_WHY_MAX]);
int pl_result_load(struct pl_result **out, const char *path, char why[PL_WHY_MAX]);

json_t *pl_result_to_json(const struct pl_result *r);
json_t *pl_env_json(const struct pl_result *r);
json_t *pl_op_row_json(const struct pl_op_row *row);
json_t *pl_ledger_line_json(const struct pl_ledger *l);
int pl_result_save(const struct pl_result *r, const char *path);

/* For the readers: arrays that grow by one zeroed element, strings that are clean. */
void *pl_grow(void *array_of_any, size_t *n, size_t size);
int pl_strdup_clean(char **out, const char *s);
int pl_strv_add(struct pl_strv *v, const char *s);
void pl_strv_free(struct pl_strv *v);
void pl_workload_free(struct pl_workload *w);
void pl_check_free(struct pl_check *c);
void pl_command_free(struct pl_command *c);
void pl_klog_free(struct pl_klog *k);
void pl_trace_free(struct pl_trace *t);

#endif
