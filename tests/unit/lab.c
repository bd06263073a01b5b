// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lab: see lab.h.
 */
#include <stdio.h>
#include <string.h>

#include <linux/err.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>

#include "../../kmod/fabric.h"
#include "lab.h"
#include "shim.h"
#include "shim_control.h"

#define CHANNELS	2

static struct {
	struct platform_device *ep[LAB_EPS];
	struct file *files[LAB_FILES];
	void *buffer;
	long allocs, pages, user_pages;
	struct lab_state start;
} lab;

static const char *ep_name(int ep)
{
	static const char * const names[LAB_EPS] = {
		PL_SOFT_DRIVER ".0", PL_SOFT_DRIVER ".1", PL_SOFT_DRIVER ".2", PL_SOFT_DRIVER ".3",
	};

	return names[ep];
}

static void find_endpoints(void)
{
	struct pl_dev *d;
	int i;

	for (i = 0; i < LAB_EPS; i++) {
		d = pl_dev_get_by_name(ep_name(i));
		lab.ep[i] = d ? to_platform_device(d->dev) : NULL;
		if (d)
			pl_dev_put(d);
	}
}

int lab_up(void)
{
	int ret;

	memset(&lab, 0, sizeof(lab));
	rcu_barrier();
	lab.allocs = shim_alloc_live();
	lab.pages = shim_pages_live();
	lab.user_pages = shim_user_pages_live();
	lab_state(&lab.start);
	shim_param_set("pasidlab_vtd", "model_units", LAB_UNITS);
	shim_param_set("pasidlab_vtd", "model_endpoints", LAB_EPS / LAB_UNITS);
	shim_param_set("pasidlab_vtd", "model_channels", CHANNELS);
	ret = shim_modules_init();
	if (ret)
		return ret;
	lab.buffer = shim_user_alloc(LAB_PAGES * PAGE_SIZE, PAGE_SIZE);
	lab_buffer_reset();
	find_endpoints();
	return 0;
}

static int left(const char *what, long now, long then)
{
	if (now == then)
		return 0;
	fprintf(stderr, "lab: %ld %s left, %ld at the start\n", now, what, then);
	return 1;
}

int lab_down(void)
{
	struct lab_state end;
	u64 violations = lab_violations();
	int bad = 0;

	shim_user_free(lab.buffer);
	shim_modules_exit();
	rcu_barrier();
	lab_state(&end);
	bad += !lab_same(&lab.start, &end);
	bad += left("objects", shim_alloc_live(), lab.allocs);
	bad += left("pages", shim_pages_live(), lab.pages);
	bad += left("pages of user memory", shim_user_pages_live(), lab.user_pages);
	bad += left("violations", violations, 0);
	return bad;
}

int lab_end(void)
{
	bool idle;
	int i;

	for (i = 0; i < LAB_FILES; i++)
		if (lab.files[i])
			lab_close(lab.files[i]);
	idle = lab_idle();
	return lab_down() + !idle;
}

void *lab_buffer(void)
{
	return lab.buffer;
}

void lab_buffer_reset(void)
{
	u64 *word = lab.buffer;
	u64 i;

	for (i = 0; i < LAB_PAGES * PAGE_SIZE / sizeof(*word); i++)
		word[i] = i * 0x9e3779b97f4a7c15ull;
}

struct file *lab_open(int *ret)
{
	struct file *f = shim_open("pasidlab", 0);
	int i;

	*ret = IS_ERR(f) ? PTR_ERR(f) : 0;
	if (*ret)
		return NULL;
	for (i = 0; i < LAB_FILES && lab.files[i]; i++)
		;
	if (i < LAB_FILES)
		lab.files[i] = f;
	return f;
}

void lab_close(struct file *f)
{
	int i;

	for (i = 0; i < LAB_FILES; i++)
		if (lab.files[i] == f)
			lab.files[i] = NULL;
	shim_close(f);
}

