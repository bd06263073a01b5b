// SPDX-License-Identifier: GPL-2.0-only
/*
 * What software gets to see when something is wrong: the event queue (IHI0070
 * 7.2 to 7.4), global errors (7.5), stalled transactions (3.12.2) and the
 * interrupts for all of them (3.18).
 *
 * Vocabulary.  An error is *active* while its bits in GERROR and GERRORN
 * differ.  A queue *overflows* once: OVFLG stays as it is until software has
 * made OVACKFLG equal to it.
 *
 * The fabric cannot hold a request back: a stalled one is refused to its
 * device, as if it had been terminated, and its STAG stays taken until
 * CMD_RESUME or CMD_STALL_TERM gives it back.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: no event is ever overwritten, and the interrupt is an edge: it
 * comes when the queue stops being empty, and not again before it was empty.
 */
#include "model.h"

static u32 index_mask(const struct smmu_model *m)
{
	unsigned int log2 = FIELD_GET(SMMU_Q_BASE_LOG2SIZE, m->eventq_base);

	return BIT(min_t(unsigned int, log2, m->cfg.eventq_bits)) - 1;
}

static bool is_empty(const struct smmu_model *m)
{
	u32 mask = index_mask(m) << 1 | 1;

	return !((m->eventq_prod ^ m->eventq_cons) & mask);
}

static bool is_full(const struct smmu_model *m)
{
	u32 mask = index_mask(m) << 1 | 1;

	return ((m->eventq_prod ^ m->eventq_cons) & mask) == index_mask(m) + 1;
}

/*
 * Interrupts
 */

/* 6.3.19: by a write where an address is set, else by wire */
static void interrupt(struct smmu_model *m, enum pl_irq which, const struct sm_msi *msi, u32 abort)
{
	u64 addr = msi->addr & SMMU_MSI_CFG0_ADDR;

	if (!m->cfg.msi || !addr) {
		WRITE_ONCE(m->b.irq[which].due, true);
		return;
	}
	if (mdl_mem_ok(addr, 4))
		WRITE_ONCE(*(u32 *)phys_to_virt(addr), msi->data);
	else if (abort)
		sm_gerror(m, abort);
}

/**
 * sm_gerror() - an error becomes active, if it is not (7.5)
 * @m: the model
 * @bit: which
 */
void sm_gerror(struct smmu_model *m, u32 bit)
{
	if ((m->gerror ^ m->gerrorn) & bit)
		return;
	m->gerror ^= bit;
	if (m->irq_ctrl.val & SMMU_IRQ_GERROR)
		interrupt(m, PL_IRQ_ERROR, &m->gerror_msi,
			  bit == SMMU_GERROR_MSI_GERROR ? 0 : SMMU_GERROR_MSI_GERROR);
}

static void event_interrupt(struct smmu_model *m)
{
	if (m->irq_ctrl.val & SMMU_IRQ_EVENTQ)
		interrupt(m, PL_IRQ_FAULT, &m->eventq_msi, SMMU_GERROR_MSI_EVENTQ);
}

/* IRQ_CTRL was written: what is pending now interrupts [M]. */
void sm_irq_update(struct smmu_model *m)
{
	if (!is_empty(m))
		event_interrupt(m);
	if ((m->gerror ^ m->gerrorn) && m->irq_ctrl.val & SMMU_IRQ_GERROR)
		interrupt(m, PL_IRQ_ERROR, &m->gerror_msi, SMMU_GERROR_MSI_GERROR);
}

/*
 * Events
 */

/* Faults of a translation, which CD.R, CD.S, STE.S2R and S2S are about (3.12) */
static bool is_translation(u32 why)
{
	return why >= SMMU_EVT_TRANSLATION && why <= SMMU_EVT_PERMISSION;
}

/* 3.12, 5.2 S2R, 5.4 R: terminated faults are recorded where the entry says so. */
static bool records(const struct sm_walk *w)
{
	if (!is_translation(w->reason))
		return true;
	if (w->f_s2)
		return w->ste[2] & SMMU_STE2_S2R;
	return !w->have_cd || w->cd[0] & SMMU_CD0_R;
}

static bool stalls(const struct sm_walk *w)
{
	if (!is_translation(w->reason) || w->m->cfg.stall == SMMU_MODEL_STALL_NONE)
		return false;
	if (w->f_s2)
		return w->ste[2] & SMMU_STE2_S2S;
	return w->have_cd && w->cd[0] & SMMU_CD0_S;
}

static int stall_begin(struct smmu_model *m, u32 sid)
{
	unsigned int n;

	if (!~m->stalled)
		return -ENOSPC;
	n = __ffs64(~m->stalled);
	m->stalled |= BIT_ULL(n);
	m->stall_sid[n] = sid;
	return n;
}

