/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl ABI of /dev/pasidlab.
 *
 * Vocabulary.  An open file owns *handles*: small positive numbers for the
 * devices it opened and the domains it allocated.  A handle means nothing to
 * another file.  Handles below PL_HANDLE_FIRST name the two static domains.
 * A device has one RID slot and one slot per PASID; each slot always holds
 * exactly one domain, and an empty PASID slot holds the blocking domain.
 *
 * Rules, the same for every request:
 *  - the argument points to a struct that begins with its own size; the
 *    pointer is aligned to 8 bytes, else -EINVAL;
 *  - a size below the struct's first published size is -EINVAL, a larger one
 *    is accepted only while the bytes this kernel does not know are zero and
 *    it is at most 4096, else -E2BIG;
 *  - an unknown flag or a reserved field that is not zero is -EINVAL;
 *  - a handle that this file does not hold, or of the other kind, is -ENOENT;
 *    so is a static handle where a domain of the file's own is asked for;
 *  - a device whose endpoint is gone is -ENODEV;
 *  - memory that cannot be read or written is -EFAULT;
 *  - a request that fails has changed nothing.
 *
 * The hard rule: a published struct never changes its layout.  New fields go
 * to its end and zero means "as before".
 */
#ifndef _UAPI_PASIDLAB_H
#define _UAPI_PASIDLAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PL_ABI_MAJOR		1	/* differs: nothing is compatible */
#define PL_ABI_MINOR		2	/* grows with each addition */

#define PL_DEV_NODE		"/dev/pasidlab"

#define PL_NO_PASID_U		0xffffffffu	/* the RID slot */
#define PL_PASID_WIDTH_MAX	20		/* PCIe 10.4: 20 bits on the wire */

/* Handles that every file holds from the start. */
#define PL_HANDLE_NONE		0
#define PL_HANDLE_BLOCKING	1
#define PL_HANDLE_IDENTITY	2
#define PL_HANDLE_FIRST		16

#define PL_NAME_LEN		32
#define PL_WHY_LEN		96

/**
 * enum pl_dev_feature - what a device behind its unit can do
 * @PL_FEAT_AUX: PASIDs with paging domains (R0.2)
 * @PL_FEAT_SVA: a process's address space on a PASID
 * @PL_FEAT_IOPF: recoverable page faults
 * @PL_FEAT_ATS: the device keeps a device TLB (ATC)
 * @PL_FEAT_PRI: the device sends page requests
 * @PL_FEAT_NEST_RID: nested translation on the RID
 * @PL_FEAT_NEST_PASID: nested translation on a PASID
 * @PL_FEAT_DIRTY: dirty tracking of written pages
 * @PL_FEAT_HITLESS: one paging domain replaces another without an abort
 * @PL_FEAT_IDENTITY_PASID: the identity domain on a PASID
 * @PL_FEAT_STAGE1: first-stage paging domains
 * @PL_FEAT_STAGE2: second-stage paging domains
 * @PL_FEAT_STAGE2_PASID: such a domain on a PASID, whatever the other slots hold
 *	(R2.7); without it the RID alone can hold one, and no PASID beside it
 * @PL_FEAT_NR: their number
 */
enum pl_dev_feature {
	PL_FEAT_AUX,
	PL_FEAT_SVA,
	PL_FEAT_IOPF,
	PL_FEAT_ATS,
	PL_FEAT_PRI,
	PL_FEAT_NEST_RID,
	PL_FEAT_NEST_PASID,
	PL_FEAT_DIRTY,
	PL_FEAT_HITLESS,
	PL_FEAT_IDENTITY_PASID,
	PL_FEAT_STAGE1,
	PL_FEAT_STAGE2,
	PL_FEAT_STAGE2_PASID,
	PL_FEAT_NR
};

