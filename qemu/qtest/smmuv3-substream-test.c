// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SubstreamIDs and ATS of the emulated SMMUv3, without a guest: tables are
 * written into memory, pasid-engine makes the requests (IHI0070 sections).
 *
 * The engine's rings have SubstreamID RINGS, whose tables map memory to itself,
 * so that a test may do to the stream and to other SubstreamIDs what it likes.
 * With two stages the addresses in all tables of stage 1 are aliases, ALIAS
 * above the memory they mean: what is not put through stage 2 is not found.
 */
#include "qemu/osdep.h"
#include "libqtest.h"
#include "libqos/pci.h"
#include "libqos/generic-pcihost.h"
#include "hw/pci/pci_regs.h"
#include "hw/misc/pasid-engine/engine-regs.h"

#define SMMU        0x9050000ull
#define ECAM        0x4010000000ull
#define RAM         0x40000000ull
#define ALIAS       0x40000000ull       /* IPA of memory, minus its PA */

#define STRTAB      (RAM + 0x100000)
#define CMDQ        (RAM + 0x110000)
#define EVTQ        (RAM + 0x120000)
#define CDTAB       (RAM + 0x130000)    /* linear, or the first level */
#define LEAF        (RAM + 0x140000)    /* 64 KiB each */
#define S2TAB       (RAM + 0x180000)
#define PAGE_TABLE(n) (RAM + 0x190000 + (n) * 0x1000)
#define DESCS       (RAM + 0x1a0000)
#define COMPS       (RAM + 0x1b0000)
#define DATA        (RAM + 0x200000)

#define QUEUE_BITS  8
#define RING_ORDER  8
#define CDMAX       11
#define RINGS       3
#define USER        70                  /* in another page of 64 CDs */
#define NOBODY      200                 /* in a third one, which is not there */
#define VA(n)       ((uint64_t)(n) << 30)   /* a block of its own for each table */

enum { LINEAR, LEAVES_4K, LEAVES_64K };
enum { TERMINATE, BYPASS, SSID0 };

enum {
    BAD_ATS_TREQ = 0x05, STREAM_DISABLED = 0x06, BAD_SUBSTREAMID = 0x08,
    TRANSLATION = 0x10,
};

typedef struct Lab {
    QTestState *qts;
    QPCIDevice *dev;
    QPCIBar bar;
    uint32_t sid;
    unsigned fmt;
    bool nested;
    bool ats;
    uint32_t cmds;
    uint32_t events;
    uint32_t tail;
} Lab;

static void put(Lab *l, uint64_t addr, uint64_t val)
{
    qtest_writeq(l->qts, addr, val);
}

/* What stage 1 calls an address */
static uint64_t ipa(Lab *l, uint64_t pa)
{
    return l->nested ? pa + ALIAS : pa;
}

static void command(Lab *l, uint64_t lo, uint64_t hi)
{
    put(l, CMDQ + (l->cmds % (1 << QUEUE_BITS)) * 16, lo);
    put(l, CMDQ + (l->cmds % (1 << QUEUE_BITS)) * 16 + 8, hi);
    l->cmds++;
    qtest_writel(l->qts, SMMU + 0x98, l->cmds % (2 << QUEUE_BITS));
    g_assert_cmphex(qtest_readl(l->qts, SMMU + 0x60), ==,
                    qtest_readl(l->qts, SMMU + 0x64));
}

static void cfgi_ste(Lab *l)
{
    command(l, 0x03 | (uint64_t)l->sid << 32, 0);
}

static void cfgi_cd(Lab *l, uint32_t ssid)
{
    command(l, 0x05 | ssid << 12 | (uint64_t)l->sid << 32, 1);
}

static void tlbi_all(Lab *l)
{
    command(l, 0x30, 0);
}

/* 5.2 */
static void set_ste(Lab *l, unsigned s1dss)
{
    uint64_t ste = STRTAB + l->sid * 64;

    put(l, ste + 8, s1dss | (l->ats ? 1 << 28 : 0));
    put(l, ste + 16, 1 | 25ull << 32 | 1ull << 38 | 4ull << 48 | 1ull << 51 |
                     1ull << 58);
    put(l, ste + 24, S2TAB);
    put(l, ste, 1 | (l->nested ? 7 : 5) << 1 | l->fmt << 4 | ipa(l, CDTAB) |
                (uint64_t)CDMAX << 59);
    cfgi_ste(l);
}

