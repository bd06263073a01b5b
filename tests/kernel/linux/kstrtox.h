/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: numbers from strings; one newline at the end is allowed. */
#ifndef _SHIM_LINUX_KSTRTOX_H
#define _SHIM_LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

int kstrtoull(const char *s, unsigned int base, unsigned long long *res) __must_check;
int kstrtoll(const char *s, unsigned int base, long long *res) __must_check;
int kstrtouint(const char *s, unsigned int base, unsigned int *res) __must_check;
int kstrtoint(const char *s, unsigned int base, int *res) __must_check;
int kstrtobool(const char *s, bool *res) __must_check;

#define kstrtou64(s, b, r)	kstrtoull(s, b, r)
#define kstrtou32(s, b, r)	kstrtouint(s, b, r)
#define kstrtoul(s, b, r)	kstrtoull(s, b, (unsigned long long *)(r))

#endif /* _SHIM_LINUX_KSTRTOX_H */
