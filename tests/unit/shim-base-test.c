// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shims themselves: a test that runs on wrong stand-ins proves nothing.
 *
 * What must stop the program is tried in a child process, which has to die of
 * SIGABRT.  The memory half has a test of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hashtable.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "kernel/shim_control.h"
#include "kernel/shim_fs.h"

#define THREADS	4
#define ROUNDS	2000

/* Does @fn end in abort()?  What it says on the way is not wanted. */
static bool dies(void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

struct run {
	int (*fn)(void *data);
	void *data;
	struct completion done;
};

static int run_one(void *data)
{
	struct run *run = data;

	run->fn(run->data);
	complete(&run->done);
	return 0;
}

/* Run @fn on THREADS kthreads and wait for them: a stopped one might never start. */
static void in_threads(int (*fn)(void *), void *data)
{
	struct run run = { .fn = fn, .data = data };
	int i;

	init_completion(&run.done);
	for (i = 0; i < THREADS; i++)
		assert_false(IS_ERR(kthread_run(run_one, &run, "t/%d", i)));
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&run.done);
}

/*
 * Lists and bits
 */

struct item {
	int v;
	struct list_head node;
	struct hlist_node hash;
	struct llist_node lock_free;
};

static void list_keeps_order(void **state)
{
	struct item it[4] = { { .v = 0 }, { .v = 1 }, { .v = 2 }, { .v = 3 } };
	struct item *pos, *n;
	LIST_HEAD(a);
	LIST_HEAD(b);
	int i, sum = 0;

	for (i = 0; i < 4; i++)
		list_add_tail(&it[i].node, &a);
	i = 0;
	list_for_each_entry(pos, &a, node)
		assert_int_equal(pos->v, i++);
	list_move(&it[3].node, &a);
	assert_ptr_equal(list_first_entry(&a, struct item, node), &it[3]);
	list_splice_tail_init(&a, &b);
	assert_true(list_empty(&a));
	assert_int_equal(list_count_nodes(&b), 4);
	list_for_each_entry_safe(pos, n, &b, node) {
		sum += pos->v;
		list_del(&pos->node);
	}
	assert_int_equal(sum, 6);
	assert_true(list_empty(&b));
	assert_null(list_first_entry_or_null(&b, struct item, node));
}

static void delete_twice(void)
{
	struct list_head n;
	LIST_HEAD(head);

	list_add(&n, &head);
	list_del(&n);
	list_del(&n);
}

static void list_is_checked(void **state)
{
	assert_true(dies(delete_twice));
}

static void hashtable_finds(void **state)
{
	struct item it[32] = { 0 }, *pos;
	DEFINE_HASHTABLE(table, 4);
	int i, found;

	for (i = 0; i < 32; i++) {
		it[i].v = i;
		hash_add(table, &it[i].hash, i);
	}
	for (i = 0; i < 32; i++) {
		found = 0;
		hash_for_each_possible(table, pos, hash, i)
			found += pos->v == i;
		assert_int_equal(found, 1);
		hash_del(&it[i].hash);
	}
	assert_true(hash_empty(table));
}

static void bits_and_fields(void **state)
{
	DECLARE_BITMAP(map, 130) = { 0 };
	u64 mask = GENMASK_ULL(51, 12);

	assert_int_equal(find_first_bit(map, 130), 130);
	__set_bit(129, map);
	set_bit(64, map);
	assert_int_equal(find_first_bit(map, 130), 64);
	assert_int_equal(find_next_bit(map, 130, 65), 129);
	assert_true(test_and_clear_bit(64, map));
	assert_int_equal(bitmap_weight(map, 130), 1);
	bitmap_fill(map, 128);
	assert_int_equal(find_first_zero_bit(map, 130), 128);
	assert_int_equal(FIELD_GET(mask, FIELD_PREP(mask, 0x1234)), 0x1234);
	assert_int_equal(mask, 0x000ffffffffff000ull);
}

/*
 * Atomics
 */

struct counters {
	atomic_t a;
	atomic64_t b;
	u64 c;
	struct llist_head list;
};

static int count_up(void *data)
{
	struct counters *c = data;
	u64 old;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		atomic_inc(&c->a);
		atomic64_add(3, &c->b);
		old = READ_ONCE(c->c);
		while (!try_cmpxchg(&c->c, &old, old + 2))
			;
	}
	return 0;
}

