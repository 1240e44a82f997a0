#!/bin/bash
# again.sh: a remote peer that goes without having ended its streams, and comes
# again: what each one had, what came back, and what the run says was lost must
# add up, with nothing twice and nothing out of order.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
python_peers

# manifest ADDRESS KEYS [FAR]: a text goes out to a peer and comes back, in one
# node or in two.
manifest() {
	local apart=','
	[ -z "${3-}" ] || apart='} }, "far": { "operators": {'
	cat <<-END
		{ "tau": 1, "nodes": {
		    "here": { "operators": {
		      "text": {"type": "file.read", "params": {"path": "text"}},
		      "line": {"type": "lines"} $apart
		      "out": {"type": "stdout"} } },
		    "there": { "remote": "$1",
		      "in":  [{"name": "in",  "type": "utf8"}],
		      "out": [{"name": "out", "type": "utf8"}] } },
		  "streams": [ "text -> line",
		    {"chain": "line -> there -> out"$2} ] }
	END
}

# Each has as many records as the next number says, and dies then; the last,
# which has 0, takes all that is left. A way to die between the packets, within
# one, by BYE, and before and behind HELLO.
cat >mortal.py <<'END'
import os, socket, struct, sys, time, tau_peer

def connect(address):
    kind, where = address.split(":", 1)
    while True:
        try:
            if kind == "unix":
                sock = socket.socket(socket.AF_UNIX)
                sock.connect(where)
                return sock
            return socket.create_connection(where.rsplit(":", 1))
        except OSError:
            time.sleep(0.01)

seen = open("seen", "a")
for turn, most in enumerate(map(int, sys.argv[2:])):
    sock = connect(sys.argv[1])
    if most == 1:
        sock.close()
        continue
    peer = tau_peer.Peer(sock, "mortal")
    if most == 2:
        sock.close()
        continue
    out = peer.writer("out")
    for count, record in enumerate(peer.reader("in", records=64), 1):
        print(record.body.decode(), file=seen, flush=True)
        out.send(record.body.upper(), record.type)
        if count == most:
            break
    if most:
        way = turn % 4
        if most == 34:  # what only a node knows to be wrong
            out._number = 77
            out.send(b"nowhere", record.type)
            way = 4
            try:
                while sock.recv(1 << 16):
                    pass
            except OSError:
                pass
        if way == 1:  # within a packet
            sock.sendall(struct.pack("<I", 4096) + b"\2\0\1\0")
        elif way == 2:
            peer._notice("bye", "out of order")
        elif way == 3:  # within a record
            peer._frame(3, 0, out._number, out._sent, struct.pack("<IHxxI4x", 60000, 1, 0) + b"x" * 512)
        sock.close()
    else:
        peer.close()
END

# ledger: what was seen, what came out, and what was said to be lost.
cat >ledger.py <<'END'
import re

text = open("text").read().splitlines()
seen = open("seen").read().splitlines()
out = open("out").read().splitlines()
said = sum(int(n) for n in re.findall(r"up to (\d+) records? of line w", open("err").read()))
place = {line: i for i, line in enumerate(text)}
numbers = [place[line] for line in seen]
assert numbers == sorted(set(numbers)), "a peer had a record twice, or out of order"
assert seen[-1] == text[-1], "the last had not all that was left"
missing = len(text) - len(seen)
assert 0 < missing <= said, f"{missing} are missing, and {said} were said to be lost"
upper = iter(line.upper() for line in seen)
assert all(line in upper for line in out), "what came out is not what was seen, in order"
assert out[-1] == text[-1].upper()
END

again=', "reconnect": true'
seq 30000 | sed 's/$/ lines of text/' >text

# live ADDRESS NUMBER...: those peers, one after the other.
live() {
	local address=$1
	shift
	rm -f seen
	python3 mortal.py "$address" "$@" 2>peer.err &
	peer=$!
	t run again.json
	[ "$status" = 0 ] || kill "$peer" 2>&- || true
	wait "$peer" || true
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for address in unix:there.sock "tcp:127.0.0.1:$port"; do
	for far in "" far; do
		scenario "peers die at $address, with ${far:-all} in one node"
		manifest "$address" "$again" ${far:+"$far"} >again.json
		live "$address" 10 3 500 1000 2 7 5000 33 1 34 0
		expect_status 0
		expect_empty peer.err
		python3 ledger.py 2>ledger || fail "$(tail -1 ledger)"
		expect_line err "tau: there: the peer has gone: *; waiting for it to come again"
		expect_line err "tau: there: the peer has gone: out of order; waiting for it to come again"
		expect_line err "tau: there: the peer has gone: it spoke of stream 77, which is not there; waiting for it to come again"
	done
done

scenario "without reconnect the first is the last"
manifest unix:there.sock "" >again.json
live unix:there.sock 10
expect_status 1

scenario "only a part of what a peer's connection carries comes again"
manifest unix:there.sock "" | sed 's/"chain": "line -> there -> out"/"from": "line", "to": "there", "reconnect": true}, {"from": "there", "to": "out"/' >again.json
t run again.json
expect_status 78
expect_line err '*the streams of there share one connection: say "reconnect" of all of them or of none'

scenario "a stream that leads to no remote node"
manifest unix:there.sock "" | sed 's/"text -> line"/{"chain": "text -> line"'"$again"'}/' >again.json
t run again.json
expect_status 78
expect_line err '*only a connection to a remote node can come again, and text leads to none; leave "reconnect" away'
