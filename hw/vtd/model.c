// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reference model of a VT-d unit in scalable mode: the specification (5.1) as
 * a program, and as an adversary.  Whatever hardware may keep, it keeps; in
 * whatever order hardware may work, it works; whatever software must not do, it
 * counts.  This file: the instance, its registers (11.4), its handshakes.
 *
 * Vocabulary.  A *handshake* is a command written to GCMD that GSTS confirms,
 * here after a number of reads if the test wants it so.
 *
 * Locking: vtd_model.b.lock, taken by every register access.
 *
 * The hard rule: registers do what 11.4 says, and what it forbids is counted
 * (REG) before it is done as a careless unit would do it.
 */
#include "model.h"

static struct vtd_model *m_of(struct pl_regs *r)
{
	return container_of(r, struct vtd_model, regs);
}

/**
 * vtd_model_config_init() - a unit with everything, in its worst mood
 * @cfg: filled in
 */
void vtd_model_config_init(struct vtd_model_config *cfg)
{
	*cfg = (struct vtd_model_config){
		.coherent = true,
		.ats = true,
		.stage1 = true,
		.stage2 = true,
		.passthrough = true,
		.throttle = true,
		.page_drain = true,
		.pasid_bits = 20,
		.did_bits = 16,
		.va_bits = 48,
		.pa_bits = 52,
		.mamv = 18,
		.pgsizes = BIT_ULL(12) | BIT_ULL(21) | BIT_ULL(30),
		.nr_fault_records = 8,
		.seed = 1,
		.verify = true,
	};
}

static bool m_config_ok(const struct vtd_model_config *c)
{
	return c->pasid_bits >= 1 && c->pasid_bits <= 20 && c->did_bits >= 4 &&
	       c->did_bits <= 16 && !(c->did_bits & 1) && (c->va_bits == 39 || c->va_bits == 48) &&
	       c->pa_bits >= 32 && c->pa_bits <= 52 && c->mamv < 52 && c->pgsizes & BIT_ULL(12) &&
	       c->nr_fault_records >= 1 && c->nr_fault_records <= 128 &&
	       (!c->nested || (c->stage1 && c->stage2));
}

static u64 m_cap(const struct vtd_model_config *c)
{
	u64 cap = VTD_CAP_PSI | M_CAP_DWD | M_CAP_DRD | VTD_CAP_SAGAW_39;

	cap |= FIELD_PREP(VTD_CAP_ND, (c->did_bits - 4) / 2);
	cap |= FIELD_PREP(VTD_CAP_MGAW, c->va_bits - 1);
	cap |= FIELD_PREP(VTD_CAP_FRO, M_FRO / 16);
	cap |= FIELD_PREP(VTD_CAP_NFR, c->nr_fault_records - 1);
	cap |= FIELD_PREP(VTD_CAP_MAMV, c->mamv);
	if (c->va_bits == 48)
		cap |= VTD_CAP_SAGAW_48;
	if (c->caching_mode)
		cap |= VTD_CAP_CM;
	if (c->esrtps)
		cap |= VTD_CAP_ESRTPS;
	if (c->pgsizes & BIT_ULL(21))
		cap |= VTD_CAP_SSLPS_2M;
	if (c->pgsizes & BIT_ULL(30))
		cap |= VTD_CAP_SSLPS_1G | VTD_CAP_FS1GP;
	return cap;
}

static u64 m_ecap(const struct vtd_model_config *c)
{
	u64 ecap = VTD_ECAP_QI | VTD_ECAP_SMTS | VTD_ECAP_PASID;

	ecap |= FIELD_PREP(VTD_ECAP_PSS, c->pasid_bits - 1);
	if (c->coherent)
		ecap |= VTD_ECAP_C | VTD_ECAP_SMPWCS;
	if (c->ats)
		ecap |= VTD_ECAP_DT;
	if (c->passthrough)
		ecap |= VTD_ECAP_PT;
	if (c->snoop_control)
		ecap |= VTD_ECAP_SC;
	if (c->stage1)
		ecap |= VTD_ECAP_FSTS;
	if (c->stage2)
		ecap |= VTD_ECAP_SSTS;
	if (c->nested)
		ecap |= VTD_ECAP_NEST;
	if (c->throttle)
		ecap |= M_ECAP_DIT;
	if (c->page_drain)
		ecap |= M_ECAP_PDS;
	return ecap;
}

