/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lab: both modules loaded in this process, and /dev/pasidlab from a
 * process's side.
 *
 * Vocabulary.  The *lab* is two reference units with two soft endpoints each;
 * endpoints 0 and 1 are behind the first unit, 2 and 3 behind the second.  A
 * *state* is what a request may change, seen from the core: slots, claims,
 * switches, pins, references, handles.  Two states that are equal mean that
 * nothing changed.
 *
 * The hard rule: whatever a test did, lab_down() finds the process as lab_up()
 * did, or says what is left.
 */
#ifndef _PASIDLAB_TESTS_LAB_H
#define _PASIDLAB_TESTS_LAB_H

#include <linux/fs.h>
#include <linux/types.h>

#include "../../kmod/chardev.h"
#include "shim_fs.h"

#define LAB_UNITS	2
#define LAB_EPS		4
#define LAB_FILES	4
#define LAB_PAGES	64	/* of user memory, see lab_buffer() */

/**
 * struct lab_ep - what a request may change on an endpoint
 * @present: it is there
 * @nr_pasids: PASID slots that hold something
 * @aux_enabled: enables
 * @claimed: somebody owns it as a whole
 * @mode: PL_MODE_*
 * @slots: fingerprint of which slot holds what for whom
 */
struct lab_ep {
	bool present;
	unsigned int nr_pasids;
	unsigned int aux_enabled;
	bool claimed;
	u32 mode;
	u64 slots;
};

struct lab_state {
	struct lab_ep ep[LAB_EPS];
	long pins;
	unsigned long locked;
	long module_refs;
	unsigned long warnings;
	unsigned int handles[LAB_FILES];
};

/* 0, or what module init said. */
int lab_up(void);

/* How many things are left, or were seen to be wrong; each is told on stderr. */
int lab_down(void);

/* Closes what a test left open, wants to find the lab idle, and takes it down. */
int lab_end(void);

/* The process's memory: LAB_PAGES pages side by side, a page's word at its start. */
void *lab_buffer(void);
void lab_buffer_reset(void);

/* An open file; -errno in @ret where it is NULL. */
struct file *lab_open(int *ret);
void lab_close(struct file *f);

/* The state; files that lab_open() gave are counted in the order of opening. */
void lab_state(struct lab_state *st);

/* Says what differs on stderr. */
bool lab_same(const struct lab_state *a, const struct lab_state *b);

/* Nothing attached, enabled, claimed or pinned, no module held. */
bool lab_idle(void);

/* The endpoint goes, as with its driver's sysfs file unbind; and comes again. */
void lab_unplug(int ep);
int lab_plug(int ep);

u64 lab_violations(void);

/*
 * Requests, by name: 0 or -errno.
 */

int lab_dev_open(struct file *f, int ep, u32 *dev);
int lab_free(struct file *f, u32 handle);
int lab_enable(struct file *f, u32 dev, u32 enable);
int lab_claim(struct file *f, u32 dev, u32 claim);
int lab_mode(struct file *f, u32 dev, u32 mode);
int lab_domain(struct file *f, u32 dev, u32 flags, u32 *dom);
int lab_map(struct file *f, u32 dom, u64 iova, const void *p, u64 length, u32 prot);
int lab_unmap(struct file *f, u32 dom, u64 iova, u64 length, u64 *unmapped);
int lab_pasid_alloc(struct file *f, u32 dev, u32 *pasid);
int lab_pasid_free(struct file *f, u32 dev, u32 pasid);
int lab_set(struct file *f, u32 dev, u32 pasid, u32 dom);
int lab_attach(struct file *f, unsigned int cmd, u32 dev, u32 dom, u32 *pasid);
int lab_detach_all(struct file *f, u32 dev, u32 *detached);
int lab_dma(struct file *f, u32 dev, struct pl_dma_desc *descs, u32 nr);

/* Read a page's word through the engine; PL_DMA_* as the status. */
int lab_dma_read(struct file *f, u32 dev, u32 pasid, u64 iova, u32 flags, u64 *hash);

/* FNV-1a (64 bits), as the ABI defines it. */
u64 lab_hash(const void *p, size_t len);

#endif /* _PASIDLAB_TESTS_LAB_H */
