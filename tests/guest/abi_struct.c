// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_struct.c - every request with a bad struct, a bad pointer or a bad handle: the documented
 * errno, and nothing changed.
 *
 * Two tables.  A *request* says how its valid call looks on the stage and how to undo it.  A
 * *mutation* spoils a valid call in one way.  Every request meets every mutation that applies to
 * it, and after each refusal a *snapshot* - the unit's whole ledger but its error column, and where
 * four slots lead - must be what it was before.
 *
 *	slot		holds				reach
 *	private PASID	domain of page 0		page 0
 *	aux PASID	domain of page 1		page 1
 *	empty PASID	blocking			refused
 *	RID		blocking			refused
 *
 * The hard rule: a mutation spoils one thing; two at once would let one check hide the lack of
 * the other.
 */
#include "abi.h"

#include <stdlib.h>
#include <sys/mman.h>

#define ARG_MAX		1024	/* larger than any struct of the ABI and its tail */
#define TAIL		16u

/* What is on the stage besides struct abi. */
struct stage {
	struct abi *a;
	uint32_t held;		/* domain in @private */
	uint32_t aux_domain;
	uint32_t spare;		/* domain in no slot */
	uint32_t private;
	uint32_t aux;
	uint32_t empty;
	uint32_t foreign_dev;	/* numbers that @a->other holds and @a->f does not */
	uint32_t foreign_domain;
	uint32_t stale;
	uint32_t tmp;		/* what a fill() made */
	uint8_t *fence;		/* two pages, the second not there */
	uint8_t *readonly;
	struct pl_dma_desc desc;
};

/**
 * struct request - a row of the table
 * @name: in test names
 * @nr: PL_IOC_*
 * @size: of its struct
 * @first: size of the struct as it was first published; 0: it has not grown
 * @dev: offset of its device handle, 0 for none
 * @domain: offset of its domain handle, 0 for none
 * @reserved: offset of its reserved field, 0 for none
 * @known_flags: what flags may hold; all ones where it is an answer
 * @out: it has an answer
 * @fill: make @arg a valid call (zeroed but for its size), and what it needs
 * @undo: take back what a valid call did; @err is what it returned
 */
struct request {
	const char *name;
	unsigned long nr;
	size_t size;
	size_t first;
	size_t dev;
	size_t domain;
	size_t reserved;
	uint32_t known_flags;
	bool out;
	void (*fill)(struct stage *s, void *arg);
	void (*undo)(struct stage *s, void *arg, int err);
};

static uint32_t dev0(struct stage *s)
{
	return s->a->dev[0].h;
}

static void fill_nothing(struct stage *s, void *arg)
{
	(void)s;
	(void)arg;
}

static void undo_nothing(struct stage *s, void *arg, int err)
{
	(void)s;
	(void)arg;
	(void)err;
}

static void fill_dev_open(struct stage *s, void *arg)
{
	struct pl_ioc_dev_open *req = arg;

	memcpy(req->name, s->a->dev[0].info.name, sizeof(req->name));
}

static void undo_dev_open(struct stage *s, void *arg, int err)
{
	struct pl_ioc_dev_open *req = arg;

	if (!err)
		EXPECT_OK(plu_free(&s->a->f, req->dev));
}

static void fill_free(struct stage *s, void *arg)
{
	struct pl_ioc_free *req = arg;

	EXPECT_OK(plu_domain_alloc(&s->a->f, dev0(s), 0, &req->handle, NULL));
	s->tmp = req->handle;
}

static void undo_free(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		EXPECT_OK(plu_free(&s->a->f, s->tmp));
}

static void fill_feature(struct stage *s, void *arg)
{
	struct pl_ioc_feature *req = arg;

	req->dev = dev0(s);
}

static void fill_enable(struct stage *s, void *arg)
{
	struct pl_ioc_enable *req = arg;

	req->dev = dev0(s);
	req->feature = PL_FEAT_AUX;
	req->enable = 1;
}

static void undo_enable(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_disable(&s->a->f, dev0(s), PL_FEAT_AUX));
}

static void fill_mode(struct stage *s, void *arg)
{
	struct pl_ioc_mode *req = arg;

	req->dev = dev0(s);
	req->mode = PL_MODE_FREE;
}