static void atomics_lose_nothing(void **state)
{
	struct counters c = { 0 };

	in_threads(count_up, &c);
	assert_int_equal(atomic_read(&c.a), THREADS * ROUNDS);
	assert_int_equal(atomic64_read(&c.b), 3 * THREADS * ROUNDS);
	assert_int_equal(c.c, 2 * THREADS * ROUNDS);
	assert_false(atomic_add_unless(&c.a, 1, THREADS * ROUNDS));
	assert_int_equal(cmpxchg(&c.c, 1, 0), 2 * THREADS * ROUNDS);
}

static int push(void *data)
{
	struct item *it = calloc(1, sizeof(*it));

	llist_add(&it->lock_free, &((struct counters *)data)->list);
	return 0;
}

static void llist_takes_all(void **state)
{
	struct counters c = { 0 };
	struct item *it, *n;
	int found = 0;

	in_threads(push, &c);
	llist_for_each_entry_safe(it, n, llist_del_all(&c.list), lock_free) {
		free(it);
		found++;
	}
	assert_int_equal(found, THREADS);
	assert_true(llist_empty(&c.list));
}

static void refcount_saturates(void **state)
{
	unsigned long before = shim_warn_count;
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	assert_false(refcount_dec_and_test(&r));
	assert_true(refcount_dec_and_test(&r));
	assert_false(refcount_inc_not_zero(&r));
	assert_int_equal(shim_warn_count, before);
}

/*
 * Locks
 */

static DEFINE_MUTEX(the_mutex);
static DEFINE_SPINLOCK(the_spinlock);

static int hold_and_add(void *data)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		guard(mutex)(&the_mutex);
		lockdep_assert_held(&the_mutex);
		scoped_guard(spinlock_irqsave, &the_spinlock)
			++*(int *)data;
	}
	return 0;
}

static void locks_exclude(void **state)
{
	int n = 0;

	in_threads(hold_and_add, &n);
	assert_int_equal(n, THREADS * ROUNDS);
	assert_false(mutex_is_locked(&the_mutex));
	assert_int_equal(shim_locks_held(), 0);
}

static void lock_twice(void)
{
	mutex_lock(&the_mutex);
	mutex_lock(&the_mutex);
}

static void unlock_not_held(void)
{
	mutex_unlock(&the_mutex);
}

static int unlock_it(void *data)
{
	mutex_unlock(data);
	return 0;
}

static void unlock_of_another(void)
{
	mutex_lock(&the_mutex);
	in_threads(unlock_it, &the_mutex);
}

static void assert_not_held(void)
{
	lockdep_assert_held(&the_mutex);
}

static void sleep_in_spinlock(void)
{
	spin_lock(&the_spinlock);
	mutex_lock(&the_mutex);
}

static void msleep_not_preemptible(void)
{
	preempt_disable();
	msleep(1);
}

static void destroy_held(void)
{
	struct mutex m;

	mutex_init(&m);
	mutex_lock(&m);
	mutex_destroy(&m);
}

static int end_with_lock(void *data)
{
	mutex_lock(data);
	return 0;
}

static void thread_keeps_lock(void)
{
	struct task_struct *t = kthread_create(end_with_lock, &the_mutex, "x");

	get_task_struct(t);
	wake_up_process(t);
	msleep(1000);
}

static void mutex_has_an_owner(void **state)
{
	assert_true(dies(lock_twice));
	assert_true(dies(unlock_not_held));
	assert_true(dies(unlock_of_another));
	assert_true(dies(assert_not_held));
	assert_true(dies(destroy_held));
	assert_true(dies(thread_keeps_lock));
	assert_true(dies(sleep_in_spinlock));
	assert_true(dies(msleep_not_preemptible));
}

/* Two instances of each class, so that nothing but the classes is the same. */
struct two {
	struct mutex outer;
	struct mutex inner;
};

static void two_init(struct two *t)
{
	mutex_init(&t->outer);
	mutex_init(&t->inner);
}

static void invert(void)
{
	struct two a, b;

	two_init(&a);
	two_init(&b);
	mutex_lock(&a.outer);
	mutex_lock(&a.inner);
	mutex_unlock(&a.inner);
	mutex_unlock(&a.outer);
	mutex_lock(&b.inner);
	mutex_lock(&b.outer);
}

static void nest_in_class(void)
{
	struct two a, b;

	two_init(&a);
	two_init(&b);
	mutex_lock(&a.outer);
	mutex_lock(&b.outer);
}

