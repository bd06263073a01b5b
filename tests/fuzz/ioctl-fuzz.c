// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A libFuzzer target: any sequence of requests to /dev/pasidlab, over the core,
 * the VT-d driver and its reference model.
 *
 * An input is a program.  Each instruction is a byte that picks a request, a
 * byte of what is wrong with it (size, pointer, a failing allocation, which of
 * two files), and a byte or more for each field of its struct, biased to values
 * that mean something: handles that exist, PASIDs that were given out, addresses
 * of real memory.  The end of the input reads as zeroes.
 *
 * What must hold: a request says only what uapi/pasidlab.h knows; one that
 * fails has changed nothing; at the end of its input nothing is left attached,
 * enabled or pinned and the model saw no rule broken; when the modules go, every
 * RENEW inputs, all memory is back.  All else is for the sanitizers.
 *
 * With IOCTL_FUZZ_SEEDS=DIR in the environment, programs worth starting from
 * are written to DIR and nothing is run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/array_size.h>
#include <linux/moduleparam.h>

#include "../unit/lab.h"
#include "shim.h"

#define FILES		2
#define RECENT		8
#define STEPS_MAX	64
#define DESCS_MAX	4
#define ARG_BYTES	(2 * PAGE_SIZE)
#define RENEW		256	/* inputs in one lab */
#define IOVA		0x40000000ull

/*
 * The input
 */

struct input {
	const u8 *at, *end;
};

static u8 byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static u64 raw(struct input *in, int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | byte(in);
	return v;
}

/*
 * Requests: their number and the kinds of their fields after the size
 *
 *	f flags		h handle	p PASID		u number	o answer
 *	z reserved	i IOVA		a address	l length	O answer, 64 bits
 *	n name		d descriptors
 */

static const struct {
	unsigned int cmd;
	const char *fields;
	size_t size;
} requests[] = {
	{ PL_IOC_VERSION, "foooo", sizeof(struct pl_ioc_version) },
	{ PL_IOC_DEV_INFO, "fuooooo", sizeof(struct pl_ioc_dev_info) },
	{ PL_IOC_DEV_OPEN, "fozn", sizeof(struct pl_ioc_dev_open) },
	{ PL_IOC_FREE, "fhz", sizeof(struct pl_ioc_free) },
	{ PL_IOC_FEATURE, "fhu", sizeof(struct pl_ioc_feature) },
	{ PL_IOC_ENABLE, "fhuuz", sizeof(struct pl_ioc_enable) },
	{ PL_IOC_MODE, "fhu", sizeof(struct pl_ioc_mode) },
	{ PL_IOC_CLAIM, "fhu", sizeof(struct pl_ioc_claim) },
	{ PL_IOC_DOMAIN_ALLOC, "fhoO", sizeof(struct pl_ioc_domain_alloc) },
	{ PL_IOC_NESTED_ALLOC, "fhouuuuiO", sizeof(struct pl_ioc_nested_alloc) },
	{ PL_IOC_NESTED_INVAL, "fhp", sizeof(struct pl_ioc_nested_inval) },
	{ PL_IOC_MAP, "fhzial", sizeof(struct pl_ioc_map) },
	{ PL_IOC_UNMAP, "fhzilO", sizeof(struct pl_ioc_unmap) },
	{ PL_IOC_PASID_ALLOC, "fho", sizeof(struct pl_ioc_pasid) },
	{ PL_IOC_PASID_FREE, "fhp", sizeof(struct pl_ioc_pasid) },
	{ PL_IOC_SET, "fhphz", sizeof(struct pl_ioc_set) },
	{ PL_IOC_RID_ATTACH, "fhhoz", sizeof(struct pl_ioc_attach) },
	{ PL_IOC_RID_DETACH, "fhhoz", sizeof(struct pl_ioc_attach) },
	{ PL_IOC_AUX_ATTACH, "fhhoz", sizeof(struct pl_ioc_attach) },
	{ PL_IOC_AUX_DETACH, "fhhoz", sizeof(struct pl_ioc_attach) },
	{ PL_IOC_AUX_GET_PASID, "fhhoz", sizeof(struct pl_ioc_attach) },
	{ PL_IOC_AUX_DETACH_ALL, "fho", sizeof(struct pl_ioc_detach_all) },
	{ PL_IOC_DMA, "fhud", sizeof(struct pl_ioc_dma) },
	{ PL_IOC_LEDGER, "fh", sizeof(struct pl_ioc_ledger) },
	{ PL_IOC_FAULT, "fh", sizeof(struct pl_ioc_fault) },
	{ PL_IOC_VIOLATION, "fhu", sizeof(struct pl_ioc_violation) },
	{ PL_IOC_WALK, "fhpiOOOoz", sizeof(struct pl_ioc_walk) },
};

