# SPDX-License-Identifier: GPL-2.0-or-later
#
# The user-space loads, and the tests that run inside a guest: static programs in $(B)/guest, which the
# image takes as they are.

workloads_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) -Wshadow -Wmissing-prototypes -pthread
workloads_LDLIBS = -ljansson -pthread

workloads_lib	:= libpl buffer frame
workloads_churn	:= churn_options churn_setup churn_dma churn_step churn_pattern churn_run churn_report
workloads_abi	:= $(patsubst tests/guest/%.c,%,$(wildcard tests/guest/*.c))

workloads_obj	= $(patsubst %,$(B)/workloads/%.o,$(1))
workloads_stats	:= $(B)/workloads/harness/stats.o $(B)/workloads/harness/stats_json.o
workloads_common := $(call workloads_obj,$(workloads_lib) $(workloads_churn)) $(workloads_stats)

workloads_programs := $(B)/guest/churn $(B)/guest/abi-test
ALL		+= $(workloads_programs)

$(B)/guest/churn: $(call workloads_obj,churn) $(workloads_common)
$(B)/guest/abi-test: $(call workloads_obj,$(workloads_abi)) $(workloads_common)

# churn against a fake module that can be told to misbehave.
T0_TESTS	+= $(B)/tests/churn-test
workloads_test	:= $(patsubst workloads/%.c,%,$(wildcard workloads/test/*.c))
workloads_test_src := $(patsubst %,workloads/%.c,$(workloads_test) $(workloads_lib) $(workloads_churn)) \
		      harness/stats.c harness/stats_json.c

$(B)/tests/churn-test: $(workloads_test_src) $(wildcard workloads/*.h workloads/test/*.h)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover \
		-o $@ $(filter %.c,$^) $(workloads_LDLIBS)

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

$(B)/workloads/harness/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(workloads_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(B)/workloads/*.d $(B)/workloads/harness/*.d)
