/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake.h - a stand-in for the module, small enough to be right by inspection, that can be told to
 * misbehave.
 *
 * churn has to find what a broken unit does.  Whether it would is shown here: a run against the
 * fake passes, and a run against the fake with any one defect fails and names the step.  The fake
 * knows the requests that churn makes and no others, and trusts their arguments; the ABI's errors
 * are the real module's business.
 *
 * Locking: one mutex around everything; the defect is chosen while no file is open.
 *
 * The hard rule: no unit, no cache, no clever data structure.  A slot points to a domain, a domain
 * is a list of ranges, a transfer walks it.
 */
#ifndef PL_FAKE_H
#define PL_FAKE_H

#include "../libpl.h"

#define FAKE_UNITS	2u
#define FAKE_DEVS	3u
#define FAKE_PASIDS	4096u

enum fake_defect {
	FAKE_NONE,
	FAKE_DETACH_KEEPS,	/* the old domain still translates after a detach */
	FAKE_DETACH_ALL_MISSES,	/* one slot of many stays attached */
	FAKE_REPLACE_KEEPS,	/* the old domain stays in place of the new one */
	FAKE_ATTACH_WRONG,	/* another domain of the unit is attached */
	FAKE_ALLOC_ATTACHED,	/* a fresh PASID still has its former owner's domain */
	FAKE_UNMAP_KEEPS,	/* a page is still reached after its unmap */
	FAKE_UNMAP_SHORT,	/* the number of unmapped bytes is wrong */
	FAKE_FILL_OVERRUN,	/* one byte too many */
	FAKE_COPY_SHORT,	/* one byte too few */
	FAKE_WRITE_ELSEWHERE,	/* a write lands in another domain's page */
	FAKE_REFUSES,		/* a transfer in a thousand is refused */
	FAKE_STALE,		/* right bytes, from a stale cache */
	FAKE_LEDGER,		/* a set is counted twice */
	FAKE_VIOLATION,		/* an invariant is broken */
	FAKE_DOMAIN_BUSY,	/* a domain cannot be freed after its last detach */
	FAKE_DEFECT_NR
};

extern const struct plu_transport fake_transport;

void fake_reset(enum fake_defect defect);

#endif
