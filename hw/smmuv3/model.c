// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reference model of an SMMUv3 (IHI0070 H.a, non-secure, AArch64 tables): the
 * specification as a program, and as an adversary.  Whatever the unit may keep,
 * it keeps; in whatever order it may work, it works; whatever software must not
 * do, it counts.  This file: the instance, its registers (6.3), its handshakes.
 *
 * Vocabulary.  A *handshake* is a write that another register, or the same one,
 * confirms, here after a number of reads if the test wants it so.
 *
 * Not there: PRI, secure state, EL2 streams, virtual machine structures.
 *
 * Locking: smmu_model.b.lock, taken by every register access.
 *
 * The hard rule: registers do what 6.3 says, and what it forbids is counted
 * (REG) before it is done as a careless unit would do it.
 */
#include "model.h"

#define CR0_BITS	(SMMU_CR0_SMMUEN | SMMU_CR0_PRIQEN | SMMU_CR0_EVENTQEN | \
			 SMMU_CR0_CMDQEN | SMMU_CR0_ATSCHK)
#define IRQ_BITS	(SMMU_IRQ_GERROR | SMMU_IRQ_PRIQ | SMMU_IRQ_EVENTQ)

static struct smmu_model *of(struct pl_regs *r)
{
	return container_of(r, struct smmu_model, regs);
}

/**
 * smmu_model_config_init() - a unit with everything, in its worst mood
 * @cfg: filled in
 */
void smmu_model_config_init(struct smmu_model_config *cfg)
{
	*cfg = (struct smmu_model_config){
		.coherent = true,
		.ats = true,
		.stage1 = true,
		.stage2 = true,
		.strtab_2lvl = true,
		.cd_2lvl = true,
		.range_inval = true,
		.bbml = 2,
		.asid16 = true,
		.vmid16 = true,
		.msi = true,
		.stall = SMMU_MODEL_STALL_NONE,
		.sid_bits = 16,
		.ssid_bits = 20,
		.cmdq_bits = 10,
		.eventq_bits = 7,
		.pa_bits = 48,
		.granules = BIT_ULL(12) | BIT_ULL(14) | BIT_ULL(16),
		.seed = 1,
		.lazy = true,
		.verify = true,
	};
}

/* IDR5.OAS of an output width, or -1 */
static int oas_of(u8 bits)
{
	unsigned int ps;

	for (ps = SMMU_PS_32; ps <= SMMU_PS_52; ps++)
		if (sm_ps_bits(ps) == bits)
			return ps;
	return -1;
}

static bool queue_ok(u8 bits)
{
	return bits >= 2 && bits <= 19;
}

static bool config_ok(const struct smmu_model_config *c)
{
	const u64 granules = BIT_ULL(12) | BIT_ULL(14) | BIT_ULL(16);

	return (c->stage1 || c->stage2) && c->sid_bits >= 1 && c->sid_bits <= 32 &&
	       c->ssid_bits <= 20 && (c->stage1 || !c->ssid_bits) && queue_ok(c->cmdq_bits) &&
	       queue_ok(c->eventq_bits) && oas_of(c->pa_bits) >= 0 && c->granules &&
	       !(c->granules & ~granules) && c->bbml <= 2 && c->httu <= 2 &&
	       (c->coherent || !c->httu) && c->stall <= SMMU_MODEL_STALL_FORCE;
}

/*
 * Identification (6.3.1 to 6.3.8)
 */

