/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every table of the firmware begins with (ACPI 5.2.6), before it is believed.
 *
 * DMAR and IORT are read by code that also runs in user space, on bytes and without the kernel's
 * ACPI; both tables have the same first fields, a length and a sum over all of it.
 *
 * Locking: none.
 *
 * The hard rule: no byte is read that is not known to be inside the table.
 */
#ifndef _PASIDLAB_HW_ACPI_TABLE_H
#define _PASIDLAB_HW_ACPI_TABLE_H

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#define PL_TABLE_LENGTH	4
#define PL_TABLE_SIZE_MAX	(1u << 20)

/* What is wrong with a table: a string never freed.  Return: -EINVAL. */
static inline int pl_table_refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static inline u8 pl_table_sum(const u8 *p, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *p++;
	return sum;
}

/**
 * pl_table_check() - the length that a table has by its own word, once that can be believed
 * @p: the table
 * @len: bytes that may be read there
 * @header: bytes up to the first structure in it, at least
 * @length: out
 * @why: out, on error: what is wrong with it
 *
 * The signature is the caller's to compare: it also says it in words.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
static inline int pl_table_check(const u8 *p, size_t len, u32 header, u32 *length,
				 const char **why)
{
	*length = get_unaligned_le32(p + PL_TABLE_LENGTH);
	if (*length < header || *length > PL_TABLE_SIZE_MAX)
		return pl_table_refuse(why, "its length field cannot be");
	if (*length > len)
		return pl_table_refuse(why, "it is truncated: its length field says more");
	if (pl_table_sum(p, *length))
		return pl_table_refuse(why, "its checksum is wrong");
	return 0;
}

#endif /* _PASIDLAB_HW_ACPI_TABLE_H */
