// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: which IOMMUs there are, their ledgers, and the one place that waits
 * for one.
 *
 * Vocabulary.  A unit is *wedged* once a sync failed: it may still hold any
 * translation it ever read, so from then on nothing it might read is freed.
 *
 * Locking: unit_lock guards the list of units; the ledger is atomic.
 *
 * The hard rule: every wait for hardware goes through pl_unit_sync(), so that
 * the tracepoints and the ledger see all of them.
 */
#define pr_fmt(fmt) "pasidlab: " fmt

#include <linux/module.h>
#include <linux/printk.h>

#include "core.h"
#include "trace.h"

static DEFINE_MUTEX(unit_lock);
static LIST_HEAD(units);

static struct pl_unit *unit_find(const char *name)
{
	struct pl_unit *u;

	list_for_each_entry(u, &units, node)
		if (!strcmp(u->name, name))
			return u;
	return NULL;
}

/**
 * pl_unit_register() - make a unit known; endpoints may come behind it
 * @u: name, driver, ops, owner and caps filled in, the rest zero
 *
 * Context: may sleep.
 * Return: 0, or -EEXIST where a unit of that name is known.
 */
int pl_unit_register(struct pl_unit *u)
{
	int ret = 0;

	pl_domain_init(&u->blocking, u, PL_DOMAIN_BLOCKING, 0);
	pl_domain_init(&u->identity, u, PL_DOMAIN_IDENTITY, 1);
	xa_init(&u->devs);
	mutex_lock(&unit_lock);
	if (unit_find(u->name))
		ret = -EEXIST;
	else
		list_add_tail(&u->node, &units);
	mutex_unlock(&unit_lock);
	if (ret)
		return ret;
	pr_info("%s: %s unit, %u-bit PASIDs, %u-bit IOVAs\n", u->name, u->driver,
		u->caps.pasid_bits, u->caps.va_bits);
	pl_pe_unit_came(u);
	return 0;
}
EXPORT_SYMBOL_GPL(pl_unit_register);

/**
 * pl_unit_unregister() - forget a unit
 * @u: a registered unit; its domains are freed, and its endpoints gone but for
 *	those that wait for another unit now (pe.c)
 *
 * Context: may sleep.
 */
void pl_unit_unregister(struct pl_unit *u)
{
	mutex_lock(&unit_lock);
	list_del(&u->node);
	mutex_unlock(&unit_lock);
	pl_pe_unit_goes(u);
	WARN_ON(!xa_empty(&u->devs));
	xa_destroy(&u->devs);
	/* A reader of the fault path may still hold @u from an RCU section. */
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(pl_unit_unregister);

/**
 * pl_unit_claiming() - the unit that translates for a device of the machine
 * @dev: a device that is no endpoint yet
 *
 * Context: may sleep; what keeps the unit from going is the caller's.
 * Return: the unit or NULL.
 */
struct pl_unit *pl_unit_claiming(struct device *dev)
{
	struct pl_unit *u, *found = NULL;

	mutex_lock(&unit_lock);
	list_for_each_entry(u, &units, node) {
		if (u->ops->claims && u->ops->claims(u, dev)) {
			found = u;
			break;
		}
	}
	mutex_unlock(&unit_lock);
	return found;
}

/**
 * pl_unit_sync() - pay what an operation owes the unit's caches, then wait
 * @u: the unit
 * @op: the operation, for the tracepoints
 * @t: its ticket
 *
 * Unlinked table pages go back only here, after the wait (O8).
 *
 * Context: may sleep; the caller holds what unit.h says for the operation.
 * Return: 0, -ETIMEDOUT or -EIO; the unit is wedged then.
 */
int pl_unit_sync(struct pl_unit *u, enum pl_op op, struct pl_ticket *t)
{
	int ret;

	trace_pl_inval_begin(u, op, &t->cost, 0);
	ret = u->ops->sync(u, t);
	trace_pl_inval_end(u, op, &t->cost, ret);
	if (ret && !u->wedged) {
		WRITE_ONCE(u->wedged, true);
		pr_err("%s: invalidation failed (%d): memory it may still read is kept; reload the unit's module to recover\n",
		       u->name, ret);
	}
	if (!READ_ONCE(u->wedged))
		u->ops->table_free(u, t);
	return ret;
}

/**
 * pl_unit_account() - enter one finished operation into the ledger
 * @u: the unit
 * @op: the operation
 * @t: its ticket
 * @slots: slots that changed their domain
 * @ret: how it ended
 *
 * Context: any.
 */
void pl_unit_account(struct pl_unit *u, enum pl_op op, struct pl_ticket *t, u32 slots, int ret)
{
	const u32 *n = t->cost.n, *end = n + PL_COUNT_NR;
	atomic64_t *sum = u->ledger.n[op];

	if (ret)
		pl_cost_add(&t->cost, PL_COUNT_ERRORS, 1);
	else
		pl_cost_add(&t->cost, PL_COUNT_CALLS, 1);
	pl_cost_add(&t->cost, PL_COUNT_SLOTS, slots);
	for (; n < end; n++, sum++)
		if (*n)
			atomic64_add(*n, sum);
}

/**
 * pl_ledger_read() - a copy of a unit's ledger
 * @u: the unit
 * @counts: where to
 *
 * Context: any.  Exact for operations that have returned.
 */
void pl_ledger_read(const struct pl_unit *u, u64 counts[PL_OP_NR][PL_COUNT_NR])
{
	int op, i;

	for (op = 0; op < PL_OP_NR; op++)
		for (i = 0; i < PL_COUNT_NR; i++)
			counts[op][i] = atomic64_read(&u->ledger.n[op][i]);
}

/**
 * pl_unit_violations() - invariants a reference model saw broken
 * @u: the unit
 *
 * Context: any.
 * Return: the sum over all kinds; 0 for real hardware, which does not say.
 */
u64 pl_unit_violations(struct pl_unit *u)
{
	const char *name, *text;
	u64 count, sum = 0;
	unsigned int i;

	if (!u->ops->violation)
		return 0;
	for (i = 0; !u->ops->violation(u, i, &name, &text, &count); i++)
		sum += count;
	return sum;
}
