// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tickets: what an operation owes the unit's caches, as commands.
 *
 * Three lists, in the order in which caches must forget (O2, O3):
 * configuration (STE, CD), TLB, device TLB.  A device TLB asks the TLB, the TLB
 * is filled by way of the configuration; a cache emptied before the one it
 * asks fills up with what is going away.  The unit keeps no order but that of
 * CMD_SYNC (4.7.3), so a CMD_SYNC that nobody waits for, a fence, stands
 * between one list and the next (3.9.1, 4.5.1).  Only the last one is waited
 * for: however many lists there are, software makes one round trip.
 *
 * Merging (hw/merge.h).  Many CDs of a stream become CFGI_CD_ALL, many ASIDs of
 * a VMID a TLBI by VMID, for one range where the range is one; many PASIDs of a
 * device a global ATC_INV.  So an unmap seen by 64 PASIDs and a detach of 1,000
 * cost a handful of commands; and once all of a device is owed, the slots that
 * follow cost a comparison.  A list that is full nevertheless goes into the
 * queue, without a sync.
 *
 * Locking: a ticket is its caller's.
 *
 * The hard rule: what one slot owes stays in one batch.
 */
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../merge.h"
#include "smmuv3.h"

#define NR_CONFIG	6
#define NR_TLB		12
#define NR_ATC		12
#define BATCH_MAX	(NR_CONFIG + NR_TLB + NR_ATC + 2)
#define SINGLES_MAX	PL_MERGE_AT	/* addresses, one by one, where there are no ranges */

/* In pl_ticket.hw; the first four words start as zero. */
struct smmu_ticket {
	u8 nr_config;
	u8 nr_tlb;
	u8 nr_atc;
	bool queued;		/* @number is valid */
	u64 number;		/* of the last batch in the queue */
	/* Translations of all its PASIDs in that range are owed (NULL: all); or no device. */
	const struct pl_dev *covered;
	const struct pl_range *range;
	u64 config[NR_CONFIG][2];
	u64 tlb[NR_TLB][2];
	u64 atc[NR_ATC][2];
};

static struct smmu_ticket *to_st(struct pl_ticket *t)
{
	BUILD_BUG_ON(sizeof(struct smmu_ticket) > sizeof(t->hw));
	BUILD_BUG_ON(offsetof(struct smmu_ticket, config) != PL_TICKET_ZEROED * sizeof(t->hw[0]));
	return (struct smmu_ticket *)t->hw;
}

/* One list behind what is there already, a fence between the two. */
static u32 batch_put(u64 (*batch)[2], u32 at, const u64 (*list)[2], u8 n)
{
	if (at && n) {
		batch[at][0] = SMMU_CMD_SYNC;
		batch[at++][1] = 0;
	}
	memcpy(batch[at], list, n * sizeof(batch[0]));
	return at + n;
}

static u32 batch_build(const struct smmu_ticket *st, u64 (*batch)[2])
{
	u32 n = 0;

	n = batch_put(batch, n, st->config, st->nr_config);
	n = batch_put(batch, n, st->tlb, st->nr_tlb);
	return batch_put(batch, n, st->atc, st->nr_atc);
}

static void ticket_emit(struct smmu_unit *v, struct pl_ticket *t)
{
	struct smmu_ticket *st = to_st(t);
	u64 batch[BATCH_MAX][2];
	u32 n = batch_build(st, batch);

	if (!n)
		return;
	st->number = smmu_cmdq_add(&v->cmdq, batch, n, &t->cost);
	st->queued = true;
	st->nr_config = 0;
	st->nr_tlb = 0;
	st->nr_atc = 0;
	st->covered = NULL;
}

/* Room for all that one slot can owe, or make it. */
static struct smmu_ticket *ticket_room(struct smmu_unit *v, struct pl_ticket *t)
{
	u8 tlb = v->ids.ranges ? 1 : SINGLES_MAX;
	struct smmu_ticket *st = to_st(t);

	if (st->nr_config > NR_CONFIG - 2 || st->nr_tlb > NR_TLB - tlb ||
	    st->nr_atc > NR_ATC - 2)
		ticket_emit(v, t);
	return st;
}

