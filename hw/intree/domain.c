// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains of the kernel, and what is mapped in them.
 *
 * iommu_map() over a live mapping and iommu_unmap() of a hole or of part of a
 * huge page are the caller's mistakes: 6.12's VT-d driver answers the first
 * with a warning and a lost mapping, the second by clearing up to the next
 * 2 MiB beyond what was asked, the third by walking data as if it were a page
 * table (dma_pte_clear_level()).  pl_map() and pl_unmap() promise better, so
 * each domain remembers its *runs*, one for each call of pl_map(), and only
 * whole pages of runs reach the kernel.
 *
 * Locking: pl_domain.lock for mappings; intree_unit.lock to find a device.
 *
 * The hard rule: the kernel is asked to unmap only what it was asked to map.
 */
#include <linux/minmax.h>
#include <linux/slab.h>

#include "intree.h"

/* The kernel allocates for a device; any of the unit will do. */
static struct iommu_domain *kernel_domain_alloc(struct intree_unit *iu)
{
	struct iommu_domain *domain = ERR_PTR(-ENODEV);
	struct intree_dev *id;

	mutex_lock(&iu->lock);
	id = list_first_entry_or_null(&iu->devs, struct intree_dev, node);
	if (id)
		domain = iommu_paging_domain_alloc(id->dev);
	mutex_unlock(&iu->lock);
	return domain;
}

/* pl_unit_ops.domain_alloc; the kernel chooses the stage. */
struct pl_domain *intree_domain_alloc(struct pl_unit *u, u32 flags)
{
	struct intree_domain *idom = kzalloc(sizeof(*idom), GFP_KERNEL);
	struct iommu_domain *domain;

	if (!idom)
		return ERR_PTR(-ENOMEM);
	domain = kernel_domain_alloc(to_intree(u));
	if (IS_ERR(domain)) {
		kfree(idom);
		return ERR_CAST(domain);
	}
	idom->domain = domain;
	mt_init(&idom->runs);
	idom->dom.stage = 1;
	idom->dom.iova_last = pl_kernel_iova_last(domain);
	return &idom->dom;
}

/* pl_unit_ops.domain_free: what is still mapped goes with the kernel's domain. */
void intree_domain_free(struct pl_unit *u, struct pl_domain *dom)
{
	struct intree_domain *idom = to_intree_domain(dom);

	iommu_domain_free(idom->domain);
	mtree_destroy(&idom->runs);
	kfree_rcu(idom, dom.rcu);
}

static int kernel_prot(u32 prot)
{
	return IOMMU_CACHE | (prot & PL_PROT_READ ? IOMMU_READ : 0) |
	       (prot & PL_PROT_WRITE ? IOMMU_WRITE : 0);
}

/* pl_unit_ops.map: all or nothing, so *@mapped stays 0 on failure. */
int intree_map(struct pl_domain *dom, u64 iova, phys_addr_t paddr, u64 size, u32 prot,
	       u64 *mapped, struct pl_ticket *t)
{
	struct intree_domain *idom = to_intree_domain(dom);
	int ret;

	ret = mtree_insert_range(&idom->runs, iova, iova + size - 1, xa_mk_value(1), GFP_KERNEL);
	if (ret)
		return ret;
	ret = iommu_map(idom->domain, iova, paddr, size, kernel_prot(prot), GFP_KERNEL);
	if (ret)
		mtree_erase(&idom->runs, iova);
	else
		*mapped = size;
	return ret;
}

/* The first run that has a page in the range. */
static bool run_find(struct intree_domain *idom, u64 first, u64 last, struct pl_range *run)
{
	MA_STATE(mas, &idom->runs, first, first);
	bool found;

	mas_lock(&mas);
	found = mas_find(&mas, last);
	run->first = mas.index;
	run->last = mas.last;
	mas_unlock(&mas);
	return found;
}

/*
 * The largest page that may map @addr.  One run is contiguous in physical
 * memory, so a huge page fits wherever both addresses are aligned to it.
 */
static struct pl_range page_of(struct intree_domain *idom, const struct pl_range *run, u64 addr)
{
	unsigned long sizes = idom->domain->pgsize_bitmap;
	struct pl_range page;
	u64 size;

	for (; sizes; sizes &= ~size) {
		size = 1ULL << __fls(sizes);
		page.first = round_down(addr, size);
		page.last = page.first + size - 1;
		if (page.first < run->first || page.last > run->last)
			continue;
		if (IS_ALIGNED(iommu_iova_to_phys(idom->domain, page.first), size))
			break;
	}
	return page;
}

/* What of a run goes: up to whole pages. */
static struct pl_range run_cut(struct intree_domain *idom, const struct pl_range *run,
			       const struct pl_range *r)
{
	struct pl_range cut = *run;

	if (run->first < r->first)
		cut.first = page_of(idom, run, r->first).first;
	if (run->last > r->last)
		cut.last = page_of(idom, run, r->last).last;
	return cut;
}

/* Splitting a run needs memory, and an unmap cannot fail. */
static void run_forget(struct intree_domain *idom, const struct pl_range *cut)
{
	mtree_store_range(&idom->runs, cut->first, cut->last, NULL, GFP_KERNEL | __GFP_NOFAIL);
}

/* pl_unit_ops.unmap; the kernel invalidates before iommu_unmap() returns. */
u64 intree_unmap(struct pl_domain *dom, struct pl_range *r, struct pl_ticket *t)
{
	struct intree_domain *idom = to_intree_domain(dom);
	struct pl_range want = *r, run, cut;
	u64 done = 0, size, gone;

	while (run_find(idom, want.first, want.last, &run)) {
		cut = run_cut(idom, &run, &want);
		size = cut.last - cut.first + 1;
		gone = iommu_unmap(idom->domain, cut.first, size);
		WARN_ON_ONCE(gone != size);
		run_forget(idom, &cut);
		r->first = min(r->first, cut.first);
		r->last = max(r->last, cut.last);
		done += size;
	}
	return done;
}

/* pl_unit_ops.iova_to_phys; the kernel says 0 for "nothing". */
phys_addr_t intree_iova_to_phys(struct pl_domain *dom, u64 iova)
{
	struct intree_domain *idom = to_intree_domain(dom);

	if (!mtree_load(&idom->runs, iova))
		return PHYS_ADDR_MAX;
	return iommu_iova_to_phys(idom->domain, iova);
}
