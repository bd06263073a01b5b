// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VT-d reference model, driven bare: tables made by hand, descriptors
 * written by hand, no driver in between.
 *
 * Vocabulary.  A *lab* is one model with one device behind it (00:01.0), a PASID
 * directory and a PASID table for PASIDs 0 to 63, a first-stage and a
 * second-stage page table, and target pages that each hold a word of their own.
 * A *slip* is a mistake made on purpose: the test names the violation that must
 * follow.  Whatever is not named must not happen: every test ends with an audit.
 *
 * The hard rule: a test says what the specification says, with the section, and
 * uses of the model only what vtd_model_api.h offers.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../hw/vtd/model_api.h"
#include "../../hw/vtd/regs.h"
#include "../kernel/shim.h"

#define RID	0x0008		/* 00:01.0 */
#define RID_UP	0x0080		/* 00:10.0: in the upper context table */
#define IOVA	0x40000000ULL
#define DID	5
#define DID_SS	6
#define DID_PT	7
#define PAGES	4
#define WORD(i)	(0x1122334455660000ULL + (i))
#define ALL	GENMASK_ULL(62, 12)	/* every address, in a device-TLB invalidation */
#define RW	(VTD_FS_P | VTD_FS_RW | VTD_FS_US | VTD_FS_A | VTD_FS_D)
#define SSRW	(VTD_SS_R | VTD_SS_W)

struct lab {
	struct vtd_model_config cfg;
	struct vtd_model *m;
	struct pl_regs *r;
	struct pl_fabric *f;
	struct pl_port port;
	u64 invalidations;
	u64 inv_addr;
	u64 inv_size;
	u32 inv_pasid;
	bool inv_global;
	u64 *root, *ctx, *ctx_up, *dir, *table, *fs, *ss, *page[PAGES];
	u64 (*ring)[4];
	u32 *status;
	u32 tail;
	u32 seq;
	u32 stale;
	u32 irqs;
	u64 expected;
	bool no_audit;
};

/*
 * Memory
 */

static u64 phys(const void *va)
{
	return virt_to_phys((void *)va);
}

static void *page(void)
{
	void *p = (void *)get_zeroed_page(GFP_KERNEL);

	assert_non_null(p);
	return p;
}

/* One 64-bit store to a table, published. */
static void put(struct lab *l, u64 *at, u64 val)
{
	WRITE_ONCE(*at, val);
	l->r->ops->publish(l->r, at, sizeof(*at));
}

static void *table(struct lab *l)
{
	void *p = page();

	l->r->ops->publish(l->r, p, PAGE_SIZE);
	return p;
}

static void give_back(struct lab *l, void *p)
{
	l->r->ops->freed(l->r, p, PAGE_SIZE);
	free_page((unsigned long)p);
}

/* The entry for @iova at @level of the tree at @top, its upper tables made. */
static u64 *entry(struct lab *l, u64 *top, u64 iova, int level, u64 link)
{
	u64 *t = top, *e;
	int i;

	for (i = 4; i > level; i--) {
		e = &t[iova >> (12 + 9 * (i - 1)) & 511];
		if (!*e)
			put(l, e, phys(table(l)) | link);
		t = phys_to_virt(*e & VTD_PT_ADDR);
	}
	return &t[iova >> (12 + 9 * (level - 1)) & 511];
}

static u64 *fs_entry(struct lab *l, u64 iova, int level)
{
	return entry(l, l->fs, iova, level, RW);
}

static u64 *ss_entry(struct lab *l, u64 iova, int level)
{
	return entry(l, l->ss, iova, level, SSRW);
}

static void free_tree(u64 *t, int level)
{
	int i;

	for (i = 0; level > 1 && i < 512; i++)
		if (t[i] && !(t[i] & VTD_PT_PS) && shim_phys_live(t[i] & VTD_PT_ADDR, 1))
			free_tree(phys_to_virt(t[i] & VTD_PT_ADDR), level - 1);
	free_page((unsigned long)t);
}

/*
 * PASID entries
 */

static u64 *pe(struct lab *l, u32 pasid)
{
	return &l->table[pasid * VTD_PE_QWORDS];
}

static u64 snoop(struct lab *l)
{
	return l->cfg.coherent ? VTD_PE1_PWSNP : 0;
}

static void attach(struct lab *l, u32 pasid, u64 pgtt, u16 did)
{
	u64 q0 = VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, pgtt) | FIELD_PREP(VTD_PE0_AW, 2);

	if (pgtt == VTD_PGTT_SS || pgtt == VTD_PGTT_NEST)
		q0 |= phys(l->ss);
	put(l, &pe(l, pasid)[1], did | snoop(l));
	put(l, &pe(l, pasid)[2], pgtt == VTD_PGTT_FS || pgtt == VTD_PGTT_NEST ? phys(l->fs) : 0);
	put(l, &pe(l, pasid)[0], q0);
}

static void attach_fs(struct lab *l, u32 pasid)
{
	attach(l, pasid, VTD_PGTT_FS, DID);
}

static void attach_ss(struct lab *l, u32 pasid)
{
	attach(l, pasid, VTD_PGTT_SS, DID_SS);
}

static void clear_p(struct lab *l, u32 pasid)
{
	put(l, &pe(l, pasid)[0], 0);
}

static void zero_rest(struct lab *l, u32 pasid)
{
	put(l, &pe(l, pasid)[1], 0);
	put(l, &pe(l, pasid)[2], 0);
}

/*
 * The queue
 */

static void desc(struct lab *l, u64 lo, u64 hi)
{
	u64 *d = l->ring[l->tail];

	memset(d, 0, sizeof(l->ring[0]));
	d[0] = lo;
	d[1] = hi;
	l->tail = (l->tail + 1) % 128;
}

static void doorbell(struct lab *l)
{
	pl_write64(l->r, VTD_IQT, (u64)l->tail << VTD_IQ_DESC_SHIFT);
}

static void wait_desc(struct lab *l, u64 flags)
{
	desc(l, VTD_DESC_WAIT | VTD_WAIT_SW | flags | FIELD_PREP(VTD_WAIT_DATA, ++l->seq),
	     phys(l->status));
}

static bool is_done(struct lab *l)
{
	return READ_ONCE(*l->status) == l->seq;
}

static void sync(struct lab *l)
{
	wait_desc(l, 0);
	doorbell(l);
	assert_true(is_done(l));
}

static void fence(struct lab *l)
{
	desc(l, VTD_DESC_WAIT | VTD_WAIT_FN, 0);
}

static void pc(struct lab *l, u16 did, u32 pasid)
{
	desc(l, VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_PASID) | FIELD_PREP(VTD_PC_DID, did) |
	     FIELD_PREP(VTD_PC_PASID_ID, pasid), 0);
}

static void pc_all(struct lab *l)
{
	desc(l, VTD_DESC_PC | FIELD_PREP(VTD_PC_G, VTD_PC_GLOBAL), 0);
}

static void cc_all(struct lab *l)
{
	desc(l, VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_GLOBAL), 0);
}

static void cc_device(struct lab *l, u16 rid)
{
	desc(l, VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_DEVICE) | FIELD_PREP(VTD_CC_SID, rid), 0);
}

static void iotlb_all(struct lab *l)
{
	desc(l, VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_GLOBAL), 0);
}

static void iotlb_domain(struct lab *l, u16 did)
{
	desc(l, VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_DOMAIN) |
	     FIELD_PREP(VTD_IOTLB_DID, did), 0);
}

static void iotlb_page(struct lab *l, u16 did, u64 iova, u32 am, u64 ih)
{
	desc(l, VTD_DESC_IOTLB | FIELD_PREP(VTD_IOTLB_G, VTD_IOTLB_PAGE) |
	     FIELD_PREP(VTD_IOTLB_DID, did), iova | am | ih);
}

static void piotlb(struct lab *l, u16 did, u32 pasid)
{
	desc(l, VTD_DESC_PIOTLB | FIELD_PREP(VTD_PIOTLB_G, VTD_PIOTLB_ALL) |
	     FIELD_PREP(VTD_PIOTLB_DID, did) | FIELD_PREP(VTD_PIOTLB_PASID, pasid), 0);
}

static void piotlb_page(struct lab *l, u16 did, u32 pasid, u64 iova, u32 am, u64 ih)
{
	desc(l, VTD_DESC_PIOTLB | FIELD_PREP(VTD_PIOTLB_G, VTD_PIOTLB_PAGE) |
	     FIELD_PREP(VTD_PIOTLB_DID, did) | FIELD_PREP(VTD_PIOTLB_PASID, pasid),
	     iova | am | ih);
}

static void dtlb(struct lab *l, u64 addr)
{
	desc(l, VTD_DESC_DTLB | FIELD_PREP(VTD_DTLB_SID, RID), addr);
}

static void pdtlb(struct lab *l, u32 pasid, u64 addr)
{
	desc(l, VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_SID, RID) |
	     FIELD_PREP(VTD_PDTLB_PASID, pasid), addr);
}

static void pdtlb_all(struct lab *l, u32 pasid)
{
	pdtlb(l, pasid, ALL | VTD_PDTLB_HI_S);
}

static void flush(struct lab *l)
{
	cc_all(l);
	pc_all(l);
	iotlb_all(l);
	if (l->cfg.ats)
		pdtlb(l, 0, ALL | VTD_PDTLB_HI_S | VTD_PDTLB_HI_G);
	sync(l);
}

/* Everything a first-stage slot owes when it goes (6.5.3.3, Table 28). */
static void detach_fs(struct lab *l, u32 pasid)
{
	clear_p(l, pasid);
	pc(l, DID, pasid);
	piotlb(l, DID, pasid);
	pdtlb_all(l, pasid);
	sync(l);
	zero_rest(l, pasid);
}

/*
 * Requests
 */

/* One request for a word; returns the fault reason, or 0 and the word. */
static u32 request(struct lab *l, u16 rid, u32 pasid, u64 iova, bool write, u64 *word)
{
	struct pl_tlp t = {
		.rid = rid, .pasid = pasid, .addr = iova, .len = sizeof(*word), .write = write,
	};
	int ret = l->f->ops->access(l->f, &t, word);

	l->stale = t.stale;
	assert_int_equal(ret, t.reason ? -EFAULT : 0);
	return t.reason;
}

static u32 fault(struct lab *l, u32 pasid, u64 iova, bool write)
{
	u64 word = 0;

	return request(l, RID, pasid, iova, write, &word);
}

static bool reads(struct lab *l, u32 pasid, u64 iova, u64 want)
{
	u64 word = 0;

	return !request(l, RID, pasid, iova, false, &word) && word == want;
}

static u32 ask(struct lab *l, u32 pasid, u64 iova, bool write, struct pl_translation *t)
{
	int ret = l->f->ops->translate(l->f, RID, pasid, iova, write, t);

	assert_int_equal(ret, t->reason ? -EFAULT : 0);
	return t->reason;
}

static u32 translated(struct lab *l, u32 pasid, u64 iova, u64 addr)
{
	u64 word;
	struct pl_tlp t = {
		.rid = RID, .pasid = pasid, .addr = addr, .len = sizeof(word),
		.translated = true, .iova = iova,
	};
	int ret = l->f->ops->access(l->f, &t, &word);

	l->stale = t.stale;
	assert_int_equal(ret, t.reason ? -EFAULT : 0);
	return t.reason;
}

/*
 * Violations
 */

static u64 count(struct lab *l, const char *name)
{
	const char *n, *text;
	unsigned int i;
	u64 c;

	for (i = 0; !vtd_model_violation(l->m, i, &n, &text, &c); i++)
		if (!strcmp(n, name))
			return c;
	return 0;
}

static const char *text_of(struct lab *l, const char *name)
{
	const char *n, *text;
	unsigned int i;
	u64 c;

	for (i = 0; !vtd_model_violation(l->m, i, &n, &text, &c); i++)
		if (!strcmp(n, name))
			return text;
	return "";
}

/* Exactly these violations so far, and all of that kind. */
static void caught(struct lab *l, const char *name, u64 times)
{
	if (count(l, name) != times)
		print_message("%s: %llu times, not %llu: %s\n", name,
			      (unsigned long long)count(l, name), (unsigned long long)times,
			      text_of(l, name));
	assert_int_equal(count(l, name), times);
	l->expected += times;
}

static void audit_finds(struct lab *l, const char *name)
{
	u64 n = vtd_model_audit(l->m);

	assert_int_equal(count(l, name), 1);
	l->expected += n;
}

/*
 * The lab
 */

static void port_invalidate(struct pl_port *p, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	struct lab *l = container_of(p, struct lab, port);

	l->invalidations++;
	l->inv_pasid = pasid;
	l->inv_global = global;
	l->inv_addr = addr;
	l->inv_size = size;
}

