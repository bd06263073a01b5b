// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - run the plan's commands.
 *
 * Every command gets its own process group, the console as standard output and error, and a pipe as
 * file descriptor 3 (PL_RESULT_FD=3) for its frames. Init forwards whole frames only: two commands
 * that write at once, or one that dies in the middle of a frame, cannot tear the stream.
 *
 * A command that overruns its time is asked to end (SIGTERM), then made to (SIGKILL), and its
 * kernel stack goes along in the report. One that survives even that sits in the kernel: the rest
 * of the plan is not run, because its results would mean nothing.
 *
 * Vocabulary: a "child" is a running command; "status" is what a shell would say: the exit code,
 * 128 + signal, 124 for a timeout; 0 for a background command that ended by the SIGTERM that
 * stopped it. Hard rule: one command frame and one klog frame for every step.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT_FD	3
#define GRACE_MS	3000
#define FRAME_MAX	(16u << 20)
#define RS		0x1e

int runner_init(struct runner *runner, const struct port *port, struct klog *klog)
{
	sigset_t mask;

	memset(runner, 0, sizeof(*runner));
	runner->port = port;
	runner->klog = klog;
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	runner->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	return runner->signal_fd < 0 ? -errno : 0;
}

static void exec_child(const struct step *step, int result)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* dup2() onto itself would leave close-on-exec set. */
	if (result == RESULT_FD ? !fcntl(result, F_SETFD, 0) : dup2(result, RESULT_FD) >= 0)
		execvp(step->argv[0], step->argv);
	fprintf(stderr, "init: %s: %s\n", step->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int start(struct runner *runner, const struct step *step, struct child *child)
{
	int pipe_fd[2];

	memset(child, 0, sizeof(*child));
	child->step = *step;
	child->start_ms = now_ms();
	if (pipe2(pipe_fd, O_CLOEXEC))
		return -errno;
	child->pid = fork();
	if (!child->pid)
		exec_child(step, pipe_fd[1]);
	close(pipe_fd[1]);
	if (child->pid < 0) {
		close(pipe_fd[0]);
		return -errno;
	}
	setpgid(child->pid, child->pid);
	fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK);
	child->fd = pipe_fd[0];
	runner->count++;
	return 0;
}

/*
 * Forward every whole frame that has arrived. What stands before a line's last RS is no frame, or
 * the beginning of one whose writer died: it is dropped.
 */
static void forward(struct runner *runner, struct child *child)
{
	char *rest = child->frames, *end = rest + child->used, *begin, *feed;

	while ((feed = memchr(rest, '\n', end - rest))) {
		begin = memrchr(rest, RS, feed - rest);
		if (begin)
			port_write(runner->port, begin, feed + 1 - begin);
		rest = feed + 1;
	}
	child->used = end - rest;
	memmove(child->frames, rest, child->used);
}

static bool make_room(struct child *child)
{
	size_t room = child->room ? child->room * 2 : 1 << 16;
	char *frames;

	if (child->used < child->room)
		return true;
	frames = room <= FRAME_MAX ? realloc(child->frames, room) : NULL;
	if (!frames)
		return false;
	child->frames = frames;
	child->room = room;
	return true;
}

/* Read what a child has written so far. Its pipe is closed at its end, or at an endless frame. */
static void pump_child(struct runner *runner, struct child *child)
{
	ssize_t n;

	while (child->fd >= 0) {
		n = make_room(child) ? read(child->fd, child->frames + child->used,
					    child->room - child->used) : 0;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(child->fd);
			child->fd = -1;
			return;
		}
		child->used += n;
		forward(runner, child);
	}
}

static void reap(struct runner *runner)
{
	struct signalfd_siginfo info;
	unsigned int i;
	int status;
	pid_t pid;

	while (read(runner->signal_fd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < runner->count; i++)
			if (runner->children[i].pid == pid) {
				runner->children[i].wait_status = status;
				runner->children[i].done = true;
			}
}

/* Wait for anything to happen, at most @timeout_ms, and deal with it. */
static void pump(struct runner *runner, int timeout_ms)
{
	struct pollfd fds[MAX_CHILDREN + 1];
	unsigned int i;

	for (i = 0; i < runner->count; i++)
		fds[i] = (struct pollfd){ .fd = runner->children[i].fd, .events = POLLIN };
	fds[i] = (struct pollfd){ .fd = runner->signal_fd, .events = POLLIN };
	if (poll(fds, runner->count + 1, timeout_ms) <= 0)
		return;
	for (i = 0; i < runner->count; i++)
		if (fds[i].revents)
			pump_child(runner, &runner->children[i]);
	if (fds[runner->count].revents)
		reap(runner);
}

static bool wait_done(struct runner *runner, struct child *child, uint64_t limit_ms)
{
	uint64_t now;

	while (!child->done && (now = now_ms()) < limit_ms)
		pump(runner, limit_ms - now < 1000 ? (int)(limit_ms - now) : 1000);
	return child->done;
}

/* Where in the kernel a command sits that does not end: the one thing worth knowing about it. */
static void put_stack(struct frame *frame, pid_t pid)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	file = fopen(path, "re");
	frame_list_begin(frame, "stack");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		frame_item(frame, line);
	}
	frame_list_end(frame);
	if (file)
		fclose(file);
}

