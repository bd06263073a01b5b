// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine-smoke.c - does the emulated engine do what engine-regs.h says?
 *
 * A guest module that drives QEMU's pasid-engine through the kernel's own IOMMU API, so that
 * neither our drivers nor our models have a say. Reading /proc/engine-smoke runs every test and
 * gives TAP lines; a test that the device's properties rule out says SKIP.
 *
 * Vocabulary: a "lane" is a channel with its rings. Hard rule: no test depends on the one before.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "engine-regs.h"

#define IOVA		0x100000000ul
#define PASID_A		3
#define PASID_B		5
#define PASID_NONE	7	/* within the width, attached to nothing */
#define PAGES		8
#define VECTORS_MAX	64
#define WAIT_MS		20000
#define ORDER_MAX	10
#define DESC_BYTES	(PL_ENG_DESC_SIZE << ORDER_MAX)
#define COMP_BYTES	(PL_ENG_COMP_SIZE << ORDER_MAX)

struct lane {
	unsigned int nr;
	unsigned int order;
	u32 tail;
	struct pl_eng_desc *desc;
	struct pl_eng_comp *comp;
	dma_addr_t desc_at;
	dma_addr_t comp_at;
};

/* What the fault handler does with a group; pages beyond ours are refused. */
enum policy { POLICY_MAP, POLICY_HOLD_ONE, POLICY_FAIL_ONE };

static struct smoke {
	struct pci_dev *pdev;
	void __iomem *bar;
	struct seq_file *out;
	unsigned int count, failed;
	unsigned int channels, vectors, page_vector;
	bool ats, pri;
	atomic_t fired[VECTORS_MAX];
	struct lane lane[PL_ENG_CHANNELS_MAX];
	struct iommu_domain *domain[2];
	struct iommu_attach_handle handle[2];
	struct page *page[2];
	enum policy policy;
	atomic_t groups, group_pages;
	struct iopf_group *held;
	struct completion holding;
} s;

static unsigned long transfers = 1000000;
module_param(transfers, ulong, 0444);
MODULE_PARM_DESC(transfers, "small transfers of the endurance test");

static u64 stat(unsigned int reg)
{
	return readq(s.bar + reg);
}

static u32 ch_read(struct lane *l, unsigned int reg)
{
	return readl(s.bar + PL_ENG_CH(l->nr) + reg);
}

static void ch_write(struct lane *l, unsigned int reg, u32 v)
{
	writel(v, s.bar + PL_ENG_CH(l->nr) + reg);
}

static u64 fnv1a(const u8 *p, size_t n)
{
	u64 h = 0xcbf29ce484222325ull;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3ull;
	return h;
}

/* Lanes. */

static void lane_stop(struct lane *l)
{
	ch_write(l, PL_ENG_CH_CTRL, 0);
}

static void lane_start_at(struct lane *l, unsigned int order, u32 pasid, u64 desc, u64 comp)
{
	lane_stop(l);
	memset(l->comp, 0, COMP_BYTES);
	l->order = order;
	l->tail = 0;
	writeq(desc, s.bar + PL_ENG_CH(l->nr) + PL_ENG_CH_RING_BASE);
	writeq(comp, s.bar + PL_ENG_CH(l->nr) + PL_ENG_CH_COMP_BASE);
	ch_write(l, PL_ENG_CH_RING_ORDER, order);
	ch_write(l, PL_ENG_CH_RING_PASID, pasid);
	ch_write(l, PL_ENG_CH_CTRL, PL_ENG_CH_CTRL_ENABLE);
}

static void lane_start(struct lane *l, unsigned int order)
{
	lane_start_at(l, order, 0, l->desc_at, l->comp_at);
}

static struct pl_eng_desc *push(struct lane *l, u8 op, u32 flags, u32 pasid)
{
	struct pl_eng_desc *d = &l->desc[l->tail++ & ((1u << l->order) - 1)];

	memset(d, 0, sizeof(*d));
	d->op = op;
	d->tag = cpu_to_le16(l->tail);
	d->flags = cpu_to_le32(flags);
	d->pasid = cpu_to_le32(pasid);
	return d;
}

static struct pl_eng_desc *push_sized(struct lane *l, u8 op, u32 flags, u32 pasid, u64 at,
				      u32 len)
{
	struct pl_eng_desc *d = push(l, op, flags, pasid);

	if (op == PL_ENG_OP_FILL)
		d->dst = cpu_to_le64(at);
	else
		d->src = cpu_to_le64(at);
	d->len = cpu_to_le32(len);
	return d;
}

