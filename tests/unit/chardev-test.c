// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ioctl ABI: what uapi/pasidlab.h says of bad input, request by request.
 *
 * Two tables.  The first tells of every request how its struct is laid out, and
 * with that all general promises are tried on all of them: size, alignment,
 * unknown flags, reserved fields, memory that cannot be read or written, handles
 * of all the wrong kinds.  The second lists what a single request refuses.
 * After each refusal the lab must look as before.
 *
 * In a table, a PASID or an address may be a placeholder (V_...): the real one
 * is known only once the world stands.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include <linux/array_size.h>
#include <linux/module.h>

#include "lab.h"
#include "shim.h"
#include "shim_control.h"

#define IOVA		0x40000000ull
#define FREE_IOVA	0x80000000ull	/* nothing is mapped here */
#define NO_HANDLE	9999

/* Handles of the file under test, in the order in which world_up() makes them. */
enum {
	DEV_A = PL_HANDLE_FIRST,	/* endpoint 0, AUX enabled */
	DEV_B,				/* endpoint 1, not enabled */
	DEV_C,				/* endpoint 2, behind the other unit, AUX enabled */
	DOM_SET,			/* on private PASID V_FULL of DEV_A; 2 areas mapped */
	DOM_AUX,			/* aux on DEV_A */
	DOM_RID,			/* on the RID of DEV_B */
	DOM_IDLE,			/* in no slot, nothing mapped */
	DOM_OTHER,			/* of the other unit */
	DOM_FREED,			/* a stale handle */
	HANDLES_END
};

/* Placeholders for PASIDs. */
enum {
	V_FULL = 0xf0000000,	/* private on DEV_A, holds DOM_SET */
	V_EMPTY,		/* private on DEV_A, holds blocking */
	V_AUX,			/* DOM_AUX's */
	V_FOREIGN,		/* the other file's, on endpoint 0 */
	V_BEYOND,		/* the first one the device does not have */
	V_END
};

#define V_BUFFER	0xf000000000000000ull	/* plus an offset: the user memory */

struct world {
	struct file *f, *other;
	u32 other_dev;
	u32 pasids[V_END - V_FULL];
	struct pl_dma_desc descs[2];
};

static void open_devices(struct world *w)
{
	u32 dev;

	assert_int_equal(lab_dev_open(w->f, 0, &dev), 0);
	assert_int_equal(dev, DEV_A);
	assert_int_equal(lab_dev_open(w->f, 1, &dev), 0);
	assert_int_equal(dev, DEV_B);
	assert_int_equal(lab_dev_open(w->f, 2, &dev), 0);
	assert_int_equal(dev, DEV_C);
	assert_int_equal(lab_enable(w->f, DEV_A, 1), 0);
	assert_int_equal(lab_enable(w->f, DEV_C, 1), 0);
}

static void alloc_domains(struct world *w)
{
	u32 i, dom;

	for (i = DOM_SET; i < HANDLES_END; i++) {
		assert_int_equal(lab_domain(w->f, i == DOM_OTHER ? DEV_C : DEV_A, 0, &dom), 0);
		assert_int_equal(dom, i);
	}
	assert_int_equal(lab_free(w->f, DOM_FREED), 0);
	assert_int_equal(lab_map(w->f, DOM_SET, IOVA, lab_buffer(), 3 * PAGE_SIZE,
				 PL_PROT_READ | PL_PROT_WRITE), 0);
	assert_int_equal(lab_map(w->f, DOM_SET, IOVA + 4 * PAGE_SIZE, lab_buffer(), PAGE_SIZE,
				 PL_PROT_READ), 0);
}

static void fill_slots(struct world *w)
{
	u32 *pasids = w->pasids;

	assert_int_equal(lab_pasid_alloc(w->f, DEV_A, &pasids[V_FULL - V_FULL]), 0);
	assert_int_equal(lab_pasid_alloc(w->f, DEV_A, &pasids[V_EMPTY - V_FULL]), 0);
	pasids[V_BEYOND - V_FULL] = 1u << 20;
	assert_int_equal(lab_set(w->f, DEV_A, pasids[0], DOM_SET), 0);
	assert_int_equal(lab_attach(w->f, PL_IOC_AUX_ATTACH, DEV_A, DOM_AUX,
				    &pasids[V_AUX - V_FULL]), 0);
	assert_int_equal(lab_attach(w->f, PL_IOC_RID_ATTACH, DEV_B, DOM_RID, NULL), 0);
}

static void open_other(struct world *w)
{
	int ret;

	w->other = lab_open(&ret);
	assert_int_equal(ret, 0);
	assert_int_equal(lab_dev_open(w->other, 0, &w->other_dev), 0);
	assert_int_equal(lab_pasid_alloc(w->other, w->other_dev,
					 &w->pasids[V_FOREIGN - V_FULL]), 0);
}

static int world_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int ret;

	assert_int_equal(lab_up(), 0);
	w->f = lab_open(&ret);
	assert_int_equal(ret, 0);
	open_devices(w);
	alloc_domains(w);
	fill_slots(w);
	open_other(w);
	*state = w;
	return 0;
}

static int world_down(void **state)
{
	free(*state);
	return lab_end();
}

/*
 * The layout of every request
 */

struct layout {
	const char *name;
	unsigned int cmd;
	size_t size;
	size_t first;			/* size when it was first published; 0: the same */
	size_t dev, domain, reserved;	/* offsets; 0 for none */
	u32 flags;			/* known ones */
	bool out;
	bool statics;			/* takes static domains */
};

