#!/bin/bash
# exec.sh: programs as operators: what goes in and out, how they end, and that
# they outlive their node in an upgrade and nothing else.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null || :; rm -rf "$folder"' EXIT

# gone PID: it ends, or is a zombie that nobody has looked at yet.
gone() {
	for _ in {1..200}; do
		grep -qs '^State:.[^Z]' "/proc/$1/status" || return 0
		sleep 0.02
	done
	fail "process $1 is left"
}
# await FILE PATTERN: until the file has such a line. One of a scenario before
# would be found too early: remove it, before what writes it is started.
await() {
	for _ in {1..500}; do
		grep -qs "$2" "$1" && return
		sleep 0.02
	done
	fail "$1 never had: $2"
}

scenario "lines go in and come out, and the standard error is the log"
seq 2000 >in
t run -e 'stdin ! lines ! exec ["sh", "-c", "echo begun >&2; cat; echo $TAU_NODE $TAU_OPERATOR"] ! stdout' <in
expect_status 0
{ cat in; echo main exec; } | cmp -s - out || fail "it is not what went in"
expect_text err $'tau: main: exec: begun\n'

scenario "JSON Lines are values, and what is none goes to bad"
t run -e 'generate 3 ! e:exec ["sh", "-c", "cat; echo {torn; printf 7"] json json ! stdout ; @e.bad ! file.write bad'
expect_status 0
expect_text out $'"1"\n"2"\n"3"\n7\n'
expect_line bad '{"reason":"no JSON at character *","operator":"exec","record":"{torn"}'

scenario "at the head of a one-liner it is a source, and reads no standard input"
t run -e 'exec cat' <<<x
expect_status 0
expect_text out ''
t run -e 'stdin ! exec cat' <<<x
expect_text out $'x\n'

scenario "frames have a length in front"
t run -e 'stdin ! lines ! exec ["od", "-An", "-tx1"] frames ! stdout' <<<'ab'
expect_status 0
expect_text out $' 02 00 00 00 61 62\n'
printf '\1\0\0\0x\2\0\0\0yz\5\0\0\0torn' >frames
t run -e 'e:exec cat,frames output=frames ! stdout ; @e.bad ! file.write bad'
expect_status 0
expect_text out xyz
expect_line bad '{"reason":"the program ended before this frame did; *'

scenario "a line that is too long goes to bad, and the next one does not"
t run -e 'e:exec ["sh", "-c", "head -c 300000 /dev/zero | tr \"\\\\0\" x; echo; echo ok"] ! stdout ; @e.bad ! file.write bad'
expect_status 0
expect_text out $'ok\n'
expect_line bad '{"reason":"the line has 300000 bytes, and max is 65536",*"bytes":300000}'

scenario "a frame that cannot be is a sentence, and ends the program"
t run -e 'exec ["sh", "-c", "printf \"\\\\377\\\\377\\\\377\\\\377\"; exec sleep 100"] output=frames ! null'
expect_status 1
expect_line err 'tau: main: exec (tau-exec): sh wrote a frame that says it has 4294967295 bytes, and max is 65536; it was ended'

scenario "a program that fails, fails the operator"
t run -e 'exec ["sh", "-c", "echo last; exit 3"] ! stdout'
expect_status 1
expect_text out $'last\n'
expect_text err $'tau: main: exec (tau-exec): sh ended with status 3\n'
t run -e 'exec ["sh", "-c", "kill -9 $$"] ! stdout'
expect_status 1
expect_line err 'tau: main: exec (tau-exec): sh was killed by signal 9 (Killed)'

scenario "unless that is how it ends well; control tells of each end"
t run -e 'e:exec ["sh", "-c", "exit 3"] ok=[0,3] ! null ; @e.control ! stdout'
expect_status 0
expect_text out $'{"run":1,"code":3,"lost":0,"again":false}\n'

