// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c - one guest from a suite to a result; session.h has the rule.
 *
 * The guest's programs are those in the directory guest/ beside its guest.json, and the pasidlab
 * command there: it is static, so one file serves both worlds, and where the guest is like this
 * machine it is the one that runs.
 */
#include "session.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "emulator.h"
#include "guest/image.h"
#include "guest/manifest.h"
#include "qemu/engine-regs.h"

/* A session at work. */
struct pl_work {
	struct pl_session *s;
	struct pl_guest_manifest manifest;
	struct pl_emulator emulator;
	struct pl_image *image;
	struct pl_plan *plan;
	FILE *console;
	FILE *frames;
	char *why;
	int err;
};

static int __attribute__((format(printf, 3, 4)))
pl_cannot(struct pl_work *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, PL_WHY_MAX, fmt, ap);
	va_end(ap);
	return err;
}

static int pl_add_program(struct pl_work *w, const char *host, const char *name)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "/bin/%s", name);
	err = pl_image_add_program(w->image, host, path);
	if (err == -ENOEXEC)
		return pl_cannot(w, err, "%s is not a static program: link it with -static", host);
	return err ? pl_cannot(w, err, "%s: %s", host, strerror(-err)) : 0;
}

/* Every file of guest/ that can be executed. */
static int pl_add_directory(struct pl_work *w, const char *path)
{
	char file[PATH_MAX + NAME_MAX + 2];
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(path);
	int err = 0;

	if (!d)
		return pl_cannot(w, -errno, "%s: %s; build the guest's programs with 'make build'",
				 path, strerror(errno));
	while (!err && (e = readdir(d))) {
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (!stat(file, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0111))
			err = pl_add_program(w, file, e->d_name);
	}
	closedir(d);
	return err;
}

static int pl_add_programs(struct pl_work *w)
{
	const bool own = w->s->target.arch == pl_arch_own();
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/pasidlab", w->manifest.programs);
	err = pl_add_program(w, own ? "/proc/self/exe" : path, "pasidlab");
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/guest", w->manifest.programs);
	return pl_add_directory(w, path);
}

static int pl_add_modules(struct pl_work *w)
{
	char path[PATH_MAX];
	json_t *module;
	size_t i;
	int err = 0;

	json_array_foreach(w->manifest.modules, i, module) {
		const char *host = json_string_value(module);
		const char *slash = host ? strrchr(host, '/') : NULL;

		if (!slash)
			return pl_cannot(w, -EBADMSG, "guest.json: a module has no absolute path");
		snprintf(path, sizeof(path), "/modules%s", slash);
		err = pl_image_add_file(w->image, host, path, 0644);
		if (err)
			return pl_cannot(w, err, "%s: %s", host, strerror(-err));
	}
	return 0;
}

#define PL_UNIT_VARS	8

/* The caller's variables, and those that the unit's row fills. */
static int pl_make_plan(struct pl_work *w)
{
	const struct pl_unit_kind *unit = w->s->target.unit;
	char engine[16];
	struct pl_var vars[32] = {
		{ "unit_module", unit->module }, { "params", unit->params },
		{ "model", unit->model ? "1" : "" }, { "machine", unit->model ? "" : "1" },
		{ "caching_mode", unit->caching_mode ? "1" : "" },
		{ "identity", unit->no_identity ? "" : "1" },
		{ "no_identity", unit->no_identity ? unit->no_identity : "" },
		{ "device", unit->qemu_engine ? engine : "pasidlab-soft.0" },
	};
	const struct pl_plan_step *steps;
	size_t i, n;
	int err;

	snprintf(engine, sizeof(engine), "%04x:%04x", PL_ENG_VENDOR, PL_ENG_DEVICE);
	for (i = 0; w->s->vars[i].name && i + PL_UNIT_VARS + 1 < sizeof(vars) / sizeof(vars[0]);
	     i++)
		vars[i + PL_UNIT_VARS] = w->s->vars[i];
	err = pl_plan_make(w->s->suite, vars, &w->plan);
	if (err)
		return err;
	steps = pl_plan_steps(w->plan, &n);
	return pl_image_add_plan(w->image, steps, n);
}

static int pl_load_manifest(struct pl_work *w)
{
	const struct pl_arch *arch = w->s->target.arch;
	const char *series = w->s->series, *name = arch == pl_arch_own() ? NULL : arch->name;
	int err = pl_guest_manifest_load(name, series, &w->manifest);

	if (err == -ENOENT)
		return pl_cannot(w, err,
				 "there is no %s%sguest%s%s.json beside this pasidlab: make one "
				 "with 'make guest%s%s%s%s'", name ?: "", name ? "/" : "",
				 series ? "-" : "", series ?: "", name ? " ARCH=" : "", name ?: "",
				 series ? " SERIES=" : "", series ?: "");
	if (err)
		return pl_cannot(w, err,
				 "guest.json cannot be read: make it anew with 'make guest'");
	return 0;
}

