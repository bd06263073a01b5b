// SPDX-License-Identifier: GPL-2.0-only
/*
 * Areas: a process's memory in a domain.
 *
 * PL_IOC_MAP pins pages and maps them in as few runs of physically contiguous
 * memory as there are, so that the unit can use its large leaves; the area
 * remembers the pages.  PL_IOC_UNMAP takes whole areas out again, with one
 * pl_unmap() and so one wait, however many they are, and only then lets the
 * pages go (O8).
 *
 * The tree holds each area twice, at its first and at its last page number.
 * Areas do not overlap, so the first entry at or after any page belongs to the
 * area that covers the page, or to the next one.
 *
 * Pinned pages count against RLIMIT_MEMLOCK of the process that mapped them.
 *
 * A page may be in several areas.  It goes back to its owner with the last of
 * them, and only then may a reference model be told that it does; where one
 * wants to be told, a table counts the areas of each page.
 *
 * Locking: pl_areas.lock, then shared_lock; pages are pinned before either is
 * taken.
 *
 * The hard rule: a page is unpinned only when no device can reach it; if the
 * unit did not say so, never.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "chardev.h"

#define AREA_SHIFT	12	/* the ABI's page; PAGE_SIZE where this builds */
#define AREA_PAGES_MAX	(1ULL << 24)

static DEFINE_MUTEX(shared_lock);
static DEFINE_XARRAY(shared_pages);	/* page frame number -> areas, a value entry */

/**
 * struct pl_area - one PL_IOC_MAP
 * @first: page number of its first IOVA
 * @last: page number of its last IOVA
 * @mm: whose RLIMIT_MEMLOCK it counts against
 * @write: the device may have dirtied the pages
 * @counted: they are in shared_pages
 * @mapped: the unit may have seen them
 * @pages: pinned, one per page number
 */
struct pl_area {
	unsigned long first;
	unsigned long last;
	struct mm_struct *mm;
	bool write;
	bool counted;
	bool mapped;
	struct page **pages;
};

/**
 * pl_areas_init() - nothing is mapped
 * @as: to initialise
 * @dom: an empty paging domain
 */
void pl_areas_init(struct pl_areas *as, struct pl_domain *dom)
{
	BUILD_BUG_ON(PAGE_SHIFT != AREA_SHIFT);
	as->dom = dom;
	mutex_init(&as->lock);
	xa_init(&as->tree);
}

static unsigned long area_pages(const struct pl_area *a)
{
	return a->last - a->first + 1;
}

static u64 area_bytes(const struct pl_area *a)
{
	return (u64)area_pages(a) << AREA_SHIFT;
}

/* How many pages from page @i on lie side by side in memory. */
static unsigned long area_run(const struct pl_area *a, unsigned long i)
{
	unsigned long n = 1, nr = area_pages(a);

	while (i + n < nr && page_to_phys(a->pages[i + n]) ==
	       page_to_phys(a->pages[i]) + ((phys_addr_t)n << AREA_SHIFT))
		n++;
	return n;
}

/* A range of IOVAs: aligned, not empty, no overflow, within the domain. */
static int range_check(const struct pl_domain *dom, u64 iova, u64 length)
{
	u64 last;

	if (!length || !IS_ALIGNED(iova | length, 1 << AREA_SHIFT))
		return -EINVAL;
	if (check_add_overflow(iova, length - 1, &last) || last > dom->iova_last)
		return -EINVAL;
	return 0;
}

static int uaddr_check(u64 uaddr, u64 length)
{
	u64 last;

	if (!IS_ALIGNED(uaddr, 1 << AREA_SHIFT) || check_add_overflow(uaddr, length - 1, &last))
		return -EINVAL;
	return 0;
}

static void area_unpin(struct pl_area *a, unsigned long nr)
{
	unpin_user_pages_dirty_lock(a->pages, nr, a->write);
}

/* What pin_user_pages_fast() may say, in the words of the ABI. */
static int pin_error(int ret)
{
	return ret == -ENOMEM || ret == -EINTR ? ret : -EFAULT;
}

/* All or nothing. */
static int area_pin(struct pl_area *a, unsigned long uaddr)
{
	unsigned int gup = FOLL_LONGTERM | (a->write ? FOLL_WRITE : 0);
	unsigned long done = 0, nr = area_pages(a);
	int got;

	while (done < nr) {
		got = pin_user_pages_fast(uaddr + (done << AREA_SHIFT),
					  min_t(unsigned long, nr - done, INT_MAX), gup,
					  a->pages + done);
		if (got <= 0) {
			area_unpin(a, done);
			return pin_error(got);
		}
		done += got;
	}
	return 0;
}

static int area_charge(struct pl_area *a)
{
	int ret = account_locked_vm(current->mm, area_pages(a), true);

	if (ret)
		return ret;
	a->mm = current->mm;
	/* The file may be closed by another process, or after this one's end. */
	mmgrab(a->mm);
	return 0;
}

static void area_uncharge(struct pl_area *a)
{
	account_locked_vm(a->mm, area_pages(a), false);
	mmdrop(a->mm);
}

