# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# lib.sh - what the dependency scripts share.
#
# Vocabulary: a "step" is one command whose output goes to a log and whose progress is shown as one
# line; "the cache" is $CACHE, the user's cache directory for pasidlab. Hard rule: nothing here
# writes outside $CACHE, and every file that others look for appears by rename.

: "${CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/pasidlab}"

# What went wrong and what to do about it; exit 2 as for any wrong use or missing prerequisite.
die()
{
	printf 'pasidlab: %s\n' "$*" >&2
	exit 2
}

say()
{
	printf '  %-9s %s\n' "$1" "$2"
}

# Two scripts may run at once (two makes, two checkouts): one works, the other waits and says so.
lock_cache()
{
	mkdir -p "$CACHE" || die "cannot create $CACHE: set XDG_CACHE_HOME to a writable directory"
	exec 9>"$CACHE/$1.lock"
	flock -n 9 && return
	say WAIT "another run holds $CACHE/$1.lock"
	flock 9
}

# The release of this machine, as os-release names it.
machine_codename()
{
	local ID='' VERSION_CODENAME=''

	[ -r /etc/os-release ] && . /etc/os-release
	[ "$ID" = debian ] || die "this is '${ID:-no known system}': use Debian 12 or 13"
	[ -n "$VERSION_CODENAME" ] || die "a Debian without a codename: use Debian 12 or 13"
	printf '%s\n' "$VERSION_CODENAME"
}

# The architecture of this machine, as Debian names it.
machine_arch()
{
	dpkg --print-architecture
}

# How far ninja is, by the last line of its log.
progress_of()
{
	tail -n 1 "$1" | sed -n 's/^\(\[[0-9]*\/[0-9]*\]\).*/ \1/p'
}

# Show one line while a command runs: rewritten each second on a terminal, every 10 s in a log.
watch_step()
{
	local pid=$1 title=$2 log=$3 start=$SECONDS every=10 last=0 seconds

	[ -t 1 ] && every=1
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
		seconds=$((SECONDS - start))
		[ $((seconds - last)) -ge $every ] && [ $seconds -ge 2 ] || continue
		last=$seconds
		if [ -t 1 ]; then
			printf '\r  %-9s %s: %d s  %.50s\033[K' WAIT "$title" $seconds \
				"$(tail -n 1 "$log" | tr -d '\r\033')"
		else
			say WAIT "$title: $seconds s$(progress_of "$log")"
		fi
	done
	[ ! -t 1 ] || [ $last -eq 0 ] || printf '\r\033[K'
}

# step TITLE COMMAND...: run it; on failure show the end of its log. Returns the command's status.
step()
{
	local title=$1 log pid status=0
	shift

	mkdir -p "$CACHE/log"
	log=$(mktemp "$CACHE/log/step.XXXXXX")
	"$@" >"$log" 2>&1 </dev/null 9>&- &
	pid=$!
	watch_step $pid "$title" "$log"
	wait $pid || status=$?
	if [ $status -ne 0 ]; then
		printf 'pasidlab: %s failed (exit %d):\n' "$title" $status >&2
		tail -n 20 "$log" | sed 's/^/    /' >&2
	fi
	rm -f "$log"
	return $status
}