static void lock_order_is_by_class(void **state)
{
	struct two a, b;

	assert_true(dies(invert));
	assert_true(dies(nest_in_class));
	two_init(&a);
	two_init(&b);
	mutex_lock(&a.outer);
	mutex_lock_nested(&b.outer, SINGLE_DEPTH_NESTING);
	mutex_unlock(&a.outer);
	mutex_unlock(&b.outer);
	mutex_lock(&b.inner);
	assert_true(mutex_trylock(&a.outer));
	mutex_unlock(&a.outer);
	mutex_unlock(&b.inner);
}

static DECLARE_RWSEM(the_rwsem);

static int read_or_write(void *data)
{
	int i, *n = data;

	for (i = 0; i < ROUNDS / 4; i++) {
		if (i % 4) {
			guard(rwsem_read)(&the_rwsem);
			lockdep_assert_held_read(&the_rwsem);
			assert_true(READ_ONCE(*n) >= 0);
			continue;
		}
		down_write(&the_rwsem);
		++*n;
		downgrade_write(&the_rwsem);
		lockdep_assert_held_read(&the_rwsem);
		up_read(&the_rwsem);
	}
	return 0;
}

static void rwsem_excludes_writers(void **state)
{
	int n = 0;

	in_threads(read_or_write, &n);
	assert_int_equal(n, THREADS * ROUNDS / 16);
	assert_true(down_write_trylock(&the_rwsem));
	assert_true(rwsem_is_locked(&the_rwsem));
	up_write(&the_rwsem);
}

/*
 * Threads and waiting
 */

struct pingpong {
	wait_queue_head_t wq;
	spinlock_t lock;
	int turn;
	int done;
	struct completion end;
};

static int ponger(void *data)
{
	struct pingpong *p = data;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		wait_event(p->wq, READ_ONCE(p->turn) == 1);
		WRITE_ONCE(p->turn, 0);
		wake_up(&p->wq);
	}
	complete(&p->end);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 42;
}

static void wait_event_misses_no_wake(void **state)
{
	struct pingpong p = { .turn = 0 };
	struct task_struct *t;
	int i;

	init_waitqueue_head(&p.wq);
	init_completion(&p.end);
	t = kthread_run(ponger, &p, "pong");
	assert_false(IS_ERR(t));
	for (i = 0; i < ROUNDS; i++) {
		WRITE_ONCE(p.turn, 1);
		wake_up(&p.wq);
		wait_event(p.wq, READ_ONCE(p.turn) == 0);
	}
	wait_for_completion(&p.end);
	assert_int_equal(kthread_stop(t), 42);
	assert_false(waitqueue_active(&p.wq));
}

static int wait_for_stop(void *data)
{
	struct pingpong *p = data;

	complete(&p->end);
	wait_event_interruptible(p->wq, kthread_should_stop());
	return 7;
}

static void kthread_stop_wakes(void **state)
{
	struct pingpong p = { .turn = 0 };
	struct task_struct *t;

	init_waitqueue_head(&p.wq);
	init_completion(&p.end);
	t = kthread_run(wait_for_stop, &p, "waiter");
	wait_for_completion(&p.end);
	assert_int_equal(kthread_stop(t), 7);
	t = kthread_create(wait_for_stop, &p, "never");
	assert_int_equal(kthread_stop(t), -EINTR);
}

static int sleep_until_signal(void *data)
{
	struct pingpong *p = data;
	int ret = wait_event_interruptible(p->wq, false);

	complete(&p->end);
	return ret;
}

static void signals_and_timeouts_end_waits(void **state)
{
	struct pingpong p = { .turn = 0 };
	struct task_struct *t;

	init_waitqueue_head(&p.wq);
	init_completion(&p.end);
	assert_int_equal(wait_event_timeout(p.wq, p.turn, msecs_to_jiffies(20)), 0);
	assert_int_equal(wait_event_timeout(p.wq, !p.turn, 100), 100);
	assert_int_equal(wait_for_completion_timeout(&p.end, 2), 0);
	t = kthread_create(sleep_until_signal, &p, "sleeper");
	get_task_struct(t);
	wake_up_process(t);
	shim_signal(t);
	wait_for_completion(&p.end);
	assert_int_equal(kthread_stop_put(t), -ERESTARTSYS);
	assert_int_equal(mutex_lock_interruptible(&the_mutex), 0);
	mutex_unlock(&the_mutex);
	shim_signal(NULL);
	assert_int_equal(mutex_lock_interruptible(&the_mutex), -EINTR);
	shim_signal_clear(NULL);
}

static int take_one(void *data)
{
	wait_for_completion(data);
	return 0;
}

