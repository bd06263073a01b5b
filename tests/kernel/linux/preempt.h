/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: sections that must not sleep. */
#ifndef _SHIM_LINUX_PREEMPT_H
#define _SHIM_LINUX_PREEMPT_H

#include "../shim_context.h"

#define preempt_disable()	((void)(shim_atomic_depth++))
#define preempt_enable()	((void)(shim_atomic_depth--))
#define preempt_count()		shim_atomic_depth
#define in_atomic()		(shim_atomic_depth != 0)
#define preemptible()		(shim_atomic_depth == 0)
#define in_interrupt()		0
#define in_hardirq()		0
#define in_irq()		0
#define in_softirq()		0
#define in_nmi()		0
#define in_task()		1
#define migrate_disable()	((void)0)
#define migrate_enable()	((void)0)

#endif /* _SHIM_LINUX_PREEMPT_H */