/* Behind the requests: what else may happen. */
enum {
	STEP_REOPEN = ARRAY_SIZE(requests),
	STEP_PLUG,
	STEP_UNKNOWN,
	STEP_NR
};

/* The second byte of a step. */
#define WRONG_FILE	0x80	/* the other file; not wrong, in fact */
#define WRONG_ALLOC	0x40	/* an allocation fails; its number follows */
#define WRONG_POINTER	0x30	/* 1 not aligned, 2 nowhere, 3 bad from a byte on */
#define WRONG_SIZE	0x0c	/* 1 short, 2 long, 3 long and not zero */

static struct {
	struct file *files[FILES];
	bool unplugged[LAB_EPS];
	u32 pasids[RECENT];
	unsigned int nr_pasids;
	struct pl_dma_desc descs[DESCS_MAX];
} world;

static u8 arg[ARG_BYTES] __aligned(8);

/*
 * Values
 */

static u32 a_number(struct input *in)
{
	u8 b = byte(in);

	return b < 0xf0 ? b % 32 : raw(in, 4);
}

static u32 a_handle(struct input *in)
{
	u8 b = byte(in);

	return b < 0xf0 ? b % 48 : raw(in, 4);
}

static u32 some_flags(struct input *in)
{
	u8 b = byte(in);

	return b < 0xe0 ? b % 4 : 1u << b % 32;
}

static u32 a_pasid(struct input *in)
{
	static const u32 odd[] = { PL_NO_PASID_U, 0, 1, 0xfffff, 0x100000, 0xfffffffe };
	u8 b = byte(in);

	if (b < 0x80)
		return world.pasids[b % RECENT];
	return b < 0xf0 ? odd[b % ARRAY_SIZE(odd)] : raw(in, 4);
}

static u64 an_iova(struct input *in)
{
	static const u64 bases[] = {
		IOVA, 0, (1ull << 47) - 16 * PAGE_SIZE, (1ull << 48) - 16 * PAGE_SIZE,
	};
	u8 b = byte(in);

	if (b < 0xf0)
		return bases[b / 64] + b % 64 * PAGE_SIZE;
	return raw(in, 8);
}

/* Sometimes beyond the end of the buffer. */
static u64 an_address(struct input *in)
{
	u8 b = byte(in);

	if (b < 0xf0)
		return (unsigned long)lab_buffer() + b % (LAB_PAGES + 2) * PAGE_SIZE;
	return raw(in, 8);
}

static u64 a_length(struct input *in)
{
	u8 b = byte(in);

	return b < 0xf0 ? (u64)(b % 20) * PAGE_SIZE : raw(in, 8);
}

static void a_name(struct input *in, u8 *at)
{
	u8 b = byte(in);

	if (b < 0xf0)
		snprintf((char *)at, PL_NAME_LEN, "pasidlab-soft.%u", b % (LAB_EPS + 1));
	else
		memset(at, b, PL_NAME_LEN);
}

