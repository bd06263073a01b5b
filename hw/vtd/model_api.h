/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VT-d reference model, from outside: make one, reach its registers and
 * its fabric, ask what it saw.
 *
 * Vocabulary.  A *violation* is a broken rule, counted under a name: O1 to O9
 * (the ordering invariants), PASID-cache, IOTLB, WALK, CONTEXT, DEV-TLB (a
 * copy that memory no longer backs, found by an audit), REG (registers used
 * against 11.4), FLUSH (a store that was never published).  To *audit* is to
 * compare everything cached with memory.
 *
 * Locking.  All of it may be called from any context, except create, destroy
 * and audit (process context).  The fault interrupt is delivered in the
 * context of the DMA that faulted, or of the register write that unmasked it,
 * with no lock of the model held.
 *
 * The hard rule: a test may turn the adversary's knobs, never what the
 * specification demands.
 */
#ifndef _PASIDLAB_VTD_MODEL_API_H
#define _PASIDLAB_VTD_MODEL_API_H

#include <linux/types.h>

#include "../regs.h"
#include "../../kmod/fabric.h"

struct vtd_model;

/**
 * enum vtd_model_order - in which order fetched descriptors are executed
 * @VTD_MODEL_ORDER_SPEC: the worst that 6.5.2.12 allows: PASID-cache before
 *	what follows it in the IOTLBs, IOTLBs before what follows them in the
 *	device TLBs, everything else turned around or shuffled
 * @VTD_MODEL_ORDER_ANY: as SPEC, and (P)IOTLB invalidations may overtake
 *	context- and PASID-cache ones: only a fence orders them
 * @VTD_MODEL_ORDER_QUEUE: as they stand in the queue
 */
enum vtd_model_order {
	VTD_MODEL_ORDER_SPEC,
	VTD_MODEL_ORDER_ANY,
	VTD_MODEL_ORDER_QUEUE,
};

/**
 * struct vtd_model_config - what to build; start from vtd_model_config_init()
 * @caching_mode: CAP.CM: not-present entries are cached (6.1)
 * @coherent: ECAP.C and SMPWCS; else the unit sees published lines only
 * @ats: ECAP.DT
 * @stage1: ECAP.FSTS
 * @stage2: ECAP.SSTS
 * @nested: ECAP.NEST; needs both
 * @passthrough: ECAP.PT
 * @snoop_control: ECAP.SC
 * @throttle: ECAP.DIT: device-TLB invalidations carry a PFSID; else it is
 *	reserved
 * @page_drain: ECAP.PDS: waits may ask for it
 * @esrtps: CAP.ESRTPS: setting the root pointer empties the caches
 * @strict_dtlb: a device-TLB invalidation for the RID is ordered behind
 *	IOTLB ones only, not behind PASID-based ones (6.5.2.12 to the letter)
 * @pasid_bits: 1 to 20
 * @did_bits: 4 to 16, even
 * @va_bits: 39 or 48: second-stage width
 * @pa_bits: 32 to 52: host address width
 * @mamv: largest address mask of an IOTLB invalidation
 * @pgsizes: bit n: leaves of 2^n bytes; 12, 21, 30
 * @nr_fault_records: 1 to 128
 * @seed: of every choice the model makes
 * @order: how far descriptors are reordered
 * @lazy: descriptors rest until a wait follows them
 * @verify: each DMA is compared with a fresh walk (pl_tlp.stale)
 * @concurrent: submitters share the queue; what only one thread can be
 *	blamed for at a wait is then left to the later checks
 * @handshake_polls: GSTS shows a command after that many reads of it
 * @slow_polls: the queue moves after that many register reads; 0: at once
 * @max_entries: cached entries at most; 0: no limit
 * @stubborn: as QEMU 7.2: after an invalidation queue error only a write of the
 *	tail makes it go on, and a wait must store or interrupt
 */
struct vtd_model_config {
	bool caching_mode;
	bool coherent;
	bool ats;
	bool stage1;
	bool stage2;
	bool nested;
	bool passthrough;
	bool snoop_control;
	bool throttle;
	bool page_drain;
	bool esrtps;
	bool strict_dtlb;
	u8 pasid_bits;
	u8 did_bits;
	u8 va_bits;
	u8 pa_bits;
	u8 mamv;
	u64 pgsizes;
	u16 nr_fault_records;
	u64 seed;
	enum vtd_model_order order;
	bool lazy;
	bool verify;
	bool concurrent;
	u32 handshake_polls;
	u32 slow_polls;
	u32 max_entries;
	bool stubborn;
};

/**
 * struct vtd_model_stats - what it did; counts, and gauges where said
 * @fetches: reads of table entries
 * @walks: requests that no IOTLB entry answered
 * @ctx_hits: context-cache
 * @pasid_hits: PASID-cache
 * @walk_hits: paging-structure caches
 * @iotlb_hits: IOTLB
 * @descs: descriptors executed, by type (6.5.2)
 * @waits: status waits completed
 * @fences: waits with FN that wrote no status
 * @spare: PASID-cache invalidations that nothing called for (O5, CM=0)
 * @faults: faults recorded
 * @faults_lost: faults dropped for want of a record
 * @requests: memory and translation requests
 * @entries: gauge: cached entries
 * @grants: gauge: translations that device TLBs may hold
 * @owed: gauge: changed entries whose invalidations are not complete
 * @memory: gauge: bytes the model holds
 */
struct vtd_model_stats {
	u64 fetches;
	u64 walks;
	u64 ctx_hits;
	u64 pasid_hits;
	u64 walk_hits;
	u64 iotlb_hits;
	u64 descs[16];
	u64 waits;
	u64 fences;
	u64 spare;
	u64 faults;
	u64 faults_lost;
	u64 requests;
	u64 entries;
	u64 grants;
	u64 owed;
	u64 memory;
};

/**
 * enum vtd_model_inject - what can be made to go wrong
 * @VTD_MODEL_INJECT_IQE: the @arg-th descriptor fetched from now on is taken
 *	for an invalid one (0: the next)
 * @VTD_MODEL_INJECT_ITE: the next device-TLB invalidation is never answered
 * @VTD_MODEL_INJECT_SLOW: as slow_polls, from now on
 * @VTD_MODEL_INJECT_OVERFLOW: the next fault finds no free record
 */
enum vtd_model_inject {
	VTD_MODEL_INJECT_IQE,
	VTD_MODEL_INJECT_ITE,
	VTD_MODEL_INJECT_SLOW,
	VTD_MODEL_INJECT_OVERFLOW,
};

void vtd_model_config_init(struct vtd_model_config *cfg);
int vtd_model_create(const struct vtd_model_config *cfg, const char *name, struct vtd_model **out);
void vtd_model_destroy(struct vtd_model *m);
struct pl_regs *vtd_model_regs(struct vtd_model *m);
struct pl_fabric *vtd_model_fabric(struct vtd_model *m);
void vtd_model_set_unit(struct vtd_model *m, struct pl_unit *unit);
const char *vtd_model_name(const struct vtd_model *m);
void vtd_model_inject(struct vtd_model *m, enum vtd_model_inject what, u32 arg);
void vtd_model_stats(struct vtd_model *m, struct vtd_model_stats *st);
int vtd_model_violation(struct vtd_model *m, unsigned int index, const char **name,
			const char **text, u64 *count);
u64 vtd_model_violations(struct vtd_model *m);
u64 vtd_model_audit(struct vtd_model *m);
void vtd_model_freed_phys(struct vtd_model *m, u64 phys, u64 size);

#endif /* _PASIDLAB_VTD_MODEL_API_H */
