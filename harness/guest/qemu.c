// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu.c - the QEMU process behind a guest.
 *
 * The recipes are measured, not guessed: an ELF kernel entered through PVH on x86-64, an Image on
 * arm64, no default devices, and a command line that skips calibration loops, mitigations and
 * self-tests bring a stock Debian kernel to its init in about two seconds of software emulation.
 * The archives are laid end to end in a memory file, so nothing has to be cleaned up afterwards.
 *
 * Vocabulary: "words" are what QEMU itself prints. Hard rule: the child dies with its parent
 * (PR_SET_PDEATHSIG) and never shares its terminal's signals (own process group).
 */
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"

#define FIRST_FD	3	/* the child's channels: console 3, result 4, words 5, initrd 6 */
#define SAFE_FD		16	/* above every number the child's channels get */
#define DEFAULT_SMP	2
#define DEFAULT_MEM_MIB	2048
#define DEBUG_EXIT_BASE	0x40	/* see EXIT_BASE in init.c */

struct recipe {
	const char *arch;
	const char *machine;
	const char *cpu_tcg;
	const char *cpu_icount;	/* more of it, so that its counter steps with every nanosecond */
	const char *append;
	const char *exit[2];	/* what lets the guest end QEMU with a status of its choice */
};

static const struct recipe recipes[] = {
	{
		.arch = "x86_64",
		.machine = "q35",
		.cpu_tcg = "max,la57=off",
		.cpu_icount = "",
		.append = "console=ttyS0 panic=-1 quiet loglevel=3 tsc=reliable no_timer_check "
			  "mitigations=off nokaslr cryptomgr.notests random.trust_cpu=on audit=0 "
			  "nowatchdog",
		.exit = { "-device", "isa-debug-exit,iobase=0x501,iosize=1" },
	},
	{
		.arch = "aarch64",
		.machine = "virt,gic-version=3",
		.cpu_tcg = "cortex-a57",
		.cpu_icount = ",cntfrq=1000000000",
		.append = "console=ttyAMA0 panic=-1 quiet loglevel=3 mitigations=off nokaslr "
			  "cryptomgr.notests random.trust_cpu=on audit=0 nowatchdog",
		/* Init is no kernel: without userspace=on its call is an illegal instruction. */
		.exit = { "-semihosting-config", "enable=on,target=native,userspace=on" },
	},
};

static const struct recipe *find_recipe(const char *arch)
{
	size_t i;

	for (i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++)
		if (!arch || !strcmp(recipes[i].arch, arch))
			return &recipes[i];
	return NULL;
}

/* A growing vector of owned strings; the first failure sticks, so callers check once. */
struct vector {
	char **words;
	size_t count;
	bool failed;
};

static void __attribute__((format(printf, 2, 3))) push(struct vector *v, const char *format, ...)
{
	char **words = realloc(v->words, (v->count + 2) * sizeof(*words));
	va_list args;

	if (!words) {
		v->failed = true;
		return;
	}
	v->words = words;
	va_start(args, format);
	if (vasprintf(&words[v->count], format, args) < 0)
		v->failed = true;
	else
		v->count++;
	va_end(args);
	words[v->count] = NULL;
}

void qemu_argv_free(char **argv)
{
	char **word;

	for (word = argv; word && *word; word++)
		free(*word);
	free(argv);
}

static void push_accel(struct vector *v, const struct recipe *recipe,
		       const struct pl_guest_opts *opts, bool kvm)
{
	push(v, "-accel");
	if (kvm)
		push(v, "kvm");
	else
		push(v, "tcg,thread=%s", opts->icount ? "single" : "multi");
	push(v, "-cpu");
	push(v, "%s%s", kvm ? "host" : recipe->cpu_tcg, opts->icount ? recipe->cpu_icount : "");
	push(v, "-smp");
	push(v, "%u", opts->icount ? 1 : opts->smp ? opts->smp : DEFAULT_SMP);
	if (opts->icount) {
		push(v, "-icount");
		push(v, "shift=%u,sleep=off", opts->icount);
		/* What would differ from boot to boot: random numbers and the time of day. */
		push(v, "-seed");
		push(v, "1");
		push(v, "-rtc");
		push(v, "base=2026-01-01,clock=vm");
	}
}

/* Sockets that QEMU inherits: their numbers are fixed by qemu_start(). */
static void push_channels(struct vector *v)
{
	push(v, "-chardev");
	push(v, "socket,id=console,fd=%d", FIRST_FD + QEMU_CONSOLE);
	push(v, "-serial");
	push(v, "chardev:console");
	push(v, "-chardev");
	push(v, "socket,id=result,fd=%d", FIRST_FD + QEMU_RESULT);
	push(v, "-device");
	push(v, "virtio-serial-pci");
	push(v, "-device");
	push(v, "virtserialport,chardev=result,name=pasidlab.result");
}

static void push_kernel(struct vector *v, const struct recipe *recipe,
			const struct pl_guest_opts *opts)
{
	push(v, "-kernel");
	push(v, "%s", opts->kernel);
	push(v, "-initrd");
	push(v, "/proc/self/fd/%d", FIRST_FD + QEMU_INITRD);
	push(v, "-append");
	push(v, "%s%s%s", recipe->append, opts->append ? " " : "",
	     opts->append ? opts->append : "");
}

