// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (IHI0070 3.5, 4, 7.1): commands are consumed in order,
 * checked, held, and take effect in the least convenient order; only CMD_SYNC
 * puts an end to that (4.7, 4.8).
 *
 * Vocabulary.  A *segment* is what has been consumed since the last CMD_SYNC.
 * Its commands stay in it, done or not, until a CMD_SYNC has completed: until
 * then software cannot know.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: CONS passes a CMD_SYNC only after everything ahead of it has
 * taken effect and every debt it could hide is looked at.
 */
#include <asm/barrier.h>

#include "model.h"

int sm_queue_init(struct smmu_model *m)
{
	m->seg = kcalloc(SM_SEG_MAX, sizeof(*m->seg), GFP_KERNEL);
	m->order = kcalloc(SM_SEG_MAX, sizeof(*m->order), GFP_KERNEL);
	if (!m->seg || !m->order) {
		sm_queue_destroy(m);
		return -ENOMEM;
	}
	m->b.memory += SM_SEG_MAX * (sizeof(*m->seg) + sizeof(*m->order));
	m->inject_ill = -1;
	m->inject_abt = -1;
	m->slow_polls = m->cfg.slow_polls;
	return 0;
}

void sm_queue_destroy(struct smmu_model *m)
{
	kfree(m->seg);
	kfree(m->order);
}

/*
 * Decoding.  False: CERROR_ILL (7.1).
 */

static void dec_sid(const u64 *q, struct sm_cmd *c)
{
	c->sid = FIELD_GET(SMMU_CMD0_SID, q[0]);
	c->ssid = q[0] & SMMU_CMD0_SSV ? FIELD_GET(SMMU_CMD0_SSID, q[0]) : PL_NO_PASID;
}

static bool sid_ok(const struct smmu_model *m, const struct sm_cmd *c)
{
	return !((u64)c->sid >> m->cfg.sid_bits);
}

static bool dec_cfgi(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	dec_sid(q, c);
	c->leaf = q[1] & SMMU_CFGI1_LEAF;
	switch (c->op) {
	case SMMU_CMD_CFGI_STE_RANGE:
		c->range = FIELD_GET(SMMU_CFGI1_RANGE, q[1]);
		return c->range == SMMU_CFGI_ALL_RANGE || sid_ok(m, c);
	case SMMU_CMD_CFGI_CD:
		c->ssid = FIELD_GET(SMMU_CMD0_SSID, q[0]);
		return m->cfg.stage1 && sid_ok(m, c) && !(c->ssid >> m->cfg.ssid_bits);
	case SMMU_CMD_CFGI_CD_ALL:
		return m->cfg.stage1 && sid_ok(m, c);
	default:
		return sid_ok(m, c);
	}
}

/* 4.4.1.1: TG, SCALE and NUM make a range; TTL says the level of the leaf */
static bool dec_range(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	u64 mask = c->op == SMMU_CMD_TLBI_S2_IPA ? SMMU_TLBI1_IPA : SMMU_TLBI1_ADDR;
	u64 tg = FIELD_GET(SMMU_TLBI1_TG, q[1]), n;
	unsigned int num, scale;

	c->first = q[1] & mask;
	c->last = c->first | (MDL_PAGE - 1);
	c->leaf = q[1] & SMMU_TLBI1_LEAF;
	if (!m->cfg.range_inval || tg == SMMU_TLBI_TG_NONE)
		return true;
	num = FIELD_GET(SMMU_TLBI0_NUM, q[0]);
	scale = FIELD_GET(SMMU_TLBI0_SCALE, q[0]);
	c->ttl = FIELD_GET(SMMU_TLBI1_TTL, q[1]);
	c->gran = 10 + 2 * tg;
	if (!num && !scale && !c->ttl)
		return false;
	if (scale > 39 || (c->ttl == 1 && c->gran == 14))
		return false;
	n = (u64)(num + 1) << scale;
	c->first &= ~(BIT_ULL(c->gran) - 1);
	c->last = c->first + (n << c->gran) - 1;
	if (n >> (64 - c->gran) || c->last < c->first)
		c->last = U64_MAX;
	return true;
}