/**
 * sm_stall_end() - CMD_RESUME or CMD_STALL_TERM for a transaction (4.6)
 * @m: the model
 * @sid: of the stream
 * @stag: as its event said
 *
 * Return: true when there was one.
 */
bool sm_stall_end(struct smmu_model *m, u32 sid, u16 stag)
{
	if (stag >= SM_STALLS || !(m->stalled & BIT_ULL(stag)) || m->stall_sid[stag] != sid)
		return false;
	m->stalled &= ~BIT_ULL(stag);
	return true;
}

/* 7.3: words 1 to 3, as far as the event has them */
static void fill_event(const struct sm_walk *w, u64 addr, u64 *e)
{
	if (w->reason == SMMU_EVT_STE_FETCH || w->reason == SMMU_EVT_CD_FETCH) {
		e[3] = w->f_fetch & SMMU_EVT3_FETCH;
		return;
	}
	if (w->reason < SMMU_EVT_WALK_EABT && w->reason != SMMU_EVT_BAD_ATS_TREQ &&
	    w->reason != SMMU_EVT_TRANSL_FORBIDDEN)
		return;
	e[2] = addr;
	e[1] |= w->write ? 0 : SMMU_EVT1_RNW;
	if (w->reason < SMMU_EVT_WALK_EABT)
		return;
	e[1] |= FIELD_PREP(SMMU_EVT1_CLASS, w->f_class);
	if (w->f_s2) {
		e[1] |= SMMU_EVT1_S2;
		e[3] = w->f_ipa & SMMU_EVT3_IPA;
	}
	if (w->reason == SMMU_EVT_WALK_EABT)
		e[3] = w->f_fetch & SMMU_EVT3_FETCH;
}

static void overflow(struct smmu_model *m)
{
	m->st.events_lost++;
	/* 7.4: not again before software has seen the last one */
	if (!((m->eventq_prod ^ m->eventq_cons) & SMMU_Q_OVERFLOW))
		m->eventq_prod ^= SMMU_Q_OVERFLOW;
}

static void push(struct smmu_model *m, const u64 *e)
{
	u32 mask = index_mask(m), prod = m->eventq_prod & (mask << 1 | 1);
	u64 base = m->eventq_base & SMMU_Q_BASE_ADDR & ~((mask + 1ULL) * 32 - 1);
	u64 at = base + (u64)(prod & mask) * 32, *va;
	bool was_empty = is_empty(m);
	unsigned int i;

	if (!mdl_mem_ok(at, 32)) {
		m->st.events_lost++;
		sm_gerror(m, SMMU_GERROR_EVENTQ_ABT);
		return;
	}
	va = phys_to_virt(at);
	for (i = 0; i < SMMU_EVT_WORDS; i++)
		WRITE_ONCE(va[i], e[i]);
	m->eventq_prod = (m->eventq_prod & SMMU_Q_OVERFLOW) | ((prod + 1) & (mask << 1 | 1));
	m->st.events++;
	if (was_empty)
		event_interrupt(m);
}

static bool silent(const struct sm_walk *w)
{
	struct smmu_model *m = w->m;

	if (w->reason > 0xff || !(m->cr0.val & SMMU_CR0_EVENTQEN))
		return true;
	if (w->reason == SMMU_EVT_BAD_STREAMID && !(m->cr2 & SMMU_CR2_RECINVSID))
		return true;
	/* the completion tells the device; IDR0.ATSRECERR is 0 (3.9.1.2) */
	return w->xlat && w->reason != SMMU_EVT_BAD_ATS_TREQ;
}

/**
 * sm_event() - record a request that was refused (7.3)
 * @w: the request, with its reason
 * @addr: the address it carried
 */
void sm_event(struct sm_walk *w, u64 addr)
{
	u64 e[SMMU_EVT_WORDS] = { w->reason | FIELD_PREP(SMMU_EVT0_SID, (u64)w->sid) };
	struct smmu_model *m = w->m;
	bool full = is_full(m) || m->inject_ovf;
	int stag = -1;

	if (silent(w) || (!stalls(w) && !records(w)))
		return;
	m->inject_ovf = false;
	/* 7.4: a fault that stalls is kept until there is room; here it ends */
	if (full) {
		overflow(m);
		return;
	}
	if (w->ssid != PL_NO_PASID)
		e[0] |= FIELD_PREP(SMMU_EVT0_SSID, (u64)w->ssid) |
			/* 7.3.9: there always is one */
			(w->reason != SMMU_EVT_BAD_SUBSTREAMID ? SMMU_EVT0_SSV : 0);
	if (stalls(w))
		stag = stall_begin(m, w->sid);
	if (stag >= 0)
		e[1] = SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, (u64)stag);
	fill_event(w, addr, e);
	push(m, e);
}
