// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest.c - boot one guest, listen to it, and be sure that it ends.
 *
 * One session is one QEMU process and three streams: console, result port, QEMU's own words. A poll
 * loop cuts the streams into lines and frames and hands them on; the process itself is a fourth
 * thing to poll (a pidfd). The session ends when the process has ended and its streams are dry, so
 * that nothing said in a last breath is lost.
 *
 * Under PL_ACCEL_AUTO KVM is not believed even when it ran the probe's code: a guest that shows no
 * life within LIFE_MS is ended and booted again under TCG.
 *
 * Locking: none, one thread per call. Hard rule: only the child of this call is signalled, and it
 * is reaped before the call returns.
 */
#include "guest.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "qemu.h"

#define TICK_MS			100
#define LIFE_MS			5000	/* a KVM guest that is alive has said something by then */
#define GRACE_MS		2000	/* between asking QEMU to end and making it */
#define DEFAULT_TIMEOUT_S	300
#define LINE_MAX_BYTES		4096
#define FRAME_MAX_BYTES		(16u << 20)
#define RS			0x1e

/* Bytes that are no whole line or frame yet. */
struct buffer {
	char *data;
	size_t used;
	size_t room;
};

struct session {
	const struct pl_guest_opts *opts;
	struct pl_guest_result *result;
	struct qemu_channels channels;
	struct buffer console;
	struct buffer words;
	struct buffer frame;
	bool in_frame;
	bool alive;		/* it has shown life */
	bool ended;		/* an exit frame has come */
	pid_t pid;
	int pid_fd;
	bool reaped;
	int wait_status;
	uint64_t start_ms;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static uint64_t elapsed_ms(const struct session *s)
{
	return now_ms() - s->start_ms;
}

/* Append one byte; false when there is no memory or @limit is reached. */
static bool put_byte(struct buffer *b, char byte, size_t limit)
{
	size_t room = b->room ? b->room * 2 : 256;
	char *data;

	if (b->used + 1 >= limit)
		return false;
	if (b->used + 1 >= b->room) {
		data = realloc(b->data, room);
		if (!data)
			return false;
		b->data = data;
		b->room = room;
	}
	b->data[b->used++] = byte;
	b->data[b->used] = '\0';
	return true;
}

static void keep_line(struct pl_guest_result *result, const char *line)
{
	char *copy = strdup(line);

	if (!copy)
		return;
	if (result->tail_count == PL_GUEST_TAIL) {
		free(result->tail[0]);
		memmove(result->tail, result->tail + 1, (PL_GUEST_TAIL - 1) * sizeof(char *));
		result->tail_count--;
	}
	result->tail[result->tail_count++] = copy;
}

static void end_line(struct session *s, struct buffer *line)
{
	const char *prefix = line == &s->words ? "qemu: " : "";
	char *text;

	if (!line->used)
		return;
	if (asprintf(&text, "%s%s", prefix, line->data) >= 0) {
		keep_line(s->result, text);
		if (s->opts->on_console)
			s->opts->on_console(s->opts->ctx, text);
		free(text);
	}
	line->used = 0;
}

/* Console bytes: control characters go, a line feed or an overlong line ends the line. */
static void take_text(struct session *s, struct buffer *line, const char *data, size_t size)
{
	for (; size; data++, size--) {
		if (*data == '\n')
			end_line(s, line);
		else if ((unsigned char)*data < ' ' && *data != '\t')
			continue;
		else if (!put_byte(line, *data, LINE_MAX_BYTES))
			end_line(s, line);
	}
}

/* The library itself cares for two frames only; the rest is the caller's. */
static void note_frame(struct session *s)
{
	json_t *root = json_loadb(s->frame.data, s->frame.used, 0, NULL);
	const char *type = json_string_value(json_object_get(root, "type"));

	if (type && !strcmp(type, "hello") && !s->result->booted) {
		s->result->booted = true;
		s->result->boot_ms = elapsed_ms(s);
	} else if (type && !strcmp(type, "exit")) {
		s->ended = true;
		s->result->exit_code = json_integer_value(json_object_get(root, "code"));
		/* Init waits for this byte before it powers off: the frame has arrived. */
		if (write(s->channels.result, "\n", 1) < 0)
			s->result->stray++;
	}
	json_decref(root);
}

static void end_frame(struct session *s)
{
	s->in_frame = false;
	if (!s->frame.used)
		return;
	s->result->frames++;
	note_frame(s);
	if (s->opts->on_frame)
		s->opts->on_frame(s->opts->ctx, s->frame.data, s->frame.used);
}

/* A second RS inside a frame means that the first one's writer died: what it wrote is stray. */
static void take_frames(struct session *s, const char *data, size_t size)
{
	for (; size; data++, size--) {
		if (*data == RS) {
			s->result->stray += s->in_frame ? s->frame.used : 0;
			s->in_frame = true;
			s->frame.used = 0;
		} else if (!s->in_frame) {
			s->result->stray++;
		} else if (*data == '\n') {
			end_frame(s);
		} else if (!put_byte(&s->frame, *data, FRAME_MAX_BYTES)) {
			s->result->stray += s->frame.used;
			s->in_frame = false;
		}
	}
}

/* Read one channel dry; close it at its end. */
static void read_channel(struct session *s, int *fd)
{
	char buf[1 << 15];
	ssize_t n;

	while (*fd >= 0) {
		n = read(*fd, buf, sizeof(buf));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
			return;
		}
		if (fd == &s->channels.result) {
			s->alive = true;
			take_frames(s, buf, n);
		} else if (fd == &s->channels.console) {
			s->alive = true;
			take_text(s, &s->console, buf, n);
		} else {
			take_text(s, &s->words, buf, n);
		}
	}
}