static int pl_make_image(struct pl_work *w)
{
	int err;

	w->image = pl_image_new();
	if (!w->image)
		return -ENOMEM;
	err = pl_add_programs(w);
	if (!err)
		err = pl_add_modules(w);
	if (!err)
		err = pl_make_plan(w);
	return err;
}

static FILE *pl_open_in(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, "we");
}

/* The host's part of the environment as the first frame, so that frames.log stands alone. */
static int pl_record_host(struct pl_work *w)
{
	json_t *frame = json_pack("{s:s}", "type", "env");
	char *text;
	int i;

	for (i = 0; frame && i < PL_ENV_NR; i++)
		if (w->s->result->env[i] && i != PL_ENV_PROBE)
			json_object_set_new(frame, pl_env_desc[i].name,
					    json_string(w->s->result->env[i]));
	text = frame ? json_dumps(frame, JSON_COMPACT) : NULL;
	if (text)
		fprintf(w->frames, "\036%s\n", text);
	json_decref(frame);
	free(text);
	return text ? 0 : -ENOMEM;
}

static int pl_open_files(struct pl_work *w)
{
	w->console = pl_open_in(w->s->dir, "console.log");
	w->frames = pl_open_in(w->s->dir, "frames.log");
	if (!w->console || !w->frames)
		return pl_cannot(w, -errno, "%s: %s", w->s->dir, strerror(errno));
	return pl_record_host(w);
}

static void pl_on_console(void *ctx, const char *line)
{
	struct pl_work *w = ctx;

	fprintf(w->console, "%s\n", line);
}

static void pl_on_frame(void *ctx, const char *text, size_t len)
{
	struct pl_work *w = ctx;
	char why[PL_WHY_MAX] = "it is not JSON";
	json_t *frame = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	int err = frame ? pl_result_add_frame(w->s->result, frame, why) : -EBADMSG;

	fprintf(w->frames, "\036%.*s\n", (int)len, text);
	if (err == -EBADMSG)
		err = pl_result_add_failure(w->s->result, "a frame was refused: %s", why);
	if (err && !w->err)
		w->err = err;
	if (frame && w->s->on_frame)
		w->s->on_frame(w->s->ctx, w->s->result, frame);
	json_decref(frame);
}

static void pl_on_progress(void *ctx, const struct pl_guest_progress *progress)
{
	struct pl_work *w = ctx;

	if (w->s->on_tick)
		w->s->on_tick(w->s->ctx, progress);
}

static enum pl_guest_accel pl_accel(const char *name)
{
	if (!strcmp(name, "kvm"))
		return PL_ACCEL_KVM;
	return strcmp(name, "tcg") ? PL_ACCEL_AUTO : PL_ACCEL_TCG;
}

/* One line of /proc/cpuinfo. */
static void pl_host_cpu(struct pl_result *r)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], *colon;

	while (f && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon || strncmp(line, "model name", 10))
			continue;
		line[strcspn(line, "\n")] = '\0';
		pl_result_set_env(r, PL_ENV_HOST_CPU, colon + 1 + strspn(colon + 1, " "));
		break;
	}
	if (f)
		fclose(f);
}

static void pl_set_host(const struct pl_work *w)
{
	struct pl_result *r = w->s->result;
	struct utsname names;
	char date[32];
	time_t now = time(NULL);

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	pl_result_set_env(r, PL_ENV_DATE, date);
	pl_result_set_env(r, PL_ENV_PASIDLAB, pl_version);
	pl_result_set_env(r, PL_ENV_UNIT, w->s->target.unit->name);
	pl_result_set_env(r, PL_ENV_ENGINE, w->s->target.unit->engine);
	pl_result_set_env(r, PL_ENV_PROBE, "none");
	if (!uname(&names))
		pl_result_set_env(r, PL_ENV_HOST_KERNEL, names.release);
	pl_host_cpu(r);
}

static void pl_take_guest(struct pl_work *w, const struct pl_guest_result *g)
{
	struct pl_result *r = w->s->result;

	pl_result_set_env(r, PL_ENV_ACCEL, g->accel);
	pl_result_set_env(r, PL_ENV_QEMU, g->qemu_version);
	/* Under KVM the guest's processor is the machine's own, and its times are times. */
	r->emulated = strcmp(g->accel, "kvm") != 0;
	r->duration_ns = g->total_ms * 1000000;
	if (g->stray)
		pl_result_add_failure(r, "%llu bytes on the result port belonged to no frame",
				      (unsigned long long)g->stray);
}

/* How a guest that was started came to grief; other errors kept it from being started. */
static const char *pl_guest_fate(int err)
{
	switch (err) {
	case -ETIMEDOUT:
		return "the guest ran out of time and was ended";
	case -ECANCELED:
		return "the run was interrupted";
	case -ECONNRESET:
		return "the guest ended without an exit frame";
	default:
		return NULL;
	}
}

