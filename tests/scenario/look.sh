#!/bin/bash
# look.sh: the commands that look at topologies and operators without running
# anything.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
line='lines ! w:weblog ! count /status ! table ! stdout ; @w.bad ! null'

scenario "a valid topology is one line"
t validate -e "$line"
expect_status 0
expect_text out $'-e is valid: 7 operators in 1 node, 7 streams\n'
expect_empty err

scenario "a one-liner becomes a manifest that means the same"
t validate --print -e "$line"
expect_status 0
cp out printed.json
t validate printed.json
expect_text out $'printed.json is valid: 7 operators in 1 node, 7 streams\n'
t validate --print printed.json
cmp -s out printed.json || fail "printed again it differs"

scenario "all mistakes in one run, also as JSON"
cat >wrong.json <<-'END'
	{ "tau": 1,
	  "nodes": { "main": { "operators": {
	    "a": {"type": "generat"},
	    "b": {"type": "stdout", "parms": {}} } } },
	  "streams": [ "a -> c" ] }
END
t validate wrong.json
expect_status 78
expect_empty out
expect_line err 'wrong.json:3:*did you mean "generate"?'
expect_line err 'wrong.json:4:*did you mean "params"?'
t validate --json wrong.json
expect_status 78
expect_empty err
expect_line out '*"valid": false*'
expect_line out '*"line": 4*'
t validate --json -e "$line"
expect_status 0
expect_line out '*"valid": true*'

scenario "what is valid but cannot be run yet"
cat >many.json <<-'END'
	{ "tau": 1,
	  "nodes": { "one": { "operators": { "a": {"type": "generate"}, "t": {"type": "tee"} } },
	             "two": { "replicas": 2, "operators": { "b": {"type": "null"} } } },
	  "streams": [ "a -> t", "t -> b" ] }
END
t validate many.json
expect_status 0
expect_line err "tau: this version cannot run it yet:"
t run many.json
expect_status 78
expect_empty out

scenario "two nodes"
cat >two.json <<-'END'
	{ "tau": 1,
	  "nodes": { "one": { "operators": { "a": {"type": "generate", "params": {"count": 3}} } },
	             "two": { "operators": { "b": {"type": "stdout"} } } },
	  "streams": [ "a -> b" ] }
END
t run two.json
expect_status 0
expect_line out 3
expect_empty err

scenario "pictures"
t graph -e "$line"
expect_status 0
expect_line out "*w*weblog*"
for format in dot mermaid json; do
	t graph --format "$format" -e "$line"
	expect_status 0
	expect_line out "*weblog*"
done
t graph --json -e "$line"
expect_line out '  "streams": *'
t graph --format dot -e "$line"
! grep -q 'label=<-e>' out || fail "a one-liner is called -e in its picture"
mkdir deep
"$TAU" validate --print -e "$line" >deep/one.json
t graph --format dot deep/one.json
expect_line out '*label=<one.json>*'
t graph --format pdf -e "$line"
expect_status 2
expect_line err "tau: --format pdf: it is tree, dot, svg, mermaid or json"
mkdir empty
status=0
env -i PATH="$PWD/empty" "$TAU" graph --format svg -e "$line" >out 2>err || status=$?
expect_status 69
expect_line err "tau: svg is drawn by the program dot, *"
if command -v dot >/dev/null; then
	t graph --format svg -e "$line"
	expect_status 0
	expect_line out "<svg*"
fi

scenario "the operators that are there"
t ls
expect_status 0
expect_line out "TYPE*"
for type in count deal fields file.read file.write generate json.parse json.write \
	lines merge null regex sort stdin stdout sum table take tee top weblog \
	where; do
	expect_line out "$type *"
	t inspect "$type"
	expect_status 0
	expect_line out "$type: *"
	t ls
done
t ls --json
[ "$(grep -c '^{"type": ' out)" -ge 21 ] || fail "not a line for every type"