static void ring(struct lane *l)
{
	wmb();	/* descriptors before the doorbell */
	ch_write(l, PL_ENG_CH_TAIL, l->tail);
}

/* The record of descriptor @counter, NULL when it does not come. */
static struct pl_eng_comp *wait_for(struct lane *l, u32 counter)
{
	struct pl_eng_comp *c = &l->comp[counter & ((1u << l->order) - 1)];
	unsigned long end = jiffies + msecs_to_jiffies(WAIT_MS);

	while (le32_to_cpu(READ_ONCE(c->seq)) != counter + 1) {
		if (time_after(jiffies, end))
			return NULL;
		usleep_range(20, 50);
	}
	rmb();	/* the counter before the record */
	return c;
}

static struct pl_eng_comp *finish(struct lane *l)
{
	ring(l);
	return wait_for(l, l->tail - 1);
}

/* One transfer by itself: its status, 255 when it never ended. */
static u8 one(u8 op, u32 flags, u32 pasid, u64 at, u32 len, struct pl_eng_comp *comp)
{
	struct pl_eng_desc *d = push_sized(&s.lane[0], op, flags, pasid, at, len);
	struct pl_eng_comp *c;

	d->pattern = cpu_to_le64(0x0807060504030201);
	c = finish(&s.lane[0]);
	if (!c)
		return 255;
	if (comp)
		*comp = *c;
	return c->status;
}

/* TAP. */

static void check(bool ok, const char *name)
{
	seq_printf(s.out, "%s %u - %s\n", ok ? "ok" : "not ok", ++s.count, name);
	s.failed += !ok;
}

static void skip(const char *name, const char *why)
{
	seq_printf(s.out, "ok %u - %s # SKIP %s\n", ++s.count, name, why);
}

#define P	PL_ENG_F_PASID
#define PA	(PL_ENG_F_PASID | PL_ENG_F_ATS)
#define PAR	(PL_ENG_F_PASID | PL_ENG_F_ATS | PL_ENG_F_PRI)

/* Domains: PASID_A and PASID_B see different pages at one address. */

static int map_page(unsigned int which, unsigned int index)
{
	return iommu_map(s.domain[which], IOVA + index * PAGE_SIZE,
			 page_to_phys(s.page[which] + index), PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
			 GFP_KERNEL);
}

static void unmap_all(void)
{
	unsigned int which, i;

	for (which = 0; which < 2; which++)
		for (i = 0; i < PAGES; i++)
			if (iommu_iova_to_phys(s.domain[which], IOVA + i * PAGE_SIZE))
				iommu_unmap(s.domain[which], IOVA + i * PAGE_SIZE, PAGE_SIZE);
}

static u8 *bytes(unsigned int which, unsigned int index)
{
	return page_address(s.page[which] + index);
}

/* Page 0 of both mapped, nothing else; the engine idle; caches empty. */
static void fresh(void)
{
	unsigned int which;

	unmap_all();
	for (which = 0; which < 2; which++) {
		memset(bytes(which, 0), 0x40 + which, PAGES * PAGE_SIZE);
		map_page(which, 0);
	}
	s.policy = POLICY_MAP;
	writel(PL_ENG_CTRL_RESET, s.bar + PL_ENG_CTRL);
	writel(0, s.bar + PL_ENG_DELAY_US);
	atomic_set(&s.groups, 0);
	atomic_set(&s.group_pages, 0);
	lane_start(&s.lane[0], 5);
}

static bool map_group(struct iopf_group *group)
{
	struct iopf_fault *f;
	bool ok = true;

	list_for_each_entry(f, &group->faults, list) {
		unsigned long index = (f->fault.prm.addr - IOVA) >> PAGE_SHIFT;

		atomic_inc(&s.group_pages);
		if (index >= PAGES)
			ok = false;
		else if (!iommu_iova_to_phys(s.domain[0], f->fault.prm.addr))
			ok &= !map_page(0, index);
	}
	return ok;
}

static void answer(struct iopf_group *group, enum iommu_page_response_code code)
{
	iopf_group_response(group, code);
	iopf_free_group(group);
}

static int on_group(struct iopf_group *group)
{
	atomic_inc(&s.groups);
	if (s.policy == POLICY_HOLD_ONE) {
		s.policy = POLICY_MAP;
		s.held = group;
		complete(&s.holding);
		return 0;
	}
	if (s.policy == POLICY_FAIL_ONE) {
		s.policy = POLICY_MAP;
		answer(group, IOMMU_PAGE_RESP_FAILURE);
		return 0;
	}
	answer(group, map_group(group) ? IOMMU_PAGE_RESP_SUCCESS : IOMMU_PAGE_RESP_INVALID);
	return 0;
}

