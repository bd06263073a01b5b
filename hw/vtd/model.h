/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VT-d reference model, from inside.
 *
 * model.c		the instance, registers (11.4), command handshakes
 * model_queue.c	the invalidation queue (6.5.2)
 * model_walk.c		root, context, PASID and paging structures (3, 9)
 * model_cache.c	the caches (6.2) and what drops from them (6.5)
 * model_fault.c	fault records and their interrupt (7.2, 7.3)
 * model_fabric.c	requests of endpoints
 * model_watch.c	stores to the tables, seen as they are published (O1, O9)
 * model_check.c	rules, debts, the audit (O2 to O8)
 * ../model/		what it shares with the models of other units
 *
 * Vocabulary.  A *tag* is a (DID, PASID) that cached entries are invalidated
 * by.  A *grant* is a translation that a device TLB may hold.  A *debt* is a
 * changed PASID entry whose invalidations (6.5.3.3, Table 28) are not complete.
 * A *watched* page is a root, context, directory or PASID table that software
 * has linked into the structure.  A *fresh* walk uses no cache.
 *
 * Locking.  vtd_model.b.lock, a spinlock taken with interrupts off, guards
 * everything; functions that begin with m_ want it held unless said otherwise.
 * A port's invalidate runs under it, the fault interrupt does not.  Nothing
 * sleeps; memory comes from pools filled with GFP_ATOMIC, and where there is
 * none the model forgets to cache, which hardware may do at any time.
 *
 * The hard rule: no cached entry goes away but by an invalidation that the
 * specification says removes it.
 */
#ifndef _PASIDLAB_VTD_MODEL_H
#define _PASIDLAB_VTD_MODEL_H

#include <linux/bitfield.h>

#include "../model/base.h"
#include "model_api.h"
#include "regs.h"

/* Capability bits that only the model names (11.4.2, 11.4.3). */
#define M_CAP_DWD		BIT_ULL(54)
#define M_CAP_DRD		BIT_ULL(55)
#define M_ECAP_DIT		BIT_ULL(41)	/* PFSID is looked at */
#define M_ECAP_PDS		BIT_ULL(42)

#define M_RTADDR_TTM		GENMASK_ULL(11, 10)
#define M_TTM_LEGACY		0
#define M_TTM_SCALABLE		1
#define M_IQERCD_ITESID		GENMASK_ULL(47, 32)
#define M_FRO			0x400	/* where the fault records begin */

/* 7.1.3, Table 30.  Zero: no fault. */
enum m_reason {
	M_OK = 0,
	M_RTA_TTM = 0x30,	/* RTA.1 */
	M_RTA_PASID = 0x31,	/* RTA.2: request-with-PASID in legacy mode */
	M_ROOT_ACCESS = 0x38,	/* SRT.1 */
	M_ROOT_NP = 0x39,	/* SRT.2 */
	M_ROOT_RSVD = 0x3a,	/* SRT.3 */
	M_CTX_ACCESS = 0x40,	/* SCT.1 */
	M_CTX_NP = 0x41,	/* SCT.2 */
	M_CTX_RSVD = 0x42,	/* SCT.3 */
	M_DTE_OFF = 0x44,	/* SCT.5 */
	M_PASIDE_OFF = 0x45,	/* SCT.6 */
	M_PDTS = 0x46,		/* SCT.7: PASID beyond the directory */
	M_IS_RID_PASID = 0x48,	/* SCT.9: request-with-PASID names RID_PASID */
	M_PDE_ACCESS = 0x50,	/* SPD.1 */
	M_PDE_NP = 0x51,	/* SPD.2 */
	M_PDE_RSVD = 0x52,	/* SPD.3 */
	M_PE_ACCESS = 0x58,	/* SPT.1 */
	M_PE_NP = 0x59,		/* SPT.2 */
	M_PE_RSVD = 0x5a,	/* SPT.3 */
	M_PE_INVALID = 0x5b,	/* SPT.4 */
	M_FS_ACCESS = 0x70,	/* SFS.1 */
	M_FS_NP = 0x71,		/* SFS.2 */
	M_FS_RSVD = 0x72,	/* SFS.3 */
	M_FS_ROOT = 0x73,	/* SFS.4: FSPTPTR cannot be read */
	M_FS_GPA = 0x74,	/* SFS.5: nested, beyond the width */
	M_FS_ROOT_READ = 0x75,	/* SFS.6: nested, no read of the root table */
	M_FS_READ = 0x76,	/* SFS.7: nested, no read of a table */
	M_FS_AD_WRITE = 0x77,	/* SFS.8: nested, no write for A or D */
	M_SS_ACCESS = 0x78,	/* SSS.1 */
	M_SS_NP = 0x79,		/* SSS.2: nothing permitted */
	M_SS_RSVD = 0x7a,	/* SSS.3 */
	M_SS_ROOT = 0x7b,	/* SSS.4: SSPTPTR cannot be read */
	M_CANONICAL = 0x80,	/* SGN.1 */
	M_USER = 0x81,		/* SGN.2: user request, supervisor page */
	M_HAW = 0x83,		/* SGN.4: beyond the host address width */
	M_WIDTH = 0x84,		/* SGN.5: beyond the second-stage width */
	M_WRITE = 0x85,		/* SGN.6 */
	M_READ = 0x86,		/* SGN.7 */
	M_INTERRUPT = 0x87,	/* SGN.8: output in FEEx_xxxx */
	M_PSS = 0x89,		/* SGN.10: PASID beyond PSS */
	M_FS_AD_NOSNOOP = 0x90,	/* SFS.9: A or D to set without snooping */
};

