# SPDX-License-Identifier: GPL-2.0-or-later
#
# The QEMU with our PASID engine: built into the cache, shared by all checkouts that hold the same
# device. QEMU_X86 and QEMU_A64 are its programs ("make -s print-QEMU_X86"); "make check-qemu" lets
# a guest module try the device through the kernel's own IOMMU API.

qemu_LINK	= $(CACHE)/qemu/$(TREE_KEY)
QEMU_X86	= $(qemu_LINK)/bin/qemu-system-x86_64
QEMU_A64	= $(qemu_LINK)/bin/qemu-system-aarch64
qemu_SRC	:= $(shell find qemu -type f)
qemu_STAMP	:= $(B)/qemu/stamp
qemu_T		:= $(B)/tests/qemu
qemu_KO		:= $(qemu_T)/module/engine-smoke.ko

.PHONY: qemu do-qemu check-qemu do-check-qemu
qemu: ## Build QEMU with the PASID engine into the cache (a few minutes, once)
	$(Q)$(INSTALL) build guest qemu
	$(Q)nice -n 19 qemu/build $(TREE_KEY)

check-qemu: ## Try the PASID engine in guests on that QEMU
	$(Q)$(INSTALL) build guest qemu
	$(AGAIN) do-kernel
	$(AGAIN) do-check-qemu

do-qemu: $(qemu_STAMP)
	@:

# The cache may have been emptied behind the stamp's back. The stamp has the time of the start: what
# was edited while ninja ran is not in it.
$(qemu_STAMP): $(qemu_SRC) $(if $(wildcard $(QEMU_X86)),,do-qemu-always)
	@mkdir -p $(@D) && touch $@.new
	$(Q)nice -n 19 qemu/build $(TREE_KEY)
	@mv $@.new $@

.PHONY: do-qemu-always
do-qemu-always:

do-check-qemu: $(qemu_T)/engine-test $(qemu_KO) $(guest_BASE) $(qemu_STAMP)
	$(Q)harness/deps/run-tests -- $(qemu_T)/engine-test '$(QEMU_X86)' '$(VMLINUX)' \
		'$(guest_BASE)' '$(qemu_KO)'

$(B)/tests/qemu-build-test: tests/unit/qemu-build-test.sh
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

T0_TESTS += $(B)/tests/qemu-build-test

$(qemu_T)/engine-test: tests/qemu/engine-test.c $(guest_LIB)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -std=gnu11 -I. -o $@ $< $(guest_LIB) $(guest_LIBS)

$(qemu_KO): tests/qemu/engine-smoke.c tests/qemu/Kbuild qemu/engine-regs.h
	@mkdir -p $(@D)
	@echo '  KO        $@'
	$(Q)cp $^ $(@D)/
	$(Q)harness/deps/enter '$(KERNEL)' make -s -C '$(KDIR)' M='$(abspath $(@D))' \
		modules >$(@D)/log 2>&1 || \
		{ cat $(@D)/log; exit 1; }
	$(Q)strip --strip-debug $@
