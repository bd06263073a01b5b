/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model units of a driver's module: parameters, instances, endpoints.
 * Included once by module.c, which defines UNIT_KIND and the hooks below.
 *
 * A model unit stands in for silicon: the driver drives its register file, and
 * "pasidlab-soft" platform devices are the endpoints behind it.  Names are
 * KIND-model0, KIND-model1, ... and pasidlab-soft.0, .1, ... in one row over all
 * units.
 *
 * Locking: module init and exit only.
 *
 * The hard rule: the reverse of what came is what goes: endpoints, unit, model.
 */
#ifndef _PASIDLAB_HW_MODULE_CODE_H
#define _PASIDLAB_HW_MODULE_CODE_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>

#include "../kmod/fabric.h"

#define MAX_UNITS	4
#define MAX_ENDPOINTS	16
#define FIRST_DEVFN	8	/* 00:01.0: the RID of a unit's first endpoint */

static uint model_units = 1;
module_param(model_units, uint, 0444);
MODULE_PARM_DESC(model_units, "reference models to create, 0 to 4 (1)");
static uint model_endpoints = 2;
module_param(model_endpoints, uint, 0444);
MODULE_PARM_DESC(model_endpoints, "soft endpoints behind each, 0 to 16 (2)");
static uint model_plain;
module_param(model_plain, uint, 0444);
MODULE_PARM_DESC(model_plain, "how many of them, the last ones, have neither PASIDs nor ATS (0)");
static uint model_channels = 1;
module_param(model_channels, uint, 0444);
MODULE_PARM_DESC(model_channels, "DMA threads of each endpoint, 1 to 8 (1)");
static bool model_ats = true;
module_param(model_ats, bool, 0444);
MODULE_PARM_DESC(model_ats, "device TLBs (Y)");
static bool model_coherent = true;
module_param(model_coherent, bool, 0444);
MODULE_PARM_DESC(model_coherent, "tables are read coherently, VT-d ECAP.C, SMMUv3 IDR0.COHACC (Y)");
static uint model_pasid_bits = 20;
module_param(model_pasid_bits, uint, 0444);
MODULE_PARM_DESC(model_pasid_bits, "width of an endpoint's PASIDs, 1 to 20 (20)");
static ulong model_seed = 1;
module_param(model_seed, ulong, 0444);
MODULE_PARM_DESC(model_seed, "of every choice a model makes (1)");
static uint model_first;
module_param(model_first, uint, 0444);
MODULE_PARM_DESC(model_first, "number of the first endpoint, where two kinds of unit are loaded (0)");
static uint model_slow;
module_param(model_slow, uint, 0444);
MODULE_PARM_DESC(model_slow, "the queue moves after that many register reads (0: at once)");

/**
 * struct instance - one model with what stands on it
 * @name: of model and unit
 * @seed: of the model's choices
 * @model: the hooks'
 * @unit: the hooks'
 * @fabric: where its endpoints are
 * @soft: its endpoints
 */
struct instance {
	char name[20];
	u64 seed;
	void *model;
	void *unit;
	struct pl_fabric *fabric;
	struct platform_device *soft[MAX_ENDPOINTS];
};

/* Hooks: model and unit with all but the endpoints; back, whatever of it is there. */
static int instance_create(struct instance *in);
static void instance_destroy(struct instance *in);

static struct instance instances[MAX_UNITS];

static u32 endpoint_caps(uint i)
{
	if (i + model_plain >= model_endpoints)
		return 0;
	return PL_EP_PASID | (model_ats ? PL_EP_ATS : 0);
}

static int endpoint_start(struct instance *in, uint i)
{
	struct pl_soft_config cfg = {
		.fabric = in->fabric,
		.rid = FIRST_DEVFN * (i + 1),
		.pasid_bits = model_pasid_bits,
		.eps = endpoint_caps(i),
		.channels = model_channels,
	};
	struct platform_device *pdev;

	pdev = platform_device_register_data(NULL, PL_SOFT_DRIVER,
					     model_first + (in - instances) * model_endpoints + i,
					     &cfg, sizeof(cfg));
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	in->soft[i] = pdev;
	return 0;
}

static void instance_stop(struct instance *in)
{
	int i;

	for (i = MAX_ENDPOINTS - 1; i >= 0; i--) {
		if (in->soft[i])
			platform_device_unregister(in->soft[i]);
		in->soft[i] = NULL;
	}
	instance_destroy(in);
}

static int instance_start(struct instance *in)
{
	int ret;
	uint i;

	snprintf(in->name, sizeof(in->name), UNIT_KIND "-model%d", (int)(in - instances));
	in->seed = model_seed + (in - instances);
	ret = instance_create(in);
	for (i = 0; !ret && i < model_endpoints; i++)
		ret = endpoint_start(in, i);
	return ret;
}

static int check_params(void)
{
	const char *bad = NULL;

	if (model_units > MAX_UNITS)
		bad = "model_units is not between 0 and 4";
	else if (model_endpoints > MAX_ENDPOINTS)
		bad = "model_endpoints is not between 0 and 16";
	else if (model_plain > model_endpoints)
		bad = "model_plain is more than model_endpoints";
	else if (model_channels < 1 || model_channels > 8)
		bad = "model_channels is not between 1 and 8";
	else if (model_pasid_bits < 1 || model_pasid_bits > PL_PASID_WIDTH_MAX)
		bad = "model_pasid_bits is not between 1 and 20";
	if (bad)
		pr_err("pasidlab_" UNIT_KIND ": %s\n", bad);
	return bad ? -EINVAL : 0;
}

static void instances_stop(void)
{
	int i;

	for (i = MAX_UNITS - 1; i >= 0; i--)
		instance_stop(&instances[i]);
}

/* All of them, or none and an errno. */
static int instances_start(void)
{
	int ret = check_params();
	uint i;

	for (i = 0; !ret && i < model_units; i++)
		ret = instance_start(&instances[i]);
	if (ret)
		instances_stop();
	return ret;
}

#endif /* _PASIDLAB_HW_MODULE_CODE_H */
