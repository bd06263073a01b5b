// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The property test's backend inside this process: the in-kernel API over a
 * unit's driver and its reference model (tests/rig.h).
 *
 * The model underneath keeps every translation until it is invalidated, so a
 * forgotten invalidation shows as a DMA that reached what it must not, and the
 * model says which cache answered.
 *
 * Proves R0.1 to R0.6, R0.8 to R0.11, R1.1 to R1.7, R2.1, R2.2, R2.4, R2.5,
 * R2.7 to R2.9, O1 to O3, O5, O8, O9.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "../rig.h"
#include "backend.h"

#define BLOCK_ORDER	9

/**
 * struct api - the backend
 * @b: what the steps see
 * @rig: the machine
 * @audit: see struct prop_api_config
 * @dom: domains
 * @owner: addresses name owners 1 and 2
 */
struct api {
	struct prop_backend b;
	struct rig *rig;
	u64 audit;
	struct pl_domain *dom[PROP_DOMS];
	int owner[1 + PROP_OWNERS];
};

static struct api *to_api(struct prop_backend *b)
{
	return container_of(b, struct api, b);
}

static struct device *dev(struct prop_backend *b, int e)
{
	return rig_dev(to_api(b)->rig, e);
}

static struct pl_domain *domain(struct prop_backend *b, int e, int x)
{
	if (x == PROP_BLOCKING)
		return pl_blocking_domain(dev(b, e));
	if (x == PROP_IDENTITY)
		return pl_identity_domain(dev(b, e));
	return to_api(b)->dom[x];
}

static int api_domain_alloc(struct prop_backend *b, int x, uint32_t flags, uint64_t *iova_last)
{
	struct pl_domain *dom = pl_domain_alloc_paging(dev(b, 0), flags);

	if (IS_ERR(dom))
		return PTR_ERR(dom);
	to_api(b)->dom[x] = dom;
	*iova_last = dom->iova_last;
	/* The unit's choice is the first stage. */
	return dom->stage == (flags == PL_DOMAIN_STAGE2 ? 2 : 1) ? 0 : -EILSEQ;
}

static int api_domain_free(struct prop_backend *b, int x)
{
	int ret = pl_domain_free(to_api(b)->dom[x]);

	if (!ret)
		to_api(b)->dom[x] = NULL;
	return ret;
}

static int api_map(struct prop_backend *b, int x, uint64_t iova, uint64_t addr, uint64_t size,
		   uint32_t prot)
{
	return pl_map(to_api(b)->dom[x], iova, addr, size, prot);
}

static int api_unmap(struct prop_backend *b, int x, uint64_t iova, uint64_t size, uint64_t *bytes)
{
	*bytes = pl_unmap(to_api(b)->dom[x], iova, size);
	return 0;
}

static int api_enable(struct prop_backend *b, int e, bool on)
{
	return on ? pl_dev_enable_feature(dev(b, e), PL_FEAT_AUX) :
		    pl_dev_disable_feature(dev(b, e), PL_FEAT_AUX);
}

static int api_mode(struct prop_backend *b, int e, uint32_t mode)
{
	return pl_dev_set_mode(dev(b, e), mode);
}

static int api_set(struct prop_backend *b, int e, uint32_t pasid, int x)
{
	return pl_set(dev(b, e), pasid, domain(b, e, x));
}

static int api_rid_attach(struct prop_backend *b, int e, int x)
{
	return pl_attach_device(domain(b, e, x), dev(b, e));
}

static int api_rid_detach(struct prop_backend *b, int e, int x)
{
	pl_detach_device(domain(b, e, x), dev(b, e));
	return 0;
}

static int api_pasid_alloc(struct prop_backend *b, int e, uint32_t *pasid)
{
	return pl_pasid_alloc(dev(b, e), pasid);
}

static int api_pasid_free(struct prop_backend *b, int e, uint32_t pasid)
{
	return pl_pasid_free(dev(b, e), pasid);
}

static int api_aux_get_pasid(struct prop_backend *b, int e, int x, uint32_t *pasid)
{
	int ret = pl_aux_get_pasid(domain(b, e, x), dev(b, e));

	if (ret < 0)
		return ret;
	*pasid = ret;
	return 0;
}

static int api_aux_attach(struct prop_backend *b, int e, int x, uint32_t *pasid)
{
	int ret = pl_aux_attach_device(domain(b, e, x), dev(b, e));

	return ret ?: api_aux_get_pasid(b, e, x, pasid);
}

static int api_aux_detach(struct prop_backend *b, int e, int x)
{
	return pl_aux_detach_device(domain(b, e, x), dev(b, e));
}

