// SPDX-License-Identifier: GPL-2.0-only
/*
 * One SMMU: bring-up, hand-back, and the contract of kmod/unit.h.
 *
 * Bring-up, each step on top of the one before (3.11, 6.3.9): attributes, a
 * stream table without endpoints, command queue, all caches emptied, event queue,
 * translation.  From then on a stream that has no entry can reach nothing; on a
 * machine's unit those that are no endpoints bypass (passthrough.c).  Hand-back is
 * the reverse, and leaves the unit as one that nobody drives: what passes then
 * is GBPA's to say, which nobody has written.
 *
 * Locking: bring-up and hand-back are the module's, one at a time.
 *
 * The hard rule: a unit that somebody drives (any enable of CR0 set) is left
 * alone, before anything is written.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/array_size.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "smmuv3.h"

#define ACK_TIMEOUT_NS		(1000 * NSEC_PER_MSEC)
#define POLLS_PER_LOOK		64
#define SID_BITS_MAX		16	/* a RID is no wider */
#define QUEUE_BITS_MIN		6	/* a whole batch of commands, and a sync */
#define LINEAR_SSID_BITS	14	/* a table of 1 MiB is the largest we ask for */
#define ASID_BLOCKS_BITS	4	/* devices, where there are no VMIDs */

/**
 * smmu_cr0() - switch something on or off and wait for it (6.3.9, 6.3.10)
 * @v: the unit
 * @set: bits to set
 * @clear: bits to clear
 *
 * Context: may sleep.
 * Return: 0 or -ETIMEDOUT.
 */
int smmu_cr0(struct smmu_unit *v, u32 set, u32 clear)
{
	u32 want = (pl_read32(v->regs, SMMU_CR0) | set) & ~clear, polls;
	u64 end = ktime_get_ns() + ACK_TIMEOUT_NS;

	pl_write32(v->regs, SMMU_CR0, want);
	for (polls = 1; (pl_read32(v->regs, SMMU_CR0ACK) ^ want) & (set | clear); polls++) {
		cpu_relax();
		if (polls % POLLS_PER_LOOK)
			continue;
		if (ktime_get_ns() > end) {
			pr_err("%s: CR0 %08x was not acknowledged, CR0ACK %08x\n", v->unit.name,
			       want, pl_read32(v->regs, SMMU_CR0ACK));
			return -ETIMEDOUT;
		}
		cond_resched();
	}
	return 0;
}

/* Why not, or NULL: what the unit lacks for a feature. */
static const char *unit_lacks(const struct smmu_unit *v, enum pl_dev_feature f)
{
	switch (f) {
	case PL_FEAT_AUX:
	case PL_FEAT_IDENTITY_PASID:
		return v->unit.caps.pasid_bits ? NULL :
			"the unit has no SubstreamIDs (IDR1.SSIDSIZE is 0)";
	case PL_FEAT_ATS:
		return v->unit.caps.ats ? NULL : "the unit has no device TLBs (IDR0.ATS is 0)";
	case PL_FEAT_HITLESS:
		return v->unit.caps.hitless ? NULL :
			"the unit wants break-before-make (IDR3.BBML is not 2)";
	case PL_FEAT_STAGE1:
		return NULL;
	case PL_FEAT_STAGE2:
	case PL_FEAT_NEST_RID:
		return v->unit.caps.stage2 ? NULL : "the unit has no stage 2 (IDR0.S2P is 0)";
	case PL_FEAT_STAGE2_PASID:
	case PL_FEAT_NEST_PASID:
		return "a stream has one stage 2, for all its PASIDs (IHI0070 3.3.2)";
	case PL_FEAT_SVA:
	case PL_FEAT_IOPF:
	case PL_FEAT_PRI:
		return "this driver version serves no page requests and no stalls";
	case PL_FEAT_DIRTY:
		return "this driver version sets no CD.HD";
	default:
		return "no such feature";
	}
}

/* 3.3.2: what the device lacks beside what the unit does. */
static const char *device_lacks(const struct pl_dev *d, enum pl_dev_feature f)
{
	switch (f) {
	case PL_FEAT_AUX:
	case PL_FEAT_IDENTITY_PASID:
		return d->max_pasids ? NULL : "the device has no PASID capability (PCIe 7.8.8)";
	case PL_FEAT_ATS:
		return d->ats ? NULL : "the device has no ATS capability (PCIe 10.5.1)";
	case PL_FEAT_STAGE2:
	case PL_FEAT_NEST_RID:
		return d->private_pasid ?
		       "the device's rings keep a PASID, and a stage 2 would be that one's too (IHI0070 3.3.2)" :
		       NULL;
	default:
		return NULL;
	}
}

