// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_walk.c - the table checker: where an address leads by the unit's tables, by the API, and by
 * a DMA, which must agree.
 *
 * The property test asks the same of random sequences; here are the cases that can be named.
 *
 * The hard rule: an address that is compared was read from the tables, and never from the API's
 * own account.
 */
#include "abi.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nowhere, by both accounts. */
static void expect_nowhere(struct abi *a, uint32_t pasid, uint64_t iova)
{
	struct pl_ioc_walk w;

	if (!EXPECT_OK(plu_walk(&a->f, a->dev[0].h, pasid, iova, &w)))
		return;
	EXPECT(w.walked == PL_WALK_NOWHERE && !w.prot && !w.bytes,
	       "the tables lead PASID %d, %#llx to %#llx", (int)pasid, (unsigned long long)iova,
	       (unsigned long long)w.walked);
	EXPECT(w.claimed == PL_WALK_NOWHERE, "the API claims that it leads to %#llx",
	       (unsigned long long)w.claimed);
}

/* The same place by both accounts; which one, in @where. */
static void expect_somewhere(struct abi *a, uint32_t pasid, uint64_t iova, uint64_t *where)
{
	struct pl_ioc_walk w;

	*where = PL_WALK_NOWHERE;
	if (!EXPECT_OK(plu_walk(&a->f, a->dev[0].h, pasid, iova, &w)))
		return;
	*where = w.walked;
	EXPECT(w.walked == w.claimed && w.walked != PL_WALK_NOWHERE,
	       "PASID %d, %#llx: the tables say %#llx, the API %#llx", (int)pasid,
	       (unsigned long long)iova, (unsigned long long)w.walked,
	       (unsigned long long)w.claimed);
	EXPECT(w.bytes >= PLU_PAGE && w.prot, "a page of %llu bytes, prot %u",
	       (unsigned long long)w.bytes, w.prot);
}

static void tables_say_what_dma_sees(struct abi *a)
{
	uint32_t d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = abi_pasid(a, 0, d0);
	uint64_t first, second, again;

	expect_somewhere(a, p, ABI_IOVA, &first);
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, d1));
	expect_somewhere(a, p, ABI_IOVA, &second);
	EXPECT_REACH(a, 0, p, 1);
	EXPECT(first != second, "two pages at one physical address");
	EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, d0));
	expect_somewhere(a, p, ABI_IOVA + 0x123, &again);
	EXPECT(again == first + 0x123, "within the page: %#llx", (unsigned long long)again);
	expect_nowhere(a, p, ABI_IOVA + PLU_PAGE);
	EXPECT_OK(plu_unmap(&a->f, d0, ABI_IOVA, PLU_PAGE, NULL));
	expect_nowhere(a, p, ABI_IOVA);
}

static void blocked_slots_lead_nowhere(struct abi *a)
{
	uint32_t d0 = abi_domain(a, 0, 0), p = abi_pasid(a, 0, d0), never = p + 1;
	uint64_t where;

	expect_nowhere(a, PL_NO_PASID_U, ABI_IOVA);
	expect_nowhere(a, never, ABI_IOVA);
	EXPECT_OK(plu_set(&a->f, a->dev[0].h, p, PL_HANDLE_BLOCKING));
	expect_nowhere(a, p, ABI_IOVA);
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[0].h, d0));
	expect_somewhere(a, PL_NO_PASID_U, ABI_IOVA, &where);
	EXPECT_OK(plu_rid_detach(&a->f, a->dev[0].h, d0));
	expect_nowhere(a, PL_NO_PASID_U, ABI_IOVA);
}

static void permissions_are_told(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	struct pl_ioc_walk w;

	EXPECT_OK(plu_map(&a->f, domain, ABI_IOVA + PLU_PAGE, a->page[1].mem, PLU_PAGE,
			  PL_PROT_READ));
	EXPECT_OK(plu_walk(&a->f, a->dev[0].h, p, ABI_IOVA, &w));
	EXPECT(w.prot == (PL_PROT_READ | PL_PROT_WRITE), "prot %u", w.prot);
	EXPECT_OK(plu_walk(&a->f, a->dev[0].h, p, ABI_IOVA + PLU_PAGE, &w));
	EXPECT(w.prot == PL_PROT_READ, "prot %u", w.prot);
}

static void pasids_beyond(struct abi *a)
{
	struct pl_ioc_walk w;

	EXPECT_ERR(-EINVAL, plu_walk(&a->f, a->dev[0].h, 0, ABI_IOVA, &w));
	EXPECT_ERR(-EOVERFLOW, plu_walk(&a->f, a->dev[0].h, a->dev[0].info.max_pasids, 0, &w));
	EXPECT_ERR(-EOVERFLOW, plu_walk(&a->f, a->dev[0].h, 1u << PL_PASID_WIDTH_MAX, 0, &w));
}

/* In a child: with the file, and without the capability. */
static int walk_without_capability(struct abi *a)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	struct pl_ioc_walk w;

	if (syscall(SYS_capget, &head, data))
		return 1;
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &head, data))
		return 2;
	return plu_walk(&a->f, a->dev[0].h, PL_NO_PASID_U, 0, &w) == -EPERM ? 0 : 3;
}

static void physical_addresses_are_private(struct abi *a)
{
	int status = -1;
	pid_t pid;

	if (a->transport) {
		check_skip("needs a process of its own at the kernel's door");
		return;
	}
	pid = fork();
	if (!pid)
		_exit(walk_without_capability(a));
	if (EXPECT(pid > 0, "fork failed"))
		waitpid(pid, &status, 0);
	EXPECT(WIFEXITED(status) && !WEXITSTATUS(status), "the child ended with %#x", status);
}

static const struct abi_test walk_tests[] = {
	{ "tables, API and DMA agree on where an address leads", "R1.6",
	  tables_say_what_dma_sees, NEED_WALK },
	{ "a blocked slot leads nowhere", "R1.1,R1.2,R1.4", blocked_slots_lead_nowhere, NEED_WALK },
	{ "permissions are those of the mapping", "R2.3", permissions_are_told, NEED_WALK },
	{ "PASID 0 and those beyond the device", "ABI", pasids_beyond, 0 },
	{ "physical addresses take CAP_SYS_ADMIN", "ABI", physical_addresses_are_private, 0 },
};

const struct abi_group abi_group_walk = {
	.name = "walk", .tests = walk_tests, .nr = sizeof(walk_tests) / sizeof(walk_tests[0]),
};