/* One statement a byte: their order must not depend on the compiler. */
static void put_desc(struct input *in, struct pl_dma_desc *d)
{
	d->op = byte(in) % (PL_DMA_OP_NR + 1);
	d->flags = byte(in) % 3;
	d->pasid = a_pasid(in);
	d->len = a_length(in);
	d->len += byte(in) % 16;
	d->src = an_iova(in);
	d->src += byte(in);
	d->dst = an_iova(in);
	d->dst += byte(in);
	d->pattern = 0x0123456789abcdefull;
}

static u64 some_descs(struct input *in)
{
	u8 b = byte(in);
	int i;

	if (b >= 0xf0)
		return raw(in, 8);
	for (i = 0; i <= b % DESCS_MAX; i++)
		put_desc(in, &world.descs[i]);
	return (unsigned long)world.descs;
}

static u8 *put(u8 *at, u64 v, size_t bytes)
{
	memcpy(at, &v, bytes);
	return at + bytes;
}

static u8 *put_field(struct input *in, char kind, u8 *at)
{
	switch (kind) {
	case 'f':
		return put(at, some_flags(in), 4);
	case 'h':
		return put(at, a_handle(in), 4);
	case 'p':
		return put(at, a_pasid(in), 4);
	case 'u':
		return put(at, a_number(in), 4);
	case 'o':
		return put(at, 0, 4);
	case 'z':
		return put(at, byte(in) == 0xff, 4);
	case 'i':
		return put(at, an_iova(in), 8);
	case 'a':
		return put(at, an_address(in), 8);
	case 'l':
		return put(at, a_length(in), 8);
	case 'O':
		return put(at, 0, 8);
	case 'd':
		return put(at, some_descs(in), 8);
	default:
		a_name(in, at);
		return at + PL_NAME_LEN;
	}
}

/*
 * Steps
 */

static void die(const char *what, unsigned int cmd, int ret)
{
	fprintf(stderr, "ioctl-fuzz: request %#x, %d: %s\n", _IOC_NR(cmd), ret, what);
	abort();
}

static bool known_errno(int ret)
{
	static const int known[] = {
		0, -EINVAL, -E2BIG, -ENOENT, -ENODEV, -EFAULT, -ENOTTY, -EOPNOTSUPP, -EBUSY,
		-EEXIST, -EACCES, -EOVERFLOW, -ENOSPC, -ENOMEM, -EAGAIN,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i] == ret)
			return true;
	return false;
}

static u32 wrong_size(u8 wrong, size_t size, u8 by)
{
	switch ((wrong & WRONG_SIZE) >> 2) {
	case 1:
		return by % size;
	case 2:
		return size + by;
	case 3:
		arg[size + by] = 1;
		return size + by + 1;
	}
	return size;
}

static void *wrong_pointer(u8 wrong, u8 by)
{
	switch ((wrong & WRONG_POINTER) >> 4) {
	case 1:
		return arg + by % 8;
	case 2:
		return (void *)(by * PAGE_SIZE);
	case 3:
		shim_user_bad(arg + by, sizeof(arg) - by);
		break;
	}
	return arg;
}

static void note_pasid(unsigned int cmd)
{
	u32 pasid;

	if (cmd == PL_IOC_PASID_ALLOC)
		pasid = ((struct pl_ioc_pasid *)arg)->pasid;
	else if (cmd == PL_IOC_AUX_ATTACH)
		pasid = ((struct pl_ioc_attach *)arg)->pasid;
	else
		return;
	world.pasids[world.nr_pasids++ % RECENT] = pasid;
}

static void judge(unsigned int cmd, int ret, bool may_lack_memory, const struct lab_state *before)
{
	struct lab_state after;

	if (!known_errno(ret))
		die("no errno of the ABI", cmd, ret);
	if (ret == -ENOMEM && !may_lack_memory && cmd != PL_IOC_MAP)
		die("memory is lacking and none was withheld", cmd, ret);
	if (!ret) {
		note_pasid(cmd);
		return;
	}
	lab_state(&after);
	if (!lab_same(before, &after))
		die("failed and changed something", cmd, ret);
}

