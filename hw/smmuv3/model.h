/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv3 reference model, from inside.
 *
 * model.c		the instance, registers (IHI0070 6), handshakes
 * model_queue.c	the command queue (3.5, 4.7, 7.1)
 * model_config.c	stream table entries, context descriptors (5)
 * model_walk.c		translation tables (3.4, VMSAv8-64)
 * model_cache.c	the caches (3.17, 3.21) and what drops from them (4.3, 4.4)
 * model_event.c	events, errors, stalls and their interrupts (3.12, 7)
 * model_fabric.c	requests of endpoints (3.9)
 * model_watch.c	stores to the tables, seen as they are published (O1, O9)
 * model_check.c	violations, debts, the audit (O2 to O8)
 * ../model/		what it shares with the models of other units
 *
 * Vocabulary.  A *tag* is what TLB entries are invalidated by: (VMID, ASID),
 * (VMID, global) or (VMID, stage 2).  A *conf* is a cached STE, CD or level 1
 * descriptor, valid or not.  A *grant* is a translation that an ATC may hold.
 * A *debt* is a changed entry whose CFGI is not complete.  A *stain* says that
 * a tag may still translate by a table that no entry leads to any more.  A
 * *segment* is the commands between two CMD_SYNCs.  A *fresh* walk uses no
 * cache.  A StreamID here is the Requester ID; a SubstreamID is the PASID.
 *
 * Locking.  smmu_model.b.lock, a spinlock taken with interrupts off, guards
 * everything; functions that begin with sm_ want it held unless said otherwise.
 * A port's invalidate runs under it, interrupts do not.
 *
 * The hard rule: no cached entry goes away but by an invalidation that the
 * specification says removes it.
 */
#ifndef _PASIDLAB_SMMUV3_MODEL_H
#define _PASIDLAB_SMMUV3_MODEL_H

#include <linux/bitfield.h>

#include "../model/base.h"
#include "model_api.h"
#include "regs.h"

/*
 * Why a request was refused: an event's number (7.3), or one of these, which
 * no event tells.
 */
#define SM_OK		0U
#define SM_ABORTED	0x100U	/* STE.Config or GBPA says so (5.2, 3.3.3) */
#define SM_OFF		0x101U	/* ATS while SMMUEN is 0 (3.9.1) */

/* Keys of the store. */
enum sm_key {
	SM_K_CONF,		/* | kind << 48, by StreamID and index */
	SM_K_SID,
	SM_K_VM,
	SM_K_TAG,
	SM_K_TLB,
	SM_K_PSC,
	SM_K_GRANT,
	SM_K_GTAG,
	SM_K_DEBT,
	SM_K_DEBT_INDEX,	/* | kind << 48 */
	SM_K_STAIN,
	SM_K_CDTAB,
};

enum sm_pool {
	SM_P_CONF = MDL_POOL_PAGE + 1,
	SM_P_SID,
	SM_P_VM,
	SM_P_TAG,
	SM_P_TLB,
	SM_P_PSC,
	SM_P_GRANT,
	SM_P_GTAG,
	SM_P_DEBT,
	SM_P_STAIN,
	SM_P_CDTAB,
};

/* What refers to a page (O8). */
enum sm_ref {
	SM_R_CONF_IN = 1,	/* a conf was read from it */
	SM_R_CONF_TO,		/* a conf points to it */
	SM_R_PSC_IN,		/* a table descriptor was read from it */
	SM_R_PSC_TO,		/* a table descriptor points to it */
	SM_R_TLB,		/* the TLB translates to it */
	SM_R_GRANT,		/* an ATC may translate to it */
	SM_R_STAIN,		/* a tag may still translate by it */
};

/* What a watched page is linked as. */
enum sm_watch {
	SM_W_L1ST = 1,
	SM_W_STE,
	SM_W_L1CD,
	SM_W_CD,
};

/* Rules that software can break. */
enum sm_rule {
	SM_O1, SM_O2, SM_O3, SM_O5, SM_O6, SM_O7, SM_O8, SM_O9,
	SM_A_STE,
	SM_A_CD,
	SM_A_WALK,
	SM_A_TLB,
	SM_A_ATC,
	SM_REG,
	SM_FLUSH,
	SM_RULE_NR
};

enum sm_kind {
	SM_STE,
	SM_L1ST,
	SM_CD,
	SM_L1CD,
};

