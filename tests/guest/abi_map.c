// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_map.c - mappings: which ranges are taken, and when every device sees them, or sees them no
 * more.
 *
 * The hard rule: each refusal is followed by the transfers that would show a half-made mapping,
 * and by the count of pinned pages in the teardown.
 */
#include "abi.h"

#include <sys/mman.h>

#define RW (PL_PROT_READ | PL_PROT_WRITE)

/* An IOVA that is free in the domains of these tests, far from ABI_IOVA. */
#define SPARE_IOVA (ABI_IOVA + 0x40000000ull)

static int spare_reach(struct abi *a, uint32_t pasid, unsigned int page)
{
	return abi_reach_at(a, &a->f, a->dev[0].h, pasid, SPARE_IOVA + page * PLU_PAGE);
}

static int map_raw(struct abi *a, uint32_t domain, uint64_t iova, uint64_t uaddr, uint64_t length)
{
	struct pl_ioc_map req = {
		.size = sizeof(req), .flags = RW, .domain = domain, .iova = iova, .uaddr = uaddr,
		.length = length,
	};

	return plu_ioctl(&a->f, PL_IOC_MAP, &req);
}

static void bad_map_ranges(struct abi *a)
{
	uint32_t domain = 0, p;
	uint64_t last = 0, mem = (uintptr_t)a->page[1].mem, top = -(uint64_t)PLU_PAGE;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, &last));
	EXPECT(last > ABI_IOVA && (last + 1) % PLU_PAGE == 0, "iova_last %#llx",
	       (unsigned long long)last);
	p = abi_pasid(a, 0, domain);
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA + 1, mem, PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA + 2048, mem, PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA, mem + 8, PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA, mem, PLU_PAGE - 1));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA, mem, 0));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, top, mem, 2 * PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, PLU_PAGE, mem, top));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, SPARE_IOVA, top, 2 * PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, last + 1, mem, PLU_PAGE));
	EXPECT_ERR(-EINVAL, map_raw(a, domain, last + 1 - PLU_PAGE, mem, 2 * PLU_PAGE));
	EXPECT_ERR(-EINVAL, plu_map(&a->f, domain, SPARE_IOVA, a->page[1].mem, PLU_PAGE, 0));
	EXPECT(spare_reach(a, p, 0) == ABI_REFUSED, "something was mapped");
}

static void the_last_page(struct abi *a)
{
	uint32_t domain = 0, p;
	uint64_t last = 0;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, &last));
	p = abi_pasid(a, 0, domain);
	EXPECT_OK(plu_map(&a->f, domain, last + 1 - PLU_PAGE, a->page[1].mem, PLU_PAGE, RW));
	EXPECT(abi_reach_at(a, &a->f, a->dev[0].h, p, last + 1 - PLU_PAGE) == 1, "not reached");
	EXPECT_OK(plu_map(&a->f, domain, 0, a->page[2].mem, PLU_PAGE, RW));
	EXPECT(abi_reach_at(a, &a->f, a->dev[0].h, p, 0) == 2, "IOVA 0 not reached");
}