scenario "what cannot be run is a sentence"
t run -e 'exec frobnicate ! stdout'
expect_status 1
expect_line err 'tau: main: exec (tau-exec): cannot run frobnicate: there is no such program along PATH; *'
t run -e "generate 3 ! exec 'sort  -r ' ! stdout"
expect_status 1
expect_line err 'tau: main: exec (tau-exec): cannot run "sort  -r ": there is no such program along PATH; write the words as a list: sort,-r; it never read * that it was given'
t run -e "exec './sort -r' ! stdout"
expect_status 1
expect_line err '*: No such file or directory; write the words as a list: ./sort,-r'
t run -e "exec 'sort | uniq' ! stdout"
expect_status 1
expect_line err '*; no shell reads it, unless the words are sh, -c and that'
echo hello >script
t run -e 'exec ./script ! stdout'
expect_status 1
expect_line err 'tau: main: exec (tau-exec): cannot run ./script (*/script): Permission denied; is it executable (chmod +x)?'
chmod +x script
t run -e 'exec ./script ! stdout'
expect_status 1
expect_line err '*: Exec format error; a script begins with #! and what runs it'
printf '#!/no/such/shell\n' >script
t run -e 'exec ./script ! stdout'
expect_status 1
expect_line err '*: No such file or directory; what its first line names to run it with, or its loader, is not there'

scenario "it is started again as restart says, and no more often than tries"
t run -e 'e:exec ["sh", "-c", "exit 7"] restart=on-failure tries=2 pause=1ms ! null ; @e.control ! stdout'
expect_status 1
expect_text out $'{"run":1,"code":7,"lost":0,"again":true}\n{"run":2,"code":7,"lost":0,"again":true}\n{"run":3,"code":7,"lost":0,"again":false}\n'
expect_line err 'tau: main: e: sh ended with status 7; it is started again in 2 ms (2 of 2)'
expect_line err 'tau: main: e (tau-exec): sh ended with status 7; it was started again 2 times in a row'
t run -e 'exec ["sh", "-c", "exit 7"] restart=on-failure tries=1 pause=1ms ! null'
expect_line err 'tau: main: exec (tau-exec): sh ended with status 7; it was started again 1 time in a row'

scenario "none is started again for an input that was all given, and that is said"
t run -e 'generate 3 ! e:exec ["sh", "-c", "cat >/dev/null; exit 3"] restart=on-failure ! null'
expect_status 1
expect_line err 'tau: main: e (tau-exec): sh ended with status 3; it is not started again, because its input has ended and all of it was given; *'

scenario "what it was given and never read is counted"
if command -v python3 >/dev/null; then
	cat >reads-two.py <<-'END'
		import array, fcntl, os, signal, termios
		left = array.array("i", [0])
		while left[0] != 20:  # all ten are there
		    fcntl.ioctl(0, termios.FIONREAD, left)
		os.read(0, 4)
		os.kill(os.getpid(), signal.SIGKILL)
	END
	seq 0 9 >in
	t run -e 'stdin ! lines ! e:exec python3,reads-two.py ! null ; @e.control ! stdout' <in
	expect_status 1
	expect_text out $'{"run":1,"signal":9,"lost":8,"again":false}\n'
	expect_line err '*: python3 was killed by signal 9 (Killed), and never read 8 records that it was given'
fi

scenario "what it wrote last comes out, though nobody read when it ended"
cat >ends.py <<'END'
import array, fcntl, os, termios, time

for line in range(3):
    os.write(1, b"x" * 50000 + b"\n")
while fcntl.ioctl(1, termios.FIONREAD, left := array.array("i", [0]), True) or left[0]:
    time.sleep(0.001)
os.write(1, b"last\n")
open("pid", "w").write(f"{os.getpid()}\n")
END
cat >ends.json <<'END'
{"tau": 1, "name": "ends", "nodes": {"n": {"operators": {
  "e": {"type": "exec", "params": {"command": ["python3", "ends.py"]}}, "o": {"type": "stdout"}}}},
 "streams": [{"from": "e", "to": "o", "capacity": 65536}]}
END
rm -f pid pipe
mkfifo pipe
"$TAU" run ends.json >pipe 2>err &
running=$!
exec 9<pipe
until [ -s pid ] && [ ! -e "/proc/$(cat pid)" ]; do
	kill -0 $running || fail "it ended"
