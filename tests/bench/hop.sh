#!/bin/bash
# hop.sh: what it costs to bring a 64-byte record from one operator to the next.
# source -> 10 operators -> sink in one node, all out of a plugin of their own
# (hop_plugin.c), so 11 hops; the whole time is charged to them. Beside it the
# same through Go's channels and GStreamer's `identity`, and a switch of fcontext:
# the goals of 3 and 4.5 ns were set where that took 4.5. Times are the
# processor's, so that a busy machine shows less.
set -eu
: "${TAU:?}" "${top_srcdir:?}" "${top_builddir:?}"
records=${HOP_RECORDS:-4000000}
rounds=9
operators=10
folder=$(mktemp -d "${TMPDIR:-/tmp}/hop.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# manifest TYPE: the chain, with operators of that type.
manifest() {
	local i chain=source
	printf '{"tau": 1, "plugins": {"hop": {"path": "%s"}},\n' \
		"$top_builddir/tests/bench/hop.so"
	printf '"nodes": {"hop": {"operators": {\n'
	printf '"source": {"type": "hop.source", "params": {"count": %d}},\n' \
		"$records"
	for ((i = 1; i <= operators; i++)); do
		printf '"o%d": {"type": "hop.%s"},\n' $i "$1"
		chain="$chain -> o$i"
	done
	printf '"sink": {"type": "hop.sink"}, "out": {"type": "stdout"}}}},\n'
	printf '"streams": ["%s -> sink -> out"]}\n' "$chain"
}

# ours TYPE: nanoseconds per record and hop.
ours() {
	"$TAU" run "$folder/$1.json" | awk -v records="$records" \
		-v hops=$((operators + 1)) '
		$1 != records { exit 1 }
		{ printf "%.3f\n", $2 / $1 / hops }'
}

# peer ARGUMENT...: its figure, or nothing when it is not here.
peer() {
	local figure
	if figure=$(sh "$top_srcdir/tests/bench/peer.sh" "$@" 2>"$folder/why"); then
		echo "$figure"
	fi
}

# row NAME OURS PEER FIGURE GOAL
row() {
	if [ -z "$4" ]; then
		echo "skip $1 peer=$3 why=\"$(tail -n 1 "$folder/why")\""
		return
	fi
	awk -v name="$1" -v ours="$2" -v peer="$3" -v figure="$4" -v goal="$5" '
	BEGIN {
		ratio = goal ~ /^<=/ ? ours / figure : figure / ours
		printf "bench %s ours=%s unit=ns/hop peer=%s peer_value=%s ratio=%.2f goal=\"%s\"\n",
			name, ours, peer, figure, ratio, goal }'
}

# better OLD NEW: the smaller figure, of those that are there.
better() { printf '%s\n' "$@" | grep . | sort -g | head -n 1; }

# measure TYPE GOAL_NS GOAL_SWITCHES GOAL_GO: the peers take turns with ours.
measure() {
	local best='' go='' switch='' figure i
	manifest "$1" >"$folder/$1.json"
	for ((i = 0; i < rounds; i++)); do
		figure=$(ours "$1") || {
			echo "hop: records were lost" >&2
			exit 1
		}
		best=$(better "$best" "$figure")
		switch=$(better "$switch" "$(peer fcontext)")
		[ $((i % 3)) -ne 0 ] || go=$(better "$go" "$(peer channel "$1")")
	done
	row "hop-$1" "$best" goal-in-ns "$2" "<= 1"
	row "hop-$1" "$best" fcontext-switch "$switch" "$3"
	row "hop-$1" "$best" go-channels "$go" "$4"
	[ "$1" = copy ] ||
		row "hop-$1" "$best" gstreamer "$(peer gstreamer)" ""
}

measure forward 3 "<= 0.67" ">= 12"
measure copy 4.5 "<= 1" ""
