/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: linux/random.h has what there is. */
#include <linux/random.h>