static const struct pl_port_ops port_ops = { .invalidate = port_invalidate };

static void gcmd(struct lab *l, u32 keep, u32 bit, bool on)
{
	pl_write32(l->r, VTD_GCMD, keep | (on ? bit : 0));
	while (!!(pl_read32(l->r, VTD_GSTS) & bit) != on)
		;
}

static void lab_tables(struct lab *l)
{
	u64 dte = l->cfg.ats ? VTD_CTX_DTE : 0;
	int i;

	l->root = table(l);
	l->ctx = table(l);
	l->ctx_up = table(l);
	l->dir = table(l);
	l->table = table(l);
	l->fs = table(l);
	l->ss = table(l);
	put(l, &l->root[0], phys(l->ctx) | VTD_ROOT_P);
	put(l, &l->root[1], phys(l->ctx_up) | VTD_ROOT_P);
	put(l, &l->ctx[RID * 4], phys(l->dir) | dte | VTD_CTX_PASIDE | VTD_CTX_P);
	put(l, &l->dir[0], phys(l->table) | VTD_PDE_P);
	for (i = 0; i < PAGES; i++) {
		l->page[i] = page();
		*l->page[i] = WORD(i);
		put(l, fs_entry(l, IOVA + i * PAGE_SIZE, 1), phys(l->page[i]) | RW);
		put(l, ss_entry(l, IOVA + i * PAGE_SIZE, 1), phys(l->page[i]) | SSRW);
	}
}

static void lab_start(struct lab *l)
{
	l->ring = page();
	l->status = page();
	pl_write64(l->r, VTD_RTADDR, phys(l->root) | VTD_RTADDR_TTM_SCALABLE);
	gcmd(l, 0, VTD_GCMD_SRTP, true);
	pl_write64(l->r, VTD_IQA, phys(l->ring) | VTD_IQA_DW);
	gcmd(l, 0, VTD_GCMD_QIE, true);
	cc_all(l);
	pc_all(l);
	iotlb_all(l);
	sync(l);
	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, true);
	l->port.ops = &port_ops;
	l->port.rid = RID;
	assert_int_equal(l->f->ops->connect(l->f, &l->port), 0);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	if (l->cfg.ats)
		l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_ATS);
}

static int lab_up(void **state, const struct vtd_model_config *cfg)
{
	struct lab *l = test_calloc(1, sizeof(*l));

	l->cfg = *cfg;
	*state = l;
	if (vtd_model_create(cfg, "lab", &l->m))
		return -1;
	l->r = vtd_model_regs(l->m);
	l->f = vtd_model_fabric(l->m);
	lab_tables(l);
	lab_start(l);
	return 0;
}

static int setup(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	return lab_up(state, &cfg);
}

static int setup_cm(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.caching_mode = true;
	return lab_up(state, &cfg);
}

static int setup_nosnoop(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.coherent = false;
	return lab_up(state, &cfg);
}

static int setup_nest(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.nested = true;
	return lab_up(state, &cfg);
}

static int setup_any(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.order = VTD_MODEL_ORDER_ANY;
	return lab_up(state, &cfg);
}

static int setup_strict(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.strict_dtlb = true;
	return lab_up(state, &cfg);
}

static int setup_lazy(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.lazy = true;
	return lab_up(state, &cfg);
}

static int setup_small(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.pasid_bits = 5;
	cfg.pa_bits = 46;
	cfg.va_bits = 39;
	cfg.did_bits = 8;
	cfg.pgsizes = BIT_ULL(12);
	cfg.passthrough = false;
	cfg.throttle = false;
	cfg.page_drain = false;
	cfg.nr_fault_records = 2;
	return lab_up(state, &cfg);
}

static int setup_slow(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.handshake_polls = 3;
	return lab_up(state, &cfg);
}

static int setup_concurrent(void **state)
{
	struct vtd_model_config cfg;

	vtd_model_config_init(&cfg);
	cfg.concurrent = true;
	return lab_up(state, &cfg);
}

static void show(struct lab *l)
{
	const char *n, *text;
	unsigned int i;
	u64 c;

	for (i = 0; !vtd_model_violation(l->m, i, &n, &text, &c); i++)
		print_message("%s x%llu: %s\n", n, (unsigned long long)c, text);
}

static int teardown(void **state)
{
	struct lab *l = *state;
	u64 total;
	int i;

	if (!l->no_audit)
		vtd_model_audit(l->m);
	total = vtd_model_violations(l->m);
	if (total != l->expected)
		show(l);
	vtd_model_destroy(l->m);
	free_tree(l->fs, 4);
	free_tree(l->ss, 4);
	for (i = 0; i < PAGES; i++)
		free_page((unsigned long)l->page[i]);
	free_page((unsigned long)l->root);
	free_page((unsigned long)l->ctx);
	free_page((unsigned long)l->ctx_up);
	free_page((unsigned long)l->dir);
	free_page((unsigned long)l->table);
	free_page((unsigned long)l->ring);
	free_page((unsigned long)l->status);
	i = total != l->expected;
	test_free(l);
	return i;
}

/*
 * Registers (11.4)
 */

static void the_registers_say_what_was_configured(void **state)
{
	struct lab *l = *state;
	u64 cap = pl_read64(l->r, VTD_CAP), ecap = pl_read64(l->r, VTD_ECAP);

	assert_int_equal(FIELD_GET(VTD_CAP_ND, cap), 2);
	assert_int_equal(FIELD_GET(VTD_CAP_MGAW, cap), 38);
	assert_int_equal(FIELD_GET(VTD_CAP_NFR, cap), 1);
	assert_false(cap & (VTD_CAP_CM | VTD_CAP_SAGAW_48 | VTD_CAP_SSLPS_2M | VTD_CAP_FS1GP));
	assert_int_equal(FIELD_GET(VTD_ECAP_PSS, ecap), 4);
	assert_true(ecap & VTD_ECAP_SMTS && ecap & VTD_ECAP_QI && ecap & VTD_ECAP_C);
	assert_false(ecap & VTD_ECAP_PT);
	assert_int_equal(pl_read32(l->r, VTD_CAP), (u32)cap);
	assert_int_equal(pl_read32(l->r, VTD_CAP + 4), cap >> 32);
}

static void registers_keep_what_is_written(void **state)
{
	struct lab *l = *state;

	pl_write64(l->r, VTD_RTADDR, 0x123456789000ULL);
	assert_true(pl_read64(l->r, VTD_RTADDR) == 0x123456789000ULL);
	pl_write32(l->r, VTD_RTADDR + 4, 0x42);
	assert_true(pl_read64(l->r, VTD_RTADDR) == 0x4256789000ULL);
	pl_write32(l->r, VTD_FEDATA, 0x31);
	pl_write32(l->r, VTD_FEADDR, 0xfee00000);
	pl_write32(l->r, VTD_FEUADDR, 1);
	assert_int_equal(pl_read32(l->r, VTD_FEDATA), 0x31);
	assert_int_equal(pl_read32(l->r, VTD_FEADDR), 0xfee00000);
	assert_int_equal(pl_read32(l->r, VTD_FEUADDR), 1);
	pl_write32(l->r, VTD_PMEN, 0);
	assert_int_equal(pl_read32(l->r, VTD_PMEN), 0);
	assert_int_equal(pl_read32(l->r, VTD_VER), 0x60);
	assert_int_equal(pl_read32(l->r, 0xf00), 0);
}

static void a_command_shows_after_its_handshake(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, VTD_GCMD, VTD_GCMD_QIE);
	assert_true(pl_read32(l->r, VTD_GSTS) & VTD_GCMD_TE);
	assert_true(pl_read32(l->r, VTD_GSTS) & VTD_GCMD_TE);
	assert_false(pl_read32(l->r, VTD_GSTS) & VTD_GCMD_TE);
	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, true);
	pl_write32(l->r, VTD_GCMD, VTD_GCMD_QIE);
	pl_write32(l->r, VTD_GCMD, VTD_GCMD_QIE | VTD_GCMD_TE);
	caught(l, "REG", 1);
}

static void one_field_of_gcmd_at_a_time(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, VTD_GCMD, 0);
	caught(l, "REG", 1);
}

static void the_queue_is_configured_while_it_is_off(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, VTD_IQA, pl_read32(l->r, VTD_IQA));
	caught(l, "REG", 1);
}

static void a_busy_queue_is_not_switched_off(void **state)
{
	struct lab *l = *state;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_SLOW, 1000);
	pc_all(l);
	doorbell(l);
	pl_write32(l->r, VTD_GCMD, VTD_GCMD_TE);
	caught(l, "REG", 1);
}

static void translation_needs_a_root_table(void **state)
{
	struct vtd_model_config cfg;
	struct vtd_model *m;

	(void)state;
	vtd_model_config_init(&cfg);
	assert_int_equal(vtd_model_create(&cfg, "bare", &m), 0);
	pl_write32(vtd_model_regs(m), VTD_GCMD, VTD_GCMD_TE);
	assert_int_equal(vtd_model_violations(m), 1);
	vtd_model_destroy(m);
}

static void a_configuration_no_unit_has_is_refused(void **state)
{
	struct vtd_model_config cfg;
	struct vtd_model *m;

	(void)state;
	vtd_model_config_init(&cfg);
	cfg.pasid_bits = 21;
	assert_int_equal(vtd_model_create(&cfg, "bare", &m), -EINVAL);
	vtd_model_config_init(&cfg);
	cfg.nested = true;
	cfg.stage2 = false;
	assert_int_equal(vtd_model_create(&cfg, "bare", &m), -EINVAL);
	vtd_model_config_init(&cfg);
	cfg.nr_fault_records = 0;
	assert_int_equal(vtd_model_create(&cfg, "bare", &m), -EINVAL);
}

/*
 * Translation (3.4 to 3.8)
 */

static void a_request_reaches_its_page_through_the_first_stage(void **state)
{
	struct lab *l = *state;
	u64 word = 77;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_true(reads(l, 1, IOVA + PAGE_SIZE, WORD(1)));
	assert_int_equal(request(l, RID, 1, IOVA + 8, true, &word), 0);
	assert_int_equal(l->page[0][1], 77);
	assert_int_equal(l->stale, PL_STALE_NONE);
}

static void a_request_reaches_its_page_through_the_second_stage(void **state)
{
	struct lab *l = *state;
	u64 word = 78;

	attach_ss(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(request(l, RID, 1, IOVA + PAGE_SIZE + 16, true, &word), 0);
	assert_int_equal(l->page[1][2], 78);
}

static void a_request_without_pasid_uses_entry_0(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, PL_NO_PASID, IOVA, false), 0x59);
	attach_fs(l, 0);
	assert_true(reads(l, PL_NO_PASID, IOVA, WORD(0)));
	assert_int_equal(fault(l, 0, IOVA, false), 0x48);	/* SCT.9 */
}

static void pass_through_leads_where_it_says(void **state)
{
	struct lab *l = *state;

	attach(l, 1, VTD_PGTT_PT, DID_PT);
	assert_true(reads(l, 1, phys(l->page[2]), WORD(2)));
	assert_int_equal(fault(l, 1, 1ULL << 52, false), 0x83);
}

#define NEST_IOVA	(1ULL << 39 | 2ULL << 30 | 3ULL << 21 | 4ULL << 12)
#define NEST_GPA	0x5000

/*
 * A first stage in guest memory: one page at 0x1000 is the table of levels 4,
 * 3 and 2, another at 0x2000 that of level 1.
 */
static void nest(struct lab *l, u64 *t, u64 *pt)
{
	put(l, ss_entry(l, 0x1000, 1), phys(t) | SSRW);
	put(l, ss_entry(l, 0x2000, 1), phys(pt) | SSRW);
	put(l, ss_entry(l, NEST_GPA, 1), phys(l->page[3]) | SSRW);
	put(l, &t[1], 0x1000 | RW);
	put(l, &t[2], 0x1000 | RW);
	put(l, &t[3], 0x2000 | RW);
	put(l, &pt[4], NEST_GPA | RW);
	put(l, &pe(l, 1)[1], DID_SS | snoop(l));
	put(l, &pe(l, 1)[2], 0x1000);
	put(l, &pe(l, 1)[0], VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_NEST) |
	    FIELD_PREP(VTD_PE0_AW, 2) | phys(l->ss));
}

static void nest_flush(struct lab *l)
{
	iotlb_domain(l, DID_SS);
	sync(l);
}

