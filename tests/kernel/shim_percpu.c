// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim_percpu.c - the area of per-CPU data.
 *
 * Room is handed out in powers of two, each with its own list of what was given
 * back; the order of a piece is noted by its first granule.
 *
 * Locking: one lock; per-CPU data is allocated rarely.
 *
 * The hard rule: copy n of everything lies the same distance from copy 0.
 */
#include <string.h>
#include <sys/mman.h>

#include <linux/log2.h>
#include <linux/percpu.h>

#include "shim_alloc.h"

#define GRANULE_SHIFT	4
#define GRANULES	(SHIM_PERCPU_UNIT >> GRANULE_SHIFT)
#define ORDERS		(20 - GRANULE_SHIFT)

/* The linker's bounds of the section; weak, as a program may have no such variable. */
extern char __start_shim_percpu[] __weak, __stop_shim_percpu[] __weak;

char *shim_percpu_area;

static struct shim_lock area_lock;
static u32 fresh;			/* granules handed out so far */
static u8 order_of[GRANULES];		/* order + 1 of the live piece that begins here */
static u32 free_head[ORDERS + 1];	/* granule + 1; a free piece holds the next one's */
static char *statics;			/* copies 1.. of static variables */
static long live_objects, live_bytes;

static void *reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		shim_bug("cannot reserve %zu bytes for per-CPU data", bytes);
	return p;
}

static void __attribute__((constructor(101))) area_init(void)
{
	size_t size = __stop_shim_percpu - __start_shim_percpu;
	unsigned int cpu;

	shim_percpu_area = reserve(SHIM_PERCPU_UNIT * NR_CPUS);
	statics = reserve(ALIGN(size + 1, PAGE_SIZE) * NR_CPUS);
	for (cpu = 1; size && cpu < NR_CPUS; cpu++)
		memcpy(shim_percpu_static(__start_shim_percpu, cpu), __start_shim_percpu, size);
}

void *shim_percpu_static(const volatile void *var, unsigned int cpu)
{
	size_t off = (const volatile char *)var - __start_shim_percpu;
	size_t size = __stop_shim_percpu - __start_shim_percpu;

	if (off >= size)
		shim_bug("%p is no per-CPU pointer", (void *)var);
	return cpu ? statics + cpu * ALIGN(size + 1, PAGE_SIZE) + off : (void *)var;
}

static u32 *piece(u32 granule)
{
	return (u32 *)(shim_percpu_area + ((size_t)granule << GRANULE_SHIFT));
}

/* A granule where a piece of this order begins; aligned to its size. */
static u32 piece_take(unsigned int order)
{
	u32 at = ALIGN(fresh, 1u << order);

	if (free_head[order]) {
		at = free_head[order] - 1;
		free_head[order] = *piece(at);
		return at;
	}
	fresh = at + (1u << order);
	if (fresh > GRANULES)
		shim_bug("per-CPU data is full");
	return at;
}

static void account(unsigned int order, long sign)
{
	WRITE_ONCE(live_objects, live_objects + sign);
	WRITE_ONCE(live_bytes, live_bytes + sign * ((long)NR_CPUS << (order + GRANULE_SHIFT)));
}

void *shim_percpu_alloc(size_t size, size_t align, gfp_t gfp)
{
	unsigned int order, cpu;
	u32 at;

	if (shim_alloc_fails(gfp))
		return NULL;
	order = order_base_2(((size > align ? size : align) + 15) >> GRANULE_SHIFT);
	if (order > ORDERS)
		return NULL;
	shim_lock(&area_lock);
	at = piece_take(order);
	order_of[at] = order + 1;
	account(order, 1);
	shim_unlock(&area_lock);
	for (cpu = 0; cpu < NR_CPUS; cpu++)
		memset(per_cpu_ptr(piece(at), cpu), 0, (size_t)1 << (order + GRANULE_SHIFT));
	return piece(at);
}

void free_percpu(void __percpu *p)
{
	size_t off = (char *)p - shim_percpu_area;
	unsigned int order;
	u32 at = off >> GRANULE_SHIFT;

	if (!p)
		return;
	if (off >= SHIM_PERCPU_UNIT || !order_of[at])
		shim_bug("%p is not allocated per-CPU data, or is freed already", p);
	shim_lock(&area_lock);
	order = order_of[at] - 1;
	order_of[at] = 0;
	*piece(at) = free_head[order];
	free_head[order] = at + 1;
	account(order, -1);
	shim_unlock(&area_lock);
}

long shim_percpu_live(void)
{
	return READ_ONCE(live_objects);
}

long shim_percpu_bytes(void)
{
	return READ_ONCE(live_bytes);
}