/**
 * enum pl_op - what the ledger and the tracepoints tell apart
 * @PL_OP_ATTACH: a slot left the blocking domain
 * @PL_OP_REPLACE: a slot went from one domain to another, neither blocking
 * @PL_OP_DETACH: a slot went back to the blocking domain
 * @PL_OP_DETACH_ALL: all PASID slots of a device went back in one call
 * @PL_OP_MAP: pages were mapped into a domain
 * @PL_OP_UNMAP: pages were unmapped from a domain, or from the user's tables of a
 *	nested one
 * @PL_OP_DEV_ADD: an endpoint came
 * @PL_OP_DEV_DEL: an endpoint went
 * @PL_OP_NR: their number
 */
enum pl_op {
	PL_OP_ATTACH,
	PL_OP_REPLACE,
	PL_OP_DETACH,
	PL_OP_DETACH_ALL,
	PL_OP_MAP,
	PL_OP_UNMAP,
	PL_OP_DEV_ADD,
	PL_OP_DEV_DEL,
	PL_OP_NR
};

/**
 * enum pl_count - the columns of the ledger
 * @PL_COUNT_CALLS: calls that succeeded
 * @PL_COUNT_ERRORS: calls that failed
 * @PL_COUNT_SLOTS: slots that changed their domain
 * @PL_COUNT_WRITES: 64-bit stores to tables the unit reads
 * @PL_COUNT_DESCS: invalidation descriptors or commands, waits not included
 * @PL_COUNT_WAITS: status waits or syncs that software waited for
 * @PL_COUNT_FENCES: ordering-only waits that nobody waited for
 * @PL_COUNT_FLUSHES: cache lines flushed for a unit that does not snoop
 * @PL_COUNT_ALLOCS: table pages allocated
 * @PL_COUNT_NR: their number
 */
enum pl_count {
	PL_COUNT_CALLS,
	PL_COUNT_ERRORS,
	PL_COUNT_SLOTS,
	PL_COUNT_WRITES,
	PL_COUNT_DESCS,
	PL_COUNT_WAITS,
	PL_COUNT_FENCES,
	PL_COUNT_FLUSHES,
	PL_COUNT_ALLOCS,
	PL_COUNT_NR
};

/**
 * struct pl_ioc_version - PL_IOC_VERSION
 * @size: sizeof(struct pl_ioc_version)
 * @flags: must be 0
 * @abi_major: out, PL_ABI_MAJOR of the module
 * @abi_minor: out, PL_ABI_MINOR of the module
 * @devices: out, number of endpoints present
 * @features: out, must be read as 0 for now
 * @version: out, the module's version, NUL-terminated
 */
struct pl_ioc_version {
	__u32 size;
	__u32 flags;
	__u32 abi_major;
	__u32 abi_minor;
	__u32 devices;
	__u32 features;
	char  version[PL_NAME_LEN];
};

/**
 * struct pl_ioc_dev_info - PL_IOC_DEV_INFO, describe the endpoint @index
 * @size: sizeof(struct pl_ioc_dev_info)
 * @flags: must be 0
 * @index: in, 0 to the number of endpoints - 1, in order of arrival
 * @rid: out, Requester ID (bus << 8 | devfn)
 * @max_pasids: out, PASIDs are 1 to @max_pasids - 1; 0 where there are none
 * @features: out, bit 1 << enum pl_dev_feature
 * @engine: out, 1 when PL_IOC_DMA works on it
 * @reserved: out, 0
 * @pgsizes: out, bit n: pages of 2^n bytes can be mapped; the lowest is the
 *	smallest page, 4096 bytes on most units
 * @name: out, the device's name
 * @unit: out, the name of the unit it is behind
 * @driver: out, the kind of the unit ("vtd")
 * @engine_name: out, what issues DMA for it, empty where nothing does (since
 *	ABI 1.1)
 *
 * -ENODEV when there is no endpoint @index.
 */
