// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCIe engine: PCI driver of the device that qemu/ adds to QEMU.
 *
 * The device may be there before the unit that translates for it is ours, and
 * stay after: it *waits* with its channels off and becomes an endpoint when a
 * unit that claims it registers.  When the unit goes it waits again.
 *
 * Its rings are reached under a private PASID (private.c) that leads into a
 * domain where nothing but the rings is mapped: the RID, which callers may
 * attach, is blocked by default, and a ring that is reached through it would
 * break with every RID attach.
 *
 * Lifetime, as in soft.c: the core has the engine's name, not its address; a
 * name no longer known is -ENODEV; those who found it hold it.  Going: hidden,
 * told to stop, idle, channels off, ring PASID blocked, then the core switches
 * ATS and PASID off and the unit forgets the device.  Removal ends with a
 * function level reset.
 *
 * A reset that somebody else asks for (sysfs) loses nothing: jobs that run come
 * to their end first, and those that come wait until the channels are on again.
 *
 * Locking: pe_lock for who waits and which unit serves whom, the outermost of
 * all locks of the module.  Then pl_pe.reset: jobs read it, a reset writes it.
 *
 * The hard rule: the device reaches no memory while it waits.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci-ats.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "core.h"
#include "pe.h"
#include "private.h"

#define RING_IOVA	0x100000ULL
#define NO_VECTOR	(-1)

/**
 * struct pl_pe - one engine
 * @pdev: the device
 * @bar: its registers
 * @unit: the unit that translates for it, NULL while it waits
 * @d: the endpoint, with a reference, while @unit is set
 * @rings: domain of the private PASID
 * @id: its name in the table
 * @refs: the driver's, and one per call of run()
 * @idle: the last reference is gone
 * @reset: held while the device is being reset, and by jobs against that
 * @stop: jobs give up
 * @lent: vector that @unit interrupts through, or NO_VECTOR
 * @vectors: MSI-X vectors there are
 * @node: in the list of engines
 * @next: channel for the next job, modulo @nr
 * @nr: length of @channels
 * @channels: its channels
 */
struct pl_pe {
	struct pci_dev *pdev;
	void __iomem *bar;
	struct pl_unit *unit;
	struct pl_dev *d;
	struct pl_domain *rings;
	u32 id;
	refcount_t refs;
	struct completion idle;
	struct rw_semaphore reset;
	bool stop;
	int lent;
	int vectors;
	struct list_head node;
	atomic_t next;
	unsigned int nr;
	struct pl_pe_channel channels[];
};

static DEFINE_MUTEX(pe_lock);
static LIST_HEAD(pe_list);
static DEFINE_XARRAY_ALLOC1(pe_table);
static u32 pe_next;

static struct pl_pe *pe_get(void *priv)
{
	struct pl_pe *pe;

	xa_lock(&pe_table);
	pe = xa_load(&pe_table, (unsigned long)priv);
	if (pe)
		refcount_inc(&pe->refs);
	xa_unlock(&pe_table);
	return pe;
}

static void pe_put(struct pl_pe *pe)
{
	if (refcount_dec_and_test(&pe->refs))
		complete(&pe->idle);
}

/* One that is free, else the next in turn. */
static struct pl_pe_channel *channel_lock(struct pl_pe *pe)
{
	unsigned int first = atomic_inc_return(&pe->next), i;
	struct pl_pe_channel *ch;

	for (i = 0; i < pe->nr; i++) {
		ch = &pe->channels[(first + i) % pe->nr];
		if (mutex_trylock(&ch->lock))
			return ch;
	}
	ch = &pe->channels[first % pe->nr];
	return mutex_lock_killable(&ch->lock) ? NULL : ch;
}

/* The rings' PASID is nobody's to reach: such a request counts as refused. */
static unsigned int run_until(const struct pl_pe *pe, const struct pl_dma_desc *descs,
			      unsigned int n)
{
	pl_pasid_t own = pe->channels[0].pasid;
	unsigned int i;

	for (i = 0; i < n && descs[i].pasid != own; i++)
		;
	return i;
}

