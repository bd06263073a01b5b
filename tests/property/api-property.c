// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The property test in this process, at full speed, in worlds that differ in
 * what the unit can do: property.h has the vocabulary.
 *
 *	api-property --ops 1000000
 *	api-property --seed 7 --config cm,nosnoop --ops 20000 --audit 1
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backend.h"

/* A sanitizer sees what it sees in fewer steps, and takes longer for each. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEFAULT_OPS	100000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEFAULT_OPS	100000
#endif
#endif
#ifndef DEFAULT_OPS
#define DEFAULT_OPS	1000000
#endif

static struct {
	uint64_t ops, seed, audit, walks;
	const char *config;
	bool bench;
} opt = { .ops = DEFAULT_OPS, .seed = 1, .audit = 512, .walks = 1 };

static void say(void *ctx, const char *line)
{
	printf("# %s\n", line);
}

static int run(const char *words, uint64_t steps)
{
	const struct prop_api_config config = {
		.words = words, .seed = opt.seed, .audit = opt.audit,
	};
	const struct prop_options options = {
		.seed = opt.seed, .steps = steps, .walks = opt.walks, .say = say,
	};
	static struct prop world;
	struct prop_backend *b;
	const char *why = NULL;
	int ret;

	ret = prop_api_up(&config, &b);
	if (ret) {
		printf("# the machine does not come up: %d\n", ret);
		return ret;
	}
	ret = prop_run(&world, b, &options);
	if (!ret)
		ret = prop_wind_up(&world);
	if (!ret)
		ret = prop_api_down(b, &why);
	if (why)
		prop_fail(&world, "%s", why);
	if (ret) {
		printf("# FAILED in the world %s\n", words);
		prop_api_violations(b);
	}
	return ret;
}

static const char *const configs[] = {
	"plain", "noats", "cm", "nosnoop", "cm,nosnoop", "lazy", "strict,nodit", "cm,strict,lazy",
	"smmuv3", "smmuv3,noats", "smmuv3,nosnoop", "smmuv3,lazy", "smmuv3,nobbml,nomsi",
	"smmuv3,onelevel,noril", "smmuv3,novmid", "smmuv3,noats,lazy,noril,nomsi",
};

#define NR_CONFIGS	(sizeof(configs) / sizeof(configs[0]))

static const struct argp_option options[] = {
	{ "ops", 'n', "N", 0, "operations in all (1000000; 100000 under a sanitizer)", 0 },
	{ "seed", 's', "N", 0, "of every choice (1)", 0 },
	{ "audit", 'a', "N", 0,
	  "compare the model's caches with memory every N operations (512)", 0 },
	{ "walks", 'w', "N", 0,
	  "compare the tables of N slots besides those an operation touched (1)", 0 },
	{ "config", 'c', "WORDS", 0,
	  "one world only: plain or a list of cm, nosnoop, noats, lazy, strict, nodit; or smmuv3 "
	  "with any of nosnoop, noats, lazy, noril, nomsi, nobbml, novmid, onelevel", 0 },
	{ "bench", 'b', NULL, 0, "print operations a second of processor time", 0 },
	{ }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'n':
		opt.ops = strtoull(arg, NULL, 0);
		break;
	case 's':
		opt.seed = strtoull(arg, NULL, 0);
		break;
	case 'a':
		opt.audit = strtoull(arg, NULL, 0);
		break;
	case 'w':
		opt.walks = strtoull(arg, NULL, 0);
		break;
	case 'c':
		opt.config = arg;
		break;
	case 'b':
		opt.bench = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (!opt.ops || !opt.seed)
		argp_error(state, "--ops and --seed are at least 1");
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Random calls of the API against a naive oracle, on the reference models.\v"
	       "Prints TAP.  A failure names seed, step and the last operations.",
};

/* Processor time: what else the machine does is not this program's speed. */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	size_t i, n = NR_CONFIGS;
	double start = now();
	int failed = 0, ret;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (opt.config)
		n = 1;
	printf("1..%zu\n", n);
	for (i = 0; i < n; i++) {
		ret = run(opt.config ? opt.config : configs[i], opt.ops / n);
		failed += !!ret;
		printf("%s %zu - random calls against the oracle, %s, %llu operations\n",
		       ret ? "not ok" : "ok", i + 1, opt.config ? opt.config : configs[i],
		       (unsigned long long)(opt.ops / n));
		if (ret)
			break;
	}
	if (opt.bench)
		printf("# %.0f operations a second of processor time\n", opt.ops / (now() - start));
	return failed ? 1 : 0;
}