struct pl_ioc_dev_info {
	__u32 size;
	__u32 flags;
	__u32 index;
	__u32 rid;
	__u32 max_pasids;
	__u32 features;
	__u32 engine;
	__u32 reserved;
	__u64 pgsizes;
	char  name[PL_NAME_LEN];
	char  unit[PL_NAME_LEN];
	char  driver[PL_NAME_LEN];
	char  engine_name[PL_NAME_LEN];
};

/**
 * struct pl_ioc_dev_open - PL_IOC_DEV_OPEN, a handle for the device @name
 * @size: sizeof(struct pl_ioc_dev_open)
 * @flags: must be 0
 * @dev: out, the handle
 * @reserved: must be 0
 * @name: in, NUL-terminated, as PL_IOC_DEV_INFO tells it
 *
 * -ENODEV when no endpoint has that name, -EINVAL for a name without its NUL.
 * Opening a device again answers the same handle; each open wants its own
 * PL_IOC_FREE.
 */
struct pl_ioc_dev_open {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 reserved;
	char  name[PL_NAME_LEN];
};

/**
 * struct pl_ioc_feature - PL_IOC_FEATURE, can the device do it, and if not why
 * @size: sizeof(struct pl_ioc_feature)
 * @flags: must be 0
 * @dev: in, device handle
 * @feature: in, enum pl_dev_feature; an unknown one is answered "no" (R0.1)
 * @has: out, 0 or 1
 * @error: out, 0 or the positive errno that using it would give
 * @why: out, the reason for a "no", NUL-terminated
 */
struct pl_ioc_feature {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 feature;
	__u32 has;
	__u32 error;
	char  why[PL_WHY_LEN];
};

/**
 * struct pl_ioc_enable - PL_IOC_ENABLE, switch a feature on or off (R2.2)
 * @size: sizeof(struct pl_ioc_enable)
 * @flags: must be 0
 * @dev: in, device handle
 * @feature: in, PL_FEAT_AUX; others are -EOPNOTSUPP
 * @enable: in, 1 on, 0 off; balanced per file
 * @reserved: must be 0
 *
 * -EOPNOTSUPP where the device cannot, -EBUSY on this file's last disable while
 * it has PASID attachments, -EINVAL for a disable without enable.
 */
struct pl_ioc_enable {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 feature;
	__u32 enable;
	__u32 reserved;
};

/* Modes of the exclusion rule. */
#define PL_MODE_STRICT		0	/* RID attach is -EBUSY while PASIDs live (R0.5) */
#define PL_MODE_FREE		1	/* any domain at any time (R1.7) */

/**
 * struct pl_ioc_mode - PL_IOC_MODE, set the exclusion rule of a device
 * @size: sizeof(struct pl_ioc_mode)
 * @flags: must be 0
 * @dev: in, device handle
 * @mode: in, PL_MODE_*
 *
 * The mode is the device's: it stays when the file goes.  -EBUSY when going
 * strict while a caller's domain holds the RID and PASIDs live.
 */
struct pl_ioc_mode {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 mode;
};

/**
 * struct pl_ioc_claim - PL_IOC_CLAIM, own the device as a whole (R0.7)
 * @size: sizeof(struct pl_ioc_claim)
 * @flags: must be 0
 * @dev: in, device handle
 * @claim: in, 1 to claim, 0 to release
 *
 * Claiming puts the RID on blocking.  -EBUSY while another file owns it or
 * PASID attachments of anyone live; while it is owned, sets by others are
 * -EBUSY.  Claiming again is 0, releasing without a claim -EINVAL.
 */
struct pl_ioc_claim {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 claim;
};

/* Flags of PL_IOC_DOMAIN_ALLOC: at most one; 0 lets the unit choose. */
#define PL_DOMAIN_STAGE1	(1u << 0)
#define PL_DOMAIN_STAGE2	(1u << 1)

