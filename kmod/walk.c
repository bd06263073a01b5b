// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table checker's question: where does an address of a slot lead, by the
 * unit's own tables, and where does the API believe that it leads?
 *
 * The two answers come from different places: the first from the unit's root
 * register down (pl_unit_ops.walk), the second from what the slot holds and
 * from the domain's own account of its mappings.  Both are asked while neither
 * can change.
 *
 * Locking: pl_dev.lock, so that the slot stays as it is and its domain alive;
 * inside it the domain's lock, so that no table comes or goes.
 *
 * The hard rule: nothing is changed, and neither answer is made from the other.
 */
#include "core.h"

/* By the API; a paging domain is locked. */
static phys_addr_t believed(struct pl_domain *dom, u64 iova)
{
	if (dom->type == PL_DOMAIN_IDENTITY)
		return iova;
	if (dom->type != PL_DOMAIN_PAGING || iova > dom->iova_last)
		return PHYS_ADDR_MAX;
	return dom->unit->ops->iova_to_phys(dom, iova);
}

static void walk_both(struct pl_dev *d, pl_pasid_t pasid, u64 iova, struct pl_walk *walked,
		      phys_addr_t *claimed)
{
	struct pl_domain *dom = pl_slot_domain(d, pasid);

	if (dom->type == PL_DOMAIN_PAGING)
		mutex_lock(&dom->lock);
	*claimed = believed(dom, iova);
	if (!d->unit->ops->walk(d->unit, d, pasid, iova, walked))
		walked->prot = 0;
	if (dom->type == PL_DOMAIN_PAGING)
		mutex_unlock(&dom->lock);
}

/**
 * pl_slot_walk() - where an address of a slot leads
 * @d: the device
 * @pasid: PL_NO_PASID for the RID
 * @iova: the address
 * @walked: out, by the unit's tables; @walked->prot 0: a request is refused
 * @claimed: out, by the API; PHYS_ADDR_MAX: nothing is mapped
 *
 * Context: may sleep.
 * Return: 0, -ENODEV the endpoint is gone, -EINVAL PASID 0, -EOVERFLOW beyond
 * the device, -EOPNOTSUPP the tables cannot be read, or a user's are among them:
 * the RID holds a nested domain.
 */
int pl_slot_walk(struct pl_dev *d, pl_pasid_t pasid, u64 iova, struct pl_walk *walked,
		 phys_addr_t *claimed)
{
	int ret = 0;

	if (!pasid)
		return -EINVAL;
	mutex_lock(&d->lock);
	if (d->gone)
		ret = -ENODEV;
	else if (pasid != PL_NO_PASID && !pl_pasid_in_range(d, pasid))
		ret = -EOVERFLOW;
	else if (!d->unit->ops->walk ||
		 pl_slot_domain(d, PL_NO_PASID)->type == PL_DOMAIN_NESTED)
		ret = -EOPNOTSUPP;
	else
		walk_both(d, pasid, iova, walked, claimed);
	mutex_unlock(&d->lock);
	return ret;
}
