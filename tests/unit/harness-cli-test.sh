#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# harness-cli-test - the pasidlab command as a person or a script meets it. Prints TAP.
#
# Runs the two commands that the build put beside this script: harness-pasidlab-san (sanitized) for
# what ends before a guest, and harness-pasidlab (static, as shipped, without the tracer) in a
# directory of its own with a made-up guest.json and an emulator that is a script: it replays
# recorded frames on the descriptors that QEMU would get (3 the console, 4 the result port).
#
# Hard rule: nothing is read from, or left in, the user's own directories.
set -u

here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home XDG_STATE_HOME=$work/state LC_ALL=C.UTF-8
unset NO_COLOR PL_RESULT_FD
cases=0 failures=0
pasidlab=$here/harness-pasidlab-san
sample=$here/harness-sample

# ok NAME CONDITION...: one TAP line; on failure what the last command said.
ok()
{
	local name=$1
	shift
	cases=$((cases + 1))
	if "$@"; then
		echo "ok $cases - $name"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $name"
		echo "# status $status, condition: $*"
		sed 's/^/# out: /' "$work/out" | head -n 20
		sed 's/^/# err: /' "$work/err" | head -n 20
	fi
}

# run COMMAND...: status, $work/out, $work/err.
run()
{
	timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

says() { grep -qF -- "$1" "$work/err"; }
shows() { grep -qF -- "$1" "$work/out"; }
silent() { [ ! -s "$work/$1" ]; }
ended() { [ "$status" -eq "$1" ]; }

# wrong NAME TEXT ARGUMENTS...: status 2, one line that says TEXT, nothing on standard output.
wrong()
{
	local name=$1 text=$2
	shift 2
	run "$pasidlab" "$@"
	ok "$name" test "$status" -eq 2 -a "$(wc -l < "$work/err")" -eq 1 -a ! -s "$work/out"
	ok "$name: says what is right" says "$text"
}

# A command to be called wrongly.
run "$pasidlab"
ok "no command is status 2" ended 2
ok "no command shows the usage" says "Usage: pasidlab COMMAND"
wrong "a mistyped command" "pasidlab: there is no command 'reprot'; did you mean 'report'?" reprot
wrong "an unknown command" "'pasidlab help' lists them" frobnicate
wrong "an option in front" "a command comes first" --threads=2 run
wrong "a number below its range" \
	"pasidlab: run: --threads: '0' is not between 1 and 64" run --threads 0
wrong "a number above its range" "--threads: '65' is not between 1 and 64" run --threads=65
wrong "a number with a tail" "--ops: '10x' is not between" run --ops 10x
wrong "a negative number" "--seed: '-1' is not between" run --seed=-1
wrong "a number with a blank" "--ops: ' 7' is not between" run "--ops= 7"
wrong "an empty number" "--ops: '' is not between" run --ops=
wrong "a huge number" "--ops: '99999999999999999999' is not between" run --ops 99999999999999999999
wrong "an unknown unit" \
	"pasidlab: run: --unit: 'smmu' is not known; known: vtd@model" run --unit smmu
wrong "an architecture of none" \
	"--arch: 'riscv64' is not known; known: amd64, arm64" run --arch=riscv64
wrong "a unit that is not on an architecture" \
	"--unit vtd@qemu: arm64 has none; it has vtd@model, smmuv3@model" check -u vtd@qemu -A arm64
wrong "an unknown pattern" "known: uniform, bursty, hold" run --pattern=x
wrong "a mistyped option" "there is no option --treads; did you mean --threads?" run --treads 2
wrong "an unknown option" "'pasidlab run --help' lists them" run --xyzzyplugh
wrong "an unknown letter" "there is no option -Z" run -Z
wrong "a value that is missing" "--threads needs a value: --threads=N" run --threads
wrong "a letter's value that is missing" "-t needs a value: -t N" run -t
wrong "a value that is too much" "--quiet takes no value" run --quiet=yes
wrong "an argument that is too much" "takes no argument, but was given 'now'" run now
wrong "an ambiguous option" "there is no option --se" run --se 1
wrong "an empty text" "--out: is empty; give DIR" run --out=
wrong "an unknown tier" "--tier: 't9' is not known; known: t1" check --tier t9
wrong "a report of nothing" "no FILE was given" report
wrong "a report of a missing file" \
	"missing.json: No such file or directory" report "$work/missing.json"
wrong "an unknown form" "known: text, html, json, csv, ktap" report --format pdf x
wrong "a page of two results" "--format html takes one FILE, not 2" report --format html a b
wrong "a page of two results names the remedy" "--compare puts them side by side" \
	report --format html a b
wrong "a comparison in CSV" "--compare has no form csv; it has text, html, json" \
	report --compare --format csv a b
wrong "a peer of a model" "or one of the last two and ',intree'" bench --unit smmuv3@model,intree
wrong "a peer that is none" "smmuv3@qemu, or one of" bench --unit vtd@qemu,vtd@model
wrong "a guest's job unknown" "known: kill" guest dance
wrong "killing nothing" "no COMMAND was given" guest kill --times=1

# Help.
for command in run check report version; do
	run "$pasidlab" $command --help
	ok "$command --help" test "$status" -eq 0 -a ! -s "$work/err"
	ok "$command --help has examples" shows "pasidlab $command"
done
run "$pasidlab" help run
ok "help run is run --help" shows "--threads"
ok "help names ranges and defaults" shows "default 2"
run "$pasidlab" --help
ok "--help" test "$status" -eq 0 -a -s "$work/out"
run "$pasidlab" version --json
ok "version --json is JSON with the schema's name" shows '"schema":"pasidlab-result/1"'
run "$pasidlab" trace
ok "trace without the tracer is status 3" ended 3

# The manual has every option. Built trees may be moved, so the manual may be out of reach.
manual=docs/pasidlab.1
for command in run check report; do
	[ -r $manual ] || break
	run "$pasidlab" $command --help
	missing=$(grep -oE -- '--[a-z-]+' "$work/out" | sort -u | grep -vxE -- '--(help|usage)' |
		while read -r option; do grep -qE -- "Fl -${option#--}( |$)" $manual || echo "$option"; done)
	ok "the manual has every option of $command$missing" test -z "$missing"
done

# Reports of recorded frames.
for variant in pass fail cut hostile smmuv3 other; do
	"$sample" $variant > "$work/$variant.frames"
done
run "$pasidlab" report "$work/pass.frames"
ok "a result that passed is status 0" ended 0
ok "what the unit cannot count is not 0" test "$(grep -c 'intree0.* ? ' "$work/out")" -eq 1
ok "and the table says what that means" shows "not counted"
ok "no colours but to a terminal" test -z "$(grep -P '\033' "$work/out")"
run "$pasidlab" report "$work/fail.frames"
ok "a result that failed is status 1" ended 1
ok "a failed report says why" shows "invariant O2 broken 3 times"
run "$pasidlab" report "$work/pass.frames" "$work/fail.frames"
ok "two results, one failed, are status 1" ended 1
run "$pasidlab" report --format html -o "$work/page.html" "$work/pass.frames"
ok "a page in a file" test "$status" -eq 0 -a -s "$work/page.html"
ok "nothing on standard output then" silent out
ok "the page says what was not counted" grep -q '<td class="zero">not counted</td>' "$work/page.html"
run "$pasidlab" report --format html -o "$work/none/page.html" "$work/pass.frames"
ok "a page that cannot be written is status 3" ended 3
run "$pasidlab" report --format csv "$work/pass.frames" "$work/fail.frames"
ok "one CSV header for two results" test "$(grep -c ^date,key "$work/out")" -eq 1
ok "no CSV line of what was not counted" test -z "$(grep 'intree0,dev_add,waits' "$work/out")"
wrong "a comparison of one" "2 to 8 results stand side by side, not 1" \
	report --compare "$work/pass.frames"
wrong "a comparison of two jobs" "threads=2 on vtd@model and 4 on smmuv3@model" \
	report --compare "$work/pass.frames" "$work/other.frames"
run "$pasidlab" report --compare --format html -o "$work/beside.html" "$work/pass.frames" \
	"$work/smmuv3.frames"
ok "two units on one page" test "$status" -eq 0 -a -s "$work/beside.html"
ok "each with its own label" grep -q "attach on smmuv3@model" "$work/beside.html"
run "$pasidlab" report -c "$work/smmuv3.frames" "$work/fail.frames"
ok "a comparison with one that failed is status 1" ended 1
run "$pasidlab" report --schema
ok "the schema" shows '"$id": "pasidlab-result/1"'
run bash -c "'$pasidlab' report '$work/pass.frames' >/dev/full"
ok "a full disk is a failure" ended 1

# Killing.
run "$pasidlab" guest kill --times=3 --max-ms=30 --check=a/b -- sleep 60
ok "kill ends what sleeps" test "$status" -eq 0 -a "$(tr -d '\036' < "$work/out")" = \
	'{"type":"check","name":"a/b","status":"pass","reason":""}'
run "$pasidlab" guest kill --times=3 --min-ms=300 --max-ms=301 -- sh -c 'exit 5'
ok "kill fails on a command that fails by itself" test "$status" -eq 1
ok "and says so" shows "ended by itself with status 5"

# Whole runs with an emulator of our own.
pasidlab=$work/bin/pasidlab
mkdir -p "$work/bin/guest" "$work/path"
cp "$here/harness-pasidlab" "$pasidlab"
run "$pasidlab" run
ok "no guest.json is status 3" ended 3
ok "and names the remedy" says "make guest"
run "$pasidlab" run --series=9.9
ok "a series that was not made is status 3" ended 3
ok "and names the remedy for it" says "make guest SERIES=9.9"
: > "$work/vmlinux"; : > "$work/base.cpio"
# manifest PROGRAMS: a guest.json whose programs are in that directory.
manifest()
{
	printf '{"release":"r","version":"v","kernel":"%s","base":"%s","stock":"%s",%s,%s}\n' \
		"$work/vmlinux" "$work/base.cpio" "$work" "\"qemu\":\"$work/qemu\"" \
		"\"programs\":\"$1\",\"modules\":[]"
}
manifest "$work/bin" > "$work/bin/guest.json"

# emulate TEXT: what stands for QEMU.
emulate()
{
	rm -f "$work/path/qemu-system-x86_64"
	printf '#!/bin/bash\n%s\n%s\n' \
		'[ "${1#*-}" != -version ] || { echo "QEMU emulator version 7.2.0"; exit; }' \
		"$1" > "$work/path/qemu-system-x86_64"
	chmod +x "$work/path/qemu-system-x86_64"
}
with_path() { run env PATH="$work/path:$PATH" "$@"; }

run env PATH="$work/nothing" "$pasidlab" run --accel tcg --out "$work/r0"
ok "no emulator is status 3" ended 3

emulate "echo hello >&3; cat '$work/pass.frames' >&4; sleep 0.3"
with_path "$pasidlab" run --accel tcg --out "$work/r1"
ok "a run that passes is status 0" ended 0
ok "it shows the table" shows "p99.9"
ok "it names the page" shows "$work/r1/report.html"
ok "the page, the text and the result are there" \
	test -s "$work/r1/report.html" -a -s "$work/r1/report.txt" -a -s "$work/r1/result.json"
ok "the raw logs of a run that passed are gone" test ! -e "$work/r1/frames.log"
ok "the result records the options" grep -q '"threads":"2"' "$work/r1/result.json"
cp "$work/out" "$work/shown"
run "$pasidlab" report "$work/r1/result.json"
ok "the text report again is the same" bash -c "diff <(head -n -2 '$work/shown') '$work/out'"
with_path "$pasidlab" run --accel tcg --json --quiet --out "$work/r1"
ok "--json prints the result alone" \
	test "$status" -eq 0 -a "$(cat "$work/out")" = "$(cat "$work/r1/result.json")"
with_path "$pasidlab" run --accel tcg --quiet --keep
ok "--quiet prints the page's path alone" test "$(wc -l < "$work/out")" -eq 1
ok "without --out a dated directory is made" \
	bash -c "ls '$work'/state/pasidlab/results/*-vtd@model/result.json >/dev/null"
ok "--keep keeps the raw logs" bash -c "ls '$work'/state/pasidlab/results/*/frames.log >/dev/null"
run "$pasidlab" report "$work"/state/pasidlab/results/*/frames.log
ok "kept frames can be reported" ended 0

emulate "cat '$work/fail.frames' >&4; sleep 0.3"
with_path "$pasidlab" run --accel tcg --out "$work/r2"
ok "a run that fails is status 1" ended 1
ok "its logs are kept" test -s "$work/r2/frames.log"

emulate "echo 'Kernel panic - not syncing' >&3; cat '$work/cut.frames' >&4; sleep 0.3"
with_path "$pasidlab" run --accel tcg --out "$work/r3"
ok "a guest that is lost is status 1" ended 1
ok "what it had measured is still shown" shows "p99.9"
ok "and its last console lines" shows "Kernel panic - not syncing"

emulate "cat '$work/cut.frames' >&4; sleep 60"
with_path "$pasidlab" run --accel tcg --timeout 5 --out "$work/r4"
ok "a guest that hangs is ended" ended 1
ok "and the report says so" shows "ran out of time"

emulate "echo 'qemu: nonsense' >&2; exit 1"
with_path "$pasidlab" run --accel tcg --out "$work/r5"
ok "an emulator that refuses is status 1" ended 1
ok "and is quoted" shows "nonsense"

emulate "printf '\\036{\"type\":\"surprise\"}\\n' >&4; cat '$work/pass.frames' >&4; sleep 0.3"
with_path "$pasidlab" run --accel tcg --out "$work/r6"
ok "a frame of unknown type fails the run" test "$status" -eq 1
ok "and is named" shows "a frame of unknown type 'surprise'"

# A unit of QEMU's own wants the QEMU that belongs to the build, or the one that is named.
run "$pasidlab" run --unit vtd@qemu --accel tcg --out "$work/r7"
ok "a build without its QEMU is status 3" ended 3
ok "and names the remedy" says "make qemu"
named() { run env PASIDLAB_QEMU="$work/path/qemu-system-x86_64" "$@"; }
emulate 'exit 1'
named "$pasidlab" run --unit vtd@qemu --accel tcg --out "$work/r7"
ok "a QEMU that is too old is status 2" ended 2
ok "and its version is named" says "is QEMU 7.2; its IOMMU is of use from 11.1 on"
ok "in one line" test "$(wc -l < "$work/err")" -eq 1
emulate 'exit 0'
sed -i 's/7\.2\.0/11.1.4/' "$work/path/qemu-system-x86_64"
named "$pasidlab" run --unit intree --accel tcg --out "$work/r7"
ok "a QEMU without the engine is status 2" ended 2
ok "and the device is named" says "has no device pasid-engine"
named "$pasidlab" bench --unit vtd@qemu,intree --boots 1 --out "$work/r7"
ok "for the benchmark too" ended 2
run env PASIDLAB_QEMU="$work/nothing" "$pasidlab" run --unit vtd@qemu --out "$work/r7"
ok "no QEMU of that name is status 2" ended 2
ok "and the name is told" says "$work/nothing is no QEMU that starts"
mkdir -p "$work/qemu/bin"
cp "$work/path/qemu-system-x86_64" "$work/qemu/bin/"
run "$pasidlab" run --unit vtd@qemu --accel tcg --out "$work/r7"
ok "the build's own QEMU is looked at no less" says "$work/qemu/bin/qemu-system-x86_64 has no device"

# The tests' own form.
emulate "cat '$work/pass.frames' >&4; sleep 0.3"
with_path "$pasidlab" check --tap --accel tcg --out "$work/c1"
ok "a check that passes is status 0" ended 0
ok "it plans what it prints" \
	test "$(sed -n 's/^1\.\.//p' "$work/out")" -eq "$(grep -cE '^(not )?ok ' "$work/out")"
ok "a skipped case gives its reason" shows "# SKIP the unit has no page requests"
emulate "cat '$work/fail.frames' >&4; sleep 0.3"
with_path "$pasidlab" check --accel tcg --out "$work/c2"
ok "a check that fails is status 1" ended 1
ok "a bad kernel log is a case of its own" shows "FAIL  kernel log during churn: WARNING"
ok "the end counts" grep -qE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$work/out"

# A state directory that cannot be made.
: > "$work/file"
with_path env XDG_STATE_HOME="$work/file" "$pasidlab" run --accel tcg
ok "a directory that cannot be made is status 3" ended 3
ok "and names --out" says "--out DIR"

echo "1..$cases"
[ $failures -eq 0 ]
