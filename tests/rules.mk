# SPDX-License-Identifier: GPL-2.0-or-later
#
# T0: the core, the drivers and their models in user space, over the shims in tests/kernel/.
#
# Everything is built once per flavour:
#	plain	$(CC), optimised: speed, and the second compiler's warnings
#	asan	$(CLANG), AddressSanitizer and UndefinedBehaviorSanitizer
#	tsan	$(CLANG), ThreadSanitizer
# A room of tests/ says in its own rules.mk, in one line for each program:
#	$(eval $(call t0_program,NAME,SOURCES,FLAVOURS[,PARTS]))
# and gets $(B)/tests/FLAVOUR/NAME, linked with libcmocka and run by "make check". PARTS names the
# kernel code to link: kmod, vtd, model (these three are the default; model is the base of the
# reference models), smmuv3, or none for the shims alone. NAME_LDLIBS may be set before the line.

tests_B		:= $(B)/tests
tests_FLAVOURS	:= plain asan tsan

tests_plain_CC	= $(CC) -O2 -g
tests_asan_CC	= $(CLANG) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
		  -fno-sanitize-recover=undefined
tests_tsan_CC	= $(CLANG) -O1 -g -fno-omit-frame-pointer -fsanitize=thread

tests_tsan_START = tests/tsan-run
tests_tsan_SUFFIX = .bin

# What the kernel switches off for its own sources is off here too.
tests_WARN	= $(WARN) -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
		  -Wno-type-limits
tests_CFLAGS	= -std=gnu11 -fno-strict-aliasing -fwrapv -pthread $(tests_WARN) -DPL_USERSPACE \
		  -Itests/kernel -Itests -Ikmod -Ihw -I.

# A PCI bus and ACPI have no shims: what needs them is tested in guests.
tests_GUEST_SRC	:= kmod/pe.c kmod/pe_ring.c hw/vtd/host.c hw/vtd/mmio.c
tests_GUEST_SRC	+= hw/smmuv3/host.c hw/smmuv3/mmio.c
# In a module the models' base is a part of it, here both drivers share one.
tests_GUEST_SRC	+= hw/vtd/model_base.c hw/smmuv3/model_base.c
tests_kmod_SRC	:= $(filter-out $(tests_GUEST_SRC),$(wildcard kmod/*.c))
tests_vtd_SRC	:= $(filter-out $(tests_GUEST_SRC),$(wildcard hw/vtd/*.c))
tests_smmuv3_SRC := $(filter-out $(tests_GUEST_SRC),$(wildcard hw/smmuv3/*.c))
tests_model_SRC	:= $(wildcard hw/model/*.c)
tests_shim_SRC	:= $(wildcard tests/kernel/*.c)
tests_PARTS	:= kmod vtd model
tests_ALL_PARTS	:= $(tests_PARTS) smmuv3
# The rig, for programs that link all parts.
tests_RIG	:= tests/rig.c tests/rig_vtd.c tests/rig_smmuv3.c

# $(call tests_modname,SOURCE): what Kbuild calls the module that SOURCE is in.
tests_modname	= $(strip $(if $(filter kmod/%,$(1)),pasidlab, \
			$(if $(filter hw/vtd/%,$(1)),pasidlab_vtd, \
			$(if $(filter hw/smmuv3/%,$(1)),pasidlab_smmuv3,test))))

# $(call tests_flavour,FLAVOUR): the objects and archives of one flavour.
define tests_flavour
$(tests_B)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@echo '  CC        $$@'
	$$(Q)$$(tests_$(1)_CC) $$(tests_CFLAGS) \
		-DKBUILD_MODNAME='"$$(call tests_modname,$$<)"' -MMD -MP -c -o $$@ $$<

$(foreach p,shim $(tests_ALL_PARTS),
$(tests_B)/$(1)/$(p).a: $(tests_$(p)_SRC:%.c=$(tests_B)/$(1)/%.o)
	@mkdir -p $$(@D)
	@echo '  AR        $$@'
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
)

-include $$(wildcard $(tests_B)/$(1)/*.d $(tests_B)/$(1)/*/*.d $(tests_B)/$(1)/*/*/*.d)
endef

# $(call tests_link,NAME,SOURCES,FLAVOUR,PARTS)
define tests_link
$(tests_B)/$(3)/$(1): $(2:%.c=$(tests_B)/$(3)/%.o) $(4:%=$(tests_B)/$(3)/%.a) \
		$(tests_B)/$(3)/shim.a $$(tests_$(3)_START)
	@echo '  LD        $$@'
	$$(Q)$$(tests_$(3)_CC) -pthread -o $$@$$(tests_$(3)_SUFFIX) $$(filter %.o,$$^) \
		-Wl,--whole-archive $(4:%=$(tests_B)/$(3)/%.a) -Wl,--no-whole-archive \
		$(tests_B)/$(3)/shim.a $($(1)_LDLIBS) -lcmocka
	$$(if $$(tests_$(3)_START),$$(Q)cp $$(tests_$(3)_START) $$@)
endef

# $(call t0_program,NAME,SOURCES,FLAVOURS[,PARTS])
define t0_program
T0_TESTS += $(foreach f,$(3),$(tests_B)/$(f)/$(strip $(1)))
$(foreach f,$(3),$(eval $(call tests_link,$(strip $(1)),$(2),$(f),\
	$(filter-out none,$(or $(4),$(tests_PARTS))))))
endef

$(foreach f,$(tests_FLAVOURS),$(eval $(call tests_flavour,$(f))))

$(eval $(call t0_program,shim-base-test,tests/unit/shim-base-test.c,plain asan tsan,none))
$(eval $(call t0_program,shim-mem-test,tests/unit/shim-mem-test.c,plain asan tsan,none))
$(eval $(call t0_program,shim-xarray-test,tests/unit/shim-xarray-test.c,plain asan tsan,none))
$(eval $(call t0_program,shim-rcu-test,tests/unit/shim-rcu-test.c,plain asan tsan,none))

-include $(wildcard tests/*/rules.mk)
