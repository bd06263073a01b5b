// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCIe engine's channels: a job becomes descriptors in the ring, one
 * doorbell, and a wait for the record of the last one.
 *
 * Records come in the order of the descriptors, so the last one is the only one
 * that has to interrupt.  A job looks a little while before it sleeps: a short
 * transfer is over before an interrupt could say so.  Where no interrupt would
 * come through, none is asked for, and a job looks until the record is there.
 *
 * A job that is killed, or that finds its channel in error, resets the channel:
 * switching it off aborts what is in flight, and the device touches neither
 * ring nor data after that.
 *
 * Exported for tests/bench/kbench, which drives the engine under the kernel's own
 * IOMMU driver.
 *
 * Locking: pl_pe_channel.lock.
 *
 * The hard rule: run() returns only when the device has finished with every
 * descriptor of the job, or the channel is off.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "pe.h"

#define RING_ENTRIES	(1u << PL_PE_RING_ORDER)
#define RING_MASK	(RING_ENTRIES - 1)
#define DESCS_BYTES	(RING_ENTRIES * sizeof(struct pl_eng_desc))
#define SPIN_NS		(50 * NSEC_PER_USEC)
#define STOP_NS		(1000 * NSEC_PER_MSEC)
#define LOOK_JIFFIES	(HZ / 10)	/* between looks at the channel's state */
#define POLL_US		50		/* between looks for a record that is not announced */

/**
 * pl_pe_channel_init() - a channel that is off, and memory for its rings
 * @ch: the channel, zeroed
 * @regs: its registers
 * @stop: set when the engine goes
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pl_pe_channel_init(struct pl_pe_channel *ch, void __iomem *regs, const bool *stop)
{
	void *mem = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, PL_PE_MEM_ORDER);

	BUILD_BUG_ON(RING_ENTRIES < PL_DMA_BATCH_MAX);
	BUILD_BUG_ON(DESCS_BYTES + RING_ENTRIES * sizeof(struct pl_eng_comp) >
		     PAGE_SIZE << PL_PE_MEM_ORDER);
	if (!mem)
		return -ENOMEM;
	ch->regs = regs;
	ch->stop = stop;
	ch->descs = mem;
	ch->comps = mem + DESCS_BYTES;
	mutex_init(&ch->lock);
	init_waitqueue_head(&ch->wait);
	return 0;
}
EXPORT_SYMBOL_GPL(pl_pe_channel_init);

/**
 * pl_pe_channel_free() - the rings' memory goes
 * @ch: the channel; off, and its rings mapped nowhere
 *
 * Context: may sleep.
 */
void pl_pe_channel_free(struct pl_pe_channel *ch)
{
	if (!ch->descs)
		return;
	mutex_destroy(&ch->lock);
	free_pages((unsigned long)ch->descs, PL_PE_MEM_ORDER);
	ch->descs = NULL;
}
EXPORT_SYMBOL_GPL(pl_pe_channel_free);

static u32 state(struct pl_pe_channel *ch)
{
	return PL_ENG_CH_STATE(readl(ch->regs + PL_ENG_CH_STATUS));
}

/**
 * pl_pe_channel_start() - set the rings up and switch the channel on
 * @ch: the channel; off, @iova and @pasid valid
 *
 * Context: may sleep.
 * Return: 0 or -EIO.
 */
int pl_pe_channel_start(struct pl_pe_channel *ch)
{
	memset(ch->comps, 0, RING_ENTRIES * sizeof(*ch->comps));
	ch->tail = 0;
	writeq(ch->iova, ch->regs + PL_ENG_CH_RING_BASE);
	writeq(ch->iova + DESCS_BYTES, ch->regs + PL_ENG_CH_COMP_BASE);
	writel(PL_PE_RING_ORDER, ch->regs + PL_ENG_CH_RING_ORDER);
	writel(PL_ENG_CH_RING_PASID_VALID | ch->pasid, ch->regs + PL_ENG_CH_RING_PASID);
	writel(PL_ENG_CH_CTRL_ENABLE, ch->regs + PL_ENG_CH_CTRL);
	return state(ch) == PL_ENG_CH_IDLE ? 0 : -EIO;
}
EXPORT_SYMBOL_GPL(pl_pe_channel_start);

/**
 * pl_pe_channel_stop() - switch the channel off and wait until it is
 * @ch: the channel
 *
 * Context: may sleep.
 * Return: 0; -ETIMEDOUT: the device may still reach memory.
 */
