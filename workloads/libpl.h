/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpl.h - a thin library over the ioctl ABI of /dev/pasidlab.
 *
 * Vocabulary.  A *file* is one open of the device node and owns the handles made through it.  A
 * *transport* is how a request reaches the module: ioctl(2) by default; a test may put the module's
 * own code, compiled in user space, behind the same two functions.
 *
 * Names.  Everything here is plu_ ("pasidlab, user side"): pl_map() and pl_set() are the kernel's
 * own, and a test program links both.
 *
 * Locking: none.  A file may be used by any number of threads at once, as a descriptor may.
 *
 * The hard rule: no function prints, none keeps state, each is one request and returns 0 or -errno.
 * A figure of the ABI comes back through a pointer, and only when the request succeeded.
 */
#ifndef PL_LIBPL_H
#define PL_LIBPL_H

#include <stdbool.h>
#include <stdint.h>

#include "../kmod/uapi/pasidlab.h"

/**
 * struct plu_transport - how requests reach the module
 * @open: open @node; a descriptor, or -errno
 * @close: end every use of @fd; cannot fail
 * @ioctl: one request; 0 or -errno, never -1 with errno set
 * @ctx: handed to each of them
 */
struct plu_transport {
	int (*open)(void *ctx, const char *node);
	void (*close)(void *ctx, int fd);
	int (*ioctl)(void *ctx, int fd, unsigned long request, void *arg);
	void *ctx;
};

extern const struct plu_transport plu_transport_kernel;

/**
 * struct plu_file - an open device node
 * @t: its transport
 * @fd: its descriptor, -1 when closed
 */
struct plu_file {
	const struct plu_transport *t;
	int fd;
};

int plu_open(struct plu_file *f, const struct plu_transport *t, const char *node);
void plu_close(struct plu_file *f);
int plu_ioctl(const struct plu_file *f, unsigned long request, void *arg);

int plu_version(const struct plu_file *f, struct pl_ioc_version *version);
int plu_dev_info(const struct plu_file *f, uint32_t index, struct pl_ioc_dev_info *info);
int plu_dev_open(const struct plu_file *f, const char *name, uint32_t *dev);
int plu_free(const struct plu_file *f, uint32_t handle);

int plu_feature(const struct plu_file *f, uint32_t dev, uint32_t feature,
		struct pl_ioc_feature *answer);
int plu_enable(const struct plu_file *f, uint32_t dev, uint32_t feature);
int plu_disable(const struct plu_file *f, uint32_t dev, uint32_t feature);
int plu_mode(const struct plu_file *f, uint32_t dev, uint32_t mode);
int plu_claim(const struct plu_file *f, uint32_t dev);
int plu_release(const struct plu_file *f, uint32_t dev);

int plu_domain_alloc(const struct plu_file *f, uint32_t dev, uint32_t flags, uint32_t *domain,
		     uint64_t *iova_last);
int plu_map(const struct plu_file *f, uint32_t domain, uint64_t iova, const void *addr,
	    uint64_t length, uint32_t prot);
int plu_unmap(const struct plu_file *f, uint32_t domain, uint64_t iova, uint64_t length,
	      uint64_t *unmapped);

int plu_pasid_alloc(const struct plu_file *f, uint32_t dev, uint32_t *pasid);
int plu_pasid_free(const struct plu_file *f, uint32_t dev, uint32_t pasid);
int plu_set(const struct plu_file *f, uint32_t dev, uint32_t pasid, uint32_t domain);
int plu_rid_attach(const struct plu_file *f, uint32_t dev, uint32_t domain);
int plu_rid_detach(const struct plu_file *f, uint32_t dev, uint32_t domain);
int plu_aux_attach(const struct plu_file *f, uint32_t dev, uint32_t domain, uint32_t *pasid);
int plu_aux_detach(const struct plu_file *f, uint32_t dev, uint32_t domain);
int plu_aux_get_pasid(const struct plu_file *f, uint32_t dev, uint32_t domain, uint32_t *pasid);
int plu_aux_detach_all(const struct plu_file *f, uint32_t dev, uint32_t *detached);

int plu_dma(const struct plu_file *f, uint32_t dev, struct pl_dma_desc *descs, unsigned int nr);
int plu_ledger(const struct plu_file *f, uint32_t dev, struct pl_ioc_ledger *ledger);
int plu_fault(const struct plu_file *f, uint32_t dev, struct pl_ioc_fault *fault);
int plu_violation(const struct plu_file *f, uint32_t dev, uint32_t index,
		  struct pl_ioc_violation *violation);
int plu_walk(const struct plu_file *f, uint32_t dev, uint32_t pasid, uint64_t iova,
	     struct pl_ioc_walk *walk);

const char *plu_op_name(enum pl_op op);
const char *plu_count_name(enum pl_count count);
const char *plu_stale_name(uint32_t stale);

/* One descriptor each; the caller sets flags. */
static inline struct pl_dma_desc plu_read(uint32_t pasid, uint64_t src, uint32_t len)
{
	return (struct pl_dma_desc) {
		.op = PL_DMA_READ, .pasid = pasid, .len = len, .src = src,
	};
}

static inline struct pl_dma_desc plu_fill(uint32_t pasid, uint64_t dst, uint32_t len,
					  uint64_t pattern)
{
	return (struct pl_dma_desc) {
		.op = PL_DMA_FILL, .pasid = pasid, .len = len, .dst = dst, .pattern = pattern,
	};
}

static inline struct pl_dma_desc plu_copy(uint32_t pasid, uint64_t dst, uint64_t src, uint32_t len)
{
	return (struct pl_dma_desc) {
		.op = PL_DMA_COPY, .pasid = pasid, .len = len, .src = src, .dst = dst,
	};
}

#endif
