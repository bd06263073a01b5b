# SPDX-License-Identifier: GPL-2.0-or-later
#
# /dev/pasidlab: its ABI request by request, the lives of its files, the engine behind it; fuzzed.
#
#	make fuzz FUZZ_SECONDS=60	fuzz for a while; $(B)/tests/fuzz/corpus grows
$(eval $(call t0_program,chardev-test,tests/unit/chardev-test.c tests/unit/lab.c,plain asan tsan))
$(eval $(call t0_program,chardev-life-test,tests/unit/chardev-life-test.c tests/unit/lab.c,\
	plain asan tsan))
$(eval $(call t0_program,soft-test,tests/unit/soft-test.c,plain asan tsan,kmod))

# A flavour of its own: code that tells the fuzzer where it has been. Only kmod/ does; what lies
# below it would drown the decoder in its own branches. Leaks are found by the target itself.
tests_fuzz_CC	= $(CLANG) -O1 -g -fno-omit-frame-pointer \
		  -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
$(eval $(call tests_flavour,fuzz))

fuzz_B		:= $(tests_B)/fuzz
fuzz_PROG	:= $(fuzz_B)/ioctl-fuzz
fuzz_CORPUS	:= $(fuzz_B)/corpus
fuzz_RUNS	:= 10000
FUZZ_SECONDS	?= 60

$(fuzz_PROG): $(addprefix $(tests_B)/asan/,tests/fuzz/ioctl-fuzz.o tests/unit/lab.o vtd.a model.a) \
		$(fuzz_B)/kmod.a $(tests_B)/asan/shim.a
	@echo '  LD        $@'
	$(Q)$(tests_fuzz_CC) -fsanitize=fuzzer -pthread -o $@ $(filter %.o,$^) -Wl,--whole-archive \
		$(filter-out %/shim.a,$(filter %.a,$^)) -Wl,--no-whole-archive $(filter %/shim.a,$^)

# The same run every time, as a test.
$(fuzz_B)/ioctl-fuzz-test: $(fuzz_PROG) tests/fuzz/fixed-run
	$(Q)printf '#!/bin/sh\nexec tests/fuzz/fixed-run %s %s\n' $(fuzz_PROG) $(fuzz_RUNS) >$@
	$(Q)chmod +x $@
T0_TESTS += $(fuzz_B)/ioctl-fuzz-test

.PHONY: fuzz
fuzz: $(fuzz_PROG)
	@mkdir -p $(fuzz_CORPUS)
	$(Q)IOCTL_FUZZ_SEEDS=$(fuzz_CORPUS) $(fuzz_PROG)
	$(Q)$(fuzz_PROG) -max_total_time=$(FUZZ_SECONDS) -timeout=20 -detect_leaks=0 -max_len=512 \
		-rss_limit_mb=4096 -artifact_prefix=$(fuzz_B)/found- $(fuzz_CORPUS)
