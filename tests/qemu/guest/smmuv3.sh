# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
#
# smmuv3.sh - QEMU's SMMUv3, as lib.sh needs it.

unit=0x9050000
module=pasidlab_smmuv3
option=smmuv3=Y
# Nothing spoils its queue.
spoils=''
mended=''

# What a driver would write first: CR0, IRQ_CTRL, STRTAB_BASE, CMDQ_BASE. Where there is no unit
# each ends in a bus error.
registers()
{
	register 0x20 32
	register 0x50 32
	register 0x80 64
	register 0x90 64
}

# CR0: neither translation nor a queue is on.
is_off()
{
	[ $(($(register 0x20 32) & 0xf)) -eq 0 ]
}

# No command queue error stands (GERROR against GERRORN).
queue_is_well()
{
	[ $((($(register 0x60 32) ^ $(register 0x64 32)) & 1)) -eq 0 ]
}