static void undo_mode(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_mode(&s->a->f, dev0(s), s->a->mode));
}

/* Nobody can claim dev[0] while PASIDs live there; the last of several endpoints is idle. */
static void fill_claim(struct stage *s, void *arg)
{
	struct pl_ioc_claim *req = arg;

	req->dev = s->a->dev[s->a->nr_devs - 1].h;
	req->claim = 1;
	if (s->a->nr_devs == 1)
		EXPECT_OK(plu_set(&s->a->f, dev0(s), s->private, PL_HANDLE_BLOCKING));
}

static void undo_claim(struct stage *s, void *arg, int err)
{
	struct pl_ioc_claim *req = arg;

	if (!err)
		EXPECT_OK(plu_release(&s->a->f, req->dev));
}

static void fill_domain_alloc(struct stage *s, void *arg)
{
	struct pl_ioc_domain_alloc *req = arg;

	req->dev = dev0(s);
}

static void undo_domain_alloc(struct stage *s, void *arg, int err)
{
	struct pl_ioc_domain_alloc *req = arg;

	if (!err)
		EXPECT_OK(plu_free(&s->a->f, req->domain));
}

static void fill_nested_alloc(struct stage *s, void *arg)
{
	struct pl_ioc_nested_alloc *req = arg;

	s->tmp = 0;
	if (plu_domain_alloc(&s->a->f, dev0(s), PL_DOMAIN_STAGE2, &s->tmp, NULL))
		s->tmp = s->spare;
	req->domain = s->tmp;
	req->table.kind = PL_USER_TABLE_SMMUV3;
	req->table.s1ctxptr = ABI_IOVA;
}

static void undo_nested_alloc(struct stage *s, void *arg, int err)
{
	struct pl_ioc_nested_alloc *req = arg;

	if (!err)
		EXPECT_OK(plu_free(&s->a->f, req->nested));
	if (s->tmp != s->spare)
		EXPECT_OK(plu_free(&s->a->f, s->tmp));
}

/* Of a paging domain: -EINVAL, once nothing else is wrong. */
static void fill_nested_inval(struct stage *s, void *arg)
{
	struct pl_ioc_nested_inval *req = arg;

	req->domain = s->spare;
	req->pasid = PL_NO_PASID_U;
}

static void fill_map(struct stage *s, void *arg)
{
	struct pl_ioc_map *req = arg;

	req->flags = PL_PROT_READ;
	req->domain = s->held;
	req->iova = ABI_IOVA + PLU_PAGE;
	req->uaddr = (uintptr_t)s->a->page[2].mem;
	req->length = PLU_PAGE;
}

static void undo_map(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_unmap(&s->a->f, s->held, ABI_IOVA + PLU_PAGE, PLU_PAGE, NULL));
}

static void fill_unmap(struct stage *s, void *arg)
{
	struct pl_ioc_unmap *req = arg;

	EXPECT_OK(plu_map(&s->a->f, s->held, ABI_IOVA + PLU_PAGE, s->a->page[2].mem, PLU_PAGE,
			  PL_PROT_READ));
	req->domain = s->held;
	req->iova = ABI_IOVA + PLU_PAGE;
	req->length = PLU_PAGE;
}

static void undo_unmap(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		EXPECT_OK(plu_unmap(&s->a->f, s->held, ABI_IOVA + PLU_PAGE, PLU_PAGE, NULL));
}

static void fill_pasid_alloc(struct stage *s, void *arg)
{
	struct pl_ioc_pasid *req = arg;

	req->dev = dev0(s);
}

static void undo_pasid_alloc(struct stage *s, void *arg, int err)
{
	struct pl_ioc_pasid *req = arg;

	if (!err)
		EXPECT_OK(plu_pasid_free(&s->a->f, dev0(s), req->pasid));
}

static void fill_pasid_free(struct stage *s, void *arg)
{
	struct pl_ioc_pasid *req = arg;

	EXPECT_OK(plu_pasid_alloc(&s->a->f, dev0(s), &req->pasid));
	req->dev = dev0(s);
	s->tmp = req->pasid;
}

static void undo_pasid_free(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		EXPECT_OK(plu_pasid_free(&s->a->f, dev0(s), s->tmp));
}

