// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_handle.c - handles and features: what a file holds, what it may let go of, what a device can
 * do.
 *
 * The hard rule: what belongs to one file is invisible to every other.
 */
#include "abi.h"

#include <stdio.h>

static void version_is_told(struct abi *a)
{
	struct pl_ioc_version v;

	EXPECT_OK(plu_version(&a->f, &v));
	EXPECT(v.abi_major == PL_ABI_MAJOR, "major %u", v.abi_major);
	EXPECT(v.abi_minor == PL_ABI_MINOR, "minor %u", v.abi_minor);
	EXPECT(v.devices >= a->nr_devs, "%u devices", v.devices);
	EXPECT(v.features == 0 && v.flags == 0, "features %#x flags %#x", v.features, v.flags);
	EXPECT(memchr(v.version, '\0', sizeof(v.version)) && v.version[0], "no version text");
}

static void devices_are_told_apart(struct abi *a)
{
	struct pl_ioc_dev_info info, other;
	uint32_t i, j;

	for (i = 0; !plu_dev_info(&a->f, i, &info); i++) {
		EXPECT(info.name[0] && info.unit[0] && info.driver[0], "endpoint %u: no name", i);
		EXPECT(!info.reserved && info.flags == 0, "endpoint %u: reserved fields", i);
		EXPECT(info.pgsizes & PLU_PAGE, "endpoint %u: no 4 KiB pages", i);
		EXPECT(info.max_pasids <= 1u << PL_PASID_WIDTH_MAX, "%u PASIDs", info.max_pasids);
		for (j = 0; j < i && !plu_dev_info(&a->f, j, &other); j++)
			EXPECT(strcmp(info.name, other.name), "%s is there twice", info.name);
	}
	EXPECT_ERR(-ENODEV, plu_dev_info(&a->f, i, &info));
	EXPECT_ERR(-ENODEV, plu_dev_info(&a->f, UINT32_MAX, &info));
}

static void no_such_device(struct abi *a)
{
	struct pl_ioc_dev_open req = { .size = sizeof(req) };
	uint32_t dev;

	EXPECT_ERR(-ENODEV, plu_dev_open(&a->f, "no-such-endpoint", &dev));
	EXPECT_ERR(-ENODEV, plu_dev_open(&a->f, "", &dev));
	memset(req.name, 'x', sizeof(req.name));
	EXPECT_ERR(-EINVAL, plu_ioctl(&a->f, PL_IOC_DEV_OPEN, &req));
}

/* The numbers of two files overlap by design; what they name does not. */
static void handles_are_per_file(struct abi *a)
{
	uint32_t mine = abi_domain(a, 0, 0), theirs = 0, pasid;
	unsigned int i;

	for (i = 0; i < 64 && theirs <= mine; i++)
		EXPECT_OK(plu_domain_alloc(&a->other, a->dev[0].other, 0, &theirs, NULL));
	EXPECT_ERR(-ENOENT, plu_free(&a->f, theirs));
	EXPECT_ERR(-ENOENT, plu_aux_attach(&a->f, a->dev[0].h, theirs, &pasid));
	EXPECT_OK(plu_free(&a->other, theirs));
	EXPECT_ERR(-ENOENT, plu_free(&a->other, theirs));
}

static void freed_handle_is_stale(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), next = 0, pasid;

	EXPECT_OK(plu_free(&a->f, domain));
	EXPECT_ERR(-ENOENT, plu_free(&a->f, domain));
	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &next, NULL));
	EXPECT(next != domain, "the number %u was given out again at once", domain);
	EXPECT_ERR(-ENOENT, plu_aux_attach(&a->f, a->dev[0].h, domain, &pasid));
}

static void static_handles_stay(struct abi *a)
{
	EXPECT_ERR(-EINVAL, plu_free(&a->f, PL_HANDLE_BLOCKING));
	EXPECT_ERR(-EINVAL, plu_free(&a->f, PL_HANDLE_IDENTITY));
	EXPECT_ERR(-ENOENT, plu_free(&a->f, PL_HANDLE_NONE));
	EXPECT_ERR(-ENOENT, plu_free(&a->f, PL_HANDLE_FIRST - 1));
}

static void domain_in_a_slot_stays(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), pasid = abi_pasid(a, 0, domain);

	EXPECT_ERR(-EBUSY, plu_free(&a->f, domain));
	EXPECT_REACH(a, 0, pasid, 0);
	EXPECT_OK(plu_set(&a->f, a->dev[0].h, pasid, PL_HANDLE_BLOCKING));
	EXPECT_OK(plu_free(&a->f, domain));
	EXPECT_REFUSED(a, 0, pasid);
}