static uint64_t cd_addr(Lab *l, uint32_t ssid)
{
    unsigned bits = l->fmt == LEAVES_4K ? 6 : 10;

    if (l->fmt == LINEAR) {
        return CDTAB + ssid * 64;
    }
    put(l, CDTAB + (ssid >> bits) * 8,
        ipa(l, LEAF + (ssid >> bits) * 0x10000) | 1);
    return LEAF + (ssid >> bits) * 0x10000 + (ssid & ((1 << bits) - 1)) * 64;
}

/* 5.4: one table of blocks of 1 GiB, of which block @block leads to memory */
static void set_cd(Lab *l, uint32_t ssid, unsigned table, unsigned block)
{
    uint64_t cd = cd_addr(l, ssid);

    put(l, PAGE_TABLE(table) + block * 8, ipa(l, RAM) | 1 << 10 | 3 << 8 |
                                          1 << 6 | 1);
    put(l, cd + 8, ipa(l, PAGE_TABLE(table)));
    put(l, cd, 25 | 1 << 30 | 1u << 31 | 4ull << 32 | 1ull << 41 |
               1ull << 45 | 1ull << 46 | 1ull << 47 | (uint64_t)ssid << 48);
}

/* What became of a read of 8 bytes: PL_ENG_ST_* */
static unsigned dma(Lab *l, uint32_t flags, uint32_t ssid, uint64_t addr)
{
    uint32_t slot = l->tail++ % (1 << RING_ORDER), i;
    uint64_t desc = DESCS + slot * PL_ENG_DESC_SIZE;
    uint64_t comp = COMPS + slot * PL_ENG_COMP_SIZE;

    qtest_memset(l->qts, desc, 0, PL_ENG_DESC_SIZE);
    qtest_writeb(l->qts, desc, PL_ENG_OP_READ);
    qtest_writel(l->qts, desc + 4, flags);
    qtest_writel(l->qts, desc + 8, ssid);
    qtest_writel(l->qts, desc + 12, 8);
    put(l, desc + 16, addr);
    qpci_io_writel(l->dev, l->bar, PL_ENG_CH(0) + PL_ENG_CH_TAIL, l->tail);
    for (i = 0; i < 100 && qtest_readl(l->qts, comp) != l->tail; i++) {
        qtest_clock_step(l->qts, 1000);
    }
    g_assert_cmpuint(qtest_readl(l->qts, comp), ==, l->tail);
    return qtest_readb(l->qts, comp + 4);
}

static unsigned with(Lab *l, uint32_t ssid, uint64_t addr)
{
    return dma(l, PL_ENG_F_PASID, ssid, addr);
}

/* The next record: its type, and whose request it was (7.3) */
static void expect_event(Lab *l, unsigned type, bool ssv, uint32_t ssid)
{
    uint64_t rec = EVTQ + (l->events++ % (1 << QUEUE_BITS)) * 32;
    uint64_t first = qtest_readq(l->qts, rec);

    g_assert_cmphex(qtest_readl(l->qts, SMMU + 0x100a8), ==,
                    l->events % (2 << QUEUE_BITS));
    qtest_writel(l->qts, SMMU + 0x100ac, l->events % (2 << QUEUE_BITS));
    g_assert_cmphex(first & 0xff, ==, type);
    g_assert_cmphex(first >> 11 & 1, ==, ssv);
    g_assert_cmphex(first >> 12 & 0xfffff, ==, ssid);
    g_assert_cmphex(first >> 32, ==, l->sid);
}

static void expect_no_event(Lab *l)
{
    g_assert_cmphex(qtest_readl(l->qts, SMMU + 0x100a8), ==,
                    l->events % (2 << QUEUE_BITS));
}

static void start_smmu(Lab *l)
{
    put(l, S2TAB + 8, RAM | 1 << 10 | 3 << 8 | 3 << 6 | 0xf << 2 | 1);
    put(l, S2TAB + 16, RAM | 1 << 10 | 3 << 8 | 3 << 6 | 0xf << 2 | 1);
    put(l, SMMU + 0x80, STRTAB);
    qtest_writel(l->qts, SMMU + 0x88, 8);
    put(l, SMMU + 0x90, CMDQ | QUEUE_BITS);
    put(l, SMMU + 0xa0, EVTQ | QUEUE_BITS);
    set_cd(l, RINGS, 0, 1);
    set_cd(l, USER, 1, 4);
    set_ste(l, TERMINATE);
    qtest_writel(l->qts, SMMU + 0x20, 1 << 4 | 1 << 3 | 1 << 2 | 1);
}

