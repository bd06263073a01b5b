/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the API (kmod/) and a unit driver (hw/): one for every
 * IOMMU.
 *
 * Vocabulary.  A *unit* is one IOMMU.  A *ticket* collects what one operation
 * owes the unit's caches; pl_unit_ops.sync() pays the whole of it with one
 * wait.  A *cost* is what the operation did, counted as it happens.  A *ghost*
 * is a slot's former binding, kept on its old domain's list until the unit has
 * forgotten it.
 *
 * A set runs in five steps, all under pl_dev.lock:
 *
 *	prepare		may fail, may sleep; nothing visible changes
 *	set		writes the entry and fills the ticket; cannot fail
 *	sync		submits and waits; the old binding is gone when it returns
 *	settle		what had to wait until then (O1)
 *	free		the core drops what the old binding kept alive (O8)
 *
 * Any number of sets of one device may share one sync.
 *
 * Locking.  The core calls prepare, set and settle with pl_dev.lock held, map,
 * unmap and inval with pl_domain.lock held, sync with either or both.  A set
 * that puts a paging domain into a slot runs with that domain's lock held, so
 * that an unmap sees either the slot on the list or page tables the slot has
 * not yet walked.  One that only takes it out does not: the slot is on the list
 * until its sync has returned.
 *
 * The hard rule: kmod/ names no register and no descriptor; hw/ names no ioctl
 * and never decides whether an operation is allowed.
 */
#ifndef _PASIDLAB_UNIT_H
#define _PASIDLAB_UNIT_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <linux/idr.h>

#include "pasidlab.h"

struct pl_unit;
struct pl_dev;

/**
 * struct pl_cost - what one operation did, in the ledger's columns
 * @n: counts, indexed by enum pl_count
 */
struct pl_cost {
	u32 n[PL_COUNT_NR];
};

static inline void pl_cost_add(struct pl_cost *cost, enum pl_count what, u32 n)
{
	cost->n[what] += n;
}

/*
 * One command in a unit's queue.  Here and elsewhere columns are constants where
 * they can be: a kernel that checks array bounds has nothing to check then.
 */
static inline void pl_cost_command(struct pl_cost *cost, bool fence)
{
	if (fence)
		pl_cost_add(cost, PL_COUNT_FENCES, 1);
	else
		pl_cost_add(cost, PL_COUNT_DESCS, 1);
}

/**
 * struct pl_ticket - what one operation owes the unit's caches
 * @cost: counted as it happens
 * @table_pages: pages no longer linked into a page table; freed after sync (O8)
 * @lost: a failed prepare could not keep what the slot held: it is blocked now
 * @hw: the unit driver's own notes; the first PL_TICKET_ZEROED words start as 0
 *
 * Lives on the caller's stack, __uninitialized: zeroing the notes there would
 * cost as much as mapping a page.  No lock of its own.
 */
#define PL_TICKET_WORDS		64
#define PL_TICKET_ZEROED	4

struct pl_ticket {
	struct pl_cost cost;
	struct list_head table_pages;
	bool lost;
	u64 hw[PL_TICKET_WORDS];
};

/**
 * struct pl_caps - what a unit can do; constant once it is registered
 * @pasid_bits: width of a PASID, 0 where there are none
 * @va_bits: input address width of paging domains
 * @pa_bits: output address width
 * @pgsizes: bit n: leaves of 2^n bytes; the lowest is what everything mapped is
 *	a multiple of
 * @stage1: first-stage domains
 * @stage2: second-stage domains
 * @ats: device TLB invalidation
 * @identity_pasid: identity on a PASID
 * @hitless: replaces first-stage by first-stage without an abort
 * @caching_mode: not-present entries may be cached (VT-d 6.1)
 * @own_endpoint: it switches PASID and ATS of its endpoints itself
 * @msi_is_dma: a message of an endpoint is translated like a DMA of its RID: one
 *	whose RID slot leads nowhere near the doorbell interrupts nobody
 * @uncounted: bit n: column n of the ledger (enum pl_count) it cannot count;
 *	PL_UNCOUNTED_FAULTS: its faults go to somebody else
 */
