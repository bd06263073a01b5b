// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SMMUv3 driver on a machine's unit: streams that are no endpoints go on
 * working, StreamIDs are the firmware's, and everything is handed back.
 *
 * The wire (wire.h) is the unit, a table of two devices the firmware.  What
 * becomes of a stream is asked of the table checker, from STRTAB_BASE down, at
 * every store.  What becomes of a whole machine is a guest's to show.
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

#include "../../kmod/core.h"
#include "shim.h"
#include "shim_control.h"
#include "wire.h"

#define PAGE_AT	0x200000000ull	/* never read */
#define RID	0x0108
#define SID	0x2a45		/* where the firmware puts that one */
#define SIDS	65536

/* A machine with one endpoint to be, and a stranger. */
struct machine {
	struct wire w;
	struct smmu_host host;
	struct smmu_unit *v;
	struct device dev;
	struct device stranger;
	u32 sid;		/* of @dev */
	u32 stores;		/* seen by watch() */
	bool broken;		/* a stream that was not to be touched did not bypass */
	bool odd;		/* the endpoint's had a third state */
};

static int firmware(void *priv, struct device *dev, u32 *sid)
{
	struct machine *m = priv;

	if (dev != &m->dev)
		return -ENODEV;
	*sid = m->sid;
	return 0;
}

static void no_release(struct device *dev)
{
}

static int nop_switch(struct pl_dev *d, void *priv, u32 bits)
{
	return 0;
}

static void nop_off(struct pl_dev *d, void *priv, u32 bits)
{
}

static const struct pl_engine_ops engine = { .enable = nop_switch, .disable = nop_off };

static void device_named(struct device *dev, const char *name)
{
	device_initialize(dev);
	dev->release = no_release;
	dev_set_name(dev, "%s", name);
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	wire_init(&m->w);
	m->w.priv = m;
	m->host.sid = firmware;
	m->host.priv = m;
	m->sid = SID;
	device_named(&m->dev, "0000:01:01.0");
	device_named(&m->stranger, "0000:02:00.0");
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	if (m->v)
		smmu_unit_destroy(m->v);
	put_device(&m->dev);
	put_device(&m->stranger);
	free(m);
	return 0;
}

static void take(struct machine *m)
{
	assert_int_equal(smmu_unit_take(&m->w.regs, "smmu7", &m->host, NULL, &m->v), 0);
}

static int add(struct machine *m, bool private)
{
	const struct pl_dev_desc desc = {
		.unit = &m->v->unit, .rid = RID, .pasid_bits = 8, .eps = PL_EP_PASID | PL_EP_ATS,
		.engine = &engine, .private_pasid = private,
	};

	return pl_dev_add(&m->dev, &desc);
}

static bool bypasses(struct machine *m, u32 sid)
{
	struct pl_walk to = {};

	return smmu_walk(&m->w.regs, sid, PL_NO_PASID, PAGE_AT, &to) && to.paddr == PAGE_AT &&
	       to.prot == (PL_PROT_READ | PL_PROT_WRITE) &&
	       !smmu_walk(&m->w.regs, sid, 1, PAGE_AT, &to);
}

static u32 how_many_bypass(struct machine *m)
{
	u32 sid, n = 0;

	for (sid = 0; sid < SIDS; sid++)
		n += bypasses(m, sid);
	return n;
}

/* 5.2: nothing is passed on, and C_BAD_STE is not what it would be for. */
static bool is_blocked(struct machine *m, u32 sid)
{
	struct pl_walk to = {};

	return !smmu_walk(&m->w.regs, sid, PL_NO_PASID, PAGE_AT, &to) &&
	       !smmu_walk(&m->w.regs, sid, 1, PAGE_AT, &to);
}

/* A neighbour in the endpoint's group of 64, one in the next, one far away. */
static const u32 others[] = { SID ^ 1, SID + 64, 0 };

