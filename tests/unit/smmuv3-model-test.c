// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SMMUv3 reference model, driven bare: tables made by hand, commands
 * written by hand, no driver in between.
 *
 * Vocabulary.  A *lab* is one model with one stream behind it (00:01.0), a
 * 2-level stream table, a 2-level CD table, a stage-1 and a stage-2 table, and
 * target pages that each hold a word of their own.  A *slip* is a mistake made
 * on purpose: the test names the violation that must follow.  Whatever is not
 * named must not happen: every test ends with an audit.
 *
 * The hard rule: a test says what the specification says, with the section, and
 * uses of the model only what model_api.h offers.
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

#include "../../hw/smmuv3/model_api.h"
#include "../../hw/smmuv3/regs.h"
#include "../kernel/shim.h"

#define SID		0x0008		/* 00:01.0 */
#define SPLIT		8
#define CDMAX		12		/* four leaves of 1024 CDs */
#define IOVA		0x40000000ULL
#define VMID		3
#define ASID		5
#define ASID2		6
#define PASID		7
#define PASID2		8
#define FAR		1030		/* a PASID of the second leaf */
#define NONE		PL_NO_PASID
#define PAGES		8
#define WORD(i)		(0x5151510000000000ULL + (i))
#define LOG2CMDQ	6
#define LOG2EVTQ	3
#define BLOCK		0x200000ULL

#define TABLE		(SMMU_PT_VALID | SMMU_PT_TABLE)
#define LEAF1		(TABLE | SMMU_PT_AF | SMMU_PT_NG | SMMU_PT_AP_EL0)
#define LEAF2		(TABLE | SMMU_PT_AF | SMMU_PT_S2AP_R | SMMU_PT_S2AP_W)

struct lab {
	struct smmu_model_config cfg;
	struct smmu_model *m;
	struct pl_regs *r;
	struct pl_fabric *f;
	struct pl_port port;
	u64 invalidations;
	u64 inv_addr;
	u64 inv_size;
	u32 inv_ssid;
	bool inv_global;
	u64 *l1st, *stes, *l1cd, *s1, *other, *s2, *page[PAGES];
	u64 *leaf[2];
	u64 (*cmdq)[2];
	u64 (*evtq)[4];
	u32 *word;
	u32 prod;
	u32 seq;
	u32 evt;
	u32 stale;
	u32 irqs;
	u32 errors;
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

static void *pages(unsigned int order)
{
	void *p = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);

	assert_non_null(p);
	return p;
}

static void *page(void)
{
	return pages(0);
}

/* One 64-bit store to a table, published. */
static void put(struct lab *l, u64 *at, u64 val)
{
	WRITE_ONCE(*at, val);
	l->r->ops->publish(l->r, at, sizeof(*at));
}

static void *table(struct lab *l, unsigned int order)
{
	void *p = pages(order);

	l->r->ops->publish(l->r, p, PAGE_SIZE << order);
	return p;
}

static void give_back(struct lab *l, void *p)
{
	l->r->ops->freed(l->r, p, PAGE_SIZE);
	free_page((unsigned long)p);
}

/* The 4 KiB-granule descriptor for @iova at @level, tables above it made. */
static u64 *desc(struct lab *l, u64 *top, u64 iova, int level)
{
	u64 *t = top, *e;
	int i;

	for (i = 0; i < level; i++) {
		e = &t[iova >> (39 - 9 * i) & 511];
		if (!*e)
			put(l, e, phys(table(l, 0)) | TABLE);
		t = phys_to_virt(*e & SMMU_PT_ADDR);
	}
	return &t[iova >> (39 - 9 * level) & 511];
}

static u64 *leaf1(struct lab *l, u64 iova)
{
	return desc(l, l->s1, iova, 3);
}

static u64 *leaf2(struct lab *l, u64 ipa)
{
	return desc(l, l->s2, ipa, 3);
}

static bool is_table(u64 e)
{
	return (e & TABLE) == TABLE && shim_phys_live(e & SMMU_PT_ADDR, 1);
}

static void free_tree(u64 *t, int level)
{
	int i;

	for (i = 0; level < 3 && i < 512; i++)
		if (is_table(t[i]))
			free_tree(phys_to_virt(t[i] & SMMU_PT_ADDR), level + 1);
	free_page((unsigned long)t);
}

