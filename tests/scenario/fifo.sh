#!/bin/bash
# fifo.sh: streams over named FIFOs, with other writers, strangers and deaths.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
python_peers

# manifest OPTIONS: lines of a text go over a FIFO to where they are printed.
manifest() {
	cat <<-END
		{ "tau": 1, "nodes": {
		    "one": { "operators": {
		      "text": {"type": "file.read", "params": {"path": "text"}},
		      "line": {"type": "lines", "params": {"max": 300000}} } },
		    "two": { "operators": { "out": {"type": "stdout"} } } },
		  "streams": [ "text -> line",
		    {"from": "line", "to": "out", "transport": "fifo"$1} ] }
	END
}

# Writes blocks as docs/wire.md has them, by that file alone.
cat >blocks.py <<'END'
import array, fcntl, os, struct, sys, termios, time, zlib

class Writer:
    def __init__(self, path, number, most=4096):
        self.fd = os.open(path, os.O_RDWR)
        self.number, self.most, self.sequence = number, most, 0

    def block(self, piece, total, offset, kind_of_record, kind):
        def head(total_sum):
            return struct.pack("<4sIQIIIIIHH", b"TauB", total_sum, self.sequence,
                self.number, 0, total, offset, len(piece), kind_of_record, kind)
        made = head(zlib.crc32(head(0) + piece)) + piece
        self.sequence += 1
        return made

    def blocks(self, record):
        most = self.most - 40
        for offset in range(0, len(record) or 1, most):
            yield self.block(record[offset:offset + most], len(record), offset, 1, 1)

    def send(self, record):
        for block in self.blocks(record):
            os.write(self.fd, block)

    # What is written before the reader is there is lost with its writer.
    def drain(self):
        left = array.array("i", [1])
        while left[0]:
            time.sleep(0.001)
            fcntl.ioctl(self.fd, termios.FIONREAD, left)

    def end(self):
        self.drain()
        os.write(self.fd, self.block(b"", 0, 0, 1, 2))
        os.close(self.fd)
END

# with_writer CODE: runs it with a Writer on the FIFO `here`, from before the
# topology starts.
with_writer() {
	mkfifo here
	exec 4< <(python3 -c "import sys; from blocks import *
writer = Writer('here', 77)
print('ready', flush=True)
$1" 2>python.err)
	read -r line <&4
	[ "$line" = ready ] || fail "the writer is not ready"
	t run m.json
	cat <&4 >/dev/null
	exec 4<&-
	[ ! -s python.err ] || fail "$(cat python.err)"
	rm here
}

scenario "records larger than a block, in the runtime folder"
python3 -c '
for i in range(300): print(chr(97 + i % 26) * (i * 89))' >text
manifest '' >m.json
t run m.json
expect_status 0
cmp -s text out || fail "another text came"
expect_empty err
[ -z "$(ls runtime/tau)" ] || fail "something is left in the runtime folder"

scenario "blocks are at most atomic"
manifest ', "atomic": 512, "capacity": 65536' >m.json
t run m.json
expect_status 0
cmp -s text out || fail "another text came"

scenario "several processes write one FIFO"
manifest ', "at": "here"' >m.json
with_writer '
other = Writer("here", 78, 512)
for i in range(400):
    a, b = (list(w.blocks(n + b"%d " % i + b"x" * (i * 31)))
        for w, n in ((writer, b"A"), (other, b"B")))
    while a or b:
        for blocks in a, b:
            if blocks: os.write(writer.fd, blocks.pop(0))
writer.end(); other.end()'
expect_status 0
expect_empty err
python3 -c '
for name in "AB":
    for i in range(400): print(name + "%d " % i + "x" * (i * 31))' | sort -o more
sort out >sorted
sort text more | cmp -s - sorted || fail "not all records came"
grep '^A' out | cmp -s - <(grep '^A' more | sort -V) || fail "out of order"

scenario "a writer dies inside a record"
with_writer '
writer.send(b"whole")
os.write(writer.fd, next(writer.blocks(b"T" * 9000)))
writer.drain()'
expect_status 1
expect_line err "tau: two: the link to one: a writer of stream * went without saying that it had ended"
grep -qx whole out || fail "the whole record did not come"
! grep -q TTT out || fail "a torn record came"
expect_line err '*0 bytes of no block, 0 alien blocks, 0 repeated or late, 0 missing, 1 torn records, 0 too large'

scenario "alien bytes, repeated and late blocks"
with_writer '
one, two = writer.block(b"one", 3, 0, 1, 1), writer.block(b"two", 3, 0, 1, 1)
for block in b"TauBalien\n", one, two, one, two, b"\n", two[:20]:
    os.write(writer.fd, block)
writer.end()'
expect_status 0
[ "$(grep -cx 'one\|two' out)" = 2 ] || fail "another number of records came"
expect_line err '*31 bytes of no block, 0 alien blocks, 2 repeated or late, 0 missing, 0 torn records, 0 too large'

scenario "a node that writes is killed"
manifest '' | sed 's/"text" *: *{[^}]*}}/"text": {"type": "stdin"}/' >m.json
mkfifo in result
"$TAU" run m.json <in >result 2>err &
tau=$!
exec 5>in 6<result
echo first >&5
read -r line <&6
[ "$line" = first ] || fail "it begins with $line"
node=$(pgrep -P "$tau" -f one | head -1)
kill -9 "$node"
status=0
wait "$tau" || status=$?
exec 5>&-
expect_status 1
cat <&6 >out
exec 6<&-
expect_empty out
expect_line err 'tau: one: *signal 9*'
[ -z "$(ls runtime/tau)" ] || fail "something is left in the runtime folder"

scenario "what stands there is no FIFO"
manifest ', "at": "text"' >m.json
t run m.json
expect_status 74
expect_line err '*cannot use the FIFO */text: it is there, and no FIFO*'
[ -s text ] || fail "the file is gone"

scenario "a record larger than atomic needs shred"
python3 -c 'print("y" * 200000)' >text
manifest '' | sed 's/"transport": "fifo"/"capacity": 262144, "atomic": 65536/' >m.json
t run m.json
expect_status 1
expect_line err '*raise its "atomic" (and "capacity")'
manifest '' | sed 's/"transport": "fifo"/"capacity": 262144, "atomic": 512, "shred": true/' >m.json
t run m.json
expect_status 0
cmp -s text out || fail "another text came over the link"
