/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h - initramfs archives made in memory.
 *
 * A guest's root is one or more "newc" cpio archives laid end to end: a base archive (a shell and
 * pasidlab's own init, made once) and a payload (modules, programs, the plan of one run, made anew
 * each time). No external cpio, no root and no temporary tree is needed: files keep their bytes,
 * everything belongs to root, times are zero, so equal input gives equal archives.
 *
 * Vocabulary: an "entry" is one header with its data; the "plan" is the file /plan that init.c
 * runs. Hard rule: parents come first: every adding call makes the directories that a path needs.
 */
#ifndef PASIDLAB_HARNESS_GUEST_IMAGE_H
#define PASIDLAB_HARNESS_GUEST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pl_image;

/**
 * pl_image_new() - start an empty archive
 *
 * Return: the archive, or NULL without memory. pl_image_free() ends it.
 */
struct pl_image *pl_image_new(void);

/**
 * pl_image_free() - forget an archive
 * @image: may be NULL
 */
void pl_image_free(struct pl_image *image);

/**
 * pl_image_add_data() - add a file from memory
 * @image: the archive
 * @path: absolute path in the guest
 * @data: its bytes
 * @size: how many, below 4 GiB
 * @mode: permission bits, such as 0755
 *
 * Return: 0, -EINVAL for a path that is not absolute, -EFBIG, -ENOMEM.
 */
int pl_image_add_data(struct pl_image *image, const char *path, const void *data, size_t size,
		      mode_t mode);

/**
 * pl_image_add_file() - add a file of the host
 * @image: the archive
 * @host: where it is here
 * @path: absolute path in the guest
 * @mode: permission bits in the guest
 *
 * Return: 0, what opening and reading @host gives (-ENOENT, -EACCES, ...), or as
 * pl_image_add_data().
 */
int pl_image_add_file(struct pl_image *image, const char *host, const char *path, mode_t mode);

/**
 * pl_image_add_program() - add an executable of the host, mode 0755
 * @image: the archive
 * @host: where it is here
 * @path: absolute path in the guest
 *
 * The guest has no shared libraries, so a program that asks for a loader is refused here rather
 * than with the guest's misleading "no such file".
 *
 * Return: 0, -ENOEXEC for an ELF program that is not static, or as pl_image_add_file().
 */
int pl_image_add_program(struct pl_image *image, const char *host, const char *path);

/**
 * pl_image_add_dir() - add a directory and its parents, mode 0755
 * @image: the archive
 * @path: absolute path in the guest
 *
 * Return: 0, -EINVAL, -ENOMEM. A directory that is there already is no error.
 */
int pl_image_add_dir(struct pl_image *image, const char *path);

/**
 * pl_image_add_link() - add a symbolic link
 * @image: the archive
 * @path: absolute path of the link
 * @target: what it holds
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int pl_image_add_link(struct pl_image *image, const char *path, const char *target);

/**
 * pl_image_add_node() - add a character device
 * @image: the archive
 * @path: absolute path in the guest
 * @mode: permission bits
 * @major: device numbers
 * @minor: device numbers
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int pl_image_add_node(struct pl_image *image, const char *path, mode_t mode, unsigned int major,
		      unsigned int minor);

/**
 * struct pl_plan_step - one command for the guest's init
 * @name: what frames and reports call it; NULL: the last part of argv[0]
 * @argv: its words, ended by NULL. "insmod PATH [PARAM=VALUE...]", "rmmod NAME" and "stop NAME"
 *	(end a background command with SIGTERM and report it) are init's own
 * @timeout_s: seconds until it is killed; 0: init's default (120)
 * @background: go on with the next command at once; it is stopped at the plan's end at the latest
 */
struct pl_plan_step {
	const char *name;
	const char *const *argv;
	unsigned int timeout_s;
	bool background;
};

/**
 * pl_image_add_plan() - add /plan
 * @image: the archive
 * @steps: the commands, run in turn
 * @count: how many
 *
 * Return: 0, -EINVAL for a step without a command or a word with a line break, -ENOMEM.
 */
int pl_image_add_plan(struct pl_image *image, const struct pl_plan_step *steps, size_t count);

/**
 * pl_image_finish() - end the archive
 * @image: the archive; nothing may be added afterwards
 * @data: where its bytes start; they live as long as @image
 * @size: how many
 *
 * May be called again for the same bytes.
 *
 * Return: 0 or -ENOMEM.
 */
int pl_image_finish(struct pl_image *image, const void **data, size_t *size);

/**
 * pl_image_save() - end the archive and put it in a file, whole or not at all
 * @image: the archive
 * @path: the file
 *
 * Return: 0 or what writing gives.
 */
int pl_image_save(struct pl_image *image, const char *path);

#endif
