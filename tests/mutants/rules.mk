# SPDX-License-Identifier: GPL-2.0-or-later
#
# The mutants: one test program that builds each and sees it caught.
mutants_OBJ	:= $(tests_B)/plain
mutants_REST	:= $(patsubst %,$(mutants_OBJ)/tests/property/%.o,oracle steps dma tables run \
		   backend_api api-property) $(tests_RIG:%.c=$(mutants_OBJ)/%.o)
mutants_NEST	:= $(mutants_OBJ)/tests/unit/smmuv3-nest-test.o $(tests_RIG:%.c=$(mutants_OBJ)/%.o)

$(tests_B)/mutants: tests/mutants/run tests/mutants/list $(mutants_REST) \
		$(mutants_NEST) $(tests_B)/plain/shim.a \
		$(tests_ALL_PARTS:%=$(tests_B)/plain/%.a)
	@echo '  GEN       $@'
	$(Q)printf '%s\n' '#!/bin/sh' \
		'exec tests/mutants/run "$(tests_B)/mutants.d" "$(mutants_OBJ)" \
		"$(tests_plain_CC) -O1 $(tests_CFLAGS) -DKBUILD_MODNAME=\"mutant\" -w -c" \
		"$(tests_plain_CC) -pthread $(mutants_REST)" \
		"$(tests_plain_CC) -pthread $(mutants_NEST) -lcmocka" "$$@"' >$@
	$(Q)chmod +x $@

T0_TESTS += $(tests_B)/mutants
