/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - what the probes and the command agree on: events, counts, filters.
 *
 * Vocabulary.  A *record* is the image of one of the module's tracepoints, as the kernel laid it
 * out; the command takes it apart by the event's format file.  A *call* is one call of the IOMMU
 * core's PASID functions, seen by fentry/fexit or kprobes.  Each shipped event starts with the
 * same head.
 *
 * Included by trace.bpf.c behind vmlinux.h and by user space behind <linux/types.h>; plain
 * structs of fixed-width members only, without padding, so that both worlds see the same bytes.
 *
 * The hard rule: an event that passed the filter is counted in pl_trace_count.events before
 * anything else is done with it, so that events = shipped + dropped holds at any time.
 */
#ifndef PASIDLAB_BPF_TRACE_H
#define PASIDLAB_BPF_TRACE_H

#define PL_TRACE_COMM_LEN	16
#define PL_TRACE_DEV_LEN	32
#define PL_TRACE_SLOT_LEN	128	/* bytes of a slot record that are shipped */
#define PL_TRACE_FAULT_LEN	256	/* bytes of a fault record that are shipped */

/* Records first: layouts are indexed by event, and only records have one. */
enum pl_trace_event {
	PL_TRACE_SET,
	PL_TRACE_REPLACE,
	PL_TRACE_DETACH,
	PL_TRACE_FAULT,
	PL_TRACE_RECORDS,
	PL_TRACE_CORE_ATTACH = PL_TRACE_RECORDS,
	PL_TRACE_CORE_DETACH,
	PL_TRACE_CORE_REPLACE,
	PL_TRACE_EVENTS
};

/**
 * struct pl_trace_head - what every shipped event starts with
 * @t_ns: CLOCK_MONOTONIC at the end of the operation
 * @latency_ns: length of the call, 0 where it was not measured
 * @event: enum pl_trace_event
 * @cpu: where it ended
 * @pid: process (thread group)
 * @tid: thread
 * @comm: name of the thread
 */
struct pl_trace_head {
	__u64 t_ns;
	__u64 latency_ns;
	__u32 event;
	__u32 cpu;
	__u32 pid;
	__u32 tid;
	char comm[PL_TRACE_COMM_LEN];
};

/**
 * struct pl_trace_record - an event of the module
 * @head: see there
 * @raw: the first bytes of the tracepoint's record; PL_TRACE_SLOT_LEN or PL_TRACE_FAULT_LEN of them
 */
struct pl_trace_record {
	struct pl_trace_head head;
	__u8 raw[];
};

/**
 * struct pl_trace_call - a call of the IOMMU core
 * @head: see there
 * @domain: address of its struct iommu_domain
 * @domain_type: iommu_domain.type
 * @ret: what it returned; 0 for a detach, which returns nothing
 * @pasid: the PASID
 * @pad: 0
 * @dev: name of the device
 */
struct pl_trace_call {
	struct pl_trace_head head;
	__u64 domain;
	__u32 domain_type;
	__s32 ret;
	__u32 pasid;
	__u32 pad;
	char dev[PL_TRACE_DEV_LEN];
};

/**
 * struct pl_trace_count - one event's counts, per CPU
 * @events: passed the filter
 * @filtered: did not
 * @dropped: passed, and found the ring full
 * @missed: began, and were not seen to end (kprobes only)
 */
struct pl_trace_count {
	__u64 events;
	__u64 filtered;
	__u64 dropped;
	__u64 missed;
};

/* Which parts of struct pl_trace_filter hold. */
#define PL_TRACE_BY_PID		(1u << 0)
#define PL_TRACE_BY_PASID	(1u << 1)
#define PL_TRACE_BY_RID		(1u << 2)
#define PL_TRACE_BY_DEV		(1u << 3)
#define PL_TRACE_ERRORS		(1u << 4)	/* failures and faults only */

/**
 * struct pl_trace_filter - constants of the programs, set before they are loaded
 * @by: PL_TRACE_BY_*, PL_TRACE_ERRORS
 * @pid: process
 * @pasid: PASID, -1 for the RID slot
 * @rid: Requester ID
 * @dev: name of the device, padded with zeros
 */
struct pl_trace_filter {
	__u32 by;
	__u32 pid;
	__s32 pasid;
	__u32 rid;
	char dev[PL_TRACE_DEV_LEN];
};

/**
 * struct pl_trace_layout - where a record has what the filter looks at; 0 where it has no such
 * field
 * @rid: offset of the 32-bit RID
 * @pasid: offset of the 32-bit PASID
 * @ret: offset of the 32-bit result
 * @dev: offset of the descriptor (length << 16 | offset) of the device's name
 */
struct pl_trace_layout {
	__u32 rid;
	__u32 pasid;
	__u32 ret;
	__u32 dev;
};

/* -1 for what is no hex digit. */
static inline int pl_trace_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "BB:DD.F", or -1. */
static inline int pl_trace_bdf(const char *s)
{
	int bus1 = pl_trace_hex(s[0]), bus0 = pl_trace_hex(s[1]);
	int dev1 = pl_trace_hex(s[3]), dev0 = pl_trace_hex(s[4]), fn = pl_trace_hex(s[6]);

	if (s[2] != ':' || s[5] != '.' || (bus1 | bus0 | dev1 | dev0 | fn) < 0)
		return -1;
	if (dev1 > 1 || fn > 7)
		return -1;
	return bus1 << 12 | bus0 << 8 | dev1 << 7 | dev0 << 3 | fn;
}

/*
 * The RID of a PCI function by the name the kernel gives it, "SSSS:BB:DD.F", or -1 where the name
 * is another bus's.  Segments of VMD domains have five digits.  @name has PL_TRACE_DEV_LEN bytes.
 */
static inline int pl_trace_rid_of(const char *name)
{
	/* Two calls, not one with a computed place: the verifier wants constant offsets. */
	if (name[4] == ':')
		return pl_trace_bdf(name + 5);
	return name[5] == ':' ? pl_trace_bdf(name + 6) : -1;
}

#endif /* PASIDLAB_BPF_TRACE_H */
