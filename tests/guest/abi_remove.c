// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_remove.c - an endpoint goes away under those who use it, and comes back.
 *
 * Endpoints are devices of one of the module's drivers, a soft engine's or a PCIe engine's; writing
 * a name to the driver's unbind and bind files is what hot-removal and re-insertion look like to
 * the module.
 *
 *  1. With PASIDs, the RID and mappings in place, the endpoint is unbound.
 *  2. Its handle answers -ENODEV from then on, also while requests and transfers are under way.
 *  3. Handles of its domains, and other endpoints of the unit, are as before.
 *  4. All that was held can be let go of.
 *  5. After bind the endpoint has the same name, is blocked, and works.
 *
 * The hard rule: whatever happens in a test, the endpoint is bound again at its end.
 */
#include "abi.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char *const drivers[] = {
	"/sys/bus/platform/drivers/pasidlab-soft", "/sys/bus/pci/drivers/pasidlab-engine",
};

#define REMOVE_ROUNDS 12u

/* The driver that holds an endpoint, or held it: a device that is unbound has none of its own. */
static const char *driver_of(const char *name)
{
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		snprintf(path, sizeof(path), "%s/../../devices/%s", drivers[i], name);
		if (!access(path, F_OK))
			return drivers[i];
	}
	return NULL;
}

static int driver_write(const char *file, const char *name)
{
	const char *driver = driver_of(name);
	char path[128];
	int fd, err;
	ssize_t n;

	if (!driver)
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/%s", driver, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, name, strlen(name));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int unbind(const char *name)
{
	return driver_write("unbind", name);
}

static int bind_again(const char *name)
{
	return driver_write("bind", name);
}

/* Removal of an endpoint has no meaning for the transport of a host test. */
static bool can_unbind(const struct abi *a)
{
	return !a->transport && driver_of(a->dev[0].info.name);
}

static void expect_gone(struct abi *a, uint32_t dev, uint32_t domain)
{
	struct pl_dma_desc d = plu_read(1, ABI_IOVA, 8);
	struct pl_ioc_feature feature;
	struct pl_ioc_ledger ledger;
	uint32_t n;

	EXPECT_ERR(-ENODEV, plu_feature(&a->f, dev, PL_FEAT_AUX, &feature));
	EXPECT_ERR(-ENODEV, plu_enable(&a->f, dev, PL_FEAT_AUX));
	EXPECT_ERR(-ENODEV, plu_set(&a->f, dev, PL_NO_PASID_U, domain));
	EXPECT_ERR(-ENODEV, plu_aux_attach(&a->f, dev, domain, &n));
	EXPECT_ERR(-ENODEV, plu_aux_detach(&a->f, dev, domain));
	EXPECT_ERR(-ENODEV, plu_aux_get_pasid(&a->f, dev, domain, &n));
	EXPECT_ERR(-ENODEV, plu_aux_detach_all(&a->f, dev, &n));
	EXPECT_ERR(-ENODEV, plu_pasid_alloc(&a->f, dev, &n));
	EXPECT_ERR(-ENODEV, plu_claim(&a->f, dev));
	EXPECT_ERR(-ENODEV, plu_dma(&a->f, dev, &d, 1));
	EXPECT_ERR(-ENODEV, plu_ledger(&a->f, dev, &ledger));
	EXPECT_ERR(-ENODEV, plu_dev_open(&a->f, a->dev[0].info.name, &n));
}

static void expect_back(struct abi *a, uint32_t pasid)
{
	uint32_t dev = 0, domain, p = 0;

	plu_close(&a->f);
	plu_close(&a->other);
	EXPECT_OK(plu_open(&a->f, a->transport, NULL));
	if (!EXPECT_OK(plu_dev_open(&a->f, a->dev[0].info.name, &dev)))
		return;
	a->dev[0].h = dev;
	EXPECT_REFUSED(a, 0, pasid);
	EXPECT_REFUSED(a, 0, PL_NO_PASID_U);
	EXPECT_OK(plu_enable(&a->f, dev, PL_FEAT_AUX));
	domain = abi_domain(a, 0, 2);
	EXPECT_OK(plu_aux_attach(&a->f, dev, domain, &p));
	EXPECT_REACH(a, 0, p, 2);
}

static void remove_with_attachments(struct abi *a)
{
	uint32_t dev = a->dev[0].h, d0 = abi_domain(a, 0, 0), d1 = abi_domain(a, 0, 1), aux = 0, p;
	const char *name = a->dev[0].info.name;
	uint64_t n = 0;

	EXPECT_OK(plu_rid_attach(&a->f, dev, d1));
	EXPECT_OK(plu_aux_attach(&a->f, dev, d0, &aux));
	p = abi_pasid(a, 0, d1);
	EXPECT_REACH(a, 0, aux, 0);
	EXPECT_REACH(a, 0, p, 1);
	if (!EXPECT_OK(unbind(name)))
		return;
	expect_gone(a, dev, d0);
	/* Domains are the file's, not the device's. */
	EXPECT_OK(plu_unmap(&a->f, d0, ABI_IOVA, PLU_PAGE, &n));
	EXPECT(n == PLU_PAGE, "%llu bytes unmapped", (unsigned long long)n);
	EXPECT_OK(plu_free(&a->f, d0));
	EXPECT_OK(plu_free(&a->f, d1));
	EXPECT_OK(plu_free(&a->f, dev));
	EXPECT_ERR(-ENOENT, plu_free(&a->f, dev));
	EXPECT_OK(bind_again(name));
	expect_back(a, p);
}

static void remove_spares_the_other(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p0 = 0, p1 = 0;
	const char *name = a->dev[0].info.name;

	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, domain, &p0));
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[1].h, domain, &p1));
	if (!EXPECT_OK(unbind(name)))
		return;
	EXPECT_REACH(a, 1, p1, 0);
	EXPECT_ERR(-EBUSY, plu_free(&a->f, domain));
	EXPECT_OK(plu_aux_detach(&a->f, a->dev[1].h, domain));
	EXPECT_REFUSED(a, 1, p1);
	EXPECT_OK(plu_free(&a->f, domain));
	EXPECT_OK(bind_again(name));
	expect_back(a, p0);
}

