/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: values at any address. */
#ifndef _SHIM_LINUX_UNALIGNED_H
#define _SHIM_LINUX_UNALIGNED_H

#include <asm/byteorder.h>
#include <linux/types.h>

#define get_unaligned(p) ({							\
	const struct { typeof(*(p)) v; } __packed *__shim_u = (const void *)(p); \
	__shim_u->v; })
#define put_unaligned(val, p)							\
	do {									\
		struct { typeof(*(p)) v; } __packed *__shim_u = (void *)(p);	\
										\
		__shim_u->v = (val);						\
	} while (0)

static inline u16 get_unaligned_le16(const void *p)
{
	return le16_to_cpu(get_unaligned((const u16 *)p));
}

static inline u32 get_unaligned_le32(const void *p)
{
	return le32_to_cpu(get_unaligned((const u32 *)p));
}

static inline u64 get_unaligned_le64(const void *p)
{
	return le64_to_cpu(get_unaligned((const u64 *)p));
}

#endif /* _SHIM_LINUX_UNALIGNED_H */
