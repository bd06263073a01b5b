// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image.c - initramfs archives made in memory.
 *
 * The "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst): a header of
 * "070701" and thirteen fields of eight hexadecimal digits, the path with its NUL, padding to four
 * bytes, the data, padding again; a last entry named TRAILER!!!. The kernel unpacks archives laid
 * end to end in turn.
 *
 * Locking: none; an archive belongs to one thread. Hard rule: after a failed call the archive is as
 * it was before the call, bar directories.
 */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEWC_HEADER	110	/* bytes before the path */
#define NEWC_ALIGN	4
#define ARCHIVE_ALIGN	512	/* a following archive starts on a block, as cpio itself has it */

struct pl_image {
	char *data;
	size_t size;
	size_t room;
	unsigned int inode;
	bool finished;
	char **dirs;
	size_t dir_count;
};

struct entry {
	const char *path;	/* as the archive names it: no leading slash */
	mode_t mode;
	const void *data;
	size_t size;
	unsigned int major;
	unsigned int minor;
};

struct pl_image *pl_image_new(void)
{
	return calloc(1, sizeof(struct pl_image));
}

void pl_image_free(struct pl_image *image)
{
	size_t i;

	if (!image)
		return;
	for (i = 0; i < image->dir_count; i++)
		free(image->dirs[i]);
	free(image->dirs);
	free(image->data);
	free(image);
}

/* Archives grow by doubling: a payload of some megabytes costs a handful of copies. */
static int reserve(struct pl_image *image, size_t more)
{
	size_t room = image->room ? image->room : 1 << 16;
	char *data;

	while (room - image->size < more)
		room *= 2;
	if (room == image->room)
		return 0;
	data = realloc(image->data, room);
	if (!data)
		return -ENOMEM;
	image->data = data;
	image->room = room;
	return 0;
}

static void append(struct pl_image *image, const void *data, size_t size)
{
	if (size)
		memcpy(image->data + image->size, data, size);
	image->size += size;
}

static void pad(struct pl_image *image, size_t align)
{
	while (image->size % align)
		image->data[image->size++] = 0;
}

static int add_entry(struct pl_image *image, const struct entry *e)
{
	size_t path_size = strlen(e->path) + 1;
	char header[NEWC_HEADER + 1];

	if (image->finished)
		return -EINVAL;
	if (e->size > UINT32_MAX)
		return -EFBIG;
	if (reserve(image, NEWC_HEADER + path_size + e->size + 2 * NEWC_ALIGN))
		return -ENOMEM;
	/*
	 * ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize
	 * check
	 */
	snprintf(header, sizeof(header),
		 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 ++image->inode, (unsigned int)e->mode, 0, 0, S_ISDIR(e->mode) ? 2 : 1, 0,
		 (unsigned int)e->size, 0, 0, e->major, e->minor, (unsigned int)path_size, 0);
	append(image, header, NEWC_HEADER);
	append(image, e->path, path_size);
	pad(image, NEWC_ALIGN);
	append(image, e->data, e->size);
	pad(image, NEWC_ALIGN);
	return 0;
}

static bool have_dir(const struct pl_image *image, const char *path)
{
	size_t i;

	for (i = 0; i < image->dir_count; i++)
		if (!strcmp(image->dirs[i], path))
			return true;
	return false;
}

/* @path without its leading slash. */
static int add_one_dir(struct pl_image *image, const char *path)
{
	struct entry e = { .path = path, .mode = S_IFDIR | 0755 };
	char **dirs;
	char *copy;
	int err;

	if (!*path || have_dir(image, path))
		return 0;
	dirs = realloc(image->dirs, (image->dir_count + 1) * sizeof(*dirs));
	if (!dirs)
		return -ENOMEM;
	image->dirs = dirs;
	copy = strdup(path);
	err = copy ? add_entry(image, &e) : -ENOMEM;
	if (err) {
		free(copy);
		return err;
	}
	dirs[image->dir_count++] = copy;
	return 0;
}

static int add_parents(struct pl_image *image, const char *path)
{
	char *copy = strdup(path), *slash;
	int err = copy ? 0 : -ENOMEM;

	for (slash = copy; !err && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		err = add_one_dir(image, copy);
		*slash = '/';
	}
	free(copy);
	return err;
}

/* The one way in: checks the path, adds what must come before it, then the entry. */
static int add(struct pl_image *image, const char *path, struct entry *e)
{
	int err;

	if (path[0] != '/' || !path[1])
		return -EINVAL;
	e->path = path + 1;
	err = add_parents(image, e->path);
	return err ? err : add_entry(image, e);
}

int pl_image_add_data(struct pl_image *image, const char *path, const void *data, size_t size,
		      mode_t mode)
{
	struct entry e = { .mode = S_IFREG | (mode & 07777), .data = data, .size = size };

	return add(image, path, &e);
}

