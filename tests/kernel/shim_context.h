/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a thread stands: in atomic context or not, and which locks it holds.
 *
 * Vocabulary.  The *atomic depth* counts the reasons why this thread must not
 * sleep: spin locks, RCU read sections, preempt_disable().  Each lock held has
 * an entry in the thread's own table, so checks cost no shared memory.
 *
 * The hard rule: whatever may sleep in the kernel calls might_sleep() here,
 * also where its user-space stand-in would not block.
 */
#ifndef _SHIM_CONTEXT_H
#define _SHIM_CONTEXT_H

#include <linux/compiler.h>

/* initial-exec: one load, no call; the shims are never a shared library */
#define SHIM_TLS __thread __attribute__((__tls_model__("initial-exec")))

extern SHIM_TLS int shim_atomic_depth;

void shim_might_sleep_failed(const char *file, int line) __noreturn __cold;

static __always_inline void shim_might_sleep(const char *file, int line)
{
	if (unlikely(shim_atomic_depth))
		shim_might_sleep_failed(file, line);
}

#endif /* _SHIM_CONTEXT_H */
