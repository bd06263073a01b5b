// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake.c - the stand-in; fake.h says what for.
 *
 * Handles are global here and run from PL_HANDLE_FIRST: devices first, domains after them.
 */
#include "fake.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"

#define FAKE_DOMAINS	2048u
#define FAKE_RANGES	64u
#define FAKE_FILES	256

struct fake_range {
	uint64_t iova;
	uint64_t size;
	uint8_t *mem;
	bool gone;
};

struct fake_domain {
	bool used;
	unsigned int unit;
	struct fake_range ranges[FAKE_RANGES];
};

struct fake_slot {
	struct fake_domain *domain;
	struct fake_domain *former;
	int fd;
	bool aux;
	bool allocated;
};

static struct fake {
	pthread_mutex_t lock;
	enum fake_defect defect;
	struct fake_domain domains[FAKE_DOMAINS];
	struct fake_slot slots[FAKE_DEVS][FAKE_PASIDS];
	uint32_t next_pasid[FAKE_DEVS];
	uint64_t ledger[FAKE_UNITS][PL_OP_NR][PL_COUNT_NR];
	bool open[FAKE_FILES];
	unsigned int transfers;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

/**
 * fake_reset() - as new, with at most one defect
 * @defect: which
 */
void fake_reset(enum fake_defect defect)
{
	memset(fake.domains, 0, sizeof(fake.domains));
	memset(fake.slots, 0, sizeof(fake.slots));
	memset(fake.next_pasid, 0, sizeof(fake.next_pasid));
	memset(fake.ledger, 0, sizeof(fake.ledger));
	memset(fake.open, 0, sizeof(fake.open));
	fake.transfers = 0;
	fake.defect = defect;
}

static unsigned int dev_of(uint32_t handle)
{
	return handle - PL_HANDLE_FIRST;
}

static unsigned int unit_of(unsigned int dev)
{
	return dev % FAKE_UNITS;
}

static struct fake_domain *domain_of(uint32_t handle)
{
	return &fake.domains[handle - PL_HANDLE_FIRST - FAKE_DEVS];
}

static void count(unsigned int dev, enum pl_op op, uint64_t slots)
{
	fake.ledger[unit_of(dev)][op][PL_COUNT_CALLS]++;
	fake.ledger[unit_of(dev)][op][PL_COUNT_SLOTS] += slots;
	if (fake.defect == FAKE_LEDGER && op == PL_OP_DETACH)
		fake.ledger[unit_of(dev)][op][PL_COUNT_SLOTS]++;
}

static int do_dev_info(struct pl_ioc_dev_info *info)
{
	if (info->index >= FAKE_DEVS)
		return -ENODEV;
	info->max_pasids = FAKE_PASIDS;
	info->features = 1u << PL_FEAT_AUX | 1u << PL_FEAT_ATS;
	info->engine = 1;
	snprintf(info->name, sizeof(info->name), "fake.%u", info->index);
	snprintf(info->unit, sizeof(info->unit), "fake-unit%u", unit_of(info->index));
	snprintf(info->driver, sizeof(info->driver), "fake");
	return 0;
}

static int do_dev_open(struct pl_ioc_dev_open *req)
{
	req->dev = PL_HANDLE_FIRST + (uint32_t)strtoul(req->name + strlen("fake."), NULL, 10);
	return 0;
}

static int do_domain_alloc(struct pl_ioc_domain_alloc *req)
{
	unsigned int i;

	for (i = 0; i < FAKE_DOMAINS && fake.domains[i].used; i++)
		;
	if (i == FAKE_DOMAINS)
		return -ENOSPC;
	memset(&fake.domains[i], 0, sizeof(fake.domains[i]));
	fake.domains[i].used = true;
	fake.domains[i].unit = unit_of(dev_of(req->dev));
	req->domain = PL_HANDLE_FIRST + FAKE_DEVS + i;
	req->iova_last = (1ull << 48) - 1;
	return 0;
}

static bool domain_is_attached(const struct fake_domain *dom)
{
	unsigned int dev, pasid;

	for (dev = 0; dev < FAKE_DEVS; dev++)
		for (pasid = 1; pasid < FAKE_PASIDS; pasid++)
			if (fake.slots[dev][pasid].domain == dom)
				return true;
	return false;
}

static int do_free(struct pl_ioc_free *req)
{
	if (req->handle < PL_HANDLE_FIRST + FAKE_DEVS)
		return 0;
	if (fake.defect == FAKE_DOMAIN_BUSY || domain_is_attached(domain_of(req->handle)))
		return -EBUSY;
	domain_of(req->handle)->used = false;
	return 0;
}

static int do_map(struct pl_ioc_map *req)
{
	struct fake_domain *dom = domain_of(req->domain);
	unsigned int i;

	for (i = 0; i < FAKE_RANGES && dom->ranges[i].size; i++)
		;
	if (i == FAKE_RANGES)
		return -ENOMEM;
	dom->ranges[i] = (struct fake_range) {
		.iova = req->iova, .size = req->length, .mem = (uint8_t *)(uintptr_t)req->uaddr,
	};
	return 0;
}

static int do_unmap(struct pl_ioc_unmap *req)
{
	struct fake_domain *dom = domain_of(req->domain);
	struct fake_range *r;
	unsigned int i;

	for (i = 0; i < FAKE_RANGES; i++) {
		r = &dom->ranges[i];
		if (!r->size || r->iova < req->iova || r->iova >= req->iova + req->length)
			continue;
		req->unmapped += r->size;
		if (fake.defect != FAKE_UNMAP_KEEPS)
			*r = (struct fake_range) { 0 };
	}
	if (fake.defect == FAKE_UNMAP_SHORT)
		req->unmapped /= 2;
	return 0;
}

/* The search goes on where it ended, so that a freed PASID rests before it is used again. */
static int pasid_get(unsigned int dev, int fd, bool aux, uint32_t *pasid)
{
	struct fake_slot *slot;
	unsigned int tries;
	uint32_t p;

	for (tries = 0; tries < FAKE_PASIDS; tries++) {
		p = fake.next_pasid[dev]++ % FAKE_PASIDS;
		slot = &fake.slots[dev][p];
		if (!p || slot->allocated)
			continue;
		slot->allocated = true;
		slot->fd = fd;
		slot->aux = aux;
		slot->domain = fake.defect == FAKE_ALLOC_ATTACHED ? slot->former : NULL;
		*pasid = p;
		return 0;
	}
	return -ENOSPC;
}

static int do_pasid_alloc(int fd, struct pl_ioc_pasid *req)
{
	return pasid_get(dev_of(req->dev), fd, false, &req->pasid);
}

static int do_pasid_free(struct pl_ioc_pasid *req)
{
	struct fake_slot *slot = &fake.slots[dev_of(req->dev)][req->pasid];

	if (slot->domain && fake.defect == FAKE_NONE)
		return -EBUSY;
	slot->allocated = false;
	return 0;
}

static struct fake_domain *what_to_attach(uint32_t handle)
{
	struct fake_domain *dom = domain_of(handle);
	unsigned int i;