static void fill_set(struct stage *s, void *arg)
{
	struct pl_ioc_set *req = arg;

	req->dev = dev0(s);
	req->pasid = s->empty;
	req->domain = s->spare;
}

static void undo_set(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_set(&s->a->f, dev0(s), s->empty, PL_HANDLE_BLOCKING));
}

/* Valid in free mode only: PASIDs live on dev[0]. */
static void fill_rid_attach(struct stage *s, void *arg)
{
	struct pl_ioc_attach *req = arg;

	EXPECT_OK(plu_mode(&s->a->f, dev0(s), PL_MODE_FREE));
	req->dev = dev0(s);
	req->domain = s->spare;
}

static void undo_rid_attach(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_rid_detach(&s->a->f, dev0(s), s->spare));
	EXPECT_OK(plu_mode(&s->a->f, dev0(s), s->a->mode));
}

static void fill_rid_detach(struct stage *s, void *arg)
{
	struct pl_ioc_attach *req = arg;

	EXPECT_OK(plu_mode(&s->a->f, dev0(s), PL_MODE_FREE));
	EXPECT_OK(plu_rid_attach(&s->a->f, dev0(s), s->spare));
	req->dev = dev0(s);
	req->domain = s->spare;
}

static void undo_rid_detach(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		EXPECT_OK(plu_rid_detach(&s->a->f, dev0(s), s->spare));
	EXPECT_OK(plu_mode(&s->a->f, dev0(s), s->a->mode));
}

static void fill_aux_attach(struct stage *s, void *arg)
{
	struct pl_ioc_attach *req = arg;

	req->dev = dev0(s);
	req->domain = s->spare;
}

static void undo_aux_attach(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (!err)
		EXPECT_OK(plu_aux_detach(&s->a->f, dev0(s), s->spare));
}

static void fill_aux_detach(struct stage *s, void *arg)
{
	struct pl_ioc_attach *req = arg;

	EXPECT_OK(plu_aux_attach(&s->a->f, dev0(s), s->spare, &s->tmp));
	req->dev = dev0(s);
	req->domain = s->spare;
}

static void undo_aux_detach(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		EXPECT_OK(plu_aux_detach(&s->a->f, dev0(s), s->spare));
}

static void fill_aux_get_pasid(struct stage *s, void *arg)
{
	struct pl_ioc_attach *req = arg;

	req->dev = dev0(s);
	req->domain = s->aux_domain;
}

static void fill_detach_all(struct stage *s, void *arg)
{
	struct pl_ioc_detach_all *req = arg;

	req->dev = dev0(s);
}

/* It took the whole scene down: build it again. */
static void undo_detach_all(struct stage *s, void *arg, int err)
{
	(void)arg;
	if (err)
		return;
	EXPECT_OK(plu_set(&s->a->f, dev0(s), s->private, s->held));
	EXPECT_OK(plu_aux_attach(&s->a->f, dev0(s), s->aux_domain, &s->aux));
}

static void fill_dma(struct stage *s, void *arg)
{
	struct pl_ioc_dma *req = arg;

	s->desc = plu_read(s->private, ABI_IOVA, 8);
	req->dev = dev0(s);
	req->nr = 1;
	req->descs = (uintptr_t)&s->desc;
}

static void fill_ledger(struct stage *s, void *arg)
{
	struct pl_ioc_ledger *req = arg;

	req->dev = dev0(s);
}

static void fill_fault(struct stage *s, void *arg)
{
	struct pl_ioc_fault *req = arg;

	/* So that there is one to take. */
	abi_reach(s->a, 0, s->empty);
	req->dev = dev0(s);
}

static void fill_violation(struct stage *s, void *arg)
{
	struct pl_ioc_violation *req = arg;

	req->dev = dev0(s);
}

static void fill_walk(struct stage *s, void *arg)
{
	struct pl_ioc_walk *req = arg;

	req->dev = dev0(s);
	req->pasid = s->private;
	req->iova = ABI_IOVA;
}

