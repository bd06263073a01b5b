#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# refuse.sh PATTERN - the driver finds no unit that it may take: the module does not load, one line
# of the kernel log matches PATTERN, and no register has changed.
. /lib.sh

loaded()
{
	insmod "/modules/$module.ko" model_units=0 "$option"
}

one_line()
{
	said
	[ "$(said | wc -l)" -eq 1 ]
}

as_before()
{
	printf '%s\nnow\n' "$before"
	registers
	[ "$(registers)" = "$before" ]
}

insmod /modules/pasidlab.ko
before=$(registers)
check refused not loaded
check says-why sh -c ". /lib.sh; said | grep -E '$1'"
check in-one-line one_line
check not-loaded not grep -q "$module" /proc/modules
check nothing-touched as_before
check core-unloads rmmod pasidlab
check log-is-clean log_is_clean
finish
