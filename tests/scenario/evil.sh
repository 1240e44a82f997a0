#!/bin/bash
# evil.sh: operators that do what they must not are named, with what they did.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
# A sanitizer reports a signal itself, and then exits.
by_signal() {
	if [ -n "${TAU_SANITIZERS:-}" ]; then
		expect_line err "tau: main: *AddressSanitizer*"
	else
		expect_line err "tau: main: *signal $1*"
	fi
}
evil() { t run -L "$top_builddir/tests/fixtures" "$@"; }

# stands_in OPERATOR LINE…: the report names the plugin's file and its copy, and
# has these lines in this order, then the way through the coroutine.
stands_in() {
	local operator=$1 line at=0 next
	shift
	expect_line err "tau: main: operator evil-$operator of plugin evil *"
	expect_line err "tau: main:   evil 1.2.3 is */tests/fixtures/evil.so, kept as"
	expect_line err "tau: main:   /*/tau/store/*.so"
	for line in "$@" 'by run_coroutine, core/host/instance.c:[0-9]*'; do
		next=$(grep -n "^tau: main:   $line" err | head -n 1 | cut -d : -f 1)
		[ "${next:-0}" -gt "$at" ] || fail "no '$line' behind line $at"
		at=$next
	done
}

scenario "a crash names the operator and the signal"
evil -e 'evil.crash'
expect_status 1
expect_line err "tau: main: *evil-crash*"
by_signal 11
stands_in crash 'at crash, tests/fixtures/evil.c:[0-9]*'

scenario "an abort"
evil -e 'evil.abort'
expect_status 1
expect_line err "tau: main: *evil-abort*"
expect_line err "tau: main: crashed before its operators were done: signal 6 (Aborted), while it ran evil-abort (evil)"

stands_in abort 'by abort_it, tests/fixtures/evil.c:[0-9]*'

scenario "a crash when its operators are done"
evil -e 'evil.parting'
expect_status 1
if [ -n "${TAU_SANITIZERS:-}" ]; then
	by_signal 11
	expect_line err "tau: main: ended after its operators were done, with status 1"
else
	expect_line err "tau: main: crashed after its operators were done: signal 11 (Segmentation fault)*"
fi
expect_line err "tau: main:   at crash*, tests/fixtures/evil.c:*"

scenario "a crash of a plugin that was stripped"
mkdir stripped
cp "$top_builddir/tests/fixtures/evil.so" stripped
strip stripped/evil.so
t run -L stripped -e 'evil.crash'
expect_status 1
expect_line err "tau: main:   evil 1.2.3 is */stripped/evil.so, kept as"
expect_line err "tau: main:   at */stripped/evil.so+0x*"
expect_line err "tau: main:   by run_coroutine, core/host/instance.c:*"

scenario "an exit"
evil -e 'evil.exit'
expect_status 1
expect_line err "tau: main: ended before its operators were done, with status 0: evil-exit (evil) ended the process; an operator returns instead"

scenario "a stack that is too small"
evil -e 'evil.deep'
expect_status 1
expect_line err "tau: main: operator evil-deep of plugin evil used up its stack of 65536 bytes; give it a larger \"stack\" in its description, or less depth"
stands_in deep 'at deeper, tests/fixtures/evil.c:[0-9]*' \
	'by deeper, tests/fixtures/evil.c:[0-9]*, [0-9]* times' 'by deep, tests/fixtures/evil.c'
expect_line err "tau: main: crashed before its operators were done: evil-deep (evil) used up its stack"

scenario "a failure without a word"
evil -e 'evil.fail'
expect_status 1
expect_line err "tau: main: evil-fail (evil): *Input/output error*"

scenario "a failure ends the rest, unless the topology bears it"
cat >bear.json <<-'END'
	{ "tau": 1, "vars": { "n": {"type": "int", "required": true} },
	  "nodes": { "main": { "operators": {
	    "count": {"type": "generate", "params": {"count": "${n}"}},
	    "out": {"type": "stdout"}, "bad": {"type": "evil.fail"} } } },
	  "streams": [ "count -> out" ] }
END
status=0
timeout 60 "$TAU" run -L "$top_builddir/tests/fixtures" --set n=1000000000000 bear.json >/dev/null 2>err ||
	status=$?
