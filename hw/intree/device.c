// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices under the kernel's IOMMU core: owning them, and their slots.
 *
 * kmod/unit.h lets `prepare` fail and `set` not.  The kernel's attach may fail
 * and its detach cannot, so `prepare` attaches and `set` detaches:
 *
 *	blocking to X	prepare attaches X
 *	X to blocking	set detaches X
 *	X to Y		prepare replaces X by Y where the kernel can
 *			(PL_KERNEL_PASID_REPLACE), else detaches X and
 *			attaches Y, or X again
 *
 * The last has a moment in which the slot is blocked, the kernel's replace of
 * 7.2 too.  A slot that could not get its old domain back stays so:
 * pl_ticket.lost tells the core.
 *
 * Locking: pl_dev.lock.  An attach also takes the domain's own lock, because
 * 6.12's VT-d driver drops page-table levels on a domain's first attach
 * without keeping iommu_map() out (prepare_domain_attach_device()).
 *
 * The hard rule: a failed prepare leaves what was there, or blocking, never a
 * third.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "intree.h"

static bool kernel_blocking;
module_param(kernel_blocking, bool, 0444);
MODULE_PARM_DESC(kernel_blocking, "a blocked RID holds the kernel's blocking domain instead of an empty one; on 6.12 that switches ATS off (N)");

static struct iommu_domain *kernel_domain(struct intree_dev *id, struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_PAGING ? to_intree_domain(dom)->domain : id->identity;
}

static int slot_attach(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom)
{
	struct intree_dev *id = d->hw;
	struct iommu_domain *domain = kernel_domain(id, dom);

	if (pasid != PL_NO_PASID)
		return pl_kernel_pasid_attach(domain, id->dev, pasid);
	iommu_detach_group(to_intree(d->unit)->empty, id->group);
	if (dom->type == PL_DOMAIN_IDENTITY)
		return pl_kernel_rid_static(id->group, domain);
	return iommu_attach_group(domain, id->group);
}

static int slot_attach_locked(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom)
{
	int ret;

	if (dom->type != PL_DOMAIN_PAGING)
		return slot_attach(d, pasid, dom);
	mutex_lock(&dom->lock);
	ret = slot_attach(d, pasid, dom);
	mutex_unlock(&dom->lock);
	return ret;
}

/* An owned group has fallen back to the kernel's blocking domain before this. */
static int rid_empty(struct intree_unit *iu, struct intree_dev *id)
{
	return kernel_blocking ? 0 : iommu_attach_group(iu->empty, id->group);
}

/* Where the empty domain cannot be had, the RID is blocked all the same. */
static void rid_block(struct pl_unit *u, struct intree_dev *id)
{
	int ret = rid_empty(to_intree(u), id);

	if (ret)
		dev_warn(id->dev, "pasidlab: the RID is blocked without ATS: the kernel did not attach an empty domain (%d)\n",
			 ret);
}

static void slot_detach(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom)
{
	struct intree_dev *id = d->hw;
	struct iommu_domain *domain = kernel_domain(id, dom);

	if (pasid != PL_NO_PASID) {
		iommu_detach_device_pasid(domain, id->dev, pasid);
		kfree(xa_erase(&id->handles, pasid));
		return;
	}
	iommu_detach_group(domain, id->group);
	rid_block(d->unit, id);
}

static int can_hold(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom)
{
	struct intree_dev *id = d->hw;
	bool rid = pasid == PL_NO_PASID;

	/* There the kernel's attach says 0 and does nothing. */
	if (!rid && !pl_kernel_max_pasids(id->dev))
		return -EOPNOTSUPP;
	if (dom->type != PL_DOMAIN_IDENTITY)
		return 0;
	return id->identity && (rid || d->unit->caps.identity_pasid) ? 0 : -EOPNOTSUPP;
}

static struct intree_handles *handles_of(struct intree_dev *id, pl_pasid_t pasid)
{
	struct intree_handles *pair = xa_load(&id->handles, pasid);

	if (pair)
		return pair;
	pair = kzalloc(sizeof(*pair), GFP_KERNEL);
	if (pair && xa_insert(&id->handles, pasid, pair, GFP_KERNEL)) {
		kfree(pair);
		pair = NULL;
	}
	return pair;
}

static int pasid_replace(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *new)
{
	struct intree_dev *id = d->hw;
	struct intree_handles *pair = handles_of(id, pasid);
	int ret;

	if (!pair)
		return -ENOMEM;
	ret = pl_kernel_pasid_replace(kernel_domain(id, new), id->dev, pasid,
				      &pair->h[pair->next]);
	if (!ret)
		pair->next ^= 1;
	return ret;
}

/*
 * @old goes, @new comes; on failure the slot is empty, also where the kernel's
 * replace would say that @old is there still: see pl_kernel_pasid_replace().
 */