/* The whole command line; -EINVAL for an architecture without a recipe. */
int qemu_argv_new(const struct pl_guest_opts *opts, bool kvm, char ***argv)
{
	const struct recipe *recipe = find_recipe(opts->arch);
	const char *const *word;
	struct vector v = { 0 };

	if (!recipe)
		return -EINVAL;
	if (opts->qemu)
		push(&v, "%s", opts->qemu);
	else
		push(&v, "qemu-system-%s", recipe->arch);
	push(&v, "-M");
	push(&v, "%s", recipe->machine);
	push_accel(&v, recipe, opts, kvm);
	push(&v, "-m");
	push(&v, "%u", opts->mem_mib ? opts->mem_mib : DEFAULT_MEM_MIB);
	for (word = (const char *const[]){ "-nodefaults", "-display", "none", "-monitor", "none",
					   "-no-reboot", NULL }; *word; word++)
		push(&v, "%s", *word);
	push_channels(&v);
	push(&v, "%s", recipe->exit[0]);
	push(&v, "%s", recipe->exit[1]);
	push_kernel(&v, recipe, opts);
	for (word = opts->extra; word && *word; word++)
		push(&v, "%s", *word);
	if (v.failed) {
		qemu_argv_free(v.words);
		return -ENOMEM;
	}
	*argv = v.words;
	return 0;
}

void qemu_channels_close(struct qemu_channels *channels)
{
	int *fds[] = { &channels->console, &channels->result, &channels->words,
		       &channels->theirs[0], &channels->theirs[1], &channels->theirs[2],
		       &channels->theirs[3] };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static int open_pair(int *ours, int *theirs)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	*ours = fds[0];
	*theirs = fds[1];
	return fcntl(fds[0], F_SETFL, O_NONBLOCK) ? -errno : 0;
}

int qemu_channels_open(struct qemu_channels *channels)
{
	int err;

	*channels = (struct qemu_channels){ -1, -1, -1, { -1, -1, -1, -1 } };
	err = open_pair(&channels->console, &channels->theirs[QEMU_CONSOLE]);
	if (!err)
		err = open_pair(&channels->result, &channels->theirs[QEMU_RESULT]);
	if (!err)
		err = open_pair(&channels->words, &channels->theirs[QEMU_WORDS]);
	if (err)
		qemu_channels_close(channels);
	return err;
}

static int put(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0)
			return -errno;
	}
	return 0;
}

static int put_file(int fd, const char *path)
{
	static const char zeros[4];
	int in = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	char buf[1 << 16];
	off_t size = 0;
	ssize_t n;

	if (in < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf))) > 0) {
		err = put(fd, buf, n);
		size += n;
	}
	if (!err && n < 0)
		err = -errno;
	close(in);
	/* The next archive must start on four bytes. */
	return err ? err : put(fd, zeros, -size & 3);
}

/* All archives end to end, in a memory file that QEMU opens through /proc/self/fd. */
int qemu_channels_load(struct qemu_channels *channels, const struct pl_guest_opts *opts)
{
	const char *const *path;
	const void *data;
	size_t size;
	int fd, err = 0;

	fd = memfd_create("pasidlab-initrd", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	channels->theirs[QEMU_INITRD] = fd;
	for (path = opts->initrds; !err && path && *path; path++)
		err = put_file(fd, *path);
	if (err || !opts->payload)
		return err;
	err = pl_image_finish(opts->payload, &data, &size);
	return err ? err : put(fd, data, size);
}

/*
 * Give the child its channels under their fixed numbers. The numbers may be taken by each other:
 * first out of the way, then into place.
 */
static bool place_channels(const struct qemu_channels *channels)
{
	int i, safe[4];

	for (i = 0; i < 4; i++) {
		safe[i] = fcntl(channels->theirs[i], F_DUPFD_CLOEXEC, SAFE_FD);
		if (safe[i] < 0)
			return false;
	}
	for (i = 0; i < 4; i++)
		if (dup2(safe[i], FIRST_FD + i) < 0)
			return false;
	return dup2(FIRST_FD + QEMU_WORDS, STDOUT_FILENO) >= 0 &&
	       dup2(FIRST_FD + QEMU_WORDS, STDERR_FILENO) >= 0;
}

static void __attribute__((noreturn)) exec_qemu(char *const *argv, struct qemu_channels *channels,
						pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(null, STDIN_FILENO) >= 0 && place_channels(channels)) {
		execvp(argv[0], argv);
		dprintf(STDERR_FILENO, "cannot start %s: %s\n", argv[0], strerror(errno));
	}
	_exit(127);
}

/* Start QEMU; its ends of the channels are closed here in either case. */
int qemu_start(char *const *argv, struct qemu_channels *channels, pid_t *pid)
{
	pid_t parent = getpid();
	int i;

	*pid = fork();
	if (!*pid)
		exec_qemu(argv, channels, parent);
	for (i = 0; i < 4; i++) {
		close(channels->theirs[i]);
		channels->theirs[i] = -1;
	}
	return *pid < 0 ? -errno : 0;
}

/* The first line of "qemu --version", without a final line feed; empty when there is none. */
void qemu_version(const char *program, char *version, size_t size)
{
	int fds[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	version[0] = '\0';
	if (pipe2(fds, O_CLOEXEC))
		return;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execlp(program, program, "--version", NULL);
		_exit(127);
	}
	close(fds[1]);
	while (used + 1 < size && (n = read(fds[0], version + used, size - 1 - used)) > 0)
		used += n;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	version[used] = '\0';
	version[strcspn(version, "\n")] = '\0';
}

/* Does QEMU's wait status carry the code that init ended QEMU with? */
bool qemu_exit_code(int status, int *code)
{
	int value = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (!(value & 1) || !(value >> 1 & DEBUG_EXIT_BASE))
		return false;
	*code = value >> 1 & (DEBUG_EXIT_BASE - 1);
	return true;
}
