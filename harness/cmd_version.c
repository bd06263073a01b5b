// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_version.c - pasidlab version: what was built, and what it speaks.
 *
 * The version is git's description of the tree at build time (version.h, made by rules.mk).
 */
#include <jansson.h>

#include "cli.h"
#include "opt.h"
#include "result.h"
#include "version.h"

const char pl_version[] = PL_VERSION;

struct pl_version_opts {
	bool json;
};

static const struct pl_opt pl_version_opts[] = {
	{ .name = "json", .key = 'j', .type = PL_OPT_FLAG,
	  .offset = offsetof(struct pl_version_opts, json), .help = "As a JSON object" },
};

static const struct pl_cmdline pl_version_cmdline = {
	.name = "version", .opts = pl_version_opts,
	.n_opts = sizeof(pl_version_opts) / sizeof(pl_version_opts[0]),
	.doc = "Say which version of pasidlab this is, and which result schema it writes.",
	.after = "Examples:\n"
		 "  pasidlab version\n"
		 "  pasidlab version --json",
};

int pl_cmd_version(int argc, char **argv)
{
	struct pl_version_opts o = {};
	json_t *json;

	if (pl_opt_parse(&pl_version_cmdline, argc, argv, &o, NULL))
		return PL_EXIT_USAGE;
	if (!o.json) {
		printf("pasidlab %s\n", pl_version);
		return PL_EXIT_OK;
	}
	json = json_pack("{s:s,s:s,s:b}", "version", pl_version, "schema", PL_RESULT_SCHEMA,
			 "trace", pl_cmd_trace != NULL);
	if (!json || json_dumpf(json, stdout, JSON_COMPACT) || putchar('\n') == EOF) {
		json_decref(json);
		return PL_EXIT_FAIL;
	}
	json_decref(json);
	return PL_EXIT_OK;
}
