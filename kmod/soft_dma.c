// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving data: from a descriptor to TLPs and back to its status.
 *
 * Every transfer goes chunk by chunk, each within 4 KiB of IOVA, with the
 * descriptor's PASID or none, either untranslated or, with PL_DMA_ATS, through
 * the ATC.  The first chunk that is refused ends it; what came before stays
 * moved and is told in pl_dma_desc.done.
 *
 * Whether ATS or PASIDs are switched on is not looked at here: an endpoint that
 * breaks the rules is the unit's to refuse.
 *
 * Locking: none of its own; a translated chunk is between pl_atc_begin() and
 * pl_atc_end().
 *
 * The hard rule: what a refused request carried never reaches the answer.
 */
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "soft.h"

#define FNV64_BASIS	0xcbf29ce484222325ULL
#define FNV64_PRIME	0x00000100000001b3ULL

static u64 fnv64(u64 hash, const u8 *p, u32 len)
{
	while (len--)
		hash = (hash ^ *p++) * FNV64_PRIME;
	return hash;
}

/* Pattern byte of transfer byte i is byte i % 8, little endian. */
static void fill_chunk(u8 *chunk, u64 pattern, u32 from, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		chunk[i] = pattern >> 8 * ((from + i) % 8);
}

static void note_stale(struct pl_dma_desc *desc, u32 stale)
{
	desc->stale = max(desc->stale, stale);
}

static int refuse(struct pl_dma_desc *desc, u32 reason)
{
	desc->status = PL_DMA_REFUSED;
	desc->reason = reason;
	return -EFAULT;
}

static int send(struct pl_mover *m, struct pl_dma_desc *desc, struct pl_tlp *tlp, u8 *chunk)
{
	int ret = m->fabric->ops->access(m->fabric, tlp, chunk);

	note_stale(desc, tlp->stale);
	return ret ? refuse(desc, tlp->reason) : 0;
}

/* What the ATC does not know the unit is asked for. */
static int translate(struct pl_mover *m, struct pl_dma_desc *desc, struct pl_atc_use *use,
		     u32 epoch)
{
	struct pl_tlp *tlp = &use->tlp;
	struct pl_translation tr = { 0 };
	int ret;

	ret = m->fabric->ops->translate(m->fabric, m->rid, tlp->pasid, tlp->iova, tlp->write, &tr);
	note_stale(desc, tr.stale);
	if (ret || !(tlp->write ? tr.write : tr.read))
		return refuse(desc, tr.reason);
	pl_atc_learn(&m->atc, use, &tr, epoch);
	return 0;
}

static int move_ats(struct pl_mover *m, struct pl_dma_desc *desc, const struct pl_tlp *tlp,
		    u8 *chunk)
{
	struct pl_atc_use use = { .tlp = *tlp };
	u32 epoch;
	int ret = 0;

	if (!pl_atc_begin(&m->atc, &use, &epoch))
		ret = translate(m, desc, &use, epoch);
	if (!ret)
		ret = send(m, desc, &use.tlp, chunk);
	pl_atc_end(&m->atc, &use);
	return ret;
}

/* One chunk, one direction. */
static int move(struct pl_mover *m, struct pl_dma_desc *desc, u64 iova, u32 len, bool write,
		u8 *chunk)
{
	struct pl_tlp tlp = {
		.rid = m->rid,
		.pasid = desc->pasid,
		.addr = iova,
		.len = len,
		.write = write,
		.iova = iova,
	};

	if (desc->flags & PL_DMA_ATS)
		return move_ats(m, desc, &tlp, chunk);
	return send(m, desc, &tlp, chunk);
}

static u32 to_boundary(u64 iova)
{
	return PL_SOFT_CHUNK - (u32)(iova % PL_SOFT_CHUNK);
}

static u32 chunk_len(const struct pl_dma_desc *desc, bool reads, bool writes)
{
	u32 len = desc->len - desc->done;

	if (reads)
		len = min(len, to_boundary(desc->src + desc->done));
	if (writes)
		len = min(len, to_boundary(desc->dst + desc->done));
	return len;
}

static int run_chunk(struct pl_mover *m, struct pl_dma_desc *desc, u8 *chunk)
{
	bool reads = desc->op != PL_DMA_FILL, writes = desc->op != PL_DMA_READ;
	u32 len = chunk_len(desc, reads, writes);
	int ret = 0;

	if (reads)
		ret = move(m, desc, desc->src + desc->done, len, false, chunk);
	else
		fill_chunk(chunk, desc->pattern, desc->done, len);
	if (ret)
		return ret;
	if (reads)
		desc->hash = fnv64(desc->hash, chunk, len);
	if (writes)
		ret = move(m, desc, desc->dst + desc->done, len, true, chunk);
	if (!ret)
		desc->done += len;
	return ret;
}

/**
 * pl_mover_run() - carry out one descriptor
 * @m: the engine's side of it
 * @desc: the descriptor, checked; its answer goes in here
 * @cancel: nobody waits for it any more; looked at before every chunk
 * @chunk: PL_SOFT_CHUNK bytes
 *
 * Context: may sleep.
 */
void pl_mover_run(struct pl_mover *m, struct pl_dma_desc *desc, const bool *cancel, u8 *chunk)
{
	desc->hash = desc->op == PL_DMA_FILL ? 0 : FNV64_BASIS;
	desc->status = PL_DMA_OK;
	desc->done = 0;
	desc->reason = 0;
	desc->stale = PL_STALE_NONE;
	while (desc->done < desc->len) {
		if (READ_ONCE(m->stop) || READ_ONCE(*cancel)) {
			desc->status = PL_DMA_GONE;
			return;
		}
		if (run_chunk(m, desc, chunk))
			return;
		cond_resched();
	}
}
