// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.bpf.c - the probes of "pasidlab trace".
 *
 * Two sources.  The module's tracepoints (kmod/trace.h) are a stable interface: their records are
 * shipped as they are, and user space takes them apart by the format file, so that neither the
 * module's BTF nor its structures matter here.  That is why they are classic tracepoints: tp_btf
 * would see the module's own structures, and CO-RE on the record would need a module BTF that
 * matches the running kernel's, which a module built elsewhere does not always have.  The filter
 * finds the few fields it looks at by constant offsets that user space read from the same file.
 *
 * The IOMMU core has no tracepoint for PASIDs: its functions are probed by fexit (with fentry when
 * latency is asked for), or by kprobe and kretprobe where BPF trampolines are not to be had.  One
 * inline handler does the work, the SEC() entries only fetch what they can.
 *
 * Cost.  The ring is never woken: user space looks at it every few milliseconds.  What the filter
 * excludes and what --latency does not ask for is removed by the verifier, since the constants are
 * frozen before load.  The start of a call is kept in task storage: two look-ups, against three
 * operations of a hash that can be full.
 *
 * Contexts.  Tracing programs run with migration disabled but may be preempted, and a fault may be
 * reported from an interrupt, so counters are added to atomically though they are per CPU.
 *
 * The hard rule: no event disappears uncounted.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "trace.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct pl_trace_filter filter = {};
const volatile struct pl_trace_layout layouts[PL_TRACE_RECORDS] = {};
const volatile bool count_only = false;
const volatile bool latency = false;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);		/* set before load */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PL_TRACE_EVENTS);
	__type(key, u32);
	__type(value, struct pl_trace_count);
} counts SEC(".maps");

/*
 * A call in flight; @t_ns is 0 when there is none.  fexit has the arguments again, kretprobe has
 * only this.
 */
struct call {
	u64 t_ns;
	struct iommu_domain *domain;
	struct device *dev;
	u32 pasid;
	u32 event;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} calls SEC(".maps");

#define add(counter)	__sync_fetch_and_add(&(counter), 1)

static __always_inline struct pl_trace_count *count_of(u32 event)
{
	return bpf_map_lookup_elem(&counts, &event);
}

static __always_inline void fill_head(struct pl_trace_head *h, u32 event, u64 now, u64 start)
{
	u64 id = bpf_get_current_pid_tgid();

	h->t_ns = now;
	h->latency_ns = start ? now - start : 0;
	h->event = event;
	h->cpu = bpf_get_smp_processor_id();
	h->pid = id >> 32;
	h->tid = (u32)id;
	bpf_get_current_comm(h->comm, sizeof(h->comm));
}

static __always_inline bool pid_wanted(void)
{
	return !(filter.by & PL_TRACE_BY_PID) ||
	       bpf_get_current_pid_tgid() >> 32 == filter.pid;
}

/* Both are padded with zeros: compare words, not characters. */
static __always_inline bool dev_wanted(const char *name)
{
	const volatile u64 *want = (const volatile u64 *)filter.dev;
	const u64 *is = (const u64 *)name;
	int i;

	for (i = 0; i < PL_TRACE_DEV_LEN / 8; i++)
		if (want[i] != is[i])
			return false;
	return true;
}

/*
 * The context of a tracepoint program is the record, but only helpers may read at a computed
 * place.
 */
static __always_inline u32 record_u32(void *ctx, u32 offset)
{
	u32 v = 0;

	bpf_probe_read_kernel(&v, sizeof(v), ctx + offset);
	return v;
}

static __always_inline bool record_dev_wanted(void *ctx, u32 offset)
{
	char name[PL_TRACE_DEV_LEN] __attribute__((aligned(8))) = {};

	if (!offset)
		return false;
	bpf_probe_read_kernel_str(name, sizeof(name), ctx + (record_u32(ctx, offset) & 0xffff));
	return dev_wanted(name);
}