static void step_request(struct input *in, unsigned int pick, u8 wrong)
{
	u8 by = wrong & (WRONG_POINTER | WRONG_SIZE) ? byte(in) : 0;
	u8 nth = wrong & WRONG_ALLOC ? byte(in) % 32 + 1 : 0;
	const char *kind = requests[pick].fields;
	unsigned int cmd = requests[pick].cmd;
	struct lab_state before;
	void *p;
	u8 *at;
	int ret;

	memset(arg, 0, sizeof(arg));
	for (at = arg + 4; *kind; kind++)
		at = put_field(in, *kind, at);
	put(arg, wrong_size(wrong, requests[pick].size, by), 4);
	p = wrong_pointer(wrong, by);
	lab_state(&before);
	shim_fail_nth(nth);
	ret = shim_ioctl(world.files[!!(wrong & WRONG_FILE)], cmd, p);
	shim_fail_reset();
	shim_user_bad_reset();
	judge(cmd, ret, nth, &before);
}

static struct file *open_file(void)
{
	int ret;
	struct file *f = lab_open(&ret);

	if (!f)
		die("cannot open", 0, ret);
	return f;
}

static void step_reopen(u8 wrong)
{
	struct file **f = &world.files[!!(wrong & WRONG_FILE)];

	lab_close(*f);
	*f = open_file();
}

/* Coming and going takes the time of a hundred requests, so it is made rare. */
static void step_plug(u8 which)
{
	int ep = which;

	if (ep >= LAB_EPS)
		return;
	if (world.unplugged[ep]) {
		if (lab_plug(ep))
			die("an endpoint cannot come again", 0, ep);
	} else {
		lab_unplug(ep);
	}
	world.unplugged[ep] = !world.unplugged[ep];
}

static void step_unknown(struct input *in)
{
	struct lab_state before;
	unsigned int cmd = raw(in, 4);

	lab_state(&before);
	judge(cmd, shim_ioctl(world.files[0], cmd, NULL), false, &before);
}

static void step(struct input *in)
{
	unsigned int pick = byte(in) % STEP_NR;
	u8 wrong = byte(in);

	switch (pick) {
	case STEP_REOPEN:
		step_reopen(wrong);
		break;
	case STEP_PLUG:
		step_plug(wrong);
		break;
	case STEP_UNKNOWN:
		step_unknown(in);
		break;
	default:
		step_request(in, pick, wrong);
	}
}

/* Every so often, and at the end, the modules go, and with them whatever is left. */
static void lab_renew(void)
{
	static unsigned int inputs;
	int ret = inputs ? lab_end() : 0;

	if (ret)
		die("something is left", 0, ret);
	inputs++;
	ret = lab_up();
	if (ret)
		die("modules do not come up", 0, ret);
}

static void world_up(void)
{
	static unsigned int inputs;
	int i;

	if (inputs++ % RENEW == 0)
		lab_renew();
	memset(&world, 0, sizeof(world));
	for (i = 0; i < FILES; i++)
		world.files[i] = open_file();
}

static void world_down(void)
{
	int i;

	for (i = 0; i < FILES; i++)
		lab_close(world.files[i]);
	if (!lab_idle())
		die("something is left", 0, 0);
	if (lab_violations())
		die("the model saw a rule broken", 0, 0);
	for (i = 0; i < LAB_EPS; i++)
		if (world.unplugged[i])
			step_plug(i);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };
	int i;

	world_up();
	for (i = 0; i < STEPS_MAX && in.at < in.end; i++)
		step(&in);
	world_down();
	return 0;
}

/*
 * Seeds
 */

