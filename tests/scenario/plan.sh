#!/bin/bash
# plan.sh: what would change if what runs became another topology, whatever
# became of its files since.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# until_runs FILE: asks until it runs.
until_runs() {
	while kill -0 "$running" 2>/dev/null; do
		t ps
		grep -q 'there *running' out && grep -q 'here *running' out && return
	done
	fail "ended before it ran"
}

cp "$top_builddir/tests/fixtures/pass.so" pass.so
cat >weblog.json <<'END'
{ "tau": 1, "name": "weblog",
  "vars": { "by": {"type": "string", "env": "WEBLOG_BY", "default": "x"} },
  "plugins": { "pass": {"path": "pass.so"} },
  "nodes": {
    "here":  { "operators": { "numbers": {"type": "generate"}, "pipe": {"type": "pass.pipes", "params": {"count": 1}},
                         "read": {"type": "pass.read"}, "end": {"type": "null"} } },
    "there": { "operators": { "sum": {"type": "count"}, "file": {"type": "file.write", "params": {"path": "${by}"}} } } },
  "streams": [ "numbers -> sum -> file", "pipe -> read -> end" ] }
END
cp weblog.json first.json

scenario "nothing runs"
t plan weblog.json
expect_status 69
expect_empty out
expect_line err 'tau: no topology of yours is running'
expect_line err 'tau: started, weblog.json would have 2 nodes with 6 operators'

scenario "what runs is what the file says"
WEBLOG_BY=out.txt "$TAU" run weblog.json >run.out 2>run.err &
running=$!
trap 'kill_jobs; rm -rf "$folder"' EXIT
until_runs
export WEBLOG_BY=out.txt
t plan weblog.json
expect_status 0
expect_text out $'nothing to change\n'
expect_empty err
t plan --json --topology weblog weblog.json
expect_status 0
expect_line out '  "changes": false,'

scenario "what runs is not what the file says now"
printf '{' >weblog.json
WEBLOG_BY=other.txt t plan first.json
expect_status 1
expect_text out "~ there  upgraded: a new process takes over, with state and records
├─ ~ file  file.write
│      path = \"out.txt\" → \"other.txt\"
│      its state is carried, in version 1
└─ 1 operator and 1 stream stay as they are
  here  kept

Of 2 nodes 1 is upgraded and 1 is kept.
"

scenario "a plugin's file was replaced, and it runs on with the old one"
printf x >>pass.so
t plan first.json
expect_status 1
expect_line out '~ here  upgraded*'
expect_line out '*plugin pass *, built anew: sha256 * → *'
expect_line out '  there  kept'

scenario "it ends as ever"
t stop --now
expect_status 0
wait "$running" || :