int pl_image_add_dir(struct pl_image *image, const char *path)
{
	int err;

	if (path[0] != '/')
		return -EINVAL;
	err = add_parents(image, path + 1);
	return err ? err : add_one_dir(image, path + 1);
}

int pl_image_add_link(struct pl_image *image, const char *path, const char *target)
{
	struct entry e = { .mode = S_IFLNK | 0777, .data = target, .size = strlen(target) };

	return add(image, path, &e);
}

int pl_image_add_node(struct pl_image *image, const char *path, mode_t mode, unsigned int major,
		      unsigned int minor)
{
	struct entry e = { .mode = S_IFCHR | (mode & 07777), .major = major, .minor = minor };

	return add(image, path, &e);
}

static int read_all(int fd, char *data, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = read(fd, data + done, size - done);
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;	/* the file shrank while it was read */
		done += n;
	}
	return 0;
}

/* A whole file of the host in memory; the caller frees *data. */
static int load_file(const char *host, char **data, size_t *size)
{
	int fd = open(host, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err = -EINVAL;
		goto out;
	}
	*size = st.st_size;
	*data = malloc(*size + 1);
	err = *data ? read_all(fd, *data, *size) : -ENOMEM;
	if (err)
		free(*data);
out:
	close(fd);
	return err;
}

int pl_image_add_file(struct pl_image *image, const char *host, const char *path, mode_t mode)
{
	char *data;
	size_t size;
	int err = load_file(host, &data, &size);

	if (err)
		return err;
	err = pl_image_add_data(image, path, data, size, mode);
	free(data);
	return err;
}

/* An ELF file that names an interpreter cannot start where there is none. */
static bool needs_loader(const char *data, size_t size)
{
	const Elf64_Ehdr *header = (const void *)data;
	const Elf64_Phdr *segment;
	size_t i;

	if (size < sizeof(*header) || memcmp(data, ELFMAG, SELFMAG) ||
	    data[EI_CLASS] != ELFCLASS64 || header->e_phentsize != sizeof(*segment) ||
	    header->e_phoff > size || header->e_phoff % sizeof(uint64_t) ||
	    header->e_phnum > (size - header->e_phoff) / sizeof(*segment))
		return false;
	segment = (const void *)(data + header->e_phoff);
	for (i = 0; i < header->e_phnum; i++)
		if (segment[i].p_type == PT_INTERP)
			return true;
	return false;
}

int pl_image_add_program(struct pl_image *image, const char *host, const char *path)
{
	char *data;
	size_t size;
	int err = load_file(host, &data, &size);

	if (err)
		return err;
	err = needs_loader(data, size) ? -ENOEXEC :
	      pl_image_add_data(image, path, data, size, 0755);
	free(data);
	return err;
}

/* One word, quoted so that init reads the same word back whatever is in it. */
static void write_word(FILE *plan, const char *word)
{
	fputc('"', plan);
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			fputc('\\', plan);
		fputc(*word, plan);
	}
	fputc('"', plan);
}

static int write_step(FILE *plan, const struct pl_plan_step *step)
{
	const char *const *word;

	if (!step->argv || !step->argv[0] || (step->name && strchr(step->name, '\n')))
		return -EINVAL;
	for (word = step->argv; *word; word++)
		if (strchr(*word, '\n'))
			return -EINVAL;
	fprintf(plan, "@timeout=%u", step->timeout_s);
	if (step->name) {
		fputs(" @name=", plan);
		write_word(plan, step->name);
	}
	if (step->background)
		fputs(" @background", plan);
	for (word = step->argv; *word; word++) {
		fputc(' ', plan);
		write_word(plan, *word);
	}
	fputc('\n', plan);
	return 0;
}

int pl_image_add_plan(struct pl_image *image, const struct pl_plan_step *steps, size_t count)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *plan = open_memstream(&text, &size);
	int err = plan ? 0 : -ENOMEM;

	for (i = 0; !err && i < count; i++)
		err = write_step(plan, &steps[i]);
	if (plan && fclose(plan) && !err)
		err = -ENOMEM;
	if (!err)
		err = pl_image_add_data(image, "/plan", text, size, 0644);
	free(text);
	return err;
}

int pl_image_finish(struct pl_image *image, const void **data, size_t *size)
{
	struct entry trailer = { .path = "TRAILER!!!" };
	int err;

	if (!image->finished) {
		err = add_entry(image, &trailer);
		if (!err)
			err = reserve(image, ARCHIVE_ALIGN);
		if (err)
			return err;
		pad(image, ARCHIVE_ALIGN);
		image->finished = true;
	}
	*data = image->data;
	*size = image->size;
	return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0)
			return -errno;
	}
	return 0;
}

int pl_image_save(struct pl_image *image, const char *path)
{
	const void *data;
	size_t size;
	char *tmp;
	int fd, err = pl_image_finish(image, &data, &size);

	if (err)
		return err;
	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = write_all(fd, data, size);
	if (!err && fchmod(fd, 0644))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
out:
	free(tmp);
	return err;
}