static int run_locked(struct pl_pe *pe, struct pl_pe_channel *ch, struct pl_dma_desc *descs,
		      unsigned int n)
{
	unsigned int i, some;
	int ret = 0;

	for (i = 0; i < n && !ret; i += some) {
		some = run_until(pe, descs + i, n - i);
		if (some) {
			ret = pl_pe_channel_run(ch, descs + i, some);
			continue;
		}
		descs[i].status = PL_DMA_REFUSED;
		some = 1;
	}
	return ret;
}

static int pe_run(void *priv, struct pl_dma_desc *descs, unsigned int n)
{
	struct pl_pe *pe = pe_get(priv);
	struct pl_pe_channel *ch;
	int ret = -EINTR;

	if (!pe)
		return -ENODEV;
	if (down_read_killable(&pe->reset))
		goto put;
	ch = channel_lock(pe);
	if (ch) {
		ret = READ_ONCE(pe->stop) ? -ENODEV : run_locked(pe, ch, descs, n);
		mutex_unlock(&ch->lock);
	}
	up_read(&pe->reset);
put:
	pe_put(pe);
	return ret;
}

static int pe_enable(struct pl_dev *d, void *priv, u32 bits)
{
	struct pci_dev *pdev = to_pci_dev(d->dev);

	if (bits == PL_EP_PASID)
		return pci_enable_pasid(pdev, 0);
	return bits == PL_EP_ATS ? pci_enable_ats(pdev, PAGE_SHIFT) : -EOPNOTSUPP;
}

static void pe_disable(struct pl_dev *d, void *priv, u32 bits)
{
	struct pci_dev *pdev = to_pci_dev(d->dev);

	if (bits == PL_EP_PASID)
		pci_disable_pasid(pdev);
	else if (bits == PL_EP_ATS)
		pci_disable_ats(pdev);
}

static const struct pl_engine_ops pe_ops = {
	.name = "pasid-engine",
	.enable = pe_enable,
	.disable = pe_disable,
	.run = pe_run,
};

static irqreturn_t pe_irq(int irq, void *arg)
{
	struct pl_pe_channel *ch = arg;

	wake_up(&ch->wait);
	return IRQ_HANDLED;
}

static u64 ring_iova(unsigned int i)
{
	return RING_IOVA + i * (PAGE_SIZE << PL_PE_MEM_ORDER);
}

static int rings_map(struct pl_pe *pe)
{
	struct pl_pe_channel *ch;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < pe->nr && !ret; i++) {
		ch = &pe->channels[i];
		ch->iova = ring_iova(i);
		ch->pasid = pl_private_pasid(pe->d);
		ret = pl_map(pe->rings, ch->iova, virt_to_phys(ch->descs),
			     PAGE_SIZE << PL_PE_MEM_ORDER, PL_PROT_READ | PL_PROT_WRITE);
	}
	return ret;
}

/* Unmapping needs no invalidation: the domain is in no slot. */
static void rings_free(struct pl_pe *pe)
{
	WARN_ON(pl_domain_free(pe->rings));
	pe->rings = NULL;
}

static int rings_start(struct pl_pe *pe)
{
	int ret;

	pe->rings = pl_domain_new(pe->d->unit, 0);
	if (IS_ERR(pe->rings))
		return PTR_ERR(pe->rings);
	ret = rings_map(pe);
	if (!ret)
		ret = pl_private_set(pe->d, pe->rings);
	if (ret)
		rings_free(pe);
	return ret;
}

static void rings_stop(struct pl_pe *pe)
{
	pl_private_clear(pe->d, pe->rings);
	rings_free(pe);
}

static void channels_off(struct pl_pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->nr; i++)
		if (pl_pe_channel_stop(&pe->channels[i]))
			pci_err(pe->pdev, "channel %u does not stop\n", i);
}

static int channels_on(struct pl_pe *pe)
{
	bool announce = !pe->d->unit->caps.msi_is_dma;
	struct pl_pe_channel *ch;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < pe->nr && !ret; i++) {
		ch = &pe->channels[i];
		ch->irq = ch->vector && announce;
		ret = pl_pe_channel_start(ch);
	}
	if (ret)
		channels_off(pe);
	return ret;
}