/* 11.4.9.9: why IQE was set */
enum m_iqe {
	M_IQE_TAIL = 1,
	M_IQE_FETCH = 2,
	M_IQE_TYPE = 3,
	M_IQE_RSVD = 4,
	M_IQE_WIDTH = 5,
	M_IQE_ALIGN = 6,
	M_IQE_TTM = 7,
};

enum m_type {
	M_CTX = 1,
	M_PE,
	M_PSC,
	M_TLB,
	M_TLB_PAGE,
	M_TAG,
	M_DID,
	M_GRANT,
	M_GTAG,
	M_DEBT,
};

/* model_cache.c: what refers to a page of memory (O8) */

enum m_ref_kind {
	M_REF_NONE,
	M_REF_CTX_IN,	/* context entry read from the page */
	M_REF_CTX_TO,	/* context entry points to it */
	M_REF_PE_IN,	/* PASID entry read from it */
	M_REF_PE_TO,	/* PASID entry points to it */
	M_REF_PSC_IN,	/* paging-structure entry read from it */
	M_REF_PSC_TO,	/* paging-structure entry points to it */
	M_REF_TLB,	/* IOTLB entry translates to it */
	M_REF_TLB_IN,	/* not-present IOTLB entry was read from it (6.1) */
	M_REF_GRANT,	/* a device TLB translates to it */
};

enum m_watch {
	M_WATCH_NONE,
	M_WATCH_ROOT,
	M_WATCH_CTX,
	M_WATCH_DIR,
	M_WATCH_TABLE,
};

struct m_did {
	struct mdl_node node;
	struct list_head all;		/* in vtd_model.dids */
	struct list_head pe_tags;	/* tags with PASID-cache entries */
	struct list_head tlb_tags;	/* tags with translations */
	struct list_head debts;
	u32 users;
	u32 nr_tlb;			/* second-stage and pass-through entries */
	u32 nr_fs;			/* tags with first-stage ones */
	u16 did;
};

struct m_tag {
	struct mdl_node node;
	struct list_head pe_node;
	struct list_head tlb_node;
	struct list_head pe;
	struct list_head tlb;
	struct list_head psc;
	struct list_head grants;
	struct list_head debts;
	struct m_did *d;
	u64 id;
	u32 users;
	u32 nr_pe;
	u32 nr_tlb;
	u32 nr_tr;			/* translations of any kind */
	u32 nr_fs;
	u32 pasid;
};

struct m_ctx {
	struct mdl_node node;
	struct list_head all;
	struct mdl_ref in;
	struct mdl_ref to;
	u64 qw[2];
	u64 phys;
	u16 rid;
	enum m_reason np;		/* 6.1: cached although it faults */
};

struct m_pe {
	struct mdl_node node;
	struct list_head tag_node;
	struct m_tag *tag;
	struct mdl_ref in;
	struct mdl_ref to;
	u64 qw[3];			/* 9.6: the others are reserved */
	u64 phys;
	u32 pasid;
	u16 rid;
	enum m_reason np;
};

struct m_psc {
	struct mdl_node node;
	struct list_head tag_node;
	struct m_tag *tag;
	struct mdl_ref in;
	struct mdl_ref to;
	u64 table;
	u64 iova;			/* first it covers */
	u32 pasid;			/* of the request that made it */
	u16 rid;
	u8 level;			/* of the entry: 4, 3 or 2 */
	u8 perm;
};

