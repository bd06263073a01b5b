/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: per-CPU data, one copy for each of NR_CPUS numbers that threads share.
 *
 * A per-CPU pointer is the address of copy 0; copy n lies SHIM_PERCPU_UNIT * n
 * bytes further, in one area for all of them (shim_percpu.c).  A static per-CPU
 * variable is its own copy 0, and its other copies are found by its offset in
 * the section of all such variables.  Two threads may have the same number, so
 * this_cpu operations are relaxed atomics.
 */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>

#define SHIM_PERCPU_UNIT	((size_t)1 << 20)
#define SHIM_PERCPU_SECTION	"shim_percpu"

#define DEFINE_PER_CPU(type, name)	__section(SHIM_PERCPU_SECTION) type name
#define DECLARE_PER_CPU(type, name)	extern type name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) ____cacheline_aligned
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU_ALIGNED(type, name)

/* Private to the shims. */
extern char *shim_percpu_area;
void *shim_percpu_static(const volatile void *var, unsigned int cpu);
void *shim_percpu_alloc(size_t size, size_t align, gfp_t gfp);

static inline void *shim_percpu_copy(const volatile void *p, unsigned int cpu)
{
	size_t off = (const volatile char *)p - shim_percpu_area;

	if (likely(off < SHIM_PERCPU_UNIT))
		return (char *)p + cpu * SHIM_PERCPU_UNIT;
	return shim_percpu_static(p, cpu);
}

#define per_cpu_ptr(p, cpu)	((typeof(*(p)) *)shim_percpu_copy(p, cpu))
#define raw_cpu_ptr(p)		per_cpu_ptr(p, raw_smp_processor_id())
#define this_cpu_ptr(p)		raw_cpu_ptr(p)
#define per_cpu(var, cpu)	(*per_cpu_ptr(&(var), cpu))
#define get_cpu_ptr(p)		({ preempt_disable(); this_cpu_ptr(p); })
#define put_cpu_ptr(p)		do { (void)(p); preempt_enable(); } while (0)
#define get_cpu_var(var)	(*get_cpu_ptr(&(var)))
#define put_cpu_var(var)	put_cpu_ptr(&(var))

#define alloc_percpu_gfp(type, gfp)						\
	((type __percpu *)shim_percpu_alloc(sizeof(type), __alignof__(type), gfp))
#define alloc_percpu(type)	alloc_percpu_gfp(type, GFP_KERNEL)
#define __alloc_percpu(size, align) shim_percpu_alloc(size, align, GFP_KERNEL)
#define __alloc_percpu_gfp(size, align, gfp) shim_percpu_alloc(size, align, gfp)
void free_percpu(void __percpu *p);

#define this_cpu_read(x)	READ_ONCE(*this_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	WRITE_ONCE(*this_cpu_ptr(&(x)), v)
#define this_cpu_add(x, v)	((void)__atomic_fetch_add(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED))
#define this_cpu_sub(x, v)	((void)__atomic_fetch_sub(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED))
#define this_cpu_or(x, v)	((void)__atomic_fetch_or(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED))
#define this_cpu_and(x, v)	((void)__atomic_fetch_and(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED))
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_dec(x)		this_cpu_sub(x, 1)
#define this_cpu_add_return(x, v) __atomic_add_fetch(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED)
#define this_cpu_inc_return(x)	this_cpu_add_return(x, 1)
#define this_cpu_dec_return(x)	__atomic_sub_fetch(this_cpu_ptr(&(x)), 1, __ATOMIC_RELAXED)
#define this_cpu_xchg(x, v)	__atomic_exchange_n(this_cpu_ptr(&(x)), v, __ATOMIC_RELAXED)

#define raw_cpu_read(x)		this_cpu_read(x)
#define raw_cpu_write(x, v)	this_cpu_write(x, v)
#define raw_cpu_add(x, v)	this_cpu_add(x, v)
#define raw_cpu_inc(x)		this_cpu_inc(x)
#define __this_cpu_read(x)	this_cpu_read(x)
#define __this_cpu_write(x, v)	this_cpu_write(x, v)
#define __this_cpu_add(x, v)	this_cpu_add(x, v)
#define __this_cpu_inc(x)	this_cpu_inc(x)
#define __this_cpu_dec(x)	this_cpu_dec(x)

#endif /* _SHIM_LINUX_PERCPU_H */
