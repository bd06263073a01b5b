// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Slots, requirement by requirement: the API over each unit's driver over its
 * reference model, one small story a test.
 *
 * Each name begins with the requirement it proves.  Counts are asserted
 * exactly: they are what gates performance (DESIGN decision 8).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/slab.h>

#include "../rig.h"
#include "shim.h"

#define IOVA	0x40000000ull
#define MANY	1000

struct world {
	struct rig *r;
	bool smmuv3;
	struct device *a, *b;
	struct pl_domain *x, *y;
	u64 px, py;
};

static struct pl_domain *domain_with_page(struct device *dev, u32 flags, u64 phys)
{
	struct pl_domain *dom = pl_domain_alloc_paging(dev, flags);

	assert_false(IS_ERR(dom));
	assert_int_equal(pl_map(dom, IOVA, phys, PAGE_SIZE, PL_PROT_READ | PL_PROT_WRITE), 0);
	return dom;
}

/* Two endpoints are there: the domains, and what tests take for granted. */
static void world_fill(void **state, struct world *w)
{
	w->a = rig_dev(w->r, 0);
	w->b = rig_dev(w->r, 1);
	w->px = rig_page(0xaaaa);
	w->py = rig_page(0xbbbb);
	w->x = domain_with_page(w->a, 0, w->px);
	w->y = domain_with_page(w->a, 0, w->py);
	*state = w;
}

static int world_up(void **state, struct world *w)
{
	world_fill(state, w);
	assert_int_equal(pl_dev_enable_feature(w->a, PL_FEAT_AUX), 0);
	assert_int_equal(pl_dev_enable_feature(w->b, PL_FEAT_AUX), 0);
	return 0;
}

static struct world *world_vtd(const struct vtd_model_config *cfg, int eps)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(rig_create(cfg, "slot", eps, &w->r), 0);
	return w;
}

static struct world *world_smmuv3(const struct smmu_model_config *cfg, int eps)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(rig_create_smmuv3(cfg, "slot", eps, &w->r), 0);
	w->smmuv3 = true;
	return w;
}

static int setup(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	return world_up(state, world_vtd(&cfg, 2));
}

static int setup_smmuv3(void **state)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	return world_up(state, world_smmuv3(&cfg, 2));
}

static int setup_no_ats(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	cfg.ats = false;
	return world_up(state, world_vtd(&cfg, 2));
}

static int setup_no_ats_smmuv3(void **state)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	cfg.ats = false;
	return world_up(state, world_smmuv3(&cfg, 2));
}

static int setup_cm(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	cfg.caching_mode = true;
	return world_up(state, world_vtd(&cfg, 2));
}

/* One endpoint with few PASIDs, one with none. */
static int few_pasids(void **state, struct world *w)
{
	w->r->nr_eps = 2;
	assert_int_equal(rig_ep_add(w->r, 0, PL_EP_PASID, 7), 0);
	assert_int_equal(rig_ep_add(w->r, 1, 0, 0), 0);
	world_fill(state, w);
	return 0;
}

static int setup_no_pasid(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	return few_pasids(state, world_vtd(&cfg, 0));
}

static int setup_no_pasid_smmuv3(void **state)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	return few_pasids(state, world_smmuv3(&cfg, 0));
}

static int teardown(void **state)
{
	struct world *w = *state;
	u64 bad;

	rig_ep_del(w->r, 0);
	rig_ep_del(w->r, 1);
	assert_int_equal(pl_domain_free(w->x), 0);
	assert_int_equal(pl_domain_free(w->y), 0);
	bad = rig_audit(w->r) + rig_violations(w->r, stderr);
	rig_destroy(w->r);
	rig_page_free(w->px);
	rig_page_free(w->py);
	free(w);
	assert_int_equal(bad, 0);
	return 0;
}

static pl_pasid_t aux(struct pl_domain *dom, struct device *dev)
{
	assert_int_equal(pl_aux_attach_device(dom, dev), 0);
	assert_true(pl_aux_get_pasid(dom, dev) > 0);
	return pl_aux_get_pasid(dom, dev);
}

static pl_pasid_t private(struct device *dev)
{
	pl_pasid_t pasid;

	assert_int_equal(pl_pasid_alloc(dev, &pasid), 0);
	return pasid;
}

