/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reference models have in common, whichever unit they play.
 *
 * store.c	one hash table for every cached thing, pools for their memory
 * page.c	pages of memory: who refers to them, what was published of them
 * base.c	violations, endpoints' ports, interrupt lines, chance
 *
 * Vocabulary.  A *reference* ties something cached to the page of memory that
 * it was read from or leads to.  A *shadow* is a page as of its last publish.
 * A *rule* is something software can break, with the section it stands on; a
 * *case* is what was seen of one.  *Lines* are cache lines of 64 bytes; a *page*
 * here is 4 KiB, whatever the kernel's are.
 *
 * Locking.  mdl.lock, a spinlock taken with interrupts off, guards everything;
 * every function wants it held unless said otherwise.  Nothing sleeps: memory
 * comes with GFP_ATOMIC, and where there is none the model forgets to cache,
 * which hardware may do at any time.
 *
 * The hard rule: nothing here knows what a unit's entries mean.
 */
#ifndef _PASIDLAB_MODEL_BASE_H
#define _PASIDLAB_MODEL_BASE_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../../kmod/fabric.h"
#include "../regs.h"

#ifdef PL_USERSPACE
#include "shim.h"
#else
#include <linux/io.h>
#endif

#define MDL_LINE	64U			/* bytes of a cache line */
#define MDL_PAGE_SHIFT	12
#define MDL_PAGE	(1U << MDL_PAGE_SHIFT)
#define MDL_LINES	(MDL_PAGE / MDL_LINE)

struct mdl;

/* store.c */

struct mdl_node {
	struct mdl_node *next;
	struct mdl_node **pprev;
	u64 k0;
	u64 k1;
};

#define MDL_SEG_SHIFT		9
#define MDL_SEG_SIZE		(1U << MDL_SEG_SHIFT)	/* buckets of a segment */
#define MDL_SEGS		4096U

/**
 * struct mdl_hash - a table that grows by one bucket at a time
 * @seg: segments of buckets
 * @nr: nodes in it
 * @buckets: buckets in use
 * @mask: a power of two less one, above every bucket in use
 */
struct mdl_hash {
	struct mdl_node ***seg;
	u32 nr;
	u32 buckets;
	u32 mask;
};

struct mdl_chunk {
	struct mdl_chunk *next;
};

struct mdl_pool {
	void *free;
	struct mdl_chunk *chunks;
	u16 size;
};

#define MDL_POOL_PAGE	0	/* the base's own; a model's begin behind it */
#define MDL_POOLS	16
#define MDL_KEY_PAGE	0xff	/* a model's keys are smaller */

static inline u64 mdl_key(unsigned int type, u64 id)
{
	return (u64)type << 56 | id;
}

/* page.c */

/**
 * struct mdl_ref - something cached refers to a page
 * @node: in mdl_page.refs
 * @page: the page, or NULL
 * @kind: the model's
 */
struct mdl_ref {
	struct list_head node;
	struct mdl_page *page;
	u8 kind;
};

/**
 * struct mdl_shadow - a page as of its last publish
 * @all: in mdl.shadows
 * @page: the page
 * @known: bit n: line n was published
 * @q: contents
 */
struct mdl_shadow {
	struct list_head all;
	struct mdl_page *page;
	u64 known;
	u64 *q;
};

/**
 * struct mdl_page - what a model knows of a page of memory
 * @node: by frame and size
 * @refs: struct mdl_ref
 * @shadow: what was last published of it, or NULL
 * @watch: what software linked it as, a number of the model's; 0: nothing
 * @users: links to it
 * @first: the model's: index of its first entry
 * @of: the model's: the structure it is a part of
 */
struct mdl_page {
	struct mdl_node node;
	struct list_head refs;
	struct mdl_shadow *shadow;
	u8 watch;
	u16 users;
	u32 first;
	u64 of;
};

/* base.c */

/**
 * struct mdl_rule - something that software can break
 * @name: as tests and reports call it
 * @where: the section it stands on
 */
struct mdl_rule {
	const char *name;
	const char *where;
};

#define MDL_RULES	24
#define MDL_TEXT	(2 * PL_WHY_LEN)

struct mdl_case {
	u64 count;
	char text[MDL_TEXT];
};

struct mdl_port {
	struct list_head node;
	struct pl_port *port;
	u32 bits;
};

/**
 * struct mdl_irq - one interrupt line
 * @fn: the driver's handler, or NULL
 * @arg: for it
 * @due: to be called
 * @running: being called
 */
struct mdl_irq {
	void (*fn)(void *arg);
	void *arg;
	bool due;
	bool running;
};

/**
 * struct mdl_ops - what a model does on events of the base
 * @line: line @line of a page that has a shadow went from @old to @new
 * @page: the page was published, or a part of it; NULL: nothing
 * @state: @p's enables are about to become @bits (PL_EP_*)
 */
struct mdl_ops {
	void (*line)(struct mdl *b, struct mdl_page *p, unsigned int line, const u64 *old,
		     const u64 *new);
	void (*page)(struct mdl *b, struct mdl_page *p);
	void (*state)(struct mdl *b, struct mdl_port *p, u32 bits);
};