/* A record without a result is a fault, and so an error in itself. */
static __always_inline bool record_wanted(void *ctx, u32 event)
{
	const volatile struct pl_trace_layout *at = &layouts[event];

	if (!pid_wanted())
		return false;
	if (filter.by & PL_TRACE_BY_PASID && (s32)record_u32(ctx, at->pasid) != filter.pasid)
		return false;
	if (filter.by & PL_TRACE_BY_RID && record_u32(ctx, at->rid) != filter.rid)
		return false;
	if (filter.by & PL_TRACE_ERRORS && at->ret && (s32)record_u32(ctx, at->ret) >= 0)
		return false;
	return !(filter.by & PL_TRACE_BY_DEV) || record_dev_wanted(ctx, at->dev);
}

static __always_inline int record(void *ctx, u32 event, u32 len)
{
	struct pl_trace_count *n = count_of(event);
	struct pl_trace_record *e;

	if (!n)
		return 0;
	if (!record_wanted(ctx, event)) {
		add(n->filtered);
		return 0;
	}
	add(n->events);
	if (count_only)
		return 0;
	e = bpf_ringbuf_reserve(&ring, sizeof(*e) + len, 0);
	if (!e) {
		add(n->dropped);
		return 0;
	}
	fill_head(&e->head, event, bpf_ktime_get_ns(), 0);
	/*
	 * The record may be shorter: it lies in perf's per-CPU buffer, which is longer than any of
	 * them, and user space looks at nothing beyond what the record itself describes.
	 */
	bpf_probe_read_kernel(e->raw, len, ctx);
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp")
int pl_set(void *ctx)
{
	return record(ctx, PL_TRACE_SET, PL_TRACE_SLOT_LEN);
}

SEC("tp")
int pl_replace(void *ctx)
{
	return record(ctx, PL_TRACE_REPLACE, PL_TRACE_SLOT_LEN);
}

SEC("tp")
int pl_detach(void *ctx)
{
	return record(ctx, PL_TRACE_DETACH, PL_TRACE_SLOT_LEN);
}

SEC("tp")
int pl_fault(void *ctx)
{
	return record(ctx, PL_TRACE_FAULT, PL_TRACE_FAULT_LEN);
}

/*
 * A finished call.  What lies behind its pointers is read only for an event that is shipped or
 * filtered by it.  @typed is a constant in each program: the verifier knows what fexit's pointers
 * are and turns loads into loads, those of a kprobe need a helper.
 */
struct done {
	u64 start;			/* 0: not measured */
	u32 pasid;
	s32 ret;
	bool typed;
};

static __always_inline const char *dev_name(const struct device *dev, bool typed)
{
	const char *name;

	if (typed)
		return dev->init_name ? : dev->kobj.name;
	name = BPF_CORE_READ(dev, init_name);
	return name ? : BPF_CORE_READ(dev, kobj.name);
}

static __always_inline u32 domain_type(const struct iommu_domain *domain, bool typed)
{
	return typed ? domain->type : BPF_CORE_READ(domain, type);
}

static __always_inline bool call_dev_wanted(const struct device *dev, bool typed)
{
	char name[PL_TRACE_DEV_LEN] __attribute__((aligned(8))) = {};

	bpf_probe_read_kernel_str(name, sizeof(name), dev_name(dev, typed));
	if (filter.by & PL_TRACE_BY_RID && pl_trace_rid_of(name) != (s32)filter.rid)
		return false;
	return !(filter.by & PL_TRACE_BY_DEV) || dev_wanted(name);
}

static __always_inline bool call_wanted(const struct done *d, const struct device *dev)
{
	if (!pid_wanted())
		return false;
	if (filter.by & PL_TRACE_BY_PASID && (s32)d->pasid != filter.pasid)
		return false;
	if (filter.by & PL_TRACE_ERRORS && d->ret >= 0)
		return false;
	return !(filter.by & (PL_TRACE_BY_RID | PL_TRACE_BY_DEV)) || call_dev_wanted(dev, d->typed);
}

/*
 * The whole width at once: words are copied three times as fast as a string, and user space stops
 * at its end.  Where the width reaches into a page that is not there, only the string is.
 */
static __always_inline void read_name(char *to, const char *name)
{
	if (bpf_probe_read_kernel(to, PL_TRACE_DEV_LEN, name))
		bpf_probe_read_kernel_str(to, PL_TRACE_DEV_LEN, name);
}

static __always_inline void call_ship(struct pl_trace_count *n, u32 event, const struct done *d,
				      const struct iommu_domain *domain, const struct device *dev)
{
	struct pl_trace_call *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);

	if (!e) {
		add(n->dropped);
		return;
	}
	fill_head(&e->head, event, bpf_ktime_get_ns(), d->start);
	e->domain = (u64)domain;
	e->domain_type = domain_type(domain, d->typed);
	e->ret = d->ret;
	e->pasid = d->pasid;
	e->pad = 0;
	read_name(e->dev, dev_name(dev, d->typed));
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
}