static void nested_walks_compose_both_stages(void **state)
{
	struct lab *l = *state;
	u64 *t = table(l), *pt = table(l);

	nest(l, t, pt);
	assert_true(reads(l, 1, NEST_IOVA, WORD(3)));
	assert_true(reads(l, 1, NEST_IOVA, WORD(3)));
	put(l, ss_entry(l, NEST_GPA, 1), phys(l->page[3]) | VTD_SS_R);
	nest_flush(l);
	assert_int_equal(fault(l, 1, NEST_IOVA, true), 0x85);
	put(l, ss_entry(l, 0x2000, 1), 0);
	nest_flush(l);
	assert_int_equal(fault(l, 1, NEST_IOVA, false), 0x79);
	put(l, ss_entry(l, 0x2000, 1), phys(pt) | VTD_SS_W);
	assert_int_equal(fault(l, 1, NEST_IOVA, false), 0x76);
	put(l, ss_entry(l, 0x2000, 1), phys(pt) | VTD_SS_R);
	put(l, &pt[4], NEST_GPA | (RW & ~VTD_FS_A));
	assert_int_equal(fault(l, 1, NEST_IOVA, false), 0x77);
	put(l, &t[3], 1ULL << 49 | RW);
	nest_flush(l);
	assert_int_equal(fault(l, 1, NEST_IOVA, false), 0x74);
	put(l, ss_entry(l, 0x1000, 1), phys(t) | VTD_SS_W);
	nest_flush(l);
	assert_int_equal(fault(l, 1, NEST_IOVA, false), 0x75);
	put(l, ss_entry(l, 0x1000, 1), 0);
	put(l, ss_entry(l, 0x2000, 1), 0);
	nest_flush(l);
	free_page((unsigned long)t);
	free_page((unsigned long)pt);
}

static void leaves_of_2_mib_and_1_gib_lead_into_their_page(void **state)
{
	struct lab *l = *state;
	void *big = (void *)__get_free_pages(GFP_KERNEL, 9);
	u64 low = phys(big) & 0x1fffff, at = 0x80000000ULL, giga = 0x4000000000ULL;

	assert_non_null(big);
	assert_int_equal(low, 0);
	((u64 *)big)[0x12345] = WORD(9);
	put(l, fs_entry(l, at, 2), phys(big) | RW | VTD_PT_PS);
	put(l, fs_entry(l, giga, 3), (phys(big) & ~0x3fffffffULL) | RW | VTD_PT_PS);
	put(l, ss_entry(l, at, 2), phys(big) | SSRW | VTD_PT_PS);
	put(l, ss_entry(l, giga, 3), (phys(big) & ~0x3fffffffULL) | SSRW | VTD_PT_PS);
	attach_fs(l, 1);
	attach_ss(l, 2);
	giga += phys(big) & 0x3fffffff;
	assert_true(reads(l, 1, at + 0x12345 * 8, WORD(9)));
	assert_true(reads(l, 2, at + 0x12345 * 8, WORD(9)));
	assert_true(reads(l, 1, giga + 0x12345 * 8, WORD(9)));
	assert_true(reads(l, 2, giga + 0x12345 * 8, WORD(9)));
	clear_p(l, 1);
	clear_p(l, 2);
	flush(l);
	l->r->ops->freed(l->r, big, 512 * PAGE_SIZE);
	free_pages((unsigned long)big, 9);
}

static void the_upper_context_table_serves_devfn_80_and_up(void **state)
{
	struct lab *l = *state;
	u64 word;

	attach_fs(l, 1);
	assert_int_equal(request(l, RID_UP, 1, IOVA, false, &word), 0x41);
	put(l, &l->ctx_up[0], l->ctx[RID * 4]);
	assert_int_equal(request(l, RID_UP, 1, IOVA, false, &word), 0);
	assert_int_equal(request(l, 0x100, 1, IOVA, false, &word), 0x39);
}

static void without_translation_addresses_are_physical(void **state)
{
	struct lab *l = *state;

	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, false);
	assert_true(reads(l, PL_NO_PASID, phys(l->page[1]), WORD(1)));
	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, true);
}

static void the_first_stage_sets_accessed_and_dirty(void **state)
{
	struct lab *l = *state;
	u64 *e = fs_entry(l, IOVA, 1);

	put(l, e, *e & ~(VTD_FS_A | VTD_FS_D));
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, IOVA, false), 0);
	assert_int_equal(*e & (VTD_FS_A | VTD_FS_D), VTD_FS_A);
	assert_int_equal(fault(l, 1, IOVA, true), 0);
	assert_int_equal(*e & (VTD_FS_A | VTD_FS_D), VTD_FS_A | VTD_FS_D);
}

static void interrupts_are_not_translated(void **state)
{
	struct lab *l = *state;
	u32 data = 0;
	struct pl_tlp t = {
		.rid = RID, .pasid = PL_NO_PASID, .addr = 0xfee00000, .len = 4, .write = true,
	};

	assert_int_equal(l->f->ops->access(l->f, &t, &data), 0);
	t.write = false;
	assert_int_equal(l->f->ops->access(l->f, &t, &data), -EFAULT);
	assert_int_equal(t.reason, 0x87);
}

/*
 * Faults: every reason the structures can give (7.1.3, Table 30)
 */

struct spoil {
	const char *what;
	u64 *(*where)(struct lab *l);
	u64 value;		/* 0 with @keep: these bits go */
	u64 set;
	bool ss;
	bool write;
	u64 iova;
	u32 reason;
};

static u64 *at_root(struct lab *l)
{
	return &l->root[0];
}

static u64 *at_ctx(struct lab *l)
{
	return &l->ctx[RID * 4];
}

static u64 *at_ctx1(struct lab *l)
{
	return &l->ctx[RID * 4 + 1];
}

static u64 *at_dir(struct lab *l)
{
	return &l->dir[0];
}

static u64 *at_pe0(struct lab *l)
{
	return pe(l, 1);
}

static u64 *at_pe1(struct lab *l)
{
	return pe(l, 1) + 1;
}

static u64 *at_pe2(struct lab *l)
{
	return pe(l, 1) + 2;
}

static u64 *at_pe5(struct lab *l)
{
	return pe(l, 1) + 5;
}

static u64 *at_fs4(struct lab *l)
{
	return fs_entry(l, IOVA, 4);
}

static u64 *at_fs3(struct lab *l)
{
	return fs_entry(l, IOVA, 3);
}

static u64 *at_fs2(struct lab *l)
{
	return fs_entry(l, IOVA, 2);
}

static u64 *at_fs1(struct lab *l)
{
	return fs_entry(l, IOVA, 1);
}

static u64 *at_ss4(struct lab *l)
{
	return ss_entry(l, IOVA, 4);
}

static u64 *at_ss3(struct lab *l)
{
	return ss_entry(l, IOVA, 3);
}

static u64 *at_ss2(struct lab *l)
{
	return ss_entry(l, IOVA, 2);
}

static u64 *at_ss1(struct lab *l)
{
	return ss_entry(l, IOVA, 1);
}

/* value: what goes; set: what comes */
static const struct spoil spoils[] = {
	{ "SRT.2", at_root, VTD_ROOT_P, 0, 0, 0, IOVA, 0x39 },
	{ "SRT.3", at_root, 0, BIT_ULL(1), 0, 0, IOVA, 0x3a },
	{ "SCT.2", at_ctx, VTD_CTX_P, 0, 0, 0, IOVA, 0x41 },
	{ "SCT.3 rsvd", at_ctx, 0, BIT_ULL(7), 0, 0, IOVA, 0x42 },
	{ "SCT.3 PRE", at_ctx, 0, VTD_CTX_PRE, 0, 0, IOVA, 0x42 },
	{ "SCT.3 RID_PASID", at_ctx1, 0, 1, 0, 0, IOVA, 0x42 },
	{ "SCT.6", at_ctx, VTD_CTX_PASIDE, 0, 0, 0, IOVA, 0x45 },
	{ "SPD.2", at_dir, VTD_PDE_P, 0, 0, 0, IOVA, 0x51 },
	{ "SPD.3", at_dir, 0, BIT_ULL(5), 0, 0, IOVA, 0x52 },
	{ "SPT.2", at_pe0, VTD_PE0_P, 0, 0, 0, IOVA, 0x59 },
	{ "SPT.3 bit 5", at_pe0, 0, BIT_ULL(5), 0, 0, IOVA, 0x5a },
	{ "SPT.3 SSADE", at_pe0, 0, VTD_PE0_SSADE, 0, 0, IOVA, 0x5a },
	{ "SPT.3 PGSNP", at_pe1, 0, VTD_PE1_PGSNP, 0, 0, IOVA, 0x5a },
	{ "SPT.3 PAT", at_pe1, 0, BIT_ULL(40), 0, 0, IOVA, 0x5a },
	{ "SPT.3 SRE", at_pe2, 0, VTD_PE2_SRE, 0, 0, IOVA, 0x5a },
	{ "SPT.3 EAFE", at_pe2, 0, VTD_PE2_EAFE, 0, 0, IOVA, 0x5a },
	{ "SPT.3 high", at_pe5, 0, 1, 0, 0, IOVA, 0x5a },
	{ "SPT.4 PGTT", at_pe0, VTD_PE0_PGTT, 0, 0, 0, IOVA, 0x5b },
	{ "SPT.4 nested", at_pe0, 0, 3 << 6, 0, 0, IOVA, 0x5b },
	{ "SPT.4 FSPM", at_pe2, 0, 1 << 2, 0, 0, IOVA, 0x5b },
	{ "SPT.4 AW", at_pe0, VTD_PE0_AW, 0, 1, 0, IOVA, 0x5b },
	{ "SFS.2 level 4", at_fs4, VTD_FS_P, 0, 0, 0, IOVA, 0x71 },
	{ "SFS.2 level 3", at_fs3, VTD_FS_P, 0, 0, 0, IOVA, 0x71 },
	{ "SFS.2 level 2", at_fs2, VTD_FS_P, 0, 0, 0, IOVA, 0x71 },
	{ "SFS.2 level 1", at_fs1, VTD_FS_P, 0, 0, 0, IOVA, 0x71 },
	{ "SFS.3 PS in PML4E", at_fs4, 0, VTD_PT_PS, 0, 0, IOVA, 0x72 },
	{ "SFS.3 1 GiB", at_fs3, 0, VTD_PT_PS | BIT_ULL(13), 0, 0, IOVA, 0x72 },
	{ "SFS.3 2 MiB", at_fs2, 0, VTD_PT_PS | BIT_ULL(20), 0, 0, IOVA, 0x72 },
	{ "SGN.2 table", at_fs3, VTD_FS_US, 0, 0, 0, IOVA, 0x81 },
	{ "SGN.2 leaf", at_fs1, VTD_FS_US, 0, 0, 0, IOVA, 0x81 },
	{ "SGN.6 leaf", at_fs1, VTD_FS_RW, 0, 0, 1, IOVA, 0x85 },
	{ "SGN.6 table", at_fs2, VTD_FS_RW, 0, 0, 1, IOVA, 0x85 },
	{ "SGN.1", at_fs1, 0, 0, 0, 0, 1ULL << 47 | IOVA, 0x80 },
	{ "SGN.5", at_ss1, 0, 0, 1, 0, 1ULL << 48 | IOVA, 0x84 },
	{ "SSS.2 level 4", at_ss4, SSRW, 0, 1, 0, IOVA, 0x79 },
	{ "SSS.2 level 2", at_ss2, SSRW, 0, 1, 0, IOVA, 0x79 },
	{ "SSS.2 level 1", at_ss1, SSRW, 0, 1, 0, IOVA, 0x79 },
	{ "SSS.3 PS in PML4E", at_ss4, 0, VTD_PT_PS, 1, 0, IOVA, 0x7a },
	{ "SSS.3 1 GiB", at_ss3, 0, VTD_PT_PS | BIT_ULL(12), 1, 0, IOVA, 0x7a },
	{ "SSS.3 SNP in a table", at_ss2, 0, VTD_SS_SNP, 1, 0, IOVA, 0x7a },
	{ "SSS.3 SNP in a leaf", at_ss1, 0, VTD_SS_SNP, 1, 0, IOVA, 0x7a },
	{ "SSS.3 IW", at_ss1, 0, BIT_ULL(62), 1, 0, IOVA, 0x7a },
	{ "SGN.6 second stage", at_ss1, VTD_SS_W, 0, 1, 1, IOVA, 0x85 },
	{ "SGN.7", at_ss1, VTD_SS_R, 0, 1, 0, IOVA, 0x86 },
	{ "SGN.8", at_fs1, VTD_PT_ADDR, 0xfee01000, 0, 0, IOVA, 0x87 },
};

