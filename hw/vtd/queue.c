// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue (6.5.2): a ring of 256-bit descriptors.
 *
 * Vocabulary.  A *batch* is a run of descriptors that one submitter puts into
 * the ring at once.  A *wait* is an invalidation wait descriptor that makes the
 * unit store its number into @status once all before it is done (6.5.2.8).  Who
 * waits is hw/commit.h's business.
 *
 * A refused descriptor (6.5.2.11) is *mended*: a global invalidation of its kind,
 * which nothing can be wrong with, takes its place, so that nothing is lost and
 * the order around it stays.  A device-TLB invalidation has no such form; then a
 * wait takes its place, the unit goes on, and the queue is marked, for what went
 * unanswered cannot be told.
 *
 * Locking: vtd_queue.commit.lock for the ring and the numbers.  Submitters may
 * sleep.
 *
 * Nothing here is published: the unit snoops the queue and the status address
 * whatever ECAP.C says of its tables (11.4.3, C).
 *
 * The hard rule: a batch is contiguous in the ring, so that no other
 * submitter's wait can come between a PASID-cache invalidation and the IOTLB
 * invalidation that must follow it (O2).
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/array_size.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "vtd.h"

#define QUEUE_ORDER	3				/* QS: 8 pages */
#define QUEUE_SIZE	(128u << QUEUE_ORDER)		/* descriptors */

static struct vtd_queue *to_queue(struct pl_commit *c)
{
	return container_of(c, struct vtd_queue, commit);
}

static u32 ring_free(const struct vtd_queue *q)
{
	/* One stays empty: head == tail means nothing to do (11.4.9.2). */
	return (q->head - q->tail - 1) & (QUEUE_SIZE - 1);
}

static void ring_put(struct vtd_queue *q, u64 lo, u64 hi)
{
	u64 *desc = q->ring[q->tail];

	desc[0] = lo;
	desc[1] = hi;
	desc[2] = 0;
	desc[3] = 0;
	q->tail = (q->tail + 1) & (QUEUE_SIZE - 1);
}

static void doorbell(struct vtd_queue *q)
{
	wmb();	/* descriptors before the tail that shows them to the unit */
	pl_write64(q->regs, VTD_IQT, (u64)q->tail << VTD_IQ_DESC_SHIFT);
}

static void read_head(struct vtd_queue *q)
{
	q->head = pl_read64(q->regs, VTD_IQH) >> VTD_IQ_DESC_SHIFT;
}

static void desc_print(struct vtd_queue *q, const char *what)
{
	u64 *desc = q->ring[q->head];

	pr_err("%s at descriptor %u: %016llx %016llx, tail %u, FSTS %08x, IQERCD %016llx\n", what,
	       q->head, desc[0], desc[1], q->tail, pl_read32(q->regs, VTD_FSTS),
	       pl_read64(q->regs, VTD_IQERCD));
}

/* The wait of the leader, of whom there is one at a time. */
static u64 leader_wait(const struct vtd_queue *q)
{
	return VTD_DESC_WAIT | VTD_WAIT_SW | VTD_WAIT_FN | FIELD_PREP(VTD_WAIT_DATA, q->seq);
}

/*
 * A wait that nobody looks at.  Not FN alone: QEMU 7.2 takes a wait only if it
 * stores or interrupts.  The word behind the status is nobody's.
 */
static bool put_nothing(const struct vtd_queue *q, u64 *lo, u64 *hi)
{
	*lo = VTD_DESC_WAIT | VTD_WAIT_SW | VTD_WAIT_FN;
	*hi = virt_to_phys(q->status + 1);
	return false;
}

/* What stands in for @desc; true when it does no less, and has no field to be wrong. */
static bool stand_in(const struct vtd_queue *q, const u64 *desc, u64 *lo, u64 *hi)
{
	*hi = 0;
	switch (FIELD_GET(VTD_DESC_TYPE, desc[0])) {
	case VTD_DESC_CC:
		*lo = VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_GLOBAL);
		return true;
	case VTD_DESC_PC:
		*lo = VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_GLOBAL);
		return true;
	case VTD_DESC_IOTLB:
	case VTD_DESC_PIOTLB:
		*lo = VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_GLOBAL) |
		      VTD_IOTLB_DR | VTD_IOTLB_DW;
		return true;
	case VTD_DESC_WAIT:
		put_nothing(q, lo, hi);
		if (desc[0] & VTD_WAIT_SW) {
			*lo = leader_wait(q);
			*hi = virt_to_phys(q->status);
		}
		return true;
	default:
		return put_nothing(q, lo, hi);
	}
}

