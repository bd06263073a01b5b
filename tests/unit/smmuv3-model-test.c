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

/* Where a translation request leads */
static u64 translated_to(struct lab *l, u32 ssid, u64 iova)
{
	struct pl_translation t;

	assert_int_equal(ask(l, ssid, iova, false, &t), 0);
	return t.addr;
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

/* A batch that ends in an error, which is acknowledged */
static void sync_fails(struct lab *l, u32 why)
{
	u32 cons;

	fence(l);
	doorbell(l);
	cons = pl_read32(l->r, SMMU_CMDQ_CONS);
	assert_int_equal(FIELD_GET(SMMU_CMDQ_CONS_ERR, cons), why);
	assert_int_equal(pl_read32(l->r, SMMU_GERROR) ^ pl_read32(l->r, SMMU_GERRORN),
			 SMMU_GERROR_CMDQ_ERR);
	pl_write32(l->r, SMMU_GERRORN, pl_read32(l->r, SMMU_GERROR));
	assert_true(is_done(l));
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
SETUP(_bbml0, cfg.bbml = 0)
SETUP(_httu, cfg.httu = 2)
SETUP(_stall, cfg.stall = SMMU_MODEL_STALL_BOTH)
SETUP(_force, cfg.stall = SMMU_MODEL_STALL_FORCE)
SETUP(_nomsi, cfg.msi = false)
SETUP(_noril, cfg.range_inval = false)
SETUP(_wide, cfg.pa_bits = 52)
SETUP(_tiny, cfg.max_entries = 4)
SETUP(_small, (cfg.asid16 = false, cfg.vmid16 = false, cfg.term_abort = true,
	       cfg.strtab_2lvl = true, cfg.granules = BIT_ULL(12), cfg.ats = false,
	       cfg.sid_bits = 12, cfg.ssid_bits = 12, cfg.pa_bits = 40, cfg.bbml = 1))

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
 * Registers (6.3)
 */

static void the_registers_say_what_was_configured(void **state)
{
	struct lab *l = *state;
	u32 idr0 = pl_read32(l->r, SMMU_IDR0), idr1 = pl_read32(l->r, SMMU_IDR1);
	u32 idr5 = pl_read32(l->r, SMMU_IDR5);

	assert_int_equal(FIELD_GET(SMMU_IDR0_TTF, idr0), SMMU_TTF_AARCH64);
	assert_int_equal(FIELD_GET(SMMU_IDR0_TTENDIAN, idr0), SMMU_TTENDIAN_LE);
	assert_int_equal(FIELD_GET(SMMU_IDR0_STALL_MODEL, idr0), SMMU_STALL_NONE);
	assert_true(idr0 & SMMU_IDR0_S1P && idr0 & SMMU_IDR0_S2P && idr0 & SMMU_IDR0_CD2L);
	assert_true(idr0 & SMMU_IDR0_TERM_MODEL && idr0 & SMMU_IDR0_COHACC);
	assert_false(idr0 & (SMMU_IDR0_ASID16 | SMMU_IDR0_VMID16 | SMMU_IDR0_ATS));
	assert_int_equal(FIELD_GET(SMMU_IDR1_SIDSIZE, idr1), 12);
	assert_int_equal(FIELD_GET(SMMU_IDR1_SSIDSIZE, idr1), 12);
	assert_int_equal(FIELD_GET(SMMU_IDR1_CMDQS, idr1), 10);
	assert_int_equal(FIELD_GET(SMMU_IDR5_OAS, idr5), SMMU_PS_40);
	assert_true(idr5 & SMMU_IDR5_GRAN4K);
	assert_false(idr5 & (SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K));
	assert_int_equal(FIELD_GET(SMMU_IDR3_BBML, pl_read32(l->r, SMMU_IDR3)), 1);
	assert_int_equal(FIELD_GET(SMMU_AIDR_ARCH, pl_read32(l->r, SMMU_AIDR)), 2);
}

static void registers_keep_what_is_written(void **state)
{
	struct lab *l = *state;

	cr0(l, 0);
	pl_write64(l->r, SMMU_STRTAB_BASE, 0x123456789000ULL);
	assert_true(pl_read64(l->r, SMMU_STRTAB_BASE) == 0x123456789000ULL);
	pl_write32(l->r, SMMU_STRTAB_BASE + 4, 0x42);
	assert_true(pl_read64(l->r, SMMU_STRTAB_BASE) == 0x4256789000ULL);
	pl_write32(l->r, SMMU_CR1, 0x555);
	assert_int_equal(pl_read32(l->r, SMMU_CR1), 0x555);
	pl_write64(l->r, SMMU_PRIQ_BASE, 0x1234567890a0ULL);
	assert_true(pl_read64(l->r, SMMU_PRIQ_BASE) == 0x1234567890a0ULL);
	pl_write64(l->r, SMMU_EVENTQ_IRQ_CFG0, 0x1000);
	pl_write32(l->r, SMMU_EVENTQ_IRQ_CFG1, 0x42);
	pl_write32(l->r, SMMU_EVENTQ_IRQ_CFG2, 0xf);
	assert_int_equal(pl_read64(l->r, SMMU_EVENTQ_IRQ_CFG0), 0x1000);
	assert_int_equal(pl_read32(l->r, SMMU_EVENTQ_IRQ_CFG1), 0x42);
	assert_int_equal(pl_read32(l->r, SMMU_EVENTQ_IRQ_CFG2), 0xf);
	pl_write32(l->r, SMMU_PRIQ_CONS, 3);
	assert_int_equal(pl_read32(l->r, SMMU_PRIQ_CONS), 3);
	assert_int_equal(pl_read32(l->r, SMMU_CR2), SMMU_CR2_RECINVSID);
	assert_int_equal(pl_read32(l->r, 0xf00), 0);
}

/* 6.3.10 */
static void cr0_shows_in_cr0ack_after_its_handshake(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, SMMU_CR0, CR0_ON & ~SMMU_CR0_SMMUEN);
	assert_true(pl_read32(l->r, SMMU_CR0ACK) & SMMU_CR0_SMMUEN);
	assert_true(pl_read32(l->r, SMMU_CR0ACK) & SMMU_CR0_SMMUEN);
	assert_false(pl_read32(l->r, SMMU_CR0ACK) & SMMU_CR0_SMMUEN);
	pl_write32(l->r, SMMU_CR0, CR0_ON);
	pl_write32(l->r, SMMU_CR0, CR0_ON & ~SMMU_CR0_SMMUEN);
	caught(l, "REG", 1);
}

static void irq_ctrl_and_gbpa_have_their_handshakes(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_EVENTQ);
	assert_int_equal(pl_read32(l->r, SMMU_IRQ_CTRLACK), 0);
	pl_write32(l->r, SMMU_IRQ_CTRL, 0);
	caught(l, "REG", 1);
	pl_write32(l->r, SMMU_GBPA, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	assert_true(pl_read32(l->r, SMMU_GBPA) & SMMU_GBPA_UPDATE);
	pl_write32(l->r, SMMU_GBPA, SMMU_GBPA_UPDATE);
	assert_true(pl_read32(l->r, SMMU_GBPA) & SMMU_GBPA_UPDATE);
	assert_int_equal(pl_read32(l->r, SMMU_GBPA), SMMU_GBPA_ABORT);
	pl_write32(l->r, SMMU_GBPA, 0);
	l->expected--;	/* the one above is counted again */
	caught(l, "REG", 3);
}

/* 3.3.3 */
static void without_translation_gbpa_decides(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	cr0(l, CR0_ON & ~SMMU_CR0_SMMUEN);
	assert_true(reads(l, NONE, phys(l->page[1]), WORD(1)));
	assert_true(ask(l, NONE, IOVA, false, &t));
	assert_true(translated(l, NONE, IOVA, phys(l->page[1])));
	pl_write32(l->r, SMMU_GBPA, SMMU_GBPA_UPDATE | SMMU_GBPA_ABORT);
	assert_true(fault(l, NONE, phys(l->page[1]), false));
	assert_int_equal(event_id(l), 0);
	cr0(l, CR0_ON);
}

static void slip_what_is_in_use_is_not_written(void **state)
{
	struct lab *l = *state;
	static const u32 off[] = {
		SMMU_STRTAB_BASE, SMMU_STRTAB_BASE_CFG, SMMU_CMDQ_BASE, SMMU_CMDQ_CONS,
		SMMU_EVENTQ_BASE, SMMU_EVENTQ_PROD, SMMU_CR1, SMMU_CR2, SMMU_IDR0, SMMU_GERROR,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(off); i++)
		pl_write32(l->r, off[i], pl_read32(l->r, off[i]));
	caught(l, "REG", i);
	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_GERROR);
	pl_write64(l->r, SMMU_GERROR_IRQ_CFG0, 0);
	l->expected -= i;
	caught(l, "REG", i + 2);
}

/* 3.11: what the caches hold after reset is anybody's guess. */
static void slip_translation_goes_on_with_caches_as_reset_left_them(void **state)
{
	struct smmu_model_config cfg;
	struct smmu_model *m;
	struct pl_regs *r;

	smmu_model_config_init(&cfg);
	assert_int_equal(smmu_model_create(&cfg, "bare", &m), 0);
	r = smmu_model_regs(m);
	pl_write32(r, SMMU_CR0, SMMU_CR0_SMMUEN);
	assert_int_equal(smmu_model_violations(m), 1);
	assert_string_equal(smmu_model_name(m), "bare");
	smmu_model_destroy(m);
	smmu_model_destroy(NULL);
}

static void a_configuration_that_no_unit_has_is_refused(void **state)
{
	struct smmu_model_config good, bad;
	struct smmu_model *m;

	smmu_model_config_init(&good);
#define REFUSED(change)									\
	do {										\
		bad = good;								\
		bad.change;								\
		assert_int_equal(smmu_model_create(&bad, "bad", &m), -EINVAL);		\
	} while (0)
	REFUSED(sid_bits = 0);
	REFUSED(sid_bits = 33);
	REFUSED(ssid_bits = 21);
	REFUSED(cmdq_bits = 1);
	REFUSED(eventq_bits = 20);
	REFUSED(pa_bits = 47);
	REFUSED(granules = 0);
	REFUSED(granules = BIT_ULL(13));
	REFUSED(httu = 3);
	REFUSED(bbml = 3);
	REFUSED(stall = 3);
#undef REFUSED
	bad = good;
	bad.stage1 = false;
	assert_int_equal(smmu_model_create(&bad, "bad", &m), -EINVAL);
	bad.stage2 = false;
	bad.ssid_bits = 0;
	assert_int_equal(smmu_model_create(&bad, "bad", &m), -EINVAL);
	bad = good;
	bad.coherent = false;
	bad.httu = 1;
	assert_int_equal(smmu_model_create(&bad, "bad", &m), -EINVAL);
}

/*
 * The command queue (3.5, 4, 7.1)
 */

static u32 cerror(struct lab *l)
{
	return FIELD_GET(SMMU_CMDQ_CONS_ERR, pl_read32(l->r, SMMU_CMDQ_CONS));
}

static bool cmdq_error(struct lab *l)
{
	return (pl_read32(l->r, SMMU_GERROR) ^ pl_read32(l->r, SMMU_GERRORN)) &
	       SMMU_GERROR_CMDQ_ERR;
}

/* 7.5: what is active is acknowledged by making the two equal. */
static void acknowledge(struct lab *l)
{
	pl_write32(l->r, SMMU_GERRORN, pl_read32(l->r, SMMU_GERROR));
}

/* One command that must stop the queue; it is put right and the queue goes on. */
static void illegal(struct lab *l, u64 lo, u64 hi)
{
	u32 at = l->prod & (BIT(LOG2CMDQ) - 1);

	cmd(l, lo, hi);
	fence(l);
	doorbell(l);
	assert_true(cmdq_error(l));
	assert_int_equal(cerror(l), SMMU_CERROR_ILL);
	assert_int_equal(pl_read32(l->r, SMMU_CMDQ_CONS) & (BIT(LOG2CMDQ) - 1), at);
	l->cmdq[at][0] = SMMU_CMD_SYNC;
	l->cmdq[at][1] = 0;
	acknowledge(l);
	assert_true(is_done(l));
}