static void read_channels(struct session *s)
{
	read_channel(s, &s->channels.console);
	read_channel(s, &s->channels.result);
	read_channel(s, &s->channels.words);
}

static void reap(struct session *s, int flags)
{
	if (!s->reaped && waitpid(s->pid, &s->wait_status, flags) == s->pid)
		s->reaped = true;
}

static void poll_once(struct session *s, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = s->channels.console, .events = POLLIN },
		{ .fd = s->channels.result, .events = POLLIN },
		{ .fd = s->channels.words, .events = POLLIN },
		{ .fd = s->pid_fd, .events = POLLIN },
	};

	poll(fds, sizeof(fds) / sizeof(fds[0]), timeout_ms);
	reap(s, WNOHANG);
	read_channels(s);
}

static void tell_progress(struct session *s)
{
	struct pl_guest_progress progress = {
		.elapsed_ms = elapsed_ms(s),
		.booted = s->result->booted,
		.frames = s->result->frames,
	};

	if (s->opts->on_progress)
		s->opts->on_progress(s->opts->ctx, &progress);
}

/* Stay until QEMU has ended by itself (0) or has to be ended (the reason). */
static int listen_to(struct session *s, bool unsure)
{
	uint64_t limit_ms = (s->opts->timeout_s ? s->opts->timeout_s : DEFAULT_TIMEOUT_S) * 1000ull;
	uint64_t next_tick = 0;

	while (!s->reaped) {
		poll_once(s, TICK_MS);
		if (elapsed_ms(s) >= next_tick) {
			tell_progress(s);
			next_tick = elapsed_ms(s) + TICK_MS;
		}
		if (s->opts->stop && *s->opts->stop)
			return -ECANCELED;
		if (elapsed_ms(s) >= limit_ms)
			return -ETIMEDOUT;
		if (unsure && !s->alive && elapsed_ms(s) >= LIFE_MS)
			return -ENODEV;
	}
	return s->ended ? 0 : -ECONNRESET;
}