static u32 idr0(const struct smmu_model_config *c)
{
	u32 v = FIELD_PREP(SMMU_IDR0_TTF, SMMU_TTF_AARCH64) |
		FIELD_PREP(SMMU_IDR0_TTENDIAN, SMMU_TTENDIAN_LE) |
		FIELD_PREP(SMMU_IDR0_STALL_MODEL, c->stall) |
		FIELD_PREP(SMMU_IDR0_HTTU, c->httu) | SMMU_IDR0_NS1ATS | SMMU_IDR0_SEV;

	v |= c->stage1 ? SMMU_IDR0_S1P : 0;
	v |= c->stage2 ? SMMU_IDR0_S2P : 0;
	v |= c->coherent ? SMMU_IDR0_COHACC : 0;
	v |= c->ats ? SMMU_IDR0_ATS : 0;
	v |= c->asid16 ? SMMU_IDR0_ASID16 : 0;
	v |= c->vmid16 && c->stage2 ? SMMU_IDR0_VMID16 : 0;
	v |= c->msi ? SMMU_IDR0_MSI : 0;
	v |= c->cd_2lvl ? SMMU_IDR0_CD2L : 0;
	v |= c->term_abort ? SMMU_IDR0_TERM_MODEL : 0;
	v |= c->strtab_2lvl ? FIELD_PREP(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL) : 0;
	return v;
}

static u32 idr5(const struct smmu_model_config *c)
{
	u32 v = FIELD_PREP(SMMU_IDR5_OAS, oas_of(c->pa_bits));

	v |= c->granules & BIT_ULL(12) ? SMMU_IDR5_GRAN4K : 0;
	v |= c->granules & BIT_ULL(14) ? SMMU_IDR5_GRAN16K : 0;
	v |= c->granules & BIT_ULL(16) ? SMMU_IDR5_GRAN64K : 0;
	v |= c->stall != SMMU_MODEL_STALL_NONE ? FIELD_PREP(SMMU_IDR5_STALL_MAX, SM_STALLS) : 0;
	return v;
}

static void identify(struct smmu_model *m)
{
	const struct smmu_model_config *c = &m->cfg;

	m->idr[0] = idr0(c);
	m->idr[1] = FIELD_PREP(SMMU_IDR1_SIDSIZE, c->sid_bits) |
		    FIELD_PREP(SMMU_IDR1_SSIDSIZE, c->ssid_bits) |
		    FIELD_PREP(SMMU_IDR1_EVENTQS, c->eventq_bits) |
		    FIELD_PREP(SMMU_IDR1_CMDQS, c->cmdq_bits);
	m->idr[3] = FIELD_PREP(SMMU_IDR3_BBML, c->bbml) |
		    (c->range_inval ? SMMU_IDR3_RIL : 0);
	m->idr[5] = idr5(c);
}

/*
 * Handshakes
 */

static u32 ack_read(struct sm_ack *a)
{
	if (a->polls && !--a->polls)
		a->shown = a->val;
	return a->shown;
}

static void ack_write(struct smmu_model *m, struct sm_ack *a, u32 val)
{
	a->val = val;
	a->polls = m->cfg.handshake_polls;
	if (!a->polls)
		a->shown = val;
}

static void enable(struct smmu_model *m)
{
	if (!m->conf_clean || !m->tlb_clean)
		sm_violation(m, SM_REG, "SMMUEN before CMD_CFGI_ALL and CMD_TLBI_NSNH_ALL (3.11)");
	if (!m->cfg.strtab_2lvl && FIELD_GET(SMMU_STRTAB_CFG_FMT, m->strtab_cfg))
		sm_violation(m, SM_REG, "2-level stream table, IDR0.ST_LEVEL is 0");
	sm_watch_strtab(m);
}

/* 6.3.9: a field must not change again before CR0ACK shows its last change. */
static void cr0_write(struct smmu_model *m, u32 val)
{
	u32 changed = (val ^ m->cr0.val) & CR0_BITS;

	if (m->cr0.polls && changed & (m->cr0.val ^ m->cr0.shown))
		sm_violation(m, SM_REG, "CR0 %#x changed before CR0ACK confirmed it", changed);
	if (changed & SMMU_CR0_CMDQEN && !(val & SMMU_CR0_CMDQEN) && !sm_queue_idle(m))
		sm_violation(m, SM_REG, "command queue switched off while it is busy");
	if (changed & SMMU_CR0_SMMUEN && !(val & SMMU_CR0_SMMUEN))
		sm_unwatch_strtab(m);
	ack_write(m, &m->cr0, val & CR0_BITS);
	if (changed & val & SMMU_CR0_SMMUEN)
		enable(m);
	if (changed & val & SMMU_CR0_CMDQEN)
		sm_queue_kick(m);
}