static void device_in_use_stays(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), dev = a->dev[0].h, pasid;

	EXPECT_ERR(-EBUSY, plu_free(&a->f, dev));	/* aux is enabled */
	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_ERR(-EBUSY, plu_free(&a->f, dev));
	EXPECT_REACH(a, 0, pasid, 0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, domain));
	EXPECT_OK(plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_OK(plu_claim(&a->f, dev));
	EXPECT_ERR(-EBUSY, plu_free(&a->f, dev));
	EXPECT_OK(plu_release(&a->f, dev));
	EXPECT_OK(plu_free(&a->f, dev));
	EXPECT_ERR(-ENOENT, plu_enable(&a->f, dev, PL_FEAT_AUX));
}

static void device_opens_are_counted(struct abi *a)
{
	uint32_t first = a->dev[0].other, again = 0;
	struct pl_ioc_feature answer;

	EXPECT_OK(plu_dev_open(&a->other, a->dev[0].info.name, &again));
	EXPECT_OK(plu_free(&a->other, again));
	EXPECT_OK(plu_feature(&a->other, first, PL_FEAT_AUX, &answer));
}

static const struct abi_test handle_tests[] = {
	{ "the version is told", "ABI", version_is_told, 0 },
	{ "devices are told apart, beyond the last is -ENODEV", "ABI", devices_are_told_apart, 0 },
	{ "a name that is no endpoint's is -ENODEV", "ABI", no_such_device, 0 },
	{ "handles mean nothing to another file", "ABI", handles_are_per_file, 0 },
	{ "a freed handle is stale and not given out at once", "ABI", freed_handle_is_stale, 0 },
	{ "static handles cannot be freed", "ABI", static_handles_stay, 0 },
	{ "a domain in a slot cannot be freed", "ABI", domain_in_a_slot_stays, 0 },
	{ "a device in use cannot be freed", "ABI,R2.2", device_in_use_stays, 0 },
	{ "a device opened twice survives one free", "ABI", device_opens_are_counted, 0 },
};

const struct abi_group abi_group_handle = {
	.name = "handle", .tests = handle_tests,
	.nr = sizeof(handle_tests) / sizeof(handle_tests[0]),
};

static void compare_features(struct abi *a, const struct pl_ioc_feature *before, const char *when)
{
	struct pl_ioc_feature now;
	uint32_t f;

	for (f = 0; f < PL_FEAT_NR; f++) {
		EXPECT_OK(plu_feature(&a->f, a->dev[0].h, f, &now));
		EXPECT(!memcmp(&now, &before[f], sizeof(now)), "feature %u changed %s", f, when);
	}
}

static void query_has_no_effect(struct abi *a)
{
	struct pl_ioc_feature before[PL_FEAT_NR];
	uint32_t f, domain = abi_domain(a, 0, 0), pasid;

	for (f = 0; f < PL_FEAT_NR; f++) {
		EXPECT_OK(plu_feature(&a->f, a->dev[0].h, f, &before[f]));
		EXPECT(before[f].has == (a->dev[0].info.features >> f & 1),
		       "feature %u: DEV_INFO says otherwise", f);
	}
	compare_features(a, before, "by asking");
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &pasid));
	compare_features(a, before, "by an attach");
	EXPECT_OK(plu_aux_detach(&a->f, a->dev[0].h, domain));
	EXPECT_OK(plu_disable(&a->f, a->dev[0].h, PL_FEAT_AUX));
	compare_features(a, before, "by a disable");
}

static void no_has_a_reason(struct abi *a)
{
	struct pl_ioc_feature answer;
	uint32_t f;

	for (f = 0; f < PL_FEAT_NR; f++) {
		EXPECT_OK(plu_feature(&a->f, a->dev[0].h, f, &answer));
		EXPECT(memchr(answer.why, '\0', sizeof(answer.why)), "feature %u: endless", f);
		EXPECT(answer.has == !answer.error && answer.has == !answer.why[0],
		       "feature %u: has %u, error %u, why '%.20s'", f, answer.has, answer.error,
		       answer.why);
	}
	EXPECT_OK(plu_feature(&a->f, a->dev[0].h, PL_FEAT_NR, &answer));
	EXPECT(!answer.has && answer.why[0], "the first unknown feature is there");
	EXPECT_OK(plu_feature(&a->f, a->dev[0].h, UINT32_MAX, &answer));
	EXPECT(!answer.has, "feature 2^32 - 1 is there");
}

static void only_aux_is_switched(struct abi *a)
{
	uint32_t f;

	for (f = 0; f < PL_FEAT_NR; f++)
		if (f != PL_FEAT_AUX)
			EXPECT_ERR(-EOPNOTSUPP, plu_enable(&a->f, a->dev[0].h, f));
}

