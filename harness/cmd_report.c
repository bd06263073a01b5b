// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_report.c - pasidlab report: an earlier result in any form, or several side by side.
 *
 * Reads result files, and the raw frames of a guest, so that a run whose harness was killed is not
 * lost. Every file is read before anything is written: a mistake in the third must not leave half
 * a report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asset.h"
#include "cli.h"
#include "compare.h"
#include "opt.h"
#include "report.h"

struct pl_report_args {
	const char *format;
	const char *output;
	bool compare;
	bool schema;
};

static const char *const pl_format_names[] = { "text", "html", "json", "csv", "ktap", NULL };

static const struct pl_opt pl_report_opts[] = {
	{ .name = "format", .key = 'f', .type = PL_OPT_CHOICE, .arg = "FORM",
	  .offset = offsetof(struct pl_report_args, format), .choices = pl_format_names,
	  .def = "text", .help = "Form of the report" },
	{ .name = "output", .key = 'o', .type = PL_OPT_TEXT, .arg = "PATH",
	  .offset = offsetof(struct pl_report_args, output),
	  .help = "Write to PATH instead of standard output; it appears whole or not at all" },
	{ .name = "compare", .key = 'c', .type = PL_OPT_FLAG,
	  .offset = offsetof(struct pl_report_args, compare),
	  .help = "Put results of the same job side by side: text, html or json" },
	{ .name = "schema", .type = PL_OPT_FLAG, .offset = offsetof(struct pl_report_args, schema),
	  .help = "Print the JSON schema of a result and end" },
};

static const struct pl_cmdline pl_report_cmdline = {
	.name = "report", .opts = pl_report_opts,
	.n_opts = sizeof(pl_report_opts) / sizeof(pl_report_opts[0]), .args = "FILE...",
	.doc = "Write results as text, HTML, JSON, CSV or KTAP. A FILE is a result.json, or a "
	       "guest's frames as 'run --keep' leaves them. Text and CSV take several FILEs, and "
	       "with --compare HTML and JSON too.",
	.after = "The exit status is the verdict: 0 when every result passed, 1 when one did "
		 "not.\n\n"
		 "Examples:\n"
		 "  pasidlab report result.json\n"
		 "  pasidlab report --format html -o page.html result.json\n"
		 "  pasidlab report --compare --format html -o page.html vtd.json smmuv3.json\n"
		 "  pasidlab report --format csv */result.json > runs.csv\n"
		 "  pasidlab report --format ktap result.json",
};

/* The results of all files, or none. */
static int pl_load_all(char **paths, size_t n, struct pl_result **results)
{
	char why[PL_WHY_MAX];
	size_t i;

	for (i = 0; i < n; i++) {
		if (pl_result_load(&results[i], paths[i], why)) {
			pl_complain("report", "%s: %s", paths[i], why);
			return PL_EXIT_USAGE;
		}
	}
	return PL_EXIT_OK;
}

static int pl_verdict(struct pl_result *const *results, size_t n)
{
	size_t i, failed = 0;

	for (i = 0; i < n; i++) {
		struct pl_strv why = {};

		failed += pl_result_reasons(results[i], &why) || why.n;
		pl_strv_free(&why);
	}
	return failed ? PL_EXIT_FAIL : PL_EXIT_OK;
}

/* What is written: results one after the other, or side by side. */
struct pl_job {
	const struct pl_format *format;
	struct pl_result *const *results;
	size_t n;
	const struct pl_compare_form *form;
	const struct pl_compare *compare;
};

static int pl_write_all(FILE *f, const struct pl_job *job)
{
	struct pl_report_opts o = { .colour = pl_colour(f), .total = job->n };
	int err = 0;

	if (job->form)
		return job->form->write(f, job->compare, pl_colour(f));
	for (o.index = 0; o.index < job->n && !err; o.index++)
		err = job->format->write(f, job->results[o.index], &o);
	return err;
}

/* Beside its name first, then renamed, so that nobody reads half a page. */
static int pl_write_file(const char *path, const struct pl_job *job)
{
	char *beside = NULL;
	FILE *f;
	int err;

	if (asprintf(&beside, "%s.%d", path, getpid()) < 0)
		return -ENOMEM;
	f = fopen(beside, "wxe");
	err = f ? pl_write_all(f, job) : -errno;
	if (f && fclose(f) && !err)
		err = -errno;
	if (!err && rename(beside, path))
		err = -errno;
	if (f && err)
		unlink(beside);
	free(beside);
	return err;
}

static int pl_write(const struct pl_report_args *a, const struct pl_job *job)
{
	int err = a->output ? pl_write_file(a->output, job) : pl_write_all(stdout, job);

	if (!err)
		return PL_EXIT_OK;
	pl_complain("report", "%s: %s", a->output ?: "standard output", strerror(-err));
	return PL_EXIT_CANNOT;
}

static int pl_write_compared(const struct pl_report_args *a, struct pl_result *const *results,
			     size_t n)
{
	struct pl_compare compare;
	const struct pl_job job = { .form = pl_compare_form_find(a->format), .compare = &compare };
	char why[PL_WHY_MAX] = "out of memory";
	int err = pl_compare_make(&compare, results, n, why);

	if (err) {
		pl_complain("report", "--compare: %s", why);
		err = err == -EINVAL ? PL_EXIT_USAGE : PL_EXIT_CANNOT;
	} else {
		err = pl_write(a, &job);
	}
	pl_compare_free(&compare);
	return err;
}

static int pl_write_each(const struct pl_report_args *a, struct pl_result *const *results,
			 size_t n)
{
	const struct pl_job job = {
		.format = pl_format_find(a->format), .results = results, .n = n,
	};

	return pl_write(a, &job);
}

static int pl_report(const struct pl_report_args *a, char **paths, size_t n)
{
	struct pl_result **results = calloc(n, sizeof(*results));
	int status = PL_EXIT_CANNOT;
	size_t i;

	if (!results)
		return status;
	status = pl_load_all(paths, n, results);
	if (!status)
		status = a->compare ? pl_write_compared(a, results, n) :
				      pl_write_each(a, results, n);
	if (!status)
		status = pl_verdict(results, n);
	for (i = 0; i < n; i++)
		pl_result_free(results[i]);
	free(results);
	return status;
}

/* Does the form suit the number of files? */
static bool pl_form_fits(const struct pl_report_args *a, int files)
{
	if (!files)
		pl_complain("report",
			    "no FILE was given: name a result.json, such as 'pasidlab run' writes");
	else if (a->compare && !pl_compare_form_find(a->format))
		pl_complain("report", "--compare has no form %s; it has text, html, json",
			    a->format);
	else if (!a->compare && files > 1 && !pl_format_find(a->format)->many)
		pl_complain("report", "--format %s takes one FILE, not %d; text and csv take "
			    "several, and --compare puts them side by side", a->format, files);
	else
		return true;
	return false;
}

int pl_cmd_report(int argc, char **argv)
{
	struct pl_report_args a = {};
	int rest;

	if (pl_opt_parse(&pl_report_cmdline, argc, argv, &a, &rest))
		return PL_EXIT_USAGE;
	if (a.schema) {
		fputs(pl_asset_schema, stdout);
		return PL_EXIT_OK;
	}
	if (!pl_form_fits(&a, argc - rest))
		return PL_EXIT_USAGE;
	return pl_report(&a, argv + rest, (size_t)(argc - rest));
}