static void illegal_commands_stop_the_queue(void **state)
{
	struct lab *l = *state;
	const u64 ril = FIELD_PREP(SMMU_TLBI1_TG, SMMU_TLBI_TG_16K);

	illegal(l, 0, 0);
	illegal(l, 0x99, 0);
	illegal(l, SMMU_CMD_PRI_RESP, 0);
	illegal(l, SMMU_CMD_RESUME, 0);
	illegal(l, SMMU_CMD_TLBI_EL2_ALL, 0);
	illegal(l, SMMU_CMD_CFGI_STE | SMMU_CMD0_SSEC, 0);
	illegal(l, SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, 0x10000ULL), 0);
	illegal(l, SMMU_CMD_CFGI_CD_ALL | FIELD_PREP(SMMU_CMD0_SID, 0x10000ULL), 0);
	illegal(l, of_sid(SMMU_CMD_ATC_INV), 53);
	illegal(l, SMMU_CMD_SYNC | FIELD_PREP(SMMU_SYNC0_CS, 3ULL), 0);
	illegal(l, SMMU_CMD_TLBI_NH_VA, ril);
	illegal(l, SMMU_CMD_TLBI_NH_VA, ril | FIELD_PREP(SMMU_TLBI1_TTL, 1ULL));
	illegal(l, SMMU_CMD_TLBI_NH_VA | FIELD_PREP(SMMU_TLBI0_SCALE, 40ULL), ril);
}

static void what_the_unit_lacks_is_illegal(void **state)
{
	struct lab *l = *state;

	illegal(l, of_sid(SMMU_CMD_ATC_INV), SMMU_ATC_SIZE_ALL);
	illegal(l, of_sid(SMMU_CMD_CFGI_CD) | FIELD_PREP(SMMU_CMD0_SSID, 0x1000ULL), 1);
}

static void an_error_stops_the_queue_where_it_is(void **state)
{
	struct lab *l = *state;

	smmu_model_inject(l->m, SMMU_MODEL_INJECT_CERROR_ILL, 1);
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync_fails(l, SMMU_CERROR_ILL);
	smmu_model_inject(l->m, SMMU_MODEL_INJECT_CERROR_ABT, 0);
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync_fails(l, SMMU_CERROR_ABT);
}

/* 4.5.1, 7.1: the CMD_SYNC tells, and is consumed once it is acknowledged. */
static void a_device_that_does_not_answer_fails_the_sync(void **state)
{
	struct lab *l = *state;

	smmu_model_inject(l->m, SMMU_MODEL_INJECT_ATC_TIMEOUT, 0);
	atc_all(l, NONE);
	sync_fails(l, SMMU_CERROR_ATC_INV_SYNC);
	assert_int_equal(l->invalidations, 0);
	atc_all(l, NONE);
	sync(l);
	assert_int_equal(l->invalidations, 1);
	cmd(l, SMMU_CMD_ATC_INV | FIELD_PREP(SMMU_CMD0_SID, 0x77ULL), SMMU_ATC_SIZE_ALL);
	sync_fails(l, SMMU_CERROR_ATC_INV_SYNC);
}

/* 4.7 */
static void a_sync_writes_where_it_was_told(void **state)
{
	struct lab *l = *state;
	u64 msi = SMMU_CMD_SYNC | FIELD_PREP(SMMU_SYNC0_CS, SMMU_SYNC_CS_IRQ) |
		  FIELD_PREP(SMMU_SYNC0_MSIDATA, 0x1234ULL);

	cmd(l, msi, phys(l->word));
	doorbell(l);
	assert_int_equal(*l->word, l->cfg.msi ? 0x1234 : 0);
	if (!l->cfg.msi)
		return;
	cmd(l, msi, 0xfffffff00000ULL);
	doorbell(l);
	assert_true(is_done(l));
	assert_int_equal(pl_read32(l->r, SMMU_GERROR), SMMU_GERROR_MSI_CMDQ);
	acknowledge(l);
	cmd(l, SMMU_CMD_SYNC | FIELD_PREP(SMMU_SYNC0_CS, SMMU_SYNC_CS_SEV), 0);
	doorbell(l);
	assert_true(is_done(l));
}

static u64 done(struct lab *l, u8 op)
{
	struct smmu_model_stats st;

	smmu_model_stats(l->m, &st);
	return st.cmds[op];
}

/* 4.8: consumed is not completed. */
static void only_a_sync_makes_commands_take_effect(void **state)
{
	struct lab *l = *state;
	u64 before = done(l, SMMU_CMD_CFGI_STE);

	cfgi_ste(l, SMMU_CFGI1_LEAF);
	doorbell(l);
	assert_true(is_done(l));
	assert_int_equal(done(l, SMMU_CMD_CFGI_STE) - before, l->cfg.lazy ? 0 : 1);
	sync(l);
	assert_int_equal(done(l, SMMU_CMD_CFGI_STE) - before, 1);
}

/* 4.7.3 */
static void the_order_between_syncs_is_the_units(void **state)
{
	struct lab *l = *state;
	bool keep = l->cfg.order == SMMU_MODEL_ORDER_QUEUE;

	atc_inv(l, NONE, 0x1000, 0);
	atc_inv(l, NONE, 0x2000, 0);
	sync(l);
	assert_int_equal(l->inv_addr, keep ? 0x2000 : 0x1000);
	atc_inv(l, NONE, 0x1000, 0);
	fence(l);
	atc_inv(l, NONE, 0x2000, 0);
	sync(l);
	assert_int_equal(l->inv_addr, 0x2000);
}

static void the_queue_takes_its_time_and_wraps(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 3 << LOG2CMDQ; i++) {
		cfgi_ste(l, SMMU_CFGI1_LEAF);
		sync(l);
	}
	smmu_model_inject(l->m, SMMU_MODEL_INJECT_SLOW, 3);
	fence(l);
	doorbell(l);
	assert_false(is_done(l));
	assert_false(is_done(l));
	assert_true(is_done(l));
}

static void more_commands_than_the_unit_can_hold_back(void **state)
{
	struct lab *l = *state;
	int i, n;

	for (n = 0; n < 10; n++) {
		for (i = 0; i < 40; i++)
			cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
		doorbell(l);
	}
	sync(l);
	assert_int_equal(done(l, SMMU_CMD_CFGI_CD), 400);
}

static void slip_the_queue_is_overrun(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, SMMU_CMDQ_PROD, l->prod + BIT(LOG2CMDQ) + 1);
	caught(l, "REG", 1);
	l->no_audit = true;
}

static void slip_a_busy_queue_is_switched_off(void **state)
{
	struct lab *l = *state;

	cfgi_ste(l, SMMU_CFGI1_LEAF);
	doorbell(l);
	cr0(l, CR0_ON & ~SMMU_CR0_CMDQEN);
	caught(l, "REG", 1);
	cr0(l, CR0_ON);
	sync(l);
}

static void slip_an_error_is_acknowledged_that_is_not_there(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, SMMU_GERRORN, SMMU_GERROR_CMDQ_ERR);
	caught(l, "REG", 1);
	pl_write32(l->r, SMMU_GERRORN, 0);
	assert_false(cmdq_error(l));
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

/*
 * Configuration (5)
 */

static void streams_beyond_the_table_are_refused(void **state)
{
	struct lab *l = *state;
	u64 word, e[4];

	assert_int_equal(request(l, 0x1000, NONE, IOVA, false, &word), SMMU_EVT_BAD_STREAMID);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT0_ID, e[0]), SMMU_EVT_BAD_STREAMID);
	assert_int_equal(FIELD_GET(SMMU_EVT0_SID, e[0]), 0x1000);
	assert_int_equal(request(l, 0x100, NONE, IOVA, false, &word), SMMU_EVT_BAD_STREAMID);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_STREAMID);
	assert_int_equal(request(l, 0x10, NONE, IOVA, false, &word), SMMU_EVT_BAD_STE);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_STE);
}

/* 6.3.12 */
static void unknown_streams_are_recorded_where_cr2_says_so(void **state)
{
	struct lab *l = *state;
	u64 word;

	cr0(l, CR0_ON & ~SMMU_CR0_SMMUEN);
	pl_write32(l->r, SMMU_CR2, 0);
	cr0(l, CR0_ON);
	assert_int_equal(request(l, 0x1000, NONE, IOVA, false, &word), SMMU_EVT_BAD_STREAMID);
	assert_int_equal(event_id(l), 0);
}

/* 5.1: the span counts STEs, the split says where they are. */
static void a_short_second_level_covers_what_its_span_says(void **state)
{
	struct lab *l = *state;
	u64 word;

	put(l, &l->l1st[1], phys(l->stes) | 3);
	cmd(l, SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, 0x100ULL), 0);
	sync(l);
	assert_int_equal(request(l, 0x103, NONE, IOVA, false, &word), SMMU_EVT_BAD_STE);
	assert_int_equal(request(l, 0x104, NONE, IOVA, false, &word), SMMU_EVT_BAD_STREAMID);
	put(l, &l->l1st[1], 0);
	cmd(l, SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, 0x100ULL), 0);
	sync(l);
}

/* 5.2: every way to be illegal that this unit knows */
static void illegal_stes_are_refused(void **state)
{
	const struct { u64 config; int word; u64 bits; } bad[] = {
		{ SMMU_CONFIG_S1, 0, SMMU_STE0_V },
		{ SMMU_CONFIG_S1, 0, FIELD_PREP(SMMU_STE0_S1FMT, 1ULL) },
		{ SMMU_CONFIG_S1, 0, FIELD_PREP(SMMU_STE0_S1CDMAX, 19ULL) },
		{ SMMU_CONFIG_S1, 0, BIT_ULL(50) },
		{ SMMU_CONFIG_S1, 1, FIELD_PREP(SMMU_STE1_S1DSS, 1ULL) },
		{ SMMU_CONFIG_S1, 1, SMMU_STE1_STRW },
		{ SMMU_CONFIG_S1, 1, FIELD_PREP(SMMU_STE1_EATS, 3ULL) },
		{ SMMU_CONFIG_S2, 2, SMMU_STE2_S2AA64 },
		{ SMMU_CONFIG_S2, 2, SMMU_STE2_S2ENDI },
		{ SMMU_CONFIG_S2, 2, SMMU_STE2_S2S },
		{ SMMU_CONFIG_S2, 2, SMMU_STE2_S2TG },
		{ SMMU_CONFIG_S2, 2, SMMU_STE2_S2SL0 },
		{ SMMU_CONFIG_S2, 2, FIELD_PREP(SMMU_STE2_S2T0SZ, 56ULL) },
		{ SMMU_CONFIG_S2, 2, FIELD_PREP(SMMU_STE2_S2T0SZ, 31ULL) },
		{ SMMU_CONFIG_S2, 3, BIT_ULL(49) },
	};
	struct lab *l = *state;
	unsigned int i;
	u64 q[8];

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put(l, &ste(l, SID)[0], 0);
		flush_ste(l);
		make_ste(l, bad[i].config, SMMU_S1DSS_SSID0, q);
		q[bad[i].word] ^= bad[i].bits;
		put_ste(l, q);
		flush_ste(l);
		if (fault(l, NONE, IOVA, false) != SMMU_EVT_BAD_STE)
			print_message("illegal STE %u\n", i);
		assert_int_equal(fault(l, NONE, IOVA, false), SMMU_EVT_BAD_STE);
		assert_int_equal(event_id(l), SMMU_EVT_BAD_STE);
		assert_int_equal(event_id(l), SMMU_EVT_BAD_STE);
	}
	l->expected = count(l, "O9");	/* valid and illegal: seen as they were published */
	assert_int_equal(l->expected, ARRAY_SIZE(bad) - 1);
}

/* 5.4 */
static void illegal_cds_are_refused(void **state)
{
	const struct { int word; u64 bits; } bad[] = {
		{ 0, SMMU_CD0_V }, { 0, SMMU_CD0_AA64 }, { 0, SMMU_CD0_ENDI }, { 0, SMMU_CD0_S },
		{ 0, SMMU_CD0_TG0 }, { 0, FIELD_PREP(SMMU_CD0_T0SZ, 31ULL) },
		{ 0, FIELD_PREP(SMMU_CD0_T0SZ, 56ULL) }, { 1, BIT_ULL(49) }, { 0, SMMU_CD0_EPD1 },
	};
	struct lab *l = *state;
	unsigned int i;
	u64 w[2];

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		w[0] = cd_word(l, ASID);
		w[1] = phys(l->s1);
		w[bad[i].word] ^= bad[i].bits;
		put(l, &cd(l, PASID)[1], w[1]);
		put(l, &cd(l, PASID)[0], w[0]);
		cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
		sync(l);
		assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
		assert_int_equal(event_id(l), SMMU_EVT_BAD_CD);
		detach(l, PASID, ASID);
	}
	caught(l, "O9", ARRAY_SIZE(bad) - 1);
}

