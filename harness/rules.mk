# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pasidlab command, its library and their tests.
#
# $(B)/pasidlab is static, because the same file runs on the host and, without any library around it, in
# the guest. The guest library (harness/guest) and the tracer (bpf) are linked when their rooms are there:
# they offer their objects in guest_OBJS and bpf_OBJS, and the libraries these need in bpf_LIBS.

harness_B	:= $(B)/harness
harness_CFLAGS	= $(CFLAGS) $(WARN) -std=gnu11 -D_GNU_SOURCE -I. -I$(harness_B) -MMD -MP
harness_T	:= $(B)/tests

# What the tests share with the command: all but the command line itself.
harness_LIB_SRC	:= stats stats_json result result_load result_store figure \
		   report report_text report_html report_svg asset
harness_LIB_OBJS := $(harness_LIB_SRC:%=$(harness_B)/%.o)

$(harness_B)/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(harness_CFLAGS) -c -o $@ $<

# The assembler reads these two; the compiler does not know.
$(harness_B)/asset.o: reports/report.html reports/result.schema.json

# Tests: dynamic and sanitized, so that a leak or an overrun fails them.
harness_SAN	:= -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer
harness_SAN_OBJS := $(harness_LIB_SRC:%=$(harness_B)/san/%.o)

$(harness_B)/san/%.o: harness/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(harness_CFLAGS) $(harness_SAN) -c -o $@ $<

$(harness_B)/san/asset.o: reports/report.html reports/result.schema.json

$(harness_T)/harness-%: tests/unit/harness-%.c $(harness_SAN_OBJS)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(harness_CFLAGS) $(harness_SAN) -o $@ $< $(harness_SAN_OBJS) -ljansson -lcmocka -lm

harness_TESTS	:= $(harness_T)/harness-stats-test
T0_TESTS	+= $(harness_TESTS)

-include $(wildcard $(harness_B)/*.d $(harness_B)/san/*.d $(harness_T)/harness-*.d)
