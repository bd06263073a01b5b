/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tables.c asks of the one kind of unit that this architecture has.
 */
#ifndef _PASIDLAB_INTREE_TABLES_H
#define _PASIDLAB_INTREE_TABLES_H

#include "../regs.h"
#include "intree.h"

/**
 * struct intree_hardware - a kind of unit, as far as its tables go
 * @window: bytes of its registers that are read, from the first on
 * @find_base: where the registers are of the unit that translates for a device; 0: no telling
 * @is_readable: the unit is on, and its tables are of the kind that @walk knows
 * @walk: the table checker of the unit's own driver; see pl_unit_ops.walk
 *
 * Context: may sleep.  None of them writes a register.
 */
struct intree_hardware {
	size_t window;
	u64 (*find_base)(struct device *dev);
	bool (*is_readable)(struct pl_regs *regs);
	bool (*walk)(struct pl_regs *regs, struct pl_dev *d, pl_pasid_t pasid, u64 iova,
		     struct pl_walk *out);
};

/* tables_vtd.c or tables_smmuv3.c */
extern const struct intree_hardware intree_hardware;

#endif /* _PASIDLAB_INTREE_TABLES_H */
