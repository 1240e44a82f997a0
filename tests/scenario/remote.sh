#!/bin/bash
# remote.sh: peers that join from outside, over a unix socket and TCP, as they
# should and as they should not.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
python_peers

# manifest ADDRESS: a text goes out to a peer at that address, and comes back.
manifest() {
	cat <<-END
		{ "tau": 1, "nodes": {
		    "here": { "operators": {
		      "text": {"type": "file.read", "params": {"path": "text"}},
		      "line": {"type": "lines"}, "out": {"type": "stdout"} } },
		    "there": { "remote": "$1",
		      "in":  [{"name": "in",  "type": "utf8"}],
		      "out": [{"name": "out", "type": "utf8"}] } },
		  "streams": [ "text -> line -> there -> out" ] }
	END
}

# connect.py ADDRESS: a socket connected to it, once somebody listens there.
cat >connect.py <<'END'
import socket, sys, time

def connect(address):
    kind, where = address.split(":", 1)
    while True:
        try:
            if kind == "unix":
                sock = socket.socket(socket.AF_UNIX)
                sock.connect(where)
            else:
                sock = socket.create_connection(where.rsplit(":", 1))
            return sock
        except OSError:
            time.sleep(0.01)
END
cat >loud.py <<'END'
import sys, connect, tau_peer

with tau_peer.Peer(connect.connect(sys.argv[1]), "loud") as peer:
    out = peer.writer("out")
    for record in peer.reader("in"):
        out.send(record.body.upper(), record.type)
END
cat >hostile.py <<'END'
import sys, connect

sock = connect.connect(sys.argv[1])
sock.sendall(sys.argv[2].encode() * 1000)
while sock.recv(65536):
    pass
END
PYTHONPATH=$PYTHONPATH:$folder

# beside PROGRAM...: runs it while the topology runs.
beside() {
	python3 "$@" 2>peer.err &
	peer=$!
	t run remote.json
	wait "$peer" || true
}

seq 20000 | sed 's/$/ lines of text/' >text
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for address in unix:there.sock "tcp:127.0.0.1:$port"; do
	scenario "a peer at $address"
	manifest "$address" >remote.json
	beside loud.py "$address"
	expect_status 0
	tr a-z A-Z <text | cmp -s - out || fail "the text did not come back"
	expect_empty peer.err
	expect_line err "tau: there: a peer has connected"
done
[ ! -e there.sock ] || fail "the socket is still there"

scenario "a peer that says it failed, and leaves in peace"
cat >failing.py <<'END'
import sys, connect, tau_peer

peer = tau_peer.Peer(connect.connect(sys.argv[1]), "failing")
out = peer.writer("out")
for record in peer.reader("in"):
    pass
out.end("failed", "no more paper")
peer.close()
END
manifest unix:there.sock >remote.json
beside failing.py unix:there.sock
expect_status 1
expect_empty peer.err
expect_line err "tau: here: the link to there: it said that it had failed: no more paper"

scenario "a peer that counts more than it sends"
cat >boasting.py <<'END'
import sys, connect, tau_peer

with tau_peer.Peer(connect.connect(sys.argv[1]), "boasting") as peer:
    out = peer.writer("out")
    for record in peer.reader("in"):
        out.send(record.body, record.type)
    out._sent += 3
END
beside boasting.py unix:there.sock
expect_status 0
expect_empty peer.err
cmp -s text out || fail "the text did not come back"
expect_line err "tau: here: the link to there: 3 of the records that it counts as sent on there did not come"

scenario "a second peer is told why it is turned away"
cat >second.py <<'END'
import sys, connect, tau_peer

with tau_peer.Peer(connect.connect(sys.argv[1]), "first") as peer:
    out = peer.writer("out")
    for count, record in enumerate(peer.reader("in")):
        if count == 0:
            sock, said = connect.connect(sys.argv[1]), b""
            while piece := sock.recv(4096):
                said += piece
            assert b"another peer is connected" in said, said
        out.send(record.body, record.type)
END
manifest unix:there.sock >remote.json
beside second.py unix:there.sock
expect_status 0
expect_empty peer.err
cmp -s text out || fail "the text did not come back"

scenario "a peer with a port of several streams"
cat >both.py <<'END'
import sys, connect, tau_peer

with tau_peer.Peer(connect.connect(sys.argv[1])) as peer:
    out = peer.writer("out")
    for left, right in zip(peer.reader("in[0]"), peer.reader("in[1]")):
        out.send(left.body + b"=" + right.body, left.type)
