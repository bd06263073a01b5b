// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkbase - make a guest's base archive: init, a static busybox with its applets, and a console.
 *
 * The base is the same for every run and is made once; what changes from run to run travels in a
 * payload behind it (image.h). Hard rule: /dev/console must be in the archive, since the kernel
 * opens it for init before anything is mounted.
 */
#include <stdio.h>
#include <string.h>

#include "image.h"

static const char *const dirs[] = { "/proc", "/sys", "/tmp", "/root", "/modules" };

static int fill(struct pl_image *image, char **argv)
{
	char path[256];
	size_t i;
	int err;

	err = pl_image_add_program(image, argv[2], "/init");
	if (!err)
		err = pl_image_add_program(image, argv[3], "/bin/busybox");
	if (!err)
		err = pl_image_add_node(image, "/dev/console", 0600, 5, 1);
	for (i = 0; !err && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		err = pl_image_add_dir(image, dirs[i]);
	for (i = 4; !err && argv[i]; i++) {
		if (!strcmp(argv[i], "busybox") || !strcmp(argv[i], "init"))
			continue;
		snprintf(path, sizeof(path), "/bin/%s", argv[i]);
		err = pl_image_add_link(image, path, "busybox");
	}
	return err;
}

int main(int argc, char **argv)
{
	struct pl_image *image;
	int err;

	if (argc < 4) {
		fprintf(stderr, "usage: %s OUT INIT BUSYBOX [APPLET...]\n", argv[0]);
		return 2;
	}
	image = pl_image_new();
	err = image ? fill(image, argv) : -1;
	if (!err)
		err = pl_image_save(image, argv[1]);
	pl_image_free(image);
	if (err)
		fprintf(stderr, "%s: cannot make %s from %s and %s: %s\n", argv[0], argv[1],
			argv[2], argv[3], strerror(-err));
	return err ? 1 : 0;
}
