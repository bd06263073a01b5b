// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_options.c - what churn can be asked to do: one table, from which the command line, its
 * help, the checks and the result's "options" object are all made.
 *
 * The hard rule: an option that is not in the table does not exist, and a value outside its range
 * is refused with the range in the message.
 */
#include <argp.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "churn.h"

/**
 * struct churn_option - a row
 * @name: long option; '-' becomes '_' in JSON
 * @key: short option, or a number that is none
 * @arg: name of the value in the help
 * @offset: of its uint64_t in struct churn_options
 * @min: least value
 * @max: greatest value
 * @def: default
 * @values: names of the values from 0, for an enumeration; NULL for a number
 * @help: one sentence
 */
struct churn_option {
	const char *name;
	int key;
	const char *arg;
	size_t offset;
	uint64_t min;
	uint64_t max;
	uint64_t def;
	const char *const *values;
	const char *help;
};

static const char *const pattern_names[CHURN_PATTERN_NR + 1] = { "uniform", "bursty", "hold" };
static const char *const stage_names[CHURN_STAGE_NR + 1] = {
	"any", "first", "second", "mixed"
};
static const char *const missing_names[CHURN_MISSING_NR + 1] = { "fail", "skip" };
static const char *const files_names[CHURN_FILES_NR + 1] = { "shared", "each" };

#define ROW(_field) offsetof(struct churn_options, _field)

