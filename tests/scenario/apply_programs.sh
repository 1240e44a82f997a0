#!/bin/bash
# apply_programs.sh: programs of somebody else's in a topology that changes: what
# is left alone, started anew, added and removed; each record had at most once,
# and what may be lost is said to the record.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
command -v python3 >/dev/null || {
	echo "apply_programs: python3 is missing; install it" >&2
	exit 77
}
running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$folder"' EXIT
PYTHONPATH=$(cd "$top_srcdir" && pwd)/examples/peers/python
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1

# Puts its word before each number.
cat >word.py <<'END'
import sys, tau_peer

peer = tau_peer.Peer(None, "word")
out = peer.writer("out")
try:
    for record in peer.reader("in", records=64):
        out.send(sys.argv[1].encode() + b" " + record.body, record.type)
except (tau_peer.Gone, tau_peer.ProtocolError):
    pass
peer.close()
END
# Each number once at most, in order; as many as are missing were said.
cat >ledger.py <<'END'
import re

err = open("run.err").read()
last, missing, words = 0, 0, []
for line in open("lines"):
    *word, number = line.split()
    if not words or words[-1] != word:
        words.append(word)
    number = int(number)
    assert number > last, f"{number} after {last}"
    missing += number - last - 1
    last = number
said = sum(int(n) for n in re.findall(r"up to (\d+) records? of .*may be lost$", err, re.M))
said += sum(int(n) for n in re.findall(r": (\d+) records of stream .* dropped", err))
assert missing <= said, f"{missing} are missing, and {said} were said to be lost"
print(" ".join(w[0] if w else "-" for w in words))
END
ports='"in": [{"name": "in", "type": "any"}], "out": [{"name": "out", "type": "any"}]'
op() { printf '"%s": {"type": "take", "params": {"n": %s}}' "$1" "${2:-1000000000}"; }
# manifest NAME CHAIN NODES [N]: numbers through operators and programs.
manifest() {
	printf '{"tau": 1, "name": "peers", "nodes": {"here": {"operators": {"numbers": {"type": "generate"}, %s, %s, "out": {"type": "stdout"}}} %s}, "streams": ["numbers -> line -> %s -> out"]}' \
		"$(op line "${4-}")" "$(op last)" "$3" "$2" >"$1.json"
}
program() { printf ', "%s": {"command": ["python3", "word.py", "%s"], %s}' "$1" "$2" "$ports"; }
manifest a 'there -> last' "$(program there a)"
manifest b 'there -> last' "$(program there b)"
manifest more 'there -> last' "$(program there b)" 2000000000
manifest none last ''
manifest other 'then -> last' "$(program then c)"
sed 's/"python3", "word.py"/".\/nowhere"/' more.json >lost.json
sed 's/"command"[^]]*]/"remote": "unix:it"/' a.json >remote.json
sed 's/unix:it/unix:that/' remote.json >that.json
pid_of() { sed -n "s/^$2 //p" "$1"; }
# goes_on WORD: until a line with it comes out.
goes_on() {
	until tail -n 1 lines | grep -q "^$1[0-9]"; do
		kill -0 $running 2>/dev/null || fail "it ended"
	done
}
change() {
	pids >before
	t apply "$1.json"
	expect_status "${2:-0}"
	pids >after
}
start() {
	rm -f lines
	"$TAU" run "$1" >lines 2>run.err &
	running=$!
	until [ -s lines ]; do
		kill -0 $running 2>/dev/null || fail "it ended"
	done
}
stop() {
	t stop
	expect_status 0
	wait $running || fail "it ended with $?"
	running=
}

scenario "a changed command: the program alone is started anew"
start a.json
change b
expect_line out '~ there  restarted: what the program knows is lost'
expect_line out 'Of 2 nodes 1 is restarted and 1 is kept.'
expect_line out 'there runs python3; pause * ms, 0 bytes handed over'
goes_on 'b '
[ "$(pid_of before here)" = "$(pid_of after here)" ] || fail "its neighbour was replaced"
[ "$(pid_of before there)" != "$(pid_of after there)" ] || fail "it was not replaced"
t history
expect_line out '*  there  applied  python3*'
t state there
expect_status 1
expect_line err "tau: peers: there is a program of somebody else's, python3: what it knows only it can tell"