/*
 * Commands
 */

static u32 m_gsts_read(struct vtd_model *m)
{
	if (m->gsts_polls && !--m->gsts_polls)
		m->gsts_shown = m->gsts;
	return m->gsts_shown;
}

static void m_cmd_root(struct vtd_model *m)
{
	m_unwatch_root(m);
	m->root = m->rtaddr;
	m->gsts |= VTD_GCMD_SRTP;
	if (m->cfg.esrtps)
		m_cache_flush_all(m);
	m_watch_root(m);
}

static void m_cmd_queue(struct vtd_model *m, bool on)
{
	if (!on && !m_queue_idle(m))
		m_violation(m, M_RULE_REG, "queue switched off while it is busy");
	if (on && m->iqt)
		m_violation(m, M_RULE_REG, "queue switched on with a tail of %#x", m->iqt);
	m->iqh = 0;
	m->nr_seg = 0;
}

static void m_cmd_translate(struct vtd_model *m, bool on)
{
	if (on && !(m->gsts & VTD_GCMD_SRTP))
		m_violation(m, M_RULE_REG, "translation switched on without a root table");
	if (!on && m->fsts == 0)
		m->frcd_next = 0;	/* 7.2.1 */
}

static void m_gcmd_write(struct vtd_model *m, u32 val)
{
	const u32 keep = VTD_GCMD_TE | VTD_GCMD_QIE;
	u32 changed = (val ^ m->gsts) & keep, once = val & (VTD_GCMD_SRTP | VTD_GCMD_WBF);

	if (m->gsts_polls)
		m_violation(m, M_RULE_REG, "GCMD written before GSTS confirmed the last");
	if (hweight32(changed) + hweight32(once) > 1)
		m_violation(m, M_RULE_REG, "GCMD changes several fields: %#x", changed | once);
	m->gsts = (m->gsts & ~keep) | (val & keep);
	if (once & VTD_GCMD_SRTP)
		m_cmd_root(m);
	if (changed & VTD_GCMD_QIE)
		m_cmd_queue(m, val & VTD_GCMD_QIE);
	if (changed & VTD_GCMD_TE)
		m_cmd_translate(m, val & VTD_GCMD_TE);
	m->gsts_polls = m->cfg.handshake_polls;
	if (!m->gsts_polls)
		m->gsts_shown = m->gsts;
	else if (once & VTD_GCMD_SRTP)
		m->gsts_shown &= ~VTD_GCMD_SRTP;
}

/*
 * Registers, 32 bits at a time
 */

static u32 m_half(u64 v, u32 off)
{
	return off & 4 ? v >> 32 : v;
}

static bool m_is_frcd(const struct vtd_model *m, u32 off)
{
	return off >= M_FRO && off < M_FRO + m->cfg.nr_fault_records * VTD_FRCD_SIZE;
}

static u32 m_get_small(struct vtd_model *m, u32 off)
{
	switch (off) {
	case VTD_VER:
		return 0x60;	/* major 6: no register-based invalidation */
	case VTD_GSTS:
		return m_gsts_read(m);
	case VTD_FSTS:
		return m_fault_status(m);
	case VTD_FECTL:
		return m->fectl;
	case VTD_FEDATA:
		return m->fedata;
	case VTD_FEADDR:
		return m->feaddr;
	case VTD_FEUADDR:
		return m->feuaddr;
	case VTD_PMEN:
		return m->pmen;
	default:
		return 0;
	}
}

