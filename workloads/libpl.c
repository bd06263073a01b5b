// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libpl.c - one function per request; libpl.h has the vocabulary and the rule.
 *
 * Each wrapper fills the request's struct by name, so every field that it does not name is zero:
 * the ABI refuses reserved fields that are not.
 */
#include "libpl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int plu_kernel_open(void *ctx, const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	(void)ctx;
	return fd < 0 ? -errno : fd;
}

static void plu_kernel_close(void *ctx, int fd)
{
	(void)ctx;
	close(fd);
}

static int plu_kernel_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	(void)ctx;
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

const struct plu_transport plu_transport_kernel = {
	.open = plu_kernel_open,
	.close = plu_kernel_close,
	.ioctl = plu_kernel_ioctl,
};

/**
 * plu_open() - open the device node
 * @f: the file; closed after an error
 * @t: how; NULL for the kernel
 * @node: its path; NULL for PL_DEV_NODE
 *
 * Return: 0, or what open(2) or the transport says.
 */
int plu_open(struct plu_file *f, const struct plu_transport *t, const char *node)
{
	f->t = t ? t : &plu_transport_kernel;
	f->fd = f->t->open(f->t->ctx, node ? node : PL_DEV_NODE);
	if (f->fd >= 0)
		return 0;
	int err = f->fd;

	f->fd = -1;
	return err;
}

/**
 * plu_close() - close it; the module takes back all that it held
 * @f: the file; closing it twice is harmless
 */
void plu_close(struct plu_file *f)
{
	if (f->fd >= 0)
		f->t->close(f->t->ctx, f->fd);
	f->fd = -1;
}

/**
 * plu_ioctl() - any request, as it is
 * @f: the file
 * @request: PL_IOC_*
 * @arg: its argument
 *
 * Return: 0 or -errno.
 */
int plu_ioctl(const struct plu_file *f, unsigned long request, void *arg)
{
	return f->t->ioctl(f->t->ctx, f->fd, request, arg);
}

/**
 * plu_version() - the module's version and the number of endpoints
 * @f: the file
 * @version: the answer
 */
int plu_version(const struct plu_file *f, struct pl_ioc_version *version)
{
	*version = (struct pl_ioc_version) { .size = sizeof(*version) };
	return plu_ioctl(f, PL_IOC_VERSION, version);
}

/**
 * plu_dev_info() - describe an endpoint
 * @f: the file
 * @index: from 0, in order of arrival
 * @info: the answer
 *
 * Return: 0, -ENODEV beyond the last one.
 */
int plu_dev_info(const struct plu_file *f, uint32_t index, struct pl_ioc_dev_info *info)
{
	*info = (struct pl_ioc_dev_info) { .size = sizeof(*info), .index = index };
	return plu_ioctl(f, PL_IOC_DEV_INFO, info);
}

/**
 * plu_dev_open() - a handle for an endpoint
 * @f: the file that will own it
 * @name: as plu_dev_info() tells it
 * @dev: the handle
 *
 * Return: 0, -ENODEV when there is none, -ENAMETOOLONG when there cannot be one.
 */
int plu_dev_open(const struct plu_file *f, const char *name, uint32_t *dev)
{
	struct pl_ioc_dev_open req = { .size = sizeof(req) };
	int err;

	if (strlen(name) >= sizeof(req.name))
		return -ENAMETOOLONG;
	memcpy(req.name, name, strlen(name));
	err = plu_ioctl(f, PL_IOC_DEV_OPEN, &req);
	if (!err)
		*dev = req.dev;
	return err;
}

/**
 * plu_free() - drop a handle
 * @f: its file
 * @handle: of a device or a domain
 *
 * Return: 0, -EBUSY while it is in use, -ENOENT, -EINVAL for a static one.
 */
int plu_free(const struct plu_file *f, uint32_t handle)
{
	struct pl_ioc_free req = { .size = sizeof(req), .handle = handle };

	return plu_ioctl(f, PL_IOC_FREE, &req);
}

/**
 * plu_feature() - can the device do it, and if not, why
 * @f: the file
 * @dev: device handle
 * @feature: enum pl_dev_feature, or any other number (the answer is "no", R0.1)
 * @answer: the whole answer
 */
int plu_feature(const struct plu_file *f, uint32_t dev, uint32_t feature,
		struct pl_ioc_feature *answer)
{
	*answer = (struct pl_ioc_feature) {
		.size = sizeof(*answer), .dev = dev, .feature = feature,
	};
	return plu_ioctl(f, PL_IOC_FEATURE, answer);
}

