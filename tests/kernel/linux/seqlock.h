/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: sequence counts: readers that retry when a writer was there. */
#ifndef _SHIM_LINUX_SEQLOCK_H
#define _SHIM_LINUX_SEQLOCK_H

#include <asm/processor.h>
#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define SEQCNT_ZERO(n)		{ 0 }
#define seqcount_init(s)	((void)((s)->sequence = 0))
#define DEFINE_SEQLOCK(n)	seqlock_t n = { .lock = __SPIN_LOCK_UNLOCKED(n.lock) }
#define seqlock_init(s)								\
	do {									\
		seqcount_init(&(s)->seqcount);					\
		spin_lock_init(&(s)->lock);					\
	} while (0)

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return seq;
}

static inline int read_seqcount_retry(const seqcount_t *s, unsigned int seq)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != seq;
}

static inline void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static inline void write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

#define raw_write_seqcount_begin(s)	write_seqcount_begin(s)
#define raw_write_seqcount_end(s)	write_seqcount_end(s)
#define read_seqbegin(s)		read_seqcount_begin(&(s)->seqcount)
#define read_seqretry(s, q)		read_seqcount_retry(&(s)->seqcount, q)

static inline void write_seqlock(seqlock_t *s)
{
	spin_lock(&s->lock);
	write_seqcount_begin(&s->seqcount);
}

static inline void write_sequnlock(seqlock_t *s)
{
	write_seqcount_end(&s->seqcount);
	spin_unlock(&s->lock);
}

#endif /* _SHIM_LINUX_SEQLOCK_H */