static int smmu_why_not(struct pl_unit *u, struct pl_dev *d, enum pl_dev_feature f,
			const char **reason)
{
	const char *no = unit_lacks(to_smmu(u), f) ?: device_lacks(d, f);

	if (!no)
		return 0;
	*reason = no;
	return -EOPNOTSUPP;
}

static void smmu_freed(struct pl_unit *u, phys_addr_t paddr, u64 size)
{
	struct pl_regs *r = to_smmu(u)->regs;

	if (r->ops->freed)
		r->ops->freed(r, phys_to_virt(paddr), size);
}

static bool smmu_unit_walk(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
			   struct pl_walk *out)
{
	return smmu_walk(to_smmu(u)->regs, smmu_sid(d), pasid, iova, out);
}

static int smmu_violation(struct pl_unit *u, unsigned int index, const char **name,
			  const char **text, u64 *count)
{
	const struct smmu_checker *c = to_smmu(u)->checker;

	return c ? c->violation(c->priv, index, name, text, count) : -ENOENT;
}

static bool smmu_claims(struct pl_unit *u, struct device *dev)
{
	const struct smmu_host *host = to_smmu(u)->host;
	u32 sid;

	return host && !host->sid(host->priv, dev, &sid);
}

static const struct pl_unit_ops smmu_ops = {
	.why_not = smmu_why_not,
	.dev_add = smmu_dev_add,
	.dev_del = smmu_dev_del,
	.domain_alloc = smmu_domain_alloc,
	.nested_alloc = smmu_nested_alloc,
	.nested_inval = smmu_nested_inval,
	.domain_free = smmu_domain_free,
	.map = smmu_map,
	.unmap = smmu_unmap,
	.iova_to_phys = smmu_iova_to_phys,
	.prepare = smmu_prepare,
	.set = smmu_set,
	.inval = smmu_inval,
	.sync = smmu_sync,
	.table_free = smmu_table_pages_free,
	.freed = smmu_freed,
	.walk = smmu_unit_walk,
	.violation = smmu_violation,
	.claims = smmu_claims,
};

/* The kernel's own page size where the unit has it: then every page is one leaf. */
static u8 choose_granule(u32 idr5)
{
	static const struct { u32 bit; u8 shift; } granules[] = {
		{ SMMU_IDR5_GRAN4K, 12 }, { SMMU_IDR5_GRAN16K, 14 }, { SMMU_IDR5_GRAN64K, 16 },
	};
	u8 best = 0;
	size_t i;

	for (i = ARRAY_SIZE(granules); i-- > 0;)
		if (idr5 & granules[i].bit && (best != PAGE_SHIFT))
			best = granules[i].shift;
	return best;
}

static u8 oas_bits(u8 oas)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };

	return bits[oas];
}

static void read_ids(struct smmu_unit *v)
{
	struct smmu_ids *ids = &v->ids;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids->idr); i++)
		ids->idr[i] = pl_read32(v->regs, SMMU_IDR0 + 4 * i);
	ids->vmids = ids->idr[0] & SMMU_IDR0_S2P;
	ids->coherent = ids->idr[0] & SMMU_IDR0_COHACC;
	ids->ranges = ids->idr[3] & SMMU_IDR3_RIL;
	ids->sid_bits = min_t(u32, FIELD_GET(SMMU_IDR1_SIDSIZE, ids->idr[1]), SID_BITS_MAX);
	ids->asid_bits = ids->idr[0] & SMMU_IDR0_ASID16 ? 16 : 8;
	ids->tags = ids->vmids ? (ids->idr[0] & SMMU_IDR0_VMID16 ? 1u << 16 : 1u << 8) :
				 1u << ASID_BLOCKS_BITS;
	ids->granule = choose_granule(ids->idr[5]);
	ids->oas = min_t(u32, FIELD_GET(SMMU_IDR5_OAS, ids->idr[5]), SMMU_PS_48);
	ids->pa_bits = oas_bits(ids->oas);
}

/* An ASID for every SubstreamID, and memory for the table. */
static u8 pasid_bits(const struct smmu_ids *ids)
{
	u8 bits = FIELD_GET(SMMU_IDR1_SSIDSIZE, ids->idr[1]);
	u8 asids = ids->asid_bits - (ids->vmids ? 0 : ASID_BLOCKS_BITS);

	bits = min(bits, asids);
	return ids->idr[0] & SMMU_IDR0_CD2L ? bits : min_t(u8, bits, LINEAR_SSID_BITS);
}

