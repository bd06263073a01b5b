// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The property test's backend behind the device node: requests of the ioctl
 * ABI (workloads/libpl.h) to whatever unit has endpoints there.
 *
 * One file makes the calls; two more are the owners that claim devices.  Memory
 * is this process's, kept where it is by a domain of its own that maps all of
 * it and is in no slot; /proc/self/pagemap then says where in physical memory
 * that is, so that the oracle can tell where a table must lead and an identity
 * domain be tried.
 *
 * A DMA is one descriptor of the endpoint's engine: what it did comes from the
 * hardware, or from whoever plays it.  What a load found is told as a hash.
 *
 * Proves R0.1 to R0.11, R1.1 to R1.7, R2.1, R2.2, R2.4, R2.5, R2.8, R2.9 of any
 * unit, and on a model O1 to O9.
 *
 * The hard rule: what the unit can do is asked of it, once, before the first
 * step.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../workloads/buffer.h"
#include "../../workloads/libpl.h"
#include "backend.h"

#define FILES		(1 + PROP_OWNERS)
#define PAGES_BYTES	((size_t)PROP_PAGES * PROP_PAGE)
#define ALL_BYTES	(PROP_BLOCKS * PROP_BLOCK + PAGES_BYTES)
/* Where the keeper maps the memory, and the probe its page. */
#define KEEPER_IOVA	0x10000000ull

/* /proc/self/pagemap: bit 63 present, bits 54:0 page frame number. */
#define PAGEMAP_PRESENT	(1ull << 63)
#define PAGEMAP_PFN	((1ull << 55) - 1)

/**
 * struct file - the backend
 * @b: what the steps see
 * @files: the one that makes the calls, then the owners
 * @dev: [file][endpoint] handles
 * @dom: handles, 0 for none
 * @keeper: domain that keeps the memory where it is
 * @unit: name of the unit
 * @driver: its kind
 * @mem: blocks first, then single pages
 * @pages: where those are
 * @violations: seen before the run
 * @tables: they can be read
 */
struct file {
	struct prop_backend b;
	struct plu_file files[FILES];
	uint32_t dev[FILES][PROP_EPS];
	uint32_t dom[PROP_DOMS];
	uint32_t keeper;
	char unit[PL_NAME_LEN];
	char driver[PL_NAME_LEN];
	uint8_t *mem;
	uint8_t *pages;
	uint32_t violations;
	bool tables;
};

static struct file *to_file(struct prop_backend *b)
{
	return (struct file *)((char *)b - offsetof(struct file, b));
}

static const struct plu_file *fd(struct prop_backend *b)
{
	return &to_file(b)->files[0];
}

static uint32_t dev(struct prop_backend *b, int e)
{
	return to_file(b)->dev[0][e];
}

static uint32_t domain(struct prop_backend *b, int x)
{
	if (x == PROP_BLOCKING)
		return PL_HANDLE_BLOCKING;
	return x == PROP_IDENTITY ? PL_HANDLE_IDENTITY : to_file(b)->dom[x];
}

static int file_domain_alloc(struct prop_backend *b, int x, uint32_t flags, uint64_t *iova_last)
{
	return plu_domain_alloc(fd(b), dev(b, 0), flags, &to_file(b)->dom[x], iova_last);
}

static int file_domain_free(struct prop_backend *b, int x)
{
	return plu_free(fd(b), domain(b, x));
}

static int file_map(struct prop_backend *b, int x, uint64_t iova, uint64_t addr, uint64_t size,
		    uint32_t prot)
{
	return plu_map(fd(b), domain(b, x), iova, (void *)(uintptr_t)addr, size, prot);
}

static int file_unmap(struct prop_backend *b, int x, uint64_t iova, uint64_t size, uint64_t *bytes)
{
	return plu_unmap(fd(b), domain(b, x), iova, size, bytes);
}

static int file_enable(struct prop_backend *b, int e, bool on)
{
	return on ? plu_enable(fd(b), dev(b, e), PL_FEAT_AUX) :
		    plu_disable(fd(b), dev(b, e), PL_FEAT_AUX);
}

static int file_mode(struct prop_backend *b, int e, uint32_t mode)
{
	return plu_mode(fd(b), dev(b, e), mode);
}

static int file_set(struct prop_backend *b, int e, uint32_t pasid, int x)
{
	return plu_set(fd(b), dev(b, e), pasid, domain(b, x));
}

static int file_rid_attach(struct prop_backend *b, int e, int x)
{
	return plu_rid_attach(fd(b), dev(b, e), domain(b, x));
}

static int file_rid_detach(struct prop_backend *b, int e, int x)
{
	return plu_rid_detach(fd(b), dev(b, e), domain(b, x));
}