/* Put something where the unit stopped that it accepts; 0 when nothing is lost by it. */
static int mend(struct vtd_queue *q)
{
	bool again = q->mended_head == q->head && q->mended_seq == q->seq, whole;
	u64 *desc = q->ring[q->head], lo, hi;

	whole = again ? put_nothing(q, &lo, &hi) : stand_in(q, desc, &lo, &hi);
	q->mended_head = q->head;
	q->mended_seq = q->seq;
	desc[0] = lo;
	desc[1] = hi;
	desc[2] = 0;
	desc[3] = 0;
	return whole ? 0 : -EIO;
}

/*
 * The unit stopped before a descriptor and fetches nothing until IQE is cleared
 * (6.5.2.11).  Hardware then goes on by itself, QEMU when the tail is written
 * again; writing it twice does no harm.
 */
static int error_descriptor(struct vtd_queue *q)
{
	int ret;

	read_head(q);
	if (!q->commit.error)
		desc_print(q, "invalidation queue error");
	ret = mend(q);
	wmb();	/* the mended descriptor before the unit looks again */
	pl_write32(q->regs, VTD_FSTS, VTD_FSTS_IQE);
	doorbell(q);
	if (!ret)
		pr_warn("a global one takes its place: nothing is lost\n");
	return ret;
}

/* A device did not answer; the unit gave up its waits with it (6.5.2.11). */
static int error_device(struct vtd_queue *q)
{
	read_head(q);
	desc_print(q, "device TLB invalidation timed out");
	pl_write32(q->regs, VTD_FSTS, VTD_FSTS_ITE | VTD_FSTS_ICE);
	ring_put(q, leader_wait(q), virt_to_phys(q->status));
	doorbell(q);
	return -ETIMEDOUT;
}

/* Read again under the lock: of two who see an error, one deals with it. */
static void look_for_errors(struct vtd_queue *q)
{
	unsigned long flags;
	int ret = 0;
	u32 fsts;

	if (!(pl_read32(q->regs, VTD_FSTS) & (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE)))
		return;
	spin_lock_irqsave(&q->commit.lock, flags);
	fsts = pl_read32(q->regs, VTD_FSTS);
	if (fsts & VTD_FSTS_IQE)
		ret = error_descriptor(q);
	else if (fsts & (VTD_FSTS_ITE | VTD_FSTS_ICE))
		ret = error_device(q);
	if (ret)
		pl_commit_fail(&q->commit, ret);
	spin_unlock_irqrestore(&q->commit.lock, flags);
	/* 7.3: faults that were recorded while the bits were set made no interrupt. */
	pl_listener_poke(&container_of(q, struct vtd_unit, queue)->faults);
}

static void queue_mend(struct pl_commit *c)
{
	look_for_errors(to_queue(c));
}

static void queue_stuck(struct pl_commit *c)
{
	struct vtd_queue *q = to_queue(c);

	read_head(q);
	desc_print(q, "invalidation queue does not move");
	pr_err("waiting for %u, the unit is at %u\n", q->seq, READ_ONCE(*q->status));
}

/* The unit's numbers only grow, so later is as good as equal. */
static bool wait_over(struct pl_commit *c, u32 seq)
{
	return (s32)(READ_ONCE(*to_queue(c)->status) - seq) >= 0;
}

static u32 wait_begin(struct pl_commit *c, struct pl_cost *cost)
{
	struct vtd_queue *q = to_queue(c);

	q->seq++;
	ring_put(q, leader_wait(q), virt_to_phys(q->status));
	pl_cost_add(cost, PL_COUNT_WAITS, 1);
	doorbell(q);
	return q->seq;
}

static const struct pl_commit_ops wait_ops = {
	.begin = wait_begin,
	.over = wait_over,
	.mend = queue_mend,
	.stuck = queue_stuck,
};

/* Space comes when the unit fetches; a full ring is waited for, not an error. */
static void ring_room(struct vtd_queue *q, u32 n, unsigned long *flags)
	__must_hold(&q->commit.lock)
{
	u64 end = 0;

	if (ring_free(q) >= n)
		return;
	read_head(q);
	while (ring_free(q) < n && !q->commit.error) {
		doorbell(q);
		spin_unlock_irqrestore(&q->commit.lock, *flags);
		pl_commit_hope(&q->commit, &wait_ops, &end);
		spin_lock_irqsave(&q->commit.lock, *flags);
		read_head(q);
	}
}

/**
 * vtd_batch_begin() - a batch goes into the ring
 * @b: the batch
 * @q: the queue; locked until vtd_batch_end()
 * @n: descriptors it may have, at most a quarter of the ring
 * @cost: counts them: fences as fences, the rest as descriptors
 *
 * Context: may sleep here, and not again before vtd_batch_end().
 */
void vtd_batch_begin(struct vtd_batch *b, struct vtd_queue *q, u32 n, struct pl_cost *cost)
	__acquires(&q->commit.lock)
{
	b->q = q;
	b->cost = cost;
	spin_lock_irqsave(&q->commit.lock, b->flags);
	/* Two more than needed: there is always room for a wait. */
	if (!q->commit.error)
		ring_room(q, n + 2, &b->flags);
}

