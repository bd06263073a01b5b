// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_stage.c - set the stage, look at it, clear it; abi.h has the vocabulary and the rule.
 */
#include "abi.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool dev_is_usable(const struct pl_ioc_dev_info *info)
{
	return info->engine && info->max_pasids > 1 && info->features & 1u << PL_FEAT_AUX;
}

static bool same_unit(const struct abi_dev *a, const struct abi_dev *b)
{
	return !strcmp(a->info.unit, b->info.unit);
}

/* Bring an endpoint of dev[0]'s unit to place 1, and remember one of another unit. */
static void arrange_devices(struct abi *a)
{
	struct abi_dev tmp;
	unsigned int i;

	a->pair = false;
	a->foreign = 0;
	for (i = 1; i < a->nr_devs && !a->pair; i++) {
		if (!same_unit(&a->dev[0], &a->dev[i]))
			continue;
		tmp = a->dev[1];
		a->dev[1] = a->dev[i];
		a->dev[i] = tmp;
		a->pair = true;
	}
	for (i = 1; i < a->nr_devs && !a->foreign; i++)
		if (!same_unit(&a->dev[0], &a->dev[i]))
			a->foreign = i;
}

/**
 * abi_find_devices() - which endpoints there are now
 * @a: the stage; ctl is open
 *
 * Return: 0, -ENODEV when none can be used.
 */
int abi_find_devices(struct abi *a)
{
	struct pl_ioc_dev_info info;
	struct pl_ioc_ledger ledger;
	struct pl_ioc_walk walk;
	uint32_t i;
	int err;

	a->nr_devs = 0;
	a->no_aux[0] = '\0';
	for (i = 0; a->nr_devs < ABI_DEVS && !plu_dev_info(&a->ctl, i, &info); i++) {
		if (dev_is_usable(&info))
			a->dev[a->nr_devs++].info = info;
		else if (!(info.features & 1u << PL_FEAT_AUX))
			memcpy(a->no_aux, info.name, sizeof(a->no_aux));
	}
	if (!a->nr_devs)
		return -ENODEV;
	arrange_devices(a);
	err = plu_dev_open(&a->ctl, a->dev[0].info.name, &a->ctl_dev);
	if (!err)
		err = plu_ledger(&a->ctl, a->ctl_dev, &ledger);
	if (err)
		return err;
	a->uncounted = ledger.uncounted;
	a->tables = plu_walk(&a->ctl, a->ctl_dev, PL_NO_PASID_U, 0, &walk) != -EOPNOTSUPP;
	return 0;
}

/**
 * abi_open() - the stage, once for all tests
 * @a: the stage
 * @transport: how requests reach the module; NULL for the kernel
 *
 * Return: 0 or -errno.
 */
int abi_open(struct abi *a, const struct plu_transport *transport)
{
	unsigned int i;
	int err;

	*a = (struct abi) { .transport = transport, .f.fd = -1, .other.fd = -1, .ctl.fd = -1 };
	err = plu_open(&a->ctl, transport, NULL);
	if (!err)
		err = abi_find_devices(a);
	for (i = 0; !err && i < ABI_PAGES; i++) {
		err = plu_buf_alloc_shadowed(&a->page[i], 1);
		if (err)
			break;
		plu_buf_poison(&a->page[i], 0xab1 + i);
		a->hash[i] = plu_hash(a->page[i].mem, ABI_LEN);
	}
	return err;
}

/**
 * abi_close() - the end of all tests
 * @a: the stage
 */
void abi_close(struct abi *a)
{
	unsigned int i;

	plu_close(&a->ctl);
	for (i = 0; i < ABI_PAGES; i++)
		plu_buf_free(&a->page[i]);
}

/* The kernel's counters lag behind, each processor's by a little, until they are asked to meet. */
static void refresh_counters(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* It complains of counters below zero, which are not these. */
	if (write(fd, "1", 1) < 0 && errno != EINVAL)
		EXPECT(false, "/proc/sys/vm/stat_refresh: %s", strerror(errno));
	close(fd);
}