/* The control register of the capability: both have it at the same place. */
static uint64_t control_of(Lab *l, unsigned id)
{
    uint64_t cfg = ECAM + ((uint64_t)l->dev->devfn << 12), at = 0x100;
    uint32_t head;

    while ((head = qtest_readl(l->qts, cfg + at)) && (head & 0xffff) != id) {
        at = head >> 20;
    }
    g_assert_cmphex(head & 0xffff, ==, id);
    return cfg + at + 6;
}

static void start_engine(Lab *l)
{
    uint64_t ch = PL_ENG_CH(0);

    qtest_writew(l->qts, control_of(l, PCI_EXT_CAP_ID_PASID), 1);
    qtest_writew(l->qts, control_of(l, PCI_EXT_CAP_ID_ATS), 1 << 15);
    qpci_io_writeq(l->dev, l->bar, ch + PL_ENG_CH_RING_BASE, DESCS);
    qpci_io_writeq(l->dev, l->bar, ch + PL_ENG_CH_COMP_BASE, COMPS);
    qpci_io_writel(l->dev, l->bar, ch + PL_ENG_CH_RING_ORDER, RING_ORDER);
    qpci_io_writel(l->dev, l->bar, ch + PL_ENG_CH_RING_PASID,
                   PL_ENG_CH_RING_PASID_VALID | RINGS);
    qpci_io_writel(l->dev, l->bar, ch + PL_ENG_CH_CTRL,
                   PL_ENG_CH_CTRL_ENABLE);
}

static void found(QPCIDevice *dev, int devfn, void *data)
{
    *(QPCIDevice **)data = dev;
}

static void lab_start(Lab *l, QGenericPCIBus *bus)
{
    l->qts = qtest_init("-machine virt,acpi=off,gic-version=3,iommu=smmuv3 "
                        "-smp 1 -m 512 -cpu max -net none "
                        "-global arm-smmuv3.ssidsize=16 "
                        "-global arm-smmuv3.ats=on "
                        "-device pasid-engine,pri=off");
    qpci_init_generic(bus, l->qts, NULL, false);
    qpci_device_foreach(&bus->bus, PL_ENG_VENDOR, PL_ENG_DEVICE, found,
                        &l->dev);
    g_assert(l->dev);
    qpci_device_enable(l->dev);
    l->bar = qpci_iomap(l->dev, PL_ENG_BAR, NULL);
    l->sid = l->dev->devfn;
    start_smmu(l);
    start_engine(l);
}

static void lab_stop(Lab *l)
{
    g_free(l->dev);
    qtest_quit(l->qts);
}

/* Every layout of the table, with one stage and with two (3.3.2, 5.3) */
static void test_tables(const void *which)
{
    unsigned n = GPOINTER_TO_UINT(which);
    Lab l = { .fmt = n % 3, .nested = n / 3 };
    QGenericPCIBus bus;

    lab_start(&l, &bus);
    g_assert_cmpuint(with(&l, RINGS, DATA), ==, PL_ENG_ST_OK);
    g_assert_cmpuint(with(&l, USER, VA(4) + DATA - RAM), ==, PL_ENG_ST_OK);
    expect_no_event(&l);
    /* Not each other's */
    g_assert_cmpuint(with(&l, USER, DATA), ==, PL_ENG_ST_REFUSED);
    expect_event(&l, TRANSLATION, true, USER);
    g_assert_cmpuint(with(&l, RINGS, VA(4) + DATA - RAM), ==,
                     PL_ENG_ST_REFUSED);
    expect_event(&l, TRANSLATION, true, RINGS);
    /* Beyond S1CDMax, and where the first level leads nowhere */
    g_assert_cmpuint(with(&l, 1 << CDMAX, DATA), ==, PL_ENG_ST_REFUSED);
    expect_event(&l, BAD_SUBSTREAMID, false, 1 << CDMAX);
    if (l.fmt == LEAVES_4K) {
        g_assert_cmpuint(with(&l, NOBODY, DATA), ==, PL_ENG_ST_REFUSED);
        expect_event(&l, BAD_SUBSTREAMID, false, NOBODY);
    }
    lab_stop(&l);
}