/**
 * struct pl_ioc_domain_alloc - PL_IOC_DOMAIN_ALLOC, an empty paging domain
 * @size: sizeof(struct pl_ioc_domain_alloc)
 * @flags: in, PL_DOMAIN_*
 * @dev: in, device handle; the domain serves every device of its unit
 * @domain: out, domain handle
 * @iova_last: out, last IOVA that can be mapped
 *
 * -EOPNOTSUPP where the unit has no such stage, -ENOSPC out of DIDs.
 */
struct pl_ioc_domain_alloc {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 domain;
	__u64 iova_last;
};

/**
 * struct pl_ioc_free - PL_IOC_FREE, drop a handle
 * @size: sizeof(struct pl_ioc_free)
 * @flags: must be 0
 * @handle: in, device or domain handle
 * @reserved: must be 0
 *
 * -EBUSY for a domain that sits in a slot or has another nested on it, and for a
 * device on which this file still holds attachments, the claim or an enabled
 * feature, and while another thread's request uses the handle; -EINVAL for a
 * static handle.  A device's private PASIDs go with its handle.
 */
struct pl_ioc_free {
	__u32 size;
	__u32 flags;
	__u32 handle;
	__u32 reserved;
};

/* Whose tables a struct pl_user_table describes. */
#define PL_USER_TABLE_SMMUV3	1	/* context descriptors (IHI0070 5.4) */

/**
 * struct pl_user_table - a user's own first stage, for a nested domain
 * @kind: PL_USER_TABLE_*
 * @s1fmt: STE.S1Fmt: 0 linear, 1 and 2 two levels with leaves of 4 or 64 KiB
 * @s1cdmax: STE.S1CDMax: log2 of the context descriptors
 * @s1dss: STE.S1DSS, of requests without a PASID: 0 refused, 1 stage 2 alone,
 *	2 by descriptor 0
 * @s1ctxptr: STE.S1ContextPtr: where the descriptors are, an address that the
 *	parent translates; a multiple of 64
 * @reserved: must be 0
 *
 * @s1fmt and @s1dss must be 0 where @s1cdmax is.
 */
struct pl_user_table {
	__u32 kind;
	__u32 s1fmt;
	__u32 s1cdmax;
	__u32 s1dss;
	__u64 s1ctxptr;
	__u64 reserved;
};

/**
 * struct pl_ioc_nested_alloc - PL_IOC_NESTED_ALLOC, a domain of a user's own first
 * stage (since ABI 1.2)
 * @size: sizeof(struct pl_ioc_nested_alloc)
 * @flags: must be 0
 * @domain: in, the parent: handle of a stage-2 domain
 * @nested: out, domain handle
 * @table: in, the user's tables
 *
 * The domain goes into RID slots of devices with PL_FEAT_NEST_RID; PASIDs are then
 * the user's too, and a set of the file's own is -EBUSY.  Memory is mapped into the
 * parent; PL_IOC_MAP and PL_IOC_UNMAP of the nested domain are -EINVAL.  The parent
 * cannot be freed while the nested domain is there (-EBUSY).
 *
 * -EINVAL not a stage-2 domain, or a field of @table, which the kernel's log
 * names; -EOPNOTSUPP the unit does not nest or has tables of another kind.
 */
struct pl_ioc_nested_alloc {
	__u32 size;
	__u32 flags;
	__u32 domain;
	__u32 nested;
	struct pl_user_table table;
};

/**
 * struct pl_ioc_nested_inval - PL_IOC_NESTED_INVAL, the user's tables changed (since
 * ABI 1.2)
 * @size: sizeof(struct pl_ioc_nested_inval)
 * @flags: must be 0
 * @domain: in, handle of a nested domain
 * @pasid: in, whose entry or pages changed; 0 for requests without a PASID,
 *	PL_NO_PASID_U for any
 *
 * When it returns no device translates by what the tables said before.  -EINVAL
 * not a nested domain, -EOVERFLOW a PASID its tables have no entry for.
 */
struct pl_ioc_nested_inval {
	__u32 size;
	__u32 flags;
	__u32 domain;
	__u32 pasid;
};