static int api_detach_all(struct prop_backend *b, int e, unsigned int *n)
{
	struct pl_dev *d = to_api(b)->rig->ep[e]->d;

	*n = d->nr_pasids;
	pl_aux_detach_all(dev(b, e));
	*n -= d->nr_pasids;
	return 0;
}

static int api_claim(struct prop_backend *b, int e, int who, bool on)
{
	if (on)
		return pl_claim_device(dev(b, e), &to_api(b)->owner[who]);
	pl_release_device(dev(b, e), &to_api(b)->owner[who]);
	return 0;
}

static int api_feature(struct prop_backend *b, int e, uint32_t f)
{
	return pl_dev_has_feature(dev(b, e), f);
}

static const char *const stale_names[] = {
	NULL, "context-cache", "PASID-cache", "paging-structure cache", "IOTLB", "device TLB",
};

static int api_dma(struct prop_backend *b, int e, struct prop_dma *d)
{
	struct rig_dma dma = {
		.pasid = d->pasid, .iova = d->iova, .write = d->write, .ats = d->ats,
		.word = d->word,
	};

	d->refused = rig_dma(to_api(b)->rig->ep[e], &dma);
	d->same = dma.word == d->word;
	d->stale = stale_names[dma.stale];
	return 0;
}

static uint64_t api_word(struct prop_backend *b, int page)
{
	return *(u64 *)phys_to_virt(b->mem.phys[page]);
}

static int api_walk(struct prop_backend *b, int e, uint32_t pasid, uint64_t iova,
		    struct prop_walk *out)
{
	struct rig *rig = to_api(b)->rig;
	struct pl_unit *u = rig->unit;
	struct pl_walk found = {};

	if (!u->ops->walk(u, rig->ep[e]->d, pasid, iova, &found))
		return 0;
	out->paddr = found.paddr;
	out->prot = found.prot;
	return 0;
}

static const char *api_unhealthy(struct prop_backend *b, uint64_t step)
{
	struct api *a = to_api(b);

	if (a->audit && step % a->audit == 0)
		rig_audit(a->rig);
	if ((a->audit == 1 || step % 64 == 0) && rig_violations(a->rig, NULL))
		return "the model saw an invariant broken";
	return NULL;
}

static const struct prop_ops api_ops = {
	.domain_alloc = api_domain_alloc,
	.domain_free = api_domain_free,
	.map = api_map,
	.unmap = api_unmap,
	.enable = api_enable,
	.mode = api_mode,
	.set = api_set,
	.rid_attach = api_rid_attach,
	.rid_detach = api_rid_detach,
	.pasid_alloc = api_pasid_alloc,
	.pasid_free = api_pasid_free,
	.aux_attach = api_aux_attach,
	.aux_detach = api_aux_detach,
	.aux_get_pasid = api_aux_get_pasid,
	.detach_all = api_detach_all,
	.claim = api_claim,
	.feature = api_feature,
	.dma = api_dma,
	.word = api_word,
	.walk = api_walk,
	.unhealthy = api_unhealthy,
};

static void block_create(struct prop_memory *m, int i)
{
	u64 *word = (void *)__get_free_pages(GFP_KERNEL | __GFP_NOFAIL, BLOCK_ORDER);
	unsigned int k;

	m->block_addr[i] = virt_to_phys(word);
	for (k = 0; k < PROP_BLOCK_PAGES; k++) {
		m->block_phys[i][k] = m->block_addr[i] + k * PROP_PAGE;
		word[k * PROP_PAGE / sizeof(*word)] = prop_block_word(i, k);
	}
}

static void memory_create(struct prop_memory *m)
{
	int i;

	for (i = 0; i < PROP_PAGES; i++)
		m->addr[i] = m->phys[i] = rig_page(prop_page_word(i));
	for (i = 0; i < PROP_BLOCKS; i++)
		block_create(m, i);
}

static void memory_free(struct prop_memory *m)
{
	int i;

	for (i = 0; i < PROP_PAGES; i++)
		rig_page_free(m->phys[i]);
	for (i = 0; i < PROP_BLOCKS; i++)
		free_pages((unsigned long)phys_to_virt(m->block_addr[i]), BLOCK_ORDER);
}

static bool has_word(const char *words, const char *word)
{
	return words && strstr(words, word);
}

static u32 feature(bool has, enum pl_dev_feature f)
{
	return has ? 1u << f : 0;
}

