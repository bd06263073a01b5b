/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VT-d driver's rooms and what they share.
 *
 *	unit.c		bring-up and hand-back (11.4.4), the contract of kmod/unit.h
 *	table.c		root, context, PASID directory, where entries live (3.4, 9.1 to 9.5)
 *	entry.c		PASID-table entries: build, write, replace (9.6)
 *	pgtable.c	first- and second-stage page tables (3.6, 3.7, 9.7, 9.8)
 *	ticket.c	what an operation owes, in descriptors (6.5.2, 6.5.3.3)
 *	queue.c		the invalidation queue (6.5.2)
 *	fault.c		fault recording (7.2)
 *	passthrough.c	everybody else's context entries on real hardware (9.4)
 *	dmar.c		units as the firmware describes them (8)
 *	mmio.c		real registers behind struct pl_regs
 *	host.c		the unit of this machine that is taken
 *	walk.c		the table checker: a second reading of all of them
 *
 * Domain-ids.  First-stage translations are tagged with DID and PASID (6.2.1),
 * so a device needs one DID for all its first-stage slots, whatever domains
 * they hold: replacing one such domain by another is then a store of one
 * quadword, and a detach of every PASID one domain-selective invalidation.
 * Second-stage translations are tagged with the DID alone: one per domain.
 * 0 is reserved (6.1), 1 is everybody's pass-through.
 *
 * Locking, outermost first: the core's locks (kmod/unit.h), vtd_unit.lock
 * (context tables), the queue's lock.  vtd_unit.fault_lock stands alone.
 *
 * The hard rule: every store to an entry that the unit may be reading goes
 * through hw/table.h, or hw/radix_code.h for page tables.
 */
#ifndef _PASIDLAB_VTD_H
#define _PASIDLAB_VTD_H

#include <linux/idr.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "../../kmod/unit.h"
#include "../commit.h"
#include "../listener.h"
#include "../radix.h"
#include "../regs.h"
#include "../table.h"
#include "regs.h"

#define VTD_DID_PT		1
#define VTD_DID_FIRST		2

/**
 * struct vtd_queue - the invalidation queue, shared by every submitter
 * @commit: who waits; its lock is for all below
 * @regs: the unit's registers
 * @ring: descriptors of 256 bits
 * @status: where the unit writes the number of the last wait it completed
 * @tail: next to write, an index
 * @head: a lower bound of what the unit has fetched, an index
 * @seq: number of the last wait submitted
 * @mended_head: where a refused descriptor was replaced last
 * @mended_seq: @seq at that time
 */
struct vtd_queue {
	struct pl_commit commit;
	struct pl_regs *regs;
	u64 (*ring)[4];
	u32 *status;
	u32 tail;
	u32 head;
	u32 seq;
	u32 mended_head;
	u32 mended_seq;
};

/**
 * struct vtd_batch - descriptors on their way into the queue, which is locked
 * @q: the queue
 * @cost: counts them
 * @flags: interrupts, as they were
 */
struct vtd_batch {
	struct vtd_queue *q;
	struct pl_cost *cost;
	unsigned long flags;
};

/**
 * struct vtd_checker - what a reference model adds to a unit; NULL on hardware
 * @violation: see pl_unit_ops.violation
 * @priv: for it
 */
struct vtd_checker {
	int (*violation)(void *priv, unsigned int index, const char **name, const char **text,
			 u64 *count);
	void *priv;
};

/**
 * struct vtd_host - what a unit of the machine adds; NULL on a model
 * @claims: see pl_unit_ops.claims
 * @lend: see pl_unit_ops.lend
 * @take_back: see pl_unit_ops.take_back
 *
 * All are called with the unit's struct pl_regs, which the host embeds.
 */
struct vtd_host {
	bool (*claims)(struct pl_regs *r, struct device *dev);
	int (*lend)(struct pl_regs *r, unsigned int irq);
	void (*take_back)(struct pl_regs *r, unsigned int irq);
};

/**
 * struct vtd_others - the tables of devices that are no endpoints of ours
 * @ctx: context table of every bus that has no endpoint, one page
 * @dir: PASID directory of all of them, one page
 * @entries: its one page of PASID-table entries; PASID 0 is pass-through
 * @nothing: a page table that maps nothing: what a blocked RID leads to
 */
struct vtd_others {
	u64 *ctx;
	u64 *dir;
	u64 *entries;
	u64 *nothing;
};

/**
 * struct vtd_unit - one remapping unit
 * @unit: the core's side
 * @regs: its registers
 * @checker: the model's side, or NULL
 * @host: the machine's side, or NULL
 * @cap: CAP
 * @ecap: ECAP
 * @ss_levels: levels of a second-stage table, 3 or 4
 * @dids: domain-ids in use
 * @did_last: the largest
 * @lock: root and context tables
 * @root: root table, one page
 * @ctx: context tables by bus and upper half, NULL where none is needed yet
 * @queue: the invalidation queue
 * @fault_lock: one reader of fault records at a time
 * @faults: listens for fault records
 * @others: pass-through for everybody else, on the machine's units
 */
struct vtd_unit {
	struct pl_unit unit;
	struct pl_regs *regs;
	const struct vtd_checker *checker;
	const struct vtd_host *host;
	u64 cap;
	u64 ecap;
	u8 ss_levels;
	struct ida dids;
	u32 did_last;
	struct mutex lock;
	u64 *root;
	u64 *ctx[512];
	struct vtd_queue queue;
	spinlock_t fault_lock;
	struct pl_listener faults;
	struct vtd_others others;
};

