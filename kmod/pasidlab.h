/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The in-kernel API: features, domains, slots, aux, PASIDs.
 *
 * Vocabulary.  A *device* here is an endpoint behind one IOMMU unit.  It has
 * *slots*: the RID slot (PL_NO_PASID) and one per PASID.  Every slot always
 * holds exactly one *domain*; an empty PASID slot holds blocking.  To *set* is
 * to put a domain into a slot, replacing what was there; attach and detach are
 * names for sets.
 *
 * Locking, outermost first: pl_dev.lock (sets of one device), pl_domain.lock
 * (mappings and the list of slots of one domain), the unit's own locks.  The
 * fault path takes none of them: it finds slots under RCU.
 *
 * The hard rule: a set that fails leaves the old domain in place and
 * translating, and a set of blocking cannot fail.
 */
#ifndef _PASIDLAB_H
#define _PASIDLAB_H

#include <linux/device.h>
#include <linux/types.h>

#include "uapi/pasidlab.h"

#define PL_VERSION	"0.1.0"

typedef u32 pl_pasid_t;

#define PL_NO_PASID	((pl_pasid_t)PL_NO_PASID_U)

struct pl_domain;

/* feature.c */
bool pl_dev_has_feature(struct device *dev, enum pl_dev_feature f);
int pl_dev_why_not(struct device *dev, enum pl_dev_feature f, const char **reason);
int pl_dev_enable_feature(struct device *dev, enum pl_dev_feature f);
int pl_dev_disable_feature(struct device *dev, enum pl_dev_feature f);
int pl_dev_set_mode(struct device *dev, u32 mode);

/* domain.c */
struct pl_domain *pl_domain_alloc_paging(struct device *dev, u32 flags);
struct pl_domain *pl_domain_alloc_nested(struct pl_domain *parent, const struct pl_user_table *t);
int pl_nested_inval(struct pl_domain *domain, pl_pasid_t pasid);
int pl_domain_free(struct pl_domain *domain);
struct pl_domain *pl_blocking_domain(struct device *dev);
struct pl_domain *pl_identity_domain(struct device *dev);
int pl_map(struct pl_domain *domain, u64 iova, phys_addr_t paddr, u64 size, u32 prot);
u64 pl_unmap(struct pl_domain *domain, u64 iova, u64 size);
phys_addr_t pl_iova_to_phys(struct pl_domain *domain, u64 iova);

/* slot.c */
int pl_set(struct device *dev, pl_pasid_t pasid, struct pl_domain *domain);
struct pl_domain *pl_get(struct device *dev, pl_pasid_t pasid);
int pl_attach_device(struct pl_domain *domain, struct device *dev);
void pl_detach_device(struct pl_domain *domain, struct device *dev);
int pl_claim_device(struct device *dev, const void *owner);
void pl_release_device(struct device *dev, const void *owner);

/* aux.c */
int pl_aux_attach_device(struct pl_domain *domain, struct device *dev);
int pl_aux_detach_device(struct pl_domain *domain, struct device *dev);
int pl_aux_get_pasid(struct pl_domain *domain, struct device *dev);
void pl_aux_detach_all(struct device *dev);

/* pasid.c */
int pl_pasid_alloc(struct device *dev, pl_pasid_t *pasid);
int pl_pasid_free(struct device *dev, pl_pasid_t pasid);

#endif /* _PASIDLAB_H */
