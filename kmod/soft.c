// SPDX-License-Identifier: GPL-2.0-only
/*
 * The soft engine: an endpoint that is a kernel thread or eight.
 *
 * A reference model registers a "pasidlab-soft" platform device for each
 * endpoint it wants; this driver connects it to the model's fabric and makes it
 * an endpoint of the core.  It has a real struct device, takes jobs like any
 * other engine, and obeys and breaks no more rules than the descriptors ask for.
 *
 * Lifetime.  The core hands the engine's name, not its address, back to run(),
 * because an endpoint may go while somebody is on his way there: a name that is
 * no longer known is -ENODEV.  Those who found the engine hold it; remove()
 * tells the channels to give up (PL_DMA_GONE) and waits for the holders.
 *
 * Going, in this order: the core empties all slots and switches ATS off with
 * the DMA still running into them, new jobs are turned away, old ones end, the
 * threads end, the port leaves the fabric.
 *
 * Locking: pl_soft_channel.lock for its queue; the xa_lock of the table for
 * taking a reference.  Neither is held while anything else is.
 *
 * The hard rule: every job that was queued is completed.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "core.h"
#include "soft.h"

#define SOFT_CHANNELS_MAX	8

/**
 * struct pl_soft_channel - one thread and its queue
 * @engine: the engine it belongs to
 * @task: the thread
 * @lock: @jobs
 * @jobs: struct soft_job, oldest first
 * @wait: where the thread sleeps
 * @chunk: PL_SOFT_CHUNK bytes to move data through
 */
struct pl_soft_channel {
	struct pl_soft *engine;
	struct task_struct *task;
	spinlock_t lock;
	struct list_head jobs;
	wait_queue_head_t wait;
	u8 *chunk;
};

/**
 * struct pl_soft - an engine
 * @port: its place on the fabric
 * @mover: what its threads move data with
 * @id: its name in the table
 * @eps: PL_EP_* it has
 * @on: PL_EP_* switched on; changes while the core adds or removes it
 * @refs: the driver's, and one per call of run()
 * @idle: the last reference is gone
 * @next: channel for the next job, modulo @nr_channels
 * @nr_channels: length of @channels
 * @channels: the threads
 */
struct pl_soft {
	struct pl_port port;
	struct pl_mover mover;
	u32 id;
	u32 eps;
	u32 on;
	refcount_t refs;
	struct completion idle;
	atomic_t next;
	unsigned int nr_channels;
	struct pl_soft_channel channels[];
};

/**
 * struct soft_job - one run(); on its caller's stack
 * @node: in its channel's queue
 * @descs: what to do
 * @n: how many
 * @cancel: the caller is being killed
 * @done: all descriptors have their status
 */
struct soft_job {
	struct list_head node;
	struct pl_dma_desc *descs;
	unsigned int n;
	bool cancel;
	struct completion done;
};

static DEFINE_XARRAY_ALLOC1(engines);
static u32 engine_next;

static struct pl_soft *engine_get(void *priv)
{
	struct pl_soft *s;

	xa_lock(&engines);
	s = xa_load(&engines, (unsigned long)priv);
	if (s)
		refcount_inc(&s->refs);
	xa_unlock(&engines);
	return s;
}

static void engine_put(struct pl_soft *s)
{
	if (refcount_dec_and_test(&s->refs))
		complete(&s->idle);
}

static struct soft_job *channel_take(struct pl_soft_channel *ch)
{
	struct soft_job *job;

	spin_lock(&ch->lock);
	job = list_first_entry_or_null(&ch->jobs, struct soft_job, node);
	if (job)
		list_del(&job->node);
	spin_unlock(&ch->lock);
	return job;
}

static void job_run(struct pl_soft_channel *ch, struct soft_job *job)
{
	unsigned int i;

	for (i = 0; i < job->n; i++)
		pl_mover_run(&ch->engine->mover, &job->descs[i], &job->cancel, ch->chunk);
	/* The last touch: the job is on a stack that may go now. */
	complete(&job->done);
}

