// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nested domains on SMMUv3: a user's CDs and stage-1 tables on top of a stage-2
 * domain, over the driver and its reference model.
 *
 * Vocabulary.  The *guest* is a handful of pages, mapped side by side at GUEST in
 * the parent: a linear table of 64 CDs, two stage-1 tables of two levels each, of
 * CD 0 and of CD TAGGED, and target pages.  An address that stage 2 translates is
 * an *IPA*; what the guest writes into its tables are IPAs.
 *
 * The hard rule: what a test wants of the IOMMU it asks by DMA, and no test ends
 * with a rule of the model's broken.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/io.h>

#include "../../hw/smmuv3/regs.h"
#include "../../kmod/chardev.h"
#include "../rig.h"
#include "shim.h"
#include "shim_control.h"

#define GUEST		0x80000000ull	/* IPA of the first page */
#define IOVA		0x40000ull
#define TAGGED		5
#define WORD(i)		(0xcafe0000ull + (i))
#define CD_BITS		6

/* The guest's pages. */
enum {
	CDS,
	ROOT,		/* of CD 0 */
	LEAVES,
	ROOT_TAGGED,
	LEAVES_TAGGED,
	DATA,
	DATA2,
	DATA3,
	OUTSIDE,	/* not mapped in the parent */
	PAGES
};

struct world {
	struct rig *r;
	struct device *a, *b;
	struct rig_ep *ep;
	u64 page[PAGES];
	struct pl_domain *parent;
	struct pl_domain *nested;
};

static u64 ipa(int page)
{
	return GUEST + (u64)page * PAGE_SIZE;
}

static u64 *at(struct world *w, int page, u64 index)
{
	return (u64 *)phys_to_virt(w->page[page]) + index;
}

/*
 * The guest's side
 */

static void guest_page(struct world *w, int leaves, u64 iova, int target)
{
	*at(w, leaves, iova >> PAGE_SHIFT & 511) = ipa(target) | SMMU_PT_VALID | SMMU_PT_TABLE |
						   SMMU_PT_AF | SMMU_PT_AP_EL0 | SMMU_PT_NG |
						   FIELD_PREP(SMMU_PT_SH, SMMU_SH_ISH);
}

static void guest_table(struct world *w, int root, int leaves, int target)
{
	*at(w, root, 0) = ipa(leaves) | SMMU_PT_VALID | SMMU_PT_TABLE;
	guest_page(w, leaves, IOVA, target);
}

/* 30 bits of input: two levels. */
static void guest_cd(struct world *w, u32 ssid, u16 asid, int root)
{
	u64 *cd = at(w, CDS, ssid * SMMU_CD_WORDS);

	cd[1] = ipa(root);
	cd[3] = 0xff;
	cd[0] = FIELD_PREP(SMMU_CD0_T0SZ, 34) | FIELD_PREP(SMMU_CD0_TG0, SMMU_TG0_4K) |
		SMMU_CD0_EPD1 | SMMU_CD0_V | FIELD_PREP(SMMU_CD0_IPS, SMMU_PS_48) |
		SMMU_CD0_AFFD | SMMU_CD0_AA64 | SMMU_CD0_R | SMMU_CD0_A | SMMU_CD0_ASET |
		FIELD_PREP(SMMU_CD0_ASID, asid);
}

static void guest_up(struct world *w)
{
	int i;

	for (i = 0; i < PAGES; i++)
		w->page[i] = rig_page(i >= DATA ? WORD(i) : 0);
	w->parent = pl_domain_alloc_paging(w->a, PL_DOMAIN_STAGE2);
	assert_false(IS_ERR(w->parent));
	for (i = 0; i < OUTSIDE; i++)
		assert_int_equal(pl_map(w->parent, ipa(i), w->page[i], PAGE_SIZE,
					PL_PROT_READ | PL_PROT_WRITE), 0);
	guest_table(w, ROOT, LEAVES, DATA);
	guest_table(w, ROOT_TAGGED, LEAVES_TAGGED, DATA2);
	guest_cd(w, 0, 1, ROOT);
	guest_cd(w, TAGGED, 2, ROOT_TAGGED);
}

