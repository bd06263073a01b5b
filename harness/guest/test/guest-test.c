// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest-test.c - the guest library against a fake QEMU, archives read back, plans read back.
 *
 * No guest is booted: fake-qemu speaks on the channels as a guest would, well or badly, so that
 * every way in which a guest can end is tried in a second. Archives are taken apart by a reader of
 * its own, and plans by the very parser that init uses. Hard rule: the tests see only what a caller
 * of the library sees.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/guest/guest.h"
#include "harness/guest/image.h"
#include "harness/guest/init/init.h"

/* What a run handed to its callbacks, one item a line. */
struct heard {
	char frames[4096];
	char lines[4096];
	unsigned int ticks;
};

static void hear_frame(void *ctx, const char *json, size_t len)
{
	struct heard *heard = ctx;

	assert_int_equal(strlen(json), len);
	strcat(strcat(heard->frames, json), "\n");
}

static void hear_line(void *ctx, const char *line)
{
	struct heard *heard = ctx;

	if (strlen(heard->lines) + strlen(line) + 2 < sizeof(heard->lines))
		strcat(strcat(heard->lines, line), "\n");
}

static void hear_progress(void *ctx, const struct pl_guest_progress *progress)
{
	struct heard *heard = ctx;

	(void)progress;
	heard->ticks++;
}

/* The build says where it is. */
static const char fake_qemu[] = FAKE_QEMU;

static int run_fake(const char *what, struct heard *heard, struct pl_guest_result *result)
{
	struct pl_guest_opts opts = {
		.qemu = fake_qemu, .kernel = "/dev/null", .accel = PL_ACCEL_TCG, .timeout_s = 1,
		.ctx = heard, .on_frame = hear_frame, .on_console = hear_line,
		.on_progress = hear_progress,
	};

	memset(heard, 0, sizeof(*heard));
	setenv("FAKE", what, 1);
	return pl_guest_run(&opts, result);
}

static void test_good_guest(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("good", &heard, &result), 0);
	assert_int_equal(result.exit_code, 7);
	assert_true(result.booted);
	assert_int_equal(result.frames, 3);
	assert_int_equal(result.stray, 0);
	assert_string_equal(result.accel, "tcg");
	assert_string_equal(result.qemu_version, "QEMU emulator version 0.0 (fake)");
	assert_string_equal(heard.frames, "{\"type\":\"hello\",\"proto\":1}\n"
			    "{\"type\":\"workload\",\"n\":1}\n{\"type\":\"exit\",\"code\":7}\n");
	assert_string_equal(heard.lines, "first line\nsecond half\n");
	assert_int_equal(result.tail_count, 2);
	assert_true(heard.ticks > 0);
	pl_guest_result_release(&result);
	assert_null(result.argv);
}

static void test_torn_frames(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("torn", &heard, &result), 0);
	assert_int_equal(result.frames, 3);
	/* "noise", {"half": and "tail" belong to no frame. */
	assert_int_equal(result.stray, 5 + 8 + 4);
	assert_non_null(strstr(heard.frames, "{\"type\":\"workload\"}"));
	pl_guest_result_release(&result);
}

static void test_exit_is_answered(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("unanswered", &heard, &result), 0);
	assert_int_equal(result.exit_code, 0);
	pl_guest_result_release(&result);
}

static void test_end_without_exit_frame(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("chatty", &heard, &result), -ECONNRESET);
	assert_int_equal(result.exit_code, -1);
	assert_false(result.booted);
	assert_int_equal(result.tail_count, PL_GUEST_TAIL);
	assert_string_equal(result.tail[0], "line 61");
	assert_string_equal(result.tail[PL_GUEST_TAIL - 1], "line 100");
	pl_guest_result_release(&result);
}

static void test_qemu_refuses(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("args", &heard, &result), -ECONNRESET);
	assert_int_equal(result.qemu_status, 1);
	assert_string_equal(heard.lines, "qemu: cannot do that\n");
	pl_guest_result_release(&result);
}

static void test_hang(void **state)
{
	struct pl_guest_result result;
	struct heard heard;

	(void)state;
	assert_int_equal(run_fake("hang", &heard, &result), -ETIMEDOUT);
	assert_true(result.booted);
	assert_int_equal(result.qemu_status, 128 + SIGTERM);
	assert_in_range(result.total_ms, 1000, 2500);
	assert_string_equal(result.tail[0], "last words");
	pl_guest_result_release(&result);
	assert_int_equal(run_fake("stubborn", &heard, &result), -ETIMEDOUT);
	assert_int_equal(result.qemu_status, 128 + SIGKILL);
	pl_guest_result_release(&result);
}

static void test_stop(void **state)
{
	static const volatile sig_atomic_t stop = 1;
	struct pl_guest_opts opts = { .qemu = fake_qemu, .kernel = "/dev/null",
				      .accel = PL_ACCEL_TCG, .stop = &stop };
	struct pl_guest_result result;

	(void)state;
	setenv("FAKE", "hang", 1);
	assert_int_equal(pl_guest_run(&opts, &result), -ECANCELED);
	assert_true(result.total_ms < 2500);
	pl_guest_result_release(&result);
}

