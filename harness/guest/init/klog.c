// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * klog.c - the kernel's log as part of every verdict.
 *
 * After each command everything new in /dev/kmsg (Documentation/ABI/testing/dev-kmsg) is read, and
 * the lines that a healthy kernel never writes are reported with the command's name. What follows
 * the first such line (the trace, the registers) goes along as context, since the console stays
 * quiet.
 *
 * Hard rule: a gap in the log is reported too ("lost"): an unread line may have been a bad one.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX	8192	/* the kernel never hands out more in one read */
#define LINES_MAX	64

static const char *const bad_texts[] = {
	"BUG:",
	"WARNING:",
	"Oops",
	"Call Trace",
	"KASAN",
	"KFENCE",
	"KCSAN",
	"UBSAN",
	"refcount_t",
	"general protection fault",
	"Unable to handle kernel",
	"blocked for more than",
	"detected stall",
	"self-detected stall",
	"soft lockup",
	"possible circular locking",
	"possible recursive locking",
	"possible irq lock inversion",
	"inconsistent lock state",
	"suspicious RCU usage",
	"DEBUG_LOCKS_WARN_ON",
	"sleeping function called from invalid context",
	"scheduling while atomic",
	"list_add corruption",
	"list_del corruption",
	"pasidlab: violation",
};

int klog_open(struct klog *klog)
{
	klog->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return klog->fd < 0 ? -errno : 0;
}

static bool is_bad(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++)
		if (strstr(text, bad_texts[i]))
			return true;
	return false;
}

/*
 * One record: "priority,sequence,time,flags;text", then lines of KEY=value behind line feeds.
 * Returns its text, NULL at the end of the log; counts gaps in @lost.
 */
static char *next_record(const struct klog *klog, char *buf, unsigned int *lost)
{
	ssize_t n;
	char *text;

	for (;;) {
		n = read(klog->fd, buf, RECORD_MAX);
		if (n < 0 && errno == EPIPE) {
			(*lost)++;
			continue;
		}
		if (n <= 0)
			return NULL;
		buf[n] = '\0';
		text = strchr(buf, ';');
		if (!text)
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		return text;
	}
}

/* Lines kept for a frame: its lists are written one after the other, the log comes once. */
struct lines {
	char *text[LINES_MAX];
	unsigned int kept;
	unsigned int seen;
};

static void keep(struct lines *lines, const char *text)
{
	if (lines->seen++ < LINES_MAX)
		lines->text[lines->kept++] = strdup(text);
}

static void put_lines(struct frame *frame, const char *key, struct lines *lines)
{
	unsigned int i;

	frame_list_begin(frame, key);
	for (i = 0; i < lines->kept; i++) {
		frame_item(frame, lines->text[i] ? lines->text[i] : "(no memory)");
		free(lines->text[i]);
	}
	frame_list_end(frame);
}

unsigned int klog_report(struct klog *klog, const struct port *port, const char *command)
{
	struct lines bad = { .kept = 0 }, context = { .kept = 0 };
	static char buf[RECORD_MAX + 1];
	unsigned int lost = 0;
	struct frame frame;
	char *text;

	while ((text = next_record(klog, buf, &lost))) {
		if (is_bad(text))
			keep(&bad, text);
		if (bad.seen)
			keep(&context, text);
	}
	if (!frame_begin(&frame, "klog")) {
		frame_string(&frame, "command", command);
		frame_number(&frame, "count", bad.seen);
		frame_number(&frame, "lost", lost);
		put_lines(&frame, "bad", &bad);
		put_lines(&frame, "context", &context);
		frame_send(&frame, port);
	}
	return bad.seen + lost;
}