static void irq_ctrl_write(struct smmu_model *m, u32 val)
{
	if (m->irq_ctrl.polls)
		sm_violation(m, SM_REG, "IRQ_CTRL written before IRQ_CTRLACK confirmed the last");
	ack_write(m, &m->irq_ctrl, val & IRQ_BITS);
	sm_irq_update(m);
}

/* 6.3.14: a write counts only with UPDATE, and only when UPDATE reads 0. */
static void gbpa_write(struct smmu_model *m, u32 val)
{
	if (m->gbpa.polls || !(val & SMMU_GBPA_UPDATE)) {
		sm_violation(m, SM_REG, "GBPA written %s", m->gbpa.polls ? "while it updates" :
			     "without UPDATE");
		return;
	}
	m->gbpa.shown = val;
	ack_write(m, &m->gbpa, val & ~SMMU_GBPA_UPDATE);
}

/* 7.5: toggling what is not active is not for software. */
static void gerrorn_write(struct smmu_model *m, u32 val)
{
	u32 active = m->gerror ^ m->gerrorn, toggled = (val ^ m->gerrorn) & SMMU_GERROR_MASK;

	if (toggled & ~active)
		sm_violation(m, SM_REG, "GERRORN toggles %#x, active is %#x", toggled, active);
	m->gerrorn ^= toggled;
	if (toggled & active & SMMU_GERROR_CMDQ_ERR)
		sm_queue_kick(m);	/* 7.1: consumption goes on */
}

/*
 * Queues and tables
 */

static bool locked(struct smmu_model *m, u32 enable, const char *what)
{
	if (!(m->cr0.val & enable))
		return false;
	sm_violation(m, SM_REG, "%s written while it is in use", what);
	return true;
}

/* 3.5.1: PROD may run at most one whole queue ahead of CONS. */
static void cmdq_prod_write(struct smmu_model *m, u32 val)
{
	u32 log2 = min_t(u32, FIELD_GET(SMMU_Q_BASE_LOG2SIZE, m->cmdq_base), m->cfg.cmdq_bits);
	u32 mask = BIT(log2 + 1) - 1, used = (val - m->cmdq_cons) & mask;

	if (m->cr0.val & SMMU_CR0_CMDQEN && used > BIT(log2))
		sm_violation(m, SM_REG, "CMDQ_PROD %#x overruns CMDQ_CONS %#x", val & mask,
			     m->cmdq_cons & mask);
	m->cmdq_prod = val & SMMU_Q_INDEX;
	sm_queue_kick(m);
}

/* 7.2, 7.4: software may not read further than was written. */
static void eventq_cons_write(struct smmu_model *m, u32 val)
{
	u32 log2 = min_t(u32, FIELD_GET(SMMU_Q_BASE_LOG2SIZE, m->eventq_base),
			 m->cfg.eventq_bits);
	u32 mask = BIT(log2 + 1) - 1;

	if (m->cr0.val & SMMU_CR0_EVENTQEN &&
	    ((m->eventq_prod - val) & mask) > ((m->eventq_prod - m->eventq_cons) & mask))
		sm_violation(m, SM_REG, "EVENTQ_CONS %#x passes EVENTQ_PROD %#x", val & mask,
			     m->eventq_prod & mask);
	m->eventq_cons = val & (SMMU_Q_OVERFLOW | SMMU_Q_INDEX);
}

/*
 * Registers, 32 bits at a time
 */

static u32 half(u64 v, u32 off)
{
	return off & 4 ? v >> 32 : v;
}

static void set_half(u64 *v, u32 off, u32 val)
{
	*v = off & 4 ? (*v & U32_MAX) | (u64)val << 32 : (*v & ~(u64)U32_MAX) | val;
}