static const struct churn_option options[] = {
	{ "threads", 't', "N", ROW(threads), 1, CHURN_MAX_THREADS, 2, NULL,
	  "Threads" },
	{ "ops", 'n', "N", ROW(ops), 0, UINT32_MAX, 10000, NULL,
	  "Lives of PASIDs in total; 0: until --seconds" },
	{ "seconds", 's', "N", ROW(seconds), 0, 86400, 0, NULL,
	  "Start no life after N seconds; 0: until --ops" },
	{ "pattern", 'p', "NAME", ROW(pattern), 0, CHURN_PATTERN_NR - 1, CHURN_UNIFORM,
	  pattern_names,
	  "uniform (attach, DMA, detach), bursty (many attaches, DMA on all, detaches, a pause) "
	  "or hold (up to --hold live at once, a random one goes)" },
	{ "domains", 'd', "N", ROW(domains), 1, CHURN_MAX_DOMAINS, 8, NULL,
	  "Domains per unit" },
	{ "stage", 'g', "NAME", ROW(stage), 0, CHURN_STAGE_NR - 1, CHURN_STAGE_ANY, stage_names,
	  "Stage of the domains: any (the unit's choice), first, second or mixed (in turns)" },
	{ "missing", 'm', "NAME", ROW(missing), 0, CHURN_MISSING_NR - 1, CHURN_MISSING_FAIL,
	  missing_names,
	  "Where a unit has not the stage that is asked for: fail, or skip and say why" },
	{ "endpoints", 'e', "N", ROW(endpoints), 0, CHURN_MAX_ENDPOINTS, 0, NULL,
	  "Use the first N endpoints that have an engine and PASIDs; 0: all" },
	{ "hold", 'k', "N", ROW(hold), 1, CHURN_MAX_HOLD, 16, NULL,
	  "Live PASIDs per thread (hold), or attaches in a burst (bursty)" },
	{ "idle-us", 'i', "N", ROW(idle_us), 0, 1000000, 500, NULL,
	  "Pause between bursts, in microseconds" },
	{ "files", 'f', "NAME", ROW(files), 0, CHURN_FILES_NR - 1, CHURN_FILES_EACH, files_names,
	  "shared (threads share one open file and its domains) or each (one each)" },
	{ "rate-aux", 'A', "PERMILLE", ROW(rate_aux), 0, 1000, 500, NULL,
	  "Lives by aux attach; the others are private PASIDs" },
	{ "rate-replace", 'R', "PERMILLE", ROW(rate_replace), 0, 1000, 300, NULL,
	  "Private lives in which another domain replaces the first" },
	{ "rate-detach-all", 'D', "PERMILLE", ROW(rate_detach_all), 0, 1000, 20, NULL,
	  "Lives ended by a detach of all PASIDs (--files=each only)" },
	{ "rate-map", 'M', "PERMILLE", ROW(rate_map), 0, 1000, 100, NULL,
	  "Lives in which a page is mapped, used, unmapped" },
	{ "rate-ats", 'T', "PERMILLE", ROW(rate_ats), 0, 1000, 500, NULL,
	  "Transfers through the device TLB, where there is one" },
	{ "dma-len", 'l', "BYTES", ROW(dma_len), 1, CHURN_SPAN - 2 * PLU_MARGIN, 512, NULL,
	  "Longest transfer" },
	{ "verify-every", 'v', "N", ROW(verify_every), 1, UINT32_MAX, 1, NULL,
	  "Compare the whole window after every N-th DMA of a thread" },
	{ "seed", 'S', "N", ROW(seed), 0, INT64_MAX, 1, NULL,
	  "First random number; equal seeds make equal sequences per thread" },
	{ "progress", 'P', "MS", ROW(progress), 0, 60000, 500, NULL,
	  "A progress frame every MS milliseconds; 0: none" },
	{ "shared", 'o', "0|1", ROW(shared), 0, 1, 0, NULL,
	  "1: others use the units at the same time, so ledgers are not compared" },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

static uint64_t *option_field(struct churn_options *opt, const struct churn_option *o)
{
	return (uint64_t *)((char *)opt + o->offset);
}

static uint64_t option_value(const struct churn_options *opt, const struct churn_option *o)
{
	return *(const uint64_t *)((const char *)opt + o->offset);
}

/**
 * churn_options_default() - every option at its default
 * @opt: the options
 */
void churn_options_default(struct churn_options *opt)
{
	size_t i;

	for (i = 0; i < NR_OPTIONS; i++)
		*option_field(opt, &options[i]) = options[i].def;
}

static int parse_name(const struct churn_option *o, const char *s, uint64_t *value)
{
	for (*value = 0; o->values[*value]; ++*value)
		if (!strcmp(o->values[*value], s))
			return 0;
	return -EINVAL;
}

static int parse_number(const char *s, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(s, &end, 0);
	return errno || end == s || *end || strchr(s, '-') ? -EINVAL : 0;
}

static void describe_values(const struct churn_option *o, char *text, size_t size)
{
	size_t i, n = 0;

	if (!o->values) {
		snprintf(text, size, "a number from %llu to %llu", (unsigned long long)o->min,
			 (unsigned long long)o->max);
		return;
	}
	for (i = 0; o->values[i] && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%s", i ? ", " : "one of ",
				      o->values[i]);
}

static int option_set(struct churn_options *opt, const struct churn_option *o, const char *s,
		      char *why, size_t size)
{
	char allowed[96];
	uint64_t value;
	int err = o->values ? parse_name(o, s, &value) : parse_number(s, &value);

	if (!err && value >= o->min && value <= o->max) {
		*option_field(opt, o) = value;
		return 0;
	}
	describe_values(o, allowed, sizeof(allowed));
	snprintf(why, size, "--%s=%s is not possible: give %s", o->name, s, allowed);
	return -EINVAL;
}

/**
 * churn_options_set() - set one option by its long name
 * @opt: the options
 * @name: without dashes in front
 * @value: as on the command line
 * @why: a sentence, after an error
 * @size: of @why
 *
 * Return: 0 or -EINVAL.
 */
int churn_options_set(struct churn_options *opt, const char *name, const char *value,
		      char *why, size_t size)
{
	size_t i;

	for (i = 0; i < NR_OPTIONS; i++)
		if (!strcmp(options[i].name, name))
			return option_set(opt, &options[i], value, why, size);
	snprintf(why, size, "there is no option --%s", name);
	return -EINVAL;
}

/* What the parser fills in. */
struct churn_command {
	struct churn_options *opt;
	const char **node;
};

#define KEY_NODE 0x100

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct churn_command *cmd = state->input;
	char why[256];
	size_t i;

	if (key == KEY_NODE) {
		*cmd->node = arg;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "'%s' is not an option; all of them start with a dash", arg);
	for (i = 0; i < NR_OPTIONS; i++) {
		if (options[i].key != key)
			continue;
		if (option_set(cmd->opt, &options[i], arg, why, sizeof(why)))
			argp_error(state, "%s", why);
		return 0;
	}
	if (key == ARGP_KEY_END && !cmd->opt->ops && !cmd->opt->seconds)
		argp_error(state, "nothing ends the run: give --ops or --seconds");
	return ARGP_ERR_UNKNOWN;
}