/* Ask, wait a little, then make it; in the end it is reaped. */
static void end_qemu(struct session *s)
{
	uint64_t limit = now_ms() + GRACE_MS;

	if (!s->reaped)
		kill(s->pid, SIGTERM);
	while (!s->reaped && now_ms() < limit)
		poll_once(s, TICK_MS);
	if (!s->reaped)
		kill(s->pid, SIGKILL);
	reap(s, 0);
	read_channels(s);
}

static void close_session(struct session *s)
{
	end_line(s, &s->console);
	end_line(s, &s->words);
	if (s->in_frame)
		s->result->stray += s->frame.used;
	if (s->pid_fd >= 0)
		close(s->pid_fd);
	qemu_channels_close(&s->channels);
	free(s->console.data);
	free(s->words.data);
	free(s->frame.data);
}

static void note_end(struct session *s)
{
	int code;

	s->result->total_ms = elapsed_ms(s);
	s->result->qemu_status = WIFSIGNALED(s->wait_status) ? 128 + WTERMSIG(s->wait_status) :
				 WEXITSTATUS(s->wait_status);
	/* Without an exit frame QEMU's status may still tell: no result port in the guest. */
	if (!s->ended && qemu_exit_code(s->wait_status, &code))
		s->result->exit_code = code;
}

static int start_session(struct session *s, bool kvm)
{
	int err = qemu_argv_new(s->opts, kvm, &s->result->argv);

	if (!err)
		err = qemu_channels_open(&s->channels);
	if (!err)
		err = qemu_channels_load(&s->channels, s->opts);
	s->start_ms = now_ms();
	if (!err)
		err = qemu_start(s->result->argv, &s->channels, &s->pid);
	if (err)
		return err;
	/* Without a pidfd (an old kernel) the tick notices the end a moment later. */
	s->pid_fd = syscall(SYS_pidfd_open, s->pid, 0);
	snprintf(s->result->accel, sizeof(s->result->accel), "%s", kvm ? "kvm" : "tcg");
	qemu_version(s->result->argv[0], s->result->qemu_version,
		     sizeof(s->result->qemu_version));
	return 0;
}

/* One boot. @unsure: give up with -ENODEV when the guest shows no life. */
static int attempt(const struct pl_guest_opts *opts, struct pl_guest_result *result, bool kvm,
		   bool unsure)
{
	struct session s = { .opts = opts, .result = result, .pid_fd = -1,
			     .channels = { -1, -1, -1, { -1, -1, -1, -1 } } };
	int err;

	memset(result, 0, sizeof(*result));
	result->exit_code = -1;
	err = start_session(&s, kvm);
	if (!err) {
		err = listen_to(&s, unsure);
		end_qemu(&s);
		note_end(&s);
		if (result->qemu_status == 127 && !s.alive)
			err = -ENOENT;
	}
	close_session(&s);
	return err;
}

int pl_guest_run(const struct pl_guest_opts *opts, struct pl_guest_result *result)
{
	bool choose = opts->accel == PL_ACCEL_AUTO && !opts->icount;
	bool kvm = false;
	int err;

	if (!opts->kernel || opts->icount > 10 || (opts->icount && opts->accel == PL_ACCEL_KVM))
		return -EINVAL;
	memset(result, 0, sizeof(*result));
	result->exit_code = -1;
	if (access(opts->kernel, R_OK))
		return -errno;
	if (choose || opts->accel == PL_ACCEL_KVM)
		kvm = pl_guest_kvm_works();
	if (opts->accel == PL_ACCEL_KVM && !kvm)
		return -ENODEV;
	err = attempt(opts, result, kvm, kvm && choose);
	/* No frame was handed on: the caller has seen nothing of the first try but its console. */
	if (kvm && choose && err && err != -ECANCELED && !result->booted) {
		pl_guest_result_release(result);
		err = attempt(opts, result, false, false);
	}
	return err;
}

void pl_guest_result_release(struct pl_guest_result *result)
{
	unsigned int i;

	for (i = 0; i < result->tail_count; i++)
		free(result->tail[i]);
	qemu_argv_free(result->argv);
	memset(result, 0, sizeof(*result));
}
