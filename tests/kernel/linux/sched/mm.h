/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: the address space of a process, as far as references and locked pages go.
 *
 * All threads that are no kthreads share shim_process_mm.
 */
#ifndef _SHIM_LINUX_SCHED_MM_H
#define _SHIM_LINUX_SCHED_MM_H

#include <linux/atomic.h>
#include <linux/mm_types.h>
#include <linux/rwsem.h>
#include <linux/sched.h>

struct mm_struct {
	atomic_t mm_users;		/* threads that live in it */
	atomic_t mm_count;		/* pointers to this struct */
	struct rw_semaphore mmap_lock;
	unsigned long locked_vm;
	atomic64_t pinned_vm;
	struct task_struct *owner;
};

extern struct mm_struct shim_process_mm;
extern unsigned long shim_memlock_limit;	/* pages; RLIMIT_MEMLOCK of every process */

static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

static inline void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

void mmdrop(struct mm_struct *mm);
void mmput(struct mm_struct *mm);

#define mmput_async(mm)		mmput(mm)

int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc);

static inline void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
}

static inline void mmap_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_lock);
}

static inline void mmap_write_lock(struct mm_struct *mm)
{
	down_write(&mm->mmap_lock);
}

static inline void mmap_write_unlock(struct mm_struct *mm)
{
	up_write(&mm->mmap_lock);
}

/* A section in which every allocation is GFP_NOIO or GFP_NOFS: nothing to do. */
static inline unsigned int memalloc_noio_save(void)
{
	return 0;
}

static inline void memalloc_noio_restore(unsigned int flags)
{
	(void)flags;
}

static inline unsigned int memalloc_nofs_save(void)
{
	return 0;
}

static inline void memalloc_nofs_restore(unsigned int flags)
{
	(void)flags;
}

#endif /* _SHIM_LINUX_SCHED_MM_H */