/* 5.2 S1DSS: what becomes of requests without a SubstreamID, and of 0 */
static void test_s1dss(const void *nested)
{
    Lab l = { .fmt = LEAVES_4K, .nested = GPOINTER_TO_UINT(nested) };
    QGenericPCIBus bus;

    lab_start(&l, &bus);
    g_assert_cmpuint(dma(&l, 0, 0, DATA), ==, PL_ENG_ST_REFUSED);
    expect_event(&l, STREAM_DISABLED, false, 0);
    set_ste(&l, BYPASS);
    g_assert_cmpuint(dma(&l, 0, 0, DATA), ==, PL_ENG_ST_OK);
    set_cd(&l, 0, 2, 5);
    g_assert_cmpuint(with(&l, 0, VA(5) + DATA - RAM), ==, PL_ENG_ST_OK);
    set_ste(&l, SSID0);
    g_assert_cmpuint(dma(&l, 0, 0, VA(5) + DATA - RAM), ==, PL_ENG_ST_OK);
    expect_no_event(&l);
    g_assert_cmpuint(with(&l, 0, VA(5) + DATA - RAM), ==, PL_ENG_ST_REFUSED);
    expect_event(&l, STREAM_DISABLED, false, 0);
    g_assert_cmpuint(with(&l, USER, VA(4) + DATA - RAM), ==, PL_ENG_ST_OK);
    lab_stop(&l);
}

/* 4.3.3: a CD is known until the command that names it */
static void test_cfgi_cd(void)
{
    Lab l = { .fmt = LEAVES_64K };
    QGenericPCIBus bus;

    lab_start(&l, &bus);
    g_assert_cmpuint(with(&l, USER, VA(4) + DATA - RAM), ==, PL_ENG_ST_OK);
    set_cd(&l, USER, 2, 5);
    tlbi_all(&l);
    cfgi_cd(&l, RINGS);
    g_assert_cmpuint(with(&l, USER, VA(4) + DATA - RAM), ==, PL_ENG_ST_OK);
    cfgi_cd(&l, USER);
    tlbi_all(&l);
    g_assert_cmpuint(with(&l, USER, VA(5) + DATA - RAM), ==, PL_ENG_ST_OK);
    expect_no_event(&l);
    g_assert_cmpuint(with(&l, USER, VA(4) + DATA - RAM), ==,
                     PL_ENG_ST_REFUSED);
    expect_event(&l, TRANSLATION, true, USER);
    lab_stop(&l);
}

/* 3.9.1, 4.5.1: translations are the device's until CMD_ATC_INV */
static void test_ats(void)
{
    uint32_t ats = PL_ENG_F_PASID | PL_ENG_F_ATS;
    Lab l = { .fmt = LEAVES_4K, .ats = true };
    uint64_t va = VA(4) + DATA - RAM;
    QGenericPCIBus bus;

    lab_start(&l, &bus);
    g_assert_cmpuint(dma(&l, ats, USER, va), ==, PL_ENG_ST_OK);
    put(&l, PAGE_TABLE(1) + 4 * 8, 0);
    tlbi_all(&l);
    g_assert_cmpuint(dma(&l, ats, USER, va), ==, PL_ENG_ST_OK);
    /* Another SubstreamID's, and requests' without one: not this one's */
    command(&l, 0x40 | 1 << 11 | RINGS << 12 | (uint64_t)l.sid << 32, 52);
    command(&l, 0x40 | (uint64_t)l.sid << 32, 52);
    g_assert_cmpuint(dma(&l, ats, USER, va), ==, PL_ENG_ST_OK);
    command(&l, 0x40 | 1 << 11 | USER << 12 | (uint64_t)l.sid << 32, 52);
    /* No rights, and no event (3.9.1.2) */
    g_assert_cmpuint(dma(&l, ats, USER, va), ==, PL_ENG_ST_NO_TRANSLATION);
    expect_no_event(&l);
    l.ats = false;
    set_ste(&l, TERMINATE);
    g_assert_cmpuint(dma(&l, ats, USER, va), ==, PL_ENG_ST_DISABLED);
    expect_event(&l, BAD_ATS_TREQ, true, USER);
    lab_stop(&l);
}

int main(int argc, char **argv)
{
    static const char *const tables[] = {
        "linear", "4k-leaves", "64k-leaves", "nested-linear",
        "nested-4k-leaves", "nested-64k-leaves",
    };
    uintptr_t i;

    g_test_init(&argc, &argv, NULL);
    for (i = 0; i < ARRAY_SIZE(tables); i++) {
        g_autofree char *path = g_strdup_printf("/smmuv3/substreams/%s",
                                                tables[i]);

        qtest_add_data_func(path, (void *)i, test_tables);
    }
    qtest_add_data_func("/smmuv3/s1dss/one-stage", (void *)0, test_s1dss);
    qtest_add_data_func("/smmuv3/s1dss/nested", (void *)1, test_s1dss);
    qtest_add_func("/smmuv3/cfgi-cd", test_cfgi_cd);
    qtest_add_func("/smmuv3/ats", test_ats);
    return g_test_run();
}