#define REQ(_name, _struct) .name = #_name, .nr = PL_IOC_##_name, .size = sizeof(struct _struct)
/* Up to @_since, the first field that came later. */
#define FIRST(_struct, _since) .first = offsetof(struct _struct, _since)
#define DEV(_struct)	    .dev = offsetof(struct _struct, dev)
#define DOMAIN(_struct)	    .domain = offsetof(struct _struct, domain)
#define RESERVED(_struct)   .reserved = offsetof(struct _struct, reserved)
#define CALL(_fill, _undo)  .fill = (_fill), .undo = (_undo)

static const struct request requests[] = {
	{ REQ(VERSION, pl_ioc_version), .out = true, CALL(fill_nothing, undo_nothing) },
	{ REQ(DEV_INFO, pl_ioc_dev_info), FIRST(pl_ioc_dev_info, engine_name), .out = true,
	  CALL(fill_nothing, undo_nothing) },
	{ REQ(DEV_OPEN, pl_ioc_dev_open), RESERVED(pl_ioc_dev_open), .out = true,
	  CALL(fill_dev_open, undo_dev_open) },
	{ REQ(FREE, pl_ioc_free), RESERVED(pl_ioc_free), CALL(fill_free, undo_free) },
	{ REQ(FEATURE, pl_ioc_feature), DEV(pl_ioc_feature), .out = true,
	  CALL(fill_feature, undo_nothing) },
	{ REQ(ENABLE, pl_ioc_enable), DEV(pl_ioc_enable), RESERVED(pl_ioc_enable),
	  CALL(fill_enable, undo_enable) },
	{ REQ(MODE, pl_ioc_mode), DEV(pl_ioc_mode), CALL(fill_mode, undo_mode) },
	{ REQ(CLAIM, pl_ioc_claim), DEV(pl_ioc_claim), CALL(fill_claim, undo_claim) },
	{ REQ(DOMAIN_ALLOC, pl_ioc_domain_alloc), DEV(pl_ioc_domain_alloc), .out = true,
	  .known_flags = PL_DOMAIN_STAGE1 | PL_DOMAIN_STAGE2,
	  CALL(fill_domain_alloc, undo_domain_alloc) },
	{ REQ(NESTED_ALLOC, pl_ioc_nested_alloc), DOMAIN(pl_ioc_nested_alloc), .out = true,
	  CALL(fill_nested_alloc, undo_nested_alloc) },
	{ REQ(NESTED_INVAL, pl_ioc_nested_inval), DOMAIN(pl_ioc_nested_inval),
	  CALL(fill_nested_inval, undo_nothing) },
	{ REQ(MAP, pl_ioc_map), DOMAIN(pl_ioc_map), RESERVED(pl_ioc_map),
	  .known_flags = PL_PROT_READ | PL_PROT_WRITE, CALL(fill_map, undo_map) },
	{ REQ(UNMAP, pl_ioc_unmap), DOMAIN(pl_ioc_unmap), RESERVED(pl_ioc_unmap), .out = true,
	  CALL(fill_unmap, undo_unmap) },
	{ REQ(PASID_ALLOC, pl_ioc_pasid), DEV(pl_ioc_pasid), .out = true,
	  CALL(fill_pasid_alloc, undo_pasid_alloc) },
	{ REQ(PASID_FREE, pl_ioc_pasid), DEV(pl_ioc_pasid),
	  CALL(fill_pasid_free, undo_pasid_free) },
	{ REQ(SET, pl_ioc_set), DEV(pl_ioc_set), DOMAIN(pl_ioc_set), RESERVED(pl_ioc_set),
	  CALL(fill_set, undo_set) },
	{ REQ(RID_ATTACH, pl_ioc_attach), DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach),
	  RESERVED(pl_ioc_attach), CALL(fill_rid_attach, undo_rid_attach) },
	{ REQ(RID_DETACH, pl_ioc_attach), DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach),
	  RESERVED(pl_ioc_attach), CALL(fill_rid_detach, undo_rid_detach) },
	{ REQ(AUX_ATTACH, pl_ioc_attach), DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach),
	  RESERVED(pl_ioc_attach), .out = true, CALL(fill_aux_attach, undo_aux_attach) },
	{ REQ(AUX_DETACH, pl_ioc_attach), DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach),
	  RESERVED(pl_ioc_attach), CALL(fill_aux_detach, undo_aux_detach) },
	{ REQ(AUX_GET_PASID, pl_ioc_attach), DEV(pl_ioc_attach), DOMAIN(pl_ioc_attach),
	  RESERVED(pl_ioc_attach), .out = true, CALL(fill_aux_get_pasid, undo_nothing) },
	{ REQ(AUX_DETACH_ALL, pl_ioc_detach_all), DEV(pl_ioc_detach_all), .out = true,
	  CALL(fill_detach_all, undo_detach_all) },
	{ REQ(DMA, pl_ioc_dma), DEV(pl_ioc_dma), CALL(fill_dma, undo_nothing) },
	{ REQ(LEDGER, pl_ioc_ledger), FIRST(pl_ioc_ledger, uncounted), DEV(pl_ioc_ledger),
	  .out = true, CALL(fill_ledger, undo_nothing) },
	{ REQ(FAULT, pl_ioc_fault), DEV(pl_ioc_fault), .known_flags = UINT32_MAX, .out = true,
	  CALL(fill_fault, undo_nothing) },
	{ REQ(VIOLATION, pl_ioc_violation), DEV(pl_ioc_violation), .out = true,
	  CALL(fill_violation, undo_nothing) },
	{ REQ(WALK, pl_ioc_walk), DEV(pl_ioc_walk), RESERVED(pl_ioc_walk), .out = true,
	  CALL(fill_walk, undo_nothing) },
};

