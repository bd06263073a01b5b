// SPDX-License-Identifier: GPL-2.0-only
/* The table checker of hw/vtd, compiled into this module: Kbuild gives an object to one only. */
#include "../vtd/walk.c"
