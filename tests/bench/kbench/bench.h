/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pasidlab_bench.ko: what an operation costs, measured inside the kernel.
 *
 * Two *sides* do the same program of operations on the same device: "ours"
 * through pasidlab.h, "intree" through the kernel's own IOMMU API.  Neither
 * pays for an ioctl, so what differs is the API and what is below it.
 *
 * A *series* is one kind of operation with all its samples.  A sample is the
 * clock's step over one call.  The program runs twice: the first pass takes the
 * samples and looks at nothing else; the second, shorter, asks the side's
 * counter before and after each call (what *seen* is) and throws its clock
 * readings away, since a probe costs more than some of the calls.  The
 * *witness* is the hardware's own queue tail: it knows of neither side, and
 * must agree with what was counted.
 *
 * Locking: one run at a time, under the mutex in main.c.
 *
 * The hard rule: no statistics here.  Samples leave as they were taken, in the
 * order in which they were taken; the host computes.
 */
#ifndef _PASIDLAB_BENCH_H
#define _PASIDLAB_BENCH_H

#include <linux/ktime.h>
#include <linux/timex.h>
#include <linux/types.h>

#define BENCH_FIRST_PASID	1
#define BENCH_SHARERS		64	/* most PASIDs that share a domain that is mapped */

struct bench;
struct bench_engine;

/**
 * struct bench_queue - the invalidation queue of an architecture's unit
 * @address: of the unit's registers; 0: there is none, or more than one
 * @shape: set tail_shift and tail_entries from the register at @base_at
 * @on_at: register that says the queue is on
 * @on_bit: by this bit
 * @base_at: register of base and size, 64 bits
 * @tail_at: register of the tail, 32 bits
 * @symbol: the function through which all of the kernel's own driver submits
 * @arg_count: its argument, counted from 0: descriptors
 * @arg_sync: its argument: whether it adds one to wait for and waits; -1: always
 */
struct bench_queue {
	u64 (*address)(void);
	void (*shape)(u64 base, struct bench *b);
	u32 on_at;
	u32 on_bit;
	u32 base_at;
	u32 tail_at;
	const char *symbol;
	int arg_count;
	int arg_sync;
};
struct device;
struct pci_dev;
struct pl_dma_desc;

/**
 * struct bench_seen - what a unit was asked to do, monotonic
 * @descs: invalidation descriptors or commands, waits not included
 * @waits: wait descriptors or CMD_SYNCs that software waited for
 * @fences: those that nobody waited for
 * @tail: the queue's tail, in descriptors, modulo the queue's length
 */
struct bench_seen {
	u64 descs;
	u64 waits;
	u64 fences;
	u32 tail;
};

/**
 * struct bench_series - one kind of operation
 * @name: as the host knows it
 * @v: samples, in order
 * @n: how many
 * @room: how many fit
 * @calls: calls that were counted
 * @seen: what they made the unit do, in total; tail unused
 * @disagreed: calls after which the witness had seen something else
 */
struct bench_series {
	const char *name;
	u64 *v;
	u32 n;
	u32 room;
	u32 calls;
	u32 disagreed;
	struct bench_seen seen;
};

/**
 * struct bench_side - an API under test
 * @name: "ours" or "intree"
 * @open: find b->dev and make it ready; on error b->why says why
 * @close: the reverse
 * @domain_new: an empty paging domain, or ERR_PTR
 * @domain_free: it is in no slot and maps nothing
 * @attach: @dom on @pasid, which is empty
 * @replace: @dom on @pasid, which holds another; NULL where the API cannot
 * @detach: @pasid, which holds @dom, becomes empty
 * @detach_all: PASIDs BENCH_FIRST_PASID to +@n become empty; @doms[i] is on the
 *	i-th, or @doms[0] on all when @shared
 * @map: 0 or -errno
 * @unmap: bytes
 * @seen: counters, where @count_start has been called
 * @count_start: begin to count, where that costs something; may be NULL
 * @count_stop: the reverse
 * @dma_open: the device may be told to move data; may be NULL
 * @dma_close: the reverse
 * @dma: execute descriptors on the device and wait for them; 0 or -errno
 * @breaks: why a replace may abort transfers, NULL where it must not
 */
