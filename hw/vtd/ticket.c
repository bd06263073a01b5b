// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tickets: what an operation owes the unit's caches, and the batch that pays.
 *
 * Vocabulary.  A *debt* is what one slot owes: caches that may hold its entry
 * or its translations.  Debts become descriptors when they are paid, since only
 * then is it known how many are alike.
 *
 * Order.  A batch goes through the debts three times, as caches must forget
 * (O2): configuration (context, PASID-cache), IOTLB, device TLB.  A device TLB
 * asks the IOTLB, the IOTLB asks the PASID-cache; a cache emptied before the
 * one it asks fills up with what is going away.  The unit keeps that order by
 * itself (6.5.2.12), so there are no fences, with one exception: a device-TLB
 * invalidation for the RID waits for IOTLB invalidations but not for
 * PASID-based ones.
 *
 * Merging.  More than MERGE_AT debts of one DID and device become one, for all
 * PASIDs: one domain-selective invalidation in the place of the single ones
 * (6.5.3.3), one of all PASIDs of the device in the place of its device-TLB
 * ones.  So an unmap seen by 64 PASIDs and a detach of 1,000 cost a handful of
 * descriptors, and a debt that such a one covers costs next to nothing.  A
 * ticket that is full nevertheless goes into the queue, without a wait.
 *
 * Locking: a ticket is its caller's.
 *
 * The hard rule: what one slot owes stays in one batch.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/mm.h>

#include "vtd.h"

#define NR_DEBTS	8
#define MERGE_AT	4	/* single debts of one kind before they become one */
#define BATCH_MAX	(3 * NR_DEBTS + 1)

/* The kind of a debt: whose it is and what is owed, all but the PASID. */
#define KIND_DID	GENMASK_ULL(15, 0)
#define KIND_RID	GENMASK_ULL(31, 16)
#define OWE_CONTEXT	BIT_ULL(32)	/* the context entry, and whatever it led to */
#define OWE_CONFIG	BIT_ULL(33)	/* the PASID-table entry */
#define OWE_BY_PASID	BIT_ULL(34)	/* first stage: cached by DID and PASID */
#define OWE_BY_DID	BIT_ULL(35)	/* second stage and pass-through: by DID alone */
#define OWE_DTLB_PASID	BIT_ULL(36)	/* device TLB, requests with PASID */
#define OWE_DTLB_RID	BIT_ULL(37)	/* device TLB, requests without */

struct debt {
	u64 kind;
	u32 pasid;
	bool all;		/* of every PASID */
};

/* In pl_ticket.hw; what is before the debts starts as zero. */
struct vtd_ticket {
	u64 number;		/* of the last batch in the queue */
	const struct pl_range *range;	/* of all debts; NULL: every address */
	u8 nr;
	bool queued;		/* @number is valid */
	struct debt debts[NR_DEBTS];
};

static struct vtd_ticket *to_vt(struct pl_ticket *t)
{
	BUILD_BUG_ON(sizeof(struct vtd_ticket) > sizeof(t->hw));
	BUILD_BUG_ON(offsetof(struct vtd_ticket, debts) > PL_TICKET_ZEROED * sizeof(t->hw[0]));
	return (struct vtd_ticket *)t->hw;
}

static u16 did_of(const struct debt *o)
{
	return FIELD_GET(KIND_DID, o->kind);
}

static u16 rid_of(const struct debt *o)
{
	return FIELD_GET(KIND_RID, o->kind);
}

/* The tag under which the unit caches what @dom translates for @d. */
u16 vtd_did(const struct pl_dev *d, struct pl_domain *dom)
{
	const struct vtd_dev *vd = d->hw;

	if (dom->type == PL_DOMAIN_IDENTITY)
		return VTD_DID_PT;
	return dom->stage == 1 ? vd->did : to_vtd_domain(dom)->did;
}

