// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abi_life.c - the end of files and processes, at any moment: everything is given back.
 *
 * A *victim* is a child that churns, with all patterns and flavours, until SIGKILL ends it in the
 * middle of whatever it was doing.  Afterwards nothing of it may be left: every PASID refuses,
 * none is missing, no page is pinned, no domain or claim stands in the way of the next user.
 *
 * The hard rule: the moment is random within the life of the victim, so that over the rounds it
 * falls into every step; the seed is printed, so that a bad round can be repeated.
 */
#include "abi.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../workloads/churn.h"

#define KILL_ROUNDS	16u
#define SWEEP_PASIDS	4096u
#define VICTIM_SECONDS	"20"	/* an upper bound: it is killed long before */

static void sleep_us(unsigned int us)
{
	const struct timespec ts = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

/* One churn of this process, quiet; its first failure becomes the test's. */
static void expect_churn(const char *const options[][2], unsigned int nr)
{
	struct churn_run run;
	char why[160];
	unsigned int i;
	const char *text;

	churn_run_init(&run);
	run.opt.progress = 0;
	for (i = 0; i < nr; i++)
		EXPECT(!churn_options_set(&run.opt, options[i][0], options[i][1], why, sizeof(why)),
		       "%s", why);
	churn_run(&run);
	text = json_string_value(json_array_get(run.failures, 0));
	EXPECT(churn_passed(&run), "churn afterwards: %s", text ? text : "failed");
	churn_run_free(&run);
}

static void expect_usable(void)
{
	static const char *const options[][2] = {
		{ "ops", "300" }, { "threads", "2" }, { "pattern", "hold" },
	};

	expect_churn(options, 3);
}

/* In the child: churn for ever.  Never returns. */
static void __attribute__((noreturn)) be_victim(unsigned int round)
{
	static const char *const patterns[] = { "uniform", "bursty", "hold" };
	char seed[16], why[160];
	struct churn_run run;

	snprintf(seed, sizeof(seed), "%u", round + 1);
	churn_run_init(&run);
	run.opt.progress = 0;
	churn_options_set(&run.opt, "ops", "0", why, sizeof(why));
	churn_options_set(&run.opt, "seconds", VICTIM_SECONDS, why, sizeof(why));
	churn_options_set(&run.opt, "threads", "3", why, sizeof(why));
	churn_options_set(&run.opt, "rate-map", "400", why, sizeof(why));
	churn_options_set(&run.opt, "rate-detach-all", "100", why, sizeof(why));
	churn_options_set(&run.opt, "pattern", patterns[round % 3], why, sizeof(why));
	churn_options_set(&run.opt, "files", round & 1 ? "shared" : "each", why, sizeof(why));
	churn_options_set(&run.opt, "seed", seed, why, sizeof(why));
	churn_run(&run);
	/* It ended by itself: too early, or with a failure.  Either way the parent must know. */
	_exit(churn_passed(&run) ? 3 : 4);
}

static void kill_one(unsigned int round, unsigned int after_us)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		be_victim(round);
	if (!EXPECT(pid > 0, "fork failed"))
		return;
	sleep_us(after_us);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		EXPECT(false, "waitpid failed");
	else
		EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		       "round %u: the victim ended by itself, status %#x", round, status);
}

/* Where the search for a free PASID stands: a victim's PASIDs lie between two such places. */
static uint32_t pasid_now(struct abi *a)
{
	uint32_t pasid = 1;

	EXPECT_OK(plu_pasid_alloc(&a->f, a->dev[0].h, &pasid));
	EXPECT_OK(plu_pasid_free(&a->f, a->dev[0].h, pasid));
	return pasid;
}

/* PASIDs from @first on, where a churn of @seed maps its source. */
static unsigned int sweep(struct abi *a, unsigned int dev, uint32_t first, uint32_t nr,
			  uint64_t seed)
{
	static struct pl_dma_desc d[PL_DMA_BATCH_MAX];
	uint32_t max = a->dev[dev].info.max_pasids - 1, i, n;
	unsigned int reached = 0;

	for (; nr; nr -= n) {
		n = nr < PL_DMA_BATCH_MAX ? nr : PL_DMA_BATCH_MAX;
		for (i = 0; i < n; i++)
			d[i] = plu_read(1 + (first++ - 1) % max, churn_iova_base(seed), 1);
		if (!EXPECT_OK(plu_dma(&a->f, a->dev[dev].h, d, n)))
			return reached;
		for (i = 0; i < n; i++)
			reached += d[i].status != PL_DMA_REFUSED;
	}
	return reached;
}

static void expect_quiet(struct abi *a, uint32_t first, uint64_t seed)
{
	uint32_t max = a->dev[0].info.max_pasids - 1, nr = (pasid_now(a) + max - first) % max + 1;
	unsigned int i, reached;

	if (nr > SWEEP_PASIDS)
		nr = SWEEP_PASIDS;
	for (i = 0; i < a->nr_devs; i++) {
		reached = sweep(a, i, first, nr, seed) + sweep(a, i, 1, 256, seed);
		EXPECT(!reached, "endpoint %s: %u PASIDs still translate", a->dev[i].info.name,
		       reached);
		EXPECT_REFUSED(a, i, PL_NO_PASID_U);
		/* Nobody's attachment, claim or mode is in the way. */
		EXPECT_OK(plu_claim(&a->f, a->dev[i].h));
		EXPECT_OK(plu_release(&a->f, a->dev[i].h));
	}
}

/* A file is closed when the last of its users is gone: perhaps a moment after the wait. */
static bool pins_settle(long long want)
{
	unsigned int tries;

	for (tries = 0; tries < 100 && abi_pinned() != want; tries++)
		sleep_us(20000);
	return abi_pinned() == want;
}