static const struct pl_user_table good = {
	.kind = PL_USER_TABLE_SMMUV3,
	.s1cdmax = CD_BITS,
	.s1dss = SMMU_S1DSS_SSID0,
	.s1ctxptr = GUEST,
};

static struct pl_domain *nest(struct world *w, u32 s1dss)
{
	struct pl_user_table t = good;
	struct pl_domain *dom;

	t.s1dss = s1dss;
	dom = pl_domain_alloc_nested(w->parent, &t);
	assert_false(IS_ERR(dom));
	return dom;
}

/*
 * The world
 */

static int world_up(void **state, const struct smmu_model_config *cfg)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(rig_create_smmuv3(cfg, "nest", 2, &w->r), 0);
	w->a = rig_dev(w->r, 0);
	w->b = rig_dev(w->r, 1);
	w->ep = w->r->ep[0];
	assert_int_equal(pl_dev_enable_feature(w->a, PL_FEAT_AUX), 0);
	assert_int_equal(pl_dev_set_mode(w->a, PL_MODE_FREE), 0);
	guest_up(w);
	w->nested = nest(w, SMMU_S1DSS_SSID0);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	return world_up(state, &cfg);
}

static int setup_break_before_make(void **state)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	cfg.bbml = 0;
	return world_up(state, &cfg);
}

static int teardown(void **state)
{
	struct world *w = *state;
	u64 broken;
	int i;

	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_blocking_domain(w->a)), 0);
	assert_int_equal(pl_set(w->b, PL_NO_PASID, pl_blocking_domain(w->b)), 0);
	assert_int_equal(pl_domain_free(w->nested), 0);
	assert_int_equal(pl_domain_free(w->parent), 0);
	for (i = 0; i < PAGES; i++)
		rig_page_free(w->page[i]);
	rig_audit(w->r);
	broken = rig_violations(w->r, stdout);
	rig_destroy(w->r);
	free(w);
	return broken ? -1 : 0;
}

static bool ats_reads(struct world *w, pl_pasid_t pasid, u64 iova, u64 word)
{
	struct rig_dma dma = { .pasid = pasid, .iova = iova, .ats = true };

	return !rig_dma(w->ep, &dma) && dma.word == word;
}

static bool ats_refused(struct world *w, pl_pasid_t pasid, u64 iova)
{
	struct rig_dma dma = { .pasid = pasid, .iova = iova, .ats = true };

	return rig_dma(w->ep, &dma) == -EFAULT;
}

static void attach(struct world *w)
{
	assert_int_equal(pl_set(w->a, PL_NO_PASID, w->nested), 0);
}

/* Both ways, so that the TLB and the device TLB know it. */
static void warm(struct world *w)
{
	assert_true(rig_reads(w->ep, PL_NO_PASID, IOVA, WORD(DATA)));
	assert_true(ats_reads(w, PL_NO_PASID, IOVA, WORD(DATA)));
	assert_true(rig_reads(w->ep, TAGGED, IOVA, WORD(DATA2)));
	assert_true(ats_reads(w, TAGGED, IOVA, WORD(DATA2)));
}

static void nobody_reads(struct world *w, pl_pasid_t pasid, u64 iova)
{
	assert_true(rig_refused(w->ep, pasid, iova));
	assert_true(ats_refused(w, pasid, iova));
}

/*
 * Tests
 */

static void the_rid_and_pasids_go_through_both_stages(void **state)
{
	struct world *w = *state;
	const char *why;

	assert_int_equal(pl_dev_why_not(w->a, PL_FEAT_NEST_RID, &why), 0);
	attach(w);
	warm(w);
	nobody_reads(w, PL_NO_PASID, IOVA + PAGE_SIZE);
	nobody_reads(w, TAGGED + 1, IOVA);
	nobody_reads(w, 1 << CD_BITS, IOVA);
}