static int pl_judge(struct pl_work *w, const struct pl_guest_result *g, int err)
{
	const char *fate = pl_guest_fate(err);
	unsigned int i;

	if (err == -ENOENT)
		return pl_cannot(w, err, "the emulator or the guest's kernel is missing: 'make "
				 "deps guest' gets both");
	if (err == -ENODEV)
		return pl_cannot(w, err, "--accel kvm: this machine offers no working KVM; use "
				 "tcg");
	if (err && !fate)
		return pl_cannot(w, err, "the guest cannot be started: %s", strerror(-err));
	if (fate) {
		pl_result_add_failure(w->s->result, "%s", fate);
		for (i = 0; i < g->tail_count; i++)
			pl_strv_add(&w->s->result->console, g->tail[i]);
	}
	return w->err;
}

static int pl_boot(struct pl_work *w)
{
	const char *initrds[] = { w->manifest.base, NULL };
	struct pl_guest_opts opts = {
		.arch = w->s->target.arch->machine,
		.qemu = *w->emulator.path ? w->emulator.path : NULL,
		.append = w->s->target.unit->append,
		.extra = w->emulator.words,
		.kernel = w->s->kernel ? w->s->kernel : w->manifest.kernel,
		.initrds = initrds,
		.payload = w->image,
		.accel = pl_accel(w->s->accel),
		.icount = w->s->icount,
		.timeout_s = w->s->timeout_s,
		.ctx = w,
		.on_frame = pl_on_frame,
		.on_console = pl_on_console,
		.on_progress = pl_on_progress,
		.stop = w->s->stop,
	};
	struct pl_guest_result g = {};
	int err = pl_guest_run(&opts, &g);

	pl_take_guest(w, &g);
	err = pl_judge(w, &g, err);
	pl_guest_result_release(&g);
	return err;
}

/**
 * pl_session_run() - run a session
 * @s: the session; @s->result is filled even when the guest was lost
 * @why: filled with a sentence, and its remedy, on error
 *
 * Return: 0 when a guest was started, whatever became of it; else -errno: nothing was measured,
 * -ENOTSUP because the emulator that was named is none for the unit.
 */
int pl_session_run(struct pl_session *s, char why[PL_WHY_MAX])
{
	struct pl_work w = { .s = s, .why = why };
	int err;

	snprintf(why, PL_WHY_MAX, "out of memory");
	pl_set_host(&w);
	err = pl_load_manifest(&w);
	if (!err)
		err = pl_emulator_find(&s->target, w.manifest.qemu, s->vars, &w.emulator, why);
	if (!err)
		err = pl_make_image(&w);
	if (!err)
		err = pl_open_files(&w);
	if (!err)
		err = pl_boot(&w);
	if (w.console)
		fclose(w.console);
	if (w.frames)
		fclose(w.frames);
	pl_plan_free(w.plan);
	pl_image_free(w.image);
	pl_guest_manifest_release(&w.manifest);
	return err;
}

/**
 * pl_session_status() - how a command ends whose session could not run
 * @err: from pl_session_run(), not 0
 *
 * Return: PL_EXIT_USAGE where the user named an emulator that will not do, else PL_EXIT_CANNOT.
 */
int pl_session_status(int err)
{
	return err == -ENOTSUP ? PL_EXIT_USAGE : PL_EXIT_CANNOT;
}

static int pl_mkdirs(char *path)
{
	char *p;

	for (p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
}

/* ${XDG_STATE_HOME:-~/.local/state}/pasidlab/results/DATE-LABEL */
static int pl_default_dir(const char *label, char **out)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	time_t now = time(NULL);
	char date[32];
	int n;

	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", gmtime(&now));
	if (state && state[0] == '/')
		n = asprintf(out, "%s/pasidlab/results/%s-%s", state, date, label);
	else if (home && home[0] == '/')
		n = asprintf(out, "%s/.local/state/pasidlab/results/%s-%s", home, date, label);
	else
		return -ENOENT;
	return n < 0 ? -ENOMEM : 0;
}

/**
 * pl_session_dir() - a directory for what a session leaves behind
 * @wanted: the user's choice, or NULL for a dated one in the user's state directory
 * @label: part of a dated one's name
 * @out: its path, to be freed; set only on success
 * @why: filled with a sentence on error
 *
 * Return: 0 or -errno.
 */
int pl_session_dir(const char *wanted, const char *label, char **out, char why[PL_WHY_MAX])
{
	char *dir = wanted ? strdup(wanted) : NULL;
	int err = wanted ? (dir ? 0 : -ENOMEM) : pl_default_dir(label, &dir);

	if (err == -ENOENT) {
		snprintf(why, PL_WHY_MAX,
			 "neither XDG_STATE_HOME nor HOME is an absolute path: give --out DIR");
		return err;
	}
	if (!err)
		err = pl_mkdirs(dir);
	if (err) {
		snprintf(why, PL_WHY_MAX, "%s: %s; give another --out DIR", dir ?: "",
			 strerror(-err));
		free(dir);
		return err;
	}
	*out = dir;
	return 0;
}

/**
 * pl_session_tidy() - remove the raw logs of a session that nobody will need
 * @dir: its directory
 */
void pl_session_tidy(const char *dir)
{
	static const char *const logs[] = { "console.log", "frames.log" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, logs[i]);
		unlink(path);
	}
}