/* The IRQ_CFG registers of one interrupt, by offset; NULL for others */
static struct sm_msi *msi_of(struct smmu_model *m, u32 off, u32 *reg, u32 *enable)
{
	static const u32 base[] = {
		SMMU_GERROR_IRQ_CFG0, SMMU_EVENTQ_IRQ_CFG0, SMMU_PRIQ_IRQ_CFG0,
	};
	static const u32 bit[] = { SMMU_IRQ_GERROR, SMMU_IRQ_EVENTQ, SMMU_IRQ_PRIQ };
	struct sm_msi *msi[] = { &m->gerror_msi, &m->eventq_msi, &m->priq_msi };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(base); i++) {
		if (off < base[i] || off >= base[i] + 16)
			continue;
		*reg = off - base[i];
		*enable = bit[i];
		return msi[i];
	}
	return NULL;
}

static u32 msi_get(const struct sm_msi *msi, u32 reg)
{
	if (reg < 8)
		return half(msi->addr, reg);
	return reg == 8 ? msi->data : msi->attr;
}

static void msi_set(struct smmu_model *m, struct sm_msi *msi, u32 reg, u32 enable, u32 val)
{
	if (m->irq_ctrl.val & enable)
		sm_violation(m, SM_REG, "IRQ_CFG written while its interrupt is enabled");
	if (reg < 8)
		set_half(&msi->addr, reg, val);
	else if (reg == 8)
		msi->data = val;
	else
		msi->attr = val;
}

static u32 get_control(struct smmu_model *m, u32 off)
{
	switch (off) {
	case SMMU_IDR0 ... SMMU_IDR5:
		return m->idr[off / 4];
	case SMMU_AIDR:
		return 2;	/* SMMUv3.2 */
	case SMMU_CR0:
		return m->cr0.val;
	case SMMU_CR0ACK:
		return ack_read(&m->cr0);
	case SMMU_CR1:
		return m->cr1;
	case SMMU_CR2:
		return m->cr2;
	case SMMU_GBPA:
		return ack_read(&m->gbpa);
	case SMMU_IRQ_CTRL:
		return m->irq_ctrl.val;
	case SMMU_IRQ_CTRLACK:
		return ack_read(&m->irq_ctrl);
	case SMMU_GERROR:
		return m->gerror;
	case SMMU_GERRORN:
		return m->gerrorn;
	default:
		return 0;
	}
}

static u32 get(struct smmu_model *m, u32 off)
{
	u32 reg, enable;
	struct sm_msi *msi = msi_of(m, off, &reg, &enable);

	if (msi)
		return msi_get(msi, reg);
	switch (off) {
	case SMMU_STRTAB_BASE:
	case SMMU_STRTAB_BASE + 4:
		return half(m->strtab_base, off);
	case SMMU_STRTAB_BASE_CFG:
		return m->strtab_cfg;
	case SMMU_CMDQ_BASE:
	case SMMU_CMDQ_BASE + 4:
		return half(m->cmdq_base, off);
	case SMMU_CMDQ_PROD:
		return m->cmdq_prod;
	case SMMU_CMDQ_CONS:
		return m->cmdq_cons;
	case SMMU_EVENTQ_BASE:
	case SMMU_EVENTQ_BASE + 4:
		return half(m->eventq_base, off);
	case SMMU_EVENTQ_PROD:
		return m->eventq_prod;
	case SMMU_EVENTQ_CONS:
		return m->eventq_cons;
	case SMMU_PRIQ_BASE:
	case SMMU_PRIQ_BASE + 4:
		return half(m->priq_base, off);
	case SMMU_PRIQ_PROD:
		return m->priq_prod;
	case SMMU_PRIQ_CONS:
		return m->priq_cons;
	default:
		return get_control(m, off);
	}
}

