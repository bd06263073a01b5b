/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv3 driver's rooms and what they share.  Sections are those of
 * IHI0070 (H.a).
 *
 *	unit.c		bring-up and hand-back (6.3), the contract of kmod/unit.h
 *	table.c		stream table, CD tables, devices (3.3, 5.1, 5.3)
 *	passthrough.c	the streams that are no endpoints of ours
 *	ste.c		stream table entries: build, write, replace (5.2, 3.21.3)
 *	cd.c		context descriptors, and what a slot holds (5.4)
 *	pgtable.c	stage-1 and stage-2 translation tables (3.4, VMSAv8-64)
 *	ticket.c	what an operation owes, in commands (4.3 to 4.5)
 *	cmdq.c		the command queue (3.5, 4.7, 7.1)
 *	evtq.c		the event queue and the unit's own errors (7.2 to 7.5)
 *	walk.c		the table checker: a second reading of all of them
 *	host.c		the unit of this machine: the platform device, StreamIDs
 *	mmio.c		its registers and interrupts
 *	iort.c		what ACPI says of StreamIDs
 *
 * Tags.  A TLB entry is found by VMID and ASID (3.17), never by SubstreamID.  A
 * device has a VMID of its own, and the ASID of a slot is its SubstreamID: the
 * tag belongs to the slot, whatever domain it holds.  So replacing a domain is
 * a store of one word, TTB0, a detach of every PASID one TLBI by VMID, and ids
 * cannot run out.  A stage-2 domain has a VMID of its own.  Where there is no
 * stage 2 there are no VMIDs: a device then has a block of ASIDs.
 *
 * An empty slot holds a CD like any other that leads to a table that maps
 * nothing: filling and emptying are stores of TTB0 too.  CDs never change
 * otherwise, from the moment they can be reached (3.21.3).
 *
 * Locking, outermost first: the core's locks (kmod/unit.h), smmu_unit.lock
 * (stream table, identity table), the command queue's lock.  The event queue's
 * lock stands alone.
 *
 * The hard rule: every store to memory that the unit reads goes through
 * pl_store() (hw/table.h).
 */
#ifndef _PASIDLAB_SMMUV3_H
#define _PASIDLAB_SMMUV3_H

#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "../../kmod/unit.h"
#include "../commit.h"
#include "../listener.h"
#include "../radix.h"
#include "../regs.h"
#include "../table.h"
#include "regs.h"

/**
 * struct smmu_cmdq - the command queue, shared by every submitter
 * @commit: who waits; its lock is for all below
 * @regs: the unit's registers
 * @ring: commands
 * @status: where CMD_SYNC writes its number, where it can (IDR0.MSI); or NULL
 * @bits: log2 of the ring's size
 * @prod: next to write; index and wrap bit
 * @cons: a lower bound of what the unit has consumed; index and wrap bit
 * @seq: number of the last CMD_SYNC somebody waits for
 */
struct smmu_cmdq {
	struct pl_commit commit;
	struct pl_regs *regs;
	u64 (*ring)[2];
	u32 *status;
	u8 bits;
	u32 prod;
	u32 cons;
	u32 seq;
};

/**
 * struct smmu_evtq - the event queue
 * @ring: records
 * @bits: log2 of the ring's size
 * @lock: one reader at a time
 * @events: listens for records
 * @errors: listens for GERROR
 */
struct smmu_evtq {
	u64 (*ring)[SMMU_EVT_WORDS];
	u8 bits;
	spinlock_t lock;
	struct pl_listener events;
	struct pl_listener errors;
};

/**
 * struct smmu_checker - what a reference model adds to a unit; NULL on hardware
 * @violation: see pl_unit_ops.violation
 * @priv: for it
 */
struct smmu_checker {
	int (*violation)(void *priv, unsigned int index, const char **name, const char **text,
			 u64 *count);
	void *priv;
};

/**
 * struct smmu_host - the machine's side of a unit of a machine; NULL on a model
 * @sid: 0 and the StreamID of @dev, a device that the unit translates for;
 *	-ENODEV where it translates for @dev no more than for a stranger
 * @priv: for it
 */
struct smmu_host {
	int (*sid)(void *priv, struct device *dev, u32 *sid);
	void *priv;
};

/**
 * struct smmu_ids - what IDR0 to IDR5 say, as far as we care
 * @idr: IDR0 to IDR5 as read
 * @sid_bits: width of a StreamID we can have: 16 at most, RIDs are no wider
 * @asid_bits: width of an ASID, 8 or 16
 * @tags: VMIDs, or blocks of ASIDs where there are no VMIDs; 0 is not used
 * @granule: log2 of the translation granule we use
 * @oas: IDR5.OAS, SMMU_PS_48 at most
 * @pa_bits: the same in bits
 * @vmids: translations are tagged with a VMID (IDR0.S2P)
 * @coherent: tables and queues are read coherently (IDR0.COHACC)
 * @ranges: TLBI by range (IDR3.RIL)
 */
