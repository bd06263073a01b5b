// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_dma.c - the engine's descriptors, and the faults and figures that transfers leave.
 *
 * The hard rule: a request with one bad descriptor runs none of them.
 */
#include "abi.h"

#include <time.h>

static int dma_one(struct abi *a, struct pl_dma_desc d)
{
	return plu_dma(&a->f, a->dev[0].h, &d, 1);
}

static void bad_descriptors(struct abi *a)
{
	uint32_t p = abi_pasid(a, 0, abi_domain(a, 0, 0));
	struct pl_dma_desc good = plu_read(p, ABI_IOVA, 8), bad[8];
	struct pl_dma_desc two[2] = { plu_fill(p, ABI_IOVA, 8, 1), good };
	unsigned int i;

	for (i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].op = PL_DMA_OP_NR;
	bad[1].op = UINT32_MAX;
	bad[2].flags = PL_DMA_ATS << 1;
	bad[3].flags = 1u << 31;
	bad[4].len = 0;
	bad[5].len = PL_DMA_LEN_MAX + 1;
	bad[6].pasid = 1u << PL_PASID_WIDTH_MAX;
	bad[7].src = UINT64_MAX;
	for (i = 0; i < 8; i++) {
		EXPECT(dma_one(a, bad[i]) == -EINVAL, "bad descriptor %u was taken", i);
		two[1] = bad[i];
		/* The good one before it must not run: its write would show. */
		EXPECT_ERR(-EINVAL, plu_dma(&a->f, a->dev[0].h, two, 2));
	}
	EXPECT_REACH(a, 0, p, 0);
}

static void bad_batches(struct abi *a)
{
	static struct pl_dma_desc d[PL_DMA_BATCH_MAX + 1];
	struct pl_ioc_dma req = { .size = sizeof(req), .dev = a->dev[0].h, .nr = 1 };
	uint32_t p = abi_pasid(a, 0, abi_domain(a, 0, 0));
	unsigned int i;

	for (i = 0; i < PL_DMA_BATCH_MAX + 1; i++)
		d[i] = plu_read(p, ABI_IOVA + i, 8);
	EXPECT_ERR(-EINVAL, plu_dma(&a->f, a->dev[0].h, d, 0));
	EXPECT_ERR(-EINVAL, plu_dma(&a->f, a->dev[0].h, d, PL_DMA_BATCH_MAX + 1));
	EXPECT_ERR(-EINVAL, plu_dma(&a->f, a->dev[0].h, d, UINT32_MAX));
	EXPECT_ERR(-EFAULT, plu_dma(&a->f, a->dev[0].h, NULL, 1));
	req.descs = UINT64_MAX - 7;
	EXPECT_ERR(-EFAULT, plu_ioctl(&a->f, PL_IOC_DMA, &req));
	EXPECT_OK(plu_dma(&a->f, a->dev[0].h, d, PL_DMA_BATCH_MAX));
	for (i = 0; i < PL_DMA_BATCH_MAX; i++)
		EXPECT(d[i].status == PL_DMA_OK && d[i].hash == plu_hash(a->page[0].mem + i, 8),
		       "descriptor %u: status %u", i, d[i].status);
}

static void fill_and_copy(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	struct plu_buf buf;
	struct pl_dma_desc d[] = {
		plu_fill(p, ABI_IOVA + PLU_PAGE + 3, 5000, 0x0807060504030201ull),
		plu_copy(p, ABI_IOVA + PLU_PAGE + 6001, ABI_IOVA + 17, 700),
		plu_read(p, ABI_IOVA + PLU_PAGE + 6001, 700),
	};

	if (!EXPECT(!plu_buf_alloc_shadowed(&buf, 2), "no memory"))
		return;
	plu_buf_poison(&buf, 7);
	EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA + PLU_PAGE, buf.mem, buf.size,
			  PL_PROT_READ | PL_PROT_WRITE));
	EXPECT_OK(plu_dma(&a->f, a->dev[0].h, d, 3));
	EXPECT(d[0].status == PL_DMA_OK && d[0].done == 5000, "fill: status %u, %u bytes",
	       d[0].status, d[0].done);
	EXPECT(d[1].status == PL_DMA_OK && d[1].done == 700, "copy: status %u, %u bytes",
	       d[1].status, d[1].done);
	EXPECT(d[2].hash == plu_hash(a->page[0].mem + 17, 700), "the copy reads back differently");
	plu_buf_expect_fill(&buf, 3, 5000, 0x0807060504030201ull);
	plu_buf_expect_copy(&buf, 6001, a->page[0].mem + 17, 700);
	EXPECT(plu_buf_differs(&buf) < 0, "wrong from byte %td on", plu_buf_differs(&buf));
	EXPECT_OK(plu_unmap(&a->f, domain, ABI_IOVA + PLU_PAGE, buf.size, NULL));
	plu_buf_free(&buf);
}