/* IDR0.ASID16, VMID16, TERM_MODEL */
static void a_small_unit_refuses_what_it_has_not(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, 0xff);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	detach(l, PASID, 0xff);
	attach(l, PASID, 0x100);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	detach(l, PASID, 0x100);
	put(l, &cd(l, PASID)[1], phys(l->s1));
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) & ~SMMU_CD0_A);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	caught(l, "O9", 2);
	detach(l, PASID, ASID);
}

/* 5.2 S1DSS, 3.3.2 */
static void s1dss_says_what_requests_without_pasid_get(void **state)
{
	struct lab *l = *state;

	attach(l, 0, ASID);
	attach(l, PASID, ASID2);
	assert_int_equal(fault(l, NONE, IOVA, false), SMMU_EVT_STREAM_DISABLED);
	assert_int_equal(event_id(l), SMMU_EVT_STREAM_DISABLED);
	assert_true(reads(l, 0, IOVA, WORD(0)));
	change_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_BYPASS);
	assert_true(reads(l, NONE, phys(l->page[2]), WORD(2)));
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	change_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_SSID0);
	assert_true(reads(l, NONE, IOVA, WORD(0)));
	assert_int_equal(fault(l, 0, IOVA, false), SMMU_EVT_STREAM_DISABLED);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(fault(l, BIT(CDMAX), IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
}

/* S1DSS alone changes: one word, so the stream never stops (3.21.3). */
static void s1dss_changes_under_way(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	set_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_BYPASS);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, NONE, phys(l->page[1]), WORD(1)));
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	set_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_TERMINATE);
	assert_true(reads(l, NONE, phys(l->page[1]), WORD(1)));
	assert_int_equal(l->stale, PL_STALE_CONTEXT);
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, NONE, IOVA, false), SMMU_EVT_STREAM_DISABLED);
}

/* Leave the lab's CD table for one at @base, of format @fmt, for 2^@max CDs. */
static void other_cds(struct lab *l, u64 base, u64 fmt, u64 max)
{
	u64 q[8];

	put(l, &ste(l, SID)[0], 0);
	flush_ste(l);
	make_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_SSID0, q);
	q[0] = (q[0] & ~(SMMU_STE0_S1CTXPTR | SMMU_STE0_S1FMT | SMMU_STE0_S1CDMAX)) | base |
	       FIELD_PREP(SMMU_STE0_S1FMT, fmt) | FIELD_PREP(SMMU_STE0_S1CDMAX, max);
	put_ste(l, q);
	flush_ste(l);
}

static void a_linear_table_of_cds(void **state)
{
	struct lab *l = *state;

	other_cds(l, phys(l->leaf[0]), SMMU_S1FMT_LINEAR, 4);
	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(fault(l, 16, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	detach(l, PASID, ASID);
	other_cds(l, phys(l->leaf[0]), SMMU_S1FMT_64K_L2, 0);
	attach(l, 0, ASID);
	assert_true(reads(l, NONE, IOVA, WORD(0)));
	assert_int_equal(fault(l, 1, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	detach(l, 0, ASID);
}

static void a_table_of_cds_with_4k_leaves(void **state)
{
	struct lab *l = *state;
	u64 *small = table(l, 0);

	put(l, &l->l1cd[1], phys(small) | SMMU_L1CD_V);
	put(l, &small[2 * 8 + 1], phys(l->s1));
	put(l, &small[2 * 8], cd_word(l, ASID));
	other_cds(l, phys(l->l1cd), SMMU_S1FMT_4K_L2, 10);
	assert_true(reads(l, 66, IOVA, WORD(0)));
	assert_int_equal(fault(l, 128, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	put(l, &small[2 * 8], 0);
	cfgi_cd(l, 66, SMMU_CFGI1_LEAF);
	sync(l);
	put(l, &l->l1cd[1], 0);
	cfgi_cd(l, 66, 0);
	fence(l);
	tlbi_asid(l, ASID);
	fence(l);
	atc_all(l, 66);
	sync(l);
	give_back(l, small);
}

static void a_linear_stream_table(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	cr0(l, CR0_ON & ~SMMU_CR0_SMMUEN);
	pl_write64(l->r, SMMU_STRTAB_BASE, phys(l->stes));
	pl_write32(l->r, SMMU_STRTAB_BASE_CFG, SPLIT);
	cfgi_all(l);
	sync(l);
	cr0(l, CR0_ON);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	clear_v(l, PASID);	/* a store to a CD is seen by way of the new table too */
	zero_rest(l, PASID);
	caught(l, "O1", 1);
	cfgi_cd_all(l);
	sync(l);
}

static void what_cannot_be_fetched_is_an_event(void **state)
{
	struct lab *l = *state;
	u64 word, e[4];

	put(l, &l->l1cd[2], 0xfffffff0000ULL | SMMU_L1CD_V);
	cfgi_cd(l, 2048, 0);
	put(l, &l->l1st[2], 0xfffffff0000ULL | 1);
	cmd(l, SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, 0x200ULL), 0);
	sync(l);
	assert_int_equal(fault(l, 2050, IOVA, false), SMMU_EVT_CD_FETCH);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT0_ID, e[0]), SMMU_EVT_CD_FETCH);
	assert_int_equal(e[3] & SMMU_EVT3_FETCH, 0xfffffff0080ULL);
	assert_int_equal(FIELD_GET(SMMU_EVT0_SSID, e[0]), 2050);
	assert_int_equal(request(l, 0x200, NONE, IOVA, false, &word), SMMU_EVT_STE_FETCH);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT0_ID, e[0]), SMMU_EVT_STE_FETCH);
	caught(l, "O8", 2);
}

/*
 * Walks (3.4)
 */

/* A table of one granule's shape: T0SZ, and one path to a page at the far end. */
struct shape {
	u64 tg;
	unsigned int gran;
	unsigned int tsz;
	unsigned int start;
	u64 va;
	u64 page;
	u64 *t[4];
};

static unsigned int shape_shift(const struct shape *s, unsigned int level)
{
	return s->gran + (3 - level) * (s->gran - 3);
}

static u64 *shape_entry(const struct shape *s, unsigned int level)
{
	u64 at = s->va >> shape_shift(s, level);

	return &s->t[level][level == s->start ? at : at & (BIT(s->gran - 3) - 1)];
}

static void shape_make(struct lab *l, struct shape *s)
{
	unsigned int ia = 64 - s->tsz, order = s->gran - PAGE_SHIFT, level;

	s->start = 4 - DIV_ROUND_UP(ia - s->gran, s->gran - 3);
	s->va = (BIT_ULL(ia) - 1) & ~(BIT_ULL(s->gran) - 1);
	s->page = phys(pages(order));
	*(u64 *)phys_to_virt(s->page) = WORD(s->gran);
	for (level = s->start; level < 4; level++) {
		s->t[level] = table(l, order);
		if (level > s->start)
			put(l, shape_entry(s, level - 1), phys(s->t[level]) | TABLE);
	}
	put(l, shape_entry(s, 3), s->page | LEAF1);
}

static void shape_free(struct lab *l, struct shape *s)
{
	unsigned int order = s->gran - PAGE_SHIFT, level;

	for (level = s->start; level < 4; level++) {
		l->r->ops->freed(l->r, s->t[level], PAGE_SIZE << order);
		free_pages((unsigned long)s->t[level], order);
	}
	free_pages((unsigned long)phys_to_virt(s->page), order);
}

/* A block of level 2 that holds the same page */
static void shape_block(struct lab *l, const struct shape *s)
{
	u64 mask = BIT_ULL(shape_shift(s, 2)) - 1;

	if (s->start == 3)
		return;
	put(l, shape_entry(s, 2), 0);
	tlbi_asid(l, ASID);
	sync(l);
	put(l, shape_entry(s, 2), (s->page & ~mask) | (LEAF1 & ~SMMU_PT_TABLE));
	assert_true(reads(l, PASID, (s->va & ~mask) | (s->page & mask), WORD(s->gran)));
}

static void walk_granule(struct lab *l, u64 tg, unsigned int gran, unsigned int tsz)
{
	struct shape s = { .tg = tg, .gran = gran, .tsz = tsz };

	shape_make(l, &s);
	put(l, &cd(l, PASID)[1], phys(s.t[s.start]));
	put(l, &cd(l, PASID)[0], (cd_word(l, ASID) & ~SMMU_CD0_T0SZ) | tsz |
	    FIELD_PREP(SMMU_CD0_TG0, tg));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, s.va, WORD(gran)));
	assert_int_equal(fault(l, PASID, s.va - BIT_ULL(gran), false), SMMU_EVT_TRANSLATION);
	assert_int_equal(fault(l, PASID, BIT_ULL(64 - tsz), false), SMMU_EVT_TRANSLATION);
	shape_block(l, &s);
	assert_int_equal(event_id(l), SMMU_EVT_TRANSLATION);
	assert_int_equal(event_id(l), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
	shape_free(l, &s);
}

static void every_granule_walks_from_every_level(void **state)
{
	struct lab *l = *state;

	walk_granule(l, SMMU_TG0_4K, 12, 16);
	walk_granule(l, SMMU_TG0_4K, 12, 25);
	walk_granule(l, SMMU_TG0_4K, 12, 34);
	walk_granule(l, SMMU_TG0_16K, 14, 17);
	walk_granule(l, SMMU_TG0_16K, 14, 28);
	walk_granule(l, SMMU_TG0_16K, 14, 39);
	walk_granule(l, SMMU_TG0_64K, 16, 22);
	walk_granule(l, SMMU_TG0_64K, 16, 39);
}

/* D8.3: 64 KiB granules keep bits 51 to 48 of an output in bits 15 to 12. */
static void outputs_of_52_bits(void **state)
{
	struct lab *l = *state;
	u64 *t = table(l, 4);

	put(l, &t[1], BIT_ULL(13) | (LEAF1 & ~SMMU_PT_TABLE));
	put(l, &cd(l, PASID)[1], phys(t));
	put(l, &cd(l, PASID)[0], (cd_word(l, ASID) & ~(SMMU_CD0_T0SZ | SMMU_CD0_IPS)) | 28 |
	    FIELD_PREP(SMMU_CD0_TG0, SMMU_TG0_64K) | FIELD_PREP(SMMU_CD0_IPS, SMMU_PS_52));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	/* nothing is at 2^49: the request ends there, without a fault of translation */
	assert_int_equal(translated_to(l, PASID, BIT_ULL(29)), BIT_ULL(49));
	detach(l, PASID, ASID);
	l->r->ops->freed(l->r, t, PAGE_SIZE << 4);
	free_pages((unsigned long)t, 4);
}

/* 3.4.1 */
static void ttb1_has_the_upper_half(void **state)
{
	struct lab *l = *state;
	const u64 va = 0xffff000000000000ULL + IOVA;

	put(l, &cd(l, PASID)[1], phys(l->other));
	put(l, &cd(l, PASID)[2], phys(l->s1));
	put(l, &cd(l, PASID)[0], (cd_word(l, ASID) & ~SMMU_CD0_EPD1) |
	    FIELD_PREP(SMMU_CD0_T1SZ, 16ULL) | FIELD_PREP(SMMU_CD0_TG1, SMMU_TG1_4K) |
	    FIELD_PREP(SMMU_CD0_TBI, 1ULL));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, va, WORD(0)));
	assert_true(reads(l, PASID, IOVA, WORD(PAGES - 1)));
	assert_true(reads(l, PASID, IOVA | 0x4200000000000000ULL, WORD(PAGES - 1)));
	assert_int_equal(fault(l, PASID, IOVA | BIT_ULL(50), false), SMMU_EVT_TRANSLATION);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
}

/* A leaf of the lab becomes something else, as a driver would do it. */
static void releaf(struct lab *l, u16 asid, u64 iova, u64 val)
{
	put(l, leaf1(l, iova), 0);
	tlbi_va(l, asid, iova, SMMU_TLBI1_LEAF);
	sync(l);
	put(l, leaf1(l, iova), val);
}

