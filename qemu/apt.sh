# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# apt.sh - QEMU's source and meson out of all of Debian's suites; sourced by build.
#
# How apt is asked without touching this machine's own is harness/deps/apt.sh's affair; lists, state
# and downloads live below $CACHE/apt/qemu. Hard rule: nothing is installed.

apt_home=$CACHE/apt/qemu

# The suites that may offer a QEMU or a meson newer than this release's, oldest first. A suite that
# the mirror does not have costs one line in a log.
apt_suites()
{
	case "$codename" in
	bookworm) echo bookworm bookworm-backports trixie-backports testing unstable ;;
	trixie) echo trixie trixie-backports testing unstable ;;
	*) echo "$codename" testing unstable ;;
	esac
}

# Programs come from this release and its backports only: others would want another libc.
apt_write_sources()
{
	local suite

	for suite in $(apt_suites); do
		apt_line "$1" "$suite" | sed 's/^deb /deb-src /'
		case "$suite" in "$codename"*) apt_line "$1" "$suite" ;; esac
	done
}

# Once per run: the configuration and fresh lists. A suite that cannot be read is left out by apt.
apt_ready()
{
	[ -z "${apt_is_ready-}" ] || return 0
	apt_site=$(apt_mirror "$codename")
	[ -n "$apt_site" ] || no_source "apt's sources on this machine lack '$codename main': add it"
	mkdir -p "$apt_home/state" "$apt_home/lists/partial" "$apt_home/cache/archives/partial"
	apt_write_sources "$apt_site" >"$apt_home/sources.list"
	apt_config "$apt_home" >"$apt_home/apt.conf"
	step "reading the package lists" apt-get -c "$apt_home/apt.conf" -q update ||
		say QEMU "going on with the lists that could be read"
	apt_is_ready=1
}

# All versions of a source package.
apt_source_versions()
{
	apt-cache -c "$apt_home/apt.conf" showsrc --only-source "$1" 2>/dev/null |
		sed -n 's/^Version: //p'
}

# The newest version of a binary package that this release or its backports offer.
apt_binary_version()
{
	apt-cache -c "$apt_home/apt.conf" madison "$1" 2>/dev/null |
		awk -F ' *[|] *' '$3 ~ /Packages$/ { print $2 }' | sort -rV | head -n 1
}

# apt_serves_source DIRECTORY PACKAGE VERSION: mirrors may list what they do not have.
apt_serves_source()
{
	(cd "$1" && apt-get -c "$apt_home/apt.conf" -q --download-only --only-source --dsc-only \
		-o Acquire::Retries=0 source "$2=$3") >/dev/null 2>&1
}

# apt_fetch_pool DIRECTORY FILE SHA256: by the file's name in the pool, below main/.
apt_fetch_pool()
{
	/usr/lib/apt/apt-helper -c "$apt_home/apt.conf" download-file \
		"$apt_site/pool/main/$2" "$1/${2##*/}" "SHA256:$3"
}

apt_fetch_source()
{
	cd "$1" && apt-get -c "$apt_home/apt.conf" -q --download-only --only-source source "$2=$3"
}

apt_fetch_binary()
{
	cd "$1" && apt-get -c "$apt_home/apt.conf" -q download "$2=$3"
}