static void every_fault_has_its_reason(void **state)
{
	struct lab *l = *state;
	const struct spoil *s;
	u64 *at, keep;

	for (s = spoils; s < spoils + ARRAY_SIZE(spoils); s++) {
		if (s->ss)
			attach_ss(l, 1);
		else
			attach_fs(l, 1);
		at = s->where(l);
		keep = *at;
		/* hardware looks, no judge does */
		WRITE_ONCE(*at, (keep & ~s->value) | s->set);
		if (fault(l, 1, s->iova, s->write) != s->reason)
			fail_msg("%s", s->what);
		assert_int_equal(fault(l, 1, s->iova, s->write), s->reason);
		WRITE_ONCE(*at, keep);
		flush(l);
		assert_int_equal(fault(l, 1, IOVA, s->write), 0);
		clear_p(l, 1);
		flush(l);
		zero_rest(l, 1);
	}
}

static void a_pasid_may_be_too_large_for_unit_or_directory(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, 1 << 13, IOVA, false), 0x46);	/* PDTS 0: 2^13 PASIDs */
	assert_int_equal(fault(l, (1 << 13) - 1, IOVA, false), 0x51);
}

static void a_narrow_unit_checks_widths(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, 32, IOVA, false), 0x89);	/* SGN.10: PSS */
	attach(l, 1, VTD_PGTT_PT, DID_PT);
	assert_int_equal(fault(l, 1, IOVA, false), 0x5b);
	caught(l, "O9", 1);
	clear_p(l, 1);
	attach(l, 2, VTD_PGTT_FS, 0x100);
	assert_int_equal(fault(l, 2, IOVA, false), 0x5a);	/* ND: 8 bits of DID */
	caught(l, "O9", 2);
	l->expected--;
	clear_p(l, 2);
	put(l, fs_entry(l, IOVA, 1), 1ULL << 46 | RW);
	attach_fs(l, 3);
	assert_int_equal(fault(l, 3, IOVA, false), 0x72);	/* beyond the host's width */
	clear_p(l, 3);
	pc_all(l);
	iotlb_all(l);
	pdtlb(l, 0, ALL | VTD_PDTLB_HI_S | VTD_PDTLB_HI_G);
	sync(l);
}

/* A table that is not there: the walk ends with an access error, and is O8. */
static void tables_that_cannot_be_read_fault(void **state)
{
	static const struct {
		u64 *(*where)(struct lab *l);
		u64 mask;
		bool ss;
		u32 reason;
	} t[] = {
		{ at_root, VTD_ROOT_PTR, false, 0x40 },
		{ at_ctx, VTD_CTX_DIRPTR, false, 0x50 },
		{ at_dir, VTD_PDE_PTR, false, 0x58 },
		{ at_pe2, VTD_PE2_FSPTPTR, false, 0x73 },
		{ at_fs4, VTD_PT_ADDR, false, 0x70 },
		{ at_fs2, VTD_PT_ADDR, false, 0x70 },
		{ at_pe0, VTD_PE0_SSPTPTR, true, 0x7b },
		{ at_ss3, VTD_PT_ADDR, true, 0x78 },
	};
	struct lab *l = *state;
	u64 *at, keep;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		if (t[i].ss)
			attach_ss(l, 1);
		else
			attach_fs(l, 1);
		at = t[i].where(l);
		keep = *at;
		WRITE_ONCE(*at, (keep & ~t[i].mask) | 0x7000);
		assert_int_equal(fault(l, 1, IOVA, false), t[i].reason);
		WRITE_ONCE(*at, keep);
		flush(l);
		clear_p(l, 1);
		flush(l);
		zero_rest(l, 1);
	}
	caught(l, "O8", ARRAY_SIZE(t));
}

static void other_table_modes_translate_nothing(void **state)
{
	struct lab *l = *state;

	pl_write64(l->r, VTD_RTADDR, phys(l->root));
	gcmd(l, VTD_GCMD_QIE | VTD_GCMD_TE, VTD_GCMD_SRTP, true);
	assert_int_equal(fault(l, PL_NO_PASID, IOVA, false), 0x30);
	assert_int_equal(fault(l, 1, IOVA, false), 0x31);
}

static void an_unreadable_root_table_faults(void **state)
{
	struct lab *l = *state;

	pl_write64(l->r, VTD_RTADDR, 0x7000 | VTD_RTADDR_TTM_SCALABLE);
	gcmd(l, VTD_GCMD_QIE | VTD_GCMD_TE, VTD_GCMD_SRTP, true);
	assert_int_equal(fault(l, 1, IOVA, false), 0x38);
	caught(l, "O8", 1);
}

/* 7.2.1 */
static void a_fault_is_recorded_with_all_that_it_says(void **state)
{
	struct lab *l = *state;
	u64 lo, hi;

	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, IOVA + 0x123456789000ULL - 8, true), 0x71);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), VTD_FSTS_PPF);
	lo = pl_read64(l->r, 0x400);
	hi = pl_read64(l->r, 0x408);
	assert_true(lo == ((IOVA + 0x123456789000ULL - 8) & PAGE_MASK));
	assert_true(hi & VTD_FRCD_HI_F && hi & VTD_FRCD_HI_PP && !(hi & VTD_FRCD_HI_READ));
	assert_int_equal(FIELD_GET(VTD_FRCD_HI_SID, hi), RID);
	assert_int_equal(FIELD_GET(VTD_FRCD_HI_PV, hi), 1);
	assert_int_equal(FIELD_GET(VTD_FRCD_HI_FR, hi), 0x71);
	fault(l, PL_NO_PASID, IOVA, false);
	hi = pl_read64(l->r, 0x418);
	assert_true(hi & VTD_FRCD_HI_READ && !(hi & VTD_FRCD_HI_PP));
	assert_int_equal(FIELD_GET(VTD_FSTS_FRI, pl_read32(l->r, VTD_FSTS)), 0);
	pl_write32(l->r, 0x40c, BIT(31));
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_PPF);
	pl_write64(l->r, 0x418, VTD_FRCD_HI_F);
	assert_false(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_PPF);
	fault(l, PL_NO_PASID, IOVA, false);
	assert_int_equal(FIELD_GET(VTD_FSTS_FRI, pl_read32(l->r, VTD_FSTS)), 2);
}

static void faults_beyond_the_records_set_pfo_and_are_lost(void **state)
{
	struct lab *l = *state;
	struct vtd_model_stats st;
	u64 first;

	fault(l, 1, 0x1000, false);
	fault(l, 1, 0x2000, false);
	assert_false(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_PFO);
	first = pl_read64(l->r, 0x400);
	fault(l, 1, 0x3000, false);
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_PFO);
	assert_true(pl_read64(l->r, 0x400) == first);
	pl_write32(l->r, 0x40c, BIT(31));
	fault(l, 1, 0x4000, false);	/* while PFO is set nothing is recorded */
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.faults, 2);
	assert_int_equal(st.faults_lost, 2);
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_PFO);
	fault(l, 1, 0x5000, false);
	assert_true(pl_read64(l->r, 0x400) == 0x5000);
}

static void an_overflow_can_be_injected(void **state)
{
	struct lab *l = *state;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_OVERFLOW, 0);
	fault(l, 1, 0x1000, false);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), VTD_FSTS_PFO);
}

static void fpd_suppresses_qualified_faults(void **state)
{
	struct lab *l = *state;

	put(l, &l->ctx[RID * 4], l->ctx[RID * 4] | VTD_CTX_FPD);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	put(l, &l->ctx[RID * 4], l->ctx[RID * 4] & ~VTD_CTX_FPD);
	cc_device(l, RID);
	sync(l);
	put(l, &l->dir[0], l->dir[0] | VTD_PDE_FPD);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	put(l, &l->dir[0], l->dir[0] & ~VTD_PDE_FPD);
	put(l, pe(l, 1), VTD_PE0_FPD);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	put(l, pe(l, 1), 0);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), 0);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), VTD_FSTS_PPF);
}

static void count_irq(void *arg)
{
	struct lab *l = arg;

	l->irqs++;
	assert_true(pl_read32(l->r, VTD_FSTS));
}

/* 7.3 */
static void the_fault_event_comes_once_until_it_is_served(void **state)
{
	struct lab *l = *state;

	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_FAULT, count_irq, l), 0);
	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_PAGE_REQUEST, count_irq, l),
			 -EOPNOTSUPP);
	assert_true(pl_read32(l->r, VTD_FECTL) & VTD_FECTL_IM);
	pl_write32(l->r, VTD_FECTL, 0);
	fault(l, 1, 0x1000, false);
	fault(l, 1, 0x2000, false);
	assert_int_equal(l->irqs, 1);
	pl_write64(l->r, 0x408, VTD_FRCD_HI_F);
	pl_write64(l->r, 0x418, VTD_FRCD_HI_F);
	fault(l, 1, 0x3000, false);
	assert_int_equal(l->irqs, 2);
	pl_write64(l->r, 0x428, VTD_FRCD_HI_F);
	l->r->ops->free_irq(l->r, PL_IRQ_FAULT);
	fault(l, 1, 0x4000, false);
	assert_int_equal(l->irqs, 2);
}

static void a_masked_event_is_kept_pending(void **state)
{
	struct lab *l = *state;

	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_FAULT, count_irq, l), 0);
	fault(l, 1, 0x1000, false);
	assert_int_equal(l->irqs, 0);
	assert_true(pl_read32(l->r, VTD_FECTL) & VTD_FECTL_IP);
	pl_write32(l->r, VTD_FECTL, 0);
	assert_int_equal(l->irqs, 1);
	assert_false(pl_read32(l->r, VTD_FECTL) & VTD_FECTL_IP);
	pl_write32(l->r, VTD_FECTL, VTD_FECTL_IM);
	pl_write64(l->r, 0x408, VTD_FRCD_HI_F);
	fault(l, 1, 0x1000, false);
	pl_write64(l->r, 0x418, VTD_FRCD_HI_F);	/* served while masked: no event is left */
	assert_false(pl_read32(l->r, VTD_FECTL) & VTD_FECTL_IP);
	pl_write32(l->r, VTD_FECTL, 0);
	assert_int_equal(l->irqs, 1);
}

/*
 * Caches (6.2)
 */

static void the_iotlb_keeps_a_page_until_it_is_invalidated(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, fs_entry(l, IOVA, 1), 0);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	piotlb_page(l, DID, 1, IOVA + PAGE_SIZE, 0, VTD_INV_HI_IH);
	piotlb_page(l, DID, 2, IOVA, 0, VTD_INV_HI_IH);
	piotlb_page(l, DID_SS, 1, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x71);
	assert_int_equal(l->stale, PL_STALE_NONE);
}

static void walk_caches_survive_an_invalidation_with_ih(void **state)
{
	struct lab *l = *state;
	u64 *e, *old, *t;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	e = fs_entry(l, IOVA, 2);
	old = phys_to_virt(*e & VTD_PT_ADDR);
	t = table(l);
	t[0] = phys(l->page[3]) | RW;
	put(l, e, phys(t) | RW);
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_WALK_CACHE);
	piotlb_page(l, DID, 1, IOVA, 0, 0);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(3)));
	give_back(l, old);
}

static void a_pasid_entry_is_cached_under_the_did_it_had(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	clear_p(l, 1);
	pc(l, DID_SS, 1);
	pc(l, DID, 2);
	piotlb(l, DID, 1);
	doorbell(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_PASID_CACHE);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
}

static void pasid_cache_invalidation_has_three_granularities(void **state)
{
	static const u64 gran[] = { VTD_PC_DOMAIN, VTD_PC_PASID, VTD_PC_GLOBAL };
	struct vtd_model_stats a, b;
	struct lab *l = *state;
	u32 i;

	for (i = 0; i < 3; i++) {
		attach_fs(l, 1);
		attach_ss(l, 2);
		assert_int_equal(fault(l, 1, IOVA, false) | fault(l, 2, IOVA, false), 0);
		iotlb_all(l);
		desc(l, VTD_DESC_PC | FIELD_PREP(VTD_PC_DID, DID) |
		     FIELD_PREP(VTD_PC_G, gran[i]) | FIELD_PREP(VTD_PC_PASID_ID, 1), 0);
		sync(l);
		vtd_model_stats(l->m, &a);
		assert_int_equal(fault(l, 1, IOVA, false) | fault(l, 2, IOVA, false), 0);
		vtd_model_stats(l->m, &b);
		/* granularity 3 is global, 0 and 1 spare the other DID */
		assert_int_equal(b.pasid_hits - a.pasid_hits, i == 2 ? 0 : 1);
		clear_p(l, 1);
		clear_p(l, 2);
		flush(l);
		zero_rest(l, 1);
		zero_rest(l, 2);
	}
}