static bool dec_tlbi(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	u16 vmid = FIELD_GET(SMMU_TLBI0_VMID, q[0]);

	c->vmid = !m->cfg.stage2 ? 0 : m->cfg.vmid16 ? vmid : vmid & 0xff;
	c->asid = FIELD_GET(SMMU_TLBI0_ASID, q[0]);
	c->first = 0;
	c->last = U64_MAX;
	switch (c->op) {
	case SMMU_CMD_TLBI_NH_ALL:
	case SMMU_CMD_TLBI_NH_ASID:
		return m->cfg.stage1;
	case SMMU_CMD_TLBI_NH_VA:
	case SMMU_CMD_TLBI_NH_VAA:
		return m->cfg.stage1 && dec_range(m, q, c);
	case SMMU_CMD_TLBI_S12_VMALL:
		return m->cfg.stage2;
	case SMMU_CMD_TLBI_S2_IPA:
		return m->cfg.stage2 && dec_range(m, q, c);
	case SMMU_CMD_TLBI_NSNH_ALL:
		return true;
	default:
		return false;	/* IDR0.HYP is 0 */
	}
}

static bool dec_atc(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	u64 size = FIELD_GET(SMMU_ATC1_SIZE, q[1]);
	u64 mask = size >= SMMU_ATC_SIZE_ALL ? U64_MAX : (BIT_ULL(size) << MDL_PAGE_SHIFT) - 1;

	dec_sid(q, c);
	c->global = q[0] & SMMU_CMD0_SSV && q[0] & SMMU_ATC0_GLOBAL;
	c->first = q[1] & SMMU_ATC1_ADDR & ~mask;
	c->last = c->first | mask;
	return m->cfg.ats && size <= SMMU_ATC_SIZE_ALL && sid_ok(m, c);
}

static bool dec_sync(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	u64 cs = FIELD_GET(SMMU_SYNC0_CS, q[0]);

	if (cs == SMMU_SYNC_CS_IRQ && m->cfg.msi) {
		c->msi = q[1] & SMMU_SYNC1_MSIADDR;
		c->data = FIELD_GET(SMMU_SYNC0_MSIDATA, q[0]);
	}
	return cs <= SMMU_SYNC_CS_SEV;
}

static bool decode(const struct smmu_model *m, const u64 *q, struct sm_cmd *c)
{
	c->op = FIELD_GET(SMMU_CMD0_OP, q[0]);
	if (q[0] & SMMU_CMD0_SSEC && c->op != SMMU_CMD_SYNC && !sm_is_tlbi(c->op))
		return false;
	switch (c->op) {
	case SMMU_CMD_PREFETCH_CONFIG:
	case SMMU_CMD_PREFETCH_ADDR:
		dec_sid(q, c);
		return sid_ok(m, c);
	case SMMU_CMD_CFGI_STE ... SMMU_CMD_CFGI_CD_ALL:
		return dec_cfgi(m, q, c);
	case SMMU_CMD_TLBI_NH_ALL ... SMMU_CMD_TLBI_NSNH_ALL:
		return dec_tlbi(m, q, c);
	case SMMU_CMD_ATC_INV:
		return dec_atc(m, q, c);
	case SMMU_CMD_RESUME:
	case SMMU_CMD_STALL_TERM:
		dec_sid(q, c);
		c->stag = FIELD_GET(SMMU_RESUME1_STAG, q[1]);
		return m->cfg.stall != SMMU_MODEL_STALL_NONE;
	case SMMU_CMD_SYNC:
		return dec_sync(m, q, c);
	default:
		return false;	/* CMD_PRI_RESP too: IDR0.PRI is 0 */
	}
}

/*
 * Taking effect
 */

/* All of the address space is one byte more than fits. */
static u64 cmd_size(const struct sm_cmd *c)
{
	u64 size = c->last - c->first + 1;

	return size ? size : U64_MAX;
}

/*
 * A device that is not there, or whose ATS is off, does not answer; it is the
 * driver's to know (O7).
 */
static void do_atc(struct smmu_model *m, const struct sm_cmd *c)
{
	struct mdl_port *p = c->sid <= U16_MAX ? mdl_port_find(&m->b, c->sid) : NULL;

	if (!p || m->inject_atc) {
		m->inject_atc = false;
		m->atc_failed = true;
		return;
	}
	if (!(p->bits & PL_EP_ATS))
		sm_violation(m, SM_O7, "CMD_ATC_INV for StreamID %#x, whose ATS is off", c->sid);
	p->port->ops->invalidate(p->port, c->ssid, c->global, c->first, cmd_size(c));
	sm_check_atc(m, c);
}

