// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tickets: what an operation owes the unit's caches, as descriptors.
 *
 * Three lists, in the order in which caches must forget (O2): configuration
 * (context, PASID-cache), IOTLB, device TLB.  A device TLB asks the IOTLB, the
 * IOTLB asks the PASID-cache; a cache emptied before the one it asks fills up
 * with what is going away.  The unit keeps that order by itself (6.5.2.12), so
 * there are no fences, with one exception: a device-TLB invalidation for the
 * RID waits for IOTLB invalidations but not for PASID-based ones.
 *
 * Merging.  From MERGE_AT entries of one DID on, one domain-selective
 * invalidation takes the place of the single ones (6.5.3.3), and one global
 * one, of all PASIDs of a device, the place of its device-TLB entries.  So an
 * unmap seen by 64 PASIDs and a detach of 1,000 cost a handful of descriptors.
 * A list that is full nevertheless goes into the queue, without a wait.
 *
 * Locking: a ticket is its caller's.
 *
 * The hard rule: what one slot owes stays in one batch.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "vtd.h"

#define NR_CONFIG	8
#define NR_IOTLB	10
#define NR_DTLB		8
#define MERGE_AT	4	/* single entries of one tag before they become one */
#define BATCH_MAX	(NR_CONFIG + NR_IOTLB + NR_DTLB + 2)

/* In pl_ticket.hw; the first four words start as zero. */
struct vtd_ticket {
	u8 nr_config;
	u8 nr_iotlb;
	u8 nr_dtlb;
	bool queued;		/* @number is valid */
	u64 number;		/* of the last batch in the queue */
	u64 spare[2];
	u64 config[NR_CONFIG][2];
	u64 iotlb[NR_IOTLB][2];
	u64 dtlb[NR_DTLB][2];
};

static struct vtd_ticket *to_vt(struct pl_ticket *t)
{
	BUILD_BUG_ON(sizeof(struct vtd_ticket) > sizeof(t->hw));
	BUILD_BUG_ON(offsetof(struct vtd_ticket, config) != PL_TICKET_ZEROED * sizeof(t->hw[0]));
	return (struct vtd_ticket *)t->hw;
}

/* The tag under which the unit caches what @dom translates for @d. */
u16 vtd_did(const struct pl_dev *d, struct pl_domain *dom)
{
	const struct vtd_dev *vd = d->hw;

	if (dom->type == PL_DOMAIN_IDENTITY)
		return VTD_DID_PT;
	return dom->stage == 1 ? vd->did : to_vtd_domain(dom)->did;
}

static void put(u64 (*list)[2], u8 *n, u64 lo, u64 hi)
{
	list[*n][0] = lo;
	list[*n][1] = hi;
	(*n)++;
}

static bool has_type(const u64 (*list)[2], u8 n, u64 type)
{
	while (n--)
		if (FIELD_GET(VTD_DESC_TYPE, list[n][0]) == type)
			return true;
	return false;
}

static u32 batch_put(u64 (*batch)[2], u32 at, const u64 (*list)[2], u8 n)
{
	memcpy(batch[at], list, n * sizeof(batch[0]));
	return at + n;
}

/* Configuration, IOTLB, device TLB; a fence where 6.5.2.12 leaves a gap. */
static u32 batch_build(const struct vtd_ticket *vt, u64 (*batch)[2])
{
	static const u64 fence[][2] = { { VTD_DESC_WAIT | VTD_WAIT_FN, 0 } };
	u32 n = 0;

	n = batch_put(batch, n, vt->config, vt->nr_config);
	n = batch_put(batch, n, vt->iotlb, vt->nr_iotlb);
	if (has_type(vt->iotlb, vt->nr_iotlb, VTD_DESC_PIOTLB) &&
	    has_type(vt->dtlb, vt->nr_dtlb, VTD_DESC_DTLB))
		n = batch_put(batch, n, fence, 1);
	return batch_put(batch, n, vt->dtlb, vt->nr_dtlb);
}

static void ticket_emit(struct vtd_unit *v, struct pl_ticket *t)
{
	struct vtd_ticket *vt = to_vt(t);
	u64 batch[BATCH_MAX][2];
	u32 n = batch_build(vt, batch);

	if (!n)
		return;
	vt->number = vtd_queue_add(&v->queue, batch, n, &t->cost);
	vt->queued = true;
	vt->nr_config = 0;
	vt->nr_iotlb = 0;
	vt->nr_dtlb = 0;
}

/* Room for all that one slot can owe, or make it. */
static struct vtd_ticket *ticket_room(struct vtd_unit *v, struct pl_ticket *t)
{
	struct vtd_ticket *vt = to_vt(t);

	if (vt->nr_config > NR_CONFIG - 2 || vt->nr_iotlb > NR_IOTLB - 1 ||
	    vt->nr_dtlb > NR_DTLB - 1)
		ticket_emit(v, t);
	return vt;
}

