#!/bin/bash
# state.sh: looking at what an operator would hand over, again and again while
# it works, and nothing is lost or doubled by it.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
: "${LOOKS:=100}"

scenario "words"
t state
expect_status 2
expect_line err 'tau: state needs an operator: OP or NODE/OP*'
t state a b
expect_status 2
t state sum
expect_status 69

cat >two.json <<'END'
{ "tau": 1, "name": "two", "nodes": {
    "here":  { "operators": { "from": {"type": "stdin"}, "lines": {"type": "lines"},
      "both": {"type": "tee"} } },
    "there": { "operators": { "total": {"type": "count"}, "counted": {"type": "file.write",
      "params": {"path": "counted"}}, "out": {"type": "stdout"} } } },
  "streams": [ "from -> lines -> both -> out", "both -> total -> counted" ] }
END

scenario "under load, many times"
mkfifo in
"$TAU" run two.json <in >result 2>run.err &
running=$!
trap 'kill -9 $(jobs -p) 2>/dev/null || :; rm -rf "$folder"' EXIT
exec 8>in
{
	n=0
	until [ -e enough ]; do
		seq $((n + 1)) $((n + 5000))
		n=$((n + 5000))
	done
	echo $n >written
} >&8 &
exec 8>&-
until "$TAU" state total >out 2>err; do
	kill -0 "$running" || fail "it ended: $(cat run.err)"
done
before=0
for ((i = 0; i < LOOKS; i++)); do
	owner=$([ $((i % 2)) = 0 ] && echo there/total || echo lines)
	t state --json $owner
	expect_status 0
	[ $owner = lines ] && continue
	counted=$(sed -n -E 's/^\{"type": "value", "value": \["",([0-9]+)\]\}$/\1/p' out)
	[ "${counted:-0}" -ge "$before" ] || fail "it had counted $before, then $counted"
	before=$counted
done
[ "$before" -gt 0 ] || fail "it has counted nothing"

scenario "what has no state to show"
t state here/total
expect_status 1
expect_line err 'tau: two: total is in the node there'
t state nix
expect_status 1
t state both
expect_status 1
expect_line err 'tau: two: operator both keeps no state'

scenario "a node that is stopped"
there=$("$TAU" ps --json | sed -n -E 's/.*"node": "there".*"pid": ([0-9]+).*/\1/p')
kill -STOP "$there"
t state total
kill -CONT "$there"
expect_status 1
expect_line err 'tau: two: there does not answer within 5 s: it is stopped, or *'
until "$TAU" state total >out 2>err; do
	kill -0 "$running" || fail "it ended: $(cat run.err)"
done

scenario "the ledger"
: >enough
status=0
wait "$running" || status=$?
expect_status 0
seq "$(cat written)" | cmp - result || fail "what came out is not what went in"
[ "$(cat counted)" = "{\"count\":$(cat written)}" ] || fail "$(cat counted) of $(cat written)"

# asked_at NAME COMMAND...: asks for a state while a version that COMMAND starts
# holds at NAME, and then lets that go on.
asked_at() {
	local held=$1 code=0
	shift
	mkfifo "$held.at" "$held.go"
	"$TAU" "$@" >changed 2>changed.err &
	local change=$!
	: <"$held.at"
	"$TAU" state steady >out 2>err &
	local asks=$!
	for _ in 1 2 3; do "$TAU" ps >ps.out; done
	: >"$held.go"
	wait "$asks" || fail "nobody told the state at $held, while it could not be"
	wait "$change" || code=$?
	[ $code = 0 ] || fail "$*: $(cat changed.err)"
	rm "$held.at" "$held.go"
	[ -s out ] || fail 'no state was shown'
}

scenario "a node that is just being started, or replaced"
build first -DNUMBER=1 '-DCREATE=hold("create");'
build second -DNUMBER=2 '-DRESTORE=hold("restore");'
cat >one.json <<END
{ "tau": 1, "name": "one", "plugins": {"steady": {"path": "first.so"}}, "nodes": {
    "a": { "operators": {"g": {"type": "generate"}} },
    "b": { "operators": {"steady": {"type": "steady.steady"}, "out": {"type": "null"}} } },
  "streams": [ "g -> steady -> out" ] }
END
"$TAU" run one.json >result 2>run.err &
running=$!
until "$TAU" state steady >out 2>err; do
	kill -0 "$running" || fail "it ended: $(cat run.err)"
done
asked_at create restart b
asked_at restore upgrade --plugin second.so
t stop
expect_status 0
wait "$running" || fail "it ended badly"