static int plu_switch(const struct plu_file *f, uint32_t dev, uint32_t feature, uint32_t enable)
{
	struct pl_ioc_enable req = {
		.size = sizeof(req), .dev = dev, .feature = feature, .enable = enable,
	};

	return plu_ioctl(f, PL_IOC_ENABLE, &req);
}

/**
 * plu_enable() - switch a feature on, once more
 * @f: the file
 * @dev: device handle
 * @feature: PL_FEAT_AUX
 */
int plu_enable(const struct plu_file *f, uint32_t dev, uint32_t feature)
{
	return plu_switch(f, dev, feature, 1);
}

/**
 * plu_disable() - take one plu_enable() back
 * @f: the file
 * @dev: device handle
 * @feature: PL_FEAT_AUX
 *
 * Return: 0, -EBUSY while attachments live, -EINVAL without a matching enable.
 */
int plu_disable(const struct plu_file *f, uint32_t dev, uint32_t feature)
{
	return plu_switch(f, dev, feature, 0);
}

/**
 * plu_mode() - set the exclusion rule
 * @f: the file
 * @dev: device handle
 * @mode: PL_MODE_STRICT, PL_MODE_FREE
 */
int plu_mode(const struct plu_file *f, uint32_t dev, uint32_t mode)
{
	struct pl_ioc_mode req = { .size = sizeof(req), .dev = dev, .mode = mode };

	return plu_ioctl(f, PL_IOC_MODE, &req);
}

static int plu_own(const struct plu_file *f, uint32_t dev, uint32_t claim)
{
	struct pl_ioc_claim req = { .size = sizeof(req), .dev = dev, .claim = claim };

	return plu_ioctl(f, PL_IOC_CLAIM, &req);
}

/**
 * plu_claim() - own the device as a whole (R0.7)
 * @f: the file
 * @dev: device handle
 */
int plu_claim(const struct plu_file *f, uint32_t dev)
{
	return plu_own(f, dev, 1);
}

/**
 * plu_release() - end a claim
 * @f: the file
 * @dev: device handle
 */
int plu_release(const struct plu_file *f, uint32_t dev)
{
	return plu_own(f, dev, 0);
}

/**
 * plu_domain_alloc() - an empty paging domain
 * @f: the file that will own it
 * @dev: handle of any device of the unit it is for
 * @flags: PL_DOMAIN_*, or 0
 * @domain: the handle
 * @iova_last: the last IOVA it can map; may be NULL
 */
int plu_domain_alloc(const struct plu_file *f, uint32_t dev, uint32_t flags, uint32_t *domain,
		     uint64_t *iova_last)
{
	struct pl_ioc_domain_alloc req = { .size = sizeof(req), .flags = flags, .dev = dev };
	int err = plu_ioctl(f, PL_IOC_DOMAIN_ALLOC, &req);

	if (err)
		return err;
	*domain = req.domain;
	if (iova_last)
		*iova_last = req.iova_last;
	return 0;
}

/**
 * plu_map() - map memory of this process into a domain
 * @f: the file
 * @domain: handle
 * @iova: first IOVA, a multiple of 4096
 * @addr: first address, a multiple of 4096
 * @length: bytes, a multiple of 4096
 * @prot: PL_PROT_*
 */
int plu_map(const struct plu_file *f, uint32_t domain, uint64_t iova, const void *addr,
	    uint64_t length, uint32_t prot)
{
	struct pl_ioc_map req = {
		.size = sizeof(req), .flags = prot, .domain = domain, .iova = iova,
		.uaddr = (uintptr_t)addr, .length = length,
	};

	return plu_ioctl(f, PL_IOC_MAP, &req);
}

/**
 * plu_unmap() - unmap whole former mappings
 * @f: the file
 * @domain: handle
 * @iova: first IOVA
 * @length: bytes
 * @unmapped: bytes that had been mapped; may be NULL
 */
int plu_unmap(const struct plu_file *f, uint32_t domain, uint64_t iova, uint64_t length,
	      uint64_t *unmapped)
{
	struct pl_ioc_unmap req = {
		.size = sizeof(req), .domain = domain, .iova = iova, .length = length,
	};
	int err = plu_ioctl(f, PL_IOC_UNMAP, &req);

	if (!err && unmapped)
		*unmapped = req.unmapped;
	return err;
}

/**
 * plu_pasid_alloc() - a private PASID; its slot holds blocking
 * @f: the file that will own it
 * @dev: device handle
 * @pasid: the PASID
 */
