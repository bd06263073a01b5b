/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - boot one guest, listen to it, and be sure that it ends.
 *
 * A guest is a QEMU process with two channels to the caller: the serial console (free text, the
 * kernel's own words) and the result port (frames: RS, one JSON object, line feed; RFC 7464). The
 * library starts the process, hands every line and every frame to a callback, and ends it at the
 * time limit. It prints nothing and keeps no global state, so several guests may run from several
 * threads.
 *
 * Vocabulary: a guest "shows life" with its first console byte or frame; "boot" lasts from the
 * start of QEMU to the hello frame; the "tail" is the last console lines, kept for the report of a
 * failure. Hard rule: the only process that is ever signalled is the one that this call started.
 */
#ifndef PASIDLAB_HARNESS_GUEST_GUEST_H
#define PASIDLAB_HARNESS_GUEST_GUEST_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pl_image;

/** Console lines that a result keeps. */
#define PL_GUEST_TAIL	40

/**
 * enum pl_guest_accel - how the guest's processors run
 * @PL_ACCEL_AUTO: KVM when it works and the guest shows life under it, else TCG
 * @PL_ACCEL_KVM: KVM or -ENODEV
 * @PL_ACCEL_TCG: software emulation, one host thread per processor
 */
enum pl_guest_accel {
	PL_ACCEL_AUTO,
	PL_ACCEL_KVM,
	PL_ACCEL_TCG,
};

/**
 * struct pl_guest_progress - where a running guest is
 * @elapsed_ms: since QEMU was started
 * @booted: the hello frame has come
 * @frames: frames so far
 */
struct pl_guest_progress {
	uint64_t elapsed_ms;
	bool booted;
	uint64_t frames;
};

/**
 * struct pl_guest_opts - what to boot and whom to tell
 * @arch: "x86_64" (the default when NULL) or "aarch64"
 * @qemu: the emulator; NULL: qemu-system-@arch on the PATH
 * @kernel: an ELF vmlinux with a PVH note (x86_64) or an Image (aarch64)
 * @initrds: archive files, ended by NULL, laid end to end; may be NULL
 * @payload: an archive in memory, laid behind them; may be NULL
 * @append: words for the kernel command line, behind the library's own; may be NULL
 * @extra: further QEMU arguments, ended by NULL; may be NULL
 * @smp: processors; 0: 2
 * @mem_mib: memory in MiB; 0: 2048
 * @accel: see enum pl_guest_accel
 * @icount: 0: off; 1 to 10: every instruction takes 2^@icount ns of guest time, on one processor
 *	(TCG only)
 * @timeout_s: seconds from start to end; 0: 300
 * @ctx: handed to the callbacks
 * @on_frame: one frame's JSON text, NUL-terminated, @len bytes; may be NULL
 * @on_console: one line without its line feed; lines of QEMU's own start with "qemu: "; may be NULL
 * @on_progress: about ten times a second; may be NULL
 * @stop: when not NULL and no longer 0, the guest is ended (for a signal handler)
 */
struct pl_guest_opts {
	const char *arch;
	const char *qemu;
	const char *kernel;
	const char *const *initrds;
	struct pl_image *payload;
	const char *append;
	const char *const *extra;
	unsigned int smp;
	unsigned int mem_mib;
	enum pl_guest_accel accel;
	unsigned int icount;
	unsigned int timeout_s;
	void *ctx;
	void (*on_frame)(void *ctx, const char *json, size_t len);
	void (*on_console)(void *ctx, const char *line);
	void (*on_progress)(void *ctx, const struct pl_guest_progress *progress);
	const volatile sig_atomic_t *stop;
};

/**
 * struct pl_guest_result - how it went
 * @exit_code: the code of the exit frame (0: every command of the plan did well), -1 without one
 * @booted: a hello frame came
 * @boot_ms: start of QEMU to the hello frame
 * @total_ms: start to end of QEMU
 * @frames: frames received
 * @stray: bytes on the result port that belonged to no frame; not 0 means a broken writer
 * @qemu_status: exit status of QEMU, or 128 + signal
 * @accel: "kvm" or "tcg"
 * @qemu_version: QEMU's own version line
 * @argv: QEMU's arguments, ended by NULL
 * @tail: the last console lines, oldest first
 * @tail_count: how many of them
 */
struct pl_guest_result {
	int exit_code;
	bool booted;
	uint64_t boot_ms;
	uint64_t total_ms;
	uint64_t frames;
	uint64_t stray;
	int qemu_status;
	char accel[8];
	char qemu_version[96];
	char **argv;
	char *tail[PL_GUEST_TAIL];
	unsigned int tail_count;
};

/**
 * pl_guest_run() - boot a guest and stay until it has ended
 * @opts: what to boot
 * @result: filled in all cases but -EINVAL; pl_guest_result_release() frees what it holds
 *
 * Blocks. Callbacks run in the calling thread, in the order in which things arrived.
 *
 * Return: 0 when the exit frame came (its code is the verdict); -ETIMEDOUT when the time limit
 * ended the guest; -ECANCELED when @opts->stop did; -ECONNRESET when it ended without an exit frame
 * (a panic, or QEMU refused its arguments: the tail tells); -ENOENT without QEMU, kernel or
 * archive; -ENODEV without KVM where it was demanded; -EINVAL; other -errno of the host.
 */
int pl_guest_run(const struct pl_guest_opts *opts, struct pl_guest_result *result);

/**
 * pl_guest_result_release() - free what a result holds
 * @result: zeroed afterwards
 */
void pl_guest_result_release(struct pl_guest_result *result);

/**
 * pl_guest_kvm_works() - can this process run code under KVM at a processor's speed?
 *
 * Makes a machine of one page, runs a short loop on it and drops it; under a fifth of a second.
 *
 * Return: true when the loop ended, fast enough not to have been emulated.
 */
bool pl_guest_kvm_works(void);

#endif
