// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire: see wire.h.
 */
#include <stdio.h>
#include <string.h>

#include <linux/array_size.h>
#include <linux/io.h>

#include "wire.h"

static struct wire *to_wire(struct pl_regs *r)
{
	return container_of(r, struct wire, regs);
}

static u32 *at(struct wire *w, u32 off)
{
	return &w->reg[off / 4];
}

static u32 queue_mask(struct wire *w, u32 base)
{
	return (2u << (*at(w, base) & 31)) - 1;
}

static u64 *queue_entry(struct wire *w, u32 base, u32 index, u32 shift)
{
	u64 addr = ((u64)*at(w, base + 4) << 32 | *at(w, base)) & SMMU_Q_BASE_ADDR;
	u32 i = index & (queue_mask(w, base) >> 1);

	return (u64 *)((char *)phys_to_virt(addr) + ((u64)i << shift));
}

static bool standing(struct wire *w)
{
	return (*at(w, SMMU_GERROR) ^ *at(w, SMMU_GERRORN)) & SMMU_GERROR_CMDQ_ERR;
}

static void complete(struct wire *w, const u64 *cmd)
{
	u64 msi = cmd[1] & SMMU_SYNC1_MSIADDR;

	if (FIELD_GET(SMMU_CMD0_OP, cmd[0]) != SMMU_CMD_SYNC)
		return;
	if (FIELD_GET(SMMU_SYNC0_CS, cmd[0]) == SMMU_SYNC_CS_IRQ && msi)
		*(u32 *)phys_to_virt(msi) = FIELD_GET(SMMU_SYNC0_MSIDATA, cmd[0]);
	if (w->synced)
		w->synced(w);
}

static bool stops(struct wire *w)
{
	if (w->stop_at < 0)
		return false;
	if (w->stop_at--)
		return false;
	*at(w, SMMU_CMDQ_CONS) = (*at(w, SMMU_CMDQ_CONS) & ~SMMU_CMDQ_CONS_ERR) |
				 FIELD_PREP(SMMU_CMDQ_CONS_ERR, w->stop_code);
	*at(w, SMMU_GERROR) ^= SMMU_GERROR_CMDQ_ERR;
	return true;
}

static void consume(struct wire *w)
{
	u32 mask = queue_mask(w, SMMU_CMDQ_BASE), cons;
	u64 *cmd;

	while (!w->dead && !standing(w)) {
		cons = *at(w, SMMU_CMDQ_CONS) & mask;
		if (cons == (*at(w, SMMU_CMDQ_PROD) & mask) || stops(w))
			return;
		cmd = queue_entry(w, SMMU_CMDQ_BASE, cons, SMMU_CMD_SHIFT);
		if (w->nr_log < WIRE_LOG)
			memcpy(w->log[w->nr_log++], cmd, sizeof(w->log[0]));
		*at(w, SMMU_CMDQ_CONS) = (cons + 1) & mask;
		complete(w, cmd);
	}
}

static u32 w_read32(struct pl_regs *r, u32 off)
{
	return *at(to_wire(r), off);
}

static u64 w_read64(struct pl_regs *r, u32 off)
{
	return (u64)w_read32(r, off + 4) << 32 | w_read32(r, off);
}

static void w_write32(struct pl_regs *r, u32 off, u32 val)
{
	struct wire *w = to_wire(r);

	*at(w, off) = val;
	if (off == SMMU_CR0)
		*at(w, SMMU_CR0ACK) = val;
	if (off == SMMU_IRQ_CTRL)
		*at(w, SMMU_IRQ_CTRLACK) = val;
	if (*at(w, SMMU_CR0) & SMMU_CR0_CMDQEN)
		consume(w);
}

static void w_write64(struct pl_regs *r, u32 off, u64 val)
{
	*at(to_wire(r), off) = val;
	*at(to_wire(r), off + 4) = val >> 32;
}

static unsigned int w_publish(struct pl_regs *r, const void *va, size_t len)
{
	struct wire *w = to_wire(r);

	if (w->stored)
		w->stored(w, va, len);
	return w->lines;
}

static int w_request_irq(struct pl_regs *r, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	return -EOPNOTSUPP;
}

