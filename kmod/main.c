// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasidlab.ko: the order in which its rooms open and close.
 *
 * The character device opens last and closes first, so that no file can reach
 * an engine that is not there yet or not there any more.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "core.h"

static int __init pl_init(void)
{
	int ret;

	ret = pl_soft_init();
	if (ret)
		return ret;
	ret = pl_pe_init();
	if (ret)
		goto soft;
	ret = pl_chardev_init();
	if (ret)
		goto pe;
	return 0;
pe:
	pl_pe_exit();
soft:
	pl_soft_exit();
	return ret;
}

static void __exit pl_exit(void)
{
	pl_chardev_exit();
	pl_pe_exit();
	pl_soft_exit();
	pl_pasid_exit();
}

module_init(pl_init);
module_exit(pl_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(PL_VERSION);
MODULE_DESCRIPTION("pasidlab: aux, SVA and blocking domains on PASIDs, as a laboratory");
