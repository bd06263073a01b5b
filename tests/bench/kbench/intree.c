// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peer: the kernel's own IOMMU API on a PCI device that no driver holds.
 *
 * Counts come from a kprobe on the one function through which the kernel's
 * driver submits; queue.c names it and its arguments.  The probe is there in
 * the counting pass only.
 *
 * The hard rule: zero is not believed.  On a device that has no PASIDs
 * iommu_attach_device_pasid() returns 0 and does nothing, so such a device is
 * refused before anything is measured.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/pci.h>

#include "../../../kmod/compat.h"
#include "bench.h"

static u64 submitted, waited;

#ifdef CONFIG_KPROBES
static const struct bench_queue *probed;

static int on_submit(struct kprobe *p, struct pt_regs *regs)
{
	submitted += (u32)regs_get_kernel_argument(regs, probed->arg_count);
	waited += probed->arg_sync < 0 ||
		  (u8)regs_get_kernel_argument(regs, probed->arg_sync);
	return 0;
}

static struct kprobe probe = {
	.pre_handler = on_submit,
};

static int count_start(struct bench *b)
{
	int ret;

	probed = bench_queue_find();
	if (!probed) {
		b->why = "there is not exactly one unit that this program knows";
		return -ENODEV;
	}
	/* A probe that was unregistered keeps its address. */
	probe.addr = NULL;
	probe.flags = 0;
	probe.symbol_name = probed->symbol;
	ret = register_kprobe(&probe);
	if (ret) {
		snprintf(b->text, sizeof(b->text), "no kprobe on %s: is the driver in this kernel?",
			 probed->symbol);
		b->why = b->text;
	}
	return ret;
}

static void count_stop(struct bench *b)
{
	unregister_kprobe(&probe);
}
#else
static int count_start(struct bench *b)
{
	b->why = "this kernel has no kprobes";
	return -EOPNOTSUPP;
}

static void count_stop(struct bench *b)
{
}
#endif

static const char *why_not(struct device *dev)
{
	if (!dev_is_pci(dev))
		return "the device is no PCI function";
	if (dev->driver)
		return "a driver is bound to the device: unbind it";
	if (!device_iommu_mapped(dev))
		return "the kernel translates nothing for the device: on x86 boot with intel_iommu=on,sm_on";
	if (!dev->iommu->max_pasids)
		return "the kernel gives the device no PASIDs, so an attach would do nothing";
	if (!to_pci_dev(dev)->pasid_enabled)
		return "the kernel has not switched the device's PASIDs on";
	return NULL;
}

static int open_intree(struct bench *b)
{
	b->dev = bench_find_device(b);
	if (!b->dev)
		return -ENODEV;
	b->why = why_not(b->dev);
	if (b->why) {
		put_device(b->dev);
		b->dev = NULL;
		return -EOPNOTSUPP;
	}
	b->max_pasids = b->dev->iommu->max_pasids;
	return 0;
}

static void close_intree(struct bench *b)
{
	put_device(b->dev);
	b->dev = NULL;
}

static void *domain_new(struct bench *b)
{
	return iommu_paging_domain_alloc(b->dev);
}

static void domain_free(struct bench *b, void *dom)
{
	iommu_domain_free(dom);
}

static int attach(struct bench *b, u32 pasid, void *dom)
{
	return iommu_attach_device_pasid(dom, b->dev, pasid, NULL);
}

#if PL_KERNEL_PASID_REPLACE
/* The kernel keeps the handle it was given last, and wants another. */
static int replace(struct bench *b, u32 pasid, void *dom)
{
	static struct iommu_attach_handle handles[2];
	static unsigned int turn;

	turn ^= 1;
	return pl_kernel_pasid_replace(dom, b->dev, pasid, &handles[turn]);
}
#endif

static void detach(struct bench *b, u32 pasid, void *dom)
{
	iommu_detach_device_pasid(dom, b->dev, pasid);
}

/* The API has no other way. */
static void detach_all(struct bench *b, void **doms, u32 n, bool shared)
{
	u32 i;

	for (i = 0; i < n; i++)
		iommu_detach_device_pasid(doms[shared ? 0 : i], b->dev, BENCH_FIRST_PASID + i);
}

static int map(void *dom, u64 iova, phys_addr_t paddr, size_t size)
{
	return iommu_map(dom, iova, paddr, size, IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static size_t unmap(void *dom, u64 iova, size_t size)
{
	return iommu_unmap(dom, iova, size);
}

static int dma_open(struct bench *b)
{
	struct bench_engine *e = bench_engine_open(to_pci_dev(b->dev), b->max_pasids - 1);

	if (IS_ERR(e))
		return PTR_ERR(e);
	b->engine = e;
	return 0;
}

static void dma_close(struct bench *b)
{
	bench_engine_close(b->engine);
	b->engine = NULL;
}

static int dma(struct bench *b, struct pl_dma_desc *descs, unsigned int n)
{
	return bench_engine_run(b->engine, descs, n);
}

static void seen(struct bench *b, struct bench_seen *s)
{
	s->descs = submitted;
	s->waits = waited;
	s->fences = 0;
}

static const char *breaks(struct bench *b)
{
	return "the kernel's replace promises no such thing";
}

const struct bench_side bench_intree = {
	.name = "intree",
	.open = open_intree,
	.close = close_intree,
	.domain_new = domain_new,
	.domain_free = domain_free,
	.attach = attach,
#if PL_KERNEL_PASID_REPLACE
	.replace = replace,
#endif
	.detach = detach,
	.detach_all = detach_all,
	.map = map,
	.unmap = unmap,
	.seen = seen,
	.count_start = count_start,
	.count_stop = count_stop,
	.dma_open = dma_open,
	.dma_close = dma_close,
	.dma = dma,
	.breaks = breaks,
};