static u64 mix(u64 sum, u64 v)
{
	return (sum ^ v) * 0x100000001b3ull;
}

static u64 slot_print(u64 sum, const struct pl_slot *slot)
{
	sum = mix(sum, slot->pasid);
	sum = mix(sum, rcu_dereference_protected(slot->domain, true)->id);
	return mix(sum, (unsigned long)slot->owner);
}

/* The PASID slots that hold something, folded into @sum; @n: how many. */
static u64 page_print(const struct pl_slot_page *page, u64 sum, unsigned int *n)
{
	u32 i;

	for (i = 0; i < PL_SLOTS_PER_PAGE; i++) {
		if (pl_domain_is_blocking(rcu_dereference_raw(page->slots[i].domain)))
			continue;
		sum = slot_print(sum, &page->slots[i]);
		++*n;
	}
	return sum;
}

/*
 * All 2^20 slots, and the fuzzer comes here several times a run: pages that are
 * not there are passed over many at a time.
 */
static u64 slots_print(struct pl_dev *d, u64 sum, unsigned int *n)
{
	u32 pages = DIV_ROUND_UP(d->max_pasids, PL_SLOTS_PER_PAGE), i, end;
	static struct pl_slot_page *const none[64];

	for (i = 0; i < pages; i = end) {
		end = min_t(u32, pages, i + ARRAY_SIZE(none));
		if (!memcmp(&d->slots[i], none, (end - i) * sizeof(none[0])))
			continue;
		for (; i < end; i++)
			if (d->slots[i])
				sum = page_print(rcu_dereference_raw(d->slots[i]), sum, n);
	}
	return sum;
}

static void ep_state(struct pl_dev *d, struct lab_ep *ep)
{
	unsigned int n = 0;

	mutex_lock(&d->lock);
	ep->present = true;
	ep->nr_pasids = d->nr_pasids;
	ep->aux_enabled = d->aux_enabled;
	ep->claimed = d->claimed;
	ep->mode = d->mode;
	ep->slots = slots_print(d, slot_print(0, &d->rid_slot), &n);
	mutex_unlock(&d->lock);
}

static unsigned int count_handles(struct file *f)
{
	struct pl_file *pf = f->private_data;
	struct pl_handle *h;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&pf->handles, i, h)
		n++;
	return n;
}

void lab_state(struct lab_state *st)
{
	struct pl_dev *d;
	int i;

	memset(st, 0, sizeof(*st));
	for (i = 0; i < LAB_EPS; i++) {
		d = pl_dev_get_by_name(ep_name(i));
		if (!d)
			continue;
		ep_state(d, &st->ep[i]);
		pl_dev_put(d);
	}
	st->pins = shim_pinned_pages();
	st->locked = shim_process_mm.locked_vm;
	st->module_refs = shim_module_refs;
	st->warnings = shim_warn_count;
	for (i = 0; i < LAB_FILES; i++)
		st->handles[i] = lab.files[i] ? count_handles(lab.files[i]) : 0;
}

static bool equal(const char *what, int i, u64 a, u64 b)
{
	if (a != b)
		fprintf(stderr, "lab: %s %d was %llu, is %llu\n", what, i, (unsigned long long)a,
			(unsigned long long)b);
	return a == b;
}

static bool ep_same(int i, const struct lab_ep *a, const struct lab_ep *b)
{
	bool same = equal("presence of endpoint", i, a->present, b->present);

	same &= equal("PASIDs of endpoint", i, a->nr_pasids, b->nr_pasids);
	same &= equal("enables of endpoint", i, a->aux_enabled, b->aux_enabled);
	same &= equal("claim of endpoint", i, a->claimed, b->claimed);
	same &= equal("mode of endpoint", i, a->mode, b->mode);
	return same & equal("slots of endpoint", i, a->slots, b->slots);
}