static u32 m_get(struct vtd_model *m, u32 off)
{
	if (m_is_frcd(m, off))
		return m_half(m->frcd[(off - M_FRO) / 8], off);
	switch (off & ~4U) {
	case VTD_CAP:
		return m_half(m->cap, off);
	case VTD_ECAP:
		return m_half(m->ecap, off);
	case VTD_RTADDR:
		return m_half(m->rtaddr, off);
	case VTD_IQH:
		return m_half(m->iqh, off);
	case VTD_IQT:
		return m_half(m->iqt, off);
	case VTD_IQA:
		return m_half(m->iqa, off);
	case VTD_IQERCD:
		return m_half(m->iqercd, off);
	default:
		return m_get_small(m, off);
	}
}

static void m_set_half(u64 *v, u32 off, u32 val)
{
	*v = off & 4 ? (*v & U32_MAX) | (u64)val << 32 : (*v & ~(u64)U32_MAX) | val;
}

static void m_set_fsts(struct vtd_model *m, u32 val)
{
	m_fault_clear(m, val);
	if (val & (VTD_FSTS_IQE | VTD_FSTS_ITE) && !m->cfg.stubborn)
		m_queue_kick(m);	/* 6.5.2.11: fetching goes on */
}

static void m_set_small(struct vtd_model *m, u32 off, u32 val)
{
	switch (off) {
	case VTD_GCMD:
		m_gcmd_write(m, val);
		if (val & VTD_GCMD_QIE)
			m_queue_kick(m);
		break;
	case VTD_FSTS:
		m_set_fsts(m, val);
		break;
	case VTD_FECTL:
		m_fault_unmask(m, val);
		break;
	case VTD_FEDATA:
		m->fedata = val;
		break;
	case VTD_FEADDR:
		m->feaddr = val;
		break;
	case VTD_FEUADDR:
		m->feuaddr = val;
		break;
	case VTD_PMEN:
		m->pmen = val & VTD_PMEN_EPM;
		break;
	case VTD_IQT:
		m->iqt = val;
		m_queue_kick(m);
		break;
	}
}

static void m_set(struct vtd_model *m, u32 off, u32 val)
{
	if (m_is_frcd(m, off)) {
		m_fault_frcd_write(m, off - M_FRO, val);
		return;
	}
	switch (off & ~4U) {
	case VTD_RTADDR:
		m_set_half(&m->rtaddr, off, val);
		break;
	case VTD_IQA:
		if (m->gsts & VTD_GCMD_QIE)
			m_violation(m, M_RULE_REG, "queue address written while the queue is on");
		m_set_half(&m->iqa, off, val);
		break;
	default:
		m_set_small(m, off, val);
	}
}

/*
 * struct pl_regs_ops
 */

static u32 m_read32(struct pl_regs *r, u32 off)
{
	struct vtd_model *m = m_of(r);
	unsigned long flags;
	u32 val;

	spin_lock_irqsave(&m->b.lock, flags);
	m_queue_poll(m);
	val = m_get(m, off);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return val;
}

static u64 m_read64(struct pl_regs *r, u32 off)
{
	struct vtd_model *m = m_of(r);
	unsigned long flags;
	u64 val;

	spin_lock_irqsave(&m->b.lock, flags);
	m_queue_poll(m);
	val = m_get(m, off);
	val |= (u64)m_get(m, off + 4) << 32;
	spin_unlock_irqrestore(&m->b.lock, flags);
	return val;
}

/*
 * An event that the write of FECTL unmasked is delivered at once; one that a
 * queue error raised waits for the next request, because here its handler
 * would run inside the driver's own submission.
 */
static void m_write_done(struct vtd_model *m, u32 off)
{
	if (off == VTD_FECTL)
		mdl_irq_run(&m->b);
}

static void m_write32(struct pl_regs *r, u32 off, u32 val)
{
	struct vtd_model *m = m_of(r);
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	m_set(m, off, val);
	spin_unlock_irqrestore(&m->b.lock, flags);
	m_write_done(m, off);
}