static void read_caps(struct smmu_unit *v)
{
	struct pl_caps *c = &v->unit.caps;
	struct smmu_ids *ids = &v->ids;

	c->pasid_bits = pasid_bits(ids);
	c->va_bits = 48;
	c->pa_bits = ids->pa_bits;
	c->pgsizes = ids->granule ? smmu_leaf_sizes(ids->granule) : 0;
	c->stage1 = true;
	c->stage2 = ids->vmids;
	c->ats = ids->idr[0] & SMMU_IDR0_ATS;
	c->identity_pasid = c->pasid_bits;
	c->hitless = FIELD_GET(SMMU_IDR3_BBML, ids->idr[3]) == 2;
}

/* A message of a device goes by the same way as its DMA (Arm BSA, PCI_MSI_2). */
static void read_host_caps(struct smmu_unit *v, const struct smmu_host *host)
{
	v->host = host;
	v->unit.caps.msi_is_dma = host;
}

static const char *idr0_lacks(u32 idr0)
{
	u32 ttf = FIELD_GET(SMMU_IDR0_TTF, idr0);

	if (!(idr0 & SMMU_IDR0_S1P))
		return "stage 1 (IDR0.S1P)";
	if (ttf != SMMU_TTF_AARCH64 && ttf != SMMU_TTF_AARCH32_64)
		return "AArch64 tables (IDR0.TTF)";
	if (FIELD_GET(SMMU_IDR0_TTENDIAN, idr0) == SMMU_TTENDIAN_BE)
		return "little-endian tables (IDR0.TTENDIAN)";
	if (FIELD_GET(SMMU_IDR0_STALL_MODEL, idr0) == SMMU_STALL_FORCE)
		return "faults that end by themselves (IDR0.STALL_MODEL)";
	return NULL;
}

static const char *idr1_lacks(u32 idr1)
{
	if (idr1 & (SMMU_IDR1_TABLES_PRESET | SMMU_IDR1_QUEUES_PRESET))
		return "tables and queues of our own (IDR1.TABLES_PRESET, IDR1.QUEUES_PRESET)";
	if (FIELD_GET(SMMU_IDR1_CMDQS, idr1) < QUEUE_BITS_MIN)
		return "a command queue of 64 entries (IDR1.CMDQS)";
	return NULL;
}

static int lacks(const struct smmu_unit *v, const char *missing)
{
	pr_err("%s: the unit lacks %s: IDR0 %08x, IDR1 %08x, IDR5 %08x\n", v->unit.name, missing,
	       v->ids.idr[0], v->ids.idr[1], v->ids.idr[5]);
	return -EOPNOTSUPP;
}

/* What this driver cannot do without, by field. */
static int check_ids(const struct smmu_unit *v)
{
	const char *missing = idr0_lacks(v->ids.idr[0]);

	if (!missing)
		missing = idr1_lacks(v->ids.idr[1]);
	if (!missing && !v->ids.granule)
		missing = "any translation granule (IDR5.GRAN4K, GRAN16K, GRAN64K)";
	return missing ? lacks(v, missing) : 0;
}

static int check_idle(const struct smmu_unit *v)
{
	const u32 enables = SMMU_CR0_SMMUEN | SMMU_CR0_PRIQEN | SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN;
	u32 cr0 = pl_read32(v->regs, SMMU_CR0) | pl_read32(v->regs, SMMU_CR0ACK);

	if (!(cr0 & enables))
		return 0;
	pr_err("%s: somebody drives the unit (CR0 %08x): boot with initcall_blacklist=arm_smmu_driver_init\n",
	       v->unit.name, cr0);
	return -EBUSY;
}

/* 6.3.11, 6.3.12: how queues and tables are read; broadcasts are not for us. */
static void attributes_set(struct smmu_unit *v)
{
	u32 cr1 = 0;

	if (v->ids.coherent)
		cr1 = FIELD_PREP(SMMU_CR1_TABLE_SH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_CR1_TABLE_OC, SMMU_CR1_WB) |
		      FIELD_PREP(SMMU_CR1_TABLE_IC, SMMU_CR1_WB) |
		      FIELD_PREP(SMMU_CR1_QUEUE_SH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_CR1_QUEUE_OC, SMMU_CR1_WB) |
		      FIELD_PREP(SMMU_CR1_QUEUE_IC, SMMU_CR1_WB);
	pl_write32(v->regs, SMMU_CR1, cr1);
	pl_write32(v->regs, SMMU_CR2, SMMU_CR2_PTM | SMMU_CR2_RECINVSID);
}

static void nothing_free(struct smmu_unit *v)
{
	smmu_table_free(v, v->nothing, v->ids.granule - PAGE_SHIFT);
}

/*
 * What every empty CD leads to; its root, of any granule, is one table.  It is
 * the first thing published, and shows whether stores get to where a unit that
 * does not snoop would read them.
 */