/*
 * Stream table entries and CDs
 */

static u64 *ste(struct lab *l, u32 sid)
{
	return &l->stes[(sid & (BIT(SPLIT) - 1)) * 8];
}

static u64 *cd(struct lab *l, u32 ssid)
{
	return &l->leaf[ssid >> 10][(ssid & 1023) * 8];
}

static u64 eats(struct lab *l)
{
	return l->cfg.ats ? FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_TRANS) : 0;
}

/* Everything of an STE but its first word, then that (3.21.3.1) */
static void put_ste(struct lab *l, const u64 *q)
{
	int i;

	for (i = 7; i >= 0; i--)
		if (ste(l, SID)[i] != q[i])
			put(l, &ste(l, SID)[i], q[i]);
}

static u64 s2_word(struct lab *l)
{
	return FIELD_PREP(SMMU_STE2_S2VMID, VMID) | FIELD_PREP(SMMU_STE2_S2T0SZ, 16ULL) |
	       FIELD_PREP(SMMU_STE2_S2SL0, 2ULL) | FIELD_PREP(SMMU_STE2_S2PS, SMMU_PS_48) |
	       SMMU_STE2_S2AA64 | SMMU_STE2_S2R;
}

static void make_ste(struct lab *l, u64 config, u64 dss, u64 *q)
{
	memset(q, 0, 64);
	q[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, config);
	q[2] = FIELD_PREP(SMMU_STE2_S2VMID, VMID);
	if (config & 1) {
		q[0] |= phys(l->l1cd) | FIELD_PREP(SMMU_STE0_S1FMT, SMMU_S1FMT_64K_L2) |
			FIELD_PREP(SMMU_STE0_S1CDMAX, (u64)CDMAX);
		q[1] = FIELD_PREP(SMMU_STE1_S1DSS, dss) | eats(l);
	}
	if (config & 2) {
		q[1] |= eats(l);
		q[2] = s2_word(l);
		q[3] = phys(l->s2);
	}
}

static void set_ste(struct lab *l, u64 config, u64 dss)
{
	u64 q[8];

	make_ste(l, config, dss, q);
	put_ste(l, q);
}

static u64 cd_word(struct lab *l, u16 asid)
{
	return FIELD_PREP(SMMU_CD0_T0SZ, 16ULL) | SMMU_CD0_EPD1 | SMMU_CD0_V |
	       FIELD_PREP(SMMU_CD0_IPS, SMMU_PS_48) | SMMU_CD0_AA64 | SMMU_CD0_R | SMMU_CD0_A |
	       SMMU_CD0_ASET | FIELD_PREP(SMMU_CD0_ASID, (u64)asid);
}

static void set_cd(struct lab *l, u32 ssid, u16 asid, const u64 *root)
{
	put(l, &cd(l, ssid)[1], phys(root));
	put(l, &cd(l, ssid)[3], 0xff);
	put(l, &cd(l, ssid)[0], cd_word(l, asid));
}

static void clear_v(struct lab *l, u32 ssid)
{
	put(l, &cd(l, ssid)[0], 0);
}

static void zero_rest(struct lab *l, u32 ssid)
{
	put(l, &cd(l, ssid)[1], 0);
	put(l, &cd(l, ssid)[3], 0);
}

/*
 * The command queue
 */

static void cmd(struct lab *l, u64 lo, u64 hi)
{
	u64 *q = l->cmdq[l->prod & (BIT(LOG2CMDQ) - 1)];

	q[0] = lo;
	q[1] = hi;
	l->prod = (l->prod + 1) & (BIT(LOG2CMDQ + 1) - 1);
}

static void doorbell(struct lab *l)
{
	pl_write32(l->r, SMMU_CMDQ_PROD, l->prod);
}

static bool is_done(struct lab *l)
{
	return (pl_read32(l->r, SMMU_CMDQ_CONS) & SMMU_Q_INDEX) == l->prod;
}

static void fence(struct lab *l)
{
	cmd(l, SMMU_CMD_SYNC, 0);
}

static void sync(struct lab *l)
{
	fence(l);
	doorbell(l);
	assert_true(is_done(l));
}

