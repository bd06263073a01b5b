// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel threads.
 *
 * The thread owns one reference of its task and drops it when it ends, so, as
 * in the kernel, a thread that may end by itself and is stopped later needs a
 * reference of the stopper's.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>

#include "shim_control.h"
#include "shim_task.h"

struct shim_kthread {
	int (*fn)(void *data);
	void *data;
	int stop;
	int result;
	struct completion ended;
	struct completion entered;
};

void shim_kthread_free(struct shim_kthread *k)
{
	free(k);
}

static void *kthread_main(void *arg)
{
	struct task_struct *task = arg;
	struct shim_kthread *k = task->shim_kthread;

	shim_task_enter(task);
	complete(&k->entered);
	schedule();
	k->result = READ_ONCE(k->stop) ? -EINTR : k->fn(k->data);
	if (shim_locks_held() || in_atomic())
		shim_bug_at(__FILE__, __LINE__, "kthread %s ends in atomic context or with a lock",
			    task->comm);
	complete_all(&k->ended);
	return NULL;
}

static struct task_struct *kthread_alloc(int (*fn)(void *data), void *data)
{
	struct task_struct *task = shim_task_alloc();
	struct shim_kthread *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	k->fn = fn;
	k->data = data;
	init_completion(&k->ended);
	init_completion(&k->entered);
	task->shim_kthread = k;
	task->flags = PF_KTHREAD;
	task->__state = TASK_NEW;
	return task;
}

static int kthread_start(struct task_struct *task)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attr, kthread_main, task);
	pthread_attr_destroy(&attr);
	return -ret;
}

struct task_struct *kthread_create_on_node(int (*fn)(void *data), void *data, int node,
					   const char *fmt, ...)
{
	struct task_struct *task;
	va_list args;
	int ret;

	(void)node;
	might_sleep();
	task = kthread_alloc(fn, data);
	va_start(args, fmt);
	vsnprintf(task->comm, sizeof(task->comm), fmt, args);
	va_end(args);
	ret = kthread_start(task);
	if (ret) {
		put_task_struct(task);
		return ERR_PTR(ret);
	}
	wait_for_completion(&task->shim_kthread->entered);
	return task;
}

int kthread_stop(struct task_struct *task)
{
	struct shim_kthread *k = task->shim_kthread;
	int ret;

	get_task_struct(task);
	WRITE_ONCE(k->stop, 1);
	wake_up_process(task);
	wait_for_completion(&k->ended);
	ret = k->result;
	put_task_struct(task);
	return ret;
}

int kthread_stop_put(struct task_struct *task)
{
	int ret = kthread_stop(task);

	put_task_struct(task);
	return ret;
}

bool kthread_should_stop(void)
{
	struct shim_kthread *k = current->shim_kthread;

	return k && READ_ONCE(k->stop);
}

void *kthread_data(struct task_struct *task)
{
	return task->shim_kthread->data;
}

void kthread_use_mm(struct mm_struct *mm)
{
	mmgrab(mm);
	current->mm = mm;
}

void kthread_unuse_mm(struct mm_struct *mm)
{
	current->mm = NULL;
	mmdrop(mm);
}
