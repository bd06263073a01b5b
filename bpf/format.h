/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - where a tracepoint's record has its fields.
 *
 * The kernel describes each tracepoint's record in events/SYSTEM/EVENT/format below tracefs, a
 * line a field.  This reads that text and takes values out of records, so that a field is found
 * by its name wherever a kernel or a module has put it.  libtraceevent does the same for all of
 * tracing; the five types that kmod/trace.h uses do not need it, and it has no static library on
 * Debian.
 *
 * Vocabulary: a *dynamic* field (__data_loc) holds length << 16 | offset of bytes further behind.
 *
 * The hard rule: no getter reads beyond the length it is given, whatever the record says.
 */
#ifndef PASIDLAB_BPF_FORMAT_H
#define PASIDLAB_BPF_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pl_field - one field of a record
 * @offset: bytes from the start of the record; 0 means that there is no such field
 * @size: bytes: 1, 2, 4 or 8
 * @is_signed: sign-extend it
 * @is_dynamic: it describes a string
 */
struct pl_field {
	uint16_t offset;
	uint16_t size;
	bool is_signed;
	bool is_dynamic;
};

/**
 * pl_format_field() - find a field by its name
 * @text: what the format file holds, NUL-terminated
 * @name: the field's name
 * @field: out; all zero on failure
 *
 * Return: 0, -ENOENT when there is no such field, -EINVAL when the line makes no sense or
 * describes a field that is neither an integer nor a dynamic string.
 */
int pl_format_field(const char *text, const char *name, struct pl_field *field);

/**
 * pl_field_int() - the value of an integer field
 * @field: from pl_format_field(); an absent field has the value 0
 * @record: the record's bytes
 * @len: how many there are
 *
 * Return: the value, sign-extended if the field is signed; 0 where @len ends before it does.
 */
int64_t pl_field_int(const struct pl_field *field, const void *record, size_t len);

/**
 * pl_field_str() - the text of a dynamic field
 * @field: from pl_format_field(); an absent field is empty
 * @record: the record's bytes
 * @len: how many there are
 * @out: out, NUL-terminated
 * @size: bytes at @out, at least 1
 *
 * What reaches beyond the record or @out is cut off.
 */
void pl_field_str(const struct pl_field *field, const void *record, size_t len, char *out,
		  size_t size);

#endif /* PASIDLAB_BPF_FORMAT_H */
