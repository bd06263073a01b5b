/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - the forms in which a result is written.
 *
 * Each form is one row of pl_formats[].  A writer gets a finished result and a stream; it takes its
 * rows and their spelling from figure.h and decides nothing but layout.
 *
 * The hard rule: a writer has no other output than its stream and no input than the result, so the
 * same result gives the same bytes, whenever and wherever it is written.
 */
#ifndef PL_REPORT_H
#define PL_REPORT_H

#include <stdio.h>

#include "result.h"

/**
 * struct pl_report_opts - what a caller may choose about a report
 * @colour: the stream is a terminal that shows colours
 * @index: which of several results this is, from 0
 * @total: of how many
 */
struct pl_report_opts {
	bool colour;
	size_t index;
	size_t total;
};

/**
 * struct pl_format - a form
 * @name: as given to --format
 * @ext: of a file in this form
 * @many: several results may follow each other in one stream
 * @help: what it is for
 * @write: writes one result; 0, -ENOMEM or -EIO
 */
struct pl_format {
	const char *name;
	const char *ext;
	bool many;
	const char *help;
	int (*write)(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);
};

extern const struct pl_format pl_formats[];
extern const size_t pl_formats_nr;

const struct pl_format *pl_format_find(const char *name);

int pl_report_text(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);
int pl_report_html(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);
int pl_report_json(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);
int pl_report_csv(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);
int pl_report_ktap(FILE *f, const struct pl_result *r, const struct pl_report_opts *o);

#endif
