// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * suite.c - the suites, the units, and how a suite becomes a plan.
 *
 * Reading a suite: modules are loaded, a tracer watches from before the first operation to after
 * the last, its summary goes to the host behind the workload's own result, and unloading is a step
 * like any other: a module that cannot be unloaded has leaked something.
 *
 * The little shell in some steps is busybox's; descriptor 3 is the result port (PL_RESULT_FD).
 */
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * So that they are reused: QEMU keeps an address space for every PASID that was ever used, and each
 * new one costs more than the one before.
 */
#define FEW_PASIDS	"pasid-engine,pasid-bits=8"

#define QEMU_VTD								\
	.qemu_iommu = { "-device", "intel-iommu,scalable-mode=on,fsts=on,pasid-bits=20,svm=on,"	\
			"device-iotlb=on,aw-bits=48,intremap=off" },				\
	.qemu_cm = { "-global", "intel-iommu.caching-mode=on" }

#define QEMU_SMMUV3								\
	.qemu_iommu = { "-machine", "iommu=smmuv3", "-global", "arm-smmuv3.ssidsize=16",	\
			"-global", "arm-smmuv3.ats=on" }

/*
 * The kernel's driver is built in.  PCI functions would wait ten seconds for it:
 * the device tree says that their DMA goes through an SMMU.
 */
#define WITHOUT_ARM_SMMU	"initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=0"

/* vtd_pasid_cache_sync_locked(): what is not in its cache is not switched back. */
#define KEEPS_PASSING								\
	"QEMU's intel-iommu may go on passing DMA when identity is gone: docs/findings.md, Q9"

const struct pl_unit_kind pl_units[] = {
	{ .name = "vtd@model",
	  .help = "Intel VT-d, scalable mode, on pasidlab's adversarial reference model",
	  .module = "pasidlab_vtd", .engine = "soft",
	  .model = true, .caching_mode = true,
	  .params = "model_units=1 model_endpoints={endpoints} model_cm={cm} model_seed={seed}" },
	{ .name = "smmuv3@model",
	  .help = "Arm SMMUv3 on pasidlab's adversarial reference model",
	  .module = "pasidlab_smmuv3", .engine = "soft",
	  .model = true,
	  .params = "model_units=1 model_endpoints={endpoints} model_seed={seed}" },
	{ .name = "vtd@qemu", .help = "The same driver on the registers of QEMU's intel-iommu",
	  .arch = "amd64", .module = "pasidlab_vtd", .engine = "pasid-engine",
	  .params = "model_units=0 vtd=Y", .append = "intel_iommu=off",
	  QEMU_VTD, .qemu_engine = FEW_PASIDS, .no_identity = KEEPS_PASSING },
	{ .name = "intree",
	  .help = "The kernel's own driver of QEMU's intel-iommu, through its API",
	  .arch = "amd64", .module = "pasidlab_intree", .engine = "pasid-engine",
	  .params = "", .append = "intel_iommu=on,sm_on iommu=pt",
	  QEMU_VTD, .qemu_engine = FEW_PASIDS, .no_identity = KEEPS_PASSING },
	{ .name = "smmuv3@qemu", .help = "The same driver on the registers of QEMU's SMMUv3",
	  .arch = "arm64", .module = "pasidlab_smmuv3", .engine = "pasid-engine",
	  .params = "model_units=0 smmuv3=Y", .append = WITHOUT_ARM_SMMU,
	  QEMU_SMMUV3, .qemu_engine = FEW_PASIDS },
	{ .name = "intree",
	  .help = "The kernel's own driver of QEMU's SMMUv3, through its API",
	  .arch = "arm64", .module = "pasidlab_intree", .engine = "pasid-engine",
	  .params = "", .append = "iommu.passthrough=1",
	  QEMU_SMMUV3, .qemu_engine = FEW_PASIDS },
	{},
};

