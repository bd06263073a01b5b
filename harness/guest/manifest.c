// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * manifest.c - where the pieces of a guest are.
 *
 * Reads the guest.json that the build writes. Hard rule: a manifest that lacks a piece is refused
 * whole, so that callers need not check each pointer.
 */
#include "manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* [ARCH/]guest.json or [ARCH/]guest-SERIES.json in the directory of the running program. */
static int path_beside(const char *arch, const char *series, char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	size_t left;
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	slash = strrchr(path, '/') + 1;
	left = size - (size_t)(slash - path);
	n = snprintf(slash, left, "%s%sguest%s%s.json", arch ? arch : "", arch ? "/" : "",
		     series ? "-" : "", series ? series : "");
	return (size_t)n < left ? 0 : -ENAMETOOLONG;
}

int pl_guest_manifest_load(const char *arch, const char *series,
			   struct pl_guest_manifest *manifest)
{
	char path[PATH_MAX];
	int err;

	memset(manifest, 0, sizeof(*manifest));
	err = path_beside(arch, series, path, sizeof(path));
	return err ? err : pl_guest_manifest_read(path, manifest);
}

int pl_guest_manifest_read(const char *path, struct pl_guest_manifest *manifest)
{
	memset(manifest, 0, sizeof(*manifest));
	if (access(path, R_OK))
		return -errno;
	manifest->root = json_load_file(path, 0, NULL);
	if (!manifest->root ||
	    json_unpack(manifest->root, "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
			"release", &manifest->release, "version", &manifest->version,
			"kernel", &manifest->kernel, "base", &manifest->base,
			"stock", &manifest->stock, "qemu", &manifest->qemu,
			"programs", &manifest->programs, "modules", &manifest->modules) ||
	    !json_is_array(manifest->modules)) {
		pl_guest_manifest_release(manifest);
		return -EBADMSG;
	}
	return 0;
}

void pl_guest_manifest_release(struct pl_guest_manifest *manifest)
{
	json_decref(manifest->root);
	memset(manifest, 0, sizeof(*manifest));
}
