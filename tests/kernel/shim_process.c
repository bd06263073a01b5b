// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address spaces of processes: references, and the account of locked pages.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/sched/mm.h>

#include "shim_control.h"

bool shim_capable = true;
unsigned long shim_memlock_limit = ~0UL;

struct mm_struct shim_process_mm = {
	.mm_users = ATOMIC_INIT(1),
	.mm_count = ATOMIC_INIT(1),
	.mmap_lock = __RWSEM_INITIALIZER(mmap_lock),
};

void mmdrop(struct mm_struct *mm)
{
	if (WARN_ON(atomic_dec_return(&mm->mm_count) < 0))
		atomic_set(&mm->mm_count, 0);
}

void mmput(struct mm_struct *mm)
{
	if (WARN_ON(atomic_dec_return(&mm->mm_users) < 0))
		atomic_set(&mm->mm_users, 0);
}

/* CAP_IPC_LOCK lifts the limit, as in the kernel. */
int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc)
{
	int ret = 0;

	if (!pages || !mm)
		return 0;
	mmap_write_lock(mm);
	if (!inc) {
		WARN_ON_ONCE(pages > mm->locked_vm);
		mm->locked_vm -= pages < mm->locked_vm ? pages : mm->locked_vm;
	} else if (mm->locked_vm + pages > shim_memlock_limit && !READ_ONCE(shim_capable)) {
		ret = -ENOMEM;
	} else {
		mm->locked_vm += pages;
	}
	mmap_write_unlock(mm);
	return ret;
}