#define PL_PROT_READ		(1u << 0)
#define PL_PROT_WRITE		(1u << 1)

/**
 * struct pl_ioc_map - PL_IOC_MAP, map this process's memory into a domain
 * @size: sizeof(struct pl_ioc_map)
 * @flags: in, PL_PROT_*; at least one
 * @domain: in, handle of a paging domain
 * @reserved: must be 0
 * @iova: in, first IOVA, a multiple of the unit's smallest page
 * @uaddr: in, first address, the same; the pages stay pinned
 * @length: in, bytes, the same, not 0
 *
 * -EINVAL misaligned, empty, overflowing or beyond the domain, -EEXIST where
 * something is mapped already, -EFAULT memory that cannot be pinned, -ENOMEM
 * also beyond RLIMIT_MEMLOCK.  Where the unit has no write-only pages (VT-d
 * first stage) PL_PROT_WRITE allows reads too.
 */
struct pl_ioc_map {
	__u32 size;
	__u32 flags;
	__u32 domain;
	__u32 reserved;
	__u64 iova;
	__u64 uaddr;
	__u64 length;
};

/**
 * struct pl_ioc_unmap - PL_IOC_UNMAP, unmap whole former mappings
 * @size: sizeof(struct pl_ioc_unmap)
 * @flags: must be 0
 * @domain: in, handle of a paging domain
 * @reserved: must be 0
 * @iova: in, first IOVA, a multiple of the unit's smallest page
 * @length: in, bytes, the same, not 0
 * @unmapped: out, bytes that had been mapped
 *
 * When it returns no device can reach the pages.  -EINVAL also when the range
 * cuts a former PL_IOC_MAP in two; an empty range is 0 bytes and no error.
 */
struct pl_ioc_unmap {
	__u32 size;
	__u32 flags;
	__u32 domain;
	__u32 reserved;
	__u64 iova;
	__u64 length;
	__u64 unmapped;
};

/**
 * struct pl_ioc_pasid - PL_IOC_PASID_ALLOC, PL_IOC_PASID_FREE: private PASIDs
 * @size: sizeof(struct pl_ioc_pasid)
 * @flags: must be 0
 * @dev: in, device handle
 * @pasid: out of alloc, in of free
 *
 * A PASID belongs to the file and the device it was allocated on.  alloc:
 * -ENOSPC.  free: -EACCES when this file did not allocate it on @dev, aux ones
 * included, -EBUSY while a domain other than blocking is in its slot.
 */
struct pl_ioc_pasid {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 pasid;
};

/**
 * struct pl_ioc_set - PL_IOC_SET, the one primitive: a domain into a slot
 * @size: sizeof(struct pl_ioc_set)
 * @flags: must be 0
 * @dev: in, device handle
 * @pasid: in, a PASID of this file, or PL_NO_PASID_U for the RID
 * @domain: in, a domain handle, PL_HANDLE_BLOCKING or PL_HANDLE_IDENTITY
 * @reserved: must be 0
 *
 * Replaces what the slot held.  -EINVAL PASID 0 or a domain of another unit,
 * -EOVERFLOW a PASID beyond the device, -EACCES a PASID this file did not
 * allocate on @dev, -EBUSY the exclusion rule, the claim, a RID that another
 * file holds, or without PL_FEAT_STAGE2_PASID a second stage beside PASIDs,
 * -EOPNOTSUPP the unit cannot or this file did not enable AUX.
 */
struct pl_ioc_set {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 pasid;
	__u32 domain;
	__u32 reserved;
};

