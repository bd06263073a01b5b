// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table checker: what the unit would find, from its root register down.
 *
 * A second reading of the tables that shares nothing with the code that wrote
 * them: it starts from RTADDR, follows physical addresses only, and never asks
 * the driver where something is.  Tests compare what it finds with what the
 * API claims (R1.6, R1.7).  It changes nothing, so that it may be pointed at a
 * unit that somebody else drives: hw/intree compiles this file too.
 *
 * Locking: none.  Tables may change underneath: the answer is then one of
 * those that were true during the call.  They must not be freed.
 *
 * The hard rule: no field of struct vtd_dev or struct vtd_domain is read here.
 */
#include <linux/io.h>
#include <linux/mm.h>

#include "vtd.h"

#define PDTS_SHIFT	7
#define FS_LEVELS	4	/* with FSPM 0 */

/* One table entry of @n quadwords in physical memory. */
static const u64 *entry_at(u64 table, u64 index, u32 qwords)
{
	return (const u64 *)phys_to_virt(table) + index * qwords;
}

static u64 qword(const u64 *entry, u32 i)
{
	return READ_ONCE(entry[i]);
}

/* 3.4.3: the context entry of a RID, or NULL. */
static const u64 *find_context(struct pl_regs *r, u16 rid)
{
	u64 root = pl_read64(r, VTD_RTADDR) & VTD_RTADDR_PTR;
	u64 half = qword(entry_at(root, rid >> 7, 1), 0);
	const u64 *ctx;

	if (!(half & VTD_ROOT_P))
		return NULL;
	ctx = entry_at(half & VTD_ROOT_PTR, rid & 0x7f, VTD_CTX_QWORDS);
	return qword(ctx, 0) & VTD_CTX_P ? ctx : NULL;
}

/* 3.4.4: the PASID-table entry of a request, or NULL. */
static const u64 *find_pasid_entry(const u64 *ctx, pl_pasid_t pasid)
{
	u64 ctx0 = qword(ctx, 0), pde;
	const u64 *pe;
	u32 id = pasid;

	if (pasid == PL_NO_PASID)
		id = FIELD_GET(VTD_CTX1_RID_PASID, qword(ctx, 1));
	else if (!(ctx0 & VTD_CTX_PASIDE))
		return NULL;
	if (id / VTD_PE_PER_PAGE >= 1u << (FIELD_GET(VTD_CTX_PDTS, ctx0) + PDTS_SHIFT))
		return NULL;
	pde = qword(entry_at(ctx0 & VTD_CTX_DIRPTR, id / VTD_PE_PER_PAGE, 1), 0);
	if (!(pde & VTD_PDE_P))
		return NULL;
	pe = entry_at(pde & VTD_PDE_PTR, id % VTD_PE_PER_PAGE, VTD_PE_QWORDS);
	return qword(pe, 0) & VTD_PE0_P ? pe : NULL;
}

static u32 first_stage_prot(u64 e)
{
	if (!(e & VTD_FS_P) || !(e & VTD_FS_US))
		return 0;
	return PL_PROT_READ | (e & VTD_FS_RW ? PL_PROT_WRITE : 0);
}

static u32 second_stage_prot(u64 e)
{
	return (e & VTD_SS_R ? PL_PROT_READ : 0) | (e & VTD_SS_W ? PL_PROT_WRITE : 0);
}

/* 3.6, 3.7: permissions are what every level allows. */
static bool find_page(u64 table, int levels, u32 (*prot_of)(u64 e), u64 iova,
		      struct pl_walk *out)
{
	int shift = PAGE_SHIFT + (levels - 1) * VTD_PT_INDEX_BITS;
	u64 mask, e;

	if (iova >> (shift + VTD_PT_INDEX_BITS))
		return false;
	out->prot = PL_PROT_READ | PL_PROT_WRITE;
	for (;; shift -= VTD_PT_INDEX_BITS) {
		e = qword(entry_at(table, (iova >> shift) & 511, 1), 0);
		out->prot &= prot_of(e);
		if (!out->prot)
			return false;
		if (shift == PAGE_SHIFT || e & VTD_PT_PS)
			break;
		table = e & VTD_PT_ADDR;
	}
	mask = (1ULL << shift) - 1;
	out->paddr = (e & VTD_PT_ADDR & ~mask) | (iova & mask);
	out->size = mask + 1;
	return true;
}

static bool find_translation(const u64 *pe, u64 iova, struct pl_walk *out)
{
	u64 pe0 = qword(pe, 0), pe2 = qword(pe, 2);
	int levels = FIELD_GET(VTD_PE0_AW, pe0) + 2;
	int fs_levels = FIELD_GET(VTD_PE2_FSPM, pe2) + FS_LEVELS;

	switch (FIELD_GET(VTD_PE0_PGTT, pe0)) {
	case VTD_PGTT_FS:
		return find_page(pe2 & VTD_PE2_FSPTPTR, fs_levels, first_stage_prot, iova, out);
	case VTD_PGTT_SS:
		return find_page(pe0 & VTD_PE0_SSPTPTR, levels, second_stage_prot, iova, out);
	case VTD_PGTT_PT:
		out->prot = PL_PROT_READ | PL_PROT_WRITE;
		out->paddr = iova;
		out->size = PAGE_SIZE;
		return true;
	}
	return false;
}

/**
 * vtd_walk() - what do the tables say of one address?
 * @r: the unit's registers
 * @rid: Requester ID
 * @pasid: PL_NO_PASID for a request without one
 * @iova: the address
 * @out: where it leads to
 *
 * Context: any; see the head of this file.
 * Return: whether a request would be translated at all.
 */
bool vtd_walk(struct pl_regs *r, u16 rid, pl_pasid_t pasid, u64 iova, struct pl_walk *out)
{
	const u64 *ctx = find_context(r, rid), *pe;

	if (!ctx)
		return false;
	pe = find_pasid_entry(ctx, pasid);
	return pe && find_translation(pe, iova, out);
}
