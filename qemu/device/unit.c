// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasid-engine: what depends on the IOMMU model.
 *
 * QEMU has no interface yet by which a device gets the address space of one of
 * its PASIDs (pci_device_iommu_address_space() knows the Requester ID alone),
 * so each model is asked in its own way.  The hard rule: nothing outside this
 * file names a model.
 *
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_bus.h"
#include "engine.h"
#include CONFIG_DEVICES
#ifdef CONFIG_VTD
#include "hw/i386/intel_iommu.h"
#endif
#ifdef CONFIG_ARM_SMMUV3
#include "hw/arm/smmu-common.h"
#endif

#define INTERRUPT_FIRST 0xfee00000ull
#define INTERRUPT_LAST  0xfeefffffull

#ifdef CONFIG_VTD
static IntelIOMMUState *vtd_unit(void)
{
    X86IOMMUState *unit = x86_iommu_get_default();

    return unit ? (IntelIOMMUState *)object_dynamic_cast(OBJECT(unit),
                                        TYPE_INTEL_IOMMU_DEVICE) : NULL;
}

static AddressSpace *vtd_space(PCIDevice *dev, uint32_t pasid)
{
    IntelIOMMUState *unit = vtd_unit();

    return unit ? &vtd_find_add_as(unit, pci_get_bus(dev), dev->devfn,
                                   pasid)->as : NULL;
}
#endif

/* Defined by a QEMU whose SMMUv3 knows SubstreamIDs; released ones do not. */
#ifdef SMMU_HAS_SUBSTREAMS
static AddressSpace *smmu_space(PCIDevice *dev, uint32_t pasid)
{
    PCIBus *root = pci_device_root_bus(dev);
    SMMUState *unit = (SMMUState *)object_dynamic_cast(
        OBJECT(root->iommu_opaque), TYPE_ARM_SMMU);

    return unit ? smmu_find_add_as_ssid(pci_get_bus(dev), unit, dev->devfn,
                                        pasid) : NULL;
}
#endif

/**
 * pe_unit_address_space: where untranslated requests with @pasid go
 *
 * Returns NULL when no unit translates PASIDs for the device.
 */
AddressSpace *pe_unit_address_space(PCIDevice *dev, uint32_t pasid)
{
    AddressSpace *as = NULL;

    if (pasid == PCI_NO_PASID) {
        return pci_get_address_space(dev);
    }
#ifdef CONFIG_VTD
    as = vtd_space(dev, pasid);
#endif
#ifdef SMMU_HAS_SUBSTREAMS
    as = as ? as : smmu_space(dev, pasid);
#endif
    return as;
}

/**
 * pe_unit_invalidates: may we cache translations?
 *
 * VT-d without device-iotlb=on ends QEMU when a notifier for device-TLB
 * invalidations is registered (memory_region_register_iommu_notifier() with
 * error_fatal), so it must be asked first.
 */
bool pe_unit_invalidates(PCIDevice *dev)
{
#ifdef CONFIG_VTD
    IntelIOMMUState *unit = vtd_unit();

    if (unit) {
        return X86_IOMMU_DEVICE(unit)->dt_supported && !unit->snoop_control;
    }
#endif
    return true;
}

/**
 * pe_unit_forbids: would this untranslated request end QEMU?
 *
 * VT-d asserts that no request to the interrupt range reaches its walk, but
 * takes the region that catches them away from address spaces with a PASID.
 */
bool pe_unit_forbids(uint32_t pasid, uint64_t addr, uint32_t len)
{
#ifdef CONFIG_VTD
    return vtd_unit() && pasid != PCI_NO_PASID && addr <= INTERRUPT_LAST &&
           addr + len - 1 >= INTERRUPT_FIRST;
#else
    return false;
#endif
}

/**
 * pe_unit_forbids_privileged: would a privileged translation request?
 *
 * VT-d calls abort() for one when it offers SRS (ECAP bit 31), which it does
 * in scalable mode without first-stage translation.
 */
bool pe_unit_forbids_privileged(void)
{
#ifdef CONFIG_VTD
    IntelIOMMUState *unit = vtd_unit();

    return unit && (unit->ecap & (1ull << 31));
#else
    return false;
#endif
}
