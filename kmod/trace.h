/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stable tracepoints: the life of a slot, as tools may rely on it.
 *
 * Fields are only ever added at the end of an event.  PASIDs are -1 for the
 * RID slot, domains are told by the id their unit gave them, costs are those of
 * the one operation.  bpf/trace.bpf.c reads these records by offset of name
 * (CO-RE), tracefs users by the format files.
 *
 * The hard rule: an event fires once the operation is done, in the caller's
 * context, and exactly once per slot changed, so that counts of events equal
 * the SLOTS column of the ledger.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pasidlab

#if !defined(_PASIDLAB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PASIDLAB_TRACE_H

#include <linux/tracepoint.h>

#include "unit.h"

DECLARE_EVENT_CLASS(pl_slot_event,
	TP_PROTO(const struct pl_dev *d, pl_pasid_t pasid, const struct pl_domain *old,
		 const struct pl_domain *new, int ret),
	TP_ARGS(d, pasid, old, new, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(d->dev))
		__string(unit, d->unit->name)
		__field(u32, rid)
		__field(s32, pasid)
		__field(u64, old_domain)
		__field(u64, new_domain)
		__field(u32, old_type)
		__field(u32, new_type)
		__field(s32, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__assign_str(unit);
		__entry->rid = d->rid;
		__entry->pasid = pl_pasid_print(pasid);
		__entry->old_domain = old->id;
		__entry->new_domain = new->id;
		__entry->old_type = old->type;
		__entry->new_type = new->type;
		__entry->ret = ret;
	),
	TP_printk("dev=%s unit=%s rid=%04x pasid=%d old=%llu/%u new=%llu/%u ret=%d",
		  __get_str(dev), __get_str(unit), __entry->rid, __entry->pasid,
		  __entry->old_domain, __entry->old_type, __entry->new_domain,
		  __entry->new_type, __entry->ret)
);

/* A slot left blocking. */
DEFINE_EVENT(pl_slot_event, pl_set,
	TP_PROTO(const struct pl_dev *d, pl_pasid_t pasid, const struct pl_domain *old,
		 const struct pl_domain *new, int ret),
	TP_ARGS(d, pasid, old, new, ret));

/* A slot went from one domain to another. */
DEFINE_EVENT(pl_slot_event, pl_replace,
	TP_PROTO(const struct pl_dev *d, pl_pasid_t pasid, const struct pl_domain *old,
		 const struct pl_domain *new, int ret),
	TP_ARGS(d, pasid, old, new, ret));

/* A slot went back to blocking. */
DEFINE_EVENT(pl_slot_event, pl_detach,
	TP_PROTO(const struct pl_dev *d, pl_pasid_t pasid, const struct pl_domain *old,
		 const struct pl_domain *new, int ret),
	TP_ARGS(d, pasid, old, new, ret));

DECLARE_EVENT_CLASS(pl_range_event,
	TP_PROTO(const struct pl_domain *dom, u64 iova, u64 size, int ret),
	TP_ARGS(dom, iova, size, ret),
	TP_STRUCT__entry(
		__field(u64, domain)
		__field(u64, iova)
		__field(u64, size)
		__field(u32, slots)
		__field(s32, ret)
	),
	TP_fast_assign(
		__entry->domain = dom->id;
		__entry->iova = iova;
		__entry->size = size;
		__entry->slots = dom->nr_slots;
		__entry->ret = ret;
	),
	TP_printk("domain=%llu iova=%#llx size=%#llx slots=%u ret=%d", __entry->domain,
		  __entry->iova, __entry->size, __entry->slots, __entry->ret)
);

DEFINE_EVENT(pl_range_event, pl_map,
	TP_PROTO(const struct pl_domain *dom, u64 iova, u64 size, int ret),
	TP_ARGS(dom, iova, size, ret));

DEFINE_EVENT(pl_range_event, pl_unmap,
	TP_PROTO(const struct pl_domain *dom, u64 iova, u64 size, int ret),
	TP_ARGS(dom, iova, size, ret));

/* Around the unit's sync: its difference is the time software waited. */
DECLARE_EVENT_CLASS(pl_inval_event,
	TP_PROTO(const struct pl_unit *u, u32 op, const struct pl_cost *cost, int ret),
	TP_ARGS(u, op, cost, ret),
	TP_STRUCT__entry(
		__string(unit, u->name)
		__field(u32, op)
		__field(u32, descs)
		__field(u32, waits)
		__field(u32, fences)
		__field(s32, ret)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->op = op;
		__entry->descs = cost->n[PL_COUNT_DESCS];
		__entry->waits = cost->n[PL_COUNT_WAITS];
		__entry->fences = cost->n[PL_COUNT_FENCES];
		__entry->ret = ret;
	),
	TP_printk("unit=%s op=%u descs=%u waits=%u fences=%u ret=%d", __get_str(unit),
		  __entry->op, __entry->descs, __entry->waits, __entry->fences, __entry->ret)
);

DEFINE_EVENT(pl_inval_event, pl_inval_begin,
	TP_PROTO(const struct pl_unit *u, u32 op, const struct pl_cost *cost, int ret),
	TP_ARGS(u, op, cost, ret));

DEFINE_EVENT(pl_inval_event, pl_inval_end,
	TP_PROTO(const struct pl_unit *u, u32 op, const struct pl_cost *cost, int ret),
	TP_ARGS(u, op, cost, ret));

/* A translation fault, as the unit recorded it; @domain 0 when no slot had one. */
TRACE_EVENT(pl_fault,
	TP_PROTO(const struct pl_unit *u, const struct pl_fault *f, u64 domain),
	TP_ARGS(u, f, domain),
	TP_STRUCT__entry(
		__string(unit, u->name)
		__string(why, f->why)
		__field(u32, rid)
		__field(s32, pasid)
		__field(u64, addr)
		__field(u64, domain)
		__field(u32, reason)
		__field(u32, flags)
	),
	TP_fast_assign(
		__assign_str(unit);
		__assign_str(why);
		__entry->rid = f->rid;
		__entry->pasid = pl_pasid_print(f->pasid);
		__entry->addr = f->addr;
		__entry->domain = domain;
		__entry->reason = f->reason;
		__entry->flags = f->flags;
	),
	TP_printk("unit=%s rid=%04x pasid=%d addr=%#llx domain=%llu reason=%#x flags=%#x %s",
		  __get_str(unit), __entry->rid, __entry->pasid, __entry->addr,
		  __entry->domain, __entry->reason, __entry->flags, __get_str(why))
);

#endif /* _PASIDLAB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
