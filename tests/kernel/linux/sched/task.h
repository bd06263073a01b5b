/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: linux/sched.h has what there is. */
#include <linux/sched.h>
