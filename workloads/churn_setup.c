// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_setup.c - everything a run needs, made before its threads start and taken down after them.
 *
 * The order is endpoints, units, threads' room, sessions, spaces; teardown is the reverse and
 * works on whatever part was made, so that every error takes the same way out.  Spaces are unmapped
 * and freed by request, not left to close(2): a domain that cannot be freed after its last detach
 * is a finding.
 *
 * The hard rule: a run that cannot do what its options say does not start, and says which option is
 * too large for what this machine has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "churn.h"

static bool endpoint_is_usable(const struct pl_ioc_dev_info *info)
{
	return info->engine && info->max_pasids > 1 && info->features & 1u << PL_FEAT_AUX;
}

static int find_endpoints(struct churn_run *run)
{
	struct pl_ioc_dev_info info;
	uint32_t i;
	int err;

	run->eps = calloc(CHURN_MAX_ENDPOINTS, sizeof(*run->eps));
	if (!run->eps)
		return -ENOMEM;
	for (i = 0; run->nr_eps < CHURN_MAX_ENDPOINTS; i++) {
		err = plu_dev_info(&run->control, i, &info);
		if (err == -ENODEV)
			break;
		if (err)
			return err;
		if (endpoint_is_usable(&info) &&
		    (!run->opt.endpoints || run->nr_eps < run->opt.endpoints))
			run->eps[run->nr_eps++].info = info;
	}
	return 0;
}

static int check_endpoints(struct churn_run *run)
{
	if (run->nr_eps && run->nr_eps >= run->opt.endpoints)
		return 0;
	churn_run_fail(run, "%llu endpoints with an engine and PASIDs are needed and %u are there: "
		       "load a unit with endpoints, or lower --endpoints",
		       (unsigned long long)(run->opt.endpoints ? run->opt.endpoints : 1),
		       run->nr_eps);
	return -ENODEV;
}

/* Any thread may have all its lives on one endpoint. */
static int check_pasids(struct churn_run *run)
{
	uint64_t per_thread = run->opt.pattern == CHURN_UNIFORM ? 1 : run->opt.hold;
	uint64_t need = run->opt.threads * per_thread;
	unsigned int i;

	for (i = 0; i < run->nr_eps; i++) {
		if (need <= run->eps[i].info.max_pasids - 1)
			continue;
		churn_run_fail(run, "endpoint %s has %u PASIDs and up to %llu would be live: lower "
			       "--threads or --hold", run->eps[i].info.name,
			       run->eps[i].info.max_pasids - 1, (unsigned long long)need);
		return -ENOSPC;
	}
	return 0;
}

/* Where threads share domains, a PASID's next owner may attach the very domain its last one had. */
static bool pasids_need_generations(const struct churn_run *run)
{
	return run->opt.files == CHURN_FILES_SHARED && run->opt.threads > 1;
}

static int add_unit(struct churn_run *run, struct churn_endpoint *ep)
{
	int err = plu_dev_open(&run->control, ep->info.name, &ep->dev);
	struct churn_unit *u;

	if (err)
		return err;

	for (ep->unit = 0; ep->unit < run->nr_units; ep->unit++)
		if (!strcmp(run->units[ep->unit].name, ep->info.unit))
			return 0;
	u = &run->units[run->nr_units++];
	memcpy(u->name, ep->info.unit, sizeof(u->name));
	memcpy(u->driver, ep->info.driver, sizeof(u->driver));
	memcpy(u->engine, ep->info.engine_name, sizeof(u->engine));
	u->dev = ep->dev;
	return 0;
}

static int find_units(struct churn_run *run)
{
	unsigned int i;
	int err;

	run->units = calloc(run->nr_eps, sizeof(*run->units));
	if (!run->units)
		return -ENOMEM;
	for (i = 0; i < run->nr_eps; i++) {
		err = add_unit(run, &run->eps[i]);
		if (err)
			return err;
		if (!pasids_need_generations(run))
			continue;
		run->eps[i].generation = calloc(run->eps[i].info.max_pasids,
						sizeof(*run->eps[i].generation));
		if (!run->eps[i].generation)
			return -ENOMEM;
	}
	return 0;
}