static void domain_selective_drops_every_stage(void **state)
{
	struct lab *l = *state;
	struct vtd_model_stats st;

	attach_fs(l, 1);
	attach_ss(l, 2);
	assert_true(reads(l, 1, IOVA, WORD(0)) && reads(l, 2, IOVA, WORD(0)));
	iotlb_domain(l, DID);
	iotlb_domain(l, DID_SS);
	sync(l);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.entries, 3);	/* one context and two PASID entries */
}

static void second_stage_pages_go_by_did_and_address(void **state)
{
	struct lab *l = *state;

	attach_ss(l, 1);
	attach_ss(l, 2);
	assert_true(reads(l, 1, IOVA, WORD(0)) && reads(l, 2, IOVA, WORD(0)));
	put(l, ss_entry(l, IOVA, 1), 0);
	piotlb_page(l, DID_SS, 1, IOVA, 0, 0);	/* Table 24: not for the second stage */
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	iotlb_page(l, DID_SS, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x79);
	assert_int_equal(fault(l, 2, IOVA, false), 0x79);
}

/* Table 23: page-selective-within-domain takes all first-stage entries of the DID. */
static void a_second_stage_invalidation_takes_all_first_stage_entries(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, fs_entry(l, IOVA, 1), 0);
	iotlb_page(l, DID, 0, 0, VTD_INV_HI_IH);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x71);
}

static void a_large_page_goes_with_any_page_in_it(void **state)
{
	struct lab *l = *state;
	u64 at = 0x80000000ULL;
	void *big = (void *)__get_free_pages(GFP_KERNEL, 9);

	put(l, fs_entry(l, at, 2), phys(big) | RW | VTD_PT_PS);
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, at + 5 * PAGE_SIZE, false), 0);
	put(l, fs_entry(l, at, 2), 0);
	assert_int_equal(fault(l, 1, at + 7 * PAGE_SIZE, false), 0);
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	piotlb_page(l, DID, 1, at + 3 * PAGE_SIZE, 0, 0);
	sync(l);
	assert_int_equal(fault(l, 1, at, false), 0x71);
	l->r->ops->freed(l->r, big, 512 * PAGE_SIZE);
	free_pages((unsigned long)big, 9);
}

static void an_address_mask_covers_its_pages(void **state)
{
	struct lab *l = *state;
	u64 i;

	attach_fs(l, 1);
	attach_ss(l, 2);
	for (i = 0; i < PAGES; i++)
		assert_true(reads(l, 1, IOVA + i * PAGE_SIZE, WORD(i)) &&
			    reads(l, 2, IOVA + i * PAGE_SIZE, WORD(i)));
	for (i = 0; i < PAGES; i++) {
		put(l, fs_entry(l, IOVA + i * PAGE_SIZE, 1), 0);
		put(l, ss_entry(l, IOVA + i * PAGE_SIZE, 1), 0);
	}
	piotlb_page(l, DID, 1, IOVA, 1, VTD_INV_HI_IH);
	iotlb_page(l, DID_SS, IOVA, 1, VTD_INV_HI_IH);
	sync(l);
	for (i = 0; i < PAGES; i++) {
		assert_int_equal(fault(l, 1, IOVA + i * PAGE_SIZE, false), i < 2 ? 0x71 : 0);
		assert_int_equal(fault(l, 2, IOVA + i * PAGE_SIZE, false), i < 2 ? 0x79 : 0);
	}
	piotlb_page(l, DID, 1, IOVA, 9, 0);
	iotlb_page(l, DID_SS, IOVA, 18, 0);
	sync(l);
}

static void a_context_entry_is_kept_until_its_invalidation(void **state)
{
	struct lab *l = *state;
	u64 *dir = table(l), *old = l->dir;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, &l->ctx[RID * 4], phys(dir) | (l->ctx[RID * 4] & 0xfff));
	piotlb(l, DID, 1);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_CONTEXT);
	cc_device(l, RID_UP);
	sync(l);
	piotlb(l, DID, 1);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0);
	cc_device(l, RID);
	pc_all(l);
	iotlb_all(l);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x51);
	give_back(l, old);
	give_back(l, l->table);
	l->dir = dir;
	l->table = page();
}

static void a_function_mask_covers_functions(void **state)
{
	struct lab *l = *state;
	struct vtd_model_stats st;
	u64 word;

	put(l, &l->ctx[(RID + 4) * 4], l->ctx[RID * 4]);
	attach_fs(l, 1);
	assert_int_equal(request(l, RID + 4, 1, IOVA, false, &word), 0);
	assert_int_equal(request(l, RID, 1, IOVA, false, &word), 0);
	desc(l, VTD_DESC_CC | FIELD_PREP(VTD_CC_G, VTD_CC_DEVICE) | FIELD_PREP(VTD_CC_SID, RID) |
	     FIELD_PREP(VTD_CC_FM, 1), 0);
	pc_all(l);
	iotlb_all(l);
	sync(l);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.entries, 0);
}

static void nothing_that_faults_is_cached_without_caching_mode(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	attach_ss(l, 1);
	assert_int_equal(fault(l, 1, IOVA + PAGES * PAGE_SIZE, false), 0x79);
	put(l, ss_entry(l, IOVA + PAGES * PAGE_SIZE, 1), phys(l->page[1]) | SSRW);
	assert_true(reads(l, 1, IOVA + PAGES * PAGE_SIZE, WORD(1)));
}

static void the_cache_can_be_limited(void **state)
{
	struct vtd_model_stats st;
	struct lab *l;
	struct vtd_model_config cfg;
	void *s = NULL;

	(void)state;
	vtd_model_config_init(&cfg);
	cfg.max_entries = 2;
	assert_int_equal(lab_up(&s, &cfg), 0);
	l = s;
	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)) && reads(l, 1, IOVA, WORD(0)));
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.entries, 2);
	assert_int_equal(teardown(&s), 0);
}

/* 6.1 */
static void caching_mode_keeps_entries_that_are_not_present(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	assert_int_equal(l->stale, PL_STALE_PASID_CACHE);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(fault(l, 1, IOVA + PAGES * PAGE_SIZE, false), 0x71);
	put(l, fs_entry(l, IOVA + PAGES * PAGE_SIZE, 1), phys(l->page[1]) | RW);
	/* never the first stage */
	assert_true(reads(l, 1, IOVA + PAGES * PAGE_SIZE, WORD(1)));
}

static void caching_mode_keeps_second_stage_pages_that_are_not_present(void **state)
{
	struct lab *l = *state;
	u64 at = IOVA + PAGES * PAGE_SIZE;

	attach_ss(l, 1);
	pc(l, DID_SS, 1);
	iotlb_domain(l, DID_SS);
	sync(l);
	assert_int_equal(fault(l, 1, at, false), 0x79);
	put(l, ss_entry(l, at, 1), phys(l->page[1]) | SSRW);
	assert_int_equal(fault(l, 1, at, false), 0x79);
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	iotlb_page(l, DID_SS, at, 0, VTD_INV_HI_IH);
	sync(l);
	assert_true(reads(l, 1, at, WORD(1)));
}

static void caching_mode_keeps_context_entries_that_are_not_present(void **state)
{
	struct lab *l = *state;
	u64 word;

	attach_fs(l, 1);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	sync(l);
	assert_int_equal(request(l, RID_UP, 1, IOVA, false, &word), 0x41);
	put(l, &l->ctx_up[0], l->ctx[RID * 4]);
	assert_int_equal(request(l, RID_UP, 1, IOVA, false, &word), 0x41);
	assert_int_equal(l->stale, PL_STALE_CONTEXT);
	cc_device(l, RID_UP);
	pc_all(l);
	iotlb_all(l);
	sync(l);
	assert_int_equal(request(l, RID_UP, 1, IOVA, false, &word), 0);
}

/* Without coherence (ECAP.C, SMPWCS) */
static void without_snooping_a_store_shows_when_it_is_published(void **state)
{
	struct lab *l = *state;
	u64 *e = fs_entry(l, IOVA, 1);

	attach_fs(l, 1);
	assert_int_equal(l->r->ops->publish(l->r, e, 65), 2);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	WRITE_ONCE(*e, phys(l->page[1]) | RW);
	piotlb(l, DID, 1);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, e, *e);
	piotlb(l, DID, 1);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(1)));
}

static void without_snooping_unpublished_memory_is_garbage(void **state)
{
	struct lab *l = *state;
	u64 *t = page();

	t[0] = phys(l->page[3]) | RW;
	put(l, fs_entry(l, 0x80000000ULL, 2), phys(t) | RW);
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, 0x80000000ULL, false), 0x81);
	caught(l, "FLUSH", 1);
}

static void without_snooping_flags_cannot_be_set(void **state)
{
	struct lab *l = *state;

	put(l, fs_entry(l, IOVA, 1), phys(l->page[0]) | (RW & ~VTD_FS_A));
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, IOVA, false), 0x90);
}

static void an_audit_finds_a_store_that_was_not_published(void **state)
{
	struct lab *l = *state;

	WRITE_ONCE(*fs_entry(l, IOVA, 1), 0);
	audit_finds(l, "FLUSH");
	l->no_audit = true;
}

/*
 * The queue (6.5.2)
 */

static u64 bad_desc(struct lab *l, u64 lo, u64 hi)
{
	u32 head = pl_read64(l->r, VTD_IQH);
	u64 info;

	desc(l, lo, hi);
	doorbell(l);
	assert_int_equal(pl_read64(l->r, VTD_IQH), head);	/* points at the bad one */
	if (!(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_IQE))
		return 0;
	info = FIELD_GET(VTD_IQERCD_IQEI, pl_read64(l->r, VTD_IQERCD));
	memset(l->ring[head >> 5], 0, 32);
	l->ring[head >> 5][0] = VTD_DESC_WAIT;
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_IQE);
	assert_int_equal(pl_read64(l->r, VTD_IQH), (head + 32) & 0xfff);
	return info;
}

static void every_reserved_bit_of_a_descriptor_is_looked_at(void **state)
{
	static const struct {
		u64 lo, hi, rsvd_lo, rsvd_hi;
	} t[] = {
		{ VTD_DESC_CC | 1 << 4, 0, GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) |
		  GENMASK_ULL(63, 50), U64_MAX },
		{ VTD_DESC_PC | 1 << 4, 0, GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) |
		  GENMASK_ULL(63, 52), U64_MAX },
		{ VTD_DESC_IOTLB | 2 << 4, 0, BIT_ULL(8) | GENMASK_ULL(15, 12) |
		  GENMASK_ULL(63, 32), GENMASK_ULL(11, 7) },
		{ VTD_DESC_PIOTLB | 2 << 4, 0, GENMASK_ULL(8, 6) | GENMASK_ULL(15, 12) |
		  GENMASK_ULL(63, 52), GENMASK_ULL(11, 7) },
		{ VTD_DESC_DTLB, 0, GENMASK_ULL(8, 4) | GENMASK_ULL(15, 12) |
		  GENMASK_ULL(31, 21) | GENMASK_ULL(63, 48), GENMASK_ULL(11, 1) },
		{ VTD_DESC_PDTLB, 0, GENMASK_ULL(15, 12) | GENMASK_ULL(63, 52),
		  GENMASK_ULL(10, 1) },
		{ VTD_DESC_WAIT, 0, BIT_ULL(7) | BIT_ULL(8) | GENMASK_ULL(31, 12),
		  GENMASK_ULL(1, 0) },
	};
	struct lab *l = *state;
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		for (bit = 0; bit < 64; bit++) {
			if (t[i].rsvd_lo >> bit & 1)
				assert_int_equal(bad_desc(l, t[i].lo | 1ULL << bit, 0), 4);
			if (t[i].rsvd_hi >> bit & 1)
				assert_int_equal(bad_desc(l, t[i].lo, 1ULL << bit), 4);
		}
	}
	desc(l, VTD_DESC_PC | 1 << 4, 0);
	l->ring[(l->tail + 127) % 128][2] = 1;
	doorbell(l);
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_IQE);
}

static void granularities_types_and_masks_must_exist(void **state)
{
	struct lab *l = *state;
	u64 type;

	assert_int_equal(bad_desc(l, VTD_DESC_CC, 0), 4);
	assert_int_equal(bad_desc(l, VTD_DESC_PC | 2 << 4, 0), 4);
	assert_int_equal(bad_desc(l, VTD_DESC_IOTLB, 0), 4);
	assert_int_equal(bad_desc(l, VTD_DESC_PIOTLB, 0), 4);
	assert_int_equal(bad_desc(l, VTD_DESC_PIOTLB | 1 << 4, 0), 4);
	assert_int_equal(bad_desc(l, VTD_DESC_IOTLB | 3 << 4, 19), 4);	/* beyond MAMV */
	for (type = 0; type < 16; type++)
		if (type == 0 || type == 4 || type > 8)
			assert_int_equal(bad_desc(l, type, 0), 3);
	assert_int_equal(bad_desc(l, VTD_DESC_PC | 1 << 9, 0), 3);
}

