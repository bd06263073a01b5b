/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: kernel threads are threads. */
#ifndef _SHIM_LINUX_KTHREAD_H
#define _SHIM_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

struct task_struct *kthread_create_on_node(int (*fn)(void *data), void *data, int node,
					   const char *fmt, ...) __printf(4, 5);

#define kthread_create(fn, data, fmt, ...)					\
	kthread_create_on_node(fn, data, -1, fmt, ##__VA_ARGS__)
#define kthread_run(fn, data, fmt, ...) ({					\
	struct task_struct *__shim_k = kthread_create(fn, data, fmt, ##__VA_ARGS__); \
	if (!IS_ERR(__shim_k))							\
		wake_up_process(__shim_k);					\
	__shim_k; })

int kthread_stop(struct task_struct *task);
int kthread_stop_put(struct task_struct *task);
bool kthread_should_stop(void);
void *kthread_data(struct task_struct *task);
void kthread_use_mm(struct mm_struct *mm);
void kthread_unuse_mm(struct mm_struct *mm);

#define kthread_should_park()	false
#define kthread_freezable_should_stop(f) kthread_should_stop()
#define set_freezable()		((void)0)
#define try_to_freeze()		false

#endif /* _SHIM_LINUX_KTHREAD_H */
