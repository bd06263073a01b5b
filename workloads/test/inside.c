// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inside.c - the far side of inside.h, built with the kernel's headers as the shims play them.
 *
 * Descriptors are indices of a small table; a shim file has none.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "inside.h"
#include "shim.h"
#include "shim_control.h"
#include "shim_fs.h"

#define FILES 512

static DEFINE_MUTEX(files_lock);
static struct file *files[FILES];

static int inside_open(void *ctx, const char *node)
{
	struct file *file = shim_open(node + sizeof("/dev/") - 1, O_RDWR);
	int fd;

	if (IS_ERR(file))
		return PTR_ERR(file);
	mutex_lock(&files_lock);
	for (fd = 0; fd < FILES && files[fd]; fd++)
		;
	if (fd < FILES)
		files[fd] = file;
	mutex_unlock(&files_lock);
	if (fd < FILES)
		return fd;
	shim_close(file);
	return -EMFILE;
}

static struct file *file_of(int fd)
{
	struct file *file;

	mutex_lock(&files_lock);
	file = fd >= 0 && fd < FILES ? files[fd] : NULL;
	mutex_unlock(&files_lock);
	return file;
}

static void inside_close(void *ctx, int fd)
{
	struct file *file = file_of(fd);

	shim_close(file);
	/* Only now may the number be given out again. */
	mutex_lock(&files_lock);
	files[fd] = NULL;
	mutex_unlock(&files_lock);
}

static int inside_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct file *file = file_of(fd);

	return file ? (int)shim_ioctl(file, request, arg) : -EBADF;
}

const struct plu_transport inside_transport = {
	.open = inside_open,
	.close = inside_close,
	.ioctl = inside_ioctl,
};

static int set_params(const struct inside_config *config)
{
	const struct {
		const char *name;
		long long value;
	} params[] = {
		{ "model_units", config->units },
		{ "model_endpoints", config->endpoints },
		{ "model_plain", config->plain },
		{ "model_channels", config->channels },
		{ "model_pasid_bits", config->pasid_bits },
		{ "model_cm", config->caching_mode },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < sizeof(params) / sizeof(params[0]); i++)
		err = shim_param_set("pasidlab_vtd", params[i].name, params[i].value);
	return err;
}

/**
 * inside_start() - load the modules
 * @config: their parameters
 *
 * Return: 0 or -errno.
 */
int inside_start(const struct inside_config *config)
{
	int err = set_params(config);

	return err ? err : shim_modules_init();
}

/**
 * inside_stop() - unload them; no file is open
 */
void inside_stop(void)
{
	shim_modules_exit();
	rcu_barrier();
}

/**
 * inside_pinned() - pages that are pinned now
 */
long inside_pinned(void)
{
	return shim_pinned_pages();
}

/**
 * inside_complaints() - warnings and errors that the kernel log would hold
 */
unsigned long inside_complaints(void)
{
	return shim_warn_count + shim_err_count;
}

/* The memory that pin_user_pages_fast() of the shims knows; see buffer.c. */
void *plu_pages_alloc(size_t size)
{
	return shim_user_alloc(size, PAGE_SIZE);
}

void plu_pages_free(void *mem, size_t size)
{
	shim_user_free(mem);
}