/* From a mapped page into nothing: what was done is told, and nothing beyond it. */
static void cut_short(struct abi *a)
{
	uint32_t p = abi_pasid(a, 0, abi_domain(a, 0, 0)), ats, i;
	struct pl_dma_desc d;

	for (i = 0; i < 2; i++) {
		ats = i && a->dev[0].info.features & 1u << PL_FEAT_ATS ? PL_DMA_ATS : 0;
		d = plu_read(p, ABI_IOVA + PLU_PAGE - 100, 200);
		d.flags = ats;
		EXPECT_OK(plu_dma(&a->f, a->dev[0].h, &d, 1));
		EXPECT(d.status == PL_DMA_REFUSED && d.done == 100, "status %u after %u bytes",
		       d.status, d.done);
		d = plu_read(p, ABI_IOVA - 100, 200);
		d.flags = ats;
		EXPECT_OK(plu_dma(&a->f, a->dev[0].h, &d, 1));
		EXPECT(d.status == PL_DMA_REFUSED && d.done == 0, "status %u after %u bytes",
		       d.status, d.done);
	}
}

static void any_pasid_is_refused(struct abi *a)
{
	static const uint32_t pasids[] = { 1, 2, 1000, 0xffff, 0x10000, 0xfffff };
	uint32_t mine = abi_pasid(a, 0, abi_domain(a, 0, 0));
	unsigned int i;

	for (i = 0; i < sizeof(pasids) / sizeof(pasids[0]); i++)
		if (pasids[i] != mine)
			EXPECT_REFUSED(a, 0, pasids[i]);
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

/* Whether PASID 0 is the RID's is the unit's choice; it must never be more than that. */
static void pasid_zero(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0);
	int reach;

	EXPECT_REFUSED(a, 0, 0);
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[0].h, domain));
	reach = abi_reach(a, 0, 0);
	EXPECT(reach == ABI_REFUSED || reach == 0, "PASID 0 reaches %d", reach);
	EXPECT_OK(plu_rid_detach(&a->f, a->dev[0].h, domain));
	EXPECT_REFUSED(a, 0, 0);
}

static int take_fault(struct abi *a, struct pl_ioc_fault *fault)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int err = -EAGAIN, tries;

	/* A unit may report through a thread of its own. */
	for (tries = 0; tries < 200 && err == -EAGAIN; tries++) {
		err = plu_fault(&a->f, a->dev[0].h, fault);
		if (err == -EAGAIN)
			nanosleep(&pause, NULL);
	}
	return err;
}

static void drain_faults(struct abi *a)
{
	struct pl_ioc_fault fault;

	while (!plu_fault(&a->f, a->dev[0].h, &fault))
		;
}

/* An engine on a bus learns that it was refused, and not why. */
static void expect_fault(struct abi *a, uint32_t pasid, uint64_t iova, struct pl_ioc_fault *fault)
{
	struct pl_dma_desc d = plu_fill(pasid, iova + 123, 8, 0);
	struct pl_ioc_fault none;

	drain_faults(a);
	EXPECT_OK(plu_dma(&a->f, a->dev[0].h, &d, 1));
	EXPECT(d.status == PL_DMA_REFUSED, "status %u", d.status);
	if (!EXPECT_OK(take_fault(a, fault)))
		return;
	if (!(fault->flags & PL_FAULT_NOWHERE)) {
		EXPECT(fault->flags & PL_FAULT_WRITE, "not a write");
		EXPECT(fault->addr == iova, "address %#llx", (unsigned long long)fault->addr);
	}
	EXPECT(fault->reason && (!d.reason || fault->reason == d.reason),
	       "reason %#x, the engine saw %#x", fault->reason, d.reason);
	EXPECT(fault->why[0], "no words for the reason");
	drain_faults(a);
	EXPECT_ERR(-EAGAIN, plu_fault(&a->f, a->dev[0].h, &none));
}

/* Where the faults are not the module's both requests say so. */
static void faults_of_others(struct abi *a)
{
	struct pl_ioc_fault fault;

	drain_faults(a);
	EXPECT_ERR(abi_missing(a, NEED_FAULTS) ? -EOPNOTSUPP : -EAGAIN,
		   plu_fault(&a->f, a->dev[0].h, &fault));
}

