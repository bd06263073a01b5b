// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kbench - inside the guest: start pasidlab_bench.ko's run and send what it measured.
 *
 *	kbench [SHIFT [REPLACES [judge]]]
 *
 * SHIFT: the clock counts 2^SHIFT for each instruction; samples are sent as instructions then.
 * Samples are sorted and sent as [value, times] pairs: exact, and short where an operation costs
 * the same each time.  The frame is a workload whose key "kbench" holds the series.
 *
 * With REPLACES nothing is measured: a domain is replaced so often under DMA, and "kbench" holds
 * what became of the transfers, or why this kernel cannot.  With "judge" a check says instead
 * whether the unit kept what it promised.
 *
 * The hard rule: no statistics; the host computes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../workloads/frame.h"

#define DEBUGFS	"/sys/kernel/debug"
#define DIR	DEBUGFS "/pasidlab_bench/"

/* The columns of a series' line between its name and the colon. */
static const char *const columns[] = { "calls", "descs", "waits", "fences", "disagreed" };

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static unsigned int shift;

static int by_value(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;

	return (x > y) - (x < y);
}

/* The numbers up to the end of @text, sorted; NULL without memory. */
static unsigned long long *read_samples(char *text, size_t *n)
{
	unsigned long long *v = NULL, *grown;
	size_t room = 0;
	char *word;

	*n = 0;
	for (word = strtok(text, " \n"); word; word = strtok(NULL, " \n")) {
		if (*n == room) {
			room = room ? 2 * room : 1024;
			grown = realloc(v, room * sizeof(*v));
			if (!grown) {
				free(v);
				return NULL;
			}
			v = grown;
		}
		v[(*n)++] = strtoull(word, NULL, 10) >> shift;
	}
	if (v)
		qsort(v, *n, sizeof(*v), by_value);
	return v;
}

static json_t *samples_json(char *text)
{
	json_t *pairs = json_array();
	unsigned long long *v;
	size_t i, first, n;

	v = read_samples(text, &n);
	for (i = 0; i < n; i++) {
		for (first = i; i + 1 < n && v[i + 1] == v[first]; i++)
			;
		json_array_append_new(pairs, json_pack("[I,I]", (json_int_t)v[first],
						       (json_int_t)(i + 1 - first)));
	}
	free(v);
	return pairs;
}

/* "NAME CALLS DESCS WAITS FENCES DISAGREED : SAMPLE ..."; NULL for anything else. */
static json_t *series_json(char *line)
{
	char *samples = strstr(line, " :"), *name = line, *at;
	json_t *series;
	size_t i;

	at = strchr(line, ' ');
	if (!samples || !at)
		return NULL;
	*at++ = '\0';
	series = json_pack("{s:s}", "name", name);
	for (i = 0; i < COLUMNS; i++)
		json_object_set_new(series, columns[i],
				    json_integer((json_int_t)strtoull(at, &at, 10)));
	json_object_set_new(series, "samples", samples_json(samples + 2));
	return series;
}

static json_t *result_json(FILE *f)
{
	char *line = NULL, side[16], device[64], clock[16];
	json_t *list = json_array(), *series;
	unsigned int witness;
	size_t size = 0;

	if (getline(&line, &size, f) <= 0 ||
	    sscanf(line, "%15s %63s %15s %u", side, device, clock, &witness) != 4) {
		json_decref(list);
		free(line);
		return NULL;
	}
	while (getline(&line, &size, f) > 0) {
		series = series_json(line);
		if (series)
			json_array_append_new(list, series);
	}
	free(line);
	return json_pack("{s:s,s:s,s:s,s:i,s:o}", "side", side, "device", device, "clock", clock,
			 "witness", (int)witness, "series", list);
}

static int send_kbench(json_t *kbench)
{
	return frame_send(json_pack("{s:s,s:s,s:s,s:[],s:o}", "type", "workload", "name", "kbench",
				    "status", "pass", "failures", "kbench", kbench));
}

