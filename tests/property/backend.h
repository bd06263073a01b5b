/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backends of the property test: how to bring one up and take it down.
 *
 * The hard rule: a backend that is down has left nothing behind, and says so
 * when it has.
 */
#ifndef _PASIDLAB_TESTS_PROPERTY_BACKEND_H
#define _PASIDLAB_TESTS_PROPERTY_BACKEND_H

#include "property.h"

/* backend_api.c: the core, a unit's driver and its model in this process. */

/**
 * struct prop_api_config - the world of one run
 * @words: "plain" or a list of cm, nosnoop, noats, lazy, strict, nodit: a VT-d unit;
 *	"smmuv3" and any of nosnoop, noats, lazy, noril, nomsi, nobbml, novmid,
 *	onelevel: an SMMUv3
 * @seed: of the model's choices
 * @audit: compare the model's caches with memory every so many steps; 0: never
 */
struct prop_api_config {
	const char *words;
	uint64_t seed;
	uint64_t audit;
};

int prop_api_up(const struct prop_api_config *config, struct prop_backend **out);
int prop_api_down(struct prop_backend *b, const char **why);
void prop_api_violations(struct prop_backend *b);

/* backend_file.c: open files of the device node. */

int prop_file_up(struct prop_backend **out, const char **why);
int prop_file_down(struct prop_backend *b, const char **why);
const char *prop_file_unit(struct prop_backend *b);
bool prop_file_tables(struct prop_backend *b);

#endif /* _PASIDLAB_TESTS_PROPERTY_BACKEND_H */
