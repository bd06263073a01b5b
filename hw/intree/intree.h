/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own IOMMU API as a unit: what its files share.
 *
 * Vocabulary.  The *kernel* is the IOMMU core and the driver under it; an
 * iommu_domain is the kernel's, a pl_domain ours.  To *own* a group is to hold
 * its DMA ownership: the kernel then keeps its DMA API off the group, and what
 * it falls back to is blocking.  The *empty* domain is a paging domain that
 * maps nothing.
 *
 * RID blocking is the empty domain, not the kernel's blocking domain.  On 6.12
 * the latter also switches ATS off (device_block_translation(),
 * drivers/iommu/intel/iommu.c), and a PASID attached while ATS is off gets no
 * device TLB invalidation later on.
 *
 * Locking: pl_dev.lock and pl_domain.lock as kmod/unit.h says; the kernel's
 * group mutex is taken inside either.
 *
 * The hard rule: nothing private to a driver of the kernel is touched.
 */
#ifndef _PASIDLAB_INTREE_H
#define _PASIDLAB_INTREE_H

#include <linux/iommu.h>
#include <linux/maple_tree.h>
#include <linux/module.h>
#include <linux/xarray.h>

#include "../../kmod/compat.h"
#include "../../kmod/unit.h"

struct intree_tables;

/**
 * struct intree_unit - one IOMMU of the kernel
 * @unit: what the core sees
 * @ops: its operations, @walk only where @tables are
 * @tables: of the hardware, to be read; NULL where they cannot be
 * @name: of the unit
 * @iommu: the kernel's object
 * @lock: @devs and @empty
 * @devs: struct intree_dev
 * @empty: what a blocked RID holds; there while @devs is not empty
 * @node: in the list of units
 */
struct intree_unit {
	struct pl_unit unit;
	struct pl_unit_ops ops;
	struct intree_tables *tables;
	char name[16];
	struct iommu_device *iommu;
	struct mutex lock;
	struct list_head devs;
	struct iommu_domain *empty;
	struct list_head node;
};

/**
 * struct intree_handles - what the kernel's replace wants to be given
 * @h: one is the kernel's, the other is for the next replace
 * @next: which
 */
struct intree_handles {
	struct iommu_attach_handle h[2];
	unsigned int next;
};

/**
 * struct intree_dev - a device whose group we own
 * @dev: the device
 * @group: its group
 * @identity: the kernel's identity domain, NULL where it has not shown one
 * @handles: PASID -> struct intree_handles, for those that were replaced
 * @node: in the unit's list
 */
struct intree_dev {
	struct device *dev;
	struct iommu_group *group;
	struct iommu_domain *identity;
	struct xarray handles;
	struct list_head node;
};

/**
 * struct intree_domain - a paging domain
 * @dom: what the core sees
 * @domain: the kernel's
 * @runs: what pl_map() mapped: [IOVA, last] -> not NULL, one entry a call
 */
struct intree_domain {
	struct pl_domain dom;
	struct iommu_domain *domain;
	struct maple_tree runs;
};

static inline struct intree_unit *to_intree(struct pl_unit *u)
{
	return container_of(u, struct intree_unit, unit);
}

static inline struct intree_domain *to_intree_domain(struct pl_domain *dom)
{
	return container_of(dom, struct intree_domain, dom);
}

/* unit.c */
struct intree_unit *intree_unit_create(struct device *dev, unsigned int index);
void intree_unit_destroy(struct intree_unit *iu);

/* device.c */
int intree_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
void intree_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t);
int intree_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		   struct pl_domain *new, struct pl_ticket *t);
void intree_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t);

/* domain.c */
struct pl_domain *intree_domain_alloc(struct pl_unit *u, u32 flags);
void intree_domain_free(struct pl_unit *u, struct pl_domain *dom);
int intree_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot,
	       u64 *mapped, struct pl_ticket *t);
u64 intree_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t);
phys_addr_t intree_iova_to_phys(struct pl_domain *dom, u64 iova);

/* tables.c: where the kernel may have a unit whose tables are known */
#if (defined(CONFIG_X86_64) && defined(CONFIG_ACPI) && defined(CONFIG_PCI)) || \
	defined(CONFIG_ARM64)
struct intree_tables *intree_tables_open(struct device *dev);
void intree_tables_close(struct intree_tables *t);
bool intree_tables_walk(struct intree_tables *t, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
			struct pl_walk *out);
#else
static inline struct intree_tables *intree_tables_open(struct device *dev)
{
	return NULL;
}

static inline void intree_tables_close(struct intree_tables *t)
{
}

static inline bool intree_tables_walk(struct intree_tables *t, struct pl_dev *d,
				      pl_pasid_t pasid, u64 iova, struct pl_walk *out)
{
	return false;
}
#endif

#endif /* _PASIDLAB_INTREE_H */
