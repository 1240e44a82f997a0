#!/bin/bash
# restart_programs.sh: programs of somebody else's that crash and come back, and
# nodes beside them. A program begins anew: each record is had at most once, in
# order, and what may be lost with a conversation is said to the record.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
command -v python3 >/dev/null || {
	echo "restart_programs: python3 is missing; install it" >&2
	exit 77
}
# Whoever fails leaves nobody behind.
trap 'kill_jobs; rm -rf "$folder"' EXIT
PYTHONPATH=$(cd "$top_srcdir" && pwd)/examples/peers/python
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1

# manifest PROGRAM [APART] [KEYS]: a text goes to a program and comes back, all
# in one node or in two.
manifest() {
	cat <<-END
		{ "tau": 1,
		  "plugins": {"evil": {"path": "$top_builddir/tests/fixtures/evil.so"}},
		  "nodes": {
		    "here": { ${3-} "operators": {
		      "text": {"type": "file.read", "params": {"path": "text"}},
		      "line": {"type": "lines"} ${2-,}
		      "out": {"type": "stdout"} } },
		    "there": { $1,
		      "in":  [{"name": "in",  "type": "utf8"}],
		      "out": [{"name": "out", "type": "utf8"}] } },
		  "streams": [ "text -> line",
		    {"chain": "line -> there -> out"${4-}} ] }
	END
}
apart='} }, "far": { "operators": {'
again='"restart": {"on": "failure", "max": 100, "backoff": ["1ms", "2ms"]}'

# Lives as often as it is started; each time for as many records as the next
# argument says, and kills itself then, between two packets or within one; the
# last, which has 0, takes all that is left.
cat >connected.py <<'END'
import socket, time

def connected(address):
    while address:
        try:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(address)
            return sock
        except OSError:
            time.sleep(0.01)
END
cat >mortal.py <<'END'
import os, signal, struct, sys, tau_peer

seen = open("seen", "a")
lives = sys.argv[1:]
with open("lives", "a+") as book:
    book.write("x")
    book.flush()
    turn = book.tell()
most = int(lives[turn - 1])
if most != 1:
    peer = tau_peer.Peer(None, "mortal")
    out = peer.writer("out")
    for count, record in enumerate(peer.reader("in", records=64), 1):
        print(record.body.decode(), file=seen, flush=True)
        out.send(record.body.upper(), record.type)
        if count == most:
            break
if most:
    if turn % 2 and most > 1:  # within a packet
        peer._sock.sendall(struct.pack("<I", 4096) + b"\2\0\1\0")
    os.kill(os.getpid(), signal.SIGKILL)
peer.close()
END

# ledger: what was seen, what came out, and what was said to be lost.
cat >ledger.py <<'END'
import re, sys

text = open("text").read().splitlines()
seen = open("seen").read().splitlines()
out = open("out").read().splitlines()
err = open("err").read()
said = sum(int(n) for n in re.findall(r"up to (\d+) records? of line w", err))
each = sum(int(n) for n in re.findall(r"up to (\d+) records? of line had", err))
place = {line: i for i, line in enumerate(text)}
numbers = [place[line] for line in seen]
assert numbers == sorted(set(numbers)), "it had a record twice, or out of order"
assert seen[-1] == text[-1], "the last had not all that was left"
missing = len(text) - len(seen)
assert said == each, f"{each} when it happened, and {said} in all"
assert 0 < missing <= said, f"{missing} are missing, and {said} were said to be lost"
upper = iter(line.upper() for line in seen)
assert all(line in upper for line in out), "what came out is not what was seen, in order"
assert out[-1] == text[-1].upper()
END
seq 20000 | sed 's/$/ lines of text/' >text

begin() {
	scenario "$1"
	rm -f seen lives
}
expect_ledger() { python3 ledger.py 2>ledger || fail "$(tail -1 ledger)"; }

for way in , "$apart"; do
	begin "a command that is killed again and again, with ${way#,} all in one node"
	manifest "\"command\": [\"python3\", \"mortal.py\", \"10\", \"1\", \"500\", \"3000\", \"33\", \"0\"], $again" "$way" >restart.json
	t run restart.json
	expect_status 0
	expect_ledger
	expect_line err "tau: there: python3 was killed by signal 9 (Killed)"
	expect_line err "tau: there: starting again at once: 1 of 100 times within 30 s"
	[ "$(grep -c '^tau: there: starting again' err)" = 5 ] || fail "not five times"
done

begin "a program that does not come back"
manifest '"command": ["python3", "mortal.py", "10"], "restart": {"on": "failure", "max": 0}' >restart.json
t run restart.json
expect_status 1
expect_line err "tau: there: python3 was killed by signal 9 (Killed)"
expect_line err "tau: there: not started again: *"

