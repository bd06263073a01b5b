/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shim_sched.c and shim_kthread.c share: how a task begins and ends. */
#ifndef _SHIM_TASK_H
#define _SHIM_TASK_H

struct shim_kthread;
struct task_struct;

struct task_struct *shim_task_alloc(void);
void shim_task_enter(struct task_struct *task);
void shim_kthread_free(struct shim_kthread *k);

#endif /* _SHIM_TASK_H */
