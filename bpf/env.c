// SPDX-License-Identifier: GPL-2.0-only
/*
 * env.c - looks around in /proc and /sys for the tracer; env.h says what for.
 *
 * The hard rule: see env.h.
 */
#include "env.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUP		"pasidlab"
#define FORMAT_MAX	(64 * 1024)

bool pl_env_may_trace(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	unsigned long long caps;

	if (syscall(SYS_capget, &header, data))
		return false;
	caps = data[0].effective | (unsigned long long)data[1].effective << 32;
	return caps >> CAP_SYS_ADMIN & 1 || (caps >> CAP_BPF & 1 && caps >> CAP_PERFMON & 1);
}

const char *pl_env_tracefs(void)
{
	if (!access("/sys/kernel/tracing/events", F_OK))
		return "/sys/kernel/tracing";
	if (!access("/sys/kernel/debug/tracing/events", F_OK))
		return "/sys/kernel/debug/tracing";
	return NULL;
}

/* Files below tracefs have no size: read to the end. */
static int read_text(const char *path, char **text)
{
	FILE *f = fopen(path, "re");
	size_t n;
	int ret;

	if (!f)
		return -errno;
	*text = malloc(FORMAT_MAX);
	if (!*text) {
		ret = -ENOMEM;
		goto out_close;
	}
	n = fread(*text, 1, FORMAT_MAX - 1, f);
	ret = ferror(f) ? -EIO : 0;
	(*text)[n] = 0;
	if (ret)
		free(*text);
out_close:
	fclose(f);
	return ret;
}

int pl_env_event_format(const char *event, char **text)
{
	const char *tracefs = pl_env_tracefs();
	char path[128];

	if (!tracefs)
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/events/" GROUP "/%s/format", tracefs, event);
	return read_text(path, text);
}

bool pl_env_module_events(void)
{
	const char *tracefs = pl_env_tracefs();
	char path[128];

	if (!tracefs)
		return false;
	snprintf(path, sizeof(path), "%s/events/" GROUP, tracefs);
	return !access(path, F_OK);
}

void pl_env_unit_of(const char *dev, char *unit, size_t size)
{
	static const char *const buses[] = { "pci", "platform" };
	char path[128], target[512];
	const char *base;
	ssize_t n;
	size_t i;

	*unit = 0;
	for (i = 0; i < sizeof(buses) / sizeof(buses[0]); i++) {
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/iommu", buses[i], dev);
		n = readlink(path, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = 0;
		base = strrchr(target, '/');
		snprintf(unit, size, "%s", base ? base + 1 : target);
		return;
	}
}