/* Reads through the device TLB, so that it holds a translation. */
static bool ats_reads(struct rig_ep *ep, pl_pasid_t pasid, u64 word)
{
	struct rig_dma d = { .pasid = pasid, .iova = IOVA, .ats = true };

	return !rig_dma(ep, &d) && d.word == word;
}

static bool ats_refused(struct rig_ep *ep, pl_pasid_t pasid)
{
	struct rig_dma d = { .pasid = pasid, .iova = IOVA, .ats = true };

	return rig_dma(ep, &d) == -EFAULT;
}

static void r01_feature_answers_do_not_change(void **state)
{
	struct world *w = *state;
	const char *why = NULL;

	assert_true(pl_dev_has_feature(w->a, PL_FEAT_AUX));
	assert_false(pl_dev_has_feature(w->a, PL_FEAT_SVA));
	aux(w->x, w->a);
	assert_true(pl_dev_has_feature(w->a, PL_FEAT_AUX));
	assert_int_equal(pl_dev_why_not(w->a, PL_FEAT_SVA, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why, "page requests"));
	assert_int_equal(pl_dev_why_not(w->a, 12345, &why), -EINVAL);
	pl_aux_detach_all(w->a);
}

static void r02_r21_no_aux_where_the_device_has_no_pasids(void **state)
{
	struct world *w = *state;
	const char *why = NULL;

	assert_true(pl_dev_has_feature(w->a, PL_FEAT_AUX));
	assert_int_equal(pl_dev_why_not(w->b, PL_FEAT_AUX, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why, "PASID capability"));
	assert_int_equal(pl_dev_enable_feature(w->b, PL_FEAT_AUX), -EOPNOTSUPP);
	assert_int_equal(pl_aux_attach_device(w->x, w->b), -EOPNOTSUPP);
	assert_int_equal(pl_set(w->b, 1, w->x), -EOPNOTSUPP);
	assert_true(rig_refused(w->r->ep[1], 1, IOVA));
	/* A narrow device has the PASIDs it has and no more. */
	assert_int_equal(pl_dev_enable_feature(w->a, PL_FEAT_AUX), 0);
	assert_int_equal(pl_set(w->a, 127, w->x), 0);
	assert_int_equal(pl_set(w->a, 128, w->x), -EOVERFLOW);
	pl_aux_detach_all(w->a);
}

static void r03_two_aux_domains_with_pasids_of_their_own(void **state)
{
	struct world *w = *state;
	pl_pasid_t x = aux(w->x, w->a), y = aux(w->y, w->a);

	assert_int_not_equal(x, y);
	assert_true(rig_reads(w->r->ep[0], x, IOVA, 0xaaaa));
	assert_true(rig_reads(w->r->ep[0], y, IOVA, 0xbbbb));
	pl_aux_detach_all(w->a);
}

static void r04_aux_on_one_device_primary_on_another(void **state)
{
	struct world *w = *state;

	aux(w->x, w->a);
	assert_int_equal(pl_aux_get_pasid(w->x, w->b), -ENOENT);
	assert_int_equal(pl_attach_device(w->x, w->b), 0);
	assert_true(rig_reads(w->r->ep[1], PL_NO_PASID, IOVA, 0xaaaa));
	assert_int_equal(pl_aux_attach_device(w->x, w->b), -EBUSY);
	pl_detach_device(w->x, w->b);
	pl_aux_detach_all(w->a);
}

static void r05_no_rid_attach_while_pasids_live(void **state)
{
	struct world *w = *state;

	aux(w->x, w->a);
	assert_int_equal(pl_attach_device(w->y, w->a), -EBUSY);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_identity_domain(w->a)), -EBUSY);
	assert_true(rig_refused(w->r->ep[0], PL_NO_PASID, IOVA));
	assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	assert_int_equal(pl_attach_device(w->y, w->a), 0);
	assert_true(rig_reads(w->r->ep[0], PL_NO_PASID, IOVA, 0xbbbb));
	pl_detach_device(w->y, w->a);
}