static u64 cfgi(u64 op, const struct pl_dev *d, u32 ssid)
{
	return op | FIELD_PREP(SMMU_CMD0_SSID, ssid) | FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d));
}

/*
 * The entry of @lo's kind that is owed already, or NULL.  Leaf is cleared where
 * either wants the first level forgotten too.
 */
static bool config_owed(struct smmu_ticket *st, u64 lo, u64 leaf)
{
	u8 i;

	for (i = 0; i < st->nr_config; i++) {
		if (st->config[i][0] != lo)
			continue;
		st->config[i][1] &= leaf;
		return true;
	}
	return false;
}

/**
 * smmu_owe_ste() - a stream table entry changed (4.3.1)
 * @v: the unit
 * @d: the device
 * @leaf: the first level did not
 * @t: the ticket
 *
 * The unit forgets the stream's CDs with it.
 */
void smmu_owe_ste(struct smmu_unit *v, const struct pl_dev *d, bool leaf, struct pl_ticket *t)
{
	struct smmu_ticket *st = ticket_room(v, t);
	u64 lo = cfgi(SMMU_CMD_CFGI_STE, d, 0);
	const struct pl_merge all_of_it = {
		.list = st->config,
		.n = &st->nr_config,
		.mask = SMMU_CMD0_SID,
		.tag = FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d)),
	};

	if (config_owed(st, lo, leaf ? SMMU_CFGI1_LEAF : 0))
		return;
	pl_merge_drop(&all_of_it);
	pl_merge_put(st->config, &st->nr_config, lo, leaf ? SMMU_CFGI1_LEAF : 0);
}

/**
 * smmu_owe_cd() - a context descriptor changed (4.3.3)
 * @v: the unit
 * @d: the device
 * @ssid: its SubstreamID
 * @leaf: the first level did not
 * @t: the ticket
 */
void smmu_owe_cd(struct smmu_unit *v, const struct pl_dev *d, u32 ssid, bool leaf,
		 struct pl_ticket *t)
{
	struct smmu_ticket *st = ticket_room(v, t);
	u64 lo = cfgi(SMMU_CMD_CFGI_CD, d, ssid), hi = leaf ? SMMU_CFGI1_LEAF : 0;
	const struct pl_merge m = {
		.list = st->config,
		.n = &st->nr_config,
		.mask = SMMU_CMD0_SID,
		.tag = FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d)),
		.wide = { cfgi(SMMU_CMD_CFGI_CD_ALL, d, 0), 0 },
	};

	if (config_owed(st, cfgi(SMMU_CMD_CFGI_STE, d, 0), SMMU_CFGI1_LEAF) ||
	    config_owed(st, lo, hi))
		return;
	pl_merge_add(&m, lo, hi);
}

static u64 tlbi(u64 op, u16 vmid, u16 asid)
{
	return op | FIELD_PREP(SMMU_TLBI0_VMID, vmid) | FIELD_PREP(SMMU_TLBI0_ASID, asid);
}

/* True when all of the VMID is owed. */
static bool owe_tlb(struct smmu_ticket *st, u16 vmid, u64 lo, u64 hi, u64 wide_lo, u64 wide_hi)
{
	const struct pl_merge m = {
		.list = st->tlb,
		.n = &st->nr_tlb,
		.mask = SMMU_TLBI0_VMID,
		.tag = FIELD_PREP(SMMU_TLBI0_VMID, vmid),
		.wide = { wide_lo, wide_hi },
	};

	return pl_merge_add(&m, lo, hi);
}

/* What an address range is to a TLBI: bits of both words, or not at all. */
struct tlb_range {
	u64 lo;
	u64 hi;
};

/*
 * 4.4.1.1: (NUM + 1) * 2^SCALE granules from the address on, rounded up.  One
 * granule goes by address alone: TG without a hint or a range is reserved.
 */
static void range_encode(const struct smmu_ids *ids, const struct pl_range *r,
			 struct tlb_range *out)
{
	u64 first = r->first >> ids->granule, n = (r->last >> ids->granule) - first + 1;
	u32 scale = max(fls64(n - 1), 5) - 5;