/*
 * Add one entry to a list, unless @wide, which says more, is there already; and
 * put @wide in the place of all with the same tag once there are MERGE_AT.
 */
struct merge {
	u64 (*list)[2];
	u8 *n;
	u64 mask;	/* of the low quadword: what tells a tag */
	u64 tag;
	u64 wide[2];
};

static u8 merge_count(const struct merge *m, bool *covered, const u64 one[2])
{
	u8 i, same = 0;

	for (i = 0; i < *m->n; i++) {
		if ((m->list[i][0] & m->mask) != m->tag)
			continue;
		same++;
		if (!memcmp(m->list[i], m->wide, sizeof(m->wide)) ||
		    !memcmp(m->list[i], one, sizeof(m->wide)))
			*covered = true;
	}
	return same;
}

static bool merge_same_range(const struct merge *m, u64 hi)
{
	u8 i;

	for (i = 0; i < *m->n; i++)
		if ((m->list[i][0] & m->mask) == m->tag &&
		    (m->list[i][1] & ~VTD_PDTLB_HI_G) != hi)
			return false;
	return true;
}

static void merge_drop(const struct merge *m)
{
	u8 i, kept = 0;

	for (i = 0; i < *m->n; i++) {
		if ((m->list[i][0] & m->mask) == m->tag)
			continue;
		if (kept != i)
			memcpy(m->list[kept], m->list[i], sizeof(m->list[0]));
		kept++;
	}
	*m->n = kept;
}

static void merge_add(const struct merge *m, u64 lo, u64 hi)
{
	const u64 one[2] = { lo, hi };
	bool covered = false;
	u8 same;

	same = merge_count(m, &covered, one);
	if (covered)
		return;
	if (same < MERGE_AT) {
		put(m->list, m->n, lo, hi);
		return;
	}
	merge_drop(m);
	put(m->list, m->n, m->wide[0], m->wide[1]);
}

/* 6.5.2.2, by PASID; domain-selective when there are many of one DID. */
static void owe_pasid_cache(struct vtd_ticket *vt, u16 did, u32 pasid)
{
	const struct merge m = {
		.list = vt->config,
		.n = &vt->nr_config,
		.mask = VTD_DESC_TYPE | VTD_PC_DID,
		.tag = VTD_DESC_PC | FIELD_PREP(VTD_PC_DID, did),
		.wide = { VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_DOMAIN) |
			  FIELD_PREP(VTD_PC_DID, did), 0 },
	};

	merge_add(&m, VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_PASID) |
		  FIELD_PREP(VTD_PC_DID, did) | FIELD_PREP(VTD_PC_PASID_ID, pasid), 0);
}

/* 6.5.2.3 and 6.5.2.4 share one list: a domain-selective one covers both. */
static void owe_iotlb(struct vtd_ticket *vt, u16 did, u64 lo, u64 hi)
{
	const struct merge m = {
		.list = vt->iotlb,
		.n = &vt->nr_iotlb,
		.mask = VTD_IOTLB_DID,
		.tag = FIELD_PREP(VTD_IOTLB_DID, did),
		.wide = { VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_DOMAIN) |
			  FIELD_PREP(VTD_IOTLB_DID, did) | VTD_IOTLB_DR | VTD_IOTLB_DW, 0 },
	};

	BUILD_BUG_ON(VTD_IOTLB_DID != VTD_PIOTLB_DID);
	merge_add(&m, lo, hi);
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

/* First stage: by PASID.  @r NULL: everything. */
static void owe_first_stage(struct vtd_unit *v, struct vtd_ticket *vt, u16 did, u32 pasid,
			    const struct pl_range *r)
{
	u64 lo = VTD_DESC_PIOTLB | FIELD_PREP(VTD_PIOTLB_DID, did) |
		 FIELD_PREP(VTD_PIOTLB_PASID, pasid);

	if (range_is_all(v, r))
		owe_iotlb(vt, did, lo | FIELD_PREP(VTD_PIOTLB_G, VTD_PIOTLB_ALL), 0);
	else
		owe_iotlb(vt, did, lo | FIELD_PREP(VTD_PIOTLB_G, VTD_PIOTLB_PAGE), range_hi(r));
}

/* Second stage and pass-through: by DID, whoever uses it. */
static void owe_second_stage(struct vtd_unit *v, struct vtd_ticket *vt, u16 did,
			     const struct pl_range *r)
{
	u64 lo = VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_DID, did) | VTD_IOTLB_DR | VTD_IOTLB_DW;

	if (range_is_all(v, r))
		owe_iotlb(vt, did, lo | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_DOMAIN), 0);
	else
		owe_iotlb(vt, did, lo | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_PAGE), range_hi(r));
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

