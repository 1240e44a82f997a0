#!/bin/bash
# back.sh: records go both ways between two operators, directly and through
# those that pass back streams on, in one node and in several.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# talk NODES PARAMS STREAM BETWEEN...: ask, the operators between (their types
# and params, as JSON) and answer, dealt out to so many nodes; PARAMS are those
# of ask, STREAM is what the chain says; `answer` holds the params of answer.
answer=
talk() {
	local nodes=$1 params=$2 stream=$3 chain=ask at=0 i
	local -a node
	shift 3
	node[0]="\"ask\": {\"type\": \"talk.ask\", \"params\": {$params}},
		\"heard\": {\"type\": \"file.write\", \"params\": {\"path\": \"heard\"}}"
	for i; do
		at=$((at + 1))
		node[at % nodes]+="${node[at % nodes]:+,} \"b$at\": $i"
		chain+=" -> b$at"
	done
	at=$((at + 1))
	node[at % nodes]+="${node[at % nodes]:+,} \"answer\": {\"type\": \"talk.answer\", \"params\": {$answer}},
		\"out\": {\"type\": \"stdout\"}"
	{
		echo '{"tau": 1, "nodes": {'
		for i in "${!node[@]}"; do
			[ "$i" = 0 ] || echo ,
			echo "\"n$i\": {\"operators\": {${node[i]}}}"
		done
		echo "}, \"streams\": [\"ask.heard -> heard\", \"answer.out -> out\","
		echo "{\"chain\": \"$chain -> answer\"${stream:+, $stream}}]}"
	} >manifest.json
	rm -f heard
	t run -L "$top_builddir/tests/fixtures" manifest.json
}

# all COUNT [TIMES]: both sides have heard everything, in order.
all() {
	expect_status 0
	expect_empty err
	seq "$1" | cmp -s - out || fail "not all went forward"
	seq "$1" | awk -v times="${2-1}" '{ for (i = 0; i < times; i++) print $1, $1 }' |
		cmp -s - heard || fail "not all came back"
}

lines='{"type": "lines"}'
take='{"type": "take", "params": {"n": 1000000}}'
where='{"type": "where", "params": {"field": "", "op": "!=", "value": "x"}}'
fields='{"type": "fields", "params": {"pick": [1]}}'
write='{"type": "json.write"}' parse='{"type": "json.parse"}'

scenario "in turns, directly"
for nodes in 1 2; do
	talk $nodes '"count": 500' ''
	all 500
done

scenario "in turns, through operators that pass it on"
for nodes in 1 2 3; do
	talk $nodes '"count": 300' '' "$lines" "$take" "$where" "$fields"
	all 300
done

scenario "the capacities of the two directions are their own"
for nodes in 1 3; do
	# The answers to all questions at once fit the way back, not the way there.
	talk $nodes '"count": 3000, "turns": false' \
		'"capacity": 512, "atomic": 512, "records": 2, "back": {"capacity": "1MiB", "records": 4000}' \
		"$lines"
	all 3000
	# And the other way round: the questions wait in the forward stream.
	talk $nodes '"count": 3000, "turns": false' \
		'"capacity": "1MiB", "records": 4000, "back": {"capacity": 512, "atomic": 512, "records": 1}' \
		"$lines"
	all 3000
done

# Either side alone minds both ways, and both streams are full at once: whoever
# stands between must move what can move, in either direction.
narrow='"capacity": 512, "atomic": 512, "records": 1, "back": {"capacity": 512, "atomic": 512, "records": 1}'

scenario "records go back while the forward streams are full"
answer='"times": 3'
for nodes in 1 2 3 10; do
	talk $nodes '"count": 2000, "turns": false, "both": true' "$narrow" \
		"$lines" "$take" "$where" "$lines" "$take" "$where" "$lines" "$take"
	all 2000 3
done

scenario "records go forward while the streams back are full"
answer='"both": true'
for nodes in 1 2 3 10; do
	talk $nodes '"count": 2000, "turns": false' "$narrow" \
		"$lines" "$take" "$where" "$lines" "$take" "$where" "$lines" "$take"
	all 2000
done
answer=

scenario "answers still come after the end of the questions"
for nodes in 1 2; do
	talk $nodes '"count": 2000, "turns": false' '' "$lines" "$lines" "$take"
	all 2000
done

scenario "who leaves does not hold up who still answers"
for nodes in 1 2; do
	talk $nodes '"count": 3000, "turns": false, "deaf": true' \
		'"capacity": "1MiB", "records": 4000, "back": {"records": 16}' "$lines" "$where"
	expect_status 0
	seq 3000 | cmp -s - out || fail "not all went forward"
	[ ! -s heard ] || fail "the deaf one heard something"
done

scenario "where both need it, it cannot be left away"
talk 1 '"count": 5' '"back": false' "$lines"
expect_status 78
expect_line err '*back stream*required*'

scenario "an operator that offers none ends it"
talk 1 '"count": 5' '' "$lines" '{"type": "count"}'
expect_status 78
expect_line err '*works with a back stream alone, and b2.out offers none*'

# The edge before takes one record, and whoever asks does not listen at once.
cat >manifest.json <<END
{"tau": 1, "nodes": {
 "n0": {"operators": {
  "ask": {"type": "talk.ask", "params": {"count": 3000, "turns": false}},
  "heard": {"type": "null"}}},
 "n1": {"operators": {"b1": $lines, "answer": {"type": "talk.answer"}, "out": {"type": "null"}}}},
 "streams": ["ask.heard -> heard", "answer.out -> out",
  {"from": "ask", "to": "b1", "back": {"records": 1, "full": "fail"}}, "b1 -> answer"]}
END
scenario "what cannot be passed on fails the operator that it passes"
t run -L "$top_builddir/tests/fixtures" manifest.json
expect_status 1
expect_line err '*b1*: stream answer.in.back could not be passed on to stream b1.in.back, *'