static void set_control(struct smmu_model *m, u32 off, u32 val)
{
	switch (off) {
	case SMMU_CR0:
		cr0_write(m, val);
		break;
	case SMMU_CR1:
		locked(m, SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN, "CR1");
		m->cr1 = val & GENMASK(11, 0);
		break;
	case SMMU_CR2:
		locked(m, SMMU_CR0_SMMUEN, "CR2");
		m->cr2 = val & (SMMU_CR2_E2H | SMMU_CR2_RECINVSID | SMMU_CR2_PTM);
		break;
	case SMMU_GBPA:
		gbpa_write(m, val);
		break;
	case SMMU_IRQ_CTRL:
		irq_ctrl_write(m, val);
		break;
	case SMMU_GERRORN:
		gerrorn_write(m, val);
		break;
	default:
		sm_violation(m, SM_REG, "register %#x is read only, or none", off);
	}
}

static void set_queue(struct smmu_model *m, u32 off, u32 val)
{
	switch (off) {
	case SMMU_CMDQ_PROD:
		cmdq_prod_write(m, val);
		break;
	case SMMU_CMDQ_CONS:
		if (!locked(m, SMMU_CR0_CMDQEN, "CMDQ_CONS"))
			m->cmdq_cons = val & SMMU_Q_INDEX;
		break;
	case SMMU_EVENTQ_PROD:
		if (!locked(m, SMMU_CR0_EVENTQEN, "EVENTQ_PROD"))
			m->eventq_prod = val & (SMMU_Q_OVERFLOW | SMMU_Q_INDEX);
		break;
	case SMMU_EVENTQ_CONS:
		eventq_cons_write(m, val);
		break;
	case SMMU_PRIQ_PROD:
		m->priq_prod = val;
		break;
	case SMMU_PRIQ_CONS:
		m->priq_cons = val;
		break;
	default:
		set_control(m, off, val);
	}
}

static void set(struct smmu_model *m, u32 off, u32 val)
{
	u32 reg, enable;
	struct sm_msi *msi = msi_of(m, off, &reg, &enable);

	if (msi) {
		msi_set(m, msi, reg, enable, val);
		return;
	}
	switch (off) {
	case SMMU_STRTAB_BASE:
	case SMMU_STRTAB_BASE + 4:
		if (!locked(m, SMMU_CR0_SMMUEN, "STRTAB_BASE"))
			set_half(&m->strtab_base, off, val);
		break;
	case SMMU_STRTAB_BASE_CFG:
		if (!locked(m, SMMU_CR0_SMMUEN, "STRTAB_BASE_CFG"))
			m->strtab_cfg = val;
		break;
	case SMMU_CMDQ_BASE:
	case SMMU_CMDQ_BASE + 4:
		if (!locked(m, SMMU_CR0_CMDQEN, "CMDQ_BASE"))
			set_half(&m->cmdq_base, off, val);
		break;
	case SMMU_EVENTQ_BASE:
	case SMMU_EVENTQ_BASE + 4:
		if (!locked(m, SMMU_CR0_EVENTQEN, "EVENTQ_BASE"))
			set_half(&m->eventq_base, off, val);
		break;
	case SMMU_PRIQ_BASE:
	case SMMU_PRIQ_BASE + 4:
		set_half(&m->priq_base, off, val);
		break;
	default:
		set_queue(m, off, val);
	}
}

/*
 * struct pl_regs_ops
 */

static u32 regs_read32(struct pl_regs *r, u32 off)
{
	struct smmu_model *m = of(r);
	unsigned long flags;
	u32 val;

	spin_lock_irqsave(&m->b.lock, flags);
	sm_queue_poll(m);
	val = get(m, off);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return val;
}

static u64 regs_read64(struct pl_regs *r, u32 off)
{
	struct smmu_model *m = of(r);
	unsigned long flags;
	u64 val;

	spin_lock_irqsave(&m->b.lock, flags);
	sm_queue_poll(m);
	val = get(m, off);
	val |= (u64)get(m, off + 4) << 32;
	spin_unlock_irqrestore(&m->b.lock, flags);
	return val;
}