static void r05_free_mode_allows_it(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_dev_set_mode(w->a, PL_MODE_FREE), 0);
	aux(w->x, w->a);
	assert_int_equal(pl_attach_device(w->y, w->a), 0);
	assert_int_equal(pl_dev_set_mode(w->a, PL_MODE_STRICT), -EBUSY);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_dev_set_mode(w->a, PL_MODE_STRICT), 0);
	pl_detach_device(w->y, w->a);
}

static void r06_rid_detach_works_while_pasids_live(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_attach_device(w->y, w->a), 0);
	aux(w->x, w->a);
	pl_detach_device(w->y, w->a);
	assert_true(rig_refused(w->r->ep[0], PL_NO_PASID, IOVA));
	assert_int_equal(pl_attach_device(w->y, w->a), -EBUSY);
	pl_aux_detach_all(w->a);
}

static void r07_a_claim_and_pasids_exclude_each_other(void **state)
{
	struct world *w = *state;
	int guest, other;

	aux(w->x, w->a);
	assert_int_equal(pl_claim_device(w->a, &guest), -EBUSY);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_claim_device(w->a, &guest), 0);
	assert_int_equal(pl_claim_device(w->a, &other), -EBUSY);
	assert_int_equal(pl_aux_attach_device(w->x, w->a), -EBUSY);
	assert_int_equal(pl_attach_device(w->x, w->a), -EBUSY);
	pl_release_device(w->a, &other);
	assert_int_equal(pl_aux_attach_device(w->x, w->a), -EBUSY);
	pl_release_device(w->a, &guest);
	aux(w->x, w->a);
	pl_aux_detach_all(w->a);
}

static void r09_the_same_pasid_on_every_device(void **state)
{
	struct world *w = *state;

	assert_int_equal(aux(w->x, w->a), aux(w->x, w->b));
	pl_aux_detach_all(w->a);
	assert_true(pl_aux_get_pasid(w->x, w->b) > 0);
	pl_aux_detach_all(w->b);
}

static void r010_detaching_what_is_not_attached_changes_nothing(void **state)
{
	struct world *w = *state;
	u64 detached = rig_count(w->r, PL_OP_DETACH, PL_COUNT_SLOTS);

	assert_int_equal(pl_aux_detach_device(w->x, w->a), -ENOENT);
	assert_int_equal(pl_aux_get_pasid(w->x, w->a), -ENOENT);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH, PL_COUNT_SLOTS), detached);
}

static void r011_detach_all_leaves_nothing_and_may_be_repeated(void **state)
{
	struct world *w = *state;
	pl_pasid_t x = aux(w->x, w->a), y = aux(w->y, w->a);

	assert_true(ats_reads(w->r->ep[0], x, 0xaaaa));
	pl_aux_detach_all(w->a);
	pl_aux_detach_all(w->a);
	assert_true(rig_refused(w->r->ep[0], x, IOVA));
	assert_true(ats_refused(w->r->ep[0], x));
	assert_true(rig_refused(w->r->ep[0], y, IOVA));
	assert_int_equal(w->r->ep[0]->d->nr_pasids, 0);
}

static void r11_a_blocked_rid_reaches_nothing(void **state)
{
	struct world *w = *state;

	assert_true(rig_refused(w->r->ep[0], PL_NO_PASID, w->px));
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_identity_domain(w->a)), 0);
	assert_true(rig_reads(w->r->ep[0], PL_NO_PASID, w->px, 0xaaaa));
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_blocking_domain(w->a)), 0);
	/* R1.4: not identity. */
	assert_true(rig_refused(w->r->ep[0], PL_NO_PASID, w->px));
}

static void r12_a_blocked_pasid_leaves_the_others_alone(void **state)
{
	struct world *w = *state;
	pl_pasid_t x = aux(w->x, w->a), y = aux(w->y, w->a);

	assert_true(ats_reads(w->r->ep[0], x, 0xaaaa));
	assert_true(ats_reads(w->r->ep[0], y, 0xbbbb));
	assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	assert_true(ats_refused(w->r->ep[0], x));
	assert_true(rig_refused(w->r->ep[0], x, IOVA));
	assert_true(ats_reads(w->r->ep[0], y, 0xbbbb));
	pl_aux_detach_all(w->a);
}