static void memory_that_is_not_there(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	uint8_t *hole = mmap(NULL, 3 * PLU_PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(hole != MAP_FAILED && !munmap(hole + PLU_PAGE, PLU_PAGE), "no hole");
	EXPECT_ERR(-EFAULT, map_raw(a, domain, SPARE_IOVA, (uintptr_t)hole, 3 * PLU_PAGE));
	EXPECT_ERR(-EFAULT, map_raw(a, domain, SPARE_IOVA, (uintptr_t)hole + PLU_PAGE, PLU_PAGE));
	EXPECT_ERR(-EFAULT, map_raw(a, domain, SPARE_IOVA, 0, PLU_PAGE));
	EXPECT(!mprotect(hole, PLU_PAGE, PROT_READ), "mprotect");
	EXPECT_ERR(-EFAULT, map_raw(a, domain, SPARE_IOVA, (uintptr_t)hole, PLU_PAGE));
	EXPECT(spare_reach(a, p, 0) == ABI_REFUSED, "something was mapped");
	EXPECT_REACH(a, 0, p, 0);
	munmap(hole, PLU_PAGE);
	munmap(hole + 2 * PLU_PAGE, PLU_PAGE);
}

static void mapped_twice(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	struct plu_buf three;

	EXPECT_ERR(-EEXIST, plu_map(&a->f, domain, ABI_IOVA, a->page[1].mem, PLU_PAGE, RW));
	EXPECT_REACH(a, 0, p, 0);
	if (!EXPECT(!plu_buf_alloc(&three, 3), "no memory"))
		return;
	/* The middle of three pages is taken: neither neighbour may stay mapped. */
	EXPECT_ERR(-EEXIST, plu_map(&a->f, domain, ABI_IOVA - PLU_PAGE, three.mem, three.size, RW));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT(abi_reach_at(a, &a->f, a->dev[0].h, p, ABI_IOVA - PLU_PAGE) == ABI_REFUSED &&
	       abi_reach_at(a, &a->f, a->dev[0].h, p, ABI_IOVA + PLU_PAGE) == ABI_REFUSED,
	       "a neighbour stayed mapped");
	plu_close(&a->f);
	plu_buf_free(&three);
}

static void bad_unmap_ranges(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	uint64_t n = 1, last = 0;
	uint32_t other;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &other, &last));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, ABI_IOVA + 1, PLU_PAGE, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, ABI_IOVA, PLU_PAGE - 1, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, ABI_IOVA, 0, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, -(uint64_t)PLU_PAGE, 2 * PLU_PAGE, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, last + 1, PLU_PAGE, &n));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_unmap(&a->f, domain, SPARE_IOVA, PLU_PAGE, &n));
	EXPECT(n == 0, "%llu bytes unmapped of nothing", (unsigned long long)n);
	EXPECT_REACH(a, 0, p, 0);
}

static void cut_mapping(struct abi *a)
{
	uint32_t domain = 0, p;
	struct plu_buf three;
	uint64_t n;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	if (!EXPECT(!plu_buf_alloc(&three, 3), "no memory"))
		return;
	memcpy(three.mem + PLU_PAGE, a->page[1].mem, PLU_PAGE);
	EXPECT_OK(plu_map(&a->f, domain, SPARE_IOVA, three.mem, three.size, PL_PROT_READ));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, SPARE_IOVA, PLU_PAGE, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, SPARE_IOVA + PLU_PAGE, PLU_PAGE, &n));
	EXPECT_ERR(-EINVAL, plu_unmap(&a->f, domain, SPARE_IOVA + 2 * PLU_PAGE, 2 * PLU_PAGE, &n));
	EXPECT(spare_reach(a, p, 1) == 1, "the mapping is gone");
	EXPECT_OK(plu_unmap(&a->f, domain, SPARE_IOVA, three.size, &n));
	EXPECT(n == three.size, "%llu bytes unmapped", (unsigned long long)n);
	EXPECT(spare_reach(a, p, 1) == ABI_REFUSED, "still reached");
	plu_buf_free(&three);
}

static void unmap_many(struct abi *a)
{
	uint32_t domain = 0, p;
	uint64_t n = 0;
	unsigned int i;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	/* Pages 0, 1 and 3: a hole does not stop it. */
	for (i = 0; i < 4; i++)
		if (i != 2)
			EXPECT_OK(plu_map(&a->f, domain, SPARE_IOVA + i * PLU_PAGE, a->page[i].mem,
					  PLU_PAGE, RW));
	EXPECT(spare_reach(a, p, 0) == 0 && spare_reach(a, p, 1) == 1 && spare_reach(a, p, 3) == 3,
	       "not all pages are reached");
	EXPECT_OK(plu_unmap(&a->f, domain, SPARE_IOVA, 4 * PLU_PAGE, &n));
	EXPECT(n == 3 * PLU_PAGE, "%llu bytes unmapped", (unsigned long long)n);
	for (i = 0; i < 4; i++)
		EXPECT(spare_reach(a, p, i) == ABI_REFUSED, "page %u is still reached", i);
}

