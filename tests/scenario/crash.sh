#!/bin/bash
# crash.sh: kill -9 of a node in the middle of what it sends and receives. What
# came out is whole and in order, the others end, the supervisor says who died
# and exactly what was lost with it, and ends with 1.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# chain COUNT RECORDS FILE: three nodes; the first stream holds so many records.
chain() {
	cat >"$3" <<-END
	{"tau": 1,
	 "nodes": {
	  "first": {"operators": {"generate": {"type": "generate",
	   "params": {"count": $1}}}},
	  "middle": {"operators": {"where": {"type": "where",
	   "params": {"field": "", "op": ">=", "value": 0}}}},
	  "last": {"operators": {"stdout": {"type": "stdout"}}}},
	 "streams": [
	  {"from": "generate", "to": "where", "records": $2, "capacity": "16MiB"},
	  "where -> stdout"]}
	END
	"$TAU" validate "$3" >out 2>err || fail "the chain is not valid"
}

# crash NODE LINES FILE [ENDED]: kills it when so many lines have come out, and
# when the node ENDED has.
crash() {
	local line='' i ended=''
	scenario "$1 is killed after $2 lines of $3"
	rm -f pipe && mkfifo pipe
	"$TAU" run "$3" >pipe 2>err &
	supervisor=$!
	exec 9<pipe
	: >out
	for ((i = 0; i < $2; i++)); do
		read -r line <&9 || fail "it ended too early"
		[ "$line" = $((i + 1)) ] || fail "line $((i + 1)) says $line"
	done
	[ -z "${4-}" ] || ended=$(processes "$4")
	[ -z "$ended" ] || tail -s 0.02 -f --pid="$ended" /dev/null
	kill -9 "$(processes "$1")"
	cat <&9 >out
	exec 9<&-
	status=0
	wait "$supervisor" || status=$?
	expect_status 1
	expect_line err "tau: $1: crashed before its operators were done: signal 9 (Killed)*"
	expect_no_line err "tau: *because the connection*"
	# Only what stdout had begun to write may end in the middle of a line.
	awk -v next_one=$(($2 + 1)) 'held != "" && held != next_one++ { exit 1 } { held = $0 }' out ||
		fail "a line is missing, repeated or torn"
	whole=$(($2 + $(tr -cd '\n' <out | wc -c)))
	: >out
}

# lost STREAM NODE: what was said of it, in `written` and `read`, and whether
# its reader was at work then; nothing where nothing was lost.
lost() {
	local said
	said=$(grep -E "^tau: (up to )?[0-9]+ records? of $1 (was|were) lost with $2: " err || :)
	written='' read='' at_work=''
	[ -n "$said" ] || return 0
	[[ $said =~ ([0-9]+)\ records?\ of\ .*:\ ([0-9]+)\ written,\ ([0-9]+)\ read(; .*)?$ ]] ||
		fail "not understood: $said"
	written=${BASH_REMATCH[2]} read=${BASH_REMATCH[3]}
	at_work=${BASH_REMATCH[4]}
	[ "${BASH_REMATCH[1]}" = $((written - read)) ] || fail "wrongly counted: $said"
}

chain 1000000000000 1024 endless.json
chain 200000 300000 known.json
for lines in 1 2 1000 20000; do
	crash first "$lines" endless.json
	lost generate first
	[ -z "$read" ] || [ "$read" = "$whole" ] || fail "$whole lines, but $read were read"
	[ -z "$at_work" ] || fail "generate reads nothing"
	lost where first
	[ -z "$written" ] || fail "nothing of where's can have been lost"

	# All of the first node's is out of it: how much there was is known.
	crash middle "$lines" known.json first
	lost generate middle
	[ "$written" = 200000 ] || fail "$written were written"
	[ -z "$at_work" ] || fail "nobody outside saw what where was at"
	handled=$read
	lost where middle
	[ "${written:-$whole}" = "$handled" ] || fail "where read $handled and wrote $written"
	[ "${read:-$whole}" = "$whole" ] || fail "$whole lines, but $read were read"

	# Between a write and the word of it, the last one may be killed too.
	crash last "$lines" known.json first
	lost where last
	if [ -z "$at_work" ]; then
		[ "$read" = "$whole" ] || fail "$whole lines, but $read were read"
	else
		[ "$read" -le "$whole" ] && [ "$written" -ge "$whole" ] ||
			fail "$whole lines, but $read were read of $written"
	fi
	handled=$written
	lost generate last
	[ "${read:-200000}" = "$handled" ] || fail "where read $read and wrote $handled"
done

scenario "what a killed supervisor leaves goes when the next one begins"
"$TAU" run endless.json >/dev/null 2>err &
supervisor=$!
until [ -n "$(ls runtime/tau 2>&-)" ]; do :; done
until [ "$(wc -w <"/proc/$supervisor/task/$supervisor/children")" = 3 ]; do :; done
nodes=$(cat "/proc/$supervisor/task/$supervisor/children")
kill -9 "$supervisor"
{ wait "$supervisor"; } 2>&- || :
for node in $nodes; do # they die with it
	tail -s 0.02 -f --pid="$node" /dev/null
done
[ -n "$(ls runtime/tau)" ] || fail "nothing was left: another test is needed"
t run -e 'generate 3 ! stdout'
expect_status 0
[ -z "$(ls runtime/tau)" ] || fail "it is still there"
