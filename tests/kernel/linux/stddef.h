/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: offsets and sizes of members. */
#ifndef _SHIM_LINUX_STDDEF_H
#define _SHIM_LINUX_STDDEF_H

#include_next <linux/stddef.h>

#include <stdbool.h>
#include <stddef.h>

#include <linux/compiler_types.h>

#define sizeof_field(T, m)	sizeof(((T *)0)->m)
#define offsetofend(T, m)	(offsetof(T, m) + sizeof_field(T, m))

#ifndef struct_group
#define struct_group(name, members...)						\
	union {									\
		struct { members };						\
		struct { members } name;					\
	}
#endif
#ifndef DECLARE_FLEX_ARRAY
#define DECLARE_FLEX_ARRAY(T, name)						\
	struct {								\
		struct { } __shim_empty_##name;					\
		T name[];							\
	}
#endif

#endif /* _SHIM_LINUX_STDDEF_H */
