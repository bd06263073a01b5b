/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: the C library's strings and memory, and what the kernel adds. */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

#include <string.h>

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

ssize_t shim_strscpy(char *dst, const char *src, size_t size);
ssize_t shim_strscpy_pad(char *dst, const char *src, size_t size);
void *memchr_inv(const void *p, int c, size_t n);
char *kstrdup(const char *s, gfp_t gfp) __must_check;
char *kstrndup(const char *s, size_t len, gfp_t gfp) __must_check;
void *kmemdup(const void *src, size_t len, gfp_t gfp) __must_check;
char *strim(char *s);
char *skip_spaces(const char *s);

/* strscpy(dst, src[, size]): without a size @dst is an array */
#define __shim_copy2(fn, d, s)		fn(d, s, sizeof(d))
#define __shim_copy3(fn, d, s, n)	fn(d, s, n)
#define __shim_copy_pick(d, s, n, which, ...) which
#define strscpy(...) __shim_copy_pick(__VA_ARGS__, __shim_copy3, __shim_copy2)	\
	(shim_strscpy, __VA_ARGS__)
#define strscpy_pad(...) __shim_copy_pick(__VA_ARGS__, __shim_copy3, __shim_copy2) \
	(shim_strscpy_pad, __VA_ARGS__)

static inline void *memset16(u16 *p, u16 v, size_t n)
{
	while (n--)
		p[n] = v;
	return p;
}

static inline void *memset32(u32 *p, u32 v, size_t n)
{
	while (n--)
		p[n] = v;
	return p;
}

static inline void *memset64(u64 *p, u64 v, size_t n)
{
	while (n--)
		p[n] = v;
	return p;
}

static inline void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
	barrier_data(p);
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) ? 0 : n;
}

static inline bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (!*a && !*b) || (*a == '\n' && !a[1] && !*b) || (*b == '\n' && !b[1] && !*a);
}

static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif /* _SHIM_LINUX_STRING_H */