static u32 leaf_gives(struct lab *l, u64 val, bool write)
{
	releaf(l, ASID, IOVA, val);
	return fault(l, PASID, IOVA, write);
}

/* 7.3: the four faults of a translation, and when each comes */
static void leaves_fault_for_what_they_lack(void **state)
{
	struct lab *l = *state;
	u64 page = phys(l->page[0]), leaf = page | LEAF1;

	attach(l, PASID, ASID);
	assert_int_equal(leaf_gives(l, leaf & ~SMMU_PT_VALID, false), SMMU_EVT_TRANSLATION);
	assert_int_equal(leaf_gives(l, leaf & ~SMMU_PT_TABLE, false), SMMU_EVT_TRANSLATION);
	assert_int_equal(leaf_gives(l, leaf & ~SMMU_PT_AF, false), SMMU_EVT_ACCESS);
	assert_int_equal(leaf_gives(l, leaf & ~SMMU_PT_AP_EL0, false), SMMU_EVT_PERMISSION);
	assert_int_equal(leaf_gives(l, leaf | SMMU_PT_AP_RO, true), SMMU_EVT_PERMISSION);
	assert_int_equal(leaf_gives(l, leaf | SMMU_PT_AP_RO, false), 0);
	assert_int_equal(leaf_gives(l, leaf | SMMU_PT_DBM | SMMU_PT_AP_RO, true),
			 SMMU_EVT_PERMISSION);
	assert_int_equal(leaf_gives(l, leaf, true), 0);
	detach(l, PASID, ASID);
}

static void outputs_beyond_the_unit_are_address_size_faults(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_int_equal(leaf_gives(l, BIT_ULL(41) | LEAF1, false), SMMU_EVT_ADDR_SIZE);
	assert_int_equal(event_id(l), SMMU_EVT_ADDR_SIZE);
	put(l, desc(l, l->s1, BIT_ULL(40), 1), BIT_ULL(42) | TABLE);
	assert_int_equal(fault(l, PASID, BIT_ULL(40), false), SMMU_EVT_ADDR_SIZE);
	put(l, desc(l, l->s1, BIT_ULL(40), 1), 0);
	detach(l, PASID, ASID);
	change_ste(l, SMMU_CONFIG_BYPASS, 0);
	assert_int_equal(fault(l, NONE, BIT_ULL(41), false), SMMU_EVT_ADDR_SIZE);
}

/* D8.4.2: what a table descriptor takes, nothing below gives back. */
static void tables_restrict_what_is_below(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, IOVA, 2), was = *e;

	attach(l, PASID, ASID);
	put(l, e, was | FIELD_PREP(SMMU_PT_APTABLE, 2ULL));
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(fault(l, PASID, IOVA, true), SMMU_EVT_PERMISSION);
	put(l, e, was | FIELD_PREP(SMMU_PT_APTABLE, 1ULL));
	tlbi_asid(l, ASID);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_PERMISSION);
	put(l, e, was);
	detach(l, PASID, ASID);
}

/* CD.AFFD, HAD0, EPD0 */
static void a_cd_can_look_away(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, IOVA, 2);

	put(l, leaf1(l, IOVA), phys(l->page[0]) | (LEAF1 & ~SMMU_PT_AF));
	put(l, e, *e | FIELD_PREP(SMMU_PT_APTABLE, 1ULL));
	put(l, &cd(l, PASID)[1], phys(l->s1) | SMMU_CD1_HAD0);
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) | SMMU_CD0_AFFD);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	detach(l, PASID, ASID);
	put(l, e, *e & ~SMMU_PT_APTABLE);
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) | SMMU_CD0_EPD0);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
}

/* 3.13 */
static void the_unit_keeps_access_flags_and_dirty_state(void **state)
{
	struct lab *l = *state;
	u64 *e = leaf1(l, IOVA), leaf = phys(l->page[0]) | LEAF1;
	struct pl_translation t;

	put(l, e, (leaf & ~SMMU_PT_AF) | SMMU_PT_DBM | SMMU_PT_AP_RO);
	put(l, &cd(l, PASID)[1], phys(l->s1));
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) | SMMU_CD0_HA | SMMU_CD0_HD);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(ask(l, PASID, IOVA, false, &t), 0);
	assert_true(t.read && !t.write);
	assert_true(*e & SMMU_PT_AF && *e & SMMU_PT_AP_RO);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(fault(l, PASID, IOVA, true), 0);
	assert_false(*e & SMMU_PT_AP_RO);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	assert_true(t.write);
	detach(l, PASID, ASID);
	change_ste(l, SMMU_CONFIG_S2, 0);
	e = leaf2(l, IOVA);
	put(l, &ste(l, SID)[2], s2_word(l) | SMMU_STE2_S2HA | SMMU_STE2_S2HD);
	put(l, e, phys(l->page[0]) | TABLE | SMMU_PT_S2AP_R | SMMU_PT_DBM);
	flush_ste(l);
	assert_int_equal(fault(l, NONE, IOVA, true), 0);
	assert_true(*e & SMMU_PT_AF && *e & SMMU_PT_S2AP_W);
}

static void a_walk_into_nothing_is_an_external_abort(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, BIT_ULL(35), 2), ev[4];

	put(l, e, 0xfffffff0000ULL | TABLE);
	attach(l, PASID, ASID);
	assert_int_equal(fault(l, PASID, BIT_ULL(35), false), SMMU_EVT_WALK_EABT);
	event(l, ev);
	assert_int_equal(FIELD_GET(SMMU_EVT1_CLASS, ev[1]), SMMU_CLASS_TTD);
	assert_int_equal(ev[3] & SMMU_EVT3_FETCH, 0xfffffff0000ULL);
	caught(l, "O8", 1);
	put(l, e, 0);
	detach(l, PASID, ASID);
}

/* 5.4, R */
static void faults_are_recorded_where_the_cd_says_so(void **state)
{
	struct lab *l = *state;
	u64 e[4];

	attach(l, PASID, ASID);
	assert_int_equal(fault(l, PASID, 0x1234, true), SMMU_EVT_TRANSLATION);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT0_SID, e[0]), SID);
	assert_true(e[0] & SMMU_EVT0_SSV);
	assert_int_equal(FIELD_GET(SMMU_EVT0_SSID, e[0]), PASID);
	assert_false(e[1] & (SMMU_EVT1_RNW | SMMU_EVT1_S2 | SMMU_EVT1_STALL));
	assert_int_equal(FIELD_GET(SMMU_EVT1_CLASS, e[1]), SMMU_CLASS_IN);
	assert_int_equal(e[2], 0x1234);
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) & ~SMMU_CD0_R);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, 0x1234, false), SMMU_EVT_TRANSLATION);
	assert_int_equal(event_id(l), 0);
	detach(l, PASID, ASID);
}

/*
 * Stage 2 and both (3.3.2)
 */

static void stage_2_translates_a_whole_stream(void **state)
{
	struct lab *l = *state;
	u64 e[4];

	change_ste(l, SMMU_CONFIG_S2, 0);
	assert_true(reads(l, NONE, IOVA, WORD(0)));
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	event(l, e);
	put(l, leaf2(l, IOVA + PAGE_SIZE), phys(l->page[1]) | (LEAF2 & ~SMMU_PT_S2AP_W));
	assert_int_equal(fault(l, NONE, IOVA + PAGE_SIZE, true), SMMU_EVT_PERMISSION);
	event(l, e);
	assert_true(e[1] & SMMU_EVT1_S2);
	assert_int_equal(e[3] & SMMU_EVT3_IPA, IOVA + PAGE_SIZE);
	assert_int_equal(fault(l, NONE, BIT_ULL(48), false), SMMU_EVT_TRANSLATION);
	put(l, leaf2(l, IOVA), 0);
	cmd(l, tagged(SMMU_CMD_TLBI_S2_IPA, 0), IOVA | SMMU_TLBI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, NONE, IOVA, false), SMMU_EVT_TRANSLATION);
}

/* SL0 may begin one level further down, with tables side by side. */
static void stage_2_begins_with_tables_side_by_side(void **state)
{
	struct lab *l = *state;
	u64 *root = table(l, 2), q[8], *t = table(l, 0);
	const u64 ipa = 3ULL << 39;

	put(l, &root[ipa >> 30], phys(t) | TABLE);
	put(l, &t[0], phys(phys_to_virt(phys(l->page[0]) & ~(BLOCK - 1))) |
	    (LEAF2 & ~SMMU_PT_TABLE));
	put(l, &ste(l, SID)[0], 0);
	flush_ste(l);
	make_ste(l, SMMU_CONFIG_S2, 0, q);
	q[2] = (q[2] & ~(SMMU_STE2_S2T0SZ | SMMU_STE2_S2SL0)) |
	       FIELD_PREP(SMMU_STE2_S2T0SZ, 23ULL) | FIELD_PREP(SMMU_STE2_S2SL0, 1ULL);
	q[3] = phys(root);
	put_ste(l, q);
	flush_ste(l);
	assert_true(reads(l, NONE, ipa + (phys(l->page[0]) & (BLOCK - 1)), WORD(0)));
	change_ste(l, SMMU_CONFIG_ABORT, 0);
	l->r->ops->freed(l->r, root, PAGE_SIZE << 2);
	free_pages((unsigned long)root, 2);
	give_back(l, t);
}

/* Map what the guest's tables are made of, one to one. */
static void map_tables(struct lab *l)
{
	u64 at;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		at = phys(l->leaf[0]) + i * PAGE_SIZE;
		put(l, leaf2(l, at), at | LEAF2);
	}
	put(l, leaf2(l, phys(l->l1cd)), phys(l->l1cd) | LEAF2);
	put(l, leaf2(l, phys(l->s1)), phys(l->s1) | LEAF2);
	for (i = 0; i < 3; i++) {
		at = *desc(l, l->s1, IOVA, i) & SMMU_PT_ADDR;
		put(l, leaf2(l, at), at | LEAF2);
	}
	for (i = 0; i < PAGES; i++)
		put(l, leaf2(l, phys(l->page[i])), phys(l->page[(i + 1) % PAGES]) | LEAF2);
}

static void nest(struct lab *l)
{
	map_tables(l);
	set_cd(l, PASID, ASID, l->s1);
	change_ste(l, SMMU_CONFIG_NESTED, SMMU_S1DSS_TERMINATE);
}

/* Pages are one further than stage 1 says, tables where it says. */
static void both_stages_translate_one_after_the_other(void **state)
{
	struct lab *l = *state;
	u64 e[4], *ro;

	nest(l);
	assert_true(reads(l, PASID, IOVA, WORD(1)));
	assert_true(reads(l, PASID, IOVA + PAGE_SIZE, WORD(2)));
	ro = leaf2(l, phys(l->page[3]));
	put(l, ro, *ro & ~SMMU_PT_S2AP_W);
	assert_int_equal(fault(l, PASID, IOVA + 3 * PAGE_SIZE, true), SMMU_EVT_PERMISSION);
	event(l, e);
	assert_true(e[1] & SMMU_EVT1_S2);
	assert_int_equal(FIELD_GET(SMMU_EVT1_CLASS, e[1]), SMMU_CLASS_IN);
	assert_int_equal(e[2], IOVA + 3 * PAGE_SIZE);
	put(l, leaf2(l, phys(l->page[5])), 0);
	assert_int_equal(fault(l, PASID, IOVA + 5 * PAGE_SIZE, false), SMMU_EVT_TRANSLATION);
	event(l, e);
	assert_int_equal(e[3] & SMMU_EVT3_IPA, phys(l->page[5]));
	l->no_audit = true;	/* the guest's CDs and tables go as they are */
}

/* 7.3.13: the class tells what stage 2 was asked for. */
static void a_guests_tables_fault_in_stage_2(void **state)
{
	struct lab *l = *state;
	u64 e[4], *low;

	map_tables(l);
	set_cd(l, PASID, ASID, l->s1);
	low = leaf2(l, *desc(l, l->s1, IOVA, 2) & SMMU_PT_ADDR);
	put(l, low, 0);
	put(l, leaf2(l, phys(cd(l, PASID2))), 0);
	change_ste(l, SMMU_CONFIG_NESTED, SMMU_S1DSS_TERMINATE);
	assert_int_equal(fault(l, PASID2, IOVA, false), SMMU_EVT_TRANSLATION);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT1_CLASS, e[1]), SMMU_CLASS_CD);
	put(l, leaf2(l, phys(cd(l, PASID2))), (phys(cd(l, PASID2)) & PAGE_MASK) | LEAF2);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT1_CLASS, e[1]), SMMU_CLASS_TTD);
	assert_true(e[1] & SMMU_EVT1_S2);
	l->no_audit = true;
}