static void r15_blocking_works_with_every_allocation_failing(void **state)
{
	struct world *w = *state;
	unsigned long before;
	pl_pasid_t x = aux(w->x, w->a);

	aux(w->y, w->a);
	before = shim_alloc_count();
	shim_fail_nth(1);
	assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	assert_int_equal(pl_set(w->a, PL_NO_PASID, pl_blocking_domain(w->a)), 0);
	pl_aux_detach_all(w->a);
	assert_false(shim_fail_fired());
	shim_fail_reset();
	assert_int_equal(shim_alloc_count(), before);
	assert_true(rig_refused(w->r->ep[0], x, IOVA));
}

struct choice {
	struct pl_domain *dom;
	u64 word;	/* at IOVA; 0: identity or blocking */
};

/* What a slot that holds @c must let through, by either way. */
static void slot_leads(struct world *w, pl_pasid_t p, const struct choice *c)
{
	if (c->word)
		assert_true(ats_reads(w->r->ep[0], p, c->word));
	else if (c->dom->type == PL_DOMAIN_IDENTITY)
		assert_true(rig_reads(w->r->ep[0], p, w->px, 0xaaaa));
	else
		assert_true(rig_refused(w->r->ep[0], p, IOVA));
}

/* R2.7: where a stream has one stage 2, a PASID cannot have one of its own. */
static int may_hold(const struct world *w, pl_pasid_t p, const struct choice *c)
{
	return w->smmuv3 && p != PL_NO_PASID && c->dom->stage == 2 ? -EOPNOTSUPP : 0;
}

static void any_after_any(struct world *w, pl_pasid_t p, const struct choice *all, int n)
{
	const struct choice *from, *to;
	int ret;

	for (from = all; from < all + n; from++) {
		for (to = all; to < all + n; to++) {
			if (pl_set(w->a, p, from->dom))
				continue;
			/* Both ways, so that every cache holds what must go. */
			slot_leads(w, p, from);
			if (from->word)
				assert_true(rig_reads(w->r->ep[0], p, IOVA, from->word));
			ret = pl_set(w->a, p, to->dom);
			assert_int_equal(ret, may_hold(w, p, to));
			/* A set that fails leaves the old domain in place, and translating. */
			assert_ptr_equal(pl_get(w->a, p), ret ? from->dom : to->dom);
			slot_leads(w, p, ret ? from : to);
			assert_int_equal(rig_audit(w->r), 0);
		}
	}
	assert_int_equal(pl_set(w->a, p, pl_blocking_domain(w->a)), 0);
}

static void r16_r17_r27_any_domain_after_any_other(void **state)
{
	struct world *w = *state;
	struct pl_domain *z = domain_with_page(w->a, PL_DOMAIN_STAGE2, w->py);
	const struct choice all[] = {
		{ w->x, 0xaaaa }, { w->y, 0xbbbb }, { z, 0xbbbb },
		{ pl_identity_domain(w->a), 0 }, { pl_blocking_domain(w->a), 0 },
	};
	pl_pasid_t p = private(w->a);

	any_after_any(w, p, all, ARRAY_SIZE(all));
	any_after_any(w, PL_NO_PASID, all, ARRAY_SIZE(all));
	assert_int_equal(pl_pasid_free(w->a, p), 0);
	assert_int_equal(pl_domain_free(z), 0);
}

/* The RID comes and goes in every way it may while a PASID works. */
static void r12_r16_the_rid_changes_beside_a_live_pasid(void **state)
{
	struct world *w = *state;
	const struct choice all[] = {
		{ w->x, 0xaaaa }, { w->y, 0xbbbb }, { pl_identity_domain(w->a), 0 },
		{ pl_blocking_domain(w->a), 0 },
	};
	pl_pasid_t p = private(w->a);
	u64 faults;

	assert_int_equal(pl_dev_set_mode(w->a, PL_MODE_FREE), 0);
	assert_int_equal(pl_set(w->a, p, w->y), 0);
	faults = atomic64_read(&w->r->ep[0]->d->faults);
	any_after_any(w, PL_NO_PASID, all, ARRAY_SIZE(all));
	assert_true(ats_reads(w->r->ep[0], p, 0xbbbb));
	assert_true(rig_reads(w->r->ep[0], p, IOVA, 0xbbbb));
	assert_true(atomic64_read(&w->r->ep[0]->d->faults) > faults);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

static void r22_enable_is_counted_and_disable_is_busy(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_dev_disable_feature(w->a, PL_FEAT_AUX), 0);
	assert_int_equal(pl_aux_attach_device(w->x, w->a), -EOPNOTSUPP);
	assert_int_equal(pl_dev_disable_feature(w->a, PL_FEAT_AUX), -EINVAL);
	assert_int_equal(pl_dev_enable_feature(w->a, PL_FEAT_AUX), 0);
	aux(w->x, w->a);
	assert_int_equal(pl_dev_disable_feature(w->a, PL_FEAT_AUX), -EBUSY);
	pl_aux_detach_all(w->a);
}