#define HAS(_s, _f)	._f = offsetof(struct _s, _f)
#define LAYOUT(_cmd, _s, ...) { .name = #_cmd, .cmd = _cmd, .size = sizeof(struct _s), __VA_ARGS__ }
#define LAYOUT_ATTACH(_cmd, ...)						\
	LAYOUT(_cmd, pl_ioc_attach, HAS(pl_ioc_attach, dev), HAS(pl_ioc_attach, domain),	\
	       HAS(pl_ioc_attach, reserved), __VA_ARGS__)

static const struct layout layouts[] = {
	LAYOUT(PL_IOC_VERSION, pl_ioc_version, .out = true),
	LAYOUT(PL_IOC_DEV_INFO, pl_ioc_dev_info, .out = true,
	       .first = offsetof(struct pl_ioc_dev_info, engine_name)),
	LAYOUT(PL_IOC_DEV_OPEN, pl_ioc_dev_open, HAS(pl_ioc_dev_open, reserved), .out = true),
	LAYOUT(PL_IOC_FREE, pl_ioc_free, HAS(pl_ioc_free, reserved)),
	LAYOUT(PL_IOC_FEATURE, pl_ioc_feature, HAS(pl_ioc_feature, dev), .out = true),
	LAYOUT(PL_IOC_ENABLE, pl_ioc_enable, HAS(pl_ioc_enable, dev),
	       HAS(pl_ioc_enable, reserved)),
	LAYOUT(PL_IOC_MODE, pl_ioc_mode, HAS(pl_ioc_mode, dev)),
	LAYOUT(PL_IOC_CLAIM, pl_ioc_claim, HAS(pl_ioc_claim, dev)),
	LAYOUT(PL_IOC_DOMAIN_ALLOC, pl_ioc_domain_alloc, HAS(pl_ioc_domain_alloc, dev),
	       .flags = PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2, .out = true),
	LAYOUT(PL_IOC_NESTED_ALLOC, pl_ioc_nested_alloc, HAS(pl_ioc_nested_alloc, domain),
	       .out = true),
	LAYOUT(PL_IOC_NESTED_INVAL, pl_ioc_nested_inval, HAS(pl_ioc_nested_inval, domain)),
	LAYOUT(PL_IOC_MAP, pl_ioc_map, HAS(pl_ioc_map, domain), HAS(pl_ioc_map, reserved),
	       .flags = PL_PROT_READ | PL_PROT_WRITE),
	LAYOUT(PL_IOC_UNMAP, pl_ioc_unmap, HAS(pl_ioc_unmap, domain),
	       HAS(pl_ioc_unmap, reserved), .out = true),
	LAYOUT(PL_IOC_PASID_ALLOC, pl_ioc_pasid, HAS(pl_ioc_pasid, dev), .out = true),
	LAYOUT(PL_IOC_PASID_FREE, pl_ioc_pasid, HAS(pl_ioc_pasid, dev)),
	LAYOUT(PL_IOC_SET, pl_ioc_set, HAS(pl_ioc_set, dev), HAS(pl_ioc_set, domain),
	       HAS(pl_ioc_set, reserved), .statics = true),
	LAYOUT_ATTACH(PL_IOC_RID_ATTACH, .statics = true),
	LAYOUT_ATTACH(PL_IOC_RID_DETACH, .statics = true),
	LAYOUT_ATTACH(PL_IOC_AUX_ATTACH, .out = true),
	LAYOUT_ATTACH(PL_IOC_AUX_DETACH),
	LAYOUT_ATTACH(PL_IOC_AUX_GET_PASID, .out = true),
	LAYOUT(PL_IOC_AUX_DETACH_ALL, pl_ioc_detach_all, HAS(pl_ioc_detach_all, dev),
	       .out = true),
	LAYOUT(PL_IOC_DMA, pl_ioc_dma, HAS(pl_ioc_dma, dev)),
	LAYOUT(PL_IOC_LEDGER, pl_ioc_ledger, HAS(pl_ioc_ledger, dev), .out = true,
	       .first = offsetof(struct pl_ioc_ledger, uncounted)),
	LAYOUT(PL_IOC_FAULT, pl_ioc_fault, HAS(pl_ioc_fault, dev), .flags = UINT32_MAX,
	       .out = true),
	LAYOUT(PL_IOC_VIOLATION, pl_ioc_violation, HAS(pl_ioc_violation, dev), .out = true),
	LAYOUT(PL_IOC_WALK, pl_ioc_walk, HAS(pl_ioc_walk, dev), HAS(pl_ioc_walk, reserved),
	       .out = true),
};

/* A request's struct with room for what a later one may have. */
struct arg {
	u8 bytes[2 * PAGE_SIZE] __aligned(8);
};

static void put32(struct arg *arg, size_t at, u32 v)
{
	memcpy(arg->bytes + at, &v, sizeof(v));
}

/* Nothing in it is wrong yet, but it would be refused: its handles are none. */
static void harmless(const struct layout *l, struct arg *arg)
{
	memset(arg, 0, sizeof(*arg));
	put32(arg, 0, l->size);
	if (l->dev)
		put32(arg, l->dev, NO_HANDLE);
	if (l->domain)
		put32(arg, l->domain, NO_HANDLE);
	if (l->cmd == PL_IOC_FREE)
		put32(arg, offsetof(struct pl_ioc_free, handle), NO_HANDLE);
	if (l->cmd == PL_IOC_DEV_INFO)
		put32(arg, offsetof(struct pl_ioc_dev_info, index), NO_HANDLE);
}