struct smmu_ids {
	u32 idr[6];
	u8 sid_bits;
	u8 asid_bits;
	u32 tags;
	u8 granule;
	u8 oas;
	u8 pa_bits;
	bool vmids;
	bool coherent;
	bool ranges;
};

/**
 * struct smmu_unit - one SMMU
 * @unit: the core's side
 * @regs: its registers
 * @checker: the model's side, or NULL
 * @host: the machine's side, or NULL
 * @ids: what it can do
 * @tags: VMIDs in use: devices and stage-2 domains
 * @lock: stream table, @identity
 * @strtab: the stream table, or its first level
 * @two_level: there are two levels
 * @others: a page of STEs of streams that are no endpoints, shared by all groups
 *	of streams without an endpoint; on a machine's unit with two levels
 * @rids: StreamID of an endpoint -> its Requester ID
 * @nothing: a stage-1 table that maps nothing: what an empty CD leads to
 * @identity: a stage-1 table that maps everything to itself; no root yet where
 *	no PASID has held the identity domain
 * @cmdq: the command queue
 * @evtq: the event queue
 */
struct smmu_unit {
	struct pl_unit unit;
	struct pl_regs *regs;
	const struct smmu_checker *checker;
	const struct smmu_host *host;
	struct smmu_ids ids;
	struct ida tags;
	struct mutex lock;
	u64 *strtab;
	bool two_level;
	u64 *others;
	struct xarray rids;
	u64 *nothing;
	struct radix identity;
	struct smmu_cmdq cmdq;
	struct smmu_evtq evtq;
};

/**
 * struct smmu_dev - pl_dev.hw
 * @sid: its StreamID
 * @tag: its VMID, or its block of ASIDs
 * @vmid: in TLBI commands; 0 where there are no VMIDs
 * @asid_base: ASID of SubstreamID 0
 * @ssid_bits: log2 of the CDs in its table; 0: no SubstreamIDs
 * @two_level: @cdtab is a first level
 * @cdtab: its CD table
 * @ste: its stream table entry
 * @live: SubstreamIDs but 0 whose CDs lead somewhere
 * @stage2: the RID holds a stage-2 or nested domain: no SubstreamID can be used, or
 *	all of them are the user's
 */
struct smmu_dev {
	u32 sid;
	u32 tag;
	u16 vmid;
	u16 asid_base;
	u8 ssid_bits;
	bool two_level;
	u64 *cdtab;
	u64 *ste;
	u32 live;
	bool stage2;
};

/**
 * struct smmu_domain - a paging or nested domain
 * @dom: the core's side
 * @table: its translation tables; nested: none
 * @vmid: stage 2: its tag
 * @user: nested: where the user's CDs are
 */
struct smmu_domain {
	struct pl_domain dom;
	struct radix table;
	u16 vmid;
	struct pl_user_table user;
};

static inline struct smmu_unit *to_smmu(struct pl_unit *u)
{
	return container_of(u, struct smmu_unit, unit);
}

static inline struct smmu_domain *to_smmu_domain(struct pl_domain *dom)
{
	return container_of(dom, struct smmu_domain, dom);
}

static inline bool smmu_is_stage1(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_PAGING && dom->stage == 1;
}

static inline bool smmu_is_stage2(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_PAGING && dom->stage == 2;
}

static inline bool smmu_is_nested(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_NESTED;
}

/* What commands and the stream table know a device by. */
static inline u32 smmu_sid(const struct pl_dev *d)
{
	return ((const struct smmu_dev *)d->hw)->sid;
}

/* CD 0 serves requests without a SubstreamID (STE.S1DSS). */
static inline u32 smmu_ssid(pl_pasid_t pasid)
{
	return pasid == PL_NO_PASID ? 0 : pasid;
}

/* 3.17: what the TLB knows a slot by. */
static inline u16 smmu_asid(const struct smmu_dev *sd, u32 ssid)
{
	return sd->asid_base + ssid;
}

/* unit.c */
int smmu_unit_create(struct pl_regs *regs, const char *name, const struct smmu_checker *checker,
		     struct module *owner, struct smmu_unit **out);
int smmu_unit_take(struct pl_regs *regs, const char *name, const struct smmu_host *host,
		   struct module *owner, struct smmu_unit **out);