/* The module says itself what its unit lacks. */
static int check_stage(struct churn_run *run, const struct churn_unit *u, uint32_t feature)
{
	struct pl_ioc_feature f;
	int err = plu_feature(&run->control, u->dev, feature, &f);
	char text[CHURN_TEXT];

	if (err || f.has)
		return err;
	snprintf(text, sizeof(text), "unit %s has no %s stage for PASIDs: %s", u->name,
		 feature == PL_FEAT_STAGE1 ? "first" : "second", f.why);
	if (run->opt.missing == CHURN_MISSING_SKIP)
		memcpy(run->skipped, text, sizeof(text));
	else
		churn_run_fail(run, "%s", text);
	return -EOPNOTSUPP;
}

static int check_stages(struct churn_run *run)
{
	bool first = run->opt.stage == CHURN_STAGE_FIRST || run->opt.stage == CHURN_STAGE_MIXED;
	bool second = run->opt.stage == CHURN_STAGE_SECOND || run->opt.stage == CHURN_STAGE_MIXED;
	unsigned int i;
	int err = 0;

	for (i = 0; i < run->nr_units && !err; i++) {
		if (first)
			err = check_stage(run, &run->units[i], PL_FEAT_STAGE1);
		if (second && !err)
			err = check_stage(run, &run->units[i], PL_FEAT_STAGE2_PASID);
	}
	return err;
}

static int setup_scratch(struct churn_thread *t)
{
	unsigned int i;
	int err;

	for (i = 0; i < 2; i++) {
		err = plu_buf_alloc(&t->scratch[i], 1);
		if (err)
			return err;
		plu_buf_random(&t->scratch[i], plu_mix(t->run->opt.seed + 0x5c000000 +
						       2 * t->index + i));
	}
	return 0;
}

static int setup_thread(struct churn_run *run, unsigned int index)
{
	struct churn_thread *t = &run->threads[index];
	uint64_t ops = run->opt.ops, n = run->opt.threads;
	unsigned int i;

	t->run = run;
	t->index = index;
	t->budget = ops ? ops / n + (index < ops % n) : UINT64_MAX;
	t->rng.state = plu_mix(run->opt.seed) + plu_mix(index);
	for (i = 0; i < CHURN_OP_NR; i++)
		pl_hist_init(&t->hist[i]);
	t->lives = calloc(run->opt.hold, sizeof(*t->lives));
	return t->lives ? setup_scratch(t) : -ENOMEM;
}

static int setup_threads(struct churn_run *run)
{
	unsigned int i;
	int err;

	run->threads = calloc(run->opt.threads, sizeof(*run->threads));
	if (!run->threads)
		return -ENOMEM;
	run->nr_threads = (unsigned int)run->opt.threads;
	for (i = 0; i < run->nr_threads; i++) {
		err = setup_thread(run, i);
		if (err)
			return err;
	}
	return 0;
}

static int alloc_windows(struct churn_run *run, struct churn_session *s, struct churn_space *space)
{
	unsigned int w;
	int err;

	err = plu_buf_alloc(&space->source, CHURN_PAGES);
	if (err)
		return err;
	plu_buf_random(&space->source, plu_mix(run->opt.seed ^ (uint64_t)space->id << 32));
	space->windows = calloc(s->threads, sizeof(*space->windows));
	if (!space->windows)
		return -ENOMEM;
	for (w = 0; w < s->threads; w++) {
		err = plu_buf_alloc_shadowed(&space->windows[w], CHURN_PAGES);
		if (err)
			return err;
		plu_buf_poison(&space->windows[w], plu_mix(space->id * 4099u + w + 1));
	}
	return 0;
}

static int map_space(struct churn_run *run, struct churn_session *s, struct churn_space *space)
{
	unsigned int w;
	int err;

	err = plu_map(&s->file, space->domain, run->iova_base, space->source.mem, CHURN_SPAN,
		      PL_PROT_READ);
	for (w = 0; !err && w < s->threads; w++) {
		space->mapped++;
		err = plu_map(&s->file, space->domain, churn_window_iova(run, w),
			      space->windows[w].mem, CHURN_SPAN, PL_PROT_READ | PL_PROT_WRITE);
	}
	if (!err)
		space->mapped++;
	else
		churn_run_fail(run, "domain %u: map: %s", space->id, strerror(-err));
	return err;
}