/* 5.2, S1DSS: requests without a PASID. */
static void s1dss_decides_for_requests_without_a_pasid(void **state)
{
	struct world *w = *state;
	struct pl_domain *terminate = nest(w, SMMU_S1DSS_TERMINATE);
	struct pl_domain *bypass = nest(w, SMMU_S1DSS_BYPASS);

	assert_int_equal(pl_set(w->a, PL_NO_PASID, terminate), 0);
	nobody_reads(w, PL_NO_PASID, IOVA);
	nobody_reads(w, PL_NO_PASID, ipa(DATA));
	assert_true(rig_reads(w->ep, TAGGED, IOVA, WORD(DATA2)));
	assert_int_equal(pl_set(w->a, PL_NO_PASID, bypass), 0);
	nobody_reads(w, PL_NO_PASID, IOVA);
	assert_true(rig_reads(w->ep, PL_NO_PASID, ipa(DATA), WORD(DATA)));
	assert_true(rig_reads(w->ep, TAGGED, IOVA, WORD(DATA2)));
	assert_int_equal(pl_set(w->a, PL_NO_PASID, w->nested), 0);
	nobody_reads(w, PL_NO_PASID, ipa(DATA));
	warm(w);
	assert_int_equal(pl_domain_free(terminate), 0);
	assert_int_equal(pl_domain_free(bypass), 0);
}

static void cds_that_stage_2_does_not_map_are_a_fault(void **state)
{
	struct pl_user_table t = good;
	struct world *w = *state;
	struct pl_domain *dom;
	struct pl_fault f;
	u32 lost;

	t.s1ctxptr = ipa(OUTSIDE);
	dom = pl_domain_alloc_nested(w->parent, &t);
	assert_false(IS_ERR(dom));
	assert_int_equal(pl_set(w->a, PL_NO_PASID, dom), 0);
	assert_true(rig_refused(w->ep, PL_NO_PASID, IOVA));
	assert_int_equal(pl_fault_take(w->ep->d, &f, &lost), 0);
	assert_int_equal(f.reason, SMMU_EVT_TRANSLATION);
	nobody_reads(w, TAGGED, IOVA);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_blocking_domain(w->a)), 0);
	assert_int_equal(pl_domain_free(dom), 0);
}

/* R2.6: blocked, not stage 2 alone. */
static void r26_to_leave_is_to_be_blocked(void **state)
{
	struct world *w = *state;

	attach(w);
	warm(w);
	pl_detach_device(w->nested, w->a);
	assert_ptr_equal(pl_get(w->a, PL_NO_PASID), pl_blocking_domain(w->a));
	nobody_reads(w, PL_NO_PASID, IOVA);
	nobody_reads(w, PL_NO_PASID, ipa(DATA));
	nobody_reads(w, TAGGED, IOVA);
}

