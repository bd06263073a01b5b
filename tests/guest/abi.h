/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * abi.h - the stage on which the tests of the ABI play.
 *
 * Vocabulary.  *Pages* are the test's own memory, one page each, all with different bytes.  A
 * *reach* is where a DMA of some PASID ends up: at one of the pages, refused, or somewhere that no
 * test mapped. Each test gets a fresh open file `f` with all endpoints open and aux enabled, and a
 * second one, `other`, for what belongs to somebody else.  Endpoint 0 and endpoint 1 are behind the
 * same unit where there are two such.
 *
 * Locking: none; the tests run one after the other, and alone on the units.
 *
 * The hard rule: after each test both files are closed and everything must be back: no pinned
 * page, no attached slot.  A test that leaks fails, whatever it proved.
 */
#ifndef PL_ABI_H
#define PL_ABI_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../workloads/buffer.h"
#include "../../workloads/libpl.h"
#include "check.h"

#define ABI_DEVS	8u
#define ABI_PAGES	4u
#define ABI_REACHES	8u	/* PASIDs tried in one request */
#define ABI_IOVA	0x123456000ull	/* where abi_domain() maps its page */
#define ABI_LEN		256u		/* of the transfers that find out a reach */

/* Reaches besides the index of a page. */
#define ABI_REFUSED	(-1)
#define ABI_ODD		(-2)	/* another memory, or only some of the transfers */

/* What a test needs, else it is skipped. */
#define NEED_PAIR	(1u << 0)	/* two endpoints behind one unit */
#define NEED_UNITS	(1u << 1)	/* endpoints behind two units */
#define NEED_NO_AUX	(1u << 2)	/* an endpoint without aux */
#define NEED_MODEL	(1u << 3)	/* a reference model, which can tell violations */
#define NEED_FEW	(1u << 4)	/* at most 65536 PASIDs, so that all can be taken */
#define NEED_STRICT	(1u << 5)	/* the strict rule, which is then set */
#define NEED_WAITS	(1u << 6)	/* a unit that counts its waits */
#define NEED_FAULTS	(1u << 7)	/* a unit whose faults are the module's */
#define NEED_WALK	(1u << 8)	/* a unit whose tables can be read */

/**
 * struct abi_dev - an endpoint, as both files see it
 * @info: its description
 * @h: its handle in abi.f
 * @other: its handle in abi.other
 */
struct abi_dev {
	struct pl_ioc_dev_info info;
	uint32_t h;
	uint32_t other;
};

/**
 * struct abi - the stage
 * @transport: how requests reach the module
 * @mode: PL_MODE_*, the exclusion rule that the tests begin with
 * @lives: PASID lives of the churn in the group life
 * @f: the file under test
 * @other: somebody else's
 * @ctl: open from start to end; reads ledgers
 * @dev: endpoints with an engine and aux; the first two behind one unit, where possible
 * @nr_devs: how many
 * @pair: dev[0] and dev[1] are behind one unit
 * @foreign: index of an endpoint behind another unit than dev[0]'s, 0 for none
 * @no_aux: name of an endpoint without aux, empty for none
 * @ctl_dev: handle of dev[0] in @ctl
 * @uncounted: what the unit of dev[0] cannot count, see struct pl_ioc_ledger
 * @tables: PL_IOC_WALK reads the tables of dev[0]'s unit
 * @page: the pages
 * @hash: of their first ABI_LEN bytes
 * @pinned: what the kernel said was pinned before the test
 */
struct abi {
	const struct plu_transport *transport;
	uint32_t mode;
	unsigned int lives;
	struct plu_file f;
	struct plu_file other;
	struct plu_file ctl;
	struct abi_dev dev[ABI_DEVS];
	unsigned int nr_devs;
	bool pair;
	unsigned int foreign;
	char no_aux[PL_NAME_LEN];
	uint32_t ctl_dev;
	uint64_t uncounted;
	bool tables;
	struct plu_buf page[ABI_PAGES];
	uint64_t hash[ABI_PAGES];
	long long pinned;
};

/**
 * struct abi_place - where DMA is tried
 * @f: whose handle @dev is
 * @dev: device handle
 * @iova: the address
 */
struct abi_place {
	const struct plu_file *f;
	uint32_t dev;
	uint64_t iova;
};

/**
 * struct abi_test - a row of a test table
 * @name: what it proves, as a sentence
 * @req: requirement numbers
 * @run: the test
 * @needs: NEED_*
 */
struct abi_test {
	const char *name;
	const char *req;
	void (*run)(struct abi *a);
	unsigned int needs;
};

/**
 * struct abi_group - tests of one subject
 * @name: as the command line takes it
 * @tests: the table; NULL where @run makes its own tests
 * @nr: its length
 * @run: see @tests
 * @on_demand: runs only when it is asked for by name
 */
struct abi_group {
	const char *name;
	const struct abi_test *tests;
	size_t nr;
	void (*run)(struct abi *a);
	bool on_demand;
};

extern const struct abi_group abi_group_struct;
extern const struct abi_group abi_group_handle;
extern const struct abi_group abi_group_feature;
extern const struct abi_group abi_group_slot;
extern const struct abi_group abi_group_rid;
extern const struct abi_group abi_group_map;
extern const struct abi_group abi_group_dma;
extern const struct abi_group abi_group_walk;
extern const struct abi_group abi_group_life;
extern const struct abi_group abi_group_remove;
extern const struct abi_group abi_group_unload;

/* abi_stage.c */
int abi_open(struct abi *a, const struct plu_transport *transport);
void abi_close(struct abi *a);
int abi_find_devices(struct abi *a);
void abi_setup(struct abi *a, uint32_t mode);
void abi_teardown(struct abi *a);
const char *abi_missing(const struct abi *a, unsigned int needs);
void abi_run_group(struct abi *a, const struct abi_group *group);

uint32_t abi_domain(struct abi *a, unsigned int dev, unsigned int page);
uint32_t abi_domain_of(const struct plu_file *f, uint32_t dev, const struct plu_buf *page);
uint32_t abi_pasid(struct abi *a, unsigned int dev, uint32_t domain);
void abi_reaches(struct abi *a, const struct abi_place *place, const uint32_t *pasids,
		 unsigned int nr, int *reach);
int abi_reach_at(struct abi *a, const struct plu_file *f, uint32_t dev, uint32_t pasid,
		 uint64_t iova);
int abi_reach(struct abi *a, unsigned int dev, uint32_t pasid);
bool abi_pages_intact(struct abi *a);
long long abi_pinned(void);
uint32_t abi_free_pasids(const struct plu_file *f, uint32_t dev, uint32_t limit);

/* A PASID, or the RID, ends up at one of the pages, or is refused. */
#define EXPECT_REACH(a, dev, pasid, page) \
	abi_expect_reach(a, dev, pasid, page, __FILE__, __LINE__)
#define EXPECT_REFUSED(a, dev, pasid)	EXPECT_REACH(a, dev, pasid, ABI_REFUSED)

bool abi_expect_reach(struct abi *a, unsigned int dev, uint32_t pasid, int page,
		      const char *file, int line);

#endif
