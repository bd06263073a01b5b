// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab_bench.ko: parameters in, samples out.
 *
 * In debugfs, directory pasidlab_bench: writing to "run" measures (and gives
 * the errno), "why" says what went wrong, "result" has one line per series:
 *
 *	NAME CALLS DESCS WAITS FENCES DISAGREED : SAMPLE SAMPLE ...
 *
 * after a line "SIDE DEVICE CLOCK WITNESS".  DISAGREED counts the calls whose
 * counts the hardware's queue tail did not bear out; WITNESS is the length of
 * that queue, 0 without one.
 *
 * Writing N to "replace" replaces a domain N times under DMA; then "dma" has
 * "REPLACES TRANSFERS ABORTED WRONG", and behind it why ABORTED need not be 0,
 * or nothing where it must.
 *
 * Locking: run_lock for everything.
 */
#define pr_fmt(fmt) "pasidlab_bench: " fmt

#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>

#include "../../../kmod/compat.h"
#include "bench.h"

static char *side = "ours";
module_param(side, charp, 0444);
MODULE_PARM_DESC(side, "the API under test: ours (default) or intree");
static char *device = "pasidlab-soft.0";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "a platform device's name or VENDOR:DEVICE of a PCI function (pasidlab-soft.0)");
static uint ops = 1000;
module_param(ops, uint, 0444);
MODULE_PARM_DESC(ops, "samples of each operation, 1 to 100000 (1000)");
static uint pasids = 1000;
module_param(pasids, uint, 0444);
MODULE_PARM_DESC(pasids, "PASIDs that are attached and detached together, 1 to 100000 (1000)");
static uint rounds = 11;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "times that is done, 1 to 1000 (11)");
static uint crowd = 60;
module_param(crowd, uint, 0444);
MODULE_PARM_DESC(crowd, "rounds of maps and unmaps by threads at once, 1 to 1000 (60)");
static bool cycles;
module_param(cycles, bool, 0444);
MODULE_PARM_DESC(cycles, "the clock is the cycle counter, not nanoseconds (N)");

static DEFINE_MUTEX(run_lock);
static struct bench bench;
static struct dentry *dir;
static u32 witness;

static struct device *find_pci(unsigned int vendor, unsigned int id)
{
	struct pci_dev *pdev = pci_get_device(vendor, id, NULL);

	return pdev ? &pdev->dev : NULL;
}

/**
 * bench_find_device() - the device that the parameters name
 * @b: the run
 *
 * Context: may sleep.
 * Return: the device with a reference, or NULL and b->why says so.
 */
struct device *bench_find_device(struct bench *b)
{
	unsigned int vendor, id;
	struct device *dev;
	char end;

	if (sscanf(b->device, "%4x:%4x%c", &vendor, &id, &end) == 2)
		dev = find_pci(vendor, id);
	else
		dev = bus_find_device_by_name(&platform_bus_type, NULL, b->device);
	if (!dev)
		b->why = "there is no such device";
	return dev;
}

static int measure(struct bench *b)
{
	int ret;

	bench_series_free(b);
	b->why = NULL;
	ret = b->side->open(b);
	if (ret)
		return ret;
	bench_witness_open(b);
	witness = b->tail_at ? b->tail_entries : 0;
	bench_witness_close(b);
	ret = bench_program(b);
	b->side->close(b);
	if (ret && !b->why)
		b->why = "a call that was measured failed";
	return ret;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	int ret;

	mutex_lock(&run_lock);
	ret = measure(&bench);
	if (ret)
		bench_series_free(&bench);
	mutex_unlock(&run_lock);
	return ret ? ret : len;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static ssize_t replace_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u32 n;
	int ret = kstrtou32_from_user(buf, len, 10, &n);

	if (ret)
		return ret;
	mutex_lock(&run_lock);
	bench.why = NULL;
	ret = bench.side->open(&bench);
	if (!ret) {
		ret = bench_dma(&bench, n);
		bench.side->close(&bench);
	}
	mutex_unlock(&run_lock);
	return ret ? ret : len;
}

static const struct file_operations replace_fops = {
	.owner = THIS_MODULE,
	.write = replace_write,
};

static int dma_show(struct seq_file *m, void *unused)
{
	mutex_lock(&run_lock);
	seq_printf(m, "%u %llu %llu %llu %s\n", bench.dma.replaces, bench.dma.transfers,
		   bench.dma.aborted, bench.dma.wrong, bench.dma.breaks ?: "");
	mutex_unlock(&run_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dma);

static int why_show(struct seq_file *m, void *unused)
{
	mutex_lock(&run_lock);
	seq_printf(m, "%s\n", bench.why ? bench.why : "nothing went wrong");
	mutex_unlock(&run_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(why);

static void show_series(struct seq_file *m, const struct bench_series *s)
{
	u32 i;

	seq_printf(m, "%s %u %llu %llu %llu %u :", s->name, s->calls, s->seen.descs,
		   s->seen.waits, s->seen.fences, s->disagreed);
	for (i = 0; i < s->n; i++)
		seq_printf(m, " %llu", s->v[i]);
	seq_putc(m, '\n');
}

static int result_show(struct seq_file *m, void *unused)
{
	u32 i;

	mutex_lock(&run_lock);
	seq_printf(m, "%s %s %s %u\n", bench.side->name, bench.device,
		   bench.cycles ? "cycles" : "ns", witness);
	for (i = 0; i < bench.n_series; i++)
		show_series(m, &bench.series[i]);
	mutex_unlock(&run_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(result);

static int check_params(void)
{
	const char *bad = NULL;

	if (strcmp(side, "ours") && strcmp(side, "intree"))
		bad = "side is neither ours nor intree";
	else if (ops < 1 || ops > 100000)
		bad = "ops is not between 1 and 100000";
	else if (pasids < 1 || pasids > 100000)
		bad = "pasids is not between 1 and 100000";
	else if (rounds < 1 || rounds > 1000)
		bad = "rounds is not between 1 and 1000";
	else if (crowd < 1 || crowd > 1000)
		bad = "crowd is not between 1 and 1000";
	if (bad)
		pr_err("%s\n", bad);
	return bad ? -EINVAL : 0;
}

static int __init bench_init(void)
{
	int ret = check_params();

	if (ret)
		return ret;
	bench.side = strcmp(side, "ours") ? &bench_intree : &bench_ours;
	bench.device = device;
	bench.ops = ops;
	bench.pasids = pasids;
	bench.rounds = rounds;
	bench.crowd = crowd;
	bench.cycles = cycles;
	dir = debugfs_create_dir("pasidlab_bench", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("replace", 0200, dir, NULL, &replace_fops);
	debugfs_create_file("dma", 0400, dir, NULL, &dma_fops);
	debugfs_create_file("why", 0400, dir, NULL, &why_fops);
	debugfs_create_file("result", 0400, dir, NULL, &result_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	bench_series_free(&bench);
}

module_init(bench_init);
module_exit(bench_exit);
PL_IMPORT_IOMMUFD();
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("pasidlab: what an operation costs, ours and the kernel's own API");
