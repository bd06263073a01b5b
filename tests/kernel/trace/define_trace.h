/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: linux/tracepoint.h has made whole events already; there is no second pass. */
