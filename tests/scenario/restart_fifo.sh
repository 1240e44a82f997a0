#!/bin/bash
# restart_fifo.sh: nodes with streams over FIFOs that are killed and come back.
# What is in a FIFO stays for who follows; nothing comes twice or torn, and what
# is missing is said, to the record when all is over.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
: "${KILLS:=${LONG:+1000}}" "${KILLS:=20}"
supervisor=
trap '[ -z "$supervisor" ] || kill -9 "$supervisor" 2>&- || :; rm -rf "$folder"' EXIT

# manifest SOURCE [KEYS]: what it writes goes over three FIFOs; the nodes that
# read and write them come back.
manifest() {
	cat >m.json <<-END
	{"tau": 1,
	 "defaults": {"node": {"restart": {"on": "failure", "max": 100000, "backoff": ["1ms", "2ms"]}}},
	 "nodes": {
	  "first": {"restart": {"on": "never"}, "operators": {$1}},
	  "one": {"operators": {"a": {"type": "take", "params": {"n": 1000000000}}}},
	  "two": {"operators": {"b": {"type": "take", "params": {"n": 1000000000}}}},
	  "last": {"restart": {"on": "never"}, "operators": {"o": {"type": "stdout"}}}},
	 "streams": [{"from": "g", "to": "a", "transport": "fifo"${2-}},
	  {"from": "a", "to": "b", "transport": "fifo"},
	  {"from": "b", "to": "o", "transport": "fifo"}]}
	END
}

start() {
	rm -f pipe
	mkfifo pipe
	"$TAU" run --drain-timeout 60s m.json >pipe 2>err &
	supervisor=$!
	exec 9<pipe
	: >out
}

read_lines() {
	local i line
	for ((i = 0; i < $1; i++)); do
		read -r line <&9 || fail "it ended too early"
		printf '%s\n' "$line" >>out
	done
}

finish() {
	cat <&9 >>out
	exec 9<&-
	status=0
	wait "$supervisor" || status=$?
	supervisor=
	expect_status 0
	lost=$(sed -n -E 's/^tau: ([0-9]+) records? of .* lost with .*/\1/p' err |
		awk '{ sum += $1 } END { print sum + 0 }')
}

scenario "readers and writers of FIFOs are killed, alone and together"
manifest '"g": {"type": "generate", "params": {"count": 1000000000}}'
start
read_lines 10
for ((i = 1; i <= KILLS; i++)); do
	[ $((i % 3)) = 0 ] || kill_node one
	[ $((i % 3)) = 1 ] || kill_node two
	read_lines 300
done
until "$TAU" restart one >asked 2>&1; do
	grep -q 'being restarted already' asked || fail "restart said $(cat asked)"
done
kill -TERM "$supervisor"
finish
[ "$(grep -c ': crashed before' err)" -ge $((KILLS / 4)) ] || fail "too few were killed"
awk '$1 + 0 <= last { exit 1 } { last = $1 }' out || fail "a line is repeated, or out of order"
written=$(sed -n -E 's/^tau: .* of g were lost .*: ([0-9]+) written.*/\1/p' err)
[ $(($(wc -l <out) + lost)) = "$written" ] ||
	fail "$(wc -l <out) came out and $lost were lost, of $written"
expect_line err "tau: up to * records of [ga] have gone down by now, last with a process of one: those that the FIFO still holds are among them"
expect_no_line err "*refused*"

scenario "records of many blocks are whole or missing"
awk 'BEGIN { for (i = 0; i < 12000; i++) s = s sprintf("%c", 97 + i % 26)
	for (i = 1; i <= 400; i++) print i, substr(s, 1 + i % 26, 9000 + 5 * i), i }' >text
manifest '"g": {"type": "file.read", "params": {"path": "text"}}, "l": {"type": "lines"}'
sed -i 's/"from": "g"/"from": "l"/; s/"streams": \[/&"g -> l", /' m.json
start
read_lines 2
for ((i = 1; i <= 3; i++)); do
	kill_node one
	read_lines 10
	kill_node two
	read_lines 10
done
finish
awk 'NR == FNR { text[$1] = $0; next }
	$1 + 0 <= last || text[$1] != $0 { exit 1 } { last = $1 }' text out ||
	fail "a line is torn, repeated or out of order"
[ $(($(wc -l <out) + lost)) = 400 ] || fail "$(wc -l <out) came out and $lost were lost, of 400"

command -v python3 >/dev/null || exit 0
scenario "another process writes on while the reader and the writer are killed"
cat >stranger.py <<'END'
import os, struct, zlib
fd, number = os.open("here", os.O_WRONLY), 77
def block(sequence, piece, kind, reason):
    def head(total):
        return struct.pack("<4sIQIIIIIHH", b"TauB", total, sequence, number, 0,
            len(piece), 0, len(piece), reason, kind)
    return head(zlib.crc32(head(0) + piece)) + piece
print("ready", flush=True)
i, left = 0, 100
while left:
    os.write(fd, block(i, b"S%d" % i, 1, 1))
    i, left = i + 1, left - os.path.exists("over")
os.write(fd, block(i, b"", 2, 1))
print(i - 1, flush=True)
END
manifest '"g": {"type": "generate", "params": {"count": 1000000000}}' ', "at": "here"'
start
read_lines 10
exec 4< <(python3 stranger.py 2>stranger.err)
read -r line <&4 || fail "$(cat stranger.err)"
for ((i = 1; i <= 10; i++)); do
	kill_node one
	read_lines 500
done
touch over
kill -TERM "$supervisor"
finish
cat <&4 >told
exec 4<&-
[ ! -s stranger.err ] || fail "$(cat stranger.err)"
grep -qx "S$(tail -n 1 told)" out || fail "the end of the other process did not come"
grep '^[0-9]' out | awk '$1 + 0 <= last { exit 1 } { last = $1 }' || fail "a line is repeated, or out of order"
sed -n 's/^S//p' out | awk 'NR > 1 && $1 + 0 <= last { exit 1 } { last = $1 }' ||
	fail "a line of the other process is repeated, or out of order"