static void answer_held(void)
{
	struct iopf_group *group = s.held;

	s.held = NULL;
	if (group)
		answer(group, IOMMU_PAGE_RESP_SUCCESS);
}

/* Tests. */

static void test_identity(void)
{
	u32 head = 0, caps = readl(s.bar + PL_ENG_CAPS);

	check(readl(s.bar + PL_ENG_ID) == PL_ENG_ID_MAGIC &&
	      readl(s.bar + PL_ENG_VERSION) >> 16 == PL_ENG_VERSION_MAJOR, "identity");
	pci_read_config_dword(s.pdev, 0x100, &head);
	check(PCI_EXT_CAP_ID(head) == PCI_EXT_CAP_ID_ATS ||
	      PCI_EXT_CAP_ID(head) == PCI_EXT_CAP_ID_PASID, "first-extended-capability");
	check(pci_max_pasids(s.pdev) == 1 << PL_ENG_CAPS_PASID_BITS(caps) &&
	      !!s.pdev->ats_cap == s.ats && !!s.pdev->pri_cap == s.pri, "capabilities-agree");
}

static void test_rid(void)
{
	struct lane *l = &s.lane[0];
	dma_addr_t at;
	u8 *buf = dma_alloc_coherent(&s.pdev->dev, 3 * PAGE_SIZE, &at, GFP_KERNEL);
	struct pl_eng_desc *d;
	struct pl_eng_comp c;
	unsigned int i;
	bool ok = true;

	fresh();
	check(!one(PL_ENG_OP_FILL, 0, 0, at + 5, 2 * PAGE_SIZE, &c) && buf[4] == 0 &&
	      buf[5] == 1 && buf[12] == 8 && buf[13] == 1 && le32_to_cpu(c.done) == 2 * PAGE_SIZE,
	      "rid-fill");
	memset(buf, 0, PAGE_SIZE);
	for (i = 0; i < PAGE_SIZE; i++)
		buf[i] = i * 7;
	d = push_sized(l, PL_ENG_OP_COPY, 0, 0, at + 1, 1000);
	d->dst = cpu_to_le64(at + 2 * PAGE_SIZE - 500);
	finish(l);
	ok = !memcmp(buf + 1, buf + 2 * PAGE_SIZE - 500, 1000);
	check(ok, "rid-copy-across-pages");
	check(!one(PL_ENG_OP_READ, 0, 0, at + 3, 5000, &c) &&
	      le64_to_cpu(c.hash) == fnv1a(buf + 3, 5000), "rid-read-hash");
	dma_free_coherent(&s.pdev->dev, 3 * PAGE_SIZE, buf, at);
}

static void test_pasid(void)
{
	struct pl_eng_comp a, b;

	fresh();
	check(!one(PL_ENG_OP_READ, P, PASID_A, IOVA, PAGE_SIZE, &a) &&
	      !one(PL_ENG_OP_READ, P, PASID_B, IOVA, PAGE_SIZE, &b) &&
	      le64_to_cpu(a.hash) == fnv1a(bytes(0, 0), PAGE_SIZE) &&
	      le64_to_cpu(b.hash) == fnv1a(bytes(1, 0), PAGE_SIZE) && a.hash != b.hash,
	      "two-pasids-one-address");
	check(!one(PL_ENG_OP_FILL, P, PASID_A, IOVA, 16, NULL) && bytes(0, 0)[15] == 8 &&
	      bytes(1, 0)[15] == 0x41, "pasid-write-reaches-its-page");
	check(one(PL_ENG_OP_READ, P, PASID_NONE, IOVA, 64, &a) == PL_ENG_ST_REFUSED &&
	      !a.done && le64_to_cpu(a.fault) == IOVA, "wrong-pasid-refused");
	check(one(PL_ENG_OP_FILL, P, PASID_A, IOVA, PAGE_SIZE + 64, &a) == PL_ENG_ST_REFUSED &&
	      le32_to_cpu(a.done) == PAGE_SIZE &&
	      le64_to_cpu(a.fault) == (IOVA + PAGE_SIZE) + PL_ENG_FAULT_WRITE,
	      "refused-midway");
#ifdef CONFIG_X86
	check(one(PL_ENG_OP_READ, P, PASID_A, 0xfee00ff8, 16, NULL) == PL_ENG_ST_RESERVED_RANGE &&
	      one(PL_ENG_OP_FILL, P, PASID_A, 0xfeeffff8, 8, NULL) == PL_ENG_ST_RESERVED_RANGE &&
	      one(PL_ENG_OP_READ, P, PASID_A, 0xfedffff8, 8, NULL) == PL_ENG_ST_REFUSED,
	      "interrupt-range-refused");
#else
	skip("interrupt-range-refused", "only x86 has addresses that are interrupts");
#endif
	check(one(PL_ENG_OP_READ, P, 0xfffff, IOVA, 8, NULL) ==
	      (pci_max_pasids(s.pdev) > 0xfffff ? PL_ENG_ST_REFUSED : PL_ENG_ST_DISABLED),
	      "widest-pasid");
}

