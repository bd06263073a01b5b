/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv3 reference model, from outside: make one, reach its registers and
 * its fabric, ask what it saw.
 *
 * Vocabulary.  A *violation* is a broken rule, counted under a name: O1 to O9
 * (the ordering invariants), STE, CD, WALK, TLB, DEV-TLB (a copy that memory
 * no longer backs, found by an audit), REG (registers or commands used against
 * IHI0070 6.3 and 4), FLUSH (a store that was never published).  To *audit* is
 * to compare everything cached with memory.
 *
 * Locking.  All of it may be called from any context, except create, destroy
 * and audit (process context).  Interrupts are delivered in the context of an
 * endpoint's request, or of the write of IRQ_CTRL that enabled them, with no
 * lock of the model held; so one that a command's error raised comes with the
 * next request.
 *
 * The hard rule: a test may turn the adversary's knobs, never what the
 * specification demands.
 */
#ifndef _PASIDLAB_SMMUV3_MODEL_API_H
#define _PASIDLAB_SMMUV3_MODEL_API_H

#include <linux/types.h>

#include "../regs.h"
#include "../../kmod/fabric.h"

struct smmu_model;

/**
 * enum smmu_model_order - in which order consumed commands take effect
 * @SMMU_MODEL_ORDER_SPEC: any, as far as no CMD_SYNC stands between them (4.7)
 * @SMMU_MODEL_ORDER_QUEUE: as they stand in the queue
 */
enum smmu_model_order {
	SMMU_MODEL_ORDER_SPEC,
	SMMU_MODEL_ORDER_QUEUE,
};

/**
 * enum smmu_model_stall - IDR0.STALL_MODEL
 * @SMMU_MODEL_STALL_BOTH: an entry says whether its faults stall
 * @SMMU_MODEL_STALL_NONE: no fault stalls
 * @SMMU_MODEL_STALL_FORCE: every stage-1 fault stalls; CD.S must be 1
 */
enum smmu_model_stall {
	SMMU_MODEL_STALL_BOTH,
	SMMU_MODEL_STALL_NONE,
	SMMU_MODEL_STALL_FORCE,
};

/**
 * struct smmu_model_config - what to build; start from smmu_model_config_init()
 * @coherent: IDR0.COHACC; else the unit sees published lines only
 * @ats: IDR0.ATS
 * @stage1: IDR0.S1P
 * @stage2: IDR0.S2P; with @stage1 nested streams too
 * @strtab_2lvl: IDR0.ST_LEVEL
 * @cd_2lvl: IDR0.CD2L
 * @range_inval: IDR3.RIL
 * @bbml: IDR3.BBML: 2 where TLB entries of different sizes may lie one over the
 *	other for a moment, 0 or 1 where they may not
 * @asid16: IDR0.ASID16, else 8 bits
 * @vmid16: IDR0.VMID16, else 8 bits
 * @msi: IDR0.MSI: CMD_SYNC may complete with a write
 * @term_abort: IDR0.TERM_MODEL: CD.A must be 1
 * @stall: IDR0.STALL_MODEL
 * @httu: IDR0.HTTU: 0 none, 1 Access flag, 2 dirty state too
 * @sid_bits: IDR1.SIDSIZE, 1 to 32
 * @ssid_bits: IDR1.SSIDSIZE, 0 to 20
 * @cmdq_bits: IDR1.CMDQS, 2 to 19
 * @eventq_bits: IDR1.EVENTQS, 2 to 19
 * @pa_bits: IDR5.OAS: 32, 36, 40, 42, 44, 48 or 52
 * @granules: IDR5: bit n: granules of 2^n bytes; 12, 14, 16
 * @seed: of every choice the model makes
 * @order: how far commands are reordered
 * @lazy: commands rest until a CMD_SYNC follows them
 * @verify: each DMA is compared with a fresh walk (pl_tlp.stale)
 * @concurrent: submitters share the queue; what only one thread can be
 *	blamed for at a sync is then left to the later checks
 * @handshake_polls: CR0ACK, IRQ_CTRLACK and GBPA.UPDATE show a write after
 *	that many reads
 * @slow_polls: the queue moves after that many register reads; 0: at once
 * @max_entries: cached entries at most; 0: no limit
 */