static void kill_at_any_moment(struct abi *a)
{
	long long pinned = abi_pinned();
	struct plu_random rng = { .state = 42 };
	unsigned int round, after;
	uint32_t first;

	printf("# %u rounds of SIGKILL, random seed %llu\n", KILL_ROUNDS,
	       (unsigned long long)rng.state);
	fflush(stdout);
	for (round = 0; round < KILL_ROUNDS && !check_failed(); round++) {
		/* Half of them during set-up and the first lives, half later. */
		after = plu_random_below(&rng, round & 1 ? 20000 : 150000);
		first = pasid_now(a);
		kill_one(round, after);
		EXPECT(pins_settle(pinned), "round %u: %lld pages stay pinned", round,
		       abi_pinned() - pinned);
		expect_quiet(a, first, round + 1);
	}
	expect_usable();
}

static void close_gives_back(struct abi *a)
{
	uint32_t d0 = abi_domain_of(&a->other, a->dev[0].other, &a->page[0]), p, q = 0, i;
	uint32_t n = abi_free_pasids(&a->f, a->dev[0].h, 2000), again;

	EXPECT_OK(plu_enable(&a->other, a->dev[0].other, PL_FEAT_AUX));
	plu_close(&a->f);
	EXPECT_OK(plu_open(&a->f, a->transport, NULL));
	EXPECT_OK(plu_dev_open(&a->f, a->dev[0].info.name, &a->dev[0].h));
	EXPECT_OK(plu_aux_attach(&a->other, a->dev[0].other, d0, &q));
	for (i = 0; i < 50; i++) {
		EXPECT_OK(plu_pasid_alloc(&a->other, a->dev[0].other, &p));
		EXPECT_OK(plu_set(&a->other, a->dev[0].other, p, d0));
	}
	EXPECT_REACH(a, 0, p, 0);
	EXPECT_REACH(a, 0, q, 0);
	plu_close(&a->other);
	EXPECT_REFUSED(a, 0, p);
	EXPECT_REFUSED(a, 0, q);
	again = abi_free_pasids(&a->f, a->dev[0].h, 2000);
	EXPECT(again == n, "%u PASIDs could be had, %u before", again, n);
}

static void fork_shares_the_file(struct abi *a)
{
	uint32_t domain = abi_domain(a, 0, 0), p = abi_pasid(a, 0, domain);
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(0);
	if (EXPECT(pid > 0, "fork failed"))
		waitpid(pid, &status, 0);
	EXPECT(WIFEXITED(status), "the child failed");
	EXPECT_REACH(a, 0, p, 0);
}

/* The file outlives the process that opened it: a child keeps it for a moment. */
static void child_keeps_the_file(struct abi *a)
{
	uint32_t domain = abi_domain_of(&a->other, a->dev[0].other, &a->page[1]), p = 0;
	int status = 0, hold[2];
	char byte;
	pid_t pid;

	EXPECT_OK(plu_enable(&a->other, a->dev[0].other, PL_FEAT_AUX));
	EXPECT_OK(plu_aux_attach(&a->other, a->dev[0].other, domain, &p));
	if (!EXPECT(!pipe(hold), "no pipe"))
		return;
	pid = fork();
	if (!pid) {
		close(hold[1]);
		plu_close(&a->f);
		_exit(read(hold[0], &byte, 1) < 0);
	}
	close(hold[0]);
	plu_close(&a->other);
	EXPECT_REACH(a, 0, p, 1);
	close(hold[1]);
	if (EXPECT(pid > 0, "fork failed"))
		waitpid(pid, &status, 0);
	EXPECT_REFUSED(a, 0, p);
}

/* Of the endpoint that has fewest. */
static uint32_t few_pasids(const struct abi *a)
{
	uint32_t few = UINT32_MAX;
	unsigned int i;

	for (i = 0; i < a->nr_devs; i++)
		if (a->dev[i].info.max_pasids - 1 < few)
			few = a->dev[i].info.max_pasids - 1;
	return few;
}

static void churn_in_many_ways(struct abi *a)
{
	char live[16], ops[2][16];
	const char *const hold[][2] = {
		{ "ops", ops[0] }, { "threads", "4" }, { "pattern", "hold" }, { "hold", live },
		{ "files", "shared" }, { "domains", "16" },
	};
	const char *const bursty[][2] = {
		{ "ops", ops[1] }, { "pattern", "bursty" }, { "rate-replace", "1000" },
		{ "rate-detach-all", "300" }, { "rate-map", "500" },
	};

	snprintf(ops[0], sizeof(ops[0]), "%u", a->lives - a->lives / 4);
	snprintf(ops[1], sizeof(ops[1]), "%u", a->lives / 2);
	/* As many as there are, when few: any thread may have its lives on one endpoint. */
	snprintf(live, sizeof(live), "%u", few_pasids(a) / 4 < 64 ? few_pasids(a) / 4 : 64);
	expect_churn(hold, 6);
	expect_churn(bursty, 5);
}

static const struct abi_test life_tests[] = {
	{ "close gives slots and PASIDs back", "R0.11,R1.2", close_gives_back, 0 },
	{ "a child's exit leaves the file alone", "ABI", fork_shares_the_file, 0 },
	{ "a file lives as long as its last holder", "ABI", child_keeps_the_file, 0 },
	{ "SIGKILL at any moment leaves nothing behind", "R0.11,R1.2", kill_at_any_moment, 0 },
	{ "churn of a shared file, and in bursts", "R0.3,R2.4,R2.5", churn_in_many_ways, 0 },
};

const struct abi_group abi_group_life = {
	.name = "life", .tests = life_tests, .nr = sizeof(life_tests) / sizeof(life_tests[0]),
};
