# SPDX-License-Identifier: GPL-2.0-or-later
#
# The front door of pasidlab. "make" lists the targets.
#
# Two stages. A target that people type (run, check, ...) first installs what it needs, then starts
# make again for its do- twin: only that second make looks for compilers and tools, so that what was
# installed a moment ago is found. Each room of the house adds its own rules through its rules.mk.
#
# What runs in a guest of another architecture is compiled by the same rules in a make of its own:
# FOR=ARCH, B=B/ARCH, and a cross compiler as CC ($(call guest_MAKE,ARCH)).
#
# Variables to set: B (build directory), CACHE (downloads and guests), V=1 (show commands),
# RUN_ARGS, CHECK_ARGS and BENCH_ARGS (handed to the pasidlab command), ARCH (the guest's
# architecture: amd64, arm64; tests run on all unless one is named), SERIES (the guest's kernel:
# 6.12, 7.2), CC. "make -s print-NAME" prints a variable, for scripts: print-KDIR, print-VMLINUX,
# print-KERNEL_RELEASE; with FOR=arm64 those of that architecture.

# An architecture is a column: what its compiler's names begin with ("none" is the machine's own),
# what GNU and BPF call it, and the list of packages beside those that every guest needs.
ARCHES		:= amd64 arm64
MACHINE		:= amd64
cross_arm64	:= aarch64-linux-gnu-
gnu_arm64	:= aarch64-linux-gnu
bpf_amd64	:= x86
bpf_arm64	:= arm64
lists_arm64	:= guest-arm64

CHECK_ARCHES	:= $(if $(ARCH),$(ARCH),$(ARCHES))
ARCH	?= $(MACHINE)
FOR	?= $(MACHINE)
ifneq ($(words $(filter $(ARCHES),$(ARCH) $(FOR))),$(words $(ARCH) $(FOR)))
$(error ARCH=$(ARCH): guests are $(ARCHES))
endif
# The scripts are told which one they work for.
unexport ARCH FOR

B	?= build
# Where this machine's own tools are.
HOST_B	?= $(B)
CACHE	?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pasidlab
DEFAULT_SERIES := 6.12
SERIES	?= $(DEFAULT_SERIES)
Q	:= $(if $(V),,@)
WARN	= -Wall -Wextra -Werror
ifeq ($(origin CC),default)
CC	:= gcc
endif
HOSTCC	?= gcc
CFLAGS	?= -O2 -g

# The newest clang whose runtime library is there too (sanitizers and fuzzers link against it).
CLANG	:= $(shell for c in $$(printf '%s\n' /usr/bin/clang-[0-9][0-9] | sort -rV) clang; do \
		[ -e "$$($$c -print-file-name=libclang_rt.fuzzer-$$(uname -m).a 2>/dev/null)" ] && \
			echo $$c && break; done 2>/dev/null || true)
CLANG	:= $(or $(CLANG),clang)

CODENAME := $(shell . /etc/os-release && echo $$VERSION_CODENAME)
KERNEL	:= $(CACHE)/kernel/$(CODENAME)-$(SERIES)-$(FOR)
KERNEL_IMAGE := vmlinux
-include $(KERNEL)/kernel.env
KDIR	= $(realpath $(KERNEL))/headers
VMLINUX	= $(realpath $(KERNEL))/$(KERNEL_IMAGE)

# Two checkouts share the downloads, but nothing that is built.
TREE_KEY := $(firstword $(shell pwd | cksum))
MODULES_WORK = $(CACHE)/build/$(KERNEL_RELEASE)/$(TREE_KEY)
MODULES_SRC := Kbuild qemu/engine-regs.h \
	$(shell find kmod hw tests/bench/kbench -name '*.[chS]' -o -name Kbuild 2>/dev/null)
MODULES_OUT := $(B)/modules/$(SERIES)
MODULES	:= $(MODULES_OUT)/.stamp

# The QEMU that belongs to this tree, built or not: qemu/build says where it is.
QEMU_SRC := $(shell find qemu -type f)
QEMU_DIR = $(shell CACHE='$(CACHE)' qemu/build --dir)