#define M_PERM_R	BIT(0)
#define M_PERM_W	BIT(1)
#define M_PERM_AD	BIT(2)	/* of a table: flags in its entries may be set (3.8) */

struct m_tlb {
	struct mdl_node node;
	struct mdl_node page;
	struct list_head tag_node;
	struct m_tag *tag;
	struct mdl_ref leaf;
	u64 iova;
	u64 phys;
	u64 stored;			/* waits completed when its line was last published */
	u32 req_pasid;
	u16 rid;
	u8 szi;
	u8 perm;
	u8 pgtt;
	bool dirty;
	enum m_reason np;
};

struct m_gtag {
	struct mdl_node node;
	struct list_head all;
	struct list_head grants;
	u16 rid;
};

struct m_grant {
	struct mdl_node node;
	struct list_head tag_node;
	struct list_head rid_node;
	struct list_head debt_node;
	struct m_tag *tag;
	struct m_gtag *gtag;
	struct mdl_ref leaf;
	u64 iova;
	u64 phys;
	u64 batch;			/* that made it a debt */
	u32 pasid;
	u16 rid;
	u8 szi;
	u8 perm;
	bool fs;
	bool early;			/* its invalidation came before the IOTLB's */
};

#define M_OWES_PC	BIT(0)
#define M_OWES_IOTLB	BIT(1)
#define M_OWES_DTLB	BIT(2)
#define M_DEBT_RIDS	4

/**
 * struct m_debt - a changed PASID entry and what it still owes
 * @node: by the physical line of the entry
 * @by_pasid: by its PASID
 * @tag_node: in its tag
 * @did_node: in its DID
 * @all: in vtd_model.debts
 * @tag: the old (DID, PASID); the new one after an attach under CM=1
 * @line: the entry
 * @batch: of the first invalidation that paid a part
 * @born: status waits completed when it was opened
 * @owes: M_OWES_*
 * @pgtt: what the entry was
 * @nr_rids: devices that owe a device-TLB invalidation
 * @rids: their RIDs
 * @attach: 6.1: the entry became present
 * @cleared: P went from 1 to 0
 * @early_iotlb: its IOTLB invalidation came before the PASID-cache one
 * @early_dtlb: its device-TLB invalidation came before the IOTLB one
 * @told: reported
 */
struct m_debt {
	struct mdl_node node;
	struct mdl_node by_pasid;
	struct list_head tag_node;
	struct list_head did_node;
	struct list_head all;
	struct m_tag *tag;
	u64 line;
	u64 batch;
	u64 born;
	u8 owes;
	u8 pgtt;
	u8 nr_rids;
	u16 rids[M_DEBT_RIDS];
	bool attach;
	bool cleared;
	bool early_iotlb;
	bool early_dtlb;
	bool told;
};

/* model_queue.c: a descriptor that was fetched and found good */
struct m_desc {
	u64 first;		/* range, inclusive */
	u64 last;
	u64 status;		/* physical address */
	u64 batch;
	u32 pasid;
	u32 data;
	u16 did;
	u16 sid;
	u8 type;
	u8 gran;
	u8 fm;
	bool ih;
	bool global;
	bool sw;
	bool fence;
	bool drain;
	bool done;
};

#define M_SEG_MAX	256	/* descriptors in flight */

/* model_check.c */

enum m_rule {
	M_O1, M_O2, M_O3, M_O4, M_O5, M_O6, M_O7, M_O8, M_O9,
	M_AUDIT_CTX,
	M_AUDIT_PE,
	M_AUDIT_WALK,
	M_AUDIT_TLB,
	M_AUDIT_DTLB,
	M_RULE_REG,
	M_RULE_FLUSH,
	M_RULE_NR
};

enum m_pool_id {
	M_POOL_CTX = MDL_POOL_PAGE + 1, M_POOL_PE, M_POOL_PSC, M_POOL_TLB, M_POOL_TAG, M_POOL_DID,
	M_POOL_GRANT, M_POOL_GTAG, M_POOL_DEBT,
};

struct vtd_model {
	struct mdl b;
	struct pl_regs regs;
	struct pl_fabric fabric;
	struct vtd_model_config cfg;