#define OPEN(_ep)			2, 0, 0, 0, _ep
#define ENABLE(_dev)			5, 0, 0, _dev, 0, 1, 0
#define DOMAIN(_dev)			8, 0, 0, _dev
#define DOMAIN2(_dev)			8, 0, 2, _dev
#define MAP(_dom, _iova, _page, _n)	9, 0, 3, _dom, 0, _iova, _page, _n
#define UNMAP(_dom, _iova, _n)		10, 0, 0, _dom, 0, _iova, _n
#define PASID(_dev)			11, 0, 0, _dev
#define SET(_dev, _pasid, _dom)		13, 0, 0, _dev, _pasid, _dom, 0
#define RID(_dev, _dom)			14, 0, 0, _dev, _dom, 0
#define AUX(_dev, _dom)			16, 0, 0, _dev, _dom, 0
#define DETACH(_dev, _dom)		17, 0, 0, _dev, _dom, 0
#define DETACH_ALL(_dev)		19, 0, 0, _dev
#define COPY(_dev, _flags, _pasid)						\
	20, 0, 0, _dev, 1, 0, 2, _flags, _pasid, 1, 0, 0, 0, 1, 0
#define READ(_dev, _flags, _pasid)						\
	20, 0, 0, _dev, 1, 0, 0, _flags, _pasid, 1, 0, 0, 0, 0, 0
#define WALK(_dev, _pasid, _iova)		24, 0, 0, _dev, _pasid, _iova, 0
#define FREE(_handle)			3, 0, 0, _handle, 0
#define CLAIM(_dev)			7, 0, 0, _dev, 1
#define PLUG(_ep)			STEP_PLUG, _ep
#define START				OPEN(0), ENABLE(16), DOMAIN(16), MAP(17, 0, 0, 4)

static const u8 seed_aux[] = {
	START, AUX(16, 17), READ(16, 0, 0), WALK(16, 0, 0), COPY(16, 1, 0), UNMAP(17, 0, 4),
	WALK(16, 0, 0), READ(16, 1, 0),
	DETACH(16, 17), FREE(17), FREE(16),
};

static const u8 seed_private[] = {
	START, PASID(16), SET(16, 0, 17), COPY(16, 1, 0), DOMAIN2(16), MAP(18, 0, 8, 2),
	SET(16, 0, 18), READ(16, 1, 0), SET(16, 0, 1), READ(16, 1, 0),
};

static const u8 seed_rid[] = {
	START, RID(16, 17), READ(16, 1, 0x84), RID(16, 2), RID(16, 1), CLAIM(16), RID(16, 17),
};

static const u8 seed_unplug[] = {
	START, AUX(16, 17), COPY(16, 1, 0), PLUG(0), AUX(16, 17), PLUG(0), OPEN(0), ENABLE(18),
	AUX(18, 17), READ(18, 1, 1), DETACH_ALL(18),
};

static const u8 seed_two_units[] = {
	START, OPEN(2), ENABLE(18), DOMAIN(18), AUX(18, 17), AUX(18, 19), MAP(19, 0, 0, 4),
	AUX(16, 17), AUX(16, 19), UNMAP(17, 0, 2), UNMAP(19, 0, 16),
};

static const struct {
	const char *name;
	const u8 *bytes;
	size_t size;
} seeds[] = {
	{ "aux", seed_aux, sizeof(seed_aux) },
	{ "private", seed_private, sizeof(seed_private) },
	{ "rid", seed_rid, sizeof(seed_rid) },
	{ "unplug", seed_unplug, sizeof(seed_unplug) },
	{ "two-units", seed_two_units, sizeof(seed_two_units) },
};

static int write_seed(const char *dir, size_t i)
{
	char path[4096];
	size_t done;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, seeds[i].name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		return 1;
	}
	done = fwrite(seeds[i].bytes, 1, seeds[i].size, f);
	return fclose(f) || done != seeds[i].size;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("IOCTL_FUZZ_SEEDS");
	size_t i;
	int bad = 0;

	if (!dir)
		return 0;
	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		bad |= write_seed(dir, i);
	exit(bad);
}
