# SPDX-License-Identifier: GPL-2.0-or-later
#
# The QEMU with our PASID engine: built into the cache, shared by all checkouts that hold the same
# device (QEMU_DIR). QEMU_X86 and QEMU_A64 are its programs ("make -s print-QEMU_X86"). The QEMU
# tier of "make check" is qemu_TIER: what run-tests shall run on it, or count as skipped when
# qemu_SKIP says why there is no such QEMU.

QEMU_X86	= $(QEMU_DIR)/bin/qemu-system-x86_64
QEMU_A64	= $(QEMU_DIR)/bin/qemu-system-aarch64
qemu_T		:= $(B)/tests/qemu
qemu_G		:= $(qemu_T)/$(SERIES)
qemu_SKIP	:= $(B)/qemu/skip
qemu_PARTS	:= $(qemu_G)/blk-load $(qemu_G)/.modules
qemu_NEEDS	:= $(qemu_T)/engine-test $(qemu_T)/unit-test $(qemu_PARTS) \
		   $(if $(filter arm64,$(CHECK_ARCHES)),do-qemu-parts-arm64) do-qemu-or-skip
# The random operations and churns that the model's guest does for longer: CHECK_ARGS wins.
check_ARGS_qemu	:= --property=8 --lives=600
qemu_CHECK	= -- $(B)/pasidlab check --tap --series=$(SERIES) $(1) $(CHECK_ARGS)
qemu_QTEST	= -- tests/qemu/qtest $(QEMU_DIR)
# On the other emulator, what it has of its own.
qemu_ARM	= $(filter arm64,$(CHECK_ARCHES))
qemu_A		:= $(B)/arm64
qemu_AG		:= $(qemu_A)/tests/qemu/$(SERIES)
qemu_AJSON	:= $(qemu_A)/guest-$(SERIES).json
qemu_TIER_arm64	= -- $(qemu_T)/engine-test aarch64 $(qemu_AJSON) $(qemu_AG)/engine-smoke.ko \
		  -- $(qemu_T)/unit-test smmuv3 $(qemu_AJSON) $(qemu_A)/guest tests/qemu/guest \
		     $(qemu_AG) \
		  $(call qemu_CHECK,--unit smmuv3@qemu $(check_ARGS_qemu)) \
		  $(call qemu_CHECK,--unit intree --arch=arm64 $(check_ARGS_arm64))
qemu_TIER	= --skip-if $(qemu_SKIP) \
		  $(qemu_QTEST) aarch64 iommu-smmuv3-test \
		  $(qemu_QTEST) aarch64 smmuv3-substream-test \
		  $(qemu_QTEST) x86_64 iommu-intel-test \
		  $(qemu_QTEST) x86_64 iommu-intel-inv-test \
		  $(qemu_QTEST) x86_64 intel-iommu-test \
		  -- $(qemu_T)/engine-test x86_64 $(guest_JSON) $(qemu_G)/engine-smoke.ko \
		  -- $(qemu_T)/unit-test vtd $(guest_JSON) $(B)/guest tests/qemu/guest $(qemu_G) \
		  $(call qemu_CHECK,--unit vtd@qemu $(check_ARGS_qemu)) \
		  $(call qemu_CHECK,--unit intree $(check_ARGS_qemu)) \
		  $(if $(qemu_ARM),$(qemu_TIER_arm64))

.PHONY: qemu do-qemu do-qemu-or-skip check-qemu do-check-qemu do-qemu-parts do-qemu-parts-arm64
qemu: ## Build QEMU with the PASID engine into the cache (a few minutes, once)
	$(Q)$(INSTALL) build guest qemu
	$(Q)qemu/build

check-qemu: ## The tests on that QEMU alone: its engine, and drivers on its unit
	$(Q)$(INSTALL) build $(call guest_LISTS,$(CHECK_ARCHES)) guest qemu
	$(AGAIN) do-kernel
	$(AGAIN) do-check-qemu

do-qemu:
	$(Q)qemu/build

# What is compiled for the tier's guests.
do-qemu-parts: $(qemu_PARTS)
	@:

do-qemu-parts-arm64: do-guest-arm64
	+$(Q)$(call guest_MAKE,arm64) do-qemu-parts

# Where its source cannot be had, the other tiers decide.
do-qemu-or-skip:
	@mkdir -p $(dir $(qemu_SKIP))
	$(Q)qemu/build --skip-to $(qemu_SKIP)

do-check-qemu: do-guest $(CHECK_ARCHES:%=do-guest-%) $(ALL) do-modules $(qemu_NEEDS)
	$(Q)harness/deps/run-tests $(qemu_TIER)

$(B)/tests/qemu-build-test: tests/unit/qemu-build-test.sh
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

T0_TESTS += $(B)/tests/qemu-build-test

$(qemu_T)/%-test: tests/qemu/%-test.c tests/qemu/tier.c tests/qemu/tier.h qemu/engine-regs.h \
		$(wildcard harness/guest/*.h) $(guest_LIB)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -std=gnu11 -I. -o $@ $(filter %.c,$^) \
		$(guest_LIB) $(guest_LIBS)

$(qemu_G)/blk-load: tests/qemu/guest/blk-load.c
	@mkdir -p $(@D)
	@echo '  CC        $@ (static)'
	$(Q)$(CC) -O2 $(WARN) -D_GNU_SOURCE -std=gnu11 -static -o $@ $<

$(qemu_G)/.modules: $(wildcard tests/qemu/guest/*.c) tests/qemu/guest/Kbuild qemu/engine-regs.h \
		$(KERNEL)/kernel.json
	@mkdir -p $(qemu_G)/module
	@echo '  KO        $(qemu_G)'
	$(Q)cp $(filter tests/% qemu/%,$^) $(qemu_G)/module/
	$(Q)harness/deps/enter '$(KERNEL)' make -s -C '$(KDIR)' \
		M='$(abspath $(qemu_G)/module)' modules \
		>$(qemu_G)/module/log 2>&1 || { cat $(qemu_G)/module/log; exit 1; }
	$(Q)for m in $(qemu_G)/module/*.ko; do \
		$(cross_$(FOR))strip --strip-debug -o $(qemu_G)/$${m##*/} $$m; done
	@touch $@