/* Stops only with an empty queue. */
static int channel_main(void *arg)
{
	struct pl_soft_channel *ch = arg;
	struct soft_job *job = NULL;

	do {
		wait_event_interruptible(ch->wait, (job = channel_take(ch)) ||
					 kthread_should_stop());
		if (job)
			job_run(ch, job);
	} while (job || !kthread_should_stop());
	return 0;
}

static void channel_queue(struct pl_soft_channel *ch, struct soft_job *job)
{
	spin_lock(&ch->lock);
	list_add_tail(&job->node, &ch->jobs);
	spin_unlock(&ch->lock);
	wake_up(&ch->wait);
}

/* Round robin, so that one caller's long job does not hold up the next one. */
static struct pl_soft_channel *channel_pick(struct pl_soft *s)
{
	return &s->channels[(unsigned int)atomic_inc_return(&s->next) % s->nr_channels];
}

static int soft_run(void *priv, struct pl_dma_desc *descs, unsigned int n)
{
	struct soft_job job = { .descs = descs, .n = n };
	struct pl_soft *s = engine_get(priv);
	int ret;

	if (!s)
		return -ENODEV;
	init_completion(&job.done);
	channel_queue(channel_pick(s), &job);
	ret = wait_for_completion_killable(&job.done);
	if (ret) {
		WRITE_ONCE(job.cancel, true);
		wait_for_completion(&job.done);
	}
	engine_put(s);
	return ret ? -EINTR : 0;
}

static void engine_switch(struct pl_soft *s, u32 on)
{
	s->on = on;
	s->mover.fabric->ops->state(s->mover.fabric, &s->port, on);
}

static int soft_enable(struct pl_dev *d, void *priv, u32 bits)
{
	struct pl_soft *s = engine_get(priv);
	int ret = 0;

	if (!s)
		return -ENODEV;
	if (bits & ~s->eps)
		ret = -EOPNOTSUPP;
	else
		engine_switch(s, s->on | bits);
	engine_put(s);
	return ret;
}

/* With ATS goes the ATC (PCIe 10.5.1.3). */
static void soft_disable(struct pl_dev *d, void *priv, u32 bits)
{
	struct pl_soft *s = engine_get(priv);

	if (!s)
		return;
	engine_switch(s, s->on & ~bits);
	if (bits & PL_EP_ATS)
		pl_atc_clear(&s->mover.atc);
	engine_put(s);
}

static const struct pl_engine_ops soft_engine_ops = {
	.name = "soft",
	.enable = soft_enable,
	.disable = soft_disable,
	.run = soft_run,
};

static void soft_invalidate(struct pl_port *port, pl_pasid_t pasid, bool global, u64 addr, u64 size)
{
	struct pl_soft *s = container_of(port, struct pl_soft, port);

	pl_atc_drop(&s->mover.atc, pasid, global, addr, size);
}

static const struct pl_port_ops soft_port_ops = {
	.invalidate = soft_invalidate,
};

static int channel_start(struct pl_soft *s, unsigned int i)
{
	struct pl_soft_channel *ch = &s->channels[i];

	ch->engine = s;
	spin_lock_init(&ch->lock);
	INIT_LIST_HEAD(&ch->jobs);
	init_waitqueue_head(&ch->wait);
	ch->chunk = kmalloc(PL_SOFT_CHUNK, GFP_KERNEL);
	if (!ch->chunk)
		return -ENOMEM;
	ch->task = kthread_run(channel_main, ch, "pasidlab-%04x/%u", s->port.rid, i);
	if (IS_ERR(ch->task)) {
		kfree(ch->chunk);
		return PTR_ERR(ch->task);
	}
	return 0;
}

/* Of the first @n. */
static void channels_stop(struct pl_soft *s, unsigned int n)
{
	while (n--) {
		kthread_stop(s->channels[n].task);
		kfree(s->channels[n].chunk);
	}
}

static int channels_start(struct pl_soft *s)
{
	unsigned int i;
	int ret;

	for (i = 0; i < s->nr_channels; i++) {
		ret = channel_start(s, i);
		if (ret) {
			channels_stop(s, i);
			return ret;
		}
	}
	return 0;
}

