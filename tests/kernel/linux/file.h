/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: files without a name, of which shim_fs.h keeps the only descriptors. */
#ifndef _SHIM_LINUX_FILE_H
#define _SHIM_LINUX_FILE_H

#include <linux/fs.h>

struct file *fget(unsigned int fd);
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);

#endif /* _SHIM_LINUX_FILE_H */
