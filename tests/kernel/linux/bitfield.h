/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: values in and out of the field that a constant mask marks. */
#ifndef _SHIM_LINUX_BITFIELD_H
#define _SHIM_LINUX_BITFIELD_H

#include <linux/bits.h>
#include <asm/byteorder.h>

#define __bf_shf(mask)		(__builtin_ffsll(mask) - 1)

#define FIELD_MAX(mask)		((typeof(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val)	(!((((typeof(mask))(val)) << __bf_shf(mask)) & ~(mask)))
#define FIELD_GET(mask, reg)	((typeof(mask))(((reg) & (mask)) >> __bf_shf(mask)))

/* A constant that does not fit its field is a mistake in the source. */
#define FIELD_PREP(mask, val) ({						\
	BUILD_BUG_ON(!(mask));							\
	BUILD_BUG_ON(__builtin_choose_expr(__builtin_constant_p(val),		\
		(unsigned long long)(val) > (unsigned long long)FIELD_MAX(mask), 0)); \
	((typeof(mask))(val) << __bf_shf(mask)) & (mask); })
#define FIELD_PREP_CONST(mask, val)						\
	(((typeof(mask))(val) << __bf_shf(mask)) & (mask))
#define FIELD_MODIFY(mask, regp, val)						\
	(*(regp) = (*(regp) & ~(mask)) | FIELD_PREP(mask, val))

#define __SHIM_FIELD_OPS(T)						\
static __always_inline u##T u##T##_encode_bits(u##T v, u##T field)		\
{										\
	return (v << __bf_shf(field)) & field;					\
}										\
static __always_inline u##T u##T##_get_bits(u##T v, u##T field)			\
{										\
	return (v & field) >> __bf_shf(field);					\
}										\
static __always_inline u##T u##T##_replace_bits(u##T old, u##T v, u##T field)	\
{										\
	return (old & ~field) | u##T##_encode_bits(v, field);			\
}										\
static __always_inline void u##T##p_replace_bits(u##T *p, u##T v, u##T field)	\
{										\
	*p = u##T##_replace_bits(*p, v, field);					\
}
__SHIM_FIELD_OPS(8)
__SHIM_FIELD_OPS(16)
__SHIM_FIELD_OPS(32)
__SHIM_FIELD_OPS(64)

#endif /* _SHIM_LINUX_BITFIELD_H */
