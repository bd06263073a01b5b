// SPDX-License-Identifier: GPL-2.0-only
/*
 * One remapping unit: bring-up, hand-back, and the contract of kmod/unit.h.
 *
 * Bring-up, each step on top of the one before (11.4.4, 6.5.2): root table,
 * queue, all caches emptied, fault records, translation.  From then on a
 * device that has no context entry can reach nothing.  Hand-back is the
 * reverse, and leaves the unit as a unit that nobody drives.
 *
 * Locking: bring-up and hand-back are the module's, one at a time.
 *
 * The hard rule: a unit that somebody drives (TE, QIE or IRE set) is left
 * alone, before anything is written.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "vtd.h"

#define GCMD_TIMEOUT_NS		(1000 * NSEC_PER_MSEC)
#define POLLS_PER_LOOK		64

/**
 * vtd_gcmd() - give the unit one command and wait for its status (11.4.4.1)
 * @v: the unit
 * @set: bit to set, or 0
 * @clear: bit to clear, or 0
 * @status: bit of GSTS to watch
 * @want: its value when the command is done
 *
 * One command at a time, the other enables as they are: a bit left out of GCMD
 * is a command to switch it off.
 *
 * Context: may sleep.
 * Return: 0 or -ETIMEDOUT.
 */
int vtd_gcmd(struct vtd_unit *v, u32 set, u32 clear, u32 status, bool want)
{
	u32 now = pl_read32(v->regs, VTD_GSTS) & ~VTD_GCMD_ONESHOT;
	u64 end = ktime_get_ns() + GCMD_TIMEOUT_NS;
	u32 polls;

	pl_write32(v->regs, VTD_GCMD, (now | set) & ~clear);
	for (polls = 1; !!(pl_read32(v->regs, VTD_GSTS) & status) != want; polls++) {
		cpu_relax();
		if (polls % POLLS_PER_LOOK)
			continue;
		if (ktime_get_ns() > end) {
			pr_err("%s: GCMD %08x was not carried out, GSTS %08x\n", v->unit.name,
			       (now | set) & ~clear, pl_read32(v->regs, VTD_GSTS));
			return -ETIMEDOUT;
		}
		cond_resched();
	}
	return 0;
}

/**
 * struct feature - one row of what can be asked
 * @cap: bits that CAP must have
 * @ecap: bits that ECAP must have
 * @why: what to say when they are not there
 */
struct feature {
	u64 cap;
	u64 ecap;
	const char *why;
};

static const struct feature features[PL_FEAT_NR] = {
	[PL_FEAT_AUX] = { 0, VTD_ECAP_PASID, "the unit has no PASIDs (ECAP.PASID is 0)" },
	[PL_FEAT_ATS] = { 0, VTD_ECAP_DT, "the unit has no device TLBs (ECAP.DT is 0)" },
	[PL_FEAT_HITLESS] = { 0, VTD_ECAP_FSTS, "the unit has no first stage (ECAP.FSTS is 0)" },
	[PL_FEAT_IDENTITY_PASID] = { 0, VTD_ECAP_PT | VTD_ECAP_PASID,
				     "the unit has no pass-through (ECAP.PT is 0)" },
	[PL_FEAT_STAGE1] = { 0, VTD_ECAP_FSTS, "the unit has no first stage (ECAP.FSTS is 0)" },
	[PL_FEAT_STAGE2] = { 0, VTD_ECAP_SSTS, "the unit has no second stage (ECAP.SSTS is 0)" },
	[PL_FEAT_STAGE2_PASID] = { 0, VTD_ECAP_SSTS | VTD_ECAP_PASID,
				   "the unit has no second stage or no PASIDs (ECAP.SSTS, PASID)" },
};