static void same_iova_apart(struct abi *a)
{
	uint32_t d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);
	uint32_t p0 = abi_pasid(a, 0, d0), p1 = abi_pasid(a, 0, d1);

	EXPECT_REACH(a, 0, p0, 0);
	EXPECT_REACH(a, 0, p1, 1);
	EXPECT_OK(plu_unmap(&a->f, d0, ABI_IOVA, PLU_PAGE, NULL));
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REACH(a, 0, p1, 1);
	EXPECT_OK(plu_map(&a->f, d0, ABI_IOVA, a->page[2].mem, PLU_PAGE, RW));
	EXPECT_REACH(a, 0, p0, 2);
	EXPECT_REACH(a, 0, p1, 1);
}

/* One domain on the RID of one device and on PASIDs of two. */
static void one_map_for_all(struct abi *a)
{
	uint32_t domain = 0, aux = 0, p, q;
	unsigned int round;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	q = abi_pasid(a, 0, domain);
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &aux));
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[1].h, domain));
	for (round = 0; round < 3; round++) {
		EXPECT_REFUSED(a, 0, p);
		EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA, a->page[round].mem, PLU_PAGE, RW));
		EXPECT_REACH(a, 0, p, (int)round);
		EXPECT_REACH(a, 0, q, (int)round);
		EXPECT_REACH(a, 0, aux, (int)round);
		EXPECT_REACH(a, 1, PL_NO_PASID_U, (int)round);
		EXPECT_OK(plu_unmap(&a->f, domain, ABI_IOVA, PLU_PAGE, NULL));
		EXPECT_REFUSED(a, 0, p);
		EXPECT_REFUSED(a, 0, q);
		EXPECT_REFUSED(a, 0, aux);
		EXPECT_REFUSED(a, 1, PL_NO_PASID_U);
	}
}

static void unmap_in_one_wait(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), i;
	struct pl_ioc_ledger before, after;
	uint64_t waits;

	for (i = 0; i < 64; i++)
		abi_pasid(a, 0, domain);
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &before));
	EXPECT_OK(plu_unmap(&a->f, domain, ABI_IOVA, PLU_PAGE, NULL));
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &after));
	waits = after.counts[PL_OP_UNMAP][PL_COUNT_WAITS] -
		before.counts[PL_OP_UNMAP][PL_COUNT_WAITS];
	EXPECT(waits == 1, "%llu waits", (unsigned long long)waits);
}

static void permissions(struct abi *a)
{
	uint32_t domain = 0, p;
	struct pl_dma_desc d[2];

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA, a->page[0].mem, PLU_PAGE, PL_PROT_READ));
	EXPECT_REACH(a, 0, p, 0);
	d[0] = plu_fill(p, ABI_IOVA, 8, 0);
	d[1] = plu_fill(p, ABI_IOVA, 8, 0);
	d[1].flags = a->dev[0].info.features & 1u << PL_FEAT_ATS ? PL_DMA_ATS : 0;
	EXPECT_OK(plu_dma(&a->f, a->dev[0].h, d, 2));
	EXPECT(d[0].status == PL_DMA_REFUSED && d[1].status == PL_DMA_REFUSED,
	       "a write to a page that may only be read: %u, %u", d[0].status, d[1].status);
	EXPECT_REACH(a, 0, p, 0);
}