done
cat <&9 >out
exec 9<&-
wait $running || fail "it ended with $?"
running=
[ "$(wc -l <out)" = 4 ] && [ "$(tail -n 1 out)" = last ] || fail "not all came out"

scenario "who reads no more ends it, and all that it started"
t run -e 'exec ["sh", "-c", "sleep 100 & echo $! >grandchild; echo $$ >child; yes"] ! take 3 ! stdout'
expect_status 0
expect_text out $'y\ny\ny\n'
gone "$(cat child)"
gone "$(cat grandchild)"

scenario "when the topology is told to end, the program reads its end, and all comes out"
rm -f pipe && mkfifo pipe
rm -f out err child
"$TAU" run -e 'file.read pipe follow=true ! lines ! exec ["sh", "-c", "read x; read y; echo up >&2; { echo $x; echo $y; cat; } | sort"] ! stdout' >out 2>err &
pid=$! running=$!
exec 9>pipe
printf 'b\na\n' >&9
await err up
kill -TERM $pid
status=0
wait $pid || status=$?
exec 9>&-
expect_text out $'a\nb\n'

scenario "one that does not hear is killed, and nothing is left"
rm -f out err child
"$TAU" run --drain-timeout 0s -e 'exec ["sh", "-c", "trap \"\" TERM; echo $$ >child; echo up >&2; while :; do sleep 1; done"] ! null' >out 2>err &
pid=$! running=$!
await err up
kill -TERM $pid
wait $pid || :
gone "$(cat child)"

scenario "what it was given is counted when the topology ends it"
if command -v python3 >/dev/null; then
	cat >reads-none.py <<-'END'
		import array, fcntl, signal, sys, termios
		left = array.array("i", [0])
		while left[0] != 292:  # all hundred are there
		    fcntl.ioctl(0, termios.FIONREAD, left)
		print("up", file=sys.stderr, flush=True)
		signal.pause()
	END
	seq 100 >in
	rm -f out err
	"$TAU" run --drain-timeout 0s -e 'file.read in follow=true ! lines ! exec python3,reads-none.py ! null' >out 2>err &
	pid=$! running=$!
	await err up
	kill -TERM $pid
	wait $pid || :
	expect_line err 'tau: main: exec: python3 is ended, and never read 100 records that it was given'
fi

scenario "it dies with the supervisor, and without its node"
rm -f out err child
"$TAU" run -e 'exec ["sh", "-c", "echo $$ >child; echo up >&2; exec sleep 100"] ! null' >out 2>err &
pid=$! running=$!
await err up
kill -9 $pid
{ wait $pid || :; } 2>/dev/null
gone "$(cat child)"
cat >again.json <<'END'
{ "tau": 1, "nodes": { "main": { "restart": {"on": "failure", "max": 3},
    "operators": { "work": {"type": "exec", "params": {"command":
      ["sh", "-c", "echo $$ >child; echo up $$ >&2; exec sleep 100"]}}, "out": {"type": "null"} } } },
  "streams": ["work -> out"] }
END
rm -f out err child
"$TAU" run --drain-timeout 0s again.json >out 2>err &
pid=$! running=$!
await err 'work: up'
first=$(cat child)
kill -9 "$(pgrep -P $pid -f "tau node main")"
for _ in {1..500}; do [ "$(grep -c 'work: up' err)" = 2 ] && break; sleep 0.02; done
[ "$(grep -c 'work: up' err)" = 2 ] || fail "there is no second one"
gone "$first"
second=$(cat child)
kill -TERM $pid
wait $pid || :
gone "$second"

