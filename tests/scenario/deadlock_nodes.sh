#!/bin/bash
# deadlock_nodes.sh: operators of several nodes that wait for each other are
# told of in one report; who waits for the outside is left alone.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# run NODE... STREAM...: nodes as NAME=OPERATORS, what else is streams; MORE
# stands first in the manifest and OPTIONS on the command line.
run() {
	local part nodes='' streams=''
	for part; do
		case $part in
		*'={'*) nodes+="${nodes:+, }\"${part%%=*}\": {\"operators\": ${part#*=}}" ;;
		'{'*) streams+="${streams:+, }$part" ;;
		*) streams+="${streams:+, }\"$part\"" ;;
		esac
	done
	echo "{\"tau\": 1, ${MORE:-} \"nodes\": {$nodes}, \"streams\": [$streams]}" >manifest.json
	# shellcheck disable=SC2086
	t run -L "$top_builddir/tests/fixtures" ${OPTIONS:-} manifest.json
}

generate='"g": {"type": "generate", "params": {"count": 100000}}'
tee='"t": {"type": "tee"}'
where='"w": {"type": "where", "params": {"field": "", "op": "matches", "value": "nothing"}}'
join='"j": {"type": "pair.join"}'
out='"out": {"type": "stdout"}'
diamond=('g -> t' 't -> w' 't -> j.right' 'w -> j.left' 'j -> out')

# What was said of the diamond, with the node of each.
expect_diamond() {
	expect_status 1
	expect_empty out
	grep -v 'the guard goes' err | head -n 5 >said
	expect_text said "tau: nothing can go on:
tau:   t (node $1) waits for j (node $3) to read: stream t.out[1] is full (1024 records, 2989 bytes of 262144)
tau:   j (node $3) waits for w (node $2) to write: stream w is empty
tau:   w (node $2) waits for t (node $1) to write: stream t.out[0] is empty
tau:   it would go on further with more \"records\" or \"capacity\" on t.out[1]
"
	# Whoever held them counts them, once.
	expect_line err 'tau: 1024 records of g were lost, because *'
	expect_line err 'tau: 1024 records of t.out[[]1] were lost, because *'
	[ "$(wc -l <err)" = 8 ] || fail "more is said than there is to say"
}

scenario "a diamond over two nodes"
run "a={$generate, $tee, $join, $out}" "b={$where}" "${diamond[@]}"
expect_diamond a b a
run "a={$generate, $tee}" "b={$where, $join, $out}" "${diamond[@]}"
# Here the circle is found from its other end.
expect_status 1
expect_line err 'tau:   t (node a) waits for j (node b) to read: stream t.out[[]1] is full (1024 records, *'
run "a={$generate, $tee, $where}" "b={$join, $out}" "${diamond[@]}"
expect_diamond a a b

scenario "a diamond over three and four nodes"
run "a={$generate, $tee}" "b={$where}" "c={$join, $out}" "${diamond[@]}"
expect_diamond a b c
run "a={$generate, $tee}" "b={$where}" "c={$join}" "d={$out}" "${diamond[@]}"
expect_diamond a b c
run "o={$generate}" "a={$tee}" "b={$where}" "c={$join}" "d={$out}" "${diamond[@]}"
expect_diamond a b c

scenario "a diamond over byte streams"
for transport in unix tcp; do
	MORE="\"defaults\": {\"stream\": {\"transport\": \"$transport\"}}," \
		run "a={$generate, $tee}" "b={$where}" "c={$join, $out}" "${diamond[@]}"
	expect_diamond a b c
done

scenario "a circle wholly in one of several nodes"
run "a={$generate, $tee, $where, $join}" "b={$out}" "${diamond[@]}"
expect_diamond a a a

scenario "who has ended is not missed"
few='"g": {"type": "generate", "params": {"count": 3}}'
pass='"p": {"type": "take", "params": {"n": 10}}'
loop=('g -> j.left' 'j -> p' '{"from": "p", "to": "j.right", "feedback": true}')
run "a={$few}" "b={$join}" "c={$pass}" "${loop[@]}"
expect_status 1
expect_line err 'tau:   j (node b) waits for p (node c) to write: stream p is empty'
expect_line err 'tau:   p (node c) waits for j (node b) to write: stream j is empty'
expect_line err 'tau:   none of them begins: one must write before it reads'

scenario "over a back stream"
run 'a={"ask": {"type": "talk.ask", "params": {"count": 1000000, "turns": false, "deaf": true}}, "heard": {"type": "null"}}' \
	'b={"answer": {"type": "talk.answer"}, "o": {"type": "null"}}' \
	'ask -> answer' 'ask.heard -> heard' 'answer -> o'