scenario "a changed neighbour: the program is left alone, with its conversation"
change more
goes_on 'b '
[ "$(pid_of before there)" = "$(pid_of after there)" ] || fail "it was replaced"
[ "$(pid_of before here)" != "$(pid_of after here)" ] || fail "its neighbour was not replaced"

scenario "one that is not there is refused, and all is as it was"
change lost 1
expect_line err "tau: peers: there: the new version says: cannot run ./nowhere: No such file or directory"
cmp -s before after || fail "a process was replaced"
goes_on 'b '

scenario "removed, added, and another in its place"
change none
expect_line out 'there is gone'
goes_on ''
change other
expect_line out 'then runs, and is new'
goes_on 'c '
change a
expect_line out 'then is gone'
expect_line out 'there runs, and is new'
goes_on 'a '
change other
goes_on 'c '
t plan other.json
expect_status 0
stop
python3 ledger.py >words 2>ledger || fail "$(tail -n 1 ledger)"
expect_text words $'a b - c a c\n'

scenario "what cannot be had is said before anything is done"
t plan --against remote.json that.json
expect_status 78
expect_line err '*: node there is a remote one, and its address or its streams would be others *'

scenario "a remote node comes, and leaves no name behind when it goes"
start none.json
change remote
expect_line out 'there runs, and is new'
[ -S it ] || fail "nobody can connect"
change none
expect_line out 'there is gone'
[ ! -e it ] || fail "its name is left"
goes_on ''
stop

scenario "a folder, an environment and processors of a node's own"
cat >told.py <<'END'
import os, tau_peer

peer = tau_peer.Peer(None, "told")
told = os.path.basename(os.getcwd()), os.environ["TOLD"], os.sched_getaffinity(0)
peer.writer("out").send(" ".join(map(str, told)).encode(), 1)
peer.close()
END
mkdir -p sub
one=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
around() {
	cat >around.json <<-END
		{ "tau": 1, "vars": {"v": {"type": "string", "default": "what is told"}}, "nodes": {
		  "there": {"command": ["python3", "$folder/told.py"], $1, "out": [{"name": "out", "type": "any"}]},
		  "here": {$1, "operators": {"out": {"type": "file.write", "params": {"path": "told"}},
		    "all": {"type": "generate"}, "no": {"type": "null"}}} },
		  "streams": ["there -> out", "all -> no"] }
	END
}
around '"cwd": "sub", "env": {"TOLD": "${v}", "PATH": "'"$PATH"'"}, "cpus": ['"$one"', 4095]'
"$TAU" run around.json 2>run.err &
running=$!
until [ -s told ]; do kill -0 $running 2>/dev/null || fail "it ended"; done
expect_text told "sub what is told {$one}"$'\n'
here=$(pid_of <(pids) here)
[ "$(readlink "/proc/$here/cwd")" = "$(readlink -f sub)" ] || fail "it is elsewhere"
tr '\0' '\n' <"/proc/$here/environ" | grep -qx 'TOLD=what is told' || fail "it has another environment"
[ "$(sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$here/status")" = "$one" ] || fail "it may run elsewhere"
stop
around '"cwd": "nowhere"'
t run around.json
expect_status 1
expect_line err 'tau: *: cannot start the node in */nowhere (cwd): No such file or directory'
around '"cpus": [4095]'
t run around.json
expect_status 1
expect_line err 'tau: *: cannot run the node on its "cpus": none of them is there, *'

scenario "a new command that crashes in its probation makes way for the former one"
sed 's/"python3", "word.py", "b"/"false"/' b.json >false.json
start a.json
# It may have crashed before what was applied is told.
t apply false.json
[ "$status" = 1 ] || expect_status 0
until grep -q "^tau: there: returned; runs python3" run.err; do
	kill -0 $running 2>/dev/null || fail "it ended"
done
expect_line run.err 'tau: there: false ended with status 1'
goes_on 'a '
t plan false.json
expect_status 1
expect_line out 'Of 2 nodes 1 is restarted and 1 is kept.'
t plan a.json
expect_status 1
change b
goes_on 'b '
t plan b.json
expect_status 0
stop