/* The handle of some endpoint of a unit, in a session. */
static uint32_t unit_dev(const struct churn_run *run, const struct churn_session *s,
			 unsigned int unit)
{
	unsigned int i;

	for (i = 0; run->eps[i].unit != unit; i++)
		;
	return s->dev[i];
}

static uint32_t stage_flags(const struct churn_run *run, unsigned int i)
{
	switch (run->opt.stage) {
	case CHURN_STAGE_FIRST:
		return PL_DOMAIN_STAGE1;
	case CHURN_STAGE_SECOND:
		return PL_DOMAIN_STAGE2;
	case CHURN_STAGE_MIXED:
		return i & 1 ? PL_DOMAIN_STAGE2 : PL_DOMAIN_STAGE1;
	default:
		return 0;
	}
}

static int setup_space(struct churn_run *run, struct churn_session *s, unsigned int i)
{
	struct churn_space *space = &s->spaces[i];
	uint64_t last = 0;
	int err;

	space->id = (unsigned int)(s - run->sessions) * run->nr_units * s->per_unit + i;
	space->unit = i / s->per_unit;
	err = alloc_windows(run, s, space);
	if (err)
		return err;
	err = plu_domain_alloc(&s->file, unit_dev(run, s, space->unit), stage_flags(run, i),
			       &space->domain, &last);
	if (err) {
		churn_run_fail(run, "unit %s: domain %u of stage %s cannot be had: %s",
			       run->units[space->unit].name, space->id,
			       churn_stage_name(&run->opt), strerror(-err));
		return err;
	}
	if (churn_scratch_iova(run, s, s->threads, true) - 1 > last) {
		churn_run_fail(run, "unit %s: its domains end at %#llx, too early for churn",
			       run->units[space->unit].name, (unsigned long long)last);
		return -ERANGE;
	}
	return map_space(run, s, space);
}

static int open_devices(struct churn_run *run, struct churn_session *s)
{
	const char *name;
	unsigned int i;
	int err;

	for (i = 0; i < run->nr_eps; i++) {
		name = run->eps[i].info.name;
		err = plu_dev_open(&s->file, name, &s->dev[i]);
		if (!err)
			err = plu_enable(&s->file, s->dev[i], PL_FEAT_AUX);
		if (err) {
			churn_run_fail(run, "endpoint %s: open and enable aux: %s", name,
				       strerror(-err));
			return err;
		}
		s->aux[i] = true;
	}
	return 0;
}

static int setup_session(struct churn_run *run, struct churn_session *s)
{
	unsigned int i, n;
	int err;

	err = plu_open(&s->file, run->transport, run->node);
	if (err)
		return err;
	s->threads = run->nr_threads / run->nr_sessions;
	s->per_unit = ((unsigned int)run->opt.domains + run->nr_sessions - 1) / run->nr_sessions;
	n = run->nr_units * s->per_unit;
	s->dev = calloc(run->nr_eps, sizeof(*s->dev));
	s->aux = calloc(run->nr_eps, sizeof(*s->aux));
	s->spaces = calloc(n, sizeof(*s->spaces));
	s->aux_on = calloc(run->nr_eps, n);
	if (!s->dev || !s->aux || !s->spaces || !s->aux_on)
		return -ENOMEM;
	err = open_devices(run, s);
	for (i = 0; !err && i < n; i++)
		err = setup_space(run, s, i);
	return err;
}

static int setup_sessions(struct churn_run *run)
{
	unsigned int i, n = run->opt.files == CHURN_FILES_EACH ? run->nr_threads : 1;
	int err;

	run->sessions = calloc(n, sizeof(*run->sessions));
	if (!run->sessions)
		return -ENOMEM;
	run->nr_sessions = n;
	for (i = 0; i < n; i++)
		run->sessions[i].file.fd = -1;
	for (i = 0; i < run->nr_threads; i++) {
		run->threads[i].session = &run->sessions[i % n];
		run->threads[i].window = i / n;
	}
	for (i = 0; i < n; i++) {
		err = setup_session(run, &run->sessions[i]);
		if (err)
			return err;
	}
	return 0;
}