	for (i = 0; fake.defect == FAKE_ATTACH_WRONG && i < FAKE_DOMAINS; i++)
		if (fake.domains[i].used && &fake.domains[i] != dom &&
		    fake.domains[i].unit == dom->unit)
			return &fake.domains[i];
	return dom;
}

static int do_set(struct pl_ioc_set *req)
{
	unsigned int dev = dev_of(req->dev);
	struct fake_slot *slot = &fake.slots[dev][req->pasid];

	if (req->domain == PL_HANDLE_BLOCKING) {
		slot->former = slot->domain;
		if (fake.defect != FAKE_DETACH_KEEPS)
			slot->domain = NULL;
		count(dev, PL_OP_DETACH, 1);
	} else if (slot->domain) {
		if (fake.defect != FAKE_REPLACE_KEEPS)
			slot->domain = what_to_attach(req->domain);
		count(dev, PL_OP_REPLACE, 1);
	} else {
		slot->domain = what_to_attach(req->domain);
		count(dev, PL_OP_ATTACH, 1);
	}
	return 0;
}

static int do_aux_attach(int fd, struct pl_ioc_attach *req)
{
	unsigned int dev = dev_of(req->dev);
	int err = pasid_get(dev, fd, true, &req->pasid);

	if (err)
		return err;
	fake.slots[dev][req->pasid].domain = what_to_attach(req->domain);
	count(dev, PL_OP_ATTACH, 1);
	return 0;
}

static int do_aux_detach(struct pl_ioc_attach *req)
{
	unsigned int dev = dev_of(req->dev);
	struct fake_slot *slot;
	uint32_t pasid;

	for (pasid = 1; pasid < FAKE_PASIDS; pasid++) {
		slot = &fake.slots[dev][pasid];
		if (!slot->aux || !slot->allocated || slot->domain != what_to_attach(req->domain))
			continue;
		slot->allocated = false;
		if (fake.defect != FAKE_DETACH_KEEPS)
			slot->domain = NULL;
		count(dev, PL_OP_DETACH, 1);
		return 0;
	}
	return -ENOENT;
}

static int do_detach_all(int fd, struct pl_ioc_detach_all *req)
{
	unsigned int dev = dev_of(req->dev);
	struct fake_slot *slot;
	uint32_t pasid;

	for (pasid = 1; pasid < FAKE_PASIDS; pasid++) {
		slot = &fake.slots[dev][pasid];
		if (!slot->allocated || !slot->domain || slot->fd != fd)
			continue;
		if (slot->aux)
			slot->allocated = false;
		if (fake.defect != FAKE_DETACH_ALL_MISSES || req->detached)
			slot->domain = NULL;
		req->detached++;
	}
	count(dev, PL_OP_DETACH_ALL, req->detached);
	return 0;
}

static uint8_t *walk(const struct fake_slot *slot, uint64_t iova, uint64_t len)
{
	const struct fake_range *r;
	unsigned int i;

	for (i = 0; slot->domain && i < FAKE_RANGES; i++) {
		r = &slot->domain->ranges[i];
		if (r->size && iova >= r->iova && iova + len <= r->iova + r->size)
			return r->mem + (iova - r->iova);
	}
	return NULL;
}

static uint8_t *elsewhere(const struct fake_slot *slot, uint64_t iova, uint64_t len)
{
	struct fake_slot other = *slot;
	unsigned int i;

	for (i = 0; i < FAKE_DOMAINS; i++) {
		other.domain = &fake.domains[i];
		if (other.domain->used && other.domain != slot->domain && walk(&other, iova, len))
			return walk(&other, iova, len);
	}
	return NULL;
}

static void transfer(const struct fake_slot *slot, struct pl_dma_desc *d)
{
	uint8_t *src = d->op == PL_DMA_FILL ? NULL : walk(slot, d->src, d->len);
	uint8_t *dst = d->op == PL_DMA_READ ? NULL : walk(slot, d->dst, d->len);
	uint32_t i, len = d->len;

	if ((d->op != PL_DMA_FILL && !src) || (d->op != PL_DMA_READ && !dst) ||
	    (fake.defect == FAKE_REFUSES && ++fake.transfers % 1000 == 0)) {
		d->status = PL_DMA_REFUSED;
		d->reason = 1;
		return;
	}
	if (fake.defect == FAKE_WRITE_ELSEWHERE && dst)
		dst = elsewhere(slot, d->dst, d->len);
	if (d->op == PL_DMA_READ)
		d->hash = plu_hash(src, len);
	len += fake.defect == FAKE_FILL_OVERRUN;
	for (i = 0; d->op == PL_DMA_FILL && i < len; i++)
		dst[i] = (uint8_t)(d->pattern >> (8 * (i % 8)));
	if (d->op == PL_DMA_COPY)
		memmove(dst, src, d->len - (fake.defect == FAKE_COPY_SHORT));
	d->stale = fake.defect == FAKE_STALE ? PL_STALE_IOTLB : PL_STALE_NONE;
	d->done = d->len;
}

static int do_dma(struct pl_ioc_dma *req)
{
	struct pl_dma_desc *d = (struct pl_dma_desc *)(uintptr_t)req->descs;
	unsigned int i;

	for (i = 0; i < req->nr; i++)
		transfer(&fake.slots[dev_of(req->dev)][d[i].pasid % FAKE_PASIDS], &d[i]);
	return 0;
}

static int do_ledger(struct pl_ioc_ledger *req)
{
	memcpy(req->counts, fake.ledger[unit_of(dev_of(req->dev))], sizeof(req->counts));
	if (fake.defect == FAKE_VIOLATION && req->counts[PL_OP_ATTACH][PL_COUNT_CALLS])
		req->violations = 1;
	return 0;
}

static int do_violation(struct pl_ioc_violation *req)
{
	/* Seen once a domain has been attached, so that no run begins with it. */
	if (fake.defect != FAKE_VIOLATION || req->index || !fake.ledger[0][PL_OP_ATTACH][0])
		return -ENOENT;
	req->count = 1;
	snprintf(req->name, sizeof(req->name), "O2");
	snprintf(req->text, sizeof(req->text), "IOTLB invalidated before the PASID cache");
	return 0;
}

static int dispatch(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case PL_IOC_DEV_INFO:		return do_dev_info(arg);
	case PL_IOC_DEV_OPEN:		return do_dev_open(arg);
	case PL_IOC_FREE:		return do_free(arg);
	case PL_IOC_ENABLE:		return 0;
	case PL_IOC_DOMAIN_ALLOC:	return do_domain_alloc(arg);
	case PL_IOC_MAP:		return do_map(arg);
	case PL_IOC_UNMAP:		return do_unmap(arg);
	case PL_IOC_PASID_ALLOC:	return do_pasid_alloc(fd, arg);
	case PL_IOC_PASID_FREE:		return do_pasid_free(arg);
	case PL_IOC_SET:		return do_set(arg);
	case PL_IOC_AUX_ATTACH:		return do_aux_attach(fd, arg);
	case PL_IOC_AUX_DETACH:		return do_aux_detach(arg);
	case PL_IOC_AUX_DETACH_ALL:	return do_detach_all(fd, arg);
	case PL_IOC_DMA:		return do_dma(arg);
	case PL_IOC_LEDGER:		return do_ledger(arg);
	case PL_IOC_VIOLATION:		return do_violation(arg);
	default:			return -ENOTTY;
	}
}

static int fake_open(void *ctx, const char *node)
{
	int fd;

	(void)ctx;
	(void)node;
	pthread_mutex_lock(&fake.lock);
	for (fd = 0; fd < FAKE_FILES && fake.open[fd]; fd++)
		;
	if (fd < FAKE_FILES)
		fake.open[fd] = true;
	pthread_mutex_unlock(&fake.lock);
	return fd < FAKE_FILES ? fd : -EMFILE;
}

static void fake_close(void *ctx, int fd)
{
	(void)ctx;
	pthread_mutex_lock(&fake.lock);
	fake.open[fd] = false;
	pthread_mutex_unlock(&fake.lock);
}

static int fake_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	int err;

	(void)ctx;
	pthread_mutex_lock(&fake.lock);
	err = dispatch(fd, request, arg);
	pthread_mutex_unlock(&fake.lock);
	return err;
}

const struct plu_transport fake_transport = {
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
};
