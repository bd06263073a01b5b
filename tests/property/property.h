/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Property: whatever sequence of calls the API sees, it answers as a naive
 * oracle does, every DMA sees what the oracle says it must, and the unit's
 * tables say the same.
 *
 * Vocabulary.  The *oracle* is a handful of arrays: what each slot holds, what
 * each domain maps, what each page contains.  It knows no cache, no queue, no
 * table.  A *step* draws one operation, works out the answer by the rules as
 * kmod/uapi/pasidlab.h words them, has a *backend* make the call and compares:
 * errno, PASIDs, data.  A backend is a way to the API: calls inside this
 * process (backend_api.c), or requests to the device node (backend_file.c),
 * which may lead to any unit there is.  After each step the *table checker*
 * walks the unit's tables for what the step touched, and for slots drawn at
 * random.
 *
 * Domains, PASIDs and pages are small numbers here; what they stand for is the
 * backend's.  A unit that can do less says so in struct prop_caps, by what it
 * told of itself, and the oracle then expects the refusal.
 *
 * Only plain C types: one backend is built with the kernel's headers and the
 * other with the C library's.
 *
 * Locking: none; one world, one thread.
 *
 * The hard rule: the oracle is told nothing by a backend but addresses of
 * memory and what the unit said that it can do.
 */
#ifndef _PASIDLAB_TESTS_PROPERTY_H
#define _PASIDLAB_TESTS_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../kmod/uapi/pasidlab.h"

#define PROP_EPS	3
#define PROP_DOMS	10
#define PROP_PRIV	16
#define PROP_PAGES	24
#define PROP_BLOCKS	2
#define PROP_OWNERS	2
#define PROP_PAGE	4096u
#define PROP_BLOCK	(2ull << 20)
#define PROP_BLOCK_PAGES (PROP_BLOCK / PROP_PAGE)
#define PROP_HISTORY	12

#define PROP_IOVAS	12	/* where a domain may map single pages */
#define PROP_BLOCK_IOVAS 2	/* and where blocks of 2 MiB go */

/* What a slot may hold besides a domain's number; and no domain at all. */
#define PROP_BLOCKING	(-1)
#define PROP_IDENTITY	(-2)
#define PROP_NONE	(-3)

/**
 * struct prop_caps - what the unit behind a backend said of itself
 * @nr_eps: endpoints behind it
 * @features: bit: enum pl_dev_feature, the same of every endpoint
 * @identity_rid: the RID may hold identity
 * @write_reads: what may be written may be read, in a first-stage domain
 * @abi: answers are those of the ioctl ABI where the in-kernel API differs
 */
struct prop_caps {
	int nr_eps;
	uint32_t features;
	bool identity_rid;
	bool write_reads;
	bool abi;
};

/**
 * struct prop_memory - the pages that DMA may reach
 * @addr: of each page, as map() takes it
 * @block_addr: of each block
 * @phys: of each page, as the unit sees it
 * @block_phys: of each page of each block
 */
struct prop_memory {
	uint64_t addr[PROP_PAGES];
	uint64_t block_addr[PROP_BLOCKS];
	uint64_t phys[PROP_PAGES];
	uint64_t block_phys[PROP_BLOCKS][PROP_BLOCK_PAGES];
};

/**
 * struct prop_dma - one DMA of 8 bytes
 * @pasid: PL_NO_PASID_U for an untagged one
 * @iova: where
 * @write: store @word instead of loading it
 * @ats: through the device TLB
 * @word: to store, or what a load should find
 * @refused: out
 * @same: out, a load found @word
 * @stale: out, which cache answered with what memory no longer says; or NULL
 */
struct prop_dma {
	uint32_t pasid;
	uint64_t iova;
	bool write;
	bool ats;
	uint64_t word;
	bool refused;
	bool same;
	const char *stale;
};

/**
 * struct prop_walk - where the tables lead, and where the API says they do
 * @paddr: by the unit's tables
 * @prot: PL_PROT_* by the tables; 0: a request would be refused
 * @claimed: the API's own account; ~0: nothing is mapped
 * @has_claimed: the backend can tell @claimed
 */
struct prop_walk {
	uint64_t paddr;
	uint32_t prot;
	uint64_t claimed;
	bool has_claimed;
};

