#!/bin/bash
# bundle.sh: many streams over one, in one node and in several.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# bundle NODES COUNT [SETTINGS]: the numbers to 40000 as text, those to 7 as
# values and none at all, through mux and demux, in 1 node or in 3. The first
# COUNT of the first stream are taken; SETTINGS are those of the common one.
bundle() {
	cat >manifest.json <<END
{"tau": 1, "nodes": {
   "n0": {"operators": {
     "a": {"type": "generate", "params": {"count": 40000}},
     "b": {"type": "generate", "params": {"count": 7}}, "v": {"type": "json.parse"},
     "c": {"type": "generate", "params": {"count": 1}},
     "z": {"type": "where", "params": {"field": "", "op": "!=", "value": "1"}},
     "first": {"type": "file.write", "params": {"path": "first"}},
     "second": {"type": "stdout"},
     "third": {"type": "file.write", "params": {"path": "third"}}
     $([ "$1" = 1 ] && echo , || echo '}}, "n1": {"operators": {')
     "m": {"type": "mux"}
     $([ "$1" = 1 ] && echo , || echo '}}, "n2": {"operators": {')
     "d": {"type": "demux"}, "pass": {"type": "take", "params": {"n": $2}}}}},
 "streams": ["a -> m", "b -> v -> m", "c -> z -> m", {"chain": "m -> d"${3:+, $3}},
             "d.out[0] -> pass -> first", "d.out[1] -> second", "d.out[2] -> third"]}
END
	t run manifest.json
}

for nodes in 1 3; do
	scenario "all records of all streams, nodes: $nodes"
	bundle $nodes 1000000
	expect_status 0
	expect_empty err
	seq 40000 | cmp - first || fail "the first stream differs"
	seq 7 | cmp - out || fail "the second stream differs"
	expect_empty third

	scenario "over the narrowest stream, nodes: $nodes"
	bundle $nodes 1000000 '"capacity": 512, "atomic": 512, "records": 1, "back": {"capacity": 512, "atomic": 512, "records": 1}'
	expect_status 0
	seq 40000 | cmp - first || fail "the first stream differs"
	seq 7 | cmp - out || fail "the second stream differs"

	scenario "a reader that leaves ends its stream alone, nodes: $nodes"
	bundle $nodes 5
	expect_status 0
	seq 5 | cmp - first || fail "the first stream differs"
	seq 7 | cmp - out || fail "the second stream differs"
done

scenario "a stream that nobody reads holds up no other"
mkfifo stalled moving
"$TAU" run -e 'generate 300000 ! m:mux ! d:demux ! file.write stalled ; generate 300000 ! @m ; @d ! stdout' >moving 2>err &
exec 3<moving
head -n 300000 <&3 >moved # all of it, before anybody reads the other
seq 300000 | cmp - moved || fail "the moving stream differs"
seq 300000 | cmp - stalled || fail "the stalled stream differs"
wait $! || fail "ended with $?"
exec 3<&-

scenario "a record that its reader's stream does not take is refused, and the others pass"
printf '1\n%600s\n2\n%600s\n3\n' x y >long
cat >manifest.json <<END
{"tau": 1, "nodes": {"main": {"operators": {
   "r": {"type": "file.read", "params": {"path": "long"}}, "l": {"type": "lines"},
   "m": {"type": "mux"}, "d": {"type": "demux"}, "o": {"type": "stdout"}}}},
 "streams": ["r -> l -> m -> d", "m.bad -> b", {"chain": "d -> o", "atomic": 512}]}
END
sed -i 's/"o": /"b": {"type": "file.write", "params": {"path": "refused"}}, &/' manifest.json
t run manifest.json
expect_status 0
expect_text out $'1\n2\n3\n'
[ "$(wc -l <refused)" = 2 ] || fail "not two are refused: $(cat refused)"
expect_line refused '{"reason":"it has 600 bytes, and stream 0 takes at most 512 at once through the mux; raise*","operator":"mux","record":" *x"}'

scenario "so is one that the stream of the mux itself does not take"
sed -i 's/"r -> l -> m -> d", /"r -> l -> m", {"chain": "m -> d", "atomic": 600}, /; s/, "atomic": 512//' manifest.json
t run manifest.json
expect_status 0
expect_text out $'1\n2\n3\n'
expect_line refused '{"reason":"it has 600 bytes, and stream 0 takes at most 552 at once through the mux; raise*'

scenario "blocks of bytes are cut, wherever that is"
seq 100000 >blocks
for records in 4 2; do
	cat >manifest.json <<END
{"tau": 1, "nodes": {"main": {"operators": {
   "r": {"type": "file.read", "params": {"path": "blocks"}},
   "m": {"type": "mux"}, "d": {"type": "demux"}, "o": {"type": "stdout"}}}},
 "streams": ["r -> m -> d", {"chain": "d -> o", "atomic": 3000, "capacity": 5000, "records": $records}]}
END
	t run manifest.json
	expect_status 0
	cmp -s out blocks || fail "what comes out is something else"
done

scenario "and a file descriptor, which no value holds"
"$TAU" run -e 'tcp.accept 0 ! take 1 ! m:mux ! d:demux ! null ; @m.bad ! stdout' >out 2>err &
until grep -q 'listening on' err; do
	kill -0 $! || fail "it does not listen"
done
exec 4<>"/dev/tcp/127.0.0.1/$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' err)"
wait $! || fail "ended with $?"
exec 4>&-
expect_line out '{"reason":"stream 0 brought a file descriptor, *","operator":"mux","record":null}'

scenario "what no mux wrote, and what has no reader"
t run -e 'generate 1 ! json.parse ! d:demux ! stdout'
expect_status 1
expect_line err '*a record came that was not written by a mux*'
t run -e 'generate 1 ! m:mux ! d:demux ! stdout ; generate 1 ! @m'
expect_status 1
expect_line err '*the mux has more streams than there are readers here, which are 1; connect as many*'

scenario "iota tells when a record has to wait, and when no more"
mkfifo late
cat >manifest.json <<END
{"tau": 1, "nodes": {"main": {"operators": {
   "g": {"type": "generate", "params": {"count": 300000}}, "i": {"type": "iota"},
   "o": {"type": "file.write", "params": {"path": "late"}}, "e": {"type": "stdout"}}}},
 "streams": ["g -> i -> o", "i.edges -> e"]}
END
mkfifo edges
"$TAU" run manifest.json >edges 2>err &
exec 3<edges
read -r one <&3
read -r two <&3 # only now is there anybody who reads
[ "$one $two" = '[{"tau":"iota"}] [{"tau":"kappa"}]' ] || fail "the edges are $one $two"
seq 300000 | cmp - late || fail "the records differ"
wait $! || fail "ended with $?"
read -r three <&3 || fail "no edge after the wait"
[ "$three" = "$one" ] || fail "the third edge is $three"
exec 3<&-
