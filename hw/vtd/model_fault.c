// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults as software gets to see them: the fault recording registers (7.2.1,
 * 11.4.7.6), the fault status (11.4.7.1) and the fault event (7.3).
 *
 * Vocabulary.  A fault is *qualified* when an FPD bit on the way suppresses it,
 * *recoverable* when the device learns of it from its translation completion
 * and software from nobody (7.1.2).
 *
 * Locking: vtd_model.b.lock; the event is delivered by mdl_irq_run().
 *
 * The hard rule: records fill in a circle and nothing is ever overwritten.
 */
#include "model.h"

#define M_FSTS_EVENTS	(VTD_FSTS_PFO | VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE)

/* PPF is the OR of all F bits, computed (7.2.1). */
u32 m_fault_status(const struct vtd_model *m)
{
	return m->fsts | (m->frcd_used ? VTD_FSTS_PPF : 0);
}

static bool m_fault_pending(const struct vtd_model *m)
{
	return m->frcd_used || m->fsts & M_FSTS_EVENTS;
}

/* 7.3: an event only where no earlier one waits to be served. */
static void m_fault_raise(struct vtd_model *m, bool pending)
{
	if (pending)
		return;
	if (m->fectl & VTD_FECTL_IM)
		m->fectl |= VTD_FECTL_IP;
	else
		WRITE_ONCE(m->b.irq[PL_IRQ_FAULT].due, true);
}

/**
 * m_fault_event() - PFO, IQE, ICE or ITE becomes set
 * @m: the model
 * @bit: which
 */
void m_fault_event(struct vtd_model *m, u32 bit)
{
	bool pending = m_fault_pending(m);

	m->fsts |= bit;
	m_fault_raise(m, pending);
}

static void m_fault_served(struct vtd_model *m)
{
	if (!m_fault_pending(m))
		m->fectl &= ~VTD_FECTL_IP;
}

/* Software writes ones to FSTS. */
void m_fault_clear(struct vtd_model *m, u32 val)
{
	m->fsts &= ~(val & M_FSTS_EVENTS);
	m_fault_served(m);
}

/**
 * m_fault_frcd_write() - software writes a part of a fault record
 * @m: the model
 * @off: byte offset within the records, a multiple of 4
 * @val: what it writes; only F can change, by a one
 */
void m_fault_frcd_write(struct vtd_model *m, u32 off, u32 val)
{
	u64 *hi = &m->frcd[off / VTD_FRCD_SIZE * 2 + 1];

	if (off % VTD_FRCD_SIZE != 12 || !(val & BIT(31)) || !(*hi & VTD_FRCD_HI_F))
		return;
	*hi &= ~VTD_FRCD_HI_F;
	m->frcd_used--;
	m_fault_served(m);
}

void m_fault_unmask(struct vtd_model *m, u32 fectl)
{
	m->fectl = (m->fectl & ~VTD_FECTL_IM) | (fectl & VTD_FECTL_IM);
	if (m->fectl & VTD_FECTL_IM || !(m->fectl & VTD_FECTL_IP))
		return;
	m->fectl &= ~VTD_FECTL_IP;
	WRITE_ONCE(m->b.irq[PL_IRQ_FAULT].due, true);
}

/* Table 30, column "Qualified" */
static bool m_fault_qualified(enum m_reason r)
{
	return r >= M_CTX_NP && r != M_PDE_ACCESS && r != M_PE_ACCESS;
}

/* Table 30, columns "Translation": a successful completion without rights */
static bool m_fault_recoverable(enum m_reason r)
{
	switch (r) {
	case M_PDE_NP:
	case M_PE_NP:
	case M_FS_ACCESS ... M_FS_AD_WRITE:
	case M_FS_AD_NOSNOOP:
	case M_SS_NP:
	case M_CANONICAL:
	case M_USER:
	case M_HAW:
	case M_WIDTH:
	case M_WRITE:
	case M_READ:
		return true;
	default:
		return false;
	}
}

static u64 m_frcd_hi(const struct m_walk *w, bool translated)
{
	u64 at = translated ? 2 : w->xlat ? 1 : 0;
	u64 hi = VTD_FRCD_HI_F | FIELD_PREP(VTD_FRCD_HI_SID, w->rid) |
		 FIELD_PREP(VTD_FRCD_HI_FR, w->reason) | at << 60;

	if (!w->write)
		hi |= VTD_FRCD_HI_READ;
	if (w->req_pasid != PL_NO_PASID)
		hi |= VTD_FRCD_HI_PP | FIELD_PREP(VTD_FRCD_HI_PV, w->req_pasid);
	return hi;
}

static void m_frcd_store(struct vtd_model *m, u64 lo, u64 hi)
{
	bool pending = m_fault_pending(m);

	if (!m->frcd_used)
		m->fsts = (m->fsts & ~VTD_FSTS_FRI) | FIELD_PREP(VTD_FSTS_FRI, m->frcd_next);
	m->frcd[m->frcd_next * 2] = lo;
	m->frcd[m->frcd_next * 2 + 1] = hi;
	m->frcd_next = (m->frcd_next + 1) % m->cfg.nr_fault_records;
	m->frcd_used++;
	m->st.faults++;
	m_fault_raise(m, pending);
}

/**
 * m_fault_record() - log a request that was refused (7.2.1)
 * @w: the request, with its reason
 * @translated: it was a translated request
 * @addr: the address it carried
 */
void m_fault_record(struct m_walk *w, bool translated, u64 addr)
{
	struct vtd_model *m = w->m;

	if (w->fpd && m_fault_qualified(w->reason))
		return;
	if (w->xlat && m_fault_recoverable(w->reason))
		return;
	if (m->fsts & VTD_FSTS_PFO) {
		m->st.faults_lost++;
		return;
	}
	if (m->inject_pfo || m->frcd[m->frcd_next * 2 + 1] & VTD_FRCD_HI_F) {
		m->inject_pfo = false;
		m->st.faults_lost++;
		m_fault_event(m, VTD_FSTS_PFO);
		return;
	}
	m_frcd_store(m, addr & VTD_FRCD_LO_FI, m_frcd_hi(w, translated));
}
