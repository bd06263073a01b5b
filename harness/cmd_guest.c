// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_guest.c - pasidlab guest: the half of a test that runs inside the guest.
 *
 * Not for people, so not in the list of commands; it works anywhere, though, and its tests run it
 * on the host.  One job so far:
 *
 *	kill	start a command again and again and end it with SIGKILL after a random time, at any
 *		moment of whatever it was doing.  Each must be gone at once: a process that outlives
 *		SIGKILL hangs in the kernel, in a path that never lets go.
 *
 * The outcome is one check frame on the descriptor that PL_RESULT_FD names, else on standard
 * output.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "opt.h"

/* A process has this long to be gone after SIGKILL; a healthy one takes milliseconds. */
#define PL_GONE_MS	10000

struct pl_kill_args {
	const char *check;
	uint64_t times;
	uint64_t min_ms;
	uint64_t max_ms;
	uint64_t seed;
};

#define AT(_field)	.offset = offsetof(struct pl_kill_args, _field)

static const struct pl_opt pl_kill_opts[] = {
	{ .name = "check", .type = PL_OPT_TEXT, .arg = "NAME", AT(check), .def = "life/kill",
	  .help = "Name of the check in the result" },
	{ .name = "times", .type = PL_OPT_NUMBER, .arg = "N", AT(times), .min = 1, .max = 10000,
	  .def = "20", .help = "How often" },
	{ .name = "min-ms", .type = PL_OPT_NUMBER, .arg = "MS", AT(min_ms), .max = 60000,
	  .def = "1", .help = "Least time before the kill" },
	{ .name = "max-ms", .type = PL_OPT_NUMBER, .arg = "MS", AT(max_ms), .min = 1, .max = 60000,
	  .def = "400", .help = "Greatest time before the kill" },
	{ .name = "seed", .type = PL_OPT_NUMBER, .arg = "N", AT(seed), .max = UINT32_MAX,
	  .def = "1", .help = "First random number" },
};

static const struct pl_cmdline pl_kill_cmdline = {
	.name = "guest kill", .opts = pl_kill_opts,
	.n_opts = sizeof(pl_kill_opts) / sizeof(pl_kill_opts[0]),
	.args = "-- COMMAND [ARGUMENT...]",
	.doc = "Start COMMAND and end it with SIGKILL after a random time, again and again.",
	.after = "Example:\n"
		 "  pasidlab guest kill --times=5 -- sleep 60",
};

/* SplitMix64, so that equal seeds kill at equal times. */
static uint64_t pl_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void pl_sleep_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

/* Wait for a process through its pidfd: true when it is gone. */
static bool pl_gone(pid_t pid, int timeout_ms)
{
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	bool gone;

	if (p.fd < 0)
		return false;
	gone = poll(&p, 1, timeout_ms) == 1;
	close(p.fd);
	return gone;
}

/* One life and its end.  What goes wrong is told in @why. */
static bool pl_kill_once(char **argv, uint64_t after_ms, char *why, size_t size)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0) {
		snprintf(why, size, "fork: %s", strerror(errno));
		return false;
	}
	pl_sleep_ms(after_ms);
	kill(pid, SIGKILL);
	if (!pl_gone(pid, PL_GONE_MS)) {
		snprintf(why, size, "still there %d s after SIGKILL", PL_GONE_MS / 1000);
		return false;
	}
	if (waitpid(pid, &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status))) {
		snprintf(why, size, "%s ended by itself with status %d", argv[0],
			 WEXITSTATUS(status));
		return false;
	}
	return true;
}

/* In one write, so that frames of other processes do not mix in. */
static int pl_send_check(const char *name, bool passed, const char *reason)
{
	const char *fd = getenv("PL_RESULT_FD");
	json_t *frame = json_pack("{s:s,s:s,s:s,s:s}", "type", "check", "name", name, "status",
				  passed ? "pass" : "fail", "reason", reason);
	char *text = frame ? json_dumps(frame, JSON_COMPACT) : NULL;
	int n = text ? dprintf(fd ? atoi(fd) : STDOUT_FILENO, "\036%s\n", text) : -1;

	free(text);
	json_decref(frame);
	return n < 0 ? -1 : 0;
}

static int pl_guest_kill(int argc, char **argv)
{
	struct pl_kill_args a = {};
	char why[160] = "", reason[256] = "";
	uint64_t i, ms = 0, state;
	bool passed = true;
	int rest;

	if (pl_opt_parse(&pl_kill_cmdline, argc, argv, &a, &rest))
		return PL_EXIT_USAGE;
	if (rest == argc || a.min_ms > a.max_ms) {
		pl_complain("guest kill", rest == argc ? "no COMMAND was given" :
							 "--min-ms is above --max-ms");
		return PL_EXIT_USAGE;
	}
	state = a.seed;
	for (i = 0; i < a.times && passed; i++) {
		ms = a.min_ms + pl_random(&state) % (a.max_ms - a.min_ms + 1);
		passed = pl_kill_once(argv + rest, ms, why, sizeof(why));
	}
	if (!passed)
		snprintf(reason, sizeof(reason), "kill %llu, after %llu ms: %s",
			 (unsigned long long)i, (unsigned long long)ms, why);
	if (pl_send_check(a.check, passed, reason))
		return PL_EXIT_FAIL;
	return passed ? PL_EXIT_OK : PL_EXIT_FAIL;
}

int pl_cmd_guest(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "kill"))
		return pl_guest_kill(argc - 1, argv + 1);
	pl_complain("guest", "this is for the guest's own plan; known: kill");
	return PL_EXIT_USAGE;
}
