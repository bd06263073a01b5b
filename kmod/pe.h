/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCIe engine ("pasid-engine", qemu/engine-regs.h) as its two files share
 * it: pe.c (comes, goes, which unit), pe_ring.c (descriptors and completions).
 *
 * Vocabulary.  A *channel* has a descriptor ring and a completion ring, both in
 * one piece of memory.  A *job* is one PL_IOC_DMA: up to PL_DMA_BATCH_MAX
 * descriptors, which a ring holds at once.
 *
 * The hard rule: a channel's ring belongs to one job at a time.
 */
#ifndef _PASIDLAB_PE_H
#define _PASIDLAB_PE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "../qemu/engine-regs.h"
#include "unit.h"

#define PL_PE_RING_ORDER	8	/* 2^8 entries: PL_DMA_BATCH_MAX */
#define PL_PE_MEM_ORDER		3	/* pages: 16 KiB of descriptors, 8 KiB of records */

/**
 * struct pl_pe_channel - one channel and its rings
 * @regs: its registers
 * @lock: the rings; held for a whole job
 * @descs: descriptor ring, the start of a piece of 2^PL_PE_MEM_ORDER pages
 * @comps: completion ring, behind it
 * @iova: where the device finds @descs
 * @pasid: under which PASID
 * @tail: counter of the next descriptor
 * @wait: where a job waits for its last record
 * @stop: the engine goes: jobs give up
 * @vector: its interrupt is requested
 * @irq: records announce themselves
 */
struct pl_pe_channel {
	void __iomem *regs;
	struct mutex lock;
	struct pl_eng_desc *descs;
	struct pl_eng_comp *comps;
	u64 iova;
	pl_pasid_t pasid;
	u32 tail;
	wait_queue_head_t wait;
	const bool *stop;
	bool vector;
	bool irq;
};

int pl_pe_channel_init(struct pl_pe_channel *ch, void __iomem *regs, const bool *stop);
void pl_pe_channel_free(struct pl_pe_channel *ch);
int pl_pe_channel_start(struct pl_pe_channel *ch);
int pl_pe_channel_stop(struct pl_pe_channel *ch);
int pl_pe_channel_run(struct pl_pe_channel *ch, struct pl_dma_desc *descs, unsigned int n);

#endif /* _PASIDLAB_PE_H */
