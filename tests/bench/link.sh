#!/bin/bash
# link.sh: streams between two nodes beside what the kernel's sockets and pipes
# do for two bare processes (bare.c says what that means): bulk, small records,
# there and back; and what a thousand idle streams cost a busy one on the same
# link.
#
# Where two processes run decides more than what they do: on one CPU they share
# its cache and no wake-up crosses to another; on two they work at once. So each
# thing is measured in both places, ours and the peer's in the same one. The two
# take turns, often and shortly, each as often first, and of both the median is
# shown: what else the machine does meets both.
set -euo pipefail
: "${TAU:?}" "${top_srcdir:?}" "${top_builddir:?}"
rounds=${LINK_ROUNDS:-15}
folder=$(mktemp -d "${TMPDIR:-/tmp}/link.XXXXXX")
trap 'rm -rf "$folder"' EXIT
bare=$top_builddir/tests/bench/bare
plugin=$top_builddir/tests/bench/link.so

# The CPUs that this may run on.
mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' |
	while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)

# place CPU: an operator that keeps its node there.
place() { echo "{\"type\": \"link.place\", \"params\": {\"cpu\": $1}}"; }

# one_way COUNT BYTES CPU CPU: source and sink in two nodes. The stream is deep
# enough that neither waits for the other to be woken, which takes as long as
# some thousands of small records.
one_way() {
	cat <<-END
		{"tau": 1, "plugins": {"link": {"path": "$plugin"}},
		"nodes": {
		"a": {"operators": {"there": $(place "$3"),
			"source": {"type": "link.source",
				"params": {"count": $1, "bytes": $2}}}},
		"b": {"operators": {"here": $(place "$4"),
			"sink": {"type": "link.sink"},
			"out": {"type": "stdout"}}}},
		"streams": [
			{"from": "source", "to": "sink",
				"capacity": "4MiB", "records": 16384},
			"sink -> out"]}
	END
}

# ping_pong COUNT CPU CPU: who begins, and who answers in another node.
ping_pong() {
	cat <<-END
		{"tau": 1, "plugins": {"link": {"path": "$plugin"}},
		"nodes": {
		"a": {"operators": {"here": $(place "$2"),
			"ping": {"type": "link.ping", "params": {"count": $1}},
			"out": {"type": "stdout"},
			"source": {"type": "link.source",
				"params": {"count": 1, "bytes": 64}}}},
		"b": {"operators": {"there": $(place "$3"),
			"pong": {"type": "link.pong"}}}},
		"streams": ["source.out -> ping.start", "ping.out -> pong",
			{"from": "pong", "to": "ping.in", "feedback": true},
			"ping.said -> out"]}
	END
}

# ours: nanoseconds per record.
ours() {
	"$TAU" run "$folder/manifest.json" | awk '{ printf "%.2f\n", $2 / $1 }'
}

median() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# measure PEER...: it takes turns with what is in the manifest; sets ours_ns and
# bare_ns.
measure() {
	local i
	: >"$folder/ours"
	: >"$folder/bare"
	for ((i = 0; i < rounds; i++)); do
		((i % 2)) || ours >>"$folder/ours"
		"$bare" "$@" >>"$folder/bare"
		((i % 2 == 0)) || ours >>"$folder/ours"
	done
	ours_ns=$(median <"$folder/ours")
	bare_ns=$(median <"$folder/bare")
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

# rows WHERE CPU CPU: all three, with the two processes on those CPUs.
rows() {
	one_way 5000 65536 "$2" "$3" >"$folder/manifest.json"
	measure bulk 5000 "$2" "$3"
	row "link-bulk-$1" GB/s 65536 socketpair ">= 0.8"
	one_way 1000000 64 "$2" "$3" >"$folder/manifest.json"
	measure pipe 100000 "$2" "$3"
	row "link-small-$1" M/s 1000 write-on-a-pipe ">= 5"
	bare_ns=66.67
	row "link-small-$1" M/s 1000 goal ">= 1"
	ping_pong 5000 "$2" "$3" >"$folder/manifest.json"
	measure pingpong 5000 "$2" "$3"
	row "link-pingpong-$1" ns 1 socketpair "<= 1.4"
}

rows one-cpu "${cpus[0]}" "${cpus[0]}"
if [ ${#cpus[@]} -gt 1 ]; then
	rows two-cpus "${cpus[0]}" "${cpus[1]}"
else
	echo 'skip link-two-cpus peer=socketpair why="this machine has one CPU"'
fi

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