static int file_pasid_alloc(struct prop_backend *b, int e, uint32_t *pasid)
{
	return plu_pasid_alloc(fd(b), dev(b, e), pasid);
}

static int file_pasid_free(struct prop_backend *b, int e, uint32_t pasid)
{
	return plu_pasid_free(fd(b), dev(b, e), pasid);
}

static int file_aux_attach(struct prop_backend *b, int e, int x, uint32_t *pasid)
{
	return plu_aux_attach(fd(b), dev(b, e), domain(b, x), pasid);
}

static int file_aux_detach(struct prop_backend *b, int e, int x)
{
	return plu_aux_detach(fd(b), dev(b, e), domain(b, x));
}

static int file_aux_get_pasid(struct prop_backend *b, int e, int x, uint32_t *pasid)
{
	return plu_aux_get_pasid(fd(b), dev(b, e), domain(b, x), pasid);
}

static int file_detach_all(struct prop_backend *b, int e, unsigned int *n)
{
	return plu_aux_detach_all(fd(b), dev(b, e), n);
}

static int file_claim(struct prop_backend *b, int e, int who, bool on)
{
	const struct plu_file *f = &to_file(b)->files[who];
	uint32_t d = to_file(b)->dev[who][e];

	return on ? plu_claim(f, d) : plu_release(f, d);
}

static int file_feature(struct prop_backend *b, int e, uint32_t f)
{
	struct pl_ioc_feature answer;
	int err = plu_feature(fd(b), dev(b, e), f, &answer);

	if (err)
		return err;
	/* A "no" has a reason and an errno; a "yes" has neither. */
	if (answer.has != !answer.error || answer.has != !answer.why[0])
		return -EILSEQ;
	return (int)answer.has;
}

static int file_dma(struct prop_backend *b, int e, struct prop_dma *d)
{
	struct pl_dma_desc desc = d->write ?
		plu_fill(d->pasid, d->iova, sizeof(d->word), d->word) :
		plu_read(d->pasid, d->iova, sizeof(d->word));
	int err;

	desc.flags = d->ats ? PL_DMA_ATS : 0;
	err = plu_dma(fd(b), dev(b, e), &desc, 1);
	if (err)
		return err;
	if (desc.status != PL_DMA_OK && desc.status != PL_DMA_REFUSED)
		return -EIO;
	d->refused = desc.status == PL_DMA_REFUSED;
	d->same = desc.hash == plu_hash(&d->word, sizeof(d->word));
	d->stale = desc.stale ? plu_stale_name(desc.stale) : NULL;
	return desc.done == (d->refused ? 0 : desc.len) ? 0 : -EILSEQ;
}

/* Volatile: a device writes it. */
static uint64_t file_word(struct prop_backend *b, int page)
{
	return *(volatile uint64_t *)(to_file(b)->pages + (size_t)page * PROP_PAGE);
}

static int file_walk(struct prop_backend *b, int e, uint32_t pasid, uint64_t iova,
		     struct prop_walk *out)
{
	struct pl_ioc_walk walk;
	int err;

	if (!to_file(b)->tables)
		return -EOPNOTSUPP;
	err = plu_walk(fd(b), dev(b, e), pasid, iova, &walk);
	if (err)
		return err;
	*out = (struct prop_walk) {
		.paddr = walk.walked, .prot = walk.prot, .claimed = walk.claimed,
		.has_claimed = true,
	};
	return 0;
}

static uint32_t violations(struct file *f)
{
	struct pl_ioc_ledger ledger;

	return plu_ledger(&f->files[1], f->dev[1][0], &ledger) ? UINT32_MAX : ledger.violations;
}

static const char *file_unhealthy(struct prop_backend *b, uint64_t step)
{
	if (step % 64 || violations(to_file(b)) == to_file(b)->violations)
		return NULL;
	return "the unit saw an invariant broken: PL_IOC_VIOLATION tells which";
}

static const struct prop_ops file_ops = {
	.domain_alloc = file_domain_alloc,
	.domain_free = file_domain_free,
	.map = file_map,
	.unmap = file_unmap,
	.enable = file_enable,
	.mode = file_mode,
	.set = file_set,
	.rid_attach = file_rid_attach,
	.rid_detach = file_rid_detach,
	.pasid_alloc = file_pasid_alloc,
	.pasid_free = file_pasid_free,
	.aux_attach = file_aux_attach,
	.aux_detach = file_aux_detach,
	.aux_get_pasid = file_aux_get_pasid,
	.detach_all = file_detach_all,
	.claim = file_claim,
	.feature = file_feature,
	.dma = file_dma,
	.word = file_word,
	.walk = file_walk,
	.unhealthy = file_unhealthy,
};

