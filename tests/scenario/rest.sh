#!/bin/bash
# rest.sh: who has nothing to do, does nothing. A process at rest stands in a
# wait without a deadline, which the kernel tells: so nothing here counts time.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
trap 'exec 9>&-; for job in $(jobs -p); do kill -9 "$job" || :; done 2>/dev/null; rm -rf "$folder"' EXIT

# pids: of the supervisor and all nodes.
pids() {
	echo "$running" && "$TAU" ps --json | sed -n 's/.*"pid": \([0-9]*\),.*/\1/p'
}
# rests PID: whether it waits in epoll_wait, epoll_pwait (a timeout of -1) or
# epoll_pwait2 (none at all).
rests() {
	local number timeout
	read -r number _ _ _ timeout _ <"/proc/$1/syscall" || return 1
	case $number in
	232 | 281) [ $((timeout & 0xffffffff)) = $((0xffffffff)) ] ;;
	441) [ $((timeout)) = 0 ] ;;
	*) false ;;
	esac
}
# until_running: until node b runs.
until_running() {
	until "$TAU" ps 2>/dev/null | grep -q 'b *running'; do
		kill -0 "$running" 2>/dev/null || fail "it has ended"
	done
}
# until_rest: until all of them do, one after the other.
until_rest() {
	local pid
	for pid in $1; do
		until rests "$pid"; do
			kill -0 "$running" 2>/dev/null || fail "it has ended"
		done
	done
}

mkfifo in
cat >rest.json <<'END'
{ "tau": 1, "name": "rest", "nodes": {
    "a": { "limits": {"memory": "1GiB"},
           "operators": { "read": {"type": "file.read", "params": {"path": "in", "follow": true}}, "lines": {"type": "lines"} } },
    "b": { "watchdog": {"report": "50ms", "kill": "100ms"},
           "operators": { "copy": {"type": "tee"}, "out": {"type": "file.write", "params": {"path": "out.txt"}} } } },
  "streams": [ "read -> lines -> copy -> out" ] }
END

scenario "an idle topology rests, all of it"
"$TAU" run rest.json 2>err &
running=$!
exec 9<>in
until_running
cat "/proc/$running/syscall" >/dev/null 2>&1 || exit 77
all=$(pids)
until_rest "$all"

scenario "it wakes for work, and rests again"
echo one >&9
until grep -q one out.txt; do :; done
until_rest "$all"
echo two >&9
until grep -q two out.txt; do :; done
until_rest "$all"

t stop
expect_status 0
wait $running

scenario "who wakes is watched"
exec 9>&-
mkfifo late
sed -e 's/"in"/"late"/' -e 's/"file.write", "params": {"path": "out.txt"}/"evil.late"/' rest.json >late.json
"$TAU" run -L "$top_builddir/tests/fixtures" late.json 2>err &
running=$!
exec 9<>late
until_running
until_rest "$(pids)"
echo one >&9
wait $running || status=$?
expect_status 1
expect_line err 'tau: b: killed: out (evil) computes and does not give the thread back, for * (watchdog.kill)'