/* The same names, for an option's list of choices. */
const char *const pl_unit_names[] = {
	"vtd@model", "smmuv3@model", "vtd@qemu", "smmuv3@qemu", "intree", NULL
};

const struct pl_arch pl_archs[] = {
	{ .name = "amd64", .machine = "x86_64", .unit = "vtd@model" },
	{ .name = "arm64", .machine = "aarch64", .unit = "smmuv3@model" },
	{},
};

const char *const pl_arch_names[] = { "amd64", "arm64", NULL };

/**
 * pl_arch_own() - the architecture of this machine
 *
 * Return: its row; the first one where no guest is like this machine.
 */
const struct pl_arch *pl_arch_own(void)
{
	const struct pl_arch *a;
	struct utsname names;

	for (a = pl_archs; a->name && !uname(&names); a++)
		if (!strcmp(a->machine, names.machine))
			return a;
	return pl_archs;
}

/* Option tables let no other name through. */
static const struct pl_arch *pl_arch_find(const char *name)
{
	const struct pl_arch *a;

	for (a = pl_archs; a->name; a++)
		if (!strcmp(a->name, name))
			break;
	return a;
}

/* The unit of that name on @arch; NULL: there is none. */
static const struct pl_unit_kind *pl_unit_on(const char *name, const struct pl_arch *arch)
{
	const struct pl_unit_kind *u;

	for (u = pl_units; u->name; u++)
		if (!strcmp(u->name, name) && (!u->arch || !strcmp(u->arch, arch->name)))
			return u;
	return NULL;
}

/* "--unit vtd@qemu: arm64 has none; it has vtd@model, smmuv3@model" */
static void pl_say_units(const char *unit, const struct pl_arch *arch, char why[PL_WHY_MAX])
{
	const struct pl_unit_kind *u;
	const char *sep = "";
	int n = snprintf(why, PL_WHY_MAX, "--unit %s: %s has none; it has ", unit, arch->name);

	for (u = pl_units; u->name && n < PL_WHY_MAX; u++) {
		if (u->arch && strcmp(u->arch, arch->name))
			continue;
		n += snprintf(why + n, PL_WHY_MAX - (size_t)n, "%s%s", sep, u->name);
		sep = ", ";
	}
}

/**
 * pl_target_choose() - the unit and the architecture that a user asked for
 * @unit: as given to --unit; NULL: the architecture's own
 * @arch: as given to --arch; NULL: this machine's, or where the unit is
 * @t: filled
 * @why: filled with a sentence on error
 *
 * Return: 0, or -ENOENT where the architecture has no such unit.
 */
int pl_target_choose(const char *unit, const char *arch, struct pl_target *t, char why[PL_WHY_MAX])
{
	const struct pl_arch *a;

	t->arch = arch ? pl_arch_find(arch) : pl_arch_own();
	unit = unit ?: t->arch->unit;
	t->unit = pl_unit_on(unit, t->arch);
	for (a = pl_archs; !t->unit && !arch && a->name; a++) {
		t->unit = pl_unit_on(unit, a);
		t->arch = t->unit ? a : t->arch;
	}
	if (t->unit)
		return 0;
	pl_say_units(unit, t->arch, why);
	return -ENOENT;
}

#define LOAD_CORE							\
	{ .name = "load-core", .argv = { "insmod", "/modules/pasidlab.ko", "strict=1" } }
#define LOAD_UNIT(_name, ...)						\
	{ .name = _name, .argv = { "insmod", "/modules/{unit_module}.ko", "{params}" },	\
	  __VA_ARGS__ }
/* What stands last wins. */
#define LOAD_MODEL(_name, ...)						\
	{ .name = _name, .when = "model", .argv = {					\
	  "insmod", "/modules/{unit_module}.ko", "{params}", __VA_ARGS__ } }
#define UNLOAD_UNIT(_name)	{ .name = _name, .argv = { "rmmod", "{unit_module}" } }
#define UNLOAD_CORE(_name)	{ .name = _name, .argv = { "rmmod", "pasidlab" } }
#define SHELL(_text)		{ "sh", "-c", _text }

