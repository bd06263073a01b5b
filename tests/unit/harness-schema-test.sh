#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# harness-schema-test - results against reports/result.schema.json, by somebody else's validator
# (python3-jsonschema). harness-result-test walks the schema's members without it. Prints TAP.
set -u

here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null; then
	echo "ok 1 - the schema # SKIP python3-jsonschema is not installed, or too old"
	echo "1..1"
	exit 0
fi
"$here/harness-pasidlab-san" report --schema > "$work/schema.json"
for variant in pass fail cut hostile; do
	"$here/harness-sample" $variant > "$work/$variant.frames"
	"$here/harness-pasidlab-san" report --format json "$work/$variant.frames" > "$work/$variant.json"
done

python3 - "$work" << 'END'
import copy, json, sys

import jsonschema

work = sys.argv[1]
schema = json.load(open(work + "/schema.json"))
validator = jsonschema.Draft202012Validator(schema)
cases = failures = 0


def case(name, passed, why=""):
    global cases, failures
    cases += 1
    failures += not passed
    print("%s %d - %s" % ("ok" if passed else "not ok", cases, name))
    if not passed:
        print("# " + str(why).replace("\n", "\n# "))


def spoiled(name, spoil):
    result = copy.deepcopy(good)
    spoil(result)
    case("refused: " + name, not validator.is_valid(result), "it was accepted")


jsonschema.Draft202012Validator.check_schema(schema)
case("the schema is one", True)
for variant in "pass", "fail", "cut", "hostile":
    errors = list(validator.iter_errors(json.load(open("%s/%s.json" % (work, variant)))))
    case("a result that was written: " + variant, not errors, errors[:1])

good = json.load(open(work + "/pass.json"))
spoiled("another schema", lambda r: r.update(schema="pasidlab-result/2"))
spoiled("no verdict", lambda r: r.pop("verdict"))
spoiled("a pass with reasons", lambda r: r.update(reasons=["x"]))
spoiled("a fail without reasons", lambda r: r.update(verdict="fail"))
spoiled("an unknown member", lambda r: r.update(surprise=1))
spoiled("a negative count", lambda r: r["workloads"][0]["ops"][0].update(count=-1))
spoiled("a percentile that is text", lambda r: r["workloads"][0]["ops"][0]["ns"].update(p99="1"))
spoiled("a bucket beyond the last", lambda r: r["workloads"][0]["ops"][0]["hist"].update(
    buckets=[[7424, 1]]))
spoiled("a ledger column that is text", lambda r: r["workloads"][0]["ledger"][0].update(waits="?"))
spoiled("an unknown ledger column", lambda r: r["workloads"][0]["ledger"][0].update(x=1))
spoiled("a date of another form", lambda r: r["environment"].update(date="yesterday"))
print("1..%d" % cases)
sys.exit(failures != 0)
END
