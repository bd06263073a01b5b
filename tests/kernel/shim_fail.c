// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_fail.c - the question every allocation asks, and how a test is stopped.
 *
 * The question has two halves.  May this caller allocate like this?  A request
 * that may sleep, in atomic context or in an RCU read section, is a bug of the
 * caller even on the day it would not have slept.  And: shall it fail?  The
 * injector is a countdown of the thread's own, so that a sweep is repeatable
 * whatever other threads do.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "shim_alloc.h"
#include "shim_context.h"

static __thread unsigned long fail_left;
static __thread bool fail_fired;
static unsigned long alloc_count;

void shim_bug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("BUG: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

void shim_fail_nth(unsigned long n)
{
	fail_left = n;
	fail_fired = false;
}

void shim_fail_reset(void)
{
	shim_fail_nth(0);
}

bool shim_fail_fired(void)
{
	return fail_fired;
}

unsigned long shim_alloc_count(void)
{
	return READ_ONCE(alloc_count);
}

static void check_context(void)
{
	if (unlikely(shim_atomic_depth))
		shim_bug("sleeping function called from atomic context: an allocation that may "
			 "sleep (depth %d%s); use GFP_ATOMIC or allocate before the lock",
			 shim_atomic_depth, rcu_read_lock_held() ? ", under rcu_read_lock" : "");
}

/**
 * shim_alloc_fails() - the question
 * @gfp: how the memory is asked for
 *
 * Return: true when the caller must report that there is none.
 */
bool shim_alloc_fails(gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM) {
		check_context();
		shim_rcu_poll();
	}
	__atomic_fetch_add(&alloc_count, 1, __ATOMIC_RELAXED);
	if (likely(!fail_left) || (gfp & __GFP_NOFAIL) || --fail_left)
		return false;
	fail_fired = true;
	return true;
}

void shim_lock_slow(struct shim_lock *l)
{
	while (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->taken, __ATOMIC_RELAXED))
			shim_cpu_relax();
}
