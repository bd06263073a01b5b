# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks in user space: counts under callgrind, and the speed of the property test.
$(eval $(call tests_link,pasid-scale,tests/bench/pasid-scale.c $(tests_RIG),plain,\
	$(tests_ALL_PARTS)))
$(eval $(call tests_link,ticket-cost,tests/bench/ticket-cost.c $(tests_RIG),plain,\
	$(tests_ALL_PARTS)))

.PHONY: bench-pasid-scale bench-ticket-cost bench-property
BENCHES += bench-pasid-scale bench-ticket-cost bench-property
bench-pasid-scale: $(B)/tests/plain/pasid-scale
	$(Q)tests/bench/pasid-scale.sh $< vtd
	$(Q)tests/bench/pasid-scale.sh $< smmuv3

bench-ticket-cost: $(B)/tests/plain/ticket-cost
	$(Q)tests/bench/ticket-cost.sh $< vtd
	$(Q)tests/bench/ticket-cost.sh $< smmuv3

bench-property: $(B)/tests/plain/api-property
	$(Q)$< --bench --ops 1000000

# What an operation costs inside a kernel: the module is tests/bench/kbench, this its program in the
# guest, "pasidlab bench" the command that boots both sides in turn.
ALL	+= $(B)/guest/kbench
$(B)/guest/kbench: tests/bench/kbench-frame.c workloads/frame.c workloads/frame.h
	@mkdir -p $(@D)
	@echo '  LD        $@'
	$(Q)$(CC) -std=gnu11 $(CFLAGS) $(WARN) -D_GNU_SOURCE -static -pthread -o $@ \
		$(filter %.c,$^) -ljansson

.PHONY: bench-vtd do-bench-vtd bench-smmuv3 do-bench-smmuv3
bench-vtd: ## Ours and the in-tree driver side by side, on QEMU's VT-d (BENCH_ARGS=...)
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-bench-vtd

do-bench-vtd: do-guest-amd64 $(B)/pasidlab
	$(Q)$(B)/pasidlab bench --series=$(SERIES) $(BENCH_ARGS)

bench-smmuv3: ## The same on QEMU's SMMUv3, in an arm64 guest (BENCH_ARGS=...)
	$(Q)$(INSTALL) build $(call guest_LISTS,arm64)
	$(AGAIN) do-kernel-arm64
	$(AGAIN) do-bench-smmuv3

do-bench-smmuv3: do-guest-arm64 $(B)/pasidlab
	$(Q)$(B)/pasidlab bench --series=$(SERIES) --unit=smmuv3@qemu,intree $(BENCH_ARGS)
