// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks, sleep and time.
 *
 * Locking: task_struct.shim_lock is held while a state is compared with what a
 * waker wakes, and while a sleeper looks at its own; it is a leaf.
 *
 * The hard rule: a wake-up between set_current_state() and schedule() is never
 * lost, as the state it cleared is what schedule() looks at.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/timekeeping.h>

#include "shim_control.h"
#include "shim_task.h"

/* As in the kernel: jiffies wrap their lower half five minutes after the start. */
#define JIFFIES_START	((unsigned long)(u32)(-300 * HZ))

SHIM_TLS struct task_struct *shim_current;
int shim_fence_word;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t task_key;

struct task_struct *shim_task_alloc(void)
{
	struct task_struct *task = calloc(1, sizeof(*task));
	pthread_condattr_t attr;

	if (!task)
		abort();
	pthread_mutex_init(&task->shim_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&task->shim_woken, &attr);
	pthread_condattr_destroy(&attr);
	refcount_set(&task->usage, 1);
	return task;
}

/* Whoever woke the task last may still be on the way out of shim_wake_up_state(). */
void shim_task_free(struct task_struct *task)
{
	pthread_mutex_lock(&task->shim_lock);
	pthread_mutex_unlock(&task->shim_lock);
	pthread_cond_destroy(&task->shim_woken);
	pthread_mutex_destroy(&task->shim_lock);
	shim_kthread_free(task->shim_kthread);
	free(task);
}

static void task_drop(void *task)
{
	shim_current = NULL;
	put_task_struct(task);
}

static void key_make(void)
{
	pthread_key_create(&task_key, task_drop);
}

/* The thread owns one reference of its task until it ends. */
void shim_task_enter(struct task_struct *task)
{
	pthread_once(&once, key_make);
	pthread_setspecific(task_key, task);
	task->pid = syscall(SYS_gettid);
	task->tgid = getpid();
	shim_current = task;
}

struct task_struct *shim_current_make(void)
{
	struct task_struct *task = shim_task_alloc();

	snprintf(task->comm, sizeof(task->comm), "test");
	task->mm = &shim_process_mm;
	shim_task_enter(task);
	return task;
}

int shim_wake_up_state(struct task_struct *task, unsigned int state)
{
	int woken;

	smp_mb();
	pthread_mutex_lock(&task->shim_lock);
	woken = !!(READ_ONCE(task->__state) & state);
	if (woken) {
		WRITE_ONCE(task->__state, TASK_RUNNING);
		pthread_cond_signal(&task->shim_woken);
	}
	pthread_mutex_unlock(&task->shim_lock);
	return woken;
}

int wake_up_process(struct task_struct *task)
{
	return shim_wake_up_state(task, TASK_NORMAL | TASK_NEW);
}

static struct timespec deadline(u64 ns)
{
	u64 end = ktime_get_ns() + ns;

	return (struct timespec){ .tv_sec = end / NSEC_PER_SEC, .tv_nsec = end % NSEC_PER_SEC };
}

/* Sleep until woken, or until @end. */
static void sleep_until(struct task_struct *task, const struct timespec *end)
{
	int ret = 0;

	pthread_mutex_lock(&task->shim_lock);
	while (READ_ONCE(task->__state) != TASK_RUNNING && ret != ETIMEDOUT)
		ret = end ? pthread_cond_timedwait(&task->shim_woken, &task->shim_lock, end) :
			    pthread_cond_wait(&task->shim_woken, &task->shim_lock);
	WRITE_ONCE(task->__state, TASK_RUNNING);
	pthread_mutex_unlock(&task->shim_lock);
}

void schedule(void)
{
	struct task_struct *task = current;

	might_sleep();
	if (READ_ONCE(task->__state) == TASK_RUNNING)
		sched_yield();
	else
		sleep_until(task, NULL);
}

long schedule_timeout(long timeout)
{
	struct timespec end;
	u64 start = ktime_get_ns();
	long spent;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	might_sleep();
	end = deadline((u64)timeout * NSEC_PER_JIFFY);
	sleep_until(current, &end);
	spent = (ktime_get_ns() - start) / NSEC_PER_JIFFY;
	return spent < timeout ? timeout - spent : 0;
}

long schedule_timeout_interruptible(long timeout)
{
	set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

void yield(void)
{
	sched_yield();
}

int shim_cond_resched(void)
{
	return 0;
}

void shim_cpu_relax(void)
{
	sched_yield();
}

void shim_signal(struct task_struct *task)
{
	task = task ? task : current;
	WRITE_ONCE(task->shim_signal, 1);
	shim_wake_up_state(task, TASK_INTERRUPTIBLE | TASK_WAKEKILL);
}

void shim_signal_clear(struct task_struct *task)
{
	WRITE_ONCE((task ? task : current)->shim_signal, 0);
}

static u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

u64 ktime_get_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

u64 ktime_get_real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

unsigned long shim_jiffies(void)
{
	return JIFFIES_START + ktime_get_ns() / NSEC_PER_JIFFY;
}

void shim_delay_ns(u64 ns)
{
	u64 end = ktime_get_ns() + ns;

	while (ktime_get_ns() < end)
		sched_yield();
}

void shim_sleep_ns(u64 ns)
{
	struct timespec end = deadline(ns);

	might_sleep();
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

unsigned long msleep_interruptible(unsigned int ms)
{
	long left = schedule_timeout_interruptible(msecs_to_jiffies(ms) + 1);

	return jiffies_to_msecs(left);
}

/* Threads are dealt to the processors in turn and stay where they are. */
int shim_cpu(void)
{
	static unsigned int threads;
	static SHIM_TLS int cpu = -1;

	if (cpu < 0)
		cpu = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % NR_CPUS;
	return cpu;
}
