// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * buffer.c - pages, poison and shadows; buffer.h has the vocabulary and the rule.
 *
 * Poison differs from byte to byte and from buffer to buffer: a page that was copied whole, or that
 * belongs to another domain, does not pass for this one.
 */
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "random.h"

/**
 * plu_pages_alloc() - zeroed memory that a device may be given
 * @size: bytes, a multiple of PLU_PAGE
 *
 * Weak: a test that runs the module in its own process brings the memory that its stand-in for
 * pinning knows.
 *
 * Return: the memory, aligned to PLU_PAGE; NULL when there is none.
 */
__attribute__((weak)) void *plu_pages_alloc(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mem == MAP_FAILED ? NULL : mem;
}

/**
 * plu_pages_free() - undo plu_pages_alloc()
 * @mem: what it returned
 * @size: what it was told
 */
__attribute__((weak)) void plu_pages_free(void *mem, size_t size)
{
	munmap(mem, size);
}

/**
 * plu_buf_alloc() - zeroed pages
 * @b: the buffer
 * @pages: how many, at least 1
 *
 * Return: 0 or -ENOMEM.
 */
int plu_buf_alloc(struct plu_buf *b, size_t pages)
{
	*b = (struct plu_buf) { .size = pages * PLU_PAGE };
	b->mem = plu_pages_alloc(b->size);
	return b->mem ? 0 : -ENOMEM;
}

/**
 * plu_buf_alloc_shadowed() - zeroed pages with a shadow, which is not; see plu_buf_poison()
 * @b: the buffer
 * @pages: how many, at least 1
 *
 * Return: 0 or -ENOMEM.
 */
int plu_buf_alloc_shadowed(struct plu_buf *b, size_t pages)
{
	int err = plu_buf_alloc(b, pages);

	if (err)
		return err;
	b->shadow = malloc(b->size);
	if (b->shadow)
		return 0;
	plu_buf_free(b);
	return -ENOMEM;
}

/**
 * plu_buf_free() - give the pages back
 * @b: the buffer; freeing it twice, or a zeroed one, is harmless
 *
 * No device may reach the pages any more.
 */
void plu_buf_free(struct plu_buf *b)
{
	if (b->mem)
		plu_pages_free(b->mem, b->size);
	free(b->shadow);
	*b = (struct plu_buf) { 0 };
}

static void plu_random_bytes(uint8_t *mem, size_t size, uint64_t seed)
{
	struct plu_random r = { .state = seed };
	uint64_t word;
	size_t i;

	for (i = 0; i < size; i += sizeof(word)) {
		word = plu_random(&r);
		memcpy(mem + i, &word, sizeof(word));
	}
}

/**
 * plu_buf_random() - fill a buffer (not its shadow) with bytes that depend on a seed
 * @b: the buffer
 * @seed: any number
 */
void plu_buf_random(struct plu_buf *b, uint64_t seed)
{
	plu_random_bytes(b->mem, b->size, seed);
}

/**
 * plu_buf_poison() - fill a buffer and its shadow with the same bytes
 * @b: a shadowed buffer
 * @seed: any number
 */
void plu_buf_poison(struct plu_buf *b, uint64_t seed)
{
	plu_random_bytes(b->mem, b->size, seed);
	memcpy(b->shadow, b->mem, b->size);
}

/**
 * plu_buf_expect_fill() - a PL_DMA_FILL has been made
 * @b: a shadowed buffer
 * @offset: where, from the buffer's start
 * @len: bytes
 * @pattern: as in struct pl_dma_desc
 */
void plu_buf_expect_fill(struct plu_buf *b, size_t offset, size_t len, uint64_t pattern)
{
	size_t i;

	for (i = 0; i < len; i++)
		b->shadow[offset + i] = (uint8_t)(pattern >> (8 * (i % 8)));
}

/**
 * plu_buf_expect_copy() - a PL_DMA_COPY has been made
 * @b: a shadowed buffer
 * @offset: where to, from the buffer's start
 * @from: what the source held
 * @len: bytes
 */
void plu_buf_expect_copy(struct plu_buf *b, size_t offset, const void *from, size_t len)
{
	memcpy(b->shadow + offset, from, len);
}

/**
 * plu_buf_differs() - where a buffer is not what it must be
 * @b: a shadowed buffer
 *
 * Return: the offset of the first wrong byte, -1 when there is none.
 */
ptrdiff_t plu_buf_differs(const struct plu_buf *b)
{
	size_t i;

	if (!memcmp(b->mem, b->shadow, b->size))
		return -1;
	for (i = 0; i < b->size - 1 && b->mem[i] == b->shadow[i]; i++)
		;
	return (ptrdiff_t)i;
}

/**
 * plu_hash() - FNV-1a, 64 bits, as PL_DMA_READ answers it
 * @data: bytes
 * @len: how many
 */
uint64_t plu_hash(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t hash = PLU_FNV1A_BASIS;

	while (len--)
		hash = (hash ^ *p++) * PLU_FNV1A_PRIME;
	return hash;
}
