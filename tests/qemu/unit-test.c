// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit-test.c - our driver and units of a machine: which ones it refuses, and who goes on working
 * behind the one it takes.
 *
 * usage: unit-test UNIT GUEST.JSON PROGRAMS SCRIPTS BUILT
 *
 * UNIT is vtd or smmuv3, PROGRAMS the directory of the guest's programs, SCRIPTS that of the tier's
 * scripts, BUILT that of what was compiled for the tier. Exit: 0 all passed, 1 something failed, 2
 * wrong use.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu/engine-regs.h"
#include "tier.h"

#define UNIT	"intel-iommu,intremap=off,scalable-mode=on,fsts=on,pasid-bits=20,aw-bits=48," \
		"device-iotlb=on,svm=on"
#define DISK	"virtio-blk-pci,drive=disk,iommu_platform=on,disable-legacy=on"
#define DISK_MIB	32

#define SMMU	"-machine", "iommu=smmuv3", "-global", "arm-smmuv3.ssidsize=16", \
		"-global", "arm-smmuv3.ats=on"
/* The kernel's driver is built in; the result port must not wait for it. */
#define NO_ARM_SMMU	"initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=0"
#define UNIT_WORDS	6

/* What a guest is made of, as the command line names it. */
struct parts {
	struct tier t;
	const struct machine *m;
	const char *programs;
	const char *scripts;
	const char *built;
	char module[2][PATH_MAX];
	char driver[64];
	char path[7][PATH_MAX];
};

/* A machine that the driver must leave alone. */
struct refusal {
	const char *label;
	const char *devices[5];
	const char *append;
	const char *pattern;
};

static char table_arg[PATH_MAX + 32];

static const struct refusal vtd_refusals[] = {
	{ "no-dmar", {}, "intel_iommu=off", "this machine has no DMAR table" },
	{ "truncated-dmar", { "-acpitable", table_arg }, "intel_iommu=off",
	  "the DMAR table is of no use: a structure reaches beyond its end" },
	{ "legacy-unit", { "-device", "intel-iommu,intremap=off" }, "intel_iommu=off",
	  "the unit lacks scalable mode" },
	{ "kernel-drives-it", { "-device", UNIT }, "intel_iommu=on,sm_on",
	  "registers at fed90000 are claimed: the kernel drives it" },
	{},
};

static const struct refusal smmuv3_refusals[] = {
	{ "no-smmu", {}, "", "this machine has no SMMUv3" },
	{ "kernel-drives-smmu", { "-machine", "iommu=smmuv3" }, "",
	  "9050000.smmuv3 is driven by the kernel.s arm-smmu-v3: boot with initcall_blacklist" },
	{},
};

/* A machine with a unit. */
struct machine {
	const char *name;	/* of the unit: its script's, and the end of its module's */
	const char *arch;
	const struct refusal *refusals;
	const char *label;	/* of the guest with a disk */
	const char *unit[UNIT_WORDS + 1];
	const char *append;
	const char *spoiler;	/* what spoils its queue */
};

static const struct machine machines[] = {
	{ "vtd", "x86_64", vtd_refusals, "others", { "-device", UNIT }, "intel_iommu=off",
	  "queue-spoil.ko" },
	{ "smmuv3", "aarch64", smmuv3_refusals, "smmu-others", { SMMU }, NO_ARM_SMMU, NULL },
};

/* The tree's module of that name, as guest.json has it. */
static int find_module(struct parts *p, const char *name, char *out)
{
	const char *path, *slash;
	json_t *module;
	size_t i;

	json_array_foreach(p->t.manifest.modules, i, module) {
		path = json_string_value(module);
		slash = path ? strrchr(path, '/') : NULL;
		if (slash && !strcmp(slash + 1, name)) {
			snprintf(out, PATH_MAX, "%s", path);
			return 0;
		}
	}
	fprintf(stderr, "guest.json has no %s\n", name);
	return -1;
}

static const char *in(struct parts *p, int i, const char *dir, const char *name)
{
	snprintf(p->path[i], PATH_MAX, "%s/%s", dir, name);
	return p->path[i];
}

static const char *unit_script(struct parts *p, int i)
{
	snprintf(p->path[i], PATH_MAX, "%s/%s.sh", p->scripts, p->m->name);
	return p->path[i];
}

/* Where the unit's module is in the guest. */
static const char *driver(struct parts *p)
{
	snprintf(p->driver, sizeof(p->driver), "/modules/pasidlab_%s.ko", p->m->name);
	return p->driver;
}

