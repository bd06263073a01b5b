// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn.c - PASID churn as a program: options in, one frame and an exit status out.
 *
 * churn.h says what is done and checked.  The text on standard error is for people who watch.
 *
 * The hard rule: exit status 0 means that the run took place and that nothing was wrong.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "churn.h"
#include "frame.h"

static struct churn_run run;

static void on_signal(int sig)
{
	(void)sig;
	churn_run_stop(&run);
}

/* Ctrl-C ends the run early and in order; a second one ends the process. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void print_summary(const struct churn_run *r)
{
	const char *text;
	json_t *failure;
	size_t i;

	if (r->total)
		fprintf(stderr, "churn: %s, %" PRIu64 " lives on %u threads in %.3f s, %" PRIu64
			" transfers arrived, %" PRIu64 " were refused as they had to be\n",
			churn_passed(r) ? "pass" : "fail", r->total->counts[CHURN_LIVES],
			r->nr_threads, (double)r->duration_ns / 1e9, r->total->counts[CHURN_DMA_OK],
			r->total->counts[CHURN_DMA_REFUSED_BEFORE] +
			r->total->counts[CHURN_DMA_REFUSED_AFTER] +
			r->total->counts[CHURN_DMA_REFUSED_UNMAPPED]);
	json_array_foreach(r->failures, i, failure) {
		text = json_string_value(failure);
		fprintf(stderr, "churn: %s\n", text);
	}
}

static json_t *report(void)
{
	if (!run.skipped[0])
		return churn_report(&run);
	fprintf(stderr, "churn: skipped: %s\n", run.skipped);
	return churn_report_skip(&run);
}

int main(int argc, char **argv)
{
	bool ran, passed;
	int err;

	churn_run_init(&run);
	if (churn_options_parse(&run.opt, &run.node, argc, argv))
		return 2;
	if (frame_fd() < 0) {
		fprintf(stderr, "churn: PL_RESULT_FD does not name an open descriptor: unset "
			"it, or open the result port first\n");
		return 2;
	}
	catch_signals();
	ran = churn_run(&run);
	print_summary(&run);
	err = frame_send(report());
	if (err)
		fprintf(stderr, "churn: the result could not be written: %s\n", strerror(-err));
	passed = churn_passed(&run) || run.skipped[0];
	ran |= run.skipped[0] != '\0';
	churn_run_free(&run);
	if (!ran || err)
		return 2;
	return passed ? 0 : 1;
}
