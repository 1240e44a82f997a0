#!/bin/bash
# restart.sh: nodes that crash and come back. Their neighbours go on, what comes
# out is in order and without repeats, and what the crashes lost is said to the
# record: what went in is what came out and what was lost.
if [ -n "${LONG-}" ] && [ -z "${SCENARIO_TIMED-}" ]; then
	SCENARIO_TIMED=1 exec timeout -k 5 1800 bash "$0" "$@"
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
: "${KILLS:=${LONG:+10000}}" "${KILLS:=200}" # of one node, or of two at once

# chain COUNT RESTART TYPE [PARAMS]: four nodes; the two between are restarted.
chain() {
	cat >chain.json <<-END
	{"tau": 1,
	 "plugins": {"evil": {"path": "$top_builddir/tests/fixtures/evil.so"}},
	 "defaults": {"stream": {"transport": "${TRANSPORT:-link}"}, "node": {"restart": {"on": "failure", "backoff": ["1ms", "2ms"]$2}}},
	 "nodes": {
	  "first": {"restart": {"on": "never"}, "operators": {"g": {"type": "generate",
	   "params": {"count": $1}}}},
	  "one": {"operators": {"a": {"type": "$3", "params": {${4-}}}}},
	  "two": {"operators": {"b": {"type": "where",
	   "params": {"field": "", "op": ">=", "value": 0}}}},
	  "last": {"restart": {"on": "never"}, "operators": {"o": {"type": "stdout"}}}},
	 "streams": ["g -> a -> b -> o"]}
	END
}

# Each line is a number, larger than the one before; with what was lost they
# are so many.
expect_all_of() {
	awk '$1 + 0 <= last { exit 1 } { last = $1 }' out ||
		fail "a line is repeated, or out of order"
	lost=$(sed -n -E 's/^tau: ([0-9]+) records? of .* lost with .*/\1/p' err |
		awk '{ sum += $1 } END { print sum + 0 }')
	[ $(($(wc -l <out) + lost)) = "$1" ] ||
		fail "$(wc -l <out) came out and $lost were lost, of $1"
}

# What is said at each restart comes to what is said in the end; or to less where
# a crash comes when all that there is has come.
expect_told() {
	local down
	down=$(sed -n -E 's/^tau: ([0-9]+) records? of .* went down with .*/\1/p' err |
		awk '{ sum += $1 } END { print sum + 0 }')
	[ "$down" "$1" "$lost" ] || fail "$down were lost by restarts, and $lost in all"
}

memory() { sed -n -E 's/^RssAnon:[[:space:]]*([0-9]+) kB/\1/p' "/proc/$supervisor/status"; }
fds() { find "/proc/$supervisor/fd" 2>&- | wc -l; }

scenario "an operator that crashes again and again"
chain 20000 ', "max": 1000' evil.mortal '"after": 700'
t run chain.json
expect_status 0
expect_line err "tau: one: crashed before its operators were done: signal 6 (Aborted), while it ran a (evil)"
expect_line err "tau: one: starting again at once: 1 of 1000 times within 30 s"
expect_line err "tau: one: starting again in 0.00* s: 2 of 1000 times within 30 s"
[ "$(grep -c ': crashed before' err)" = "$(grep -c ': starting again' err)" ] ||
	fail "not every crash was followed by a start"
expect_all_of 20000
expect_told -le
expect_line err "tau: * records of g went down with the last process of one"

scenario "an operator that crashes too often"
chain 20000 ', "max": 3' evil.mortal '"after": 700'
t run chain.json
expect_status 1
[ "$(grep -c ': starting again' err)" = 3 ] || fail "not three times"
expect_line err 'tau: one: not started again: that was done 3 times within 30 s, the most that its "restart" allows'

[ "$(grep -c '^tau: [a-z]*: the link to one: one has gone: it crashed 4 times within 30 s$' err)" = 2 ] ||
	fail "its neighbours were not told why it does not come back"

scenario "an operator that crashes when all has come that will"
chain 700 '' evil.mortal '"after": 690'
t run chain.json
expect_status 0
expect_no_line err "*has gone*"
expect_all_of 700

