# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
#
# vtd.sh - QEMU's VT-d unit, as lib.sh needs it.

unit=0xfed90000
module=pasidlab_vtd
option=vtd=Y
# The module that spoils its queue, and what the driver says then.
spoils=/queue-spoil.ko
mended='a global one takes its place'

# What a driver would write first: GSTS, RTADDR, FECTL, IQA.
registers()
{
	register 0x1c 32
	register 0x20 64
	register 0x38 32
	register 0x90 64
}

# Translation (TES), queue (QIES) and interrupt remapping (IRES) are off.
is_off()
{
	[ $(($(register 0x1c 32) & 0x86000000)) -eq 0 ]
}

# No queue error stands (FSTS.IQE).
queue_is_well()
{
	[ $(($(register 0x34 32) & 0x10)) -eq 0 ]
}
