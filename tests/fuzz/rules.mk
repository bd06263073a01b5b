# SPDX-License-Identifier: GPL-2.0-or-later
#
# /dev/pasidlab: its ABI request by request, the lives of its files, and fuzzed.
$(eval $(call t0_program,chardev-test,tests/unit/chardev-test.c tests/unit/lab.c,plain asan tsan))
$(eval $(call t0_program,chardev-life-test,tests/unit/chardev-life-test.c tests/unit/lab.c,plain asan))
$(eval $(call t0_program,soft-test,tests/unit/soft-test.c,plain asan tsan,kmod))
