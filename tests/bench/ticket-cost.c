// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tickets cost: the operations whose descriptors or commands merge, for
 * ticket-cost.sh to count by file.
 *
 *	tests/bench/ticket-cost.sh build/tests/plain/ticket-cost vtd
 */
#include "counted.h"

#define FIRST	5	/* PASID */
#define MANY	1000
#define IOVA	0x1000000ull

static struct rig *rig;
static struct device *dev;
static u64 page;

static void put(u32 pasid, struct pl_domain *dom)
{
	int ret = pl_set(dev, pasid, dom);

	if (ret)
		counted_die("pl_set", ret);
}

/* The second time: pages of entries and tables come with the first. */
static void pair(struct pl_domain *dom)
{
	int i;

	for (i = 0; i < 2; i++) {
		counted_begin();
		put(FIRST, dom);
		put(FIRST, pl_blocking_domain(dev));
		counted_end("attach-detach");
	}
}

static void unmap(struct pl_domain *dom, u32 sharers)
{
	char name[32];
	u32 i;
	int ret;

	for (i = 0; i < sharers; i++)
		put(FIRST + i, dom);
	ret = pl_map(dom, IOVA, page, PAGE_SIZE, PL_PROT_READ);
	if (ret)
		counted_die("pl_map", ret);
	snprintf(name, sizeof(name), "unmap-on-%u", sharers);
	counted_begin();
	pl_unmap(dom, IOVA, PAGE_SIZE);
	counted_end(name);
	pl_aux_detach_all(dev);
}

static void detach_all(struct pl_domain *dom)
{
	char name[32];
	u32 i;

	for (i = 0; i < MANY; i++)
		put(FIRST + i, dom);
	snprintf(name, sizeof(name), "detach-all-%u", MANY);
	counted_begin();
	pl_aux_detach_all(dev);
	counted_end(name);
}

int main(int argc, char **argv)
{
	struct pl_domain *dom;
	int ret = counted_rig("ticket-cost", argc > 1 ? argv[1] : "vtd", &rig);

	if (ret)
		counted_die("the unit (vtd, smmuv3)", ret);
	dev = rig_dev(rig, 0);
	ret = pl_dev_enable_feature(dev, PL_FEAT_AUX);
	if (ret)
		counted_die("enable", ret);
	dom = pl_domain_alloc_paging(dev, 0);
	page = rig_page(1);
	/* A neighbour keeps the leaf table. */
	ret = pl_map(dom, IOVA + PAGE_SIZE, page, PAGE_SIZE, PL_PROT_READ);
	if (ret)
		counted_die("pl_map", ret);
	pair(dom);
	unmap(dom, 1);
	unmap(dom, 8);
	unmap(dom, 64);
	detach_all(dom);
	pl_domain_free(dom);
	rig_page_free(page);
	rig_destroy(rig);
	return 0;
}