static void r24_the_same_iova_leads_each_pasid_to_its_page(void **state)
{
	struct world *w = *state;
	pl_pasid_t x = aux(w->x, w->a), y = aux(w->y, w->a);

	assert_true(ats_reads(w->r->ep[0], x, 0xaaaa));
	assert_true(ats_reads(w->r->ep[0], y, 0xbbbb));
	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_true(ats_refused(w->r->ep[0], x));
	assert_true(ats_reads(w->r->ep[0], y, 0xbbbb));
	pl_aux_detach_all(w->a);
}

static void r25_one_unmap_reaches_every_pasid_and_device(void **state)
{
	struct world *w = *state;
	pl_pasid_t x = aux(w->x, w->a), p = private(w->a);

	aux(w->x, w->b);
	assert_int_equal(pl_set(w->a, p, w->x), 0);
	assert_true(ats_reads(w->r->ep[0], x, 0xaaaa));
	assert_true(ats_reads(w->r->ep[0], p, 0xaaaa));
	assert_true(ats_reads(w->r->ep[1], x, 0xaaaa));
	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_true(ats_refused(w->r->ep[0], x));
	assert_true(ats_refused(w->r->ep[0], p));
	assert_true(ats_refused(w->r->ep[1], x));
	pl_aux_detach_all(w->a);
	pl_aux_detach_all(w->b);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

static void r28_r29_private_pasids_are_the_same_mechanism(void **state)
{
	struct world *w = *state;
	pl_pasid_t p = private(w->a);

	assert_int_equal(pl_set(w->a, p, w->x), 0);
	assert_true(rig_reads(w->r->ep[0], p, IOVA, 0xaaaa));
	assert_int_equal(pl_attach_device(w->y, w->a), -EBUSY);
	assert_int_equal(pl_pasid_free(w->a, p), -EBUSY);
	assert_int_equal(rig_count(w->r, PL_OP_ATTACH, PL_COUNT_SLOTS), 1);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

/*
 * Counts
 */

static u64 waits(struct world *w, enum pl_op op)
{
	return rig_count(w->r, op, PL_COUNT_WAITS);
}

static void attach_waits_for_nothing(void **state)
{
	struct world *w = *state;

	aux(w->x, w->a);
	assert_int_equal(waits(w, PL_OP_ATTACH), 0);
	assert_int_equal(rig_count(w->r, PL_OP_ATTACH, PL_COUNT_DESCS), 0);
	pl_aux_detach_all(w->a);
}

static void attach_with_caching_mode_invalidates(void **state)
{
	struct world *w = *state;
	pl_pasid_t p = private(w->a);

	assert_true(rig_refused(w->r->ep[0], p, IOVA));
	assert_int_equal(pl_set(w->a, p, w->x), 0);
	assert_int_equal(waits(w, PL_OP_ATTACH), 1);
	assert_true(rig_reads(w->r->ep[0], p, IOVA, 0xaaaa));
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

/* SMMUv3: valid entries are cached, so filling one owes a command; VT-d: nothing is. */
static void attach_waits_once(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 3; i++) {
		aux(w->x, w->a);
		assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	}
	assert_int_equal(waits(w, PL_OP_ATTACH), 3);
	assert_int_equal(rig_count(w->r, PL_OP_ATTACH, PL_COUNT_DESCS), 3);
	assert_int_equal(rig_count(w->r, PL_OP_ATTACH, PL_COUNT_FENCES), 0);
}

static void detach_waits_once(void **state)
{
	struct world *w = *state;
	bool ats = w->r->ep[0]->d->ats;
	u32 tlbs = ats ? 3 : 2, fences = w->smmuv3 ? tlbs - 1 : 0;

	aux(w->x, w->a);
	assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	assert_int_equal(waits(w, PL_OP_DETACH), 1);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH, PL_COUNT_DESCS), tlbs);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH, PL_COUNT_FENCES), fences);
}

