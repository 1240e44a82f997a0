#!/bin/bash
# test.sh: `tau test` says of each kind of mistake what differs, where, and goes
# on with the next case, whatever an operator does; what is wrong with a file is
# told by line and column; the examples' own tests pass, also when everything is
# made anew between all steps.
source "$(dirname "$0")/scenario.sh"
fixture=$tree/tests/fixtures/moods.c
bad=$tree/tests/bad/trials
umask 022
make_moods() {
	${CC:-cc} -O1 -shared -fPIC -fvisibility=hidden -I"$tree/abi" "$@" \
		-o moods.so "$fixture" 2>cc || fail "$(cat cc)"
}
make_moods

# cases NAME STEPS…: one case of an operator of moods.
cases() {
	printf '{ "test": 1, "run": "it:moods.%s", "cases": [\n' "$1" >one.json
	shift
	while [ $# -gt 0 ]; do
		printf ' {"name": "%s", "steps": [\n%s\n ]}%s\n' "$1" "$2" "${3+,}"
		shift 2
	done >>one.json
	echo ']}' >>one.json
}

scenario "the examples"
for example in words ffi weblog; do
	t test --renew-everywhere "$tree/examples/$example/test.json"
	expect_status 0
	expect_empty err
done
expect_line out '4 cases: 4 passed, 0 failed'
tally=$top_builddir/examples/upgrade/one
if [ -e "$tally/tally.so" ]; then
	t test -L "$tally" --renew-everywhere "$tree/examples/upgrade/test.json"
	expect_status 0
fi

scenario "other records, more, fewer, none"
cases count \
	other '{"send": "it", "records": ["a", "b", "c"]}, {"expect": "it", "records": ["1", "3", "3"]}' \
	order '{"send": "it", "records": ["a", "b", "c"]}, {"expect": "it", "records": ["3", "1", "2"], "order": "any"}' \
	unlike '{"send": "it", "records": ["a", "b"]}, {"expect": "it", "records": ["2", "3"], "order": "any"}' \
	more '{"send": "it", "records": ["a", "b", "c"]},
  {"expect": "it", "records": ["1"]}' \
	fewer '{"send": "it", "records": ["a"]}, {"expect": "it", "count": 2}' \
	none '{"send": "it", "records": ["a"]}, {"expect": "it", "records": []}' \
	open '{"send": "it", "records": ["a"]}, {"expect": "it", "count": 1}, {"expect_end": "it"}' \
	early '{"send": "it", "records": ["a"]}, {"end": "it"}, {"expect_end": "it"}' \
	type '{"send": "it", "records": ["a"]}, {"expect": "it", "records": ["1"], "as": "bytes"}' \
	fine '{"send": "it", "records": ["a"]}, {"end": "it"}, {"expect": "it", "count": 1}, {"expect_end": "it"}'
t test -L . one.json
expect_status 1
expect_empty err
expect_text out 'FAIL  one.json: other
      one.json:3: it.out gives other records than the 3 expected (-); it gives 3 (+)
        utf8 "1"
      - utf8 "3"
      + utf8 "2"
        utf8 "3"
ok    one.json: order
FAIL  one.json: unlike
      one.json:9: it.out gives other records than the 2 expected (-); it gives 2 (+)
      - utf8 "3"
      + utf8 "1"
FAIL  one.json: more
      one.json:13: it.out gives 2 records (+) more than the test expects
      + utf8 "2"
      + utf8 "3"
FAIL  one.json: fewer
      one.json:16: it.out gives 1 record (+), not the 2 expected
      + utf8 "1"
FAIL  one.json: none
      one.json:19: it.out gives other records than the 0 expected (-); it gives 1 (+)
      + utf8 "1"
FAIL  one.json: open
      one.json:22: it.out has not ended
FAIL  one.json: early
      one.json:25: it.out gives 1 record (+) before its end that the test does not expect
      + utf8 "1"
FAIL  one.json: type
      one.json:28: it.out gives other records than the 1 expected (-); it gives 1 (+)
      - bytes "1"
      + utf8 "1"
ok    one.json: fine
10 cases: 2 passed, 8 failed
'

scenario "as TAP and as JSON"
t test -L . --tap one.json
expect_status 1
expect_line out 'TAP version 13'
expect_line out '1..10'
expect_line out 'not ok 1 - one.json: other'
expect_line out '# + utf8 "2"'
expect_line out 'ok 10 - one.json: fine'
t test -L . --json one.json
expect_status 1
[ "$(jq -c '[.passed, .failed, .cases[9].passed, .cases[3].line]' out)" = '[2,8,true,11]' ] ||
	fail "the JSON differs: $(cat out)"

scenario "time passes where the test says so"
cases mood \
	late '{"send": "it", "records": ["a", "b"]}, {"advance": "9999ms"}, {"expect": "it", "records": []},
  {"advance": "1ms"}, {"expect": "it", "records": ["a"]}, {"advance": "10min"}, {"expect": "it", "records": ["b"]}'
t test -L . one.json
expect_status 0

scenario "what fails, crashes, ends its process or hangs is a case that failed"
cases mood \
	fails '{"send": "it", "records": ["fail"]}' \
	failing '{"send": "it", "records": ["fail"]}, {"expect_failure": "it", "text": "told to"}' \
	otherwise '{"send": "it", "records": ["fail"]}, {"expect_failure": "it", "text": "by itself"}' \
	well '{"send": "it", "records": ["a"]}, {"expect_failure": "it"}' \
	crash '{"send": "it", "records": ["crash"]}' \
	exit '{"send": "it", "records": ["exit"]}' \
	fine '{"send": "it", "records": ["twice"]}, {"expect": "it", "count": 2}'
t test -L . one.json
expect_status 1
expect_line out '      one.json:3: it has failed: it was told to fail'
expect_line out 'ok    one.json: failing'
expect_line out '      one.json:9: it has failed with another sentence:'
expect_line out '      - by itself'
expect_line out '      one.json:12: it has not failed'
expect_line out '      one.json:14: operator it of plugin moods *'
expect_line out '      one.json:17: the case ended the process with exit code 7'
expect_line out 'ok    one.json: fine'
expect_line out '7 cases: 2 passed, 5 failed'
cases mood spin '{"send": "it", "records": ["spin"]}'
t test -L . --limit 100ms one.json
expect_status 1
expect_line out '      one.json:2: operator it of plugin moods does not come back: 100 ms are over'

scenario "processes that are left behind are ended, and said"
${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$tree/abi" -o bad.so "$tree/tests/bad/check/daemon.c"
cat >one.json <<'END'
{ "test": 1, "topology": {"tau": 1, "plugins": {"bad": {"path": "bad.so"}}, "streams": [],
  "nodes": {"n": {"operators": {"it": {"type": "bad.relay"}}}}},
  "cases": [ {"name": "works", "steps": [
    {"send": "it", "records": ["a"]}, {"expect": "it", "records": ["a"]} ] } ] }
END
t test one.json
expect_status 1
expect_line out 'ok    one.json: works'
expect_text err 'tau: one.json: an operator left processes behind, which were ended; it has to wait for what it starts
'
left=$(ps -eo ppid=,args= | awk '$1 == 1' | grep -F "trials $PWD" || :)
[ -z "$left" ] || fail "$left"

scenario "what an operator says is told as text, whatever it is"
cat >garbled.c <<'END'
#include <tau/operator.h>
TAU_PLUGIN({"abi": "1.0", "name": "bad", "version": "1.0.0", "operators": [{"name": "it"}]});
static int run(struct tau_op *op) { return tau_fail(op, -5, "no \xff\xfe text \x1b[2J"); }
static const struct tau_operator it = {.size = sizeof it, .name = "it", .run = run};
TAU_OPERATORS(&it);
END
${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$tree/abi" -o bad.so garbled.c
sed 's/bad.relay/bad.it/; s/{"send".*/{"expect_failure": "it", "text": "other"} ] } ] }/; /{"expect": /d' one.json >garbled.json
t test --json garbled.json
expect_status 1
[ "$(jq -r '.cases[0].text | contains("+ no ?? text ?[2J")' out)" = true ] || fail "$(cat out)"

scenario "what never comes is not waited for without end"
mkfifo never
exec 9<>never
cat >one.json <<'END'
{ "test": 1, "run": "r:file.read never", "cases": [ { "name": "never", "steps": [
  {"expect": "r", "count": 1} ] } ] }
END
t test --limit 50ms one.json
exec 9>&-
expect_status 1
expect_line out '      one.json:2: the case has taken longer than 50 ms of real time'
cat >one.json <<'END'
{ "test": 1, "run": "lines", "cases": [ { "name": "never", "steps": [
  {"expect": "lines", "count": 1} ] } ] }
END
t test one.json
expect_status 1
expect_line out '      one.json:2: lines.out gives 0 records, not the 1 expected'
expect_line out '      stdin has failed: this host gives stdin no standard input to read'

scenario "an operator that forgets is found by renewing"
make_moods -DFORGETS
cases count once '{"send": "it", "records": ["a"]}, {"expect": "it", "records": ["1"]},
  {"send": "it", "records": ["b"]}, {"expect": "it", "records": ["2"]}'
t test -L . one.json
expect_status 0
t test -L . --renew-everywhere one.json
expect_status 1
expect_line out 'ok    one.json: once'
expect_line out 'FAIL  one.json: once (renewed)'
expect_line out '      + utf8 "1"'

scenario "all is renewed between the records of one step, too"
cases count at-once '{"send": "it", "records": ["a", "b"]}, {"expect": "it", "records": ["1", "2"]}'
t test -L . one.json
expect_status 0
t test -L . --renew-everywhere one.json
expect_status 1
expect_line out 'ok    one.json: at-once'
expect_line out 'FAIL  one.json: at-once (renewed)'
expect_line out '      + utf8 "1"'

scenario "one operator alone"
cases count alone '{"send": "it", "records": ["a"]}, {"expect": "it", "records": ["1"]},
  {"renew": "it"}, {"send": "it", "records": ["b"]}, {"expect": "it", "records": ["2"]}'
t test -L . one.json
expect_status 1
expect_line out '      + utf8 "1"'
make_moods
t test -L . one.json
expect_status 0

scenario "what was refused, and nobody has read, is told where records lack"
cat >one.json <<'END'
{ "test": 1, "run": "l:lines max=3 ! u:json.parse ; @u.bad ! stdout", "cases": [
  {"name": "nowhere", "steps": [ {"send": "l", "records": ["1\nfour\nfive5\n"]},
    {"expect": "l", "records": ["1", "four"]} ]},
  {"name": "named", "steps": [ {"send": "l", "records": ["four\n"]},
    {"expect": "l", "count": 1}, {"expect": "l.bad", "count": 1} ]},
  {"name": "not-run", "steps": [ {"send": "u", "records": ["{"]}, {"end": "u"}, {"expect": "u", "count": 1} ]},
  {"name": "read", "steps": [ {"send": "l", "records": ["four\n"]},
    {"expect": "l.bad", "count": 1}, {"expect": "l", "count": 1} ]} ] }
END
t test --renew-everywhere one.json
expect_status 1
expect_line out '      2 records left l.bad, and no step has read them; the first: value {"reason":"the line has 4 bytes*'
expect_line out '      1 record left l.bad, and no step has read it: value {"reason":"the line has 4 bytes*'
expect_line out '      1 record left u.bad, and no step has read it: value {"reason":"no JSON *'
[ "$(grep -c 'no step has read' out)" = 6 ] || fail "$(cat out)"

scenario "both ends of back streams"
for one in window answers; do
	${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$tree/abi" -o $one.so \
		"$tree/tests/legal/$one.c"
done
over() {
	printf '{"tau": 1, "plugins": {"legal": {"path": "%s"}}, "nodes": {"n": {"operators":
  {"it": {"type": "legal.legal", "params": %s}}}}, "streams": []}' "$1" "$2" >over.json
}
over window.so '{"window": 2}'
cat >back.json <<'END'
{ "test": 1, "topology": "over.json", "cases": [ {"name": "window", "steps": [
  {"send": "it", "records": ["a", "b", "c", "d"]}, {"expect": "it", "records": ["a", "b"]},
  {"send": "it.out.back", "records": ["ok"]}, {"expect": "it", "records": ["c"]},
  {"end": "it.out.back"}, {"expect": "it", "records": ["d"]},
  {"end": "it"}, {"expect_end": "it"} ] } ] }
END
t test --renew-everywhere back.json
expect_status 0
over answers.so '{}'
cat >back.json <<'END'
{ "test": 1, "topology": "over.json", "cases": [ {"name": "answers", "steps": [
  {"send": "it", "records": ["a", "b"]}, {"expect": "it.in.back", "records": ["ok", "ok"]},
  {"end": "it"}, {"expect_end": "it.in.back"} ] } ] }
END
t test --renew-everywhere back.json
expect_status 0
sed 's/"send": "it"/"send": "it.in.back"/' back.json >wrong.json
t test wrong.json
expect_status 78
expect_line err 'wrong.json:2:*: "it" has no in port "in.back"; it has in'

scenario "who fails before anything runs is expected as the only step"
cat >one.json <<'END'
{ "test": 1, "run": "r:regex 'a'", "cases": [
  {"name": "expected", "steps": [ {"expect_failure": "r", "text": "names no group"} ]},
  {"name": "otherwise", "steps": [ {"expect_failure": "r", "text": "no memory"} ]},
  {"name": "more", "steps": [ {"expect_failure": "r"}, {"send": "r", "records": ["a"]} ]},
  {"name": "unexpected", "steps": [ {"send": "r", "records": ["a"]} ]} ] }
END
t test one.json
expect_status 1
expect_line out 'ok    one.json: expected'
expect_line out '      - no memory'
expect_line out '      one.json:4: r has failed before anything could run, so this is not tried: *'
expect_line out '      one.json:5: r cannot begin: the pattern *'
expect_line out '4 cases: 1 passed, 3 failed'

scenario "a large state is renewed, too, alone and with all"
${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$tree/abi" -DNUMBER=1 \
	-DPAD=100000 -o steady.so "$tree/tests/fixtures/upgraded/steady.c"
cat >large.json <<'END'
{ "test": 1, "run": "it:steady.steady", "cases": [ { "name": "large", "steps": [
  {"send": "it", "records": ["a"]}, {"expect": "it", "records": ["1 1 a"]},
  {"renew": "it"},
  {"send": "it", "records": ["b"]}, {"expect": "it", "records": ["2 1 b"]},
  {"renew": "*"},
  {"send": "it", "records": ["c"]}, {"expect": "it", "records": ["3 1 c"]} ] } ] }
END
t test -L . large.json
expect_status 0
rm steady.so

scenario "a reader that stalls, fds, bytes, cycles, ports between"
printf '12\n\377' >bytes
cat >many.json <<'END'
{ "test": 1,
  "topology": {"tau": 1,
    "vars": {"file": {"type": "path"}},
    "nodes": {"n": {"operators": {
      "read": {"type": "file.read", "params": {"path": "${file}"}},
      "line": {"type": "lines"}, "each": {"type": "tee"},
      "more": {"type": "where", "params": {"field": "", "op": ">", "value": 1}},
      "out": {"type": "stdout"}}}},
    "streams": [{"from": "read", "to": "line", "records": 1},
      {"from": "line", "to": "each", "records": 2},
      {"from": "each", "to": "more", "records": 2}, "more -> out"]},
  "set": {"file": "bytes"},
  "cases": [
    {"name": "a file is read in real time", "steps": [
      {"expect": "read", "records": [{"hex": "31320aff"}]}, {"expect_end": "read"}]},
    {"name": "what goes on to a reader is seen, too", "steps": [
      {"send": "line", "records": ["1\n2\n"]}, {"end": "line"},
      {"expect": "each.out[0]", "records": ["1", "2"]}, {"expect": "more", "records": ["2"]},
      {"expect_end": "each.out[0]"}]},
    {"name": "a full stream holds back", "steps": [
      {"stall": "each.out[0]"},
      {"send": "each", "records": ["1", "2", "3", "4", "5", "6", "7", "8"]},
      {"expect": "each", "records": []},
      {"renew": "*"}, {"renew": "each"},
      {"resume": "each.out[0]"},
      {"expect": "each", "records": ["1", "2", "3", "4", "5", "6", "7", "8"]}]},
    {"name": "a cycle", "steps": [
      {"send": "line", "records": ["1\n2"]}, {"send": "line", "records": [null], "as": "cycle"},
      {"expect": "line", "records": ["1", "2"]},
      {"expect": "line", "records": [null], "as": "cycle"}]} ] }
END
t test --renew-everywhere many.json
expect_status 0
expect_empty err
sed 's/"cases": \[/&\n{"name": "no room", "steps": [ {"stall": "line"},\n{"send": "line", "records": ["1\\n2\\n3\\n4\\n", "5\\n", "6\\n"]} ]},/' many.json >none.json
t test none.json
expect_status 1
expect_line out '      none.json:15: line.in has not taken the last 2 records (-)'
expect_line out '      - bytes "6?n"'
expect_line out '5 cases: 4 passed, 1 failed'

scenario "files that are not right"
count=0
for expected in "$bad"/*.expected; do
	name=${expected##*/}
	name=${name%.expected}
	cp "$bad/$name.json" .
	t test "$name.json"
	expect_status 78
	expect_empty out
	diff -u "$expected" err || fail "$name: other words"
	count=$((count + 1))
done
[ $count -ge 6 ] || fail "only $count files"
t test --json keys.json names.json
expect_status 78
expect_empty err
[ "$(jq -c '[.passed, (.errors | length), .errors[0]]' out)" = \
	'[0,17,{"file":"keys.json","text":"unknown key \"stepz\" in a case; did you mean \"steps\"?","line":2,"column":21}]' ] ||
	fail "the JSON differs: $(jq -c '.errors[0]' out)"

scenario "the example of tau-test(5), and its keys"
page=$tree/docs/tau-test.5
cp "$tree/examples/words/words.json" .
sed -n '/^\.nf$/,/^\.fi$/p' "$page" | sed -e '1d;$d' -e 's/\\e/\\/g' >page.json
t test --renew-everywhere page.json
expect_status 0
for key in $(grep -o 'it needs one of .*' "$bad/keys.expected" | sed 's/it needs one of //; s/,//g; s/ and / /'); do
	grep -q "^[.]BR*.*\b$key\b" "$page" || fail "the page says nothing of $key"
done

scenario "files that are not there"
t test nothing.json
expect_status 74
expect_text err 'tau: the test nothing.json cannot be opened: No such file or directory
'
t test
expect_status 2
t trials
expect_status 2

scenario "a name is a name, in TAP too"
cases count 'a # TODO' '{"send": "it", "records": ["a"]}, {"expect": "it", "count": 2}'
t test -L . --tap one.json
expect_status 1
expect_line out 'not ok 1 - one.json: a \\# TODO'
cases count 'a\nok 2' '{"send": "it", "records": ["a"]}'
t test -L . one.json
expect_status 78
expect_line err "one.json:2:11: a case's name is one line, without control characters; there is \"doc\" for more"

scenario "time has an end"
cases count long '{"send": "it", "records": ["a"]}, {"advance": "2000000h"}, {"advance": "2000000h"}'
t test -L . one.json
expect_status 1
expect_line out '      one.json:3: no clock goes so far: all that a case advances is less than 292 years'
