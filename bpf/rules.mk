# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tracer: probes compiled for the kernel, their skeleton, and the objects of "pasidlab trace".
#
# bpf_OBJS and bpf_LIBS are what the pasidlab command links, statically if it likes. vmlinux.h
# comes from the guest kernel's headers, never from the machine that builds: CO-RE moves the
# offsets at load time, so any kernel's types will do, but the build must not depend on where it
# runs.

bpf_B		:= $(B)/bpf
bpf_T		:= $(B)/tests
bpf_CFLAGS	= $(CFLAGS) $(WARN) -std=gnu11 -D_GNU_SOURCE -I. -isystem $(bpf_B) -MMD -MP
# BPF_PROG() and its kin have a parameter that not every program uses.
bpf_PROG_CFLAGS	= -target bpf -mcpu=v3 -D__TARGET_ARCH_$(bpf_$(FOR)) -O2 -g $(WARN) \
		  -Wno-unused-parameter -isystem $(bpf_B) -MMD -MP
# Debian has it in /usr/sbin, which is not on everybody's PATH.
BPFTOOL		?= $(firstword $(wildcard /usr/sbin/bpftool /usr/bin/bpftool) bpftool)

# What runs without a kernel: shared with the tests.
bpf_LIB_SRC	:= format event print_text print_json
bpf_SRC		:= $(bpf_LIB_SRC) env opts probe trace
bpf_OBJS	:= $(bpf_SRC:%=$(bpf_B)/%.o)
bpf_LIBS	:= -lbpf -lelf -lz

$(bpf_B)/%.o: bpf/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(bpf_CFLAGS) -c -o $@ $<

$(bpf_B)/vmlinux.h: $(KERNEL)/kernel.json
	@mkdir -p $(@D)
	@echo '  BTF       $@'
	$(Q)$(BPFTOOL) btf dump file '$(KDIR)/vmlinux' format c >$@

$(bpf_B)/trace.bpf.o: bpf/trace.bpf.c $(bpf_B)/vmlinux.h
	@echo '  CLANG-BPF $@'
	$(Q)$(CLANG) $(bpf_PROG_CFLAGS) -c -o $@ $<

# Linking leaves the debug information behind and keeps the BTF: the command becomes 0.8 MB smaller.
$(bpf_B)/trace.linked.o: $(bpf_B)/trace.bpf.o
	$(Q)$(BPFTOOL) gen object $@ $<

$(bpf_B)/trace.skel.h: $(bpf_B)/trace.linked.o
	@echo '  SKELETON  $@'
	$(Q)$(BPFTOOL) gen skeleton $< name trace_bpf >$@

$(bpf_B)/probe.o: $(bpf_B)/trace.skel.h

# Tests: sanitized.
bpf_SAN		:= -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer
bpf_SAN_OBJS	:= $(bpf_LIB_SRC:%=$(bpf_B)/san/%.o) $(bpf_B)/san/opts.o

$(bpf_B)/san/%.o: bpf/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(bpf_CFLAGS) $(bpf_SAN) -c -o $@ $<

$(bpf_T)/trace-%: tests/unit/trace-%.c $(bpf_SAN_OBJS)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(bpf_CFLAGS) $(bpf_SAN) -o $@ $< $(bpf_SAN_OBJS) -lcmocka -ljansson

T0_TESTS	+= $(bpf_T)/trace-test

-include $(wildcard $(bpf_B)/*.d $(bpf_B)/san/*.d $(bpf_T)/trace-*.d)
