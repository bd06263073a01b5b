/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: scope-bound resources: __free(), classes, guards.
 *
 * A class is a type with a constructor and a destructor that runs when the
 * variable goes out of scope; a guard is a class whose value is a lock held.
 */
#ifndef _SHIM_LINUX_CLEANUP_H
#define _SHIM_LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>

#define DEFINE_FREE(name, type, how)						\
	static inline void __free_##name(void *p) { type _T = *(type *)p; how; }

#define __free(name)	__cleanup(__free_##name)

#define __shim_take(p, nothing) ({						\
	__auto_type __shim_from = &(p);						\
	__auto_type __shim_val = *__shim_from;					\
	*__shim_from = nothing;							\
	__shim_val; })
#define no_free_ptr(p)		__shim_take(p, NULL)
#define return_ptr(p)		return no_free_ptr(p)
#define retain_and_null_ptr(p)	((void)__shim_take(p, NULL))

#define DEFINE_CLASS(name, type, exit, init, args...)				\
	typedef type class_##name##_t;						\
	static inline void class_##name##_destructor(type *p) { type _T = *p; exit; } \
	static inline type class_##name##_constructor(args) { type t = init; return t; }

#define CLASS(name, var)							\
	class_##name##_t var __cleanup(class_##name##_destructor) __maybe_unused = \
		class_##name##_constructor

#define DEFINE_GUARD(name, type, lock, unlock)					\
	DEFINE_CLASS(name, type, if (_T) { unlock; }, ({ lock; _T; }), type _T)	\
	static inline void *class_##name##_lock_ptr(class_##name##_t *t) { return (void *)*t; }

#define DEFINE_GUARD_COND(name, ext, cond)					\
	typedef class_##name##_t class_##name##ext##_t;				\
	static inline void class_##name##ext##_destructor(class_##name##_t *p)	\
	{									\
		class_##name##_destructor(p);					\
	}									\
	static inline class_##name##_t class_##name##ext##_constructor(class_##name##_t _T) \
	{									\
		return (cond) ? _T : NULL;					\
	}									\
	static inline void *class_##name##ext##_lock_ptr(class_##name##_t *t)	\
	{									\
		return class_##name##_lock_ptr(t);				\
	}

#define guard(name)	CLASS(name, __UNIQUE_ID(guard))
#define __guard_ptr(name) class_##name##_lock_ptr

#define scoped_guard(name, args...)						\
	for (CLASS(name, scope)(args), *__shim_once = (void *)1; __shim_once;	\
	     __shim_once = NULL)
#define scoped_cond_guard(name, fail, args...)					\
	for (CLASS(name, scope)(args), *__shim_once = (void *)1; __shim_once;	\
	     __shim_once = NULL)						\
		if (!__guard_ptr(name)(&scope))					\
			fail;							\
		else

/* A guard whose value is a lock and something saved with it (flags). */
#define __DEFINE_UNLOCK_GUARD(name, type, unlock, members...)			\
	typedef struct { type *lock; members; } class_##name##_t;		\
	static inline void class_##name##_destructor(class_##name##_t *_T)	\
	{									\
		if (_T->lock) { unlock; }					\
	}									\
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T)	\
	{									\
		return (void *)_T->lock;					\
	}

#define DEFINE_LOCK_GUARD_1(name, type, lock_it, unlock, members...)		\
	__DEFINE_UNLOCK_GUARD(name, type, unlock, members)			\
	static inline class_##name##_t class_##name##_constructor(type *l)	\
	{									\
		class_##name##_t __shim_t = { .lock = l }, *_T = &__shim_t;	\
		lock_it;							\
		return __shim_t;						\
	}

#define DEFINE_LOCK_GUARD_0(name, lock_it, unlock, members...)			\
	__DEFINE_UNLOCK_GUARD(name, void, unlock, members)			\
	static inline class_##name##_t class_##name##_constructor(void)		\
	{									\
		class_##name##_t __shim_t = { .lock = (void *)1 }, *_T __maybe_unused = &__shim_t; \
		lock_it;							\
		return __shim_t;						\
	}

#endif /* _SHIM_LINUX_CLEANUP_H */
