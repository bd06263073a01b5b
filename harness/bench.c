// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench.c - boots in, rows out; bench.h has the rule.
 */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const pl_reached_name[] = { "", "yes", "no", "not judged" };

/**
 * struct pl_row_desc - a row of the table
 * @name: in JSON
 * @label: for people
 * @series: whose figures are shown
 * @plus: another whose figures are added
 * @over: NULL, or: the row is @series' p50 over this one's
 * @waits: most waits of ours plus one, by architecture; 0: no such target
 * @ratio: most of the peer's instructions that ours may take, by architecture; 0: no such target
 * @most: most that a growth may be; 0: no such target
 */
struct pl_row_desc {
	const char *name;
	const char *label;
	const char *series;
	const char *plus;
	const char *over;
	double waits[PL_BENCH_KINDS];
	double ratio[PL_BENCH_KINDS];
	double most;
};

/* A target of no waits at all is one too. */
#define AT_MOST(_n)		((_n) + 1)
#define WAITS(_vtd, _smmuv3)	.waits = { _vtd, _smmuv3 }
#define RATIO(_vtd, _smmuv3)	.ratio = { _vtd, _smmuv3 }

static const struct pl_row_desc pl_rows[] = {
	{ "attach", "attach one PASID", "attach", WAITS(0, AT_MOST(1)) },
	{ "detach", "detach it", "detach", WAITS(0, AT_MOST(1)) },
	{ "pair", "attach + detach", "attach", .plus = "detach",
	  WAITS(AT_MOST(1), AT_MOST(2)), RATIO(0.5, 0.5) },
	{ "replace", "replace on a live PASID", "replace", WAITS(0, 0) },
	{ "detach-all-shared", "detach all, one shared domain", "detach-all-shared",
	  WAITS(AT_MOST(4), AT_MOST(4)), RATIO(0.1, 0) },
	{ "detach-all-own", "detach all, own domains", "detach-all-own",
	  WAITS(AT_MOST(4), AT_MOST(4)), RATIO(0.1, 0) },
	{ "attach-shared", "attach a shared domain, each", "attach-shared", WAITS(0, 0) },
	{ "attach-shared-growth", "... last tenth over first tenth", "attach-shared-last",
	  .over = "attach-shared-first", .most = 1.2 },
	{ "attach-own", "attach own domains, each", "attach-own", WAITS(0, 0) },
	{ "attach-own-growth", "... last tenth over first tenth", "attach-own-last",
	  .over = "attach-own-first" },
	{ "map-1-on-1", "map 1 page, on 1 PASID", "map-1-on-1", RATIO(1, 1) },
	{ "map-512-on-1", "map 512 pages, on 1 PASID", "map-512-on-1", RATIO(1, 1) },
	{ "unmap-1-on-1", "unmap 1 page, on 1 PASID", "unmap-1-on-1", RATIO(1, 1) },
	{ "unmap-512-on-1", "unmap 512 pages, on 1 PASID", "unmap-512-on-1", RATIO(1, 1) },
	{ "map-1-on-8", "map 1 page, on 8 PASIDs", "map-1-on-8", WAITS(0, 0) },
	{ "map-512-on-8", "map 512 pages, on 8 PASIDs", "map-512-on-8", WAITS(0, 0) },
	{ "unmap-1-on-8", "unmap 1 page, on 8 PASIDs", "unmap-1-on-8", WAITS(0, 0) },
	{ "unmap-512-on-8", "unmap 512 pages, on 8 PASIDs", "unmap-512-on-8", WAITS(0, 0) },
	{ "map-1-on-64", "map 1 page, on 64 PASIDs", "map-1-on-64", WAITS(0, 0) },
	{ "map-512-on-64", "map 512 pages, on 64 PASIDs", "map-512-on-64", WAITS(0, 0) },
	{ "unmap-1-on-64", "unmap 1 page, on 64 PASIDs", "unmap-1-on-64",
	  WAITS(AT_MOST(1), AT_MOST(1)), RATIO(0.5, 0) },
	{ "unmap-512-on-64", "unmap 512 pages, on 64 PASIDs", "unmap-512-on-64", WAITS(0, 0) },
	{ "crowd-1", "map + unmap, 1 thread, each", "crowd-1", WAITS(0, 0) },
	{ "crowd-2", "map + unmap, 2 at once, each", "crowd-2", RATIO(0, 1) },
	{ "nothing", "the clock by itself", "nothing", WAITS(0, 0) },
};