#define SM_TAG_GLOBAL	0x10000U
#define SM_TAG_S2	0x10001U

/**
 * struct sm_vm - what a VMID tags
 * @node: by VMID
 * @all: in smmu_model.vms
 * @tags: struct sm_tag
 * @vmid: the VMID
 */
struct sm_vm {
	struct mdl_node node;
	struct list_head all;
	struct list_head tags;
	u16 vmid;
};

/**
 * struct sm_tag - what an ASID of a VMID tags, or its global or stage-2 entries
 * @node: by VMID and @asid
 * @vm_node: in @vm
 * @vm: its VMID
 * @tlb: struct sm_tlb
 * @psc: struct sm_psc
 * @grants: struct sm_grant
 * @stains: struct sm_stain
 * @id: never used again
 * @users: what hangs on it
 * @nr_tlb: length of @tlb
 * @asid: ASID, SM_TAG_GLOBAL or SM_TAG_S2
 */
struct sm_tag {
	struct mdl_node node;
	struct list_head vm_node;
	struct sm_vm *vm;
	struct list_head tlb;
	struct list_head psc;
	struct list_head grants;
	struct list_head stains;
	u64 id;
	u32 users;
	u32 nr_tlb;
	u32 asid;
};

/**
 * struct sm_sid - a stream with cached CDs
 * @node: by StreamID
 * @all: in smmu_model.sids
 * @confs: its CDs and level 1 CD descriptors
 * @sid: its StreamID
 */
struct sm_sid {
	struct mdl_node node;
	struct list_head all;
	struct list_head confs;
	u32 sid;
};

/**
 * struct sm_conf - a cached entry of a configuration structure
 * @node: by kind, StreamID and @index
 * @list: in smmu_model.stes or sm_sid.confs
 * @stream: of CD, L1CD
 * @in: where it was read
 * @to: where it points
 * @q: contents
 * @phys: where it was read
 * @sid: StreamID; of L1ST the first it covers
 * @index: CD: SubstreamID; L1CD: the first it covers
 * @kind: what it is
 * @why: not SM_OK: what using it gives
 */
struct sm_conf {
	struct mdl_node node;
	struct list_head list;
	struct sm_sid *stream;
	struct mdl_ref in;
	struct mdl_ref to;
	u64 q[8];
	u64 phys;
	u32 sid;
	u32 index;
	enum sm_kind kind;
	u32 why;
};

#define SM_PERM_R	BIT(0)
#define SM_PERM_W	BIT(1)

/**
 * struct sm_psc - a cached table descriptor
 * @node: by tag, address and size
 * @tag_node: in @tag
 * @tag: what invalidates it
 * @in: where it was read
 * @to: the table, where it is a physical address
 * @table: the next table
 * @iova: first address it covers
 * @sid: stream that made it
 * @ssid: its SubstreamID
 * @shift: log2 of what it covers
 * @gran: log2 of the granule
 * @level: of the descriptor
 * @perm: what the tables so far let through
 */
struct sm_psc {
	struct mdl_node node;
	struct list_head tag_node;
	struct sm_tag *tag;
	struct mdl_ref in;
	struct mdl_ref to;
	u64 table;
	u64 iova;
	u32 sid;
	u32 ssid;
	u8 shift;
	u8 gran;
	u8 level;
	u8 perm;
};

/**
 * struct sm_tlb - a TLB entry
 * @node: by tag, address and size
 * @tag_node: in @tag
 * @tag: what invalidates it
 * @leaf: the page it leads to
 * @iova: first address it covers
 * @phys: where that leads
 * @sid: stream that made it
 * @ssid: its SubstreamID
 * @shift: log2 of its size
 * @gran: log2 of the granule
 * @level: of its descriptor
 * @perm: of all stages
 * @perm1: of stage 1
 * @dirty: a write needs no update of a descriptor
 * @inner: made by a table walk of stage 1, not by a request
 */
struct sm_tlb {
	struct mdl_node node;
	struct list_head tag_node;
	struct sm_tag *tag;
	struct mdl_ref leaf;
	u64 iova;
	u64 phys;
	u32 sid;
	u32 ssid;
	u8 shift;
	u8 gran;
	u8 level;
	u8 perm;
	u8 perm1;
	bool dirty;
	bool inner;
};