	out->lo = 0;
	out->hi = (first << ids->granule) | (r->leaf_only ? SMMU_TLBI1_LEAF : 0);
	if (n == 1)
		return;
	/* NUM counts in steps of 2^SCALE: the next step up covers the rest. */
	n = (n + (1ULL << scale) - 1) >> scale;
	out->lo = FIELD_PREP(SMMU_TLBI0_NUM, n - 1) | FIELD_PREP(SMMU_TLBI0_SCALE, scale);
	out->hi |= FIELD_PREP(SMMU_TLBI1_TG, (ids->granule - 10) / 2);
}

static u64 range_granules(const struct smmu_ids *ids, const struct pl_range *r)
{
	return (r->last >> ids->granule) - (r->first >> ids->granule) + 1;
}

/* Whether the unit can be told of @r at all, or must forget everything. */
static bool range_fits(const struct smmu_ids *ids, const struct pl_range *r)
{
	return r && (ids->ranges || range_granules(ids, r) <= SINGLES_MAX);
}

/* One command, or one for each granule where there are no ranges. */
static u32 range_split(const struct smmu_ids *ids, const struct pl_range *r,
		       struct tlb_range out[SINGLES_MAX])
{
	struct pl_range one = *r;
	u32 n = 0;

	if (ids->ranges) {
		range_encode(ids, r, &out[0]);
		return 1;
	}
	for (; one.first <= r->last; one.first = one.last + 1) {
		one.last = one.first | ((1ULL << ids->granule) - 1);
		range_encode(ids, &one, &out[n++]);
	}
	return n;
}

/*
 * Stage 1, by VMID and ASID; @r NULL: everything.  The wide form of a range is
 * the same range of every ASID, as long as nothing else is owed of the VMID.
 */
static bool tlb_same_range(const struct smmu_ticket *st, u16 vmid, const struct tlb_range *r)
{
	const u64 range = SMMU_TLBI0_NUM | SMMU_TLBI0_SCALE;
	u8 i;

	for (i = 0; i < st->nr_tlb; i++)
		if (FIELD_GET(SMMU_TLBI0_VMID, st->tlb[i][0]) == vmid &&
		    ((st->tlb[i][0] & range) != r->lo || st->tlb[i][1] != r->hi ||
		     FIELD_GET(SMMU_CMD0_OP, st->tlb[i][0]) == SMMU_CMD_TLBI_NH_ASID))
			return false;
	return true;
}

static bool owe_stage1(struct smmu_unit *v, struct smmu_ticket *st, const struct smmu_dev *sd,
		       u32 ssid, const struct pl_range *r)
{
	u64 all = tlbi(SMMU_CMD_TLBI_NH_ALL, sd->vmid, 0);
	u16 asid = smmu_asid(sd, ssid);
	struct tlb_range part[SINGLES_MAX];
	bool whole = true;
	u32 i, n;

	if (!range_fits(&v->ids, r))
		return owe_tlb(st, sd->vmid, tlbi(SMMU_CMD_TLBI_NH_ASID, sd->vmid, asid), 0,
			       all, 0);
	n = range_split(&v->ids, r, part);
	for (i = 0; i < n; i++) {
		u64 lo = tlbi(SMMU_CMD_TLBI_NH_VA, sd->vmid, asid) | part[i].lo;

		if (n == 1 && tlb_same_range(st, sd->vmid, &part[i]))
			whole &= owe_tlb(st, sd->vmid, lo, part[i].hi,
					 tlbi(SMMU_CMD_TLBI_NH_VAA, sd->vmid, 0) | part[i].lo,
					 part[i].hi);
		else
			whole &= owe_tlb(st, sd->vmid, lo, part[i].hi, all, 0);
	}
	return whole;
}

