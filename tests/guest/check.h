/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - tests that run in a guest: expectations, verdicts, and who is told.
 *
 * Vocabulary.  A *test* has a name, the numbers of the requirements it proves and a verdict: pass,
 * fail or skip.  An *expectation* is one sentence within it; the first few that do not hold become
 * the reason of the failure.  A test goes on after a broken expectation, so that it always cleans
 * up.
 *
 * Each verdict is told twice: as a "check" frame (frame.h) for the harness, and as a TAP line on
 * standard output for people.
 *
 * Locking: none; one test at a time, in one thread.
 *
 * The hard rule: a test that proved nothing is a skip with a reason, and a program in which every
 * test was skipped has not passed.
 */
#ifndef PL_CHECK_H
#define PL_CHECK_H

#include <stdbool.h>

void check_prefix(const char *prefix);
void check_begin(const char *req, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_end(void);
void check_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool check_failed(void);
int check_summary(void);

bool check_expect(bool good, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool check_expect_err(int got, int want, const char *file, int line, const char *what);

/* A condition, with a sentence that says what was found instead. */
#define EXPECT(cond, ...)	check_expect(cond, __FILE__, __LINE__, __VA_ARGS__)

/* A call of libpl that returns exactly this errno; EXPECT_OK() is the one that succeeds. */
#define EXPECT_ERR(want, call)	check_expect_err(call, want, __FILE__, __LINE__, #call)
#define EXPECT_OK(call)		EXPECT_ERR(0, call)

#endif