/* 6.5.2.1, 6.5.2.2: by PASID, or domain-selective. */
static void put_config(struct vtd_unit *v, struct vtd_batch *b, const struct debt *o)
{
	bool global = o->kind & OWE_CONTEXT && v->unit.caps.caching_mode;
	bool all = o->all || o->kind & OWE_CONTEXT;
	u64 g = global ? VTD_PC_GLOBAL : all ? VTD_PC_DOMAIN : VTD_PC_PASID;

	if (o->kind & OWE_CONTEXT)
		vtd_batch_put(b, VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_DEVICE) |
			      FIELD_PREP(VTD_CC_SID, rid_of(o)), 0);
	if (o->kind & (OWE_CONTEXT | OWE_CONFIG))
		vtd_batch_put(b, VTD_DESC_PC | FIELD_PREP(VTD_PC_G, g) |
			      FIELD_PREP(VTD_PC_DID, did_of(o)) |
			      FIELD_PREP(VTD_PC_PASID_ID, all ? 0 : o->pasid), 0);
}

/* The order of the smallest naturally aligned block of pages that holds @r. */
static u32 range_order(const struct pl_range *r)
{
	return fls64((r->first ^ r->last) >> PAGE_SHIFT);
}

static bool range_is_all(const struct vtd_unit *v, const struct pl_range *r)
{
	return !r || range_order(r) > FIELD_GET(VTD_CAP_MAMV, v->cap) ||
	       !(v->cap & VTD_CAP_PSI);
}

static u64 range_hi(const struct pl_range *r)
{
	u32 order = range_order(r);

	return FIELD_PREP(VTD_INV_HI_AM, order) | (r->leaf_only ? VTD_INV_HI_IH : 0) |
	       (r->first & ~((PAGE_SIZE << order) - 1));
}

/* 6.5.2.3, by DID, whoever uses it: what a merged debt needs, and the second stage. */
static void put_iotlb_did(struct vtd_unit *v, struct vtd_batch *b, const struct debt *o,
			  const struct pl_range *r)
{
	bool global = o->kind & OWE_CONTEXT && v->unit.caps.caching_mode;
	bool whole = !(o->kind & OWE_BY_DID) || range_is_all(v, r);
	u64 g = global ? VTD_IOTLB_GLOBAL : whole ? VTD_IOTLB_DOMAIN : VTD_IOTLB_PAGE;

	vtd_batch_put(b, VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, g) |
		      FIELD_PREP(VTD_IOTLB_DID, did_of(o)) | VTD_IOTLB_DR | VTD_IOTLB_DW,
		      whole ? 0 : range_hi(r));
}

/* 6.5.2.4, by DID and PASID. */
static void put_iotlb_pasid(struct vtd_unit *v, struct vtd_batch *b, const struct debt *o,
			    const struct pl_range *r)
{
	bool whole = range_is_all(v, r);

	vtd_batch_put(b, VTD_DESC_PIOTLB |
		      FIELD_PREP(VTD_PIOTLB_G, whole ? VTD_PIOTLB_ALL : VTD_PIOTLB_PAGE) |
		      FIELD_PREP(VTD_PIOTLB_DID, did_of(o)) |
		      FIELD_PREP(VTD_PIOTLB_PASID, o->pasid), whole ? 0 : range_hi(r));
}

static bool is_by_did(const struct debt *o)
{
	return o->all || o->kind & (OWE_BY_DID | OWE_CONTEXT);
}

/* What one debt has emptied by DID, another need not empty again. */
static bool iotlb_covered(const struct vtd_ticket *vt, const struct debt *o)
{
	const struct debt *p;

	for (p = vt->debts; p < vt->debts + vt->nr; p++)
		if (p != o && did_of(p) == did_of(o) && is_by_did(p) && (p < o || !is_by_did(o)))
			return true;
	return false;
}

/* Whether any was PASID-based. */
static bool put_iotlbs(struct vtd_unit *v, struct vtd_batch *b, const struct vtd_ticket *vt)
{
	const struct debt *o;
	bool by_pasid = false;

	for (o = vt->debts; o < vt->debts + vt->nr; o++) {
		if (iotlb_covered(vt, o))
			continue;
		if (is_by_did(o)) {
			put_iotlb_did(v, b, o, vt->range);
		} else {
			put_iotlb_pasid(v, b, o, vt->range);
			by_pasid = true;
		}
	}
	return by_pasid;
}

/*
 * The size of a device-TLB invalidation stands in the address: S set, and the
 * lowest zero bit from bit 12 up tells it (6.5.2.5, PCIe 10.3.1).  All ones
 * below bit 63 are everything.
 */