int plu_pasid_alloc(const struct plu_file *f, uint32_t dev, uint32_t *pasid)
{
	struct pl_ioc_pasid req = { .size = sizeof(req), .dev = dev };
	int err = plu_ioctl(f, PL_IOC_PASID_ALLOC, &req);

	if (!err)
		*pasid = req.pasid;
	return err;
}

/**
 * plu_pasid_free() - give a private PASID back
 * @f: its file
 * @dev: device handle
 * @pasid: the PASID; its slot must hold blocking
 */
int plu_pasid_free(const struct plu_file *f, uint32_t dev, uint32_t pasid)
{
	struct pl_ioc_pasid req = { .size = sizeof(req), .dev = dev, .pasid = pasid };

	return plu_ioctl(f, PL_IOC_PASID_FREE, &req);
}

/**
 * plu_set() - the one primitive: a domain into a slot, replacing what was there
 * @f: the file
 * @dev: device handle
 * @pasid: a private PASID, or PL_NO_PASID_U for the RID
 * @domain: handle, PL_HANDLE_BLOCKING or PL_HANDLE_IDENTITY
 */
int plu_set(const struct plu_file *f, uint32_t dev, uint32_t pasid, uint32_t domain)
{
	struct pl_ioc_set req = {
		.size = sizeof(req), .dev = dev, .pasid = pasid, .domain = domain,
	};

	return plu_ioctl(f, PL_IOC_SET, &req);
}

static int plu_attach(const struct plu_file *f, unsigned long request, uint32_t dev,
		      uint32_t domain, uint32_t *pasid)
{
	struct pl_ioc_attach req = { .size = sizeof(req), .dev = dev, .domain = domain };
	int err = plu_ioctl(f, request, &req);

	if (!err && pasid)
		*pasid = req.pasid;
	return err;
}

/**
 * plu_rid_attach() - a domain onto the RID, by the exclusion rule
 * @f: the file
 * @dev: device handle
 * @domain: handle
 */
int plu_rid_attach(const struct plu_file *f, uint32_t dev, uint32_t domain)
{
	return plu_attach(f, PL_IOC_RID_ATTACH, dev, domain, NULL);
}

/**
 * plu_rid_detach() - take it off again
 * @f: the file
 * @dev: device handle
 * @domain: what the RID holds, else -ENOENT
 */
int plu_rid_detach(const struct plu_file *f, uint32_t dev, uint32_t domain)
{
	return plu_attach(f, PL_IOC_RID_DETACH, dev, domain, NULL);
}

/**
 * plu_aux_attach() - a domain onto a PASID that the module chooses
 * @f: the file
 * @dev: device handle
 * @domain: handle
 * @pasid: the PASID
 */
int plu_aux_attach(const struct plu_file *f, uint32_t dev, uint32_t domain, uint32_t *pasid)
{
	return plu_attach(f, PL_IOC_AUX_ATTACH, dev, domain, pasid);
}

/**
 * plu_aux_detach() - undo plu_aux_attach()
 * @f: the file
 * @dev: device handle
 * @domain: handle; -ENOENT when it is not attached there
 */
int plu_aux_detach(const struct plu_file *f, uint32_t dev, uint32_t domain)
{
	return plu_attach(f, PL_IOC_AUX_DETACH, dev, domain, NULL);
}

/**
 * plu_aux_get_pasid() - the PASID of a domain on a device
 * @f: the file
 * @dev: device handle
 * @domain: handle; -ENOENT when it is not attached there
 * @pasid: the PASID
 */
int plu_aux_get_pasid(const struct plu_file *f, uint32_t dev, uint32_t domain, uint32_t *pasid)
{
	return plu_attach(f, PL_IOC_AUX_GET_PASID, dev, domain, pasid);
}

/**
 * plu_aux_detach_all() - all attachments of this file on a device go, in one batch
 * @f: the file
 * @dev: device handle
 * @detached: slots that went back to blocking; may be NULL
 */
int plu_aux_detach_all(const struct plu_file *f, uint32_t dev, uint32_t *detached)
{
	struct pl_ioc_detach_all req = { .size = sizeof(req), .dev = dev };
	int err = plu_ioctl(f, PL_IOC_AUX_DETACH_ALL, &req);

	if (!err && detached)
		*detached = req.detached;
	return err;
}

/**
 * plu_dma() - have the endpoint's engine run descriptors in order, and wait
 * @f: the file
 * @dev: device handle
 * @descs: the descriptors; each gets its own status
 * @nr: 1 to PL_DMA_BATCH_MAX
 *
 * Return: 0 also when the unit refused transfers.
 */
