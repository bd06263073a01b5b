// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_rid.c - the RID slot, the exclusion rule in both its modes, and the claim.
 *
 * The hard rule: whoever may set the RID while PASIDs live decides whether a device can be handed
 * to a guest as a whole; so each refusal here is followed by a transfer that shows what the RID
 * still holds.
 */
#include "abi.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static void rid_translates(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);

	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_OK(plu_rid_attach(&a->f, dev, d0));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 0);
	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 1);
	EXPECT_ERR(-ENOENT, plu_rid_detach(&a->f, dev, d0));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 1);
	EXPECT_OK(plu_rid_detach(&a->f, dev, d1));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

static void blocked_rid(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0);

	EXPECT_OK(plu_set(&a->f, dev, PL_NO_PASID_U, d0));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 0);
	EXPECT_OK(plu_set(&a->f, dev, PL_NO_PASID_U, PL_HANDLE_BLOCKING));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT(abi_reach_at(a, &a->f, dev, PL_NO_PASID_U, 0x1000) == ABI_REFUSED, "passed through");
	/* Blocking is always welcome, again and by any name. */
	EXPECT_OK(plu_set(&a->f, dev, PL_NO_PASID_U, PL_HANDLE_BLOCKING));
	EXPECT_OK(plu_rid_attach(&a->f, dev, PL_HANDLE_BLOCKING));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

static void rid_sequences(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1);
	const uint32_t order[] = { d0, d1, PL_HANDLE_BLOCKING, d0, PL_HANDLE_IDENTITY, d1,
				   PL_HANDLE_IDENTITY, PL_HANDLE_BLOCKING };
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		EXPECT_OK(plu_set(&a->f, dev, PL_NO_PASID_U, order[i]));
		if (order[i] != PL_HANDLE_IDENTITY)
			EXPECT_REACH(a, 0, PL_NO_PASID_U,
				     order[i] == d0 ? 0 : order[i] == d1 ? 1 : ABI_REFUSED);
	}
}

static void expect_rid_refused(struct abi *a, uint32_t domain)
{
	uint32_t dev = a->dev[0].h;

	EXPECT_ERR(-EBUSY, plu_rid_attach(&a->f, dev, domain));
	EXPECT_ERR(-EBUSY, plu_rid_attach(&a->f, dev, PL_HANDLE_IDENTITY));
	EXPECT_ERR(-EBUSY, plu_set(&a->f, dev, PL_NO_PASID_U, domain));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

static void strict_refuses_the_rid(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = 0, q;

	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &p));
	q = abi_pasid(a, 0, d0);
	expect_rid_refused(a, d1);
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, d0));
	expect_rid_refused(a, d1);
	EXPECT_OK(plu_set(&a->f, dev, q, PL_HANDLE_BLOCKING));
	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 1);
}

static void strict_lets_the_rid_go(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = 0;

	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &p));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 1);
	EXPECT_OK(plu_rid_detach(&a->f, dev, d1));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_REACH(a, 0, p, 0);
	expect_rid_refused(a, d1);
	EXPECT_OK(plu_aux_detach(&a->f, dev, d0));
	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
}

static void free_mode_takes_all(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = 0;

	EXPECT_OK(plu_mode(&a->f, dev, PL_MODE_FREE));
	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &p));
	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 1);
	EXPECT_OK(plu_rid_attach(&a->f, dev, PL_HANDLE_IDENTITY));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_ERR(-EBUSY, plu_mode(&a->f, dev, PL_MODE_STRICT));
	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_ERR(-EBUSY, plu_mode(&a->f, dev, PL_MODE_STRICT));
	EXPECT_OK(plu_rid_detach(&a->f, dev, d1));
	EXPECT_OK(plu_mode(&a->f, dev, PL_MODE_STRICT));
	EXPECT_REACH(a, 0, p, 0);
}

static void rule_is_per_device(struct abi *a)
{
	uint32_t d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), p = 0;

	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, d0, &p));
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[1].h, d1));
	EXPECT_REACH(a, 1, PL_NO_PASID_U, 1);
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

static void rid_of_another_file(struct abi *a)
{
	uint32_t mine = abi_domain(a, 0, 0);
	uint32_t theirs = abi_domain_of(&a->other, a->dev[0].other, &a->page[1]);

	EXPECT_OK(plu_rid_attach(&a->f, a->dev[0].h, mine));
	EXPECT_ERR(-EBUSY, plu_rid_attach(&a->other, a->dev[0].other, theirs));
	EXPECT_ERR(-EBUSY, plu_set(&a->other, a->dev[0].other, PL_NO_PASID_U, PL_HANDLE_BLOCKING));
	EXPECT_ERR(-ENOENT, plu_rid_detach(&a->other, a->dev[0].other, theirs));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 0);
}

static void claim_keeps_others_out(struct abi *a)
{
	uint32_t theirs = abi_domain_of(&a->other, a->dev[0].other, &a->page[1]), p, q = 0;

	EXPECT_OK(plu_enable(&a->other, a->dev[0].other, PL_FEAT_AUX));
	EXPECT_OK(plu_pasid_alloc(&a->other, a->dev[0].other, &q));
	EXPECT_OK(plu_claim(&a->f, a->dev[0].h));
	EXPECT_ERR(-EBUSY, plu_claim(&a->other, a->dev[0].other));
	EXPECT_ERR(-EBUSY, plu_aux_attach(&a->other, a->dev[0].other, theirs, &p));
	EXPECT_ERR(-EBUSY, plu_set(&a->other, a->dev[0].other, q, theirs));
	EXPECT_ERR(-EBUSY, plu_rid_attach(&a->other, a->dev[0].other, theirs));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_REFUSED(a, 0, q);
	EXPECT_OK(plu_release(&a->f, a->dev[0].h));
	EXPECT_OK(plu_aux_attach(&a->other, a->dev[0].other, theirs, &p));
	EXPECT_REACH(a, 0, p, 1);
}