/* What harmless() gives. */
static int harmless_errno(const struct layout *l)
{
	if (l->cmd == PL_IOC_VERSION)
		return 0;
	return l->cmd == PL_IOC_DEV_INFO || l->cmd == PL_IOC_DEV_OPEN ? -ENODEV : -ENOENT;
}

static void expect(struct world *w, const char *name, const char *what, unsigned int cmd,
		   void *arg, int want)
{
	struct lab_state before, after;
	int ret;

	lab_state(&before);
	ret = shim_ioctl(w->f, cmd, arg);
	lab_state(&after);
	if (ret != want)
		fail_msg("%s, %s: %d, not %d", name, what, ret, want);
	if (!lab_same(&before, &after))
		fail_msg("%s, %s: something changed", name, what);
}

static void for_each_layout(struct world *w,
			    void (*fn)(struct world *w, const struct layout *l, struct arg *arg))
{
	struct arg *arg = aligned_alloc(PAGE_SIZE, sizeof(*arg));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		harmless(&layouts[i], arg);
		fn(w, &layouts[i], arg);
	}
	free(arg);
}

static void try_short(struct world *w, const struct layout *l, struct arg *arg)
{
	const u32 first = l->first ?: l->size;
	const u32 sizes[] = { 0, 1, 4, 8, first - 8, first - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		put32(arg, 0, sizes[i]);
		expect(w, l->name, "short", l->cmd, arg, -EINVAL);
	}
}

/* The struct as it was before it grew. */
static void try_first(struct world *w, const struct layout *l, struct arg *arg)
{
	if (!l->first)
		return;
	put32(arg, 0, l->first);
	expect(w, l->name, "as first published", l->cmd, arg, harmless_errno(l));
}

static void the_first_struct_is_taken(void **state)
{
	for_each_layout(*state, try_first);
}

static void a_short_struct_is_refused(void **state)
{
	for_each_layout(*state, try_short);
}

static void try_long(struct world *w, const struct layout *l, struct arg *arg)
{
	const u32 sizes[] = { l->size + 1, l->size + 8, PAGE_SIZE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		put32(arg, 0, sizes[i]);
		expect(w, l->name, "long, zeroes", l->cmd, arg, harmless_errno(l));
		harmless(l, arg);
		put32(arg, 0, sizes[i]);
		arg->bytes[sizes[i] - 1] = 1;
		expect(w, l->name, "long, not zeroes", l->cmd, arg, -E2BIG);
		arg->bytes[sizes[i] - 1] = 0;
	}
	put32(arg, 0, PAGE_SIZE + 1);
	expect(w, l->name, "absurd", l->cmd, arg, -E2BIG);
	put32(arg, 0, UINT32_MAX);
	expect(w, l->name, "absurd", l->cmd, arg, -E2BIG);
}

static void a_long_struct_is_taken_only_with_zeroes(void **state)
{
	for_each_layout(*state, try_long);
}

static void try_misaligned(struct world *w, const struct layout *l, struct arg *arg)
{
	int by;

	for (by = 1; by < 8; by++) {
		memmove(arg->bytes + by, arg->bytes, l->size);
		expect(w, l->name, "misaligned", l->cmd, arg->bytes + by, -EINVAL);
		harmless(l, arg);
	}
}

static void a_misaligned_struct_is_refused(void **state)
{
	for_each_layout(*state, try_misaligned);
}

static void try_unreadable(struct world *w, const struct layout *l, struct arg *arg)
{
	expect(w, l->name, "NULL", l->cmd, NULL, -EFAULT);
	expect(w, l->name, "kernel address", l->cmd, (void *)-4096ul, -EFAULT);
	shim_user_bad(arg->bytes + l->size - 1, 1);
	expect(w, l->name, "last byte unreadable", l->cmd, arg, -EFAULT);
	shim_user_bad_reset();
}

static void unreadable_memory_is_efault(void **state)
{
	for_each_layout(*state, try_unreadable);
}

static void try_flags(struct world *w, const struct layout *l, struct arg *arg)
{
	u32 bit;

	for (bit = 1; bit; bit <<= 1) {
		if (l->flags & bit)
			continue;
		put32(arg, 4, bit);
		expect(w, l->name, "unknown flag", l->cmd, arg, -EINVAL);
	}
}

static void an_unknown_flag_is_refused(void **state)
{
	for_each_layout(*state, try_flags);
}

static void try_reserved(struct world *w, const struct layout *l, struct arg *arg)
{
	if (!l->reserved)
		return;
	put32(arg, l->reserved, 1);
	expect(w, l->name, "reserved", l->cmd, arg, -EINVAL);
	put32(arg, l->reserved, 0x80000000);
	expect(w, l->name, "reserved", l->cmd, arg, -EINVAL);
}

static void a_reserved_field_must_be_zero(void **state)
{
	for_each_layout(*state, try_reserved);
}

static void try_handles(struct world *w, const struct layout *l, struct arg *arg)
{
	const u32 no_dev[] = { 0, 1, 2, 3, 15, DOM_SET, DOM_FREED, NO_HANDLE, UINT32_MAX };
	const u32 no_dom[] = { 0, 3, 15, DEV_A, DOM_FREED, NO_HANDLE, UINT32_MAX };
	size_t i;

	for (i = 0; l->dev && i < ARRAY_SIZE(no_dev); i++) {
		put32(arg, l->dev, no_dev[i]);
		expect(w, l->name, "device handle", l->cmd, arg, -ENOENT);
	}
	if (l->dev)
		put32(arg, l->dev, DEV_A);
	for (i = 0; l->domain && i < ARRAY_SIZE(no_dom); i++) {
		put32(arg, l->domain, no_dom[i]);
		expect(w, l->name, "domain handle", l->cmd, arg, -ENOENT);
	}
	if (!l->domain || l->statics)
		return;
	for (i = PL_HANDLE_BLOCKING; i <= PL_HANDLE_IDENTITY; i++) {
		put32(arg, l->domain, i);
		expect(w, l->name, "static domain", l->cmd, arg, -ENOENT);
	}
}

