# SPDX-License-Identifier: GPL-2.0-or-later
#
# The property test: a million operations at full speed, a tenth of that under AddressSanitizer,
# which needs fewer to see what it sees.
$(eval $(call t0_program,api-property,tests/property/api-property.c $(tests_RIG),plain asan,\
	$(tests_ALL_PARTS)))
$(eval $(call t0_program,slot-test,tests/unit/slot-test.c $(tests_RIG),plain asan,\
	$(tests_ALL_PARTS)))