static struct pl_area *area_alloc(u64 iova, u64 length, u32 prot)
{
	struct pl_area *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	a->first = iova >> AREA_SHIFT;
	a->last = (iova + length - 1) >> AREA_SHIFT;
	a->write = prot & PL_PROT_WRITE;
	a->pages = kvmalloc_array(area_pages(a), sizeof(*a->pages), GFP_KERNEL_ACCOUNT);
	if (!a->pages) {
		kfree(a);
		return NULL;
	}
	return a;
}

static void area_free(struct pl_area *a)
{
	kvfree(a->pages);
	kfree(a);
}

/*
 * Memory, the limit, the pages: an area that is mapped nowhere yet.  An absurd
 * length fails before it costs anything.
 */
static struct pl_area *area_new(u64 iova, u64 uaddr, u64 length, u32 prot)
{
	struct pl_area *a = NULL;
	int ret;

	if (length >> AREA_SHIFT <= AREA_PAGES_MAX)
		a = area_alloc(iova, length, prot);
	if (!a)
		return ERR_PTR(-ENOMEM);
	ret = area_charge(a);
	if (ret)
		goto free;
	ret = area_pin(a, uaddr);
	if (ret)
		goto uncharge;
	return a;
uncharge:
	area_uncharge(a);
free:
	area_free(a);
	return ERR_PTR(ret);
}

/* Nothing maps it any more: the pages go back to their owner. */
static void area_release(struct pl_area *a)
{
	area_unpin(a, area_pages(a));
	area_uncharge(a);
	area_free(a);
}

/* The unit may still reach the pages: they stay pinned for good. */
static void area_abandon(struct pl_area *a)
{
	pr_warn_once("unit did not confirm an unmap: its pages stay pinned till the next boot\n");
	area_uncharge(a);
	area_free(a);
}

/* One area less of this page; the last one says so to the model (O8). */
static void page_uncount(struct pl_areas *as, struct page *page, bool tell)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long n = xa_to_value(xa_load(&shared_pages, pfn)) - 1;

	if (n) {
		/* Replaces an entry, which allocates nothing. */
		xa_store(&shared_pages, pfn, xa_mk_value(n), GFP_KERNEL);
		return;
	}
	xa_erase(&shared_pages, pfn);
	if (tell)
		pl_domain_freed(as->dom, page_to_phys(page), 1 << AREA_SHIFT);
}

/* The first @nr pages. */
static void area_uncount_locked(struct pl_areas *as, struct pl_area *a, unsigned long nr, bool tell)
{
	while (nr--)
		page_uncount(as, a->pages[nr], tell);
}

static void area_uncount(struct pl_areas *as, struct pl_area *a, bool tell)
{
	if (!a->counted)
		return;
	mutex_lock(&shared_lock);
	area_uncount_locked(as, a, area_pages(a), tell);
	mutex_unlock(&shared_lock);
}

static int area_count_locked(struct pl_areas *as, struct pl_area *a)
{
	unsigned long i, pfn;
	void *old;
	int ret;

	for (i = 0; i < area_pages(a); i++) {
		pfn = page_to_pfn(a->pages[i]);
		old = xa_load(&shared_pages, pfn);
		ret = xa_err(xa_store(&shared_pages, pfn,
				      xa_mk_value(old ? xa_to_value(old) + 1 : 1), GFP_KERNEL));
		if (ret) {
			area_uncount_locked(as, a, i, false);
			return ret;
		}
	}
	return 0;
}

static int area_count(struct pl_areas *as, struct pl_area *a)
{
	int ret;

	if (!as->dom->unit->ops->freed)
		return 0;
	mutex_lock(&shared_lock);
	ret = area_count_locked(as, a);
	mutex_unlock(&shared_lock);
	a->counted = !ret;
	return ret;
}

/* After pl_unmap() of all of it. */
static void area_end(struct pl_areas *as, struct pl_area *a)
{
	bool abandon = a->mapped && READ_ONCE(as->dom->unit->wedged);

	area_uncount(as, a, !abandon);
	if (abandon)
		area_abandon(a);
	else
		area_release(a);
}

static void area_erase(struct pl_areas *as, struct pl_area *a)
{
	xa_erase(&as->tree, a->first);
	if (a->last != a->first)
		xa_erase(&as->tree, a->last);
}

static int area_insert(struct pl_areas *as, struct pl_area *a)
{
	int ret;

	ret = xa_insert(&as->tree, a->first, a, GFP_KERNEL_ACCOUNT);
	if (ret || a->first == a->last)
		return ret;
	ret = xa_insert(&as->tree, a->last, a, GFP_KERNEL_ACCOUNT);
	if (ret)
		xa_erase(&as->tree, a->first);
	return ret;
}

static bool area_overlaps(struct pl_areas *as, const struct pl_area *a)
{
	unsigned long i = a->first;
	struct pl_area *next = xa_find(&as->tree, &i, ULONG_MAX, XA_PRESENT);

	return next && next->first <= a->last;
}

