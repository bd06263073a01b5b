# SPDX-License-Identifier: GPL-2.0-or-later
#
# The property test: a million operations at full speed, a tenth of that under AddressSanitizer,
# which needs fewer to see what it sees. The same steps go through the device node in
# workloads/rules.mk.
property_SRC	:= $(patsubst %,tests/property/%.c,oracle steps dma tables run)
property_API	:= $(property_SRC) tests/property/api-property.c tests/property/backend_api.c

$(eval $(call t0_program,api-property,$(property_API) $(tests_RIG),plain asan,$(tests_ALL_PARTS)))
$(eval $(call t0_program,slot-test,tests/unit/slot-test.c $(tests_RIG),plain asan,\
	$(tests_ALL_PARTS)))
$(eval $(call t0_program,smmuv3-nest-test,tests/unit/smmuv3-nest-test.c $(tests_RIG),plain asan,\
	$(tests_ALL_PARTS)))