static int nothing_alloc(struct smmu_unit *v)
{
	struct pl_cost cost = {};

	v->nothing = smmu_table_alloc(v, v->ids.granule - PAGE_SHIFT, &cost);
	if (!v->nothing)
		return -ENOMEM;
	if (v->ids.coherent || cost.n[PL_COUNT_FLUSHES])
		return 0;
	nothing_free(v);
	return lacks(v, "coherent reads of tables (IDR0.COHACC), and stores are not flushed here");
}

static int unit_start(struct smmu_unit *v)
{
	u32 checked = v->unit.caps.ats ? SMMU_CR0_ATSCHK : 0;
	int ret;

	ret = nothing_alloc(v);
	if (ret)
		return ret;
	attributes_set(v);
	ret = smmu_strtab_start(v);
	if (ret)
		goto free_nothing;
	ret = smmu_cmdq_start(v);
	if (ret)
		goto stop_strtab;
	ret = smmu_evtq_start(v);
	if (ret)
		goto stop_cmdq;
	/* 3.9.1: a translated request is let by where STE.EATS says so. */
	ret = smmu_cr0(v, checked, 0) ?: smmu_cr0(v, SMMU_CR0_SMMUEN, 0);
	if (!ret)
		return 0;
	smmu_evtq_stop(v);
stop_cmdq:
	smmu_cmdq_stop(v);
stop_strtab:
	smmu_strtab_stop(v);
free_nothing:
	nothing_free(v);
	return ret;
}

static void unit_stop(struct smmu_unit *v)
{
	smmu_cr0(v, 0, SMMU_CR0_SMMUEN);
	smmu_cr0(v, 0, SMMU_CR0_ATSCHK);
	smmu_evtq_stop(v);
	smmu_cmdq_stop(v);
	smmu_strtab_stop(v);
	smmu_identity_free(v);
	nothing_free(v);
}

static struct smmu_unit *unit_new(struct pl_regs *regs, const char *name, struct module *owner)
{
	struct smmu_unit *v = kzalloc(sizeof(*v), GFP_KERNEL);

	if (!v)
		return NULL;
	v->regs = regs;
	v->unit.name = name;
	v->unit.driver = "smmuv3";
	v->unit.ops = &smmu_ops;
	v->unit.owner = owner;
	mutex_init(&v->lock);
	ida_init(&v->tags);
	xa_init(&v->rids);
	read_ids(v);
	read_caps(v);
	return v;
}

/* Takes over @v, and frees it on failure. */
static int unit_offer(struct smmu_unit *v, struct smmu_unit **out)
{
	int ret;

	ret = check_idle(v) ?: check_ids(v);
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
 * smmu_unit_create() - take a unit that nobody drives, and offer it to the core
 * @regs: its registers
 * @name: unique; kept
 * @checker: a reference model's side, or NULL
 * @owner: the module to hold while a device of the unit is in use
 * @out: the unit
 *
 * Streams without an entry of their own are refused.
 *
 * Context: may sleep.
 * Return: 0, or with the unit as it was -EBUSY somebody drives it, -EOPNOTSUPP
 * it lacks something, -EEXIST the name, -ENOMEM, -ETIMEDOUT.
 */
int smmu_unit_create(struct pl_regs *regs, const char *name, const struct smmu_checker *checker,
		     struct module *owner, struct smmu_unit **out)
{
	struct smmu_unit *v = unit_new(regs, name, owner);

	if (!v)
		return -ENOMEM;
	v->checker = checker;
	return unit_offer(v, out);
}

/**
 * smmu_unit_take() - smmu_unit_create() for a unit of the machine
 * @regs: its registers
 * @name: unique; kept
 * @host: the machine's side; kept
 * @owner: as there
 * @out: as there
 *
 * Streams that are no endpoints pass untranslated (passthrough.c).
 *
 * Context: may sleep.
 * Return: as smmu_unit_create().
 */
int smmu_unit_take(struct pl_regs *regs, const char *name, const struct smmu_host *host,
		   struct module *owner, struct smmu_unit **out)
{
	struct smmu_unit *v = unit_new(regs, name, owner);

	if (!v)
		return -ENOMEM;
	read_host_caps(v, host);
	return unit_offer(v, out);
}

/**
 * smmu_unit_destroy() - hand a unit back
 * @v: the unit; its endpoints are gone
 *
 * Context: may sleep.
 */
void smmu_unit_destroy(struct smmu_unit *v)
{
	pl_unit_unregister(&v->unit);
	unit_stop(v);
	ida_destroy(&v->tags);
	xa_destroy(&v->rids);
	kfree(v);
}