static void test_ats(void)
{
	u64 asked, hits, dropped;
	struct pl_eng_comp c;

	fresh();
	if (!s.ats) {
		check(one(PL_ENG_OP_READ, PA, PASID_A, IOVA, 8, NULL) == PL_ENG_ST_DISABLED,
		      "ats-off-says-so");
		return;
	}
	asked = stat(PL_ENG_STAT_ATS_REQUESTS);
	hits = stat(PL_ENG_STAT_ATC_HITS);
	check(!one(PL_ENG_OP_READ, PA, PASID_A, IOVA, PAGE_SIZE, &c) &&
	      le64_to_cpu(c.hash) == fnv1a(bytes(0, 0), PAGE_SIZE) &&
	      stat(PL_ENG_STAT_ATS_REQUESTS) == asked + 1 &&
	      stat(PL_ENG_STAT_ATC_HITS) == hits, "ats-miss-asks");
	check(!one(PL_ENG_OP_READ, PA, PASID_A, IOVA, PAGE_SIZE, NULL) &&
	      stat(PL_ENG_STAT_ATS_REQUESTS) == asked + 1 &&
	      stat(PL_ENG_STAT_ATC_HITS) == hits + 1, "ats-hit-does-not");
	check(!one(PL_ENG_OP_READ, PA, PASID_B, IOVA, PAGE_SIZE, &c) &&
	      le64_to_cpu(c.hash) == fnv1a(bytes(1, 0), PAGE_SIZE), "atc-knows-pasids");
	dropped = stat(PL_ENG_STAT_INVALIDATED);
	iommu_unmap(s.domain[0], IOVA, PAGE_SIZE);
	check(stat(PL_ENG_STAT_INVALIDATED) == dropped + 1, "unmap-invalidates-atc");
	check(one(PL_ENG_OP_READ, PA, PASID_A, IOVA, 8, &c) == PL_ENG_ST_NO_TRANSLATION &&
	      !one(PL_ENG_OP_READ, PA, PASID_B, IOVA, 8, NULL), "no-stale-translation");
	push(&s.lane[0], PL_ENG_OP_ATC_FLUSH, P, PASID_B);
	check(le64_to_cpu(finish(&s.lane[0])->hash) == 1, "atc-flush-of-a-pasid");
	check(one(PL_ENG_OP_READ, PA, PASID_NONE, IOVA, 8, NULL) == PL_ENG_ST_NO_TRANSLATION,
	      "ats-wrong-pasid");
}