/* Snapshot: what a refused request must leave as it was. */
struct snapshot {
	uint64_t counts[PL_OP_NR][PL_COUNT_NR];
	int reach[4];
};

static void snapshot_take(struct stage *s, struct snapshot *snap)
{
	const struct abi_place place = { .f = &s->a->f, .dev = dev0(s), .iova = ABI_IOVA };
	const uint32_t pasids[] = { s->private, s->aux, s->empty, PL_NO_PASID_U };
	struct pl_ioc_ledger ledger;
	unsigned int op;

	EXPECT_OK(plu_ledger(&s->a->ctl, s->a->ctl_dev, &ledger));
	memcpy(snap->counts, ledger.counts, sizeof(snap->counts));
	for (op = 0; op < PL_OP_NR; op++)
		snap->counts[op][PL_COUNT_ERRORS] = 0;
	abi_reaches(s->a, &place, pasids, 4, snap->reach);
}

static bool snapshot_same(struct stage *s, const struct snapshot *before)
{
	struct snapshot now;

	snapshot_take(s, &now);
	return !memcmp(&now, before, sizeof(now));
}

static void put32(void *arg, size_t offset, uint32_t value)
{
	memcpy((uint8_t *)arg + offset, &value, sizeof(value));
}

/**
 * struct mutation - one way to spoil a valid call
 * @name: in test names
 * @applies: to which requests; NULL for all
 * @spoil: spoil @arg, or return another address for it
 * @want: the errno; 0 for a call that must still succeed
 */
struct mutation {
	const char *name;
	bool (*applies)(const struct request *r);
	void *(*spoil)(struct stage *s, const struct request *r, uint8_t *arg);
	int want;
};

static bool has_dev(const struct request *r)
{
	return r->dev;
}

static bool has_domain(const struct request *r)
{
	return r->domain;
}

static bool has_reserved(const struct request *r)
{
	return r->reserved;
}

static bool has_flags(const struct request *r)
{
	return r->known_flags != UINT32_MAX;
}

static bool has_answer(const struct request *r)
{
	return r->out;
}

static void *spoil_nothing(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	(void)r;
	return arg;
}

static void *spoil_size_zero(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	(void)r;
	put32(arg, 0, 0);
	return arg;
}

static size_t first_size(const struct request *r)
{
	return r->first ? r->first : r->size;
}

static void *spoil_size_short(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, 0, (uint32_t)first_size(r) - 1);
	return arg;
}

static void *spoil_size_long(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, 0, (uint32_t)r->size + TAIL);
	return arg;
}

static void *spoil_tail(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, 0, (uint32_t)r->size + TAIL);
	arg[r->size + TAIL - 1] = 1;
	return arg;
}

static void *spoil_size_huge(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	(void)r;
	put32(arg, 0, UINT32_MAX);
	return arg;
}