bool lab_same(const struct lab_state *a, const struct lab_state *b)
{
	bool same = true;
	int i;

	for (i = 0; i < LAB_EPS; i++)
		same &= ep_same(i, &a->ep[i], &b->ep[i]);
	same &= equal("pins", 0, a->pins, b->pins);
	same &= equal("locked pages", 0, a->locked, b->locked);
	same &= equal("module references", 0, a->module_refs, b->module_refs);
	same &= equal("warnings", 0, a->warnings, b->warnings);
	for (i = 0; i < LAB_FILES; i++)
		same &= equal("handles of file", i, a->handles[i], b->handles[i]);
	return same;
}

static bool ep_idle(int i)
{
	struct pl_dev *d = pl_dev_get_by_name(ep_name(i));
	unsigned int n = 0;
	bool idle;

	if (!d)
		return true;
	mutex_lock(&d->lock);
	idle = equal("PASIDs of endpoint", i, 0, d->nr_pasids);
	slots_print(d, 0, &n);
	idle &= equal("slots of endpoint", i, 0, n);
	idle &= equal("RID domain of endpoint", i, 0, pl_slot_domain(d, PL_NO_PASID)->id);
	idle &= equal("enables of endpoint", i, 0, d->aux_enabled);
	idle &= equal("claim of endpoint", i, 0, !!d->claimed);
	mutex_unlock(&d->lock);
	pl_dev_put(d);
	return idle;
}

bool lab_idle(void)
{
	bool idle = equal("pins", 0, 0, shim_pinned_pages());
	int i;

	idle &= equal("module references", 0, 0, shim_module_refs);
	for (i = 0; i < LAB_EPS; i++)
		idle &= ep_idle(i);
	return idle;
}

void lab_unplug(int ep)
{
	shim_platform_unbind(lab.ep[ep]);
}

int lab_plug(int ep)
{
	return shim_platform_bind(lab.ep[ep]);
}

static void tell_violations(struct pl_unit *u)
{
	const char *name, *text;
	unsigned int i;
	u64 count;

	for (i = 0; !u->ops->violation(u, i, &name, &text, &count); i++)
		if (count)
			fprintf(stderr, "violation %s %llu: %s\n", name,
				(unsigned long long)count, text);
}

u64 lab_violations(void)
{
	u64 n, sum = 0;
	struct pl_dev *d;
	int i;

	for (i = 0; i < LAB_EPS; i += LAB_EPS / LAB_UNITS) {
		d = pl_dev_get_by_name(ep_name(i));
		if (!d)
			continue;
		n = pl_unit_violations(d->unit);
		if (n)
			tell_violations(d->unit);
		sum += n;
		pl_dev_put(d);
	}
	return sum;
}

/*
 * Requests
 */

int lab_dev_open(struct file *f, int ep, u32 *dev)
{
	struct pl_ioc_dev_open arg = { .size = sizeof(arg) };
	int ret;

	strcpy(arg.name, ep_name(ep));
	ret = shim_ioctl(f, PL_IOC_DEV_OPEN, &arg);
	*dev = arg.dev;
	return ret;
}

int lab_free(struct file *f, u32 handle)
{
	struct pl_ioc_free arg = { .size = sizeof(arg), .handle = handle };

	return shim_ioctl(f, PL_IOC_FREE, &arg);
}

int lab_enable(struct file *f, u32 dev, u32 enable)
{
	struct pl_ioc_enable arg = {
		.size = sizeof(arg), .dev = dev, .feature = PL_FEAT_AUX, .enable = enable,
	};

	return shim_ioctl(f, PL_IOC_ENABLE, &arg);
}

int lab_claim(struct file *f, u32 dev, u32 claim)
{
	struct pl_ioc_claim arg = { .size = sizeof(arg), .dev = dev, .claim = claim };

	return shim_ioctl(f, PL_IOC_CLAIM, &arg);
}

int lab_mode(struct file *f, u32 dev, u32 mode)
{
	struct pl_ioc_mode arg = { .size = sizeof(arg), .dev = dev, .mode = mode };

	return shim_ioctl(f, PL_IOC_MODE, &arg);
}