INSTALL	:= CACHE='$(CACHE)' harness/deps/install
# What guests of some architectures need.
guest_LISTS = guest $(foreach a,$(1),$(lists_$(a)))
# A make for what runs in guests of another architecture.
sysroot	= $(CACHE)/sysroot/$(CODENAME)-$(1)/usr
guest_CC = $(cross_$(1))gcc -isystem $(call sysroot,$(1))/include \
	   -L$(call sysroot,$(1))/lib/$(gnu_$(1))
guest_MAKE = $(MAKE) --no-print-directory FOR=$(1) B='$(B)/$(1)' HOST_B='$(B)' \
	     CC='$(guest_CC)' AR=$(cross_$(1))ar
# The second stage builds on all processors, unless the caller has said -j himself.
AGAIN	= +$(Q)$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) \
	  $(if $(filter environment,$(origin ARCH)),ARCH=$(ARCH))
UNBZIMAGE := $(HOST_B)/harness/unbzimage

export CACHE
# A script beside a C file of the same name is no program to be made from it.
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:

# What the rooms add to: ALL, everything "make build" makes; T0_TESTS, the user-space test programs;
# BENCHES, targets that measure and print, run one at a time.
ALL	:=
T0_TESTS :=
BENCHES	:=

-include harness/guest/guest.mk
-include tests/rules.mk harness/rules.mk bpf/rules.mk workloads/rules.mk qemu/rules.mk

##@ The two commands

.PHONY: run check
run: ## Boot a guest, churn PASIDs, print and write the report (ARCH=arm64 RUN_ARGS=...)
	$(Q)$(INSTALL) build $(call guest_LISTS,$(ARCH))
	$(AGAIN) do-kernel
	$(AGAIN) do-run

check: ## Run every test: in user space, in guests, on our QEMU; ends with "N passed, N failed"
	$(Q)$(INSTALL) build $(call guest_LISTS,$(CHECK_ARCHES)) qemu
	$(AGAIN) do-kernel
	$(AGAIN) do-check

##@ Parts of them

.PHONY: check-t0 check-t1 build modules guest deps kernel kernel-update bench
check-t0: ## The user-space tests alone
	$(Q)$(INSTALL) build
	$(AGAIN) do-check-t0

check-t1: ## The guest tests alone (ARCH=... CHECK_ARGS=...)
	$(Q)$(INSTALL) build $(call guest_LISTS,$(CHECK_ARCHES))
	$(AGAIN) do-kernel
	$(AGAIN) do-check-t1

build: ## Compile everything: command, tests, workloads, probes, modules
	$(Q)$(INSTALL) build $(call guest_LISTS,$(ARCH))
	$(AGAIN) do-kernel
	$(AGAIN) do-build

modules: ## Compile the kernel modules for the guest's kernel
	$(Q)$(INSTALL) build $(lists_$(ARCH))
	$(AGAIN) do-kernel
	$(AGAIN) do-modules-$(ARCH)

guest: ## Fetch the kernel and build all that a guest boots from (ARCH=... SERIES=...)
	$(Q)$(INSTALL) build $(call guest_LISTS,$(ARCH))
	$(AGAIN) do-kernel
	$(AGAIN) do-guest-$(ARCH)

bench: ## Measure: instructions per operation, bytes per PASID, waits per operation (BENCH_ARGS=...)
	$(Q)$(INSTALL) build guest bench
	$(AGAIN) do-kernel
	$(AGAIN) -j1 do-bench

##@ Set-up

deps: ## Install every package that any target needs
	$(Q)$(INSTALL) build $(call guest_LISTS,$(ARCHES)) lint bench

kernel: ## Fetch the newest Debian kernel of series SERIES and its headers into the cache
	$(Q)$(INSTALL) build $(lists_$(ARCH))
	$(AGAIN) do-kernel-$(ARCH)

kernel-update: ## The same, asking the mirror again for a newer one
	$(Q)$(INSTALL) build $(lists_$(ARCH))
	$(AGAIN) do-kernel-$(ARCH) KERNEL_ARGS=--update

##@ Care

.PHONY: lint clean distclean help
lint: ## Static checks: sparse (of modules for ARCH), cppcheck, codespell, kernel style
	$(Q)$(INSTALL) build lint $(lists_$(ARCH))
	$(AGAIN) do-kernel-$(ARCH)
	$(AGAIN) FOR=$(ARCH) do-lint

clean: ## Remove what the build made
	$(Q)rm -rf $(B)

