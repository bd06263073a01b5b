/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * churn.h - PASID churn: what the parts of the workload share.
 *
 * Vocabulary.  A *life* is what happens to one PASID: it is allocated, a domain is attached, DMA
 * reaches that domain's pages, perhaps another domain replaces it, it is detached and freed.  A
 * life has one of two *flavours*: aux (PL_IOC_AUX_ATTACH chooses and frees the PASID) or private
 * (PL_IOC_PASID_ALLOC, then PL_IOC_SET).  A *pattern* orders the steps of lives.  A *session* is an
 * open file with its device handles and its *spaces*; a space is a domain with the memory behind
 * it.
 *
 * What is checked.  Every space maps the same IOVAs to its own pages, so a translation that belongs
 * to another domain is seen as wrong data:
 *
 *	iova_base	source, CHURN_PAGES pages, read only, random bytes that never change
 *	  + window w	CHURN_PAGES pages for the session's w-th thread, written by FILL and COPY
 *	  + scratch w	one page that the thread maps and unmaps while it runs
 *	  + w + 1 GiB	another, so far away that page tables come and go with it (CHURN_FAR)
 *
 * A thread writes its own windows only, and keeps a shadow of each (buffer.h).
 *
 * Locking.  Everything is made before the threads start and goes after they ended.  In between a
 * thread writes struct churn_thread, its own windows and its own bytes of churn_session.aux_on; the
 * only data that two threads share are the stop flag and, where PASIDs can change hands, the
 * generation of a PASID.  Histograms and counts are merged at the end.
 *
 * The hard rule: a DMA whose outcome cannot be told beforehand is not issued, or is counted as
 * such.
 */
#ifndef PL_CHURN_H
#define PL_CHURN_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../harness/stats.h"
#include "buffer.h"
#include "libpl.h"
#include "random.h"

#define CHURN_PAGES		2u	/* of a source and of a window: transfers cross a page */
#define CHURN_SPAN		(CHURN_PAGES * PLU_PAGE)
/* Away from 0 and from the interrupt range at 0xfee00000. */
#define CHURN_IOVA		0x100000000ull
#define CHURN_FAR		(1ull << 30)
#define CHURN_MAX_THREADS	256u
#define CHURN_MAX_DOMAINS	1024u
#define CHURN_MAX_ENDPOINTS	64u
#define CHURN_MAX_HOLD		65536u
#define CHURN_KINDS		32u	/* invariants that a model may tell apart */
#define CHURN_FAILURES		8u	/* texts a thread keeps; it stops after so many */
#define CHURN_TEXT		320u

enum churn_pattern_id {
	CHURN_UNIFORM,
	CHURN_BURSTY,
	CHURN_HOLD,
	CHURN_PATTERN_NR
};

enum churn_stage {
	CHURN_STAGE_ANY,
	CHURN_STAGE_FIRST,
	CHURN_STAGE_SECOND,
	CHURN_STAGE_MIXED,
	CHURN_STAGE_NR
};

enum churn_missing {
	CHURN_MISSING_FAIL,
	CHURN_MISSING_SKIP,
	CHURN_MISSING_NR
};

enum churn_files {
	CHURN_FILES_SHARED,
	CHURN_FILES_EACH,
	CHURN_FILES_NR
};

/**
 * struct churn_options - one number per row of churn_option_table
 *
 * Every field is a uint64_t so that the table can describe them all by their offset.
 */
struct churn_options {
	uint64_t threads;
	uint64_t ops;
	uint64_t seconds;
	uint64_t pattern;
	uint64_t domains;
	uint64_t stage;
	uint64_t missing;
	uint64_t endpoints;
	uint64_t hold;
	uint64_t idle_us;
	uint64_t files;
	uint64_t rate_aux;
	uint64_t rate_replace;
	uint64_t rate_detach_all;
	uint64_t rate_map;
	uint64_t rate_ats;
	uint64_t dma_len;
	uint64_t verify_every;
	uint64_t seed;
	uint64_t progress;
	uint64_t shared;
};

enum churn_op {
	CHURN_OP_PASID_ALLOC,
	CHURN_OP_ATTACH,
	CHURN_OP_REPLACE,
	CHURN_OP_DETACH,
	CHURN_OP_DETACH_ALL,
	CHURN_OP_MAP,
	CHURN_OP_UNMAP,
	CHURN_OP_DMA,
	CHURN_OP_DMA_REFUSED,
	CHURN_OP_PASID_FREE,
	CHURN_OP_NR
};