static void replace_of_first_stage_is_one_store(void **state)
{
	struct world *w = *state;
	pl_pasid_t p = private(w->a);

	assert_int_equal(pl_set(w->a, p, w->x), 0);
	assert_int_equal(pl_set(w->a, p, w->y), 0);
	assert_int_equal(rig_count(w->r, PL_OP_REPLACE, PL_COUNT_WRITES), 1);
	assert_int_equal(waits(w, PL_OP_REPLACE), 1);
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

/* A unit that must give the old domain up before it tries the new one, and gets neither. */
static int lose(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *old,
		struct pl_domain *new, struct pl_ticket *t)
{
	u->ops->set(u, d, pasid, old, &u->blocking, t);
	assert_int_equal(u->ops->sync(u, t), 0);
	t->lost = true;
	return -EIO;
}

static void a_replace_that_lost_the_old_domain_leaves_blocking(void **state)
{
	struct world *w = *state;
	struct pl_unit *u = w->x->unit;
	const struct pl_unit_ops *ops = u->ops;
	struct pl_unit_ops losing = *ops;
	pl_pasid_t p = private(w->a);

	assert_int_equal(pl_set(w->a, p, w->x), 0);
	assert_true(ats_reads(w->r->ep[0], p, 0xaaaa));
	losing.prepare = lose;
	u->ops = &losing;
	assert_int_equal(pl_set(w->a, p, w->y), -EIO);
	u->ops = ops;
	assert_ptr_equal(pl_get(w->a, p), pl_blocking_domain(w->a));
	assert_true(ats_refused(w->r->ep[0], p));
	assert_int_equal(w->x->nr_slots, 0);
	assert_int_equal(w->y->nr_slots, 0);
	assert_int_equal(w->r->ep[0]->d->nr_pasids, 0);
	assert_int_equal(pl_set(w->a, p, w->y), 0);
	assert_true(ats_reads(w->r->ep[0], p, 0xbbbb));
	pl_aux_detach_all(w->a);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
}

/* O(1) waits, and descriptors that do not grow with the PASIDs. */
static void detach_all_of_1000_waits_once(void **state)
{
	struct world *w = *state;
	pl_pasid_t *p = calloc(MANY, sizeof(*p));
	int i;

	for (i = 0; i < MANY; i++) {
		p[i] = private(w->a);
		assert_int_equal(pl_set(w->a, p[i], i & 1 ? w->x : w->y), 0);
		assert_true(ats_reads(w->r->ep[0], p[i], i & 1 ? 0xaaaa : 0xbbbb));
	}
	pl_aux_detach_all(w->a);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH_ALL, PL_COUNT_SLOTS), MANY);
	assert_true(waits(w, PL_OP_DETACH_ALL) <= 4);
	assert_int_equal(waits(w, PL_OP_DETACH_ALL), 1);
	assert_true(rig_count(w->r, PL_OP_DETACH_ALL, PL_COUNT_DESCS) <= 3);
	for (i = 0; i < MANY; i++) {
		assert_true(ats_refused(w->r->ep[0], p[i]));
		assert_int_equal(pl_pasid_free(w->a, p[i]), 0);
	}
	free(p);
}

/* Second-stage domains have a DID each: more descriptors, still one wait. */
static void detach_all_of_many_second_stage_domains_waits_once(void **state)
{
	struct world *w = *state;
	struct pl_domain *dom[200];
	int i;

	for (i = 0; i < 200; i++) {
		dom[i] = domain_with_page(w->a, PL_DOMAIN_STAGE2, w->px);
		assert_true(ats_reads(w->r->ep[0], aux(dom[i], w->a), 0xaaaa));
	}
	pl_aux_detach_all(w->a);
	assert_int_equal(waits(w, PL_OP_DETACH_ALL), 1);
	assert_int_equal(rig_audit(w->r), 0);
	for (i = 0; i < 200; i++)
		assert_int_equal(pl_domain_free(dom[i]), 0);
}

