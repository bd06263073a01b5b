// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modules: a table of what module_init() and module_exit() named, and their
 * parameters.  Constructors fill it, in link order, before main() runs.
 */
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>

#include "shim_control.h"

#define MODULES_MAX	16

struct shim_module {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
	bool live;
};

long shim_module_refs;
void (*shim_trace_hook)(const char *event);

static struct shim_module modules[MODULES_MAX];
static int nr_modules;
static struct shim_param *params;

static struct shim_module *find(const char *name)
{
	int i;

	for (i = 0; i < nr_modules; i++)
		if (!strcmp(modules[i].name, name))
			return &modules[i];
	return NULL;
}

void shim_module_register(const char *name, int (*init)(void), void (*exit)(void))
{
	struct shim_module *m = find(name);

	BUG_ON(!m && nr_modules == MODULES_MAX);
	if (!m) {
		m = &modules[nr_modules++];
		m->name = name;
	}
	BUG_ON((init && m->init) || (exit && m->exit));
	m->init = init ? init : m->init;
	m->exit = exit ? exit : m->exit;
}

static int start(struct shim_module *m)
{
	int ret = m->init ? m->init() : 0;

	m->live = !ret;
	return ret;
}

static void stop(struct shim_module *m)
{
	if (m->live && m->exit)
		m->exit();
	m->live = false;
}

int shim_modules_init(void)
{
	int i, ret;

	for (i = 0; i < nr_modules; i++) {
		ret = start(&modules[i]);
		if (ret) {
			shim_modules_exit();
			return ret;
		}
	}
	return 0;
}

void shim_modules_exit(void)
{
	int i;

	for (i = nr_modules; i--;)
		stop(&modules[i]);
}

int shim_module_init_one(const char *name)
{
	struct shim_module *m = find(name);

	return m ? start(m) : -ENOENT;
}

void shim_module_exit_one(const char *name)
{
	struct shim_module *m = find(name);

	if (m)
		stop(m);
}

void __module_get(struct module *module)
{
	(void)module;
	__atomic_fetch_add(&shim_module_refs, 1, __ATOMIC_RELAXED);
}

bool try_module_get(struct module *module)
{
	__module_get(module);
	return true;
}

void module_put(struct module *module)
{
	(void)module;
	WARN_ON(__atomic_fetch_sub(&shim_module_refs, 1, __ATOMIC_RELAXED) <= 0);
}

void shim_param_register(struct shim_param *param)
{
	param->next = params;
	params = param;
}

static int param_store(const struct shim_param *p, long long v)
{
	if (!strcmp(p->type, "bool") || !strcmp(p->type, "_Bool"))
		*(bool *)p->value = v;
	else if (!strcmp(p->type, "int") || !strcmp(p->type, "uint"))
		*(int *)p->value = v;
	else if (!strcmp(p->type, "long") || !strcmp(p->type, "ulong") ||
		 !strcmp(p->type, "ullong"))
		*(long long *)p->value = v;
	else if (!strcmp(p->type, "ushort") || !strcmp(p->type, "short"))
		*(short *)p->value = v;
	else if (!strcmp(p->type, "byte"))
		*(u8 *)p->value = v;
	else
		return -EINVAL;
	return 0;
}

int shim_param_set(const char *module, const char *name, long long value)
{
	struct shim_param *p;

	for (p = params; p; p = p->next)
		if (!strcmp(p->module, module) && !strcmp(p->name, name))
			return param_store(p, value);
	return -ENOENT;
}