struct prop_backend;

/**
 * struct prop_ops - a way to the API: 0 or -errno where not said otherwise
 * @domain_alloc: domain @x comes; @flags PL_DOMAIN_*; *@iova_last is its last IOVA
 * @domain_free: it goes, unless that fails
 * @map: @addr as in struct prop_memory
 * @unmap: *@bytes were mapped
 * @enable: AUX on or off
 * @mode: PL_MODE_*
 * @set: @x into a slot; PL_NO_PASID_U is the RID's
 * @rid_attach: see PL_IOC_RID_ATTACH
 * @rid_detach: see PL_IOC_RID_DETACH
 * @pasid_alloc: a private PASID
 * @pasid_free: back
 * @aux_attach: out, the PASID
 * @aux_detach: see PL_IOC_AUX_DETACH
 * @aux_get_pasid: see PL_IOC_AUX_GET_PASID
 * @detach_all: *@n slots went back to blocking
 * @claim: owner @who claims or releases the device
 * @feature: 1 or 0
 * @dma: run @d; an error is one of the engine
 * @word: first 8 bytes of page @page, as the processor sees them
 * @walk: the tables for one address; -EOPNOTSUPP where they cannot be read
 * @unhealthy: what the unit itself saw go wrong by step @step, or NULL
 */
struct prop_ops {
	int (*domain_alloc)(struct prop_backend *b, int x, uint32_t flags, uint64_t *iova_last);
	int (*domain_free)(struct prop_backend *b, int x);
	int (*map)(struct prop_backend *b, int x, uint64_t iova, uint64_t addr, uint64_t size,
		   uint32_t prot);
	int (*unmap)(struct prop_backend *b, int x, uint64_t iova, uint64_t size, uint64_t *bytes);
	int (*enable)(struct prop_backend *b, int e, bool on);
	int (*mode)(struct prop_backend *b, int e, uint32_t mode);
	int (*set)(struct prop_backend *b, int e, uint32_t pasid, int x);
	int (*rid_attach)(struct prop_backend *b, int e, int x);
	int (*rid_detach)(struct prop_backend *b, int e, int x);
	int (*pasid_alloc)(struct prop_backend *b, int e, uint32_t *pasid);
	int (*pasid_free)(struct prop_backend *b, int e, uint32_t pasid);
	int (*aux_attach)(struct prop_backend *b, int e, int x, uint32_t *pasid);
	int (*aux_detach)(struct prop_backend *b, int e, int x);
	int (*aux_get_pasid)(struct prop_backend *b, int e, int x, uint32_t *pasid);
	int (*detach_all)(struct prop_backend *b, int e, unsigned int *n);
	int (*claim)(struct prop_backend *b, int e, int who, bool on);
	int (*feature)(struct prop_backend *b, int e, uint32_t f);
	int (*dma)(struct prop_backend *b, int e, struct prop_dma *d);
	uint64_t (*word)(struct prop_backend *b, int page);
	int (*walk)(struct prop_backend *b, int e, uint32_t pasid, uint64_t iova,
		    struct prop_walk *out);
	const char *(*unhealthy)(struct prop_backend *b, uint64_t step);
};

/**
 * struct prop_backend - a backend that is up
 * @ops: its calls
 * @caps: what the unit said
 * @mem: memory, each page's first word as prop_page_word() and prop_block_word() say
 */
struct prop_backend {
	const struct prop_ops *ops;
	struct prop_caps caps;
	struct prop_memory mem;
};

/**
 * struct prop_domain - a domain, as the oracle knows it
 * @live: there is one
 * @stage: 1 or 2
 * @iova_last: beyond it nothing can be mapped
 * @page: which page is at each IOVA, -1 for none
 * @prot: PL_PROT_* of it
 * @block: which block is at each of its IOVAs, -1 for none
 * @block_prot: PL_PROT_* of it
 * @users: slots that hold the domain
 */
struct prop_domain {
	bool live;
	int stage;
	uint64_t iova_last;
	int page[PROP_IOVAS];
	uint32_t prot[PROP_IOVAS];
	int block[PROP_BLOCK_IOVAS];
	uint32_t block_prot[PROP_BLOCK_IOVAS];
	int users;
};