END
cat >remote.json <<-END
	{ "tau": 1, "nodes": {
	    "here": { "operators": {
	      "a": {"type": "file.read", "params": {"path": "right"}},
	      "b": {"type": "file.read", "params": {"path": "left"}},
	      "right": {"type": "lines"}, "left": {"type": "lines"},
	      "out": {"type": "stdout"} } },
	    "there": { "remote": "unix:there.sock",
	      "in":  [{"name": "in",  "type": "utf8", "variadic": true}],
	      "out": [{"name": "out", "type": "utf8"}] } },
	  "streams": [ "a -> right -> there.in[1]", "b -> left -> there.in[0]",
	               "there -> out" ] }
END
seq 9 >right
seq 11 19 >left
beside both.py unix:there.sock
expect_status 0
paste -d= left right | cmp -s - out || fail "the streams were not told apart"
expect_empty peer.err

# One that took it for the end would not come again. Credit is for all that it
# writes, and nothing is read before the connection goes.
scenario "a peer that loses the connection while it writes knows it"
cat >flood.py <<'END'
import tau_peer

with tau_peer.Peer() as peer:
    out = peer.writer("out")
    for _ in range(100000):
        out.send(bytes(4096))
END
cat >flood.js <<'END'
const {Peer, Gone} = require('./node/tau-peer');
const peer = new Peer();
(async () => {
	const out = peer.writer('out');
	for (let i = 0; i < 100000; i++) await out.send(Buffer.alloc(4096));
})().catch((error) => process.exit(error instanceof Gone ? 0 : 1));
END
cat >losing.py <<'END'
import os, socket, subprocess, sys, tau_peer

ours, theirs = socket.socketpair()
program = subprocess.Popen(sys.argv[1:], pass_fds=[theirs.fileno()],
    stderr=subprocess.PIPE, env=dict(os.environ, TAU_LINK_FD=str(theirs.fileno())))
theirs.close()
node = tau_peer.Peer(ours)
node._notice(tau_peer._ALPHA, 0, "out", "in", 65536, 0)
node._notice(tau_peer._IOTA, 0, 1 << 40, 1 << 40)
ours.recv(4, socket.MSG_PEEK)
ours.close()
print(program.communicate()[1].decode().splitlines()[-1:], program.returncode)
END
cp -r "$top_srcdir/examples/peers/node" .
python3 losing.py python3 flood.py >out
expect_text out $'[\'tau_peer.ProtocolError: the other side has gone\'] 1\n'
if command -v node >/dev/null; then
	python3 losing.py node flood.js >out
	expect_text out $'[] 1\n'
fi

# Of a record in hand nobody knows yet what becomes of it: who dies with it has
# lost it, and that is told.
scenario "credit tells what was done with"
cat >hand.py <<'END'
import select, socket, tau_peer

ours, theirs = socket.socketpair()
program, node = tau_peer.Peer(theirs), tau_peer.Peer(ours)
reader, writer = program.reader("in", records=4), node.writer("in")
node._notice(tau_peer._ALPHA, 0, "in", "out", 65536, 0)
while reader._number is None:
    program._receive()
for _ in range(4):
    writer.send(b"a record")
for _ in range(3):
    next(reader)
    while select.select([ours], [], [], 0)[0]:
        node._receive()
    print(writer._records - 4)
END
python3 hand.py >out
expect_text out $'0\n1\n2\n'

# Records so large that credit in bytes is what counts.
for program in "python3 python/upper.py" "node node/upper.js"; do
	command -v "${program%% *}" >/dev/null || continue
	scenario "large records through ${program%% *}"
	head -c 8000000 /dev/zero | tr '\0' x >blocks
	script=${program#* }
	cp -r "$top_srcdir/examples/peers/${script%/*}" .
	cat >blocks.json <<-END
		{ "tau": 1, "nodes": {
		    "here": { "operators": {
		      "text": {"type": "file.read", "params": {"path": "blocks"}},
		      "out": {"type": "stdout"} } },
		    "loud": { "command": ["${program%% *}", "${program#* }"],
		      "in":  [{"name": "in",  "type": "bytes"}],
		      "out": [{"name": "out", "type": "bytes"}] } },
		  "streams": [ "text -> loud -> out" ] }
	END
	t run blocks.json
	expect_status 0
	tr a-z A-Z <blocks | cmp -s - out || fail "other blocks came back"
done

scenario "a peer that speaks another language"
manifest unix:there.sock >remote.json
beside hostile.py unix:there.sock "GET / HTTP/1.1"
expect_status 1
expect_line err "tau: here: the link to there: a packet is larger than the 65536 bytes that it may have"

scenario "an address that is taken"
touch there.sock
t run remote.json
expect_status 1
expect_line err "tau: there: cannot listen at unix:there.sock: *"
[ -e there.sock ] || fail "what was not ours is gone"

scenario "no address"
manifest tcp:example.org:80 >remote.json
t run remote.json
expect_status 1
expect_line err "tau: there: the host example.org is neither localhost nor *"
