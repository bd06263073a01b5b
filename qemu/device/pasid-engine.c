// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: a PCIe DMA engine with PASID, ATS and PRI.
 *
 * This file is the PCI function: configuration space, registers, interrupts,
 * reset.  The programming model is in engine-regs.h.
 *
 * The hard rule: the first extended capability is at 0x100 whatever is
 * switched off, for software finds the others from there (PCIe 7.6.1).
 *
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/core/qdev-properties.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "migration/vmstate.h"
#include "engine.h"

#define EXPRESS_CAP     0x80
#define MSIX_BAR        4
#define ATC_MAX         (1u << 20)
#define CREDIT_MAX      4096

static unsigned page_vector(PasidEngine *pe)
{
    return pe->channels;
}

static unsigned nr_vectors(PasidEngine *pe)
{
    return pe->channels + 1 + PE_SPARE_VECTORS;
}

/**
 * pe_raise: an event, of a channel or of page requests
 */
void pe_raise(PasidEngine *pe, uint32_t bit, unsigned vector)
{
    PCIDevice *dev = PCI_DEVICE(pe);

    pe->intr |= bit;
    if (!(pe->intr_mask & bit) && msix_enabled(dev)) {
        msix_notify(dev, vector);
        pe_count(pe, PL_ENG_STAT_MESSAGES, 1);
    }
}

static void send_page_event(void *opaque)
{
    PasidEngine *pe = opaque;

    pe_raise(pe, PL_ENG_INTR_PAGE, page_vector(pe));
}

/**
 * pe_raise_page_event: tell software about a response
 *
 * The response comes from inside the unit's register handler.  A message sent
 * from there would pass through the unit's interrupt region, which QEMU blocks
 * as re-entrant, and would be lost; so it is sent a moment later.
 */