static void test_missing_pieces(void **state)
{
	struct pl_guest_opts opts = { .qemu = "/no/such/qemu", .kernel = "/dev/null",
				      .accel = PL_ACCEL_TCG };
	struct pl_guest_result result;

	(void)state;
	assert_int_equal(pl_guest_run(&opts, &result), -ENOENT);
	assert_string_equal(result.tail[0],
			    "qemu: cannot start /no/such/qemu: No such file or directory");
	pl_guest_result_release(&result);
	opts.kernel = "/no/such/kernel";
	assert_int_equal(pl_guest_run(&opts, &result), -ENOENT);
	opts.kernel = "/dev/null";
	opts.initrds = (const char *const[]){ "/no/such/archive", NULL };
	assert_int_equal(pl_guest_run(&opts, &result), -ENOENT);
	pl_guest_result_release(&result);
	opts.arch = "pdp11";
	assert_int_equal(pl_guest_run(&opts, &result), -EINVAL);
	pl_guest_result_release(&result);
	opts.kernel = NULL;
	assert_int_equal(pl_guest_run(&opts, &result), -EINVAL);
}

/* One entry of a "newc" archive, read by eyes of its own. */
struct cpio {
	const char *path;
	const char *data;
	unsigned long size;
	unsigned long mode;
};

static unsigned long hex8(const char *p)
{
	char text[9] = "";

	memcpy(text, p, 8);
	return strtoul(text, NULL, 16);
}

static const char *next_entry(const char *p, struct cpio *entry)
{
	unsigned long name = hex8(p + 94);

	assert_memory_equal(p, "070701", 6);
	entry->mode = hex8(p + 14);
	entry->size = hex8(p + 54);
	entry->path = p + 110;
	assert_int_equal(strlen(entry->path) + 1, name);
	entry->data = p + ((110 + name + 3) & ~3ul);
	return entry->data + ((entry->size + 3) & ~3ul);
}

static void expect_entry(const char **p, const char *path, unsigned long mode, const char *data)
{
	struct cpio entry;

	*p = next_entry(*p, &entry);
	assert_string_equal(entry.path, path);
	assert_int_equal(entry.mode, mode);
	assert_int_equal(entry.size, strlen(data));
	assert_memory_equal(entry.data, data, entry.size);
}

static void test_image(void **state)
{
	struct pl_image *image = pl_image_new();
	const void *data, *again;
	const char *p;
	size_t size;

	(void)state;
	assert_int_equal(pl_image_add_data(image, "relative", "x", 1, 0644), -EINVAL);
	assert_int_equal(pl_image_add_data(image, "/a/b/file", "12345", 5, 0600), 0);
	assert_int_equal(pl_image_add_data(image, "/a/empty", NULL, 0, 04755), 0);
	assert_int_equal(pl_image_add_dir(image, "/a/b"), 0);
	assert_int_equal(pl_image_add_link(image, "/a/link", "b/file"), 0);
	assert_int_equal(pl_image_add_node(image, "/dev/console", 0600, 5, 1), 0);
	assert_int_equal(pl_image_finish(image, &data, &size), 0);
	assert_int_equal(size % 512, 0);
	p = data;
	expect_entry(&p, "a", S_IFDIR | 0755, "");
	expect_entry(&p, "a/b", S_IFDIR | 0755, "");
	expect_entry(&p, "a/b/file", S_IFREG | 0600, "12345");
	expect_entry(&p, "a/empty", S_IFREG | 04755, "");
	expect_entry(&p, "a/link", S_IFLNK | 0777, "b/file");
	expect_entry(&p, "dev", S_IFDIR | 0755, "");
	assert_int_equal(hex8(p + 78), 5);
	assert_int_equal(hex8(p + 86), 1);
	expect_entry(&p, "dev/console", S_IFCHR | 0600, "");
	expect_entry(&p, "TRAILER!!!", 0, "");
	assert_int_equal(pl_image_add_dir(image, "/late"), -EINVAL);
	assert_int_equal(pl_image_finish(image, &again, &size), 0);
	assert_ptr_equal(data, again);
	pl_image_free(image);
}

static void test_image_files(void **state)
{
	struct pl_image *image = pl_image_new();

	(void)state;
	assert_int_equal(pl_image_add_file(image, "/no/such", "/x", 0644), -ENOENT);
	assert_int_equal(pl_image_add_file(image, "/", "/x", 0644), -EINVAL);
	assert_int_equal(pl_image_add_program(image, fake_qemu, "/x"), 0);
	/* This test itself needs a loader: no guest could run it. */
	assert_int_equal(pl_image_add_program(image, "/proc/self/exe", "/y"), -ENOEXEC);
	pl_image_free(image);
	pl_image_free(NULL);
}