static void a_wrong_handle_is_enoent(void **state)
{
	for_each_layout(*state, try_handles);
}

static void an_unknown_request_is_enotty(void **state)
{
	struct arg *arg = aligned_alloc(PAGE_SIZE, sizeof(*arg));
	struct world *w = *state;
	const unsigned int cmds[] = {
		0, 1, UINT32_MAX, _IO(PL_IOC_TYPE, 0),
		_IOR(PL_IOC_TYPE, 0x00, struct pl_ioc_version),
		_IOW(PL_IOC_TYPE, 0x00, struct pl_ioc_version),
		_IOWR(PL_IOC_TYPE + 1, 0x00, struct pl_ioc_version),
		_IOWR(PL_IOC_TYPE, 0x08, struct pl_ioc_version),
		_IOWR(PL_IOC_TYPE, 0x3f, struct pl_ioc_version),
		_IOWR(PL_IOC_TYPE, 0xff, struct pl_ioc_version),
	};
	size_t i;

	harmless(&layouts[0], arg);
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		expect(w, "unknown", "request", cmds[i], arg, -ENOTTY);
	free(arg);
}

static void the_size_in_the_number_does_not_count(void **state)
{
	struct pl_ioc_version arg = { .size = sizeof(arg) };
	struct world *w = *state;

	assert_int_equal(shim_ioctl(w->f, _IOWR(PL_IOC_TYPE, 0x00, char[8]), &arg), 0);
	assert_int_equal(arg.abi_major, PL_ABI_MAJOR);
}

/*
 * What a single request refuses
 */

struct refusal {
	const char *what;
	unsigned int cmd;
	const void *arg;
	size_t size;
	int want;
};

#define REFUSAL(_what, _cmd, _want, _s, ...)						\
	{ _what, _cmd, &(const struct _s){ .size = sizeof(struct _s), __VA_ARGS__ },	\
	  sizeof(struct _s), _want }

#define R_SET(_what, _want, ...)	REFUSAL(_what, PL_IOC_SET, _want, pl_ioc_set, __VA_ARGS__)
#define R_MAP(_what, _want, ...)						\
	REFUSAL(_what, PL_IOC_MAP, _want, pl_ioc_map, .domain = DOM_SET, __VA_ARGS__)
#define R_UNMAP(_what, _want, ...)						\
	REFUSAL(_what, PL_IOC_UNMAP, _want, pl_ioc_unmap, .domain = DOM_SET, __VA_ARGS__)
#define R_ATTACH(_what, _cmd, _want, ...)					\
	REFUSAL(_what, _cmd, _want, pl_ioc_attach, __VA_ARGS__)
#define RW	(PL_PROT_READ | PL_PROT_WRITE)

#define USER_TABLE	{ .kind = PL_USER_TABLE_SMMUV3, .s1ctxptr = IOVA }