static u32 pe_eps(const struct pl_pe *pe)
{
	u32 caps = readl(pe->bar + PL_ENG_CAPS);
	u32 eps = 0;

	if (pci_max_pasids(pe->pdev) > 1)
		eps |= PL_EP_PASID;
	if (caps & PL_ENG_CAPS_ATS && pci_ats_supported(pe->pdev))
		eps |= PL_EP_ATS;
	return eps;
}

static int endpoint_add(struct pl_pe *pe, struct pl_unit *u)
{
	struct device *dev = &pe->pdev->dev;
	const struct pl_dev_desc desc = {
		.unit = u,
		.rid = pci_dev_id(pe->pdev),
		.pasid_bits = ilog2(max(pci_max_pasids(pe->pdev), 1)),
		.eps = pe_eps(pe),
		.engine = &pe_ops,
		.priv = (void *)(unsigned long)pe->id,
		.private_pasid = true,
	};
	int ret;

	if (!(desc.eps & PL_EP_PASID) || u->caps.pasid_bits < 2)
		return -EOPNOTSUPP;
	ret = pl_dev_add(dev, &desc);
	if (!ret)
		pe->d = pl_dev_get(dev);
	return ret;
}

static void endpoint_del(struct pl_pe *pe)
{
	pl_dev_put(pe->d);
	pe->d = NULL;
	pl_dev_del(&pe->pdev->dev);
}

/* The first vector that the engine never raises, for the unit's faults. */
static void vector_lend(struct pl_pe *pe, struct pl_unit *u)
{
	u32 v = readl(pe->bar + PL_ENG_VECTORS), spare = PL_ENG_VECTORS_SPARE(v);

	pe->lent = NO_VECTOR;
	if (!PL_ENG_VECTORS_SPARE_NR(v) || spare >= pe->vectors || !u->ops->lend)
		return;
	if (!u->ops->lend(u, pci_irq_vector(pe->pdev, spare)))
		pe->lent = pci_irq_vector(pe->pdev, spare);
}

static void vector_back(struct pl_pe *pe, struct pl_unit *u)
{
	if (pe->lent != NO_VECTOR)
		u->ops->take_back(u, pe->lent);
	pe->lent = NO_VECTOR;
}

/* Not known any more, and those who had found it are done. */
static void pe_hide(struct pl_pe *pe)
{
	unsigned int i;

	xa_erase(&pe_table, pe->id);
	WRITE_ONCE(pe->stop, true);
	for (i = 0; i < pe->nr; i++)
		wake_up_all(&pe->channels[i].wait);
	pe_put(pe);
	wait_for_completion(&pe->idle);
}

static int pe_show(struct pl_pe *pe)
{
	int ret;

	refcount_set(&pe->refs, 1);
	init_completion(&pe->idle);
	pe->stop = true;
	ret = xa_alloc_cyclic(&pe_table, &pe->id, pe, xa_limit_31b, &pe_next, GFP_KERNEL);
	return min(ret, 0);
}

/* It waited, and @u translates for it. */
static int pe_join(struct pl_pe *pe, struct pl_unit *u)
{
	int ret;

	ret = pe_show(pe);
	if (ret)
		return ret;
	ret = endpoint_add(pe, u);
	if (ret)
		goto hide;
	ret = rings_start(pe);
	if (ret)
		goto del;
	ret = channels_on(pe);
	if (ret)
		goto stop;
	pe->unit = u;
	vector_lend(pe, u);
	WRITE_ONCE(pe->stop, false);
	pci_info(pe->pdev, "endpoint of %s, %u channels%s\n", u->name, pe->nr,
		 pe->lent == NO_VECTOR ? "" : ", lends it a vector for its faults");
	return 0;
stop:
	rings_stop(pe);
del:
	endpoint_del(pe);
hide:
	pe_hide(pe);
	pci_err(pe->pdev, "cannot be an endpoint of %s: %d\n", u->name, ret);
	return ret;
}

