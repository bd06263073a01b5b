// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tier.c - guests whose own TAP lines are the verdict; tier.h has the rule.
 */
#include "tier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/guest/guest.h"

#define TIMEOUT_S	300

void tier_open(struct tier *t, const char *arch, const char *guest_json)
{
	memset(t, 0, sizeof(*t));
	t->arch = arch;
	if (pl_guest_manifest_read(guest_json, &t->manifest)) {
		fprintf(stderr, "%s cannot be read: make it with 'make guest'\n", guest_json);
		exit(2);
	}
	snprintf(t->qemu, sizeof(t->qemu), "%s/bin/qemu-system-%s", t->manifest.qemu, arch);
	if (access(t->qemu, X_OK)) {
		fprintf(stderr, "there is no %s: make it with 'make qemu'\n", t->qemu);
		exit(2);
	}
}

void tier_case(struct tier *t, bool ok, const char *name)
{
	printf("%s %u - %s/%s\n", ok ? "ok" : "not ok", ++t->cases, t->label, name);
	t->failed += !ok;
	fflush(stdout);
}

static void on_console(void *ctx, const char *line)
{
	const char *name = strstr(line, " - ");
	bool bad = !strncmp(line, "not ok ", 7);
	struct tier *t = ctx;

	if ((bad || !strncmp(line, "ok ", 3)) && name)
		tier_case(t, !bad, name + 3);
	else if (!strncmp(line, "1..", 3))
		t->ended = true;
	else if (line[0] == '#')
		printf("%s\n", line);
	fflush(stdout);
}

static struct pl_image *make_payload(const struct tier_guest *g)
{
	struct pl_image *image = pl_image_new();
	const struct tier_file *f;
	int err = !image;

	for (f = g->files; !err && f->host; f++) {
		err = pl_image_add_file(image, f->host, f->guest, f->mode);
		if (err)
			fprintf(stderr, "%s: %s\n", f->host, strerror(-err));
	}
	if (err || pl_image_add_plan(image, g->steps, g->n_steps)) {
		pl_image_free(image);
		return NULL;
	}
	return image;
}

static void report_end(struct tier *t, int err, const struct pl_guest_result *result)
{
	bool ok = !err && !result->exit_code && t->ended;
	unsigned int i;

	tier_case(t, ok, "guest-ends-well");
	if (ok)
		return;
	printf("# %s, exit code %d, QEMU's status %d\n", strerror(-err), result->exit_code,
	       result->qemu_status);
	for (i = 0; i < result->tail_count; i++)
		printf("#   %s\n", result->tail[i]);
}

void tier_run(struct tier *t, const struct tier_guest *g)
{
	const char *initrds[] = { t->manifest.base, NULL };
	struct pl_guest_opts opts = {
		.arch = t->arch, .qemu = t->qemu, .kernel = t->manifest.kernel, .initrds = initrds,
		.extra = g->devices, .append = g->append, .accel = PL_ACCEL_TCG,
		.timeout_s = TIMEOUT_S, .ctx = t, .on_console = on_console,
	};
	struct pl_guest_result result = {};
	int err;

	opts.payload = make_payload(g);
	if (!opts.payload)
		exit(2);
	t->ended = false;
	t->label = g->label;
	err = pl_guest_run(&opts, &result);
	report_end(t, err, &result);
	pl_guest_result_release(&result);
	pl_image_free(opts.payload);
}

int tier_close(struct tier *t)
{
	printf("1..%u\n", t->cases);
	pl_guest_manifest_release(&t->manifest);
	return t->failed ? 1 : 0;
}