/**
 * struct sm_gtag - the grants of a StreamID and SubstreamID
 * @node: by both
 * @all: in smmu_model.gtags
 * @grants: struct sm_grant
 * @sid: StreamID
 * @ssid: SubstreamID
 */
struct sm_gtag {
	struct mdl_node node;
	struct list_head all;
	struct list_head grants;
	u32 sid;
	u32 ssid;
};

/**
 * struct sm_grant - a translation that an ATC may hold
 * @node: by StreamID, SubstreamID, address and size
 * @tag_node: in @tag, if any
 * @gtag_node: in @gtag
 * @tag: NULL where stage 1 was bypassed
 * @gtag: whose it is
 * @leaf: the page it leads to
 * @iova: first address
 * @phys: where that leads
 * @shift: log2 of its size
 * @perm: SM_PERM_*
 * @since: CMD_SYNCs completed when it became @late
 * @late: the unit has forgotten it, the device need not have
 * @entry: because the STE or CD that led to it went
 * @early: its CMD_ATC_INV came before the unit had forgotten it
 */
struct sm_grant {
	struct mdl_node node;
	struct list_head tag_node;
	struct list_head gtag_node;
	struct sm_tag *tag;
	struct sm_gtag *gtag;
	struct mdl_ref leaf;
	u64 iova;
	u64 phys;
	u64 since;
	u8 shift;
	u8 perm;
	bool late;
	bool entry;
	bool early;
};

/**
 * struct sm_stain - a tag may still translate by the tables at a root
 * @node: by tag and root
 * @tag_node: in @tag
 * @tag: the tag
 * @at: the root's first page
 * @root: physical address
 * @debts: entries that led there and may still be cached
 */
struct sm_stain {
	struct mdl_node node;
	struct list_head tag_node;
	struct sm_tag *tag;
	struct mdl_ref at;
	u64 root;
	u32 debts;
};

#define SM_TAB_SIDS	4

/**
 * struct sm_cdtab - a CD table that STEs point to
 * @node: by @base
 * @base: its first byte
 * @fmt: STE.S1Fmt
 * @cdmax: STE.S1CDMax
 * @nr: streams that use it, the first SM_TAB_SIDS of them in @sids
 * @sids: their StreamIDs
 * @vmid: what tags their translations
 */
struct sm_cdtab {
	struct mdl_node node;
	u64 base;
	u8 fmt;
	u8 cdmax;
	u16 nr;
	u32 sids[SM_TAB_SIDS];
	u16 vmid;
};

/**
 * struct sm_debt - an entry changed, and may still be cached as it was
 * @node: by the physical address of the entry
 * @by_index: by its kind and @index
 * @all: in smmu_model.debts
 * @pay: in smmu_model.paying
 * @stain: what its former contents may still translate by, or NULL
 * @was: the entry as it was, of STEs and CDs
 * @line: the entry
 * @born: CMD_SYNCs completed when it was opened
 * @index: StreamID or SubstreamID, of a level 1 descriptor the first it covers
 * @last: the last it covers
 * @sids: streams that may hold it
 * @nr_sids: their number
 * @owed: bit n: no CFGI for @sids[n] so far
 * @kind: of the entry
 * @attach: it was not valid before
 * @told: reported
 */
struct sm_debt {
	struct mdl_node node;
	struct mdl_node by_index;
	struct list_head all;
	struct list_head pay;
	struct sm_stain *stain;
	u64 was[8];
	u64 line;
	u64 born;
	u32 index;
	u32 last;
	u32 sids[SM_TAB_SIDS];
	u8 nr_sids;
	u8 owed;
	enum sm_kind kind;
	bool attach;
	bool told;
};

/**
 * struct sm_cmd - a command that was consumed (4)
 * @first: range, inclusive
 * @last: its end
 * @msi: CMD_SYNC: where to write
 * @data: CMD_SYNC: what
 * @sid: StreamID
 * @ssid: SubstreamID, or PL_NO_PASID
 * @asid: ASID
 * @vmid: VMID
 * @stag: CMD_RESUME
 * @op: opcode
 * @range: CMD_CFGI_STE_RANGE
 * @gran: TG, log2; 0: any
 * @ttl: TTL, 0: any
 * @leaf: the last level only
 * @global: CMD_ATC_INV: every SubstreamID
 * @done: it took effect
 */
