/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * abi_unload.h - which module files the unload group works on.
 *
 * The hard rule: written by main() before the tests, read by abi_unload.c only.
 */
#ifndef PL_ABI_UNLOAD_H
#define PL_ABI_UNLOAD_H

#define ABI_MODULES_MAX 8u

extern const char *abi_modules[ABI_MODULES_MAX];
extern unsigned int abi_nr_modules;

#endif
