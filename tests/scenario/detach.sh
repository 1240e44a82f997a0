#!/bin/bash
# detach.sh: topologies that outlive their shell, and services of systemd. All
# waiting is done by asking the topology itself.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
trap '"$TAU" stop --now --topology weblog >/dev/null 2>&1 || :; rm -rf "$folder"' EXIT

cat >weblog.json <<'END'
{ "tau": 1, "name": "weblog", "nodes": { "here": { "operators": {
    "numbers": {"type": "generate"},
    "sum": {"type": "count", "params": {"every": "10ms"}},
    "out": {"type": "stdout"} } } },
  "streams": [ "numbers -> sum -> out" ] }
END
log=state/tau/log/weblog

scenario "it returns when all nodes run"
t run --detach weblog.json
expect_status 0
expect_empty out
expect_line err "tau: weblog runs; its log: $PWD/$log"
t ps --json
expect_status 0
expect_line out '{"topology": "weblog", "node": "here", "state": "running", *'

scenario "what it writes and says is in its log, and shown"
until grep -q ' stdout: ' "$log"; do t ps; done
expect_line "$log" '????-??-??T??:??:??.???Z stdout: {"count":*}'
t logs
expect_line out '??:??:?? stdout: {"count":*}'
t logs weblog
expect_status 2
expect_line err 'tau: weblog: it has no node weblog; tau ps lists its nodes'
expect_line err 'tau: weblog is a topology: tau logs --topology weblog'

scenario "its name is taken"
t run --detach weblog.json
expect_status 73
expect_line err 'tau: weblog already runs; *'

scenario "it ends when told, and says how in its log"
t stop
expect_status 0
expect_line "$log" '* ended with status 0'
expect_line "$log" '* started: *weblog.json, by tau *, process [1-9]*'
t ps
expect_status 69

scenario "its log is shown when it has ended, too"
t logs weblog
expect_status 0
expect_line err 'tau: weblog does not run any more; this is its log'
expect_line out '????-??-?? ??:??:?? stdout: {"count":*}'
expect_line out '????-??-?? ??:??:?? ended with status 0'
t logs --topology weblog stdout
expect_status 0
expect_line out '*stdout: {"count":*}'
expect_no_line out '*ended with*'
t logs --topology weblog --json
expect_line out '{"time_ms": [1-9]*, "node": "stdout", "text": "{*'
expect_line out '{"time_ms": [1-9]*, "node": null, "text": "ended with status 0"}'
cp "$log" "$log.1"
echo "2026-11-20T21:10:00.123Z here: $(printf %3000s x) end" >"$log"
t logs weblog
expect_line out '????-??-?? ??:??:?? ended with status 0'
[[ $(tail -n 1 out) == *"here: "*" x end" ]] || fail "a long line is cut"
rm "$log.1"
t logs nothing
expect_status 69
expect_line err 'tau: no topology of yours is running'
t logs --topology ../weblog
expect_status 69

scenario "what is wrong before it runs is said here"
t run --detach -e 'lines ! stdout'
expect_status 2
expect_line err 'tau: the node main reads standard input, which a detached topology has not; *'
t run --detach nothing.json
expect_status 74
t run --detach -e 'generate ! stdou'
expect_status 78
t detached run
expect_status 2
expect_line err 'tau: detached is what tau run --detach starts; nobody else does'
cat >unready.json <<'END'
{ "tau": 1, "name": "weblog", "nodes": { "here": { "operators": {
    "numbers": {"type": "generate"}, "where": {"type": "where", "params": {"condition": "("}} } } },
  "streams": [ "numbers -> where" ] }
END
t run --detach unready.json
[ "$status" != 0 ] || fail "it runs"
t ps
expect_status 69

scenario "what operators write is in the log as it is"
{
	printf 'tau: mine\n\n'
	head -c 5000 /dev/zero | tr '\0' x
	printf '\nlast\n'
} >text
cat >asis.json <<'END'
{ "tau": 1, "name": "asis", "nodes": { "here": { "operators": {
    "text": {"type": "file.read", "params": {"path": "text"}},
    "out": {"type": "stdout"} } } },
  "streams": [ "text -> out" ] }
END
t run --detach asis.json
expect_status 0
until grep -q ' stdout: last$' state/tau/log/asis; do :; done
sed -n 's/^[^ ]* stdout: //p' state/tau/log/asis >out
cmp -s text out || fail "the log has something else"

scenario "systemd is told"
command -v python3 >/dev/null || exit 0
cat >notified.py <<'END'
import os, socket, subprocess, sys
door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
door.bind("\0" + os.getcwd() + "/notify")
environment = dict(os.environ, NOTIFY_SOCKET="@" + os.getcwd() + "/notify", WATCHDOG_USEC="20000")
run = subprocess.Popen([os.environ["TAU"], "run", "weblog.json"], env=environment, stdout=subprocess.DEVNULL)
heard = []
while "READY=1" not in heard or heard[-1] != "WATCHDOG=1":
    heard.append(door.recv(100).decode())
run.terminate()
while heard[-1] != "STOPPING=1":
    heard.append(door.recv(100).decode())
sys.exit(run.wait())
END
export TAU
status=0
python3 notified.py >out 2>err || status=$?
expect_status 0

scenario "the unit is one that systemd takes"
unit=${top_srcdir:-$(dirname "$0")/../..}/examples/systemd/tau@.service
grep -q '^KillMode=mixed$' "$unit" && grep -q '^Type=notify$' "$unit" || fail "$unit lacks what it needs"
if command -v systemd-analyze >/dev/null; then
	sed "s|^ExecStart=[^ ]*|ExecStart=$TAU|; s|^ExecStop=[^ ]*|ExecStop=$TAU|" "$unit" >tau@.service
	systemd-analyze verify --man=no "./tau@weblog.service" >out 2>&1 || fail "systemd does not take it"
fi
