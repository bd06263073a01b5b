// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * emulator.c - the QEMU that a unit needs; emulator.h has the rule.
 */
#include "emulator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first QEMU whose intel-iommu has PASIDs beyond two, ATS with PASID and PRI. */
#define PL_QEMU_MAJOR	11
#define PL_QEMU_MINOR	1

/* What a program prints first, on standard output; its exit status or -errno. */
static int pl_ask(const char *const *argv, char *line, size_t size)
{
	int fds[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(STDERR_FILENO);
		close(fds[0]);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fds[1]);
	/* Read to the end: a program that is cut short fails. */
	while ((n = read(fds[0], line + used, size - 1 - used)) > 0)
		used = used + n < size / 2 ? used + n : size / 2;
	close(fds[0]);
	line[used] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int pl_check_version(const char *path, char why[PL_WHY_MAX])
{
	const char *const argv[] = { path, "--version", NULL };
	unsigned int major, minor;
	char line[256];
	int ret = pl_ask(argv, line, sizeof(line));

	if (ret || sscanf(line, "QEMU emulator version %u.%u", &major, &minor) != 2) {
		snprintf(why, PL_WHY_MAX, "%s is no QEMU that starts: make one with 'make qemu'",
			 path);
		return -ENOTSUP;
	}
	if (major > PL_QEMU_MAJOR || (major == PL_QEMU_MAJOR && minor >= PL_QEMU_MINOR))
		return 0;
	snprintf(why, PL_WHY_MAX, "%s is QEMU %u.%u; its IOMMU is of use from %u.%u on: 'make qemu'",
		 path, major, minor, PL_QEMU_MAJOR, PL_QEMU_MINOR);
	return -ENOTSUP;
}

/* Asked for the help of a device it does not have, QEMU complains and exits with 0. */
static int pl_check_engine(const char *path, const char *engine, char why[PL_WHY_MAX])
{
	char name[64], help[80], line[256];
	const char *const argv[] = { path, "-device", help, NULL };
	size_t len = strcspn(engine, ",");

	if (len >= sizeof(name))
		len = sizeof(name) - 1;
	memcpy(name, engine, len);
	name[len] = '\0';
	snprintf(help, sizeof(help), "%s,help", name);
	if (!pl_ask(argv, line, sizeof(line)) && !strncmp(line, name, len))
		return 0;
	snprintf(why, PL_WHY_MAX, "%s has no device %s: make one that has with 'make qemu'",
		 path, name);
	return -ENOTSUP;
}

static int pl_find_path(const struct pl_target *target, const char *built, char path[PATH_MAX],
			char why[PL_WHY_MAX])
{
	const struct pl_unit_kind *unit = target->unit;
	const char *given = getenv("PASIDLAB_QEMU");
	int err;

	if (given && *given)
		snprintf(path, PATH_MAX, "%s", given);
	else
		snprintf(path, PATH_MAX, "%s/bin/qemu-system-%s", built,
			 target->arch->machine);
	if (!(given && *given) && access(path, X_OK)) {
		snprintf(why, PL_WHY_MAX, "%s needs a QEMU with the PASID engine, and this build "
			 "has none: make it with 'make qemu', or name one in PASIDLAB_QEMU",
			 unit->name);
		return -ENOENT;
	}
	err = pl_check_version(path, why);
	return err ? err : pl_check_engine(path, unit->qemu_engine, why);
}

/* A build in the cache has its firmware beside it: bin/ and share/qemu/. */
static void pl_find_firmware(struct pl_emulator *e)
{
	const char *slash = strrchr(e->path, '/');
	int len = slash ? (int)(slash - e->path) : 0;

	snprintf(e->firmware, sizeof(e->firmware), "%.*s/../share/qemu", len, e->path);
	if (!slash || access(e->firmware, R_OK))
		*e->firmware = '\0';
}

static const char *pl_value(const struct pl_var *vars, const char *name)
{
	for (; vars->name; vars++)
		if (!strcmp(vars->name, name))
			return vars->value;
	return "";
}

/* The IOMMU stands first: devices are placed behind it as they come. */
static void pl_add_words(const struct pl_unit_kind *unit, const struct pl_var *vars,
			 struct pl_emulator *e)
{
	unsigned long engines = strtoul(pl_value(vars, "endpoints"), NULL, 10), i;
	bool cm = !strcmp(pl_value(vars, "cm"), "1");
	size_t n = 0;

	if (*e->firmware) {
		e->words[n++] = "-L";
		e->words[n++] = e->firmware;
	}
	for (i = 0; i < PL_UNIT_WORDS && unit->qemu_iommu[i]; i++)
		e->words[n++] = unit->qemu_iommu[i];
	for (i = 0; cm && i < 2 && unit->qemu_cm[i]; i++)
		e->words[n++] = unit->qemu_cm[i];
	for (i = 0; i < engines && i < PL_EMULATOR_ENGINES; i++) {
		e->words[n++] = "-device";
		e->words[n++] = unit->qemu_engine;
	}
}

/**
 * pl_emulator_find() - the emulator and the devices for a unit's guest
 * @target: the unit, and the guest's architecture
 * @built: directory of the build's own QEMU, which need not be there
 * @vars: the run's variables: {endpoints}, {cm}
 * @e: filled
 * @why: filled with a sentence, and its remedy, on error
 *
 * Return: 0; -ENOENT no QEMU was built, -ENOTSUP one that will not do.
 */
int pl_emulator_find(const struct pl_target *target, const char *built,
		     const struct pl_var *vars, struct pl_emulator *e, char why[PL_WHY_MAX])
{
	int err;

	memset(e, 0, sizeof(*e));
	if (!target->unit->qemu_engine)
		return 0;
	err = pl_find_path(target, built, e->path, why);
	if (err)
		return err;
	pl_find_firmware(e);
	pl_add_words(target->unit, vars, e);
	return 0;
}