static void do_stall(struct smmu_model *m, const struct sm_cmd *c)
{
	unsigned int i;

	if (c->op == SMMU_CMD_RESUME) {
		sm_stall_end(m, c->sid, c->stag);
		return;
	}
	for (i = 0; i < SM_STALLS; i++)
		sm_stall_end(m, c->sid, i);
}

static void do_cfgi(struct smmu_model *m, const struct sm_cmd *c)
{
	if (c->op == SMMU_CMD_CFGI_CD || c->op == SMMU_CMD_CFGI_CD_ALL)
		sm_inv_cd(m, c);
	else
		sm_inv_ste(m, c);
	sm_check_cfgi(m, c);
	if (c->op == SMMU_CMD_CFGI_STE_RANGE && c->range == SMMU_CFGI_ALL_RANGE)
		m->conf_clean = true;
}

static void do_cmd(struct smmu_model *m, struct sm_cmd *c)
{
	c->done = true;
	m->st.cmds[c->op]++;
	switch (c->op) {
	case SMMU_CMD_CFGI_STE ... SMMU_CMD_CFGI_CD_ALL:
		do_cfgi(m, c);
		break;
	case SMMU_CMD_TLBI_NH_ALL ... SMMU_CMD_TLBI_NSNH_ALL:
		sm_inv_tlb(m, c);
		sm_check_tlbi(m, c);
		m->tlb_clean |= c->op == SMMU_CMD_TLBI_NSNH_ALL;
		break;
	case SMMU_CMD_ATC_INV:
		do_atc(m, c);
		break;
	case SMMU_CMD_RESUME:
	case SMMU_CMD_STALL_TERM:
		do_stall(m, c);
		break;
	}
}

/* Let everything consumed so far take effect (4.7: in any order). */
static void seg_run(struct smmu_model *m)
{
	u32 i;

	mdl_shuffle(&m->b, m->order, m->nr_seg, m->cfg.order == SMMU_MODEL_ORDER_QUEUE);
	for (i = 0; i < m->nr_seg; i++)
		if (!m->seg[m->order[i]].done)
			do_cmd(m, &m->seg[m->order[i]]);
}

static void error(struct smmu_model *m, u32 why)
{
	m->cmdq_cons = (m->cmdq_cons & ~SMMU_CMDQ_CONS_ERR) | FIELD_PREP(SMMU_CMDQ_CONS_ERR, why);
	sm_gerror(m, SMMU_GERROR_CMDQ_ERR);
}

/* 4.7.3: how software learns of it */
static void sync_signal(struct smmu_model *m, const struct sm_cmd *c)
{
	if (!c->msi)
		return;
	if (!mdl_mem_ok(c->msi, 4)) {
		sm_gerror(m, SMMU_GERROR_MSI_CMDQ);
		return;
	}
	/* what was invalidated is seen to be so by who sees the word */
	smp_store_release((u32 *)phys_to_virt(c->msi), c->data);
}

/* A CMD_SYNC: false when it stays where it is, with an error (7.1). */
static bool do_sync(struct smmu_model *m, const struct sm_cmd *c)
{
	seg_run(m);
	if (m->atc_failed) {
		m->atc_failed = false;
		error(m, SMMU_CERROR_ATC_INV_SYNC);
		return false;
	}
	sm_check_sync(m);
	m->nr_seg = 0;
	m->syncs++;
	m->st.syncs++;
	m->st.cmds[SMMU_CMD_SYNC]++;
	sync_signal(m, c);
	return true;
}

/*
 * Consumption
 */

static unsigned int log2size(const struct smmu_model *m)
{
	return min_t(unsigned int, FIELD_GET(SMMU_Q_BASE_LOG2SIZE, m->cmdq_base),
		     m->cfg.cmdq_bits);
}

static bool halted(const struct smmu_model *m)
{
	return (m->gerror ^ m->gerrorn) & SMMU_GERROR_CMDQ_ERR;
}

static u32 cmd_index(const struct smmu_model *m, u32 at)
{
	return at & (BIT(log2size(m)) - 1);
}

static u64 cmd_phys(const struct smmu_model *m, u32 at)
{
	u64 base = m->cmdq_base & SMMU_Q_BASE_ADDR & ~(BIT_ULL(log2size(m) + SMMU_CMD_SHIFT) - 1);

	return base + ((u64)cmd_index(m, at) << SMMU_CMD_SHIFT);
}

