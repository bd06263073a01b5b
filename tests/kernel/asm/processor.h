/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: a thread that spins gives its core away, as there are few of them. */
#ifndef _SHIM_ASM_PROCESSOR_H
#define _SHIM_ASM_PROCESSOR_H

#include <asm/barrier.h>

#define cpu_relax()	shim_cpu_relax()

#endif /* _SHIM_ASM_PROCESSOR_H */