/**
 * abi_pinned() - pages that the whole kernel has pinned for DMA
 *
 * Acquired less released, from /proc/vmstat; 0 where the kernel does not say.  Weak: a test that
 * runs the module in its own process asks somebody else.
 */
__attribute__((weak)) long long abi_pinned(void)
{
	long long value, pinned = 0;
	char name[64];
	FILE *file;

	refresh_counters();
	file = fopen("/proc/vmstat", "re");
	if (!file)
		return 0;
	while (fscanf(file, "%63s %lld", name, &value) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired"))
			pinned += value;
		else if (!strcmp(name, "nr_foll_pin_released"))
			pinned -= value;
	}
	fclose(file);
	return pinned;
}

static void open_devices(struct abi *a, uint32_t mode)
{
	struct abi_dev *d;
	unsigned int i;

	for (i = 0; i < a->nr_devs; i++) {
		d = &a->dev[i];
		EXPECT_OK(plu_dev_open(&a->f, d->info.name, &d->h));
		EXPECT_OK(plu_enable(&a->f, d->h, PL_FEAT_AUX));
		EXPECT_OK(plu_mode(&a->f, d->h, mode));
		EXPECT_OK(plu_dev_open(&a->other, d->info.name, &d->other));
	}
}

/**
 * abi_setup() - before each test
 * @a: the stage
 * @mode: PL_MODE_*, for all endpoints
 *
 * The mode is the device's and stays after the test; whoever needs one sets it.
 */
void abi_setup(struct abi *a, uint32_t mode)
{
	a->pinned = abi_pinned();
	EXPECT_OK(plu_open(&a->f, a->transport, NULL));
	EXPECT_OK(plu_open(&a->other, a->transport, NULL));
	open_devices(a, mode);
}

/**
 * abi_teardown() - after each test: all is back, no page was written but by the test
 * @a: the stage
 */
void abi_teardown(struct abi *a)
{
	plu_close(&a->f);
	plu_close(&a->other);
	EXPECT(abi_pages_intact(a), "a page was written that no transfer was to reach");
	EXPECT(abi_pinned() == a->pinned, "%lld pages are still pinned after close",
	       abi_pinned() - a->pinned);
}

/**
 * abi_missing() - what of a test's needs is not here
 * @a: the stage
 * @needs: NEED_*
 *
 * Return: a reason, NULL when all is here.
 */
const char *abi_missing(const struct abi *a, unsigned int needs)
{
	if (needs & NEED_PAIR && !a->pair)
		return "needs two endpoints behind one unit";
	if (needs & NEED_UNITS && !a->foreign)
		return "needs endpoints behind two units";
	if (needs & NEED_NO_AUX && !a->no_aux[0])
		return "needs an endpoint without aux domains";
	if (needs & NEED_MODEL && !strstr(a->dev[0].info.unit, "model"))
		return "needs a reference model";
	if (needs & NEED_FEW && a->dev[0].info.max_pasids > 65536)
		return "would have to take more than 65536 PASIDs";
	if (needs & NEED_WAITS && a->uncounted & 1ull << PL_COUNT_WAITS)
		return "the unit does not count its waits, says PL_IOC_LEDGER";
	if (needs & NEED_FAULTS && a->uncounted & PL_UNCOUNTED_FAULTS)
		return "the unit's faults are somebody else's, says PL_IOC_LEDGER";
	if (needs & NEED_WALK && !a->tables)
		return "the unit's tables cannot be read, says PL_IOC_WALK";
	return NULL;
}

static void run_test(struct abi *a, const struct abi_group *group, const struct abi_test *test)
{
	const char *missing = abi_missing(a, test->needs);

	check_begin(test->req, "%s/%s", group->name, test->name);
	if (missing) {
		check_skip("%s", missing);
	} else {
		abi_setup(a, test->needs & NEED_STRICT ? PL_MODE_STRICT : a->mode);
		if (!check_failed())
			test->run(a);
		abi_teardown(a);
	}
	check_end();
}