static const struct refusal refusals[] = {
	REFUSAL("no such endpoint", PL_IOC_DEV_INFO, -ENODEV, pl_ioc_dev_info, .index = LAB_EPS),
	REFUSAL("far beyond", PL_IOC_DEV_INFO, -ENODEV, pl_ioc_dev_info, .index = UINT32_MAX),
	REFUSAL("no such name", PL_IOC_DEV_OPEN, -ENODEV, pl_ioc_dev_open, .name = "nowhere"),
	REFUSAL("empty name", PL_IOC_DEV_OPEN, -ENODEV, pl_ioc_dev_open, .name = ""),
	REFUSAL("unterminated name", PL_IOC_DEV_OPEN, -EINVAL, pl_ioc_dev_open,
		.name = "0123456789abcdef0123456789abcdef"),

	REFUSAL("blocking", PL_IOC_FREE, -EINVAL, pl_ioc_free, .handle = PL_HANDLE_BLOCKING),
	REFUSAL("identity", PL_IOC_FREE, -EINVAL, pl_ioc_free, .handle = PL_HANDLE_IDENTITY),
	REFUSAL("none", PL_IOC_FREE, -ENOENT, pl_ioc_free, .handle = PL_HANDLE_NONE),
	REFUSAL("stale", PL_IOC_FREE, -ENOENT, pl_ioc_free, .handle = DOM_FREED),
	REFUSAL("domain on a PASID", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DOM_SET),
	REFUSAL("aux domain", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DOM_AUX),
	REFUSAL("domain on a RID", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DOM_RID),
	REFUSAL("device with PASIDs", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DEV_A),
	REFUSAL("device with its RID", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DEV_B),
	REFUSAL("device with an enable", PL_IOC_FREE, -EBUSY, pl_ioc_free, .handle = DEV_C),

	REFUSAL("neither on nor off", PL_IOC_ENABLE, -EINVAL, pl_ioc_enable, .dev = DEV_A,
		.feature = PL_FEAT_AUX, .enable = 2),
	REFUSAL("SVA", PL_IOC_ENABLE, -EOPNOTSUPP, pl_ioc_enable, .dev = DEV_A,
		.feature = PL_FEAT_SVA, .enable = 1),
	REFUSAL("unknown feature", PL_IOC_ENABLE, -EOPNOTSUPP, pl_ioc_enable, .dev = DEV_A,
		.feature = UINT32_MAX, .enable = 1),
	REFUSAL("off without on", PL_IOC_ENABLE, -EINVAL, pl_ioc_enable, .dev = DEV_B,
		.feature = PL_FEAT_AUX),
	REFUSAL("last off with PASIDs", PL_IOC_ENABLE, -EBUSY, pl_ioc_enable, .dev = DEV_A,
		.feature = PL_FEAT_AUX),

	REFUSAL("unknown mode", PL_IOC_MODE, -EINVAL, pl_ioc_mode, .dev = DEV_A, .mode = 2),

	REFUSAL("neither claim nor release", PL_IOC_CLAIM, -EINVAL, pl_ioc_claim, .dev = DEV_A,
		.claim = 2),
	REFUSAL("release without claim", PL_IOC_CLAIM, -EINVAL, pl_ioc_claim, .dev = DEV_A),
	REFUSAL("claim with PASIDs", PL_IOC_CLAIM, -EBUSY, pl_ioc_claim, .dev = DEV_A, .claim = 1),

	REFUSAL("both stages", PL_IOC_DOMAIN_ALLOC, -EINVAL, pl_ioc_domain_alloc, .dev = DEV_A,
		.flags = PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2),

	REFUSAL("static parent", PL_IOC_NESTED_ALLOC, -ENOENT, pl_ioc_nested_alloc,
		.domain = PL_HANDLE_BLOCKING, .table = USER_TABLE),
	REFUSAL("stage-1 parent", PL_IOC_NESTED_ALLOC, -EINVAL, pl_ioc_nested_alloc,
		.domain = DOM_SET, .table = USER_TABLE),
	REFUSAL("not nested", PL_IOC_NESTED_INVAL, -EINVAL, pl_ioc_nested_inval,
		.domain = DOM_SET, .pasid = PL_NO_PASID_U),

	R_MAP("no permission", -EINVAL, .iova = FREE_IOVA, .uaddr = V_BUFFER, .length = PAGE_SIZE),
	R_MAP("empty", -EINVAL, .flags = RW, .iova = FREE_IOVA, .uaddr = V_BUFFER),
	R_MAP("odd length", -EINVAL, .flags = RW, .iova = FREE_IOVA, .uaddr = V_BUFFER,
	      .length = PAGE_SIZE + 1),
	R_MAP("odd IOVA", -EINVAL, .flags = RW, .iova = FREE_IOVA + 8, .uaddr = V_BUFFER,
	      .length = PAGE_SIZE),
	R_MAP("odd address", -EINVAL, .flags = RW, .iova = FREE_IOVA, .uaddr = V_BUFFER + 8,
	      .length = PAGE_SIZE),
	R_MAP("IOVA overflow", -EINVAL, .flags = RW, .iova = -PAGE_SIZE, .uaddr = V_BUFFER,
	      .length = 2 * PAGE_SIZE),
	R_MAP("beyond the domain", -EINVAL, .flags = RW, .iova = -PAGE_SIZE, .uaddr = V_BUFFER,
	      .length = PAGE_SIZE),
	R_MAP("address overflow", -EINVAL, .flags = RW, .iova = FREE_IOVA, .uaddr = -PAGE_SIZE,
	      .length = 2 * PAGE_SIZE),
	R_MAP("nothing there", -EFAULT, .flags = RW, .iova = FREE_IOVA, .uaddr = PAGE_SIZE,
	      .length = PAGE_SIZE),
	R_MAP("half of it there", -EFAULT, .flags = RW, .iova = FREE_IOVA,
	      .uaddr = V_BUFFER + (LAB_PAGES - 1) * PAGE_SIZE, .length = 2 * PAGE_SIZE),
	R_MAP("more than a machine has", -ENOMEM, .flags = RW, .iova = 0, .uaddr = V_BUFFER,
	      .length = 1ull << 46),
	R_MAP("mapped", -EEXIST, .flags = RW, .iova = IOVA, .uaddr = V_BUFFER,
	      .length = PAGE_SIZE),
	R_MAP("mapped in the middle of an area", -EEXIST, .flags = RW, .iova = IOVA + PAGE_SIZE,
	      .uaddr = V_BUFFER, .length = PAGE_SIZE),
	R_MAP("mapped at the end", -EEXIST, .flags = RW, .iova = IOVA - PAGE_SIZE,
	      .uaddr = V_BUFFER, .length = 2 * PAGE_SIZE),
	R_MAP("an area inside", -EEXIST, .flags = RW, .iova = IOVA - PAGE_SIZE,
	      .uaddr = V_BUFFER, .length = 8 * PAGE_SIZE),

	R_UNMAP("empty", -EINVAL, .iova = IOVA),
	R_UNMAP("odd length", -EINVAL, .iova = IOVA, .length = 3 * PAGE_SIZE - 1),
	R_UNMAP("odd IOVA", -EINVAL, .iova = IOVA + 1, .length = 3 * PAGE_SIZE),
	R_UNMAP("overflow", -EINVAL, .iova = -PAGE_SIZE, .length = 2 * PAGE_SIZE),
	R_UNMAP("beyond the domain", -EINVAL, .iova = -PAGE_SIZE, .length = PAGE_SIZE),
	R_UNMAP("cut at the front", -EINVAL, .iova = IOVA + PAGE_SIZE, .length = 2 * PAGE_SIZE),
	R_UNMAP("cut at the back", -EINVAL, .iova = IOVA, .length = 2 * PAGE_SIZE),
	R_UNMAP("cut out of the middle", -EINVAL, .iova = IOVA + PAGE_SIZE, .length = PAGE_SIZE),
	R_UNMAP("one whole, one cut", -EINVAL, .iova = IOVA + 2 * PAGE_SIZE,
		.length = 3 * PAGE_SIZE),

	REFUSAL("foreign", PL_IOC_PASID_FREE, -EACCES, pl_ioc_pasid, .dev = DEV_A,
		.pasid = V_FOREIGN),
	REFUSAL("aux", PL_IOC_PASID_FREE, -EACCES, pl_ioc_pasid, .dev = DEV_A, .pasid = V_AUX),
	REFUSAL("0", PL_IOC_PASID_FREE, -EACCES, pl_ioc_pasid, .dev = DEV_A),
	REFUSAL("of another device", PL_IOC_PASID_FREE, -EACCES, pl_ioc_pasid, .dev = DEV_B,
		.pasid = V_EMPTY),
	REFUSAL("in use", PL_IOC_PASID_FREE, -EBUSY, pl_ioc_pasid, .dev = DEV_A, .pasid = V_FULL),

	R_SET("PASID 0", -EINVAL, .dev = DEV_A, .domain = DOM_SET),
	R_SET("PASID beyond the device", -EOVERFLOW, .dev = DEV_A, .domain = DOM_SET,
	      .pasid = V_BEYOND),
	R_SET("PASID beyond any device", -EOVERFLOW, .dev = DEV_A, .domain = DOM_SET,
	      .pasid = PL_NO_PASID_U - 1),
	R_SET("foreign PASID", -EACCES, .dev = DEV_A, .domain = DOM_SET, .pasid = V_FOREIGN),
	R_SET("aux PASID", -EACCES, .dev = DEV_A, .domain = DOM_SET, .pasid = V_AUX),
	R_SET("PASID of another device", -EACCES, .dev = DEV_C, .domain = DOM_OTHER,
	      .pasid = V_EMPTY),
	R_SET("domain of another unit", -EINVAL, .dev = DEV_A, .domain = DOM_OTHER,
	      .pasid = V_EMPTY),
	R_SET("RID with PASIDs", -EBUSY, .dev = DEV_A, .domain = DOM_IDLE,
	      .pasid = PL_NO_PASID_U),

	R_ATTACH("RID with PASIDs", PL_IOC_RID_ATTACH, -EBUSY, .dev = DEV_A, .domain = DOM_IDLE),
	R_ATTACH("identity with PASIDs", PL_IOC_RID_ATTACH, -EBUSY, .dev = DEV_A,
		 .domain = PL_HANDLE_IDENTITY),
	R_ATTACH("domain of another unit", PL_IOC_RID_ATTACH, -EINVAL, .dev = DEV_A,
		 .domain = DOM_OTHER),
	R_ATTACH("not attached", PL_IOC_RID_DETACH, -ENOENT, .dev = DEV_B, .domain = DOM_IDLE),
	R_ATTACH("not enabled", PL_IOC_AUX_ATTACH, -EOPNOTSUPP, .dev = DEV_B, .domain = DOM_IDLE),
	R_ATTACH("twice", PL_IOC_AUX_ATTACH, -EEXIST, .dev = DEV_A, .domain = DOM_AUX),
	R_ATTACH("domain of another unit", PL_IOC_AUX_ATTACH, -EINVAL, .dev = DEV_A,
		 .domain = DOM_OTHER),
	R_ATTACH("not attached", PL_IOC_AUX_DETACH, -ENOENT, .dev = DEV_A, .domain = DOM_IDLE),
	R_ATTACH("private, not aux", PL_IOC_AUX_DETACH, -ENOENT, .dev = DEV_A, .domain = DOM_SET),
	R_ATTACH("not attached", PL_IOC_AUX_GET_PASID, -ENOENT, .dev = DEV_B, .domain = DOM_AUX),

	REFUSAL("no descriptors", PL_IOC_DMA, -EINVAL, pl_ioc_dma, .dev = DEV_A),
	REFUSAL("too many", PL_IOC_DMA, -EINVAL, pl_ioc_dma, .dev = DEV_A,
		.nr = PL_DMA_BATCH_MAX + 1, .descs = V_BUFFER),
	REFUSAL("descriptors nowhere", PL_IOC_DMA, -EFAULT, pl_ioc_dma, .dev = DEV_A, .nr = 1,
		.descs = PAGE_SIZE),

	REFUSAL("none recorded", PL_IOC_FAULT, -EAGAIN, pl_ioc_fault, .dev = DEV_C),
	REFUSAL("beyond the last kind", PL_IOC_VIOLATION, -ENOENT, pl_ioc_violation, .dev = DEV_A,
		.index = 1000),
};

