#!/bin/bash
# fds.sh: fds as records between nodes.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# make_manifest COUNT: so many fds, dealt out to three nodes that read them.
make_manifest() {
	cat >manifest.json <<-END
		{ "tau": 1, "nodes": {
		    "front": { "operators": {
		      "pipes": {"type": "pass.pipes", "params": {"count": $1}},
		      "deal": {"type": "deal"} } },
		    "one":   { "operators": { "a": {"type": "pass.read"} } },
		    "two":   { "operators": { "b": {"type": "pass.read"} } },
		    "three": { "operators": { "c": {"type": "pass.read"} } },
		    "back": { "operators": {
		      "all": {"type": "merge"}, "out": {"type": "stdout"} } } },
		  "streams": [ {"from": "pipes", "to": "deal", "records": 8},
		    {"from": "deal", "to": "a", "fds": true, "records": 16},
		    {"from": "deal", "to": "b", "fds": true, "records": 16},
		    {"from": "deal", "to": "c", "fds": true, "records": 16},
		    "a -> all", "b -> all", "c -> all", "all -> out" ] }
	END
}

workers() {
	make_manifest "$1"
	t run -L "$top_builddir/tests/fixtures" manifest.json
}

scenario "fds are dealt out to three nodes, and each arrives once"
workers 3000
expect_status 0
expect_empty err
sort -n out | cmp -s - <(seq 3000) || fail "not every fd arrived once"

scenario "few files may be open, and more fds than those go through"
(
	ulimit -n 100
	workers 3000
	expect_status 0
	expect_empty err
	sort -n out | cmp -s - <(seq 3000) || fail "not every fd arrived once"
)

scenario "nodes may open what the hard limit allows, programs begin with the soft one"
cat >limits.sh <<'END'
echo "$1 $(ulimit -Sn) $(ulimit -Hn)"
[ "$1" = child ] || exit 0
for pid in $PPID $(cat /proc/$PPID/task/$PPID/children); do
	case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
	*'tau run '*) who=supervisor ;;
	*'tau node main '*) who=node ;;
	*) continue ;;
	esac
	awk -v who=$who '/^Max open files/ { print who, $4, $5 }' "/proc/$pid/limits"
done
END
cat >limits.json <<'END'
{ "tau": 1, "nodes": {
    "main": { "operators": { "nothing": {"type": "null"} } },
    "it": { "command": ["sh", "-c", "sh limits.sh program >program"],
      "out": [{"name": "out", "type": "any"}] } },
  "streams": [ "it.out -> nothing" ] }
END
(
	ulimit -Sn 200
	ulimit -Hn 300
	t run -e 'exec sh,limits.sh,child ! stdout'
	expect_text out $'child 200 300\nsupervisor 300 300\nnode 300 300\n'
	t run limits.json
	expect_text program $'program 200 300\n'
)

for node in front two; do
	scenario "$node is killed while fds are under way"
	rm -f pipe && mkfifo pipe
	make_manifest 100000000
	"$TAU" run -L "$top_builddir/tests/fixtures" manifest.json >pipe 2>err &
	supervisor=$!
	exec 9<pipe
	read -r _ <&9 || fail "nothing came"
	nodes=$(cat "/proc/$supervisor/task/$supervisor/children")
	for pid in $nodes; do
		case $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") in
		*"node $node "*) kill -9 "$pid" && break ;;
		esac
	done
	cat <&9 >/dev/null
	exec 9<&-
	status=0
	wait "$supervisor" || status=$?
	expect_status 1
	expect_line err "tau: $node: crashed before its operators were done: signal 9 (Killed)*"
	for pid in $nodes; do
		[ ! -e "/proc/$pid" ] || fail "a node is left"
	done
done
: >out

# alone TYPE STREAM: an fd from one node to another.
alone() {
	cat >manifest.json <<-END
		{ "tau": 1, "nodes": {
		    "one": { "operators": {
		      "pipes": {"type": "pass.$1", "params": {"count": 5}} } },
		    "two": { "operators": {
		      "read": {"type": "pass.read"}, "out": {"type": "stdout"} } } },
		  "streams": [ {"from": "pipes", "to": "read"$2}, "read -> out" ] }
	END
	t run -L "$top_builddir/tests/fixtures" manifest.json
}

scenario "a port that is not one of fds may send some where the stream says so"
alone any ', "fds": true'
expect_status 0
expect_text out $'1\n2\n3\n4\n5\n'

scenario "and fails where it does not"
alone any ''
expect_status 1
expect_line err '*sent a file descriptor to another node over a stream that does not carry any; say "fds": true on it*'
expect_empty out

scenario "a port of fds is told before anything runs"
alone pipes ''
expect_status 78
expect_line err '*stream pipes carries fds to another node; that needs "fds": true'
