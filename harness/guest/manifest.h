/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifest.h - where the pieces of a guest are.
 *
 * "make" writes one small JSON file, guest-SERIES.json, beside the pasidlab command, and guest.json
 * for the series that is used unless another is named: the kernel and its exact package
 * version, the base archive, the tree's own modules in the order in which they load, where the
 * programs are, and the directory of the QEMU that belongs to the tree, built or not. Those of a
 * guest of another architecture are in the directory of its name, beside the command. Hard rule:
 * paths in it are absolute, so that the command may be run from anywhere.
 */
#ifndef PASIDLAB_HARNESS_GUEST_MANIFEST_H
#define PASIDLAB_HARNESS_GUEST_MANIFEST_H

#include <jansson.h>

/**
 * struct pl_guest_manifest - the pieces of one guest
 * @release: kernel release, as uname -r says it
 * @version: package version of the kernel
 * @kernel: the kernel as QEMU boots it: ELF, or an arm64 Image
 * @base: the base archive
 * @stock: directory of the distribution's own modules
 * @qemu: directory of the QEMU with this tree's device ("make qemu"); need not be there
 * @programs: directory of the guest's static programs: the pasidlab command, and guest/
 * @modules: array of strings: the tree's modules, in load order
 * @root: the whole object; all pointers above point into it
 */
struct pl_guest_manifest {
	const char *release;
	const char *version;
	const char *kernel;
	const char *base;
	const char *stock;
	const char *qemu;
	const char *programs;
	json_t *modules;
	json_t *root;
};

/**
 * pl_guest_manifest_load() - read the manifest beside the running program
 * @arch: of the guest, such as "arm64"; NULL: this machine's
 * @series: of the kernel, such as "7.2"; NULL: the default's, guest.json
 * @manifest: filled in
 *
 * Return: 0, -ENOENT, -EBADMSG when it is no such manifest.
 */
int pl_guest_manifest_load(const char *arch, const char *series,
			   struct pl_guest_manifest *manifest);

/**
 * pl_guest_manifest_read() - read a manifest that is somewhere else
 * @path: the file
 * @manifest: filled in
 *
 * Return: as pl_guest_manifest_load().
 */
int pl_guest_manifest_read(const char *path, struct pl_guest_manifest *manifest);

/**
 * pl_guest_manifest_release() - free what a manifest holds
 * @manifest: zeroed afterwards
 */
void pl_guest_manifest_release(struct pl_guest_manifest *manifest);

#endif
