// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * progress.c - where a session is; progress.h has the manners.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "figure.h"

/* Between lines where they cannot be rewritten. */
#define PL_EVERY_MS	10000

/**
 * pl_progress_init() - nothing has happened yet
 * @p: the progress
 * @quiet: show nothing
 */
void pl_progress_init(struct pl_progress *p, bool quiet)
{
	memset(p, 0, sizeof(*p));
	p->quiet = quiet;
	p->tty = isatty(STDERR_FILENO);
	snprintf(p->stage, sizeof(p->stage), "booting the guest");
}

/* What guests say reaches a terminal here, ahead of the result's own cleaning. */
static void pl_set_stage(struct pl_progress *p, const char *text)
{
	size_t i;

	snprintf(p->stage, sizeof(p->stage), "%s", text);
	for (i = 0; p->stage[i]; i++)
		if ((unsigned char)p->stage[i] < 0x20 || (unsigned char)p->stage[i] > 0x7e)
			p->stage[i] = '?';
}

static uint64_t pl_u64(const json_t *o, const char *name)
{
	json_int_t v = json_integer_value(json_object_get(o, name));

	return v > 0 ? (uint64_t)v : 0;
}

/**
 * pl_progress_frame() - a frame of the guest
 * @p: the progress
 * @frame: its object
 */
void pl_progress_frame(struct pl_progress *p, const json_t *frame)
{
	const char *type = json_string_value(json_object_get(frame, "type"));
	const char *name = json_string_value(json_object_get(frame, "name"));
	char after[sizeof(p->stage)];

	if (!type)
		return;
	if (!strcmp(type, "hello")) {
		pl_set_stage(p, "loading modules");
	} else if (!strcmp(type, "progress") && name) {
		pl_set_stage(p, name);
		p->done = pl_u64(frame, "done");
		p->total = pl_u64(frame, "total");
	} else if (!strcmp(type, "check") && name) {
		pl_set_stage(p, name);
	} else if (!strcmp(type, "workload") || !strcmp(type, "command")) {
		snprintf(after, sizeof(after), "after %s", name ?: type);
		pl_set_stage(p, after);
		p->done = p->total = 0;
	}
}

static void pl_write_line(struct pl_progress *p, const struct pl_guest_progress *g)
{
	char done[PL_FMT_MAX], total[PL_FMT_MAX];

	fprintf(stderr, "%s  %llu s  %s", p->tty ? "\r" : "",
		(unsigned long long)g->elapsed_ms / 1000, p->stage);
	if (p->total)
		fprintf(stderr, "  %s of %s (%llu %%)", pl_fmt_count(done, p->done),
			pl_fmt_count(total, p->total),
			(unsigned long long)(p->done * 100 / p->total));
	else if (p->done)
		fprintf(stderr, "  %s", pl_fmt_count(done, p->done));
	fputs(p->tty ? "\033[K" : "\n", stderr);
	fflush(stderr);
}

/**
 * pl_progress_tick() - time has passed
 * @p: the progress
 * @g: where the guest is
 */
void pl_progress_tick(struct pl_progress *p, const struct pl_guest_progress *g)
{
	uint64_t every = p->tty ? 200 : PL_EVERY_MS;

	if (p->quiet || g->elapsed_ms < p->shown_ms + every)
		return;
	p->shown_ms = g->elapsed_ms;
	p->drawn = p->tty;
	pl_write_line(p, g);
}

/**
 * pl_progress_clear() - take the line off the screen, before other output
 * @p: the progress
 */
void pl_progress_clear(struct pl_progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