static void attach_needs_enable(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), pasid = 0;

	EXPECT_OK(plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_ERR(-EOPNOTSUPP, plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_ERR(-ENOENT, plu_aux_get_pasid(&a->f, dev, domain, &pasid));
	EXPECT_OK(plu_enable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_REACH(a, 0, pasid, 0);
}

static void enable_is_balanced(struct abi *a)
{
	uint32_t dev = a->dev[0].h, domain = abi_domain(a, 0, 0), pasid;

	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_OK(plu_enable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_OK(plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_ERR(-EBUSY, plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_REACH(a, 0, pasid, 0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, domain));
	EXPECT_OK(plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_ERR(-EINVAL, plu_disable(&a->f, dev, PL_FEAT_AUX));
}

/* Nobody takes from under a file what it enabled for itself, or lives on what another enabled. */
static void enable_is_per_file(struct abi *a)
{
	uint32_t dev = a->dev[0].h, other = a->dev[0].other;
	uint32_t domain = abi_domain(a, 0, 0), pasid = 0;

	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_ERR(-EINVAL, plu_disable(&a->other, other, PL_FEAT_AUX));
	EXPECT_OK(plu_enable(&a->other, other, PL_FEAT_AUX));
	EXPECT_ERR(-EBUSY, plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_REACH(a, 0, pasid, 0);
	EXPECT_OK(plu_aux_detach(&a->f, dev, domain));
	EXPECT_OK(plu_disable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_ERR(-EOPNOTSUPP, plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_OK(plu_pasid_alloc(&a->f, dev, &pasid));
	EXPECT_ERR(-EOPNOTSUPP, plu_set(&a->f, dev, pasid, domain));
	EXPECT_REFUSED(a, 0, pasid);
}

static void no_aux_no_attach(struct abi *a)
{
	uint32_t dev = 0, domain = 0, pasid;

	EXPECT_OK(plu_dev_open(&a->f, a->no_aux, &dev));
	EXPECT_ERR(-EOPNOTSUPP, plu_enable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_OK(plu_domain_alloc(&a->f, dev, 0, &domain, NULL));
	EXPECT_ERR(-EOPNOTSUPP, plu_aux_attach(&a->f, dev, domain, &pasid));
	EXPECT_ERR(-EOPNOTSUPP, plu_pasid_alloc(&a->f, dev, &pasid));
}

static void capability_is_per_device(struct abi *a)
{
	struct pl_ioc_feature with, without;
	uint32_t dev = 0;

	EXPECT_OK(plu_dev_open(&a->f, a->no_aux, &dev));
	EXPECT_OK(plu_feature(&a->f, a->dev[0].h, PL_FEAT_AUX, &with));
	EXPECT_OK(plu_feature(&a->f, dev, PL_FEAT_AUX, &without));
	EXPECT(with.has && !without.has, "both answer the same");
}

static void bad_switches(struct abi *a)
{
	struct pl_ioc_enable enable = { .size = sizeof(enable), .dev = a->dev[0].h, .enable = 2 };
	struct pl_ioc_claim claim = { .size = sizeof(claim), .dev = a->dev[0].h, .claim = 2 };

	EXPECT_ERR(-EINVAL, plu_ioctl(&a->f, PL_IOC_ENABLE, &enable));
	EXPECT_ERR(-EINVAL, plu_ioctl(&a->f, PL_IOC_CLAIM, &claim));
	EXPECT_ERR(-EINVAL, plu_mode(&a->f, a->dev[0].h, PL_MODE_FREE + 1));
	EXPECT_ERR(-EINVAL, plu_mode(&a->f, a->dev[0].h, UINT32_MAX));
}

static const struct abi_test feature_tests[] = {
	{ "a query changes nothing and its answer never changes", "R0.1", query_has_no_effect, 0 },
	{ "every no has a reason, an unknown feature is a no", "R0.1", no_has_a_reason, 0 },
	{ "only aux has a switch", "R2.2", only_aux_is_switched, 0 },
	{ "attach before enable fails and changes nothing", "R2.2,R0.2", attach_needs_enable, 0 },
	{ "enable is counted, the last disable with live aux is -EBUSY", "R2.2",
	  enable_is_balanced, 0 },
	{ "a file needs an enable of its own, and no other's", "R2.2", enable_is_per_file, 0 },
	{ "a device without aux refuses it", "R0.2", no_aux_no_attach, NEED_NO_AUX },
	{ "capability is per device", "R2.1", capability_is_per_device, NEED_NO_AUX },
	{ "switches know 0 and 1, modes know two", "ABI", bad_switches, 0 },
};

const struct abi_group abi_group_feature = {
	.name = "feature", .tests = feature_tests,
	.nr = sizeof(feature_tests) / sizeof(feature_tests[0]),
};