static void refuse(struct parts *p, const struct refusal *r)
{
	const char *const run[] = { "sh", "/refuse.sh", r->pattern, NULL };
	const struct pl_plan_step step = { .argv = run, .timeout_s = 60 };
	char append[128];
	const struct tier_guest guest = {
		.label = r->label, .devices = r->devices, .append = append,
		.files = {
			{ p->module[0], "/modules/pasidlab.ko", 0644 },
			{ p->module[1], driver(p), 0644 },
			{ in(p, 0, p->scripts, "lib.sh"), "/lib.sh", 0644 },
			{ in(p, 1, p->scripts, "refuse.sh"), "/refuse.sh", 0755 },
			{ unit_script(p, 2), "/unit.sh", 0644 },
		},
		.steps = &step, .n_steps = 1,
	};

	/* The tests look at registers that a driver may have claimed. */
	snprintf(append, sizeof(append), "%s iomem=relaxed", r->append);
	tier_run(&p->t, &guest);
}

static void pass_through(struct parts *p, const char *disk)
{
	char id[32], drive[PATH_MAX + 64], append[128];
	const char *const run[] = { "sh", "/passthrough.sh", id, NULL };
	const struct pl_plan_step step = { .argv = run, .timeout_s = 240 };
	const char *devices[UNIT_WORDS + 7] = {}, *const more[] = {
		"-device", "pasid-engine,pasid-bits=8", "-drive", drive, "-device", DISK, NULL,
	};
	const struct tier_guest guest = {
		.label = p->m->label, .devices = devices, .append = append,
		.files = {
			{ p->module[0], "/modules/pasidlab.ko", 0644 },
			{ p->module[1], driver(p), 0644 },
			{ in(p, 0, p->scripts, "lib.sh"), "/lib.sh", 0644 },
			{ in(p, 1, p->scripts, "passthrough.sh"), "/passthrough.sh", 0755 },
			{ unit_script(p, 2), "/unit.sh", 0644 },
			{ in(p, 3, p->built, "blk-load"), "/bin/blk-load", 0755 },
			{ in(p, 4, p->programs, "churn"), "/bin/churn", 0755 },
			{ in(p, 5, p->t.manifest.stock, "kernel/drivers/block/virtio_blk.ko.xz"),
			  "/virtio_blk.ko.xz", 0644 },
			{ p->m->spoiler ? in(p, 6, p->built, p->m->spoiler) : NULL,
			  "/queue-spoil.ko", 0644 },
		},
		.steps = &step, .n_steps = 1,
	};
	size_t n;

	for (n = 0; p->m->unit[n]; n++)
		devices[n] = p->m->unit[n];
	memcpy(devices + n, more, sizeof(more));
	snprintf(append, sizeof(append), "%s iomem=relaxed", p->m->append);
	snprintf(id, sizeof(id), "0x%04x:0x%04x", PL_ENG_VENDOR, PL_ENG_DEVICE);
	snprintf(drive, sizeof(drive), "file=%s,if=none,id=disk,format=raw,cache=unsafe", disk);
	tier_run(&p->t, &guest);
}

/* An unnamed file, and a name for it that lives as long as this process. */
static int temporary(char *name, size_t size)
{
	char path[] = "/tmp/pasidlab-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || unlink(path)) {
		perror(path);
		exit(2);
	}
	snprintf(name, size, "/proc/%d/fd/%d", (int)getpid(), fd);
	return fd;
}

/*
 * QEMU makes the header, with a length and a checksum that are right; these bytes follow it: host
 * address width, flags, 10 reserved, and a DRHD that says it is longer than the table.
 */
static void make_truncated_table(void)
{
	static const uint8_t body[] = {
		38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 64, 0, 1, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0,
	};
	char name[64];
	int fd = temporary(name, sizeof(name));

	if (write(fd, body, sizeof(body)) != sizeof(body)) {
		perror("temporary file");
		exit(2);
	}
	snprintf(table_arg, sizeof(table_arg), "sig=DMAR,data=%s", name);
}

static const struct machine *find_machine(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(machines[i].name, name))
			return &machines[i];
	return NULL;
}

static int run(struct parts *p)
{
	const struct refusal *r;
	char disk[64], name[64];

	snprintf(name, sizeof(name), "pasidlab_%s.ko", p->m->name);
	if (find_module(p, "pasidlab.ko", p->module[0]) || find_module(p, name, p->module[1]))
		return 2;
	make_truncated_table();
	for (r = p->m->refusals; r->label; r++)
		refuse(p, r);
	if (ftruncate(temporary(disk, sizeof(disk)), (off_t)DISK_MIB << 20)) {
		perror("temporary file");
		return 2;
	}
	pass_through(p, disk);
	return tier_close(&p->t);
}

int main(int argc, char **argv)
{
	struct parts p = { .m = argc == 6 ? find_machine(argv[1]) : NULL };

	if (!p.m) {
		fprintf(stderr, "usage: unit-test vtd|smmuv3 GUEST.JSON PROGRAMS SCRIPTS BUILT\n");
		return 2;
	}
	tier_open(&p.t, p.m->arch, argv[2]);
	p.programs = argv[3];
	p.scripts = argv[4];
	p.built = argv[5];
	return run(&p);
}