static int give_all(void *data)
{
	int i;

	for (i = 0; i < THREADS; i++)
		complete(data);
	return 0;
}

static void completion_counts(void **state)
{
	DECLARE_COMPLETION_ONSTACK(c);
	struct task_struct *t;

	assert_false(try_wait_for_completion(&c));
	t = kthread_create(give_all, &c, "give");
	get_task_struct(t);
	wake_up_process(t);
	in_threads(take_one, &c);
	kthread_stop_put(t);
	assert_false(completion_done(&c));
	complete_all(&c);
	in_threads(take_one, &c);
	assert_true(completion_done(&c));
}

/*
 * Work
 */

struct job {
	struct work_struct work;
	struct delayed_work later;
	struct job *next;
	int *order;
	int *at;
	int id;
	int runs;
};

static void note(struct work_struct *work)
{
	struct job *j = container_of(work, struct job, work);

	j->order[(*j->at)++] = j->id;
}

static void note_later(struct work_struct *work)
{
	struct job *j = container_of(to_delayed_work(work), struct job, later);

	__atomic_fetch_add(&j->runs, 1, __ATOMIC_RELAXED);
}

static void again(struct work_struct *work)
{
	struct job *j = container_of(work, struct job, work);

	if (++j->runs < 5)
		queue_work(work->wq, work);
}

/* Long enough to be met in every state: running, its timer armed, on the list. */
static void rearm(struct work_struct *work)
{
	struct job *j = container_of(to_delayed_work(work), struct job, later);

	__atomic_fetch_add(&j->runs, 1, __ATOMIC_RELAXED);
	usleep_range(2000, 2100);
	mod_delayed_work(system_wq, &j->later, 1);
}

static void free_itself(struct work_struct *work)
{
	kfree(container_of(work, struct job, work));
}

static void ordered_work_runs_in_order(void **state)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("order-%d", 0, 1);
	struct job jobs[32] = { 0 };
	int order[32], at = 0, i;

	assert_non_null(wq);
	for (i = 0; i < 32; i++) {
		INIT_WORK(&jobs[i].work, note);
		jobs[i].id = i;
		jobs[i].order = order;
		jobs[i].at = &at;
		assert_true(queue_work(wq, &jobs[i].work));
	}
	flush_work(&jobs[31].work);
	for (i = 0; i < 32; i++)
		assert_int_equal(order[i], i);
	destroy_workqueue(wq);
}

static void work_is_cancelled_and_requeued(void **state)
{
	struct workqueue_struct *wq = alloc_workqueue("w", WQ_UNBOUND, 0);
	struct job j = { .runs = 0 }, *own = kzalloc(sizeof(*own), GFP_KERNEL);

	INIT_WORK(&j.work, again);
	INIT_WORK(&own->work, free_itself);
	queue_work(wq, &own->work);
	assert_true(queue_work(wq, &j.work));
	flush_workqueue(wq);
	assert_int_equal(j.runs, 5);
	queue_work(wq, &j.work);
	cancel_work_sync(&j.work);
	assert_false(work_pending(&j.work));
	assert_false(flush_work(&j.work));
	destroy_workqueue(wq);
}

static void delayed_work_comes_later(void **state)
{
	struct job j = { .runs = 0 };

	INIT_DELAYED_WORK(&j.later, note_later);
	assert_true(schedule_delayed_work(&j.later, 1000000));
	assert_false(schedule_delayed_work(&j.later, 1));
	assert_true(cancel_delayed_work_sync(&j.later));
	assert_true(schedule_delayed_work(&j.later, 1));
	while (!READ_ONCE(j.runs))
		usleep_range(100, 200);
	assert_true(schedule_delayed_work(&j.later, 1000000));
	flush_delayed_work(&j.later);
	cancel_delayed_work_sync(&j.later);
	assert_int_equal(j.runs, 2);
}

/* A function that is running while its work is cancelled leaves no timer behind. */
static void work_that_rearms_is_cancelled(void **state)
{
	struct job j;
	int i;

	for (i = 0; i < 60; i++) {
		j.runs = 0;
		INIT_DELAYED_WORK(&j.later, rearm);
		schedule_delayed_work(&j.later, 1);
		while (!READ_ONCE(j.runs))
			usleep_range(50, 60);
		usleep_range(i * 100, i * 100 + 10);
		cancel_delayed_work_sync(&j.later);
		assert_false(delayed_work_pending(&j.later));
	}
	/* It may be queued again. */
	assert_true(schedule_delayed_work(&j.later, 1000000));
	assert_true(cancel_delayed_work_sync(&j.later));
}

