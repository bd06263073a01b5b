// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare.c - are these results of one job, and which rows have they together? compare.h has the
 * rule.
 */
#include "compare.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int __attribute__((format(printf, 2, 3)))
pl_refuse(char why[PL_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, PL_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static const char *pl_pair_value(const struct pl_pair *p, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(p[i].name, name))
			return p[i].value ?: "";
	return NULL;
}

/* An option that only @b has is found when the two change places. */
static int pl_same_options(const struct pl_workload *a, const struct pl_workload *b,
			   const char *first, const char *second, char why[PL_WHY_MAX])
{
	const char *value;
	size_t i;

	for (i = 0; i < a->n_options; i++) {
		value = pl_pair_value(b->options, b->n_options, a->options[i].name);
		if (value && !strcmp(value, a->options[i].value ?: ""))
			continue;
		return pl_refuse(why, "not the same workload: %.32s was given %.32s=%.32s on %s "
				 "and %.32s on %s; run both with the same options", a->name,
				 a->options[i].name, a->options[i].value ?: "", first,
				 value ?: "none", second);
	}
	return 0;
}

static int pl_same_job(const struct pl_compare *c, size_t side, char why[PL_WHY_MAX])
{
	const struct pl_result *a = c->r[0], *b = c->r[side];
	const char *first = c->label[0], *second = c->label[side];
	size_t i;
	int err = 0;

	if (a->n_workloads != b->n_workloads)
		return pl_refuse(why, "not the same job: %s ran %zu workloads and %s ran %zu",
				 first, a->n_workloads, second, b->n_workloads);
	for (i = 0; i < a->n_workloads && !err; i++) {
		const struct pl_workload *v = &a->workloads[i], *w = &b->workloads[i];

		if (strcmp(v->name, w->name))
			return pl_refuse(why, "not the same job: %s ran %.40s where %s ran %.40s",
					 first, v->name, second, w->name);
		err = pl_same_options(v, w, first, second, why);
		if (!err)
			err = pl_same_options(w, v, second, first, why);
	}
	return err;
}

static void pl_label(struct pl_compare *c)
{
	size_t i, j, same, before;

	for (i = 0; i < c->n; i++) {
		const char *unit = c->r[i]->env[PL_ENV_UNIT] ?: "unknown unit";

		for (same = before = j = 0; j < c->n; j++) {
			if (strcmp(c->r[j]->env[PL_ENV_UNIT] ?: "unknown unit", unit))
				continue;
			same++;
			before += j < i;
		}
		if (same > 1)
			snprintf(c->label[i], PL_COMPARE_LABEL, "%.40s (%zu)", unit, before + 1);
		else
			snprintf(c->label[i], PL_COMPARE_LABEL, "%.60s", unit);
	}
}

typedef const char *(*pl_value_of)(const struct pl_result *r, const void *which);

static const char *pl_env_value(const struct pl_result *r, const void *which)
{
	return r->env[*(const int *)which] ?: "unknown";
}

static const char *pl_option_value(const struct pl_result *r, const void *which)
{
	return pl_pair_value(r->options, r->n_options, which) ?: "none";
}

/* One line for what is not the same on all sides, nothing for what is. */
static int pl_set_apart(struct pl_compare *c, const char *field, pl_value_of value,
			const void *which)
{
	size_t i, size;
	bool differs = false;
	char *line = NULL;
	FILE *f;
	int err;

	for (i = 1; i < c->n; i++)
		differs |= strcmp(value(c->r[0], which), value(c->r[i], which)) != 0;
	if (!differs)
		return 0;
	f = open_memstream(&line, &size);
	if (!f)
		return -ENOMEM;
	fprintf(f, "%s: ", field);
	for (i = 0; i < c->n; i++)
		fprintf(f, "%s%s", i ? ", " : "", value(c->r[i], which));
	err = fclose(f) ? -ENOMEM : pl_strv_add(&c->apart, line);
	free(line);
	return err;
}

/* The unit is what is compared, and how long one would have waited changes no figure. */
static bool pl_option_matters(const char *name)
{
	return strcmp(name, "unit") && strcmp(name, "timeout");
}

static int pl_find_apart(struct pl_compare *c)
{
	size_t i;
	int f, err = 0;

	for (f = 0; f < PL_ENV_NR && !err; f++)
		if (pl_env_desc[f].key && f != PL_ENV_UNIT)
			err = pl_set_apart(c, pl_env_desc[f].label, pl_env_value, &f);
	for (i = 0; i < c->r[0]->n_options && !err; i++) {
		const char *name = c->r[0]->options[i].name;

		if (pl_option_matters(name))
			err = pl_set_apart(c, name, pl_option_value, name);
	}
	return err;
}

/**
 * pl_compare_make() - put results side by side
 * @c: filled; to be freed, also on error
 * @results: in the order in which they shall stand; borrowed
 * @n: how many
 * @why: filled with a sentence on -EINVAL
 *
 * Return: 0; -EINVAL for one result, too many, or results of another job; -ENOMEM.
 */
int pl_compare_make(struct pl_compare *c, struct pl_result *const *results, size_t n,
		    char why[PL_WHY_MAX])
{
	size_t i;
	int err = 0;

	memset(c, 0, sizeof(*c));
	if (n < 2 || n > PL_COMPARE_MAX)
		return pl_refuse(why, "2 to %d results stand side by side, not %zu",
				 PL_COMPARE_MAX, n);
	c->n = n;
	for (i = 0; i < n; i++) {
		c->r[i] = results[i];
		c->emulated |= results[i]->emulated;
	}
	pl_label(c);
	if (!c->r[0]->n_workloads)
		return pl_refuse(why, "%s ran no workload: there is nothing to compare",
				 c->label[0]);
	for (i = 1; i < n && !err; i++)
		err = pl_same_job(c, i, why);
	return err ? err : pl_find_apart(c);
}

/**
 * pl_compare_free() - free what a comparison holds; its results are the caller's
 * @c: a comparison
 */
void pl_compare_free(struct pl_compare *c)
{
	pl_strv_free(&c->apart);
}

/* The @i-th name of one list of a workload, NULL behind the last. */
typedef const char *(*pl_name_at)(const struct pl_workload *w, size_t i);

static const char *pl_op_at(const struct pl_workload *w, size_t i)
{
	return i < w->n_ops ? w->ops[i].name : NULL;
}

static const char *pl_ledger_at(const struct pl_workload *w, size_t i)
{
	return i < w->n_ledger ? w->ledger[i].op : NULL;
}

static const char *pl_count_at(const struct pl_workload *w, size_t i)
{
	return i < w->n_counts ? w->counts[i].name : NULL;
}

/* Was @name met before place @at of side @side? */
static bool pl_met_before(const struct pl_compare *c, size_t workload, pl_name_at name_at,
			  size_t side, size_t at, const char *name)
{
	const char *other;
	size_t s, i;

	for (s = 0; s <= side; s++) {
		const struct pl_workload *w = &c->r[s]->workloads[workload];

		for (i = 0; (other = name_at(w, i)) && (s < side || i < at); i++)
			if (!strcmp(other, name))
				return true;
	}
	return false;
}

/* The @i-th different name of all sides, in the order in which they are met. */
static const char *pl_union(const struct pl_compare *c, size_t workload, pl_name_at name_at,
			    size_t i)
{
	const char *name;
	size_t s, at;

	for (s = 0; s < c->n; s++) {
		const struct pl_workload *w = &c->r[s]->workloads[workload];

		for (at = 0; (name = name_at(w, at)); at++)
			if (!pl_met_before(c, workload, name_at, s, at, name) && !i--)
				return name;
	}
	return NULL;
}

/**
 * pl_compare_op() - the operations of a workload on any side
 * @c: a comparison
 * @workload: which workload
 * @i: counted from 0
 *
 * Return: the name, or NULL behind the last.
 */
const char *pl_compare_op(const struct pl_compare *c, size_t workload, size_t i)
{
	return pl_union(c, workload, pl_op_at, i);
}

/**
 * pl_compare_side_op() - an operation on one side
 * @c: a comparison
 * @workload: which workload
 * @side: which side
 * @op: name of the operation
 *
 * Return: the operation, or NULL where that side had none.
 */
const struct pl_op *pl_compare_side_op(const struct pl_compare *c, size_t workload, size_t side,
				       const char *op)
{
	const struct pl_workload *w = &c->r[side]->workloads[workload];
	size_t i;

	for (i = 0; i < w->n_ops; i++)
		if (!strcmp(w->ops[i].name, op))
			return &w->ops[i];
	return NULL;
}

/**
 * pl_compare_ledger() - the operations in the ledgers of any side; as pl_compare_op()
 * @c: a comparison
 * @workload: which workload
 * @i: counted from 0
 */
const char *pl_compare_ledger(const struct pl_compare *c, size_t workload, size_t i)
{
	return pl_union(c, workload, pl_ledger_at, i);
}

/**
 * pl_compare_side_ledger() - what one side's units did for an operation
 * @c: a comparison
 * @workload: which workload
 * @side: which side
 * @op: name of the operation
 * @sum: filled with pl_ledger_sum()
 *
 * Return: whether it did any.
 */
bool pl_compare_side_ledger(const struct pl_compare *c, size_t workload, size_t side,
			    const char *op, struct pl_ledger *sum)
{
	return pl_ledger_sum(&c->r[side]->workloads[workload], op, sum);
}

/**
 * pl_compare_count() - the named counts of any side; as pl_compare_op()
 * @c: a comparison
 * @workload: which workload
 * @i: counted from 0
 */
const char *pl_compare_count(const struct pl_compare *c, size_t workload, size_t i)
{
	return pl_union(c, workload, pl_count_at, i);
}

/**
 * pl_compare_side_count() - a count of one side
 * @c: a comparison
 * @workload: which workload
 * @side: which side
 * @name: of the count
 *
 * Return: the count, or NULL where that side has none.
 */
const struct pl_count *pl_compare_side_count(const struct pl_compare *c, size_t workload,
					     size_t side, const char *name)
{
	const struct pl_workload *w = &c->r[side]->workloads[workload];
	size_t i;

	for (i = 0; i < w->n_counts; i++)
		if (!strcmp(w->counts[i].name, name))
			return &w->counts[i];
	return NULL;
}