/* Stage 2, by VMID, whoever uses it. */
static void owe_stage2(struct smmu_unit *v, struct smmu_ticket *st, u16 vmid,
		       const struct pl_range *r)
{
	u64 all = tlbi(SMMU_CMD_TLBI_S12_VMALL, vmid, 0);
	struct tlb_range part[SINGLES_MAX];
	u32 i, n;

	if (!range_fits(&v->ids, r)) {
		owe_tlb(st, vmid, all, 0, all, 0);
		return;
	}
	n = range_split(&v->ids, r, part);
	for (i = 0; i < n; i++)
		owe_tlb(st, vmid, tlbi(SMMU_CMD_TLBI_S2_IPA, vmid, 0) | part[i].lo, part[i].hi,
			all, 0);
}

/* 4.5.1: the smallest naturally aligned block of 4 KiB pages that holds @r. */
static u64 atc_range(const struct pl_range *r)
{
	u32 order = r ? fls64((r->first ^ r->last) >> 12) : SMMU_ATC_SIZE_ALL;

	if (order >= SMMU_ATC_SIZE_ALL)
		return SMMU_ATC_SIZE_ALL;
	return (r->first & ~((4096ULL << order) - 1)) | order;
}

static bool atc_same_range(const struct smmu_ticket *st, u16 sid, u64 hi)
{
	u8 i;

	for (i = 0; i < st->nr_atc; i++)
		if (FIELD_GET(SMMU_CMD0_SID, st->atc[i][0]) == sid && st->atc[i][1] != hi)
			return false;
	return true;
}

/*
 * Requests without a PASID are a tag of their own: Global says nothing of them.
 * True when all of the tag is owed.
 */
static bool owe_atc(struct smmu_ticket *st, const struct pl_dev *d, pl_pasid_t pasid,
		    const struct pl_range *r)
{
	bool ssv = pasid != PL_NO_PASID;
	u64 hi = atc_range(r);
	struct pl_merge m = {
		.list = st->atc,
		.n = &st->nr_atc,
		.mask = SMMU_CMD0_SID | SMMU_CMD0_SSV,
		.tag = FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d)) | (ssv ? SMMU_CMD0_SSV : 0),
	};

	m.wide[0] = SMMU_CMD_ATC_INV | m.tag | (ssv ? SMMU_ATC0_GLOBAL : 0);
	m.wide[1] = atc_same_range(st, smmu_sid(d), hi) ? hi : SMMU_ATC_SIZE_ALL;
	return pl_merge_add(&m, SMMU_CMD_ATC_INV | m.tag |
			    (ssv ? FIELD_PREP(SMMU_CMD0_SSID, pasid) : 0), hi);
}

/* A user's tables: any address, with a PASID or without. */
static void owe_atc_device(struct smmu_ticket *st, const struct pl_dev *d)
{
	const u64 ssvs[] = { 0, SMMU_CMD0_SSV | SMMU_ATC0_GLOBAL };
	struct pl_merge m = {
		.list = st->atc,
		.n = &st->nr_atc,
		.mask = SMMU_CMD0_SID | SMMU_CMD0_SSV,
	};
	size_t i;

	for (i = 0; d->ats && i < ARRAY_SIZE(ssvs); i++) {
		m.tag = FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d)) | (ssvs[i] & SMMU_CMD0_SSV);
		m.wide[0] = SMMU_CMD_ATC_INV | FIELD_PREP(SMMU_CMD0_SID, smmu_sid(d)) | ssvs[i];
		m.wide[1] = SMMU_ATC_SIZE_ALL;
		pl_merge_add(&m, m.wide[0], m.wide[1]);
	}
}

/*
 * What both stages made is found by VMID and ASID, not by the IPA in between
 * (4.4.3), and the ASIDs are the user's.  One command for both stages: of two, the
 * first would have to be complete before the second begins.
 */
static void owe_nested(struct smmu_ticket *st, const struct pl_dev *d, struct pl_domain *dom)
{
	u16 vmid = to_smmu_domain(dom->parent)->vmid;
	u64 all = tlbi(SMMU_CMD_TLBI_S12_VMALL, vmid, 0);

	owe_tlb(st, vmid, all, 0, all, 0);
	owe_atc_device(st, d);
}

