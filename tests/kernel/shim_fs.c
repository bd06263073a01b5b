// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Misc devices, open files, and a small table of descriptors.
 *
 * Locking: misc_lock guards the list and is held around open(), as the kernel's
 * misc_mtx is; fd_lock guards the table.
 *
 * The hard rule: no call comes back to the caller with a lock held or in atomic
 * context.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <linux/anon_inodes.h>
#include <linux/bug.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/poll.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "shim_control.h"
#include "shim_fs.h"

#define FDS_MAX		64
#define FD_FIRST	3

static DEFINE_MUTEX(misc_lock);
static LIST_HEAD(misc_list);

static pthread_mutex_t fd_lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *fds[FDS_MAX];
static bool fd_used[FDS_MAX];

static void check_return(const char *call)
{
	if (shim_locks_held() || in_atomic())
		shim_bug_at(__FILE__, __LINE__, "%s returns with a lock held or atomic", call);
}

static struct miscdevice *misc_find(const char *name)
{
	struct miscdevice *m;

	list_for_each_entry(m, &misc_list, list)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

static void misc_device_release(struct device *dev)
{
	kfree(dev);
}

static int misc_device_make(struct miscdevice *misc)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int ret;

	if (!dev)
		return -ENOMEM;
	device_initialize(dev);
	dev->release = misc_device_release;
	dev->parent = misc->parent;
	ret = dev_set_name(dev, "%s", misc->name);
	if (!ret)
		ret = device_add(dev);
	if (ret) {
		put_device(dev);
		return ret;
	}
	misc->this_device = dev;
	return 0;
}

int misc_register(struct miscdevice *misc)
{
	int ret = -EBUSY;

	mutex_lock(&misc_lock);
	if (!misc_find(misc->name))
		ret = misc_device_make(misc);
	if (!ret)
		list_add(&misc->list, &misc_list);
	mutex_unlock(&misc_lock);
	return ret;
}

void misc_deregister(struct miscdevice *misc)
{
	mutex_lock(&misc_lock);
	list_del(&misc->list);
	mutex_unlock(&misc_lock);
	device_unregister(misc->this_device);
	misc->this_device = NULL;
}

static struct file *file_alloc(const struct file_operations *fops, void *priv, int flags)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		abort();
	file->f_op = fops;
	file->private_data = priv;
	file->f_flags = flags;
	file->f_mode = (flags & O_WRONLY ? 0 : FMODE_READ) |
		       (flags & (O_WRONLY | O_RDWR) ? FMODE_WRITE : 0);
	file->f_inode = &file->shim_inode;
	atomic_long_set(&file->f_count, 1);
	__module_get(fops->owner);
	return file;
}

static void file_free(struct file *file)
{
	module_put(file->f_op->owner);
	free(file);
}

static struct file *open_locked(struct miscdevice *misc, int flags)
{
	struct file *file;
	int ret;

	if (!misc)
		return ERR_PTR(-ENOENT);
	file = file_alloc(misc->fops, misc, flags);
	ret = misc->fops->open ? misc->fops->open(file->f_inode, file) : 0;
	if (!ret)
		return file;
	file_free(file);
	return ERR_PTR(ret);
}

struct file *shim_open(const char *name, int flags)
{
	struct file *file;

	mutex_lock(&misc_lock);
	file = open_locked(misc_find(name), flags);
	mutex_unlock(&misc_lock);
	check_return("open");
	return file;
}

long shim_ioctl(struct file *file, unsigned int cmd, void *arg)
{
	long ret = -ENOTTY;

	if (file->f_op->unlocked_ioctl) {
		get_file(file);
		ret = file->f_op->unlocked_ioctl(file, cmd, (unsigned long)arg);
		fput(file);
	}
	check_return("ioctl");
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

ssize_t shim_read(struct file *file, void *buf, size_t len)
{
	ssize_t ret = -EINVAL;

	if (file->f_op->read)
		ret = file->f_op->read(file, buf, len, &file->f_pos);
	check_return("read");
	return ret;
}

ssize_t shim_write(struct file *file, const void *buf, size_t len)
{
	ssize_t ret = -EINVAL;

	if (file->f_op->write)
		ret = file->f_op->write(file, buf, len, &file->f_pos);
	check_return("write");
	return ret;
}

__poll_t shim_poll(struct file *file)
{
	poll_table table = { NULL };
	__poll_t ret = EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM;

	if (file->f_op->poll)
		ret = file->f_op->poll(file, &table);
	check_return("poll");
	return ret;
}

void fput(struct file *file)
{
	if (!atomic_long_dec_and_test(&file->f_count))
		return;
	if (file->f_op->release)
		file->f_op->release(file->f_inode, file);
	file_free(file);
}

int shim_close(struct file *file)
{
	int ret = file->f_op->flush ? file->f_op->flush(file, NULL) : 0;

	fput(file);
	check_return("close");
	return ret;
}

loff_t noop_llseek(struct file *file, loff_t off, int whence)
{
	(void)off;
	(void)whence;
	return file->f_pos;
}

int nonseekable_open(struct inode *inode, struct file *file)
{
	(void)inode;
	(void)file;
	return 0;
}

int stream_open(struct inode *inode, struct file *file)
{
	return nonseekable_open(inode, file);
}

long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (!file->f_op->unlocked_ioctl)
		return -ENOIOCTLCMD;
	return file->f_op->unlocked_ioctl(file, cmd, (u32)arg);
}

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops,
				void *priv, int flags)
{
	(void)name;
	return file_alloc(fops, priv, flags);
}

int get_unused_fd_flags(unsigned int flags)
{
	int fd;

	(void)flags;
	pthread_mutex_lock(&fd_lock);
	for (fd = FD_FIRST; fd < FDS_MAX && fd_used[fd]; fd++)
		;
	if (fd < FDS_MAX)
		fd_used[fd] = true;
	pthread_mutex_unlock(&fd_lock);
	return fd < FDS_MAX ? fd : -EMFILE;
}

void put_unused_fd(unsigned int fd)
{
	pthread_mutex_lock(&fd_lock);
	fd_used[fd] = false;
	fds[fd] = NULL;
	pthread_mutex_unlock(&fd_lock);
}

void fd_install(unsigned int fd, struct file *file)
{
	pthread_mutex_lock(&fd_lock);
	fds[fd] = file;
	pthread_mutex_unlock(&fd_lock);
}

int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	int fd = get_unused_fd_flags(flags);

	if (fd >= 0)
		fd_install(fd, anon_inode_getfile(name, fops, priv, flags));
	return fd;
}

struct file *fget(unsigned int fd)
{
	struct file *file = NULL;

	pthread_mutex_lock(&fd_lock);
	if (fd < FDS_MAX && fds[fd])
		file = get_file(fds[fd]);
	pthread_mutex_unlock(&fd_lock);
	return file;
}

struct file *shim_fd_file(int fd)
{
	struct file *file = NULL;

	pthread_mutex_lock(&fd_lock);
	if (fd >= 0 && fd < FDS_MAX && fds[fd]) {
		file = fds[fd];
		fds[fd] = NULL;
		fd_used[fd] = false;
	}
	pthread_mutex_unlock(&fd_lock);
	return file ? file : ERR_PTR(-EBADF);
}
