// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every model does besides translating: it counts broken rules, knows its
 * endpoints, moves their data, interrupts the driver and makes its choices.
 *
 * Locking: mdl.lock, except where said: interrupt handlers are called without
 * it, because they read registers, and one at a time on each line.
 *
 * The hard rule: the same seed makes the same choices.
 */
#include <linux/processor.h>

#include "base.h"

/**
 * mdl_init() - prepare the base of a model
 * @b: zeroed
 * @name: for messages
 * @ops: the model's
 * @rules: what software can break
 * @nr_rules: at most MDL_RULES
 * @seed: of every choice
 *
 * Context: process; nobody else knows @b yet.
 */
void mdl_init(struct mdl *b, const char *name, const struct mdl_ops *ops,
	      const struct mdl_rule *rules, unsigned int nr_rules, u64 seed)
{
	b->ops = ops;
	b->rules = rules;
	b->nr_rules = nr_rules;
	b->rng = seed ? seed : 1;
	b->pool[MDL_POOL_PAGE].size = ALIGN(sizeof(struct mdl_page), 8);
	strscpy(b->name, name, sizeof(b->name));
	spin_lock_init(&b->lock);
	INIT_LIST_HEAD(&b->shadows);
	INIT_LIST_HEAD(&b->ports);
}

/* Give everything back; nobody uses the model any more. */
void mdl_destroy(struct mdl *b)
{
	struct mdl_port *p, *next;

	list_for_each_entry_safe(p, next, &b->ports, node)
		kfree(p);
	mdl_shadows_destroy(b);
	mdl_hash_destroy(b);
	mdl_pool_destroy(b);
}

/*
 * Violations
 */

/**
 * mdl_violation() - count a broken rule; tell the first case of each
 * @b: the model
 * @rule: which
 * @fmt: the case in words
 */
void mdl_violation(struct mdl *b, unsigned int rule, const char *fmt, ...)
{
	struct mdl_case *c = &b->cases[rule];
	va_list ap;
	int n;

	b->violations++;
	if (c->count++)
		return;
	va_start(ap, fmt);
	n = vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	if (n < (int)sizeof(c->text))
		snprintf(c->text + n, sizeof(c->text) - n, " (%s)", b->rules[rule].where);
	pr_err("pasidlab: violation %s: %s: %s\n", b->rules[rule].name, b->name, c->text);
}

/**
 * mdl_case() - one kind of violation
 * @b: the model; takes its lock
 * @index: 0 to the number of kinds seen - 1
 * @name: out
 * @text: out, the first case; stays while the model does
 * @count: out, cases
 *
 * Return: 0, or -ENOENT beyond the last kind.
 */
int mdl_case(struct mdl *b, unsigned int index, const char **name, const char **text, u64 *count)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&b->lock, flags);
	for (i = 0; i < b->nr_rules; i++)
		if (b->cases[i].count && !index--)
			break;
	if (i < b->nr_rules) {
		*name = b->rules[i].name;
		*text = b->cases[i].text;
		*count = b->cases[i].count;
	}
	spin_unlock_irqrestore(&b->lock, flags);
	return i < b->nr_rules ? 0 : -ENOENT;
}

/* Cases of all kinds together; takes the lock. */
u64 mdl_violations(struct mdl *b)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&b->lock, flags);
	n = b->violations;
	spin_unlock_irqrestore(&b->lock, flags);
	return n;
}

/*
 * Chance
 */

/* xorshift: the same choices for the same seed */
u64 mdl_rand(struct mdl *b)
{
	u64 x = b->rng;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	b->rng = x;
	return x;
}

/**
 * mdl_shuffle() - in which order to try @n things
 * @b: the model
 * @order: out: turned around, or shuffled
 * @n: how many
 * @keep: as they are
 */
void mdl_shuffle(struct mdl *b, u16 *order, unsigned int n, bool keep)
{
	unsigned int i, j;

	for (i = 0; i < n; i++)
		order[i] = keep ? i : n - 1 - i;
	if (n < 3 || keep || mdl_rand(b) & 1)
		return;
	for (i = n - 1; i; i--) {
		j = mdl_rand(b) % (i + 1);
		swap(order[i], order[j]);
	}
}

/*
 * Ports.  These three take the lock themselves.
 */

/* With the lock held. */
struct mdl_port *mdl_port_find(const struct mdl *b, u16 rid)
{
	struct mdl_port *p;

	list_for_each_entry(p, &b->ports, node)
		if (p->port->rid == rid)
			return p;
	return NULL;
}

