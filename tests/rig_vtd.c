// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rig's VT-d machine: see rig.h.
 */
#include <stdlib.h>

#include "rig.h"

struct machine {
	struct rig_machine m;
	struct vtd_model *model;
	struct vtd_checker checker;
	struct vtd_unit *unit;
};

static struct machine *to_machine(struct rig_machine *m)
{
	return container_of(m, struct machine, m);
}

void rig_config(struct vtd_model_config *cfg)
{
	vtd_model_config_init(cfg);
	cfg->coherent = true;
	cfg->ats = true;
	cfg->stage1 = true;
	cfg->stage2 = true;
	cfg->passthrough = true;
	cfg->pasid_bits = 20;
	cfg->verify = true;
}

static int ask_model(void *priv, unsigned int index, const char **name, const char **text,
		     u64 *count)
{
	return vtd_model_violation(priv, index, name, text, count);
}

static int violation(struct rig_machine *m, unsigned int index, const char **name,
		     const char **text, u64 *count)
{
	return ask_model(to_machine(m)->model, index, name, text, count);
}

static u64 audit(struct rig_machine *m)
{
	return vtd_model_audit(to_machine(m)->model);
}

static void destroy(struct rig_machine *m)
{
	struct machine *x = to_machine(m);

	vtd_unit_destroy(x->unit);
	vtd_model_destroy(x->model);
	free(x);
}

static int machine_create(const struct vtd_model_config *cfg, const char *name,
			  struct machine *x)
{
	int ret;

	ret = vtd_model_create(cfg, name, &x->model);
	if (ret)
		return ret;
	x->checker.violation = ask_model;
	x->checker.priv = x->model;
	ret = vtd_unit_create(vtd_model_regs(x->model), name, cfg->pa_bits, &x->checker, NULL,
			      &x->unit);
	if (ret) {
		vtd_model_destroy(x->model);
		return ret;
	}
	vtd_model_set_unit(x->model, &x->unit->unit);
	return 0;
}

int rig_create(const struct vtd_model_config *cfg, const char *name, int nr_eps,
	       struct rig **out)
{
	struct machine *x = calloc(1, sizeof(*x));
	int ret;

	if (!x)
		return -ENOMEM;
	ret = machine_create(cfg, name, x);
	if (ret) {
		free(x);
		return ret;
	}
	x->m = (struct rig_machine) {
		.unit = &x->unit->unit,
		.fabric = vtd_model_fabric(x->model),
		.ats = cfg->ats,
		.pasid_bits = cfg->pasid_bits,
		.violation = violation,
		.audit = audit,
		.destroy = destroy,
	};
	ret = rig_assemble(&x->m, nr_eps, out);
	if (ret)
		return ret;
	(*out)->vtd = x->unit;
	(*out)->model = x->model;
	return 0;
}
