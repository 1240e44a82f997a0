#!/bin/bash
# control.sh: looking at what runs, and ending it, from another shell. Nothing
# here sleeps: whoever waits asks the topology itself until it is so.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# begin FILE WORD...: starts one in the background; `running` is its shell job.
begin() {
	local into=$1
	shift
	"$TAU" run "$@" >"$into.out" 2>"$into.err" &
	running=$!
	trap 'kill_jobs; rm -rf "$folder"' EXIT
}
# until_line GLOB WORD...: asks until the answer has such a line.
until_line() {
	local glob=$1 line
	shift
	while kill -0 "$running" 2>/dev/null; do
		t "$@"
		while IFS= read -r line; do
			# shellcheck disable=SC2053
			[[ $line == $glob ]] && return
		done <out
	done
	fail "ended before $* said: $glob"
}
ended() {
	status=0
	wait "$running" || status=$?
}

scenario "nothing runs"
t ps
expect_status 69
expect_line err 'tau: no topology of yours is running'
t stop
expect_status 69
t stop --topology weblog
expect_status 69
expect_line err 'tau: no topology runs under the name weblog'
t ps now
expect_status 2
expect_line err 'tau: ps takes no now; --topology now shows that one alone'

cat >weblog.json <<'END'
{ "tau": 1, "name": "weblog", "nodes": {
    "here":  { "operators": { "numbers": {"type": "generate"} } },
    "there": { "operators": { "sum": {"type": "count"}, "out": {"type": "stdout"} } } },
  "streams": [ "numbers -> sum -> out" ] }
END

scenario "what runs is shown"
begin weblog weblog.json
until_line 'weblog *here *running*' ps
expect_line out 'weblog *there *running*'
expect_line out 'TOPOLOGY*NODE*STATE*PID*UP*READ*MEMORY*'
until_line '*"node": "there", "state": "running"*"records_in": [1-9]*' ps --json
expect_line out '{"topology": "weblog", "node": "here", "state": "running", "pid": *, "uptime_ms": *, "memory_bytes": [1-9]*'
t ps --topology weblog
expect_status 0
expect_empty err

scenario "a second one: which is meant has to be said"
first=$running
begin other -e 'generate ! count ! stdout'
second=$running
until_line 'tau-*running*' ps
t stop
expect_status 2
expect_line err 'tau: 2 topologies are running: tau-'"$second"', weblog; --topology NAME says which is meant'
t stop --topology "tau-$second"
expect_status 0
expect_line err "tau: tau-$second: it has ended"
ended
expect_status 0

scenario "the end frees the name"
running=$first
t stop
expect_status 0
expect_empty out
expect_line err 'tau: weblog: it has ended'
[ ! -e runtime/tau/weblog ] || fail "the folder is still there"
ended
expect_status 0
begin weblog weblog.json
until_line 'weblog *there *running*' ps
t stop --now
expect_status 0
ended
[ "$status" = 75 ] || [ "$status" = 0 ] || fail "ended with $status"

scenario "a topology that failed ends with 1 for who waits, too"
cat >failing.json <<'END'
{ "tau": 1, "name": "failing", "on_failure": "continue", "nodes": {
    "a": { "operators": { "numbers": {"type": "generate"}, "sum": {"type": "count"}, "out": {"type": "stdout"} } },
    "b": { "operators": { "more": {"type": "generate"}, "file": {"type": "file.write", "params": {"path": "/dev/full"}} } } },
  "streams": [ "numbers -> sum -> out", "more -> file" ] }
END
begin failing failing.json
until_line 'failing *b *ended*' ps
t stop
expect_status 1
expect_line err 'tau: failing: it has ended, and an operator or a node of it had failed; *'
ended
expect_status 1

scenario "the log is shown, and goes on until the end"
begin failing failing.json
until_line '??:??:?? b: file (tau-io): *' logs
expect_status 0
until_line '{"time_ms": *, "node": "b", "text": "file (tau-io): *' logs --json b
t logs a
expect_status 0
expect_no_line out '*b: *'
t logs nobody
expect_status 2
expect_line err 'tau: failing: it has no node nobody; tau ps lists its nodes'
t logs a b
expect_status 2
"$TAU" logs --follow >followed 2>&1 &
follower=$!
until [ -s followed ]; do :; done
t drain
expect_status 1
status=0
wait $follower || status=$?
expect_status 0
expect_line followed '??:??:?? b: file (tau-io): *'
ended
expect_status 1

scenario "drain lets it run out"
begin weblog weblog.json
until_line 'weblog *there *running*' ps
t drain
expect_status 0
expect_line err 'tau: weblog: it has ended'
ended
expect_status 0
t drain a
expect_status 2
t drain
expect_status 69