static u32 next_index(const struct smmu_model *m, u32 at)
{
	return (at + 1) & (BIT(log2size(m) + 1) - 1);
}

static u32 cons_index(const struct smmu_model *m)
{
	return m->cmdq_cons & (BIT(log2size(m) + 1) - 1);
}

static u32 prod_index(const struct smmu_model *m)
{
	return m->cmdq_prod & (BIT(log2size(m) + 1) - 1);
}

/* Fetch and decode the command at CONS; 0 or CERROR_* */
static u32 fetch(struct smmu_model *m, struct sm_cmd *c)
{
	u64 at = cmd_phys(m, cons_index(m)), q[2];
	const u64 *va;

	if (!mdl_mem_ok(at, sizeof(q)) || (m->inject_abt >= 0 && !m->inject_abt--))
		return SMMU_CERROR_ABT;
	va = phys_to_virt(at);
	q[0] = READ_ONCE(va[0]);	/* queues are in coherent memory, or flushed [M] */
	q[1] = READ_ONCE(va[1]);
	memset(c, 0, sizeof(*c));
	if (m->inject_ill >= 0 && !m->inject_ill--)
		return SMMU_CERROR_ILL;
	return decode(m, q, c) ? SMMU_CERROR_NONE : SMMU_CERROR_ILL;
}

/* The oldest commands that are done make room. */
static void seg_make_room(struct smmu_model *m)
{
	if (m->nr_seg < SM_SEG_MAX)
		return;
	seg_run(m);
	m->nr_seg = 0;
}

/* Consume one command; false when the queue stops here. */
static bool consume(struct smmu_model *m)
{
	struct sm_cmd *c;
	u32 err;

	seg_make_room(m);
	c = &m->seg[m->nr_seg];
	err = fetch(m, c);
	if (err) {
		error(m, err);
		return false;
	}
	if (c->op == SMMU_CMD_SYNC) {
		if (!do_sync(m, c))
			return false;
	} else if (c->op == SMMU_CMD_RESUME || c->op == SMMU_CMD_STALL_TERM) {
		do_cmd(m, c);	/* nobody waits for these (4.6) */
	} else {
		m->nr_seg++;
	}
	m->cmdq_cons = (m->cmdq_cons & SMMU_CMDQ_CONS_ERR) | next_index(m, cons_index(m));
	return true;
}

static void queue_run(struct smmu_model *m)
{
	if (!(m->cr0.val & SMMU_CR0_CMDQEN))
		return;
	while (cons_index(m) != prod_index(m) && !halted(m))
		if (!consume(m))
			break;
	if (m->nr_seg && !m->cfg.lazy)
		seg_run(m);
}

/* PROD written, an error acknowledged, the queue enabled. */
void sm_queue_kick(struct smmu_model *m)
{
	if (!m->slow_polls)
		queue_run(m);
	else if (!m->slow)
		m->slow = m->slow_polls;
}

/* A register was read: under slow completion that is how time passes. */
void sm_queue_poll(struct smmu_model *m)
{
	if (m->slow && !--m->slow)
		queue_run(m);
}

bool sm_queue_idle(const struct smmu_model *m)
{
	return cons_index(m) == prod_index(m) && !m->nr_seg;
}

/**
 * sm_queue_has_atc() - is a CMD_ATC_INV on its way?
 * @m: the model
 * @sid: to this device
 *
 * Return: true for one that no completed CMD_SYNC is behind.
 */
bool sm_queue_has_atc(const struct smmu_model *m, u32 sid)
{
	const u64 *q;
	u32 i, at;

	for (i = 0; i < m->nr_seg; i++)
		if (m->seg[i].op == SMMU_CMD_ATC_INV && m->seg[i].sid == sid)
			return true;
	if (!(m->cr0.val & SMMU_CR0_CMDQEN))
		return false;
	for (at = cons_index(m); at != prod_index(m); at = next_index(m, at)) {
		if (!mdl_mem_ok(cmd_phys(m, at), 16))
			return false;
		q = phys_to_virt(cmd_phys(m, at));
		if (FIELD_GET(SMMU_CMD0_OP, READ_ONCE(q[0])) == SMMU_CMD_ATC_INV &&
		    FIELD_GET(SMMU_CMD0_SID, READ_ONCE(q[0])) == sid)
			return true;
	}
	return false;
}