static void m_write64(struct pl_regs *r, u32 off, u64 val)
{
	struct vtd_model *m = m_of(r);
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	m_set(m, off, val);
	m_set(m, off + 4, val >> 32);
	spin_unlock_irqrestore(&m->b.lock, flags);
	m_write_done(m, off);
}

static unsigned int m_regs_publish(struct pl_regs *r, const void *va, size_t len)
{
	struct vtd_model *m = m_of(r);
	unsigned long flags;
	unsigned int lines;

	if (!len)
		return 0;
	spin_lock_irqsave(&m->b.lock, flags);
	lines = mdl_publish(&m->b, virt_to_phys((void *)va), len);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return lines;
}

/* A unit that snoops sees the store at once; for the others publish makes it visible. */
static void m_regs_stored(struct pl_regs *r, const void *va, size_t len)
{
	if (m_of(r)->cfg.coherent)
		m_regs_publish(r, va, len);
}

static void m_regs_freed(struct pl_regs *r, const void *va, size_t len)
{
	vtd_model_freed_phys(m_of(r), virt_to_phys((void *)va), len);
}

static int m_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	if (which != PL_IRQ_FAULT)
		return -EOPNOTSUPP;
	return mdl_irq_request(&m_of(r)->b, which, fn, arg);
}

static void m_free_irq(struct pl_regs *r, enum pl_irq which)
{
	mdl_irq_free(&m_of(r)->b, which);
}

static const struct pl_regs_ops m_regs_ops = {
	.read32 = m_read32,
	.read64 = m_read64,
	.write32 = m_write32,
	.write64 = m_write64,
	.publish = m_regs_publish,
	.stored = m_regs_stored,
	.freed = m_regs_freed,
	.request_irq = m_request_irq,
	.free_irq = m_free_irq,
};

/*
 * The instance
 */

static const struct mdl_ops m_base_ops = {
	.line = m_line,
	.page = m_page_published,
	.state = m_check_state,
};

static void m_set_pools(struct vtd_model *m)
{
	static const u16 size[MDL_POOLS] = {
		[M_POOL_CTX] = sizeof(struct m_ctx),
		[M_POOL_PE] = sizeof(struct m_pe),
		[M_POOL_PSC] = sizeof(struct m_psc),
		[M_POOL_TLB] = sizeof(struct m_tlb),
		[M_POOL_TAG] = sizeof(struct m_tag),
		[M_POOL_DID] = sizeof(struct m_did),
		[M_POOL_GRANT] = sizeof(struct m_grant),
		[M_POOL_GTAG] = sizeof(struct m_gtag),
		[M_POOL_DEBT] = sizeof(struct m_debt),
	};
	unsigned int i;

	for (i = M_POOL_CTX; i <= M_POOL_DEBT; i++)
		m->b.pool[i].size = ALIGN(size[i], 8);
}

static void m_init(struct vtd_model *m, const struct vtd_model_config *cfg, const char *name)
{
	m->cfg = *cfg;
	mdl_init(&m->b, name, &m_base_ops, m_rules, M_RULE_NR, cfg->seed);
	m->b.coherent = cfg->coherent;
	m->b.flush_rule = M_RULE_FLUSH;
	m->b.freed_rule = M_O8;
	m->cap = m_cap(cfg);
	m->ecap = m_ecap(cfg);
	m->fectl = VTD_FECTL_IM;	/* reset value (11.4.7.2) */
	m->regs.ops = &m_regs_ops;
	INIT_LIST_HEAD(&m->ctxs);
	INIT_LIST_HEAD(&m->dids);
	INIT_LIST_HEAD(&m->debts);
	INIT_LIST_HEAD(&m->late);
	INIT_LIST_HEAD(&m->gtags);
	m_set_pools(m);
	m_fabric_init(m);
}

/**
 * vtd_model_create() - make a unit
 * @cfg: what it can do and how it behaves
 * @name: for messages
 * @out: the model
 *
 * Context: process.
 * Return: 0, -EINVAL for a configuration no unit has, -ENOMEM.
 */
