// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event queue (7.2, 7.3) and the unit's own errors (7.5).
 *
 * The unit appends records and moves PROD; we read as far as PROD, move CONS,
 * and look again.  A full queue drops records and says so by turning OVFLG;
 * CONS answers with the same bit (7.4).
 *
 * GERROR turns a bit for each thing that went wrong, GERRORN turns it back.  A
 * command queue error is cmdq.c's; records that could not be written are lost
 * (QEMU says so of a full queue too); the others are logged, and some of them leave
 * nothing to do but reload.
 *
 * Locking: smmu_evtq.lock, any context.
 *
 * The hard rule: CONS moves past a record only after all of it has been read.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "smmuv3.h"

#define QUEUE_BITS	9	/* 16 KiB */
#define ROUNDS_MAX	64U

struct reason {
	u8 id;
	const char *why;
};

/* 7.3, in our words. */
static const struct reason reasons[] = {
	{ SMMU_EVT_UUT,			"transaction of a kind the unit does not support" },
	{ SMMU_EVT_BAD_STREAMID,	"StreamID beyond the stream table" },
	{ SMMU_EVT_STE_FETCH,		"stream table entry cannot be read" },
	{ SMMU_EVT_BAD_STE,		"stream table entry invalid: nobody drives the device" },
	{ SMMU_EVT_BAD_ATS_TREQ,	"translation request, but ATS is off for the device" },
	{ SMMU_EVT_STREAM_DISABLED,	"request without PASID: the RID slot holds blocking" },
	{ SMMU_EVT_TRANSL_FORBIDDEN,	"translated request, but ATS is off for the device" },
	{ SMMU_EVT_BAD_SUBSTREAMID,	"PASID beyond the CD table, or the RID holds a stage-2 domain" },
	{ SMMU_EVT_CD_FETCH,		"context descriptor cannot be read" },
	{ SMMU_EVT_BAD_CD,		"context descriptor invalid" },
	{ SMMU_EVT_WALK_EABT,		"translation table cannot be read" },
	{ SMMU_EVT_TRANSLATION,		"nothing is mapped there, or the slot holds blocking" },
	{ SMMU_EVT_ADDR_SIZE,		"address beyond the width of the tables" },
	{ SMMU_EVT_ACCESS,		"Access flag clear" },
	{ SMMU_EVT_PERMISSION,		"no permission" },
	{ SMMU_EVT_TLB_CONFLICT,	"two TLB entries answer for one address" },
	{ SMMU_EVT_CFG_CONFLICT,	"two cached configurations answer for one stream" },
	{ SMMU_EVT_PAGE_REQUEST,	"speculative page request" },
};

static const char *why(u8 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].id == id)
			return reasons[i].why;
	return "see IHI0070 7.3";
}

/* Only transactions have a direction; configuration errors leave RnW clear. */
static bool has_address(u8 id)
{
	return id >= SMMU_EVT_WALK_EABT && id <= SMMU_EVT_PERMISSION;
}

/* A stream that is no endpoint has no Requester ID that the core would know. */
static u16 rid_of(struct smmu_unit *v, u32 sid)
{
	void *entry = xa_load(&v->rids, sid);

	return entry ? xa_to_value(entry) : sid;
}

/* 7.3.9: C_BAD_SUBSTREAMID has no SSV, since there always is a SubstreamID. */
static bool has_substream(const u64 *rec)
{
	return rec[0] & SMMU_EVT0_SSV ||
	       FIELD_GET(SMMU_EVT0_ID, rec[0]) == SMMU_EVT_BAD_SUBSTREAMID;
}

static void record_report(struct smmu_unit *v, const u64 *rec)
{
	struct pl_fault f = {
		.rid = rid_of(v, FIELD_GET(SMMU_EVT0_SID, rec[0])),
		.pasid = PL_NO_PASID,
		.reason = FIELD_GET(SMMU_EVT0_ID, rec[0]),
	};

	f.why = why(f.reason);
	if (has_substream(rec)) {
		f.pasid = FIELD_GET(SMMU_EVT0_SSID, rec[0]);
		f.flags |= PL_FAULT_PASID;
	}
	if (has_address(f.reason)) {
		f.addr = rec[2] & ~0xfffULL;	/* to the page, as every unit's */
		f.flags |= rec[1] & SMMU_EVT1_RNW ? 0 : PL_FAULT_WRITE;
		f.flags |= rec[1] & SMMU_EVT1_PNU ? PL_FAULT_PRIV : 0;
		f.flags |= rec[1] & SMMU_EVT1_IND ? PL_FAULT_EXEC : 0;
	} else {
		f.flags |= PL_FAULT_NOWHERE;
	}
	pl_fault_report(&v->unit, &f);
}

/* All records up to @prod; returns where CONS stands then. */
static u32 records_take(struct smmu_unit *v, u32 cons, u32 prod)
{
	u32 size = 1u << v->evtq.bits;

	dma_rmb();	/* PROD before the records it shows */
	for (; cons != prod; cons = (cons + 1) & (2 * size - 1))
		record_report(v, v->evtq.ring[cons & (size - 1)]);
	return cons;
}