static u32 real_pasid(const struct world *w, u32 pasid)
{
	return pasid >= V_FULL && pasid < V_END ? w->pasids[pasid - V_FULL] : pasid;
}

static u64 real_address(u64 addr)
{
	if (addr - V_BUFFER > LAB_PAGES * PAGE_SIZE)
		return addr;
	return (unsigned long)lab_buffer() + (addr - V_BUFFER);
}

static void fill_in(const struct world *w, unsigned int cmd, struct arg *arg)
{
	switch (cmd) {
	case PL_IOC_PASID_FREE: {
		struct pl_ioc_pasid *p = (void *)arg;

		p->pasid = real_pasid(w, p->pasid);
		break;
	}
	case PL_IOC_SET: {
		struct pl_ioc_set *p = (void *)arg;

		p->pasid = real_pasid(w, p->pasid);
		break;
	}
	case PL_IOC_MAP: {
		struct pl_ioc_map *p = (void *)arg;

		p->uaddr = real_address(p->uaddr);
		break;
	}
	case PL_IOC_DMA: {
		struct pl_ioc_dma *p = (void *)arg;

		p->descs = real_address(p->descs);
		break;
	}
	}
}

static void a_refusal_has_its_errno_and_changes_nothing(void **state)
{
	struct arg *arg = aligned_alloc(PAGE_SIZE, sizeof(*arg));
	struct world *w = *state;
	const struct refusal *r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		r = &refusals[i];
		memset(arg, 0, sizeof(*arg));
		memcpy(arg, r->arg, r->size);
		fill_in(w, r->cmd, arg);
		expect(w, "refusal", r->what, r->cmd, arg, r->want);
	}
	free(arg);
}

