#!/bin/bash
# run.sh: what `tau run` makes of its inputs, and with which exit code.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

scenario "the first one-liner"
t run -e 'generate 3 ! stdout'
expect_status 0
expect_text out $'1\n2\n3\n'
expect_empty err

scenario "a manifest from a file, and from standard input"
cat >three.json <<-'END'
	{ "tau": 1, "vars": { "n": {"type": "int", "default": 3} },
	  "nodes": { "main": { "operators": {
	    "count": {"type": "generate", "params": {"count": "${n}"}},
	    "out": {"type": "stdout"} } } },
	  "streams": [ "count -> out" ] }
END
t run three.json
expect_status 0
expect_text out $'1\n2\n3\n'
t run - <three.json
expect_text out $'1\n2\n3\n'
t run three.json --set n=2
expect_text out $'1\n2\n'

scenario "standard input as a file, as nothing, as a pipe, and closed"
printf 'one\ntwo' >in
t run -e 'lines ! stdout' <in
expect_status 0
expect_text out $'one\ntwo\n'
t run -e 'lines ! stdout' </dev/null
expect_status 0
expect_empty out
status=0
printf 'one\ntwo' | "$TAU" run -e 'lines ! stdout' >out 2>err || status=$?
expect_status 0
expect_text out $'one\ntwo\n'
status=0
"$TAU" run -e 'lines ! stdout' <&- >out 2>err || status=$?
expect_status 0
expect_empty out

scenario "standard output that is closed, or full"
status=0
"$TAU" run -e 'generate 3 ! stdout' >&- 2>err || status=$?
expect_status 1
expect_line err "tau: main: stdout (tau-io): cannot write standard output: Bad file descriptor"
status=0
"$TAU" run -e 'generate 3 ! stdout' >/dev/full 2>err || status=$?
expect_status 1
expect_line err "tau: main: stdout (tau-io): cannot write standard output: No space left on device"
status=0
"$TAU" run -e 'generate 3 ! stdout' >out 2>&- || status=$?
expect_status 0
expect_text out $'1\n2\n3\n'

scenario "a time that lies behind the end of all clocks"
t run --for 106751d23h47m -e 'generate 300000 ! stdout'
expect_status 0
expect_empty err
[ "$(wc -l <out)" = 300000 ] || fail "--for 106751d23h47m ended it"

scenario "an operator that fails"
t run -e 'file.read nowhere.log ! lines ! stdout'
expect_status 1
expect_line err "tau: main: file-read (tau-io): *nowhere.log*No such file or directory"

scenario "records that go nowhere are counted, and that is no failure"
printf '{"a":1}\nbad\nworse\n' >in
t run -e 'lines ! json.parse ! stdout' <in
expect_status 0
expect_text out $'{"a":1}\n'
expect_line err "tau: 2 records left json-parse.bad, which goes nowhere; the first: no JSON at character 3: *"

scenario "a topology that is not valid"
t run -e 'generat 3 ! stdout'
expect_status 78
expect_empty out
expect_line err '-e:1:1: *did you mean "generate"?'
t run three.json --set n=many
expect_status 78
t run missing.json
expect_status 74
expect_line err "tau: *missing.json*"
t run 'generate 3 ! stdout'
expect_status 74
expect_line err "tau: if that is a one-liner, put -e before it"

scenario "--for 0s is refused, for within 0 means without end"
t run --for 0s -e 'generate ! null'
expect_status 2
expect_line err "tau: --for 0s: it is more than nothing; leave it away to run without end"

scenario "a command line that is wrong"
t run
expect_status 2
t run three.json four.json
expect_status 2
expect_line err "tau: run takes one topology: *"
t run -e 'generate 3 ! stdout' three.json
expect_status 2
t run --for ever three.json
expect_status 2
expect_line err "tau: --for ever: it is a duration, as 500ms, 10s or 1m30s"
t run --set n three.json
expect_status 2

scenario "a time limit lets it run out"
t run --for 50ms -e 'generate ! null'
expect_status 0
expect_empty err

scenario "a reader that is gone is no failure, also while nothing comes"
status=0
"$TAU" run -e 'generate ! stdout' 2>err | head -n 1 >out || status=$?
[ "${PIPESTATUS[*]}" = "0 0" ] || fail "ended with ${PIPESTATUS[*]}"
expect_text out $'1\n'
mkfifo idle
(
	# The writer stays until the reader of the result is gone: then tau
	# closes the pipe, though nothing more ever came.
	exec 3<>idle
	echo first >&3
	"$TAU" run -e 'file.read idle ! lines ! stdout' 3>&- 2>err
	echo $? >status
) | head -n 1 >out
expect_text out $'first\n'
[ "$(cat status)" = 0 ] || fail "ended with $(cat status)"

scenario "take ends a file that is followed"
printf 'one\ntwo\n' >log
t run -e 'file.read log follow=true ! lines ! take 1 ! stdout'
expect_status 0
expect_text out $'one\n'

scenario "what a plugin prints goes to stderr, the result to stdout alone"
t run -e 'generate 1000 ! stdout'
[ "$(wc -l <out)" = 1000 ] || fail "not a thousand lines"
expect_empty err

scenario "two at once of one manifest, and one at a time of one name"
mkfifo first second
cat >unnamed.json <<-'END'
	{ "tau": 1, "vars": { "from": {"type": "path", "required": true} },
	  "nodes": { "main": { "operators": {
	    "in": {"type": "file.read", "params": {"path": "${from}"}},
	    "out": {"type": "stdout"} } } },
	  "streams": [ "in -> out" ] }
END
sed 's/"tau": 1,/"tau": 1, "name": "held",/' unnamed.json >named.json
"$TAU" run unnamed.json --set from=first >one &
one=$!
exec 3>first
"$TAU" run unnamed.json --set from=second >two &
two=$!
exec 4>second
echo both >&3
echo both >&4
exec 3>&- 4>&-
wait "$one" || fail "the first ended with $?"
wait "$two" || fail "the second ended with $?"
cmp -s one two || fail "the two differ"
"$TAU" run named.json --set from=first >one &
one=$!
exec 3>first
t run named.json --set from=second
expect_status 73
expect_line err "tau: held already runs; *"
exec 3>&-
wait "$one" || fail "the holder ended with $?"
"$TAU" run named.json --set from=first >one &
one=$!
exec 3>first 3>&-
wait "$one" || fail "the name was not given back"
[ -z "$(ls "$XDG_RUNTIME_DIR/tau")" ] || fail "something is left in the runtime folder"

scenario "TERM lets it run out"
mkfifo result
exec 5<>result
"$TAU" run -e 'file.read first ! lines ! stdout' >result 2>err &
one=$!
exec 3>first
echo last >&3
read -r line <&5
kill -TERM "$one"
status=0
wait "$one" || status=$?
exec 3>&- 5<&-
[ "$line" = last ] || fail "the first line is $line"
expect_status 0
