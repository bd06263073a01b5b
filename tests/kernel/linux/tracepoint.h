/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: tracepoints as calls.
 *
 * trace_<event>() runs shim_trace_hook with the event's name.  With a hook, or
 * under a sanitizer, it also fills the event's record, so that an event which
 * reads freed memory is found without a kernel.  The format string is checked
 * against its arguments by the compiler.  Strings are measured, not copied.
 */
#ifndef _SHIM_LINUX_TRACEPOINT_H
#define _SHIM_LINUX_TRACEPOINT_H

#include <linux/compiler.h>
#include <linux/types.h>

extern void (*shim_trace_hook)(const char *event);

static inline void __printf(1, 2) shim_trace_format(const char *fmt, ...)
{
}

#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)		__VA_ARGS__
#define TP_STRUCT__entry(...)	__VA_ARGS__
#define TP_fast_assign(...)	__VA_ARGS__
#define TP_printk(...)		__VA_ARGS__
#define TP_CONDITION(...)	__VA_ARGS__

#define __field(T, item)		T item;
#define __field_ext(T, item, filter)	T item;
#define __field_struct(T, item)		T item;
#define __array(T, item, len)		T item[len];
#define __string(item, src)		char item[sizeof(*(src))];
#define __string_len(item, src, len)	char item[sizeof(*(src))];
#define __assign_str(item)		((void)__entry->item)
#define __get_str(item)			((const char *)__entry->item)
#define __print_symbolic(v, ...)	((void)(v), "")
#define __print_flags(v, delim, ...)	((void)(v), "")
#define TRACE_DEFINE_ENUM(x)		_Static_assert(1, #x)

#define DECLARE_EVENT_CLASS(class, proto, args, entry, assign, print)		\
	static inline void __maybe_unused __shim_fill_##class(proto)		\
	{									\
		struct { entry } __shim_entry, *__entry = &__shim_entry;	\
										\
		assign								\
		barrier_data(__entry);						\
		if (0)								\
			shim_trace_format(print);				\
	}

#define DEFINE_EVENT(class, event, proto, args)					\
	static inline bool __maybe_unused trace_##event##_enabled(void)		\
	{									\
		return READ_ONCE(shim_trace_hook);				\
	}									\
	static __always_inline void __maybe_unused trace_##event(proto)		\
	{									\
		void (*hook)(const char *name) = READ_ONCE(shim_trace_hook);	\
										\
		if (SHIM_ASAN || SHIM_TSAN || unlikely(hook))			\
			__shim_fill_##class(args);				\
		if (unlikely(hook))						\
			hook(#event);						\
	}									\
	_Static_assert(1, #event)

#define DEFINE_EVENT_PRINT(class, event, proto, args, print)			\
	DEFINE_EVENT(class, event, PARAMS(proto), PARAMS(args))
#define DEFINE_EVENT_CONDITION(class, event, proto, args, cond)			\
	DEFINE_EVENT(class, event, PARAMS(proto), PARAMS(args))
#define TRACE_EVENT(event, proto, args, entry, assign, print)			\
	DECLARE_EVENT_CLASS(event, PARAMS(proto), PARAMS(args), PARAMS(entry),	\
			    PARAMS(assign), PARAMS(print))			\
	DEFINE_EVENT(event, event, PARAMS(proto), PARAMS(args))
#define DECLARE_TRACE(event, proto, args)					\
	static inline void trace_##event(proto) { }
#define EXPORT_TRACEPOINT_SYMBOL(e)	_Static_assert(1, #e)
#define EXPORT_TRACEPOINT_SYMBOL_GPL(e)	_Static_assert(1, #e)
#define PARAMS(...)			__VA_ARGS__

#endif /* _SHIM_LINUX_TRACEPOINT_H */
