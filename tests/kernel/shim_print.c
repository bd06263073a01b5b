// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel log, warnings and bugs.
 *
 * Warnings always print: a test that provokes one on purpose compares
 * shim_warn_count, all others want to be told.
 */
#include <execinfo.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/sprintf.h>

#include "shim_control.h"

#define LEVEL_ERR	'3'

unsigned long shim_warn_count;
unsigned long shim_err_count;
char shim_last_err[SHIM_LAST_ERR];

#define LOG_UNKNOWN	2
#define DUMP_DEPTH	32

/* The environment is read once: getenv() on every message would be slow. */
static bool log_wanted(void)
{
	static int wanted = LOG_UNKNOWN;
	int w = __atomic_load_n(&wanted, __ATOMIC_RELAXED);

	if (w == LOG_UNKNOWN) {
		w = getenv("SHIM_LOG") != NULL;
		__atomic_store_n(&wanted, w, __ATOMIC_RELAXED);
	}
	return w;
}

static bool is_error(const char *fmt)
{
	return fmt[0] == '\001' && fmt[1] && fmt[1] <= LEVEL_ERR;
}

static const char *level_strip(const char *fmt)
{
	if (fmt[0] != '\001' || !fmt[1])
		return fmt;
	if (is_error(fmt))
		__atomic_fetch_add(&shim_err_count, 1, __ATOMIC_RELAXED);
	return fmt + 2;
}

/* Kept for a test that looks at what was said, from one thread at a time. */
static void keep_error(const char *fmt, va_list args)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	va_list copy;

	va_copy(copy, args);
	pthread_mutex_lock(&lock);
	vsnprintf(shim_last_err, sizeof(shim_last_err), fmt, copy);
	pthread_mutex_unlock(&lock);
	va_end(copy);
}

int vprintk(const char *fmt, va_list args)
{
	bool error = is_error(fmt);

	fmt = level_strip(fmt);
	if (error)
		keep_error(fmt, args);
	return log_wanted() ? vfprintf(stderr, fmt, args) : 0;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

static void dev_vprintk(const char *level, const struct device *dev, const char *fmt,
			va_list args)
{
	char line[512];

	level_strip(level);
	if (!log_wanted())
		return;
	vsnprintf(line, sizeof(line), fmt, args);
	if (dev)
		fprintf(stderr, "%s %s: %s", dev_driver_string(dev), dev_name(dev), line);
	else
		fprintf(stderr, "(NULL device *): %s", line);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	dev_vprintk(level, dev, fmt, args);
	va_end(args);
}

/* A probe that must be tried again later is no error. */
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	dev_vprintk(err == -EPROBE_DEFER ? KERN_DEBUG : KERN_ERR, dev, fmt, args);
	va_end(args);
	return err;
}

void shim_warn_at(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	char text[512];

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	__atomic_fetch_add(&shim_warn_count, 1, __ATOMIC_RELAXED);
	fprintf(stderr, "WARNING: at %s:%d: %s\n", file, line, text);
}

void shim_bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	char text[512];

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "kernel BUG at %s:%d: %s\n", file, line, text);
	abort();
}

void shim_list_broken(const char *what, const void *node)
{
	fprintf(stderr, "BUG: %s, node %p\n", what, node);
	abort();
}

void dump_stack(void)
{
	void *frames[DUMP_DEPTH];

	if (log_wanted())
		backtrace_symbols_fd(frames, backtrace(frames, DUMP_DEPTH), STDERR_FILENO);
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return n < (int)size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, PAGE_SIZE, fmt, args);
	va_end(args);
	return n;
}

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf + at, PAGE_SIZE - at, fmt, args);
	va_end(args);
	return n;
}

/*
 * What the sanitizers' runtimes ask for.  A test that tries what must die does
 * so in a child, which may start threads although the parent had some.
 */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "die_after_fork=0:second_deadlock_stack=1";
}

const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=1";
}