static void owe_dtlb_rid(struct vtd_unit *v, struct vtd_ticket *vt, u16 sid,
			 const struct pl_range *r)
{
	u64 lo = VTD_DESC_DTLB | FIELD_PREP(VTD_DTLB_SID, sid) | pfsid(v, sid);
	const struct merge m = {
		.list = vt->dtlb,
		.n = &vt->nr_dtlb,
		.mask = VTD_DESC_TYPE | VTD_DTLB_SID,
		.tag = VTD_DESC_DTLB | FIELD_PREP(VTD_DTLB_SID, sid),
		.wide = { lo, dtlb_addr(NULL, VTD_DTLB_HI_S) },
	};

	merge_add(&m, lo, dtlb_addr(r, VTD_DTLB_HI_S));
}

/* One operation changes one range, so its wide form keeps it, for every PASID. */
static void owe_dtlb_pasid(struct vtd_unit *v, struct vtd_ticket *vt, u16 sid, u32 pasid,
			   const struct pl_range *r)
{
	u64 lo = VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_SID, sid) | pfsid(v, sid);
	u64 hi = dtlb_addr(r, VTD_PDTLB_HI_S);
	struct merge m = {
		.list = vt->dtlb,
		.n = &vt->nr_dtlb,
		.mask = VTD_DESC_TYPE | VTD_PDTLB_SID,
		.tag = VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_SID, sid),
		.wide = { lo, hi | VTD_PDTLB_HI_G },
	};

	if (!merge_same_range(&m, hi))
		m.wide[1] = dtlb_addr(NULL, VTD_PDTLB_HI_S) | VTD_PDTLB_HI_G;
	merge_add(&m, lo | FIELD_PREP(VTD_PDTLB_PASID, pasid), hi);
}

/* What the IOTLB and the device TLB may hold of one slot; @r NULL: all of it. */
static void owe_translations(struct vtd_unit *v, struct vtd_ticket *vt, const struct pl_dev *d,
			     pl_pasid_t pasid, struct pl_domain *dom, const struct pl_range *r)
{
	u16 did = vtd_did(d, dom);

	if (dom->type == PL_DOMAIN_PAGING && dom->stage == 1)
		owe_first_stage(v, vt, did, vtd_pasid(pasid), r);
	else
		owe_second_stage(v, vt, did, r);
	if (!d->ats)
		return;
	if (pasid == PL_NO_PASID)
		owe_dtlb_rid(v, vt, d->rid, r);
	else
		owe_dtlb_pasid(v, vt, d->rid, pasid, r);
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
	struct vtd_ticket *vt = ticket_room(v, t);

	owe_pasid_cache(vt, vtd_did(d, dom), vtd_pasid(pasid));
	owe_translations(v, vt, d, pasid, dom, NULL);
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
	struct vtd_ticket *vt;
	u16 did;

	if (!v->unit.caps.caching_mode)
		return;
	vt = ticket_room(v, t);
	did = vtd_did(d, dom);
	owe_pasid_cache(vt, did, vtd_pasid(pasid));
	if (dom->type == PL_DOMAIN_PAGING && dom->stage == 1)
		owe_first_stage(v, vt, did, vtd_pasid(pasid), NULL);
	else
		owe_second_stage(v, vt, did, NULL);
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
	bool all = v->unit.caps.caching_mode;
	u64 pc = all ? VTD_PC_GLOBAL : VTD_PC_DOMAIN;
	u64 iotlb = all ? VTD_IOTLB_GLOBAL : VTD_IOTLB_DOMAIN;
	const struct vtd_dev *vd = d->hw;
	struct vtd_ticket *vt = ticket_room(v, t);

	put(vt->config, &vt->nr_config,
	    VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_DEVICE) | FIELD_PREP(VTD_CC_SID, d->rid), 0);
	put(vt->config, &vt->nr_config,
	    VTD_DESC_PC | FIELD_PREP(VTD_PC_G, pc) | FIELD_PREP(VTD_PC_DID, vd->did), 0);
	put(vt->iotlb, &vt->nr_iotlb,
	    VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, iotlb) |
	    FIELD_PREP(VTD_IOTLB_DID, vd->did) | VTD_IOTLB_DR | VTD_IOTLB_DW, 0);
}

/* pl_unit_ops.inval: mappings of a slot's domain changed. */
void vtd_inval(struct pl_unit *u, struct pl_slot *slot, const struct pl_range *r,
	       struct pl_ticket *t)
{
	struct vtd_unit *v = to_vtd(u);
	struct pl_domain *dom = rcu_dereference_raw(slot->domain);

	owe_translations(v, ticket_room(v, t), slot->dev, slot->pasid, dom, r);
}

/* pl_unit_ops.sync: nothing owed, nothing waited for. */
int vtd_sync(struct pl_unit *u, struct pl_ticket *t)
{
	struct vtd_ticket *vt = to_vt(t);
	struct vtd_unit *v = to_vtd(u);

	ticket_emit(v, t);
	if (!vt->queued)
		return vtd_queue_error(&v->queue);
	vt->queued = false;
	return vtd_queue_wait(&v->queue, vt->number, &t->cost);
}