/**
 * struct pl_ioc_attach - attach and detach by domain
 * @size: sizeof(struct pl_ioc_attach)
 * @flags: must be 0
 * @dev: in, device handle
 * @domain: in, handle of a paging domain (PL_IOC_RID_*: static ones too)
 * @pasid: out of PL_IOC_AUX_ATTACH and PL_IOC_AUX_GET_PASID
 * @reserved: must be 0
 *
 * PL_IOC_RID_ATTACH: -EBUSY by the exclusion rule (R0.5).
 * PL_IOC_RID_DETACH: -ENOENT when @domain is not what the RID holds.
 * PL_IOC_AUX_ATTACH: -EOPNOTSUPP before PL_IOC_ENABLE, -EEXIST when @domain
 * has a PASID on this device already, -EBUSY when it holds the device's RID,
 * -ENOSPC out of PASIDs.
 * PL_IOC_AUX_DETACH, PL_IOC_AUX_GET_PASID: -ENOENT when not attached (R0.10).
 */
struct pl_ioc_attach {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 domain;
	__u32 pasid;
	__u32 reserved;
};

/**
 * struct pl_ioc_detach_all - PL_IOC_AUX_DETACH_ALL, all of this file's PASIDs
 * @size: sizeof(struct pl_ioc_detach_all)
 * @flags: must be 0
 * @dev: in, device handle
 * @detached: out, slots that went back to blocking
 *
 * Idempotent (R0.11).
 */
struct pl_ioc_detach_all {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 detached;
};

/* What one descriptor of PL_IOC_DMA asks the engine to do. */
#define PL_DMA_READ		0	/* read @len bytes at @src, answer their hash */
#define PL_DMA_FILL		1	/* write @len bytes of @pattern at @dst */
#define PL_DMA_COPY		2	/* copy @len bytes from @src to @dst */
#define PL_DMA_OP_NR		3

#define PL_DMA_ATS		(1u << 0)	/* through the device TLB */
#define PL_DMA_LEN_MAX		(1u << 20)

/* What became of it. */
#define PL_DMA_OK		0
#define PL_DMA_REFUSED		1	/* the unit refused the request */
#define PL_DMA_GONE		2	/* the endpoint went away */

/* Which cache answered, when it answered with something memory no longer says. */
#define PL_STALE_NONE		0
#define PL_STALE_CONTEXT	1
#define PL_STALE_PASID_CACHE	2
#define PL_STALE_WALK_CACHE	3
#define PL_STALE_IOTLB		4
#define PL_STALE_DEV_TLB	5

/**
 * struct pl_dma_desc - one transfer
 * @op: in, PL_DMA_READ, _FILL, _COPY
 * @flags: in, PL_DMA_ATS
 * @pasid: in, any 20-bit PASID, or PL_NO_PASID_U for an untagged request
 * @len: in, bytes, 1 to PL_DMA_LEN_MAX
 * @src: in, IOVA
 * @dst: in, IOVA
 * @pattern: in, PL_DMA_FILL: byte i is byte i % 8 of it, little endian
 * @hash: out, FNV-1a (64 bits) of the bytes read
 * @status: out, PL_DMA_OK, _REFUSED, _GONE
 * @done: out, bytes transferred before the refusal
 * @reason: out, the unit's fault reason where refused
 * @stale: out, PL_STALE_*; only a reference model can tell, others say 0
 */
struct pl_dma_desc {
	__u32 op;
	__u32 flags;
	__u32 pasid;
	__u32 len;
	__u64 src;
	__u64 dst;
	__u64 pattern;
	__u64 hash;
	__u32 status;
	__u32 done;
	__u32 reason;
	__u32 stale;
};

#define PL_DMA_BATCH_MAX	256

/**
 * struct pl_ioc_dma - PL_IOC_DMA, run descriptors in order, wait for them
 * @size: sizeof(struct pl_ioc_dma)
 * @flags: must be 0
 * @dev: in, device handle
 * @nr: in, 1 to PL_DMA_BATCH_MAX
 * @descs: in and out, address of @nr struct pl_dma_desc
 *
 * 0 even when transfers were refused: each descriptor has its own status.
 * -EOPNOTSUPP when the endpoint has no engine, -EINTR when the caller is being
 * killed.
 */