/*
 * DMA descriptors: all are checked before any runs
 */

static const struct {
	const char *what;
	struct pl_dma_desc desc;
} bad_descs[] = {
	{ "unknown op", { .op = PL_DMA_OP_NR, .pasid = 1, .len = 8 } },
	{ "unknown flag", { .flags = 2, .pasid = 1, .len = 8 } },
	{ "no length", { .pasid = 1 } },
	{ "too long", { .pasid = 1, .len = PL_DMA_LEN_MAX + 1 } },
	{ "PASID of 21 bits", { .pasid = 1 << 20, .len = 8 } },
	{ "almost no PASID", { .pasid = PL_NO_PASID_U - 1, .len = 8 } },
	{ "source overflow", { .pasid = 1, .len = 9, .src = -8ull } },
	{ "target overflow", { .op = PL_DMA_FILL, .pasid = 1, .len = 9, .dst = -8ull } },
	{ "copy, source overflow", { .op = PL_DMA_COPY, .pasid = 1, .len = 9, .src = -8ull } },
	{ "copy, target overflow", { .op = PL_DMA_COPY, .pasid = 1, .len = 9, .dst = -8ull } },
};

static void a_bad_descriptor_stops_all_of_them(void **state)
{
	struct world *w = *state;
	u64 *word = lab_buffer(), old = word[0];
	struct pl_dma_desc descs[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_descs); i++) {
		descs[0] = (struct pl_dma_desc){
			.op = PL_DMA_FILL, .pasid = w->pasids[0], .len = 8, .dst = IOVA,
			.pattern = ~old,
		};
		descs[1] = bad_descs[i].desc;
		if (lab_dma(w->f, DEV_A, descs, 2) != -EINVAL)
			fail_msg("%s: not -EINVAL", bad_descs[i].what);
		assert_true(word[0] == old);
	}
	assert_int_equal(lab_dma(w->f, DEV_A, descs, 1), 0);
	assert_int_equal(descs[0].status, PL_DMA_OK);
	assert_true(word[0] == ~old);
}

static void the_end_of_the_address_space_is_no_overflow(void **state)
{
	struct pl_dma_desc desc = { .pasid = 1, .len = 8, .src = -8ull };
	struct world *w = *state;

	assert_int_equal(lab_dma(w->f, DEV_A, &desc, 1), 0);
	assert_int_equal(desc.status, PL_DMA_REFUSED);
}

/*
 * Answers that cannot be delivered
 */

static void *read_only(const void *bytes, size_t len)
{
	void *p = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	memcpy(p, bytes, len);
	assert_int_equal(mprotect(p, PAGE_SIZE, PROT_READ), 0);
	return p;
}

static void expect_unwritable(struct world *w, const char *name, unsigned int cmd,
			      const void *arg, size_t size)
{
	void *p = read_only(arg, size);

	expect(w, name, "answer to read-only memory", cmd, p, -EFAULT);
	munmap(p, PAGE_SIZE);
}

#define UNWRITABLE(_w, _cmd, _s, ...)						\
	expect_unwritable(_w, #_cmd, _cmd,					\
			  &(struct _s){ .size = sizeof(struct _s), __VA_ARGS__ },	\
			  sizeof(struct _s))

static void an_answer_without_a_place_is_efault_and_changes_nothing(void **state)
{
	struct pl_dma_desc desc = { .op = PL_DMA_FILL, .len = 8, .dst = IOVA };
	struct world *w = *state;
	u64 *word = lab_buffer(), old = word[0];

	UNWRITABLE(w, PL_IOC_DEV_OPEN, pl_ioc_dev_open, .name = "pasidlab-soft.3");
	UNWRITABLE(w, PL_IOC_DOMAIN_ALLOC, pl_ioc_domain_alloc, .dev = DEV_A);
	UNWRITABLE(w, PL_IOC_PASID_ALLOC, pl_ioc_pasid, .dev = DEV_A);
	UNWRITABLE(w, PL_IOC_AUX_ATTACH, pl_ioc_attach, .dev = DEV_A, .domain = DOM_IDLE);
	UNWRITABLE(w, PL_IOC_AUX_DETACH_ALL, pl_ioc_detach_all, .dev = DEV_A);
	UNWRITABLE(w, PL_IOC_UNMAP, pl_ioc_unmap, .domain = DOM_SET, .iova = IOVA,
		   .length = 3 * PAGE_SIZE);

	desc.pasid = w->pasids[0];
	desc.pattern = ~old;
	assert_int_equal(lab_dma(w->f, DEV_A, read_only(&desc, sizeof(desc)), 1), -EFAULT);
	assert_true(word[0] == old);
}

/*
 * Answers
 */

