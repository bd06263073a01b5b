// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings, numbers, sorting and random numbers.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bsearch.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "shim_context.h"

ssize_t shim_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len < size) {
		memcpy(dst, src, len + 1);
		return len;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = 0;
	return -E2BIG;
}

ssize_t shim_strscpy_pad(char *dst, const char *src, size_t size)
{
	ssize_t len = shim_strscpy(dst, src, size);

	if (len >= 0)
		memset(dst + len, 0, size - len);
	return len;
}

void *memchr_inv(const void *p, int c, size_t n)
{
	const u8 *at = p;

	for (; n--; at++)
		if (*at != (u8)c)
			return (void *)at;
	return NULL;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	size_t len = s ? strnlen(s, max) : 0;
	char *p = s ? kmalloc(len + 1, gfp) : NULL;

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = 0;
	return p;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return kstrndup(s, SIZE_MAX / 2, gfp);
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	va_list again;
	int len;
	char *p;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = kmalloc(len + 1, gfp);
	if (p)
		vsnprintf(p, len + 1, fmt, args);
	return p;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = kvasprintf(gfp, fmt, args);
	va_end(args);
	return p;
}

char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	char *end;

	s = skip_spaces(s);
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
		*--end = 0;
	return s;
}

/* A number with one newline after it at most; strtoull() alone takes more. */
static int number_end(const char *s, const char *end)
{
	if (end == s || (*end == '\n' ? end[1] : *end))
		return -EINVAL;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long v;
	char *end;

	if (!isxdigit((unsigned char)(s[0] == '+' ? s[1] : s[0])))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, base);
	if (errno == ERANGE)
		return -ERANGE;
	if (number_end(s, end))
		return -EINVAL;
	*res = v;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long v;
	int ret = kstrtoull(s[0] == '-' ? s + 1 : s, base, &v);

	if (ret)
		return ret;
	if (v > (unsigned long long)LLONG_MAX + (s[0] == '-'))
		return -ERANGE;
	*res = s[0] == '-' ? -v : v;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long v;
	int ret = kstrtoull(s, base, &v);

	if (!ret && v > UINT_MAX)
		return -ERANGE;
	if (!ret)
		*res = v;
	return ret;
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	long long v;
	int ret = kstrtoll(s, base, &v);

	if (!ret && (v > INT_MAX || v < INT_MIN))
		return -ERANGE;
	if (!ret)
		*res = v;
	return ret;
}

int kstrtobool(const char *s, bool *res)
{
	switch (s[0] == 'o' || s[0] == 'O' ? s[1] : s[0]) {
	case 'y': case 'Y': case 't': case 'T': case '1': case 'n': case 'N':
		*res = s[0] != 'n' && s[0] != 'N';
		return 0;
	case 'f': case 'F': case '0':
		*res = false;
		return 0;
	}
	return -EINVAL;
}

void sort(void *base, size_t n, size_t size, cmp_func_t cmp, swap_func_t swap_fn)
{
	(void)swap_fn;
	qsort(base, n, size, cmp);
}

static u64 seed_of_thread(void)
{
	static u64 threads;
	const char *seed = getenv("SHIM_SEED");

	return (seed ? strtoull(seed, NULL, 0) : 1) +
	       (__atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) << 32);
}

u64 get_random_u64(void)
{
	static SHIM_TLS struct rnd_state state;
	static SHIM_TLS bool seeded;
	u64 high;

	if (!seeded) {
		prandom_seed_state(&state, seed_of_thread());
		seeded = true;
	}
	high = prandom_u32_state(&state);
	return high << 32 | prandom_u32_state(&state);
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *p = buf;
	u64 v;

	for (; len; len -= min(len, sizeof(v)), p += sizeof(v)) {
		v = get_random_u64();
		memcpy(p, &v, min(len, sizeof(v)));
	}
}

u32 get_random_u32_below(u32 ceil)
{
	return (u64)get_random_u32() * ceil >> 32;
}