/* The unit or the device goes. */
static void pe_leave(struct pl_pe *pe)
{
	struct pl_unit *u = pe->unit;

	if (!u)
		return;
	pe_hide(pe);
	channels_off(pe);
	rings_stop(pe);
	endpoint_del(pe);
	vector_back(pe, u);
	pe->unit = NULL;
}

/**
 * pl_pe_unit_came() - a unit is known from now on
 * @u: the unit; engines that it claims become its endpoints
 *
 * Context: may sleep.
 */
void pl_pe_unit_came(struct pl_unit *u)
{
	struct pl_pe *pe;

	if (!u->ops->claims)
		return;
	mutex_lock(&pe_lock);
	list_for_each_entry(pe, &pe_list, node)
		if (!pe->unit && u->ops->claims(u, &pe->pdev->dev))
			pe_join(pe, u);
	mutex_unlock(&pe_lock);
}

/**
 * pl_pe_unit_goes() - a unit is known no longer
 * @u: the unit; its engines wait when this returns
 *
 * Context: may sleep.
 */
void pl_pe_unit_goes(struct pl_unit *u)
{
	struct pl_pe *pe;

	mutex_lock(&pe_lock);
	list_for_each_entry(pe, &pe_list, node)
		if (pe->unit == u)
			pe_leave(pe);
	mutex_unlock(&pe_lock);
}

static int check_model(struct pci_dev *pdev, void __iomem *bar)
{
	u32 id = readl(bar + PL_ENG_ID), version = readl(bar + PL_ENG_VERSION);
	u32 limits = readl(bar + PL_ENG_LIMITS);

	if (id != PL_ENG_ID_MAGIC || version >> 16 != PL_ENG_VERSION_MAJOR) {
		pci_err(pdev, "not an engine this driver knows: ID %08x, version %08x\n", id,
			version);
		return -ENODEV;
	}
	if (PL_PE_RING_ORDER < PL_ENG_LIMITS_ORDER_MIN(limits) ||
	    PL_PE_RING_ORDER > PL_ENG_LIMITS_ORDER_MAX(limits)) {
		pci_err(pdev, "no rings of %u entries\n", 1u << PL_PE_RING_ORDER);
		return -ENODEV;
	}
	return 0;
}

/* One vector for each channel or none at all: then records are looked for. */
static void irqs_start(struct pl_pe *pe)
{
	u32 all = PL_ENG_VECTORS_NR(readl(pe->bar + PL_ENG_VECTORS));
	struct pl_pe_channel *ch;
	unsigned int i;

	pe->vectors = pci_alloc_irq_vectors(pe->pdev, pe->nr, max(all, pe->nr), PCI_IRQ_MSIX);
	for (i = 0; i < pe->nr && pe->vectors > 0; i++) {
		ch = &pe->channels[i];
		ch->vector = !request_irq(pci_irq_vector(pe->pdev, i), pe_irq, 0,
					  "pasidlab-engine", ch);
	}
}

static void irqs_stop(struct pl_pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->nr; i++)
		if (pe->channels[i].vector)
			free_irq(pci_irq_vector(pe->pdev, i), &pe->channels[i]);
	if (pe->vectors > 0)
		pci_free_irq_vectors(pe->pdev);
}

static void pe_free(struct pl_pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->nr; i++)
		pl_pe_channel_free(&pe->channels[i]);
	kfree(pe);
}

static struct pl_pe *pe_new(struct pci_dev *pdev, void __iomem *bar)
{
	unsigned int nr = PL_ENG_CAPS_CHANNELS(readl(bar + PL_ENG_CAPS)), i;
	struct pl_pe *pe = kzalloc(struct_size(pe, channels, nr), GFP_KERNEL);

	if (!pe)
		return NULL;
	pe->pdev = pdev;
	pe->bar = bar;
	pe->nr = nr;
	pe->lent = NO_VECTOR;
	init_rwsem(&pe->reset);
	for (i = 0; i < nr; i++) {
		if (pl_pe_channel_init(&pe->channels[i], bar + PL_ENG_CH(i), &pe->stop)) {
			pe_free(pe);
			return NULL;
		}
	}
	return pe;
}

