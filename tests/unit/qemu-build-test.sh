#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# qemu-build-test.sh - what qemu/build says when it cannot build: one line, exit 2, nothing left behind.
#
# Every case runs a copy of the script in a checkout of its own with an empty cache, so that neither
# this machine's sources nor its results have a say. Nothing is compiled. TAP on stdout.
set -uo pipefail

top=$PWD
[ -x "$top/qemu/build" ] || { echo "run from the top of the tree" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

result()
{
	count=$((count + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	printf '%s %d - qemu-build/%s\n' "$1" $count "$2"
}

# A checkout without neighbours, and an empty cache.
fresh()
{
	rm -rf "${work:?}/tree" "$work/cache" "${work:?}/bin"
	mkdir -p "$work/tree/harness" "$work/bin" "$work/cache"
	cp -r "$top/qemu" "$work/tree/"
	cp -r "$top/harness/deps" "$work/tree/harness/"
}

build()
{
	CACHE=$work/cache PATH="$work/bin:$PATH" timeout 60 "$work/tree/qemu/build" "$@" \
		>"$work/out" 2>"$work/err"
}

# Where the copy's result would be.
built_dir()
{
	CACHE=$work/cache "$work/tree/qemu/build" --dir
}

# refuses NAME PATTERN: exit 2, one line on stderr that matches, no result in the cache.
refuses()
{
	local status=0 verdict='not ok'

	build || status=$?
	if [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "$2" "$work/err" &&
		[ ! -e "$(built_dir)" ]; then
		verdict=ok
	fi
	result "$verdict" "$1"
	[ "$verdict" = ok ] || sed "s/^/# exit $status: /" "$work/err"
}

fake()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# A tarball that says it is QEMU $2, holding nothing else.
tarball()
{
	mkdir -p "$work/src/qemu-$2"
	echo "$2" >"$work/src/qemu-$2/VERSION"
	tar -cJf "$1" -C "$work/src" "qemu-$2"
}

# A source package in directory $1 whose .dsc names checksum $2 for the tarball.
package()
{
	mkdir -p "$1"
	tarball "$1/qemu_11.1.9+ds.orig.tar.xz" 11.1.9
	{
		printf 'Source: qemu\nVersion: 1:11.1.9+ds-1\nChecksums-Sha256:\n'
		printf ' %s 1 qemu_11.1.9+ds.orig.tar.xz\n' "$2"
	} >"$1/qemu_11.1.9+ds-1.dsc"
}

named_sources()
{
	export PASIDLAB_QEMU_SOURCE=$work/source
	rm -rf "$work/source"
	fresh && refuses no-such-source 'source: no such file'
	mkdir "$work/source"
	fresh && refuses directory-without-dsc 'holds no qemu_11.1'
	package "$work/source" "$(printf '%064d' 0)"
	fresh && refuses checksum-wrong 'checksum of .* is wrong'
	rm "$work/source"/*.xz
	fresh && refuses tarball-missing 'does not have it'
	cp "$top/README.md" "$work/source/qemu_11.1.1+ds.orig.tar.xz"
	PASIDLAB_QEMU_SOURCE=$work/source/qemu_11.1.1+ds.orig.tar.xz
	fresh && refuses pinned-tarball-wrong 'SHA256SUMS says'
	PASIDLAB_QEMU_SOURCE=$top/README.md
	fresh && refuses no-tarball-of-qemu 'no tarball of QEMU'
	PASIDLAB_QEMU_SOURCE=$work/old.tar.xz
	tarball "$PASIDLAB_QEMU_SOURCE" 10.0.2
	fresh && refuses version-wrong 'is QEMU 10.0.2, but'
	PASIDLAB_QEMU_SOURCE=$work/other.tar.xz
	tarball "$PASIDLAB_QEMU_SOURCE" 11.1.9
	fresh && refuses tree-unlike-ours 'QEMU 11.1.9 has no'
}

machine()
{
	export PASIDLAB_QEMU_SOURCE=$work/other.tar.xz
	fresh
	fake df 'printf "Filesystem 1024-blocks Used Available Capacity Mounted\nx 1 1 5000000 1%% /\n"'
	refuses disk-full 'needs 6 GiB'
	fresh
	find /usr/bin /usr/local/bin -maxdepth 1 ! -name ninja ! -type d -exec ln -sf -t "$work/bin" {} +
	PATH=$work/bin refuses ninja-missing 'missing: ninja'
	unset PASIDLAB_QEMU_SOURCE
	fresh
	# shellcheck disable=SC2016 # for the fake to expand
	fake apt-get 'case "$*" in *indextargets*) . /etc/os-release
		echo "$VERSION_CODENAME main mirror";; esac'
	fake apt-cache ':'
	refuses no-suite-has-it 'no source of QEMU 11.1 to be had'
	can_skip
}

# The same with --skip-to: no error, and the reason where it was asked for.
can_skip()
{
	local verdict='not ok'

	build --skip-to "$work/skip" && grep -q 'no source of QEMU' "$work/skip" &&
		[ ! -s "$work/err" ] && verdict=ok
	result "$verdict" no-suite-has-it-and-skip
	verdict='not ok'
	PASIDLAB_QEMU_SOURCE=$work/nothing build --skip-to "$work/skip" || [ -s "$work/skip" ] ||
		verdict=ok
	result "$verdict" no-skip-for-what-was-named
}

# choice NAME WANTED VERSION...: which of the versions that an archive has is taken.
choice()
{
	local name=$1 wanted=$2 got
	shift 2

	# shellcheck disable=SC1091,SC2034 # of the copy, which uses room
	got=$(room=$work/tree/qemu && . "$work/tree/qemu/source.sh" &&
		printf '%s\n' "$@" | best_versions | head -n 1)
	[ "$got" = "$wanted" ] && result ok "$name" && return
	result 'not ok' "$name"
	echo "# took '$got', wanted '$wanted'"
}

choices()
{
	fresh
	choice newest-of-our-series 1:11.1.3+ds-1 1:7.2+dfsg-7 1:11.1.3+ds-1~bpo13+1 \
		1:11.1.3+ds-1 1:11.1.2+ds-3 1:11.2.0+ds-1
	choice next-series-else 1:12.0.1+ds-1 1:10.2.2+ds-1 1:12.0.1+ds-1 1:12.0.0+ds-1
	choice nothing-older '' 1:7.2+dfsg-7+deb12u18 1:10.0.2+ds-2+deb13u1~bpo12+1
}

# What is there already is taken, without a look at sources or tools.
shortcut()
{
	local dir verdict='not ok'

	unset PASIDLAB_QEMU_SOURCE
	fresh
	dir=$(built_dir)
	mkdir -p "$dir"
	echo '{}' >"$dir/qemu.json"
	fake tar 'exit 1'
	fake apt-get 'exit 1'
	build && verdict=ok
	result "$verdict" result-found-again
	echo '/* changed */' >>"$work/tree/qemu/device/job.c"
	verdict='not ok'
	[ "$(built_dir)" = "$dir" ] || verdict=ok
	result "$verdict" change-is-noticed
}

named_sources
machine
choices
shortcut
printf '1..%d\n' $count
[ $failed -eq 0 ]