/**
 * vtd_batch_put() - one descriptor more
 * @b: the batch
 * @lo: low quadword
 * @hi: high quadword; the other two are always zero
 */
void vtd_batch_put(struct vtd_batch *b, u64 lo, u64 hi)
{
	if (b->q->commit.error)
		return;
	pl_cost_command(b->cost, FIELD_GET(VTD_DESC_TYPE, lo) == VTD_DESC_WAIT);
	ring_put(b->q, lo, hi);
}

/**
 * vtd_batch_end() - the batch is whole
 * @b: the batch
 *
 * The unit need not see it before somebody waits.
 *
 * Return: its number, to wait for.
 */
u64 vtd_batch_end(struct vtd_batch *b)
	__releases(&b->q->commit.lock)
{
	u64 batch = ++b->q->commit.batches;

	spin_unlock_irqrestore(&b->q->commit.lock, b->flags);
	return batch;
}

/**
 * vtd_queue_add() - put a batch that is known beforehand into the ring
 * @q: the queue
 * @descs: low and high quadwords, in the order they must stand
 * @n: how many, at most a quarter of the ring
 * @cost: as for vtd_batch_begin()
 *
 * Context: may sleep.
 * Return: the batch's number, to wait for.
 */
u64 vtd_queue_add(struct vtd_queue *q, const u64 (*descs)[2], u32 n, struct pl_cost *cost)
{
	struct vtd_batch b;
	u32 i;

	vtd_batch_begin(&b, q, n, cost);
	for (i = 0; i < n; i++)
		vtd_batch_put(&b, descs[i][0], descs[i][1]);
	return vtd_batch_end(&b);
}

/**
 * vtd_queue_wait() - wait until a batch is done, and all before it
 * @q: the queue
 * @batch: from vtd_batch_end() or vtd_queue_add()
 * @cost: counts the wait, if it took one of its own
 *
 * Context: may sleep.
 * Return: 0, -ETIMEDOUT or -EIO; from then on every call says the same.
 */
int vtd_queue_wait(struct vtd_queue *q, u64 batch, struct pl_cost *cost)
{
	return pl_commit_wait(&q->commit, &wait_ops, batch, cost);
}

static int flush_everything(struct vtd_unit *v)
{
	/* Whatever the unit remembers of an earlier owner goes (6.5.3.3). */
	const u64 descs[][2] = {
		{ VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_GLOBAL), 0 },
		{ VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_GLOBAL), 0 },
		{ VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_GLOBAL) |
		  VTD_IOTLB_DR | VTD_IOTLB_DW, 0 },
	};
	struct pl_cost cost = {};
	u64 batch = vtd_queue_add(&v->queue, descs, ARRAY_SIZE(descs), &cost);

	return vtd_queue_wait(&v->queue, batch, &cost);
}

/**
 * vtd_queue_start() - allocate the ring and switch the queue on (11.4.9)
 * @v: the unit; its queue is off and its root table set
 *
 * Context: may sleep.
 * Return: 0 with every cache of the unit empty, -ENOMEM, -ETIMEDOUT.
 */
int vtd_queue_start(struct vtd_unit *v)
{
	struct vtd_queue *q = &v->queue;
	int ret = -ENOMEM;

	q->regs = v->regs;
	pl_commit_init(&q->commit);
	q->ring = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, QUEUE_ORDER);
	q->status = (void *)get_zeroed_page(GFP_KERNEL);
	if (!q->ring || !q->status)
		goto free;
	pl_write64(v->regs, VTD_IQT, 0);
	pl_write64(v->regs, VTD_IQA,
		   virt_to_phys(q->ring) | VTD_IQA_DW | FIELD_PREP(VTD_IQA_QS, QUEUE_ORDER));
	ret = vtd_gcmd(v, VTD_GCMD_QIE, 0, VTD_GCMD_QIE, true);
	if (ret)
		goto free;
	ret = flush_everything(v);
	if (!ret)
		return 0;
	vtd_gcmd(v, 0, VTD_GCMD_QIE, VTD_GCMD_QIE, false);
free:
	free_pages((unsigned long)q->ring, QUEUE_ORDER);
	free_page((unsigned long)q->status);
	return ret;
}

/**
 * vtd_queue_stop() - flush, switch the queue off and free it
 * @v: the unit; translation is off and nobody submits
 *
 * Context: may sleep.
 */
void vtd_queue_stop(struct vtd_unit *v)
{
	struct vtd_queue *q = &v->queue;

	if (!q->commit.error)
		flush_everything(v);
	/* A unit that does not let go of the ring keeps it. */
	if (vtd_gcmd(v, 0, VTD_GCMD_QIE, VTD_GCMD_QIE, false))
		return;
	free_pages((unsigned long)q->ring, QUEUE_ORDER);
	free_page((unsigned long)q->status);
}