/* Which module ran: only the guest knows, once it is loaded. */
#define SAY_MODULE							\
	{ .name = "say-module", .argv = SHELL(						\
	  "printf '\\036{\"type\":\"env\",\"module\":\"%s\"}\\n' "				\
	  "\"$(cat /sys/module/pasidlab/version || cat /sys/module/pasidlab/srcversion)\" >&3") }

/*
 * The tracer is up when its pid file is there; waiting for one that has ended already is vain,
 * after the time that a slow guest needs to start it.  Its last line is its summary.
 */
#define TRACE_START							\
	{ .name = "trace", .when = "trace", .background = true, .timeout_s = 30,		\
	  .argv = SHELL("exec pasidlab trace --json --event module --pidfile /tmp/trace.pid "	\
			">/tmp/trace.jsonl") },						\
	{ .name = "trace-ready", .when = "trace", .timeout_s = 60,			\
	  .argv = SHELL("n=0; until [ -e /tmp/trace.pid ]; do n=$((n + 1)); usleep 50000; "	\
			"[ $n -lt 60 ] || pidof pasidlab >/dev/null || exit 1; done") }
#define TRACE_STOP							\
	{ .name = "trace", .when = "trace", .argv = { "stop", "trace" } },			\
	{ .name = "trace-summary", .when = "trace",						\
	  .argv = SHELL("{ printf '\\036'; tail -n 1 /tmp/trace.jsonl; } >&3") }

static const struct pl_step pl_run_steps[] = {
	LOAD_CORE,
	LOAD_UNIT("load-unit"),
	SAY_MODULE,
	TRACE_START,
	{ .name = "churn", .timeout_s = 86400,
	  .argv = { "churn", "--threads={threads}", "--ops={ops}", "--seconds={seconds}",
		    "--pattern={pattern}", "--domains={domains}", "--endpoints=0",
		    "--seed={seed}" } },
	TRACE_STOP,
	UNLOAD_UNIT("unload-unit"),
	UNLOAD_CORE("unload-core"),
};

#define CHURN(_name, ...)						\
	{ .name = _name, .timeout_s = 120,						\
	  .argv = { "churn", "--threads=2", "--domains=4", "--seed={seed}", __VA_ARGS__ } }

#define UNLOAD_MODEL(_name)						\
	{ .name = _name, .when = "model", .argv = { "rmmod", "{unit_module}" } }

