#!/bin/bash
# link.sh: streams between two nodes beside what the kernel's sockets and pipes
# do for two bare processes (bare.c): bulk, small records, there and back; and
# what a thousand idle streams cost a busy one on the same link. The two take
# turns, often and shortly, and each is shown at its best: of many moments some
# are quiet also on a busy machine, of few long ones none.
set -eu
: "${TAU:?}" "${top_srcdir:?}" "${top_builddir:?}"
rounds=${LINK_ROUNDS:-25}
folder=$(mktemp -d "${TMPDIR:-/tmp}/link.XXXXXX")
trap 'rm -rf "$folder"' EXIT
bare=$top_builddir/tests/bench/bare
plugin=$top_builddir/tests/bench/link.so

# one_way COUNT BYTES: source and sink in two nodes.
one_way() {
	cat <<-END
		{"tau": 1, "plugins": {"link": {"path": "$plugin"}},
		"nodes": {
		"a": {"operators": {"source": {"type": "link.source",
			"params": {"count": $1, "bytes": $2}}}},
		"b": {"operators": {"sink": {"type": "link.sink"},
			"out": {"type": "stdout"}}}},
		"streams": [
			{"from": "source", "to": "sink", "capacity": "4MiB"},
			"sink -> out"]}
	END
}

ping_pong() {
	cat <<-END
		{"tau": 1, "plugins": {"link": {"path": "$plugin"}},
		"nodes": {
		"a": {"operators": {"ping": {"type": "link.ping",
			"params": {"count": $1}}, "out": {"type": "stdout"},
			"source": {"type": "link.source",
				"params": {"count": 1, "bytes": 64}}}},
		"b": {"operators": {"pong": {"type": "link.pong"}}}},
		"streams": ["source.out -> ping.start", "ping.out -> pong", {"from": "pong", "to": "ping.in", "feedback": true}, "ping.said -> out"]}
	END
}

# ours NAME: nanoseconds per record.
ours() {
	"$TAU" run "$folder/$1.json" | awk '{ printf "%.2f\n", $2 / $1 }'
}

# better OLD NEW: the smaller figure, of those that are there.
better() { printf '%s\n' "$@" | grep . | sort -g | head -n 1; }

# measure NAME COUNT: the peer takes turns with ours; sets ours_ns and bare_ns.
measure() {
	local i
	ours_ns='' bare_ns=''
	for ((i = 0; i < rounds; i++)); do
		ours_ns=$(better "$ours_ns" "$(ours "$1")")
		bare_ns=$(better "$bare_ns" "$("$bare" "$3" "$2")")
	done
}

# row NAME UNIT SCALE PEER GOAL: rates, or times where the goal is an upper one.
row() {
	awk -v name="$1" -v unit="$2" -v scale="$3" -v peer="$4" -v goal="$5" \
		-v ours="$ours_ns" -v bare="$bare_ns" 'BEGIN {
		ratio = goal ~ /^<=/ ? ours / bare : bare / ours
		if (goal !~ /^<=/) { ours = scale / ours; bare = scale / bare }
		printf "bench %s ours=%.2f unit=%s peer=%s peer_value=%.2f ratio=%.2f goal=\"%s\"\n",
			name, ours, unit, peer, bare, ratio, goal }'
}

one_way 5000 65536 >"$folder/bulk.json"
measure bulk 5000 bulk
row link-bulk GB/s 65536 socketpair ">= 0.8"

one_way 1000000 64 >"$folder/small.json"
measure small 100000 pipe
row link-small M/s 1000 write-on-a-pipe ">= 5"
bare_ns=66.67
row link-small M/s 1000 goal ">= 1"

ping_pong 5000 >"$folder/pingpong.json"
measure pingpong 5000 pingpong
row link-pingpong ns 1 socketpair "<= 1.4"

# instructions IDLE COUNT: of both ends of a link, in one process.
instructions() {
	valgrind --tool=callgrind --callgrind-out-file="$folder/callgrind" \
		"$top_builddir/tests/link_count" "$@" >"$folder/said" 2>&1 || {
		cat "$folder/said" >&2
		return 1
	}
	awk '/ Collected : / { print $4 }' "$folder/said"
}

# per_record IDLE: what a record costs, without beginning and end.
per_record() {
	local few many
	few=$(instructions "$1" 20000) || return 1
	many=$(instructions "$1" 220000) || return 1
	awk -v few="$few" -v many="$many" \
		'BEGIN { printf "%.2f\n", (many - few) / 200000 }'
}

if command -v valgrind >/dev/null; then
	ours_ns=$(per_record 1000)
	bare_ns=$(per_record 0)
	row link-beside-1000-idle instr/rec 1 alone "<= 1.05"
else
	echo 'skip link-beside-1000-idle peer=alone why="valgrind is not installed"'
fi