static void *spoil_flags(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, 4, 1u << 31 | (r->known_flags & 1));
	return arg;
}

/* The lowest bit that has no meaning yet is the one a later version will give one. */
static void *spoil_next_flag(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, 4, (r->known_flags + 1) | (r->known_flags & 1));
	return arg;
}

static void *spoil_reserved(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	put32(arg, r->reserved, 1);
	return arg;
}

static void *spoil_align(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	memmove(arg + 4, arg, r->size);
	return arg + 4;
}

static void *spoil_null(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)s;
	(void)r;
	(void)arg;
	return NULL;
}

static void *spoil_nowhere(struct stage *s, const struct request *r, uint8_t *arg)
{
	(void)r;
	(void)arg;
	return s->fence + PLU_PAGE;
}

/* All of the struct but its last eight bytes can be read. */
static void *spoil_fence(struct stage *s, const struct request *r, uint8_t *arg)
{
	uint8_t *start = s->fence + PLU_PAGE + 8 - (r->size + 7) / 8 * 8;

	memcpy(start, arg, (size_t)(s->fence + PLU_PAGE - start));
	return start;
}

static void *spoil_readonly(struct stage *s, const struct request *r, uint8_t *arg)
{
	EXPECT(!mprotect(s->readonly, PLU_PAGE, PROT_READ | PROT_WRITE), "mprotect");
	memcpy(s->readonly, arg, r->size);
	EXPECT(!mprotect(s->readonly, PLU_PAGE, PROT_READ), "mprotect");
	return s->readonly;
}

#define SPOIL_HANDLE(_name, _field, _value)						\
	static void *spoil_##_name(struct stage *s, const struct request *r, uint8_t *arg) \
	{										\
		(void)s;								\
		put32(arg, r->_field, _value);						\
		return arg;								\
	}

SPOIL_HANDLE(dev_none, dev, PL_HANDLE_NONE)
SPOIL_HANDLE(dev_static, dev, PL_HANDLE_BLOCKING)
SPOIL_HANDLE(dev_foreign, dev, s->foreign_dev)
SPOIL_HANDLE(dev_stale, dev, s->stale)
SPOIL_HANDLE(dev_kind, dev, s->held)
SPOIL_HANDLE(dev_far, dev, UINT32_MAX)
SPOIL_HANDLE(domain_none, domain, PL_HANDLE_NONE)
SPOIL_HANDLE(domain_foreign, domain, s->foreign_domain)
SPOIL_HANDLE(domain_stale, domain, s->stale)
SPOIL_HANDLE(domain_kind, domain, dev0(s))
SPOIL_HANDLE(domain_far, domain, UINT32_MAX)

static const struct mutation mutations[] = {
	{ "as it is", NULL, spoil_nothing, 0 },
	{ "size 0", NULL, spoil_size_zero, -EINVAL },
	{ "short struct", NULL, spoil_size_short, -EINVAL },
	{ "long struct, zero tail", NULL, spoil_size_long, 0 },
	{ "long struct, tail not zero", NULL, spoil_tail, -E2BIG },
	{ "size 2^32 - 1", NULL, spoil_size_huge, -E2BIG },
	{ "flag 31", has_flags, spoil_flags, -EINVAL },
	{ "first unknown flag", has_flags, spoil_next_flag, -EINVAL },
	{ "reserved not zero", has_reserved, spoil_reserved, -EINVAL },
	{ "misaligned pointer", NULL, spoil_align, -EINVAL },
	{ "null pointer", NULL, spoil_null, -EFAULT },
	{ "pointer to nothing", NULL, spoil_nowhere, -EFAULT },
	{ "struct runs into nothing", NULL, spoil_fence, -EFAULT },
	{ "answer to read-only memory", has_answer, spoil_readonly, -EFAULT },
	{ "device handle 0", has_dev, spoil_dev_none, -ENOENT },
	{ "static handle as device", has_dev, spoil_dev_static, -ENOENT },
	{ "foreign device handle", has_dev, spoil_dev_foreign, -ENOENT },
	{ "stale device handle", has_dev, spoil_dev_stale, -ENOENT },
	{ "domain handle as device", has_dev, spoil_dev_kind, -ENOENT },
	{ "device handle 2^32 - 1", has_dev, spoil_dev_far, -ENOENT },
	{ "domain handle 0", has_domain, spoil_domain_none, -ENOENT },
	{ "foreign domain handle", has_domain, spoil_domain_foreign, -ENOENT },
	{ "stale domain handle", has_domain, spoil_domain_stale, -ENOENT },
	{ "device handle as domain", has_domain, spoil_domain_kind, -ENOENT },
	{ "domain handle 2^32 - 1", has_domain, spoil_domain_far, -ENOENT },
};

