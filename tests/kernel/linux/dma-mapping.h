/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: DMA addresses are physical addresses; coherent memory is pages.
 */
#ifndef _SHIM_LINUX_DMA_MAPPING_H
#define _SHIM_LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/types.h>

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3,
};

#define DMA_BIT_MASK(n)		((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)
#define DMA_MAPPING_ERROR	(~(dma_addr_t)0)

static inline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp)
{
	void *va = (void *)__get_free_pages(gfp | __GFP_ZERO, get_order(size));

	(void)dev;
	if (va)
		*dma = virt_to_phys(va);
	return va;
}

static inline void dma_free_coherent(struct device *dev, size_t size, void *va, dma_addr_t dma)
{
	(void)dev;
	(void)dma;
	free_pages((unsigned long)va, get_order(size));
}

static inline dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset,
				      size_t size, enum dma_data_direction dir)
{
	(void)dev;
	(void)size;
	(void)dir;
	return page_to_phys(page) + offset;
}

static inline void dma_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
				  enum dma_data_direction dir)
{
	(void)dev;
	(void)dma;
	(void)size;
	(void)dir;
}

static inline dma_addr_t dma_map_single(struct device *dev, void *va, size_t size,
					enum dma_data_direction dir)
{
	return dma_map_page(dev, virt_to_page(va), offset_in_page(va), size, dir);
}

#define dma_unmap_single(dev, dma, size, dir) dma_unmap_page(dev, dma, size, dir)

static inline int dma_mapping_error(struct device *dev, dma_addr_t dma)
{
	(void)dev;
	return dma == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}

static inline int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	(void)dev;
	return mask >= DMA_BIT_MASK(32) ? 0 : -EIO;
}

#endif /* _SHIM_LINUX_DMA_MAPPING_H */
