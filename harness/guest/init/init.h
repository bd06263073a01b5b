/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init.h - what the parts of the guest's init share.
 *
 * Init is process 1 of a guest: it mounts, finds the result port, runs the plan and powers the
 * guest off. It is static, needs no file but /plan, and never exits. One thread, no locking.
 */
#ifndef PASIDLAB_GUEST_INIT_H
#define PASIDLAB_GUEST_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define DEFAULT_TIMEOUT_S	120
#define MAX_WORDS		128

/* frame.c: frames to the host. */

struct port {
	int fd;		/* the result port; the console when there is none */
};

/* A frame under construction: write JSON to @json, then send. */
struct frame {
	FILE *json;
	char *text;
	size_t size;
};

int port_open(struct port *port);
int port_write(const struct port *port, const char *data, size_t size);
bool port_wait_ack(const struct port *port, int timeout_ms);

int frame_begin(struct frame *frame, const char *type);
void frame_string(struct frame *frame, const char *key, const char *value);
void frame_number(struct frame *frame, const char *key, uint64_t value);
void frame_list_begin(struct frame *frame, const char *key);
void frame_item(struct frame *frame, const char *value);
void frame_list_end(struct frame *frame);
int frame_send(struct frame *frame, const struct port *port);

/* klog.c: the kernel's log as a verdict. */

struct klog {
	int fd;
};

int klog_open(struct klog *klog);
unsigned int klog_report(struct klog *klog, const struct port *port, const char *command);

/* plan.c: the commands. */

struct step {
	char *name;
	char *argv[MAX_WORDS + 1];
	unsigned int timeout_s;
	bool background;
};

int plan_load(const char *path, char **text);
int plan_next(char **cursor, struct step *step);

/* run.c: running them. */

#define MAX_CHILDREN	8

struct child {
	struct step step;
	pid_t pid;
	int fd;			/* where its frames come from; -1: ended */
	char *frames;		/* bytes that are no whole frame yet */
	size_t used;
	size_t room;
	uint64_t start_ms;
	int wait_status;
	bool done;
	bool stopped;		/* asked to end by the plan */
	bool timed_out;
};

struct runner {
	const struct port *port;
	struct klog *klog;
	int signal_fd;
	struct child children[MAX_CHILDREN];
	unsigned int count;	/* slots in use: slot 0.. */
	bool stuck;		/* a command that cannot be killed: nothing further is run */
};

int runner_init(struct runner *runner, const struct port *port, struct klog *klog);
unsigned int runner_step(struct runner *runner, const struct step *step);
unsigned int runner_finish(struct runner *runner);

uint64_t now_ms(void);

#endif