struct pl_caps {
	u8 pasid_bits;
	u8 va_bits;
	u8 pa_bits;
	u64 pgsizes;
	bool stage1;
	bool stage2;
	bool ats;
	bool identity_pasid;
	bool hitless;
	bool caching_mode;
	bool own_endpoint;
	bool msi_is_dma;
	u64 uncounted;
};

enum pl_domain_type {
	PL_DOMAIN_BLOCKING,
	PL_DOMAIN_IDENTITY,
	PL_DOMAIN_PAGING,
	PL_DOMAIN_NESTED,
};

/**
 * struct pl_domain - an address space that slots may hold
 * @type: what it is
 * @stage: 1 or 2 for a paging domain
 * @parent: nested: the stage-2 domain under the user's tables
 * @nr_nested: domains that have it as @parent, under @lock
 * @user_pasids: nested: PASIDs its tables have entries for, 0 included
 * @inval_on_map: mapping owes an invalidation too (VT-d 6.1, CM=1, second stage)
 * @unit: the unit whose tables it is made of
 * @id: its name in events and log lines; 0 blocking, 1 identity
 * @iova_last: last IOVA it can map
 * @lock: mappings and @slots; a mutex, taken inside pl_dev.lock
 * @slots: struct pl_slot that hold it or a domain nested on it, and ghosts; aux
 *	slots first
 * @nr_slots: how many hold it; with nested ones the length of @slots
 * @aux_pasid: its PASID on every device, where the PASID space is global
 * @aux_users: devices that hold it at @aux_pasid
 * @rcu: freed after a grace period, the fault path may be asking for @id
 *
 * Embedded in the unit driver's own domain.
 */
struct pl_domain {
	enum pl_domain_type type;
	u8 stage;
	bool inval_on_map;
	struct pl_domain *parent;
	unsigned int nr_nested;
	u32 user_pasids;
	struct pl_unit *unit;
	u64 id;
	u64 iova_last;
	struct mutex lock;
	struct list_head slots;
	unsigned int nr_slots;
	pl_pasid_t aux_pasid;
	unsigned int aux_users;
	struct rcu_head rcu;
};

#define PL_SLOT_AUX	BIT(0)	/* made by pl_aux_attach_device() */
#define PL_SLOT_GHOST	BIT(1)	/* a former binding, until the sync returns */

/**
 * struct pl_slot - one PASID (or the RID) of one device, with its domain
 * @dev: the device
 * @domain: what it holds; written under pl_dev.lock, read under RCU
 * @node: in @domain's slots, under that domain's lock
 * @owner: who set it (an open file), NULL for the kernel; under pl_dev.lock
 * @pasid: PL_NO_PASID for the RID
 * @flags: PL_SLOT_*
 */
struct pl_slot {
	struct pl_dev *dev;
	struct pl_domain __rcu *domain;
	struct list_head node;
	const void *owner;
	pl_pasid_t pasid;
	u32 flags;
};

/*
 * As many as a page of a PASID table has entries (VT-d 9.5), and on a 64-bit
 * machine what fits into a page: 2^20 PASIDs may live on one device.
 */
#define PL_SLOTS_PER_PAGE	64

/**
 * struct pl_slot_page - the slots of neighbouring PASIDs
 * @used: how many hold something other than blocking, under pl_dev.lock
 * @slots: by PASID modulo PL_SLOTS_PER_PAGE
 *
 * Comes with the first of its PASIDs that is attached and stays until the
 * device goes, as the unit's own page of entries does: so an attach allocates
 * nothing where PASIDs were before, a detach frees nothing, and the fault path
 * may read a slot that it found for as long as it likes.
 */
struct pl_slot_page {
	unsigned int used;
	struct pl_slot slots[PL_SLOTS_PER_PAGE];
};

struct pl_engine_ops;

#define PL_FAULT_RING	64	/* faults kept per device for PL_IOC_FAULT */

/**
 * struct pl_fault - one translation fault, as the unit recorded it
 * @rid: Requester ID
 * @pasid: PL_NO_PASID where the request had none
 * @addr: IOVA
 * @flags: PL_FAULT_*
 * @reason: the unit's code
 * @why: the code in words, a string that is never freed
 */
