// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blk-load.c - keep a disk busy, and know every byte that is on it.
 *
 * usage: blk-load DEVICE STOP COUNT
 *
 * Writes blocks at random places past the page cache and reads each back, until the file STOP is
 * there; the number of blocks so far is kept in the file COUNT. At the end every block that was
 * ever written is read again. Exit: 0 the disk kept its data, 1 it did not, 2 wrong use.
 *
 * Hard rule: a block's bytes follow from its place and the number of its last write, so nothing
 * but those numbers is remembered.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK	65536
#define BLOCKS	512

static uint32_t written[BLOCKS];	/* 0: never */
static uint64_t seed = 1;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void fill(uint64_t *block, uint32_t place, uint32_t number)
{
	uint64_t x = ((uint64_t)place << 32 | number) * 0x9e3779b97f4a7c15u;
	size_t i;

	for (i = 0; i < BLOCK / sizeof(*block); i++)
		block[i] = x + i * 0xff51afd7ed558ccdu;
}

static int wrong(const char *what, uint32_t place)
{
	printf("block %u: %s\n", place, what);
	return 1;
}

static int read_back(int fd, uint32_t place, uint64_t *want, uint64_t *got)
{
	fill(want, place, written[place]);
	if (pread(fd, got, BLOCK, (off_t)place * BLOCK) != BLOCK)
		return wrong("cannot be read", place);
	return memcmp(want, got, BLOCK) ? wrong("holds something else", place) : 0;
}

static int write_one(int fd, uint32_t number, uint64_t *want, uint64_t *got)
{
	uint32_t place = next_random() % BLOCKS;

	fill(want, place, number);
	if (pwrite(fd, want, BLOCK, (off_t)place * BLOCK) != BLOCK)
		return wrong("cannot be written", place);
	written[place] = number;
	return read_back(fd, place, want, got);
}

/* In one piece: the reader sees the old number or the new one. */
static void tell(const char *path, uint32_t number)
{
	char text[16];
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || pwrite(fd, text, snprintf(text, sizeof(text), "%10u\n", number), 0) < 0)
		perror(path);
	close(fd);
}

int main(int argc, char **argv)
{
	uint64_t *want = aligned_alloc(4096, BLOCK), *got = aligned_alloc(4096, BLOCK);
	uint32_t number = 0, i;
	int fd, bad = 0;

	if (argc != 4 || !want || !got) {
		fprintf(stderr, "usage: blk-load DEVICE STOP COUNT\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	while (!bad && access(argv[2], F_OK)) {
		bad = write_one(fd, ++number, want, got);
		tell(argv[3], number);
	}
	for (i = 0; i < BLOCKS && !bad; i++)
		if (written[i])
			bad = read_back(fd, i, want, got);
	printf("%u blocks of %d KiB written and read back\n", number, BLOCK / 1024);
	close(fd);
	return bad;
}
