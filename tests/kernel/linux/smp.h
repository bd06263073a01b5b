/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the number of the processor a thread counts as; fixed for its life. */
#ifndef _SHIM_LINUX_SMP_H
#define _SHIM_LINUX_SMP_H

#include <linux/preempt.h>

#ifndef raw_smp_processor_id
int shim_cpu(void);
#define raw_smp_processor_id()	shim_cpu()
#endif
#ifndef smp_processor_id
#define smp_processor_id()	raw_smp_processor_id()
#endif
#define get_cpu()		({ preempt_disable(); smp_processor_id(); })
#define put_cpu()		preempt_enable()

#endif /* _SHIM_LINUX_SMP_H */