static u64 dtlb_addr(const struct pl_range *r, u64 s)
{
	u32 order = r ? range_order(r) : 0;

	if (!r || order > 50)
		return GENMASK_ULL(62, 12) | s;
	if (!order)
		return r->first & PAGE_MASK;
	return (r->first & ~((PAGE_SIZE << order) - 1)) |
	       (((PAGE_SIZE << (order - 1)) - 1) & PAGE_MASK) | s;
}

/* 4.3: the physical function, which is the device itself as no VF gets here. */
static u64 pfsid(const struct vtd_unit *v, u16 sid)
{
	BUILD_BUG_ON(VTD_DTLB_PFSID_LO != VTD_PDTLB_PFSID_LO);
	BUILD_BUG_ON(VTD_DTLB_PFSID_HI != VTD_PDTLB_PFSID_HI);
	if (!(v->ecap & VTD_ECAP_DIT))
		return 0;
	return FIELD_PREP(VTD_DTLB_PFSID_LO, sid & 0xf) | FIELD_PREP(VTD_DTLB_PFSID_HI, sid >> 4);
}

/* One operation changes one range, so the form for all PASIDs keeps it. */
static void put_dtlb_pasid(struct vtd_unit *v, struct vtd_batch *b, const struct debt *o,
			   bool all, const struct pl_range *r)
{
	u16 sid = rid_of(o);

	vtd_batch_put(b, VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_SID, sid) | pfsid(v, sid) |
		      FIELD_PREP(VTD_PDTLB_PASID, all ? 0 : o->pasid),
		      dtlb_addr(r, VTD_PDTLB_HI_S) | (all ? VTD_PDTLB_HI_G : 0));
}

/* How many of one device there are before @end; a debt for all is many. */
static u32 dtlb_count(const struct vtd_ticket *vt, const struct debt *end, u16 rid)
{
	const struct debt *o;
	u32 n = 0;

	for (o = vt->debts; o < end; o++)
		if (rid_of(o) == rid && o->kind & OWE_DTLB_PASID)
			n += o->all ? MERGE_AT + 1 : 1;
	return n;
}

static void put_dtlbs(struct vtd_unit *v, struct vtd_batch *b, const struct vtd_ticket *vt)
{
	const struct debt *o, *end = vt->debts + vt->nr;
	bool all;

	for (o = vt->debts; o < end; o++) {
		if (o->kind & OWE_DTLB_RID)
			vtd_batch_put(b, VTD_DESC_DTLB | FIELD_PREP(VTD_DTLB_SID, rid_of(o)) |
				      pfsid(v, rid_of(o)), dtlb_addr(vt->range, VTD_DTLB_HI_S));
		if (!(o->kind & OWE_DTLB_PASID))
			continue;
		all = dtlb_count(vt, end, rid_of(o)) > MERGE_AT;
		if (!all || !dtlb_count(vt, o, rid_of(o)))
			put_dtlb_pasid(v, b, o, all, vt->range);
	}
}

static bool owes_rid(const struct vtd_ticket *vt)
{
	const struct debt *o;

	for (o = vt->debts; o < vt->debts + vt->nr; o++)
		if (o->kind & OWE_DTLB_RID)
			return true;
	return false;
}

/* Configuration, IOTLB, device TLB; a fence where 6.5.2.12 leaves a gap. */
static void batch_build(struct vtd_unit *v, struct vtd_batch *b, const struct vtd_ticket *vt)
{
	const struct debt *o;

	for (o = vt->debts; o < vt->debts + vt->nr; o++)
		put_config(v, b, o);
	if (put_iotlbs(v, b, vt) && owes_rid(vt))
		vtd_batch_put(b, VTD_DESC_WAIT | VTD_WAIT_FN, 0);
	put_dtlbs(v, b, vt);
}

static void ticket_emit(struct vtd_unit *v, struct pl_ticket *t)
{
	struct vtd_ticket *vt = to_vt(t);
	struct vtd_batch b;

	vtd_batch_begin(&b, &v->queue, BATCH_MAX, &t->cost);
	batch_build(v, &b, vt);
	vt->number = vtd_batch_end(&b);
	vt->queued = true;
	vt->nr = 0;
}

/* Drop all debts of a kind: one for every PASID takes their place. */
static void merge(struct vtd_ticket *vt, u64 kind)
{
	struct debt *o, *end = vt->debts + vt->nr, *kept = vt->debts;

	for (o = vt->debts; o < end; o++)
		if (o->kind != kind)
			*kept++ = *o;
	vt->nr = kept - vt->debts;
}

