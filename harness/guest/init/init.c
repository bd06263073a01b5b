// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init.c - process 1 of a guest.
 *
 * Mounts what tools need, says hello through the result port, runs /plan, reports, waits for the
 * host to have read the last frame, and powers off. Where the emulator can be told to end at once
 * with a status (isa-debug-exit on x86-64, semihosting on arm64) it is; everywhere else the machine
 * is powered off.
 *
 * Hard rule: it never returns, since a kernel without process 1 panics; whatever goes wrong, the
 * guest says so on its console and powers off.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#define PROTOCOL	1
#define ACK_WAIT_MS	5000
#define EXIT_PORT	0x501	/* isa-debug-exit: QEMU's status is (value << 1) | 1 */
#define EXIT_BASE	0x40	/* keeps the status apart from QEMU's own 0 and 1 */
#define CPU_NODE	"/proc/device-tree/cpus/cpu@0/compatible"

static const struct {
	const char *type;
	const char *path;
} mounts[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "tmpfs", "/tmp" },
	{ "tracefs", "/sys/kernel/tracing" },
	{ "debugfs", "/sys/kernel/debug" },
	{ "bpf", "/sys/fs/bpf" },
};

/* A kernel without one of these still runs most plans: say it and go on. */
static void mount_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].path, 0755);
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) &&
		    errno != EBUSY)
			printf("init: no %s: %s\n", mounts[i].type, strerror(errno));
	}
}

/* One line of a small file, without its line feed. */
static void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, size - 1);

	line[n < 0 ? 0 : n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static void cpu_model(char *model, size_t size)
{
	char line[256], *colon;
	FILE *file = fopen("/proc/cpuinfo", "re");

	*model = '\0';
	while (file && !*model && fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		line[strcspn(line, "\n")] = '\0';
		if (colon && !strncmp(line, "model name", 10))
			snprintf(model, size, "%s", colon[1] ? colon + 2 : "");
	}
	if (file)
		fclose(file);
	/* Linux on arm64 names no model there: the device tree does, as "arm,cortex-a57". */
	if (!*model)
		read_line(CPU_NODE, model, size);
}

static void say_hello(const struct port *port)
{
	char cmdline[4096], model[128];
	struct utsname names;
	struct sysinfo info;
	struct frame frame;

	uname(&names);
	sysinfo(&info);
	read_line("/proc/cmdline", cmdline, sizeof(cmdline));
	cpu_model(model, sizeof(model));
	if (frame_begin(&frame, "hello"))
		return;
	frame_number(&frame, "proto", PROTOCOL);
	frame_string(&frame, "kernel", names.release);
	frame_string(&frame, "version", names.version);
	frame_string(&frame, "machine", names.machine);
	frame_string(&frame, "cmdline", cmdline);
	frame_string(&frame, "cpu", model);
	frame_number(&frame, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	frame_number(&frame, "mem_kib", (uint64_t)info.totalram * info.mem_unit / 1024);
	frame_number(&frame, "uptime_ms", now_ms());
	frame_send(&frame, port);
}

static void say_exit(const struct port *port, int code)
{
	struct frame frame;

	if (frame_begin(&frame, "exit"))
		return;
	frame_number(&frame, "code", code);
	frame_number(&frame, "uptime_ms", now_ms());
	frame_send(&frame, port);
	if (!port_wait_ack(port, ACK_WAIT_MS))
		printf("init: the host did not answer the exit frame\n");
}

#if defined(__x86_64__)
static void end_emulator(unsigned int value)
{
	if (!ioperm(EXIT_PORT, 1, 1))
		outb((unsigned char)value, EXIT_PORT);
}
#elif defined(__aarch64__)
static sigjmp_buf no_semihosting;

static void on_sigill(int number)
{
	siglongjmp(no_semihosting, number);
}

/* SYS_EXIT of Arm's semihosting specification, with an exit status of the program's. */
static __attribute__((noinline)) void semihosting_exit(unsigned int status)
{
	const uint64_t block[2] = { 0x20026 /* ADP_Stopped_ApplicationExit */, status };
	register uint64_t operation __asm__("x0") = 0x18;
	register const uint64_t *parameter __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
}

/* The status is what isa-debug-exit would make of @value. */
static void end_emulator(unsigned int value)
{
	signal(SIGILL, on_sigill);
	if (!sigsetjmp(no_semihosting, 1))
		semihosting_exit(value << 1 | 1);
}
#else
static void end_emulator(unsigned int value)
{
	(void)value;
}
#endif

static void __attribute__((noreturn)) power_off(int code)
{
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	end_emulator(EXIT_BASE | (code & 0x3f));
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Run every step; how many things went wrong. */
static unsigned int run_plan(struct runner *runner, char *plan)
{
	static struct step step;	/* its words do not fit a frame's worth of stack */
	unsigned int bad = 0;
	int more;

	while ((more = plan_next(&plan, &step)) > 0)
		bad += runner_step(runner, &step);
	if (more < 0) {
		printf("init: a line of /plan cannot be read: %s\n", strerror(-more));
		bad++;
	}
	return bad + runner_finish(runner);
}

static int work(const struct port *port)
{
	static struct runner runner;
	unsigned int bad;
	struct klog klog;
	char *plan;
	int err;

	err = klog_open(&klog);
	if (!err)
		err = runner_init(&runner, port, &klog);
	if (!err)
		err = plan_load("/plan", &plan);
	if (err) {
		printf("init: cannot start the plan: %s\n", strerror(-err));
		return 2;
	}
	bad = klog_report(&klog, port, "boot");
	bad += run_plan(&runner, plan);
	bad += klog_report(&klog, port, "end");
	return bad ? 1 : 0;
}

int main(void)
{
	struct port port;
	int err, code;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/", 1);
	setenv("PL_RESULT_FD", "3", 1);
	mount_all();
	err = port_open(&port);
	if (err) {
		printf("init: no result port: %s\n", strerror(-err));
		power_off(2);
	}
	say_hello(&port);
	code = work(&port);
	say_exit(&port, code);
	power_off(code);
}