static __always_inline int call_done(u32 event, const struct done *d,
				     const struct iommu_domain *domain, const struct device *dev)
{
	struct pl_trace_count *n = count_of(event);

	if (!n)
		return 0;
	if (!call_wanted(d, dev)) {
		add(n->filtered);
		return 0;
	}
	add(n->events);
	if (!count_only)
		call_ship(n, event, d, domain, dev);
	return 0;
}

/* Which of a task's calls this is: it is in one of the probed functions at a time. */
static __always_inline struct call *call_begin(void)
{
	struct call *c = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL,
					      BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (c)
		c->t_ns = bpf_ktime_get_ns();
	return c;
}

static __always_inline struct call *call_find(void)
{
	return bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL, 0);
}

/* Only for --latency. */
static __always_inline int call_fentry(void)
{
	call_begin();
	return 0;
}

/* fexit has the arguments again; only the start comes from the entry. */
static __always_inline int call_fexit(u32 event, struct iommu_domain *domain, struct device *dev,
				      u32 pasid, s32 ret)
{
	struct done d = { .pasid = pasid, .ret = ret, .typed = true };
	struct call *c;

	if (latency) {
		c = call_find();
		/* Without one, the call began before the probes did. */
		if (c) {
			d.start = c->t_ns;
			c->t_ns = 0;
		}
	}
	return call_done(event, &d, domain, dev);
}

/*
 * The result sits behind the last argument, whose number differs between kernels (the attach handle
 * came as the fourth with 6.11), so it is asked for, not counted out.
 */
static __always_inline s32 call_ret(void *ctx)
{
	u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	return (s32)ret;
}

SEC("fentry/iommu_attach_device_pasid")
int fentry_attach(void *ctx)
{
	return call_fentry();
}

SEC("fexit/iommu_attach_device_pasid")
int BPF_PROG(fexit_attach, struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	return call_fexit(PL_TRACE_CORE_ATTACH, domain, dev, pasid, call_ret(ctx));
}

SEC("fentry/iommu_detach_device_pasid")
int fentry_detach(void *ctx)
{
	return call_fentry();
}

SEC("fexit/iommu_detach_device_pasid")
int BPF_PROG(fexit_detach, struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	return call_fexit(PL_TRACE_CORE_DETACH, domain, dev, pasid, 0);
}

/* Newer than 6.12. */
SEC("fentry/iommu_replace_device_pasid")
int fentry_replace(void *ctx)
{
	return call_fentry();
}

SEC("fexit/iommu_replace_device_pasid")
int BPF_PROG(fexit_replace, struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	return call_fexit(PL_TRACE_CORE_REPLACE, domain, dev, pasid, call_ret(ctx));
}

/*
 * kprobes: one pair of programs for all functions, told apart by the cookie.  A call that never
 * met its kretprobe (there are only so many instances of it) is noticed at the task's next call.
 */
SEC("kprobe")
int BPF_KPROBE(kprobe_enter, struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	struct call *c = call_find();
	struct pl_trace_count *n;

	if (c && c->t_ns) {
		n = count_of(c->event);
		if (n)
			add(n->missed);
	}
	c = call_begin();
	if (!c)
		return 0;
	c->domain = domain;
	c->dev = dev;
	c->pasid = pasid;
	c->event = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("kretprobe")
int BPF_KRETPROBE(kprobe_exit, int ret)
{
	struct call *c = call_find();
	struct done d = {};

	/* Without one, the call began before the probes did: it is none of ours. */
	if (!c || !c->t_ns)
		return 0;
	if (latency)
		d.start = c->t_ns;
	c->t_ns = 0;
	d.pasid = c->pasid;
	d.ret = c->event == PL_TRACE_CORE_DETACH ? 0 : ret;
	return call_done(c->event, &d, c->domain, c->dev);
}
