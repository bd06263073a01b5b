/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: register accesses on plain memory.
 *
 * They are acquire loads and release stores, as readl() and writel() order
 * memory against the device.
 */
#ifndef _SHIM_LINUX_IO_H
#define _SHIM_LINUX_IO_H

#include <asm/barrier.h>
#include <asm/page.h>
#include <linux/types.h>

#define __SHIM_IO(T, s)								\
static __always_inline T read##s(const volatile void __iomem *p)		\
{										\
	return __atomic_load_n((const volatile T *)p, __ATOMIC_ACQUIRE);	\
}										\
static __always_inline void write##s(T v, volatile void __iomem *p)		\
{										\
	__atomic_store_n((volatile T *)p, v, __ATOMIC_RELEASE);			\
}										\
static __always_inline T read##s##_relaxed(const volatile void __iomem *p)	\
{										\
	return __atomic_load_n((const volatile T *)p, __ATOMIC_RELAXED);	\
}										\
static __always_inline void write##s##_relaxed(T v, volatile void __iomem *p)	\
{										\
	__atomic_store_n((volatile T *)p, v, __ATOMIC_RELAXED);			\
}

__SHIM_IO(u8, b)
__SHIM_IO(u16, w)
__SHIM_IO(u32, l)
__SHIM_IO(u64, q)

#define ioread32(p)		readl(p)
#define iowrite32(v, p)		writel(v, p)
#define ioread64(p)		readq(p)
#define iowrite64(v, p)		writeq(v, p)
#define memcpy_fromio(d, s, n)	memcpy(d, (const void *)(s), n)
#define memcpy_toio(d, s, n)	memcpy((void *)(d), s, n)
#define memset_io(d, c, n)	memset((void *)(d), c, n)

#endif /* _SHIM_LINUX_IO_H */
