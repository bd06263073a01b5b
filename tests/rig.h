/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rig: core, a unit's driver and its reference model put together in one
 * process, with endpoints that a test drives by hand.
 *
 * Vocabulary.  A *machine* is a unit and the model it drives; rig_vtd.c and
 * rig_smmuv3.c know how to make one, nothing else does.  An *endpoint* here is
 * a port on the model's fabric with a device TLB of its own; it never evicts,
 * so a translation stays until it is invalidated.  A *page* is one of a pool of
 * target pages, each holding its own 64-bit word at the start; a DMA that reads
 * that word has proved where it went.
 *
 * Locking: an endpoint's device TLB has a lock; everything else is the test's.
 *
 * The hard rule: the rig judges nothing.  It says what a DMA saw; tests say
 * whether that was right.
 */
#ifndef _PASIDLAB_TESTS_RIG_H
#define _PASIDLAB_TESTS_RIG_H

#include <stdio.h>

#include <linux/device.h>
#include <linux/spinlock.h>

#include "../hw/smmuv3/model_api.h"
#include "../hw/vtd/model_api.h"
#include "../hw/vtd/vtd.h"
#include "../kmod/core.h"

#define RIG_EPS		4
#define RIG_ATC		1024	/* hash buckets of a device TLB */

struct rig_atc_entry {
	struct rig_atc_entry *next;
	pl_pasid_t pasid;
	u64 iova;
	struct pl_translation tr;
};

/**
 * struct rig_ep - an endpoint
 * @dev: its struct device; &ep->dev is what the API takes
 * @port: its place on the fabric
 * @fabric: the model's downstream side
 * @d: the core's struct pl_dev, for assertions
 * @caps: PL_EP_* switched on
 * @atc_lock: the device TLB
 * @atc: its entries
 * @invalidations: messages it got
 */
struct rig_ep {
	struct device dev;
	struct pl_port port;
	struct pl_fabric *fabric;
	struct pl_dev *d;
	u32 caps;
	spinlock_t atc_lock;
	struct rig_atc_entry *atc[RIG_ATC];
	u64 invalidations;
};

struct rig;

/**
 * struct rig_machine - a unit and its model
 * @unit: the core's side
 * @fabric: where endpoints connect
 * @ats: it has device TLBs
 * @pasid_bits: of its endpoints
 * @violation: see pl_unit_ops.violation
 * @audit: compare all that is cached with memory; violations found
 * @destroy: unit, model and this go; the endpoints are gone
 */
struct rig_machine {
	struct pl_unit *unit;
	struct pl_fabric *fabric;
	bool ats;
	u8 pasid_bits;
	int (*violation)(struct rig_machine *m, unsigned int index, const char **name,
			 const char **text, u64 *count);
	u64 (*audit)(struct rig_machine *m);
	void (*destroy)(struct rig_machine *m);
};

/**
 * struct rig - a machine with endpoints
 * @m: the machine
 * @unit: its unit
 * @ep: endpoints, NULL where there is none
 * @nr_eps: places used in @ep
 * @vtd: a VT-d machine's unit, else NULL
 * @model: and its model
 */
struct rig {
	struct rig_machine *m;
	struct pl_unit *unit;
	struct rig_ep *ep[RIG_EPS];
	int nr_eps;
	struct vtd_unit *vtd;
	struct vtd_model *model;
};

/**
 * struct rig_dma - one DMA and what became of it
 * @pasid: PL_NO_PASID for an untagged one
 * @iova: where
 * @write: store @word instead of loading it
 * @ats: through the device TLB
 * @word: 64 bits, in or out
 * @reason: out, where refused
 * @stale: out, PL_STALE_*
 */
struct rig_dma {
	pl_pasid_t pasid;
	u64 iova;
	bool write;
	bool ats;
	u64 word;
	u32 reason;
	u32 stale;
};

/* A VT-d unit's config with everything on; tests change what they care for. */
void rig_config(struct vtd_model_config *cfg);
int rig_create(const struct vtd_model_config *cfg, const char *name, int nr_eps, struct rig **out);

/* The same for an SMMUv3. */
void rig_config_smmuv3(struct smmu_model_config *cfg);
int rig_create_smmuv3(const struct smmu_model_config *cfg, const char *name, int nr_eps,
		      struct rig **out);

/* What both end in: the machine becomes the rig's, or is destroyed. */
int rig_assemble(struct rig_machine *m, int nr_eps, struct rig **out);
void rig_destroy(struct rig *r);
int rig_ep_add(struct rig *r, int i, u32 caps, u8 pasid_bits);
void rig_ep_del(struct rig *r, int i);

/* 0, or -EFAULT when the unit refused. */
int rig_dma(struct rig_ep *ep, struct rig_dma *dma);

/* The two questions most tests ask. */
bool rig_reads(struct rig_ep *ep, pl_pasid_t pasid, u64 iova, u64 word);
bool rig_refused(struct rig_ep *ep, pl_pasid_t pasid, u64 iova);

/* A page with @word in its first eight bytes; its physical address. */
u64 rig_page(u64 word);
void rig_page_free(u64 phys);

/* One column of the ledger. */
u64 rig_count(struct rig *r, enum pl_op op, enum pl_count what);

/* Everything cached against memory: violations found. */
u64 rig_audit(struct rig *r);

/* Violations by name: prints each kind to @f as "violation NAME count: text"; their sum. */
u64 rig_violations(struct rig *r, FILE *f);

static inline struct device *rig_dev(struct rig *r, int i)
{
	return &r->ep[i]->dev;
}

#endif /* _PASIDLAB_TESTS_RIG_H */
