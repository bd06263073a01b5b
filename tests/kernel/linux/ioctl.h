/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the uAPI's numbering serves both worlds. */
#include_next <linux/ioctl.h>