/* The process that mapped may unmap its own memory: the device keeps what it was given. */
static void memory_goes_first(struct abi *a)
{
	uint32_t domain = 0, p;
	struct plu_buf buf;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	if (!EXPECT(!plu_buf_alloc(&buf, 1), "no memory"))
		return;
	memcpy(buf.mem, a->page[3].mem, PLU_PAGE);
	EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA, buf.mem, PLU_PAGE, PL_PROT_READ));
	plu_buf_free(&buf);
	EXPECT_REACH(a, 0, p, 3);
	EXPECT_OK(plu_unmap(&a->f, domain, ABI_IOVA, PLU_PAGE, NULL));
	EXPECT_REFUSED(a, 0, p);
}

static void statics_map_nothing(struct abi *a)
{
	EXPECT_ERR(-ENOENT, map_raw(a, PL_HANDLE_BLOCKING, SPARE_IOVA, (uintptr_t)a->page[0].mem,
				    PLU_PAGE));
	EXPECT_ERR(-ENOENT, map_raw(a, PL_HANDLE_IDENTITY, SPARE_IOVA, (uintptr_t)a->page[0].mem,
				    PLU_PAGE));
	EXPECT_ERR(-ENOENT, plu_unmap(&a->f, PL_HANDLE_IDENTITY, SPARE_IOVA, PLU_PAGE, NULL));
}

static bool has_feature(const struct abi *a, enum pl_dev_feature f)
{
	return a->dev[0].info.features & 1u << f;
}

/* A slot that may hold a domain of either stage: a PASID, or where there is no such one the RID. */
static uint32_t slot_of_both_stages(struct abi *a)
{
	uint32_t p = PL_NO_PASID_U;

	if (has_feature(a, PL_FEAT_STAGE2_PASID))
		EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[0].h, &p));
	return p;
}

/* R2.7: refused where a device has one second stage, and the old domain stays. */
static void second_stage_on_a_pasid(struct abi *a)
{
	uint32_t first = abi_domain(a, 0, 0), p = abi_pasid(a, 0, first), second = 0;
	int want = has_feature(a, PL_FEAT_STAGE2_PASID) ? 0 : -EOPNOTSUPP;

	if (plu_domain_alloc(&a->f, a->dev[0].h, PL_DOMAIN_STAGE2, &second, NULL)) {
		check_skip("needs a second stage");
		return;
	}
	EXPECT_OK(plu_map(&a->f, second, ABI_IOVA, a->page[1].mem, PLU_PAGE, RW));
	EXPECT_ERR(want, plu_set(&a->f, a->dev[0].h, p, second));
	EXPECT_REACH(a, 0, p, want ? 0 : 1);
}

static void stages(struct abi *a)
{
	uint32_t both = PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2, domain = 0, stage, p;
	bool has;

	EXPECT_ERR(-EINVAL, plu_domain_alloc(&a->f, a->dev[0].h, both, &domain, NULL));
	for (stage = 0; stage < 2; stage++) {
		has = has_feature(a, PL_FEAT_STAGE1 + stage);
		EXPECT_ERR(has ? 0 : -EOPNOTSUPP, plu_domain_alloc(&a->f, a->dev[0].h,
			   PL_DOMAIN_STAGE1 << stage, &domain, NULL));
		if (!has)
			continue;
		EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA, a->page[stage].mem, PLU_PAGE, RW));
		p = slot_of_both_stages(a);
		EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, domain));
		EXPECT_REACH(a, 0, p, (int)stage);
		EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, PL_HANDLE_BLOCKING));
	}
}

/* A replace between stages goes through another entry format. */
static void replace_across_stages(struct abi *a)
{
	uint32_t d[2] = { 0 }, p, stage, i;

	for (stage = 0; stage < 2; stage++) {
		if (plu_domain_alloc(&a->f, a->dev[0].h, PL_DOMAIN_STAGE1 << stage, &d[stage],
				     NULL)) {
			check_skip("needs both stages");
			return;
		}
		EXPECT_OK(plu_map(&a->f, d[stage], ABI_IOVA, a->page[stage].mem, PLU_PAGE, RW));
	}
	p = slot_of_both_stages(a);
	for (i = 0; i < 6; i++) {
		EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, d[i & 1]));
		EXPECT_REACH(a, 0, p, (int)(i & 1));
	}
	EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, PL_HANDLE_BLOCKING));
}

