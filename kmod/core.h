/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of kmod/ share: the API on struct pl_dev, with an owner.
 *
 * The functions of pasidlab.h are thin: they find the struct pl_dev of a struct
 * device and call these with no owner.  chardev.c calls these with the open
 * file as owner, so that what a process set goes when its file does.
 *
 * The hard rule: everything that may change a slot goes through slot.c.
 */
#ifndef _PASIDLAB_CORE_H
#define _PASIDLAB_CORE_H

#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "unit.h"

/* endpoint.c: which devices there are */
struct pl_dev *pl_dev_get(struct device *dev);
struct pl_dev *pl_dev_get_by_name(const char *name);
struct pl_dev *pl_dev_get_by_index(u32 index);
void pl_dev_put(struct pl_dev *d);
u32 pl_dev_count(void);

/* feature.c */
int pl_feature_why_not(struct pl_dev *d, u32 f, const char **reason);
int pl_feature_enable(struct pl_dev *d, u32 f);
int pl_feature_disable(struct pl_dev *d, u32 f);
int pl_mode_set(struct pl_dev *d, u32 mode);

/* domain.c */
struct pl_domain *pl_domain_new(struct pl_unit *u, u32 flags);
struct pl_domain *pl_domain_new_for(struct pl_dev *d, u32 flags);
void pl_domain_init(struct pl_domain *dom, struct pl_unit *u, enum pl_domain_type type, u64 id);
void pl_domain_link(struct pl_domain *dom, struct pl_slot *slot);

/*
 * Whose lock and list a domain's slots are under: a nested domain's are its
 * parent's too, so that an unmap there finds them.  NULL for a static domain.
 */
static inline struct pl_domain *pl_domain_home(struct pl_domain *dom)
{
	if (dom->type == PL_DOMAIN_NESTED)
		return dom->parent;
	return dom->type == PL_DOMAIN_PAGING ? dom : NULL;
}

static inline void pl_domain_unlink(struct pl_domain *dom, struct pl_slot *slot)
{
	lockdep_assert_held(&pl_domain_home(dom)->lock);
	list_del(&slot->node);
	dom->nr_slots--;
}

void pl_domain_freed(struct pl_domain *dom, phys_addr_t paddr, u64 size);

/* slot.c */

/**
 * enum pl_clear - which slots of a device go back to blocking
 * @PL_CLEAR_OWNED: PASID slots of one owner
 * @PL_CLEAR_OWNED_RID: those and the RID slot, where it is the owner's
 * @PL_CLEAR_PASIDS: every PASID slot
 * @PL_CLEAR_ALL: every slot
 */
enum pl_clear {
	PL_CLEAR_OWNED,
	PL_CLEAR_OWNED_RID,
	PL_CLEAR_PASIDS,
	PL_CLEAR_ALL,
};

int pl_slot_check(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner);
int pl_slot_put(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner,
		u32 flags);
int pl_slot_set(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom, const void *owner);
struct pl_domain *pl_slot_domain(struct pl_dev *d, pl_pasid_t pasid);
int pl_rid_attach(struct pl_dev *d, struct pl_domain *dom, const void *owner);
int pl_rid_detach(struct pl_dev *d, struct pl_domain *dom, const void *owner);
unsigned int pl_slots_clear(struct pl_dev *d, enum pl_clear what, const void *owner);
bool pl_slots_owned(struct pl_dev *d, const void *owner);
unsigned int pl_slots_detach_owner(struct pl_dev *d, const void *owner, bool rid_too);
int pl_claim(struct pl_dev *d, const void *owner);
void pl_release(struct pl_dev *d, const void *owner);

/* aux.c */
int pl_aux_attach(struct pl_dev *d, struct pl_domain *dom, const void *owner, pl_pasid_t *pasid);
int pl_aux_detach(struct pl_dev *d, struct pl_domain *dom, const void *owner);
int pl_aux_pasid(struct pl_dev *d, struct pl_domain *dom);
void pl_aux_pasid_put(struct pl_dev *d, struct pl_domain *dom, pl_pasid_t pasid);

/* pasid.c */
int pl_pasid_get(struct pl_dev *d, pl_pasid_t *pasid);
int pl_pasid_put(struct pl_dev *d, pl_pasid_t pasid);
void pl_pasid_release(struct pl_dev *d, pl_pasid_t pasid);
bool pl_pasid_space_global(void);
void pl_pasid_exit(void);

/* fault.c */
int pl_fault_take(struct pl_dev *d, struct pl_fault *f, u32 *lost);

/* unit.c */
int pl_unit_sync(struct pl_unit *u, enum pl_op op, struct pl_ticket *t);
void pl_unit_account(struct pl_unit *u, enum pl_op op, struct pl_ticket *t, u32 slots, int ret);
void pl_ledger_read(const struct pl_unit *u, u64 counts[PL_OP_NR][PL_COUNT_NR]);
u64 pl_unit_violations(struct pl_unit *u);
struct pl_unit *pl_unit_claiming(struct device *dev);

/* walk.c */
int pl_slot_walk(struct pl_dev *d, pl_pasid_t pasid, u64 iova, struct pl_walk *walked,
		 phys_addr_t *claimed);

/* chardev.c, soft.c */
int pl_chardev_init(void);
void pl_chardev_exit(void);
int pl_soft_init(void);
void pl_soft_exit(void);

/* pe.c, where there is a PCI bus */
#if defined(CONFIG_PCI_MSI) && defined(CONFIG_PCI_ATS)
int pl_pe_init(void);
void pl_pe_exit(void);
void pl_pe_unit_came(struct pl_unit *u);
void pl_pe_unit_goes(struct pl_unit *u);
#else
static inline int pl_pe_init(void)
{
	return 0;
}

static inline void pl_pe_exit(void)
{
}

static inline void pl_pe_unit_came(struct pl_unit *u)
{
}

static inline void pl_pe_unit_goes(struct pl_unit *u)
{
}
#endif

/**
 * pl_ticket_init() - start counting an operation
 * @t: the operation's ticket
 */
static inline void pl_ticket_init(struct pl_ticket *t)
{
	memset(&t->cost, 0, sizeof(t->cost));
	INIT_LIST_HEAD(&t->table_pages);
	t->lost = false;
	memset(t->hw, 0, PL_TICKET_ZEROED * sizeof(t->hw[0]));
}

static inline bool pl_pasid_in_range(const struct pl_dev *d, pl_pasid_t pasid)
{
	return pasid && pasid < d->max_pasids;
}

/**
 * pl_slot_find() - the slot of a PASID
 * @d: the device
 * @pasid: any number; PL_NO_PASID for the RID
 *
 * Context: pl_dev.lock held, or in an RCU read section.
 * Return: the slot, which may hold blocking; NULL where the PASID was never
 * attached, and where the device has no such PASID.
 */
static inline struct pl_slot *pl_slot_find(struct pl_dev *d, pl_pasid_t pasid)
{
	struct pl_slot_page *page;

	if (pasid == PL_NO_PASID)
		return &d->rid_slot;
	if (pasid >= d->max_pasids)
		return NULL;
	page = rcu_dereference_check(d->slots[pasid / PL_SLOTS_PER_PAGE],
				     lockdep_is_held(&d->lock));
	return page ? &page->slots[pasid % PL_SLOTS_PER_PAGE] : NULL;
}

#endif /* _PASIDLAB_CORE_H */