struct smmu_model_config {
	bool coherent;
	bool ats;
	bool stage1;
	bool stage2;
	bool strtab_2lvl;
	bool cd_2lvl;
	bool range_inval;
	bool asid16;
	bool vmid16;
	bool msi;
	bool term_abort;
	u8 bbml;
	enum smmu_model_stall stall;
	u8 httu;
	u8 sid_bits;
	u8 ssid_bits;
	u8 cmdq_bits;
	u8 eventq_bits;
	u8 pa_bits;
	u64 granules;
	u64 seed;
	enum smmu_model_order order;
	bool lazy;
	bool verify;
	bool concurrent;
	u32 handshake_polls;
	u32 slow_polls;
	u32 max_entries;
};

#define SMMU_MODEL_OPCODES	0x80

/**
 * struct smmu_model_stats - what it did; counts, and gauges where said
 * @fetches: reads of table entries
 * @walks: requests that no TLB entry answered
 * @ste_hits: cached STEs used
 * @cd_hits: cached CDs used
 * @l1_hits: cached level 1 descriptors used, of either table
 * @walk_hits: cached translation table descriptors used
 * @tlb_hits: TLB
 * @cmds: commands that took effect, by opcode (4.1.1)
 * @syncs: CMD_SYNCs completed
 * @events: events written
 * @events_lost: events dropped for want of room
 * @requests: memory and translation requests
 * @entries: gauge: cached entries
 * @grants: gauge: translations that device TLBs may hold
 * @owed: gauge: changed entries whose invalidations are not complete
 * @memory: gauge: bytes the model holds
 */
struct smmu_model_stats {
	u64 fetches;
	u64 walks;
	u64 ste_hits;
	u64 cd_hits;
	u64 l1_hits;
	u64 walk_hits;
	u64 tlb_hits;
	u64 cmds[SMMU_MODEL_OPCODES];
	u64 syncs;
	u64 events;
	u64 events_lost;
	u64 requests;
	u64 entries;
	u64 grants;
	u64 owed;
	u64 memory;
};

/**
 * enum smmu_model_inject - what can be made to go wrong
 * @SMMU_MODEL_INJECT_CERROR_ILL: the @arg-th command consumed from now on is
 *	taken for an illegal one (0: the next)
 * @SMMU_MODEL_INJECT_CERROR_ABT: the fetch of that command is aborted
 * @SMMU_MODEL_INJECT_ATC_TIMEOUT: the next CMD_ATC_INV is never answered: the
 *	CMD_SYNC behind it ends in CERROR_ATC_INV_SYNC
 * @SMMU_MODEL_INJECT_SLOW: as slow_polls, from now on
 * @SMMU_MODEL_INJECT_OVERFLOW: the next event finds the queue full
 */
enum smmu_model_inject {
	SMMU_MODEL_INJECT_CERROR_ILL,
	SMMU_MODEL_INJECT_CERROR_ABT,
	SMMU_MODEL_INJECT_ATC_TIMEOUT,
	SMMU_MODEL_INJECT_SLOW,
	SMMU_MODEL_INJECT_OVERFLOW,
};

void smmu_model_config_init(struct smmu_model_config *cfg);
int smmu_model_create(const struct smmu_model_config *cfg, const char *name,
		      struct smmu_model **out);
void smmu_model_destroy(struct smmu_model *m);
struct pl_regs *smmu_model_regs(struct smmu_model *m);
struct pl_fabric *smmu_model_fabric(struct smmu_model *m);
void smmu_model_set_unit(struct smmu_model *m, struct pl_unit *unit);
const char *smmu_model_name(const struct smmu_model *m);
void smmu_model_inject(struct smmu_model *m, enum smmu_model_inject what, u32 arg);
void smmu_model_stats(struct smmu_model *m, struct smmu_model_stats *st);
int smmu_model_violation(struct smmu_model *m, unsigned int index, const char **name,
			 const char **text, u64 *count);
u64 smmu_model_violations(struct smmu_model *m);
u64 smmu_model_audit(struct smmu_model *m);
void smmu_model_freed_phys(struct smmu_model *m, u64 phys, u64 size);

#endif /* _PASIDLAB_SMMUV3_MODEL_API_H */
