// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pasidlab: the ioctl ABI of uapi/pasidlab.h.
 *
 * One table describes every request: its number, the size its struct was first
 * published with, the flags it knows, what must be zero and which handles it
 * names.  One decoder does what the uAPI promises for all of them, in this
 * order: alignment, size, copy, unknown flags, reserved fields, a place to
 * answer to, handles.  What is left for a request is what only it knows.
 *
 * A request with an answer writes back the bytes it read before it begins, so
 * that memory which cannot take the answer is told while nothing has changed.
 *
 * Requests are matched by type and number; the size of the struct is the one
 * its first field says, so that a program built with a later uAPI, where the
 * struct has grown, meets the same number.
 *
 * Locking: see chardev.h.  A request marked CALL_LOCK runs under its device
 * handle's lock: what one file does to one device happens in some order.
 *
 * The hard rule: a request that fails has changed nothing.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "chardev.h"

union pl_arg {
	struct {
		__u32 size;
		__u32 flags;
	} head;
	struct pl_ioc_version version;
	struct pl_ioc_dev_info dev_info;
	struct pl_ioc_dev_open dev_open;
	struct pl_ioc_feature feature;
	struct pl_ioc_enable enable;
	struct pl_ioc_mode mode;
	struct pl_ioc_claim claim;
	struct pl_ioc_domain_alloc domain_alloc;
	struct pl_ioc_nested_alloc nested_alloc;
	struct pl_ioc_nested_inval nested_inval;
	struct pl_ioc_free free;
	struct pl_ioc_map map;
	struct pl_ioc_unmap unmap;
	struct pl_ioc_pasid pasid;
	struct pl_ioc_set set;
	struct pl_ioc_attach attach;
	struct pl_ioc_detach_all detach_all;
	struct pl_ioc_dma dma;
	struct pl_ioc_ledger ledger;
	struct pl_ioc_fault fault;
	struct pl_ioc_violation violation;
	struct pl_ioc_walk walk;
};

static int req_version(struct pl_call *c, void *p)
{
	struct pl_ioc_version *arg = p;

	arg->abi_major = PL_ABI_MAJOR;
	arg->abi_minor = PL_ABI_MINOR;
	arg->devices = pl_dev_count();
	arg->features = 0;
	strscpy_pad(arg->version, PL_VERSION, sizeof(arg->version));
	return 0;
}

static u32 feature_bits(struct pl_dev *d)
{
	const char *why;
	u32 f, bits = 0;

	for (f = 0; f < PL_FEAT_NR; f++)
		if (!pl_feature_why_not(d, f, &why))
			bits |= 1u << f;
	return bits;
}

static const char *engine_name(const struct pl_dev *d)
{
	return d->engine && d->engine->run ? d->engine->name : "";
}

static int req_dev_info(struct pl_call *c, void *p)
{
	struct pl_ioc_dev_info *arg = p;
	struct pl_dev *d = pl_dev_get_by_index(arg->index);

	if (!d)
		return -ENODEV;
	if (!pl_unit_hold(d)) {
		pl_dev_put(d);
		return -ENODEV;
	}
	arg->rid = d->rid;
	arg->max_pasids = d->max_pasids;
	arg->features = feature_bits(d);
	arg->engine = d->engine && d->engine->run;
	arg->reserved = 0;
	arg->pgsizes = d->unit->caps.pgsizes;
	strscpy_pad(arg->name, dev_name(d->dev), sizeof(arg->name));
	strscpy_pad(arg->unit, d->unit->name, sizeof(arg->unit));
	strscpy_pad(arg->driver, d->unit->driver, sizeof(arg->driver));
	strscpy_pad(arg->engine_name, engine_name(d), sizeof(arg->engine_name));
	pl_dev_drop(d);
	return 0;
}

static int req_dev_open(struct pl_call *c, void *p)
{
	struct pl_ioc_dev_open *arg = p;

	if (strnlen(arg->name, sizeof(arg->name)) == sizeof(arg->name))
		return -EINVAL;
	return pl_file_open_dev(c->file, arg->name, &arg->dev);
}

static int req_free(struct pl_call *c, void *p)
{
	struct pl_ioc_free *arg = p;

	if (arg->handle == PL_HANDLE_BLOCKING || arg->handle == PL_HANDLE_IDENTITY)
		return -EINVAL;
	return pl_file_drop(c->file, arg->handle);
}