/* No bit decides these: the driver does not serve page requests or nesting. */
static const char *not_served(enum pl_dev_feature f)
{
	switch (f) {
	case PL_FEAT_SVA:
	case PL_FEAT_IOPF:
	case PL_FEAT_PRI:
		return "this driver version serves no page requests";
	case PL_FEAT_NEST_RID:
	case PL_FEAT_NEST_PASID:
		return "this driver version builds no nested entries";
	case PL_FEAT_DIRTY:
		return "this driver version sets no SSADE";
	default:
		return NULL;
	}
}

static bool is_about_pasids(enum pl_dev_feature f)
{
	return f == PL_FEAT_AUX || f == PL_FEAT_IDENTITY_PASID || f == PL_FEAT_STAGE2_PASID;
}

static int vtd_why_not(struct pl_unit *u, struct pl_dev *d, enum pl_dev_feature f,
		       const char **reason)
{
	const char *no = not_served(f);
	struct vtd_unit *v = to_vtd(u);

	if (!no && ((v->cap & features[f].cap) != features[f].cap ||
		    (v->ecap & features[f].ecap) != features[f].ecap))
		no = features[f].why;
	if (!no && is_about_pasids(f) && !d->max_pasids)
		no = "the device has no PASID capability (PCIe 7.8.8)";
	if (!no && f == PL_FEAT_ATS && !d->ats)
		no = "the device has no ATS capability (PCIe 10.5.1)";
	if (!no)
		return 0;
	*reason = no;
	return -EOPNOTSUPP;
}

static void vtd_freed(struct pl_unit *u, phys_addr_t paddr, u64 size)
{
	struct pl_regs *r = to_vtd(u)->regs;

	if (r->ops->freed)
		r->ops->freed(r, phys_to_virt(paddr), size);
}

static bool vtd_unit_walk(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
			  struct pl_walk *out)
{
	return vtd_walk(to_vtd(u)->regs, d->rid, pasid, iova, out);
}

static int vtd_violation(struct pl_unit *u, unsigned int index, const char **name,
			 const char **text, u64 *count)
{
	const struct vtd_checker *c = to_vtd(u)->checker;

	return c ? c->violation(c->priv, index, name, text, count) : -ENOENT;
}

static bool vtd_claims(struct pl_unit *u, struct device *dev)
{
	struct vtd_unit *v = to_vtd(u);

	return v->host && v->host->claims(v->regs, dev);
}

/* The fault interrupt moves to the borrowed vector, or from it to the poller. */
static int vtd_lend(struct pl_unit *u, unsigned int irq)
{
	struct vtd_unit *v = to_vtd(u);
	int ret;

	if (!v->host || v->faults.irq)
		return -EBUSY;
	ret = v->host->lend(v->regs, irq);
	if (ret)
		return ret;
	vtd_fault_unlisten(v);
	vtd_fault_listen(v);
	return 0;
}

static void vtd_take_back(struct pl_unit *u, unsigned int irq)
{
	struct vtd_unit *v = to_vtd(u);

	vtd_fault_unlisten(v);
	v->host->take_back(v->regs, irq);
	vtd_fault_listen(v);
}

static const struct pl_unit_ops vtd_ops = {
	.why_not = vtd_why_not,
	.dev_add = vtd_dev_add,
	.dev_del = vtd_dev_del,
	.domain_alloc = vtd_domain_alloc,
	.domain_free = vtd_domain_free,
	.map = vtd_map,
	.unmap = vtd_unmap,
	.iova_to_phys = vtd_iova_to_phys,
	.prepare = vtd_prepare,
	.set = vtd_set,
	.settle = vtd_settle,
	.inval = vtd_inval,
	.sync = vtd_sync,
	.table_free = vtd_table_pages_free,
	.freed = vtd_freed,
	.walk = vtd_unit_walk,
	.violation = vtd_violation,
	.claims = vtd_claims,
	.lend = vtd_lend,
	.take_back = vtd_take_back,
};