static void watch(struct wire *w, const void *va, size_t len)
{
	struct machine *m = w->priv;
	size_t i;

	m->stores++;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		m->broken |= !bypasses(m, others[i]);
	m->odd |= !bypasses(m, SID) && !is_blocked(m, SID);
}

static void others_bypass_and_the_endpoint_alone_does_not(void **state)
{
	struct machine *m = *state;

	take(m);
	assert_int_equal(how_many_bypass(m), SIDS);
	m->w.stored = watch;
	assert_int_equal(add(m, false), 0);
	assert_int_equal(how_many_bypass(m), SIDS - 1);
	assert_true(is_blocked(m, SID));
	pl_dev_del(&m->dev);
	m->w.stored = NULL;
	assert_int_equal(how_many_bypass(m), SIDS);
	assert_true(m->stores > 4);
	assert_false(m->broken);
	assert_false(m->odd);
}

static void so_they_do_in_a_linear_table(void **state)
{
	struct machine *m = *state;
	u32 sid, n = 0;

	m->w.reg[SMMU_IDR0 / 4] &= ~SMMU_IDR0_ST_LEVEL;
	m->w.reg[SMMU_IDR1 / 4] = (m->w.reg[SMMU_IDR1 / 4] & ~SMMU_IDR1_SIDSIZE) | 8;
	m->sid = 0x45;
	take(m);
	assert_int_equal(add(m, false), 0);
	for (sid = 0; sid < 256; sid++)
		n += bypasses(m, sid);
	assert_int_equal(n, 255);
	assert_false(bypasses(m, 256));
	pl_dev_del(&m->dev);
	assert_true(bypasses(m, 0x45));
}

static void the_firmware_names_the_stream(void **state)
{
	const struct pl_unit_ops *ops;
	struct machine *m = *state;
	u32 i, n = 0;

	take(m);
	ops = m->v->unit.ops;
	assert_true(ops->claims(&m->v->unit, &m->dev));
	assert_false(ops->claims(&m->v->unit, &m->stranger));
	wire_forget(&m->w);
	assert_int_equal(add(m, false), 0);
	for (i = 0; i < m->w.nr_log; i++) {
		if (FIELD_GET(SMMU_CMD0_OP, m->w.log[i][0]) != SMMU_CMD_CFGI_STE)
			continue;
		assert_int_equal(FIELD_GET(SMMU_CMD0_SID, m->w.log[i][0]), SID);
		n++;
	}
	assert_true(n > 0);
	pl_dev_del(&m->dev);
}

/* An event says the StreamID, its reader asks for the device. */
static void an_event_finds_the_endpoint(void **state)
{
	const u64 rec[SMMU_EVT_WORDS] = {
		SMMU_EVT_BAD_SUBSTREAMID | FIELD_PREP(SMMU_EVT0_SID, (u64)SID) |
		FIELD_PREP(SMMU_EVT0_SSID, 300ULL),
	};
	struct machine *m = *state;
	struct pl_dev *d;

	take(m);
	assert_int_equal(add(m, false), 0);
	wire_event(&m->w, rec);
	assert_true(m->v->evtq.events.look(&m->v->evtq.events));
	d = pl_dev_get(&m->dev);
	assert_int_equal(atomic64_read(&d->faults), 1);
	assert_int_equal(d->fault_ring[0].rid, RID);
	/* 7.3.9: no SSV, and a SubstreamID all the same. */
	assert_int_equal(d->fault_ring[0].pasid, 300);
	pl_dev_put(d);
	pl_dev_del(&m->dev);
}

static void a_stream_beyond_the_table_is_refused_by_field(void **state)
{
	struct machine *m = *state;

	m->sid = SIDS;
	take(m);
	wire_forget(&m->w);
	assert_int_equal(add(m, false), -EOVERFLOW);
	assert_non_null(strstr(shim_last_err, "StreamID 0x10000"));
	assert_non_null(strstr(shim_last_err, "IDR1.SIDSIZE"));
	assert_string_equal(wire_said(&m->w), "");
	assert_int_equal(how_many_bypass(m), SIDS);
}

