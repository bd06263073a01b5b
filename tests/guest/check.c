// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - verdicts; check.h has the vocabulary and the rule.
 */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../workloads/frame.h"

#define REASON_MAX	600
#define REASONS_MAX	4	/* more of them seldom say more */

/* The only state of a test program: the test that runs, and the score. */
static struct {
	const char *prefix;
	char name[160];
	const char *req;
	char reason[REASON_MAX];
	unsigned int broken;
	bool skipped;
	unsigned int passed_total;
	unsigned int failed_total;
	unsigned int skipped_total;
} now;

/**
 * check_prefix() - what the names of the following tests begin with
 * @prefix: a string that stays; a slash is put behind it; NULL for nothing
 */
void check_prefix(const char *prefix)
{
	now.prefix = prefix;
}

/**
 * check_begin() - start a test
 * @req: requirement numbers, separated by commas; a string that stays
 * @fmt: its name
 */
void check_begin(const char *req, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	now.req = req;
	now.reason[0] = '\0';
	now.broken = 0;
	now.skipped = false;
	snprintf(now.name, sizeof(now.name), "%s%s", now.prefix ? now.prefix : "",
		 now.prefix ? "/" : "");
	n = strlen(now.name);
	va_start(ap, fmt);
	vsnprintf(now.name + n, sizeof(now.name) - n, fmt, ap);
	va_end(ap);
}

/**
 * check_skip() - the test cannot be made here
 * @fmt: why not, and what it would need
 */
void check_skip(const char *fmt, ...)
{
	va_list ap;

	now.skipped = true;
	va_start(ap, fmt);
	vsnprintf(now.reason, sizeof(now.reason), fmt, ap);
	va_end(ap);
}

/**
 * check_failed() - has an expectation of this test been broken?
 */
bool check_failed(void)
{
	return now.broken;
}

static json_t *requirements(void)
{
	json_t *array = json_array();
	char text[160], *word, *save;

	snprintf(text, sizeof(text), "%s", now.req);
	for (word = strtok_r(text, ",", &save); word; word = strtok_r(NULL, ",", &save))
		json_array_append_new(array, json_string(word));
	return array;
}

/**
 * check_end() - end a test and tell its verdict
 */
void check_end(void)
{
	const char *status = now.broken ? "fail" : now.skipped ? "skip" : "pass";

	now.failed_total += now.broken > 0;
	now.skipped_total += !now.broken && now.skipped;
	now.passed_total += !now.broken && !now.skipped;
	printf("%sok %u - %s%s%s\n", now.broken ? "not " : "",
	       now.failed_total + now.skipped_total + now.passed_total, now.name,
	       now.skipped && !now.broken ? " # SKIP " : "",
	       now.skipped && !now.broken ? now.reason : "");
	if (now.broken)
		printf("# %s\n", now.reason);
	frame_send(json_pack("{s:s,s:s,s:s,s:o,s:s}", "type", "check", "name", now.name,
			     "status", status, "req", requirements(), "reason", now.reason));
}

/**
 * check_summary() - the plan line
 *
 * Return: the exit status: 0 all passed, 1 some failed, 77 all were skipped.
 */
int check_summary(void)
{
	printf("1..%u\n", now.failed_total + now.skipped_total + now.passed_total);
	printf("# %u passed, %u failed, %u skipped\n", now.passed_total, now.failed_total,
	       now.skipped_total);
	if (now.failed_total)
		return 1;
	return now.passed_total ? 0 : 77;
}

static void add_reason(const char *file, int line, const char *text)
{
	const char *base = strrchr(file, '/');
	size_t n = strlen(now.reason);

	if (now.broken++ >= REASONS_MAX)
		return;
	snprintf(now.reason + n, sizeof(now.reason) - n, "%s%s:%d: %s", n ? "; " : "",
		 base ? base + 1 : file, line, text);
}

/**
 * check_expect() - see EXPECT()
 * @good: the condition
 * @file: where
 * @line: where
 * @fmt: what was found instead
 *
 * Return: @good.
 */
bool check_expect(bool good, const char *file, int line, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	if (good)
		return true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_reason(file, line, text);
	return false;
}

static const char *errno_text(int err)
{
	return err ? strerror(-err) : "success";
}

/**
 * check_expect_err() - see EXPECT_ERR()
 * @got: what the call returned
 * @want: what it had to return
 * @file: where
 * @line: where
 * @what: the call, as written
 *
 * Return: whether they are equal.
 */
bool check_expect_err(int got, int want, const char *file, int line, const char *what)
{
	char want_text[64];

	if (got == want)
		return true;
	snprintf(want_text, sizeof(want_text), "%s", errno_text(want));
	return check_expect(false, file, line, "%s: got %d (%s), want %d (%s)", what, got,
			    errno_text(got), want, want_text);
}