static bool nests(const struct stage *s)
{
	return s->a->dev[0].info.features & 1u << PL_FEAT_NEST_RID;
}

/* What a unit has not, it has not: violations are a model's, and faults may be the kernel's. */
static bool valid_result(const struct stage *s, const struct request *r, int err)
{
	if (r->nr == PL_IOC_VIOLATION && err == -ENOENT)
		return true;
	if (r->nr == PL_IOC_WALK && err == -EOPNOTSUPP)
		return abi_missing(s->a, NEED_WALK);
	if (r->nr == PL_IOC_NESTED_INVAL)
		return err == -EINVAL;
	if (r->nr == PL_IOC_NESTED_ALLOC && !nests(s))
		return err == (s->tmp == s->spare ? -EINVAL : -EOPNOTSUPP);
	if (r->nr == PL_IOC_FAULT && s->a->uncounted & PL_UNCOUNTED_FAULTS)
		return err == -EOPNOTSUPP;
	return !err;
}

static void run_mutation(struct stage *s, const struct request *r, const struct mutation *m)
{
	uint8_t arg[ARG_MAX] __attribute__((aligned(8))) = { 0 };
	struct snapshot before;
	void *where;
	int err;

	put32(arg, 0, (uint32_t)r->size);
	r->fill(s, arg);
	where = m->spoil(s, r, arg);
	if (m->want)
		snapshot_take(s, &before);
	err = plu_ioctl(&s->a->f, r->nr, where);
	if (m->want) {
		EXPECT(err == m->want, "got %d (%s), want %d", err, strerror(-err), m->want);
		EXPECT(snapshot_same(s, &before), "the refused request changed something");
	} else {
		EXPECT(valid_result(s, r, err), "got %d (%s), want success", err, strerror(-err));
	}
	r->undo(s, where && !err ? where : arg, err);
}

/* A number that the other file holds and this one does not: a dozen domains further. */
static void make_foreign(struct stage *s)
{
	struct abi *a = s->a;
	uint32_t dev = a->dev[0].other;
	unsigned int i;

	for (i = 0; i < 24; i++)
		EXPECT_OK(plu_domain_alloc(&a->other, dev, 0, &s->foreign_domain, NULL));
	EXPECT_OK(plu_free(&a->other, dev));
	EXPECT_OK(plu_dev_open(&a->other, a->dev[0].info.name, &s->foreign_dev));
	a->dev[0].other = s->foreign_dev;
}

static void make_memory(struct stage *s)
{
	s->fence = mmap(NULL, 2 * PLU_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	s->readonly = mmap(NULL, PLU_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(s->fence != MAP_FAILED && s->readonly != MAP_FAILED, "mmap failed");
	EXPECT(!munmap(s->fence + PLU_PAGE, PLU_PAGE), "munmap failed");
}

static void stage_set(struct stage *s, struct abi *a)
{
	*s = (struct stage) { .a = a };
	abi_setup(a, a->mode);
	s->held = abi_domain(a, 0, 0);
	s->aux_domain = abi_domain(a, 0, 1);
	s->spare = abi_domain(a, 0, 2);
	s->private = abi_pasid(a, 0, s->held);
	EXPECT_OK(plu_aux_attach(&a->f, a->dev[0].h, s->aux_domain, &s->aux));
	EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[0].h, &s->empty));
	EXPECT_OK(plu_domain_alloc(&a->f, a->dev[0].h, 0, &s->stale, NULL));
	EXPECT_OK(plu_free(&a->f, s->stale));
	make_foreign(s);
	make_memory(s);
}

static void stage_clear(struct stage *s)
{
	munmap(s->fence, PLU_PAGE);
	munmap(s->readonly, PLU_PAGE);
	abi_teardown(s->a);
}