static void a_pasid_beyond_the_cds_is_refused_by_field(void **state)
{
	struct machine *m = *state;
	struct pl_ticket t __uninitialized;
	struct pl_unit *u;
	struct pl_dev *d;

	take(m);
	u = &m->v->unit;
	assert_int_equal(add(m, false), 0);
	d = pl_dev_get(&m->dev);
	pl_ticket_init(&t);
	wire_forget(&m->w);
	mutex_lock(&d->lock);
	assert_int_equal(u->ops->prepare(u, d, 256, &u->blocking, &u->identity, &t), -EOVERFLOW);
	mutex_unlock(&d->lock);
	assert_non_null(strstr(shim_last_err, "PASID 256"));
	assert_non_null(strstr(shim_last_err, "STE.S1CDMax is 8"));
	assert_int_equal(u->ops->sync(u, &t), 0);
	assert_string_equal(wire_said(&m->w), "");
	pl_dev_put(d);
	pl_dev_del(&m->dev);
}

/* 3.3.2: where the device's own rings keep a PASID there is never room for a stage 2. */
static void a_private_pasid_leaves_no_stage_2(void **state)
{
	struct machine *m = *state;
	struct pl_domain *dom;
	const char *why;

	take(m);
	assert_int_equal(add(m, true), 0);
	assert_int_equal(pl_dev_why_not(&m->dev, PL_FEAT_STAGE2, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why, "3.3.2"));
	assert_ptr_equal(pl_domain_alloc_paging(&m->dev, PL_DOMAIN_STAGE2), ERR_PTR(-EOPNOTSUPP));
	dom = pl_domain_new(&m->v->unit, PL_DOMAIN_STAGE2);
	assert_false(IS_ERR(dom));
	assert_int_equal(pl_set(&m->dev, PL_NO_PASID, dom), -EOPNOTSUPP);
	assert_int_equal(pl_domain_free(dom), 0);
	pl_dev_del(&m->dev);
}

static void all_is_handed_back(void **state)
{
	struct machine *m = *state;
	u32 gbpa = SMMU_GBPA_ABORT | 7;

	m->w.reg[SMMU_GBPA / 4] = gbpa;
	take(m);
	assert_int_equal(m->w.reg[SMMU_CR0 / 4] & SMMU_CR0_SMMUEN, SMMU_CR0_SMMUEN);
	smmu_unit_destroy(m->v);
	m->v = NULL;
	assert_int_equal(m->w.reg[SMMU_CR0 / 4], 0);
	assert_int_equal(m->w.reg[SMMU_IRQ_CTRL / 4], 0);
	/* What passes while nobody drives the unit was never ours to say (6.3.14). */
	assert_int_equal(m->w.reg[SMMU_GBPA / 4], gbpa);
	take(m);
}

static void a_unit_that_somebody_drives_is_left_alone(void **state)
{
	static u32 before[ARRAY_SIZE(((struct wire *)NULL)->reg)];
	struct machine *m = *state;

	m->w.reg[SMMU_CR0 / 4] = SMMU_CR0_SMMUEN;
	memcpy(before, m->w.reg, sizeof(before));
	assert_int_equal(smmu_unit_take(&m->w.regs, "smmu7", &m->host, NULL, &m->v), -EBUSY);
	m->v = NULL;
	assert_non_null(strstr(shim_last_err, "initcall_blacklist=arm_smmu_driver_init"));
	assert_memory_equal(before, m->w.reg, sizeof(before));
}

#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_bypass_and_the_endpoint_alone_does_not),
		TEST(so_they_do_in_a_linear_table),
		TEST(the_firmware_names_the_stream),
		TEST(an_event_finds_the_endpoint),
		TEST(a_stream_beyond_the_table_is_refused_by_field),
		TEST(a_pasid_beyond_the_cds_is_refused_by_field),
		TEST(a_private_pasid_leaves_no_stage_2),
		TEST(all_is_handed_back),
		TEST(a_unit_that_somebody_drives_is_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
