/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: compiler_types.h has all of it. */
#include <linux/compiler_types.h>
