/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffer.h - memory for DMA that can tell whether a transfer did what it should and nothing else.
 *
 * Vocabulary.  A *buffer* is whole pages of this process.  Its *shadow* is what the buffer must
 * hold: whoever asks the engine for a write makes the same write to the shadow.  All bytes that no
 * transfer was asked to touch keep their *poison* in both, so one comparison finds a byte that is
 * missing, wrong, misplaced or too much, wherever in the buffer it lands.  The *margins*, the first
 * and last PLU_MARGIN bytes, are never the target of a transfer.
 *
 * Locking: a buffer belongs to one thread, the engine's writes aside; those have ended when
 * PL_IOC_DMA returns.
 *
 * The hard rule: the shadow is never mapped for a device.
 */
#ifndef PL_BUFFER_H
#define PL_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#define PLU_PAGE	4096u
#define PLU_MARGIN	64u

/**
 * struct plu_buf - pages for DMA
 * @mem: the pages, aligned
 * @shadow: what they must hold; NULL for a buffer made without
 * @size: bytes
 */
struct plu_buf {
	uint8_t *mem;
	uint8_t *shadow;
	size_t size;
};

#define PLU_FNV1A_BASIS	0xcbf29ce484222325ull
#define PLU_FNV1A_PRIME	0x00000100000001b3ull

int plu_buf_alloc(struct plu_buf *b, size_t pages);
int plu_buf_alloc_shadowed(struct plu_buf *b, size_t pages);
void plu_buf_free(struct plu_buf *b);
void plu_buf_random(struct plu_buf *b, uint64_t seed);
void plu_buf_poison(struct plu_buf *b, uint64_t seed);
void plu_buf_expect_fill(struct plu_buf *b, size_t offset, size_t len, uint64_t pattern);
void plu_buf_expect_copy(struct plu_buf *b, size_t offset, const void *from, size_t len);
ptrdiff_t plu_buf_differs(const struct plu_buf *b);

void *plu_pages_alloc(size_t size);
void plu_pages_free(void *mem, size_t size);

uint64_t plu_hash(const void *data, size_t len);

#endif