static void owe(struct vtd_unit *v, struct pl_ticket *t, u64 kind, u32 pasid,
		const struct pl_range *r)
{
	struct vtd_ticket *vt = to_vt(t);
	const struct debt *o;
	u8 same = 0;

	if (vt->nr && vt->range != r)
		ticket_emit(v, t);
	for (o = vt->debts; o < vt->debts + vt->nr; o++) {
		if (o->kind != kind)
			continue;
		if (o->all || o->pasid == pasid)
			return;
		same++;
	}
	if (same == MERGE_AT)
		merge(vt, kind);
	else if (vt->nr == NR_DEBTS)
		ticket_emit(v, t);
	vt->range = r;
	vt->debts[vt->nr++] = (struct debt) { kind, pasid, same == MERGE_AT };
}

static bool is_first_stage(const struct pl_domain *dom)
{
	return dom->type == PL_DOMAIN_PAGING && dom->stage == 1;
}

/* Whose translations the IOTLB may hold, and how it knows them. */
static u64 iotlb_kind(const struct pl_dev *d, struct pl_domain *dom)
{
	return FIELD_PREP(KIND_DID, vtd_did(d, dom)) | FIELD_PREP(KIND_RID, d->rid) |
	       (is_first_stage(dom) ? OWE_BY_PASID : OWE_BY_DID);
}

static u64 dtlb_kind(const struct pl_dev *d, pl_pasid_t pasid)
{
	if (!d->ats)
		return 0;
	return pasid == PL_NO_PASID ? OWE_DTLB_RID : OWE_DTLB_PASID;
}

/**
 * vtd_owe_slot() - a slot no longer holds a domain (6.5.3.3)
 * @v: the unit
 * @d: the device
 * @pasid: the slot
 * @dom: what it held: the caches know it by that domain's tag, not the new one's
 * @t: the ticket
 */
void vtd_owe_slot(struct vtd_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		  struct pl_domain *dom, struct pl_ticket *t)
{
	owe(v, t, OWE_CONFIG | iotlb_kind(d, dom) | dtlb_kind(d, pasid), vtd_pasid(pasid), NULL);
}

/**
 * vtd_owe_new() - a slot holds a domain where its entry was not present
 * @v: the unit
 * @d: the device
 * @pasid: the slot
 * @dom: what it holds now
 * @t: the ticket
 *
 * Nothing where not-present entries are not cached (6.1): a spare invalidation
 * is no error, but it is the whole cost of an attach (O5).
 */
void vtd_owe_new(struct vtd_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		 struct pl_domain *dom, struct pl_ticket *t)
{
	if (v->unit.caps.caching_mode)
		owe(v, t, OWE_CONFIG | iotlb_kind(d, dom), vtd_pasid(pasid), NULL);
}

/**
 * vtd_owe_context() - a context entry changed (6.5.3.3)
 * @v: the unit
 * @d: the device
 * @t: the ticket
 *
 * All that was reached through it goes: by the device's DID, and with caching
 * mode everything, since not-present entries have no DID of their own (6.1) and
 * a global PASID-cache invalidation wants a global one of the IOTLB (6.5.2.2).
 */
void vtd_owe_context(struct vtd_unit *v, const struct pl_dev *d, struct pl_ticket *t)
{
	const struct vtd_dev *vd = d->hw;

	owe(v, t, OWE_CONTEXT | FIELD_PREP(KIND_DID, vd->did) | FIELD_PREP(KIND_RID, d->rid),
	    VTD_RID_PASID, NULL);
}

/* pl_unit_ops.inval: mappings of a slot's domain changed. */
void vtd_inval(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom,
	       const struct pl_range *r, struct pl_ticket *t)
{
	owe(to_vtd(u), t, iotlb_kind(d, dom) | dtlb_kind(d, pasid), vtd_pasid(pasid), r);
}

/* pl_unit_ops.sync: nothing owed, nothing waited for. */
int vtd_sync(struct pl_unit *u, struct pl_ticket *t)
{
	struct vtd_ticket *vt = to_vt(t);
	struct vtd_unit *v = to_vtd(u);

	if (vt->nr)
		ticket_emit(v, t);
	if (!vt->queued)
		return pl_commit_error(&v->queue.commit);
	vt->queued = false;
	return vtd_queue_wait(&v->queue, vt->number, &t->cost);
}