static void device_tlb_descriptors_need_device_tlbs(void **state)
{
	struct vtd_model_config cfg;
	struct lab *l;
	void *s = NULL;

	(void)state;
	vtd_model_config_init(&cfg);
	cfg.ats = false;
	assert_int_equal(lab_up(&s, &cfg), 0);
	l = s;
	assert_int_equal(bad_desc(l, VTD_DESC_DTLB, 0), 3);
	assert_int_equal(bad_desc(l, VTD_DESC_PDTLB, 0), 3);
	assert_int_equal(teardown(&s), 0);
}

static void a_bad_tail_or_queue_is_an_error_too(void **state)
{
	struct lab *l = *state;

	pl_write64(l->r, VTD_IQT, 1 << 4);
	assert_int_equal(FIELD_GET(VTD_IQERCD_IQEI, pl_read64(l->r, VTD_IQERCD)), 6);
	pl_write64(l->r, VTD_IQT, 0x1000);
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_IQE);
	assert_int_equal(FIELD_GET(VTD_IQERCD_IQEI, pl_read64(l->r, VTD_IQERCD)), 1);
	pl_write64(l->r, VTD_IQT, pl_read64(l->r, VTD_IQH));
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_IQE);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), 0);
	gcmd(l, VTD_GCMD_TE, VTD_GCMD_QIE, false);
	pl_write64(l->r, VTD_IQT, 0);
	pl_write64(l->r, VTD_IQA, phys(l->ring));
	gcmd(l, VTD_GCMD_TE, VTD_GCMD_QIE, true);
	pl_write64(l->r, VTD_IQT, 32);
	assert_int_equal(FIELD_GET(VTD_IQERCD_IQEI, pl_read64(l->r, VTD_IQERCD)), 5);
	gcmd(l, VTD_GCMD_TE, VTD_GCMD_QIE, false);
	caught(l, "REG", 1);	/* it was not empty */
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_IQE);
	pl_write64(l->r, VTD_IQT, 0);
	pl_write64(l->r, VTD_IQA, 0x7000 | VTD_IQA_DW);
	gcmd(l, VTD_GCMD_TE, VTD_GCMD_QIE, true);
	pl_write64(l->r, VTD_IQT, 32);
	assert_int_equal(FIELD_GET(VTD_IQERCD_IQEI, pl_read64(l->r, VTD_IQERCD)), 2);
}

static void an_error_lets_earlier_descriptors_complete(void **state)
{
	struct lab *l = *state;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_IQE, 2);
	pc_all(l);
	wait_desc(l, 0);
	pc_all(l);
	doorbell(l);
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_IQE);
	assert_true(is_done(l));
	wait_desc(l, 0);
	doorbell(l);
	assert_false(is_done(l));	/* nothing is fetched meanwhile */
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_IQE);
	assert_true(is_done(l));
}

static void a_device_that_does_not_answer_aborts_the_wait(void **state)
{
	struct lab *l = *state;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_ITE, 0);
	pdtlb_all(l, 1);
	wait_desc(l, 0);
	doorbell(l);
	assert_false(is_done(l));
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_ITE);
	assert_int_equal(pl_read64(l->r, VTD_IQERCD) >> 32 & 0xffff, RID);
	assert_int_equal(l->invalidations, 0);
	pl_write32(l->r, VTD_FSTS, VTD_FSTS_ITE);
	assert_false(is_done(l));
	pdtlb_all(l, 1);
	sync(l);
	assert_int_equal(l->invalidations, 1);
	desc(l, VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_SID, RID_UP), ALL | VTD_PDTLB_HI_S);
	doorbell(l);
	assert_true(pl_read32(l->r, VTD_FSTS) & VTD_FSTS_ITE);	/* nobody there */
}

static void slow_completion_takes_register_reads(void **state)
{
	struct lab *l = *state;
	unsigned int i;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_SLOW, 5);
	pc_all(l);
	wait_desc(l, 0);
	doorbell(l);
	for (i = 0; i < 4; i++)
		pl_read32(l->r, VTD_FSTS);
	assert_false(is_done(l));
	pl_read32(l->r, VTD_FSTS);
	assert_true(is_done(l));
}

static void lazy_units_rest_until_a_wait(void **state)
{
	struct lab *l = *state;
	struct vtd_model_stats st;

	pc_all(l);
	doorbell(l);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.descs[VTD_DESC_PC], 1);	/* of lab_start() */
	sync(l);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.descs[VTD_DESC_PC], 2);
	assert_int_equal(st.waits, 2);
	assert_int_equal(st.fences, 0);
}

static void the_ring_wraps_and_may_hold_more_than_is_reordered_at_once(void **state)
{
	struct lab *l = *state;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		pc_all(l);
		iotlb_all(l);
		if (i % 60 == 59)
			sync(l);
	}
	sync(l);
}

static void sizes_of_device_tlb_invalidations_are_in_the_address(void **state)
{
	struct lab *l = *state;

	dtlb(l, 0x5000);
	sync(l);
	assert_true(l->inv_addr == 0x5000 && l->inv_size == 0x1000);
	assert_int_equal(l->inv_pasid, PL_NO_PASID);
	dtlb(l, 0x8000 | VTD_DTLB_HI_S);
	sync(l);
	assert_true(l->inv_addr == 0x8000 && l->inv_size == 0x2000);
	pdtlb(l, 9, 0x200000 | 0xff000 | VTD_PDTLB_HI_S);
	sync(l);
	assert_true(l->inv_addr == 0x200000 && l->inv_size == 0x200000);
	assert_int_equal(l->inv_pasid, 9);
	assert_false(l->inv_global);
	pdtlb(l, 0, ALL | VTD_PDTLB_HI_S | VTD_PDTLB_HI_G);
	sync(l);
	assert_true(l->inv_global && !l->inv_addr && l->inv_size == U64_MAX);
}

static void a_status_address_must_be_memory(void **state)
{
	struct lab *l = *state;

	desc(l, VTD_DESC_WAIT | VTD_WAIT_SW, 0x7000);
	doorbell(l);
	caught(l, "REG", 1);
}

static void without_throttling_the_pfsid_is_reserved(void **state)
{
	u64 lo = VTD_DESC_PDTLB | FIELD_PREP(VTD_PDTLB_PFSID_LO, 8);

	assert_int_equal(bad_desc(*state, lo, 0), 4);
}

/*
 * ATS (4.1)
 */

static void translations_have_the_size_and_rights_of_their_leaf(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;
	u64 at = 0x80000000ULL;
	void *big = (void *)__get_free_pages(GFP_KERNEL, 9);

	put(l, fs_entry(l, at, 2), (phys(big) | RW | VTD_PT_PS) & ~VTD_FS_RW);
	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, IOVA + 8, true, &t), 0);
	assert_true(t.addr == phys(l->page[0]) && t.size == PAGE_SIZE && t.read && t.write);
	assert_int_equal(ask(l, 1, at + 5 * PAGE_SIZE, true, &t), 0);
	assert_true(t.addr == phys(big) && t.size == 1 << 21 && t.read && !t.write);
	assert_int_equal(translated(l, 1, at + 8, phys(big) + 8), 0);
	assert_int_equal(l->stale, PL_STALE_NONE);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), 0);
	clear_p(l, 1);
	flush(l);
	l->r->ops->freed(l->r, big, 512 * PAGE_SIZE);
	free_pages((unsigned long)big, 9);
}

/* 7.1.2: what a device can recover from is not reported to software. */
static void recoverable_faults_are_not_recorded(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	assert_int_equal(ask(l, 1, IOVA, false, &t), 0x59);
	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, 0x1000, false, &t), 0x71);
	assert_int_equal(ask(l, 1, 1ULL << 50, false, &t), 0x80);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), 0);
	put(l, &l->ctx[RID * 4], l->ctx[RID * 4] & ~VTD_CTX_DTE);
	cc_all(l);
	sync(l);
	assert_int_equal(ask(l, 1, IOVA, false, &t), 0x44);
	assert_int_equal(pl_read32(l->r, VTD_FSTS), VTD_FSTS_PPF);
	assert_int_equal(translated(l, 1, IOVA, phys(l->page[0])), 0x44);
}

static void translated_requests_bypass_translation_only(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach_fs(l, 1);
	assert_int_equal(translated(l, 1, IOVA, 0xfee00000), 0x87);
	assert_int_equal(translated(l, 1, IOVA, 1ULL << 52), 0x83);
	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, false);
	assert_int_equal(ask(l, 1, IOVA, false, &t), 0x44);
	gcmd(l, VTD_GCMD_QIE, VTD_GCMD_TE, true);
}

static void a_device_tlb_that_is_out_of_date_is_noticed(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, IOVA, false, &t), 0);
	put(l, fs_entry(l, IOVA, 1), 0);
	assert_int_equal(translated(l, 1, IOVA, t.addr), 0);
	assert_int_equal(l->stale, PL_STALE_DEV_TLB);
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	pdtlb(l, 1, IOVA);
	sync(l);
}

/*
 * The right way: no violation in any order the unit may choose
 */

static void right_ways(struct lab *l, bool fences)
{
	struct pl_translation t;
	unsigned int i;

	for (i = 0; i < 200; i++) {
		attach_fs(l, 1);
		assert_true(reads(l, 1, IOVA, WORD(0)));
		assert_int_equal(ask(l, 1, IOVA + PAGE_SIZE, false, &t), 0);
		put(l, fs_entry(l, IOVA, 1), 0);
		piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
		pdtlb(l, 1, IOVA);
		sync(l);
		put(l, fs_entry(l, IOVA, 1), phys(l->page[0]) | RW);
		clear_p(l, 1);
		pc(l, DID, 1);
		if (fences)
			fence(l);
		piotlb(l, DID, 1);
		pdtlb_all(l, 1);
		sync(l);
		zero_rest(l, 1);
		attach_ss(l, 0);
		assert_true(reads(l, PL_NO_PASID, IOVA, WORD(0)));
		assert_int_equal(ask(l, PL_NO_PASID, IOVA, true, &t), 0);
		clear_p(l, 0);
		pc(l, DID_SS, 0);
		if (fences)
			fence(l);
		iotlb_domain(l, DID_SS);
		dtlb(l, ALL | VTD_DTLB_HI_S);
		sync(l);
		zero_rest(l, 0);
		assert_int_equal(vtd_model_audit(l->m), 0);
	}
	assert_int_equal(vtd_model_violations(l->m), 0);
}

static void the_queue_itself_orders_what_6_5_2_12_says(void **state)
{
	right_ways(*state, false);
}

static void fences_order_everything(void **state)
{
	right_ways(*state, true);
}

static void any_order_needs_fences(void **state)
{
	struct lab *l = *state;
	unsigned int i;

	for (i = 0; i < 50 && !count(l, "O2"); i++) {
		attach_fs(l, 1);
		assert_true(reads(l, 1, IOVA, WORD(0)));
		detach_fs(l, 1);
	}
	assert_true(count(l, "O2"));
	assert_non_null(strstr(text_of(l, "O2"), "executed before"));
	l->expected = vtd_model_violations(l->m);
}

static void strictly_the_rid_device_tlb_wants_a_fence(void **state)
{
	struct lab *l = *state;
	unsigned int i;

	for (i = 0; i < 50 && !count(l, "O3"); i++) {
		attach_fs(l, 0);
		assert_true(reads(l, PL_NO_PASID, IOVA, WORD(0)));
		clear_p(l, 0);
		pc(l, DID, 0);
		piotlb(l, DID, 0);
		dtlb(l, ALL | VTD_DTLB_HI_S);
		sync(l);
		zero_rest(l, 0);
	}
	assert_true(count(l, "O3"));
	l->expected = vtd_model_violations(l->m);
}

/*
 * Slips: each invariant broken once and called by its name
 */

static void o1_zeroed_before_the_pasid_cache_invalidation(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	clear_p(l, 1);
	zero_rest(l, 1);
	caught(l, "O1", 1);
	pc(l, DID, 1);
	caught(l, "O1", 1);
	l->expected--;
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O1", 2);	/* again, seen against the cached copy */
	l->expected--;
}

static void o1_zeroed_unpublished_is_seen_at_the_invalidation(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	clear_p(l, 1);
	WRITE_ONCE(pe(l, 1)[2], 0);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O1", 1);
}

