#!/bin/bash
# crash.sh: kill -9 of a node in the middle of what it sends and receives. What
# came out is whole and in order, the others end, the supervisor says who died
# and what may be lost, and ends with 1.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

cat >chain.json <<'END'
{"tau": 1,
 "nodes": {
  "first": {"operators": {"generate": {"type": "generate"}}},
  "middle": {"operators": {"where": {"type": "where",
   "params": {"field": "", "op": ">=", "value": 0}}}},
  "last": {"operators": {"stdout": {"type": "stdout"}}}},
 "streams": ["generate -> where -> stdout"]}
END
"$TAU" validate chain.json >out 2>err || fail "the chain is not valid"

# pid_of NODE: of a process that the supervisor started.
pid_of() {
	local child
	for child in $(cat "/proc/$supervisor/task/$supervisor/children"); do
		case $(tr '\0' ' ' <"/proc/$child/cmdline") in
		*"node $1 ") echo "$child" && return ;;
		esac
	done
	fail "there is no node $1"
}

# crash NODE LINES: kills it when so many lines have come out.
crash() {
	local line='' i
	scenario "$1 is killed after $2 lines"
	rm -f pipe && mkfifo pipe
	"$TAU" run chain.json >pipe 2>err &
	supervisor=$!
	exec 9<pipe
	: >out
	for ((i = 0; i < $2; i++)); do
		read -r line <&9 || fail "it ended too early"
		[ "$line" = $((i + 1)) ] || fail "line $((i + 1)) says $line"
	done
	kill -9 "$(pid_of "$1")"
	cat <&9 >out
	exec 9<&-
	status=0
	wait "$supervisor" || status=$?
	expect_status 1
	expect_line err "tau: $1: crashed before its operators were done: signal 9 (Killed)"
	# Only what stdout had begun to write may end in the middle of a line.
	awk -v next_one=$(($2 + 1)) 'held != "" && held != next_one++ { exit 1 } { held = $0 }' out ||
		fail "a line is missing, repeated or torn"
	: >out
}

# How much was under way differs: where nothing was, nothing is said.
: >said
for lines in 1 2 1000 20000; do
	crash first "$lines"
	crash middle "$lines"
	cat err >>said
	crash last "$lines"
	cat err >>said
done
expect_line said 'tau: up to * of generate were lost, because the connection to what reads them broke'
expect_line said 'tau: up to * of where were lost, because the connection to what reads them broke'
