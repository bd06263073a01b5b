/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The register window of a unit, and what the unit can see of memory.
 *
 * A driver in hw/ reaches its unit through struct pl_regs and nothing else;
 * whether MMIO, or a reference model, answers is not its business.
 *
 * Vocabulary.  To *publish* is to make a store to a table visible to the unit:
 * a cache-line flush where its walks are not coherent (VT-d ECAP.C), nothing
 * where they are.  A reference model uses the call to look at every
 * intermediate state an entry passes through (O1, O9).
 *
 * Context: reads and writes of registers and publish may come from any
 * context; freed from process context.
 *
 * The hard rule: a store to memory that the unit may read is published before
 * any register write that depends on it.
 */
#ifndef _PASIDLAB_HW_REGS_H
#define _PASIDLAB_HW_REGS_H

#include <linux/types.h>

struct pl_regs;

/**
 * enum pl_irq - what a unit interrupts for
 * @PL_IRQ_FAULT: a fault was recorded
 * @PL_IRQ_PAGE_REQUEST: a page request was queued
 * @PL_IRQ_ERROR: the unit itself is in trouble, with a line of its own (SMMUv3
 *	GERROR); units that report it with their faults refuse the request
 * @PL_IRQ_NR: their number
 */
enum pl_irq {
	PL_IRQ_FAULT,
	PL_IRQ_PAGE_REQUEST,
	PL_IRQ_ERROR,
	PL_IRQ_NR
};

/**
 * struct pl_regs_ops - one kind of register window
 * @read32: 32-bit read at byte offset @off
 * @read64: 64-bit read
 * @write32: 32-bit write
 * @write64: 64-bit write
 * @publish: @len bytes at @va were stored and must become visible.  Returns
 *	the cache lines it flushed.
 * @stored: @len bytes at @va were stored, and more of their cache line will be
 *	before it is published: a model that walks coherently looks at them
 *	now.  NULL where nobody does.
 * @freed: @len bytes at @va are about to be given back; the unit must hold no
 *	copy (O8).  NULL where nobody checks.
 * @request_irq: call @fn(@arg) for @which; -EOPNOTSUPP: poll instead.
 * @free_irq: @fn does not run and will not when it returns.
 */
struct pl_regs_ops {
	u32 (*read32)(struct pl_regs *r, u32 off);
	u64 (*read64)(struct pl_regs *r, u32 off);
	void (*write32)(struct pl_regs *r, u32 off, u32 val);
	void (*write64)(struct pl_regs *r, u32 off, u64 val);
	unsigned int (*publish)(struct pl_regs *r, const void *va, size_t len);
	void (*stored)(struct pl_regs *r, const void *va, size_t len);
	void (*freed)(struct pl_regs *r, const void *va, size_t len);
	int (*request_irq)(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg);
	void (*free_irq)(struct pl_regs *r, enum pl_irq which);
};

/**
 * struct pl_regs - a unit's register window; embedded by its provider
 * @ops: how to reach it
 */
struct pl_regs {
	const struct pl_regs_ops *ops;
};

static inline u32 pl_read32(struct pl_regs *r, u32 off)
{
	return r->ops->read32(r, off);
}

static inline u64 pl_read64(struct pl_regs *r, u32 off)
{
	return r->ops->read64(r, off);
}

static inline void pl_write32(struct pl_regs *r, u32 off, u32 val)
{
	r->ops->write32(r, off, val);
}

static inline void pl_write64(struct pl_regs *r, u32 off, u64 val)
{
	r->ops->write64(r, off, val);
}

#endif /* _PASIDLAB_HW_REGS_H */
