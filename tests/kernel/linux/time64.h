/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: units of time. */
#include <linux/jiffies.h>