/*
 * Endpoints
 */

static bool usable(const struct pl_ioc_dev_info *info)
{
	return info->engine && info->max_pasids > 1 && info->features & 1u << PL_FEAT_AUX;
}

/* In all files; the mode of every run's start. */
static int open_endpoint(struct file *f, const char *name, int e)
{
	int i, err = 0;

	for (i = 0; i < FILES && !err; i++)
		err = plu_dev_open(&f->files[i], name, &f->dev[i][e]);
	return err ? err : plu_mode(&f->files[0], f->dev[0][e], PL_MODE_STRICT);
}

/* Those behind the unit of the first one that will do. */
static int find_endpoints(struct file *f)
{
	struct prop_caps *caps = &f->b.caps;
	struct pl_ioc_dev_info info;
	uint32_t i;
	int err = 0;

	for (i = 0; !err && caps->nr_eps < PROP_EPS; i++) {
		if (plu_dev_info(&f->files[0], i, &info))
			break;
		if (!usable(&info) || (caps->nr_eps && strcmp(info.unit, f->unit)))
			continue;
		memcpy(f->unit, info.unit, sizeof(f->unit));
		memcpy(f->driver, info.driver, sizeof(f->driver));
		if (caps->nr_eps && caps->features != info.features)
			err = -EILSEQ;
		caps->features = info.features;
		if (!err)
			err = open_endpoint(f, info.name, caps->nr_eps++);
	}
	return err ? err : caps->nr_eps ? 0 : -ENODEV;
}

static int open_files(struct file *f)
{
	int i, err = 0;

	for (i = 0; i < FILES; i++)
		f->files[i].fd = -1;
	for (i = 0; i < FILES && !err; i++)
		err = plu_open(&f->files[i], NULL, NULL);
	return err;
}

/*
 * Memory
 */

static void fill_memory(struct file *f)
{
	struct prop_memory *m = &f->b.mem;
	uint64_t word;
	unsigned int k;
	int i;

	for (i = 0; i < PROP_BLOCKS; i++) {
		m->block_addr[i] = (uintptr_t)(f->mem + i * PROP_BLOCK);
		for (k = 0; k < PROP_BLOCK_PAGES; k++) {
			word = prop_block_word(i, k);
			memcpy(f->mem + i * PROP_BLOCK + k * PROP_PAGE, &word, sizeof(word));
		}
	}
	for (i = 0; i < PROP_PAGES; i++) {
		m->addr[i] = (uintptr_t)(f->pages + (size_t)i * PROP_PAGE);
		word = prop_page_word(i);
		memcpy(f->pages + (size_t)i * PROP_PAGE, &word, sizeof(word));
	}
}

/* Blocks aligned, so that the kernel may give huge pages. */
static int make_memory(struct file *f)
{
	f->mem = aligned_alloc(PROP_BLOCK, (ALL_BYTES + PROP_BLOCK - 1) & ~(PROP_BLOCK - 1));
	if (!f->mem)
		return -ENOMEM;
	madvise(f->mem, PROP_BLOCKS * PROP_BLOCK, MADV_HUGEPAGE);
	f->pages = f->mem + PROP_BLOCKS * PROP_BLOCK;
	fill_memory(f);
	return 0;
}

/* After this its pages stay where they are. */
static int keep_memory(struct file *f)
{
	int err = plu_domain_alloc(&f->files[0], f->dev[0][0], 0, &f->keeper, NULL);

	return err ? err : plu_map(&f->files[0], f->keeper, KEEPER_IOVA, f->mem, ALL_BYTES,
				   PL_PROT_READ | PL_PROT_WRITE);
}

static uint64_t phys_of(int pagemap, uint64_t addr)
{
	uint64_t entry = 0;

	if (pread(pagemap, &entry, sizeof(entry), addr / PROP_PAGE * sizeof(entry)) !=
	    sizeof(entry) || !(entry & PAGEMAP_PRESENT))
		return 0;
	return (entry & PAGEMAP_PFN) * PROP_PAGE;
}

/* Without CAP_SYS_ADMIN the kernel shows frame number 0. */
static int find_memory(struct file *f)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), i;
	struct prop_memory *m = &f->b.mem;
	uint64_t any = 1;
	unsigned int k;

	if (fd < 0)
		return -errno;
	for (i = 0; i < PROP_PAGES; i++)
		any &= !!(m->phys[i] = phys_of(fd, m->addr[i]));
	for (i = 0; i < PROP_BLOCKS; i++)
		for (k = 0; k < PROP_BLOCK_PAGES; k++)
			m->block_phys[i][k] = phys_of(fd, m->block_addr[i] + k * PROP_PAGE);
	close(fd);
	return any ? 0 : -EPERM;
}

