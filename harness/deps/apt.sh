# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# apt.sh - ask the packages of one Debian release without touching this machine's apt; sourced.
#
# The mirror is the machine's own, whichever release is asked for; lists, state and downloads live
# in $CACHE/apt/RELEASE, or RELEASE-ARCH for another architecture than the machine's, whose packages
# can then be had beside the machine's own ("name:amd64"). Pins, hooks and the machine's own sources
# and architectures do not leak in; proxies and credentials do. apt_begin comes first and sets
# apt_conf, the configuration for apt-get -c. Hard rule: nothing is installed, and no right beyond
# writing the cache is needed.

# The architectures asked for, the one that a bare name means first.
apt_archs=$(machine_arch)

# The address this machine itself uses for one of its suites.
apt_mirror()
{
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
		awk -v suite="$1" '$1 == suite && $2 == "main" && !found++ { print $3 }'
}

apt_line()
{
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	local options="arch=${apt_archs// /,}"

	[ ! -r $keyring ] || options="$options signed-by=$keyring"
	printf 'deb [%s] %s %s main\n' "$options" "$1" "$2"
}

# apt_sources RELEASE: its suites, on the mirror that serves this machine's own.
apt_sources()
{
	local release=$1 machine main security

	machine=$(machine_codename)
	main=$(apt_mirror "$machine")
	security=$(apt_mirror "$machine-security")
	[ -n "$main" ] || die "apt's sources on this machine lack '$machine main': add it"
	apt_line "$main" "$release"
	apt_line "$main" "$release-updates"
	apt_line "$main" "$release-backports"
	[ -z "$security" ] || apt_line "$security" "$release-security"
}

# apt_config HOME
apt_config()
{
	cat <<-EOF
	Dir::Etc::SourceList "$1/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	Dir::State "$1/state";
	Dir::State::Lists "$1/lists";
	Dir::State::status "/dev/null";
	Dir::Cache "$1/cache";
	Dir::Cache::pkgcache "pkgcache.bin";
	Dir::Cache::srcpkgcache "srcpkgcache.bin";
	APT::Architecture "${apt_archs%% *}";
	#clear APT::Architectures;
	APT::Architectures { $(printf '"%s"; ' $apt_archs)};
	#clear APT::Update;
	#clear DPkg;
	Acquire::Languages "none";
	Acquire::Retries "3";
	$([ "$(id -u)" -ne 0 ] || echo 'APT::Sandbox::User "root";')
	EOF
}

# apt_begin RELEASE [ARCH]: a private apt of that release, with fresh lists.
apt_begin()
{
	local home=$CACHE/apt/$1

	apt_archs=$(machine_arch)
	if [ "${2:-$apt_archs}" != "$apt_archs" ]; then
		home=$home-$2
		apt_archs="$2 $apt_archs"
	fi
	mkdir -p "$home/state" "$home/lists/partial" "$home/cache/archives/partial"
	apt_sources "$1" >"$home/sources.list"
	apt_config "$home" >"$home/apt.conf"
	apt_conf=$home/apt.conf
	step "reading the package lists of $1" apt-get -c "$apt_conf" -q update ||
		say APT "going on with the lists that could be read"
}

# apt_unpack DEBS ROOT: every package of a directory, without what only people read.
apt_unpack()
{
	local deb

	for deb in "$1"/*.deb; do
		dpkg-deb -x "$deb" "$2" || return
	done
	rm -rf "${2:?}/usr/share"
}

# apt_versions DEBS: "package": "version" pairs, as the inside of a JSON object.
apt_versions()
{
	local deb sep=''

	for deb in "$1"/*.deb; do
		printf '%s"%s":"%s"' "$sep" "$(dpkg-deb -f "$deb" Package)" \
			"$(dpkg-deb -f "$deb" Version)"
		sep=,
	done
}
