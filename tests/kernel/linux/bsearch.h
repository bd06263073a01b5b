/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: searching sorted arrays. */
#ifndef _SHIM_LINUX_BSEARCH_H
#define _SHIM_LINUX_BSEARCH_H

#include <linux/sort.h>

void *bsearch(const void *key, const void *base, size_t n, size_t size, cmp_func_t cmp);

#endif /* _SHIM_LINUX_BSEARCH_H */
