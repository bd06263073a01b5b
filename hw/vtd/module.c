// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab_vtd.ko: which units there are, and the endpoints of model units.
 * With vtd=Y one of them is the machine's own (host.c).
 *
 * A model unit stands in for silicon: the driver drives its register file, and
 * "pasidlab-soft" platform devices are the endpoints behind it.  Names are
 * vtd-model0, vtd-model1, ... and pasidlab-soft.0, .1, ... in one row over all
 * units.
 *
 * Locking: module init and exit only.
 *
 * The hard rule: the reverse of what came is what goes: endpoints, unit, model.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "../../kmod/fabric.h"
#include "model_api.h"
#include "vtd.h"

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
static bool model_cm;
module_param(model_cm, bool, 0444);
MODULE_PARM_DESC(model_cm, "caching mode: not-present entries are cached, VT-d 6.1 (N)");
static bool model_ats = true;
module_param(model_ats, bool, 0444);
MODULE_PARM_DESC(model_ats, "device TLBs (Y)");
static bool model_coherent = true;
module_param(model_coherent, bool, 0444);
MODULE_PARM_DESC(model_coherent, "table walks snoop the caches, VT-d ECAP.C (Y)");
static uint model_pasid_bits = 20;
module_param(model_pasid_bits, uint, 0444);
MODULE_PARM_DESC(model_pasid_bits, "width of a PASID, 1 to 20 (20)");
static ulong model_seed = 1;
module_param(model_seed, ulong, 0444);
MODULE_PARM_DESC(model_seed, "of every choice a model makes (1)");
static uint model_slow;
module_param(model_slow, uint, 0444);
MODULE_PARM_DESC(model_slow, "the queue moves after that many register reads (0: at once)");

/**
 * struct instance - one model with what stands on it
 * @name: of model and unit
 * @model: the reference model
 * @checker: what the unit asks it
 * @unit: the driver's unit
 * @soft: its endpoints
 */
struct instance {
	char name[16];
	struct vtd_model *model;
	struct vtd_checker checker;
	struct vtd_unit *unit;
	struct platform_device *soft[MAX_ENDPOINTS];
};

static struct instance instances[MAX_UNITS];

static int ask_model(void *priv, unsigned int index, const char **name, const char **text,
		     u64 *count)
{
	return vtd_model_violation(priv, index, name, text, count);
}

static int model_start(struct instance *in)
{
	struct vtd_model_config cfg;
	int ret;

	vtd_model_config_init(&cfg);
	cfg.caching_mode = model_cm;
	cfg.ats = model_ats;
	cfg.coherent = model_coherent;
	cfg.pasid_bits = model_pasid_bits;
	cfg.seed = model_seed + (in - instances);
	cfg.slow_polls = model_slow;
	cfg.concurrent = true;
	ret = vtd_model_create(&cfg, in->name, &in->model);
	if (ret)
		return ret;
	in->checker.violation = ask_model;
	in->checker.priv = in->model;
	ret = vtd_unit_create(vtd_model_regs(in->model), in->name, cfg.pa_bits, &in->checker,
			      THIS_MODULE, &in->unit);
	if (ret) {
		vtd_model_destroy(in->model);
		in->model = NULL;
		return ret;
	}
	vtd_model_set_unit(in->model, &in->unit->unit);
	return 0;
}

static u32 endpoint_caps(uint i)
{
	if (i + model_plain >= model_endpoints)
		return 0;
	return PL_EP_PASID | (model_ats ? PL_EP_ATS : 0);
}

static int endpoint_start(struct instance *in, uint i)
{
	struct pl_soft_config cfg = {
		.fabric = vtd_model_fabric(in->model),
		.rid = FIRST_DEVFN * (i + 1),
		.pasid_bits = model_pasid_bits,
		.eps = endpoint_caps(i),
		.channels = model_channels,
	};
	struct platform_device *pdev;

	pdev = platform_device_register_data(NULL, PL_SOFT_DRIVER,
					     (in - instances) * model_endpoints + i,
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
	if (in->unit)
		vtd_unit_destroy(in->unit);
	if (in->model)
		vtd_model_destroy(in->model);
	in->unit = NULL;
	in->model = NULL;
}

static int instance_start(struct instance *in)
{
	int ret;
	uint i;

	snprintf(in->name, sizeof(in->name), "vtd-model%d", (int)(in - instances));
	ret = model_start(in);
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
		pr_err("pasidlab_vtd: %s\n", bad);
	return bad ? -EINVAL : 0;
}

static void stop_all(void)
{
	int i;

	for (i = MAX_UNITS - 1; i >= 0; i--)
		instance_stop(&instances[i]);
}

static int __init vtd_init(void)
{
	int ret = check_params();
	uint i;

	for (i = 0; !ret && i < model_units; i++)
		ret = instance_start(&instances[i]);
	if (!ret)
		ret = vtd_host_start(THIS_MODULE);
	if (ret)
		stop_all();
	return ret;
}

static void __exit vtd_exit(void)
{
	vtd_host_stop();
	stop_all();
	/* Objects of the model may still be on their way through kfree_rcu(). */
	rcu_barrier();
}

module_init(vtd_init);
module_exit(vtd_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(PL_VERSION);
MODULE_DESCRIPTION("pasidlab: VT-d scalable mode, driver and reference model");
