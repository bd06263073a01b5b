// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_slot.c - PASID slots: aux, private, and that both are one mechanism.
 *
 * Every claim about a slot is made by a transfer: which page answers, or that none does.
 *
 * The hard rule: a test that refuses something shows afterwards that the slot leads where it led
 * before.
 */
#include "abi.h"

static void two_aux_domains(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);
	uint32_t p0 = 0, p1 = 0, got = 0;

	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &p0));
	EXPECT_OK(plu_aux_attach(&a->f, dev, d1, &p1));
	EXPECT(p0 && p1 && p0 != p1, "PASIDs %u and %u", p0, p1);
	EXPECT_REACH(a, 0, p0, 0);
	EXPECT_REACH(a, 0, p1, 1);
	EXPECT_OK(plu_aux_get_pasid(&a->f, dev, d0, &got));
	EXPECT(got == p0, "GET_PASID says %u, attach said %u", got, p0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, d0));
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REACH(a, 0, p1, 1);
}

static void aux_is_per_device(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p0 = 0, pasid;

	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &p0));
	EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, a->dev[1].h, domain, &pasid));
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[1].h, domain));
	EXPECT_REACH(a, 1, PL_NO_PASID_U, 0);
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_REFUSED(a, 1, p0);
	EXPECT_ERR(-EBUSY, plu_aux_attach(&a->f, a->dev[1].h, domain, &pasid));
	EXPECT_OK(plu_aux_detach(&a->f, a->dev[0].h, domain));
	EXPECT_REACH(a, 1, PL_NO_PASID_U, 0);
}

static void get_pasid_is_a_predicate(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), p = 0, q = 0;
	unsigned int i;

	EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, dev, domain, &p));
	for (i = 0; i < 20; i++) {
		EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &p));
		EXPECT_OK(plu_aux_get_pasid(&a->f, dev, domain, &q));
		EXPECT(q > 0 && q == p && q < a->dev[0].info.max_pasids, "PASID %u, %u", p, q);
		EXPECT_OK(plu_aux_detach(&a->f, dev, domain));
		EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, dev, domain, &p));
	}
	/* A private PASID is no aux attachment. */
	abi_pasid(a, 0, domain);
	EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, dev, domain, &p));
}

static void same_pasid_or_not(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p0 = 0, p1 = 0;

	/* One space or one per device: a caller must not need to know, so both pass. */
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &p0));
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[1].h, domain, &p1));
	EXPECT_REACH(a, 0, p0, 0);
	EXPECT_REACH(a, 1, p1, 0);
	EXPECT_OK(plu_aux_detach(&a->f, a->dev[0].h, domain));
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REACH(a, 1, p1, 0);
}

static void aux_twice(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), p = 0, q = 0;

	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &p));
	EXPECT_ERR(-EEXIST, plu_aux_attach(&a->f, dev, domain, &q));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, domain));
	EXPECT_REFUSED(a, 0, p);
	EXPECT_ERR(-ENOENT, plu_aux_detach(&a->f, dev, domain));
}

static void detach_of_nothing(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), private = abi_pasid(a, 0, domain);

	EXPECT_ERR(-ENOENT, plu_aux_detach(&a->f, dev, domain));
	EXPECT_REACH(a, 0, private, 0);
	EXPECT_ERR(-ENOENT, plu_rid_detach(&a->f, dev, domain));
	EXPECT_ERR(-ENOENT, plu_rid_detach(&a->f, dev, PL_HANDLE_IDENTITY));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_REACH(a, 0, private, 0);
}

static void aux_takes_paging_only(struct abi *a)
{
	uint32_t pasid;

	EXPECT_ERR(-ENOENT, plu_aux_attach(&a->f, a->dev[0].h, PL_HANDLE_BLOCKING, &pasid));
	EXPECT_ERR(-ENOENT, plu_aux_attach(&a->f, a->dev[0].h, PL_HANDLE_IDENTITY, &pasid));
}

static void aux_of_the_rid_domain(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), pasid;

	EXPECT_OK(plu_rid_attach(&a->f, dev, domain));
	EXPECT_ERR(-EBUSY, plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 0);
}