scenario "an operator with a state crashes beside another"
cat >states.json <<END
{"tau": 1,
 "plugins": {"evil": {"path": "$top_builddir/tests/fixtures/evil.so"}},
 "nodes": {"one": {"restart": {"on": "failure"}, "operators": {
   "g": {"type": "generate", "params": {"count": 60}}, "t": {"type": "tee"},
   "c": {"type": "count"}, "a": {"type": "evil.mortal", "params": {"after": 50}},
   "o": {"type": "stdout"}, "p": {"type": "file.write", "params": {"path": "/dev/null"}}}}},
 "streams": ["g -> t -> a -> o", "t -> c -> p"]}
END
t run states.json
expect_line err "tau: what c had kept of * records went down with the last process of one; its state begins anew"

scenario "an operator that crashes, and is not to come back"
chain 20000 ', "on": "never"' evil.mortal '"after": 700'
sed -i 's/"on": "failure", //' chain.json
t run chain.json
expect_status 1
expect_no_line err "*starting again*"

for TRANSPORT in unix tcp; do
	scenario "an operator that crashes where bytes go by $TRANSPORT"
	chain 20000 ', "max": 1000' evil.mortal '"after": 3000'
	t run chain.json
	expect_status 0
	expect_line err "tau: one: starting again at once: 1 of 1000 times within 30 s"
	expect_all_of 20000
	[ "$(wc -l <out)" -gt 3000 ] || fail "nothing came out behind the crash"

	scenario "an operator that crashes too often where bytes go by $TRANSPORT"
	chain 20000 ', "max": 1' evil.mortal '"after": 3000'
	t run chain.json
	expect_status 1
	[ "$(grep -c '^tau: [a-z]*: the link to one: one has gone: it crashed 2 times within 30 s$' err)" = 2 ] ||
		fail "its neighbours were not told why it does not come back"
done
TRANSPORT=

scenario "two nodes side by side are killed, alone and together, at any time"
chain 1000000000 ', "max": 100000' where '"field": "", "op": ">=", "value": 0'
rm -f pipe && mkfifo pipe
"$TAU" run --drain-timeout 60s chain.json >pipe 2>err &
supervisor=$!
exec 9<pipe
: >out
read_lines() {
	local i line
	for ((i = 0; i < $1; i++)); do
		read -r line <&9 || fail "it ended too early"
		echo "$line" >>out
	done
}
read_lines 10
before='' held=''
for ((i = 1; i <= KILLS; i++)); do
	[ $((i % 3)) = 0 ] || kill_node one
	[ $((i % 3)) = 1 ] || kill_node two
	read_lines 200
	[ "$i" != $((KILLS / 4)) ] || before=$(fds) held=$(memory)
done
[ "$(fds)" -le $((before + 8)) ] || fail "the supervisor had $before fds, and has $(fds)"
# What a sanitizer keeps of freed memory is its own.
grep -q __asan_init "$TAU" || [ "$(memory)" -le $((held + 512)) ] || fail "the supervisor held $held KiB, and holds $(memory)"
# More than pipes and streams hold: who was killed last has begun anew by then.
read_lines 20000
kill -TERM "$supervisor"
cat <&9 >>out
exec 9<&-
status=0
wait "$supervisor" || status=$?
expect_status 0
# Who takes long to begin is often not there to be killed.
[ "$(grep -c ': crashed before' err)" -ge $((KILLS / 4)) ] || fail "too few were killed"
awk '$1 + 0 <= last { exit 1 } { last = $1 }' out || fail "a line is repeated, or out of order"
lost=$(sed -n -E 's/^tau: ([0-9]+) records? of .* lost with .*/\1/p' err |
	awk '{ sum += $1 } END { print sum + 0 }')
written=$(sed -n -E 's/^tau: .* of g were lost .*: ([0-9]+) written.*/\1/p' err)
[ $(($(wc -l <out) + lost)) = "$written" ] ||
	fail "$(wc -l <out) came out and $lost were lost, of $written"
expect_told =