struct pl_fault {
	u16 rid;
	pl_pasid_t pasid;
	u64 addr;
	u32 flags;
	u32 reason;
	const char *why;
};

/**
 * struct pl_dev - an endpoint behind a unit
 * @dev: its struct device
 * @unit: the unit that translates for it
 * @rid: Requester ID
 * @max_pasids: PASIDs are 1 to @max_pasids - 1
 * @private_pasid: PASID @max_pasids is its driver's own, and in use (private.c)
 * @ats: its device TLB is on; constant while it is present
 * @mode: PL_MODE_*, under @lock
 * @aux_enabled: pl_dev_enable_feature(AUX) calls, under @lock
 * @nr_pasids: PASID slots that hold something other than blocking, under @lock
 * @claimed: who owns it as a whole, under @lock
 * @gone: no more sets; under @lock
 * @lock: see the head of pasidlab.h
 * @slots: PASID / PL_SLOTS_PER_PAGE -> struct pl_slot_page, NULL where none of
 *	its PASIDs was ever attached; entries are set under @lock, read under RCU
 * @rid_slot: never leaves
 * @pasids: ids in use here where the PASID space is per device
 * @pasid_next: where the search for a free PASID goes on
 * @engine: what can issue DMA for it, or NULL
 * @engine_priv: for @engine
 * @hw: the unit driver's own
 * @faults: faults reported
 * @fault_lock: the ring below
 * @fault_ring: the last PL_FAULT_RING faults
 * @fault_head: next to write
 * @fault_tail: next to read
 * @fault_lost: overwritten before they were read
 * @refs: holders; the last one frees it
 * @hash: in the table of devices, by @dev
 * @node: in the list of devices, in order of arrival
 */
struct pl_dev {
	struct device *dev;
	struct pl_unit *unit;
	u16 rid;
	u32 max_pasids;
	bool private_pasid;
	bool ats;
	u32 mode;
	unsigned int aux_enabled;
	unsigned int nr_pasids;
	const void *claimed;
	bool gone;
	struct mutex lock;
	struct pl_slot_page __rcu **slots;
	struct pl_slot rid_slot;
	struct ida pasids;
	u32 pasid_next;
	const struct pl_engine_ops *engine;
	void *engine_priv;
	void *hw;
	atomic64_t faults;
	spinlock_t fault_lock;
	struct pl_fault fault_ring[PL_FAULT_RING];
	u32 fault_head;
	u32 fault_tail;
	u32 fault_lost;
	refcount_t refs;
	struct hlist_node hash;
	struct list_head node;
};

/**
 * struct pl_range - IOVAs whose translation changed
 * @first: first address
 * @last: last address, inclusive
 * @leaf_only: no table above a leaf was unlinked
 */
struct pl_range {
	u64 first;
	u64 last;
	bool leaf_only;
};

/**
 * struct pl_walk - where an address leads to, read from the unit's own tables
 * @paddr: physical address
 * @size: bytes of the page it lies in
 * @prot: PL_PROT_*
 */
struct pl_walk {
	u64 paddr;
	u64 size;
	u32 prot;
};