static void faults_are_told(struct abi *a)
{
	uint32_t p = abi_pasid(a, 0, abi_domain(a, 0, 0));
	struct pl_ioc_fault fault = { .flags = PL_FAULT_PASID, .pasid = p };

	expect_fault(a, p, ABI_IOVA + PLU_PAGE, &fault);
	EXPECT(fault.flags & PL_FAULT_PASID && fault.pasid == p, "flags %#x, PASID %u",
	       fault.flags, fault.pasid);
	EXPECT(!(fault.flags & PL_FAULT_NOWHERE), "no address");
}

/*
 * QEMU looks at the type of an empty PASID-table entry before its P, and then tells no PASID
 * (docs/findings.md, Q3).  An SMMU that finds no CD has no address to tell (IHI0070 7.3).
 */
static void faults_of_empty_pasids(struct abi *a)
{
	struct pl_ioc_fault fault = { .flags = PL_FAULT_PASID };
	uint32_t p = 0;

	EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[0].h, &p));
	fault.pasid = p;
	expect_fault(a, p, ABI_IOVA, &fault);
	if (!abi_missing(a, NEED_MODEL) || fault.flags & PL_FAULT_PASID)
		EXPECT(fault.flags & PL_FAULT_PASID && fault.pasid == p, "flags %#x, PASID %u",
		       fault.flags, fault.pasid);
	else
		check_skip("this unit tells no PASID here, reason %#x: docs/findings.md, Q3",
			   fault.reason);
}

static void faults_are_counted(struct abi *a)
{
	struct pl_ioc_ledger before, after;
	struct pl_dma_desc d;
	uint32_t p = 0, i;
	uint64_t n;

	EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[0].h, &p));
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &before));
	for (i = 0; i < 300; i++) {
		d = plu_read(p, ABI_IOVA + i * PLU_PAGE, 8);
		EXPECT_OK(plu_dma(&a->f, a->dev[0].h, &d, 1));
	}
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &after));
	n = after.faults - before.faults + after.faults_lost - before.faults_lost;
	EXPECT(n, "300 refused transfers and no fault, recorded or lost");
	EXPECT(after.violations == before.violations, "%u violations",
	       after.violations - before.violations);
}

static void violations_are_told(struct abi *a)
{
	struct pl_ioc_violation v;
	struct pl_ioc_ledger ledger;
	uint64_t sum = 0;
	uint32_t i;

	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &ledger));
	for (i = 0; !plu_violation(&a->f, a->dev[0].h, i, &v); i++) {
		sum += v.count;
		EXPECT(v.name[0], "violation %u has no name", i);
		EXPECT(!v.count || v.text[0], "violation %s has no text", v.name);
		EXPECT(!v.count, "%s broken %llu times: %s", v.name, (unsigned long long)v.count,
		       v.text);
	}
	EXPECT(sum == ledger.violations, "the ledger says %u, the list %llu", ledger.violations,
	       (unsigned long long)sum);
	EXPECT_ERR(-ENOENT, plu_violation(&a->f, a->dev[0].h, i, &v));
	EXPECT_ERR(-ENOENT, plu_violation(&a->f, a->dev[0].h, UINT32_MAX, &v));
}

static const struct abi_test dma_tests[] = {
	{ "a bad descriptor runs none of its batch", "ABI", bad_descriptors, 0 },
	{ "batches of 0, of too many, from nowhere", "ABI", bad_batches, 0 },
	{ "fill and copy touch what they name and nothing else", "R2.3", fill_and_copy, 0 },
	{ "a transfer into nothing is cut where the page ends", "R1.2", cut_short, 0 },
	{ "a PASID that nobody attached is refused", "R1.2,R1.4", any_pasid_is_refused, 0 },
	{ "PASID 0 is refused while the RID is blocked", "R0.8,R1.1", pasid_zero, 0 },
	{ "a fault tells PASID, address and reason", "R1.2", faults_are_told, NEED_FAULTS },
	{ "so does a fault on an empty PASID", "R1.2", faults_of_empty_pasids, NEED_FAULTS },
	{ "no fault is -EAGAIN, and -EOPNOTSUPP where faults are the kernel's", "ABI", faults_of_others, 0 },
	{ "faults are counted, kept or lost", "ABI", faults_are_counted, NEED_FAULTS },
	{ "no invariant was seen broken", "ABI", violations_are_told, 0 },
};

const struct abi_group abi_group_dma = {
	.name = "dma", .tests = dma_tests, .nr = sizeof(dma_tests) / sizeof(dma_tests[0]),
};
