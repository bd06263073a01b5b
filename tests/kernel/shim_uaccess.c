// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_uaccess.c - copies that may meet a bad address.
 *
 * Most addresses can be known to be good without asking: user memory of the arena, the used part
 * of the caller's stack, the program's data and heap. Those are copied at once. What else is in
 * the arena is the kernel's, and so bad. For any other the system is asked to copy
 * (process_vm_readv() on ourselves), page by page, which fails where there is nothing, without a
 * signal, and so gets along with every handler that a test runner, a sanitizer or a fuzzer
 * installs.
 *
 * The user's side of a copy is read and written behind the sanitizers' back, as
 * a process may hand in any size and may change its memory meanwhile; neither is
 * the kernel's error.  The kernel's side passes through a buffer, so that they
 * see each access to it.
 *
 * The hard rule: no address from a caller is dereferenced before it is known.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/slab.h>
#include <linux/uaccess.h>

#include "shim_alloc.h"
#include "shim_context.h"

#define BAD_MAX		16
#define BOUNCE		512UL

static struct {
	unsigned long first, last;
} bad[BAD_MAX];
static unsigned int bad_nr;

static SHIM_TLS unsigned long stack_end;
static unsigned long heap_start;

/* The linker's bounds of the program's writable data. */
extern char __data_start[] __weak, _end[] __weak;

void shim_user_bad(const void *addr, size_t len)
{
	unsigned int n = bad_nr;

	if (n == BAD_MAX)
		shim_bug("more than %d bad ranges; call shim_user_bad_reset()", BAD_MAX);
	if (!len)
		return;
	bad[n].first = (unsigned long)addr;
	bad[n].last = (unsigned long)addr + len - 1;
	__atomic_store_n(&bad_nr, n + 1, __ATOMIC_RELEASE);
}

void shim_user_bad_reset(void)
{
	__atomic_store_n(&bad_nr, 0, __ATOMIC_RELEASE);
}

/* How many of @n bytes at @addr lie before a range declared bad. */
static unsigned long before_bad(unsigned long addr, unsigned long n)
{
	unsigned int i = __atomic_load_n(&bad_nr, __ATOMIC_ACQUIRE);

	while (i--) {
		if (addr > bad[i].last || addr + n - 1 < bad[i].first)
			continue;
		n = addr < bad[i].first ? bad[i].first - addr : 0;
		if (!n)
			break;
	}
	return n;
}

static unsigned long find_stack_end(void)
{
	pthread_attr_t attr;
	void *base;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return 0;
	pthread_attr_getstack(&attr, &base, &size);
	pthread_attr_destroy(&attr);
	return (unsigned long)base + size;
}

static bool on_stack(unsigned long addr, unsigned long n)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	if (unlikely(!stack_end))
		stack_end = find_stack_end();
	return addr >= here && addr <= stack_end && n <= stack_end - addr;
}

static bool in_data(unsigned long addr, unsigned long n)
{
	return __data_start && addr >= (unsigned long)__data_start && addr <= (unsigned long)_end &&
	       n <= (unsigned long)_end - addr;
}

/* The C library's own heap; what it maps apart from that has to be asked for. */
static bool in_heap(unsigned long addr, unsigned long n)
{
	unsigned long end = (unsigned long)sbrk(0);

	return addr >= heap_start && addr <= end && n <= end - addr;
}

static void __attribute__((constructor(101))) heap_find(void)
{
	heap_start = (unsigned long)sbrk(0);
}

/* How many of @n bytes in the arena are user memory; the rest is the kernel's, or nobody's. */
static unsigned long user_in_arena(unsigned long addr, unsigned long n)
{
	unsigned long at = addr & PAGE_MASK;

	for (; at < addr + n; at += PAGE_SIZE)
		if (!virt_addr_valid((void *)at) ||
		    shim_page_state(shim_page_of((void *)at)) != SHIM_PAGE_USER)
			return at > addr ? at - addr : 0;
	return n;
}

static bool known_good(unsigned long addr, unsigned long n)
{
	return on_stack(addr, n) || in_data(addr, n) || in_heap(addr, n);
}

typedef u64 __attribute__((__may_alias__, __aligned__(1))) any_word;

/* memcpy() that no sanitizer sees; volatile, lest the compiler makes it memcpy() again. */
static __attribute__((no_sanitize("address", "thread"))) void
copy_unseen(void *to, const void *from, unsigned long n)
{
	volatile any_word *t = to;
	const volatile any_word *f = from;
	volatile char *tail;
	const volatile char *rest;

	for (; n >= sizeof(*t); n -= sizeof(*t))
		*t++ = *f++;
	tail = (volatile char *)t;
	rest = (const volatile char *)f;
	while (n--)
		*tail++ = *rest++;
}

