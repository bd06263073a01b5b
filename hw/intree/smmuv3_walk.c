// SPDX-License-Identifier: GPL-2.0-only
/* The table checker of hw/smmuv3, compiled into this module: Kbuild gives an object to one only. */
#include "../smmuv3/walk.c"