static void claim_needs_an_idle_device(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = 0;

	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &p));
	EXPECT_ERR(-EBUSY, plu_claim(&a->f, a->dev[0].h));
	EXPECT_ERR(-EBUSY, plu_claim(&a->other, a->dev[0].other));
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_OK(plu_aux_detach(&a->f, a->dev[0].h, domain));
	EXPECT_OK(plu_claim(&a->other, a->dev[0].other));
}

static void claim_blocks_the_rid(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0);

	EXPECT_OK(plu_rid_attach(&a->f, a->dev[0].h, domain));
	EXPECT_ERR(-EBUSY, plu_claim(&a->other, a->dev[0].other));
	EXPECT_OK(plu_claim(&a->f, a->dev[0].h));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_OK(plu_rid_attach(&a->f, a->dev[0].h, domain));
	EXPECT_REACH(a, 0, PL_NO_PASID_U, 0);
	EXPECT_OK(plu_release(&a->f, a->dev[0].h));
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
}

static void claim_ends_with_the_file(struct abi *a)
{
	EXPECT_OK(plu_claim(&a->other, a->dev[0].other));
	EXPECT_ERR(-EBUSY, plu_claim(&a->f, a->dev[0].h));
	plu_close(&a->other);
	EXPECT_OK(plu_claim(&a->f, a->dev[0].h));
}

/* One side claims and releases, the other attaches and detaches. */
struct race {
	struct abi *a;
	uint32_t domain;
	atomic_bool attached;	/* set only between a successful attach and its detach */
	atomic_bool stop;
	atomic_uint attaches;
	atomic_int error;
};

static void *race_attach(void *arg)
{
	struct race *r = arg;
	const struct plu_file *f = &r->a->other;
	uint32_t dev = r->a->dev[0].other, pasid;
	int err;

	while (!atomic_load(&r->stop) && !r->error) {
		err = plu_aux_attach(f, dev, r->domain, &pasid);
		if (err == -EBUSY)
			continue;
		if (!err) {
			atomic_store(&r->attached, true);
			atomic_fetch_add(&r->attaches, 1);
			atomic_store(&r->attached, false);
			err = plu_aux_detach(f, dev, r->domain);
		}
		r->error = err;
	}
	return NULL;
}

static bool race_goes_on(const struct race *r, unsigned int claims, unsigned int rounds)
{
	/* Until each side won now and then; whichever starves must not make the test weak. */
	return rounds < 2000 || ((!claims || !atomic_load(&r->attaches)) && rounds < 1000000);
}

/* While the claim is held the other side must never see an attach succeed. */
static void race_claim(struct race *r)
{
	unsigned int i, j, claims = 0;
	bool seen = false;
	int err;

	for (i = 0; race_goes_on(r, claims, i); i++) {
		err = plu_claim(&r->a->f, r->a->dev[0].h);
		if (err) {
			EXPECT(err == -EBUSY, "claim: %d", err);
			continue;
		}
		claims++;
		for (j = 0; j < 50; j++)
			seen |= atomic_load(&r->attached);
		EXPECT_OK(plu_release(&r->a->f, r->a->dev[0].h));
		sched_yield();
	}
	EXPECT(!seen, "a PASID was attached while the device was claimed");
	EXPECT(claims, "the claim never won in %u rounds", i);
}

static void claim_races_attach(struct abi *a)
{
	struct race r = { .a = a };
	pthread_t thread;

	r.domain = abi_domain_of(&a->other, a->dev[0].other, &a->page[1]);
	EXPECT_OK(plu_enable(&a->other, a->dev[0].other, PL_FEAT_AUX));
	if (!EXPECT(!pthread_create(&thread, NULL, race_attach, &r), "no thread"))
		return;
	race_claim(&r);
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	EXPECT(!r.error, "the other side failed: %d", atomic_load(&r.error));
	EXPECT(r.attaches, "the attach never won");
}

static const struct abi_test rid_tests[] = {
	{ "the RID reaches what is attached to it", "R1.6,R1.7", rid_translates, 0 },
	{ "blocking on the RID refuses everything", "R1.1", blocked_rid, 0 },
	{ "any order of domains on the RID", "R1.6", rid_sequences, 0 },
	{ "strict: no RID attach while PASIDs live", "R0.5", strict_refuses_the_rid, NEED_STRICT },
	{ "strict: the RID detaches while PASIDs live, and cannot return", "R0.6,R0.5",
	  strict_lets_the_rid_go, NEED_STRICT },
	{ "free: any domain at any time", "R1.7", free_mode_takes_all, 0 },
	{ "the exclusion rule is per device", "R0.5", rule_is_per_device, NEED_PAIR },
	{ "a RID that one file holds is not another's", "ABI", rid_of_another_file, 0 },
	{ "a claim keeps others out", "R0.7", claim_keeps_others_out, 0 },
	{ "a claim is refused while PASIDs live", "R0.7", claim_needs_an_idle_device, 0 },
	{ "claim and release leave the RID blocked", "R0.7,R1.4", claim_blocks_the_rid, 0 },
	{ "a claim ends with its file", "R0.7", claim_ends_with_the_file, 0 },
	{ "a claim and an attach never both win", "R0.7", claim_races_attach, 0 },
};

const struct abi_group abi_group_rid = {
	.name = "rid", .tests = rid_tests, .nr = sizeof(rid_tests) / sizeof(rid_tests[0]),
};