/*
 * Devices
 */

static int probed, removed, undone, probe_error;

static void undo(void *data)
{
	undone++;
}

static int toy_probe(struct platform_device *pdev)
{
	int *config = dev_get_platdata(&pdev->dev);

	assert_int_equal(*config, 77);
	assert_non_null(devm_kzalloc(&pdev->dev, 64, GFP_KERNEL));
	assert_int_equal(devm_add_action_or_reset(&pdev->dev, undo, NULL), 0);
	if (probe_error)
		return dev_err_probe(&pdev->dev, probe_error, "refused\n");
	platform_set_drvdata(pdev, &probed);
	probed++;
	return 0;
}

static void toy_remove(struct platform_device *pdev)
{
	assert_ptr_equal(platform_get_drvdata(pdev), &probed);
	removed++;
}

static struct platform_driver toy_driver = {
	.driver.name = "toy",
	.probe = toy_probe,
	.remove = toy_remove,
};

static void platform_bus_binds_either_way(void **state)
{
	struct platform_device *a, *b, *other;
	int config = 77;

	probed = removed = undone = 0;
	a = platform_device_register_data(NULL, "toy", 0, &config, sizeof(config));
	other = platform_device_register_simple("other", PLATFORM_DEVID_NONE, NULL, 0);
	assert_int_equal(probed, 0);
	assert_int_equal(platform_driver_register(&toy_driver), 0);
	assert_int_equal(probed, 1);
	b = platform_device_register_data(NULL, "toy", 1, &config, sizeof(config));
	assert_int_equal(probed, 2);
	assert_string_equal(dev_name(&b->dev), "toy.1");
	assert_string_equal(dev_name(&other->dev), "other");
	shim_platform_unbind(a);
	assert_int_equal(removed, 1);
	assert_int_equal(undone, 1);
	assert_null(a->dev.driver);
	assert_int_equal(shim_platform_bind(a), 0);
	assert_int_equal(probed, 3);
	platform_device_unregister(b);
	assert_int_equal(removed, 2);
	platform_driver_unregister(&toy_driver);
	assert_int_equal(removed, 3);
	assert_int_equal(shim_platform_bind(a), -ENODEV);
	platform_device_unregister(a);
	platform_device_unregister(other);
}

static void failed_probe_leaves_nothing(void **state)
{
	unsigned long errors = shim_err_count;
	struct platform_device *a;
	int config = 77;

	probed = removed = undone = 0;
	probe_error = -EIO;
	platform_driver_register(&toy_driver);
	a = platform_device_register_data(NULL, "toy", PLATFORM_DEVID_AUTO, &config,
					  sizeof(config));
	assert_int_equal(shim_err_count, errors + 1);
	assert_int_equal(undone, 1);
	assert_null(a->dev.driver);
	probe_error = -EPROBE_DEFER;
	assert_int_equal(shim_platform_bind(a), -EPROBE_DEFER);
	assert_int_equal(shim_err_count, errors + 1);
	probe_error = 0;
	assert_int_equal(shim_platform_bind(a), 0);
	platform_device_unregister(a);
	platform_driver_unregister(&toy_driver);
	assert_int_equal(probed, 1);
	assert_int_equal(removed, 1);
}

/*
 * Modules, files, tracepoints, log
 */

static bool toy_up;
static unsigned int toy_level = 3;

module_param_named(level, toy_level, uint, 0444);

static long toy_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == 1)
		mutex_lock(&the_mutex);
	if (cmd > 1)
		return -ENOIOCTLCMD;
	return *(int *)arg + (file->f_mode & FMODE_WRITE ? 100 : 0);
}

static int toy_release(struct inode *inode, struct file *file)
{
	undone++;
	return 0;
}

static const struct file_operations toy_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = toy_ioctl,
	.release = toy_release,
};

static struct miscdevice toy_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "toy",
	.fops = &toy_fops,
};

static int __init toy_init(void)
{
	toy_up = true;
	return misc_register(&toy_misc);
}
module_init(toy_init);

static void __exit toy_exit(void)
{
	misc_deregister(&toy_misc);
	toy_up = false;
}
module_exit(toy_exit);

static void leak_lock_in_ioctl(void)
{
	int v = 1;

	shim_modules_init();
	shim_ioctl(shim_open("toy", O_RDWR), 1, &v);
}