struct sm_cmd {
	u64 first;
	u64 last;
	u64 msi;
	u32 data;
	u32 sid;
	u32 ssid;
	u16 asid;
	u16 vmid;
	u16 stag;
	u8 op;
	u8 range;
	u8 gran;
	u8 ttl;
	bool leaf;
	bool global;
	bool done;
};

#define SM_SEG_MAX	256	/* commands in flight */
#define SM_STALLS	64	/* IDR5.STALL_MAX */

/**
 * struct sm_ack - a register that shows a write only after a while
 * @val: written
 * @shown: read
 * @polls: reads until then
 */
struct sm_ack {
	u32 val;
	u32 shown;
	u32 polls;
};

/**
 * struct sm_msi - where an interrupt is written to (6.3.19)
 * @addr: IRQ_CFG0; 0: there is a wire
 * @data: IRQ_CFG1
 * @attr: IRQ_CFG2
 */
struct sm_msi {
	u64 addr;
	u32 data;
	u32 attr;
};

struct smmu_model {
	struct mdl b;
	struct pl_regs regs;
	struct pl_fabric fabric;
	struct smmu_model_config cfg;

	/* registers */
	u32 idr[6];
	struct sm_ack cr0;
	struct sm_ack irq_ctrl;
	struct sm_ack gbpa;
	u32 cr1;
	u32 cr2;
	u32 gerror;
	u32 gerrorn;
	struct sm_msi gerror_msi;
	struct sm_msi eventq_msi;
	struct sm_msi priq_msi;
	u64 strtab_base;
	u32 strtab_cfg;
	u64 cmdq_base;
	u32 cmdq_prod;
	u32 cmdq_cons;
	u64 eventq_base;
	u32 eventq_prod;
	u32 eventq_cons;
	u64 priq_base;
	u32 priq_prod;
	u32 priq_cons;
	bool conf_clean;	/* CMD_CFGI_ALL since reset */
	bool tlb_clean;		/* CMD_TLBI_NSNH_ALL since reset */

	/* the stream table as SMMUEN found it */
	u64 strtab;
	u32 strtab_live;

	/* the command queue */
	struct sm_cmd *seg;
	u16 *order;
	u32 nr_seg;
	u64 syncs;
	u32 slow;		/* register reads until the queue moves */
	u32 slow_polls;
	bool atc_failed;
	s64 inject_ill;
	s64 inject_abt;
	bool inject_atc;
	bool inject_ovf;
	u32 stall_sid[SM_STALLS];
	u64 stalled;		/* bit n: STAG n is in use */

	/* the caches */
	struct list_head stes;		/* STE and L1ST */
	struct list_head sids;
	struct list_head vms;
	struct list_head gtags;
	struct list_head debts;
	struct list_head paying;	/* debts that their segment pays */
	u64 next_tag;
	u64 shifts;			/* bit n: nr_shift[n] is not 0 */
	u32 nr_shift[64];		/* TLB entries and grants by size */
	u32 nr_entries;
	u32 nr_grants;
	u32 nr_debts;
	u32 nr_late;

	struct smmu_model_stats st;
};

/**
 * struct sm_tt - one stage of translation (3.4)
 * @root: the first table
 * @gran: log2 of the granule
 * @ia: input address bits
 * @oa: output address bits
 * @start: level of @root
 * @s2: stage 2
 * @ha: Access flags are set by the unit
 * @hd: dirty state too
 * @affd: no Access flag faults
 * @had: no permissions in table descriptors
 */
struct sm_tt {
	u64 root;
	u8 gran;
	u8 ia;
	u8 oa;
	u8 start;
	bool s2;
	bool ha;
	bool hd;
	bool affd;
	bool had;
};

/**
 * struct sm_leaf - where one stage ends
 * @out: output address
 * @at: its descriptor
 * @shift: log2 of the size it is good for
 * @level: of the descriptor
 * @perm: SM_PERM_*
 * @dirty: a write needs no update
 * @ng: of one ASID
 */
struct sm_leaf {
	u64 out;
	u64 at;
	u8 shift;
	u8 level;
	u8 perm;
	bool dirty;
	bool ng;
};