/**
 * churn_setup() - make all that the threads will use
 * @run: the run; control is open
 *
 * The IOVAs start at a page that the seed chooses within 2 MiB, so that over many seeds the pages
 * lie on both sides of a page table's end.
 *
 * Return: 0 or -errno; churn_teardown() is due in either case.
 */
int churn_setup(struct churn_run *run)
{
	int err;

	run->iova_base = churn_iova_base(run->opt.seed);
	err = find_endpoints(run);
	if (!err)
		err = check_endpoints(run);
	if (!err)
		err = check_pasids(run);
	if (!err)
		err = find_units(run);
	if (!err)
		err = check_stages(run);
	if (!err)
		err = setup_threads(run);
	if (!err)
		err = setup_sessions(run);
	return err;
}

static void check_released(struct churn_run *run, const struct churn_space *space,
			   const char *what, int err)
{
	if (err)
		churn_run_fail(run, "domain %u: %s after its last detach: %s", space->id, what,
			       strerror(-err));
}

static void release_space(struct churn_run *run, struct churn_session *s,
			  struct churn_space *space)
{
	uint64_t unmapped = 0, length = (uint64_t)space->mapped * CHURN_SPAN;
	int err;

	if (space->mapped) {
		err = plu_unmap(&s->file, space->domain, run->iova_base, length, &unmapped);
		if (!err && unmapped != length)
			err = -EIO;
		check_released(run, space, "unmap", err);
	}
	if (space->domain)
		check_released(run, space, "free", plu_free(&s->file, space->domain));
}

static void free_space(struct churn_session *s, struct churn_space *space)
{
	unsigned int w;

	for (w = 0; space->windows && w < s->threads; w++)
		plu_buf_free(&space->windows[w]);
	free(space->windows);
	plu_buf_free(&space->source);
}

static void close_devices(struct churn_run *run, struct churn_session *s)
{
	unsigned int i;
	int err;

	for (i = 0; s->aux && i < run->nr_eps; i++) {
		if (!s->aux[i])
			continue;
		err = plu_disable(&s->file, s->dev[i], PL_FEAT_AUX);
		if (!err)
			err = plu_free(&s->file, s->dev[i]);
		if (err)
			churn_run_fail(run, "endpoint %s: disable aux and free its handle after "
				       "the last detach: %s", run->eps[i].info.name,
				       strerror(-err));
	}
}

static void release_session(struct churn_run *run, struct churn_session *s)
{
	unsigned int i;

	if (s->file.fd < 0)
		return;
	for (i = 0; s->spaces && i < run->nr_units * s->per_unit; i++)
		release_space(run, s, &s->spaces[i]);
	close_devices(run, s);
	plu_close(&s->file);
}

static void free_session(struct churn_run *run, struct churn_session *s)
{
	unsigned int i;

	for (i = 0; s->spaces && i < run->nr_units * s->per_unit; i++)
		free_space(s, &s->spaces[i]);
	free(s->spaces);
	free(s->aux_on);
	free(s->aux);
	free(s->dev);
}

/**
 * churn_teardown() - give everything back, and check that it can be given back
 * @run: the run, in whatever state churn_setup() left it; its threads have ended
 *
 * Every session closes before any memory goes, so that nothing is unmapped from this process while
 * a device might still reach it.  Counts, histograms and texts stay.
 */
void churn_teardown(struct churn_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nr_sessions; i++)
		release_session(run, &run->sessions[i]);
	for (i = 0; i < run->nr_sessions; i++)
		free_session(run, &run->sessions[i]);
	free(run->sessions);
	run->sessions = NULL;
	run->nr_sessions = 0;
	for (i = 0; i < run->nr_threads; i++) {
		plu_buf_free(&run->threads[i].scratch[0]);
		plu_buf_free(&run->threads[i].scratch[1]);
		free(run->threads[i].lives);
		run->threads[i].lives = NULL;
	}
	for (i = 0; i < run->nr_eps; i++) {
		free(run->eps[i].generation);
		run->eps[i].generation = NULL;
	}
}
