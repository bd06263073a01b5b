# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# lib.sh - what the scripts inside the tier's guests share: TAP on the console, and the unit's
# registers as they are. /unit.sh says which unit. Hard rule: only finish prints the plan, so a
# script that dies is noticed.

. /unit.sh
count=0

# check NAME COMMAND...: one line.
check()
{
	name=$1
	shift
	count=$((count + 1))
	if "$@" >/tmp/said 2>&1; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/#   /' /tmp/said
	fi
}

not()
{
	! "$@"
}

finish()
{
	echo "1..$count"
}

# register OFFSET WIDTH
register()
{
	devmem $((unit + $1)) "$2"
}

# What the driver says to the kernel log. A load that fails is tried twice by insmod.
said()
{
	dmesg | sed -n 's/^\[[^]]*\] \(pasidlab: \)/\1/p' | grep -v taint | sort -u
}

log_is_clean()
{
	! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|DMAR: .*fault'
}