/* 4.4.3: a stage-2 invalidation does not find what both stages made. */
static void a_nested_translation_outlives_a_stage_2_invalidation(void **state)
{
	struct lab *l = *state;

	nest(l);
	assert_true(reads(l, PASID, IOVA, WORD(1)));
	put(l, leaf2(l, phys(l->page[0])), phys(l->page[4]) | LEAF2);
	cmd(l, tagged(SMMU_CMD_TLBI_S2_IPA, 0), phys(l->page[0]) | SMMU_TLBI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(1)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	tlbi(l, SMMU_CMD_TLBI_NH_ALL, 0);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(4)));
	change_ste(l, SMMU_CONFIG_ABORT, 0);
}

/*
 * What the TLB keeps (3.17), and what takes it (4.4)
 */

static void what_is_not_mapped_is_never_cached(void **state)
{
	struct lab *l = *state;
	u64 *e = leaf1(l, IOVA + 0x100000);

	attach(l, PASID, ASID);
	assert_int_equal(fault(l, PASID, IOVA + 0x100000, false), SMMU_EVT_TRANSLATION);
	put(l, e, phys(l->page[6]) | LEAF1);
	assert_true(reads(l, PASID, IOVA + 0x100000, WORD(6)));
	detach(l, PASID, ASID);
}

static void a_translation_stays_until_it_is_invalidated(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, leaf1(l, IOVA), 0);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	tlbi_va(l, ASID2, IOVA, SMMU_TLBI1_LEAF);
	tlbi_va(l, ASID, IOVA + PAGE_SIZE, SMMU_TLBI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
}

/* More rights need an invalidation too. */
static void a_refusal_of_the_tlb_stays_as_well(void **state)
{
	struct lab *l = *state;
	u64 leaf = phys(l->page[0]) | LEAF1;

	attach(l, PASID, ASID);
	releaf(l, ASID, IOVA, leaf | SMMU_PT_AP_RO);
	assert_int_equal(fault(l, PASID, IOVA, true), SMMU_EVT_PERMISSION);
	put(l, leaf1(l, IOVA), leaf);
	assert_int_equal(fault(l, PASID, IOVA, true), SMMU_EVT_PERMISSION);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, true), 0);
	detach(l, PASID, ASID);
}

/* Two PASIDs of one ASID share entries; another ASID does not see them. */
static void entries_belong_to_an_asid(void **state)
{
	struct lab *l = *state;
	struct smmu_model_stats st;
	u64 hits;

	attach(l, PASID, ASID);
	attach(l, PASID2, ASID);
	set_cd(l, 9, ASID2, l->other);
	cfgi_cd(l, 9, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	smmu_model_stats(l->m, &st);
	hits = st.tlb_hits;
	assert_true(reads(l, PASID2, IOVA, WORD(0)));
	smmu_model_stats(l->m, &st);
	assert_int_equal(st.tlb_hits, hits + 1);
	assert_true(reads(l, 9, IOVA, WORD(PAGES - 1)));
	detach(l, PASID, ASID);
	detach(l, PASID2, ASID);
	detach(l, 9, ASID2);
}

/* nG = 0: the leaf serves every ASID of the VMID, rightly or not. */
static void global_entries_serve_every_asid(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	set_cd(l, PASID2, ASID2, l->other);
	cfgi_cd(l, PASID2, SMMU_CFGI1_LEAF);
	sync(l);
	releaf(l, ASID, IOVA, phys(l->page[0]) | (LEAF1 & ~SMMU_PT_NG));
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_true(reads(l, PASID2, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_IOTLB);
	tlbi_asid(l, ASID);
	tlbi_asid(l, ASID2);
	sync(l);
	assert_true(reads(l, PASID2, IOVA, WORD(0)));
	releaf(l, ASID, IOVA, phys(l->page[0]) | LEAF1);
	assert_true(reads(l, PASID2, IOVA, WORD(PAGES - 1)));
	detach(l, PASID, ASID);
	detach(l, PASID2, ASID2);
}

static bool is_cached(struct lab *l, u32 ssid)
{
	struct smmu_model_stats st;
	u64 walks;

	smmu_model_stats(l->m, &st);
	walks = st.walks;
	assert_true(reads(l, ssid, IOVA, WORD(0)));
	smmu_model_stats(l->m, &st);
	return st.walks == walks;
}

static void each_tlbi_takes_what_it_names(void **state)
{
	struct lab *l = *state;
	const struct { u64 lo, hi; bool one, two; } cmds[] = {
		{ tagged(SMMU_CMD_TLBI_NH_ASID, ASID), 0, true, false },
		{ tagged(SMMU_CMD_TLBI_NH_VA, ASID), IOVA, true, false },
		{ tagged(SMMU_CMD_TLBI_NH_VAA, 0), IOVA, true, true },
		{ tagged(SMMU_CMD_TLBI_NH_VAA, 0), IOVA + PAGE_SIZE, false, false },
		{ tagged(SMMU_CMD_TLBI_NH_ALL, 0), 0, true, true },
		{ tagged(SMMU_CMD_TLBI_S12_VMALL, 0), 0, true, true },
		{ tagged(SMMU_CMD_TLBI_S2_IPA, 0), IOVA, false, false },
		{ SMMU_CMD_TLBI_NH_ALL, 0, false, false },	/* VMID 0 */
		{ SMMU_CMD_TLBI_NSNH_ALL, 0, true, true },
	};
	unsigned int i;

	attach(l, PASID, ASID);
	attach(l, PASID2, ASID2);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		is_cached(l, PASID);
		is_cached(l, PASID2);
		cmd(l, cmds[i].lo, cmds[i].hi);
		sync(l);
		assert_int_equal(is_cached(l, PASID), !cmds[i].one);
		assert_int_equal(is_cached(l, PASID2), !cmds[i].two);
	}
	detach(l, PASID, ASID);
	detach(l, PASID2, ASID2);
}

static u64 range(u64 tg, u64 ttl)
{
	return FIELD_PREP(SMMU_TLBI1_TG, tg) | FIELD_PREP(SMMU_TLBI1_TTL, ttl) | SMMU_TLBI1_LEAF;
}

/* 4.4.1.1 */
static void a_range_takes_its_pages(void **state)
{
	struct lab *l = *state;
	bool ril = l->cfg.range_inval;
	int i;

	attach(l, PASID, ASID);
	for (i = 0; i < PAGES; i++) {
		assert_true(reads(l, PASID, IOVA + i * PAGE_SIZE, WORD(i)));
		put(l, leaf1(l, IOVA + i * PAGE_SIZE), 0);
	}
	cmd(l, tagged(SMMU_CMD_TLBI_NH_VA, ASID) | FIELD_PREP(SMMU_TLBI0_NUM, 2ULL) |
	    FIELD_PREP(SMMU_TLBI0_SCALE, 1ULL), IOVA | range(SMMU_TLBI_TG_4K, 3));
	sync(l);
	for (i = 0; i < PAGES; i++)
		assert_int_equal(fault(l, PASID, IOVA + i * PAGE_SIZE, false),
				 i < (ril ? 6 : 1) ? SMMU_EVT_TRANSLATION : 0);
	detach(l, PASID, ASID);
	cr0(l, CR0_ON & ~SMMU_CR0_EVENTQEN);
}

/* A hint that is wrong is believed. */
static void a_wrong_hint_leaves_the_entry(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, range(SMMU_TLBI_TG_4K, 2));
	tlbi_va(l, ASID, IOVA, range(SMMU_TLBI_TG_64K, 3));
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), 0);
	tlbi_va(l, ASID, IOVA, range(SMMU_TLBI_TG_4K, 3));
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
}

/* Leaf: the tables above stay cached, so one that is unlinked needs more. */
static void slip_an_unlinked_table_with_a_leaf_invalidation(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, IOVA, 2), *t = phys_to_virt(*e & SMMU_PT_ADDR);

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, e, 0);
	cmd(l, tagged(SMMU_CMD_TLBI_NH_VA, ASID), IOVA | SMMU_TLBI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), 0);
	assert_int_equal(l->stale, PL_STALE_WALK_CACHE);
	give_back(l, t);
	caught(l, "O8", 1);
	detach(l, PASID, ASID);
}

static void an_unlinked_table_goes_back_after_its_tlbi(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, IOVA, 2), *t = phys_to_virt(*e & SMMU_PT_ADDR);

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, e, 0);
	tlbi_va(l, ASID, IOVA, 0);
	sync(l);
	give_back(l, t);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	detach(l, PASID, ASID);
}

/* 3.21.1.3: where pages become a block, a unit of BBML 2 copes and others do not. */
static void pages_become_a_block_under_way(void **state)
{
	struct lab *l = *state;
	u64 *e = desc(l, l->s1, IOVA, 2), was = *e, block = phys(l->page[0]) & ~(BLOCK - 1);

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA + PAGE_SIZE, WORD(1)));
	put(l, e, block | (LEAF1 & ~SMMU_PT_TABLE));
	cmd(l, tagged(SMMU_CMD_TLBI_NH_VA, ASID), IOVA + 4 * PAGE_SIZE);
	sync(l);
	fault(l, PASID, IOVA + (phys(l->page[0]) & (BLOCK - 1)), false);
	if (l->cfg.bbml < 2)
		caught(l, "O9", 1);
	put(l, e, 0);
	tlbi_asid(l, ASID);
	sync(l);
	put(l, e, was);
	detach(l, PASID, ASID);
}

/*
 * What configuration caches keep (3.21.3), and what takes it (4.3)
 */

static void a_cd_stays_until_it_is_invalidated(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	attach(l, PASID2, ASID2);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	clear_v(l, PASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	assert_int_equal(l->stale, PL_STALE_PASID_CACHE);
	cfgi_cd(l, PASID2, SMMU_CFGI1_LEAF);
	cmd(l, SMMU_CMD_CFGI_CD_ALL | FIELD_PREP(SMMU_CMD0_SID, SID + 1ULL), 0);
	cmd(l, SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, SID + 1ULL), 0);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	assert_true(reads(l, PASID2, IOVA, WORD(0)));
	clear_v(l, PASID2);
	cfgi_cd_all(l);
	fence(l);
	tlbi_asid(l, ASID2);
	sync(l);
	assert_int_equal(fault(l, PASID2, IOVA, false), SMMU_EVT_BAD_CD);
}

/* 4.3.1: what goes with its STE; the range counts StreamIDs in powers of two. */
static void the_cds_of_a_stream_go_with_its_ste(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 2; i++) {
		attach(l, PASID, ASID);
		assert_true(reads(l, PASID, IOVA, WORD(0)));
		clear_v(l, PASID);
		if (i)
			cfgi_ste(l, SMMU_CFGI1_LEAF);
		else
			cmd(l, SMMU_CMD_CFGI_STE_RANGE, 3);
		fence(l);
		tlbi_asid(l, ASID);
		sync(l);
		assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
		zero_rest(l, PASID);
	}
}

/* TTB0 is one word: the unit has the old table or the new one (O9). */
static void a_replacement_under_way_needs_no_gap(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	put(l, &cd(l, PASID)[1], phys(l->other));
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	fence(l);
	atc_all(l, PASID);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(PAGES - 1)));
	detach(l, PASID, ASID);
}

static void an_ste_stays_until_it_is_invalidated(void **state)
{
	struct lab *l = *state;
	const struct { u64 lo, hi; bool hit; } cmds[] = {
		{ SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, SID + 1ULL), 0, false },
		{ SMMU_CMD_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, (u64)SID), 1, true },
		{ SMMU_CMD_CFGI_STE_RANGE | FIELD_PREP(SMMU_CMD0_SID, 0ULL), 2, false },
		{ SMMU_CMD_CFGI_STE_RANGE | FIELD_PREP(SMMU_CMD0_SID, 0ULL), 3, true },
		{ SMMU_CMD_CFGI_STE_RANGE, SMMU_CFGI_ALL_RANGE, true },
	};
	struct smmu_model_stats st;
	unsigned int i;
	u64 hits;

	attach(l, PASID, ASID);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		assert_true(reads(l, PASID, IOVA, WORD(0)));
		cmd(l, cmds[i].lo, cmds[i].hi);
		sync(l);
		smmu_model_stats(l->m, &st);
		hits = st.ste_hits;
		assert_true(reads(l, PASID, IOVA, WORD(0)));
		smmu_model_stats(l->m, &st);
		assert_int_equal(st.ste_hits - hits, !cmds[i].hit);
	}
	detach(l, PASID, ASID);
}