static void unmap_of_a_domain_on_64_pasids_waits_once(void **state)
{
	struct world *w = *state;
	pl_pasid_t p[64];
	int i;

	for (i = 0; i < 64; i++) {
		p[i] = private(w->a);
		assert_int_equal(pl_set(w->a, p[i], w->x), 0);
		assert_true(ats_reads(w->r->ep[0], p[i], 0xaaaa));
	}
	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(waits(w, PL_OP_UNMAP), 1);
	assert_true(rig_count(w->r, PL_OP_UNMAP, PL_COUNT_DESCS) <= 2);
	for (i = 0; i < 64; i++)
		assert_true(ats_refused(w->r->ep[0], p[i]));
	pl_aux_detach_all(w->a);
	for (i = 0; i < 64; i++)
		assert_int_equal(pl_pasid_free(w->a, p[i]), 0);
}

static void unmap_of_an_unattached_domain_waits_for_nothing(void **state)
{
	struct world *w = *state;

	assert_int_equal(pl_unmap(w->x, IOVA, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(waits(w, PL_OP_UNMAP), 0);
}

/*
 * Devices that vanish, memory that runs out
 */

static void r012_a_device_goes_with_live_attachments(void **state)
{
	struct world *w = *state;
	struct pl_dev *d = pl_dev_get(w->a);

	aux(w->x, w->a);
	aux(w->y, w->a);
	rig_ep_del(w->r, 0);
	assert_int_equal(pl_slot_set(d, PL_NO_PASID, w->x, NULL), -ENODEV);
	assert_int_equal(pl_aux_pasid(d, w->x), -ENODEV);
	assert_int_equal(d->nr_pasids, 0);
	pl_dev_put(d);
	assert_int_equal(rig_ep_add(w->r, 0, PL_EP_PASID | PL_EP_ATS, 20), 0);
	w->a = rig_dev(w->r, 0);
	assert_true(rig_refused(w->r->ep[0], PL_NO_PASID, IOVA));
}

static void two_devices_cannot_share_a_rid(void **state)
{
	struct world *w = *state;

	w->r->nr_eps = 2;
	assert_int_equal(rig_ep_add(w->r, 0, PL_EP_PASID, 20), -EEXIST);
}

/* @allocates: at least one of its allocations must have been made to fail */
struct sweep {
	const char *name;
	int (*fn)(struct world *w);
	void (*undo)(struct world *w);
	bool allocates;
};

static int sweep_aux(struct world *w)
{
	return pl_aux_attach_device(w->x, w->a);
}

static void undo_aux(struct world *w)
{
	pl_aux_detach_all(w->a);
}

static int sweep_rid(struct world *w)
{
	return pl_attach_device(w->x, w->a);
}

static void undo_rid(struct world *w)
{
	pl_detach_device(w->x, w->a);
}

static int sweep_map(struct world *w)
{
	/* Two tables below the top, so several steps can fail. */
	return pl_map(w->x, 0x7fffff000000, w->px, PAGE_SIZE, PL_PROT_READ);
}

static void undo_map(struct world *w)
{
	pl_unmap(w->x, 0x7fffff000000, PAGE_SIZE);
}

static struct pl_domain *swept;

static int sweep_domain(struct world *w)
{
	swept = pl_domain_alloc_paging(w->a, PL_DOMAIN_STAGE2);
	return PTR_ERR_OR_ZERO(swept);
}

static void undo_domain(struct world *w)
{
	(void)w;
	assert_int_equal(pl_domain_free(swept), 0);
}

static int sweep_device(struct world *w)
{
	/* In the upper half of the bus: a context table of its own. */
	return rig_ep_add(w->r, 3, PL_EP_PASID | PL_EP_ATS, 20);
}

static void undo_device(struct world *w)
{
	rig_ep_del(w->r, 3);
}

static const struct sweep sweeps[] = {
	{ "pl_aux_attach_device", sweep_aux, undo_aux, true },
	{ "pl_attach_device", sweep_rid, undo_rid, false },
	{ "pl_map", sweep_map, undo_map, true },
	{ "pl_domain_alloc_paging", sweep_domain, undo_domain, true },
	{ "pl_dev_add", sweep_device, undo_device, true },
};

/* Fail the first allocation, then the second, ...: -ENOMEM and nothing left. */
static void sweep_one(struct world *w, const struct sweep *s)
{
	long live, pages;
	unsigned long n;
	bool fired;
	int ret;

	for (n = 1;; n++) {
		rcu_barrier();
		live = shim_alloc_live() - shim_xa_nodes_live();
		pages = shim_pages_live();
		shim_fail_nth(n);
		ret = s->fn(w);
		fired = shim_fail_fired();
		shim_fail_reset();
		if (!fired)
			break;
		if (!ret) {
			/* The model does without a cache entry; that is its right. */
			s->undo(w);
			continue;
		}
		assert_int_equal(ret, -ENOMEM);
		rcu_barrier();
		assert_int_equal(shim_alloc_live() - shim_xa_nodes_live(), live);
		/* A page of slots or of PASID entries, once there, stays. */
		assert_true(shim_pages_live() <= pages + 1);
	}
	assert_int_equal(ret, 0);
	assert_int_equal(n > 1, s->allocates);
	s->undo(w);
}

static void every_allocation_may_fail(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sweeps); i++)
		sweep_one(*state, &sweeps[i]);
}

