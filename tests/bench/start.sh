#!/bin/bash
# start.sh: from a manifest to its first record, of 100 operators in 4 nodes,
# beside GStreamer's launcher with 12 elements in one process. The two take
# turns, and each is shown at its best. The store of plugins is filled before,
# as it is on every start but the first.
set -eu
: "${TAU:?}" "${top_builddir:?}"
rounds=${START_ROUNDS:-25}
nodes=4
operators=25 # of each
folder=$(mktemp -d "${TMPDIR:-/tmp}/start.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export XDG_STATE_HOME=$folder

# manifest: a chain through the nodes, one after the other.
manifest() {
	local i last=$((nodes * operators - 1)) type
	echo '{"tau": 1, "nodes": {'
	for ((i = 0; i <= last; i++)); do
		type='"tee"'
		[ $i = 0 ] && type='"generate", "params": {"count": 1}'
		[ $i = $last ] && type='"stdout"'
		[ $((i % operators)) = 0 ] &&
			echo "\"n$((i / operators))\": {\"operators\": {"
		printf '"o%d": {"type": %s}' $i "$type"
		if [ $((i % operators)) != $((operators - 1)) ]; then
			echo ,
		elif [ $i = $last ]; then
			echo '}}'
		else
			echo '}},'
		fi
	done
	printf '}, "streams": ["o0'
	for ((i = 1; i <= last; i++)); do printf ' -> o%d' $i; done
	echo '"]}'
}

# first COMMAND...: milliseconds until it has written a line.
first() {
	local began=$EPOCHREALTIME line ended
	read -r line < <(exec "$@" 2>"$folder/said")
	ended=$EPOCHREALTIME
	wait $! 2>/dev/null || true
	[ "$line" = 1 ] || {
		cat "$folder/said" >&2
		return 1
	}
	awk -v began="$began" -v ended="$ended" \
		'BEGIN { printf "%.2f\n", (ended - began) * 1000 }'
}

better() { printf '%s\n' "$@" | grep . | sort -g | head -n 1; }

# row PEER PEER_VALUE GOAL
row() {
	awk -v ours="$ours" -v peer="$1" -v theirs="$2" -v goal="$3" 'BEGIN {
		printf "bench start ours=%.2f unit=ms peer=%s peer_value=%.2f ratio=%.2f goal=\"%s\"\n",
			ours, peer, theirs, ours / theirs, goal }'
}

manifest >"$folder/start.json"
echo 1 >"$folder/line"
launch=(gst-launch-1.0 -q filesrc "location=$folder/line")
for ((i = 0; i < 10; i++)); do launch+=(! identity); done
launch+=(! fdsink)
command -v gst-launch-1.0 >/dev/null || launch=()

ours='' theirs=''
first "$TAU" run "$folder/start.json" >"$folder/warm"
for ((i = 0; i < rounds; i++)); do
	ours=$(better "$ours" "$(first "$TAU" run "$folder/start.json")")
	[ ${#launch[@]} = 0 ] || theirs=$(better "$theirs" "$(first "${launch[@]}")")
done
row goal 15 "<= 1"
if [ -n "$theirs" ]; then
	row gst-launch-1.0 "$theirs" ""
else
	echo 'skip start peer=gst-launch-1.0 why="not installed"'
fi