void pe_raise_page_event(PasidEngine *pe, uint32_t event, uint32_t pasid)
{
    pe->page_event = event;
    pe->page_event_pasid = pasid;
    timer_mod_ns(pe->page_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

static uint32_t caps(PasidEngine *pe)
{
    return pe->pasid_bits | (pe->ats ? PL_ENG_CAPS_ATS : 0) |
           (pe->pri ? PL_ENG_CAPS_PRI : 0) | (uint32_t)pe->channels << 16;
}

static uint32_t vectors(PasidEngine *pe)
{
    return nr_vectors(pe) | page_vector(pe) << 8 |
           (page_vector(pe) + 1) << 16 | (uint32_t)PE_SPARE_VECTORS << 24;
}

static uint32_t read_global(PasidEngine *pe, hwaddr reg)
{
    switch (reg) {
    case PL_ENG_ID:
        return PL_ENG_ID_MAGIC;
    case PL_ENG_VERSION:
        return PL_ENG_VERSION_MAJOR << 16 | PL_ENG_VERSION_MINOR;
    case PL_ENG_CAPS:
        return caps(pe);
    case PL_ENG_LIMITS:
        return pe_channel_limits();
    case PL_ENG_PRI_CREDIT:
        return pe->pri ? pe->pri_credit : 0;
    case PL_ENG_ATC_ENTRIES:
        return pe->ats ? pe->atc_entries : 0;
    case PL_ENG_LEN_MAX:
        return PL_ENG_LEN_LIMIT;
    case PL_ENG_VECTORS:
        return vectors(pe);
    case PL_ENG_PRI_INFLIGHT:
        return pe->pri_inflight;
    case PL_ENG_INTR:
        return pe->intr;
    case PL_ENG_INTR_MASK:
        return pe->intr_mask;
    case PL_ENG_TRIES:
        return pe->tries;
    case PL_ENG_DELAY_US:
        return pe->delay_us;
    case PL_ENG_PAGE_EVENT:
        return pe->page_event;
    case PL_ENG_PAGE_EVENT_PASID:
        return pe->page_event_pasid;
    default:
        return 0;
    }
}

static uint32_t read_stat(PasidEngine *pe, hwaddr reg)
{
    uint64_t value = pe->stats[(reg - PL_ENG_STATS) / 8];

    return reg % 8 ? value >> 32 : value;
}

static PeChannel *channel_at(PasidEngine *pe, hwaddr reg)
{
    unsigned nr = (reg - PL_ENG_CH_BASE) / PL_ENG_CH_STRIDE;

    return reg >= PL_ENG_CH_BASE && nr < pe->channels ? &pe->ch[nr] : NULL;
}

static uint64_t mmio_read(void *opaque, hwaddr reg, unsigned size)
{
    PasidEngine *pe = opaque;
    PeChannel *ch = channel_at(pe, reg);

    pe_count(pe, PL_ENG_STAT_MMIO, 1);
    if (ch) {
        return pe_channel_read(ch, (reg - PL_ENG_CH_BASE) % PL_ENG_CH_STRIDE);
    }
    if (reg >= PL_ENG_STATS && reg < PL_ENG_STATS + 8 * PL_ENG_STAT_NR) {
        return read_stat(pe, reg);
    }
    return read_global(pe, reg);
}

static void write_ctrl(PasidEngine *pe, uint32_t value)
{
    if (value & PL_ENG_CTRL_CLEAR_STATS) {
        memset(pe->stats, 0, sizeof(pe->stats));
    }
    if (value & PL_ENG_CTRL_RESET) {
        for (unsigned i = 0; i < pe->channels; i++) {
            pe_channel_reset(&pe->ch[i]);
        }
        pe_groups_reset(pe);
        pe_atc_drop_all(pe);
    }
}

static void write_global(PasidEngine *pe, hwaddr reg, uint32_t value)
{
    switch (reg) {
    case PL_ENG_CTRL:
        write_ctrl(pe, value);
        break;
    case PL_ENG_INTR:
        pe->intr &= ~value;
        break;
    case PL_ENG_INTR_MASK:
        pe->intr_mask = value;
        break;
    case PL_ENG_TRIES:
        pe->tries = value;
        break;
    case PL_ENG_DELAY_US:
        pe->delay_us = value;
        break;
    }
}

static void mmio_write(void *opaque, hwaddr reg, uint64_t value, unsigned size)
{
    PasidEngine *pe = opaque;
    PeChannel *ch = channel_at(pe, reg);

    pe_count(pe, PL_ENG_STAT_MMIO, 1);
    if (ch) {
        pe_channel_write(ch, (reg - PL_ENG_CH_BASE) % PL_ENG_CH_STRIDE, value);
    } else {
        write_global(pe, reg, value);
    }
}

/* An access of 8 bytes arrives here as two of 4. */
static const MemoryRegionOps mmio_ops = {
    .read = mmio_read,
    .write = mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

static void clear_control(PCIDevice *dev, uint16_t cap, unsigned control)
{
    if (cap) {
        pci_set_word(dev->config + cap + control, 0);
    }
}

/* Extended capabilities are not reset by the PCI core. */
static void reset_config(PCIDevice *dev)
{
    uint16_t pri = dev->exp.pri_cap;

    clear_control(dev, dev->exp.ats_cap, PCI_ATS_CTRL);
    clear_control(dev, dev->exp.pasid_cap, PCI_PASID_CTRL);
    clear_control(dev, pri, PCI_PRI_CTRL);
    if (pri) {
        pci_set_word(dev->config + pri + PCI_PRI_STATUS,
                     PCI_PRI_STATUS_STOPPED | PCI_PRI_STATUS_PASID);
        pci_set_long(dev->config + pri + PCI_PRI_ALLOC_REQ, 0);
    }
}

/**
 * pe_reset: reset and FLR
 *
 * The statistics stay: what was aborted and which responses came late is asked
 * for afterwards.  A cold start finds them 0.
 */
void pe_reset(PasidEngine *pe)
{
    if (pe->running) {
        pe->reset_pending = true;
        return;
    }
    pe->reset_pending = false;
    timer_del(pe->page_timer);
    write_ctrl(pe, PL_ENG_CTRL_RESET);
    reset_config(PCI_DEVICE(pe));
    pe->intr = 0;
    pe->intr_mask = 0;
    pe->tries = PL_ENG_TRIES_DEFAULT;
    pe->delay_us = pe->delay_us_default;
    pe->page_event = 0;
    pe->page_event_pasid = 0;
}

static void legacy_reset(DeviceState *dev)
{
    pe_reset(PASID_ENGINE(dev));
}

/* PCIe 10.5.2.2, 10.5.2.3: Enable ends Stopped, Reset ends what is pending. */
static void pri_written(PasidEngine *pe, bool was_enabled)
{
    PCIDevice *dev = PCI_DEVICE(pe);
    uint8_t *ctrl = dev->config + dev->exp.pri_cap + PCI_PRI_CTRL;
    uint8_t *status = dev->config + dev->exp.pri_cap + PCI_PRI_STATUS;
    bool enabled = pcie_pri_enabled(dev);

    if (enabled && !was_enabled) {
        pe->pri_stopped = false;
        pci_word_test_and_clear_mask(status, PCI_PRI_STATUS_STOPPED);
    } else if (!enabled && was_enabled) {
        pci_word_test_and_set_mask(status, PCI_PRI_STATUS_STOPPED);
    }
    if (pci_word_test_and_clear_mask(ctrl, PCI_PRI_CTRL_RESET) && !enabled) {
        pe_groups_fail(pe);
    }
}

static void config_write(PCIDevice *dev, uint32_t addr, uint32_t value,
                         int len)
{
    PasidEngine *pe = PASID_ENGINE(dev);
    bool ats = pcie_ats_enabled(dev);
    bool pasid = pcie_pasid_enabled(dev);
    bool pri = pcie_pri_enabled(dev);

    pci_default_write_config(dev, addr, value, len);
    pcie_cap_flr_write_config(dev, addr, value, len);
    /* PCIe 10.3.1: what was cached is void once ATS has been off. */
    if ((ats && !pcie_ats_enabled(dev)) ||
        (pasid && !pcie_pasid_enabled(dev))) {
        pe_atc_drop_all(pe);
    }
    if (dev->exp.pri_cap) {
        pri_written(pe, pri);
    }
}

static bool properties_fit(PasidEngine *pe, Error **errp)
{
    if (pe->pasid_bits > PCI_EXT_CAP_PASID_MAX_WIDTH) {
        error_setg(errp, "pasid-bits must be 0 to %u",
                   PCI_EXT_CAP_PASID_MAX_WIDTH);
    } else if (!pe->channels || pe->channels > PL_ENG_CHANNELS_MAX) {
        error_setg(errp, "channels must be 1 to %u", PL_ENG_CHANNELS_MAX);
    } else if (!pe->atc_entries || pe->atc_entries > ATC_MAX) {
        error_setg(errp, "atc-entries must be 1 to %u", ATC_MAX);
    } else if (!pe->pri_credit || pe->pri_credit > CREDIT_MAX) {
        error_setg(errp, "pri-credit must be 1 to %u", CREDIT_MAX);
    } else if (pe->pri && !pe->ats) {
        error_setg(errp, "pri=on needs ats=on");
    } else {
        return true;
    }
    return false;
}

static void add_extended_caps(PasidEngine *pe)
{
    PCIDevice *dev = PCI_DEVICE(pe);
    uint16_t at = PCI_CONFIG_SPACE_SIZE;

    if (pe->ats) {
        pcie_ats_init(dev, at, true);
        at += PCI_EXT_CAP_ATS_SIZEOF;
    }
    if (pe->pri) {
        pcie_pri_init(dev, at, pe->pri_credit, true);
        at += PCI_EXT_CAP_PRI_SIZEOF;
    }
    if (pe->pasid_bits) {
        pcie_pasid_init(dev, at, pe->pasid_bits, true, true);
    }
}

static void realize(PCIDevice *dev, Error **errp)
{
    PasidEngine *pe = PASID_ENGINE(dev);

    if (!properties_fit(pe, errp)) {
        return;
    }
    if (pcie_endpoint_cap_init(dev, EXPRESS_CAP) < 0) {
        error_setg(errp, "no room for the PCI Express capability");
        return;
    }
    pcie_cap_flr_init(dev);
    if (msix_init_exclusive_bar(dev, nr_vectors(pe), MSIX_BAR, errp)) {
        return;
    }
    for (unsigned i = 0; i < nr_vectors(pe); i++) {
        msix_vector_use(dev, i);
    }
    add_extended_caps(pe);
    memory_region_init_io(&pe->mmio, OBJECT(pe), &mmio_ops, pe, PL_ENG_NAME,
                          PL_ENG_BAR_SIZE);
    pci_register_bar(dev, PL_ENG_BAR, PCI_BASE_ADDRESS_SPACE_MEMORY, &pe->mmio);
    pe_spaces_init(pe);
    pe_atc_init(pe);
    pe->page_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, send_page_event, pe);
    for (unsigned i = 0; i < pe->channels; i++) {
        pe_channel_init(pe, i);
    }
}

static void unrealize(PCIDevice *dev)
{
    PasidEngine *pe = PASID_ENGINE(dev);

    for (unsigned i = 0; i < pe->channels; i++) {
        pe_channel_reset(&pe->ch[i]);
        pe_channel_exit(&pe->ch[i]);
    }
    timer_free(pe->page_timer);
    pe_spaces_exit(pe);
    pe_atc_exit(pe);
    msix_uninit_exclusive_bar(dev);
}

static const Property properties[] = {
    DEFINE_PROP_UINT8("pasid-bits", PasidEngine, pasid_bits, 20),
    DEFINE_PROP_BOOL("ats", PasidEngine, ats, true),
    DEFINE_PROP_BOOL("pri", PasidEngine, pri, true),
    DEFINE_PROP_UINT32("atc-entries", PasidEngine, atc_entries, 1024),
    DEFINE_PROP_UINT32("pri-credit", PasidEngine, pri_credit, 512),
    DEFINE_PROP_UINT8("channels", PasidEngine, channels, 4),
    DEFINE_PROP_UINT32("delay-us", PasidEngine, delay_us_default, 0),
};

static const VMStateDescription vmstate = {
    .name = PL_ENG_NAME,
    .unmigratable = 1,
};

static void class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);

    pc->realize = realize;
    pc->exit = unrealize;
    pc->config_write = config_write;
    pc->vendor_id = PL_ENG_VENDOR;
    pc->device_id = PL_ENG_DEVICE;
    pc->class_id = PCI_CLASS_OTHERS;
    dc->desc = "DMA engine with PASID, ATS and PRI";
    dc->vmsd = &vmstate;
    device_class_set_legacy_reset(dc, legacy_reset);
    device_class_set_props(dc, properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo types[] = {
    {
        .name = TYPE_PASID_ENGINE,
        .parent = TYPE_PCI_DEVICE,
        .instance_size = sizeof(PasidEngine),
        .class_init = class_init,
        .interfaces = (const InterfaceInfo[]) {
            { INTERFACE_PCIE_DEVICE },
            { },
        },
    },
};

DEFINE_TYPES(types)
