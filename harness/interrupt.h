/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interrupt.h - Ctrl-C ends a guest in order; a second one ends the command.
 */
#ifndef PL_INTERRUPT_H
#define PL_INTERRUPT_H

#include <signal.h>

const volatile sig_atomic_t *pl_interrupt_catch(void);

#endif
