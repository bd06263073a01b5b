// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - one JSON object per frame; frame.h has the form and the rule.
 */
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_RS	"\x1e"

static pthread_mutex_t frame_lock = PTHREAD_MUTEX_INITIALIZER;

/**
 * frame_fd() - where frames go
 *
 * Return: a descriptor; -EBADF when PL_RESULT_FD is set and is not an open descriptor's number.
 */
int frame_fd(void)
{
	const char *s = getenv("PL_RESULT_FD");
	char *end;
	long fd;

	if (!s)
		return STDOUT_FILENO;
	errno = 0;
	fd = strtol(s, &end, 10);
	if (errno || end == s || *end || fd < 0 || fd > 65535 || fcntl((int)fd, F_GETFD) < 0)
		return -EBADF;
	return (int)fd;
}

static int frame_write(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			/* A port whose reader is slow: wait until it has room. */
			poll(&(struct pollfd) { .fd = fd, .events = POLLOUT }, 1, 1000);
		} else if (n < 0 && errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* One write where the descriptor takes it whole: frames of other processes do not mix in. */
static int frame_write_text(const char *text)
{
	size_t len = strlen(text);
	int fd = frame_fd(), err;
	char *line;

	if (fd < 0)
		return fd;
	/* Text that was printed before the frame must come out before it. */
	if (fd == STDOUT_FILENO)
		fflush(stdout);
	line = malloc(len + 2);
	if (!line)
		return -ENOMEM;
	memcpy(line, FRAME_RS, 1);
	memcpy(line + 1, text, len);
	line[len + 1] = '\n';
	pthread_mutex_lock(&frame_lock);
	err = frame_write(fd, line, len + 2);
	pthread_mutex_unlock(&frame_lock);
	free(line);
	return err;
}

/**
 * frame_send() - write a frame
 * @frame: its object; the reference is taken over; NULL is an allocation that failed
 *
 * Return: 0, -ENOMEM, or what write(2) says.
 */
int frame_send(json_t *frame)
{
	char *text = frame ? json_dumps(frame, JSON_COMPACT) : NULL;
	int err = text ? frame_write_text(text) : -ENOMEM;

	free(text);
	json_decref(frame);
	return err;
}

/**
 * frame_progress() - say how far a workload is
 * @name: the workload
 * @done: of @total
 * @total: 0 where the end is not known
 */
int frame_progress(const char *name, uint64_t done, uint64_t total)
{
	return frame_send(json_pack("{s:s,s:s,s:I,s:I}", "type", "progress", "name", name,
				    "done", (json_int_t)done, "total", (json_int_t)total));
}