static void version_and_devices_are_told(void **state)
{
	struct pl_ioc_version v = { .size = sizeof(v) };
	struct pl_ioc_dev_info d = { .size = sizeof(d), .index = 2 };
	struct world *w = *state;

	assert_int_equal(shim_ioctl(w->f, PL_IOC_VERSION, &v), 0);
	assert_int_equal(v.abi_major, PL_ABI_MAJOR);
	assert_int_equal(v.abi_minor, PL_ABI_MINOR);
	assert_int_equal(v.devices, LAB_EPS);
	assert_string_equal(v.version, PL_VERSION);
	assert_int_equal(shim_ioctl(w->f, PL_IOC_DEV_INFO, &d), 0);
	assert_string_equal(d.name, "pasidlab-soft.2");
	assert_string_equal(d.unit, "vtd-model1");
	assert_string_equal(d.driver, "vtd");
	assert_int_equal(d.rid, 8);
	assert_int_equal(d.max_pasids, 1 << 20);
	assert_int_equal(d.engine, 1);
	assert_true(d.features & 1u << PL_FEAT_AUX);
	assert_true(d.pgsizes & PAGE_SIZE);
}

static void a_no_comes_with_a_reason(void **state)
{
	struct pl_ioc_feature arg = { .size = sizeof(arg), .dev = DEV_A };
	struct world *w = *state;
	u32 f;

	for (f = 0; f < PL_FEAT_NR + 2; f++) {
		arg.feature = f;
		assert_int_equal(shim_ioctl(w->f, PL_IOC_FEATURE, &arg), 0);
		assert_int_equal(arg.has, !arg.error);
		assert_int_equal(arg.has, !arg.why[0]);
		assert_true(f < PL_FEAT_NR || !arg.has);
	}
}

static void expect_walk(struct world *w, u32 pasid, u64 iova, bool mapped)
{
	struct pl_ioc_walk walk = {
		.size = sizeof(walk), .dev = DEV_A, .pasid = pasid, .iova = iova,
	};

	assert_int_equal(shim_ioctl(w->f, PL_IOC_WALK, &walk), 0);
	assert_true(walk.walked == walk.claimed);
	assert_int_equal(walk.walked != PL_WALK_NOWHERE, mapped);
	assert_int_equal(!!walk.prot, mapped);
}

static void tables_and_api_agree(void **state)
{
	struct pl_ioc_walk walk = { .size = sizeof(walk), .dev = DEV_A };
	struct world *w = *state;

	expect_walk(w, PL_NO_PASID_U, FREE_IOVA, false);
	expect_walk(w, w->pasids[0], FREE_IOVA, false);
	expect_walk(w, w->pasids[0], IOVA, true);
	assert_int_equal(shim_ioctl(w->f, PL_IOC_WALK, &walk), -EINVAL);
	walk.pasid = 1u << PL_PASID_WIDTH_MAX;
	assert_int_equal(shim_ioctl(w->f, PL_IOC_WALK, &walk), -EOVERFLOW);
	shim_capable = false;
	walk.pasid = w->pasids[0];
	assert_int_equal(shim_ioctl(w->f, PL_IOC_WALK, &walk), -EPERM);
	shim_capable = true;
}

static void faults_and_the_ledger_are_told(void **state)
{
	struct pl_ioc_ledger l = { .size = sizeof(l), .dev = DEV_A };
	struct pl_ioc_fault f = { .size = sizeof(f), .flags = UINT32_MAX, .dev = DEV_A };
	struct world *w = *state;

	assert_int_equal(lab_dma_read(w->f, DEV_A, w->pasids[0], FREE_IOVA, 0, NULL),
			 PL_DMA_REFUSED);
	assert_int_equal(shim_ioctl(w->f, PL_IOC_FAULT, &f), 0);
	assert_int_equal(f.pasid, w->pasids[0]);
	assert_true(f.flags & PL_FAULT_PASID);
	assert_true(f.addr == FREE_IOVA);
	assert_true(f.why[0]);
	assert_int_equal(shim_ioctl(w->f, PL_IOC_LEDGER, &l), 0);
	assert_int_equal(l.faults, 1);
	assert_int_equal(l.violations, 0);
	assert_int_equal(l.counts[PL_OP_ATTACH][PL_COUNT_CALLS], 3);
}

static void opening_takes_the_capability(void **state)
{
	int ret;

	shim_capable = false;
	assert_null(lab_open(&ret));
	shim_capable = true;
	assert_int_equal(ret, -EPERM);
}

#define WORLD(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_short_struct_is_refused),
		WORLD(the_first_struct_is_taken),
		WORLD(tables_and_api_agree),
		WORLD(a_long_struct_is_taken_only_with_zeroes),
		WORLD(a_misaligned_struct_is_refused),
		WORLD(unreadable_memory_is_efault),
		WORLD(an_unknown_flag_is_refused),
		WORLD(a_reserved_field_must_be_zero),
		WORLD(a_wrong_handle_is_enoent),
		WORLD(an_unknown_request_is_enotty),
		WORLD(the_size_in_the_number_does_not_count),
		WORLD(a_refusal_has_its_errno_and_changes_nothing),
		WORLD(a_bad_descriptor_stops_all_of_them),
		WORLD(the_end_of_the_address_space_is_no_overflow),
		WORLD(an_answer_without_a_place_is_efault_and_changes_nothing),
		WORLD(version_and_devices_are_told),
		WORLD(a_no_comes_with_a_reason),
		WORLD(faults_and_the_ledger_are_told),
		WORLD(opening_takes_the_capability),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("chardev", tests, NULL, NULL);
}