static int req_feature(struct pl_call *c, void *p)
{
	struct pl_ioc_feature *arg = p;
	const char *why = "";
	int ret = pl_feature_why_not(c->dev->d, arg->feature, &why);

	arg->has = !ret;
	arg->error = -ret;
	strscpy_pad(arg->why, why, sizeof(arg->why));
	return 0;
}

/*
 * Balanced per file: a file whose PASIDs live keeps an enable of its own, so
 * that the end of another file never takes the last one from under them.
 */
static int req_enable(struct pl_call *c, void *p)
{
	struct pl_ioc_enable *arg = p;
	struct pl_fdev *fdev = c->dev;
	int ret;

	if (arg->enable > 1)
		return -EINVAL;
	if (arg->feature != PL_FEAT_AUX)
		return -EOPNOTSUPP;
	if (!arg->enable && !fdev->enabled)
		return -EINVAL;
	if (!arg->enable && fdev->enabled == 1 && pl_fdev_has_pasids(c->file, fdev))
		return -EBUSY;
	if (arg->enable)
		ret = pl_feature_enable(fdev->d, PL_FEAT_AUX);
	else
		ret = pl_feature_disable(fdev->d, PL_FEAT_AUX);
	if (!ret)
		fdev->enabled += arg->enable ? 1 : -1;
	return ret;
}

static int req_mode(struct pl_call *c, void *p)
{
	struct pl_ioc_mode *arg = p;

	return pl_mode_set(c->dev->d, arg->mode);
}

static int req_claim(struct pl_call *c, void *p)
{
	struct pl_ioc_claim *arg = p;
	struct pl_fdev *fdev = c->dev;
	int ret = 0;

	if (arg->claim > 1 || (!arg->claim && !fdev->claimed))
		return -EINVAL;
	if (arg->claim)
		ret = pl_claim(fdev->d, c->file);
	else
		pl_release(fdev->d, c->file);
	if (!ret)
		fdev->claimed = arg->claim;
	return ret;
}

static int req_domain_alloc(struct pl_call *c, void *p)
{
	struct pl_ioc_domain_alloc *arg = p;

	return pl_file_new_domain(c->file, c->dev->d, arg->flags, &arg->domain,
				  &arg->iova_last);
}

static int req_nested_alloc(struct pl_call *c, void *p)
{
	struct pl_ioc_nested_alloc *arg = p;

	return pl_file_new_nested(c->file, c->dom, &arg->table, &arg->nested);
}

static int req_nested_inval(struct pl_call *c, void *p)
{
	struct pl_ioc_nested_inval *arg = p;

	return pl_nested_inval(c->dom, arg->pasid);
}

static int req_map(struct pl_call *c, void *p)
{
	struct pl_ioc_map *arg = p;

	if (!arg->flags)
		return -EINVAL;
	return pl_area_map(&c->fdom->areas, arg->iova, arg->uaddr, arg->length, arg->flags);
}

static int req_unmap(struct pl_call *c, void *p)
{
	struct pl_ioc_unmap *arg = p;

	return pl_area_unmap(&c->fdom->areas, arg->iova, arg->length, &arg->unmapped);
}

static int req_pasid_alloc(struct pl_call *c, void *p)
{
	struct pl_ioc_pasid *arg = p;
	struct pl_fdev *fdev = c->dev;
	int ret;

	ret = pl_pasid_get(fdev->d, &arg->pasid);
	if (ret)
		return ret;
	ret = xa_insert(&fdev->pasids, arg->pasid, xa_mk_value(1), GFP_KERNEL_ACCOUNT);
	if (ret)
		pl_pasid_put(fdev->d, arg->pasid);
	return ret;
}

static int req_pasid_free(struct pl_call *c, void *p)
{
	struct pl_ioc_pasid *arg = p;
	struct pl_fdev *fdev = c->dev;
	int ret;

	if (!xa_load(&fdev->pasids, arg->pasid))
		return -EACCES;
	ret = pl_pasid_put(fdev->d, arg->pasid);
	if (!ret)
		xa_erase(&fdev->pasids, arg->pasid);
	return ret;
}

/* Filling a PASID takes an enable of the file's own, see req_enable(). */
static int pasid_check(const struct pl_call *c, pl_pasid_t pasid)
{
	struct pl_fdev *fdev = c->dev;

	if (pasid == PL_NO_PASID)
		return 0;
	if (!pasid)
		return -EINVAL;
	if (!pl_pasid_in_range(fdev->d, pasid))
		return -EOVERFLOW;
	if (!xa_load(&fdev->pasids, pasid))
		return -EACCES;
	return pl_domain_is_blocking(c->dom) || fdev->enabled ? 0 : -EOPNOTSUPP;
}