static const struct pl_step pl_check_steps[] = {
	LOAD_CORE,
	LOAD_UNIT("load-unit-first"),
	SAY_MODULE,
	/*
	 * Ten rounds; it leaves both modules loaded, as it found them.  Before PASIDs are used:
	 * what QEMU does when its unit is switched on or off grows with the PASIDs it has seen.
	 */
	{ .name = "unload-and-load", .timeout_s = 120,
	  .argv = { "abi-test", "-m", "/modules/pasidlab.ko strict=1", "-m",
		    "/modules/{unit_module}.ko {params}", "unload" } },
	/*
	 * Two units, for domains of another unit; narrow PASIDs, so that all of them can be taken;
	 * an endpoint without any.
	 */
	UNLOAD_MODEL("unload-unit-first"),
	LOAD_MODEL("load-two-units", "model_units=2", "model_pasid_bits=12",
		   "model_endpoints=3", "model_plain=1"),
	{ .name = "abi-test", .timeout_s = 300, .argv = { "abi-test", "--lives={lives}" } },
	/* The other exclusion rule, where it can make a difference. */
	{ .name = "abi-test-free", .timeout_s = 300,
	  .argv = { "abi-test", "--mode=free", "handle", "slot", "rid", "map", "remove" } },
	UNLOAD_MODEL("unload-two-units"),
	LOAD_UNIT("load-unit", .when = "model"),
	{ .name = "property", .when = "identity", .timeout_s = 3700,
	  .argv = { "property-test", "--seed={seed}", "--seconds={property_seconds}" } },
	{ .name = "property", .when = "no_identity", .timeout_s = 3700,
	  .argv = { "property-test", "--seed={seed}", "--seconds={property_seconds}",
		    "--no-identity={no_identity}" } },
	TRACE_START,
	CHURN("churn-uniform", "--ops={lives}", "--pattern=uniform"),
	CHURN("churn-bursty", "--ops={lives}", "--pattern=bursty"),
	CHURN("churn-hold", "--ops={lives}", "--pattern=hold"),
	CHURN("churn-mixed-stages", "--ops={few_lives}", "--stage=mixed", "--missing=skip",
	      "--rate-map=300"),
	TRACE_STOP,
	{ .name = "kill-churn", .timeout_s = 180,
	  .argv = { "pasidlab", "guest", "kill", "--check=life/kill-churn", "--times=20",
		    "--seed={seed}", "--", "churn", "--threads=2", "--pattern=hold", "--ops=0",
		    "--seconds=60", "--progress=0" } },
	{ .name = "churn-after-kill", .timeout_s = 120,
	  .argv = { "churn", "--threads=1", "--ops={few_lives}", "--seed={seed}" } },
	{ .name = "load-bench", .argv = { "insmod", "/modules/pasidlab_bench.ko",
	  "device={device}", "ops=20", "pasids=100", "rounds=1", "crowd=2" } },
	{ .name = "kbench", .argv = { "kbench" } },
	{ .name = "kbench-replace", .timeout_s = 120, .argv = { "kbench", "0", "500", "judge" } },
	{ .name = "unload-bench", .argv = { "rmmod", "pasidlab_bench" } },
	UNLOAD_UNIT("unload-unit"),
	{ .name = "load-unit-caching-mode", .when = "caching_mode",
	  .argv = { "insmod", "/modules/{unit_module}.ko", "{params}", "model_cm=1" } },
	{ .name = "churn-caching-mode", .when = "caching_mode", .timeout_s = 120,
	  .argv = { "churn", "--threads=2", "--domains=4", "--seed={seed}",
		    "--ops={lives}" } },
	{ .name = "unload-unit-again", .when = "caching_mode",
	  .argv = { "rmmod", "{unit_module}" } },
	UNLOAD_CORE("unload-core"),
	{ .name = "reload-core", .argv = { "insmod", "/modules/pasidlab.ko", "strict=0" } },
	UNLOAD_CORE("unload-core-again"),
};

static const struct pl_suite pl_suites[] = {
	{ "run", pl_run_steps, ARRAY_SIZE(pl_run_steps) },
	{ "check", pl_check_steps, ARRAY_SIZE(pl_check_steps) },
};

/**
 * pl_suite_find() - a suite by name
 * @name: "run" or "check"
 *
 * Return: the suite, or NULL.
 */
const struct pl_suite *pl_suite_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pl_suites); i++)
		if (!strcmp(pl_suites[i].name, name))
			return &pl_suites[i];
	return NULL;
}

/**
 * struct pl_plan - a suite with its variables filled in
 * @steps: for pl_image_add_plan()
 * @n: how many
 */
struct pl_plan {
	struct pl_plan_step *steps;
	size_t n;
};

static const char *pl_var_find(const struct pl_var *vars, const char *name, size_t len)
{
	for (; vars->name; vars++)
		if (strlen(vars->name) == len && !memcmp(vars->name, name, len))
			return vars->value;
	return NULL;
}

/* The variable that starts at @word, "{name}", or NULL: "{ " of the shell is none. */
static const char *pl_var_at(const char *word, const struct pl_var *vars, size_t *len)
{
	size_t n = strspn(word + 1, "abcdefghijklmnopqrstuvwxyz_");

	if (word[0] != '{' || !n || word[1 + n] != '}')
		return NULL;
	*len = n + 2;
	return pl_var_find(vars, word + 1, n);
}

