// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (3.5, 4.7, 7.1): a ring of 128-bit commands.
 *
 * Vocabulary.  An *index* is a place in the ring with the wrap bit above it.  A
 * *sync* is a CMD_SYNC that somebody waits for, a *fence* one that only keeps
 * commands apart: the unit starts nothing behind it until all before it is
 * done, and nobody looks (4.7.3).
 *
 * Who waits is hw/commit.h's business.  A sync is known to be over when the
 * unit has written its number (IDR0.MSI), else when CONS has passed it.
 *
 * Locking: smmu_cmdq.commit.lock for the ring and the indexes.
 *
 * The hard rule: a batch is contiguous in the ring, so that what must be done
 * in order stays in order whoever else submits.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/printk.h>

#include "smmuv3.h"

#define QUEUE_BITS		10			/* 16 KiB */

static struct smmu_cmdq *to_cmdq(struct pl_commit *c)
{
	return container_of(c, struct smmu_cmdq, commit);
}

static u32 ring_size(const struct smmu_cmdq *q)
{
	return 1u << q->bits;
}

static u64 *ring_at(const struct smmu_cmdq *q, u32 index)
{
	return q->ring[index & (ring_size(q) - 1)];
}

/* Distance from @a to @b, both with their wrap bits. */
static u32 ahead(const struct smmu_cmdq *q, u32 a, u32 b)
{
	return (b - a) & (2 * ring_size(q) - 1);
}

/* Two always stay free: a full ring and a consumed one must look different. */
static u32 ring_free(const struct smmu_cmdq *q)
{
	return ring_size(q) - 2 - ahead(q, q->cons, q->prod);
}

static void ring_put(struct smmu_cmdq *q, u64 lo, u64 hi)
{
	u64 *cmd = ring_at(q, q->prod);

	cmd[0] = lo;
	cmd[1] = hi;
	q->regs->ops->publish(q->regs, cmd, 2 * sizeof(*cmd));
	q->prod = (q->prod + 1) & (2 * ring_size(q) - 1);
}

static void doorbell(struct smmu_cmdq *q)
{
	wmb();	/* commands before the index that shows them to the unit (3.21.2) */
	pl_write32(q->regs, SMMU_CMDQ_PROD, q->prod);
}

static u32 read_cons(struct smmu_cmdq *q)
{
	return pl_read32(q->regs, SMMU_CMDQ_CONS);
}

static u32 cons_index(const struct smmu_cmdq *q, u32 cons)
{
	return cons & (2 * ring_size(q) - 1);
}

static void cmd_print(struct smmu_cmdq *q, const char *what, u32 cons)
{
	u64 *cmd = ring_at(q, cons);

	pr_err("%s at command %u: %016llx %016llx, PROD %05x, CONS %08x, GERROR %08x\n", what,
	       cons & (ring_size(q) - 1), cmd[0], cmd[1], q->prod, cons,
	       pl_read32(q->regs, SMMU_GERROR));
}

/*
 * 7.1: the unit stands at a command it does not accept.  Put a fence in its
 * place, others' commands stand behind it; what it should have done is not
 * done, so the queue is not trusted any more.
 */
static void error_illegal(struct smmu_cmdq *q, u32 cons)
{
	u64 *cmd = ring_at(q, cons);

	cmd_print(q, "illegal command (CERROR_ILL)", cons);
	cmd[0] = SMMU_CMD_SYNC;
	cmd[1] = 0;
	q->regs->ops->publish(q->regs, cmd, 2 * sizeof(*cmd));
	pl_commit_fail(&q->commit, -EIO);
}

static void error_handle(struct smmu_cmdq *q)
{
	u32 cons = read_cons(q);

	switch (FIELD_GET(SMMU_CMDQ_CONS_ERR, cons)) {
	case SMMU_CERROR_ILL:
		error_illegal(q, cons);
		break;
	case SMMU_CERROR_ABT:
		/* Nothing was consumed: the unit fetches it again. */
		cmd_print(q, "command fetch aborted (CERROR_ABT)", cons);
		break;
	case SMMU_CERROR_ATC_INV_SYNC:
		/* 4.7.3: the CMD_SYNC is tried again, the invalidation is not. */
		cmd_print(q, "device TLB invalidation timed out (CERROR_ATC_INV_SYNC)", cons);
		pl_commit_fail(&q->commit, -ETIMEDOUT);
		break;
	default:
		cmd_print(q, "command queue error of an unknown kind", cons);
		pl_commit_fail(&q->commit, -EIO);
	}
}