static int pe_start(struct pci_dev *pdev, void __iomem *bar)
{
	struct pl_unit *u;
	struct pl_pe *pe;
	int ret;

	ret = check_model(pdev, bar);
	if (ret)
		return ret;
	writel(PL_ENG_CTRL_RESET, bar + PL_ENG_CTRL);
	pe = pe_new(pdev, bar);
	if (!pe)
		return -ENOMEM;
	pci_set_master(pdev);
	irqs_start(pe);
	pci_set_drvdata(pdev, pe);
	mutex_lock(&pe_lock);
	list_add_tail(&pe->node, &pe_list);
	u = pl_unit_claiming(&pdev->dev);
	if (u)
		pe_join(pe, u);
	mutex_unlock(&pe_lock);
	return 0;
}

static int pe_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *bar;
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	ret = pci_request_region(pdev, PL_ENG_BAR, "pasidlab-engine");
	if (ret)
		goto disable;
	ret = -ENOMEM;
	bar = pci_iomap(pdev, PL_ENG_BAR, PL_ENG_BAR_SIZE);
	if (!bar)
		goto release;
	ret = pe_start(pdev, bar);
	if (!ret)
		return 0;
	pci_iounmap(pdev, bar);
release:
	pci_release_region(pdev, PL_ENG_BAR);
disable:
	pci_disable_device(pdev);
	return ret;
}

static void pe_remove(struct pci_dev *pdev)
{
	struct pl_pe *pe = pci_get_drvdata(pdev);

	mutex_lock(&pe_lock);
	pe_leave(pe);
	list_del(&pe->node);
	mutex_unlock(&pe_lock);
	irqs_stop(pe);
	pci_clear_master(pdev);
	/* The driver core holds the device's lock. */
	if (pci_reset_function_locked(pdev))
		pci_warn(pdev, "no function level reset\n");
	pci_iounmap(pdev, pe->bar);
	pe_free(pe);
	pci_release_region(pdev, PL_ENG_BAR);
	pci_disable_device(pdev);
}

/*
 * The PCI core saves and restores the capabilities, the registers of the BAR are
 * ours.  No unit comes or goes meanwhile: pe_lock is kept until the reset is done.
 */
static void pe_reset_prepare(struct pci_dev *pdev)
{
	struct pl_pe *pe = pci_get_drvdata(pdev);

	mutex_lock(&pe_lock);
	down_write(&pe->reset);
	if (pe->unit)
		channels_off(pe);
}

static void pe_reset_done(struct pci_dev *pdev)
{
	struct pl_pe *pe = pci_get_drvdata(pdev);
	int ret = 0;

	if (pe->unit)
		ret = channels_on(pe);
	up_write(&pe->reset);
	mutex_unlock(&pe_lock);
	if (ret)
		pci_err(pdev, "no channels after a reset: %d\n", ret);
}

static const struct pci_error_handlers pe_reset_handlers = {
	.reset_prepare = pe_reset_prepare,
	.reset_done = pe_reset_done,
};

static const struct pci_device_id pe_ids[] = {
	{ PCI_DEVICE(PL_ENG_VENDOR, PL_ENG_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, pe_ids);

static struct pci_driver pe_driver = {
	.name = "pasidlab-engine",
	.id_table = pe_ids,
	.probe = pe_probe,
	.remove = pe_remove,
	.err_handler = &pe_reset_handlers,
	/* Else the kernel's DMA API owns it, and no unit may (hw/intree). */
	.driver_managed_dma = true,
};

/**
 * pl_pe_init() - engines may come
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int pl_pe_init(void)
{
	return pci_register_driver(&pe_driver);
}

/**
 * pl_pe_exit() - those that are there go
 *
 * Context: module exit.
 */
void pl_pe_exit(void)
{
	pci_unregister_driver(&pe_driver);
	xa_destroy(&pe_table);
}
