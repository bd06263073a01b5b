// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_unload.c - the modules go and come back, again and again, while nothing is open.
 *
 * Needs the modules' files (option --module), so it runs only when asked for by name.  What follows
 * a file's name and a blank are the parameters that it is loaded with.  Modules
 * unload in the reverse of their order on the command line and load in that order, through the
 * system calls themselves: what rmmod and insmod add is not under test.
 *
 * The hard rule: whatever happens, the modules are loaded at the end, so that later steps of a
 * plan can run.
 */
#include "abi.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi_unload.h"

#define ROUNDS 10u

const char *abi_modules[ABI_MODULES_MAX];
unsigned int abi_nr_modules;

/* "/modules/pasidlab_vtd.ko vtd=Y" is module pasidlab_vtd. */
static void module_name(const char *path, char *name, size_t size)
{
	size_t len = strcspn(path, ". "), first = len;

	while (first && path[first - 1] != '/')
		first--;
	snprintf(name, size, "%.*s", (int)(len - first), path + first);
}

static int module_unload(const char *path)
{
	char name[64];

	module_name(path, name, sizeof(name));
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static int module_load(const char *path)
{
	size_t len = strcspn(path, " ");
	char file[128];
	int fd, err;

	snprintf(file, sizeof(file), "%.*s", (int)len, path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, path[len] ? path + len + 1 : "", 0) ? -errno : 0;
	close(fd);
	return err;
}

static void expect_unload(void)
{
	unsigned int i;

	for (i = abi_nr_modules; i-- > 0;)
		EXPECT(!module_unload(abi_modules[i]), "%s does not unload", abi_modules[i]);
}

static void expect_load(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < abi_nr_modules; i++) {
		err = module_load(abi_modules[i]);
		EXPECT(!err || err == -EEXIST, "%s does not load: %s", abi_modules[i],
		       strerror(-err));
	}
}

/* One attachment, one transfer, and everything left for close to clean up. */
static void expect_works(struct abi *a)
{
	uint32_t domain;

	if (!EXPECT(!plu_open(&a->ctl, NULL, NULL) && !abi_find_devices(a), "no endpoints"))
		return;
	abi_setup(a, a->mode);
	domain = abi_domain(a, 0, 0);
	EXPECT_REACH(a, 0, abi_pasid(a, 0, domain), 0);
	abi_teardown(a);
	plu_close(&a->ctl);
}

static void test_unload(struct abi *a)
{
	unsigned int round;

	plu_close(&a->ctl);
	for (round = 0; round < ROUNDS && !check_failed(); round++) {
		expect_unload();
		EXPECT(access(PL_DEV_NODE, F_OK), PL_DEV_NODE " is still there");
		expect_load();
		expect_works(a);
	}
	EXPECT_OK(plu_open(&a->ctl, NULL, NULL));
	EXPECT(!abi_find_devices(a), "no endpoints are there");
}

/* An open file holds the module; so does a device handle the unit's. */
static void test_busy(struct abi *a)
{
	unsigned int i;

	abi_setup(a, a->mode);
	for (i = abi_nr_modules; i-- > 0;)
		EXPECT(module_unload(abi_modules[i]) == -EWOULDBLOCK,
		       "%s is not held by an open file", abi_modules[i]);
	EXPECT_REACH(a, 0, abi_pasid(a, 0, abi_domain(a, 0, 0)), 0);
	abi_teardown(a);
}

static void run_one(struct abi *a, const char *name, void (*run)(struct abi *a))
{
	check_begin("ABI", "unload/%s", name);
	if (abi_nr_modules)
		run(a);
	else
		check_skip("needs the modules' files: give --module");
	check_end();
}

static void run_unload(struct abi *a)
{
	run_one(a, "modules in use do not unload", test_busy);
	run_one(a, "modules unload and load ten times", test_unload);
}

const struct abi_group abi_group_unload = {
	.name = "unload", .run = run_unload, .on_demand = true,
};