static void run_pair(struct stage *s, const struct request *r, const struct mutation *m)
{
	check_begin("ABI", "struct/%s: %s", r->name, m->name);
	if (r->nr == PL_IOC_CLAIM && s->a->nr_devs == 1 && !m->want)
		check_skip("needs a second endpoint, an idle one");
	else
		run_mutation(s, r, m);
	check_end();
}

/* A program built with a later header has larger structs, and so other request numbers. */
static void run_later_header(struct stage *s, const struct request *r)
{
	uint8_t arg[ARG_MAX] __attribute__((aligned(8))) = { 0 };
	unsigned long nr = _IOC(_IOC_READ | _IOC_WRITE, PL_IOC_TYPE, _IOC_NR(r->nr),
				r->size + TAIL);
	int err;

	check_begin("ABI", "struct/%s: number of a later header", r->name);
	put32(arg, 0, (uint32_t)r->size + TAIL);
	r->fill(s, arg);
	err = plu_ioctl(&s->a->f, nr, arg);
	EXPECT(valid_result(s, r, err) || (r->nr == PL_IOC_CLAIM && s->a->nr_devs == 1),
	       "got %d (%s)", err, strerror(-err));
	r->undo(s, arg, err);
	check_end();
}

/* A program built with an earlier header has smaller structs, and no room behind them. */
static void run_earlier_header(struct stage *s, const struct request *r)
{
	uint8_t arg[ARG_MAX] __attribute__((aligned(8))) = { 0 };
	unsigned long nr = _IOC(_IOC_READ | _IOC_WRITE, PL_IOC_TYPE, _IOC_NR(r->nr), r->first);
	size_t i;
	int err;

	check_begin("ABI", "struct/%s: struct of an earlier header", r->name);
	put32(arg, 0, (uint32_t)r->first);
	r->fill(s, arg);
	memset(arg + r->first, 0xa5, r->size - r->first);
	err = plu_ioctl(&s->a->f, nr, arg);
	EXPECT(valid_result(s, r, err), "got %d (%s)", err, strerror(-err));
	for (i = r->first; i < r->size; i++)
		EXPECT(arg[i] == 0xa5, "byte %zu behind the struct was written", i);
	r->undo(s, arg, err);
	check_end();
}

/* One stage for all mutations of a request; what they leaked shows when it is cleared. */
static void run_request(struct abi *a, const struct request *r)
{
	struct stage s;
	bool ready;
	size_t i;

	check_begin("ABI", "struct/%s: the stage is set", r->name);
	stage_set(&s, a);
	ready = !check_failed();
	check_end();
	for (i = 0; ready && i < sizeof(mutations) / sizeof(mutations[0]); i++)
		if (!mutations[i].applies || mutations[i].applies(r))
			run_pair(&s, r, &mutations[i]);
	if (ready)
		run_later_header(&s, r);
	if (ready && r->first)
		run_earlier_header(&s, r);
	check_begin("ABI", "struct/%s: nothing leaked", r->name);
	stage_clear(&s);
	check_end();
}

static void run_unknown(struct abi *a)
{
	static const unsigned long unknown[] = {
		_IOWR(PL_IOC_TYPE, 0x7f, struct pl_ioc_set),
		_IOWR(PL_IOC_TYPE, 0xff, struct pl_ioc_set),
		_IOWR(PL_IOC_TYPE, 0x08, struct pl_ioc_set),
		_IOWR(PL_IOC_TYPE + 1, 0x22, struct pl_ioc_set),
		_IO(PL_IOC_TYPE, 0x22), 0, 0xffffffff,
	};
	struct pl_ioc_set req = { .size = sizeof(req) };
	unsigned int i;

	check_begin("ABI", "struct/an unknown request is -ENOTTY");
	abi_setup(a, a->mode);
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		EXPECT(plu_ioctl(&a->f, unknown[i], &req) == -ENOTTY, "request %#lx", unknown[i]);
	abi_teardown(a);
	check_end();
}

static void run_structs(struct abi *a)
{
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		run_request(a, &requests[i]);
	run_unknown(a);
}

const struct abi_group abi_group_struct = { .name = "struct", .run = run_structs };