static int __attribute__((format(printf, 2, 3)))
pl_refuse(char why[PL_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, PL_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

static int pl_read_samples(struct pl_series *s, const json_t *pairs, char why[PL_WHY_MAX])
{
	json_int_t value, times;
	json_t *pair;
	size_t i;

	s->v = calloc(json_array_size(pairs) + 1, sizeof(*s->v));
	if (!s->v)
		return -ENOMEM;
	json_array_foreach(pairs, i, pair) {
		if (json_unpack(pair, "[I,I!]", &value, &times) || value < 0 || times < 1 ||
		    (i && (uint64_t)value <= s->v[i - 1].value))
			return pl_refuse(why, "series '%.40s': sample %zu is none", s->name, i);
		s->v[s->n_v++] = (struct pl_sample) { (uint64_t)value, (uint64_t)times };
		s->count += (uint64_t)times;
	}
	return 0;
}

static int pl_read_series(struct pl_boot *boot, json_t *o, char why[PL_WHY_MAX])
{
	struct pl_series *s = pl_grow(&boot->series, &boot->n_series, sizeof(*s));
	json_int_t calls, descs, waits, fences, disagreed;
	const char *name;
	json_t *samples;
	int err;

	if (!s)
		return -ENOMEM;
	if (json_unpack(o, "{s:s,s:I,s:I,s:I,s:I,s:I,s:o}", "name", &name, "calls", &calls,
			"descs", &descs, "waits", &waits, "fences", &fences,
			"disagreed", &disagreed, "samples", &samples))
		return pl_refuse(why, "a series lacks a figure");
	err = pl_strdup_clean(&s->name, name);
	if (err)
		return err;
	s->calls = (uint64_t)calls;
	s->descs = (uint64_t)descs;
	s->waits = (uint64_t)waits;
	s->fences = (uint64_t)fences;
	s->disagreed = (uint64_t)disagreed;
	return pl_read_samples(s, samples, why);
}

static int pl_read_live(struct pl_live *l, json_t *o, char why[PL_WHY_MAX])
{
	json_int_t replaces = 0, transfers = 0, aborted = 0, wrong = 0;
	const char *skip = NULL;

	if (json_unpack(o, "{s:s}", "skip", &skip) &&
	    json_unpack(o, "{s:I,s:I,s:I,s:I}", "replaces", &replaces, "transfers", &transfers,
			"aborted", &aborted, "wrong", &wrong))
		return pl_refuse(why, "transfers under replaces lack a figure");
	if (skip && pl_strdup_clean(&l->skip, skip))
		return -ENOMEM;
	l->known = true;
	l->replaces += (uint64_t)replaces;
	l->transfers += (uint64_t)transfers;
	l->aborted += (uint64_t)aborted;
	l->wrong += (uint64_t)wrong;
	return 0;
}

/**
 * pl_bench_live() - were transfers under replaces of ours left alone?
 * @b: the bench
 *
 * Return: PL_NO_TARGET where it was not tried, PL_NOT_JUDGED where it could not be.
 */
enum pl_reached pl_bench_live(const struct pl_bench *b)
{
	const struct pl_live *l = &b->live[PL_OURS];

	if (!l->known)
		return PL_NO_TARGET;
	if (l->skip)
		return PL_NOT_JUDGED;
	return l->aborted || l->wrong ? PL_MISSED : PL_REACHED;
}

/**
 * pl_bench_add() - take in what a boot measured
 * @b: the bench
 * @side: whose boot it was
 * @frame: the guest's workload frame
 * @why: filled with a sentence on -EBADMSG
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int pl_bench_add(struct pl_bench *b, int side, const json_t *frame, char why[PL_WHY_MAX])
{
	json_t *list, *o, *kbench = json_object_get(frame, "kbench");
	json_t *live = json_object_get(kbench, "dma");
	struct pl_boot *boot;
	json_int_t witness;
	size_t i;
	int err = 0;

	if (live)
		return pl_read_live(&b->live[side], live, why);
	if (!kbench || json_unpack(kbench, "{s:I,s:o}", "witness", &witness, "series", &list))
		return pl_refuse(why, "the guest's frame holds no series");
	boot = pl_grow(&b->boots, &b->n_boots, sizeof(*boot));
	if (!boot)
		return -ENOMEM;
	boot->side = side;
	boot->witness = (uint64_t)witness;
	boot->raw = json_deep_copy(kbench);
	json_array_foreach(list, i, o) {
		err = pl_read_series(boot, o, why);
		if (err)
			break;
	}
	return err;
}

/**
 * pl_bench_free() - free what a bench holds
 * @b: the bench
 */
void pl_bench_free(struct pl_bench *b)
{
	size_t i, j;

	for (i = 0; i < b->n_boots; i++) {
		for (j = 0; j < b->boots[i].n_series; j++) {
			free(b->boots[i].series[j].name);
			free(b->boots[i].series[j].v);
		}
		free(b->boots[i].series);
		json_decref(b->boots[i].raw);
	}
	free(b->boots);
	for (i = 0; i < PL_SIDES; i++)
		free(b->live[i].skip);
	for (i = 0; i < PL_ENV_NR; i++)
		free(b->env[i]);
	memset(b, 0, sizeof(*b));
}

static const struct pl_series *pl_find_series(const struct pl_boot *boot, const char *name)
{
	size_t i;

	for (i = 0; i < boot->n_series; i++)
		if (!strcmp(boot->series[i].name, name))
			return boot->series[i].count ? &boot->series[i] : NULL;
	return NULL;
}

static int pl_by_value(const void *a, const void *b)
{
	const struct pl_sample *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* The median over the boots of a side of one percentile of theirs. */
static uint64_t pl_over_boots(const struct pl_bench *b, int side, const char *name, uint32_t ppm)
{
	struct pl_sample *v = calloc(b->n_boots + 1, sizeof(*v));
	const struct pl_series *s;
	size_t i, n = 0;
	uint64_t median;

	for (i = 0; v && i < b->n_boots; i++) {
		s = b->boots[i].side == side ? pl_find_series(&b->boots[i], name) : NULL;
		if (s)
			v[n++] = (struct pl_sample) { pl_sample_percentile(s->v, s->n_v, ppm), 1 };
	}
	if (v)
		qsort(v, n, sizeof(*v), pl_by_value);
	median = pl_sample_percentile(v, n, PL_P50);
	free(v);
	return median;
}

static struct pl_figures pl_series_figures(const struct pl_bench *b, int side, const char *name)
{
	uint64_t calls = 0, waits = 0, fences = 0, descs = 0;
	struct pl_figures f = { .min = UINT64_MAX };
	size_t i;

	for (i = 0; i < b->n_boots; i++) {
		const struct pl_boot *boot = &b->boots[i];
		const struct pl_series *s = boot->side == side ? pl_find_series(boot, name) : NULL;

		if (!s)
			continue;
		f.known = true;
		f.min = s->v[0].value < f.min ? s->v[0].value : f.min;
		calls += s->calls;
		waits += s->waits;
		fences += s->fences;
		descs += s->descs;
	}
	f.p50 = pl_over_boots(b, side, name, PL_P50);
	f.p99 = pl_over_boots(b, side, name, PL_P99);
	f.waits = calls ? (double)waits / (double)calls : NAN;
	f.fences = calls ? (double)fences / (double)calls : NAN;
	f.descs = calls ? (double)descs / (double)calls : NAN;
	return f;
}

static struct pl_figures pl_row_figures(const struct pl_bench *b, int side,
					const struct pl_row_desc *d)
{
	struct pl_figures f = pl_series_figures(b, side, d->series), g;

	if (d->plus) {
		g = pl_series_figures(b, side, d->plus);
		f.known &= g.known;
		f.p50 += g.p50;
		f.min += g.min;
		f.p99 += g.p99;
		f.waits += g.waits;
		f.fences += g.fences;
		f.descs += g.descs;
	}
	if (d->over) {
		g = pl_series_figures(b, side, d->over);
		f.known &= g.known && g.p50;
		f.p50 = f.known ? (f.p50 * 1000 + g.p50 / 2) / g.p50 : 0;
		f.waits = NAN;
		f.fences = NAN;
		f.descs = NAN;
	}
	return f;
}

/* Times of an emulator are relative only: counts are judged, and instructions where they are. */
static enum pl_reached pl_judge_row(const struct pl_bench *b, const struct pl_row_desc *d,
				    const struct pl_bench_row *row)
{
	const struct pl_figures *f = &row->side[PL_OURS];
	double waits = d->waits[b->kind], ratio = d->ratio[b->kind];
	bool open = false;

	if (!waits && !ratio && !d->most)
		return PL_NO_TARGET;
	if (!f->known)
		return PL_NOT_JUDGED;
	if (waits && !isnan(f->waits) && AT_MOST(f->waits) > waits)
		return PL_MISSED;
	open = waits && isnan(f->waits);
	if ((ratio || d->most) && !b->icount)
		return PL_NOT_JUDGED;
	if (d->most && (double)f->p50 > d->most * 1000)
		return PL_MISSED;
	if (ratio && isnan(row->ratio))
		return PL_NOT_JUDGED;
	if (ratio && row->ratio > ratio)
		return PL_MISSED;
	return open ? PL_NOT_JUDGED : PL_REACHED;
}

static void pl_say_target(const struct pl_row_desc *d, enum pl_bench_kind kind, char *text,
			  size_t size)
{
	double waits = d->waits[kind], ratio = d->ratio[kind];
	size_t n = 0;

	text[0] = '\0';
	if (waits)
		n += (size_t)snprintf(text, size, "waits <= %.0f", waits - AT_MOST(0));
	if (ratio)
		snprintf(text + n, size - n, "%sinstructions <= %.2f of theirs", n ? ", " : "",
			 ratio);
	if (d->most)
		snprintf(text + n, size - n, "flat: <= %.1f", d->most);
}

/**
 * pl_bench_rows() - the table
 * @b: the bench
 * @rows: filled
 * @max: of them; PL_BENCH_ROWS_MAX is enough
 *
 * Return: rows filled: operations that at least one side measured.
 */
size_t pl_bench_rows(const struct pl_bench *b, struct pl_bench_row *rows, size_t max)
{
	size_t i, n = 0;
	int side;

	for (i = 0; i < sizeof(pl_rows) / sizeof(pl_rows[0]) && n < max; i++) {
		const struct pl_row_desc *d = &pl_rows[i];
		struct pl_bench_row *row = &rows[n];

		*row = (struct pl_bench_row) {
			.name = d->name, .label = d->label, .growth = d->over, .ratio = NAN,
		};
		for (side = 0; side < PL_SIDES; side++)
			row->side[side] = pl_row_figures(b, side, d);
		if (!row->side[PL_OURS].known && !row->side[PL_PEER].known)
			continue;
		if (row->side[PL_OURS].known && row->side[PL_PEER].known &&
		    row->side[PL_PEER].p50 && !row->growth)
			row->ratio = (double)row->side[PL_OURS].p50 /
				     (double)row->side[PL_PEER].p50;
		pl_say_target(d, b->kind, row->target, sizeof(row->target));
		row->reached = pl_judge_row(b, d, row);
		n++;
	}
	return n;
}

static int __attribute__((format(printf, 2, 3)))
pl_list(struct pl_strv *out, const char *fmt, ...)
{
	char line[PL_WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return pl_strv_add(out, line);
}

/* Who waits for whom is decided anew in each round. */
static bool pl_is_race(const struct pl_series *s)
{
	return !strcmp(s->name, "crowd-2");
}

static int pl_series_differs(const struct pl_bench *b, int side, const struct pl_series *x,
			     const struct pl_series *y, struct pl_strv *out)
{
	uint64_t p = pl_sample_percentile(x->v, x->n_v, PL_P50);
	uint64_t q = pl_sample_percentile(y->v, y->n_v, PL_P50);
	int err = 0;

	if (b->icount && p != q)
		err = pl_list(out, "%s: %s: p50 was %llu in one boot and %llu in another",
			      b->unit[side], x->name, (unsigned long long)p,
			      (unsigned long long)q);
	if (!err && (x->calls != y->calls || x->descs != y->descs || x->waits != y->waits ||
		     x->fences != y->fences))
		err = pl_list(out, "%s: %s: %llu + %llu descriptors + waits in one boot and "
			      "%llu + %llu in another", b->unit[side], x->name,
			      (unsigned long long)x->descs, (unsigned long long)x->waits,
			      (unsigned long long)y->descs, (unsigned long long)y->waits);
	return err;
}

static const struct pl_boot *pl_first_boot(const struct pl_bench *b, int side)
{
	size_t i;

	for (i = 0; i < b->n_boots; i++)
		if (b->boots[i].side == side)
			return &b->boots[i];
	return NULL;
}

static int pl_boot_differs(const struct pl_bench *b, const struct pl_boot *boot,
			   struct pl_strv *out)
{
	const struct pl_boot *first = pl_first_boot(b, boot->side);
	const struct pl_series *s, *other;
	size_t i;
	int err = 0;

	for (i = 0; i < boot->n_series && !err; i++) {
		s = &boot->series[i];
		if (s->disagreed)
			err = pl_list(out, "%s: %s: %llu of %llu calls submitted something else, "
				      "says the queue's tail", b->unit[boot->side], s->name,
				      (unsigned long long)s->disagreed,
				      (unsigned long long)s->calls);
		other = first != boot && !err && !pl_is_race(s) ?
			pl_find_series(first, s->name) : NULL;
		if (other && s->count)
			err = pl_series_differs(b, boot->side, other, s, out);
	}
	return err;
}

/**
 * pl_bench_differs() - what should have been the same and was not
 * @b: the bench
 * @out: a sentence each: a p50 (where the clock counts instructions) or a count that is not the
 *	same in all boots of a side, a call that the hardware's queue did not bear out
 *
 * Return: 0 or -ENOMEM.
 */
int pl_bench_differs(const struct pl_bench *b, struct pl_strv *out)
{
	size_t i;
	int err = 0;

	for (i = 0; i < b->n_boots && !err; i++)
		err = pl_boot_differs(b, &b->boots[i], out);
	return err;
}