/**
 * struct sm_walk - one request on its way through the structures
 * @m: the model
 * @fresh: no cache is used or filled, no flag set, memory itself is read
 * @xlat: a translation request
 * @translated: a translated request
 * @write: direction
 * @sid: StreamID
 * @ssid: SubstreamID of the request, or PL_NO_PASID
 * @iova: input address
 * @ste: STE
 * @cd: CD, where stage 1 translates
 * @ste_phys: where it was read
 * @cd_phys: where it was read
 * @cd_index: SubstreamID that selects the CD
 * @have_ste: @ste was found
 * @have_cd: @cd was found
 * @s1: stage 1 translates
 * @s2: stage 2 translates
 * @cached: some cache had a part in the answer
 * @tlb_hit: the TLB answered
 * @np_hit: a cached structure that was not valid answered
 * @reason: why not
 * @f_s2: the fault is stage 2's
 * @f_class: SMMU_CLASS_*
 * @f_ipa: input of stage 2
 * @f_fetch: what could not be read
 * @phys: translated address of @iova
 * @shift: log2 of the size it is good for
 * @gran: of the smallest leaf
 * @level: of its descriptor
 * @perm: of all stages
 * @perm1: of stage 1
 * @dirty: a write needs no update
 * @ng: of one ASID
 * @vmid: VMID
 * @asid: ASID, or SM_TAG_S2
 * @tables: stage-1 tables used (of stage 2 without stage 1), by their level
 */
struct sm_walk {
	struct smmu_model *m;
	bool fresh;
	bool xlat;
	bool translated;
	bool write;
	bool have_ste;
	bool have_cd;
	bool s1;
	bool s2;
	bool cached;
	bool tlb_hit;
	bool np_hit;
	bool f_s2;
	u8 f_class;
	u32 sid;
	u32 ssid;
	u64 iova;
	u64 ste[8];
	u64 cd[8];
	u64 ste_phys;
	u64 cd_phys;
	u32 cd_index;
	u32 reason;
	u64 f_ipa;
	u64 f_fetch;
	u64 phys;
	u8 shift;
	u8 gran;
	u8 level;
	u8 perm;
	u8 perm1;
	bool dirty;
	bool ng;
	u16 vmid;
	u32 asid;
	u64 tables[4];
};

static inline struct smmu_model *sm_of_base(struct mdl *b)
{
	return container_of(b, struct smmu_model, b);
}

static inline bool sm_enabled(const struct smmu_model *m)
{
	return m->cr0.val & SMMU_CR0_SMMUEN;
}

static inline bool sm_in_oas(const struct smmu_model *m, u64 addr)
{
	return !(addr >> m->cfg.pa_bits);
}

/* The last address of 2^@shift bytes at @addr. */
static inline u64 sm_last(u64 addr, unsigned int shift)
{
	return shift >= 64 ? U64_MAX : addr | ((1ULL << shift) - 1);
}

#define sm_violation(m, rule, ...)	mdl_violation(&(m)->b, rule, __VA_ARGS__)

/* model_config.c */
unsigned int sm_leaf_bits(u64 fmt);
unsigned int sm_ps_bits(u64 ps);
u32 sm_ste_check(const struct smmu_model *m, const u64 *q);
u32 sm_cd_check(const struct smmu_model *m, const u64 *ste, const u64 *q);
void sm_ste_used(const u64 *q, u64 *used);
void sm_cd_used(const u64 *q, u64 *used);
u16 sm_ste_vmid(const struct smmu_model *m, const u64 *ste);
bool sm_s2_tt(const struct smmu_model *m, const u64 *ste, struct sm_tt *t);
bool sm_s1_tt(const struct smmu_model *m, const u64 *cd, bool upper, struct sm_tt *t);
u32 sm_walk_config(struct sm_walk *w);

/* model_walk.c */
u32 sm_walk(struct sm_walk *w);
u32 sm_walk_pages(struct sm_walk *w);
u32 sm_walk_ipa(struct sm_walk *w, u64 ipa, u8 class, u64 *phys);

/* model_cache.c */
typedef void (*sm_tag_fn)(struct smmu_model *m, struct sm_tag *tag, const struct sm_cmd *c);
struct sm_conf *sm_conf_find(const struct smmu_model *m, enum sm_kind kind, u32 sid, u32 index);
void sm_conf_fill(struct sm_walk *w, enum sm_kind kind, u32 index, const u64 *q, u64 phys,
		  u64 to, u32 why);
