/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: what a deleted list node points to, so that use of it faults. */
#ifndef _SHIM_LINUX_POISON_H
#define _SHIM_LINUX_POISON_H

#define LIST_POISON1	((void *)0x8000000000000100UL)
#define LIST_POISON2	((void *)0x8000000000000122UL)
#define POISON_FREE	0x6b
#define POISON_INUSE	0x5a

#endif /* _SHIM_LINUX_POISON_H */
