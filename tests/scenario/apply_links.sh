#!/bin/bash
# apply_links.sh: a connection between two nodes all of whose streams have ended
# carries those that a change brings to it.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
trap 'kill_jobs; rm -rf "$folder"' EXIT

# manifest NAME NODE TRANSPORT: where what nobody wants goes.
manifest() {
	local ours='' theirs=''
	[ "$2" = here ] && ours=', "void": {"type": "null"}' || theirs=', "void": {"type": "null"}'
	cat >"$1.json" <<-END
	{"tau": 1, "name": "links", "defaults": {"stream": {"transport": "$3"}}, "nodes": {
	  "here": {"operators": {"few": {"type": "generate", "params": {"count": 3}},
	    "many": {"type": "generate"}$ours}},
	  "there": {"operators": {"out": {"type": "file.write", "params": {"path": "few"}},
	    "others": {"type": "generate"}, "waste": {"type": "null"}$theirs}}},
	 "streams": ["few -> out", "many -> void", "others -> waste"]}
	END
}

# begin TRANSPORT: until the only stream between the two has ended.
begin() {
	manifest near here "$1"
	manifest far there "$1"
	rm -f few
	"$TAU" run near.json 2>run.err &
	running=$!
	until [ -s few ] && [ "$(wc -l <few)" = 3 ] && "$TAU" ps --json >now; do
		kill -0 $running || fail "it ended"
	done
}
stop() {
	t stop
	expect_status 0
	wait $running || fail "it ended with $?"
	expect_text few $'1\n2\n3\n'
	expect_no_line run.err "*nothing can go on*"
}

scenario "a stream comes to a connection that has ended, goes, and comes again"
begin link
for to in far near far; do
	t apply $to.json
	expect_status 0
	t tap many -n 2
	expect_status 0
	[ "$(wc -l <out)" = 2 ] || fail "two records are to be shown"
done
stop

scenario "one of bytes cannot be had again: that is said, and all stays as it was"
begin unix
sed 's/"others": /"more": {"type": "null"}, &/; s/"many": /"fresh": {"type": "generate"}, &/
	s/"streams": \[/&"fresh -> more", /' near.json >more.json
t apply more.json
expect_status 1
expect_line err 'tau: links: * the connection to * has ended with the streams that it had, and can carry no others; *'
t tap many -n 2
expect_status 0
stop