expect_status 1
expect_line err 'tau:   ask (node a) waits for answer (node b) to read: stream ask is full *'
expect_line err 'tau:   answer (node b) waits for ask (node a) to read: stream *'

run 'a={"ask": {"type": "talk.ask", "params": {"count": 1000000, "turns": false, "deaf": true}}, "heard": {"type": "null"}}' \
	'b={"answer": {"type": "talk.answer"}, "o": {"type": "null"}}' 'c={"between": {"type": "take", "params": {"n": 1000000}}}' \
	'ask -> between' 'between -> answer' 'ask.heard -> heard' 'answer -> o'
expect_status 1
expect_line err 'tau:   answer (node b) waits for between (node c) to read: stream answer.in.back is full *'
expect_line err 'tau:   between (node c) waits for ask (node a) to read: stream between.in.back is full *'

scenario "two deadlocks that have nothing to do with each other"
MORE='"on_failure": "continue",' run "a={$generate, $tee, $join, $out}" "b={$where}" "${diamond[@]}" \
	'c={"k": {"type": "pair.join"}, "h": {"type": "generate", "params": {"count": 3}}}' \
	'd={"q": {"type": "take", "params": {"n": 10}}}' \
	'h -> k.left' 'k -> q' '{"from": "q", "to": "k.right", "feedback": true}'
expect_status 1
[ "$(grep -c 'nothing can go on' err)" = 2 ] || fail "not each of two is told of"
expect_line err 'tau:   w (node b) waits for t (node a) to write: *'
expect_line err 'tau:   q (node d) waits for k (node c) to write: *'

# Standard input that stays open and says nothing until it is closed.
mkfifo quiet
live=('c={"in": {"type": "stdin"}}' 'd={"sink": {"type": "null"}}' 'in -> sink')

scenario "beside what waits for the outside"
exec 9<>quiet
run "a={$generate, $tee, $join, $out}" "b={$where}" "${diamond[@]}" "${live[@]}" <quiet
expect_status 1
expect_line err 'tau:   w (node b) waits for t (node a) to write: *'

scenario "who waits for standard input is in no deadlock, near or far"
OPTIONS='--for 500ms' run "${live[@]}" <quiet
expect_status 0
expect_empty err
OPTIONS='--for 500ms' run 'c={"in": {"type": "stdin"}}' 'd={"l": {"type": "lines"}}' \
	"e={$join, $out}" "f={$few}" 'in -> l' 'l -> j.left' 'g -> j.right' 'j -> out' <quiet
expect_status 0
expect_no_line err '*nothing can go on*'

scenario "who waits for a clock is in no deadlock"
OPTIONS='--for 500ms --drain-timeout 300ms' run "a={$few}" "b={$join}" \
	'c={"n": {"type": "count", "params": {"every": "1h"}}}' 'g -> j.left' 'j -> n' \
	'{"from": "n", "to": "j.right", "feedback": true}'
expect_status 75
expect_no_line err '*nothing can go on*'

scenario "who waits for a FIFO, which others may write, is in no deadlock"
OPTIONS='--for 500ms --drain-timeout 300ms' run "a={$few}" "b={$join}" "c={$pass}" 'g -> j.left' \
	'{"from": "j", "to": "p", "transport": "fifo"}' '{"from": "p", "to": "j.right", "feedback": true}'
expect_status 75
expect_no_line err '*nothing can go on*'

scenario "who waits for another program is in no deadlock"
cat >peer.json <<'END'
{"tau": 1, "nodes": {
  "a": {"operators": {"g": {"type": "generate", "params": {"count": 3}},
    "p": {"type": "take", "params": {"n": 10}}}},
  "silent": {"command": ["sleep", "60"],
    "in": [{"name": "in", "type": "utf8"}], "out": [{"name": "out", "type": "utf8"}]},
  "c": {"operators": {"o": {"type": "null"}}}},
  "streams": ["g -> silent -> p -> o"]}
END
t run --for 500ms --drain-timeout 300ms peer.json
expect_status 75
expect_no_line err '*nothing can go on*'

scenario "a deadlock while it runs out"
OPTIONS='--for 500ms' run 'c={"in": {"type": "stdin"}, "l": {"type": "lines"}}' \
	'b={"m": {"type": "merge"}}' "d={$pass}" 'in -> l' 'l -> m' 'm -> p' \
	'{"from": "p", "to": "m", "feedback": true}' <quiet
exec 9>&-
expect_status 1
expect_line err 'tau:   m (node b) waits for p (node d) to write: stream p is empty'
expect_line err 'tau:   p (node d) waits for m (node b) to write: stream m is empty'