/* See pl_fabric_ops.connect. */
int mdl_connect(struct mdl *b, struct pl_port *port)
{
	struct mdl_port *p = kzalloc(sizeof(*p), GFP_KERNEL);
	unsigned long flags;
	int err = 0;

	if (!p)
		return -ENOMEM;
	p->port = port;
	spin_lock_irqsave(&b->lock, flags);
	if (mdl_port_find(b, port->rid))
		err = -EEXIST;
	else
		list_add_tail(&p->node, &b->ports);
	spin_unlock_irqrestore(&b->lock, flags);
	if (err)
		kfree(p);
	return err;
}

/* See pl_fabric_ops.disconnect. */
void mdl_disconnect(struct mdl *b, struct pl_port *port)
{
	struct mdl_port *p;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	p = mdl_port_find(b, port->rid);
	if (p) {
		b->ops->state(b, p, 0);
		list_del(&p->node);
	}
	spin_unlock_irqrestore(&b->lock, flags);
	kfree(p);
}

/* See pl_fabric_ops.state. */
void mdl_state(struct mdl *b, struct pl_port *port, u32 bits)
{
	struct mdl_port *p;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	p = mdl_port_find(b, port->rid);
	if (p) {
		b->ops->state(b, p, bits);
		p->bits = bits;
	}
	spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * mdl_move() - let a request's data move
 * @b: the model
 * @tlp: the request
 * @phys: where it leads to
 * @mapped: page tables or a device TLB led there
 * @buf: the endpoint's side
 *
 * A request to where no memory is ends without a fault; it is a fault of
 * software's when something it made led there, identity apart.
 *
 * Return: 0 or -EFAULT.
 */
int mdl_move(struct mdl *b, struct pl_tlp *tlp, u64 phys, bool mapped, void *buf)
{
	if (!mdl_mem_ok(phys, tlp->len)) {
		if (!mapped || phys == tlp->iova)
			return -EFAULT;
		mdl_violation(b, b->freed_rule,
			      "RID %#x PASID %#x IOVA %#llx: DMA to %#llx, not allocated",
			      tlp->rid, tlp->pasid, (unsigned long long)tlp->iova,
			      (unsigned long long)phys);
		return -EFAULT;
	}
	dma_rmb();	/* the leaf that led here before what is there */
	if (tlp->write)
		memcpy(phys_to_virt(phys), buf, tlp->len);
	else
		memcpy(buf, phys_to_virt(phys), tlp->len);
	return 0;
}

/*
 * Interrupts.  These three take the lock themselves.
 */

/* See pl_regs_ops.request_irq; the model has said that it has such a line. */
int mdl_irq_request(struct mdl *b, enum pl_irq which, void (*fn)(void *arg), void *arg)
{
	struct mdl_irq *irq = &b->irq[which];
	unsigned long flags;
	int err = -EBUSY;

	spin_lock_irqsave(&b->lock, flags);
	if (!irq->fn) {
		irq->fn = fn;
		irq->arg = arg;
		err = 0;
	}
	spin_unlock_irqrestore(&b->lock, flags);
	return err;
}

/* See pl_regs_ops.free_irq. */
void mdl_irq_free(struct mdl *b, enum pl_irq which)
{
	struct mdl_irq *irq = &b->irq[which];
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	irq->fn = NULL;
	while (irq->running) {
		spin_unlock_irqrestore(&b->lock, flags);
		cpu_relax();
		spin_lock_irqsave(&b->lock, flags);
	}
	spin_unlock_irqrestore(&b->lock, flags);
}

static void irq_deliver(struct mdl *b, struct mdl_irq *irq)
{
	void (*fn)(void *arg);
	unsigned long flags;
	void *arg;

	spin_lock_irqsave(&b->lock, flags);
	while (irq->due && irq->fn && !irq->running) {
		WRITE_ONCE(irq->due, false);
		irq->running = true;
		fn = irq->fn;
		arg = irq->arg;
		spin_unlock_irqrestore(&b->lock, flags);
		fn(arg);
		spin_lock_irqsave(&b->lock, flags);
		irq->running = false;
	}
	spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * mdl_irq_run() - deliver what is due
 * @b: the model
 *
 * Context: mdl.lock is not held; handlers run in the caller's.
 */
void mdl_irq_run(struct mdl *b)
{
	unsigned int i;

	for (i = 0; i < PL_IRQ_NR; i++)
		if (READ_ONCE(b->irq[i].due))
			irq_deliver(b, &b->irq[i]);
}
