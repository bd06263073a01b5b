# SPDX-License-Identifier: GPL-2.0-or-later
#
# The user-space loads, and the tests that run inside a guest: static programs in $(B)/guest,
# which the image takes as they are.

workloads_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) -Wshadow -Wmissing-prototypes -pthread
workloads_LDLIBS = -ljansson -pthread

workloads_lib	:= libpl buffer frame
workloads_churn	:= $(addprefix churn_,options setup dma step pattern run report)
workloads_abi	:= $(patsubst tests/guest/%.c,%,$(wildcard tests/guest/*.c))

workloads_obj	= $(patsubst %,$(B)/workloads/%.o,$(1))
workloads_stats	:= $(B)/workloads/harness/stats.o $(B)/workloads/harness/stats_json.o
workloads_common := $(call workloads_obj,$(workloads_lib) $(workloads_churn)) $(workloads_stats)

workloads_property := oracle steps dma tables run backend_file property-test

workloads_programs := $(addprefix $(B)/guest/,churn abi-test property-test)
ALL		+= $(workloads_programs)

$(B)/guest/churn: $(call workloads_obj,churn) $(workloads_common)
$(B)/guest/abi-test: $(call workloads_obj,$(workloads_abi)) $(workloads_common)
$(B)/guest/property-test: $(call workloads_obj,$(workloads_property) check) \
			 $(call workloads_obj,$(workloads_lib))

# User-space tests. churn-test: churn against a fake module that can be told to misbehave.
# inside-test: churn and the ABI's tests against the module compiled into the program
# (tests/rules.mk).
# Flavours are those of tests/rules.mk; their C library side does not see the shims' headers.
T0_TESTS	+= $(addprefix $(B)/tests/,asan/churn-test asan/inside-test tsan/inside-test)

workloads_churn_test := $(patsubst %,workloads/%.c,test/churn-test test/fake $(workloads_lib) \
			$(workloads_churn)) harness/stats.c harness/stats_json.c
workloads_inside_test := $(patsubst %,workloads/%.c,test/inside-test $(workloads_lib) \
			$(workloads_churn)) harness/stats.c harness/stats_json.c \
			$(patsubst %,tests/guest/%.c,check abi_stage abi_struct abi_handle \
			abi_slot abi_rid abi_map abi_dma abi_walk)

# $(call workloads_flavour,FLAVOUR): objects with the C library's headers only.
define workloads_flavour
$(B)/workloads/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	@echo '  CC        $$@'
	$$(Q)$$(tests_$(1)_CC) -std=gnu11 $$(WARN) -pthread -MMD -MP -c -o $$@ $$<

$(B)/tests/$(1)/churn-test: $(workloads_churn_test:%.c=$(B)/workloads/$(1)/%.o)
	@mkdir -p $$(@D)
	@echo '  LD        $$@'
	$$(Q)$$(tests_$(1)_CC) -o $$@ $$^ $(workloads_LDLIBS)

$(B)/tests/$(1)/inside-test: $(workloads_inside_test:%.c=$(B)/workloads/$(1)/%.o) \
		$(B)/tests/$(1)/workloads/test/inside.o \
		$(tests_PARTS:%=$(B)/tests/$(1)/%.a) $(B)/tests/$(1)/shim.a \
		$$(tests_$(1)_START)
	@mkdir -p $$(@D)
	@echo '  LD        $$@'
	$$(Q)$$(tests_$(1)_CC) -o $$@$$(tests_$(1)_SUFFIX) $$(filter %.o,$$^) -Wl,--whole-archive \
		$(tests_PARTS:%=$(B)/tests/$(1)/%.a) -Wl,--no-whole-archive \
		$(B)/tests/$(1)/shim.a $(workloads_LDLIBS)
	$$(if $$(tests_$(1)_START),$$(Q)cp $$(tests_$(1)_START) $$@)

-include $$(wildcard $(B)/workloads/$(1)/*/*.d $(B)/workloads/$(1)/*/*/*.d)
endef

$(foreach f,plain asan tsan,$(eval $(call workloads_flavour,$(f))))

$(workloads_programs):
	@mkdir -p $(@D)
	@echo '  LD        $@'
	$(Q)$(CC) $(CFLAGS) -static -o $@ $^ $(workloads_LDLIBS)

$(B)/workloads/%.o: workloads/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/workloads/%.o: tests/guest/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/workloads/%.o: tests/property/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/workloads/harness/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(B)/workloads/*.d $(B)/workloads/harness/*.d)