/* An invalid CD that a request has met is cached: to attach owes a CFGI (O5). */
static void an_invalid_cd_is_cached(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	set_cd(l, PASID, ASID, l->s1);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	detach(l, PASID, ASID);
}

/* 5.3: so is an invalid level 1 descriptor, and Leaf spares it. */
static void an_invalid_level_1_descriptor_is_cached(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, FAR, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	set_cd(l, FAR, ASID, l->s1);
	put(l, &l->l1cd[1], phys(l->leaf[1]) | SMMU_L1CD_V);
	cfgi_cd(l, FAR, SMMU_CFGI1_LEAF);
	doorbell(l);
	assert_int_equal(fault(l, FAR, IOVA, false), SMMU_EVT_BAD_SUBSTREAMID);
	cfgi_cd(l, FAR, 0);
	sync(l);
	assert_true(reads(l, FAR, IOVA, WORD(0)));
	detach(l, FAR, ASID);
}

/*
 * Slips with entries
 */

static void slip_an_attach_without_cfgi(void **state)
{
	struct lab *l = *state;

	set_cd(l, PASID, ASID, l->s1);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	caught(l, "O5", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_an_attach_without_cfgi_over_a_cached_invalid_cd(void **state)
{
	struct lab *l = *state;

	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	set_cd(l, PASID, ASID, l->s1);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_BAD_CD);
	assert_int_equal(l->stale, PL_STALE_PASID_CACHE);
	caught(l, "O5", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_a_level_1_descriptor_without_cfgi(void **state)
{
	struct lab *l = *state;

	set_cd(l, FAR, ASID, l->s1);
	put(l, &l->l1cd[1], phys(l->leaf[1]) | SMMU_L1CD_V);
	cfgi_cd(l, FAR, SMMU_CFGI1_LEAF);
	sync(l);
	assert_true(reads(l, FAR, IOVA, WORD(0)));
	caught(l, "O5", 1);
	cfgi_cd(l, FAR, 0);
	sync(l);
	detach(l, FAR, ASID);
}

static void slip_an_ste_without_cfgi(void **state)
{
	struct lab *l = *state;

	set_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_BYPASS);
	sync(l);
	assert_true(reads(l, NONE, phys(l->page[1]), WORD(1)));
	caught(l, "O2", 1);
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync(l);
}

static void slip_a_detach_without_cfgi(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	clear_v(l, PASID);
	tlbi_asid(l, ASID);
	fence(l);
	atc_all(l, PASID);
	sync(l);
	audit_finds(l, "O2", 1);
	zero_rest(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
}

static void slip_fields_go_with_v(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	memset(cd(l, PASID), 0, 64);
	l->r->ops->publish(l->r, cd(l, PASID), 64);
	caught(l, "O1", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
}

static void slip_fields_go_before_the_cfgi(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	clear_v(l, PASID);
	put(l, &cd(l, PASID)[1], 0);
	caught(l, "O1", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
}

static void slip_fields_go_before_the_sync(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	doorbell(l);
	put(l, &cd(l, PASID)[1], 0);
	caught(l, "O1", 1);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
}

static void slip_a_cd_changes_in_two_words(void **state)
{
	struct lab *l = *state;
	u64 *q = cd(l, PASID);

	attach(l, PASID, ASID);
	WRITE_ONCE(q[1], phys(l->other));
	WRITE_ONCE(q[0], cd_word(l, ASID2));
	l->r->ops->publish(l->r, q, 64);
	caught(l, "O9", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	detach(l, PASID, ASID2);
}

/* Words that mean nothing may change beside the one that decides. */
static void unused_words_are_nobodys_business(void **state)
{
	struct lab *l = *state;
	u64 *q = cd(l, PASID);

	attach(l, PASID, ASID);
	WRITE_ONCE(q[2], 0x1234000);	/* EPD1: TTB1 is not looked at */
	WRITE_ONCE(q[5], 0x42);
	WRITE_ONCE(q[1], phys(l->other));
	l->r->ops->publish(l->r, q, 64);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	WRITE_ONCE(q[2], 0);
	WRITE_ONCE(q[5], 0);
	l->r->ops->publish(l->r, q, 64);
	detach(l, PASID, ASID);
}

static void slip_an_ste_changes_in_two_words(void **state)
{
	struct lab *l = *state;
	u64 *q = ste(l, SID), next[8];
	int i;

	make_ste(l, SMMU_CONFIG_S2, 0, next);
	for (i = 0; i < 8; i++)
		WRITE_ONCE(q[i], next[i]);
	l->r->ops->publish(l->r, q, 64);
	caught(l, "O9", 1);
	flush_ste(l);
}

static void slip_an_asid_is_used_again_before_its_tlbi(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	zero_rest(l, PASID);
	set_cd(l, PASID2, ASID, l->other);
	caught(l, "O1", 1);
	cfgi_cd(l, PASID2, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	detach(l, PASID2, ASID);
}

/* O2: a TLB emptied while the CD may be cached fills up again. */
static void slip_a_tlbi_before_the_cfgis_sync(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	tlbi_asid(l, ASID);
	sync(l);
	zero_rest(l, PASID);
	set_cd(l, PASID2, ASID, l->other);
	caught(l, "O1", 1);
	cfgi_cd(l, PASID2, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	detach(l, PASID2, ASID);
}

static void slip_a_replacement_without_tlbi(void **state)
{
	struct lab *l = *state;

	attach(l, PASID, ASID);
	put(l, &cd(l, PASID)[1], phys(l->other));
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	put(l, &cd(l, PASID)[1], phys(l->s2));
	caught(l, "O2", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_a_vmid_is_used_again_before_its_tlbi(void **state)
{
	struct lab *l = *state;
	u64 *root = table(l, 0);

	change_ste(l, SMMU_CONFIG_S2, 0);
	put(l, &ste(l, SID)[0], 0);
	cfgi_ste(l, SMMU_CFGI1_LEAF);
	sync(l);
	put(l, &ste(l, SID)[3], phys(root));
	put(l, &ste(l, SID)[0], SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, SMMU_CONFIG_S2));
	caught(l, "O1", 1);
	flush_ste(l);
	change_ste(l, SMMU_CONFIG_ABORT, 0);
	give_back(l, root);
}

/*
 * Slips with memory (O8)
 */

static void slip_a_root_goes_back_before_the_tlbi(void **state)
{
	struct lab *l = *state;
	u64 *root = table(l, 0);

	put(l, &root[0], l->s1[0]);
	put(l, &root[1], l->s1[IOVA >> 39 & 511]);
	set_cd(l, PASID, ASID, root);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	give_back(l, root);
	caught(l, "O8", 1);
	zero_rest(l, PASID);
}

static void slip_a_cached_cd_leads_to_memory_that_goes_back(void **state)
{
	struct lab *l = *state;
	u64 *root = table(l, 0);

	set_cd(l, PASID, ASID, root);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	assert_int_equal(fault(l, PASID, IOVA, false), SMMU_EVT_TRANSLATION);
	clear_v(l, PASID);
	give_back(l, root);
	caught(l, "O8", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	zero_rest(l, PASID);
}

static void slip_a_table_of_cds_goes_back_while_it_is_linked(void **state)
{
	struct lab *l = *state;

	l->r->ops->freed(l->r, l->l1cd, PAGE_SIZE);
	caught(l, "O8", 1);
	l->r->ops->freed(l->r, l->stes, PAGE_SIZE);
	l->expected--;
	caught(l, "O8", 2);
}

static void slip_a_table_of_cds_goes_back_while_it_is_owed(void **state)
{
	struct lab *l = *state;
	u64 *small = table(l, 4);

	put(l, &l->l1cd[2], phys(small) | SMMU_L1CD_V);
	cfgi_cd(l, 2048, 0);
	sync(l);
	put(l, &small[8 + 1], phys(l->s1));
	put(l, &small[8], cd_word(l, ASID));
	cfgi_cd(l, 2049, SMMU_CFGI1_LEAF);
	sync(l);
	put(l, &l->l1cd[2], 0);
	cfgi_cd(l, 2048, 0);
	put(l, &small[8], 0);	/* not linked any more: nobody's business */
	sync(l);
	put(l, &l->l1cd[2], phys(small) | SMMU_L1CD_V);
	cfgi_cd(l, 2048, 0);
	sync(l);
	put(l, &small[8], cd_word(l, ASID));
	cfgi_cd(l, 2049, SMMU_CFGI1_LEAF);
	sync(l);
	put(l, &small[8], 0);
	put(l, &l->l1cd[2], 0);
	cfgi_cd(l, 2048, 0);
	sync(l);
	l->r->ops->freed(l->r, small, PAGE_SIZE << 4);
	caught(l, "O8", 1);
	free_pages((unsigned long)small, 4);
	tlbi_asid(l, ASID);
	sync(l);
}

static void slip_a_page_goes_back_while_an_atc_has_it(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	give_back(l, l->page[0]);
	l->page[0] = page();
	caught(l, "O8", 1);
	detach(l, PASID, ASID);
}

static void slip_dma_through_a_table_that_leads_nowhere(void **state)
{
	struct lab *l = *state;
	u64 word = 0;
	struct pl_tlp t = { .rid = SID, .pasid = PASID, .addr = IOVA, .len = 8 };

	attach(l, PASID, ASID);
	releaf(l, ASID, IOVA, 0xfffffff0000ULL | LEAF1);
	assert_int_equal(l->f->ops->access(l->f, &t, &word), -EFAULT);
	assert_int_equal(t.reason, 0);
	caught(l, "O8", 1);
	detach(l, PASID, ASID);
}

/* COHACC = 0: what was not published is not there. */
static void slip_a_store_is_not_published(void **state)
{
	struct lab *l = *state;
	u64 *e = leaf1(l, IOVA), was = *e;

	attach(l, PASID, ASID);
	WRITE_ONCE(*e, phys(l->page[3]) | LEAF1);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	tlbi_asid(l, ASID);
	sync(l);
	assert_true(reads(l, PASID, IOVA, WORD(0)));
	WRITE_ONCE(*e, was);
	WRITE_ONCE(l->s1[9], 1);
	audit_finds(l, "FLUSH", 1);
	put(l, &l->s1[9], 0);
	detach(l, PASID, ASID);
}

static void slip_a_table_is_never_published(void **state)
{
	struct lab *l = *state;
	u64 *t = page();

	put(l, desc(l, l->s1, BIT_ULL(35), 2), phys(t) | TABLE);
	attach(l, PASID, ASID);
	fault(l, PASID, BIT_ULL(35), false);
	caught(l, "FLUSH", 1);
	put(l, desc(l, l->s1, BIT_ULL(35), 2), 0);
	detach(l, PASID, ASID);
	give_back(l, t);
}

/*
 * ATS (3.9)
 */

static void an_ste_says_who_may_translate_by_itself(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	l->cfg.ats = false;
	change_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_TERMINATE);
	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), SMMU_EVT_BAD_ATS_TREQ);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_ATS_TREQ);
	assert_int_equal(translated(l, PASID, IOVA, phys(l->page[0])), SMMU_EVT_TRANSL_FORBIDDEN);
	assert_int_equal(event_id(l), SMMU_EVT_TRANSL_FORBIDDEN);
	cr0(l, CR0_ON & ~SMMU_CR0_ATSCHK);
	assert_int_equal(translated(l, PASID, IOVA, phys(l->page[0])), 0);
	detach(l, PASID, ASID);
}

/* 3.9.1.2: the completion tells the device, and nobody else. */
static void translation_requests_fault_in_silence(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, 0x1000, false, &t), SMMU_EVT_TRANSLATION);
	assert_int_equal(ask(l, PASID2, IOVA, false, &t), SMMU_EVT_BAD_CD);
	assert_int_equal(event_id(l), 0);
	assert_int_equal(translated(l, PASID, IOVA, BIT_ULL(49)), SMMU_EVT_ADDR_SIZE);
	detach(l, PASID, ASID);
}

static void a_stream_that_bypasses_stage_1_is_answered_one_to_one(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	change_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_BYPASS);
	assert_int_equal(ask(l, NONE, phys(l->page[2]), true, &t), 0);
	assert_int_equal(t.addr, phys(l->page[2]));
	assert_int_equal(translated(l, NONE, t.addr, t.addr), 0);
	change_ste(l, SMMU_CONFIG_S1, SMMU_S1DSS_TERMINATE);
}

static void a_global_atc_inv_reaches_every_pasid(void **state)
{
	struct lab *l = *state;
	struct smmu_model_stats st;
	struct pl_translation t;

	attach(l, PASID, ASID);
	attach(l, PASID2, ASID2);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	assert_int_equal(ask(l, PASID2, IOVA, true, &t), 0);
	smmu_model_stats(l->m, &st);
	assert_int_equal(st.grants, 2);
	cmd(l, of_sid(SMMU_CMD_ATC_INV) | SMMU_CMD0_SSV | SMMU_ATC0_GLOBAL, SMMU_ATC_SIZE_ALL);
	sync(l);
	assert_true(l->inv_global);
	assert_true(l->inv_size == U64_MAX);
	smmu_model_stats(l->m, &st);
	assert_int_equal(st.grants, 0);
	detach(l, PASID, ASID);
	detach(l, PASID2, ASID2);
}

static void slip_an_atc_keeps_what_an_unmap_took(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	sync(l);
	assert_int_equal(translated(l, PASID, IOVA, t.addr), 0);
	assert_int_equal(l->stale, PL_STALE_DEV_TLB);
	audit_finds(l, "DEV-TLB", 1);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	detach(l, PASID, ASID);
}

/* O3: between the two the device may ask again, and be told the old story. */
static void slip_an_atc_inv_before_the_tlbis_sync(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	caught(l, "O3", 1);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_an_atc_inv_without_a_tlbi(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	put(l, leaf1(l, IOVA), 0);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	caught(l, "O3", 1);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	fence(l);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	detach(l, PASID, ASID);
}

static void slip_an_atc_inv_before_the_cfgis_sync(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	clear_v(l, PASID);
	tlbi_asid(l, ASID);
	fence(l);
	atc_all(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	caught(l, "O3", 1);
	tlbi_asid(l, ASID);
	fence(l);
	atc_all(l, PASID);
	sync(l);
	zero_rest(l, PASID);
}

static void slip_a_pasid_is_set_again_before_the_atc_inv(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	clear_v(l, PASID);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	tlbi_asid(l, ASID);
	sync(l);
	set_cd(l, PASID, ASID, l->other);
	caught(l, "O3", 1);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	fence(l);
	atc_all(l, PASID);
	sync(l);
	detach(l, PASID, ASID);
}

/* What two threads may do at once is not called wrong. */
static void others_commands_are_nobodys_slip(void **state)
{
	struct lab *l = *state;
	struct pl_translation t;

	attach(l, PASID, ASID);
	assert_int_equal(ask(l, PASID, IOVA, true, &t), 0);
	put(l, leaf1(l, IOVA), 0);
	tlbi_va(l, ASID, IOVA, SMMU_TLBI1_LEAF);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	atc_inv(l, PASID, IOVA, 0);
	sync(l);
	set_cd(l, PASID2, ASID2, l->s1);
	sync(l);
	assert_true(reads(l, PASID2, IOVA + PAGE_SIZE, WORD(1)));
	cfgi_cd(l, PASID2, SMMU_CFGI1_LEAF);
	sync(l);
	detach(l, PASID2, ASID2);
	detach(l, PASID, ASID);
}

/* O6 */
static void slip_enables_in_the_wrong_order(void **state)
{
	struct lab *l = *state;
	const u32 all = PL_EP_PASID | PL_EP_ATS | PL_EP_PRI;

	l->f->ops->state(l->f, &l->port, all);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID | PL_EP_PRI);	/* ATS before PRI */
	l->f->ops->state(l->f, &l->port, 0);
	l->f->ops->state(l->f, &l->port, PL_EP_PRI);			/* PRI before ATS */
	l->f->ops->state(l->f, &l->port, PL_EP_ATS);
	l->f->ops->state(l->f, &l->port, PL_EP_ATS | PL_EP_PASID);	/* PASID after ATS */
	l->f->ops->state(l->f, &l->port, PL_EP_ATS);			/* PASID before ATS */
	l->f->ops->state(l->f, &l->port, 0);
	caught(l, "O6", 4);
	change_ste(l, SMMU_CONFIG_BYPASS, 0);
	l->expected -= 4;
	l->f->ops->state(l->f, &l->port, PL_EP_ATS);			/* no EATS */
	caught(l, "O6", 5);
	caught(l, "O7", count(l, "O7"));
}

static void slip_ats_goes_off_while_an_atc_inv_is_in_flight(void **state)
{
	struct lab *l = *state;

	atc_all(l, NONE);
	doorbell(l);
	l->f->ops->state(l->f, &l->port, PL_EP_PASID);
	caught(l, "O7", 1);
	sync(l);
	l->expected--;
	caught(l, "O7", 2);	/* and then it meets a device that is off */
}

static void slip_ats_goes_off_while_an_atc_inv_is_in_the_queue(void **state)
{
	struct lab *l = *state;

	smmu_model_inject(l->m, SMMU_MODEL_INJECT_SLOW, 2);
	atc_all(l, NONE);
	fence(l);
	doorbell(l);
	l->f->ops->disconnect(l->f, &l->port);
	caught(l, "O7", 1);
	is_done(l);
	is_done(l);
	assert_int_equal(cerror(l), SMMU_CERROR_ATC_INV_SYNC);
}

static void a_stream_id_is_connected_once(void **state)
{
	struct lab *l = *state;
	struct pl_port twin = { .ops = &port_ops, .rid = SID };

	assert_int_equal(l->f->ops->connect(l->f, &twin), -EEXIST);
	twin.rid = SID + 1;
	assert_int_equal(l->f->ops->connect(l->f, &twin), 0);
	l->f->ops->state(l->f, &twin, PL_EP_PASID);
	l->f->ops->disconnect(l->f, &twin);
	l->f->ops->disconnect(l->f, &twin);
	l->f->ops->state(l->f, &twin, 0);
}

/*
 * Events and interrupts (3.18, 7.2 to 7.5)
 */

static void count_event(void *arg)
{
	((struct lab *)arg)->irqs++;
}

static void count_error(void *arg)
{
	((struct lab *)arg)->errors++;
}

/* 7.4 */
static void a_full_queue_says_so_once(void **state)
{
	struct lab *l = *state;
	struct smmu_model_stats st;
	int i;

	for (i = 0; i < (1 << LOG2EVTQ) + 3; i++)
		fault(l, PASID, IOVA, false);
	smmu_model_stats(l->m, &st);
	assert_int_equal(st.events, 1 << LOG2EVTQ);
	assert_int_equal(st.events_lost, 3);
	assert_true(pl_read32(l->r, SMMU_EVENTQ_PROD) & SMMU_Q_OVERFLOW);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_CD);	/* this acknowledges it */
	smmu_model_inject(l->m, SMMU_MODEL_INJECT_OVERFLOW, 0);
	fault(l, PASID, IOVA, false);
	assert_false(pl_read32(l->r, SMMU_EVENTQ_PROD) & SMMU_Q_OVERFLOW);
	fault(l, PASID, IOVA, false);
	smmu_model_stats(l->m, &st);
	assert_int_equal(st.events, (1 << LOG2EVTQ) + 1);
	assert_int_equal(st.events_lost, 4);
}

/* 3.18: an edge, when the queue stops being empty */
static void the_event_interrupt_is_an_edge(void **state)
{
	struct lab *l = *state;

	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_FAULT, count_event, l), 0);
	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_FAULT, count_event, l), -EBUSY);
	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_PAGE_REQUEST, count_event, l),
			 -EOPNOTSUPP);
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->irqs, 0);
	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_EVENTQ);
	assert_int_equal(l->irqs, 1);
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->irqs, 1);
	assert_int_equal(event_id(l), SMMU_EVT_BAD_CD);
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->irqs, 1);
	while (event_id(l))
		;
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->irqs, 2);
	l->r->ops->free_irq(l->r, PL_IRQ_FAULT);
	while (event_id(l))
		;
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->irqs, 2);
}

