#!/bin/bash
# tap.sh: looking at what passes on a stream, from another shell. Nothing here
# sleeps: a pipe holds the topology until it was looked at.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# begin FILE: starts it; it reads the pipe `in`, which is fd 8 here, and writes
# `result`.
begin() {
	rm -f in && mkfifo in
	"$TAU" run "$1" <in >result 2>run.err &
	running=$!
	trap 'kill -9 $(jobs -p) 2>/dev/null || :; rm -rf "$folder"' EXIT
	exec 8>in
	until "$TAU" ps >ps.out 2>&1 && ! grep -qv -e running -e TOPOLOGY ps.out; do
		kill -0 "$running" || fail "it ended: $(cat run.err)"
	done
}
ended() {
	status=0
	wait "$running" || status=$?
}
# look WORD...: a tap in the background that was put on: it shows `mark`, which
# is fed until it does.
look() {
	rm -f seen && mkfifo seen
	"$TAU" tap "$@" >seen 2>err 8>&- &
	tap=$!
	exec 7<seen
	line=
	until read -r -t 0.01 part <&7; do # which may come in parts
		line=$line$part
		echo mark >&8
	done
	line=$line$part
}

scenario "nothing to look at"
t tap numbers
expect_status 69
t tap
expect_status 2
expect_line err 'tau: tap needs a stream: OP or OP.PORT, after its writer*'
t tap a b
expect_status 2
t tap -n none a
expect_status 2
expect_line err 'tau: -n takes a number of records, 1 or more; none is none*'
t tap --json --raw a
expect_status 2

cat >two.json <<'END'
{ "tau": 1, "name": "two", "nodes": {
    "here":  { "operators": { "from": {"type": "stdin"}, "lines": {"type": "lines"} } },
    "there": { "operators": { "parse": {"type": "json.parse"}, "out": {"type": "stdout"} } } },
  "streams": [ "from -> lines -> parse -> out" ] }
END

scenario "what is no stream"
begin two.json
t tap nix
expect_status 1
expect_line err 'tau: two: it has no operator and no stream called nix; tau graph and tau plan show them'
t tap lines.nix
expect_status 1
expect_line err 'tau: two: no stream is called lines.nix; there is lines*'
t tap out
expect_status 1
expect_line err 'tau: two: no stream is called out; that operator writes none'
t tap $'\e[31m'
expect_status 1

scenario "text is shown so that it does nothing to a terminal"
look lines
printf 'a\033[1m \\ \302\233 \xff é\n{"x": [1, 2.5]}\nlast\n' >&8
until [ "$line" = '{"x": [1, 2.5]}' ]; do
	before=$line
	read -r line <&7
done
[ "$before" = 'a\x1b[1m \\ \xc2\x9b \xff é' ] || fail "was shown as $before"
kill "$tap"
wait "$tap" 2>/dev/null || :

scenario "what fits no reader's port can be seen, and values are JSON"
look parse.bad
[[ $line == '{"reason":"no JSON '*'"record":"mark"}' ]] || fail "bad was shown as $line"
kill "$tap"
wait "$tap" 2>/dev/null || :
look -n 1 lines
wait "$tap" || fail "-n 1 ended with $?"
echo '{"path": "/é\u001b", "n": [1, null]}' >value
"$TAU" tap --json parse >seen.json 2>err 8>&- &
tap=$!
until [ -s seen.json ]; do cat value >&8; done
kill "$tap"
wait "$tap" 2>/dev/null || :
[ "$(head -n 1 seen.json)" = '{"type": "value", "value": {"path":"/é\u001b","n":[1,null]}}' ] ||
	fail "a value was shown as $(head -n 1 seen.json)"

scenario "one that does not read, and one that dies, hold up nobody; the end is told"
mkfifo stuck
"$TAU" tap --raw lines >stuck 2>/dev/null 8>&- &
exec 6<stuck
"$TAU" tap lines >last.out 2>err 8>&- &
tap=$!
until [ -s last.out ]; do echo '"again"' >&8; done
seq 300000 | tee numbers >&8
until grep -q -x 300000 result; do kill -0 "$running" || fail "it ended"; done
kill "$tap"
wait "$tap" 2>/dev/null || :
look lines
exec 8>&-
cat <&7 >/dev/null
ended
expect_status 0
status=0
wait "$tap" || status=$?
expect_status 0
grep -E -x '[0-9]+' result | tail -n 300000 | cmp - numbers || fail "not all came out"
# What was seen and what was skipped is all that passed, in order. The one that
# was killed may have torn its last line.
head -n -1 last.out | awk '/skipped$/ { gsub(",", "", $2); seen += $2; at = 0; next }
	/again/ { next }
	{ if (at && $1 != at + 1) exit 1; at = $1 }' ||
	fail "what was shown is not in order"
exec 6<&-

scenario "the process of a node goes, and its taps"
begin two.json
look lines
for child in $(cat "/proc/$running/task/$running/children"); do
	case $(tr '\0' ' ' <"/proc/$child/cmdline") in
	*"node here ") kill -9 "$child" ;;
	esac
done
status=0
wait "$tap" || status=$?
expect_status 1
expect_line err "tau: two: here's process is gone; nothing more is seen of it (where another has taken its place, tap again)"
exec 8>&-
ended
expect_status 1
