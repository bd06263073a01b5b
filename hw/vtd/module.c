// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab_vtd.ko: the model units (hw/module_code.h).  With vtd=Y one more is
 * the machine's own (host.c).
 *
 * Locking: module init and exit only.
 *
 * The hard rule: the reverse of what came is what goes.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/init.h>
#include <linux/module.h>

#define UNIT_KIND	"vtd"

#include "../module_code.h"
#include "model_api.h"
#include "vtd.h"

static bool model_cm;
module_param(model_cm, bool, 0444);
MODULE_PARM_DESC(model_cm, "caching mode: not-present entries are cached, VT-d 6.1 (N)");

static struct vtd_checker checkers[MAX_UNITS];

static int ask_model(void *priv, unsigned int index, const char **name, const char **text,
		     u64 *count)
{
	return vtd_model_violation(priv, index, name, text, count);
}

static int instance_create(struct instance *in)
{
	struct vtd_checker *checker = &checkers[in - instances];
	struct vtd_model_config cfg;
	struct vtd_model *model;
	struct vtd_unit *unit;
	int ret;

	vtd_model_config_init(&cfg);
	cfg.caching_mode = model_cm;
	cfg.ats = model_ats;
	cfg.coherent = model_coherent;
	cfg.pasid_bits = model_pasid_bits;
	cfg.seed = in->seed;
	cfg.slow_polls = model_slow;
	cfg.concurrent = true;
	ret = vtd_model_create(&cfg, in->name, &model);
	if (ret)
		return ret;
	in->model = model;
	in->fabric = vtd_model_fabric(model);
	checker->violation = ask_model;
	checker->priv = model;
	ret = vtd_unit_create(vtd_model_regs(model), in->name, cfg.pa_bits, checker, THIS_MODULE,
			      &unit);
	if (ret)
		return ret;
	in->unit = unit;
	vtd_model_set_unit(model, &unit->unit);
	return 0;
}

static void instance_destroy(struct instance *in)
{
	if (in->unit)
		vtd_unit_destroy(in->unit);
	if (in->model)
		vtd_model_destroy(in->model);
	in->unit = NULL;
	in->model = NULL;
}

static int __init vtd_init(void)
{
	int ret = instances_start();

	if (ret)
		return ret;
	ret = vtd_host_start(THIS_MODULE);
	if (ret)
		instances_stop();
	return ret;
}

static void __exit vtd_exit(void)
{
	vtd_host_stop();
	instances_stop();
	/* Objects of the model may still be on their way through kfree_rcu(). */
	rcu_barrier();
}

module_init(vtd_init);
module_exit(vtd_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(PL_VERSION);
MODULE_DESCRIPTION("pasidlab: VT-d scalable mode, driver and reference model");