/* Values of the tables hold variables of the user's, whose values hold none. */
static void pl_put_word(FILE *f, const char *word, const struct pl_var *vars)
{
	const char *value;
	size_t len;

	while (*word) {
		value = pl_var_at(word, vars, &len);
		if (value) {
			pl_put_word(f, value, vars);
			word += len;
		} else {
			putc(*word++, f);
		}
	}
}

static int pl_expand(const char *word, const struct pl_var *vars, char **out)
{
	size_t size;
	FILE *f = open_memstream(out, &size);

	if (!f)
		return -ENOMEM;
	pl_put_word(f, word, vars);
	return fclose(f) ? -ENOMEM : 0;
}

/* One word, or those of a list that stands by itself; the plan has them from then on. */
static int pl_add_words(const char *word, const struct pl_var *vars, char **argv, size_t *n)
{
	char *text, *one, *save;
	int err = pl_expand(word, vars, &text);

	if (err)
		return err;
	if (strcmp(word, "{params}")) {
		argv[(*n)++] = text;
		return 0;
	}
	for (one = strtok_r(text, " ", &save); one && !err; one = strtok_r(NULL, " ", &save)) {
		argv[*n] = *n < PL_STEP_WORDS ? strdup(one) : NULL;
		err = argv[*n] ? 0 : -ENOMEM;
		*n += !err;
	}
	free(text);
	return err;
}

static int pl_plan_add(struct pl_plan *plan, const struct pl_step *step, const struct pl_var *vars)
{
	char **argv = calloc(PL_STEP_WORDS + 1, sizeof(*argv));
	size_t i, n = 0;
	int err = argv ? 0 : -ENOMEM;

	plan->steps[plan->n++] = (struct pl_plan_step) {
		.name = step->name, .argv = (const char *const *)argv,
		.timeout_s = step->timeout_s, .background = step->background,
	};
	for (i = 0; i < PL_STEP_WORDS && n < PL_STEP_WORDS && step->argv[i] && !err; i++)
		err = pl_add_words(step->argv[i], vars, argv, &n);
	return err;
}

/**
 * pl_plan_make() - fill a suite's variables in
 * @suite: the suite
 * @vars: variables; a {name} that is none of them stays as it is
 * @out: the plan, to be freed with pl_plan_free()
 *
 * Return: 0 or -ENOMEM.
 */
int pl_plan_make(const struct pl_suite *suite, const struct pl_var *vars, struct pl_plan **out)
{
	struct pl_plan *plan = calloc(1, sizeof(*plan));
	const char *when;
	size_t i;
	int err = 0;

	if (!plan)
		return -ENOMEM;
	plan->steps = calloc(suite->n_steps, sizeof(*plan->steps));
	if (!plan->steps)
		err = -ENOMEM;
	for (i = 0; i < suite->n_steps && !err; i++) {
		when = suite->steps[i].when;
		when = when ? pl_var_find(vars, when, strlen(when)) : "always";
		if (when && *when)
			err = pl_plan_add(plan, &suite->steps[i], vars);
	}
	if (err)
		pl_plan_free(plan);
	else
		*out = plan;
	return err;
}

/**
 * pl_plan_steps() - the plan as the guest's image takes it
 * @plan: the plan
 * @n: set to the number of steps
 */
const struct pl_plan_step *pl_plan_steps(const struct pl_plan *plan, size_t *n)
{
	*n = plan->n;
	return plan->steps;
}

/**
 * pl_plan_free() - free a plan
 * @plan: a plan or NULL
 */
void pl_plan_free(struct pl_plan *plan)
{
	size_t i, w;

	if (!plan)
		return;
	for (i = 0; i < plan->n; i++) {
		char **argv = (char **)plan->steps[i].argv;

		for (w = 0; argv && argv[w]; w++)
			free(argv[w]);
		free(argv);
	}
	free(plan->steps);
	free(plan);
}