/**
 * struct vtd_dev - pl_dev.hw
 * @did: tag of all its first-stage slots
 * @dir: PASID directory
 * @pdts: its size, 2^(pdts + 7) entries
 */
struct vtd_dev {
	u16 did;
	u64 *dir;
	u8 pdts;
};

/**
 * struct vtd_domain - a paging domain
 * @dom: the core's side
 * @table: its page table, the root one page
 * @did: second stage: its tag
 */
struct vtd_domain {
	struct pl_domain dom;
	struct radix table;
	u16 did;
};

static inline struct vtd_unit *to_vtd(struct pl_unit *u)
{
	return container_of(u, struct vtd_unit, unit);
}

static inline struct vtd_domain *to_vtd_domain(struct pl_domain *dom)
{
	return container_of(dom, struct vtd_domain, dom);
}

/* The PASID whose entry serves requests without one: RID_PASID (9.4). */
#define VTD_RID_PASID		0

static inline u32 vtd_pasid(pl_pasid_t pasid)
{
	return pasid == PL_NO_PASID ? VTD_RID_PASID : pasid;
}

/* The first quadword of the entry of a PASID, which vtd_entry_reserve() has seen (9.5). */
static inline u64 *vtd_entry(const struct vtd_dev *vd, u32 pasid)
{
	u64 *table = phys_to_virt(vd->dir[pasid / VTD_PE_PER_PAGE] & VTD_PDE_PTR);

	return table + (pasid % VTD_PE_PER_PAGE) * VTD_PE_QWORDS;
}

/* unit.c */
int vtd_unit_create(struct pl_regs *regs, const char *name, u8 haw,
		    const struct vtd_checker *checker, struct module *owner,
		    struct vtd_unit **out);
int vtd_unit_take(struct pl_regs *regs, const char *name, u8 haw, const struct vtd_host *host,
		  struct module *owner, struct vtd_unit **out);
void vtd_unit_destroy(struct vtd_unit *v);
int vtd_gcmd(struct vtd_unit *v, u32 set, u32 clear, u32 status, bool want);

/* table.c */
void *vtd_table_alloc(struct vtd_unit *v, unsigned int order, struct pl_cost *cost);
void vtd_table_free(struct vtd_unit *v, void *table, unsigned int order);
int vtd_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
void vtd_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
int vtd_entry_reserve(struct vtd_unit *v, struct vtd_dev *vd, u32 pasid, struct pl_cost *cost);
void vtd_context_free(struct vtd_unit *v);

/* passthrough.c */
int vtd_others_start(struct vtd_unit *v);
void vtd_others_stop(struct vtd_unit *v);
u64 vtd_others_context(const struct vtd_unit *v);
int vtd_others_forget(struct vtd_unit *v, struct pl_cost *cost);
int vtd_rid_forget(struct vtd_unit *v, const struct pl_dev *d, struct pl_cost *cost);

/* entry.c */
int vtd_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t);
void vtd_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
	     struct pl_domain *new, struct pl_ticket *t);
void vtd_settle(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t);

void vtd_rid_block(struct vtd_unit *v, struct pl_dev *d, struct pl_cost *cost);

/* pgtable.c */
struct pl_domain *vtd_domain_alloc(struct pl_unit *u, u32 flags);
void vtd_domain_free(struct pl_unit *u, struct pl_domain *dom);
int vtd_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot, u64 *mapped,
	    struct pl_ticket *t);
u64 vtd_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t);
phys_addr_t vtd_iova_to_phys(struct pl_domain *dom, u64 iova);
void vtd_table_pages_free(struct pl_unit *u, struct pl_ticket *t);

/* ticket.c */
u16 vtd_did(const struct pl_dev *d, struct pl_domain *dom);
void vtd_owe_context(struct vtd_unit *v, const struct pl_dev *d, struct pl_ticket *t);
void vtd_owe_slot(struct vtd_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		  struct pl_domain *dom, struct pl_ticket *t);
void vtd_owe_new(struct vtd_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		 struct pl_domain *dom, struct pl_ticket *t);
void vtd_inval(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom,
	       const struct pl_range *r, struct pl_ticket *t);
int vtd_sync(struct pl_unit *u, struct pl_ticket *t);

/* queue.c */
int vtd_queue_start(struct vtd_unit *v);
void vtd_queue_stop(struct vtd_unit *v);
void vtd_batch_begin(struct vtd_batch *b, struct vtd_queue *q, u32 n, struct pl_cost *cost);
void vtd_batch_put(struct vtd_batch *b, u64 lo, u64 hi);
u64 vtd_batch_end(struct vtd_batch *b);
u64 vtd_queue_add(struct vtd_queue *q, const u64 (*descs)[2], u32 n, struct pl_cost *cost);
int vtd_queue_wait(struct vtd_queue *q, u64 batch, struct pl_cost *cost);

/* walk.c */
bool vtd_walk(struct pl_regs *r, u16 rid, pl_pasid_t pasid, u64 iova, struct pl_walk *out);

/* fault.c */
void vtd_fault_start(struct vtd_unit *v);
void vtd_fault_listen(struct vtd_unit *v);
void vtd_fault_unlisten(struct vtd_unit *v);

/* host.c, where a machine can have a VT-d unit */
#if defined(CONFIG_X86_64) && defined(CONFIG_ACPI) && defined(CONFIG_PCI_MSI)
int vtd_host_start(struct module *owner);
void vtd_host_stop(void);
#else
static inline int vtd_host_start(struct module *owner)
{
	return 0;
}

static inline void vtd_host_stop(void)
{
}
#endif

#endif /* _PASIDLAB_VTD_H */