struct pl_ioc_dma {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 nr;
	__u64 descs;
};

#define PL_UNCOUNTED_FAULTS	(1ull << 63)

/**
 * struct pl_ioc_ledger - PL_IOC_LEDGER, what the unit did since it came
 * @size: sizeof(struct pl_ioc_ledger)
 * @flags: must be 0
 * @dev: in, device handle; the counts are those of its unit
 * @violations: out, invariants the unit saw broken; 0 on real hardware
 * @faults: out, translation faults reported for this device
 * @faults_lost: out, faults the hardware could not record
 * @counts: out, [enum pl_op][enum pl_count]
 * @uncounted: out, bit 1 << enum pl_count: a column that the unit cannot count;
 *	PL_UNCOUNTED_FAULTS: nor can it faults.  Such figures are 0 and mean
 *	nothing (since ABI 1.1)
 */
struct pl_ioc_ledger {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 violations;
	__u64 faults;
	__u64 faults_lost;
	__u64 counts[PL_OP_NR][PL_COUNT_NR];
	__u64 uncounted;
};

#define PL_FAULT_WRITE		(1u << 0)
#define PL_FAULT_PASID		(1u << 1)	/* @pasid is valid */
#define PL_FAULT_PRIV		(1u << 2)
#define PL_FAULT_EXEC		(1u << 3)
#define PL_FAULT_NOWHERE	(1u << 4)	/* no @addr, read or write: the unit does not say */

/**
 * struct pl_ioc_fault - PL_IOC_FAULT, take the oldest recorded fault
 * @size: sizeof(struct pl_ioc_fault)
 * @flags: out, PL_FAULT_*
 * @dev: in, device handle
 * @pasid: out
 * @addr: out, faulting IOVA, to the page
 * @reason: out, the unit's code
 * @lost: out, faults of this device overwritten since the last call
 * @why: out, the code in words
 *
 * -EAGAIN when none is recorded, -EOPNOTSUPP where the unit's faults go to
 * somebody else.
 */
struct pl_ioc_fault {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 pasid;
	__u64 addr;
	__u32 reason;
	__u32 lost;
	char  why[PL_WHY_LEN];
};

/**
 * struct pl_ioc_violation - PL_IOC_VIOLATION, what a reference model saw broken
 * @size: sizeof(struct pl_ioc_violation)
 * @flags: must be 0
 * @dev: in, device handle; the unit is the device's
 * @index: in, 0 to the number of kinds - 1
 * @count: out, times seen
 * @name: out, invariant ("O2")
 * @text: out, the first case in words
 *
 * -ENOENT beyond the last kind.
 */
struct pl_ioc_violation {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 index;
	__u64 count;
	char  name[PL_NAME_LEN];
	char  text[2 * PL_WHY_LEN];
};

#define PL_WALK_NOWHERE		(~0ull)

/**
 * struct pl_ioc_walk - PL_IOC_WALK, where an address of a slot leads (since ABI 1.1)
 * @size: sizeof(struct pl_ioc_walk)
 * @flags: must be 0
 * @dev: in, device handle
 * @pasid: in, any PASID of the device, or PL_NO_PASID_U for the RID
 * @iova: in, the address
 * @walked: out, the physical address that the unit's tables lead to, read from
 *	its root register down; PL_WALK_NOWHERE where a request is refused
 * @claimed: out, the one that the API believes it leads to
 * @bytes: out, size of the page at @walked
 * @prot: out, PL_PROT_* by the tables, 0 where they lead nowhere
 * @reserved: must be 0
 *
 * It changes nothing.  Physical addresses are an administrator's to know:
 * -EPERM without CAP_SYS_ADMIN.  -EINVAL PASID 0, -EOVERFLOW a PASID beyond the
 * device, -EOPNOTSUPP where the unit's tables cannot be read, or while the RID
 * holds a nested domain.
 */