static void o1_fields_go_together_with_p(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	memset(pe(l, 1), 0, 64);
	l->r->ops->publish(l->r, pe(l, 1), 64);
	caught(l, "O1", 1);
	flush(l);
}

static void o1_reused_before_it_is_forgotten(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	put(l, pe(l, 1), VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_FS));
	caught(l, "O1", 1);
}

static void o1_with_a_slow_unit_the_wait_must_be_over(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	vtd_model_inject(l->m, VTD_MODEL_INJECT_SLOW, 2);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	wait_desc(l, 0);
	doorbell(l);
	zero_rest(l, 1);
	caught(l, "O1", 1);
	pl_read32(l->r, VTD_FSTS);
	pl_read32(l->r, VTD_FSTS);
	assert_true(is_done(l));
}

static void o2_iotlb_left_out(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O2", 1);
	assert_non_null(strstr(text_of(l, "O2"), "IOTLB invalidation missing"));
}

static void o2_iotlb_of_another_did_or_pasid(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	piotlb(l, DID_SS, 1);
	piotlb(l, DID, 2);
	iotlb_domain(l, DID_SS);
	piotlb_page(l, DID, 1, 0, 0, 0);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O2", 1);
}

static void o2_second_stage_wants_a_domain_selective_one(void **state)
{
	struct lab *l = *state;

	attach_ss(l, 1);
	clear_p(l, 1);
	pc(l, DID_SS, 1);
	piotlb(l, DID_SS, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O2", 1);
}

static void o2_iotlb_before_pasid_cache(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	piotlb(l, DID, 1);
	fence(l);
	pc(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O2", 1);
	assert_non_null(strstr(text_of(l, "O2"), "before the PASID-cache one"));
}

static void o2_pasid_cache_left_out(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O2", 1);
	assert_non_null(strstr(text_of(l, "O2"), "PASID-cache invalidation missing"));
}

static void o3_device_tlb_left_out_on_detach(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	pdtlb(l, 1, IOVA);		/* not all of it */
	dtlb(l, ALL | VTD_DTLB_HI_S);	/* not that PASID */
	sync(l);
	caught(l, "O3", 1);
}

static void o3_device_tlb_before_iotlb_on_detach(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	pdtlb_all(l, 1);
	fence(l);
	piotlb(l, DID, 1);
	sync(l);
	caught(l, "O3", 1);
	assert_non_null(strstr(text_of(l, "O3"), "before the IOTLB one"));
}

static void o3_device_tlb_left_out_on_unmap(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, IOVA, false, &t), 0);
	assert_int_equal(ask(l, 1, IOVA + PAGE_SIZE, false, &t), 0);
	put(l, fs_entry(l, IOVA, 1), 0);
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	pdtlb(l, 1, IOVA + PAGE_SIZE);
	sync(l);
	caught(l, "O3", 1);
	pdtlb(l, 1, IOVA);
	sync(l);
}

static void o3_device_tlb_before_iotlb_on_unmap(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, IOVA, false, &t), 0);
	put(l, fs_entry(l, IOVA, 1), 0);
	pdtlb(l, 1, IOVA);
	fence(l);
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	caught(l, "O3", 1);
	assert_non_null(strstr(text_of(l, "O3"), "before the IOTLB one"));
	pdtlb(l, 1, IOVA);
	sync(l);
}

static void o4_drained_before_the_device_tlb(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	desc(l, VTD_DESC_WAIT | VTD_WAIT_PD | VTD_WAIT_FN, 0);
	pdtlb_all(l, 1);
	sync(l);
	caught(l, "O4", 1);
}

static void o5_a_new_entry_without_its_invalidations(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	attach_fs(l, 1);
	sync(l);
	assert_int_equal(fault(l, 1, IOVA, false), 0x59);
	caught(l, "O5", 1);
	l->expected = 0;
	vtd_model_audit(l->m);
	assert_int_equal(count(l, "O5"), 2);
	assert_int_equal(count(l, "PASID-cache"), 1);
	l->expected = vtd_model_violations(l->m);
	l->no_audit = true;
}

static void o5_half_of_the_invalidations(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	pc(l, DID, 1);
	sync(l);
	caught(l, "O5", 1);
}

static void o5_a_new_second_stage_page(void **state)
{
	struct lab *l = *state;
	u64 at = IOVA + PAGES * PAGE_SIZE;

	attach_ss(l, 1);
	pc(l, DID_SS, 1);
	iotlb_domain(l, DID_SS);
	sync(l);
	assert_int_equal(fault(l, 1, at, false), 0x79);
	put(l, ss_entry(l, at, 1), phys(l->page[1]) | SSRW);
	sync(l);
	assert_int_equal(fault(l, 1, at, false), 0x79);
	caught(l, "O5", 1);
	iotlb_page(l, DID_SS, at, 0, VTD_INV_HI_IH);
	sync(l);
}

static void o5_spare_invalidations_are_counted_not_blamed(void **state)
{
	struct lab *l = *state;
	struct vtd_model_stats st;

	attach_fs(l, 1);
	pc(l, DID, 1);
	sync(l);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.spare, 1);
	detach_fs(l, 1);
	vtd_model_stats(l->m, &st);
	assert_int_equal(st.spare, 1);
}

static void o6_order_of_enables(void **state)
{
	struct lab *l = *state;

	l->f->ops->state(l->f, &l->port, PL_EP_ATS);		/* PASID off before ATS */
	caught(l, "O6", 1);
	l->f->ops->state(l->f, &l->port, PL_EP_ATS | PL_EP_PASID);	/* PASID on after ATS */
	assert_int_equal(count(l, "O6"), 2);
	l->f->ops->state(l->f, &l->port, PL_EP_ATS | PL_EP_PASID | PL_EP_PRI);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_PRI);	/* ATS off before PRI */
	assert_int_equal(count(l, "O6"), 3);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_PRI);	/* PRI on before ATS */
	assert_int_equal(count(l, "O6"), 4);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	put(l, &l->ctx[RID * 4], l->ctx[RID * 4] & ~VTD_CTX_DTE);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_ATS);	/* ATS on before DTE */
	assert_int_equal(count(l, "O6"), 5);
	l->expected = 5;
}

static void o7_ats_off_with_an_invalidation_in_flight(void **state)
{
	struct lab *l = *state;

	vtd_model_inject(l->m, VTD_MODEL_INJECT_SLOW, 2);
	pdtlb_all(l, 1);
	wait_desc(l, 0);
	doorbell(l);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	caught(l, "O7", 1);
	pl_read32(l->r, VTD_FSTS);
	pl_read32(l->r, VTD_FSTS);
	assert_int_equal(count(l, "O7"), 2);	/* and the device was asked with ATS off */
	l->expected++;
}

static void o8_a_page_that_is_still_translated_to(void **state)
{
	struct lab *l = *state;
	void *p = page();

	put(l, fs_entry(l, 0x5000, 1), phys(p) | RW);
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, 0x5000, false), 0);
	put(l, fs_entry(l, 0x5000, 1), 0);
	give_back(l, p);
	caught(l, "O8", 1);
	assert_non_null(strstr(text_of(l, "O8"), "the IOTLB translates to it"));
}

static void o8_a_page_that_a_device_tlb_holds(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;
	void *p = page();

	put(l, fs_entry(l, 0x5000, 1), phys(p) | RW);
	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, 0x5000, false, &t), 0);
	put(l, fs_entry(l, 0x5000, 1), 0);
	piotlb_page(l, DID, 1, 0x5000, 0, VTD_INV_HI_IH);
	doorbell(l);
	give_back(l, p);
	caught(l, "O8", 1);
	assert_non_null(strstr(text_of(l, "O8"), "a device TLB"));
}

static void o8_a_table_in_the_walk_cache(void **state)
{
	struct lab *l = *state;
	u64 *e, at = 0x80000000ULL;

	put(l, fs_entry(l, at, 1), phys(l->page[0]) | RW);
	attach_fs(l, 1);
	assert_true(reads(l, 1, at, WORD(0)));
	e = phys_to_virt(*fs_entry(l, at, 2) & VTD_PT_ADDR);
	put(l, fs_entry(l, at, 2), 0);
	piotlb_page(l, DID, 1, at, 0, VTD_INV_HI_IH);
	sync(l);
	give_back(l, e);
	caught(l, "O8", 1);
	assert_non_null(strstr(text_of(l, "O8"), "paging-structure cache points"));
}

static void o8_a_table_that_a_walk_still_reads(void **state)
{
	struct lab *l = *state;
	u64 *t, at = 0x80000000ULL;

	put(l, fs_entry(l, at, 1), phys(l->page[0]) | RW);
	attach_fs(l, 1);
	t = phys_to_virt(*fs_entry(l, at, 2) & VTD_PT_ADDR);
	free_page((unsigned long)t);
	assert_int_equal(fault(l, 1, at, false), 0x70);
	caught(l, "O8", 1);
	put(l, fs_entry(l, at, 2), 0);
	piotlb(l, DID, 1);
	sync(l);
}

static void o8_a_dma_to_memory_that_is_gone(void **state)
{
	struct lab *l = *state;
	void *p = page();
	struct pl_tlp t = { .rid = RID, .pasid = 1, .addr = 0x5000, .len = 8 };
	u64 word;

	put(l, fs_entry(l, 0x5000, 1), phys(p) | RW);
	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, 0x5000, false), 0);
	put(l, fs_entry(l, 0x5000, 1), 0);
	free_page((unsigned long)p);
	assert_int_equal(l->f->ops->access(l->f, &t, &word), -EFAULT);
	caught(l, "O8", 1);
	piotlb(l, DID, 1);
	sync(l);
}

static void o8_tables_that_are_linked_or_cached(void **state)
{
	struct lab *l = *state;
	u64 *t = table(l);

	put(l, &l->dir[1], phys(t) | VTD_PDE_P);
	l->r->ops->freed(l->r, t, PAGE_SIZE);
	caught(l, "O8", 1);
	assert_non_null(strstr(text_of(l, "O8"), "PASID table"));
	put(l, &l->dir[1], 0);
	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, &l->dir[0], 0);
	l->r->ops->freed(l->r, l->table, PAGE_SIZE);
	assert_int_equal(count(l, "O8"), 2);
	l->expected++;
	free_page((unsigned long)t);
	iotlb_all(l);
	sync(l);
}

static void o9_two_quadwords_of_a_present_entry(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	WRITE_ONCE(pe(l, 1)[1], DID_SS | snoop(l));
	WRITE_ONCE(pe(l, 1)[2], phys(l->ss));
	l->r->ops->publish(l->r, pe(l, 1), 64);
	caught(l, "O9", 1);
	pc_all(l);
	iotlb_all(l);
	pdtlb_all(l, 1);
	sync(l);
}

static void o9_replacing_by_one_store_is_right(void **state)
{
	struct lab *l = *state;
	u64 *top = table(l);

	put(l, entry(l, top, IOVA, 1, RW), phys(l->page[2]) | RW);
	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	put(l, &pe(l, 1)[2], phys(top));
	assert_true(reads(l, 1, IOVA, WORD(0)));
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	pdtlb_all(l, 1);
	sync(l);
	assert_true(reads(l, 1, IOVA, WORD(2)));
	detach_fs(l, 1);
	free_tree(top, 4);
}

static void o9_present_before_it_is_complete(void **state)
{
	struct lab *l = *state;

	put(l, &pe(l, 1)[0], VTD_PE0_P);
	caught(l, "O9", 1);
	put(l, &pe(l, 1)[0], VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_FS));
	assert_int_equal(count(l, "O9"), 2);	/* still no DID */
	clear_p(l, 1);
	assert_int_equal(count(l, "O1"), 1);	/* what it was may be cached */
	l->expected = 3;
	pc_all(l);
	iotlb_all(l);
	pdtlb_all(l, 1);
	sync(l);
}

static void o9_a_table_pointer_to_nowhere(void **state)
{
	struct lab *l = *state;

	put(l, &pe(l, 1)[1], DID | snoop(l));
	put(l, &pe(l, 1)[2], 0x7000);
	put(l, &pe(l, 1)[0], VTD_PE0_P | FIELD_PREP(VTD_PE0_PGTT, VTD_PGTT_FS));
	caught(l, "O9", 1);
}

static void o9_a_torn_context_entry(void **state)
{
	struct lab *l = *state;

	WRITE_ONCE(l->ctx[RID * 4], l->ctx[RID * 4] & ~VTD_CTX_DTE);
	WRITE_ONCE(l->ctx[RID * 4 + 1], 1);
	l->r->ops->publish(l->r, &l->ctx[RID * 4], 32);
	assert_int_equal(count(l, "O9"), 2);	/* torn, and RID_PASID is reserved */
	l->expected = 2;
}