/**
 * struct pl_unit_ops - what a unit driver guarantees
 * @why_not: 0 when the unit can do @f for @d, else -errno and a reason that is
 *	never freed.  No side effect, any context that may sleep (R0.1).
 * @dev_add: after it returns the RID and every PASID of @d are blocked; only
 *	then may the endpoint's PASID and ATS be enabled (O6).  May fail and
 *	then leaves nothing behind.
 * @dev_del: every slot is blocking, ATS is off (O7); forget @d.
 * @domain_alloc: an empty paging domain; @flags PL_DOMAIN_*.  ERR_PTR.
 * @nested_alloc: a domain that nests a user's tables on @parent, a stage-2 domain;
 *	sets @user_pasids.  -EOPNOTSUPP another unit's kind of table, -EINVAL a
 *	field, named in the log.  NULL where the unit does not nest.
 * @nested_inval: what @d's RID has cached by way of the user's tables of @dom is
 *	owed to @t: all, or what the table's entry of @pasid leads to.
 * @domain_free: @dom is in no slot and maps nothing.
 * @map: map @size bytes at @iova to @paddr with the largest pages that fit;
 *	all three are multiples of the smallest page and in range.  -EEXIST where something
 *	is mapped, -ENOMEM; *@mapped says how far it came, the core unmaps it.
 * @unmap: clear what is mapped in the range; a huge leaf that reaches beyond
 *	the range goes as a whole.  Returns bytes cleared and widens *@r to what
 *	was cleared.  Unlinked tables go to @t->table_pages.
 * @iova_to_phys: PHYS_ADDR_MAX when nothing is mapped.
 * @prepare: allocate all that set(@d, @pasid, @old, @new) will need; @old is
 *	what the slot holds.  -EOPNOTSUPP for a domain the slot can never hold,
 *	-EBUSY for one it cannot hold beside what the device's other slots do.
 *	When it fails @old is in place and translating; a unit driver that must
 *	give @old up first, and cannot have it back, sets @t->lost instead: the
 *	slot is blocked and the unit has forgotten @old.
 * @set: put @new in place of @old; see the head of this file.  Where the entry
 *	cannot go from @old to @new in one store, it passes through blocking
 *	and may sync @t once on the way.
 * @settle: @old is forgotten; change what of its entry had to stay until now.
 *	NULL where set() leaves nothing to change.
 * @inval: what @d has cached for @pasid of @dom's translations of @r is owed to
 *	@t; @r stays where it is until the sync.  Of a nested @dom, @r is in the
 *	parent's addresses.
 * @sync: pay @t.  -ETIMEDOUT or -EIO when the unit did not answer; the core
 *	then keeps all memory the unit might still read.
 * @table_free: pages on @t->table_pages go back (after sync).
 * @freed: leaf memory at @paddr is about to go back to its owner; a reference
 *	model checks that it holds no translation to it (O8).  NULL: no check.
 * @walk: follow the unit's tables from its root register down, by a reading of
 *	them that shares nothing with what wrote them.  False when a request
 *	would be refused.  Changes nothing.  NULL: the tables cannot be read.
 * @violation: the @index-th kind of broken invariant a reference model saw;
 *	-ENOENT beyond the last.  NULL for real hardware.
 * @claims: it translates for @dev, a device of the machine that is no endpoint
 *	yet.  NULL where it translates for none.
 * @lend: interrupt through @irq, an MSI vector that its owner does not use,
 *	until @take_back.  -EBUSY where it has one.  NULL where it has lines of
 *	its own.
 * @take_back: the vector is its owner's again; no handler runs on it.
 */