/* What a machine is known to have: the oracle holds the unit to it. */
static void expect_caps(struct api *a, u32 features)
{
	a->b.caps = (struct prop_caps) {
		.nr_eps = PROP_EPS,
		.features = features | feature(true, PL_FEAT_AUX) |
			    feature(true, PL_FEAT_IDENTITY_PASID) | feature(true, PL_FEAT_STAGE1),
		.identity_rid = true,
		.write_reads = true,
	};
}

static int vtd_up(struct api *a, const struct prop_api_config *config)
{
	struct vtd_model_config cfg;

	rig_config(&cfg);
	cfg.seed = config->seed;
	cfg.caching_mode = has_word(config->words, "cm");
	cfg.coherent = !has_word(config->words, "nosnoop");
	cfg.ats = !has_word(config->words, "noats");
	cfg.lazy = has_word(config->words, "lazy");
	cfg.strict_dtlb = has_word(config->words, "strict");
	cfg.throttle = !has_word(config->words, "nodit");
	expect_caps(a, feature(cfg.ats, PL_FEAT_ATS) | feature(true, PL_FEAT_HITLESS) |
		    feature(true, PL_FEAT_STAGE2) | feature(true, PL_FEAT_STAGE2_PASID));
	return rig_create(&cfg, "vtd-property", PROP_EPS, &a->rig);
}

/* One level: tables as small as that. */
static void smmuv3_one_level(struct smmu_model_config *cfg)
{
	cfg->strtab_2lvl = false;
	cfg->cd_2lvl = false;
	cfg->sid_bits = 8;
	cfg->ssid_bits = 9;
}

static int smmuv3_up(struct api *a, const struct prop_api_config *config)
{
	struct smmu_model_config cfg;

	rig_config_smmuv3(&cfg);
	cfg.seed = config->seed;
	cfg.coherent = !has_word(config->words, "nosnoop");
	cfg.ats = !has_word(config->words, "noats");
	cfg.lazy = has_word(config->words, "lazy");
	cfg.range_inval = !has_word(config->words, "noril");
	cfg.msi = !has_word(config->words, "nomsi");
	cfg.bbml = has_word(config->words, "nobbml") ? 1 : 2;
	cfg.stage2 = !has_word(config->words, "novmid");
	if (has_word(config->words, "onelevel"))
		smmuv3_one_level(&cfg);
	expect_caps(a, feature(cfg.ats, PL_FEAT_ATS) | feature(cfg.bbml == 2, PL_FEAT_HITLESS) |
		    feature(cfg.stage2, PL_FEAT_STAGE2) |
		    feature(cfg.stage2, PL_FEAT_NEST_RID));
	return rig_create_smmuv3(&cfg, "smmuv3-property", PROP_EPS, &a->rig);
}

/**
 * prop_api_up() - a machine with a model and three endpoints
 * @config: which
 * @out: the backend
 *
 * Return: 0 or -errno.
 */
int prop_api_up(const struct prop_api_config *config, struct prop_backend **out)
{
	struct api *a = calloc(1, sizeof(*a));
	int ret;

	if (!a)
		return -ENOMEM;
	a->b.ops = &api_ops;
	a->audit = config->audit;
	memory_create(&a->b.mem);
	ret = has_word(config->words, "smmuv3") ? smmuv3_up(a, config) : vtd_up(a, config);
	if (ret) {
		memory_free(&a->b.mem);
		free(a);
		return ret;
	}
	*out = &a->b;
	return 0;
}

/**
 * prop_api_violations() - what the model saw broken, to standard output
 * @b: from prop_api_up()
 */
void prop_api_violations(struct prop_backend *b)
{
	rig_audit(to_api(b)->rig);
	rig_violations(to_api(b)->rig, stdout);
}

/**
 * prop_api_down() - whatever is left must go without a trace
 * @b: from prop_api_up(); private PASIDs are free
 * @why: what was left, on error
 *
 * Return: 0, or -1: the machine stays, for prop_api_violations().
 */
int prop_api_down(struct prop_backend *b, const char **why)
{
	struct api *a = to_api(b);
	int i;

	for (i = 0; i < PROP_EPS; i++)
		rig_ep_del(a->rig, i);
	for (i = 0; i < PROP_DOMS; i++) {
		if (a->dom[i] && pl_domain_free(a->dom[i])) {
			*why = "a domain is still in a slot of a device that went";
			return -1;
		}
	}
	if (rig_audit(a->rig) + rig_violations(a->rig, NULL)) {
		*why = "violations at the end";
		return -1;
	}
	rig_destroy(a->rig);
	memory_free(&a->b.mem);
	free(a);
	return 0;
}