scenario "a node is restarted"
begin weblog weblog.json
until_line 'weblog *there *running*' ps
t ps --json
before=$(grep there out)
before=${before#*pid\": }
t restart there
expect_status 0
expect_empty out
expect_line err 'tau: weblog: it runs again'
until_line '*"node": "there", "state": "running"*"restarts": 1, *"records_in": [1-9]*' ps --json
[[ $(grep there out) != *"\"pid\": ${before%%,*},"* ]] || fail "it is the same process"
t restart
expect_status 2
expect_line err 'tau: restart needs a node; tau ps lists them'
t restart nobody
expect_status 2
t drain
expect_status 0
ended
expect_status 0
expect_line weblog.err 'tau: there: killed and started again, as tau restart asked'

scenario "stop, drain and restart say how it went, for programs"
begin weblog weblog.json
until_line 'weblog *there *running*' ps
t restart there --json
expect_status 0
expect_text out '{"topology": "weblog", "command": "restart", "code": 0, "text": "it runs again"}
'
t stop --json
expect_status 0
expect_text out '{"topology": "weblog", "command": "stop", "code": 0, "text": "it has ended"}
'
ended

scenario "top shows what each operator does, and how fast"
begin weblog weblog.json
until_line 'weblog *there *running*' ps
t top --once --every 100ms
expect_status 0
expect_empty err
expect_line out 'NODE *OPERATOR *CPU *IN/s *OUT/s *MEMORY *DOES'
expect_line out 'here *numbers *% *[1-9]*'
expect_line out 'there *sum *% *[1-9]*'
expect_line out 'there *out *% *0 *0 *waits for records of sum'
expect_line out 'STREAM *IN/s *OUT/s *INSIDE *FULL *WAITS'
expect_line out 'numbers *[1-9]*'
expect_line out 'sum *0 *0 *0 *0 % *out, for records'
t top --once --json --every 100ms
expect_status 0
expect_line out '*"topology": "weblog", "node": "there", "state": "running", *'
expect_line out '*"operator": "sum", "plugin": "tau-data", "in": [1-9]*, "in_per_s": [1-9]*, "cpu": [0-9]*'
expect_line out '*"stream": "numbers", "writer": "numbers", "reader": "sum", *'
t top
expect_status 2
expect_line err 'tau: top draws on a terminal, and standard output is none; --once shows it one time, *'
t top --once --every 1ms
expect_status 2
t top weblog
expect_status 2

scenario "top says which node stands still"
there=$(sed -n 's/.*"node": "there".*"pid": \([0-9]*\),.*/\1/p' <("$TAU" ps --json))
kill -STOP "$there"
t top --once --every 100ms
kill -CONT "$there"
expect_status 0
expect_line out 'there *stopped*'
expect_line out 'here *numbers *'
expect_no_line out 'there *sum*'

scenario "top on a terminal goes on until q, or the end, and leaves it as it was"
TERM=xterm "$pty" expect 'q ends' expect 'waits for' send x expect 'waits for' send q -- "$TAU" top >out
expect_line out '*\?25h*\?1049l'
TERM=xterm "$pty" expect 'waits for' send '\x03' -- "$TAU" top >out
TERM=xterm "$pty" expect 'waits for' -- sh -c "$TAU top; echo ended with \$?" >looked &
looker=$!
until grep -q 'waits for' looked; do :; done
t drain
wait $looker
expect_line looked 'ended with 0*'
expect_line looked '*tau:*weblog: it has ended*'
ended
t top
expect_status 2
t top --once
expect_status 69
expect_line err 'tau: no topology of yours is running'

scenario "a count that another manifest changes counts on, which is said"
cat >taken.json <<'END'
{ "tau": 1, "name": "taken", "nodes": { "here": { "operators": {
    "numbers": {"type": "generate"}, "t": {"type": "take", "params": {"n": 50000000000}}, "out": {"type": "null"} } } },
  "streams": [ "numbers -> t -> out" ] }
END
begin taken taken.json
until_line 'taken *here *running*' ps
sed -e 's/"n": 50000000000/"n": 60000000000/' -e 's/"generate"/"generate", "params": {"count": 70000000000}/' taken.json >more.json
t apply more.json
expect_status 0
expect_line out 'here runs tau-flow * (????????); pause *'
t history
expect_line out '* here * tau-flow *'
until_line '*here: t: [1-9]* of 50000000000 records had passed, which counts on; it takes 60000000000 now, so that [1-9]* more pass' logs
expect_line out '*here: numbers: [1-9]* numbers were counted, and it goes on from there; it counts to 70000000000 now'
t stop --now
ended
