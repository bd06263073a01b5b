/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: ranges of addresses that a device owns. */
#ifndef _SHIM_LINUX_IOPORT_H
#define _SHIM_LINUX_IOPORT_H

#include <linux/types.h>

struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
};

#define IORESOURCE_IO	0x100
#define IORESOURCE_MEM	0x200
#define IORESOURCE_IRQ	0x400

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

#define DEFINE_RES_MEM(s, n)	{ .start = (s), .end = (s) + (n) - 1, .flags = IORESOURCE_MEM }
#define DEFINE_RES_IRQ(i)	{ .start = (i), .end = (i), .flags = IORESOURCE_IRQ }

#endif /* _SHIM_LINUX_IOPORT_H */