struct pl_ioc_walk {
	__u32 size;
	__u32 flags;
	__u32 dev;
	__u32 pasid;
	__u64 iova;
	__u64 walked;
	__u64 claimed;
	__u64 bytes;
	__u32 prot;
	__u32 reserved;
};

#define PL_IOC_TYPE		0xb7

#define PL_IOC_VERSION		_IOWR(PL_IOC_TYPE, 0x00, struct pl_ioc_version)
#define PL_IOC_DEV_INFO		_IOWR(PL_IOC_TYPE, 0x01, struct pl_ioc_dev_info)
#define PL_IOC_DEV_OPEN		_IOWR(PL_IOC_TYPE, 0x02, struct pl_ioc_dev_open)
#define PL_IOC_FREE		_IOWR(PL_IOC_TYPE, 0x03, struct pl_ioc_free)
#define PL_IOC_FEATURE		_IOWR(PL_IOC_TYPE, 0x04, struct pl_ioc_feature)
#define PL_IOC_ENABLE		_IOWR(PL_IOC_TYPE, 0x05, struct pl_ioc_enable)
#define PL_IOC_MODE		_IOWR(PL_IOC_TYPE, 0x06, struct pl_ioc_mode)
#define PL_IOC_CLAIM		_IOWR(PL_IOC_TYPE, 0x07, struct pl_ioc_claim)
#define PL_IOC_DOMAIN_ALLOC	_IOWR(PL_IOC_TYPE, 0x10, struct pl_ioc_domain_alloc)
#define PL_IOC_MAP		_IOWR(PL_IOC_TYPE, 0x11, struct pl_ioc_map)
#define PL_IOC_UNMAP		_IOWR(PL_IOC_TYPE, 0x12, struct pl_ioc_unmap)
#define PL_IOC_NESTED_ALLOC	_IOWR(PL_IOC_TYPE, 0x13, struct pl_ioc_nested_alloc)
#define PL_IOC_NESTED_INVAL	_IOWR(PL_IOC_TYPE, 0x14, struct pl_ioc_nested_inval)
#define PL_IOC_PASID_ALLOC	_IOWR(PL_IOC_TYPE, 0x20, struct pl_ioc_pasid)
#define PL_IOC_PASID_FREE	_IOWR(PL_IOC_TYPE, 0x21, struct pl_ioc_pasid)
#define PL_IOC_SET		_IOWR(PL_IOC_TYPE, 0x22, struct pl_ioc_set)
#define PL_IOC_RID_ATTACH	_IOWR(PL_IOC_TYPE, 0x23, struct pl_ioc_attach)
#define PL_IOC_RID_DETACH	_IOWR(PL_IOC_TYPE, 0x24, struct pl_ioc_attach)
#define PL_IOC_AUX_ATTACH	_IOWR(PL_IOC_TYPE, 0x25, struct pl_ioc_attach)
#define PL_IOC_AUX_DETACH	_IOWR(PL_IOC_TYPE, 0x26, struct pl_ioc_attach)
#define PL_IOC_AUX_GET_PASID	_IOWR(PL_IOC_TYPE, 0x27, struct pl_ioc_attach)
#define PL_IOC_AUX_DETACH_ALL	_IOWR(PL_IOC_TYPE, 0x28, struct pl_ioc_detach_all)
#define PL_IOC_DMA		_IOWR(PL_IOC_TYPE, 0x30, struct pl_ioc_dma)
#define PL_IOC_LEDGER		_IOWR(PL_IOC_TYPE, 0x38, struct pl_ioc_ledger)
#define PL_IOC_FAULT		_IOWR(PL_IOC_TYPE, 0x39, struct pl_ioc_fault)
#define PL_IOC_VIOLATION	_IOWR(PL_IOC_TYPE, 0x3a, struct pl_ioc_violation)
#define PL_IOC_WALK		_IOWR(PL_IOC_TYPE, 0x3b, struct pl_ioc_walk)

#endif /* _UAPI_PASIDLAB_H */
