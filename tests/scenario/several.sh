#!/bin/bash
# several.sh: one program that shares streams with several nodes, as a command
# and as a peer that joins from outside.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
python_peers

# manifest PROGRAM OPERATOR: two texts go from two nodes through a program to
# two others, the left one past that operator.
manifest() {
	cat <<-END
		{ "tau": 1, "nodes": {
		    "a": { "operators": {
		      "left": {"type": "file.read", "params": {"path": "left"}},
		      "l": {"type": "lines"} } },
		    "b": { "operators": {
		      "right": {"type": "file.read", "params": {"path": "right"}},
		      "r": {"type": "lines"} } },
		    "c": { "operators": { "some": $2,
		      "leftout": {"type": "file.write", "params": {"path": "left.out"}} } },
		    "d": { "operators": {
		      "rightout": {"type": "file.write", "params": {"path": "right.out"}} } },
		    "both": { $1,
		      "in":  [{"name": "one", "type": "utf8"}, {"name": "two", "type": "utf8"}],
		      "out": [{"name": "big", "type": "utf8"}, {"name": "odd", "type": "utf8"}] } },
		  "streams": [ "left -> l", {"from": "l", "to": "both.one"},
		    "right -> r", {"from": "r", "to": "both.two"},
		    {"from": "both.big", "to": "some"}, "some -> leftout",
		    {"from": "both.odd", "to": "rightout"} ] }
	END
}

# One of each in turn, so that each text waits for the other all the time.
cat >both.py <<'END'
import socket, sys, time, tau_peer

def connected():
    while len(sys.argv) > 1:
        try:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(sys.argv[1])
            return sock
        except OSError:
            time.sleep(0.01)

with tau_peer.Peer(connected(), "both") as peer:
    ways = [(peer.reader("one"), peer.writer("big")), (peer.reader("two"), peer.writer("odd"))]
    while ways:
        for way in list(ways):
            record = next(way[0], None)
            try:
                if record is not None:
                    way[1].send(record.body.upper(), record.type)
                    continue
            except tau_peer.Gone:
                pass
            way[1].end()
            ways.remove(way)
END
seq 20000 | sed 's/$/ on the left/' >left
seq 9000 | sed 's/$/ on the right/' >right
command='"command": ["python3", "both.py"]'
remote='"remote": "unix:both.sock"'
all='{"type": "merge"}'

# check COUNT: so many lines on the left, and all on the right, came back.
check() {
	expect_status 0
	head -"$1" left | tr a-z A-Z | cmp -s - left.out || fail "the left text did not come back"
	tr a-z A-Z <right | cmp -s - right.out || fail "the right text did not come back"
	rm -f left.out right.out
}

scenario "a command between four nodes"
manifest "$command" "$all" >several.json
t run several.json
check 20000

scenario "a peer between four nodes"
manifest "$remote" "$all" >several.json
python3 both.py both.sock 2>peer.err &
peer=$!
t run several.json
wait "$peer" || fail "the peer ended with $?"
check 20000
expect_empty peer.err

scenario "one of four nodes has had enough"
manifest "$command" '{"type": "take", "params": {"n": 100}}' >several.json
t run several.json
check 100

scenario "one of four nodes dies"
mkfifo never
manifest "$command" "$all" | sed 's/"path": "right"/"path": "never"/' >several.json
"$TAU" run several.json >out 2>err &
run=$!
exec 3<>never
while [ ! -s left.out ]; do read -rt 0.01 <>/dev/null || true; done
for child in $(cat "/proc/$run/task/$run/children"); do
	case $(tr '\0' ' ' <"/proc/$child/cmdline") in *"node b ") kill -9 "$child" ;; esac
done
status=0
wait "$run" || status=$?
exec 3>&-
expect_status 1
expect_line err "tau: b: crashed before its operators were done: signal 9 (Killed)*"
expect_line err "tau: both: * the other side has gone"
