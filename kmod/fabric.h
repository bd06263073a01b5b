/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies between a soft endpoint and a reference model: the TLPs an
 * endpoint may send and the messages it gets.
 *
 * Vocabulary.  A *port* is an endpoint's place on the fabric, named by its RID.
 * A *request* is a memory request TLP, untranslated or translated (PCIe 10.2).
 * A *completion* carries either data or a refusal.
 *
 * Locking: access, translate and the port's invalidate may run at once on any
 * number of threads; none of them sleeps.  A model may call invalidate with
 * its own locks held, so a port must not call back into the fabric from it.
 *
 * The hard rule: only what a TLP carries may decide what happens.  The fields
 * marked "checker" exist so that the model can say what went wrong; no
 * behaviour depends on them.
 */
#ifndef _PASIDLAB_FABRIC_H
#define _PASIDLAB_FABRIC_H

#include "unit.h"

struct pl_fabric;
struct pl_port;

/**
 * struct pl_tlp - one memory request; it never crosses a 4 KiB boundary
 * @rid: Requester ID
 * @pasid: PL_NO_PASID for a request without PASID prefix
 * @addr: IOVA, or the translated address where @translated
 * @len: bytes
 * @write: direction
 * @translated: AT = translated (PCIe 10.2.1)
 * @iova: checker: what @addr was translated from
 * @reason: out: the unit's fault reason where refused
 * @stale: out, checker: PL_STALE_*, the cache that answered against memory
 */
struct pl_tlp {
	u16 rid;
	pl_pasid_t pasid;
	u64 addr;
	u32 len;
	bool write;
	bool translated;
	u64 iova;
	u32 reason;
	u32 stale;
};

/**
 * struct pl_translation - the completion of an ATS translation request
 * @addr: translated address of the page's first byte
 * @size: bytes it is good for, a power of two
 * @read: reads may use it
 * @write: writes may use it
 * @reason: the unit's fault reason where nothing may
 * @stale: checker: PL_STALE_*
 */
struct pl_translation {
	u64 addr;
	u64 size;
	bool read;
	bool write;
	u32 reason;
	u32 stale;
};

/**
 * struct pl_port_ops - what an endpoint answers
 * @invalidate: drop translations of [@addr, @addr + @size) of @pasid (of every
 *	PASID and the RID when @global); done when it returns (PCIe 10.3.1).
 */
struct pl_port_ops {
	void (*invalidate)(struct pl_port *port, pl_pasid_t pasid, bool global, u64 addr, u64 size);
};

/**
 * struct pl_port - an endpoint's place on the fabric
 * @ops: the endpoint's
 * @rid: Requester ID
 * @node: the fabric's
 */
struct pl_port {
	const struct pl_port_ops *ops;
	u16 rid;
	struct list_head node;
};

/**
 * struct pl_fabric_ops - what a reference model offers endpoints
 * @connect: -EEXIST where the RID is taken.
 * @disconnect: no invalidate runs or will run when it returns.
 * @access: carry out @tlp on @buf.  0, or -EFAULT for a refusal.  Reads @tlp
 *	only under the lock it holds when it calls a port's invalidate, so that
 *	an endpoint may turn a request that the unit has not seen yet into an
 *	untranslated one from there.
 * @translate: ATS translation request; -EFAULT when nothing may use the page.
 * @state: the endpoint's PASID, ATS, PRI enables are now @bits (PL_EP_*).
 */
struct pl_fabric_ops {
	int (*connect)(struct pl_fabric *f, struct pl_port *port);
	void (*disconnect)(struct pl_fabric *f, struct pl_port *port);
	int (*access)(struct pl_fabric *f, struct pl_tlp *tlp, void *buf);
	int (*translate)(struct pl_fabric *f, u16 rid, pl_pasid_t pasid, u64 iova, bool write,
			 struct pl_translation *out);
	void (*state)(struct pl_fabric *f, struct pl_port *port, u32 bits);
};

/**
 * struct pl_fabric - one model's downstream side
 * @ops: the model's
 * @unit: the unit that translates; for pl_dev_desc
 */
struct pl_fabric {
	const struct pl_fabric_ops *ops;
	struct pl_unit *unit;
};

/**
 * struct pl_soft_config - platform data of a "pasidlab-soft" device
 * @fabric: where to connect
 * @rid: Requester ID
 * @pasid_bits: width of its PASIDs
 * @eps: PL_EP_* it has
 * @channels: DMA threads, 1 to 8
 */
struct pl_soft_config {
	struct pl_fabric *fabric;
	u16 rid;
	u8 pasid_bits;
	u32 eps;
	u8 channels;
};

#define PL_SOFT_DRIVER	"pasidlab-soft"

#endif /* _PASIDLAB_FABRIC_H */
