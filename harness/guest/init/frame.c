// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - frames from the guest to the host.
 *
 * A frame is RS (0x1e), one JSON object on one line, a line feed (RFC 7464). It travels through the
 * virtio-serial port named pasidlab.result, which has its own queue, so that kernel messages on the
 * console cannot tear it. Hard rule: a frame goes out whole or not at all.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME	"pasidlab.result"
#define PORT_CLASS	"/sys/class/virtio-ports"
#define PORT_WAIT_MS	5000

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static bool port_has_name(const char *device)
{
	char path[300], name[sizeof(PORT_NAME) + 1] = "";
	FILE *file;

	snprintf(path, sizeof(path), PORT_CLASS "/%s/name", device);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, PORT_NAME);
}

static int port_find(void)
{
	DIR *dir = opendir(PORT_CLASS);
	struct dirent *entry;
	char path[300];
	int fd = -ENOENT;

	if (!dir)
		return -errno;
	while (fd < 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !port_has_name(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(dir);
	return fd;
}

/* The host announces its ports through a control queue: they may come after init has started. */
int port_open(struct port *port)
{
	uint64_t limit = now_ms() + PORT_WAIT_MS;

	do {
		port->fd = port_find();
		if (port->fd >= 0)
			return 0;
		usleep(5000);
	} while (now_ms() < limit);
	return port->fd;
}

int port_write(const struct port *port, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(port->fd, data, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
	}
	return 0;
}

/*
 * The port's driver queues what is written and returns: without a word from the host, powering off
 * could overtake the last frame.
 */
bool port_wait_ack(const struct port *port, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = port->fd, .events = POLLIN };
	char byte;

	return poll(&poll_fd, 1, timeout_ms) == 1 && read(port->fd, &byte, 1) == 1;
}

int frame_begin(struct frame *frame, const char *type)
{
	frame->json = open_memstream(&frame->text, &frame->size);
	if (!frame->json)
		return -ENOMEM;
	fprintf(frame->json, "\x1e{\"type\":\"%s\"", type);
	return 0;
}

/* Bytes beyond ASCII become Latin-1 escapes: the kernel's log may hold anything, JSON may not. */
static void put_string(FILE *out, const char *value)
{
	const unsigned char *c;

	fputc('"', out);
	for (c = (const unsigned char *)value; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < 0x20 || *c > 0x7e)
			fprintf(out, "\\u%04x", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

void frame_string(struct frame *frame, const char *key, const char *value)
{
	fprintf(frame->json, ",\"%s\":", key);
	put_string(frame->json, value);
}

void frame_number(struct frame *frame, const char *key, uint64_t value)
{
	fprintf(frame->json, ",\"%s\":%llu", key, (unsigned long long)value);
}

void frame_list_begin(struct frame *frame, const char *key)
{
	fprintf(frame->json, ",\"%s\":[", key);
}

/* A list's first item follows its bracket: whether to write a comma is to be read off the text. */
void frame_item(struct frame *frame, const char *value)
{
	fflush(frame->json);
	if (frame->text[frame->size - 1] != '[')
		fputc(',', frame->json);
	put_string(frame->json, value);
}

void frame_list_end(struct frame *frame)
{
	fputc(']', frame->json);
}

int frame_send(struct frame *frame, const struct port *port)
{
	int err;

	fputs("}\n", frame->json);
	err = fclose(frame->json) ? -ENOMEM : port_write(port, frame->text, frame->size);
	free(frame->text);
	return err;
}
