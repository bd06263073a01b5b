# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks in user space: counts under callgrind, and the speed of the property test.
$(eval $(call tests_link,pasid-scale,tests/bench/pasid-scale.c tests/rig.c,plain,kmod vtd))

.PHONY: bench-pasid-scale bench-property
BENCHES += bench-pasid-scale bench-property
bench-pasid-scale: $(B)/tests/plain/pasid-scale
	$(Q)tests/bench/pasid-scale.sh $<

bench-property: $(B)/tests/plain/api-property
	$(Q)$< --bench --ops 1000000
