/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire: an SMMU's register file with nobody behind it but a clerk, who
 * takes commands off the queue and writes them down.
 *
 * It translates nothing and judges nothing.  Tests use it to see what the
 * driver says to a unit, command by command, and to be a unit the reference
 * model would not be: one with odd identification registers, one that stops at
 * a command.
 *
 * Vocabulary.  The *log* is every command consumed since wire_forget().
 *
 * Locking: one thread.
 *
 * The hard rule: registers behave as IHI0070 6.3 says as far as the driver can
 * tell: CR0 is acknowledged, a queue that stands at an error moves again when
 * GERRORN says so.
 */
#ifndef _PASIDLAB_TESTS_WIRE_H
#define _PASIDLAB_TESTS_WIRE_H

#include "../../hw/smmuv3/smmuv3.h"

#define WIRE_LOG	4096

/**
 * struct wire - one of them
 * @regs: for smmu_unit_create()
 * @reg: the register file, 32 bits each
 * @log: commands, in the order they were consumed
 * @nr_log: how many
 * @lines: cache lines that publish() says it flushed, per call
 * @stop_at: consume that many commands, then stand at one; -1: never
 * @stop_code: SMMU_CERROR_*
 * @dead: consume nothing
 * @stored: called at each publish, or NULL
 * @synced: called at each CMD_SYNC, or NULL
 * @priv: for them
 */
struct wire {
	struct pl_regs regs;
	u32 reg[0x10100 / 4];
	u64 log[WIRE_LOG][2];
	u32 nr_log;
	u32 lines;
	s64 stop_at;
	u32 stop_code;
	bool dead;
	void (*stored)(struct wire *w, const void *va, size_t len);
	void (*synced)(struct wire *w);
	void *priv;
};

/* A unit with everything: two levels, ATS, ranges, 16-bit ids, 4 KiB and 48 bits. */
void wire_init(struct wire *w);
void wire_forget(struct wire *w);

/* The opcodes of the log as text, "CFGI_CD SYNC TLBI_NH_ASID SYNC"; static storage. */
const char *wire_said(const struct wire *w);

/* Append an event record and move PROD. */
void wire_event(struct wire *w, const u64 rec[SMMU_EVT_WORDS]);

#endif /* _PASIDLAB_TESTS_WIRE_H */