int pl_pe_channel_stop(struct pl_pe_channel *ch)
{
	u64 end = ktime_get_ns() + STOP_NS;

	writel(0, ch->regs + PL_ENG_CH_CTRL);
	while (state(ch) != PL_ENG_CH_DISABLED) {
		if (ktime_get_ns() > end)
			return -ETIMEDOUT;
		usleep_range(20, 100);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(pl_pe_channel_stop);

static void desc_put(struct pl_pe_channel *ch, u32 counter, const struct pl_dma_desc *d, u32 flags)
{
	struct pl_eng_desc *e = &ch->descs[counter & RING_MASK];

	BUILD_BUG_ON(PL_ENG_OP_READ != PL_DMA_READ || PL_ENG_OP_FILL != PL_DMA_FILL ||
		     PL_ENG_OP_COPY != PL_DMA_COPY);
	memset(e, 0, sizeof(*e));
	if (d->pasid != PL_NO_PASID) {
		flags |= PL_ENG_F_PASID;
		e->pasid = cpu_to_le32(d->pasid);
	}
	if (d->flags & PL_DMA_ATS)
		flags |= PL_ENG_F_ATS;
	e->op = d->op;
	e->tag = cpu_to_le16(counter);
	e->flags = cpu_to_le32(flags);
	e->len = cpu_to_le32(d->len);
	if (d->op != PL_DMA_FILL)
		e->src = cpu_to_le64(d->src);
	if (d->op != PL_DMA_READ)
		e->dst = cpu_to_le64(d->dst);
	if (d->op == PL_DMA_FILL)
		e->pattern = cpu_to_le64(d->pattern);
}

static bool answered(struct pl_pe_channel *ch, u32 counter)
{
	const struct pl_eng_comp *c = &ch->comps[counter & RING_MASK];

	return le32_to_cpu(READ_ONCE(c->seq)) == counter + 1;
}

static u32 status_of(const struct pl_eng_comp *c)
{
	switch (c->status) {
	case PL_ENG_ST_OK:
		return PL_DMA_OK;
	case PL_ENG_ST_ABORTED:
		return PL_DMA_GONE;
	default:
		return PL_DMA_REFUSED;
	}
}

/* What has no record was not begun, or nobody can say. */
static void desc_take(struct pl_pe_channel *ch, u32 counter, struct pl_dma_desc *d)
{
	const struct pl_eng_comp *c = &ch->comps[counter & RING_MASK];

	if (!answered(ch, counter)) {
		d->status = PL_DMA_GONE;
		return;
	}
	dma_rmb();	/* @seq before what was written ahead of it */
	d->status = status_of(c);
	d->done = le32_to_cpu(c->done);
	d->hash = le64_to_cpu(c->hash);
}

static bool over(struct pl_pe_channel *ch, u32 last)
{
	return answered(ch, last) || READ_ONCE(*ch->stop);
}

static bool spin(struct pl_pe_channel *ch, u32 last)
{
	u64 end = ktime_get_ns() + SPIN_NS;

	do {
		if (over(ch, last))
			return true;
		cpu_relax();
	} while (ktime_get_ns() < end);
	return false;
}

static int poll_for(struct pl_pe_channel *ch, u32 last)
{
	unsigned long next = jiffies + LOOK_JIFFIES;

	while (!over(ch, last)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, next)) {
			if (state(ch) == PL_ENG_CH_ERROR)
				return -EIO;
			next = jiffies + LOOK_JIFFIES;
		}
		usleep_range(POLL_US, 2 * POLL_US);
	}
	return 0;
}

/* 0 also when the engine goes: then not all is answered. */
static int wait_for(struct pl_pe_channel *ch, u32 last)
{
	long ret;

	if (spin(ch, last))
		return 0;
	if (!ch->irq)
		return poll_for(ch, last);
	for (;;) {
		ret = wait_event_killable_timeout(ch->wait, over(ch, last), LOOK_JIFFIES);
		if (ret)
			return min(ret, 0L);
		if (state(ch) == PL_ENG_CH_ERROR)
			return -EIO;
	}
}

/**
 * pl_pe_channel_run() - one job
 * @ch: the channel; on
 * @descs: checked, at most PL_DMA_BATCH_MAX; answered when it returns
 * @n: how many
 *
 * Context: may sleep; @ch->lock held.
 * Return: 0; -EINTR when the caller was killed, -EIO when the channel broke:
 * in both cases the channel was restarted.
 */
int pl_pe_channel_run(struct pl_pe_channel *ch, struct pl_dma_desc *descs, unsigned int n)
{
	u32 first = ch->tail, last = first + n - 1;
	u32 announce = ch->irq ? PL_ENG_F_INTR : 0;
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++)
		desc_put(ch, first + i, &descs[i], i + 1 == n ? announce : 0);
	ch->tail = first + n;
	wmb();	/* descriptors before the doorbell that shows them */
	writel(ch->tail, ch->regs + PL_ENG_CH_TAIL);
	ret = wait_for(ch, last);
	if (!answered(ch, last))
		pl_pe_channel_stop(ch);
	for (i = 0; i < n; i++)
		desc_take(ch, first + i, &descs[i]);
	if (ret)
		ret = pl_pe_channel_start(ch) ? -EIO : ret == -EIO ? -EIO : -EINTR;
	return ret;
}
EXPORT_SYMBOL_GPL(pl_pe_channel_run);
