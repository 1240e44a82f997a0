#!/bin/bash
# terminal.sh: what a person at a terminal sees and does.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# Runs the program on a terminal: steps of tests/pty, then its own words.
at_terminal() {
	local steps=()
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	shift
	status=0
	"$pty" "${steps[@]}" -- "$@" >out 2>err || status=$?
}
interrupt='\x03'
mkfifo source
exec 3<>source # a writer that stays, so that the source is idle
echo first >&3

scenario "Ctrl-C once lets it run out, and is no mystery"
at_terminal expect first send "$interrupt" -- \
	"$TAU" run -e 'file.read source ! lines ! stdout'
expect_status 130
sed -i 's/tau: running out; it may take .*//' out # on a busy machine
expect_text out $'first\n^C'

scenario "Ctrl-C twice ends what cannot run out, and counts what is lost"
mkfifo sink
exec 4<>sink # a reader that never reads
at_terminal expect records/s send "$interrupt" expect 'Ctrl-C or another signal' \
	send "$interrupt" -- \
	sh -c "exec '$TAU' run -e 'generate ! file.write sink' >/dev/null"
expect_status 130
expect_line out "*tau: *running out; it may take 10 s (--drain-timeout)*"
expect_line out "*tau: * records of generate were lost, *"

scenario "running out that takes too long"
at_terminal expect records/s send "$interrupt" -- \
	sh -c "exec '$TAU' run --drain-timeout 100ms -e 'generate ! file.write sink' >/dev/null"
expect_status 75
expect_line out "*tau: not drained within 0.1 s (--drain-timeout)*"
exec 4<&-

scenario "typed input, and its end"
at_terminal send 'one\x0atwo\x0a\x04' -- "$TAU" run -e 'lines ! take 5 ! stdout'
expect_status 0
expect_line out one
expect_line out two

scenario "a progress line only where it is not in the way"
at_terminal expect records/s send "$interrupt" -- \
	sh -c "exec '$TAU' run -e 'generate ! null' >counted"
expect_status 130
expect_text counted ''
at_terminal -- "$TAU" run --for 50ms -e 'generate ! null'
expect_status 0
expect_text out ''
t run --for 50ms -e 'generate ! null'
expect_empty err

scenario "the terminal is left as it was"
at_terminal expect 1 send 'more\x0a' expect 'got: more' -- \
	sh -c "'$TAU' run -e 'generate 1 ! stdout'; read line && echo got: \$line"
expect_status 0
at_terminal send 'one\x0a' expect one expect one send 'more\x0a' expect 'got: more' -- \
	sh -c "'$TAU' run -e 'stdin ! take 1 ! stdout'; read line && echo got: \$line"
expect_status 0

scenario "a pipe that others share stays a blocking one"
mkfifo shared
(
	# Whether O_NONBLOCK is set on the description that both share.
	exec 5<>shared
	echo line >&5
	"$TAU" run -e 'stdin ! take 1 ! null' <&5 2>err
	grep flags "/proc/self/fdinfo/5" >flags
)
flags=$(awk '{ print $2 }' flags)
[ $((flags & 04000)) = 0 ] || fail "the description's flags are $flags"

scenario "a signal that was ignored at the start stays ignored"
mkfifo result
exec 6<>result
echo second >&3
(
	trap '' INT
	exec "$TAU" run -e 'file.read source ! lines ! stdout' >result 2>err
) &
one=$!
read -r line <&6
kill -INT "$one"
echo third >&3
read -r line <&6
[ "$line" = third ] || fail "the line after the interrupt is $line"
kill -TERM "$one"
status=0
wait "$one" || status=$?
expect_status 0

scenario "a bug of ours has an exit code of its own"
echo fourth >&3
(
	ulimit -c 0
	exec "$TAU" run -e 'file.read source ! lines ! stdout' >result 2>err
) &
one=$!
read -r line <&6
kill -ABRT "$one"
status=0
wait "$one" || status=$?
expect_status 70

scenario "nothing is left when the supervisor is killed"
echo fourth >&3
"$TAU" run -e 'file.read source ! lines ! stdout' >result 2>err &
one=$!
read -r line <&6
cat <result >rest 3>&- 6>&- &
cat=$!
exec 6<&-
kill -KILL "$one"
wait "$one" 2>/dev/null || :
# The node is the last that could write the result: with it comes the end.
wait "$cat"