/*
 * Audits
 */

static void audits_name_the_cache(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	assert_true(reads(l, 1, IOVA, WORD(0)));
	assert_int_equal(vtd_model_audit(l->m), 0);
	WRITE_ONCE(*fs_entry(l, IOVA, 1), 0);
	audit_finds(l, "IOTLB");
	piotlb_page(l, DID, 1, IOVA, 0, VTD_INV_HI_IH);
	sync(l);
	assert_int_equal(vtd_model_audit(l->m), 0);
	WRITE_ONCE(l->fs[IOVA >> 39 & 511], 0);
	assert_int_equal(vtd_model_audit(l->m), 3);
	caught(l, "WALK", 3);
	l->no_audit = true;
	assert_int_equal(count(l, "IOTLB"), 1);
}

static void audits_find_pasid_and_context_entries(void **state)
{
	struct lab *l = *state;
	u64 keep;

	attach_fs(l, 1);
	assert_int_equal(fault(l, 1, 0x7000, false), 0x71);
	piotlb(l, DID, 1);
	sync(l);
	keep = pe(l, 1)[2];
	WRITE_ONCE(pe(l, 1)[2], phys(l->ss));
	audit_finds(l, "PASID-cache");
	WRITE_ONCE(pe(l, 1)[2], keep);
	keep = l->ctx[RID * 4];
	WRITE_ONCE(l->ctx[RID * 4], keep & ~VTD_CTX_PASIDE);
	vtd_model_audit(l->m);
	assert_int_equal(count(l, "CONTEXT"), 1);
	l->expected = vtd_model_violations(l->m);
	WRITE_ONCE(l->ctx[RID * 4], keep);
}

static void audits_find_device_tlb_entries_and_debts(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach_fs(l, 1);
	assert_int_equal(ask(l, 1, IOVA, true, &t), 0);
	put(l, fs_entry(l, IOVA, 1), phys(l->page[0]) | (RW & ~VTD_FS_RW));
	vtd_model_audit(l->m);
	assert_int_equal(count(l, "DEV-TLB"), 1);
	assert_int_equal(count(l, "IOTLB"), 1);
	clear_p(l, 1);
	vtd_model_audit(l->m);
	assert_int_equal(count(l, "O2"), 1);	/* nothing at all was invalidated */
	l->expected = vtd_model_violations(l->m);
	l->no_audit = true;
}

/* Submitters that share the queue are blamed only for what is theirs. */
static void concurrent_submitters_are_not_blamed_for_each_other(void **state)
{
	struct lab *l = *state;

	attach_fs(l, 1);
	attach_fs(l, 2);
	assert_true(reads(l, 1, IOVA, WORD(0)) && reads(l, 2, IOVA, WORD(0)));
	clear_p(l, 1);
	clear_p(l, 2);			/* by another thread, which comes later */
	desc(l, VTD_DESC_PC | FIELD_PREP(VTD_PC_DID, DID), 0);
	iotlb_domain(l, DID);
	pdtlb_all(l, 1);
	sync(l);
	zero_rest(l, 1);
	pc(l, DID, 2);
	piotlb(l, DID, 2);
	pdtlb_all(l, 2);
	sync(l);
	zero_rest(l, 2);
	attach_fs(l, 1);
	clear_p(l, 1);
	pc(l, DID, 1);
	piotlb(l, DID, 1);
	sync(l);
	zero_rest(l, 1);
	caught(l, "O3", 1);		/* at the store, by its owner */
}

static void ports_come_and_go(void **state)
{
	struct lab *l = *state;
	struct pl_port other = { .ops = &port_ops, .rid = RID };

	assert_int_equal(l->f->ops->connect(l->f, &other), -EEXIST);
	other.rid = RID_UP;
	assert_int_equal(l->f->ops->connect(l->f, &other), 0);
	l->f->ops->disconnect(l->f, &other);
	assert_int_equal(l->f->ops->connect(l->f, &other), 0);
	l->f->ops->disconnect(l->f, &other);
	assert_string_equal(vtd_model_name(l->m), "lab");
}

static void setting_the_root_pointer_again_changes_what_is_watched(void **state)
{
	struct lab *l = *state;
	u64 *root = table(l);

	put(l, &root[0], l->root[0]);
	pl_write64(l->r, VTD_RTADDR, phys(root) | VTD_RTADDR_TTM_SCALABLE);
	gcmd(l, VTD_GCMD_QIE | VTD_GCMD_TE, VTD_GCMD_SRTP, true);
	flush(l);
	give_back(l, l->root);
	l->root = root;
	put(l, &pe(l, 1)[0], VTD_PE0_P);	/* the PASID table is seen through it */
	caught(l, "O9", 1);
}

/*
 * Threads
 */

struct racer {
	struct lab *l;
	u32 pasid;
	atomic_t *stop;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	u64 word = 0;

	while (!atomic_read(r->stop)) {
		struct pl_tlp t = {
			.rid = RID, .pasid = r->pasid, .addr = IOVA, .len = 8,
		};

		r->l->f->ops->access(r->l->f, &t, &word);
	}
	return NULL;
}

static void requests_and_invalidations_run_at_once(void **state)
{
	struct lab *l = *state;
	atomic_t stop = ATOMIC_INIT(0);
	struct racer r[2] = { { l, 1, &stop }, { l, 2, &stop } };
	pthread_t id[2];
	unsigned int i;

	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&id[i], NULL, race, &r[i]), 0);
	for (i = 0; i < 500; i++) {
		attach_fs(l, 1);
		attach_fs(l, 2);
		detach_fs(l, 1);
		detach_fs(l, 2);
	}
	atomic_set(&stop, 1);
	for (i = 0; i < 2; i++)
		pthread_join(id[i], NULL);
}

#define T(f)		cmocka_unit_test_setup_teardown(f, setup, teardown)
#define T_(f, s)	cmocka_unit_test_setup_teardown(f, s, teardown)

static const struct CMUnitTest tests[] = {
	T_(the_registers_say_what_was_configured, setup_small),
	T(registers_keep_what_is_written),
	T_(a_command_shows_after_its_handshake, setup_slow),
	T(one_field_of_gcmd_at_a_time),
	T(the_queue_is_configured_while_it_is_off),
	T(a_busy_queue_is_not_switched_off),
	cmocka_unit_test(translation_needs_a_root_table),
	cmocka_unit_test(a_configuration_no_unit_has_is_refused),
	T(a_request_reaches_its_page_through_the_first_stage),
	T(a_request_reaches_its_page_through_the_second_stage),
	T(a_request_without_pasid_uses_entry_0),
	T(pass_through_leads_where_it_says),
	T_(nested_walks_compose_both_stages, setup_nest),
	T(leaves_of_2_mib_and_1_gib_lead_into_their_page),
	T(the_upper_context_table_serves_devfn_80_and_up),
	T(without_translation_addresses_are_physical),
	T(the_first_stage_sets_accessed_and_dirty),
	T(interrupts_are_not_translated),
	T(every_fault_has_its_reason),
	T(a_pasid_may_be_too_large_for_unit_or_directory),
	T_(a_narrow_unit_checks_widths, setup_small),
	T(tables_that_cannot_be_read_fault),
	T(other_table_modes_translate_nothing),
	T(an_unreadable_root_table_faults),
	T(a_fault_is_recorded_with_all_that_it_says),
	T_(faults_beyond_the_records_set_pfo_and_are_lost, setup_small),
	T(an_overflow_can_be_injected),
	T(fpd_suppresses_qualified_faults),
	T(the_fault_event_comes_once_until_it_is_served),
	T(a_masked_event_is_kept_pending),
	T(the_iotlb_keeps_a_page_until_it_is_invalidated),
	T(walk_caches_survive_an_invalidation_with_ih),
	T(a_pasid_entry_is_cached_under_the_did_it_had),
	T(pasid_cache_invalidation_has_three_granularities),
	T(domain_selective_drops_every_stage),
	T(second_stage_pages_go_by_did_and_address),
	T(a_second_stage_invalidation_takes_all_first_stage_entries),
	T(a_large_page_goes_with_any_page_in_it),
	T(an_address_mask_covers_its_pages),
	T(a_context_entry_is_kept_until_its_invalidation),
	T(a_function_mask_covers_functions),
	T(nothing_that_faults_is_cached_without_caching_mode),
	cmocka_unit_test(the_cache_can_be_limited),
	T_(caching_mode_keeps_entries_that_are_not_present, setup_cm),
	T_(caching_mode_keeps_second_stage_pages_that_are_not_present, setup_cm),
	T_(caching_mode_keeps_context_entries_that_are_not_present, setup_cm),
	T_(without_snooping_a_store_shows_when_it_is_published, setup_nosnoop),
	T_(without_snooping_unpublished_memory_is_garbage, setup_nosnoop),
	T_(without_snooping_flags_cannot_be_set, setup_nosnoop),
	T_(an_audit_finds_a_store_that_was_not_published, setup_nosnoop),
	T_(every_reserved_bit_of_a_descriptor_is_looked_at, setup_small),
	T(granularities_types_and_masks_must_exist),
	cmocka_unit_test(device_tlb_descriptors_need_device_tlbs),
	T(a_bad_tail_or_queue_is_an_error_too),
	T(an_error_lets_earlier_descriptors_complete),
	T(a_device_that_does_not_answer_aborts_the_wait),
	T(slow_completion_takes_register_reads),
	T_(lazy_units_rest_until_a_wait, setup_lazy),
	T(the_ring_wraps_and_may_hold_more_than_is_reordered_at_once),
	T(sizes_of_device_tlb_invalidations_are_in_the_address),
	T(a_status_address_must_be_memory),
	T_(without_throttling_the_pfsid_is_reserved, setup_small),
	T(translations_have_the_size_and_rights_of_their_leaf),
	T(recoverable_faults_are_not_recorded),
	T(translated_requests_bypass_translation_only),
	T(a_device_tlb_that_is_out_of_date_is_noticed),
	T(the_queue_itself_orders_what_6_5_2_12_says),
	T_(the_queue_itself_orders_what_6_5_2_12_says, setup_lazy),
	T_(fences_order_everything, setup_any),
	T_(fences_order_everything, setup_strict),
	T_(any_order_needs_fences, setup_any),
	T_(strictly_the_rid_device_tlb_wants_a_fence, setup_strict),
	T(o1_zeroed_before_the_pasid_cache_invalidation),
	T(o1_zeroed_unpublished_is_seen_at_the_invalidation),
	T(o1_fields_go_together_with_p),
	T(o1_reused_before_it_is_forgotten),
	T(o1_with_a_slow_unit_the_wait_must_be_over),
	T(o2_iotlb_left_out),
	T(o2_iotlb_of_another_did_or_pasid),
	T(o2_second_stage_wants_a_domain_selective_one),
	T(o2_iotlb_before_pasid_cache),
	T(o2_pasid_cache_left_out),
	T(o3_device_tlb_left_out_on_detach),
	T(o3_device_tlb_before_iotlb_on_detach),
	T(o3_device_tlb_left_out_on_unmap),
	T(o3_device_tlb_before_iotlb_on_unmap),
	T(o4_drained_before_the_device_tlb),
	T_(o5_a_new_entry_without_its_invalidations, setup_cm),
	T_(o5_half_of_the_invalidations, setup_cm),
	T_(o5_a_new_second_stage_page, setup_cm),
	T(o5_spare_invalidations_are_counted_not_blamed),
	T(o6_order_of_enables),
	T(o7_ats_off_with_an_invalidation_in_flight),
	T(o8_a_page_that_is_still_translated_to),
	T(o8_a_page_that_a_device_tlb_holds),
	T(o8_a_table_in_the_walk_cache),
	T(o8_a_table_that_a_walk_still_reads),
	T(o8_a_dma_to_memory_that_is_gone),
	T(o8_tables_that_are_linked_or_cached),
	T(o9_two_quadwords_of_a_present_entry),
	T(o9_replacing_by_one_store_is_right),
	T(o9_present_before_it_is_complete),
	T(o9_a_table_pointer_to_nowhere),
	T(o9_a_torn_context_entry),
	T(audits_name_the_cache),
	T(audits_find_pasid_and_context_entries),
	T(audits_find_device_tlb_entries_and_debts),
	T_(concurrent_submitters_are_not_blamed_for_each_other, setup_concurrent),
	T(ports_come_and_go),
	T(setting_the_root_pointer_again_changes_what_is_watched),
	T_(requests_and_invalidations_run_at_once, setup_concurrent),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("vtd-model", tests, NULL, NULL);
}
