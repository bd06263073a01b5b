// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unbzimage - take the ELF vmlinux out of an x86 bzImage.
 *
 * QEMU enters an ELF kernel with a PVH note directly, which spares the guest its own decompression
 * and one second of boot under emulation. The setup header (Documentation/arch/x86/boot.rst) says
 * where the compressed payload lies: setup_sects 512-byte sectors follow the boot sector, and
 * payload_offset and payload_length count from the protected-mode code behind them.
 *
 * Vocabulary: "payload" is the compressed ELF file. Hard rule: the output appears whole or not at
 * all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#define SETUP_SECTS	0x1f1
#define HEADER_MAGIC	0x202
#define PAYLOAD_OFFSET	0x248
#define PAYLOAD_LENGTH	0x24c
#define HEADER_END	0x250

struct span {
	const uint8_t *data;
	size_t size;
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static int map_file(const char *path, struct span *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		err = -errno;
		goto out;
	}
	file->size = st.st_size;
	file->data = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file->data == MAP_FAILED)
		err = -errno;
out:
	close(fd);
	return err;
}

/* Every offset comes from the file: none is believed before it is compared with the file's size. */
static int find_payload(const struct span *image, struct span *payload)
{
	size_t setup, offset, length;

	if (image->size < HEADER_END || memcmp(image->data + HEADER_MAGIC, "HdrS", 4))
		return -EINVAL;
	setup = image->data[SETUP_SECTS] ? image->data[SETUP_SECTS] : 4;
	offset = (setup + 1) * 512 + le32(image->data + PAYLOAD_OFFSET);
	length = le32(image->data + PAYLOAD_LENGTH);
	if (offset > image->size || length > image->size - offset)
		return -EINVAL;
	payload->data = image->data + offset;
	payload->size = length;
	return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0)
			return -errno;
	}
	return 0;
}

/* Streaming, because the frame behind a bzImage does not always record its decompressed size. */
static int decompress(const struct span *payload, int fd)
{
	ZSTD_inBuffer in = { payload->data, payload->size, 0 };
	size_t size = ZSTD_DStreamOutSize(), left = 1;
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	char *buf = malloc(size);
	int err = ctx && buf ? 0 : -ENOMEM;

	/* The last four bytes are the size that the kernel's build appends, behind the frame. */
	while (!err && left) {
		ZSTD_outBuffer out = { buf, size, 0 };

		left = ZSTD_decompressStream(ctx, &out, &in);
		if (ZSTD_isError(left) || (left && !out.pos && in.pos == in.size))
			err = -EBADMSG;
		else
			err = write_all(fd, buf, out.pos);
	}
	free(buf);
	ZSTD_freeDCtx(ctx);
	return err;
}

static int extract(const struct span *payload, const char *path)
{
	char tmp[4096];
	int fd, err;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = mkstemp(tmp);
	if (fd < 0)
		return -errno;
	err = decompress(payload, fd);
	if (!err && fchmod(fd, 0644))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

int main(int argc, char **argv)
{
	struct span image = { 0 }, payload = { 0 };
	int err;

	if (argc != 3) {
		fprintf(stderr, "usage: %s BZIMAGE VMLINUX\n", argv[0]);
		return 2;
	}
	err = map_file(argv[1], &image);
	if (err) {
		fprintf(stderr, "%s: %s: %s\n", argv[0], argv[1], strerror(-err));
		return 1;
	}
	if (find_payload(&image, &payload)) {
		fprintf(stderr, "%s: %s is no x86 bzImage with a payload header\n", argv[0],
			argv[1]);
		return 1;
	}
	err = extract(&payload, argv[2]);
	if (err == -EBADMSG)
		fprintf(stderr, "%s: the payload of %s is not whole zstd data\n", argv[0], argv[1]);
	else if (err)
		fprintf(stderr, "%s: %s: %s\n", argv[0], argv[2], strerror(-err));
	return err ? 1 : 0;
}
