#!/bin/bash
# run --watch: what the manifest and the plugins' files say is applied as soon
# as they have been written, and what cannot be is said, and changes nothing.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$folder"' EXIT

manifest() {
	cat <<-END
	{"tau": 1, "name": "up", "plugins": {"steady": {"path": "build/steady.so"}},
	 "nodes": {
	  "a": {"operators": {"numbers": {"type": "generate"}}},
	  "b": {"operators": {"steady": {"type": "steady.steady"}$1}},
	  "c": {"operators": {"out": {"type": "stdout"}}}},
	 "streams": ["numbers -> $2steady -> out"]}
	END
}

# "N V [N V] N": each N once, in order.
cat >ledger.awk <<'AWK'
$1 != NR || $NF != NR { print "wrong line " NR ": " $0; bad = 1; exit }
END { if (!bad) print (NR > 0 ? "in order" : "nothing") }
AWK

pid_of() { "$TAU" ps --json | sed -n "s/.*\"node\": \"$1\".*\"pid\": \([0-9]*\).*/\1/p"; }
# until_said TEXT: until the topology has said it once more than before.
said=0
until_said() {
	until [ "$(grep -c -- "$1" run.err)" -gt "$said" ]; do
		kill -0 $running 2>/dev/null || fail "it ended: $(cat run.err)"
	done
}
applied='b: runs as its files say now; pause .* bytes handed over'

mkdir build
build build/steady -DNUMBER=1
build next -DNUMBER=2
build bad -DNUMBER=2 '-DRESTORE=return tau_fail(op, -5, "not today");'
manifest '' '' >up.json
mkfifo pipe
awk -f ledger.awk <pipe >ledger &
ledger=$!
"$TAU" run --watch up.json >pipe 2>run.err &
running=$!
until "$TAU" ps --json 2>/dev/null | grep -q '"node": "c".*"records": [1-9]'; do
	kill -0 $running 2>/dev/null || fail "it ended: $(cat run.err)"
done
a=$(pid_of a) b=$(pid_of b) c=$(pid_of c)

scenario "a manifest that is written"
manifest ', "more": {"type": "steady.steady"}' 'more -> ' >up.json
until_said "$applied"
[ "$(pid_of a) $(pid_of c)" = "$a $c" ] || fail "others were touched"
[ "$(pid_of b)" != "$b" ] || fail "b was not replaced"
t plan up.json
expect_status 0

scenario "a plugin that is replaced by a rename, as linkers do"
said=1
cp next.so build/.steady.so && mv build/.steady.so build/steady.so
until_said "$applied"
t plan up.json
expect_status 0
t history
expect_line out '*  b  applied  steady 2.0.0 (????????)'

scenario "what is wrong is said, and what runs goes on"
b=$(pid_of b) said=0
printf '{"tau": 1,' >up.json
until_said 'the files have changed, and what they say cannot be applied; the topology runs on as it is:'
until_said 'up.json:1:'
[ "$(pid_of b)" = "$b" ] || fail "b was replaced"

manifest '' '' | sed 's/"name": "up"/"name": "down"/' >up.json
until_said 'it is called down, and what runs is called up; a topology keeps its name '
[ "$(pid_of b)" = "$b" ] || fail "b was replaced"

scenario "a version that fails changes nothing"
manifest ', "more": {"type": "steady.steady"}' 'more -> ' >up.json
cp bad.so build/.steady.so && mv build/.steady.so build/steady.so
until_said 'b: the new version says: .*: not today'
[ "$(pid_of b)" = "$b" ] || fail "b was replaced"

scenario "and one that works, in a folder made anew, is taken"
said=2
rm -r build && mkdir build
build build/steady -DNUMBER=1
until_said "$applied"
[ "$(pid_of a) $(pid_of c)" = "$a $c" ] || fail "others were touched"

scenario "nothing was lost, and nothing given twice"
t stop
expect_status 0
wait $running || fail "it ended with $?"
running=
wait $ledger || true
expect_text ledger $'in order\n'

scenario "what has no file is not watched"
t run --watch -e 'generate 3 ! null'
expect_status 0
