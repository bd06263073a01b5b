# SPDX-License-Identifier: GPL-2.0-or-later
#
# /dev/pasidlab: its ABI request by request, and fuzzed.
$(eval $(call t0_program,chardev-test,tests/unit/chardev-test.c tests/unit/lab.c,plain asan tsan))
