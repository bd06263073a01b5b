/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: annotations and attributes of the kernel, for a user-space compiler.
 *
 * Address-space marks (__user, __iomem, __rcu) vanish; attributes keep their
 * meaning, so that format checks and unused results are still diagnosed.
 */
#ifndef _SHIM_LINUX_COMPILER_TYPES_H
#define _SHIM_LINUX_COMPILER_TYPES_H

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __safe
#define __private
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)
#define __chk_user_ptr(x) ((void)0)
#define __counted_by(m)
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __ref
#define __refdata
#define __read_mostly
#define __ro_after_init
#define __no_kasan_or_inline
#define __no_sanitize_thread
#define notrace
#define asmlinkage

#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#undef __attribute_const__
#define __attribute_const__	__attribute__((__const__))
#define __pure			__attribute__((__pure__))
#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __printf(f, a)		__attribute__((__format__(__printf__, f, a)))
#define __maybe_unused		__attribute__((__unused__))
#define __uninitialized
#define __always_unused		__attribute__((__unused__))
#define __used			__attribute__((__used__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __malloc		__attribute__((__malloc__))
#define __cold			__attribute__((__cold__))
#define __weak			__attribute__((__weak__))
#define __noreturn		__attribute__((__noreturn__))
#define __section(s)		__attribute__((__section__(s)))
#define __visible
#define __cleanup(f)		__attribute__((__cleanup__(f)))
#define __alloc_size(...)	__attribute__((__alloc_size__(__VA_ARGS__)))
#define __nonstring
#define noinline		__attribute__((__noinline__))
#define noinline_for_stack	noinline
#define fallthrough		__attribute__((__fallthrough__))

#define SMP_CACHE_BYTES		64
#define L1_CACHE_BYTES		64
#define L1_CACHE_SHIFT		6
#define ____cacheline_aligned	__aligned(SMP_CACHE_BYTES)
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __cacheline_aligned	____cacheline_aligned

#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))

/* Sanitized flavours look harder where looking costs time. */
#if defined(__SANITIZE_THREAD__)
#define SHIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHIM_TSAN 1
#endif
#endif
#ifndef SHIM_TSAN
#define SHIM_TSAN 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SHIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHIM_ASAN 1
#endif
#endif
#ifndef SHIM_ASAN
#define SHIM_ASAN 0
#endif

#endif /* _SHIM_LINUX_COMPILER_TYPES_H */