static int req_set(struct pl_call *c, void *p)
{
	struct pl_ioc_set *arg = p;
	int ret;

	ret = pasid_check(c, arg->pasid);
	return ret ?: pl_slot_set(c->dev->d, arg->pasid, c->dom, c->file);
}

static int req_rid_attach(struct pl_call *c, void *p)
{
	return pl_rid_attach(c->dev->d, c->dom, c->file);
}

static int req_rid_detach(struct pl_call *c, void *p)
{
	return pl_rid_detach(c->dev->d, c->dom, c->file);
}

static int req_aux_attach(struct pl_call *c, void *p)
{
	struct pl_ioc_attach *arg = p;

	if (!c->dev->enabled)
		return -EOPNOTSUPP;
	return pl_aux_attach(c->dev->d, c->dom, c->file, &arg->pasid);
}

static int req_aux_detach(struct pl_call *c, void *p)
{
	return pl_aux_detach(c->dev->d, c->dom, c->file);
}

static int req_aux_get_pasid(struct pl_call *c, void *p)
{
	struct pl_ioc_attach *arg = p;
	int ret = pl_aux_pasid(c->dev->d, c->dom);

	if (ret < 0)
		return ret;
	arg->pasid = ret;
	return 0;
}

static int req_aux_detach_all(struct pl_call *c, void *p)
{
	struct pl_ioc_detach_all *arg = p;

	arg->detached = pl_slots_detach_owner(c->dev->d, c->file, false);
	return 0;
}

/* One span of a transfer: no wrap around the end of the address space. */
static bool span_ok(u64 addr, u32 len)
{
	return addr + (len - 1) >= addr;
}

static int dma_check(const struct pl_dma_desc *d)
{
	if (d->op >= PL_DMA_OP_NR || (d->flags & ~PL_DMA_ATS))
		return -EINVAL;
	if (!d->len || d->len > PL_DMA_LEN_MAX)
		return -EINVAL;
	if (d->pasid != PL_NO_PASID_U && d->pasid >> PL_PASID_WIDTH_MAX)
		return -EINVAL;
	if (d->op != PL_DMA_FILL && !span_ok(d->src, d->len))
		return -EINVAL;
	return d->op == PL_DMA_READ || span_ok(d->dst, d->len) ? 0 : -EINVAL;
}

/* All are good or none runs. */
static int dma_check_all(struct pl_dma_desc *descs, u32 nr)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++) {
		ret = dma_check(&descs[i]);
		descs[i].hash = 0;
		descs[i].status = PL_DMA_OK;
		descs[i].done = 0;
		descs[i].reason = 0;
		descs[i].stale = PL_STALE_NONE;
	}
	return ret;
}

static int dma_run(struct pl_dev *d, struct pl_dma_desc *descs, u32 nr, void __user *uptr)
{
	size_t bytes = nr * sizeof(*descs);
	int ret;

	ret = dma_check_all(descs, nr);
	if (ret)
		return ret;
	/* As the decoder does: is there a place for the answer? */
	if (copy_to_user(uptr, descs, bytes))
		return -EFAULT;
	ret = d->engine->run(d->engine_priv, descs, nr);
	if (ret)
		return ret;
	return copy_to_user(uptr, descs, bytes) ? -EFAULT : 0;
}

/* The lock is not held: sets go on while data moves. */
static int req_dma(struct pl_call *c, void *p)
{
	struct pl_ioc_dma *arg = p;
	void __user *uptr = u64_to_user_ptr(arg->descs);
	struct pl_dev *d = c->dev->d;
	struct pl_dma_desc *descs;
	int ret;

	if (!d->engine || !d->engine->run)
		return -EOPNOTSUPP;
	if (!arg->nr || arg->nr > PL_DMA_BATCH_MAX)
		return -EINVAL;
	descs = memdup_user(uptr, arg->nr * sizeof(*descs));
	if (IS_ERR(descs))
		return PTR_ERR(descs);
	ret = dma_run(d, descs, arg->nr, uptr);
	kfree(descs);
	return ret;
}