/* 4.4.3: what both stages made is in the TLB under the user's ASIDs. */
static void an_unmap_of_the_parent_reaches_what_both_stages_made(void **state)
{
	struct world *w = *state;
	struct pl_domain *other = nest(w, SMMU_S1DSS_SSID0);

	attach(w);
	assert_int_equal(pl_set(w->b, PL_NO_PASID, other), 0);
	warm(w);
	assert_true(rig_reads(w->r->ep[1], TAGGED, IOVA, WORD(DATA2)));
	assert_int_equal(pl_unmap(w->parent, ipa(DATA), PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(pl_unmap(w->parent, ipa(DATA2), PAGE_SIZE), PAGE_SIZE);
	pl_domain_freed(w->parent, w->page[DATA], PAGE_SIZE);
	pl_domain_freed(w->parent, w->page[DATA2], PAGE_SIZE);
	nobody_reads(w, PL_NO_PASID, IOVA);
	nobody_reads(w, TAGGED, IOVA);
	assert_true(rig_refused(w->r->ep[1], TAGGED, IOVA));
	assert_int_equal(pl_set(w->b, PL_NO_PASID, pl_blocking_domain(w->b)), 0);
	assert_int_equal(pl_domain_free(other), 0);
}

static void what_the_user_changes_counts_when_he_says_so(void **state)
{
	struct world *w = *state;

	attach(w);
	warm(w);
	guest_page(w, LEAVES_TAGGED, IOVA, DATA3);
	assert_int_equal(pl_nested_inval(w->nested, TAGGED), 0);
	assert_true(rig_reads(w->ep, TAGGED, IOVA, WORD(DATA3)));
	assert_true(ats_reads(w, TAGGED, IOVA, WORD(DATA3)));
	guest_page(w, LEAVES, IOVA, DATA2);
	assert_int_equal(pl_nested_inval(w->nested, 0), 0);
	assert_true(rig_reads(w->ep, PL_NO_PASID, IOVA, WORD(DATA2)));
	assert_true(ats_reads(w, PL_NO_PASID, IOVA, WORD(DATA2)));
	guest_cd(w, TAGGED, 2, ROOT);
	assert_int_equal(pl_nested_inval(w->nested, TAGGED), 0);
	assert_true(ats_reads(w, TAGGED, IOVA, WORD(DATA2)));
	guest_cd(w, 0, 1, ROOT_TAGGED);
	guest_cd(w, TAGGED, 2, ROOT_TAGGED);
	assert_int_equal(pl_nested_inval(w->nested, PL_NO_PASID), 0);
	assert_true(ats_reads(w, PL_NO_PASID, IOVA, WORD(DATA3)));
	assert_true(ats_reads(w, TAGGED, IOVA, WORD(DATA3)));
	assert_int_equal(pl_nested_inval(w->nested, 1 << CD_BITS), -EOVERFLOW);
	assert_int_equal(pl_nested_inval(w->parent, PL_NO_PASID), -EINVAL);
}

/* What a request without a PASID reads where, by what the RID holds. */
static void reach_is(struct world *w, struct pl_domain *dom, struct pl_domain *x)
{
	bool both = dom->type == PL_DOMAIN_NESTED;

	if (both || dom == x)
		assert_true(ats_reads(w, PL_NO_PASID, IOVA, both ? WORD(DATA) : WORD(DATA3)));
	else
		nobody_reads(w, PL_NO_PASID, IOVA);
	if (dom == w->parent)
		assert_true(ats_reads(w, PL_NO_PASID, ipa(DATA), WORD(DATA)));
	else
		nobody_reads(w, PL_NO_PASID, ipa(DATA));
	if (both)
		assert_true(ats_reads(w, TAGGED, IOVA, WORD(DATA2)));
	else
		nobody_reads(w, TAGGED, IOVA);
}

static void the_rid_goes_from_any_domain_to_any_other(void **state)
{
	struct world *w = *state;
	struct pl_domain *dom[] = {
		pl_blocking_domain(w->a), w->parent, w->nested, nest(w, SMMU_S1DSS_SSID0),
		pl_domain_alloc_paging(w->a, PL_DOMAIN_STAGE1),
	}, *x = dom[4];
	size_t i, k;

	assert_int_equal(pl_map(x, IOVA, w->page[DATA3], PAGE_SIZE, PL_PROT_READ), 0);
	for (i = 0; i < ARRAY_SIZE(dom); i++) {
		for (k = 0; k < ARRAY_SIZE(dom); k++) {
			assert_int_equal(pl_set(w->a, PL_NO_PASID, dom[i]), 0);
			reach_is(w, dom[i], x);
			assert_int_equal(pl_set(w->a, PL_NO_PASID, dom[k]), 0);
			reach_is(w, dom[k], x);
			assert_int_equal(rig_audit(w->r), 0);
		}
	}
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_identity_domain(w->a)), 0);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, w->nested), 0);
	reach_is(w, w->nested, x);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_blocking_domain(w->a)), 0);
	assert_int_equal(pl_domain_free(dom[3]), 0);
	assert_int_equal(pl_domain_free(x), 0);
}

