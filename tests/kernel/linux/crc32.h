/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: CRC-32 (IEEE 802.3, reflected), a bit at a time. */
#ifndef _SHIM_LINUX_CRC32_H
#define _SHIM_LINUX_CRC32_H

#include <linux/types.h>

static inline u32 crc32_le(u32 crc, const unsigned char *p, size_t len)
{
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

#define crc32(seed, data, len)	crc32_le(seed, (const unsigned char *)(data), len)

#endif /* _SHIM_LINUX_CRC32_H */