static int send_result(void)
{
	FILE *f = fopen(DIR "result", "re");
	json_t *result = f ? result_json(f) : NULL;

	if (f)
		fclose(f);
	if (!result)
		return -EIO;
	return send_kbench(result);
}

static void read_why(char *why, size_t size)
{
	FILE *f = fopen(DIR "why", "re");

	*why = '\0';
	if (f && fgets(why, (int)size, f))
		why[strcspn(why, "\n")] = '\0';
	if (f)
		fclose(f);
}

/* What became of transfers, as the module's file "dma" says it. */
struct dma {
	unsigned long long replaces, transfers, aborted, wrong;
	char breaks[128];
};

static int read_dma(struct dma *d)
{
	FILE *f = fopen(DIR "dma", "re");
	int n = f ? fscanf(f, "%llu %llu %llu %llu %127[^\n]", &d->replaces, &d->transfers,
			   &d->aborted, &d->wrong, d->breaks) : 0;

	if (f)
		fclose(f);
	return n < 4 ? EIO : 0;
}

static int send_dma(const struct dma *d)
{
	return send_kbench(json_pack("{s:{s:I,s:I,s:I,s:I}}", "dma",
				     "replaces", (json_int_t)d->replaces,
				     "transfers", (json_int_t)d->transfers,
				     "aborted", (json_int_t)d->aborted,
				     "wrong", (json_int_t)d->wrong));
}

static int send_check(const char *status, const char *reason)
{
	return frame_send(json_pack("{s:s,s:s,s:s,s:s}", "type", "check", "name",
				    "dma/replace-on-a-live-pasid", "status", status,
				    "reason", reason));
}

/* Wrong data is nobody's right; aborts are for those who promise nothing. */
static int judge_dma(const struct dma *d)
{
	char text[160] = "";

	if (d->wrong || (d->aborted && !*d->breaks))
		snprintf(text, sizeof(text), "of %llu transfers under %llu replaces %llu were "
			 "aborted and %llu reached neither domain", d->transfers, d->replaces,
			 d->aborted, d->wrong);
	if (*text)
		return send_check("fail", text);
	return send_check(*d->breaks ? "skip" : "pass", d->breaks);
}

static int send_dma_skip(const char *why)
{
	return send_kbench(json_pack("{s:{s:s}}", "dma", "skip", why));
}

static void send_failure(int err)
{
	char why[256], text[512];

	read_why(why, sizeof(why));
	snprintf(text, sizeof(text), "%s: %s", why[0] ? why : "the run failed", strerror(err));
	frame_send(json_pack("{s:s,s:s,s:s,s:[s]}", "type", "workload", "name", "kbench",
			     "status", "fail", "failures", text));
	fprintf(stderr, "kbench: %s\n", text);
}

/* The errno with which the module answered @value. */
static int ask(const char *file, const char *value)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), DIR "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "kbench: %s: %s: load pasidlab_bench.ko\n", path, strerror(errno));
		exit(1);
	}
	if (write(fd, value, strlen(value)) < 0)
		err = errno;
	close(fd);
	return err;
}

static int measure(void)
{
	int err = ask("run", "1");

	if (err)
		send_failure(err);
	return err ? err : send_result();
}

static int replace(const char *times, bool judge)
{
	int err = ask("replace", times);
	struct dma d = {};
	char why[256];

	if (err == EOPNOTSUPP) {
		read_why(why, sizeof(why));
		return judge ? send_check("skip", why) : send_dma_skip(why);
	}
	if (err)
		send_failure(err);
	else
		err = read_dma(&d);
	if (!err)
		err = judge ? judge_dma(&d) : send_dma(&d);
	return err;
}

int main(int argc, char **argv)
{
	shift = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	if (access(DIR "run", F_OK))
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	return (argc > 2 ? replace(argv[2], argc > 3) : measure()) ? 1 : 0;
}
