// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn-test.c - does churn pass where it must, and does it see what it is for?
 *
 * First half: every pattern, flavour and way of sharing runs clean against the fake.  Second half:
 * for each defect of the fake, one run must fail, and the failure must name the step or the figure
 * that the defect breaks.  A workload that cannot fail proves nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../churn.h"
#include "fake.h"

static unsigned int tests, failed;

static void ok(bool passed, const char *name, const char *detail)
{
	printf("%sok %u - %s\n", passed ? "" : "not ", ++tests, name);
	if (passed)
		return;
	failed++;
	printf("# %s\n", detail);
}

/* Set options from words like "threads=2 pattern=hold". */
static void set_options(struct churn_options *opt, const char *words)
{
	char text[256], why[256], *word, *value, *save;

	snprintf(text, sizeof(text), "%s", words);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		value = strchr(word, '=');
		*value++ = '\0';
		if (churn_options_set(opt, word, value, why, sizeof(why))) {
			printf("Bail out! %s\n", why);
			exit(1);
		}
	}
}

static json_t *run_churn(const char *words, enum fake_defect defect)
{
	struct churn_run run;
	json_t *report;

	fake_reset(defect);
	churn_run_init(&run);
	run.transport = &fake_transport;
	run.opt.progress = 0;
	set_options(&run.opt, words);
	churn_run(&run);
	report = churn_report(&run);
	churn_run_free(&run);
	return report;
}

static const char *first_failure(const json_t *report)
{
	const char *text;

	text = json_string_value(json_array_get(json_object_get(report, "failures"), 0));
	return text ? text : "no failure";
}

static json_int_t count_of(const json_t *report, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(report, "counts"), name));
}

static void test_clean(const char *words)
{
	json_t *report = run_churn(words, FAKE_NONE);
	const char *status = json_string_value(json_object_get(report, "status"));
	char name[256];

	snprintf(name, sizeof(name), "churn %s passes", words);
	ok(status && !strcmp(status, "pass"), name, first_failure(report));
	json_decref(report);
}

static void test_counts(void)
{
	json_t *report = run_churn("threads=3 ops=1000 rate-aux=0 rate-replace=0 files=each "
				   "rate-detach-all=0", FAKE_NONE);
	json_int_t lives = count_of(report, "lives");

	ok(lives == 1000, "--ops is the number of lives", "another number");
	ok(count_of(report, "set_attach") == lives && count_of(report, "set_detach") == lives,
	   "each life is one attach and one detach", "other numbers");
	ok(count_of(report, "dma_refused_before") == 2 * lives &&
	   count_of(report, "dma_refused_after") == 2 * lives,
	   "read and fill are tried before and after each private life", "other numbers");
	json_decref(report);
}

static void test_too_large(void)
{
	json_t *report = run_churn("threads=16 hold=4096 pattern=hold", FAKE_NONE);

	ok(strstr(first_failure(report), "lower --threads or --hold"),
	   "more PASIDs than the endpoint has are refused with the remedy", first_failure(report));
	json_decref(report);
	report = run_churn("endpoints=9", FAKE_NONE);
	ok(strstr(first_failure(report), "lower --endpoints"),
	   "more endpoints than there are are refused with the remedy", first_failure(report));
	json_decref(report);
}

static void test_bad_options(void)
{
	static const char *const bad[][2] = {
		{ "threads", "0" }, { "threads", "257" }, { "threads", "-1" }, { "threads", "" },
		{ "threads", "2x" }, { "pattern", "wild" }, { "rate-map", "1001" },
		{ "nosuch", "1" },
	};
	struct churn_options opt, before;
	char why[256], name[64];
	unsigned int i;

	churn_options_default(&opt);
	before = opt;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), "--%s=%s is refused", bad[i][0], bad[i][1]);
		ok(churn_options_set(&opt, bad[i][0], bad[i][1], why, sizeof(why)) &&
		   !memcmp(&opt, &before, sizeof(opt)), name, "it was taken");
	}
}

/* What each defect must be reported as. */
static const struct {
	enum fake_defect defect;
	const char *words;
	const char *text;
} defects[] = {
	{ FAKE_DETACH_KEEPS, "rate-aux=0", "dma-after-detach: " },
	{ FAKE_DETACH_KEEPS, "rate-aux=1000 threads=1", "dma-after-detach: " },
	{ FAKE_DETACH_ALL_MISSES, "rate-detach-all=1000 pattern=bursty", "dma-after-detach: " },
	{ FAKE_REPLACE_KEEPS, "rate-aux=0 rate-replace=1000", "bytes of another page" },
	{ FAKE_ATTACH_WRONG, "", "bytes of another page" },
	{ FAKE_ALLOC_ATTACHED, "rate-aux=0 ops=20000 threads=1", "dma-before-attach: " },
	{ FAKE_UNMAP_KEEPS, "rate-map=1000", "dma-after-unmap: " },
	{ FAKE_UNMAP_SHORT, "rate-map=1000", "step unmap: " },
	{ FAKE_FILL_OVERRUN, "", "the window of domain" },
	{ FAKE_COPY_SHORT, "", "the window of domain" },
	{ FAKE_WRITE_ELSEWHERE, "", "the window of domain" },
	{ FAKE_REFUSES, "", "was refused" },
	{ FAKE_STALE, "", "stale cache: IOTLB" },
	{ FAKE_LEDGER, "", "ledger: detach changed" },
	{ FAKE_VIOLATION, "", "invariant O2 broken" },
	{ FAKE_DOMAIN_BUSY, "", "free after its last detach" },
};

static void test_defect(unsigned int i)
{
	char words[128], name[160];
	json_t *report;

	snprintf(words, sizeof(words), "ops=2000 %s", defects[i].words);
	report = run_churn(words, defects[i].defect);
	snprintf(name, sizeof(name), "defect %d with '%s' is reported as '%s'", defects[i].defect,
		 defects[i].words, defects[i].text);
	ok(strstr(first_failure(report), defects[i].text), name, first_failure(report));
	json_decref(report);
}

int main(void)
{
	unsigned int i;

	test_clean("ops=5000");
	test_clean("ops=5000 threads=1");
	test_clean("ops=5000 threads=4 pattern=bursty hold=32 rate-map=300");
	test_clean("ops=5000 threads=4 pattern=hold hold=100 domains=64");
	test_clean("ops=5000 threads=4 files=shared pattern=hold hold=64");
	test_clean("ops=5000 threads=4 files=shared rate-aux=1000 domains=2");
	test_clean("ops=5000 threads=2 rate-aux=0 rate-replace=1000 rate-ats=1000");
	test_clean("ops=5000 threads=2 rate-detach-all=500 pattern=hold");
	test_clean("ops=2000 dma-len=8064 verify-every=7 endpoints=1");
	test_clean("ops=0 seconds=1");
	test_counts();
	test_too_large();
	test_bad_options();
	for (i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		test_defect(i);
	printf("1..%u\n", tests);
	return failed != 0;
}