static void detach_all(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);
	uint32_t p0 = 0, p1 = abi_pasid(a, 0, d1), p2 = abi_pasid(a, 0, d1), n = 0, got;

	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &p0));
	EXPECT_OK(plu_aux_detach_all(&a->f, dev, &n));
	EXPECT(n == 3, "%u slots detached, want 3", n);
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REFUSED(a, 0, p1);
	EXPECT_REFUSED(a, 0, p2);
	EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, dev, d0, &got));
	EXPECT_OK(plu_aux_detach_all(&a->f, dev, &n));
	EXPECT(n == 0, "%u slots detached the second time", n);
	/* Private PASIDs stay their owner's. */
	EXPECT_OK(plu_set(&a->f, dev, p1, d0));
	EXPECT_REACH(a, 0, p1, 0);
}

static void detach_all_spares_others(struct abi *a)
{
	uint32_t mine = abi_domain(a, 0, 0), p0 = abi_pasid(a, 0, mine), p1 = 0, n = 0;
	uint32_t theirs = abi_domain_of(&a->other, a->dev[0].other, &a->page[1]);

	EXPECT_OK(plu_enable(&a->other, a->dev[0].other, PL_FEAT_AUX));
	EXPECT_OK(plu_aux_attach(&a->other, a->dev[0].other, theirs, &p1));
	EXPECT_OK(plu_aux_detach_all(&a->f, a->dev[0].h, &n));
	EXPECT(n == 1, "%u slots detached, want 1", n);
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REACH(a, 0, p1, 1);
}

static void detach_all_in_one_wait(struct abi *a)
{
	struct pl_ioc_ledger before, after;
	uint32_t domain = abi_domain(a, 0, 0), n = 0, i;
	uint64_t waits;

	for (i = 0; i < 200; i++)
		abi_pasid(a, 0, domain);
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &before));
	EXPECT_OK(plu_aux_detach_all(&a->f, a->dev[0].h, &n));
	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &after));
	waits = after.counts[PL_OP_DETACH_ALL][PL_COUNT_WAITS] -
		before.counts[PL_OP_DETACH_ALL][PL_COUNT_WAITS];
	EXPECT(n == 200 && waits <= 4, "%u slots with %llu waits", n, (unsigned long long)waits);
}

static void blocked_pasid(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);
	uint32_t p0 = abi_pasid(a, 0, d0), p1 = abi_pasid(a, 0, d1), rid = abi_domain(a, 0, 2);

	EXPECT_OK(plu_mode(&a->f, dev, PL_MODE_FREE));
	EXPECT_OK(plu_rid_attach(&a->f, dev, rid));
	EXPECT_REACH(a, 0, p0, 0);
	EXPECT_OK(plu_set(&a->f, dev, p0, PL_HANDLE_BLOCKING));
	EXPECT_REFUSED(a, 0, p0);
	EXPECT_REACH(a, 0, p1, 1);
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 2);
	EXPECT_OK(plu_rid_detach(&a->f, dev, rid));
	EXPECT_OK(plu_mode(&a->f, dev, PL_MODE_STRICT));
}

/* The addresses that a pass-through slot would reach, and those the domain had. */
static void never_identity(struct abi *a)
{
	static const uint64_t iovas[] = { 0, 0x1000, 0x100000, 0x10000000, ABI_IOVA };
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), aux = abi_domain(a, 0, 1);
	uint32_t p[2] = { abi_pasid(a, 0, domain) };
	unsigned int i, j;

	EXPECT_OK(plu_aux_attach(&a->f, dev, aux, &p[1]));
	EXPECT_OK(plu_set(&a->f, dev, p[0], PL_HANDLE_BLOCKING));
	EXPECT_OK(plu_aux_detach(&a->f, dev, aux));
	for (j = 0; j < 2; j++)
		for (i = 0; i < sizeof(iovas) / sizeof(iovas[0]); i++)
			EXPECT(abi_reach_at(a, &a->f, dev, p[j], iovas[i]) == ABI_REFUSED,
			       "PASID %u is let through at %#llx", p[j],
			       (unsigned long long)iovas[i]);
}

static void no_pairing(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = 0;
	const uint32_t order[] = { d0, d1, PL_HANDLE_BLOCKING, d0, d0, d1, d0, PL_HANDLE_BLOCKING,
				   PL_HANDLE_BLOCKING, d1 };
	unsigned int i;

	EXPECT_OK(plu_pasid_alloc(&a->f, dev, &p));
	EXPECT_REFUSED(a, 0, p);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		EXPECT_OK(plu_set(&a->f, dev, p, order[i]));
		EXPECT_REACH(a, 0, p, order[i] == d0 ? 0 : order[i] == d1 ? 1 : ABI_REFUSED);
	}
}

