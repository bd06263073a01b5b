# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs that need one file of the driver and nothing around it.
$(eval $(call t0_program,vtd-dmar-test,tests/unit/vtd-dmar-test.c hw/vtd/dmar.c,plain asan,none))
$(eval $(call t0_program,smmuv3-iort-test,tests/unit/smmuv3-iort-test.c hw/smmuv3/iort.c,\
	plain asan,none))

# The reference models by themselves, driven bare.
$(eval $(call t0_program,vtd-model-test,tests/unit/vtd-model-test.c,plain asan tsan))
$(eval $(call t0_program,smmuv3-model-test,tests/unit/smmuv3-model-test.c,plain asan tsan,\
	kmod smmuv3 model))

# The SMMUv3 driver over the core, with a wire in place of the model.
smmuv3_driver	:= $(filter-out hw/smmuv3/module.c hw/smmuv3/model%,$(tests_smmuv3_SRC))
$(eval $(call t0_program,smmuv3-wire-test,tests/unit/smmuv3-wire-test.c tests/unit/wire.c \
	$(smmuv3_driver),plain asan,kmod))
$(eval $(call t0_program,smmuv3-host-test,tests/unit/smmuv3-host-test.c tests/unit/wire.c \
	$(smmuv3_driver),plain asan,kmod))

# The driver's queue when the unit stops.
$(eval $(call t0_program,vtd-queue-test,tests/unit/vtd-queue-test.c tests/rig.c \
	tests/rig_vtd.c,plain asan tsan))

# Units that are left alone.
$(eval $(call t0_program,vtd-refuse-test,tests/unit/vtd-refuse-test.c,plain asan))
