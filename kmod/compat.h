/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between the kernels this project is built for, in one place.
 *
 * Each helper says what changed, where it was seen and which side it takes.
 * "6.12" stands for Linux 6.12.117 and "7.2" for 7.2.12, as Debian packages
 * them; where a change is known only to lie between the two, the condition
 * names the first release that is known to have it.  Everything else of the
 * tree calls the kernel by these names and tests no version.
 *
 * The hard rule: no #if on a kernel version anywhere else.
 */
#ifndef _PASIDLAB_COMPAT_H
#define _PASIDLAB_COMPAT_H

#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/version.h>

/*
 * The argument of MODULE_IMPORT_NS() was a bare token until 6.12 and is a
 * string from 6.13 on (commit cdd30ebb1b9f).
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define PL_IMPORT_NS(ns)	MODULE_IMPORT_NS(ns)
#else
#define PL_IMPORT_NS(ns)	MODULE_IMPORT_NS(#ns)
#endif

/*
 * Static domains (identity, blocked) carry no owner: on 6.12
 * iommu_attach_device_pasid() and __iommu_attach_group() compare domain->owner
 * with the device's driver and answer -EINVAL (drivers/iommu/iommu.c).  7.2
 * looks at the driver's list of static domains first.
 */
#define PL_KERNEL_STATIC_DOMAINS	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0))

/*
 * What the kernel's core does for iommufd only: prototypes that are private to
 * drivers/iommu, symbols in a namespace of their own.
 *
 * Until 6.12 iommu_group_replace_domain() is a way round the owners for a RID:
 * it does not compare them, and leaves the old domain in place when it fails.
 *
 * From 6.15 on iommu_replace_device_pasid() replaces on a PASID (commit
 * 8a9e1e773f60); before that nothing does.
 */
#define PL_IMPORT_IOMMUFD()	PL_IMPORT_NS(IOMMUFD_INTERNAL)

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
int iommu_group_replace_domain(struct iommu_group *group, struct iommu_domain *new_domain);
#endif

#define PL_KERNEL_PASID_REPLACE	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0))

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
int iommu_replace_device_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid,
			       struct iommu_attach_handle *handle);
#endif

/**
 * pl_kernel_rid_static() - a static domain on the RID of a group we own
 * @group: the group, its DMA ownership claimed
 * @dom: the driver's identity domain
 *
 * Context: may sleep.  The RID holds whatever the kernel's core lets an
 * attach replace: its blocking or its default domain.
 * Return: 0 or what the kernel said.
 */
static inline int pl_kernel_rid_static(struct iommu_group *group, struct iommu_domain *dom)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	return iommu_group_replace_domain(group, dom);
#else
	return iommu_attach_group(dom, group);
#endif
}

/**
 * pl_kernel_pasid_attach() - a domain on an empty PASID
 * @dom: the domain
 * @dev: a device that has PASIDs: see pl_kernel_max_pasids()
 * @pasid: not 0
 *
 * A fourth argument, a handle for page requests, came with 6.11 (commit
 * 3e7f57d1ef3f); none is wanted here.
 *
 * Context: may sleep.
 * Return: 0, -EBUSY where something is attached, or what the driver said.
 */
static inline int pl_kernel_pasid_attach(struct iommu_domain *dom, struct device *dev, u32 pasid)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
	return iommu_attach_device_pasid(dom, dev, pasid);
#else
	return iommu_attach_device_pasid(dom, dev, pasid, NULL);
#endif
}

/**
 * pl_kernel_pasid_replace() - a domain on a PASID that holds another
 * @dom: the domain
 * @dev: the device
 * @pasid: not 0
 * @handle: not the one @pasid has now; the kernel's until the next change
 *
 * The kernel's contract is that the old domain stays where this fails.  7.2's
 * VT-d driver empties the entry before it tries to fill it
 * (__domain_setup_first_level()), so after an error nobody knows what is there.
 *
 * Context: may sleep.
 * Return: 0, -EOPNOTSUPP before PL_KERNEL_PASID_REPLACE, or what the driver said.
 */
static inline int pl_kernel_pasid_replace(struct iommu_domain *dom, struct device *dev, u32 pasid,
					  struct iommu_attach_handle *handle)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return iommu_replace_device_pasid(dom, dev, pasid, handle);
#else
	return -EOPNOTSUPP;
#endif
}

/**
 * pl_kernel_max_pasids() - PASIDs the kernel's core will use on a device
 * @dev: any device
 *
 * Without this look iommu_attach_device_pasid() cannot be believed: for a
 * device with none it returns 0 and does nothing, on 6.12 and on 7.2, since it
 * skips "devices without PASID support" in its loop over the group.
 *
 * Return: their number, PASID 0 included; 0 for none.
 */
static inline u32 pl_kernel_max_pasids(struct device *dev)
{
	return dev->iommu ? dev->iommu->max_pasids : 0;
}

/**
 * pl_kernel_iommu_of() - the IOMMU that translates for a device
 * @dev: any device
 *
 * Return: the kernel's object for it, NULL where there is none.
 */
static inline struct iommu_device *pl_kernel_iommu_of(struct device *dev)
{
	return dev->iommu ? dev->iommu->iommu_dev : NULL;
}

/**
 * pl_kernel_iova_last() - the last IOVA that a fresh domain can really map
 * @dom: a paging domain
 *
 * On 6.12 intel_iommu_domain_alloc() claims 57 bits whatever the unit can do,
 * drops the levels the unit lacks on the first attach, with what was mapped
 * under them, and never looks at the canonical half of the first stage.  So:
 * 47 bits, which both stages of every 4-level unit have.  7.2 tells the truth.
 */
static inline u64 pl_kernel_iova_last(const struct iommu_domain *dom)
{
	u64 last = dom->geometry.aperture_end;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	last = min_t(u64, last, (1ULL << 47) - 1);
#endif
	return last;
}

#endif /* _PASIDLAB_COMPAT_H */
