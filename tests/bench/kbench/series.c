// SPDX-License-Identifier: GPL-2.0-only
/*
 * Series: where samples and counts are kept.
 *
 * Memory for all samples is there, and touched, before the first is taken, so
 * that no sample pays for the one before it.
 *
 * The hard rule: a series' name is unique; asking for it again in the second
 * pass gives the same one.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "bench.h"

/**
 * bench_series() - the series of that name
 * @b: the run
 * @name: a string that is never freed
 * @room: samples it must hold
 *
 * Context: may sleep.
 * Return: the series, or ERR_PTR: -ENOMEM, -ENOSPC too many.
 */
struct bench_series *bench_series(struct bench *b, const char *name, u32 room)
{
	struct bench_series *s;
	u32 i;

	for (i = 0; i < b->n_series; i++)
		if (!strcmp(b->series[i].name, name))
			return &b->series[i];
	if (i == BENCH_SERIES_MAX)
		return ERR_PTR(-ENOSPC);
	s = &b->series[i];
	s->v = kvmalloc_array(room, sizeof(*s->v), GFP_KERNEL | __GFP_ZERO);
	if (!s->v)
		return ERR_PTR(-ENOMEM);
	s->name = name;
	s->room = room;
	b->n_series++;
	return s;
}

/**
 * bench_series_free() - forget all series
 * @b: the run
 */
void bench_series_free(struct bench *b)
{
	u32 i;

	for (i = 0; i < b->n_series; i++)
		kvfree(b->series[i].v);
	memset(b->series, 0, sizeof(b->series));
	b->n_series = 0;
}

static void look(struct bench *b, struct bench_seen *s)
{
	b->side->seen(b, s);
	s->tail = bench_witness_tail(b);
}

/* Out of line: only the second pass calls these two. */
void bench_count_before(struct bench *b)
{
	look(b, &b->before);
}

void bench_count_after(struct bench *b, struct bench_series *s)
{
	struct bench_seen now;
	u64 all;

	look(b, &now);
	now.descs -= b->before.descs;
	now.waits -= b->before.waits;
	now.fences -= b->before.fences;
	all = now.descs + now.waits + now.fences;
	s->calls++;
	s->seen.descs += now.descs;
	s->seen.waits += now.waits;
	s->seen.fences += now.fences;
	/* Both are powers of two apart at most: the tail goes round. */
	if (b->tail_at && ((now.tail - b->before.tail - all) & (b->tail_entries - 1)))
		s->disagreed++;
}
