/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: an index that is in bounds already; tests measure no speculation. */
#ifndef _SHIM_LINUX_NOSPEC_H
#define _SHIM_LINUX_NOSPEC_H

#define array_index_nospec(i, n)	({ typeof(i) __shim_i = (i); \
					   __shim_i < (n) ? __shim_i : 0; })

#endif /* _SHIM_LINUX_NOSPEC_H */
