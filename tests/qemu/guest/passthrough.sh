#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# passthrough.sh - a disk behind the unit works under load while the driver takes the unit, churns,
# has its engine reset and its queue spoilt, and hands the unit back; twice.
. /lib.sh

blocks()
{
	tr -d ' ' </tmp/blocks
}

# The disk has done more than a few blocks since.
disk_moves()
{
	from=$(blocks)
	for _ in $(seq 300); do
		[ "$(blocks)" -gt $((from + 8)) ] && return
		sleep 0.1
	done
	echo "$(blocks) blocks, as before"
	return 1
}

engine()
{
	for dev in /sys/bus/pci/devices/*; do
		[ "$(cat "$dev/vendor"):$(cat "$dev/device")" = "$engine_id" ] && echo "$dev"
	done
}

take()
{
	insmod /modules/pasidlab.ko &&
		insmod "/modules/$module.ko" model_units=0 "$option"
}

hand_back()
{
	rmmod "$module" && rmmod pasidlab
}

is_nobodys()
{
	registers
	is_off
}

churn_some()
{
	churn --threads=2 --domains=4 "--ops=$1" --pattern=hold
}

resets()
{
	for _ in 1 2 3 4 5 6 7 8; do
		echo 1 >"$(engine)/reset" || return 1
		sleep 0.2
	done
}

# However fast it is, somebody churns until the resets are over.
churn_until_over()
{
	until [ -e /tmp/over ]; do
		churn_some 500 || return 1
	done
}

churn_through_resets()
{
	rm -f /tmp/over
	churn_until_over >/tmp/churn 2>&1 &
	churn=$!
	sleep 0.5
	resets || return 1
	kill -0 $churn || echo "churn ended before the resets did"
	disk_moves || return 1
	: >/tmp/over
	wait $churn && return
	cat /tmp/churn
	return 1
}

# The descriptor after the spoilt one was a whole detach's first; nothing of it may be lost.
spoil_queue()
{
	insmod "$spoils" && rmmod queue_spoil && churn_some 200 &&
		said | grep "$mended" && queue_is_well
}

engine_id=$1
xzcat /virtio_blk.ko.xz >/virtio_blk.ko
insmod /virtio_blk.ko
blk-load /dev/vda /tmp/stop /tmp/blocks >/tmp/load 2>&1 &
load=$!
sleep 1
check disk-works disk_moves
check unit-is-taken take
check disk-works-while-it-is disk_moves
check churn-through-resets churn_through_resets
[ -z "$spoils" ] || check queue-is-mended spoil_queue
check queue-is-well queue_is_well
check disk-still-works disk_moves
check handed-back hand_back
check nobody-drives-it is_nobodys
check disk-works-afterwards disk_moves
check taken-again take
check churn-again churn_some 200
check handed-back-again hand_back
touch /tmp/stop
wait $load
check disk-kept-its-data test $? -eq 0
sed 's/^/# /' /tmp/load
check log-is-clean log_is_clean
finish