begin "what a program has done with before it rests is not said to be lost"
cat >resting.py <<'END'
import os, signal, tau_peer

peer = tau_peer.Peer(None, "resting")
out = peer.writer("out")
receive, count = peer._receive, 0
def rest():
    if count == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    receive()
peer._receive = rest
for record in peer.reader("in"):
    out.send(record.body, record.type)
    count += 1
END
manifest '"command": ["python3", "resting.py"]' |
	sed 's/"path": "text"/"path": "five", "follow": true/' >resting.json
head -n 5 text >five
t run resting.json
expect_status 1
expect_no_line err '*lost*'

# live MANIFEST...: runs it in the background, until its first lines are out.
live() {
	last=-1
	rm -f pipe && mkfifo pipe
	"$TAU" run "$@" >pipe 2>err &
	running=$!
	exec 9<pipe
	read -r _ <&9 || fail "nothing came out"
}
# ask WORD...: a tool does what it should.
ask() { "$TAU" "$@" >asked 2>&1 || fail "$* said $(cat asked)"; }
# What came out goes on: a line that comes later than now.
expect_more() {
	local i line
	for ((i = 0; i < 20000; i++)); do
		read -r line <&9 || fail "nothing came out any more"
		[ "$line" -gt "$last" ] || fail "$line came behind $last"
		last=$line
	done
}
endless='s|"file.read", "params": {"path": "text"|"generate", "params": {"count": 100000000|; s|"lines"|"where", "params": {"field": "", "op": ">=", "value": 0}|; s|"utf8"|"any"|g'
cat >pass.py <<'END'
import sys, tau_peer
from connected import connected

while True:
    try:
        peer = tau_peer.Peer(connected(sys.argv[1]), "pass")
        out = peer.writer("out")
        for record in peer.reader("in"):
            out.send(record.body, record.type)
    except (tau_peer.ProtocolError, tau_peer.Gone, OSError):
        if sys.argv[1]:
            continue
    peer.close()
    break
END

begin "a command is restarted by hand"
manifest '"command": ["python3", "pass.py", ""]' "$apart" | sed "$endless" >restart.json
live restart.json
ask restart there
expect_more
"$TAU" stop --now >asked 2>&1 || fail "stop --now: $(cat asked)"
exec 9<&-
wait "$running" || :
expect_line err "tau: there: killed and started again, as tau restart asked"

begin "a node beside a command crashes, and the program begins anew with it"
evil='"far": { '"$again"', "operators": { "evil": {"type": "evil.mortal", "params": {"after": 9000}}'
manifest "\"command\": [\"python3\", \"pass.py\", \"\"], $again" "} }, $evil } }, \"last\": { \"operators\": {" |
	sed "$endless; s|-> there -> out|-> there -> evil -> out|" >restart.json
live restart.json
expect_more
"$TAU" stop --now >asked 2>&1 || fail "stop --now: $(cat asked)"
exec 9<&-
wait "$running" || :
expect_line err "tau: far: starting again at once: 1 of 100 times within 30 s"
expect_line err "tau: there: started again, too: the conversation with a node that begins anew cannot go on"

begin "the process that lets a peer in is killed, and the nodes beside it"
manifest '"remote": "unix:there.sock"' "$apart" '' ', "reconnect": true' | sed "$endless" >restart.json
python3 pass.py there.sock 2>peer.err &
peer=$!
live restart.json
ask restart there
expect_more
ask restart here
last=-1 # a source begins at its beginning
read -r _ <&9 # of what had come before
until read -r line <&9 && [ "$line" -lt 20000 ]; do [ -n "$line" ] || fail "nothing came out any more"; done
expect_more
"$TAU" stop --now >asked 2>&1 || fail "stop --now: $(cat asked)"
exec 9<&-
wait "$running" || :
kill "$peer" 2>&- || :
wait "$peer" || :
[ ! -e there.sock ] || fail "the socket is still there"

begin "who cannot come back"
manifest '"remote": "unix:there.sock", '"$again" >restart.json
t run restart.json
expect_status 78
expect_line err '*there cannot be restarted: it is a remote node, and its peer does not come again; if it does, say "reconnect" of its streams'
manifest '"remote": "unix:there.sock"' , "$again," >restart.json
t run restart.json
expect_status 78
expect_line err '*here cannot be restarted: it has streams to a remote node, whose peer would have to begin anew with it; if it can, say "reconnect" of those streams'
manifest '"command": ["true"]' , "$again," >restart.json
t run restart.json
expect_status 78
expect_line err '*here cannot be restarted: it has streams to a command node, whose program would have to begin anew with it; if it can, say "restart" there, too'