enum churn_count {
	CHURN_LIVES,
	CHURN_SET_ATTACH,
	CHURN_SET_REPLACE,
	CHURN_SET_DETACH,
	CHURN_SET_DETACH_ALL,
	CHURN_SET_DETACH_ALL_SLOTS,
	CHURN_DMA_OK,
	CHURN_DMA_REFUSED_BEFORE,
	CHURN_DMA_REFUSED_AFTER,
	CHURN_DMA_REFUSED_UNMAPPED,
	CHURN_DMA_REUSED,
	CHURN_DMA_BYTES,
	CHURN_MARGIN_CHECKS,
	CHURN_COUNT_NR
};

/**
 * struct churn_unit - a unit that the endpoints in use are behind
 * @name: as PL_IOC_DEV_INFO tells it
 * @driver: its kind
 * @engine: what issues its endpoints' DMA
 * @dev: handle, in the control file, of one endpoint behind it
 * @before: its ledger before the run
 * @after: and after it
 * @broken: invariants seen broken before the run
 * @nr_broken: how many kinds of them
 */
struct churn_unit {
	char name[PL_NAME_LEN];
	char driver[PL_NAME_LEN];
	char engine[PL_NAME_LEN];
	uint32_t dev;
	struct pl_ioc_ledger before;
	struct pl_ioc_ledger after;
	struct pl_ioc_violation broken[CHURN_KINDS];
	unsigned int nr_broken;
};

/**
 * struct churn_endpoint - an endpoint in use
 * @info: as the module describes it
 * @unit: index of its unit
 * @dev: its handle in the control file
 * @faults: reported before the run, then during it
 * @generation: per PASID, how often a thread got it as a private one; NULL where nobody asks
 */
struct churn_endpoint {
	struct pl_ioc_dev_info info;
	unsigned int unit;
	uint32_t dev;
	uint64_t faults;
	_Atomic uint32_t *generation;
};

/**
 * struct churn_space - a domain with the memory behind it
 * @id: number in messages
 * @unit: index of its unit
 * @domain: handle
 * @mapped: pages of it that are mapped, in the order of churn_space_map()
 * @source: what reads read
 * @windows: one per thread of the session
 */
struct churn_space {
	unsigned int id;
	unsigned int unit;
	uint32_t domain;
	unsigned int mapped;
	struct plu_buf source;
	struct plu_buf *windows;
};

/**
 * struct churn_session - an open file
 * @file: the file
 * @dev: per endpoint, its handle
 * @aux: per endpoint, PL_FEAT_AUX is enabled
 * @spaces: units times per_unit of them, ordered by unit
 * @per_unit: spaces per unit
 * @threads: how many threads use it
 * @aux_on: [endpoint][space]: attached as aux; each byte is its thread's
 */
struct churn_session {
	struct plu_file file;
	uint32_t *dev;
	bool *aux;
	struct churn_space *spaces;
	unsigned int per_unit;
	unsigned int threads;
	uint8_t *aux_on;
};

/**
 * struct churn_live - a PASID in its life
 * @space: what is attached; NULL: this entry is free
 * @ep: index of the endpoint
 * @pasid: the PASID
 * @generation: of an aux PASID, when it was attached
 * @aux: flavour
 */
struct churn_live {
	struct churn_space *space;
	unsigned int ep;
	uint32_t pasid;
	uint32_t generation;
	bool aux;
};

struct churn_run;

/**
 * struct churn_thread - one thread and all that it measured
 * @run: the run
 * @session: its session
 * @index: from 0, of the run
 * @window: from 0, of the session
 * @budget: lives it may start; UINT64_MAX where only time ends the run
 * @rng: its random numbers
 * @lives: churn_options.hold entries
 * @scratch: two pages that take turns behind the scratch IOVA
 * @scratch_turn: which one is next
 * @dmas: DMA calls made, for verify_every
 * @hist: latency in ns
 * @errors: requests that failed though they had to succeed
 * @counts: enum churn_count
 * @failures: texts
 * @nr_failures: how many failures there were
 * @ended: CLOCK_MONOTONIC_RAW when it had finished
 * @done: lives so far, for the progress report
 */
struct churn_thread {
	struct churn_run *run;
	struct churn_session *session;
	unsigned int index;
	unsigned int window;
	uint64_t budget;
	struct plu_random rng;
	struct churn_live *lives;
	struct plu_buf scratch[2];
	unsigned int scratch_turn;
	uint64_t dmas;
	struct pl_hist hist[CHURN_OP_NR];
	uint64_t errors[CHURN_OP_NR];
	uint64_t counts[CHURN_COUNT_NR];
	char failures[CHURN_FAILURES][CHURN_TEXT];
	unsigned int nr_failures;
	uint64_t ended;
	_Atomic uint64_t done;
	pthread_t id;
};

