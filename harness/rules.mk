# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pasidlab command, its library and their tests.
#
# $(B)/pasidlab is static, because the same file runs on the host and, without any library around
# it, in the guest. It links the guest library (guest_LIB) and the tracer (bpf_OBJS, bpf_LIBS); the
# latter's rules come after these, hence the second expansion.

harness_B	:= $(B)/harness
harness_T	:= $(B)/tests
harness_CFLAGS	= $(CFLAGS) $(WARN) -std=gnu11 -D_GNU_SOURCE -I. -Iharness -I$(harness_B) -MMD -MP

# What the tests share with the command: all that neither boots a guest nor is a sub-command.
harness_LIB_SRC	:= stats stats_json result result_load result_store result_trace figure \
		   report report_text report_table report_html report_svg asset compare \
		   compare_report bench bench_report
harness_CMD_SRC	:= cli opt progress interrupt suite session emulator cmd_bench \
		   cmd_run cmd_check cmd_report cmd_version cmd_guest
harness_LIB_OBJS := $(harness_LIB_SRC:%=$(harness_B)/%.o)
harness_CMD_OBJS := $(harness_CMD_SRC:%=$(harness_B)/%.o)

ALL		+= $(B)/pasidlab

$(harness_B)/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(harness_CFLAGS) -c -o $@ $<

# The assembler reads these two; the compiler does not know.
$(harness_B)/asset.o $(harness_B)/san/asset.o: reports/report.html reports/result.schema.json

# Written only when it changes, so that a commit does not rebuild what it did not touch.
harness_VERSION	:= $(shell git describe --tags --always --dirty=+ 2>/dev/null || echo unknown)

.PHONY: harness_version
harness_version:

$(harness_B)/version.h: harness_version
	@mkdir -p $(@D)
	@echo '#define PL_VERSION "$(harness_VERSION)"' | cmp -s - $@ || \
		echo '#define PL_VERSION "$(harness_VERSION)"' >$@

$(harness_B)/cmd_version.o $(harness_B)/san/cmd_version.o: $(harness_B)/version.h

# libelf may hold compressed sections, in a newer Debian with zstd too.
harness_LIBS	= -ljansson $(if $(bpf_OBJS),$(bpf_LIBS) -lzstd) -lm

.SECONDEXPANSION:
$(B)/pasidlab: $(harness_CMD_OBJS) $(harness_LIB_OBJS) $$(bpf_OBJS) $(guest_LIB)
	@echo '  LD        $@ (static)'
	$(Q)$(CC) $(CFLAGS) -static -o $@ $^ $(harness_LIBS)

# Tests: dynamic and sanitized, so that a leak or an overrun fails them.
harness_SAN	:= -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer
harness_SAN_OBJS := $(harness_LIB_SRC:%=$(harness_B)/san/%.o)
harness_LINK_TEST = $(CC) $(harness_CFLAGS) $(harness_SAN) -o $@ $(filter %.c %.o,$^) \
		    -ljansson -lcmocka -lm

$(harness_B)/san/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(harness_CFLAGS) $(harness_SAN) -c -o $@ $<

$(harness_T)/harness-%: tests/unit/harness-%.c $(harness_SAN_OBJS)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(harness_LINK_TEST)

$(harness_T)/harness-result-test $(harness_T)/harness-compare-test: | $(harness_T)/harness-sample

# The command for its tests: without the tracer, so that they need no kernel. Static as it ships,
# for what boots a guest; sanitized for the rest.
$(harness_T)/harness-pasidlab: $(harness_CMD_OBJS) $(harness_LIB_OBJS) $(guest_LIB)
	@mkdir -p $(@D)
	@echo '  LD        $@ (static)'
	$(Q)$(CC) $(CFLAGS) -static -o $@ $^ -ljansson -lm

$(harness_T)/harness-pasidlab-san: $(harness_CMD_SRC:%=$(harness_B)/san/%.o) $(harness_SAN_OBJS) \
				   $(guest_LIB)
	@mkdir -p $(@D)
	@echo '  LD        $@'
	$(Q)$(CC) $(CFLAGS) $(harness_SAN) -o $@ $^ -ljansson -lm

harness_SCRIPTS	:= $(harness_T)/harness-cli-test $(harness_T)/harness-schema-test

$(harness_SCRIPTS): $(harness_T)/%: tests/unit/%.sh $(harness_T)/harness-pasidlab \
		    $(harness_T)/harness-pasidlab-san $(harness_T)/harness-sample
	$(Q)install -m 755 $< $@

T0_TESTS	+= $(harness_T)/harness-stats-test $(harness_T)/harness-result-test \
		   $(harness_T)/harness-compare-test $(harness_T)/harness-bench-test \
		   $(harness_SCRIPTS)

# The same churn on every unit that this tree has, one after the other, and their page. Units of
# QEMU's own join where that QEMU is built, an arm64 one where "make guest ARCH=arm64" was.
COMPARE_UNITS	?= vtd@model smmuv3@model $(if $(wildcard $(QEMU_X86)),vtd@qemu) \
		   $(if $(and $(wildcard $(QEMU_A64)),$(wildcard $(B)/arm64/guest.json)), \
			smmuv3@qemu)
compare_DIR	:= $(B)/compare

.PHONY: compare do-compare
compare: ## The same churn on VT-d and SMMUv3, side by side (COMPARE_UNITS=... RUN_ARGS=...)
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-compare

do-compare: do-guest-$(MACHINE) $(B)/pasidlab
	$(Q)for unit in $(COMPARE_UNITS); do \
		$(B)/pasidlab run --series=$(SERIES) --unit=$$unit --quiet \
			--out=$(compare_DIR)/$$unit $(RUN_ARGS) || exit; done
	$(Q)$(B)/pasidlab report --compare --format=html --output=$(compare_DIR)/compare.html \
		$(COMPARE_UNITS:%=$(compare_DIR)/%/result.json)
	$(Q)$(B)/pasidlab report --compare $(COMPARE_UNITS:%=$(compare_DIR)/%/result.json)
	@echo; echo 'report      $(abspath $(compare_DIR))/compare.html'

-include $(wildcard $(harness_B)/*.d $(harness_B)/san/*.d $(harness_T)/harness-*.d)