static void test_atc_size(void)
{
	u32 i, n, entries = readl(s.bar + PL_ENG_ATC_ENTRIES);
	unsigned long at = IOVA + (1ul << 30);
	u64 evicted;
	bool ok = true;

	if (!s.ats || entries > 4096)
		return skip("atc-evicts-oldest", "no ATC, or a large one");
	fresh();
	for (i = 0; i <= entries; i++)
		ok &= !iommu_map(s.domain[0], at + i * PAGE_SIZE, page_to_phys(s.page[0]),
				 PAGE_SIZE, IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
	evicted = stat(PL_ENG_STAT_ATC_EVICTIONS);
	for (i = 0; i < entries; i += n) {
		n = min(entries - i, (u32)(PL_ENG_LEN_LIMIT / PAGE_SIZE));
		ok &= !one(PL_ENG_OP_PREFETCH, PA, PASID_A, at + i * PAGE_SIZE, n * PAGE_SIZE,
			   NULL);
	}
	ok &= stat(PL_ENG_STAT_ATC_EVICTIONS) == evicted;
	ok &= !one(PL_ENG_OP_PREFETCH, PA, PASID_A, at + entries * PAGE_SIZE, 1, NULL);
	ok &= stat(PL_ENG_STAT_ATC_EVICTIONS) == evicted + 1;
	check(ok, "atc-evicts-oldest");
	iommu_unmap(s.domain[0], at, (entries + 1) * PAGE_SIZE);
}

static void test_pri(void)
{
	u64 asked, answered;
	struct pl_eng_comp c = {};
	struct pl_eng_desc *d;

	if (!s.pri)
		return skip("pri", "pri=off");
	fresh();
	asked = stat(PL_ENG_STAT_PAGE_REQUESTS);
	answered = stat(PL_ENG_STAT_PRG_RESPONSES);
	d = push_sized(&s.lane[0], PL_ENG_OP_FILL, PAR, PASID_A, IOVA + PAGE_SIZE, 4 * PAGE_SIZE);
	d->pages = cpu_to_le32(4);
	d->pattern = cpu_to_le64(~0ull);
	c = *finish(&s.lane[0]);
	check(!c.status && le32_to_cpu(c.done) == 4 * PAGE_SIZE &&
	      bytes(0, 4)[PAGE_SIZE - 1] == 0xff,
	      "missing-pages-served");
	check(atomic_read(&s.groups) == 1 && atomic_read(&s.group_pages) == 4 &&
	      stat(PL_ENG_STAT_PAGE_REQUESTS) == asked + 4 &&
	      stat(PL_ENG_STAT_PRG_RESPONSES) == answered + 1, "four-pages-one-group");
	check(one(PL_ENG_OP_READ, PAR, PASID_A, 0x7000, 8, &c) == PL_ENG_ST_PAGE_RESPONSE &&
	      c.response == PL_ENG_RESP_INVALID && le64_to_cpu(c.fault) == 0x7000,
	      "invalid-response-ends-it");
	check(!readl(s.bar + PL_ENG_PRI_INFLIGHT), "credit-comes-back");
}

/* Raw groups: left open and closed later, and many at once. */
static void test_raw_groups(void)
{
	struct lane *l = &s.lane[0];
	struct pl_eng_desc *d;
	struct pl_eng_comp *c, first;
	unsigned int i;
	bool ok = true;

	if (!s.pri)
		return skip("raw-groups", "pri=off");
	fresh();
	for (i = 0; i < 2; i++) {
		d = push(l, PL_ENG_OP_PAGE_REQUEST, P | (i ? PL_ENG_F_LAST : 0), PASID_A);
		d->src = cpu_to_le64(IOVA + (1 + i) * PAGE_SIZE);
		d->pages = cpu_to_le32(1);
		c = finish(l);
		if (!i)
			first = *c;
	}
	check(!first.status && !c->status && first.hash == c->hash &&
	      atomic_read(&s.groups) == 1 && atomic_read(&s.group_pages) == 2, "open-group-closed");
	fresh();
	for (i = 0; i < 20; i++) {
		d = push(l, PL_ENG_OP_PAGE_REQUEST, P | PL_ENG_F_LAST | PL_ENG_F_UNORDERED,
			 PASID_A);
		d->src = cpu_to_le64(IOVA + i % 4 * PAGE_SIZE);
		d->pages = cpu_to_le32(1 + i % 2);
	}
	push(l, PL_ENG_OP_FENCE, 0, 0);
	s.policy = POLICY_HOLD_ONE;
	reinit_completion(&s.holding);
	ring(l);
	wait_for_completion_timeout(&s.holding, HZ * 5);
	ok = readl(s.bar + PL_ENG_PRI_INFLIGHT) > 0 && le32_to_cpu(l->comp[20].seq) != 21;
	answer_held();
	c = wait_for(l, 20);
	for (i = 0; i < 20; i++)
		ok &= le32_to_cpu(l->comp[i].seq) == i + 1 && !l->comp[i].status;
	check(ok && c, "groups-outstanding-and-fence");
	check(atomic_read(&s.groups) == 20, "every-group-answered");
}

/* Response Failure stops page requests until PRI is enabled anew (PCIe 10.4.2.1). */
static void test_pri_stops(void)
{
	unsigned int cap = s.pdev->pri_cap;
	struct pl_eng_comp c = {};
	u16 ctrl, status;

	if (!s.pri)
		return skip("response-failure", "pri=off");
	fresh();
	atomic_set(&s.fired[s.page_vector], 0);
	s.policy = POLICY_FAIL_ONE;
	check(one(PL_ENG_OP_READ, PAR, PASID_A, IOVA + PAGE_SIZE, 8, &c) ==
	      PL_ENG_ST_PAGE_RESPONSE && c.response == PL_ENG_RESP_FAILURE, "response-failure");
	msleep(20);
	pci_read_config_word(s.pdev, cap + PCI_PRI_STATUS, &status);
	check((status & PCI_PRI_STATUS_RF) && (status & PCI_PRI_STATUS_STOPPED) &&
	      atomic_read(&s.fired[s.page_vector]) == 1 &&
	      (readl(s.bar + PL_ENG_PAGE_EVENT) & PL_ENG_PAGE_EVENT_STOPPED) &&
	      readl(s.bar + PL_ENG_PAGE_EVENT_PASID) == PASID_A, "response-failure-is-told");
	check(one(PL_ENG_OP_READ, PAR, PASID_A, IOVA + PAGE_SIZE, 8, NULL) ==
	      PL_ENG_ST_PAGE_UNSENT, "stopped-sends-nothing");
	pci_read_config_word(s.pdev, cap + PCI_PRI_CTRL, &ctrl);
	pci_write_config_word(s.pdev, cap + PCI_PRI_CTRL, 0);
	pci_write_config_word(s.pdev, cap + PCI_PRI_STATUS, PCI_PRI_STATUS_RF);
	pci_write_config_word(s.pdev, cap + PCI_PRI_CTRL, ctrl);
	pci_read_config_word(s.pdev, cap + PCI_PRI_STATUS, &status);
	check(!(status & (PCI_PRI_STATUS_RF | PCI_PRI_STATUS_STOPPED)) &&
	      !one(PL_ENG_OP_READ, PAR, PASID_A, IOVA + PAGE_SIZE, 8, NULL), "enabled-anew");
}

static void test_interrupts(void)
{
	unsigned int n, v;
	bool ok = true;

	fresh();
	for (n = 0; n < s.channels; n++) {
		struct lane *l = &s.lane[n];

		lane_start(l, 4);
		for (v = 0; v < s.vectors; v++)
			atomic_set(&s.fired[v], 0);
		push(l, PL_ENG_OP_NOP, PL_ENG_F_INTR, 0);
		ok &= !!finish(l);
		msleep(20);
		for (v = 0; v < s.vectors; v++)
			ok &= atomic_read(&s.fired[v]) == (v == n);
	}
	check(ok, "a-vector-per-channel");
	writel(1, s.bar + PL_ENG_INTR_MASK);
	atomic_set(&s.fired[0], 0);
	push(&s.lane[0], PL_ENG_OP_NOP, PL_ENG_F_INTR, 0);
	finish(&s.lane[0]);
	msleep(20);
	check(!atomic_read(&s.fired[0]) && (readl(s.bar + PL_ENG_INTR) & 1), "masked-but-seen");
	writel(0, s.bar + PL_ENG_INTR_MASK);
}

static void test_ring(void)
{
	struct lane *l = &s.lane[0];
	struct pl_eng_comp *c = NULL;
	unsigned int i;
	bool ok = true;

	fresh();
	lane_start(l, 2);
	for (i = 0; i < 1000; i++) {
		push(l, PL_ENG_OP_NOP, 0, 0);
		if (i % 3 != 2)
			continue;
		c = finish(l);
		ok &= c && le16_to_cpu(c->tag) == i + 1;
	}
	check(ok && ch_read(l, PL_ENG_CH_HEAD) == 999, "ring-wraps");
	lane_start(l, 2);
	l->tail = 5;
	ring(l);
	check(ch_read(l, PL_ENG_CH_STATUS) == (PL_ENG_CH_ERROR | PL_ENG_CH_ERR_TAIL << 8),
	      "tail-beyond-ring");
	lane_start_at(l, 2, 0, 0x1000, l->comp_at);
	l->tail = 1;
	ring(l);
	msleep(50);
	check(ch_read(l, PL_ENG_CH_STATUS) == (PL_ENG_CH_ERROR | PL_ENG_CH_ERR_FETCH << 8),
	      "ring-unreachable");
	lane_start_at(l, 2, 0, l->desc_at + 8, l->comp_at);
	check(ch_read(l, PL_ENG_CH_STATUS) == (PL_ENG_CH_ERROR | PL_ENG_CH_ERR_RING << 8),
	      "ring-misaligned");
}

static void test_ring_pasid(void)
{
	struct lane *l = &s.lane[0];
	struct pl_eng_desc *d = (void *)bytes(0, 0);
	struct pl_eng_comp *c = (void *)bytes(0, 0) + 2048;

	fresh();
	memset(d, 0, PAGE_SIZE);
	d->op = PL_ENG_OP_NOP;
	lane_start_at(l, 2, PL_ENG_CH_RING_PASID_VALID | PASID_A, IOVA, IOVA + 2048);
	ch_write(l, PL_ENG_CH_TAIL, 1);
	msleep(50);
	check(le32_to_cpu(READ_ONCE(c->seq)) == 1 && !c->status, "ring-in-a-pasid");
}

static void test_malformed(void)
{
	struct lane *l = &s.lane[0];
	bool ok;

	fresh();
	ok = one(PL_ENG_OP_READ, P, PASID_A, IOVA, 0, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_NR, 0, 0, 0, 0, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_NOP, PL_ENG_F_ALL + 1, 0, 0, 0, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_READ, P, PL_ENG_PASID_MASK + 1, IOVA, 8, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_READ, P | PL_ENG_F_PRI, PASID_A, IOVA, 8, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_READ, 0, 0, ~0ull - 3, 8, NULL) == PL_ENG_ST_BAD_DESC;
	ok &= one(PL_ENG_OP_READ, 0, 0, 0, PL_ENG_LEN_LIMIT + 1, NULL) == PL_ENG_ST_BAD_DESC;
	push(l, PL_ENG_OP_NOP, 0, 0)->reserved1[1] = 1;
	ok &= finish(l)->status == PL_ENG_ST_BAD_DESC;
	check(ok, "malformed-refused");
}

static void test_disable(void)
{
	struct lane *l = &s.lane[0];
	unsigned int i;

	fresh();
	for (i = 0; i < 3; i++)
		push(l, PL_ENG_OP_NOP, 0, 0)->delay_us = cpu_to_le32(i ? 500000 : 0);
	ring(l);
	wait_for(l, 0);
	lane_stop(l);
	check(l->comp[1].status == PL_ENG_ST_ABORTED && l->comp[1].seq && !l->comp[2].seq &&
	      ch_read(l, PL_ENG_CH_STATUS) == PL_ENG_CH_DISABLED, "disable-aborts");
}

/* FLR while one descriptor is paused, others wait, and a page request is out. */
static void test_flr(void)
{
	struct lane *l = &s.lane[0];
	u64 aborted, late;
	unsigned int i;
	int err;

	fresh();
	late = stat(PL_ENG_STAT_PRG_LATE);
	aborted = stat(PL_ENG_STAT_ABORTED);
	s.policy = POLICY_HOLD_ONE;
	reinit_completion(&s.holding);
	if (s.pri)
		push_sized(l, PL_ENG_OP_READ, PAR | PL_ENG_F_UNORDERED, PASID_A, IOVA + PAGE_SIZE,
			   8);
	for (i = 0; i < 30; i++)
		push(l, PL_ENG_OP_NOP, 0, 0)->delay_us = cpu_to_le32(200000);
	ring(l);
	if (s.pri)
		wait_for_completion_timeout(&s.holding, HZ * 5);
	else
		msleep(20);
	err = pci_reset_function(s.pdev);
	check(!err && stat(PL_ENG_STAT_ABORTED) == aborted + (s.pri ? 2 : 1) &&
	      ch_read(l, PL_ENG_CH_STATUS) == PL_ENG_CH_DISABLED, "flr-aborts");
	memset(l->comp, 0, COMP_BYTES);
	atomic_set(&s.fired[s.page_vector], 0);
	answer_held();
	msleep(300);
	check(!memchr_inv(l->comp, 0, COMP_BYTES), "no-dma-after-flr");
	if (s.pri)
		check(stat(PL_ENG_STAT_PRG_LATE) == late + 1 &&
		      atomic_read(&s.fired[s.page_vector]) == 1 &&
		      !readl(s.bar + PL_ENG_PRI_INFLIGHT),
		      "late-response-ignored");
	fresh();
	check(!one(PL_ENG_OP_READ, s.ats ? PA : P, PASID_A, IOVA, 64, NULL), "works-after-flr");
}

static void test_many(void)
{
	struct lane *l = &s.lane[0];
	u64 mmio, done, start = ktime_get_ns();
	unsigned long left = transfers;
	struct pl_eng_comp *c;
	unsigned int n;
	bool ok = true;

	fresh();
	lane_start(l, ORDER_MAX);
	mmio = stat(PL_ENG_STAT_MMIO);
	done = stat(PL_ENG_STAT_TRANSFERS);
	while (left && ok) {
		for (n = 0; n < 1 << ORDER_MAX && left; n++, left--)
			push_sized(l, PL_ENG_OP_READ, P | (s.ats ? PL_ENG_F_ATS : 0), PASID_A,
				   IOVA + n % 64 * 64, 64);
		c = finish(l);
		ok = c && !c->status;
	}
	mmio = stat(PL_ENG_STAT_MMIO) - mmio;
	done = stat(PL_ENG_STAT_TRANSFERS) - done;
	seq_printf(s.out, "# %llu transfers, %llu register accesses, %llu ms\n", done, mmio,
		   (ktime_get_ns() - start) / NSEC_PER_MSEC);
	check(ok && done == transfers && mmio < 64 + transfers / 500, "storm-without-mmio");
}

static int show(struct seq_file *out, void *unused)
{
	s.out = out;
	s.count = 0;
	s.failed = 0;
	test_identity();
	test_rid();
	test_pasid();
	test_ats();
	test_atc_size();
	test_pri();
	test_raw_groups();
	test_pri_stops();
	test_interrupts();
	test_ring();
	test_ring_pasid();
	test_malformed();
	test_disable();
	test_flr();
	test_many();
	seq_printf(out, "1..%u\n", s.count);
	lane_stop(&s.lane[0]);
	return 0;
}

/* Set-up. */

static irqreturn_t on_interrupt(int irq, void *vector)
{
	atomic_inc(vector);
	return IRQ_HANDLED;
}

static int set_up_interrupts(void)
{
	unsigned int i;
	int n, err = 0;

	n = pci_alloc_irq_vectors(s.pdev, s.vectors, s.vectors, PCI_IRQ_MSIX);
	if (n < 0)
		return n;
	for (i = 0; i < s.vectors && !err; i++)
		err = request_irq(pci_irq_vector(s.pdev, i), on_interrupt, 0, "engine-smoke",
				  &s.fired[i]);
	return err;
}

static int set_up_domain(unsigned int which, u32 pasid)
{
	int err;

	s.page[which] = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(PAGES * PAGE_SIZE));
	s.domain[which] = iommu_paging_domain_alloc(&s.pdev->dev);
	if (!s.page[which] || IS_ERR(s.domain[which]))
		return -ENOMEM;
	if (s.pri)
		s.domain[which]->iopf_handler = on_group;
	err = iommu_attach_device_pasid(s.domain[which], &s.pdev->dev, pasid, &s.handle[which]);
	return err ?: map_page(which, 0);
}

