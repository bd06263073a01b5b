/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an open /dev/pasidlab holds, shared by chardev.c, handle.c and area.c.
 *
 * Vocabulary.  A *file* is one open of the device node and the owner of all
 * that was done through it.  A *handle* is its number for a device it opened
 * or a domain it allocated.  A *call* is one ioctl on its way through: what
 * its handles name, held until it is over.  An *area* is one PL_IOC_MAP: a
 * range of IOVAs and the pages pinned for it.
 *
 * Locking, outermost first: pl_file.lock (the table of handles; never held
 * while a request runs), pl_fdev.lock (what the file did to one device),
 * pl_areas.lock (the areas of one domain), mmap_lock, then the core's locks.
 *
 * The hard rule: a handle can be freed only while no call uses it, and then
 * nobody can start to.
 */
#ifndef _PASIDLAB_CHARDEV_H
#define _PASIDLAB_CHARDEV_H

#include "core.h"

/**
 * struct pl_file - one open of the device node
 * @lock: changes of @handles, and the way from a number to a user
 * @handles: number -> struct pl_handle
 * @next: where the search for a free number goes on, so that a stale handle
 *	stays stale for long
 */
struct pl_file {
	struct mutex lock;
	struct xarray handles;
	u32 next;
};

enum pl_kind {
	PL_KIND_DEV,
	PL_KIND_DOMAIN,
};

/**
 * struct pl_handle - what a number stands for
 * @kind: which of the two below it is embedded in
 * @users: calls that use it; grows only under pl_file.lock
 */
struct pl_handle {
	enum pl_kind kind;
	atomic_t users;
};

/**
 * struct pl_fdev - a device that a file opened
 * @h: must be first
 * @d: the device; a reference, and one on the module of its unit
 * @opens: PL_IOC_DEV_OPEN less PL_IOC_FREE, under pl_file.lock
 * @lock: all below, and every change of what the file has on the device
 * @enabled: PL_IOC_ENABLE of AUX, on less off
 * @claimed: the file owns the device as a whole
 * @pasids: private PASIDs, each a value entry
 */
struct pl_fdev {
	struct pl_handle h;
	struct pl_dev *d;
	unsigned int opens;
	struct mutex lock;
	unsigned int enabled;
	bool claimed;
	struct xarray pasids;
};

/**
 * struct pl_areas - the mappings of a domain
 * @dom: the domain
 * @lock: @tree, and that it says what is mapped
 * @tree: struct pl_area at its first and at its last page number
 */
struct pl_areas {
	struct pl_domain *dom;
	struct mutex lock;
	struct xarray tree;
};

/**
 * struct pl_fdom - a domain that a file allocated
 * @h: must be first
 * @areas: the domain, and what the file mapped into it
 */
struct pl_fdom {
	struct pl_handle h;
	struct pl_areas areas;
};

/**
 * struct pl_call - one ioctl on its way through
 * @file: who asks, and the owner of what changes
 * @dev: the device it names, in use; NULL where it names none
 * @dom: the domain it names; NULL where it names none
 * @fdom: the handle behind @dom, in use; NULL for a static domain
 */
struct pl_call {
	struct pl_file *file;
	struct pl_fdev *dev;
	struct pl_domain *dom;
	struct pl_fdom *fdom;
};

/* handle.c */
bool pl_unit_hold(struct pl_dev *d);
void pl_dev_drop(struct pl_dev *d);
struct pl_file *pl_file_new(void);
void pl_file_free(struct pl_file *f);
int pl_file_open_dev(struct pl_file *f, const char *name, u32 *handle);
int pl_file_new_domain(struct pl_file *f, struct pl_dev *d, u32 flags, u32 *handle,
		       u64 *iova_last);
int pl_file_new_nested(struct pl_file *f, struct pl_domain *parent,
		       const struct pl_user_table *t, u32 *handle);
int pl_file_drop(struct pl_file *f, u32 handle);
bool pl_fdev_has_pasids(struct pl_file *f, struct pl_fdev *fdev);
int pl_call_dev(struct pl_call *c, u32 handle);
int pl_call_domain(struct pl_call *c, u32 handle, bool statics);
void pl_call_end(struct pl_call *c);

/* area.c */
void pl_areas_init(struct pl_areas *as, struct pl_domain *dom);
int pl_area_map(struct pl_areas *as, u64 iova, u64 uaddr, u64 length, u32 prot);
int pl_area_unmap(struct pl_areas *as, u64 iova, u64 length, u64 *unmapped);
void pl_areas_clear(struct pl_areas *as);

#endif /* _PASIDLAB_CHARDEV_H */
