# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs that need one file of the driver and nothing around it.
$(eval $(call t0_program,vtd-dmar-test,tests/unit/vtd-dmar-test.c hw/vtd/dmar.c,plain asan,none))