static void default_text(const struct churn_option *o, char *text, size_t size)
{
	if (o->values)
		snprintf(text, size, "%s (default %s)", o->help, o->values[o->def]);
	else
		snprintf(text, size, "%s (default %llu)", o->help, (unsigned long long)o->def);
}

static void help_rows(struct argp_option *rows, char (*text)[256])
{
	size_t i;

	for (i = 0; i < NR_OPTIONS; i++) {
		default_text(&options[i], text[i], sizeof(text[i]));
		rows[i] = (struct argp_option) {
			.name = options[i].name, .key = options[i].key, .arg = options[i].arg,
			.doc = text[i],
		};
	}
	rows[i++] = (struct argp_option) {
		.name = "node", .key = KEY_NODE, .arg = "PATH",
		.doc = "The device node (default " PL_DEV_NODE ")",
	};
	rows[i] = (struct argp_option) { 0 };
}

static const char doc[] =
	"Churn PASIDs: threads allocate, attach, use, replace, detach and free them, and check "
	"that every DMA reaches the page it must, or is refused.\v"
	"A rate is in thousandths: 0 never, 1000 always.  The result is one frame of JSON on the "
	"descriptor that PL_RESULT_FD names, else on standard output.\n\n"
	"Examples:\n"
	"  churn                                       10000 lives on 2 threads\n"
	"  churn -t 4 -p hold -k 256 -s 10             10 s with up to 1024 live PASIDs\n"
	"  churn -p bursty -k 64 -A 0 -R 1000          bursts of private PASIDs, all replaced\n"
	"  churn -f shared -M 500 -T 1000              one open file, much mapping, all by ATS\n\n"
	"Exit status: 0 all was as it must be, 1 it was not, 2 churn could not run.";

/**
 * churn_options_parse() - the command line
 * @opt: the options, at their defaults
 * @node: the device node, where one is given
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Ends the process after --help, and with status 2 after a mistake.
 *
 * Return: 0.
 */
int churn_options_parse(struct churn_options *opt, const char **node, int argc, char **argv)
{
	static struct argp_option rows[NR_OPTIONS + 2];
	static char text[NR_OPTIONS][256];
	static const struct argp argp = { .options = rows, .parser = parse_option, .doc = doc };
	struct churn_command cmd = { .opt = opt, .node = node };

	help_rows(rows, text);
	argp_err_exit_status = 2;
	return -argp_parse(&argp, argc, argv, 0, NULL, &cmd);
}

/**
 * churn_stage_name() - the stage of the domains, for messages
 * @opt: the options
 */
const char *churn_stage_name(const struct churn_options *opt)
{
	return stage_names[opt->stage];
}

/**
 * churn_options_json() - all options, for the result
 * @opt: the options
 *
 * Return: a new reference, or NULL.
 */
json_t *churn_options_json(const struct churn_options *opt)
{
	json_t *object = json_object();
	char name[32], *p;
	uint64_t value;
	size_t i;

	for (i = 0; object && i < NR_OPTIONS; i++) {
		snprintf(name, sizeof(name), "%s", options[i].name);
		for (p = name; *p; p++)
			if (*p == '-')
				*p = '_';
		value = option_value(opt, &options[i]);
		json_object_set_new(object, name, options[i].values ?
				    json_string(options[i].values[value]) :
				    json_integer((json_int_t)value));
	}
	return object;
}