static u64 of_sid(u64 op)
{
	return op | FIELD_PREP(SMMU_CMD0_SID, (u64)SID);
}

static void cfgi_ste(struct lab *l, u64 leaf)
{
	cmd(l, of_sid(SMMU_CMD_CFGI_STE), leaf);
}

static void cfgi_all(struct lab *l)
{
	cmd(l, SMMU_CMD_CFGI_STE_RANGE, SMMU_CFGI_ALL_RANGE);
}

static void cfgi_cd(struct lab *l, u32 ssid, u64 leaf)
{
	cmd(l, of_sid(SMMU_CMD_CFGI_CD) | FIELD_PREP(SMMU_CMD0_SSID, (u64)ssid), leaf);
}

static void cfgi_cd_all(struct lab *l)
{
	cmd(l, of_sid(SMMU_CMD_CFGI_CD_ALL), 0);
}

static u64 tagged(u64 op, u16 asid)
{
	return op | FIELD_PREP(SMMU_TLBI0_VMID, (u64)VMID) |
	       FIELD_PREP(SMMU_TLBI0_ASID, (u64)asid);
}

static void tlbi(struct lab *l, u64 op, u16 asid)
{
	cmd(l, tagged(op, asid), 0);
}

static void tlbi_asid(struct lab *l, u16 asid)
{
	tlbi(l, SMMU_CMD_TLBI_NH_ASID, asid);
}

static void tlbi_va(struct lab *l, u16 asid, u64 va, u64 flags)
{
	cmd(l, tagged(SMMU_CMD_TLBI_NH_VA, asid), va | flags);
}

static void tlbi_all(struct lab *l)
{
	cmd(l, SMMU_CMD_TLBI_NSNH_ALL, 0);
}

static u64 of_ssid(u32 ssid)
{
	return ssid == NONE ? 0 : SMMU_CMD0_SSV | FIELD_PREP(SMMU_CMD0_SSID, (u64)ssid);
}

static void atc_inv(struct lab *l, u32 ssid, u64 addr, u64 size)
{
	cmd(l, of_sid(SMMU_CMD_ATC_INV) | of_ssid(ssid), addr | size);
}

static void atc_all(struct lab *l, u32 ssid)
{
	atc_inv(l, ssid, 0, SMMU_ATC_SIZE_ALL);
}

/* What a slot that becomes filled owes: one command, one sync */
static void attach(struct lab *l, u32 ssid, u16 asid)
{
	set_cd(l, ssid, asid, l->s1);
	cfgi_cd(l, ssid, SMMU_CFGI1_LEAF);
	sync(l);
}

/* What a slot that becomes empty owes, in its order (O1 to O3) */
static void detach(struct lab *l, u32 ssid, u16 asid)
{
	clear_v(l, ssid);
	cfgi_cd(l, ssid, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, asid);
	fence(l);
	if (l->cfg.ats)
		atc_all(l, ssid);
	sync(l);
	zero_rest(l, ssid);
}

/* The STE owes its CFGI; the rest is for what it had */
static void flush_ste(struct lab *l)
{
	cfgi_ste(l, 0);
	cfgi_cd_all(l);
	fence(l);
	tlbi(l, SMMU_CMD_TLBI_S12_VMALL, 0);
	fence(l);
	if (l->cfg.ats)
		cmd(l, of_sid(SMMU_CMD_ATC_INV) | SMMU_CMD0_SSV | SMMU_ATC0_GLOBAL,
		    SMMU_ATC_SIZE_ALL);
	sync(l);
}

/* From any STE to any other, by way of one that is not valid (3.21.3.1) */
static void change_ste(struct lab *l, u64 config, u64 dss)
{
	put(l, &ste(l, SID)[0], 0);
	flush_ste(l);
	set_ste(l, config, dss);
	flush_ste(l);
}

/*
 * Requests
 */

/* One request for a word; returns the event, or 0 and the word. */
static u32 request(struct lab *l, u16 sid, u32 ssid, u64 iova, bool write, u64 *word)
{
	struct pl_tlp t = {
		.rid = sid, .pasid = ssid, .addr = iova, .len = sizeof(*word), .write = write,
	};
	int ret = l->f->ops->access(l->f, &t, word);

	l->stale = t.stale;
	assert_int_equal(ret, t.reason ? -EFAULT : 0);
	return t.reason;
}