static int slot_change(struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		       struct pl_domain *new)
{
	int ret;

	if (pasid == PL_NO_PASID || !PL_KERNEL_PASID_REPLACE) {
		slot_detach(d, pasid, old);
		return slot_attach_locked(d, pasid, new);
	}
	ret = pasid_replace(d, pasid, new);
	if (ret)
		slot_detach(d, pasid, old);
	return ret;
}

/* pl_unit_ops.prepare: the attach. */
int intree_prepare(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		   struct pl_domain *new, struct pl_ticket *t)
{
	bool empty = pl_domain_is_blocking(old);
	int ret = can_hold(d, pasid, new);

	if (ret)
		return ret;
	ret = empty ? slot_attach_locked(d, pasid, new) : slot_change(d, pasid, old, new);
	if (ret && pasid == PL_NO_PASID)
		rid_block(u, d->hw);
	if (ret && !empty && slot_attach_locked(d, pasid, old)) {
		if (pasid == PL_NO_PASID)
			rid_block(u, d->hw);
		t->lost = true;
	}
	return ret;
}

/* pl_unit_ops.set: what prepare did not do. */
void intree_set(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t)
{
	if (pl_domain_is_blocking(new) && !pl_domain_is_blocking(old))
		slot_detach(d, pasid, old);
}

/* The kernel hands its identity domain out only as a device's default domain. */
static struct iommu_domain *identity_of(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type == IOMMU_DOMAIN_IDENTITY ? domain : NULL;
}

static struct intree_dev *dev_new(struct device *dev)
{
	struct intree_dev *id = kzalloc(sizeof(*id), GFP_KERNEL);

	if (!id)
		return ERR_PTR(-ENOMEM);
	id->dev = dev;
	xa_init(&id->handles);
	id->identity = identity_of(dev);
	id->group = iommu_group_get(dev);
	if (id->group)
		return id;
	kfree(id);
	return ERR_PTR(-ENODEV);
}

static void dev_free(struct intree_dev *id)
{
	xa_destroy(&id->handles);
	iommu_group_put(id->group);
	kfree(id);
}

/* The first device brings the empty domain, the last one takes it away. */
static int unit_join(struct intree_unit *iu, struct intree_dev *id)
{
	struct iommu_domain *empty;
	int ret = 0;

	mutex_lock(&iu->lock);
	if (!iu->empty) {
		empty = iommu_paging_domain_alloc(id->dev);
		if (IS_ERR(empty))
			ret = PTR_ERR(empty);
		else
			iu->empty = empty;
	}
	if (!ret)
		list_add_tail(&id->node, &iu->devs);
	mutex_unlock(&iu->lock);
	return ret;
}

static void unit_leave(struct intree_unit *iu, struct intree_dev *id)
{
	mutex_lock(&iu->lock);
	list_del(&id->node);
	if (list_empty(&iu->devs)) {
		iommu_domain_free(iu->empty);
		iu->empty = NULL;
	}
	mutex_unlock(&iu->lock);
}

static int dev_own(struct intree_unit *iu, struct intree_dev *id)
{
	int ret;

	ret = iommu_device_claim_dma_owner(id->dev, iu);
	if (ret) {
		dev_err(id->dev, "pasidlab: the kernel keeps the device (%d): a driver in its IOMMU group uses the DMA API\n",
			ret);
		return ret;
	}
	ret = rid_empty(iu, id);
	if (ret)
		iommu_device_release_dma_owner(id->dev);
	return ret;
}

static bool ats_is_on(struct device *dev)
{
	return dev_is_pci(dev) && to_pci_dev(dev)->ats_enabled;
}

/* Where the kernel uses fewer, the last may still be the driver's (private.c). */
static u32 usable_pasids(struct pl_dev *d)
{
	u32 max = pl_kernel_max_pasids(d->dev);

	return max > d->max_pasids ? d->max_pasids : max ? max - 1 : 0;
}

/*
 * pl_unit_ops.dev_add.  The kernel has PASID on since the device was probed,
 * and switches ATS with what the RID holds.
 */
int intree_dev_add(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct intree_unit *iu = to_intree(u);
	struct intree_dev *id;
	int ret;

	if (pl_kernel_iommu_of(d->dev) != iu->iommu)
		return -EINVAL;
	id = dev_new(d->dev);
	if (IS_ERR(id))
		return PTR_ERR(id);
	ret = unit_join(iu, id);
	if (ret)
		goto free;
	ret = dev_own(iu, id);
	if (ret)
		goto leave;
	d->hw = id;
	d->max_pasids = usable_pasids(d);
	d->ats = ats_is_on(d->dev);
	return 0;
leave:
	unit_leave(iu, id);
free:
	dev_free(id);
	return ret;
}

/* pl_unit_ops.dev_del: back to the domain the kernel gave it by default. */
void intree_dev_del(struct pl_unit *u, struct pl_dev *d, struct pl_ticket *t)
{
	struct intree_unit *iu = to_intree(u);
	struct intree_dev *id = d->hw;

	iommu_detach_group(iu->empty, id->group);
	iommu_device_release_dma_owner(id->dev);
	unit_leave(iu, id);
	dev_free(id);
	d->hw = NULL;
}
