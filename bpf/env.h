/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - what the running kernel offers to a tracer.
 *
 * The hard rule: nothing here changes the machine; what is missing is reported, not mended.
 */
#ifndef PASIDLAB_BPF_ENV_H
#define PASIDLAB_BPF_ENV_H

#include <stdbool.h>
#include <stddef.h>

#define PL_ENV_BTF "/sys/kernel/btf/vmlinux"

/**
 * pl_env_may_trace() - may this process load tracing programs?
 *
 * Return: true with CAP_SYS_ADMIN, or with CAP_BPF and CAP_PERFMON.
 */
bool pl_env_may_trace(void);

/**
 * pl_env_tracefs() - where tracefs is mounted
 *
 * Return: a path that is never freed, NULL when it is not.
 */
const char *pl_env_tracefs(void);

/**
 * pl_env_event_format() - read a tracepoint's format file
 * @event: its name, in the module's group
 * @text: out, freed by the caller
 *
 * Return: 0, -ENODEV without tracefs, -ENOENT without the event, other -errno.
 */
int pl_env_event_format(const char *event, char **text);

/**
 * pl_env_module_events() - are the module's tracepoints there?
 *
 * Return: true once the module is loaded.
 */
bool pl_env_module_events(void);

/**
 * pl_env_unit_of() - the IOMMU behind which a device is
 * @dev: name of the device
 * @unit: out: "dmar0", "smmu3.0x...", empty where it is not known
 * @size: bytes at @unit
 */
void pl_env_unit_of(const char *dev, char *unit, size_t size);

#endif /* PASIDLAB_BPF_ENV_H */