/* Identity on a PASID is documented per unit; refused or not, the old state is known. */
static void identity_on_a_pasid(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	bool has = a->dev[0].info.features & 1u << PL_FEAT_IDENTITY_PASID;

	EXPECT_ERR(has ? 0 : -EOPNOTSUPP, plu_set(&a->f, dev, p, PL_HANDLE_IDENTITY));
	if (!has)
		EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_set(&a->f, dev, p, domain));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_set(&a->f, dev, p, PL_HANDLE_BLOCKING));
	EXPECT_REFUSED(a, 0, p);
}

static void pasids_that_are_none(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), max = a->dev[0].info.max_pasids;
	uint32_t p = abi_pasid(a, 0, domain), theirs = 0;

	EXPECT_ERR(-EINVAL, plu_set(&a->f, dev, 0, domain));
	EXPECT_ERR(-EINVAL, plu_set(&a->f, dev, 0, PL_HANDLE_BLOCKING));
	EXPECT_ERR(-EOVERFLOW, plu_set(&a->f, dev, max, domain));
	EXPECT_ERR(-EOVERFLOW, plu_set(&a->f, dev, 1u << PL_PASID_WIDTH_MAX, domain));
	EXPECT_ERR(-EOVERFLOW, plu_set(&a->f, dev, PL_NO_PASID_U - 1, domain));
	EXPECT_ERR(-EACCES, plu_pasid_free(&a->f, dev, 0));
	EXPECT_ERR(-EACCES, plu_pasid_free(&a->f, dev, PL_NO_PASID_U));
	EXPECT_OK(plu_pasid_alloc(&a->other, a->dev[0].other, &theirs));
	EXPECT_ERR(-EACCES, plu_set(&a->f, dev, theirs, domain));
	EXPECT_ERR(-EACCES, plu_set(&a->f, dev, theirs, PL_HANDLE_BLOCKING));
	EXPECT_ERR(-EACCES, plu_pasid_free(&a->f, dev, theirs));
	EXPECT_REFUSED(a, 0, theirs);
	EXPECT_REACH(a, 0, p, 0);
}

static void pasid_free_rules(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), other = abi_domain(a, 0, 1);
	uint32_t p = abi_pasid(a, 0, domain), aux = 0;

	EXPECT_ERR(-EBUSY, plu_pasid_free(&a->f, dev, p));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_set(&a->f, dev, p, PL_HANDLE_BLOCKING));
	EXPECT_OK(plu_pasid_free(&a->f, dev, p));
	EXPECT_ERR(-EACCES, plu_pasid_free(&a->f, dev, p));
	EXPECT_ERR(-EACCES, plu_set(&a->f, dev, p, domain));
	/* An aux PASID is the module's: only its own requests touch it. */
	EXPECT_OK(plu_aux_attach(&a->f, dev, other, &aux));
	EXPECT_ERR(-EACCES, plu_pasid_free(&a->f, dev, aux));
	EXPECT_ERR(-EACCES, plu_set(&a->f, dev, aux, PL_HANDLE_BLOCKING));
	EXPECT_REACH(a, 0, aux, 1);
}

static void domain_of_another_unit(struct abi *a)
{
	uint32_t dev = a->dev[0].h, mine = abi_domain(a, 0, 0), p = abi_pasid(a, 0, mine), q;
	uint32_t foreign = abi_domain(a, a->foreign, 1);

	EXPECT_ERR(-EINVAL, plu_set(&a->f, dev, p, foreign));
	EXPECT_ERR(-EINVAL, plu_aux_attach(&a->f, dev, foreign, &q));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_set(&a->f, dev, p, PL_HANDLE_BLOCKING));
	EXPECT_ERR(-EINVAL, plu_rid_attach(&a->f, dev, foreign));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[a->foreign].h, foreign, &q));
	EXPECT_REACH(a, a->foreign, q, 1);
}

static void set_on_the_row(struct abi *a, uint32_t counts[3], const struct pl_ioc_ledger *before)
{
	static const enum pl_op ops[] = { PL_OP_ATTACH, PL_OP_REPLACE, PL_OP_DETACH };
	const __u64 *now, *then;
	struct pl_ioc_ledger after;
	unsigned int i;

	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &after));
	for (i = 0; i < 3; i++) {
		now = after.counts[ops[i]];
		then = before->counts[ops[i]];
		EXPECT(now[PL_COUNT_SLOTS] - then[PL_COUNT_SLOTS] == counts[i] &&
		       now[PL_COUNT_CALLS] - then[PL_COUNT_CALLS] == counts[i],
		       "%s: not %u slots in %u calls", plu_op_name(ops[i]), counts[i], counts[i]);
	}
}

