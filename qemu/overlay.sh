# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# overlay.sh - our part of QEMU's tree; sourced by build.
#
# The overlay is: the device's files, a test, two device configurations, one line each appended to
# two build files, and the patches. It is put together in a directory of its own from pristine
# copies of the files it changes, then laid over the source, and only files whose contents differ
# are written, so that ninja compiles what changed and nothing else. A file that an earlier overlay
# changed and this one does not is put back. Hard rule: pristine copies are taken once, from the
# tarball.

device_dir=hw/misc/pasid-engine

# What the result depends on besides the source: the name of the result holds its checksum.
overlay_files()
{
	(cd "$room" && find device devices patches qtest engine-regs.h build cc overlay.sh -type f |
		sort)
}

overlay_hash()
{
	local sum

	sum=$(cd "$room" && overlay_files | xargs sha256sum | sha256sum)
	printf '%.12s\n' "$sum"
}

patched_files()
{
	cat "$room"/patches/*.patch | sed -n 's|^+++ b/\([^\t]*\).*|\1|p'
	printf 'hw/misc/meson.build\nhw/misc/Kconfig\n'
}

# take_pristine TREE PRISTINE: copies of the files we change, as the tarball has them.
take_pristine()
{
	local file

	for file in $(patched_files); do
		[ ! -e "$2/$file" ] || continue
		[ -e "$1/$file" ] || die "QEMU $source_version has no $file: mend the patches"
		mkdir -p "$2/$(dirname "$file")"
		cp -p "$1/$file" "$2/$file"
	done
}

apply_patches()
{
	local patch

	for patch in "$room"/patches/*.patch; do
		patch -s -p1 -d "$1" <"$patch" ||
			die "$(basename "$patch") does not apply to QEMU $source_version: mend it"
	done
}

# assemble_overlay PRISTINE OUT: everything that differs from the tarball.
assemble_overlay()
{
	local target

	rm -rf "$2"
	cp -rp "$1" "$2"
	apply_patches "$2"
	printf "\nsubdir('pasid-engine')\n" >>"$2/hw/misc/meson.build"
	printf '\nsource pasid-engine/Kconfig\n' >>"$2/hw/misc/Kconfig"
	mkdir -p "$2/$device_dir"
	cp "$room"/device/* "$room/engine-regs.h" "$2/$device_dir/"
	mkdir -p "$2/tests/qtest"
	cp "$room"/qtest/* "$2/tests/qtest/"
	for target in $targets; do
		mkdir -p "$2/configs/devices/$target"
		cp "$room/devices/$target.mak" "$2/configs/devices/$target/pasidlab.mak"
	done
}

# lay_over OVERLAY TREE: write what differs, remove what the device no longer has.
lay_over()
{
	local file

	(cd "$1" && find . -type f) | while read -r file; do
		cmp -s "$1/$file" "$2/$file" && continue
		mkdir -p "$2/$(dirname "$file")"
		cp "$1/$file" "$2/$file"
	done
	for file in "$2/$device_dir"/*; do
		[ -e "$1/$device_dir/$(basename "$file")" ] || rm -f "$file"
	done
}