static void modules_and_files(void **state)
{
	struct file *file;
	int v = 5;

	assert_false(toy_up);
	assert_ptr_equal(shim_open("toy", O_RDWR), ERR_PTR(-ENOENT));
	assert_int_equal(shim_modules_init(), 0);
	assert_true(toy_up);
	assert_int_equal(misc_register(&toy_misc), -EBUSY);
	undone = 0;
	file = shim_open("toy", O_RDWR);
	assert_false(IS_ERR(file));
	assert_int_equal(shim_module_refs, 1);
	assert_int_equal(shim_ioctl(file, 0, &v), 105);
	assert_int_equal(shim_ioctl(file, 2, &v), -ENOTTY);
	get_file(file);
	shim_close(file);
	assert_int_equal(undone, 0);
	fput(file);
	assert_int_equal(undone, 1);
	assert_int_equal(shim_module_refs, 0);
	shim_modules_exit();
	assert_false(toy_up);
	assert_true(dies(leak_lock_in_ioctl));
}

static void parameters_are_set_by_name(void **state)
{
	assert_int_equal(shim_param_set("test", "level", 9), 0);
	assert_int_equal(toy_level, 9);
	assert_int_equal(shim_param_set("test", "none", 9), -ENOENT);
}

TRACE_EVENT(toy_event,
	TP_PROTO(const char *name, u64 v),
	TP_ARGS(name, v),
	TP_STRUCT__entry(
		__string(name, name)
		__field(u64, v)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->v = v;
	),
	TP_printk("name=%s v=%llu", __get_str(name), __entry->v)
);

static const char *traced;

static void trace_hook(const char *event)
{
	traced = event;
}

static void tracepoints_call_the_hook(void **state)
{
	trace_toy_event("x", 1);
	assert_null(traced);
	shim_trace_hook = trace_hook;
	assert_true(trace_toy_event_enabled());
	trace_toy_event("x", 1);
	shim_trace_hook = NULL;
	assert_string_equal(traced, "toy_event");
}

static void complaints_are_counted(void **state)
{
	unsigned long errors = shim_err_count;
	int i;

	pr_info("quiet\n");
	assert_int_equal(shim_err_count, errors);
	for (i = 0; i < 3; i++)
		pr_err_once("once\n");
	pr_err("loud\n");
	assert_int_equal(shim_err_count, errors + 2);
}

static void strings_are_bounded(void **state)
{
	char buf[4];
	u8 fill[16];

	assert_int_equal(strscpy(buf, "abc"), 3);
	assert_int_equal(strscpy(buf, "abcd"), -E2BIG);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcd", 2), -E2BIG);
	assert_string_equal(buf, "a");
	assert_int_equal(scnprintf(buf, sizeof(buf), "%d", 12345), 3);
	memset(fill, 0xff, sizeof(fill));
	assert_null(memchr_inv(fill, 0xff, sizeof(fill)));
	fill[9] = 0;
	assert_ptr_equal(memchr_inv(fill, 0xff, sizeof(fill)), &fill[9]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_keeps_order),
		cmocka_unit_test(list_is_checked),
		cmocka_unit_test(hashtable_finds),
		cmocka_unit_test(bits_and_fields),
		cmocka_unit_test(atomics_lose_nothing),
		cmocka_unit_test(llist_takes_all),
		cmocka_unit_test(refcount_saturates),
		cmocka_unit_test(locks_exclude),
		cmocka_unit_test(mutex_has_an_owner),
		cmocka_unit_test(lock_order_is_by_class),
		cmocka_unit_test(rwsem_excludes_writers),
		cmocka_unit_test(wait_event_misses_no_wake),
		cmocka_unit_test(kthread_stop_wakes),
		cmocka_unit_test(signals_and_timeouts_end_waits),
		cmocka_unit_test(completion_counts),
		cmocka_unit_test(ordered_work_runs_in_order),
		cmocka_unit_test(work_is_cancelled_and_requeued),
		cmocka_unit_test(delayed_work_comes_later),
		cmocka_unit_test(work_that_rearms_is_cancelled),
		cmocka_unit_test(platform_bus_binds_either_way),
		cmocka_unit_test(failed_probe_leaves_nothing),
		cmocka_unit_test(modules_and_files),
		cmocka_unit_test(parameters_are_set_by_name),
		cmocka_unit_test(tracepoints_call_the_hook),
		cmocka_unit_test(complaints_are_counted),
		cmocka_unit_test(strings_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("shim-base", tests, NULL, NULL);
}
