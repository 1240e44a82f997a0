#!/bin/bash
# ring.sh: a million records go around five nodes and come home as they left, by
# digest.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
records=1000000

cat >ring.json <<'END'
{"tau": 1, "vars": {"records": {"type": "int"}},
 "nodes": {
  "one": {"operators": {
   "generate": {"type": "generate", "params": {"count": "${records}"}},
   "home": {"type": "stdout"}}},
  "two": {"operators": {"w2": {"type": "where",
   "params": {"field": "", "op": ">=", "value": 0}}}},
  "three": {"operators": {"w3": {"type": "where",
   "params": {"field": "", "op": ">=", "value": 0}}}},
  "four": {"operators": {"w4": {"type": "where",
   "params": {"field": "", "op": ">=", "value": 0}}}},
  "five": {"operators": {"w5": {"type": "where",
   "params": {"field": "", "op": ">=", "value": 0}}}}},
 "streams": ["generate -> w2 -> w3 -> w4 -> w5 -> home"]}
END

scenario "$records records around five nodes"
t run ring.json --set records="$records"
expect_status 0
expect_empty err
[ "$(sha256sum <out)" = "$(seq "$records" | sha256sum)" ] || {
	: >out
	fail "other records came home than left"
}
