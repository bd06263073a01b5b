/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Character devices as a process sees them, without descriptors of the host.
 *
 * Each call behaves as the system call would: an ioctl the device does not know
 * is -ENOTTY, a close runs release() when the last call in flight is over, and
 * a lock still held on return to the caller stops the program.
 */
#ifndef _SHIM_FS_H
#define _SHIM_FS_H

#include <linux/fs.h>

/**
 * shim_open() - open a misc device
 * @name: as registered, without "/dev/"
 * @flags: O_RDONLY, O_RDWR, O_NONBLOCK, ...
 *
 * Return: the file, ERR_PTR(-ENOENT) where none is registered, or what open() said.
 */
struct file *shim_open(const char *name, int flags);

/**
 * shim_ioctl() - call the file's ioctl
 * @file: from shim_open()
 * @cmd: request
 * @arg: its argument
 *
 * Return: what the device said, -ENOTTY for -ENOIOCTLCMD.
 */
long shim_ioctl(struct file *file, unsigned int cmd, void *arg);
ssize_t shim_read(struct file *file, void *buf, size_t len);
ssize_t shim_write(struct file *file, const void *buf, size_t len);
__poll_t shim_poll(struct file *file);

/**
 * shim_close() - drop the caller's reference
 * @file: from shim_open(); release() runs when nobody else holds one
 *
 * Return: what flush() said.
 */
int shim_close(struct file *file);

/**
 * shim_fd_file() - the file behind a descriptor that kernel code installed
 * @fd: as an ioctl gave it
 *
 * The descriptor is gone, its reference is the caller's.
 *
 * Return: the file, or ERR_PTR(-EBADF).
 */
struct file *shim_fd_file(int fd);

#endif /* _SHIM_FS_H */