static int req_ledger(struct pl_call *c, void *p)
{
	struct pl_ioc_ledger *arg = p;
	struct pl_dev *d = c->dev->d;

	arg->violations = min_t(u64, pl_unit_violations(d->unit), U32_MAX);
	arg->faults = atomic64_read(&d->faults);
	arg->faults_lost = atomic64_read(&d->unit->faults_lost);
	pl_ledger_read(d->unit, arg->counts);
	arg->uncounted = d->unit->caps.uncounted;
	return 0;
}

static int req_fault(struct pl_call *c, void *p)
{
	struct pl_ioc_fault *arg = p;
	struct pl_fault f;
	int ret;

	if (c->dev->d->unit->caps.uncounted & PL_UNCOUNTED_FAULTS)
		return -EOPNOTSUPP;
	ret = pl_fault_take(c->dev->d, &f, &arg->lost);
	if (ret)
		return ret;
	arg->flags = f.flags;
	arg->pasid = f.pasid;
	arg->addr = f.addr;
	arg->reason = f.reason;
	strscpy_pad(arg->why, f.why, sizeof(arg->why));
	return 0;
}

static int req_violation(struct pl_call *c, void *p)
{
	struct pl_ioc_violation *arg = p;
	struct pl_unit *u = c->dev->d->unit;
	const char *name, *text;
	u64 count;
	int ret;

	if (!u->ops->violation)
		return -ENOENT;
	ret = u->ops->violation(u, arg->index, &name, &text, &count);
	if (ret)
		return ret;
	arg->count = count;
	strscpy_pad(arg->name, name, sizeof(arg->name));
	strscpy_pad(arg->text, text, sizeof(arg->text));
	return 0;
}

static int req_walk(struct pl_call *c, void *p)
{
	struct pl_ioc_walk *arg = p;
	struct pl_walk walked = {};
	phys_addr_t claimed;
	int ret;

	/* As /proc/PID/pagemap, which tells physical addresses too. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	ret = pl_slot_walk(c->dev->d, arg->pasid, arg->iova, &walked, &claimed);
	if (ret)
		return ret;
	arg->walked = walked.prot ? walked.paddr : PL_WALK_NOWHERE;
	arg->claimed = claimed == PHYS_ADDR_MAX ? PL_WALK_NOWHERE : claimed;
	arg->bytes = walked.prot ? walked.size : 0;
	arg->prot = walked.prot;
	return 0;
}

#define CALL_DEV	BIT(0)	/* names a device, in its field dev */
#define CALL_LOCK	BIT(1)	/* runs under that handle's lock */
#define CALL_PAGING	BIT(2)	/* names a domain of the file's own */
#define CALL_DOMAIN	BIT(3)	/* names a domain, static ones too */
#define CALL_OUT	BIT(4)	/* has an answer */

#define CALL_DEVICE_STATE	(CALL_DEV | CALL_LOCK)

/**
 * struct pl_request - one line of the table
 * @cmd: its number
 * @size: the struct's size now
 * @min_size: the struct's size when it was first published
 * @dev: where its device handle is
 * @domain: where its domain handle is
 * @reserved: where a field is that must be 0; 0 for none
 * @flags: bits of the field flags that it knows
 * @call: CALL_*
 * @fn: the rest
 */
struct pl_request {
	u32 cmd;
	u16 size;
	u16 min_size;
	u16 dev;
	u16 domain;
	u16 reserved;
	u32 flags;
	u32 call;
	int (*fn)(struct pl_call *c, void *p);
};

/* @_last: the last field of the struct as first published. */
#define REQUEST(_cmd, _struct, _last, _fn, _call, ...)			\
	[_IOC_NR(_cmd)] = {						\
		.cmd = _cmd,						\
		.size = sizeof(struct _struct),				\
		.min_size = offsetofend(struct _struct, _last),		\
		.call = _call,						\
		.fn = _fn,						\
		__VA_ARGS__						\
	}

#define DEV(_struct)		.dev = offsetof(struct _struct, dev)
#define DOMAIN(_struct)		.domain = offsetof(struct _struct, domain)
#define RESERVED(_struct)	.reserved = offsetof(struct _struct, reserved)
#define FLAGS(_flags)		.flags = _flags

#define ATTACH(_cmd, _fn, _call)						\
	REQUEST(_cmd, pl_ioc_attach, reserved, _fn, CALL_DEV | (_call),	\
		DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach), RESERVED(pl_ioc_attach))