#define LARGE (2u << 20)

static const uint64_t large_at[] = { 0, PLU_PAGE, LARGE, 2 * LARGE - PLU_PAGE };

static void expect_large(struct abi *a, uint32_t pasid, bool mapped)
{
	int reach, want;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		want = mapped ? (int)i : ABI_REFUSED;
		reach = abi_reach_at(a, &a->f, a->dev[0].h, pasid, LARGE + large_at[i]);
		EXPECT(reach == want, "offset %#llx: reach %d, want %d",
		       (unsigned long long)large_at[i], reach, want);
	}
}

/* 4 MiB at 2 MiB: large leaves where the unit has them and memory allows. */
static void large_mappings(struct abi *a)
{
	uint32_t domain = 0, p;
	struct plu_buf buf;
	unsigned int i;
	uint64_t n = 0;
	uint8_t *mem;

	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &domain, NULL));
	p = abi_pasid(a, 0, domain);
	if (!EXPECT(!plu_buf_alloc(&buf, 3 * LARGE / PLU_PAGE), "no memory"))
		return;
	madvise(buf.mem, buf.size, MADV_HUGEPAGE);
	mem = buf.mem + (-(uintptr_t)buf.mem & (LARGE - 1));
	for (i = 0; i < 4; i++)
		memcpy(mem + large_at[i], a->page[i].mem, PLU_PAGE);
	EXPECT_OK(plu_map(&a->f, domain, LARGE, mem, 2 * LARGE, RW));
	expect_large(a, p, true);
	EXPECT_OK(plu_unmap(&a->f, domain, LARGE, 2 * LARGE, &n));
	EXPECT(n == 2 * LARGE, "%llu bytes unmapped", (unsigned long long)n);
	expect_large(a, p, false);
	plu_buf_free(&buf);
}

static const struct abi_test map_tests[] = {
	{ "ranges that are misaligned, empty, overflow or lie beyond", "ABI", bad_map_ranges, 0 },
	{ "the first and the last page of a domain", "ABI", the_last_page, 0 },
	{ "memory that cannot be pinned is -EFAULT and maps nothing", "ABI",
	  memory_that_is_not_there, 0 },
	{ "a page cannot be mapped twice, nor its neighbours by accident", "ABI", mapped_twice, 0 },
	{ "unmap of a bad range, and of nothing", "ABI", bad_unmap_ranges, 0 },
	{ "unmap never cuts a mapping in two", "ABI", cut_mapping, 0 },
	{ "one unmap of many mappings and a hole", "ABI", unmap_many, 0 },
	{ "the same IOVA in two domains, unmapped in one", "R2.4", same_iova_apart, 0 },
	{ "one map for all PASIDs and devices, one unmap for all", "R2.5", one_map_for_all,
	  NEED_PAIR },
	{ "unmap of a domain on 64 PASIDs takes one wait", "R2.5", unmap_in_one_wait, NEED_WAITS },
	{ "a page that may only be read refuses writes", "ABI", permissions, 0 },
	{ "mapped memory outlives the process's own mapping", "ABI", memory_goes_first, 0 },
	{ "static domains map nothing", "ABI", statics_map_nothing, 0 },
	{ "first and second stage where the unit has them", "ABI,R1.7", stages, 0 },
	{ "second stage on a PASID, or the reason why not", "R2.7", second_stage_on_a_pasid, 0 },
	{ "replace between first and second stage", "R1.6,R1.7", replace_across_stages, 0 },
	{ "4 MiB in one mapping", "ABI", large_mappings, 0 },
};

const struct abi_group abi_group_map = {
	.name = "map", .tests = map_tests, .nr = sizeof(map_tests) / sizeof(map_tests[0]),
};
