/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: random numbers that repeat: each thread has its own sequence from the
 * seed in the environment variable SHIM_SEED and the order of the threads.
 */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <linux/types.h>

u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t len);
u32 get_random_u32_below(u32 ceil);

static inline u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}

static inline u16 get_random_u16(void)
{
	return get_random_u64() >> 48;
}

static inline u8 get_random_u8(void)
{
	return get_random_u64() >> 56;
}

#define get_random_long()	((unsigned long)get_random_u64())

struct rnd_state {
	u64 s;
};

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	state->s = seed;
}

/* SplitMix64 */
static inline u32 prandom_u32_state(struct rnd_state *state)
{
	u64 z = state->s += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (z ^ z >> 31) >> 32;
}

#endif /* _SHIM_LINUX_RANDOM_H */
