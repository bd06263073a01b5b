/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real registers behind struct pl_regs; see mmio.c.
 */
#ifndef _PASIDLAB_VTD_MMIO_H
#define _PASIDLAB_VTD_MMIO_H

#include "../regs.h"
#include "dmar.h"

struct pl_regs *vtd_mmio_open(const struct vtd_drhd *drhd, const char *name);
void vtd_mmio_close(struct pl_regs *r);
void vtd_mmio_protection_off(struct pl_regs *r, const char *name);
int vtd_mmio_lend(struct pl_regs *r, unsigned int irq);
void vtd_mmio_take_back(struct pl_regs *r, unsigned int irq);

#endif /* _PASIDLAB_VTD_MMIO_H */
