// SPDX-License-Identifier: GPL-2.0-only
/*
 * format.c - the reader of tracefs format files; format.h says what for.
 *
 * A line looks like this, and only such lines count:
 *
 *	<tab>field:unsigned int rid;<tab>offset:16;<tab>size:4;<tab>signed:0;
 *	<tab>field:__data_loc char[] dev;<tab>offset:8;<tab>size:4;<tab>signed:0;
 *
 * The name is the last word of the declaration.  Fields in arrays ("char comm[16]") are none of
 * ours: their last word carries the brackets, so they are never found by name.
 *
 * The hard rule: see format.h.
 */
#include "format.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DYNAMIC "__data_loc "

/* The declaration's last word is @name. */
static bool declares(const char *decl, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && decl[len - n - 1] == ' ' && !memcmp(decl + len - n, name, n);
}

/* The number behind "key:" in the line, or -1. */
static long attribute(const char *line, const char *end, const char *key)
{
	size_t n = strlen(key);
	const char *p;
	char *stop;
	long v;

	for (p = line; p + n + 1 < end; p++) {
		if (memcmp(p, key, n) || p[n] != ':')
			continue;
		v = strtol(p + n + 1, &stop, 10);
		return stop > p + n + 1 && *stop == ';' && v >= 0 && v <= UINT16_MAX ? v : -1;
	}
	return -1;
}

static bool integer_size(long size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static int parse_field(const char *decl, const char *end, struct pl_field *field)
{
	bool dynamic = !strncmp(decl, DYNAMIC, strlen(DYNAMIC));
	const char *rest = memchr(decl, ';', (size_t)(end - decl));
	long offset = attribute(rest, end, "offset");
	long size = attribute(rest, end, "size");
	long is_signed = attribute(rest, end, "signed");

	if (offset < 1 || is_signed < 0 || !integer_size(size) || (dynamic && size != 4))
		return -EINVAL;
	field->offset = (uint16_t)offset;
	field->size = (uint16_t)size;
	field->is_signed = is_signed == 1;
	field->is_dynamic = dynamic;
	return 0;
}

int pl_format_field(const char *text, const char *name, struct pl_field *field)
{
	const char *line = text, *end, *decl, *semi;

	memset(field, 0, sizeof(*field));
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		decl = line + strspn(line, " \t");
		if (strncmp(decl, "field:", 6))
			continue;
		decl += 6;
		semi = memchr(decl, ';', (size_t)(end - decl));
		if (semi && declares(decl, (size_t)(semi - decl), name))
			return parse_field(decl, end, field);
	}
	return -ENOENT;
}

/* Little or big endian alike: the value is loaded as what it was stored as. */
int64_t pl_field_int(const struct pl_field *field, const void *record, size_t len)
{
	const unsigned char *at = (const unsigned char *)record + field->offset;
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	if (!field->offset || (size_t)field->offset + field->size > len)
		return 0;
	switch (field->size) {
	case 1:
		return field->is_signed ? (int64_t)(int8_t)*at : (int64_t)*at;
	case 2:
		memcpy(&v16, at, sizeof(v16));
		return field->is_signed ? (int64_t)(int16_t)v16 : (int64_t)v16;
	case 4:
		memcpy(&v32, at, sizeof(v32));
		return field->is_signed ? (int64_t)(int32_t)v32 : (int64_t)v32;
	default:
		memcpy(&v64, at, sizeof(v64));
		return (int64_t)v64;
	}
}

void pl_field_str(const struct pl_field *field, const void *record, size_t len, char *out,
		  size_t size)
{
	uint32_t where = (uint32_t)pl_field_int(field, record, len);
	size_t offset = where & 0xffff, n = where >> 16;

	*out = 0;
	if (!field->is_dynamic || offset >= len)
		return;
	if (n > len - offset)
		n = len - offset;
	if (n > size - 1)
		n = size - 1;
	memcpy(out, (const char *)record + offset, n);
	out[n] = 0;
}