/**
 * smmu_cmdq_error() - put a queue right that stands at an error (7.1, 7.5)
 * @q: the queue
 *
 * Context: any.
 * Return: true when there was one.
 */
bool smmu_cmdq_error(struct smmu_cmdq *q)
{
	u32 acked, active;
	unsigned long flags;

	spin_lock_irqsave(&q->commit.lock, flags);
	acked = pl_read32(q->regs, SMMU_GERRORN);
	active = (pl_read32(q->regs, SMMU_GERROR) ^ acked) & SMMU_GERROR_CMDQ_ERR;
	if (active) {
		error_handle(q);
		wmb();	/* the mended command before the unit fetches it again */
		pl_write32(q->regs, SMMU_GERRORN, acked ^ active);
	}
	spin_unlock_irqrestore(&q->commit.lock, flags);
	return active;
}

static void queue_mend(struct pl_commit *c)
{
	smmu_cmdq_error(to_cmdq(c));
}

static void queue_stuck(struct pl_commit *c)
{
	cmd_print(to_cmdq(c), "command queue does not move", read_cons(to_cmdq(c)));
}

/* The unit's numbers only grow, so later is as good as equal. */
static bool sync_written(const struct smmu_cmdq *q, u32 seq)
{
	return (s32)(READ_ONCE(*q->status) - seq) >= 0;
}

/* Not yet passed: 1 to the ring's size - 2 commands are still to be consumed. */
static bool sync_consumed(struct smmu_cmdq *q, u32 end)
{
	u32 left = ahead(q, read_cons(q), end);

	return !left || left >= ring_size(q);
}

static bool sync_over(struct pl_commit *c, u32 wait)
{
	struct smmu_cmdq *q = to_cmdq(c);

	return q->status ? sync_written(q, wait) : sync_consumed(q, wait);
}

static u32 sync_begin(struct pl_commit *c, struct pl_cost *cost)
{
	struct smmu_cmdq *q = to_cmdq(c);
	u64 lo = SMMU_CMD_SYNC, hi = 0;

	if (q->status) {
		lo |= FIELD_PREP(SMMU_SYNC0_CS, SMMU_SYNC_CS_IRQ) |
		      FIELD_PREP(SMMU_SYNC0_MSH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_SYNC0_MSIATTR, SMMU_MEMATTR_OIWB) |
		      FIELD_PREP(SMMU_SYNC0_MSIDATA, ++q->seq);
		hi = virt_to_phys(q->status) & SMMU_SYNC1_MSIADDR;
	}
	ring_put(q, lo, hi);
	pl_cost_add(cost, PL_COUNT_WAITS, 1);
	doorbell(q);
	return q->status ? q->seq : q->prod;
}

static const struct pl_commit_ops sync_ops = {
	.begin = sync_begin,
	.over = sync_over,
	.mend = queue_mend,
	.stuck = queue_stuck,
};

/* Space comes when the unit consumes; a full ring is waited for, not an error. */
static bool ring_room(struct smmu_cmdq *q, u32 n, unsigned long *flags)
	__must_hold(&q->commit.lock)
{
	u64 end = 0;

	if (ring_free(q) >= n)
		return true;
	q->cons = cons_index(q, read_cons(q));
	while (ring_free(q) < n) {
		doorbell(q);
		spin_unlock_irqrestore(&q->commit.lock, *flags);
		pl_commit_hope(&q->commit, &sync_ops, &end);
		spin_lock_irqsave(&q->commit.lock, *flags);
		q->cons = cons_index(q, read_cons(q));
		if (q->commit.error)
			return false;
	}
	return true;
}

/**
 * smmu_cmdq_add() - put one batch into the ring
 * @q: the queue
 * @cmds: both words of each, in the order they must stand
 * @n: how many, at most a quarter of the ring
 * @cost: counts them: CMD_SYNCs as fences, the rest as commands
 *
 * The unit need not see them before somebody waits.
 *
 * Context: may sleep.
 * Return: the batch to wait for.
 */
u64 smmu_cmdq_add(struct smmu_cmdq *q, const u64 (*cmds)[2], u32 n, struct pl_cost *cost)
{
	unsigned long flags;
	u64 batch;
	u32 i;

	spin_lock_irqsave(&q->commit.lock, flags);
	/* One more than needed: there is always room for a sync. */
	if (!q->commit.error)
		ring_room(q, n + 1, &flags);
	for (i = 0; !q->commit.error && i < n; i++) {
		pl_cost_command(cost, FIELD_GET(SMMU_CMD0_OP, cmds[i][0]) == SMMU_CMD_SYNC);
		ring_put(q, cmds[i][0], cmds[i][1]);
	}
	batch = ++q->commit.batches;
	spin_unlock_irqrestore(&q->commit.lock, flags);
	return batch;
}

