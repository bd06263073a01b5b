/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: threads as tasks: who runs, who sleeps, who wakes it.
 *
 * Every thread that asks for current gets a task; kthreads bring theirs.  A task
 * sleeps in schedule() while its state is not TASK_RUNNING, so the kernel's own
 * protocol (set the state, look at the condition, schedule) is what runs here.
 */
#ifndef _SHIM_LINUX_SCHED_H
#define _SHIM_LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "../shim_context.h"

#define TASK_RUNNING		0x0
#define TASK_INTERRUPTIBLE	0x1
#define TASK_UNINTERRUPTIBLE	0x2
#define TASK_WAKEKILL		0x100
#define TASK_NOLOAD		0x400
#define TASK_NEW		0x800
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define TASK_COMM_LEN		16

#define PF_EXITING		0x4
#define PF_KTHREAD		0x200000

struct mm_struct;

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	pid_t pid;
	pid_t tgid;
	struct mm_struct *mm;
	struct mm_struct *active_mm;
	char comm[TASK_COMM_LEN];
	refcount_t usage;
	pthread_mutex_t shim_lock;
	pthread_cond_t shim_woken;
	int shim_signal;
	struct shim_kthread *shim_kthread;
};

extern SHIM_TLS struct task_struct *shim_current;
struct task_struct *shim_current_make(void);

static __always_inline struct task_struct *get_current(void)
{
	return likely(shim_current) ? shim_current : shim_current_make();
}

#define current		get_current()

#define __set_current_state(s)	WRITE_ONCE(current->__state, (s))
#define set_current_state(s)	__atomic_store_n(&current->__state, (s), __ATOMIC_SEQ_CST)
#define get_current_state()	READ_ONCE(current->__state)

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);
int wake_up_process(struct task_struct *task);
int shim_wake_up_state(struct task_struct *task, unsigned int state);
void yield(void);
int shim_cond_resched(void);

#define wake_up_state(t, s)	shim_wake_up_state(t, s)
#define cond_resched()		({ might_sleep(); shim_cond_resched(); })
#define need_resched()		0
#define MAX_SCHEDULE_TIMEOUT	((long)(~0UL >> 1))

static inline int signal_pending(struct task_struct *task)
{
	return READ_ONCE(task->shim_signal);
}

static inline int fatal_signal_pending(struct task_struct *task)
{
	return signal_pending(task);
}

static inline int signal_pending_state(unsigned int state, struct task_struct *task)
{
	return (state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) && signal_pending(task);
}

static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

static inline pid_t task_tgid_nr(struct task_struct *task)
{
	return task->tgid;
}

#define task_pid_vnr(t)		task_pid_nr(t)
#define task_tgid_vnr(t)	task_tgid_nr(t)
#define get_task_comm(buf, t)	memcpy(buf, (t)->comm, TASK_COMM_LEN)

void shim_task_free(struct task_struct *task);

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}

static inline void put_task_struct(struct task_struct *task)
{
	if (refcount_dec_and_test(&task->usage))
		shim_task_free(task);
}

#endif /* _SHIM_LINUX_SCHED_H */