int lab_domain(struct file *f, u32 dev, u32 flags, u32 *dom)
{
	struct pl_ioc_domain_alloc arg = { .size = sizeof(arg), .flags = flags, .dev = dev };
	int ret = shim_ioctl(f, PL_IOC_DOMAIN_ALLOC, &arg);

	*dom = arg.domain;
	return ret;
}

int lab_map(struct file *f, u32 dom, u64 iova, const void *p, u64 length, u32 prot)
{
	struct pl_ioc_map arg = {
		.size = sizeof(arg), .flags = prot, .domain = dom, .iova = iova,
		.uaddr = (unsigned long)p, .length = length,
	};

	return shim_ioctl(f, PL_IOC_MAP, &arg);
}

int lab_unmap(struct file *f, u32 dom, u64 iova, u64 length, u64 *unmapped)
{
	struct pl_ioc_unmap arg = {
		.size = sizeof(arg), .domain = dom, .iova = iova, .length = length,
	};
	int ret = shim_ioctl(f, PL_IOC_UNMAP, &arg);

	if (unmapped)
		*unmapped = arg.unmapped;
	return ret;
}

int lab_pasid_alloc(struct file *f, u32 dev, u32 *pasid)
{
	struct pl_ioc_pasid arg = { .size = sizeof(arg), .dev = dev };
	int ret = shim_ioctl(f, PL_IOC_PASID_ALLOC, &arg);

	*pasid = arg.pasid;
	return ret;
}

int lab_pasid_free(struct file *f, u32 dev, u32 pasid)
{
	struct pl_ioc_pasid arg = { .size = sizeof(arg), .dev = dev, .pasid = pasid };

	return shim_ioctl(f, PL_IOC_PASID_FREE, &arg);
}

int lab_set(struct file *f, u32 dev, u32 pasid, u32 dom)
{
	struct pl_ioc_set arg = {
		.size = sizeof(arg), .dev = dev, .pasid = pasid, .domain = dom,
	};

	return shim_ioctl(f, PL_IOC_SET, &arg);
}

int lab_attach(struct file *f, unsigned int cmd, u32 dev, u32 dom, u32 *pasid)
{
	struct pl_ioc_attach arg = { .size = sizeof(arg), .dev = dev, .domain = dom };
	int ret = shim_ioctl(f, cmd, &arg);

	if (pasid)
		*pasid = arg.pasid;
	return ret;
}

int lab_detach_all(struct file *f, u32 dev, u32 *detached)
{
	struct pl_ioc_detach_all arg = { .size = sizeof(arg), .dev = dev };
	int ret = shim_ioctl(f, PL_IOC_AUX_DETACH_ALL, &arg);

	if (detached)
		*detached = arg.detached;
	return ret;
}

int lab_dma(struct file *f, u32 dev, struct pl_dma_desc *descs, u32 nr)
{
	struct pl_ioc_dma arg = {
		.size = sizeof(arg), .dev = dev, .nr = nr, .descs = (unsigned long)descs,
	};

	return shim_ioctl(f, PL_IOC_DMA, &arg);
}

int lab_dma_read(struct file *f, u32 dev, u32 pasid, u64 iova, u32 flags, u64 *hash)
{
	struct pl_dma_desc desc = {
		.op = PL_DMA_READ, .flags = flags, .pasid = pasid, .len = PAGE_SIZE, .src = iova,
	};
	int ret = lab_dma(f, dev, &desc, 1);

	if (hash)
		*hash = desc.hash;
	return ret ? ret : (int)desc.status;
}

u64 lab_hash(const void *p, size_t len)
{
	const u8 *byte = p;
	u64 hash = 0xcbf29ce484222325ull;

	while (len--)
		hash = (hash ^ *byte++) * 0x100000001b3ull;
	return hash;
}