static struct pl_soft *engine_new(const struct pl_soft_config *cfg)
{
	unsigned int nr = clamp_t(unsigned int, cfg->channels, 1, SOFT_CHANNELS_MAX);
	struct pl_soft *s = kzalloc(struct_size(s, channels, nr), GFP_KERNEL);

	if (!s)
		return NULL;
	s->port.ops = &soft_port_ops;
	s->port.rid = cfg->rid;
	s->mover.fabric = cfg->fabric;
	s->mover.rid = cfg->rid;
	pl_atc_init(&s->mover.atc);
	s->eps = cfg->eps;
	refcount_set(&s->refs, 1);
	init_completion(&s->idle);
	s->nr_channels = nr;
	return s;
}

static void engine_free(struct pl_soft *s)
{
	pl_atc_clear(&s->mover.atc);
	kfree(s);
}

static int engine_publish(struct pl_soft *s)
{
	int ret = xa_alloc_cyclic(&engines, &s->id, s, xa_limit_31b, &engine_next, GFP_KERNEL);

	return min(ret, 0);
}

/* Nobody finds it any more, and those who had are done. */
static void engine_hide(struct pl_soft *s)
{
	xa_erase(&engines, s->id);
	WRITE_ONCE(s->mover.stop, true);
	engine_put(s);
	wait_for_completion(&s->idle);
}

static int engine_add(struct device *dev, struct pl_soft *s, const struct pl_soft_config *cfg)
{
	const struct pl_dev_desc desc = {
		.unit = cfg->fabric->unit,
		.rid = cfg->rid,
		.pasid_bits = cfg->pasid_bits,
		.eps = cfg->eps,
		.engine = &soft_engine_ops,
		.priv = (void *)(unsigned long)s->id,
	};

	return pl_dev_add(dev, &desc);
}

static int engine_start(struct device *dev, struct pl_soft *s, const struct pl_soft_config *cfg)
{
	struct pl_fabric *fabric = cfg->fabric;
	int ret;

	ret = fabric->ops->connect(fabric, &s->port);
	if (ret)
		return ret;
	ret = channels_start(s);
	if (ret)
		goto disconnect;
	ret = engine_publish(s);
	if (ret)
		goto stop;
	ret = engine_add(dev, s, cfg);
	if (ret)
		goto hide;
	return 0;
hide:
	engine_hide(s);
stop:
	channels_stop(s, s->nr_channels);
disconnect:
	fabric->ops->disconnect(fabric, &s->port);
	return ret;
}

static int soft_probe(struct platform_device *pdev)
{
	const struct pl_soft_config *cfg = dev_get_platdata(&pdev->dev);
	struct pl_soft *s;
	int ret;

	if (!cfg || !cfg->fabric)
		return -EINVAL;
	s = engine_new(cfg);
	if (!s)
		return -ENOMEM;
	ret = engine_start(&pdev->dev, s, cfg);
	if (ret) {
		engine_free(s);
		return ret;
	}
	platform_set_drvdata(pdev, s);
	return 0;
}

static void soft_remove(struct platform_device *pdev)
{
	struct pl_soft *s = platform_get_drvdata(pdev);
	struct pl_fabric *fabric = s->mover.fabric;

	pl_dev_del(&pdev->dev);
	engine_hide(s);
	channels_stop(s, s->nr_channels);
	fabric->ops->disconnect(fabric, &s->port);
	engine_free(s);
}

static struct platform_driver soft_driver = {
	.probe = soft_probe,
	.remove = soft_remove,
	.driver = {
		.name = PL_SOFT_DRIVER,
	},
};

/**
 * pl_soft_init() - soft endpoints may come
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int pl_soft_init(void)
{
	return platform_driver_register(&soft_driver);
}

/**
 * pl_soft_exit() - those that are there go
 *
 * Context: module exit.
 */
void pl_soft_exit(void)
{
	platform_driver_unregister(&soft_driver);
	xa_destroy(&engines);
}