/**
 * smmu_cmdq_wait() - wait until a batch is done, and all before it
 * @q: the queue
 * @batch: from smmu_cmdq_add()
 * @cost: counts the sync, if it took one of its own
 *
 * Context: may sleep.
 * Return: 0, -ETIMEDOUT or -EIO; from then on every call says the same.
 */
int smmu_cmdq_wait(struct smmu_cmdq *q, u64 batch, struct pl_cost *cost)
{
	return pl_commit_wait(&q->commit, &sync_ops, batch, cost);
}

/* 4.3.6: configuration first, else the TLB fills up from what is going away. */
static int forget_everything(struct smmu_unit *v)
{
	const u64 cmds[][2] = {
		{ SMMU_CMD_CFGI_STE_RANGE, SMMU_CFGI_ALL_RANGE },
		{ SMMU_CMD_SYNC, 0 },
		{ SMMU_CMD_TLBI_NSNH_ALL, 0 },
		{ SMMU_CMD_TLBI_EL2_ALL, 0 },
	};
	u32 n = ARRAY_SIZE(cmds) - !(v->ids.idr[0] & SMMU_IDR0_HYP);
	struct pl_cost uncounted = {};

	return smmu_cmdq_wait(&v->cmdq, smmu_cmdq_add(&v->cmdq, cmds, n, &uncounted), &uncounted);
}

static void cmdq_free(struct smmu_cmdq *q)
{
	free_pages((unsigned long)q->ring, get_order(ring_size(q) << SMMU_CMD_SHIFT));
	free_page((unsigned long)q->status);
}

static int cmdq_alloc(struct smmu_cmdq *q, const struct smmu_ids *ids)
{
	q->bits = min_t(u32, QUEUE_BITS, FIELD_GET(SMMU_IDR1_CMDQS, ids->idr[1]));
	q->ring = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					   get_order(ring_size(q) << SMMU_CMD_SHIFT));
	/* Without coherent access the written number might never be seen. */
	if (ids->idr[0] & SMMU_IDR0_MSI && ids->coherent)
		q->status = (void *)get_zeroed_page(GFP_KERNEL);
	if (q->ring && (q->status || !(ids->idr[0] & SMMU_IDR0_MSI && ids->coherent)))
		return 0;
	cmdq_free(q);
	return -ENOMEM;
}

/**
 * smmu_cmdq_start() - allocate the ring and switch the queue on (6.3.26)
 * @v: the unit; its queue is off and its stream table set
 *
 * Context: may sleep.
 * Return: 0 with every cache of the unit empty, -ENOMEM, -ETIMEDOUT, -EIO.
 */
int smmu_cmdq_start(struct smmu_unit *v)
{
	struct smmu_cmdq *q = &v->cmdq;
	int ret;

	q->regs = v->regs;
	pl_commit_init(&q->commit);
	ret = cmdq_alloc(q, &v->ids);
	if (ret)
		return ret;
	pl_write64(v->regs, SMMU_CMDQ_BASE, virt_to_phys(q->ring) | SMMU_Q_BASE_WA |
		   FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->bits));
	pl_write32(v->regs, SMMU_CMDQ_PROD, 0);
	pl_write32(v->regs, SMMU_CMDQ_CONS, 0);
	ret = smmu_cr0(v, SMMU_CR0_CMDQEN, 0);
	if (!ret)
		ret = forget_everything(v);
	if (!ret)
		return 0;
	/* A unit that does not let go of the ring keeps it. */
	if (!smmu_cr0(v, 0, SMMU_CR0_CMDQEN))
		cmdq_free(q);
	return ret;
}

/**
 * smmu_cmdq_stop() - flush, switch the queue off and free it
 * @v: the unit; translation is off and nobody submits
 *
 * Context: may sleep.
 */
void smmu_cmdq_stop(struct smmu_unit *v)
{
	struct smmu_cmdq *q = &v->cmdq;

	if (!q->commit.error)
		forget_everything(v);
	if (!smmu_cr0(v, 0, SMMU_CR0_CMDQEN))
		cmdq_free(q);
}
