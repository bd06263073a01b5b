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
	CACHE=$work/cache PATH="$work/bin:$PATH" timeout 60 "$work/tree/qemu/build" test \
		>"$work/out" 2>"$work/err"
}

# refuses NAME PATTERN: exit 2, one line on stderr that matches, no result in the cache.
refuses()
{
	local status=0 verdict='not ok'

	build || status=$?
	if [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "$2" "$work/err" &&
		[ ! -e "$work/cache/qemu/test" ]; then
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
}

hash_of_tree()
{
	# shellcheck disable=SC1091,SC2034 # of the copy, which uses room
	(room=$work/tree/qemu && . "$work/tree/qemu/overlay.sh" && overlay_hash)
}

# What is there already is taken, without a look at sources or tools.
shortcut()
{
	local hash verdict='not ok'

	unset PASIDLAB_QEMU_SOURCE
	fresh
	hash=$(hash_of_tree)
	mkdir -p "$work/cache/qemu/11.1.7-$hash"
	echo '{}' >"$work/cache/qemu/11.1.7-$hash/qemu.json"
	fake tar 'exit 1'
	fake apt-get 'exit 1'
	build && [ "$(readlink "$work/cache/qemu/test")" = "11.1.7-$hash" ] && verdict=ok
	result "$verdict" result-found-again
	echo '/* changed */' >>"$work/tree/qemu/device/job.c"
	verdict='not ok'
	[ "$(hash_of_tree)" = "$hash" ] || verdict=ok
	result "$verdict" change-is-noticed
}

named_sources
machine
shortcut
printf '1..%d\n' $count
[ $failed -eq 0 ]