int plu_dma(const struct plu_file *f, uint32_t dev, struct pl_dma_desc *descs, unsigned int nr)
{
	struct pl_ioc_dma req = {
		.size = sizeof(req), .dev = dev, .nr = nr, .descs = (uintptr_t)descs,
	};

	return plu_ioctl(f, PL_IOC_DMA, &req);
}

/**
 * plu_ledger() - what the device's unit did since it came
 * @f: the file
 * @dev: device handle
 * @ledger: the counts
 */
int plu_ledger(const struct plu_file *f, uint32_t dev, struct pl_ioc_ledger *ledger)
{
	*ledger = (struct pl_ioc_ledger) { .size = sizeof(*ledger), .dev = dev };
	return plu_ioctl(f, PL_IOC_LEDGER, ledger);
}

/**
 * plu_fault() - take the oldest recorded fault of a device
 * @f: the file
 * @dev: device handle
 * @fault: the fault
 *
 * Return: 0, -EAGAIN when none is recorded.
 */
int plu_fault(const struct plu_file *f, uint32_t dev, struct pl_ioc_fault *fault)
{
	*fault = (struct pl_ioc_fault) { .size = sizeof(*fault), .dev = dev };
	return plu_ioctl(f, PL_IOC_FAULT, fault);
}

/**
 * plu_violation() - an invariant that the device's reference model saw broken
 * @f: the file
 * @dev: device handle
 * @index: from 0
 * @violation: its name, count and first case
 *
 * Return: 0, -ENOENT beyond the last kind.
 */
int plu_violation(const struct plu_file *f, uint32_t dev, uint32_t index,
		  struct pl_ioc_violation *violation)
{
	*violation = (struct pl_ioc_violation) {
		.size = sizeof(*violation), .dev = dev, .index = index,
	};
	return plu_ioctl(f, PL_IOC_VIOLATION, violation);
}

/**
 * plu_walk() - where an address of a slot leads, by the unit's tables and by the API
 * @f: the file
 * @dev: device handle
 * @pasid: any PASID of the device, PL_NO_PASID_U for the RID
 * @iova: the address
 * @walk: both answers
 *
 * Return: 0, -EPERM without CAP_SYS_ADMIN, -EOPNOTSUPP where the tables cannot be read.
 */
int plu_walk(const struct plu_file *f, uint32_t dev, uint32_t pasid, uint64_t iova,
	     struct pl_ioc_walk *walk)
{
	*walk = (struct pl_ioc_walk) {
		.size = sizeof(*walk), .dev = dev, .pasid = pasid, .iova = iova,
	};
	return plu_ioctl(f, PL_IOC_WALK, walk);
}

/**
 * plu_op_name() - an operation as results name it
 * @op: below PL_OP_NR
 */
const char *plu_op_name(enum pl_op op)
{
	static const char *const name[PL_OP_NR] = {
		[PL_OP_ATTACH] = "attach",	   [PL_OP_REPLACE] = "replace",
		[PL_OP_DETACH] = "detach",	   [PL_OP_DETACH_ALL] = "detach_all",
		[PL_OP_MAP] = "map",		   [PL_OP_UNMAP] = "unmap",
		[PL_OP_DEV_ADD] = "dev_add",	   [PL_OP_DEV_DEL] = "dev_del",
	};

	return name[op];
}

/**
 * plu_count_name() - a column of the ledger as results name it
 * @count: below PL_COUNT_NR
 */
const char *plu_count_name(enum pl_count count)
{
	static const char *const name[PL_COUNT_NR] = {
		[PL_COUNT_CALLS] = "calls",	[PL_COUNT_ERRORS] = "errors",
		[PL_COUNT_SLOTS] = "slots",	[PL_COUNT_WRITES] = "writes",
		[PL_COUNT_DESCS] = "descs",	[PL_COUNT_WAITS] = "waits",
		[PL_COUNT_FENCES] = "fences",	[PL_COUNT_FLUSHES] = "flushes",
		[PL_COUNT_ALLOCS] = "allocs",
	};

	return name[count];
}

/**
 * plu_stale_name() - the cache that answered with something memory no longer says
 * @stale: PL_STALE_*
 */
const char *plu_stale_name(uint32_t stale)
{
	static const char *const name[] = {
		[PL_STALE_NONE] = "none",	      [PL_STALE_CONTEXT] = "context cache",
		[PL_STALE_PASID_CACHE] = "PASID cache", [PL_STALE_WALK_CACHE] = "page-walk cache",
		[PL_STALE_IOTLB] = "IOTLB",	      [PL_STALE_DEV_TLB] = "device TLB",
	};

	return stale < sizeof(name) / sizeof(name[0]) ? name[stale] : "unknown";
}