/* Copy between a buffer of ours and one page of the user's. */
static bool copy_page_asking(void *buf, void *user, unsigned long n, bool to_user)
{
	struct iovec ours = { buf, n }, theirs = { user, n };
	ssize_t done;

	if (to_user)
		done = process_vm_writev(getpid(), &ours, 1, &theirs, 1, 0);
	else
		done = process_vm_readv(getpid(), &ours, 1, &theirs, 1, 0);
	if (done < 0 && errno != EFAULT)
		shim_bug("process_vm_readv: error %d; allow it in this sandbox", errno);
	return done == (ssize_t)n;
}

/* Return: how many of @n bytes were copied; whole pages or none. */
static unsigned long copy_asking(void *buf, void *user, unsigned long n, bool to_user)
{
	unsigned long done = 0, chunk;

	for (; done < n; done += chunk) {
		char *at = (char *)user + done;

		chunk = PAGE_SIZE - offset_in_page(at);
		chunk = chunk < n - done ? chunk : n - done;
		if (!copy_page_asking((char *)buf + done, at, chunk, to_user))
			break;
	}
	return done;
}

static unsigned long copy(void *buf, void *user, unsigned long n, bool to_user)
{
	unsigned long addr = (unsigned long)user;

	if (virt_addr_valid(user))
		n = user_in_arena(addr, n);
	else if (!known_good(addr, n))
		return copy_asking(buf, user, n, to_user);
	if (to_user)
		copy_unseen(user, buf, n);
	else
		copy_unseen(buf, user, n);
	return n;
}

/* What of the range may be tried at all. */
static unsigned long allowed(const void *user, unsigned long n)
{
	if (!n || !access_ok(user, n))
		return 0;
	return before_bad((unsigned long)user, n);
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long may = allowed(from, n), done = 0, chunk, got;
	char bounce[BOUNCE];

	while (done < may) {
		chunk = may - done < BOUNCE ? may - done : BOUNCE;
		got = copy(bounce, (char *)from + done, chunk, false);
		memcpy((char *)to + done, bounce, got);
		done += got;
		if (got < chunk)
			break;
	}
	if (done < n)
		memset((char *)to + done, 0, n - done);
	return n - done;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	unsigned long may = allowed(to, n), done = 0, chunk, got;
	char bounce[BOUNCE];

	while (done < may) {
		chunk = may - done < BOUNCE ? may - done : BOUNCE;
		memcpy(bounce, (const char *)from + done, chunk);
		got = copy(bounce, (char *)to + done, chunk, true);
		done += got;
		if (got < chunk)
			break;
	}
	return n - done;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	static const char zero[BOUNCE];
	unsigned long left, chunk;

	for (; n; n -= chunk, to = (char *)to + chunk) {
		chunk = n < BOUNCE ? n : BOUNCE;
		left = copy_to_user(to, zero, chunk);
		if (left)
			return n - chunk + left;
	}
	return 0;
}

/**
 * check_zeroed_user() - is it all zero?
 * @from: first byte
 * @size: bytes
 *
 * Return: 1 when it is, 0 when not, -EFAULT where it cannot be read; a byte that
 * is not zero decides before a later one that cannot be read.
 */
int check_zeroed_user(const void __user *from, size_t size)
{
	const char *at = from;
	char chunk[BOUNCE];

	while (size) {
		size_t n = size < BOUNCE ? size : BOUNCE;
		size_t got = n - copy_from_user(chunk, at, n);

		if (memchr_inv(chunk, 0, got))
			return 0;
		if (got < n)
			return -EFAULT;
		at += n;
		size -= n;
	}
	return 1;
}

int copy_struct_from_user(void *dst, size_t ksize, const void __user *src, size_t usize)
{
	size_t both = ksize < usize ? ksize : usize;

	if (usize > ksize) {
		int ret = check_zeroed_user((const char __user *)src + both, usize - both);

		if (ret <= 0)
			return ret ? ret : -E2BIG;
	}
	memset((char *)dst + both, 0, ksize - both);
	return copy_from_user(dst, src, both) ? -EFAULT : 0;
}

void *memdup_user(const void __user *src, size_t len)
{
	void *p = kvmalloc(len, GFP_USER);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kvfree(p);
		return ERR_PTR(-EFAULT);
	}
	return p;
}
