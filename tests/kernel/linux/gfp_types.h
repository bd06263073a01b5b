/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: allocation flags.
 *
 * Three of them matter here: __GFP_ZERO zeroes, __GFP_NOFAIL is exempt from
 * injected failures, and __GFP_DIRECT_RECLAIM (so GFP_KERNEL) may sleep and is
 * therefore refused in atomic context.  The others are accepted.
 */
#ifndef _SHIM_LINUX_GFP_TYPES_H
#define _SHIM_LINUX_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_DMA		((gfp_t)0x00001u)
#define __GFP_HIGHMEM		((gfp_t)0x00002u)
#define __GFP_DMA32		((gfp_t)0x00004u)
#define __GFP_HIGH		((gfp_t)0x00020u)
#define __GFP_IO		((gfp_t)0x00040u)
#define __GFP_FS		((gfp_t)0x00080u)
#define __GFP_ZERO		((gfp_t)0x00100u)
#define __GFP_DIRECT_RECLAIM	((gfp_t)0x00400u)
#define __GFP_KSWAPD_RECLAIM	((gfp_t)0x00800u)
#define __GFP_NOWARN		((gfp_t)0x02000u)
#define __GFP_RETRY_MAYFAIL	((gfp_t)0x04000u)
#define __GFP_NOFAIL		((gfp_t)0x08000u)
#define __GFP_NORETRY		((gfp_t)0x10000u)
#define __GFP_MEMALLOC		((gfp_t)0x20000u)
#define __GFP_COMP		((gfp_t)0x40000u)
#define __GFP_NOMEMALLOC	((gfp_t)0x80000u)
#define __GFP_HARDWALL		((gfp_t)0x100000u)
#define __GFP_THISNODE		((gfp_t)0x200000u)
#define __GFP_ACCOUNT		((gfp_t)0x400000u)

#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC		(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO		(__GFP_RECLAIM)
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER		(GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER		(GFP_USER | __GFP_HIGHMEM)
#define GFP_DMA			__GFP_DMA
#define GFP_DMA32		__GFP_DMA32

#endif /* _SHIM_LINUX_GFP_TYPES_H */