/**
 * struct mdl - the base of a model; embedded
 * @lock: see above
 * @name: for messages
 * @ops: the model's
 * @coherent: the unit sees memory as it is; else published lines only
 * @flush_rule: broken by a read of a line that was never published
 * @freed_rule: broken by a read of memory that is not allocated
 * @rules: what software can break here
 * @nr_rules: their number
 * @cases: what was seen of each
 * @violations: cases of all rules together
 * @hash: every cached thing, by its key
 * @pool: memory for them
 * @shadows: struct mdl_shadow
 * @ports: struct mdl_port
 * @irq: by enum pl_irq
 * @rng: state of the next choice
 * @fetches: lines read of tables
 * @memory: bytes held
 */
struct mdl {
	spinlock_t lock;
	char name[PL_NAME_LEN];
	const struct mdl_ops *ops;
	bool coherent;
	u8 flush_rule;
	u8 freed_rule;
	const struct mdl_rule *rules;
	unsigned int nr_rules;
	struct mdl_case cases[MDL_RULES];
	u64 violations;
	struct mdl_hash hash;
	struct mdl_pool pool[MDL_POOLS];
	struct list_head shadows;
	struct list_head ports;
	struct mdl_irq irq[PL_IRQ_NR];
	u64 rng;
	u64 fetches;
	u64 memory;
};

/*
 * A device's own memory is not the kernel's: in user space it is taken where no
 * test injects failures into it or counts it.
 */
static inline void *mdl_alloc(size_t size, gfp_t gfp)
{
#ifdef PL_USERSPACE
	return __builtin_calloc(1, size);
#else
	return kzalloc(size, gfp | __GFP_NOWARN);
#endif
}

static inline void mdl_free(void *p)
{
#ifdef PL_USERSPACE
	__builtin_free(p);
#else
	kfree(p);
#endif
}

/* Memory as a device may touch it: allocated, and not given back since. */
static inline bool mdl_mem_ok(u64 phys, size_t len)
{
#ifdef PL_USERSPACE
	return shim_phys_live(phys, len);
#else
	return pfn_valid(PHYS_PFN(phys)) && pfn_valid(PHYS_PFN(phys + len - 1));
#endif
}

/* store.c */
int mdl_hash_init(struct mdl *b);
void mdl_hash_destroy(struct mdl *b);
struct mdl_node *mdl_find(const struct mdl *b, u64 k0, u64 k1);
struct mdl_node *mdl_next(const struct mdl_node *n);
void mdl_add(struct mdl *b, struct mdl_node *n, u64 k0, u64 k1);
void mdl_del(struct mdl *b, struct mdl_node *n);
void *mdl_pool_get(struct mdl *b, unsigned int id);
void mdl_pool_put(struct mdl *b, unsigned int id, void *obj);
void mdl_pool_destroy(struct mdl *b);

/* page.c */
struct mdl_page *mdl_page_find(const struct mdl *b, u64 phys, unsigned int shift);
struct mdl_page *mdl_page_get(struct mdl *b, u64 phys, unsigned int shift);
void mdl_page_put(struct mdl *b, struct mdl_page *p);
void mdl_page_forget(struct mdl *b, struct mdl_page *p);
u64 mdl_page_phys(const struct mdl_page *p);
void mdl_ref_add(struct mdl *b, struct mdl_ref *ref, u8 kind, u64 phys, unsigned int shift);
void mdl_ref_del(struct mdl *b, struct mdl_ref *ref);
struct mdl_page *mdl_watch(struct mdl *b, u64 phys, u8 watch);
void mdl_unwatch(struct mdl *b, struct mdl_page *p);
u64 mdl_watched(const struct mdl_page *p, unsigned int i);
bool mdl_read(struct mdl *b, u64 phys, u64 *q, unsigned int nr, bool fresh);
unsigned int mdl_publish(struct mdl *b, u64 phys, size_t len);
void mdl_audit_shadows(struct mdl *b);
void mdl_shadows_destroy(struct mdl *b);

/* base.c */
void mdl_init(struct mdl *b, const char *name, const struct mdl_ops *ops,
	      const struct mdl_rule *rules, unsigned int nr_rules, u64 seed);
void mdl_destroy(struct mdl *b);
__printf(3, 4) void mdl_violation(struct mdl *b, unsigned int rule, const char *fmt, ...);
int mdl_case(struct mdl *b, unsigned int index, const char **name, const char **text, u64 *count);
u64 mdl_violations(struct mdl *b);
u64 mdl_rand(struct mdl *b);
void mdl_shuffle(struct mdl *b, u16 *order, unsigned int n, bool keep);
struct mdl_port *mdl_port_find(const struct mdl *b, u16 rid);
int mdl_connect(struct mdl *b, struct pl_port *port);
void mdl_disconnect(struct mdl *b, struct pl_port *port);
void mdl_state(struct mdl *b, struct pl_port *port, u32 bits);
int mdl_move(struct mdl *b, struct pl_tlp *tlp, u64 phys, bool mapped, void *buf);
int mdl_irq_request(struct mdl *b, enum pl_irq which, void (*fn)(void *arg), void *arg);
void mdl_irq_free(struct mdl *b, enum pl_irq which);
void mdl_irq_run(struct mdl *b);

#endif /* _PASIDLAB_MODEL_BASE_H */
