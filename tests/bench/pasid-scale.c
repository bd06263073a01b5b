// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scale: what one more PASID costs when 1 to 2^20 are live on a VT-d unit, or 1
 * to 2^16 on an SMMUv3, in instructions and in bytes.
 *
 * Runs under callgrind with instrumentation off; only the measured pairs are
 * counted, between two client requests, each run written out under the number
 * of live PASIDs.  Counts, so they repeat exactly: no time is taken.
 *
 * A pair is pl_set(domain) and pl_set(blocking) of a PASID in the middle of the
 * device's range, with ATS on: one attach without and one detach with a wait,
 * the model unit's work included.  Bytes are what an attached PASID takes: slot,
 * index, PASID-table entry, and whatever the model allocates as objects or
 * pages on its behalf, rounded as the kernel's allocator rounds; one page table
 * serves them all.
 *
 *	tests/bench/pasid-scale.sh build/tests/plain/pasid-scale vtd
 */
#include "counted.h"

#define PAIRS		64

static struct rig *rig;
static struct device *dev;

static void attach(u32 pasid, struct pl_domain *dom)
{
	int ret = pl_set(dev, pasid, dom);

	if (ret)
		counted_die("pl_set", ret);
}

/* Pairs on PASIDs that are free, spread over the live ones. */
static void pairs(u32 live, struct pl_domain *dom)
{
	struct pl_domain *blocking = pl_blocking_domain(dev);
	u32 i, pasid = live;

	for (i = 0; i < PAIRS; i++) {
		attach(pasid, dom);
		attach(pasid, blocking);
	}
}

static void measure(u32 live, struct pl_domain *dom)
{
	char name[32];

	/* Once uncounted: its table page and the index nodes come with the first. */
	pairs(live, dom);
	counted_begin();
	pairs(live, dom);
	snprintf(name, sizeof(name), "live=%u", live);
	counted_end(name);
}

static long footprint(void)
{
	rcu_barrier();
	return shim_alloc_bytes() + shim_pages_live() * (long)PAGE_SIZE;
}

int main(int argc, char **argv)
{
	struct pl_domain *dom;
	u32 live = 0, next, last;
	long before;
	int ret;

	shim_quarantine_pages = 0;
	ret = counted_rig("pasid-scale", argc > 1 ? argv[1] : "vtd", &rig);
	if (ret)
		counted_die("the unit (vtd, smmuv3)", ret);
	dev = rig_dev(rig, 0);
	last = 1u << rig->unit->caps.pasid_bits;
	ret = pl_dev_enable_feature(dev, PL_FEAT_AUX);
	if (ret)
		counted_die("enable", ret);
	dom = pl_domain_alloc_paging(dev, 0);
	before = footprint();
	/* PASID 0 is no PASID and the pair needs a free one: two less than there are. */
	for (next = 1; next <= last; next <<= 4) {
		for (; live < next && live < last - 2; live++)
			attach(live + 1, dom);
		measure(live + 1, dom);
	}
	printf("bytes_per_pasid %.1f\n", (double)(footprint() - before) / live);
	printf("live %u\n", live);
	pl_aux_detach_all(dev);
	pl_domain_free(dom);
	rig_destroy(rig);
	return 0;
}
