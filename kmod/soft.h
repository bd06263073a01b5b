/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The soft engine, as its three files share it: soft.c (comes, goes, queues),
 * soft_dma.c (moves data), soft_atc.c (remembers translations).
 *
 * Vocabulary.  An *engine* is an endpoint made of software on a model's fabric.
 * A *channel* is one of its threads with a queue of *jobs*; a job is one
 * PL_IOC_DMA.  A *chunk* is what one TLP moves: it never crosses 4 KiB (PCIe
 * 2.2.7).  The *ATC* is its device TLB (PCIe 10.1).
 *
 * The hard rule: see soft_atc.c.
 */
#ifndef _PASIDLAB_SOFT_H
#define _PASIDLAB_SOFT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "fabric.h"

#define PL_SOFT_CHUNK	4096u

/**
 * struct pl_atc - a device TLB
 * @lock: all below, and every struct pl_atc_use in @sent
 * @epoch: invalidations so far
 * @sent: translated requests on their way to the fabric
 * @spaces: PASID (PL_NO_PASID for the RID) -> what is remembered for it
 */
struct pl_atc {
	spinlock_t lock;
	u32 epoch;
	struct list_head sent;
	struct xarray spaces;
};

/**
 * struct pl_atc_use - one request that goes through the ATC
 * @node: in pl_atc.sent, while it is translated and on its way
 * @tlp: the request
 * @first: first IOVA of the translation it uses
 * @last: last one
 */
struct pl_atc_use {
	struct list_head node;
	struct pl_tlp tlp;
	u64 first;
	u64 last;
};

void pl_atc_init(struct pl_atc *atc);
bool pl_atc_begin(struct pl_atc *atc, struct pl_atc_use *use, u32 *epoch);
void pl_atc_learn(struct pl_atc *atc, struct pl_atc_use *use, const struct pl_translation *tr,
		  u32 epoch);
void pl_atc_end(struct pl_atc *atc, struct pl_atc_use *use);
void pl_atc_drop(struct pl_atc *atc, pl_pasid_t pasid, bool global, u64 addr, u64 size);
void pl_atc_clear(struct pl_atc *atc);

/**
 * struct pl_mover - what moving data needs to know of the engine
 * @fabric: where TLPs go
 * @atc: the engine's
 * @rid: Requester ID
 * @stop: the engine goes away; looked at before every chunk
 */
struct pl_mover {
	struct pl_fabric *fabric;
	struct pl_atc atc;
	u16 rid;
	bool stop;
};

void pl_mover_run(struct pl_mover *m, struct pl_dma_desc *desc, const bool *cancel, u8 *chunk);

#endif /* _PASIDLAB_SOFT_H */
