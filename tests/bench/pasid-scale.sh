#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run pasid-scale under callgrind and hold its counts against the project's figures:
# instructions of an attach and detach pair within 20 % of each other from 1 live PASID to as many as
# the unit has (vtd 2^20, smmuv3 2^16), and at most 192 bytes a PASID.  Prints a table; --json one object.  Exit 1 when a figure is missed,
# 3 when valgrind is not there.
#
#	tests/bench/pasid-scale.sh build/tests/plain/pasid-scale [vtd|smmuv3]
set -eu
pairs=64 json=
case ${1-} in --json) json=1; shift ;; esac
prog=${1:?usage: pasid-scale.sh [--json] PROGRAM [UNIT]} unit=${2-vtd}
command -v valgrind >/dev/null || { echo "pasid-scale: valgrind is missing: make deps" >&2; exit 3; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ -n "$json" ] || echo "pasid-scale: every PASID of a $unit unit, under callgrind, a minute or two ..." >&2
valgrind -q --tool=callgrind --instr-atstart=no --callgrind-out-file="$dir/out" "$prog" "$unit" >"$dir/stdout"

# One dump a measurement: its trigger names the number of live PASIDs.
for f in "$dir"/out.*; do
	awk -v pairs="$pairs" '
		/^desc: Trigger: Client Request: live=/ { sub(/.*live=/, ""); live = $0 }
		/^(totals|summary): / && !n { n = $2 }
		END { if (live != "") printf "%d %d\n", live, n / pairs }' "$f"
done | sort -n >"$dir/table"
awk -v json="$json" -v unit="$unit" -v stdout="$dir/stdout" '
	{ live[NR] = $1; insn[NR] = $2
	  if (NR == 1 || $2 < min) min = $2
	  if (NR == 1 || $2 > max) max = $2 }
	END {
		while ((getline line < stdout) > 0) { split(line, f, " "); value[f[1]] = f[2] }
		bytes = value["bytes_per_pasid"]
		if (!NR) { print "pasid-scale: callgrind wrote no counts"; exit 1 }
		spread = (max / min - 1) * 100
		ok = spread <= 20 && bytes <= 192
		if (json) {
			printf "{\"bench\":\"pasid-scale\",\"unit\":\"%s\",\"pairs\":[", unit
			for (i = 1; i <= NR; i++)
				printf "%s{\"live\":%d,\"instructions\":%d}", (i > 1 ? "," : ""), live[i], insn[i]
			printf "],\"spread_percent\":%.1f,\"bytes_per_pasid\":%.1f,\"pass\":%s}\n", spread, bytes, ok ? "true" : "false"
		} else {
			print "live PASIDs   instructions per attach + detach"
			for (i = 1; i <= NR; i++)
				printf "%11d   %d\n", live[i], insn[i]
			printf "spread %.1f %% (at most 20), %.1f bytes a PASID (at most 192): %s\n", spread, bytes, ok ? "reached" : "MISSED"
		}
		exit !ok
	}' "$dir/table"