/**
 * struct churn_run - one run, from options to result
 * @opt: what was asked for
 * @transport: how requests reach the module; NULL for the kernel
 * @node: device node; NULL for the default
 * @control: a file of its own for ledgers and violations
 * @iova_base: where every space begins
 * @eps: endpoints in use
 * @units: units they are behind
 * @sessions: one, or one per thread
 * @threads: the threads
 * @total: of all threads, after churn_merge()
 * @faults: translation faults reported during the run
 * @faults_lost: those that the hardware could not record
 * @started: CLOCK_MONOTONIC_RAW
 * @duration_ns: until the last thread ended
 * @failures: texts of the run
 * @skipped: why it was not run, where CHURN_MISSING_SKIP allows that; else empty
 * @stop: no new lives
 * @running: threads that have not ended, under @lock
 * @changed: signalled when @running changes
 */
struct churn_run {
	struct churn_options opt;
	const struct plu_transport *transport;
	const char *node;
	struct plu_file control;
	uint64_t iova_base;
	struct churn_endpoint *eps;
	unsigned int nr_eps;
	struct churn_unit *units;
	unsigned int nr_units;
	struct churn_session *sessions;
	unsigned int nr_sessions;
	struct churn_thread *threads;
	unsigned int nr_threads;
	struct churn_thread *total;
	json_t *violations;
	json_t *failures;
	char skipped[CHURN_TEXT];
	uint64_t faults;
	uint64_t faults_lost;
	uint64_t started;
	uint64_t duration_ns;
	atomic_bool stop;
	unsigned int running;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/**
 * struct churn_pattern - how lives follow each other
 * @name: as --pattern takes it
 * @round: start at least one life, or end some; returns how many lives it started
 */
struct churn_pattern {
	const char *name;
	unsigned int (*round)(struct churn_thread *t, uint64_t budget);
};

extern const struct churn_pattern churn_patterns[CHURN_PATTERN_NR];

/* churn_options.c */
void churn_options_default(struct churn_options *opt);
int churn_options_set(struct churn_options *opt, const char *name, const char *value,
		      char *why, size_t size);
int churn_options_parse(struct churn_options *opt, const char **node, int argc, char **argv);
const char *churn_stage_name(const struct churn_options *opt);
json_t *churn_options_json(const struct churn_options *opt);

/* churn_setup.c */
int churn_setup(struct churn_run *run);
void churn_teardown(struct churn_run *run);

/* churn_step.c */
bool churn_attach(struct churn_thread *t, struct churn_live *l);
void churn_use(struct churn_thread *t, struct churn_live *l);
void churn_replace(struct churn_thread *t, struct churn_live *l);
void churn_detach(struct churn_thread *t, struct churn_live *l);
void churn_detach_all(struct churn_thread *t, unsigned int ep);
void churn_remap(struct churn_thread *t, struct churn_live *l);
void churn_fail(struct churn_thread *t, const struct churn_live *l, const char *step,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* churn_dma.c */
void churn_dma_live(struct churn_thread *t, struct churn_live *l);
void churn_dma_blocked(struct churn_thread *t, struct churn_live *l, struct churn_space *old,
		       const char *step, enum churn_count what);
void churn_dma_freed(struct churn_thread *t, struct churn_live *l, struct churn_space *old);
void churn_dma_scratch(struct churn_thread *t, struct churn_live *l, uint64_t iova,
		       const struct plu_buf *page, const char *step);

/* churn_run.c */
void churn_run_init(struct churn_run *run);
bool churn_run(struct churn_run *run);
void churn_run_stop(struct churn_run *run);
void churn_run_free(struct churn_run *run);
void churn_run_fail(struct churn_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* churn_report.c */
bool churn_passed(const struct churn_run *run);
json_t *churn_report(const struct churn_run *run);
json_t *churn_report_skip(const struct churn_run *run);

uint64_t churn_now(void);

/* Where every space of a run begins: see churn_setup(). */
static inline uint64_t churn_iova_base(uint64_t seed)
{
	return CHURN_IOVA + (plu_mix(seed) & 511) * PLU_PAGE;
}

static inline uint64_t churn_window_iova(const struct churn_run *run, unsigned int window)
{
	return run->iova_base + CHURN_SPAN * (1u + window);
}

static inline uint64_t churn_scratch_iova(const struct churn_run *run,
					  const struct churn_session *s, unsigned int window,
					  bool far)
{
	uint64_t near = churn_window_iova(run, s->threads) + (uint64_t)PLU_PAGE * window;

	return far ? near + (window + 1) * CHURN_FAR : near;
}

static inline uint8_t *churn_aux_on(struct churn_session *s, unsigned int nr_units,
				    unsigned int ep, const struct churn_space *space)
{
	return &s->aux_on[ep * nr_units * s->per_unit + (unsigned int)(space - s->spaces)];
}

#endif
