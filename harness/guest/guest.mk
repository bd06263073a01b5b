# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's room: the library that boots guests (guest_LIB), init, the base archive and
# guest-SERIES.json, the file that tells the pasidlab command where all pieces are; guest.json is
# that of the default series. Included before the
# other rooms, which link guest_LIB.

guest_LIB	:= $(B)/harness/guest.a
guest_LIBS	:= -ljansson
guest_SRC	:= guest image kvm manifest qemu
guest_OBJS	:= $(guest_SRC:%=$(B)/harness/guest/%.o)
guest_INIT	:= $(B)/harness/guest/init
guest_STORE	= $(CACHE)/guest/$(TREE_KEY)
guest_BASE	= $(guest_STORE)/base-$(FOR).cpio
guest_MKBASE	:= $(HOST_B)/harness/guest/mkbase
# The applets of a foreign busybox are those of the machine's own, which is of the same release.
guest_BUSYBOX	= $(if $(cross_$(FOR)),$(call sysroot,$(FOR))/../bin/busybox,$$(command -v busybox))
guest_JSON	:= $(B)/guest-$(SERIES).json
guest_CFLAGS	= $(CFLAGS) $(WARN) -D_GNU_SOURCE -std=gnu11 -MMD -MP

ALL += $(guest_LIB)

$(B)/harness/guest/%.o: harness/guest/%.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(guest_CFLAGS) -c -o $@ $<

$(guest_LIB): $(guest_OBJS)
	@echo '  AR        $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# One step, no archive in between: init is small.
$(guest_INIT): $(wildcard harness/guest/init/*.[ch])
	@mkdir -p $(@D)
	@echo '  CC        $@ (static)'
	$(Q)$(CC) -O2 -g $(WARN) -D_GNU_SOURCE -std=gnu11 -static -o $@ $(filter %.c,$^)
	$(Q)$(cross_$(FOR))strip $@

# A program of this machine's, whoever the guest is.
$(guest_MKBASE): harness/guest/mkbase.c harness/guest/image.c harness/guest/image.h
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(HOSTCC) -O2 $(WARN) -D_GNU_SOURCE -std=gnu11 -o $@ $(filter %.c,$^)

$(guest_BASE): $(guest_MKBASE) $(guest_INIT)
	@mkdir -p $(@D)
	@echo '  GUEST     $@'
	$(Q)$< $@ $(guest_INIT) "$(guest_BUSYBOX)" $$(busybox --list)

# The names of what belongs to the tree change with it: qemu/build says what its QEMU is called.
$(guest_JSON): $(guest_BASE) $(MODULES) $(KERNEL)/kernel.json harness/guest/manifest $(QEMU_SRC)
	@echo '  GUEST     $@'
	$(Q)harness/guest/manifest '$(KERNEL)' '$(guest_BASE)' '$(MODULES_OUT)' '$(QEMU_DIR)' \
		$(B) $@
	$(Q)$(if $(filter $(DEFAULT_SERIES),$(SERIES)),ln -sf $(notdir $@) $(B)/guest.json)

do-guest: $(guest_JSON)
	@:

# The library against a fake QEMU, sanitized.
guest_TEST	:= $(B)/tests/guest-test
guest_TEST_SRC	:= $(guest_SRC:%=harness/guest/%.c) harness/guest/init/plan.c \
		   harness/guest/test/guest-test.c
T0_TESTS	+= $(guest_TEST)

$(guest_TEST): $(guest_TEST_SRC) $(wildcard harness/guest/*.h harness/guest/init/*.h)
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -std=gnu11 -I. -fsanitize=address,undefined \
		-DFAKE_QEMU='"$(abspath harness/guest/test/fake-qemu)"' \
		-o $@ $(filter %.c,$^) -ljansson -lcmocka

-include $(guest_OBJS:.o=.d)
