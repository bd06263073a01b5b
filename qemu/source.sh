# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# source.sh - where QEMU's source comes from; sourced by build.
#
# In this order: $PASIDLAB_QEMU_SOURCE (a directory with .dsc files, or one tarball), the directory
# ../shared/cache beside the checkout where it holds one, and what apt offers. Every file is checked
# before it is unpacked: against SHA256SUMS where that names it, else against the .dsc, which apt
# has checked against the archive's signature. A tarball that nothing names is taken at the user's
# word, and its checksum is recorded in the result. Debian's archive moves on: of what its suites
# offer and its mirror serves the newest of our series is taken, else the newest after it, and the
# patches decide. A version that no suite has any more stays in the archive's pool for a while: the
# pinned one is looked for there last.
#
# What find_source leaves: source_tar (absolute), source_version ("11.1.1"), source_id (the name and
# checksum for the record). Hard rule: a source that was named but cannot be used is an error; only
# one that is not there lets the next be tried.

series=11.1
pins=$room/SHA256SUMS

# No source to be had: with --skip-to that is no error.
no_source()
{
	[ -n "$skip_to" ] || die "$@"
	printf '%s\n' "$*" >"$skip_to"
	say SKIP "$*"
	exit 0
}

sha256_of()
{
	local sum

	sum=$(sha256sum <"$1") || die "cannot read $1"
	printf '%s\n' "${sum%% *}"
}

pin_of()
{
	awk -v name="$1" '$2 == name { print $1 }' "$pins"
}

check_sum()
{
	local file=$1 wanted=$2 by=$3 got

	got=$(sha256_of "$file")
	[ "$got" = "$wanted" ] ||
		die "checksum of $file is wrong: $got, but $by says $wanted; fetch it again"
}

# The files a .dsc names, as "checksum size name".
dsc_files()
{
	awk '/^Checksums-Sha256:/ { on = 1; next } /^[^ ]/ { on = 0 } on { print $1, $2, $3 }' "$1"
}

dsc_version()
{
	sed -n 's/^Version: \(.*\)/\1/p' "$1" | head -n 1
}

# "1:11.1.1+ds-1~bpo13+1" to "11.1.1".
upstream_version()
{
	sed 's/^[0-9]*://; s/[-+~].*//' <<<"$1"
}

# Is our series, or one after it.
acceptable()
{
	[ "$(printf '%s\n' "$series" "$1" | sort -V | head -n 1)" = "$series" ]
}

# Of lines that begin with a Debian version those that will do, the one to take first.
best_versions()
{
	local line version later=''

	while read -r line; do
		version=$(upstream_version "${line%% *}")
		case "$version" in
		"$series" | "$series".*) printf '%s\n' "$line" ;;
		*) ! acceptable "$version" || later="$later$line"$'\n' ;;
		esac
	done < <(sort -rV)
	printf '%s' "$later"
}

# check_source FILE SUM DSC: against our own list where it names the file, else the .dsc's SUM.
check_source()
{
	local pin

	pin=$(pin_of "${1##*/}")
	if [ -n "$pin" ]; then
		check_sum "$1" "$pin" SHA256SUMS
	elif [ -n "$2" ]; then
		check_sum "$1" "$2" "${3##*/}"
	fi
}

use_dsc()
{
	local dsc=$1 dir=${1%/*} name sum tar='' id=''

	check_source "$dsc" '' ''
	while read -r sum _ name; do
		case "$name" in *.orig.tar.?z | *.orig.tar.bz2) ;; *) continue ;; esac
		[ -r "$dir/$name" ] || die "$dsc names $name, but $dir does not have it"
		check_source "$dir/$name" "$sum" "$dsc"
		tar=$dir/$name id="$name sha256:$sum"
	done < <(dsc_files "$dsc")
	[ -n "$tar" ] || die "$dsc names no original tarball: not a source package of QEMU"
	source_tar=$(realpath "$tar")
	source_version=$(upstream_version "$(dsc_version "$dsc")")
	source_id=$id
}

# The best .dsc in a directory, or nothing.
best_dsc()
{
	local dsc

	for dsc in "$1"/qemu_*.dsc; do
		[ ! -r "$dsc" ] || printf '%s %s\n' "$(dsc_version "$dsc")" "$dsc"
	done | best_versions | head -n 1 | cut -d ' ' -f 2-
}

use_tarball()
{
	local version

	check_source "$1" '' ''
	version=$(tar -xOf "$1" --wildcards --no-wildcards-match-slash '*/VERSION' 2>/dev/null) ||
		die "$1 is no tarball of QEMU's source (no VERSION in it)"
	source_tar=$(realpath "$1")
	source_version=$version
	source_id="${1##*/} sha256:$(sha256_of "$1")"
}

use_named()
{
	local named=$PASIDLAB_QEMU_SOURCE dsc

	if [ -f "$named" ]; then
		use_tarball "$named"
	elif [ -d "$named" ]; then
		dsc=$(best_dsc "$named")
		[ -n "$dsc" ] || die "PASIDLAB_QEMU_SOURCE=$named holds no qemu_$series.*.dsc, nor a later one"
		use_dsc "$dsc"
	else
		die "PASIDLAB_QEMU_SOURCE=$named: no such file or directory"
	fi
}

fetch_listed()
{
	local version

	for version in $(apt_source_versions qemu | best_versions); do
		if ! apt_serves_source "$1" qemu "$version"; then
			say QEMU "the mirror lists $version, but does not serve it"
			continue
		fi
		say QEMU "fetching the source of $version"
		step "downloading" apt_fetch_source "$1" qemu "$version" && return
	done
	return 1
}

fetch_pinned()
{
	local sum name

	read -r sum name < <(grep '\.dsc$' "$pins")
	apt_fetch_pool "$1" "q/qemu/$name" "$sum" >/dev/null 2>&1 || return 1
	say QEMU "fetching the source of $name, which no suite has any more"
	read -r sum name < <(grep '\.orig\.tar' "$pins")
	step "downloading" apt_fetch_pool "$1" "q/qemu/$name" "$sum"
}

use_apt()
{
	local store=$CACHE/qemu/source

	apt_ready
	rm -rf "$store.tmp"
	mkdir -p "$store.tmp"
	fetch_listed "$store.tmp" || fetch_pinned "$store.tmp" ||
		no_source "no source of QEMU $series to be had: set PASIDLAB_QEMU_SOURCE to a" \
			"directory with qemu_$series.*.dsc and its tarballs, or to a tarball"
	rm -rf "$store"
	mv "$store.tmp" "$store"
	use_dsc "$(best_dsc "$store")"
}

find_source()
{
	local beside=$room/../../shared/cache dsc

	if [ -n "${PASIDLAB_QEMU_SOURCE-}" ]; then
		use_named
	elif dsc=$(best_dsc "$beside") && [ -n "$dsc" ]; then
		use_dsc "$dsc"
	elif dsc=$(best_dsc "$CACHE/qemu/source") && [ -n "$dsc" ]; then
		use_dsc "$dsc"
	else
		use_apt
	fi
	acceptable "$source_version" ||
		die "the source is QEMU $source_version, but our patches are for $series and later"
}
