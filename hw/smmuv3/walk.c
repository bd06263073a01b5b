// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table checker: what the unit would find, from its root register down.
 *
 * A second reading of the tables that shares nothing with the code that wrote
 * them: it starts from STRTAB_BASE, follows physical addresses only, and never
 * asks the driver where something is.  Tests compare what it finds with what
 * the API claims (R1.6, R1.7).  It changes nothing, so that it may be pointed
 * at a unit that somebody else drives.
 *
 * Locking: none.  Tables may change underneath: the answer is then one of those
 * that were true during the call.  They must not be freed.
 *
 * The hard rule: no field of struct smmu_dev or struct smmu_domain is read
 * here, and no function of the other files is called.
 */
#include <linux/io.h>
#include <linux/mm.h>

#include "smmuv3.h"

/* One table entry of @words words in physical memory. */
static const u64 *entry_at(u64 table, u64 index, u32 words)
{
	return (const u64 *)phys_to_virt(table) + index * words;
}

static u64 word(const u64 *entry, u32 i)
{
	return READ_ONCE(entry[i]);
}

/* 3.3.1: the STE of a stream, or NULL. */
static const u64 *find_ste(struct pl_regs *r, u32 sid)
{
	u64 base = pl_read64(r, SMMU_STRTAB_BASE) & SMMU_STRTAB_BASE_ADDR;
	u32 cfg = pl_read32(r, SMMU_STRTAB_BASE_CFG);
	u32 split = FIELD_GET(SMMU_STRTAB_CFG_SPLIT, cfg);
	const u64 *ste;
	u32 span;
	u64 l1;

	if ((u64)sid >> FIELD_GET(SMMU_STRTAB_CFG_LOG2SIZE, cfg))
		return NULL;
	if (FIELD_GET(SMMU_STRTAB_CFG_FMT, cfg) == SMMU_STRTAB_2LVL) {
		l1 = word(entry_at(base, sid >> split, 1), 0);
		span = FIELD_GET(SMMU_L1STD_SPAN, l1);
		sid &= (1u << split) - 1;
		if (!span || sid >> (span - 1))
			return NULL;
		base = l1 & SMMU_L1STD_L2PTR;
	}
	ste = entry_at(base, sid, SMMU_STE_WORDS);
	return word(ste, 0) & SMMU_STE0_V ? ste : NULL;
}

/* 3.3.2: the CD of a SubstreamID, or NULL. */
static const u64 *find_cd(const u64 *ste, u32 ssid)
{
	u64 ste0 = word(ste, 0), base = ste0 & SMMU_STE0_S1CTXPTR, fmt, l1;
	u32 max = FIELD_GET(SMMU_STE0_S1CDMAX, ste0), split;
	const u64 *cd;

	if (ssid >> max)
		return NULL;
	fmt = FIELD_GET(SMMU_STE0_S1FMT, ste0);
	if (max && fmt != SMMU_S1FMT_LINEAR) {
		split = fmt == SMMU_S1FMT_4K_L2 ? 6 : 10;
		l1 = word(entry_at(base, ssid >> split, 1), 0);
		if (!(l1 & SMMU_L1CD_V))
			return NULL;
		base = l1 & SMMU_L1CD_L2PTR;
		ssid &= (1u << split) - 1;
	}
	cd = entry_at(base, ssid, SMMU_CD_WORDS);
	return word(cd, 0) & SMMU_CD0_V ? cd : NULL;
}

/* VMSAv8-64 at rest: granule, input width, starting level, counted from the last. */
struct shape {
	u64 table;
	u32 granule;
	u32 width;
	u32 levels;
	u32 (*prot_of)(u64 e);
};

static u32 stage1_prot(u64 e)
{
	if (!(e & SMMU_PT_AP_EL0) || !(e & SMMU_PT_AF))
		return 0;
	return PL_PROT_READ | (e & SMMU_PT_AP_RO ? 0 : PL_PROT_WRITE);
}

static u32 stage2_prot(u64 e)
{
	if (!(e & SMMU_PT_AF))
		return 0;
	return (e & SMMU_PT_S2AP_R ? PL_PROT_READ : 0) | (e & SMMU_PT_S2AP_W ? PL_PROT_WRITE : 0);
}

static u32 granule_of(u64 tg)
{
	return tg == SMMU_TG0_4K ? 12 : tg == SMMU_TG0_16K ? 14 : 16;
}