/* Run by run; what was mapped before a failure goes again. */
static int area_map_runs(struct pl_areas *as, struct pl_area *a, u32 prot)
{
	u64 iova = (u64)a->first << AREA_SHIFT;
	unsigned long i, n;
	int ret;

	a->mapped = true;
	for (i = 0; i < area_pages(a); i += n) {
		n = area_run(a, i);
		ret = pl_map(as->dom, iova + ((u64)i << AREA_SHIFT), page_to_phys(a->pages[i]),
			     (u64)n << AREA_SHIFT, prot);
		if (ret)
			goto undo;
	}
	return 0;
undo:
	if (i)
		pl_unmap(as->dom, iova, (u64)i << AREA_SHIFT);
	return ret;
}

static int area_map_locked(struct pl_areas *as, struct pl_area *a, u32 prot)
{
	int ret;

	if (area_overlaps(as, a))
		return -EEXIST;
	/* The tree first: it may lack memory, and must not once pages are mapped. */
	ret = area_insert(as, a);
	if (ret)
		return ret;
	ret = area_count(as, a);
	if (!ret)
		ret = area_map_runs(as, a, prot);
	if (ret)
		area_erase(as, a);
	return ret;
}

/**
 * pl_area_map() - PL_IOC_MAP
 * @as: the domain's areas
 * @iova: first IOVA
 * @uaddr: first address in the caller's memory
 * @length: bytes
 * @prot: PL_PROT_*
 *
 * Context: may sleep; a process.
 * Return: 0, or with nothing mapped and nothing pinned: -EINVAL, -EEXIST,
 * -EFAULT, -EINTR, -ENOMEM.
 */
int pl_area_map(struct pl_areas *as, u64 iova, u64 uaddr, u64 length, u32 prot)
{
	struct pl_area *a;
	int ret;

	ret = range_check(as->dom, iova, length);
	if (!ret)
		ret = uaddr_check(uaddr, length);
	if (ret)
		return ret;
	a = area_new(iova, uaddr, length, prot);
	if (IS_ERR(a))
		return PTR_ERR(a);
	mutex_lock(&as->lock);
	ret = area_map_locked(as, a, prot);
	mutex_unlock(&as->lock);
	if (ret)
		area_end(as, a);
	return ret;
}

/* The range must not cut an area in two. */
static int areas_whole(struct pl_areas *as, unsigned long first, unsigned long last, u64 *bytes)
{
	struct pl_area *a;
	unsigned long i;

	*bytes = 0;
	xa_for_each_range(&as->tree, i, a, first, last) {
		if (a->first < first || a->last > last)
			return -EINVAL;
		if (i == a->last)
			*bytes += area_bytes(a);
	}
	/* An area around the range has no entry in it. */
	a = xa_find(&as->tree, &last, ULONG_MAX, XA_PRESENT);
	return a && a->first < first ? -EINVAL : 0;
}

/* All areas in the range; no other begins or ends there. */
static void areas_end(struct pl_areas *as, unsigned long first, unsigned long last)
{
	struct pl_area *a;
	unsigned long i;

	xa_for_each_range(&as->tree, i, a, first, last) {
		area_erase(as, a);
		area_end(as, a);
	}
}

static int area_unmap_locked(struct pl_areas *as, u64 iova, u64 length, u64 *unmapped)
{
	unsigned long first = iova >> AREA_SHIFT, last = (iova + length - 1) >> AREA_SHIFT;
	int ret;

	ret = areas_whole(as, first, last, unmapped);
	if (ret || !*unmapped)
		return ret;
	pl_unmap(as->dom, iova, length);
	areas_end(as, first, last);
	return 0;
}

/**
 * pl_area_unmap() - PL_IOC_UNMAP
 * @as: the domain's areas
 * @iova: first IOVA
 * @length: bytes
 * @unmapped: out, bytes that had been mapped
 *
 * Context: may sleep.
 * Return: 0, or with nothing changed -EINVAL: a range that is not valid, or
 * that cuts an area.
 */
int pl_area_unmap(struct pl_areas *as, u64 iova, u64 length, u64 *unmapped)
{
	int ret;

	ret = range_check(as->dom, iova, length);
	if (ret)
		return ret;
	mutex_lock(&as->lock);
	ret = area_unmap_locked(as, iova, length, unmapped);
	mutex_unlock(&as->lock);
	return ret;
}

/**
 * pl_areas_clear() - everything goes, the domain is about to
 * @as: the areas of a domain that sits in no slot
 *
 * Context: may sleep.  Cannot fail.
 */
void pl_areas_clear(struct pl_areas *as)
{
	struct pl_area *a;
	unsigned long i;

	mutex_lock(&as->lock);
	xa_for_each(&as->tree, i, a) {
		pl_unmap(as->dom, (u64)a->first << AREA_SHIFT, area_bytes(a));
		area_erase(as, a);
		area_end(as, a);
	}
	mutex_unlock(&as->lock);
	xa_destroy(&as->tree);
	mutex_destroy(&as->lock);
}