static const struct pl_regs_ops wire_ops = {
	.read32 = w_read32,
	.read64 = w_read64,
	.write32 = w_write32,
	.write64 = w_write64,
	.publish = w_publish,
	.request_irq = w_request_irq,
};

void wire_init(struct wire *w)
{
	memset(w, 0, sizeof(*w));
	w->regs.ops = &wire_ops;
	w->stop_at = -1;
	*at(w, SMMU_IDR0) = SMMU_IDR0_S1P | SMMU_IDR0_S2P | SMMU_IDR0_COHACC | SMMU_IDR0_ATS |
			    SMMU_IDR0_ASID16 | SMMU_IDR0_VMID16 | SMMU_IDR0_CD2L |
			    FIELD_PREP(SMMU_IDR0_TTF, SMMU_TTF_AARCH64) |
			    FIELD_PREP(SMMU_IDR0_TTENDIAN, SMMU_TTENDIAN_LE) |
			    FIELD_PREP(SMMU_IDR0_STALL_MODEL, SMMU_STALL_NONE) |
			    FIELD_PREP(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL);
	*at(w, SMMU_IDR1) = FIELD_PREP(SMMU_IDR1_SIDSIZE, 16) |
			    FIELD_PREP(SMMU_IDR1_SSIDSIZE, 20) |
			    FIELD_PREP(SMMU_IDR1_CMDQS, 19) | FIELD_PREP(SMMU_IDR1_EVENTQS, 19);
	*at(w, SMMU_IDR3) = SMMU_IDR3_RIL | FIELD_PREP(SMMU_IDR3_BBML, 2);
	*at(w, SMMU_IDR5) = FIELD_PREP(SMMU_IDR5_OAS, SMMU_PS_48) | SMMU_IDR5_GRAN4K;
}

void wire_forget(struct wire *w)
{
	w->nr_log = 0;
}

static const char *op_name(u64 op)
{
	static const struct { u8 op; const char *name; } names[] = {
		{ SMMU_CMD_CFGI_STE, "CFGI_STE" }, { SMMU_CMD_CFGI_STE_RANGE, "CFGI_ALL" },
		{ SMMU_CMD_CFGI_CD, "CFGI_CD" }, { SMMU_CMD_CFGI_CD_ALL, "CFGI_CD_ALL" },
		{ SMMU_CMD_TLBI_NH_ALL, "NH_ALL" }, { SMMU_CMD_TLBI_NH_ASID, "NH_ASID" },
		{ SMMU_CMD_TLBI_NH_VA, "NH_VA" }, { SMMU_CMD_TLBI_NH_VAA, "NH_VAA" },
		{ SMMU_CMD_TLBI_EL2_ALL, "EL2_ALL" }, { SMMU_CMD_TLBI_S12_VMALL, "S12_VMALL" },
		{ SMMU_CMD_TLBI_S2_IPA, "S2_IPA" }, { SMMU_CMD_TLBI_NSNH_ALL, "NSNH_ALL" },
		{ SMMU_CMD_ATC_INV, "ATC_INV" }, { SMMU_CMD_SYNC, "SYNC" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].op == op)
			return names[i].name;
	return "?";
}

const char *wire_said(const struct wire *w)
{
	static char text[1024];
	size_t n = 0;
	u32 i;

	text[0] = 0;
	for (i = 0; i < w->nr_log && n < sizeof(text) - 16; i++)
		n += snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "",
			      op_name(FIELD_GET(SMMU_CMD0_OP, w->log[i][0])));
	return text;
}

void wire_event(struct wire *w, const u64 rec[SMMU_EVT_WORDS])
{
	u32 mask = queue_mask(w, SMMU_EVENTQ_BASE), prod = *at(w, SMMU_EVENTQ_PROD);

	memcpy(queue_entry(w, SMMU_EVENTQ_BASE, prod, SMMU_EVT_SHIFT), rec,
	       SMMU_EVT_WORDS * sizeof(*rec));
	*at(w, SMMU_EVENTQ_PROD) = (prod & SMMU_Q_OVERFLOW) | ((prod + 1) & mask);
}