static u64 pgsizes(const struct vtd_unit *v)
{
	bool fs = v->ecap & VTD_ECAP_FSTS;
	u64 sizes = BIT_ULL(12);

	/* 3.6: 2 MiB comes with the first stage. */
	if (fs || v->cap & VTD_CAP_SSLPS_2M)
		sizes |= BIT_ULL(21);
	if (fs ? v->cap & VTD_CAP_FS1GP : v->cap & VTD_CAP_SSLPS_1G)
		sizes |= BIT_ULL(30);
	return sizes;
}

static void read_caps(struct vtd_unit *v, u8 haw)
{
	struct pl_caps *c = &v->unit.caps;

	v->ss_levels = v->cap & VTD_CAP_SAGAW_48 ? 4 : 3;
	v->did_last = (1u << min_t(u32, 16, 2 * FIELD_GET(VTD_CAP_ND, v->cap) + 4)) - 1;
	if (v->ecap & VTD_ECAP_PASID)
		c->pasid_bits = FIELD_GET(VTD_ECAP_PSS, v->ecap) + 1;
	c->va_bits = v->ecap & VTD_ECAP_FSTS ? 48 : FIELD_GET(VTD_CAP_MGAW, v->cap) + 1;
	c->pa_bits = haw;
	c->pgsizes = pgsizes(v);
	c->stage1 = v->ecap & VTD_ECAP_FSTS;
	c->stage2 = v->ecap & VTD_ECAP_SSTS;
	c->ats = v->ecap & VTD_ECAP_DT;
	c->identity_pasid = v->ecap & VTD_ECAP_PT;
	c->hitless = c->stage1;
	c->caching_mode = v->cap & VTD_CAP_CM;
}

/* What this driver cannot do without, by field. */
static int check_caps(const struct vtd_unit *v)
{
	const char *missing = NULL;

	if (!(v->ecap & VTD_ECAP_SMTS))
		missing = "scalable mode (ECAP.SMTS)";
	else if (!(v->ecap & VTD_ECAP_QI))
		missing = "queued invalidation (ECAP.QI)";
	else if (!(v->ecap & (VTD_ECAP_FSTS | VTD_ECAP_SSTS)))
		missing = "any translation stage (ECAP.FSTS, ECAP.SSTS)";
	else if (!(v->cap & (VTD_CAP_SAGAW_39 | VTD_CAP_SAGAW_48)))
		missing = "3- or 4-level tables (CAP.SAGAW)";
	else if (v->host && !(v->ecap & VTD_ECAP_PT))
		missing = "pass-through for other devices (ECAP.PT)";
	else if (v->cap & VTD_CAP_RWBF)
		missing = "stores that need no write-buffer flush (CAP.RWBF is set)";
	if (!missing)
		return 0;
	pr_err("%s: the unit lacks %s: CAP %016llx, ECAP %016llx\n", v->unit.name, missing,
	       v->cap, v->ecap);
	return -EOPNOTSUPP;
}

static int check_idle(const struct vtd_unit *v)
{
	u32 gsts = pl_read32(v->regs, VTD_GSTS);

	if (!(gsts & (VTD_GCMD_TE | VTD_GCMD_QIE | VTD_GCMD_IRE)))
		return 0;
	pr_err("%s: somebody drives the unit (GSTS %08x): boot with intel_iommu=off intremap=off\n",
	       v->unit.name, gsts);
	return -EBUSY;
}

static int root_set(struct vtd_unit *v)
{
	struct pl_cost uncounted = {};

	v->root = vtd_table_alloc(v, 0, &uncounted);
	if (!v->root)
		return -ENOMEM;
	pl_write64(v->regs, VTD_RTADDR, virt_to_phys(v->root) | VTD_RTADDR_TTM_SCALABLE);
	return vtd_gcmd(v, VTD_GCMD_SRTP, 0, VTD_GCMD_SRTP, true);
}