static void an_error_interrupts_with_the_next_request(void **state)
{
	struct lab *l = *state;

	assert_int_equal(l->r->ops->request_irq(l->r, PL_IRQ_ERROR, count_error, l), 0);
	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_GERROR);
	smmu_model_inject(l->m, SMMU_MODEL_INJECT_CERROR_ILL, 0);
	cmd(l, SMMU_CMD_SYNC, 0);
	doorbell(l);
	assert_int_equal(l->errors, 0);
	fault(l, PASID, IOVA, false);
	assert_int_equal(l->errors, 1);
	acknowledge(l);
	assert_true(is_done(l));
	l->r->ops->free_irq(l->r, PL_IRQ_ERROR);
}

static void interrupts_can_be_writes(void **state)
{
	struct lab *l = *state;

	pl_write64(l->r, SMMU_EVENTQ_IRQ_CFG0, phys(l->word));
	pl_write32(l->r, SMMU_EVENTQ_IRQ_CFG1, 0x77);
	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_EVENTQ);
	fault(l, PASID, IOVA, false);
	assert_int_equal(*l->word, 0x77);
	pl_write32(l->r, SMMU_IRQ_CTRL, 0);
	pl_write64(l->r, SMMU_EVENTQ_IRQ_CFG0, 0xfffffff0000ULL);
	pl_write32(l->r, SMMU_IRQ_CTRL, SMMU_IRQ_EVENTQ | SMMU_IRQ_GERROR);
	assert_true(pl_read32(l->r, SMMU_GERROR) & SMMU_GERROR_MSI_EVENTQ);
	acknowledge(l);
}

static void an_event_queue_that_is_no_memory_is_an_error(void **state)
{
	struct lab *l = *state;

	cr0(l, CR0_ON & ~SMMU_CR0_EVENTQEN);
	pl_write64(l->r, SMMU_EVENTQ_BASE, 0xfffffff0000ULL | LOG2EVTQ);
	cr0(l, CR0_ON);
	fault(l, PASID, IOVA, false);
	assert_int_equal(pl_read32(l->r, SMMU_GERROR), SMMU_GERROR_EVENTQ_ABT);
	acknowledge(l);
}

static void slip_software_reads_events_that_are_not_there(void **state)
{
	struct lab *l = *state;

	pl_write32(l->r, SMMU_EVENTQ_CONS, 2);
	caught(l, "REG", 1);
}

/* 3.12.2, 4.6 */
static void a_fault_that_stalls_waits_for_its_resume(void **state)
{
	struct lab *l = *state;
	u64 e[4], word = cd_word(l, ASID) | SMMU_CD0_S;
	int i;

	put(l, &cd(l, PASID)[1], phys(l->s1));
	put(l, &cd(l, PASID)[0], word);
	cfgi_cd(l, PASID, SMMU_CFGI1_LEAF);
	sync(l);
	for (i = 0; i < 64; i++) {
		assert_int_equal(fault(l, PASID, 0x1000, false), SMMU_EVT_TRANSLATION);
		event(l, e);
		assert_true(e[1] & SMMU_EVT1_STALL);
		assert_int_equal(FIELD_GET(SMMU_EVT1_STAG, e[1]), i);
	}
	fault(l, PASID, 0x1000, false);
	event(l, e);
	assert_false(e[1] & SMMU_EVT1_STALL);
	cmd(l, of_sid(SMMU_CMD_RESUME) | SMMU_RESUME0_AC, 17);
	doorbell(l);	/* nobody waits for these */
	fault(l, PASID, 0x1000, false);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT1_STAG, e[1]), 17);
	cmd(l, of_sid(SMMU_CMD_STALL_TERM), 0);
	sync(l);
	fault(l, PASID, 0x1000, false);
	event(l, e);
	assert_int_equal(FIELD_GET(SMMU_EVT1_STAG, e[1]), 0);
	detach(l, PASID, ASID);
}

