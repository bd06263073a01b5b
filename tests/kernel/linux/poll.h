/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: poll masks; shim_poll() asks once and does not wait. */
#ifndef _SHIM_LINUX_POLL_H
#define _SHIM_LINUX_POLL_H

#include <linux/fs.h>
#include <linux/wait.h>

#define EPOLLIN		((__poll_t)0x001)
#define EPOLLPRI	((__poll_t)0x002)
#define EPOLLOUT	((__poll_t)0x004)
#define EPOLLERR	((__poll_t)0x008)
#define EPOLLHUP	((__poll_t)0x010)
#define EPOLLRDNORM	((__poll_t)0x040)
#define EPOLLWRNORM	((__poll_t)0x100)

typedef struct poll_table_struct {
	wait_queue_head_t *wq;
} poll_table;

static inline void poll_wait(struct file *file, wait_queue_head_t *wq, poll_table *p)
{
	(void)file;
	if (p)
		p->wq = wq;
}

#endif /* _SHIM_LINUX_POLL_H */