static int unit_start(struct vtd_unit *v)
{
	int ret;

	ret = root_set(v);
	if (!ret && v->host)
		ret = vtd_others_start(v);
	if (ret)
		goto free;
	ret = vtd_queue_start(v);
	if (ret)
		goto free_others;
	vtd_fault_start(v);
	ret = vtd_gcmd(v, VTD_GCMD_TE, 0, VTD_GCMD_TE, true);
	if (!ret)
		return 0;
	vtd_fault_unlisten(v);
	vtd_queue_stop(v);
free_others:
	vtd_others_stop(v);
free:
	vtd_table_free(v, v->root, 0);
	return ret;
}

static void unit_stop(struct vtd_unit *v)
{
	vtd_gcmd(v, 0, VTD_GCMD_TE, VTD_GCMD_TE, false);
	vtd_fault_unlisten(v);
	vtd_queue_stop(v);
	vtd_context_free(v);
	vtd_others_stop(v);
	vtd_table_free(v, v->root, 0);
}

static struct vtd_unit *unit_new(struct pl_regs *regs, const char *name, u8 haw,
				 struct module *owner)
{
	struct vtd_unit *v = kzalloc(sizeof(*v), GFP_KERNEL);

	if (!v)
		return NULL;
	v->regs = regs;
	v->unit.name = name;
	v->unit.driver = "vtd";
	v->unit.ops = &vtd_ops;
	v->unit.owner = owner;
	v->cap = pl_read64(regs, VTD_CAP);
	v->ecap = pl_read64(regs, VTD_ECAP);
	mutex_init(&v->lock);
	ida_init(&v->dids);
	read_caps(v, haw);
	return v;
}

/* Takes over @v, and frees it on failure. */
static int unit_offer(struct vtd_unit *v, struct vtd_unit **out)
{
	int ret;

	ret = check_idle(v) ?: check_caps(v);
	if (ret)
		goto free;
	ret = unit_start(v);
	if (ret)
		goto free;
	ret = pl_unit_register(&v->unit);
	if (ret)
		goto stop;
	*out = v;
	return 0;
stop:
	unit_stop(v);
free:
	kfree(v);
	return ret;
}

/**
 * vtd_unit_create() - take a unit that nobody drives, and offer it to the core
 * @regs: its registers
 * @name: unique; kept
 * @haw: host address width in bits (8.1)
 * @checker: a reference model's side, or NULL
 * @owner: the module to hold while a device of the unit is in use
 * @out: the unit
 *
 * Devices without a context entry of their own are refused.
 *
 * Context: may sleep.
 * Return: 0, or with the unit as it was -EBUSY somebody drives it, -EOPNOTSUPP
 * it lacks something, -EEXIST the name, -ENOMEM, -ETIMEDOUT.
 */
int vtd_unit_create(struct pl_regs *regs, const char *name, u8 haw,
		    const struct vtd_checker *checker, struct module *owner,
		    struct vtd_unit **out)
{
	struct vtd_unit *v = unit_new(regs, name, haw, owner);

	if (!v)
		return -ENOMEM;
	v->checker = checker;
	return unit_offer(v, out);
}

/**
 * vtd_unit_take() - vtd_unit_create() for a unit of the machine
 * @regs: its registers
 * @name: unique; kept
 * @haw: host address width in bits (8.1)
 * @host: the machine's side
 * @owner: as there
 * @out: as there
 *
 * Devices that are no endpoints pass through untranslated (passthrough.c).
 *
 * Context: may sleep.
 * Return: as vtd_unit_create().
 */
int vtd_unit_take(struct pl_regs *regs, const char *name, u8 haw, const struct vtd_host *host,
		  struct module *owner, struct vtd_unit **out)
{
	struct vtd_unit *v = unit_new(regs, name, haw, owner);

	if (!v)
		return -ENOMEM;
	v->host = host;
	return unit_offer(v, out);
}

/**
 * vtd_unit_destroy() - hand a unit back
 * @v: the unit; its endpoints are gone
 *
 * Context: may sleep.
 */
void vtd_unit_destroy(struct vtd_unit *v)
{
	pl_unit_unregister(&v->unit);
	unit_stop(v);
	ida_destroy(&v->dids);
	kfree(v);
}