struct bench_side {
	const char *name;
	int (*open)(struct bench *b);
	void (*close)(struct bench *b);
	void *(*domain_new)(struct bench *b);
	void (*domain_free)(struct bench *b, void *dom);
	int (*attach)(struct bench *b, u32 pasid, void *dom);
	int (*replace)(struct bench *b, u32 pasid, void *dom);
	void (*detach)(struct bench *b, u32 pasid, void *dom);
	void (*detach_all)(struct bench *b, void **doms, u32 n, bool shared);
	int (*map)(void *dom, u64 iova, phys_addr_t paddr, size_t size);
	size_t (*unmap)(void *dom, u64 iova, size_t size);
	void (*seen)(struct bench *b, struct bench_seen *s);
	int (*count_start)(struct bench *b);
	void (*count_stop)(struct bench *b);
	int (*dma_open)(struct bench *b);
	void (*dma_close)(struct bench *b);
	int (*dma)(struct bench *b, struct pl_dma_desc *descs, unsigned int n);
	const char *(*breaks)(struct bench *b);
};

extern const struct bench_side bench_ours;
extern const struct bench_side bench_intree;

/**
 * struct bench_dma - what became of transfers while domains were replaced
 * @replaces: replaces
 * @transfers: transfers meanwhile
 * @aborted: of them, refused
 * @wrong: of them, reached neither domain's page
 * @in_place: which domain was in place at the end
 * @breaks: why @aborted need not be 0, NULL where it must
 */
struct bench_dma {
	u32 replaces;
	u64 transfers;
	u64 aborted;
	u64 wrong;
	unsigned int in_place;
	const char *breaks;
};

/**
 * struct bench - a run
 * @side: whom it measures
 * @device: name of the device, or VENDOR:DEVICE of the first such PCI function
 * @ops: samples of a series
 * @pasids: PASIDs of the mass attach and detach
 * @rounds: times that is done
 * @crowd: rounds of bench_crowd()
 * @cycles: the clock is the cycle counter, else ktime_get_ns()
 * @dev: the device, open
 * @why: what went wrong, for people
 * @text: room for it, where it is not a constant
 * @max_pasids: PASIDs are below
 * @counting: this is the second pass
 * @before: what had been seen when the call began
 * @regs: the unit's registers, to read, NULL without a witness
 * @tail_at: the queue's tail register among them
 * @tail_shift: of a descriptor's index in it
 * @tail_entries: descriptors the queue has
 * @series: what was measured
 * @n_series: how many
 * @pages: memory to map, 2^BENCH_PAGE_ORDER pages
 * @engine: for @side's @dma
 * @dma: counts of bench_dma()
 */
#define BENCH_SERIES_MAX	40
#define BENCH_PAGE_ORDER	10

struct bench {
	const struct bench_side *side;
	const char *device;
	u32 ops;
	u32 pasids;
	u32 rounds;
	u32 crowd;
	bool cycles;
	struct device *dev;
	const char *why;
	char text[160];
	u32 max_pasids;
	bool counting;
	struct bench_seen before;
	void __iomem *regs;
	void __iomem *tail_at;
	u32 tail_shift;
	u32 tail_entries;
	struct bench_series series[BENCH_SERIES_MAX];
	u32 n_series;
	struct page *pages;
	struct bench_engine *engine;
	struct bench_dma dma;
};

/* program.c */
int bench_program(struct bench *b);

/* crowd.c */
int bench_crowd(struct bench *b);

/* dma.c */
int bench_dma(struct bench *b, u32 n);

/* engine.c */
struct bench_engine *bench_engine_open(struct pci_dev *pdev, u32 pasid);
void bench_engine_close(struct bench_engine *e);
int bench_engine_run(struct bench_engine *e, struct pl_dma_desc *descs, unsigned int n);

/* series.c */
struct bench_series *bench_series(struct bench *b, const char *name, u32 room);
void bench_series_free(struct bench *b);
void bench_count_before(struct bench *b);
void bench_count_after(struct bench *b, struct bench_series *s);

/* queue.c */
const struct bench_queue *bench_queue_find(void);
void bench_witness_open(struct bench *b);
void bench_witness_close(struct bench *b);
u32 bench_witness_tail(struct bench *b);

/* main.c */
struct device *bench_find_device(struct bench *b);

/*
 * In an emulator that counts instructions the cycle counter is that count and
 * reading it is one instruction; ktime_get_ns() would scale it and add its own.
 */
static __always_inline u64 bench_now(const struct bench *b)
{
	return b->cycles ? get_cycles() : ktime_get_ns();
}

static __always_inline u64 bench_begin(struct bench *b)
{
	if (b->counting)
		bench_count_before(b);
	return bench_now(b);
}

static __always_inline void bench_end(struct bench *b, struct bench_series *s, u64 start)
{
	u64 now = bench_now(b);

	if (b->counting)
		bench_count_after(b, s);
	else if (s->n < s->room)
		s->v[s->n++] = now - start;
}

#endif /* _PASIDLAB_BENCH_H */
