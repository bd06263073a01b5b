/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu.h - the QEMU process behind a guest; for guest.c alone.
 *
 * Knows each architecture's recipe (machine, processor, console, kernel command line) and how
 * channels are handed to a child. Hard rule: what is started here dies with its parent.
 */
#ifndef PASIDLAB_HARNESS_GUEST_QEMU_H
#define PASIDLAB_HARNESS_GUEST_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "guest.h"

/** struct qemu_channels - the ends of the channels; -1: closed */
struct qemu_channels {
	int console;	/* ours: the serial console */
	int result;	/* ours: the result port */
	int words;	/* ours: QEMU's own standard output and error */
	int theirs[4];	/* QEMU's: console, result, words, initrd */
};

enum { QEMU_CONSOLE, QEMU_RESULT, QEMU_WORDS, QEMU_INITRD };

int qemu_channels_open(struct qemu_channels *channels);
void qemu_channels_close(struct qemu_channels *channels);
int qemu_channels_load(struct qemu_channels *channels, const struct pl_guest_opts *opts);

int qemu_argv_new(const struct pl_guest_opts *opts, bool kvm, char ***argv);
void qemu_argv_free(char **argv);

int qemu_start(char *const *argv, struct qemu_channels *channels, pid_t *pid);
void qemu_version(const char *program, char *version, size_t size);
bool qemu_exit_code(int status, int *code);

#endif
