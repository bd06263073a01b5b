/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test may see and turn in the shims: counters of complaints, module
 * start and stop, capability, tracepoints, the platform bus.
 *
 * The counters are sums since the program began; a test takes them before and
 * after.  SHIM_LOG in the environment sends the kernel log to standard error.
 */
#ifndef _SHIM_CONTROL_H
#define _SHIM_CONTROL_H

#include <linux/types.h>

struct platform_device;
struct task_struct;

extern unsigned long shim_warn_count;	/* WARN_*() that were true */
extern unsigned long shim_err_count;	/* messages of level KERN_ERR or worse */
#define SHIM_LAST_ERR	256
extern char shim_last_err[SHIM_LAST_ERR];	/* the last of those messages */
extern bool shim_capable;		/* what capable() answers */
extern long shim_module_refs;		/* try_module_get() less module_put() */

/* Called at each trace_<event>(); NULL by default. */
extern void (*shim_trace_hook)(const char *event);

/**
 * shim_modules_init() - call every module_init() of the program, in link order
 *
 * Return: 0, or the first error; then the ones before it have been exited.
 */
int shim_modules_init(void);

/**
 * shim_modules_exit() - call every module_exit() whose init ran, last one first
 */
void shim_modules_exit(void);

/**
 * shim_module_init_one() - start one module
 * @name: its KBUILD_MODNAME
 *
 * Return: what its init returned, -ENOENT for no such module.
 */
int shim_module_init_one(const char *name);
void shim_module_exit_one(const char *name);

/**
 * shim_platform_unbind() - as writing to the driver's sysfs file "unbind"
 * @pdev: a bound platform device
 */
void shim_platform_unbind(struct platform_device *pdev);

/**
 * shim_platform_bind() - look for a driver again
 * @pdev: a registered platform device
 *
 * Return: 0 when bound, what probe returned, -ENODEV without a driver.
 */
int shim_platform_bind(struct platform_device *pdev);

/**
 * shim_signal() - make a signal pending on a task, waking an interruptible sleep
 * @task: the task; NULL for the caller
 */
void shim_signal(struct task_struct *task);
void shim_signal_clear(struct task_struct *task);

/**
 * shim_locks_held() - how many locks this thread holds
 *
 * Return: their number; a test wants 0 whenever control is back in its hands.
 */
int shim_locks_held(void);

/**
 * shim_synchronize_work() - wait until every workqueue is idle
 */
void shim_synchronize_work(void);

#endif /* _SHIM_CONTROL_H */