	/* registers */
	u64 cap;
	u64 ecap;
	u64 rtaddr;
	u64 root;		/* RTADDR as SRTP latched it */
	u64 iqa;
	u64 iqercd;
	u32 iqh;
	u32 iqt;
	u32 gsts;
	u32 gsts_shown;		/* what a read gives until the handshake is over */
	u32 gsts_polls;
	u32 fsts;		/* PFO, IQE, ICE, ITE, FRI */
	u32 fectl;
	u32 fedata;
	u32 feaddr;
	u32 feuaddr;
	u32 pmen;
	u64 *frcd;
	u32 frcd_next;
	u32 frcd_used;

	/* the queue */
	struct m_desc *seg;
	u16 *order;
	u32 nr_seg;
	u64 batch;		/* of what is fetched now */
	u64 waits;		/* status waits completed */
	u32 slow;		/* register reads until the queue moves */
	u32 slow_polls;
	s64 inject_iqe;
	bool inject_ite;
	bool inject_pfo;

	/* the caches */
	struct list_head ctxs;
	struct list_head dids;
	struct list_head debts;
	struct list_head late;		/* grants that owe an invalidation */
	struct list_head gtags;
	u64 next_tag;
	u32 nr_entries;
	u32 nr_grants;
	u32 nr_debts;
	u32 nr_tlb[3];			/* by page size: IOTLB and grants */

	struct vtd_model_stats st;
};

/**
 * struct m_walk - one request on its way through the structures
 * @m: the model
 * @fresh: no cache is used or filled, no flag set, memory itself is read
 * @xlat: a translation request
 * @rid: Requester ID
 * @req_pasid: PASID of the request, or PL_NO_PASID
 * @iova: input address
 * @write: direction
 * @pasid: PASID that selects the PASID entry
 * @ctx: context entry
 * @ctx_phys: where it was read
 * @pe: PASID entry
 * @pe_phys: where it was read
 * @did: its DID
 * @pgtt: its translation type
 * @reason: enum m_reason
 * @fpd: an entry on the way said not to report (7.1.1)
 * @cached: some cache had a part in the answer
 * @tlb_hit: the IOTLB answered
 * @np_stored: the waits completed when that line was last published
 * @np_hit: a cached fault answered (6.1)
 * @perm: M_PERM_* of the whole path
 * @dirty: D is set, or there is none
 * @szi: size of the leaf: 0, 1, 2 for 4 KiB, 2 MiB, 1 GiB
 * @phys: translated address of @iova
 * @tables: tables used, by the level of their entries; second stage of nested
 *	walks not among them
 * @leaf_phys: where the last entry was read
 */
struct m_walk {
	struct vtd_model *m;
	bool fresh;
	bool xlat;
	bool write;
	bool fpd;
	bool cached;
	bool tlb_hit;
	bool np_hit;
	bool dirty;
	u8 szi;
	u8 perm;
	u8 pgtt;
	u16 rid;
	u16 did;
	u32 req_pasid;
	u32 pasid;
	u64 iova;
	u64 ctx[2];
	u64 ctx_phys;
	u64 pe[3];
	u64 pe_phys;
	u64 np_stored;
	u64 phys;
	u64 tables[5];
	u64 leaf_phys;
	enum m_reason reason;
};

static inline unsigned int m_shift(unsigned int szi)
{
	return 12 + 9 * szi;
}

static inline u64 m_size(unsigned int szi)
{
	return 1ULL << m_shift(szi);
}

static inline bool m_is_interrupt(u64 addr)
{
	return addr >> 20 == 0xfee;
}

/* No bit at or above the host address width (9). */
static inline bool m_in_haw(const struct vtd_model *m, u64 addr)
{
	return m->cfg.pa_bits >= 64 || !(addr >> m->cfg.pa_bits);
}

static inline bool m_tes(const struct vtd_model *m)
{
	return m->gsts & VTD_GCMD_TE;
}

static inline u32 m_ttm(u64 rtaddr)
{
	return FIELD_GET(M_RTADDR_TTM, rtaddr);
}

static inline struct vtd_model *m_of_base(struct mdl *b)
{
	return container_of(b, struct vtd_model, b);
}

#define m_violation(m, rule, ...)	mdl_violation(&(m)->b, rule, __VA_ARGS__)