/* R2.7: the stream's stage 2 is under all its PASIDs, and they are the user's. */
static void r27_the_apis_pasids_and_a_users_exclude_each_other(void **state)
{
	struct world *w = *state;
	struct pl_domain *x = pl_domain_alloc_paging(w->a, PL_DOMAIN_STAGE1);

	assert_int_equal(pl_set(w->a, TAGGED, w->nested), -EOPNOTSUPP);
	assert_int_equal(pl_aux_attach_device(w->nested, w->a), -EINVAL);
	attach(w);
	assert_int_equal(pl_set(w->a, TAGGED, x), -EBUSY);
	pl_detach_device(w->nested, w->a);
	assert_int_equal(pl_set(w->a, TAGGED, x), 0);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, w->nested), -EBUSY);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_domain_free(x), 0);
}

static void nothing_is_mapped_in_a_nested_domain(void **state)
{
	struct world *w = *state;
	struct pl_walk walked;
	phys_addr_t claimed;

	assert_int_equal(pl_map(w->nested, IOVA, w->page[DATA], PAGE_SIZE, PL_PROT_READ), -EINVAL);
	assert_int_equal(pl_unmap(w->nested, IOVA, PAGE_SIZE), 0);
	assert_true(pl_iova_to_phys(w->nested, IOVA) == PHYS_ADDR_MAX);
	attach(w);
	assert_int_equal(pl_slot_walk(w->ep->d, PL_NO_PASID, IOVA, &walked, &claimed),
			 -EOPNOTSUPP);
	assert_int_equal(pl_domain_free(w->nested), -EBUSY);
	assert_int_equal(pl_domain_free(w->parent), -EBUSY);
	pl_detach_device(w->nested, w->a);
	assert_int_equal(pl_domain_free(w->parent), -EBUSY);
}

static const struct {
	struct pl_user_table t;
	int err;
	const char *says;
} refusals[] = {
	{ { .kind = 0, .s1ctxptr = GUEST }, -EOPNOTSUPP, "" },
	{ { .kind = PL_USER_TABLE_SMMUV3 + 1, .s1ctxptr = GUEST }, -EOPNOTSUPP, "" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .reserved = 1 }, -EINVAL, "" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1cdmax = 21 }, -EINVAL, "S1CDMax" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1cdmax = ~0u }, -EINVAL, "S1CDMax" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1cdmax = 1, .s1fmt = 3 }, -EINVAL, "S1Fmt" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1fmt = 1 }, -EINVAL, "S1Fmt" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1cdmax = 1, .s1dss = 3 }, -EINVAL, "S1DSS" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1dss = 1 }, -EINVAL, "S1DSS" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1ctxptr = 32 }, -EINVAL, "S1ContextPtr" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1ctxptr = 1ull << 52 }, -EINVAL, "S1ContextPtr" },
	{ { .kind = PL_USER_TABLE_SMMUV3, .s1ctxptr = 1ull << 48 }, -EINVAL, "S1ContextPtr" },
};

static void a_bad_table_is_refused_by_field(void **state)
{
	struct world *w = *state;
	struct pl_domain *x = pl_domain_alloc_paging(w->a, PL_DOMAIN_STAGE1), *dom;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		shim_last_err[0] = 0;
		dom = pl_domain_alloc_nested(w->parent, &refusals[i].t);
		assert_true(IS_ERR(dom));
		assert_int_equal(PTR_ERR(dom), refusals[i].err);
		assert_non_null(strstr(shim_last_err, refusals[i].says));
	}
	assert_int_equal(PTR_ERR(pl_domain_alloc_nested(x, &good)), -EINVAL);
	assert_int_equal(PTR_ERR(pl_domain_alloc_nested(w->nested, &good)), -EINVAL);
	assert_int_equal(PTR_ERR(pl_domain_alloc_nested(pl_blocking_domain(w->a), &good)),
			 -EINVAL);
	assert_int_equal(pl_domain_free(x), 0);
	assert_int_equal(w->parent->nr_nested, 1);
}