static u32 fault(struct lab *l, u32 ssid, u64 iova, bool write)
{
	u64 word = 0;

	return request(l, SID, ssid, iova, write, &word);
}

static bool reads(struct lab *l, u32 ssid, u64 iova, u64 want)
{
	u64 word = 0;

	return !request(l, SID, ssid, iova, false, &word) && word == want;
}

static u32 ask(struct lab *l, u32 ssid, u64 iova, bool write, struct pl_translation *t)
{
	int ret = l->f->ops->translate(l->f, SID, ssid, iova, write, t);

	assert_int_equal(ret, t->reason ? -EFAULT : 0);
	return t->reason;
}

static u32 translated(struct lab *l, u32 ssid, u64 iova, u64 addr)
{
	u64 word;
	struct pl_tlp t = {
		.rid = SID, .pasid = ssid, .addr = addr, .len = sizeof(word),
		.translated = true, .iova = iova,
	};
	int ret = l->f->ops->access(l->f, &t, &word);

	l->stale = t.stale;
	assert_int_equal(ret, t.reason ? -EFAULT : 0);
	return t.reason;
}

/*
 * Events
 */

/* The next event, taken from the queue; all zero when there is none. */
static void event(struct lab *l, u64 *e)
{
	u32 prod = pl_read32(l->r, SMMU_EVENTQ_PROD);

	memset(e, 0, 32);
	if (!((prod ^ l->evt) & (BIT(LOG2EVTQ + 1) - 1)))
		return;
	memcpy(e, l->evtq[l->evt & (BIT(LOG2EVTQ) - 1)], 32);
	l->evt = (l->evt + 1) & (BIT(LOG2EVTQ + 1) - 1);
	pl_write32(l->r, SMMU_EVENTQ_CONS, l->evt | (prod & SMMU_Q_OVERFLOW));
}

static u32 event_id(struct lab *l)
{
	u64 e[4];

	event(l, e);
	return FIELD_GET(SMMU_EVT0_ID, e[0]);
}

/*
 * Violations
 */

static const char *violation(struct lab *l, const char *name, u64 *count)
{
	const char *n, *text;
	unsigned int i;

	for (i = 0; !smmu_model_violation(l->m, i, &n, &text, count); i++)
		if (!strcmp(n, name))
			return text;
	*count = 0;
	return "";
}

static u64 count(struct lab *l, const char *name)
{
	u64 c;

	violation(l, name, &c);
	return c;
}

/* Exactly these violations so far, and all of that kind. */
static void caught(struct lab *l, const char *name, u64 times)
{
	u64 c;
	const char *text = violation(l, name, &c);

	if (c != times)
		print_message("%s: %llu times, not %llu: %s\n", name, (unsigned long long)c,
			      (unsigned long long)times, text);
	assert_int_equal(c, times);
	l->expected += times;
}

/* An audit finds these, and nothing but these. */
static void audit_finds(struct lab *l, const char *name, u64 times)
{
	u64 n = smmu_model_audit(l->m), c = count(l, name);

	if (n != times || c != times)
		print_message("audit: %llu, %s: %llu\n", (unsigned long long)n, name,
			      (unsigned long long)c);
	assert_int_equal(n, times);
	assert_int_equal(c, times);
	l->expected += n;
}

/*
 * The lab
 */

static void port_invalidate(struct pl_port *p, pl_pasid_t ssid, bool global, u64 addr, u64 size)
{
	struct lab *l = container_of(p, struct lab, port);

	l->invalidations++;
	l->inv_ssid = ssid;
	l->inv_global = global;
	l->inv_addr = addr;
	l->inv_size = size;
}

static const struct pl_port_ops port_ops = { .invalidate = port_invalidate };

static void cr0(struct lab *l, u32 val)
{
	pl_write32(l->r, SMMU_CR0, val);
	while (pl_read32(l->r, SMMU_CR0ACK) != val)
		;
}