expect_status 1
expect_line err "tau: main: bad (evil): *"
sed -i 's/"tau": 1,/& "on_failure": "continue",/' bear.json
evil --set n=3 bear.json
expect_status 1
expect_text out $'1\n2\n3\n'

scenario "what is printed never tears the result"
evil -e 'generate 3 ! stdout ; evil.print'
expect_status 0
expect_text out $'1\n2\n3\n'
expect_line err "tau: main: to stdout"
expect_line err "tau: main: to stderr, without an end"

scenario "a circle of waiting is said, whatever else is watched"
for ends in "generate null" "generate stdout" "lines stdout"; do
	read -r source sink <<<"$ends"
	yes | "$TAU" run -L "$top_builddir/tests/fixtures" \
		-e "$source ! t:tee ! z:evil.zip ! $sink ; @t ! where '' = 0 ! @z.b" 2>err |
		cat >out
	[ "${PIPESTATUS[1]}" = 1 ] || fail "ended with ${PIPESTATUS[1]}"
	expect_line err "tau: main: nothing can go on:"
	expect_line err "tau: main:   t waits for z to read: *is full*"
	expect_line err "tau: main:   z waits for where to write: *"
done

scenario "an endless loop is killed when the time is over"
evil --for 50ms --drain-timeout 50ms -e 'evil.loop'
expect_status 75
expect_line err "tau: not drained within 0.05 s *"
expect_line err "tau: main: did not close and is killed; what it held is lost"
expect_line err "tau: main: operator evil-loop of plugin evil was running when the node was told to abort"

scenario "more committed than was reserved"
evil -e 'evil.over ! null'
expect_status 1
expect_line err "tau: main: operator evil-over of plugin evil wrote more to a stream than it had reserved, over memory that is not its own"

scenario "more consumed than was there"
evil -e 'generate 3 ! evil.astray'
expect_status 1
expect_line err "tau: main: operator evil-astray of plugin evil consumed records that it had not been given"

scenario "fds closed that others need"
evil -e 'evil.close'
expect_status 1
expect_line err "tau: main: the way to the supervisor is lost; did an operator close an fd that was not its own?"

scenario "the least int is an errno of nothing"
evil -e 'evil.least'
expect_status 1
expect_line err "tau: main: evil-least (evil): run returned -2147483648 *"

scenario "a file that may not grow"
(ulimit -f 1 && evil -e 'generate 3000 ! file.write grown')
expect_status 1
expect_line err "tau: main: file-write (tau-io): cannot write *grown: File too large"

# beside OPERATOR [NODE-OPTIONS]: it runs in a node of its own, while another
# node does its work.
beside() {
	cat >beside.json <<-END
	{ "tau": 1, "on_failure": "continue",
	  "nodes": {
	   "bad": { "operators": {"bad": {"type": "evil.$1"}}${2:+, $2} },
	   "good": { "operators": {
	    "count": {"type": "generate", "params": {"count": 3}},
	    "out": {"type": "stdout"} } } },
	  "streams": [ "count -> out" ] }
	END
	evil beside.json
	expect_status 1
	expect_text out $'1\n2\n3\n'
}
soon='"watchdog": {"warn": "20ms", "report": "100ms", "kill": "300ms"}'

scenario "an endless loop is warned of, shown and killed, and its neighbour goes on"
beside loop "$soon"
expect_line err "tau: bad: bad (evil) computes and does not give the thread back, for [0-9]* s so far; *"
expect_line err "tau: bad:   at loop, tests/fixtures/evil.c:*"
expect_line err "tau: bad:   by run_coroutine, core/host/instance.c:*"
expect_line err "tau: bad: killed: bad (evil) computes and does not give the thread back, for [0-9]* s (watchdog.kill)"

scenario "a blocking call is told apart, with its name"
beside block "$soon"
expect_line err "tau: bad: bad (evil) is blocked in read(2) of fd [0-9]*, for [0-9]* s so far; *"
expect_line err "tau: bad:   by block, tests/fixtures/evil.c:*"
expect_line err "tau: bad: killed: bad (evil) is blocked in read(2) of fd [0-9]*, for [0-9]* s (watchdog.kill)"

