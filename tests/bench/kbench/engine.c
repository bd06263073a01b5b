// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peer's hands on the engine: one channel, driven as kmod/pe_ring.c drives
 * ours, on a device that no driver holds.
 *
 * Its rings are reached under the device's last PASID, in a domain of the
 * kernel's that maps nothing else: as ours are (kmod/private.c).
 *
 * Locking: run_lock in main.c; the channel's own for its jobs.
 *
 * The hard rule: the channel is off before its rings are unmapped.
 */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../../../kmod/compat.h"
#include "../../../kmod/pe.h"
#include "bench.h"

#define RING_IOVA	0x100000ULL
#define RING_BYTES	(PAGE_SIZE << PL_PE_MEM_ORDER)

/**
 * struct bench_engine - the device while it works for us
 * @pdev: the device
 * @bar: its registers
 * @rings: domain of the rings
 * @ch: the channel
 * @stop: never set: nobody takes the device away
 */
struct bench_engine {
	struct pci_dev *pdev;
	void __iomem *bar;
	struct iommu_domain *rings;
	struct pl_pe_channel ch;
	bool stop;
};

static irqreturn_t channel_irq(int irq, void *arg)
{
	struct pl_pe_channel *ch = arg;

	wake_up(&ch->wait);
	return IRQ_HANDLED;
}

static int rings_attach(struct bench_engine *e, u32 pasid)
{
	struct device *dev = &e->pdev->dev;
	int ret;

	e->rings = iommu_paging_domain_alloc(dev);
	if (IS_ERR(e->rings))
		return PTR_ERR(e->rings);
	ret = iommu_map(e->rings, RING_IOVA, virt_to_phys(e->ch.descs), RING_BYTES,
			IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, GFP_KERNEL);
	if (ret)
		goto free;
	ret = pl_kernel_pasid_attach(e->rings, dev, pasid);
	if (ret)
		goto free;
	e->ch.iova = RING_IOVA;
	e->ch.pasid = pasid;
	return 0;
free:
	iommu_domain_free(e->rings);
	return ret;
}

static void rings_detach(struct bench_engine *e)
{
	iommu_detach_device_pasid(e->rings, &e->pdev->dev, e->ch.pasid);
	iommu_domain_free(e->rings);
}

static int channel_up(struct bench_engine *e, u32 pasid)
{
	int ret = pl_pe_channel_init(&e->ch, e->bar + PL_ENG_CH(0), &e->stop);

	if (ret)
		return ret;
	ret = rings_attach(e, pasid);
	if (ret)
		goto free;
	ret = request_irq(pci_irq_vector(e->pdev, 0), channel_irq, 0, "pasidlab_bench", &e->ch);
	if (ret)
		goto detach;
	e->ch.irq = true;
	ret = pl_pe_channel_start(&e->ch);
	if (!ret)
		return 0;
	free_irq(pci_irq_vector(e->pdev, 0), &e->ch);
detach:
	rings_detach(e);
free:
	pl_pe_channel_free(&e->ch);
	return ret;
}

static void channel_down(struct bench_engine *e)
{
	WARN_ON(pl_pe_channel_stop(&e->ch));
	free_irq(pci_irq_vector(e->pdev, 0), &e->ch);
	rings_detach(e);
	pl_pe_channel_free(&e->ch);
}

static int device_up(struct bench_engine *e)
{
	int ret = pci_enable_device(e->pdev);

	if (ret)
		return ret;
	e->bar = pci_iomap(e->pdev, PL_ENG_BAR, 0);
	if (!e->bar) {
		ret = -ENOMEM;
		goto disable;
	}
	ret = pci_alloc_irq_vectors(e->pdev, 1, 1, PCI_IRQ_MSIX);
	if (ret < 0)
		goto unmap;
	pci_set_master(e->pdev);
	return 0;
unmap:
	pci_iounmap(e->pdev, e->bar);
disable:
	pci_disable_device(e->pdev);
	return ret;
}

static void device_down(struct bench_engine *e)
{
	pci_clear_master(e->pdev);
	pci_free_irq_vectors(e->pdev);
	pci_iounmap(e->pdev, e->bar);
	pci_disable_device(e->pdev);
}

/**
 * bench_engine_open() - put the engine to work on a device nobody drives
 * @pdev: the device; the kernel has its PASIDs on
 * @pasid: the one that the rings are reached under
 *
 * Context: may sleep.
 * Return: the engine, or ERR_PTR.
 */
struct bench_engine *bench_engine_open(struct pci_dev *pdev, u32 pasid)
{
	struct bench_engine *e = kzalloc(sizeof(*e), GFP_KERNEL);
	int ret;

	if (!e)
		return ERR_PTR(-ENOMEM);
	e->pdev = pdev;
	ret = device_up(e);
	if (ret)
		goto free;
	ret = channel_up(e, pasid);
	if (!ret)
		return e;
	device_down(e);
free:
	kfree(e);
	return ERR_PTR(ret);
}

/**
 * bench_engine_close() - the reverse
 * @e: the engine, idle
 *
 * Context: may sleep.
 */
void bench_engine_close(struct bench_engine *e)
{
	channel_down(e);
	device_down(e);
	kfree(e);
}

/**
 * bench_engine_run() - execute descriptors and wait for them
 * @e: the engine
 * @descs: at most PL_DMA_BATCH_MAX
 * @n: how many
 *
 * Context: may sleep.
 * Return: as pl_pe_channel_run().
 */
int bench_engine_run(struct bench_engine *e, struct pl_dma_desc *descs, unsigned int n)
{
	int ret;

	mutex_lock(&e->ch.lock);
	ret = pl_pe_channel_run(&e->ch, descs, n);
	mutex_unlock(&e->ch.lock);
	return ret;
}