static const struct pl_request requests[] = {
	REQUEST(PL_IOC_VERSION, pl_ioc_version, version, req_version, CALL_OUT),
	REQUEST(PL_IOC_DEV_INFO, pl_ioc_dev_info, driver, req_dev_info, CALL_OUT),
	REQUEST(PL_IOC_DEV_OPEN, pl_ioc_dev_open, name, req_dev_open, CALL_OUT,
		RESERVED(pl_ioc_dev_open)),
	REQUEST(PL_IOC_FREE, pl_ioc_free, reserved, req_free, 0, RESERVED(pl_ioc_free)),
	REQUEST(PL_IOC_FEATURE, pl_ioc_feature, why, req_feature, CALL_DEV | CALL_OUT,
		DEV(pl_ioc_feature)),
	REQUEST(PL_IOC_ENABLE, pl_ioc_enable, reserved, req_enable, CALL_DEVICE_STATE,
		DEV(pl_ioc_enable), RESERVED(pl_ioc_enable)),
	REQUEST(PL_IOC_MODE, pl_ioc_mode, mode, req_mode, CALL_DEVICE_STATE, DEV(pl_ioc_mode)),
	REQUEST(PL_IOC_CLAIM, pl_ioc_claim, claim, req_claim, CALL_DEVICE_STATE,
		DEV(pl_ioc_claim)),
	REQUEST(PL_IOC_DOMAIN_ALLOC, pl_ioc_domain_alloc, iova_last, req_domain_alloc,
		CALL_DEV | CALL_OUT, DEV(pl_ioc_domain_alloc),
		FLAGS(PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2)),
	REQUEST(PL_IOC_NESTED_ALLOC, pl_ioc_nested_alloc, table, req_nested_alloc,
		CALL_PAGING | CALL_OUT, DOMAIN(pl_ioc_nested_alloc)),
	REQUEST(PL_IOC_NESTED_INVAL, pl_ioc_nested_inval, pasid, req_nested_inval, CALL_PAGING,
		DOMAIN(pl_ioc_nested_inval)),
	REQUEST(PL_IOC_MAP, pl_ioc_map, length, req_map, CALL_PAGING, DOMAIN(pl_ioc_map),
		RESERVED(pl_ioc_map), FLAGS(PL_PROT_READ | PL_PROT_WRITE)),
	REQUEST(PL_IOC_UNMAP, pl_ioc_unmap, unmapped, req_unmap, CALL_PAGING | CALL_OUT,
		DOMAIN(pl_ioc_unmap), RESERVED(pl_ioc_unmap)),
	REQUEST(PL_IOC_PASID_ALLOC, pl_ioc_pasid, pasid, req_pasid_alloc,
		CALL_DEVICE_STATE | CALL_OUT, DEV(pl_ioc_pasid)),
	REQUEST(PL_IOC_PASID_FREE, pl_ioc_pasid, pasid, req_pasid_free, CALL_DEVICE_STATE,
		DEV(pl_ioc_pasid)),
	REQUEST(PL_IOC_SET, pl_ioc_set, reserved, req_set, CALL_DEVICE_STATE | CALL_DOMAIN,
		DEV(pl_ioc_set), DOMAIN(pl_ioc_set), RESERVED(pl_ioc_set)),
	ATTACH(PL_IOC_RID_ATTACH, req_rid_attach, CALL_LOCK | CALL_DOMAIN),
	ATTACH(PL_IOC_RID_DETACH, req_rid_detach, CALL_LOCK | CALL_DOMAIN),
	ATTACH(PL_IOC_AUX_ATTACH, req_aux_attach, CALL_LOCK | CALL_PAGING | CALL_OUT),
	ATTACH(PL_IOC_AUX_DETACH, req_aux_detach, CALL_LOCK | CALL_PAGING),
	ATTACH(PL_IOC_AUX_GET_PASID, req_aux_get_pasid, CALL_PAGING | CALL_OUT),
	REQUEST(PL_IOC_AUX_DETACH_ALL, pl_ioc_detach_all, detached, req_aux_detach_all,
		CALL_DEVICE_STATE | CALL_OUT, DEV(pl_ioc_detach_all)),
	REQUEST(PL_IOC_DMA, pl_ioc_dma, descs, req_dma, CALL_DEV, DEV(pl_ioc_dma)),
	REQUEST(PL_IOC_LEDGER, pl_ioc_ledger, counts, req_ledger, CALL_DEV | CALL_OUT,
		DEV(pl_ioc_ledger)),
	/* Its flags are an answer: what they hold beforehand is of no concern. */
	REQUEST(PL_IOC_FAULT, pl_ioc_fault, why, req_fault, CALL_DEV | CALL_OUT,
		DEV(pl_ioc_fault), FLAGS(U32_MAX)),
	REQUEST(PL_IOC_WALK, pl_ioc_walk, reserved, req_walk, CALL_DEV | CALL_OUT,
		DEV(pl_ioc_walk), RESERVED(pl_ioc_walk)),
	REQUEST(PL_IOC_VIOLATION, pl_ioc_violation, text, req_violation, CALL_DEV | CALL_OUT,
		DEV(pl_ioc_violation)),
};

