// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Units that are left alone: driven by somebody, or without what the driver
 * needs. One line of the log says which, and no register is written.
 *
 * A *wire* is a register file that answers reads from a table and counts
 * writes. What the firmware tells of units is vtd-dmar-test's; what becomes of
 * a whole machine is tests/qemu/unit-test.c's.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <linux/array_size.h>

#include "../../hw/vtd/vtd.h"
#include "shim_control.h"

#define GOOD_CAP	(VTD_CAP_SAGAW_48 | FIELD_PREP(VTD_CAP_MGAW, 47) | 2)
#define GOOD_ECAP	(VTD_ECAP_SMTS | VTD_ECAP_QI | VTD_ECAP_FSTS | VTD_ECAP_PT | VTD_ECAP_PASID)

struct wire {
	struct pl_regs regs;
	u64 cap;
	u64 ecap;
	u32 gsts;
	unsigned int writes;
};

static u32 wire_read32(struct pl_regs *r, u32 off)
{
	struct wire *w = container_of(r, struct wire, regs);

	return off == VTD_GSTS ? w->gsts : 0;
}

static u64 wire_read64(struct pl_regs *r, u32 off)
{
	struct wire *w = container_of(r, struct wire, regs);

	return off == VTD_CAP ? w->cap : off == VTD_ECAP ? w->ecap : 0;
}

static void wire_write32(struct pl_regs *r, u32 off, u32 val)
{
	container_of(r, struct wire, regs)->writes++;
}

static void wire_write64(struct pl_regs *r, u32 off, u64 val)
{
	container_of(r, struct wire, regs)->writes++;
}

static unsigned int wire_publish(struct pl_regs *r, const void *va, size_t len)
{
	return 0;
}

static int wire_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	return -EOPNOTSUPP;
}

static const struct pl_regs_ops wire_ops = {
	.read32 = wire_read32,
	.read64 = wire_read64,
	.write32 = wire_write32,
	.write64 = wire_write64,
	.publish = wire_publish,
	.request_irq = wire_request_irq,
};

static const struct vtd_host a_machine = {};

/* What makes a unit one to be left alone, against one that is not. */
static const struct {
	u64 cap_set, cap_clear, ecap_clear;
	u32 gsts;
	int error;
	const char *says;
} rows[] = {
	{ .gsts = VTD_GCMD_TE, .error = -EBUSY, .says = "somebody drives the unit (GSTS 80000000)" },
	{ .gsts = VTD_GCMD_QIE, .error = -EBUSY, .says = "somebody drives the unit" },
	{ .gsts = VTD_GCMD_IRE, .error = -EBUSY, .says = "somebody drives the unit" },
	/* Driven comes first: what it has is its driver's affair. */
	{ .gsts = VTD_GCMD_TE, .ecap_clear = VTD_ECAP_SMTS, .error = -EBUSY,
	  .says = "somebody drives the unit" },
	{ .ecap_clear = VTD_ECAP_SMTS, .error = -EOPNOTSUPP, .says = "lacks scalable mode" },
	{ .ecap_clear = VTD_ECAP_QI, .error = -EOPNOTSUPP, .says = "lacks queued invalidation" },
	{ .ecap_clear = VTD_ECAP_FSTS, .error = -EOPNOTSUPP,
	  .says = "lacks any translation stage" },
	{ .cap_clear = VTD_CAP_SAGAW, .error = -EOPNOTSUPP, .says = "lacks 3- or 4-level tables" },
	{ .ecap_clear = VTD_ECAP_PT, .error = -EOPNOTSUPP, .says = "lacks pass-through" },
	{ .cap_set = VTD_CAP_RWBF, .error = -EOPNOTSUPP, .says = "no write-buffer flush" },
};

static void each_is_left_alone_and_told_why(void **state)
{
	struct vtd_unit *unit;
	unsigned long before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire w = {
			.regs.ops = &wire_ops,
			.cap = (GOOD_CAP & ~rows[i].cap_clear) | rows[i].cap_set,
			.ecap = GOOD_ECAP & ~rows[i].ecap_clear,
			.gsts = rows[i].gsts,
		};

		before = shim_err_count;
		assert_int_equal(vtd_unit_take(&w.regs, "vtd7", 46, &a_machine, NULL, &unit),
				 rows[i].error);
		assert_int_equal(w.writes, 0);
		assert_int_equal(shim_err_count, before + 1);
		assert_non_null(strstr(shim_last_err, rows[i].says));
		assert_non_null(strstr(shim_last_err, "vtd7: "));
	}
}

/* Else the rows above would prove nothing: this one is written to, and does not answer. */
static void the_one_they_differ_from_is_not(void **state)
{
	struct wire w = { .regs.ops = &wire_ops, .cap = GOOD_CAP, .ecap = GOOD_ECAP };
	struct vtd_unit *unit;

	assert_int_equal(vtd_unit_take(&w.regs, "vtd7", 46, &a_machine, NULL, &unit), -ETIMEDOUT);
	assert_true(w.writes > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_left_alone_and_told_why),
		cmocka_unit_test(the_one_they_differ_from_is_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