/* A thread that uses the endpoint until it is gone. */
struct user {
	struct plu_file f;
	const char *name;
	const struct plu_buf *page;
	atomic_uint lives;
	int ended;	/* the errno that ended it */
	const char *step;
};

static int user_life(struct user *u, uint32_t dev, uint32_t domain)
{
	struct pl_dma_desc d = plu_read(0, ABI_IOVA, 64);
	int err;

	u->step = "attach";
	err = plu_aux_attach(&u->f, dev, domain, &d.pasid);
	if (err)
		return err;
	u->step = "dma";
	err = plu_dma(&u->f, dev, &d, 1);
	if (!err && d.status == PL_DMA_GONE)
		err = -ENODEV;
	/* Refused is what removal looks like from inside, an instant before -ENODEV. */
	if (err)
		return err;
	u->step = "detach";
	err = plu_aux_detach(&u->f, dev, domain);
	atomic_fetch_add(&u->lives, 1);
	return err;
}

static void *user_main(void *arg)
{
	struct user *u = arg;
	uint32_t dev = 0, domain = 0;
	int err;

	u->step = "open";
	err = plu_open(&u->f, NULL, NULL);
	if (!err)
		err = plu_dev_open(&u->f, u->name, &dev);
	if (!err)
		err = plu_enable(&u->f, dev, PL_FEAT_AUX);
	if (!err)
		err = plu_domain_alloc(&u->f, dev, 0, &domain, NULL);
	if (!err)
		err = plu_map(&u->f, domain, ABI_IOVA, u->page->mem, PLU_PAGE, PL_PROT_READ);
	while (!err)
		err = user_life(u, dev, domain);
	u->ended = err;
	plu_close(&u->f);
	return NULL;
}

static void sleep_ms(unsigned int ms)
{
	const struct timespec ts = { .tv_nsec = (long)ms * 1000000 };

	nanosleep(&ts, NULL);
}

static void remove_under_load(struct abi *a, unsigned int after_ms)
{
	struct user users[2];
	pthread_t threads[2];
	unsigned int i, tries;

	for (i = 0; i < 2; i++) {
		users[i] = (struct user) { .name = a->dev[0].info.name, .page = &a->page[i],
					   .f.fd = -1 };
		if (!EXPECT(!pthread_create(&threads[i], NULL, user_main, &users[i]), "no thread"))
			return;
	}
	for (i = 0; i < 2; i++)
		for (tries = 0; !atomic_load(&users[i].lives) && tries < 500; tries++)
			sleep_ms(2);
	sleep_ms(after_ms);
	EXPECT_OK(unbind(a->dev[0].info.name));
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		EXPECT(users[i].lives && users[i].ended == -ENODEV,
		       "thread %u ended with %d in step %s after %u lives", i, users[i].ended,
		       users[i].step, users[i].lives);
	}
	EXPECT_OK(bind_again(a->dev[0].info.name));
}

static void remove_while_in_use(struct abi *a)
{
	unsigned int round;

	for (round = 0; round < REMOVE_ROUNDS && !check_failed(); round++)
		remove_under_load(a, round * 3);
	expect_back(a, 1);
}

static const struct abi_test remove_tests[] = {
	{ "removal with live attachments: -ENODEV, all returned, and back again", "R0.11,R1.4",
	  remove_with_attachments, 0 },
	{ "removal spares the other endpoints of the unit", "R2.5", remove_spares_the_other,
	  NEED_PAIR },
	{ "removal while threads attach and transfer", "R0.11", remove_while_in_use, 0 },
};

static void run_remove(struct abi *a)
{
	static const struct abi_group table = {
		.name = "remove", .tests = remove_tests,
		.nr = sizeof(remove_tests) / sizeof(remove_tests[0]),
	};
	size_t i;

	if (can_unbind(a)) {
		abi_run_group(a, &table);
		/* It came back as the last one: look at the order again. */
		abi_find_devices(a);
		return;
	}
	for (i = 0; i < table.nr; i++) {
		check_begin(remove_tests[i].req, "remove/%s", remove_tests[i].name);
		check_skip("needs an endpoint that has a driver, on this machine");
		check_end();
	}
}

const struct abi_group abi_group_remove = { .name = "remove", .run = run_remove };