/* The last two bits of an entry: leaf, table or nothing (D8.3). */
static bool find_page(const struct shape *s, u64 iova, struct pl_walk *out)
{
	u32 shift = s->granule + (s->levels - 1) * (s->granule - 3), bits = s->granule - 3;
	u64 e, mask, index = iova >> shift, table = s->table;
	bool last;

	if (iova >> s->width)
		return false;
	for (;; shift -= bits) {
		e = word(entry_at(table, index, 1), 0);
		last = shift == s->granule;
		if (!(e & SMMU_PT_VALID) || (last && !(e & SMMU_PT_TABLE)))
			return false;
		if (last || !(e & SMMU_PT_TABLE))
			break;
		table = e & SMMU_PT_ADDR;
		index = (iova >> (shift - bits)) & ((1u << bits) - 1);
	}
	mask = (1ULL << shift) - 1;
	out->prot = s->prot_of(e);
	out->paddr = (e & SMMU_PT_ADDR & ~mask) | (iova & mask);
	out->size = mask + 1;
	return out->prot;
}

static bool walk_stage1(const u64 *cd, u64 iova, struct pl_walk *out)
{
	u64 cd0 = word(cd, 0);
	struct shape s = {
		.table = word(cd, 1) & SMMU_CD1_TTB0,
		.granule = granule_of(FIELD_GET(SMMU_CD0_TG0, cd0)),
		.width = 64 - FIELD_GET(SMMU_CD0_T0SZ, cd0),
		.prot_of = stage1_prot,
	};

	if (cd0 & SMMU_CD0_EPD0)
		return false;
	s.levels = (s.width - s.granule + s.granule - 4) / (s.granule - 3);
	return find_page(&s, iova, out);
}

/* S2SL0 names the starting level in a way of its own for 4 KiB. */
static bool walk_stage2(const u64 *ste, u64 iova, struct pl_walk *out)
{
	u64 ste2 = word(ste, 2);
	struct shape s = {
		.table = word(ste, 3) & SMMU_STE3_S2TTB,
		.granule = granule_of(FIELD_GET(SMMU_STE2_S2TG, ste2)),
		.width = 64 - FIELD_GET(SMMU_STE2_S2T0SZ, ste2),
		.prot_of = stage2_prot,
	};

	s.levels = FIELD_GET(SMMU_STE2_S2SL0, ste2) + (s.granule == 12 ? 2 : 1);
	return find_page(&s, iova, out);
}

static bool walk_nothing(u64 iova, struct pl_walk *out)
{
	out->prot = PL_PROT_READ | PL_PROT_WRITE;
	out->paddr = iova;
	out->size = PAGE_SIZE;
	return true;
}

/* 5.2, S1DSS: what becomes of a request without a SubstreamID. */
static bool walk_streams_own(const u64 *ste, u64 iova, struct pl_walk *out)
{
	u64 s1dss = FIELD_GET(SMMU_STE1_S1DSS, word(ste, 1));
	const u64 *cd;

	if (FIELD_GET(SMMU_STE0_S1CDMAX, word(ste, 0))) {
		if (s1dss == SMMU_S1DSS_BYPASS)
			return walk_nothing(iova, out);
		if (s1dss != SMMU_S1DSS_SSID0)
			return false;
	}
	cd = find_cd(ste, 0);
	return cd && walk_stage1(cd, iova, out);
}

/* With CD 0 lent to requests without one, SubstreamID 0 is nobody's. */
static bool walk_substream(const u64 *ste, u32 ssid, u64 iova, struct pl_walk *out)
{
	const u64 *cd;

	if (!FIELD_GET(SMMU_STE0_S1CDMAX, word(ste, 0)))
		return false;
	if (!ssid && FIELD_GET(SMMU_STE1_S1DSS, word(ste, 1)) == SMMU_S1DSS_SSID0)
		return false;
	cd = find_cd(ste, ssid);
	return cd && walk_stage1(cd, iova, out);
}

/**
 * smmu_walk() - what do the tables say of one address?
 * @r: the unit's registers
 * @sid: StreamID
 * @pasid: PL_NO_PASID for a request without a SubstreamID
 * @iova: the address
 * @out: where it leads to
 *
 * Context: any; see the head of this file.
 * Return: whether a request would be translated at all.
 */
bool smmu_walk(struct pl_regs *r, u32 sid, pl_pasid_t pasid, u64 iova, struct pl_walk *out)
{
	const u64 *ste = find_ste(r, sid);
	bool substream = pasid != PL_NO_PASID;

	if (!ste)
		return false;
	switch (FIELD_GET(SMMU_STE0_CONFIG, word(ste, 0))) {
	case SMMU_CONFIG_BYPASS:
		return !substream && walk_nothing(iova, out);
	case SMMU_CONFIG_S1:
		return substream ? walk_substream(ste, pasid, iova, out) :
				   walk_streams_own(ste, iova, out);
	case SMMU_CONFIG_S2:
		return !substream && walk_stage2(ste, iova, out);
	}
	return false;
}
