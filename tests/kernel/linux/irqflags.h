/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: no interrupts here; their absence is a section that must not sleep. */
#ifndef _SHIM_LINUX_IRQFLAGS_H
#define _SHIM_LINUX_IRQFLAGS_H

#include <linux/preempt.h>

#define local_irq_disable()	preempt_disable()
#define local_irq_enable()	preempt_enable()
#define local_irq_save(f)	do { (f) = 0; preempt_disable(); } while (0)
#define local_irq_restore(f)	do { (void)(f); preempt_enable(); } while (0)
#define local_bh_disable()	preempt_disable()
#define local_bh_enable()	preempt_enable()
#define irqs_disabled()		in_atomic()

#endif /* _SHIM_LINUX_IRQFLAGS_H */