scenario "who comes back in time is reported and goes on"
evil -e 'evil.hang'
expect_status 0
expect_no_line err "tau: main: killed*"

scenario "a node that the watchdog killed comes back as its policy has it"
beside loop "$soon, \"restart\": {\"on\": \"failure\", \"max\": 1, \"within\": \"1min\", \"backoff\": [\"1ms\", \"1ms\"]}"
[ "$(grep -c 'tau: bad: killed: bad (evil) computes .* (watchdog.kill)' err)" = 2 ] || fail "not killed twice"
expect_line err "tau: bad: starting again at once: 1 of 1 times within 1m"
expect_line err "tau: bad: not started again: *"

scenario "0s is never"
cat >never.json <<-'END'
{ "tau": 1, "nodes": { "main": {
   "watchdog": {"warn": "0s", "report": "0s", "kill": "0s"},
   "operators": {"hang": {"type": "evil.hang"}} } }, "streams": [] }
END
evil never.json
expect_status 0
expect_text err ""

scenario "more memory than the limit"
beside leak '"limits": {"memory": "200MiB"}'
expect_line err "tau: bad: killed: it holds * MiB of memory, and 200 MiB are its limit (limits.memory)"

scenario "no more files than the limit"
for files in 99 2147483647; do
	cat >files.json <<-END
	{ "tau": 1, "nodes": { "main": { "limits": {"files": $files},
	   "operators": {
	    "limits": {"type": "file.read", "params": {"path": "/proc/self/limits"}},
	    "out": {"type": "stdout"} } } }, "streams": [ "limits -> out" ] }
	END
	evil files.json
	[ "$files" != 99 ] || expect_line out "Max open files * 99 * 99 *"
done
expect_status 1
expect_line err "tau: main: cannot let the node open 2147483647 files (limits.files): here nobody may open more than [0-9]*; lower it, or raise the hard limit (ulimit -Hn)"

scenario "a process that stops itself"
cat >stop.json <<-'END'
{ "tau": 1, "nodes": { "bad": {
   "watchdog": {"report": "100ms", "kill": "300ms"},
   "operators": {"bad": {"type": "evil.stop"}} } }, "streams": [] }
END
"$TAU" run -L "$top_builddir/tests/fixtures" --drain-timeout 50ms stop.json >out 2>err &
stopped=$!
until grep -q 'stopped by a signal' err; do
	kill -0 $stopped 2>/dev/null || fail "it ended"
done
kill -TERM $stopped
status=0
wait $stopped || status=$?
expect_status 75
expect_line err "tau: bad: stopped by a signal, while it ran bad (evil); SIGCONT lets it go on"

scenario "a call of what is not there is traced to its caller"
beside void
expect_line err "tau: bad:   by call_nothing, tests/fixtures/evil.c:*"

scenario "each process of a node that is restarted is reported"
beside abort '"restart": {"on": "failure", "max": 3, "within": "1min", "backoff": ["1ms", "1ms"]}'
[ "$(grep -c 'tau: bad:   by abort_it, tests/fixtures/evil.c:' err)" = 4 ] || fail "not four reports"

scenario "whatever it does, it comes back as its policy has it, and its neighbour goes on"
again='"restart": {"on": "failure", "max": 1, "within": "1min", "backoff": ["1ms", "1ms"]}'
for one in crash exit deep close block leak; do
	case $one in
	crash) end="crashed before its operators were done: signal *while it ran bad (evil)"
		[ -z "${TAU_SANITIZERS:-}" ] || end="*AddressSanitizer*" ;;
	exit) end="ended before its operators were done, with status 0: bad (evil) ended the process; *" ;;
	deep) end="operator bad of plugin evil used up its stack of *" ;;
	close) end="the way to the supervisor is lost; *" ;;
	block) end="killed: bad (evil) is blocked in read(2) of fd [0-9]*, for [0-9]* s (watchdog.kill)" ;;
	leak) end="killed: it holds * MiB of memory, and 200 MiB are its limit (limits.memory)" ;;
	esac
	beside $one "$soon, $again, \"limits\": {\"memory\": \"200MiB\"}"
	expect_line err "tau: bad: $end"
	expect_line err "tau: bad: starting again at once: 1 of 1 times within *"
	expect_line err "tau: bad: not started again: *"
done
