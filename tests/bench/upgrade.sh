#!/bin/bash
# upgrade.sh: a node with 1 MB of state is replaced again and again while the
# topology runs as fast as it can: how long it stands still, and what all the
# replacing costs the others. The undisturbed rate is that of the same run,
# before and after.
set -eu
: "${TAU:?}" "${top_srcdir:?}"
upgrades=${UPGRADES:-500}
in_a_row=${UPGRADES_IN_A_ROW:-100}
folder=$(mktemp -d "${TMPDIR:-/tmp}/upgrade.XXXXXX")
running=
finish() {
	[ -z "$running" ] || kill -9 "$running" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
export XDG_STATE_HOME=$folder XDG_RUNTIME_DIR=$folder

for version in 1 2; do
	${CC:-cc} -shared -fPIC -fvisibility=hidden -O2 "-I$top_srcdir/abi" \
		-DNUMBER=$version -DPAD=1048576 -o "$folder/steady$version.so" \
		"$top_srcdir/tests/fixtures/upgraded/steady.c"
done
cat >"$folder/bench.json" <<END
{"tau": 1, "name": "bench", "plugins": {"steady": {"path": "steady1.so"}},
 "nodes": {"a": {"operators": {"numbers": {"type": "generate"}}},
           "b": {"operators": {"steady": {"type": "steady.steady"}}},
           "c": {"operators": {"out": {"type": "null"}}}},
 "streams": ["numbers -> steady -> out"]}
END

# passed: how many records have come through.
passed() {
	"$TAU" ps --json |
		sed -n 's/.*"node": "c".*"records": \([0-9]*\).*/\1/p'
}

# rate_begins, rate: records per second in between.
rate_begins() { began=$EPOCHREALTIME had=$(passed); }
rate() {
	awk -v began="$began" -v ended="$EPOCHREALTIME" -v had="$had" \
		-v has="$(passed)" \
		'BEGIN { printf "%d\n", (has - had) / (ended - began) }'
}

# undisturbed: the rate over some two seconds.
undisturbed() {
	rate_begins
	sleep 2
	rate
}

# replace COUNT: upgrades to the other version; their pauses, in ms.
replace() {
	local i
	for ((i = 0; i < $1; i++)); do
		version=$((3 - version))
		"$TAU" upgrade --plugin "$folder/steady$version.so" \
			2>"$folder/said" >"$folder/report" || {
			cat "$folder/said" >&2
			return 1
		}
		sed -n 's/.*; pause \([0-9.]*\) ms.*/\1/p' "$folder/report"
	done
}

# row NAME OURS UNIT PEER PEER_VALUE GOAL
row() {
	awk -v name="$1" -v ours="$2" -v unit="$3" -v peer="$4" \
		-v theirs="$5" -v goal="$6" 'BEGIN {
		printf "bench %s ours=%s unit=%s peer=%s peer_value=%s ratio=%.2f goal=\"%s\"\n",
			name, ours, unit, peer, theirs, ours / theirs, goal }'
}

# nth FILE SHARE: the value that such a share of its lines does not exceed.
nth() {
	sort -g "$1" | awk -v share="$2" '{ value[NR] = $1 }
		END { print value[int((NR - 1) * share) + 1] }'
}

"$TAU" run "$folder/bench.json" >"$folder/log" 2>&1 &
running=$!
until [ "$(passed 2>/dev/null || true)" ]; do
	kill -0 $running || {
		cat "$folder/log" >&2
		exit 1
	}
done
version=1
before=$(undisturbed)
rate_begins
replace "$in_a_row" >"$folder/row"
during=$(rate)
after=$(undisturbed)
replace $((upgrades - in_a_row)) >"$folder/rest"
cat "$folder/row" "$folder/rest" >"$folder/pauses"
[ "$(wc -l <"$folder/pauses")" = "$upgrades" ]
row upgrade-pause-median "$(nth "$folder/pauses" 0.5)" ms goal 6 "<= 1"
row upgrade-pause-p99 "$(nth "$folder/pauses" 0.99)" ms goal 15 "<= 1"
row upgrade-throughput "$during" rec/s undisturbed \
	$(((before + after) / 2)) ">= 0.9"
"$TAU" stop --now >/dev/null 2>&1
wait $running || true
running=
