/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: processors, as many as per-CPU data has copies. */
#ifndef _SHIM_LINUX_CPUMASK_H
#define _SHIM_LINUX_CPUMASK_H

#include <linux/bitops.h>
#include <linux/smp.h>

#ifndef NR_CPUS
#define NR_CPUS	4
#endif

#define nr_cpu_ids		((unsigned int)NR_CPUS)
#define num_possible_cpus()	((unsigned int)NR_CPUS)
#define num_online_cpus()	((unsigned int)NR_CPUS)
#ifndef for_each_possible_cpu
#define for_each_possible_cpu(c) for ((c) = 0; (c) < NR_CPUS; (c)++)
#endif
#ifndef for_each_online_cpu
#define for_each_online_cpu(c)	for_each_possible_cpu(c)
#endif

typedef struct cpumask {
	DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;

#endif /* _SHIM_LINUX_CPUMASK_H */