void smmu_unit_destroy(struct smmu_unit *v);
int smmu_cr0(struct smmu_unit *v, u32 set, u32 clear);

/* table.c */
void *smmu_table_alloc(struct smmu_unit *v, unsigned int order, struct pl_cost *cost);
void smmu_table_free(struct smmu_unit *v, void *table, unsigned int order);
int smmu_strtab_start(struct smmu_unit *v);
void smmu_strtab_stop(struct smmu_unit *v);
int smmu_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
void smmu_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
int smmu_cd_reserve(struct smmu_unit *v, const struct pl_dev *d, u32 ssid, struct pl_ticket *t);
u64 *smmu_cd(const struct smmu_dev *sd, u32 ssid);

/* passthrough.c */
void smmu_others_ste(const struct smmu_unit *v, u64 ste[SMMU_STE_WORDS]);
u64 *smmu_others_page(struct smmu_unit *v, struct pl_cost *cost);

/* ste.c */
void smmu_ste_build(const struct smmu_unit *v, const struct pl_dev *d, struct pl_domain *dom,
		    u64 ste[SMMU_STE_WORDS]);
void smmu_ste_used(const u64 ste[SMMU_STE_WORDS], u64 used[SMMU_STE_WORDS]);
bool smmu_ste_write(struct smmu_unit *v, const struct pl_dev *d, const u64 target[SMMU_STE_WORDS],
		    struct pl_ticket *t);

/* cd.c */
void smmu_cd_fill(const struct smmu_unit *v, const struct smmu_dev *sd, u64 *cd, u32 ssid);
int smmu_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		 struct pl_domain *new, struct pl_ticket *t);
void smmu_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
	      struct pl_domain *new, struct pl_ticket *t);

/* pgtable.c */
struct pl_domain *smmu_domain_alloc(struct pl_unit *u, u32 flags);
struct pl_domain *smmu_nested_alloc(struct pl_unit *u, struct pl_domain *parent,
				    const struct pl_user_table *table);
void smmu_domain_free(struct pl_unit *u, struct pl_domain *dom);
int smmu_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot, u64 *mapped,
	     struct pl_ticket *t);
u64 smmu_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t);
phys_addr_t smmu_iova_to_phys(struct pl_domain *dom, u64 iova);
void smmu_table_pages_free(struct pl_unit *u, struct pl_ticket *t);
int smmu_identity_reserve(struct smmu_unit *v);
void smmu_identity_free(struct smmu_unit *v);
u64 smmu_ste_stage2(const struct smmu_unit *v, const struct smmu_domain *sd);
u64 smmu_leaf_sizes(u8 granule);

/* ticket.c */
void smmu_owe_ste(struct smmu_unit *v, const struct pl_dev *d, bool leaf, struct pl_ticket *t);
void smmu_owe_cd(struct smmu_unit *v, const struct pl_dev *d, u32 ssid, bool leaf,
		 struct pl_ticket *t);
void smmu_owe_slot(struct smmu_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		   struct pl_domain *dom, struct pl_ticket *t);
void smmu_owe_device(struct smmu_unit *v, const struct pl_dev *d, struct pl_ticket *t);
void smmu_inval(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom,
		const struct pl_range *r, struct pl_ticket *t);
void smmu_nested_inval(struct pl_unit *u, struct pl_dev *d, struct pl_domain *dom, pl_pasid_t pasid,
		       struct pl_ticket *t);
int smmu_sync(struct pl_unit *u, struct pl_ticket *t);

/* cmdq.c */
int smmu_cmdq_start(struct smmu_unit *v);
void smmu_cmdq_stop(struct smmu_unit *v);
u64 smmu_cmdq_add(struct smmu_cmdq *q, const u64 (*cmds)[2], u32 n, struct pl_cost *cost);
int smmu_cmdq_wait(struct smmu_cmdq *q, u64 batch, struct pl_cost *cost);
bool smmu_cmdq_error(struct smmu_cmdq *q);

/* evtq.c */
int smmu_evtq_start(struct smmu_unit *v);
void smmu_evtq_stop(struct smmu_unit *v);

/* host.c: the machine's own unit */
#if IS_ENABLED(CONFIG_ARM64)
int smmu_host_start(void);
void smmu_host_stop(void);
#else
static inline int smmu_host_start(void)
{
	return 0;
}

static inline void smmu_host_stop(void)
{
}
#endif

/* walk.c */
bool smmu_walk(struct pl_regs *r, u32 sid, pl_pasid_t pasid, u64 iova, struct pl_walk *out);

#endif /* _PASIDLAB_SMMUV3_H */