/*
 * An interrupt that IRQ_CTRL enables is delivered at once; one that a command's
 * error raises waits for the next request, because here its handler would run
 * inside the driver's own submission.
 */
static void regs_write32(struct pl_regs *r, u32 off, u32 val)
{
	struct smmu_model *m = of(r);
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	set(m, off, val);
	spin_unlock_irqrestore(&m->b.lock, flags);
	if (off == SMMU_IRQ_CTRL)
		mdl_irq_run(&m->b);
}

static void regs_write64(struct pl_regs *r, u32 off, u64 val)
{
	struct smmu_model *m = of(r);
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	set(m, off, val);
	set(m, off + 4, val >> 32);
	spin_unlock_irqrestore(&m->b.lock, flags);
}

static unsigned int regs_publish(struct pl_regs *r, const void *va, size_t len)
{
	struct smmu_model *m = of(r);
	unsigned long flags;
	unsigned int lines;

	if (!len)
		return 0;
	spin_lock_irqsave(&m->b.lock, flags);
	lines = mdl_publish(&m->b, virt_to_phys((void *)va), len);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return lines;
}

static void regs_freed(struct pl_regs *r, const void *va, size_t len)
{
	smmu_model_freed_phys(of(r), virt_to_phys((void *)va), len);
}

static int regs_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	if (which != PL_IRQ_FAULT && which != PL_IRQ_ERROR)
		return -EOPNOTSUPP;
	return mdl_irq_request(&of(r)->b, which, fn, arg);
}

static void regs_free_irq(struct pl_regs *r, enum pl_irq which)
{
	mdl_irq_free(&of(r)->b, which);
}

static const struct pl_regs_ops regs_ops = {
	.read32 = regs_read32,
	.read64 = regs_read64,
	.write32 = regs_write32,
	.write64 = regs_write64,
	.publish = regs_publish,
	.freed = regs_freed,
	.request_irq = regs_request_irq,
	.free_irq = regs_free_irq,
};

/*
 * The instance
 */

static const struct mdl_ops base_ops = { .line = sm_line, .state = sm_check_state };

static void set_pools(struct smmu_model *m)
{
	static const u16 size[MDL_POOLS] = {
		[SM_P_CONF] = sizeof(struct sm_conf), [SM_P_SID] = sizeof(struct sm_sid),
		[SM_P_VM] = sizeof(struct sm_vm), [SM_P_TAG] = sizeof(struct sm_tag),
		[SM_P_TLB] = sizeof(struct sm_tlb), [SM_P_PSC] = sizeof(struct sm_psc),
		[SM_P_GRANT] = sizeof(struct sm_grant), [SM_P_GTAG] = sizeof(struct sm_gtag),
		[SM_P_DEBT] = sizeof(struct sm_debt), [SM_P_STAIN] = sizeof(struct sm_stain),
		[SM_P_CDTAB] = sizeof(struct sm_cdtab),
	};
	unsigned int i;

	for (i = SM_P_CONF; i <= SM_P_CDTAB; i++)
		m->b.pool[i].size = ALIGN(size[i], 8);
}

static void init(struct smmu_model *m, const struct smmu_model_config *cfg, const char *name)
{
	m->cfg = *cfg;
	mdl_init(&m->b, name, &base_ops, sm_rules, SM_RULE_NR, cfg->seed);
	m->b.coherent = cfg->coherent;
	m->b.flush_rule = SM_FLUSH;
	m->b.freed_rule = SM_O8;
	m->regs.ops = &regs_ops;
	set_pools(m);
	identify(m);
	INIT_LIST_HEAD(&m->stes);
	INIT_LIST_HEAD(&m->sids);
	INIT_LIST_HEAD(&m->vms);
	INIT_LIST_HEAD(&m->gtags);
	INIT_LIST_HEAD(&m->debts);
	INIT_LIST_HEAD(&m->paying);
	sm_fabric_init(m);
}

