// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Slots, requirement by requirement: the API over the VT-d driver over the
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

static int world_up(void **state, const struct vtd_model_config *cfg)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(rig_create(cfg, "vtd-slot", 2, &w->r), 0);
	w->a = rig_dev(w->r, 0);
	w->b = rig_dev(w->r, 1);
	w->px = rig_page(0xaaaa);
	w->py = rig_page(0xbbbb);
	w->x = domain_with_page(w->a, 0, w->px);
	w->y = domain_with_page(w->a, 0, w->py);
	assert_int_equal(pl_dev_enable_feature(w->a, PL_FEAT_AUX), 0);
	assert_int_equal(pl_dev_enable_feature(w->b, PL_FEAT_AUX), 0);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	return world_up(state, &cfg);
}

static int setup_no_ats(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	cfg.ats = false;
	return world_up(state, &cfg);
}

static int setup_cm(void **state)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	cfg.caching_mode = true;
	return world_up(state, &cfg);
}

static int setup_no_pasid(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct vtd_model_config cfg;

	rig_config(&cfg);
	assert_int_equal(rig_create(&cfg, "vtd-slot", 0, &w->r), 0);
	w->r->nr_eps = 2;
	assert_int_equal(rig_ep_add(w->r, 0, PL_EP_PASID, 7), 0);
	assert_int_equal(rig_ep_add(w->r, 1, 0, 0), 0);
	w->a = rig_dev(w->r, 0);
	w->b = rig_dev(w->r, 1);
	w->px = rig_page(0xaaaa);
	w->py = rig_page(0xbbbb);
	w->x = domain_with_page(w->a, 0, w->px);
	w->y = domain_with_page(w->a, 0, w->py);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	u64 bad;

	rig_ep_del(w->r, 0);
	rig_ep_del(w->r, 1);
	assert_int_equal(pl_domain_free(w->x), 0);
	assert_int_equal(pl_domain_free(w->y), 0);
	bad = vtd_model_audit(w->r->model) + rig_violations(w->r, stderr);
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

static void r16_r17_any_domain_after_any_other(void **state)
{
	struct world *w = *state;
	struct pl_domain *z = domain_with_page(w->a, PL_DOMAIN_STAGE2, w->py);
	struct pl_domain *all[] = { w->x, w->y, z, pl_identity_domain(w->a),
				    pl_blocking_domain(w->a) };
	const u64 words[] = { 0xaaaa, 0xbbbb, 0xbbbb, 0, 0 };
	pl_pasid_t p = private(w->a);
	int from, to;

	for (from = 0; from < 5; from++) {
		for (to = 0; to < 5; to++) {
			assert_int_equal(pl_set(w->a, p, all[from]), 0);
			rig_reads(w->r->ep[0], p, IOVA, 0);
			ats_reads(w->r->ep[0], p, 0);
			assert_int_equal(pl_set(w->a, p, all[to]), 0);
			assert_ptr_equal(pl_get(w->a, p), all[to]);
			if (words[to])
				assert_true(ats_reads(w->r->ep[0], p, words[to]));
			else if (to == 3)
				assert_true(rig_reads(w->r->ep[0], p, w->px, 0xaaaa));
			else
				assert_true(rig_refused(w->r->ep[0], p, IOVA));
			assert_int_equal(vtd_model_audit(w->r->model), 0);
		}
	}
	assert_int_equal(pl_set(w->a, p, all[4]), 0);
	assert_int_equal(pl_pasid_free(w->a, p), 0);
	assert_int_equal(pl_domain_free(z), 0);
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

static void detach_waits_once(void **state)
{
	struct world *w = *state;
	u32 tlbs = w->r->ep[0]->d->ats ? 3 : 2;

	aux(w->x, w->a);
	assert_int_equal(pl_aux_detach_device(w->x, w->a), 0);
	assert_int_equal(waits(w, PL_OP_DETACH), 1);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH, PL_COUNT_DESCS), tlbs);
	assert_int_equal(rig_count(w->r, PL_OP_DETACH, PL_COUNT_FENCES), 0);
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
	assert_int_equal(vtd_model_audit(w->r->model), 0);
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
		/* A page of PASID entries, once there, stays (hw/vtd/table.c). */
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

#define WORLD(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define WORLD_WITH(fn, up) { #fn " (" #up ")", fn, up, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(r01_feature_answers_do_not_change),
		WORLD_WITH(r02_r21_no_aux_where_the_device_has_no_pasids, setup_no_pasid),
		WORLD(r03_two_aux_domains_with_pasids_of_their_own),
		WORLD(r04_aux_on_one_device_primary_on_another),
		WORLD(r05_no_rid_attach_while_pasids_live),
		WORLD(r05_free_mode_allows_it),
		WORLD(r06_rid_detach_works_while_pasids_live),
		WORLD(r07_a_claim_and_pasids_exclude_each_other),
		WORLD(r09_the_same_pasid_on_every_device),
		WORLD(r010_detaching_what_is_not_attached_changes_nothing),
		WORLD(r011_detach_all_leaves_nothing_and_may_be_repeated),
		WORLD(r11_a_blocked_rid_reaches_nothing),
		WORLD(r12_a_blocked_pasid_leaves_the_others_alone),
		WORLD(r15_blocking_works_with_every_allocation_failing),
		WORLD(r16_r17_any_domain_after_any_other),
		WORLD_WITH(r16_r17_any_domain_after_any_other, setup_cm),
		WORLD(r22_enable_is_counted_and_disable_is_busy),
		WORLD(r24_the_same_iova_leads_each_pasid_to_its_page),
		WORLD(r25_one_unmap_reaches_every_pasid_and_device),
		WORLD(r28_r29_private_pasids_are_the_same_mechanism),
		WORLD(attach_waits_for_nothing),
		WORLD_WITH(attach_with_caching_mode_invalidates, setup_cm),
		WORLD(detach_waits_once),
		WORLD_WITH(detach_waits_once, setup_no_ats),
		WORLD(replace_of_first_stage_is_one_store),
		WORLD(a_replace_that_lost_the_old_domain_leaves_blocking),
		WORLD(detach_all_of_1000_waits_once),
		WORLD(detach_all_of_many_second_stage_domains_waits_once),
		WORLD(unmap_of_a_domain_on_64_pasids_waits_once),
		WORLD(unmap_of_an_unattached_domain_waits_for_nothing),
		WORLD(r012_a_device_goes_with_live_attachments),
		WORLD(two_devices_cannot_share_a_rid),
		WORLD(every_allocation_may_fail),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