/* IDR0.STALL_MODEL = 2: CD.S = 0 is illegal; and S1STALLD forbids CD.S = 1. */
static void stall_models_and_cds_must_agree(void **state)
{
	struct lab *l = *state;
	bool force = l->cfg.stall == SMMU_MODEL_STALL_FORCE;

	put(l, &cd(l, PASID)[1], phys(l->s1));
	put(l, &cd(l, PASID)[0], cd_word(l, ASID) | (force ? 0 : SMMU_CD0_S));
	put(l, &ste(l, SID)[1], ste(l, SID)[1] | SMMU_STE1_S1STALLD);
	flush_ste(l);
	assert_int_equal(fault(l, PASID, IOVA, false),
			 force ? SMMU_EVT_BAD_STE : SMMU_EVT_BAD_CD);
	put(l, &ste(l, SID)[1], ste(l, SID)[1] & ~SMMU_STE1_S1STALLD);
	flush_ste(l);
	assert_int_equal(fault(l, PASID, IOVA, false), force ? SMMU_EVT_BAD_CD : 0);
	l->expected = smmu_model_violations(l->m);
	assert_int_equal(l->expected, count(l, "O9"));
	detach(l, PASID, ASID);
}

/*
 * Limits, counters, threads
 */

static void a_unit_with_little_memory_forgets(void **state)
{
	struct lab *l = *state;
	struct smmu_model_stats st;
	int i;

	attach(l, PASID, ASID);
	for (i = 0; i < PAGES; i++)
		assert_true(reads(l, PASID, IOVA + i * PAGE_SIZE, WORD(i)));
	smmu_model_stats(l->m, &st);
	assert_true(st.entries <= 4);
	assert_true(st.memory > 0 && st.fetches > 0 && st.requests == PAGES);
	detach(l, PASID, ASID);
}

#define THREADS	3
#define ROUNDS	300

struct actor {
	struct lab *l;
	pthread_mutex_t *queue;
	atomic_t *stop;
	u32 ssid;
	u16 asid;
	bool ok;
};

static void locked_sync(struct actor *a)
{
	sync(a->l);
	pthread_mutex_unlock(a->queue);
}

static int dma_once(struct actor *a, bool write)
{
	struct pl_tlp t = {
		.rid = SID, .pasid = a->ssid, .addr = IOVA, .len = 8, .write = write,
	};
	u64 word = 0;

	return a->l->f->ops->access(a->l->f, &t, &word);
}

/* A slot comes and goes, its page is mapped and unmapped, all by the book. */
static void *act(void *arg)
{
	struct actor *a = arg;
	struct lab *l = a->l;
	int i;

	for (i = 0; i < ROUNDS && a->ok; i++) {
		set_cd(l, a->ssid, a->asid, i & 1 ? l->s1 : l->other);
		pthread_mutex_lock(a->queue);
		cfgi_cd(l, a->ssid, SMMU_CFGI1_LEAF);
		locked_sync(a);
		a->ok = dma_once(a, i & 2) == 0;
		clear_v(l, a->ssid);
		pthread_mutex_lock(a->queue);
		cfgi_cd(l, a->ssid, SMMU_CFGI1_LEAF);
		fence(l);
		tlbi_asid(l, a->asid);
		locked_sync(a);
		zero_rest(l, a->ssid);
	}
	return NULL;
}

static void *dma(void *arg)
{
	struct actor *a = arg;

	while (!atomic_read(a->stop))
		dma_once(a, false);
	return NULL;
}

static void threads_share_the_unit(void **state)
{
	pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
	struct actor a[THREADS];
	pthread_t who[THREADS], rogue;
	atomic_t stop = ATOMIC_INIT(0);
	int i;

	for (i = 0; i < THREADS; i++) {
		a[i] = (struct actor){ *state, &queue, &stop, 20 + i, 50 + i, true };
		assert_int_equal(pthread_create(&who[i], NULL, act, &a[i]), 0);
	}
	assert_int_equal(pthread_create(&rogue, NULL, dma, &a[0]), 0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(who[i], NULL);
		assert_true(a[i].ok);
	}
	atomic_set(&stop, 1);
	pthread_join(rogue, NULL);
}

#define T(fn, up) cmocka_unit_test_setup_teardown(fn, up, teardown)

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(slip_translation_goes_on_with_caches_as_reset_left_them),
	cmocka_unit_test(a_configuration_that_no_unit_has_is_refused),
	T(the_registers_say_what_was_configured, setup_small),
	T(registers_keep_what_is_written, setup),
	T(cr0_shows_in_cr0ack_after_its_handshake, setup_slow),
	T(irq_ctrl_and_gbpa_have_their_handshakes, setup_slow),
	T(without_translation_gbpa_decides, setup),
	T(slip_what_is_in_use_is_not_written, setup),
	T(illegal_commands_stop_the_queue, setup),
	T(what_the_unit_lacks_is_illegal, setup_small),
	T(an_error_stops_the_queue_where_it_is, setup),
	T(a_device_that_does_not_answer_fails_the_sync, setup),
	T(a_sync_writes_where_it_was_told, setup),
	T(a_sync_writes_where_it_was_told, setup_nomsi),
	T(only_a_sync_makes_commands_take_effect, setup),
	T(only_a_sync_makes_commands_take_effect, setup_eager),
	T(the_order_between_syncs_is_the_units, setup),
	T(the_order_between_syncs_is_the_units, setup_queue),
	T(the_queue_takes_its_time_and_wraps, setup),
	T(more_commands_than_the_unit_can_hold_back, setup),
	T(slip_the_queue_is_overrun, setup),
	T(slip_a_busy_queue_is_switched_off, setup),
	T(slip_an_error_is_acknowledged_that_is_not_there, setup),
	T(a_pasid_reads_and_writes_through_its_cd, setup),
	T(a_pasid_reads_and_writes_through_its_cd, setup_nosnoop),
	T(a_pasid_reads_and_writes_through_its_cd, setup_noats),
	T(a_pasid_reads_and_writes_through_its_cd, setup_queue),
	T(a_pasid_reads_and_writes_through_its_cd, setup_eager),
	T(a_pasid_reads_and_writes_through_its_cd, setup_concurrent),
	T(a_pasid_reads_and_writes_through_its_cd, setup_small),
	T(streams_beyond_the_table_are_refused, setup),
	T(unknown_streams_are_recorded_where_cr2_says_so, setup),
	T(a_short_second_level_covers_what_its_span_says, setup),
	T(illegal_stes_are_refused, setup),
	T(illegal_cds_are_refused, setup),
	T(a_small_unit_refuses_what_it_has_not, setup_small),
	T(s1dss_says_what_requests_without_pasid_get, setup),
	T(s1dss_changes_under_way, setup),
	T(a_linear_table_of_cds, setup),
	T(a_table_of_cds_with_4k_leaves, setup),
	T(a_linear_stream_table, setup),
	T(what_cannot_be_fetched_is_an_event, setup),
	T(every_granule_walks_from_every_level, setup),
	T(outputs_of_52_bits, setup_wide),
	T(ttb1_has_the_upper_half, setup),
	T(leaves_fault_for_what_they_lack, setup_noats),
	T(outputs_beyond_the_unit_are_address_size_faults, setup_small),
	T(tables_restrict_what_is_below, setup),
	T(a_cd_can_look_away, setup),
	T(the_unit_keeps_access_flags_and_dirty_state, setup_httu),
	T(a_walk_into_nothing_is_an_external_abort, setup),
	T(faults_are_recorded_where_the_cd_says_so, setup),
	T(stage_2_translates_a_whole_stream, setup),
	T(stage_2_begins_with_tables_side_by_side, setup),
	T(both_stages_translate_one_after_the_other, setup),
	T(a_guests_tables_fault_in_stage_2, setup),
	T(a_nested_translation_outlives_a_stage_2_invalidation, setup),
	T(what_is_not_mapped_is_never_cached, setup),
	T(a_translation_stays_until_it_is_invalidated, setup),
	T(a_refusal_of_the_tlb_stays_as_well, setup),
	T(entries_belong_to_an_asid, setup),
	T(global_entries_serve_every_asid, setup),
	T(each_tlbi_takes_what_it_names, setup),
	T(a_range_takes_its_pages, setup),
	T(a_range_takes_its_pages, setup_noril),
	T(a_wrong_hint_leaves_the_entry, setup),
	T(slip_an_unlinked_table_with_a_leaf_invalidation, setup),
	T(an_unlinked_table_goes_back_after_its_tlbi, setup),
	T(pages_become_a_block_under_way, setup),
	T(pages_become_a_block_under_way, setup_bbml0),
	T(a_cd_stays_until_it_is_invalidated, setup),
	T(the_cds_of_a_stream_go_with_its_ste, setup),
	T(a_replacement_under_way_needs_no_gap, setup),
	T(an_ste_stays_until_it_is_invalidated, setup),
	T(an_invalid_cd_is_cached, setup),
	T(an_invalid_level_1_descriptor_is_cached, setup),
	T(slip_an_attach_without_cfgi, setup),
	T(slip_an_attach_without_cfgi_over_a_cached_invalid_cd, setup),
	T(slip_a_level_1_descriptor_without_cfgi, setup),
	T(slip_an_ste_without_cfgi, setup),
	T(slip_a_detach_without_cfgi, setup),
	T(slip_fields_go_with_v, setup),
	T(slip_fields_go_before_the_cfgi, setup),
	T(slip_fields_go_before_the_sync, setup),
	T(slip_a_cd_changes_in_two_words, setup),
	T(unused_words_are_nobodys_business, setup),
	T(slip_an_ste_changes_in_two_words, setup),
	T(slip_an_asid_is_used_again_before_its_tlbi, setup),
	T(slip_a_tlbi_before_the_cfgis_sync, setup),
	T(slip_a_replacement_without_tlbi, setup),
	T(slip_a_vmid_is_used_again_before_its_tlbi, setup),
	T(an_unmapped_page_goes_back_after_its_tlbi, setup),
	T(slip_a_page_goes_back_before_the_sync, setup),
	T(slip_an_audit_finds_what_no_tlbi_took, setup),
	T(slip_a_root_goes_back_before_the_tlbi, setup),
	T(slip_a_cached_cd_leads_to_memory_that_goes_back, setup),
	T(slip_a_table_of_cds_goes_back_while_it_is_linked, setup),
	T(slip_a_table_of_cds_goes_back_while_it_is_owed, setup),
	T(slip_a_page_goes_back_while_an_atc_has_it, setup),
	T(slip_dma_through_a_table_that_leads_nowhere, setup),
	T(slip_a_store_is_not_published, setup_nosnoop),
	T(slip_a_table_is_never_published, setup_nosnoop),
	T(an_atc_is_told_after_the_tlb, setup),
	T(an_ste_says_who_may_translate_by_itself, setup),
	T(translation_requests_fault_in_silence, setup),
	T(a_stream_that_bypasses_stage_1_is_answered_one_to_one, setup),
	T(a_global_atc_inv_reaches_every_pasid, setup),
	T(slip_an_atc_keeps_what_an_unmap_took, setup),
	T(slip_an_atc_inv_before_the_tlbis_sync, setup),
	T(slip_an_atc_inv_before_the_tlbis_sync, setup_queue),
	T(slip_an_atc_inv_without_a_tlbi, setup),
	T(slip_an_atc_inv_before_the_cfgis_sync, setup),
	T(slip_a_pasid_is_set_again_before_the_atc_inv, setup),
	T(others_commands_are_nobodys_slip, setup_concurrent),
	T(slip_enables_in_the_wrong_order, setup),
	T(slip_ats_goes_off_while_an_atc_inv_is_in_flight, setup),
	T(slip_ats_goes_off_while_an_atc_inv_is_in_the_queue, setup),
	T(a_stream_id_is_connected_once, setup),
	T(a_full_queue_says_so_once, setup),
	T(the_event_interrupt_is_an_edge, setup),
	T(an_error_interrupts_with_the_next_request, setup),
	T(interrupts_can_be_writes, setup),
	T(an_event_queue_that_is_no_memory_is_an_error, setup),
	T(slip_software_reads_events_that_are_not_there, setup),
	T(a_fault_that_stalls_waits_for_its_resume, setup_stall),
	T(stall_models_and_cds_must_agree, setup_stall),
	T(stall_models_and_cds_must_agree, setup_force),
	T(a_stream_is_bypassed_or_aborted, setup),
	T(a_unit_with_little_memory_forgets, setup_tiny),
	T(threads_share_the_unit, setup_concurrent),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smmuv3-model", tests, NULL, NULL);
}