static void test_archives_end_to_end(void **state)
{
	struct pl_guest_opts opts = { .qemu = fake_qemu, .kernel = "/dev/null",
				      .accel = PL_ACCEL_TCG, .on_frame = hear_frame };
	char file[] = "/tmp/pl-guest-test.XXXXXX";
	struct heard heard = { .ticks = 0 };
	struct pl_guest_result result;
	int fd = mkstemp(file);

	(void)state;
	assert_int_equal(write(fd, "12345", 5), 5);
	opts.initrds = (const char *const[]){ file, file, NULL };
	opts.ctx = &heard;
	setenv("FAKE", "initrd", 1);
	assert_int_equal(pl_guest_run(&opts, &result), 0);
	/* Each file is padded to four bytes: 16 bytes in all. */
	assert_non_null(strstr(heard.frames, " 16\""));
	pl_guest_result_release(&result);
	close(fd);
	unlink(file);
}

/* The plan of @steps as init would read it. */
static char *plan_text(const struct pl_plan_step *steps, size_t count)
{
	struct pl_image *image = pl_image_new();
	struct cpio entry;
	const void *data;
	size_t size;
	char *text;

	assert_int_equal(pl_image_add_plan(image, steps, count), 0);
	assert_int_equal(pl_image_finish(image, &data, &size), 0);
	next_entry(data, &entry);
	assert_string_equal(entry.path, "plan");
	text = strndup(entry.data, entry.size);
	pl_image_free(image);
	return text;
}

static void test_plan_round_trip(void **state)
{
	static const char *const words[] = { "/bin/x", "", "a b", "q\"uote", "back\\slash", "@at",
					     "#hash", "tab\there", NULL };
	static const char *const plain[] = { "insmod", "/m.ko", NULL };
	const struct pl_plan_step steps[] = {
		{ .argv = plain },
		{ .name = "two words", .argv = words, .timeout_s = 7, .background = true },
	};
	char *text = plan_text(steps, 2), *cursor = text;
	struct step step;
	int i;

	(void)state;
	assert_int_equal(plan_next(&cursor, &step), 1);
	assert_string_equal(step.name, "insmod");
	assert_int_equal(step.timeout_s, DEFAULT_TIMEOUT_S);
	assert_false(step.background);
	assert_int_equal(plan_next(&cursor, &step), 1);
	assert_string_equal(step.name, "two words");
	assert_int_equal(step.timeout_s, 7);
	assert_true(step.background);
	for (i = 0; words[i]; i++)
		assert_string_equal(step.argv[i], words[i]);
	assert_null(step.argv[i]);
	assert_int_equal(plan_next(&cursor, &step), 0);
	free(text);
}

static void test_plan_by_hand(void **state)
{
	char text[] = "# comment\n\n  /a/b  c\n@name=x @timeout=9 d\n";
	char bad[] = "@colour=red x\n", none[] = "@name=x\n", number[] = "@timeout=1x y\n";
	char *cursor = text;
	struct step step;

	(void)state;
	assert_int_equal(plan_next(&cursor, &step), 1);
	assert_string_equal(step.name, "b");
	assert_string_equal(step.argv[1], "c");
	assert_int_equal(plan_next(&cursor, &step), 1);
	assert_string_equal(step.name, "x");
	assert_int_equal(plan_next(&cursor, &step), 0);
	cursor = bad;
	assert_int_equal(plan_next(&cursor, &step), -EINVAL);
	cursor = none;
	assert_int_equal(plan_next(&cursor, &step), -EINVAL);
	cursor = number;
	assert_int_equal(plan_next(&cursor, &step), -EINVAL);
}

static void test_plan_refusals(void **state)
{
	static const char *const broken[] = { "a\nb", NULL }, *const none[] = { NULL };
	struct pl_image *image = pl_image_new();
	struct pl_plan_step step = { .argv = broken };

	(void)state;
	assert_int_equal(pl_image_add_plan(image, &step, 1), -EINVAL);
	step.argv = none;
	assert_int_equal(pl_image_add_plan(image, &step, 1), -EINVAL);
	step.argv = NULL;
	assert_int_equal(pl_image_add_plan(image, &step, 1), -EINVAL);
	pl_image_free(image);
}

static void test_kvm_probe_is_quick(void **state)
{
	struct timespec start, end;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &start);
	pl_guest_kvm_works();
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - start.tv_sec <= 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_guest),
		cmocka_unit_test(test_torn_frames),
		cmocka_unit_test(test_exit_is_answered),
		cmocka_unit_test(test_end_without_exit_frame),
		cmocka_unit_test(test_qemu_refuses),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_missing_pieces),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_image_files),
		cmocka_unit_test(test_archives_end_to_end),
		cmocka_unit_test(test_plan_round_trip),
		cmocka_unit_test(test_plan_by_hand),
		cmocka_unit_test(test_plan_refusals),
		cmocka_unit_test(test_kvm_probe_is_quick),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
