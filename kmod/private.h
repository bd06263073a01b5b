/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PASID that a device's own driver keeps; see private.c.
 */
#ifndef _PASIDLAB_PRIVATE_H
#define _PASIDLAB_PRIVATE_H

#include "unit.h"

pl_pasid_t pl_private_pasid(const struct pl_dev *d);
int pl_private_set(struct pl_dev *d, struct pl_domain *dom);
void pl_private_clear(struct pl_dev *d, struct pl_domain *dom);

#endif /* _PASIDLAB_PRIVATE_H */
