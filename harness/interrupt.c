// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interrupt.c - Ctrl-C ends a guest in order; a second one ends the command.
 *
 * A signal handler can reach nothing but a global, so this file keeps the command's only one.
 */
#include "interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t pl_interrupted;

static void pl_on_signal(int sig)
{
	(void)sig;
	pl_interrupted = 1;
}

/**
 * pl_interrupt_catch() - catch SIGINT, SIGTERM and SIGHUP once each
 *
 * Return: what becomes non-zero when one came.
 */
const volatile sig_atomic_t *pl_interrupt_catch(void)
{
	const struct sigaction sa = { .sa_handler = pl_on_signal, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	return &pl_interrupted;
}