/*
 * What no feature tells: tried once on the RID of the first endpoint
 */

/* Can what may be written be read?  The stage is the unit's choice, so the answer is too. */
static int probe_write_only(struct file *f)
{
	struct pl_dma_desc d = plu_read(PL_NO_PASID_U, KEEPER_IOVA, 8);
	const struct plu_file *fd = &f->files[0];
	uint32_t dom;
	int err = plu_domain_alloc(fd, f->dev[0][0], 0, &dom, NULL);

	if (!err)
		err = plu_map(fd, dom, KEEPER_IOVA, f->pages, PROP_PAGE, PL_PROT_WRITE);
	if (!err)
		err = plu_rid_attach(fd, f->dev[0][0], dom);
	if (!err)
		err = plu_dma(fd, f->dev[0][0], &d, 1);
	if (!err)
		err = plu_rid_detach(fd, f->dev[0][0], dom);
	f->b.caps.write_reads = d.status == PL_DMA_OK;
	return err ? err : plu_free(fd, dom);
}

static int probe_identity(struct file *f)
{
	const struct plu_file *fd = &f->files[0];
	int err = plu_set(fd, f->dev[0][0], PL_NO_PASID_U, PL_HANDLE_IDENTITY);

	f->b.caps.identity_rid = !err;
	if (err == -EOPNOTSUPP)
		return 0;
	return err ? err : plu_set(fd, f->dev[0][0], PL_NO_PASID_U, PL_HANDLE_BLOCKING);
}

static int probe(struct file *f)
{
	struct pl_ioc_walk walk;
	int err = probe_write_only(f);

	if (!err)
		err = probe_identity(f);
	f->tables = plu_walk(&f->files[0], f->dev[0][0], PL_NO_PASID_U, 0, &walk) != -EOPNOTSUPP;
	f->violations = violations(f);
	return err;
}

static void close_all(struct file *f)
{
	int i;

	for (i = FILES - 1; i >= 0; i--)
		plu_close(&f->files[i]);
	free(f->mem);
	free(f);
}

static int up(struct file *f, const char **why)
{
	int err = open_files(f);

	*why = "the device node cannot be opened";
	if (err)
		return err;
	*why = "no unit has endpoints with an engine and PASIDs";
	err = find_endpoints(f);
	if (err)
		return err;
	*why = "memory cannot be had, pinned and found: be root";
	err = make_memory(f);
	if (!err)
		err = keep_memory(f);
	if (!err)
		err = find_memory(f);
	if (err)
		return err;
	*why = "the first endpoint's RID cannot be tried";
	return probe(f);
}

/**
 * prop_file_up() - files on the endpoints of one unit
 * @out: the backend
 * @why: out, on error: what could not be had
 *
 * Return: 0 or -errno.
 */
int prop_file_up(struct prop_backend **out, const char **why)
{
	struct file *f = calloc(1, sizeof(*f));
	int err;

	*why = "out of memory";
	if (!f)
		return -ENOMEM;
	f->b.ops = &file_ops;
	f->b.caps.abi = true;
	err = up(f, why);
	if (err)
		close_all(f);
	else
		*out = &f->b;
	return err;
}

/* What the files did is gone when they are closed: another may have the devices as a whole. */
static int look_after(struct file *f, const char **why)
{
	int e, err = 0;

	for (e = 0; e < f->b.caps.nr_eps && !err; e++)
		err = plu_claim(&f->files[1], f->dev[1][e]);
	if (err)
		*why = "something is left on an endpoint after its file was closed";
	return err;
}

/**
 * prop_file_down() - close the files, and see that nothing is left
 * @b: from prop_file_up(), in whatever state
 * @why: what was left, on error
 *
 * Return: 0 or -errno.
 */
int prop_file_down(struct prop_backend *b, const char **why)
{
	struct file *f = to_file(b);
	int err;

	plu_close(&f->files[2]);
	plu_close(&f->files[0]);
	err = look_after(f, why);
	if (!err && violations(f) != f->violations) {
		*why = "the unit saw an invariant broken: PL_IOC_VIOLATION tells which";
		err = -EILSEQ;
	}
	close_all(f);
	return err;
}

/**
 * prop_file_unit() - the name of the unit
 * @b: from prop_file_up()
 */
const char *prop_file_unit(struct prop_backend *b)
{
	return to_file(b)->unit;
}

/**
 * prop_file_tables() - can the unit's tables be read?
 * @b: from prop_file_up()
 */
bool prop_file_tables(struct prop_backend *b)
{
	return to_file(b)->tables;
}