static bool events_round(struct smmu_unit *v)
{
	u32 mask = (2u << v->evtq.bits) - 1;
	u32 prod = pl_read32(v->regs, SMMU_EVENTQ_PROD);
	u32 cons = pl_read32(v->regs, SMMU_EVENTQ_CONS);

	if (!((prod ^ cons) & (mask | SMMU_Q_OVERFLOW)))
		return false;
	if ((prod ^ cons) & SMMU_Q_OVERFLOW)
		pl_fault_lost(&v->unit, 1);
	cons = records_take(v, cons & mask, prod & mask);
	mb();	/* the records have been read before the unit may write there again */
	pl_write32(v->regs, SMMU_EVENTQ_CONS, cons | (prod & SMMU_Q_OVERFLOW));
	return true;
}

/* A storm that does not end is left to the poller after a while. */
static bool events_look(struct pl_listener *l)
{
	struct smmu_unit *v = container_of(l, struct smmu_unit, evtq.events);
	unsigned long flags;
	u32 rounds = 0;

	spin_lock_irqsave(&v->evtq.lock, flags);
	while (rounds < ROUNDS_MAX && events_round(v))
		rounds++;
	spin_unlock_irqrestore(&v->evtq.lock, flags);
	if (rounds == ROUNDS_MAX)
		pl_listener_again(l);
	return rounds;
}

static void error_tell(struct smmu_unit *v, u32 active)
{
	if (active & SMMU_GERROR_EVENTQ_ABT)
		pl_fault_lost(&v->unit, 1);
	if (active & SMMU_GERROR_SFM)
		pr_err("%s: the unit has failed (GERROR.SFM_ERR): reload the module\n",
		       v->unit.name);
	else
		pr_err_ratelimited("%s: GERROR %08x: events or interrupts may be lost\n",
				   v->unit.name, active);
}

/* 7.5: what is active and not a command's goes to the log and is acknowledged. */
static bool errors_look(struct pl_listener *l)
{
	struct smmu_unit *v = container_of(l, struct smmu_unit, evtq.errors);
	bool found = smmu_cmdq_error(&v->cmdq);
	u32 acked, active;
	unsigned long flags;

	spin_lock_irqsave(&v->cmdq.commit.lock, flags);
	acked = pl_read32(v->regs, SMMU_GERRORN);
	active = (pl_read32(v->regs, SMMU_GERROR) ^ acked) & SMMU_GERROR_MASK &
		 ~SMMU_GERROR_CMDQ_ERR;
	if (active) {
		error_tell(v, active);
		if (active & SMMU_GERROR_SFM)
			pl_commit_fail(&v->cmdq.commit, -EIO);
		pl_write32(v->regs, SMMU_GERRORN, acked ^ active);
	}
	spin_unlock_irqrestore(&v->cmdq.commit.lock, flags);
	return found || active;
}

static int irq_ctrl(struct smmu_unit *v, u32 bits)
{
	u32 polls;

	pl_write32(v->regs, SMMU_IRQ_CTRL, bits);
	for (polls = 0; pl_read32(v->regs, SMMU_IRQ_CTRLACK) != bits; polls++)
		if (polls > 100000)
			return -ETIMEDOUT;
	return 0;
}

static int listen(struct smmu_unit *v)
{
	struct smmu_evtq *q = &v->evtq;

	pl_listener_init(&q->events, v->regs, PL_IRQ_FAULT, events_look);
	pl_listener_init(&q->errors, v->regs, PL_IRQ_ERROR, errors_look);
	pl_listener_start(&q->events);
	pl_listener_start(&q->errors);
	return irq_ctrl(v, (q->events.irq ? SMMU_IRQ_EVENTQ : 0) |
			(q->errors.irq ? SMMU_IRQ_GERROR : 0));
}

static void unlisten(struct smmu_unit *v)
{
	irq_ctrl(v, 0);
	pl_listener_stop(&v->evtq.errors);
	pl_listener_stop(&v->evtq.events);
}

static void evtq_free(struct smmu_evtq *q)
{
	free_pages((unsigned long)q->ring, get_order(1u << (q->bits + SMMU_EVT_SHIFT)));
}

/**
 * smmu_evtq_start() - allocate the ring, switch the queue on, listen (6.3.26)
 * @v: the unit; its queue is off
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -ETIMEDOUT.
 */
int smmu_evtq_start(struct smmu_unit *v)
{
	struct smmu_evtq *q = &v->evtq;
	int ret;

	spin_lock_init(&q->lock);
	q->bits = min_t(u32, QUEUE_BITS, FIELD_GET(SMMU_IDR1_EVENTQS, v->ids.idr[1]));
	q->ring = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					   get_order(1u << (q->bits + SMMU_EVT_SHIFT)));
	if (!q->ring)
		return -ENOMEM;
	pl_write64(v->regs, SMMU_EVENTQ_BASE, virt_to_phys(q->ring) | SMMU_Q_BASE_WA |
		   FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->bits));
	pl_write32(v->regs, SMMU_EVENTQ_PROD, 0);
	pl_write32(v->regs, SMMU_EVENTQ_CONS, 0);
	ret = smmu_cr0(v, SMMU_CR0_EVENTQEN, 0);
	if (ret) {
		evtq_free(q);
		return ret;
	}
	ret = listen(v);
	if (ret)
		smmu_evtq_stop(v);
	return ret;
}

/**
 * smmu_evtq_stop() - stop listening, switch the queue off and free it
 * @v: the unit
 *
 * Context: may sleep.
 */
void smmu_evtq_stop(struct smmu_unit *v)
{
	unlisten(v);
	/* A unit that does not let go of the ring keeps it. */
	if (!smmu_cr0(v, 0, SMMU_CR0_EVENTQEN))
		evtq_free(&v->evtq);
}