struct pl_unit_ops {
	int (*why_not)(struct pl_unit *u, struct pl_dev *d, enum pl_dev_feature f,
		       const char **reason);
	int (*dev_add)(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
	void (*dev_del)(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
	struct pl_domain *(*domain_alloc)(struct pl_unit *u, u32 flags);
	struct pl_domain *(*nested_alloc)(struct pl_unit *u, struct pl_domain *parent,
					  const struct pl_user_table *table);
	void (*nested_inval)(struct pl_unit *u, struct pl_dev *d, struct pl_domain *dom,
			     pl_pasid_t pasid, struct pl_ticket *t);
	void (*domain_free)(struct pl_unit *u, struct pl_domain *dom);
	int (*map)(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot,
		   u64 *mapped, struct pl_ticket *t);
	u64 (*unmap)(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t);
	phys_addr_t (*iova_to_phys)(struct pl_domain *dom, u64 iova);
	int (*prepare)(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid,
		       struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t);
	void (*set)(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid,
		    struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t);
	void (*settle)(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid,
		       struct pl_domain *old, struct pl_domain *new, struct pl_ticket *t);
	void (*inval)(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid,
		      struct pl_domain *dom, const struct pl_range *r, struct pl_ticket *t);
	int (*sync)(struct pl_unit *u, struct pl_ticket *t);
	void (*table_free)(struct pl_unit *u, struct pl_ticket *t);
	void (*freed)(struct pl_unit *u, phys_addr_t paddr, u64 size);
	bool (*walk)(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
		     struct pl_walk *out);
	int (*violation)(struct pl_unit *u, unsigned int index, const char **name,
			 const char **text, u64 *count);
	bool (*claims)(struct pl_unit *u, struct device *dev);
	int (*lend)(struct pl_unit *u, unsigned int irq);
	void (*take_back)(struct pl_unit *u, unsigned int irq);
};

/**
 * struct pl_ledger - counts per operation, monotonic
 * @n: [operation][column]; relaxed, exact once the operations have returned
 */
struct pl_ledger {
	atomic64_t n[PL_OP_NR][PL_COUNT_NR];
};

/**
 * struct pl_unit - one IOMMU, as the core sees it
 * @name: "vtd-model0"; unique
 * @driver: "vtd"; the kind
 * @ops: the driver's
 * @owner: the driver's module, held while a file has a device of the unit open
 * @caps: constant once registered
 * @blocking: its static blocking domain (R1.5)
 * @identity: its static identity domain
 * @ledger: what it did
 * @faults_lost: faults the hardware could not record
 * @wedged: a sync failed; nothing the unit might read is freed any more
 * @devs: RID -> struct pl_dev; stores under the core's lock, loads under RCU
 * @node: in the list of units
 */
struct pl_unit {
	const char *name;
	const char *driver;
	const struct pl_unit_ops *ops;
	struct module *owner;
	struct pl_caps caps;
	struct pl_domain blocking;
	struct pl_domain identity;
	struct pl_ledger ledger;
	atomic64_t faults_lost;
	bool wedged;
	struct xarray devs;
	struct list_head node;
};

/* What an endpoint offers the core: endpoint.c calls, hw and engines provide. */

#define PL_EP_PASID	BIT(0)
#define PL_EP_ATS	BIT(1)
#define PL_EP_PRI	BIT(2)

/**
 * struct pl_engine_ops - an endpoint's own side
 * @name: what issues its DMA ("soft"), for people
 * @enable: switch the PCIe capabilities @bits (PL_EP_*) on; called once per
 *	bit, PASID before ATS before PRI (O6).  Neither this nor @disable is
 *	called where pl_caps.own_endpoint says that the unit does it.
 * @disable: switch @bits off; the reverse order; no invalidation for the
 *	device is in flight (O7).
 * @run: execute @n descriptors in order and wait for them; each gets its
 *	status.  Returns -ENODEV when the endpoint is gone.  NULL: no engine.
 */
struct pl_engine_ops {
	const char *name;
	int (*enable)(struct pl_dev *d, void *priv, u32 bits);
	void (*disable)(struct pl_dev *d, void *priv, u32 bits);
	int (*run)(void *priv, struct pl_dma_desc *descs, unsigned int n);
};

/**
 * struct pl_dev_desc - what pl_dev_add() needs to know of an endpoint
 * @unit: the unit it is behind
 * @rid: Requester ID
 * @pasid_bits: width of its PASIDs, 0 for none
 * @eps: PL_EP_* it has
 * @engine: its own side
 * @priv: for @engine
 * @private_pasid: the last PASID is the driver's own, see private.c
 */
struct pl_dev_desc {
	struct pl_unit *unit;
	u16 rid;
	u8 pasid_bits;
	u32 eps;
	const struct pl_engine_ops *engine;
	void *priv;
	bool private_pasid;
};

int pl_unit_register(struct pl_unit *u);
void pl_unit_unregister(struct pl_unit *u);
int pl_dev_add(struct device *dev, const struct pl_dev_desc *desc);
void pl_dev_del(struct device *dev);
void pl_fault_report(struct pl_unit *u, const struct pl_fault *f);
void pl_fault_lost(struct pl_unit *u, u64 n);

static inline bool pl_domain_is_blocking(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_BLOCKING;
}

/* The width of the slot's name in log lines and events: -1 for the RID. */
static inline int pl_pasid_print(pl_pasid_t pasid)
{
	return pasid == PL_NO_PASID ? -1 : (int)pasid;
}

#endif /* _PASIDLAB_UNIT_H */