static void lab_tables(struct lab *l)
{
	int i;

	l->l1st = table(l, 0);
	l->stes = table(l, 2);
	l->l1cd = table(l, 0);
	l->leaf[0] = table(l, 4);
	l->leaf[1] = table(l, 4);
	l->s1 = table(l, 0);
	l->other = table(l, 0);
	l->s2 = table(l, 0);
	put(l, &l->l1st[0], phys(l->stes) | (SPLIT + 1));
	put(l, &l->l1cd[0], phys(l->leaf[0]) | SMMU_L1CD_V);
	for (i = 0; i < PAGES; i++) {
		l->page[i] = page();
		*l->page[i] = WORD(i);
	}
	for (i = 0; i < PAGES; i++) {
		put(l, leaf1(l, IOVA + i * PAGE_SIZE), phys(l->page[i]) | LEAF1);
		put(l, desc(l, l->other, IOVA + i * PAGE_SIZE, 3),
		    phys(l->page[PAGES - 1 - i]) | LEAF1);
		put(l, leaf2(l, IOVA + i * PAGE_SIZE), phys(l->page[i]) | LEAF2);
	}
	set_ste(l, l->cfg.stage1 ? SMMU_CONFIG_S1 : SMMU_CONFIG_S2, SMMU_S1DSS_TERMINATE);
}

static void lab_queues(struct lab *l)
{
	l->cmdq = pages(1);
	l->evtq = page();
	l->word = page();
	pl_write64(l->r, SMMU_STRTAB_BASE, phys(l->l1st));
	pl_write32(l->r, SMMU_STRTAB_BASE_CFG, FIELD_PREP(SMMU_STRTAB_CFG_FMT, SMMU_STRTAB_2LVL) |
		   FIELD_PREP(SMMU_STRTAB_CFG_SPLIT, SPLIT) |
		   FIELD_PREP(SMMU_STRTAB_CFG_LOG2SIZE, 12));
	pl_write64(l->r, SMMU_CMDQ_BASE, phys(l->cmdq) | LOG2CMDQ);
	pl_write64(l->r, SMMU_EVENTQ_BASE, phys(l->evtq) | LOG2EVTQ);
	pl_write32(l->r, SMMU_CR2, SMMU_CR2_RECINVSID);
	cr0(l, SMMU_CR0_CMDQEN);
	cfgi_all(l);
	tlbi_all(l);
	sync(l);
	cr0(l, SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN);
}

#define CR0_ON	(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN | SMMU_CR0_ATSCHK)

static void lab_start(struct lab *l)
{
	lab_queues(l);
	cr0(l, CR0_ON & ~SMMU_CR0_SMMUEN);
	cr0(l, CR0_ON);
	l->port.ops = &port_ops;
	l->port.rid = SID;
	assert_int_equal(l->f->ops->connect(l->f, &l->port), 0);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	if (l->cfg.ats)
		l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_ATS);
}

static int lab_up(void **state, const struct smmu_model_config *cfg)
{
	struct lab *l = test_calloc(1, sizeof(*l));

	l->cfg = *cfg;
	*state = l;
	if (smmu_model_create(cfg, "lab", &l->m))
		return -1;
	l->r = smmu_model_regs(l->m);
	l->f = smmu_model_fabric(l->m);
	lab_tables(l);
	lab_start(l);
	return 0;
}

#define SETUP(name, change)					\
	static int setup##name(void **state)			\
	{							\
		struct smmu_model_config cfg;			\
								\
		smmu_model_config_init(&cfg);			\
		change;						\
		return lab_up(state, &cfg);			\
	}

SETUP(, )
SETUP(_nosnoop, cfg.coherent = false)
SETUP(_noats, cfg.ats = false)
SETUP(_queue, cfg.order = SMMU_MODEL_ORDER_QUEUE)
SETUP(_eager, cfg.lazy = false)
SETUP(_slow, cfg.handshake_polls = 3)
SETUP(_concurrent, cfg.concurrent = true)

static void show(struct lab *l)
{
	const char *n, *text;
	unsigned int i;
	u64 c;

	for (i = 0; !smmu_model_violation(l->m, i, &n, &text, &c); i++)
		print_message("%s x%llu: %s\n", n, (unsigned long long)c, text);
}

