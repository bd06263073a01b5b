/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real registers behind struct pl_regs; see mmio.c.
 */
#ifndef _PASIDLAB_SMMUV3_MMIO_H
#define _PASIDLAB_SMMUV3_MMIO_H

#include <linux/ioport.h>

#include "../regs.h"

struct pl_regs *smmu_mmio_open(const struct resource *window, const int lines[PL_IRQ_NR],
			       const char *name);
void smmu_mmio_close(struct pl_regs *r);

#endif /* _PASIDLAB_SMMUV3_MMIO_H */
