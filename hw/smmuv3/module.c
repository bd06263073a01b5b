// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab_smmuv3.ko: the model units (hw/module_code.h).  With smmuv3=Y one more
 * is the machine's own (host.c).
 *
 * Locking: module init and exit only.
 *
 * The hard rule: the reverse of what came is what goes.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/init.h>
#include <linux/module.h>

#define UNIT_KIND	"smmuv3"

#include "../module_code.h"
#include "model_api.h"
#include "smmuv3.h"

static bool model_ranges = true;
module_param(model_ranges, bool, 0444);
MODULE_PARM_DESC(model_ranges, "TLBI by range, SMMUv3 IDR3.RIL (Y)");
static bool model_msi = true;
module_param(model_msi, bool, 0444);
MODULE_PARM_DESC(model_msi, "CMD_SYNC completes with a write, SMMUv3 IDR0.MSI (Y)");

static struct smmu_checker checkers[MAX_UNITS];

static int ask_model(void *priv, unsigned int index, const char **name, const char **text,
		     u64 *count)
{
	return smmu_model_violation(priv, index, name, text, count);
}

static int instance_create(struct instance *in)
{
	struct smmu_checker *checker = &checkers[in - instances];
	struct smmu_model_config cfg;
	struct smmu_model *model;
	struct smmu_unit *unit;
	int ret;

	smmu_model_config_init(&cfg);
	cfg.ats = model_ats;
	cfg.coherent = model_coherent;
	cfg.range_inval = model_ranges;
	cfg.msi = model_msi;
	cfg.seed = in->seed;
	cfg.slow_polls = model_slow;
	cfg.concurrent = true;
	ret = smmu_model_create(&cfg, in->name, &model);
	if (ret)
		return ret;
	in->model = model;
	in->fabric = smmu_model_fabric(model);
	checker->violation = ask_model;
	checker->priv = model;
	ret = smmu_unit_create(smmu_model_regs(model), in->name, checker, THIS_MODULE, &unit);
	if (ret)
		return ret;
	in->unit = unit;
	smmu_model_set_unit(model, &unit->unit);
	return 0;
}

static void instance_destroy(struct instance *in)
{
	if (in->unit)
		smmu_unit_destroy(in->unit);
	if (in->model)
		smmu_model_destroy(in->model);
	in->unit = NULL;
	in->model = NULL;
}

static int __init smmu_init(void)
{
	int ret = instances_start();

	if (ret)
		return ret;
	ret = smmu_host_start();
	if (ret)
		instances_stop();
	return ret;
}

static void __exit smmu_exit(void)
{
	smmu_host_stop();
	instances_stop();
	/* Objects of the model may still be on their way through kfree_rcu(). */
	rcu_barrier();
}

module_init(smmu_init);
module_exit(smmu_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(PL_VERSION);
MODULE_DESCRIPTION("pasidlab: SMMUv3, driver and reference model");