/**
 * smmu_model_create() - make a unit, as it is after reset
 * @cfg: what it can do and how it behaves
 * @name: for messages
 * @out: the model
 *
 * Context: process.
 * Return: 0, -EINVAL for a configuration no unit has, -ENOMEM.
 */
int smmu_model_create(const struct smmu_model_config *cfg, const char *name,
		      struct smmu_model **out)
{
	struct smmu_model *m;
	int err;

	if (!config_ok(cfg))
		return -EINVAL;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	init(m, cfg, name);
	err = sm_queue_init(m);
	if (err)
		goto err_free;
	err = mdl_hash_init(&m->b);
	if (err)
		goto err_queue;
	*out = m;
	return 0;
err_queue:
	sm_queue_destroy(m);
err_free:
	kfree(m);
	return err;
}

/**
 * smmu_model_destroy() - the unit is gone
 * @m: the model, or NULL; nobody uses it any more
 */
void smmu_model_destroy(struct smmu_model *m)
{
	if (!m)
		return;
	mdl_destroy(&m->b);
	sm_queue_destroy(m);
	kfree(m);
}

struct pl_regs *smmu_model_regs(struct smmu_model *m)
{
	return &m->regs;
}

struct pl_fabric *smmu_model_fabric(struct smmu_model *m)
{
	return &m->fabric;
}

void smmu_model_set_unit(struct smmu_model *m, struct pl_unit *unit)
{
	m->fabric.unit = unit;
}

const char *smmu_model_name(const struct smmu_model *m)
{
	return m->b.name;
}

/**
 * smmu_model_inject() - let something go wrong
 * @m: the model
 * @what: enum smmu_model_inject
 * @arg: its argument
 */
void smmu_model_inject(struct smmu_model *m, enum smmu_model_inject what, u32 arg)
{
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	switch (what) {
	case SMMU_MODEL_INJECT_CERROR_ILL:
		m->inject_ill = arg;
		break;
	case SMMU_MODEL_INJECT_CERROR_ABT:
		m->inject_abt = arg;
		break;
	case SMMU_MODEL_INJECT_ATC_TIMEOUT:
		m->inject_atc = true;
		break;
	case SMMU_MODEL_INJECT_SLOW:
		m->slow_polls = arg;
		break;
	case SMMU_MODEL_INJECT_OVERFLOW:
		m->inject_ovf = true;
		break;
	}
	spin_unlock_irqrestore(&m->b.lock, flags);
}

void smmu_model_stats(struct smmu_model *m, struct smmu_model_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	*st = m->st;
	st->fetches = m->b.fetches;
	st->entries = m->nr_entries;
	st->grants = m->nr_grants;
	st->owed = m->nr_debts;
	st->memory = m->b.memory;
	spin_unlock_irqrestore(&m->b.lock, flags);
}

/* See mdl_case(). */
int smmu_model_violation(struct smmu_model *m, unsigned int index, const char **name,
			 const char **text, u64 *count)
{
	return mdl_case(&m->b, index, name, text, count);
}

/* Cases of all kinds together. */
u64 smmu_model_violations(struct smmu_model *m)
{
	return mdl_violations(&m->b);
}

/**
 * smmu_model_audit() - compare everything cached with memory
 * @m: the model
 *
 * Context: process; no operation is in flight on the unit.
 * Return: violations found by it.
 */
u64 smmu_model_audit(struct smmu_model *m)
{
	unsigned long flags;
	u64 found;

	spin_lock_irqsave(&m->b.lock, flags);
	found = sm_check_audit(m);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return found;
}

/**
 * smmu_model_freed_phys() - memory is about to go back to its owner (O8)
 * @m: the model
 * @phys: first byte
 * @size: bytes
 */
void smmu_model_freed_phys(struct smmu_model *m, u64 phys, u64 size)
{
	unsigned long flags;

	if (!size)
		return;
	spin_lock_irqsave(&m->b.lock, flags);
	sm_check_freed(m, phys, size);
	spin_unlock_irqrestore(&m->b.lock, flags);
}