static void end_child(struct runner *runner, struct child *child)
{
	kill(-child->pid, SIGTERM);
	if (wait_done(runner, child, now_ms() + GRACE_MS))
		return;
	kill(-child->pid, SIGKILL);
	if (!wait_done(runner, child, now_ms() + GRACE_MS))
		runner->stuck = true;
}

static int shell_status(const struct child *child)
{
	if (child->timed_out || !child->done)
		return 124;
	if (WIFSIGNALED(child->wait_status) && WTERMSIG(child->wait_status) == SIGTERM &&
	    child->stopped)
		return 0;
	if (WIFSIGNALED(child->wait_status))
		return 128 + WTERMSIG(child->wait_status);
	return WEXITSTATUS(child->wait_status);
}

static void report_open(struct frame *frame, const struct step *step)
{
	unsigned int i;

	frame_string(frame, "name", step->name);
	frame_list_begin(frame, "argv");
	for (i = 0; step->argv[i]; i++)
		frame_item(frame, step->argv[i]);
	frame_list_end(frame);
}

/* The command frame and the klog frame; how many things went wrong. */
static unsigned int report(struct runner *runner, const struct step *step, struct frame *frame,
			   int status, uint64_t start_ms)
{
	frame_number(frame, "status", status);
	frame_number(frame, "ms", now_ms() - start_ms);
	if (runner->stuck)
		frame_number(frame, "stuck", 1);
	frame_send(frame, runner->port);
	return (status != 0) + klog_report(runner->klog, runner->port, step->name);
}

static void remove_child(struct runner *runner, struct child *child)
{
	/* Whatever it left running in its group would disturb the next command. */
	kill(-child->pid, SIGKILL);
	pump_child(runner, child);
	if (child->fd >= 0)
		close(child->fd);
	free(child->frames);
	runner->count--;
	memmove(child, child + 1, (char *)&runner->children[runner->count] - (char *)child);
}

/* Stay with a child until @limit_ms, end it then, report it. */
static unsigned int finish_child(struct runner *runner, struct child *child, uint64_t limit_ms)
{
	struct frame frame;
	unsigned int bad;

	if (frame_begin(&frame, "command"))
		return 1;
	report_open(&frame, &child->step);
	if (!wait_done(runner, child, limit_ms)) {
		child->timed_out = true;
		put_stack(&frame, child->pid);
		end_child(runner, child);
	}
	pump_child(runner, child);
	bad = report(runner, &child->step, &frame, shell_status(child), child->start_ms);
	remove_child(runner, child);
	return bad;
}

/* Commands that init does itself return 0 or -errno. */
static int insmod(const struct step *step)
{
	char params[1024] = "";
	int fd, i, err;

	if (!step->argv[1])
		return -EINVAL;
	for (i = 2; step->argv[i]; i++) {
		if (strlen(params) + strlen(step->argv[i]) + 2 > sizeof(params))
			return -E2BIG;
		strcat(strcat(params, step->argv[i]), " ");
	}
	fd = open(step->argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return err;
}

static int rmmod(const struct step *step)
{
	if (!step->argv[1])
		return -EINVAL;
	return syscall(SYS_delete_module, step->argv[1], O_NONBLOCK) ? -errno : 0;
}

static unsigned int run_own(struct runner *runner, const struct step *step,
			    int (*own)(const struct step *))
{
	uint64_t start_ms = now_ms();
	struct frame frame;
	int err;

	if (frame_begin(&frame, "command"))
		return 1;
	report_open(&frame, step);
	err = own(step);
	if (err)
		frame_string(&frame, "error", strerror(-err));
	return report(runner, step, &frame, err ? 1 : 0, start_ms);
}

/* End a background command and report it as an end that was asked for. */
static unsigned int stop_child(struct runner *runner, struct child *child)
{
	reap(runner);
	if (!child->done) {
		child->stopped = true;
		kill(-child->pid, SIGTERM);
	}
	return finish_child(runner, child, now_ms() + child->step.timeout_s * 1000ull);
}

static unsigned int stop_named(struct runner *runner, const char *name)
{
	unsigned int i;

	for (i = 0; i < runner->count; i++)
		if (name && !strcmp(runner->children[i].step.name, name))
			return stop_child(runner, &runner->children[i]);
	return 1;
}

static unsigned int run_program(struct runner *runner, const struct step *step)
{
	struct child *child = &runner->children[runner->count];
	struct frame frame;
	int err;

	err = runner->count < MAX_CHILDREN ? start(runner, step, child) : -EAGAIN;
	if (!err)
		return step->background ? 0 :
		       finish_child(runner, child, now_ms() + step->timeout_s * 1000ull);
	if (frame_begin(&frame, "command"))
		return 1;
	report_open(&frame, step);
	frame_string(&frame, "error", strerror(-err));
	return report(runner, step, &frame, 126, now_ms());
}

/* Run one step; how many things went wrong. */
unsigned int runner_step(struct runner *runner, const struct step *step)
{
	if (runner->stuck)
		return 1;
	if (!strcmp(step->argv[0], "insmod"))
		return run_own(runner, step, insmod);
	if (!strcmp(step->argv[0], "rmmod"))
		return run_own(runner, step, rmmod);
	if (!strcmp(step->argv[0], "stop"))
		return stop_named(runner, step->argv[1]);
	return run_program(runner, step);
}

/* Stop what still runs in the background, the youngest first. */
unsigned int runner_finish(struct runner *runner)
{
	unsigned int bad = 0;

	while (runner->count)
		bad += stop_child(runner, &runner->children[runner->count - 1]);
	return bad;
}