void sm_conf_drop(struct smmu_model *m, struct sm_conf *c);
struct sm_sid *sm_sid_find(const struct smmu_model *m, u32 sid);
struct sm_tag *sm_tag_find(const struct smmu_model *m, u16 vmid, u32 asid);
struct sm_tag *sm_tag_get(struct smmu_model *m, u16 vmid, u32 asid);
void sm_tag_put(struct smmu_model *m, struct sm_tag *tag);
struct sm_psc *sm_psc_find(const struct smmu_model *m, const struct sm_tag *tag, u64 addr,
			   unsigned int shift);
void sm_psc_fill(struct sm_walk *w, const struct sm_psc *like, u16 vmid, u32 asid, u64 at, u64 to);
void sm_psc_drop(struct smmu_model *m, struct sm_psc *p);
struct sm_tlb *sm_tlb_find(const struct smmu_model *m, const struct sm_tag *tag, u64 addr);
void sm_tlb_fill(struct sm_walk *w, const struct sm_tlb *like, u16 vmid, u32 asid);
void sm_tlb_drop(struct smmu_model *m, struct sm_tlb *t);
struct sm_gtag *sm_gtag_find(const struct smmu_model *m, u32 sid, u32 ssid);
void sm_grant_add(struct sm_walk *w);
void sm_grant_drop(struct smmu_model *m, struct sm_grant *g);
void sm_inv_ste(struct smmu_model *m, const struct sm_cmd *c);
void sm_inv_cd(struct smmu_model *m, const struct sm_cmd *c);
void sm_inv_tlb(struct smmu_model *m, const struct sm_cmd *c);
void sm_each_tag(struct smmu_model *m, const struct sm_cmd *c, sm_tag_fn fn);
bool sm_cmd_covers(const struct sm_cmd *c, const struct sm_tag *tag, u64 first, u64 last);
bool sm_is_tlbi(u8 op);
void sm_ref_drop(struct smmu_model *m, struct mdl_ref *ref);
void sm_late(struct smmu_model *m, struct sm_grant *g, bool late);

/* model_queue.c */
int sm_queue_init(struct smmu_model *m);
void sm_queue_destroy(struct smmu_model *m);
void sm_queue_kick(struct smmu_model *m);
void sm_queue_poll(struct smmu_model *m);
bool sm_queue_idle(const struct smmu_model *m);
bool sm_queue_has_atc(const struct smmu_model *m, u32 sid);

/* model_event.c */
void sm_event(struct sm_walk *w, u64 addr);
void sm_gerror(struct smmu_model *m, u32 bit);
void sm_irq_update(struct smmu_model *m);
bool sm_stall_end(struct smmu_model *m, u32 sid, u16 stag);

/* model_fabric.c */
void sm_fabric_init(struct smmu_model *m);

/* model_watch.c */
void sm_line(struct mdl *b, struct mdl_page *p, unsigned int line, const u64 *old,
	     const u64 *new);
void sm_watch_strtab(struct smmu_model *m);
void sm_unwatch_strtab(struct smmu_model *m);
struct sm_debt *sm_debt_find(const struct smmu_model *m, u64 line);
struct sm_debt *sm_debt_of(const struct smmu_model *m, enum sm_kind kind, u32 sid, u32 index);
void sm_debt_drop(struct smmu_model *m, struct sm_debt *o);
void sm_stain_drop(struct smmu_model *m, struct sm_stain *s);

/* model_check.c */
extern const struct mdl_rule sm_rules[SM_RULE_NR];
void sm_check_cfgi(struct smmu_model *m, const struct sm_cmd *c);
void sm_check_tlbi(struct smmu_model *m, const struct sm_cmd *c);
void sm_check_atc(struct smmu_model *m, const struct sm_cmd *c);
void sm_check_sync(struct smmu_model *m);
void sm_check_fetch(struct sm_walk *w, u64 line);
bool sm_check_granted(struct smmu_model *m, u32 sid, u32 ssid);
void sm_check_state(struct mdl *b, struct mdl_port *p, u32 bits);
void sm_check_freed(struct smmu_model *m, u64 phys, u64 len);
u32 sm_check_stale(struct sm_walk *hw);
u64 sm_check_audit(struct smmu_model *m);

#endif /* _PASIDLAB_SMMUV3_MODEL_H */