/* The ioctl ABI's side: numbers, and the end of a file with both domains in it. */
static void a_file_takes_its_nested_domains_with_it(void **state)
{
	struct world *w = *state;
	struct pl_call c = { .file = pl_file_new() };
	struct pl_user_table bad = good;
	u32 dev, parent, nested;
	u64 last;

	assert_non_null(c.file);
	assert_int_equal(pl_file_open_dev(c.file, dev_name(w->a), &dev), 0);
	assert_int_equal(pl_call_dev(&c, dev), 0);
	assert_int_equal(pl_file_new_domain(c.file, c.dev->d, PL_DOMAIN_STAGE2, &parent, &last), 0);
	assert_int_equal(pl_call_domain(&c, parent, false), 0);
	bad.s1cdmax = 32;
	assert_int_equal(pl_file_new_nested(c.file, c.dom, &bad, &nested), -EINVAL);
	assert_int_equal(c.dom->nr_nested, 0);
	assert_int_equal(pl_file_new_nested(c.file, c.dom, &good, &nested), 0);
	pl_call_end(&c);
	assert_int_equal(pl_file_drop(c.file, parent), -EBUSY);
	assert_int_equal(pl_file_drop(c.file, nested), 0);
	assert_int_equal(pl_file_new_nested(c.file, c.dom, &good, &nested), 0);
	c.fdom = NULL;
	c.dom = NULL;
	assert_int_equal(pl_call_domain(&c, nested, false), 0);
	assert_int_equal(pl_rid_attach(c.dev->d, c.dom, c.file), 0);
	pl_call_end(&c);
	assert_int_equal(pl_file_drop(c.file, nested), -EBUSY);
	pl_file_free(c.file);
	assert_ptr_equal(pl_get(w->a, PL_NO_PASID), pl_blocking_domain(w->a));
}

/* Allocations of making and attaching one, each failing in its turn. */
static void every_allocation_may_fail(void **state)
{
	struct world *w = *state;
	unsigned long n;
	int ret = -ENOMEM;

	for (n = 1; ret; n++) {
		struct pl_domain *dom;

		shim_fail_nth(n);
		dom = pl_domain_alloc_nested(w->parent, &good);
		ret = IS_ERR(dom) ? PTR_ERR(dom) : pl_set(w->a, PL_NO_PASID, dom);
		shim_fail_reset();
		assert_true(!ret || ret == -ENOMEM);
		assert_true(ret || rig_reads(w->ep, TAGGED, IOVA, WORD(DATA2)));
		pl_detach_device(dom, w->a);
		assert_true(rig_refused(w->ep, TAGGED, IOVA));
		if (!IS_ERR(dom))
			assert_int_equal(pl_domain_free(dom), 0);
		assert_int_equal(w->parent->nr_nested, 1);
	}
	assert_true(n > 2);
}

#define T_(fn, up) { #fn " (" #up ")", fn, up, teardown, NULL }
#define T(fn) T_(fn, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_rid_and_pasids_go_through_both_stages),
		T(s1dss_decides_for_requests_without_a_pasid),
		T_(s1dss_decides_for_requests_without_a_pasid, setup_break_before_make),
		T(cds_that_stage_2_does_not_map_are_a_fault),
		T(r26_to_leave_is_to_be_blocked),
		T(an_unmap_of_the_parent_reaches_what_both_stages_made),
		T(what_the_user_changes_counts_when_he_says_so),
		T(the_rid_goes_from_any_domain_to_any_other),
		T_(the_rid_goes_from_any_domain_to_any_other, setup_break_before_make),
		T(r27_the_apis_pasids_and_a_users_exclude_each_other),
		T(nothing_is_mapped_in_a_nested_domain),
		T(a_bad_table_is_refused_by_field),
		T(a_file_takes_its_nested_domains_with_it),
		T(every_allocation_may_fail),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("nested", tests, NULL, NULL);
}
