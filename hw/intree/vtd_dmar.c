// SPDX-License-Identifier: GPL-2.0-only
/* The reader of DMAR tables of hw/vtd, compiled into this module, as vtd_walk.c is. */
#include "../vtd/dmar.c"