scenario "a narrow terminal"
"$pty" -- sh -c "stty cols 40; NO_COLOR=1 exec '$TAU' ls" >out
expect_line out "json.write  any    utf8, bad"
expect_line out "    Each record becomes one line of"
"$pty" -- sh -c "stty cols 60; NO_COLOR=1 exec '$TAU' help run" >out
while IFS= read -r row; do
	[ "${#row}" -le 60 ] || [[ $row == *"tau "* ]] || fail "wider than the terminal: $row"
done <out

scenario "plugins of one's own, and what is refused among them"
mkdir own
cp "$top_builddir/tests/fixtures/evil.so" own/
echo nothing >own/broken.so
t ls -L own
expect_status 0
expect_line out "evil.crash *"
expect_line err "tau: not listed: own/broken.so: *"
t inspect -L own evil.crash
expect_line out "evil.crash: Writes where nothing is."
expect_line out "from evil 1.2.3, *own/evil.so"
t inspect --json -L own evil.crash
expect_line out '  "type": "evil.crash",'
t inspect own/broken.so
expect_status 1

scenario "a folder that is gone"
mkdir gone
status=0
(cd gone && rmdir ../gone && exec "$TAU" validate -e "$line") >out 2>err || status=$?
expect_status 74
expect_line err "tau: the current folder is not there: *"

scenario "a plugin's file, and what is none"
for plugin in "$top_builddir"/plugins/tau-*.so; do
	t inspect "$plugin"
	expect_status 0
	expect_line out "tau-* [0-9]*"
	t inspect --json "$plugin"
	expect_status 0
	expect_line out '*"sha256": "*'
done
t inspect ./nothing.so
expect_status 1
t inspect lins
expect_status 1
expect_line err 'tau: *did you mean "lines"?*'
t inspect
expect_status 2

scenario "every option stands in the manual page"
sed 's/\\-/-/g' "${top_srcdir:-$top_builddir/..}/docs/tau.1" >page
for command in run validate graph ls inspect version help; do
	t help "$command"
	grep -o -e '--[a-z-]*' out | sort -u >options
	while read -r option; do
		grep -q -e "$option" page || fail "tau.1 has no $option of $command"
	done <options
	grep -q "^.B.* $command" page || fail "tau.1 has no $command"
done

scenario "every example of a one-liner is a valid one"
for command in run validate graph; do
	t help "$command"
	cat out
done >helps
t ls --json
sed -n 's/.*"example": "\(\([^"\\]\|\\.\)*\)".*/\1/p' out | sed 's/\\"/"/g' >examples
sed -n "s/^  tau .*-e '\([^']*\)'.*/\1/p" helps >>examples
[ "$(wc -l <examples)" -ge 10 ] || fail "there are fewer than ten examples"
while IFS= read -r example; do
	t validate -e "$example"
	[ "$status" = 0 ] || fail "not valid: $example"
done <examples

scenario "what would change"
cat >old.json <<-'END'
	{ "tau": 1,
	  "nodes": { "one": { "operators": { "a": {"type": "generate", "params": {"count": 3}},
	                                     "t": {"type": "take", "params": {"n": 2}} } },
	             "two": { "operators": { "b": {"type": "stdout"} } } },
	  "streams": [ "a -> t -> b" ] }
END
t plan --against old.json old.json
expect_status 0
expect_text out $'nothing to change\n'
sed 's/"count": 3/"count": 4/' old.json >new.json
t plan --against old.json new.json
expect_status 1
expect_empty err
expect_text out '~ one  upgraded: a new process takes over, with state and records
├─ ~ a  generate
│      count = 3 → 4
│      its state is carried, in version 1
└─ 1 operator and 2 streams stay as they are
  two  kept

Of 2 nodes 1 is upgraded and 1 is kept.
'
t plan --json --against old.json new.json
expect_status 1
expect_line out '  "changes": true,'
sed 's/"two"/"three"/' old.json >named.json
t plan --against old.json named.json
expect_status 1
expect_line out '- two  removed'
expect_line out '*it was in node two'
t plan old.json
expect_status 69
expect_empty out