/**
 * abi_run_group() - all tests of a group
 * @a: the stage
 * @group: the group
 */
void abi_run_group(struct abi *a, const struct abi_group *group)
{
	size_t i;

	if (group->run)
		group->run(a);
	for (i = 0; i < group->nr; i++)
		run_test(a, group, &group->tests[i]);
}

/**
 * abi_domain_of() - a domain with one page at ABI_IOVA
 * @f: whose
 * @dev: handle of a device of its unit
 * @page: the page; readable and writable
 *
 * Return: the handle; 0, with a broken expectation, when it could not be had.
 */
uint32_t abi_domain_of(const struct plu_file *f, uint32_t dev, const struct plu_buf *page)
{
	uint32_t domain = 0;

	if (EXPECT_OK(plu_domain_alloc(f, dev, 0, &domain, NULL)))
		EXPECT_OK(plu_map(f, domain, ABI_IOVA, page->mem, PLU_PAGE,
				  PL_PROT_READ | PL_PROT_WRITE));
	return domain;
}

/**
 * abi_domain() - abi_domain_of() for the file under test
 * @a: the stage
 * @dev: index of an endpoint
 * @page: index of a page
 */
uint32_t abi_domain(struct abi *a, unsigned int dev, unsigned int page)
{
	return abi_domain_of(&a->f, a->dev[dev].h, &a->page[page]);
}

/**
 * abi_pasid() - a private PASID that holds a domain
 * @a: the stage
 * @dev: index of an endpoint
 * @domain: its handle
 *
 * Return: the PASID; 0, with a broken expectation, when it could not be had.
 */
uint32_t abi_pasid(struct abi *a, unsigned int dev, uint32_t domain)
{
	uint32_t pasid = 0;

	if (EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[dev].h, &pasid)))
		EXPECT_OK(plu_set(&a->f, a->dev[dev].h, pasid, domain));
	return pasid;
}

static int page_of_hash(const struct abi *a, uint64_t hash)
{
	unsigned int i;

	for (i = 0; i < ABI_PAGES; i++)
		if (a->hash[i] == hash)
			return (int)i;
	return ABI_ODD;
}

#define TRIES 4u	/* of one PASID: untranslated and through the device TLB, twice each */

/* All tries of one PASID must agree. */
static int reach_of(const struct abi *a, const struct pl_dma_desc *d)
{
	const struct pl_dma_desc *end = d + TRIES;
	uint32_t status = d->status;
	uint64_t hash = d->hash;

	for (; d < end; d++) {
		if (d->status != status || d->stale)
			return ABI_ODD;
		if (d->status == PL_DMA_REFUSED ? d->done : d->done != d->len || d->hash != hash)
			return ABI_ODD;
	}
	if (status == PL_DMA_REFUSED)
		return ABI_REFUSED;
	return status == PL_DMA_OK ? page_of_hash(a, hash) : ABI_ODD;
}

static void set_flags(const struct abi *a, struct pl_dma_desc *d, unsigned int nr)
{
	uint32_t ats = a->dev[0].info.features & 1u << PL_FEAT_ATS ? PL_DMA_ATS : 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		d[i].flags = i & 1 ? ats : 0;
}

/*
 * Where reads are refused, writes must be too: the canary of R1.1 and R1.2.  One that gets through
 * shows in the pages as well, see abi_pages_intact().
 */
static void try_writes(struct abi *a, const struct abi_place *place, const uint32_t *pasids,
		       unsigned int nr, int *reach)
{
	struct pl_dma_desc d[ABI_REACHES * 2];
	unsigned int whose[ABI_REACHES * 2], i, n = 0;
	int err = 0;

	for (i = 0; i < 2 * nr; i++) {
		if (reach[i / 2] != ABI_REFUSED)
			continue;
		d[n] = plu_fill(pasids[i / 2], place->iova, ABI_LEN, 0x0dd0feedu);
		whose[n++] = i / 2;
	}
	set_flags(a, d, n);
	if (n)
		err = plu_dma(place->f, place->dev, d, n);
	for (i = 0; i < n; i++)
		if (err || d[i].status != PL_DMA_REFUSED || d[i].done)
			reach[whose[i]] = ABI_ODD;
}