int vtd_model_create(const struct vtd_model_config *cfg, const char *name, struct vtd_model **out)
{
	struct vtd_model *m;
	int err = -ENOMEM;

	if (!m_config_ok(cfg))
		return -EINVAL;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m_init(m, cfg, name);
	m->frcd = kcalloc(cfg->nr_fault_records, VTD_FRCD_SIZE, GFP_KERNEL);
	if (!m->frcd)
		goto err_free;
	err = m_queue_init(m);
	if (err)
		goto err_frcd;
	err = mdl_hash_init(&m->b);
	if (err)
		goto err_queue;
	*out = m;
	return 0;
err_queue:
	m_queue_destroy(m);
err_frcd:
	kfree(m->frcd);
err_free:
	kfree(m);
	return err;
}

/**
 * vtd_model_destroy() - the unit is gone
 * @m: the model, or NULL; nobody uses it any more
 */
void vtd_model_destroy(struct vtd_model *m)
{
	if (!m)
		return;
	mdl_destroy(&m->b);
	m_queue_destroy(m);
	kfree(m->frcd);
	kfree(m);
}

struct pl_regs *vtd_model_regs(struct vtd_model *m)
{
	return &m->regs;
}

struct pl_fabric *vtd_model_fabric(struct vtd_model *m)
{
	return &m->fabric;
}

void vtd_model_set_unit(struct vtd_model *m, struct pl_unit *unit)
{
	m->fabric.unit = unit;
}

const char *vtd_model_name(const struct vtd_model *m)
{
	return m->b.name;
}

/**
 * vtd_model_inject() - let something go wrong
 * @m: the model
 * @what: enum vtd_model_inject
 * @arg: its argument
 */
void vtd_model_inject(struct vtd_model *m, enum vtd_model_inject what, u32 arg)
{
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	switch (what) {
	case VTD_MODEL_INJECT_IQE:
		m->inject_iqe = arg;
		break;
	case VTD_MODEL_INJECT_ITE:
		m->inject_ite = true;
		break;
	case VTD_MODEL_INJECT_SLOW:
		m->slow_polls = arg;
		break;
	case VTD_MODEL_INJECT_OVERFLOW:
		m->inject_pfo = true;
		break;
	}
	spin_unlock_irqrestore(&m->b.lock, flags);
}

void vtd_model_stats(struct vtd_model *m, struct vtd_model_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&m->b.lock, flags);
	*st = m->st;
	st->fetches = m->b.fetches;
	st->memory = m->b.memory;
	st->entries = m->nr_entries;
	st->grants = m->nr_grants;
	st->owed = m->nr_debts;
	spin_unlock_irqrestore(&m->b.lock, flags);
}

/* See mdl_case(). */
int vtd_model_violation(struct vtd_model *m, unsigned int index, const char **name,
			const char **text, u64 *count)
{
	return mdl_case(&m->b, index, name, text, count);
}

/* Cases of all kinds together. */
u64 vtd_model_violations(struct vtd_model *m)
{
	return mdl_violations(&m->b);
}

/**
 * vtd_model_audit() - compare everything cached with memory
 * @m: the model
 *
 * Context: process; no operation is in flight on the unit.
 * Return: violations found by it.
 */
u64 vtd_model_audit(struct vtd_model *m)
{
	unsigned long flags;
	u64 found;

	spin_lock_irqsave(&m->b.lock, flags);
	found = m_check_audit(m);
	spin_unlock_irqrestore(&m->b.lock, flags);
	return found;
}

/**
 * vtd_model_freed_phys() - memory is about to go back to its owner (O8)
 * @m: the model
 * @phys: first byte
 * @size: bytes
 */
void vtd_model_freed_phys(struct vtd_model *m, u64 phys, u64 size)
{
	unsigned long flags;

	if (!size)
		return;
	spin_lock_irqsave(&m->b.lock, flags);
	m_check_freed(m, phys, size);
	spin_unlock_irqrestore(&m->b.lock, flags);
}