/**
 * struct prop_private - a private PASID
 * @pasid: 0 for none
 * @ep: whose
 * @holds: what is in its slot
 */
struct prop_private {
	uint32_t pasid;
	int ep;
	int holds;
};

/**
 * struct prop_ep - an endpoint
 * @mode: PL_MODE_*
 * @enabled: enables of AUX
 * @claimed: owner 1 or 2, 0 for nobody
 * @rid: what the RID holds
 * @aux: PASID of each domain that is aux here, 0 for none
 */
struct prop_ep {
	uint32_t mode;
	int enabled;
	int claimed;
	int rid;
	uint32_t aux[PROP_DOMS];
};

/**
 * struct prop_options - of one run
 * @seed: of every choice
 * @steps: how many
 * @no_identity: no slot gets the identity domain
 * @walks: slots drawn at random whose tables are checked after each step
 * @ticks: ask @over every so many steps
 * @over: true ends the run early; NULL: only @steps does
 * @say: a line of a failure's account
 * @ctx: for both
 */
struct prop_options {
	uint64_t seed;
	uint64_t steps;
	bool no_identity;
	unsigned int walks;
	unsigned int ticks;
	bool (*over)(void *ctx, uint64_t step);
	void (*say)(void *ctx, const char *line);
	void *ctx;
};

/**
 * struct prop - a world: the backend, the oracle and where the run is
 * @b: the backend
 * @opt: the options
 * @ep: endpoints
 * @dom: domains
 * @priv: private PASIDs
 * @word: first word of each page
 * @rng: of all choices
 * @step: number of this one
 * @next_word: to write, no two alike
 * @touched_ep: endpoint of the slot that this step changed, -1 for none
 * @touched_pasid: and its PASID
 * @touched_dom: domain whose mappings it changed, or PROP_NONE
 * @dmas: DMAs made
 * @walked: addresses whose tables were compared
 * @history: the last steps in words
 */
struct prop {
	struct prop_backend *b;
	const struct prop_options *opt;
	struct prop_ep ep[PROP_EPS];
	struct prop_domain dom[PROP_DOMS];
	struct prop_private priv[PROP_PRIV];
	uint64_t word[PROP_PAGES];
	uint64_t rng;
	uint64_t step;
	uint64_t next_word;
	int touched_ep;
	uint32_t touched_pasid;
	int touched_dom;
	uint64_t dmas;
	uint64_t walked;
	char history[PROP_HISTORY][96];
};

/* oracle.c: what must be */
extern const uint64_t prop_iovas[PROP_IOVAS];
extern const uint64_t prop_block_iovas[PROP_BLOCK_IOVAS];

/**
 * struct prop_place - where an address leads
 * @prot: PL_PROT_*; 0: nowhere
 * @phys: the physical address
 * @word: what is there
 * @page: the page that holds it, -1 where it is no page's first word
 */
struct prop_place {
	uint32_t prot;
	uint64_t phys;
	uint64_t word;
	int page;
};

uint64_t prop_page_word(int page);
uint64_t prop_block_word(int block, unsigned int page);
void prop_domain_init(struct prop_domain *o, int stage, uint64_t iova_last);
int prop_nr_pasids(const struct prop *w, int e);
int prop_rules(const struct prop *w, int e, bool rid, int x);
int prop_unit_rules(const struct prop *w, int e, bool rid, int x);
void prop_hold(struct prop *w, int *holds, int x);
int *prop_slot(struct prop *w, int e, uint32_t pasid, int *aux);
void prop_look(const struct prop *w, int holds, uint64_t iova, struct prop_place *place);
uint64_t prop_unmap_wide(struct prop_domain *o, uint64_t iova, uint64_t size);

/* steps.c: what is drawn */
int prop_draw(struct prop *w);

/* run.c */
int prop_run(struct prop *w, struct prop_backend *b, const struct prop_options *opt);
int prop_wind_up(struct prop *w);
int prop_fail(struct prop *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int prop_note(struct prop *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline bool prop_can(const struct prop *w, enum pl_dev_feature f)
{
	return w->b->caps.features & 1u << f;
}

#endif /* _PASIDLAB_TESTS_PROPERTY_H */