/**
 * abi_reaches() - where the DMA of some PASIDs ends up
 * @a: the stage
 * @place: device and address
 * @pasids: any PASIDs; PL_NO_PASID_U for the RID
 * @nr: how many, at most ABI_REACHES
 * @reach: for each, index of a page, ABI_REFUSED, ABI_ODD
 *
 * Untranslated and, where the device has a device TLB, through it, twice each, so that an answer
 * from a cache shows.
 */
void abi_reaches(struct abi *a, const struct abi_place *place, const uint32_t *pasids,
		 unsigned int nr, int *reach)
{
	struct pl_dma_desc d[ABI_REACHES * TRIES];
	unsigned int i;
	int err;

	for (i = 0; i < nr * TRIES; i++)
		d[i] = plu_read(pasids[i / TRIES], place->iova, ABI_LEN);
	set_flags(a, d, nr * TRIES);
	err = plu_dma(place->f, place->dev, d, nr * TRIES);
	for (i = 0; i < nr; i++)
		reach[i] = err ? ABI_ODD : reach_of(a, &d[i * TRIES]);
	if (!err)
		try_writes(a, place, pasids, nr, reach);
}

/**
 * abi_reach_at() - abi_reaches() of one PASID
 * @a: the stage
 * @f: whose handle @dev is
 * @dev: device handle
 * @pasid: any PASID, PL_NO_PASID_U for the RID
 * @iova: where
 */
int abi_reach_at(struct abi *a, const struct plu_file *f, uint32_t dev, uint32_t pasid,
		 uint64_t iova)
{
	const struct abi_place place = { .f = f, .dev = dev, .iova = iova };
	int reach;

	abi_reaches(a, &place, &pasid, 1, &reach);
	return reach;
}

/**
 * abi_reach() - abi_reach_at() for the file under test, at ABI_IOVA
 * @a: the stage
 * @dev: index of an endpoint
 * @pasid: any PASID, PL_NO_PASID_U for the RID
 */
int abi_reach(struct abi *a, unsigned int dev, uint32_t pasid)
{
	return abi_reach_at(a, &a->f, a->dev[dev].h, pasid, ABI_IOVA);
}

static const char *reach_text(int reach, char text[16])
{
	if (reach == ABI_REFUSED)
		return "nothing";
	if (reach == ABI_ODD)
		return "something odd";
	snprintf(text, 16, "page %d", reach);
	return text;
}

/* See EXPECT_REACH(). */
bool abi_expect_reach(struct abi *a, unsigned int dev, uint32_t pasid, int page,
		      const char *file, int line)
{
	int reach = abi_reach(a, dev, pasid);
	char got[16], want[16];

	return check_expect(reach == page, file, line, "endpoint %s, PASID %d reaches %s, want %s",
			    a->dev[dev].info.name, (int)pasid, reach_text(reach, got),
			    reach_text(page, want));
}

/**
 * abi_pages_intact() - no page differs from its shadow
 * @a: the stage
 *
 * A page that does is mended, so that the next test starts well.
 */
bool abi_pages_intact(struct abi *a)
{
	bool intact = true;
	unsigned int i;

	for (i = 0; i < ABI_PAGES; i++) {
		if (plu_buf_differs(&a->page[i]) < 0)
			continue;
		memcpy(a->page[i].mem, a->page[i].shadow, PLU_PAGE);
		intact = false;
	}
	return intact;
}

/**
 * abi_free_pasids() - how many PASIDs can be had on a device
 * @f: the file to have them in; they stay allocated
 * @dev: device handle
 * @limit: enough is enough
 */
uint32_t abi_free_pasids(const struct plu_file *f, uint32_t dev, uint32_t limit)
{
	uint32_t n = 0, pasid;

	while (n < limit && !plu_pasid_alloc(f, dev, &pasid))
		n++;
	return n;
}