distclean: clean ## Remove the cache too (kernels, guests, package lists); asks first
	$(Q)harness/deps/forget '$(CACHE)'

help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "%s%s\n", (n++ ? "\n" : ""), substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))
	@printf '\nOf the rooms\n'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		$(wildcard */rules.mk */*/rules.mk)

print-%:
	@echo '$($*)'

# Second stage: everything is installed.

.PHONY: do-run do-check do-check-t0 do-check-t1 do-build do-modules do-guest do-kernel do-bench
.PHONY: do-lint $(ARCHES:%=do-guest-%) $(ARCHES:%=do-modules-%) $(ARCHES:%=do-kernel-%)

# What a guest of one architecture repeats of another's, it repeats for a shorter time.
check_ARGS_arm64 := --property=3 --lives=200
CHECK_T1 = $(foreach a,$(CHECK_ARCHES),-- $(B)/pasidlab check --arch=$(a) --series=$(SERIES) \
	   --tier t1 --tap $(check_ARGS_$(a)) $(CHECK_ARGS))

do-run: do-guest-$(ARCH) $(B)/pasidlab
	$(Q)$(B)/pasidlab run --arch=$(ARCH) --series=$(SERIES) $(RUN_ARGS)

do-check: $(CHECK_ARCHES:%=do-guest-%) $(ALL) $(T0_TESTS) $(qemu_NEEDS)
	$(Q)harness/deps/run-tests $(T0_TESTS) $(CHECK_T1) $(qemu_TIER)

do-check-t0: $(T0_TESTS)
	$(Q)harness/deps/run-tests $(T0_TESTS)

do-check-t1: $(CHECK_ARCHES:%=do-guest-%) $(B)/pasidlab
	$(Q)harness/deps/run-tests $(CHECK_T1)

do-build: do-guest-$(ARCH) $(ALL) $(T0_TESTS) do-modules
	@:

do-modules: $(MODULES)
	@:

do-guest-$(FOR): do-guest $(ALL) do-modules
	@:

do-modules-$(FOR): do-modules
	@:

do-kernel-$(FOR): do-kernel
	@:

# In another architecture's make this machine's tools are there already: two makes write no file.
host_TOOLS = $(UNBZIMAGE) $(guest_MKBASE)

$(filter-out do-guest-$(FOR),$(ARCHES:%=do-guest-%)): do-guest-%: do-kernel-% $(host_TOOLS)
	+$(Q)$(call guest_MAKE,$*) $@

$(filter-out do-modules-$(FOR),$(ARCHES:%=do-modules-%)): do-modules-%: do-kernel-% $(host_TOOLS)
	+$(Q)$(call guest_MAKE,$*) $@

$(filter-out do-kernel-$(FOR),$(ARCHES:%=do-kernel-%)): do-kernel-%: $(host_TOOLS)
	$(Q)ARCH=$* harness/deps/sysroot
	+$(Q)$(call guest_MAKE,$*) $@

do-bench: $(BENCHES)
	@echo '  BENCH     $(if $(BENCHES),done: $(BENCHES),no room has a benchmark yet)'

FETCH_KERNEL = SERIES='$(SERIES)' ARCH=$(FOR) UNBZIMAGE='$(abspath $(UNBZIMAGE))' \
	       harness/deps/kernel

do-kernel: $(UNBZIMAGE)
	$(Q)$(FETCH_KERNEL) $(KERNEL_ARGS)

$(KERNEL)/kernel.json: | $(UNBZIMAGE)
	$(Q)$(FETCH_KERNEL)

do-lint:
	$(Q)CROSS_COMPILE=$(cross_$(FOR)) harness/deps/lint '$(KERNEL)' \
		'$(CACHE)/lint/$(KERNEL_RELEASE)/$(TREE_KEY)' '$(B)'

$(MODULES): $(MODULES_SRC) harness/deps/modules harness/deps/enter $(KERNEL)/kernel.json
	@echo '  MODULES   $(KERNEL_RELEASE)'
	$(Q)CROSS_COMPILE=$(cross_$(FOR)) harness/deps/modules '$(KERNEL)' '$(MODULES_WORK)' \
		$(MODULES_OUT)
	$(Q)touch $@

$(UNBZIMAGE): harness/guest/unbzimage.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(HOSTCC) -O2 $(WARN) -o $@ $< -lzstd
