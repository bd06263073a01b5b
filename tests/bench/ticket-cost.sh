#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run ticket-cost under callgrind and print what an operation's ticket and queue take: instructions of
# the files that hold them, without the core and without the model.
#
#	tests/bench/ticket-cost.sh build/tests/plain/ticket-cost [vtd|smmuv3]
set -eu
prog=${1:?usage: ticket-cost.sh PROGRAM [UNIT]} unit=${2-vtd}
command -v valgrind >/dev/null || { echo "ticket-cost: valgrind is missing: make deps" >&2; exit 3; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
valgrind -q --tool=callgrind --instr-atstart=no --callgrind-out-file="$dir/out" "$prog" "$unit"

echo "$unit                  ticket   queue   (instructions)"
# In the order of the dumps; of two under one name the last counts.
for f in $(printf '%s\n' "$dir"/out.* | sort -V); do
	name=$(sed -n 's/^desc: Trigger: Client Request: //p' "$f")
	[ -z "$name" ] || callgrind_annotate --threshold=100 --auto=no "$f" | awk -v name="$name" '
		{ n = $1; gsub(",", "", n) }
		/hw\/(vtd|smmuv3)\/ticket\.c:|hw\/merge\.h:/ { ticket += n }
		/hw\/vtd\/queue\.c:|hw\/smmuv3\/cmdq\.c:|hw\/commit\.h:/ { queue += n }
		END { printf "%-18s %10d %7d\n", name, ticket, queue }'
done | awk '{ if (!($1 in row)) order[++n] = $1; row[$1] = $0 } END { for (i = 1; i <= n; i++) print row[order[i]] }'