/*
 * What the TLB and the device TLB may hold of one slot; @r NULL: all of it.  The
 * wide forms cover every PASID of the device, but not the RID, which may hold a
 * stage 2 and whose device TLB entries have no PASID.
 */
static void owe_translations(struct smmu_unit *v, struct smmu_ticket *st, const struct pl_dev *d,
			     pl_pasid_t pasid, struct pl_domain *dom, const struct pl_range *r)
{
	bool tagged = pasid != PL_NO_PASID, whole = false;

	if (tagged && st->covered == d && st->range == r)
		return;
	if (smmu_is_nested(dom)) {
		owe_nested(st, d, dom);
		return;
	}
	if (smmu_is_stage2(dom))
		owe_stage2(v, st, to_smmu_domain(dom)->vmid, r);
	else if (dom->type != PL_DOMAIN_IDENTITY || tagged)
		whole = owe_stage1(v, st, d->hw, smmu_ssid(pasid), r);
	if (d->ats)
		whole &= owe_atc(st, d, pasid, r);
	st->covered = whole && tagged ? d : NULL;
	st->range = r;
}

/**
 * smmu_owe_slot() - a slot no longer holds a domain
 * @v: the unit
 * @d: the device
 * @pasid: the slot; what its entries owe is the caller's to add
 * @dom: what it held
 * @t: the ticket
 */
void smmu_owe_slot(struct smmu_unit *v, const struct pl_dev *d, pl_pasid_t pasid,
		   struct pl_domain *dom, struct pl_ticket *t)
{
	owe_translations(v, ticket_room(v, t), d, pasid, dom, NULL);
}

/**
 * smmu_owe_device() - a device goes, and its tag may be another's soon
 * @v: the unit
 * @d: the device
 * @t: the ticket
 */
void smmu_owe_device(struct smmu_unit *v, const struct pl_dev *d, struct pl_ticket *t)
{
	const struct smmu_dev *sd = d->hw;
	u64 all = tlbi(SMMU_CMD_TLBI_NH_ALL, sd->vmid, 0);

	smmu_owe_ste(v, d, true, t);
	owe_tlb(ticket_room(v, t), sd->vmid, all, 0, all, 0);
}

/* pl_unit_ops.inval: mappings of a slot's domain changed. */
void smmu_inval(struct pl_unit *u, struct pl_dev *d, pl_pasid_t pasid, struct pl_domain *dom,
		const struct pl_range *r, struct pl_ticket *t)
{
	struct smmu_unit *v = to_smmu(u);

	owe_translations(v, ticket_room(v, t), d, pasid, dom, r);
}

/*
 * pl_unit_ops.nested_inval: the stream's CDs, or one and the way to it, then
 * all of the VMID's stage 1.  CD 0 may be that of requests without a PASID.
 */
void smmu_nested_inval(struct pl_unit *u, struct pl_dev *d, struct pl_domain *dom, pl_pasid_t pasid,
		       struct pl_ticket *t)
{
	u16 vmid = to_smmu_domain(dom->parent)->vmid;
	u64 all = tlbi(SMMU_CMD_TLBI_NH_ALL, vmid, 0);
	struct smmu_unit *v = to_smmu(u);
	struct smmu_ticket *st;

	if (pasid == PL_NO_PASID)
		smmu_owe_ste(v, d, true, t);
	else
		smmu_owe_cd(v, d, pasid, false, t);
	st = ticket_room(v, t);
	owe_tlb(st, vmid, all, 0, all, 0);
	if (!pasid || pasid == PL_NO_PASID)
		owe_atc_device(st, d);
	else if (d->ats)
		owe_atc(st, d, pasid, NULL);
}

/* pl_unit_ops.sync: nothing owed, nothing waited for. */
int smmu_sync(struct pl_unit *u, struct pl_ticket *t)
{
	struct smmu_ticket *st = to_st(t);
	struct smmu_unit *v = to_smmu(u);

	ticket_emit(v, t);
	if (!st->queued)
		return pl_commit_error(&v->cmdq.commit);
	st->queued = false;
	return smmu_cmdq_wait(&v->cmdq, st->number, &t->cost);
}
