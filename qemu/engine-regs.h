/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programming model of "pasid-engine", a PCIe DMA engine whose every
 * request can carry a PASID.
 *
 * What it is for: one description, included by the device in QEMU, by the
 * kernel driver and by user-space tests, so that they cannot disagree.
 *
 * Vocabulary.  A *channel* works through a ring of *descriptors* in memory and
 * answers each with a *completion record* in a second ring.  The ATC is the
 * engine's Address Translation Cache (the device TLB of VT-d).  A *group* is a
 * Page Request Group (PCIe 10.4.2): page requests that share one PRG index
 * (PRGI) and get one response.
 *
 * How it is driven.
 *  1. Look at PL_ENG_ID and PL_ENG_VERSION.  Set Bus Master Enable, the MSI-X
 *     table, and PASID, ATS, PRI in configuration space as wanted.
 *  2. Per channel: write RING_BASE, COMP_BASE, RING_ORDER, RING_PASID, then
 *     CTRL = ENABLE.  HEAD and TAIL become 0.  Zero the completion ring first.
 *  3. Write descriptors at slots TAIL, TAIL + 1, ... (modulo the ring's size),
 *     then, once, TAIL = the new tail: the doorbell.  HEAD and TAIL are free
 *     running 32-bit counters; slot = counter & (entries - 1).  TAIL - HEAD may
 *     not exceed the number of entries, and a slot may be written again only
 *     after its completion record has been read.
 *  4. The record of the descriptor with counter c is at slot c of the
 *     completion ring and is valid once its @seq is c + 1.  The engine writes
 *     @seq last.  No register need be touched to learn of a completion.
 *  5. With PL_ENG_F_INTR the channel's MSI-X vector fires after the record is
 *     visible; completions that become visible together share a message.
 *
 * Order.  A channel does one descriptor after the other and completes them in
 * order, except that one with PL_ENG_F_UNORDERED lets those after it pass while
 * it waits for a page response.  PL_ENG_OP_FENCE completes when everything
 * before it on its channel has.  Channels have no order between them.
 *
 * Resets.  Clearing a channel's ENABLE aborts its work: each descriptor in
 * flight gets PL_ENG_ST_ABORTED, those not fetched yet get no record.
 * PL_ENG_CTRL_RESET and FLR abort everything without a record and without any
 * further DMA; FLR also disables PASID, ATS and PRI, as reset does.  Responses
 * to page requests sent before are ignored and counted (PL_ENG_STAT_PRG_LATE).
 *
 * The hard rule: everything is little endian, and a published field never
 * moves or changes its meaning; new ones take reserved space, and reserved
 * space is written as 0.
 */
#ifndef PL_ENGINE_REGS_H
#define PL_ENGINE_REGS_H

#include <linux/types.h>

#define PL_ENG_NAME			"pasid-engine"
#define PL_ENG_VENDOR			0x1234
#define PL_ENG_DEVICE			0x11f1

/*
 * BAR 0: registers, 4 KiB.  Access by 4 bytes, or by 8 for those marked 64.
 * BAR 4: MSI-X table and pending bits.
 */
#define PL_ENG_BAR			0
#define PL_ENG_BAR_SIZE			0x1000

/* RO: what this is. */
#define PL_ENG_ID			0x000
#define   PL_ENG_ID_MAGIC		0x4e454c50u	/* "PLEN" */

/* RO: major << 16 | minor; another major is another programming model. */
#define PL_ENG_VERSION			0x004
#define   PL_ENG_VERSION_MAJOR		1
#define   PL_ENG_VERSION_MINOR		0

/* RO: what it has; whether it may be used is for configuration space to say. */
#define PL_ENG_CAPS			0x008
#define   PL_ENG_CAPS_PASID_BITS(v)	((v) & 0x1f)	/* 0: no PASIDs */
#define   PL_ENG_CAPS_ATS		(1u << 8)
#define   PL_ENG_CAPS_PRI		(1u << 9)
#define   PL_ENG_CAPS_CHANNELS(v)	(((v) >> 16) & 0xff)

/* RO: limits of RING_ORDER, and pages one group may have. */
#define PL_ENG_LIMITS			0x00c
#define   PL_ENG_LIMITS_ORDER_MIN(v)	((v) & 0xff)
#define   PL_ENG_LIMITS_ORDER_MAX(v)	(((v) >> 8) & 0xff)
#define   PL_ENG_LIMITS_GROUP_MAX(v)	(((v) >> 16) & 0xffff)

/* RO: most page requests outstanding; PRI's allocation may lower it. */
#define PL_ENG_PRI_CREDIT		0x010
/* RO: translations the ATC holds. */
#define PL_ENG_ATC_ENTRIES		0x014
/* RO: most bytes of one descriptor. */
#define PL_ENG_LEN_MAX			0x018

/*
 * RO: MSI-X vectors.  Vector n is channel n's, then comes the one of page
 * events.  The spare ones are never raised by the engine: their messages may
 * be lent, for instance to an IOMMU's fault event.
 */
#define PL_ENG_VECTORS			0x01c
#define   PL_ENG_VECTORS_NR(v)		((v) & 0xff)
#define   PL_ENG_VECTORS_PAGE(v)	(((v) >> 8) & 0xff)
#define   PL_ENG_VECTORS_SPARE(v)	(((v) >> 16) & 0xff)
#define   PL_ENG_VECTORS_SPARE_NR(v)	(((v) >> 24) & 0xff)

/* WO: reads as 0. */
#define PL_ENG_CTRL			0x020
#define   PL_ENG_CTRL_RESET		(1u << 0)	/* channels, ATC, page requests */
#define   PL_ENG_CTRL_CLEAR_STATS	(1u << 1)

/* RO: page requests in flight now. */
#define PL_ENG_PRI_INFLIGHT		0x024

/*
 * RW1C: what happened, for those who poll: bit n channel n, bit 31 a page
 * event.  A message is sent for each event whether or not its bit is still
 * set, so a handler need not touch it.
 */
#define PL_ENG_INTR			0x028
#define   PL_ENG_INTR_PAGE		(1u << 31)
/* RW: 1 keeps the message of that bit back; the bit in INTR is set all the same. */
#define PL_ENG_INTR_MASK		0x02c

/* RW: page requests for one page of one descriptor before it gives up. */
#define PL_ENG_TRIES			0x030
#define   PL_ENG_TRIES_DEFAULT		8
/* RW: microseconds before each descriptor begins; the property delay-us. */
#define PL_ENG_DELAY_US			0x034

/*
 * RO: the last page event: a response to no group in flight, or one with
 * Response Failure, which stops page requests until PRI is enabled anew
 * (PCIe 10.4.2.1, 10.5.2.3).
 */
#define PL_ENG_PAGE_EVENT		0x038
#define   PL_ENG_PAGE_EVENT_PRGI(v)	((v) & 0x1ff)
#define   PL_ENG_PAGE_EVENT_CODE(v)	(((v) >> 16) & 0xf)
#define   PL_ENG_PAGE_EVENT_LATE	(1u << 24)	/* no such group */
#define   PL_ENG_PAGE_EVENT_STOPPED	(1u << 25)	/* Response Failure */
/* RO: the PASID it came with. */
#define PL_ENG_PAGE_EVENT_PASID		0x03c

/*
 * RO, 64: counters since the start or PL_ENG_CTRL_CLEAR_STATS; resets keep them, so that what was
 * aborted and what came late can be asked for afterwards.
 */
#define PL_ENG_STATS			0x080
#define PL_ENG_STAT_ATS_REQUESTS	0x080	/* translation requests sent */
#define PL_ENG_STAT_ATC_HITS		0x088	/* translations found in the ATC */
#define PL_ENG_STAT_ATC_EVICTIONS	0x090	/* entries dropped for want of room */
#define PL_ENG_STAT_INVALIDATIONS	0x098	/* invalidation requests received */
#define PL_ENG_STAT_INVALIDATED		0x0a0	/* entries they dropped */
#define PL_ENG_STAT_PAGE_REQUESTS	0x0a8	/* page requests sent */
#define PL_ENG_STAT_PRG_RESPONSES	0x0b0	/* group responses received */
#define PL_ENG_STAT_PRG_LATE		0x0b8	/* of them, to no group in flight */
#define PL_ENG_STAT_PAGE_UNSENT		0x0c0	/* page requests the unit did not take */
#define PL_ENG_STAT_DESCRIPTORS		0x0c8	/* descriptors fetched */
#define PL_ENG_STAT_TRANSFERS		0x0d0	/* READ, FILL, COPY that went well */
#define PL_ENG_STAT_REFUSED		0x0d8	/* completions with another status than OK */
#define PL_ENG_STAT_BYTES		0x0e0	/* bytes read and written for descriptors */
#define PL_ENG_STAT_MMIO		0x0e8	/* accesses to this BAR; 8 bytes are two */
#define PL_ENG_STAT_MESSAGES		0x0f0	/* MSI-X messages sent */
#define PL_ENG_STAT_ABORTED		0x0f8	/* descriptors in flight when reset */
#define PL_ENG_STAT_NR			16

/* Channels: registers of channel n begin at PL_ENG_CH(n). */
#define PL_ENG_CHANNELS_MAX		16
#define PL_ENG_CH_BASE			0x100
#define PL_ENG_CH_STRIDE		0x40
#define PL_ENG_CH(n)			(PL_ENG_CH_BASE + (n) * PL_ENG_CH_STRIDE)

/* RW while disabled, 64: descriptor ring, aligned to 64. */
#define PL_ENG_CH_RING_BASE		0x00
/* RW while disabled, 64: completion ring of as many entries, aligned to 32. */
#define PL_ENG_CH_COMP_BASE		0x08
/* RW while disabled: log2 of the number of entries. */
#define PL_ENG_CH_RING_ORDER		0x10
/*
 * RW while disabled: how the two rings are reached: 0, by the Requester ID
 * alone; VALID | pasid, untranslated requests with that PASID.
 */
#define PL_ENG_CH_RING_PASID		0x14
#define   PL_ENG_CH_RING_PASID_VALID	(1u << 31)
/* RW. */
#define PL_ENG_CH_CTRL			0x18
#define   PL_ENG_CH_CTRL_ENABLE		(1u << 0)
/* RO: state, and why it is PL_ENG_CH_ERROR; disabling the channel clears it. */
#define PL_ENG_CH_STATUS		0x1c
#define   PL_ENG_CH_STATE(v)		((v) & 0xff)
#define     PL_ENG_CH_DISABLED		0
#define     PL_ENG_CH_IDLE		1	/* HEAD == TAIL and nothing in flight */
#define     PL_ENG_CH_BUSY		2
#define     PL_ENG_CH_WAITING		3	/* for page responses only */
#define     PL_ENG_CH_ERROR		4
#define   PL_ENG_CH_ERR(v)		(((v) >> 8) & 0xff)
#define     PL_ENG_CH_ERR_NONE		0
#define     PL_ENG_CH_ERR_RING		1	/* bad base, order or PASID at ENABLE */
#define     PL_ENG_CH_ERR_TAIL		2	/* TAIL - HEAD exceeds the entries */
#define     PL_ENG_CH_ERR_FETCH		3	/* a descriptor could not be read */
#define     PL_ENG_CH_ERR_COMPLETE	4	/* a record could not be written */
/* RO: counter of the next descriptor to fetch. */
#define PL_ENG_CH_HEAD			0x20
/* RW: the doorbell; ignored while the channel is disabled or in error. */
#define PL_ENG_CH_TAIL			0x24
/* RO: descriptors fetched and not completed. */
#define PL_ENG_CH_INFLIGHT		0x28

/* What a descriptor asks for.  The first three are numbered as PL_DMA_*. */
#define PL_ENG_OP_READ			0	/* read src, answer the hash of it */
#define PL_ENG_OP_FILL			1	/* write the pattern at dst */
#define PL_ENG_OP_COPY			2	/* copy src to dst */
#define PL_ENG_OP_NOP			3
#define PL_ENG_OP_PREFETCH		4	/* translate src..src+len into the ATC */
#define PL_ENG_OP_PAGE_REQUEST		5	/* request @pages pages from src on */
#define PL_ENG_OP_ATC_FLUSH		6	/* forget the PASID, or all without F_PASID */
#define PL_ENG_OP_FENCE			7	/* wait for all before it */
#define PL_ENG_OP_NR			8

#define PL_ENG_F_PASID			(1u << 0)	/* @pasid is valid */
#define PL_ENG_F_ATS			(1u << 1)	/* translate through the ATC */
#define PL_ENG_F_PRI			(1u << 2)	/* request pages that are not there */
#define PL_ENG_F_NOWRITE		(1u << 3)	/* PREFETCH, PAGE_REQUEST: to read only */
#define PL_ENG_F_INTR			(1u << 4)	/* message on completion */
#define PL_ENG_F_PRIV			(1u << 5)	/* Privileged Mode Requested */
#define PL_ENG_F_EXEC			(1u << 6)	/* Execute Requested, reads only */
#define PL_ENG_F_UNORDERED		(1u << 7)	/* others may pass while it waits */
#define PL_ENG_F_LAST			(1u << 8)	/* PAGE_REQUEST: close the group */
#define PL_ENG_F_ALL			0x1ffu

#define PL_ENG_LEN_LIMIT		(1u << 20)
#define PL_ENG_PASID_MASK		0xfffffu
#define PL_ENG_DESC_SIZE		64
#define PL_ENG_COMP_SIZE		32

/**
 * struct pl_eng_desc - one descriptor, 64 bytes
 * @op: PL_ENG_OP_*
 * @reserved0: 0
 * @tag: given back in the completion record
 * @flags: PL_ENG_F_*
 * @pasid: 20 bits; ignored without PL_ENG_F_PASID
 * @len: bytes, 1 to PL_ENG_LEN_MAX (READ, FILL, COPY, PREFETCH); else 0
 * @src: address to read (READ, COPY), translate or request
 * @dst: address to write (FILL, COPY)
 * @pattern: FILL: byte i written is byte i % 8 of it
 * @pages: PAGE_REQUEST: pages of 4 KiB to request in this group, from @src on,
 *	1 to the group limit; with PL_ENG_F_PRI: most pages a group of this
 *	transfer asks for at once, from the missing one on, 0 is 1; else 0
 * @delay_us: microseconds to wait before it begins, added to PL_ENG_DELAY_US
 * @reserved1: 0
 *
 * PAGE_REQUEST without PL_ENG_F_LAST leaves its group open and completes when
 * its requests are sent; the next PAGE_REQUEST of the channel with the same
 * PASID goes on in that group.  With it the response completes the
 * descriptor.  The engine chooses the PRG index.
 */
struct pl_eng_desc {
	__u8   op;
	__u8   reserved0;
	__le16 tag;
	__le32 flags;
	__le32 pasid;
	__le32 len;
	__le64 src;
	__le64 dst;
	__le64 pattern;
	__le32 pages;
	__le32 delay_us;
	__le64 reserved1[2];
};

/* What became of it.  The first three are numbered as PL_DMA_*. */
#define PL_ENG_ST_OK			0
#define PL_ENG_ST_REFUSED		1	/* the unit refused an untranslated or
						 * translated request */
#define PL_ENG_ST_ABORTED		2	/* its channel was disabled */
#define PL_ENG_ST_NO_TRANSLATION	3	/* the unit's answer to a translation
						 * request lacks the permission */
#define PL_ENG_ST_PAGE_RESPONSE		4	/* a group failed; see @response */
#define PL_ENG_ST_TRIES			5	/* a page was not there after TRIES
						 * successful responses */
#define PL_ENG_ST_PAGE_UNSENT		6	/* page requests are off or stopped, or
						 * the unit did not take one */
#define PL_ENG_ST_RESERVED_RANGE	7	/* untranslated request with PASID to the
						 * interrupt range 0xfee00000-0xfeefffff:
						 * not sent, QEMU's VT-d would end QEMU */
#define PL_ENG_ST_BAD_DESC		8	/* malformed: unknown op or flag, length,
						 * reserved bits */
#define PL_ENG_ST_DISABLED		9	/* needs PASID or ATS, and configuration
						 * space or the unit has it off, a PASID
						 * wider than the capability, or Bus
						 * Master Enable is 0 */

/* Response codes of a group (PCIe 10.4.2.1). */
#define PL_ENG_RESP_SUCCESS		0x0
#define PL_ENG_RESP_INVALID		0x1
#define PL_ENG_RESP_FAILURE		0xf

/**
 * struct pl_eng_comp - one completion record, 32 bytes
 * @seq: the descriptor's counter + 1; written last
 * @status: PL_ENG_ST_*
 * @response: PL_ENG_RESP_* of the last group it waited for
 * @tag: the descriptor's
 * @done: bytes transferred or translated; pages requested for PAGE_REQUEST
 * @ticks: nanoseconds of the guest's clock from fetch to completion; saturates
 * @hash: READ: FNV-1a, 64 bits, of the @done bytes; ATC_FLUSH: entries dropped;
 *	PAGE_REQUEST: the PRG index; else 0
 * @fault: address of the page that failed, bit 0 set where it was to be
 *	written; 0 when none did
 */
struct pl_eng_comp {
	__le32 seq;
	__u8   status;
	__u8   response;
	__le16 tag;
	__le32 done;
	__le32 ticks;
	__le64 hash;
	__le64 fault;
};

#define PL_ENG_FAULT_WRITE		(1ull << 0)
#define PL_ENG_FAULT_ADDR(v)		((v) & ~0xfffull)

#endif /* PL_ENGINE_REGS_H */