static int set_up_lanes(void)
{
	unsigned int i;

	for (i = 0; i < s.channels; i++) {
		struct lane *l = &s.lane[i];

		l->nr = i;
		l->desc = dma_alloc_coherent(&s.pdev->dev, DESC_BYTES, &l->desc_at, GFP_KERNEL);
		l->comp = dma_alloc_coherent(&s.pdev->dev, COMP_BYTES, &l->comp_at, GFP_KERNEL);
		if (!l->desc || !l->comp)
			return -ENOMEM;
	}
	return 0;
}

static void read_properties(void)
{
	u32 caps = readl(s.bar + PL_ENG_CAPS), vectors = readl(s.bar + PL_ENG_VECTORS);

	s.ats = caps & PL_ENG_CAPS_ATS;
	s.pri = caps & PL_ENG_CAPS_PRI;
	s.channels = PL_ENG_CAPS_CHANNELS(caps);
	s.vectors = PL_ENG_VECTORS_NR(vectors);
	s.page_vector = PL_ENG_VECTORS_PAGE(vectors);
}

/* Nothing is undone on failure, and there is no remove: the guest lives for this test alone. */
static int smoke_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

	s.pdev = pdev;
	init_completion(&s.holding);
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	pci_set_master(pdev);
	dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	s.bar = pcim_iomap(pdev, PL_ENG_BAR, 0);
	if (!s.bar)
		return -ENOMEM;
	read_properties();
	err = set_up_interrupts() ?: set_up_lanes();
	if (!err && s.pri)
		err = iommu_dev_enable_feature(&pdev->dev, IOMMU_DEV_FEAT_IOPF);
	err = err ?: set_up_domain(0, PASID_A) ?: set_up_domain(1, PASID_B);
	if (err)
		return dev_err_probe(&pdev->dev, err, "engine-smoke cannot be set up\n");
	return proc_create_single("engine-smoke", 0400, NULL, show) ? 0 : -ENOMEM;
}

static const struct pci_device_id smoke_ids[] = {
	{ PCI_DEVICE(PL_ENG_VENDOR, PL_ENG_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, smoke_ids);

static struct pci_driver smoke_driver = {
	.name = "engine-smoke",
	.id_table = smoke_ids,
	.probe = smoke_probe,
};
builtin_pci_driver(smoke_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("smoke test of QEMU's pasid-engine");
MODULE_IMPORT_NS(IOMMUFD_INTERNAL);
