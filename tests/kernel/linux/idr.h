/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: small numbers handed out and taken back; the lowest free one first.
 */
#ifndef _SHIM_LINUX_IDR_H
#define _SHIM_LINUX_IDR_H

#include <linux/gfp.h>
#include <linux/xarray.h>

#define IDA_CHUNK_SIZE	128
#define IDA_BITMAP_BITS	(IDA_CHUNK_SIZE * 8)

struct ida {
	struct xarray xa;
};

#define IDA_INIT_FLAGS	(XA_FLAGS_LOCK_IRQ | XA_FLAGS_ALLOC)
#define IDA_INIT(name)	{ .xa = XARRAY_INIT(name.xa, IDA_INIT_FLAGS) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

#define ida_init(ida)	xa_init_flags(&(ida)->xa, IDA_INIT_FLAGS)

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);
bool ida_exists(struct ida *ida, unsigned int id);

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0U, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
	return ida_alloc_range(ida, min, ~0U, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, max, gfp);
}

static inline bool ida_is_empty(const struct ida *ida)
{
	return xa_empty(&ida->xa);
}

#endif /* _SHIM_LINUX_IDR_H */
