# SPDX-License-Identifier: GPL-2.0-or-later
#
# The front door of pasidlab. "make" lists the targets.
#
# Two stages. A target that people type (run, check, ...) first installs what it needs, then starts
# make again for its do- twin: only that second make looks for compilers and tools, so that what was
# installed a moment ago is found. Each room of the house adds its own rules through its rules.mk.
#
# Variables to set: B (build directory), CACHE (downloads and guests), V=1 (show commands),
# RUN_ARGS, CHECK_ARGS and BENCH_ARGS (handed to the pasidlab command), SERIES (the guest's kernel:
# 6.12, 7.2), CC. "make -s print-NAME" prints a variable, for scripts: print-KDIR, print-VMLINUX,
# print-KERNEL_RELEASE.

B	?= build
CACHE	?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pasidlab
DEFAULT_SERIES := 6.12
SERIES	?= $(DEFAULT_SERIES)
Q	:= $(if $(V),,@)
WARN	= -Wall -Wextra -Werror
ifeq ($(origin CC),default)
CC	:= gcc
endif
CFLAGS	?= -O2 -g

# The newest clang whose runtime library is there too (sanitizers and fuzzers link against it).
CLANG	:= $(shell for c in $$(printf '%s\n' /usr/bin/clang-[0-9][0-9] | sort -rV) clang; do \
		[ -e "$$($$c -print-file-name=libclang_rt.fuzzer-$$(uname -m).a 2>/dev/null)" ] && \
			echo $$c && break; done 2>/dev/null || true)
CLANG	:= $(or $(CLANG),clang)

CODENAME := $(shell . /etc/os-release && echo $$VERSION_CODENAME)
KERNEL	:= $(CACHE)/kernel/$(CODENAME)-$(SERIES)
KDIR	= $(realpath $(KERNEL))/headers
VMLINUX	= $(realpath $(KERNEL))/vmlinux
-include $(KERNEL)/kernel.env

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
# The second stage builds on all processors, unless the caller has said -j himself.
AGAIN	= +$(Q)$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

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
run: ## Boot a guest, churn PASIDs on a VT-d unit, print and write the report (RUN_ARGS=...)
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-run

check: ## Run every test: in user space, in a guest, on our QEMU; ends with "N passed, N failed"
	$(Q)$(INSTALL) build guest qemu
	$(AGAIN) do-kernel
	$(AGAIN) do-check

##@ Parts of them

.PHONY: check-t0 check-t1 build modules guest deps kernel kernel-update bench
check-t0: ## The user-space tests alone
	$(Q)$(INSTALL) build
	$(AGAIN) do-check-t0

check-t1: ## The guest tests alone (CHECK_ARGS=...)
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-check-t1

build: ## Compile everything: command, tests, workloads, probes, modules
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-build

modules: ## Compile the kernel modules for the guest's kernel
	$(Q)$(INSTALL) build
	$(AGAIN) do-kernel
	$(AGAIN) do-modules

guest: ## Fetch the kernel and build all that a guest boots from
	$(Q)$(INSTALL) build guest
	$(AGAIN) do-kernel
	$(AGAIN) do-guest

bench: ## Measure: instructions per operation, bytes per PASID, waits per operation (BENCH_ARGS=...)
	$(Q)$(INSTALL) build guest bench
	$(AGAIN) do-kernel
	$(AGAIN) -j1 do-bench

##@ Set-up

deps: ## Install every package that any target needs
	$(Q)$(INSTALL) build guest lint bench

kernel: ## Fetch the newest Debian kernel of series SERIES and its headers into the cache
	$(Q)$(INSTALL) build
	$(AGAIN) do-kernel

kernel-update: ## The same, asking the mirror again for a newer one
	$(Q)$(INSTALL) build
	$(AGAIN) do-kernel KERNEL_ARGS=--update

##@ Care

.PHONY: lint clean distclean help
lint: ## Static checks: sparse, cppcheck, checkpatch and codespell where they are to be had
	$(Q)$(INSTALL) build lint
	$(AGAIN) do-kernel
	$(AGAIN) do-lint

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
.PHONY: do-lint
CHECK_T1 = $(B)/pasidlab check --series=$(SERIES) --tier t1 --tap $(CHECK_ARGS)

do-run: do-guest $(ALL) do-modules
	$(Q)$(B)/pasidlab run --series=$(SERIES) $(RUN_ARGS)

do-check: do-guest $(ALL) $(T0_TESTS) do-modules $(qemu_NEEDS)
	$(Q)harness/deps/run-tests $(T0_TESTS) -- $(CHECK_T1) $(qemu_TIER)

do-check-t0: $(T0_TESTS)
	$(Q)harness/deps/run-tests $(T0_TESTS)

do-check-t1: do-guest $(ALL) do-modules
	$(Q)harness/deps/run-tests -- $(CHECK_T1)

do-build: do-guest $(ALL) $(T0_TESTS) do-modules
	@:

do-modules: $(MODULES)
	@:

do-bench: $(BENCHES)
	@echo '  BENCH     $(if $(BENCHES),done: $(BENCHES),no room has a benchmark yet)'

FETCH_KERNEL = SERIES='$(SERIES)' UNBZIMAGE='$(abspath $(UNBZIMAGE))' harness/deps/kernel
UNBZIMAGE := $(B)/harness/unbzimage

do-kernel: $(UNBZIMAGE)
	$(Q)$(FETCH_KERNEL) $(KERNEL_ARGS)

$(KERNEL)/kernel.json: | $(UNBZIMAGE)
	$(Q)$(FETCH_KERNEL)

do-lint:
	$(Q)harness/deps/lint '$(KERNEL)' '$(CACHE)/lint/$(KERNEL_RELEASE)/$(TREE_KEY)' '$(B)'

$(MODULES): $(MODULES_SRC) harness/deps/modules harness/deps/enter $(KERNEL)/kernel.json
	@echo '  MODULES   $(KERNEL_RELEASE)'
	$(Q)harness/deps/modules '$(KERNEL)' '$(MODULES_WORK)' $(MODULES_OUT)
	$(Q)touch $@

$(UNBZIMAGE): harness/guest/unbzimage.c
	@mkdir -p $(@D)
	@echo '  CC        $@'
	$(Q)$(CC) -O2 $(WARN) -o $@ $< -lzstd