/* The same rows of the ledger count both: there is no second path. */
static void one_accounting(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), aux, p;
	struct pl_ioc_ledger before;

	EXPECT_OK(plu_ledger(&a->ctl, a->ctl_dev, &before));
	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &aux));
	set_on_the_row(a, (uint32_t[]) { 1, 0, 0 }, &before);
	p = abi_pasid(a, 0, d0);
	set_on_the_row(a, (uint32_t[]) { 2, 0, 0 }, &before);
	EXPECT_OK(plu_set(&a->f, dev, p, d1));
	set_on_the_row(a, (uint32_t[]) { 2, 1, 0 }, &before);
	EXPECT_OK(plu_aux_detach(&a->f, dev, d0));
	EXPECT_OK(plu_set(&a->f, dev, p, PL_HANDLE_BLOCKING));
	set_on_the_row(a, (uint32_t[]) { 2, 1, 2 }, &before);
	EXPECT_OK(plu_set(&a->f, dev, p, PL_HANDLE_BLOCKING));
	set_on_the_row(a, (uint32_t[]) { 2, 1, 2 }, &before);
}

static void all_pasids(struct abi *a)
{
	uint32_t all = a->dev[0].info.max_pasids - 1, n, pasid, domain = abi_domain(a, 0, 0);

	n = abi_free_pasids(&a->f, a->dev[0].h, all + 1);
	EXPECT(n == all, "%u of %u PASIDs could be had", n, all);
	EXPECT_ERR(-ENOSPC, plu_pasid_alloc(&a->f, a->dev[0].h, &pasid));
	EXPECT_ERR(-ENOSPC, plu_aux_attach(&a->f, a->dev[0].h, domain, &pasid));
	plu_close(&a->f);
	n = abi_free_pasids(&a->other, a->dev[0].other, all + 1);
	EXPECT(n == all, "%u of %u PASIDs came back", n, all);
}

static const struct abi_test slot_tests[] = {
	{ "two aux domains, two PASIDs, the same IOVA apart", "R0.3,R2.4,R0.8",
	  two_aux_domains, 0 },
	{ "aux or primary is per device", "R0.4", aux_is_per_device, NEED_PAIR },
	{ "GET_PASID tells whether it is attached", "R0.8,R2.3", get_pasid_is_a_predicate, 0 },
	{ "a domain on two devices, whatever their PASIDs", "R0.9", same_pasid_or_not, NEED_PAIR },
	{ "a second attach is -EEXIST, a second detach -ENOENT", "R0.10", aux_twice, 0 },
	{ "a detach of what is not attached changes nothing", "R0.10", detach_of_nothing, 0 },
	{ "aux takes paging domains only", "ABI", aux_takes_paging_only, 0 },
	{ "the domain of the RID is not aux", "R0.4", aux_of_the_rid_domain, 0 },
	{ "detach_all leaves none and can be repeated", "R0.11", detach_all, 0 },
	{ "detach_all leaves the PASIDs of other files", "R0.11", detach_all_spares_others, 0 },
	{ "detach_all of 200 PASIDs takes at most 4 waits", "R0.11", detach_all_in_one_wait,
	  NEED_WAITS },
	{ "blocking on a PASID spares the others and the RID", "R1.2", blocked_pasid, 0 },
	{ "a detached PASID is never passed through", "R1.4", never_identity, 0 },
	{ "sets need no detach between them", "R1.6", no_pairing, 0 },
	{ "identity on a PASID, or a refusal that keeps the old domain", "R1.7",
	  identity_on_a_pasid, 0 },
	{ "PASID 0, beyond the device, of another file", "ABI,R0.8", pasids_that_are_none, 0 },
	{ "only an empty PASID of one's own can be freed", "ABI", pasid_free_rules, 0 },
	{ "a domain of another unit is -EINVAL", "ABI", domain_of_another_unit, NEED_UNITS },
	{ "private PASIDs and aux are accounted alike", "R2.8,R2.9", one_accounting, 0 },
	{ "every PASID can be had, and comes back", "ABI", all_pasids, NEED_FEW },
};

const struct abi_group abi_group_slot = {
	.name = "slot", .tests = slot_tests, .nr = sizeof(slot_tests) / sizeof(slot_tests[0]),
};
