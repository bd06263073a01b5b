// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inside-test.c - churn and the ABI's tests against the module inside this process.
 *
 * What takes a guest a minute takes seconds here, and under sanitizers: every request, every
 * thread of churn and every thread of the engines runs through the module's own code.  What needs
 * processes, sysfs or real unloading stays with the guest.
 *
 * Under ThreadSanitizer the ABI's tests are left out: they are single-threaded and many.
 *
 * The hard rule: a warning that a kernel would log fails the run that caused it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tests/guest/abi.h"
#include "../churn.h"
#include "inside.h"

/* gcc has a macro, clang a question. */
#if defined(__SANITIZE_THREAD__)
#define SLOW	true
#elif defined(__has_feature)
#define SLOW	__has_feature(thread_sanitizer)
#else
#define SLOW	false
#endif

#define SCALE	(SLOW ? 1u : 4u)

/* Replaces the one that asks /proc/vmstat. */
long long abi_pinned(void)
{
	return inside_pinned();
}

static void set_options(struct churn_options *opt, const char *words)
{
	char text[256], why[256], *word, *value, *save;

	snprintf(text, sizeof(text), "%s", words);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		value = strchr(word, '=');
		*value++ = '\0';
		EXPECT(!churn_options_set(opt, word, value, why, sizeof(why)), "%s", why);
	}
	opt->ops *= SCALE;
}

static void test_churn(const char *title, const char *words)
{
	unsigned long complaints = inside_complaints();
	struct churn_run run;
	json_t *text;
	size_t i;

	check_begin("ABI", "inside/%s: churn %s", title, words);
	churn_run_init(&run);
	run.transport = &inside_transport;
	run.opt.progress = 0;
	set_options(&run.opt, words);
	churn_run(&run);
	json_array_foreach(run.failures, i, text)
		EXPECT(false, "%s", json_string_value(text));
	EXPECT(churn_passed(&run), "it did not pass");
	EXPECT(!inside_pinned(), "%ld pages are still pinned", inside_pinned());
	EXPECT(inside_complaints() == complaints, "the kernel log has %lu lines too many",
	       inside_complaints() - complaints);
	churn_run_free(&run);
	check_end();
}

static void test_all_churns(const char *title)
{
	static const char *const words[] = {
		"ops=500 threads=1",
		"ops=500 threads=4 pattern=uniform rate-map=300",
		"ops=500 threads=3 pattern=bursty hold=32 rate-detach-all=200",
		"ops=500 threads=4 pattern=hold hold=50 domains=16",
		"ops=500 threads=4 pattern=hold hold=50 files=shared domains=3 rate-map=300",
		"ops=300 stage=second rate-map=500",
		"ops=300 stage=mixed rate-aux=200 rate-replace=800 rate-map=300 domains=4",
		"ops=300 rate-aux=0 rate-replace=1000 rate-ats=1000 files=shared domains=2",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		test_churn(title, words[i]);
}

static void test_abi(uint32_t mode)
{
	static const struct abi_group *const groups[] = {
		&abi_group_struct, &abi_group_handle, &abi_group_feature, &abi_group_slot,
		&abi_group_rid, &abi_group_map, &abi_group_dma, &abi_group_walk,
	};
	static struct abi a;
	unsigned int i;
	int err = abi_open(&a, &inside_transport);

	a.mode = mode;
	check_prefix(mode == PL_MODE_FREE ? "abi-free" : "abi");
	for (i = 0; !err && i < sizeof(groups) / sizeof(groups[0]); i++)
		abi_run_group(&a, groups[i]);
	abi_close(&a);
	check_prefix(NULL);
}

/* Start, run, stop: what is left behind fails the step that left it. */
static void with_modules(const char *title, const struct inside_config *config,
			 void (*run)(const char *title))
{
	unsigned long complaints = inside_complaints();
	int err;

	check_begin("ABI", "inside/%s: load", title);
	err = inside_start(config);
	EXPECT(!err, "%s", strerror(-err));
	check_end();
	if (err)
		return;
	run(title);
	check_begin("ABI", "inside/%s: unload", title);
	inside_stop();
	EXPECT(inside_complaints() == complaints, "the kernel log has %lu lines too many",
	       inside_complaints() - complaints);
	check_end();
}

static void run_abi(const char *title)
{
	(void)title;
	test_abi(PL_MODE_STRICT);
	test_abi(PL_MODE_FREE);
}

/* Frames are for a harness; this program's reader wants TAP only. */
static void drop_frames(void)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", open("/dev/null", O_WRONLY | O_CLOEXEC));
	setenv("PL_RESULT_FD", fd, 1);
}

int main(void)
{
	struct inside_config config = {
		.units = 2, .endpoints = 2, .channels = 2, .pasid_bits = 14,
	};

	drop_frames();
	if (!SLOW) {
		config.endpoints = 3;
		config.plain = 1;
		with_modules("abi", &config, run_abi);
		config.endpoints = 2;
		config.plain = 0;
	}
	with_modules("two units", &config, test_all_churns);
	config.caching_mode = true;
	config.pasid_bits = 20;
	with_modules("caching mode", &config, test_all_churns);
	return check_summary() != 0;
}