static void free_tables(struct lab *l)
{
	int i;

	free_tree(l->s1, 0);
	free_tree(l->other, 0);
	free_tree(l->s2, 0);
	for (i = 0; i < PAGES; i++)
		free_page((unsigned long)l->page[i]);
	free_page((unsigned long)l->l1st);
	free_pages((unsigned long)l->stes, 2);
	free_page((unsigned long)l->l1cd);
	free_pages((unsigned long)l->leaf[0], 4);
	free_pages((unsigned long)l->leaf[1], 4);
	free_pages((unsigned long)l->cmdq, 1);
	free_page((unsigned long)l->evtq);
	free_page((unsigned long)l->word);
}

static int teardown(void **state)
{
	struct lab *l = *state;
	u64 total;

	if (!l->no_audit)
		smmu_model_audit(l->m);
	total = smmu_model_violations(l->m);
	if (total != l->expected)
		show(l);
	smmu_model_destroy(l->m);
	free_tables(l);
	total = total != l->expected;
	test_free(l);
	return total;
}

/*
 * Translation
 */

static void a_pasid_reads_and_writes_through_its_cd(void **state)
{
	struct lab *l = *state;
	u64 word = 0x42;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_true(reads(l, PASID, IOVA + 3 * PAGE_SIZE, WORD(3)));
	assert_int_equal(request(l, SID, PASID, IOVA + PAGE_SIZE, true, &word), 0);
	assert_int_equal(*l->page[1], 0x42);
	detach(l, PASID, ASID);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_CD);
}

/*
 * Memory that goes back (O8)
 */

static void an_unmapped_page_goes_back_after_its_tlbi(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	give_back(l, l->page[0]);
	l->page[0] = page();
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
}

static void slip_a_page_goes_back_before_the_sync(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	doorbell(l);
	give_back(l, l->page[0]);
	l->page[0] = page();
	caught(l, "O8", 1);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_an_audit_finds_what_no_tlbi_took(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, leaf1(l, IOVA), phys(l->page[4]) | LEAF1);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	tlbi_va(l, ASID2, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	audit_finds(l, "TLB", 1);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(4)));
	detach(l, PASID, ASID);
}

/*
 * ATS (3.9)
 */

static void an_atc_is_told_after_the_tlb(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	assert_int_equal(t.addr, phys(l->page[0]));
	assert_int_equal(t.size, PAGE_SIZE);
	assert_true(t.read && t.write);
	assert_int_equal(translated(l, PASID, IOVA, t.addr), 0);
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	fence(l);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	assert_int_equal(l->invalidations, 1);
	assert_int_equal(l->inv_ssid, PASID);
	assert_int_equal(l->inv_addr, IOVA);
	assert_int_equal(l->inv_size, PAGE_SIZE);
	give_back(l, l->page[0]);
	l->page[0] = page();
	detach(l, PASID, ASID);
}

/*
 * Streams
 */

static void a_stream_is_bypassed_or_aborted(void **state)
{
	struct lab *l = *state;

	change_ste(l, SMMU_CONFIG_BYPASS, 0);
	assert_true(reads(l, NONE, phys(l->page[2]), WORD(2)));
	assert_int_equal(fault(l, PASID, phys(l->page[2]), false), SMMU_EVT_BAD_SUBSTREAMID);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_SUBSTREAMID);
	change_ste(l, SMMU_CONFIG_ABORT, 0);
	assert_true(fault(l, NONE, phys(l->page[2]), false));
	assert_int_equal(event_id(l), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn, up) cmocka_unit_test_setup_teardown(fn, up, teardown)
		T(a_pasid_reads_and_writes_through_its_cd, setup),
		T(a_pasid_reads_and_writes_through_its_cd, setup_nosnoop),
		T(a_pasid_reads_and_writes_through_its_cd, setup_noats),
		T(a_pasid_reads_and_writes_through_its_cd, setup_queue),
		T(a_pasid_reads_and_writes_through_its_cd, setup_eager),
		T(a_pasid_reads_and_writes_through_its_cd, setup_slow),
		T(a_pasid_reads_and_writes_through_its_cd, setup_concurrent),
		T(an_unmapped_page_goes_back_after_its_tlbi, setup_noats),
		T(slip_a_page_goes_back_before_the_sync, setup_noats),
		T(slip_an_audit_finds_what_no_tlbi_took, setup_noats),
		T(an_atc_is_told_after_the_tlb, setup),
		T(a_stream_is_bypassed_or_aborted, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
