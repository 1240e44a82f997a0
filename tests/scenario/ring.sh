#!/bin/bash
# ring.sh: a million records go around five nodes and come home as they left, by
# digest; then with an answer to each, which goes round the other way (a tenth
# as many, a million with LONG=1).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
records=1000000
both=${LONG:+$records}
both=${both:-100000}

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

# The capacity is its own for each way, and small: both are full at times.
cat >both.json <<'END'
{"tau": 1, "vars": {"records": {"type": "int"}},
 "nodes": {
  "one": {"operators": {
   "ask": {"type": "talk.ask", "params": {"count": "${records}", "turns": false, "both": true}},
   "answer": {"type": "talk.answer"},
   "heard": {"type": "file.write", "params": {"path": "heard"}},
   "home": {"type": "stdout"}}},
  "two": {"operators": {"w2": {"type": "where",
   "params": {"field": "", "op": "!=", "value": "x"}}}},
  "three": {"operators": {"w3": {"type": "lines"}}},
  "four": {"operators": {"w4": {"type": "take", "params": {"n": 100000000}}}},
  "five": {"operators": {"w5": {"type": "where",
   "params": {"field": "", "op": "!=", "value": "x"}}}}},
 "streams": ["answer.out -> home", "ask.heard -> heard",
  {"chain": "ask -> w2 -> w3 -> w4 -> w5 -> answer",
   "records": 64, "back": {"records": 16}}]}
END

scenario "$both records around five nodes, and as many answers back"
t run -L "$top_builddir/tests/fixtures" both.json --set records="$both"
expect_status 0
expect_empty err
[ "$(sha256sum <out)" = "$(seq "$both" | sha256sum)" ] || {
	: >out
	fail "other records came home than left"
}
[ "$(sha256sum <heard)" = "$(seq "$both" | awk '{ print $1, $1 }' | sha256sum)" ] || {
	: >out
	fail "other answers came home than were given"
}