scenario "it lives on when its node is upgraded, and when that may be taken back it still reads its end"
build steady -DNUMBER=1
build steady-2 -DNUMBER=2
cat >up.json <<'END'
{ "tau": 1, "name": "up", "plugins": {"steady": {"path": "steady.so"}},
  "nodes": { "main": { "operators": {
    "in": {"type": "stdin"}, "cut": {"type": "lines"}, "steady": {"type": "steady.steady"},
    "work": {"type": "exec", "params": {"command":
      ["sh", "-c", "while read n version line; do echo $$ $version $line; done; echo $$ end"]}},
    "news": {"type": "file.write", "params": {"path": "news"}},
    "out": {"type": "stdout"} } } },
  "streams": ["in -> cut -> steady -> work -> out", "work.control -> news"] }
END
rm -f pipe && mkfifo pipe
rm -f out err child
"$TAU" run up.json <pipe >out 2>err &
pid=$! running=$!
exec 9>pipe
echo one >&9
await out one
"$TAU" upgrade --probation 1h --plugin steady-2.so >upgraded 2>&1 || fail "$(cat upgraded)"
echo two >&9
await out two
exec 9>&-
status=0
wait $pid || status=$?
expect_status 0
child=$(sed -n '1s/ .*//p' out)
expect_text out "$child 1 one"$'\n'"$child 2 two"$'\n'"$child end"$'\n'
expect_text news $'{"run":1,"code":0,"lost":0,"again":false}\n'

scenario "its supervisor has as many files open after many as after one"
"$TAU" run --drain-timeout 0s -e 'e:exec ["sh", "-c", "echo x"] restart=always pause=1ms ! file.write many' >/dev/null 2>err &
pid=$! running=$!
await many x
sleep 0.1
files() { ls "/proc/$pid/fd" | wc -l; }
least=99 before=$(wc -l <many)
until [ "$(wc -l <many)" -gt $((before + 100)) ]; do kill -0 $pid || fail "it ended"; done
for _ in 1 2 3 4 5; do
	now=$(files)
	[ "$now" -ge $least ] || least=$now
done
kill -TERM $pid
wait $pid || :
[ $least -lt 30 ] || fail "there are $least files open"

scenario "what it has closed while it lives is said"
: >err
{ await err 'e: up' && seq 3; } |
	"$TAU" run -e 'stdin ! lines ! e:exec ["sh", "-c", "exec <&- >&-; echo up >&2; exec sleep 1.3"] ! null' >out 2>err ||
	fail "it failed"
expect_line err 'tau: main: e: sh has closed its standard output and lives on'
expect_line err 'tau: main: e: sh has closed its standard input and lives on; what it was to read waits until it has ended'
expect_line err 'tau: main: e: sh ended with status 0, and never read 3 records that it was given'

scenario "where there is no supervisor, it says so"
cat >test.json <<'END'
{"test": 1, "run": "e:exec cat ! null", "cases": [
  {"name": "alone", "steps": [{"expect_failure": "e", "text": "no program can be run here"}]}]}
END
t test test.json
expect_status 0

scenario "what it never read is counted once, whichever version of its node is told"
rm -f out err in go && mkfifo in go
cat >kept.json <<'END'
{ "tau": 1, "name": "kept", "nodes": {
    "a": {"operators": {"from": {"type": "stdin"}, "lines": {"type": "lines"}}},
    "b": {"operators": {"e": {"type": "exec", "params": {"pause": "100ms", "command":
      ["sh", "-c", "echo up >&2; read x <go; exit 3"]}}, "out": {"type": "null"}}}},
  "streams": ["from -> lines -> e -> out"] }
END
sed 's/100ms/200ms/' kept.json >changed.json
"$TAU" run kept.json <in >out 2>err &
pid=$! running=$!
exec 9>in
await err up
seq 5 >&9
until "$TAU" ps --json | grep -q '"node": "b".*"records": [5-9]'; do
	kill -0 $pid || fail "it ended"
done
"$TAU" apply changed.json >applied 2>&1 || fail "$(cat applied)"
echo >go
status=0
wait $pid || status=$?
exec 9>&-
expect_status 1
expect_line err 'tau: b: returned; *'
expect_line err '*: nobody tells how sh has ended: another version of its node was told, *'
[ "$(grep -c 'never read 5 records' err)" = 1 ] || fail "it is not counted once"