static const struct pl_request *request_find(unsigned int cmd)
{
	const unsigned int same = ~(_IOC_SIZEMASK << _IOC_SIZESHIFT);
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(requests))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(requests));
	if (!requests[nr].fn || ((cmd ^ requests[nr].cmd) & same))
		return NULL;
	return &requests[nr];
}

static u32 arg_field(const union pl_arg *arg, u16 offset)
{
	return *(const u32 *)((const u8 *)arg + offset);
}

/* Fetch the struct whatever its age; *@size says how much of it the caller knows. */
static int arg_read(const struct pl_request *r, void __user *uptr, union pl_arg *arg, u32 *size)
{
	int ret;

	if (!IS_ALIGNED((unsigned long)uptr, 8))
		return -EINVAL;
	if (get_user(*size, (u32 __user *)uptr))
		return -EFAULT;
	if (*size < r->min_size)
		return -EINVAL;
	/* As other extensible structs: a sane bound on what is searched for zeroes. */
	if (*size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, r->size, uptr, *size);
	if (ret)
		return ret;
	arg->head.size = *size;		/* another thread may have changed it */
	*size = min_t(u32, *size, r->size);
	if (arg->head.flags & ~r->flags)
		return -EINVAL;
	return r->reserved && arg_field(arg, r->reserved) ? -EINVAL : 0;
}

static int call_resolve(struct pl_call *c, const struct pl_request *r, const union pl_arg *arg)
{
	int ret = 0;

	if (r->call & CALL_DEV)
		ret = pl_call_dev(c, arg_field(arg, r->dev));
	if (!ret && r->call & (CALL_DOMAIN | CALL_PAGING))
		ret = pl_call_domain(c, arg_field(arg, r->domain), r->call & CALL_DOMAIN);
	return ret;
}

static int call_run(struct pl_file *f, const struct pl_request *r, union pl_arg *arg)
{
	struct pl_call c = { .file = f };
	int ret;

	ret = call_resolve(&c, r, arg);
	if (ret)
		goto end;
	if (r->call & CALL_LOCK)
		mutex_lock(&c.dev->lock);
	ret = r->fn(&c, arg);
	if (r->call & CALL_LOCK)
		mutex_unlock(&c.dev->lock);
end:
	pl_call_end(&c);
	return ret;
}

static long chardev_ioctl(struct file *filp, unsigned int cmd, unsigned long uarg)
{
	const struct pl_request *r = request_find(cmd);
	void __user *uptr = (void __user *)uarg;
	union pl_arg arg;
	u32 size;
	int ret;

	if (!r)
		return -ENOTTY;
	ret = arg_read(r, uptr, &arg, &size);
	if (ret)
		return ret;
	if (r->call & CALL_OUT && copy_to_user(uptr, &arg, size))
		return -EFAULT;
	ret = call_run(filp->private_data, r, &arg);
	if (!ret && r->call & CALL_OUT && copy_to_user(uptr, &arg, size))
		return -EFAULT;
	return ret;
}

/* Pinned memory and a device that may be made to reach it: an administrator's. */
static int chardev_open(struct inode *inode, struct file *filp)
{
	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	filp->private_data = pl_file_new();
	return filp->private_data ? 0 : -ENOMEM;
}

static int chardev_release(struct inode *inode, struct file *filp)
{
	pl_file_free(filp->private_data);
	return 0;
}

static const struct file_operations chardev_fops = {
	.owner = THIS_MODULE,
	.open = chardev_open,
	.release = chardev_release,
	.unlocked_ioctl = chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice chardev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pasidlab",
	.mode = 0600,
	.fops = &chardev_fops,
};

/**
 * pl_chardev_init() - the device node appears
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int pl_chardev_init(void)
{
	return misc_register(&chardev);
}

/**
 * pl_chardev_exit() - the device node goes; no file is open
 *
 * Context: module exit.
 */
void pl_chardev_exit(void)
{
	misc_deregister(&chardev);
}
