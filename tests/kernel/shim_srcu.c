// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_srcu.c - grace periods of RCU whose readers may sleep.
 *
 * Why two turns.  A reader that chose counter 0 may count itself only after a
 * turn saw 0 empty and finished; but it then read the pointer after that turn,
 * so it finds the new value, or it is counted on 0 when the next turn but one
 * waits for it.  One grace period waits for both counters.
 *
 * The hard rule: one grace period at a time per struct.
 */
#include <linux/srcu.h>

#include "shim_alloc.h"

int init_srcu_struct(struct srcu_struct *s)
{
	*s = (struct srcu_struct) { 0 };
	return 0;
}

void cleanup_srcu_struct(struct srcu_struct *s)
{
	if (READ_ONCE(s->readers[0]) || READ_ONCE(s->readers[1]))
		shim_bug("SRCU cleaned up under its readers");
}

static void turn(struct srcu_struct *s)
{
	unsigned int old = __atomic_fetch_add(&s->which, 1, __ATOMIC_SEQ_CST) & 1;

	while (__atomic_fetch_add(&s->readers[old], 0, __ATOMIC_SEQ_CST))
		shim_cpu_relax();
}

void synchronize_srcu(struct srcu_struct *s)
{
	shim_might_sleep(__FILE__, __LINE__);
	while (__atomic_exchange_n(&s->turning, 1, __ATOMIC_ACQUIRE))
		shim_cpu_relax();
	turn(s);
	turn(s);
	__atomic_store_n(&s->turning, 0, __ATOMIC_RELEASE);
}