#define WORLD_WITH(fn, up) { #fn " (" #up ")", fn, up, teardown, NULL }
#define VTD(fn) WORLD_WITH(fn, setup)
#define SMMUV3(fn) WORLD_WITH(fn, setup_smmuv3)
#define BOTH(fn) VTD(fn), SMMUV3(fn)
#define BOTH_WITH(fn, up) WORLD_WITH(fn, up), WORLD_WITH(fn, up##_smmuv3)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(r01_feature_answers_do_not_change),
		BOTH_WITH(r02_r21_no_aux_where_the_device_has_no_pasids, setup_no_pasid),
		BOTH(r03_two_aux_domains_with_pasids_of_their_own),
		BOTH(r04_aux_on_one_device_primary_on_another),
		BOTH(r05_no_rid_attach_while_pasids_live),
		BOTH(r05_free_mode_allows_it),
		BOTH(r06_rid_detach_works_while_pasids_live),
		BOTH(r07_a_claim_and_pasids_exclude_each_other),
		BOTH(r09_the_same_pasid_on_every_device),
		BOTH(r010_detaching_what_is_not_attached_changes_nothing),
		BOTH(r011_detach_all_leaves_nothing_and_may_be_repeated),
		BOTH(r11_a_blocked_rid_reaches_nothing),
		BOTH(r12_a_blocked_pasid_leaves_the_others_alone),
		BOTH(r15_blocking_works_with_every_allocation_failing),
		BOTH(r16_r17_r27_any_domain_after_any_other),
		WORLD_WITH(r16_r17_r27_any_domain_after_any_other, setup_cm),
		BOTH(r12_r16_the_rid_changes_beside_a_live_pasid),
		BOTH(r22_enable_is_counted_and_disable_is_busy),
		BOTH(r24_the_same_iova_leads_each_pasid_to_its_page),
		BOTH(r25_one_unmap_reaches_every_pasid_and_device),
		BOTH(r28_r29_private_pasids_are_the_same_mechanism),
		VTD(attach_waits_for_nothing),
		WORLD_WITH(attach_with_caching_mode_invalidates, setup_cm),
		SMMUV3(attach_waits_once),
		BOTH(detach_waits_once),
		BOTH_WITH(detach_waits_once, setup_no_ats),
		BOTH(replace_of_first_stage_is_one_store),
		BOTH(a_replace_that_lost_the_old_domain_leaves_blocking),
		BOTH(detach_all_of_1000_waits_once),
		VTD(detach_all_of_many_second_stage_domains_waits_once),
		BOTH(unmap_of_a_domain_on_64_pasids_waits_once),
		BOTH(unmap_of_an_unattached_domain_waits_for_nothing),
		BOTH(r012_a_device_goes_with_live_attachments),
		BOTH(two_devices_cannot_share_a_rid),
		BOTH(every_allocation_may_fail),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