/* model_cache.c */
struct m_tag *m_tag_find(const struct vtd_model *m, u16 did, u32 pasid);
struct m_tag *m_tag_get(struct vtd_model *m, u16 did, u32 pasid);
void m_tag_put(struct vtd_model *m, struct m_tag *tag);
struct m_did *m_did_find(const struct vtd_model *m, u16 did);
void m_did_put(struct vtd_model *m, struct m_did *d);
struct m_ctx *m_ctx_find(const struct vtd_model *m, u16 rid);
void m_ctx_fill(struct m_walk *w);
void m_ctx_drop(struct vtd_model *m, struct m_ctx *c);
struct m_pe *m_pe_find(const struct vtd_model *m, u16 rid, u32 pasid);
void m_pe_fill(struct m_walk *w);
void m_pe_drop(struct vtd_model *m, struct m_pe *pe);
struct m_psc *m_psc_find(struct m_walk *w, unsigned int level, bool ss, u64 addr);
void m_psc_fill(struct m_walk *w, unsigned int level, bool ss, u64 addr, u64 table, u8 perm,
		u64 entry_phys);
void m_psc_drop(struct vtd_model *m, struct m_psc *p);
struct m_tlb *m_tlb_find(const struct vtd_model *m, u16 rid, u32 pasid, u64 iova);
void m_tlb_fill(struct m_walk *w);
void m_tlb_drop(struct vtd_model *m, struct m_tlb *t);
void m_grant_add(struct m_walk *w);
void m_grant_drop(struct vtd_model *m, struct m_grant *g);
struct m_gtag *m_gtag_find(const struct vtd_model *m, u16 rid, u32 pasid);
void m_cache_flush_all(struct vtd_model *m);
void m_inv_context(struct vtd_model *m, const struct m_desc *d);
void m_inv_pasid(struct vtd_model *m, const struct m_desc *d);
void m_inv_iotlb(struct vtd_model *m, const struct m_desc *d);
void m_inv_piotlb(struct vtd_model *m, const struct m_desc *d);
void m_ref_drop(struct vtd_model *m, struct mdl_ref *ref);

/* model_walk.c */
enum m_reason m_walk(struct m_walk *w);
enum m_reason m_walk_device(struct m_walk *w);
enum m_reason m_walk_config(struct m_walk *w);
enum m_reason m_walk_pages(struct m_walk *w);
enum m_reason m_ctx_check(const struct vtd_model *m, const u64 *q);
enum m_reason m_pe_check(const struct vtd_model *m, const u64 *q);

/* model_queue.c */
int m_queue_init(struct vtd_model *m);
void m_queue_destroy(struct vtd_model *m);
void m_queue_kick(struct vtd_model *m);
void m_queue_poll(struct vtd_model *m);
bool m_queue_idle(const struct vtd_model *m);
bool m_queue_has_dtlb(const struct vtd_model *m, u16 rid);

/* model_fault.c */
void m_fault_record(struct m_walk *w, bool translated, u64 addr);
void m_fault_event(struct vtd_model *m, u32 bit);
void m_fault_clear(struct vtd_model *m, u32 val);
void m_fault_frcd_write(struct vtd_model *m, u32 off, u32 val);
void m_fault_unmask(struct vtd_model *m, u32 fectl);
u32 m_fault_status(const struct vtd_model *m);

/* model_watch.c */
void m_line(struct mdl *b, struct mdl_page *p, unsigned int line, const u64 *old, const u64 *new);
void m_page_published(struct mdl *b, struct mdl_page *p);
void m_watch_root(struct vtd_model *m);
void m_unwatch_root(struct vtd_model *m);
struct m_debt *m_debt_find(const struct vtd_model *m, u64 line);
void m_debt_drop(struct vtd_model *m, struct m_debt *o);

/* model_check.c */
extern const struct mdl_rule m_rules[M_RULE_NR];
void m_check_pasid_inv(struct vtd_model *m, const struct m_desc *d, bool hit);
void m_check_pe_drop(struct vtd_model *m, const struct m_pe *pe);
void m_check_iotlb_inv(struct vtd_model *m, const struct m_desc *d);
void m_check_dtlb_inv(struct vtd_model *m, const struct m_desc *d);
void m_check_wait(struct vtd_model *m, const struct m_desc *d);
void m_check_state(struct mdl *b, struct mdl_port *p, u32 bits);
void m_check_freed(struct vtd_model *m, u64 phys, u64 len);
u32 m_check_stale(struct m_walk *hw);
u64 m_check_audit(struct vtd_model *m);

/* model_fabric.c */
void m_fabric_init(struct vtd_model *m);

#endif /* _PASIDLAB_VTD_MODEL_H */
